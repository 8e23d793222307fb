package report

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// hidden is what is printed in the place of a sensitive value.
const hidden = "(sensitive)"

// Shorter texts are left alone: they are flags and the like, which a report is
// full of for other reasons.
const shortestSecret = 6

// secrets is the last line against printing a sensitive value. Whoever writes
// a message leaves sensitive values out; here it is made sure of.
type secrets struct {
	prefixes []netip.Prefix
	ports    []string
	replacer *strings.Replacer // nil when there is nothing to hide
	// common are sensitive values that any report is full of, by the instances
	// that have them: they are hidden only where one of these has a part in it.
	common map[string]common
}

// common are sensitive ports, and blocks of all addresses.
type common struct {
	prefixes []netip.Prefix
	ports    []string
}

// isEverything reports whether a block holds all addresses.
func isEverything(p netip.Prefix) bool { return p.Bits() == 0 }

// along hides what is sensitive of a way as well, and of what somebody can
// edit there.
func (s secrets) along(hops []reach.Hop, resources ...*tf.Resource) secrets {
	for _, h := range hops {
		resources = append(resources, h.Cause.Resource)
		for _, c := range h.Causes {
			resources = append(resources, c.Resource)
		}
	}
	for _, r := range resources {
		if r == nil {
			continue
		}
		own := s.common[r.Address]
		s.prefixes, s.ports = slices.Concat(s.prefixes, own.prefixes), slices.Concat(s.ports, own.ports)
	}
	return s
}

// portArguments are the arguments whose numbers a report prints.
var portArguments = []string{"from_port", "to_port", "port", "instance_port", "lb_port"}

// numbers are those that a text holds; an IPv4 address is one.
var numbers = regexp.MustCompile(`\b[0-9]+(?:\.[0-9]+)*\b`)

// secretsOf collects the sensitive values of stacks.
func secretsOf(stacks []*tf.Stack) secrets {
	s := secrets{common: map[string]common{}}
	var texts []string
	var at string
	add := func(name, text string) {
		own := s.common[at]
		if slices.Contains(portArguments, name) {
			own.ports = append(own.ports, text)
			s.common[at] = own
			return
		}
		p, ok := parsePrefix(text)
		if ok && isEverything(p) {
			own.prefixes = append(own.prefixes, p)
			s.common[at] = own
			return
		}
		if ok {
			s.prefixes = append(s.prefixes, p)
			texts = append(texts, p.String(), p.Addr().String())
		}
		if len(text) >= shortestSecret {
			texts = append(texts, text)
		}
	}
	for _, stack := range stacks {
		if stack == nil {
			continue
		}
		for _, r := range resources(stack) {
			at = r.Address
			eachSecret("", r.Values, false, add)
		}
	}
	if len(texts) == 0 {
		return s
	}
	// The longest first, so that no secret hides behind one that it begins
	// with.
	slices.SortFunc(texts, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, text := range slices.Compact(texts) {
		pairs = append(pairs, text, hidden)
	}
	s.replacer = strings.NewReplacer(pairs...)
	return s
}

// allStacks are those of a report, the known ones included: what is judged may
// speak of what they hold.
func allStacks(r *analyzer.Report) []*tf.Stack { return slices.Concat(r.Stacks, r.Context) }

// Extents splits off the findings whose packets hold sensitive values, so that
// they cannot be written down in a baseline.
func Extents(r *analyzer.Report) (open, sealed []*analyzer.Finding) {
	w := newWire(allStacks(r))
	for _, f := range r.Findings {
		if slices.ContainsFunc(f.Subjects, func(s analyzer.Subject) bool {
			return slices.ContainsFunc(w.flows(s.Flows, w.secrets.along(f.Path, f.Cause.Resource)), wireFlow.hides)
		}) {
			sealed = append(sealed, f)
		} else {
			open = append(open, f)
		}
	}
	return open, sealed
}

// hides reports whether a sensitive value was left out of the flow.
func (f wireFlow) hides() bool {
	return slices.ContainsFunc(slices.Concat(f.Ports, f.Sources, f.Destinations), func(text string) bool { return strings.Contains(text, hidden) })
}

// resources are the instances of both snapshots, an unchanged one once.
func resources(stack *tf.Stack) []*tf.Resource {
	var out []*tf.Resource
	if stack.After != nil {
		out = append(out, stack.After.Resources...)
	}
	if stack.Before != nil {
		for _, r := range stack.Before.Resources {
			if stack.After.Resource(r.Address) != r {
				out = append(out, r)
			}
		}
	}
	return out
}

// eachSecret visits the texts in a value that are, or are part of, something
// sensitive.
func eachSecret(name string, v tf.Value, within bool, visit func(name, text string)) {
	within = within || v.IsSensitive()
	for _, e := range v.Elements() {
		eachSecret(name, e, within, visit)
	}
	for _, f := range v.Fields() {
		eachSecret(f.Name, f.Value, within, visit)
	}
	if within {
		if text, ok := v.AsString().Known(); ok && text != "" {
			visit(name, text)
		}
	}
}

// parsePrefix reads an address block or an address.
func parsePrefix(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}

// text is s without sensitive values.
func (s secrets) text(text string) string {
	for _, p := range s.prefixes {
		if isEverything(p) {
			text = strings.ReplaceAll(text, p.String(), hidden)
		}
	}
	if s.replacer != nil {
		text = s.replacer.Replace(text)
	}
	if len(s.ports) > 0 {
		text = numbers.ReplaceAllStringFunc(text, func(n string) string {
			if slices.Contains(s.ports, n) {
				return hidden
			}
			return n
		})
	}
	return text
}

// texts are several texts without sensitive values.
func (s secrets) texts(list []string) []string {
	if len(list) == 0 {
		return list
	}
	return each(list, s.text)
}

// prefix is an address block, unless it comes from a sensitive one. A block
// that is wide enough to say nothing is compared as a whole.
func (s secrets) prefix(p netip.Prefix) string {
	for _, secret := range s.prefixes {
		if p == secret || secret.Bits() >= 8 && p.Bits() >= secret.Bits() && secret.Contains(p.Addr()) {
			return hidden
		}
	}
	return p.String()
}

// blocks are address blocks, the sensitive ones of them as one.
func (s secrets) blocks(list []netip.Prefix) []string {
	out := make([]string, 0, len(list))
	for _, p := range list {
		if text := s.prefix(p); text != hidden || !slices.Contains(out, hidden) {
			out = append(out, text)
		}
	}
	return out
}

// report is r without sensitive values in its texts. Without any, it is r.
func (s secrets) report(r *analyzer.Report) *analyzer.Report {
	if s.isEmpty() {
		return r
	}
	out := *r
	out.Findings = each(r.Findings, s.finding)
	out.Questions = each(r.Questions, func(q analyzer.Question) analyzer.Question {
		q.Fact = s.fact(q.Fact)
		return q
	})
	out.Exposures = each(r.Exposures, func(e *analyzer.Exposure) *analyzer.Exposure {
		exposure := *e
		exposure.Flow = e.Flow.Telling(func(hops []reach.Hop) []reach.Hop { return s.along(hops).hops(hops) })
		return &exposure
	})
	out.Assumptions = each(r.Assumptions, func(a analyzer.StackAssumption) analyzer.StackAssumption {
		a.Assumption = s.assumption(a.Assumption)
		return a
	})
	out.Diagnostics = each(r.Diagnostics, func(d tf.Diagnostic) tf.Diagnostic {
		d.Summary, d.Detail = s.text(d.Summary), s.text(d.Detail)
		return d
	})
	return &out
}

// isEmpty reports whether there is nothing to hide.
func (s secrets) isEmpty() bool { return s.replacer == nil && len(s.common) == 0 }

func (s secrets) finding(f *analyzer.Finding) *analyzer.Finding {
	if s.isEmpty() {
		return f
	}
	s = s.along(f.Path, f.Cause.Resource)
	out := *f
	out.Message, out.Fix, out.Location.Line = s.text(f.Message), s.text(f.Fix), s.text(f.Location.Line)
	note := func(n analyzer.Note) analyzer.Note {
		n.Text = s.text(n.Text)
		return n
	}
	out.Because, out.Related, out.Path = each(f.Because, note), each(f.Related, note), s.hops(f.Path)
	out.WaitsFor, out.Assumptions = each(f.WaitsFor, s.fact), each(f.Assumptions, s.assumption)
	return &out
}

// about hides what is sensitive of the ways of an answer as well.
func (s secrets) about(a reach.Answer) secrets {
	hops := slices.Concat(a.Path, a.ReplyPath, a.Blockers)
	for _, f := range a.Through {
		hops = append(hops, f.Path()...)
	}
	for _, w := range a.Alternatives {
		hops = append(hops, w.Blockers...)
	}
	return s.along(hops)
}

// answer is a without sensitive values in its texts.
func (s secrets) answer(a reach.Answer) reach.Answer {
	if s.isEmpty() {
		return a
	}
	a.Path, a.ReplyPath, a.Blockers = s.hops(a.Path), s.hops(a.ReplyPath), s.hops(a.Blockers)
	a.Alternatives = each(a.Alternatives, func(w reach.Alternative) reach.Alternative {
		w.Blockers = s.hops(w.Blockers)
		return w
	})
	a.Waits, a.Assumptions = each(a.Waits, s.fact), each(a.Assumptions, s.assumption)
	a.Through = each(a.Through, func(f *reach.Flow) *reach.Flow { return f.Telling(s.hops) })
	return a
}

func (s secrets) fact(f tf.Fact) tf.Fact {
	f.Text, f.Settle = s.text(f.Text), s.text(f.Settle)
	return f
}

func (s secrets) assumption(a *tf.Assumption) *tf.Assumption {
	out := *a
	out.Text = s.text(a.Text)
	return &out
}

func (s secrets) hops(hops []reach.Hop) []reach.Hop {
	return each(hops, func(h reach.Hop) reach.Hop {
		h.Detail, h.Rewrite = s.text(h.Detail), s.text(h.Rewrite)
		h.Edits = each(h.Edits, func(e reach.Edit) reach.Edit { return e.Map(s.text) })
		return h
	})
}
