package driver

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// own gives a finding to a stack, from whose point of view it is told: to the
// one that owns the cause if that is judged, else to that of the first subject
// which is. It is false where there is none.
func own(f *analyzer.Finding, joint *stack.Joint) bool {
	causing, judged := joint.Owner(f.Cause.Resource)
	f.Stack = causing
	if f.Cause.Resource == nil || !judged {
		f.Subjects = slices.DeleteFunc(slices.Clone(f.Subjects), func(s analyzer.Subject) bool {
			_, judged := subjectOwner(joint, s)
			return !judged
		})
		if len(f.Subjects) == 0 && !judged {
			return false
		}
		if len(f.Subjects) > 0 {
			f.Stack, _ = subjectOwner(joint, f.Subjects[0])
		}
		if f.Cause.Resource == nil {
			causing = f.Stack
		}
	}
	v := viewpoint{joint, f.Stack}
	f.Cause = v.cause(f.Cause)
	f.Fingerprint = analyzer.Fingerprint(f.Check.ID, causing.Name, f.Cause)
	if joint.Stack == f.Stack {
		return true // alone
	}
	f.Subjects = slices.Clone(f.Subjects)
	for i := range f.Subjects {
		f.Subjects[i].Address = v.text(f.Subjects[i].Address)
	}
	f.Message, f.Fix = v.text(f.Message), v.text(f.Fix)
	f.Path = v.hops(f.Path)
	f.Because, f.Related = v.notes(f.Because), v.notes(f.Related)
	return true
}

// subjectOwner is the stack that a subject belongs to, and whether that is
// judged.
func subjectOwner(joint *stack.Joint, s analyzer.Subject) (*tf.Stack, bool) {
	owner := joint.Judged[0]
	if name, _ := tf.SplitQualified(s.Address); name != "" {
		if named := joint.Named(name); named != nil {
			owner = named
		}
	}
	return owner, slices.Contains(joint.Judged, owner)
}

// concerned are the flows that end at something which is judged, or at a load
// balancer before it.
func concerned(joint *stack.Joint, flows []*reach.Flow) []*reach.Flow {
	if len(joint.Context) == 0 {
		return flows
	}
	return slices.DeleteFunc(slices.Clone(flows), func(f *reach.Flow) bool {
		return len(f.To.Balancers) == 0 && !ends(joint, f)
	})
}

// ends reports whether a flow ends at something which is judged.
func ends(joint *stack.Joint, f *reach.Flow) bool {
	_, judged := joint.Owner(ending(f))
	return judged
}

// ending is the instance that a flow ends at, nil where AWS makes it itself.
func ending(f *reach.Flow) *tf.Resource {
	switch to := f.To; {
	case len(to.Interfaces) > 0 && to.Interfaces[0].Owner != nil:
		return to.Interfaces[0].Owner
	case len(to.Interfaces) > 0:
		return to.Interfaces[0].Resource
	case len(to.Balancers) > 0:
		return to.Balancers[0].Resource
	case len(to.Services) > 0:
		return to.Services[0].Resource
	}
	return nil
}

// exposure is a flow from the point of view of the stack that it ends in.
func exposure(joint *stack.Joint, flow *reach.Flow) *analyzer.Exposure {
	owner, _ := joint.Owner(ending(flow))
	if joint.Stack != owner {
		v := viewpoint{joint, owner}
		flow = flow.Telling(v.hops)
		to := *flow.To
		to.Label, flow.To = v.text(to.Label), &to
	}
	return &analyzer.Exposure{Stack: owner, Flow: flow}
}

// assumption is an assumption with the stack that it is about.
func assumption(joint *stack.Joint, a *tf.Assumption) analyzer.StackAssumption {
	about := joint.Judged[0]
	if name, rest := tf.SplitQualified(a.Address); name != "" {
		if named := joint.Named(name); named != nil {
			about = named
			told := *a
			told.Address, told.Text = rest, tf.Unqualify(a.Text, name)
			a = &told
		}
	}
	return analyzer.StackAssumption{Assumption: a, Stack: about}
}

// viewpoint tells what is found in a joint as one of its stacks sees it: its
// own addresses plain, those of others as STACK//ADDRESS.
type viewpoint struct {
	joint *stack.Joint
	stack *tf.Stack
}

func (v viewpoint) text(text string) string { return tf.Unqualify(text, v.stack.Name) }

func (v viewpoint) resource(r *tf.Resource) *tf.Resource {
	if r != nil && r.Stack == v.stack {
		return v.joint.Original(r)
	}
	return r
}

func (v viewpoint) cause(c aws.Cause) aws.Cause {
	c.Resource = v.resource(c.Resource)
	return c
}

func (v viewpoint) hops(hops []reach.Hop) []reach.Hop {
	told := slices.Clone(hops)
	for i := range told {
		told[i] = told[i].Map(v.resource, v.text)
	}
	return told
}

func (v viewpoint) notes(notes []analyzer.Note) []analyzer.Note {
	told := slices.Clone(notes)
	for i := range told {
		told[i].Text, told[i].Cause = v.text(told[i].Text), v.cause(told[i].Cause)
	}
	return told
}
