// Package logging holds the checks about what is recorded.
package logging

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{FlowLogs}
}
