package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
)

type wireListedCheck struct {
	ID       string                 `json:"id"`
	Title    string                 `json:"title"`
	Tier     string                 `json:"tier"`
	Guidance []string               `json:"guidance"`
	Aliases  []string               `json:"aliases"`
	Replaces []analyzer.Replacement `json:"replaces"`
	Preview  bool                   `json:"preview"`
}

// Checks writes what is checked, a check a line.
func Checks(w io.Writer, checks []*analyzer.Check) error {
	width := 0
	for _, c := range checks {
		width = max(width, len(c.ID))
	}
	b := bufio.NewWriter(w)
	for _, c := range checks {
		fmt.Fprintf(b, "%s  %-8s  %s\n", pad(c.ID, width), c.Tier, c.Title)
	}
	return b.Flush()
}

// ChecksJSON writes what is checked for programs.
func ChecksJSON(w io.Writer, checks []*analyzer.Check) error {
	return writeJSON(w, each(checks, func(c *analyzer.Check) wireListedCheck {
		return wireListedCheck{
			ID: c.ID, Title: c.Title, Tier: string(c.Tier), Guidance: c.Guidance,
			Aliases: c.Aliases, Replaces: c.Replaces, Preview: c.Preview,
		}
	}))
}

// Guideline is a statement of guidance and what covers it.
type Guideline struct {
	ID          string
	Statement   string
	Sources     []GuidelineSource
	Checks      []string // that enforce it
	Derived     []string // of them, those that go beyond its sentence
	Undecidable string   // why no plan can decide it
}

// GuidelineSource is a document that guidance is taken from.
type GuidelineSource struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

type wireGuideline struct {
	ID          string            `json:"id"`
	Statement   string            `json:"statement"`
	Sources     []GuidelineSource `json:"sources"`
	Checks      []string          `json:"checks"`
	Derived     []string          `json:"derived"`
	Undecidable string            `json:"undecidable"`
}

// Guidance writes the guidance with the checks that cover it.
func Guidance(w io.Writer, guidelines []Guideline) error {
	b := bufio.NewWriter(w)
	covered := 0
	for _, g := range guidelines {
		fmt.Fprintf(b, "%s  %s\n", g.ID, g.Statement)
		indent := strings.Repeat(" ", len(g.ID)+2)
		switch {
		case len(g.Checks) > 0:
			covered++
			fmt.Fprintf(b, "%schecked by %s\n", indent, strings.Join(g.Checks, ", "))
		case g.Undecidable != "":
			fmt.Fprintf(b, "%snot decidable: %s\n", indent, g.Undecidable)
		default:
			fmt.Fprintf(b, "%snot checked\n", indent)
		}
	}
	fmt.Fprintf(b, "\n%d of %s covered\n", covered, plural(len(guidelines), "statement"))
	return b.Flush()
}

// GuidanceJSON writes the guidance for programs.
func GuidanceJSON(w io.Writer, guidelines []Guideline) error {
	return writeJSON(w, each(guidelines, func(g Guideline) wireGuideline { return wireGuideline(g) }))
}
