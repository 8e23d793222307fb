package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// journey is one packet on its way, or the reply to one.
type journey struct {
	w      *world
	chance *chance
	p      packet.Packet // as it is now; p0 as it was sent
	p0     packet.Packet
	from   end
	at     end // where it has arrived

	sender  *nic     // whose groups references see; nil when they are lost (SG-9)
	carry   []*group // what the receiver must carry for the sender's egress rule to match (SG-7)
	transit bool     // it crossed a transit gateway (TGW-12)

	request  *journey // of a reply
	bindings []binding
	passed   map[any]bool            // since it was last rewritten
	seen     map[any]bool            // of a reply: what the request passed on this stretch
	zone     string                  // by which it entered a transit gateway
	exits    map[*attachment]*subnet // by which it left one in appliance mode
	via      []string                // the components it went through
	stop     string                  // the one that stopped it
	steps    int
	diverted bool // some route more specific than local led it
	straight bool // it goes as if there were none of these
}

// end is an end of a flow: *nic, internet, premises or service.
type (
	end      any
	internet struct{ gateway *gateway }
	premises struct {
		site *site
		via  any // a *vpnGateway or an *attachment
	}
	service struct{ endpoint *serviceEndpoint }
)

// binding is the memory of a device that rewrote the packet (M-5).
type binding struct {
	device        any
	before, after packet.Packet
	passed        map[any]bool // what the packet had passed until then
}

func (j *journey) blocked(component string) bool {
	j.stop = component
	return false
}

func (j *journey) through(component string, device any) {
	j.via = append(j.via, component)
	if device != nil {
		j.passed[device] = true
	}
}

// answered is the ICMP types that ask for a reply, with the type of it.
var answered = map[packet.Protocol]map[uint8]uint8{packet.ICMP: {8: 0, 13: 14, 15: 16, 17: 18}, packet.ICMPv6: {128: 129}}

// reply is the reply to a packet; ok is false where none is expected.
func reply(p packet.Packet) (r packet.Packet, ok bool) {
	r = p
	r.Source, r.Destination = p.Destination, p.Source
	r.SourcePort, r.DestinationPort = p.DestinationPort, p.SourcePort
	if types := answered[p.Protocol]; types != nil {
		r.ICMPType, ok = types[p.ICMPType]
		return r, ok
	}
	return r, true
}

func (w *world) journey(c *chance, from end, p packet.Packet) *journey {
	return &journey{w: w, chance: c, from: from, p: p, p0: p, passed: map[any]bool{}, exits: map[*attachment]*subnet{}}
}

// sent lets a packet start, wherever that is.
func (j *journey) sent() bool {
	switch from := j.from.(type) {
	case *nic:
		if !j.leave(from) {
			return false
		}
		if _, ok := j.at.(*nic); !ok && from.connect != nil && j.request == nil {
			return j.blocked(from.component) // EP-6: to interfaces only
		}
		return true
	case internet:
		return j.enterFromInternet(from.gateway)
	case premises:
		return j.enterFromPremises(from)
	case service:
		return j.deliver(from.endpoint.vpc, nil) // RT-12
	}
	return false
}

// trip is a packet and its reply (M-2): to is where it is meant to arrive. The
// journeys tell what happened.
func (w *world) trip(c *chance, from end, p packet.Packet, to func(end) bool) (outcome, *journey, *journey) {
	there := w.journey(c, from, p)
	if !there.sent() || !to(there.at) {
		if there.diverted && to(there.twin().at) {
			there.stop = moreSpecific
		}
		return outcome{}, there, nil
	}
	back, expected := reply(there.p)
	if !expected {
		return outcome{true, true}, there, nil
	}
	if n, ok := from.(*nic); ok && n.connect != nil && n.connect.preserves {
		return outcome{true, sentBack(there.at.(*nic), n, back)}, there, nil
	}
	home := w.journey(c, there.at, back)
	home.request, home.bindings, home.seen = there, slices.Clone(there.bindings), there.passed
	comesBack := home.sent() && home.home()
	if !comesBack && home.diverted && home.twin().stop == "" {
		home.stop = moreSpecific
	}
	return outcome{true, comesBack}, there, home
}

// moreSpecific counts what routes inside of a VPC lead elsewhere than the local
// one, and what would have arrived without them (RT-3).
const moreSpecific = "route more specific than local"

// twin is the same packet sent as if all routes inside of VPCs were local.
func (j *journey) twin() *journey {
	out := j.w.journey(&chance{}, j.from, j.p0)
	out.straight = true
	if out.request = j.request; j.request != nil {
		out.bindings, out.seen = slices.Clone(j.request.bindings), j.request.passed
	}
	if arrived := out.sent(); j.request != nil && arrived {
		out.home()
	} else if !arrived {
		out.at = nil
	}
	return out
}

// home reports whether a reply came back to the socket that the request left
// (M-2): same addresses and ports, same end.
func (j *journey) home() bool {
	want, _ := reply(j.request.p0)
	if j.p != want || !j.same(j.at, j.request.from) {
		return j.blocked("somewhere else")
	}
	return j.complete()
}

// complete reports whether a reply passed every firewall that its request
// passed: what one makes of a flow of which it sees one direction nobody can
// tell (RT-11).
func (j *journey) complete() bool {
	for device := range j.seen {
		if e, ok := device.(*firewallEndpoint); ok && !j.passed[e] && j.chance.of(2) == 0 {
			return j.blocked("firewall")
		}
	}
	return true
}

// rewrite gives a packet another source (M-5). Whatever it passed knows the
// flow as it was.
func (j *journey) rewrite(device any, p packet.Packet) {
	j.bindings = append(j.bindings, binding{device, j.p, p, j.passed})
	j.p, j.sender, j.passed = p, nil, map[any]bool{}
}

// rewrote reports whether a device has given the packet its source before.
func (j *journey) rewrote(device any) bool {
	return j.request == nil && slices.ContainsFunc(j.bindings, func(b binding) bool { return b.device == device })
}

// restore undoes the rewriting of a device for a reply to what it sent; ok is
// false where this is none, lost set where it goes no further.
func (j *journey) restore(device any) (ok, lost bool) {
	for k, b := range slices.Backward(j.bindings) {
		if want, _ := reply(b.after); b.device == device && j.p == want {
			lost = !j.complete()
			j.bindings, j.seen, j.passed = j.bindings[:k], b.passed, map[any]bool{}
			j.p, _ = reply(b.before)
			return true, lost
		}
	}
	return false, false
}

// same compares ends. Two connections to networks on premises may lead to one
// network: nobody can tell.
func (j *journey) same(a, b end) bool {
	x, onPremises := a.(premises)
	y, both := b.(premises)
	if onPremises && both && x != y {
		return j.chance.of(2) == 1
	}
	if isInternet(a) && isInternet(b) && j.p.Source.Is6() {
		return true // the address is one, whatever gateway carries it
	}
	return a == b
}

// leave is a packet that leaves an interface (M-4).
func (j *journey) leave(n *nic) bool {
	preserves := n.balancer != nil || n.connect != nil && n.connect.preserves
	if !slices.Contains(n.addresses, j.p.Source) && !preserves {
		return j.blocked("address") // M-6
	}
	j.part(n)
	if j.request == nil {
		switch {
		case !n.initiates:
			return j.blocked(n.is("endpoint"))
		case n.clients != nil && !n.clients.lead(j.p.Destination, n.subnet):
			return j.blocked(n.component)
		case n.connect != nil && !n.connect.opens(j.p):
			return j.blocked(n.component)
		}
		j.sender = n
		if !j.admitted(n, true) {
			return j.blocked("group")
		}
	}
	// A packet inside its subnet meets no table and no ACL (RT-10, NACL-6), but
	// that a classic load balancer's outbound traffic is checked there too.
	if holds(n.subnet.blocks, j.p.Destination) {
		if n.classic && j.request == nil && !j.out(n.subnet) {
			return false
		}
		return j.deliver(n.subnet.vpc, n.subnet)
	}
	return j.routed(n.subnet)
}

// admitted is the sender's own rules: by address at once, by reference when
// the receiver is known (SG-1, SG-7).
func (j *journey) admitted(n *nic, out bool) bool {
	j.through("group", nil)
	if !n.filtered || n.byAddress(out, j.p) {
		return true
	}
	j.carry = n.referred(out, j.p)
	return len(j.carry) > 0
}

// out is the ACL of a subnet on the way out, in that on the way in (NACL-5).
func (j *journey) out(s *subnet) bool {
	j.through("acl", nil)
	return s.acl.passes(true, j.p) || j.blocked("acl")
}

func (j *journey) in(s *subnet) bool {
	return s.acl.passes(false, j.p) || j.blocked("acl")
}

// routed sends a packet where the subnet's table says: out of the subnet, past
// its ACL, unless the next hop stands in it (NACL-6).
func (j *journey) routed(s *subnet) bool {
	if j.steps++; j.steps > 20 {
		return j.blocked("loop")
	}
	next := s.route(j.p.Destination, j.chance)
	if s.vpc.has(j.p.Destination) && next != any(local{}) {
		if j.straight {
			next = local{}
		} else {
			j.diverted = true
			j.through(moreSpecific, nil)
		}
	}
	if !s.houses(next) && !j.out(s) {
		return false
	}
	j.through("route", nil)
	if s.vpc.standard {
		j.through(defaultVPC, nil)
	}
	switch t := next.(type) {
	case local:
		return j.deliver(s.vpc, s)
	case *gateway:
		if t.vpc != s.vpc {
			return j.blocked("blackhole") // RT-6
		}
		if t.egressOnly {
			return j.leaveByEgressOnly(t, s)
		}
		if t.carrier {
			return j.leaveByCarrier(t, s)
		}
		return j.leaveByInternet(t, s)
	case *nat:
		return j.translate(t, s)
	case *peering:
		return j.peered(t, s)
	case *transit:
		return j.enterTransit(t, s)
	case *vpnGateway:
		return j.leaveByVPN(t, s)
	case *firewallEndpoint:
		return j.inspected(t, s)
	case *balancerEndpoint:
		return j.balanced(t, s)
	case *nic:
		return j.relayed(t, s)
	case *serviceEndpoint:
		return j.toService(t, s)
	}
	if next == nil && s.vpc.standard {
		return j.blocked(defaultVPC) // whose tables are taken to have no other routes
	}
	return j.blocked("route") // RT-7, RT-6
}

// deliver is local delivery: to whoever holds the address, past the ACL of its
// subnet where the packet comes from another (RT-12, RT-13, NACL-6).
func (j *journey) deliver(v *vpc, from *subnet) bool {
	if n := v.nat(j.p.Destination); n != nil && n.regional {
		return j.untranslate(n)
	}
	s := v.subnet(j.p.Destination)
	if s == nil {
		return j.blocked("address")
	}
	if from != s && !j.in(s) {
		return false
	}
	if n := v.nat(j.p.Destination); n != nil {
		return j.untranslate(n)
	}
	n := v.holder(j.p.Destination)
	switch {
	case n != nil:
		return j.enter(n)
	case s.shared && j.request == nil:
		return j.enterStranger(s)
	}
	return j.blocked("address")
}

// isFor reports whether the packet is for what a service listens on (SVC-1).
func (j *journey) isFor(s aws.ServicePort) bool {
	return j.p.Protocol == s.Protocol && within(int(s.From), int(s.To), int(j.p.DestinationPort))
}

// enter is a packet that reaches an interface. Replies pass (SG-1).
func (j *journey) enter(n *nic) bool {
	j.at = n
	j.part(n)
	if j.request != nil {
		return j.unmasked(n)
	}
	switch {
	case !n.inbound, n.serves != nil && !slices.ContainsFunc(n.serves, j.isFor):
		return j.blocked(n.is("inbound"))
	case j.kept() && (j.transit || n.subnet.vpc != j.from.(*nic).subnet.vpc):
		return j.blocked(j.from.(*nic).component) // EP-6
	}
	j.through("group", nil)
	if j.carry != nil && (j.transit || !j.refer(j.carry, n, j.sender)) {
		return j.blocked(j.reference(j.carry, n)) // SG-9, TGW-12
	}
	if !n.filtered || n.byAddress(false, j.p) {
		return true
	}
	if peers := n.referred(false, j.p); !j.refer(peers, j.sender, n) {
		return j.blocked(j.reference(peers, n))
	}
	return true
}

// reserved is what an internet gateway never carries (IGW-4).
var reserved = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
	"::/8", "fc00::/7", "fe80::/10", "ff00::/8",
)

func public(v *vpc, a netip.Addr) bool { return !holds(reserved, a) && !v.has(a) }

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// leaveByInternet is the way out through an internet gateway (IGW-1, IGW-3).
func (j *journey) leaveByInternet(g *gateway, s *subnet) bool {
	j.through("internet gateway", g)
	switch {
	case !public(g.vpc, j.p.Destination):
		return j.blocked("internet gateway") // IGW-4
	case !g.vpc.isPublic(j.p.Source):
		return j.blocked("public address")
	}
	out, _ := j.direction()
	if j.w.blocks != nil {
		j.through("block public access", nil)
	}
	if !j.w.blocks.lets(s, out && !g.vpc.isNAT(j.p.Source), out) {
		return j.blocked("block public access")
	}
	if j.request == nil && j.carry != nil {
		return j.blocked("group") // SG-7: nobody out there carries a group
	}
	if t := g.edge.redirects(j.p.Source); t != (local{}) && !j.passed[t] {
		// What arrives for this subnet goes through a middlebox, so that the
		// direct way out cannot be used (RT-9).
		return j.blocked("edge table")
	}
	j.at = internet{g}
	return true
}

// direction reports whether the flow began inside.
func (j *journey) direction() (outbound, isReply bool) {
	if j.request == nil {
		_, outside := j.from.(internet)
		return !outside, false
	}
	_, outside := j.request.from.(internet)
	return !outside, true
}

// isPublic reports whether the internet gateway translates the address to a
// public one (IGW-2), or, over IPv6, carries it (IGW-3).
func (v *vpc) isPublic(a netip.Addr) bool {
	if n := v.holder(a); n != nil {
		return n.public[family(a)]
	}
	n := v.nat(a)
	return n != nil && n.public
}

func (v *vpc) isNAT(a netip.Addr) bool { return v.nat(a) != nil }

// nat is the NAT gateway that has the address.
func (v *vpc) nat(a netip.Addr) *nat {
	for _, n := range v.nats {
		if n.address == a {
			return n
		}
	}
	return nil
}

// leaveByEgressOnly is the way out of IPv6 flows that begin inside (IGW-5).
func (j *journey) leaveByEgressOnly(g *gateway, s *subnet) bool {
	j.through("egress-only gateway", g)
	out, isReply := j.direction()
	switch {
	case j.p.Source.Is4() || !public(g.vpc, j.p.Destination) || !g.vpc.isPublic(j.p.Source):
		return j.blocked("egress-only gateway")
	case !out || isReply:
		return j.blocked("egress-only gateway") // RT-11: it never saw the request
	case !j.w.blocks.lets(s, false, true):
		return j.blocked("block public access")
	case j.carry != nil:
		return j.blocked("group")
	}
	j.at = internet{g}
	return true
}

// enterFromInternet is an arrival at a gateway, the destination translated to
// the private address already (M-5, IGW-1).
func (j *journey) enterFromInternet(g *gateway) bool {
	if g.carrier {
		return j.enterByCarrier(g)
	}
	j.through("internet gateway", g)
	v := g.vpc
	switch {
	case !public(v, j.p.Source):
		return j.blocked("internet gateway") // IGW-4
	case !v.isPublic(j.p.Destination):
		return j.blocked("public address")
	case g.egressOnly && j.request == nil:
		return j.blocked("egress-only gateway") // IGW-5
	}
	out, _ := j.direction()
	if s := v.subnet(j.p.Destination); !j.w.blocks.lets(s, !g.egressOnly && !v.isNAT(j.p.Destination), out) {
		return j.blocked("block public access")
	}
	if n, ok := g.edge.redirects(j.p.Destination).(*nic); ok && j.p.Source.Is4() && !n.public[packet.IPv4] {
		return j.blocked("edge table") // RT-9
	}
	return j.arrive(v, g.edge, "edge table")
}

// arrive is an arrival at a gateway of the VPC, which its own table may send
// through something else first (RT-9, RT-12).
func (j *journey) arrive(v *vpc, edge *table, name string) bool {
	if edge != nil {
		j.through(name, nil)
	}
	switch t := edge.redirects(j.p.Destination).(type) {
	case local:
		return j.deliver(v, nil)
	case *nic:
		return j.relayed(t, nil)
	case *balancerEndpoint:
		return j.balanced(t, nil)
	case *firewallEndpoint:
		return j.inspected(t, nil)
	}
	return j.blocked(name)
}

// lets is VPC Block Public Access (IGW-8): direct is traffic of a public
// address rather than of a NAT or egress-only gateway, out a flow that began
// inside.
func (b *blockPublicAccess) lets(s *subnet, direct, out bool) bool {
	if b == nil {
		return true
	}
	if b.ingressOnly && out && !direct {
		return true
	}
	for _, exempt := range []any{s, s.vpc} {
		switch b.exempt[exempt] {
		case "allow-bidirectional":
			return true
		case "allow-egress":
			if out && !direct && !b.ingressOnly {
				return true
			}
		}
	}
	return false
}
