package tfplan

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// conclude turns what an expression may evaluate to into a value: the one
// identity that is meant, exactly or by a printed assumption, or an unknown
// with its candidates.
func (l *linker) conclude(at place, o *outcome, alone bool, w *want) tf.Value {
	list := w.list && !strings.HasSuffix(at.indexed, "]")
	v := l.identified(at, o, alone, list)
	if !list || len(o.literals) == 0 {
		return v // what is unknown as a whole is none of the literals
	}
	if v.Kind() != tf.List {
		return tf.UnknownValue() // they may be among what it holds
	}
	elements := slices.Clone(v.Elements())
	for _, id := range o.literals {
		if !slices.ContainsFunc(elements, id.Equal) {
			elements = append(elements, id)
		}
	}
	return assuming(tf.ListValue(elements...), v.Assumption())
}

// identified is what the items of an outcome say of a value.
func (l *linker) identified(at place, o *outcome, alone, list bool) tf.Value {
	sets, reasons := o.sets, o.reasons
	if !list && len(sets) > 1 {
		// element(coalescelist(aws_route_table.database, aws_route_table.private), …)
		// of aws_route_table_association.database.
		own := slices.DeleteFunc(slices.Clone(sets), func(s set) bool {
			return len(s.items) != 1 || s.items[0].instance.Addr.Name != at.instance.Addr.Name
		})
		if len(own) == 1 && !slices.Contains(generalNames, at.instance.Addr.Name) {
			sets = own
			reasons = append(slices.Clone(reasons), reason{"namesake", own[0].name + " is taken to be meant, which bears the same name"})
		}
	}
	items := l.others(at.instance, sets)
	if !list && len(items) > 1 {
		// Only what is unknown can make the whole unknown.
		if unknown := slices.DeleteFunc(slices.Clone(items), func(it item) bool { return !unsettled(it) }); len(unknown) == 1 {
			items = unknown
		}
	}
	assumption := l.assumption(at, reasons)
	switch {
	case len(items) == 0:
		return tf.UnknownValue()
	case !list && len(items) == 1:
		if o.open && assumption == nil {
			assumption = l.assumption(at, []reason{{"beside", "what stands beside " + configOf(items[0]) + " is taken to be no alternative"}})
		}
		return assuming(items[0].identity(), assumption)
	case list && !o.open && !o.uncertain && alone && !o.chooses():
		return listOf(items, assumption)
	case list && len(items) == 1 && alone && !o.uncertain:
		v := listOf(items, assumption)
		if o.open {
			v = tf.ListValue(append(slices.Clone(v.Elements()), tf.UnknownValue())...)
		}
		return v
	case list && len(items) == 1 && !o.open && !o.uncertain:
		// One of several blocks; only this group can be meant.
		return listOf(items, assumption)
	case o.open:
		return tf.UnknownValue()
	}
	symbols := make([]tf.Symbol, len(items))
	for i, it := range items {
		symbols[i] = it.symbol()
	}
	return assuming(tf.UnknownValue(symbols...), assumption)
}

// others are the items of all sets, each instance once, without those of the
// block that refers to them: a block cannot refer to itself.
func (l *linker) others(self *tf.Resource, sets []set) []item {
	var items []item
	seen := map[tf.Symbol]bool{}
	for _, s := range sets {
		for _, it := range s.items {
			same := self != nil && it.instance.Addr.Name == self.Addr.Name && it.instance.Addr.Type == self.Addr.Type &&
				it.instance.Addr.Mode == self.Addr.Mode && it.instance.Addr.Module == self.Addr.Module
			id := it.symbol()
			if isOwnIdentity(id.Attribute) {
				id.Attribute = ""
			}
			if !same && !seen[id] {
				seen[id] = true
				items = append(items, it)
			}
		}
	}
	return items
}

// value is what the instance has at the attribute.
func (it item) value() tf.Value {
	return it.instance.Get(strings.Split(it.attribute, ".")...)
}

func (it item) symbol() tf.Symbol {
	return tf.Symbol{Address: it.instance.Address, Attribute: it.attribute}
}

// identity is the id where the instance has one already, or its symbol.
func (it item) identity() tf.Value {
	if v := it.value(); v.Kind() == tf.String || v.Kind() == tf.List && !holdsUnknown(v) {
		return v
	}
	return tf.SymbolicValue(it.symbol())
}

func listOf(items []item, a *tf.Assumption) tf.Value {
	var elements []tf.Value
	for _, it := range items {
		v := it.identity()
		if v.Kind() == tf.List {
			elements = append(elements, v.Elements()...)
			continue
		}
		elements = append(elements, assuming(v, a))
	}
	return assuming(tf.ListValue(elements...), a)
}

func assuming(v tf.Value, a *tf.Assumption) tf.Value {
	if a == nil {
		return v
	}
	return v.Assuming(a)
}

// assumption is the one assumption of an argument of the configuration, made
// out of all that it rests on.
func (l *linker) assumption(at place, reasons []reason) *tf.Assumption {
	if len(reasons) == 0 {
		return nil
	}
	address := at.instance.Addr.Config()
	id := reasons[0].kind + ":" + address + "." + at.path
	a := l.assumptions[id]
	if a == nil {
		texts := make([]string, 0, len(reasons))
		for _, r := range reasons {
			if !slices.Contains(texts, r.text) {
				texts = append(texts, r.text)
			}
		}
		a = &tf.Assumption{
			ID:      id,
			Address: address,
			Text:    address + "." + at.path + ": " + strings.Join(texts, ", and ") + "; the source or the binary plan makes it exact",
		}
		l.assumptions[id] = a
	}
	return a
}

func configOf(it item) string {
	return tf.StripKeys(it.instance.Addr.Module+dot(it.instance.Addr.Module)) + blockKey(it.instance.Addr) + it.instance.Addr.Key
}

func dot(module string) string {
	if module == "" {
		return ""
	}
	return "."
}

// hidden is the value inside a dynamic block, which leaves no expression
// (U-2).
func (l *linker) hidden(at place, w *want) tf.Value {
	s, why := l.local(at.instance.Addr.Module, "a dynamic block", w, at.instance)
	if len(s.items) != 1 {
		return tf.UnknownValue()
	}
	a := l.assumption(at, []reason{why})
	if w.list && !strings.HasSuffix(at.indexed, "]") {
		return listOf(s.items, a)
	}
	return assuming(s.items[0].identity(), a)
}

// generalNames say nothing about what bears them.
var generalNames = []string{"this", "main", "default", "self"}
