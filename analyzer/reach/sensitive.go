package reach

import (
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// printed is a text that comes from a cause, or a placeholder where the value
// is sensitive (U-19).
func printed(c aws.Cause, text string) string {
	if c.Resource != nil && sensitive(c.Resource.Values, c.Argument) {
		return "(sensitive)"
	}
	return text
}

// sensitive reports whether anything on the way to the argument, or directly
// in it, is marked as sensitive.
func sensitive(v tf.Value, argument string) bool {
	for argument != "" && !v.IsSensitive() {
		var step string
		step, argument, _ = strings.Cut(argument, ".")
		name, index, _ := strings.Cut(step, "[")
		v = v.Get(name)
		for index != "" && !v.IsSensitive() {
			var rest string
			index, rest, _ = strings.Cut(index, "]")
			n, err := strconv.Atoi(index)
			if elements := v.Elements(); err == nil && n >= 0 && n < len(elements) {
				v = elements[n]
			}
			index = strings.TrimPrefix(rest, "[")
		}
	}
	if v.IsSensitive() {
		return true
	}
	for _, e := range v.Elements() {
		if e.IsSensitive() {
			return true
		}
	}
	return false
}
