package reach

import (
	"fmt"

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
func (g *Graph) toGatewayEndpoint(i *aws.Interface, e *aws.Endpoint, f packet.Family, question packet.Set, suppose bool) outcome {
	return g.overPlaces(i, f, func(p *place) outcome {
		to := serviceGoal(e, p)
		before := append(g.sends(i, p, to.at), g.speaksStage(i, p), g.groupStage(i, outbound, f, to.at))
		o := g.roundTrip(g.from(g.hostIn(i, p), p), p, to, suppose).outcome(func(w *passage) outcome {
			return w.walk(before, nil, question.To(to.at.addresses))
		}).anywhere(to.at.addresses, f)
		o.story = o.story.setOut(interfaceObject(i))
		return o
	})
}

// serviceGoal is the service behind a gateway endpoint as hosts of a subnet see
// it: at one of the internet's addresses, nobody knows which.
func serviceGoal(e *aws.Endpoint, p *place) goal {
	name, _ := e.Service.Known()
	at := p.internet
	at.key, at.service, at.internet = fmt.Sprintf("service %p %s", e, at.key), name, false
	return goal{key: at.key, at: at, kind: toService, service: e}
}

// leaveForService is where packets go that leave a subnet for the service of a
// gateway endpoint: there, if the endpoint lists the subnet's table. Else other
// routes may take them to where a table leads there.
func (s *search) leaveForService(t traveller, p *place) *way {
	listed := listedTable(s.goal.service, p.subnet)
	var ways []*way
	if listed != tf.Yes && !s.suppose {
		for _, h := range s.hops(p) {
			if w := s.along(t, p, h, 0); w != nil {
				ways = append(ways, w)
			}
		}
	}
	if listed != tf.No || len(ways) == 0 {
		ways = append(ways, s.byGatewayEndpoint(t, p, listed))
	}
	return s.branch(ways)
}

// byGatewayEndpoint is the way out of a subnet by a gateway endpoint, for what
// has an address of the endpoint's VPC. Whether it takes what a NAT gateway or
// another device sends is not documented (NAT-10).
func (s *search) byGatewayEndpoint(t traveller, p *place, listed tf.Tri) *way {
	e := s.goal.service
	route := routeStage(p.subnet, p.vpc, filter{})
	route.blocked, route.mend.to = "no route to "+e.Label, e
	route = s.gate(listed, tf.Fact{
		ID: "endpoint-routes:" + e.Label, Text: "which route tables " + e.Label + " serves", Settle: settleApply,
	}, route)
	own := stage{
		object: e.Object, cause: objectCause(e.Object), code: "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION",
		blocked: "only what comes from its own VPC uses it", cost: impossible, fixed: true, quiet: true,
	}
	takes := linked(e.VPC, func(v *aws.VPC) tf.Tri { return tf.TriOf(v == t.home) })
	if t.home == nil || t.at != p || len(t.rewritten)+len(t.passed) > 0 {
		takes = takes.Or(tf.TriOf(t.home == nil)).And(tf.Maybe)
	}
	own = s.gate(takes, tf.Fact{
		ID: "endpoint-behind:" + e.Label, Text: "whether " + e.Label + " takes what a NAT gateway or another device sends", Settle: "check it by hand",
	}, own)
	carried := exactly(packet.Everything(s.f).On(packet.TCP).Union(packet.Everything(s.f).ICMPTypes(8, -1)))
	does := stage{
		filter: filter{admits: carried}, object: e.Object, cause: objectCause(e.Object),
		code: "VPCE_GATEWAY_PROTOCOL_RESTRICTION", blocked: "it carries TCP and ICMP echo only", cost: 3, fixed: true,
	}
	if s.f == packet.IPv6 {
		does.admits = gate(e.IPv6, s.f).and(carried)
		if e.IPv6 == tf.No {
			does.blocked = "it takes IPv4 only"
		}
	}
	out := s.arrived(t, s.acl(p, outbound, s.goal.at), route, own, does)
	out.end.back = (*search).deliver
	return out
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

// leadsOn reports whether packets for a service may get from a next hop to a
// table that leads to the service's gateway endpoint: gateways and peering
// connections lead out of the endpoint's reach (PCX-3, VPN-3).
func leadsOn(k aws.TargetKind) bool {
	switch k {
	case aws.TargetInternetGateway, aws.TargetEgressOnly, aws.TargetCarrierGateway, aws.TargetPeering, aws.TargetVPNGateway:
		return false
	}
	return true
}
