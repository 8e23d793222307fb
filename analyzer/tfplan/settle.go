package tfplan

import (
	"reflect"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// settle fills what is unknown in a planned value with what the source says in
// the same place. What the plan knows stands, and tells which of several
// blocks or elements a planned one was made from: a set has another order in
// the plan than in the source.
func settle(planned, said tf.Value) tf.Value {
	if said.IsNull() {
		return planned
	}
	v := planned
	switch planned.Kind() {
	case tf.Unknown:
		v = said
	case tf.List:
		if holdsUnknown(planned) {
			v = settleList(planned, said)
		}
	case tf.Object:
		if holdsUnknown(planned) {
			v = settleObject(planned, said)
		}
	}
	return marked(v, planned.IsSensitive())
}

func settleObject(planned, said tf.Value) tf.Value {
	if blocks := said.Elements(); len(blocks) == 1 {
		said = blocks[0] // a block that there may be one of
	}
	if said.Kind() != tf.Object {
		return planned
	}
	fields := slices.Clone(planned.Fields())
	for i, f := range fields {
		fields[i].Value = settle(f.Value, said.Get(f.Name))
	}
	return tf.ObjectValue(fields...)
}

// maxPairs bounds the pairs of planned and said elements that are compared.
const maxPairs = 1 << 18

func settleList(planned, said tf.Value) tf.Value {
	elements := slices.Clone(planned.Elements())
	from := said.Elements()
	switch said.Kind() {
	case tf.Unknown:
		if len(said.Candidates()) > 0 {
			for i, e := range elements {
				if e.IsUnknown() {
					elements[i] = marked(said, e.IsSensitive())
				}
			}
		}
		return tf.ListValue(elements...)
	case tf.Object:
		from = []tf.Value{said}
	}
	if len(from) == 0 || len(elements)*len(from) > maxPairs || slices.ContainsFunc(from, tf.Value.IsOptional) {
		return planned
	}
	for i, candidates := range assign(elements, from) {
		if len(candidates) == 0 || !holdsUnknown(elements[i]) {
			continue
		}
		var possible []tf.Value
		for _, c := range candidates {
			possible = append(possible, settle(elements[i], from[c]))
		}
		elements[i] = either(possible)
	}
	return tf.ListValue(elements...)
}

// assign says which of the elements that the source says each planned element
// may have been made from. One that must be another's is none of its own.
func assign(planned, said []tf.Value) [][]int {
	possible := make([][]int, len(planned))
	for i, p := range planned {
		for j, s := range said {
			if canBe(p, s) {
				possible[i] = append(possible[i], j)
			}
		}
	}
	if len(planned) != len(said) {
		return possible
	}
	for changed := true; changed; {
		changed = false
		for i := range possible {
			if len(possible[i]) != 1 {
				continue
			}
			for other := range possible {
				if at := slices.Index(possible[other], possible[i][0]); other != i && at >= 0 {
					possible[other] = slices.Delete(possible[other], at, at+1)
					changed = true
				}
			}
		}
	}
	// Planned elements that look alike are made from as many of the source, in
	// whatever order.
	for i := range possible {
		var alike []int
		for other := range possible {
			if slices.Equal(possible[i], possible[other]) && reflect.DeepEqual(planned[i], planned[other]) {
				alike = append(alike, other)
			}
		}
		if len(alike) > 1 && len(alike) == len(possible[i]) {
			for n, j := range slices.Clone(possible[i]) {
				possible[alike[n]] = []int{j}
			}
		}
	}
	return possible
}

// canBe reports whether a planned value can have been made from a said one:
// nothing that both know differs.
func canBe(planned, said tf.Value) bool {
	_, symbolic := said.Symbol()
	switch {
	case planned.IsUnknown() || said.IsUnknown():
		return true
	case symbolic:
		own, _ := planned.Symbol()
		meant, _ := said.Symbol()
		return own == meant
	case said.IsNull():
		return true // the provider's default
	}
	switch said.Kind() {
	case tf.Object:
		if planned.Kind() != tf.Object {
			return false
		}
		return !slices.ContainsFunc(said.Fields(), func(f tf.Field) bool { return !canBe(planned.Get(f.Name), f.Value) })
	case tf.List:
		return canBeList(planned, said)
	}
	a, _ := planned.AsString().Known()
	b, _ := said.AsString().Known()
	return a == b || planned.IsNull() && isZero(b)
}

// canBeList compares lists as the sets that they may be.
func canBeList(planned, said tf.Value) bool {
	switch {
	case planned.IsNull():
		return len(said.Elements()) == 0
	case planned.Kind() != tf.List:
		return false
	}
	for _, e := range planned.Elements() {
		if !slices.ContainsFunc(said.Elements(), func(s tf.Value) bool { return canBe(e, s) }) {
			return false
		}
	}
	return !slices.ContainsFunc(said.Elements(), func(s tf.Value) bool {
		return !slices.ContainsFunc(planned.Elements(), func(e tf.Value) bool { return canBe(e, s) })
	})
}

// isZero reports whether a text is what stands for nothing.
func isZero(text string) bool { return text == "" || text == "0" || text == "false" }

// either is a value that is one of several: what they agree in, and unknown
// with the identities that it may be in the rest.
func either(values []tf.Value) tf.Value {
	first := values[0]
	if !slices.ContainsFunc(values, func(v tf.Value) bool { return !reflect.DeepEqual(v, first) }) {
		return first
	}
	sensitive := slices.ContainsFunc(values, tf.Value.IsSensitive)
	if !slices.ContainsFunc(values, func(v tf.Value) bool { return v.Kind() != tf.Object }) {
		fields := slices.Clone(first.Fields())
		for i, f := range fields {
			var each []tf.Value
			for _, v := range values {
				each = append(each, v.Get(f.Name))
			}
			fields[i].Value = either(each)
		}
		return marked(tf.ObjectValue(fields...), sensitive)
	}
	var symbols []tf.Symbol
	for _, v := range values {
		symbol, ok := v.Symbol()
		switch {
		case ok:
			symbols = append(symbols, symbol)
		case len(v.Candidates()) > 0:
			symbols = append(symbols, v.Candidates()...)
		default:
			return marked(tf.UnknownValue(), sensitive)
		}
	}
	return marked(tf.UnknownValue(symbols...), sensitive)
}
