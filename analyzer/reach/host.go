package reach

import (
	"fmt"
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// hostIn is an interface in one of its subnets as a remote of others: by the
// addresses that it has, or else by one of the subnet's that nobody knows.
func (g *Graph) hostIn(i *aws.Interface, p *place) remote {
	r := remote{key: fmt.Sprintf("host %p %p", i, p.subnet), member: i, vpc: p.vpc, subnet: p.subnet}
	for _, a := range i.Addresses {
		if familyOf(a) == p.f && (len(i.Subnets.Each) == 1 || inBlock(a, p)) {
			r.addresses = r.addresses.Union(packet.Prefixes(netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())))
		}
	}
	if r.addresses.IsEmpty() {
		r.addresses, r.one, r.fact = p.hosts, true, p.whichHosts
	}
	return r
}

func inBlock(a netip.Addr, p *place) bool {
	return p.subnet.CIDR.Known() && p.f == packet.IPv4 && p.subnet.CIDR.Prefix.Contains(a.Unmap())
}

// hostAddresses are the addresses that a host of the subnet may have: its
// block without the first four and the last, which AWS keeps (VPC-4, U-10). Of
// a symbolic block nothing is known but that it lies in its VPC's (U-9).
func (g *Graph) hostAddresses(s *aws.Subnet, f packet.Family) packet.Addresses {
	if a, _, ok := g.sayCIDRs(addressesFact(s), f); ok {
		if f != packet.IPv4 || !s.CIDR.Known() || a.SubsetOf(packet.Prefixes(s.CIDR.Prefix)) {
			return a
		}
		g.answers.Refuse(addressesFact(s).ID, givenCIDRs, "some of "+s.CIDR.Prefix.String())
	}
	if f == packet.IPv6 {
		if s.IPv6 != nil && s.IPv6.Known() {
			return packet.Prefixes(s.IPv6.Prefix)
		}
		return g.insideOf(s, f)
	}
	if !s.CIDR.Known() {
		return g.insideOf(s, f)
	}
	all := packet.Prefixes(s.CIDR.Prefix)
	if s.CIDR.Prefix.Bits() > 28 {
		return all // no subnet is this small
	}
	first := s.CIDR.Prefix.Masked().Addr()
	reserved := packet.AddressRange(first, first.Next().Next().Next())
	end := last(s.CIDR.Prefix)
	return all.Subtract(reserved).Subtract(packet.AddressRange(end, end))
}

// insideOf are the addresses that a subnet of unknown ones may have: those of its
// VPC, as far as all of these are known or people say them (U-9).
func (g *Graph) insideOf(s *aws.Subnet, f packet.Family) packet.Addresses {
	if v, _ := g.vpcOf(s); v != nil && !g.blocks(v, f).IsEmpty() {
		says := g.blocksSay(v, f)
		if says != nil || !g.nameless(v, f) && v.Resource != nil && v.Resource.IsNew() {
			return g.blocks(v, f)
		}
	}
	if f == packet.IPv6 && s.IPv6 != nil && s.IPv6.Private == tf.No {
		return InternetAddresses(f) // what Amazon gives is global unicast (IGW-3)
	}
	return packet.AllAddresses(f)
}

// speaks says whether an interface has an address of the family at all.
func speaks(i *aws.Interface, p *place) tf.Tri {
	if p.f == packet.IPv4 {
		return tf.TriOf(p.subnet.Outside || p.subnet.CIDR != aws.Block{})
	}
	for _, a := range i.Addresses {
		if familyOf(a) == packet.IPv6 {
			return tf.Yes
		}
	}
	if i.InnerIPv6 {
		return i.IPv6.Or(tf.Maybe)
	}
	return i.IPv6
}

func (g *Graph) speaksStage(i *aws.Interface, p *place) stage {
	o := interfaceObject(i)
	return g.gatedBy(speaks(i, p), p.f, tf.Fact{
		ID: "address:" + o.Label, Text: "whether " + o.Label + " gets an " + familyName(p.f) + " address", Settle: settleApply,
	}, map[packet.Family]string{packet.IPv6: "ipv6"}[p.f], stage{
		object: o, cause: objectCause(o), code: "ENI_ADDRESS_RESTRICTION",
		blocked: "it has no " + familyName(p.f) + " address", cost: 3, quiet: true, mend: mending{of: i},
	})
}

func familyName(f packet.Family) string {
	if f == packet.IPv6 {
		return "IPv6"
	}
	return "IPv4"
}

// initiates is whether an interface opens connections itself.
func (g *Graph) initiates(i *aws.Interface, f packet.Family) stage {
	o := interfaceObject(i)
	t := i.Initiates
	return g.gated(t, f, tf.Fact{ID: "initiates:" + o.Label, Text: "whether " + o.Label + " opens connections", Settle: settleApply}, stage{
		object: o, cause: objectCause(o), code: "VPCE_INTRA_VPC_TRAFFIC",
		blocked: "it never opens a connection itself", cost: 3, fixed: true, quiet: true,
	})
}
