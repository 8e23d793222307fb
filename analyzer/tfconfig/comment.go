package tfconfig

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// comment is a comment of a file with what it covers.
type comment struct {
	at       tf.Range
	text     string
	from, to int    // lines
	call     string // name of the module call that it heads
}

// findComments collects the comments of a file. A comment that has its line to
// itself covers what begins on the next line of code, one behind code what
// begins on its own line.
func findComments(f *file, tokens hclsyntax.Tokens, body *hclsyntax.Body) []comment {
	var all []comment
	var ends map[int]int
	lastCode := 0 // line where the last token of code ends
	for i, t := range tokens {
		if t.Type != hclsyntax.TokenComment {
			if t.Type != hclsyntax.TokenNewline {
				lastCode = t.Range.End.Line
			}
			continue
		}
		if ends == nil {
			ends = extents(body)
		}
		c := comment{text: commentText(t.Bytes), from: t.Range.Start.Line}
		c.at = f.rangeOf(trimNewline(t))
		target := c.from
		if lastCode != c.from {
			target = nextCode(tokens[i+1:], c.at.EndLine)
		}
		c.to = max(c.at.EndLine, target, ends[target])
		for _, b := range body.Blocks {
			if b.Type == "module" && len(b.Labels) == 1 && b.Range().Start.Line == target {
				c.call = b.Labels[0]
			}
		}
		all = append(all, c)
	}
	return all
}

// nextCode is the line of the next token of code, or def at the end of the
// file.
func nextCode(tokens hclsyntax.Tokens, def int) int {
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenComment, hclsyntax.TokenNewline:
		case hclsyntax.TokenEOF:
			return def
		default:
			return t.Range.Start.Line
		}
	}
	return def
}

// extents leads from a line to the last line of what begins on it.
func extents(body *hclsyntax.Body) map[int]int {
	ends := map[int]int{}
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n.(type) {
		case *hclsyntax.Body, hclsyntax.Attributes, hclsyntax.Blocks, hclsyntax.ChildScope:
			return nil
		}
		at := n.Range()
		ends[at.Start.Line] = max(ends[at.Start.Line], at.End.Line)
		return nil
	})
	return ends
}

// trimNewline is the range of a comment token, which takes the newline in.
func trimNewline(t hclsyntax.Token) hcl.Range {
	r := t.Range
	text := strings.TrimRight(string(t.Bytes), "\r\n")
	if len(text) < len(t.Bytes) {
		r.End = hcl.Pos{Line: r.Start.Line, Byte: r.Start.Byte + len(text)}
	}
	return r
}

// commentText is a comment without its sign.
func commentText(b []byte) string {
	s := strings.TrimSpace(string(b))
	switch {
	case strings.HasPrefix(s, "/*"):
		s = strings.TrimSuffix(strings.TrimPrefix(s, "/*"), "*/")
	case strings.HasPrefix(s, "//"):
		s = strings.TrimPrefix(s, "//")
	default:
		s = strings.TrimPrefix(s, "#")
	}
	return strings.TrimSpace(s)
}
