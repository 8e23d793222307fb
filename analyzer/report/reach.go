package report

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Reach writes the answer to a question for people: the verdict, the way with
// what admits at each hop, and for a no everything that would have to change.
func Reach(w io.Writer, q reach.Question, a reach.Answer, stacks []*tf.Stack, o Options) error {
	o.All = true
	p := &page{printer: printer{Options: o, stacks: len(stacks), secrets: secretsOf(stacks)}, w: bufio.NewWriter(w)}
	a = p.secrets.answer(a)
	p.line(p.paint(bold, string(a.Answer)) + ": " + clean(p.secrets.text(sentence(q, a))))
	switch {
	case a.Answer == reach.Yes && !a.Complete:
		p.line("  not all of what was asked: " + p.secrets.text(services(got(a.Flows))) + " from " + p.origin(got(a.Flows)))
	case a.Answer == reach.No && a.Forward == reach.Yes:
		p.line("  the request arrives, but its reply does not return")
	case a.Answer == reach.No && a.Forward == reach.Unknown:
		p.line("  the request may arrive, but its reply does not return")
	}
	if a.Witness != nil {
		p.line("  for example " + p.secrets.text(example(*a.Witness)))
	}
	if len(a.Blockers) > 0 {
		p.heading("What stops it")
		for _, h := range a.Blockers {
			p.line("  " + p.blocker(h, stacks))
		}
	}
	p.way("Path", a.Path, stacks)
	p.way("Reply", a.ReplyPath, stacks)
	for _, f := range a.Through {
		if f.Through != nil {
			p.way("Through "+clean(f.Through.Label)+", on "+p.secrets.text(services(got(f.Reachable))), f.Path, stacks)
		}
	}
	var waits, assumptions []string
	for _, f := range a.Waits {
		waits = append(waits, f.Text)
		if f.Settle != "" {
			waits = append(waits, "  "+f.Settle)
		}
	}
	for _, x := range a.Assumptions {
		assumptions = append(assumptions, x.Text)
	}
	p.list("Depends on", waits)
	p.list("Assuming", assumptions)
	return p.w.Flush()
}

// got is what gets through: certainly, or else perhaps.
func got(r reach.Relation) packet.Set {
	if r.Must.IsEmpty() {
		return r.May
	}
	return r.Must
}

func sentence(q reach.Question, a reach.Answer) string {
	from, to, asked := q.From.Label, q.To.Label, ""
	if !q.Packets.IsEmpty() && services(q.Packets) != everything {
		asked = " on " + services(q.Packets)
	}
	switch a.Answer {
	case reach.Yes:
		return from + " reaches " + to + " on " + services(got(a.Flows))
	case reach.No:
		return from + " does not reach " + to + asked
	}
	return "whether " + from + " reaches " + to + asked + " depends on what is not known"
}

func (p *page) way(title string, hops []reach.Hop, stacks []*tf.Stack) {
	if len(hops) == 0 {
		return
	}
	p.heading(title)
	for _, line := range p.hops(holder(hops, stacks), hops, tf.Range{}) {
		p.line("  " + line)
	}
}

func (p *page) blocker(h reach.Hop, stacks []*tf.Stack) string {
	text := clean(hopText(h))
	if r := place(holder([]reach.Hop{h}, stacks), admitting(h)); !r.IsZero() {
		text += "  " + clean(near(r, tf.Range{}))
	}
	if h.Code != "" {
		text += "  " + p.paint(bold, h.Code)
	}
	return text
}

// holder is the stack that hops stand in.
func holder(hops []reach.Hop, stacks []*tf.Stack) *tf.Stack {
	for _, h := range hops {
		for _, s := range stacks {
			if r := admitting(h).resource; r != nil && (r.Stack == s || s.After.Resource(r.Address) == r) {
				return s
			}
		}
	}
	if len(stacks) == 1 {
		return stacks[0]
	}
	return nil
}

// example is a packet in words.
func example(k packet.Packet) string {
	w := toPacket(k)
	text := w.Protocol + " from " + endpoint(w.Source, w.SourcePort) + " to " + endpoint(w.Destination, w.DestinationPort)
	if w.ICMPType != nil {
		text += fmt.Sprintf(", type %d code %d", *w.ICMPType, *w.ICMPCode)
	}
	return text
}

func endpoint(address string, port *int) string {
	if port == nil {
		return address
	}
	return net.JoinHostPort(address, strconv.Itoa(*port))
}

// toPacket keeps the fields that mean something for the protocol.
func toPacket(k packet.Packet) wirePacket {
	number := func(n int) *int { return &n }
	w := wirePacket{Protocol: strings.TrimPrefix(protocolName(k.Protocol), "protocol "), Source: k.Source.String(), Destination: k.Destination.String()}
	switch k.Protocol {
	case packet.TCP, packet.UDP:
		w.SourcePort, w.DestinationPort = number(int(k.SourcePort)), number(int(k.DestinationPort))
	case packet.ICMP, packet.ICMPv6:
		w.ICMPType, w.ICMPCode = number(int(k.ICMPType)), number(int(k.ICMPCode))
	}
	return w
}

// ReachJSON writes the answer for programs.
func ReachJSON(w io.Writer, q reach.Question, a reach.Answer, stacks []*tf.Stack, _ Options) error {
	x := newWire(stacks)
	a = x.secrets.answer(a)
	hop := func(h reach.Hop) wireHop { return x.hop(holder([]reach.Hop{h}, stacks), h) }
	out := wireAnswer{
		Answer: string(a.Answer), Forward: string(a.Forward), Complete: a.Complete,
		From: q.From.Label, To: q.To.Label,
		Flows:     x.flows(got(a.Flows)),
		Path:      each(a.Path, hop),
		ReplyPath: each(a.ReplyPath, hop),
		Blockers: each(a.Blockers, func(h reach.Hop) wireBlocker {
			e := admitting(h)
			return wireBlocker{
				Address: e.address(), Code: h.Code, Detail: hopDetail(h),
				Range: x.place(holder([]reach.Hop{h}, stacks), e),
			}
		}),
		Through: each(slices.DeleteFunc(slices.Clone(a.Through), func(f *reach.Flow) bool { return f.Through == nil }), func(f *reach.Flow) wireThrough {
			return wireThrough{
				Address: element{resource: f.Through.Resource}.address(), Verdict: string(f.Verdict()),
				Flows: x.flows(got(f.Reachable)), Path: each(f.Path, hop),
			}
		}),
		Assumptions: each(a.Assumptions, func(a *tf.Assumption) wireAssumption {
			return wireAssumption{ID: a.ID, Text: a.Text, Address: a.Address}
		}),
		Questions: each(a.Waits, func(f tf.Fact) wireFact {
			return wireFact{ID: f.ID, Text: f.Text, Settle: f.Settle}
		}),
	}
	if a.Witness != nil {
		k := toPacket(*a.Witness)
		k.Source, k.Destination = x.secrets.text(k.Source), x.secrets.text(k.Destination)
		if port := k.DestinationPort; port != nil && x.secrets.ports[strconv.Itoa(*port)] {
			k.DestinationPort = nil
		}
		out.Witness = &k
	}
	return writeJSON(w, out)
}
