package reach

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// peering is a VPC peering connection as a next hop. It carries packets from
// one VPC to the other, and nothing from or to anywhere else: what the other
// VPC is joined to is out of reach (PCX-3).
func (s *search) peering(p *place, pcx *aws.Peering) hop {
	return hop{
		key: fmt.Sprintf("peering %p", pcx), label: pcx.Label, to: pcx,
		wanted: leadsTo(aws.TargetPeering, func(t *aws.Target) aws.Link[aws.Peering] { return t.Peering }, pcx),
		follow: func(t traveller) *way { return s.acrossPeering(t, p, pcx) },
	}
}

func (s *search) acrossPeering(t traveller, p *place, pcx *aws.Peering) *way {
	other, touches := otherSide(pcx, p.vpc)
	why := stage{object: pcx.Object, cause: objectCause(pcx.Object), cost: 3, quiet: true}
	there := why
	there.code, there.blocked = "BAD_STATE_ROUTE", "it does not begin in "+vpcName(p)
	fact := tf.Fact{ID: "peering:" + pcx.Label, Text: "which VPCs " + pcx.Label + " joins", Settle: settleContext}
	stages := []stage{s.gate(touches, fact, there), s.accepted(pcx)}
	if t.home != p.vpc || t.nat != nil {
		// NAT-10: whether a NAT gateway's packets are carried is not documented.
		own := why
		own.code, own.blocked = "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "it carries only what comes from "+vpcName(p)+" itself"
		own.fixed = true
		may := tf.No
		if t.home == p.vpc {
			may = tf.Maybe
		}
		stages = append(stages, s.gate(may, tf.Fact{
			ID: "nat-peering:" + pcx.Label, Text: "whether " + pcx.Label + " carries what a NAT gateway sends", Settle: "check it by hand",
		}, own))
	}
	if other == nil && touches != tf.No {
		if s.goal.kind == toTheInternet {
			return s.pastPeering(t, pcx, aws.Object{Label: "the other VPC"}, stages)
		}
		return s.unknownWay(t, pcx.Object, fact).behind(stages...)
	}
	if s.goal.kind == toPremises && other != nil && other.Outside { // which may hold the address
		return s.unknownWay(t, pcx.Object, tf.Fact{
			ID: "boundary:" + pcx.Label, Text: "what lies in " + other.ShortName() + " behind " + pcx.Label, Settle: settleContext,
		}).behind(stages...)
	}
	if !s.goal.inside(other) {
		o := pcx.Object
		if other != nil {
			o = other.Object
		}
		return s.pastPeering(t, pcx, o, stages)
	}
	same := pcx.SameRegion
	t.inward, t.outward = t.inward.And(same), t.outward.And(same) // PCX-5
	carries := s.gate(tf.Yes, tf.Fact{}, stage{object: pcx.Object, cause: objectCause(pcx.Object)})
	return s.deliver(t).behind(append(stages, carries)...)
}

// pastPeering is a goal beyond the other VPC, or another VPC's with addresses
// like its own (PCX-3, PCX-4).
func (s *search) pastPeering(t traveller, pcx *aws.Peering, other aws.Object, stages []stage) *way {
	return s.blocked(t, stage{
		object: pcx.Object, cause: objectCause(pcx.Object), code: "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", cost: leadsElsewhere, fixed: true, reply: s.reply,
		blocked: "it leads to " + other.ShortName() + " and no further",
	}).behind(stages...)
}

// accepted is whether a peering is active: else routes to it drop what they
// match (PCX-1, RT-6). Blocks that overlap make it fail (PCX-4).
func (s *search) accepted(pcx *aws.Peering) stage {
	out := stage{object: pcx.Object, cause: pcx.ActiveCause, code: "BAD_STATE", blocked: "nobody accepts it", cost: 3, quiet: true, mend: mending{of: pcx}}
	if s.g.isImagined(pcx) {
		a, b := pcx.Requester.To[0], pcx.Accepter.To[0]
		out.object = aws.Object{Label: a.ShortName() + " and " + b.ShortName()}
		out.cause, out.code, out.cost = objectCause(a.Object, b.Object), "DISCONNECTED_VPCS", newPeering
		out.blocked = "nothing joins " + a.ShortName() + " and " + b.ShortName()
	}
	if out.cause.Resource == nil {
		out.cause = objectCause(pcx.Object)
	}
	active := pcx.Active
	a, aKnown := pcx.Requester.One()
	b, bKnown := pcx.Accepter.One()
	if aKnown && bKnown && s.g.overlapping(a, b) {
		active, out.blocked, out.fixed = tf.No, "the blocks of its VPCs overlap", true
	}
	return s.gate(active, tf.Fact{
		ID: "peering-accepted:" + pcx.Label, Text: "whether " + pcx.Label + " is accepted", Settle: settleContext,
	}, out)
}

// imagined is the peering that two VPCs could have and do not, or nil.
func (g *Graph) imagined(v, w *aws.VPC) *aws.Peering {
	if v == nil || w == nil || v == w || g.overlapping(v, w) {
		return nil
	}
	for _, pcx := range g.peerings[v] {
		if other, _ := otherSide(pcx, v); other == w {
			return nil
		}
	}
	for _, key := range [][2]*aws.VPC{{v, w}, {w, v}} {
		if known, ok := g.imaginary[key]; ok {
			return known
		}
	}
	pcx := &aws.Peering{
		Object:    aws.Object{Label: "a peering connection between " + v.ShortName() + " and " + w.ShortName()},
		Requester: aws.Link[aws.VPC]{To: []*aws.VPC{v}}, Accepter: aws.Link[aws.VPC]{To: []*aws.VPC{w}},
		Active: tf.No, SameRegion: tf.Yes,
	}
	g.imaginary[[2]*aws.VPC{v, w}] = pcx
	return pcx
}

func (g *Graph) isImagined(pcx *aws.Peering) bool {
	v, ok := pcx.Requester.One()
	w, too := pcx.Accepter.One()
	return ok && too && g.imaginary[[2]*aws.VPC{v, w}] == pcx
}

func (g *Graph) overlapping(v, w *aws.VPC) bool {
	for _, f := range families {
		if g.blocks(v, f).Overlaps(g.blocks(w, f)) {
			return true
		}
	}
	return false
}

// otherSide is the VPC that a peering leads to from one of its VPCs, nil where
// nobody knows, and whether it begins in that one.
func otherSide(pcx *aws.Peering, v *aws.VPC) (*aws.VPC, tf.Tri) {
	is := func(l aws.Link[aws.VPC]) tf.Tri {
		return linked(l, func(w *aws.VPC) tf.Tri { return tf.TriOf(w == v) })
	}
	ends := [][2]aws.Link[aws.VPC]{{pcx.Requester, pcx.Accepter}, {pcx.Accepter, pcx.Requester}}
	for _, end := range ends {
		if is(end[0]) == tf.Yes {
			other, _ := end[1].One()
			return other, tf.Yes
		}
	}
	for _, end := range ends {
		if is(end[0]) == tf.Maybe {
			other, _ := end[1].One()
			return other, tf.Maybe
		}
	}
	return nil, tf.No
}
