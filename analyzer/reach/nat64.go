package reach

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// nat64 is the well-known prefix in which DNS64 writes IPv4 addresses.
var nat64 = packet.Prefixes(netip.MustParsePrefix("64:ff9b::/96"))

// byNAT64 are the flows to the IPv4 internet of interfaces that speak IPv6: they
// send to the well-known prefix, the table of their subnet gives that to a NAT
// gateway, and this goes on over IPv4 with an address of its own (NAT-7).
func (g *Graph) byNAT64(from, to Endpoint) []*Flow {
	if to.Kind != Internet || !to.in(packet.IPv4) {
		return nil
	}
	var out []*Flow
	for _, n := range g.network.NATGateways {
		if _, ok := n.Subnet.One(); !ok {
			continue
		}
		gateway := &aws.Interface{
			Object: n.Object, Kind: aws.KindOther, HasGroups: tf.No, PublicIPv4: n.Public, IPv6: tf.No,
			Initiates: tf.Yes, Inbound: tf.No, SourceDestCheck: tf.Yes,
			Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{n.Subnet}},
		}
		beyond := g.leaving(gateway, packet.IPv4, packet.Everything(packet.IPv4).On(packet.TCP, packet.UDP), false, nil)
		if next := behindNAT(n); next != nil {
			beyond = beyond.doubted(behindFact(next, n))
		}
		if beyond.forward.IsEmpty() {
			continue
		}
		for _, one := range g.ends(from, packet.IPv6) {
			if len(one.Interfaces) == 0 || !one.speaks(packet.IPv6) {
				continue
			}
			first := g.toNAT64(one.Interfaces[0], n)
			if first.forward.IsEmpty() {
				continue
			}
			out = append(out, g.translatedFlow(one, to, n, first, beyond))
		}
	}
	return out
}

// behindNAT is a NAT gateway that the subnet of one leads to, or nil.
func behindNAT(n *aws.NATGateway) *aws.NATGateway {
	home, _ := n.Subnet.One()
	for _, t := range home.RouteTable.To {
		for _, r := range t.Routes {
			if len(r.Target.NAT.To) > 0 {
				return r.Target.NAT.To[0]
			}
		}
	}
	return nil
}

// translatedFlow joins the part before and the part behind the gateway, in the
// packets that it sends.
func (g *Graph) translatedFlow(one, to Endpoint, n *aws.NATGateway, first, beyond outcome) *Flow {
	translate := func(s packet.Set) packet.Set {
		var out packet.Set
		for _, p := range []packet.Protocol{packet.TCP, packet.UDP} {
			if here := s.On(p); !here.IsEmpty() {
				out = out.Union(packet.Everything(packet.IPv4).On(p).ToPorts(here.ToPortsOf(p)))
			}
		}
		return out
	}
	joined := outcome{
		forward:     first.forward.each(translate).and(beyond.forward),
		reachable:   first.reachable.each(translate).and(beyond.reachable),
		story:       first.story.then(beyond.story),
		assumptions: slices.Concat(first.assumptions, beyond.assumptions),
		waits:       slices.Concat(first.waits, beyond.waits),
	}
	if joined.reachable.certain() {
		joined.waits = nil
	}
	flow := newFlow(&one, &to, packet.IPv4, joined)
	flow.NAT64, flow.Delivered = n, flow.Reachable
	return flow
}

// toNAT64 is the part of the way that is IPv6: to the NAT gateway, whatever
// address the packets are for. Of a filter that tells these apart must is what
// all of them pass.
func (g *Graph) toNAT64(i *aws.Interface, n *aws.NATGateway) outcome {
	const f = packet.IPv6
	far := remote{key: "64:ff9b::/96", addresses: nat64, one: true}
	home, _ := n.Subnet.One()
	return g.overPlaces(i, f, func(p *place) outcome {
		if v, ok := home.VPC.One(); ok && p.vpc != nil && v != p.vpc {
			return outcome{} // whatever a route of unknown target leads to
		}
		route := routeStage(p.subnet, p.vpc, asSeen(outbound, g.subnetRoutes(p.subnet, p.vpc, f, goal{at: far, kind: toTheInternet}, toNAT(n)), far, f))
		route.blocked = "no route for 64:ff9b::/96 to " + n.Label
		stages := append(g.sends(i, p, far), g.speaksStage(i, p), g.groupStage(i, outbound, f, far))
		if home != p.subnet {
			host := g.hostsAt(remote{addresses: p.hosts, one: true}, p)
			stages = append(stages,
				g.boundary(p.subnet, outbound, f, far, false), route,
				g.boundary(home, inbound, f, host, false),
				g.boundary(home, outbound, f, host, true),
				g.boundary(p.subnet, inbound, f, far, true))
		} else {
			stages = append(stages, route)
		}
		stages = append(stages, stage{
			filter: filter{admits: everything(f), elements: []*element{{
				object: n.Object, cause: objectCause(n.Object), detail: "NAT64", admits: everything(f),
			}}},
			object: n.Object, rewrite: fmt.Sprintf("the packet becomes one of IPv4, from an address of %s to the one that 64:ff9b::/96 holds", n.Label),
		})
		asked := withClientPorts(packet.Everything(f).On(packet.TCP, packet.UDP), ephemeral())
		o := walk(stages, asked)
		o.story = o.story.setOut(interfaceObject(i))
		return o
	})
}
