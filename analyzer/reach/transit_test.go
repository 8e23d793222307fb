package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// hub is a world with hosts a and b in two VPCs that are attached to a transit
// gateway, whose one table has routes to both.
type hub struct {
	*world
	gw     *aws.TransitGateway
	table  *aws.TransitTable
	at     map[string]*aws.Attachment // by the name of the VPC
	sub    map[string]*aws.Subnet
	groups map[string]*aws.SecurityGroup
}

func newHub() *hub {
	h := &hub{
		world: newWorld(), at: map[string]*aws.Attachment{}, sub: map[string]*aws.Subnet{},
		groups: map[string]*aws.SecurityGroup{},
	}
	h.gw = &aws.TransitGateway{Object: object("aws_ec2_transit_gateway.t"), GroupReferences: tf.No}
	h.table = &aws.TransitTable{Object: object("aws_ec2_transit_gateway_route_table.t"), Gateway: to(h.gw)}
	h.gw.Tables, h.n.TransitGateways = []*aws.TransitTable{h.table}, []*aws.TransitGateway{h.gw}
	for n, name := range []string{"a", "b"} {
		block := []string{"10.1", "10.2"}[n]
		v := h.another(name, block+".0.0/16")
		h.sub[name] = h.in(v, name, block+".1.0/24", h.toTransit("0.0.0.0/0"))
		h.sub[name].AvailabilityZone = tf.KnownVal("eu-west-1a")
		h.attach(name, v, h.sub[name])
		h.groups[name] = h.group(name, allow("-1", 0, 0, "0.0.0.0/0"))
		h.host(name, h.sub[name], tf.No, h.groups[name])
		h.propagate(h.table, block+".0.0/16", h.at[name])
	}
	return h
}

func (h *hub) toTransit(cidr string) aws.Route {
	return route(cidr, aws.Target{Kind: aws.TargetTransitGateway, Transit: to(h.gw), Label: h.gw.Label})
}

func (h *hub) attach(name string, v *aws.VPC, subnets ...*aws.Subnet) {
	a := &aws.Attachment{
		Object: object("aws_ec2_transit_gateway_vpc_attachment." + name), Kind: aws.AttachedVPC, Gateway: to(h.gw), VPC: to(v),
		Active: tf.Yes, ApplianceMode: tf.No, IPv6: tf.No, GroupReferences: tf.Yes, Association: to(h.table),
	}
	for _, s := range subnets {
		a.Subnets.Each = append(a.Subnets.Each, to(s))
	}
	h.at[name] = a
	h.gw.Attachments = append(h.gw.Attachments, a)
}

func (h *hub) propagate(t *aws.TransitTable, cidr string, a *aws.Attachment) *aws.TransitRoute {
	t.Routes = append(t.Routes, aws.TransitRoute{
		Cause: aws.Cause{Resource: resource("aws_ec2_transit_gateway_route_table_propagation.p")}, Kind: aws.PropagatedVPC,
		Destination: tf.KnownVal(netip.MustParsePrefix(cidr)), Attachment: to(a), Blackhole: tf.No,
	})
	return &t.Routes[len(t.Routes)-1]
}

// static adds a static route, without attachment a blackhole.
func (h *hub) static(t *aws.TransitTable, cidr string, a *aws.Attachment) {
	r := h.propagate(t, cidr, a)
	r.Cause, r.Kind = aws.Cause{Resource: resource("aws_ec2_transit_gateway_route.r")}, aws.StaticRoute
	if a == nil {
		r.Attachment, r.Blackhole = aws.Link[aws.Attachment]{}, tf.Yes
	}
}

// second adds a subnet to the VPC of a name, with the same table.
func (h *hub) second(name, cidr, zone string) *aws.Subnet {
	first := h.sub[name]
	s := h.in(first.VPC.To[0], name+"2", cidr)
	s.RouteTable, s.AvailabilityZone = first.RouteTable, tf.KnownVal(zone)
	return s
}

// move puts the host of a name into another subnet.
func (h *hub) move(name string, s *aws.Subnet) {
	for _, i := range h.n.Interfaces {
		if i.Label == "aws_instance."+name {
			i.Subnets.Each = []aws.Link[aws.Subnet]{to(s)}
		}
	}
}

// TestTransitGateway: what a transit gateway carries from a to b, and what
// stops it.
func TestTransitGateway(t *testing.T) {
	closed := func(in, out []aws.ACLEntry) aws.Link[aws.ACL] {
		return to(&aws.ACL{Object: object("aws_network_acl.x"), Ingress: in, Egress: out})
	}
	tests := map[string]struct {
		change          func(h *hub)
		forward, answer reach.Verdict
		codes, waits    string
	}{
		"TGW-1, TGW-4 attached, associated, propagated": {func(*hub) {}, reach.Yes, reach.Yes, "", ""},
		"TGW-1 nobody accepts the attachment": {func(h *hub) { h.at["b"].Active = tf.No },
			reach.No, reach.No, "BAD_STATE_ATTACHMENT at aws_ec2_transit_gateway_vpc_attachment.b", ""},
		"TGW-1 not attached": {func(h *hub) { h.gw.Attachments = h.gw.Attachments[1:] },
			reach.No, reach.No, "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION at aws_vpc.a, UNASSOCIATED_COMPONENT at aws_vpc.a", ""},
		"TGW-2 no subnet in the sender's zone": {func(h *hub) { h.move("a", h.second("a", "10.1.2.0/24", "eu-west-1b")) },
			reach.No, reach.No, "TGW_ROUTE_AZ_RESTRICTION at aws_ec2_transit_gateway_vpc_attachment.a", ""},
		"TGW-2 no subnet in the receiver's zone": {func(h *hub) { h.move("b", h.second("b", "10.2.2.0/24", "eu-west-1b")) },
			reach.Yes, reach.No, "TGW_ROUTE_AZ_RESTRICTION at aws_ec2_transit_gateway_vpc_attachment.b", ""},
		"TGW-2, U-8 the sender's zone is not known": {func(h *hub) {
			s := h.second("a", "10.1.2.0/24", "")
			s.AvailabilityZone = tf.UnknownVal[string]()
			h.move("a", s)
		}, reach.Unknown, reach.Unknown, "", "zone:aws_subnet.a2"},
		"TGW-3 no association": {func(h *hub) { h.at["a"].Association = aws.Link[aws.TransitTable]{} },
			reach.No, reach.No, "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION at aws_ec2_transit_gateway_vpc_attachment.a", ""},
		"TGW-3 one of two tables": {func(h *hub) {
			empty := &aws.TransitTable{Object: object("aws_ec2_transit_gateway_route_table.empty"), Gateway: to(h.gw)}
			h.at["a"].Association.To = append(h.at["a"].Association.To, empty)
		}, reach.Unknown, reach.Unknown, "", "association:aws_ec2_transit_gateway_vpc_attachment.a"},
		"TGW-4 not propagated": {func(h *hub) { h.table.Routes = h.table.Routes[:1] },
			reach.No, reach.No, "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT at aws_ec2_transit_gateway_route_table.t", ""},
		"TGW-4 no way back": {func(h *hub) { h.table.Routes = h.table.Routes[1:] },
			reach.Yes, reach.No, "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT at aws_ec2_transit_gateway_route_table.t", ""},
		"TGW-5 a blackhole is longer": {func(h *hub) { h.static(h.table, "10.2.0.0/17", nil) },
			reach.No, reach.No, "TGW_RTB_BAD_STATE_ROUTE at aws_ec2_transit_gateway_route_table.t", ""},
		"TGW-5 static before propagated": {func(h *hub) { h.static(h.table, "10.2.0.0/16", nil) },
			reach.No, reach.No, "TGW_RTB_BAD_STATE_ROUTE at aws_ec2_transit_gateway_route_table.t", ""},
		"TGW-5 a shorter blackhole": {func(h *hub) { h.static(h.table, "10.0.0.0/8", nil) }, reach.Yes, reach.Yes, "", ""},
		"TGW-6 the table of the attachment's subnet": {func(h *hub) {
			s := h.in(h.sub["b"].VPC.To[0], "door", "10.2.9.0/24")
			s.AvailabilityZone = tf.KnownVal("eu-west-1a")
			h.at["b"].Subnets.Each = []aws.Link[aws.Subnet]{to(s)}
		}, reach.Yes, reach.Yes, "", ""},
		"TGW-8, U-22 a propagation that may not happen": {func(h *hub) { h.table.Routes[1].Maybe = true },
			reach.Unknown, reach.Unknown, "", "transit-route:aws_ec2_transit_gateway_route_table.t"},
		"TGW-11 a table that nobody shows": {func(h *hub) { h.table.Open = true },
			reach.Unknown, reach.Unknown, "", "transit-table:aws_ec2_transit_gateway_route_table.t"},
		"TGW-12, SG-9 references are off": {func(h *hub) { h.groups["b"].Ingress = []aws.Rule{allow("-1", 0, 0, h.groups["a"])} },
			reach.No, reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.b", ""},
		"TGW-12 references are on": {func(h *hub) {
			h.gw.GroupReferences = tf.Yes
			h.groups["b"].Ingress = []aws.Rule{allow("-1", 0, 0, h.groups["a"])}
		}, reach.Yes, reach.Yes, "", ""},
		"TGW-12 the attachment's option is not known": {func(h *hub) {
			h.gw.GroupReferences, h.at["b"].GroupReferences = tf.Yes, tf.Maybe
			h.groups["b"].Ingress = []aws.Rule{allow("-1", 0, 0, h.groups["a"])}
		}, reach.Unknown, reach.Unknown, "", "references:aws_security_group.a"},
		"TGW-12 never in an outbound rule": {func(h *hub) {
			h.gw.GroupReferences = tf.Yes
			h.groups["a"].Egress = []aws.Rule{allow("-1", 0, 0, h.groups["b"])}
		}, reach.No, reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.a", ""},
		"NACL-10 one subnet: nothing on the way in": {func(h *hub) { h.sub["b"].ACL = closed(passAll, passAll[:0]) },
			reach.Yes, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.x", ""},
		"NACL-10 one subnet: both lists on the way out": {func(h *hub) { h.sub["a"].ACL = closed(nil, passAll) },
			reach.No, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.x", ""},
		"NACL-10 the attachment's subnet: inbound from the sender": {func(h *hub) {
			door := h.second("a", "10.1.9.0/24", "eu-west-1a")
			door.ACL = closed(nil, passAll)
			h.at["a"].Subnets.Each = []aws.Link[aws.Subnet]{to(door)}
		}, reach.No, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.x", ""},
		"NACL-10 the attachment's subnet: outbound to the receiver": {func(h *hub) {
			door := h.second("b", "10.2.9.0/24", "eu-west-1a")
			door.ACL = closed(passAll, nil)
			h.at["b"].Subnets.Each = []aws.Link[aws.Subnet]{to(door)}
		}, reach.No, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.x", ""},
		"NACL-10 the attachment's subnets: not the other two": {func(h *hub) {
			for name, cidr := range map[string]string{"a": "10.1.9.0/24", "b": "10.2.9.0/24"} {
				door := h.second(name, cidr, "eu-west-1a")
				// Both directions of a flow need one entry each way.
				door.ACL = closed(
					[]aws.ACLEntry{entry(1, true, -1, 0, 0, h.sub[name].CIDR.Prefix.String())},
					[]aws.ACLEntry{entry(1, true, -1, 0, 0, h.sub[name].CIDR.Prefix.String())})
				h.at[name].Subnets.Each = []aws.Link[aws.Subnet]{to(door)}
			}
		}, reach.Yes, reach.Yes, "", ""},
		"U-24 routes in a circle": {func(h *hub) {
			door := h.second("b", "10.2.9.0/24", "eu-west-1a")
			t := &aws.RouteTable{Object: object("aws_route_table.door"), VPC: door.VPC, Routes: []aws.Route{h.toTransit("0.0.0.0/0")}}
			door.RouteTable = to(t)
			h.at["b"].Subnets.Each = []aws.Link[aws.Subnet]{to(door)}
			h.table.Routes = h.table.Routes[:1]
			h.propagate(h.table, "0.0.0.0/0", h.at["a"])
		}, reach.No, reach.No, "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT at aws_ec2_transit_gateway_route_table.t", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub()
			test.change(h)
			a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80")
			if a.Forward != test.forward || a.Answer != test.answer || codes(a) != test.codes || facts(a.Waits) != test.waits {
				t.Errorf("forward %s, %s by %q waiting for %q", a.Forward, a.Answer, codes(a), facts(a.Waits))
			}
		})
	}
}

// TestTransitGatewayIPv6: an attachment carries IPv6 where that is switched on.
func TestTransitGatewayIPv6(t *testing.T) {
	for on, want := range map[tf.Tri]reach.Verdict{tf.Yes: reach.Yes, tf.No: reach.No, tf.Maybe: reach.Unknown} {
		h := newHub()
		for n, name := range []string{"a", "b"} {
			block := aws.Block{Prefix: netip.MustParsePrefix([]string{"2001:db8:1::/64", "2001:db8:2::/64"}[n]), Family: packet.IPv6}
			h.sub[name].IPv6 = &block
			h.sub[name].VPC.To[0].CIDRs = append(h.sub[name].VPC.To[0].CIDRs, block)
			table(h.sub[name]).Routes = append(table(h.sub[name]).Routes, h.toTransit("::/0"))
			h.groups[name].Ingress = []aws.Rule{allow("-1", 0, 0, "::/0")}
			h.propagate(h.table, block.Prefix.String(), h.at[name])
			h.n.Interfaces[n].IPv6, h.at[name].IPv6 = tf.Yes, on
		}
		if a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != want {
			t.Errorf("IPv6 %s: %s by %s", on, a.Answer, codes(a))
		}
	}
}

// TestTransitPeering: between two transit gateways static routes lead, and what
// arrives follows the table of the attachment there (TGW-9).
func TestTransitPeering(t *testing.T) {
	for _, routed := range []bool{true, false} {
		h := newHub()
		far := &aws.TransitGateway{Object: object("aws_ec2_transit_gateway.far")}
		there := &aws.TransitTable{Object: object("aws_ec2_transit_gateway_route_table.far"), Gateway: to(far)}
		near := &aws.Attachment{Object: object("aws_ec2_transit_gateway_peering_attachment.p"), Kind: aws.AttachedPeering, Gateway: to(h.gw), Active: tf.Yes, Association: to(h.table)}
		other := &aws.Attachment{Object: object("aws_ec2_transit_gateway_peering_attachment.p"), Kind: aws.AttachedPeering, Gateway: to(far), Active: tf.Yes, Association: to(there)}
		near.Peer, other.Peer = to(other), to(near)
		h.gw.Attachments = append(h.gw.Attachments[:1:1], near)
		b := h.at["b"]
		b.Gateway, b.Association = to(far), to(there)
		far.Attachments, far.Tables = []*aws.Attachment{b, other}, []*aws.TransitTable{there}
		h.n.TransitGateways = append(h.n.TransitGateways, far)
		table(h.sub["b"]).Routes[0].Target = aws.Target{Kind: aws.TargetTransitGateway, Transit: to(far), Label: far.Label}
		h.table.Routes = h.table.Routes[:1]
		h.static(h.table, "10.2.0.0/16", near)
		h.propagate(there, "10.2.0.0/16", b)
		want := reach.No
		if routed {
			want = reach.Yes
			h.static(there, "10.1.0.0/16", other)
		}
		if a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Forward != reach.Yes || a.Answer != want {
			t.Errorf("route back %t: forward %s, %s by %s", routed, a.Forward, a.Answer, codes(a))
		}
		h.gw.GroupReferences = tf.Yes // TGW-12: not across gateways
		h.groups["b"].Ingress = []aws.Rule{allow("-1", 0, 0, h.groups["a"])}
		if a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Forward != reach.No {
			t.Errorf("a reference: %s", a.Forward)
		}
	}
}

// TestCentralEgress: a VPC without a gateway gets to the internet through the
// NAT gateway of another one, over a transit gateway (NAT-5, TGW-6).
func TestCentralEgress(t *testing.T) {
	central := func() *hub {
		h := newHub()
		n := &aws.NATGateway{Object: object("aws_nat_gateway.n"), Subnet: to(h.public), Public: tf.Yes}
		h.n.NATGateways = []*aws.NATGateway{n}
		table(h.private).Routes = []aws.Route{route("0.0.0.0/0", aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label})}
		table(h.public).Routes = append(table(h.public).Routes, h.toTransit("10.1.0.0/16"))
		h.public.AvailabilityZone, h.private.AvailabilityZone = tf.KnownVal("eu-west-1a"), tf.KnownVal("eu-west-1a")
		h.attach("egress", h.vpc, h.private)
		h.static(h.table, "0.0.0.0/0", h.at["egress"])
		return h
	}
	tests := map[string]struct {
		change          func(h *hub)
		forward, answer reach.Verdict
		codes           string
	}{
		"through the NAT gateway": {func(*hub) {}, reach.Yes, reach.Yes, ""},
		"NAT-5, M-2 no route back to the sender": {func(h *hub) { table(h.public).Routes = table(h.public).Routes[:1] },
			reach.Yes, reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.public"},
		"IGW-1 without NAT": {func(h *hub) { h.at["egress"].Subnets.Each = []aws.Link[aws.Subnet]{to(h.public)} },
			reach.No, reach.No, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS at aws_internet_gateway.main"},
		"TGW-5 no default route": {func(h *hub) { h.table.Routes = h.table.Routes[:2] },
			reach.No, reach.No, "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT at aws_ec2_transit_gateway_route_table.t"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := central()
			test.change(h)
			a := h.ask(t, "aws_instance.a", "internet", "tcp/443")
			if a.Forward != test.forward || a.Answer != test.answer || codes(a) != test.codes {
				t.Errorf("forward %s, %s by %q waiting for %q", a.Forward, a.Answer, codes(a), facts(a.Waits))
			}
			h.n.Interfaces[0].PublicIPv4 = tf.Yes // worth nothing without a gateway of its own
			h.expect(t)
		})
	}
}

// TGW-14: a firewall that is attached judges what the tables send through it, and
// references to groups do not survive it.
func TestAttachedFirewall(t *testing.T) {
	for name, test := range map[string]struct {
		change func(h *hub, p *aws.FirewallPolicy)
		want   reach.Verdict
	}{
		"it lets pass": {func(*hub, *aws.FirewallPolicy) {}, reach.Yes},
		"it drops": {func(_ *hub, p *aws.FirewallPolicy) {
			p.Stateful = []aws.StatefulGroup{{Priority: tf.KnownVal(1), Rules: []aws.StatefulRule{tuple(aws.FirewallDrop, 80)}}}
		}, reach.No},
		"a reference to a group": {func(h *hub, _ *aws.FirewallPolicy) {
			h.gw.GroupReferences = tf.Yes
			h.groups["b"].Ingress = []aws.Rule{allow("tcp", 80, 80, h.groups["a"])}
		}, reach.No},
	} {
		h := newHub()
		fw, policy := h.firewall()
		inspected := &aws.TransitTable{Object: object("aws_ec2_transit_gateway_route_table.inspected"), Gateway: to(h.gw)}
		at := &aws.Attachment{Object: fw.Object, Kind: aws.AttachedFirewall, Gateway: to(h.gw), Firewall: to(fw), Active: tf.Yes, Association: to(h.table)}
		h.gw.Attachments, h.gw.Tables = append(h.gw.Attachments, at), append(h.gw.Tables, inspected)
		h.at["a"].Association, h.at["b"].Association = to(inspected), to(inspected)
		h.static(inspected, "0.0.0.0/0", at)
		test.change(h, policy)
		if a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != test.want {
			t.Errorf("%s: %s by %s waiting for %s, want %s", name, a.Answer, codes(a), facts(a.Waits), test.want)
		}
	}
}

// TGW-2: a subnet of a Local Zone uses the attachment in the zone that this hangs
// on, which its name does not tell; any other needs one in its own zone.
func TestLocalZones(t *testing.T) {
	for zone, want := range map[string]reach.Verdict{
		"eu-west-1a": reach.Yes, "eu-west-1b": reach.No, "eu-west-1-lon-1a": reach.Unknown, "us-gov-west-1a": reach.No, "euw1-lon1-az1": reach.Unknown,
	} {
		h := newHub()
		door := h.in(h.sub["b"].VPC.To[0], "door", "10.2.9.0/24")
		door.AvailabilityZone = tf.KnownVal("eu-west-1a")
		h.at["b"].Subnets.Each = []aws.Link[aws.Subnet]{to(door)}
		h.sub["b"].AvailabilityZone = tf.KnownVal(zone)
		if a := h.ask(t, "aws_instance.b", "aws_instance.a", "tcp/80"); a.Answer != want {
			t.Errorf("%s: %s by %s, want %s", zone, a.Answer, codes(a), want)
		}
	}
}

// TestApplianceMode: packets keep to their zone; in appliance mode the gateway
// chooses one, and nobody knows which (TGW-10).
func TestApplianceMode(t *testing.T) {
	for mode, want := range map[tf.Tri]reach.Verdict{tf.No: reach.Yes, tf.Yes: reach.Unknown, tf.Maybe: reach.Unknown} {
		h := newHub()
		door := h.second("b", "10.2.9.0/24", "eu-west-1b")
		door.ACL = to(&aws.ACL{Object: object("aws_network_acl.x"), Ingress: passAll})
		h.at["b"].Subnets.Each = append(h.at["b"].Subnets.Each, to(door))
		h.at["b"].ApplianceMode = mode
		a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80")
		if a.Answer != want {
			t.Errorf("appliance mode %s: %s by %s", mode, a.Answer, codes(a))
		}
		if want == reach.Unknown && facts(a.Waits) != "attachment-zone:aws_ec2_transit_gateway_vpc_attachment.b" {
			t.Errorf("appliance mode %s waits for %s", mode, facts(a.Waits))
		}
	}
}
