package tfconfig

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig/functions"
)

// variableMark says which root variable a value came from.
type variableMark struct{ name string }

// trace marks the value of a root variable where its use is of interest.
func (ev *evaluator) trace(name string, v cty.Value) cty.Value {
	if ev.traced {
		return v.Mark(variableMark{name})
	}
	return v
}

// marks are those of what a block sets under a name: they say which root
// variables it comes from. What repeats a dynamic block counts.
func (b *body) marks(name string) cty.ValueMarks {
	var all []any
	if v := b.member(name); v != cty.NilVal {
		_, marks := v.UnmarkDeep()
		all = append(all, marks)
	}
	for _, inner := range b.nestedBlocks() {
		if inner.typ == name && inner.forEach != nil {
			_, marks := b.scope.module.ev.settled(inner.forEach, b.ctx).UnmarkDeep()
			all = append(all, marks)
		}
	}
	return cty.NewValueMarks(all...)
}

// Depends implements [tf.Evaluator].
func (p *planned) Depends(r *tf.Resource, variables map[string]bool) (names []string, maybe bool) {
	if p.traced == nil {
		p.traced = newPlanned(newEvaluator(p.ev.config, p.ev.opts))
		p.traced.ev.traced = true
	}
	i := p.traced.instance(r)
	if i == nil {
		return nil, false
	}
	for _, name := range i.body.names() {
		if holdsVariable(i.body.marks(name), variables) {
			names = append(names, name)
		}
	}
	maybe = !i.group.module.repeats(i.group.block, i.addr.Key, variables)
	for m := i.group.module; m.parent != nil; m = m.parent {
		maybe = maybe || !m.parent.repeats(m.of.block, m.key, variables)
	}
	return names, maybe
}

func holdsVariable(marks cty.ValueMarks, variables map[string]bool) bool {
	for mark := range marks {
		if m, ok := mark.(variableMark); ok && variables[m.name] {
			return true
		}
	}
	return false
}

// repeats reports whether a block of the module certainly makes the instance of
// a key, as far as that is for some root variables to say.
func (m *moduleInstance) repeats(b *block, key string, variables map[string]bool) bool {
	text, _, _ := tf.ParseKey(key)
	depends := func(a *arg) (cty.Value, bool) {
		if a == nil {
			return cty.NilVal, false
		}
		v := m.ev.settled(a, m.scope.ctx)
		_, marks := v.UnmarkDeep()
		return v, holdsVariable(marks, variables)
	}
	if v, ok := depends(b.args["count"]); ok {
		n, known := wholeNumber(v)
		index, isIndex := tf.NumberValue(text).AsInt().Known()
		return known && isIndex && index < n
	}
	if v, ok := depends(b.args["for_each"]); ok {
		elements, known := eachOf(v)
		return known && elements[text] != cty.NilVal
	}
	return true
}

// Origins implements [tf.Tracer]. It evaluates the argument once more, with
// the values of root variables marked: a value that a condition chose comes
// from the condition too.
func (c *Config) Origins(r *tf.Resource, path string) []tf.Origin {
	if c.options == nil || r == nil || path == "" {
		return nil
	}
	if c.tracing == nil {
		c.tracing = c.Evaluator(*c.options).(*planned)
		c.tracing.ev.traced = true
	}
	ev := c.tracing.ev
	i := c.tracing.instance(r)
	if i == nil || !i.body.block.isSourceOf(r) {
		return nil
	}
	names := map[string]bool{}
	for _, at := range i.body.at(parsePath(path), r.Values, c.options.Known == nil) {
		if at.arg == nil {
			continue
		}
		_, marks := at.body.argument(at.arg.name).UnmarkDeep()
		for mark := range marks {
			if m, ok := mark.(variableMark); ok {
				names[m.name] = true
			}
		}
	}
	var all []tf.Origin
	for _, name := range slices.Sorted(maps.Keys(names)) {
		all = append(all, ev.origin(name))
	}
	return all
}

// written is an argument in a block, or with a nil arg the block itself.
type written struct {
	body  *body
	arg   *arg
	value tf.Value // of the argument or block
	rest  []step   // that lead into the expression of the argument
}

// at finds what a path into the values of an instance was made from. Blocks
// have the order of the source where ordered says so; in a plan that of their
// set, so that every block that the value may be of is found.
func (b *body) at(steps []step, value tf.Value, ordered bool) []written {
	if len(steps) == 0 {
		return []written{{body: b, value: value}}
	}
	name, rest := steps[0].name, steps[1:]
	v := inheriting(value.Get(name), value)
	if a := b.block.args[name]; a != nil {
		return []written{{b, a, v, rest}}
	}
	n := 0
	if len(rest) > 0 && rest[0].index >= 0 {
		n, rest = rest[0].index, rest[1:]
	}
	elements, _ := v.Blocks()
	var all []written
	for i, inner := range b.blocks(name) {
		var element tf.Value
		if n < len(elements) {
			element = inheriting(elements[n], v)
		}
		if ordered && i != n || !ordered && !inner.mayBe(element) {
			continue
		}
		all = append(all, inner.at(rest, element, ordered)...)
	}
	return all
}

// inheriting is a part of a value, sensitive where the whole is.
func inheriting(part, whole tf.Value) tf.Value {
	if whole.IsSensitive() {
		return part.MarkSensitive()
	}
	return part
}

// mayBe reports whether a planned value may be made from the block.
func (b *body) mayBe(planned tf.Value) bool {
	for name, a := range b.block.args {
		if !sameValue(slot{in: b, arg: a}.value(b.argument(name)), planned.Get(name)) {
			return false
		}
	}
	return true
}

// sameValue reports whether an evaluated value may be the planned one.
func sameValue(evaluated, planned tf.Value) bool {
	a, known := evaluated.AsString().Known()
	b, knownToo := planned.AsString().Known()
	switch {
	case known && knownToo:
		return a == b || sameNumber(a, b)
	case evaluated.Kind() == tf.List && planned.Kind() == tf.List:
		return len(evaluated.Elements()) == len(planned.Elements()) && !slices.ContainsFunc(evaluated.Elements(), func(e tf.Value) bool {
			return !slices.ContainsFunc(planned.Elements(), func(p tf.Value) bool { return sameValue(e, p) })
		})
	}
	return true
}

// mostShown is how long a value may be that is shown.
const mostShown = 60

// origin is a root variable with where its value stands.
func (ev *evaluator) origin(name string) tf.Origin {
	o := tf.Origin{Variable: name}
	v, marks := ev.root.variable(name).UnmarkDeep()
	if text, ok := textOf(v); ok && len(text) <= mostShown {
		o.Value = tf.StringValue(text)
		if v.Type() != cty.String {
			o.Value = tf.NumberValue(text)
		}
		if _, sensitive := marks[functions.Sensitive]; sensitive {
			o.Value = o.Value.MarkSensitive()
		}
	}
	if g, ok := ev.given[name]; ok {
		o.Range, o.From = g.at, g.from
		return o
	}
	o.Range, _ = ev.config.Variable(name)
	return o
}
