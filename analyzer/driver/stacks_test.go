package driver_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// told are the findings and exposures of a report in lines.
func told(r *analyzer.Report) []string {
	var lines []string
	for _, f := range r.Findings {
		var subjects []string
		for _, s := range f.Subjects {
			subjects = append(subjects, s.Address)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s %s %s: %s %s", f.Stack.Name, f.Check.ID, f.Verdict, f.Cause.Address(), strings.Join(subjects, " "), f.Status)))
	}
	for _, e := range r.Exposures {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: internet -> %s %s", e.Stack.Name, e.Flow.To.Label, e.Status)))
	}
	slices.Sort(lines)
	return lines
}

// TestStacksAreOneNetwork: what the network's group opens to the instance of
// another stack is a finding of the stack that owns the rule; the exposure is
// one of the stack whose instance it is.
func TestStacksAreOneNetwork(t *testing.T) {
	report := analyze(t, driver.Options{Stacks: []*tf.Stack{parse(t, "net", network), parse(t, "app", app)}})
	want := []string{
		"app: internet -> aws_instance.app",
		"net: internet-reaches-admin-port violation aws_security_group.ssh: app//aws_instance.app",
	}
	if diff := cmp.Diff(want, told(report)); diff != "" {
		t.Error(diff)
	}
	for _, f := range report.Findings {
		if !strings.Contains(f.Message, "app//aws_instance.app") || strings.Contains(f.Message, "net//") {
			t.Errorf("the message %q does not name what is elsewhere by its stack, and only that", f.Message)
		}
		if !slices.ContainsFunc(f.Path, func(h reach.Hop) bool { return h.Object.Label == "app//aws_instance.app" }) {
			t.Error("the path does not go to the other stack")
		}
	}
}

// exposing is a state of one VPC and an instance in it that everyone may log
// in to. All of its addresses occur in every such state.
func exposing(region, id, account string) string {
	arn := ""
	if account != "" {
		arn = `, "arn": "arn:aws:ec2:` + region + `:` + account + `:vpc/vpc-0aaa1111bbb222` + id + `"`
	}
	return strings.NewReplacer("REGION", region, "ID", "0aaa1111bbb222"+id, "ARN", arn).Replace(`{"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"resources": [
	{"address": "aws_vpc.main", "mode": "managed", "type": "aws_vpc", "name": "main", "values": {"region": "REGION", "id": "vpc-ID", "cidr_block": "10.0.0.0/16"ARN}},
	{"address": "aws_internet_gateway.main", "mode": "managed", "type": "aws_internet_gateway", "name": "main", "values": {"region": "REGION", "id": "igw-ID", "vpc_id": "vpc-ID"}},
	{"address": "aws_subnet.public", "mode": "managed", "type": "aws_subnet", "name": "public", "values": {"region": "REGION", "id": "subnet-ID", "vpc_id": "vpc-ID", "cidr_block": "10.0.1.0/24", "map_public_ip_on_launch": true}},
	{"address": "aws_route_table.public", "mode": "managed", "type": "aws_route_table", "name": "public", "values": {"region": "REGION", "id": "rtb-ID", "vpc_id": "vpc-ID", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-ID"}]}},
	{"address": "aws_route_table_association.public", "mode": "managed", "type": "aws_route_table_association", "name": "public", "values": {"region": "REGION", "id": "rtbassoc-ID", "subnet_id": "subnet-ID", "route_table_id": "rtb-ID"}},
	{"address": "aws_security_group.ssh", "mode": "managed", "type": "aws_security_group", "name": "ssh", "values": {"region": "REGION", "id": "sg-ID", "vpc_id": "vpc-ID", "egress": [],
		"ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"], "self": false}]}},
	{"address": "aws_instance.app", "mode": "managed", "type": "aws_instance", "name": "app", "values": {"region": "REGION", "id": "i-ID", "subnet_id": "subnet-ID", "vpc_security_group_ids": ["sg-ID"],
		"associate_public_ip_address": true, "public_ip": "198.51.100.7", "metadata_options": [{"http_tokens": "required"}], "root_block_device": [{"encrypted": true}]}}
]}}}`)
}

// TestStacksOfEqualAddresses analyses networks of the same addresses and CIDRs
// in several accounts and Regions: each says what it says alone, whether they
// are taken apart or joined by something that they share.
func TestStacksOfEqualAddresses(t *testing.T) {
	texts := map[string]string{
		"a": exposing("eu-west-1", "2aa", "111111111111"),
		"b": exposing("eu-west-1", "2bb", "222222222222"),
		"c": exposing("us-east-1", "2cc", "111111111111"),
		"d": exposing("us-east-1", "2dd", ""),
	}
	var want []string
	var stacks []*tf.Stack
	for _, name := range []string{"a", "b", "c", "d"} {
		want = append(want, told(analyze(t, driver.Options{Stacks: []*tf.Stack{parse(t, name, texts[name])}}))...)
		stacks = append(stacks, parse(t, name, texts[name]))
	}
	slices.Sort(want)
	if len(want) < 8 {
		t.Fatalf("too little is found: %q", want)
	}
	if diff := cmp.Diff(want, told(analyze(t, driver.Options{Stacks: stacks}))); diff != "" {
		t.Errorf("apart: %s", diff)
	}

	// A group that all of them mention in a rule makes one network of them.
	stacks = nil
	for _, name := range []string{"a", "b", "c", "d"} {
		text := strings.Replace(texts[name], `"cidr_blocks": ["0.0.0.0/0"]`, `"cidr_blocks": ["0.0.0.0/0"], "security_groups": ["sg-0ffff1111ffff2222"]`, 1)
		stacks = append(stacks, parse(t, name, text))
	}
	if diff := cmp.Diff(want, told(analyze(t, driver.Options{Stacks: stacks}))); diff != "" {
		t.Errorf("joined: %s", diff)
	}
}

// TestDefaultVPCsOfTwoStacks: what stands in the default VPC of one stack is
// not in that of the other, whose account may be another (VPC-2).
func TestDefaultVPCsOfTwoStacks(t *testing.T) {
	inDefault := func(name, sg string) *tf.Stack {
		return parse(t, name, `{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [
	{"address": "aws_security_group.web", "mode": "managed", "type": "aws_security_group", "name": "web", "change": {"actions": ["create"], "before": null,
		"after": {"region": "eu-west-1", "egress": [], "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"], "security_groups": ["`+sg+`"], "self": false}]}, "after_unknown": {"id": true, "vpc_id": true}}},
	{"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web", "change": {"actions": ["create"], "before": null,
		"after": {"region": "eu-west-1", "metadata_options": [{"http_tokens": "required"}], "root_block_device": [{"encrypted": true}]}, "after_unknown": {"id": true, "vpc_security_group_ids": true, "subnet_id": true}}}
], "configuration": {"root_module": {"resources": [
	{"address": "aws_security_group.web", "mode": "managed", "type": "aws_security_group", "name": "web", "provider_config_key": "aws", "expressions": {"ingress": [{"from_port": {"constant_value": 22}}]}},
	{"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web", "provider_config_key": "aws", "expressions": {"vpc_security_group_ids": {"references": ["aws_security_group.web.id", "aws_security_group.web"]}}}
]}}}`)
	}
	report := analyze(t, driver.Options{Stacks: []*tf.Stack{inDefault("one", "sg-0ffff1111ffff2222"), inDefault("two", "sg-0ffff1111ffff2222")}})
	want := []string{
		"one: internet -> aws_instance.web", "one: internet-reaches-admin-port violation aws_security_group.web: aws_instance.web",
		"two: internet -> aws_instance.web", "two: internet-reaches-admin-port violation aws_security_group.web: aws_instance.web",
	}
	if diff := cmp.Diff(want, told(report)); diff != "" {
		t.Error(diff)
	}
	var defaults []string
	for _, a := range report.Assumptions {
		if strings.HasPrefix(a.ID, "default-vpc:") {
			defaults = append(defaults, a.ID)
		}
	}
	if len(defaults) != 2 || defaults[0] == defaults[1] {
		t.Errorf("assuming of default VPCs %q, want one for each stack", defaults)
	}
}

// TestMocks: ids that terragrunt makes up join nothing, not even each other in
// two stacks, and it is said that they are outside the model (U-13).
func TestMocks(t *testing.T) {
	mocked := strings.NewReplacer("subnet-0aaa1111bbb2222cc", "subnet-mock", "sg-0aaa1111bbb2222cc", "sg-mock")
	stacks := []*tf.Stack{parse(t, "app", mocked.Replace(app)), parse(t, "other", mocked.Replace(app)), parse(t, "net", mocked.Replace(network))}
	report := analyze(t, driver.Options{Stacks: stacks})
	said := 0
	for _, a := range report.Assumptions {
		if a.ID == "made-up:subnet-mock" || a.ID == "made-up:sg-mock" {
			said++
		}
	}
	if said != 4 {
		t.Errorf("it is said of %d made-up ids that they are outside the model, want two in each application: %v", said, report.Assumptions)
	}
	if len(report.Exposures) != 0 && slices.ContainsFunc(report.Exposures, func(e *analyzer.Exposure) bool { return e.Flow.Verdict() == reach.Yes }) {
		t.Errorf("the internet certainly reaches %v through a made-up id", report.Exposures[0].Flow.To.Label)
	}
}

// TestEvaluatedByStack: a stack counts as its own what a check looks at,
// whatever network it stands in.
func TestEvaluatedByStack(t *testing.T) {
	evaluated := func(r *analyzer.Report) map[string]int {
		all := map[string]int{}
		for _, c := range r.Checks {
			all[c.Stack.Name+" "+c.Check.ID] += c.Evaluated
		}
		return all
	}
	app := func() []*tf.Stack { return open(t, filepath.Join(stacksAt, "app-variable", "plan.json")) }
	network := func() []*tf.Stack { return known(t, filepath.Join(stacksAt, "network", "plan.json")) }
	want := evaluated(analyze(t, driver.Options{Stacks: app()}))
	if want["fixtures/stacks/app-variable imds-v1"] != 2 {
		t.Fatalf("the check of metadata looks at other than two instances: %v", want)
	}
	if diff := cmp.Diff(want, evaluated(analyze(t, driver.Options{Stacks: app(), Context: network()}))); diff != "" {
		t.Errorf("in its network: %s", diff)
	}
	maps.Copy(want, evaluated(analyze(t, driver.Options{Stacks: network()})))
	// Its group is to blame for two instances of the application.
	want["network internet-reaches-unexpected-port"] = 2
	if diff := cmp.Diff(want, evaluated(analyze(t, driver.Options{Stacks: slices.Concat(app(), network())}))); diff != "" {
		t.Errorf("together: %s", diff)
	}
}

// TestStatementsOfSeveralNetworks: what a statement is about needs to be in one
// of the networks only, and what is in none is said once.
func TestStatementsOfSeveralNetworks(t *testing.T) {
	loaded, diags := settings.Load("tfcheck.hcl", []byte(`
deny "here" {
  from = ["internet"]
  to   = ["aws_instance.only"]
}
deny "nowhere" {
  from = ["internet"]
  to   = ["module.ghost.*"]
}
`), settings.Known{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	report := analyze(t, driver.Options{Settings: loaded, Stacks: []*tf.Stack{
		parse(t, "a", strings.ReplaceAll(strings.ReplaceAll(exposing("eu-west-1", "2aa", "111111111111"), "aws_instance.app", "aws_instance.only"), `"name": "app"`, `"name": "only"`)), parse(t, "b", exposing("eu-west-1", "2bb", "222222222222")), parse(t, "c", exposing("us-east-1", "2cc", "")),
	}})
	var said []string
	for _, d := range report.Diagnostics {
		said = append(said, d.Summary)
	}
	if diff := cmp.Diff([]string{`intent "nowhere" is about nothing: nothing here is module.ghost.*`}, said); diff != "" {
		t.Error(diff)
	}
}
