package functions

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// numberFunctions compute.
var numberFunctions = map[string]entry{
	"abs":      {inspects, stdlib.AbsoluteFunc},
	"ceil":     {inspects, stdlib.CeilFunc},
	"floor":    {inspects, stdlib.FloorFunc},
	"log":      {inspects, stdlib.LogFunc},
	"max":      {inspects, stdlib.MaxFunc},
	"min":      {inspects, stdlib.MinFunc},
	"parseint": {inspects, stdlib.ParseIntFunc},
	"pow":      {inspects, stdlib.PowFunc},
	"range":    {inspects, stdlib.RangeFunc},
	"signum":   {inspects, stdlib.SignumFunc},
	"sum":      {inspects, sumFunction},
}

// sumFunction adds the elements of a list, set or tuple.
var sumFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:         function.StaticReturnType(cty.Number),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !isSequence(args[0].Type()) {
			return cty.NilVal, function.NewArgErrorf(0, "must be a list, set or tuple of numbers")
		}
		if args[0].LengthInt() == 0 {
			return cty.NilVal, function.NewArgErrorf(0, "must not be empty")
		}
		sum := cty.Zero
		for it := args[0].ElementIterator(); it.Next(); {
			_, v := it.Element()
			n, err := convert.Convert(v, cty.Number)
			if err != nil || n.IsNull() {
				return cty.NilVal, function.NewArgErrorf(0, "must be a list, set or tuple of numbers")
			}
			sum = sum.Add(n)
		}
		return sum, nil
	},
})
