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
	}
	m.rules(p)
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
