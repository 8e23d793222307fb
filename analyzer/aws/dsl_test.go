package aws

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// attrs are the attributes of a resource in a test: strings, bools, ints,
// lists, attrs, tf.Values, and nil for null.
type attrs map[string]any

type list []any

// ref is the identity of an instance that does not exist yet, such as
// ref("aws_vpc.main.id").
func ref(path string) tf.Value {
	i := strings.LastIndexByte(path, '.')
	return tf.SymbolicValue(tf.Symbol{Address: path[:i], Attribute: path[i+1:]})
}

// maybe is a value that may turn out to be any of the identities.
func maybe(paths ...string) tf.Value {
	var symbols []tf.Symbol
	for _, p := range paths {
		s, _ := ref(p).Symbol()
		symbols = append(symbols, s)
	}
	return tf.UnknownValue(symbols...)
}

// made is an instance that the plan creates; what attrs leaves out is
// certainly not set.
func made(address string, a attrs) *tf.Resource { return instance(address, tf.Create, a) }

// existing is an instance that the plan does not change.
func existing(address string, a attrs) *tf.Resource { return instance(address, tf.NoOp, a) }

func instance(address string, action tf.Action, a attrs) *tf.Resource {
	parsed, err := tf.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	r := &tf.Resource{
		Addr: parsed, Address: address, Action: action, Provider: "aws",
		Region: tf.KnownVal("eu-west-1"), Values: literal(a),
		Config: &tf.ResourceConfig{Address: parsed.Config(), Complete: true},
	}
	for name := range a {
		r.Config.Arguments = append(r.Config.Arguments, name)
	}
	return r
}

// with adds attributes that the configuration does not set.
func with(r *tf.Resource, a attrs) *tf.Resource {
	fields := append([]tf.Field{}, r.Values.Fields()...)
	for name, v := range a {
		fields = append(fields, tf.Field{Name: name, Value: literal(v)})
	}
	r.Values = tf.ObjectValue(fields...)
	return r
}

func literal(v any) tf.Value {
	switch v := v.(type) {
	case nil:
		return tf.NullValue()
	case tf.Value:
		return v
	case string:
		return tf.StringValue(v)
	case bool:
		return tf.BoolValue(v)
	case int:
		return tf.NumberValue(strconv.Itoa(v))
	case list:
		var elements []tf.Value
		for _, e := range v {
			elements = append(elements, literal(e))
		}
		return tf.ListValue(elements...)
	case attrs:
		var fields []tf.Field
		for name, f := range v {
			fields = append(fields, tf.Field{Name: name, Value: literal(f)})
		}
		return tf.ObjectValue(fields...)
	}
	panic(fmt.Sprintf("no literal: %T", v))
}

// build is the network of the resources after the plan.
func build(resources ...*tf.Resource) *Network {
	s := &tf.Stack{Name: "test", Complete: true, After: tf.NewSnapshot(resources)}
	return Build(Input{Stack: s, Snapshot: s.After})
}

// find is the object of an address; it fails the test when there is none.
func find[T any](t *testing.T, objects []*T, object func(*T) Object, address string) *T {
	t.Helper()
	for _, o := range objects {
		if object(o).Label == address {
			return o
		}
	}
	t.Fatalf("nothing at %s", address)
	return nil
}

// labels names what links lead to: certain ones as they are, doubtful ones
// with a question mark, open ends as "?".
func labels[T any](l Links[T], object func(*T) Object) string {
	var parts []string
	write := func(l Link[T], doubt bool) {
		doubt = doubt || len(l.To) > 1 || l.Open
		for _, o := range l.To {
			name := object(o).Label
			if doubt {
				name += "?"
			}
			parts = append(parts, name)
		}
		if l.Open {
			parts = append(parts, "?")
		}
	}
	for _, e := range l.Each {
		write(e, false)
	}
	for _, m := range l.Maybe {
		write(m, true)
	}
	if l.Open {
		parts = append(parts, "?")
	}
	return strings.Join(parts, " ")
}

func subnetObject(s *Subnet) Object       { return s.Object }
func groupObject(g *SecurityGroup) Object { return g.Object }
func interfaceObject(i *Interface) Object { return i.Object }
