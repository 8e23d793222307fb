// Package checks is the catalogue: every check that tfcheck makes, and the
// guidance that they enforce.
package checks

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/exposure"
)

// All are the checks of every topic, in the order of the topics.
func All() []*analyzer.Check {
	return slices.Concat(
		exposure.Checks(),
	)
}

// Find returns the checks that a name means: a check's own id or a former
// one; else every check that replaces the rule of another scanner with that
// id.
func Find(name string) []*analyzer.Check {
	var found []*analyzer.Check
	for _, c := range All() {
		if c.ID == name || slices.Contains(c.Aliases, name) {
			return []*analyzer.Check{c}
		}
		if slices.ContainsFunc(c.Replaces, func(r analyzer.Replacement) bool { return r.ID == name }) {
			found = append(found, c)
		}
	}
	return found
}
