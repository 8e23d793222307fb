package checks_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
	"github.com/tfcheck/tfcheck/checks"
)

// changes are the checks about what a change does: their examples are read as
// the change from the good one to the bad one.
var changes = []string{"control-removed", "one-lock-left"}

// The examples of every check stand as fixtures, with the plans that
// terraform makes of them: a bad one violates its check, a good one does not.
// UPDATE_FIXTURES=1 writes the configurations; fixtures/regenerate.sh plans
// them.
func TestExamples(t *testing.T) {
	for _, check := range checks.All() {
		t.Run(check.ID, func(t *testing.T) {
			bad, good := example(t, check, "bad", check.Bad), example(t, check, "good", check.Good)
			if bad == nil || good == nil {
				return
			}
			if slices.Contains(changes, check.ID) {
				bad.Before = good.After
			}
			if found := findings(t, check, bad); len(found) == 0 {
				t.Error("the bad example violates nothing")
			}
			for _, f := range findings(t, check, good) {
				t.Errorf("the good example: %s", f.Message)
			}
		})
	}
}

// example reads one of the examples, or writes its configuration.
func example(t *testing.T, check *analyzer.Check, kind, configuration string) *tf.Stack {
	t.Helper()
	dir := filepath.Join("..", "fixtures", "checks", check.ID, kind)
	written, err := os.ReadFile(filepath.Join(dir, "main.tf"))
	if os.Getenv("UPDATE_FIXTURES") != "" && string(written) != configuration {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(configuration), 0o644); err != nil {
			t.Fatal(err)
		}
		written, err = []byte(configuration), nil
	}
	if err != nil || string(written) != configuration {
		t.Fatalf("%s/main.tf is not the %s example: run this test with UPDATE_FIXTURES=1, then fixtures/regenerate.sh (%v)", dir, kind, err)
	}
	plan := filepath.Join(dir, "plan.json")
	if _, err := os.Stat(plan); errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s has no plan: run fixtures/regenerate.sh", dir)
		return nil
	}
	stacks, err := input.Open(context.Background(), []string{plan}, input.Options{Wanted: aws.Types})
	if err != nil {
		t.Fatal(err)
	}
	return stacks[0]
}

// findings are the violations of one check.
func findings(t *testing.T, check *analyzer.Check, stack *tf.Stack) []*analyzer.Finding {
	t.Helper()
	report, err := driver.Analyze(context.Background(), driver.Options{
		Stacks: []*tf.Stack{stack}, Known: []*analyzer.Check{check}, Triage: triage.Defaults(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(report.Findings, func(f *analyzer.Finding) bool {
		return f.Verdict != analyzer.Violation || f.Status == analyzer.Resolved
	})
}
