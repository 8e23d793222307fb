package driver_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/extract"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// stacksAt is the folder of the fixtures of stacks that stand in another's
// network.
var stacksAt = filepath.Join("..", "..", "fixtures", "stacks")

// contexts are the network of the fixtures in every form that --context takes.
func contexts(t *testing.T) map[string][]*tf.Stack {
	t.Helper()
	forms := map[string][]*tf.Stack{
		"plan":          known(t, filepath.Join(stacksAt, "network", "plan.json")),
		"state":         known(t, filepath.Join(stacksAt, "network", "network.tfstate")),
		"first plan":    known(t, filepath.Join(stacksAt, "network", "first.json")),
		"configuration": known(t, filepath.Join(stacksAt, "network")),
	}
	for _, from := range []string{"plan", "state", "first plan"} {
		var text bytes.Buffer
		if err := extract.Write(&text, forms[from][0], aws.Types.Handed); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "network.json")
		if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		forms["extract of the "+from] = known(t, file)
	}
	return forms
}

// within are stacks as they are read in a network, which answers what they ask
// and do not answer each other.
func within(t *testing.T, network []*tf.Stack, paths ...string) []*tf.Stack {
	t.Helper()
	asked := &input.Asked{}
	stacks, err := input.Open(context.Background(), paths, input.Options{Wanted: aws.Types, Asked: asked})
	if err != nil {
		t.Fatal(err)
	}
	if err := asked.Evaluate(context.Background(), stacks, network, stack.Answers); err != nil {
		t.Fatal(err)
	}
	return stacks
}

func known(t *testing.T, path string) []*tf.Stack {
	t.Helper()
	stacks, err := input.Open(context.Background(), []string{"network=" + path}, input.Options{Wanted: aws.Types, NoSource: true, Known: true})
	if err != nil {
		t.Fatal(err)
	}
	return stacks
}

// proven are the violations about some of the subjects, whatever stack their
// cause is in.
func proven(r *analyzer.Report, about func(subject string) bool) []string {
	var lines []string
	for _, f := range r.Findings {
		_, cause := tf.SplitQualified(f.Cause.Address())
		for _, s := range f.Subjects {
			if f.Verdict == analyzer.Violation && about(s.Address) {
				_, subject := tf.SplitQualified(s.Address)
				lines = append(lines, fmt.Sprintf("%s %s %s: %s %s on %s", f.Severity, f.Check.ID, cause, f.Cause.Argument, subject, s.Flows))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// TestAppStacks: an application that owns no VPC says alone what it can, asks
// two questions at most, and passes; with its network in any form it says what
// one configuration of both says of it, and nothing of what is the network's
// own (U-6, U-13).
func TestAppStacks(t *testing.T) {
	apps := func(subject string) bool { return strings.Contains(subject, ".web[") }
	both := analyze(t, driver.Options{Stacks: open(t, filepath.Join(stacksAt, "both", "plan.json"))})
	want := proven(both, apps)
	if len(want) != 4 {
		t.Fatalf("of one configuration %q, want two findings about two instances", want)
	}
	forms := contexts(t)
	for _, app := range []string{"app-data", "app-remote", "app-variable", "app-terragrunt"} {
		t.Run(app, func(t *testing.T) {
			plan := filepath.Join(stacksAt, app, "plan.json")
			alone := analyze(t, driver.Options{Stacks: open(t, plan)})
			if len(alone.Questions) == 0 || len(alone.Questions) > 2 {
				t.Errorf("alone: questions %v, want one or two", alone.Questions)
			}
			if code := triage.ExitCode(alone, triage.Defaults()); code != 0 {
				t.Errorf("alone: exit code %d", code)
			}
			for form, network := range forms {
				if network[0].After.Resource("aws_vpc.main").IsNew() && app != "app-terragrunt" {
					continue // the plan has ids that this network does not
				}
				with := analyze(t, driver.Options{Stacks: within(t, network, plan), Context: network})
				if len(with.Questions) != 0 {
					t.Errorf("with the network's %s: questions %v", form, with.Questions)
				}
				if diff := cmp.Diff(want, proven(with, apps)); diff != "" {
					t.Errorf("with the network's %s: %s", form, diff)
				}
				if foreign := proven(with, func(s string) bool { return !apps(s) }); len(foreign) > 0 {
					t.Errorf("with the network's %s: what is the network's own: %q", form, foreign)
				}
				for _, f := range with.Findings {
					if f.Location.Range.IsZero() || f.Stack.Name != "fixtures/stacks/"+app {
						t.Errorf("with the network's %s: %s has no line of the application", form, f.Check.ID)
					}
				}
			}
		})
	}
}

// TestAppConfigurations: the same from the configuration alone, whose data
// sources and dependencies the network answers, before its first apply too.
func TestAppConfigurations(t *testing.T) {
	apps := func(subject string) bool { return strings.Contains(subject, ".web[") }
	want := proven(analyze(t, driver.Options{Stacks: open(t, filepath.Join(stacksAt, "both", "plan.json"))}), apps)
	forms := contexts(t)
	for _, app := range []string{"app-data", "app-remote", "app-terragrunt"} {
		for form, network := range forms {
			stacks := within(t, network, filepath.Join(stacksAt, app))
			with := analyze(t, driver.Options{Stacks: stacks, Context: network})
			if diff := cmp.Diff(want, proven(with, apps)); diff != "" {
				t.Errorf("%s with the network's %s: %s", app, form, diff)
			}
			if len(with.Questions) != 0 {
				t.Errorf("%s with the network's %s: questions %v", app, form, with.Questions)
			}
			if !slices.ContainsFunc(with.Assumptions, func(a analyzer.StackAssumption) bool { return strings.HasPrefix(a.ID, "data:") }) {
				t.Errorf("%s with the network's %s: what answers it is not said", app, form)
			}
		}
	}
}
