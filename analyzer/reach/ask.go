package reach

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Ask answers whether the packets of a question get from one end point to the
// other, and their replies back.
func (g *Graph) Ask(q Question) Answer {
	a := g.ask(q)
	if a.Answer == No && g.answers != nil {
		a.Assumptions = uniqueAssumptions(append(a.Assumptions, g.believed(q, a)...))
	}
	return a
}

func (g *Graph) ask(q Question) Answer {
	g = g.named(q.From, q.To)
	a, _ := answer(g.paths(q, false))
	if a.Answer == No {
		// What could be joined may be the cheaper repair (D2).
		b, best := answer(g.paths(q, true))
		t := best.story.tell()
		a.Path, a.ReplyPath, a.Blockers = b.Path, b.ReplyPath, g.repaired(t.blockers, best.asked)
		a.Alternatives = g.alternatives(t, best.asked)
	}
	switch end, empty := q.empty(); {
	case empty && len(g.strays(end)) > 0:
		a.Answer, a.Forward, a.Waits = Unknown, Unknown, questions(g.strays(end))
	case empty:
		a.Blockers = []Hop{end.empty()}
		a.Blockers[0].Detail += g.ifSomethingStood(q)
		a.Assumptions = append(a.Assumptions, end.alone()...)
	case a.Answer == No && len(a.Path)+len(a.Blockers) == 0: // no family has the packets
		a.Blockers = []Hop{{
			Object: aws.Object{Label: q.To.Label}, Code: "PROTOCOL_RESTRICTION",
			Detail: "there are no such packets between the two: icmp is of IPv4 and icmpv6 of IPv6",
		}}
	case a.Witness != nil:
		a.Path, a.ReplyPath = g.wayOf(*a.Witness, q)
	}
	if a.Answer == No {
		a.Assumptions = append(a.Assumptions, g.boundariesOf(q.From, q.To)...)
		if q.From.Kind == Internet {
			a.Assumptions = append(a.Assumptions, madeAtRunTime(q.To)...)
		}
	}
	for _, i := range q.To.interfaces() {
		if a.Answer != No {
			a.Assumptions = append(a.Assumptions, g.sameEnd(i)...)
		}
	}
	a.Assumptions = uniqueAssumptions(a.Assumptions)
	a.Through = append(g.through(q.From, q.To), g.overInternet(q.From, q.To, false)...)
	return a
}

// through are the flows between end points that pass a load balancer, a
// managed entry or an endpoint service, where the second leg is a connection of
// its own.
func (g *Graph) through(from, to Endpoint) []*Flow {
	switch from.Kind {
	case Internet:
		return append(g.throughBalancers(to), g.enteringTo(to)...)
	case Consumers, Interfaces:
		return slices.Concat(g.byBalancers(from, to), g.byPrivateLink(from, to), g.byProxies(from, to), g.byLattice(from, to), g.byNAT64(from, to))
	case OnPremises:
		return g.byBalancers(from, to)
	}
	return nil
}

// paths are the outcomes of a question in every family that it is about.
func (g *Graph) paths(q Question, suppose bool) []outcome {
	var paths, silent []outcome
	for _, f := range families {
		packets := withClientPorts(q.Packets.Family(f), clientPortsOf(q))
		if !q.From.in(f) || !q.To.in(f) || packets.SubsetOf(foreign(f)) {
			continue
		}
		if o := g.pairs(q.From, q.To, f, packets, suppose); q.From.speaks(f) && q.To.speaks(f) {
			paths = append(paths, o...)
		} else {
			silent = append(silent, o...)
		}
	}
	if len(paths) == 0 {
		return silent // to say why
	}
	return paths
}

// wayOf is the path of a packet alone: where several rules or listeners admit
// something, those that admit this.
func (g *Graph) wayOf(k packet.Packet, q Question) (path, replyPath []Hop) {
	f := familyOf(k.Source)
	s := withClientPorts(q.Packets.Family(f).On(k.Protocol), clientPortsOf(q))
	switch k.Protocol {
	case packet.TCP, packet.UDP:
		s = s.ToPorts(packet.PortRange(k.DestinationPort, k.DestinationPort))
	case packet.ICMP, packet.ICMPv6:
		s = s.ICMPTypes(int(k.ICMPType), int(k.ICMPCode))
	}
	a, _ := answer(g.pairs(q.From, q.To, f, s, false))
	return a.Path, a.ReplyPath
}

// foreign is the ICMP of the other family, which does not exist.
func foreign(f packet.Family) packet.Set {
	if f == packet.IPv4 {
		return packet.Everything(f).On(packet.ICMPv6)
	}
	return packet.Everything(f).On(packet.ICMP)
}

// clientPortsOf are the ports that the client may use (M-3).
func clientPortsOf(q Question) packet.Ports {
	if q.SourcePort != 0 {
		return packet.PortRange(q.SourcePort, q.SourcePort)
	}
	return ephemeral()
}

// answer joins what was found for every pair, and says which explains it.
func answer(paths []outcome) (a Answer, best *outcome) {
	a = Answer{Answer: No, Forward: No, Complete: true}
	if len(paths) == 0 {
		a.Complete = false
		return a, &outcome{}
	}
	for _, o := range paths {
		a.Flows, a.ForwardFlows = a.Flows.or(o.reachable), a.ForwardFlows.or(o.forward)
		a.Complete = a.Complete && o.asked.SubsetOf(o.reachable.Must)
	}
	a.Answer, a.Forward = judged(a.ForwardFlows, a.Flows), verdict(a.ForwardFlows)
	best = &paths[0]
	for n := range paths {
		if paths[n].better(best) {
			best = &paths[n]
		}
	}
	t := best.story.tell()
	a.Path, a.ReplyPath = t.path, t.replyPath
	a.Assumptions = uniqueAssumptions(join(Relation.or, paths).assumptions)
	if a.Answer == Unknown {
		for _, p := range paths {
			a.Waits = append(a.Waits, p.waits...)
		}
		a.Waits = questions(a.Waits)
	}
	certain := best.reachable.Must
	if a.Answer != Yes && a.Forward == Yes {
		certain = best.forward.Must
	}
	a.Witness = witness(certain, best)
	return a, best
}

// familiarPorts are those of which examples are taken where there is a choice.
var familiarPorts = []uint16{443, 80, 22}

// witness is an example, with addresses that the ends may really have.
func witness(s packet.Set, o *outcome) *packet.Packet {
	narrow := func(s packet.Set, to func(packet.Addresses) packet.Set, a packet.Addresses) packet.Set {
		if n := to(a); !a.IsEmpty() && !n.IsEmpty() {
			return n
		}
		return s
	}
	if o.unaddressed {
		return nil
	}
	s = narrow(s, s.From, o.from)
	s = narrow(s, s.To, o.to)
	for _, port := range familiarPorts {
		if likely := s.On(packet.TCP).ToPorts(packet.PortRange(port, port)); !likely.IsEmpty() {
			s = likely
			break
		}
	}
	p, ok := s.Any()
	if !ok {
		return nil
	}
	if p.Source == p.Destination { // of two hosts of one subnet, whose addresses nobody knows
		same := packet.Prefixes(netip.PrefixFrom(p.Source, p.Source.BitLen()))
		if apart, ok := s.Subtract(s.From(same).To(same)).Any(); ok {
			p = apart
		}
	}
	return &p
}

// boundariesOf are the assumptions that a "no" between two end points rests
// on: what touches their VPCs and is not followed.
func (g *Graph) boundariesOf(ends ...Endpoint) []*tf.Assumption {
	var vpcs []*aws.VPC
	for _, e := range ends {
		for _, i := range e.interfaces() {
			for _, l := range i.Subnets.Each {
				for _, s := range l.To {
					vpcs = append(vpcs, s.VPC.To...)
				}
			}
		}
	}
	var out []*tf.Assumption
	for _, b := range g.boundaries {
		if b.Object.Resource != nil && b.Resource.Addr.Type == "aws_vpclattice_service_network_vpc_association" && len(g.network.LatticeGroups) > 0 {
			continue // where its services lead is looked at (EP-9)
		}
		if slices.ContainsFunc(b.VPCs, func(v *aws.VPC) bool { return slices.Contains(vpcs, v) }) {
			out = append(out, boundaryAssumption(b))
		}
	}
	return out
}

// enteringTo are the flows by managed entries that end at the destination.
func (g *Graph) enteringTo(to Endpoint) []*Flow {
	return slices.DeleteFunc(slices.Clone(g.throughEntries()), func(f *Flow) bool {
		return !slices.ContainsFunc(f.To.Interfaces, func(i *aws.Interface) bool { return slices.Contains(to.Interfaces, i) }) &&
			!slices.ContainsFunc(f.To.Balancers, func(lb *aws.LoadBalancer) bool { return slices.Contains(to.Balancers, lb) })
	})
}
