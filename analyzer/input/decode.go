package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"unicode/utf16"

	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// maxLead bounds the text that a wrapper may print before the JSON.
const maxLead = 64 << 10

// maxUTF16 bounds an input in UTF-16, which is converted in memory.
const maxUTF16 = 1 << 30

// decode looks at the first bytes of an input and returns a reader of its
// JSON: byte-order marks, UTF-16 and the lines of a wrapper are dealt with, and
// what is no JSON at all is named. The reader of a file can be read again from
// its start.
func decode(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, maxLead)
	lead, err := b.Peek(maxLead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var skip int
	switch {
	case bytes.HasPrefix(lead, []byte("PK\x03\x04")):
		return nil, &tfplan.Error{
			Summary: "binary plans cannot be read yet",
			Detail:  "show it as JSON with `terraform show -json FILE > plan.json` and name plan.json",
		}
	case bytes.HasPrefix(lead, []byte{0xFE, 0xFF}), bytes.HasPrefix(lead, []byte{0, '{'}):
		return fromUTF16(b, binary.BigEndian)
	case bytes.HasPrefix(lead, []byte{0xFF, 0xFE}), bytes.HasPrefix(lead, []byte{'{', 0}):
		return fromUTF16(b, binary.LittleEndian)
	case bytes.HasPrefix(lead, []byte{0xEF, 0xBB, 0xBF}):
		skip = 3
	default:
		skip = wrapper(lead)
	}
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return io.NewSectionReader(f, int64(skip), info.Size()-int64(skip)), nil
		}
	}
	_, err = b.Discard(skip)
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
