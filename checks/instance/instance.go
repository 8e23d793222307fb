// Package instance holds the checks about EC2 instances and what they are
// launched from.
package instance

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{IMDSv1}
}
