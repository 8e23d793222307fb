package naive

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// balancer is a load balancer: a node in each of its subnets (LB-1).
type balancer struct {
	name      string
	kind      string // such as "network load balancer"
	nodes     []*nic
	crossZone bool
	listeners []*listener
	linkRules bool // its groups look at what comes by PrivateLink (EP-3)
}

type listener struct {
	protocols []packet.Protocol
	port      int
	forwards  []*targetGroup
}

type targetGroup struct {
	preserves bool // targets see the client's address (LB-4)
	family    packet.Family
	crossZone bool // LB-8
	targets   []target
}

// target is an interface or, behind a network load balancer, another load
// balancer (LB-7), on a port (LB-10).
type target struct {
	nic      *nic
	balancer *balancer
	port     int
}

// What a load balancer does with a packet counts by itself.
const (
	preservesClient = "client address preserved"                      // LB-4
	crossesZones    = "cross-zone balancing"                          // LB-8
	behindAnother   = "load balancer behind another"                  // LB-7
	withoutGroups   = "network load balancer without security groups" // LB-4
)

// relayed is what becomes of a packet at something that opens connections of
// its own, with what stopped it and what it met with there.
type relayed struct {
	outcome
	stop  string
	parts []string
}

func stoppedBy(what string) relayed { return relayed{stop: what} }

// by tells of it, with what the packet met with.
func (r relayed) by(parts []string) string {
	return fmt.Sprintf("arrives %t, comes back %t, by %q, stopped by %q", r.forward, r.reachable, slices.Concat(parts, r.parts), r.stop)
}

func (r relayed) or(o relayed) relayed {
	best := r.outcome.or(o.outcome)
	if r.stop == "" || best != r.outcome {
		r.stop = o.stop
	}
	if !r.reachable {
		r.parts = o.parts
	}
	return relayed{best, r.stop, r.parts}
}

// then is two legs, the second of which needs the first.
func (r relayed) then(second func() relayed) relayed {
	if !r.forward {
		return r
	}
	o := second()
	if r.reachable && !o.reachable || !o.forward {
		r.stop = o.stop
	}
	return relayed{outcome{o.forward, r.reachable && o.reachable}, r.stop, slices.Concat(r.parts, o.parts)}
}

// told is a packet and its reply as they were carried.
func told(got outcome, there, back *journey) relayed {
	switch {
	case !got.forward:
		return stoppedBy(there.stop)
	case !got.reachable && back != nil:
		return relayed{outcome: got, stop: back.stop}
	}
	return relayed{outcome: got}
}

// accepts are the listeners that take a packet (LB-2, LB-11).
func (b *balancer) accepts(p packet.Packet) (all []*listener) {
	for _, l := range b.listeners {
		if slices.Contains(l.protocols, p.Protocol) && l.port == int(p.DestinationPort) {
			all = append(all, l)
		}
	}
	return all
}

// toBalancer is a connection to one node.
func (w *world) toBalancer(c *chance, from end, p packet.Packet, node *nic) (outcome, *journey, *journey) {
	got, there, back := w.trip(c, from, p, func(e end) bool { return e == node })
	if got.forward && len(node.balancer.accepts(p)) == 0 {
		there.stop = node.balancer.kind
		return outcome{}, there, nil
	}
	return got, there, back
}

// client is a packet that a node has accepted. Hidden is set for what comes by
// PrivateLink, which targets never see (EP-3).
type client struct {
	packet.Packet
	hidden bool
}

// throughBalancer is a connection to a node, and the node's own to a target:
// two legs, each with its reply (LB-2).
func (w *world) throughBalancer(c *chance, from end, p packet.Packet, node, to *nic) relayed {
	return told(w.toBalancer(c, from, p, node)).then(func() relayed { return w.behind(c, node, client{p, false}, to) })
}

// behind is what a node makes of a packet that it accepted.
func (w *world) behind(c *chance, node *nic, p client, to *nic) (best relayed) {
	for _, l := range node.balancer.accepts(p.Packet) {
		for _, g := range l.forwards {
			for _, t := range g.targets {
				best = best.or(w.handedOn(c, node, p, g, t, to))
			}
		}
	}
	if best.stop == "" && !best.forward {
		best.stop = node.balancer.kind
	}
	return best
}

// handedOn is a node's connection to a target: to an interface, or to a node of
// another load balancer, which hands on what it accepts (LB-7).
func (w *world) handedOn(c *chance, node *nic, from client, g *targetGroup, t target, to *nic) (best relayed) {
	ends := []*nic{t.nic}
	if t.balancer != nil {
		ends = t.balancer.nodes
	}
	for _, n := range ends {
		crosses := n != nil && n.subnet.zone != node.subnet.zone
		switch {
		case n == nil || t.balancer == nil && n != to:
			continue
		case !g.crossZone && crosses:
			best = best.or(stoppedBy(crossesZones))
			continue
		}
		p, preserved, ok := w.forwarded(c, node, from, g, n, t.port)
		if !ok {
			continue
		}
		there := w.journey(c, node, p)
		if !there.sent() || there.at != end(n) {
			best = best.or(stoppedBy(w.whyNot(there, node, n, preserved)))
			continue
		}
		leg := relayed{outcome: outcome{true, true}, parts: node.does(n, preserved, crosses)}
		if !w.answers(c, there, node, n, preserved) {
			leg.outcome, leg.stop = outcome{true, false}, "acl"
		}
		if t.balancer != nil {
			leg = leg.then(func() relayed {
				second := w.behind(c, n, client{p, false}, to)
				if !second.forward && second.stop == n.balancer.kind {
					second.stop = behindAnother // which does not listen there, or has no such target
				}
				return second
			})
		}
		best = best.or(leg)
	}
	return best
}

// does is what a node does with a packet that it sends to a target.
func (n *nic) does(to *nic, preserved, crosses bool) (all []string) {
	for part, so := range map[string]bool{
		preservesClient: preserved, crossesZones: crosses, behindAnother: to.balancer != nil, withoutGroups: n.balancer.kind == "network load balancer" && !n.filtered,
	} {
		if so {
			all = append(all, part)
		}
	}
	slices.Sort(all)
	return all
}

// whyNot is what stopped a node's packet: what the load balancer does, where
// the packet would have arrived without that, or what its way met with.
func (w *world) whyNot(there *journey, node, to *nic, preserved bool) string {
	if preserved {
		own := there.p0
		source, ok := node.address(family(own.Destination))
		own.Source = source
		if again := w.journey(&chance{}, node, own); ok && again.sent() && again.at == end(to) {
			return preservesClient
		}
	}
	if !node.filtered && len(to.referred(false, there.p0)) > 0 && there.at == end(to) {
		return withoutGroups // whom the target's rules cannot refer to
	}
	return there.stop
}

// forwarded is the packet that a node sends to a target: from its own address
// and port, or from the client's (LB-3, LB-4, NACL-9).
func (w *world) forwarded(c *chance, node *nic, from client, g *targetGroup, to *nic, port int) (p packet.Packet, preserved, ok bool) {
	p = from.Packet
	if p.Destination, ok = to.address(g.family); !ok {
		return p, false, false
	}
	p.DestinationPort = uint16(port)
	if preserved = g.preserves && !from.hidden && family(from.Source) == g.family; !preserved {
		if p.Source, ok = node.address(g.family); !ok {
			return p, false, false
		}
		p.SourcePort = portBetween(c, node.subnet, to.subnet)
	}
	return p, preserved, true
}

// answers is the target's reply. To a client whose address was kept it returns
// through the load balancer, which saw the request (RT-11): past the ACLs and
// whatever the tables say.
func (w *world) answers(c *chance, there *journey, node, from *nic, preserved bool) bool {
	p, _ := reply(there.p)
	if !preserved {
		home := w.journey(c, from, p)
		home.request, home.bindings, home.seen = there, there.bindings, there.passed
		return home.sent() && home.home()
	}
	return sentBack(from, node, p)
}

// sentBack is a reply that returns through whatever kept the client's address:
// past the ACLs and whatever the tables say.
func sentBack(from, via *nic, p packet.Packet) bool {
	return from.subnet == via.subnet || from.subnet.acl.passes(true, p) && via.subnet.acl.passes(false, p)
}

// nodeAddress is the packet as it reaches a node.
func nodeAddress(p packet.Packet, node *nic) (packet.Packet, bool) {
	a, ok := node.address(family(p.Source))
	p.Destination = a
	return p, ok
}

// linked is a packet that comes to a node by PrivateLink, from the address
// that its sender has (EP-3). Whether an ACL looks at it nobody can tell.
func (w *world) linked(c *chance, from netip.Addr, p packet.Packet, node *nic) relayed {
	p.Source = from
	p, _ = nodeAddress(p, node)
	back, _ := reply(p)
	switch {
	case len(node.balancer.accepts(p)) == 0:
		return stoppedBy("endpoint service")
	case node.filtered && node.balancer.linkRules && !node.byAddress(false, p):
		return stoppedBy("endpoint service")
	case !node.subnet.acl.passes(false, p) && c.of(2) == 0:
		return stoppedBy("acl")
	}
	return relayed{outcome: outcome{true, node.subnet.acl.passes(true, back) || c.of(2) == 1}, stop: "acl"}
}

// offer is an endpoint service with the load balancers behind it.
type offer struct {
	balancers []*balancer
	outside   bool // other accounts may connect
}

// proxy is a proxy of RDS: an interface for clients, and one that opens
// connections to databases (SVC-18).
type proxy struct {
	fronts, backs, targets []*nic
}

// anyListener are ports at and next to the corners of rules.
var anyListener = func() (all []uint16) {
	for _, n := range portCorners {
		for _, at := range []int{n - 1, n, n + 1} {
			if within(1, 65535, at) && !slices.Contains(all, uint16(at)) {
				all = append(all, uint16(at))
			}
		}
	}
	return all
}()

// throughProxy is a connection to a proxy and the proxy's own to a database.
func (w *world) throughProxy(c *chance, x *proxy, from end, p packet.Packet, front, to *nic) relayed {
	first := told(w.trip(c, from, p, func(e end) bool { return e == front }))
	return first.then(func() relayed {
		if !slices.Contains(x.targets, to) || p.Protocol != packet.TCP {
			return stoppedBy("database proxy")
		}
		back := x.backs[c.of(len(x.backs))]
		source, speaks := back.address(family(p.Source))
		destination, listens := to.address(family(p.Source))
		if !speaks || !listens {
			return stoppedBy("database proxy")
		}
		q := p
		q.Source, q.Destination = source, destination
		q.SourcePort = portBetween(c, back.subnet, to.subnet)
		if to.serves == nil {
			q.DestinationPort = anyListener[c.of(len(anyListener))] // nobody knows what the database listens on
		}
		second := told(w.trip(c, back, q, func(e end) bool { return e == to }))
		if second.stop == "group" {
			second.stop = "database proxy" // which the database does not admit
		}
		return second
	})
}
