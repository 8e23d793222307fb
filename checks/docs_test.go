package checks_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks"
)

var update = flag.Bool("update", false, "write the documentation that is made of the checks")

// TestDocs holds the documents that are made of the checks to the checks.
func TestDocs(t *testing.T) {
	hold(t, "docs/checks.md", func([]byte) []byte { return checksPage() })
	hold(t, "docs/guidance.md", func([]byte) []byte { return guidancePage() })
	hold(t, "README.md", func(page []byte) []byte {
		const begin, end = "<!-- checks -->\n", "<!-- /checks -->"
		before, rest, found := bytes.Cut(page, []byte(begin))
		_, after, closed := bytes.Cut(rest, []byte(end))
		if !found || !closed {
			t.Fatalf("README.md has no list between %s and %s", begin, end)
		}
		return slices.Concat(before, []byte(begin), checksList(), []byte(end), after)
	})
}

func hold(t *testing.T, name string, write func(page []byte) []byte) {
	t.Helper()
	path := filepath.Join("..", filepath.FromSlash(name))
	is, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := write(is)
	switch {
	case bytes.Equal(is, want):
	case !*update:
		t.Errorf("%s is not what the checks say: go test ./checks -run TestDocs -update", name)
	default:
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const generated = "<!-- Made of the checks by go test ./checks -run TestDocs -update; edit those. -->\n\n"

// checksList is one line for each check, for the README.
func checksList() []byte {
	var b bytes.Buffer
	for _, c := range checks.All() {
		fmt.Fprintf(&b, "- [`%s`](docs/checks.md#%s): %s%s\n", c.ID, c.ID, c.Title, standing(c))
	}
	return b.Bytes()
}

// standing says how far a check is from the default tier.
func standing(c *analyzer.Check) string {
	var words []string
	if c.Tier != analyzer.Default {
		words = append(words, string(c.Tier))
	}
	if c.Preview {
		words = append(words, "preview")
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

func checksPage() []byte {
	var b bytes.Buffer
	b.WriteString("# The checks\n\n" + generated)
	b.WriteString("Only findings of the default tier stop a change. `tfcheck explain ID` prints the section of one check.\n\n")
	b.Write(bytes.ReplaceAll(checksList(), []byte("docs/checks.md"), nil))
	for _, c := range checks.All() {
		section(&b, c)
	}
	return b.Bytes()
}

func section(b *bytes.Buffer, c *analyzer.Check) {
	fmt.Fprintf(b, "\n## %s\n\n%s.\n\n", c.ID, sentence(c.Title))
	fmt.Fprintf(b, "Tier: %s. Guidance: %s%s.%s%s\n", c.Tier, guidanceLinks(c.Guidance), beyond(c), preview(c), formerly(c))
	fmt.Fprintf(b, "\n### Why\n\n%s\n", strings.TrimSpace(c.Rationale))
	if slices.Contains(changes, c.ID) {
		b.WriteString("\nThe two examples are one change, from the second to the first.\n")
	}
	fmt.Fprintf(b, "\n### Instead of\n\n```hcl\n%s\n```\n", strings.TrimSpace(c.Bad))
	fmt.Fprintf(b, "\n### Write\n\n```hcl\n%s\n```\n", strings.TrimSpace(c.Good))
	fmt.Fprintf(b, "\n### What to do\n\n%s\n", strings.TrimSpace(c.Remediation))
	if len(c.Options) > 0 {
		b.WriteString("\n### Options\n\n| option | what | default |\n|---|---|---|\n")
		for _, o := range c.Options {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", o.Name, cell(o.Doc), codes(o.Default))
		}
		o := c.Options[0]
		fmt.Fprintf(b, "\n```hcl\ncheck %q {\n  %s = [%s]\n}\n```\n", c.ID, o.Name, quoted(o.Default))
	}
	if len(c.Replaces) > 0 {
		b.WriteString("\n### The same elsewhere\n\n| rule | compared with it this check is |\n|---|---|\n")
		for _, r := range c.Replaces {
			fmt.Fprintf(b, "| `%s` | %s |\n", r.ID, r.Relation)
		}
	}
	fmt.Fprintf(b, "\n### To accept a finding\n\n```hcl\n# tfcheck:ignore %s until=YYYY-MM-DD -- why this is fine\n```\n", c.ID)
}

func beyond(c *analyzer.Check) string {
	if c.Derived {
		return ", and beyond it"
	}
	return ""
}

func preview(c *analyzer.Check) string {
	if c.Preview {
		return " Preview: printed, and stops nothing."
	}
	return ""
}

func formerly(c *analyzer.Check) string {
	if len(c.Aliases) == 0 {
		return ""
	}
	return " Formerly " + codes(c.Aliases) + "."
}

func guidanceLinks(ids []string) string {
	var links []string
	for _, id := range ids {
		links = append(links, fmt.Sprintf("[%s](guidance.md#%s)", id, strings.ToLower(id)))
	}
	return strings.Join(links, ", ")
}

func guidancePage() []byte {
	var b bytes.Buffer
	var sources []checks.Source
	number := func(s checks.Source) string {
		n := slices.Index(sources, s)
		if n < 0 {
			n = len(sources)
			sources = append(sources, s)
		}
		return fmt.Sprintf("[%d]", n+1)
	}
	statements := checks.Guidance()
	covered, undecidable := 0, 0
	var table bytes.Buffer
	for _, s := range statements {
		by, derived := s.Covered()
		var how []string
		for _, id := range by {
			link := fmt.Sprintf("[`%s`](checks.md#%s)", id, id)
			if slices.Contains(derived, id) {
				link += " (goes beyond it)"
			}
			how = append(how, link)
		}
		answer := strings.Join(how, ", ")
		switch {
		case len(by) > 0:
			covered++
		case s.Undecidable != "":
			undecidable++
			answer = "not decidable: " + cell(s.Undecidable)
		default:
			answer = "not checked"
		}
		var from []string
		for _, source := range s.Sources {
			from = append(from, number(source))
		}
		fmt.Fprintf(&table, "| <a id=%q></a>%s | %s | %s | %s |\n", strings.ToLower(s.ID), s.ID, cell(s.Statement), strings.Join(from, " "), answer)
	}
	b.WriteString("# The guidance and what covers it\n\n" + generated)
	fmt.Fprintf(&b, "%d statements, in our words. %d are covered by a check, %d no plan can decide, %d are not checked. ",
		len(statements), covered, undecidable, len(statements)-covered-undecidable)
	b.WriteString("A check may cover a part of a statement only; its section in [checks.md](checks.md) says what it does.\n\n")
	b.WriteString("| id | statement | sources | covered by |\n|---|---|---|---|\n")
	b.Write(table.Bytes())
	b.WriteByte('\n')
	for n, s := range sources {
		fmt.Fprintf(&b, "[%d]: %s %q\n", n+1, s.URL, s.Title)
	}
	return b.Bytes()
}

// sentence begins with a capital letter.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// cell is a text as a table takes it.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}

func codes(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return "`" + strings.Join(list, "`, `") + "`"
}

func quoted(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%q", s))
	}
	return strings.Join(out, ", ")
}
