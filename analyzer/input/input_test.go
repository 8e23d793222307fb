package input

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// vpcs keeps VPCs only.
type vpcs struct{}

func (vpcs) Keep(typ string) (map[string]bool, bool) { return nil, typ == "aws_vpc" }
func (vpcs) Identity(string, string) bool            { return false }
func (vpcs) Targets(string, string) []string         { return nil }

const plan = `{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[
{"address":"aws_vpc.a","mode":"managed","type":"aws_vpc","name":"a","change":{"actions":["create"],"before":null,"after":{"cidr_block":"10.0.0.0/16"},"after_unknown":{"id":true}}}]}
`

const state = `{"version":4,"terraform_version":"1.5.0","serial":1,"lineage":"x","resources":[{"mode":"managed","type":"aws_vpc","name":"a","instances":[{"attributes":{"id":"vpc-1"}}]}]}`

// inUTF16 writes a text as PowerShell does.
func inUTF16(text string, order binary.AppendByteOrder) string {
	b := order.AppendUint16(nil, 0xFEFF)
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// write lays files out in a folder that is a repository.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	return root
}

// The kind of an input is told from its content, never its name.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kind       tf.InputKind
	}{
		{"a plan", plan, tf.PlanInput},
		{"a state", state, tf.StateInput},
		{"a byte-order mark", "\uFEFF" + plan, tf.PlanInput},
		{"UTF-16, little endian", inUTF16(plan, binary.LittleEndian), tf.PlanInput},
		{"UTF-16, big endian", inUTF16(state, binary.BigEndian), tf.StateInput},
		{"a wrapper's lines before it", "Initializing...\n[INFO] done {ok}\n" + plan, tf.PlanInput},
		{"Windows lines before it", "Initializing...\r\n" + plan, tf.PlanInput},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(write(t, map[string]string{"whatever": c.text}), "whatever")
			stacks, err := Open(context.Background(), []string{file}, Options{Wanted: vpcs{}})
			if err != nil {
				t.Fatal(err)
			}
			if len(stacks) != 1 || stacks[0].Kind != c.kind || stacks[0].After.Resource("aws_vpc.a") == nil || len(stacks[0].Diagnostics) != 0 {
				t.Errorf("stack %+v", stacks[0])
			}
			if stacks, err = Open(context.Background(), []string{"-"}, Options{Wanted: vpcs{}, Stdin: strings.NewReader(c.text)}); err != nil || stacks[0].Kind != c.kind {
				t.Errorf("from standard input: %v", err)
			}
		})
	}
}

// Each bad input gets one error with its path and what to do.
func TestErrors(t *testing.T) {
	root := write(t, map[string]string{
		"tfplan":           "PK\x03\x04rest",
		"word.docx":        string(zipOf(t, map[string]string{"word/document.xml": "<w/>"})),
		"newer":            string(zipOf(t, map[string]string{"tfplan": "\x08\x04\x72\x061.99.0"})),
		"sealed":           string(zipOf(t, map[string]string{"tfplan": `{"encrypted_data":"AAAA"}`})),
		"empty/readme.md":  "",
		"text":             "No changes. Your infrastructure matches the configuration.\n",
		"log":              `{"@level":"info"}` + "\n" + `{"@level":"info"}` + "\n",
		"nothing":          "",
		"encrypted":        `{"encrypted_data":"AAAA"}`,
		"two/a/plan.json":  plan,
		"two/.git/ignored": "",
		"odd-utf16":        "\xff\xfe{",
		"web/package.json": `{"name":"web"}`,
	})
	for path, want := range map[string]string{
		"missing":   "there is no such file",
		"tfplan":    "the input is a zip that is cut off or damaged",
		"word.docx": "the input is a zip, but no plan: it holds no entry named tfplan",
		"newer":     "the binary plan has version 4 of the format, and only 3 is known",
		"sealed":    "the input is encrypted by OpenTofu",
		"empty":     "the folder holds neither plans nor a configuration",
		"text":      "the input is not JSON",
		"log":       "the input is a log, not a plan",
		"nothing":   "the input is empty",
		"encrypted": "the input is encrypted by OpenTofu",
		"web":       "the folder holds neither plans nor a configuration",
		"odd-utf16": "the input is empty",
	} {
		t.Run(path, func(t *testing.T) {
			file := filepath.Join(root, filepath.FromSlash(path))
			_, err := Open(context.Background(), []string{file}, Options{Wanted: vpcs{}})
			var known *Error
			if !errors.As(err, &known) || known.Path != file || known.Summary != want || known.Detail == "" {
				t.Errorf("error %v, want %q", err, want)
			}
		})
	}
	same := filepath.Join(root, "two", "a", "plan.json")
	if _, err := Open(context.Background(), []string{same, same}, Options{Wanted: vpcs{}}); err == nil || !strings.Contains(err.Error(), "other=") {
		t.Errorf("two stacks of one name: %v", err)
	}
}

// zipOf is a zip with these entries.
func zipOf(t *testing.T, entries map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range entries {
		e, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A binary plan is read from a file whatever its name, from standard input,
// and from a folder of plans, there without what is shown of it in JSON.
func TestBinaryPlans(t *testing.T) {
	text := string(zipOf(t, map[string]string{"tfplan": "\x08\x03\x72\x061.11.4"}))
	root := write(t, map[string]string{
		"any.name":         text,
		"plans/prod.out":   text,
		"plans/prod.json":  plan,
		"plans/tfplan":     text,
		"plans/plan.json":  plan,
		"plans/other.json": plan,
		"plans/notes.txt":  "not a plan",
		"plans/word.docx":  string(zipOf(t, map[string]string{"word/document.xml": "<w/>"})),
	})
	at := func(path string) string { return filepath.Join(root, filepath.FromSlash(path)) }
	for argument, want := range map[string]string{
		at("any.name"): ". binary-plan 1.11.4",
		"-":            ". binary-plan 1.11.4",
		at("plans"):    "other plan 1.11.4, prod binary-plan 1.11.4, tfplan binary-plan 1.11.4",
	} {
		if argument == "-" {
			t.Chdir(root)
		}
		stacks, err := Open(context.Background(), []string{argument}, Options{Wanted: vpcs{}, Stdin: strings.NewReader(text)})
		if err != nil {
			t.Errorf("%s: %v", argument, err)
			continue
		}
		var got []string
		for _, s := range stacks {
			got = append(got, s.Name+" "+string(s.Kind)+" "+s.TerraformVersion)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", argument, got, want)
		}
	}
}

// The source inside a binary plan is shown where it lies in the repository if
// it is there as it was, else as inside the plan; a module beside the root
// module too.
func TestPlacesOfBinaryPlans(t *testing.T) {
	const main = "module \"net\" {\n  source = \"../net\"\n}\n"
	const net = "\nresource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n"
	// A change that creates module.net.aws_vpc.a with a cidr_block.
	change := "\x6a\x14module.net.aws_vpc.a" + "\x4a\x24" + "\x08\x01" + "\x12\x20\x0a\x1e" + "\x82\xa2id\xd4\x00\x00\xaacidr_block\xab10.0.0.0/16"
	plan := string(zipOf(t, map[string]string{
		"tfplan":                 "\x08\x03" + "\x1a" + string(rune(len(change))) + change + "\x72\x061.11.4",
		"tfconfig/modules.json":  `[{"Key":"","Dir":"."},{"Key":"net","Source":"../net","Dir":"../net"}]`,
		"tfconfig/m-/main.tf":    main,
		"tfconfig/m-net/main.tf": net,
	}))
	root := write(t, map[string]string{
		"live/prod/main.tf": main, "live/net/main.tf": net, "live/prod/tfplan": plan,
		"other/main.tf": main + "# changed since\n", "other/tfplan": plan,
		"plans/prod.tfplan": plan,
	})
	t.Chdir(root)
	for path, want := range map[string]string{
		"live/prod/tfplan":  "live/net/main.tf:3:3",
		"other/tfplan":      "other/tfplan/net/main.tf:3:3",
		"plans/prod.tfplan": "plans/prod.tfplan/net/main.tf:3:3",
		"-":                 "plan/net/main.tf:3:3",
	} {
		stacks, err := Open(context.Background(), []string{path}, Options{Wanted: vpcs{}, Stdin: strings.NewReader(plan)})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		r := stacks[0].After.Resource("module.net.aws_vpc.a")
		if l, ok := stacks[0].Source.Locate(r, "cidr_block"); !ok || l.Range.String() != want {
			t.Errorf("%s: %v %v, want %s", path, l.Range, ok, want)
		}
	}
}

// A source that a plan cannot have been made from makes no link exact, which
// is said.
func TestSourceOfAnotherPlan(t *testing.T) {
	plan, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "shop", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	main, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "shop", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		old, new string
		agrees   bool
	}{
		"as it was":          {"", "", true},
		"another literal":    {`"10.20.0.0/16"`, `"10.21.0.0/16"`, false},
		"another reference":  {"route_table_id = aws_route_table.public.id", "route_table_id = aws_route_table.private.id", false},
		"a block less":       {`resource "aws_lb" "web"`, `resource "aws_lb" "renamed"`, false},
		"another expression": {"cidrsubnet(", "cidrsubnet(aws_vpc.main.cidr_block == \"\" ? \"\" : ", true},
	} {
		text := string(main)
		if !strings.Contains(text, c.old) {
			continue
		}
		root := write(t, map[string]string{"plan.json": string(plan), "main.tf": strings.ReplaceAll(text, c.old, c.new)})
		stacks, err := Open(context.Background(), []string{filepath.Join(root, "plan.json")}, Options{Wanted: aws.Types})
		if err != nil {
			t.Fatal(err)
		}
		agrees := true
		for _, d := range stacks[0].Diagnostics {
			agrees = agrees && d.Summary != "the configuration beside the plan is not the one that it was made from"
		}
		if agrees != c.agrees {
			t.Errorf("%s: agrees %t, want %t: %v", name, agrees, c.agrees, stacks[0].Diagnostics)
		}
	}
}

// Stacks are named as CONTRACT says.
func TestNames(t *testing.T) {
	root := write(t, map[string]string{
		"live/net/plan.json": plan,
		"live/net/main.tf":   `resource "aws_vpc" "a" {}`,
		"plans/a.json":       plan,
		"plans/report.json":  `{"format_version_of":"something else"}`,
		"plans/b.json":       plan,
		"one/only.json":      plan,
		"odd=name/plan.json": plan,
		"plan.json":          plan,
	})
	at := func(path string) string { return filepath.Join(root, filepath.FromSlash(path)) }
	for _, c := range []struct {
		argument string
		names    string
	}{
		{at("live/net/plan.json"), "live/net"},
		{"prod=" + at("live/net/plan.json"), "prod"},
		{at("plans"), "a b"},
		{at("one"), "one"},
		{at("odd=name/plan.json"), "odd=name"},
		{at("plan.json"), "."},
	} {
		stacks, err := Open(context.Background(), []string{c.argument}, Options{Wanted: vpcs{}})
		if err != nil {
			t.Errorf("%s: %v", c.argument, err)
			continue
		}
		var names []string
		for _, s := range stacks {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != c.names {
			t.Errorf("%s is named %q, want %q", c.argument, got, c.names)
		}
	}
	stacks, err := Open(context.Background(), []string{at("live/net/plan.json")}, Options{Wanted: vpcs{}})
	if err != nil || stacks[0].Source == nil {
		t.Errorf("the source beside the plan was not found: %v", err)
	}
	stacks, err = Open(context.Background(), []string{at("live/net/plan.json")}, Options{Wanted: vpcs{}, NoSource: true})
	if err != nil || stacks[0].Source != nil {
		t.Errorf("the source was read although it should not be: %v", err)
	}
}

// A folder with a configuration, and a file of one, is read as configuration.
func TestConfigurations(t *testing.T) {
	root := write(t, map[string]string{
		"live/main.tf":     "variable \"cidr\" {}\nresource \"aws_vpc\" \"a\" {\n  cidr_block = var.cidr\n}",
		"live/plan.json":   plan,
		"live/prod.tfvars": `cidr = "10.2.0.0/16"`,
		"tofu/a.tofu":      `resource "aws_vpc" "a" {}`,
		"json/a.tf.json":   `{"resource":{"aws_vpc":{"a":{}}}}`,
	})
	for _, path := range []string{"live", "live/main.tf", "tofu", "tofu/a.tofu", "json"} {
		options := Options{Wanted: vpcs{}, Variables: []Variable{{Name: "cidr", Value: "10.1.0.0/16"}, {File: filepath.Join(root, "live", "prod.tfvars")}}}
		stacks, err := Open(context.Background(), []string{filepath.Join(root, path)}, options)
		if err != nil {
			t.Fatal(err)
		}
		s := stacks[0]
		r := s.After.Resource("aws_vpc.a")
		if s.Kind != tf.ConfigurationInput || s.Name != strings.Split(path, "/")[0] || r == nil || s.Source == nil {
			t.Fatalf("%s: %+v", path, s)
		}
		if cidr, _ := r.Get("cidr_block").AsString().Known(); s.Name == "live" && cidr != "10.2.0.0/16" {
			t.Errorf("%s: the later value does not win: %q", path, cidr)
		}
	}
}

// Without a repository around it, a configuration lies as far up as its modules
// do; a module that no folder can hold is outside.
func TestModulesAbove(t *testing.T) {
	root := write(t, map[string]string{
		"a/live/prod/main.tf": "module \"net\" {\n  source = \"../../net\"\n}\nmodule \"no\" {\n  source = \"" + strings.Repeat("../", 30) + "no\"\n}\n",
		"b/live/prod/main.tf": "module \"net\" {\n  source = \"../../net\"\n}\n",
		"a/net/main.tf":       "module \"vpc\" {\n  source = \"../../vpc\"\n}\n",
		"b/net/main.tf":       "module \"vpc\" {\n  source = \"../../vpc\"\n}\n",
		"vpc/main.tf":         "resource \"aws_vpc\" \"a\" {}\n",
	})
	if err := os.Remove(filepath.Join(root, ".git")); err != nil {
		t.Fatal(err)
	}
	stacks, err := Open(context.Background(), []string{filepath.Join(root, "a/live/prod"), filepath.Join(root, "b/live/prod")}, Options{Wanted: vpcs{}})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := stacks[0], stacks[1]; len(a.Diagnostics) == 0 || !strings.Contains(a.Diagnostics[len(a.Diagnostics)-1].Summary, "module.no lies outside") || b.After.Resource("module.net.module.vpc.aws_vpc.a") == nil || len(b.Diagnostics) > 0 || b.Name != "b/live/prod" {
		t.Errorf("a: %v, b: %s, %v", a.Diagnostics, b.Name, b.Diagnostics)
	}
}

// Stacks that lie in one folder are told apart by their files, those that are
// known only from those that are judged.
func TestNamesInOneFolder(t *testing.T) {
	root := write(t, map[string]string{"a.json": plan, "b.json": plan, "network.json": `{"tfcheck_context": "1.0", "stack": "live/net", "made_from": "state", "resources": [], "outputs": {}}`})
	at := func(name string) string { return filepath.Join(root, name) }
	judged, err := Open(context.Background(), []string{at("a.json"), at("b.json")}, Options{Wanted: vpcs{}})
	if err != nil || judged[0].Name != "a" || judged[1].Name != "b" {
		t.Fatalf("stacks %v: %v", judged, err)
	}
	if judged, err = Open(context.Background(), []string{at("a.json")}, Options{Wanted: vpcs{}}); err != nil || judged[0].Name != "." {
		t.Fatalf("stacks %v: %v", judged, err)
	}
	known, err := Open(context.Background(), []string{at("b.json"), at("network.json")}, Options{Wanted: vpcs{}, Known: true, Beside: judged})
	if err != nil || known[0].Name != "b" || known[1].Name != "live/net" || known[1].Kind != tf.StateInput {
		t.Fatalf("known %v: %v", known, err)
	}
	if _, err := Open(context.Background(), []string{at("network.json")}, Options{Wanted: vpcs{}}); err == nil || !strings.Contains(err.Error(), "--context") {
		t.Errorf("an extract to be checked: %v", err)
	}
	named, err := Open(context.Background(), []string{"net=" + at("network.json")}, Options{Wanted: vpcs{}, Known: true})
	if err != nil || named[0].Name != "net" {
		t.Errorf("an extract with a name: %v", err)
	}
}

// Without a repository around them, folders are named as seen from the working
// directory.
func TestNamesWithoutARepository(t *testing.T) {
	t.Chdir(write(t, map[string]string{"stacks/a/plan.json": plan, "stacks/b/plan.json": plan}))
	stacks, err := Open(context.Background(), []string{filepath.Join("stacks", "a"), filepath.Join("stacks", "b")}, Options{Wanted: vpcs{}})
	if err != nil || stacks[0].Name != "stacks/a" || stacks[1].Name != "stacks/b" {
		t.Fatalf("stacks %v: %v", stacks, err)
	}
}

// A folder that cannot be read may hold the plan of a unit: the others are not
// taken for all there are.
func TestUnreadableFolderOfPlans(t *testing.T) {
	root := write(t, map[string]string{"plans/app/tfplan.json": plan, "plans/db/tfplan.json": plan})
	locked := filepath.Join(root, "plans", "db")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(locked, 0o700) }()
	if _, err := os.ReadDir(locked); err == nil {
		t.Skip("this user reads everything")
	}
	var known *Error
	_, err := Open(context.Background(), []string{filepath.Join(root, "plans")}, Options{Wanted: vpcs{}})
	if !errors.As(err, &known) || known.Path != locked || !strings.Contains(known.Summary, "permission is denied") {
		t.Errorf("error %v", err)
	}
}

// A configuration of which nothing can be read is an error, one of which a part
// cannot says so.
func TestBrokenConfigurations(t *testing.T) {
	root := write(t, map[string]string{
		"broken/main.tf":          "resource \"aws_vpc\" {",
		"part/main.tf":            `resource "aws_vpc" "a" {}`,
		"part/other.tf":           "}",
		"values/main.tf":          `resource "aws_vpc" "a" {}`,
		"values/terraform.tfvars": "a = 1\nb = ",
		"folder/main.tf":          "resource \"aws_vpc\" \"a\" {}\nmodule \"m\" {\n  source = \"./nowhere\"\n}\n",
	})
	t.Chdir(root)
	var known *Error
	_, err := Open(context.Background(), []string{"broken"}, Options{Wanted: vpcs{}})
	if !errors.As(err, &known) || !strings.HasPrefix(known.Summary, "the configuration cannot be read: ") || !strings.HasPrefix(known.Path, "broken/main.tf:") {
		t.Errorf("error %v", err)
	}
	for folder, place := range map[string]string{"part": "part/other.tf:1:1", "values": "values/terraform.tfvars:2:5", "folder": "folder/main.tf:2:1"} {
		stacks, err := Open(context.Background(), []string{folder}, Options{Wanted: vpcs{}})
		if err != nil || len(stacks[0].Diagnostics) != 1 {
			t.Errorf("%s: %v: %v", folder, err, stacks)
			continue
		}
		if d := stacks[0].Diagnostics[0]; d.Severity != tf.Error || !d.Incomplete || d.Range.String() != place {
			t.Errorf("%s: %s %s", folder, d.Range, d.Summary)
		}
	}
}

// The plans that terragrunt writes, a folder for each unit, are one network
// whose stacks are named by the units.
func TestTerragruntPlans(t *testing.T) {
	root := write(t, map[string]string{
		"plans/net/tfplan.json":                     plan,
		"plans/apps/web/tfplan.json":                plan,
		"plans/apps/web/other.json":                 plan,
		"plans/.terragrunt-cache/x/tfplan.json":     plan,
		"one/live/net/tfplan.json":                  plan,
		"nothing/live/net/package.json":             "{}",
		"nothing/.terragrunt-cache/net/tfplan.json": plan,
	})
	names := func(argument string) string {
		stacks, err := Open(context.Background(), []string{argument}, Options{Wanted: vpcs{}})
		if err != nil {
			return err.Error()
		}
		var all []string
		for _, s := range stacks {
			all = append(all, s.Name)
		}
		return strings.Join(all, " ")
	}
	if got := names(filepath.Join(root, "plans")); got != "apps/web net" {
		t.Errorf("the stacks are %q", got)
	}
	if got := names("mine=" + filepath.Join(root, "one")); got != "mine" {
		t.Errorf("the one stack is %q", got)
	}
	if got := names(filepath.Join(root, "nothing")); !strings.Contains(got, "holds neither plans nor a configuration") {
		t.Errorf("a folder without plans: %s", got)
	}
}

// What terragrunt ran in its cache stands in the repository's own files where
// they are equal, and in the cache where they are not.
func TestTerragruntCache(t *testing.T) {
	const config = `resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }` + "\n"
	const cache = "live/app/.terragrunt-cache/h1/h2/"
	for _, c := range []struct {
		name, hcl, cached string
		files             map[string]string
		want              string
	}{
		{"a source in the repository", `source = "../../modules//net"`, "net/", map[string]string{"modules/net/main.tf": config}, "modules/net/main.tf"},
		{"from the repository's root", `source = "${get_repo_root()}//modules/net"`, "modules/net/", map[string]string{"modules/net/main.tf": config}, "modules/net/main.tf"},
		{"the module alone", `source = "${get_terragrunt_dir()}/../../modules/net"`, "", map[string]string{"modules/net/main.tf": config}, "modules/net/main.tf"},
		{"the unit's own file", "", "", map[string]string{"live/app/main.tf": config}, "live/app/main.tf"},
		{"changed since", `source = "../../modules//net"`, "net/", map[string]string{"modules/net/main.tf": config + "\n"}, cache + "net/main.tf"},
		{"out of the repository", `source = "../../../..//net"`, "net/", nil, cache + "net/main.tf"},
		{"from elsewhere", `source = "git::https://example.com/net.git"`, "", nil, cache + "main.tf"},
		{"initialised twice", "", "", map[string]string{"live/app/.terragrunt-cache/h3/h4/main.tf": config, "live/app/.terragrunt-cache/h3/h4/.terraform/x": ""}, ""},
		{"without a cache", "", "-", map[string]string{"live/app/main.tf": config}, "live/app/main.tf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"plans/live/app/tfplan.json": plan, "live/app/terragrunt.hcl": "terraform {\n  " + c.hcl + "\n}\n"}
			if c.cached != "-" {
				files[cache+c.cached+"main.tf"], files[cache+c.cached+".terraform/x"] = config, ""
			}
			for name, text := range c.files {
				files[name] = text
			}
			root := write(t, files)
			stacks, err := Open(context.Background(), []string{filepath.Join(root, "plans")}, Options{Wanted: vpcs{}})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if source := stacks[0].Source; source != nil {
				at, ok := source.Locate(stacks[0].After.Resource("aws_vpc.a"), "cidr_block")
				if !ok {
					t.Fatal("the resource is not found")
				}
				if got = at.Range.File; at.Block.File != got {
					t.Errorf("the block is in %s", at.Block.File)
				}
			}
			if got != c.want {
				t.Errorf("it stands in %q, want %q", got, c.want)
			}
		})
	}
}
