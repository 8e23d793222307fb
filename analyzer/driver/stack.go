package driver

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/intent"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// analyze judges stacks that meet: their snapshot after the change, and the
// one before it where there is one.
func (o Options) analyze(ctx context.Context, joint *stack.Joint) *part {
	p := &part{joint: joint}
	after, before := o.views(joint)
	p.changed = before != nil && before != after

	now := o.judge(ctx, joint, after, before)
	p.findings, p.checks, p.diagnostics = now.findings, now.results, now.diagnostics
	p.exposures = exposures(joint, after)
	if before != nil {
		then := now
		if p.changed {
			then = o.judge(ctx, joint, before, nil)
		}
		p.findings = triage.Compare(p.findings, then.findings)
		p.exposures = triage.CompareExposures(p.exposures, exposures(joint, before))
		p.dropPast()
	}
	for _, f := range p.findings {
		locate(f)
	}
	p.assumptions = assumptions(after.Graph, p)
	p.interfaces, p.outside = placement(after.Network, joint)
	return p
}

// views are those of a joint after and before the change, at the same time
// where they differ: one and the same where nothing changes, and no view of
// before where there is no such thing.
func (o Options) views(joint *stack.Joint) (after, before *analyzer.View) {
	if joint.Before == nil || !changed(joint.Stack) {
		after = o.view(joint, joint.After)
		if joint.Before != nil {
			before = after
		}
		return after, before
	}
	var g errgroup.Group
	g.Go(func() error {
		before = o.view(joint, joint.Before)
		return nil
	})
	after = o.view(joint, joint.After)
	_ = g.Wait() // no view fails
	return after, before
}

// dropPast leaves out what was resolved in stacks without a before: they do
// not change.
func (p *part) dropPast() {
	p.findings = slices.DeleteFunc(p.findings, func(f *analyzer.Finding) bool {
		return f.Status == analyzer.Resolved && f.Stack.Before == nil
	})
	p.exposures = slices.DeleteFunc(p.exposures, func(e *analyzer.Exposure) bool {
		return e.Status == analyzer.Resolved && e.Stack.Before == nil
	})
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
func (o Options) judge(ctx context.Context, joint *stack.Joint, view, before *analyzer.View) verdicts {
	var v verdicts
	for _, check := range o.runs() {
		if ctx.Err() != nil {
			return v
		}
		var found []*analyzer.Finding
		pass := analyzer.NewPass(check, joint.Stack, view, before, o.options(check), o.given(), func(f analyzer.Finding) {
			if f := complete(f, check, joint); f != nil {
				found = append(found, f)
			}
		})
		check.Run(pass)
		v.findings = append(v.findings, found...)
		v.results = append(v.results, count(check, joint, pass.Judged(), found)...)
	}
	v.intents(o, joint, view, before)
	return v
}

// intents proves what the team states about its network.
func (v *verdicts) intents(o Options, joint *stack.Joint, view, before *analyzer.View) {
	if o.Settings == nil {
		return
	}
	for _, r := range intent.Judge(o.Settings.Intents, view, before, o.Triage.Today) {
		var found []*analyzer.Finding
		for _, f := range r.Findings {
			if f := complete(f, r.Check, joint); f != nil {
				found = append(found, f)
			}
		}
		v.findings = append(v.findings, found...)
		v.results = append(v.results, count(r.Check, joint, map[*tf.Stack]int{nil: r.Evaluated}, found)...)
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

// complete fills in what follows from what the check said, or is nil when that
// concerns the context alone: its owner judges that.
func complete(f analyzer.Finding, check *analyzer.Check, joint *stack.Joint) *analyzer.Finding {
	f.Check, f.Preview = check, check.Preview
	if !own(&f, joint) {
		return nil
	}
	certain := !uncounted(&f, joint)
	f.Verdict = analyzer.Undetermined
	if len(f.Subjects) == 0 && certain {
		f.Verdict = analyzer.Violation
	}
	for _, s := range f.Subjects {
		if s.Verdict == analyzer.Violation {
			f.Verdict = analyzer.Violation
		}
	}
	f.Severity = f.Effect.Severity()
	return &f
}

// count says what became of the subjects that a check looked at, stack by
// stack. What belongs to none counts for the first.
func count(check *analyzer.Check, joint *stack.Joint, evaluated map[*tf.Stack]int, found []*analyzer.Finding) []analyzer.CheckResult {
	results := make([]analyzer.CheckResult, len(joint.Judged))
	for i, s := range joint.Judged {
		violated, undetermined := map[string]bool{}, map[string]bool{}
		for _, f := range found {
			if f.Stack != s {
				continue
			}
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
		r := analyzer.CheckResult{Check: check, Stack: s, Violated: len(violated), Undetermined: len(undetermined)}
		r.Evaluated = evaluated[s]
		if i == 0 {
			r.Evaluated += evaluated[nil]
		}
		r.Evaluated = max(r.Evaluated, r.Violated+r.Undetermined)
		r.Passed = r.Evaluated - r.Violated - r.Undetermined
		results[i] = r
	}
	return results
}

// locate finds the lines that a finding is about. Where the cause is in
// another stack, they are those of what the author can change: the first
// subject.
func locate(f *analyzer.Finding) {
	source := f.Stack.Source
	if source == nil {
		return
	}
	if r := f.Cause.Resource; r != nil && r.Stack != nil {
		for _, s := range f.Subjects {
			if at, ok := source.Locate(f.Stack.After.Resource(s.Address), ""); ok {
				f.Location = at
				break
			}
		}
	} else if r != nil {
		if f.Effect.Credential {
			// Nobody marked it as sensitive, that is the finding.
			hidden := *r
			hidden.Values = r.Values.MarkSensitive()
			r = &hidden
		}
		f.Location, _ = source.Locate(r, f.Cause.Argument)
		f.Because = append(f.Because, origins(f)...)
	}
	for _, notes := range [][]analyzer.Note{f.Because, f.Related} {
		for i := range notes {
			if r := notes[i].Cause.Resource; r != nil && r.Stack == nil {
				location, _ := source.Locate(r, notes[i].Cause.Argument)
				notes[i].Range = location.Range
			}
		}
	}
}

// origins say which variables of the root module the cause of a finding gets
// its value from.
func origins(f *analyzer.Finding) []analyzer.Note {
	tracer, ok := f.Stack.Source.(tf.Tracer)
	if !ok {
		return nil
	}
	var notes []analyzer.Note
	for _, o := range tracer.Origins(f.Cause.Resource, f.Cause.Argument) {
		text := "it comes from var." + o.Variable
		if f.Secret != nil {
			text = "a part of it comes from var." + o.Variable
		}
		if value, known := o.Value.AsString().Known(); known {
			if f.Secret != nil && !f.Secret(value) {
				continue
			}
			switch {
			case o.Value.IsSensitive() || f.Effect.Credential:
				value = "(sensitive)"
			case o.Value.Kind() == tf.String:
				value = strconv.Quote(value)
			}
			text = "var." + o.Variable + " is " + value
		}
		if o.From != "" {
			text += " (" + o.From + ")"
		}
		notes = append(notes, analyzer.Note{Text: text, Range: o.Range})
	}
	return notes
}

// exposures are the flows from the internet that arrive, or may. Interfaces of
// one owner that the same packets reach the same way are one exposure.
func exposures(joint *stack.Joint, view *analyzer.View) []*analyzer.Exposure {
	type way struct {
		from, to    string
		family      packet.Family
		entry       *aws.Entry
		through     *aws.LoadBalancer
		listener    *aws.Listener
		targetGroup *aws.TargetGroup
	}
	seen := map[way][]*reach.Flow{}
	var all []*analyzer.Exposure
	for _, flow := range view.FromInternet {
		key := way{flow.From.Label, flow.To.Label, flow.Family, flow.Entry, flow.Through, flow.Listener, flow.TargetGroup}
		same := func(other *reach.Flow) bool {
			return other.Reachable.Must.Equal(flow.Reachable.Must) && other.Reachable.May.Equal(flow.Reachable.May)
		}
		if !ends(joint, flow) || flow.Reachable.May.IsEmpty() || slices.ContainsFunc(seen[key], same) {
			continue
		}
		seen[key] = append(seen[key], flow)
		all = append(all, exposure(joint, flow))
	}
	return all
}

// assumptions are those that the network or a result rests on, each once;
// what is not followed in it is among them.
func assumptions(graph *reach.Graph, p *part) []analyzer.StackAssumption {
	all := graph.Assumptions()
	for _, f := range p.findings {
		all = append(all, f.Assumptions...)
	}
	for _, e := range p.exposures {
		all = append(all, e.Flow.Assumptions...)
	}
	var once []analyzer.StackAssumption
	for _, s := range p.joint.Judged {
		for _, a := range slices.Concat(s.Assumptions, ignored(s)) {
			once = append(once, analyzer.StackAssumption{Assumption: a, Stack: s})
		}
	}
	seen := map[string]bool{}
	for _, a := range all {
		if !seen[a.ID] {
			seen[a.ID] = true
			once = append(once, assumption(p.joint, a))
		}
	}
	return once
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

// placement counts the network interfaces of the stacks that are judged, and
// those of which every subnet lies outside the input.
func placement(network *aws.Network, joint *stack.Joint) (interfaces, outside int) {
	for _, i := range network.Interfaces {
		if _, judged := joint.Owner(i.Resource); !judged {
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
