package reach

import (
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// isGatewayEndpoint tells the endpoints that are routes from those that are
// interfaces (EP-1, TF-L-3).
func isGatewayEndpoint(b *aws.Boundary) bool {
	if b.Resource == nil || b.Resource.Addr.Type != "aws_vpc_endpoint" {
		return false
	}
	kind, ok := b.Resource.Get("vpc_endpoint_type").AsString().Default("Gateway").Known()
	return ok && kind == "Gateway"
}

// toGatewayEndpoint is the way from an interface to a service through a
// gateway endpoint: a route of the tables that the endpoint lists, TCP and
// echo only; the service's addresses are some of the internet's (EP-1).
func (g *Graph) toGatewayEndpoint(i *aws.Interface, b *aws.Boundary, f packet.Family, question packet.Set) outcome {
	return g.overPlaces(i, f, func(p *place) outcome {
		service := remote{key: "service " + p.internet.key, addresses: p.internet.addresses, one: true}
		route := routeStage(p.subnet, p.vpc, filter{})
		route.blocked = "no route to " + b.Label
		route = gated(listedTable(b, p.subnet), f, tf.Fact{
			ID: "endpoint-routes:" + b.Label, Text: "which route tables " + b.Label + " serves", Settle: settleApply,
		}, route)
		carried := packet.Everything(f).On(packet.TCP).Union(packet.Everything(f).ICMPTypes(8, -1))
		endpoint := stage{
			filter: filter{admits: exactly(carried)}, object: b.Object, cause: objectCause(b.Object),
			code: "VPCE_GATEWAY_PROTOCOL_RESTRICTION", blocked: "it carries TCP and ICMP echo only", cost: 3,
		}
		if f == packet.IPv6 {
			endpoint.admits = possibly(carried)
		}
		o := walk([]stage{
			initiates(i, f), speaksStage(i, p),
			g.groupStage(i, outbound, f, service),
			g.boundary(p.subnet, outbound, f, service, false),
			route, endpoint,
			g.boundary(p.subnet, inbound, f, service, true),
		}, question)
		o.path = append([]Hop{{Object: interfaceObject(i)}}, o.path...)
		return o
	})
}

// listedTable says whether the endpoint lists the subnet's route table.
func listedTable(b *aws.Boundary, s *aws.Subnet) tf.Tri {
	return linked(s.RouteTable, func(t *aws.RouteTable) tf.Tri {
		list := b.Resource.Get("route_table_ids")
		if t.Resource == nil || list.IsUnknown() {
			return tf.Maybe
		}
		out := tf.No
		id, known := t.Resource.Get("id").AsString().Known()
		for _, e := range list.Elements() {
			symbol, symbolic := e.Symbol()
			text, literal := e.AsString().Known()
			switch {
			case symbolic && symbol.Address == t.Resource.Address, literal && known && text == id:
				return tf.Yes
			case !symbolic && !literal:
				out = tf.Maybe
			}
		}
		return out
	})
}
