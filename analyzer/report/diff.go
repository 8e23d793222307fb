package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
)

// Difference is the report with nothing in it but what a change opens and
// closes: findings and exposures that are new or resolved.
func Difference(r *analyzer.Report) *analyzer.Report {
	d := *r
	d.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f *analyzer.Finding) bool { return !isNew(f.Status) && !isResolved(f.Status) })
	d.Exposures = slices.DeleteFunc(slices.Clone(r.Exposures), func(e *analyzer.Exposure) bool { return !isNew(e.Status) && !isResolved(e.Status) })
	d.Questions = slices.DeleteFunc(slices.Clone(r.Questions), func(q analyzer.Question) bool {
		return !slices.ContainsFunc(d.Findings, func(f *analyzer.Finding) bool { return slices.Contains(q.Decides, f.Fingerprint) })
	})
	return &d
}

// Diff prints what a change opens and what it closes, and nothing else.
func Diff(w io.Writer, r *analyzer.Report, o Options) error {
	p := &printer{Options: o, stacks: len(r.Stacks), secrets: secretsOf(allStacks(r))}
	r = p.secrets.report(Difference(r))
	b := bufio.NewWriter(w)
	opened, closed := p.side(r, isNew), p.side(r, isResolved)
	undecided := 0
	for _, f := range r.Findings {
		if isNew(f.Status) && f.Verdict == analyzer.Undetermined {
			undecided++
		}
	}
	for _, side := range []struct {
		title string
		lines []string
	}{{"opened", opened}, {"closed", closed}} {
		if len(side.lines) == 0 {
			continue
		}
		fmt.Fprintln(b, p.paint(bold, side.title+":"))
		for _, line := range side.lines {
			fmt.Fprintln(b, "  "+line)
		}
	}
	if len(opened)+len(closed) == 0 {
		fmt.Fprintln(b, "nothing is opened, and nothing closed")
	}
	if undecided > 0 {
		fmt.Fprintf(b, "%s cannot be decided yet: -f json lists what waits for what\n", plural(undecided, "more result"))
	}
	return b.Flush()
}

// side is the exposures and findings of one status.
func (p *printer) side(r *analyzer.Report, of func(analyzer.Status) bool) []string {
	var lines []string
	for _, text := range p.exposed(r, of) {
		lines = append(lines, clean("the internet -> "+text))
	}
	for _, f := range r.Findings {
		if !of(f.Status) || f.Verdict == analyzer.Undetermined {
			continue
		}
		severity, tag := f.Severity.String(), "["+clean(f.Check.ID)+"]"
		text := p.paint(severityColors[f.Severity], severity) + p.paint(bold, tag) + ": " + clean(f.Message)
		if f.Accepted != nil {
			text += " (accepted)"
		}
		lines = append(lines, text, "  --> "+clean(p.position(f)))
	}
	return lines
}
