package naive

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// balancer is a load balancer: a node in each of its subnets (LB-1).
type balancer struct {
	name      string
	nodes     []*nic
	crossZone bool
	listeners []*listener
}

type listener struct {
	protocols []packet.Protocol
	port      int
	forwards  []*targetGroup
}

type targetGroup struct {
	preserves bool // targets see the client's address (LB-4)
	targets   []target
}

// target is an interface or, behind a network load balancer, another load
// balancer (LB-7), on a port (LB-10).
type target struct {
	nic      *nic
	balancer *balancer
	port     int
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
		there.stop = "listener"
		return outcome{}, there, back
	}
	return got, there, back
}

// throughBalancer is a connection to a node, and the node's own to a target:
// two legs, each with its reply (LB-2).
func (w *world) throughBalancer(c *chance, from end, p packet.Packet, node, to *nic) outcome {
	first, _, _ := w.toBalancer(c, from, p, node)
	return first.then(w.behind(c, node, p, to))
}

// then is two legs, the second of which needs the first.
func (o outcome) then(second outcome) outcome {
	return outcome{o.forward && second.forward, o.reachable && second.reachable}
}

// behind is what a node makes of a packet that it accepted.
func (w *world) behind(c *chance, node *nic, p packet.Packet, to *nic) (best outcome) {
	for _, l := range node.balancer.accepts(p) {
		for _, g := range l.forwards {
			for _, t := range g.targets {
				best = best.or(w.handedOn(c, node, p, g, t, to))
			}
		}
	}
	return best
}

// handedOn is a node's connection to a target: to an interface, or to a node of
// another load balancer, which hands on what it accepts (LB-7).
func (w *world) handedOn(c *chance, node *nic, client packet.Packet, g *targetGroup, t target, to *nic) (best outcome) {
	ends := []*nic{t.nic}
	if t.balancer != nil {
		ends = t.balancer.nodes
	}
	for _, n := range ends {
		if n == nil || t.balancer == nil && n != to || !node.balancer.crossZone && n.subnet.zone != node.subnet.zone {
			continue // LB-8
		}
		p, preserved, ok := w.forwarded(c, node, client, g, n, t.port)
		if !ok {
			continue
		}
		there := w.journey(c, node, p)
		if !there.sent() || there.at != end(n) {
			continue
		}
		leg := outcome{true, w.answers(c, there, node, n, preserved)}
		if t.balancer != nil {
			leg = leg.then(w.behind(c, n, p, to))
		}
		best = best.or(leg)
	}
	return best
}

// forwarded is the packet that a node sends to a target: from its own address
// and port, or from the client's (LB-3, LB-4, NACL-9).
func (w *world) forwarded(c *chance, node *nic, client packet.Packet, g *targetGroup, to *nic, port int) (p packet.Packet, preserved, ok bool) {
	p = client
	if p.Destination, ok = to.address(packet.IPv4); !ok {
		return p, false, false
	}
	p.DestinationPort = uint16(port)
	if preserved = g.preserves && client.Source.Is4(); !preserved {
		if p.Source, ok = node.address(packet.IPv4); !ok {
			return p, false, false
		}
		p.SourcePort = w.anyPort(c)
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
	return from.subnet == node.subnet || from.subnet.acl.passes(true, p) && node.subnet.acl.passes(false, p)
}

// nodeAddress is the packet as it reaches a node.
func nodeAddress(p packet.Packet, node *nic) (packet.Packet, bool) {
	a, ok := node.address(family(p.Source))
	p.Destination = a
	return p, ok
}
