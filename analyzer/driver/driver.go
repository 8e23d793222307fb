// Package driver puts the stages in their order: it reads the inputs, builds
// both snapshots of every stack, runs the checks on them and has the result
// triaged. It has no rules of its own.
package driver

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/settings"
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
	parts := make([]*part, len(o.Stacks))
	g, ctx := errgroup.WithContext(ctx)
	for i, stack := range o.Stacks {
		g.Go(func() error {
			parts[i] = analyzeStack(ctx, stack, o)
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return o.join(parts), nil
}

// part is what the analysis of one stack contributes to the report.
type part struct {
	stack       *tf.Stack
	findings    []*analyzer.Finding
	exposures   []*analyzer.Exposure
	assumptions []*tf.Assumption
	checks      []analyzer.CheckResult
	coverage    analyzer.Coverage
	diagnostics []tf.Diagnostic
	interfaces  int
	outside     int
	changed     bool
}

// join makes one report of the parts and has it triaged.
func (o Options) join(parts []*part) *analyzer.Report {
	report := &analyzer.Report{Stacks: o.Stacks, Context: o.Context}
	for _, p := range parts {
		report.Findings = append(report.Findings, p.findings...)
		report.Exposures = append(report.Exposures, p.exposures...)
		for _, a := range p.assumptions {
			report.Assumptions = append(report.Assumptions, analyzer.StackAssumption{Assumption: a, Stack: p.stack})
		}
		report.Checks = append(report.Checks, p.checks...)
		report.Coverage = append(report.Coverage, p.coverage)
		report.Diagnostics = append(report.Diagnostics, p.stack.Diagnostics...)
		report.Diagnostics = append(report.Diagnostics, p.diagnostics...)
		report.Resources += p.stack.Instances
		report.Interfaces += p.interfaces
		report.Outside += p.outside
		report.NetworkChanged = report.NetworkChanged || p.changed
	}
	for _, c := range o.Context {
		report.Diagnostics = append(report.Diagnostics, c.Diagnostics...)
	}
	o.triage(report)
	return report
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

// view types, links and compiles one snapshot of a stack, together with the
// stacks of the context as they will be.
func (o Options) view(stack *tf.Stack, snapshot *tf.Snapshot) *analyzer.View {
	inputs := []aws.Input{{Stack: stack, Snapshot: snapshot}}
	for _, c := range o.Context {
		inputs = append(inputs, aws.Input{Stack: c, Snapshot: c.After, Context: true})
	}
	network := aws.Build(inputs...)
	graph := reach.Compile(network).Given(o.Settings)
	return &analyzer.View{Snapshot: snapshot, Network: network, Graph: graph, FromInternet: graph.FromInternet()}
}

// Graph is the network of the stacks and of their context after the changes,
// ready for questions.
func Graph(stacks, context []*tf.Stack) *reach.Graph {
	var inputs []aws.Input
	for _, stack := range stacks {
		inputs = append(inputs, aws.Input{Stack: stack, Snapshot: stack.After})
	}
	for _, stack := range context {
		inputs = append(inputs, aws.Input{Stack: stack, Snapshot: stack.After, Context: true})
	}
	return reach.Compile(aws.Build(inputs...))
}
