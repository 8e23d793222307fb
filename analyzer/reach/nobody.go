package reach

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func (g *Graph) inSomeVPC(a packet.Addresses, f packet.Family) bool {
	return slices.ContainsFunc(g.network.VPCs, func(v *aws.VPC) bool { return g.blocks(v, f).Overlaps(a) })
}

// heldByNobody reports whether an end point is one address inside a VPC of the
// input that no interface is known to hold.
func (g *Graph) heldByNobody(e Endpoint, f packet.Family) bool {
	if e.Kind != IP {
		return false
	}
	all := e.Addresses.Prefixes()
	return len(all) == 1 && all[0].IsSingleIP() && g.vpcAt(e.Addresses, f) != nil
}

// vpcAt is the one VPC whose blocks hold the addresses, nil where there is none
// or more than one.
func (g *Graph) vpcAt(a packet.Addresses, f packet.Family) *aws.VPC {
	var at *aws.VPC
	for _, v := range g.network.VPCs {
		if g.blocks(v, f).Overlaps(a) {
			if at != nil || !a.SubsetOf(g.blocks(v, f)) {
				return nil
			}
			at = v
		}
	}
	return at
}

// nobody stands in for whoever would hold an address inside a VPC, in the
// subnet that it belongs to, with the stage that says that nobody does (RT-13).
// That something does which the input does not show is possible (U-10, U-14).
func (g *Graph) nobody(e Endpoint, f packet.Family) (*aws.Interface, stage) {
	v := g.vpcAt(e.Addresses, f)
	s := &aws.Subnet{
		Object: aws.Object{Label: "a subnet of " + v.ShortName() + " with " + e.Label}, VPC: aws.Link[aws.VPC]{To: []*aws.VPC{v}},
		CIDR: aws.Block{Prefix: e.Addresses.Prefixes()[0], Family: f}, AvailabilityZone: tf.UnknownVal[string](),
	}
	if v.MainRouteTable != nil && v.DefaultACL != nil {
		s.RouteTable, s.ACL = aws.Link[aws.RouteTable]{To: []*aws.RouteTable{v.MainRouteTable}}, aws.Link[aws.ACL]{To: []*aws.ACL{v.DefaultACL}}
	}
	why := stage{
		object: v.Object, cause: objectCause(v.Object), code: "NO_POSSIBLE_DESTINATION", cost: impossible, fixed: true,
		blocked: "no subnet of it has this address",
	}
	for _, there := range g.subnets[v] {
		if there.CIDR.Known() && e.Addresses.SubsetOf(packet.Prefixes(there.CIDR.Prefix)) {
			s, why.object, why.cause, why.blocked = there, there.Object, objectCause(there.Object, v.Object), "no interface in it has this address"
		}
	}
	at, _ := e.Addresses.First()
	i := &aws.Interface{
		Object: aws.Object{Label: e.Label}, Addresses: []netip.Addr{at}, Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{{To: []*aws.Subnet{s}}}},
		HasGroups: tf.No, Inbound: tf.Yes, SourceDestCheck: tf.Yes, IPv6: tf.TriOf(f == packet.IPv6),
	}
	held := tf.No
	if g.mayHold(v, e.Addresses, f) {
		held = tf.Maybe
	}
	return i, g.gated(held, f, tf.Fact{ID: "beyond:" + e.Label, Text: "whether something has the address " + e.Label, Settle: "check it by hand"}, why)
}

// elsewhere is what lies beyond the internet gateway and the VPC: on-premises
// networks, other AWS services, addresses that nobody is known to hold. Where
// something leads there that is not followed yet, nobody knows.
func (g *Graph) elsewhere(from, to Endpoint, i *aws.Interface, f packet.Family, packets packet.Set, suppose bool) outcome {
	other := from
	if i != nil && from.Kind == Interfaces || from.Kind == LoadBalancers || to.Kind == Service {
		other = to
	}
	out := stage{object: aws.Object{Label: other.Label}, code: "NO_PATH", blocked: "nothing leads there", cost: 3, fixed: true}
	fact := tf.Fact{ID: "beyond:" + other.Label, Text: "what lies at " + other.Label, Settle: "check it by hand"}
	known := tf.No
	var v *aws.VPC
	if i != nil {
		out.cause = objectCause(interfaceObject(i))
		for _, l := range i.Subnets.Each {
			if s, ok := l.One(); ok {
				v, _ = s.VPC.One()
			}
		}
	}
	if from.Kind == Internet && to.Kind == IP {
		out.object.Label, out.blocked = to.Label, "nothing leads there from the internet"
	}
	switch {
	case other.Kind == Service:
		known = tf.Maybe
	case other.Kind == IP && g.inSomeVPC(other.Addresses, f):
		// RT-13: an address inside a VPC that no interface is known to hold.
		out.code, out.blocked = "NO_POSSIBLE_DESTINATION", "no interface has this address"
		fact.Text = "whether something has the address " + other.Label
		for _, w := range g.network.VPCs {
			if g.blocks(w, f).Overlaps(other.Addresses) && g.mayHold(w, other.Addresses, f) {
				known = tf.Maybe
			}
		}
	case other.Kind == IP && g.mayBeIn(other.Addresses, f) != nil:
		known, fact = tf.Maybe, vpcAddressesFact(g.mayBeIn(other.Addresses, f))
	default:
		if b := g.carrierAt(v); b != nil {
			known, fact = tf.Maybe, boundaryFact(b)
		}
	}
	last := g.gated(known, f, fact, out)
	if i == nil || other.Kind != IP || from.isOutside() {
		return walk([]stage{last}, packets)
	}
	// What would stop the packets on the way to nobody is told too (RT-13).
	far := remote{key: other.Label, addresses: other.Addresses}
	return g.overPlaces(i, f, func(p *place) outcome {
		before := append(g.sends(i, p, far), g.speaksStage(i, p), g.groupStage(i, outbound, f, far))
		asked := packets.To(far.addresses)
		if at := g.subnetWith(far.addresses, f); at != nil {
			sender := g.hostIn(i, p)
			return g.roundTrip(g.from(sender, p), p, g.to(far, g.place(at, f)), suppose).outcome(func(w *passage) outcome {
				return w.walk(before, []stage{last}, asked)
			})
		}
		return walk(append(before, g.boundary(p.subnet, outbound, f, far, false), last), asked)
	})
}

// subnetWith is the subnet that has the addresses, nil where there is none.
func (g *Graph) subnetWith(a packet.Addresses, f packet.Family) *aws.Subnet {
	for _, s := range g.network.Subnets {
		if f == packet.IPv4 && s.CIDR.Known() && a.SubsetOf(packet.Prefixes(s.CIDR.Prefix)) ||
			f == packet.IPv6 && s.IPv6 != nil && s.IPv6.Known() && a.SubsetOf(packet.Prefixes(s.IPv6.Prefix)) {
			return s
		}
	}
	return nil
}

// mayHold reports whether some interface of the VPC whose address is not known
// may have one of the addresses (U-10).
func (g *Graph) mayHold(v *aws.VPC, a packet.Addresses, f packet.Family) bool {
	for _, i := range g.network.Interfaces {
		if len(i.Addresses) > 0 {
			continue
		}
		for _, l := range i.Subnets.Each {
			for _, s := range l.To {
				if w, ok := s.VPC.One(); (!ok || w == v) && g.hostAddresses(s, f).Overlaps(a) {
					return true
				}
			}
		}
	}
	for _, s := range g.subnets[v] {
		if s.Shared && g.hostAddresses(s, f).Overlaps(a) {
			return true // VPC-3
		}
	}
	return v == nil || v.Resource == nil || !v.Resource.IsNew() // U-14
}
