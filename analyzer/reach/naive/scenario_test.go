package naive

import (
	"fmt"
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// The scenarios: what the random networks are about. Each is a VPC or a few
// with their own insides, and what joins them.

// single is one VPC with everything that is inside of it.
func (m *maker) single() {
	p := m.place("10.0.0.0/16", "2600:1f00:a::/56")
	if m.chance(30) {
		p.CIDRs = append(p.CIDRs, aws.Block{Prefix: netip.MustParsePrefix("20.0.0.0/16"), Family: 4, Private: tf.No})
	}
	m.furnish(p, 3, 4)
	m.rules(p)
}

// publicAccess is one VPC under Block Public Access (IGW-8).
func (m *maker) publicAccess() {
	m.single()
	p := m.places[0]
	b := &aws.BlockPublicAccess{
		Object: object("aws_vpc_block_public_access_options.main"),
		Mode:   known(m.dice, pick(m.dice, []string{"off", "block-ingress", "block-ingress", "block-bidirectional", "block-bidirectional"})),
	}
	mode := func() tf.Val[string] {
		return known(m.dice, pick(m.dice, []string{"allow-bidirectional", "allow-bidirectional", "allow-egress"}))
	}
	if m.chance(30) {
		b.Exclusions = append(b.Exclusions, aws.BPAExclusion{VPC: to(p.VPC), Mode: mode()})
	}
	for _, s := range p.subnets {
		if m.chance(40) {
			b.Exclusions = append(b.Exclusions, aws.BPAExclusion{Subnet: to(s), Mode: mode()})
		}
	}
	m.n.BlockPublicAccess = b
}

// peering is three VPCs in a row, the outer ones each joined with the middle
// one (PCX-1 to PCX-6). The third may overlap the first (PCX-4).
func (m *maker) peering() {
	blocks := []string{"10.0.0.0/16", "10.1.0.0/16", pick(m.dice, []string{"20.0.0.0/16", "10.0.0.0/16"})}
	for k, six := range []string{"2600:1f00:a::/56", "2600:1f00:a:100::/56", ""} {
		m.furnish(m.place(blocks[k], six), 2, 2)
	}
	for k := range 2 {
		a, b := m.places[k], m.places[k+1]
		x := &aws.Peering{
			Object: object(fmt.Sprintf("aws_vpc_peering_connection.x%d", k)), Requester: to(a.VPC), Accepter: to(b.VPC),
			Active: m.maybe(m.chance(88)), SameRegion: m.maybe(m.chance(75)),
		}
		m.n.Peerings = append(m.n.Peerings, x)
		target := aws.Target{Kind: aws.TargetPeering, Peering: to(x), Label: x.Label}
		m.join(a, b, target)
		m.join(b, a, target)
		if m.chance(30) { // which a peering never carries
			m.route(pick(m.dice, a.subnets), m.places[2-2*k].block, target)
		}
	}
	m.rules(m.places[0], m.places[1], m.places[1])
	m.rules(m.places[1], m.places[0], m.places[2])
	m.rules(m.places[2], m.places[1])
	m.onlyMembers(20, m.places[0], m.places[1].groups...)
	m.onlyMembers(20, m.places[1], m.places[0].groups...)
}

// associated is two VPCs that are peered, with hosts in either that carry groups
// of the other (SG-20).
func (m *maker) associated() {
	a, b := m.place("10.0.0.0/16", ""), m.place("10.1.0.0/16", "")
	m.furnish(a, 2, 2)
	m.furnish(b, 2, 2)
	x := m.peer(a, b)
	m.join(a, b, x)
	for _, p := range m.places {
		other := b
		if p == b {
			other = a
		}
		for _, g := range p.groups[:1] {
			g.Associated.Each = []aws.Link[aws.VPC]{to(other.VPC)}
			for _, h := range other.hosts {
				if m.chance(50) {
					h.Groups.Each = append(h.Groups.Each, to(g))
				}
			}
		}
	}
	m.rules(a, b, b)
	m.rules(b, a, a)
	m.onlyMembers(75, a, b.groups...)
	m.onlyMembers(75, b, a.groups...)
}

// referring is two VPCs on a transit gateway whose groups refer to each other
// (TGW-12).
func (m *maker) referring() {
	a, b := m.place("10.0.0.0/16", ""), m.place("10.1.0.0/16", "")
	g := m.gateway()
	g.GroupReferences = m.maybe(m.chance(85))
	m.furnish(a, 2, 3)
	m.furnish(b, 2, 3)
	for k, p := range m.places {
		m.attach(g, p)
		m.join(p, m.places[1-k], toTransit(g))
		m.rules(p)
		m.onlyMembers(60, p, m.places[1-k].groups...)
	}
}

// onlyMembers lets some groups of a place admit the members of others, and
// nobody else.
func (m *maker) onlyMembers(percent int, p *place, of ...*aws.SecurityGroup) {
	for _, g := range p.groups {
		if m.chance(percent) {
			m.onlyMembersOf(g, pick(m.dice, of))
		}
	}
}

// onlyMembersOf lets a group admit the members of others, and nobody else.
func (m *maker) onlyMembersOf(g *aws.SecurityGroup, others ...*aws.SecurityGroup) {
	g.Ingress = []aws.Rule{{
		Cause: aws.Cause{Resource: g.Resource, Argument: "ingress[0]"}, Protocol: tf.KnownVal("-1"), Self: tf.No,
	}}
	for _, o := range others {
		g.Ingress[0].Groups = append(g.Ingress[0].Groups, aws.Peer[aws.Link[aws.SecurityGroup]]{To: to(o)})
	}
}

// join routes from one VPC to another, mostly for all of it.
func (m *maker) join(from, to *place, target aws.Target) {
	for _, s := range from.subnets {
		if m.chance(88) {
			block := to.block
			if m.chance(15) {
				block = netip.PrefixFrom(block.Addr(), 17)
			}
			m.route(s, block, target)
			if to.six.IsValid() && m.chance(85) {
				m.route(s, to.six, target)
			}
		}
	}
}

// transit is three VPCs on one transit gateway, and one on another that is
// peered with it (TGW-1 to TGW-12).
func (m *maker) transit() {
	blocks := []string{"10.0.0.0/16", "10.1.0.0/16", "20.0.0.0/16"}
	for k, six := range []string{"2600:1f00:a::/56", "2600:1f00:a:100::/56", ""} {
		m.furnish(m.place(blocks[k], six), 2, 2)
	}
	near, far := m.gateway(), m.gateway()
	for k, p := range m.places {
		g := near
		if k == 2 {
			g = far
		}
		m.attach(g, p)
	}
	m.peered(near, far)
	for k, p := range m.places {
		for l, o := range m.places {
			if k != l {
				g := near
				if k == 2 {
					g = far
				}
				m.join(p, o, toTransit(g))
			}
		}
	}
	for k, p := range m.places {
		m.rules(p, m.places[(k+1)%3], m.places[(k+2)%3])
	}
	m.onlyMembers(25, m.places[0], m.places[1].groups...)
	m.onlyMembers(25, m.places[1], m.places[0].groups...)
}

func toTransit(g *aws.TransitGateway) aws.Target {
	return aws.Target{Kind: aws.TargetTransitGateway, Transit: to(g), Label: g.Label}
}

func (m *maker) gateway() *aws.TransitGateway {
	g := &aws.TransitGateway{Object: object(m.name("aws_ec2_transit_gateway")), GroupReferences: m.maybe(m.chance(60))}
	for range 1 + m.IntN(2) {
		t := &aws.TransitTable{Object: object(m.name("aws_ec2_transit_gateway_route_table")), Gateway: to(g)}
		g.Tables = append(g.Tables, t)
	}
	m.n.TransitGateways = append(m.n.TransitGateways, g)
	return g
}

// attach attaches a VPC by one or two of its subnets, in different zones, and
// propagates its blocks into most tables (TGW-4).
func (m *maker) attach(g *aws.TransitGateway, p *place) {
	a := &aws.Attachment{
		Object: object(m.name("aws_ec2_transit_gateway_vpc_attachment")), Kind: aws.AttachedVPC, Gateway: to(g), VPC: to(p.VPC),
		Active: m.maybe(m.chance(95)), ApplianceMode: m.maybe(m.chance(15)), IPv6: m.maybe(m.chance(85)), GroupReferences: m.maybe(m.chance(85)),
	}
	zones := map[string]bool{}
	for _, s := range p.subnets {
		if zone, ok := s.AvailabilityZone.Known(); ok && !zones[zone] && (len(zones) == 0 || m.chance(60)) {
			zones[zone] = true
			a.Subnets.Each = append(a.Subnets.Each, to(s))
		}
	}
	if m.chance(95) {
		a.Association = to(pick(m.dice, g.Tables))
	}
	g.Attachments = append(g.Attachments, a)
	for _, t := range g.Tables {
		if m.chance(85) {
			for _, b := range p.CIDRs {
				if a.IPv6 != tf.Yes && b.Prefix.Addr().Is6() {
					continue
				}
				m.transitRoute(t, a, b.Prefix, aws.PropagatedVPC)
			}
		}
		if m.chance(25) {
			m.transitRoute(t, a, pick(m.dice, []netip.Prefix{p.block, netip.PrefixFrom(p.block.Addr(), 20), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("0.0.0.0/0")}), aws.StaticRoute)
		}
	}
}

func (m *maker) transitRoute(t *aws.TransitTable, a *aws.Attachment, destination netip.Prefix, kind aws.TransitRouteKind) {
	for _, r := range t.Routes {
		// AWS takes one static route to a destination, and does not propagate
		// what overlaps (TGW-8).
		if d, ok := r.Destination.Known(); ok && d.Overlaps(destination) && (kind == r.Kind && (d == destination || kind == aws.PropagatedVPC)) {
			return
		}
	}
	r := aws.TransitRoute{
		Cause: aws.Cause{Resource: a.Resource, Argument: fmt.Sprintf("route[%d]", len(t.Routes))}, Kind: kind,
		Destination: known(m.dice, destination), Attachment: to(a), Blackhole: m.maybe(kind == aws.StaticRoute && m.chance(25)), Maybe: m.unsure(),
	}
	t.Routes = append(t.Routes, r)
}

// peered joins two transit gateways by static routes (TGW-9).
func (m *maker) peered(near, far *aws.TransitGateway) {
	one := &aws.Attachment{Object: object(m.name("aws_ec2_transit_gateway_peering_attachment")), Kind: aws.AttachedPeering, Gateway: to(near)}
	two := &aws.Attachment{Object: one.Object, Kind: aws.AttachedPeering, Gateway: to(far), Peer: to(one)}
	one.Peer = to(two)
	active := m.maybe(m.chance(95))
	for _, a := range []*aws.Attachment{one, two} {
		a.Active, a.ApplianceMode, a.IPv6, a.GroupReferences = active, tf.No, tf.Yes, tf.No
		g := a.Gateway.To[0]
		if m.chance(95) {
			a.Association = to(pick(m.dice, g.Tables))
		}
		g.Attachments = append(g.Attachments, a)
		for _, t := range g.Tables {
			for _, o := range a.Peer.To[0].Gateway.To[0].Attachments {
				if o.Kind == aws.AttachedVPC && m.chance(85) {
					for _, b := range o.VPC.To[0].CIDRs {
						m.transitRoute(t, a, b.Prefix, aws.StaticRoute)
					}
				}
			}
		}
	}
}
