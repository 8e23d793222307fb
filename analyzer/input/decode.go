package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"unicode/utf16"

	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// maxLead bounds the text that a wrapper may print before the JSON.
const maxLead = 64 << 10

// maxUTF16 bounds an input in UTF-16, which is converted in memory.
const maxUTF16 = 1 << 30

// maxZip bounds a binary plan on standard input, which is kept in memory.
const maxZip = 1 << 30

// isZip tells a binary plan by its first bytes; the second is a zip without
// entries.
func isZip(lead []byte) bool {
	return bytes.HasPrefix(lead, []byte("PK\x03\x04")) || bytes.HasPrefix(lead, []byte("PK\x05\x06"))
}

// holdsZip reports whether a file is one.
func holdsZip(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	lead := make([]byte, 4)
	_, err = io.ReadFull(f, lead)
	return err == nil && isZip(lead)
}

// regular is a regular file with its size.
func regular(r io.Reader) (*os.File, int64, bool) {
	f, ok := r.(*os.File)
	if !ok {
		return nil, 0, false
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, false
	}
	return f, info.Size(), true
}

// openZip opens a binary plan; b is a reader of r, at its start.
func openZip(r io.Reader, b *bufio.Reader) (*tfplan.Binary, error) {
	if f, size, ok := regular(r); ok {
		return tfplan.OpenBinary(f, size)
	}
	data, err := io.ReadAll(io.LimitReader(b, maxZip+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxZip {
		return nil, &tfplan.Error{Summary: "the binary plan on standard input is larger than 1 GiB", Detail: "give the path of the file"}
	}
	return tfplan.OpenBinary(bytes.NewReader(data), int64(len(data)))
}

// decode returns a reader of the JSON of an input, of which b is a reader at
// its start: byte-order marks, UTF-16 and the lines of a wrapper are dealt with.
// The reader of a file can be read again from its start.
func decode(r io.Reader, b *bufio.Reader, lead []byte) (io.Reader, error) {
	var skip int
	switch {
	case bytes.HasPrefix(lead, []byte{0xFE, 0xFF}), bytes.HasPrefix(lead, []byte{0, '{'}):
		return fromUTF16(b, binary.BigEndian)
	case bytes.HasPrefix(lead, []byte{0xFF, 0xFE}), bytes.HasPrefix(lead, []byte{'{', 0}):
		return fromUTF16(b, binary.LittleEndian)
	case bytes.HasPrefix(lead, []byte{0xEF, 0xBB, 0xBF}):
		skip = 3
	default:
		skip = wrapper(lead)
	}
	if f, size, ok := regular(r); ok {
		return io.NewSectionReader(f, int64(skip), size-int64(skip)), nil
	}
	_, err := b.Discard(skip)
	return b, err
}

// wrapper is the length of the lines that stand before the JSON, as tools that
// call terraform print them.
func wrapper(lead []byte) int {
	text := bytes.TrimLeft(lead, " \t\r\n")
	if len(text) == 0 || text[0] == '{' || text[0] == '[' {
		return 0
	}
	if at := bytes.Index(lead, []byte("\n{")); at >= 0 {
		return at + 1
	}
	return 0
}

// fromUTF16 converts the rest of an input, as PowerShell's redirection writes
// it.
func fromUTF16(r io.Reader, order binary.ByteOrder) (io.Reader, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxUTF16+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxUTF16 {
		return nil, &tfplan.Error{Summary: "the input is UTF-16 and larger than 1 GiB", Detail: "convert it to UTF-8"}
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	if len(units) > 0 && units[0] == 0xFEFF {
		units = units[1:]
	}
	return bytes.NewReader([]byte(string(utf16.Decode(units)))), nil
}
