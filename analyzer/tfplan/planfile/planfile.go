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
	"io/fs"
	"maps"
	"path"
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
	maxAbove     = 50        // folders that a module lies above the root module
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

// module is a line of the list of modules.
type module struct {
	Key string // of nested calls, "net.db"; empty for the root module
	Dir string // where it lay, as seen from the root module
}

// Sources is the configuration that the plan was made from, as far as the file
// holds it: the files of its modules where they lay, with the root module in
// the folder root, and the list of the modules where terraform init leaves it.
//
// Their sizes are not bounded here: whoever reads them says what is too large.
// The root module is put into the folder at. A module that lies beside or
// above it is left out where that would be outside of the file system; with
// inside set, root is chosen so deep below at that none is.
func (f *File) Sources(at string, inside bool) (sources fs.FS, root string, err error) {
	list := f.entries["tfconfig/modules.json"]
	modules, err := f.modules(list)
	if err != nil {
		return nil, "", err
	}
	root = at
	if inside {
		root = path.Join(at, strings.Repeat("root/", above(modules)))
	}
	z := &zip.Reader{}
	seen := map[string]bool{} // the file holds a module once for each of its calls
	add := func(entry *zip.File, name string) {
		if seen[name] || !fs.ValidPath(name) {
			return
		}
		seen[name] = true
		moved := *entry
		moved.Name = name
		z.File = append(z.File, &moved)
	}
	add(list, path.Join(root, ".terraform/modules/modules.json"))
	folders := map[string]string{}
	for _, m := range modules {
		folders[m.Key] = path.Join(root, strings.ReplaceAll(m.Dir, `\`, "/"))
	}
	for _, name := range slices.Sorted(maps.Keys(f.entries)) {
		rest, ok := strings.CutPrefix(name, "tfconfig/m-")
		key, base, ok2 := strings.Cut(rest, "/")
		if folder, known := folders[key]; ok && ok2 && known && !strings.ContainsAny(base, `/\`) {
			add(f.entries[name], path.Join(folder, base))
		}
	}
	return z, root, nil
}

// modules reads the list of modules.
func (f *File) modules(list *zip.File) ([]module, error) {
	if list == nil {
		return nil, fmt.Errorf("the source in the zip: %w", fs.ErrNotExist)
	}
	r, err := list.Open()
	if err != nil {
		return nil, fmt.Errorf("the list of modules in the zip: %w", err)
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(io.LimitReader(r, maxSource))
	if err != nil {
		return nil, fmt.Errorf("the list of modules in the zip: %w", err)
	}
	var modules []module
	if err := json.Unmarshal(text, &modules); err != nil {
		return nil, fmt.Errorf("the list of modules in the zip: %w", err)
	}
	return modules, nil
}

// above is how many folders up from the root module the modules lie at most.
func above(modules []module) int {
	most := 0
	for _, m := range modules {
		dir := path.Clean(strings.ReplaceAll(m.Dir, `\`, "/"))
		n := 0
		for strings.HasPrefix(dir, "../") {
			n, dir = n+1, dir[len("../"):]
		}
		if dir == ".." {
			n++
		}
		most = max(most, n)
	}
	return min(most, maxAbove)
}
