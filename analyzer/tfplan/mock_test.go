package tfplan

import (
	"context"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// meanings are what the root variables of the tests will be.
var meanings = map[string]tf.Value{
	"sg":   tf.SymbolicValue(tf.OutputSymbol("net", "sg")),
	"sgs":  tf.ListValue(tf.StringValue("sg-1"), tf.StringValue("sg-2"), tf.StringValue("sg-3")),
	"same": tf.SymbolicValue(tf.OutputSymbol("net", "same")),
	"cidr": tf.SymbolicValue(tf.OutputSymbol("net", "cidr")),
	"map":  tf.ObjectValue(tf.Field{Name: "a", Value: tf.StringValue("sg-m")}),
}

const mockVariables = `"variables":{"sg":{"value":"sg-mock"},"sgs":{"value":["sg-a","sg-b"]},"same":{"value":"sg-twice"},"other":{"value":"sg-real"},` +
	`"cidr":{"value":"10.0.0.0/8"},"map":{"value":{"a":"sg-key"}},"twice":{"value":"sg-twice"}},`

// TestMocks: without a source, what comes from mocks is told by the references
// of the configuration, and what may come from one is not taken for a fact (U-13).
func TestMocks(t *testing.T) {
	group := func(action, before, ingress, id string) string {
		return `{"address":"aws_security_group.g","mode":"managed","type":"aws_security_group","name":"g","change":{"actions":["` + action + `"],"before":` + before +
			`,"after":{"ingress":` + ingress + `,"vpc_id":"` + id + `"},"after_unknown":{"id":true}}}`
	}
	block := func(expressions string) string {
		return `{"resources":[` + blockJSON("aws_security_group", "g", expressions, ``) + `]}`
	}
	one := func(groups string) string { return `[{"from_port":22,"security_groups":` + groups + `}]` }
	for _, c := range []struct {
		about, change, root string
		at, want            string
	}{
		{"a mock", group("create", "null", one(`["sg-mock"]`), "v"), block(`{"ingress":[{"from_port":{"constant_value":22},"security_groups":` + refs("var.sg") + `}]}`),
			"ingress.security_groups", "[dependency.net.outputs.sg#value]"},
		{"beside a port that is none", group("create", "null", one(`["sg-mock"]`), "v"), block(`{"ingress":[{"from_port":{"constant_value":22},"security_groups":` + refs("var.sg") + `}]}`),
			"ingress.from_port", "22"},
		{"elements that are known", group("create", "null", one(`["sg-b","sg-a"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("var.sgs") + `}]}`), "ingress.security_groups", "[sg-2 sg-1]"},
		{"a key of a map", group("create", "null", one(`["sg-key"]`), "v"), block(`{"ingress":[{"security_groups":` + refs(`var.map["a"]`, "var.map") + `}]}`), "ingress.security_groups", "[sg-m]"},
		{"a text of two mocks", group("create", "null", one(`["sg-twice"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("var.same") + `}]}`), "ingress.security_groups", "[dependency.net.outputs.same#value]"},
		{"a range of addresses", group("create", "null", one(`["10.0.0.0/8"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("var.cidr") + `}]}`), "ingress.security_groups", "[dependency.net.outputs.cidr#value]"},
		{"made of a mock", group("create", "null", one(`["10.1.0.0/16"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("var.cidr") + `}]}`), "ingress.security_groups", "[?]"},
		{"a literal that is equal", group("create", "null", one(`["sg-mock"]`), "v"), block(`{"ingress":[{"security_groups":{"constant_value":["sg-mock"]}}]}`), "ingress.security_groups", "[sg-mock]"},
		{"another variable that is equal", group("create", "null", one(`["sg-real","sg-twice"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("var.other", "var.twice") + `}]}`), "ingress.security_groups", "[sg-real sg-twice]"},
		{"an identity that a local may have", group("create", "null", one(`["sg-mock"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("local.x") + `}]}`), "ingress.security_groups", "[dependency.net.outputs.sg#value]"},
		{"a range that a local may have", group("create", "null", one(`["10.0.0.0/8"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("local.x") + `}]}`), "ingress.security_groups", "[?]"},
		{"what a local may have made of one", group("create", "null", one(`["x-sg-mock","y"]`), "v"), block(`{"ingress":[{"security_groups":` + refs("local.x") + `}]}`), "ingress.security_groups", "[? y]"},
		{"a dynamic block", group("create", "null", one(`["sg-mock"]`), "v"), block(`{}`), "ingress.security_groups", "[dependency.net.outputs.sg#value]"},
		{"without a configuration", group("create", "null", one(`["sg-mock"]`), "v"), `{}`, "ingress.security_groups", "[dependency.net.outputs.sg#value]"},
		{"what was there before", group("update", `{"ingress":[],"vpc_id":"sg-mock"}`, one(`["sg-mock"]`), "sg-mock"), block(`{"vpc_id":` + refs("var.sg") + `}`), "vpc_id", "sg-mock"},
		{"what changes", group("update", `{"ingress":[],"vpc_id":"v"}`, one(`[]`), "sg-mock"), block(`{"vpc_id":` + refs("var.sg") + `}`), "vpc_id", "dependency.net.outputs.sg#value"},
		{"what stays as it is", group("no-op", `{"ingress":[],"vpc_id":"sg-mock"}`, `[]`, "sg-mock"), block(`{"vpc_id":` + refs("var.sg") + `}`), "vpc_id", "sg-mock"},
	} {
		text := strings.Replace(planJSON([]string{c.change}, c.root), `"resource_changes"`, mockVariables+`"resource_changes"`, 1)
		if got := render(readMocked(t, text).After.Resource("aws_security_group.g").Get(strings.Split(c.at, ".")...)); got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.about, c.at, got, c.want)
		}
	}
}

// TestMocksOfModules follows mocks through calls, outputs and other resources.
func TestMocksOfModules(t *testing.T) {
	inside := func(expression string) string {
		return `{"module_calls":{"m":{"expressions":{"in":` + refs("var.sg") + `,"no":{"constant_value":"sg-mock"}},"module":{"resources":[` + blockJSON("aws_subnet", "s", `{"vpc_id":`+expression+`}`, ``) +
			`],"outputs":{"out":{"expression":` + refs("aws_subnet.s.vpc_id", "aws_subnet.s") + `}}}}},"resources":[` +
			blockJSON("aws_subnet", "o", `{"vpc_id":`+refs("module.m.out", "module.m")+`}`, ``) + `,` +
			blockJSON("aws_subnet", "e", `{"vpc_id":`+refs("each.value")+`}`, `,"for_each_expression":`+refs("var.sgs")) + `]}`
	}
	changes := []string{
		created("module.m.aws_subnet.s", `{"vpc_id":"sg-mock"}`, `{"id":true}`), created("aws_subnet.o", `{"vpc_id":"sg-mock"}`, `{"id":true}`),
		created(`aws_subnet.e["sg-a"]`, `{"vpc_id":"sg-a"}`, `{"id":true}`),
	}
	for expression, want := range map[string]string{refs("var.in"): "dependency.net.outputs.sg#value", refs("var.no"): "sg-mock", refs("var.unset"): "sg-mock"} {
		s := readMocked(t, strings.Replace(planJSON(changes, inside(expression)), `"resource_changes"`, mockVariables+`"resource_changes"`, 1))
		for _, address := range []string{"module.m.aws_subnet.s", "aws_subnet.o"} {
			if got := render(s.After.Resource(address).Get("vpc_id")); got != want {
				t.Errorf("%s by %s is in %s, want %s", address, expression, got, want)
			}
		}
		if e := s.After.Resource(`aws_subnet.e["sg-a"]`); render(e.Get("vpc_id")) != "sg-1" || !e.Maybe {
			t.Errorf("each.value is %s, certain: %t", render(e.Get("vpc_id")), !e.Maybe)
		}
		if s.After.Resource("aws_subnet.o").Maybe {
			t.Error("an instance that no mock makes is not certain")
		}
	}
}

func readMocked(t *testing.T, text string) *tf.Stack {
	t.Helper()
	s, err := Read(context.Background(), strings.NewReader(text), Options{Wanted: fake{}, Name: "test", Path: "plan.json", Variable: func(name string, planned tf.Value) tf.Value {
		if meant, ok := meanings[name]; ok {
			return meant
		}
		return planned
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
