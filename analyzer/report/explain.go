package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Explain writes the page of a check.
func Explain(w io.Writer, c *analyzer.Check, o Options) error {
	p := &page{printer: printer{Options: o}, w: bufio.NewWriter(w)}
	p.line(p.paint(bold, c.ID) + ": " + c.Title)
	about := []string{"tier " + string(c.Tier)}
	if len(c.Guidance) > 0 {
		text := "guidance " + strings.Join(c.Guidance, ", ")
		if c.Derived {
			text += ", and beyond it"
		}
		about = append(about, text)
	}
	if c.Preview {
		about = append(about, "preview: printed, never gating")
	}
	p.line(strings.Join(about, " · "))
	p.prose("Why", c.Rationale)
	p.prose("What to do", c.Remediation)
	p.code("Instead of", c.Bad)
	p.code("Write", c.Good)
	if len(c.Options) > 0 {
		p.heading("Options, in tfcheck.hcl")
		for _, option := range c.Options {
			p.line("  " + option.Name + " = [" + quoted(option.Default) + "]")
			for _, line := range wrap(option.Doc, p.width()-6, 0) {
				p.line("      " + line)
			}
		}
	}
	if len(c.Replaces) > 0 {
		p.heading("The same elsewhere")
		for _, r := range c.Replaces {
			p.line("  " + r.ID + relation(r.Relation))
		}
	}
	if len(c.Aliases) > 0 {
		p.prose("Formerly", strings.Join(c.Aliases, ", "))
	}
	p.heading("To accept a finding")
	p.line("  # " + p.command() + ":ignore " + c.ID + " until=YYYY-MM-DD -- why this is fine")
	return p.w.Flush()
}

// relation says how a check relates to another scanner's rule, as seen from
// the check.
func relation(name string) string {
	switch name {
	case "stricter":
		return "  (this check is stricter)"
	case "narrower":
		return "  (this check is narrower)"
	}
	return ""
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}

// ExplainFinding writes everything that is known of a finding, without the
// limits of the report.
func ExplainFinding(w io.Writer, f *analyzer.Finding, o Options) error {
	o.All = true
	p := &page{printer: printer{Options: o, stacks: 1, secrets: secretsOf(append([]*tf.Stack{f.Stack}, o.Context...)).along(f.Path, f.Cause.Resource)}, w: bufio.NewWriter(w)}
	f = p.secrets.finding(f)
	for _, line := range p.headline(f) {
		p.line(line)
	}
	for _, line := range p.where(f) {
		p.line(line)
	}
	label, because := cause(f)
	snippet := p.snippet(f, label)
	for _, line := range snippet {
		p.line(line)
	}
	if len(snippet) == 0 && label != "" {
		because = append([]string{label}, because...)
	}
	p.list("Because", because)
	if len(f.Path) > 0 {
		p.heading("Path")
		for _, line := range p.hops(f.Stack, oneWay(f.Path)) {
			p.line("  " + line)
		}
	}
	var subjects []string
	for _, s := range f.Subjects {
		text := s.Address
		if s.Verdict == analyzer.Undetermined {
			text += " (undetermined)"
		}
		if !s.Flows.IsEmpty() {
			text += ": " + p.secrets.text(services(s.Flows)) + " from " + p.origin(s.Flows)
		}
		subjects = append(subjects, text)
	}
	p.list("Concerns", subjects)
	var questions, assumptions, related []string
	for _, q := range f.WaitsFor {
		questions = append(questions, q.Text)
		if q.Settle != "" {
			questions = append(questions, "  "+q.Settle)
		}
	}
	for _, a := range f.Assumptions {
		assumptions = append(assumptions, a.Text)
	}
	for _, n := range f.Related {
		text := n.Text
		if !n.Range.IsZero() {
			text += " (" + lineOf(n.Range) + ")"
		}
		related = append(related, text)
	}
	p.list("Waits for", questions)
	p.list("Assuming", assumptions)
	p.list("See also", related)
	p.prose("What to do", remedy(f))
	if f.Accepted != nil {
		p.prose("Accepted", accepted(f.Accepted))
	}
	p.heading("This finding")
	p.line("  fingerprint " + f.Fingerprint)
	if len(f.Check.Guidance) > 0 {
		p.line("  guidance " + strings.Join(f.Check.Guidance, ", "))
	}
	if f.Owner != "" {
		p.line("  owner " + clean(f.Owner))
	}
	p.line("  " + p.command() + " explain " + f.Check.ID)
	return p.w.Flush()
}

// page is a text that is read at leisure: headings, prose, lists.
type page struct {
	printer
	w *bufio.Writer
}

// line writes a line; the first error stays in the writer until Flush.
func (p *page) line(s string) {
	_, _ = p.w.WriteString(strings.TrimRight(s, " ") + "\n")
}

func (p *page) heading(title string) {
	p.line("")
	p.line(p.paint(bold, title+":"))
}

func (p *page) prose(title, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	p.heading(title)
	for _, line := range wrap(clean(strings.Join(strings.Fields(text), " ")), p.width()-2, 0) {
		p.line("  " + line)
	}
}

func (p *page) code(title, text string) {
	text = strings.Trim(text, "\n")
	if text == "" {
		return
	}
	p.heading(title)
	for _, line := range strings.Split(text, "\n") {
		p.line("  " + printable(line))
	}
}

func (p *page) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	p.heading(title)
	for _, item := range items {
		p.line("  " + clean(item))
	}
}
