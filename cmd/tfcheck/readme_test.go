package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tfcheck/tfcheck/analyzer/settings"
)

var example = regexp.MustCompile("(?s)```console\n\\$ go run ./cmd/tfcheck ([^\n]*)\n```\n\n<!--[^\n]*-->\n```text\n(.*?)```")

// TestREADME holds the README's examples to what the command prints.
func TestREADME(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	examples := example.FindAllStringSubmatchIndex(text, -1)
	if len(examples) < 2 {
		t.Fatalf("%d examples in the README, at least 2 are expected", len(examples))
	}
	for i := len(examples) - 1; i >= 0; i-- {
		m := examples[i]
		var out, diagnostics bytes.Buffer
		code := run(context.Background(), environment{
			args: strings.Fields(text[m[2]:m[3]]), stdin: strings.NewReader(""), stdout: &out, stderr: &diagnostics,
			getenv: func(string) string { return "" },
			now:    func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
		})
		if code > exitFindings {
			t.Fatalf("%s: exit code %d: %s", text[m[2]:m[3]], code, &diagnostics)
		}
		if *update {
			text = text[:m[4]] + out.String() + text[m[5]:]
		} else if got, want := out.String(), text[m[4]:m[5]]; got != want {
			t.Errorf("%s prints\n%s\nthe README says\n%s", text[m[2]:m[3]], got, want)
		}
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestREADMESettings: the settings that the README shows are accepted.
func TestREADMESettings(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, block := range regexp.MustCompile("(?s)```hcl\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		if !strings.Contains(block[1], "fail_on") {
			continue
		}
		found = true
		if _, diags := settings.Load("tfcheck.hcl", []byte(block[1]), knownSettings()); len(diags) > 0 {
			t.Errorf("%+v", diags)
		}
	}
	if !found {
		t.Error("the README shows no settings")
	}
}
