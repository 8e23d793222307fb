package tfplan

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// change is one element of resource_changes for an aws_vpc.
func change(address, actions, before, after, rest string) string {
	a, _ := tf.ParseAddress(address)
	return `{"address":"` + address + `","mode":"managed","type":"` + a.Type + `","name":"` + a.Name + `"` + rest +
		`,"change":{"actions":[` + actions + `],"before":` + before + `,"after":` + after + `,"after_unknown":{},"before_sensitive":{},"after_sensitive":{}}}`
}

// What each action leaves in the two snapshots (U-23).
func TestActions(t *testing.T) {
	old, young := `{"id":"vpc-1","cidr_block":"10.0.0.0/16"}`, `{"id":"vpc-1","cidr_block":"10.1.0.0/16"}`
	cases := []struct {
		name, actions, before, after, rest string
		inBefore, inAfter                  string // the addresses
		action                             tf.Action
		same                               bool
	}{
		{"create", `"create"`, `null`, young, ``, "", "aws_vpc.a", tf.Create, false},
		{"update", `"update"`, old, young, ``, "aws_vpc.a", "aws_vpc.a", tf.Update, false},
		{"replace", `"delete","create"`, old, young, ``, "aws_vpc.a", "aws_vpc.a", tf.Replace, false},
		{"replace, create first", `"create","delete"`, old, young, ``, "aws_vpc.a", "aws_vpc.a", tf.Replace, false},
		{"delete", `"delete"`, old, `null`, ``, "aws_vpc.a", "", tf.Delete, false},
		{"no-op", `"no-op"`, old, old, ``, "aws_vpc.a", "aws_vpc.a", tf.NoOp, true},
		{"forget", `"forget"`, old, `null`, ``, "aws_vpc.a", "aws_vpc.a", tf.Forget, true},
		{"moved", `"no-op"`, old, old, `,"previous_address":"aws_vpc.z"`, "aws_vpc.z", "aws_vpc.a", tf.NoOp, false},
		{"deposed", `"delete"`, old, `null`, `,"deposed":"00aa"`, "aws_vpc.a", "", tf.Delete, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := readText(t, planJSON([]string{change("aws_vpc.a", c.actions, c.before, c.after, c.rest)}, `{}`))
			before, after := addresses(s.Before), addresses(s.After)
			if before != c.inBefore || after != c.inAfter {
				t.Fatalf("before %q, after %q, want %q and %q", before, after, c.inBefore, c.inAfter)
			}
			for _, r := range append(instances(s.Before), s.After.Resources...) {
				if r.Action != c.action {
					t.Errorf("action %v, want %v", r.Action, c.action)
				}
			}
			if same := len(instances(s.Before)) == 1 && len(s.After.Resources) == 1 && s.Before.Resources[0] == s.After.Resources[0]; same != c.same {
				t.Errorf("the same object before and after: %v, want %v", same, c.same)
			}
			if len(s.Diagnostics) != 0 || !s.Complete {
				t.Errorf("diagnostics %v", s.Diagnostics)
			}
		})
	}
}

// instances are those of a snapshot; a first apply has none before.
func instances(s *tf.Snapshot) []*tf.Resource {
	if s == nil {
		return nil
	}
	return s.Resources
}

func addresses(s *tf.Snapshot) string {
	var all []string
	for _, r := range instances(s) {
		all = append(all, r.Address)
	}
	return strings.Join(all, " ")
}

func TestUnknownAndSensitive(t *testing.T) {
	s := readText(t, `{"format_version":"1.2","resource_changes":[{"address":"aws_instance.i","mode":"managed","type":"aws_instance","name":"i","change":{
		"actions":["create"],"before":null,
		"after":{"user_data":"secret","disk":[{"size":8},{}],"list":["a",null],"n":1.5,"flag":true,"none":null,"odd":"\u003ca\u003e"},
		"after_unknown":{"ip":true,"disk":[{},{"size":true}],"list":[false,true],"box":{"x":true}},
		"before_sensitive":false,"after_sensitive":{"user_data":true,"disk":[{"size":true}]}}}]}`)
	v := s.After.Resources[0].Values
	checks := map[string]bool{
		"sensitive leaf":                  v.Get("user_data").IsSensitive(),
		"sensitive inside a list":         v.Get("disk").Elements()[0].Get("size").IsSensitive(),
		"not sensitive":                   !v.Get("flag").IsSensitive(),
		"unknown attribute":               v.Get("ip").IsUnknown(),
		"unknown in a block":              v.Get("disk").Elements()[1].Get("size").IsUnknown(),
		"unknown element":                 v.Get("list").Elements()[1].IsUnknown() && !v.Get("list").Elements()[0].IsUnknown(),
		"unknown under an absent object":  v.Get("box").Get("x").IsUnknown(),
		"null":                            v.Get("none").IsNull() && v.Get("absent").IsNull(),
		"a number keeps its decimal text": v.Get("n").AsString() == tf.KnownVal("1.5"),
		"escapes":                         v.Get("odd").AsString() == tf.KnownVal("<a>"),
	}
	for name, ok := range checks {
		if !ok {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// What the plan says of itself as a whole: an incomplete one is named (U-21).
func TestPlanLevel(t *testing.T) {
	base := change("aws_vpc.a", `"no-op"`, `{"id":"vpc-1"}`, `{"id":"vpc-1"}`, ``)
	cases := []struct {
		name, text string
		summary    string // of the one diagnostic
		complete   bool
	}{
		{"errored", `{"format_version":"1.2","resource_changes":[` + base + `],"errored":true}`, "the plan ended with an error", false},
		{"partial", `{"format_version":"1.2","resource_changes":[` + base + `],"complete":false}`, "the plan is not complete", false},
		{"deferred", `{"format_version":"1.2","resource_changes":[` + base + `],"deferred_changes":[{"reason":"provider_config_unknown","resource_change":` +
			change("aws_vpc.d", `"create"`, `null`, `{}`, ``) + `}]}`, "the change of aws_vpc.d is deferred", false},
		{"newer minor", `{"format_version":"1.99","resource_changes":[` + base + `]}`, "format 1.99 of the input is newer than this version knows", true},
		{"twice", `{"format_version":"1.2","resource_changes":[` + base + `,` + base + `]}`, "the address aws_vpc.a occurs twice", true},
		{"unknown action", `{"format_version":"1.2","resource_changes":[` + change("aws_vpc.a", `"bless"`, `{}`, `{"id":"x"}`, ``) + `]}`, "unknown action on aws_vpc.a", true},
		{"truncated", `{"format_version":"1.2","resource_changes":[` + base + `],"configuration":{"root`, "the input ends in the middle, after", false},
		{"another plan", `{"format_version":"1.2","resource_changes":[` + base + `]} {}`, "something follows the plan in the input", true},
		{"not changes", `{"format_version":"1.2","resource_changes":[` + base + `,null,{},{"address":"aws_vpc.b","type":"aws_vpc","name":"b","change":{"actions":["create"]}}]}`, "3 of the resource changes cannot be read", false},
		{"trailing text", `{"format_version":"1.2","resource_changes":[` + base + `]} Done.`, "something follows the plan in the input", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := readText(t, c.text)
			if len(s.Diagnostics) != 1 || !strings.HasPrefix(s.Diagnostics[0].Summary, c.summary) || s.Diagnostics[0].Detail == "" {
				t.Fatalf("diagnostics %+v, want %q", s.Diagnostics, c.summary)
			}
			if s.Complete != c.complete {
				t.Errorf("complete is %v", s.Complete)
			}
			if s.After.Resource("aws_vpc.a") == nil {
				t.Error("what could be read is not there")
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, text, summary string }{
		{"empty", ``, "the input is empty"},
		{"text", `Terraform will perform the following actions:`, "the input is not JSON"},
		{"array", `[1]`, "the input is JSON, but neither a plan nor a state"},
		{"something else", `{"name":"x","version":"1.0.0"}`, "the input is JSON, but neither a plan nor a state"},
		{"log", `{"@level":"info","@message":"Terraform 1.11.4"}` + "\n" + `{"@level":"info"}`, "the input is a log, not a plan"},
		{"one message", `{"@level":"info","@message":"Terraform 1.11.4"}`, "the input is a log, not a plan"},
		{"no version", `{"format_version":null,"resource_changes":[]}`, `format_version "null" of the input is no version`},
		{"other format", `{"format_version":"1.0","accepted":[]}`, "the input is JSON, but neither a plan nor a state"},
		{"encrypted", `{"serial":0,"lineage":"","meta":{},"encrypted_data":"AAAA","encryption_version":"v0"}`, "the input is encrypted by OpenTofu"},
		{"newer major", `{"format_version":"2.0","resource_changes":[]}`, `format "2.0" of the plan is newer than this version knows`},
		{"old state", `{"version":3,"serial":1,"modules":[]}`, "the state has version 3, which is not known here"},
		{"truncated at once", `{"format_version":"1.2","resource_changes":[{"address`, "the input ends in the middle, after 44 bytes"},
		{"no changes", `{"format_version":"1.2","planned_values":{"root_module":{}}}`, "the plan has no resource_changes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(context.Background(), onlyReader{strings.NewReader(c.text)}, Options{Wanted: fake{}})
			var known *Error
			if !errors.As(err, &known) || known.Summary != c.summary || known.Detail == "" {
				t.Errorf("error %v, want %q and what to do", err, c.summary)
			}
		})
	}
}

type onlyReader struct{ io.Reader }

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Read(ctx, strings.NewReader(planJSON(news("aws_vpc.a"), `{}`)), Options{Wanted: fake{}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// What was changed outside Terraform is read beside the plan (U-15).
func TestDrift(t *testing.T) {
	s := readText(t, `{"format_version":"1.2","resource_drift":[`+change("aws_vpc.a", `"update"`, `{"id":"vpc-1","open":false}`, `{"id":"vpc-1","open":true}`, ``)+`],
		"resource_changes":[`+change("aws_vpc.a", `"update"`, `{"id":"vpc-1","open":true}`, `{"id":"vpc-1","open":false}`, ``)+`]}`)
	if len(s.Drift) != 1 || s.Drift[0].Address != "aws_vpc.a" || s.Drift[0].Values.Get("open").AsBool() != tf.KnownVal(true) {
		t.Errorf("drift %+v", s.Drift)
	}
	if s.Instances != 1 {
		t.Errorf("%d instances", s.Instances)
	}
}

// U-6: data sources that were read while planning are in both snapshots.
func TestPriorState(t *testing.T) {
	s := readText(t, `{"format_version":"1.2","resource_changes":[`+change("aws_vpc.a", `"no-op"`, `{"id":"vpc-1"}`, `{"id":"vpc-1"}`, ``)+`],
		"prior_state":{"format_version":"1.0","values":{"root_module":{
			"resources":[{"address":"aws_vpc.a","mode":"managed","type":"aws_vpc","name":"a","values":{"id":"vpc-1"}}],
			"child_modules":[{"address":"module.m[\"x\"]","resources":[
				{"address":"module.m[\"x\"].data.aws_subnet.d","mode":"data","type":"aws_subnet","name":"d","values":{"id":"subnet-1"},"sensitive_values":{}}]}]}}}}`)
	d := s.After.Resource(`module.m["x"].data.aws_subnet.d`)
	if d == nil || d != s.Before.Resource(d.Address) || d.Addr != (tf.Address{Module: `module.m["x"]`, Mode: tf.Data, Type: "aws_subnet", Name: "d"}) {
		t.Fatalf("data source %+v", d)
	}
	if s.Instances != 1 || s.Types["aws_vpc"] != 1 || len(s.Types) != 1 {
		t.Errorf("instances %d, types %v", s.Instances, s.Types)
	}
}

func TestState(t *testing.T) {
	shown := `{"format_version":"1.0","terraform_version":"1.5.0","values":{"root_module":{"resources":[
		{"address":"aws_vpc.a[0]","mode":"managed","type":"aws_vpc","name":"a","index":0,"values":{"id":"vpc-1","key":"s"},"sensitive_values":{"key":true}},
		{"address":"aws_vpc.a[0]","mode":"managed","type":"aws_vpc","name":"a","index":0,"deposed_key":"00aa","values":{"id":"vpc-0"}}],
		"child_modules":[{"resources":[{"address":"module.m.aws_subnet.s[\"a\\\"b\"]","mode":"managed","type":"aws_subnet","name":"s","values":{"id":"subnet-1"}}],"address":"module.m"}]}}}`
	raw := `{"version":4,"terraform_version":"1.5.0","serial":3,"lineage":"x","outputs":{},"resources":[
		{"mode":"managed","type":"aws_vpc","name":"a","provider":"provider[\"registry.terraform.io/hashicorp/aws\"].west","instances":[
			{"index_key":0,"attributes":{"id":"vpc-1","key":"s"},"sensitive_attributes":[[{"type":"get_attr","value":"key"}]]},
			{"index_key":0,"deposed":"00aa","attributes":{"id":"vpc-0"}}]},
		{"module":"module.m","mode":"managed","type":"aws_subnet","name":"s","provider":"module.m.provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[
			{"index_key":"a\"b","attributes":{"id":"subnet-1"}}]}]}`
	for name, text := range map[string]string{"shown": shown, "raw": raw} {
		t.Run(name, func(t *testing.T) {
			s := readText(t, text)
			if s.Kind != tf.StateInput || s.Before != nil || s.TerraformVersion != "1.5.0" || s.Instances != 2 {
				t.Fatalf("stack %+v", s)
			}
			if got, want := addresses(s.After), `aws_vpc.a[0] module.m.aws_subnet.s["a\"b"]`; got != want {
				t.Errorf("addresses %s, want %s", got, want)
			}
			if v := s.After.Resource("aws_vpc.a[0]").Values.Get("key"); !v.IsSensitive() {
				t.Error("the key is not sensitive")
			}
		})
	}
	s := readText(t, raw)
	if a, b := s.After.Resources[0].Provider, s.After.Resources[1].Provider; a != "aws.west" || b != "module.m:aws" {
		t.Errorf("providers %q and %q", a, b)
	}
	if s := readText(t, `{"format_version":"1.0"}`); s.Kind != tf.StateInput || len(s.After.Resources) != 0 {
		t.Errorf("an empty state is %+v", s)
	}
}

// A plan without resource_changes is read from its planned values.
func TestPlannedValues(t *testing.T) {
	s := readText(t, `{"format_version":"1.2","planned_values":{"root_module":{"resources":[
		{"address":"aws_vpc.a","mode":"managed","type":"aws_vpc","name":"a","values":{"cidr_block":"10.0.0.0/16"}}]}}}`)
	if r := s.After.Resource("aws_vpc.a"); s.Kind != tf.PlanInput || r == nil || r.Action != tf.Create {
		t.Errorf("stack %+v", s)
	}
}

// Members in another order than terraform's are read alike.
func TestOrderOfMembers(t *testing.T) {
	s := readText(t, `{"resource_changes":[{"change":{"after_unknown":{"id":true},"after":{"cidr_block":"10.0.0.0/16"},"before":null,"actions":["create"]},
		"name":"a","type":"aws_vpc","mode":"managed","address":"aws_vpc.a"}],"format_version":"1.2"}`)
	r := s.After.Resource("aws_vpc.a")
	if r == nil || render(r.Values.Get("id")) != "aws_vpc.a" || render(r.Values.Get("cidr_block")) != "10.0.0.0/16" {
		t.Errorf("stack %+v", s)
	}
}

// What is not wanted is counted and skipped.
func TestUnwanted(t *testing.T) {
	s := readText(t, planJSON([]string{created("random_pet.p", `{}`, `{}`), created("aws_vpc.a", `{}`, `{}`)}, `{}`))
	if s.Instances != 2 || s.Types["random_pet"] != 1 || addresses(s.After) != "aws_vpc.a" {
		t.Errorf("%d instances of %v: %s", s.Instances, s.Types, addresses(s.After))
	}
}

// FuzzRead looks for panics and for output that depends on anything but the
// input.
func FuzzRead(f *testing.F) {
	f.Add(planJSON(append(news("aws_vpc.a", "aws_subnet.s[0]"), created("aws_instance.i", `{"disk":[{}]}`, `{"subnet_id":true,"disk":[{"x":true}]}`)),
		`{"outputs":{"o":{"expression":`+refs("module.m.o", "module.m")+`}},"resources":[`+blockJSON("aws_instance", "i", `{"subnet_id":`+refs("aws_subnet.s", "count.index", "each.value.x", "local.subnet_id")+`}`, `,"for_each_expression":`+refs("var.x"))+`],
		"module_calls":{"m":{"expressions":{"x":`+refs("each.key")+`},"module":{"outputs":{"o":{"expression":`+refs("var.x")+`}},"variables":{"x":{"default":1}}}}}}`))
	f.Add(`{"version":4,"resources":[{"mode":"data","type":"aws_vpc","name":"a","provider":"provider[\"x/aws\"]","instances":[{"index_key":"\"","attributes":{}}]}]}`)
	f.Add(`{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"aws_vpc.a[","type":"aws_vpc","name":"a","values":[]}],"child_modules":[{}]}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		one, err := Read(context.Background(), strings.NewReader(text), Options{Wanted: fake{}})
		if (one == nil) == (err == nil) {
			t.Fatalf("stack %v, error %v", one, err)
		}
		two, err2 := Read(context.Background(), strings.NewReader(text), Options{Wanted: fake{}})
		if err != nil {
			if err2 == nil || err.Error() != err2.Error() {
				t.Fatalf("first %v, then %v", err, err2)
			}
			return
		}
		if a, b := dump(one), dump(two); a != b {
			t.Fatalf("first\n%s\nthen\n%s", a, b)
		}
	})
}

func dump(s *tf.Stack) string {
	var b strings.Builder
	for _, r := range s.After.Resources {
		b.WriteString(r.Address)
		for _, f := range r.Values.Fields() {
			b.WriteString(" " + f.Name + "=" + render(f.Value))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
