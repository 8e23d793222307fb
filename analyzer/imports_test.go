package analyzer_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tfcheck/tfcheck/"

// allowed is the direction of imports: what each folder may import of this
// module. A folder that is not listed imports nothing of it. Tests may import
// more than the code they test, so only non-test files are walked.
var allowed = map[string][]string{
	"cmd/tfcheck":                 {"checks", "analyzer/*", "analyzer"},
	"checks":                      {"checks/*", "analyzer", "analyzer/aws", "analyzer/reach", "analyzer/packet", "analyzer/tf"},
	"analyzer/driver":             {"analyzer", "analyzer/triage", "analyzer/intent", "analyzer/settings", "analyzer/stack", "analyzer/input", "analyzer/tfplan", "analyzer/tfconfig", "analyzer/reach", "analyzer/aws", "analyzer/packet", "analyzer/tf"},
	"analyzer/report":             {"analyzer", "analyzer/diagram", "analyzer/reach", "analyzer/packet", "analyzer/tf"},
	"analyzer/intent":             {"analyzer", "analyzer/settings", "analyzer/aws", "analyzer/reach", "analyzer/packet", "analyzer/tf"},
	"analyzer/triage":             {"analyzer", "analyzer/settings", "analyzer/packet", "analyzer/tf"},
	"analyzer":                    {"analyzer/aws", "analyzer/reach", "analyzer/packet", "analyzer/tf"},
	"analyzer/reach":              {"analyzer/aws", "analyzer/packet", "analyzer/tf"},
	"analyzer/aws":                {"analyzer/packet", "analyzer/tf"},
	"analyzer/stack":              {"analyzer/aws", "analyzer/tf"},
	"analyzer/extract":            {"analyzer/tf"},
	"analyzer/settings":           {"analyzer/packet", "analyzer/tf"},
	"analyzer/input":              {"analyzer/extract", "analyzer/tfplan", "analyzer/tfconfig", "analyzer/tf"},
	"analyzer/tfplan":             {"analyzer/tfplan/planfile", "analyzer/tf"},
	"analyzer/tfconfig":           {"analyzer/tfconfig/functions", "analyzer/tf"},
	"analyzer/tfconfig/functions": {},
	"analyzer/fixturetest":        {"analyzer/driver", "analyzer/triage", "analyzer", "analyzer/tf"},
}

// external is what each folder may import from outside the standard library,
// by module prefix. The stages that analyse depend on nothing but addresses.
var external = map[string][]string{
	"cmd/tfcheck":              {"github.com/spf13/cobra", "golang.org/x/term"},
	"analyzer/report":          {"charm.land/lipgloss/v2", "github.com/owenrumney/go-sarif/v3", "github.com/google/jsonschema-go", "github.com/go-json-experiment/json"},
	"analyzer/reach":           {"github.com/agext/levenshtein"},
	"analyzer/packet":          {"go4.org/netipx"},
	"analyzer/settings":        {"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty", "github.com/agext/levenshtein"},
	"analyzer/tfplan":          {"github.com/go-json-experiment/json"},
	"analyzer/tfplan/planfile": {"google.golang.org/protobuf"},
	"analyzer/tfconfig":        {"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty"},
	"analyzer/tfconfig/functions": {"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty", "github.com/zclconf/go-cty-yaml",
		"github.com/hashicorp/go-cty-funcs", "github.com/bmatcuk/doublestar/v4", "golang.org/x/text"},
	"analyzer/driver":  {"golang.org/x/sync"},
	"analyzer/input":   {"golang.org/x/sync"},
	"analyzer/extract": {"github.com/go-json-experiment/json"},
}

func TestImportsGoOneWay(t *testing.T) {
	root := ".."
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "fixtures") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, filepath.Dir(file))
		folder := filepath.ToSlash(rel)
		for _, spec := range parsed.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if !mayImport(folder, name) {
				t.Errorf("%s imports %s, which the table of imports does not allow", filepath.ToSlash(file), name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func mayImport(folder, name string) bool {
	if !strings.Contains(strings.Split(name, "/")[0], ".") {
		return true // the standard library
	}
	to, internal := strings.CutPrefix(name, module)
	// A topic of checks follows the rules of checks.
	if strings.HasPrefix(folder, "checks/") {
		folder = "checks"
	}
	if !internal {
		return slices.ContainsFunc(external[folder], func(p string) bool { return name == p || strings.HasPrefix(name, p+"/") })
	}
	return slices.ContainsFunc(allowed[folder], func(pattern string) bool {
		ok, _ := path.Match(pattern, to)
		return ok || strings.HasPrefix(to, strings.TrimSuffix(pattern, "*")) && strings.HasSuffix(pattern, "/*")
	})
}

func TestEveryFolderOfTheTableExists(t *testing.T) {
	for folder := range allowed {
		if _, err := os.Stat(filepath.Join("..", folder)); err != nil {
			t.Errorf("the table of imports names %s, which does not exist", folder)
		}
	}
}
