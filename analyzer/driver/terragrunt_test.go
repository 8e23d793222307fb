package driver_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// repository writes files into a repository, which becomes the working directory.
func repository(t *testing.T, files map[string]string) {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
}

func fixture(t *testing.T, names ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{stacksAt}, names...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTerragruntUnits: the plans that terragrunt writes for all units at once
// say what one configuration of all says, wherever the source of a unit is, and
// whatever its mocks look like.
func TestTerragruntUnits(t *testing.T) {
	apps := func(subject string) bool { return strings.Contains(subject, ".web[") }
	want := proven(analyze(t, driver.Options{Stacks: open(t, filepath.Join(stacksAt, "both", "plan.json"))}), apps)
	hcl, plan, main := fixture(t, "app-terragrunt", "terragrunt.hcl"), fixture(t, "app-terragrunt", "plan.json"), fixture(t, "app-terragrunt", "main.tf")
	network := fixture(t, "network", "plan.json")
	other := bastion(t)
	for _, c := range []struct {
		about string
		files map[string]string
		mock  string // of the servers' group; empty as it is
	}{
		{"the source beside the unit", map[string]string{"live/app/terragrunt.hcl": hcl, "live/app/main.tf": main}, ""},
		{"no source", map[string]string{"live/app/terragrunt.hcl": hcl}, ""},
		{"another source", map[string]string{"live/app/terragrunt.hcl": hcl, "live/app/main.tf": strings.Replace(main, `"web"`, `"other"`, 1)}, ""},
		{"the source in terragrunt's cache", map[string]string{"live/app/terragrunt.hcl": hcl, "live/app/.terragrunt-cache/a/b/main.tf": main, "live/app/.terragrunt-cache/a/b/.terraform/x": ""}, ""},
		{"inputs of a file above", map[string]string{"live/app/terragrunt.hcl": `include "root" { path = find_in_parent_folders("root.hcl") }`, "root.hcl": hcl, "live/app/main.tf": main}, ""},
		{"a mock that is the id of another group", map[string]string{"live/app/terragrunt.hcl": hcl}, other},
		{"the same with a source", map[string]string{"live/app/terragrunt.hcl": hcl, "live/app/main.tf": main}, other},
		{"units that depend on each other", map[string]string{"live/app/terragrunt.hcl": hcl, "live/app/main.tf": main, "live/network/terragrunt.hcl": `dependency "app" { config_path = "../app" }
inputs = { x = dependency.app.outputs.x }`}, ""},
	} {
		t.Run(c.about, func(t *testing.T) {
			files := map[string]string{"live/network/terragrunt.hcl": "", "plans/live/network/tfplan.json": network, "plans/live/app/tfplan.json": plan}
			maps.Copy(files, c.files)
			for name, text := range files {
				if c.mock != "" {
					files[name] = strings.ReplaceAll(text, "sg-12345678", c.mock)
				}
			}
			repository(t, files)
			one := known(t, filepath.Join("plans", "live", "network"))
			for about, o := range map[string]driver.Options{
				"all": {Stacks: within(t, nil, "plans")}, "one in its network": {Stacks: within(t, one, filepath.Join("plans", "live", "app")), Context: one},
			} {
				report := analyze(t, o)
				if diff := cmp.Diff(want, proven(report, apps)); diff != "" {
					t.Errorf("%s: %s", about, diff)
				}
				if len(report.Questions) != 0 {
					t.Errorf("%s: questions %v", about, report.Questions)
				}
			}
		})
	}
}

// bastion is the id of the network's group that is not the servers'.
func bastion(t *testing.T) string {
	t.Helper()
	id, ok := known(t, filepath.Join(stacksAt, "network", "network.tfstate"))[0].After.Resource("aws_security_group.bastion").Get("id").AsString().Known()
	if !ok {
		t.Fatal("the network has no other group")
	}
	return id
}

// TestMocksAlone: mocks are no facts, however true they look, and join nothing
// that has the same ids (U-13).
func TestMocksAlone(t *testing.T) {
	const main = `
provider "aws" { region = "eu-west-1" }
variable "vpc_id" { type = string }
variable "cidr" { type = string }
variable "subnets" { type = list(string) }
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = var.vpc_id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [var.cidr]
  }
}
resource "aws_instance" "web" {
  count                       = length(var.subnets)
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "t3.micro"
  associate_public_ip_address = true
  subnet_id                   = var.subnets[count.index]
  vpc_security_group_ids      = [aws_security_group.app.id]
  metadata_options { http_tokens = "required" }
  root_block_device { encrypted = true }
}
`
	const hcl = `dependency "network" {
  config_path  = "../network"
  mock_outputs = { vpc_id = "vpc-0aaa1111bbb2222cc", cidr = "0.0.0.0/0", subnets = ["subnet-0aaa1111bbb2222cc"] }
}
inputs = { vpc_id = dependency.network.outputs.vpc_id, cidr = dependency.network.outputs.cidr, subnets = dependency.network.outputs.subnets }
`
	repository(t, map[string]string{"live/app/terragrunt.hcl": hcl, "live/app/main.tf": main, "elsewhere.json": network})
	for about, others := range map[string][]*tf.Stack{"alone": nil, "beside another network": {parse(t, "elsewhere", network)}} {
		report := analyze(t, driver.Options{Stacks: within(t, others, "live/app"), Context: others})
		for _, f := range report.Findings {
			if f.Verdict == analyzer.Violation {
				t.Errorf("%s: %s is proven of %s", about, f.Check.ID, f.Subjects[0].Address)
			}
		}
		if len(report.Questions) == 0 || len(report.Questions) > 2 {
			t.Errorf("%s: questions %v", about, report.Questions)
		}
		for _, q := range report.Questions {
			if !strings.Contains(q.Text, "dependency.network.outputs.") || !strings.Contains(q.Settle, "--context") {
				t.Errorf("%s: the question does not name the dependency: %+v", about, q)
			}
		}
		if code := triage.ExitCode(report, triage.Defaults()); code != 0 {
			t.Errorf("%s: exit code %d", about, code)
		}
		if !slices.ContainsFunc(report.Assumptions, func(a analyzer.StackAssumption) bool { return a.ID == "mocks:dependency.network" }) {
			t.Errorf("%s: it is not said that the mocks do not count", about)
		}
	}
}

// TestInstancesOfMocks: an instance that a mock makes may not be there (U-12,
// U-13); one for each element of a mock is.
func TestInstancesOfMocks(t *testing.T) {
	plan := func(repeat, key string) string {
		return `{"format_version": "1.2", "terraform_version": "1.11.4", "variables": {"create": {"value": true}, "list": {"value": ["a"]}}, "resource_changes": [
	{"address": ` + strconv.Quote("aws_ebs_volume.v["+key+"]") + `, "mode": "managed", "type": "aws_ebs_volume", "name": "v", "index": ` + key + `, "change": {"actions": ["create"], "before": null,
		"after": {"availability_zone": "eu-west-1a", "encrypted": false, "size": 1}, "after_unknown": {"id": true}}}
], "configuration": {"root_module": {"resources": [
	{"address": "aws_ebs_volume.v", "mode": "managed", "type": "aws_ebs_volume", "name": "v", "provider_config_key": "aws", "expressions": {"availability_zone": {"constant_value": "eu-west-1a"},
		"encrypted": {"constant_value": false}, "size": {"constant_value": 1}}, "` + repeat + `_expression": {"references": ["var.create"]}}
]}}}`
	}
	for _, c := range []struct {
		expression, repeat, key string
		want                    analyzer.Verdict
	}{
		{"var.create ? 1 : 0", "count", "0", analyzer.Undetermined},
		{"length(var.list)", "count", "0", analyzer.Violation},
		{"1", "count", "0", analyzer.Violation},
		{"toset(var.list)", "for_each", `"a"`, analyzer.Undetermined},
		{"{ for i, e in var.list : i => e }", "for_each", `"0"`, analyzer.Violation},
	} {
		repository(t, map[string]string{
			"live/app/terragrunt.hcl": `dependency "d" {
  config_path  = "../d"
  mock_outputs = { create = true, list = ["a"] }
}
inputs = { create = dependency.d.outputs.create, list = dependency.d.outputs.list }
`,
			"live/app/main.tf": `variable "create" { type = bool }
variable "list" { type = list(string) }
resource "aws_ebs_volume" "v" {
  ` + c.repeat + ` = ` + c.expression + `
  availability_zone = "eu-west-1a"
  encrypted         = false
  size              = 1
}
`,
			"live/app/plan.json": plan(c.repeat, c.key),
		})
		report := analyze(t, driver.Options{Stacks: within(t, nil, filepath.Join("live", "app", "plan.json"))})
		if len(report.Findings) != 1 || report.Findings[0].Verdict != c.want {
			t.Errorf("%s = %s: %+v, want one finding that is %s", c.repeat, c.expression, report.Findings, c.want)
		}
	}
}

// TestModesAgreeOnMocks: a unit with modules, locals, a dynamic block and links
// between its resources says the same as a folder, and as a plan of either kind
// with and without its source; alone nothing is proven of it. A plan in JSON
// alone shows no locals, with or without mocks (U-1): it asks instead.
func TestModesAgreeOnMocks(t *testing.T) {
	network := known(t, filepath.Join(stacksAt, "network", "network.tfstate"))
	files := map[string]string{}
	for name, from := range map[string][]string{
		"terragrunt.hcl": {"terragrunt.hcl"}, "main.tf": {"main.tf"}, "modules/server/main.tf": {"modules", "server", "main.tf"}, "plan.json": {"plan.json"}, "tfplan": {"tfplan"},
	} {
		files[name] = fixture(t, append([]string{"app-mocks"}, from...)...)
	}
	root := fixture(t, "root.hcl")
	servers := func(s string) bool { return strings.HasSuffix(s, ".web") }
	var want []string
	for _, c := range []struct {
		about string
		names []string
		path  string
	}{
		{"folder", []string{"main.tf", "modules/server/main.tf"}, ""},
		{"plan with source", []string{"main.tf", "modules/server/main.tf", "plan.json"}, "plan.json"},
		{"plan", []string{"plan.json"}, "plan.json"},
		{"binary plan with source", []string{"main.tf", "modules/server/main.tf", "tfplan"}, "tfplan"},
		{"binary plan", []string{"tfplan"}, "tfplan"},
	} {
		t.Run(c.about, func(t *testing.T) {
			written := map[string]string{"stacks/root.hcl": root, "stacks/app/terragrunt.hcl": files["terragrunt.hcl"]}
			for _, name := range c.names {
				written["stacks/app/"+name] = files[name]
			}
			repository(t, written)
			path := filepath.Join("stacks", "app", c.path)
			alone := analyze(t, driver.Options{Stacks: within(t, nil, path)})
			if found := proven(alone, func(string) bool { return true }); len(found) > 0 {
				t.Errorf("alone: %q", found)
			}
			if len(alone.Questions) == 0 {
				t.Error("alone: no questions")
			}
			with := analyze(t, driver.Options{Stacks: within(t, network, path), Context: network})
			got := proven(with, servers)
			if want == nil {
				want = got
			}
			if c.about == "plan" {
				if len(with.Questions) == 0 || len(got) > 0 {
					t.Errorf("in its network: %q, and questions %v", got, with.Questions)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" || len(want) != 6 {
				t.Errorf("in its network: %q; %s", got, diff)
			}
			for _, q := range with.Questions {
				t.Errorf("in its network: question %s", q.Text)
			}
		})
	}
}

// TestChainOfUnits: what a unit hands on is what it gets itself.
func TestChainOfUnits(t *testing.T) {
	pass := func(from string) string {
		return `dependency "d" {
  config_path  = "../` + from + `"
  mock_outputs = { subnet = "subnet-mock", group = "sg-mock" }
}
inputs = { subnet = dependency.d.outputs.subnet, group = dependency.d.outputs.group }
`
	}
	const passing = `
variable "subnet" { type = string }
variable "group" { type = string }
output "subnet" { value = var.subnet }
output "group" { value = var.group }
`
	repository(t, map[string]string{
		"live/network/main.tf": strings.ReplaceAll(fixture(t, "network", "main.tf"), `output "vpc_id"`, `output "subnet" { value = aws_subnet.public[0].id }
output "group" { value = aws_security_group.bastion.id }
output "vpc_id"`),
		"live/network/terragrunt.hcl": "",
		"live/b/main.tf":              passing, "live/b/terragrunt.hcl": pass("network"),
		"live/a/main.tf": passing, "live/a/terragrunt.hcl": pass("b"),
		"live/app/terragrunt.hcl": pass("a"),
		"live/app/main.tf": `
variable "subnet" { type = string }
variable "group" { type = string }
provider "aws" { region = "eu-west-1" }
resource "aws_instance" "web" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = var.subnet
  vpc_security_group_ids = [var.group]
  metadata_options { http_tokens = "required" }
  root_block_device { encrypted = true }
}
`,
	})
	through := []string{"live/a", "live/b", "live/network"}
	asked := &input.Asked{}
	o := input.Options{Wanted: aws.Types, Asked: asked}
	app, err := input.Open(context.Background(), []string{"live/app"}, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Known, o.NoSource, o.Beside = true, true, app
	others, err := input.Open(context.Background(), through, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := asked.Evaluate(context.Background(), app, others, stack.Answers); err != nil {
		t.Fatal(err)
	}
	for about, o := range map[string]driver.Options{
		"together": {Stacks: within(t, nil, append([]string{"live/app"}, through...)...)}, "in the context of the others": {Stacks: app, Context: others},
	} {
		report := analyze(t, o)
		got := proven(report, func(s string) bool { return strings.HasSuffix(s, "aws_instance.web") })
		if len(got) != 1 || !strings.Contains(got[0], "internet-reaches-admin-port") {
			t.Errorf("%s: found %q, want that everyone reaches the instance", about, got)
		}
	}
}
