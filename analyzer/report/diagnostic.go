package report

import (
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// longestDiagnostic bounds what a diagnostic quotes of the input.
const longestDiagnostic = 600

// Diagnostic is a diagnostic on one line, as it goes to standard error. A file
// tells which stack it is about.
func Diagnostic(d tf.Diagnostic) string {
	var at []string
	switch {
	case !d.Range.IsZero():
		at = append(at, d.Range.String())
	case d.Stack != "" && d.Stack != ".":
		at = append(at, d.Stack)
	}
	text := d.Severity.String() + ": " + strings.Join(append(at, d.Summary), ": ")
	if d.Detail != "" {
		text = strings.TrimRight(text, ".") + ". " + d.Detail
	}
	return cut(clean(strings.Join(strings.Fields(text), " ")), longestDiagnostic)
}
