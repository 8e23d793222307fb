package functions

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Unordered is the mark of a sequence that was made from a set, from the keys of
// a map or by sorting, where symbols decide the order: which elements it has is
// known, and which of them comes first is not. What is taken out of it inherits
// the mark, and is then one of them: [Settle] makes that unknown.
const Unordered = mark("unordered")

// Settle is v as the value of an argument: without the mark Unordered, and with
// unknowns for what was taken out of a sequence in no known order.
func Settle(v cty.Value) cty.Value {
	return settle(v, func(sequence cty.Value) cty.Value { return sequence })
}

// settleOrder is v for what looks at the order: a sequence in no known order is
// unknown.
func settleOrder(v cty.Value) cty.Value {
	return settle(v, func(sequence cty.Value) cty.Value { return cty.UnknownVal(sequence.Type()) })
}

// settleElements is v for what passes sequences on.
func settleElements(v cty.Value) cty.Value {
	return settle(v, func(sequence cty.Value) cty.Value { return sequence.Mark(Unordered) })
}

func settle(v cty.Value, sequence func(cty.Value) cty.Value) cty.Value {
	if !v.ContainsMarked() {
		return v
	}
	v, marks := v.Unmark()
	_, unordered := marks[Unordered]
	delete(marks, Unordered)
	if unordered && !isSequence(v.Type()) {
		return cty.UnknownVal(v.Type()).WithMarks(marks)
	}
	if v.IsKnown() && !v.IsNull() && v.CanIterateElements() && v.LengthInt() > 0 {
		v = mapElements(v, func(element cty.Value) cty.Value { return settle(element, sequence) })
	}
	if unordered {
		v = sequence(v)
	}
	return v.WithMarks(marks)
}

// mapElements replaces the elements of a value that has some. The elements must
// keep their types, or else turn into DynamicVal together.
func mapElements(v cty.Value, replace func(cty.Value) cty.Value) cty.Value {
	ty := v.Type()
	if ty.IsMapType() || ty.IsObjectType() {
		elements := map[string]cty.Value{}
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			elements[key.AsString()] = replace(element)
		}
		if ty.IsMapType() {
			return cty.MapVal(elements)
		}
		return cty.ObjectVal(elements)
	}
	elements := make([]cty.Value, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		elements = append(elements, replace(element))
	}
	switch {
	case ty.IsListType():
		return cty.ListVal(elements)
	case ty.IsSetType():
		return cty.SetVal(elements)
	}
	return cty.TupleVal(elements)
}

// carry wraps a function that moves values. It sees what was a set before it was
// converted to a list, and says so in the result.
func carry(f function.Function, keyed bool) function.Function {
	return function.New(wrapper(f, func(args []cty.Value) (cty.Value, error) {
		unordered := false
		for i, arg := range args {
			unordered = unordered || orderless(arg, keyed)
			converted, err := convert.Convert(settleElements(arg), parameter(f, i).Type)
			if err != nil {
				return cty.NilVal, function.NewArgError(i, err)
			}
			args[i] = converted
		}
		v, err := f.Call(args)
		if err != nil {
			return cty.NilVal, err
		}
		switch ty := v.Type(); {
		case ty == cty.Bool, ty == cty.Number, ty.IsSetType():
			v = withoutOrder(v)
		case unordered && v.CanIterateElements():
			v = inNoOrder(v)
		}
		return bounded(v), nil
	}))
}

// withoutOrder takes the mark off what does not depend on the order.
func withoutOrder(v cty.Value) cty.Value {
	v, marks := v.Unmark()
	delete(marks, Unordered)
	return v.WithMarks(marks)
}

// inNoOrder marks a sequence, or what was made with one. Elements that hold
// sequences themselves cannot be told from it once they are taken out, so that
// they lose their symbols.
func inNoOrder(v cty.Value) cty.Value {
	v, marks := v.Unmark()
	if v.LengthInt() < 2 {
		return v.WithMarks(marks)
	}
	v = mapElements(v, func(element cty.Value) cty.Value {
		if holdsSequence(element.Type()) {
			return Opaque(element)
		}
		return element
	})
	return v.WithMarks(marks).Mark(Unordered)
}

func holdsSequence(ty cty.Type) bool {
	switch {
	case isSequence(ty):
		return true
	case ty.IsMapType():
		return holdsSequence(ty.ElementType())
	case ty.IsObjectType():
		for _, attribute := range ty.AttributeTypes() {
			if holdsSequence(attribute) {
				return true
			}
		}
	}
	return false
}

// orderless reports whether the order of the elements of v, or of a set within
// it, depends on symbols. The order of a map matters only to what looks at its
// keys.
func orderless(v cty.Value, keyed bool) bool {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return false
	}
	ty := v.Type()
	switch {
	case v.LengthInt() > 1 && ty.IsSetType():
		return HasSymbol(v)
	case ty.IsMapType(), ty.IsObjectType():
		return keyed && v.LengthInt() > 1 && Opaque(v).IsKnown() != v.IsKnown()
	case ty.IsListType() && !isSequence(ty.ElementType()):
		return false
	}
	for it := v.ElementIterator(); it.Next(); {
		if _, element := it.Element(); orderless(element, false) {
			return true
		}
	}
	return false
}

// sortFunction sorts, but for symbols, whose order is not known.
var sortFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.String), AllowUnknown: true}},
	Type:         function.StaticReturnType(cty.List(cty.String)),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].IsWhollyKnown() && HasSymbol(args[0]) {
			return inNoOrder(args[0]), nil
		}
		return stdlib.SortFunc.Call(args)
	},
})
