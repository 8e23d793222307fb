package aws

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Refusal is something that plans well and that AWS refuses at apply.
type Refusal struct {
	Cause Cause
	// Subject is the address of what is not made as it is written.
	Subject string
	Text    string
}

// refuse finds what AWS will refuse. A group of a foreign VPC is taken off the
// interface, for it is never attached (TF-SG-7).
func (b *builder) refuse() {
	for _, i := range b.n.Interfaces {
		b.refuseGroups(i)
	}
	homes, certain := b.subnetsByVPC()
	for _, t := range b.n.RouteTables {
		if v, ok := t.VPC.One(); ok && certain && b.closed(v) {
			b.refuseRoutes(t, v, homes[v])
		}
	}
	for _, a := range b.n.ACLs {
		b.refuseEntries(a, a.Ingress, "inbound")
		b.refuseEntries(a, a.Egress, "outbound")
	}
}

// changes reports whether the plan makes or changes what a cause is in.
func changes(c Cause) bool {
	return c.Resource != nil && c.Resource.Action != tf.NoOp && c.Resource.Addr.Mode == tf.Managed
}

func (b *builder) refused(c Cause, subject *tf.Resource, format string, args ...any) {
	b.n.Refused = append(b.n.Refused, Refusal{Cause: c, Subject: subject.Address, Text: fmt.Sprintf(format, args...)})
}

// refuseGroups: a group belongs to the VPC of the interface, or is associated
// with it (TF-SG-7, SG-20).
func (b *builder) refuseGroups(i *Interface) {
	vpcs, open := i.vpcs()
	if open || len(vpcs) == 0 || !changes(i.GroupsCause) {
		return
	}
	for _, l := range i.Groups.Each {
		g, ok := l.One()
		if !ok {
			continue
		}
		home, ok := g.VPC.One()
		if !ok || home.Outside || slices.ContainsFunc(vpcs, func(v *VPC) bool { return v.Outside || v == home || g.mayBeAssociated(v) }) {
			continue
		}
		i.Groups.Each = slices.DeleteFunc(slices.Clone(i.Groups.Each), func(k Link[SecurityGroup]) bool { only, ok := k.One(); return ok && only == g })
		b.refused(i.GroupsCause, i.Resource, "%s is a group of %s, and %s stands in %s", g.Label, home.Label, i.Label, vpcs[0].Label)
	}
}

// subnetsByVPC are the subnets of each VPC; certain is false where one may be in
// any.
func (b *builder) subnetsByVPC() (homes map[*VPC][]*Subnet, certain bool) {
	homes = map[*VPC][]*Subnet{}
	for _, s := range b.n.Subnets {
		home, ok := s.VPC.One()
		if !ok {
			return nil, false
		}
		homes[home] = append(homes[home], s)
	}
	return homes, true
}

// refuseRoutes: a route into the VPC's own blocks is for a whole subnet or
// block, and leads to an interface, a NAT gateway or an endpoint (RT-3).
func (b *builder) refuseRoutes(t *RouteTable, v *VPC, subnets []*Subnet) {
	whole := map[netip.Prefix]bool{}
	var blocks []netip.Prefix
	for _, c := range v.CIDRs {
		if c.Known() {
			whole[c.Prefix.Masked()] = true
			blocks = append(blocks, c.Prefix.Masked())
		}
	}
	for _, s := range subnets {
		if s.CIDR.Known() {
			whole[s.CIDR.Prefix.Masked()] = true
		} else if s.CIDR != (Block{}) {
			return
		}
		if s.IPv6 != nil && s.IPv6.Known() {
			whole[s.IPv6.Prefix.Masked()] = true
		}
	}
	for n := range t.Routes {
		r := &t.Routes[n]
		to, known := r.Destination.Known()
		if !known || r.Maybe || !changes(r.Cause) || r.Target.Kind == TargetLocal || r.Target.Kind == TargetUnknown {
			continue
		}
		to = to.Masked()
		inside := slices.ContainsFunc(blocks, func(p netip.Prefix) bool { return p.Bits() <= to.Bits() && p.Contains(to.Addr()) })
		middlebox := slices.Contains([]TargetKind{TargetInterface, TargetNATGateway, TargetEndpoint}, r.Target.Kind)
		switch {
		case !inside || middlebox && whole[to]:
		case middlebox:
			b.refused(r.Cause, r.Cause.Resource, "%s is a part of %s, and neither one of its blocks nor a whole subnet", to, v.Label)
		default:
			b.refused(r.Cause, r.Cause.Resource, "%s lies inside %s, where routes lead to interfaces, NAT gateways and endpoints only", to, v.Label)
		}
	}
}

// refuseEntries: a number stands once in a list (TF-NACL-1).
func (b *builder) refuseEntries(a *ACL, list []ACLEntry, direction string) {
	seen := map[int]bool{}
	for n := range list {
		e := &list[n]
		number, known := e.Number.Known()
		if !known || e.Maybe || e.Conflict || e.Cause.Resource == nil {
			continue
		}
		if seen[number] && changes(e.Cause) {
			b.refused(e.Cause, e.Cause.Resource, "the %s list of %s has two entries with the number %d", direction, a.Label, number)
		}
		seen[number] = true
	}
}
