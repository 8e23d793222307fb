package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite generated files")

// noisy is what the JSON of one plan says of noise.
type noisy struct {
	name     string
	code     int
	findings map[string]int // by check, undetermined ones left out
	gating   map[string]int
	total    int
	gates    int
	asks     int
}

// deliberate reports whether a stack was made vulnerable on purpose: what is
// found there is no noise.
func deliberate(name string) bool {
	return strings.Contains(name, "goat")
}

// TestNoise measures what real plans get to hear, over a folder of plans named
// in TFCHECK_CORPUS (NAME/plan.json), and holds the budgets:
//
//	TFCHECK_CORPUS=DIR go test ./cmd/tfcheck -run TestNoise -update
//
// rewrites docs/noise.md.
func TestNoise(t *testing.T) {
	dir := os.Getenv("TFCHECK_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	plans, err := filepath.Glob(filepath.Join(dir, "*", "plan.json"))
	if err != nil || len(plans) == 0 {
		t.Skip("no folder of plans in TFCHECK_CORPUS")
	}
	var all []noisy
	for _, plan := range plans {
		all = append(all, listen(t, plan))
	}
	ordinary := slices.DeleteFunc(slices.Clone(all), func(n noisy) bool { return deliberate(n.name) })
	stopped := 0
	for _, n := range ordinary {
		if n.code == exitFindings {
			stopped++
		}
	}
	if 4*stopped > len(ordinary) {
		t.Errorf("%d of %d ordinary plans are stopped, at most one in four may be", stopped, len(ordinary))
	}
	asks := column(ordinary, func(n noisy) int { return n.asks })
	if quantile(asks, 50) > 1 || quantile(asks, 90) > 3 {
		t.Errorf("questions a plan: median %d, 90 %% %d; at most 1 and 3", quantile(asks, 50), quantile(asks, 90))
	}
	golden := filepath.Join("..", "..", "docs", "noise.md")
	if *update {
		page := noisePage(all, ordinary, stopped)
		if old, err := os.ReadFile(golden); err == nil {
			if _, kept, ok := strings.Cut(string(old), justificationMark); ok {
				page, _, _ = strings.Cut(page, justificationMark)
				page += justificationMark + kept
			}
		}
		if err := os.WriteFile(golden, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range loud(ordinary) {
		_, justified, _ := strings.Cut(string(page), justificationMark)
		if !strings.Contains(justified, "`"+check+"`") {
			t.Errorf("%s gates on more than 5 %% of the plans and is not justified in docs/noise.md", check)
		}
	}
}

const justificationMark = "## Checks that stop more than one plan in twenty\n"

// listen runs the command on a plan.
func listen(t *testing.T, plan string) noisy {
	t.Helper()
	var out, diagnostics bytes.Buffer
	n := noisy{name: filepath.Base(filepath.Dir(plan)), findings: map[string]int{}, gating: map[string]int{}}
	n.code = run(context.Background(), environment{
		args: []string{"check", "-f", "json", "--no-source", plan}, stdin: strings.NewReader(""), stdout: &out, stderr: &diagnostics,
		getenv: func(string) string { return "" }, now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
	})
	if n.code > exitFindings {
		t.Fatalf("%s: exit code %d: %s", n.name, n.code, &diagnostics)
	}
	var report struct {
		Findings []struct{ Check, Verdict, Status, Severity string }
		Summary  struct{ Gating, Questions int }
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%s: %v", n.name, err)
	}
	for _, f := range report.Findings {
		if f.Verdict != "violation" || f.Status == "resolved" {
			continue
		}
		n.findings[f.Check]++
		n.total++
		if f.Status != "existing" && slices.Contains([]string{"medium", "high", "critical"}, f.Severity) {
			n.gating[f.Check]++
		}
	}
	n.gates, n.asks = report.Summary.Gating, report.Summary.Questions
	return n
}

func column(all []noisy, of func(noisy) int) []int {
	var values []int
	for _, n := range all {
		values = append(values, of(n))
	}
	slices.Sort(values)
	return values
}

// quantile is the smallest value that at least percent of the sorted values
// do not exceed.
func quantile(sorted []int, percent int) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

// stoppedBy counts the plans that a check gates on.
func stoppedBy(all []noisy) map[string]int {
	plans := map[string]int{}
	for _, n := range all {
		for check := range n.gating {
			plans[check]++
		}
	}
	return plans
}

// loud are the checks that gate on more than 5 % of the plans.
func loud(all []noisy) []string {
	var checks []string
	for check, plans := range stoppedBy(all) {
		if 20*plans > len(all) {
			checks = append(checks, check)
		}
	}
	slices.Sort(checks)
	return checks
}

func noisePage(all, ordinary []noisy, stopped int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Noise\n\nWhat %d real plans of public modules and stacks get to hear at the default settings, %d of them not made\n"+
		"vulnerable on purpose. `TFCHECK_CORPUS=DIR go test ./cmd/tfcheck -run TestNoise -update` writes this page anew for a\n"+
		"folder of plans (`NAME/plan.json`), without looking for their sources; the test fails when the budgets are exceeded.\n\n", len(all), len(ordinary))
	fmt.Fprintf(&b, "%d of the %d ordinary plans (%d %%) exit with 1; at most one in four may.\n\n", stopped, len(ordinary), 100*stopped/max(1, len(ordinary)))
	b.WriteString("| a plan | median | 90 % | worst |\n|---|---|---|---|\n")
	for _, row := range []struct {
		name string
		of   func(noisy) int
	}{
		{"findings", func(n noisy) int { return n.total }},
		{"gating findings", func(n noisy) int { return n.gates }},
		{"questions", func(n noisy) int { return n.asks }},
	} {
		values := column(ordinary, row.of)
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", row.name, quantile(values, 50), quantile(values, 90), quantile(values, 100))
	}
	b.WriteString("\n## By check\n\nOrdinary plans only.\n\n| check | plans with a finding | plans it stops | findings |\n|---|---|---|---|\n")
	found, counts := map[string]int{}, map[string]int{}
	for _, n := range ordinary {
		for check, c := range n.findings {
			found[check]++
			counts[check] += c
		}
	}
	gated := stoppedBy(ordinary)
	checks := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		return cmp.Or(gated[b]-gated[a], found[b]-found[a], cmp.Compare(a, b))
	})
	for _, check := range checks {
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d |\n", check, found[check], gated[check], counts[check])
	}
	b.WriteString("\n## Plans that are stopped\n\n| plan | by |\n|---|---|\n")
	for _, n := range ordinary {
		if n.code != exitFindings {
			continue
		}
		var by []string
		for _, check := range slices.Sorted(maps.Keys(n.gating)) {
			by = append(by, fmt.Sprintf("`%s` (%d)", check, n.gating[check]))
		}
		fmt.Fprintf(&b, "| %s | %s |\n", n.name, strings.Join(by, ", "))
	}
	b.WriteString("\n" + justificationMark + "\n")
	return b.String()
}
