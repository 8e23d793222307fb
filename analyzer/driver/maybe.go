package driver

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// uncounted makes undetermined what rests on an instance of a count or
// for_each that is not known, and reports whether anything does: there may be
// none (U-12).
func uncounted(f *analyzer.Finding, joint *stack.Joint) bool {
	var facts []tf.Fact
	note := func(r *tf.Resource) bool {
		fact, unsure := r.HowMany()
		if fact = aws.Settled(fact, ""); unsure && !slices.Contains(facts, fact) {
			facts = append(facts, fact)
		}
		return unsure
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
