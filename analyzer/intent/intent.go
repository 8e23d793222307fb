package intent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Result is what came of one intent.
type Result struct {
	// Check stands for the intent where findings name their check; its id is
	// "intent:NAME".
	Check    *analyzer.Check
	Findings []analyzer.Finding
	// Evaluated counts the pairs of end points that were compared.
	Evaluated   int
	Diagnostics []tf.Diagnostic
}

// Judge proves each intent on a view, in their order. before is the view before
// the change, or nil; today is the date that exceptions expire by, as
// YYYY-MM-DD.
func Judge(intents []settings.Intent, view, before *analyzer.View, today string) []Result {
	results := make([]Result, len(intents))
	for n, it := range intents {
		j := &judge{view: view, before: before, today: today, severity: severityOf(it), kind: it.Kind}
		if it.Kind == settings.Scope {
			it = j.expand(it)
		}
		j.intent = it
		j.result.Check = check(it)
		j.run()
		results[n] = j.result
	}
	return results
}

func severityOf(it settings.Intent) analyzer.Severity {
	s, _ := analyzer.ParseSeverity(it.Severity)
	return s
}

// check is the check that an intent is, for reports.
func check(it settings.Intent) *analyzer.Check {
	title := it.Reason
	if title == "" {
		title = string(it.Kind) + " " + it.Name
	}
	return &analyzer.Check{
		ID: "intent:" + it.Name, Title: title, Tier: analyzer.Default, Derived: true,
		Rationale:   "The team states this of its network in " + it.Range.File + ".",
		Remediation: "close what admits the packets, or except them in the statement, with an owner and a date",
	}
}

// judge proves one intent.
type judge struct {
	view, before *analyzer.View
	intent       settings.Intent
	kind         settings.IntentKind // as it is written
	severity     analyzer.Severity
	today        string
	exceptions   []exception
	breaches     []breach
	result       Result
}

// exception is an except block with its sets read.
type exception struct {
	settings.Exception
	from, to *set // nil: everything
	packets  packet.Set
}

// run judges the intent's statement. What nobody can read is a diagnostic, and
// nothing is said about the rest.
func (j *judge) run() {
	if !j.readExceptions() {
		return
	}
	var err error
	switch it := j.intent; it.Kind {
	case settings.Deny:
		err = j.deny(it.From, it.To)
	case settings.AllowOnly:
		err = j.allowOnly()
	case settings.MustReach:
		err = j.mustReach()
	case settings.Isolated:
		err = j.isolated()
	case settings.Through:
		err = j.through()
	case settings.NoNewExposure:
		err = j.noNewExposure()
	}
	if err != nil {
		j.fail(err, j.intent.Range)
	}
}

func (j *judge) fail(err error, at tf.Range) {
	j.result.Diagnostics = append(j.result.Diagnostics, tf.Diagnostic{
		Severity: tf.Error, Incomplete: true,
		Summary: fmt.Sprintf("intent %q cannot be judged", j.intent.Name), Detail: err.Error(), Range: at,
	})
}

// readExceptions reads the sets of the except blocks, without those that have
// expired.
func (j *judge) readExceptions() bool {
	for _, e := range j.intent.Exceptions {
		if e.Until != "" && e.Until < j.today {
			continue
		}
		x := exception{Exception: e, packets: packetsOf(e.Flows)}
		for _, side := range []struct {
			selectors []string
			to        **set
		}{{e.From, &x.from}, {e.To, &x.to}} {
			if len(side.selectors) == 0 {
				continue
			}
			s, err := j.selectSet(side.selectors)
			if err != nil {
				j.fail(err, e.Range)
				return false
			}
			*side.to = &s
		}
		j.exceptions = append(j.exceptions, x)
	}
	return true
}

// everything is every packet of both families.
var everything = packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6))

// packetsOf are the packets of several flows; none means all.
func packetsOf(flows []string) packet.Set {
	if len(flows) == 0 {
		return everything
	}
	var out packet.Set
	for _, f := range flows {
		if restrict, err := packet.ParseFlow(f); err == nil { // settings has checked it
			out = out.Union(restrict(everything))
		}
	}
	return out
}

// sets reads two sets and says, as a finding of its own, when one is empty: a
// statement about nothing is a statement that nobody checks.
func (j *judge) sets(from, to []string) (a, b set, ok bool, err error) {
	if a, err = j.selectSet(from); err != nil {
		return a, b, false, err
	}
	if b, err = j.selectSet(to); err != nil {
		return a, b, false, err
	}
	ok = j.notEmpty(a, from) && j.notEmpty(b, to)
	return a, b, ok, nil
}

func (j *judge) notEmpty(s set, selectors []string) bool {
	if !s.isEmpty() {
		return true
	}
	detail := "Check the spelling of the selectors, or delete the block."
	if j.kind == settings.Scope {
		detail = "The scope holds of a network without them." // which nobody has written
	}
	j.result.Diagnostics = append(j.result.Diagnostics, tf.Diagnostic{
		Summary: fmt.Sprintf("intent %q is about nothing: nothing here is %s", j.intent.Name, strings.Join(selectors, ", ")),
		Detail:  detail,
		Range:   j.intent.Range,
	})
	return false
}

// whatever forbids every packet of a flow.
func whatever(_ *reach.Flow, r reach.Relation) reach.Relation { return r }

// deny: none of the packets gets from one set to the other.
func (j *judge) deny(from, to []string) error {
	a, b, ok, err := j.sets(from, to)
	if err != nil || !ok {
		return err
	}
	j.forbid(a, b, whatever)
	j.report("which is denied")
	return nil
}

// allowOnly: nobody but the one set reaches the other. Whoever is perhaps in
// the set may be one who is not.
func (j *judge) allowOnly() error {
	allowed, to, ok, err := j.sets(j.intent.From, j.intent.To)
	if err != nil || !ok {
		return err
	}
	j.forbid(j.complement(allowed), to, whatever)
	j.report("which is for " + strings.Join(j.intent.From, ", ") + " only")
	return nil
}

// complement is everybody who is not in a set: on the internet, on-premises,
// and in the network.
func (j *judge) complement(s set) set {
	var out set
	allowed := map[string]bool{}
	var narrower packet.Addresses
	for _, e := range s.outside {
		allowed[e.Label] = true
		narrower = narrower.Union(e.Addresses)
	}
	for _, word := range []string{"internet", "internet6", "onprem:0.0.0.0/0"} {
		if allowed[word] {
			continue
		}
		e, err := j.view.Graph.Endpoint(word)
		if err != nil {
			continue // one of our own words
		}
		if !narrower.IsEmpty() {
			// The rest of it, as far as it is not allowed by its addresses.
			all := e.Addresses
			if all.IsEmpty() {
				all = reach.InternetAddresses(e.Family)
			}
			e.Addresses = all.Subtract(narrower)
		}
		out.outside = append(out.outside, e)
	}
	in := map[*aws.Interface]tf.Tri{}
	note := func(m members, t tf.Tri) {
		for _, i := range m.interfaces {
			in[i] = t
		}
		for _, b := range m.balancers {
			in[b.Interface] = t
		}
	}
	note(s.sure, tf.Yes)
	note(s.maybe, tf.Maybe)
	out.sure, out.maybe = j.members(func(t *thing) tf.Tri {
		if t.at == nil {
			return tf.No
		}
		if belongs, ok := in[t.at]; ok {
			return belongs.Not()
		}
		return tf.Yes
	})
	return out
}

// isolated: nothing gets from any of the sets to another.
func (j *judge) isolated() error {
	sets := make([]set, len(j.intent.Between))
	for n, selectors := range j.intent.Between {
		s, err := j.selectSet(selectors)
		if err != nil {
			return err
		}
		// Of a standard scope the sets are ours, and a VPC may well be empty.
		if s.isEmpty() && j.kind != settings.Scope && !j.notEmpty(s, selectors) {
			return nil
		}
		sets[n] = s
	}
	for n := range sets {
		for m := range sets {
			if n != m {
				j.forbid(sets[n], sets[m], whatever)
			}
		}
	}
	j.report("though they are to be apart")
	return nil
}

// through: what gets from one set to the other passes one of the third.
func (j *judge) through() error {
	a, b, ok, err := j.sets(j.intent.From, j.intent.To)
	if err != nil || !ok {
		return err
	}
	j.forbid(a, b, func(f *reach.Flow, r reach.Relation) reach.Relation {
		if passes(f, j.intent.Via) {
			return reach.Relation{}
		}
		return r
	})
	j.report("around " + strings.Join(j.intent.Via, ", "))
	return nil
}

// passes reports whether a flow passes something that a pattern names.
func passes(f *reach.Flow, via []string) bool {
	named := func(o aws.Object) bool {
		return o.Resource != nil && slices.ContainsFunc(via, func(p string) bool {
			kind, pattern, ok := strings.Cut(p, ":")
			return addressed(p, o.Resource) || ok && kind == "type" && glob(pattern, o.Resource.Addr.Type)
		})
	}
	if f.Through != nil && named(f.Through.Object) {
		return true
	}
	for _, h := range f.Path() {
		if named(h.Object) || h.Cause.Resource != nil && named(aws.Object{Resource: h.Cause.Resource}) {
			return true
		}
	}
	return false
}

// noNewExposure: the internet reaches nothing that it did not reach before.
func (j *judge) noNewExposure() error {
	if j.before == nil {
		return nil
	}
	selectors := j.intent.To
	if len(selectors) == 0 {
		selectors = []string{"*"}
	}
	a, b, ok, err := j.sets([]string{"internet", "internet6"}, selectors)
	if err != nil || !ok {
		return err
	}
	was := map[string]reach.Relation{}
	for _, f := range j.before.FromInternet {
		r := was[f.To.Label]
		was[f.To.Label] = reach.Relation{Must: r.Must.Union(f.Reachable.Must), May: r.May.Union(f.Reachable.May)}
	}
	j.forbid(a, b, func(f *reach.Flow, r reach.Relation) reach.Relation {
		// New is what was impossible before; what was possible then may have
		// been there.
		before := was[f.To.Label]
		return reach.Relation{Must: r.Must.Subtract(before.May), May: r.May.Subtract(before.Must)}
	})
	j.report("and could not before this change")
	return nil
}
