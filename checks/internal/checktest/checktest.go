// Package checktest runs one check on resources that a test writes down. It
// is imported by tests only.
package checktest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Object is a block: attributes by name. A string, bool, int, []any or Object
// is known, a tf.Value is itself.
type Object map[string]any

// New is an instance that the plan creates, whose block sets what is known.
func New(address string, attributes Object) *tf.Resource {
	r := Existing(address, attributes)
	r.Action = tf.Create
	r.Config = &tf.ResourceConfig{Address: r.Addr.Config(), Complete: true}
	for name, v := range attributes {
		if u, ok := v.(tf.Value); !ok || !u.IsUnknown() {
			r.Config.Arguments = append(r.Config.Arguments, name)
		}
	}
	slices.Sort(r.Config.Arguments)
	return r
}

// Existing is an instance that the plan leaves alone.
func Existing(address string, attributes Object) *tf.Resource {
	kind, name, _ := strings.Cut(address, ".")
	r := &tf.Resource{Addr: tf.Address{Type: kind, Name: name}, Address: address, Values: value(attributes)}
	if r.Get("id").IsNull() {
		attributes["id"] = tf.SymbolicValue(tf.Symbol{Address: address, Attribute: "id"})
		r.Values = value(attributes)
	}
	return r
}

// ID refers to an instance.
func ID(address string) tf.Value {
	return tf.SymbolicValue(tf.Symbol{Address: address, Attribute: "id"})
}

// Unknown is known after apply.
func Unknown() tf.Value { return tf.UnknownValue() }

func value(v any) tf.Value {
	switch v := v.(type) {
	case tf.Value:
		return v
	case string:
		return tf.StringValue(v)
	case bool:
		return tf.BoolValue(v)
	case int:
		return tf.NumberValue(fmt.Sprint(v))
	case []any:
		var elements []tf.Value
		for _, e := range v {
			elements = append(elements, value(e))
		}
		return tf.ListValue(elements...)
	case Object:
		var fields []tf.Field
		for name, e := range v {
			fields = append(fields, tf.Field{Name: name, Value: value(e)})
		}
		return tf.ObjectValue(fields...)
	}
	panic(fmt.Sprintf("no value of Terraform: %T", v))
}

// Given answers questions, by the id of the fact and the attribute.
type Given map[string]string

// Answer implements [analyzer.Given].
func (g Given) Answer(id, attribute string) (string, bool) {
	v, ok := g[id+" "+attribute]
	return v, ok
}

// Run is what the check says of the resources.
func Run(t *testing.T, check *analyzer.Check, given Given, resources ...*tf.Resource) []analyzer.Finding {
	t.Helper()
	return Change(t, check, given, nil, resources)
}

// Change is what the check says of a change.
func Change(t *testing.T, check *analyzer.Check, given Given, before, after []*tf.Resource) []analyzer.Finding {
	t.Helper()
	stack := &tf.Stack{Name: "test", Complete: true}
	after = slices.DeleteFunc(slices.Clone(after), func(r *tf.Resource) bool {
		if r.Addr.Type == "provider" {
			stack.Providers = append(stack.Providers, r)
		}
		return r.Addr.Type == "provider"
	})
	stack.After = tf.NewSnapshot(after)
	var then *analyzer.View
	if before != nil {
		stack.Before = tf.NewSnapshot(before)
		then = view(stack, stack.Before)
	}
	options := map[string][]string{}
	for _, o := range check.Options {
		options[o.Name] = o.Default
	}
	var found []analyzer.Finding
	check.Run(analyzer.NewPass(check, stack, view(stack, stack.After), then, options, given, func(f analyzer.Finding) {
		found = append(found, f)
	}))
	return found
}

func view(stack *tf.Stack, snapshot *tf.Snapshot) *analyzer.View {
	network := aws.Build(aws.Input{Stack: stack, Snapshot: snapshot})
	graph := reach.Compile(network)
	return &analyzer.View{Snapshot: snapshot, Network: network, Graph: graph, FromInternet: graph.FromInternet()}
}

// Summary is one line a finding: severity, verdict, cause and message.
func Summary(findings []analyzer.Finding) []string {
	lines := []string{}
	for _, f := range findings {
		verdict := f.Subjects[0].Verdict
		lines = append(lines, fmt.Sprintf("%s %s %s %s: %s", f.Effect.Severity(), verdict, f.Cause.Address(), f.Cause.Argument, f.Message))
	}
	return lines
}
