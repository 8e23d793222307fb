package analyzer

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Fingerprint names a root cause: check, stack, configuration address without
// instance keys, argument without indexes. It survives moved lines, renamed
// files, moved blocks and releases, and is the same before and after apply.
func Fingerprint(check, stack string, cause aws.Cause) string {
	address := ""
	if r := cause.Resource; r != nil {
		address = r.Addr.Config()
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"v1", check, stack, address, tf.StripKeys(cause.Argument)}, "\x00")))
	return hex.EncodeToString(sum[:10])
}
