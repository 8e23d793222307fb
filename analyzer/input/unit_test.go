package input

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
)

const variable = "variable \"c\" {\n  type = string\n}\nresource \"aws_vpc\" \"a\" {\n  cidr_block = var.c\n}\n"

// A unit is evaluated with its inputs, wherever its root module lies.
func TestUnits(t *testing.T) {
	const source = `terraform { source = "../../modules//net" }`
	const inputs = "\n" + `inputs = { c = "10.1.0.0/16" }`
	for _, c := range []struct {
		about string
		files map[string]string
		want  string // the address range, or a part of the error
		diag  string
	}{
		{"in its folder", map[string]string{"live/app/terragrunt.hcl": inputs, "live/app/main.tf": variable}, "10.1.0.0/16", ""},
		{"in the repository", map[string]string{"live/app/terragrunt.hcl": source + inputs, "modules/net/main.tf": variable}, "10.1.0.0/16", ""},
		{"with values of its own", map[string]string{"live/app/terragrunt.hcl": inputs, "live/app/main.tf": variable, "live/app/terraform.tfvars": `c = "10.2.0.0/16"`}, "10.2.0.0/16", ""},
		{"in the cache", map[string]string{"live/app/terragrunt.hcl": `terraform { source = "git::https://example.com/net.git" }` + inputs,
			"live/app/.terragrunt-cache/a/b/main.tf": variable, "live/app/.terragrunt-cache/a/b/.terraform/x": ""}, "10.1.0.0/16", ""},
		{"files beside the source", map[string]string{"live/app/terragrunt.hcl": source + inputs, "modules/net/main.tf": variable, "live/app/extra.tf": ""}, "10.1.0.0/16", "the unit has files of its own beside its source"},
		{"elsewhere", map[string]string{"live/app/terragrunt.hcl": `terraform { source = "git::https://example.com/net.git" }`}, "git::https://example.com/net.git, is not here; run `terragrunt init`", ""},
		{"nowhere", map[string]string{"live/app/terragrunt.hcl": inputs}, "the unit has no configuration", ""},
		{"an input that takes a program", map[string]string{"live/app/terragrunt.hcl": `inputs = { c = run_cmd("false") }`, "live/app/main.tf": variable}, "", "the input c of terragrunt is not known"},
		{"an input that nothing uses", map[string]string{"live/app/terragrunt.hcl": `inputs = { c = "10.1.0.0/16", d = run_cmd("false") }`, "live/app/main.tf": variable}, "10.1.0.0/16", ""},
		{"an input that does not fit", map[string]string{"live/app/terragrunt.hcl": `inputs = { c = [] }`, "live/app/main.tf": variable}, "", "the value of var.c does not fit its type"},
		{"a file above that is broken", map[string]string{"live/app/terragrunt.hcl": "include \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\n" + inputs, "root.hcl": "inputs = {", "live/app/main.tf": variable}, "10.1.0.0/16", "invalid unit: "},
		{"a file that is broken", map[string]string{"live/app/terragrunt.hcl": `inputs = {`, "live/app/main.tf": variable}, "", "invalid unit: "},
	} {
		t.Run(c.about, func(t *testing.T) {
			root := write(t, c.files)
			stacks, err := Open(context.Background(), []string{filepath.Join(root, "live", "app")}, Options{Wanted: vpcs{}})
			if err != nil {
				if c.want == "" || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error %v, want %q", err, c.want)
				}
				return
			}
			s := stacks[0]
			if got := cidr(s.After, "aws_vpc.a"); got != c.want || s.Name != "live/app" {
				t.Errorf("the range is %q of %s, want %q", got, s.Name, c.want)
			}
			said := c.diag == "" && len(s.Diagnostics) == 0
			for _, d := range s.Diagnostics {
				said = said || c.diag != "" && strings.HasPrefix(d.Summary, c.diag)
			}
			if !said {
				t.Errorf("diagnostics %v, want %q", s.Diagnostics, c.diag)
			}
		})
	}
}

// The environment gives what the unit does not decide.
func TestUnitEnvironment(t *testing.T) {
	root := write(t, map[string]string{"live/app/terragrunt.hcl": `inputs = { c = "10.1.0.0/16" }`, "live/app/main.tf": variable})
	stacks, err := Open(context.Background(), []string{filepath.Join(root, "live", "app")}, Options{Wanted: vpcs{}, Environment: map[string]string{"c": "10.3.0.0/16"}})
	if err != nil || cidr(stacks[0].After, "aws_vpc.a") != "10.3.0.0/16" {
		t.Errorf("the range is %s: %v", cidr(stacks[0].After, "aws_vpc.a"), err)
	}
}

// A revision of a unit has the inputs and the source that it had.
func TestUnitRevision(t *testing.T) {
	root := repo(t, map[string]string{
		"live/app/terragrunt.hcl": "terraform {\n  source = \"../../modules/a\"\n}\ninputs = { c = \"10.1.0.0/16\" }\n",
		"modules/a/main.tf":       variable, "modules/b/main.tf": variable + vpc("b"),
	})
	change(t, root, "live/app/terragrunt.hcl", "terraform {\n  source = \"../../modules/b\"\n}\ninputs = { c = \"10.2.0.0/16\" }\n")
	s, err := compared(t, filepath.Join(root, "live", "app"), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if cidr(s.Before, "aws_vpc.a") != "10.1.0.0/16" || cidr(s.After, "aws_vpc.a") != "10.2.0.0/16" || cidr(s.Before, "aws_vpc.b") != "none" {
		t.Errorf("before %s, after %s", cidr(s.Before, "aws_vpc.a"), cidr(s.After, "aws_vpc.a"))
	}
	change(t, root, "live/app/terragrunt.hcl", "inputs = { c = \"10.2.0.0/16\" }\nterraform {\n  source = \"git::https://example.com/b.git\"\n}\n")
	change(t, root, "live/app/.terragrunt-cache/a/b/main.tf", variable)
	change(t, root, "live/app/.terragrunt-cache/a/b/.terraform/x", "")
	if _, err := compared(t, filepath.Join(root, "live", "app"), "HEAD"); err == nil || !strings.Contains(err.Error(), "compare the plans of both") {
		t.Errorf("a source from elsewhere: %v", err)
	}
}

// What a plan is told of its mocks is that of its unit, wherever the plan lies.
func TestPlansOfUnits(t *testing.T) {
	mocked := strings.Replace(plan, `"resource_changes"`, `"variables":{"c":{"value":"10.0.0.0/16"}},"resource_changes"`, 1)
	const hcl = "dependency \"d\" {\n  config_path  = \"../d\"\n  mock_outputs = { c = \"10.0.0.0/16\" }\n}\ninputs = { c = dependency.d.outputs.c }\n"
	for _, path := range []string{"live/app/plan.json", "live/app/.terragrunt-cache/a/b/plan.json", "plans/live/app/tfplan.json", "plans/elsewhere/tfplan.json"} {
		root := write(t, map[string]string{"live/app/terragrunt.hcl": hcl, path: mocked})
		for _, o := range []Options{{Wanted: vpcs{}}, {Wanted: vpcs{}, NoSource: true, Known: true}, {Wanted: vpcs{}, NoSource: true}} {
			stacks, err := Open(context.Background(), []string{filepath.Join(root, path)}, o)
			if err != nil {
				t.Fatal(err)
			}
			mock := path != "plans/elsewhere/tfplan.json" && (!o.NoSource || o.Known)
			v := stacks[0].After.Resource("aws_vpc.a").Get("cidr_block")
			said := len(stacks[0].Assumptions) == 1 && stacks[0].Assumptions[0].ID == "mocks:dependency.d"
			if v.IsUnknown() != mock || said != mock {
				t.Errorf("%s, %+v: the range is %+v, said: %t", path, o, v, said)
			}
		}
	}
}
