package tfconfig

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// group is the instances of a resource block in a module instance.
type group struct {
	module    *moduleInstance
	key       string // "aws_subnet.a" or "data.aws_vpc.b"
	block     *block // nil where the module has none
	expansion *expansion
	instances []*instance
	whole     cty.Value

	configuration *tf.ResourceConfig
}

// group is the instances of a block, found when first asked for.
func (m *moduleInstance) group(key string) *group {
	if g := m.groups[key]; g != nil {
		return g
	}
	g := &group{module: m, key: key, block: m.of.source.resources[key], expansion: &expansion{}, whole: cty.DynamicVal}
	m.groups[key] = g // with no instances while it is being expanded: a cycle
	if g.block == nil || g.block.typ != "resource" && g.block.typ != "data" {
		return g
	}
	g.expansion = m.expand(g.block, key, func() ([]string, bool) {
		if m.ev.opts.Known == nil {
			return nil, false
		}
		return m.ev.opts.Known.Instances(m.path, key)
	})
	objects := make([]cty.Value, len(g.expansion.keys))
	for i, k := range g.expansion.keys {
		g.instances = append(g.instances, newInstance(g, k, g.expansion.repeats[i]))
		objects[i] = lazyObject(g.instances[i])
	}
	g.whole = g.expansion.collect(objects)
	if g.expansion.unknown {
		g.whole = cty.DynamicVal.Mark(instanceMark{g.instances[0]})
	}
	return g
}

// lookUp follows a reference to the resource.
func (g *group) lookUp(rest []hcl.Traverser) (cty.Value, hcl.Diagnostics) {
	return follow(g.whole, rest)
}

// instance is a resource instance.
type instance struct {
	group      *group
	addr       tf.Address
	address    string
	body       *body
	attributes map[string]*cell
	// answers are what somebody else knows of a data source that was asked for.
	asked   bool
	answers tf.Value
}

func newInstance(g *group, key string, r *repeat) *instance {
	b := g.block
	i := &instance{group: g, attributes: map[string]*cell{}}
	i.addr = tf.Address{Module: g.module.path, Type: b.labels[0], Name: b.labels[1], Key: key}
	if b.typ == "data" {
		i.addr.Mode = tf.Data
	}
	i.address = i.addr.String()
	scope := g.module.scope
	if r != nil {
		scope = newScope(g.module, r)
	}
	i.body = &body{block: b, scope: scope, ctx: scope.ctx}
	return i
}

// attribute is the value of an attribute: the one of the plan, the one that
// the configuration sets, or an identity known after apply.
func (i *instance) attribute(name string) cty.Value {
	b := i.body.block
	return i.group.module.ev.once(i.attributes, name, i.address+"."+name, b.file.rangeOf(b.header), func() cty.Value { return i.compute(name) })
}

func (i *instance) compute(name string) cty.Value {
	ev := i.group.module.ev
	planned := cty.NilVal
	if ev.opts.Known != nil {
		if v, ok := ev.opts.Known.Attribute(i.address, name); ok {
			if planned = fromPlan(v); planned.IsWhollyKnown() {
				if ev.traced {
					planned = planned.WithMarks(i.body.marks(name))
				}
				return planned
			}
		}
	}
	if name == allTags && i.addr.Mode == tf.Managed && strings.HasPrefix(i.addr.Type, "aws_") {
		return i.tags()
	}
	v := i.body.member(name)
	switch {
	case v != cty.NilVal && (v.IsMarked() || v.IsKnown() && !v.IsNull()):
		return v
	case i.addr.Mode == tf.Data && i.answer(name) != cty.NilVal:
		return i.answer(name)
	case v != cty.NilVal && !v.IsNull() && !ev.opts.Wanted.Identity(i.addr.Type, name):
		return v
	case ev.opts.Wanted.Identity(i.addr.Type, name) && strings.HasSuffix(name, "s"):
		return cty.UnknownVal(cty.List(cty.String)) // ids
	case ev.opts.Wanted.Identity(i.addr.Type, name):
		ev.symbols++
		return symbol(tf.Symbol{Address: i.address, Attribute: name})
	case planned != cty.NilVal:
		return planned
	}
	if i.addr.Mode == tf.Data {
		return cty.DynamicVal
	}
	if v != cty.NilVal && !ev.computes(i.addr.Type, name) {
		return v
	}
	return ev.unsetValue(i.addr.Type, name)
}

// allTags is the attribute that the provider gives every resource with tags.
const allTags = "tags_all"

// tags are those that the instance sets, over the default tags of its provider.
func (i *instance) tags() cty.Value {
	merged := map[string]cty.Value{}
	marks := cty.ValueMarks{}
	for _, v := range []cty.Value{i.group.module.providerOf(i.body.block).defaultTags(), i.body.member("tags")} {
		if v == cty.NilVal {
			continue
		}
		plain, outer := expanded(v).Unmark()
		maps.Copy(marks, outer)
		switch ty := plain.Type(); {
		case plain.IsNull():
		case !plain.IsKnown() || !ty.IsObjectType() && !ty.IsMapType():
			return cty.UnknownVal(cty.Map(cty.String)).WithMarks(marks)
		default:
			maps.Copy(merged, plain.AsValueMap())
		}
	}
	maps.DeleteFunc(merged, func(_ string, v cty.Value) bool { return v.IsNull() })
	return cty.ObjectVal(merged).WithMarks(marks)
}

// object is the instance with what its configuration sets, and its identities.
func (i *instance) object() cty.Value {
	all := map[string]cty.Value{}
	for _, name := range slices.Concat(i.body.names(), i.group.module.ev.identities(i.addr.Type)) {
		if !strings.Contains(name, ".") {
			all[name] = i.attribute(name)
		}
	}
	return cty.ObjectVal(all)
}

// schema is what the table of types may say beyond [tf.Wanted].
type schema interface {
	// Computed reports whether the provider may give the attribute a value
	// that the plan does not know; known is false for types of which nothing
	// is known.
	Computed(resourceType, attribute string) (computed, known bool)
	// ComputedOf are the attributes that the provider may compute, of a type
	// of which all attributes are kept.
	ComputedOf(resourceType string) []string
	// Identities are the attributes that identify an instance.
	Identities(resourceType string) []string
}

// computes reports whether the provider may compute the attribute.
func (ev *evaluator) computes(typ, name string) bool {
	if s, ok := ev.opts.Wanted.(schema); ok {
		computed, known := s.Computed(typ, name)
		return computed || !known
	}
	return true
}

func (ev *evaluator) identities(typ string) []string {
	if s, ok := ev.opts.Wanted.(schema); ok {
		return s.Identities(typ)
	}
	return []string{"id", "arn"}
}

// unsetValue is the value of an attribute that the configuration does not set:
// unknown where the provider computes it.
func (ev *evaluator) unsetValue(typ, name string) cty.Value {
	if ev.computes(typ, name) {
		return cty.DynamicVal
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

// body is a block in a scope, evaluated argument by argument.
type body struct {
	block     *block
	scope     *scope
	ctx       *hcl.EvalContext // of scope, with the iterators of dynamic blocks
	iterators []iterator
	// optional is set for the one content that stands for those of a dynamic
	// block of which nobody knows how often it is repeated.
	optional  bool
	arguments map[string]cty.Value
	nested    map[string][]*body
}

// iterator is a name that stands for an element of a dynamic block.
type iterator struct {
	name string
	over *arg
	in   *body // in which over stands
}

// names are those of what the block sets, meta-arguments left out, in order.
func (b *body) names() []string {
	seen := map[string]bool{}
	for name := range b.block.args {
		seen[name] = true
	}
	for _, inner := range b.nestedBlocks() {
		seen[inner.typ] = true
	}
	var names []string
	for name := range seen {
		if !slices.Contains(metaArguments, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (b *body) nestedBlocks() []*block {
	if b.block.args["dynamic"] == nil {
		return b.block.blocks
	}
	return slices.Concat(b.block.blocks, b.block.dynamicBlocks())
}

// argument is the value of an argument that the block sets.
func (b *body) argument(name string) cty.Value {
	if v, ok := b.arguments[name]; ok {
		return v
	}
	if b.arguments == nil {
		b.arguments = map[string]cty.Value{}
	}
	ev := b.scope.module.ev
	b.arguments[name] = cty.DynamicVal // while it is being evaluated: a cycle
	v := ev.bounded(ev.argument(b.block.args[name], b.ctx), b.block.file.rangeOf(b.block.header))
	b.arguments[name] = v
	return v
}

// member is what the block sets under a name, as an expression sees it:
// cty.NilVal where it sets nothing.
func (b *body) member(name string) cty.Value {
	if b.block.args[name] != nil && !slices.Contains(metaArguments, name) {
		return b.argument(name)
	}
	inner := b.blocks(name)
	if len(inner) == 0 {
		return cty.NilVal // dynamic blocks may make none
	}
	all := make([]cty.Value, len(inner))
	for i, each := range inner {
		if each.optional {
			return cty.DynamicVal // nobody knows how many there are
		}
		all[i] = each.object()
	}
	return cty.TupleVal(all)
}

// object is what the block sets.
func (b *body) object() cty.Value {
	all := map[string]cty.Value{}
	for _, name := range b.names() {
		all[name] = b.member(name)
	}
	return cty.ObjectVal(all)
}

// blocks are the nested blocks of a type, dynamic ones repeated.
func (b *body) blocks(typ string) []*body {
	if found, ok := b.nested[typ]; ok {
		return found
	}
	if b.nested == nil {
		b.nested = map[string][]*body{}
	}
	var found []*body
	b.nested[typ] = nil // while they are being repeated: a cycle
	for _, inner := range b.nestedBlocks() {
		switch {
		case inner.typ != typ:
		case inner.dynamic:
			found = append(found, b.repeat(inner)...)
		default:
			found = append(found, &body{block: inner, scope: b.scope, ctx: b.ctx, iterators: b.iterators})
		}
	}
	b.nested[typ] = found
	return found
}

// repeat is the contents of a dynamic block.
func (b *body) repeat(inner *block) []*body {
	if inner.forEach == nil {
		return nil
	}
	ev := b.scope.module.ev
	over, marks := ev.settled(inner.forEach, b.ctx).Unmark()
	content := func(key, value cty.Value, optional bool) *body {
		key, value = key.WithMarks(marks), value.WithMarks(marks)
		ctx := b.ctx.NewChild()
		ctx.Variables = map[string]cty.Value{inner.iterator: cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
		iterators := slices.Concat(b.iterators, []iterator{{inner.iterator, inner.forEach, b}})
		return &body{block: inner, scope: b.scope, ctx: ctx, iterators: iterators, optional: optional}
	}
	if !over.IsKnown() || over.IsNull() || !over.CanIterateElements() || lazyOf(over) != nil {
		value := cty.DynamicVal
		if ty := over.Type(); ty.IsCollectionType() {
			value = cty.UnknownVal(ty.ElementType())
		}
		return []*body{content(cty.DynamicVal, value, true)}
	}
	ev.spend(over.LengthInt())
	if ev.exhausted() {
		return []*body{content(cty.DynamicVal, cty.DynamicVal, true)}
	}
	var all []*body
	for it := over.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if over.Type().IsSetType() {
			key = value
		}
		all = append(all, content(key, value, false))
	}
	return all
}
