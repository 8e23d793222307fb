package tfconfig

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// comment is a comment of a file with what it covers.
type comment struct {
	at         tf.Range
	text       string
	to         int    // last line that it covers
	call       string // name of the module call that it heads
	start, end int    // offsets
}

// comments are the comments of the file. They are looked for when they are
// first asked for, which is seldom: it takes a scan of the file.
func (f *file) comments() []comment {
	if f.commented == nil && f.body != nil {
		f.commented = findComments(f)
	}
	return f.commented
}

// findComments collects the comments of a file. A comment that has its line to
// itself covers what begins on the next line of code, one behind code what
// begins on its own line.
func findComments(f *file) []comment {
	all := []comment{}
	next := 0                // line of the next token of code
	behind := map[int]bool{} // lines on which code ends
	for _, t := range slices.Backward(f.tokens()) {
		switch t.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenEOF:
		case hclsyntax.TokenComment:
			r := trimNewline(t)
			all = append(all, comment{text: commentText(t.Bytes), at: tf.Range{Root: f.root, File: f.path, StartLine: r.Start.Line, EndLine: r.End.Line}, start: r.Start.Byte, end: r.End.Byte, to: next})
		default:
			next = t.Range.Start.Line
			behind[t.Range.End.Line] = true
		}
	}
	if len(all) == 0 {
		return all
	}
	slices.Reverse(all)
	ends, calls := extents(f.body), callLines(f.body)
	columns := columns{src: f.src}
	for i := range all {
		c := &all[i]
		c.at.StartColumn, c.at.EndColumn = columns.at(c.start), columns.at(c.end)
		target := c.to
		if target != c.at.StartLine && behind[c.at.StartLine] {
			target = c.at.StartLine
		}
		c.to = max(c.at.EndLine, target, ends[target])
		c.call = calls[target]
	}
	return all
}

// columns computes the columns of rising offsets, so that a long line is read
// once.
type columns struct {
	src            []byte
	offset, column int
}

func (c *columns) at(offset int) int {
	between := c.src[min(c.offset, offset):offset]
	if c.column == 0 || bytes.IndexByte(between, '\n') >= 0 {
		c.column = tf.Column(c.src, offset)
	} else {
		c.column += utf8.RuneCount(between)
	}
	c.offset = offset
	return c.column
}

// callLines leads from a line to the module call that begins on it.
func callLines(body *hclsyntax.Body) map[int]string {
	calls := map[int]string{}
	for _, b := range body.Blocks {
		if b.Type == "module" && len(b.Labels) == 1 {
			calls[b.Range().Start.Line] = b.Labels[0]
		}
	}
	return calls
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
