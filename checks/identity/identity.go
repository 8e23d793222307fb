// Package identity holds the checks about credentials and roles.
package identity

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{CredentialInPlan, BroadRole}
}
