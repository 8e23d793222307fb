package tfplan

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// outputValue reads an output of a state, or one of planned_values.
func (rd *reader) outputValue(name string) error {
	text, err := rd.dec.ReadValue()
	if err != nil {
		return err
	}
	c := &cursor{b: text}
	var value []byte
	var sensitive mask
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "value":
			value = c.raw()
		case "sensitive":
			sensitive = rd.vals.mask(c)
		default:
			c.raw()
		}
	}
	if value != nil {
		rd.stack.Outputs[name] = rd.vals.value(&cursor{b: value}, mask{}, sensitive)
	}
	return nil
}

// outputChange reads an output of a plan as it will be.
func (rd *reader) outputChange(name string) error {
	text, err := rd.dec.ReadValue()
	if err != nil {
		return err
	}
	c := &cursor{b: text}
	var unknown, sensitive mask
	after, gone := []byte("null"), false
	for ok := c.enter('{'); ok && c.more(); {
		switch string(c.text()) {
		case "actions":
			action, _ := actionsOf(c.raw())
			gone = action == tf.Delete
		case "after":
			after = c.raw()
		case "after_unknown":
			unknown = rd.vals.mask(c)
		case "after_sensitive":
			sensitive = rd.vals.mask(c)
		default:
			c.raw()
		}
	}
	if !gone {
		rd.stack.Outputs[name] = rd.vals.value(&cursor{b: after}, unknown, sensitive)
	}
	return nil
}

// resolveOutputs gives the outputs that are known after apply the identities
// that their expressions mention.
func (l *linker) resolveOutputs() {
	for _, name := range sortedKeys(l.rd.root.outputs) {
		v, ok := l.rd.stack.Outputs[name]
		if ok && holdsUnknown(v) {
			l.rd.stack.Outputs[name] = l.outputOf(name, v, l.evaluate("", l.rd.root.outputs[name], nil, each{}))
		}
	}
}

// outputOf is the value of an output of which something is unknown: the one
// identity that is meant, or a list of as many as there are instances.
func (l *linker) outputOf(name string, v tf.Value, o *outcome) tf.Value {
	var items []item
	for _, s := range o.sets {
		items = append(items, s.items...)
	}
	certain := len(o.sets) == 1 && !o.open && !o.uncertain && !o.marker && len(o.opaque) == 0
	elements := v.Elements()
	switch {
	case v.IsUnknown() && certain && len(items) == 1:
		return outputAssuming(name, items[0])
	case v.Kind() == tf.List && certain && len(items) == len(elements) && !slices.ContainsFunc(items, byName):
		values := slices.Clone(elements)
		for i, e := range values {
			if e.IsUnknown() {
				values[i] = outputAssuming(name, items[i])
			}
		}
		return tf.ListValue(values...)
	}
	var symbols []tf.Symbol
	if !o.open && len(o.opaque) == 0 {
		for _, it := range items {
			symbols = append(symbols, it.symbol())
		}
	}
	return v.Rewrite(func(v tf.Value) tf.Value {
		if v.IsUnknown() {
			return tf.UnknownValue(symbols...)
		}
		return v
	}, func(a *tf.Assumption) *tf.Assumption { return a })
}

// byName reports whether an instance has a key of text, whose order in the
// output may be another than that of the instances.
func byName(it item) bool { return strings.HasPrefix(it.key, `["`) }

func outputAssuming(name string, it item) tf.Value {
	v := it.identity()
	return v.Assuming(&tf.Assumption{
		ID: "output:" + name, Address: it.instance.Address,
		Text: "the output " + name + " is taken to be " + it.instance.Address + "." + it.attribute + " as it is",
	})
}
