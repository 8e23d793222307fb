package tfplan

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// cursor walks JSON text that jsontext has already found to be valid, so it
// needs no errors. Reading a value once more this way costs a fraction of the
// validation.
type cursor struct {
	b []byte
	i int
}

// peek is the first byte of the next value, or 0 at the end.
func (c *cursor) peek() byte {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r', ',', ':':
			c.i++
		default:
			return c.b[c.i]
		}
	}
	return 0
}

// enter steps into an object or array; it reports false, and skips the value,
// when the value is something else.
func (c *cursor) enter(open byte) bool {
	if c.peek() != open {
		c.raw()
		return false
	}
	c.i++
	return true
}

// more reports whether the object or array that was entered goes on, and
// leaves it at its end.
func (c *cursor) more() bool {
	switch c.peek() {
	case '}', ']':
		c.i++
		return false
	case 0:
		return false
	}
	return true
}

// raw is the text of the next value.
func (c *cursor) raw() []byte {
	first := c.peek()
	start := c.i
	switch first {
	case 0:
		return nil
	case '"':
		c.skipString()
	case '{', '[':
		c.skipNested()
	default:
		for c.i < len(c.b) && !isDelimiter(c.b[c.i]) {
			c.i++
		}
	}
	return c.b[start:c.i]
}

func (c *cursor) skipNested() {
	depth := 0
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case '"':
			c.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.i++
		if depth == 0 {
			return
		}
	}
}

// skipString steps over a string; a quote ends it unless an odd number of
// backslashes precedes.
func (c *cursor) skipString() {
	for c.i++; c.i < len(c.b); {
		n := bytes.IndexByte(c.b[c.i:], '"')
		if n < 0 {
			c.i = len(c.b)
			return
		}
		c.i += n + 1
		slashes := 0
		for c.b[c.i-2-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return
		}
	}
}

func isDelimiter(b byte) bool {
	switch b {
	case ' ', '\t', '\n', '\r', ',', ':', ']', '}':
		return true
	}
	return false
}

// text is the next value without its quotes and escapes, if it is a string;
// any other value as it is written. The bytes are good until the next read.
func (c *cursor) text() []byte {
	raw := c.raw()
	if len(raw) < 2 || raw[0] != '"' {
		return raw
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	plain, _ := jsontext.AppendUnquote(nil, raw)
	return plain
}
