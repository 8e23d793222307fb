package naive

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// passes is the first entry that matches, by number; nothing matching is a
// deny (NACL-3, NACL-4).
func (a *acl) passes(out bool, p packet.Packet) bool {
	list, remote := a.in, p.Source
	if out {
		list, remote = a.out, p.Destination
	}
	best, allow := 1<<20, false
	for _, e := range list {
		if e.number < best && e.cidr.Contains(remote) && e.matches(p) {
			best, allow = e.number, e.allow
		}
	}
	return allow
}

// matches looks at the fields that count for the protocol (NACL-7).
func (e entry) matches(p packet.Packet) bool {
	switch {
	case e.protocol == -1:
		return true
	case e.protocol != int(p.Protocol):
		return false
	}
	switch p.Protocol {
	case packet.TCP, packet.UDP:
		return within(e.from, e.to, int(p.DestinationPort))
	case packet.ICMP, packet.ICMPv6:
		return (e.typ == -1 || e.typ == int(p.ICMPType)) && (e.code == -1 || e.code == int(p.ICMPCode))
	}
	return true
}

func within(from, to, n int) bool { return from <= n && n <= to }

// matches is the protocol, ports or types of a rule (SG-12 to SG-14).
func (r rule) matches(p packet.Packet) bool {
	switch {
	case r.protocol == -1:
		return true
	case r.protocol != int(p.Protocol):
		return false
	}
	switch p.Protocol {
	case packet.TCP, packet.UDP:
		return within(r.from, r.to, int(p.DestinationPort))
	case packet.ICMP, packet.ICMPv6:
		// ICMP belongs to IPv4 and ICMPv6 to IPv6 (SG-14).
		return (p.Protocol == packet.ICMP) == p.Source.Is4() &&
			(r.from == -1 || r.from == int(p.ICMPType)) && (r.to == -1 || r.to == int(p.ICMPCode))
	}
	return true
}

// byAddress reports whether a rule of the interface admits the packet by the
// address of its remote end (SG-2, SG-3, SG-15, SG-16).
func (n *nic) byAddress(out bool, p packet.Packet) bool {
	for _, g := range n.groups {
		rules, remote := g.in, p.Source
		if out {
			rules, remote = g.out, p.Destination
		}
		for _, r := range rules {
			if r.matches(p) && r.covers(remote) {
				return true
			}
		}
	}
	return false
}

func (r rule) covers(a netip.Addr) bool {
	return holds(r.cidrs, a) || r.listed(a)
}

// referred are the groups whose members the interface's rules admit (SG-7,
// SG-8).
func (n *nic) referred(out bool, p packet.Packet) (groups []*group) {
	for _, g := range n.groups {
		rules := g.in
		if out {
			rules = g.out
		}
		for _, r := range rules {
			if r.matches(p) {
				groups = append(groups, r.groups...)
			}
		}
	}
	return groups
}
