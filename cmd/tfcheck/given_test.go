package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/settings"
)

const tableMark = "<!-- table -->\n"

// TestGivenDocs: the page about given blocks has the table that the code has.
func TestGivenDocs(t *testing.T) {
	const page = "../../docs/given.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(text), tableMark)
	if !found {
		t.Fatalf("%s has no %s", page, tableMark)
	}
	for _, part := range strings.Split(head, "```hcl\n")[1:] {
		if block, _, example := strings.Cut(part, "```"); example {
			if _, diags := settings.Load("tfcheck.hcl", []byte(block), knownSettings()); len(diags) > 0 {
				t.Errorf("an example of %s does not load: %v", page, diags)
			}
		}
	}
	want := head + tableMark + "\n" + factTable()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("%s is stale: go test ./cmd/tfcheck -run TestGivenDocs -update", page)
	}
}

func factTable() string {
	var b, rest strings.Builder
	b.WriteString("| given | about | attribute | states |\n|---|---|---|---|\n")
	for _, k := range aws.FactKinds {
		for n, a := range k.Answers {
			kind, about := "", ""
			if n == 0 {
				kind, about = "`"+k.Kind+"`", k.About
			}
			value := string(a.Type)
			if len(a.Words) > 0 {
				value += ": " + strings.Join(a.Words, ", ")
			}
			fmt.Fprintf(&b, "| %s | %s | `%s` (%s) | %s |\n", kind, about, a.Name, value, a.Means)
		}
		if len(k.Answers) == 0 {
			fmt.Fprintf(&rest, "| `%s` | %s | %s |\n", k.Kind, k.About, k.Why)
		}
	}
	return b.String() + "\nThe following have no answer of one line:\n\n| question | about | what decides it |\n|---|---|---|\n" + rest.String()
}

// TestFactKindsLoad: the example of every answer is one that tfcheck.hcl takes.
func TestFactKindsLoad(t *testing.T) {
	for _, k := range aws.FactKinds {
		for _, a := range k.Answers {
			labels := fmt.Sprintf("%q %q", k.Kind, "x")
			if k.Kind == "account" {
				labels = `"account"`
			}
			block := fmt.Sprintf("given %s { %s = %s }\n", labels, a.Name, a.Example)
			if _, diags := settings.Load("tfcheck.hcl", []byte(block), knownSettings()); len(diags) > 0 {
				t.Errorf("%s: %v", block, diags)
			}
			if a.Means == "" {
				t.Errorf("%s of %s states nothing", a.Name, k.Kind)
			}
		}
	}
	for _, wrong := range []string{
		`given "subnet" "x" { public = "perhaps" }`, `given "group" "x" { from_internet = "tcp/99999" }`,
		`given "prefix-list" "x" { cidrs = ["10.0.0.0"] }`, `given "account" { vpc_block_public_access = "on" }`,
	} {
		if _, diags := settings.Load("tfcheck.hcl", []byte(wrong), knownSettings()); len(diags) != 1 {
			t.Errorf("%s: %v, want one error", wrong, diags)
		}
	}
}
