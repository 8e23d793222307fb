package tfconfig

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestOverrideFilesAndTofu(t *testing.T) {
	c, _ := load(t, `
-- a.tf --
resource "aws_vpc" "shadowed" {}
-- a.tofu --
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags = {}
  x { a = 1 }
}
-- b_override.tf --
resource "aws_vpc" "main" {
  cidr_block = "10.1.0.0/16"
  x { a = 2 }
}
`, ".")
	r := resource(t, "aws_vpc.main", field("cidr_block", str("10.1.0.0/16")), field("x", tf.ListValue(object(field("a", tf.NumberValue("2"))))))
	for path, want := range map[string]string{"": "a.tofu:1:1", "cidr_block": "b_override.tf:2:3", "x[0].a": "b_override.tf:3:7", "tags": "a.tofu:3:3"} {
		if l, _ := c.Locate(r, path); l.Range.String() != want {
			t.Errorf("%q: got %s, want %s", path, l.Range, want)
		}
	}
	if _, ok := c.Locate(resource(t, "aws_vpc.shadowed"), ""); ok {
		t.Error("a.tf was read beside a.tofu")
	}
}

func TestLocateProvider(t *testing.T) {
	c, _ := load(t, `
-- main.tf --
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias      = "west"
  access_key = var.key
}
`, ".")
	for name, want := range map[string]string{"aws": "main.tf:1:1", "aws.west": "main.tf:6:3"} {
		r := &tf.Resource{Addr: tf.Address{Type: "provider", Name: name}}
		if l, _ := c.Locate(r, "access_key"); l.Range.String() != want {
			t.Errorf("%s: got %s, want %s", name, l.Range, want)
		}
	}
}

func TestVariable(t *testing.T) {
	c, _ := load(t, `
-- main.tf --
variable "given" { default = 1 }
variable "twice" {}
variable "default" {
  default = 1
}
variable "bare" {
  type = string
}
-- terraform.tfvars --
given = 2
twice = 3
-- z.auto.tfvars --
twice = 4
-- other.tfvars --
bare = 5
`, ".")
	for name, want := range map[string]string{"given": "terraform.tfvars:1:1", "twice": "z.auto.tfvars:1:1", "default": "main.tf:4:3", "bare": "main.tf:6:1"} {
		if at, ok := c.Variable(name); !ok || at.String() != want {
			t.Errorf("%s: got %s, want %s", name, at, want)
		}
	}
	if at, ok := c.Variable("none"); ok {
		t.Errorf("found a variable that does not exist at %s", at)
	}
}

func TestComments(t *testing.T) {
	c, _ := load(t, `
-- main.tf --
# one
# two

resource "a" "b" {
  x = 1 // three
  /* four */ y = [
    1, # five
    # six
    2,
  ]
  z { # seven
    w = 1
  }
}

# eight
module "m" {
  source = "./m"
}
# nine
-- m/main.tf --
# ten
module "n" {
  source = "../n"
}
-- n/main.tf --
`, ".")
	var got []string
	for _, c := range c.Comments("") {
		got = append(got, fmt.Sprintf("%s %s covers %d-%d %s", c.Range, c.Text, c.CoversFrom, c.CoversTo, c.Module))
	}
	want := []string{
		"main.tf:1:1 one covers 1-14 ",
		"main.tf:2:1 two covers 2-14 ",
		"main.tf:5:9 three covers 5-5 ",
		"main.tf:6:3 four covers 6-10 ",
		"main.tf:7:8 five covers 7-7 ",
		"main.tf:8:5 six covers 8-9 ",
		"main.tf:11:7 seven covers 11-13 ",
		"main.tf:16:1 eight covers 16-19 module.m",
		"main.tf:20:1 nine covers 20-20 ",
		"m/main.tf:1:1 ten covers 1-4 module.m.module.n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Nothing that stands in a repository crashes, hangs or leads out of it.
func TestBadConfiguration(t *testing.T) {
	tests := map[string]struct {
		archive string
		want    string // in a diagnostic; empty for none
	}{
		"invalid":            {"-- main.tf --\nresource \"a\" \"b\" {\n  x = \n}\n", "invalid configuration"},
		"invalid JSON":       {"-- main.tf.json --\n{", "invalid configuration"},
		"module loop":        {"-- main.tf --\nmodule \"a\" {\n  source = \"./a\"\n}\n-- a/main.tf --\nmodule \"b\" {\n  source = \"../a\"\n}\n", "calls itself"},
		"module of itself":   {"-- main.tf --\nmodule \"a\" {\n  source = \"./\"\n}\n", "calls itself"},
		"missing module":     {"-- main.tf --\nmodule \"a\" {\n  source = \"./a\"\n}\n", "does not exist"},
		"module outside":     {"-- main.tf --\nmodule \"a\" {\n  source = \"../../../etc\"\n}\n", ""},
		"odd module":         {"-- main.tf --\nmodule \"\" {\n  source = \"./a\"\n}\nmodule {}\nmodule \"b\" {}\n", ""},
		"deep brackets":      {"-- main.tf --\nlocals {\n x = " + strings.Repeat("(", 20_000) + "\n}\n", "nested too deeply"},
		"deep operators":     {"-- main.tf --\nlocals {\n x = " + strings.Repeat("!", 20_000) + "\n}\n", "nested too deeply"},
		"deep conditions":    {"-- main.tf --\nlocals {\n x = " + strings.Repeat("1?", 20_000) + "\n}\n", "nested too deeply"},
		"deep templates":     {"-- main.tf --\nlocals {\n x = " + strings.Repeat(`"${`, 20_000) + "\n}\n", "nested too deeply"},
		"long operations":    {"-- main.tf --\nlocals {\n x = 1" + strings.Repeat("+1", 20_000) + "\n}\n", "nested too deeply"},
		"long indexes":       {"-- main.tf --\nlocals {\n x = a" + strings.Repeat("[b]", 20_000) + "\n}\n", "nested too deeply"},
		"long splats":        {"-- main.tf --\nlocals {\n x = a" + strings.Repeat(".*", 20_000) + "\n}\n", "nested too deeply"},
		"many negatives":     {"-- main.tf --\nlocals {\n x = [" + strings.Repeat("-1, [2], a[b],\n", 2_000) + "]\n}\n", ""},
		"nested directives":  {"-- main.tf --\nlocals {\n x = \"" + strings.Repeat("%{if x}", 20_000) + "\"\n}\n", "nested too deeply"},
		"deep JSON":          {"-- main.tf.json --\n" + strings.Repeat("[", 20_000) + "\n", "nested too deeply"},
		"unbalanced":         {"-- main.tf --\n" + strings.Repeat("}", 1000) + "\n", "invalid configuration"},
		"broken manifest":    {"-- .terraform/modules/modules.json --\n{\n-- main.tf --\n", "list of installed modules"},
		"manifest of a plan": {"-- .terraform/modules/modules.json --\n[{\"Key\":\"\",\"Dir\":\".\"}]\n-- main.tf --\n", ""},
		"manifest elsewhere": {"-- .terraform/modules/modules.json --\n{\"Modules\":[{\"Key\":\"a\",\"Dir\":\"../../../etc\"}]}\n-- main.tf --\nmodule \"a\" {\n  source = \"x/y/z\"\n}\n", ""},
		"huge number":        {"-- main.tf --\nresource \"a\" \"b\" {\n  x = 1e600000000\n}\n", ""},
	}
	for name, test := range tests {
		c, diags := load(t, test.archive, ".")
		found := test.want == "" && len(diags) == 0
		for _, d := range diags {
			found = found || test.want != "" && strings.Contains(d.Summary, test.want)
			if d.Severity != tf.Warning {
				t.Errorf("%s: %s is an error, want a warning", name, d.Summary)
			}
		}
		if !found {
			t.Errorf("%s: got %v, want %q", name, diags, test.want)
		}
		c.Locate(resource(t, "a.b"), "x")
		c.Locate(resource(t, "module.a.a.b"), "x")
		c.Comments("")
	}
}

// TestMayNest: whatever is made of what nests, no file that is found to nest
// too deeply is one of those that are not looked at.
func TestMayNest(t *testing.T) {
	pieces := []string{"{", "}", "(", ")", "[", "]", `"`, "${", "%{ if x }", "!", "-", "a", "1", "?", ":", "+", "*", "/", "%", "&&", "||", "==", "!=", "<", "<=", ">", ">=", ".*", "\n", ", ", "<<A\n", "\nA\n", "#", "/*"}
	random := rand.New(rand.NewPCG(1, 2))
	tooDeepOnes := 0
	for range 300 {
		var few []string // of which much is made
		for range 1 + random.IntN(4) {
			few = append(few, pieces[random.IntN(len(pieces))])
		}
		src := []byte("x = " + strings.Repeat(strings.Join(few, ""), 300+random.IntN(400)))
		f := &file{path: "main.tf", src: src}
		if tooDeep(f.tokens()) {
			tooDeepOnes++
			if n := mayNest(src); n <= maxNesting {
				t.Errorf("%q nests too deeply and counts %d", few, n)
			}
		}
	}
	if tooDeepOnes < 20 {
		t.Errorf("only %d nest too deeply", tooDeepOnes)
	}
}

func TestSymbolicLinksStayInside(t *testing.T) {
	outside, root := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "main.tf"), []byte("resource \"a\" \"b\" {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "call.tf"), []byte("module \"m\" {\n  source = \"./m\"\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for to, link := range map[string]string{outside: "m", filepath.Join(outside, "main.tf"): "main.tf"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	c, diags := Load(root, root, DefaultLimits(), false)
	for _, address := range []string{"a.b", "module.m.a.b"} {
		if l, ok := c.Locate(resource(t, address), ""); ok {
			t.Errorf("%s: found outside of the repository, at %s", address, l.Range)
		}
	}
	if len(diags) != 2 {
		t.Errorf("got %v, want a warning for each link", diags)
	}
}

func TestLimits(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("main.tf", "module \"a\" {\n  source = \"./a\"\n}\nmodule \"b\" {\n  source = \"./a\"\n}\n")
	write("a/main.tf", "# comment\n")
	for name, change := range map[string]func(*Limits){
		"files":   func(l *Limits) { l.Files = 1 },
		"modules": func(l *Limits) { l.Modules = 2 },
		"depth":   func(l *Limits) { l.Depth = 1 },
		"file":    func(l *Limits) { l.FileSize = 5 },
		"size":    func(l *Limits) { l.Size = 70 },
	} {
		limits := DefaultLimits()
		change(&limits)
		if _, diags := Load(root, root, limits, false); len(diags) == 0 || len(diags) > 2 {
			t.Errorf("%s: got %v, want a warning", name, diags)
		}
	}
	if _, diags := Load(filepath.Dir(root), root, DefaultLimits(), false); len(diags) != 1 {
		t.Errorf("a folder outside of the repository: got %v, want a warning", diags)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`resource "a" "b" { x = [{ y = "${z}" }] } # c`, "x[0].y")
	f.Add("module \"m\" {\n source = \"./m\" }\n/*", "")
	f.Add(`{"resource":{"a":{"b":[{"x":["%{"]}]}}}`, `x["a"][0]`)
	f.Fuzz(func(t *testing.T, src, path string) {
		for _, name := range []string{"main.tf", "main.tf.json"} {
			file, _ := parse(tf.Root{}, name, []byte(src))
			for _, b := range file.blocks {
				p := b.find(parsePath(path), object(field("x", tf.ListValue(str("y")))))
				if r := p.file.rangeOf(p.at); r.StartLine < 1 || r.StartColumn < 1 {
					t.Errorf("%q is at %v", path, r)
				}
				p.line()
			}
		}
	})
}

// A binary plan carries its sources, which are read from memory.
func TestLoadFS(t *testing.T) {
	c, diags := LoadFS(Tree{FS: fstest.MapFS{
		"live/.terraform/modules/modules.json": {Data: []byte(`{"Modules":[{"Key":"net","Dir":".terraform/modules/net"}]}`)},
		"live/main.tf":                         {Data: []byte(`module "net" { source = "example/net/aws" }`)},
		"live/.terraform/modules/net/net.tf":   {Data: []byte("\n" + `resource "aws_vpc" "main" {}`)},
	}}, "live", DefaultLimits())
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	l, ok := c.Locate(resource(t, "module.net.aws_vpc.main"), "")
	if want := "live/.terraform/modules/net/net.tf:2:1"; !ok || l.Range.String() != want || !l.External {
		t.Errorf("%v %s, want %s", ok, l.Range, want)
	}
}
