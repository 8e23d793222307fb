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
		for _, w := range g.waysOut(i, f) {
			o := g.leave(i, f, w, packet.Everything(f))
			if !o.forward.IsEmpty() {
				out = append(out, newFlow(interfaceEnd(i), internetEnd(f), f, o))
			}
		}
	}
	return out
}

// wayOut is a kind of exit from a subnet: the stages behind its own ACL.
type wayOut func(i *aws.Interface, p *place) []stage

// leave is what gets out along one way.
func (g *Graph) leave(i *aws.Interface, f packet.Family, way wayOut, question packet.Set) outcome {
	return g.overPlaces(i, f, func(p *place) outcome {
		stages := []stage{initiates(i, f), g.groupStage(i, outbound, f, p.internet), p.out}
		stages = append(stages, way(i, p)...)
		stages = append(stages, p.inReply)
		o := walk(stages, question.To(p.internet.addresses)).seenTo(p)
		o.from, o.to = g.hostIn(i, p).addresses, p.internet.addresses
		o.path = append([]Hop{{Object: interfaceObject(i), Admits: exactly(question)}}, o.path...)
		o.path = append(o.path, Hop{Object: internetObject, Admits: o.reachable})
		return o
	})
}

// waysOut are the exits that an interface may have: by its own public
// address, by the NAT gateways and appliances that routes of its subnets lead
// to, by the egress-only gateway (IGW-1, IGW-5, NAT-4, APP-1).
func (g *Graph) waysOut(i *aws.Interface, f packet.Family) []wayOut {
	ways := []wayOut{g.directly}
	if f == packet.IPv6 {
		ways = append(ways, g.egressOnly)
	}
	seenNAT, seenOther := map[*aws.NATGateway]bool{}, map[string]bool{}
	through := func(gateways []*aws.NATGateway) {
		for _, n := range gateways {
			if !seenNAT[n] && f == packet.IPv4 { // NAT-7 apart
				seenNAT[n] = true
				ways = append(ways, func(i *aws.Interface, p *place) []stage { return g.throughNAT(i, p, n) })
			}
		}
	}
	for _, r := range g.routesOf(i) {
		if r.Target.Kind == aws.TargetUnknown {
			through(g.network.NATGateways) // any of them may be meant
		}
		switch r.Target.Kind {
		case aws.TargetNATGateway:
			through(r.Target.NAT.To)
		case aws.TargetLocal, aws.TargetInternetGateway, aws.TargetEgressOnly:
		default:
			if !seenOther[r.Target.Label] {
				seenOther[r.Target.Label] = true
				ways = append(ways, func(_ *aws.Interface, p *place) []stage { return g.beyond(p, r.Target) })
			}
		}
	}
	return ways
}

// routesOf are the routes of all tables that an interface's subnets may have.
func (g *Graph) routesOf(i *aws.Interface) []*aws.Route {
	var out []*aws.Route
	seen := map[*aws.RouteTable]bool{}
	for _, links := range [][]aws.Link[aws.Subnet]{i.Subnets.Each, i.Subnets.Maybe} {
		for _, l := range links {
			for _, s := range l.To {
				for _, t := range s.RouteTable.To {
					if seen[t] {
						continue
					}
					seen[t] = true
					for n := range t.Routes {
						out = append(out, &t.Routes[n])
					}
				}
			}
		}
	}
	return out
}

// directly: through the internet gateway by an address of its own (IGW-1).
func (g *Graph) directly(i *aws.Interface, p *place) []stage {
	address := g.addressStage(i, p.f)
	address.code = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
	return []stage{p.route, address, p.gateway, g.publicAccess(p, false)}
}

// egressOnly: through the egress-only gateway, which keeps state and admits
// replies only (IGW-5).
func (g *Graph) egressOnly(i *aws.Interface, p *place) []stage {
	address := g.addressStage(i, p.f)
	address.code = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
	routes := g.subnetRoutes(p.subnet, p.vpc, p.f, toEgressOnly(p.vpc))
	route := routeStage(p.subnet, p.vpc, g.asSeen(outbound, routes, p.internet, p.f))
	route.blocked = "no route to an egress-only internet gateway"
	return []stage{route, address, g.publicAccess(p, true)}
}

// throughNAT: the subnet's route to the NAT gateway, then the NAT gateway's
// own subnet: its ACL in both directions and its route to the internet
// gateway. The gateway chooses the client port anew (NAT-1 to NAT-6).
func (g *Graph) throughNAT(i *aws.Interface, p *place, n *aws.NATGateway) []stage {
	f := p.f
	routes := g.subnetRoutes(p.subnet, p.vpc, f, toNAT(n))
	route := routeStage(p.subnet, p.vpc, g.asSeen(outbound, routes, p.internet, f))
	route.blocked = "no route to " + n.Label
	protocols := packet.Everything(f).On(packet.TCP, packet.UDP, packet.ICMP)
	nat := stage{
		filter: filter{admits: exactly(protocols), elements: []element{{
			object: n.Object, cause: objectCause(n.Object), detail: "network address translation", admits: exactly(protocols),
		}}},
		object: n.Object, cause: objectCause(n.Object), code: "PROTOCOL_RESTRICTION",
		blocked: "it carries TCP, UDP and ICMP only", cost: 3,
	}
	public := gated(n.Public, f, tf.Fact{
		ID: "nat:" + n.Label, Text: "whether " + n.Label + " has an Elastic IP", Settle: settleApply,
	}, stage{
		object: n.Object, cause: objectCause(n.Object), code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
		blocked: "it is private", cost: 3, quiet: true,
	})
	home, ok := n.Subnet.One()
	if !ok {
		home = g.unknown("the subnet of " + n.Label)
	}
	at := g.place(home, f)
	stages := []stage{route, nat, public}
	sender := g.hostIn(i, p)
	if home != p.subnet {
		stages = append(stages,
			g.boundary(home, inbound, f, sender, false),
			g.boundary(home, outbound, f, sender, true),
			at.out, at.inReply.fromAnyClientPort(f),
		)
	}
	return append(stages, at.route, at.gateway, g.publicAccess(at, true))
}

// beyond: a route to what is not followed: a transit gateway, a VPN gateway,
// an endpoint, an appliance. Nobody knows what leaves behind it (U-24), but an
// interface that checks source and destination passes nothing on (APP-1).
func (g *Graph) beyond(p *place, t aws.Target) []stage {
	wanted := func(r *aws.Route) tf.Tri {
		if r.Target.Kind == aws.TargetUnknown {
			return tf.Maybe
		}
		return tf.TriOf(r.Target.Kind == t.Kind && r.Target.Label == t.Label)
	}
	routes := g.subnetRoutes(p.subnet, p.vpc, p.f, wanted)
	route := routeStage(p.subnet, p.vpc, g.asSeen(outbound, routes, p.internet, p.f))
	route.blocked = "no route to " + t.Label
	passes := tf.Maybe
	object := aws.Object{Label: t.Label}
	if t.Kind == aws.TargetInterface {
		passes = linked(t.Interface, func(i *aws.Interface) tf.Tri { return i.SourceDestCheck.Not() }).And(tf.Maybe)
		if i, ok := t.Interface.One(); ok {
			object = interfaceObject(i)
		}
	}
	return []stage{route, gated(passes, p.f, tf.Fact{
		ID: "boundary:" + t.Label, Text: "what gets out through " + t.Label + ", which is not followed yet", Settle: "check it by hand",
	}, stage{
		object: object, cause: objectCause(object), code: "ENI_SOURCE_DEST_CHECK_RESTRICTION",
		blocked: "it checks source and destination and passes nothing on", cost: 3,
	})}
}
