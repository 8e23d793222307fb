package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/settings"
)

// TestInit: what init writes for a fixture loads, holds, and is the same every
// time; what it leaves as a comment can be taken in.
func TestInit(t *testing.T) {
	plans, err := filepath.Glob("../../fixtures/*/plan.json")
	if err != nil || len(plans) < 5 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	held, failed, open := 0, 0, 0
	for _, plan := range plans {
		name := filepath.Base(filepath.Dir(plan))
		text := proposed(t, plan)
		if again := proposed(t, plan); again != text {
			t.Errorf("%s: two runs differ", name)
		}
		set, diags := settings.Load("tfcheck.hcl", []byte(text), knownSettings())
		if len(diags) > 0 {
			t.Errorf("%s: %v\n%s", name, diags, text)
			continue
		}
		held += len(set.Intents)
		env := environment{getenv: func(string) string { return "" }, now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }}
		stacks, _, err := (&inputFlags{}).stacks(context.Background(), env, []string{plan}, set)
		if err != nil {
			t.Fatal(err)
		}
		options, err := (&selection{}).options(env, stacks, set)
		if err != nil {
			t.Fatal(err)
		}
		report, err := driver.Analyze(context.Background(), options)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Findings {
			if strings.HasPrefix(f.Check.ID, "intent:") && f.Status != "resolved" {
				t.Errorf("%s: %s does not hold: %s", name, f.Check.ID, f.Message)
			}
		}
		failed += strings.Count(text, "# Does not hold: ")
		open += strings.Count(text, "\n# given ")
		if _, diags := settings.Load("tfcheck.hcl", []byte(taken(text)), knownSettings()); len(diags) > 0 {
			t.Errorf("%s, comments taken in: %v\n%s", name, diags, taken(text))
		}
	}
	t.Logf("%d statements hold, %d do not, %d questions", held, failed, open)
	if held < 10 || failed < 3 || open < 3 {
		t.Errorf("%d statements hold, %d do not, %d questions: the fixtures show too little", held, failed, open)
	}
}

// taken is a file with its commented blocks taken in.
func taken(text string) string {
	var out []string
	inside := false
	for line := range strings.Lines(text) {
		body, comment := strings.CutPrefix(line, "# ")
		begins := comment && strings.HasSuffix(body, " {\n") && !strings.HasPrefix(body, " ")
		if begins || inside {
			line = body
		}
		inside = (inside || begins) && body != "}\n"
		out = append(out, line)
	}
	return strings.Join(out, "")
}

func proposed(t *testing.T, plan string) string {
	t.Helper()
	var out, problems bytes.Buffer
	env := environment{
		args: []string{"init", "-o", "-", plan}, stdout: &out, stderr: &problems, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
	}
	if code := run(context.Background(), env); code != exitOK {
		t.Fatalf("%s: exit %d: %s", plan, code, problems.String())
	}
	return out.String()
}

// TestInitKeepsFiles: a file that exists is written over by --force only.
func TestInitKeepsFiles(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "tfcheck.hcl")
	init := func(args ...string) int {
		return run(context.Background(), environment{
			args: append([]string{"init", "-o", file, "../../fixtures/shop/plan.json"}, args...), stdout: new(bytes.Buffer), stderr: new(bytes.Buffer),
			getenv: func(string) string { return "" }, now: time.Now,
		})
	}
	if code := init(); code != exitOK {
		t.Fatalf("exit %d", code)
	}
	mine := []byte("fail_on = \"high\"\n")
	if err := os.WriteFile(file, mine, 0o600); err != nil {
		t.Fatal(err)
	}
	if code := init(); code != exitError {
		t.Errorf("exit %d over a file that exists", code)
	}
	if text, _ := os.ReadFile(file); !bytes.Equal(text, mine) {
		t.Error("it was written over")
	}
	if code := init("--force"); code != exitOK {
		t.Errorf("exit %d with --force", code)
	}
	if text, _ := os.ReadFile(file); bytes.Equal(text, mine) {
		t.Error("--force wrote nothing")
	}
}
