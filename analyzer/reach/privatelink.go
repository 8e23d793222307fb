package reach

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// ConsumersName is how people write the accounts outside the input that may use
// its endpoint services (EP-3).
const ConsumersName = "aws:privatelink-consumers"

// consumers are the clients of an endpoint service that stand elsewhere. What
// a load balancer's groups see of them are private addresses, whichever.
func consumers(f packet.Family) remote {
	return remote{key: ConsumersName, addresses: packet.AllAddresses(f)}
}

// offered are the endpoint services that each load balancer stands behind.
func (g *Graph) offered() map[*aws.LoadBalancer][]offer {
	if g.offers == nil {
		g.offers = map[*aws.LoadBalancer][]offer{}
		for _, s := range g.network.EndpointServices {
			leads(s.Balancers, func(lb *aws.LoadBalancer, certain bool) {
				g.offers[lb] = append(g.offers[lb], offer{s, certain})
			})
		}
	}
	return g.offers
}

// offer is an endpoint service that a load balancer stands behind.
type offer struct {
	service *aws.EndpointService
	certain bool
}

// serviceStage is the endpoint service: whether anybody may come by it, or, of
// an endpoint of the input, whether it leads here.
func (g *Graph) serviceStage(o offer, admitted tf.Tri, f packet.Family) stage {
	s := o.service
	if !o.certain {
		admitted = admitted.And(tf.Maybe)
	}
	out := g.gated(admitted, f, tf.Fact{
		ID: "consumers:" + s.Label, Text: "who may use " + s.Label, Settle: settleApply,
	}, stage{
		object: s.Object, cause: objectCause(s.Object), code: "NO_PATH", blocked: "it admits no other account", cost: 3, mend: mending{of: s},
	})
	detail := "endpoint service"
	if s.AcceptanceRequired == tf.Yes {
		detail += ", whose owner accepts each endpoint"
	}
	out.elements = []*element{{object: s.Object, cause: objectCause(s.Object), detail: detail, admits: out.admits}}
	return out
}

// offeredAt is what gets from clients by an endpoint service to listeners at the
// node in one subnet: past the node's groups, which look at the client's
// private address unless told not to, and no group reference (EP-3). Whether
// the subnet's ACL looks at it is not certain.
func (g *Graph) offeredAt(o offer, admitted tf.Tri, lb *aws.LoadBalancer, listeners []*aws.Listener, p *place, by remote, question packet.Set) outcome {
	f := p.f
	in, out := g.boundary(p.subnet, inbound, f, by, false), g.boundary(p.subnet, outbound, f, by, true)
	in, out = g.aside(in, f, aclOfConsumers(in)), g.aside(out, f, aclOfConsumers(out))
	in.quiet, out.quiet = true, true
	stages := []stage{g.serviceStage(o, admitted, f), in}
	if lb.PrivateLinkRules != tf.No {
		stages = append(stages, g.linkGroups(lb.Interface, lb.PrivateLinkRules, f, by))
	}
	return walk(append(stages, g.listenerStage(lb, listeners, f), out), question)
}

// linkGroups are the groups of a load balancer's nodes for what comes by
// PrivateLink; rules says whether they look at it.
func (g *Graph) linkGroups(i *aws.Interface, rules tf.Tri, f packet.Family, by remote) stage {
	groups := g.groupStage(i, inbound, f, by)
	if rules == tf.Maybe {
		groups = g.aside(groups, f, tf.Fact{
			ID: "privatelink-rules:" + i.Label, Text: "whether the groups of " + i.Label + " look at what comes by PrivateLink", Settle: settleApply,
		})
	}
	return groups
}

func aclOfConsumers(s stage) tf.Fact {
	return tf.Fact{ID: "acl-of-consumers:" + s.object.Label, Text: "whether " + s.object.Label + " looks at what comes by PrivateLink", Settle: "check it by hand"}
}

// aside is a stage that may not look at the packets at all: it may admit
// everything. People can say whether it looks.
func (g *Graph) aside(s stage, f packet.Family, fact tf.Fact) stage {
	all := packet.Everything(f)
	if all.SubsetOf(s.admits.Must) {
		return s
	}
	looks, says := g.passes(tf.Maybe, fact)
	s.assumptions = append(s.assumptions[:len(s.assumptions):len(s.assumptions)], says...)
	switch looks {
	case tf.No:
		s.admits, s.doubts = everything(f), nil
	case tf.Maybe:
		s.admits.May = all
		s.doubts = append(s.doubts[:len(s.doubts):len(s.doubts)], doubt{fact, all})
	}
	return s
}

// fromConsumers is what accounts outside the input get to the listeners of a
// load balancer by its endpoint services.
func (g *Graph) fromConsumers(lb *aws.LoadBalancer, listeners []*aws.Listener, p *place, question packet.Set) outcome {
	var paths []outcome
	for _, o := range g.offered()[lb] {
		paths = append(paths, g.offeredAt(o, o.service.Principals, lb, listeners, p, consumers(p.f), question))
	}
	if len(paths) == 0 {
		return walk([]stage{{
			object: lb.Object, cause: objectCause(lb.Object), code: "NO_PATH", blocked: "no endpoint service leads to it", cost: 3,
		}}, question)
	}
	out := together(paths...)
	out.from, out.to = privateAddresses, g.nodeOf(lb, p).addresses
	return out
}

// privateAddresses are those that most consumers have, for examples.
var privateAddresses = packet.Prefixes(netip.MustParsePrefix("10.0.0.0/8"))

// consumersTo is what other accounts get to an end point: to listeners, and to
// nothing else but through them.
func (g *Graph) consumersTo(to Endpoint, f packet.Family, packets packet.Set) []outcome {
	var out []outcome
	for _, lb := range to.Balancers {
		out = append(out, g.overPlaces(lb.Interface, f, func(p *place) outcome { return g.fromConsumers(lb, lb.Listeners, p, packets) }))
	}
	for _, i := range to.Interfaces {
		o := interfaceObject(i)
		out = append(out, walk([]stage{{
			object: o, cause: objectCause(o), code: "NO_PATH", blocked: "PrivateLink leads to load balancers only", cost: 3,
		}}, packets))
	}
	return out
}

// byPrivateLink are the flows by endpoint services to load balancers and what
// stands behind them: from other accounts, or from interfaces of the input that
// reach an endpoint of such a service (EP-3).
func (g *Graph) byPrivateLink(from, to Endpoint) []*Flow {
	var out []*Flow
	for _, lb := range g.network.LoadBalancers {
		if len(g.offered()[lb]) == 0 {
			continue
		}
		ends := slices.Contains(to.Balancers, lb)
		if !ends && !slices.Contains(g.inFrontOf(to.Interfaces), lb) {
			continue
		}
		for _, l := range lb.Listeners {
			if from.Kind == Consumers {
				out = append(out, g.offeredTo(&from, to, lb, l, func(p *place) outcome {
					return g.fromConsumers(lb, []*aws.Listener{l}, p, packet.Everything(p.f))
				})...)
				continue
			}
			for _, i := range from.Interfaces {
				out = append(out, g.byEndpoints(i, to, lb, l)...)
			}
		}
	}
	return out
}

// byEndpoints are the flows from an interface by the endpoints of the input.
func (g *Graph) byEndpoints(i *aws.Interface, to Endpoint, lb *aws.LoadBalancer, l *aws.Listener) []*Flow {
	var out []*Flow
	for _, e := range g.network.Endpoints {
		if e.Interface == nil {
			continue
		}
		_, one := e.EndpointService.One()
		for _, o := range g.offered()[lb] {
			if !slices.Contains(e.EndpointService.To, o.service) {
				continue
			}
			o.certain = o.certain && one
			first := g.eastWest(i, e.Interface, packet.IPv4, packet.Everything(packet.IPv4), false)
			if first.forward.IsEmpty() {
				continue
			}
			by := remote{key: fmt.Sprintf("behind an endpoint %p", i), one: true}
			leads(i.Subnets, func(s *aws.Subnet, _ bool) {
				by.addresses = by.addresses.Union(g.hostIn(i, g.place(s, packet.IPv4)).addresses)
			})
			if by.addresses.IsEmpty() {
				by.addresses = packet.AllAddresses(packet.IPv4)
			}
			out = append(out, g.offeredTo(interfaceEnd(i), to, lb, l, func(p *place) outcome {
				second := g.offeredAt(o, tf.Yes, lb, []*aws.Listener{l}, p, by, packet.Everything(p.f))
				joined := first.followed(second)
				joined.forward, joined.reachable = first.forward.and(second.forward), first.reachable.and(second.reachable)
				return joined
			})...)
		}
	}
	return out
}

// offeredTo are the flows to one listener and its targets, as far as they end
// at an end point.
func (g *Graph) offeredTo(from *Endpoint, to Endpoint, lb *aws.LoadBalancer, l *aws.Listener, arrive func(*place) outcome) []*Flow {
	var out []*Flow
	add := func(end *Endpoint, o outcome) *Flow {
		flow := newFlow(from, end, packet.IPv4, o)
		flow.Service, flow.Listener, flow.Delivered = g.offered()[lb][0].service, l, flow.Reachable
		out = append(out, flow)
		return flow
	}
	// What consumers get to the listener is no other way than the one asked for.
	if from.Kind != Consumers && slices.Contains(to.Balancers, lb) {
		if first := g.overPlaces(lb.Interface, packet.IPv4, arrive); !first.forward.IsEmpty() {
			add(balancerEnd(lb), first)
		}
	}
	for _, d := range g.deliveries(lb, l) {
		if !slices.Contains(to.Interfaces, d.target) {
			continue
		}
		// Targets never see the consumer (EP-3).
		node := func(p *place) remote { return g.nodeOf(lb, p) }
		second := g.overPlaces(lb.Interface, packet.IPv4, func(p *place) outcome {
			return g.deliver(d, arrive(p), p, packet.IPv4, node)
		})
		if second.forward.IsEmpty() {
			continue
		}
		second.story = second.story.arrive(interfaceObject(d.target))
		flow := add(interfaceEnd(d.target), second)
		flow.Through, flow.TargetGroup = lb, d.group
		flow.Delivered = g.atTarget(flow.Reachable, d, packet.IPv4)
	}
	return out
}
