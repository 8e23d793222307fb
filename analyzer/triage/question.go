package triage

import (
	"cmp"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Questions turns undetermined findings into the facts that would decide
// them, one question a fact however many results wait for it: worst severity
// first, then those that decide most.
func Questions(findings []*analyzer.Finding) []analyzer.Question {
	var all []analyzer.Question
	byID := map[string]int{}
	for _, f := range findings {
		if f.Verdict != analyzer.Undetermined || f.Accepted != nil || f.Status == analyzer.Resolved {
			continue
		}
		for _, fact := range f.WaitsFor {
			if fact.ID == "" {
				continue
			}
			i, ok := byID[fact.ID]
			if !ok {
				i = len(all)
				byID[fact.ID] = i
				all = append(all, analyzer.Question{Fact: fact})
			}
			all[i].Severity = max(all[i].Severity, f.Severity)
			all[i].Decides = append(all[i].Decides, f.Fingerprint)
		}
	}
	for i := range all {
		slices.Sort(all[i].Decides)
		all[i].Decides = slices.Compact(all[i].Decides)
	}
	slices.SortFunc(all, func(a, b analyzer.Question) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), len(b.Decides)-len(a.Decides), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Sort orders findings as every output lists them.
func Sort(findings []*analyzer.Finding) {
	slices.SortStableFunc(findings, func(a, b *analyzer.Finding) int {
		return cmp.Or(
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(stackName(a.Stack), stackName(b.Stack)),
			tf.CompareAddresses(a.Cause.Address(), b.Cause.Address()),
			cmp.Compare(checkID(a), checkID(b)),
			tf.CompareAddresses(a.Cause.Argument, b.Cause.Argument),
			cmp.Compare(a.Status, b.Status),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

func stackName(s *tf.Stack) string {
	if s == nil {
		return ""
	}
	return s.Name
}

func checkID(f *analyzer.Finding) string {
	if f.Check == nil {
		return ""
	}
	return f.Check.ID
}
