package report

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/tfcheck/tfcheck/analyzer"
)

// snippet shows the line to edit with the argument underlined. It shows
// nothing where the author edits another file than the line is in.
func (p *printer) snippet(f *analyzer.Finding, label string) []string {
	l := f.Location
	if l.Range.StartLine == 0 || strings.TrimSpace(l.Line) == "" || editable(l) != l.Range {
		return nil
	}
	before, marked, after := split(l.Line, l.Range.StartColumn, l.Range.EndColumn, l.Range.StartLine == l.Range.EndLine)
	before, marked, after = printable(before), printable(marked), printable(after)

	number := fmt.Sprint(l.Range.StartLine)
	margin := strings.Repeat(" ", len(number))
	bar := p.paint(gutter, "|")
	room := p.width() - len(number) - len(" | ")

	// A line that is too long loses what stands before the argument, then
	// what stands after it.
	if lipgloss.Width(before) > room/2 {
		before = "… "
	}
	marked = cut(marked, room-lipgloss.Width(before))
	after = cut(after, max(1, room-lipgloss.Width(before)-lipgloss.Width(marked)))

	under := strings.Repeat(" ", lipgloss.Width(before)) + p.paint(severityColors[f.Severity], strings.Repeat("^", max(1, lipgloss.Width(marked))))
	if label != "" {
		under += " " + cut(label, max(20, room-lipgloss.Width(before)-lipgloss.Width(marked)-1))
	}
	return []string{
		margin + " " + bar,
		p.paint(gutter, number) + " " + bar + " " + strings.TrimRight(before+marked+after, " "),
		margin + " " + bar + " " + under,
	}
}

// split cuts a line at columns, which count code points from one. The end is
// exclusive, or the end of the line where the range goes on below.
func split(line string, start, end int, ends bool) (before, marked, after string) {
	runes := []rune(line)
	from := min(max(start-1, 0), len(runes))
	to := len(strings.TrimRight(line, " \t\r"))
	to = len([]rune(line[:to]))
	if ends {
		to = min(max(end-1, from), len(runes))
	}
	to = max(to, from)
	return string(runes[:from]), string(runes[from:to]), string(runes[to:])
}

// printable is clean for source code: tabs become spaces rather than escapes.
func printable(s string) string {
	return clean(strings.ReplaceAll(strings.TrimRight(s, "\r\n"), "\t", "    "))
}
