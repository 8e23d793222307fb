package tfplan

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func sym(address string) tf.Value {
	return tf.SymbolicValue(tf.Symbol{Address: address, Attribute: "id"})
}

func text(s string) tf.Value { return tf.StringValue(s) }

func object(pairs ...any) tf.Value {
	var fields []tf.Field
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, tf.Field{Name: pairs[i].(string), Value: pairs[i+1].(tf.Value)})
	}
	return tf.ObjectValue(fields...)
}

// What is unknown in a plan is what the source says in its place (U-1, U-2).
func TestSettle(t *testing.T) {
	unknown, null := tf.UnknownValue(), tf.NullValue()
	list := tf.ListValue
	some := tf.UnknownValue(tf.Symbol{Address: "a", Attribute: "id"}, tf.Symbol{Address: "b", Attribute: "id"})
	rule := func(port string, groups tf.Value) tf.Value {
		return object("from_port", tf.NumberValue(port), "security_groups", groups)
	}
	for _, c := range []struct {
		name                string
		planned, said, want tf.Value
	}{
		{"a symbol", unknown, sym("a"), sym("a")},
		{"nothing said", unknown, null, unknown},
		{"a known value stands", text("x"), sym("a"), text("x")},
		{"candidates", unknown, some, some},
		{"a list as a whole", unknown, list(sym("a"), text("sg-1")), list(sym("a"), text("sg-1"))},
		{"the rest of a list", list(text("sg-1"), unknown), list(sym("a"), text("sg-1")), list(text("sg-1"), sym("a"))},
		{"a list in its order", list(unknown, unknown), list(sym("a"), sym("b")), list(sym("a"), sym("b"))},
		{"elements of an unknown list", list(text("sg-1"), unknown), some, list(text("sg-1"), some)},
		{"more planned than said", list(unknown, unknown), list(sym("a")), list(sym("a"), sym("a"))},
		{"fewer planned than said", list(unknown), list(sym("a"), sym("b")), list(some)},
		{"one that is not known among several", list(unknown), list(sym("a"), unknown), list(unknown)},
		{"a member", object("id", unknown, "name", text("n")), object("id", sym("a")), object("id", sym("a"), "name", text("n"))},
		{"a block that there may be one of", object("id", unknown), list(object("id", sym("a"))), object("id", sym("a"))},
		{"one object for a list of blocks", list(object("id", unknown)), object("id", sym("a")), list(object("id", sym("a")))},
		{"a block by what both know", list(rule("443", list(unknown)), rule("22", list(unknown))), list(rule("22", list(sym("a"))), rule("443", list(sym("b")))),
			list(rule("443", list(sym("b"))), rule("22", list(sym("a"))))},
		{"blocks that look alike", list(rule("22", unknown), rule("22", unknown)), list(rule("22", list(sym("a"))), rule("22", list(sym("b")))),
			list(rule("22", list(sym("a"))), rule("22", list(sym("b"))))},
		{"a block by elimination", list(object("id", unknown, "to", text("y")), object("id", unknown, "to", text("x"))), list(object("id", sym("a"), "to", unknown), object("id", sym("b"), "to", text("x"))),
			list(object("id", sym("a"), "to", text("y")), object("id", sym("b"), "to", text("x")))},
		{"a block of two", list(object("id", unknown, "to", text("x"))), list(object("id", sym("a"), "to", unknown), object("id", sym("b"), "to", unknown)),
			list(object("id", some, "to", text("x")))},
		{"a block of another kind", list(object("id", unknown, "to", text("x"))), list(object("id", sym("a"), "to", text("z"))), list(object("id", unknown, "to", text("x")))},
		{"a default of the provider", list(object("id", unknown, "self", tf.BoolValue(false))), list(object("id", sym("a"))), list(object("id", sym("a"), "self", tf.BoolValue(false)))},
		{"nothing for nothing", list(object("id", unknown, "to", null)), list(object("id", sym("a"), "to", text(""))), list(object("id", sym("a"), "to", null))},
		{"blocks that may not be there", list(object("id", unknown)), list(object("id", sym("a")).MarkOptional()), list(object("id", unknown))},
	} {
		if got := settle(c.planned, c.said); describeValue(got) != describeValue(c.want) {
			t.Errorf("%s: %s, want %s", c.name, describeValue(got), describeValue(c.want))
		}
	}
	if v := settle(unknown.MarkSensitive(), sym("a")); !v.IsSensitive() {
		t.Error("what is sensitive in the plan stays so")
	}
}

func describeValue(v tf.Value) string {
	var candidates []string
	for _, s := range v.Candidates() {
		candidates = append(candidates, s.Address)
	}
	return strings.Join(append(valueLines(nil, "", v), candidates...), ";")
}

// Whatever the order in which a plan has the blocks of a set, and whatever it
// does not know of them yet, each keeps the group that it was written with, or
// has it among its candidates.
func TestSettleFindsTheBlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "blocks")
		said, planned := make([]tf.Value, n), make([]tf.Value, n)
		groups := make([]string, n)
		for i := range n {
			groups[i] = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "group")
			port := tf.NumberValue(rapid.SampledFrom([]string{"22", "80", "443"}).Draw(t, "port"))
			saidPort, plannedPort := port, port
			if rapid.IntRange(0, 3).Draw(t, "hidden") == 0 {
				saidPort = tf.UnknownValue()
			}
			if rapid.IntRange(0, 3).Draw(t, "late") == 0 {
				plannedPort = tf.UnknownValue()
			}
			said[i] = object("group", sym(groups[i]), "port", saidPort)
			planned[i] = object("group", tf.UnknownValue(), "port", plannedPort)
		}
		order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range n {
				if !yield(i) {
					return
				}
			}
		})).Draw(t, "order")
		shuffled := make([]tf.Value, n)
		for to, from := range order {
			shuffled[to] = planned[from]
		}
		settled := settle(tf.ListValue(shuffled...), tf.ListValue(said...)).Elements()
		// Planned blocks that look alike may change places among themselves.
		got, want := map[string][]string{}, map[string][]string{}
		for to, from := range order {
			like := describeValue(shuffled[to])
			v := settled[to].Get("group")
			if s, ok := v.Symbol(); ok {
				got[like] = append(got[like], s.Address)
				want[like] = append(want[like], groups[from])
			} else if len(v.Candidates()) > 0 && !slices.ContainsFunc(v.Candidates(), func(s tf.Symbol) bool { return s.Address == groups[from] }) {
				t.Fatalf("block %d of %v may be of %v", to, groups, v.Candidates())
			}
		}
		for like := range got {
			slices.Sort(got[like])
			slices.Sort(want[like])
			if !slices.Equal(got[like], want[like]) {
				t.Fatalf("%s: %v, want %v", like, got[like], want[like])
			}
		}
	})
}
