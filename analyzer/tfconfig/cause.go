package tfconfig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// causes are what makes an expression unknown, in the words of the
// configuration: the root variables without a value, data sources, computed
// attributes and modules that are not installed, followed through locals,
// variables, outputs and what repeats a resource.
type causes struct {
	names   []string
	visited map[visit]bool
}

// causeOf is what an unknown count or for_each depends on, such as "var.n"; it
// is empty where nothing is found.
func causeOf(a *arg, in *scope) string {
	c := &causes{visited: map[visit]bool{}}
	c.argument(a, in)
	slices.Sort(c.names)
	return strings.Join(slices.Compact(c.names), " and ")
}

func (c *causes) argument(a *arg, in *scope) {
	key := visit{a, in}
	if a == nil || in == nil || c.visited[key] || in.module.exhausted() {
		return
	}
	c.visited[key] = true
	for _, t := range a.refers() {
		in.module.spend(1)
		c.reference(t, in)
	}
}

func (c *causes) reference(t hcl.Traversal, in *scope) {
	root, m := t.RootName(), in.module
	name, rest, ok := nextName(t[1:])
	if !ok {
		return
	}
	unknown := func(v cty.Value) bool { return !v.IsWhollyKnown() }
	switch root {
	case "var":
		switch {
		case !unknown(m.variable(name)):
		case m.parent == nil:
			c.names = append(c.names, "var."+name)
		default:
			c.argument(m.of.block.args[name], m.call)
		}
	case "local":
		if a := m.of.source.locals[name]; a != nil && unknown(m.local(name)) {
			c.argument(a, m.scope)
		}
	case "module":
		c.output(m, name, rest)
	case "each", "count":
		if in.repeat != nil {
			c.argument(in.repeat.arg, in.repeat.in)
		}
	case "path", "terraform", "self", "ephemeral":
	case "data":
		typ := name
		if name, rest, ok = nextName(rest); ok {
			c.resource(m, "data."+typ+"."+name, rest)
		}
	default:
		c.resource(m, root+"."+name, rest)
	}
}

func (c *causes) output(m *moduleInstance, name string, rest []hcl.Traverser) {
	calls := m.moduleCalls(name)
	if calls == nil || calls.of.source == nil {
		c.names = append(c.names, within(m, "module."+name))
		return
	}
	_, rest = literalKey(rest)
	output, _, _ := nextName(rest)
	for _, instance := range calls.instances {
		if o := calls.of.source.outputs[output]; o != nil {
			c.argument(o.args["value"], instance.scope)
		}
	}
}

// resource is what the number of instances depends on where that is not known,
// else the argument that is referred to, else the resource, which computes it.
func (c *causes) resource(m *moduleInstance, key string, rest []hcl.Traverser) {
	g := m.group(key)
	if g.block == nil {
		return
	}
	if g.expansion.unknown {
		c.argument(g.expansion.repeats[0].arg, m.scope)
		return
	}
	_, rest = literalKey(rest)
	attribute, _, named := nextName(rest)
	if !named {
		return // the instances themselves, which are known
	}
	if a := g.block.args[attribute]; a != nil {
		for _, i := range g.instances {
			c.argument(a, i.body.scope)
		}
		return
	}
	c.names = append(c.names, within(m, key))
}

// within is a name as the root module sees it.
func within(m *moduleInstance, name string) string {
	return strings.TrimPrefix(tf.StripKeys(m.path)+"."+name, ".")
}

// undecided collects what nobody knows the number of, by what that depends on.
// One that is the same in several calls of a module is one.
type undecided struct {
	order []string
	of    map[string]*uncountedBlocks
}

type uncountedBlocks struct {
	at             tf.Range
	causes, blocks []string
}

func (u *undecided) add(cause, block string, at tf.Range) {
	if u.of == nil {
		u.of = map[string]*uncountedBlocks{}
	}
	key := cause
	if inner := withoutModule(cause); inner != cause {
		key = inner + " in " + at.File
	}
	x := u.of[key]
	if x == nil {
		x = &uncountedBlocks{at: at}
		u.of[key] = x
		u.order = append(u.order, key)
	}
	if !slices.Contains(x.causes, cause) {
		x.causes = append(x.causes, cause)
	}
	if !slices.Contains(x.blocks, block) {
		x.blocks = append(x.blocks, block)
	}
}

// fewNamed is how many things a line names.
const fewNamed = 3

// withoutModule is the address of a block in its own module.
func withoutModule(address string) string {
	parsed, err := tf.ParseAddress(address)
	if err != nil || parsed.Module == "" {
		return address
	}
	parsed.Module = ""
	return parsed.String()
}

// told are the cause and the blocks for people, those of several calls of a
// module as one.
func (x *uncountedBlocks) told() (cause, blocks string) {
	if len(x.causes) == 1 {
		return x.causes[0], fewOf(x.blocks)
	}
	var inner []string
	for _, block := range x.blocks {
		if name := withoutModule(block); !slices.Contains(inner, name) {
			inner = append(inner, name)
		}
	}
	return fmt.Sprintf("%s of %d module calls", withoutModule(x.causes[0]), len(x.causes)), fewOf(inner)
}

// fewOf are names for people: the first few, and how many more.
func fewOf(list []string) string {
	switch n := len(list) - fewNamed; {
	case n > 1:
		return strings.Join(list[:fewNamed], ", ") + fmt.Sprintf(" and %d more", n)
	case len(list) > 1:
		return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
	}
	return strings.Join(list, "")
}

// uncounted says, once for each thing that is not known, which instances
// nobody knows the number of (U-12).
func (b *stackBuilder) uncounted() {
	for _, key := range b.undecided.order {
		x := b.undecided.of[key]
		cause, blocks := x.told()
		summary, settle := "how many there are is not known of "+blocks, "A plan says how many."
		if cause != "" {
			verb, it := " is", "it"
			if strings.Contains(cause, " and ") {
				verb, it = " are", "them"
			}
			summary = cause + verb + " not known, and with " + it + " how many there are of " + blocks
		}
		if name, ok := strings.CutPrefix(cause, "var."); ok && slices.Contains(b.ev.unset, name) {
			b.ev.unset = slices.DeleteFunc(b.ev.unset, func(s string) bool { return s == name })
			summary = cause + " has no value, and with it nobody knows how many there are of " + blocks
			settle = "Give it one with --var " + name + "=VALUE or --var-file FILE."
		}
		b.ev.report(x.at, summary, "One stands for all of them; it may not be there at all. "+settle)
	}
}

// undeclared says which values were given to variables that do not exist: those
// that they were meant for are not known.
func (b *stackBuilder) undeclared() {
	root := b.ev.root.of.source
	for _, a := range b.ev.opts.Assignments {
		if a.Name != "" && root.variables[a.Name] == nil {
			b.ev.report(tf.Range{}, "there is no variable "+a.Name+" to give a value to", "--var names a variable of the root module.")
		}
	}
}

// unsetVariables says which root variables have no value.
func (b *stackBuilder) unsetVariables() {
	if len(b.ev.unset) == 0 {
		return
	}
	slices.Sort(b.ev.unset)
	first := b.ev.root.of.source.variables[b.ev.unset[0]]
	names := make([]string, len(b.ev.unset))
	for n, name := range b.ev.unset {
		names[n] = "var." + name
	}
	verb, hint := " have no value", "Give them one with --var NAME=VALUE, --var-file FILE or, in tfcheck.hcl, given \"variable\" \"NAME\" { value = \"VALUE\" }. What depends on them is not known."
	if len(names) == 1 {
		verb, hint = " has no value", "Give it one with --var "+b.ev.unset[0]+"=VALUE or --var-file FILE. What depends on it is not known."
	}
	b.ev.report(first.file.rangeOf(first.header), fewOf(names)+verb, hint)
}
