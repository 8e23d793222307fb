package tfconfig

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// metaArguments are what Terraform itself reads of a resource block.
var metaArguments = []string{"count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner", "timeouts", "dynamic", "//"}

// isSourceOf reports whether the instance can have been made from the block:
// both set the same arguments, and the literals are the same. Without a
// configuration in the input the planned values stand in for it.
func (b *block) isSourceOf(r *tf.Resource) bool {
	if r.Config == nil {
		_, ok := b.candidate().score(r.Values)
		return ok
	}
	written := map[string]bool{}
	for name, a := range b.args {
		written[name] = true
		if name == "dynamic" { // in JSON, where it is a property
			for _, p := range properties(a.expr) {
				written[p.name] = true
			}
		}
		if v, ok := literal(a.expr); slices.Contains(metaArguments, name) || ok && v.IsNull() {
			continue
		}
		if !slices.Contains(r.Config.Arguments, name) {
			return false
		}
	}
	for _, inner := range b.blocks {
		written[inner.typ] = true
		if !inner.dynamic && !slices.Contains(metaArguments, inner.typ) && !slices.Contains(r.Config.Arguments, inner.typ) {
			return false
		}
	}
	for _, name := range r.Config.Arguments {
		if !written[name] && !slices.Contains(metaArguments, name) {
			return false
		}
	}
	return b.hasConstants(r.Config) && b.hasReferences(r.Config)
}

// hasReferences reports whether the arguments refer to the same objects as in
// the plan. Which instance or attribute of them is left open, as the plan does
// not always say.
func (b *block) hasReferences(c *tf.ResourceConfig) bool {
	for name, planned := range c.References {
		a := b.args[name]
		if a == nil {
			continue // a nested block, or an argument that isSourceOf knows to be absent
		}
		written := map[string]bool{}
		for _, t := range a.refers() {
			if name := traversed(t); name != "" {
				written[name] = true
			}
		}
		for _, reference := range planned {
			if name := referredTo(reference); name != "" && !written[name] {
				return false
			}
		}
	}
	return true
}

// referredTo is the object that a reference of the plan names: "aws_vpc.main"
// of "aws_vpc.main[0].id". It is empty for what belongs to the block itself.
func referredTo(reference string) string {
	steps := strings.SplitN(tf.StripKeys(reference), ".", 4)
	return objectOf(steps)
}

// traversed is the object that an expression of the source names.
func traversed(t hcl.Traversal) string {
	var steps []string
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			steps = append(steps, step.Name)
		case hcl.TraverseAttr:
			steps = append(steps, step.Name)
		default:
			return objectOf(steps)
		}
	}
	return objectOf(steps)
}

// objectOf is the part of a reference that names an object.
func objectOf(steps []string) string {
	length := 2
	switch steps[0] {
	case "each", "count", "self", "path", "terraform":
		return ""
	case "data", "ephemeral":
		length = 3
	}
	if len(steps) < length {
		return ""
	}
	return strings.Join(steps[:length], ".")
}

// hasConstants reports whether the literals of the source are those of the
// plan, both ways.
func (b *block) hasConstants(c *tf.ResourceConfig) bool {
	if c.Constants == nil {
		return true
	}
	for name, a := range b.args {
		v, ok := literal(a.expr)
		if !ok {
			continue
		}
		text, scalar := textOf(v)
		planned, constant := c.Constants[name]
		if scalar && slices.Contains(c.Arguments, name) && !slices.Contains(metaArguments, name) && (!constant || !sameText(text, planned)) {
			return false
		}
	}
	for path, planned := range c.Constants {
		if a := b.argument(parsePath(path)); a != nil {
			v, ok := literal(a.expr)
			if !ok {
				return false
			}
			if text, scalar := textOf(v); scalar && !sameText(text, planned) {
				return false
			}
		}
	}
	return true
}

// sameText compares a literal with that of the plan, which leaves out the
// text of very long ones.
func sameText(text, planned string) bool {
	return planned == "" || text == planned || sameNumber(text, planned)
}

// argument is the argument at a path of the configuration, where blocks have
// the order of the source; nil where the path leads elsewhere.
func (b *block) argument(steps []step) *arg {
	if len(steps) == 0 {
		return nil
	}
	name, rest := steps[0].name, steps[1:]
	if len(rest) == 0 {
		return b.args[name]
	}
	n := 0
	if rest[0].index >= 0 {
		n, rest = rest[0].index, rest[1:]
	}
	for _, inner := range b.blocks {
		if inner.typ != name || inner.dynamic {
			continue
		}
		if n == 0 {
			return inner.argument(rest)
		}
		n--
	}
	return nil
}
