package triage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// prefix starts a comment that is meant for tfcheck, and marker a suppression:
//
//	# tfcheck:ignore CHECK[,CHECK] [until=YYYY-MM-DD] -- reason
const (
	prefix = "tfcheck:"
	marker = prefix + "ignore"
)

// Suppression is a suppression comment, taken apart.
type Suppression struct {
	Checks []string
	Until  string // YYYY-MM-DD, or empty
	Reason string
}

// ParseSuppression reads the text of a comment without its sign. ok is false
// for a comment that is not meant for tfcheck, err says what is wrong with one
// that is.
func ParseSuppression(text string) (s Suppression, ok bool, err error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, prefix) {
		return Suppression{}, false, nil
	}
	rest, ok := strings.CutPrefix(text, marker)
	if !ok || rest != "" && !strings.ContainsAny(rest[:1], " \t") {
		return Suppression{}, true, fmt.Errorf("write it as %s CHECK -- reason", marker)
	}
	head, reason, found := strings.Cut(rest, "--")
	s.Reason = strings.Join(strings.Fields(reason), " ")
	if !found || s.Reason == "" {
		return s, true, fmt.Errorf("the reason is missing: write it after two dashes, as in %s CHECK -- reason", marker)
	}
	for _, word := range strings.FieldsFunc(head, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }) {
		key, value, isOption := strings.Cut(word, "=")
		switch {
		case !isOption:
			s.Checks = append(s.Checks, word)
		case key != "until":
			return s, true, fmt.Errorf("unknown option %q: only until=YYYY-MM-DD is known", key)
		case !settings.IsDate(value):
			return s, true, fmt.Errorf("until=%s is no date: write it as until=2027-01-31", value)
		default:
			s.Until = value
		}
	}
	if len(s.Checks) == 0 {
		return s, true, fmt.Errorf("name the check: %s CHECK -- reason", marker)
	}
	return s, true, nil
}

// expired reports whether the last day of an acceptance has passed. Dates of
// this form compare as text.
func expired(until, today string) bool { return until != "" && until < today }

// Suppress accepts the findings that a comment in the source is about. It
// reports the comments that are malformed, name a check that does not exist,
// or suppress nothing; known are all checks, ran those that were run.
func Suppress(findings []*analyzer.Finding, stacks []*tf.Stack, known []*analyzer.Check, ran func(id string) bool, today string) []tf.Diagnostic {
	comments, diags := suppressions(stacks, known)
	for _, f := range findings {
		for _, c := range comments {
			if f.Accepted != nil || f.Status == analyzer.Resolved || !c.covers(f) {
				continue
			}
			c.used[checkID(f)] = true
			if expired(c.Until, today) {
				f.Because = append(f.Because, analyzer.Note{Text: "the suppression of this finding expired on " + c.Until, Range: c.at.Range})
				continue
			}
			f.Accepted = &analyzer.Acceptance{By: "comment", Reason: c.Reason, Until: c.Until, Range: c.at.Range}
		}
	}
	for _, c := range comments {
		for _, id := range c.ids {
			if !c.used[id] && ran(id) {
				diags = append(diags, tf.Diagnostic{
					Summary: "unused suppression of " + id,
					Detail:  "Nothing is found here any more: delete the comment.",
					Range:   c.at.Range,
				})
			}
		}
	}
	return diags
}

// comment is a suppression in its place. A file may belong to several stacks,
// and to several module instances of one; a comment is used when it is in one
// of them.
type comment struct {
	Suppression
	at      tf.Comment
	ids     []string // of the checks, aliases replaced
	modules map[place]bool
	used    map[string]bool
}

// place is a module of a stack whose call a comment heads.
type place struct {
	stack  *tf.Stack
	module string
}

// suppressions reads the comments of all stacks, each range once.
func suppressions(stacks []*tf.Stack, known []*analyzer.Check) ([]*comment, []tf.Diagnostic) {
	names := newNames(known)
	var all []*comment
	var diags []tf.Diagnostic
	seen := map[tf.Range]*comment{}
	for _, stack := range stacks {
		if stack.Source == nil {
			continue
		}
		for _, at := range stack.Source.Comments(prefix) {
			s, ok, err := ParseSuppression(at.Text)
			if !ok {
				continue
			}
			c := seen[at.Range]
			if c == nil {
				c = &comment{Suppression: s, at: at, modules: map[place]bool{}, used: map[string]bool{}}
				seen[at.Range] = c
				if err != nil {
					diags = append(diags, tf.Diagnostic{Summary: "malformed suppression: " + err.Error(), Detail: "It has no effect until it is corrected.", Range: at.Range})
					continue
				}
				var unknown []tf.Diagnostic
				c.ids, unknown = names.resolve(s.Checks, at.Range)
				diags = append(diags, unknown...)
				all = append(all, c)
			}
			if at.Module != "" {
				c.modules[place{stack, at.Module}] = true
			}
		}
	}
	return all, diags
}

// names leads from the ids and aliases of checks to their ids.
type names struct {
	ids   map[string]string
	words []string
}

func newNames(known []*analyzer.Check) names {
	n := names{ids: map[string]string{}}
	for _, c := range known {
		n.words = append(n.words, c.ID)
		for _, alias := range c.Aliases {
			n.ids[alias] = c.ID
		}
	}
	for _, id := range n.words {
		n.ids[id] = id
	}
	return n
}

func (n names) resolve(checks []string, at tf.Range) (ids []string, diags []tf.Diagnostic) {
	for _, name := range checks {
		if id, ok := n.ids[name]; ok {
			ids = append(ids, id)
			continue
		}
		diags = append(diags, tf.Diagnostic{
			Summary: fmt.Sprintf("suppression of an unknown check %q", name),
			Detail:  settings.DidYouMean(name, n.words) + "tfcheck checks lists all of them.",
			Range:   at,
		})
	}
	return ids, diags
}

// covers reports whether the comment is about f: it names the check, and it
// stands on the line, the block or the module call that f points into.
func (c *comment) covers(f *analyzer.Finding) bool {
	if !slices.Contains(c.ids, checkID(f)) {
		return false
	}
	if r := f.Cause.Resource; r != nil {
		for module := tf.StripKeys(r.Addr.Module); module != ""; module = parent(module) {
			if c.modules[place{f.Stack, module}] {
				return true
			}
		}
	}
	at := f.Location.Range
	return !at.IsZero() && at.File == c.at.Range.File && c.at.CoversFrom <= at.StartLine && at.StartLine <= c.at.CoversTo
}

// parent is the module that calls the module of a path without keys.
func parent(module string) string {
	i := strings.LastIndex(module, ".module.")
	return module[:max(i, 0)]
}
