package reach

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// byBalancers are the flows of hosts and of networks on premises through load
// balancers, which take them for clients like any other (LB-2).
func (g *Graph) byBalancers(from, to Endpoint) []*Flow {
	fronts := g.inFrontOf(to.Interfaces)
	if len(fronts) == 0 {
		return nil
	}
	ends := map[packet.Family][]Endpoint{}
	for _, f := range families {
		if from.in(f) {
			ends[f] = g.ends(from, f)
		}
	}
	var out []*Flow
	for _, lb := range fronts {
		for _, f := range families {
			for _, one := range ends[f] {
				if one.Kind == OnPremises || len(one.Interfaces) > 0 {
					out = append(out, g.byBalancer(lb, one, to, f)...)
				}
			}
		}
	}
	return out
}

// byBalancer are the flows of one end through one load balancer. Where the
// addresses of a class make a difference, each member is looked at by itself.
func (g *Graph) byBalancer(lb *aws.LoadBalancer, one, to Endpoint, f packet.Family) []*Flow {
	client := one
	client.Interfaces = joint(one.Interfaces)
	var out []*Flow
	for _, l := range lb.Listeners {
		arrive := oncePerPlace(func(p *place) outcome { return g.toNode(client, lb, l, p) })
		for _, d := range g.deliveries(lb, l) {
			if !slices.Contains(to.Interfaces, d.target) || slices.Contains(one.Interfaces, d.target) && len(one.Interfaces) == 1 {
				continue
			}
			o := g.overPlaces(lb.Interface, f, func(p *place) outcome {
				return g.deliver(d, arrive(p), p, f, func(node *place) remote { return g.clientAt(client, node) })
			})
			if o.forward.IsEmpty() {
				continue
			}
			if !o.alike(one, *interfaceEnd(d.target), f) {
				out = nil
				for _, member := range one.each() {
					out = append(out, g.byBalancer(lb, member, to, f)...)
				}
				return out
			}
			out = append(out, g.relayed(&one, lb, l, d, f, o))
		}
	}
	return out
}

// toNode is the first leg: from a client to a listener at the node in one
// subnet.
func (g *Graph) toNode(client Endpoint, lb *aws.LoadBalancer, l *aws.Listener, p *place) outcome {
	listener := g.listenerStage(lb, []*aws.Listener{l}, p.f)
	asked := withClientPorts(withPorts(p.f), ephemeral())
	if client.Kind == OnPremises {
		return g.fromPremisesTo(client, lb.Interface, p, asked, false, listener)
	}
	return g.eastWestTo(client.Interfaces[0], lb.Interface, p, asked, false, listener)
}

// clientAt is a client as targets see it that see the client (LB-4): by the
// addresses that it has in its subnets. What comes from another VPC may have got
// another address on its way (NAT-6).
func (g *Graph) clientAt(client Endpoint, node *place) remote {
	if client.Kind == OnPremises {
		return premises(client.Label, client.Addresses, node.f)
	}
	i := client.Interfaces[0]
	anyone := remote{key: fmt.Sprintf("anyone like %p", i), addresses: packet.AllAddresses(node.f), one: true}
	seen := remote{key: fmt.Sprintf("client %p", i)}
	elsewhere := i.AnySubnet || i.Subnets.Open
	leads(i.Subnets, func(s *aws.Subnet, _ bool) {
		here := g.place(s, node.f)
		host := g.hostIn(i, here)
		seen.addresses, seen.one = seen.addresses.Union(host.addresses), seen.one || host.one
		elsewhere = elsewhere || here.vpc != node.vpc
	})
	if elsewhere || seen.addresses.IsEmpty() {
		return anyone
	}
	return seen
}
