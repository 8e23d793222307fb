package stack

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// anyOf is the attribute of a given block that says whether a count or for_each
// that is not known makes any instance.
const anyOf = "any"

// Count believes what people say of a count or for_each that is not known: the
// instance that stands for all of them is certain, or is not there (U-12). The
// answer is looked up by the id of the question and an attribute.
func Count(stacks []*tf.Stack, answer func(id, attribute string) (string, bool)) {
	for _, s := range stacks {
		said := map[string]string{}
		for _, snapshot := range []**tf.Snapshot{&s.Before, &s.After} {
			*snapshot = counted(*snapshot, said, answer)
		}
		for _, id := range slices.Sorted(maps.Keys(said)) {
			s.Assumptions = append(s.Assumptions, &tf.Assumption{
				ID: "given:" + id, Text: "as a given block says, " + anyOf + " of " + strings.Replace(id, ":", " ", 1) + " is " + said[id],
			})
		}
	}
}

func counted(s *tf.Snapshot, said map[string]string, answer func(id, attribute string) (string, bool)) *tf.Snapshot {
	if s == nil {
		return nil
	}
	missing := map[*tf.Resource]bool{}
	for _, r := range s.Resources {
		fact, unsure := r.HowMany()
		if !unsure {
			continue
		}
		if value, ok := answer(fact.ID, anyOf); ok {
			said[fact.ID] = value
			r.Maybe, missing[r] = false, value != "true"
		}
	}
	if len(missing) == 0 {
		return s
	}
	return tf.NewSnapshot(slices.DeleteFunc(slices.Clone(s.Resources), func(r *tf.Resource) bool { return missing[r] }))
}
