package driver_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan"
	"github.com/tfcheck/tfcheck/analyzer/triage"
	"github.com/tfcheck/tfcheck/checks"
)

// network is the state of a stack that owns a VPC with one public subnet.
const network = `{"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"resources": [
	{"address": "aws_vpc.main", "mode": "managed", "type": "aws_vpc", "name": "main", "values": {"region": "eu-west-1", "id": "vpc-0aaa1111bbb2222cc", "cidr_block": "10.0.0.0/16"}},
	{"address": "aws_internet_gateway.main", "mode": "managed", "type": "aws_internet_gateway", "name": "main", "values": {"region": "eu-west-1", "id": "igw-0aaa1111bbb2222cc", "vpc_id": "vpc-0aaa1111bbb2222cc"}},
	{"address": "aws_subnet.public", "mode": "managed", "type": "aws_subnet", "name": "public", "values": {"region": "eu-west-1", "id": "subnet-0aaa1111bbb2222cc", "vpc_id": "vpc-0aaa1111bbb2222cc", "cidr_block": "10.0.1.0/24", "map_public_ip_on_launch": true}},
	{"address": "aws_route_table.public", "mode": "managed", "type": "aws_route_table", "name": "public", "values": {"region": "eu-west-1", "id": "rtb-0aaa1111bbb2222cc", "vpc_id": "vpc-0aaa1111bbb2222cc", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-0aaa1111bbb2222cc"}]}},
	{"address": "aws_route_table_association.public", "mode": "managed", "type": "aws_route_table_association", "name": "public", "values": {"region": "eu-west-1", "id": "rtbassoc-0aaa1111bbb2222cc", "subnet_id": "subnet-0aaa1111bbb2222cc", "route_table_id": "rtb-0aaa1111bbb2222cc"}},
	{"address": "aws_security_group.ssh", "mode": "managed", "type": "aws_security_group", "name": "ssh", "values": {"region": "eu-west-1", "id": "sg-0aaa1111bbb2222cc", "vpc_id": "vpc-0aaa1111bbb2222cc", "egress": [],
		"ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"], "self": false}]}}
]}}}`

// app is the plan of a stack that knows subnet and group by their ids alone.
const app = `{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [
	{"address": "aws_instance.app", "mode": "managed", "type": "aws_instance", "name": "app", "change": {"actions": ["create"], "before": null,
		"after": {"region": "eu-west-1", "subnet_id": "subnet-0aaa1111bbb2222cc", "vpc_security_group_ids": ["sg-0aaa1111bbb2222cc"], "associate_public_ip_address": true, "metadata_options": [{"http_tokens": "required"}], "root_block_device": [{"encrypted": true}]},
		"after_unknown": {"id": true}}}
], "configuration": {"root_module": {"resources": [
	{"address": "aws_instance.app", "mode": "managed", "type": "aws_instance", "name": "app", "provider_config_key": "aws", "expressions": {
		"subnet_id": {"constant_value": "subnet-0aaa1111bbb2222cc"}, "vpc_security_group_ids": {"constant_value": ["sg-0aaa1111bbb2222cc"]}, "associate_public_ip_address": {"constant_value": true},
		"metadata_options": [{"http_tokens": {"constant_value": "required"}}], "root_block_device": [{"encrypted": {"constant_value": true}}]}}
]}}}`

func parse(t *testing.T, name, text string) *tf.Stack {
	t.Helper()
	stack, err := tfplan.Read(context.Background(), strings.NewReader(text), tfplan.Options{Wanted: aws.Types, Name: name, Path: name})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

func analyze(t *testing.T, o driver.Options) *analyzer.Report {
	t.Helper()
	o.Known, o.Triage = checks.All(), triage.Defaults()
	report, err := driver.Analyze(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestContextDecides asks about an app stack that owns no VPC: alone it is a
// question (U-13), with the network's stack it is a proof, and the network is
// not judged.
func TestContextDecides(t *testing.T) {
	alone := analyze(t, driver.Options{Stacks: []*tf.Stack{parse(t, "app", app)}})
	if len(alone.Questions) == 0 || len(alone.Questions) > 2 {
		t.Errorf("alone: %d questions, want one or two: %v", len(alone.Questions), alone.Questions)
	}
	for _, f := range alone.Findings {
		if f.Verdict == analyzer.Violation {
			t.Errorf("alone: %s is called a violation: %s", f.Check.ID, f.Message)
		}
	}

	with := analyze(t, driver.Options{Stacks: []*tf.Stack{parse(t, "app", app)}, Context: []*tf.Stack{parse(t, "network", network)}})
	if len(with.Questions) != 0 {
		t.Errorf("with the network: questions %v", with.Questions)
	}
	if len(with.Exposures) != 1 || with.Exposures[0].Flow.To.Label != "aws_instance.app" {
		t.Errorf("with the network: exposures %v, want that of aws_instance.app", with.Exposures)
	}
	opened := false
	for _, f := range with.Findings {
		if len(f.Subjects) != 1 || f.Subjects[0].Address != "aws_instance.app" || f.Stack.Name != "app" {
			t.Errorf("with the network: %s of %s is about %v, want what concerns app alone", f.Check.ID, f.Stack.Name, f.Subjects)
		}
		opened = opened || f.Check.ID == "internet-reaches-admin-port" && f.Verdict == analyzer.Violation &&
			f.Cause.Address() == "network//aws_security_group.ssh"
	}
	if !opened {
		t.Error("with the network: what its group opens to the instance is not found")
	}
}

// TestGivenDecides settles the same questions by what people say instead.
func TestGivenDecides(t *testing.T) {
	for _, test := range []struct {
		name, given string
		exposed     bool
	}{
		{"public and open", `given "subnet" "subnet-0aaa1111bbb2222cc" { public = true }
given "group" "sg-0aaa1111bbb2222cc" { from_internet = "tcp/22" }`, true},
		{"public and closed", `given "subnet" "subnet-0aaa1111bbb2222cc" { public = true }
given "group" "sg-0aaa1111bbb2222cc" { from_internet = "none" }`, false},
		{"private", `given "subnet" "subnet-0aaa1111bbb2222cc" { public = false }`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			set, diags := settings.Load("tfcheck.hcl", []byte(test.given), settings.Known{Facts: []settings.Fact{
				{Kind: "subnet", Answers: []settings.Answer{{Name: "public"}}},
				{Kind: "group", Answers: []settings.Answer{{Name: "from_internet"}}},
			}})
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			report := analyze(t, driver.Options{Stacks: []*tf.Stack{parse(t, "app", app)}, Settings: set})
			if len(report.Questions) != 0 {
				t.Errorf("questions are left: %v", report.Questions)
			}
			if got := len(report.Exposures) > 0; got != test.exposed {
				t.Errorf("exposed: %t, want %t", got, test.exposed)
			}
			for _, e := range report.Exposures {
				if !slices.ContainsFunc(e.Flow.Assumptions, func(a *tf.Assumption) bool { return strings.HasPrefix(a.ID, "given:") }) {
					t.Errorf("%s does not say that it rests on what was given", e.Flow.To.Label)
				}
			}
			for _, d := range report.Diagnostics {
				t.Errorf("diagnostic %s: %s", d.Summary, d.Detail)
			}
		})
	}
}

// What a data source finds may be given by its id and by the address of the data
// source, whether the input knows the id or not; a configuration knows addresses
// alone. The question prints what holds for both.
func TestGivenByEitherName(t *testing.T) {
	known := settings.Known{Facts: []settings.Fact{
		{Kind: "subnet", Answers: []settings.Answer{{Name: "public"}}},
		{Kind: "group", Answers: []settings.Answer{{Name: "from_internet"}}},
	}}
	byAddress := `given "subnet" "data.aws_subnets.public" { public = true }
given "group" "data.aws_security_group.servers" { from_internet = "none" }`
	byID := `given "subnet" "subnet-9525be9e55ac0793b subnet-ba4e33881dfd22884" { public = true }
given "group" "sg-b8693090252fd2467" { from_internet = "none" }`
	folder := filepath.Join("..", "..", "fixtures", "stacks", "app-data")
	for name, c := range map[string]struct{ input, given string }{
		"directory":   {folder, byAddress},
		"plan":        {filepath.Join(folder, "plan.json"), byAddress},
		"plan by ids": {filepath.Join(folder, "plan.json"), byID},
	} {
		set, diags := settings.Load("tfcheck.hcl", []byte(c.given), known)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		report := analyze(t, driver.Options{Stacks: open(t, c.input), Known: checks.All(), Settings: set})
		for _, q := range report.Questions {
			if kind, _, _ := strings.Cut(q.ID, ":"); kind == "subnet" || kind == "group" {
				t.Errorf("%s: %s is asked", name, q.ID)
			}
		}
		for _, d := range set.Unused() {
			t.Errorf("%s: %s", name, d.Summary)
		}
	}
	for _, input := range []string{folder, filepath.Join(folder, "plan.json")} {
		report := analyze(t, driver.Options{Stacks: open(t, input), Known: checks.All()})
		if !slices.ContainsFunc(report.Questions, func(q analyzer.Question) bool {
			return strings.Contains(q.Settle, `given "subnet" "data.aws_subnets.public" {`)
		}) {
			t.Errorf("%s: no question prints the address of the data source: %v", input, report.Questions)
		}
	}
}
