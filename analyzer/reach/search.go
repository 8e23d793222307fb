package reach

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// hop is a next hop of a subnet's route table.
type hop struct {
	key, label string
	// wanted says whether a route leads there.
	wanted func(*aws.Route) tf.Tri
	// in is the subnet that it stands in, nil for a gateway.
	in *aws.Subnet
	// gateway is set for the internet gateway.
	gateway bool
	// box is the interface of an appliance.
	box *aws.Interface
	// follow is the way behind it.
	follow func(t traveller) *way
	// to is what a route names, for edits.
	to any
	// missing says what is missing where no route leads there.
	missing string
}

// hostsAt is how filters see the hosts of a subnet: by the address that each
// packet shows, or, where the addresses are not known, as one of the subnet's.
func (g *Graph) hostsAt(host remote, p *place) remote {
	host.member, host.fact = nil, p.whichHosts
	all := p.hosts
	switch {
	case host.one:
		host.key = fmt.Sprintf("a host of %p", p.subnet)
	case host.addresses.SubsetOf(all):
		host.key, host.addresses, host.class = fmt.Sprintf("hosts of %p", p.subnet), all, true
	default:
		host.key = fmt.Sprintf("%s in %p", host.addresses, p.subnet)
	}
	return host
}

// from is a traveller that sets out from a subnet.
func (g *Graph) from(host remote, p *place) traveller {
	return traveller{
		as: g.hostsAt(host, p), home: p.vpc, at: p, inward: tf.Yes, outward: tf.Yes, zone: g.zone(p.subnet),
	}
}

// to is the goal of reaching a host of a subnet.
func (g *Graph) to(host remote, p *place) goal {
	at := g.hostsAt(host, p)
	return goal{key: at.key, at: at, place: p, kind: toHosts}
}

func internetGoal(p *place) goal {
	return goal{key: p.internet.key, at: p.internet, kind: toTheInternet}
}

// setOut is the way of a traveller that leaves an interface of a subnet.
func (s *search) setOut(t traveller, p *place) *way {
	return s.remembered(fmt.Sprintf("%p", p.subnet), t, func() *way { return s.leave(t, p) })
}

// leave is where the route table of a subnet sends packets that one of its
// interfaces lets out (RT-1, RT-10).
func (s *search) leave(t traveller, p *place) *way {
	if s.goal.kind == toHosts && s.goal.place.subnet == p.subnet {
		return s.arrived(t) // NACL-6
	}
	again, cut := s.visit(&t, fmt.Sprintf("%p", p.subnet))
	if again || cut {
		return s.circle(t, p.subnet.Object, again)
	}
	if s.goal.kind == toService {
		return s.leaveForService(t, p)
	}
	if s.goal.kind == toHosts && (p.vpc == nil || s.goal.place.vpc == nil) {
		return s.throughUnknownVPC(t, p)
	}
	if s.goal.kind == toPremises && (p.vpc == nil || p.subnet.Outside && !assumed(p.subnet.VPC)) {
		return s.unknownWay(t, p.subnet.Object, tf.Fact{
			ID: "boundary:" + p.subnet.ShortName(), Text: "where " + p.subnet.ShortName() + " sends packets", Settle: settleContext,
		})
	}
	var ways []*way
	for _, h := range s.hops(p) {
		if w := s.along(t, p, h, 0); w != nil {
			ways = append(ways, w)
		}
	}
	if s.suppose || len(ways) == 0 {
		cost := addRoute
		if len(ways) > 0 {
			cost = replaceRoute
		}
		for _, h := range s.connectors(p) {
			if w := s.along(t, p, h, cost); w != nil {
				ways = append(ways, w)
			}
		}
	}
	if s.suppose && s.goal.kind == toPremises && len(s.connectors(p)) == 0 {
		ways = append(ways, s.nowhere(t, p)) // says more than that other gateways lead elsewhere
	}
	if s.goal.kind == toHosts && !s.goal.inside(p.vpc) {
		if b := s.g.joining(p.vpc, s.goal.place.vpc); b != nil {
			ways = append(ways, s.unknownWay(t, b.Object, boundaryFact(b)))
		}
	}
	if len(ways) == 0 {
		ways = append(ways, s.nowhere(t, p))
	}
	out := s.branch(ways)
	if out.leaves() > maxLeaves {
		return s.unknownWay(t, p.subnet.Object, tf.Fact{
			ID: "many:" + p.subnet.Label, Text: "which of very many ways packets take from " + p.subnet.Label, Settle: "check it by hand",
		})
	}
	return out
}

// What it costs to add a route where none covers the destination, and to
// replace one that leads elsewhere.
const addRoute, replaceRoute = 2, 4

// What is there and leads elsewhere explains more than what is not there at
// all, and less than what only lacks routes.
const leadsElsewhere, newPeering, newAttachment, moveGateway = 10, 12, 13, 20

// along is the way over a next hop: the subnet's ACL, its route table, and what
// is behind. It is nil where no route leads there; with a cost it is supposed,
// and exists with the route that is missing.
func (s *search) along(t traveller, p *place, h hop, supposed int) *way {
	routes := s.g.subnetRoutes(p.subnet, p.vpc, s.f, s.goal, h.wanted)
	route := routeStage(p.subnet, p.vpc, asSeen(outbound, routes, s.goal.at, s.f))
	route.blocked = h.missing
	if route.blocked == "" {
		route.blocked = "no route to " + h.label
	}
	if route.admits.IsEmpty() != (supposed > 0) {
		return nil
	}
	if supposed > 0 {
		route.cost = supposed
	}
	route.mend.to, route.mend.far, route.mend.at = h.to, s.goal.at.addresses, s.goal.place
	if s.reply {
		route.filter, route.reply, route.shown = route.backward(s.f), true, h.gateway && len(t.passed) == 0
	}
	next := h.follow(t)
	if next == nil {
		return nil
	}
	if h.in == p.subnet {
		return next.behind(route)
	}
	return next.behind(s.acl(p, outbound, s.goal.at), route)
}

// nowhere is where nothing that is there leads toward the goal.
func (s *search) nowhere(t traveller, p *place) *way {
	why := stage{code: "NO_PATH", cost: 3, reply: s.reply}
	switch s.goal.kind {
	case toHosts:
		to := s.goal.place
		why.object = aws.Object{Label: vpcName(p) + " and " + vpcName(to)}
		why.cause = objectCause(p.vpc.Object, to.vpc.Object)
		why.code, why.blocked = "DISCONNECTED_VPCS", "nothing joins "+vpcName(p)+" and "+vpcName(to)
		if s.g.overlapping(p.vpc, to.vpc) {
			why.blocked += ", and no peering can, as their blocks overlap" // PCX-4
			why.fixed = true
		}
	default:
		why.object = aws.Object{Label: vpcName(p)}
		if p.vpc != nil {
			why.object, why.cause = p.vpc.Object, objectCause(p.vpc.Object)
		}
		why.blocked = "nothing leads out of " + vpcName(p)
		if s.goal.kind == toPremises {
			why.blocked, why.cost = "nothing connects "+vpcName(p)+" to a network on premises", leadsElsewhere
		}
	}
	return s.blocked(t, why).behind(s.acl(p, outbound, s.goal.at))
}

// throughUnknownVPC is a way from or to a subnet of which nobody knows the VPC.
func (s *search) throughUnknownVPC(t traveller, p *place) *way {
	unknown := p.subnet
	if p.vpc != nil {
		unknown = s.goal.place.subnet
	}
	joined := s.gate(tf.Maybe, vpcFact(unknown), stage{quiet: true})
	return s.deliver(t).behind(s.acl(p, outbound, s.goal.at), joined)
}

// deliver is a VPC's own delivery to the subnet of the goal (RT-12).
func (s *search) deliver(t traveller) *way {
	return s.arrived(t, s.acl(s.goal.place, inbound, t.as))
}

// local is the VPC's own route to the goal, where that is in it (RT-3).
func (s *search) local() hop {
	return hop{
		key: "local", label: "local", missing: "a route inside the VPC leads elsewhere",
		wanted: func(r *aws.Route) tf.Tri { return tf.TriOf(r.Target.Kind == aws.TargetLocal) },
		follow: s.deliver,
	}
}

// hops are the next hops that routes of a subnet lead to, as far as they matter
// for the goal.
func (s *search) hops(p *place) []hop {
	var out []hop
	seen := map[string]bool{}
	add := func(list ...hop) {
		for _, h := range list {
			if !seen[h.key] {
				seen[h.key] = true
				out = append(out, h)
			}
		}
	}
	inside := s.goal.inside(p.vpc)
	if inside {
		add(s.local())
	}
	open := false
	for _, t := range p.subnet.RouteTable.To {
		for _, e := range s.g.routeEntries(t, s.f) {
			if !e.to.Overlaps(s.goal.at.addresses) {
				continue
			}
			if _, covers := s.g.inRange(e, s.goal); !covers || inside && !s.g.diverts(p.vpc, e, s.f) {
				continue
			}
			add(s.targets(p, e.route)...)
		}
		open = open || t.Open && !assumed(t.VPC)
	}
	switch {
	case inside:
	case p.subnet.Outside && !assumed(p.subnet.VPC) && s.goal.kind == toTheInternet:
		add(s.internetGateway(p))
		if s.f == packet.IPv6 {
			add(s.egressOnly(p))
		}
	case open || p.subnet.RouteTable.Open || len(p.subnet.RouteTable.To) == 0:
		add(s.connectors(p)...)
	}
	return out
}

// targets are the next hops that a route may lead to.
func (s *search) targets(p *place, r *aws.Route) []hop {
	t := r.Target
	if t.Gone {
		return []hop{s.gone(r)}
	}
	if s.goal.kind == toService && !leadsOn(t.Kind) {
		return nil
	}
	switch t.Kind {
	case aws.TargetLocal:
		return nil
	case aws.TargetInternetGateway:
		return []hop{s.internetGateway(p)}
	case aws.TargetEgressOnly:
		return []hop{s.egressOnly(p)}
	case aws.TargetNATGateway:
		return s.oneOfHops(p, r, linkedHops(s, p, r, t.NAT, s.nat))
	case aws.TargetPeering:
		return linkedHops(s, p, r, t.Peering, s.peering)
	case aws.TargetVPNGateway:
		return linkedHops(s, p, r, t.VPNGateway, s.vpnGateway)
	case aws.TargetTransitGateway:
		return linkedHops(s, p, r, t.Transit, s.transit)
	case aws.TargetCarrierGateway:
		if p != nil {
			return []hop{s.carrier(p, r)}
		}
	case aws.TargetInterface:
		return linkedHops(s, p, r, t.Interface, s.appliance)
	case aws.TargetEndpoint:
		return s.middlebox(p, r)
	case aws.TargetUnknown:
		if p == nil { // of a gateway
			return []hop{s.elsewhere(r)}
		}
		return append(s.connectors(p), s.elsewhere(r))
	}
	return []hop{s.elsewhere(r)}
}

// gone is a next hop that the change takes away: the route drops what it
// matches (RT-6).
func (s *search) gone(r *aws.Route) hop {
	out := s.elsewhere(r)
	out.follow = func(t traveller) *way {
		return s.blocked(t, stage{
			object: aws.Object{Label: r.Target.Label}, cause: r.Cause, code: "BAD_STATE_ROUTE", blocked: "the change takes it away, and the route to it drops what it matches",
			cost: replaceRoute + 1, reply: s.reply,
		})
	}
	return out
}

// linkedHops are the next hops that a link may lead to, and what is outside of
// the input where it may lead there.
func linkedHops[T any](s *search, p *place, r *aws.Route, l aws.Link[T], to func(*place, *T) hop) []hop {
	var out []hop
	for _, x := range l.To {
		out = append(out, to(p, x))
	}
	if l.Open || len(l.To) == 0 {
		out = append(out, s.elsewhere(r))
	}
	return out
}

// oneOfHops are the next hops of which a route leads to one, whichever it is, as
// one next hop (U-22): what all of them let through gets through. Where another
// may be meant, or one is in the subnet itself, they stay apart.
func (s *search) oneOfHops(p *place, r *aws.Route, list []hop) []hop {
	if len(list) < 2 || p == nil || r.Target.NAT.Open || slices.ContainsFunc(list, func(h hop) bool { return h.in == p.subnet }) {
		return list
	}
	return []hop{{
		key: fmt.Sprintf("one of %p", r), label: r.Target.Label, in: list[0].in,
		wanted: func(o *aws.Route) tf.Tri { return tf.TriOf(o == r) },
		follow: func(t traveller) *way {
			var ways []*way
			for _, h := range list {
				ways = append(ways, h.follow(t))
			}
			return s.oneOfWays(routeFact(r), ways)
		},
	}}
}

// leadsTo says whether routes of a kind lead to one object.
func leadsTo[T any](kind aws.TargetKind, link func(*aws.Target) aws.Link[T], to *T) func(*aws.Route) tf.Tri {
	return func(r *aws.Route) tf.Tri {
		switch r.Target.Kind {
		case kind:
			return linked(link(&r.Target), func(x *T) tf.Tri { return tf.TriOf(x == to) })
		case aws.TargetUnknown:
			return tf.Maybe
		}
		return tf.No
	}
}

// elsewhere is a next hop that is not followed, or of which nobody knows what
// it is (U-13, U-24).
func (s *search) elsewhere(r *aws.Route) hop {
	label := r.Target.Label
	fact := tf.Fact{ID: "boundary:" + label, Text: "what gets out through " + label + ", which is not followed", Settle: "check it by hand"}
	if r.Target.Kind == aws.TargetUnknown || len(r.Target.Candidates()) > 0 {
		fact = routeFact(r) // one of several, or something outside of the input
	}
	return hop{
		key: string(r.Target.Kind) + " " + label, label: label,
		wanted: func(o *aws.Route) tf.Tri {
			if o.Target.Kind == aws.TargetUnknown {
				return tf.Maybe
			}
			return tf.TriOf(o.Target.Kind == r.Target.Kind && o.Target.Label == label)
		},
		follow: func(t traveller) *way {
			o := aws.Object{Label: label}
			if k := r.Target.Kind; s.reply && s.goal.kind == toTheInternet && k != aws.TargetInterface && k != aws.TargetEndpoint && k != aws.TargetUnknown {
				// The reply would come from another address than the request was
				// sent to (IGW-1).
				return s.blocked(t, stage{object: o, code: "NO_ROUTE_TO_DESTINATION", blocked: "it does not lead back to the internet gateway", cost: 3, reply: true})
			}
			return s.unknownWay(t, o, fact)
		},
	}
}

// connectors are the next hops that a route to the goal could lead to.
func (s *search) connectors(p *place) []hop {
	var out []hop
	switch s.goal.kind {
	case toTheInternet:
		out = append(out, s.internetGateway(p))
		if s.f == packet.IPv6 {
			out = append(out, s.egressOnly(p))
		}
		for _, n := range s.g.network.NATGateways {
			if s.f == packet.IPv4 && !s.reply && natIn(n, p) {
				out = append(out, s.nat(p, n))
			}
		}
	case toPremises:
		for _, gw := range s.g.network.VPNGateways {
			if s.attachedVPN(gw, p.vpc) != tf.No || s.suppose && s.g.serves(gw) {
				out = append(out, s.vpnGateway(p, gw))
			}
		}
		for _, gw := range s.g.transits[p.vpc] {
			if slices.ContainsFunc(gw.Attachments, s.attachedTo) {
				out = append(out, s.transit(p, gw))
			}
		}
		for _, gw := range s.g.network.TransitGateways {
			if s.suppose && slices.ContainsFunc(gw.Attachments, s.attachedTo) && s.g.attachable(gw, p) != nil {
				out = append(out, s.transit(p, gw))
			}
		}
	case toHosts:
		if s.goal.inside(p.vpc) {
			return nil
		}
		for _, pcx := range s.g.peerings[p.vpc] {
			if other, _ := otherSide(pcx, p.vpc); other == s.goal.place.vpc {
				out = append(out, s.peering(p, pcx))
			}
		}
		for _, gw := range s.g.transits[p.vpc] {
			if s.g.joins(gw, s.goal.place.vpc) {
				out = append(out, s.transit(p, gw))
			}
		}
		if pcx := s.g.imagined(p.vpc, s.goal.place.vpc); s.suppose && pcx != nil {
			out = append(out, s.peering(p, pcx))
		}
	}
	return out
}

// natIn reports whether a NAT gateway is one that a subnet's table could lead
// to: it stands in another subnet of the VPC.
func natIn(n *aws.NATGateway, p *place) bool {
	if n.Regional == tf.Yes {
		v, ok := n.VPC.One()
		return ok && v == p.vpc
	}
	s, ok := n.Subnet.One()
	if !ok || s == p.subnet {
		return false
	}
	v, ok := s.VPC.One()
	return ok && v == p.vpc
}
