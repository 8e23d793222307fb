package analyzer_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	pathpkg "path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	ruleNumber = regexp.MustCompile(`\b(?:TF-)?(?:M|SG|NACL|RT|IGW|NAT|PCX|TGW|VPN|EP|LB|APP|SVC|VPC|NI|V|T|L|U)-\d+\b`)
	ruleItem   = regexp.MustCompile(`(?m)^- \*\*([A-Z]+(?:-[A-Z]+)?-\d+)\*\* `)
	ruleRow    = regexp.MustCompile(`(?m)^\| ([A-Z][A-Z]*-[^|]*\d+) \|`)
	linkUsed   = regexp.MustCompile(`\[([A-Z0-9]+(?:-[A-Z]+)?/[\w-]+)\](:?)`)
)

// semantics are the rules of docs/semantics.md.
func semantics(t *testing.T) (page string, implemented, others map[string]bool) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "semantics.md"))
	if err != nil {
		t.Fatal(err)
	}
	implemented, others = map[string]bool{}, map[string]bool{}
	add := func(to map[string]bool, rule string) {
		if implemented[rule] || others[rule] {
			t.Errorf("docs/semantics.md has %s twice", rule)
		}
		to[rule] = true
	}
	for _, m := range ruleItem.FindAllStringSubmatch(string(text), -1) {
		add(implemented, m[1])
	}
	for _, m := range ruleRow.FindAllStringSubmatch(string(text), -1) {
		for _, rule := range strings.Split(m[1], ", ") {
			add(others, rule)
		}
	}
	if len(implemented) < 200 {
		t.Fatalf("%d rules are implemented and %d are not: the page cannot be read", len(implemented), len(others))
	}
	return string(text), implemented, others
}

// TestSemanticsCoversSpecification: every rule number of the specification that
// developers keep beside the checkout stands on the page, implemented or with
// the reason why it is not, those included that only general knowledge backs.
func TestSemanticsCoversSpecification(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "shared", "reference", "semantics.md"))
	if err != nil {
		t.Skip("no specification beside the checkout")
	}
	_, implemented, others := semantics(t)
	missing := map[string]bool{}
	for _, line := range strings.Split(string(text), "\n") {
		m := specified.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		rule := m[1] + m[2]
		if missing[rule] = !implemented[rule] && !others[rule]; missing[rule] {
			t.Errorf("docs/semantics.md does not have %s", rule)
		}
	}
	if len(missing) < 200 {
		t.Errorf("only %d rules were found in the specification", len(missing))
	}
	for _, rules := range []map[string]bool{implemented, others} {
		for rule := range rules {
			if _, specified := missing[rule]; !specified {
				t.Errorf("docs/semantics.md has %s, which the specification does not have", rule)
			}
		}
	}
}

// specified is a rule of the specification: an item or the row of a table.
var specified = regexp.MustCompile(`^(?:- \*\*([A-Z]+(?:-[A-Z]+)?-\d+)|\| (SVC-\d+) \|)`)

// goFiles calls do with every Go file of the project but this one.
func goFiles(t *testing.T, do func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "fixtures"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || d.Name() == "semantics_test.go":
			return nil
		}
		text, err := os.ReadFile(path)
		if err == nil {
			do(path, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// citations are the files of code that cite each rule, and the test functions
// that do: in their own text, or in that of what they use of their file.
func citations(t *testing.T) (code, tests map[string][]string) {
	t.Helper()
	code, tests = map[string][]string{}, map[string][]string{}
	note := func(in map[string][]string, rule, where string) {
		if !slices.Contains(in[rule], where) {
			in[rule] = append(in[rule], where)
		}
	}
	goFiles(t, func(path string, text []byte) {
		rel, err := filepath.Rel("..", path)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.ToSlash(rel)
		if !strings.HasSuffix(path, "_test.go") {
			for _, rule := range ruleNumber.FindAllString(string(text), -1) {
				note(code, rule, file)
			}
			return
		}
		for name, rules := range namedByTests(t, path, text) {
			for _, rule := range rules {
				note(tests, rule, pathpkg.Dir(file)+" "+name)
			}
		}
	})
	return code, tests
}

// namedByTests are the rules that each test function of a file names.
func namedByTests(t *testing.T, path string, text []byte) map[string][]string {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	type part struct {
		rules []string
		uses  map[string]bool
	}
	parts := map[string]part{}
	add := func(name string, doc *ast.CommentGroup, n ast.Node) {
		from := n.Pos()
		if doc != nil {
			from = doc.Pos()
		}
		p := part{uses: map[string]bool{}}
		p.rules = ruleNumber.FindAllString(string(text[set.Position(from).Offset:set.Position(n.End()).Offset]), -1)
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				p.uses[id.Name] = true
			}
			return true
		})
		parts[name] = p
	}
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(d.Name.Name, d.Doc, d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					add(v.Names[0].Name, d.Doc, v)
				}
			}
		}
	}
	out := map[string][]string{}
	for name, p := range parts {
		if !strings.HasPrefix(name, "Test") && !strings.HasPrefix(name, "Fuzz") {
			continue
		}
		out[name] = p.rules
		for used := range p.uses {
			if !strings.HasPrefix(used, "Test") {
				out[name] = append(out[name], parts[used].rules...)
			}
		}
	}
	return out
}

// TestSemantics holds docs/semantics.md to the code, both ways: every rule that
// code or a test cites stands there; a test function names every rule that is
// said to be implemented, and none that is said not to be. Which test names
// which rule is docs/tests.md, which -update writes: what stands there is so, and
// no rule is missing.
func TestSemantics(t *testing.T) {
	_, implemented, others := semantics(t)
	code, tests := citations(t)
	for _, cited := range []map[string][]string{code, tests} {
		for _, rule := range slices.Sorted(maps.Keys(cited)) {
			if !implemented[rule] && !others[rule] {
				t.Errorf("%s cites %s, which docs/semantics.md does not have", strings.Join(cited[rule], ", "), rule)
			}
		}
	}
	var page strings.Builder
	page.WriteString(testsHead)
	for _, rule := range slices.SortedFunc(maps.Keys(implemented), compareRules) {
		if len(tests[rule]) == 0 {
			t.Errorf("no test names %s, which docs/semantics.md says is implemented", rule)
		}
		slices.Sort(tests[rule])
		byPackage := map[string][]string{}
		for _, test := range tests[rule] {
			in, name, _ := strings.Cut(test, " ")
			byPackage[in] = append(byPackage[in], name)
		}
		var cells []string
		for _, in := range slices.Sorted(maps.Keys(byPackage)) {
			cells = append(cells, fmt.Sprintf("`%s`: %s", in, strings.Join(byPackage[in], ", ")))
		}
		fmt.Fprintf(&page, "| %s | %s |\n", rule, strings.Join(cells, "; "))
	}
	for _, rule := range slices.Sorted(maps.Keys(others)) {
		if len(tests[rule]) > 0 {
			t.Errorf("%s names %s, which docs/semantics.md says is not implemented", strings.Join(tests[rule], ", "), rule)
		}
	}
	file := filepath.Join("..", "docs", "tests.md")
	if *update {
		if err := os.WriteFile(file, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, m := range testRow.FindAllStringSubmatch(string(got), -1) {
		rule := m[1]
		listed[rule] = true
		for _, cell := range strings.Split(m[2], "; ") {
			in, names, _ := strings.Cut(strings.TrimPrefix(cell, "`"), "`: ")
			for _, name := range strings.Split(names, ", ") {
				if !slices.Contains(tests[rule], in+" "+name) {
					t.Errorf("docs/tests.md says that %s in %s names %s, which it does not: go test ./analyzer -run TestSemantics -update", name, in, rule)
				}
			}
		}
	}
	for rule := range implemented {
		if !listed[rule] {
			t.Errorf("docs/tests.md does not have %s: go test ./analyzer -run TestSemantics -update", rule)
		}
	}
	for rule := range listed {
		if !implemented[rule] {
			t.Errorf("docs/tests.md has %s, which docs/semantics.md does not say is implemented: go test ./analyzer -run TestSemantics -update", rule)
		}
	}
}

// testRow is a row of docs/tests.md.
var testRow = regexp.MustCompile(`(?m)^\| ([A-Z][A-Z-]*-\d+) \| (.*) \|$`)

var update = flag.Bool("update", false, "write docs/tests.md")

const testsHead = `# Which test names which rule

The rules are those of [semantics.md](semantics.md). The table is made of the tests: go test ./analyzer -run TestSemantics -update

| rule | tests |
|---|---|
`

// compareRules orders rules by their topic and number.
func compareRules(a, b string) int {
	split := func(rule string) (string, int) {
		n := strings.LastIndexByte(rule, '-')
		number, _ := strconv.Atoi(rule[n+1:])
		return rule[:n], number
	}
	topicA, numberA := split(a)
	topicB, numberB := split(b)
	return cmp.Or(strings.Compare(topicA, topicB), numberA-numberB)
}

// TestSemanticsLinks: every source has its address, and none is left over.
func TestSemanticsLinks(t *testing.T) {
	page, _, _ := semantics(t)
	used, defined := map[string]bool{}, map[string]bool{}
	for _, m := range linkUsed.FindAllStringSubmatch(page, -1) {
		if m[2] == ":" {
			defined[m[1]] = true
		} else {
			used[m[1]] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if !defined[name] {
			t.Errorf("[%s] has no address", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(defined)) {
		if !used[name] {
			t.Errorf("[%s] is used nowhere", name)
		}
	}
}
