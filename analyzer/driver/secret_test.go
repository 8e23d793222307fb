package driver_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/checks"
)

// The variable that brings a credential is named, and none that stands beside
// one, nor its value.
func TestWhereACredentialComesFrom(t *testing.T) {
	dir := t.TempDir()
	const text = `
variable "stage" { default = "prod" }
variable "key" { default = "AKIAIOSFODNN7ABCDEFG" }
resource "aws_instance" "literal" {
  user_data = "export KEY=AKIAIOSFODNN7ABCDEFG STAGE=${var.stage}"
}
resource "aws_instance" "variable" {
  user_data = base64encode("export KEY=${var.key} STAGE=${var.stage}")
}
`
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := driver.Analyze(context.Background(), driver.Options{Stacks: open(t, dir), Known: checks.All()})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, f := range report.Findings {
		if f.Check.ID != "credential-in-plan" {
			continue
		}
		got[f.Cause.Address()] = nil
		for _, n := range f.Because {
			got[f.Cause.Address()] = append(got[f.Cause.Address()], n.Text)
		}
	}
	want := map[string][]string{"aws_instance.literal": nil, "aws_instance.variable": {"var.key is (sensitive)"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
