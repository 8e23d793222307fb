package reach

import (
	"net/netip"

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

// last is the last address of a prefix.
func last(p netip.Prefix) netip.Addr {
	a := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(a)*8; bit++ {
		a[bit/8] |= 1 << (7 - bit%8)
	}
	end, _ := netip.AddrFromSlice(a)
	return end
}
