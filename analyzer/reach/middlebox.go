package reach

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// appliance is a network interface as a next hop (APP-1).
func (s *search) appliance(p *place, i *aws.Interface) hop {
	return hop{
		key: fmt.Sprintf("interface %p", i), label: interfaceObject(i).Label, to: i, in: onlySubnet(i), box: i,
		wanted: leadsTo(aws.TargetInterface, func(t *aws.Target) aws.Link[aws.Interface] { return t.Interface }, i),
		follow: func(t traveller) *way { return s.throughAppliance(t, p, i) },
	}
}

// onlySubnet is the subnet that an interface certainly stands in, or nil.
func onlySubnet(i *aws.Interface) *aws.Subnet {
	if len(i.Subnets.Each) == 1 && len(i.Subnets.Maybe) == 0 {
		s, _ := i.Subnets.Each[0].One()
		return s
	}
	return nil
}

// homes are the subnets that an interface may stand in.
func (s *search) homes(i *aws.Interface) []*place {
	var out []*place
	for _, links := range [][]aws.Link[aws.Subnet]{i.Subnets.Each, i.Subnets.Maybe} {
		for _, l := range links {
			for _, sub := range l.To {
				out = append(out, s.g.place(sub, s.f))
			}
		}
	}
	return out
}

// throughAppliance is the way through an interface that forwards what is not
// its own, which its source/destination check has to allow. Nobody knows what it
// lets pass, nor whether it gives it an address of its own, nor by which
// interface of the same machine it leaves (APP-1, NAT-9). Its groups know
// addresses only (SG-9).
func (s *search) throughAppliance(t traveller, p *place, i *aws.Interface) *way {
	o := interfaceObject(i)
	fact := tf.Fact{ID: "boundary:" + o.Label, Text: "what " + o.Label + " passes on", Settle: "check it by hand"}
	stages := []stage{s.gate(i.SourceDestCheck.Not().And(tf.Maybe), fact, stage{
		object: o, cause: objectCause(o), code: "ENI_SOURCE_DEST_CHECK_RESTRICTION",
		blocked: "it checks source and destination and passes nothing on", cost: 3, mend: mending{of: i},
	})}
	at := s.homes(i)
	if len(at) == 0 {
		return s.unknownWay(t, o, fact).behind(stages...)
	}
	if away := s.elsewhereThan(p, at[0], o); away != nil {
		return s.blocked(t, *away)
	}
	t.inward, t.outward = tf.No, tf.No
	if !s.reply { // a reply passes groups that let the request pass
		stages = append(stages, s.g.groupStage(i, inbound, s.f, t.as))
	}
	var ways []*way
	for _, k := range s.g.machine(i) {
		for _, from := range s.homes(k) {
			ways = append(ways, s.onFrom(t, k, from)...)
		}
	}
	next := s.branch(ways).behind(stages...)
	entry := at[0]
	if p == nil || entry.subnet != p.subnet {
		next = next.behind(s.acl(entry, inbound, t.as))
	}
	return next
}

// machine are the interfaces of what an interface belongs to.
func (g *Graph) machine(i *aws.Interface) []*aws.Interface {
	out := []*aws.Interface{i}
	for _, k := range g.network.Interfaces {
		if k != i && k.Owner != nil && k.Owner == i.Owner {
			out = append(out, k)
		}
	}
	return out
}

// onFrom are the ways on from an appliance: with the sender's address, and with
// one of its own.
func (s *search) onFrom(t traveller, k *aws.Interface, from *place) []*way {
	o := interfaceObject(k)
	kept := t
	kept.pass(device{of: o.Resource, label: o.Label})
	kept.zone = s.g.zone(from.subnet)
	ways := []*way{s.leave(kept, from)}
	if s.reply {
		return ways
	}
	out := s.g.groupStage(k, outbound, s.f, s.goal.at)
	ways[0] = ways[0].behind(out)
	own := t
	// Filters see its address from here on, not that which the packet was sent
	// from.
	own.rewrite(s.g, t, from, remote{key: fmt.Sprintf("box %p %p", k, from.subnet), addresses: s.g.hostIn(k, from).addresses, one: true})
	own.box = k
	out.rewrite = "source: it may become an address of " + o.Label
	return append(ways, s.leave(own, from).behind(out))
}

// pass notes a device that remembers flows.
func (t *traveller) pass(d device) { t.passed = slices.Concat(t.passed, []device{d}) }

// rewrite gives the packets the address of a device in a subnet, and a port
// that it chooses.
func (t *traveller) rewrite(g *Graph, before traveller, at *place, as remote) {
	t.rewritten = slices.Concat(before.rewritten, []rewrite{{before: before, at: at}})
	t.as, t.home, t.at, t.anyPort = as, at.vpc, at, true
	t.passed, t.pins, t.nat, t.box = nil, nil, nil, nil
	t.inward, t.outward = tf.No, tf.No
	t.zone = g.zone(at.subnet)
}

// middlebox are the next hops of a route to an endpoint: one of a gateway load
// balancer, or of a Network Firewall.
func (s *search) middlebox(p *place, r *aws.Route) []hop {
	t := r.Target
	if !t.Firewall.IsSet() && !t.Endpoint.IsSet() {
		return []hop{s.elsewhere(r)}
	}
	var out []hop
	if _, certain := t.Firewall.One(); certain {
		t.Endpoint = aws.Link[aws.Endpoint]{} // it is that and no other
	}
	for _, e := range t.Endpoint.To {
		if e.Interface == nil {
			continue
		}
		out = append(out, hop{
			key: fmt.Sprintf("endpoint %p", e), label: e.Label, to: e, in: onlySubnet(e.Interface),
			wanted: leadsTo(aws.TargetEndpoint, func(t *aws.Target) aws.Link[aws.Endpoint] { return t.Endpoint }, e),
			follow: func(t traveller) *way { return s.throughEndpoint(t, p, e) },
		})
	}
	for _, fw := range t.Firewall.To {
		at, certain := t.FirewallSubnet.One()
		out = append(out, hop{
			key: fmt.Sprintf("firewall %p %v", fw, t.FirewallSubnet.To), label: t.Label, to: firewallIn{fw, at}, in: at,
			wanted: func(o *aws.Route) tf.Tri {
				if o.Target.Kind == aws.TargetUnknown {
					return tf.Maybe
				}
				if o.Target.Kind != aws.TargetEndpoint {
					return tf.No
				}
				same := linked(o.Target.Firewall, func(x *aws.Firewall) tf.Tri { return tf.TriOf(x == fw) })
				if other, ok := o.Target.FirewallSubnet.One(); ok && certain && other != at {
					same = tf.No // the endpoint of another zone
				}
				return same
			},
			follow: func(t traveller) *way { return s.throughFirewall(t, p, fw, r.Target.FirewallSubnet) },
		})
	}
	_, firewall := t.Firewall.One()
	_, endpoint := t.Endpoint.One()
	if !firewall && !endpoint || len(out) == 0 {
		out = append(out, s.elsewhere(r))
	}
	return out
}

// throughEndpoint is the way through the endpoint of a gateway load balancer,
// whose appliances may let pass anything and return it to the endpoint (EP-4).
func (s *search) throughEndpoint(t traveller, p *place, e *aws.Endpoint) *way {
	fact := tf.Fact{ID: "boundary:" + e.Label, Text: "what the appliances behind " + e.Label + " let pass", Settle: "check it by hand"}
	kind, known := e.Kind.Known()
	passes := tf.Maybe
	if known && kind != aws.GatewayBalancerEndpoint {
		passes = tf.No
	}
	box := s.gate(passes, fact, stage{
		object: e.Object, cause: objectCause(e.Object), code: "BAD_STATE_ROUTE", blocked: "it is no endpoint of a gateway load balancer", cost: 3,
	})
	var ways []*way
	var names []string
	for _, at := range s.homes(e.Interface) {
		names = append(names, at.subnet.ShortName())
		ways = append(ways, s.past(t, p, at, device{of: e, in: at.subnet, label: e.Label}, box))
	}
	if len(ways) == 0 {
		return s.unknownWay(t, e.Object, fact)
	}
	return s.oneOfNamed(placementFact(e.Label), names, ways)
}

// past is the way through a device in a subnet: in past the subnet's ACL, and
// out by its table. References to groups do not survive it (SG-9).
func (s *search) past(t traveller, p *place, at *place, d device, does ...stage) *way {
	if away := s.elsewhereThan(p, at, aws.Object{Label: d.label}); away != nil {
		return s.blocked(t, *away)
	}
	t.inward, t.outward = tf.No, tf.No
	t.pass(d)
	t.zone = s.g.zone(at.subnet)
	out := s.leave(t, at).behind(does...)
	if p == nil || at.subnet != p.subnet {
		out = out.behind(s.acl(at, inbound, t.as))
	}
	return out
}

// edge is a gateway route table of a VPC (RT-9).
type edge struct {
	table *aws.RouteTable
	// certain is Maybe where it may be associated with something else.
	certain tf.Tri
}

// edgesOf are the gateway route tables of the VPCs, of internet gateways and of
// virtual private gateways.
func edgesOf(n *aws.Network) (internet, vpn map[*aws.VPC][]edge) {
	internet, vpn = map[*aws.VPC][]edge{}, map[*aws.VPC][]edge{}
	for _, t := range n.RouteTables {
		if !t.Edge {
			continue
		}
		either := !t.EdgeGateway.IsSet() && !t.EdgeVPN.IsSet()
		for _, v := range t.VPC.To {
			if t.EdgeGateway.IsSet() || either {
				internet[v] = append(internet[v], edge{t, linked(t.EdgeGateway, func(gw *aws.Gateway) tf.Tri { return attached(gw, v) })})
			}
			if t.EdgeVPN.IsSet() || either {
				vpn[v] = append(vpn[v], edge{t, linked(t.EdgeVPN, func(gw *aws.VPNGateway) tf.Tri {
					return linked(gw.VPC, func(w *aws.VPC) tf.Tri { return tf.TriOf(w == v) })
				})})
			}
		}
	}
	return internet, vpn
}

// intoGoal is the delivery of what a gateway lets into the VPC of the goal:
// straight to its subnet (RT-12), or where a gateway route table sends it
// (RT-9).
func (s *search) intoGoal(t traveller, edges []edge, byVPN bool) *way {
	var ways []*way
	var names []string
	for _, e := range edges {
		w := s.byEdge(t, e.table, byVPN)
		if e.certain == tf.Yes {
			return w
		}
		ways, names = append(ways, w), append(names, e.table.ShortName())
	}
	return s.oneOfNamed(edgeFact(s.goal.place), append(names, aws.None), append(ways, s.deliver(t)))
}

func edgeFact(p *place) tf.Fact {
	return tf.Fact{ID: "edge-of:" + vpcName(p), Text: "which route table the gateway of " + vpcName(p) + " has", Settle: settleApply}
}

// byEdge is where a gateway route table sends what arrives.
func (s *search) byEdge(t traveller, table *aws.RouteTable, byVPN bool) *way {
	v := s.goal.place.vpc
	local := s.local()
	local.wanted = func(r *aws.Route) tf.Tri { // which a gateway's table may name (U-22)
		return tf.TriOf(r.Target.Kind == aws.TargetLocal).Or(tf.TriOf(r.Target.Kind == aws.TargetUnknown).And(tf.Maybe))
	}
	hops := []hop{local}
	seen := map[string]bool{}
	for _, e := range s.g.routeEntries(table, s.f) {
		if !e.to.Overlaps(s.goal.at.addresses) || !s.g.diverts(v, e, s.f) {
			continue
		}
		for _, h := range s.targets(nil, e.route) {
			if !seen[h.key] {
				seen[h.key] = true
				hops = append(hops, h)
			}
		}
	}
	var ways []*way
	for _, h := range hops {
		route := stage{
			filter: asSeen(outbound, s.g.toward(table, v, s.f, s.goal, h.wanted), s.goal.at, s.f),
			object: table.Object, cause: objectCause(table.Object), code: "NO_ROUTE_TO_DESTINATION", cost: 2, reply: s.reply,
			blocked: "no route to " + h.label, quiet: len(hops) == 1,
		}
		if route.admits.IsEmpty() {
			continue
		}
		if s.reply {
			route.filter = route.backward(s.f)
		}
		next := h.follow(t)
		if h.key != "local" {
			next = next.behind(s.atEdge(h, byVPN)...)
		}
		ways = append(ways, next.behind(route))
	}
	return s.branch(ways)
}

// atEdge is what a gateway asks of a middlebox: an internet gateway that it has
// a public address, a virtual private gateway that it is no endpoint (RT-9).
func (s *search) atEdge(h hop, byVPN bool) []stage {
	if byVPN && h.box == nil {
		return []stage{s.gate(tf.No, tf.Fact{}, stage{
			object: aws.Object{Label: h.label}, code: "BAD_STATE_ROUTE", blocked: "a virtual private gateway leads to no endpoint", cost: 3,
			mend: mending{of: redirectedIn{s.goal.place.subnet, true}},
		})}
	}
	if byVPN || h.box == nil {
		return nil
	}
	public := s.g.addressStage(h.box, s.f)
	public.code, public.reply, public.quiet = "INGRESS_RTB_NO_PUBLIC_IP", s.reply, true
	return []stage{public}
}

// redirected says whether a gateway route table sends what arrives for a subnet
// through a middlebox, so that the subnet's own route to the gateway is of no
// use (RT-9).
func (s *search) redirected(p *place) tf.Tri {
	out := tf.No
	hosts := p.hosts
	for _, e := range s.g.edges[p.vpc] {
		if e.certain != tf.Yes && s.g.answers != nil {
			if name, ok := s.g.answers.Said(edgeFact(p).ID, "is"); ok {
				if name != e.table.ShortName() {
					continue
				}
				e.certain = tf.Yes
			}
		}
		for _, r := range s.g.routeEntries(e.table, s.f) {
			if r.route.Target.Kind == aws.TargetLocal || !r.to.Overlaps(hosts) || !s.g.diverts(p.vpc, r, s.f) {
				continue
			}
			r, covers := s.g.inRange(r, goal{kind: toHosts, place: p})
			if !covers {
				continue
			}
			if e.certain == tf.Yes && r.certain && hosts.SubsetOf(r.to) && r.route.Target.Kind != aws.TargetUnknown && s.g.redirects(p.vpc, r) {
				return tf.Yes
			}
			out = tf.Maybe
		}
	}
	return out
}
