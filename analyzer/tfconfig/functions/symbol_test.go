package functions

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// world is what the expressions of the tests can refer to: two VPCs of unknown
// ids, and the default group of the first, by two names.
func world() map[string]cty.Value {
	vpc := func(name, cidr string) cty.Value {
		return cty.ObjectVal(map[string]cty.Value{
			"id":               Symbol("aws_vpc."+name, "id"),
			"default_group_id": Symbol("aws_vpc."+name, "default_security_group_id"),
			"cidr_block":       cty.StringVal(cidr),
			"tags":             cty.UnknownVal(cty.Map(cty.String)),
			"dns":              cty.UnknownVal(cty.Bool),
		})
	}
	return map[string]cty.Value{
		"a":       vpc("a", "10.0.0.0/16"),
		"b":       vpc("b", "10.1.0.0/16"),
		"group":   cty.ObjectVal(map[string]cty.Value{"id": Symbol("aws_default_security_group.main", "id")}),
		"list":    cty.TupleVal([]cty.Value{vpc("a", "10.0.0.0/16"), vpc("b", "10.1.0.0/16")}),
		"unknown": cty.DynamicVal,
	}
}

// evaluate evaluates one expression with the whole table.
func evaluate(t *testing.T, source string, variables map[string]cty.Value) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(source), "test.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %s", source, diags)
	}
	v, diags := Evaluate(Prepare(expr), &hcl.EvalContext{Variables: variables, Functions: Table(Options{})})
	return Settle(v), diags
}

func TestSymbol(t *testing.T) {
	for _, c := range []struct{ address, attribute string }{
		{"aws_vpc.main", "id"},
		{`module.net["a.b"].aws_vpc.main[0]`, "arn"},
		{`aws_subnet.s["Zürich"]`, "id"},
	} {
		address, attribute, ok := ParseSymbol(Symbol(c.address, c.attribute))
		if !ok || address != c.address || attribute != c.attribute {
			t.Errorf("%v came back as %q %q %v", c, address, attribute, ok)
		}
	}
	a := Symbol("aws_vpc.a", "id").AsString()
	for _, v := range []cty.Value{
		cty.StringVal("aws_vpc.main.id"), cty.StringVal(""), cty.StringVal(a + "x"), cty.StringVal("x" + a), cty.StringVal(a + a),
		cty.NullVal(cty.String), cty.UnknownVal(cty.String), cty.Zero, cty.DynamicVal, cty.TupleVal([]cty.Value{cty.StringVal(a)}),
	} {
		if address, attribute, ok := ParseSymbol(v); ok {
			t.Errorf("%#v was taken for the symbol %q %q", v, address, attribute)
		}
	}
	if address, _, _ := ParseSymbol(Symbol("aws_vpc.\xffa\xfe", "id")); address != "aws_vpc.a" {
		t.Errorf("an address with the bytes of a symbol came back as %q", address)
	}
}

// No text that a configuration can contain spells a symbol.
func TestSymbolCannotBeForged(t *testing.T) {
	vpc := world()["a"]
	spelled := Symbol("aws_vpc.a", "id").AsString()
	for _, source := range []string{
		`base64decode("/mF3c192cGMuYfxpZP8=")`,
		`urldecode("%FEaws_vpc.a%FCid%FF")`,
		`jsondecode("\"` + spelled + `\"")`,
		`"` + spelled + `"`,
		`yamldecode("` + spelled + `")`,
		`textdecodebase64("/mF3c192cGMuYfxpZP8=", "ISO-8859-1")`,
	} {
		expr, diags := hclsyntax.ParseExpression([]byte(source), "test.tf", hcl.InitialPos)
		if diags.HasErrors() {
			continue
		}
		v, diags := Evaluate(Prepare(expr), &hcl.EvalContext{Functions: Table(Options{}), Variables: map[string]cty.Value{"a": vpc}})
		if !diags.HasErrors() && HasSymbol(v) {
			t.Errorf("%q makes a symbol", source)
		}
	}
}

// What only moves values carries a symbol as it is.
func TestMovingKeepsSymbols(t *testing.T) {
	a, b := Symbol("aws_vpc.a", "id"), Symbol("aws_vpc.b", "id")
	for source, want := range map[string]cty.Value{
		`a.id`:                                   a,
		`"${a.id}"`:                              a,
		`true ? a.id : b.id`:                     a,
		`list[*].id`:                             cty.TupleVal([]cty.Value{a, b}),
		`[for v in list : v.id][1]`:              b,
		`[for v in list : v.id if v.id != a.id]`: cty.TupleVal([]cty.Value{b}),
		`{for v in list : v.id => v.cidr_block}[b.id]`: cty.StringVal("10.1.0.0/16"),
		`{for v in list : v.cidr_block => v.id}`:       cty.ObjectVal(map[string]cty.Value{"10.0.0.0/16": a, "10.1.0.0/16": b}),
		`try(a.id, "x")`:                               a,
		`try(a.nope, b.id)`:                            b,
		`can(a.id)`:                                    cty.True,
		`coalesce("", a.id)`:                           a,
		`coalesce(a.id, "x")`:                          a,
		`coalescelist([], [a.id])`:                     cty.TupleVal([]cty.Value{a}),
		`compact(["", a.id])`:                          cty.ListVal([]cty.Value{a}),
		`concat([a.id], [b.id])`:                       cty.TupleVal([]cty.Value{a, b}),
		`contains([a.id, "x"], a.id)`:                  cty.True,
		`contains([a.id], b.id)`:                       cty.False,
		`contains([a.id], "x")`:                        cty.UnknownVal(cty.Bool).RefineNotNull(),
		`contains([a.id], "")`:                         cty.False,
		`distinct([a.id, a.id, b.id])`:                 cty.ListVal([]cty.Value{a, b}),
		`element([a.id, b.id], 3)`:                     b,
		`flatten([[a.id], [[b.id]]])`:                  cty.TupleVal([]cty.Value{a, b}),
		`index([a.id, b.id], b.id)`:                    cty.NumberIntVal(1),
		`index([a.id, b.id], "x")`:                     cty.UnknownVal(cty.Number).RefineNotNull(),
		`keys({(a.id) = 1})`:                           cty.TupleVal([]cty.Value{a}),
		`length([a.id, b.id])`:                         cty.NumberIntVal(2),
		`length(a.id)`:                                 cty.UnknownVal(cty.Number).Refine().NotNull().NumberRangeLowerBound(cty.Zero, true).NewValue(),
		`length(toset([a.id, b.id]))`:                  cty.NumberIntVal(2),
		`lookup({x = a.id}, "x", "")`:                  a,
		`lookup({x = 1}, "y", a.id)`:                   a,
		`lookup({(a.id) = 1}, a.id)`:                   cty.NumberIntVal(1),
		`lookup({(a.id) = 1}, b.id, 2)`:                cty.NumberIntVal(2),
		`lookup({(a.id) = 1}, "x", 2)`:                 cty.DynamicVal,
		`matchkeys([a.id, b.id], ["x", "y"], ["y"])`:   cty.ListVal([]cty.Value{b}),
		`merge({x = "y"}, {x = a.id})`:                 cty.ObjectVal(map[string]cty.Value{"x": a}),
		`one([a.id])`:                                  a,
		`reverse([a.id, b.id])`:                        cty.TupleVal([]cty.Value{b, a}),
		`setproduct([a.id], ["x"])`:                    cty.ListVal([]cty.Value{cty.TupleVal([]cty.Value{a, cty.StringVal("x")})}),
		`setunion([a.id], [b.id])`:                     cty.SetVal([]cty.Value{a, b}),
		`slice([a.id, b.id], 1, 2)`:                    cty.TupleVal([]cty.Value{b}),
		`sort([a.id])`:                                 cty.ListVal([]cty.Value{a}),
		`tolist([a.id])`:                               cty.ListVal([]cty.Value{a}),
		`toset([a.id, a.id])`:                          cty.SetVal([]cty.Value{a}),
		`tostring(a.id)`:                               a,
		`tomap({x = a.id})`:                            cty.MapVal(map[string]cty.Value{"x": a}),
		`values({x = a.id})`:                           cty.TupleVal([]cty.Value{a}),
		`zipmap(["x"], [a.id])`:                        cty.ObjectVal(map[string]cty.Value{"x": a}),
		`zipmap([a.id], ["x"])`:                        cty.ObjectVal(map[string]cty.Value{a.AsString(): cty.StringVal("x")}),
	} {
		if got, diags := evaluate(t, source, world()); diags.HasErrors() || !got.RawEquals(want) {
			t.Errorf("%s = %#v %v, want %#v", source, got, diags, want)
		}
	}
}

// Comparisons know what is certain about two symbols, and no more.
func TestEqual(t *testing.T) {
	yes, no, unknown := cty.True, cty.False, cty.UnknownVal(cty.Bool).RefineNotNull()
	for source, want := range map[string]cty.Value{
		`a.id == a.id`:                       yes,
		`a.id != a.id`:                       no,
		`a.id == b.id`:                       no,
		`a.id == a.default_group_id`:         unknown, // ids of two types can be one string
		`a.default_group_id == group.id`:     unknown,
		`group.id == group.id`:               yes,
		`a.id == "vpc-1"`:                    unknown,
		`a.id == ""`:                         no,
		`"" != a.id`:                         yes,
		`a.id == null`:                       no,
		`a.id == 5`:                          no,
		`"x-${a.id}" == "x-${a.id}"`:         yes,
		`"x-${a.id}" == "y-z"`:               no,
		`"x-${a.id}" == "x-z"`:               unknown,
		`"x-${a.id}" == ""`:                  no,
		`[a.id] == [a.id]`:                   yes,
		`[a.id, "x"] == [b.id, "y"]`:         unknown,
		`[a.id] == ["x"]`:                    unknown,
		`{x = a.id} == {x = b.id}`:           unknown,
		`(a.id == "x") == (a.id == "x")`:     unknown,
		`!(a.id == b.id && a.id == "vpc-1")`: yes,
	} {
		if got, diags := evaluate(t, source, world()); diags.HasErrors() || !got.RawEquals(want) {
			t.Errorf("%s = %#v %v, want %#v", source, got, diags, want)
		}
	}
}

// An order that depends on symbols is not known: the sequence is, one element of
// it is not.
func TestUnordered(t *testing.T) {
	a, b := Symbol("aws_vpc.a", "id"), Symbol("aws_vpc.b", "id")
	both := cty.ListVal([]cty.Value{a, b})
	tuple := cty.TupleVal([]cty.Value{a, b})
	for source, want := range map[string]cty.Value{
		`tolist(toset(list[*].id))`:                           both,
		`tolist(toset(list[*].id))[0]`:                        cty.UnknownVal(cty.String),
		`element(tolist(toset(list[*].id)), 0)`:               cty.UnknownVal(cty.String),
		`sort(list[*].id)`:                                    both,
		`sort(list[*].id)[1]`:                                 cty.UnknownVal(cty.String),
		`[for id in toset(list[*].id) : id]`:                  tuple,
		`[for id in toset(list[*].id) : id][0]`:               cty.UnknownVal(cty.String),
		`toset(list[*].id)[*]`:                                both,
		`flatten([toset(list[*].id)])[0]`:                     cty.UnknownVal(cty.String),
		`concat(sort(list[*].id), ["x"])[2]`:                  cty.UnknownVal(cty.String),
		`toset(sort(list[*].id))`:                             cty.SetVal([]cty.Value{a, b}),
		`length(sort(list[*].id))`:                            cty.NumberIntVal(2),
		`contains(sort(list[*].id), a.id)`:                    cty.True,
		`sort(list[*].id)[0] == a.id`:                         cty.UnknownVal(cty.Bool).RefineNotNull(),
		`sort(list[*].id) == sort(list[*].id)`:                cty.UnknownVal(cty.Bool).RefineNotNull(),
		`contains([sort(list[*].id)[0]], a.id)`:               cty.UnknownVal(cty.Bool).RefineNotNull(),
		`index(sort(list[*].id), a.id)`:                       cty.UnknownVal(cty.Number).RefineNotNull(),
		`keys({(a.id) = 1, (b.id) = 2})`:                      tuple,
		`keys({(a.id) = 1, (b.id) = 2})[0]`:                   cty.UnknownVal(cty.String),
		`values({(a.id) = 1, (b.id) = 2})[0]`:                 cty.UnknownVal(cty.Number),
		`{ids = sort(list[*].id)}`:                            cty.ObjectVal(map[string]cty.Value{"ids": both}),
		`{id = sort(list[*].id)[0]}`:                          cty.ObjectVal(map[string]cty.Value{"id": cty.UnknownVal(cty.String)}),
		`sort(["b", "a"])[0]`:                                 cty.StringVal("a"),
		`tolist(toset([a.id]))[0]`:                            a,
		`[for k, v in {for v in list : v.id => v} : v.id][0]`: cty.UnknownVal(cty.String),
	} {
		if got, diags := evaluate(t, source, world()); diags.HasErrors() || !got.RawEquals(want) {
			t.Errorf("%s = %#v %v, want %#v", source, got, diags, want)
		}
	}
}

// What cidrsubnet makes of a range that AWS has yet to choose is a part of it, and
// an address that it has yet to choose makes a range of its own (U-9, IGW-7).
func TestSymbolsOfRanges(t *testing.T) {
	block := Symbol("aws_vpc.a", "ipv6_cidr_block")
	world := map[string]cty.Value{
		"vpc": cty.ObjectVal(map[string]cty.Value{"id": Symbol("aws_vpc.a", "id"), "block": block}),
		"n":   cty.UnknownVal(cty.Number),
	}
	for source, want := range map[string]cty.Value{
		`cidrsubnet(vpc.block, 8, 1)`:                   Symbol("aws_vpc.a", "ipv6_cidr_block/8/1"),
		`cidrsubnet(cidrsubnet(vpc.block, 4, 1), 4, 2)`: Symbol("aws_vpc.a", "ipv6_cidr_block/4/1/4/2"),
		`cidrsubnet(vpc.block, 8, n)`:                   cty.UnknownVal(cty.String).RefineNotNull(),
		`cidrsubnet(vpc.block, -1, 0)`:                  cty.UnknownVal(cty.String).RefineNotNull(),
		`cidrsubnet(vpc.id, 8, 1)`:                      cty.UnknownVal(cty.String).RefineNotNull(),
		`cidrsubnet("x${vpc.block}", 8, 1)`:             cty.UnknownVal(cty.String).RefineNotNull(),
	} {
		if got, diags := evaluate(t, source, world); diags.HasErrors() || !got.RawEquals(want) {
			t.Errorf("%s is %#v, want %#v (%v)", source, got, want, diags)
		}
	}
	address := Symbol("aws_eip.nat", "public_ip").AsString()
	for text, want := range map[string]bool{
		address + "/32": true, address + "/24": false, address: false, "x" + address + "/32": false, Symbol("aws_eip.nat", "id").AsString() + "/32": false,
	} {
		got, ok := Host(cty.StringVal(text))
		if ok != want || ok && !got.RawEquals(Symbol("aws_eip.nat", "public_ip/32")) {
			t.Errorf("%q: %#v, %t", text, got, ok)
		}
	}
}
