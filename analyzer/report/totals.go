package report

import (
	"fmt"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
)

// totals counts the findings of a report.
type totals struct {
	// By severity: found where there is no before, else fresh and existing.
	found, fresh, existing map[analyzer.Severity]int
	resolved, accepted     int
	gating                 int
	until                  string // the first expiry of an acceptance
}

// count counts violations; what is undetermined shows as questions.
func count(r *analyzer.Report) totals {
	t := totals{found: map[analyzer.Severity]int{}, fresh: map[analyzer.Severity]int{}, existing: map[analyzer.Severity]int{}}
	for _, f := range r.Findings {
		if f.Gates {
			t.gating++
		}
		switch {
		case f.Verdict == analyzer.Undetermined:
		case f.Accepted != nil:
			t.accepted++
			if u := f.Accepted.Until; u != "" && (t.until == "" || u < t.until) {
				t.until = u
			}
		case f.Status == analyzer.Resolved:
			t.resolved++
		case f.Status == analyzer.Existing:
			t.existing[f.Severity]++
		case f.Status == analyzer.New && hasBefore(f.Stack):
			t.fresh[f.Severity]++
		default:
			t.found[f.Severity]++
		}
	}
	return t
}

// list is "1 critical, 2 low".
func (totals) list(n map[analyzer.Severity]int) string {
	var parts []string
	for _, s := range severities {
		if n[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[s], s))
		}
	}
	return strings.Join(parts, ", ")
}
