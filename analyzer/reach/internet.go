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
	if g.nameless(v, f) {
		more, _, _ := g.sayCIDRs(vpcAddressesFact(v), f)
		out = out.Union(more)
	}
	return out
}

// nameless reports whether a VPC has a block of the family of which nobody knows
// the addresses (U-9).
func (g *Graph) nameless(v *aws.VPC, f packet.Family) bool {
	if v.ShortName() == "" {
		return false
	}
	return v.Outside && len(v.CIDRs) == 0 || slices.ContainsFunc(v.CIDRs, func(b aws.Block) bool { return !b.Known() && b.Family == f })
}

// blocksSay is what the blocks of a VPC rest on where people say them.
func (g *Graph) blocksSay(v *aws.VPC, f packet.Family) []*tf.Assumption {
	if v == nil || !g.nameless(v, f) {
		return nil
	}
	_, says, _ := g.sayCIDRs(vpcAddressesFact(v), f)
	return says
}

func vpcAddressesFact(v *aws.VPC) tf.Fact {
	name := v.ShortName()
	return tf.Fact{ID: "addresses:" + name, Text: "which addresses " + name + " has", Settle: settleContext}
}

// mayBeIn is a VPC that may have addresses which nobody knows to be its own, or
// nil. Those of the internet are taken to be in none.
func (g *Graph) mayBeIn(a packet.Addresses, f packet.Family) *aws.VPC {
	for _, v := range g.network.VPCs {
		if a.Overlaps(g.internet[f]) || !g.nameless(v, f) {
			continue
		}
		if _, _, said := g.sayCIDRs(vpcAddressesFact(v), f); !said {
			return v
		}
	}
	return nil
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
