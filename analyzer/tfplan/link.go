package tfplan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// linker resolves unknown attributes through the configuration (U-1 to U-4).
type linker struct {
	rd          *reader
	groups      map[groupKey]*group
	groupOf     map[*tf.Resource]*group
	modules     map[string]map[string]*moduleGroup // by parent instance and call
	byModule    map[string][]*tf.Resource
	keySets     map[string]int
	keyLists    map[int][]string
	matched     map[[2]int]map[string]string
	wants       map[wantKey]*want
	assumptions map[string]*tf.Assumption
	memory
}

// memory is what was computed already. Most of it serves one module instance,
// of which there may be thousands, so that it is forgotten from time to time.
type memory struct {
	memo        map[memoKey]*outcome
	settledMemo map[memoKey]*outcome
	hops        map[hopKey]*outcome
	reaches     map[memoKey][]item
	operands    map[memoKey]bool
	indexes     map[*item]map[string]int
	conclusions map[conclusionKey]tf.Value
}

func newMemory() memory {
	return memory{
		memo:        map[memoKey]*outcome{},
		settledMemo: map[memoKey]*outcome{},
		hops:        map[hopKey]*outcome{},
		reaches:     map[memoKey][]item{},
		operands:    map[memoKey]bool{},
		indexes:     map[*item]map[string]int{},
		conclusions: map[conclusionKey]tf.Value{},
	}
}

func (m *memory) size() int {
	return len(m.memo) + len(m.settledMemo) + len(m.hops) + len(m.reaches) + len(m.operands) + len(m.indexes) + len(m.conclusions)
}

// mostRemembered is the size from which a memory may be forgotten.
const mostRemembered = 1 << 15

type groupKey struct{ module, block string }

// group is the instances of one block in one module instance.
type group struct {
	instances []*tf.Resource
	keys      int
}

// moduleGroup is the instances of one call in one module instance.
type moduleGroup struct {
	instances []string
	keys      int
}

type wantKey struct{ typ, path string }

type memoKey struct {
	module string
	expr   *expr
	want   *want
}

type hopKey struct {
	instance  *tf.Resource
	attribute string
	want      *want
}

type conclusionKey struct {
	outcome        *outcome
	config         *tf.ResourceConfig
	path           string
	alone, element bool
}

func newLinker(rd *reader) *linker {
	l := &linker{
		rd:          rd,
		groups:      map[groupKey]*group{},
		groupOf:     make(map[*tf.Resource]*group, len(rd.stack.After.Resources)),
		modules:     map[string]map[string]*moduleGroup{},
		byModule:    map[string][]*tf.Resource{},
		keySets:     map[string]int{},
		keyLists:    map[int][]string{},
		matched:     map[[2]int]map[string]string{},
		wants:       map[wantKey]*want{},
		assumptions: map[string]*tf.Assumption{},
		memory:      newMemory(),
	}
	for _, r := range rd.stack.After.Resources {
		key := groupKey{r.Addr.Module, blockKey(r.Addr)}
		g := l.groups[key]
		if g == nil {
			g = &group{}
			l.groups[key] = g
		}
		g.instances = append(g.instances, r)
		l.groupOf[r] = g
		l.noteModule(r.Addr.Module)
		l.byModule[r.Addr.Module] = append(l.byModule[r.Addr.Module], r)
	}
	keys := []string{}
	for _, g := range l.groups {
		keys = keys[:0]
		for _, r := range g.instances {
			keys = append(keys, r.Addr.Key)
		}
		g.keys = l.keySet(keys)
	}
	for _, calls := range l.modules {
		for _, g := range calls {
			slices.SortFunc(g.instances, tf.CompareAddresses)
			keys = keys[:0]
			for _, instance := range g.instances {
				_, _, key := tf.SplitModule(instance)
				keys = append(keys, key)
			}
			g.keys = l.keySet(keys)
		}
	}
	return l
}

// noteModule enters a module instance under its parent, and its parents too.
func (l *linker) noteModule(instance string) {
	for instance != "" {
		if _, ok := l.byModule[instance]; ok {
			return
		}
		l.byModule[instance] = nil
		parent, name, _ := tf.SplitModule(instance)
		calls := l.modules[parent]
		if calls == nil {
			calls = map[string]*moduleGroup{}
			l.modules[parent] = calls
		}
		if calls[name] == nil {
			calls[name] = &moduleGroup{}
		}
		calls[name].instances = append(calls[name].instances, instance)
		instance = parent
	}
}

// keySet numbers sets of instance keys, so that comparing two costs nothing.
// The set of the single instance without a key is 0.
func (l *linker) keySet(keys []string) int {
	if len(keys) == 1 && keys[0] == "" {
		return 0
	}
	slices.Sort(keys)
	joined := strings.Join(keys, "\x00")
	n, ok := l.keySets[joined]
	if !ok {
		n = len(l.keySets) + 1
		l.keySets[joined] = n
		l.keyLists[n] = slices.Clone(keys)
	}
	return n
}

// want is what is asked of Wanted once for each argument of a type; nil when
// the argument holds no identity.
func (l *linker) want(typ, path string) *want {
	key := wantKey{typ, path}
	w, ok := l.wants[key]
	if !ok {
		if targets := l.rd.opts.Wanted.Targets(typ, path); len(targets) > 0 {
			w = newWant(targets, path)
		}
		l.wants[key] = w
	}
	return w
}

// link resolves every pending instance. Only then the values are final, so
// the fields, which no one else has seen yet, are replaced in place.
func (rd *reader) link() {
	l := newLinker(rd)
	most := 0 // that one instance added to the memory
	for _, p := range rd.pending {
		had := l.size()
		b := rd.block(p.resource)
		var of *body
		if b != nil {
			of = &b.body
		}
		at := place{instance: p.resource}
		for i, f := range p.fields {
			p.fields[i].Value = l.resolve(at.member(f.Name), of, source{}, f.Value)
		}
		// What takes long to compute again is kept for longer.
		if most = max(most, l.size()-had); l.size() > mostRemembered+4*most {
			l.memory = newMemory()
		}
	}
	rd.pending = nil
	l.handOut()
}

// place is where in an instance a value stands.
type place struct {
	instance *tf.Resource
	path     string // without indexes
	indexed  string // with indexes
}

func (at place) member(name string) place {
	if at.path == "" {
		return place{at.instance, name, name}
	}
	return place{at.instance, at.path + "." + name, at.indexed + "." + name}
}

func (at place) element(i int) place {
	return place{at.instance, at.path, at.indexed + "[" + strconv.Itoa(i) + "]"}
}

// source is what the configuration shows of a value: its nested blocks, or an
// expression. alone is set when the expression is that of this value and of
// nothing else; attributes written as blocks have one for all (U-2).
type source struct {
	blocks []body
	expr   *expr
	alone  bool
}

// resolve replaces the unknowns in the value of a member of a block. of is
// the block's configuration, nil where it shows none; above is the source of
// the attribute that the member is part of.
func (l *linker) resolve(at place, of *body, above source, v tf.Value) tf.Value {
	if of != nil {
		if arg := of.argument(at.path[strings.LastIndexByte(at.path, '.')+1:]); arg != nil {
			return l.resolveValue(at, source{arg.blocks, arg.expr, true}, v)
		}
	}
	return l.resolveValue(at, source{expr: above.expr, alone: above.alone}, v)
}

func (l *linker) resolveValue(at place, from source, v tf.Value) tf.Value {
	switch v.Kind() {
	case tf.Unknown:
		return l.unknown(at, from, v)
	case tf.List:
		return l.resolveList(at, from, v)
	case tf.Object:
		return l.resolveObject(at, from, v)
	}
	return v
}

func (l *linker) resolveObject(at place, from source, v tf.Value) tf.Value {
	fields := v.Fields()
	if !slices.ContainsFunc(fields, func(f tf.Field) bool { return holdsUnknown(f.Value) }) {
		return v
	}
	var of *body
	if len(from.blocks) == 1 {
		of = &from.blocks[0]
	}
	resolved := make([]tf.Field, len(fields))
	for i, f := range fields {
		resolved[i] = tf.Field{Name: f.Name, Value: l.resolve(at.member(f.Name), of, from, f.Value)}
	}
	return marked(tf.ObjectValue(resolved...), v.IsSensitive())
}

func (l *linker) resolveList(at place, from source, v tf.Value) tf.Value {
	elements := v.Elements()
	if !slices.ContainsFunc(elements, holdsUnknown) {
		return v
	}
	if w := l.want(at.instance.Addr.Type, at.path); w != nil && w.list && from.expr != nil {
		// A list of identities as a whole, when the references are exactly as
		// many as its elements, of which some may be known.
		whole := l.unknown(at, from, tf.UnknownValue())
		if whole.Kind() == tf.List && len(whole.Elements()) == len(elements) {
			return marked(whole, v.IsSensitive())
		}
	}
	resolved := make([]tf.Value, len(elements))
	for i, element := range elements {
		one := source{expr: from.expr, alone: from.alone && len(elements) == 1}
		if b := matching(from.blocks, elements, i); b != nil {
			one.blocks = []body{*b}
		}
		resolved[i] = l.resolveValue(at.element(i), one, element)
	}
	return marked(tf.ListValue(resolved...), v.IsSensitive())
}

// matching is the nested block that element i of a list was made from: the
// only one whose constants agree with it, else the one at its place, if there
// are as many blocks as elements. A dynamic block leaves too few.
func matching(blocks []body, elements []tf.Value, i int) *body {
	if len(blocks) != len(elements) {
		return nil
	}
	var only *body
	for n := range blocks {
		if !agrees(&blocks[n], elements[i]) {
			continue
		}
		if only != nil {
			return &blocks[i]
		}
		only = &blocks[n]
	}
	return only
}

// agrees reports whether the constants of a block are those of a value.
func agrees(b *body, v tf.Value) bool {
	for _, arg := range b.arguments {
		if arg.expr == nil {
			continue
		}
		got := v.Get(arg.name)
		if text, known := got.AsString().Known(); known && arg.expr.shape == scalar && text != arg.expr.text {
			return false
		}
		if got.IsUnknown() && arg.expr.shape == scalar {
			return false
		}
	}
	return true
}

func holdsUnknown(v tf.Value) bool {
	switch v.Kind() {
	case tf.Unknown:
		return true
	case tf.List:
		return slices.ContainsFunc(v.Elements(), holdsUnknown)
	case tf.Object:
		return slices.ContainsFunc(v.Fields(), func(f tf.Field) bool { return holdsUnknown(f.Value) })
	}
	return false
}

// unknown resolves one unknown value: to what its expression refers to if it
// holds an identity, or to its own identity.
func (l *linker) unknown(at place, from source, v tf.Value) tf.Value {
	if len(v.Candidates()) > 0 {
		return v // the source has said what it may be
	}
	typ := at.instance.Addr.Type
	w := l.want(typ, at.path)
	if from.expr != nil {
		x := l.eachOf(at.instance)
		if l.givesNull(at, from, x) {
			return tf.NullValue()
		}
		if w != nil {
			return marked(l.reference(at, from, w, x), v.IsSensitive())
		}
	}
	switch {
	case w != nil && at.indexed != at.path && l.rd.root != nil:
		return marked(l.hidden(at, w), v.IsSensitive())
	case l.rd.opts.Wanted.Identity(typ, at.path):
		return marked(tf.SymbolicValue(tf.Symbol{Address: at.instance.Address, Attribute: at.path}), v.IsSensitive())
	}
	return v
}

// each is what count.index, each.key and each.value mean in an expression.
type each struct {
	key    string
	keys   int
	module string // the module instance that the for_each stands in
	expr   *expr  // the for_each
}

func (l *linker) eachOf(r *tf.Resource) each {
	x := each{key: r.Addr.Key, module: r.Addr.Module}
	if g := l.groupOf[r]; g != nil {
		x.keys = g.keys
	}
	if b := l.rd.block(r); b != nil {
		x.expr = b.each
	}
	return x
}

// reference is the value of an argument that has an expression.
func (l *linker) reference(at place, from source, w *want, x each) tf.Value {
	all := l.argumentOf(at.instance, from.expr, w, x)
	if chosen := l.paired(all, x); chosen != all {
		return l.conclude(at, chosen, from.alone, w)
	}
	// The same for every instance of the block in the module instance.
	key := conclusionKey{all, at.instance.Config, at.path, from.alone, strings.HasSuffix(at.indexed, "]")}
	v, ok := l.conclusions[key]
	if !ok {
		v = l.conclude(at, all, from.alone, w)
		l.conclusions[key] = v
	}
	return v
}

// argumentOf evaluates an expression of a block, with what may stand for its
// locals.
func (l *linker) argumentOf(r *tf.Resource, e *expr, w *want, x each) *outcome {
	key := memoKey{r.Addr.Module, e, w}
	o, ok := l.settledMemo[key]
	if !ok {
		o = l.settled(l.evaluate(r.Addr.Module, e, w, x), r.Addr.Module, w, r)
		l.settledMemo[key] = o
	}
	return o
}

// handOut notes what the root module's outputs give to others, and resolves
// their values.
func (l *linker) handOut() {
	if l.rd.root == nil {
		return
	}
	for _, e := range l.rd.root.outputs {
		for _, s := range l.evaluate("", e, nil, each{}).sets {
			for _, it := range s.items {
				l.rd.stack.Handed[it.instance.Address] = true
			}
		}
	}
	l.resolveOutputs()
}
