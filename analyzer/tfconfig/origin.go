package tfconfig

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// origins are the identities that an expression refers to, followed through
// locals, variables and outputs.
type origins struct {
	symbols   []tf.Symbol
	instances map[tf.Symbol]*instance
	// open is set when something else may be meant: a reference leads to what
	// nobody knows.
	open    bool
	visited map[visit]bool
}

type visit struct {
	arg *arg
	in  *scope
}

// originsOf finds what an argument of a block refers to.
func (ev *evaluator) originsOf(a *arg, in *body) *origins {
	o := &origins{instances: map[tf.Symbol]*instance{}, visited: map[visit]bool{}}
	o.argument(a, in.scope, in.iterators)
	return o
}

// isBare reports whether an expression is nothing but a reference to an
// attribute of a resource.
func isBare(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *reference:
		switch e.Traversal.RootName() {
		case "var", "local", "module", "each", "count", "path", "terraform":
			return false
		}
		return true
	case *relativeReference:
		return isBare(e.Source)
	case *index:
		return isBare(e.Collection)
	case *hclsyntax.ParenthesesExpr:
		return isBare(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return isBare(e.Wrapped)
	}
	return false
}

func (o *origins) argument(a *arg, in *scope, iterators []iterator) {
	key := visit{a, in}
	if a == nil || o.visited[key] || in.module.exhausted() {
		return
	}
	o.visited[key] = true
	for _, t := range a.refers() {
		in.module.spend(1)
		o.reference(t, in, iterators)
	}
}

// reference follows one reference.
func (o *origins) reference(t hcl.Traversal, in *scope, iterators []iterator) {
	root := t.RootName()
	for i := len(iterators) - 1; i >= 0; i-- {
		if it := iterators[i]; it.name == root {
			o.argument(it.over, it.in.scope, it.in.iterators)
			return
		}
	}
	m := in.module
	name, rest, ok := nextName(t[1:])
	if !ok {
		return
	}
	switch root {
	case "var":
		o.variable(m, name)
	case "local":
		if a := m.of.source.locals[name]; a != nil {
			o.argument(a, m.scope, nil)
		}
	case "module":
		o.output(m, name, rest)
	case "each", "count":
		if in.repeat != nil {
			o.argument(in.repeat.arg, in.repeat.in, nil)
		}
	case "path", "terraform", "self":
	case "ephemeral":
		o.open = true
	case "data":
		typ := name
		if name, rest, ok = nextName(rest); ok {
			o.resource(m.group("data."+typ+"."+name), typ, rest)
		}
	default:
		o.resource(m.group(root+"."+name), root, rest)
	}
}

func (o *origins) variable(m *moduleInstance, name string) {
	if m.parent == nil {
		o.open = o.open || !m.variable(name).IsWhollyKnown()
		return
	}
	if a := m.of.block.args[name]; a != nil {
		o.argument(a, m.call, nil)
	}
}

func (o *origins) output(m *moduleInstance, name string, rest []hcl.Traverser) {
	c := m.moduleCalls(name)
	if c == nil || c.of.source == nil {
		o.open = true
		return
	}
	key, rest := literalKey(rest)
	output, _, named := nextName(rest)
	for _, instance := range c.instances {
		if key != "" && instance.key != key && !c.expansion.unknown {
			continue
		}
		for _, n := range slices.Sorted(maps.Keys(c.of.source.outputs)) {
			if !named || n == output {
				o.argument(c.of.source.outputs[n].args["value"], instance.scope, nil)
			}
		}
	}
}

// literalKey takes an instance key off a traversal.
func literalKey(rest []hcl.Traverser) (key string, after []hcl.Traverser) {
	if len(rest) == 0 {
		return "", rest
	}
	step, ok := rest[0].(hcl.TraverseIndex)
	if !ok {
		return "", rest
	}
	text, known := textOf(step.Key)
	switch {
	case !known:
		return "", rest[1:]
	case step.Key.Type() == cty.Number:
		return "[" + text + "]", rest[1:]
	}
	return tf.QuoteKey(text), rest[1:]
}

// resource adds the identities of the instances of a block.
func (o *origins) resource(g *group, typ string, rest []hcl.Traverser) {
	if g.block == nil {
		return
	}
	wanted := g.module.ev.opts.Wanted
	if _, kept := wanted.Keep(typ); !kept {
		o.open = o.open || !namesNothing(g.block.typ, typ)
		return
	}
	key, rest := literalKey(rest)
	attribute := attributePath(rest)
	if attribute == "" {
		attribute = "id"
	}
	for _, i := range g.instances {
		if key == "" || i.addr.Key == key || g.expansion.unknown {
			o.attribute(i, attribute)
		}
	}
}

// attribute adds an identity of an instance, or follows the argument that the
// attribute is.
func (o *origins) attribute(i *instance, attribute string) {
	if i.group.module.ev.opts.Wanted.Identity(i.addr.Type, attribute) {
		s := tf.Symbol{Address: i.address, Attribute: attribute}
		if o.instances[s] == nil {
			o.instances[s] = i
			o.symbols = append(o.symbols, s)
		}
		return
	}
	name, _, _ := strings.Cut(attribute, ".")
	if a := i.body.block.args[name]; a != nil {
		o.argument(a, i.body.scope, nil)
		return
	}
	// What the provider computes under the name of an identity may be one.
	o.open = o.open || slices.ContainsFunc([]string{"id", "ids", "arn", "arns", "name", "output", "result"}, func(end string) bool { return strings.HasSuffix(name, end) })
}

// attributePath is the attribute that a traversal names, without indexes.
func attributePath(rest []hcl.Traverser) string {
	var names []string
	for _, step := range rest {
		if a, ok := step.(hcl.TraverseAttr); ok {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ".")
}

// namesNothing reports whether a type of which nothing is kept gives no
// identity of a network object.
func namesNothing(mode, typ string) bool {
	if mode != "data" {
		return strings.HasPrefix(typ, "aws_")
	}
	return slices.Contains([]string{
		"aws_ami", "aws_availability_zone", "aws_availability_zones", "aws_caller_identity", "aws_iam_policy_document",
		"aws_partition", "aws_region", "aws_service_principal",
	}, typ)
}
