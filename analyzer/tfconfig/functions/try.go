package functions

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// tryFunction returns the first expression that does not fail. Where what is
// still unknown may make it fail later, the result is unknown, since then
// another expression counts.
var tryFunction = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType},
	Type:     function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if len(args) == 0 {
			return cty.NilVal, errors.New("needs at least one expression")
		}
		var first error
		for _, arg := range args {
			closure := customdecode.ExpressionClosureFromVal(arg)
			v, diags := closure.Value()
			switch {
			case diags.HasErrors() && failsAnyway(closure):
				if first == nil {
					first = diags
				}
				continue
			case diags.HasErrors():
				return cty.DynamicVal, nil
			case v.IsWhollyKnown(), certain(closure.Expression, closure.EvalContext):
				return v, nil
			}
			return cty.DynamicVal, nil
		}
		return cty.NilVal, first
	},
})

// canFunction tells whether an expression fails.
var canFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "expression", Type: customdecode.ExpressionClosureType}},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		closure := customdecode.ExpressionClosureFromVal(args[0])
		v, diags := closure.Value()
		switch {
		case diags.HasErrors() && failsAnyway(closure):
			return cty.False, nil
		case diags.HasErrors():
			return cty.UnknownVal(cty.Bool), nil
		case v.IsWhollyKnown(), certain(closure.Expression, closure.EvalContext):
			return cty.True, nil
		}
		return cty.UnknownVal(cty.Bool), nil
	},
})

// failsAnyway reports whether an expression that fails does so whatever the
// symbols in it stand for.
func failsAnyway(closure *customdecode.ExpressionClosure) bool {
	plain, found := opaqueContext(closure.EvalContext)
	if !found {
		return true
	}
	_, diags := closure.Expression.Value(plain)
	return diags.HasErrors()
}

// certain reports whether an expression that gives a value now cannot fail when
// what is unknown in it becomes known: it takes no step into an unknown.
func certain(expr hcl.Expression, ctx *hcl.EvalContext) bool {
	switch e := expr.(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.ParenthesesExpr:
		return certain(e.Expression, ctx)
	case *hclsyntax.ScopeTraversalExpr:
		// What is before the last step must be known.
		return len(e.Traversal) < 2 || reached(e.Traversal[:len(e.Traversal)-1].TraverseAbs(ctx))
	case *hclsyntax.RelativeTraversalExpr:
		if !certain(e.Source, ctx) {
			return false
		}
		source, diags := e.Source.Value(ctx)
		if !reached(source, diags) {
			return false
		}
		return reached(e.Traversal[:len(e.Traversal)-1].TraverseRel(source))
	case *hclsyntax.IndexExpr:
		return certain(e.Collection, ctx) && certain(e.Key, ctx) && reached(e.Collection.Value(ctx)) && reached(e.Key.Value(ctx))
	case *hclsyntax.TupleConsExpr:
		for _, element := range e.Exprs {
			if !certain(element, ctx) {
				return false
			}
		}
		return true
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if !reached(item.KeyExpr.Value(ctx)) || !certain(item.ValueExpr, ctx) {
				return false
			}
		}
		return true
	}
	return false
}

// reached reports whether a value is there to take a step from.
func reached(v cty.Value, diags hcl.Diagnostics) bool {
	return !diags.HasErrors() && v.IsKnown() && !v.IsNull()
}
