package aws

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// link follows a reference (U-1). A symbol and a known id lead to their
// object; an unknown value to its candidates, or to every object of the type
// and to the outside when it has none (U-2). A known id that nothing resolves,
// and what a dependency of terragrunt's hands over, names an object outside the
// input, which external makes once (U-13); with a nil external the link just
// carries the id. Objects of other types than T are passed over.
func link[T any](b *builder, from *tf.Resource, v tf.Value, external func(id string) *T) Link[T] {
	l := Link[T]{Assumption: v.Assumption()}
	if s, ok := v.Symbol(); ok {
		if s.IsOutput() {
			return known(b, from, s.Address, l, external)
		}
		var modelled bool
		l.To, modelled = named[T](b, from, s)
		l.Open = !modelled
		return l
	}
	switch v.Kind() {
	case tf.Unknown:
		return candidates[T](b, from, v)
	case tf.String:
		id, _ := v.AsString().Known()
		return known(b, from, id, l, external)
	case tf.List:
		// A list of one, as some arguments take it.
		if e := v.Elements(); len(e) == 1 {
			return link(b, from, e[0], external)
		}
	}
	return l
}

// links follows an argument that holds several references.
func links[T any](b *builder, from *tf.Resource, v tf.Value, external func(id string) *T) Links[T] {
	var l Links[T]
	switch v.Kind() {
	case tf.List:
		for _, e := range v.Elements() {
			if one := link(b, from, e, external); one.IsSet() {
				l.Each = append(l.Each, one)
			}
		}
	case tf.String:
		if one := link(b, from, v, external); one.IsSet() {
			l.Each = append(l.Each, one)
		}
	case tf.Unknown:
		// Any part of the candidates, as nobody knows the length.
		c := candidates[T](b, from, v)
		if l.Open = c.Open; len(v.Candidates()) == 0 {
			return l
		}
		for _, o := range c.To {
			l.Maybe = append(l.Maybe, Link[T]{To: []*T{o}, Assumption: c.Assumption})
		}
	}
	return l
}

// symbolic is the object that a symbol identifies, the first where it may be
// any of several. modelled is false where its resource has no object of any
// type, so that nobody knows what it is.
func symbolic[T any](b *builder, from *tf.Resource, s tf.Symbol) (object *T, modelled bool) {
	objects, modelled := named[T](b, from, s)
	if len(objects) > 0 {
		object = objects[0]
	}
	return object, modelled
}

// named are the objects that a symbol may identify: one, but for the ids that
// a data source lists.
func named[T any](b *builder, from *tf.Resource, s tf.Symbol) (objects []*T, modelled bool) {
	n := b.notes[b.inputs[b.notes[from].input].Snapshot.Resource(s.Address)]
	if n == nil {
		return nil, false
	}
	own, ok := n.attributes[s.Attribute]
	if !ok {
		return brought[T](n), len(n.objects) > 0
	}
	for _, o := range own {
		if o, ok := o.(*T); ok {
			objects = append(objects, o)
		}
	}
	return objects, true
}

// brought are the objects of type T that a resource makes: its own, or else those
// that it brings along, where nobody knows by which attribute it is referred to
// (U-3).
func brought[T any](n *note) (objects []*T) {
	if o := first[T](n.objects); o != nil {
		return []*T{o}
	}
	for _, attribute := range slices.Sorted(maps.Keys(n.attributes)) {
		for _, o := range n.attributes[attribute] {
			if o, ok := o.(*T); ok && !slices.Contains(objects, o) {
				objects = append(objects, o)
			}
		}
	}
	return objects
}

// candidates is the link of an unknown value.
func candidates[T any](b *builder, from *tf.Resource, v tf.Value) Link[T] {
	l := Link[T]{Assumption: v.Assumption()}
	seen := map[*T]bool{}
	for _, s := range v.Candidates() {
		objects, modelled := named[T](b, from, s)
		l.Open = l.Open || !modelled
		for _, o := range objects {
			if !seen[o] {
				seen[o] = true
				l.To = append(l.To, o)
			}
		}
	}
	if len(l.To) == 0 {
		l.To, l.Open = all[T](b, from.Stack), true
	}
	return l
}

// known is the link of a known id, ARN or name.
func known[T any](b *builder, from *tf.Resource, id string, l Link[T], external func(string) *T) Link[T] {
	// A group of another account is written ACCOUNT/sg-… (TF-SG-6).
	if i := strings.IndexByte(id, '/'); i > 0 && IsID(id[i+1:]) && !strings.HasPrefix(id, "arn:") {
		id = id[i+1:]
	}
	if id == "" {
		return l
	}
	l.ID = id
	for _, i := range b.identified(b.scope(from), id) {
		if o := objectAt[T](b, i); o != nil {
			l.To = []*T{o}
			return l
		}
	}
	if external != nil {
		if o := outside(b, b.scope(from), id, external); o != nil {
			l.To = []*T{o}
		}
	}
	return l
}

// outside is the object of an id that the input only mentions, one an id and
// Region: names are unique in an account only.
func outside[T any](b *builder, scope, id string, external func(string) *T) *T {
	where := scope
	if IsID(id) || strings.HasPrefix(id, "arn:") {
		where = regionOf(scope)
	}
	key := outsideKey{(*T)(nil), where, id}
	if o, ok := b.outside[key]; ok {
		return o.(*T)
	}
	o := external(id)
	b.outside[key] = o
	if Types.MayBeID(id) && !IsID(id) && !strings.HasPrefix(id, "arn:") {
		b.n.Assumptions = append(b.n.Assumptions, &tf.Assumption{
			ID:   "made-up:" + id,
			Text: id + " is no id that AWS gives: what a plan with terragrunt's mock_outputs stands in is outside the model (U-13)",
		})
	}
	return o
}

// all is every object of type T that a resource of a stack makes, in the order
// of the resources. It is asked for only after all are declared.
func all[T any](b *builder, stack *tf.Stack) []*T {
	key := everythingKey{(*T)(nil), stack}
	if list, ok := b.everything[key]; ok {
		return list.([]*T)
	}
	var list []*T
	seen := map[*T]bool{}
	for _, in := range b.inputs {
		if in.Snapshot == nil {
			continue
		}
		for _, r := range in.Snapshot.Resources {
			if r.Stack != stack {
				continue
			}
			for _, o := range brought[T](b.notes[r]) {
				if !seen[o] {
					seen[o] = true
					list = append(list, o)
				}
			}
		}
	}
	b.everything[key] = list
	return list
}

// forget drops what all found before every T was declared.
func forget[T any](b *builder) {
	maps.DeleteFunc(b.everything, func(key everythingKey, _ any) bool { return key.of == any((*T)(nil)) })
}

// listed are the objects that the ids of a data source lead to. complete is
// false where one of them is not known, be it only that its object is outside.
func listed[T any](b *builder, r *tf.Resource, ids tf.Value) (objects []*T, complete bool) {
	complete = ids.Kind() == tf.List
	for _, id := range ids.Elements() {
		o, ok := link[T](b, r, id, nil).One()
		complete = complete && ok
		if ok {
			objects = append(objects, o)
		}
	}
	return objects, complete
}

// resources are the instances that a reference may lead to, with the
// attribute that it names, for arguments whose meaning depends on the type of
// what they hold. exact is set when it leads to exactly one.
func (b *builder) resources(from *tf.Resource, v tf.Value) (to []identity, exact bool) {
	snapshot := b.inputs[b.notes[from].input].Snapshot
	add := func(s tf.Symbol) {
		if r := snapshot.Resource(s.Address); r != nil {
			to = append(to, identity{r, s.Attribute})
		}
	}
	if s, ok := v.Symbol(); ok {
		add(s)
		return to, len(to) == 1
	}
	if id, ok := v.AsString().Known(); ok {
		to = b.identified(b.scope(from), id)
		return to, len(to) > 0
	}
	for _, s := range v.Candidates() {
		add(s)
	}
	return to, false
}

// gathered is a link to whatever any of several links leads to.
type gathered[T any] struct {
	Link[T]
	seen map[*T]bool
}

func (g *gathered[T]) add(l Link[T]) {
	if g.seen == nil {
		g.seen = map[*T]bool{}
	}
	for _, o := range l.To {
		if !g.seen[o] {
			g.seen[o] = true
			g.To = append(g.To, o)
		}
	}
	g.Open = g.Open || l.Open || l.ID != "" && len(l.To) == 0
	if g.Assumption == nil {
		g.Assumption = l.Assumption
	}
}

// union is a link to whatever either leads to.
func union[T any](a, c Link[T]) Link[T] {
	var g gathered[T]
	g.add(a)
	g.add(c)
	return g.Link
}
