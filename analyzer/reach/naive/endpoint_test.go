package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// part counts an interface that belongs to something.
func (j *journey) part(n *nic) {
	if n.component != "" {
		j.through(n.component, nil)
	}
}

// is names what an interface is part of.
func (n *nic) is(otherwise string) string {
	if n.component != "" {
		return n.component
	}
	return otherwise
}

// serviceEndpoint is a gateway endpoint, with where its service is (EP-1).
type serviceEndpoint struct {
	service  string
	vpc      *vpc
	prefixes []netip.Prefix
	ipv6     bool
}

// toService is a gateway endpoint: TCP and ICMP echo, from inside of its VPC
// (EP-1).
func (j *journey) toService(e *serviceEndpoint, s *subnet) bool {
	j.through("gateway endpoint", e)
	switch {
	case e.vpc != s.vpc, !s.vpc.has(j.p.Source), j.p.Source.Is6() && !e.ipv6:
		return j.blocked("gateway endpoint")
	case len(j.bindings) == 0 && j.from.(*nic).subnet.vpc != s.vpc:
		return j.blocked("gateway endpoint") // from another VPC
	case j.steps > 1 && j.chance.of(2) == 0:
		return j.blocked("gateway endpoint") // nobody says that it takes what another device sends (NAT-10)
	case j.p.Protocol == packet.TCP, j.p.Protocol == packet.ICMP && j.p.ICMPType == 8, j.p.Protocol == packet.ICMPv6 && j.p.ICMPType == 128:
	default:
		return j.blocked("gateway endpoint")
	}
	if j.request == nil && j.carry != nil {
		return j.blocked("group")
	}
	j.at = service{e}
	return true
}

// instanceConnect is whoever comes by an Instance Connect endpoint (EP-6).
type instanceConnect struct{ preserves bool }

func (*instanceConnect) opens(p packet.Packet) bool {
	return p.Protocol == packet.TCP && (p.DestinationPort == 22 || p.DestinationPort == 3389)
}

// kept reports whether an Instance Connect endpoint sends the packet with its
// client's address.
func (j *journey) kept() bool {
	n, ok := j.from.(*nic)
	return ok && n.connect != nil && n.connect.preserves
}

// clientVPN is whoever comes by a Client VPN endpoint (VPN-6).
type clientVPN struct {
	authorized []netip.Prefix
	routes     []clientRoute
}

type clientRoute struct {
	to netip.Prefix
	by *subnet
}

// lead reports whether clients are let to an address by the interface in a
// subnet: authorized, and by the route that every association has to its VPC,
// or by another.
func (c *clientVPN) lead(a netip.Addr, by *subnet) bool {
	return holds(c.authorized, a) &&
		(by.vpc.has(a) || slices.ContainsFunc(c.routes, func(r clientRoute) bool { return r.by == by && r.to.Contains(a) }))
}

// sources are the addresses that an interface sends from, those of its clients
// where it keeps them.
func (n *nic) sources() (all []netip.Addr) {
	if n.connect == nil || !n.connect.preserves {
		return n.addresses
	}
	for _, a := range internetAddresses[:6] {
		if public(n.subnet.vpc, a) {
			all = append(all, a)
		}
	}
	return all
}
