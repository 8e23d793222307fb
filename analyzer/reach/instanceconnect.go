package reach

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// instanceConnect is the Instance Connect endpoint that an interface belongs
// to, or nil.
func (g *Graph) instanceConnect(i *aws.Interface) *aws.InstanceConnectEndpoint {
	if i.Kind == aws.KindEndpoint {
		for _, e := range g.network.InstanceConnects {
			if e.Interface == i {
				return e
			}
		}
	}
	return nil
}

// connectsTo is what people whom IAM lets in get from an Instance Connect
// endpoint to a host: TCP 22 and 3389, past the endpoint's outbound rules and
// the host's inbound ones, which may refer to the endpoint's groups and see its
// address, or the client's (EP-6).
func (g *Graph) connectsTo(e *aws.InstanceConnectEndpoint, j *aws.Interface, f packet.Family, question packet.Set, suppose bool) outcome {
	seen := func(kept bool) outcome {
		return g.overPlaces(e.Interface, f, func(from *place) outcome {
			return g.overPlaces(j, f, func(to *place) outcome { return g.connection(e, kept, from, j, to, question, suppose) })
		})
	}
	switch e.PreserveClientIP {
	case tf.Yes:
		return seen(true)
	case tf.No:
		return seen(false)
	}
	return oneOf(tf.Fact{
		ID: "preserve:" + e.Label, Text: "whether " + e.Label + " preserves the client's address", Settle: settleApply,
	}, seen(true), seen(false))
}

// opens is what an Instance Connect endpoint opens: connections to
// interfaces, on two ports.
func opens(e *aws.InstanceConnectEndpoint, f packet.Family, toInterface bool) stage {
	s := stage{
		object: e.Object, cause: objectCause(e.Object), code: "PROTOCOL_RESTRICTION", cost: 3, fixed: true,
		blocked: "an Instance Connect endpoint opens connections to TCP 22 and 3389 only",
	}
	if !toInterface {
		s.code, s.blocked = "NO_POSSIBLE_DESTINATION", "an Instance Connect endpoint opens connections to interfaces only"
		return s
	}
	s.admits = exactly(packet.Everything(f).On(packet.TCP).ToPorts(packet.PortRange(22, 22).Union(packet.PortRange(3389, 3389))))
	s.elements = []*element{{object: e.Object, cause: s.cause, detail: "for people whom IAM lets in", admits: s.admits}}
	return s
}

func (g *Graph) connection(e *aws.InstanceConnectEndpoint, kept bool, from *place, j *aws.Interface, to *place, question packet.Set, suppose bool) outcome {
	f, receiver := from.f, g.hostIn(j, to)
	by := g.hostIn(e.Interface, from)
	if kept {
		by = from.internet
		by.key, by.member = fmt.Sprintf("%s by %p in %p", by.key, e, from.subnet), e.Interface
		question = question.From(by.addresses)
	}
	by.across = from.vpc != to.vpc
	receiver.across = by.across
	t := traveller{as: by, home: from.vpc, at: from, inward: tf.Yes, outward: tf.Yes, zone: from.subnet.AvailabilityZone}
	t.as.member = nil
	reaches := stage{
		object: e.Object, cause: aws.Cause{Resource: e.Resource, Argument: "preserve_client_ip"}, code: "NO_PATH", cost: 3, quiet: true, mend: mending{of: e},
		blocked: "it keeps the client's address, which works in its own VPC only",
	}
	near := tf.TriOf(!kept || from.vpc == to.vpc)
	if kept && (from.vpc == nil || to.vpc == nil) {
		near = tf.Maybe
	}
	reaches = g.gated(near, f, subnetFact(to.subnet), reaches)
	o := g.roundTrip(t, from, g.to(receiver, to), suppose).outcome(func(p *passage) outcome {
		before := []stage{
			opens(e, f, true), reaches, g.speaksStage(e.Interface, from), g.speaksStage(j, to),
			g.groupStage(e.Interface, outbound, f, receiver.knows(p.end.outward)),
		}
		return p.walk(before, []stage{g.groupStage(j, inbound, f, p.end.seenBy(t, by)), g.listening(j, f)}, question)
	})
	o.from, o.to = by.addresses, receiver.addresses
	return o
}
