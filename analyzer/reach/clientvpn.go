package reach

import (
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// sends is what has to hold for an interface to send to a remote at all: it
// opens connections, and, of a Client VPN endpoint, its own rules and routes let
// the clients that far (VPN-6), or an Instance Connect endpoint lets people
// there (EP-6).
func (g *Graph) sends(i *aws.Interface, p *place, toward remote) []stage {
	out := []stage{g.initiates(i, p.f)}
	if e := g.instanceConnect(i); e != nil {
		out = append(out, opens(e, p.f, toward.member != nil))
	}
	for _, c := range g.network.ClientVPNs {
		if c.Interface == i {
			out = append(out, g.authorized(c, p, toward), g.routed(c, p, toward))
		}
	}
	return out
}

// authorized are the destinations for which an endpoint has an authorization
// rule; without one nothing gets anywhere.
func (g *Graph) authorized(c *aws.ClientVPN, p *place, toward remote) stage {
	return g.vpnStage(c, p, toward, "authorization rule", c.Authorizations, packet.Addresses{}, func(*aws.ClientVPNRule) tf.Tri { return tf.Yes })
}

// routed are the destinations to which an endpoint routes by the association in
// a subnet: the VPC, and what its routes add.
func (g *Graph) routed(c *aws.ClientVPN, p *place, toward remote) stage {
	return g.vpnStage(c, p, toward, "route", c.Routes, g.blocks(p.vpc, p.f), func(r *aws.ClientVPNRule) tf.Tri {
		return linked(r.Subnet, func(s *aws.Subnet) tf.Tri { return tf.TriOf(s == p.subnet) })
	})
}

// vpnStage is what rules of an endpoint cover, besides what they always do.
func (g *Graph) vpnStage(c *aws.ClientVPN, p *place, toward remote, what string, rules []aws.ClientVPNRule, always packet.Addresses, counts func(*aws.ClientVPNRule) tf.Tri) stage {
	all := packet.Everything(p.f)
	fact := tf.Fact{ID: "client-vpn:" + c.Label, Text: "which rules and routes " + c.Label + " has", Settle: settleContext}
	covered := filter{admits: exactly(all.To(always))}
	if !always.IsEmpty() {
		covered.elements = []*element{{object: c.Object, cause: objectCause(c.Object), detail: what + " to the VPC", admits: covered.admits}}
	}
	add := func(cause aws.Cause, detail string, to packet.Addresses, sure bool) {
		a := Relation{May: all.To(to)}
		if sure {
			a.Must = a.May
		} else {
			covered.doubts = append(covered.doubts, doubt{fact, a.May})
		}
		covered.admits = covered.admits.or(a)
		covered.elements = append(covered.elements, &element{object: c.Object, cause: cause, detail: detail, admits: a})
	}
	for n := range rules {
		r := &rules[n]
		count := counts(r)
		prefix, known := r.Destination.Known()
		switch {
		case count == tf.No:
		case known && familyOf(prefix.Addr()) == p.f:
			add(r.Cause, what+" for "+printed(r.Cause, prefix.String()), packet.Prefixes(prefix), count == tf.Yes && !r.Maybe)
		case !known:
			add(r.Cause, what+" for addresses not known yet", packet.AllAddresses(p.f), false)
		}
	}
	if c.Open {
		add(objectCause(c.Object), "not known: "+fact.Text, packet.AllAddresses(p.f), false)
	}
	if !covered.admits.certain() {
		if a, says, ok := g.sayCIDRs(fact, p.f); ok {
			covered = givenFilter(exactly(all.To(a)), c.Object, what+" as given", says)
		}
	}
	return stage{
		filter: asSeen(outbound, covered, toward, p.f), object: c.Object, cause: objectCause(c.Object), cost: 1,
		code: "NO_ROUTE_TO_DESTINATION", blocked: "no " + what + " of it covers the destination",
		mend: mending{of: c, to: p.subnet, d: outbound, far: toward.addresses},
	}
}
