// Package planfile takes a binary plan apart, as `terraform plan -out=FILE`
// and OpenTofu write it: a zip that holds the plan as a protobuf message, the
// state it was made against, and the source of every module.
//
// The format is no stable interface. What is read here are the few fields of
// version 3 that say what the plan does; values are handed on as the msgpack
// they are. No schema of a provider is needed for any of it.
package planfile

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Version is the version of the format that is known.
const Version = 3

// What is no plan that can be read.
var (
	ErrNotZip    = errors.New("no zip")
	ErrNotPlan   = errors.New("a zip without a plan")
	ErrEncrypted = errors.New("an encrypted plan")
	ErrTooLarge  = errors.New("too large")
)

// VersionError is a plan in another version of the format.
type VersionError uint64

func (e VersionError) Error() string { return fmt.Sprintf("version %d of the format", uint64(e)) }

// The bounds of what is read. Terraform's plans stay far below them: text like
// theirs shrinks to a tenth or twentieth, and only many equal instances to
// less than a hundredth.
const (
	maxDirectory = 64 << 20 // bytes of the zip's directory
	maxEntries   = 100_000
	maxSource    = 2 << 20   // bytes of one file of the configuration
	maxSources   = 64 << 20  // bytes of all of them
	maxMessage   = 64 << 20  // bytes of one change
	freeRatio    = 256 << 20 // bytes that an entry may grow to whatever its size
	maxRatio     = 250       // times that a larger one may have shrunk
)

// File is an open binary plan.
type File struct {
	entries map[string]*zip.File
}

// Open reads the directory of a binary plan.
func Open(r io.ReaderAt, size int64) (*File, error) {
	return openBounded(r, size, maxDirectory, maxEntries)
}

func openBounded(r io.ReaderAt, size, directory int64, entries int) (*File, error) {
	bounded := &boundedReader{r: r, left: directory}
	z, err := zip.NewReader(bounded, size)
	switch {
	case bounded.left < 0 || err == nil && len(z.File) > entries:
		return nil, fmt.Errorf("the directory of the zip is %w", ErrTooLarge)
	case err != nil:
		return nil, ErrNotZip
	}
	bounded.off = true
	f := &File{entries: make(map[string]*zip.File, len(z.File))}
	for _, entry := range z.File {
		if f.entries[entry.Name] == nil {
			f.entries[entry.Name] = entry
		}
	}
	if f.entries["tfplan"] == nil {
		return nil, ErrNotPlan
	}
	return f, nil
}

// boundedReader reads at most left bytes until it is switched off.
type boundedReader struct {
	r    io.ReaderAt
	left int64
	off  bool
}

func (b *boundedReader) ReadAt(p []byte, off int64) (int, error) {
	if !b.off {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, ErrTooLarge
		}
	}
	return b.r.ReadAt(p, off)
}

// open opens an entry for reading, nil if there is none of that name.
func (f *File) open(name string) (io.ReadCloser, error) {
	entry := f.entries[name]
	if entry == nil {
		return nil, nil
	}
	if entry.UncompressedSize64 > freeRatio && entry.UncompressedSize64/maxRatio > entry.CompressedSize64 {
		return nil, fmt.Errorf("%s in the zip is %w: it shrank to less than a %dth", name, ErrTooLarge, maxRatio)
	}
	return entry.Open()
}

// State is the state that the plan was made against, refreshed; nil when the
// file holds none.
func (f *File) State() (io.ReadCloser, error) { return f.open("tfstate") }

// Plan reads the plan. Of the messages it passes each change to each, with the
// number of its field; the bytes are good until each returns.
func (f *File) Plan(each func(field Field, message []byte) error) (*Plan, error) {
	r, err := f.open("tfplan")
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	b := newReader(r)
	if lead, _ := b.Peek(1); len(lead) > 0 && lead[0] == '{' {
		return nil, ErrEncrypted
	}
	p := &Plan{Variables: map[string][]byte{}}
	return p, p.read(b, each)
}

func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 1<<18) }

// Module is the source of one module call, or of the root module.
type Module struct {
	Key   string // of nested calls, "net.db"; empty for the root module
	Dir   string // where it lay, as seen from the root module
	Files map[string][]byte
}

// Modules are the modules whose source the file holds, the root module first.
func (f *File) Modules() ([]Module, error) {
	total := int64(0)
	text, err := f.source("tfconfig/modules.json", &total)
	if err != nil || text == nil {
		return nil, err
	}
	var modules []Module
	if err := json.Unmarshal(text, &modules); err != nil {
		return nil, fmt.Errorf("the list of modules in the zip: %w", err)
	}
	byKey := make(map[string]*Module, len(modules))
	for i := range modules {
		modules[i].Files = map[string][]byte{}
		byKey[modules[i].Key] = &modules[i]
	}
	names := make([]string, 0, len(f.entries))
	for name := range f.entries {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, "tfconfig/m-")
		key, base, ok2 := strings.Cut(rest, "/")
		m := byKey[key]
		if !ok || !ok2 || m == nil || strings.ContainsAny(base, `/\`) {
			continue
		}
		if m.Files[base], err = f.source(name, &total); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Key, b.Key) })
	return modules, nil
}

// source reads an entry of the configuration.
func (f *File) source(name string, total *int64) ([]byte, error) {
	r, err := f.open(name)
	if r == nil || err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(io.LimitReader(r, maxSource+1))
	if err != nil {
		return nil, fmt.Errorf("%s in the zip: %w", name, err)
	}
	if *total += int64(len(text)); len(text) > maxSource || *total > maxSources {
		return nil, fmt.Errorf("%s in the zip is %w", name, ErrTooLarge)
	}
	return text, nil
}
