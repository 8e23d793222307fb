package tf

import (
	"slices"
	"strconv"
	"strings"
)

// Kind says what a [Value] holds.
type Kind uint8

// The kinds of value. Sets and tuples arrive as List, maps and blocks as
// Object; Terraform's number keeps its decimal text.
const (
	Null Kind = iota
	Unknown
	Bool
	Number
	String
	List
	Object
)

// Value is an immutable three-valued Terraform value: known, null, or unknown
// until apply, possibly sensitive. The zero Value is null.
//
// An identity (an id, an ARN) of an instance that does not exist yet is not
// unknown: it is a String that carries a [Symbol], unique to instance and
// attribute. An Unknown may carry the symbols it could turn out to be.
type Value struct {
	kind      Kind
	sensitive bool
	text      string // Bool ("true"), Number and String; of a symbol its address
	ext       *extension
}

// extension holds what most values do not have, so that a Value stays small:
// a plan has millions of them.
type extension struct {
	of         any // []Value, []Field sorted by name, attribute or []Symbol
	assumption *Assumption
	optional   bool
}

// attribute is that of a symbol.
type attribute string

// symbolic are the extensions of the symbols that most identities are.
var symbolic = map[string]*extension{"id": {of: attribute("id")}, "arn": {of: attribute("arn")}}

// part is what the extension holds if it is a T, else nothing.
func part[T any](v Value) (t T) {
	if v.ext != nil {
		t, _ = v.ext.of.(T)
	}
	return t
}

// Field is one attribute of an Object.
type Field struct {
	Name  string
	Value Value
}

// Symbol names an attribute of a resource instance whose value is not known
// before apply, such as {aws_vpc.main, id}.
type Symbol struct {
	Address   string // of the resource instance
	Attribute string
}

// DependencyType is the type of a dependency between units of Terragrunt, as
// that of a data source which other stacks answer. Its config_path is the folder
// of the other unit.
const DependencyType = "dependency"

// outputs begins the address of what another unit of Terragrunt hands over.
const outputs = DependencyType + "."

// OutputSymbol is the identity of an output that a unit of Terragrunt gets from
// a dependency and that nobody knows: that of something outside the input.
// Two of them may be the same thing.
func OutputSymbol(dependency, path string) Symbol {
	return Symbol{Address: outputs + dependency + ".outputs." + path, Attribute: "value"}
}

// IsOutput reports whether s is such an identity.
func (s Symbol) IsOutput() bool {
	_, address := SplitQualified(s.Address)
	return s.Attribute == "value" && strings.HasPrefix(address, outputs)
}

// Assumption is something taken to be true because the input does not say it
// and nothing in it speaks against it. A result that rests on one prints it.
type Assumption struct {
	ID      string // stable, such as "equal-keys:aws_route.r.route_table_id"
	Text    string
	Address string // of what it is about
}

// NullValue is the absent value, the same as Value{}.
func NullValue() Value { return Value{} }

// UnknownValue may become anything its type allows; candidates, when given,
// are the identities that its expression mentions. No candidates means "any".
func UnknownValue(candidates ...Symbol) Value {
	if len(candidates) == 0 {
		return Value{kind: Unknown}
	}
	return Value{kind: Unknown, ext: &extension{of: candidates}}
}

// StringValue is a known string.
func StringValue(s string) Value { return Value{kind: String, text: s} }

// NumberValue is a known number in its decimal text.
func NumberValue(text string) Value { return Value{kind: Number, text: text} }

// BoolValue is a known bool.
func BoolValue(b bool) Value { return Value{kind: Bool, text: strconv.FormatBool(b)} }

// ListValue is a list, set or tuple whose length is known.
func ListValue(elements ...Value) Value {
	return Value{kind: List, ext: &extension{of: elements}}
}

// ObjectValue is a map, object or block. It sorts and keeps fields.
func ObjectValue(fields ...Field) Value {
	slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return Value{kind: Object, ext: &extension{of: fields}}
}

// SymbolicValue is the identity of an instance that exists in the snapshot
// but gets its real value at apply.
func SymbolicValue(s Symbol) Value {
	ext := symbolic[s.Attribute]
	if ext == nil {
		ext = &extension{of: attribute(s.Attribute)}
	}
	return Value{kind: String, text: s.Address, ext: ext}
}

// Assuming returns v resting on a.
func (v Value) Assuming(a *Assumption) Value {
	ext := extension{}
	if v.ext != nil {
		ext = *v.ext
	}
	ext.assumption = a
	v.ext = &ext
	return v
}

// MarkOptional returns v as an element of a list that may not be there, or be
// there several times: the block that an unknown dynamic block makes.
func (v Value) MarkOptional() Value {
	ext := extension{}
	if v.ext != nil {
		ext = *v.ext
	}
	ext.optional = true
	v.ext = &ext
	return v
}

// IsOptional reports whether v is an element that may not be there.
func (v Value) IsOptional() bool { return v.ext != nil && v.ext.optional }

// MarkSensitive returns v marked as sensitive: analysed, never printed.
func (v Value) MarkSensitive() Value { v.sensitive = true; return v }

// Kind is what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is absent.
func (v Value) IsNull() bool { return v.kind == Null }

// IsUnknown reports whether v is unknown until apply.
func (v Value) IsUnknown() bool { return v.kind == Unknown }

// IsSensitive reports whether v must not be printed.
func (v Value) IsSensitive() bool { return v.sensitive }

// Symbol is the identity that v is, if it is one.
func (v Value) Symbol() (Symbol, bool) {
	if v.ext == nil || v.kind != String {
		return Symbol{}, false
	}
	name, ok := v.ext.of.(attribute)
	if !ok {
		return Symbol{}, false
	}
	return Symbol{v.text, string(name)}, true
}

// Candidates are the identities that an unknown v may turn out to be, or to
// contain when it is a collection. None means that it may be anything.
func (v Value) Candidates() []Symbol { return part[[]Symbol](v) }

// Assumption is what v rests on, or nil.
func (v Value) Assumption() *Assumption {
	if v.ext == nil {
		return nil
	}
	return v.ext.assumption
}

// Elements are the elements of a List; nil for anything else.
func (v Value) Elements() []Value { return part[[]Value](v) }

// Fields are the attributes of an Object in the order of their names.
func (v Value) Fields() []Field { return part[[]Field](v) }

// Get is the attribute name of an Object, null when it has none. Every
// attribute of an unknown value is unknown.
func (v Value) Get(name string) Value {
	switch v.kind {
	case Unknown:
		return Value{kind: Unknown, sensitive: v.sensitive}
	case Object:
		fields := v.Fields()
		i, ok := slices.BinarySearchFunc(fields, name, func(f Field, n string) int { return strings.Compare(f.Name, n) })
		if ok {
			return fields[i].Value
		}
	}
	return Value{}
}

// Equal reports whether v and w are the same in everything that is known, or
// not known, of them.
func (v Value) Equal(w Value) bool {
	if v == w {
		return true
	}
	if v.kind != w.kind || v.sensitive != w.sensitive || v.text != w.text || v.IsOptional() != w.IsOptional() {
		return false
	}
	a, b := v.Assumption(), w.Assumption()
	if (a == nil) != (b == nil) || a != nil && *a != *b {
		return false
	}
	s, isSymbol := v.Symbol()
	t, alsoSymbol := w.Symbol()
	return isSymbol == alsoSymbol && s == t && slices.Equal(v.Candidates(), w.Candidates()) &&
		slices.EqualFunc(v.Elements(), w.Elements(), Value.Equal) &&
		slices.EqualFunc(v.Fields(), w.Fields(), func(f, g Field) bool { return f.Name == g.Name && f.Value.Equal(g.Value) })
}

// Blocks are the elements of a nested block or list attribute, treating a
// single object as a list of one. ok is false when their number is unknown.
func (v Value) Blocks() (blocks []Value, ok bool) {
	switch v.kind {
	case Unknown:
		return nil, false
	case Object:
		return []Value{v}, true
	case List:
		return v.Elements(), true
	}
	return nil, true
}

// Rewrite is v with leaf applied to every string and unknown in it, and
// assumption to every assumption. What is sensitive stays so; a value in which
// nothing changes is returned as it is.
func (v Value) Rewrite(leaf func(Value) Value, assumption func(*Assumption) *Assumption) Value {
	out := v
	switch v.kind {
	case Unknown, String:
		if out = leaf(v); out != v {
			out.sensitive = v.sensitive
			if v.IsOptional() {
				out = out.MarkOptional()
			}
		}
	case List:
		out = rewritten(v, v.Elements(), func(e Value) Value { return e.Rewrite(leaf, assumption) })
	case Object:
		out = rewritten(v, v.Fields(), func(f Field) Field {
			f.Value = f.Value.Rewrite(leaf, assumption)
			return f
		})
	}
	if a := v.Assumption(); a != nil {
		if b := assumption(a); b != a || out.Assumption() == nil {
			return out.Assuming(b)
		}
	}
	return out
}

// rewritten is v with its parts changed, or v itself when none does.
func rewritten[T comparable](v Value, parts []T, change func(T) T) Value {
	var changed []T
	for i, part := range parts {
		now := change(part)
		if changed == nil && now != part {
			changed = append(make([]T, 0, len(parts)), parts[:i]...)
		}
		if changed != nil {
			changed = append(changed, now)
		}
	}
	if changed == nil {
		return v
	}
	ext := *v.ext
	ext.of = changed
	v.ext = &ext
	return v
}

// AsString is the text of a known, non-symbolic string, number or bool.
func (v Value) AsString() Val[string] {
	switch v.kind {
	case Unknown:
		return UnknownVal[string]()
	case String:
		if _, ok := v.Symbol(); ok {
			return UnknownVal[string]()
		}
		return KnownVal(v.text)
	case Number, Bool:
		return KnownVal(v.text)
	}
	return Val[string]{}
}

// AsBool reads a bool, or a string that spells one as launch templates do.
func (v Value) AsBool() Val[bool] {
	s, state := v.AsString().Get()
	switch {
	case state == IsUnknown:
		return UnknownVal[bool]()
	case state == IsKnown && (s == "true" || s == "1"):
		return KnownVal(true)
	case state == IsKnown && (s == "false" || s == "0"):
		return KnownVal(false)
	}
	return Val[bool]{}
}

// AsInt reads a whole number, or a string that spells one.
func (v Value) AsInt() Val[int] {
	s, state := v.AsString().Get()
	if state == IsUnknown {
		return UnknownVal[int]()
	}
	if state == IsKnown {
		if n, err := strconv.Atoi(s); err == nil {
			return KnownVal(n)
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int(f)) {
			return KnownVal(int(f))
		}
	}
	return Val[int]{}
}

// Strings are the known strings of a list; a single string is a list of one.
// complete is false when an element, or the list itself, is unknown.
func (v Value) Strings() (known []string, complete bool) {
	complete = true
	elements := v.Elements()
	if v.kind != List && v.kind != Null {
		elements = []Value{v}
	}
	for _, e := range elements {
		s, state := e.AsString().Get()
		switch state {
		case IsKnown:
			known = append(known, s)
		case IsUnknown:
			complete = false
		}
	}
	return known, complete
}

// State says whether a [Val] has a value.
type State uint8

// The states of a Val. The zero state is IsNull.
const (
	IsNull State = iota
	IsUnknown
	IsKnown
)

// Val is a typed attribute. Its value can only be had together with its
// state, so that an unknown is not used by accident.
type Val[T any] struct {
	v     T
	state State
}

// KnownVal is a known value.
func KnownVal[T any](v T) Val[T] { return Val[T]{v: v, state: IsKnown} }

// UnknownVal is a value that is unknown until apply.
func UnknownVal[T any]() Val[T] { return Val[T]{state: IsUnknown} }

// Get is the value with its state; the value means something only when the
// state is IsKnown.
func (v Val[T]) Get() (T, State) { return v.v, v.state }

// Known is the value and whether it is known.
func (v Val[T]) Known() (T, bool) { return v.v, v.state == IsKnown }

// IsNull reports whether nothing was set.
func (v Val[T]) IsNull() bool { return v.state == IsNull }

// IsUnknown reports whether the value is unknown until apply.
func (v Val[T]) IsUnknown() bool { return v.state == IsUnknown }

// Default is v, or a known d where v is null. It is how a documented default
// (rule U-4) is written down.
func (v Val[T]) Default(d T) Val[T] {
	if v.state == IsNull {
		return KnownVal(d)
	}
	return v
}

// TriVal is the truth value of v; null counts as def.
func TriVal(v Val[bool], def Tri) Tri {
	b, state := v.Get()
	switch state {
	case IsKnown:
		return TriOf(b)
	case IsUnknown:
		return Maybe
	}
	return def
}

// Fact is something that the input does not say and on which a verdict
// depends. People see it as a question.
type Fact struct {
	ID     string // stable, such as "group:sg-0f3c91"; the name a given block uses
	Name   string // the name to print for a given block, where another is better
	Text   string // "who is in sg-0f3c91"
	Settle string // the one line that settles it
	// Example is an answer as it stands in a given block, where that of the kind of
	// question does not fit this one.
	Example string
}

// In is the fact as whoever reads a stack settles it: a plan by itself has no
// locals and no indices, and shows as unknown what its source or the binary plan
// tells (U-1 to U-3).
func (f Fact) In(s *Stack) Fact {
	if s != nil && s.Kind == PlanInput && s.Source == nil && strings.HasPrefix(f.Settle, "known after apply") {
		f.Settle = "the source may tell, by --source DIR or in the binary plan; else " + f.Settle
	}
	return f
}

// With is the fact with what another question about it adds to the given block
// that settles it: what a group admits from the internet, and from elsewhere.
func (f Fact) With(g Fact) Fact {
	_, more, ok := strings.Cut(g.Settle, "in tfcheck.hcl: given ")
	if !ok || !strings.Contains(f.Settle, "in tfcheck.hcl: given ") {
		return f
	}
	if n := strings.Index(more, "{ "); n >= 0 {
		for _, attribute := range strings.Split(more[n:], " and ") {
			if !strings.Contains(f.Settle, attribute) {
				f.Settle += " and " + attribute
			}
		}
	}
	return f
}
