package input

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig"
)

// Compare gives stacks another before: a revision of the repository that they
// are in, or a path of the same kind. Findings are then new, existing or
// resolved against it.
func (o Options) Compare(ctx context.Context, stacks []*tf.Stack, base string) error {
	if _, err := os.Stat(base); err != nil && !strings.Contains(base, "=") && base != stdin {
		return o.compareRevision(ctx, stacks, base)
	}
	others := o
	others.Asked = nil
	were, err := Open(ctx, []string{base}, others)
	if err != nil {
		return err
	}
	for _, s := range stacks {
		was := were[0]
		if len(were) > 1 || len(stacks) > 1 {
			i := slices.IndexFunc(were, func(w *tf.Stack) bool { return w.Name == s.Name })
			if i < 0 {
				return &Error{Path: base, Summary: fmt.Sprintf("it has no stack named %q to compare with", s.Name), Detail: "a base of several stacks has the same names"}
			}
			was = were[i]
		}
		if kindOf(was) != kindOf(s) {
			return &Error{Path: base, Summary: fmt.Sprintf("it is a %s and %s is a %s", was.Kind, s.Path, s.Kind), Detail: "a base is of the same kind as what is compared with it"}
		}
		s.Before = shared(was.After, s.After)
		s.Diagnostics = append(s.Diagnostics, was.Diagnostics...)
	}
	return nil
}

// kindOf is the kind of a stack, where a plan is one in whatever form.
func kindOf(s *tf.Stack) tf.InputKind {
	if s.Kind == tf.BinaryPlanInput {
		return tf.PlanInput
	}
	return s.Kind
}

// compareRevision evaluates the configurations as they are in a revision.
func (o Options) compareRevision(ctx context.Context, stacks []*tf.Stack, name string) error {
	if !isRevision(name) {
		return &Error{Path: name, Summary: "there is no such path, and it is no name of a revision", Detail: "--base names a path, or a revision such as main, v1.2 or HEAD~1"}
	}
	revisions := map[string]*revision{}
	defer func() {
		for _, r := range revisions {
			r.Close()
		}
	}()
	for _, s := range stacks {
		if s.Kind != tf.ConfigurationInput {
			return &Error{Path: name, Summary: fmt.Sprintf("there is no such path, and a revision is no base of %s, which is a %s", s.Path, s.Kind), Detail: "a base is of the same kind: name another " + string(s.Kind) + ", or check the folder of the configuration"}
		}
		folder := filepath.FromSlash(s.Path)
		root := repository(folder)
		if !isRepository(root) {
			return &Error{Path: s.Path, Summary: "it is in no git repository, so that it has no revision " + name, Detail: "name a folder with --base"}
		}
		if revisions[root] == nil {
			r, err := o.openRevision(ctx, root, name)
			if r != nil {
				revisions[root] = r
			}
			if err != nil {
				return err
			}
		}
		if err := o.compareFolder(ctx, s, folder, root, revisions[root]); err != nil {
			return err
		}
	}
	return nil
}

// compareFolder evaluates a configuration in a revision. A module from
// elsewhere is taken from the working tree where its call is the same in both;
// else nobody can tell what it was, and what it makes is left out of both.
func (o Options) compareFolder(ctx context.Context, s *tf.Stack, folder, root string, r *revision) error {
	rel := place{folder: folder, root: root}.name()
	if _, ok := r.dirs[rel]; !ok {
		s.Before = tf.NewSnapshot(nil) // all of it is new
		return nil
	}
	work, err := os.OpenRoot(root) // open as long as the configuration
	if err != nil {
		return err
	}
	answers := o.Asked.answersOf(s)
	tree := tfconfig.Tree{FS: work.FS(), Root: tf.RootAt(root)}
	here, given := rootModule(tree, rel, answers)
	there, gave := rootModule(tfconfig.Tree{FS: r, Root: tree.Root}, rel, answers)
	if here == "" || there == "" {
		return &Error{Path: s.Path, Summary: "the source of the unit is not in the repository, which has no revision of it", Detail: "compare the plans of both"}
	}
	was := tfconfig.Tree{FS: overlay{revision: r, work: work.FS(), installed: path.Join(here, ".terraform")}, Root: tree.Root}
	limits := tfconfig.DefaultLimits()
	then, _ := tfconfig.LoadFS(was, there, limits)
	now, _ := tfconfig.LoadFS(tree, here, limits)
	skip := changedCalls(then.Calls(), now.Calls())

	options, err := o.evaluation()
	if err != nil {
		return err
	}
	options.Data, options.Inputs = answers, gave
	then, _ = tfconfig.LoadFS(was, there, limits, skip...)
	before, err := then.Stack(ctx, s.Name, s.Path, options)
	if err != nil {
		return err
	}
	s.Before = shared(before.After, s.After)
	if len(skip) == 0 {
		return nil
	}
	options.Inputs = given
	now, diags := tfconfig.LoadFS(tree, here, limits, skip...)
	after, err := now.Stack(ctx, s.Name, s.Path, options)
	if err != nil {
		return err
	}
	after.Before = shared(before.After, after.After)
	for _, key := range skip {
		diags = append(diags, tf.Diagnostic{
			Summary: "the module " + key + " has another source or version than in the base", Stack: s.Name, Incomplete: true, Range: tf.Range{Root: tree.Root, File: rel},
			Detail: "What it was is not installed, so that what it makes is compared in neither. Compare the plans of both instead.",
		})
	}
	after.Diagnostics = append(after.Diagnostics, diags...)
	*s = *after
	return nil
}

// shared is a snapshot before with those instances of the one after that are
// the same in both, so that what they make is the same object.
func shared(before, after *tf.Snapshot) *tf.Snapshot {
	all := slices.Clone(before.Resources)
	for i, was := range all {
		if now := after.Resource(was.Address); now != nil && same(was, now) {
			all[i] = now
		}
	}
	return tf.NewSnapshot(all)
}

func same(was, now *tf.Resource) bool {
	if was.Action != now.Action || was.Deposed || now.Deposed || was.Maybe != now.Maybe || now.Moved != "" ||
		was.Provider != now.Provider || was.Region != now.Region || (was.Config == nil) != (now.Config == nil) {
		return false
	}
	if was.Config != nil && !slices.Equal(was.Config.Arguments, now.Config.Arguments) {
		return false
	}
	return was.Values.Equal(now.Values)
}

// changedCalls are the keys of the modules from elsewhere whose call is another
// one now, or gone. One that is new is installed.
func changedCalls(then, now map[string]tfconfig.Call) []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(then)) {
		if then[key] != now[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

// overlay is a revision with what terraform installed in the working tree.
type overlay struct {
	*revision
	work      fs.FS
	installed string
}

func (o overlay) Open(name string) (fs.File, error) {
	if name == o.installed || strings.HasPrefix(name, o.installed+"/") {
		return o.work.Open(name)
	}
	return o.revision.Open(name)
}
