package triage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// AcceptConfigured accepts the findings that the accept blocks of the settings
// are about.
func AcceptConfigured(findings []*analyzer.Finding, accepts []settings.Accept, today string) []tf.Diagnostic {
	var diags []tf.Diagnostic
	for _, a := range accepts {
		used := false
		for _, f := range findings {
			if f.Status == analyzer.Resolved || !configured(a, f) {
				continue
			}
			used = true
			if f.Accepted != nil {
				continue
			}
			if expired(a.Until, today) {
				f.Because = append(f.Because, analyzer.Note{Text: "the exception for this finding expired on " + a.Until, Range: a.Range})
				continue
			}
			f.Accepted = &analyzer.Acceptance{By: "config", Reason: a.Reason, Owner: a.Owner, Until: a.Until, Range: a.Range}
		}
		if !used {
			diags = append(diags, tf.Diagnostic{
				Summary: fmt.Sprintf("unused exception for %s at %s", a.Check, a.Address),
				Detail:  "Nothing is found there any more: delete the accept block.",
				Range:   a.Range,
			})
		}
	}
	return diags
}

// configured reports whether the exception is about f. Its address may name
// the instance, the resource, or a module that holds it.
func configured(a settings.Accept, f *analyzer.Finding) bool {
	if a.Check != checkID(f) || a.Stack != "" && a.Stack != stackName(f.Stack) || f.Cause.Resource == nil {
		return false
	}
	for _, address := range []string{f.Cause.Address(), f.Cause.Resource.Addr.Config()} {
		if address == a.Address || strings.HasPrefix(address, a.Address+".") {
			return true
		}
	}
	return false
}

// AcceptBaseline accepts the findings that stay within what the baseline
// accepted: no other packet, no other subject, no higher severity.
func AcceptBaseline(findings []*analyzer.Finding, b *settings.Baseline, today string) {
	if b == nil {
		return
	}
	entries := map[string]settings.Entry{}
	for _, e := range b.Entries {
		entries[e.Fingerprint] = e
	}
	for _, f := range findings {
		if f.Accepted != nil || f.Status == analyzer.Resolved {
			continue
		}
		for _, id := range fingerprints(f) {
			e, ok := entries[id]
			if !ok {
				continue
			}
			switch excess := beyond(f, e); {
			case expired(e.Until, today):
				f.Because = append(f.Because, analyzer.Note{Text: "its acceptance in the baseline expired on " + e.Until})
			case excess != "":
				f.Because = append(f.Because, analyzer.Note{Text: "the baseline accepts less: " + excess})
			default:
				f.Accepted = &analyzer.Acceptance{By: "baseline", Reason: e.Reason, Owner: e.Owner, Until: e.Until}
			}
			break
		}
	}
}

// beyond says in what f exceeds the entry; empty when it does not.
func beyond(f *analyzer.Finding, e settings.Entry) string {
	for _, s := range live(f) {
		if address := configAddress(s.Address); !slices.Contains(e.Subjects, address) {
			return address + " was not concerned"
		}
		if more := s.Flows.Subtract(e.Flows); !more.IsEmpty() {
			return more.String() + " was not open"
		}
	}
	if was, ok := analyzer.ParseSeverity(e.Severity); ok && f.Severity > was {
		return "it was " + e.Severity
	}
	return ""
}

// fingerprints are those under which f may have been accepted: its own, and
// those under the former ids of the check and before the resource moved.
func fingerprints(f *analyzer.Finding) []string {
	ids := []string{f.Fingerprint}
	if f.Check == nil || f.Stack == nil {
		return ids
	}
	was := f.Cause
	if r := f.Cause.Resource; r != nil && r.Moved != "" {
		if from, err := tf.ParseAddress(r.Moved); err == nil {
			was.Resource = &tf.Resource{Addr: from}
		}
	}
	for _, check := range append([]string{f.Check.ID}, f.Check.Aliases...) {
		ids = append(ids, analyzer.Fingerprint(check, f.Stack.Name, f.Cause), analyzer.Fingerprint(check, f.Stack.Name, was))
	}
	return ids
}

// Baseline is the baseline that accepts the findings, joined by fingerprint.
// What old says of a fingerprint (reason, owner, until) is kept. Findings that
// a comment or the configuration accepts already are left to those.
func Baseline(findings []*analyzer.Finding, old *settings.Baseline) *settings.Baseline {
	written := map[string]settings.Entry{}
	if old != nil {
		for _, e := range old.Entries {
			written[e.Fingerprint] = e
		}
	}
	b := &settings.Baseline{}
	index := map[string]int{}
	for _, f := range findings {
		if f.Status == analyzer.Resolved || f.Accepted != nil && f.Accepted.By != "baseline" {
			continue
		}
		i, ok := index[f.Fingerprint]
		if !ok {
			i = len(b.Entries)
			index[f.Fingerprint] = i
			e := settings.Entry{Fingerprint: f.Fingerprint, Check: checkID(f), Stack: stackName(f.Stack), Severity: f.Severity.String()}
			if r := f.Cause.Resource; r != nil {
				e.Address = r.Addr.Config()
			}
			was := written[f.Fingerprint]
			e.Reason, e.Owner, e.Until = was.Reason, was.Owner, was.Until
			b.Entries = append(b.Entries, e)
		}
		e := &b.Entries[i]
		if was, _ := analyzer.ParseSeverity(e.Severity); f.Severity > was {
			e.Severity = f.Severity.String()
		}
		for _, s := range live(f) {
			e.Flows = e.Flows.Union(s.Flows)
			if address := configAddress(s.Address); !slices.Contains(e.Subjects, address) {
				e.Subjects = append(e.Subjects, address)
			}
		}
	}
	return b
}

// live are the subjects that the change leaves.
func live(f *analyzer.Finding) []analyzer.Subject {
	return slices.DeleteFunc(slices.Clone(f.Subjects), func(s analyzer.Subject) bool { return s.Status == analyzer.Resolved })
}

// configAddress drops the instance keys of a subject, which may be written
// STACK//ADDRESS.
func configAddress(address string) string {
	stack, rest, ok := strings.Cut(address, "//")
	if !ok {
		return tf.StripKeys(address)
	}
	return stack + "//" + tf.StripKeys(rest)
}
