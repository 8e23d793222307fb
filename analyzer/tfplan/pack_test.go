package tfplan

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/msgpack"
	"pgregory.net/rapid"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan/planfile"
)

// aValue draws a value of a type that providers have, known or not.
func aValue(t *rapid.T, depth int) cty.Value {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 {
		kind %= 5
	}
	switch kind {
	case 0:
		return cty.StringVal(rapid.SampledFrom([]string{"", "a", strings.Repeat("b", 40), strings.Repeat("c", 300), strings.Repeat("d", 70_000), "ü${"}).Draw(t, "text"))
	case 1:
		return cty.NumberVal(rapid.SampledFrom([]*big.Float{
			big.NewFloat(0), big.NewFloat(127), big.NewFloat(128), big.NewFloat(65536), big.NewFloat(5e9), new(big.Float).SetUint64(math.MaxUint64),
			big.NewFloat(-1), big.NewFloat(-33), big.NewFloat(-129), big.NewFloat(-40_000), big.NewFloat(-3e9), big.NewFloat(1.5), big.NewFloat(-0.25),
		}).Draw(t, "number"))
	case 2:
		return cty.BoolVal(rapid.Bool().Draw(t, "bool"))
	case 3:
		return cty.NullVal(rapid.SampledFrom([]cty.Type{cty.String, cty.DynamicPseudoType, cty.List(cty.Bool)}).Draw(t, "null"))
	case 4:
		return rapid.SampledFrom([]cty.Value{
			cty.UnknownVal(cty.String), cty.DynamicVal, cty.UnknownVal(cty.String).RefineNotNull(), cty.UnknownVal(cty.String).Refine().StringPrefix("arn:").NewValue(),
			cty.UnknownVal(cty.List(cty.String)).Refine().CollectionLengthLowerBound(1).NewValue(), cty.UnknownVal(cty.Map(cty.Number)),
		}).Draw(t, "unknown")
	case 5, 6:
		values := map[string]cty.Value{}
		for range rapid.IntRange(0, 20).Draw(t, "attributes") {
			values[rapid.StringMatching(`[a-z]{1,12}`).Draw(t, "name")] = aValue(t, depth-1)
		}
		return cty.ObjectVal(values)
	case 7:
		var values []cty.Value
		for range rapid.IntRange(0, 20).Draw(t, "elements") {
			values = append(values, aValue(t, depth-1))
		}
		return cty.TupleVal(values)
	case 8:
		values := map[string]cty.Value{}
		for range rapid.IntRange(1, 3).Draw(t, "size") {
			values[rapid.StringMatching(`[a-z]{1,3}`).Draw(t, "key")] = cty.StringVal(rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "text"))
		}
		return cty.MapVal(values)
	}
	first := aValue(t, 0)
	return cty.ListVal(slices.Repeat([]cty.Value{first}, rapid.IntRange(1, 3).Draw(t, "length")))
}

// withDynamic says which attributes of an object have a type that only the
// value says.
func withDynamic(t *rapid.T, typ cty.Type) cty.Type {
	if !typ.IsObjectType() {
		return typ
	}
	attributes := maps.Clone(typ.AttributeTypes())
	for name := range attributes {
		if rapid.Bool().Draw(t, "dynamic") {
			attributes[name] = cty.DynamicPseudoType
		}
	}
	return cty.Object(attributes)
}

// valueOf is what a value of cty should be read as.
func valueOf(v cty.Value) tf.Value {
	switch {
	case !v.IsKnown():
		return tf.UnknownValue()
	case v.IsNull():
		return tf.NullValue()
	case v.Type() == cty.String:
		return tf.StringValue(v.AsString())
	case v.Type() == cty.Number:
		return tf.NumberValue(v.AsBigFloat().Text('f', -1))
	case v.Type() == cty.Bool:
		return tf.BoolValue(v.True())
	case v.Type().IsObjectType() || v.Type().IsMapType():
		var fields []tf.Field
		for it := v.ElementIterator(); it.Next(); {
			name, e := it.Element()
			if value := valueOf(e); !value.IsNull() {
				fields = append(fields, tf.Field{Name: name.AsString(), Value: value})
			}
		}
		return tf.ObjectValue(fields...)
	}
	var elements []tf.Value
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		elements = append(elements, valueOf(e))
	}
	return tf.ListValue(elements...)
}

// Whatever cty writes, as terraform does, is read as what it was.
func TestPackedIsWhatCtyWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := cty.ObjectVal(map[string]cty.Value{"kept": aValue(t, 3), "other": aValue(t, 2)})
		text, err := msgpack.Marshal(v, withDynamic(t, v.Type()))
		if err != nil {
			t.Fatal(err)
		}
		d := &values{names: interner{}}
		p := newPack(text)
		fields, err := d.packedFields(p, mask{}, map[string]bool{"kept": true})
		if err != nil || len(p.b) != 0 {
			t.Fatalf("%v, %d bytes left of %x", err, len(p.b), text)
		}
		got := valueLines(nil, "", tf.ObjectValue(fields...).Get("kept"))
		want := valueLines(nil, "", valueOf(v.GetAttr("kept")))
		if !slices.Equal(got, want) {
			t.Errorf("%#v\ngot  %q\nwant %q", v, got, want)
		}
		if known := v.GetAttr("kept").IsWhollyKnown(); p.unknown == known {
			t.Errorf("something is unknown: %t", p.unknown)
		}
	})
}

// A number that no binary float holds is written as text.
func TestPackedNumberAsText(t *testing.T) {
	text, err := msgpack.Marshal(cty.MustParseNumberVal("0.1"), cty.Number)
	if err != nil {
		t.Fatal(err)
	}
	v, err := (&values{names: interner{}}).packed(newPack(text), mask{}, 0)
	if err != nil || v.AsString() != tf.KnownVal("0.1") {
		t.Errorf("%+v, %v", v, err)
	}
}

// Paths of what is sensitive become the mask that JSON has.
func TestPackedMask(t *testing.T) {
	attribute := func(name string) planfile.Step { return planfile.Step{Attribute: name} }
	key := func(text string) planfile.Step { return planfile.Step{Key: []byte(text)} }
	d := &values{names: interner{}}
	m := d.packedMask([]planfile.Path{
		{attribute("password")},
		{attribute("tags"), key("\xa4name")},
		{attribute("disk"), key("\x01"), attribute("key")},
		{attribute("disk"), key("\x01"), attribute("snapshot")},
		{attribute("rules"), key("\x81\xa4port\x16"), attribute("port")}, // an element of a set
		{attribute("far"), key("\xce\x00\xff\xff\xff")},
		{attribute("damaged"), key("\xda")},
	})
	want := mask{fields: []maskField{
		{"password", mask{all: true}},
		{"tags", mask{fields: []maskField{{"name", mask{all: true}}}}},
		{"disk", mask{elements: []mask{{}, {fields: []maskField{{"key", mask{all: true}}, {"snapshot", mask{all: true}}}}}}},
		{"rules", mask{all: true}},
		{"far", mask{all: true}},
		{"damaged", mask{all: true}},
	}}
	if fmt.Sprint(m) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", m, want)
	}
	if m := d.packedMask([]planfile.Path{{}, {attribute("x")}}); !m.all {
		t.Errorf("the empty path covers everything: %v", m)
	}
}

// A damaged value is an error, whatever is wrong with it, and takes no more
// memory than its bytes allow.
func TestDamagedPack(t *testing.T) {
	deep := strings.Repeat("\x91", maxDepth+2) + "\x01"
	for name, text := range map[string]string{
		"nothing":                "",
		"no object":              "\x01",
		"an unused code":         "\x81\xa1a\xc1",
		"a key of another kind":  "\x81\x01\x01",
		"a member missing":       "\x82\xa1a\x01",
		"a text cut off":         "\x81\xa1a\xa5ab",
		"a length cut off":       "\x81\xa1a\xdd\x00\x00",
		"a list of too many":     "\x81\xa1a\xdd\xff\xff\xff\xff\x01",
		"an object of too many":  "\xdf\xff\xff\xff\xff\xa1a",
		"an extension cut off":   "\x81\xa1a\xd8\x00",
		"binary data of no type": "\x81\xa1a\xc4\x01a",
		"a type without a value": "\x81\xa1a\x92\xc4\x01a",
		"nested too deeply":      "\x81\xa1a" + deep,
		"too many values":        "\x81\xa1a" + "\xdd\x00\x20\x00\x00" + strings.Repeat("\x01", 1<<21),
		"skipped, cut off":       "\x82\xa1s\xdc\x00\x09\x01\xa1a\x01",
	} {
		d := &values{names: interner{}}
		if fields, err := d.packedFields(newPack([]byte(text)), mask{}, map[string]bool{"a": true}); err == nil {
			t.Errorf("%s: %v", name, fields)
		}
	}
	// What is skipped may nest as deeply as it likes.
	d := &values{names: interner{}}
	if _, err := d.packedFields(newPack([]byte("\x81\xa1s"+deep)), mask{}, map[string]bool{}); err != nil {
		t.Error(err)
	}
}

// No value makes the reader crash, and what it makes of one does not depend on
// whether something else is skipped.
func FuzzPack(f *testing.F) {
	for _, p := range pairs(f)[:8] {
		binary := openFile(f, p.binary)
		_, err := binary.file.Plan(func(field planfile.Field, message []byte) error {
			c, err := planfile.ParseChange(field, message)
			if len(c.After) > 0 {
				f.Add(bytes.Clone(c.After))
			}
			return err
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d := &values{names: interner{}}
		all, err := d.packedFields(newPack(text), mask{}, nil)
		if err != nil {
			return
		}
		for _, field := range all {
			one, err := d.packedFields(newPack(text), mask{}, map[string]bool{field.Name: true})
			if err != nil || len(one) == 0 {
				t.Fatalf("%s alone: %v, %v", field.Name, one, err)
			}
		}
	})
}
