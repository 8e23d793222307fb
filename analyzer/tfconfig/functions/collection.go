package functions

import (
	"errors"
	"fmt"
	"sort"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// collectionFunctions move the elements of collections, and compare them.
var collectionFunctions = map[string]entry{
	"alltrue":         {inspects, quantifier(cty.False)},
	"anytrue":         {inspects, quantifier(cty.True)},
	"chunklist":       {moves, stdlib.ChunklistFunc},
	"coalesce":        {moves, coalesceFunction},
	"coalescelist":    {moves, stdlib.CoalesceListFunc},
	"compact":         {moves, stdlib.CompactFunc},
	"concat":          {moves, stdlib.ConcatFunc},
	"contains":        {moves, containsFunction},
	"distinct":        {moves, stdlib.DistinctFunc},
	"element":         {moves, stdlib.ElementFunc},
	"flatten":         {moves, flattenFunction},
	"index":           {moves, indexFunction},
	"keys":            {moves, stdlib.KeysFunc},
	"length":          {moves, lengthFunction},
	"list":            {moves, removed("list", "tolist([ ... ]) to write a list")},
	"lookup":          {moves, lookupFunction},
	"map":             {moves, removed("map", "tomap({ ... }) to write a map")},
	"matchkeys":       {moves, matchkeysFunction},
	"merge":           {moves, mergeFunction},
	"one":             {moves, oneFunction},
	"reverse":         {moves, stdlib.ReverseListFunc},
	"setintersection": {moves, stdlib.SetIntersectionFunc},
	"setproduct":      {moves, limitedProduct},
	"setsubtract":     {moves, stdlib.SetSubtractFunc},
	"setunion":        {moves, stdlib.SetUnionFunc},
	"slice":           {moves, stdlib.SliceFunc},
	"sort":            {moves, sortFunction},
	"transpose":       {inspects, transposeFunction},
	"values":          {moves, stdlib.ValuesFunc},
	"zipmap":          {moves, stdlib.ZipmapFunc},
}

// quantifier is alltrue (decided by a false) or anytrue (decided by a true).
// Null counts as false.
func quantifier(deciding cty.Value) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			result := deciding.Not()
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				switch {
				case !v.IsKnown():
					result = cty.UnknownVal(cty.Bool)
				case v.IsNull() && deciding.False(), !v.IsNull() && v.RawEquals(deciding):
					return deciding, nil
				}
			}
			return result, nil
		},
	})
}

// coalesceFunction returns the first argument that is neither null nor an empty
// string, converted to the type that all arguments have in common.
var coalesceFunction = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "vals", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(args))
		for i, arg := range args {
			types[i] = arg.Type()
		}
		common, _ := convert.UnifyUnsafe(types)
		if common == cty.NilType {
			return cty.NilType, errors.New("all arguments must have the same type")
		}
		return common, nil
	},
	RefineResult: notNull,
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		for _, arg := range args {
			arg, err := convert.Convert(arg, retType)
			switch {
			case err != nil:
				return cty.NilVal, err
			case !arg.IsKnown():
				return cty.UnknownVal(retType), nil
			case arg.IsNull(), isEmptyString(arg):
				continue
			}
			return arg, nil
		}
		return cty.NilVal, errors.New("no argument is neither null nor an empty string")
	},
})

// containsFunction and indexFunction compare one by one, and are unknown where a
// comparison that is unknown could decide.
var containsFunction = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "list", Type: cty.DynamicPseudoType},
		{Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true},
	},
	Type:         function.StaticReturnType(cty.Bool),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !isSequence(args[0].Type()) {
			return cty.NilVal, function.NewArgErrorf(0, "must be a list, tuple or set")
		}
		result := cty.False
		for it := args[0].ElementIterator(); it.Next(); {
			_, v := it.Element()
			switch same := Equal(args[1], v); {
			case !same.IsKnown():
				result = cty.UnknownVal(cty.Bool)
			case same.True():
				return cty.True, nil
			}
		}
		return result, nil
	},
})

var indexFunction = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "list", Type: cty.DynamicPseudoType, AllowMarked: true},
		{Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true},
	},
	Type:         function.StaticReturnType(cty.Number),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].HasMark(Unordered) {
			return cty.UnknownVal(cty.Number), nil
		}
		list, marks := args[0].UnmarkDeep()
		i, err := indexOf(list, args[1])
		if err != nil {
			return cty.NilVal, err
		}
		return i.WithMarks(marks), nil
	},
})

func indexOf(list, value cty.Value) (cty.Value, error) {
	if ty := list.Type(); !ty.IsListType() && !ty.IsTupleType() {
		return cty.NilVal, function.NewArgErrorf(0, "must be a list or tuple")
	}
	for it := list.ElementIterator(); it.Next(); {
		i, v := it.Element()
		switch same := Equal(value, v); {
		case !same.IsKnown():
			return cty.UnknownVal(cty.Number), nil
		case same.True():
			return i, nil
		}
	}
	return cty.NilVal, errors.New("item not found")
}

func isSequence(ty cty.Type) bool { return ty.IsListType() || ty.IsTupleType() || ty.IsSetType() }

// flattenFunction keeps the elements that are known beside unknown ones. Only an
// unknown whose type could be a sequence makes all of it unknown.
var flattenFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:         function.StaticReturnType(cty.DynamicPseudoType),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !isSequence(args[0].Type()) {
			return cty.NilVal, function.NewArgErrorf(0, "must be a list, set or tuple")
		}
		flat, known := appendFlat(nil, args[0])
		if !known || len(flat) > maxElements {
			return cty.DynamicVal, nil
		}
		return cty.TupleVal(flat), nil
	},
})

// appendFlat appends the elements of a sequence and of those within it.
func appendFlat(flat []cty.Value, sequence cty.Value) (all []cty.Value, known bool) {
	for it := sequence.ElementIterator(); it.Next() && len(flat) <= maxElements; {
		_, v := it.Element()
		ty := v.Type()
		switch {
		case !v.IsKnown() && (ty == cty.DynamicPseudoType || isSequence(ty)):
			return flat, false
		case v.IsNull() || !isSequence(ty):
			flat = append(flat, v)
		default:
			if flat, known = appendFlat(flat, v); !known {
				return flat, false
			}
		}
	}
	return flat, true
}

// lengthFunction counts characters, or elements. Elements of a set that may turn
// out to be the same are not counted.
var lengthFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true}},
	Type:         function.StaticReturnType(cty.Number),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v := args[0]
		ty := v.Type()
		switch {
		case ty == cty.DynamicPseudoType:
			return cty.UnknownVal(cty.Number), nil
		case ty == cty.String:
			return stdlib.Strlen(Opaque(v))
		case ty.IsTupleType():
			return cty.NumberIntVal(int64(ty.Length())), nil
		case ty.IsObjectType():
			return cty.NumberIntVal(int64(len(ty.AttributeTypes()))), nil
		case ty.IsSetType() && v.IsKnown() && mayShrink(v):
			return Opaque(v).Length(), nil
		case ty.IsCollectionType():
			return v.Length(), nil
		}
		return cty.NilVal, function.NewArgErrorf(0, "must be a string, a collection or an object")
	},
})

// mayShrink reports whether two elements of a set may turn out to be the same.
func mayShrink(set cty.Value) bool {
	if !HasSymbol(set) {
		return false
	}
	elements := set.AsValueSlice()
	for i, a := range elements {
		for _, b := range elements[:i] {
			if !Equal(a, b).IsKnown() {
				return true
			}
		}
	}
	return false
}

// lookupFunction differs from that of cty in that the default is optional, and
// that one element can be known beside an unknown one.
var lookupFunction = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "inputMap", Type: cty.DynamicPseudoType, AllowUnknown: true},
		{Name: "key", Type: cty.String},
	},
	VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		ty := args[0].Type()
		switch {
		case len(args) > 3:
			return cty.NilType, errors.New("takes two or three arguments")
		case ty.IsObjectType():
			return cty.DynamicPseudoType, nil
		case !ty.IsMapType():
			return cty.NilType, function.NewArgErrorf(0, "must be a map or an object")
		case len(args) == 3:
			if _, err := convert.Convert(args[2], ty.ElementType()); err != nil {
				return cty.NilType, function.NewArgErrorf(2, "the default must have the type of the elements")
			}
		}
		return ty.ElementType(), nil
	},
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		m, key := args[0], args[1]
		if !m.IsKnown() {
			return cty.UnknownVal(retType), nil
		}
		uncertain := false
		for it := m.ElementIterator(); it.Next(); {
			name, v := it.Element()
			switch same := Equal(name, key); {
			case !same.IsKnown():
				uncertain = true
			case same.True():
				return v, nil
			}
		}
		switch {
		case uncertain:
			return cty.UnknownVal(retType), nil
		case len(args) == 3:
			return convert.Convert(args[2], retType)
		case m.Type().IsObjectType():
			return cty.NilVal, function.NewArgErrorf(0, "has no attribute %q", key.AsString())
		}
		return cty.NilVal, fmt.Errorf("there is no element %q and no default", key.AsString())
	},
})

// matchkeysFunction selects the values whose key is in the search set.
var matchkeysFunction = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "values", Type: cty.List(cty.DynamicPseudoType)},
		{Name: "keys", Type: cty.List(cty.DynamicPseudoType)},
		{Name: "searchset", Type: cty.List(cty.DynamicPseudoType)},
	},
	Type: func(args []cty.Value) (cty.Type, error) {
		if common, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()}); common == cty.NilType {
			return cty.NilType, errors.New("keys and searchset must be of the same type")
		}
		return args[0].Type(), nil
	},
	RefineResult: notNull,
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		values, keys := args[0].AsValueSlice(), args[1].AsValueSlice()
		if len(values) != len(keys) {
			return cty.NilVal, errors.New("there must be as many keys as values")
		}
		common, _ := convert.UnifyUnsafe([]cty.Type{args[1].Type(), args[2].Type()})
		search, err := convert.Convert(args[2], common)
		if err != nil {
			return cty.NilVal, err
		}
		var found []cty.Value
		for i, key := range keys {
			if key, err = convert.Convert(key, common.ElementType()); err != nil {
				return cty.NilVal, err
			}
			in, err := containsFunction.Call([]cty.Value{search, key})
			switch {
			case err != nil:
				return cty.NilVal, err
			case !in.IsKnown():
				return cty.UnknownVal(retType), nil
			case in.True():
				found = append(found, values[i])
			}
		}
		if len(found) == 0 {
			return cty.ListValEmpty(retType.ElementType()), nil
		}
		return cty.ListVal(found), nil
	},
})

// mergeFunction keeps, beside an unknown map, what objects that come after it
// say: the result is unknown, as another attribute may be there too.
var mergeFunction = stdlib.MergeFunc

// oneFunction returns the only element, or null of an empty collection.
var oneFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type: func(args []cty.Value) (cty.Type, error) {
		ty := args[0].Type()
		switch {
		case ty.IsListType() || ty.IsSetType():
			return ty.ElementType(), nil
		case ty.IsTupleType() && ty.Length() == 0:
			return cty.DynamicPseudoType, nil
		case ty.IsTupleType() && ty.Length() == 1:
			return ty.TupleElementType(0), nil
		}
		return cty.NilType, function.NewArgErrorf(0, "must be a list, set or tuple with no or one element")
	},
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		if n, err := lengthFunction.Call(args); err != nil || !n.IsKnown() {
			return cty.UnknownVal(retType), err
		}
		switch elements := args[0].AsValueSlice(); len(elements) {
		case 0:
			return cty.NullVal(retType), nil
		case 1:
			return elements[0], nil
		}
		return cty.NilVal, function.NewArgErrorf(0, "must be a list, set or tuple with no or one element")
	},
})

// limitedProduct is setproduct, unknown where there are too many combinations.
var limitedProduct = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "sets", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowMarked: true},
	Type:     stdlib.SetProductFunc.ReturnTypeForValues,
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		total := 1
		for _, arg := range args {
			plain, _ := arg.Unmark()
			if plain.IsKnown() && plain.CanIterateElements() {
				total *= plain.LengthInt()
			}
			if total*len(args) > maxElements {
				return cty.UnknownVal(retType), nil
			}
		}
		return stdlib.SetProductFunc.Call(args)
	},
})

// transposeFunction swaps the keys and the elements of a map of lists.
var transposeFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "values", Type: cty.Map(cty.List(cty.String))}},
	Type:         function.StaticReturnType(cty.Map(cty.List(cty.String))),
	RefineResult: notNull,
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(retType), nil
		}
		keys := map[string][]string{}
		for it := args[0].ElementIterator(); it.Next(); {
			key, list := it.Element()
			if list.IsNull() {
				return cty.NilVal, errors.New("a list of the map is null")
			}
			for elements := list.ElementIterator(); elements.Next(); {
				_, v := elements.Element()
				if v.IsNull() {
					return cty.NilVal, errors.New("an element of a list is null")
				}
				keys[v.AsString()] = append(keys[v.AsString()], key.AsString())
			}
		}
		if len(keys) == 0 {
			return cty.MapValEmpty(cty.List(cty.String)), nil
		}
		lists := map[string]cty.Value{}
		for v, names := range keys {
			sort.Strings(names)
			list := make([]cty.Value, len(names))
			for i, name := range names {
				list[i] = cty.StringVal(name)
			}
			lists[v] = cty.ListVal(list)
		}
		return cty.MapVal(lists), nil
	},
})
