package tfconfig

import (
	"bytes"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// line is the line on which the place starts, with nothing on it but the place
// itself: what else stands there, comments too, may be secret. Columns stay
// where they are.
func (p place) line() string {
	src := p.file.src
	start := min(p.at.Start.Byte, len(src))
	lineStart := bytes.LastIndexByte(src[:start], '\n') + 1
	lineEnd := len(src)
	if n := bytes.IndexByte(src[start:], '\n'); n >= 0 {
		lineEnd = start + n
	}
	end := max(start, min(p.at.End.Byte, lineEnd))
	text := p.text(start, end)
	if p.expr == nil && bytes.HasPrefix(bytes.TrimLeft(src[end:lineEnd], " \t"), []byte("{")) {
		text += " {"
	}
	return blank(string(src[lineStart:start])) + text
}

// text is the source from start to end with what must not be printed replaced.
func (p place) text(start, end int) string {
	text := string(p.file.src[start:end])
	if p.expr != nil {
		before := max(start, min(p.expr.Range().Start.Byte, end))
		switch {
		case p.hidden || holdsSensitive(p.value):
			return string(p.file.src[start:before]) + "(sensitive)"
		case !p.isPlanned():
			return string(p.file.src[start:before]) + "…"
		}
	}
	return strings.TrimRight(p.file.withoutComment(text, start), " \t\r")
}

// isPlanned reports whether the plan says something of the value, without
// which nobody knows whether it is sensitive.
func (p place) isPlanned() bool {
	if !p.value.IsNull() {
		return true
	}
	v, ok := literal(p.expr)
	return ok && v.IsNull()
}

// withoutComment cuts a piece of one line, which starts at the offset, where a
// comment begins.
func (f *file) withoutComment(text string, offset int) string {
	if !strings.ContainsAny(text, "#/") {
		return text
	}
	line := bytes.Count(f.src[:offset], []byte("\n")) + 1
	from := tf.Column(f.src, offset)
	runes := []rune(text)
	for _, c := range f.comments() {
		if n := c.at.StartColumn - from; c.at.StartLine == line && n >= 0 && n < len(runes) {
			return string(runes[:n])
		}
	}
	return text
}

// holdsSensitive reports whether v, or something in it, is sensitive.
func holdsSensitive(v tf.Value) bool {
	if v.IsSensitive() {
		return true
	}
	for _, e := range v.Elements() {
		if holdsSensitive(e) {
			return true
		}
	}
	for _, f := range v.Fields() {
		if holdsSensitive(f.Value) {
			return true
		}
	}
	return false
}

// blank replaces everything but white space by spaces.
func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, strings.TrimPrefix(s, "\uFEFF"))
}
