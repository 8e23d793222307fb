package functions

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestSymbol(t *testing.T) {
	s := tf.Symbol{Address: `module.net["a.b"].aws_vpc.main[0]`, Attribute: "id"}
	v := Symbol(s)
	if got, ok := SymbolOf(v.Mark("m")); !ok || got != s {
		t.Errorf("got %v, %v", got, ok)
	}
	other := Symbol(tf.Symbol{Address: s.Address, Attribute: "arn"})
	if set := cty.SetVal([]cty.Value{v, other, v}); set.LengthInt() != 2 {
		t.Errorf("a set of two symbols has %d", set.LengthInt())
	}
	for name, c := range map[string]struct {
		v    cty.Value
		want bool
	}{
		"itself":  {v, true},
		"inside":  {cty.ObjectVal(map[string]cty.Value{"a": cty.TupleVal([]cty.Value{cty.True, v})}), true},
		"a key":   {cty.MapVal(map[string]cty.Value{v.AsString(): cty.True}), true},
		"a text":  {cty.StringVal("aws_vpc.main"), false},
		"unknown": {cty.UnknownVal(cty.String), false},
		"null":    {cty.NullVal(cty.String), false},
		"nothing": {cty.EmptyObjectVal, false},
	} {
		if got := HoldsSymbol(c.v); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
