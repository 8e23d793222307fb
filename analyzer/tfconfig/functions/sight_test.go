package functions

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// What looks into strings sees an unknown in the place of a symbol, whichever
// argument it is, and alone or within other text.
func TestInspectingSeesUnknowns(t *testing.T) {
	table := Table(Options{})
	symbol := Symbol("aws_vpc.a", "id")
	arguments := map[string][]cty.Value{} // those that are not strings, where a function needs them
	for name, values := range map[string][]any{
		"cidrhost": {"10.0.0.0/8", 1}, "cidrsubnet": {"10.0.0.0/8", 8, 1}, "cidrsubnets": {"10.0.0.0/8", 8},
		"substr": {"abc", 0, 1}, "indent": {2, "a"}, "parseint": {"10", 10}, "log": {8, 2}, "pow": {2, 2},
		"regex": {"a", "a"}, "regexall": {"a", "a"}, "textencodebase64": {"a", "UTF-8"}, "timeadd": {"2017-11-22T00:00:00Z", "1h"},
		"timecmp": {"2017-11-22T00:00:00Z", "2017-11-22T00:00:00Z"}, "formatdate": {"YYYY", "2017-11-22T00:00:00Z"},
		"cidrcontains": {"10.0.0.0/8", "10.0.0.1"}, "uuidv5": {"dns", "a"}, "format": {"%s", "a"}, "formatlist": {"%s", "a"},
	} {
		for _, v := range values {
			switch v := v.(type) {
			case int:
				arguments[name] = append(arguments[name], cty.NumberIntVal(int64(v)))
			case string:
				arguments[name] = append(arguments[name], cty.StringVal(v))
			}
		}
	}
	for name, e := range entries(reader{}) {
		if e.sight != inspects {
			continue
		}
		base := arguments[name]
		for len(base) < len(e.function.Params()) || len(base) == 0 && e.function.VarParam() != nil {
			base = append(base, argumentOf(parameter(e.function, len(base)).Type, cty.StringVal("a")))
		}
		for i := range base {
			for _, s := range []cty.Value{symbol, cty.StringVal("x-" + symbol.AsString())} {
				args := append([]cty.Value{}, base...)
				args[i] = argumentOf(parameter(e.function, i).Type, s)
				v, err := table[name].Call(args)
				if err != nil {
					continue // a symbol in the place of a map or list
				}
				if HasSymbol(v) {
					t.Errorf("%s passes on the symbol of argument %d: %#v", name, i, v)
				}
				if v.IsWhollyKnown() && !v.RawEquals(cty.EmptyTupleVal) {
					t.Errorf("%s knows %#v of the symbol of argument %d", name, v, i)
				}
			}
		}
	}
}

// argumentOf is a string, in a collection where the type asks for one.
func argumentOf(ty cty.Type, v cty.Value) cty.Value {
	switch {
	case ty.IsListType():
		return cty.ListVal([]cty.Value{argumentOf(ty.ElementType(), v)})
	case ty.IsMapType():
		return cty.MapVal(map[string]cty.Value{"k": argumentOf(ty.ElementType(), v)})
	}
	return v
}

// Symbols in text are found, and a text is unknown with what stands before them.
func TestTextWithSymbols(t *testing.T) {
	v, diags := evaluate(t, `{x = ["arn:aws:s3:::${a.id}/${b.id}"], (a.id) = 1}`, world())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var found []string
	Symbols(v, func(address, attribute string) { found = append(found, address+" "+attribute) })
	if got := strings.Join(found, ", "); got != "aws_vpc.a id, aws_vpc.b id, aws_vpc.a id" && got != "aws_vpc.a id, aws_vpc.a id, aws_vpc.b id" {
		t.Errorf("found %s", got)
	}
	text, _ := evaluate(t, `"arn:aws:s3:::${a.id}/*"`, world())
	want := cty.UnknownVal(cty.String).Refine().NotNull().StringPrefix("arn:aws:s3:::").NewValue()
	if got := Opaque(text); !got.RawEquals(want) {
		t.Errorf("got %#v, want %#v", got, want)
	}
	if got, _ := evaluate(t, `startswith("arn:aws:s3:::${a.id}", "arn:aws:iam")`, world()); got.IsKnown() {
		t.Errorf("got %#v", got)
	}
	for source, ty := range map[string]cty.Type{`{(a.id) = "x"}`: cty.DynamicPseudoType, `tomap({(a.id) = "x"})`: cty.Map(cty.String)} {
		v, _ := evaluate(t, source, world())
		if got := Opaque(v); got.IsKnown() || got.Type() != ty {
			t.Errorf("%s is %#v", source, got)
		}
	}
}

// A symbol in the place of a number, or as a key that is not there, is no error.
func TestSymbolWhereNoneFits(t *testing.T) {
	for source, want := range map[string]string{
		`a.id + 1`:                               "unknown number",
		`{x = 1}[a.id]`:                          "unknown",
		`cidrsubnet("10.0.0.0/8", a.id, 1)`:      "unknown string",
		`tonumber(a.id)`:                         "unknown number",
		`a.id ? 1 : 2`:                           "unknown number",
		`try({(a.id) = 1}.x, 2)`:                 "unknown",
		`can(tomap({(a.id) = 1})["x"])`:          "unknown bool",
		`try(a.nope, 2)`:                         "2",
		`tomap({(a.id) = 1})["x"]`:               "unknown",
		`provider::other_vendor::f(a.id).y[0].z`: "unknown",
	} {
		got, diags := evaluate(t, source, world())
		if diags.HasErrors() || show(got) != want {
			t.Errorf("%s = %s %v, want %s", source, show(got), diags, want)
		}
	}
	if _, diags := evaluate(t, `a.nope + 1`, world()); !diags.HasErrors() {
		t.Error("an attribute that is not there is no error")
	}
}

// JSON syntax knows symbols too.
func TestPrepareJSON(t *testing.T) {
	file, diags := json.Parse([]byte(`{"x": {"same": "${a.id == a.id}", "literal": "${a.id == \"x\"}", "list": [1, true, null, "${a.id}", "$${y}"],
		"${a.id}": "key", "bad": "${"}}`), "main.tf.json")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	attributes, _ := file.Body.JustAttributes()
	if _, diags := Evaluate(Prepare(attributes["x"].Expr), &hcl.EvalContext{Variables: world()}); !diags.HasErrors() {
		t.Error("a broken template is no error")
	}
	pairs, _ := hcl.ExprMap(attributes["x"].Expr)
	var shown []string
	for _, pair := range pairs[:3] {
		v, diags := Evaluate(Prepare(pair.Value), &hcl.EvalContext{Variables: world()})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		shown = append(shown, strings.ReplaceAll(show(Opaque(v)), "\n", ""))
	}
	if got, want := strings.Join(shown, " "), `true unknown bool [1, true, null, unknown string, "${y}"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// failing are files that cannot be read for another reason than that they are
// not there.
type failing struct{ testFiles }

func (failing) ReadFile(string) ([]byte, error) { return nil, errors.New("not loaded") }
func (failing) List(string) ([]string, error)   { return nil, errors.New("not loaded") }

type single map[string]string

func (s single) ReadFile(name string) ([]byte, error) {
	if content, ok := s[name]; ok {
		return []byte(content), nil
	}
	return nil, fs.ErrNotExist
}

func (s single) List(string) ([]string, error) { return nil, fs.ErrNotExist }

// Files are read below the root only, from the folder of the root module; what
// cannot be read is unknown.
func TestFilesAreConfined(t *testing.T) {
	files := single{
		"stack/user_data.sh": "hello", "modules/m/x.tpl": "${v}", "big": strings.Repeat("x", maxFile+1),
		"stack/both.tpl": "a ${v} b",
	}
	for _, c := range []struct {
		expression string
		files      Files
		want       string
	}{
		{`file("user_data.sh")`, files, `"hello"`},
		{`file("./user_data.sh")`, files, `"hello"`},
		{`file("../modules/m/x.tpl")`, files, `"${v}"`},
		{`templatefile("../modules/m/x.tpl", {v = a.id}) == a.id`, files, "true"},
		{`upper(templatefile("both.tpl", {v = a.id}))`, files, "unknown string"},
		{`file("../../etc/passwd")`, files, "unknown string"},
		{`file("/etc/passwd")`, files, "unknown string"},
		{`fileexists("/etc/passwd")`, files, "unknown bool"},
		{`fileset("..", "../*")`, files, "unknown set of string"},
		{`fileset("/etc", "*")`, files, "unknown set of string"},
		{`fileset("nope", "*")`, files, "toset([])"},
		{`file("../big")`, files, "unknown string"},
		{`file("nope")`, files, "error"},
		{`fileexists("nope")`, files, "false"},
		{`file("${cwd}/user_data.sh")`, files, `"hello"`},
		{`file(abspath("user_data.sh"))`, files, `"hello"`},
		{`file("${dirname(abspath("a/b"))}/../user_data.sh")`, files, `"hello"`},
		{`abspath("user_data.sh") == "${cwd}/user_data.sh"`, files, "true"},
		{`basename(abspath("user_data.sh"))`, files, "unknown string"},
		{`file("${a.id}/user_data.sh")`, files, "unknown string"},
		{`file("${cwd}x/user_data.sh")`, files, "unknown string"},
		{`file("user_data.sh")`, failing{}, "unknown string"},
		{`fileexists("user_data.sh")`, failing{}, "unknown bool"},
		{`fileset(".", "*")`, failing{}, "unknown set of string"},
		{`templatefile("x", {})`, failing{}, "unknown"},
		{`file("user_data.sh")`, nil, "unknown string"},
		{`pathexpand("~/x")`, nil, "unknown string"},
	} {
		expr, diags := hclsyntax.ParseExpression([]byte(c.expression), "test.tf", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		variables := world()
		variables["cwd"] = Cwd()
		v, diags := Evaluate(Prepare(expr), &hcl.EvalContext{Variables: variables, Functions: Table(Options{Files: c.files, Dir: "stack"})})
		got := "error"
		if !diags.HasErrors() {
			got = show(v)
		}
		if got != c.want {
			t.Errorf("%s is %s, want %s %v", c.expression, got, c.want, diags)
		}
	}
}

// What would be too large is unknown.
func TestResultsAreBounded(t *testing.T) {
	long := cty.StringVal(strings.Repeat("x", maxText/2))
	bomb := "a0: &a0 [x]\n"
	for i := 1; i < 30; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	for source, want := range map[string]string{
		`yamldecode(bomb)`: "unknown",
		`length(yamldecode("a: &a [x]\nb: [*a, *a]").b)`:    "2",
		`join(long, ["a", "b", "c", "d"])`:                  "unknown string",
		`replace(long, "x", "yyy")`:                         "unknown string",
		`indent(9999999, "a\nb")`:                           "unknown string",
		`format("%9999999s", "a")`:                          "unknown string",
		`formatlist("%09999999d", [1, 2])`:                  "unknown list of string",
		`setproduct(range(1000), range(1000), range(1000))`: "unknown list of tuple",
		`format("%s%s%s", long, long, long)`:                "unknown string",
		`jsonencode([long, long, long])`:                    "unknown string",
		`format("%5s", "a")`:                                `"    a"`,
	} {
		got, diags := evaluate(t, source, map[string]cty.Value{"long": long, "bomb": cty.StringVal(bomb)})
		if diags.HasErrors() || show(got) != want {
			t.Errorf("%s is not %s %v", source, want, diags)
		}
	}
}
