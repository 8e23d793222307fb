package reach

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

type balancerKey struct {
	lb *aws.LoadBalancer
	f  packet.Family
}

// balanced are the flows from the internet to the listeners of a load
// balancer and through them to its targets (LB-1, LB-2).
func (g *Graph) balanced(lb *aws.LoadBalancer, f packet.Family) []*Flow {
	key := balancerKey{lb, f}
	flows, ok := g.balancers[key]
	if !ok {
		flows = g.throughListeners(lb, f)
		g.balancers[key] = flows
	}
	return flows
}

func (g *Graph) throughListeners(lb *aws.LoadBalancer, f packet.Family) []*Flow {
	if publicAddress(lb.Interface, f) == tf.No {
		return nil
	}
	var out []*Flow
	for _, l := range lb.Listeners {
		arrive := oncePerPlace(func(p *place) outcome {
			return g.toListeners(lb, []*aws.Listener{l}, p, packet.Everything(f))
		})
		first := g.overPlaces(lb.Interface, f, arrive)
		if first.forward.IsEmpty() {
			continue
		}
		flow := newFlow(internetEnd(f), balancerEnd(lb), f, first)
		flow.Listener, flow.Delivered = l, flow.Reachable
		out = append(out, flow)
		for _, d := range g.deliveries(lb, l) {
			second := g.overPlaces(lb.Interface, f, func(p *place) outcome {
				return g.deliver(d, arrive(p), p, f, ofInternet).seenFrom(p)
			})
			if !second.forward.IsEmpty() {
				out = append(out, g.relayed(internetEnd(f), lb, l, d, f, second))
			}
		}
	}
	return out
}

// oncePerPlace remembers what arrives at the node in each subnet. Which node a
// client meets decides which target it reaches, so that the second leg is
// looked at from each (LB-8).
func oncePerPlace(arrive func(*place) outcome) func(*place) outcome {
	nodes := map[*place]outcome{}
	return func(p *place) outcome {
		o, ok := nodes[p]
		if !ok {
			o = arrive(p)
			nodes[p] = o
		}
		return o
	}
}

// relayed is the flow of a client through a listener to one of its targets.
func (g *Graph) relayed(from *Endpoint, lb *aws.LoadBalancer, l *aws.Listener, d *delivery, f packet.Family, o outcome) *Flow {
	o.story = o.story.arrive(interfaceObject(d.target))
	flow := newFlow(from, interfaceEnd(d.target), f, o)
	flow.Through, flow.Listener, flow.TargetGroup = lb, l, d.group
	flow.Delivered = g.atTarget(flow.Reachable, d, f)
	return flow
}

// toListeners is the first leg: from the internet to listeners at the node in
// one subnet.
func (g *Graph) toListeners(lb *aws.LoadBalancer, listeners []*aws.Listener, p *place, question packet.Set) outcome {
	o := g.arriving(lb.Interface, p, question, false, g.schemeStage(lb, p.f), g.listenerStage(lb, listeners, p.f))
	o.from, o.to = p.internet.addresses, g.nodeOf(lb, p).addresses
	o.story = o.story.setOut(internetObject)
	return o
}

// schemeStage is the public address of a load balancer: its scheme decides.
func (g *Graph) schemeStage(lb *aws.LoadBalancer, f packet.Family) stage {
	out := g.addressStage(lb.Interface, f)
	out.object, out.elements, out.quiet, out.mend.of = lb.Object, nil, true, lb
	out.blocked = "it is internal"
	if lb.Internal == tf.No {
		out.blocked = "it has no public IPv6 address"
	}
	if out.cause = lb.InternalCause; out.cause.Resource == nil {
		out.cause = objectCause(lb.Object)
	}
	return out
}

// listenerStage is what the listeners of a load balancer accept.
func (g *Graph) listenerStage(lb *aws.LoadBalancer, listeners []*aws.Listener, f packet.Family) stage {
	out := stage{
		object: lb.Object, cause: objectCause(lb.Object), cost: 3,
		code: "ELBV2_LISTENERS_MISMATCH", blocked: "no listener accepts it", mend: mending{of: lb},
	}
	if lb.Type == "classic" {
		out.code = "ELB_LISTENERS_MISMATCH"
	}
	for _, l := range listeners {
		a, fact, says := g.accepted(l, f)
		out.assumptions = append(out.assumptions, says...)
		out.admits = out.admits.or(a)
		cause := l.Cause
		if cause.Resource == nil {
			cause = objectCause(l.Object, lb.Object)
		}
		out.elements = append(out.elements, &element{object: lb.Object, cause: cause, detail: "listener " + listenerText(l), admits: a})
		if !a.certain() {
			out.doubts = append(out.doubts, doubt{fact, a.May})
		}
	}
	return out
}

// listenerProtocols are the transports of the listener protocols (LB-3, LB-4).
var listenerProtocols = map[string][]packet.Protocol{
	"HTTP": {packet.TCP}, "HTTPS": {packet.TCP}, "TCP": {packet.TCP}, "TLS": {packet.TCP}, "SSL": {packet.TCP},
	"UDP": {packet.UDP}, "QUIC": {packet.UDP},
	"TCP_UDP": {packet.TCP, packet.UDP}, "TCP_QUIC": {packet.TCP, packet.UDP},
}

// transports are the transports of a listener or target group; sure is false
// when its protocol is not known. An application load balancer's is TCP
// whatever it is (LB-3).
func transports(protocol tf.Val[string]) (list []packet.Protocol, sure bool) {
	name, state := protocol.Get()
	if list, ok := listenerProtocols[strings.ToUpper(name)]; ok {
		return list, true
	}
	if state == tf.IsNull {
		return []packet.Protocol{packet.TCP}, true
	}
	return []packet.Protocol{packet.TCP, packet.UDP}, false
}

// accepted is what a listener accepts.
func (g *Graph) accepted(l *aws.Listener, f packet.Family) (Relation, tf.Fact, []*tf.Assumption) {
	protocols, sure := transports(l.Protocol)
	s := packet.Everything(f).On(protocols...)
	port, known := l.Port.Known()
	if known {
		s = s.ToPorts(portRange(port, port))
	}
	fact := tf.Fact{ID: "listener:" + l.Label, Text: "which port " + l.Label + " listens on", Settle: settleApply}
	if count, unsure := l.Resource.HowMany(); unsure {
		return possibly(s), count, nil
	}
	if known && sure {
		return exactly(s), fact, nil
	}
	admits, says, _ := g.saidFlows(possibly(s), fact, "on", f)
	return admits, fact, says
}

func listenerText(l *aws.Listener) string {
	protocols, _ := transports(l.Protocol)
	port := "an unknown port"
	if n, ok := l.Port.Known(); ok {
		port = strconv.Itoa(n)
	}
	var names []string
	for _, p := range protocols {
		names = append(names, protocolNames[int(p)]+"/"+port)
	}
	return strings.Join(names, ", ")
}

// delivery is one registered target behind a listener.
type delivery struct {
	balancer *aws.LoadBalancer // that hands over, the last one of a chain
	before   []*delivery       // the hand-overs to it, where an ALB stands behind an NLB
	listener *aws.Listener
	group    *aws.TargetGroup // nil for a classic load balancer
	target   *aws.Interface
	ref      aws.TargetRef
	port     tf.Val[int]
	certain  bool // that this is a target
	// missing is set where it is none, and only looked at as if it were.
	missing bool
}

// deliveries are the targets behind a listener. Rules narrow by HTTP fields
// only, so that every forward action counts; a redirect reaches none (LB-3).
func (g *Graph) deliveries(lb *aws.LoadBalancer, l *aws.Listener) []*delivery {
	return g.handedOver(lb, l, nil)
}

// maxChain bounds a chain of load balancers: an ALB behind an NLB is the only
// one that exists (LB-7).
const maxChain = 2

func (g *Graph) handedOver(lb *aws.LoadBalancer, l *aws.Listener, before []*delivery) []*delivery {
	var out []*delivery
	add := func(group *aws.TargetGroup, ref aws.TargetRef, port tf.Val[int], certain bool) {
		d := delivery{balancer: lb, before: before, listener: l, group: group, ref: ref, port: port}
		if !ref.Port.IsNull() {
			d.port = ref.Port // LB-10
		}
		_, one := ref.Interface.One()
		for _, i := range ref.Interface.To {
			d := d
			d.target, d.certain = i, certain && one
			out = append(out, &d)
		}
		_, one = ref.LoadBalancer.One()
		for _, next := range ref.LoadBalancer.To {
			if len(before)+1 >= maxChain {
				continue
			}
			for _, nl := range next.Listeners {
				port, known := nl.Port.Known()
				if p, ok := d.port.Known(); ok && known && p != port {
					continue
				}
				d := d
				d.target, d.certain = next.Interface, certain && one && known
				out = append(out, g.handedOver(next, nl, append(before[:len(before):len(before)], &d))...)
			}
		}
	}
	for _, group := range l.Forwards.Each {
		_, one := group.One()
		for _, tg := range group.To {
			for _, ref := range tg.Targets {
				add(tg, ref, tg.Port, one)
			}
		}
	}
	for _, group := range l.Forwards.Maybe {
		for _, tg := range group.To {
			for _, ref := range tg.Targets {
				add(tg, ref, tg.Port, false)
			}
		}
	}
	for _, ref := range l.Targets {
		add(nil, ref, l.InstancePort, true)
	}
	return out
}

// ofInternet is the internet as the client of a load balancer.
func ofInternet(p *place) remote { return p.internet }

// deliver continues what arrived at a node to a target: the second leg, and
// the ones between where load balancers are chained. client is whom targets see
// that see the client (LB-4).
func (g *Graph) deliver(d *delivery, arrived outcome, p *place, f packet.Family, client func(*place) remote) outcome {
	return g.onward(append(d.before[:len(d.before):len(d.before)], d), arrived, p, f, client)
}

// onward is the legs of a chain from a node: each node of the next load
// balancer hands on what it got itself.
func (g *Graph) onward(chain []*delivery, arrived outcome, node *place, f packet.Family, client func(*place) remote) outcome {
	d := chain[0]
	return g.overPlaces(d.target, d.family(), func(to *place) outcome {
		out := arrived.then(d, g.secondLeg(d, node, to, f, client), f)
		if len(chain) > 1 {
			out = g.onward(chain[1:], out, to, f, client)
		}
		return out
	})
}

// secondLeg is what the node of a load balancer in one subnet gets to a target
// in another, in the addresses and ports that the target sees.
func (g *Graph) secondLeg(d *delivery, node, to *place, spoken packet.Family, client func(*place) remote) outcome {
	question := packet.Everything(to.f).On(packet.TCP, packet.UDP)
	from := g.place(node.subnet, to.f)
	proxied := func() outcome { return g.legFrom(d, from, to, g.nodeOf(d.balancer, from), true, question) }
	seen := func() outcome {
		by := client(from)
		by.key, by.member = fmt.Sprintf("%s through %p in %p", by.key, d.balancer, from.subnet), d.balancer.Interface
		return g.legFrom(d, from, to, by, by.one, question)
	}
	preserved := d.preserves()
	if spoken != to.f {
		preserved = tf.No
	}
	if d.group == nil {
		return proxied()
	}
	fact := tf.Fact{ID: "preserve:" + d.group.Label, Text: "whether " + d.group.Label + " preserves the client's address", Settle: settleApply}
	preserved, says := g.passes(preserved, fact)
	var out outcome
	switch preserved {
	case tf.Yes:
		out = seen()
	case tf.No:
		out = proxied()
	default:
		out = oneOf(fact, proxied(), seen())
	}
	out.assumptions = slices.Concat(out.assumptions, says)
	if !out.forward.IsEmpty() {
		out.assumptions = append(out.assumptions, g.healthy(d, from, to)...)
	}
	return out
}

// family is that in which a target is reached, whatever the client speaks: IPv4,
// but for groups of IPv6 targets. These see the balancer's own address where
// the client speaks the other one (LB-4).
func (d *delivery) family() packet.Family {
	if d.group != nil && d.group.IPv6 == tf.Yes {
		return packet.IPv6
	}
	return packet.IPv4
}

// crossZone says whether a node serves targets of other zones: as the target
// group says, else as the load balancer does (LB-8).
func (d *delivery) crossZone() tf.Tri {
	if d.group != nil && !d.group.CrossZone.IsNull() {
		return tf.TriVal(d.group.CrossZone, tf.Maybe)
	}
	return d.balancer.CrossZone
}

// preserves says whether the target sees the client's address (LB-4).
func (d *delivery) preserves() tf.Tri {
	if d.group == nil || d.balancer.Type != "network" {
		return tf.No
	}
	return d.group.PreserveClientIP
}

// nodeOf is the node of a load balancer in a subnet as targets see it.
func (g *Graph) nodeOf(lb *aws.LoadBalancer, p *place) remote {
	r := g.hostIn(lb.Interface, p)
	r.addresses, r.one = p.hosts, true
	r.key = fmt.Sprintf("node %p %p", lb, p.subnet)
	return r
}

// legFrom is what gets from a load balancer's node to a target that sees it
// come from by (LB-2, LB-4, NACL-9), with anyPort from whichever port the node
// chooses.
func (g *Graph) legFrom(d *delivery, from, to *place, by remote, anyPort bool, question packet.Set) outcome {
	f := to.f
	target := g.hostIn(d.target, to)
	by.across = from.vpc != to.vpc
	target.across = by.across
	node := d.balancer.Interface
	t := traveller{
		as: by, home: from.vpc, at: from, inward: tf.Yes, outward: tf.Yes,
		anyPort: anyPort, zone: g.zone(from.subnet),
	}
	t.as.member = nil
	return g.roundTrip(t, from, g.to(target, to), false).outcome(func(p *passage) outcome {
		before := []stage{g.targetPort(d, f)}
		if d.missing {
			before = append(before, g.registration(d))
		}
		if d.balancer.Type != "network" || node.HasGroups != tf.No {
			before = append(before, g.groupStage(node, outbound, f, target.knows(p.end.outward)))
		}
		if d.balancer.Type == "classic" && from.subnet == to.subnet { // NACL-6, LB-5
			s := g.boundary(from.subnet, outbound, f, target, false)
			s.code = "ELB_ACL_RESTRICTION"
			before = append(before, s)
		}
		after := []stage{g.groupStage(d.target, inbound, f, p.end.seenBy(t, by)), g.listening(d.target, f)}
		if d.crossZone() != tf.Yes {
			after = append(after, g.zoneStage(d, from, to))
		}
		return p.walk(before, after, question)
	})
}

// fromAnyClientPort is a stage whose client port is chosen by a load balancer
// or a NAT gateway: any of 1024-65535 (NACL-9).
func (s stage) fromAnyClientPort(f packet.Family) stage {
	if s.admits.Must.Equal(packet.Everything(f)) {
		return s // as most do, from whatever port
	}
	project := func(r Relation) Relation {
		return Relation{
			Must: everyClientPort(r.Must, ephemeral(), f),
			May:  withClientPorts(r.May, ephemeral()).AnySource(),
		}
	}
	before := s.admits
	s.admits = project(before)
	if before.certain() && !s.admits.certain() {
		// Some of the ports pass: replies get lost, but not all of them.
		s.doubts = append(s.doubts[:len(s.doubts):len(s.doubts)], doubt{tf.Fact{
			ID:   "client-port:" + s.object.Label,
			Text: "from which of the ports 1024-65535 " + s.object.Label + " lets the replies pass", Settle: settleApply,
		}, s.admits.May})
	}
	return s
}

// zoneStage: without cross-zone balancing a node serves the targets of its
// own zone only (LB-8).
func (g *Graph) zoneStage(d *delivery, from, to *place) stage {
	out := stage{
		filter: filter{assumptions: g.zoneSays(from.subnet, to.subnet)},
		object: d.balancer.Object, cause: objectCause(d.balancer.Object), code: "ELBV2_NO_TARGETS_IN_AZ",
		blocked: "no node in the target's zone", cost: 3, quiet: true, mend: mending{of: d},
	}
	if d.balancer.Type == "classic" {
		out.code = "ELB_NOT_CROSSZONE"
	}
	serves := g.sameZone(from.subnet, to.subnet)
	if d.crossZone() == tf.Maybe {
		serves = serves.Or(tf.Maybe)
	}
	return g.gated(serves, to.f, zoneFact(to.subnet), out)
}

// targetPort is the port that a target is registered on (LB-10).
func (g *Graph) targetPort(d *delivery, f packet.Family) stage {
	object := d.balancer.Object
	protocols, sure := transports(d.listener.Protocol)
	if d.group != nil {
		object = d.group.Object
		if !d.group.Protocol.IsNull() {
			protocols, sure = transports(d.group.Protocol)
		}
	}
	s := packet.Everything(f).On(protocols...)
	port, known := d.port.Known()
	if known {
		s = s.ToPorts(portRange(port, port))
	}
	out := stage{
		object: object, cause: objectCause(object), code: "TARGET_PORT_RESTRICTION",
		blocked: "the target is registered on another port", cost: 3, mend: mending{of: d},
	}
	out.admits = exactly(s)
	if !known || !sure || !d.certain {
		fact := tf.Fact{ID: "target:" + object.Label, Text: "what " + object.Label + " registers, and on which port", Settle: settleApply}
		admits, says, ok := g.saidFlows(possibly(s), fact, "on", f)
		if out.admits, out.assumptions = admits, says; !ok {
			out.doubts = []doubt{{fact, s}}
		}
	}
	for _, r := range []*tf.Resource{d.listener.Resource, d.ref.Cause.Resource} {
		if count, unsure := r.HowMany(); unsure {
			out.admits, out.doubts = possibly(s), append(out.doubts, doubt{count, s})
		}
	}
	cause := d.ref.Cause
	if cause.Resource == nil {
		cause = out.cause
	}
	out.elements = []*element{{object: object, cause: cause, detail: "registers " + interfaceObject(d.target).Label + " on " + portText(d.port), admits: out.admits}}
	return out
}

// unregistered is a target as a load balancer could have it and does not: in a
// group of instances that one of its listeners forwards to, or in any.
func (g *Graph) unregistered(lb *aws.LoadBalancer, j *aws.Interface, packets packet.Set) *delivery {
	list := services(packets)
	if len(list) != 1 || list[0].from != list[0].to || lb.Type == "classic" || len(lb.Listeners) == 0 {
		return nil
	}
	for _, l := range lb.Listeners {
		for _, forward := range l.Forwards.Each {
			group, ok := forward.One()
			if !ok {
				continue
			}
			if kind, _ := group.TargetType.Known(); kind == "instance" || kind == "ip" {
				return &delivery{balancer: lb, listener: l, group: group, target: j, port: tf.KnownVal(list[0].from), certain: true, missing: true}
			}
		}
	}
	return nil
}

// registration is what a target lacks that is none.
func (g *Graph) registration(d *delivery) stage {
	out := stage{
		object: d.balancer.Object, cause: objectCause(d.balancer.Object), code: "TARGET_ADDRESS_RESTRICTION",
		blocked: interfaceObject(d.target).Label + " is no target of it", cost: 3, mend: mending{of: d},
	}
	if len(g.behind(d.balancer)) == 0 {
		out.code, out.blocked = "ELBV2_LISTENER_HAS_NO_TG", "its listeners have no targets" // LB-11
	}
	return out
}

func portText(p tf.Val[int]) string {
	if n, ok := p.Known(); ok {
		return strconv.Itoa(n)
	}
	return "an unknown port"
}

// then joins two legs at a proxy: each connection has its own forward and
// reply check. What arrived goes on where the second leg carries anything of
// its protocol; a preserved client address narrows it further.
func (o outcome) then(d *delivery, leg outcome, f packet.Family) outcome {
	both := func(first, second Relation) Relation {
		return Relation{
			Must: carried(first.Must, second.Must, d, f, true),
			May:  carried(first.May, second.May, d, f, false),
		}
	}
	forward, reachable := both(o.forward, leg.forward), both(o.reachable, leg.reachable)
	out := o
	out.forward, out.reachable = forward, reachable
	out.story, out.stuck = o.story.then(leg.story), o.stuck || leg.stuck
	out.assumptions = slices.Concat(o.assumptions, leg.assumptions)
	out.waits = nil
	if !reachable.certain() {
		out.waits = append(append(out.waits, o.waits...), leg.waits...)
	}
	return out
}

// carried is what of s a second leg carries on: the protocols that it takes,
// and, for the clients that it sees itself, their addresses and ports. Where
// these depend on each other, must takes the clients that pass from each port.
func carried(s, second packet.Set, d *delivery, f packet.Family, must bool) packet.Set {
	protocols, _ := transports(d.listener.Protocol)
	var out packet.Set
	for _, p := range protocols {
		here := second.On(p)
		if here.IsEmpty() {
			continue
		}
		one := s.On(p)
		if f == d.family() {
			clients, ports := here.Sources(), here.FromPortsOf(p)
			if must {
				all := packet.Everything(f).On(p).ToPorts(here.ToPortsOf(p)).FromPorts(ports).To(here.Destinations())
				clients = clients.Subtract(all.From(clients).Subtract(here).Sources())
			}
			one = one.From(clients).FromPorts(ports)
		}
		out = out.Union(one)
	}
	return out
}

// atTarget is what a flow through a load balancer is at its target: the same
// clients, on the target's port.
func (g *Graph) atTarget(r Relation, d *delivery, f packet.Family) Relation {
	at := g.targetPort(d, f).admits
	return Relation{
		Must: there(r.Must, at.Must),
		May:  there(r.May, at.May),
	}
}

func there(s, at packet.Set) packet.Set {
	if s.IsEmpty() {
		return packet.Set{}
	}
	return at.From(s.Sources())
}
