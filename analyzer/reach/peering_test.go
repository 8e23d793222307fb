package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// another adds a VPC to the world.
func (w *world) another(name, cidr string) *aws.VPC {
	v := &aws.VPC{Object: object("aws_vpc." + name), CIDRs: []aws.Block{ipv4(cidr)}}
	w.n.VPCs = append(w.n.VPCs, v)
	return v
}

// in adds a subnet to a VPC.
func (w *world) in(v *aws.VPC, name, cidr string, routes ...aws.Route) *aws.Subnet {
	s := w.subnet(name, cidr, routes...)
	s.VPC, table(s).VPC = to(v), to(v)
	return s
}

// route is a route with a target of its own.
func route(cidr string, t aws.Target) aws.Route {
	return aws.Route{
		Cause:       aws.Cause{Resource: resource("aws_route.r")},
		Destination: tf.KnownVal(netip.MustParsePrefix(cidr)), Target: t,
	}
}

func toPeering(cidr string, p *aws.Peering) aws.Route {
	return route(cidr, aws.Target{Kind: aws.TargetPeering, Peering: to(p), Label: p.Label})
}

func (w *world) peer(name string, a, b *aws.VPC) *aws.Peering {
	p := &aws.Peering{
		Object: object("aws_vpc_peering_connection." + name), Requester: to(a), Accepter: to(b), Active: tf.Yes, SameRegion: tf.Yes,
	}
	w.n.Peerings = append(w.n.Peerings, p)
	return p
}

// peered is a world with a host a in it and a host b in another VPC, and a
// peering with routes on both sides.
func peered() (w *world, p *aws.Peering, a, b *aws.Interface) {
	w = newWorld()
	v := w.another("other", "10.1.0.0/16")
	p = w.peer("p", w.vpc, v)
	other := w.in(v, "other", "10.1.1.0/24", toPeering("10.0.0.0/16", p))
	table(w.private).Routes = []aws.Route{toPeering("10.1.0.0/16", p)}
	a = w.host("a", w.private, tf.No, w.group("a", allow("-1", 0, 0, "0.0.0.0/0")))
	b = w.host("b", other, tf.No, w.group("b", allow("tcp", 80, 80, "10.0.0.0/16")))
	return w, p, a, b
}

// TestPeering: what a VPC peering connection carries, and what stops it.
func TestPeering(t *testing.T) {
	tests := map[string]struct {
		change          func(w *world, p *aws.Peering, a, b *aws.Interface)
		forward, answer reach.Verdict
		codes, waits    string
	}{
		"PCX-2 routes on both sides": {func(*world, *aws.Peering, *aws.Interface, *aws.Interface) {}, reach.Yes, reach.Yes, "", ""},
		"PCX-1 nobody accepts it": {func(_ *world, p *aws.Peering, _, _ *aws.Interface) { p.Active = tf.No },
			reach.No, reach.No, "BAD_STATE at aws_vpc_peering_connection.p", ""},
		"PCX-1 perhaps accepted": {func(_ *world, p *aws.Peering, _, _ *aws.Interface) { p.Active = tf.Maybe },
			reach.Unknown, reach.Unknown, "", "peering-accepted:aws_vpc_peering_connection.p"},
		"PCX-2 no route there": {func(w *world, _ *aws.Peering, _, _ *aws.Interface) { table(w.private).Routes = nil },
			reach.No, reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private", ""},
		"PCX-2 no route back": {func(_ *world, _ *aws.Peering, _, b *aws.Interface) { table(b.Subnets.Each[0].To[0]).Routes = nil },
			reach.Yes, reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.other", ""},
		"PCX-3 a peering of other VPCs": {func(w *world, p *aws.Peering, _, _ *aws.Interface) {
			p.Accepter = to(w.another("third", "10.2.0.0/16"))
		},
			reach.No, reach.No, "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR at aws_vpc_peering_connection.p", ""},
		"PCX-4 blocks overlap": {func(_ *world, p *aws.Peering, _, _ *aws.Interface) {
			p.Accepter.To[0].CIDRs = append(p.Accepter.To[0].CIDRs, ipv4("10.0.0.0/24"))
		}, reach.No, reach.No, "BAD_STATE at aws_vpc_peering_connection.p", ""},
		"PCX-5 a reference across it": {func(w *world, _ *aws.Peering, a, b *aws.Interface) {
			b.Groups.Each[0].To[0].Ingress = []aws.Rule{allow("tcp", 80, 80, a.Groups.Each[0].To[0])}
			a.Groups.Each[0].To[0].Egress = []aws.Rule{allow("tcp", 80, 80, b.Groups.Each[0].To[0])}
		}, reach.Yes, reach.Yes, "", ""},
		"PCX-5, SG-10 no reference across Regions": {func(w *world, p *aws.Peering, a, b *aws.Interface) {
			p.SameRegion = tf.No
			b.Groups.Each[0].To[0].Ingress = []aws.Rule{allow("tcp", 80, 80, a.Groups.Each[0].To[0])}
		}, reach.No, reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.b", ""},
		"PCX-5 perhaps across Regions": {func(w *world, p *aws.Peering, a, b *aws.Interface) {
			p.SameRegion = tf.Maybe
			b.Groups.Each[0].To[0].Ingress = []aws.Rule{allow("tcp", 80, 80, a.Groups.Each[0].To[0])}
		}, reach.Unknown, reach.Unknown, "", "references:aws_security_group.a"},
		"PCX-6 the ACL on the other side": {func(_ *world, _ *aws.Peering, _, b *aws.Interface) {
			b.Subnets.Each[0].To[0].ACL = to(&aws.ACL{Object: object("aws_network_acl.closed"), Ingress: passAll})
		}, reach.Yes, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.closed", ""},
		"PCX-6 the ACL on the other side lets nothing in": {func(_ *world, _ *aws.Peering, _, b *aws.Interface) {
			b.Subnets.Each[0].To[0].ACL = to(&aws.ACL{Object: object("aws_network_acl.closed"), Egress: passAll})
		}, reach.No, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.closed", ""},
		"U-22 one of two peerings": {func(w *world, p *aws.Peering, _, _ *aws.Interface) {
			q := w.peer("q", w.vpc, w.another("third", "10.2.0.0/16"))
			r := &table(w.private).Routes[0]
			r.Target.Peering.To = append(r.Target.Peering.To, q)
		}, reach.Unknown, reach.Unknown, "", "route:aws_route.r"},
		"RT-6 the better route's peering is not accepted": {func(w *world, p *aws.Peering, _, _ *aws.Interface) {
			q := w.peer("q", w.vpc, p.Accepter.To[0])
			q.Active = tf.No
			table(w.private).Routes = append(table(w.private).Routes, toPeering("10.1.1.0/24", q))
		}, reach.No, reach.No, "BAD_STATE at aws_vpc_peering_connection.q", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w, p, from, to := peered()
			test.change(w, p, from, to)
			a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80")
			if a.Forward != test.forward || a.Answer != test.answer || codes(a) != test.codes || facts(a.Waits) != test.waits {
				t.Errorf("forward %s, %s by %q waiting for %q", a.Forward, a.Answer, codes(a), facts(a.Waits))
			}
		})
	}
}

// TestPeeringIsNotTransitive: through a peering nothing gets on to a third VPC
// or to the internet (PCX-3).
func TestPeeringIsNotTransitive(t *testing.T) {
	w, p, _, b := peered()
	third := w.another("third", "10.2.0.0/16")
	q := w.peer("q", p.Accepter.To[0], third)
	far := w.in(third, "far", "10.2.1.0/24", toPeering("0.0.0.0/0", q))
	w.host("c", far, tf.No, w.group("c", allow("-1", 0, 0, "0.0.0.0/0")))
	other := b.Subnets.Each[0].To[0]
	table(other).Routes = append(table(other).Routes, toPeering("10.2.0.0/16", q))
	table(w.private).Routes = append(table(w.private).Routes, toPeering("10.2.0.0/16", p), toPeering("0.0.0.0/0", p))
	for _, to := range []string{"aws_instance.c", "internet"} {
		a := w.ask(t, "aws_instance.a", to, "tcp/80")
		if a.Forward != reach.No {
			t.Errorf("%s: %s by %s", to, a.Forward, codes(a))
		}
	}
	if a := w.ask(t, "aws_instance.a", "aws_instance.c", "tcp/80"); codes(a) != "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR at aws_vpc_peering_connection.p" {
		t.Errorf("blocked by %s", codes(a))
	}
}

// TestPeeringBehindATransitGateway: what comes to a VPC by a transit gateway has
// none of its addresses, so that no peering of it carries that on (PCX-3, NAT-5).
func TestPeeringBehindATransitGateway(t *testing.T) {
	h := newHub()
	third := h.another("third", "10.9.0.0/16")
	p := h.peer("p", h.sub["b"].VPC.To[0], third)
	h.host("c", h.in(third, "third", "10.9.1.0/24", toPeering("0.0.0.0/0", p)), tf.No, h.group("c", allow("-1", 0, 0, "0.0.0.0/0")))
	h.static(h.table, "10.9.0.0/16", h.at["b"])
	table(h.sub["b"]).Routes = append(table(h.sub["b"]).Routes, toPeering("10.9.0.0/16", p))
	for from, want := range map[string]reach.Verdict{"aws_instance.b": reach.Yes, "aws_instance.a": reach.No} {
		if a := h.ask(t, from, "aws_instance.c", "tcp/80"); a.Forward != want {
			t.Errorf("%s: %s by %s", from, a.Forward, codes(a))
		}
	}
}

// TestPeeringWithTwins: a VPC may be the peer of two that have the same
// addresses; each subnet reaches the one that its table leads to (PCX-4).
func TestPeeringWithTwins(t *testing.T) {
	w := newWorld()
	open := w.group("open", allow("-1", 0, 0, "0.0.0.0/0"))
	var peerings []*aws.Peering
	for _, name := range []string{"b", "c"} {
		v := w.another(name, "10.1.0.0/16")
		p := w.peer(name, w.vpc, v)
		peerings = append(peerings, p)
		w.host(name, w.in(v, name, "10.1.0.0/24", toPeering("10.0.0.0/16", p)), tf.No, open)
	}
	table(w.public).Routes = []aws.Route{toPeering("10.1.0.0/16", peerings[0])}
	table(w.private).Routes = []aws.Route{toPeering("10.1.0.0/16", peerings[1])}
	w.host("a1", w.public, tf.No, open)
	w.host("a2", w.private, tf.No, open)
	for _, test := range []struct {
		from, to string
		want     reach.Verdict
		codes    string
	}{
		{"a1", "b", reach.Yes, ""}, {"a2", "c", reach.Yes, ""},
		{"a1", "c", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.public"},
		{"a2", "b", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
		{"b", "a1", reach.Yes, ""}, {"b", "a2", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
	} {
		a := w.ask(t, "aws_instance."+test.from, "aws_instance."+test.to, "tcp/443")
		if a.Answer != test.want || codes(a) != test.codes {
			t.Errorf("%s -> %s: %s by %q", test.from, test.to, a.Answer, codes(a))
		}
	}
}

// TestSymbolicBlocks: a route or rule for the IPv6 block of a VPC, which nobody
// knows yet, is about its hosts and no others; an unknown range of one family
// says nothing of the other (U-9).
func TestSymbolicBlocks(t *testing.T) {
	w, p, a, b := peered()
	other := p.Accepter.To[0]
	for _, at := range []*aws.Interface{a, b} {
		s := at.Subnets.Each[0].To[0]
		v := s.VPC.To[0]
		s.IPv6, at.IPv6 = &aws.Block{Family: packet.IPv6}, tf.Yes
		v.CIDRs = append(v.CIDRs, aws.Block{Family: packet.IPv6})
		at.Groups.Each[0].To[0].VPC = to(v)
		at.Groups.Each[0].To[0].Egress = []aws.Rule{allow("-1", 0, 0, "0.0.0.0/0", "::/0")}
	}
	toBlock := func(v *aws.VPC) aws.Route {
		r := toPeering("0.0.0.0/0", p)
		r.Destination, r.Family, r.Owner = tf.UnknownVal[netip.Prefix](), packet.IPv6, &aws.Owner{VPC: v}
		return r
	}
	table(w.private).Routes = []aws.Route{toBlock(other), w.toGateway("::/0")}
	table(b.Subnets.Each[0].To[0]).Routes = []aws.Route{toBlock(w.vpc)}
	rule := func(port int, of *aws.VPC) aws.Rule {
		r := allow("tcp", port, port)
		r.CIDRs = []aws.Peer[netip.Prefix]{{To: netip.MustParsePrefix("::/0"), Unknown: true}}
		if of != nil {
			r.CIDRs[0].Owner = &aws.Owner{VPC: of}
		}
		return r
	}
	b.Groups.Each[0].To[0].Ingress = []aws.Rule{rule(443, w.vpc), rule(80, other), rule(22, nil)}
	a.Groups.Each[0].To[0].Ingress = []aws.Rule{rule(443, w.vpc), rule(80, other)}
	for _, test := range []struct {
		from, to, flow string
		want           reach.Verdict
	}{
		{"aws_instance.a", "aws_instance.b", "tcp/443", reach.Yes},
		{"aws_instance.a", "aws_instance.b", "tcp/80", reach.No},
		{"aws_instance.a", "aws_instance.b", "tcp/22", reach.Unknown},
		{"aws_instance.b", "aws_instance.a", "tcp/80", reach.Yes},
		{"aws_instance.b", "aws_instance.a", "tcp/443", reach.No},
		{"internet6", "aws_instance.a", "tcp/443", reach.No},
		{"internet6", "aws_instance.a", "tcp/80", reach.Unknown}, // hosts of the other VPC are a part of it
		{"internet", "aws_instance.a", "tcp/80", reach.No},
		{"aws_instance.a", "internet6", "tcp/443", reach.Yes},
		{"aws_instance.a", "internet", "tcp/443", reach.No},
	} {
		if got := w.ask(t, test.from, test.to, test.flow); got.Answer != test.want {
			t.Errorf("%s -> %s %s: %s by %s, want %s", test.from, test.to, test.flow, got.Answer, codes(got), test.want)
		}
	}
	w.acl.Implicit = false
	allowed := aws.ACLEntry{Number: tf.KnownVal(100), Allow: tf.Yes, Protocol: tf.KnownVal(-1), CIDR: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0"))}
	unknown := aws.ACLEntry{Number: tf.KnownVal(90), Allow: tf.No, Protocol: tf.KnownVal(-1), CIDR: tf.UnknownVal[netip.Prefix](), Family: packet.IPv6}
	w.acl.Ingress, w.acl.Egress = []aws.ACLEntry{unknown, allowed}, []aws.ACLEntry{unknown, allowed}
	table(w.private).Routes = []aws.Route{toPeering("10.1.0.0/16", p)}
	table(b.Subnets.Each[0].To[0]).Routes = []aws.Route{toPeering("10.0.0.0/16", p)}
	b.Groups.Each[0].To[0].Ingress = []aws.Rule{allow("tcp", 443, 443, "10.0.0.0/16")}
	if got := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/443"); got.Answer != reach.Yes {
		t.Errorf("an entry for the other family: %s by %s", got.Answer, codes(got))
	}
}

// SG-11: a reference to a group behind a peering that is gone, or not accepted,
// matches nothing; where nobody knows whether somebody accepts, it may.
func TestStaleReference(t *testing.T) {
	for active, want := range map[tf.Tri]reach.Verdict{tf.Yes: reach.Yes, tf.No: reach.No, tf.Maybe: reach.Unknown} {
		w := newWorld()
		w.joined(active)
		w.n.SecurityGroups[1].Ingress = []aws.Rule{allow("tcp", 22, 22, w.n.SecurityGroups[0])}
		if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22"); a.Answer != want {
			t.Errorf("active %s: %s by %s, want %s", active, a.Answer, codes(a), want)
		}
		w.n.Peerings, table(w.private).Routes = nil, nil
		if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22"); a.Answer != reach.No {
			t.Errorf("without any peering: %s", a.Answer)
		}
	}
}
