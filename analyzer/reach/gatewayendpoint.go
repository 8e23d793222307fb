package reach

import (
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// isGatewayEndpoint tells the endpoints that are routes from those that are
// interfaces (EP-1, TF-L-3).
func isGatewayEndpoint(e *aws.Endpoint) bool {
	kind, ok := e.Kind.Known()
	return ok && kind == aws.GatewayEndpoint && e.Resource != nil
}

// toGatewayEndpoint is the way from an interface to a service through a
// gateway endpoint: a route of the tables that the endpoint lists, TCP and
// echo only; the service's addresses are some of the internet's (EP-1).
func (g *Graph) toGatewayEndpoint(i *aws.Interface, e *aws.Endpoint, f packet.Family, question packet.Set) outcome {
	return g.overPlaces(i, f, func(p *place) outcome {
		name, _ := e.Service.Known()
		service := remote{key: "service " + name + p.internet.key, addresses: p.internet.addresses, one: true, service: name}
		route := routeStage(p.subnet, p.vpc, filter{})
		route.blocked = "no route to " + e.Label
		route.mend.to = e
		route = g.gated(listedTable(e, p.subnet), f, tf.Fact{
			ID: "endpoint-routes:" + e.Label, Text: "which route tables " + e.Label + " serves", Settle: settleApply,
		}, route)
		carried := packet.Everything(f).On(packet.TCP).Union(packet.Everything(f).ICMPTypes(8, -1))
		endpoint := stage{
			filter: filter{admits: exactly(carried)}, object: e.Object, cause: objectCause(e.Object),
			code: "VPCE_GATEWAY_PROTOCOL_RESTRICTION", blocked: "it carries TCP and ICMP echo only", cost: 3, fixed: true,
		}
		if f == packet.IPv6 {
			endpoint.admits = gate(e.IPv6, f).and(exactly(carried))
			if e.IPv6 == tf.No {
				endpoint.blocked = "it takes IPv4 only"
			}
		}
		o := walk(append(g.sends(i, p, service),
			g.speaksStage(i, p),
			g.groupStage(i, outbound, f, service),
			g.boundary(p.subnet, outbound, f, service, false),
			route, endpoint,
			g.boundary(p.subnet, inbound, f, service, true),
		), question)
		o.story = o.story.setOut(interfaceObject(i))
		return o
	})
}

// listedTable says whether the endpoint lists the subnet's route table
// (TF-RT-4).
func listedTable(e *aws.Endpoint, s *aws.Subnet) tf.Tri {
	return linked(s.RouteTable, func(t *aws.RouteTable) tf.Tri {
		listed := tf.TriOf(e.Tables.Open).And(tf.Maybe)
		for _, l := range e.Tables.Each {
			listed = listed.Or(linked(l, func(o *aws.RouteTable) tf.Tri { return tf.TriOf(o == t) }))
		}
		for _, l := range e.Tables.Maybe {
			listed = listed.Or(linked(l, func(o *aws.RouteTable) tf.Tri { return tf.TriOf(o == t) }).And(tf.Maybe))
		}
		return listed
	})
}
