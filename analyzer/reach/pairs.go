package reach

import (
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// pairs are the outcomes for every pair of what the end points hold.
func (g *Graph) pairs(from, to Endpoint, f packet.Family, packets packet.Set, suppose bool) []outcome {
	if out, ok := g.toUnfiltered(from, to, f, packets); ok {
		return out
	}
	holder, holders := g.held(from, f), g.held(to, f)
	if from.Kind == IP && holder.Kind == Interfaces {
		packets, holder = packets.From(from.Addresses), holder.publicly(from.Addresses, holders.Kind, f)
	}
	if to.Kind == IP && holders.Kind == Interfaces {
		packets, holders = packets.To(to.Addresses), holders.publicly(to.Addresses, holder.Kind, f)
	}
	from, to = holder, holders
	switch {
	case from.Kind == GatewayEndpoints:
		return []outcome{walk([]stage{{
			object: from.Gateway.Object, cause: objectCause(from.Gateway.Object), code: "VPCE_INTRA_VPC_TRAFFIC",
			blocked: "a gateway endpoint never opens a connection", cost: 3, fixed: true,
		}}, packets)}
	case to.Service != "" && len(from.Interfaces) > 0:
		var out []outcome
		for _, i := range from.Interfaces {
			out = append(out, g.toAWS(i, to.Service, f, packets, suppose))
		}
		return out
	case from.Kind == Internet && len(to.Services) > 0:
		return g.fromOutside(from, to, f, packets, suppose)
	case from.Kind == Consumers:
		return g.consumersTo(to, f, packets)
	case from.isOutside() && to.Kind == GatewayEndpoints:
		return []outcome{walk([]stage{{
			object: to.Gateway.Object, cause: objectCause(to.Gateway.Object), code: "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION",
			blocked: "only the interfaces of its VPC use a gateway endpoint", cost: impossible, fixed: true,
		}}, packets)}
	case from.isOutside() && to.isOutside() && (from.Kind != OnPremises || !g.heldByNobody(to, f)):
		return []outcome{g.elsewhere(from, to, nil, f, packets, suppose)}
	case from.isPrivate(g, f):
		return g.acrossGateway(from, to.interfaces(), "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS", packets)
	case to.isPrivate(g, f):
		return g.acrossGateway(to, from.interfaces(), "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", packets)
	case from.Kind == Internet:
		return g.fromOutside(from, to, f, packets, suppose)
	case to.Kind == Internet:
		return g.toOutside(from, to, f, packets, suppose)
	case from.Kind == OnPremises && g.heldByNobody(to, f):
		i, nobody := g.nobody(to, f)
		return []outcome{g.fromPremises(from, i, f, packets, suppose, nobody)}
	case from.Kind == OnPremises:
		var out []outcome
		to = to.inSubnet()
		for _, j := range to.Interfaces {
			out = append(out, g.fromPremises(from, j, f, packets, suppose))
		}
		for _, lb := range to.Balancers {
			out = append(out, g.fromPremises(from, lb.Interface, f, packets, suppose, g.listenerStage(lb, lb.Listeners, f)))
		}
		return out
	case to.Kind == OnPremises:
		var out []outcome
		for _, i := range from.interfaces() {
			out = append(out, g.toPremises(i, to, f, packets, suppose))
		}
		return out
	case from.Kind == Interfaces && g.heldByNobody(to, f):
		j, nobody := g.nobody(to, f)
		var out []outcome
		for _, i := range from.Interfaces {
			out = append(out, g.eastWest(i, j, f, packets, suppose, nobody))
		}
		return out
	case from.isOutside(), to.isOutside():
		var out []outcome
		for _, i := range append(from.interfaces(), to.interfaces()...) {
			out = append(out, g.elsewhere(from, to, i, f, packets, suppose))
		}
		return out
	}
	var out []outcome
	for _, i := range from.Interfaces {
		for _, j := range to.Interfaces {
			if i != j {
				out = append(out, g.eastWest(i, j, f, packets, suppose))
			}
		}
		for _, lb := range to.Balancers {
			out = append(out, g.eastWest(i, lb.Interface, f, packets, suppose, g.listenerStage(lb, lb.Listeners, f)))
		}
		if to.Kind == GatewayEndpoints {
			out = append(out, g.toGatewayEndpoint(i, to.Gateway, f, packets, suppose))
		}
	}
	for _, lb := range from.Balancers {
		if to.Kind == GatewayEndpoints {
			out = append(out, walk([]stage{{
				object: lb.Object, cause: objectCause(lb.Object), code: "TARGET_ADDRESS_RESTRICTION",
				blocked: "it connects to its targets only", cost: 3, fixed: true,
			}}, packets))
		}
		for _, j := range to.Interfaces {
			out = append(out, g.toTarget(lb, j, f, packets, suppose))
		}
	}
	if len(out) == 0 && len(from.Interfaces)*len(to.Interfaces) > 0 {
		o := interfaceObject(from.Interfaces[0])
		out = append(out, walk([]stage{{
			object: o, cause: objectCause(o), code: "NO_SOURCE_OR_DESTINATION",
			blocked: "both ends are the same network interface", cost: 3, fixed: true,
		}}, packets))
	}
	return out
}

func (g *Graph) fromOutside(from, to Endpoint, f packet.Family, packets packet.Set, suppose bool) []outcome {
	if !from.Addresses.IsEmpty() {
		packets = packets.From(from.Addresses)
	}
	var out []outcome
	to = to.inSubnet()
	for _, i := range to.Interfaces {
		out = append(out, g.fromInternetTo(i, f, packets, suppose))
	}
	for _, lb := range to.Balancers {
		out = append(out, g.overPlaces(lb.Interface, f, func(p *place) outcome {
			return g.toListeners(lb, lb.Listeners, p, packets)
		}))
	}
	if len(to.Services) > 0 { // other ways to the same thing
		for _, s := range to.Services {
			out = append(out, g.toService(s, f, packets))
		}
		out = []outcome{together(out...)}
	}
	return out
}

func (g *Graph) toOutside(from, to Endpoint, f packet.Family, packets packet.Set, suppose bool) []outcome {
	if !to.Addresses.IsEmpty() {
		packets = packets.To(to.Addresses)
	}
	var out []outcome
	for _, i := range from.interfaces() {
		out = append(out, g.leaving(i, f, packets, suppose, nil))
	}
	return out
}

// acrossGateway is what an internet gateway rejects: private addresses on the
// other side of it (IGW-4).
func (g *Graph) acrossGateway(far Endpoint, near []*aws.Interface, code string, packets packet.Set) []outcome {
	var out []outcome
	for _, i := range near {
		why := stage{
			object: aws.Object{Label: "internet gateway"}, cause: objectCause(interfaceObject(i)), code: code, cost: impossible, fixed: true,
			blocked: "an internet gateway carries no packets from or to " + far.Label + ": a network behind the VPN is onprem:, whoever has an address ip:",
		}
		if s := onlySubnet(i); s != nil {
			if v, ok := s.VPC.One(); ok {
				why.object, why.cause = v.Object, objectCause(v.Object)
				for _, gw := range v.Gateways {
					if !gw.EgressOnly {
						why.object, why.cause = gw.Object, objectCause(gw.Object, v.Object)
					}
				}
			}
		}
		out = append(out, walk([]stage{why}, packets))
	}
	return out
}
