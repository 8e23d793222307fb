// Package securitygroup holds the checks about security groups themselves.
package securitygroup

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{Overwrite, DefaultUsed}
}
