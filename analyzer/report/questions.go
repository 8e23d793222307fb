package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
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

// ofThisChange are the questions that decide something of this change, or of
// an input without a before. What was undecided before and is not touched is
// printed with everything else only.
func ofThisChange(r *analyzer.Report) []analyzer.Question {
	old := map[string]bool{}
	for _, f := range r.Findings {
		if f.Verdict == analyzer.Undetermined {
			past := f.Status == analyzer.Existing || f.Status == analyzer.Resolved
			known, seen := old[f.Fingerprint]
			old[f.Fingerprint] = past && (known || !seen)
		}
	}
	return slices.DeleteFunc(slices.Clone(r.Questions), func(q analyzer.Question) bool {
		return len(q.Decides) > 0 && !slices.ContainsFunc(q.Decides, func(fingerprint string) bool { return !old[fingerprint] })
	})
}

// sift parts the questions whose answer could bring something high, which are
// worth a line of their own, from the rest, which are a count.
func sift(questions []analyzer.Question) (pressing, lesser []analyzer.Question) {
	for _, q := range worstFirst(questions) {
		if q.Severity >= analyzer.High {
			pressing = append(pressing, q)
		} else {
			lesser = append(lesser, q)
		}
	}
	return pressing, lesser
}

// decides counts the results that questions decide, each once.
func decides(questions []analyzer.Question) int {
	var all []string
	for _, q := range questions {
		all = append(all, q.Decides...)
	}
	slices.Sort(all)
	return len(slices.Compact(all))
}

// judged is what was read, as people name it.
func judged(r *analyzer.Report) string {
	var kind tf.InputKind
	for _, s := range r.Stacks {
		own := s.Kind
		if own == tf.BinaryPlanInput {
			own = tf.PlanInput
		}
		if kind != "" && own != kind {
			return "the input"
		}
		kind = own
	}
	switch {
	case kind == "":
		return "the input"
	case len(r.Stacks) > 1:
		return "these " + string(kind) + "s"
	}
	return "this " + string(kind)
}

// facts is "2 facts not in this plan decide 5 results", for what kind of
// result.
func facts(r *analyzer.Report, questions []analyzer.Question, result string) string {
	verb := "decide"
	if len(questions) == 1 {
		verb = "decides"
	}
	return fmt.Sprintf("%s not in %s %s %s", plural(len(questions), "fact"), judged(r), verb, plural(decides(questions), result))
}

// questions is the block of missing facts, each with the line that settles
// it. On a clean run the verdict carries the count of the lesser ones.
func (p *printer) questions(r *analyzer.Report, findings bool) []string {
	if p.Quiet && !findings {
		return nil
	}
	listed, folded := sift(ofThisChange(r))
	if p.All {
		listed, folded = worstFirst(r.Questions), nil
	}
	var lines []string
	if len(listed) > 0 {
		result := "result"
		if findings {
			result = "more result"
		}
		lines = append(lines, facts(r, listed, result)+":")
		rest := 0
		if !p.All && len(listed) > questionsShown {
			rest = len(listed) - questionsShown
			listed = listed[:questionsShown]
		}
		width := 0
		for _, q := range listed {
			width = max(width, len(q.Severity.String())+1)
		}
		for _, q := range listed {
			lines = append(lines, p.question(q, width)...)
		}
		if rest > 0 {
			lines = append(lines, fmt.Sprintf("  … %d more: --all", rest))
		}
	}
	if len(folded) > 0 && findings {
		lines = append(lines, facts(r, folded, "lesser result")+": --all")
	}
	return lines
}

// assumptions is what the results rest on, which is printed with everything
// else only.
func (p *printer) assumptions(r *analyzer.Report) []string {
	if !p.All || p.Quiet || len(r.Assumptions) == 0 {
		return nil
	}
	lines := []string{"assuming:"}
	for _, a := range r.Assumptions {
		for i, line := range wrap(clean(a.Text), p.width()-len("  - "), 0) {
			lead := "    "
			if i == 0 {
				lead = "  - "
			}
			lines = append(lines, lead+line)
		}
	}
	return lines
}

// question is a missing fact and below it what settles it, never cut: it is
// there to be copied.
func (p *printer) question(q analyzer.Question, width int) []string {
	tag := p.paint(severityColors[q.Severity], pad(q.Severity.String()+"?", width))
	decides := fmt.Sprintf("decides %d", len(q.Decides))
	room := p.width() - len("  ") - width - len("  ") - len("  ") - len(decides)
	lines := wrap(clean(cmp.Or(q.Text, q.ID)), room, 2)
	for i := range lines {
		if i == 0 {
			lines[i] = "  " + tag + "  " + pad(lines[i], room) + "  " + decides
		} else {
			lines[i] = strings.Repeat(" ", 4+width) + lines[i]
		}
	}
	if q.Settle != "" {
		lines = append(lines, strings.Repeat(" ", 4+width)+clean(q.Settle))
	}
	return lines
}
