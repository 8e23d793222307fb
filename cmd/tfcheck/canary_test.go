package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// canaries are what is sensitive, or a credential, in testdata/canary: a
// source address and a port, in variables and as literals, defaults of
// variables, and keys in user data and in the provider block.
var canaries = []string{"52.37.", "52.99.", "8.0.0.0", "61222", "canary-", "canarysecret", "MWERVBB", "MWERVCC", "MWERVDD"}

// TestCanaries looks for sensitive values in everything that can be printed of
// a configuration that is full of them.
func TestCanaries(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"main.tf", "plan.json", "tfplan"} {
		data, err := os.ReadFile(filepath.Join("testdata", "canary", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	runs := [][]string{
		{"check", "--all"},
		{"check", "--all", "--no-source"},
		{"check", "-f", "compact"},
		{"check", "-f", "json", "--tier", "default,pedantic,audit"},
		{"check", "-f", "sarif"},
		{"baseline", "--write", "baseline.json"},
		{"check", "--all", "--baseline", "baseline.json"},
		{"reach", "--from", "internet", "--to", "aws_instance.web"},
		{"reach", "--from", "internet", "--to", "aws_instance.hidden"},
		{"reach", "--from", "internet", "--to", "aws_instance.hidden", "-f", "json"},
		{"reach", "--from", "internet", "--to", "aws_db_instance.main", "-f", "json"},
		{"reach", "--from", "internet", "--to", "aws_db_instance.main", "--flow", "tcp/80"},
	}
	for _, id := range fingerprintsOf(t, "plan.json") {
		runs = append(runs, []string{"explain", id})
	}
	for _, plan := range []string{"plan.json", "tfplan"} {
		for _, args := range runs {
			out := printed(t, append(slices.Clone(args), plan))
			for _, canary := range canaries {
				if strings.Contains(out, canary) {
					t.Errorf("%q of %s prints %s:\n%s", args, plan, canary, out)
				}
			}
		}
	}
	baseline, err := os.ReadFile("baseline.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range canaries {
		if bytes.Contains(baseline, []byte(canary)) {
			t.Errorf("the baseline holds %s:\n%s", canary, baseline)
		}
	}
}

// TestCanariesAreSeen holds the test above to its word: the findings that
// could print the sensitive values are there.
func TestCanariesAreSeen(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "canary"))
	for _, plan := range []string{"plan.json", "tfplan"} {
		out := printed(t, []string{"check", "--all", plan})
		for _, want := range []string{
			"user_data of aws_instance.web holds an AWS access key", "access_key of provider.aws holds",
			"aws_instance.hidden on tcp/(sensitive)", "cidr_ipv4         = (sensitive)", "user_data              = (sensitive)",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is missing in\n%s", plan, want, out)
			}
		}
	}
}

func fingerprintsOf(t *testing.T, plan string) []string {
	t.Helper()
	var report struct {
		Findings []struct{ Fingerprint string }
	}
	if err := json.Unmarshal([]byte(printed(t, []string{"check", "-f", "json", plan})), &report); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range report.Findings {
		ids = append(ids, f.Fingerprint)
	}
	if len(ids) == 0 {
		t.Fatal("no findings")
	}
	return ids
}

// printed is what a run of the command prints, on both outputs.
func printed(t *testing.T, args []string) string {
	t.Helper()
	var out bytes.Buffer
	code := run(context.Background(), environment{
		args: args, stdin: strings.NewReader(""), stdout: &out, stderr: &out,
		getenv: func(string) string { return "" },
		now:    func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
	})
	if code == exitError {
		t.Fatalf("%q fails: %s", args, &out)
	}
	return out.String()
}
