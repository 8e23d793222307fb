package tfconfig

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// planned evaluates the source of a plan; see [tf.Evaluator].
type planned struct {
	ev        *evaluator
	modules   map[string]*moduleInstance // by path with keys
	instances map[*group]map[string]*instance
	constants map[*block]map[string]string
	traced    *planned // tells what comes from root variables
}

// Evaluator evaluates the configuration with what a plan of it knows, which
// the options say. It is nil where the configuration could not be read.
func (c *Config) Evaluator(o Options) tf.Evaluator {
	if root := c.modules[""]; root == nil || root.source == nil {
		return nil
	}
	ev := newEvaluator(c, o)
	p := newPlanned(ev)
	if c.evaluated == nil {
		c.options, c.evaluated = &o, p
	}
	return p
}

func newPlanned(ev *evaluator) *planned {
	return &planned{ev: ev, modules: map[string]*moduleInstance{"": ev.root}, instances: map[*group]map[string]*instance{}, constants: map[*block]map[string]string{}}
}

// Agrees implements [tf.Evaluator].
func (p *planned) Agrees(r *tf.Resource) bool {
	m := p.ev.config.module(tf.StripKeys(r.Addr.Module))
	if m == nil {
		return false
	}
	if m.source == nil {
		return true // not installed
	}
	b := m.source.resources[blockKey(r.Addr)]
	return b != nil && b.isSourceOf(r)
}

// Arguments implements [tf.Evaluator].
func (p *planned) Arguments(r *tf.Resource) (tf.Value, bool) {
	i := p.instance(r)
	if i == nil {
		return tf.Value{}, false
	}
	keep, _ := p.ev.opts.Wanted.Keep(r.Addr.Type)
	return tf.ObjectValue(i.body.fields(slot{typ: r.Addr.Type, in: i.body}, keep)...), true
}

// Config implements [tf.Evaluator].
func (p *planned) Config(r *tf.Resource) *tf.ResourceConfig {
	i := p.instance(r)
	if i == nil {
		return nil
	}
	c := i.config()
	b := i.body.block
	if p.constants[b] == nil {
		p.constants[b] = b.constants()
	}
	c.Constants = p.constants[b]
	return c
}

// maxConstant bounds the literals that are kept, as it does those of a plan.
const maxConstant = 256

// constants are the literal arguments of a block.
func (b *block) constants() map[string]string {
	constants := map[string]string{}
	for name, a := range b.args {
		v, ok := literal(a.expr)
		if !ok || slices.Contains(metaArguments, name) {
			continue
		}
		if text, ok := textOf(v); ok {
			if len(text) > maxConstant {
				text = ""
			}
			constants[name] = text
		}
	}
	return constants
}

// Providers implements [tf.Evaluator].
func (p *planned) Providers() []*tf.Resource {
	b := p.builder()
	b.providers(p.ev.root)
	return b.stack.Providers
}

// providers adds the provider configurations of a module and those below.
func (b *stackBuilder) providers(m *moduleInstance) {
	for _, key := range slices.Sorted(maps.Keys(m.of.source.resources)) {
		if name, ok := strings.CutPrefix(key, "provider."); ok {
			b.provider(m, name)
		}
	}
	for _, call := range m.of.source.calls {
		if c := m.moduleCalls(call.labels[0]); c != nil && c.of.source != nil {
			for _, instance := range c.instances {
				b.providers(instance)
			}
		}
	}
}

// builder collects what is asked of the root module.
func (p *planned) builder() *stackBuilder {
	return &stackBuilder{ev: p.ev, stack: &tf.Stack{Outputs: map[string]tf.Value{}, Handed: map[string]bool{}}}
}

// Outputs implements [tf.Evaluator].
func (p *planned) Outputs() (map[string]tf.Value, map[string]bool) {
	b := p.builder()
	b.outputs()
	return b.stack.Outputs, b.stack.Handed
}

// instance is the instance that the source makes of a resource of the plan;
// nil where it makes none.
func (p *planned) instance(r *tf.Resource) *instance {
	m := p.module(r.Addr.Module)
	if m == nil || m.of.source == nil {
		return nil
	}
	g := m.group(blockKey(r.Addr))
	byKey := p.instances[g]
	if byKey == nil {
		byKey = make(map[string]*instance, len(g.instances))
		for _, i := range g.instances {
			byKey[i.addr.Key] = i
		}
		p.instances[g] = byKey
	}
	return byKey[r.Addr.Key]
}

// blockKey is the block of an instance in its module.
func blockKey(a tf.Address) string {
	key := a.Type + "." + a.Name
	if a.Mode == tf.Data {
		key = "data." + key
	}
	return key
}

// module is the module instance at a path; nil where there is none.
func (p *planned) module(path string) *moduleInstance {
	if m, ok := p.modules[path]; ok {
		return m
	}
	var found *moduleInstance
	parent, name, key := tf.SplitModule(path)
	if m := p.module(parent); m != nil && m.of.source != nil {
		if c := m.moduleCalls(name); c != nil {
			for _, i := range c.instances {
				if i.key == key {
					found = i
				}
			}
		}
	}
	p.modules[path] = found
	return found
}
