package functions

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// templatefile renders a file of the input.
func (r reader) templatefile() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
			b, err := r.read(args[0])
			if err != nil {
				return unavailable(retType, err)
			}
			source, err := utf8Text(b)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return r.render(source, args[0].AsString(), args[1])
		},
	})
}

// templatestring renders a template that another expression holds.
func (r reader) templatestring() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "template", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
			if HasSymbol(args[0]) {
				return cty.UnknownVal(retType), nil
			}
			return r.render(args[0].AsString(), "<templatestring argument>", args[1])
		},
	})
}

// render evaluates a template with the variables that it is given, and the same
// functions but for those that render templates.
func (r reader) render(source, name string, vars cty.Value) (cty.Value, error) {
	ty := vars.Type()
	if !ty.IsObjectType() && !ty.IsMapType() {
		return cty.NilVal, function.NewArgErrorf(1, "must be a map")
	}
	expr, diags := hclsyntax.ParseTemplate([]byte(source), name, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, function.NewArgError(0, diags)
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: map[string]function.Function{}}
	for it := vars.ElementIterator(); it.Next(); {
		key, v := it.Element()
		if !hclsyntax.ValidIdentifier(key.AsString()) {
			return cty.NilVal, function.NewArgErrorf(1, "%q cannot be the name of a variable", key.AsString())
		}
		ctx.Variables[key.AsString()] = v
	}
	for _, t := range expr.Variables() {
		if _, given := ctx.Variables[t.RootName()]; !given {
			return cty.NilVal, function.NewArgErrorf(1, "the template refers to %q, which is not among the variables", t.RootName())
		}
	}
	for name, f := range r.table {
		switch name {
		case "templatefile", "templatestring", "core::templatefile", "core::templatestring":
			f = recursive
		}
		ctx.Functions[name] = f
	}
	nodes := nodesOf(expr)
	prepared := Prepare(expr)
	r.meter(nodes)
	v, diags := Evaluate(prepared, ctx)
	if diags.HasErrors() {
		return cty.NilVal, diags
	}
	return bounded(v), nil
}

// recursive stands for the functions that render templates, within templates.
var recursive = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "arguments", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
	Type: func([]cty.Value) (cty.Type, error) {
		return cty.NilType, errors.New("a template cannot render another template")
	},
	Impl: func(_ []cty.Value, retType cty.Type) (cty.Value, error) { return cty.UnknownVal(retType), nil },
})
