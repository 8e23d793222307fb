package input

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig"
)

// evaluate makes a stack of the configuration in a folder, which may be that of
// a unit of terragrunt.
func (o Options) evaluate(ctx context.Context, l located) (*tf.Stack, error) {
	place := place{folder: l.path, source: l.path, root: repository(l.path)}
	options, err := o.evaluation()
	if err != nil {
		return nil, err
	}
	unit, unitDiags := o.unitIn(l.path)
	var beside []tf.Diagnostic
	if unit != nil {
		if beside, err = unit.locate(&place, l); err != nil {
			return nil, err
		}
		options.Inputs = unit.inputs()
	}
	s := place.beside()
	name := l.name
	if name == "" {
		name = place.name()
	}
	config, diags := s.config, slices.Concat(unitDiags, s.diags)
	options.Data = o.data
	stack, err := config.Stack(ctx, name, filepath.ToSlash(l.path), options)
	if err != nil {
		return nil, err
	}
	if stack.Instances == 0 && len(diags) > 0 {
		d := diags[0]
		return nil, &Error{Path: cmp.Or(d.Range.String(), l.path), Summary: "the configuration cannot be read: " + d.Summary, Detail: d.Detail}
	}
	for i := range diags {
		// A plan is analysed without its source just as well. Here it is the
		// input itself of which a part could not be read.
		diags[i].Severity, diags[i].Stack, diags[i].Incomplete = tf.Error, name, true
	}
	stack.Source = s.shown
	for _, d := range beside {
		d.Stack = name
		diags = append(diags, d)
	}
	stack.Diagnostics = append(diags, stack.Diagnostics...)
	stack.Assumptions = append(stack.Assumptions, unit.assumptions(unit.open())...)
	return stack, nil
}

// mostValues bounds a file of values.
const mostValues = 2 << 20

// evaluation is what configurations are evaluated with.
func (o Options) evaluation() (tfconfig.Options, error) {
	options := tfconfig.Options{Wanted: o.Wanted, Workspace: o.Workspace, Environment: o.Environment, Answers: o.Answers}
	for _, v := range o.Variables {
		a := tfconfig.Assignment{Name: v.Name, Value: v.Value}
		if v.File != "" {
			f, err := os.Open(v.File)
			if err != nil {
				return options, &Error{Path: v.File, Summary: tf.Reason(err), Detail: "--var-file names a file of values, such as prod.tfvars"}
			}
			content, err := io.ReadAll(io.LimitReader(f, mostValues+1))
			_ = f.Close()
			switch {
			case err != nil:
				return options, &Error{Path: v.File, Summary: tf.Reason(err)}
			case len(content) > mostValues:
				return options, &Error{Path: v.File, Summary: "the file of values is too large"}
			}
			a.File, a.Content = filepath.ToSlash(v.File), content
		}
		options.Assignments = append(options.Assignments, a)
	}
	return options, nil
}
