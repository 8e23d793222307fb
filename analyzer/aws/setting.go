package aws

import (
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// setting is a value together with the argument that decides it. A null value
// means that nobody set the argument, so that its documented default counts.
type setting struct {
	value tf.Value
	cause Cause
}

func (s setting) isSet() bool { return !s.value.IsNull() }

// collection is the value of an argument that holds references. One that
// holds a single one, such as subnet_id, holds one for certain even where
// nobody knows which.
func (s setting) collection() tf.Value {
	if s.value.IsUnknown() && (strings.HasSuffix(s.cause.Argument, "_id") || strings.HasSuffix(s.cause.Argument, "_arn")) {
		return tf.ListValue(s.value)
	}
	return s.value
}

// argument reads the argument at a dotted path. An empty string or list is
// the same as none. A computed argument that is unknown because nobody set it
// is null here (U-4); that is certain only for an object that the plan
// creates and for an argument that no dynamic block can give.
func argument(r *tf.Resource, path string) setting {
	names := strings.Split(path, ".")
	s := setting{value: r.Get(names...), cause: Cause{Resource: r, Argument: path}}
	switch {
	case s.value.IsUnknown() && len(names) == 1 && unsetAttribute(r, path, s.value):
		s.value = tf.NullValue()
	case isEmpty(s.value):
		s.value = tf.NullValue()
	}
	return s
}

// everywhere is an argument at a dotted path; where blocks on the way are
// several, what all of them hold.
func everywhere(r *tf.Resource, path string) setting {
	s := argument(r, path)
	names := strings.Split(path, ".")
	if s.isSet() || len(names) == 1 {
		return s
	}
	all := []setting{s}
	for _, v := range valuesAt(r.Values, names) {
		if !isEmpty(v) {
			all = append(all, setting{value: v, cause: s.cause})
		}
	}
	return join(all...)
}

// unsetAttribute reports whether the configuration certainly does not set an
// attribute that is unknown.
func unsetAttribute(r *tf.Resource, name string, v tf.Value) bool {
	return r.IsNew() && r.Config != nil && len(v.Candidates()) == 0 && r.Config.Sets(name) != tf.Yes
}

// blocks are the nested blocks of a name. mayHave is set when there may be
// others that the input does not show: a dynamic block leaves no trace (U-4).
func blocks(r *tf.Resource, name string) (known []tf.Value, mayHave bool) {
	known, ok := r.Get(name).Blocks()
	if !ok && r.IsNew() && r.Config.Sets(name) == tf.No {
		return nil, false
	}
	return known, !ok
}

// inside is the argument name of a block that stands at path in r.
func inside(r *tf.Resource, block tf.Value, path, name string) setting {
	v := block.Get(name)
	if isEmpty(v) {
		v = tf.NullValue()
	}
	return setting{value: v, cause: Cause{Resource: r, Argument: path + "." + name}}
}

// firstSet is the first of several settings that is set. Where none is, it keeps
// the cause of the first, which is where somebody would set it.
func firstSet(settings ...setting) setting {
	for _, s := range settings {
		if s.isSet() {
			return s
		}
	}
	return settings[0]
}

// join is everything that several list arguments hold together.
func join(settings ...setting) setting {
	joined := firstSet(settings...)
	var elements []tf.Value
	var unknown []tf.Symbol
	open, anything := false, false
	for _, s := range settings {
		switch {
		case s.value.IsUnknown():
			open = true
			anything = anything || len(s.value.Candidates()) == 0
			unknown = append(unknown, s.value.Candidates()...)
		case s.value.Kind() == tf.List:
			elements = append(elements, s.value.Elements()...)
		case s.isSet():
			elements = append(elements, s.value)
		}
	}
	switch {
	case open && anything:
		elements = append(elements, tf.UnknownValue())
	case open:
		elements = append(elements, tf.UnknownValue(unknown...))
	}
	if len(elements) > 0 {
		joined.value = tf.ListValue(elements...)
	}
	return joined
}

func isEmpty(v tf.Value) bool {
	switch v.Kind() {
	case tf.Null:
		return true
	case tf.String:
		s, known := v.AsString().Known()
		return known && s == ""
	case tf.List:
		return len(v.Elements()) == 0
	}
	return false
}

// truth reads a switch. wanted, when not empty, is the text that means yes;
// a list means yes when it holds anything.
func truth(v tf.Value, wanted string, unset tf.Tri) tf.Tri {
	switch {
	case isEmpty(v):
		return unset
	case v.IsUnknown():
		return tf.Maybe
	case v.Kind() == tf.List:
		return tf.Yes
	case wanted != "":
		s, known := v.AsString().Known()
		if !known {
			return tf.Maybe
		}
		return tf.TriOf(strings.EqualFold(s, wanted))
	}
	return tf.TriVal(v.AsBool(), unset)
}
