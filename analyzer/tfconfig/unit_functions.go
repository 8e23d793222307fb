package tfconfig

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// repositoryRoot begins the absolute paths that functions of Terragrunt give:
// where the repository lies on this machine says nothing about where Terragrunt
// runs. No path of a file system has it.
const repositoryRoot = "/\x00"

// inRepository is the name of a file in the repository that an absolute path
// leads to.
func inRepository(text string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(text, repositoryRoot)
	return path.Join(".", rest), ok
}

// absolute is the absolute path of a file in the repository.
func absolute(name string) cty.Value {
	if name == "." {
		return cty.StringVal(repositoryRoot)
	}
	return cty.StringVal(repositoryRoot + "/" + name)
}

// name is the name in the repository of a file that a path leads to, seen from
// the folder of the unit.
func (m *unitModule) name(text string) (string, bool) {
	if name, ok := inRepository(text); ok {
		return m.reading.unit.within(name)
	}
	if text == "" || path.IsAbs(text) {
		return "", false
	}
	return m.reading.unit.within(path.Join(m.dir, text))
}

// within reports whether a name is one in the repository, and notes one that is
// not.
func (u *Unit) within(name string) (string, bool) {
	if !fs.ValidPath(name) {
		u.above = max(u.above, strings.Count(name, ".."))
		return "", false
	}
	return name, true
}

// pathFunctions are the functions of Terraform that take the paths of
// Terragrunt; others do not see them.
var pathFunctions = []string{
	"abspath", "basename", "dirname", "can", "coalesce", "concat", "element", "file", "filebase64", "fileexists", "fileset", "flatten", "format",
	"join", "lookup", "merge", "templatefile", "tomap", "tolist", "try", "trimprefix", "trimsuffix",
}

// outsideFunctions are the functions of Terragrunt whose results depend on more
// than the repository: the environment, the account, programs.
var outsideFunctions = []string{
	"constraint_check", "deep_merge", "get_aws_account_alias", "get_aws_account_id", "get_aws_caller_identity_arn", "get_aws_caller_identity_user_id",
	"get_default_retryable_errors", "get_env", "get_platform", "get_terraform_cli_args", "get_terraform_command",
	"get_terraform_commands_that_need_input", "get_terraform_commands_that_need_locking", "get_terraform_commands_that_need_parallelism",
	"get_terraform_commands_that_need_vars", "get_terragrunt_source_cli_flag", "get_working_dir", "read_tfvars_file", "run_cmd", "sops_decrypt_file",
}

// functionTable is the functions of Terraform and Terragrunt, as a file sees
// them.
func (m *unitModule) functionTable() map[string]function.Function {
	table := map[string]function.Function{}
	for name, f := range m.ev.functions {
		table[name] = m.seeing(strings.TrimPrefix(name, "core::"), f)
	}
	unknown := m.function(func([]string, []cty.Value) cty.Value { return cty.DynamicVal })
	for _, name := range outsideFunctions {
		table[name] = unknown
	}
	for name, apply := range map[string]func(args []string, all []cty.Value) cty.Value{
		"find_in_parent_folders":      m.findInParents,
		"read_terragrunt_config":      m.readConfig,
		"get_terragrunt_dir":          func([]string, []cty.Value) cty.Value { return absolute(m.dir) },
		"get_original_terragrunt_dir": func([]string, []cty.Value) cty.Value { return absolute(m.reading.unit.folder) },
		"get_parent_terragrunt_dir":   func(args []string, _ []cty.Value) cty.Value { return m.seenFrom(args, absolute) },
		"path_relative_to_include": func(args []string, _ []cty.Value) cty.Value {
			return m.seenFrom(args, func(parent string) cty.Value { return cty.StringVal(relativeTo(parent, m.dir)) })
		},
		"path_relative_from_include": func(args []string, _ []cty.Value) cty.Value {
			return m.seenFrom(args, func(parent string) cty.Value { return cty.StringVal(relativeTo(m.dir, parent)) })
		},
		"get_repo_root":           func([]string, []cty.Value) cty.Value { return absolute(".") },
		"get_path_from_repo_root": func([]string, []cty.Value) cty.Value { return cty.StringVal(m.dir) },
		"get_path_to_repo_root":   func([]string, []cty.Value) cty.Value { return cty.StringVal(relativeTo(m.dir, ".")) },
		"mark_as_read":            func(_ []string, all []cty.Value) cty.Value { return all[0] },
	} {
		table[name] = m.function(apply)
	}
	return table
}

// function is one that takes any number of arguments; those that are texts are
// handed over as such. One that is not known makes the result unknown.
func (m *unitModule) function(apply func(args []string, all []cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "arguments", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			texts := make([]string, len(args))
			for i, arg := range args {
				if !arg.IsKnown() {
					return cty.DynamicVal, nil
				}
				texts[i], _ = textOf(arg)
			}
			return apply(texts, args), nil
		},
	})
}

// findInParents is the first file of a name in a folder above.
func (m *unitModule) findInParents(args []string, all []cty.Value) cty.Value {
	name := UnitFiles[0]
	if len(args) > 0 {
		name = args[0]
	}
	for at := m.dir; at != "." && name != ""; {
		at = path.Dir(at)
		candidate := path.Join(at, name)
		if !fs.ValidPath(candidate) {
			break
		}
		if _, err := fs.Stat(m.reading.unit.config.fsys, candidate); err == nil {
			return absolute(candidate)
		}
	}
	if len(all) > 1 {
		return all[1]
	}
	return cty.DynamicVal
}

// readConfig is what another file says; the second argument stands for one that
// does not exist.
func (m *unitModule) readConfig(args []string, all []cty.Value) cty.Value {
	if len(args) == 0 {
		return cty.DynamicVal
	}
	r := m.reading
	name, ok := m.name(args[0])
	if !ok {
		return cty.DynamicVal
	}
	if _, err := fs.Stat(r.unit.config.fsys, name); err != nil {
		if len(all) > 1 {
			return all[1]
		}
		return cty.DynamicVal
	}
	f := r.unit.file(name)
	if f == nil {
		return cty.DynamicVal
	}
	if r.parsed[f] == nil {
		r.parsed[f] = r.module(f, path.Dir(name), "")
		for _, b := range f.blocks {
			if b.typ == "dependency" && len(b.labels) == 1 && r.blocks[b.labels[0]] == nil {
				r.blocks[b.labels[0]] = &unitDependency{block: b, module: r.parsed[f]}
			}
		}
	}
	return lazyObject(unitView{r.parsed[f]})
}

// seenFrom applies a function to the folder of the file that includes this one,
// or that this one includes under a label.
func (m *unitModule) seenFrom(args []string, apply func(parent string) cty.Value) cty.Value {
	if m.parent != "" {
		return apply(path.Dir(m.parent))
	}
	for _, i := range m.reading.include {
		if len(args) == 0 || i.label == args[0] {
			return apply(path.Dir(i.module.parent))
		}
	}
	return apply(m.dir)
}

// seeing is a function of Terraform that understands the paths of Terragrunt,
// or does not see them.
func (m *unitModule) seeing(name string, f function.Function) function.Function {
	spec := &function.Spec{
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			args = slices.Clone(args)
			for i, arg := range args {
				if !holdsPath(arg) {
					continue
				}
				text, isText := textOf(unmarked(arg))
				switch {
				case !slices.Contains(pathFunctions, name):
					return cty.DynamicVal, nil
				case i == 0 && isText && (strings.HasPrefix(name, "file") || name == "templatefile"):
					inside, ok := m.name(text)
					if !ok {
						return cty.DynamicVal, nil
					}
					args[i] = cty.StringVal(relativeTo(m.reading.unit.folder, inside))
				}
			}
			return f.Call(args)
		},
	}
	open := func(p function.Parameter) function.Parameter {
		return function.Parameter{Name: p.Name, Type: p.Type, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}
	}
	for _, p := range f.Params() {
		spec.Params = append(spec.Params, open(p))
	}
	if p := f.VarParam(); p != nil {
		rest := open(*p)
		spec.VarParam = &rest
	}
	return function.New(spec)
}

// holdsPath reports whether a path of Terragrunt is anywhere in a value.
func holdsPath(v cty.Value) bool {
	found := false
	plain, _ := v.UnmarkDeep()
	_ = cty.Walk(plain, func(_ cty.Path, v cty.Value) (bool, error) {
		if text, ok := textOf(v); ok && strings.Contains(text, repositoryRoot) {
			found = true
		}
		return !found, nil
	})
	return found
}
