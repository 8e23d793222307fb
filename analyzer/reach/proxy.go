package reach

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// byProxies are the flows to databases by a proxy of RDS, which opens a
// connection of its own (SVC-18).
func (g *Graph) byProxies(from, to Endpoint) []*Flow {
	var out []*Flow
	for _, p := range g.network.Proxies {
		leads(p.Targets, func(db *aws.Interface, certain bool) {
			if !slices.Contains(to.Interfaces, db) {
				return
			}
			for _, f := range families {
				second := g.toDatabase(p, db, f)
				if second.forward.IsEmpty() {
					continue
				}
				for _, i := range from.Interfaces {
					out = append(out, g.byProxy(p, i, db, f, second, certain)...)
				}
			}
		})
	}
	return out
}

// toDatabase is the proxy's own connection, on the port that the database listens
// on: where nobody knows that, certainly only where all of them get through.
func (g *Graph) toDatabase(p *aws.DatabaseProxy, db *aws.Interface, f packet.Family) outcome {
	asked := packet.Everything(f).On(packet.TCP)
	if db.Ports != nil {
		return g.eastWest(p.Interface, db, f, asked, false)
	}
	fact := listensFact(db)
	said, says, known := g.saidFlows(possibly(asked), fact, "on", f)
	o := g.eastWest(p.Interface, db, f, said.May, false)
	o.assumptions = slices.Concat(o.assumptions, says)
	if !known && !packet.PortRange(1, 65535).SubsetOf(o.reachable.Must.ToPortsOf(packet.TCP)) {
		o = o.doubted(fact)
	}
	return o
}

// byProxy are the flows from one client to one database, by each interface of
// the proxy. The client's packets are those that it sends to the proxy; what
// the proxy can send at all it sends for any client.
func (g *Graph) byProxy(p *aws.DatabaseProxy, i, db *aws.Interface, f packet.Family, second outcome, certain bool) []*Flow {
	var out []*Flow
	leads(p.Fronts, func(front *aws.Interface, sure bool) {
		o := g.eastWest(i, front, f, packet.Everything(f).On(packet.TCP), false)
		if o.forward.IsEmpty() || i == front {
			return
		}
		carries := func(first, second Relation) Relation {
			if second.IsEmpty() {
				return Relation{}
			}
			if second.Must.IsEmpty() {
				return first.doubt()
			}
			return first
		}
		joined := o.followed(second)
		joined.forward, joined.reachable = carries(o.forward, second.forward), carries(o.reachable, second.reachable)
		fact := tf.Fact{ID: "proxy:" + p.Label, Text: "which databases stand behind " + p.Label, Settle: settleApply}
		leads, says := g.passes(tf.TriOf(certain && sure).Or(tf.Maybe), fact)
		joined.assumptions = slices.Concat(joined.assumptions, says)
		switch leads {
		case tf.No:
			return
		case tf.Maybe:
			joined = joined.doubted(fact)
		}
		flow := newFlow(interfaceEnd(i), interfaceEnd(db), f, joined)
		flow.Proxy, flow.Delivered = p, second.reachable
		out = append(out, flow)
	})
	return out
}
