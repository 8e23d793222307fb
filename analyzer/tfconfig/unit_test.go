package tfconfig

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func unitOf(t *testing.T, files map[string]string) *Unit {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	u, _ := LoadUnitFS(Tree{FS: fsys}, "live/app", DefaultLimits())
	if u == nil {
		t.Fatal("there is no unit")
	}
	return u
}

// spelt is a value as the tests write it: identities by their address,
// unknowns as a question mark.
func spelt(v tf.Value) string {
	if s, ok := v.Symbol(); ok {
		return "<" + s.Address + ">"
	}
	switch v.Kind() {
	case tf.Null:
		return "null"
	case tf.Unknown:
		return "?"
	case tf.List:
		var all []string
		for _, e := range v.Elements() {
			all = append(all, spelt(e))
		}
		return "[" + strings.Join(all, " ") + "]"
	case tf.Object:
		var all []string
		for _, f := range v.Fields() {
			all = append(all, f.Name+"="+spelt(f.Value))
		}
		return "{" + strings.Join(all, " ") + "}"
	}
	text, _ := v.AsString().Known()
	return text
}

// TestUnitInputs evaluates what units hand to their root modules.
func TestUnitInputs(t *testing.T) {
	const network = `dependency "network" {
  config_path = "../network"
  mock_outputs = { vpc_id = "vpc-12345678", subnets = ["subnet-a", "subnet-b"], by = { a = { id = "x" } }, port = 5432 }
}
`
	for _, c := range []struct {
		about string
		files map[string]string
		want  map[string]string
	}{
		{"identities in the form of the mocks", map[string]string{"live/app/terragrunt.hcl": network + `inputs = {
  vpc     = dependency.network.outputs.vpc_id
  subnets = dependency.network.outputs.subnets
  first   = dependency.network.outputs.subnets[0]
  each    = [for s in dependency.network.outputs.subnets : s]
  id      = dependency.network.outputs.by["a"].id
  ids     = [for k, v in dependency.network.outputs.by : v.id]
  splat   = values(dependency.network.outputs.by)[*].id
  port    = dependency.network.outputs.port
  name    = "${dependency.network.outputs.vpc_id}-x"
  other   = dependency.network.outputs.other
  same    = dependency.network.outputs.other == dependency.network.outputs.vpc_id
  set     = dependency.network.outputs.vpc_id != ""
  literal = "0.0.0.0/0"
}`}, map[string]string{
			"vpc": "<dependency.network.outputs.vpc_id>", "subnets": "[<dependency.network.outputs.subnets[0]> <dependency.network.outputs.subnets[1]>]",
			"first": "<dependency.network.outputs.subnets[0]>", "each": "[<dependency.network.outputs.subnets[0]> <dependency.network.outputs.subnets[1]>]",
			"id": `<dependency.network.outputs.by["a"]["id"]>`, "ids": `[<dependency.network.outputs.by["a"]["id"]>]`, "splat": `[<dependency.network.outputs.by["a"]["id"]>]`,
			"port": "?", "name": "?", "other": "<dependency.network.outputs.other>", "same": "?", "set": "true", "literal": "0.0.0.0/0",
		}},
		{"all outputs", map[string]string{"live/app/terragrunt.hcl": network + `inputs = merge(dependency.network.outputs, { port = 1 })`}, map[string]string{
			"vpc_id": "<dependency.network.outputs.vpc_id>", "subnets": "[<dependency.network.outputs.subnets[0]> <dependency.network.outputs.subnets[1]>]",
			"by": `{a={id=<dependency.network.outputs.by["a"]["id"]>}}`, "port": "1",
		}},
		{"what would have to be run is unknown, and nothing else is", map[string]string{"live/app/terragrunt.hcl": `locals { secret = run_cmd("rm", "-rf", "/") }
inputs = { a = local.secret, b = get_env("HOME", "x"), c = not_a_function(), d = sops_decrypt_file("x"), e = [get_aws_account_id(), "e"], f = "f", g = feature.x.value, h = values.x }`},
			map[string]string{"a": "?", "b": "?", "c": "?", "d": "?", "e": "[? e]", "f": "f", "g": "?", "h": "?"}},
		{"a file above", map[string]string{
			"live/app/terragrunt.hcl": `include "root" { path = find_in_parent_folders("root.hcl") }
inputs = { b = "child", d = path_relative_to_include("root") }`,
			"root.hcl": `inputs = { a = "parent", b = "parent", c = path_relative_to_include() }`,
		}, map[string]string{"a": "parent", "b": "child", "c": "live/app", "d": "live/app"}},
		{"without a label, of the usual name", map[string]string{
			"live/app/terragrunt.hcl": `include { path = find_in_parent_folders() }
inputs = { b = include.locals.x }`,
			"live/terragrunt.hcl": `locals { x = "exposed" }
inputs = { a = "parent" }`,
		}, map[string]string{"a": "parent", "b": "exposed"}},
		{"merged deeply", map[string]string{
			"live/app/terragrunt.hcl": network + `include "root" {
  path           = find_in_parent_folders("root.hcl")
  merge_strategy = "deep"
}
inputs = { m = { b = "child", c = "child" }, l = ["child"] }`,
			"root.hcl": `inputs = { m = { a = "parent", b = "parent" }, l = ["parent"], vpc = dependency.network.outputs.vpc_id }`,
		}, map[string]string{"m": "{a=parent b=child c=child}", "l": "[parent child]", "vpc": "<dependency.network.outputs.vpc_id>"}},
		{"not merged", map[string]string{
			"live/app/terragrunt.hcl": `include "root" {
  path           = "../../root.hcl"
  expose         = true
  merge_strategy = "no_merge"
}
inputs = { region = include.root.locals.region, a = include.root.inputs.a }`,
			"root.hcl": `locals { region = "eu-west-1" }
inputs = { a = "parent", b = "parent" }`,
		}, map[string]string{"region": "eu-west-1", "a": "parent"}},
		{"other files", map[string]string{
			"live/app/terragrunt.hcl": `locals {
  env    = read_terragrunt_config(find_in_parent_folders("env.hcl"))
  region = yamldecode(file(find_in_parent_folders("region.yml"))).region
  none   = read_terragrunt_config("none.hcl", { inputs = { x = "default" } })
  deps   = read_terragrunt_config("${get_terragrunt_dir()}/../common/deps.hcl")
}
inputs = merge(local.env.locals, local.none.inputs, { region = local.region, vpc = local.deps.dependency.vpc.outputs.vpc_id })`,
			"live/env.hcl":         `locals { env = "prod" }`,
			"live/region.yml":      "region: eu-west-1\n",
			"live/common/deps.hcl": `dependency "vpc" { config_path = "${get_terragrunt_dir()}/../vpc" }`,
		}, map[string]string{"env": "prod", "x": "default", "region": "eu-west-1", "vpc": "<dependency.vpc.outputs.vpc_id>"}},
		{"paths of this machine mean nothing", map[string]string{"live/app/terragrunt.hcl": `inputs = {
  a = get_terragrunt_dir()
  b = basename(get_terragrunt_dir())
  c = split("/", get_repo_root())
  d = get_path_from_repo_root()
  e = "${get_path_to_repo_root()}//modules"
  f = fileexists("${get_repo_root()}/live/app/terragrunt.hcl")
}`}, map[string]string{"a": "?", "b": "app", "c": "?", "d": "live/app", "e": "../..//modules", "f": "true"}},
		{"what leads in circles", map[string]string{
			"live/app/terragrunt.hcl": `locals {
  a = local.b
  b = local.a
  x = read_terragrunt_config("../x.hcl")
}
include "self" { path = "terragrunt.hcl" }
inputs = { a = local.a, x = local.x.locals.y, ok = "ok" }`,
			"live/x.hcl": `locals { y = read_terragrunt_config("app/terragrunt.hcl").locals.x.locals.y }`,
		}, map[string]string{"a": "?", "x": "?", "ok": "ok"}},
		{"out of the repository", map[string]string{"live/app/terragrunt.hcl": `include "out" { path = "../../../root.hcl" }
locals { x = read_terragrunt_config("/etc/passwd") }
inputs = { a = file("../../../etc/passwd"), b = local.x.locals.y, c = find_in_parent_folders("../../etc/passwd", "none"), ok = "ok" }`},
			map[string]string{"a": "?", "b": "?", "c": "none", "ok": "ok"}},
		{"JSON", map[string]string{
			"live/app/terragrunt.hcl.json": `{"include": {"root": {"path": "${find_in_parent_folders(\"root.hcl\")}"}}, "locals": {"x": "y"},
 "dependency": {"network": {"config_path": "../network", "mock_outputs": {"subnets": ["a"]}}},
 "inputs": {"subnets": "${dependency.network.outputs.subnets}", "x": "${local.x}", "literal": "z", "up": "${path_relative_to_include(\"root\")}"}}`,
			"root.hcl": `inputs = { parent = "p" }`,
		}, map[string]string{"subnets": "[<dependency.network.outputs.subnets[0]>]", "x": "y", "literal": "z", "up": "live/app", "parent": "p"}},
		{"the values of a stack", map[string]string{
			"live/app/terragrunt.hcl": `dependency "network" { config_path = values.network }
inputs = { vpc = dependency.network.outputs.vpc_id, name = values.name, all = values, none = values.none }`,
			"live/app/terragrunt.values.hcl": `name = "n"
network = "../network"`,
		}, map[string]string{"vpc": "<dependency.network.outputs.vpc_id>", "name": "n", "all": "{name=n network=../network}", "none": "?"}},
		{"nothing", map[string]string{"live/app/terragrunt.hcl": ``}, map[string]string{}},
		{"a number", map[string]string{"live/app/terragrunt.hcl": `inputs = 5`}, map[string]string{}},
	} {
		t.Run(c.about, func(t *testing.T) {
			got := map[string]string{}
			inputs, _ := unitOf(t, c.files).Inputs(nil)
			for name, in := range inputs {
				got[name] = spelt(in.Value)
				if in.Range.File == "" || in.Range.StartLine == 0 {
					t.Errorf("%s has no place", name)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUnitOutputs: what is known of a dependency takes the place of its mocks,
// whatever form that has.
func TestUnitOutputs(t *testing.T) {
	u := unitOf(t, map[string]string{"live/app/terragrunt.hcl": `dependency "network" {
  config_path  = "../network"
  mock_outputs = { subnets = ["subnet-a"], vpc_id = "vpc-a" }
}
dependency "unused" { config_path = "../unused" }
dependency "db" { config_path = "${get_repo_root()}/data/db/terragrunt.hcl" }
inputs = { subnets = dependency.network.outputs.subnets, vpc = dependency.network.outputs.vpc_id, db = dependency.db.outputs.id }`})
	subnet := tf.SymbolicValue(tf.Symbol{Address: "net//aws_subnet.a[1]", Attribute: "id"})
	inputs, open := u.Inputs(map[string]tf.Value{"network": tf.ObjectValue(tf.Field{Name: "subnets", Value: tf.ListValue(tf.StringValue("subnet-1"), subnet, tf.UnknownValue())})})
	if got := spelt(inputs["subnets"].Value); got != "[subnet-1 <net//aws_subnet.a[1]> ?]" || inputs["subnets"].Foreign {
		t.Errorf("subnets are %s", got)
	}
	if got := spelt(inputs["vpc"].Value); got != "<dependency.network.outputs.vpc_id>" || !inputs["vpc"].Foreign {
		t.Errorf("an output that the network does not have is %s", got)
	}
	var names []string
	for _, d := range open {
		names = append(names, d.Name+" "+d.Folder+" "+d.Range.String())
	}
	want := []string{"db data/db live/app/terragrunt.hcl:6:1", "network live/network live/app/terragrunt.hcl:1:1"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// TestMocks tells the mocks in a plan from outputs that exist (U-13).
func TestMocks(t *testing.T) {
	text := func(texts ...string) tf.Value {
		var all []tf.Value
		for _, s := range texts {
			all = append(all, tf.StringValue(s))
		}
		return tf.ListValue(all...)
	}
	object := func(pairs ...string) tf.Value {
		var fields []tf.Field
		for i := 0; i < len(pairs); i += 2 {
			fields = append(fields, tf.Field{Name: pairs[i], Value: tf.StringValue(pairs[i+1])})
		}
		return tf.ObjectValue(fields...)
	}
	const mocks = `mock_outputs = { id = "sg-12345678", ids = ["a", "b"], by = { a = "1", b = "2" }, n = 5, cidr = "0.0.0.0/0" }`
	for _, c := range []struct {
		about, dependency, input string
		planned                  tf.Value
		want                     string
		open                     bool
	}{
		{"a mock", mocks, `dependency.d.outputs.id`, tf.StringValue("sg-12345678"), "<dependency.d.outputs.id>", true},
		{"a mock in no order", mocks, `dependency.d.outputs.ids`, text("b", "a"), "[<dependency.d.outputs.ids[0]> <dependency.d.outputs.ids[1]>]", true},
		{"a number", mocks, `dependency.d.outputs.n`, tf.NumberValue("5"), "?", true},
		{"a number as a text", mocks, `dependency.d.outputs.n`, tf.StringValue("5"), "?", true},
		{"a range of addresses", mocks, `[dependency.d.outputs.cidr]`, text("0.0.0.0/0"), "[<dependency.d.outputs.cidr>]", true},
		{"made of a mock", mocks, `"${dependency.d.outputs.id}-x"`, tf.StringValue("sg-12345678-x"), "?", true},
		{"chosen by a mock", mocks, `dependency.d.outputs.id == "sg-12345678" ? "x" : "y"`, tf.StringValue("x"), "?", true},
		{"what exists", mocks, `dependency.d.outputs.id`, tf.StringValue("sg-0aaaabbbbccccdddd"), "sg-0aaaabbbbccccdddd", false},
		{"as many as exist", mocks, `dependency.d.outputs.ids`, text("a", "b", "c"), "[a b c]", false},
		{"some of both", mocks, `dependency.d.outputs.by`, object("a", "1", "b", "real"), "{a=<dependency.d.outputs.by[\"a\"]> b=real}", true},
		{"beside something else", mocks, `{ id = dependency.d.outputs.id, env = get_env("ENV"), x = "x" }`, object("id", "sg-12345678", "env", "prod", "x", "x"), "{env=prod id=<dependency.d.outputs.id> x=x}", true},
		{"no mock at all", mocks, `"sg-12345678"`, tf.StringValue("sg-12345678"), "sg-12345678", false},
		{"without mocks", ``, `dependency.d.outputs.id`, tf.StringValue("sg-12345678"), "sg-12345678", false},
		{"for other commands", mocks + "\n" + `mock_outputs_allowed_terraform_commands = ["validate"]`, `dependency.d.outputs.id`, tf.StringValue("sg-12345678"), "sg-12345678", false},
		{"for plans too", mocks + "\n" + `mock_outputs_allowed_terraform_commands = ["validate", "plan"]`, `dependency.d.outputs.id`, tf.StringValue("sg-12345678"), "<dependency.d.outputs.id>", true},
		{"for whatever commands", mocks + "\n" + `mock_outputs_allowed_terraform_commands = [get_env("X")]`, `dependency.d.outputs.id`, tf.StringValue("sg-12345678"), "<dependency.d.outputs.id>", true},
		{"always", mocks + "\n" + `mock_outputs_allowed_terraform_commands = []` + "\nskip_outputs = true", `dependency.d.outputs.id`, tf.StringValue("sg-12345678"), "<dependency.d.outputs.id>", true},
		{"a secret", mocks, `dependency.d.outputs.id`, tf.StringValue("sg-12345678").MarkSensitive(), "<dependency.d.outputs.id>", true},
	} {
		u := unitOf(t, map[string]string{"live/app/terragrunt.hcl": "dependency \"d\" {\nconfig_path = \"../d\"\n" + c.dependency + "\n}\ninputs = { v = " + c.input + " }"})
		m := u.Mocks(nil)
		got := m.Variable("v", c.planned)
		if spelt(got) != c.want || got.IsSensitive() != c.planned.IsSensitive() {
			t.Errorf("%s: %s is %s, want %s", c.about, spelt(c.planned), spelt(got), c.want)
		}
		if open := m.Open(); (len(open) > 0) != c.open {
			t.Errorf("%s: open are %v", c.about, open)
		}
		if other := m.Variable("other", c.planned); !other.Equal(c.planned) {
			t.Errorf("%s: a variable that the unit does not give is %s", c.about, spelt(other))
		}
	}
	u := unitOf(t, map[string]string{"live/app/terragrunt.hcl": "dependency \"d\" {\nconfig_path = \"../d\"\n" + mocks + "\n}\ninputs = { v = dependency.d.outputs.ids }"})
	m := u.Mocks(map[string]tf.Value{"d": tf.ObjectValue(tf.Field{Name: "ids", Value: text("x", "y", "z")})})
	if got := spelt(m.Variable("v", text("a", "b"))); got != "[x y z]" || len(m.Open()) != 0 || !slices.Equal(m.Uneven(), []string{"v"}) {
		t.Errorf("with what the dependency has: %s, open %v, uneven %v", got, m.Open(), m.Uneven())
	}
}

// TestUnitSource finds the root module of a unit.
func TestUnitSource(t *testing.T) {
	for source, want := range map[string]string{
		``:                              " live/app",
		`source = "../../modules/app"`:  "../../modules/app modules/app",
		`source = "../../modules//app"`: "../../modules//app modules/app",
		`source = "${get_repo_root()}//modules/app"`:                         "\x00 modules/app",
		`source = "${dirname(find_in_parent_folders("m.hcl"))}/modules/app"`: "\x00 modules/app",
		`source = "../../../elsewhere"`:                                      "../../../elsewhere ",
		`source = "../../modules/none"`:                                      "../../modules/none ",
		`source = "git::https://example.com/app.git?ref=v1"`:                 "git::https://example.com/app.git?ref=v1 ",
		`source = "tfr:///terraform-aws-modules/vpc/aws?version=5"`:          "tfr:///terraform-aws-modules/vpc/aws?version=5 ",
		`source = get_env("SOURCE")`:                                         "unknown ",
	} {
		u := unitOf(t, map[string]string{"live/app/terragrunt.hcl": "terraform {\n" + source + "\n}", "modules/app/main.tf": "", "m.hcl": ""})
		written, folder := u.Source()
		if strings.Contains(written, "\x00") {
			written = "\x00"
		}
		if got := written + " " + folder; got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
	included := unitOf(t, map[string]string{
		"live/app/terragrunt.hcl": `include "root" { path = find_in_parent_folders("root.hcl") }`, "modules/app/main.tf": "",
		"root.hcl": `terraform { source = "${path_relative_from_include()}/modules//${basename(path_relative_to_include())}" }`,
	})
	if _, folder := included.Source(); folder != "modules/app" {
		t.Errorf("that of the file above: %q", folder)
	}
}

// TestUnitLimits: what cannot be read is said, and read no further.
func TestUnitLimits(t *testing.T) {
	for about, text := range map[string]string{
		"no HCL":          `inputs = {`,
		"a huge file":     "inputs = { a = \"" + strings.Repeat("x", 3<<20) + "\" }",
		"nested too deep": "inputs = { a = " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + " }",
	} {
		_, diags := LoadUnitFS(Tree{FS: fstest.MapFS{"live/app/terragrunt.hcl": {Data: []byte(text)}}}, "live/app", DefaultLimits())
		if len(diags) != 1 || diags[0].Range.File != "live/app/terragrunt.hcl" {
			t.Errorf("%s: diagnostics %v", about, diags)
		}
	}
	if u, diags := LoadUnitFS(Tree{FS: fstest.MapFS{"live/app/main.tf": {}}}, "live/app", DefaultLimits()); u != nil || len(diags) > 0 {
		t.Errorf("no unit: %v, %v", u, diags)
	}
	nested := `[for a in range(1024) : [for b in range(1024) : [for c in range(1024) : [for d in range(1024) : "x"]]]]`
	u := unitOf(t, map[string]string{"live/app/terragrunt.hcl": "inputs = { a = " + nested + ", b = \"b\" }"})
	if inputs, _ := u.Inputs(nil); spelt(inputs["a"].Value) != "?" && len(inputs["a"].Value.Elements()) > 1024 {
		t.Error("what takes forever is evaluated")
	}
}

// TestUnitIsConfined: symbolic links lead nowhere.
func TestUnitIsConfined(t *testing.T) {
	root := t.TempDir()
	outside := t.TempDir()
	for name, text := range map[string]string{
		filepath.Join(outside, "secret.hcl"):            `locals { secret = "s3cr3t" }`,
		filepath.Join(root, "live/app/terragrunt.hcl"):  `inputs = { a = read_terragrunt_config("../link.hcl").locals.secret, b = file("../link.hcl"), c = "c" }`,
		filepath.Join(root, "live/pipe/terragrunt.hcl"): ``,
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"live/link.hcl": filepath.Join(outside, "secret.hcl"), "live/out": outside} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	u, _ := LoadUnit(filepath.Join(root, "live/app"), root, DefaultLimits())
	inputs, _ := u.Inputs(nil)
	var got []string
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		got = append(got, fmt.Sprint(name, "=", spelt(inputs[name].Value)))
	}
	if diff := cmp.Diff([]string{"a=?", "b=?", "c=c"}, got); diff != "" {
		t.Error(diff)
	}
	if err := os.Rename(filepath.Join(outside, "secret.hcl"), filepath.Join(outside, UnitFiles[0])); err != nil {
		t.Fatal(err)
	}
	if u, _ := LoadUnit(filepath.Join(root, "live/out"), root, DefaultLimits()); u != nil {
		t.Error("a unit outside of the repository is read")
	}
}

// Whatever a unit says, reading it ends, and gives the same twice.
func FuzzUnit(f *testing.F) {
	f.Add([]byte(`include "root" { path = find_in_parent_folders("root.hcl") }
dependency "d" {
  config_path  = "../d"
  mock_outputs = { a = ["b"] }
}
inputs = { a = dependency.d.outputs.a[0] }`), []byte(`locals { a = "b" }
inputs = merge(local, dependency.d.outputs, { x = [for k, v in dependency.d.outputs : v] })`))
	f.Add([]byte(`locals { a = read_terragrunt_config("../../root.hcl") }
inputs = local.a.inputs`), []byte(`locals { a = read_terragrunt_config(get_terragrunt_dir()) }
inputs = { a = local.a.inputs.a, b = split("/", get_repo_root()) }`))
	f.Add([]byte(`{"dependency": {"d": {"config_path": "../d", "mock_outputs": {"a": ["b"]}}}, "inputs": {"a": "${dependency.d.outputs.a[0]}"}}`), []byte(nil))
	f.Fuzz(func(t *testing.T, own, root []byte) {
		last := ""
		for range 2 {
			limits := DefaultLimits()
			limits.Work = 10_000
			name := UnitFiles[0]
			if bytes.HasPrefix(own, []byte("{")) {
				name = UnitFiles[1]
			}
			u, _ := LoadUnitFS(Tree{FS: fstest.MapFS{"live/app/" + name: {Data: own}, "root.hcl": {Data: root}}}, "live/app", limits)
			if u == nil {
				return
			}
			inputs, open := u.Inputs(nil)
			_, folder := u.Source()
			text := fmt.Sprint(open, folder)
			m := u.Mocks(nil)
			for _, name := range slices.Sorted(maps.Keys(inputs)) {
				text += name + show(inputs[name].Value) + show(m.Variable(name, tf.StringValue("b")))
			}
			if last != "" && text != last {
				t.Errorf("read differently:\n%s\n%s", last, text)
			}
			last = text
		}
	})
}
