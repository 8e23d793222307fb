package stack

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func field(name string, v tf.Value) tf.Field { return tf.Field{Name: name, Value: v} }

func text(s string) tf.Value { return tf.StringValue(s) }

func id(address string) tf.Value {
	return tf.SymbolicValue(tf.Symbol{Address: address, Attribute: "id"})
}

func resource(address string, fields ...tf.Field) *tf.Resource {
	a, err := tf.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return &tf.Resource{Addr: a, Address: address, Values: tf.ObjectValue(fields...)}
}

func filter(name string, values ...tf.Value) tf.Field {
	return field("filter", tf.ListValue(tf.ObjectValue(field("name", text(name)), field("values", tf.ListValue(values...)))))
}

func tags(pairs ...string) tf.Field {
	var fields []tf.Field
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, field(pairs[i], text(pairs[i+1])))
	}
	return field("tags", tf.ObjectValue(fields...))
}

// TestAnswers asks data sources of a network: an answer needs exactly one
// instance that fits, and no doubt about any other (U-6).
func TestAnswers(t *testing.T) {
	net := &tf.Stack{Name: "net", After: tf.NewSnapshot([]*tf.Resource{
		resource("aws_vpc.a", field("id", id("aws_vpc.a")), field("cidr_block", text("10.0.0.0/16")), tags("Name", "main")),
		resource("aws_vpc.b", field("id", text("vpc-1")), field("cidr_block", text("10.0.0.0/16")), tags("Name", "other/one")),
		resource("aws_subnet.a[0]", field("id", id("aws_subnet.a[0]")), field("vpc_id", id("aws_vpc.a")), tags("tier", "public-a")),
		resource("aws_subnet.a[1]", field("id", id("aws_subnet.a[1]")), field("vpc_id", id("aws_vpc.a")), tags("tier", "public-b")),
		resource("aws_subnet.b", field("id", text("subnet-1")), field("vpc_id", text("vpc-1")), field("availability_zone", tf.UnknownValue()), tags("tier", "public-a")),
		resource("aws_security_group.a", field("id", id("aws_security_group.a")), field("name", text("web")), field("vpc_id", id("aws_vpc.a"))),
		resource("aws_security_group.b", field("id", text("sg-1")), field("name", tf.UnknownValue()), field("vpc_id", text("vpc-1"))),
	})}
	for _, c := range []struct {
		about, address string
		arguments      []tf.Field
		want           []string // ids or symbols; none: no answer
	}{
		{"a tag", "data.aws_vpc.x", []tf.Field{tags("Name", "main")}, []string{"net//aws_vpc.a"}},
		{"an id", "data.aws_vpc.x", []tf.Field{field("id", text("vpc-1"))}, []string{"vpc-1"}},
		{"two that fit", "data.aws_vpc.x", []tf.Field{field("cidr_block", text("10.0.0.0/16"))}, nil},
		{"none that fits", "data.aws_vpc.x", []tf.Field{tags("Name", "nobody")}, nil},
		{"a wildcard, slashes included", "data.aws_vpc.x", []tf.Field{filter("tag:Name", text("oth*one"))}, []string{"vpc-1"}},
		{"an argument that is not known", "data.aws_vpc.x", []tf.Field{field("id", tf.UnknownValue())}, nil},
		{"a filter that nobody knows", "data.aws_vpc.x", []tf.Field{tags("Name", "main"), filter("dhcp-options-id", text("x"))}, nil},
		{"a filter that decides nothing", "data.aws_vpc.x", []tf.Field{tags("Name", "main"), filter("state", text("available"))}, []string{"net//aws_vpc.a"}},
		{"by an answer", "data.aws_subnets.x", []tf.Field{filter("vpc-id", id("net//aws_vpc.a"))}, []string{"net//aws_subnet.a[0]", "net//aws_subnet.a[1]"}},
		{"any value of a filter", "data.aws_subnets.x", []tf.Field{filter("tag:tier", text("public-b"), text("private"))}, []string{"net//aws_subnet.a[1]"}},
		{"an attribute that an instance does not know", "data.aws_subnet.x", []tf.Field{filter("availability-zone", text("a")), field("vpc_id", text("vpc-1"))}, nil},
		{"a name that one of two may have", "data.aws_security_group.x", []tf.Field{field("name", text("web"))}, nil},
		{"where the other is out of the question", "data.aws_security_group.x", []tf.Field{field("name", text("web")), field("vpc_id", id("net//aws_vpc.a"))}, []string{"net//aws_security_group.a"}},
		{"a type that is not looked up", "data.aws_ami.x", nil, nil},
	} {
		assumed := 0
		ask := Answers([]*tf.Stack{net})(nil, func(*tf.Assumption) { assumed++ })
		answer, ok := ask(resource(c.address, c.arguments...))
		var got []string
		for _, v := range append(answer.Get("ids").Elements(), answer.Get("id")) {
			if s, isSymbol := v.Symbol(); isSymbol {
				got = append(got, s.Address)
			} else if s, known := v.AsString().Known(); known {
				got = append(got, s)
			}
		}
		same := len(got) == len(c.want)
		for i := range got {
			same = same && got[i] == c.want[i]
		}
		if !same || ok != (len(c.want) > 0) || ok != (assumed == 1) {
			t.Errorf("%s: answer %q (%t, assuming %d), want %q", c.about, got, ok, assumed, c.want)
		}
		if _, ok := Answers([]*tf.Stack{net})(net, func(*tf.Assumption) {})(resource(c.address, c.arguments...)); ok {
			t.Errorf("%s: the stack that asks answers itself", c.about)
		}
	}
}

// TestTags: default tags of the provider count (U-6).
func TestTags(t *testing.T) {
	all := func(pairs ...string) tf.Field { return field("tags_all", tags(pairs...).Value) }
	vpc := func(address string, fields ...tf.Field) *tf.Resource {
		return resource(address, append(fields, field("id", text(address)))...)
	}
	for _, c := range []struct {
		about string
		kind  tf.InputKind
		vpcs  []*tf.Resource
		want  string
	}{
		{"by the provider alone", tf.PlanInput, []*tf.Resource{vpc("aws_vpc.a", all("env", "prod")), vpc("aws_vpc.b", all("env", "test"))}, "aws_vpc.a"},
		{"its own win", tf.PlanInput, []*tf.Resource{vpc("aws_vpc.a", tags("env", "test"), all("env", "test")), vpc("aws_vpc.b", all("env", "prod"))}, "aws_vpc.b"},
		{"two of them", tf.PlanInput, []*tf.Resource{vpc("aws_vpc.a", tags("env", "prod"), all("env", "prod")), vpc("aws_vpc.b", all("env", "prod"))}, ""},
		{"one that nobody knows", tf.PlanInput, []*tf.Resource{vpc("aws_vpc.a", tags("env", "prod")), vpc("aws_vpc.b", field("tags_all", tf.UnknownValue()))}, ""},
		{"its own are known", tf.PlanInput, []*tf.Resource{vpc("aws_vpc.a", tags("env", "prod"), field("tags_all", tf.UnknownValue()))}, "aws_vpc.a"},
		{"an old provider", tf.StateInput, []*tf.Resource{vpc("aws_vpc.a", tags("env", "prod")), vpc("aws_vpc.b")}, "aws_vpc.a"},
		{"a configuration that says nothing", tf.ConfigurationInput, []*tf.Resource{vpc("aws_vpc.a", tags("env", "prod")), vpc("aws_vpc.b")}, ""},
	} {
		net := &tf.Stack{Name: "net", Kind: c.kind, After: tf.NewSnapshot(c.vpcs)}
		for _, ask := range []tf.Field{tags("env", "prod"), filter("tag:env", text("prod"))} {
			answer, _ := Answers([]*tf.Stack{net})(nil, func(*tf.Assumption) {})(resource("data.aws_vpc.x", ask))
			if got, _ := answer.Get("id").AsString().Known(); got != c.want {
				t.Errorf("%s, by %s: %q, want %q", c.about, ask.Name, got, c.want)
			}
		}
	}
}

// TestRemoteState finds the stack whose state is read by its name in the place
// of the state, else by there being one only.
func TestRemoteState(t *testing.T) {
	stack := func(name, vpc string) *tf.Stack {
		return &tf.Stack{Name: name, After: tf.NewSnapshot(nil), Outputs: map[string]tf.Value{"vpc_id": text(vpc), "subnets": tf.ListValue(id("aws_subnet.a"))}}
	}
	prod, stage, silent := stack("live/prod/net", "vpc-1"), stack("live/stage/net", "vpc-2"), &tf.Stack{Name: "live/prod/app", After: tf.NewSnapshot(nil)}
	state := func(arguments ...tf.Field) *tf.Resource {
		return resource("data.terraform_remote_state.net", field("config", tf.ObjectValue(arguments...)))
	}
	for _, c := range []struct {
		about string
		known []*tf.Stack
		asks  *tf.Resource
		want  string
	}{
		{"the key", []*tf.Stack{prod, stage, silent}, state(field("key", text("prod/net/terraform.tfstate"))), "vpc-1"},
		{"the path", []*tf.Stack{prod, stage, silent}, state(field("path", text("../../stage/net/terraform.tfstate"))), "vpc-2"},
		{"a file of the name", []*tf.Stack{prod, stage}, state(field("key", text("states/stage/net.tfstate"))), "vpc-2"},
		{"both", []*tf.Stack{prod, stage}, state(field("key", text("net/terraform.tfstate"))), ""},
		{"neither, of two", []*tf.Stack{prod, stage}, state(field("key", text("x"))), ""},
		{"the only one with outputs", []*tf.Stack{silent, stage}, state(field("key", text("x"))), "vpc-2"},
	} {
		answer, ok := Answers(c.known)(nil, func(*tf.Assumption) {})(c.asks)
		got, _ := answer.Get("outputs").Get("vpc_id").AsString().Known()
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: vpc_id is %q, want %q", c.about, got, c.want)
		}
		if !ok {
			continue
		}
		if s, _ := answer.Get("outputs").Get("subnets").Elements()[0].Symbol(); s.Address != "live/prod/net//aws_subnet.a" && s.Address != "live/stage/net//aws_subnet.a" {
			t.Errorf("%s: the subnet is %s", c.about, s.Address)
		}
	}
}
