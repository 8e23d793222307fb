package reach

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// within says whether a remote has its addresses from a range of which nothing
// is known but whose it is, in a rule, entry or route of a VPC (U-9).
func (g *Graph) within(r remote, o *aws.Owner, of aws.Link[aws.VPC]) tf.Tri {
	own, certain := of.One()
	switch {
	case o.Public:
		return g.seenAs(r, o)
	case o.VPC == nil:
		return g.hasAddressOf(r, o.Interface)
	case r.internet && certain && own == o.VPC:
		return tf.No // RT-3: what has such an address is inside
	case r.vpc == nil || r.vpc.Outside:
		return tf.Maybe
	case r.vpc == o.VPC && r.subnet != nil && r.subnet.IPv6 != nil && r.subnet.IPv6.Owner != nil:
		return o.Holds(r.subnet.IPv6.Owner)
	case r.vpc == o.VPC && o.Bits > 0:
		return tf.Maybe
	}
	// The blocks of VPCs have nothing in common.
	return tf.TriOf(r.vpc == o.VPC)
}

// seenAs says whether a remote has the public address that something of the
// input has: nobody else on the internet has it, and nothing inside a VPC.
func (g *Graph) seenAs(r remote, o *aws.Owner) tf.Tri {
	switch {
	case r.shown == nil && r.vpc != nil:
		return tf.TriOf(g.blocks(r.vpc, packet.IPv4).Overlaps(g.internet[packet.IPv4])).And(tf.Maybe)
	case r.shown == nil:
		return tf.TriOf(!r.internet || !o.Held).And(tf.Maybe)
	case o.Interface != nil && slices.Contains(r.shown.hosts, o.Interface):
		return tf.TriOf(r.shown.one() && o.Held && o.Interface.OneAddress).Or(tf.Maybe)
	case o.NAT != nil && slices.Contains(r.shown.nats, o.NAT):
		return tf.TriOf(r.shown.one() && o.Held && o.NAT.OneAddress).Or(tf.Maybe)
	case r.shown.open, !o.Held:
		return tf.Maybe
	}
	return tf.No
}

// hasAddressOf says whether a remote has the private address of an interface.
func (g *Graph) hasAddressOf(r remote, i *aws.Interface) tf.Tri {
	s := onlySubnet(i)
	var v *aws.VPC
	if s != nil {
		v, _ = s.VPC.One()
	}
	switch {
	case v == nil || r.internet && g.blocks(v, packet.IPv4).Overlaps(g.internet[packet.IPv4]):
		return tf.Maybe
	case r.internet:
		return tf.No
	case r.vpc == nil:
		return tf.Maybe
	case r.vpc != v:
		return tf.TriOf(g.blocks(r.vpc, packet.IPv4).Overlaps(g.blocks(v, packet.IPv4)) || g.nameless(r.vpc, packet.IPv4) || g.nameless(v, packet.IPv4)).And(tf.Maybe)
	case r.member == i:
		return tf.TriOf(i.OneAddress).Or(tf.Maybe)
	case r.member != nil || r.subnet != s:
		return tf.No
	}
	return tf.Maybe
}

// namesOwners reports whether a rule or entry of a network names the public
// address of something in it.
func namesOwners(n *aws.Network) bool {
	public := func(o *aws.Owner) bool { return o != nil && o.Public }
	for _, s := range n.SecurityGroups {
		for _, rules := range [][]aws.Rule{s.Ingress, s.Egress} {
			for _, r := range rules {
				if slices.ContainsFunc(r.CIDRs, func(p aws.Peer[netip.Prefix]) bool { return public(p.Owner) }) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(n.ACLs, func(a *aws.ACL) bool {
		return slices.ContainsFunc(slices.Concat(a.Ingress, a.Egress), func(e aws.ACLEntry) bool { return public(e.Owner) })
	})
}
