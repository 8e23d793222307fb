// Package checks is the catalogue: every check that tfcheck makes, and the
// guidance that they enforce.
package checks

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/datastore"
	"github.com/tfcheck/tfcheck/checks/exposure"
	"github.com/tfcheck/tfcheck/checks/identity"
	"github.com/tfcheck/tfcheck/checks/instance"
	"github.com/tfcheck/tfcheck/checks/loadbalancer"
	"github.com/tfcheck/tfcheck/checks/logging"
	"github.com/tfcheck/tfcheck/checks/nacl"
	"github.com/tfcheck/tfcheck/checks/network"
	"github.com/tfcheck/tfcheck/checks/securitygroup"
	"github.com/tfcheck/tfcheck/checks/storage"
)

// All are the checks of every topic, in the order of the topics.
func All() []*analyzer.Check {
	return slices.Concat(
		exposure.Checks(),
		securitygroup.Checks(),
		nacl.Checks(),
		network.Checks(),
		instance.Checks(),
		identity.Checks(),
		loadbalancer.Checks(),
		storage.Checks(),
		datastore.Checks(),
		logging.Checks(),
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
