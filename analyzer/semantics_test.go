package analyzer_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	if len(implemented) < 100 || len(others) < 10 {
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
}

// specified is a rule of the specification: an item or the row of a table.
var specified = regexp.MustCompile(`^(?:- \*\*([A-Z]+(?:-[A-Z]+)?-\d+)|\| (SVC-\d+) \|)`)

// citations are the Go files that cite each rule.
func citations(t *testing.T) (code, tests map[string][]string) {
	t.Helper()
	code, tests = map[string][]string{}, map[string][]string{}
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
		if err != nil {
			return err
		}
		in := code
		if strings.HasSuffix(path, "_test.go") {
			in = tests
		}
		rel, err := filepath.Rel("..", path)
		for _, rule := range ruleNumber.FindAllString(string(text), -1) {
			if file := filepath.ToSlash(rel); !slices.Contains(in[rule], file) {
				in[rule] = append(in[rule], file)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return code, tests
}

// TestSemantics holds docs/semantics.md to the code: every rule that code
// cites stands there, and a test cites every rule that is said to be
// implemented. -v prints which.
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
	for _, rule := range slices.Sorted(maps.Keys(implemented)) {
		if len(tests[rule]) == 0 {
			t.Errorf("no test cites %s, which docs/semantics.md says is implemented", rule)
		}
		t.Logf("%-9s %s", rule, strings.Join(tests[rule], " "))
	}
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
