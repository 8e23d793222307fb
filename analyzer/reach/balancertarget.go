package reach

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// toTarget is the second leg as a question of its own: from a load balancer's
// nodes to a target.
func (g *Graph) toTarget(lb *aws.LoadBalancer, j *aws.Interface, f packet.Family, packets packet.Set, suppose bool) outcome {
	var paths []outcome
	told := func(o outcome, to *place) outcome {
		o.to = g.hostIn(j, to).addresses
		o.story = o.story.setOut(lb.Object).arrive(interfaceObject(j))
		return o
	}
	seesClients := false // of a scheme that is for the internet
	for _, l := range lb.Listeners {
		for _, d := range g.deliveries(lb, l) {
			if d.target != j || d.balancer != lb {
				continue
			}
			seesClients = seesClients || lb.Internal == tf.No && d.preserves() != tf.No
			paths = append(paths, g.overPlaces(lb.Interface, f, func(from *place) outcome {
				return g.overPlaces(j, f, func(to *place) outcome {
					asked := packets
					if target := g.hostIn(j, to); !target.one {
						asked = packets.To(target.addresses)
					}
					node := g.legFrom(d, from, to, g.nodeOf(lb, from), false, asked)
					if d.preserves() == tf.No {
						return told(node, to)
					}
					// The targets see clients, whoever they are (LB-4): certainly those
					// that the scheme is for.
					seen := func(key string, a packet.Addresses) outcome {
						by := remote{addresses: a, member: lb.Interface, key: fmt.Sprintf("%s through %p in %p", key, lb, from.subnet)}
						return g.legFrom(d, from, to, by, false, asked.From(a))
					}
					o := seen("anyone", packet.AllAddresses(f))
					if lb.Internal == tf.No {
						anyone := o
						o = seen("internet", from.internet.addresses)
						fact := tf.Fact{ID: "clients:" + lb.Label, Text: "where the clients of " + lb.Label + " are", Settle: "check it by hand"}
						if a, says, ok := g.sayCIDRs(fact, f); ok {
							said := seen("said", a)
							o.forward, o.reachable = o.forward.or(said.forward), o.reachable.or(said.reachable)
							o.assumptions = append(o.assumptions, says...)
						} else if o.reachable.Must.IsEmpty() && g.othersMayCome(from.vpc) {
							o.forward.May, o.reachable.May = o.forward.May.Union(anyone.forward.May), o.reachable.May.Union(anyone.reachable.May)
							o.waits = append(o.waits, fact)
						}
					}
					if d.preserves() == tf.Maybe {
						o = oneOf(tf.Fact{ID: "preserve:" + d.group.Label, Text: "whether " + d.group.Label + " preserves the client's address", Settle: settleApply}, node, o)
					}
					return told(o, to)
				})
			}))
		}
	}
	if seesClients {
		paths = append(paths, g.insiders(lb, j, packets)...)
	}
	if d := g.unregistered(lb, j, packets); suppose && len(paths) == 0 && d != nil {
		return g.overPlaces(lb.Interface, f, func(from *place) outcome {
			return g.overPlaces(j, f, func(to *place) outcome { return told(g.legFrom(d, from, to, g.nodeOf(lb, from), false, packets), to) })
		})
	}
	if len(paths) == 0 {
		why := stage{
			object: lb.Object, cause: objectCause(lb.Object), code: "TARGET_ADDRESS_RESTRICTION",
			blocked: interfaceObject(j).Label + " is no target of it", cost: 3,
		}
		if len(g.behind(lb)) == 0 {
			why.code, why.blocked = "ELBV2_LISTENER_HAS_NO_TG", "its listeners have no targets" // LB-11
		}
		paths = append(paths, walk([]stage{why}, packets))
	}
	return together(paths...)
}

// insiders is what hosts of the network get through a load balancer to a target:
// they may be its clients as well as the internet (LB-2).
func (g *Graph) insiders(lb *aws.LoadBalancer, j *aws.Interface, packets packet.Set) []outcome {
	var hosts Endpoint
	for _, i := range g.network.Interfaces {
		if i != j && i != lb.Interface && i.Initiates != tf.No {
			hosts.Interfaces = append(hosts.Interfaces, i)
		}
	}
	var out []outcome
	for _, f := range families {
		if len(hosts.Interfaces) == 0 {
			break
		}
		for _, one := range g.ends(hosts, f) {
			var sources packet.Addresses
			leads(one.Interfaces[0].Subnets, func(s *aws.Subnet, _ bool) {
				sources = sources.Union(g.hostIn(one.Interfaces[0], g.place(s, f)).addresses)
			})
			for _, flow := range g.byBalancer(lb, one, *interfaceEnd(j), f) {
				at := flow.Delivered.each(func(s packet.Set) packet.Set { return s.Intersect(packets).From(sources) })
				if at.IsEmpty() {
					continue // nor does it say what stops what was asked about
				}
				out = append(out, outcome{forward: at, reachable: at, story: flow.story, asked: packets, assumptions: flow.Assumptions, waits: flow.Waits, unaddressed: true})
			}
		}
	}
	return out
}

// othersMayCome reports whether hosts that the input does not show may be in a
// VPC, or come to it by what joins it to others (U-14).
func (g *Graph) othersMayCome(v *aws.VPC) bool {
	return v == nil || v.Resource == nil || !v.Resource.IsNew() || g.hasSite(v) || len(g.peerings[v])+len(g.transits[v]) > 0 || g.carrierAt(v) != nil
}

// behind are all targets of a load balancer.
func (g *Graph) behind(lb *aws.LoadBalancer) []*delivery {
	var out []*delivery
	for _, l := range lb.Listeners {
		out = append(out, g.deliveries(lb, l)...)
	}
	return out
}

// throughBalancers are the flows from the internet that end at the
// destination after a load balancer.
func (g *Graph) throughBalancers(to Endpoint) []*Flow {
	var out []*Flow
	for _, lb := range g.inFrontOf(to.Interfaces) {
		for _, f := range families {
			for _, flow := range g.balanced(lb, f) {
				if flow.Through != nil && slices.ContainsFunc(flow.To.Interfaces, func(i *aws.Interface) bool { return slices.Contains(to.Interfaces, i) }) {
					out = append(out, flow)
				}
			}
		}
	}
	sortFlows(out)
	return out
}

// inFrontOf are the load balancers that have one of the interfaces as a
// target, each once and in the order of the network.
func (g *Graph) inFrontOf(list []*aws.Interface) []*aws.LoadBalancer {
	if g.fronts == nil {
		g.fronts = map[*aws.Interface][]int{}
		for n, lb := range g.network.LoadBalancers {
			for _, l := range lb.Listeners {
				for _, d := range g.deliveries(lb, l) {
					g.fronts[d.target] = append(g.fronts[d.target], n)
				}
			}
		}
	}
	var at []int
	for _, i := range list {
		at = append(at, g.fronts[i]...)
	}
	slices.Sort(at)
	var out []*aws.LoadBalancer
	for _, n := range slices.Compact(at) {
		out = append(out, g.network.LoadBalancers[n])
	}
	return out
}
