package tf

import "testing"

func TestUnqualify(t *testing.T) {
	for _, c := range []struct{ text, stack, want string }{
		{"the internet can reach net//aws_instance.a on tcp/22", "net", "the internet can reach aws_instance.a on tcp/22"},
		{"net//aws_vpc.a", "net", "aws_vpc.a"},
		{"live/net//aws_vpc.a and net//aws_vpc.b", "net", "live/net//aws_vpc.a and aws_vpc.b"},
		{`module.x["net//a"] of app//aws_vpc.a`, "net", `module.x["net//a"] of app//aws_vpc.a`},
		{"nothing", "net", "nothing"},
	} {
		if got := Unqualify(c.text, c.stack); got != c.want {
			t.Errorf("%q as %s sees it is %q, want %q", c.text, c.stack, got, c.want)
		}
	}
}

func TestSplitQualified(t *testing.T) {
	for address, want := range map[string][2]string{
		"net//aws_vpc.a":                   {"net", "aws_vpc.a"},
		"live/net//module.x[\"a//b\"].c.d": {"live/net", "module.x[\"a//b\"].c.d"},
		"aws_vpc.a[\"x//y\"]":              {"", "aws_vpc.a[\"x//y\"]"},
		"aws_vpc.a":                        {"", "aws_vpc.a"},
	} {
		if stack, rest := SplitQualified(address); stack != want[0] || rest != want[1] {
			t.Errorf("%s is %q and %q, want %q", address, stack, rest, want)
		}
	}
}

// Rewrite shares what does not change and keeps what is said about a value.
func TestRewrite(t *testing.T) {
	a, b := &Assumption{ID: "a"}, &Assumption{ID: "b"}
	v := ObjectValue(
		Field{"ids", ListValue(SymbolicValue(Symbol{"aws_subnet.a", "id"}).MarkSensitive(), StringValue("x")).Assuming(a)},
		Field{"same", ListValue(StringValue("x"))})
	out := v.Rewrite(func(v Value) Value {
		if s, ok := v.Symbol(); ok {
			return SymbolicValue(Symbol{"net//" + s.Address, s.Attribute})
		}
		return v
	}, func(*Assumption) *Assumption { return b })
	ids := out.Get("ids")
	first := ids.Elements()[0]
	if s, _ := first.Symbol(); s.Address != "net//aws_subnet.a" || !first.IsSensitive() || ids.Assumption() != b {
		t.Errorf("ids are %+v, assuming %v", ids, ids.Assumption())
	}
	if out.Get("same") != v.Get("same") {
		t.Error("what did not change is not the same value")
	}
	if old, _ := v.Get("ids").Elements()[0].Symbol(); old.Address != "aws_subnet.a" {
		t.Error("the value itself was changed")
	}
}
