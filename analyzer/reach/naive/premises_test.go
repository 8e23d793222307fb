package naive

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// premises is two VPCs with networks on premises: one behind a virtual private
// gateway, the other by a transit gateway (VPN-1 to VPN-5).
func (m *maker) premises() {
	a, b := m.place("10.0.0.0/16", "2600:1f00:a::/56"), m.place("10.1.0.0/16", "")
	m.furnish(a, 2, 2)
	m.furnish(b, 2, 2)
	kinds := []aws.OnPremisesKind{aws.DirectConnect, aws.StaticVPN, aws.StaticVPN, aws.DynamicVPN, aws.DynamicVPN}
	gw := &aws.VPNGateway{Object: object("aws_vpn_gateway.g"), VPC: to(a.VPC)}
	gw.Attached = aws.Cause{Resource: gw.Resource, Argument: "vpc_id"}
	if m.chance(8) {
		gw.VPC = to(&aws.VPC{Object: object("aws_vpc.other")})
	}
	gw.OnPremises = []*aws.OnPremises{m.network(pick(m.dice, kinds), "192.168.0.0/17"), m.network(pick(m.dice, kinds), "172.16.0.0/12")}
	six := gw.OnPremises[0]
	six.Prefixes = append(six.Prefixes, tf.KnownVal(premises6))
	m.n.VPNGateways = []*aws.VPNGateway{gw}
	for _, s := range a.subnets {
		t := s.RouteTable.To[0]
		if m.chance(60) {
			t.Propagated, t.Propagations.Each = true, []aws.Link[aws.VPNGateway]{to(gw)}
		}
		if m.chance(60) {
			m.route(s, premises6, aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: to(gw), Label: gw.Label})
		}
		for range m.IntN(3) {
			m.route(s, pick(m.dice, premisesRoutes), aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: to(gw), Label: gw.Label})
		}
	}
	g := m.gateway()
	m.attach(g, b)
	vpn := &aws.Attachment{
		Object: object("aws_vpn_connection.t"), Kind: aws.AttachedVPN, Gateway: to(g), OnPremises: m.network(aws.StaticVPN, "192.168.128.0/17"),
		Active: tf.Yes, ApplianceMode: tf.No, IPv6: tf.Yes, GroupReferences: tf.No,
	}
	if m.chance(92) {
		vpn.Association = to(pick(m.dice, g.Tables))
	}
	g.Attachments = append(g.Attachments, vpn)
	for _, t := range g.Tables {
		if m.chance(85) {
			m.transitRoute(t, vpn, netip.MustParsePrefix("192.168.128.0/17"), aws.PropagatedVPN)
		}
	}
	for _, s := range b.subnets {
		if m.chance(85) {
			m.route(s, pick(m.dice, premisesRoutes), toTransit(g))
		}
	}
	m.rules(a)
	m.rules(b)
}

// screened is a VPC whose virtual private gateway has a table of its own, which
// leads to an appliance, or to an endpoint (RT-9).
func (m *maker) screened() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 2, 3)
	box := m.subnet(p)
	target := m.box(p, box)
	gw := &aws.VPNGateway{Object: object("aws_vpn_gateway.g"), VPC: to(p.VPC)}
	gw.Attached = aws.Cause{Resource: gw.Resource, Argument: "vpc_id"}
	gw.OnPremises = []*aws.OnPremises{m.network(pick(m.dice, []aws.OnPremisesKind{aws.DirectConnect, aws.StaticVPN}), "192.168.0.0/16")}
	m.n.VPNGateways = []*aws.VPNGateway{gw}
	t := &aws.RouteTable{Object: object("aws_route_table.edge"), VPC: to(p.VPC), Edge: true, EdgeVPN: to(gw)}
	for _, s := range p.subnets {
		m.route(s, netip.MustParsePrefix("192.168.0.0/16"), aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: to(gw), Label: gw.Label})
		if s != box && m.chance(70) {
			m.routeIn(t, s.CIDR.Prefix, target)
		}
	}
	m.n.RouteTables = append(m.n.RouteTables, t)
	m.rules(p)
}

var premisesRoutes = prefixes("192.168.0.0/16", "192.168.0.0/16", "192.168.0.0/24", "172.16.0.0/12", "192.168.0.0/18")

// premises6 is what lies behind one connection, if that carries IPv6 (VPN-1).
var premises6 = netip.MustParsePrefix("2a0f::/32")

// network is a network on premises.
func (m *maker) network(kind aws.OnPremisesKind, block string) *aws.OnPremises {
	o := &aws.OnPremises{
		Object: object(m.name("aws_vpn_connection")), Kind: kind, Open: m.unsure(),
		Prefixes: []tf.Val[netip.Prefix]{known(m.dice, netip.MustParsePrefix(block))},
	}
	if kind == aws.DirectConnect && m.chance(40) {
		o.Announced = []tf.Val[netip.Prefix]{known(m.dice, pick(m.dice, prefixes("10.0.0.0/16", "10.0.1.0/24")))}
	}
	return o
}

// onPremises compares hosts with the networks on premises, both ways.
func (c *comparison) onPremises(m *maker, packets int) {
	var ends []end
	for _, v := range c.world.vpcs {
		if v.vpn != nil {
			for _, s := range v.vpn.sites {
				ends = append(ends, premises{s, v.vpn})
			}
		}
	}
	for _, g := range m.n.TransitGateways {
		for _, a := range c.world.transits[g].attachments {
			if a.site != nil {
				ends = append(ends, premises{a.site, a})
			}
		}
	}
	if len(ends) == 0 {
		return
	}
	for _, i := range m.n.Interfaces {
		if i.Kind != aws.KindInstance {
			continue
		}
		there := pick(c.dice, premisesAddresses)
		if c.dice.chance(25) {
			there = offset(premises6.Addr(), 1)
		}
		in, out := c.ask("onprem:"+there.String(), m.home(i)), c.ask(m.home(i), "onprem:"+there.String())
		if supposed(in) || supposed(out) {
			continue // of networks that the walker does not put there
		}
		for _, n := range c.world.nics[i] {
			here, ok := n.address(family(there))
			for range packets {
				var from []end
				for _, e := range ends {
					if holds(e.(premises).site.prefixes, there) {
						from = append(from, e)
					}
				}
				if !ok || len(from) == 0 {
					continue
				}
				c.compare("onprem -> "+i.Label, in.ForwardFlows, in.Flows, c.dice.packet(there, here), func(e end) bool { return e == n }, from...)
				c.compare(i.Label+" -> onprem", out.ForwardFlows, out.Flows, c.dice.packet(here, there), func(e end) bool { _, ok := e.(premises); return ok }, n)
			}
		}
	}
}

// supposed reports whether an answer assumes where the address that was asked
// for lies (U-17).
func supposed(a reach.Answer) bool {
	return slices.ContainsFunc(a.Assumptions, func(a *tf.Assumption) bool { return strings.HasPrefix(a.ID, "behind:") })
}
