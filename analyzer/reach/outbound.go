package reach

import (
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// ToInternet returns how an interface gets out: one flow a family and way,
// directly, through each NAT gateway, or through the egress-only gateway.
func (g *Graph) ToInternet(i *aws.Interface) []*Flow {
	var out []*Flow
	for _, f := range families {
		g.leaving(i, f, packet.Everything(f), false, func(o outcome) {
			if !o.forward.IsEmpty() {
				out = append(out, newFlow(interfaceEnd(i), internetEnd(f), f, o))
			}
		})
	}
	return out
}

// leaving is what gets out to the internet; each way is told by itself.
func (g *Graph) leaving(i *aws.Interface, f packet.Family, question packet.Set, suppose bool, each func(outcome)) outcome {
	out := g.leavingVPC(i, f, question, suppose, each)
	if i.Direct == nil || i.Direct.On == tf.No || f != packet.IPv4 {
		return out
	}
	direct := g.leavingDirectly(i, f, question)
	if each != nil {
		each(direct)
	}
	return together(out, direct)
}

// leavingDirectly is what gets out by an interface of AWS's own, past routes,
// groups and ACLs (SVC-15).
func (g *Graph) leavingDirectly(i *aws.Interface, f packet.Family, question packet.Set) outcome {
	o := interfaceObject(i)
	fact := tf.Fact{ID: "direct:" + o.Label, Text: "whether " + o.Label + " gets out past its VPC", Settle: settleApply}
	way := g.gated(i.Direct.On, f, fact, stage{object: o, cause: i.Direct.Cause, code: "NO_PATH", blocked: "it is switched off", cost: 3})
	way.elements = []*element{{object: o, cause: i.Direct.Cause, detail: i.Direct.Cause.Argument + ": by an interface of AWS's own, past the VPC", admits: way.admits}}
	out := walk([]stage{way}, question.To(g.internet[f]))
	out.from, out.to = g.internet[f], g.internet[f]
	out.story = out.story.setOut(o).arrive(internetObject)
	return out
}

// leavingVPC is what gets out by way of the VPC.
func (g *Graph) leavingVPC(i *aws.Interface, f packet.Family, question packet.Set, suppose bool, each func(outcome)) outcome {
	return g.overPlaces(i, f, func(p *place) outcome {
		sender := g.hostIn(i, p)
		asked := question.To(p.internet.addresses)
		if !sender.one {
			asked = asked.From(sender.addresses)
		}
		return g.roundTrip(g.from(sender, p), p, internetGoal(p), suppose).outcome(func(w *passage) outcome {
			before := append(g.sends(i, p, p.internet), g.groupStage(i, outbound, f, p.internet))
			var after []stage
			if w.end.own {
				address := g.addressStage(i, f)
				address.code = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
				after = append(after, address)
			}
			o := w.walk(before, after, asked).seenTo(p)
			o.from, o.to = sender.addresses, p.internet.addresses
			o.story = o.story.setOut(interfaceObject(i)).arrive(internetObject)
			if each != nil {
				each(o)
			}
			return o
		})
	})
}
