package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// office is a world whose VPC has a virtual private gateway with a VPN to
// 192.168.0.0/16, propagated into the private subnet's table.
type office struct {
	*world
	gw   *aws.VPNGateway
	vpn  *aws.OnPremises
	host *aws.Interface
}

func newOffice() *office {
	o := &office{world: newWorld()}
	o.vpn = &aws.OnPremises{
		Object: object("aws_vpn_connection.v"), Kind: aws.StaticVPN,
		Prefixes: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("192.168.0.0/16"))},
	}
	o.gw = &aws.VPNGateway{Object: object("aws_vpn_gateway.g"), VPC: to(o.vpc), OnPremises: []*aws.OnPremises{o.vpn}}
	o.n.VPNGateways = []*aws.VPNGateway{o.gw}
	o.propagate(o.private)
	o.host = o.world.host("a", o.private, tf.No, o.group("a", allow("tcp", 22, 22, "192.168.0.0/16")))
	return o
}

func (o *office) propagate(s *aws.Subnet) {
	table(s).Propagated, table(s).Propagations.Each = true, []aws.Link[aws.VPNGateway]{to(o.gw)}
}

func (o *office) toGateway(cidr string) aws.Route {
	return route(cidr, aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: to(o.gw), Label: o.gw.Label})
}

// TestOnPremises: what a virtual private gateway carries, both ways.
func TestOnPremises(t *testing.T) {
	bgp := func(o *office) { o.vpn.Kind, o.vpn.Open, o.vpn.Prefixes = aws.DynamicVPN, true, nil }
	tests := map[string]struct {
		change          func(o *office)
		far             string
		in, back, out   reach.Verdict // in: forward, back: with the reply
		inCodes, outPut string        // blockers of both directions
	}{
		"VPN-2, VPN-4 a static route, propagated": {func(*office) {}, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
		"VPN-2 arrives without a route, and is never answered": {func(o *office) { table(o.private).Propagated, table(o.private).Propagations.Each = false, nil },
			"192.168.1.1", reach.Yes, reach.No, reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private", "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
		"VPN-1 a route of one's own": {func(o *office) {
			table(o.private).Propagated, table(o.private).Propagations.Each = false, nil
			table(o.private).Routes = []aws.Route{o.toGateway("192.168.0.0/16")}
		}, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
		"VPN-1 attached elsewhere": {func(o *office) { o.gw.VPC = to(o.another("other", "10.9.0.0/16")) },
			"192.168.1.1", reach.No, reach.No, reach.No, "", "BAD_STATE_ROUTE at aws_vpn_gateway.g"},
		"U-17, VPN-4 announced by BGP, as the question has it": {bgp, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
		"U-17 a default route does not win": {func(o *office) {
			bgp(o)
			table(o.private).Routes = []aws.Route{o.world.toGateway("0.0.0.0/0")}
		}, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
		"U-17 another route may": {func(o *office) {
			bgp(o)
			table(o.private).Routes = []aws.Route{o.world.toGateway("192.0.0.0/8")}
		}, "192.168.1.1", reach.Yes, reach.Unknown, reach.Unknown, "", ""},
		"U-17 what the input does not connect": {func(o *office) {
			o.gw.OnPremises = nil
			table(o.private).Routes = []aws.Route{o.toGateway("192.168.0.0/16")}
		}, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
		"VPN-4 BGP and a static route of the table": {func(o *office) {
			bgp(o)
			table(o.private).Routes = []aws.Route{o.toGateway("192.168.0.0/16")}
		}, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
		"VPN-4 no address of the connection": {func(*office) {}, "172.16.0.1", reach.No, reach.No, reach.No,
			"ENI_SG_RULES_MISMATCH at aws_security_group.a, NO_ROUTE_TO_DESTINATION at aws_route_table.private, CANNOT_ROUTE at aws_vpn_connection.v", ""},
		"VPN-2 an ACL for the sender's own address": {func(o *office) {
			o.private.ACL = to(&aws.ACL{Object: object("aws_network_acl.office"), Ingress: []aws.ACLEntry{entry(1, true, -1, 0, 0, "192.168.0.0/16")}, Egress: passAll})
		}, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
		"VPN-2 an ACL for others": {func(o *office) {
			o.private.ACL = to(&aws.ACL{Object: object("aws_network_acl.office"), Ingress: []aws.ACLEntry{entry(1, true, -1, 0, 0, "10.0.0.0/8")}, Egress: passAll})
		}, "192.168.1.1", reach.No, reach.No, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.office", ""},
		"RT-4 the local route before a longer propagated one": {func(o *office) {
			o.vpn.Prefixes = append(o.vpn.Prefixes, tf.KnownVal(netip.MustParsePrefix("10.0.1.0/24")))
			o.host.Groups.Each[0].To[0].Ingress = []aws.Rule{allow("tcp", 22, 22, "0.0.0.0/0")}
		}, "10.0.1.77", reach.Yes, reach.No, reach.No, "", ""},
		"RT-5 a static route before a propagated one": {func(o *office) {
			table(o.private).Routes = []aws.Route{toOther("192.168.0.0/16", aws.TargetTransitGateway)}
		}, "192.168.1.1", reach.Yes, reach.Unknown, reach.Unknown, "", ""},
		"VPN-5 prefixes that Direct Connect announces": {func(o *office) {
			o.vpn.Kind, o.vpn.Announced = aws.DirectConnect, []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("10.0.1.0/24"))}
		}, "192.168.1.1", reach.No, reach.No, reach.No, "CANNOT_ROUTE at aws_vpn_connection.v", "CANNOT_ROUTE at aws_vpn_connection.v"},
		"VPN-5 prefixes that cover the subnet": {func(o *office) {
			o.vpn.Kind, o.vpn.Announced = aws.DirectConnect, []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("10.0.0.0/16"))}
		}, "192.168.1.1", reach.Yes, reach.Yes, reach.Yes, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOffice()
			test.change(o)
			in := o.ask(t, "onprem:"+test.far, "aws_instance.a", "tcp/22")
			out := o.ask(t, "aws_instance.a", "onprem:"+test.far, "tcp/443")
			if in.Forward != test.in || in.Answer != test.back || test.inCodes != "" && codes(in) != test.inCodes {
				t.Errorf("in: forward %s, %s by %s", in.Forward, in.Answer, codes(in))
			}
			if out.Answer != test.out || test.outPut != "" && codes(out) != test.outPut {
				t.Errorf("out: %s by %s", out.Answer, codes(out))
			}
		})
	}
}

// TestNamedPremises: that an address lies behind a connection that does not say
// so is an assumption of the answer, and of no other question (U-17). A transit
// gateway learns it by propagation.
func TestNamedPremises(t *testing.T) {
	o := newOffice()
	o.vpn.Kind, o.vpn.Open, o.vpn.Prefixes = aws.DynamicVPN, true, nil
	for _, pair := range [][2]string{{"aws_instance.a", "onprem:192.168.1.1"}, {"onprem:192.168.1.1", "aws_instance.a"}} {
		a := o.ask(t, pair[0], pair[1], "tcp/22")
		if len(a.Assumptions) == 0 || a.Assumptions[0].Text != "onprem:192.168.1.1 lies behind aws_vpn_connection.v, which has a route to it (VPN-4)" {
			t.Errorf("%v assumes %v", pair, a.Assumptions)
		}
	}
	h := newHub()
	at := &aws.Attachment{
		Object: object("aws_vpn_connection.v"), Kind: aws.AttachedVPN, Gateway: to(h.gw), Active: tf.Yes, Association: to(h.table),
		OnPremises: &aws.OnPremises{Object: object("aws_vpn_connection.v"), Kind: aws.DynamicVPN, Open: true},
	}
	h.gw.Attachments = append(h.gw.Attachments, at)
	for _, want := range []reach.Verdict{reach.No, reach.Yes} {
		if a := h.ask(t, "aws_instance.a", "onprem:192.168.1.1", "tcp/80"); a.Answer != want {
			t.Errorf("%s by %s waiting for %s, forward %s, want %s", a.Answer, codes(a), facts(a.Waits), a.Forward, want)
		}
		h.table.Routes = append(h.table.Routes, aws.TransitRoute{Kind: aws.PropagatedVPN, Destination: tf.UnknownVal[netip.Prefix](), Attachment: to(at), Blackhole: tf.No})
	}
}

// TestStaticVPNToTheInternet: a virtual private gateway drops what none of its
// connections has a route to (VPN-3, VPN-4).
func TestStaticVPNToTheInternet(t *testing.T) {
	o := newOffice()
	table(o.private).Routes = []aws.Route{o.toGateway("0.0.0.0/0")}
	if a := o.ask(t, "aws_instance.a", "internet:8.8.8.8", "tcp/443"); a.Answer != reach.No || codes(a) != "CANNOT_ROUTE at aws_vpn_connection.v" {
		t.Errorf("a static connection: %s by %s", a.Answer, codes(a))
	}
	o.vpn.Open = true
	if a := o.ask(t, "aws_instance.a", "internet:8.8.8.8", "tcp/443"); a.Answer != reach.Unknown {
		t.Errorf("one with BGP: %s by %s", a.Answer, codes(a))
	}
}

// TestNoIPv6OverVPN: the VPN of a virtual private gateway carries IPv4 only
// (VPN-1); Direct Connect carries both.
func TestNoIPv6OverVPN(t *testing.T) {
	for kind, want := range map[aws.OnPremisesKind]reach.Verdict{aws.StaticVPN: reach.No, aws.DirectConnect: reach.Yes} {
		o := newOffice()
		o.vpn.Kind = kind
		o.vpn.Prefixes = []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("fd00::/8"))}
		o.private.IPv6 = &aws.Block{Prefix: netip.MustParsePrefix("2001:db8::/64"), Family: packet.IPv6}
		o.host.IPv6 = tf.Yes
		if a := o.ask(t, "aws_instance.a", "onprem:fd00::1", "tcp/443"); a.Answer != want {
			t.Errorf("%d: %s by %s", kind, a.Answer, codes(a))
		}
	}
}

// RT-4: what a virtual private gateway propagates diverts nothing that stays in the
// VPC, however long its prefix is.
func TestPropagatedInside(t *testing.T) {
	o := newOffice()
	o.vpn.Prefixes = append(o.vpn.Prefixes, tf.KnownVal(netip.MustParsePrefix("10.0.1.0/24")))
	o.world.host("b", o.public, tf.No, o.group("b", allow("tcp", 80, 80, "10.0.0.0/16")))
	if a := o.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Yes || !a.Complete {
		t.Errorf("%s, complete %t, by %s", a.Answer, a.Complete, codes(a))
	}
}

// VPN-3: a virtual private gateway carries what its own VPC sends, and nothing that
// came there by a transit gateway.
func TestGatewayBehindATransitGateway(t *testing.T) {
	h := newHub()
	vpn := &aws.OnPremises{Object: object("aws_vpn_connection.v"), Kind: aws.StaticVPN, Prefixes: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("192.168.0.0/16"))}}
	gw := &aws.VPNGateway{Object: object("aws_vpn_gateway.g"), VPC: h.sub["b"].VPC, OnPremises: []*aws.OnPremises{vpn}}
	h.n.VPNGateways = []*aws.VPNGateway{gw}
	h.static(h.table, "192.168.0.0/16", h.at["b"])
	table(h.sub["b"]).Routes = append(table(h.sub["b"]).Routes, route("192.168.0.0/16", aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: to(gw), Label: gw.Label}))
	for from, want := range map[string]reach.Verdict{"aws_instance.b": reach.Yes, "aws_instance.a": reach.No} {
		if a := h.ask(t, from, "onprem:192.168.1.1", "tcp/80"); a.Forward != want {
			t.Errorf("%s: %s by %s", from, a.Forward, codes(a))
		}
	}
}

// VPN-1: a VPN of a transit gateway carries one family, which its tunnels say.
func TestTunnelsOfATransitVPN(t *testing.T) {
	for inside, want := range map[tf.Val[string]][2]reach.Verdict{
		tf.KnownVal("ipv4"): {reach.Yes, reach.No}, tf.KnownVal("ipv6"): {reach.No, reach.Yes}, tf.UnknownVal[string](): {reach.Unknown, reach.Unknown},
	} {
		h := newHub()
		vpn := &aws.OnPremises{Object: object("aws_vpn_connection.v"), Kind: aws.StaticVPN, Inside: inside}
		at := &aws.Attachment{Object: vpn.Object, Kind: aws.AttachedVPN, Gateway: to(h.gw), OnPremises: vpn, Active: tf.Yes, Association: to(h.table)}
		h.gw.Attachments = append(h.gw.Attachments, at)
		s := h.sub["a"]
		for _, cidr := range []string{"192.168.0.0/16", "fd00::/8"} {
			h.table.Routes = append(h.table.Routes, aws.TransitRoute{Kind: aws.StaticRoute, Destination: tf.KnownVal(netip.MustParsePrefix(cidr)), Attachment: to(at), Blackhole: tf.No})
			table(s).Routes = append(table(s).Routes, h.toTransit(cidr))
		}
		s.IPv6, h.n.Interfaces[0].IPv6 = &aws.Block{Prefix: netip.MustParsePrefix("2001:db8::/64"), Family: packet.IPv6}, tf.Yes
		s.VPC.To[0].CIDRs = append(s.VPC.To[0].CIDRs, aws.Block{Prefix: netip.MustParsePrefix("2001:db8::/56"), Family: packet.IPv6})
		for _, a := range h.gw.Attachments {
			a.IPv6 = tf.Yes
		}
		for n, far := range []string{"onprem:192.168.1.1", "onprem:fd00::1"} {
			if got := h.ask(t, "aws_instance.a", far, "tcp/443"); got.Forward != want[n] {
				t.Errorf("%v, to %s: %s by %s, want %s", inside, far, got.Forward, codes(got), want[n])
			}
		}
	}
}

// TestNothingBehindAGateway: a virtual private gateway leads to interfaces of
// its own VPC, and not to what that is joined to (VPN-3, PCX-3).
func TestNothingBehindAGateway(t *testing.T) {
	w, p, _, b := peered()
	vpn := &aws.OnPremises{Object: object("aws_vpn_connection.v"), Kind: aws.StaticVPN, Prefixes: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("192.168.0.0/16"))}}
	gw := &aws.VPNGateway{Object: object("aws_vpn_gateway.g"), VPC: to(w.vpc), OnPremises: []*aws.OnPremises{vpn}}
	w.n.VPNGateways = []*aws.VPNGateway{gw}
	table(b.Subnets.Each[0].To[0]).Routes = append(table(b.Subnets.Each[0].To[0]).Routes, toPeering("192.168.0.0/16", p))
	if a := w.ask(t, "onprem:192.168.1.1", "aws_instance.b", "tcp/80"); a.Forward != reach.No {
		t.Errorf("in: %s", a.Forward)
	}
	if a := w.ask(t, "aws_instance.b", "onprem:192.168.1.1", "tcp/80"); a.Forward != reach.No {
		t.Errorf("out: %s", a.Forward)
	}
	// Over a VPN attachment of a transit gateway it is the tables that decide.
	h := newHub()
	h.gw.Attachments = append(h.gw.Attachments, &aws.Attachment{
		Object: object("aws_vpn_connection.v"), Kind: aws.AttachedVPN, Gateway: to(h.gw), OnPremises: vpn, Active: tf.Yes, Association: to(h.table),
	})
	if a := h.ask(t, "onprem:192.168.1.1", "aws_instance.a", "tcp/80"); a.Forward != reach.Yes || a.Answer != reach.No || codes(a) != "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT at aws_ec2_transit_gateway_route_table.t" {
		t.Errorf("without a route back: forward %s, %s by %s", a.Forward, a.Answer, codes(a))
	}
	h.static(h.table, "192.168.0.0/16", h.gw.Attachments[2])
	for _, pair := range [][2]string{{"onprem:192.168.1.1", "aws_instance.a"}, {"aws_instance.a", "onprem:192.168.1.1"}, {"aws_instance.a", "ip:192.168.1.1"}} {
		if a := h.ask(t, pair[0], pair[1], "tcp/80"); a.Answer != reach.Yes {
			t.Errorf("%v: %s by %s", pair, a.Answer, codes(a))
		}
	}
}

// TestHiddenPremises: where something leads out of the input, nobody knows what
// lies there, and that is never a no (TGW-11, U-13).
func TestHiddenPremises(t *testing.T) {
	shared := newHub()
	shared.gw.Attachments, shared.gw.Open = shared.gw.Attachments[:2], true
	shared.at["a"].Association = aws.Link[aws.TransitTable]{Open: true}
	outside, p, _, _ := peered()
	p.Accepter.To[0].Outside, p.Accepter.To[0].CIDRs = true, nil
	table(outside.private).Routes = []aws.Route{toPeering("10.8.0.0/16", p)}
	for name, test := range map[string]struct {
		w        *world
		from, to string
		want     reach.Verdict
	}{
		"out by a shared gateway":    {shared.world, "aws_instance.a", "onprem:10.8.0.1", reach.Unknown},
		"in by a shared gateway":     {shared.world, "onprem:10.8.0.1", "aws_instance.a", reach.Unknown},
		"an address behind it":       {shared.world, "aws_instance.a", "ip:10.8.0.1", reach.Unknown},
		"a peered VPC elsewhere":     {outside, "aws_instance.a", "ip:10.8.0.1", reach.Unknown},
		"nothing at all, out":        {newOfficeless(), "aws_instance.a", "onprem:10.8.0.1", reach.No},
		"nothing at all, in":         {newOfficeless(), "onprem:10.8.0.1", "aws_instance.a", reach.No},
		"an address that nobody has": {newOfficeless(), "aws_instance.a", "ip:10.8.0.1", reach.No},
	} {
		if a := test.w.ask(t, test.from, test.to, "tcp/80"); a.Answer != test.want {
			t.Errorf("%s: %s by %s", name, a.Answer, codes(a))
		}
	}
}

// newOfficeless is a world with a host and nothing that leads out of it.
func newOfficeless() *world {
	w := newWorld()
	w.host("a", w.private, tf.No, w.group("a", allow("-1", 0, 0, "0.0.0.0/0")))
	return w
}
