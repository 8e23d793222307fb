package reach

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Between are the flows of some packets from one end point to another: one for
// each way from something that the first holds to something that the second
// holds, those through load balancers included, and those over the internet that
// not everybody there has. Interfaces that behave alike
// are one end of a flow together: From and To hold all of them, named by the
// first. What certainly does not arrive makes no flow.
func (g *Graph) Between(from, to Endpoint, packets packet.Set) []*Flow {
	var out []*Flow
	for _, f := range families {
		if !from.in(f) || !to.in(f) {
			continue
		}
		asked := withClientPorts(packets.Family(f), ephemeral()).Union(packets.Family(f).Subtract(withPorts(f)))
		senders, receivers := g.ends(from, f), g.ends(to, f)
		candidates := g.receiversOf(receivers)
		for _, one := range senders {
			for _, n := range candidates(one) {
				out = append(out, g.betweenEnds(one, receivers[n], f, asked)...)
			}
		}
	}
	for _, flow := range append(g.through(from, to), g.overInternet(from, to, true)...) {
		if part := flow.of(from, packets); !part.Forward.May.IsEmpty() {
			out = append(out, part)
		}
	}
	return out
}

// betweenEnds are the flows from one end to another. Where the addresses of a
// class make a difference, each member is looked at by itself.
func (g *Graph) betweenEnds(one, other Endpoint, f packet.Family, asked packet.Set) []*Flow {
	if !one.speaks(f) || !other.speaks(f) {
		return nil
	}
	i, j := one, other
	i.Interfaces, j.Interfaces = joint(one.Interfaces), joint(other.Interfaces)
	if len(one.Interfaces) == 1 && slices.Equal(one.Interfaces, other.Interfaces) {
		return nil // nobody speaks to itself over the network
	}
	var out []*Flow
	for _, o := range g.pairs(i, j, f, asked, false) {
		if o.forward.May.IsEmpty() {
			continue
		}
		if !o.alike(one, other, f) {
			return g.betweenMembers(one, other, f, asked)
		}
		out = append(out, newFlow(&one, &other, f, o))
	}
	return out
}

func (g *Graph) betweenMembers(one, other Endpoint, f packet.Family, asked packet.Set) []*Flow {
	var out []*Flow
	for _, i := range one.each() {
		for _, j := range other.each() {
			out = append(out, g.betweenEnds(i, j, f, asked)...)
		}
	}
	return out
}

// joint is one interface for several that behave alike, with the addresses of
// all of them.
func joint(class []*aws.Interface) []*aws.Interface {
	if len(class) < 2 {
		return class
	}
	all := *class[0]
	all.Addresses = nil
	for _, i := range class {
		all.Addresses = append(all.Addresses, i.Addresses...)
	}
	return []*aws.Interface{&all}
}

// alike reports whether what gets through is the same for all members of both
// ends, whose addresses are known.
func (o *outcome) alike(one, other Endpoint, f packet.Family) bool {
	addresses := func(e Endpoint) packet.Addresses {
		var out packet.Addresses
		if len(e.Interfaces) < 2 {
			return out
		}
		for _, i := range e.Interfaces {
			for _, a := range i.Addresses {
				if familyOf(a) == f {
					out = out.Union(packet.Prefixes(netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())))
				}
			}
		}
		return out
	}
	from, to := addresses(one), addresses(other)
	for _, s := range []packet.Set{o.forward.Must, o.forward.May, o.reachable.Must, o.reachable.May} {
		if !from.IsEmpty() && !everySource(s, from, f).From(from).Equal(s) ||
			!to.IsEmpty() && !everyDestination(s, to, f).To(to).Equal(s) {
			return false
		}
	}
	return true
}

// ends are the parts of an end point, interfaces that behave alike as one.
func (g *Graph) ends(e Endpoint, f packet.Family) []Endpoint {
	if len(e.Interfaces) < 2 {
		return e.each()
	}
	rest := e
	rest.Interfaces = nil
	var out []Endpoint
	at := map[endKey]int{}
	for _, i := range e.inSubnet().Interfaces {
		key := endKey{
			class: g.classOf(i, f), public: i.PublicIPv4, v6: i.IPv6, inner: i.InnerIPv6, initiates: i.Initiates, check: i.SourceDestCheck,
			addressed: slices.ContainsFunc(i.Addresses, func(a netip.Addr) bool { return familyOf(a) == f }),
		}
		n, ok := at[key]
		if !ok {
			at[key] = len(out)
			out = append(out, *interfaceEnd(i))
			continue
		}
		out[n].Interfaces = append(out[n].Interfaces, i)
	}
	if len(rest.Balancers)+len(rest.Services) > 0 {
		out = append(out, rest.each()...)
	}
	return out
}

// endKey tells apart interfaces that do not behave alike.
type endKey struct {
	class
	public, v6, initiates, check tf.Tri
	addressed, inner             bool
}

// receiversOf finds for a sender the receivers that may admit something from it:
// by the groups that their rules refer to, by the addresses that these hold,
// and those of which nobody knows. Others are never looked at. What comes from
// another VPC, or passes a middlebox, may come from any address.
func (g *Graph) receiversOf(receivers []Endpoint) func(Endpoint) []int {
	byGroup := map[*aws.SecurityGroup][]int{}
	byVPC := map[*aws.VPC][]int{} // nil: of those that may be anywhere
	byPlace := map[*aws.Subnet][]int{}
	admitted := make([]admission, len(receivers))
	for n, e := range receivers {
		admitted[n] = admission{any: true}
		v := e.vpc()
		if v != nil {
			admitted[n] = g.admission(e.Interfaces[0])
		}
		byVPC[v] = append(byVPC[v], n)
		for s := range admitted[n].groups {
			byGroup[s] = append(byGroup[s], n)
		}
	}
	var vpcs []*aws.VPC
	for v := range byVPC {
		if v != nil {
			vpcs = append(vpcs, v)
		}
	}
	all := make([]int, len(receivers))
	for n := range all {
		all[n] = n
	}
	return func(sender Endpoint) []int {
		home := sender.vpc()
		if home == nil {
			return all
		}
		i := sender.Interfaces[0]
		if e := g.instanceConnect(i); e != nil && e.PreserveClientIP != tf.No {
			return all // it is seen by its clients' addresses (EP-6)
		}
		at := onlySubnet(i)
		out, ok := byPlace[at]
		if !ok {
			leaves, diverted := g.exits(home)
			addresses := g.addressesIn(at)
			out = byVPC[nil]
			for _, v := range vpcs {
				if v != home && !leaves {
					continue
				}
				for _, n := range byVPC[v] {
					a := admitted[n]
					if a.any || (v != home || diverted) && !a.addresses.IsEmpty() || addresses.Overlaps(a.addresses) {
						out = append(out, n)
					}
				}
			}
			byPlace[at] = out
		}
		out = slices.Clone(out)
		for _, l := range slices.Concat(i.Groups.Each, i.Groups.Maybe) {
			for _, s := range l.To {
				out = append(out, byGroup[s]...)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
}

// vpc is the VPC of interfaces that behave alike and stand in one subnet, nil
// where there is none that is certain.
func (e Endpoint) vpc() *aws.VPC {
	if len(e.Interfaces) == 0 || len(e.Balancers)+len(e.Services) > 0 {
		return nil
	}
	s := onlySubnet(e.Interfaces[0])
	if s == nil || e.Interfaces[0].Subnets.Open {
		return nil
	}
	v, _ := s.VPC.One()
	return v
}

// exits says whether some route of a VPC may lead on to another one, and whether
// some route inside it leads through a middlebox.
func (g *Graph) exits(v *aws.VPC) (leaves, diverted bool) {
	for _, b := range g.boundaries {
		leaves = leaves || slices.Contains(carriers, b.Kind)
	}
	for _, s := range g.subnets[v] {
		leaves = leaves || s.RouteTable.Open || s.Outside
		for _, t := range s.RouteTable.To {
			leaves = leaves || t.Open
			for _, f := range families {
				for _, e := range g.routeEntries(t, f) {
					diverted = diverted || g.diverts(v, e, f)
					switch e.route.Target.Kind {
					case aws.TargetLocal, aws.TargetInternetGateway, aws.TargetEgressOnly:
					case aws.TargetNATGateway:
						leaves = leaves || e.route.Target.NAT.Open
					default:
						leaves = true
					}
				}
			}
		}
	}
	return leaves, diverted
}

// admission is whom the rules of an interface admit something from.
type admission struct {
	any       bool // nobody can tell
	groups    map[*aws.SecurityGroup]bool
	addresses packet.Addresses
}

// addressesIn are the addresses of both families that hosts of a subnet may
// have.
func (g *Graph) addressesIn(s *aws.Subnet) packet.Addresses {
	return g.hostAddresses(s, packet.IPv4).Union(g.hostAddresses(s, packet.IPv6))
}

// admission reads the inbound rules of an interface.
func (g *Graph) admission(i *aws.Interface) admission {
	out := admission{groups: map[*aws.SecurityGroup]bool{}}
	set := g.groupsOf(i)
	if set.open || set.filtered != tf.Yes {
		return admission{any: true}
	}
	for _, l := range slices.Concat(set.each, set.maybe) {
		if l.Open || len(l.To) == 0 {
			return admission{any: true}
		}
		for _, s := range l.To {
			if s.Open {
				return admission{any: true}
			}
			for n := range s.Ingress {
				for _, f := range families {
					for _, t := range g.terms(s, &s.Ingress[n], inbound, f) {
						switch {
						case t.group == nil:
							out.addresses = out.addresses.Union(t.matches.May.Sources())
						case t.group.Open || len(t.group.To) == 0:
							return admission{any: true}
						default:
							for _, to := range t.group.To {
								out.groups[to] = true
							}
						}
					}
				}
			}
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
		part.From = &from
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
		out = append(out, *interfaceEnd(i))
	}
	for _, lb := range e.Balancers {
		out = append(out, *balancerEnd(lb))
	}
	for _, s := range e.Services {
		out = append(out, Endpoint{Kind: Service, Label: s.Label, Services: []*aws.PublicService{s}})
	}
	return slices.Clip(out)
}
