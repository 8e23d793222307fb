package checks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
)

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func TestIDsAreUniqueKebabCase(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All() {
		for _, id := range append([]string{c.ID}, c.Aliases...) {
			if !kebab.MatchString(id) {
				t.Errorf("%q is not kebab case", id)
			}
			if seen[id] {
				t.Errorf("%s is used twice", id)
			}
			seen[id] = true
		}
	}
}

func TestEveryCheckDocumentsItself(t *testing.T) {
	known := map[string]Statement{}
	for _, s := range Guidance() {
		known[s.ID] = s
	}
	for _, c := range All() {
		for name, text := range map[string]string{
			"title": c.Title, "rationale": c.Rationale, "remediation": c.Remediation, "bad": c.Bad, "good": c.Good,
		} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", c.ID, name)
			}
		}
		if c.Title != "" && (strings.HasSuffix(c.Title, ".") || strings.Contains(c.Title, "\n")) {
			t.Errorf("%s: the title is one line without a period", c.ID)
		}
		if len(c.Guidance) == 0 {
			t.Errorf("%s cites no guidance", c.ID)
		}
		for _, id := range c.Guidance {
			if _, ok := known[id]; !ok {
				t.Errorf("%s cites %s, which is no statement", c.ID, id)
			} else if why := known[id].Undecidable; why != "" {
				t.Errorf("%s claims to decide %s: %s", c.ID, id, why)
			}
		}
		if c.Run == nil {
			t.Errorf("%s does not run", c.ID)
		}
		if c.Tier != analyzer.Default && c.Tier != analyzer.Pedantic && c.Tier != analyzer.Audit {
			t.Errorf("%s has tier %q", c.ID, c.Tier)
		}
		for _, r := range c.Replaces {
			if !slices.Contains([]string{"equal", "stricter", "narrower"}, r.Relation) {
				t.Errorf("%s: relation %q to %s", c.ID, r.Relation, r.ID)
			}
		}
		for _, o := range c.Options {
			if o.Name == "" || o.Doc == "" {
				t.Errorf("%s: option %q is not documented", c.ID, o.Name)
			}
		}
	}
}

// What the documents call an option ("consider", "can", "if you need") is
// advice and never in the default tier.
func TestAdviceIsNotInTheDefaultTier(t *testing.T) {
	advice := []string{"G06", "G12", "G20", "G30"}
	for _, c := range All() {
		if c.Tier != analyzer.Default {
			continue
		}
		firm := slices.ContainsFunc(c.Guidance, func(id string) bool { return !slices.Contains(advice, id) })
		if !firm {
			t.Errorf("%s is in the default tier and rests on advice only: %v", c.ID, c.Guidance)
		}
	}
}

func TestGuidanceIsComplete(t *testing.T) {
	statements := Guidance()
	if len(statements) != 44 {
		t.Fatalf("%d statements, want 44", len(statements))
	}
	for n, s := range statements {
		if want := "G" + string(rune('0'+(n+1)/10)) + string(rune('0'+(n+1)%10)); s.ID != want {
			t.Errorf("statement %d is %s, want %s", n, s.ID, want)
		}
		if s.Statement == "" || len(s.Sources) == 0 {
			t.Errorf("%s says nothing, or not where from", s.ID)
		}
	}
}

func TestFind(t *testing.T) {
	for name, want := range map[string]string{
		"internet-reaches-admin-port":         "internet-reaches-admin-port",
		"CKV_AWS_277":                         "internet-reaches-everything",
		"rds_db_instance_publicly_accessible": "internet-reaches-data-store",
	} {
		found := Find(name)
		if !slices.ContainsFunc(found, func(c *analyzer.Check) bool { return c.ID == want }) {
			t.Errorf("%s does not lead to %s", name, want)
		}
	}
	if found := Find("nothing-of-the-kind"); found != nil {
		t.Errorf("found %s", found[0].ID)
	}
}

// Checks state effects, never severities, and compute with address sets, never
// with the text of a CIDR.
func TestChecksLeaveSeverityAndCIDRsToTheEngine(t *testing.T) {
	severities := []string{"Critical", "High", "Medium", "Low", "Info"}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "analyzer" && slices.Contains(severities, s.Sel.Name) {
					t.Errorf("%s writes the severity %s", path, s.Sel.Name)
				}
			}
			body, ok := n.(*ast.BlockStmt)
			if !ok {
				return true
			}
			ast.Inspect(body, func(n ast.Node) bool {
				l, ok := n.(*ast.BasicLit)
				if ok && l.Kind == token.STRING && !strings.Contains(l.Value, "\n") && (strings.Contains(l.Value, `/0"`) || strings.Contains(l.Value, "0.0.0.0")) {
					t.Errorf("%s has %s in its code", path, l.Value)
				}
				return true
			})
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
