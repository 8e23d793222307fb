package functions

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// A symbol is spelled begin, address, separator, attribute, end. The three are
// bytes that never occur in UTF-8, and HCL, JSON and the functions that decode
// text or read files refuse or replace what is no UTF-8: no input can spell a
// symbol.
const (
	symbolBegin     = "\xfe"
	symbolSeparator = "\xfc"
	symbolEnd       = "\xff"
)

// Symbol is the string that stands for an attribute, an identity, of a resource
// instance: aws_vpc.main and id.
func Symbol(address, attribute string) cty.Value {
	clean := strings.NewReplacer(symbolBegin, "", symbolSeparator, "", symbolEnd, "")
	return cty.StringVal(symbolBegin + clean.Replace(address) + symbolSeparator + clean.Replace(attribute) + symbolEnd)
}

// ParseSymbol takes a symbol apart. It is not ok for any other value, strings
// that only contain a symbol included.
func ParseSymbol(v cty.Value) (address, attribute string, ok bool) {
	v, _ = v.Unmark()
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return "", "", false
	}
	s, before := strings.CutPrefix(v.AsString(), symbolBegin)
	s, after := strings.CutSuffix(s, symbolEnd)
	if !before || !after || strings.Contains(s, symbolEnd) {
		return "", "", false
	}
	return strings.Cut(s, symbolSeparator)
}

// Host is the symbol of the range of the one address that a symbol stands for,
// where a known text is such a one: "${aws_eip.nat.public_ip}/32".
func Host(text cty.Value) (symbol cty.Value, ok bool) {
	s, ok := strings.CutSuffix(text.AsString(), "/32")
	if !ok {
		return cty.NilVal, false
	}
	address, attribute, ok := ParseSymbol(cty.StringVal(s))
	return Symbol(address, attribute+"/32"), ok && strings.HasSuffix(attribute, "_ip")
}

// Symbols calls yield with each symbol in v, those inside of longer strings
// and in the keys of maps and objects included.
func Symbols(v cty.Value, yield func(address, attribute string)) {
	walkStrings(v, func(s string) bool {
		for {
			_, after, found := strings.Cut(s, symbolBegin)
			if !found {
				return true
			}
			inside, rest, _ := strings.Cut(after, symbolEnd)
			address, attribute, _ := strings.Cut(inside, symbolSeparator)
			yield(address, attribute)
			s = rest
		}
	})
}

// HasSymbol reports whether there is a symbol anywhere in v.
func HasSymbol(v cty.Value) bool {
	return !walkStrings(v, func(s string) bool { return !strings.Contains(s, symbolBegin) })
}

// walkStrings calls yield with every known string of v and every key, until it
// returns false.
func walkStrings(v cty.Value, yield func(string) bool) bool {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return true
	}
	ty := v.Type()
	switch {
	case ty == cty.String:
		return yield(v.AsString())
	case ty.IsPrimitiveType() || !v.CanIterateElements():
		return true
	case ty.IsCollectionType() && ty.ElementType().IsPrimitiveType() && ty.ElementType() != cty.String && !ty.IsMapType():
		return true
	}
	keyed := ty.IsMapType() || ty.IsObjectType()
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if keyed && !yield(key.AsString()) || !walkStrings(element, yield) {
			return false
		}
	}
	return true
}

// Opaque is v as one sees it who looks into strings: each string that is or
// contains a symbol is unknown. What has a symbol among its keys is unknown as a
// whole, as it is in Terraform.
func Opaque(v cty.Value) cty.Value {
	if !HasSymbol(v) {
		return v
	}
	v, marks := v.Unmark()
	return opaque(v).WithMarks(marks)
}

func opaque(v cty.Value) cty.Value {
	ty := v.Type()
	switch {
	case ty == cty.String:
		return opaqueString(v.AsString())
	case ty.IsListType(), ty.IsSetType(), ty.IsTupleType():
		var elements []cty.Value
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			elements = append(elements, Opaque(element))
		}
		switch {
		case ty.IsListType():
			return cty.ListVal(elements)
		case ty.IsSetType():
			return cty.SetVal(elements)
		}
		return cty.TupleVal(elements)
	}
	elements := map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		if strings.Contains(key.AsString(), symbolBegin) {
			if ty.IsMapType() {
				return cty.UnknownVal(ty).RefineNotNull()
			}
			return cty.DynamicVal
		}
		elements[key.AsString()] = Opaque(element)
	}
	if ty.IsMapType() {
		return cty.MapVal(elements)
	}
	return cty.ObjectVal(elements)
}

// opaqueString is unknown, but for what stands before the first symbol.
func opaqueString(s string) cty.Value {
	before, _, found := strings.Cut(s, symbolBegin)
	if !found {
		return cty.StringVal(s)
	}
	refined := cty.UnknownVal(cty.String).Refine().NotNull()
	if before != "" {
		refined = refined.StringPrefix(before)
	}
	return refined.NewValue()
}

// Equal compares two values as the operator == does, where a symbol equals
// itself, and is known to differ from another only where [distinct] says so.
func Equal(a, b cty.Value) cty.Value {
	a, marksA := a.Unmark()
	b, marksB := b.Unmark()
	return equal(a, b).WithMarks(marksA, marksB)
}

func equal(a, b cty.Value) cty.Value {
	if !HasSymbol(a) && !HasSymbol(b) {
		return a.Equals(b)
	}
	plainA, _ := a.UnmarkDeep()
	plainB, _ := b.UnmarkDeep()
	if plainA.IsWhollyKnown() && plainA.RawEquals(plainB) {
		return cty.True
	}
	if isEmptyString(plainA) || isEmptyString(plainB) {
		return cty.False
	}
	addressA, attributeA, okA := ParseSymbol(plainA)
	addressB, attributeB, okB := ParseSymbol(plainB)
	if okA && okB && distinct(addressA, attributeA, addressB, attributeB) {
		return cty.False
	}
	return Opaque(a).Equals(Opaque(b))
}

func isEmptyString(v cty.Value) bool {
	return v.Type() == cty.String && v.IsKnown() && !v.IsNull() && v.AsString() == ""
}

// distinct reports whether two symbols are certain to be different strings: the
// same attribute of two managed instances of one type. Two attributes of one
// instance (id and name), or of two types (the default group of a VPC, and the
// same group managed by itself), may well be one string, and so may two
// instances that adopt one default object.
func distinct(addressA, attributeA, addressB, attributeB string) bool {
	typeA, managedA := resourceType(addressA)
	typeB, managedB := resourceType(addressB)
	return managedA && managedB && typeA == typeB && attributeA == attributeB && addressA != addressB &&
		!strings.HasPrefix(typeA, "aws_default_")
}

// resourceType is the type of the resource at an address, such as aws_vpc of
// module.net["a.b"].aws_vpc.main[0], and whether it is a managed one. An address
// of another stack has its name and two slashes before it.
func resourceType(address string) (string, bool) {
	if stack := strings.Index(address, "//"); stack >= 0 && !strings.Contains(address[:stack], "[") {
		address = address[stack+2:]
	}
	steps := splitAddress(address)
	for len(steps) > 2 && steps[0] == "module" {
		steps = steps[2:]
	}
	return steps[0], len(steps) == 2 && steps[0] != "module"
}

// splitAddress splits at the dots that are outside of keys, and drops the keys.
func splitAddress(address string) []string {
	var steps []string
	var step strings.Builder
	inKey, quoted := false, false
	for i := 0; i < len(address); i++ {
		c := address[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == ']':
			inKey = c == '['
		case inKey:
		case c == '.':
			steps = append(steps, step.String())
			step.Reset()
		default:
			step.WriteByte(c)
		}
	}
	return append(steps, step.String())
}
