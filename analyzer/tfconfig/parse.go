package tfconfig

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// file is a parsed file.
type file struct {
	path     string // relative to the repository root
	src      []byte
	blocks   []*block
	comments []comment
}

// rangeOf converts a range of the parser, whose columns are grapheme clusters.
func (f *file) rangeOf(r hcl.Range) tf.Range {
	return tf.Range{
		File:      f.path,
		StartLine: r.Start.Line, StartColumn: tf.Column(f.src, r.Start.Byte),
		EndLine: r.End.Line, EndColumn: tf.Column(f.src, r.End.Byte),
	}
}

// parse reads a file of either syntax. What can be read of a broken file is
// kept.
func parse(path string, src []byte) (*file, []tf.Diagnostic) {
	f := &file{path: path, src: src}
	if strings.HasSuffix(path, ".json") {
		return f, f.parseJSON()
	}
	return f, f.parseNative()
}

func (f *file) parseNative() []tf.Diagnostic {
	tokens, _ := hclsyntax.LexConfig(f.src, f.path, hcl.InitialPos)
	if tooDeep(tokens) {
		return f.nested()
	}
	parsed, diags := hclsyntax.ParseConfig(f.src, f.path, hcl.InitialPos)
	if parsed != nil {
		if body, ok := parsed.Body.(*hclsyntax.Body); ok {
			for _, b := range body.Blocks {
				f.blocks = append(f.blocks, nativeBlock(f, b))
			}
			f.comments = findComments(f, tokens, body)
		}
	}
	return f.diagnostics(diags)
}

func (f *file) parseJSON() []tf.Diagnostic {
	if jsonTooDeep(f.src) {
		return f.nested()
	}
	parsed, diags := json.Parse(f.src, f.path)
	if parsed == nil || diags.HasErrors() {
		return f.diagnostics(diags)
	}
	attributes, diags := parsed.Body.JustAttributes()
	for name, a := range attributes {
		depth, ok := jsonLabels[name]
		if !ok {
			continue
		}
		f.unpack(name, nil, a.NameRange, a.Expr, depth)
	}
	return f.diagnostics(diags)
}

// jsonLabels are the blocks that are read from JSON, with their number of
// labels.
var jsonLabels = map[string]int{"resource": 2, "data": 2, "module": 1, "variable": 1}

// unpack finds the blocks below a property: each label is a level of objects,
// and on every level a list of objects stands for all of them.
func (f *file) unpack(typ string, labels []string, key hcl.Range, value hcl.Expression, depth int) {
	if list, ok := elements(value); ok {
		for _, e := range list {
			f.unpack(typ, labels, key, e, depth)
		}
		return
	}
	if depth == 0 {
		f.blocks = append(f.blocks, jsonBlock(f, typ, labels, key, value))
		return
	}
	for _, p := range properties(value) {
		f.unpack(typ, append(labels[:len(labels):len(labels)], p.name), p.key, p.value, depth-1)
	}
}

func (f *file) nested() []tf.Diagnostic {
	return []tf.Diagnostic{{
		Summary: f.path + " is nested too deeply to be read",
		Detail:  "Its resources are shown without their place in the source.",
		Range:   tf.Range{File: f.path},
	}}
}

// diagnostics reports what the parser found, as warnings: a plan is analysed
// without its source just as well.
func (f *file) diagnostics(found hcl.Diagnostics) []tf.Diagnostic {
	for _, d := range found {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := tf.Range{File: f.path}
		if d.Subject != nil {
			at = f.rangeOf(*d.Subject)
		}
		return []tf.Diagnostic{{Summary: "invalid configuration: " + d.Summary, Detail: d.Detail, Range: at}}
	}
	return nil
}

// maxNesting bounds the recursion of the parser.
const maxNesting = 500

// tooDeep reports whether brackets, templates, conditionals and unary
// operators nest so deeply that a recursive parser is in danger.
func tooDeep(tokens hclsyntax.Tokens) bool {
	type bracket struct {
		operators int  // since the last separator
		lines     bool // newlines separate
	}
	open := []bracket{{lines: true}}
	depth := 0 // all operators together
	for _, t := range tokens {
		top := &open[len(open)-1]
		separates := false
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, bracket{lines: t.Type == hclsyntax.TokenOBrace})
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			separates = true
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion:
			top.operators++
			depth++
		case hclsyntax.TokenComma:
			separates = true
		case hclsyntax.TokenNewline:
			separates = top.lines
		}
		if separates {
			depth -= top.operators
			top.operators = 0
			if t.Type != hclsyntax.TokenComma && t.Type != hclsyntax.TokenNewline && len(open) > 1 {
				open = open[:len(open)-1]
			}
		}
		if len(open)+depth > maxNesting {
			return true
		}
	}
	return false
}

// jsonTooDeep reports the same of a JSON text.
func jsonTooDeep(src []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > maxNesting {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
}
