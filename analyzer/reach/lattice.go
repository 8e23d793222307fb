package reach

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// linkLocal is where VPC Lattice has its addresses that are not public ones,
// which nobody but it uses (EP-9).
var linkLocal = packet.Prefixes(netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fd00:ec2:80::/64"))

// byLattice are the flows to targets of VPC Lattice from its clients. Which
// service leads where is a matter of names and policies, so that they are
// possible and never certain (EP-9).
func (g *Graph) byLattice(from, to Endpoint) []*Flow {
	var out []*Flow
	for _, group := range g.network.LatticeGroups {
		for _, t := range group.Targets {
			if !slices.Contains(to.interfaces(), t.Interface) {
				continue
			}
			for _, f := range families {
				second := g.fromLattice(t, f)
				if second.forward.IsEmpty() {
					continue
				}
				for _, i := range from.Interfaces {
					if i != t.Interface {
						out = append(out, g.byLatticeGroup(group, i, t.Interface, f, second)...)
					}
				}
			}
		}
	}
	return out
}

// byLatticeGroup are the flows of one client to one target: by the VPC that it
// stands in, or by an endpoint for the service network.
func (g *Graph) byLatticeGroup(group *aws.LatticeGroup, i, target *aws.Interface, f packet.Family, second outcome) []*Flow {
	firsts := []outcome{g.toLattice(group, i, f)}
	for _, front := range group.Fronts {
		firsts = append(firsts, g.eastWest(i, front, f, packet.Everything(f).On(packet.TCP), false))
	}
	fact := tf.Fact{ID: "boundary:" + group.Label, Text: "whom " + group.Label + " serves by VPC Lattice", Settle: "check it by hand"}
	serves, says := g.passes(tf.Maybe, fact)
	var out []*Flow
	for _, o := range firsts {
		if o.forward.IsEmpty() || serves == tf.No {
			continue
		}
		o = o.followed(second)
		o.assumptions = append(o.assumptions, says...)
		if second.reachable.IsEmpty() {
			o.reachable = Relation{}
		}
		flow := newFlow(interfaceEnd(i), interfaceEnd(target), f, o.doubted(fact))
		flow.Lattice, flow.Delivered = group, second.reachable.doubt()
		out = append(out, flow)
	}
	return out
}

// toLattice is what a client in a VPC of a service network sends to it, past its
// own groups and the ACL of its subnet, whatever the routes say.
func (g *Graph) toLattice(group *aws.LatticeGroup, i *aws.Interface, f packet.Family) outcome {
	return g.overPlaces(i, f, func(p *place) outcome {
		if !group.AnyClient && p.vpc != nil && !slices.Contains(group.Clients, p.vpc) {
			return outcome{}
		}
		lattice, asked := latticeRemote(p), packet.Everything(f).On(packet.TCP)
		stages := append(g.sends(i, p, lattice), g.speaksStage(i, p), g.groupStage(i, outbound, f, lattice),
			g.boundary(p.subnet, outbound, f, lattice, false), g.boundary(p.subnet, inbound, f, lattice, true))
		o := walk(stages, asked)
		o.story = o.story.setOut(interfaceObject(i))
		return o
	})
}

// fromLattice is what a target admits from VPC Lattice on its ports.
func (g *Graph) fromLattice(t aws.LatticeTarget, f packet.Family) outcome {
	return g.overPlaces(t.Interface, f, func(p *place) outcome {
		lattice, asked := latticeRemote(p), packet.Everything(f).On(packet.TCP)
		if t.Ports != nil {
			asked = asked.ToPorts(portRange(int(t.Ports[0].From), int(t.Ports[0].To)))
		}
		o := walk([]stage{
			g.speaksStage(t.Interface, p),
			g.boundary(p.subnet, inbound, f, lattice, false), g.groupStage(t.Interface, inbound, f, lattice), g.listening(t.Interface, f),
			g.boundary(p.subnet, outbound, f, lattice, true),
		}, asked)
		o.story = o.story.arrive(interfaceObject(t.Interface))
		return o
	})
}

// latticeRemote is VPC Lattice as clients and targets see it: by one of its link-local
// addresses or of public ones that nobody routes.
func latticeRemote(p *place) remote {
	r := remote{key: "VPC Lattice " + p.internet.key, addresses: p.internet.addresses, one: true}
	r.addresses = r.addresses.Union(linkLocal.Family(p.f))
	return r
}
