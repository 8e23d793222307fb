package reach

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// between is the way from one interface to another inside a VPC, in the order
// of M-4: groups of the sender, its subnet's ACL and table, ACL and groups of
// the receiver. Inside one subnet only the groups count (NACL-6, RT-10).
func (g *Graph) between(i *aws.Interface, from *place, j *aws.Interface, to *place) []stage {
	f := from.f
	sender, receiver := g.hostIn(i, from), g.hostIn(j, to)
	stages := []stage{
		initiates(i, f),
		speaksStage(i, from),
		speaksStage(j, to),
		g.groupStage(i, outbound, f, receiver),
	}
	if from.subnet != to.subnet {
		stages = append(stages,
			g.boundary(from.subnet, outbound, f, receiver, false),
			g.sameVPC(from, to),
		)
		if from.vpc != nil {
			stages = append(stages, g.local(from, receiver, false))
		}
		stages = append(stages, g.boundary(to.subnet, inbound, f, sender, false))
	}
	stages = append(stages, g.groupStage(j, inbound, f, sender), listening(j, f))
	if from.subnet != to.subnet {
		stages = append(stages, g.boundary(to.subnet, outbound, f, sender, true))
		if to.vpc != nil {
			stages = append(stages, g.local(to, sender, true))
		}
		stages = append(stages, g.boundary(from.subnet, inbound, f, receiver, true))
	}
	return stages
}

// local is the local route of a subnet's table toward a host (RT-3).
func (g *Graph) local(p *place, by remote, reply bool) stage {
	routes := g.asSeen(outbound, g.localRoute(p.subnet, p.vpc, p.f), by, p.f)
	if reply {
		routes = routes.backward(p.f)
	}
	out := routeStage(p.subnet, p.vpc, routes)
	out.reply = reply
	return out
}

// sameVPC is what joins two subnets: the VPC they share. Between two VPCs the
// ways are not followed yet, so that nobody knows where one touches both.
func (g *Graph) sameVPC(from, to *place) stage {
	out := stage{
		object: aws.Object{Label: vpcName(from) + " and " + vpcName(to)}, code: "DISCONNECTED_VPCS",
		blocked: "nothing joins " + vpcName(from) + " and " + vpcName(to), cost: 3, quiet: true,
	}
	if from.vpc != nil && from.vpc == to.vpc {
		out.admits = everything(from.f)
		return out
	}
	// Where the VPC of one side is not known, what settles that subnet settles
	// this too.
	fact := subnetFact(from.subnet)
	if from.vpc != nil {
		fact = subnetFact(to.subnet)
	}
	joined := tf.Maybe
	if from.vpc != nil && to.vpc != nil {
		out.cause = objectCause(from.vpc.Object, to.vpc.Object)
		joined = tf.No
		if b := g.joining(from.vpc, to.vpc); b != nil {
			joined, fact = tf.Maybe, boundaryFact(b)
		}
	}
	return gated(joined, from.f, fact, out)
}

// carriers are the kinds of boundary that carry packets from one network to
// another.
var carriers = []string{"VPC peering", "transit gateway", "Cloud WAN", "VPN", "Direct Connect"}

// joining is a boundary that may carry packets from one VPC to another: one
// that both touch, or of which nobody knows what it touches besides.
func (g *Graph) joining(v, w *aws.VPC) *aws.Boundary {
	var atV, atW *aws.Boundary
	for n := range g.network.Boundaries {
		b := &g.network.Boundaries[n]
		if !slices.Contains(carriers, b.Kind) {
			continue
		}
		atOne := slices.Contains(b.VPCs, v) || slices.Contains(b.VPCs, w)
		if atOne && (len(b.VPCs) == 1 && b.Kind == "VPC peering" || slices.Contains(b.VPCs, v) && slices.Contains(b.VPCs, w)) {
			return b
		}
		if len(b.VPCs) == 1 && b.VPCs[0] == v {
			atV = b
		}
		if len(b.VPCs) == 1 && b.VPCs[0] == w {
			atW = b
		}
	}
	if atV != nil && atW != nil {
		return atV
	}
	return nil
}

// carrierAt is a boundary that leads out of a VPC, or nil.
func (g *Graph) carrierAt(v *aws.VPC) *aws.Boundary {
	for n := range g.network.Boundaries {
		b := &g.network.Boundaries[n]
		if slices.Contains(carriers, b.Kind) && (v == nil || slices.Contains(b.VPCs, v)) {
			return b
		}
	}
	return nil
}

func boundaryFact(b *aws.Boundary) tf.Fact {
	return tf.Fact{
		ID: "boundary:" + b.Label, Text: "what " + b.Label + " (" + b.Kind + ") carries, which is not followed yet", Settle: "check it by hand",
	}
}

// eastWest is what gets from one interface to another, wherever both stand.
// more are stages of the receiver, such as its listeners.
func (g *Graph) eastWest(i, j *aws.Interface, f packet.Family, question packet.Set, more ...stage) outcome {
	return g.overPlaces(i, f, func(from *place) outcome {
		return g.overPlaces(j, f, func(to *place) outcome {
			sender, receiver := g.hostIn(i, from), g.hostIn(j, to)
			asked := question
			if !sender.one {
				asked = asked.From(sender.addresses)
			}
			if !receiver.one {
				asked = asked.To(receiver.addresses)
			}
			o := walk(append(g.between(i, from, j, to), more...), asked)
			o.from, o.to = sender.addresses, receiver.addresses
			o.path = append([]Hop{{Object: interfaceObject(i), Admits: exactly(asked)}}, o.path...)
			o.path = append(o.path, Hop{Object: interfaceObject(j), Admits: o.reachable})
			return o
		})
	})
}
