package intent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// breach is packets that get to a subject against the intent, along one flow.
type breach struct {
	flow    *reach.Flow
	from    string
	subject string
	cause   aws.Cause
	packets reach.Relation
}

// forbid notes what gets from one set to another of the packets of the intent.
// of says which part of a flow is meant.
func (j *judge) forbid(from, to set, of func(*reach.Flow, reach.Relation) reach.Relation) {
	packets := packetsOf(j.intent.Flows)
	for _, a := range from.ends(strings.Join(j.intent.From, ", ")) {
		for _, b := range to.ends(strings.Join(j.intent.To, ", ")) {
			j.result.Evaluated += len(partsOf(a.Endpoint)) * len(partsOf(b.Endpoint))
			for _, f := range j.view.Graph.Between(a.Endpoint, b.Endpoint, packets) {
				r := f.Reachable
				if j.intent.Forward {
					r = f.Forward
				}
				r = of(f, within(r, packets))
				if !a.certain || !b.certain {
					r.Must = packet.Set{}
				}
				j.note(f, r)
			}
		}
	}
}

func within(r reach.Relation, packets packet.Set) reach.Relation {
	return reach.Relation{Must: r.Must.Intersect(packets), May: r.May.Intersect(packets)}
}

// note keeps what remains of a flow after the exceptions, for each part of its
// destination.
func (j *judge) note(f *reach.Flow, r reach.Relation) {
	if r.May.IsEmpty() {
		return
	}
	senders := partsOf(*f.From)
	for _, to := range partsOf(*f.To) {
		if slices.Contains(senders, to) && len(senders) == 1 {
			continue
		}
		var rest reach.Relation
		var example part
		for _, from := range senders {
			left := j.excepted(from, to, f, r)
			if rest.May.IsEmpty() {
				example = from
			}
			rest = reach.Relation{Must: rest.Must.Union(left.Must), May: rest.May.Union(left.May)}
			if len(j.exceptions) == 0 {
				break // all of the class alike
			}
		}
		if !rest.May.IsEmpty() {
			j.breaches = append(j.breaches, breach{f, example.label, to.label, causeOf(f, rest.May), rest})
		}
	}
}

// excepted is what of a flow no exception lets through. Whoever is perhaps in
// the sets of an exception perhaps needs none.
func (j *judge) excepted(from, to part, f *reach.Flow, r reach.Relation) reach.Relation {
	for _, e := range j.exceptions {
		packets := e.packets
		fromIn, toIn := tf.Yes, tf.Yes
		if e.from != nil {
			fromIn, packets = e.from.holds(from, *f.From, packets, packet.Set.From)
		}
		if e.to != nil {
			toIn, packets = e.to.holds(to, *f.To, packets, packet.Set.To)
		}
		switch fromIn.And(toIn) {
		case tf.Yes:
			r = reach.Relation{Must: r.Must.Subtract(packets), May: r.May.Subtract(packets)}
		case tf.Maybe:
			r.Must = r.Must.Subtract(packets)
		}
	}
	return r
}

// holds says whether a set holds a part of an end point, and which of the
// packets it is about: for end points outside those of its addresses.
func (s *set) holds(p part, e reach.Endpoint, packets packet.Set, on func(packet.Set, packet.Addresses) packet.Set) (tf.Tri, packet.Set) {
	if p.inside() {
		switch {
		case slices.Contains(partsOf(s.sure.endpoint("")), p):
			return tf.Yes, packets
		case slices.Contains(partsOf(s.maybe.endpoint("")), p):
			return tf.Maybe, packets
		}
		return tf.No, packets
	}
	var held packet.Set
	for _, o := range s.outside {
		if o.Kind != e.Kind || o.Family != 0 && e.Family != 0 && o.Family != e.Family {
			continue
		}
		if o.Service != e.Service {
			continue
		}
		if o.Addresses.IsEmpty() {
			return tf.Yes, packets
		}
		held = held.Union(on(packets, o.Addresses))
	}
	return tf.TriOf(!held.IsEmpty()), held
}

// part is one thing of an end point.
type part struct {
	at      *aws.Interface
	service *aws.PublicService
	label   string
}

func (p part) inside() bool { return p.at != nil || p.service != nil }

// partsOf are the things that an end point holds; one outside the network is
// itself.
func partsOf(e reach.Endpoint) []part {
	var out []part
	for _, i := range e.Interfaces {
		out = append(out, part{at: i, label: ownerOf(i)})
	}
	for _, lb := range e.Balancers {
		out = append(out, part{at: lb.Interface, label: lb.Label})
	}
	for _, s := range e.Services {
		out = append(out, part{service: s, label: s.Label})
	}
	if len(out) == 0 {
		out = append(out, part{label: e.Label})
	}
	return out
}

// ownerOf names an interface as people think of it.
func ownerOf(i *aws.Interface) string {
	if i.Owner != nil {
		return i.Owner.Address
	}
	return i.Label
}

// causeOf is what somebody edits to stop packets: the last rule of a group on
// the way, else the last element that somebody wrote.
func causeOf(f *reach.Flow, packets packet.Set) aws.Cause {
	var last aws.Cause
	for _, hop := range slices.Backward(f.Path()) {
		if f.Through == nil {
			hop = hop.Of(packets, aws.Cause{})
		}
		switch r := hop.Cause.Resource; {
		case r == nil:
		case strings.Contains(r.Addr.Type, "security_group"):
			return hop.Cause
		case last.Resource == nil:
			last = hop.Cause
		}
	}
	if last.Resource == nil {
		for _, p := range partsOf(*f.To) {
			if p.at != nil {
				return aws.Cause{Resource: p.at.Resource}
			}
		}
	}
	return last
}

// report makes the findings of what was noted, one for each place in the
// configuration that somebody edits.
func (j *judge) report(why string) {
	type place struct{ address, argument string }
	var order []place
	groups := map[place][]breach{}
	for _, b := range j.breaches {
		p := place{argument: b.cause.Argument}
		if r := b.cause.Resource; r != nil {
			p.address = r.Addr.Config()
		}
		if groups[p] == nil {
			order = append(order, p)
		}
		groups[p] = append(groups[p], b)
	}
	for _, p := range order {
		j.result.Findings = append(j.result.Findings, j.finding(groups[p], why))
	}
}

func (j *judge) finding(breaches []breach, why string) analyzer.Finding {
	worst := breaches[0]
	f := analyzer.Finding{Cause: worst.cause, Effect: analyzer.Effect{Stated: j.severity}, Because: []analyzer.Note{j.because()}}
	var all packet.Set
	var senders []string
	for _, b := range breaches {
		if worst.packets.Must.IsEmpty() && !b.packets.Must.IsEmpty() {
			worst = b
		}
		f.Subjects = analyzer.AddSubject(f.Subjects, b.subject, !b.packets.Must.IsEmpty(), b.packets.Got())
		all = all.Union(b.packets.Got())
		if !slices.Contains(senders, b.from) {
			senders = append(senders, b.from)
		}
		f.Assumptions = analyzer.AddNew(f.Assumptions, b.flow.Assumptions)
		if b.packets.Must.IsEmpty() {
			f.WaitsFor = analyzer.AddNew(f.WaitsFor, b.flow.Waits)
		}
	}
	f.Path = worst.flow.RoundTrip()
	if worst.flow.Through == nil {
		for n := range f.Path {
			f.Path[n] = f.Path[n].Of(worst.packets.Got(), worst.cause)
		}
	}
	if k, ok := j.view.Graph.Example(worst.flow, worst.packets.Got()); ok {
		f.Because = append(f.Because, analyzer.Note{Text: "for example " + k.String()})
	}
	can := "can"
	if worst.packets.Must.IsEmpty() {
		can = "may"
	}
	f.Message = fmt.Sprintf("%s %s reach %s on %s, %s", analyzer.Names(inWords(senders)), can, analyzer.Names(inWords(addresses(f.Subjects))), all.Services(), why)
	return f
}

// inWords are names of end points as sentences have them.
func inWords(names []string) []string {
	words := map[string]string{"internet": "the internet", "internet6": "the internet (IPv6)", "onprem:0.0.0.0/0": "networks on premises"}
	out := slices.Clone(names)
	for n, name := range out {
		out[n] = cmp.Or(words[name], name)
	}
	return out
}

// because is the note that leads to the statement.
func (j *judge) because() analyzer.Note {
	text := fmt.Sprintf("%s %q", j.kind, j.intent.Name)
	if j.intent.Reason != "" {
		text += ": " + j.intent.Reason
	}
	if j.intent.Owner != "" {
		text += " (" + j.intent.Owner + ")"
	}
	for _, e := range j.intent.Exceptions {
		if e.Until != "" && e.Until < j.today {
			text += "; the exception of " + e.Owner + " expired on " + e.Until
		}
	}
	return analyzer.Note{Text: text, Range: j.intent.Range}
}

func addresses(subjects []analyzer.Subject) []string {
	var out []string
	for _, s := range subjects {
		out = append(out, s.Address)
	}
	return out
}
