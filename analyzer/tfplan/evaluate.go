package tfplan

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// item is one identity that a reference may give.
type item struct {
	instance  *tf.Resource
	attribute string
	key       string // in the collection that the reference names
}

// set is one operand of an expression: all that one reference may give.
type set struct {
	name  string // as people know it
	items []item
	keys  int // the number of its key set; 0 where pairing means nothing
	// value is set when each.value led here, whose key goes with each.key.
	value bool
}

// outcome is what an expression may evaluate to, as far as its references say.
type outcome struct {
	sets []set
	// opaque are the operands that the plan shows nothing of: locals, and
	// resources of types that are not kept.
	opaque []string
	// marker is set when an index by count.index, each.key or each.value may
	// choose among the items; byKey when it is not each.value, and values are
	// the attributes of each.value that occur.
	marker, byKey bool
	values        []string
	// literals are the ids that variables beside have.
	literals []tf.Value
	// choice is set when a known scalar stands beside, so that the expression
	// may be a condition.
	choice bool
	// open is set when an operand may give anything, uncertain when something
	// beside the items may be meant as well.
	open, uncertain bool
	// reasons are the inferences that the outcome rests on, in words.
	reasons []reason
}

type reason struct{ kind, text string }

func (o *outcome) merge(p *outcome) {
	for _, s := range p.sets {
		o.add(s)
	}
	for _, name := range p.opaque {
		o.hide(name)
	}
	o.literal(p.literals...)
	o.values = append(o.values, p.values...)
	o.choice = o.choice || p.choice
	o.open = o.open || p.open
	o.uncertain = o.uncertain || p.uncertain
	o.marker = o.marker || p.marker
	o.byKey = o.byKey || p.byKey
	o.assume(p.reasons...)
}

// add adds an operand that is not there yet: an expression may mention it
// several times.
func (o *outcome) add(s set) {
	for _, t := range o.sets {
		if t.name == s.name && len(t.items) == len(s.items) && slices.Equal(t.items, s.items) {
			return
		}
	}
	o.sets = append(o.sets, s)
}

// literal adds ids that the expression holds as they are.
func (o *outcome) literal(ids ...tf.Value) {
	for _, id := range ids {
		if !slices.ContainsFunc(o.literals, id.Equal) {
			o.literals = append(o.literals, id)
		}
	}
}

// clone is a copy whose sets and reasons can be changed.
func (o *outcome) clone() *outcome {
	c := *o
	c.sets = slices.Clone(o.sets)
	c.reasons = slices.Clone(o.reasons)
	return &c
}

func (o *outcome) assume(reasons ...reason) {
	for _, r := range reasons {
		if !slices.Contains(o.reasons, r) {
			o.reasons = append(o.reasons, r)
		}
	}
}

// evaluate finds what the references of an expression in a module instance
// lead to, filtered by what is wanted; a nil want takes every identity. It is
// computed once for each module instance, and not yet paired by key.
func (l *linker) evaluate(module string, e *expr, w *want, x each) *outcome {
	key := memoKey{module, e, w}
	if o, ok := l.memo[key]; ok {
		return o // an empty one while it is being evaluated: a cycle
	}
	o := &outcome{}
	l.memo[key] = o
	result := &outcome{}
	for _, ref := range e.references {
		l.operand(result, module, ref, w, x)
	}
	*o = *result
	return o
}

// operand adds what one reference leads to.
func (l *linker) operand(o *outcome, module, ref string, w *want, x each) {
	root, rest, _ := strings.Cut(ref, ".")
	switch root {
	case "count", "each":
		value := strings.HasPrefix(rest, "value")
		o.marker = true
		o.byKey = o.byKey || !value || rest == "value" // of a set, each.value is the key
		if attribute, ok := strings.CutPrefix(rest, "value."); ok && !strings.ContainsAny(attribute, ".[") {
			o.values = append(o.values, attribute)
		}
		if value && x.expr != nil {
			inner := l.evaluate(x.module, x.expr, w, each{}).clone()
			for i := range inner.sets {
				inner.sets[i].value = true
			}
			if o.merge(inner); len(inner.sets) > 0 {
				o.assume(reason{"each-value", ref + " is taken to be what the for_each refers to"})
			}
		}
	case "var":
		l.variable(o, module, rest, w)
	case "local":
		name, _ := splitName(rest)
		o.hide("local." + name)
	case "module":
		l.output(o, module, rest, w)
	case "data":
		typ, rest, _ := strings.Cut(rest, ".")
		l.resource(o, module, "data.", typ, rest, w)
	default:
		l.resource(o, module, "", root, rest, w)
	}
}

// hide notes an operand of which nothing is known.
func (o *outcome) hide(name string) {
	if !slices.Contains(o.opaque, name) {
		o.opaque = append(o.opaque, name)
	}
}

// splitName cuts a reference after its first name: `a["k"].id` is a and
// `["k"].id`.
func splitName(ref string) (name, rest string) {
	if i := strings.IndexAny(ref, ".["); i >= 0 {
		return ref[:i], ref[i:]
	}
	return ref, ""
}

// splitKey cuts a literal instance key off the start.
func splitKey(rest string) (key, after string) {
	if !strings.HasPrefix(rest, "[") {
		return "", rest
	}
	quoted := false
	for i := 1; i < len(rest); i++ {
		switch {
		case quoted && rest[i] == '\\':
			i++
		case rest[i] == '"':
			quoted = !quoted
		case rest[i] == ']' && !quoted:
			return rest[:i+1], rest[i+1:]
		}
	}
	return rest, ""
}

// resource adds the instances of a block, or the one that a literal key names.
func (l *linker) resource(o *outcome, module, prefix, typ, rest string, w *want) {
	name, rest := splitName(rest)
	key, rest := splitKey(rest)
	attribute := strings.TrimPrefix(tf.StripKeys(rest), ".")
	block := prefix + typ + "." + name
	g := l.groups[groupKey{module, block}]
	if g == nil {
		if ids, ok := l.rd.remoteState(qualified(module, block)+key, rest); ok {
			o.literal(ids...)
			return
		}
		switch {
		case l.rd.typeInfo(typ).keep || namesNothing[typ]: // no instances
		case prefix == "data.":
			o.open = true
		default:
			o.hide(block)
		}
		return
	}
	attribute, hop := l.attribute(typ, attribute, w)
	if attribute == "" {
		return
	}
	s := set{name: qualified(module, block)}
	for _, r := range g.instances {
		if key != "" && r.Addr.Key != key {
			continue
		}
		if hop {
			o.merge(l.hop(r, attribute, w))
			continue
		}
		s.items = append(s.items, item{r, attribute, r.Addr.Key})
	}
	if key == "" {
		s.keys = g.keys
	}
	if len(s.items) > 0 {
		o.add(s)
	}
}

// namesNothing are data sources that hold no identity of a network object.
var namesNothing = map[string]bool{
	"aws_ami": true, "aws_availability_zone": true, "aws_availability_zones": true, "aws_caller_identity": true,
	"aws_iam_policy_document": true, "aws_partition": true, "aws_region": true, "aws_service_principal": true,
}

// attribute is the identity that a reference to an attribute gives, or the
// link of that instance that leads on to it; empty when the attribute is of
// no use. References that end before the attribute get the likely one.
func (l *linker) attribute(typ, attribute string, w *want) (name string, hop bool) {
	isIdentity := func(a string) bool { return l.rd.opts.Wanted.Identity(typ, a) }
	if w == nil {
		if attribute == "" {
			attribute = "id"
		}
		if !isIdentity(attribute) {
			return "", false
		}
		return attribute, false
	}
	if w.targets[typ] {
		switch {
		case attribute == "" && w.isDirect(typ):
			return w.identity(isIdentity), false
		case attribute != "" && !w.isDirect(typ) && (isOwnIdentity(attribute) || !isIdentity(attribute) && !w.names(attribute)):
			return "", false
		case attribute != "" && (isIdentity(attribute) || namesIdentity(attribute)):
			return attribute, false
		}
		return "", false
	}
	if attribute == "" || attribute == "id" && strings.HasSuffix(typ, "_accepter") {
		attribute = w.leaf
	}
	if through := l.want(typ, attribute); through != nil && slices.ContainsFunc(w.direct, func(t string) bool { return through.targets[t] }) {
		return attribute, true
	}
	return "", false
}

// isOwnIdentity reports whether the attribute identifies the instance itself
// and not something that it brings along.
func isOwnIdentity(attribute string) bool {
	return attribute == "id" || attribute == "arn" || attribute == "name"
}

func namesIdentity(attribute string) bool {
	for _, end := range []string{"id", "ids", "arn", "name", "identifier"} {
		if strings.HasSuffix(attribute, end) {
			return true
		}
	}
	return false
}

// hop follows an attribute that is itself a link: aws_subnet.a.vpc_id. A data
// source that is read during apply leads to the instance that it looks up.
func (l *linker) hop(r *tf.Resource, attribute string, w *want) *outcome {
	key := hopKey{r, attribute, w}
	if o, ok := l.hops[key]; ok {
		return o // an empty one while it is being followed: a cycle
	}
	o := &outcome{}
	l.hops[key] = o
	b := l.rd.block(r)
	if b == nil || strings.Contains(attribute, ".") {
		o.open = true
		return o
	}
	x := l.eachOf(r)
	if arg := b.body.argument(attribute); arg != nil && arg.expr != nil {
		*o = *l.paired(l.argumentOf(r, arg.expr, w, x), x)
		return o
	}
	arg := b.body.argument("id")
	if r.Addr.Mode != tf.Data || arg == nil || arg.expr == nil {
		o.open = true
		return o
	}
	inner := l.paired(l.argumentOf(r, arg.expr, l.lookup(r.Addr.Type), x), x)
	result := &outcome{open: inner.open, uncertain: inner.uncertain}
	result.assume(inner.reasons...)
	for _, s := range inner.sets {
		for _, it := range s.items {
			if it.instance.Addr.Mode == tf.Managed {
				result.merge(l.hop(it.instance, attribute, w))
			}
		}
	}
	result.open = result.open || len(result.sets) == 0
	*o = *result
	return o
}

// lookup wants the instances of one type by their id, as a data source does.
func (l *linker) lookup(typ string) *want {
	key := wantKey{typ, ""}
	w := l.wants[key]
	if w == nil {
		w = newWant([]string{typ}, "id")
		l.wants[key] = w
	}
	return w
}

// variable follows an input variable to the argument of the module call.
func (l *linker) variable(o *outcome, module, rest string, w *want) {
	name, rest := splitName(rest)
	m := l.rd.moduleOf(module)
	if m == nil {
		o.open = true
		return
	}
	if m.call == nil { // known when the plan was made
		ids := l.rd.variableIDs[name]
		o.literal(ids...)
		if m, mocked := l.rd.mocks[name]; mocked && (len(ids) == 0 || holdsUnknown(m.meant)) {
			o.open = true
		}
		if len(ids) > 0 || o.open {
			return
		}
		o.choice = o.choice || m.variables[name] != collection
		return
	}
	e := m.call.arguments[name]
	switch {
	case e == nil:
		o.choice = o.choice || m.variables[name] == scalar
		return
	case len(e.references) == 0 && l.rd.mayBeID(e.text):
		o.literal(tf.StringValue(e.text))
		return
	case len(e.references) == 0:
		o.choice = o.choice || e.shape == scalar
		return
	}
	parent, x := l.eachOfModule(module, m.call)
	o.merge(l.indexed(l.argument(module, parent, e, w, x), rest, "var."+name))
}

// argument evaluates an argument of a module call, which may have another
// value in each instance of the module.
func (l *linker) argument(module, parent string, e *expr, w *want, x each) *outcome {
	key := memoKey{module, e, w}
	o, ok := l.memo[key]
	if !ok {
		o = &outcome{}
		l.memo[key] = o
		*o = *l.paired(l.settled(l.evaluate(parent, e, w, x), parent, w, nil), x)
		o.uncertain = o.uncertain || o.chooses()
		o.marker, o.byKey, o.values = false, false, nil
	}
	return o
}

// eachOfModule is what each.key and the like mean in the call of a module.
func (l *linker) eachOfModule(module string, k *call) (parent string, x each) {
	parent, name, key := tf.SplitModule(module)
	x = each{key: key, module: parent, expr: k.each}
	if g := l.modules[parent][name]; g != nil {
		x.keys = g.keys
	}
	return parent, x
}

// output follows a module's output into the instances of the module.
func (l *linker) output(o *outcome, module, rest string, w *want) {
	name, rest := splitName(rest)
	key, rest := splitKey(rest)
	m := l.rd.moduleOf(module)
	if m == nil || m.calls[name] == nil {
		o.open = true
		return
	}
	child := m.calls[name].module
	var exprs []*expr
	outputName := ""
	if rest != "" {
		outputName, rest = splitName(strings.TrimPrefix(rest, "."))
		if e := child.outputs[outputName]; e != nil {
			exprs = []*expr{e}
		}
	} else {
		// The index by which the output was chosen hides its name.
		for _, n := range sortedKeys(child.outputs) {
			exprs = append(exprs, child.outputs[n])
		}
	}
	g := l.modules[module][name]
	if g == nil {
		return // no instances
	}
	all := set{name: qualified(module, "module."+name), keys: g.keys}
	single := true
	for _, instance := range g.instances {
		_, _, k := tf.SplitModule(instance)
		if key != "" && k != key {
			continue
		}
		inner := &outcome{}
		for _, e := range exprs {
			inner.merge(l.evaluate(instance, e, w, each{}))
		}
		inner = l.settled(inner, instance, w, nil)
		inner = l.indexed(inner, rest, "module."+name+"."+outputName)
		if key != "" || len(g.instances) == 1 {
			if len(inner.sets) == 1 && len(inner.sets[0].items) == 1 && key != "" {
				it := inner.sets[0].items[0]
				it.key = key
				inner = inner.clone()
				inner.sets[0].items = []item{it}
			}
			o.merge(inner)
			return
		}
		o.assume(inner.reasons...)
		o.open = o.open || inner.open
		o.uncertain = o.uncertain || inner.uncertain
		before := len(all.items)
		for _, s := range inner.sets {
			for _, it := range s.items {
				it.key = k
				if !slices.ContainsFunc(all.items[before:], func(a item) bool { return a.instance == it.instance }) {
					all.items = append(all.items, it)
				}
			}
		}
		single = single && len(all.items)-before <= 1
	}
	if !single {
		all.keys = 0
	}
	if len(all.items) > 0 {
		o.add(all)
	}
}

// indexed applies a literal index that stands after a variable or an output:
// the position in a list that one block makes, or the key of a map.
func (l *linker) indexed(o *outcome, rest, name string) *outcome {
	key, _ := splitKey(rest)
	if key == "" || len(o.sets) == 0 {
		return o
	}
	result := *o
	result.sets = nil
	for _, s := range o.sets {
		for _, it := range s.items {
			if it.key == key && s.keys != 0 {
				result.sets = append(result.sets, set{name: s.name, items: []item{it}})
			}
		}
	}
	if len(result.sets) != 1 || len(o.sets) != 1 {
		return o
	}
	result.reasons = slices.Clone(o.reasons)
	if len(o.sets[0].items) > 1 {
		result.assume(reason{"index", name + key + " is taken to be " + o.sets[0].name + key})
	}
	return &result
}

// paired chooses among the items of each set by the key of the instance that
// refers to them (U-3).
func (l *linker) paired(o *outcome, x each) *outcome {
	if !o.marker || x.keys == 0 {
		return o
	}
	result := o
	for i, s := range o.sets {
		if len(s.items) < 2 {
			continue
		}
		n, why, ok := l.chosen(o, s, x)
		if !ok {
			continue
		}
		if result == o {
			result = o.clone()
		}
		result.sets[i].items, result.sets[i].keys = s.items[n:n+1], 0
		result.assume(why)
	}
	if result != o || len(o.sets) < 2 {
		return result
	}
	// Instances that were named one by one, each with its key.
	var one []set
	for _, s := range o.sets {
		if len(s.items) != 1 || s.items[0].key == "" {
			return o
		}
		if s.items[0].key == x.key {
			one = append(one, s)
		}
	}
	if len(one) == 1 {
		result = o.clone()
		result.sets = one
		result.assume(reason{"equal-keys", "equal keys go together"})
	}
	return result
}

// chosen is the item of a set that goes with a key: the one of the same key,
// where all that refer have theirs among the items; the one whose key an
// attribute of each.value gives; or the one whose key is a part of the key.
func (l *linker) chosen(o *outcome, s set, x each) (n int, why reason, ok bool) {
	if o.byKey || s.value {
		if m := l.matches(x.keys, s.keys); m != nil {
			n, ok = l.position(s.items, m[x.key])
			why = reason{"equal-keys", "equal keys go with those of " + s.name}
			if m[x.key] != x.key {
				why = reason{"part-of-key", "the part of the key that is a key of " + s.name + " is taken to choose it"}
			}
			return n, why, ok
		}
	}
	for _, attribute := range o.values {
		if x.expr == nil {
			break
		}
		inner := l.evaluate(x.module, x.expr, nil, each{})
		if len(inner.sets) != 1 || len(inner.sets[0].items) == 0 {
			continue
		}
		from, found := l.position(inner.sets[0].items, x.key)
		if !found {
			continue
		}
		text, known := inner.sets[0].items[from].instance.Values.Get(attribute).AsString().Known()
		if !known {
			continue
		}
		if n, ok = l.position(s.items, tf.QuoteKey(text)); ok {
			return n, reason{"each-value", "each.value." + attribute + " is taken to be the key of " + s.name}, true
		}
	}
	if m := l.matches(x.keys, s.keys); m != nil && m[x.key] != x.key {
		n, ok = l.position(s.items, m[x.key])
		return n, reason{"part-of-key", "the part of the key that is a key of " + s.name + " is taken to choose it"}, ok
	}
	return 0, reason{}, false
}

// matches gives each key of one set the key of another that goes with it:
// itself if all are among the others, else the only other that is a part of
// it at its start or end. It is nil unless every key has one.
func (l *linker) matches(keys, of int) map[string]string {
	pair := [2]int{keys, of}
	m, ok := l.matched[pair]
	if ok || of == 0 {
		return m
	}
	others := map[string]bool{}
	for _, key := range l.keyLists[of] {
		others[key] = true
	}
	equal, part := map[string]string{}, map[string]string{}
	for _, key := range l.keyLists[keys] {
		if others[key] {
			equal[key] = key
		}
		if found := partsAmong(key, others); len(found) == 1 {
			part[key] = found[0]
		}
	}
	switch len(l.keyLists[keys]) {
	case len(equal):
		m = equal
	case len(part):
		m = part
	}
	l.matched[pair] = m
	return m
}

// partsAmong are the keys that stand at the start or end of a key, up to a
// separator.
func partsAmong(key string, others map[string]bool) []string {
	text, ok := strings.CutPrefix(key, `["`)
	if !ok {
		return nil
	}
	text = strings.TrimSuffix(text, `"]`)
	var found []string
	for i := range len(text) {
		if !strings.ContainsRune("/:|._-[ ", rune(text[i])) {
			continue
		}
		for _, part := range []string{text[:i], text[i+1:]} {
			if k := `["` + part + `"]`; others[k] && !slices.Contains(found, k) {
				found = append(found, k)
			}
		}
	}
	return found
}

// chooses reports whether the expression may stand for a part of its operands
// only: as a condition, or by an index that could not be paired. each.value
// is taken for an index only where it stands for several operands.
func (o *outcome) chooses() bool {
	names := map[string]bool{}
	several := false
	for _, s := range o.sets {
		several = several || len(s.items) > 1
		if s.value {
			names[s.name] = true
		}
	}
	return o.choice && len(o.sets) > 1 || o.byKey && several || len(names) > 1
}

// position finds an item by its key; the index of the keys is made once for
// all who refer to the items.
func (l *linker) position(items []item, key string) (int, bool) {
	index := l.indexes[&items[0]]
	if index == nil {
		index = make(map[string]int, len(items))
		for i, it := range items {
			index[it.key] = i
		}
		l.indexes[&items[0]] = index
	}
	n, ok := index[key]
	return n, ok
}

func qualified(module, name string) string {
	if module == "" {
		return name
	}
	return tf.StripKeys(module) + "." + name
}
