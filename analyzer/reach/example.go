package reach

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// Example is one of the packets of a flow, with addresses that its ends may
// really have.
func (g *Graph) Example(f *Flow, packets packet.Set) (packet.Packet, bool) {
	s := packets.Family(f.Family)
	for _, side := range []struct {
		end      *Endpoint
		restrict func(packet.Set, packet.Addresses) packet.Set
	}{{f.From, packet.Set.From}, {f.To, packet.Set.To}} {
		if narrowed := side.restrict(s, g.addressesAt(*side.end, f.Family)); !narrowed.IsEmpty() {
			s = narrowed
		}
	}
	if web := s.On(packet.TCP).ToPorts(packet.PortRange(443, 443)); !web.IsEmpty() {
		s = web
	}
	k, ok := s.Any()
	one := packet.Prefixes(netip.PrefixFrom(k.Source, k.Source.BitLen()))
	if other := s.From(one).Subtract(s.To(one)); ok && k.Source == k.Destination && !other.IsEmpty() {
		return other.Any() // both have one of the same addresses, and not the same
	}
	return k, ok
}

// addressesAt are the addresses that an end may have.
func (g *Graph) addressesAt(e Endpoint, f packet.Family) packet.Addresses {
	if !e.Addresses.IsEmpty() {
		return e.Addresses
	}
	if e.Kind == Internet {
		return g.internet[f]
	}
	var out packet.Addresses
	for _, i := range e.interfaces()[:min(1, len(e.interfaces()))] {
		leads(i.Subnets, func(s *aws.Subnet, _ bool) { out = out.Union(g.hostIn(i, g.place(s, f)).addresses) })
	}
	return out
}
