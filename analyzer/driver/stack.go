package driver

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/intent"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// analyzeStack judges one stack: its snapshot after the change, and the one
// before it where there is one.
func analyzeStack(ctx context.Context, stack *tf.Stack, o Options) *part {
	p := &part{stack: stack}
	after, before := o.views(stack)
	p.changed = before != nil && before != after

	now := o.judge(ctx, stack, after, before)
	p.findings, p.checks, p.diagnostics = now.findings, now.results, now.diagnostics
	p.exposures = exposures(stack, after)
	if before != nil {
		then := now
		if p.changed {
			then = o.judge(ctx, stack, before, nil)
		}
		p.findings = triage.Compare(p.findings, then.findings)
		p.exposures = triage.CompareExposures(p.exposures, exposures(stack, before))
	}
	if len(o.Context) > 0 {
		p.dropForeign()
	}
	for _, f := range p.findings {
		locate(f)
	}
	p.diagnostics = append(p.diagnostics, drift(stack)...)
	p.assumptions = assumptions(after.Graph, p)
	p.coverage = coverage(stack)
	p.interfaces, p.outside = placement(after.Network, stack)
	return p
}

// views are those of a stack after and before the change, at the same time
// where they differ: one and the same where nothing changes, and no view of
// before where there is no such thing.
func (o Options) views(stack *tf.Stack) (after, before *analyzer.View) {
	if stack.Before == nil || !changed(stack) {
		after = o.view(stack, stack.After)
		if stack.Before != nil {
			before = after
		}
		return after, before
	}
	var g errgroup.Group
	g.Go(func() error {
		before = o.view(stack, stack.Before)
		return nil
	})
	after = o.view(stack, stack.After)
	_ = g.Wait() // no view fails
	return after, before
}

// dropForeign leaves out what concerns the context alone: its owner judges
// that.
func (p *part) dropForeign() {
	p.findings = slices.DeleteFunc(p.findings, func(f *analyzer.Finding) bool {
		return f.Cause.Resource != nil && !holds(p.stack, f.Cause.Resource)
	})
	p.exposures = slices.DeleteFunc(p.exposures, func(e *analyzer.Exposure) bool {
		for _, i := range e.Flow.To.Interfaces {
			if i.Resource != nil && !holds(p.stack, i.Resource) {
				return true
			}
		}
		for _, lb := range e.Flow.To.Balancers {
			if lb.Resource != nil && !holds(p.stack, lb.Resource) {
				return true
			}
		}
		for _, s := range e.Flow.To.Services {
			if s.Resource != nil && !holds(p.stack, s.Resource) {
				return true
			}
		}
		return false
	})
}

// holds reports whether the resource is one of the stack's.
func holds(stack *tf.Stack, r *tf.Resource) bool {
	return stack.After.Resource(r.Address) == r || stack.Before.Resource(r.Address) == r
}

// changed reports whether the snapshots differ. Instances that the plan does
// not touch are the same objects in both.
func changed(stack *tf.Stack) bool {
	return !slices.Equal(stack.Before.Resources, stack.After.Resources)
}

// verdicts is what the checks say of one snapshot.
type verdicts struct {
	findings    []*analyzer.Finding
	results     []analyzer.CheckResult
	diagnostics []tf.Diagnostic // of intents that cannot be judged
}

// judge runs the checks on a view.
func (o Options) judge(ctx context.Context, stack *tf.Stack, view, before *analyzer.View) verdicts {
	var v verdicts
	for _, check := range o.runs() {
		if ctx.Err() != nil {
			return v
		}
		var found []*analyzer.Finding
		pass := analyzer.NewPass(check, stack, view, before, o.options(check), o.given(), func(f analyzer.Finding) {
			found = append(found, complete(f, check, stack))
		})
		check.Run(pass)
		v.findings = append(v.findings, found...)
		v.results = append(v.results, count(check, stack, pass.Evaluated, found))
	}
	v.intents(o, stack, view, before)
	return v
}

// intents proves what the team states about its network.
func (v *verdicts) intents(o Options, stack *tf.Stack, view, before *analyzer.View) {
	if o.Settings == nil {
		return
	}
	for _, r := range intent.Judge(o.Settings.Intents, view, before, o.Triage.Today) {
		var found []*analyzer.Finding
		for _, f := range r.Findings {
			found = append(found, complete(f, r.Check, stack))
		}
		v.findings = append(v.findings, found...)
		v.results = append(v.results, count(r.Check, stack, r.Evaluated, found))
		v.diagnostics = append(v.diagnostics, r.Diagnostics...)
	}
}

// options are the settings of a check, defaults filled in.
func (o Options) options(check *analyzer.Check) map[string][]string {
	options := map[string][]string{}
	for _, option := range check.Options {
		options[option.Name] = option.Default
	}
	maps.Copy(options, o.Settings.Options(check.ID))
	return options
}

// given answers questions from the settings; without settings it answers none.
func (o Options) given() analyzer.Given { return o.Settings }

// complete fills in what follows from what the check said.
func complete(f analyzer.Finding, check *analyzer.Check, stack *tf.Stack) *analyzer.Finding {
	f.Check, f.Stack, f.Preview = check, stack, check.Preview
	f.Verdict = analyzer.Undetermined
	if len(f.Subjects) == 0 {
		f.Verdict = analyzer.Violation
	}
	for _, s := range f.Subjects {
		if s.Verdict == analyzer.Violation {
			f.Verdict = analyzer.Violation
		}
	}
	f.Severity = f.Effect.Severity()
	f.Fingerprint = analyzer.Fingerprint(check.ID, stack.Name, f.Cause)
	return &f
}

// count says what became of the subjects that a check looked at.
func count(check *analyzer.Check, stack *tf.Stack, evaluated int, found []*analyzer.Finding) analyzer.CheckResult {
	r := analyzer.CheckResult{Check: check, Stack: stack}
	violated, undetermined := map[string]bool{}, map[string]bool{}
	for _, f := range found {
		for _, s := range f.Subjects {
			if s.Verdict == analyzer.Violation {
				violated[s.Address] = true
			} else {
				undetermined[s.Address] = true
			}
		}
	}
	for address := range violated {
		delete(undetermined, address)
	}
	r.Violated, r.Undetermined = len(violated), len(undetermined)
	r.Evaluated = max(evaluated, r.Violated+r.Undetermined)
	r.Passed = r.Evaluated - r.Violated - r.Undetermined
	return r
}

// locate finds the lines that a finding is about.
func locate(f *analyzer.Finding) {
	source := f.Stack.Source
	if source == nil {
		return
	}
	if r := f.Cause.Resource; r != nil {
		if f.Effect.Credential {
			// Nobody marked it as sensitive, that is the finding.
			hidden := *r
			hidden.Values = r.Values.MarkSensitive()
			r = &hidden
		}
		f.Location, _ = source.Locate(r, f.Cause.Argument)
	}
	for _, notes := range [][]analyzer.Note{f.Because, f.Related} {
		for i := range notes {
			if r := notes[i].Cause.Resource; r != nil {
				location, _ := source.Locate(r, notes[i].Cause.Argument)
				notes[i].Range = location.Range
			}
		}
	}
}

// exposures are the flows from the internet that arrive, or may. Interfaces of
// one owner that the same packets reach the same way are one exposure.
func exposures(stack *tf.Stack, view *analyzer.View) []*analyzer.Exposure {
	type way struct {
		from, to    string
		family      packet.Family
		through     *aws.LoadBalancer
		listener    *aws.Listener
		targetGroup *aws.TargetGroup
	}
	seen := map[way][]*reach.Flow{}
	var all []*analyzer.Exposure
	for _, flow := range view.FromInternet {
		key := way{flow.From.Label, flow.To.Label, flow.Family, flow.Through, flow.Listener, flow.TargetGroup}
		same := func(other *reach.Flow) bool {
			return other.Reachable.Must.Equal(flow.Reachable.Must) && other.Reachable.May.Equal(flow.Reachable.May)
		}
		if flow.Reachable.May.IsEmpty() || slices.ContainsFunc(seen[key], same) {
			continue
		}
		seen[key] = append(seen[key], flow)
		all = append(all, &analyzer.Exposure{Stack: stack, Flow: flow})
	}
	return all
}

// assumptions are those that the network or a result rests on, each once;
// what is not followed in it is among them.
func assumptions(graph *reach.Graph, p *part) []*tf.Assumption {
	all := graph.Assumptions()
	for _, f := range p.findings {
		all = append(all, f.Assumptions...)
	}
	for _, e := range p.exposures {
		all = append(all, e.Flow.Assumptions...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(a *tf.Assumption) bool {
		again := seen[a.ID]
		seen[a.ID] = true
		return again
	})
}

// coverage says which instances the analysis understood.
func coverage(stack *tf.Stack) analyzer.Coverage {
	c := analyzer.Coverage{Stack: stack, NotModelled: map[string]int{}}
	for name, n := range stack.Types {
		switch aws.Types.Coverage(name) {
		case aws.Modelled:
			c.Modelled += n
		case aws.NotModelled:
			c.NotModelled[name] += n
		default:
			c.Irrelevant += n
		}
	}
	return c
}

// placement counts the network interfaces of the stack, and those of which
// every subnet lies outside the input.
func placement(network *aws.Network, stack *tf.Stack) (interfaces, outside int) {
	for _, i := range network.Interfaces {
		if i.Resource != nil && !holds(stack, i.Resource) {
			continue
		}
		interfaces++
		if isOutside(i) {
			outside++
		}
	}
	return interfaces, outside
}

func isOutside(i *aws.Interface) bool {
	if len(i.Subnets.Each) == 0 {
		return i.Subnets.Open
	}
	for _, link := range i.Subnets.Each {
		if subnet, ok := link.One(); !link.Outside() && (!ok || !subnet.Outside) {
			return false
		}
	}
	return true
}
