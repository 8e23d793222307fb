package report

import (
	"bufio"
	"io"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/diagram"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Reach writes the answer to a question for people: the verdict, the way with
// what admits at each hop, and for a no everything that would have to change.
func Reach(w io.Writer, q reach.Question, a reach.Answer, stacks []*tf.Stack, o Options) error {
	o.All = true
	p := &page{printer: printer{Options: o, stacks: len(stacks), secrets: secretsOf(stacks).about(a)}, w: bufio.NewWriter(w)}
	a = p.secrets.answer(a)
	p.line(p.paint(bold, string(a.Answer)) + ": " + clean(p.secrets.text(sentence(q, a))))
	switch {
	case a.Answer == reach.Yes && !a.Complete && !asksForAll(q):
		p.line("  not all of what was asked: " + p.secrets.text(services(a.Flows.Got())) + " from " + p.origin(a.Flows.Got()))
	case a.Answer == reach.No && a.Forward == reach.Yes:
		p.line("  the request arrives, but its reply does not return")
	case a.Answer == reach.No && a.Forward == reach.Unknown:
		p.line("  the request may arrive, but its reply does not return")
	}
	if a.Witness != nil {
		p.line("  for example " + p.secrets.text(a.Witness.String()))
	}
	if asksForAll(q) {
		p.admitted(q, a)
	}
	if len(a.Blockers) > 0 {
		p.heading("What stops it, and the change that opens it, the cheapest first")
		p.blockers(a.Blockers, stacks)
	}
	for _, other := range a.Alternatives {
		title := "Another way, which is stopped too"
		if other.Opens() {
			title = "Another way, which these changes open"
		}
		p.heading(title)
		p.blockers(other.Blockers, stacks)
	}
	var waits, assumptions []string
	for _, f := range a.Waits {
		stack, e := decidedBy(f, stacks)
		text := f.Text
		if r := place(stack, e); !r.IsZero() {
			text += "  " + lineOf(r)
		}
		waits = append(waits, text)
		if f = f.In(stack); f.Settle != "" {
			waits = append(waits, "  "+f.Settle)
		}
	}
	p.list("Depends on", waits)
	p.way("Path", a.Path, stacks)
	p.way("Reply (security groups let it pass)", a.ReplyPath, stacks)
	for _, f := range through(q, a) {
		if front, ok := f.Front(); ok {
			title := "Through "
			if f.Verdict() == reach.Unknown {
				title = "Perhaps through "
			}
			p.way(title+clean(front.Label)+", on "+p.secrets.text(services(f.Reachable.Got())), f.Path(), stacks)
		}
	}
	for _, x := range a.Assumptions {
		assumptions = append(assumptions, x.Text)
	}
	p.list("Assuming", assumptions)
	return p.w.Flush()
}

// asksForAll reports whether a question is about every packet, so that the
// answer is the list of what gets through.
func asksForAll(q reach.Question) bool {
	return q.Packets.IsEmpty() || services(q.Packets) == everything
}

// admitted lists all packets that get through, those that may, and those that
// arrive without a way back.
func (p *page) admitted(q reach.Question, a reach.Answer) {
	forward := packet.Set{}
	if !a.ForwardFlows.Must.SubsetOf(a.Flows.May) {
		forward = a.ForwardFlows.Must.Subtract(a.Flows.May)
	}
	for _, part := range []struct {
		title   string
		packets packet.Set
	}{
		{"Gets through", a.Flows.Must},
		{"May get through", a.Flows.May.Subtract(a.Flows.Must)},
		{"Arrives, but the reply does not return", forward},
	} {
		var lines []string
		for _, f := range allTraffic(part.packets.Flows()) {
			lines = append(lines, p.secrets.text(admittedText(q, f)))
		}
		p.list(part.title, lines)
	}
}

// allTraffic writes as one what flows of one pair of ends carry together where
// that is every protocol whole; of TCP and UDP what clients send.
func allTraffic(list []packet.Flow) []packet.Flow {
	whole := func(f, as packet.Flow) bool {
		return len(f.Ports)+len(f.ICMP) == 0 && (len(f.SourcePorts) == 0 || slices.Equal(f.SourcePorts, []string{"1024-65535"})) &&
			slices.Equal(f.Sources, as.Sources) && slices.Equal(f.Destinations, as.Destinations)
	}
	var out []packet.Flow
	for _, f := range list {
		has := func(protocol string) bool {
			return slices.ContainsFunc(list, func(o packet.Flow) bool {
				return whole(o, f) && (o.Protocol == protocol || protocol == "" && isRest(o))
			})
		}
		together := whole(f, f) && has("tcp") && has("udp") && has("icmp") && has("")
		if together {
			f = packet.Flow{Protocol: "all", Sources: f.Sources, Destinations: f.Destinations}
		}
		if !together || !slices.ContainsFunc(out, func(o packet.Flow) bool { return o.Protocol == "all" && whole(o, f) }) {
			out = append(out, f)
		}
	}
	return out
}

// isRest reports whether a flow is of all protocols that have no name.
func isRest(f packet.Flow) bool { return strings.Count(f.Protocol, ",") > 2 }

// admittedText is a flow without what the question says already: a sender of the
// network, and the ports that clients use (M-3).
func admittedText(q reach.Question, f packet.Flow) string {
	switch {
	case f.Protocol == "all":
		f.Protocol = "all traffic"
	case isRest(f):
		f.Protocol = "every other protocol"
	}
	text := f.Protocol
	if list := slices.Concat(f.Ports, f.ICMP); len(list) > 0 {
		text += "/" + strings.Join(list, ",")
	}
	anybody := len(f.Sources) == 1 && f.Sources[0].Bits() == 0
	if outside := q.From.Kind == reach.Internet || q.From.Kind == reach.OnPremises; outside || !anybody {
		text += " from " + prefixes(f.Sources)
	}
	if q.SourcePort == 0 && !slices.Equal(f.SourcePorts, []string{"1024-65535"}) && len(f.SourcePorts) > 0 {
		text += ", client ports " + strings.Join(f.SourcePorts, ",")
	}
	if len(f.Destinations) > 0 && q.To.Kind != reach.Interfaces {
		text += " to " + prefixes(f.Destinations)
	}
	return text
}

func prefixes(list []netip.Prefix) string {
	for f, name := range map[packet.Family]string{packet.IPv4: "every address of the internet", packet.IPv6: "every IPv6 address of the internet"} {
		if packet.Prefixes(list...).Equal(reach.InternetAddresses(f)) {
			return name
		}
	}
	var out []string
	for _, p := range list {
		out = append(out, strings.TrimSuffix(p.String(), "/"+strconv.Itoa(p.Addr().BitLen())))
	}
	return strings.Join(out, ", ")
}

// through are the flows through load balancers and managed entries that the
// question is about: on its ports at the listener, or at the target.
func through(q reach.Question, a reach.Answer) []*reach.Flow {
	return slices.DeleteFunc(slices.Clone(a.Through), func(f *reach.Flow) bool {
		asked := q.Packets.IsEmpty() || q.Packets.Overlaps(f.Reachable.May) || q.Packets.Overlaps(f.Delivered.May)
		_, through := f.Front()
		return !through || !asked
	})
}

func sentence(q reach.Question, a reach.Answer) string {
	from, to, asked := named(q.From), named(q.To), ""
	if !asksForAll(q) {
		asked = " on " + services(q.Packets)
	}
	switch a.Answer {
	case reach.Yes:
		return from + " reaches " + to + " on " + services(a.Flows.Got())
	case reach.No:
		return from + " does not reach " + to + asked
	}
	return "whether " + from + " reaches " + to + asked + " depends on what is not known"
}

// named is an end point in a sentence.
func named(e reach.Endpoint) string {
	switch e.Label {
	case "internet":
		return "the internet"
	case "internet6":
		return "the internet (IPv6)"
	}
	return e.Label
}

func (p *page) way(title string, hops []reach.Hop, stacks []*tf.Stack) {
	if len(hops) == 0 {
		return
	}
	p.heading(title)
	for n, line := range p.hops(holder(hops, stacks), hops) {
		p.line("  " + line)
		if text := hops[n].Rewrite; text != "" {
			p.line("      " + clean(text))
		}
	}
}

// blockers writes what stops packets, with the edits that take each away; an
// edit that takes away several is written once.
func (p *page) blockers(hops []reach.Hop, stacks []*tf.Stack) {
	written := map[string]bool{}
	for _, h := range hops {
		p.line("  " + p.blocker(h, stacks))
		for _, e := range h.Edits {
			if text := e.String(); !written[text] {
				written[text] = true
				p.line("      " + clean(text+p.whereToEdit(e, stacks)))
			}
		}
		if len(h.Edits) == 0 {
			p.line("      no edit of this configuration changes that")
		}
	}
}

// whereToEdit names the line of what is edited, or the folder of the module that
// something is added to.
func (p *page) whereToEdit(e reach.Edit, stacks []*tf.Stack) string {
	stack, edited := editedBy(e, stacks)
	if r := place(stack, edited); !r.IsZero() {
		return "  " + lineOf(r)
	}
	a, err := tf.ParseAddress(e.Address)
	if err != nil || a.Module == "" {
		return ""
	}
	for _, s := range stacks {
		for _, r := range s.After.Resources {
			if r.Addr.Module != a.Module {
				continue
			}
			if beside := place(s, element{resource: r}); !beside.IsZero() {
				return "  in " + path.Dir(beside.Path())
			}
		}
	}
	return ""
}

// decidedBy is the argument or block that a fact is about, as its id names it,
// in the stack that holds it: of several instances the first.
func decidedBy(f tf.Fact, stacks []*tf.Stack) (*tf.Stack, element) {
	_, name, _ := strings.Cut(f.ID, ":")
	for _, s := range stacks {
		var best element
		rest := name
		for _, r := range s.After.Resources {
			for _, address := range []string{r.Address, tf.StripKeys(r.Address)} {
				argument, ok := strings.CutPrefix(name, address)
				if ok && (argument == "" || argument[0] == '.') && len(argument) < len(rest) {
					best, rest = element{r, strings.TrimPrefix(argument, ".")}, argument
				}
			}
		}
		if best.resource != nil {
			return s, best
		}
	}
	if len(stacks) == 1 {
		return stacks[0], element{}
	}
	return nil, element{}
}

// editedBy is the argument or block that an edit changes, zero for what it adds.
func editedBy(e reach.Edit, stacks []*tf.Stack) (*tf.Stack, element) {
	argument := e.Block
	if e.Action == reach.Add {
		argument = ""
	}
	if e.Action == reach.Set && len(e.Arguments) > 0 {
		argument = strings.TrimPrefix(argument+"."+e.Arguments[0].Name, ".")
	}
	for _, s := range stacks {
		if r := s.After.Resource(e.Address); r != nil {
			return s, element{r, argument}
		}
	}
	return nil, element{}
}

func (p *page) blocker(h reach.Hop, stacks []*tf.Stack) string {
	text := clean(hopText(h))
	if r := place(holder([]reach.Hop{h}, stacks), admitting(h)); !r.IsZero() {
		text += "  " + clean(lineOf(r))
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

// ReachMermaid draws the way of the answer, with what stops it and the way
// back.
func ReachMermaid(w io.Writer, _ reach.Question, a reach.Answer, stacks []*tf.Stack, _ Options) error {
	a = secretsOf(stacks).about(a).answer(a)
	var c diagram.Chart
	add := func(h reach.Hop, kind diagram.Kind) int {
		name := hopName(h)
		if kind == diagram.End && h.Object.Label != "" {
			name = h.Object.Label // where the way ends, not what lets it
		}
		lines := []string{clean(name)}
		for _, text := range []string{h.Detail, h.Rewrite} {
			if text != "" {
				lines = append(lines, clean(text))
			}
		}
		if h.Code != "" {
			kind = diagram.Blocker
		}
		c.Nodes = append(c.Nodes, diagram.Node{Kind: kind, Lines: lines})
		return len(c.Nodes) - 1
	}
	forward := slices.DeleteFunc(slices.Clone(a.Path), func(h reach.Hop) bool { return h.Reply })
	last := -1
	for n, h := range forward {
		kind := diagram.Element
		if n == 0 || n == len(forward)-1 {
			kind = diagram.End
		}
		at := add(h, kind)
		if last >= 0 {
			c.Edges = append(c.Edges, diagram.Edge{From: last, To: at})
		}
		last = at
	}
	if last > 0 {
		for _, h := range a.ReplyPath {
			at := add(h, diagram.Element)
			c.Edges = append(c.Edges, diagram.Edge{From: last, To: at, Back: true})
			last = at
		}
		c.Edges = append(c.Edges, diagram.Edge{From: last, To: 0, Text: "reply", Back: true})
	}
	return diagram.Mermaid(w, c)
}

// ReachJSON writes the answer for programs.
func ReachJSON(w io.Writer, q reach.Question, a reach.Answer, stacks []*tf.Stack, _ Options) error {
	x := newWire(stacks)
	x.secrets = x.secrets.about(a)
	a = x.secrets.answer(a)
	hop := func(h reach.Hop) wireHop { return x.hop(holder([]reach.Hop{h}, stacks), h) }
	blocker := func(h reach.Hop) wireBlocker {
		e := admitting(h)
		return wireBlocker{
			Address: e.address(), Code: h.Code, Detail: hopDetail(h), Reply: h.Reply,
			Range: x.place(holder([]reach.Hop{h}, stacks), e),
			Edits: each(h.Edits, func(e reach.Edit) wireEdit {
				return wireEdit{Action: string(e.Action), Address: e.Address, Block: e.Block, Text: e.String(), Range: x.place(editedBy(e, stacks)), Arguments: each(e.Arguments, func(a reach.Argument) wireArgument {
					return wireArgument{Name: a.Name, Value: a.Expression()}
				})}
			}),
		}
	}
	out := wireAnswer{
		Answer: string(a.Answer), Forward: string(a.Forward), Complete: a.Complete,
		From: q.From.Label, To: q.To.Label,
		Flows:     x.flows(a.Flows.Got(), x.secrets),
		Path:      each(a.Path, hop),
		ReplyPath: each(a.ReplyPath, hop),
		Blockers:  each(a.Blockers, blocker),
		Alternatives: each(a.Alternatives, func(w reach.Alternative) wireAlternative {
			return wireAlternative{Opens: w.Opens(), Blockers: each(w.Blockers, blocker)}
		}),
		Through: each(through(q, a), func(f *reach.Flow) wireThrough {
			front, _ := f.Front()
			return wireThrough{
				Address: element{resource: front.Resource}.address(), Verdict: string(f.Verdict()),
				Flows: x.flows(f.Reachable.Got(), x.secrets), Path: each(f.Path(), hop),
			}
		}),
		Assumptions: each(a.Assumptions, func(a *tf.Assumption) wireAssumption {
			return wireAssumption{ID: a.ID, Text: a.Text, Address: a.Address}
		}),
		Questions: each(a.Waits, func(f tf.Fact) wireFact {
			stack, e := decidedBy(f, stacks)
			return wireFact{ID: f.ID, Text: f.Text, Settle: f.In(stack).Settle, Range: x.place(stack, e)}
		}),
	}
	if a.Witness != nil {
		k := toPacket(*a.Witness)
		k.Source, k.Destination = x.secrets.text(k.Source), x.secrets.text(k.Destination)
		if port := k.DestinationPort; port != nil && slices.Contains(x.secrets.ports, strconv.Itoa(*port)) {
			k.DestinationPort = nil
		}
		out.Witness = &k
	}
	return writeJSON(w, out)
}
