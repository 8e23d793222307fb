package reach

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// empty is the end in which nothing stands, if one is.
func (q Question) empty() (Endpoint, bool) {
	if q.To.isEmpty() {
		return q.To, true
	}
	return q.From, q.From.isEmpty()
}

// isEmpty reports whether an end point is something of the input in which
// nothing stands.
func (e Endpoint) isEmpty() bool {
	return !e.isOutside() && e.Kind != GatewayEndpoints && len(e.interfaces()) == 0
}

// strays are the facts that decide whether something stands in a subnet or a
// group after all: interfaces of which nobody knows where they stand, or in
// which groups (U-22).
func (g *Graph) strays(e Endpoint) []tf.Fact {
	group := slices.ContainsFunc(g.network.SecurityGroups, func(s *aws.SecurityGroup) bool {
		return s.Resource != nil && s.Resource == e.Object.Resource
	})
	var facts []tf.Fact
	for _, i := range g.network.Interfaces {
		label := interfaceObject(i).Label
		switch {
		case group && i.Groups.Open:
			facts = append(facts, groupsFact(label))
		case e.Subnet != nil && i.Subnets.Open:
			facts = append(facts, placementFact(label))
		}
	}
	return uniqueFacts(facts)
}

// empty says that nothing stands in an end point.
func (e Endpoint) empty() Hop {
	return Hop{
		Object: e.Object, Cause: objectCause(e.Object), Code: "NO_POSSIBLE_DESTINATION",
		Detail: "no network interface of the input stands in it",
	}
}

// ifSomethingStood says what a subnet without interfaces would let through to one
// that everybody may talk to: most modules of networks hold no other end points.
func (g *Graph) ifSomethingStood(q Question) string {
	s := q.To.Subnet
	if s == nil || !q.To.isEmpty() || q.From.isEmpty() {
		return ""
	}
	i := &aws.Interface{
		Object: aws.Object{Label: "an interface in " + s.ShortName()}, Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{{To: []*aws.Subnet{s}}}},
		HasGroups: tf.No, Inbound: tf.Yes, Initiates: tf.Yes, SourceDestCheck: tf.Yes, PublicIPv4: tf.Yes, IPv6: tf.TriOf(s.IPv6 != nil),
	}
	would := q
	would.To = Endpoint{Kind: Interfaces, Label: i.Label, Interfaces: []*aws.Interface{i}}
	a, _ := answer(g.paths(would, false))
	if a.Answer != No {
		return map[Verdict]string{Yes: "; one with a public address and open security groups would be reached"}[a.Answer]
	}
	_, best := answer(g.paths(would, true))
	var why []string
	for _, b := range best.story.tell().blockers {
		why = append(why, b.Object.Label+", "+b.blocked)
	}
	return "; one with a public address and open security groups would not be reached either: " + strings.Join(why, "; ")
}

// alone is what it rests on that nothing stands in something that exists
// already (U-14): default VPCs and their subnets are only adopted.
func (e Endpoint) alone() []*tf.Assumption {
	r := e.Object.Resource
	shared := e.Subnet != nil && e.Subnet.Shared // VPC-3
	if r == nil || !shared && r.IsNew() && r.Addr.Type != "aws_default_vpc" && r.Addr.Type != "aws_default_subnet" {
		return nil
	}
	return []*tf.Assumption{{
		ID: "alone:" + e.Label, Address: e.Label,
		Text: "nothing stands in " + e.Label + " but what the input shows, though it exists already or is shared",
	}}
}

// speaks reports whether anything of an end point may have an address of the
// family.
func (e Endpoint) speaks(f packet.Family) bool {
	list := e.interfaces()
	return len(list) == 0 || f == packet.IPv4 || slices.ContainsFunc(list, func(i *aws.Interface) bool {
		return i.IPv6 != tf.No || i.InnerIPv6 || slices.ContainsFunc(i.Addresses, netip.Addr.Is6)
	})
}

// in reports whether an end point exists in a family.
func (e Endpoint) in(f packet.Family) bool { return e.Family == 0 || e.Family == f }

// isOutside reports whether an end point is none of the network's own.
func (e Endpoint) isOutside() bool {
	switch e.Kind {
	case Internet, OnPremises, IP, Service, Consumers:
		return true
	}
	return false
}

// inSubnet narrows a subnet to what of its interfaces stands in it, first those
// that certainly do.
func (e Endpoint) inSubnet() Endpoint {
	if e.Subnet == nil {
		return e
	}
	here := []*aws.Subnet{e.Subnet}
	narrow := func(i *aws.Interface) (*aws.Interface, bool) {
		narrowed := *i
		narrowed.Subnets = aws.Links[aws.Subnet]{Maybe: []aws.Link[aws.Subnet]{{To: here}}}
		certain := !i.AnySubnet && slices.ContainsFunc(i.Subnets.Each, func(l aws.Link[aws.Subnet]) bool {
			s, ok := l.One()
			return ok && s == e.Subnet
		})
		if certain {
			narrowed.Subnets = aws.Links[aws.Subnet]{Each: narrowed.Subnets.Maybe}
		}
		return &narrowed, certain
	}
	var sure, maybe []*aws.Interface
	for _, i := range e.Interfaces {
		if n, certain := narrow(i); certain {
			sure = append(sure, n)
		} else {
			maybe = append(maybe, n)
		}
	}
	e.Interfaces = slices.Concat(sure, maybe)
	e.Balancers = slices.Clone(e.Balancers)
	for n, lb := range e.Balancers {
		narrowed := *lb
		narrowed.Interface, _ = narrow(lb.Interface)
		e.Balancers[n] = &narrowed
	}
	return e
}

func (e Endpoint) interfaces() []*aws.Interface {
	out := slices.Clone(e.Interfaces)
	for _, lb := range e.Balancers {
		out = append(out, lb.Interface)
	}
	return out
}

// held turns an address into whoever holds it: interfaces, or the internet.
func (g *Graph) held(e Endpoint, f packet.Family) Endpoint {
	if e.Kind != IP {
		return e
	}
	for _, i := range g.network.Interfaces {
		if i.Kind != aws.KindLoadBalancer && slices.ContainsFunc(i.Addresses, func(a netip.Addr) bool { return e.Addresses.Contains(a.Unmap()) }) {
			e.Interfaces = append(e.Interfaces, i)
		}
	}
	switch {
	case len(e.Interfaces) > 0:
		e.Kind = Interfaces
	case e.Addresses.SubsetOf(g.internet[f]) && !g.inSomeVPC(e.Addresses, f):
		e.Kind = Internet
	case !g.inSomeVPC(e.Addresses, f) && g.mayBeIn(e.Addresses, f) == nil:
		e.Kind = OnPremises
	}
	return e
}

// publicly is an end point of interfaces that hold some addresses, as the
// internet sees them: of several private addresses each may have a public one or
// none (IGW-2).
func (e Endpoint) publicly(at packet.Addresses, other EndpointKind, f packet.Family) Endpoint {
	if other != Internet || f != packet.IPv4 {
		return e
	}
	e.Interfaces = slices.Clone(e.Interfaces)
	for n, i := range e.Interfaces {
		public := tf.No
		for _, a := range i.Addresses {
			if at.Contains(a.Unmap()) {
				public = public.Or(i.PublicAt(a.Unmap()))
			}
		}
		if public != i.PublicIPv4 {
			narrowed := *i
			narrowed.PublicIPv4 = public
			e.Interfaces[n] = &narrowed
		}
	}
	return e
}

// isPrivate reports whether an end point of the internet holds no address that
// an internet gateway carries (IGW-4).
func (e Endpoint) isPrivate(g *Graph, f packet.Family) bool {
	return e.Kind == Internet && !e.Addresses.IsEmpty() && !e.Addresses.Overlaps(g.internet[f])
}
