package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
)

// worstFirst sorts questions by what the answer could bring, then by how much
// it decides.
func worstFirst(questions []analyzer.Question) []analyzer.Question {
	sorted := slices.Clone(questions)
	slices.SortStableFunc(sorted, func(a, b analyzer.Question) int {
		return cmp.Or(
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(len(b.Decides), len(a.Decides)),
			cmp.Compare(a.ID, b.ID),
		)
	})
	return sorted
}

// pressing reports whether a question is worth a line of its own: an answer
// could bring something high.
func pressing(q analyzer.Question) bool { return q.Severity >= analyzer.High }

// decides counts the results that questions decide, each once.
func decides(questions []analyzer.Question) int {
	var all []string
	for _, q := range questions {
		all = append(all, q.Decides...)
	}
	slices.Sort(all)
	return len(slices.Compact(all))
}

// facts is "2 facts not in this plan decide 5".
func facts(questions []analyzer.Question) string {
	verb := "decide"
	if len(questions) == 1 {
		verb = "decides"
	}
	return fmt.Sprintf("%s not in this plan %s %d", plural(len(questions), "fact"), verb, decides(questions))
}

// questions is the block of missing facts, each with the line that settles
// it. Those that could bring nothing high are a count, which on a clean run
// the verdict carries.
func (p *printer) questions(r *analyzer.Report, findings bool) []string {
	all := worstFirst(r.Questions)
	n := len(all)
	if !p.All {
		n = slices.IndexFunc(all, func(q analyzer.Question) bool { return !pressing(q) })
		if n < 0 {
			n = len(all)
		}
	}
	listed, folded := all[:n], all[n:]
	if p.Quiet && !findings {
		return nil
	}
	var lines []string
	if len(listed) > 0 {
		more := " results:"
		if findings {
			more = " more results:"
		}
		lines = append(lines, facts(listed)+more)
		for i, q := range listed {
			if !p.All && i == questionsShown {
				lines = append(lines, fmt.Sprintf("  … %d more: --all", len(listed)-i))
				break
			}
			lines = append(lines, p.question(q)...)
		}
	}
	if len(folded) > 0 && findings {
		lines = append(lines, facts(folded)+" results below high: --all")
	}
	return lines
}

func (p *printer) question(q analyzer.Question) []string {
	tag := pad(q.Severity.String()+"?", 7)
	decides := fmt.Sprintf("decides %d", len(q.Decides))
	room := p.width() - len("  ") - len(tag) - len(decides) - 2
	text := pad(cut(clean(q.Text), room), room)
	lines := []string{"  " + p.paint(severityColors[q.Severity], tag) + text + "  " + decides}
	if q.Settle != "" {
		lines = append(lines, "         "+cut(clean(q.Settle), 240))
	}
	return lines
}
