package packet

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSetOperationsAgreeWithPackets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawModel(t), drawModel(t)
		a.check(t, "a")
		naive(a.set.Union(b.set), func(i int, _ Packet) bool { return a.in[i] || b.in[i] }).check(t, "union")
		naive(a.set.Intersect(b.set), func(i int, _ Packet) bool { return a.in[i] && b.in[i] }).check(t, "intersection")
		naive(a.set.Subtract(b.set), func(i int, _ Packet) bool { return a.in[i] && !b.in[i] }).check(t, "difference")
		naive(a.set.Family(IPv6), func(i int, p Packet) bool { return a.in[i] && p.Source.Is6() }).check(t, "family")
	})
}

func TestSetRelationsAgreeWithPackets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawModel(t), drawModel(t)
		if rapid.Bool().Draw(t, "subset") {
			b = naive(a.set.Intersect(b.set), func(i int, _ Packet) bool { return a.in[i] && b.in[i] })
		}
		type relations struct{ Equal, PrintedEqual, Overlaps, SubsetOf, Empty bool }
		want := relations{Equal: true, PrintedEqual: true, SubsetOf: true, Empty: true}
		for i := range tinyPackets {
			if a.in[i] != b.in[i] {
				want.Equal, want.PrintedEqual = false, false
			}
			want.Overlaps = want.Overlaps || a.in[i] && b.in[i]
			want.SubsetOf = want.SubsetOf && (!a.in[i] || b.in[i])
			want.Empty = want.Empty && !a.in[i]
		}
		got := relations{a.set.Equal(b.set), a.set.String() == b.set.String(), a.set.Overlaps(b.set), a.set.SubsetOf(b.set), a.set.IsEmpty()}
		if got != want {
			t.Fatalf("%v\n%v\ngot  %+v\nwant %+v", a.set, b.set, got, want)
		}
	})
}

func TestSetLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawModel(t).set, drawModel(t).set, drawModel(t).set
		not := everything.Subtract
		for _, law := range []struct {
			name        string
			left, right Set
		}{
			{"union commutes", a.Union(b), b.Union(a)},
			{"intersection commutes", a.Intersect(b), b.Intersect(a)},
			{"union associates", a.Union(b).Union(c), a.Union(b.Union(c))},
			{"intersection associates", a.Intersect(b).Intersect(c), a.Intersect(b.Intersect(c))},
			{"intersection distributes", a.Intersect(b.Union(c)), a.Intersect(b).Union(a.Intersect(c))},
			{"absorption", a.Union(a.Intersect(b)), a},
			{"De Morgan", not(a.Union(b)), not(a).Intersect(not(b))},
			{"double complement", not(not(a)), a},
			{"difference", a.Subtract(b), a.Intersect(not(b))},
			{"parts", a.Subtract(b).Union(a.Intersect(b)), a},
			{"families", a.Family(IPv4).Union(a.Family(IPv6)), a},
		} {
			if !law.left.Equal(law.right) || law.left.String() != law.right.String() {
				t.Fatalf("%s:\n%v\n%v", law.name, law.left, law.right)
			}
		}
	})
}

func TestProjectionsAgreeWithPackets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawModel(t)
		// forgetting counts two packets as one when they differ only in what
		// is forgotten.
		forgetting := func(forget func(*Packet)) func(int, Packet) bool {
			seen := map[Packet]bool{}
			key := func(p Packet) Packet {
				forget(&p)
				return p
			}
			for i, p := range tinyPackets {
				if a.in[i] {
					seen[key(p)] = true
				}
			}
			return func(_ int, p Packet) bool { return seen[key(p)] }
		}
		naive(a.set.AnyDestination(), forgetting(func(p *Packet) { p.Destination = netip.Addr{} })).check(t, "any destination")
		naive(a.set.AnySource(), forgetting(func(p *Packet) { p.Source, p.SourcePort = netip.Addr{}, 0 })).check(t, "any source")
		naive(a.set.AnySourceAddress(), forgetting(func(p *Packet) { p.Source = netip.Addr{} })).check(t, "any source address")

		sources, destinations := a.set.Sources(), a.set.Destinations()
		for _, addr := range tinyAddresses {
			from, to := false, false
			for i, p := range tinyPackets {
				from = from || a.in[i] && p.Source == addr
				to = to || a.in[i] && p.Destination == addr
			}
			if sources.Contains(addr) != from || destinations.Contains(addr) != to {
				t.Fatalf("%v of %v: source %v, destination %v", addr, a.set, from, to)
			}
		}
		for _, protocol := range tinyProtocols {
			in := slices.Contains(a.set.Protocols(), protocol)
			to, from := a.set.ToPortsOf(protocol), a.set.FromPortsOf(protocol)
			if of := a.set.On(protocol); in == of.IsEmpty() || in == to.IsEmpty() || in == from.IsEmpty() {
				t.Fatalf("protocol %d of %v: %v %v %v", protocol, a.set, in, to, from)
			}
			for _, port := range tinyPorts {
				wantTo, wantFrom := false, false
				for i, p := range tinyPackets {
					wantTo = wantTo || a.in[i] && p.Protocol == protocol && p.DestinationPort == port
					wantFrom = wantFrom || a.in[i] && p.Protocol == protocol && p.SourcePort == port
				}
				if (protocol == TCP || protocol == UDP) && (to.Contains(port) != wantTo || from.Contains(port) != wantFrom) {
					t.Fatalf("port %d of protocol %d of %v: to %v, from %v", port, protocol, a.set, wantTo, wantFrom)
				}
			}
		}
	})
}

func TestAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawModel(t).set
		p, ok := s.Any()
		if ok == s.IsEmpty() || ok && !s.Contains(p) {
			t.Fatalf("%v: %+v %v", s, p, ok)
		}
	})
	host := Prefixes(netip.MustParsePrefix("10.0.0.9/32"))
	e := Everything(IPv4).From(host).To(host)
	for _, test := range []struct {
		name string
		set  Set
		want Packet
	}{
		{"TCP and a client port", e, Packet{Protocol: TCP, SourcePort: 1024}},
		{"lowest port", e.ToPorts(PortRange(23, 24).Union(PortRange(22, 22))).On(TCP, UDP), Packet{Protocol: TCP, SourcePort: 1024, DestinationPort: 22}},
		{"only low client ports", e.FromPorts(PortRange(53, 54)).On(UDP), Packet{Protocol: UDP, SourcePort: 53}},
		{"a higher port with a client port", e.On(TCP).ToPorts(PortRange(80, 80)).FromPorts(PortRange(1, 1)).Union(e.On(TCP).ToPorts(PortRange(81, 81))),
			Packet{Protocol: TCP, SourcePort: 1024, DestinationPort: 81}},
		{"ICMP", e.ICMPTypes(8, -1), Packet{Protocol: ICMP, ICMPType: 8}},
		{"another protocol", e.On(47, 50), Packet{Protocol: 47}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.want.Source, test.want.Destination = netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("10.0.0.9")
			if got, _ := test.set.Any(); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestRestrictions(t *testing.T) {
	e := Everything(IPv4)
	for _, test := range []struct {
		name string
		set  Set
		want string
	}{
		{"no protocol", e.On(), "nothing"},
		{"no source", e.From(Addresses{}), "nothing"},
		{"source of the other family", e.From(AllAddresses(IPv6)), "nothing"},
		{"ports drop what has none", e.ToPorts(AllPorts()), "tcp from 0.0.0.0/0; udp from 0.0.0.0/0"},
		{"client ports drop what has none", e.FromPorts(PortRange(53, 53)), "tcp from 0.0.0.0/0 ports 53; udp from 0.0.0.0/0 ports 53"},
		{"any ICMP", e.ICMPTypes(-1, -1), "icmp from 0.0.0.0/0; icmpv6 from 0.0.0.0/0"},
		{"ICMP type", e.On(ICMP).ICMPTypes(3, -1), "icmp/3 from 0.0.0.0/0"},
		{"ICMP type and code", e.On(ICMP).ICMPTypes(3, 4), "icmp/3/4 from 0.0.0.0/0"},
		{"absurd ICMP type", e.ICMPTypes(256, -1), "nothing"},
		{"absurd ICMP code", e.ICMPTypes(1, -2), "nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.set.String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// A packet has two addresses of one family (M-1).
func TestContainsRejectsOddPackets(t *testing.T) {
	e := Everything(IPv4).Union(Everything(IPv6))
	v4, v6 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("2001:db8::1")
	for _, p := range []Packet{{}, {Source: v4}, {Source: v4, Destination: v6}, {Source: v6, Destination: v4}} {
		if e.Contains(p) {
			t.Errorf("%+v is no packet", p)
		}
	}
	if !e.Contains(Packet{Source: v6.WithZone("eth0"), Destination: v6}) {
		t.Error("zones are ignored")
	}
}
