package tfplan

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// known is what a plan knows, for the evaluation of its source; see
// [tf.Known]. It is kept only where there is somebody to ask for it.
type known struct {
	workspace string
	variables map[string]tf.Value // of the root module
	instances map[groupKey]*keys
	modules   map[groupKey]*keys // of a call: block is its name
	seen      map[string]bool    // module instances
	// hidden are the attributes of instances that mocks made.
	hidden map[string]map[string]bool
	// data are the values of data sources that nobody else wants.
	data map[string]tf.Value

	kept  func(resourceType string) *typeInfo
	after *tf.Snapshot
	// complete is set where what the plan does not show is not there.
	complete bool
}

// keys are instance keys, sorted when they are asked for.
type keys struct {
	all    []string
	sorted bool
}

func (k *keys) get() []string {
	if !k.sorted {
		slices.SortFunc(k.all, tf.CompareAddresses)
		k.all = slices.Compact(k.all)
		k.sorted = true
	}
	return k.all
}

func newKnown(kept func(string) *typeInfo) *known {
	return &known{
		variables: map[string]tf.Value{},
		instances: map[groupKey]*keys{},
		modules:   map[groupKey]*keys{},
		seen:      map[string]bool{"": true},
		data:      map[string]tf.Value{},
		hidden:    map[string]map[string]bool{},
		kept:      kept,
	}
}

// note enters an instance that is there after the change, and the module
// instances around it.
func (k *known) note(a tf.Address) {
	enter(k.instances, groupKey{a.Module, blockKey(a)}, a.Key)
	for module := a.Module; !k.seen[module]; {
		k.seen[module] = true
		parent, name, key := tf.SplitModule(module)
		enter(k.modules, groupKey{parent, name}, key)
		module = parent
	}
}

// noteData enters a data source of a type that is not kept.
func (k *known) noteData(a tf.Address, address string, v tf.Value) {
	k.note(a)
	k.data[address] = v
}

func enter(to map[groupKey]*keys, at groupKey, key string) {
	if to[at] == nil {
		to[at] = &keys{}
	}
	to[at].all = append(to[at].all, key)
}

// Variable implements [tf.Known].
func (k *known) Variable(name string) (tf.Value, bool) {
	v, ok := k.variables[name]
	return v, ok
}

// Workspace implements [tf.Known].
func (k *known) Workspace() string { return k.workspace }

// Modules implements [tf.Known].
func (k *known) Modules(module, call string) ([]string, bool) {
	found := k.modules[groupKey{module, call}]
	if found == nil {
		return nil, false
	}
	return found.get(), true
}

// Instances implements [tf.Known].
func (k *known) Instances(module, block string) ([]string, bool) {
	found := k.instances[groupKey{module, block}]
	if found == nil {
		return nil, k.complete
	}
	return found.get(), k.complete
}

// Attribute implements [tf.Known].
func (k *known) Attribute(address, name string) (tf.Value, bool) {
	r := k.after.Resource(address)
	if k.hidden[address][name] {
		return tf.Value{}, false
	}
	if r == nil {
		v, ok := k.data[address]
		return v.Get(name), ok
	}
	if t := k.kept(r.Addr.Type); t.attributes != nil && !t.attributes[name] {
		return tf.Value{}, false
	}
	return r.Values.Get(name), true
}

// exact fills what is unknown with what the source says, evaluated with what
// the plan knows. It is false without a source that the plan was made from.
func (rd *reader) exact() bool {
	k := rd.known
	if k == nil {
		return false
	}
	k.after, k.complete = rd.stack.After, rd.stack.Complete
	source := rd.opts.Evaluate(k)
	if source == nil {
		return false
	}
	switch {
	case rd.root == nil: // it is part of the plan
		rd.describe(source)
	case !rd.madeFrom(source):
		rd.diagnose(tf.Warning, false, "the configuration beside the plan is not the one that it was made from", "links are inferred from the plan alone; plan again, or name the right folder with --source")
		return false
	}
	depending := rd.depending(source)
	for _, p := range rd.pending {
		said, ok := source.Arguments(p.resource)
		if !ok {
			continue
		}
		for i, f := range p.fields {
			v := said.Get(f.Name)
			if f.Value.IsUnknown() && v.IsNull() && p.resource.IsNew() && p.resource.Config.Sets(f.Name) == tf.Yes {
				p.fields[i].Value = tf.NullValue() // set to null: a default (U-4)
				continue
			}
			p.fields[i].Value = settle(f.Value, v)
		}
	}
	rd.correct(source, depending)
	return true
}

// madeFrom reports whether the plan can have been made from a source that lay
// beside it: each block must set what its instances say it does. Values are not
// compared, as providers change some of them, such as user data.
func (rd *reader) madeFrom(source tf.Evaluator) bool {
	seen := map[string]bool{}
	for _, p := range rd.pending {
		block := p.resource.Addr.Config()
		if !seen[block] && !source.Agrees(p.resource) {
			return false
		}
		seen[block] = true
	}
	return true
}

// describe takes from the source what else JSON says of a plan in its
// configuration.
func (rd *reader) describe(source tf.Evaluator) {
	rd.stack.Providers = source.Providers()
	for _, p := range rd.stack.Providers {
		if region, known := p.Region.Known(); known {
			rd.regions[p.Provider] = region
		}
	}
	outputs, handed := source.Outputs()
	rd.stack.Handed = handed
	for name, said := range outputs {
		if planned, ok := rd.stack.Outputs[name]; ok {
			said = settle(planned, said)
		}
		rd.stack.Outputs[name] = said
	}
	for _, list := range [][]*tf.Resource{rd.after, rd.before} {
		for _, r := range list {
			if r.Config == nil {
				r.Config = source.Config(r)
			}
			rd.locate(r)
		}
	}
}

// locate gives an instance the Region of its provider configuration.
func (rd *reader) locate(r *tf.Resource) {
	if r.Region.IsNull() {
		if region, ok := rd.regions[r.Provider]; ok {
			r.Region = tf.KnownVal(region)
		}
	}
}
