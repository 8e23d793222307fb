// Package storage holds the checks about volumes.
package storage

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{EBSUnencrypted}
}
