package checks_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/fixturetest"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks"
)

// Every scenario under fixtures is held against the comments on its own
// lines.
func TestFixtures(t *testing.T) {
	open := func(path string, sources bool) (*tf.Stack, error) {
		stacks, err := input.Open(context.Background(), []string{path}, input.Options{Wanted: aws.Types, NoSource: !sources})
		if err != nil {
			return nil, err
		}
		return stacks[0], nil
	}
	plans, err := filepath.Glob(filepath.Join("..", "fixtures", "*", "plan.json"))
	if err != nil || len(plans) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, plan := range plans {
		dir := filepath.Dir(plan)
		t.Run(filepath.Base(dir), func(t *testing.T) { fixturetest.Run(t, dir, checks.All(), open) })
	}
}
