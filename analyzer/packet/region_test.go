package packet

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is in a set as a region looks at it is told packet by packet: of those
// from the region, what was in it before; from a gap, what both its neighbours
// send.
func TestRegionIsPointwise(t *testing.T) {
	// Each gap of the tiny universe between what is left of it.
	ten := netip.MustParseAddr("10.0.0.0")
	r := NewRegion(AllAddresses(IPv4).Subtract(AddressRange(ten, ten)).Subtract(Prefixes(netip.MustParsePrefix("128.0.0.0/1"))), IPv4)
	beside := map[netip.Addr][]netip.Addr{
		ten:                                    {ten.Prev(), ten.Next()},
		netip.MustParseAddr("255.255.255.255"): {netip.MustParseAddr("127.255.255.255")},
	}
	for _, end := range []struct {
		name string
		look func(Set) Set
		at   func(*Packet) *netip.Addr
	}{
		{"sources", func(s Set) Set { return s.FromRegion(r) }, func(p *Packet) *netip.Addr { return &p.Source }},
		{"destinations", func(s Set) Set { return s.ToRegion(r) }, func(p *Packet) *netip.Addr { return &p.Destination }},
	} {
		t.Run(end.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := drawModel(t).set
				seen := end.look(s)
				if !end.look(seen).Equal(seen) {
					t.Fatalf("looked at twice, %v is another set than %v", end.look(seen), seen)
				}
				for _, p := range tinyPackets {
					want := p.Source.Is4() && s.Contains(p)
					if list := beside[*end.at(&p)]; len(list) > 0 {
						want = !slices.ContainsFunc(list, func(a netip.Addr) bool {
							next := p
							*end.at(&next) = a
							return !s.Contains(next)
						})
					}
					if seen.Contains(p) != want {
						t.Fatalf("%+v of %v: %v", p, s, !want)
					}
				}
			})
		})
	}
}

func TestRegionOfEverywhere(t *testing.T) {
	internet := AllAddresses(IPv4).Subtract(Prefixes(netip.MustParsePrefix("10.0.0.0/8")))
	r := NewRegion(internet, IPv4)
	if got := Everything(IPv4).From(internet).FromRegion(r); got.String() != "all from 0.0.0.0/0" {
		t.Errorf("all of the region is %v", got)
	}
	if got := Everything(IPv4).FromRegion(NewRegion(Addresses{}, IPv4)); !got.IsEmpty() {
		t.Errorf("from a region without addresses comes %v", got)
	}
}
