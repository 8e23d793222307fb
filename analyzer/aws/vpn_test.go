package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func vpnObject(g *VPNGateway) Object { return g.Object }

// What stands behind a virtual private gateway (VPN-1, VPN-4, VPN-5, TF-RT-5,
// TF-T-4).
func TestVPNGateway(t *testing.T) {
	gateway := ref("aws_vpn_gateway.v.id")
	static := made("aws_vpn_connection.s", attrs{"vpn_gateway_id": gateway, "static_routes_only": true})
	for _, test := range []struct {
		name string
		make []*tf.Resource
		want string
	}{
		{"its VPC by argument", []*tf.Resource{made("aws_vpn_gateway.v", attrs{"vpc_id": ref("aws_vpc.main.id")})}, "in aws_vpc.main"},
		{"its VPC by attachment", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}),
			made("aws_vpn_gateway_attachment.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "vpn_gateway_id": gateway})}, "in aws_vpc.main"},
		{"one that exists may have more", []*tf.Resource{existing("aws_vpn_gateway.v", attrs{"vpc_id": ref("aws_vpc.main.id")})}, "in aws_vpc.main open"},
		{"static routes", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}), static,
			made("aws_vpn_connection_route.r", attrs{"vpn_connection_id": ref("aws_vpn_connection.s.id"), "destination_cidr_block": "192.168.1.0/24"})},
			"in ; aws_vpn_connection.s 1 192.168.1.0/24"},
		{"static routes that a state shows", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}),
			with(existing("aws_vpn_connection.s", attrs{"vpn_gateway_id": gateway, "static_routes_only": true}), attrs{"routes": list{
				attrs{"destination_cidr_block": "192.168.2.0/24", "source": "Static"}, attrs{"destination_cidr_block": "192.168.3.0/24", "source": "BGP"}}})},
			"in ; aws_vpn_connection.s 1 192.168.2.0/24"},
		{"a route of one of two connections", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}), static,
			made("aws_vpn_connection.u", attrs{"static_routes_only": true}),
			made("aws_vpn_connection_route.r", attrs{"vpn_connection_id": maybe("aws_vpn_connection.s.id", "aws_vpn_connection.u.id"), "destination_cidr_block": "192.168.1.0/24"})},
			"in ; aws_vpn_connection.s 1 open"},
		{"BGP announces what nobody knows", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}), made("aws_vpn_connection.d", attrs{"vpn_gateway_id": gateway})},
			"in ; aws_vpn_connection.d 2 open"},
		{"Direct Connect announces its prefixes", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}), made("aws_dx_gateway.x", attrs{}),
			made("aws_dx_gateway_association.a", attrs{"dx_gateway_id": ref("aws_dx_gateway.x.id"), "associated_gateway_id": gateway, "allowed_prefixes": list{"10.0.0.0/24"}})},
			"in ; aws_dx_gateway_association.a 0 open to 10.0.0.0/24"},
		{"Direct Connect that nobody filters", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}),
			made("aws_dx_private_virtual_interface.a", attrs{"vpn_gateway_id": gateway})}, "in ; aws_dx_private_virtual_interface.a 0 open"},
		{"one of two gateways", []*tf.Resource{made("aws_vpn_gateway.v", attrs{}), made("aws_vpn_gateway.w", attrs{}),
			made("aws_vpn_connection.d", attrs{"vpn_gateway_id": maybe("aws_vpn_gateway.v.id", "aws_vpn_gateway.w.id")})}, "in  open"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := find(t, build(append(test.make, vpc())...).VPNGateways, vpnObject, "aws_vpn_gateway.v")
			got := "in " + linkText(g.VPC)
			for _, o := range g.OnPremises {
				got += fmt.Sprintf("; %s %d", o.Label, o.Kind)
				for _, p := range o.Prefixes {
					got += " " + valText(p)
				}
				got += flags("open", o.Open)
				for _, p := range o.Announced {
					got += " to " + valText(p)
				}
			}
			if got += flags("open", g.Open); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// Direct Connect to a transit gateway is an attachment of it (VPN-5, TGW-1).
func TestDirectConnectToTransit(t *testing.T) {
	n := build(made("aws_ec2_transit_gateway.t", attrs{}), made("aws_dx_gateway.x", attrs{}),
		made("aws_dx_gateway_association.a", attrs{"dx_gateway_id": ref("aws_dx_gateway.x.id"), "associated_gateway_id": ref("aws_ec2_transit_gateway.t.id"), "allowed_prefixes": list{"10.0.0.0/8"}}))
	a := n.TransitGateways[0].Attachments
	if len(a) != 1 || a[0].Kind != AttachedDirectConnect || a[0].OnPremises == nil || a[0].Active != tf.Yes || len(n.VPNGateways) > 0 {
		t.Fatalf("attachments %+v, gateways %v", a, n.VPNGateways)
	}
	n = build(made("aws_ec2_transit_gateway.t", attrs{}), made("aws_dx_gateway_association.a", attrs{"associated_gateway_id": unknown}))
	if a := n.TransitGateways[0].Attachments; len(a) != 1 || a[0].Active != tf.Maybe {
		t.Errorf("nobody knows to which gateway: %+v", a)
	}
}

// Gateways propagate routes (TF-RT-4), and so do route servers (TF-RT-6); a
// table may belong to a gateway's edge (RT-9).
func TestPropagations(t *testing.T) {
	table := func(name string, a attrs) *tf.Resource {
		a["vpc_id"] = ref("aws_vpc.main.id")
		return made("aws_route_table."+name, a)
	}
	n := build(vpc(), igw(), made("aws_vpn_gateway.v", attrs{"vpc_id": ref("aws_vpc.main.id")}),
		table("argument", attrs{"propagating_vgws": list{ref("aws_vpn_gateway.v.id")}}), table("resource", attrs{}), table("server", attrs{}), table("edge", attrs{}), table("none", attrs{}),
		made("aws_vpn_gateway_route_propagation.p", attrs{"route_table_id": ref("aws_route_table.resource.id"), "vpn_gateway_id": ref("aws_vpn_gateway.v.id")}),
		made("aws_vpc_route_server_propagation.p", attrs{"route_table_id": ref("aws_route_table.server.id")}),
		made("aws_route_table_association.e", attrs{"route_table_id": ref("aws_route_table.edge.id"), "gateway_id": ref("aws_vpn_gateway.v.id")}),
		made("aws_route_table_association.f", attrs{"route_table_id": ref("aws_route_table.edge.id"), "gateway_id": ref("aws_internet_gateway.gw.id")}))
	for name, want := range map[string]string{
		"argument": "aws_vpn_gateway.v; ; ", "resource": "aws_vpn_gateway.v; ; ", "server": "; ;  learns", "none": "; ; ",
		"edge": "; aws_internet_gateway.gw; aws_vpn_gateway.v",
	} {
		rt := find(t, n.RouteTables, func(t *RouteTable) Object { return t.Object }, "aws_route_table."+name)
		got := fmt.Sprintf("%s; %s; %s", labels(rt.Propagations, vpnObject), linkText(rt.EdgeGateway), linkText(rt.EdgeVPN)) + flags("learns", rt.Learns)
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if rt.Propagated != (name == "argument" || name == "resource" || name == "server") || rt.Edge != (name == "edge") {
			t.Errorf("%s: propagated %v, edge %v", name, rt.Propagated, rt.Edge)
		}
	}
}

// A Client VPN endpoint stands where it is associated, behind groups of its own
// or the default one (VPN-6).
func TestClientVPN(t *testing.T) {
	endpoint := ref("aws_ec2_client_vpn_endpoint.c.id")
	association := made("aws_ec2_client_vpn_network_association.a", attrs{"client_vpn_endpoint_id": endpoint, "subnet_id": ref("aws_subnet.a.id")})
	n := build(vpc(), subnet(), association,
		made("aws_ec2_client_vpn_endpoint.c", attrs{"client_cidr_block": "10.9.0.0/16"}),
		made("aws_ec2_client_vpn_endpoint.idle", attrs{"client_cidr_block": "10.8.0.0/16"}),
		made("aws_ec2_client_vpn_authorization_rule.r", attrs{"client_vpn_endpoint_id": endpoint, "target_network_cidr": "10.0.0.0/16"}),
		made("aws_ec2_client_vpn_authorization_rule.q", attrs{"client_vpn_endpoint_id": maybe("aws_ec2_client_vpn_endpoint.c.id", "aws_ec2_client_vpn_endpoint.idle.id"), "target_network_cidr": "0.0.0.0/0"}),
		made("aws_ec2_client_vpn_route.r", attrs{"client_vpn_endpoint_id": endpoint, "destination_cidr_block": "0.0.0.0/0", "target_vpc_subnet_id": ref("aws_subnet.a.id")}))
	c := find(t, n.ClientVPNs, func(c *ClientVPN) Object { return c.Object }, "aws_ec2_client_vpn_endpoint.c")
	if got, want := standingOf(c.Interface), (standing{"aws_subnet.a", "default security group of aws_vpc.main", tf.No, " ", tf.No}); got != want {
		t.Errorf("stands %+v, want %+v", got, want)
	}
	if c.Interface.Inbound != tf.No || c.Interface.Initiates != tf.Yes {
		t.Error("it only opens connections")
	}
	var rules []string
	for _, r := range append(append([]ClientVPNRule{}, c.Authorizations...), c.Routes...) {
		rules = append(rules, valText(r.Destination)+linkText(r.Subnet)+flags("maybe", r.Maybe))
	}
	if got, want := strings.Join(rules, ", "), "0.0.0.0/0 maybe, 10.0.0.0/16, 0.0.0.0/0aws_subnet.a"; got != want {
		t.Errorf("rules %s, want %s", got, want)
	}
	if idle := find(t, n.ClientVPNs, func(c *ClientVPN) Object { return c.Object }, "aws_ec2_client_vpn_endpoint.idle"); idle.Interface != nil {
		t.Error("one without association stands somewhere")
	}
}
