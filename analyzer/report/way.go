package report

import (
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// hops spells a way out, a line a hop, in columns: what the packet passes,
// what admits or stops it there, where that stands, and whether this change
// made it so.
func (p *printer) hops(stack *tf.Stack, hops []reach.Hop) []string {
	widest := 32
	if p.All {
		widest = 64
	}
	names, details := make([]string, len(hops)), make([]string, len(hops))
	nameWidth, detailWidth := 0, 0
	for i, h := range hops {
		names[i], details[i] = clean(hopName(h)), clean(h.Detail)
		if i == len(hops)-1 && h.Code == "" && h.Object.Label != "" {
			names[i] = clean(h.Object.Label) // where the way ends, not what lets it
		}
		if !p.All {
			names[i], details[i] = cut(names[i], 60), cut(details[i], 32)
		}
		nameWidth = max(nameWidth, min(60, lipgloss.Width(names[i])))
		detailWidth = max(detailWidth, min(widest, lipgloss.Width(details[i])))
	}
	lines := make([]string, len(hops))
	for i, h := range hops {
		words := []string{pad(names[i], nameWidth), pad(details[i], detailWidth)}
		if h.Code != "" {
			words = append(words, p.paint(bold, "stops here"))
		}
		if r := place(stack, admitting(h)); !r.IsZero() {
			words = append(words, clean(lineOf(r)))
		}
		if word := changes(stack, admitting(h).resource); word != "" && hasBefore(stack) {
			words = append(words, p.paint(bold, "("+word+")"))
		}
		lines[i] = strings.TrimRight(strings.Join(words, "  "), " ")
	}
	return lines
}

// hopName is what a packet passes, in the words of the configuration.
func hopName(h reach.Hop) string {
	e := admitting(h)
	if e.resource != nil && e.resource == h.Cause.Resource || h.Object.Label == "" {
		return e.address()
	}
	return h.Object.Label
}
