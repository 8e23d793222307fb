package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// What a person reads without scrolling. Options.All lifts the second limit.
const (
	linesPerFinding = 12
	linesInAll      = 60
	questionsShown  = 3
)

// Text writes a report for people: the findings of this change worst first,
// the questions that would decide more, and one line that sums up. A clean run
// is one line that says the positive fact.
func Text(w io.Writer, r *analyzer.Report, o Options) error {
	p := &printer{Options: o, stacks: len(r.Stacks), secrets: secretsOf(allStacks(r))}
	r = p.secrets.report(r)
	var shown []*analyzer.Finding
	for _, f := range r.Findings {
		if o.shown(f) {
			shown = append(shown, f)
		}
	}
	alike := fold(shown)

	questions := p.questions(r, len(shown) > 0)
	if assumptions := p.assumptions(r); len(assumptions) > 0 {
		if len(questions) > 0 {
			questions = append(questions, "")
		}
		questions = append(questions, assumptions...)
	}
	var tail []string
	switch {
	case len(shown) > 0:
		if !o.Quiet {
			tail = p.reached(r)
		}
		tail = append(tail, p.totals(r))
		if !o.Quiet {
			tail = append(tail, p.footer(r, shown[0]))
		}
	case !o.Quiet:
		tail = append(tail, clean(p.verdict(r)))
	}

	// Findings get what the rest leaves of the screen: a blank line after each
	// block, and one line that counts what does not fit.
	room := linesInAll - len(tail) - 2
	if len(questions) > 0 {
		room -= len(questions) + 1
	}
	var lines []string
	left := len(shown)
	for i, group := range alike {
		block := p.finding(group[0], group[1:]...)
		if !o.All && i > 0 && len(lines)+len(block)+1 > room {
			lines = append(lines, fmt.Sprintf("… %d more: --all", left), "")
			break
		}
		left -= len(group)
		lines = append(lines, block...)
		lines = append(lines, "")
	}
	if len(questions) > 0 && len(shown) == 0 {
		lines = append(lines, tail...)
		lines = append(lines, questions...)
	} else {
		if len(questions) > 0 {
			lines = append(lines, questions...)
			lines = append(lines, "")
		}
		lines = append(lines, tail...)
	}
	for _, line := range lines {
		if _, err := io.WriteString(w, strings.TrimRight(line, " ")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// printer renders blocks of lines. Every string that it takes from the report
// goes through clean.
type printer struct {
	Options
	stacks  int // addresses are unique within one
	secrets secrets
}

var severityColors = map[analyzer.Severity]lipgloss.Style{
	analyzer.Critical: lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red),
	analyzer.High:     lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red),
	analyzer.Medium:   lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Yellow),
	analyzer.Low:      lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Cyan),
	analyzer.Info:     lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Blue),
}

var (
	bold   = lipgloss.NewStyle().Bold(true)
	gutter = lipgloss.NewStyle().Foreground(lipgloss.Blue)
)

// paint colours a word that says the same without the colour.
func (p *printer) paint(style lipgloss.Style, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return style.Render(s)
}

// fold joins the findings of one cause, which the instances of a resource
// have: somebody edits it once. The first stands for the others.
func fold(findings []*analyzer.Finding) [][]*analyzer.Finding {
	type key struct {
		fingerprint string
		severity    analyzer.Severity
		status      analyzer.Status
		accepted    bool
	}
	index := map[key]int{}
	var groups [][]*analyzer.Finding
	for _, f := range findings {
		k := key{f.Fingerprint, f.Severity, f.Status, f.Accepted != nil}
		i, ok := index[k]
		if !ok || f.Fingerprint == "" {
			index[k] = len(groups)
			groups = append(groups, []*analyzer.Finding{f})
			continue
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// finding is the block of one finding, and of others like it: at most
// linesPerFinding lines, the path giving way first.
func (p *printer) finding(f *analyzer.Finding, alike ...*analyzer.Finding) []string {
	lines := p.headline(f)
	lines = append(lines, p.where(f)...)
	label, because := cause(f)
	snippet := p.snippet(f, label)
	if label != "" && len(snippet) == 0 {
		because = append([]string{label}, because...)
	}

	var facts, way, fix, assuming []string
	if len(because) > 0 {
		facts = p.field("because", strings.Join(because, "; "), 2)
	}
	who := append(p.who(f), p.also(alike)...)
	if f.Accepted != nil {
		fix = p.field("accepted", accepted(f.Accepted), 1)
	} else if text := remedy(f); text != "" {
		fix = p.field("fix", text, 2)
	}
	if text := assumed(f.Assumptions); text != "" {
		assuming = p.field("assuming", text, 1)
	}
	room := linesPerFinding - len(lines) - len(snippet) - len(facts) - len(who) - len(assuming) - len(fix)
	if (f.Severity == analyzer.Critical || f.Effect.Stated != analyzer.NoSeverity) && len(f.Path) > 0 {
		// The way tells more than white space and the end of an advice.
		if way = p.way(f, len(f.Path)); len(way) > room && len(snippet) > 0 {
			snippet, room = snippet[1:], room+1
		}
		if len(way) > room && len(fix) > 1 {
			fix, room = p.field("fix", remedy(f), 1), room+1
		}
		switch {
		case room < 2:
			way = nil
		case len(way) > room:
			way = p.way(f, room)
		}
	}
	if len(snippet) > 0 && len(way) < room {
		snippet = append(snippet, snippet[0])
	}
	for _, part := range [][]string{snippet, facts, way, who, assuming, fix} {
		lines = append(lines, part...)
	}
	return lines[:min(len(lines), linesPerFinding)]
}

func (p *printer) headline(f *analyzer.Finding) []string {
	severity, tag := f.Severity.String(), "["+clean(f.Check.ID)+"]"
	text := severity + tag + ": " + clean(f.Message)
	if f.Preview {
		text += " (preview, never gates)"
	}
	// A headline may pass the margin where there is no terminal to break it.
	width := p.width()
	if p.Width == 0 {
		width = 120
	}
	lines := wrap(text, width-len("    "), 2)
	for i := range lines {
		if i > 0 {
			lines[i] = "    " + lines[i]
		} else if rest, ok := strings.CutPrefix(lines[0], severity+tag); ok {
			lines[0] = p.paint(severityColors[f.Severity], severity) + p.paint(bold, tag) + rest
		}
	}
	return lines
}

// where is the line the author must edit, or without source the argument.
func (p *printer) where(f *analyzer.Finding) []string {
	text := clean(p.position(f))
	status := ""
	if hasBefore(f.Stack) {
		status = map[analyzer.Status]string{
			analyzer.New:      "new in this change",
			analyzer.Existing: "existing",
			analyzer.Resolved: "resolved by this change",
		}[f.Status]
	}
	head := "  " + p.paint(gutter, "-->") + " "
	room := p.width() - len("  --> ") - lipgloss.Width(status)
	if lipgloss.Width(text)+2 > room && status != "" {
		return []string{head + cut(text, longest), strings.Repeat(" ", p.width()-lipgloss.Width(status)) + status}
	}
	return []string{head + pad(cut(text, longest), room) + status}
}

// position names the place to edit, with the module calls that lead there.
func (p *printer) position(f *analyzer.Finding) string {
	l := f.Location
	if l.Range.IsZero() {
		text := f.Cause.Address()
		if f.Cause.Argument != "" {
			text = strings.TrimSpace(text + " " + f.Cause.Argument)
		}
		if text == "" && len(f.Subjects) > 0 {
			text = f.Subjects[0].Address
		}
		if p.stacks > 1 {
			text = stackName(f.Stack) + "//" + text
		}
		return text
	}
	edit := editable(l)
	if edit != l.Range {
		return edit.String() + ", through " + l.Range.String()
	}
	if n := len(l.Calls); n > 0 {
		call := l.Calls[n-1]
		return fmt.Sprintf("%s, called at %s", l.Range, lineOf(call))
	}
	return l.Range.String()
}

// editable is where the author makes the change: in the block itself, or, for
// a module from outside the repository, at the innermost call inside it.
func editable(l tf.Location) tf.Range {
	if !l.External {
		return l.Range
	}
	for i := len(l.Calls) - 1; i >= 0; i-- {
		if inRepository(l.Calls[i].File) {
			return l.Calls[i]
		}
	}
	return l.Range
}

// inRepository reports whether a path is one that the author's repository
// holds.
func inRepository(file string) bool {
	return file != "" && !strings.HasPrefix(file, "/") && !strings.HasPrefix(file, "../") &&
		!strings.Contains(file, ".terraform/") && !strings.Contains(file, "://") && !strings.Contains(file, "::")
}

// cause splits what is said of the cause itself, which labels the snippet,
// from the other reasons.
func cause(f *analyzer.Finding) (label string, because []string) {
	for _, n := range f.Because {
		text := clean(n.Text)
		switch {
		case label == "" && n.Cause.Resource != nil && n.Cause == f.Cause:
			label = text
		case n.Range.IsZero():
			because = append(because, text)
		default:
			because = append(because, fmt.Sprintf("%s (%s)", text, clean(lineOf(n.Range))))
		}
	}
	return label, because
}

// assumed is the first of the things that a verdict rests on, and how many
// others there are. What would make it certain is left to explain.
func assumed(assumptions []*tf.Assumption) string {
	if len(assumptions) == 0 {
		return ""
	}
	text, _, _ := strings.Cut(clean(assumptions[0].Text), ";")
	if more := len(assumptions) - 1; more > 0 {
		return fmt.Sprintf("(%d more) %s", more, text)
	}
	return text
}

// lineOf names a line of a file as it opens from where the command runs.
func lineOf(r tf.Range) string { return fmt.Sprintf("%s:%d", r.Path(), r.StartLine) }

func remedy(f *analyzer.Finding) string {
	if f.Fix != "" {
		return f.Fix
	}
	return f.Check.Remediation
}

func accepted(a *analyzer.Acceptance) string {
	text := "by " + a.By
	if a.Reason != "" {
		text += ": " + a.Reason
	}
	if a.Until != "" {
		text += ", until " + a.Until
	}
	if a.AddedByThisChange {
		text += " (added by this change)"
	}
	return text
}

// field is "  = name: text", wrapped below itself to at most n lines.
func (p *printer) field(name, text string, n int) []string {
	head := "   = " + name + ": "
	if p.All {
		n = 0
	}
	lines := wrap(clean(text), p.width()-len(head), n)
	for i := range lines {
		if i == 0 {
			lines[i] = "   " + p.paint(gutter, "=") + " " + p.paint(bold, name+":") + " " + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", len(head)) + lines[i]
		}
	}
	return lines
}

// who lists the subjects other than the cause itself.
func (p *printer) who(f *analyzer.Finding) []string {
	var names []string
	for _, s := range f.Subjects {
		if s.Address != f.Cause.Address() && s.Verdict != analyzer.Undetermined {
			names = append(names, s.Address)
		}
	}
	if !slices.ContainsFunc(names, func(n string) bool { return !strings.Contains(f.Message, n) }) {
		return nil // the headline names them all
	}
	return p.field("who", instances(names, 4), 1)
}

// also names the causes of findings that are like the one above.
func (p *printer) also(alike []*analyzer.Finding) []string {
	if len(alike) == 0 {
		return nil
	}
	var names []string
	for _, f := range alike {
		names = append(names, f.Cause.Address())
	}
	slices.SortFunc(names, tf.CompareAddresses)
	names = slices.Compact(names)
	return p.field("also", fmt.Sprint(len(alike), " more, at ")+instances(names, 2), 2)
}

// instances joins addresses, naming a resource once for all its instances:
// "aws_instance.web[0], [1], [2]". Only the first limit ones are named.
func instances(addresses []string, limit int) string {
	var b strings.Builder
	last := ""
	for i, a := range addresses {
		if i == limit {
			fmt.Fprintf(&b, " and %d more", len(addresses)-limit)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		base, key := splitKey(a)
		if key != "" && base == last {
			b.WriteString(key)
		} else {
			b.WriteString(a)
		}
		last = base
	}
	return b.String()
}

// splitKey splits the instance key off an address.
func splitKey(address string) (base, key string) {
	parsed, err := tf.ParseAddress(address)
	if err != nil || parsed.Key == "" {
		return address, ""
	}
	return strings.TrimSuffix(address, parsed.Key), parsed.Key
}

// way is the path of the worst flow, in at most n lines. A path that does not
// fit loses its middle: its ends say what it is.
func (p *printer) way(f *analyzer.Finding, n int) []string {
	hops := oneWay(f.Path)
	from := "internet -> "
	// Statements of the team are about senders of any kind.
	named := strings.HasPrefix(hopName(hops[0]), "internet") || f.Effect.Stated != analyzer.NoSeverity
	if len(hops) > 1 && named && hops[0].Detail == "" {
		from = clean(hopName(hops[0])) + " -> "
		hops = hops[1:]
	}
	lines := p.hops(f.Stack, hops)
	if extra := len(lines) - n; extra > 0 {
		at := max(1, n/2)
		mark := fmt.Sprintf("… %d more: %s explain %s", extra+1, p.command(), clean(f.Fingerprint))
		lines = slices.Replace(lines, at, at+extra+1, mark)
	}
	for i := range lines {
		if i > 0 {
			lines[i] = "           -> " + lines[i]
		} else {
			lines[0] = "   " + p.paint(gutter, "=") + " " + p.paint(bold, "path:") + " " + from + strings.Join(strings.Fields(lines[0]), " ")
		}
	}
	return lines
}

// totals is the line of counts: "new: 1 critical · existing: 2 low (--all)".
func (p *printer) totals(r *analyzer.Report) string {
	t := count(r)
	var parts []string
	add := func(name string, n map[analyzer.Severity]int, hint string) {
		if text := t.list(n); text != "" {
			parts = append(parts, name+text+hint)
		}
	}
	add("", t.found, "")
	add("new: ", t.fresh, "")
	hint := " (--all)"
	if p.All {
		hint = ""
	}
	add("existing: ", t.existing, hint)
	if t.resolved > 0 {
		parts = append(parts, fmt.Sprintf("resolved: %d", t.resolved))
	}
	if t.accepted > 0 {
		text := fmt.Sprintf("accepted: %d", t.accepted)
		if days, ok := p.daysLeft(t.until); ok {
			text += ", " + plural(days, "day") + " left"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " · ")
}

// daysLeft counts the days to the first expiry of an acceptance.
func (p *printer) daysLeft(until string) (int, bool) {
	end, err := time.Parse(time.DateOnly, until)
	if err != nil || p.Today.IsZero() {
		return 0, false
	}
	y, m, d := p.Today.Date()
	return int(end.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).Hours() / 24), true
}

func (p *printer) footer(r *analyzer.Report, first *analyzer.Finding) string {
	text := plural(r.Resources, "resource") + ", " + plural(countChecks(r), "check")
	if p.Elapsed > 0 {
		text += fmt.Sprintf(", %d ms", max(1, p.Elapsed.Milliseconds()))
	}
	id := first.Check.ID
	if first.Effect.Stated != analyzer.NoSeverity {
		id = first.Fingerprint + " PATH" // the statement stands in the settings
	}
	return text + " · " + p.command() + " explain " + clean(id)
}
