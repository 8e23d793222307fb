package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
)

// clean makes text from an input safe to print on one line: whatever could
// move the cursor, colour, reorder or hide text is spelled out.
func clean(s string) string {
	if !strings.ContainsFunc(s, harmful) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, width := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && width == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case harmful(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
		s = s[width:]
	}
	return b.String()
}

// harmful characters are control characters and invisible format characters,
// among them the bidirectional overrides, and separators that break lines.
func harmful(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// cut shortens clean text to a display width, marking the cut.
func cut(s string, width int) string {
	if lipgloss.Width(s) <= width {
		return s
	}
	used := 0
	for i, r := range s {
		used += lipgloss.Width(string(r))
		if used > width-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// longest is what a single word may take: it can be an address, which is worth
// more whole than a tidy margin.
const longest = 288

// wrap breaks clean text at spaces into lines of a display width, at most n
// of them (0: no limit); what does not fit is cut with a mark.
func wrap(s string, width, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case lipgloss.Width(line)+1+lipgloss.Width(word) <= width:
			line += " " + word
		default:
			lines = append(lines, cut(line, longest))
			line = word
		}
	}
	if line != "" {
		lines = append(lines, cut(line, longest))
	}
	if n > 0 && len(lines) > n {
		lines = lines[:n]
		lines[n-1] = cut(lines[n-1]+" …", width)
	}
	return lines
}

// pad fills s with spaces to a display width.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// plural is "1 fact" or "3 facts".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
