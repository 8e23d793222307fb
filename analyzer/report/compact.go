package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/tfcheck/tfcheck/analyzer"
)

// Compact writes a line a finding in the form that editors jump by,
// file:line:column: severity: message [check]. Without source the address
// stands for the place.
func Compact(w io.Writer, r *analyzer.Report, o Options) error {
	p := &printer{Options: o, stacks: len(r.Stacks)}
	r = secretsOf(allStacks(r)).report(r)
	b := bufio.NewWriter(w)
	for _, f := range r.Findings {
		if !o.shown(f) {
			continue
		}
		at := editable(f.Location).String()
		if f.Location.Range.IsZero() {
			at = p.position(f)
		}
		fmt.Fprintf(b, "%s: %s: %s [%s]\n", clean(at), f.Severity, clean(f.Message), clean(f.Check.ID))
	}
	return b.Flush()
}
