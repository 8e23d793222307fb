package tfconfig

import (
	"context"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Stack evaluates the configuration: every instance of the types that are
// wanted, as it will be when it is applied to an empty account.
func (c *Config) Stack(ctx context.Context, name, file string, o Options) (*tf.Stack, error) {
	s := &tf.Stack{Name: name, Path: file, Kind: tf.ConfigurationInput, Complete: true, Types: map[string]int{}, Handed: map[string]bool{}, Outputs: map[string]tf.Value{}, Source: c}
	if root := c.modules[""]; root == nil || root.source == nil {
		s.After, s.Complete = tf.NewSnapshot(nil), false
		return s, nil // nothing of it could be read
	}
	ev := newEvaluator(c, o)
	c.options, c.evaluated = &o, newPlanned(ev)
	b := &stackBuilder{ctx: ctx, ev: ev, stack: s}
	b.module(ev.root)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.After = tf.NewSnapshot(b.resources)
	b.outputs()
	b.uncounted()
	b.unsetVariables()
	b.undeclared()
	s.Diagnostics, s.Assumptions = ev.diags, ev.assumed
	for i := range s.Diagnostics {
		s.Diagnostics[i].Stack = name
	}
	return s, nil
}

// stackBuilder collects the instances of all modules.
type stackBuilder struct {
	ctx       context.Context
	ev        *evaluator
	stack     *tf.Stack
	resources []*tf.Resource
	undecided undecided
}

func (b *stackBuilder) module(m *moduleInstance) {
	if b.ctx.Err() != nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(m.of.source.resources)) {
		block := m.of.source.resources[key]
		if block.typ == "provider" {
			b.provider(m, strings.TrimPrefix(key, "provider."))
			continue
		}
		for _, i := range m.group(key).instances {
			b.instance(i)
		}
	}
	for _, call := range m.of.source.calls {
		c := m.moduleCalls(call.labels[0])
		switch {
		case c == nil:
		case c.of.source == nil:
			b.notInstalled(c.of)
		default:
			if c.expansion.unknown {
				b.undecided.add(c.expansion.cause(m.scope), c.of.path, at(c.expansion))
			}
			for _, instance := range c.instances {
				b.module(instance)
			}
		}
	}
}

// at is the count or for_each of an expansion.
func at(x *expansion) tf.Range {
	a := x.repeats[0].arg
	return a.file.rangeOf(a.at)
}

// notInstalled says that a module is missing; of a folder that does not exist
// the loader has said so.
func (b *stackBuilder) notInstalled(m *module) {
	at := m.block.file.rangeOf(m.block.header)
	source, _ := m.block.text("source")
	switch {
	case !isLocal(source):
		b.ev.report(at, m.path+" is not installed", "Run terraform init, which gets it from "+source+". What it makes, and what depends on that, is not known.")
	case !fs.ValidPath(path.Join(path.Dir(at.File), source)):
		b.ev.report(at, m.path+" lies outside of the repository", "Its source is "+source+". What it makes, and what depends on that, is not known.")
	}
}

// provider adds a provider configuration with what its block sets.
func (b *stackBuilder) provider(m *moduleInstance, name string) {
	p := m.provider(name)
	if p.body == nil {
		return
	}
	addr := tf.Address{Module: m.path, Type: "provider", Name: name}
	b.stack.Providers = append(b.stack.Providers, &tf.Resource{
		Addr: addr, Address: addr.String(), Provider: p.key, Region: p.region(),
		Values: tf.ObjectValue(p.body.fields(slot{typ: "provider"}, nil)...),
	})
}

// instance adds an instance of a wanted type.
func (b *stackBuilder) instance(i *instance) {
	managed := i.addr.Mode == tf.Managed
	if managed {
		b.stack.Instances++
		b.stack.Types[i.addr.Type]++
	}
	keep, ok := b.ev.opts.Wanted.Keep(i.addr.Type)
	if !ok {
		return
	}
	r := i.resource(keep)
	if i.addr.Key == unknownKey && managed {
		b.undecided.add(r.Unknown, i.addr.Config(), at(i.group.expansion))
	}
	b.resources = append(b.resources, r)
}

// resource is the instance as the analysis takes it.
func (i *instance) resource(keep map[string]bool) *tf.Resource {
	r := i.bare()
	at := slot{typ: i.addr.Type, in: i.body}
	fields := i.body.fields(at, keep)
	set := map[string]bool{}
	for _, f := range fields {
		set[f.Name] = true
	}
	for _, name := range i.others(keep) {
		// An argument that was given null is null, whatever the provider makes
		// of it (U-4).
		if set[name] || i.body.block.args[name] != nil {
			continue
		}
		if v := at.member(name).value(i.attribute(name)); !v.IsNull() {
			fields = append(fields, tf.Field{Name: name, Value: v})
		}
	}
	r.Values = i.identify(tf.ObjectValue(fields...))
	return r
}

// bare is the instance without its values.
func (i *instance) bare() *tf.Resource {
	r := &tf.Resource{
		Addr: i.addr, Address: i.address, Action: tf.Create, Provider: i.group.module.providerOf(i.body.block).key, Region: i.region(),
		Config: i.config(),
	}
	r.Unknown, r.Maybe = i.countless()
	if i.addr.Mode == tf.Data {
		r.Action = tf.Read
	}
	return r
}

// countless is set for an instance that stands, or is in a module that stands,
// for those of an unknown count or for_each; cause is what that depends on.
func (i *instance) countless() (cause string, ok bool) {
	if i.addr.Key == unknownKey {
		return i.group.expansion.cause(i.group.module.scope), true
	}
	for m := i.group.module; m.parent != nil; m = m.parent {
		if m.key == unknownKey {
			name := m.of.block.labels[0]
			return m.parent.moduleCalls(name).expansion.cause(m.parent.scope), true
		}
	}
	return "", false
}

// others are the attributes that are wanted and not set.
func (i *instance) others(keep map[string]bool) []string {
	ev := i.group.module.ev
	var names []string
	if keep == nil {
		for _, id := range ev.identities(i.addr.Type) {
			if !strings.Contains(id, ".") {
				names = append(names, id)
			}
		}
		if s, ok := ev.opts.Wanted.(schema); ok {
			names = append(names, s.ComputedOf(i.addr.Type)...)
		}
		if i.body.block.args["tags"] != nil {
			names = append(names, allTags) // it has tags
		}
	}
	for name, wanted := range keep {
		if wanted {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// identify gives the values of an instance the identities that stand in its
// blocks, and those that the configuration gives no known value.
func (i *instance) identify(v tf.Value) tf.Value {
	for _, path := range i.group.module.ev.identities(i.addr.Type) {
		s := tf.SymbolicValue(tf.Symbol{Address: i.address, Attribute: path})
		v = identified(v, strings.Split(path, "."), s)
	}
	return v
}

// identified puts a symbol where a path leads to nothing known.
func identified(v tf.Value, path []string, s tf.Value) tf.Value {
	if len(path) == 0 {
		if v.IsNull() || v.IsUnknown() {
			return s
		}
		return v
	}
	switch v.Kind() {
	case tf.List:
		elements := slices.Clone(v.Elements())
		for n, e := range elements {
			elements[n] = identified(e, path, s)
		}
		return tf.ListValue(elements...)
	case tf.Object:
		inner := v.Get(path[0])
		if inner.IsNull() && len(path) > 1 {
			return v
		}
		fields := slices.DeleteFunc(slices.Clone(v.Fields()), func(f tf.Field) bool { return f.Name == path[0] })
		return tf.ObjectValue(append(fields, tf.Field{Name: path[0], Value: identified(inner, path[1:], s)})...)
	}
	return v
}

// config is what the block sets, for whoever asks whether an argument is set.
func (i *instance) config() *tf.ResourceConfig {
	g := i.group
	if g.configuration == nil {
		addr := i.addr
		addr.Key = ""
		g.configuration = &tf.ResourceConfig{Address: addr.Config(), Complete: true}
	}
	c := *g.configuration
	for _, name := range i.body.names() {
		if i.body.block.args[name] != nil || len(i.body.blocks(name)) > 0 {
			c.Arguments = append(c.Arguments, name)
		}
	}
	return &c
}

// outputs evaluates the outputs of the root module and notes what they give to
// others.
func (b *stackBuilder) outputs() {
	root := b.ev.root
	for _, name := range slices.Sorted(maps.Keys(root.of.source.outputs)) {
		a := root.of.source.outputs[name].args["value"]
		if a == nil {
			continue
		}
		b.stack.Outputs[name] = slot{in: &body{scope: root.scope}}.value(expanded(root.attribute(name)))
		for _, s := range b.ev.originsOf(a, &body{scope: root.scope}).symbols {
			b.stack.Handed[s.Address] = true
		}
	}
}

// expanded is a resource or module with its attributes; any other value is
// itself.
func expanded(v cty.Value) cty.Value {
	if o := lazyOf(v); o != nil {
		return o.object().WithSameMarks(v)
	}
	return v
}
