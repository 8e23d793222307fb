package tfplan

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// mask is the shape of `after_unknown` and of the `*_sensitive` members: true
// over a whole value, or something of it by name or by position. The zero
// mask covers nothing.
type mask struct {
	all      bool
	fields   []maskField
	elements []mask
}

type maskField struct {
	name string
	mask mask
}

func (m *mask) isZero() bool { return !m.all && m.fields == nil && m.elements == nil }

func (m *mask) field(name string) mask {
	for i := range m.fields {
		if m.fields[i].name == name {
			return m.fields[i].mask
		}
	}
	return mask{}
}

func (m *mask) element(i int) mask {
	if i < len(m.elements) {
		return m.elements[i]
	}
	return mask{}
}

// values builds tf.Values out of JSON text.
type values struct {
	names interner
	// wrapped is set for a raw state, where a value whose type only the value
	// says is an object of both.
	wrapped bool
}

// mask reads a mask; what it covers nothing of leaves no trace in it.
func (d *values) mask(c *cursor) mask { return d.maskOf(c, nil) }

// maskOf reads a mask over an object; wanted, unless nil, says which members
// to keep.
func (d *values) maskOf(c *cursor, wanted map[string]bool) mask {
	switch c.peek() {
	case 't':
		c.raw()
		return mask{all: true}
	case '{':
		var m mask
		for ok := c.enter('{'); ok && c.more(); {
			name := c.text()
			if c.peek() == 'f' || wanted != nil && !wanted[string(name)] {
				c.raw()
				continue
			}
			interned := d.names.intern(name)
			if sub := d.mask(c); !sub.isZero() {
				m.fields = append(m.fields, maskField{interned, sub})
			}
		}
		return m
	case '[':
		var m mask
		for i, ok := 0, c.enter('['); ok && c.more(); i++ {
			sub := d.mask(c)
			if sub.isZero() {
				continue
			}
			for len(m.elements) < i {
				m.elements = append(m.elements, mask{})
			}
			m.elements = append(m.elements, sub)
		}
		return m
	}
	c.raw()
	return mask{}
}

var (
	emptyList   = tf.ListValue()
	emptyObject = tf.ObjectValue()
	trueValue   = tf.BoolValue(true)
	falseValue  = tf.BoolValue(false)
)

// value reads one value. The unknown mask turns what it covers into Unknown,
// also where `after` leaves it out; what the sensitive mask covers is marked
// down to its leaves.
func (d *values) value(c *cursor, unknown, sensitive mask) tf.Value {
	if unknown.all {
		c.raw()
		return marked(tf.UnknownValue(), sensitive.all)
	}
	switch c.peek() {
	case '{':
		return d.object(c, unknown, sensitive)
	case '[':
		return d.list(c, unknown, sensitive)
	case '"':
		return marked(tf.StringValue(d.names.intern(c.text())), sensitive.all)
	case 't':
		c.raw()
		return marked(trueValue, sensitive.all)
	case 'f':
		c.raw()
		return marked(falseValue, sensitive.all)
	case 'n', 0:
		c.raw()
		return marked(d.absent(unknown, sensitive), sensitive.all)
	}
	return marked(tf.NumberValue(d.names.intern(c.raw())), sensitive.all)
}

// object reads an object.
func (d *values) object(c *cursor, unknown, sensitive mask) tf.Value {
	if d.wrapped {
		if inner, ok := unwrap(c); ok {
			return d.value(&cursor{b: inner}, unknown, sensitive)
		}
	}
	fields := d.fields(c, unknown, sensitive, nil)
	if len(fields) == 0 {
		return marked(emptyObject, sensitive.all)
	}
	return marked(tf.ObjectValue(fields...), sensitive.all)
}

// unwrap steps over {"value": ..., "type": ...} and gives the value, if that
// is what comes next.
func unwrap(c *cursor) (value []byte, ok bool) {
	peek := *c
	var typ []byte
	for ok := peek.enter('{'); ok && peek.more(); {
		switch string(peek.text()) {
		case "value":
			value = peek.raw()
		case "type":
			typ = peek.raw()
		default:
			return nil, false
		}
	}
	if value == nil || !isTypeExpr(typ) {
		return nil, false
	}
	*c = peek
	return value, true
}

// isTypeExpr reports whether a text is a type as a state writes it: "string",
// ["list", "string"].
func isTypeExpr(text []byte) bool {
	c := &cursor{b: text}
	switch c.peek() {
	case '"':
		return slices.Contains([]string{"string", "number", "bool", "dynamic"}, string(c.text()))
	case '[':
		return c.enter('[') && c.more() && slices.Contains([]string{"object", "list", "map", "set", "tuple"}, string(c.text()))
	}
	return false
}

// fields reads the members of an object; wanted, unless nil, says which to keep,
// and holds for the unknown mask already. What is null is left out, as most
// attributes of most instances are: to ask for it gives null all the same.
func (d *values) fields(c *cursor, unknown, sensitive mask, wanted map[string]bool) []tf.Field {
	var most [24]tf.Field
	fields := most[:0]
	for ok := c.enter('{'); ok && c.more(); {
		raw := c.text()
		if wanted != nil && !wanted[string(raw)] {
			c.raw()
			continue
		}
		name := d.names.intern(raw)
		if v := d.value(c, unknown.field(name), sensitive.under(name)); !v.IsNull() {
			fields = append(fields, tf.Field{Name: name, Value: v})
		}
	}
	// What is unknown as a whole is absent from `after`.
	for _, m := range unknown.fields {
		if hasField(fields, m.name) {
			continue
		}
		fields = append(fields, tf.Field{Name: m.name, Value: d.absent(m.mask, sensitive.under(m.name))})
	}
	return slices.Clone(fields)
}

func (d *values) list(c *cursor, unknown, sensitive mask) tf.Value {
	var elements []tf.Value
	for ok := c.enter('['); ok && c.more(); {
		i := len(elements)
		elements = append(elements, d.value(c, unknown.element(i), sensitive.at(i)))
	}
	for i := len(elements); i < len(unknown.elements); i++ {
		elements = append(elements, d.absent(unknown.elements[i], sensitive.at(i)))
	}
	if len(elements) == 0 {
		return marked(emptyList, sensitive.all)
	}
	return marked(tf.ListValue(elements...), sensitive.all)
}

// absent is the value of something that only its unknown mask mentions.
func (d *values) absent(unknown, sensitive mask) tf.Value {
	switch {
	case unknown.all:
		return marked(tf.UnknownValue(), sensitive.all)
	case unknown.fields != nil:
		return d.object(&cursor{b: []byte("{}")}, unknown, sensitive)
	case unknown.elements != nil:
		return d.list(&cursor{b: []byte("[]")}, unknown, sensitive)
	}
	return tf.NullValue()
}

// under is the mask of a member; a value that is sensitive as a whole is
// sensitive in every part.
func (m *mask) under(name string) mask {
	if m.all {
		return *m
	}
	return m.field(name)
}

func (m *mask) at(i int) mask {
	if m.all {
		return *m
	}
	return m.element(i)
}

func marked(v tf.Value, sensitive bool) tf.Value {
	if sensitive {
		return v.MarkSensitive()
	}
	return v
}

func hasField(fields []tf.Field, name string) bool {
	for i := range fields {
		if fields[i].Name == name {
			return true
		}
	}
	return false
}

// interner keeps one copy of each short text. It is bounded, so that a plan
// of millions of different strings does not fill it.
type interner map[string]string

func (in interner) intern(b []byte) string {
	if len(b) > 64 {
		return string(b)
	}
	if s, ok := in[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(in) < 1<<16 {
		in[s] = s
	}
	return s
}
