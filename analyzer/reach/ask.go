package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

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

// empty is the end in which nothing stands, if one is.
func (q Question) empty() (Endpoint, bool) {
	if q.To.isEmpty() {
		return q.To, true
	}
	return q.From, q.From.isEmpty()
}

// isEmpty reports whether an end point is something of the input in which
// nothing stands.
func (e Endpoint) isEmpty() bool {
	return !e.isOutside() && e.Kind != GatewayEndpoints && len(e.interfaces()) == 0
}

// strays are the facts that decide whether something stands in a subnet or a
// group after all: interfaces of which nobody knows where they stand, or in
// which groups (U-22).
func (g *Graph) strays(e Endpoint) []tf.Fact {
	group := slices.ContainsFunc(g.network.SecurityGroups, func(s *aws.SecurityGroup) bool {
		return s.Resource != nil && s.Resource == e.Object.Resource
	})
	var facts []tf.Fact
	for _, i := range g.network.Interfaces {
		label := interfaceObject(i).Label
		switch {
		case group && i.Groups.Open:
			facts = append(facts, groupsFact(label))
		case e.Subnet != nil && i.Subnets.Open:
			facts = append(facts, placementFact(label))
		}
	}
	return uniqueFacts(facts)
}

// empty says that nothing stands in an end point.
func (e Endpoint) empty() Hop {
	return Hop{
		Object: e.Object, Cause: objectCause(e.Object), Code: "NO_POSSIBLE_DESTINATION",
		Detail: "no network interface of the input stands in it",
	}
}

// ifSomethingStood says what a subnet without interfaces would let through to one
// that everybody may talk to: most modules of networks hold no other end points.
func (g *Graph) ifSomethingStood(q Question) string {
	s := q.To.Subnet
	if s == nil || !q.To.isEmpty() || q.From.isEmpty() {
		return ""
	}
	i := &aws.Interface{
		Object: aws.Object{Label: "an interface in " + shortName(s.Object)}, Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{{To: []*aws.Subnet{s}}}},
		HasGroups: tf.No, Inbound: tf.Yes, Initiates: tf.Yes, SourceDestCheck: tf.Yes, PublicIPv4: tf.Yes, IPv6: tf.TriOf(s.IPv6 != nil),
	}
	would := q
	would.To = Endpoint{Kind: Interfaces, Label: i.Label, Interfaces: []*aws.Interface{i}}
	a, _ := answer(g.paths(would, false))
	if a.Answer != No {
		return map[Verdict]string{Yes: "; one with a public address and open security groups would be reached"}[a.Answer]
	}
	_, best := answer(g.paths(would, true))
	var why []string
	for _, b := range best.story.tell().blockers {
		why = append(why, b.Object.Label+", "+b.blocked)
	}
	return "; one with a public address and open security groups would not be reached either: " + strings.Join(why, "; ")
}

// alone is what it rests on that nothing stands in something that exists
// already (U-14): default VPCs and their subnets are only adopted.
func (e Endpoint) alone() []*tf.Assumption {
	r := e.Object.Resource
	shared := e.Subnet != nil && e.Subnet.Shared // VPC-3
	if r == nil || !shared && r.IsNew() && r.Addr.Type != "aws_default_vpc" && r.Addr.Type != "aws_default_subnet" {
		return nil
	}
	return []*tf.Assumption{{
		ID: "alone:" + e.Label, Address: e.Label,
		Text: "nothing stands in " + e.Label + " but what the input shows, though it exists already or is shared",
	}}
}

// foreign is the ICMP of the other family, which does not exist.
func foreign(f packet.Family) packet.Set {
	if f == packet.IPv4 {
		return packet.Everything(f).On(packet.ICMPv6)
	}
	return packet.Everything(f).On(packet.ICMP)
}

// speaks reports whether anything of an end point may have an address of the
// family.
func (e Endpoint) speaks(f packet.Family) bool {
	list := e.interfaces()
	return len(list) == 0 || f == packet.IPv4 || slices.ContainsFunc(list, func(i *aws.Interface) bool {
		return i.IPv6 != tf.No || i.InnerIPv6 || slices.ContainsFunc(i.Addresses, netip.Addr.Is6)
	})
}

// in reports whether an end point exists in a family.
func (e Endpoint) in(f packet.Family) bool { return e.Family == 0 || e.Family == f }

// clientPortsOf are the ports that the client may use (M-3).
func clientPortsOf(q Question) packet.Ports {
	if q.SourcePort != 0 {
		return packet.PortRange(q.SourcePort, q.SourcePort)
	}
	return ephemeral()
}

// pairs are the outcomes for every pair of what the end points hold.
func (g *Graph) pairs(from, to Endpoint, f packet.Family, packets packet.Set, suppose bool) []outcome {
	if out, ok := g.toUnfiltered(from, to, f, packets); ok {
		return out
	}
	holder, holders := g.held(from, f), g.held(to, f)
	if from.Kind == IP && holder.Kind == Interfaces {
		packets, holder = packets.From(from.Addresses), holder.publicly(from.Addresses, holders.Kind, f)
	}
	if to.Kind == IP && holders.Kind == Interfaces {
		packets, holders = packets.To(to.Addresses), holders.publicly(to.Addresses, holder.Kind, f)
	}
	from, to = holder, holders
	switch {
	case from.Kind == GatewayEndpoints:
		return []outcome{walk([]stage{{
			object: from.Gateway.Object, cause: objectCause(from.Gateway.Object), code: "VPCE_INTRA_VPC_TRAFFIC",
			blocked: "a gateway endpoint never opens a connection", cost: 3, fixed: true,
		}}, packets)}
	case to.Service != "" && len(from.Interfaces) > 0:
		var out []outcome
		for _, i := range from.Interfaces {
			out = append(out, g.toAWS(i, to.Service, f, packets, suppose))
		}
		return out
	case from.Kind == Internet && len(to.Services) > 0:
		return g.fromOutside(from, to, f, packets, suppose)
	case from.Kind == Consumers:
		return g.consumersTo(to, f, packets)
	case from.isOutside() && to.Kind == GatewayEndpoints:
		return []outcome{walk([]stage{{
			object: to.Gateway.Object, cause: objectCause(to.Gateway.Object), code: "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION",
			blocked: "only the interfaces of its VPC use a gateway endpoint", cost: impossible, fixed: true,
		}}, packets)}
	case from.isOutside() && to.isOutside() && (from.Kind != OnPremises || !g.heldByNobody(to, f)):
		return []outcome{g.elsewhere(from, to, nil, f, packets, suppose)}
	case from.isPrivate(g, f):
		return g.acrossGateway(from, to.interfaces(), "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS", packets)
	case to.isPrivate(g, f):
		return g.acrossGateway(to, from.interfaces(), "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", packets)
	case from.Kind == Internet:
		return g.fromOutside(from, to, f, packets, suppose)
	case to.Kind == Internet:
		return g.toOutside(from, to, f, packets, suppose)
	case from.Kind == OnPremises && g.heldByNobody(to, f):
		i, nobody := g.nobody(to, f)
		return []outcome{g.fromPremises(from, i, f, packets, suppose, nobody)}
	case from.Kind == OnPremises:
		var out []outcome
		to = to.inSubnet()
		for _, j := range to.Interfaces {
			out = append(out, g.fromPremises(from, j, f, packets, suppose))
		}
		for _, lb := range to.Balancers {
			out = append(out, g.fromPremises(from, lb.Interface, f, packets, suppose, g.listenerStage(lb, lb.Listeners, f)))
		}
		return out
	case to.Kind == OnPremises:
		var out []outcome
		for _, i := range from.interfaces() {
			out = append(out, g.toPremises(i, to, f, packets, suppose))
		}
		return out
	case from.Kind == Interfaces && g.heldByNobody(to, f):
		j, nobody := g.nobody(to, f)
		var out []outcome
		for _, i := range from.Interfaces {
			out = append(out, g.eastWest(i, j, f, packets, suppose, nobody))
		}
		return out
	case from.isOutside(), to.isOutside():
		var out []outcome
		for _, i := range append(from.interfaces(), to.interfaces()...) {
			out = append(out, g.elsewhere(from, to, i, f, packets, suppose))
		}
		return out
	}
	var out []outcome
	for _, i := range from.Interfaces {
		for _, j := range to.Interfaces {
			if i != j {
				out = append(out, g.eastWest(i, j, f, packets, suppose))
			}
		}
		for _, lb := range to.Balancers {
			out = append(out, g.eastWest(i, lb.Interface, f, packets, suppose, g.listenerStage(lb, lb.Listeners, f)))
		}
		if to.Kind == GatewayEndpoints {
			out = append(out, g.toGatewayEndpoint(i, to.Gateway, f, packets, suppose))
		}
	}
	for _, lb := range from.Balancers {
		if to.Kind == GatewayEndpoints {
			out = append(out, walk([]stage{{
				object: lb.Object, cause: objectCause(lb.Object), code: "TARGET_ADDRESS_RESTRICTION",
				blocked: "it connects to its targets only", cost: 3, fixed: true,
			}}, packets))
		}
		for _, j := range to.Interfaces {
			out = append(out, g.toTarget(lb, j, f, packets, suppose))
		}
	}
	if len(out) == 0 && len(from.Interfaces)*len(to.Interfaces) > 0 {
		o := interfaceObject(from.Interfaces[0])
		out = append(out, walk([]stage{{
			object: o, cause: objectCause(o), code: "NO_SOURCE_OR_DESTINATION",
			blocked: "both ends are the same network interface", cost: 3, fixed: true,
		}}, packets))
	}
	return out
}

// isOutside reports whether an end point is none of the network's own.
func (e Endpoint) isOutside() bool {
	switch e.Kind {
	case Internet, OnPremises, IP, Service, Consumers:
		return true
	}
	return false
}

// inSubnet narrows a subnet to what of its interfaces stands in it, first those
// that certainly do.
func (e Endpoint) inSubnet() Endpoint {
	if e.Subnet == nil {
		return e
	}
	here := []*aws.Subnet{e.Subnet}
	narrow := func(i *aws.Interface) (*aws.Interface, bool) {
		narrowed := *i
		narrowed.Subnets = aws.Links[aws.Subnet]{Maybe: []aws.Link[aws.Subnet]{{To: here}}}
		certain := !i.AnySubnet && slices.ContainsFunc(i.Subnets.Each, func(l aws.Link[aws.Subnet]) bool {
			s, ok := l.One()
			return ok && s == e.Subnet
		})
		if certain {
			narrowed.Subnets = aws.Links[aws.Subnet]{Each: narrowed.Subnets.Maybe}
		}
		return &narrowed, certain
	}
	var sure, maybe []*aws.Interface
	for _, i := range e.Interfaces {
		if n, certain := narrow(i); certain {
			sure = append(sure, n)
		} else {
			maybe = append(maybe, n)
		}
	}
	e.Interfaces = slices.Concat(sure, maybe)
	e.Balancers = slices.Clone(e.Balancers)
	for n, lb := range e.Balancers {
		narrowed := *lb
		narrowed.Interface, _ = narrow(lb.Interface)
		e.Balancers[n] = &narrowed
	}
	return e
}

func (e Endpoint) interfaces() []*aws.Interface {
	out := slices.Clone(e.Interfaces)
	for _, lb := range e.Balancers {
		out = append(out, lb.Interface)
	}
	return out
}

// held turns an address into whoever holds it: interfaces, or the internet.
func (g *Graph) held(e Endpoint, f packet.Family) Endpoint {
	if e.Kind != IP {
		return e
	}
	for _, i := range g.network.Interfaces {
		if i.Kind != aws.KindLoadBalancer && slices.ContainsFunc(i.Addresses, func(a netip.Addr) bool { return e.Addresses.Contains(a.Unmap()) }) {
			e.Interfaces = append(e.Interfaces, i)
		}
	}
	switch {
	case len(e.Interfaces) > 0:
		e.Kind = Interfaces
	case e.Addresses.SubsetOf(g.internet[f]) && !g.inSomeVPC(e.Addresses, f):
		e.Kind = Internet
	case !g.inSomeVPC(e.Addresses, f) && g.mayBeIn(e.Addresses, f) == nil:
		e.Kind = OnPremises
	}
	return e
}

// publicly is an end point of interfaces that hold some addresses, as the
// internet sees them: of several private addresses each may have a public one or
// none (IGW-2).
func (e Endpoint) publicly(at packet.Addresses, other EndpointKind, f packet.Family) Endpoint {
	if other != Internet || f != packet.IPv4 {
		return e
	}
	e.Interfaces = slices.Clone(e.Interfaces)
	for n, i := range e.Interfaces {
		public := tf.No
		for _, a := range i.Addresses {
			if at.Contains(a.Unmap()) {
				public = public.Or(i.PublicAt(a.Unmap()))
			}
		}
		if public != i.PublicIPv4 {
			narrowed := *i
			narrowed.PublicIPv4 = public
			e.Interfaces[n] = &narrowed
		}
	}
	return e
}

func (g *Graph) inSomeVPC(a packet.Addresses, f packet.Family) bool {
	return slices.ContainsFunc(g.network.VPCs, func(v *aws.VPC) bool { return g.blocks(v, f).Overlaps(a) })
}

func (g *Graph) fromOutside(from, to Endpoint, f packet.Family, packets packet.Set, suppose bool) []outcome {
	if !from.Addresses.IsEmpty() {
		packets = packets.From(from.Addresses)
	}
	var out []outcome
	to = to.inSubnet()
	for _, i := range to.Interfaces {
		out = append(out, g.fromInternetTo(i, f, packets, suppose))
	}
	for _, lb := range to.Balancers {
		out = append(out, g.overPlaces(lb.Interface, f, func(p *place) outcome {
			return g.toListeners(lb, lb.Listeners, p, packets)
		}))
	}
	if len(to.Services) > 0 { // other ways to the same thing
		for _, s := range to.Services {
			out = append(out, g.toService(s, f, packets))
		}
		out = []outcome{together(out...)}
	}
	return out
}

func (g *Graph) toOutside(from, to Endpoint, f packet.Family, packets packet.Set, suppose bool) []outcome {
	if !to.Addresses.IsEmpty() {
		packets = packets.To(to.Addresses)
	}
	var out []outcome
	for _, i := range from.interfaces() {
		out = append(out, g.leaving(i, f, packets, suppose, nil))
	}
	return out
}

// toTarget is the second leg as a question of its own: from a load balancer's
// nodes to a target.
func (g *Graph) toTarget(lb *aws.LoadBalancer, j *aws.Interface, f packet.Family, packets packet.Set, suppose bool) outcome {
	var paths []outcome
	told := func(o outcome, to *place) outcome {
		o.to = g.hostIn(j, to).addresses
		o.story = o.story.setOut(lb.Object).arrive(interfaceObject(j))
		return o
	}
	seesClients := false // of a scheme that is for the internet
	for _, l := range lb.Listeners {
		for _, d := range g.deliveries(lb, l) {
			if d.target != j || d.balancer != lb {
				continue
			}
			seesClients = seesClients || lb.Internal == tf.No && d.preserves() != tf.No
			paths = append(paths, g.overPlaces(lb.Interface, f, func(from *place) outcome {
				return g.overPlaces(j, f, func(to *place) outcome {
					asked := packets
					if target := g.hostIn(j, to); !target.one {
						asked = packets.To(target.addresses)
					}
					node := g.legFrom(d, from, to, g.nodeOf(lb, from), false, asked)
					if d.preserves() == tf.No {
						return told(node, to)
					}
					// The targets see clients, whoever they are (LB-4): certainly those
					// that the scheme is for.
					seen := func(key string, a packet.Addresses) outcome {
						by := remote{addresses: a, member: lb.Interface, key: fmt.Sprintf("%s through %p in %p", key, lb, from.subnet)}
						return g.legFrom(d, from, to, by, false, asked.From(a))
					}
					o := seen("anyone", packet.AllAddresses(f))
					if lb.Internal == tf.No {
						anyone := o
						o = seen("internet", from.internet.addresses)
						if o.reachable.Must.IsEmpty() && g.othersMayCome(from.vpc) {
							o.forward.May, o.reachable.May = o.forward.May.Union(anyone.forward.May), o.reachable.May.Union(anyone.reachable.May)
							o.waits = append(o.waits, tf.Fact{ID: "clients:" + lb.Label, Text: "where the clients of " + lb.Label + " are", Settle: "check it by hand"})
						}
					}
					if d.preserves() == tf.Maybe {
						o = oneOf(tf.Fact{ID: "preserve:" + d.group.Label, Text: "whether " + d.group.Label + " preserves the client's address", Settle: settleApply}, node, o)
					}
					return told(o, to)
				})
			}))
		}
	}
	if seesClients && !slices.ContainsFunc(paths, func(o outcome) bool { return !o.reachable.Must.IsEmpty() }) {
		paths = append(paths, g.insiders(lb, j, packets)...)
	}
	if d := g.unregistered(lb, j, packets); suppose && len(paths) == 0 && d != nil {
		return g.overPlaces(lb.Interface, f, func(from *place) outcome {
			return g.overPlaces(j, f, func(to *place) outcome { return told(g.legFrom(d, from, to, g.nodeOf(lb, from), false, packets), to) })
		})
	}
	if len(paths) == 0 {
		why := stage{
			object: lb.Object, cause: objectCause(lb.Object), code: "TARGET_ADDRESS_RESTRICTION",
			blocked: interfaceObject(j).Label + " is no target of it", cost: 3,
		}
		if len(g.behind(lb)) == 0 {
			why.code, why.blocked = "ELBV2_LISTENER_HAS_NO_TG", "its listeners have no targets" // LB-11
		}
		paths = append(paths, walk([]stage{why}, packets))
	}
	return together(paths...)
}

// insiders is what hosts of the network get through a load balancer to a target:
// they may be its clients as well as the internet (LB-2).
func (g *Graph) insiders(lb *aws.LoadBalancer, j *aws.Interface, packets packet.Set) []outcome {
	var hosts Endpoint
	for _, i := range g.network.Interfaces {
		if i != j && i != lb.Interface && i.Initiates != tf.No {
			hosts.Interfaces = append(hosts.Interfaces, i)
		}
	}
	var out []outcome
	for _, f := range families {
		if len(hosts.Interfaces) == 0 {
			break
		}
		for _, one := range g.ends(hosts, f) {
			var sources packet.Addresses
			leads(one.Interfaces[0].Subnets, func(s *aws.Subnet, _ bool) {
				sources = sources.Union(g.hostIn(one.Interfaces[0], g.place(s, f)).addresses)
			})
			for _, flow := range g.byBalancer(lb, one, *interfaceEnd(j), f) {
				at := flow.Delivered.each(func(s packet.Set) packet.Set { return s.Intersect(packets).From(sources) })
				if at.IsEmpty() {
					continue // nor does it say what stops what was asked about
				}
				out = append(out, outcome{forward: at, reachable: at, story: flow.story, asked: packets, assumptions: flow.Assumptions, waits: flow.Waits, unaddressed: true})
			}
		}
	}
	return out
}

// othersMayCome reports whether hosts that the input does not show may be in a
// VPC, or come to it by what joins it to others (U-14).
func (g *Graph) othersMayCome(v *aws.VPC) bool {
	return v == nil || v.Resource == nil || !v.Resource.IsNew() || g.hasSite(v) || len(g.peerings[v])+len(g.transits[v]) > 0 || g.carrierAt(v) != nil
}

// behind are all targets of a load balancer.
func (g *Graph) behind(lb *aws.LoadBalancer) []*delivery {
	var out []*delivery
	for _, l := range lb.Listeners {
		out = append(out, g.deliveries(lb, l)...)
	}
	return out
}

// isPrivate reports whether an end point of the internet holds no address that
// an internet gateway carries (IGW-4).
func (e Endpoint) isPrivate(g *Graph, f packet.Family) bool {
	return e.Kind == Internet && !e.Addresses.IsEmpty() && !e.Addresses.Overlaps(g.internet[f])
}

// acrossGateway is what an internet gateway rejects: private addresses on the
// other side of it (IGW-4).
func (g *Graph) acrossGateway(far Endpoint, near []*aws.Interface, code string, packets packet.Set) []outcome {
	var out []outcome
	for _, i := range near {
		why := stage{
			object: aws.Object{Label: "internet gateway"}, cause: objectCause(interfaceObject(i)), code: code, cost: impossible, fixed: true,
			blocked: "an internet gateway carries no packets from or to " + far.Label + ": a network behind the VPN is onprem:, whoever has an address ip:",
		}
		if s := onlySubnet(i); s != nil {
			if v, ok := s.VPC.One(); ok {
				why.object, why.cause = v.Object, objectCause(v.Object)
				for _, gw := range v.Gateways {
					if !gw.EgressOnly {
						why.object, why.cause = gw.Object, objectCause(gw.Object, v.Object)
					}
				}
			}
		}
		out = append(out, walk([]stage{why}, packets))
	}
	return out
}

// heldByNobody reports whether an end point is one address inside a VPC of the
// input that no interface is known to hold.
func (g *Graph) heldByNobody(e Endpoint, f packet.Family) bool {
	if e.Kind != IP {
		return false
	}
	all := e.Addresses.Prefixes()
	return len(all) == 1 && all[0].IsSingleIP() && g.vpcAt(e.Addresses, f) != nil
}

// vpcAt is the one VPC whose blocks hold the addresses, nil where there is none
// or more than one.
func (g *Graph) vpcAt(a packet.Addresses, f packet.Family) *aws.VPC {
	var at *aws.VPC
	for _, v := range g.network.VPCs {
		if g.blocks(v, f).Overlaps(a) {
			if at != nil || !a.SubsetOf(g.blocks(v, f)) {
				return nil
			}
			at = v
		}
	}
	return at
}

// nobody stands in for whoever would hold an address inside a VPC, in the
// subnet that it belongs to, with the stage that says that nobody does (RT-13).
// That something does which the input does not show is possible (U-10, U-14).
func (g *Graph) nobody(e Endpoint, f packet.Family) (*aws.Interface, stage) {
	v := g.vpcAt(e.Addresses, f)
	s := &aws.Subnet{
		Object: aws.Object{Label: "a subnet of " + shortName(v.Object) + " with " + e.Label}, VPC: aws.Link[aws.VPC]{To: []*aws.VPC{v}},
		CIDR: aws.Block{Prefix: e.Addresses.Prefixes()[0], Family: f}, AvailabilityZone: tf.UnknownVal[string](),
	}
	if v.MainRouteTable != nil && v.DefaultACL != nil {
		s.RouteTable, s.ACL = aws.Link[aws.RouteTable]{To: []*aws.RouteTable{v.MainRouteTable}}, aws.Link[aws.ACL]{To: []*aws.ACL{v.DefaultACL}}
	}
	why := stage{
		object: v.Object, cause: objectCause(v.Object), code: "NO_POSSIBLE_DESTINATION", cost: impossible, fixed: true,
		blocked: "no subnet of it has this address",
	}
	for _, there := range g.subnets[v] {
		if there.CIDR.Known() && e.Addresses.SubsetOf(packet.Prefixes(there.CIDR.Prefix)) {
			s, why.object, why.cause, why.blocked = there, there.Object, objectCause(there.Object, v.Object), "no interface in it has this address"
		}
	}
	at, _ := e.Addresses.First()
	i := &aws.Interface{
		Object: aws.Object{Label: e.Label}, Addresses: []netip.Addr{at}, Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{{To: []*aws.Subnet{s}}}},
		HasGroups: tf.No, Inbound: tf.Yes, SourceDestCheck: tf.Yes, IPv6: tf.TriOf(f == packet.IPv6),
	}
	held := tf.No
	if g.mayHold(v, e.Addresses, f) {
		held = tf.Maybe
	}
	return i, g.gated(held, f, tf.Fact{ID: "beyond:" + e.Label, Text: "whether something has the address " + e.Label, Settle: "check it by hand"}, why)
}

// elsewhere is what lies beyond the internet gateway and the VPC: on-premises
// networks, other AWS services, addresses that nobody is known to hold. Where
// something leads there that is not followed yet, nobody knows.
func (g *Graph) elsewhere(from, to Endpoint, i *aws.Interface, f packet.Family, packets packet.Set, suppose bool) outcome {
	other := from
	if i != nil && from.Kind == Interfaces || from.Kind == LoadBalancers || to.Kind == Service {
		other = to
	}
	out := stage{object: aws.Object{Label: other.Label}, code: "NO_PATH", blocked: "nothing leads there", cost: 3, fixed: true}
	fact := tf.Fact{ID: "beyond:" + other.Label, Text: "what lies at " + other.Label, Settle: "check it by hand"}
	known := tf.No
	var v *aws.VPC
	if i != nil {
		out.cause = objectCause(interfaceObject(i))
		for _, l := range i.Subnets.Each {
			if s, ok := l.One(); ok {
				v, _ = s.VPC.One()
			}
		}
	}
	if from.Kind == Internet && to.Kind == IP {
		out.object.Label, out.blocked = to.Label, "nothing leads there from the internet"
	}
	switch {
	case other.Kind == Service:
		known = tf.Maybe
	case other.Kind == IP && g.inSomeVPC(other.Addresses, f):
		// RT-13: an address inside a VPC that no interface is known to hold.
		out.code, out.blocked = "NO_POSSIBLE_DESTINATION", "no interface has this address"
		fact.Text = "whether something has the address " + other.Label
		for _, w := range g.network.VPCs {
			if g.blocks(w, f).Overlaps(other.Addresses) && g.mayHold(w, other.Addresses, f) {
				known = tf.Maybe
			}
		}
	case other.Kind == IP && g.mayBeIn(other.Addresses, f) != nil:
		known, fact = tf.Maybe, vpcAddressesFact(g.mayBeIn(other.Addresses, f))
	default:
		if b := g.carrierAt(v); b != nil {
			known, fact = tf.Maybe, boundaryFact(b)
		}
	}
	last := g.gated(known, f, fact, out)
	if i == nil || other.Kind != IP || from.isOutside() {
		return walk([]stage{last}, packets)
	}
	// What would stop the packets on the way to nobody is told too (RT-13).
	far := remote{key: other.Label, addresses: other.Addresses}
	return g.overPlaces(i, f, func(p *place) outcome {
		before := append(g.sends(i, p, far), g.speaksStage(i, p), g.groupStage(i, outbound, f, far))
		asked := packets.To(far.addresses)
		if at := g.subnetWith(far.addresses, f); at != nil {
			sender := g.hostIn(i, p)
			return g.roundTrip(g.from(sender, p), p, g.to(far, g.place(at, f)), suppose).outcome(func(w *passage) outcome {
				return w.walk(before, []stage{last}, asked)
			})
		}
		return walk(append(before, g.boundary(p.subnet, outbound, f, far, false), last), asked)
	})
}

// subnetWith is the subnet that has the addresses, nil where there is none.
func (g *Graph) subnetWith(a packet.Addresses, f packet.Family) *aws.Subnet {
	for _, s := range g.network.Subnets {
		if f == packet.IPv4 && s.CIDR.Known() && a.SubsetOf(packet.Prefixes(s.CIDR.Prefix)) ||
			f == packet.IPv6 && s.IPv6 != nil && s.IPv6.Known() && a.SubsetOf(packet.Prefixes(s.IPv6.Prefix)) {
			return s
		}
	}
	return nil
}

// mayHold reports whether some interface of the VPC whose address is not known
// may have one of the addresses (U-10).
func (g *Graph) mayHold(v *aws.VPC, a packet.Addresses, f packet.Family) bool {
	for _, i := range g.network.Interfaces {
		if len(i.Addresses) > 0 {
			continue
		}
		for _, l := range i.Subnets.Each {
			for _, s := range l.To {
				if w, ok := s.VPC.One(); (!ok || w == v) && g.hostAddresses(s, f).Overlaps(a) {
					return true
				}
			}
		}
	}
	for _, s := range g.subnets[v] {
		if s.Shared && g.hostAddresses(s, f).Overlaps(a) {
			return true // VPC-3
		}
	}
	return v == nil || v.Resource == nil || !v.Resource.IsNew() // U-14
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
	if p, ok := s.Any(); ok {
		return &p
	}
	return nil
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

// throughBalancers are the flows from the internet that end at the
// destination after a load balancer.
func (g *Graph) throughBalancers(to Endpoint) []*Flow {
	var out []*Flow
	for _, lb := range g.inFrontOf(to.Interfaces) {
		for _, f := range families {
			for _, flow := range g.balanced(lb, f) {
				if flow.Through != nil && slices.ContainsFunc(flow.To.Interfaces, func(i *aws.Interface) bool { return slices.Contains(to.Interfaces, i) }) {
					out = append(out, flow)
				}
			}
		}
	}
	sortFlows(out)
	return out
}

// enteringTo are the flows by managed entries that end at the destination.
func (g *Graph) enteringTo(to Endpoint) []*Flow {
	return slices.DeleteFunc(slices.Clone(g.throughEntries()), func(f *Flow) bool {
		return !slices.ContainsFunc(f.To.Interfaces, func(i *aws.Interface) bool { return slices.Contains(to.Interfaces, i) }) &&
			!slices.ContainsFunc(f.To.Balancers, func(lb *aws.LoadBalancer) bool { return slices.Contains(to.Balancers, lb) })
	})
}

// inFrontOf are the load balancers that have one of the interfaces as a
// target, each once and in the order of the network.
func (g *Graph) inFrontOf(list []*aws.Interface) []*aws.LoadBalancer {
	if g.fronts == nil {
		g.fronts = map[*aws.Interface][]int{}
		for n, lb := range g.network.LoadBalancers {
			for _, l := range lb.Listeners {
				for _, d := range g.deliveries(lb, l) {
					g.fronts[d.target] = append(g.fronts[d.target], n)
				}
			}
		}
	}
	var at []int
	for _, i := range list {
		at = append(at, g.fronts[i]...)
	}
	slices.Sort(at)
	var out []*aws.LoadBalancer
	for _, n := range slices.Compact(at) {
		out = append(out, g.network.LoadBalancers[n])
	}
	return out
}
