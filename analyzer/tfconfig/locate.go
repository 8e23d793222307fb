package tfconfig

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Locate finds the argument of a resource; see [tf.Source].
func (c *Config) Locate(r *tf.Resource, path string) (tf.Location, bool) {
	if r == nil {
		return tf.Location{}, false
	}
	m := c.module(tf.StripKeys(r.Addr.Module))
	if m == nil {
		return tf.Location{}, false
	}
	if m.source == nil {
		return c.call(m)
	}
	b := m.blockOf(r)
	if b == nil {
		return tf.Location{}, false
	}
	p, ok := c.exact(r, parsePath(path))
	if !ok {
		p = b.find(parsePath(path), r.Values)
	}
	l := tf.Location{
		Range:    p.file.rangeOf(p.at),
		Block:    p.block.file.rangeOf(p.block.header),
		Line:     p.line(),
		Calls:    slices.Clone(m.calls),
		External: m.external,
	}
	if n := len(l.Calls); m.external && n > 0 {
		if at, ok := c.callArgument(m, b, p); ok {
			l.Calls[n-1] = at
		}
	}
	return l, true
}

// blockOf is the block of a module that the instance was made from, or nil.
func (m *module) blockOf(r *tf.Resource) *block {
	b := m.source.resources[blockKey(r.Addr)]
	if b == nil || !b.isSourceOf(r) {
		return nil
	}
	return b
}

// exact finds a place by the blocks that the evaluation made; it is false where
// there is none, or where the value may be of several.
func (c *Config) exact(r *tf.Resource, steps []step) (place, bool) {
	if c.evaluated == nil {
		return place{}, false
	}
	i := c.evaluated.instance(r)
	if i == nil {
		return place{}, false
	}
	found := i.body.at(steps, r.Values, c.options.Known == nil)
	if len(found) == 0 || slices.ContainsFunc(found, func(w written) bool { return w.arg != found[0].arg || w.body.block != found[0].body.block }) {
		return place{}, false
	}
	w := found[0]
	if w.arg == nil {
		b := w.body.block
		return place{file: b.file, at: b.header, block: b}, true
	}
	p := place{file: w.arg.file, at: w.arg.at, block: w.body.block, arg: w.arg, expr: w.arg.expr, value: w.value, hidden: w.value.IsSensitive()}
	return p.descend(w.rest), true
}

// module is the module at a path without keys, or the one on the way to it
// that is not installed; nil where the source has no such module.
func (c *Config) module(path string) *module {
	if m := c.modules[path]; m != nil {
		return m
	}
	for path != "" {
		path = path[:max(strings.LastIndex(path, ".module."), 0)]
		if m := c.modules[path]; m != nil {
			if m.source == nil {
				return m
			}
			return nil
		}
	}
	return nil
}

// call is the location of something in a module that is not installed: the
// innermost call of the repository.
func (c *Config) call(m *module) (tf.Location, bool) {
	if len(m.calls) == 0 {
		return tf.Location{}, false
	}
	at := m.calls[len(m.calls)-1]
	l := tf.Location{Range: at, Block: at, Calls: slices.Clone(m.calls), External: true}
	for _, m := range c.order {
		for _, f := range m.source.files {
			if f.path == at.File {
				for _, b := range f.blocks {
					if f.rangeOf(b.header) == at {
						l.Line = place{file: f, at: b.header, block: b}.line()
						return l, true
					}
				}
			}
		}
	}
	return l, true
}

// place is where an argument stands.
type place struct {
	file  *file
	at    hcl.Range
	block *block // that holds it, or is it
	// arg is the argument, and expr the part of its expression that is meant;
	// both are nil for a block.
	arg  *arg
	expr hcl.Expression
	// value is the planned value; hidden is set when it, or something that it
	// is part of, is sensitive.
	value  tf.Value
	hidden bool
}

// find follows a path from a block whose planned value is value.
func (b *block) find(steps []step, value tf.Value) place {
	here := place{file: b.file, at: b.header, block: b}
	if len(steps) == 0 {
		return here
	}
	name, rest := steps[0].name, steps[1:]
	v := value.Get(name)
	if a := b.args[name]; a != nil {
		p := place{file: a.file, at: a.at, block: b, arg: a, expr: a.expr, value: v, hidden: value.IsSensitive()}
		return p.descend(rest)
	}
	var blocks []*block
	var candidates []candidate
	for _, inner := range b.blocks {
		if inner.typ == name {
			blocks = append(blocks, inner)
			candidates = append(candidates, inner.candidate())
		}
	}
	if len(blocks) == 0 {
		return here
	}
	planned, _ := v.Blocks()
	n := 0
	switch {
	case len(rest) > 0 && rest[0].index >= 0:
		n, rest = rest[0].index, rest[1:]
	case len(blocks) > 1:
		return here
	}
	c := choose(candidates, planned, n)
	if c < 0 {
		return here
	}
	element := tf.Value{}
	if n < len(planned) {
		element = planned[n]
	}
	if value.IsSensitive() || v.IsSensitive() {
		element = element.MarkSensitive()
	}
	return blocks[c].find(rest, element)
}

// descend follows a path into the expression of an argument, as far as it is
// written out.
func (p place) descend(steps []step) place {
	for _, s := range steps {
		p.hidden = p.hidden || p.value.IsSensitive()
		list, isList := elements(p.expr)
		planned := p.value.Elements()
		switch {
		case s.index >= 0 && isList:
			var candidates []candidate
			for _, e := range list {
				candidates = append(candidates, element(e))
			}
			c := choose(candidates, planned, s.index)
			if c < 0 || s.index >= len(planned) {
				return p
			}
			p.expr, p.at, p.value = list[c], list[c].Range(), planned[s.index]
		case s.index >= 0:
			// One object stands for a list of one.
			if s.index > 0 || len(properties(p.expr)) == 0 {
				return p
			}
			if len(planned) == 1 {
				p.value = planned[0]
			}
		default:
			if isList && len(list) == 1 {
				p.expr = list[0]
			}
			if len(planned) == 1 {
				p.value = planned[0]
			}
			all := properties(p.expr)
			i := slices.IndexFunc(all, func(q property) bool { return q.name == s.name })
			if i < 0 {
				return p
			}
			p.expr, p.at = all[i].value, hcl.RangeBetween(all[i].key, all[i].value.Range())
			p.value = p.value.Get(s.name)
		}
	}
	return p
}
