package packet

import (
	"net/netip"
	"strings"

	"go4.org/netipx"
)

// The whole extents of the dimensions.
var (
	allProtocols = interval(number{}, small(255))
	allPorts     = interval(number{}, small(65535))
	allIPv4      = interval(number{}, small(^uint32(0)))
	allIPv6      = interval(number{}, number{^uint64(0), ^uint64(0)})
)

// Addresses is an immutable, canonical set of addresses of both families. The
// zero value is empty.
type Addresses struct{ v4, v6 tree }

// AllAddresses is every address of the family.
func AllAddresses(f Family) Addresses {
	if f == IPv4 {
		return Addresses{v4: allIPv4}
	}
	return Addresses{v6: allIPv6}
}

// Prefixes is the union of the prefixes; host bits and invalid prefixes are
// ignored.
func Prefixes(prefixes ...netip.Prefix) Addresses {
	switch len(prefixes) {
	case 0:
		return Addresses{}
	case 1:
		r := netipx.RangeOfPrefix(prefixes[0]) // of an invalid one: none
		return AddressRange(r.From(), r.To())
	}
	// In halves, as a union costs as much as both sides hold.
	half := len(prefixes) / 2
	return Prefixes(prefixes[:half]...).Union(Prefixes(prefixes[half:]...))
}

// AddressRange is the addresses from..to, both included. It is empty when they
// are not of one family or in the wrong order.
func AddressRange(from, to netip.Addr) Addresses {
	if !from.IsValid() || from.BitLen() != to.BitLen() {
		return Addresses{}
	}
	f, t := numberOf(from), numberOf(to)
	switch {
	case t.less(f):
		return Addresses{}
	case from.Is4():
		return Addresses{v4: interval(f, t)}
	}
	return Addresses{v6: interval(f, t)}
}

// Union is the addresses of either.
func (a Addresses) Union(b Addresses) Addresses { return a.combine(union, b) }

// Intersect is the addresses of both.
func (a Addresses) Intersect(b Addresses) Addresses { return a.combine(intersection, b) }

// Subtract is the addresses of a that are not in b.
func (a Addresses) Subtract(b Addresses) Addresses { return a.combine(difference, b) }

func (a Addresses) combine(op operation, b Addresses) Addresses {
	return Addresses{combine(op, a.v4, b.v4), combine(op, a.v6, b.v6)}
}

// IsEmpty reports whether there is no address in a.
func (a Addresses) IsEmpty() bool { return len(a.v4) == 0 && len(a.v6) == 0 }

// Equal reports whether a and b hold the same addresses.
func (a Addresses) Equal(b Addresses) bool { return equal(a.v4, b.v4) && equal(a.v6, b.v6) }

// SubsetOf reports whether every address of a is in b.
func (a Addresses) SubsetOf(b Addresses) bool { return subset(a.v4, b.v4) && subset(a.v6, b.v6) }

// Overlaps reports whether a and b have an address in common.
func (a Addresses) Overlaps(b Addresses) bool { return overlap(a.v4, b.v4) || overlap(a.v6, b.v6) }

// Contains reports whether the address is in a; zones are ignored.
func (a Addresses) Contains(addr netip.Addr) bool {
	if !addr.IsValid() {
		return false
	}
	return a.of(familyOf(addr)).at(numberOf(addr)) != nil
}

// Family is the part of a that is of the family.
func (a Addresses) Family(f Family) Addresses {
	if f == IPv4 {
		return Addresses{v4: a.v4}
	}
	return Addresses{v6: a.v6}
}

// Prefixes is the shortest list of prefixes that covers a exactly, in order,
// IPv4 first.
func (a Addresses) Prefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, f := range families {
		for _, e := range a.of(f) {
			out = netipx.IPRangeFrom(e.from.addr(f), e.to.addr(f)).AppendPrefixes(out)
		}
	}
	return out
}

// First is the lowest address, IPv4 first.
func (a Addresses) First() (netip.Addr, bool) {
	for _, f := range families {
		if t := a.of(f); len(t) > 0 {
			return t[0].from.addr(f), true
		}
	}
	return netip.Addr{}, false
}

// String is the prefixes of a, separated by commas.
func (a Addresses) String() string { return joinPrefixes(a.Prefixes()) }

func (a Addresses) of(f Family) tree {
	if f == IPv4 {
		return a.v4
	}
	return a.v6
}

// families is both, in the order in which they are printed.
var families = [...]Family{IPv4, IPv6}

func familyOf(a netip.Addr) Family {
	if a.Is4() {
		return IPv4
	}
	return IPv6
}

func joinPrefixes(prefixes []netip.Prefix) string {
	words := make([]string, len(prefixes))
	for i, p := range prefixes {
		words[i] = p.String()
	}
	return strings.Join(words, ",")
}
