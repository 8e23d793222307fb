package reach

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// notInternet is what an internet gateway never carries (IGW-4): addresses
// that are private, shared, local, multicast or reserved. Documentation
// prefixes are carried.
var notInternet = [...]string{
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
	"172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
}

// InternetAddresses are the addresses of the internet: for IPv6, all of
// global unicast.
func InternetAddresses(f packet.Family) packet.Addresses {
	if f == packet.IPv6 {
		return packet.Prefixes(netip.MustParsePrefix("2000::/3"))
	}
	out := packet.AllAddresses(packet.IPv4)
	for _, p := range notInternet {
		out = out.Subtract(packet.Prefixes(netip.MustParsePrefix(p)))
	}
	return out
}

// outsideOf is the internet without the VPC's own blocks, which the local
// route keeps inside even where they look public (IGW-4).
func (g *Graph) outsideOf(v *aws.VPC, f packet.Family) packet.Addresses {
	return g.internet[f].Subtract(g.blocks(v, f))
}

// blocks are the known address blocks of a VPC, or those that people say one
// outside the input has.
func (g *Graph) blocks(v *aws.VPC, f packet.Family) packet.Addresses {
	var out packet.Addresses
	if v == nil {
		return out
	}
	for _, b := range v.CIDRs {
		if b.Known() && b.Family == f {
			out = out.Union(packet.Prefixes(b.Prefix))
		}
	}
	if name := shortName(v.Object); v.Outside && len(v.CIDRs) == 0 && name != "" {
		out, _, _ = g.sayCIDRs(tf.Fact{ID: "addresses:" + name}, f)
	}
	return out
}

// widen lets what is admitted from the whole internet be from "everywhere", so
// that people read 0.0.0.0/0 and not the twenty prefixes that the internet is.
// Of the addresses that are no internet it adds those that lie between two that
// are admitted: nobody sends from them, so that they change no answer.
func (p *place) widen(s packet.Set) packet.Set {
	return p.memo.each("widen "+p.internet.key, p.f, s, p.widened)
}

func (p *place) widened(s packet.Set) packet.Set {
	f := p.f
	if s.IsEmpty() {
		return s
	}
	all := packet.Everything(f)
	everyone := everySource(s, p.internet.addresses, f)
	out := s.Union(everyone)
	rest := s.Subtract(everyone)
	if rest.IsEmpty() {
		return out
	}
	sources := rest.Sources()
	for _, gap := range p.gaps {
		if !touches(sources, gap) {
			continue
		}
		for _, ports := range clientPorts(rest) {
			here := withClientPorts(rest, ports)
			between := all
			for _, edge := range gap.edges {
				between = between.Intersect(here.From(edge).AnySource())
			}
			out = out.Union(withClientPorts(between, ports).From(gap.addresses))
		}
	}
	return out
}

// gap is a run of addresses that are no internet, with the internet addresses
// on its edges.
type gap struct {
	addresses packet.Addresses
	edges     []packet.Addresses
}

func touches(sources packet.Addresses, g gap) bool {
	for _, edge := range g.edges {
		if !edge.SubsetOf(sources) {
			return false
		}
	}
	return true
}

// gaps are the runs of addresses between those of the internet.
func gaps(internet packet.Addresses, f packet.Family) []gap {
	var out []gap
	var end netip.Addr
	for _, p := range packet.AllAddresses(f).Subtract(internet).Prefixes() {
		one := packet.Prefixes(p)
		if n := len(out); n > 0 && end.Next() == p.Addr() {
			out[n-1].addresses = out[n-1].addresses.Union(one)
		} else {
			out = append(out, gap{addresses: one})
			if before := p.Addr().Prev(); before.IsValid() {
				out[len(out)-1].edges = []packet.Addresses{packet.AddressRange(before, before)}
			}
		}
		end = last(p)
		if after := end.Next(); internet.Contains(after) {
			out[len(out)-1].edges = append(out[len(out)-1].edges, packet.AddressRange(after, after))
		}
	}
	return slices.DeleteFunc(out, func(g gap) bool { return len(g.edges) == 0 })
}

// last is the last address of a prefix.
func last(p netip.Prefix) netip.Addr {
	a := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(a)*8; bit++ {
		a[bit/8] |= 1 << (7 - bit%8)
	}
	end, _ := netip.AddrFromSlice(a)
	return end
}

// clientPorts are the intervals of source ports that s restricts TCP and UDP
// to, all ports as one.
func clientPorts(s packet.Set) []packet.Ports {
	var out []packet.Ports
	for _, r := range s.FromPortsOf(packet.TCP).Union(s.FromPortsOf(packet.UDP)).Ranges() {
		out = append(out, packet.PortRange(r.From, r.To))
	}
	if len(out) == 0 {
		return []packet.Ports{packet.AllPorts()}
	}
	return out
}
