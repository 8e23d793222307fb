package functions

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// The comparisons of the language, with symbols as what they are.
var (
	opEqual    = &hclsyntax.Operation{Impl: comparison(Equal), Type: cty.Bool}
	opNotEqual = &hclsyntax.Operation{Impl: comparison(func(a, b cty.Value) cty.Value { return Equal(a, b).Not() }), Type: cty.Bool}
)

func comparison(compare func(a, b cty.Value) cty.Value) function.Function {
	operand := function.Parameter{Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true}
	return function.New(&function.Spec{
		Params: []function.Parameter{operand, operand},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return compare(args[0], args[1]), nil
		},
	})
}

// PrepareNode makes one node of a tree, once its children are as they shall be,
// know symbols.
func PrepareNode(node hclsyntax.Node) {
	switch e := node.(type) {
	case *hclsyntax.BinaryOpExpr:
		switch e.Op {
		case hclsyntax.OpEqual:
			e.Op = opEqual
		case hclsyntax.OpNotEqual:
			e.Op = opNotEqual
		}
		e.LHS, e.RHS = operand{e.LHS}, operand{e.RHS}
	case *hclsyntax.ForExpr:
		if e.KeyExpr == nil {
			e.CollExpr = iterated{e.CollExpr, true}
		}
	case *hclsyntax.SplatExpr:
		e.Source = iterated{e.Source, false}
	case *hclsyntax.FunctionCallExpr:
		if strings.HasPrefix(e.Name, "provider::") && !slices.Contains(providerNames, e.Name) {
			e.Name = OtherProvider
		}
	}
}

// prepareTree prepares a node and all that is below it.
func prepareTree(node hclsyntax.Node) {
	for _, n := range nodesOf(node) {
		PrepareNode(n)
	}
}

// nodesOf are a node and all that are below it, as long as none is hidden in a
// wrapper.
func nodesOf(node hclsyntax.Node) []hclsyntax.Node {
	var nodes []hclsyntax.Node
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		nodes = append(nodes, n)
		return nil
	})
	return nodes
}

// operand is an operand of an operator, which sees no order that is not known.
type operand struct{ hclsyntax.Expression }

// Value evaluates the operand.
func (o operand) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := o.Expression.Value(ctx)
	return settleOrder(v), diags
}

// iterated is what a for expression or a splat makes a sequence of. A splat
// takes a map for one element.
type iterated struct {
	hclsyntax.Expression
	keyed bool
}

// Value evaluates the expression, and marks what has no known order.
func (i iterated) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := i.Expression.Value(ctx)
	if ty := v.Type(); !diags.HasErrors() && (ty.IsSetType() || i.keyed && !isSequence(ty)) && orderless(v, i.keyed) {
		v = v.Mark(Unordered)
	}
	return v, diags
}

// Prepare returns the expression with operators that know symbols. One of the
// native syntax is changed in place; one of JSON, which hides its templates, is
// rebuilt, in the same places.
func Prepare(expr hcl.Expression) hcl.Expression {
	if native, ok := expr.(hclsyntax.Expression); ok {
		prepareTree(native)
		return native
	}
	if rebuilt := fromJSON(expr); rebuilt != nil {
		return rebuilt
	}
	return expr
}

// fromJSON is an expression of JSON in the native syntax, nil where that cannot
// be: the original then says what is wrong.
func fromJSON(expr hcl.Expression) hclsyntax.Expression {
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: expr.Range(), OpenRange: expr.StartRange()}
		for _, pair := range pairs {
			key, value := fromJSON(pair.Key), fromJSON(pair.Value)
			if key == nil || value == nil {
				return nil
			}
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: value})
		}
		return object
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: expr.Range(), OpenRange: expr.StartRange()}
		for _, element := range list {
			value := fromJSON(element)
			if value == nil {
				return nil
			}
			tuple.Exprs = append(tuple.Exprs, value)
		}
		return tuple
	}
	v, diags := expr.Value(nil) // a string as it is written
	if diags.HasErrors() {
		return nil
	}
	if v.Type() != cty.String || v.IsNull() {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: expr.Range()}
	}
	start := expr.Range().Start
	start.Column++ // the quotation mark
	start.Byte++
	template, diags := hclsyntax.ParseTemplate([]byte(v.AsString()), expr.Range().Filename, start)
	if diags.HasErrors() {
		return nil
	}
	prepareTree(template)
	return template
}

// Evaluate evaluates a prepared expression. One that fails because it takes a
// symbol for a number, or as a key that is not there, is evaluated again with
// the symbols unknown.
func Evaluate(expr hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := expr.Value(ctx)
	if !diags.HasErrors() {
		return v, diags
	}
	plain, found := opaqueContext(ctx)
	if !found {
		return v, diags
	}
	if v, plainDiags := expr.Value(plain); !plainDiags.HasErrors() {
		return v, plainDiags
	}
	return v, diags
}

// opaqueContext is the context without symbols; found says whether there was one.
func opaqueContext(ctx *hcl.EvalContext) (plain *hcl.EvalContext, found bool) {
	if ctx == nil {
		return nil, false
	}
	parent, found := opaqueContext(ctx.Parent())
	if parent == nil {
		plain = &hcl.EvalContext{}
	} else {
		plain = parent.NewChild()
	}
	plain.Functions = ctx.Functions
	if ctx.Variables != nil {
		plain.Variables = map[string]cty.Value{}
	}
	for name, v := range ctx.Variables {
		if HasSymbol(v) {
			found, v = true, Opaque(v)
		}
		plain.Variables[name] = v
	}
	return plain, found
}
