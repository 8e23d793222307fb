// Package datastore holds the checks about managed data stores.
package datastore

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{Unencrypted}
}
