package driver

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// triage decides what becomes of the findings: accepted by a comment or the
// baseline, gating, or a question.
func (o Options) triage(report *analyzer.Report) {
	ran := map[string]bool{}
	for _, c := range o.runs() {
		ran[c.ID] = true
	}
	say := func(diags []tf.Diagnostic) { report.Diagnostics = append(report.Diagnostics, diags...) }
	say(triage.Suppress(report.Findings, report.Stacks, o.Known, func(id string) bool { return ran[id] }, o.Triage.Today))
	if o.Settings != nil {
		say(triage.AcceptConfigured(report.Findings, o.Settings.Accepts, o.Triage.Today))
		say(o.Settings.Unused())
	}
	triage.AcceptBaseline(report.Findings, o.Baseline, o.Triage.Today)
	for _, f := range report.Findings {
		f.Gates = triage.Gates(f, o.Triage)
	}
	triage.Sort(report.Findings)
	report.Questions = triage.Questions(report.Findings)
}
