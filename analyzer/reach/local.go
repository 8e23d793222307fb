package reach

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// carriers are the kinds of boundary that carry packets from one network to
// another.
var carriers = []string{"Cloud WAN", "Direct Connect", "local gateway"}

// joining is a boundary that may carry packets from one VPC to another: one
// that both touch, or of which nobody knows what it touches besides.
func (g *Graph) joining(v, w *aws.VPC) *aws.Boundary {
	var atV, atW *aws.Boundary
	for _, b := range g.boundaries {
		if !slices.Contains(carriers, b.Kind) {
			continue
		}
		if slices.Contains(b.VPCs, v) && slices.Contains(b.VPCs, w) {
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
	for _, b := range g.boundaries {
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
func (g *Graph) eastWest(i, j *aws.Interface, f packet.Family, question packet.Set, suppose bool, more ...stage) outcome {
	if e := g.instanceConnect(i); e != nil && len(more) == 0 {
		return g.connectsTo(e, j, f, question, suppose)
	}
	return g.overPlaces(j, f, func(to *place) outcome { return g.eastWestTo(i, j, to, question, suppose, more...) })
}

// eastWestTo is what gets from one interface to another in one of the subnets
// where that stands.
func (g *Graph) eastWestTo(i, j *aws.Interface, to *place, question packet.Set, suppose bool, more ...stage) outcome {
	f := to.f
	return g.overPlaces(i, f, func(from *place) outcome {
		sender, receiver := g.hostIn(i, from), g.hostIn(j, to)
		sender.across = from.vpc != to.vpc
		receiver.across = sender.across
		asked := question
		if !sender.one {
			asked = asked.From(sender.addresses)
		}
		if !receiver.one {
			asked = asked.To(receiver.addresses)
		}
		t := g.from(sender, from)
		able := append(g.sends(i, from, receiver), g.speaksStage(i, from), g.speaksStage(j, to))
		o := g.roundTrip(t, from, g.to(receiver, to), suppose).outcome(func(p *passage) outcome {
			before := slices.Concat(able, []stage{g.groupStage(i, outbound, f, receiver.knows(p.end.outward))})
			after := append([]stage{g.groupStage(j, inbound, f, p.end.seenBy(t, sender)), g.listening(j, f)}, more...)
			return p.walk(before, after, asked)
		})
		o.from, o.to = sender.addresses, receiver.addresses
		o.story = o.story.setOut(interfaceObject(i)).arrive(interfaceObject(j))
		return o
	})
}

// seenBy is the sender as the receiver sees it in the end, with its groups
// where the way has kept them.
func (end *arrival) seenBy(setOut traveller, sender remote) remote {
	if end.as.key != setOut.as.key {
		seen := end.as
		if end.inward == tf.Maybe { // what nobody follows may have kept them (SG-9)
			seen.member, seen.unsure = sender.member, true
		}
		return seen
	}
	return sender.knows(end.inward)
}
