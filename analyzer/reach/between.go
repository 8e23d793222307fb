package reach

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// Between are the flows of some packets from one end point to another: one for
// each way from something that the first holds to something that the second
// holds, those through load balancers included. What certainly does not arrive
// makes no flow.
func (g *Graph) Between(from, to Endpoint, packets packet.Set) []*Flow {
	var out []*Flow
	for _, f := range families {
		if !from.in(f) || !to.in(f) {
			continue
		}
		asked := withClientPorts(packets.Family(f), ephemeral()).Union(packets.Family(f).Subtract(withPorts(f)))
		for _, one := range from.each() {
			for _, other := range to.each() {
				if !one.speaks(f) || !other.speaks(f) {
					continue
				}
				for _, o := range g.pairs(one, other, f, asked, false) {
					if !o.forward.May.IsEmpty() {
						out = append(out, newFlow(one, other, f, o))
					}
				}
			}
		}
	}
	for _, flow := range g.through(from, to) {
		if part := flow.of(from, packets); !part.Forward.May.IsEmpty() {
			out = append(out, part)
		}
	}
	return out
}

// withPorts is every packet of a protocol that has ports.
func withPorts(f packet.Family) packet.Set {
	return packet.Everything(f).On(packet.TCP, packet.UDP)
}

// of is the flow of some packets from an end point.
func (f *Flow) of(from Endpoint, packets packet.Set) *Flow {
	restrict := func(s packet.Set) packet.Set {
		if !from.in(f.Family) {
			return packet.Set{}
		}
		if !from.Addresses.IsEmpty() {
			s = s.From(from.Addresses)
		}
		return s.Intersect(packets)
	}
	part := *f
	if from.isOutside() {
		part.From = from
	}
	part.Forward, part.Reachable = f.Forward.each(restrict), f.Reachable.each(restrict)
	return &part
}

// each is an end point for everything that this one holds.
func (e Endpoint) each() []Endpoint {
	if e.isOutside() && len(e.Services) == 0 || e.Kind == GatewayEndpoints {
		return []Endpoint{e}
	}
	e = e.inSubnet()
	var out []Endpoint
	for _, i := range e.Interfaces {
		out = append(out, interfaceEnd(i))
	}
	for _, lb := range e.Balancers {
		out = append(out, balancerEnd(lb))
	}
	for _, s := range e.Services {
		out = append(out, Endpoint{Kind: Service, Label: s.Label, Services: []*aws.PublicService{s}})
	}
	return slices.Clip(out)
}
