package input

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig"
)

// unitPlan is the name of the plans that terragrunt writes.
const unitPlan = "tfplan.json"

// unitOf is the unit, as seen from where terragrunt ran, whose plan lies in a
// folder: the folders below some other one have the names of the units.
func unitOf(folder string) string {
	root := repository(folder)
	rest := place{folder: folder, root: root}.name()
	for _, rest, found := strings.Cut(rest, "/"); found; _, rest, found = strings.Cut(rest, "/") {
		for _, above := range []string{".", root} {
			if isUnit(filepath.Join(above, filepath.FromSlash(rest))) {
				return rest
			}
		}
	}
	return ""
}

// isUnit reports whether a folder is that of a unit.
func isUnit(folder string) bool {
	return slices.ContainsFunc(tfconfig.UnitFiles, func(name string) bool {
		info, err := os.Stat(filepath.Join(folder, name))
		return err == nil && info.Mode().IsRegular()
	})
}

// unit is a unit of terragrunt, with what other stacks know of the outputs of
// its dependencies.
type unit struct {
	*tfconfig.Unit
	folder, root string
	outputs      map[string]tf.Value
	given        map[string]tfconfig.Input
	unknown      []tfconfig.Dependency
	planned      *tfconfig.Mocks
}

// unitIn is the unit in a folder; nil where there is none. What is only known
// is read with its unit too: the mocks in its plan are as little worth as those
// in any other.
func (o Options) unitIn(folder string) (*unit, []tf.Diagnostic) {
	if !isUnit(folder) {
		return nil, nil
	}
	root := repository(folder)
	for {
		read, diags := tfconfig.LoadUnit(folder, root, tfconfig.DefaultLimits())
		if read == nil {
			return nil, diags
		}
		u := &unit{Unit: read, folder: folder, root: root, outputs: outputsOf(read, o.data)}
		above := read.Above()
		if above == 0 || above > mostAbove || isRepository(root) {
			return u, diags
		}
		for range above {
			root = filepath.Dir(root)
		}
	}
}

// outputsOf are the outputs of the dependencies of a unit, as far as the other
// stacks answer for them.
func outputsOf(u *tfconfig.Unit, answers data) map[string]tf.Value {
	outputs := map[string]tf.Value{}
	if answers == nil {
		return outputs
	}
	for _, d := range u.Dependencies() {
		if d.Folder == "" {
			continue
		}
		addr := tf.Address{Type: tf.DependencyType, Name: d.Name}
		v, ok := answers(&tf.Resource{
			Addr: addr, Address: addr.String(), Values: tf.ObjectValue(tf.Field{Name: "config_path", Value: tf.StringValue(d.Folder)}),
		})
		if ok {
			outputs[d.Name] = v.Get("outputs")
		}
	}
	return outputs
}

// rootModule is the folder of the root module of a folder in a repository,
// which is another one for a unit with a source, with what the unit gives to it.
// The folder is empty where it is not there.
func rootModule(files tfconfig.Tree, folder string, answers data) (root string, inputs map[string]tfconfig.Input) {
	u, _ := tfconfig.LoadUnitFS(files, folder, tfconfig.DefaultLimits())
	if u == nil {
		return folder, nil
	}
	_, root = u.Source()
	inputs, _ = u.Inputs(outputsOf(u, answers))
	return root, inputs
}

// unitFolder is the folder of the unit that a plan may be of: where the plan
// lies or its source does, where terragrunt wrote it, or above the cache.
func (o Options) unitFolder(p place, l located) string {
	if o.NoSource && !o.Known {
		return ""
	}
	folders := []string{p.folder}
	if above, _, ok := strings.Cut(filepath.ToSlash(p.folder), "/"+terragruntCache+"/"); ok {
		folders = append(folders, filepath.FromSlash(above))
	}
	if l.unit != "" {
		folders = append(folders, filepath.FromSlash(l.unit), filepath.Join(p.root, filepath.FromSlash(l.unit)))
	}
	for _, folder := range folders {
		if isUnit(folder) {
			return folder
		}
	}
	return ""
}

// inputs are the values of root variables, for a configuration.
func (u *unit) inputs() map[string]tfconfig.Input {
	u.given, u.unknown = u.Inputs(u.outputs)
	return u.given
}

// open are the dependencies of which something is not known.
func (u *unit) open() []tfconfig.Dependency {
	if u == nil {
		return nil
	}
	return u.unknown
}

// mocks finds the mocks in a plan.
func (u *unit) mocks() *tfconfig.Mocks {
	u.planned = u.Mocks(u.outputs)
	return u.planned
}

// mocked notes what was found of mocks in a plan.
func (u *unit) mocked(s *tf.Stack) {
	open := u.planned.Open()
	s.Assumptions = append(s.Assumptions, u.assumptions(open)...)
	for _, name := range u.planned.Uneven() {
		s.Diagnostics = append(s.Diagnostics, tf.Diagnostic{
			Severity: tf.Warning, Stack: s.Name, Range: tf.Range{File: s.Path}, Incomplete: true,
			Summary: "the mock of var." + name + " has another number of elements than what it stands for",
			Detail:  "What the plan makes for each element is not what will be made: plan again when the dependency is applied.",
		})
	}
}

// assumptions say what the dependencies are that nobody knows.
func (u *unit) assumptions(open []tfconfig.Dependency) []*tf.Assumption {
	var all []*tf.Assumption
	for _, d := range open {
		address, from := tf.DependencyType+"."+d.Name, ""
		if d.Folder != "" {
			from = ", the unit " + d.Folder + ","
		}
		all = append(all, &tf.Assumption{
			ID: "mocks:" + address, Address: address,
			Text: "what " + address + from + " hands over is not known, and outside the model: of its mock_outputs only the number of elements counts (U-13); --context with its plan, state or extract says it",
		})
	}
	return all
}

// locate finds the root module of a unit: where its source is in the
// repository, else where terragrunt ran in its cache.
func (u *unit) locate(p *place, l located) ([]tf.Diagnostic, error) {
	written, folder := u.Source()
	if folder != "" {
		p.source = filepath.Join(u.root, filepath.FromSlash(folder))
		if holdsConfiguration(p.source) {
			return u.beside(p.source), nil
		}
	}
	if ran := cached(filepath.Join(u.folder, terragruntCache)); len(ran) == 1 {
		p.source = ran[0]
		return nil, nil
	}
	if written == "" {
		return nil, &Error{Path: l.path, Summary: "the unit has no configuration", Detail: "its terragrunt.hcl names no source, and no .tf file lies beside it: name the folder of a unit that has one"}
	}
	return nil, &Error{
		Path: l.path, Summary: "the source of the unit, " + written + ", is not here",
		Detail: "run `terragrunt init` there, which gets it, or name the unit's plan: `terragrunt plan -out=tfplan`",
	}
}

// beside says that the unit has configuration of its own beside its source,
// which terragrunt copies into it.
func (u *unit) beside(source string) []tf.Diagnostic {
	own, err := os.Stat(u.folder)
	other, otherErr := os.Stat(source)
	if err != nil || otherErr != nil || os.SameFile(own, other) || !holdsConfiguration(u.folder) {
		return nil
	}
	return []tf.Diagnostic{{
		Summary: "the unit has files of its own beside its source", Range: u.Range(), Incomplete: true,
		Detail: "They are not read: check its plan, `terragrunt plan -out=tfplan`.",
	}}
}
