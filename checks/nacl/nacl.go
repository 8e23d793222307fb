// Package nacl holds the checks about network ACLs. They judge only entries
// that exist: having no ACL of one's own is good practice.
package nacl

import "github.com/tfcheck/tfcheck/analyzer"

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{NeverMatches, BlocksReplies}
}
