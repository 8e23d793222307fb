package input

import (
	"os"
	"path/filepath"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig"
)

// place is where an input belongs: the folder of the configuration it was
// made from, and the repository around it.
type place struct {
	folder string // of the configuration if there is one, else of the file
	source string // the folder of the configuration; empty without one
	root   string // of the repository
}

// place finds the configuration that a plan was made from: where the user
// says, else in the folder where the plan lies.
func (o Options) place(l located) place {
	p := place{folder: "."}
	if l.path != stdin {
		p.folder = filepath.Dir(l.path)
	}
	switch {
	case o.NoSource:
	case o.Source != "":
		p.folder, p.source = o.Source, o.Source
	case l.path != stdin && holdsConfiguration(p.folder):
		p.source = p.folder
	}
	p.root = repository(p.folder)
	if l.unit != "" && p.source == "" && !o.NoSource {
		p = unitPlace(p, l.unit)
	}
	return p
}

// name is the folder as seen from the repository's root.
func (p place) name() string {
	folder, err := filepath.Abs(p.folder)
	if err != nil {
		return filepath.ToSlash(p.folder)
	}
	rel, err := filepath.Rel(p.root, folder)
	if err != nil {
		return filepath.ToSlash(p.folder)
	}
	return filepath.ToSlash(rel)
}

func holdsConfiguration(folder string) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !e.IsDir() && isConfiguration(e.Name()) {
			return true
		}
	}
	return false
}

// load reads the configuration of a place.
func (p *place) load() (*tfconfig.Config, []tf.Diagnostic) {
	return p.climb(func(climbing bool) (*tfconfig.Config, []tf.Diagnostic) {
		return tfconfig.Load(p.source, p.root, tfconfig.DefaultLimits(), climbing)
	})
}

// climb reads a configuration. Without a repository around it, it lies as far
// up as the modules that it calls.
func (p *place) climb(load func(climbing bool) (*tfconfig.Config, []tf.Diagnostic)) (*tfconfig.Config, []tf.Diagnostic) {
	for !isRepository(p.root) {
		config, diags := load(true)
		above := config.Above()
		if above == 0 {
			return config, diags
		}
		if above > mostAbove || p.root == filepath.Dir(p.root) {
			break
		}
		for range above {
			p.root = filepath.Dir(p.root)
		}
	}
	return load(false)
}

// mostAbove is how far up modules are looked for.
const mostAbove = 8

func isRepository(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, ".git"))
	return err == nil
}

// repository is the root of the repository around a folder: the nearest
// folder that holds .git; else the working directory where the folder lies
// below it, so that several folders are told apart; else the folder itself.
func repository(folder string) string {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return folder
	}
	root := folder
	if here, err := filepath.Abs("."); err == nil {
		if rel, err := filepath.Rel(here, folder); err == nil && filepath.IsLocal(rel) {
			root = here
		}
	}
	for at := folder; ; at = filepath.Dir(at) {
		if isRepository(at) {
			return at
		}
		if at == filepath.Dir(at) {
			return root
		}
	}
}
