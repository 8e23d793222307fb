// Package driver puts the stages in their order: it reads the inputs, builds
// both snapshots of every stack, runs the checks on them and has the result
// triaged. It has no rules of its own.
package driver

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// Options is everything an analysis depends on: there is no clock, no
// environment and no global below this point.
type Options struct {
	// Stacks are the inputs as they were read (see package input).
	Stacks []*tf.Stack
	// Context are further stacks that are known but not judged: those that
	// own the network which the stacks stand in.
	Context []*tf.Stack
	// Known are all checks there are, Run says which of them to run; nil runs
	// them all.
	Known []*analyzer.Check
	Run   func(*analyzer.Check) bool
	// Settings and Baseline are the user's; both may be nil.
	Settings *settings.Settings
	Baseline *settings.Baseline
	Triage   triage.Options
}

// Analyze judges the stacks. Its error is one that stops the whole analysis;
// what concerns one input is a diagnostic of the report.
func Analyze(ctx context.Context, o Options) (*analyzer.Report, error) {
	joints, apart := stack.Join(o.Stacks, o.Context)
	parts := make([]*part, len(joints))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, joint := range joints {
		g.Go(func() error {
			parts[i] = o.analyze(ctx, joint)
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return o.report(parts, apart), nil
}

// part is what the analysis of stacks that meet contributes to the report.
type part struct {
	joint       *stack.Joint
	findings    []*analyzer.Finding
	exposures   []*analyzer.Exposure
	assumptions []analyzer.StackAssumption
	checks      []analyzer.CheckResult
	diagnostics []tf.Diagnostic // of statements that cannot be judged
	interfaces  int
	outside     int
	changed     bool
}

// report makes one report of the parts and has it triaged. Stacks of the
// context that nothing meets are apart.
func (o Options) report(parts []*part, apart []*tf.Stack) *analyzer.Report {
	report := &analyzer.Report{Stacks: o.Stacks, Context: o.Context}
	for _, p := range parts {
		report.Findings = append(report.Findings, p.findings...)
		report.Exposures = append(report.Exposures, p.exposures...)
		report.Assumptions = append(report.Assumptions, p.assumptions...)
		report.Checks = append(report.Checks, p.checks...)
		report.Interfaces += p.interfaces
		report.Outside += p.outside
		report.NetworkChanged = report.NetworkChanged || p.changed
		for _, s := range p.joint.Judged {
			report.Coverage = append(report.Coverage, coverage(s))
			report.Diagnostics = append(report.Diagnostics, s.Diagnostics...)
			report.Diagnostics = append(report.Diagnostics, drift(s)...)
			report.Resources += s.Instances
		}
	}
	report.Diagnostics = append(report.Diagnostics, everywhere(parts)...)
	for _, c := range o.Context {
		report.Diagnostics = append(report.Diagnostics, c.Diagnostics...)
	}
	for _, c := range apart {
		report.Diagnostics = append(report.Diagnostics, tf.Diagnostic{
			Severity: tf.Warning, Stack: c.Name, Range: tf.Range{File: c.Path},
			Summary: "the context " + c.Name + " has nothing to do with what is checked",
			Detail:  "No id, ARN or output of it is used: is it the network of another account, Region or environment?",
		})
	}
	o.triage(report)
	return report
}

// everywhere are the diagnostics of statements that every network has, once:
// what a statement is about needs to be in one of them only.
func everywhere(parts []*part) []tf.Diagnostic {
	var all []tf.Diagnostic
	if len(parts) == 0 {
		return all
	}
	for _, d := range parts[0].diagnostics {
		missing := slices.ContainsFunc(parts[1:], func(p *part) bool {
			return !slices.ContainsFunc(p.diagnostics, func(other tf.Diagnostic) bool { return other.Summary == d.Summary && other.Range == d.Range })
		})
		if !missing {
			all = append(all, d)
		}
	}
	return all
}

// runs are the checks to run, in the order of their ids.
func (o Options) runs() []*analyzer.Check {
	var checks []*analyzer.Check
	for _, c := range o.Known {
		if o.Run == nil || o.Run(c) {
			checks = append(checks, c)
		}
	}
	slices.SortFunc(checks, func(a, b *analyzer.Check) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return checks
}

// view types, links and compiles one snapshot.
func (o Options) view(joint *stack.Joint, snapshot *tf.Snapshot) *analyzer.View {
	network := aws.Build(aws.Input{Stack: joint.Stack, Snapshot: snapshot})
	graph := reach.Compile(network).Given(o.Settings)
	return &analyzer.View{Snapshot: snapshot, Network: network, Graph: graph, FromInternet: concerned(joint, graph.FromInternet())}
}

// Graph is the network of the stacks and of their context after the changes,
// ready for questions.
func Graph(stacks, context []*tf.Stack) *reach.Graph {
	joint := stack.Together(stacks, context)
	return reach.Compile(aws.Build(aws.Input{Stack: joint.Stack, Snapshot: joint.After}))
}
