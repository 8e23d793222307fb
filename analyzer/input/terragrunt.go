package input

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig"
)

// terragruntCache is where terragrunt copies the source of a unit to, below
// two folders named by hashes, and runs terraform in.
const terragruntCache = ".terragrunt-cache"

// unitPlace finds the configuration that a unit's plan was made from: where
// terragrunt ran in its cache, else in the unit's own folder.
func unitPlace(p place, unit string) place {
	for _, above := range []string{".", p.root} {
		folder := filepath.Join(above, filepath.FromSlash(unit))
		ran := cached(filepath.Join(folder, terragruntCache))
		switch {
		case len(ran) == 1:
			p.source, p.root = ran[0], repository(folder)
			return p
		case len(ran) == 0 && holdsConfiguration(folder):
			p.source, p.root = folder, repository(folder)
			return p
		}
	}
	return p
}

// cached are the folders of a cache that terraform was initialised in. Of
// several nobody knows which one the plan is of.
func cached(cache string) []string {
	var ran []string
	seen := 0
	_ = filepath.WalkDir(cache, func(folder string, d fs.DirEntry, err error) error {
		seen++
		switch {
		case err != nil || seen > mostNested:
			return fs.SkipAll
		case d.IsDir() && d.Name() == ".terraform" && holdsConfiguration(filepath.Dir(folder)):
			ran = append(ran, filepath.Dir(folder))
		}
		if d.IsDir() && folder != cache && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		return nil
	})
	return ran
}

// unitSource is a configuration in terragrunt's cache. Its places are those of
// the repository's own files, of which the cache holds copies.
type unitSource struct {
	*tfconfig.Config
	root string
	own  map[string]string
}

func (s unitSource) Locate(r *tf.Resource, argument string) (tf.Location, bool) {
	l, ok := s.Config.Locate(r, argument)
	l.Range, l.Block = s.original(l.Range), s.original(l.Block)
	calls := l.Calls
	l.Calls = nil
	for _, call := range calls {
		l.Calls = append(l.Calls, s.original(call))
	}
	return l, ok
}

func (s unitSource) Comments(word string) []tf.Comment {
	var comments []tf.Comment
	for _, c := range s.Config.Comments(word) {
		c.Range = s.original(c.Range)
		comments = append(comments, c)
	}
	return comments
}

func (s unitSource) Variable(name string) (tf.Range, bool) {
	r, ok := s.Config.Variable(name)
	return s.original(r), ok
}

// Origins implements [tf.Tracer].
func (s unitSource) Origins(r *tf.Resource, argument string) []tf.Origin {
	origins := s.Config.Origins(r, argument)
	for i := range origins {
		origins[i].Range = s.original(origins[i].Range)
	}
	return origins
}

func (s unitSource) original(r tf.Range) tf.Range {
	file, ok := s.own[r.File]
	if !ok {
		file = original(s.root, r.File)
		s.own[r.File] = file
	}
	r.File = file
	return r
}

// original is the file of the repository that a file in the cache is a copy
// of: of the unit, a folder above it, or the source that terragrunt.hcl names.
// Without one of equal content it is the file itself.
func original(root, file string) string {
	unit, rest, ok := strings.Cut(file, "/"+terragruntCache+"/")
	parts := strings.SplitN(rest, "/", 3) // two hashes
	if !ok || len(parts) < 3 {
		return file
	}
	copied, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return file
	}
	var folders []string
	for at := unit; ; at = path.Dir(at) {
		folders = append(folders, at)
		if at == "." {
			break
		}
	}
	folders = append(folders, localSources(root, unit)...)
	for _, folder := range folders {
		candidate := path.Join(folder, parts[2])
		if fs.ValidPath(candidate) && holdsContent(filepath.Join(root, filepath.FromSlash(candidate)), copied) {
			return candidate
		}
	}
	return file
}

// sourceLine is the source of a terraform block. What it wrongly matches does
// no harm: the files must be equal.
var sourceLine = regexp.MustCompile(`(?m)^\s*source\s*=\s*"([^"?]*)`)

// localSources are the folders that a unit's terragrunt.hcl may be about, as
// seen from the repository's root.
func localSources(root, unit string) []string {
	file := filepath.Join(root, filepath.FromSlash(unit), "terragrunt.hcl")
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > maxLead {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var folders []string
	for _, m := range sourceLine.FindAllStringSubmatch(string(text), -1) {
		source := strings.TrimPrefix(m[1], "${get_terragrunt_dir()}/")
		rest, fromRoot := strings.CutPrefix(source, "${get_repo_root()}")
		folder, _, _ := strings.Cut(rest, "//") // what follows lies in the copy
		if fromRoot {
			folders = append(folders, path.Join(".", folder))
		} else {
			folders = append(folders, path.Join(unit, folder))
		}
	}
	return folders
}
