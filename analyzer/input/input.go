// Package input finds out what a PATH is, opens it, and makes a stack of it:
// the kind is told from the content, the source is looked for beside it.
package input

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig"
	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// Options say how to read inputs.
type Options struct {
	Wanted tf.Wanted
	// Source is the folder of the configuration that the plans were made
	// from; empty looks for it where a plan lies. NoSource looks nowhere.
	Source   string
	NoSource bool
	// Stdin is what the path "-" stands for.
	Stdin io.Reader

	// Known is set for what is not judged: extracts are read too, and names
	// that are in use already are the names of Beside.
	Known  bool
	Beside []*tf.Stack

	// Asked notes the configurations that ask for what other stacks know.
	Asked *Asked
	data  data

	// Git is the path of git, which reads revisions; empty where there is none.
	Git string

	// Workspace, Variables and Environment are what configurations are
	// evaluated with: the workspace, values and files of values in the order
	// of the command line, and the values of TF_VAR_ variables by name.
	Workspace   string
	Variables   []Variable
	Environment map[string]string
	// Answers are what people say of root variables without a value.
	Answers tfconfig.Answers
}

// Variable is the value of a root variable, or a file of values.
type Variable struct {
	Name, Value string
	File        string
}

// Error is why an input could not be read at all, and what to do about it.
type Error struct {
	Path    string
	Summary string
	Detail  string
	foreign bool // not an input of tfcheck at all
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return e.Path + ": " + e.Summary
	}
	return e.Path + ": " + e.Summary + "; " + e.Detail
}

// Open reads the inputs that the paths name, each written PATH or NAME=PATH,
// in their order; a folder that holds plans stands for all of them.
func Open(ctx context.Context, paths []string, o Options) ([]*tf.Stack, error) {
	if o.Source != "" && !holdsConfiguration(o.Source) {
		return nil, &Error{Path: o.Source, Summary: "the folder holds no configuration", Detail: "--source names the folder of the .tf files that the plan was made from"}
	}
	var all []located
	for _, argument := range paths {
		found, err := locate(argument)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	stacks := make([]*tf.Stack, len(all))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range all {
		g.Go(func() (err error) {
			stacks[i], err = o.answered(ctx, l, nil)
			var known *Error
			if l.among && errors.As(err, &known) && known.foreign {
				return nil // a folder of plans may hold other JSON
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var read []*tf.Stack
	var named []bool
	for i, s := range stacks {
		if s != nil {
			read, named = append(read, s), append(named, all[i].name != "")
		}
	}
	if len(read) == 0 {
		return nil, noPlans(paths[0])
	}
	o.tellApart(read, named)
	return read, unique(slices.Concat(o.Beside, read))
}

// Size is how many bytes of plans and states the paths stand for. It is not
// known where one is a configuration, which is more than its folder.
func Size(paths []string) (size int64, known bool) {
	for _, argument := range paths {
		found, _ := locate(argument)
		for _, l := range found {
			if l.folder {
				return 0, false
			}
			if info, err := os.Stat(l.path); err == nil {
				size += info.Size()
			}
		}
	}
	return size, true
}

// tellApart adds the file's name to those of stacks that lie in one folder and
// that nobody named.
func (o Options) tellApart(stacks []*tf.Stack, named []bool) {
	count := map[string]int{}
	for _, s := range slices.Concat(o.Beside, stacks) {
		count[s.Name]++
	}
	for i, s := range stacks {
		if count[s.Name] > 1 && !named[i] && s.Path != stdin && s.Kind != tf.ConfigurationInput {
			base := path.Base(s.Path)
			s.Name = path.Join(s.Name, strings.TrimSuffix(base, path.Ext(base)))
			for n := range s.Diagnostics {
				s.Diagnostics[n].Stack = s.Name
			}
		}
	}
}

// unique reports stacks of one name: their addresses could not be told apart.
func unique(stacks []*tf.Stack) error {
	byName := map[string]string{}
	for _, s := range stacks {
		if other, ok := byName[s.Name]; ok {
			return &Error{Path: s.Path, Summary: fmt.Sprintf("it has the same name as %s, %q", other, s.Name), Detail: "give one of them another, as in other=" + s.Path}
		}
		byName[s.Name] = s.Path
	}
	return nil
}

// located is a file to read, or standard input.
type located struct {
	name  string // empty: of the folder
	path  string
	among bool   // found in a folder among others
	unit  string // the folder of terragrunt's unit, as seen from where terragrunt ran
	// folder is set for a configuration, whose folder path is.
	folder bool
}

// stdin is the path of standard input.
const stdin = "-"

// locate finds the files that an argument stands for.
func locate(argument string) ([]located, error) {
	l := located{path: argument}
	if name, path, ok := strings.Cut(argument, "="); ok {
		// A file may have an equals sign in its name.
		if _, err := os.Stat(argument); err != nil {
			l = located{name: name, path: path}
		}
	}
	if l.path == stdin {
		return []located{l}, nil
	}
	info, err := os.Stat(l.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Error{Path: l.path, Summary: "there is no such file", Detail: "name a plan made with `terraform plan -out=tfplan`, or a folder of .tf files"}
	case err != nil:
		return nil, &Error{Path: l.path, Summary: tf.Reason(err)}
	case !info.IsDir():
		if strings.HasSuffix(l.path, ".tfvars") {
			return nil, &Error{Path: l.path, Summary: "it is a file of values", Detail: "name the folder of the configuration, and this with --var-file"}
		}
		if isConfiguration(l.path) {
			l.path, l.folder = filepath.Dir(l.path), true
		}
		return []located{l}, nil
	}
	return in(l)
}

// in is what a folder stands for: its configuration, or the plans that it
// holds without one.
func in(l located) ([]located, error) {
	entries, err := os.ReadDir(l.path)
	if err != nil {
		return nil, &Error{Path: l.path, Summary: tf.Reason(err)}
	}
	var plans []located
	for _, e := range entries {
		path := filepath.Join(l.path, e.Name())
		switch {
		case !e.IsDir() && isConfiguration(e.Name()):
			l.folder = true
			return []located{l}, nil
		case !e.Type().IsRegular():
		case filepath.Ext(e.Name()) == ".json", holdsZip(path):
			plans = append(plans, located{name: strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), path: path, among: true})
		}
	}
	plans = withoutShown(plans)
	if len(plans) == 0 {
		if plans, err = nested(l.path); err != nil {
			return nil, err
		}
	}
	if len(plans) == 0 && isUnit(l.path) {
		l.folder = true
		return []located{l}, nil
	}
	if len(plans) == 0 {
		return nil, noPlans(l.path)
	}
	if len(plans) == 1 {
		plans[0].name = l.name
	}
	return plans, nil
}

// mostNested bounds the plans that are looked for in folders of folders.
const mostNested = 10_000

// nested are the plans that terragrunt writes below a folder, one for each of
// its units: `terragrunt run --all plan --json-out-dir FOLDER`. The unit's
// folder names the stack. A folder that cannot be read may hold one.
func nested(folder string) (plans []located, err error) {
	err = filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return &Error{Path: file, Summary: "it cannot be read: " + tf.Reason(err), Detail: "it may hold a plan"}
		case d.IsDir() && file != folder && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir // such as .git and .terragrunt-cache
		case d.Type().IsRegular() && d.Name() == unitPlan && len(plans) < mostNested:
			if unit, err := filepath.Rel(folder, filepath.Dir(file)); err == nil {
				plans = append(plans, located{name: filepath.ToSlash(unit), path: file, among: true, unit: filepath.ToSlash(unit)})
			}
		}
		return nil
	})
	return plans, err
}

// withoutShown leaves out what terraform shows in JSON of a binary plan beside
// it: prod.json of prod.tfplan, plan.json of tfplan.
func withoutShown(plans []located) []located {
	binary := map[string]bool{}
	for _, p := range plans {
		if filepath.Ext(p.path) != ".json" {
			binary[p.name] = true
		}
	}
	if binary["tfplan"] {
		binary["plan"] = true
	}
	return slices.DeleteFunc(plans, func(p located) bool { return filepath.Ext(p.path) == ".json" && binary[p.name] })
}

func noPlans(path string) error {
	detail := "name a plan made with `terraform plan -out=tfplan`, or a folder of .tf files"
	if below := configurationsBelow(path); len(below) > 0 {
		detail = "there are configurations below it: " + strings.Join(below, ", ")
	}
	return &Error{Path: path, Summary: "the folder holds neither plans nor a configuration", Detail: detail}
}

// How far below a folder configurations are looked for, and how many are named.
const (
	mostBelow  = 3
	namedBelow = 3
)

// configurationsBelow names the first folders below one that hold a
// configuration.
func configurationsBelow(folder string) []string {
	var found []string
	_ = filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir() || name == folder:
			return nil
		case len(found) == namedBelow:
			return fs.SkipAll
		case strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		}
		below, err := filepath.Rel(folder, name)
		if err != nil || strings.Count(below, string(filepath.Separator)) >= mostBelow {
			return fs.SkipDir
		}
		if holdsConfiguration(name) {
			found = append(found, filepath.ToSlash(name))
			return fs.SkipDir
		}
		return nil
	})
	return found
}

// isConfiguration reports whether a file is Terraform or OpenTofu source.
func isConfiguration(name string) bool {
	return slices.ContainsFunc([]string{".tf", ".tf.json", ".tofu", ".tofu.json"}, func(ending string) bool {
		return strings.HasSuffix(name, ending)
	})
}

// open reads one file and finds its source, or evaluates a configuration.
func (o Options) open(ctx context.Context, l located) (*tf.Stack, error) {
	if l.folder {
		return o.evaluate(ctx, l)
	}
	if l.unit == "" && filepath.Base(l.path) == unitPlan {
		l.unit = unitOf(filepath.Dir(l.path))
	}
	place := o.place(l)
	options := tfplan.Options{Wanted: o.Wanted, Name: l.name, Path: filepath.ToSlash(l.path)}
	if options.Name == "" {
		options.Name = place.name()
	}
	var unit *unit
	var unitDiags []tf.Diagnostic
	if folder := o.unitFolder(place, l); folder != "" {
		if unit, unitDiags = o.unitIn(folder); unit != nil {
			options.Variable = unit.mocks().Variable
		}
	}
	stack, err := o.read(ctx, l.path, place, options)
	if err != nil {
		var known *tfplan.Error
		if errors.As(err, &known) {
			return nil, &Error{l.path, known.Summary, known.Detail, known.Foreign()}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var own *Error
		if errors.As(err, &own) {
			return nil, err
		}
		return nil, &Error{Path: l.path, Summary: tf.Reason(err)}
	}
	if l.name != "" || stack.Name == "" {
		stack.Name = options.Name
	}
	if unit != nil {
		unit.mocked(stack)
	}
	for _, d := range unitDiags {
		d.Stack = stack.Name
		stack.Diagnostics = append(stack.Diagnostics, d)
	}
	return stack, nil
}

// read opens the path and reads its content, whatever its encoding.
func (o Options) read(ctx context.Context, path string, place place, options tfplan.Options) (*tf.Stack, error) {
	r := o.Stdin
	if path != stdin {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		r = f
	}
	b := bufio.NewReaderSize(r, maxLead)
	lead, err := b.Peek(maxLead)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if isZip(lead) {
		plan, err := openZip(r, b)
		if err != nil {
			return nil, err
		}
		return o.withSource(place.inside(plan, options.Path), options, func(options tfplan.Options) (*tf.Stack, error) { return plan.Read(ctx, options) })
	}
	text, err := decode(r, b, lead)
	if err != nil {
		return nil, err
	}
	return o.withSource(place.beside(), options, func(options tfplan.Options) (*tf.Stack, error) { return o.document(ctx, text, options) })
}
