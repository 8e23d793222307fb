package triage

import (
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Compare gives the findings and subjects of after their status and returns
// them together with those of before that the change resolves. A finding is
// new when one of its subjects, or a packet of one, was not there before or
// was only undetermined. Findings of a stack without a before keep an empty
// status.
//
// Several findings may share a fingerprint (two rules of one group, the
// instances of a count), so what was there before is their union.
func Compare(after, before []*analyzer.Finding) []*analyzer.Finding {
	moves := movesOf(after, before)
	was := extentOf(before, moves)
	for _, f := range after {
		if f.Stack == nil || f.Stack.Before == nil {
			continue
		}
		f.Status = analyzer.Existing
		if _, ok := was[f.Fingerprint]; !ok {
			f.Status = analyzer.New
		}
		for i := range f.Subjects {
			s := &f.Subjects[i]
			s.Status = analyzer.New
			if was[f.Fingerprint][s.Address].covers(*s) {
				s.Status = analyzer.Existing
			} else {
				f.Status = analyzer.New
			}
		}
	}
	return append(after, resolved(after, before, moves)...)
}

// resolved returns copies of the findings of before of which nothing is left.
// Subjects that are gone while others of their finding stay are added to the
// finding that stays.
func resolved(after, before []*analyzer.Finding, moves moves) []*analyzer.Finding {
	is := extentOf(after, nil)
	stays := map[string]*analyzer.Finding{}
	for _, f := range after {
		if _, ok := stays[f.Fingerprint]; !ok {
			stays[f.Fingerprint] = f
		}
	}
	var all []*analyzer.Finding
	for _, f := range before {
		id := moves.fingerprint(f)
		var gone []analyzer.Subject
		for _, s := range f.Subjects {
			if is[id][moves.address(f.Stack, s.Address)].remains(s) {
				continue
			}
			s.Status = analyzer.Resolved
			gone = append(gone, s)
		}
		heir := stays[id]
		switch {
		case heir != nil && len(gone) < len(f.Subjects), heir != nil && len(f.Subjects) == 0:
			heir.Subjects = addResolved(heir.Subjects, gone)
		default:
			c := *f
			c.Subjects, c.Status, c.Accepted, c.Gates = gone, analyzer.Resolved, nil, false
			all = append(all, &c)
		}
	}
	return all
}

// addResolved adds subjects that the finding does not mention otherwise.
func addResolved(subjects, gone []analyzer.Subject) []analyzer.Subject {
	for _, g := range gone {
		known := false
		for _, s := range subjects {
			known = known || s.Address == g.Address
		}
		if !known {
			subjects = append(subjects, g)
		}
	}
	return subjects
}

// extent is what findings of one fingerprint say of one subject together.
type extent struct {
	present bool
	verdict analyzer.Verdict
	flows   packet.Set
}

// covers reports whether s adds nothing to e.
func (e extent) covers(s analyzer.Subject) bool {
	if !e.present || s.Verdict == analyzer.Violation && e.verdict != analyzer.Violation {
		return false
	}
	return s.Flows.SubsetOf(e.flows)
}

// remains reports whether something of s is left in e.
func (e extent) remains(s analyzer.Subject) bool {
	return e.present && (s.Flows.IsEmpty() || s.Flows.Overlaps(e.flows))
}

// extentOf joins findings by fingerprint and subject, under the names they
// have after the moves.
func extentOf(findings []*analyzer.Finding, moves moves) map[string]map[string]extent {
	all := map[string]map[string]extent{}
	for _, f := range findings {
		id := moves.fingerprint(f)
		if all[id] == nil {
			all[id] = map[string]extent{}
		}
		for _, s := range f.Subjects {
			address := moves.address(f.Stack, s.Address)
			e := all[id][address]
			if !e.present || s.Verdict == analyzer.Violation {
				e.verdict = s.Verdict
			}
			e.present = true
			e.flows = e.flows.Union(s.Flows)
			all[id][address] = e
		}
	}
	return all
}

// moves leads from the address before to the instance after, by stack name.
type moves map[string]map[string]*tf.Resource

// movesOf collects the moves of the stacks that the findings belong to.
func movesOf(lists ...[]*analyzer.Finding) moves {
	m := moves{}
	for _, list := range lists {
		for _, f := range list {
			m.add(f.Stack)
		}
	}
	return m
}

func (m moves) add(s *tf.Stack) {
	if s == nil || s.After == nil || m[s.Name] != nil {
		return
	}
	m[s.Name] = map[string]*tf.Resource{}
	for _, r := range s.After.Resources {
		if r.Moved != "" && r.Moved != r.Address {
			m[s.Name][r.Moved] = r
		}
	}
}

// address is the address after the moves; a subject of another stack is
// written STACK//ADDRESS.
func (m moves) address(s *tf.Stack, address string) string {
	stack, prefix := "", ""
	if s != nil {
		stack = s.Name
	}
	if i := strings.Index(address, "//"); i >= 0 {
		stack, prefix, address = address[:i], address[:i+2], address[i+2:]
	}
	if r := m[stack][address]; r != nil {
		address = r.Address
	}
	return prefix + address
}

// fingerprint is the fingerprint of f under the address after the moves.
func (m moves) fingerprint(f *analyzer.Finding) string {
	if f.Stack == nil || f.Check == nil {
		return f.Fingerprint
	}
	r := m[f.Stack.Name][f.Cause.Address()]
	if r == nil {
		return f.Fingerprint
	}
	cause := f.Cause
	cause.Resource = r
	return analyzer.Fingerprint(f.Check.ID, f.Stack.Name, cause)
}
