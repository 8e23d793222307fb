// Package network holds the checks about what a network is made of.
package network

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{RefusedAtApply}
}
