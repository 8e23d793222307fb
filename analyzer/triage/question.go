package triage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Questions turns undetermined findings into the facts that would decide
// them, one question a fact however many results wait for it: worst severity
// first, then those that decide most.
//
// What lies with other stacks is asked for at once: an application with four
// subnets of another stack lacks one thing, that stack.
func Questions(findings []*analyzer.Finding) []analyzer.Question {
	joinFacts(findings)
	var all []analyzer.Question
	byID := map[string]int{}
	for _, f := range findings {
		if !waits(f) {
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
				all = append(all, analyzer.Question{Fact: fact.In(f.Stack)})
			}
			all[i].Fact = all[i].With(fact)
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

// waits reports whether a finding makes people ask what it waits for.
func waits(f *analyzer.Finding) bool {
	return f.Verdict == analyzer.Undetermined && f.Accepted == nil && f.Status != analyzer.Resolved
}

// elsewhere are the kinds of facts that the owner of another stack answers,
// with the question about one and about several.
var elsewhere = []struct{ kind, before, one, several string }{
	{"subnet", "whether ", " is public", " are public"},
	{"group", "the rules of ", "", ""},
}

// joinFacts makes one fact of all of a kind that the findings of a stack wait
// for.
func joinFacts(findings []*analyzer.Finding) {
	for _, kind := range elsewhere {
		names := map[*tf.Stack][]string{}
		first := map[*tf.Stack]tf.Fact{}
		given := map[*tf.Stack][]string{} // as given blocks name them
		owner := map[string]*tf.Stack{}
		for _, f := range findings {
			for _, fact := range f.WaitsFor {
				name, ok := strings.CutPrefix(fact.ID, kind.kind+":")
				if !ok || !waits(f) || strings.Contains(name, " ") || fact.Text != kind.before+name+kind.one {
					continue
				}
				if owner[name] != nil {
					if owner[name] == f.Stack {
						first[f.Stack] = first[f.Stack].With(fact)
					}
					continue
				}
				if names[f.Stack] == nil {
					first[f.Stack] = fact
				}
				first[f.Stack] = first[f.Stack].With(fact)
				owner[name], names[f.Stack] = f.Stack, append(names[f.Stack], name)
				if g := cmp.Or(fact.Name, name); !slices.Contains(given[f.Stack], g) {
					given[f.Stack] = append(given[f.Stack], g)
				}
			}
		}
		joint := map[string]tf.Fact{} // by the id of what it replaces
		for stack, all := range names {
			if len(all) < 2 {
				continue
			}
			fact := first[stack]
			one := cmp.Or(fact.Name, strings.TrimPrefix(fact.ID, kind.kind+":"))
			slices.SortFunc(all, tf.CompareAddresses)
			slices.SortFunc(given[stack], tf.CompareAddresses)
			joined := strings.Join(all, " ")
			settle := strings.Replace(fact.Settle, strconv.Quote(one), strconv.Quote(strings.Join(given[stack], " ")), 1)
			for _, name := range all {
				joint[kind.kind+":"+name] = tf.Fact{
					ID:     kind.kind + ":" + joined,
					Text:   kind.before + listed(all) + kind.several,
					Settle: strings.Replace(settle, "that owns it", "that owns them", 1),
				}
			}
		}
		for _, f := range findings {
			f.WaitsFor = replaced(f.WaitsFor, joint)
		}
	}
}

// replaced is the facts with those that are joint in their place, each once.
func replaced(facts []tf.Fact, joint map[string]tf.Fact) []tf.Fact {
	if !slices.ContainsFunc(facts, func(f tf.Fact) bool { return joint[f.ID].ID != "" }) {
		return facts
	}
	var all []tf.Fact
	for _, f := range facts {
		if j := joint[f.ID]; j.ID != "" {
			f = j
		}
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// listed names a few of many.
func listed(names []string) string {
	last := names[len(names)-1]
	if rest := len(names) - 2; rest > 2 {
		names, last = names[:3], strconv.Itoa(rest)+" more"
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + last
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
