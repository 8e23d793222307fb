package driver

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// uncounted makes undetermined what rests on an instance of a count or
// for_each that is not known, and reports whether anything does: there may be
// none (U-12).
func uncounted(f *analyzer.Finding, joint *stack.Joint) bool {
	var facts []tf.Fact
	note := func(r *tf.Resource) bool {
		if r == nil || !r.Maybe {
			return false
		}
		address := tf.StripKeys(r.Address)
		fact := tf.Fact{ID: "count:" + address, Text: "how many " + address + " there are", Settle: "known after apply, or in a plan: terraform plan -out=tfplan"}
		if !slices.Contains(facts, fact) {
			facts = append(facts, fact)
		}
		return true
	}
	all := note(f.Cause.Resource)
	for _, hop := range f.Path {
		all = note(hop.Object.Resource) || all
		all = note(hop.Cause.Resource) || all
	}
	subjects := slices.Clone(f.Subjects)
	for i, s := range subjects {
		if note(joint.After.Resource(s.Address)) || all {
			subjects[i].Verdict = analyzer.Undetermined
		}
	}
	if len(facts) > 0 {
		f.Subjects = subjects
		f.WaitsFor = append(slices.Clip(f.WaitsFor), facts...)
	}
	return len(facts) > 0
}

// perhaps is a flow as one that may be, where its end or anything on its way
// may not be there (U-12).
func perhaps(flow *reach.Flow) *reach.Flow {
	maybe := func(r *tf.Resource) bool { return r != nil && r.Maybe }
	doubtful := slices.ContainsFunc(flow.Path, func(h reach.Hop) bool { return maybe(h.Object.Resource) || maybe(h.Cause.Resource) }) ||
		slices.ContainsFunc(flow.To.Interfaces, func(i *aws.Interface) bool { return maybe(i.Resource) })
	if !doubtful {
		return flow
	}
	copied := *flow
	copied.Reachable.Must = packet.Set{}
	return &copied
}
