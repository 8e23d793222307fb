package naive

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// gateways is one VPC with a regional NAT gateway and a carrier gateway, to
// which some subnets route (NAT-8, VPN-7).
func (m *maker) gateways() {
	p := m.place("10.0.0.0/16", "2600:1f00:a::/56")
	m.furnish(p, 3, 3)
	regional := &aws.NATGateway{Object: object(m.name("aws_nat_gateway")), VPC: to(p.VPC), Public: tf.Yes, Regional: tf.Yes}
	for _, zone := range []string{"a", "b"} {
		if m.chance(45) {
			regional.Zones = append(regional.Zones, known(m.dice, zone))
		}
	}
	m.n.NATGateways = append(m.n.NATGateways, regional)
	carrier := aws.Target{Kind: aws.TargetCarrierGateway, Label: "aws_ec2_carrier_gateway.c"}
	for _, s := range p.subnets {
		m.instead(s, "0.0.0.0/0", pick(m.dice, []aws.Target{toNAT(regional), toNAT(regional), carrier, toGateway(p.igw)}))
		if m.chance(30) {
			m.route(s, pick(m.dice, prefixes("0.0.0.0/1", "8.8.8.0/24", "203.0.113.0/24")), pick(m.dice, []aws.Target{toNAT(regional), carrier}))
		}
		if m.chance(30) {
			m.instead(s, "::/0", carrier)
		}
		if m.chance(60) {
			m.route(s, nat64, toNAT(p.nat))
		}
	}
	m.rules(p)
}

// translated is two VPCs and a network on premises, to which a NAT gateway
// leads, mostly a private one (NAT-3, NAT-5).
func (m *maker) translated() {
	a, b := m.place("10.0.0.0/16", ""), m.place("10.1.0.0/16", "")
	m.furnish(a, 3, 2)
	m.furnish(b, 2, 2)
	a.nat.Public = tf.TriOf(m.chance(20))
	home := m.subnet(a) // no rule is for a part of it: its address is not known
	a.nat.Subnet = to(home)
	g := m.gateway()
	m.attach(g, a)
	m.attach(g, b)
	gw := &aws.VPNGateway{Object: object("aws_vpn_gateway.g"), VPC: to(a.VPC), OnPremises: []*aws.OnPremises{m.network(aws.StaticVPN, "192.168.0.0/16")}}
	gw.Attached = aws.Cause{Resource: gw.Resource, Argument: "vpc_id"}
	m.n.VPNGateways = []*aws.VPNGateway{gw}
	toVPN := aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: to(gw), Label: gw.Label}
	premises := netip.MustParsePrefix("192.168.0.0/16")
	m.route(home, b.block, toTransit(g))
	m.route(home, premises, toVPN)
	for _, s := range a.subnets[:3] {
		m.route(s, b.block, pick(m.dice, []aws.Target{toNAT(a.nat), toNAT(a.nat), toTransit(g)}))
		m.route(s, premises, pick(m.dice, []aws.Target{toNAT(a.nat), toNAT(a.nat), toVPN}))
	}
	m.join(b, a, toTransit(g))
	m.rules(a)
	m.rules(b)
}

// instead gives a subnet's route for a destination another target, or the
// subnet such a route.
func (m *maker) instead(s *aws.Subnet, destination string, target aws.Target) {
	t, to := s.RouteTable.To[0], netip.MustParsePrefix(destination)
	for k, r := range t.Routes {
		if d, _ := r.Destination.Known(); d == to {
			t.Routes[k].Target = target
			return
		}
	}
	m.routeIn(t, to, target)
}
