package tfconfig

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// block is a block of either syntax. In JSON, whether a property is an
// argument or a block depends on the provider's schema, so that there all
// properties are arguments whose expressions are looked into.
type block struct {
	file   *file
	typ    string
	labels []string
	header hcl.Range
	whole  hcl.Range
	args   map[string]*arg
	blocks []*block
	// dynamic is set for the content of a dynamic block, whose type and header
	// are those of the dynamic block. It is repeated for each element of
	// forEach, as iterator in it.
	dynamic  bool
	forEach  *arg
	iterator string
}

// arg is an argument.
type arg struct {
	file *file
	name string
	at   hcl.Range // from the name to the end of the expression
	expr hcl.Expression
	// evaluable is expr as the evaluator takes it, and references are those in
	// it; both are made when first needed.
	evaluable  hclsyntax.Expression
	references []hcl.Traversal
}

// nativeBlock converts a block of the native syntax.
func nativeBlock(f *file, b *hclsyntax.Block) *block {
	out := &block{file: f, typ: b.Type, labels: b.Labels, header: b.DefRange(), whole: b.Range()}
	body := b.Body
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		out.dynamic, out.typ, out.labels, out.iterator = true, b.Labels[0], nil, b.Labels[0]
		if a := b.Body.Attributes["for_each"]; a != nil {
			out.forEach = &arg{file: f, name: a.Name, at: a.SrcRange, expr: a.Expr}
		}
		if a := b.Body.Attributes["iterator"]; a != nil {
			out.iterator = hcl.ExprAsKeyword(a.Expr)
		}
		body = &hclsyntax.Body{}
		for _, inner := range b.Body.Blocks {
			if inner.Type == "content" {
				body = inner.Body
			}
		}
	}
	out.args = map[string]*arg{}
	for name, a := range body.Attributes {
		out.args[name] = &arg{file: f, name: name, at: a.SrcRange, expr: a.Expr}
	}
	for _, inner := range body.Blocks {
		out.blocks = append(out.blocks, nativeBlock(f, inner))
	}
	return out
}

// jsonBlock converts a property that holds a JSON object.
func jsonBlock(f *file, typ string, labels []string, key hcl.Range, value hcl.Expression) *block {
	out := &block{file: f, typ: typ, labels: labels, header: key, whole: hcl.RangeBetween(key, value.Range()), args: map[string]*arg{}}
	for _, p := range properties(value) {
		out.args[p.name] = &arg{file: f, name: p.name, at: hcl.RangeBetween(p.key, p.value.Range()), expr: p.value}
	}
	return out
}

// dynamicBlocks are the contents of the dynamic blocks of a block in JSON,
// where they are the properties of an argument.
func (b *block) dynamicBlocks() []*block {
	a := b.args["dynamic"]
	if a == nil {
		return nil
	}
	var all []*block
	for _, outer := range oneOrMore(a.expr) {
		for _, p := range properties(outer) {
			for _, value := range oneOrMore(p.value) {
				all = append(all, dynamicBlock(a.file, p, value))
			}
		}
	}
	return all
}

// dynamicBlock is one dynamic block in JSON.
func dynamicBlock(f *file, of property, value hcl.Expression) *block {
	out := &block{file: f, typ: of.name, header: of.key, whole: value.Range(), args: map[string]*arg{}, dynamic: true, iterator: of.name}
	for _, p := range properties(value) {
		a := &arg{file: f, name: p.name, at: hcl.RangeBetween(p.key, p.value.Range()), expr: p.value}
		switch p.name {
		case "for_each":
			out.forEach = a
		case "iterator":
			out.iterator = hcl.ExprAsKeyword(p.value)
		case "content":
			for _, content := range oneOrMore(p.value) {
				out.args = jsonBlock(f, of.name, nil, p.key, content).args
			}
		}
	}
	return out
}

// oneOrMore are the elements of a list expression, or the expression itself.
func oneOrMore(e hcl.Expression) []hcl.Expression {
	if list, ok := elements(e); ok {
		return list
	}
	return []hcl.Expression{e}
}

// property is one property of an object expression.
type property struct {
	name  string
	key   hcl.Range
	value hcl.Expression
}

// properties are those of an object expression with constant keys, in order;
// none for any other expression.
func properties(e hcl.Expression) []property {
	pairs, diags := hcl.ExprMap(e)
	if diags.HasErrors() {
		return nil
	}
	var all []property
	for _, p := range pairs {
		name := hcl.ExprAsKeyword(p.Key)
		if v, ok := literal(p.Key); ok && name == "" {
			name, _ = textOf(v)
		}
		if name != "" {
			all = append(all, property{name, p.Key.Range(), p.Value})
		}
	}
	return all
}

// elements are those of a list expression; ok is false for any other
// expression.
func elements(e hcl.Expression) (all []hcl.Expression, ok bool) {
	all, diags := hcl.ExprList(e)
	return all, !diags.HasErrors()
}

// override merges a block of an override file into b, as Terraform does: its
// arguments and its types of nested blocks replace those of b.
func (b *block) override(with *block) {
	for name, a := range with.args {
		b.args[name] = a
	}
	b.blocks = slices.DeleteFunc(b.blocks, func(old *block) bool {
		return slices.ContainsFunc(with.blocks, func(o *block) bool { return o.typ == old.typ })
	})
	b.blocks = append(b.blocks, with.blocks...)
}
