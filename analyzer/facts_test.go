package analyzer_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
)

// TestFactKinds: every question that the code asks has a row in the table of
// what people may answer, and every row a question.
func TestFactKinds(t *testing.T) {
	asked := map[string]string{}
	for _, root := range []string{"../analyzer", "../checks"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			words := constants(parsed)
			ast.Inspect(parsed, func(n ast.Node) bool {
				for _, literal := range facts(n) {
					for _, e := range literal.Elts {
						if pair, ok := e.(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "ID" {
							if id := beginning(pair.Value, words); id != "" {
								kind, _, _ := strings.Cut(id, ":")
								asked[kind] = file
							}
						}
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := map[string]bool{}
	for _, k := range aws.FactKinds {
		if rows[k.Kind] {
			t.Errorf("two rows for %s", k.Kind)
		}
		if rows[k.Kind] = true; asked[k.Kind] == "" {
			t.Errorf("nothing asks questions of the kind %q", k.Kind)
		}
	}
	for kind, file := range asked {
		if !rows[kind] {
			t.Errorf("%s asks questions of the kind %q, which aws.FactKinds does not have", file, kind)
		}
	}
	if len(asked) < 40 {
		t.Errorf("found questions of %d kinds only", len(asked))
	}
}

// facts are the literals of facts that a node is, or is a list of.
func facts(n ast.Node) []*ast.CompositeLit {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	if isFact(literal.Type) {
		return []*ast.CompositeLit{literal}
	}
	var out []*ast.CompositeLit
	if list, ok := literal.Type.(*ast.ArrayType); ok && isFact(list.Elt) {
		for _, e := range literal.Elts {
			if inner, ok := e.(*ast.CompositeLit); ok {
				out = append(out, inner)
			}
		}
	}
	return out
}

func isFact(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name == "Fact"
	case *ast.Ident: // in package tf
		return e.Name == "Fact"
	}
	return false
}

// constants are the texts of a file that have a name of their own, as
// constants or as variables of functions.
func constants(f *ast.File) map[string]ast.Expr {
	words := map[string]ast.Expr{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) {
					words[name.Name] = n.Values[i]
				}
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if name, ok := to.(*ast.Ident); ok && i < len(n.Rhs) && n.Tok == token.DEFINE {
					if _, text := n.Rhs[i].(*ast.BinaryExpr); text && name.Name == "id" {
						words[name.Name] = n.Rhs[i]
					}
				}
			}
		}
		return true
	})
	return words
}

// beginning is the literal text that an expression begins with.
func beginning(e ast.Expr, words map[string]ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return beginning(e.X, words)
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.Ident:
		if value, ok := words[e.Name]; ok {
			delete(words, e.Name)
			text := beginning(value, words)
			words[e.Name] = value
			return text
		}
	}
	return ""
}
