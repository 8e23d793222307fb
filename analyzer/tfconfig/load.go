package tfconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Config is the configuration of a root module with everything that it calls,
// as far as it lies in the repository.
type Config struct {
	modules map[string]*module // by path without keys
	order   []*module
	values  map[string]tf.Range // of root variables

	valueFiles []*file // of root variables, a later one wins
	fsys       fs.FS
	root       tf.Root
	partial    bool // fsys holds nothing but the configuration
	limits     Limits
	workspace  string // that terraform selected in the folder
	above      int
	options    *Options // of the evaluation; nil without one
	evaluated  *planned
	tracing    *planned // evaluates anew where values come from
}

// Above is by how many folders the modules that are called lie above the
// repository, so that they were not read.
func (c *Config) Above() int { return c.above }

// module is one call of a module, or the root module.
type module struct {
	path   string // "module.net.module.db"; empty for the root
	source *source
	block  *block // the call; nil for the root
	// calls lead to the module, outermost first, as far as they stand in the
	// repository.
	calls []tf.Range
	// external is set for a module from elsewhere; source is nil where it is
	// not installed.
	external bool
}

// source is a folder of configuration, parsed once however often it is called.
type source struct {
	dir       string
	files     []*file
	resources map[string]*block // "aws_vpc.main", "data.aws_ami.x", "provider.aws.west"
	calls     []*block
	variables map[string]*block
	locals    map[string]*arg
	outputs   map[string]*block
}

// Load reads the configuration whose root module is dir, a folder at or below
// the folder root of the repository; nothing outside root is read, by symbolic
// links neither. Diagnostics are warnings: a plan can be analysed without its
// source. Where a module lies above root, climbing stops: Above then says how
// far, and what was read is of no use.
func Load(dir, root string, limits Limits, climbing bool) (*Config, []tf.Diagnostic) {
	rel, err := relative(dir, root)
	if err != nil {
		return unreadable(err)
	}
	// It is closed when the last that may read through it is gone.
	open, err := os.OpenRoot(root)
	if err != nil {
		return unreadable(err)
	}
	return readFS(Tree{open.FS(), tf.RootAt(root)}, rel, limits, climbing)
}

// Tree is the files of a repository.
type Tree struct {
	fs.FS
	// Root says where the repository is.
	Root tf.Root
}

// LoadPart reads the configuration whose root module is the folder dir of
// files, which hold its modules and nothing else of the repository, as a binary
// plan does: what other files say, and which there are, is not known.
// Climbing is as in Load.
func LoadPart(files Tree, dir string, limits Limits, climbing bool) (*Config, []tf.Diagnostic) {
	c, diags := readFS(files, dir, limits, climbing)
	c.partial = true
	return c, diags
}

// LoadFS reads the configuration whose root module is the folder dir of the
// repository. What terraform installed is found through
// .terraform/modules/modules.json in dir; the modules of the keys to skip, such
// as "net.db", count as not installed.
func LoadFS(files Tree, dir string, limits Limits, skip ...string) (*Config, []tf.Diagnostic) {
	return readFS(files, dir, limits, false, skip...)
}

func readFS(files Tree, dir string, limits Limits, climbing bool, skip ...string) (*Config, []tf.Diagnostic) {
	l := &loader{limits: limits, fsys: files.FS, root: files.Root, climbing: climbing, sources: map[string]*source{}, config: newConfig()}
	l.config.fsys, l.config.root, l.config.limits = files.FS, files.Root, limits
	l.installed = l.manifest(dir)
	for _, key := range skip {
		delete(l.installed, key)
	}
	l.load(&module{}, dir, nil)
	l.variableFiles(dir)
	l.config.workspace = l.workspace(dir)
	return l.config, l.diags
}

func newConfig() *Config {
	return &Config{modules: map[string]*module{}, values: map[string]tf.Range{}}
}

func unreadable(err error) (*Config, []tf.Diagnostic) {
	return newConfig(), []tf.Diagnostic{{Summary: "the source cannot be read", Detail: sentence(tf.Reason(err))}}
}

// sentence is a text as the detail of a diagnostic.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// relative is dir seen from root, with forward slashes.
func relative(dir, root string) (string, error) {
	absDir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	absRoot, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(absRoot, absDir)
	if err != nil {
		return "", err
	}
	rel = filepath.ToSlash(rel)
	if !fs.ValidPath(rel) {
		return "", fmt.Errorf("%s is not below %s", dir, root)
	}
	return rel, nil
}

type loader struct {
	limits    Limits
	fsys      fs.FS
	root      tf.Root
	installed map[string]string // folder of a module by its key, "net.db"
	sources   map[string]*source
	files     int
	size      int64
	full      bool // a limit was hit and reported
	climbing  bool // nothing is read once a module lies above
	config    *Config
	diags     []tf.Diagnostic
}

// at is a file or folder as a place.
func (l *loader) at(name string) tf.Range { return tf.Range{Root: l.root, File: name} }

func (l *loader) warn(at tf.Range, summary, detail string) {
	l.diags = append(l.diags, tf.Diagnostic{Summary: summary, Detail: detail, Range: at})
}

// limit reports, once, that not everything is read.
func (l *loader) limit(what string) {
	if !l.full {
		l.full = true
		l.warn(tf.Range{}, "the configuration is too large to be read: "+what, "The rest is left out.")
	}
}

// load reads the module's folder and those it calls; callers are the folders
// on the way to it.
func (l *loader) load(m *module, dir string, callers []string) {
	if len(l.config.order) >= l.limits.Modules {
		l.limit(fmt.Sprintf("more than %d module calls", l.limits.Modules))
		return
	}
	l.config.modules[m.path] = m
	l.config.order = append(l.config.order, m)
	m.source = l.source(dir)
	callers = append(callers[:len(callers):len(callers)], dir)
	for _, call := range m.source.calls {
		if dir, ok := beside(m, call); ok && !fs.ValidPath(dir) {
			l.config.above = max(l.config.above, strings.Count(dir, ".."))
		}
	}
	for _, call := range m.source.calls {
		if l.climbing && l.config.above > 0 {
			return
		}
		l.call(m, call, callers)
	}
}

// beside is the folder of a call whose source is one, which may be outside of
// the repository.
func beside(m *module, call *block) (dir string, ok bool) {
	from, ok := call.text("source")
	if !ok || !isLocal(from) {
		return "", false
	}
	return path.Join(m.source.dir, from), true
}

// call follows a module block.
func (l *loader) call(m *module, call *block, callers []string) {
	at := call.file.rangeOf(call.header)
	child := &module{path: "module." + call.labels[0], block: call, calls: m.calls, external: m.external}
	if m.path != "" {
		child.path = m.path + "." + child.path
	}
	if !m.external {
		child.calls = append(slices.Clone(m.calls), at)
	}
	if l.config.modules[child.path] != nil {
		return // called twice, which Terraform rejects
	}
	dir, local := l.folder(m, child.path, call)
	child.external = child.external || !local
	switch {
	case dir == "":
		l.config.modules[child.path] = child
	case len(callers) >= l.limits.Depth:
		l.limit(fmt.Sprintf("modules more than %d deep", l.limits.Depth))
	case slices.Contains(callers, dir):
		l.warn(at, "module "+call.labels[0]+" calls itself", "The folder "+l.root.To(dir)+" is on the way to this call already.")
	case local && !l.isDir(dir):
		from, _ := call.text("source")
		l.warn(at, "module "+call.labels[0]+" calls a folder that does not exist", strconv.Quote(from)+" leads to "+l.root.To(dir)+". What it makes, and what depends on that, is not known.")
	default:
		l.load(child, dir, callers)
	}
}

// folder is where a called module lies: empty where it is not installed, or
// lies outside the repository. local is set for a module of the repository
// itself.
func (l *loader) folder(m *module, callPath string, call *block) (dir string, local bool) {
	if dir, ok := beside(m, call); ok {
		if !fs.ValidPath(dir) {
			return "", false
		}
		return dir, true
	}
	key := moduleKey(callPath)
	if dir, ok := l.installed[key]; ok && l.isDir(dir) {
		return dir, false
	}
	return "", false
}

// isLocal reports whether a module lies in a folder beside its caller.
func isLocal(source string) bool {
	return strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../")
}

// moduleKey is the key of a module in terraform's list of what is installed.
func moduleKey(path string) string {
	return strings.TrimPrefix(strings.ReplaceAll(path, ".module.", "."), "module.")
}

// Call is what a module block says of where the module comes from.
type Call struct{ Source, Version string }

// Calls are the calls of modules from elsewhere, by the key of the module.
func (c *Config) Calls() map[string]Call {
	calls := map[string]Call{}
	for _, m := range c.modules {
		if m.block == nil {
			continue
		}
		var call Call
		call.Source, _ = m.block.text("source")
		call.Version, _ = m.block.text("version")
		if !isLocal(call.Source) {
			calls[moduleKey(m.path)] = call
		}
	}
	return calls
}

// text is the text of a literal argument.
func (b *block) text(name string) (string, bool) {
	a, ok := b.args[name]
	if !ok {
		return "", false
	}
	v, ok := literal(a.expr)
	if !ok {
		return "", false
	}
	return textOf(v)
}

func (l *loader) isDir(dir string) bool {
	info, err := fs.Stat(l.fsys, dir)
	return err == nil && info.IsDir()
}

// manifest reads what `terraform init` installed, by module key.
func (l *loader) manifest(dir string) map[string]string {
	name := path.Join(dir, ".terraform/modules/modules.json")
	data, err := l.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	type module struct{ Key, Dir string }
	var manifest struct{ Modules []module }
	// A plan holds the list alone, a folder an object with it.
	if err == nil && json.Unmarshal(data, &manifest.Modules) != nil && json.Unmarshal(data, &manifest) != nil {
		err = errors.New("it is no list of modules as terraform init writes it")
	}
	if err != nil {
		l.warn(l.at(name), "the list of installed modules cannot be read", sentence(tf.Reason(err)))
		return nil
	}
	installed := map[string]string{}
	for _, m := range manifest.Modules {
		if at := path.Join(dir, strings.ReplaceAll(m.Dir, `\`, "/")); m.Key != "" && fs.ValidPath(at) {
			installed[m.Key] = at
		}
	}
	return installed
}

var errTooLarge = errors.New("it is too large to be a configuration")

// read reads a regular file within the limits.
func (l *loader) read(name string) ([]byte, error) {
	return readFile(l.fsys, name, l.limits.FileSize)
}

// workspace is the one that terraform selected in the folder, if any.
func (l *loader) workspace(dir string) string {
	data, err := l.read(path.Join(dir, ".terraform/environment"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// source parses a folder, once.
func (l *loader) source(dir string) *source {
	if s := l.sources[dir]; s != nil {
		return s
	}
	s := &source{
		dir:       dir,
		resources: map[string]*block{},
		variables: map[string]*block{},
		locals:    map[string]*arg{},
		outputs:   map[string]*block{},
	}
	l.sources[dir] = s
	names, err := l.list(dir)
	if err != nil {
		l.warn(l.at(dir), "the folder cannot be read", sentence(tf.Reason(err)))
		return s
	}
	for _, override := range []bool{false, true} {
		for _, name := range configurationFiles(names) {
			if isOverride(name) == override {
				l.add(s, path.Join(dir, name), override)
			}
		}
	}
	slices.SortFunc(s.files, func(a, b *file) int { return strings.Compare(a.path, b.path) })
	return s
}

func (l *loader) list(dir string) ([]string, error) {
	entries, err := fs.ReadDir(l.fsys, dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// add parses a file and adds its blocks to the source.
func (l *loader) add(s *source, name string, override bool) {
	if l.files >= l.limits.Files {
		l.limit(fmt.Sprintf("more than %d files", l.limits.Files))
		return
	}
	l.files++
	data, err := l.read(name)
	if err != nil {
		l.warn(l.at(name), "the file cannot be read", sentence(tf.Reason(err)))
		return
	}
	if l.size += int64(len(data)); l.size > l.limits.Size {
		l.limit(fmt.Sprintf("more than %d bytes", l.limits.Size))
		return
	}
	f, diags := parse(l.root, name, data)
	l.diags = append(l.diags, diags...)
	s.files = append(s.files, f)
	for _, b := range f.blocks {
		s.add(b, override)
	}
}

// add indexes a top-level block, or merges one of an override file.
func (s *source) add(b *block, override bool) {
	switch {
	case b.typ == "resource" && len(b.labels) == 2:
		put(s.resources, b.labels[0]+"."+b.labels[1], b, override)
	case b.typ == "data" && len(b.labels) == 2:
		put(s.resources, "data."+b.labels[0]+"."+b.labels[1], b, override)
	case b.typ == "provider" && len(b.labels) == 1:
		name := b.labels[0]
		if alias, ok := b.text("alias"); ok {
			name += "." + alias
		}
		put(s.resources, "provider."+name, b, override)
	case b.typ == "variable" && len(b.labels) == 1:
		put(s.variables, b.labels[0], b, override)
	case b.typ == "output" && len(b.labels) == 1:
		put(s.outputs, b.labels[0], b, override)
	case b.typ == "locals":
		for name, a := range b.args {
			if s.locals[name] == nil || override {
				s.locals[name] = a
			}
		}
	case b.typ == "module" && len(b.labels) == 1 && b.labels[0] != "":
		i := slices.IndexFunc(s.calls, func(c *block) bool { return c.labels[0] == b.labels[0] })
		if i >= 0 && override {
			s.calls[i].override(b)
		} else {
			s.calls = append(s.calls, b)
		}
	}
}

func put(all map[string]*block, key string, b *block, override bool) {
	if old := all[key]; old != nil && override {
		old.override(b)
	} else if old == nil {
		all[key] = b
	}
}

// configurationFiles are those that Terraform or OpenTofu read. A .tofu file
// takes the place of the .tf file of the same name.
func configurationFiles(names []string) []string {
	var out []string
	for _, name := range names {
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#") {
			continue
		}
		base, ext := splitExtension(name)
		switch ext {
		case ".tofu", ".tofu.json":
		case ".tf", ".tf.json":
			if slices.Contains(names, base+strings.Replace(ext, ".tf", ".tofu", 1)) {
				continue
			}
		default:
			continue
		}
		out = append(out, name)
	}
	return out
}

// isOverride reports whether the file is merged into the others.
func isOverride(name string) bool {
	base, _ := splitExtension(name)
	return base == "override" || strings.HasSuffix(base, "_override")
}

func splitExtension(name string) (base, ext string) {
	for _, ext := range []string{".tf.json", ".tofu.json", ".tf", ".tofu"} {
		if base, ok := strings.CutSuffix(name, ext); ok {
			return base, ext
		}
	}
	return name, ""
}

// Comments are the comments with a word of the repository's own modules, file by
// file. The author of a module from elsewhere has no say in what is accepted here.
func (c *Config) Comments(word string) []tf.Comment {
	var all []tf.Comment
	seen := map[*file]bool{}
	for _, m := range c.order {
		if m.external || m.source == nil {
			continue
		}
		for _, f := range m.source.files {
			if !bytes.Contains(f.src, []byte(word)) {
				continue
			}
			for _, comment := range f.comments() {
				if !strings.Contains(comment.text, word) {
					continue
				}
				out := tf.Comment{Range: comment.at, Text: comment.text, CoversFrom: comment.at.StartLine, CoversTo: comment.to}
				if comment.call != "" {
					out.Module = strings.TrimPrefix(m.path+".module."+comment.call, ".")
				} else if seen[f] {
					continue
				}
				all = append(all, out)
			}
			seen[f] = true
		}
	}
	return all
}
