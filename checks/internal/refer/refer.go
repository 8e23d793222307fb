// Package refer tells whether a value names a resource instance, for the
// arguments that the network does not link.
package refer

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// To says whether v is the identity of r: Yes when it certainly is, Maybe when
// it may turn out to be. Attributes are those that identify r, id and arn when
// none are given.
func To(v tf.Value, r *tf.Resource, attributes ...string) tf.Tri {
	if symbol, ok := v.Symbol(); ok {
		return tf.TriOf(symbol.Address == r.Address)
	}
	if v.IsUnknown() {
		candidates := v.Candidates()
		if len(candidates) == 0 || slices.ContainsFunc(candidates, func(s tf.Symbol) bool { return s.Address == r.Address }) {
			return tf.Maybe
		}
		return tf.No
	}
	if len(attributes) == 0 {
		attributes = []string{"id", "arn"}
	}
	text, known := v.AsString().Known()
	return tf.TriOf(known && slices.ContainsFunc(attributes, func(name string) bool {
		own, ok := r.Get(name).AsString().Known()
		return ok && own == text
	}))
}
