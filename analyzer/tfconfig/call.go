package tfconfig

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// callArgument is the argument that the author gives to a module from
// elsewhere, in the innermost call that the repository holds, and that the
// place in that module gets its value from. It is false where that is none, or
// not one only.
func (c *Config) callArgument(m *module, resource *block, p place) (tf.Range, bool) {
	if p.arg == nil {
		return tf.Range{}, false
	}
	f := &feeding{config: c, seen: map[*arg]bool{}, ends: map[*arg]bool{}}
	repeats := []*block{resource}
	if p.block != resource {
		repeats = append(repeats, p.block)
	}
	f.argument(m, p.arg, repeats)
	if len(f.ends) != 1 {
		return tf.Range{}, false
	}
	for a := range f.ends {
		return a.file.rangeOf(a.at), true
	}
	return tf.Range{}, false
}

// feeding follows references out of the modules from elsewhere.
type feeding struct {
	config *Config
	seen   map[*arg]bool
	ends   map[*arg]bool // arguments in the repository
}

// argument follows what an argument in a module refers to; repeats are the
// blocks around it that count, for_each or a dynamic block repeat.
func (f *feeding) argument(m *module, a *arg, repeats []*block) {
	if a == nil || f.seen[a] {
		return
	}
	f.seen[a] = true
	if !m.external {
		f.ends[a] = true
		return
	}
	for _, t := range a.refers() {
		f.reference(m, t, repeats)
	}
}

func (f *feeding) reference(m *module, t hcl.Traversal, repeats []*block) {
	root := t.RootName()
	for _, b := range repeats {
		switch {
		case b.dynamic && root == b.iterator:
			f.argument(m, b.forEach, repeats)
		case root == "each":
			f.argument(m, b.args["for_each"], nil)
		case root == "count":
			f.argument(m, b.args["count"], nil)
		}
	}
	name, _, ok := nextName(t[1:])
	if !ok {
		return
	}
	switch root {
	case "local":
		f.argument(m, m.source.locals[name], nil)
	case "var":
		if m.block == nil {
			return
		}
		parent := f.config.modules[m.path[:max(strings.LastIndex(m.path, ".module."), 0)]]
		if parent != nil && parent.source != nil {
			f.argument(parent, m.block.args[name], []*block{m.block})
		}
	}
}
