package input

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig"
	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// source is the configuration that a plan was made from; config is nil where
// there is none.
type source struct {
	config *tfconfig.Config
	diags  []tf.Diagnostic
	// shown is the configuration with the places that people know.
	shown tf.Source
}

// beside is the configuration in the folder where a plan lies, or where the
// user says.
func (p *place) beside() source {
	if p.source == "" {
		return source{}
	}
	config, diags := p.load()
	s := source{config, diags, config}
	if config != nil && strings.Contains(filepath.ToSlash(p.source), "/"+terragruntCache+"/") {
		unit := unitSource{config, p.root, map[string]string{}}
		for i := range s.diags {
			s.diags[i].Range = unit.original(s.diags[i].Range)
		}
		s.shown = unit
	}
	return s
}

// inside is the configuration inside a binary plan. Its files stand where they
// lie in the repository if they are there as they were, else below the path of
// the plan.
func (p place) inside(plan *tfplan.Binary, at string) source {
	if p.holds(plan) {
		config, diags := p.climb(func(climbing bool) (*tfconfig.Config, []tf.Diagnostic) {
			return part(plan, p.name(), tf.RootAt(p.root), false, climbing)
		})
		return source{config, diags, config}
	}
	config, diags := part(plan, insidePath(at), tf.Root{}, true, false)
	return source{config, diags, config}
}

// part is the configuration inside a plan with its root module in a folder of a
// repository that is seen from the working directory.
func part(plan *tfplan.Binary, at string, seen tf.Root, inside, climbing bool) (*tfconfig.Config, []tf.Diagnostic) {
	files, root, err := plan.Sources(at, inside)
	if err != nil {
		return nil, []tf.Diagnostic{{Summary: "the source inside the binary plan cannot be read", Incomplete: true,
			Detail: "links that are known only after apply are open: " + tf.Reason(err), Range: tf.Range{File: at}}}
	}
	return tfconfig.LoadPart(tfconfig.Tree{FS: files, Root: seen}, root, tfconfig.DefaultLimits(), climbing)
}

// holds reports whether the folder of the configuration holds the root module
// of a plan as it is in there.
func (p place) holds(plan *tfplan.Binary) bool {
	if p.source == "" || !fs.ValidPath(p.name()) {
		return false
	}
	files, root, err := plan.Sources(".", false)
	return err == nil && holdsSame(p.source, files, root)
}

// insidePath is what the files inside a plan are shown below: its path without
// what leads out of a file system.
func insidePath(at string) string {
	at = strings.TrimPrefix(path.Clean(at), "/")
	for strings.HasPrefix(at, "../") {
		at = at[len("../"):]
	}
	if at == stdin || !fs.ValidPath(at) {
		return "plan"
	}
	return at
}

// holdsSame reports whether the configuration files of a folder are those of a
// plan's root module.
func holdsSame(folder string, files fs.FS, root string) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	same := false
	for _, e := range entries {
		if e.IsDir() || !isConfiguration(e.Name()) {
			continue
		}
		name, here := path.Join(root, e.Name()), filepath.Join(folder, e.Name())
		planned, err := fs.Stat(files, name)
		if own, statErr := os.Stat(here); err != nil || statErr != nil || planned.Size() != own.Size() {
			return false
		}
		content, err := fs.ReadFile(files, name)
		if err != nil || !holdsContent(here, content) {
			return false
		}
		same = true
	}
	return same
}

// holdsContent reports whether a file is there and has the content.
func holdsContent(file string, content []byte) bool {
	// Opening a pipe would wait for somebody to write to it.
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(content)) {
		return false
	}
	here, err := os.ReadFile(file)
	return err == nil && bytes.Equal(here, content)
}

// withSource reads a plan together with the source that it was made from.
func (o Options) withSource(s source, options tfplan.Options, read func(tfplan.Options) (*tf.Stack, error)) (*tf.Stack, error) {
	if s.config != nil {
		evaluation, err := o.evaluation()
		if err != nil {
			return nil, err
		}
		options.Evaluate = func(known tf.Known) tf.Evaluator {
			evaluation.Known = known
			return s.config.Evaluator(evaluation)
		}
	}
	stack, err := read(options)
	if err != nil {
		return nil, err
	}
	if s.config != nil {
		stack.Source = s.shown
	}
	for _, d := range s.diags {
		d.Stack = stack.Name
		stack.Diagnostics = append(stack.Diagnostics, d)
	}
	return stack, nil
}
