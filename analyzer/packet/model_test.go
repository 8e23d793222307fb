package packet

import (
	"net/netip"
	"slices"

	"pgregory.net/rapid"
)

// The tiny universe of the property tests: protocols of every kind, and the
// bounds of what is drawn (the edges of each dimension among them), each
// followed by a point from between it and the next. So two drawn sets differ
// only if some packet of the universe tells them apart.
var (
	tinyIPv4      = addrs("0.0.0.0", "5.0.0.0", "10.0.0.0", "10.0.0.1", "100.0.0.0", "255.255.255.255")
	tinyIPv6      = addrs("::", "::ffff:10.0.0.1", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
	tinyAddresses = slices.Concat(tinyIPv4, tinyIPv6)
	tinyPorts     = []uint16{0, 5, 22, 23, 500, 65535}
	tinyProtocols = []Protocol{0, ICMP, TCP, UDP, 47, ICMPv6, 255}
	tinyTypes     = []int{0, 3, 8, 13, 128, 129, 255}
	tinyCodes     = []int{0, 1, 255}
	// What is drawn: the universe without the points from between.
	bounds     = map[Family][]netip.Addr{IPv4: without(tinyIPv4, 1, 4), IPv6: without(tinyIPv6, 1, 4)}
	portBounds = without(tinyPorts, 1, 4)
)

// without is the values but for those at two places.
func without[T any](values []T, i, j int) []T {
	return slices.Concat(values[:i], values[i+1:j], values[j+1:])
}

func addrs(texts ...string) []netip.Addr {
	var out []netip.Addr
	for _, t := range texts {
		out = append(out, netip.MustParseAddr(t))
	}
	return out
}

// tinyPackets is every packet of the tiny universe, in canonical form: fields
// that the protocol does not have are zero.
var tinyPackets = func() []Packet {
	var out []Packet
	for _, src := range tinyAddresses {
		for _, dst := range tinyAddresses {
			if src.Is4() != dst.Is4() {
				continue
			}
			for _, protocol := range tinyProtocols {
				p := Packet{Source: src, Destination: dst, Protocol: protocol}
				switch protocol {
				case TCP, UDP:
					for _, from := range tinyPorts {
						for _, to := range tinyPorts {
							p.SourcePort, p.DestinationPort = from, to
							out = append(out, p)
						}
					}
				case ICMP, ICMPv6:
					for _, typ := range tinyTypes {
						for _, code := range tinyCodes {
							p.ICMPType, p.ICMPCode = uint8(typ), uint8(code)
							out = append(out, p)
						}
					}
				default:
					out = append(out, p)
				}
			}
		}
	}
	return out
}()

// clause is a product of restrictions: the simplest set, and the naive answer
// to which packets are in it.
type clause struct {
	family     Family
	protocols  []Protocol
	from, to   [2]netip.Addr
	toPorts    *[2]uint16
	fromPorts  *[2]uint16
	icmp       *[2]int
	everything bool
}

func (c clause) set() Set {
	s := Everything(c.family)
	if c.everything {
		return s
	}
	s = s.From(AddressRange(c.from[0], c.from[1])).To(AddressRange(c.to[0], c.to[1])).On(c.protocols...)
	if c.toPorts != nil {
		s = s.ToPorts(PortRange(c.toPorts[0], c.toPorts[1]))
	}
	if c.fromPorts != nil {
		s = s.FromPorts(PortRange(c.fromPorts[0], c.fromPorts[1]))
	}
	if c.icmp != nil {
		s = s.ICMPTypes(c.icmp[0], c.icmp[1])
	}
	return s
}

func (c clause) holds(p Packet) bool {
	if p.Source.Is4() != (c.family == IPv4) {
		return false
	}
	if c.everything {
		return true
	}
	listed := false
	for _, protocol := range c.protocols {
		listed = listed || protocol == p.Protocol
	}
	within := func(a netip.Addr, r [2]netip.Addr) bool { return r[0].Compare(a) <= 0 && a.Compare(r[1]) <= 0 }
	hasPorts := p.Protocol == TCP || p.Protocol == UDP
	isICMP := p.Protocol == ICMP || p.Protocol == ICMPv6
	return listed && within(p.Source, c.from) && within(p.Destination, c.to) &&
		(c.toPorts == nil || hasPorts && c.toPorts[0] <= p.DestinationPort && p.DestinationPort <= c.toPorts[1]) &&
		(c.fromPorts == nil || hasPorts && c.fromPorts[0] <= p.SourcePort && p.SourcePort <= c.fromPorts[1]) &&
		(c.icmp == nil || isICMP && (c.icmp[0] == -1 || c.icmp[0] == int(p.ICMPType)) && (c.icmp[1] == -1 || c.icmp[1] == int(p.ICMPCode)))
}

// model is a set with, for each packet of the tiny universe, the naive answer
// to whether it is in the set.
type model struct {
	set Set
	in  []bool
}

func naive(set Set, holds func(i int, p Packet) bool) model {
	m := model{set, make([]bool, len(tinyPackets))}
	for i, p := range tinyPackets {
		m.in[i] = holds(i, p)
	}
	return m
}

// check fails when the set and the naive answers differ.
func (m model) check(t *rapid.T, what string) {
	t.Helper()
	for i, p := range tinyPackets {
		if got := m.set.Contains(p); got != m.in[i] {
			t.Fatalf("%s: contains %+v = %v, want %v\n%v", what, p, got, m.in[i], m.set)
		}
	}
	checkCanonical(t, m.set)
}

// checkCanonical fails when a diagram is not in normal form.
func checkCanonical(t rapid.TB, s Set) {
	t.Helper()
	var walk func(tree, int)
	walk = func(d tree, depth int) {
		if depth == 0 {
			if !same(d, leaf) {
				t.Fatalf("a diagram ends elsewhere than in the leaf")
			}
			return
		}
		for i, e := range d {
			if e.to.less(e.from) || len(e.next) == 0 {
				t.Fatalf("an empty interval or child: %v", e)
			}
			if i > 0 && !d[i-1].to.less(e.from) {
				t.Fatalf("intervals overlap: %v %v", d[i-1], e)
			}
			if i > 0 && d[i-1].to.next() == e.from && equal(d[i-1].next, e.next) {
				t.Fatalf("equal neighbours: %v %v", d[i-1], e)
			}
			walk(e.next, depth-1)
		}
	}
	for _, f := range families {
		if len(s.of(f)) > 0 {
			walk(s.of(f), 5)
		}
	}
}

// span draws two of the values, in order.
func span[T any](t *rapid.T, values []T) [2]T {
	i := rapid.IntRange(0, len(values)-1).Draw(t, "first")
	j := rapid.IntRange(i, len(values)-1).Draw(t, "last")
	return [2]T{values[i], values[j]}
}

func drawClause(t *rapid.T) clause {
	c := clause{family: rapid.SampledFrom(families[:]).Draw(t, "family")}
	if rapid.IntRange(0, 15).Draw(t, "kind") == 0 {
		c.everything = true
		return c
	}
	c.from, c.to = span(t, bounds[c.family]), span(t, bounds[c.family])
	c.protocols = rapid.SliceOfN(rapid.SampledFrom(tinyProtocols), 1, 3).Draw(t, "protocols")
	switch rapid.IntRange(0, 5).Draw(t, "restriction") {
	case 0, 1:
		ports := span(t, portBounds)
		c.toPorts = &ports
		if rapid.Bool().Draw(t, "from ports") {
			from := span(t, portBounds)
			c.fromPorts = &from
		}
	case 2:
		c.icmp = &[2]int{rapid.SampledFrom([]int{-1, 0, 3, 8, 128}).Draw(t, "type"), rapid.SampledFrom([]int{-1, 0, 1}).Draw(t, "code")}
	}
	return c
}

// drawModel draws a set made of a few clauses, added and taken away.
func drawModel(t *rapid.T) model {
	m := naive(Set{}, func(int, Packet) bool { return false })
	for range rapid.IntRange(0, 4).Draw(t, "clauses") {
		c := drawClause(t)
		if rapid.IntRange(0, 3).Draw(t, "sign") == 0 {
			m = naive(m.set.Subtract(c.set()), func(i int, p Packet) bool { return m.in[i] && !c.holds(p) })
		} else {
			m = naive(m.set.Union(c.set()), func(i int, p Packet) bool { return m.in[i] || c.holds(p) })
		}
	}
	return m
}
