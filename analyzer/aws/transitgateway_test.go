package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func transitObject(g *TransitGateway) Object { return g.Object }

// hub is a gateway with two attached VPCs, each resource with what more says
// of it.
func hub(more map[string]attrs, besides ...*tf.Resource) []*tf.Resource {
	resources := []*tf.Resource{
		vpc(), subnet(),
		made("aws_vpc.other", attrs{"cidr_block": "10.1.0.0/16"}),
		made("aws_subnet.b", attrs{"vpc_id": ref("aws_vpc.other.id"), "cidr_block": "10.1.1.0/24"}),
	}
	add := func(address string, a attrs) {
		for name, v := range more[address] {
			a[name] = v
		}
		resources = append(resources, made(address, a))
	}
	add("aws_ec2_transit_gateway.t", attrs{})
	add("aws_ec2_transit_gateway_vpc_attachment.a", attrs{"transit_gateway_id": ref("aws_ec2_transit_gateway.t.id"), "vpc_id": ref("aws_vpc.main.id"), "subnet_ids": list{ref("aws_subnet.a.id")}})
	add("aws_ec2_transit_gateway_vpc_attachment.b", attrs{"transit_gateway_id": ref("aws_ec2_transit_gateway.t.id"), "vpc_id": ref("aws_vpc.other.id"), "subnet_ids": list{ref("aws_subnet.b.id")}})
	return append(resources, besides...)
}

// transitText writes a gateway down: each attachment with its table, each table
// with its routes.
func transitText(g *TransitGateway) string {
	var parts []string
	for _, a := range g.Attachments {
		parts = append(parts, last(a.Label)+" in "+last(linkText(Link[TransitTable]{To: a.Association.To, Open: a.Association.Open, Assumption: a.Association.Assumption})))
	}
	for _, t := range g.Tables {
		s := last(t.Label) + ":"
		for _, r := range t.Routes {
			s += fmt.Sprintf(" %s>%s%s", valText(r.Destination), last(linkText(r.Attachment)), flags("blackhole", r.Blackhole == tf.Yes, "maybe", r.Maybe))
		}
		parts = append(parts, s+flags("open", t.Open))
	}
	return strings.Join(parts, "; ") + flags("open", g.Open)
}

// last shortens an address to its name.
func last(label string) string {
	for _, kind := range []string{"aws_ec2_transit_gateway_vpc_attachment.", "aws_ec2_transit_gateway_route_table.", "aws_ec2_transit_gateway.", "aws_vpn_connection."} {
		label = strings.ReplaceAll(label, kind, "")
	}
	return label
}

func TestTransitGateway(t *testing.T) {
	gateway := ref("aws_ec2_transit_gateway.t.id")
	table := made("aws_ec2_transit_gateway_route_table.r", attrs{"transit_gateway_id": gateway})
	at := func(kind, name string, a attrs) *tf.Resource {
		if a["transit_gateway_route_table_id"] == nil {
			a["transit_gateway_route_table_id"] = ref("aws_ec2_transit_gateway_route_table.r.id")
		}
		return made("aws_ec2_transit_gateway_"+kind+"."+name, a)
	}
	a, b := ref("aws_ec2_transit_gateway_vpc_attachment.a.id"), ref("aws_ec2_transit_gateway_vpc_attachment.b.id")
	off := attrs{"default_route_table_association": "disable", "default_route_table_propagation": "disable"}
	const t1 = "aws_ec2_transit_gateway.t"
	own := map[string]attrs{t1: off}
	for _, test := range []struct {
		name string
		make []*tf.Resource
		want string
	}{
		{"TGW-7: everything uses the default table", hub(nil),
			"a in default route table of t; b in default route table of t; default route table of t: 10.0.0.0/16>a 10.1.0.0/16>b"},
		{"TF-T-1: no defaults, no table", hub(own), "a in ; b in "},
		{"TGW-3, TGW-4: tables of one's own", hub(own, table,
			at("route_table_association", "a", attrs{"transit_gateway_attachment_id": a}),
			at("route_table_propagation", "b", attrs{"transit_gateway_attachment_id": b})),
			"a in r; b in ; r: 10.1.0.0/16>b"},
		{"TF-T-2: an attachment can leave the defaults out", hub(map[string]attrs{"aws_ec2_transit_gateway_vpc_attachment.a": {
			"transit_gateway_default_route_table_association": false, "transit_gateway_default_route_table_propagation": false}}),
			"a in ; b in default route table of t; default route table of t: 10.1.0.0/16>b"},
		{"TF-T-2: where nobody knows whether it does, both", hub(map[string]attrs{"aws_ec2_transit_gateway_vpc_attachment.a": {
			"transit_gateway_default_route_table_association": unknown, "transit_gateway_default_route_table_propagation": unknown}}),
			"a in default route table of t | ?; b in default route table of t; default route table of t: 10.0.0.0/16>a maybe 10.1.0.0/16>b"},
		{"an association counts before the default one", hub(nil, table,
			at("route_table_association", "a", attrs{"transit_gateway_attachment_id": a})),
			"a in r; b in default route table of t; r:; default route table of t: 10.0.0.0/16>a 10.1.0.0/16>b"},
		{"TF-T-3: another table becomes the default one", hub(nil, table,
			at("default_route_table_association", "d", attrs{"transit_gateway_id": gateway}),
			at("default_route_table_propagation", "d", attrs{"transit_gateway_id": gateway})),
			"a in r | assumed; b in r | assumed; r: 10.0.0.0/16>a 10.1.0.0/16>b; default route table of t:"},
		{"TF-T-3: the default table by its attribute", hub(nil,
			at("route", "x", attrs{"destination_cidr_block": "0.0.0.0/0", "transit_gateway_attachment_id": a, "transit_gateway_route_table_id": ref("aws_ec2_transit_gateway.t.association_default_route_table_id")})),
			"a in default route table of t; b in default route table of t; default route table of t: 10.0.0.0/16>a 10.1.0.0/16>b 0.0.0.0/0>a"},
		{"TGW-5: static routes and blackholes", hub(own, table,
			at("route", "x", attrs{"destination_cidr_block": "10.9.0.0/16", "transit_gateway_attachment_id": a}),
			at("route", "y", attrs{"destination_cidr_block": "10.8.0.0/16", "blackhole": true})),
			"a in ; b in ; r: 10.9.0.0/16>a 10.8.0.0/16> blackhole"},
		{"TGW-8: of two overlapping VPCs nobody knows which is propagated", hub(own, table,
			made("aws_vpc_ipv4_cidr_block_association.x", attrs{"vpc_id": ref("aws_vpc.other.id"), "cidr_block": "10.0.128.0/17"}),
			at("route_table_propagation", "a", attrs{"transit_gateway_attachment_id": a}),
			at("route_table_propagation", "b", attrs{"transit_gateway_attachment_id": b})),
			"a in ; b in ; r: 10.0.0.0/16>a maybe 10.1.0.0/16>b 10.0.128.0/17>b maybe"},
		{"U-22: a propagation of one of two", hub(own, table,
			at("route_table_propagation", "x", attrs{"transit_gateway_attachment_id": maybe("aws_ec2_transit_gateway_vpc_attachment.a.id", "aws_ec2_transit_gateway_vpc_attachment.b.id")})),
			"a in ; b in ; r: 10.0.0.0/16>a maybe 10.1.0.0/16>b maybe"},
		{"U-22: two propagations of two leave none out", hub(own, table,
			at("route_table_propagation", "x[0]", attrs{"transit_gateway_attachment_id": maybe("aws_ec2_transit_gateway_vpc_attachment.a.id", "aws_ec2_transit_gateway_vpc_attachment.b.id")}),
			at("route_table_propagation", "x[1]", attrs{"transit_gateway_attachment_id": maybe("aws_ec2_transit_gateway_vpc_attachment.a.id", "aws_ec2_transit_gateway_vpc_attachment.b.id")})),
			"a in ; b in ; r: 10.0.0.0/16>a 10.1.0.0/16>b"},
		{"TF-T-4: a VPN by its attachment", hub(own, table,
			made("aws_vpn_connection.v", attrs{"transit_gateway_id": gateway, "static_routes_only": true}),
			made("aws_vpn_connection.w", attrs{"transit_gateway_id": gateway}),
			at("route_table_association", "v", attrs{"transit_gateway_attachment_id": ref("aws_vpn_connection.v.transit_gateway_attachment_id")}),
			at("route_table_propagation", "v", attrs{"transit_gateway_attachment_id": ref("aws_vpn_connection.v.transit_gateway_attachment_id")}),
			at("route_table_propagation", "w", attrs{"transit_gateway_attachment_id": ref("aws_vpn_connection.w.transit_gateway_attachment_id")}),
			at("route", "v", attrs{"destination_cidr_block": "192.168.0.0/16", "transit_gateway_attachment_id": ref("aws_vpn_connection.v.transit_gateway_attachment_id")})),
			"a in ; b in ; v in r; w in ; r: unknown>w 192.168.0.0/16>v"}, // VPN-4
		{"TGW-11: what is shared may be attached to by others", hub(nil,
			made("aws_ram_resource_association.s", attrs{"resource_arn": ref("aws_ec2_transit_gateway.t.arn")})),
			"a in default route table of t; b in default route table of t; default route table of t: 10.0.0.0/16>a 10.1.0.0/16>b open open"},
		{"TGW-14: Connect learns what nobody knows", hub(own, table,
			made("aws_ec2_transit_gateway_connect.c", attrs{"transit_gateway_id": gateway, "transport_attachment_id": a,
				"transit_gateway_default_route_table_association": false, "transit_gateway_default_route_table_propagation": false}),
			at("route_table_propagation", "c", attrs{"transit_gateway_attachment_id": ref("aws_ec2_transit_gateway_connect.c.id")})),
			"aws_ec2_transit_gateway_connect.c in ; a in ; b in ; r: unknown>aws_ec2_transit_gateway_connect.c"},
		{"TGW-14: a policy table may choose any table", hub(own, table,
			made("aws_ec2_transit_gateway_policy_table_association.p", attrs{"transit_gateway_attachment_id": a, "transit_gateway_policy_table_id": "tgw-ptb-1"})),
			"a in ?; b in ; r:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := find(t, build(test.make...).TransitGateways, transitObject, "aws_ec2_transit_gateway.t")
			if got := transitText(g); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// A VPC's IPv6 blocks are propagated where the attachment carries IPv6
// (TGW-4), and references to groups need both sides (TGW-12).
func TestTransitOptions(t *testing.T) {
	six := made("aws_vpc_ipv6_cidr_block_association.x", attrs{"vpc_id": ref("aws_vpc.main.id"), "ipv6_cidr_block": "2001:db8::/56"})
	for name, test := range map[string]struct {
		more   map[string]attrs
		routes int
		groups tf.Tri
		of     tf.Tri
	}{
		"unset": {nil, 1, tf.Maybe, tf.No},
		"on": {map[string]attrs{"aws_ec2_transit_gateway.t": {"security_group_referencing_support": "enable"},
			"aws_ec2_transit_gateway_vpc_attachment.a": {"ipv6_support": "enable", "security_group_referencing_support": "enable"}}, 2, tf.Yes, tf.Yes},
		"off": {map[string]attrs{"aws_ec2_transit_gateway_vpc_attachment.a": {"ipv6_support": "disable", "security_group_referencing_support": "disable"}}, 1, tf.No, tf.No},
	} {
		g := find(t, build(hub(test.more, six)...).TransitGateways, transitObject, "aws_ec2_transit_gateway.t")
		a := g.Attachments[0]
		routes := 0
		for _, r := range g.Tables[0].Routes {
			if to, _ := r.Attachment.One(); to == a {
				routes++
			}
		}
		if routes != test.routes || a.GroupReferences != test.groups || g.GroupReferences != test.of {
			t.Errorf("%s: %d routes, groups %v of %v, want %+v", name, routes, a.GroupReferences, g.GroupReferences, test)
		}
	}
}

// The owner of a gateway elsewhere decides on its tables (TGW-11), and accepts
// (TF-T-2). Attachments that exist may be associated by others (U-14).
func TestTransitGatewayElsewhere(t *testing.T) {
	attach := func(to any) *tf.Resource {
		return made("aws_ec2_transit_gateway_vpc_attachment.a", attrs{"transit_gateway_id": to, "vpc_id": ref("aws_vpc.main.id"), "subnet_ids": list{ref("aws_subnet.a.id")}})
	}
	n := build(vpc(), subnet(), attach("tgw-0123456789abcdef0"))
	a := n.TransitGateways[0].Attachments[0]
	if !a.Association.Open || a.Active != tf.Maybe || !n.TransitGateways[0].Open {
		t.Errorf("by its id: association %+v, active %v", a.Association, a.Active)
	}
	n = build(vpc(), subnet(), attach(ref("data.aws_ec2_transit_gateway.t.id")),
		instance("data.aws_ec2_transit_gateway.t", tf.Read, attrs{"id": "tgw-0123456789abcdef0", "association_default_route_table_id": "tgw-rtb-0123456789abcdef0",
			"default_route_table_association": "enable", "auto_accept_shared_attachments": "enable"}))
	a = n.TransitGateways[0].Attachments[0]
	if len(a.Association.To) != 1 || !a.Association.To[0].Open || !a.Association.Open || a.Active != tf.Yes {
		t.Errorf("looked up: association %+v, active %v", a.Association, a.Active)
	}
	n = build(vpc(), subnet(), existing("aws_ec2_transit_gateway.t", attrs{"id": "tgw-0123456789abcdef0"}),
		existing("aws_ec2_transit_gateway_vpc_attachment.a", attrs{"transit_gateway_id": "tgw-0123456789abcdef0", "vpc_id": ref("aws_vpc.main.id"),
			"subnet_ids": list{ref("aws_subnet.a.id")}, "transit_gateway_default_route_table_association": false}))
	if a := n.TransitGateways[0].Attachments[0]; !a.Association.Open || len(a.Association.To) > 0 {
		t.Errorf("existing without the default table: association %+v", a.Association)
	}
}

// A peering is two attachments under one id, which the table tells apart, and
// waits for its accepter (TGW-9).
func TestTransitPeering(t *testing.T) {
	west := made("aws_ec2_transit_gateway.west", attrs{})
	peering := made("aws_ec2_transit_gateway_peering_attachment.p", attrs{"transit_gateway_id": ref("aws_ec2_transit_gateway.t.id"), "peer_transit_gateway_id": ref("aws_ec2_transit_gateway.west.id"), "peer_region": "us-west-2"})
	route := func(name, table string) *tf.Resource {
		return made("aws_ec2_transit_gateway_route."+name, attrs{"destination_cidr_block": "10.9.0.0/16", "transit_gateway_attachment_id": ref("aws_ec2_transit_gateway_peering_attachment.p.id"),
			"transit_gateway_route_table_id": ref(table + ".association_default_route_table_id")})
	}
	n := build(hub(nil, west, peering, route("east", "aws_ec2_transit_gateway.t"), route("west", "aws_ec2_transit_gateway.west"))...)
	g := find(t, n.TransitGateways, transitObject, "aws_ec2_transit_gateway.west")
	to, _ := g.Tables[0].Routes[0].Attachment.One()
	if to == nil || to != g.Attachments[0] || to.Active != tf.No {
		t.Errorf("the west's route leads to %+v", to)
	}
	if back, _ := to.Peer.One(); back == nil || back.Label != "aws_ec2_transit_gateway_peering_attachment.p" {
		t.Errorf("its other end is %+v", back)
	}
	n = build(hub(nil, west, peering, made("aws_ec2_transit_gateway_peering_attachment_accepter.a", attrs{"transit_gateway_attachment_id": ref("aws_ec2_transit_gateway_peering_attachment.p.id")}))...)
	for _, a := range find(t, n.TransitGateways, transitObject, "aws_ec2_transit_gateway.west").Attachments {
		if a.Active != tf.Yes {
			t.Errorf("%s is not active", a.Label)
		}
	}
}
