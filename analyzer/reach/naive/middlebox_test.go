package naive

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// inspection is a VPC whose subnets reach each other, and the internet,
// through a Network Firewall (RT-3, RT-9, APP-2).
func (m *maker) inspection() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 2, 3)
	fw := m.firewall(p)
	box := m.subnet(p)
	fw.Subnets.Each = []aws.Link[aws.Subnet]{to(box)}
	m.divert(p, box, aws.Target{Kind: aws.TargetEndpoint, Firewall: to(fw), FirewallSubnet: to(box), Label: fw.Label})
	m.rules(p)
}

// firewall is a Network Firewall with random rules.
func (m *maker) firewall(p *place) *aws.Firewall {
	policy := &aws.FirewallPolicy{
		Object:           object("aws_networkfirewall_firewall_policy.p"),
		StatelessDefault: known(m.dice, pick(m.dice, []aws.FirewallAction{aws.FirewallForward, aws.FirewallForward, aws.FirewallPass, aws.FirewallDrop})),
		StrictOrder:      m.maybe(m.chance(50)),
	}
	policy.FragmentDefault = policy.StatelessDefault
	for k := range m.IntN(3) {
		policy.Stateless = append(policy.Stateless, m.stateless(k))
	}
	for k := range m.IntN(3) {
		policy.Stateful = append(policy.Stateful, m.stateful(k))
	}
	if m.chance(40) && policy.StrictOrder == tf.Yes {
		policy.StatefulDefaults = []tf.Val[string]{tf.KnownVal("aws:drop_strict")}
	}
	fw := &aws.Firewall{Object: object("aws_networkfirewall_firewall.f"), VPC: to(p.VPC), Policy: to(policy)}
	m.n.Firewalls = []*aws.Firewall{fw}
	return fw
}

// attachedFirewall is two VPCs whose transit gateway has a firewall between
// them (TGW-14).
func (m *maker) attachedFirewall() {
	a, b := m.place("10.0.0.0/16", ""), m.place("10.1.0.0/16", "")
	m.furnish(a, 2, 2)
	m.furnish(b, 2, 2)
	g := m.gateway()
	m.attach(g, a)
	m.attach(g, b)
	back := &aws.TransitTable{Object: object(m.name("aws_ec2_transit_gateway_route_table")), Gateway: to(g)}
	inspects := &aws.Attachment{
		Object: object("aws_networkfirewall_firewall.f"), Kind: aws.AttachedFirewall, Gateway: to(g), Firewall: to(m.firewall(a)),
		Active: tf.Yes, ApplianceMode: tf.Yes, IPv6: tf.Yes, GroupReferences: tf.No, Association: to(back),
	}
	for _, t := range g.Tables {
		for _, p := range m.places {
			if m.chance(80) {
				m.transitRoute(t, inspects, p.block, aws.StaticRoute)
			}
		}
	}
	for k, p := range m.places {
		if m.chance(92) {
			m.transitRoute(back, g.Attachments[k], p.block, aws.PropagatedVPC)
		}
		m.join(p, m.places[1-k], toTransit(g))
		m.rules(p, m.places[1-k])
	}
	g.Attachments, g.Tables = append(g.Attachments, inspects), append(g.Tables, back)
}

// divert routes much of what the first two subnets send, and what the internet
// sends them, to a middlebox in a third.
func (m *maker) divert(p *place, box *aws.Subnet, target aws.Target) {
	m.outward(p, box)
	for k, s := range p.subnets[:2] {
		other := p.subnets[1-k]
		t := s.RouteTable.To[0]
		if m.chance(80) {
			m.routeIn(t, other.CIDR.Prefix, target)
		}
		if m.chance(50) {
			for n := range t.Routes {
				if d, ok := t.Routes[n].Destination.Known(); ok && d.Bits() == 0 {
					t.Routes[n].Target = target
				}
			}
		}
	}
	if m.chance(60) {
		t := &aws.RouteTable{Object: object("aws_route_table.edge"), VPC: to(p.VPC), Edge: true, EdgeGateway: to(p.igw)}
		for _, s := range p.subnets[:2] {
			if m.chance(70) {
				m.routeIn(t, s.CIDR.Prefix, target)
			}
		}
		m.n.RouteTables = append(m.n.RouteTables, t)
	}
}

func (m *maker) stateless(k int) aws.StatelessGroup {
	g := aws.StatelessGroup{Object: object(m.name("aws_networkfirewall_rule_group")), Priority: tf.KnownVal(10 * (k + 1))}
	for n := range 1 + m.IntN(3) {
		r := aws.StatelessRule{
			Priority: tf.KnownVal(10 + n), Action: known(m.dice, pick(m.dice, []aws.FirewallAction{aws.FirewallPass, aws.FirewallPass, aws.FirewallDrop, aws.FirewallForward})),
			Sources: m.side(), Destinations: m.side(),
		}
		if m.chance(70) {
			r.Protocols = []tf.Val[int]{tf.KnownVal(pick(m.dice, []int{6, 6, 17, 1}))}
		}
		if protocol := append(r.Protocols, tf.KnownVal(0))[0]; protocol == tf.KnownVal(6) || protocol == tf.KnownVal(17) {
			r.SourcePorts, r.DestinationPorts = m.spans(), m.spans()
		}
		g.Rules = append(g.Rules, r)
	}
	return g
}

func (m *maker) side() (out []tf.Val[netip.Prefix]) {
	if m.chance(50) {
		out = append(out, known(m.dice, pick(m.dice, prefixes("0.0.0.0/0", "10.0.0.0/24", "10.0.1.0/24", "0.0.0.0/1", "8.8.8.0/24"))))
	}
	return out
}

func (m *maker) spans() (out []aws.PortSpan) {
	if m.chance(50) {
		from, to := m.ports()
		out = append(out, aws.PortSpan{From: known(m.dice, from), To: tf.KnownVal(to)})
		if out[0].From.IsUnknown() {
			out[0].To = tf.UnknownVal[int]()
		}
	}
	return out
}

func (m *maker) stateful(k int) aws.StatefulGroup {
	g := aws.StatefulGroup{Object: object(m.name("aws_networkfirewall_rule_group")), Priority: tf.KnownVal(10 * (k + 1)), Opaque: m.unsure()}
	for range 1 + m.IntN(3) {
		protocol := pick(m.dice, []string{"IP", "TCP", "TCP", "UDP"})
		r := aws.StatefulRule{
			Action:   known(m.dice, pick(m.dice, []aws.FirewallAction{aws.FirewallPass, aws.FirewallDrop, aws.FirewallReject, aws.FirewallAlert})),
			Protocol: tf.KnownVal(protocol), Both: m.maybe(m.chance(30)), Opaque: m.unsure(),
			Source: m.one(), Destination: m.one(), SourcePort: tf.KnownVal([]aws.PortSpan{}), DestinationPort: tf.KnownVal([]aws.PortSpan{}),
		}
		if protocol != "IP" {
			from, to := m.ports()
			r.DestinationPort = tf.KnownVal([]aws.PortSpan{{From: tf.KnownVal(from), To: tf.KnownVal(to)}})
		}
		g.Rules = append(g.Rules, r)
	}
	return g
}

func (m *maker) one() tf.Val[[]netip.Prefix] {
	return known(m.dice, []netip.Prefix{pick(m.dice, prefixes("0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/24", "10.0.1.0/24", "8.8.8.0/24"))})
}

// middlebox is a VPC whose subnets reach each other, and the internet, through
// an appliance of which nobody knows what it does (APP-1, EP-4).
func (m *maker) middlebox() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 2, 3)
	box := m.subnet(p)
	target := m.box(p, box)
	m.divert(p, box, target)
	m.rules(p)
}

// box is an appliance in a subnet, or the endpoint of one, as a next hop.
func (m *maker) box(p *place, box *aws.Subnet) aws.Target {
	i := m.host(p, box)
	target := aws.Target{Kind: aws.TargetInterface, Interface: to(i), Label: i.Label}
	i.SourceDestCheck = tf.TriOf(m.chance(20))
	if m.chance(40) {
		i.Kind, i.HasGroups, i.Groups, i.PublicIPv4 = aws.KindEndpoint, tf.No, aws.Links[aws.SecurityGroup]{}, tf.No
		i.Initiates, i.SourceDestCheck, i.AnySubnet = tf.No, tf.No, false
		i.Subnets.Each = []aws.Link[aws.Subnet]{to(box)}
		e := &aws.Endpoint{Object: i.Object, Kind: tf.KnownVal(aws.GatewayBalancerEndpoint), VPC: to(p.VPC), Interface: i, IPv6: tf.No}
		m.n.Endpoints = append(m.n.Endpoints, e)
		target = aws.Target{Kind: aws.TargetEndpoint, Endpoint: to(e), Label: e.Label}
	}
	return target
}
