package packet

import (
	"net/netip"
	"slices"
)

// Set is an immutable, canonical set of packets. The zero value is empty.
//
// Its dimensions are, from the top: protocol, destination port (for ICMP and
// ICMPv6: type and code), source port, source, destination. Protocols without
// ports hold for all ports (SG-12), ICMP holds for all source ports.
type Set struct{ v4, v6 tree }

// Everything is every packet of the family.
func Everything(f Family) Set { return everything.Family(f) }

var everything = Set{
	product(allProtocols, allPorts, allPorts, allIPv4, allIPv4),
	product(allProtocols, allPorts, allPorts, allIPv6, allIPv6),
}

// The protocols that have ports, and those that have types and codes.
var (
	withPorts = protocolSet(TCP, UDP)
	withTypes = protocolSet(ICMP, ICMPv6)
)

// From is the packets of s that come from a.
func (s Set) From(a Addresses) Set { return s.restrict(3, a.v4, a.v6) }

// To is the packets of s that go to a.
func (s Set) To(a Addresses) Set { return s.restrict(4, a.v4, a.v6) }

// On is the packets of s that are of one of the protocols.
func (s Set) On(protocols ...Protocol) Set { return s.on(protocolSet(protocols...)) }

// FromPorts is the TCP and UDP packets of s that come from the ports.
func (s Set) FromPorts(p Ports) Set { return s.on(withPorts).restrict(2, p.t, p.t) }

// ToPorts is the TCP and UDP packets of s that go to the ports.
func (s Set) ToPorts(p Ports) Set { return s.on(withPorts).restrict(1, p.t, p.t) }

// ICMPTypes is the ICMP and ICMPv6 packets of s of the type and code; -1 is
// any (SG-14).
func (s Set) ICMPTypes(typ, code int) Set {
	types := icmpTypes(typ, code)
	return s.on(withTypes).restrict(1, types, types)
}

func (s Set) on(protocols tree) Set { return s.restrict(0, protocols, protocols) }

// restrict keeps what lies in the set of one dimension, depth levels down.
func (s Set) restrict(depth int, v4, v6 tree) Set {
	return Set{
		s.v4.rewrite(depth, func(t tree) tree { return combine(intersection, t, v4) }),
		s.v6.rewrite(depth, func(t tree) tree { return combine(intersection, t, v6) }),
	}
}

func protocolSet(protocols ...Protocol) tree {
	var out tree
	for _, p := range slices.Sorted(slices.Values(protocols)) {
		if len(out) == 0 || out[len(out)-1].to.less(small(p)) { // not twice
			out = out.grow(small(p), small(p), leaf)
		}
	}
	return out
}

func icmpTypes(typ, code int) tree {
	if typ < -1 || typ > 255 || code < -1 || code > 255 {
		return nil
	}
	first, last := typ, typ
	if typ == -1 {
		first, last = 0, 255
	}
	var out tree
	for t := first; t <= last; t++ {
		if code == -1 {
			out = out.grow(small(t<<8), small(t<<8|255), leaf)
		} else {
			out = out.grow(small(t<<8|code), small(t<<8|code), leaf)
		}
	}
	return out
}

// Union is the packets of either.
func (s Set) Union(t Set) Set { return s.combine(union, t) }

// Intersect is the packets of both.
func (s Set) Intersect(t Set) Set {
	out := Set{s.v4, s.v6}
	if !same(t.v4, everything.v4) { // as most filters are
		out.v4 = combine(intersection, s.v4, t.v4)
	}
	if !same(t.v6, everything.v6) {
		out.v6 = combine(intersection, s.v6, t.v6)
	}
	return out
}

// Subtract is the packets of s that are not in t.
func (s Set) Subtract(t Set) Set { return s.combine(difference, t) }

func (s Set) combine(op operation, t Set) Set {
	return Set{combine(op, s.v4, t.v4), combine(op, s.v6, t.v6)}
}

// IsEmpty reports whether there is no packet in s.
func (s Set) IsEmpty() bool { return len(s.v4) == 0 && len(s.v6) == 0 }

// Equal reports whether s and t hold the same packets.
func (s Set) Equal(t Set) bool { return equal(s.v4, t.v4) && equal(s.v6, t.v6) }

// Hash is the same for equal sets.
func (s Set) Hash() uint64 { return s.v4.hash() ^ s.v6.hash()*prime }

// SubsetOf reports whether every packet of s is in t.
func (s Set) SubsetOf(t Set) bool { return subset(s.v4, t.v4) && subset(s.v6, t.v6) }

// Overlaps reports whether s and t have a packet in common.
func (s Set) Overlaps(t Set) bool { return overlap(s.v4, t.v4) || overlap(s.v6, t.v6) }

// Contains reports whether the packet is in s. A packet whose addresses are
// not of one family is in no set.
func (s Set) Contains(p Packet) bool {
	if !p.Source.IsValid() || p.Source.BitLen() != p.Destination.BitLen() {
		return false
	}
	to, from := p.ports()
	return s.of(familyOf(p.Source)).at(small(p.Protocol)).at(to).at(from).
		at(numberOf(p.Source)).at(numberOf(p.Destination)) != nil
}

// ports is where the packet lies in the port dimensions; any point will do
// where the protocol has none.
func (p Packet) ports() (to, from number) {
	switch p.Protocol {
	case TCP, UDP:
		return small(p.DestinationPort), small(p.SourcePort)
	case ICMP, ICMPv6:
		return small(uint16(p.ICMPType)<<8 | uint16(p.ICMPCode)), number{}
	}
	return number{}, number{}
}

// Family is the packets of s that are of the family.
func (s Set) Family(f Family) Set {
	if f == IPv4 {
		return Set{v4: s.v4}
	}
	return Set{v6: s.v6}
}

func (s Set) of(f Family) tree {
	if f == IPv4 {
		return s.v4
	}
	return s.v6
}

// Sources is where the packets of s come from.
func (s Set) Sources() Addresses {
	return Addresses{s.v4.below(3).top(), s.v6.below(3).top()}
}

// Destinations is where the packets of s go to.
func (s Set) Destinations() Addresses { return Addresses{s.v4.below(4), s.v6.below(4)} }

// ToPortsOf is the destination ports of the packets of s of the protocol, all
// of them when the protocol has no ports. For ICMP and ICMPv6, a "port" is
// type<<8 | code.
func (s Set) ToPortsOf(p Protocol) Ports {
	return Ports{s.v4.at(small(p)).top()}.Union(Ports{s.v6.at(small(p)).top()})
}

// FromPortsOf is the source ports of the packets of s of the protocol, all of
// them when the protocol has no source ports.
func (s Set) FromPortsOf(p Protocol) Ports {
	return Ports{s.v4.at(small(p)).below(1).top()}.Union(Ports{s.v6.at(small(p)).below(1).top()})
}

// Protocols is the protocols of the packets of s, ascending.
func (s Set) Protocols() []Protocol {
	var out []Protocol
	for _, e := range combine(union, s.v4.top(), s.v6.top()) {
		for p := e.from.lo; p <= e.to.lo; p++ {
			out = append(out, Protocol(p))
		}
	}
	return out
}

// AnySource forgets the source and the source port: the packets for which some
// packet of s differs in these only.
func (s Set) AnySource() Set {
	forget := func(all tree) func(tree) tree {
		return func(t tree) tree { return product(allPorts, all, t.below(2)) }
	}
	return Set{s.v4.rewrite(2, forget(allIPv4)), s.v6.rewrite(2, forget(allIPv6))}
}

// AnySourceAddress forgets the source address: the packets for which some packet
// of s differs in it only.
func (s Set) AnySourceAddress() Set {
	forget := func(all tree) func(tree) tree {
		return func(t tree) tree { return product(all, t.below(1)) }
	}
	return Set{s.v4.rewrite(3, forget(allIPv4)), s.v6.rewrite(3, forget(allIPv6))}
}

// AnyDestination forgets the destination address: the packets for which some
// packet of s differs in it only.
func (s Set) AnyDestination() Set {
	return Set{
		s.v4.rewrite(4, func(tree) tree { return allIPv4 }),
		s.v6.rewrite(4, func(tree) tree { return allIPv6 }),
	}
}

// Any is a packet of s, always the same for equal sets: IPv4 before IPv6, the
// protocols in the order of [preferred], the lowest ports and addresses; but
// the source port is one of 1024-65535 if s has such a packet (M-3).
func (s Set) Any() (Packet, bool) {
	for _, f := range families {
		t := s.of(f)
		if len(t) == 0 {
			continue
		}
		protocol := Protocol(t[0].from.lo)
		for _, p := range preferred {
			if t.at(small(p)) != nil {
				protocol = p
				break
			}
		}
		t = t.at(small(protocol))
		if client := combine(intersection, t, clientPorts); len(client) > 0 {
			t = client
		}
		toPort, fromPort := t[0], t[0].next[0]
		source, destination := fromPort.next[0], fromPort.next[0].next[0]
		return packetAt(protocol, toPort.from, fromPort.from, source.from.addr(f), destination.from.addr(f)), true
	}
	return Packet{}, false
}

// clientPorts is any destination port, and a source port of a client.
var clientPorts = product(allPorts, interval(small(1024), small(65535)))

// preferred is the protocols that people understand best, in that order.
var preferred = [...]Protocol{TCP, UDP, ICMP, ICMPv6}

func packetAt(protocol Protocol, to, from number, source, destination netip.Addr) Packet {
	p := Packet{Source: source, Destination: destination, Protocol: protocol}
	switch protocol {
	case TCP, UDP:
		p.DestinationPort, p.SourcePort = uint16(to.lo), uint16(from.lo)
	case ICMP, ICMPv6:
		p.ICMPType, p.ICMPCode = uint8(to.lo>>8), uint8(to.lo)
	}
	return p
}
