package reach

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
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
	return g.internet[f].Subtract(blocks(v, f))
}

// blocks are the known address blocks of a VPC.
func blocks(v *aws.VPC, f packet.Family) packet.Addresses {
	var out packet.Addresses
	if v == nil {
		return out
	}
	for _, b := range v.CIDRs {
		if b.Known() && b.Family == f {
			out = out.Union(packet.Prefixes(b.Prefix))
		}
	}
	return out
}

// widen lets "every address of the family" stand for the whole internet on
// the client's side of a flow, so that people read 0.0.0.0/0 and not the
// twenty prefixes that the internet is. What is admitted from a part of it
// stays exact.
func widen(s packet.Set, f packet.Family, internet packet.Addresses) packet.Set {
	if s.IsEmpty() {
		return s
	}
	all := packet.Everything(f)
	out := s.Union(everySource(s, internet, f))
	for _, ports := range clientPorts(s) {
		bad := withClientPorts(all, ports).From(internet).Subtract(s)
		out = out.Union(withClientPorts(all.Subtract(bad.AnySource()), ports))
	}
	return out
}

// clientPorts are the intervals of source ports that s restricts TCP or UDP
// to.
func clientPorts(s packet.Set) []packet.Ports {
	var out []packet.Ports
	ports := s.FromPortsOf(packet.TCP).Union(s.FromPortsOf(packet.UDP))
	if ports.Equal(packet.AllPorts()) {
		return nil
	}
	for _, r := range ports.Ranges() {
		out = append(out, packet.PortRange(r.From, r.To))
	}
	return out
}
