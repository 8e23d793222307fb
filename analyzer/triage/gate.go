package triage

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Options are the settings of CONTRACT, "Exit codes". NoSeverity switches a
// threshold off.
type Options struct {
	FailOn             analyzer.Severity
	FailOnExisting     analyzer.Severity
	FailOnUndetermined analyzer.Severity
	// Strict sets FailOnUndetermined to low at least and makes incomplete
	// input an error.
	Strict bool
	// Today is the date that expiries are measured against, as YYYY-MM-DD.
	Today string
}

// Defaults are the thresholds of a run without flags and settings.
func Defaults() Options { return Options{FailOn: analyzer.Medium} }

// Gates reports whether f makes the run exit with 1.
func Gates(f *analyzer.Finding, o Options) bool {
	switch {
	case f.Check == nil, f.Check.Tier != analyzer.Default, f.Accepted != nil, f.Preview:
		return false
	case f.Severity <= analyzer.Info, f.Status == analyzer.Resolved:
		return false
	case f.Status == analyzer.Existing && !atLeast(f.Severity, o.FailOnExisting):
		return false
	case f.Verdict == analyzer.Undetermined:
		return atLeast(f.Severity, o.undetermined())
	}
	// An existing finding has passed its own threshold already.
	return f.Status == analyzer.Existing || atLeast(f.Severity, o.FailOn)
}

// undetermined is the threshold for undetermined results.
func (o Options) undetermined() analyzer.Severity {
	if o.Strict {
		return analyzer.Low
	}
	return o.FailOnUndetermined
}

func atLeast(s, threshold analyzer.Severity) bool {
	return threshold != analyzer.NoSeverity && s >= threshold
}

// ExitCode is the exit code of a check: 2 where an input could not be
// analysed, 1 where a finding gates, else 0.
func ExitCode(r *analyzer.Report, o Options) int {
	for _, d := range r.Diagnostics {
		if d.Severity == tf.Error || o.Strict && d.Incomplete {
			return 2
		}
	}
	for _, s := range r.Stacks {
		if o.Strict && !s.Complete {
			return 2
		}
	}
	for _, f := range r.Findings {
		if f.Gates {
			return 1
		}
	}
	return 0
}
