package reach_test

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// The naive walker carries one concrete packet through a spec without
// unknowns, straight from the reference (M-4, IGW-1, NAT-4). It shares nothing
// with the engine, and is slow and short so that it can be read against the
// rules.

// echoed is the ICMP types that ask for a reply, with the type of it.
var echoed = map[uint8]uint8{8: 0, 13: 14, 15: 16, 17: 18}

// reply is the reply to a packet; ok is false where none is expected.
func reply(p packet.Packet) (packet.Packet, bool) {
	r := p
	r.Source, r.Destination = p.Destination, p.Source
	r.SourcePort, r.DestinationPort = p.DestinationPort, p.SourcePort
	if p.Protocol == packet.ICMP {
		t, ok := echoed[p.ICMPType]
		r.ICMPType = t
		return r, ok
	}
	return r, true
}

// fromInternet is a packet from the internet to the host's public address,
// written with its private one, as filters see it (M-5).
func (s *spec) fromInternet(h *hostSpec, p packet.Packet) (forward, reachable bool) {
	sub := h.subnets[0]
	forward = s.gateway && h.public && s.public(p.Source) &&
		sub.acl.passes(false, p) && h.admits(false, p, nil)
	if !forward {
		return false, false
	}
	if s.route(sub, p.Source) != "igw" {
		return true, false
	}
	back, expected := reply(p)
	return true, !expected || sub.acl.passes(true, back)
}

// between is a packet from one host to another (M-4).
func (s *spec) between(a, b *hostSpec, p packet.Packet) (forward, reachable bool) {
	x, y := a.subnets[0], b.subnets[0]
	forward = a.admits(true, p, b) && b.admits(false, p, a)
	if x == y {
		return forward, forward // NACL-6
	}
	forward = forward && x.acl.passes(true, p) && y.acl.passes(false, p)
	if !forward {
		return false, false
	}
	back, expected := reply(p)
	return true, !expected || y.acl.passes(true, back) && x.acl.passes(false, back)
}

// toInternet is a packet from a host to the internet; port is what a NAT
// gateway would choose.
func (s *spec) toInternet(h *hostSpec, p packet.Packet, port uint16) (forward, reachable bool) {
	x := h.subnets[0]
	if !s.public(p.Destination) || !h.admits(true, p, nil) || !x.acl.passes(true, p) {
		return false, false
	}
	back, expected := reply(p)
	switch s.route(x, p.Destination) {
	case "igw":
		forward = s.gateway && h.public
		return forward, forward && (!expected || x.acl.passes(false, back))
	case "nat":
		if s.nat == nil || !s.nat.public || !s.gateway {
			return false, false
		}
		if !slices.Contains([]packet.Protocol{packet.TCP, packet.UDP, packet.ICMP}, p.Protocol) {
			return false, false // NAT-2
		}
		home := s.nat.subnet
		if home == x || s.route(home, p.Destination) != "igw" {
			return false, false
		}
		if !home.acl.passes(false, p) || !home.acl.passes(true, p) {
			return false, false
		}
		far := back // arrives at the NAT gateway on the port that it chose
		far.DestinationPort = port
		return true, !expected || home.acl.passes(false, far) && home.acl.passes(true, back) && x.acl.passes(false, back)
	}
	return false, false
}

// public is what an internet gateway carries (IGW-4).
func (s *spec) public(a netip.Addr) bool {
	for _, no := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"} {
		if netip.MustParsePrefix(no).Contains(a) {
			return false
		}
	}
	return !s.inside(a)
}

func (s *spec) inside(a netip.Addr) bool {
	return slices.ContainsFunc(s.blocks, func(b netip.Prefix) bool { return b.Contains(a) })
}

// route is the longest match, local first (RT-3, RT-4).
func (s *spec) route(sub *subnetSpec, a netip.Addr) string {
	if s.inside(a) {
		return "local"
	}
	best, target := -1, ""
	for _, r := range sub.table {
		if r.to.Contains(a) && r.to.Bits() > best {
			best, target = r.to.Bits(), r.target
		}
	}
	return target
}

// passes is the first entry that matches, by number (NACL-4, NACL-7).
func (a *aclSpec) passes(out bool, p packet.Packet) bool {
	if a == nil {
		return true
	}
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

func (e entrySpec) matches(p packet.Packet) bool {
	if e.protocol == -1 {
		return true
	}
	if e.protocol != int(p.Protocol) {
		return false
	}
	switch p.Protocol {
	case packet.TCP, packet.UDP:
		return e.from <= int(p.DestinationPort) && int(p.DestinationPort) <= e.to
	case packet.ICMP:
		return (e.typ == -1 || e.typ == int(p.ICMPType)) && (e.code == -1 || e.code == int(p.ICMPCode))
	}
	return true
}

var numbers = map[string]packet.Protocol{"tcp": packet.TCP, "udp": packet.UDP, "icmp": packet.ICMP, "47": 47}

// admits is any rule of any group (SG-2, SG-7, SG-12 to SG-14).
func (h *hostSpec) admits(out bool, p packet.Packet, peer *hostSpec) bool {
	if h.unfiltered {
		return true
	}
	for _, g := range h.groups {
		rules, remote := g.in, p.Source
		if out {
			rules, remote = g.out, p.Destination
		}
		for _, r := range rules {
			if r.matches(p) && r.meets(remote, peer) {
				return true
			}
		}
	}
	return false
}

func (r ruleSpec) meets(remote netip.Addr, peer *hostSpec) bool {
	if r.group == nil {
		return r.cidr.Contains(remote)
	}
	return peer != nil && !peer.unfiltered && slices.Contains(peer.groups, r.group)
}

func (r ruleSpec) matches(p packet.Packet) bool {
	if r.protocol == "-1" {
		return true
	}
	if numbers[r.protocol] != p.Protocol {
		return false
	}
	switch p.Protocol {
	case packet.TCP, packet.UDP:
		return r.from <= int(p.DestinationPort) && int(p.DestinationPort) <= r.to
	case packet.ICMP:
		return (r.from == -1 || r.from == int(p.ICMPType)) && (r.to == -1 || r.to == int(p.ICMPCode))
	}
	return true
}
