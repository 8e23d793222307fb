package driver

import (
	"github.com/tfcheck/tfcheck/analyzer/intent"
	"github.com/tfcheck/tfcheck/analyzer/stack"
)

// Propose finds statements that the networks of the stacks suggest, with the
// proof of those that hold today.
func (o Options) Propose() []intent.Proposal {
	joints, _ := stack.Join(o.Stacks, o.Context)
	var out []intent.Proposal
	for _, joint := range joints {
		after, before := o.views(joint)
		out = append(out, intent.Propose(after, before, o.Triage.Today)...)
	}
	return out
}
