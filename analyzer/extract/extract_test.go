package extract_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/extract"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var update = flag.Bool("update", false, "write the extract of the fixture anew")

func open(t *testing.T, path string) *tf.Stack {
	t.Helper()
	stacks, err := input.Open(context.Background(), []string{path}, input.Options{Wanted: aws.Types, NoSource: true})
	if err != nil {
		t.Fatal(err)
	}
	return stacks[0]
}

func write(t *testing.T, s *tf.Stack) string {
	t.Helper()
	var b bytes.Buffer
	if err := extract.Write(&b, s, aws.Types.Handed); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

func read(t *testing.T, text string) *tf.Stack {
	t.Helper()
	s, err := extract.Read(strings.NewReader(text), "network.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestGolden holds the form still, of a network before its first apply: what
// is written is a contract with whoever keeps an extract.
func TestGolden(t *testing.T) {
	got := write(t, open(t, filepath.Join("..", "..", "fixtures", "stacks", "network", "first.json")))
	golden := filepath.Join("testdata", "network.json")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the extract is not %s: run this test with -update if that is meant\n%s", golden, got)
	}
}

// TestReadBack: the instances of an extract are those that others need, with
// the same values but for what is sensitive.
func TestReadBack(t *testing.T) {
	plans, err := filepath.Glob(filepath.Join("..", "..", "fixtures", "*", "plan.json"))
	if err != nil || len(plans) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	plans = append(plans, filepath.Join("..", "..", "fixtures", "stacks", "network", "plan.json"),
		filepath.Join("..", "..", "fixtures", "stacks", "network", "first.json"),
		filepath.Join("..", "..", "fixtures", "stacks", "network", "network.tfstate"))
	for _, plan := range plans {
		s := open(t, plan)
		text := write(t, s)
		back := read(t, text)
		if again := write(t, back); again != text {
			t.Errorf("%s: an extract of its extract is another", plan)
		}
		for _, r := range s.After.Resources {
			attributes, ok := aws.Types.Handed(r.Addr.Type)
			b := back.After.Resource(r.Address)
			if ok != (b != nil) {
				t.Errorf("%s: %s is handed on: %t, read back: %t", plan, r.Address, ok, b != nil)
			}
			if !ok {
				continue
			}
			if b.IsNew() != r.IsNew() || b.Provider != r.Provider || b.Region != r.Region || b.Addr != r.Addr {
				t.Errorf("%s: %s is %+v, was %+v", plan, r.Address, b, r)
			}
			for _, f := range r.Values.Fields() {
				if now := b.Values.Get(f.Name); attributes[f.Name] && !same(f.Value, now) {
					t.Errorf("%s: %s.%s is %+v, was %+v", plan, r.Address, f.Name, now, f.Value)
				}
				if sets := r.Config.Sets(f.Name); attributes[f.Name] && b.Config.Sets(f.Name) != sets {
					t.Errorf("%s: whether %s.%s is set is %v, was %v", plan, r.Address, f.Name, b.Config.Sets(f.Name), sets)
				}
			}
		}
		for name, v := range s.Outputs {
			if !v.IsSensitive() && !same(v, back.Outputs[name]) {
				t.Errorf("%s: output %s is %+v, was %+v", plan, name, back.Outputs[name], v)
			}
		}
	}
}

// same compares values; what was sensitive has become anything.
func same(was, now tf.Value) bool {
	if was.IsSensitive() {
		return now.IsUnknown() && len(now.Candidates()) == 0
	}
	if was.IsOptional() != now.IsOptional() {
		return false
	}
	if a, b := was.Assumption(), now.Assumption(); (a == nil) != (b == nil) || a != nil && *a != *b {
		return false
	}
	switch was.Kind() {
	case tf.List:
		a, b := was.Elements(), now.Elements()
		if now.Kind() != tf.List || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case tf.Object:
		a, b := was.Fields(), now.Fields()
		if now.Kind() != tf.Object || len(a) != len(b) {
			return false
		}
		for i := range a {
			if a[i].Name != b[i].Name || !same(a[i].Value, b[i].Value) {
				return false
			}
		}
		return true
	case tf.Unknown:
		a, b := was.Candidates(), now.Candidates()
		if !now.IsUnknown() || len(a) != len(b) {
			return false
		}
		for i := range a {
			if a[i] != b[i] {
				return false
			}
		}
		return true
	}
	s, isSymbol := was.Symbol()
	o, alsoSymbol := now.Symbol()
	return was.Kind() == now.Kind() && isSymbol == alsoSymbol && s == o && was.AsString() == now.AsString()
}

// TestValues goes through every kind of value, and names that look like ours.
func TestValues(t *testing.T) {
	symbol := tf.Symbol{Address: `aws_subnet.a["x"]`, Attribute: "id"}
	resource := func(v tf.Value) *tf.Resource {
		a := tf.Address{Type: "aws_vpc", Name: "a"}
		return &tf.Resource{Addr: a, Address: a.String(), Values: tf.ObjectValue(tf.Field{Name: "cidr_block", Value: v}, tf.Field{Name: "elsewhere", Value: tf.StringValue("kept from others")})}
	}
	for name, v := range map[string]tf.Value{
		"symbol":      tf.SymbolicValue(symbol),
		"anything":    tf.UnknownValue(),
		"candidates":  tf.UnknownValue(symbol, tf.Symbol{Address: "aws_subnet.b", Attribute: "arn"}),
		"assumed":     tf.SymbolicValue(symbol).Assuming(&tf.Assumption{ID: "a", Text: "b", Address: "c"}),
		"optional":    tf.ListValue(tf.ObjectValue(tf.Field{Name: "x", Value: tf.UnknownValue()}).MarkOptional(), tf.SymbolicValue(symbol).Assuming(&tf.Assumption{ID: "a"}).MarkOptional()),
		"names":       tf.ObjectValue(tf.Field{Name: "$symbol", Value: tf.StringValue("x")}, tf.Field{Name: "$$", Value: tf.NumberValue("1.50")}),
		"list":        tf.ListValue(tf.BoolValue(true), tf.NumberValue("12345678901234567890"), tf.ListValue(), tf.ObjectValue()),
		"sensitive":   tf.StringValue("secret").MarkSensitive(),
		"part secret": tf.ListValue(tf.StringValue("secret").MarkSensitive(), tf.StringValue("x")),
	} {
		s := &tf.Stack{Name: "n", After: tf.NewSnapshot([]*tf.Resource{resource(v)})}
		text := write(t, s)
		if strings.Contains(text, "secret\"") || strings.Contains(text, "kept from others") {
			t.Errorf("%s: the extract holds what it should not:\n%s", name, text)
		}
		if now := read(t, text).After.Resource("aws_vpc.a").Values.Get("cidr_block"); !same(v, now) {
			t.Errorf("%s: read back as %+v from\n%s", name, now, text)
		}
	}
}

// TestErrors: what is no extract of a known form is said so.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"tfcheck_context": "2.0"}`:                                                                                "is not known here",
		`{"tfcheck_context": "1.0", "resources": [{"address": "x"}]}`:                                               "is not the address of a resource",
		`{"tfcheck_context": "1.0", "resources": [`:                                                                 "not complete JSON",
		`{"tfcheck_context": "1.0", "outputs": {"x": {"$symbol": ["a"]}}}`:                                          "documented form",
		`{"tfcheck_context": "1.0", "outputs": {"x": {"$later": 1}}}`:                                               "documented form",
		`{"tfcheck_context": "1.0", "resources": [{"address": "aws_vpc.a"}, {"address": "aws_vpc.a"}]}`:             "twice",
		`{"tfcheck_context": "1.0", "outputs": {"x": ` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}}`: "nested too deeply",
	} {
		if _, err := extract.Read(strings.NewReader(text), "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: error %v, want one that says %q", text, err, want)
		}
	}
	if s, err := extract.Read(strings.NewReader(`{"tfcheck_context": "1.7", "later": [{}], "stack": "n"}`), "x"); err != nil || s.Name != "n" {
		t.Errorf("a later minor: %v", err)
	}
}
