package tfconfig

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// file is a parsed file.
type file struct {
	root   tf.Root // of the repository
	path   string  // relative to the repository root
	src    []byte
	blocks []*block
	given  hcl.Attributes // of a file of values, once assigned

	body      *hclsyntax.Body // nil in JSON
	commented []comment       // its comments; nil until they are asked for
}

// rangeOf converts a range of the parser, whose columns are grapheme clusters.
func (f *file) rangeOf(r hcl.Range) tf.Range {
	return tf.Range{
		Root:      f.root,
		File:      f.path,
		StartLine: r.Start.Line, StartColumn: tf.Column(f.src, r.Start.Byte),
		EndLine: r.End.Line, EndColumn: tf.Column(f.src, r.End.Byte),
	}
}

// whole is the file without a line in it.
func (f *file) whole() tf.Range { return tf.Range{Root: f.root, File: f.path} }

// parse reads a file of either syntax. What can be read of a broken file is
// kept.
func parse(root tf.Root, path string, src []byte) (*file, []tf.Diagnostic) {
	f := &file{root: root, path: path, src: src}
	if strings.HasSuffix(path, ".json") {
		return f, f.parseJSON()
	}
	return f, f.parseNative()
}

func (f *file) parseNative() []tf.Diagnostic {
	if mayNest(f.src) > maxNesting && tooDeep(f.tokens()) {
		return f.nested()
	}
	parsed, diags := hclsyntax.ParseConfig(f.src, f.path, hcl.InitialPos)
	if parsed != nil {
		if body, ok := parsed.Body.(*hclsyntax.Body); ok {
			for _, b := range body.Blocks {
				f.blocks = append(f.blocks, nativeBlock(f, b))
			}
			f.body = body
		}
	}
	return f.diagnostics("configuration", diags)
}

func (f *file) tokens() hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexConfig(f.src, f.path, hcl.InitialPos)
	return tokens
}

func (f *file) parseJSON() []tf.Diagnostic {
	if jsonTooDeep(f.src) {
		return f.nested()
	}
	parsed, diags := json.Parse(f.src, f.path)
	if parsed == nil || diags.HasErrors() {
		return f.diagnostics("configuration", diags)
	}
	attributes, diags := parsed.Body.JustAttributes()
	for name, a := range attributes {
		depth, ok := jsonLabels[name]
		if !ok {
			continue
		}
		f.unpack(name, nil, a.NameRange, a.Expr, depth)
	}
	return f.diagnostics("configuration", diags)
}

// jsonLabels are the blocks that are read from JSON, with their number of
// labels.
var jsonLabels = map[string]int{"resource": 2, "data": 2, "module": 1, "variable": 1, "provider": 1, "locals": 0, "output": 1}

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
		Summary: "the file is nested too deeply to be read",
		Detail:  "What it holds is left out.",
		Range:   f.whole(),
	}}
}

// diagnostics reports the first thing that the parser found wrong, as a
// warning: a plan is analysed without its source just as well.
func (f *file) diagnostics(what string, found hcl.Diagnostics) []tf.Diagnostic {
	for _, d := range found {
		if d.Severity != hcl.DiagError {
			continue
		}
		at := f.whole()
		if d.Subject != nil {
			at = f.rangeOf(*d.Subject)
		}
		return []tf.Diagnostic{{Summary: "invalid " + what + ": " + d.Summary, Detail: d.Detail, Range: at}}
	}
	return nil
}

// maxNesting bounds the recursion of the parser and of what walks its result;
// it takes up to 8 KB of stack for each level.
const maxNesting = 1000

// mayNest is as deep as a file can nest at most, by the bytes that tokens which
// nest begin with: most files need not be scanned twice. A brace counts twice,
// since a quote may begin inside of it again, and an index nests twice.
func mayNest(src []byte) int {
	n := bytes.Count(src, []byte("==")) + 2
	for _, c := range []byte("{{[[(!-?+*/%&|<>") {
		n += bytes.Count(src, []byte{c})
	}
	return n
}

// tooDeep reports whether brackets, operators and indexes nest so deeply that
// recursion is in danger. An operator counts until its expression ends.
func tooDeep(tokens hclsyntax.Tokens) bool {
	type bracket struct {
		operators int
		lines     bool // a newline ends an expression
	}
	open := []bracket{{lines: true}}
	depth := 0 // all operators together
	for _, t := range tokens {
		top := &open[len(open)-1]
		switch nesting[t.Type] {
		case opens:
			open = append(open, bracket{lines: t.Type == hclsyntax.TokenOBrace})
		case nests:
			top.operators++
			depth++
			if t.Type == hclsyntax.TokenOBrack || t.Type == hclsyntax.TokenTemplateControl {
				open = append(open, bracket{})
			}
		case closes:
			depth -= top.operators
			top.operators = 0
			if len(open) > 1 {
				open = open[:len(open)-1]
			}
		case separates:
			if t.Type == hclsyntax.TokenComma || top.lines {
				depth -= top.operators
				top.operators = 0
			}
		}
		if len(open)+depth > maxNesting {
			return true
		}
	}
	return false
}

// What a token does to the depth of an expression.
const (
	opens = iota + 1
	nests
	closes
	separates
)

var nesting = map[hclsyntax.TokenType]int{
	hclsyntax.TokenOBrace: opens, hclsyntax.TokenOParen: opens, hclsyntax.TokenOQuote: opens, hclsyntax.TokenOHeredoc: opens,
	hclsyntax.TokenTemplateInterp: opens,

	hclsyntax.TokenCBrace: closes, hclsyntax.TokenCBrack: closes, hclsyntax.TokenCParen: closes, hclsyntax.TokenCQuote: closes,
	hclsyntax.TokenCHeredoc: closes, hclsyntax.TokenTemplateSeqEnd: closes,

	hclsyntax.TokenComma: separates, hclsyntax.TokenNewline: separates,

	hclsyntax.TokenOBrack: nests, hclsyntax.TokenTemplateControl: nests, hclsyntax.TokenBang: nests, hclsyntax.TokenMinus: nests, hclsyntax.TokenQuestion: nests,
	hclsyntax.TokenPlus: nests, hclsyntax.TokenStar: nests, hclsyntax.TokenSlash: nests, hclsyntax.TokenPercent: nests,
	hclsyntax.TokenAnd: nests, hclsyntax.TokenOr: nests, hclsyntax.TokenEqualOp: nests, hclsyntax.TokenNotEqual: nests,
	hclsyntax.TokenLessThan: nests, hclsyntax.TokenLessThanEq: nests, hclsyntax.TokenGreaterThan: nests, hclsyntax.TokenGreaterThanEq: nests,
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
