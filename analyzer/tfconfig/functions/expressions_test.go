package functions

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// row is an expression of a table in testdata with the value that it must have.
//
// An expression ends where a line begins with an arrow. "=>" is followed by
// what both we and Terraform say, in the notation of [show]; "~>" by what we say
// where that differs from Terraform on purpose.
type row struct {
	at         string
	topic      string
	expression string
	want       string
	differs    bool
}

func rows(t testing.TB, name string) []row {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var all []row
	var current row
	for i, line := range strings.Split(string(source), "\n") {
		arrow, want, _ := strings.Cut(line, " ")
		switch {
		case current.expression == "" && (line == "" || strings.HasPrefix(line, "##")):
		case current.expression == "" && strings.HasPrefix(line, "# "):
			current.topic = line[2:]
		case arrow == "=>", arrow == "~>":
			current.want, current.differs = want, arrow == "~>"
			all = append(all, current)
			current = row{topic: current.topic}
		case current.expression == "":
			current.at, current.expression = fmt.Sprintf("%s:%d", name, i+1), line
		default:
			current.expression += "\n" + line
		}
	}
	if current.expression != "" {
		t.Fatalf("%s has no result", current.at)
	}
	return all
}

func allRows(t testing.TB) []row {
	return append(rows(t, "functions.txt"), rows(t, "expressions.txt")...)
}

// testFiles are the files in testdata that the functions can read.
type testFiles struct{ fs.FS }

func (f testFiles) ReadFile(name string) ([]byte, error) {
	if info, err := fs.Stat(f.FS, name); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder", name)
	}
	return fs.ReadFile(f.FS, name)
}

func (f testFiles) List(dir string) ([]string, error) {
	var names []string
	err := fs.WalkDir(f.FS, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		names = append(names, strings.TrimPrefix(strings.TrimPrefix(name, path.Clean(dir)), "/"))
		return nil
	})
	return names, err
}

// scope is the context of the tables: their locals and the whole table of
// functions.
func scope(t testing.TB) *hcl.EvalContext {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", "locals.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	file, diags := hclsyntax.ParseConfig(source, "locals.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	unknown := cty.ObjectVal(map[string]cty.Value{"u": cty.ObjectVal(map[string]cty.Value{
		"id": cty.UnknownVal(cty.String).RefineNotNull(),
	})})
	ctx := &hcl.EvalContext{
		Variables: map[string]cty.Value{"terraform_data": unknown},
		Functions: Table(Options{Files: testFiles{os.DirFS("testdata/files")}}),
	}
	locals := map[string]cty.Value{}
	attributes, _ := file.Body.JustAttributes()
	for name, attribute := range attributes {
		if locals[name], diags = attribute.Expr.Value(ctx); diags.HasErrors() {
			t.Fatal(diags)
		}
	}
	ctx.Variables["local"] = cty.ObjectVal(locals)
	return ctx
}

func parse(t testing.TB, r row) hclsyntax.Expression {
	t.Helper()
	expr, diags := hclsyntax.ParseExpression([]byte(r.expression+"\n"), r.at, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %s", r.at, diags)
	}
	return expr
}

// result is the value of a row in the notation of the tables.
func result(t testing.TB, r row, ctx *hcl.EvalContext) string {
	t.Helper()
	v, diags := Evaluate(Prepare(parse(t, r)), ctx)
	if diags.HasErrors() {
		return "error"
	}
	return show(v)
}

// Every expression of the tables has the value that is written there.
func TestExpressions(t *testing.T) {
	ctx := scope(t)
	for _, r := range allRows(t) {
		t.Run(r.at, func(t *testing.T) {
			if got := result(t, r, ctx); got != r.want {
				t.Errorf("%s\n got %s\nwant %s", r.expression, got, r.want)
			}
		})
	}
}

// Every function has several rows: one with a value at least, one where it is
// unknown or an error.
func TestEveryFunctionIsTested(t *testing.T) {
	tested := map[string][]string{}
	for _, r := range rows(t, "functions.txt") {
		tested[r.topic] = append(tested[r.topic], r.want)
	}
	for name := range entries(reader{}) {
		if len(tested[name]) == 0 {
			t.Errorf("%s has no row in testdata/functions.txt", name)
		}
		delete(tested, name)
	}
	for topic := range tested {
		if topic != "core" && !strings.HasPrefix(topic, "provider") {
			t.Errorf("there is no function %s", topic)
		}
	}
}

// show writes a value as the language does, with toset, tolist and tomap, and
// unknown for what is not known.
func show(v cty.Value) string {
	if v.IsMarked() {
		v, _ := v.Unmark()
		return "sensitive(" + show(v) + ")"
	}
	ty := v.Type()
	switch {
	case !v.IsKnown() && ty == cty.DynamicPseudoType:
		return "unknown"
	case !v.IsKnown():
		return "unknown " + ty.FriendlyName()
	case v.IsNull() && ty == cty.DynamicPseudoType:
		return "null"
	case v.IsNull():
		return "null " + ty.FriendlyName()
	case ty == cty.String:
		return strconv.Quote(v.AsString())
	case ty == cty.Number:
		if f := v.AsBigFloat(); f.IsInt() {
			return f.Text('f', 0)
		}
		f, _ := v.AsBigFloat().Float64()
		return strconv.FormatFloat(f, 'g', -1, 64)
	case ty == cty.Bool:
		return strconv.FormatBool(v.True())
	}
	var parts []string
	keyed := ty.IsMapType() || ty.IsObjectType()
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		part := show(element)
		if keyed {
			name := key.AsString()
			if !hclsyntax.ValidIdentifier(name) {
				name = strconv.Quote(name)
			}
			part = name + " = " + part
		}
		parts = append(parts, part)
	}
	open, end := "[", "]"
	if keyed {
		open, end = "{", "}"
		if len(parts) > 0 {
			open, end = "{ ", " }"
		}
	}
	if ty.IsSetType() {
		slices.Sort(parts)
	}
	text := open + strings.Join(parts, ", ") + end
	switch {
	case ty.IsListType():
		return "tolist(" + text + ")"
	case ty.IsSetType():
		return "toset(" + text + ")"
	case ty.IsMapType():
		return "tomap(" + text + ")"
	}
	return text
}
