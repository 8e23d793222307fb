package reach

import (
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// exactly is a relation without doubt.
func exactly(s packet.Set) Relation { return Relation{Must: s, May: s} }

// possibly is a relation of which nothing is certain.
func possibly(s packet.Set) Relation { return Relation{May: s} }

func everything(f packet.Family) Relation { return exactly(packet.Everything(f)) }

// gate lets everything of a family through, nothing, or nobody knows.
func gate(t tf.Tri, f packet.Family) Relation {
	switch t {
	case tf.Yes:
		return everything(f)
	case tf.Maybe:
		return possibly(packet.Everything(f))
	}
	return Relation{}
}

// IsEmpty reports whether no packet is possible.
func (r Relation) IsEmpty() bool { return r.May.IsEmpty() }

// and is what passes both of two filters in turn.
func (r Relation) and(q Relation) Relation {
	return r.apply(q, packet.Set.Intersect)
}

// part is what certainly passes of some of the packets that may.
func (r Relation) part(may packet.Set) Relation {
	if r.certain() {
		return exactly(may)
	}
	return Relation{Must: r.Must.Intersect(may), May: may}
}

// or is what passes at least one of two elements that both exist.
func (r Relation) or(q Relation) Relation {
	return r.apply(q, packet.Set.Union)
}

// apply keeps a relation without doubt in one set, which halves the work on
// the networks that are fully known.
func (r Relation) apply(q Relation, op func(a, b packet.Set) packet.Set) Relation {
	must := op(r.Must, q.Must)
	if r.certain() && q.certain() {
		return exactly(must)
	}
	return Relation{Must: must, May: op(r.May, q.May)}
}

func (r Relation) certain() bool { return r.Must.Equal(r.May) }

// either is the relation of the one of several candidates that turns out to
// be meant (U-22): nothing is certain but what all of them agree on.
func either(candidates ...Relation) Relation {
	var out Relation
	for n, c := range candidates {
		if n == 0 {
			out = c
			continue
		}
		out = Relation{Must: out.Must.Intersect(c.Must), May: out.May.Union(c.May)}
	}
	return out
}

// each applies a monotone operation to both sides.
func (r Relation) each(op func(packet.Set) packet.Set) Relation {
	if r.certain() {
		return exactly(op(r.Must))
	}
	return Relation{Must: op(r.Must), May: op(r.May)}
}

// doubt takes all certainty from r.
func (r Relation) doubt() Relation { return possibly(r.May) }

// everySource is the packets that are in s whichever of the sources they come
// from; the result forgets the source, and keeps source ports.
func everySource(s packet.Set, from packet.Addresses, f packet.Family) packet.Set {
	all := packet.Everything(f)
	return all.Subtract(all.From(from).Subtract(s).AnySourceAddress())
}

// everyDestination is the same for destinations; source ports are kept.
func everyDestination(s packet.Set, to packet.Addresses, f packet.Family) packet.Set {
	all := packet.Everything(f)
	return all.Subtract(all.To(to).Subtract(s).AnyDestination())
}

// everyClientPort is the packets that are in s from each of the client ports
// (M-3), wherever they come from; the result forgets source ports only when
// all sources agree.
func everyClientPort(s packet.Set, ports packet.Ports, f packet.Family) packet.Set {
	all := packet.Everything(f)
	bad := withClientPorts(all, ports).Subtract(s)
	return all.Subtract(bad.AnySource())
}

// withClientPorts restricts TCP and UDP to the client ports and keeps every
// other protocol.
func withClientPorts(s packet.Set, ports packet.Ports) packet.Set {
	transport := s.On(packet.TCP, packet.UDP)
	return s.Subtract(transport).Union(transport.FromPorts(ports))
}

// ephemeral is the ports that clients, load balancers and NAT gateways use
// (M-3, NAT-6).
func ephemeral() packet.Ports { return packet.PortRange(1024, 65535) }
