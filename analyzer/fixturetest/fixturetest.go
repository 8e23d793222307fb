// Package fixturetest holds fixtures against their own comments: a
// configuration says on its lines which findings are due there,
//
//	cidr_blocks = ["0.0.0.0/0"] # want internet-reaches-admin-port `on tcp/22`
//
// and any finding without a want, or want without a finding, fails the test.
// "want?" stands for an undetermined finding. The pattern between backquotes
// is optional and matches the message. What the change removes stands nowhere
// in the source: "want CHECK at ADDRESS" names it instead of a line. It is imported by tests only.
package fixturetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// want is one expectation.
type want struct {
	file    string
	line    int
	check   string
	address string // of what has no line
	verdict analyzer.Verdict
	message *regexp.Regexp
	met     bool
}

var wantPattern = regexp.MustCompile("want(\\??) ([a-z0-9-]+)(?: at (\\S+))?(?: `([^`]*)`)?")

// Open reads an input; sources says whether to look for the configuration it
// was made from.
type Open func(path string, sources bool) (*tf.Stack, error)

// mode is a form in which a fixture is analysed.
type mode struct {
	name    string
	file    string // in the folder of the fixture; empty for the folder itself
	sources bool
}

// modes are the forms of a fixture. The first one is held against the wants,
// the others against the first.
var modes = []mode{
	{"the plan with its source", "plan.json", true},
	{"the plan without its source", "plan.json", false},
	{"the binary plan", "tfplan", true},
	{"the binary plan without the source beside it", "tfplan", false},
	{"the configuration", "", true},
}

// Run analyses the fixture in a folder in every form there is of it, and
// compares the findings with the wants of its files.
func Run(t *testing.T, dir string, checks []*analyzer.Check, open Open) {
	t.Helper()
	first := analyze(t, dir, modes[0], checks, open)
	for _, m := range modes[1:] {
		found := analyze(t, dir, m, checks, open)
		a, b := names(first, m), names(found, m)
		if !slices.Equal(a, b) {
			t.Errorf("%s and %s disagree:\n%s", modes[0].name, m.name, difference(a, b))
		}
	}
	wants := readWants(t, dir)
	for _, f := range first {
		if f.Status == analyzer.Resolved {
			continue
		}
		if !meet(wants, f) {
			t.Errorf("%s: nobody wants %s[%s]: %s (%s)", place(f), f.Severity, f.Check.ID, f.Message, f.Verdict)
		}
	}
	for _, w := range wants {
		if !w.met {
			t.Errorf("%s:%d: no %s of %s", w.file, w.line, w.verdict, w.check)
		}
	}
}

// difference are the lines that only one of two sorted lists has.
func difference(a, b []string) string {
	var lines []string
	for _, line := range a {
		if !slices.Contains(b, line) {
			lines = append(lines, "- "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			lines = append(lines, "+ "+line)
		}
	}
	return strings.Join(lines, "\n")
}

func analyze(t *testing.T, dir string, m mode, checks []*analyzer.Check, open Open) []*analyzer.Finding {
	t.Helper()
	stack, err := open(filepath.Join(dir, m.file), m.sources)
	if err != nil {
		t.Fatal(err)
	}
	report, err := driver.Analyze(context.Background(), driver.Options{
		Stacks: []*tf.Stack{stack},
		Known:  checks,
		Triage: triage.Defaults(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Diagnostics {
		if d.Severity == tf.Error {
			t.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return report.Findings
}

// names are the findings as far as they do not depend on the form. A
// configuration has no before, and so knows nothing of what is new or gone.
func names(findings []*analyzer.Finding, m mode) []string {
	var all []string
	for _, f := range findings {
		status, argument := f.Status, f.Cause.Argument
		if m.file == "" {
			if status == analyzer.Resolved || ofChange[f.Check.ID] {
				continue
			}
			// A plan has the blocks of a set in an order of its own.
			status, argument = "", tf.StripKeys(argument)
		}
		all = append(all, fmt.Sprintf("%s %s %s %s %s", f.Check.ID, f.Verdict, f.Cause.Address(), argument, status))
	}
	slices.Sort(all)
	return all
}

// ofChange are the checks about what a change does, which need a before.
var ofChange = map[string]bool{"control-removed": true, "one-lock-left": true}

func place(f *analyzer.Finding) string {
	if f.Location.Range.IsZero() {
		return f.Cause.Address() + " " + f.Cause.Argument
	}
	return f.Location.Range.String()
}

func meet(wants []*want, f *analyzer.Finding) bool {
	for _, w := range wants {
		if w.check == f.Check.ID && w.verdict == f.Verdict && w.isAbout(f) && (w.message == nil || w.message.MatchString(f.Message)) {
			w.met = true
			return true
		}
	}
	return false
}

func (w *want) isAbout(f *analyzer.Finding) bool {
	if w.address != "" {
		return f.Location.Range.IsZero() && f.Cause.Address() == w.address
	}
	return w.line == f.Location.Range.StartLine && strings.HasSuffix(f.Location.Range.File, w.file)
}

// readWants collects the wants of every configuration file below dir.
func readWants(t *testing.T, dir string) []*want {
	t.Helper()
	var wants []*want
	err := filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".tf" {
			return err
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, file)
		for n, line := range strings.Split(string(src), "\n") {
			_, comment, ok := strings.Cut(line, "# want")
			if !ok {
				continue
			}
			for _, m := range wantPattern.FindAllStringSubmatch("want"+comment, -1) {
				w := &want{file: filepath.ToSlash(rel), line: n + 1, check: m[2], address: m[3], verdict: analyzer.Violation}
				if m[1] == "?" {
					w.verdict = analyzer.Undetermined
				}
				if m[4] != "" {
					w.message = regexp.MustCompile(m[4])
				}
				wants = append(wants, w)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return wants
}
