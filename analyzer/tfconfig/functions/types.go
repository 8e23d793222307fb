package functions

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// typeFunctions convert, try, and concern marks.
var typeFunctions = map[string]entry{
	"can":             {sees, canFunction},
	"ephemeralasnull": {sees, marking(func(v cty.Value) (cty.Value, error) { return v, nil })},
	"issensitive":     {sees, marking(issensitive)},
	"nonsensitive":    {sees, marking(nonsensitive)},
	"sensitive":       {sees, marking(func(v cty.Value) (cty.Value, error) { return v.Mark(Sensitive), nil })},
	"tobool":          {inspects, stdlib.MakeToFunc(cty.Bool)},
	"tolist":          {moves, stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType))},
	"tomap":           {moves, stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType))},
	"tonumber":        {inspects, stdlib.MakeToFunc(cty.Number)},
	"toset":           {moves, stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType))},
	"tostring":        {moves, stdlib.MakeToFunc(cty.String)},
	"try":             {sees, tryFunction},
}

// mark is the type of the marks of this package.
type mark string

// Sensitive is the mark of values that must not be shown.
const Sensitive = mark("sensitive")

// marking is a function of one value that sees its marks.
func marking(apply func(cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{open("value")},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return apply(args[0]) },
	})
}

// issensitive is not known of an unknown value, which may become sensitive.
func issensitive(v cty.Value) (cty.Value, error) {
	switch {
	case v.HasMark(Sensitive):
		return cty.True, nil
	case !v.IsKnown():
		return cty.UnknownVal(cty.Bool), nil
	}
	return cty.False, nil
}

// nonsensitive takes the mark off, and leaves those within the value.
func nonsensitive(v cty.Value) (cty.Value, error) {
	v, marks := v.Unmark()
	delete(marks, Sensitive)
	return v.WithMarks(marks), nil
}
