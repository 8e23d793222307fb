package tf

import (
	"bytes"
	"unicode/utf8"
)

// Column is the column of a byte offset in a file, in code points from one.
// A byte-order mark takes no column.
func Column(src []byte, offset int) int {
	offset = min(max(offset, 0), len(src))
	line := src[bytes.LastIndexByte(src[:offset], '\n')+1 : offset]
	return utf8.RuneCount(bytes.TrimPrefix(line, []byte("\uFEFF"))) + 1
}
