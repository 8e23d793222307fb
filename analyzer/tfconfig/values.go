package tfconfig

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig/functions"
)

// fromPlan is a value of the plan as expressions see it. Lists stand for sets
// too, which no function that takes a set minds.
func fromPlan(v tf.Value) cty.Value {
	out := cty.DynamicVal
	switch v.Kind() {
	case tf.Null:
		out = cty.NullVal(cty.DynamicPseudoType)
	case tf.Bool:
		b, _ := v.AsBool().Known()
		out = cty.BoolVal(b)
	case tf.Number:
		text, _ := v.AsString().Known()
		if n, err := cty.ParseNumberVal(text); err == nil {
			out = n
		}
	case tf.String:
		if s, ok := v.Symbol(); ok {
			out = symbol(s)
			break
		}
		text, _ := v.AsString().Known()
		out = cty.StringVal(text)
	case tf.List:
		all := make([]cty.Value, len(v.Elements()))
		for i, e := range v.Elements() {
			all[i] = fromPlan(e)
		}
		out = cty.TupleVal(all)
	case tf.Object:
		all := map[string]cty.Value{}
		for _, f := range v.Fields() {
			all[f.Name] = fromPlan(f.Value)
		}
		out = cty.ObjectVal(all)
	}
	if v.IsSensitive() {
		out = out.Mark(functions.Sensitive)
	}
	return out
}

// place is where in an instance a value stands, with what it takes to find
// what an unknown may turn out to be.
type slot struct {
	typ  string // of the resource
	path string // of the argument, without indexes
	in   *body
	arg  *arg // nil where no expression gives the value
}

func (s slot) member(name string) slot {
	if s.path != "" {
		name = s.path + "." + name
	}
	s.path = name
	return s
}

// value is what a value of the language is to the analysis. A symbol is an
// exact link; an unknown has the identities that its expression refers to as
// candidates, where it stands for one.
func (s slot) value(v cty.Value) tf.Value {
	v, marks := functions.Settle(v).Unmark()
	out := s.plain(v)
	if isSensitive(marks) {
		out = hide(out)
	}
	return out
}

func isSensitive(marks cty.ValueMarks) bool {
	for mark := range marks {
		if mark == functions.Sensitive {
			return true
		}
	}
	return false
}

func (s slot) plain(v cty.Value) tf.Value {
	switch {
	case v.IsNull():
		return tf.NullValue()
	case !v.IsKnown() || lazyOf(v) != nil:
		return s.unknown()
	}
	if id, ok := symbolOf(v); ok {
		return tf.SymbolicValue(id)
	}
	ty := v.Type()
	switch {
	case ty == cty.String:
		if functions.HasSymbol(v) {
			return s.unknown() // made of one
		}
		return tf.StringValue(v.AsString())
	case ty == cty.Bool:
		return tf.BoolValue(v.True())
	case ty == cty.Number:
		text, ok := textOf(v)
		if !ok {
			return tf.UnknownValue()
		}
		return tf.NumberValue(text)
	case ty.IsObjectType(), ty.IsMapType():
		var fields []tf.Field
		for it := v.ElementIterator(); it.Next(); {
			key, e := it.Element()
			if functions.HasSymbol(key) {
				return tf.UnknownValue()
			}
			// What is null is left out, as the plan does.
			if inner := s.member(key.AsString()).value(e); !inner.IsNull() {
				fields = append(fields, tf.Field{Name: key.AsString(), Value: inner})
			}
		}
		return tf.ObjectValue(fields...)
	case v.CanIterateElements():
		elements := make([]tf.Value, 0, v.LengthInt())
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			elements = append(elements, s.value(e))
		}
		return tf.ListValue(elements...)
	}
	return tf.UnknownValue()
}

// hide marks a value and everything in it as sensitive.
func hide(v tf.Value) tf.Value {
	switch v.Kind() {
	case tf.List:
		elements := slices.Clone(v.Elements())
		for i, e := range elements {
			elements[i] = hide(e)
		}
		v = tf.ListValue(elements...)
	case tf.Object:
		fields := slices.Clone(v.Fields())
		for i, f := range fields {
			fields[i].Value = hide(f.Value)
		}
		v = tf.ObjectValue(fields...)
	}
	return v.MarkSensitive()
}

// unknown is an unknown value with its candidates.
func (s slot) unknown() tf.Value {
	ev := s.in.scope.module.ev
	targets := ev.opts.Wanted.Targets(s.typ, s.path)
	if len(targets) == 0 || s.arg == nil {
		return tf.UnknownValue()
	}
	o := ev.originsOf(s.arg, s.in)
	if o.open {
		return tf.UnknownValue()
	}
	var candidates []tf.Symbol
	for _, symbol := range o.symbols {
		if i := o.instances[symbol]; slices.Contains(targets, i.addr.Type) {
			candidates = append(candidates, symbol)
		}
	}
	if len(candidates) == 1 && isBare(s.arg.expression()) {
		return tf.SymbolicValue(candidates[0])
	}
	return tf.UnknownValue(candidates...)
}

// fields are what a block sets, as far as keep takes it; nil takes all.
func (b *body) fields(s slot, keep map[string]bool) []tf.Field {
	var fields []tf.Field
	for _, name := range b.names() {
		if keep != nil && !keep[name] {
			continue
		}
		at := s.member(name)
		at.in = b
		if v := b.field(at, name); !v.IsNull() {
			fields = append(fields, tf.Field{Name: name, Value: v})
		}
	}
	return fields
}

func (b *body) field(at slot, name string) tf.Value {
	if a := b.block.args[name]; a != nil {
		at.arg = a
		return at.value(b.argument(name))
	}
	var elements []tf.Value
	for _, inner := range b.blocks(name) {
		v := tf.ObjectValue(inner.fields(at, nil)...)
		if inner.optional {
			v = v.MarkOptional()
		}
		elements = append(elements, v)
	}
	if elements == nil {
		return tf.NullValue() // dynamic blocks that make none
	}
	return tf.ListValue(elements...)
}
