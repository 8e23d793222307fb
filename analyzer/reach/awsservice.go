package reach

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// systemsManager is the name for all that an instance has to reach to be managed
// by Systems Manager, which opens no way in (EP-7).
const systemsManager = "systems-manager"

var behindSystemsManager = []string{"ssm", "ssmmessages", "ec2messages"}

// toAWS is what gets from an interface to a service of AWS: by an endpoint of
// the input, or over the internet (EP-1, EP-2).
func (g *Graph) toAWS(i *aws.Interface, name string, f packet.Family, packets packet.Set, suppose bool) outcome {
	if name != systemsManager {
		return g.toNamed(i, name, f, packets, suppose)
	}
	packets = packets.On(packet.TCP).ToPorts(packet.PortRange(443, 443))
	var out outcome
	for n, part := range behindSystemsManager {
		o := g.toNamed(i, part, f, packets, suppose)
		if n == 0 {
			out = o
			continue
		}
		// All of them are needed, and the one that is missing is told.
		forward, reachable := out.forward.and(o.forward), out.reachable.and(o.reachable)
		waits, assumptions := slices.Concat(out.waits, o.waits), slices.Concat(out.assumptions, o.assumptions)
		if out.better(&o) {
			out = o
		}
		out.forward, out.reachable, out.waits, out.assumptions = forward, reachable, waits, assumptions
	}
	return out
}

// toNamed is the way to one service.
func (g *Graph) toNamed(i *aws.Interface, name string, f packet.Family, packets packet.Set, suppose bool) outcome {
	var paths []outcome
	for _, e := range g.network.Endpoints {
		fact := tf.Fact{ID: "serves:" + e.Label, Text: "whether " + e.Label + " leads to " + name, Settle: settleApply}
		leads, says := g.passes(serves(e, name), fact)
		if leads == tf.No {
			continue
		}
		var o outcome
		switch {
		case isGatewayEndpoint(e):
			o = g.toGatewayEndpoint(i, e, f, packets, suppose)
		case e.Interface != nil && e.Interface != i:
			o = g.eastWest(i, e.Interface, f, packets, suppose)
			o = o.anywhere(o.to, f)
		default:
			continue
		}
		if leads == tf.Maybe {
			o = o.doubted(fact)
		}
		o.assumptions = slices.Concat(o.assumptions, says)
		paths = append(paths, o)
	}
	out := g.leaving(i, f, packets, suppose, nil).anywhere(g.internet[f], f)
	if f == packet.IPv6 {
		fact := tf.Fact{ID: "beyond:service:" + name, Text: "whether " + name + " speaks IPv6", Settle: "check it by hand"}
		speaks, says := g.passes(tf.Maybe, fact)
		switch speaks {
		case tf.No:
			out = walk([]stage{{object: aws.Object{Label: name}, code: "PROTOCOL_RESTRICTION", blocked: "it speaks no IPv6", cost: impossible}}, packets)
		case tf.Maybe:
			out = out.doubted(fact)
		}
		out.assumptions = slices.Concat(out.assumptions, says)
	}
	return together(append(paths, out)...)
}

// anywhere is what gets to one of the addresses, of which nobody knows which it
// is: must to all of them, may to some.
func (o outcome) anywhere(to packet.Addresses, f packet.Family) outcome {
	at := func(r Relation) Relation {
		return Relation{Must: everyDestination(r.Must, to, f), May: r.May.To(to).AnyDestination()}
	}
	o.forward, o.reachable, o.unaddressed = at(o.forward), at(o.reachable), true
	return o
}

// serves says whether an endpoint leads to the service with a name such as ssm
// or ecr.dkr: the rest of com.amazonaws.REGION.ssm.
func serves(e *aws.Endpoint, name string) tf.Tri {
	service, known := e.Service.Known()
	if !known {
		return tf.TriOf(e.Service.IsUnknown()).And(tf.Maybe)
	}
	parts := strings.SplitN(service, ".", 4)
	return tf.TriOf(len(parts) == 4 && parts[3] == name)
}

// unfiltered are the services of AWS that no group and no ACL filters, at
// addresses that each VPC has (M-9, SG-18, NACL-8).
var unfiltered = []struct {
	name      string
	addresses []string
	flow      string
}{
	{"the Amazon DNS server", []string{"169.254.169.253", "fd00:ec2::253"}, "tcp/53"},
	{"the Amazon DNS server", []string{"169.254.169.253", "fd00:ec2::253"}, "udp/53"},
	{"the instance metadata service", []string{"169.254.169.254", "fd00:ec2::254"}, "tcp/80"},
	{"the Amazon Time Sync Service", []string{"169.254.169.123", "fd00:ec2::123"}, "udp/123"},
	{"the task metadata endpoint", []string{"169.254.170.2"}, "tcp/80"},
	{"Windows activation", []string{"169.254.169.250", "169.254.169.251"}, "tcp/1688"},
}

// toUnfiltered is the way from interfaces to an address that nothing filters;
// ok is false for every other address.
func (g *Graph) toUnfiltered(from, to Endpoint, f packet.Family, packets packet.Set) (out []outcome, ok bool) {
	if to.Kind != IP || from.isOutside() {
		return nil, false
	}
	for _, i := range from.interfaces() {
		stages := []stage{{object: aws.Object{Label: to.Label}, code: "NO_POSSIBLE_DESTINATION", cost: impossible}}
		here := &stages[0]
		for _, u := range unfiltered {
			addresses := u.addresses
			if second, ok := resolverOf(i); ok && strings.HasSuffix(u.flow, "/53") {
				addresses = append(addresses[:len(addresses):len(addresses)], second.String())
			}
			for _, text := range addresses {
				a := netip.MustParseAddr(text)
				if familyOf(a) != f || !to.Addresses.Equal(packet.Prefixes(netip.PrefixFrom(a, a.BitLen()))) {
					continue
				}
				here.object.Label = u.name
				admits := exactly(flowsOf(u.flow, f))
				here.blocked = "it answers to nothing else"
				here.admits = here.admits.or(admits)
				here.elements = append(here.elements, &element{object: here.object, detail: "no group or ACL filters " + u.flow + " to it", admits: admits})
			}
		}
		if here.admits.IsEmpty() {
			return nil, false
		}
		o := walk(stages, packets.To(to.Addresses))
		o.from, o.to = packet.Addresses{}, to.Addresses
		o.story = o.story.setOut(interfaceObject(i))
		out = append(out, o)
	}
	return out, len(out) > 0
}

// resolverOf is the address of the DNS server in the VPC of an interface: the
// third of its first block.
func resolverOf(i *aws.Interface) (netip.Addr, bool) {
	s := onlySubnet(i)
	if s == nil {
		return netip.Addr{}, false
	}
	if v, ok := s.VPC.One(); ok && len(v.CIDRs) > 0 && v.CIDRs[0].Known() && v.CIDRs[0].Family == packet.IPv4 {
		return v.CIDRs[0].Prefix.Masked().Addr().Next().Next(), true
	}
	return netip.Addr{}, false
}
