package tfconfig

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Ignores implements [tf.Ignorer].
func (c *Config) Ignores(r *tf.Resource) []string {
	m := c.module(tf.StripKeys(r.Addr.Module))
	if m == nil || m.source == nil {
		return nil
	}
	b := m.blockOf(r)
	if b == nil {
		return nil
	}
	var names []string
	for _, inner := range b.blocks {
		if a := inner.args["ignore_changes"]; a != nil && inner.typ == "lifecycle" {
			names = append(names, ignored(a.expr)...)
		}
	}
	return names
}

// ignored reads a list of arguments, which may be quoted, or the word all.
func ignored(e hcl.Expression) []string {
	list, ok := elements(e)
	if !ok {
		list = []hcl.Expression{e}
	}
	var names []string
	for _, one := range list {
		if t, diags := hcl.AbsTraversalForExpr(one); !diags.HasErrors() {
			names = append(names, t.RootName())
		} else if v, ok := literal(one); ok {
			text, _ := textOf(v)
			if steps := parsePath(text); len(steps) > 0 {
				names = append(names, steps[0].name)
			}
		}
	}
	return names
}
