package tfconfig

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/tfcheck/tfcheck/analyzer/tfconfig/functions"
)

// The evaluator leaves the evaluation of expressions to hclsyntax but for the
// nodes below, which take the place of hclsyntax's in the tree: references
// are looked up when they are met, an attribute that a resource does not set
// is not an error, and a text made of a symbol is unknown.

// expression is the argument's expression as the evaluator takes it.
func (a *arg) expression() hclsyntax.Expression {
	a.prepare()
	return a.evaluable
}

// refers are the references of the argument's expression, without those to
// the variables of its own loops.
func (a *arg) refers() []hcl.Traversal {
	a.prepare()
	return a.references
}

func (a *arg) prepare() {
	if a.evaluable == nil {
		e := native(a.expr)
		a.references = e.Variables()
		a.evaluable = evaluable(e)
	}
}

// native is an expression in the native syntax, whatever it is written in.
func native(e hcl.Expression) hclsyntax.Expression {
	if e, ok := e.(hclsyntax.Expression); ok {
		return e
	}
	at := e.Range()
	if list, ok := elements(e); ok {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: at, OpenRange: at}
		for _, inner := range list {
			tuple.Exprs = append(tuple.Exprs, native(inner))
		}
		return tuple
	}
	if pairs, diags := hcl.ExprMap(e); !diags.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: at}
		for _, p := range pairs {
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: native(p.Key), ValueExpr: native(p.Value)})
		}
		return object
	}
	v, diags := e.Value(nil) // a text as it is written
	if diags.HasErrors() {
		v = cty.DynamicVal
	}
	if text, ok := textOf(v); ok && v.Type() == cty.String && strings.ContainsAny(text, "$%") {
		if template, diags := hclsyntax.ParseTemplate([]byte(text), at.Filename, at.Start); !diags.HasErrors() {
			return template
		}
		v = cty.UnknownVal(cty.String)
	}
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: at}
}

// evaluable replaces the nodes of a tree that are evaluated here, in place.
func evaluable(e hclsyntax.Expression) hclsyntax.Expression {
	descend(e)
	functions.PrepareNode(e)
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return &reference{e}
	case *hclsyntax.RelativeTraversalExpr:
		return &relativeReference{e}
	case *hclsyntax.IndexExpr:
		return &index{e}
	case *hclsyntax.ConditionalExpr:
		return &conditional{e}
	case *hclsyntax.FunctionCallExpr:
		return &call{e}
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateJoinExpr:
		return &text{e}
	}
	return e
}

// descend replaces the nodes below one.
func descend(e hclsyntax.Expression) {
	each := func(all []hclsyntax.Expression) {
		for i := range all {
			all[i] = evaluable(all[i])
		}
	}
	switch e := e.(type) {
	case *hclsyntax.RelativeTraversalExpr:
		e.Source = evaluable(e.Source)
	case *hclsyntax.IndexExpr:
		e.Collection, e.Key = evaluable(e.Collection), evaluable(e.Key)
	case *hclsyntax.SplatExpr:
		e.Source, e.Each = &measured{evaluable(e.Source), functions.Length}, evaluable(e.Each)
	case *hclsyntax.ConditionalExpr:
		e.Condition, e.TrueResult, e.FalseResult = evaluable(e.Condition), evaluable(e.TrueResult), evaluable(e.FalseResult)
	case *hclsyntax.FunctionCallExpr:
		each(e.Args)
		for i, arg := range e.Args {
			if !functions.Evaluated(e.Name) {
				e.Args[i] = &attempt{arg}
				continue
			}
			if looksIntoObjects[e.Name] {
				arg = &whole{arg}
			}
			e.Args[i] = &measured{arg, func(v cty.Value) int { return functions.Cost(e.Name, v) }}
		}
	case *hclsyntax.ForExpr:
		e.CollExpr, e.ValExpr = &measured{evaluable(e.CollExpr), functions.Length}, evaluable(e.ValExpr)
		if e.KeyExpr != nil {
			e.KeyExpr = evaluable(e.KeyExpr)
		}
		if e.CondExpr != nil {
			e.CondExpr = evaluable(e.CondExpr)
		}
	case *hclsyntax.TemplateExpr:
		each(e.Parts)
	case *hclsyntax.TemplateJoinExpr:
		e.Tuple = evaluable(e.Tuple)
	case *hclsyntax.TemplateWrapExpr:
		e.Wrapped = evaluable(e.Wrapped)
	case *hclsyntax.ParenthesesExpr:
		e.Expression = evaluable(e.Expression)
	case *hclsyntax.BinaryOpExpr:
		e.LHS, e.RHS = evaluable(e.LHS), evaluable(e.RHS)
	case *hclsyntax.UnaryOpExpr:
		e.Val = evaluable(e.Val)
	case *hclsyntax.TupleConsExpr:
		each(e.Exprs)
	case *hclsyntax.ObjectConsExpr:
		for i := range e.Items {
			e.Items[i].KeyExpr, e.Items[i].ValueExpr = evaluable(e.Items[i].KeyExpr), evaluable(e.Items[i].ValueExpr)
		}
	case *hclsyntax.ObjectConsKeyExpr:
		e.Wrapped = evaluable(e.Wrapped)
	}
}

// scopeName is the variable of an evaluation context that holds its scope. No
// configuration can name it.
const scopeName = "\x00scope"

// scopeOf is the scope that an expression is evaluated in.
func scopeOf(ctx *hcl.EvalContext) *scope {
	for ; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[scopeName]; ok {
			return v.EncapsulatedValue().(*scope)
		}
	}
	return nil
}

// reference is a traversal that begins with a name.
type reference struct{ *hclsyntax.ScopeTraversalExpr }

// Value looks the name up, in the loops around first.
func (e *reference) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	root := e.Traversal.RootName()
	for c := ctx; c != nil; c = c.Parent() {
		if v, ok := c.Variables[root]; ok {
			v, diags := follow(v, e.Traversal[1:])
			if s := scopeOf(c); s != nil && s.module.ev.opaque {
				v = functions.Opaque(v)
			}
			return v, diags
		}
		if v, ok := c.Variables[scopeName]; ok {
			return v.EncapsulatedValue().(*scope).lookUp(e.Traversal)
		}
	}
	return e.ScopeTraversalExpr.Value(ctx)
}

// relativeReference is a traversal that begins with any expression.
type relativeReference struct {
	*hclsyntax.RelativeTraversalExpr
}

// Value follows the traversal.
func (e *relativeReference) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Source.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return follow(v, e.Traversal)
}

// index is an index whose key is an expression.
type index struct{ *hclsyntax.IndexExpr }

// Value indexes the collection.
func (e *index) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	collection, diags := e.Collection.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	key, diags := e.Key.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return indexed(collection, key, &e.SrcRange)
}

// follow goes on from a value.
func follow(v cty.Value, steps []hcl.Traverser) (cty.Value, hcl.Diagnostics) {
	for _, step := range steps {
		var diags hcl.Diagnostics
		switch step := step.(type) {
		case hcl.TraverseAttr:
			v, diags = attributeOf(v, step.Name, &step.SrcRange)
		case hcl.TraverseIndex:
			v, diags = indexed(v, step.Key, &step.SrcRange)
		default:
			v, diags = step.TraversalStep(v)
		}
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
	}
	return v, nil
}

func attributeOf(v cty.Value, name string, at *hcl.Range) (cty.Value, hcl.Diagnostics) {
	if o := lazyOf(v); o != nil {
		return o.attribute(name).WithSameMarks(v), nil
	}
	if i := standIn(v); i != nil {
		return i.attribute(name), nil
	}
	return hcl.GetAttr(v, name, at)
}

func indexed(collection, key cty.Value, at *hcl.Range) (cty.Value, hcl.Diagnostics) {
	if o := lazyOf(collection); o != nil {
		if name, ok := textOf(unmarked(key)); ok && key.Type() == cty.String {
			return o.attribute(name).WithSameMarks(collection, key), nil
		}
	}
	v, diags := hcl.Index(collection, key, at)
	if functions.HasSymbol(key) && diags.HasErrors() {
		return cty.DynamicVal, nil // it may turn out to be one of the keys
	}
	return v, diags
}

func unmarked(v cty.Value) cty.Value {
	v, _ = v.Unmark()
	return v
}

// conditional is a conditional whose results need not be of one type, since
// a resource is not known by its type here.
type conditional struct{ *hclsyntax.ConditionalExpr }

// Value is that of the chosen result.
func (e *conditional) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	condition, diags := e.Condition.Value(ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	yes, yesDiags := e.TrueResult.Value(ctx)
	no, noDiags := e.FalseResult.Value(ctx)
	plain := unmarked(condition)
	if plain.IsNull() {
		return cty.DynamicVal, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Null condition", Detail: "A condition is true or false.", Subject: e.SrcRange.Ptr()}}
	}
	if plain.IsKnown() {
		b, err := convert.Convert(plain, cty.Bool)
		if err != nil {
			return cty.DynamicVal, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Incorrect condition type", Detail: err.Error(), Subject: e.SrcRange.Ptr()}}
		}
		chosen, other := no, yes
		if diags = noDiags; b.True() {
			chosen, other, diags = yes, no, yesDiags
		}
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
		return unified(chosen, other).WithSameMarks(condition), nil
	}
	if yesDiags.HasErrors() || noDiags.HasErrors() {
		return cty.DynamicVal.WithSameMarks(condition), nil
	}
	literal := func(v cty.Value) hclsyntax.Expression {
		return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: e.SrcRange}
	}
	if yes.RawEquals(no) {
		condition = cty.True.WithSameMarks(condition)
	}
	both := &hclsyntax.ConditionalExpr{Condition: literal(condition), TrueResult: literal(yes), FalseResult: literal(no), SrcRange: e.SrcRange}
	v, diags := both.Value(nil)
	if diags.HasErrors() {
		return cty.DynamicVal.WithSameMarks(condition), nil
	}
	return v, nil
}

// unified is a value in the type that it has in common with another.
func unified(v, other cty.Value) cty.Value {
	if v.Type().Equals(other.Type()) || v.Type() == cty.DynamicPseudoType || other.Type() == cty.DynamicPseudoType {
		return v
	}
	common, conversions := convert.UnifyUnsafe([]cty.Type{v.Type(), other.Type()})
	if common == cty.NilType || conversions[0] == nil {
		return v
	}
	// Without the types of a provider's schema a conversion may know less.
	if converted, err := conversions[0](v); err == nil && (unmarked(converted).IsKnown() || !unmarked(v).IsKnown()) {
		return converted
	}
	return v
}

// call is a function call.
type call struct{ *hclsyntax.FunctionCallExpr }

// Value calls the function, as long as there is anything left to spend.
func (e *call) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	return spending(ctx, e.FunctionCallExpr, functions.Weight)
}

// spending is the value of an expression that is paid for: a step, and what the
// value is worth.
func spending(ctx *hcl.EvalContext, e hclsyntax.Expression, cost func(cty.Value) int) (cty.Value, hcl.Diagnostics) {
	s := scopeOf(ctx)
	if s == nil {
		return e.Value(ctx)
	}
	if s.module.spend(1); s.module.exhausted() {
		return cty.DynamicVal, nil
	}
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		return v, diags
	}
	if s.module.spend(cost(v)); s.module.exhausted() {
		return cty.DynamicVal, nil
	}
	return v, diags
}

// measured is an expression whose value is gone through, by a loop or a function.
type measured struct {
	hclsyntax.Expression
	cost func(cty.Value) int // in steps
}

// Value is unknown where nothing is left to spend on going through it.
func (e *measured) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	return spending(ctx, e.Expression, e.cost)
}

// text is a template.
type text struct{ hclsyntax.Expression }

// mostText bounds the length of a text that a template makes.
const mostText = 1 << 20

// Value is unknown where the text is made of a symbol, but for the range of the
// one address that a symbol stands for.
func (e *text) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := spending(ctx, e.Expression, functions.Weight)
	if plain := unmarked(v); !diags.HasErrors() && plain.Type() == cty.String && plain.IsKnown() && !plain.IsNull() {
		if host, ok := functions.Host(plain); ok {
			return host.WithSameMarks(v), diags
		}
		if _, _, symbol := functions.ParseSymbol(plain); !symbol && functions.HasSymbol(plain) || len(plain.AsString()) > mostText {
			return cty.UnknownVal(cty.String).RefineNotNull().WithSameMarks(v), diags
		}
	}
	return v, diags
}

// attempt is an expression that may fail. It does so in Terraform only if it
// fails with its symbols unknown as well: it may have taken one for a number, or
// as a key.
type attempt struct{ hclsyntax.Expression }

// Value is unknown where it is a symbol that makes the expression fail.
func (e *attempt) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	s := scopeOf(ctx)
	if !diags.HasErrors() || s == nil || s.module.ev.symbols == 0 || s.module.ev.opaque {
		return v, diags
	}
	s.module.ev.opaque = true
	defer func() { s.module.ev.opaque = false }()
	return e.Expression.Value(ctx)
}

// looksIntoObjects are the functions that take an object by all of its
// attributes.
var looksIntoObjects = map[string]bool{
	"merge": true, "lookup": true, "keys": true, "values": true, "jsonencode": true, "yamlencode": true, "tomap": true, "length": true, "contains": true,
}

// whole is an expression whose value is needed with all of its attributes.
type whole struct{ hclsyntax.Expression }

// Value is a resource or module with all of its attributes.
func (e *whole) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	return expanded(v), diags
}
