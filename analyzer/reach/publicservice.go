package reach

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// published is the flow from the internet to a service that answers it without
// a path through a VPC, or nil (SVC-5, SVC-14, SVC-20).
func (g *Graph) published(s *aws.PublicService, f packet.Family) *Flow {
	o := g.toService(s, f, packet.Everything(f))
	if o.forward.IsEmpty() {
		return nil
	}
	to := Endpoint{Kind: Service, Label: s.Label, Services: []*aws.PublicService{s}}
	flow := newFlow(internetEnd(f), &to, f, o)
	flow.Delivered = flow.Reachable
	return flow
}

// toService is the whole way to a public service: no group, ACL or route
// guards it, only its switch, its ports and its list of addresses.
func (g *Graph) toService(s *aws.PublicService, f packet.Family, question packet.Set) outcome {
	p := g.place(g.unknown("outside of every VPC"), f)
	o := walk([]stage{g.publicSwitch(s, f), g.servedPorts(s, f), g.servedSources(s, f)}, question.From(p.internet.addresses)).seenFrom(p)
	o.unaddressed = true
	o.story = o.story.setOut(internetObject)
	return o
}

// publicSwitch is the argument that makes a service public.
func (g *Graph) publicSwitch(s *aws.PublicService, f packet.Family) stage {
	fact := tf.Fact{ID: "public:" + s.Label, Text: "whether the " + s.Service + " is public", Settle: settleApply}
	out := g.gated(s.Public, f, fact, stage{
		object: s.Object, cause: objectCause(s.Object), code: "NO_PATH", blocked: "it has no public endpoint", cost: 1, mend: mending{of: s},
	})
	out.elements = []*element{{object: s.Object, cause: objectCause(s.Object), detail: "public endpoint", admits: out.admits}}
	return out
}

// servedPorts are what a public service listens on; nobody knows where the
// table does not say.
func (g *Graph) servedPorts(s *aws.PublicService, f packet.Family) stage {
	fact := tf.Fact{ID: "listens:" + s.Label, Text: "what " + s.Label + " listens on", Settle: settleApply}
	out := stage{object: s.Object, cause: objectCause(s.Object), cost: 3, quiet: true}
	if s.Ports == nil {
		return g.listensAsSaid(g.gated(tf.Maybe, f, fact, out), f, fact)
	}
	out.admits = everything(f)
	return g.listensAsSaid(out.onPorts(s.Ports, f, fact), f, fact)
}

// servedSources is the list of addresses that a public service answers.
func (g *Graph) servedSources(s *aws.PublicService, f packet.Family) stage {
	out := stage{
		object: s.Object, cause: s.Cause, code: "FILTER_AT_DESTINATION_SOURCE_ADDRESS",
		blocked: "its list of addresses admits none of it", cost: 1,
		mend: mending{of: s, far: g.internet[f]},
	}
	if out.cause.Resource == nil {
		out.cause = objectCause(s.Object)
	}
	fact := tf.Fact{ID: "sources:" + s.Label, Text: "which addresses may reach the " + s.Service, Settle: settleApply}
	if a, says, ok := g.sayCIDRs(fact, f); ok && slices.ContainsFunc(s.Sources, func(v tf.Val[netip.Prefix]) bool { return v.IsUnknown() }) {
		out.filter = givenFilter(exactly(packet.Everything(f).From(a)), s.Object, "answers addresses as given", says)
		return out
	}
	for _, source := range s.Sources {
		prefix, ok := source.Known()
		admits, from := possibly(packet.Everything(f)), "addresses not known yet"
		if ok {
			admits = exactly(packet.Everything(f).From(packet.Prefixes(prefix).Family(f)))
			from = printed(s.Cause, prefix.String())
		} else {
			out.doubts = append(out.doubts, doubt{fact, admits.May})
		}
		out.admits = out.admits.or(admits)
		out.elements = append(out.elements, &element{object: s.Object, cause: s.Cause, detail: "answers " + from, admits: admits})
	}
	return out
}
