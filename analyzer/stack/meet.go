package stack

import (
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// meet says which stacks meet: those that have an id or an ARN in common, the
// one as its own and the other in an argument that holds references, or both
// in such arguments. Stacks of one set get one number.
func meet(stacks []*tf.Stack) []int {
	sets := newSets(len(stacks))
	first := map[string]int{} // who mentioned an identity first
	for i, s := range stacks {
		first[tf.Qualify(s.Name, "")] = i
	}
	for i, s := range stacks {
		for _, snapshot := range []*tf.Snapshot{s.After, s.Before} {
			if snapshot == nil {
				continue
			}
			for _, r := range snapshot.Resources {
				mentions(r, func(identity string) {
					if other, ok := first[identity]; ok {
						sets.union(other, i)
					} else {
						first[identity] = i
					}
				})
			}
		}
	}
	home := make([]int, len(stacks))
	for i := range stacks {
		home[i] = sets.find(i)
	}
	return home
}

// mentions visits the ids and ARNs that an instance has, and those that it
// refers to. Other names mean something in their account only.
func mentions(r *tf.Resource, visit func(string)) {
	for _, f := range r.Values.Fields() {
		if aws.Types.Identity(r.Addr.Type, f.Name) || len(aws.Types.Targets(r.Addr.Type, f.Name)) > 0 {
			identities(f.Value, visit)
			continue
		}
		nested(r.Addr.Type, f.Name, f.Value, visit)
	}
}

// nested visits the references inside a block.
func nested(resourceType, path string, v tf.Value, visit func(string)) {
	for _, e := range v.Elements() {
		nested(resourceType, path, e, visit)
	}
	for _, f := range v.Fields() {
		inner := path + "." + f.Name
		if len(aws.Types.Targets(resourceType, inner)) > 0 {
			identities(f.Value, visit)
		} else {
			nested(resourceType, inner, f.Value, visit)
		}
	}
}

func identities(v tf.Value, visit func(string)) {
	for _, e := range v.Elements() {
		identities(e, visit)
	}
	for _, s := range v.Candidates() {
		otherStack(s, visit)
	}
	if s, ok := v.Symbol(); ok {
		otherStack(s, visit)
	}
	text, ok := v.AsString().Known()
	if !ok {
		return
	}
	if i := strings.IndexByte(text, '/'); i > 0 && aws.IsID(text[i+1:]) {
		text = text[i+1:] // of another account (TF-SG-6)
	}
	if aws.IsID(text) || strings.HasPrefix(text, "arn:") && !strings.Contains(text, ":iam::aws:") {
		visit(text) // what AWS itself owns joins nobody
	}
}

// otherStack visits the stack that a symbol leads to.
func otherStack(s tf.Symbol, visit func(string)) {
	if name, _ := tf.SplitQualified(s.Address); name != "" {
		visit(tf.Qualify(name, ""))
	}
}

// sets are disjoint sets of numbers.
type sets []int

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (s sets) find(i int) int {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

// union joins two sets; the smaller number stands for both.
func (s sets) union(i, k int) {
	a, b := s.find(i), s.find(k)
	if a > b {
		a, b = b, a
	}
	s[b] = a
}
