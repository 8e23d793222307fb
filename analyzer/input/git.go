package input

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Bounds of what is read from a revision.
const (
	maxTree  = 256 << 20 // of the listing of all files
	maxBlob  = 16 << 20
	maxLinks = 40
)

// revision is the files of a git revision. They are read through ls-tree and
// cat-file alone, which check nothing out and run neither hooks nor filters.
type revision struct {
	files map[string]blob
	dirs  map[string][]fs.DirEntry

	mu      sync.Mutex // guards the process
	process *exec.Cmd
	ask     io.WriteCloser
	answer  *bufio.Reader
}

type blob struct {
	id   string
	link bool
}

// isRevision reports whether a text can name a revision and nothing else: no
// option, no path within a revision.
func isRevision(text string) bool {
	return text != "" && len(text) < 256 && text[0] != '-' && !strings.ContainsFunc(text, func(c rune) bool {
		return c <= ' ' || c == 0x7f || strings.ContainsRune(`:?*[\`, c)
	})
}

// git is a git command that trusts nothing that the repository or the machine
// configures and fetches nothing.
func (o Options) git(ctx context.Context, root string, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, o.Git, append([]string{
		"--no-pager", "--no-optional-locks", "--no-replace-objects", "-C", root,
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.attributesFile=/dev/null",
		"-c", "protocol.allow=never", "-c", "safe.directory=" + root,
	}, arguments...)...)
	c.Env = []string{
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ATTR_NOSYSTEM=1",
		"GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C",
	}
	c.WaitDelay = 5 * time.Second
	return c
}

// openRevision lists the files of a revision of the repository at root. It is
// to be closed.
func (o Options) openRevision(ctx context.Context, root, name string) (*revision, error) {
	if o.Git == "" {
		return nil, &Error{Path: root, Summary: "a revision can only be read where git is installed", Detail: "name a folder or a plan with --base instead"}
	}
	var problem bytes.Buffer
	list := o.git(ctx, root, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", name)
	list.Stderr = &problem
	out, err := list.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := list.Start(); err != nil {
		return nil, err
	}
	listing, err := io.ReadAll(io.LimitReader(out, maxTree+1))
	_, _ = io.Copy(io.Discard, out)
	if wait := list.Wait(); err == nil {
		err = wait
	}
	switch {
	case err != nil:
		why, _, _ := strings.Cut(strings.TrimSpace(problem.String()), "\n")
		return nil, &Error{Path: root, Summary: fmt.Sprintf("revision %q cannot be read: %s", name, strings.TrimPrefix(why, "fatal: ")), Detail: "--base names a path, or a revision that is in the repository; a shallow clone may lack it"}
	case len(listing) > maxTree:
		return nil, &Error{Path: root, Summary: fmt.Sprintf("revision %q has too many files", name)}
	}
	r := &revision{files: map[string]blob{}, dirs: map[string][]fs.DirEntry{}}
	for entry := range strings.SplitSeq(string(listing), "\x00") {
		head, name, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(head)
		if len(fields) == 3 && fields[1] == "blob" && fs.ValidPath(name) {
			r.files[name] = blob{id: fields[2], link: fields[0] == "120000"}
			r.enter(name, false)
		}
	}
	return r, r.start(o.git(ctx, root, "cat-file", "--batch"))
}

// enter enters a file, or a folder, into the folder that holds it.
func (r *revision) enter(name string, dir bool) {
	parent := path.Dir(name)
	_, known := r.dirs[parent]
	r.dirs[parent] = append(r.dirs[parent], treeEntry{name: path.Base(name), dir: dir, link: r.files[name].link})
	if !known && parent != "." {
		r.enter(parent, true)
	}
}

func (r *revision) start(cat *exec.Cmd) (err error) {
	if r.ask, err = cat.StdinPipe(); err != nil {
		return err
	}
	out, err := cat.StdoutPipe()
	if err != nil {
		return err
	}
	r.answer, r.process = bufio.NewReader(out), cat
	return cat.Start()
}

// Close ends the process that reads.
func (r *revision) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.process == nil {
		return
	}
	_ = r.ask.Close()
	_ = r.process.Wait()
	r.process = nil
}

var errBlob = errors.New("git cannot read the file")

// content is that of a blob.
func (r *revision) content(id string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.process == nil {
		return nil, fs.ErrClosed
	}
	if _, err := io.WriteString(r.ask, id+"\n"); err != nil {
		return nil, errBlob
	}
	header, err := r.answer.ReadString('\n')
	fields := strings.Fields(header)
	if err != nil || len(fields) != 3 {
		return nil, errBlob // such as one that a partial clone lacks
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil || size < 0 {
		return nil, errBlob
	}
	if size > maxBlob {
		if _, err := io.CopyN(io.Discard, r.answer, size+1); err != nil {
			return nil, errBlob
		}
		return nil, fmt.Errorf("the file is larger than %d MiB", maxBlob>>20)
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(r.answer, data); err != nil {
		return nil, errBlob
	}
	return data[:size], nil
}

// resolve follows the symbolic links of a path within the tree.
func (r *revision) resolve(name string) (string, error) {
	for range maxLinks {
		at, found := name, false
		for at != "." && !found {
			if r.files[at].link {
				found = true
				break
			}
			at = path.Dir(at)
		}
		if !found {
			return name, nil
		}
		target, err := r.content(r.files[at].id)
		if err != nil {
			return "", err
		}
		name = path.Join(path.Dir(at), string(target), strings.TrimPrefix(name, at))
		if path.IsAbs(string(target)) || !fs.ValidPath(name) {
			return "", fs.ErrNotExist // out of the repository
		}
	}
	return "", errors.New("too many symbolic links")
}

// Open implements [fs.FS].
func (r *revision) Open(name string) (fs.File, error) {
	fail := func(err error) (fs.File, error) { return nil, &fs.PathError{Op: "open", Path: name, Err: err} }
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	at, err := r.resolve(name)
	if err != nil {
		return fail(err)
	}
	if entries, ok := r.dirs[at]; ok {
		return &treeDir{treeEntry: treeEntry{name: path.Base(name), dir: true}, entries: entries}, nil
	}
	b, ok := r.files[at]
	if !ok {
		return fail(fs.ErrNotExist)
	}
	data, err := r.content(b.id)
	if err != nil {
		return fail(err)
	}
	return &treeFile{treeEntry: treeEntry{name: path.Base(name), size: int64(len(data))}, Reader: bytes.NewReader(data)}, nil
}

// treeEntry describes a file or a folder.
type treeEntry struct {
	name      string
	dir, link bool
	size      int64
}

func (e treeEntry) Name() string               { return e.name }
func (e treeEntry) IsDir() bool                { return e.dir }
func (e treeEntry) Type() fs.FileMode          { return e.Mode().Type() }
func (e treeEntry) Info() (fs.FileInfo, error) { return e, nil }
func (e treeEntry) Size() int64                { return e.size }
func (e treeEntry) ModTime() time.Time         { return time.Time{} }
func (e treeEntry) Sys() any                   { return nil }

func (e treeEntry) Mode() fs.FileMode {
	switch {
	case e.dir:
		return fs.ModeDir | 0o555
	case e.link:
		return fs.ModeSymlink | 0o444
	}
	return 0o444
}

type treeFile struct {
	treeEntry
	*bytes.Reader
}

func (f *treeFile) Stat() (fs.FileInfo, error) { return f.treeEntry, nil }
func (f *treeFile) Close() error               { return nil }
func (f *treeFile) Size() int64                { return f.treeEntry.size }

type treeDir struct {
	treeEntry
	entries []fs.DirEntry
	at      int
}

func (d *treeDir) Stat() (fs.FileInfo, error) { return d.treeEntry, nil }
func (d *treeDir) Close() error               { return nil }
func (d *treeDir) Read([]byte) (int, error)   { return 0, errors.New("it is a folder") }

// ReadDir implements [fs.ReadDirFile].
func (d *treeDir) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := slices.Clone(d.entries[d.at:])
	if n > 0 {
		if len(rest) == 0 {
			return nil, io.EOF
		}
		rest = rest[:min(n, len(rest))]
	}
	d.at += len(rest)
	return rest, nil
}
