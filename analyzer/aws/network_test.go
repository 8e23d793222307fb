package aws

import (
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var unknown = tf.UnknownValue()

func vpc() *tf.Resource { return made("aws_vpc.main", attrs{"cidr_block": "10.0.0.0/16"}) }

// existingVPC has known ids.
func existingVPC() *tf.Resource {
	return existing("aws_vpc.main", attrs{
		"id": "vpc-0123456789abcdef0", "cidr_block": "10.0.0.0/16", "main_route_table_id": "rtb-0aaaaaaaaaaaaaaa0", "default_route_table_id": "rtb-0aaaaaaaaaaaaaaa0",
		"default_network_acl_id": "acl-0aaaaaaaaaaaaaaa0", "default_security_group_id": "sg-0aaaaaaaaaaaaaaa0",
	})
}

func subnet() *tf.Resource {
	return made("aws_subnet.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.1.0/24"})
}

func group(a attrs) *tf.Resource {
	a["vpc_id"] = ref("aws_vpc.main.id")
	return made("aws_security_group.g", a)
}

func rule(name string, a attrs) *tf.Resource {
	a["security_group_id"] = ref("aws_security_group.g.id")
	return made(name, a)
}

func inline(a attrs) attrs {
	full := attrs{"protocol": "tcp", "from_port": 443, "to_port": 443, "self": false,
		"cidr_blocks": list{}, "ipv6_cidr_blocks": list{}, "prefix_list_ids": list{}, "security_groups": list{}}
	for k, v := range a {
		full[k] = v
	}
	return full
}

func route(a attrs) attrs {
	full := attrs{}
	for _, h := range hops {
		full[h.argument] = ""
	}
	full["cidr_block"], full["ipv6_cidr_block"], full["destination_prefix_list_id"] = "", "", ""
	for k, v := range a {
		full[k] = v
	}
	return full
}

func igw() *tf.Resource {
	return made("aws_internet_gateway.gw", attrs{"vpc_id": ref("aws_vpc.main.id")})
}

func data(address string, a attrs) *tf.Resource {
	r := instance("data."+address, tf.Read, a)
	return r
}

// Each case is one rule of docs/semantics.md: the object with the label reads
// as written.
func TestNetwork(t *testing.T) {
	const existingTable, existingGroup, existingACL = "rtb-0123456789abcdef0", "sg-0123456789abcdef0", "acl-0123456789abcdef0"
	for _, c := range []struct {
		rule      string
		resources []*tf.Resource
		label     string
		want      string
	}{
		// VPCs and their blocks.
		{"VPC-1", []*tf.Resource{vpc()}, "aws_vpc.main", "10.0.0.0/16"},
		{"U-14: an existing VPC may have a gateway", []*tf.Resource{existingVPC()}, "aws_vpc.main", "10.0.0.0/16 may have gateway"},
		{"VPC-5: secondary blocks", []*tf.Resource{vpc(), made("aws_vpc_ipv4_cidr_block_association.x", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "100.64.0.0/16"})},
			"aws_vpc.main", "10.0.0.0/16, 100.64.0.0/16"},
		{"VPC-5: to an uncertain VPC", []*tf.Resource{vpc(), made("aws_vpc.other", attrs{"cidr_block": "10.1.0.0/16"}),
			made("aws_vpc_ipv4_cidr_block_association.x", attrs{"vpc_id": maybe("aws_vpc.main.id", "aws_vpc.other.id"), "cidr_block": "100.64.0.0/16"})},
			"aws_vpc.main", "10.0.0.0/16, ipv4"},
		{"U-9: an Amazon block is symbolic", []*tf.Resource{with(made("aws_vpc.main", attrs{"cidr_block": "10.0.0.0/16", "assign_generated_ipv6_cidr_block": true}), attrs{"ipv6_cidr_block": unknown})},
			"aws_vpc.main", "10.0.0.0/16, ipv6"},
		{"TF-V-1: no IPv6 unless asked for", []*tf.Resource{with(vpc(), attrs{"ipv6_cidr_block": unknown, "assign_generated_ipv6_cidr_block": nil})}, "aws_vpc.main", "10.0.0.0/16"},
		{"IGW-3: a pool may be private", []*tf.Resource{with(made("aws_vpc.main", attrs{"cidr_block": "10.0.0.0/16", "ipv6_ipam_pool_id": "ipam-pool-0123456789abcdef0"}), attrs{"ipv6_cidr_block": unknown})},
			"aws_vpc.main", "10.0.0.0/16, ipv6 private maybe"},
		{"IGW-3: unique local addresses are private", []*tf.Resource{made("aws_vpc.main", attrs{"cidr_block": "10.0.0.0/16", "ipv6_cidr_block": "fd00:1::/56"})},
			"aws_vpc.main", "10.0.0.0/16, fd00:1::/56 private yes"},
		{"VPC-2: the default VPC", []*tf.Resource{made("aws_security_group.g", attrs{})}, "default VPC of eu-west-1",
			"172.31.0.0/16, internet gateway of default VPC of eu-west-1 default may have gateway"},
		{"VPC-2: its subnets are public", []*tf.Resource{made("aws_security_group.g", attrs{})}, "default subnet of default VPC of eu-west-1",
			"172.31.0.0/16 in default VPC of eu-west-1, public yes, table main route table of default VPC of eu-west-1, acl default network ACL of default VPC of eu-west-1"},
		{"U-7: and its routes prove nothing", []*tf.Resource{made("aws_security_group.g", attrs{})}, "main route table of default VPC of eu-west-1",
			"0.0.0.0/0 -> internet_gateway internet gateway of default VPC of eu-west-1 open main"},
		{"TF-V-1: aws_default_vpc", []*tf.Resource{with(made("aws_default_vpc.d", attrs{}), attrs{"cidr_block": unknown})}, "aws_default_vpc.d",
			"172.31.0.0/16, internet gateway of aws_default_vpc.d default may have gateway"},
		{"U-6: data.aws_vpc of the default VPC", []*tf.Resource{data("aws_vpc.d", attrs{"default": true, "id": unknown}), made("aws_subnet.a", attrs{"vpc_id": ref("data.aws_vpc.d.id"), "cidr_block": "172.31.1.0/24"})},
			"aws_subnet.a", "172.31.1.0/24 in default VPC of eu-west-1, public no, table main route table of default VPC of eu-west-1, acl default network ACL of default VPC of eu-west-1"},
		{"U-6: data.aws_vpc of one in the input", []*tf.Resource{existingVPC(), data("aws_vpc.d", attrs{"id": "vpc-0123456789abcdef0", "cidr_block": "10.0.0.0/16"}),
			made("aws_route_table.t", attrs{"vpc_id": ref("data.aws_vpc.d.id")}), data("aws_internet_gateway.x", attrs{"id": "igw-0123456789abcdef0", "filter": list{attrs{"name": "attachment.vpc-id", "values": list{ref("data.aws_vpc.d.id")}}}})},
			"aws_vpc.main", "10.0.0.0/16, data.aws_internet_gateway.x"},
		{"U-13: a VPC by literal id", []*tf.Resource{made("aws_subnet.a", attrs{"vpc_id": "vpc-0fedcba9876543210", "cidr_block": "10.0.1.0/24"})},
			"vpc-0fedcba9876543210 (outside the input)", " outside may have gateway"},

		// Subnets and what applies to them.
		{"RT-1, NACL-1: main table and default ACL", []*tf.Resource{vpc(), subnet()}, "aws_subnet.a",
			"10.0.1.0/24 in aws_vpc.main, public no, table main route table of aws_vpc.main, acl default network ACL of aws_vpc.main"},
		{"TF-V-2: public addresses", []*tf.Resource{vpc(), with(subnet(), attrs{"map_public_ip_on_launch": true})}, "aws_subnet.a",
			"10.0.1.0/24 in aws_vpc.main, public yes, table main route table of aws_vpc.main, acl default network ACL of aws_vpc.main"},
		{"TF-V-2: an IPv6 block", []*tf.Resource{vpc(), made("aws_subnet.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.1.0/24", "ipv6_cidr_block": unknown})}, "aws_subnet.a",
			"10.0.1.0/24 ipv6 in aws_vpc.main, public no, table main route table of aws_vpc.main, acl default network ACL of aws_vpc.main"},
		{"TF-V-2: aws_default_subnet", []*tf.Resource{with(made("aws_default_subnet.d", attrs{"availability_zone": "eu-west-1a"}), attrs{"cidr_block": unknown})}, "aws_default_subnet.d",
			"ipv4 in default VPC of eu-west-1, public yes, table main route table of default VPC of eu-west-1 | assumed, acl default network ACL of default VPC of eu-west-1 | assumed"},
		{"TF-RT-2: an association", []*tf.Resource{vpc(), subnet(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route_table_association.x", attrs{"subnet_id": ref("aws_subnet.a.id"), "route_table_id": ref("aws_route_table.t.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table aws_route_table.t, acl default network ACL of aws_vpc.main"},
		{"U-22: an uncertain association", []*tf.Resource{vpc(), subnet(), made("aws_subnet.b", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.2.0/24"}), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route_table_association.x", attrs{"subnet_id": maybe("aws_subnet.a.id", "aws_subnet.b.id"), "route_table_id": ref("aws_route_table.t.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table main route table of aws_vpc.main | aws_route_table.t, acl default network ACL of aws_vpc.main"},
		{"U-22: as many associations as subnets", []*tf.Resource{vpc(), subnet(), made("aws_subnet.b", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.2.0/24"}), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route_table_association.x[0]", attrs{"subnet_id": maybe("aws_subnet.a.id", "aws_subnet.b.id"), "route_table_id": ref("aws_route_table.t.id")}),
			made("aws_route_table_association.x[1]", attrs{"subnet_id": maybe("aws_subnet.a.id", "aws_subnet.b.id"), "route_table_id": ref("aws_route_table.t.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table aws_route_table.t, acl default network ACL of aws_vpc.main"},
		{"U-14: an existing subnet may be associated elsewhere", []*tf.Resource{existingVPC(), existing("aws_subnet.a", attrs{"id": "subnet-0123456789abcdef0", "vpc_id": "vpc-0123456789abcdef0", "cidr_block": "10.0.1.0/24"})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table main route table of aws_vpc.main | assumed, acl default network ACL of aws_vpc.main | assumed"},
		{"RT-2: another main table", []*tf.Resource{vpc(), subnet(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_main_route_table_association.x", attrs{"vpc_id": ref("aws_vpc.main.id"), "route_table_id": ref("aws_route_table.t.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table aws_route_table.t, acl default network ACL of aws_vpc.main"},
		{"U-13: a subnet by literal id", []*tf.Resource{vpc(), made("aws_nat_gateway.n", attrs{"subnet_id": "subnet-0123456789abcdef0"})}, "subnet-0123456789abcdef0 (outside the input)",
			"ipv4 in ?, public maybe, table ?, acl ?"},
		{"U-6: subnets that a data source lists", []*tf.Resource{vpc(), data("aws_subnets.s", attrs{"ids": list{"subnet-0123456789abcdef0"}, "filter": list{attrs{"name": "vpc-id", "values": list{ref("aws_vpc.main.id")}}}})},
			"subnet-0123456789abcdef0 (outside the input)", "ipv4 in aws_vpc.main, public maybe, table main route table of aws_vpc.main | ?, acl default network ACL of aws_vpc.main | ?"},

		// Route tables.
		{"RT-2: the main table of a new VPC has local routes only", []*tf.Resource{vpc()}, "main route table of aws_vpc.main", " main"},
		{"U-14: that of an existing one may have any", []*tf.Resource{existingVPC()}, "main route table of aws_vpc.main", " open main"},
		{"TF-RT-1: inline routes", []*tf.Resource{vpc(), igw(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id"), "route": list{
			route(attrs{"cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.gw.id")}),
			route(attrs{"cidr_block": "10.0.0.0/16", "gateway_id": "local"}),
			route(attrs{"cidr_block": "192.168.0.0/16", "gateway_id": "vgw-0123456789abcdef0"}),
			route(attrs{"ipv6_cidr_block": "::/0", "egress_only_gateway_id": "eigw-0123456789abcdef0"}),
			route(attrs{"destination_prefix_list_id": "pl-0123456789abcdef0", "transit_gateway_id": "tgw-0123456789abcdef0"}),
		}})}, "aws_route_table.t",
			"0.0.0.0/0 -> internet_gateway aws_internet_gateway.gw; 10.0.0.0/16 -> local local; 192.168.0.0/16 -> vpn_gateway vgw-0123456789abcdef0; " +
				"::/0 -> egress_only_gateway eigw-0123456789abcdef0; pl-0123456789abcdef0 (outside the input) -> transit_gateway tgw-0123456789abcdef0"},
		{"TF-RT-1: gateway_id of a virtual gateway", []*tf.Resource{vpc(), made("aws_vpn_gateway.v", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route.r", attrs{"route_table_id": ref("aws_route_table.t.id"), "destination_cidr_block": "192.168.0.0/16", "gateway_id": ref("aws_vpn_gateway.v.id")})},
			"aws_route_table.t", "192.168.0.0/16 -> vpn_gateway aws_vpn_gateway.v"},
		{"TF-RT-1: unset inline routes are none on create", []*tf.Resource{vpc(), with(made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}), attrs{"route": unknown})}, "aws_route_table.t", ""},
		{"TF-RT-1: computed interfaces of aws_route", []*tf.Resource{vpc(), igw(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			with(made("aws_route.r", attrs{"route_table_id": ref("aws_route_table.t.id"), "destination_cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.gw.id")}), attrs{"instance_id": unknown, "network_interface_id": unknown})},
			"aws_route_table.t", "0.0.0.0/0 -> internet_gateway aws_internet_gateway.gw"},
		{"TF-RT-1: inline and separate routes conflict", []*tf.Resource{vpc(), igw(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id"), "route": list{route(attrs{"cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.gw.id")})}}),
			made("aws_route.r", attrs{"route_table_id": ref("aws_route_table.t.id"), "destination_cidr_block": "192.168.0.0/16", "gateway_id": "vgw-0123456789abcdef0"})},
			"aws_route_table.t", "0.0.0.0/0 -> internet_gateway aws_internet_gateway.gw conflict; 192.168.0.0/16 -> vpn_gateway vgw-0123456789abcdef0 conflict"},
		{"TF-RT-1: an existing table lists separate routes too", []*tf.Resource{existingVPC(),
			with(existing("aws_route_table.t", attrs{"id": existingTable, "vpc_id": "vpc-0123456789abcdef0"}), attrs{"route": list{
				route(attrs{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-0123456789abcdef0"}), route(attrs{"cidr_block": "192.168.0.0/16", "gateway_id": "vgw-0123456789abcdef0"})}}),
			existing("aws_route.r", attrs{"route_table_id": existingTable, "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-0123456789abcdef0"})},
			"aws_route_table.t", "192.168.0.0/16 -> vpn_gateway vgw-0123456789abcdef0; 0.0.0.0/0 -> internet_gateway igw-0123456789abcdef0"},
		{"U-22: a route in an unknown table", []*tf.Resource{vpc(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_route_table.u", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route.r", attrs{"route_table_id": maybe("aws_route_table.t.id", "aws_route_table.u.id"), "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-0123456789abcdef0"})},
			"aws_route_table.t", "0.0.0.0/0 -> internet_gateway igw-0123456789abcdef0 conflict"},
		{"U-22: as many routes as tables", []*tf.Resource{vpc(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_route_table.u", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route.r[0]", attrs{"route_table_id": maybe("aws_route_table.t.id", "aws_route_table.u.id"), "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-0123456789abcdef0"}),
			made("aws_route.r[1]", attrs{"route_table_id": maybe("aws_route_table.t.id", "aws_route_table.u.id"), "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-0123456789abcdef1"})},
			"aws_route_table.t", "0.0.0.0/0 -> nat_gateway nat-0123456789abcdef0 or nat-0123456789abcdef1"},
		{"TF-RT-3: adopting the main table", []*tf.Resource{vpc(), igw(), made("aws_default_route_table.d", attrs{"default_route_table_id": ref("aws_vpc.main.default_route_table_id"),
			"route": list{route(attrs{"cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.gw.id")})}})},
			"aws_default_route_table.d", "0.0.0.0/0 -> internet_gateway aws_internet_gateway.gw main"},
		{"TF-RT-4: propagation", []*tf.Resource{vpc(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_vpn_gateway_route_propagation.p", attrs{"route_table_id": ref("aws_route_table.t.id")})},
			"aws_route_table.t", " propagated"},
		{"TF-RT-6: a route server propagates too", []*tf.Resource{vpc(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_vpc_route_server_propagation.p", attrs{"route_table_id": ref("aws_route_table.t.id")})},
			"aws_route_table.t", " propagated"},
		{"RT-9: an edge association", []*tf.Resource{vpc(), igw(), made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_route_table_association.e", attrs{"route_table_id": ref("aws_route_table.t.id"), "gateway_id": ref("aws_internet_gateway.gw.id")})},
			"aws_route_table.t", " edge"},

		// Gateways.
		{"TF-RT-5: attachment as a resource", []*tf.Resource{vpc(), made("aws_internet_gateway.gw", attrs{}), made("aws_internet_gateway_attachment.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "internet_gateway_id": ref("aws_internet_gateway.gw.id")})},
			"aws_vpc.main", "10.0.0.0/16, aws_internet_gateway.gw"},
		{"TF-V-4: an egress-only gateway", []*tf.Resource{vpc(), made("aws_egress_only_internet_gateway.e", attrs{"vpc_id": ref("aws_vpc.main.id")})},
			"aws_vpc.main", "10.0.0.0/16, aws_egress_only_internet_gateway.e"},
		{"TF-RT-5: attachment to an uncertain VPC", []*tf.Resource{vpc(), made("aws_vpc.other", attrs{"cidr_block": "10.1.0.0/16"}), made("aws_internet_gateway.gw", attrs{"vpc_id": maybe("aws_vpc.main.id", "aws_vpc.other.id")})},
			"aws_vpc.main", "10.0.0.0/16 may have gateway"},
		{"NAT-3, TF-V-3: public by default", []*tf.Resource{vpc(), subnet(), made("aws_nat_gateway.n", attrs{"subnet_id": ref("aws_subnet.a.id")})}, "aws_nat_gateway.n", "in aws_subnet.a, public yes"},
		{"NAT-3, TF-V-3: private", []*tf.Resource{vpc(), subnet(), made("aws_nat_gateway.n", attrs{"subnet_id": ref("aws_subnet.a.id"), "connectivity_type": "private"})}, "aws_nat_gateway.n", "in aws_subnet.a, public no"},

		// Network ACLs.
		{"NACL-2: the default ACL of a new VPC", []*tf.Resource{vpc()}, "default network ACL of aws_vpc.main",
			"in 100 allow=yes -1 null-null 0.0.0.0/0; in 101 allow=yes -1 null-null ::/0; out 100 allow=yes -1 null-null 0.0.0.0/0; out 101 allow=yes -1 null-null ::/0 implicit"},
		{"NACL-3: no entries deny everything", []*tf.Resource{vpc(), with(made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id")}), attrs{"ingress": unknown, "egress": unknown})}, "aws_network_acl.a", ""},
		{"TF-NACL-3: an adopted ACL denies everything", []*tf.Resource{vpc(), with(made("aws_default_network_acl.d", attrs{"default_network_acl_id": ref("aws_vpc.main.default_network_acl_id")}), attrs{"ingress": list{}, "egress": list{}})}, "aws_default_network_acl.d", ""},
		{"TF-NACL-2, NACL-7: entries as the API takes them", []*tf.Resource{vpc(), with(made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id")}), attrs{"ingress": unknown, "egress": unknown}),
			made("aws_network_acl_rule.b", attrs{"network_acl_id": ref("aws_network_acl.a.id"), "rule_number": 200, "rule_action": "Allow", "protocol": "icmp", "cidr_block": "10.1.2.3/8"}),
			made("aws_network_acl_rule.a", attrs{"network_acl_id": ref("aws_network_acl.a.id"), "rule_number": 100, "rule_action": "deny", "protocol": "6", "cidr_block": "0.0.0.0/0", "from_port": 22, "to_port": 22}),
			made("aws_network_acl_rule.c", attrs{"network_acl_id": ref("aws_network_acl.a.id"), "egress": true, "rule_number": 100, "rule_action": "allow", "protocol": "ALL", "ipv6_cidr_block": "::/0"}),
		}, "aws_network_acl.a", "in 100 allow=no 6 22-22 0.0.0.0/0; in 200 allow=yes 1 type 0/0 10.0.0.0/8; out 100 allow=yes -1 0-0 ::/0"},
		{"TF-NACL-1: inline and separate entries conflict", []*tf.Resource{vpc(), made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "ingress": list{attrs{"rule_no": 100, "action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"}}}),
			made("aws_network_acl_rule.b", attrs{"network_acl_id": ref("aws_network_acl.a.id"), "rule_number": 50, "rule_action": "deny", "protocol": "tcp", "cidr_block": "0.0.0.0/0"})},
			"aws_network_acl.a", "in 50 allow=no 6 0-0 0.0.0.0/0 conflict; in 100 allow=yes -1 0-0 0.0.0.0/0 conflict"},
		{"TF-NACL-1: entries of an existing ACL", []*tf.Resource{existingVPC(), with(existing("aws_network_acl.a", attrs{"id": existingACL, "vpc_id": "vpc-0123456789abcdef0"}), attrs{"ingress": list{
			attrs{"rule_no": 50, "action": "deny", "protocol": "6", "cidr_block": "0.0.0.0/0"}, attrs{"rule_no": 100, "action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"}}}),
			existing("aws_network_acl_rule.b", attrs{"network_acl_id": existingACL, "rule_number": 50, "rule_action": "deny", "protocol": "tcp", "cidr_block": "0.0.0.0/0"})},
			"aws_network_acl.a", "in 50 allow=no 6 0-0 0.0.0.0/0; in 100 allow=yes -1 0-0 0.0.0.0/0"},
		{"NACL-2: an entry added to the default ACL", []*tf.Resource{vpc(), made("aws_network_acl_rule.b", attrs{"network_acl_id": ref("aws_vpc.main.default_network_acl_id"), "rule_number": 50, "rule_action": "deny", "protocol": "tcp", "cidr_block": "0.0.0.0/0"})},
			"default network ACL of aws_vpc.main",
			"in 50 allow=no 6 0-0 0.0.0.0/0; in 100 allow=yes -1 null-null 0.0.0.0/0; in 101 allow=yes -1 null-null ::/0; out 100 allow=yes -1 null-null 0.0.0.0/0; out 101 allow=yes -1 null-null ::/0"},
		{"U-24: an unknown protocol name", []*tf.Resource{vpc(), made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "ingress": list{attrs{"rule_no": 100, "action": "allow", "protocol": "smurf", "cidr_block": "nonsense"}}})},
			"aws_network_acl.a", "in 100 allow=yes unknown 0-0 unknown"},
		{"NACL-1: subnets of an ACL", []*tf.Resource{vpc(), subnet(), made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "subnet_ids": list{ref("aws_subnet.a.id")}})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table main route table of aws_vpc.main, acl aws_network_acl.a"},
		{"NACL-1: an association resource", []*tf.Resource{vpc(), subnet(), made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_network_acl_association.x", attrs{"subnet_id": ref("aws_subnet.a.id"), "network_acl_id": ref("aws_network_acl.a.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table main route table of aws_vpc.main, acl aws_network_acl.a"},
		{"TF-NACL-1: two ACLs for one subnet", []*tf.Resource{vpc(), subnet(), made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "subnet_ids": list{ref("aws_subnet.a.id")}}),
			made("aws_network_acl.b", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_network_acl_association.x", attrs{"subnet_id": ref("aws_subnet.a.id"), "network_acl_id": ref("aws_network_acl.b.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table main route table of aws_vpc.main, acl aws_network_acl.a | aws_network_acl.b"},
		{"TF-NACL-1: a new association replaces what a state lists", []*tf.Resource{vpc(), subnet(), with(existing("aws_network_acl.a", attrs{"vpc_id": "vpc-0123456789abcdef0"}), attrs{"subnet_ids": list{ref("aws_subnet.a.id")}}),
			made("aws_network_acl.b", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_network_acl_association.x", attrs{"subnet_id": ref("aws_subnet.a.id"), "network_acl_id": ref("aws_network_acl.b.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table main route table of aws_vpc.main, acl aws_network_acl.b"},
		{"TF-RT-2: two main tables of one VPC", []*tf.Resource{vpc(), subnet(), made("aws_route_table.a", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_route_table.b", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_main_route_table_association.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "route_table_id": ref("aws_route_table.a.id")}),
			made("aws_main_route_table_association.b", attrs{"vpc_id": ref("aws_vpc.main.id"), "route_table_id": ref("aws_route_table.b.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table aws_route_table.a | aws_route_table.b, acl default network ACL of aws_vpc.main"},
		{"TF-RT-2: two tables for one subnet, of which AWS takes the first", []*tf.Resource{vpc(), subnet(), made("aws_route_table.a", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_route_table.b", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route_table_association.a", attrs{"subnet_id": ref("aws_subnet.a.id"), "route_table_id": ref("aws_route_table.a.id")}),
			made("aws_route_table_association.b", attrs{"subnet_id": ref("aws_subnet.a.id"), "route_table_id": ref("aws_route_table.b.id")})},
			"aws_subnet.a", "10.0.1.0/24 in aws_vpc.main, public no, table aws_route_table.a | aws_route_table.b, acl default network ACL of aws_vpc.main"},

		// Security groups.
		{"SG-5: the default group", []*tf.Resource{vpc()}, "default security group of aws_vpc.main", "in -1 self; out -1 0.0.0.0/0 ::/0 default"},
		{"TF-SG-8: adopting it removes its rules", []*tf.Resource{vpc(), with(made("aws_default_security_group.d", attrs{"vpc_id": ref("aws_vpc.main.id")}), attrs{"ingress": unknown, "egress": unknown})}, "aws_default_security_group.d", " default"},
		{"TF-SG-1, TF-SG-2: unset rules are none on create", []*tf.Resource{vpc(), with(group(attrs{}), attrs{"ingress": unknown, "egress": unknown})}, "aws_security_group.g", ""},
		{"SG-6, TF-SG-4: one block is the union of its peers", []*tf.Resource{vpc(), group(attrs{"ingress": list{
			inline(attrs{"cidr_blocks": list{"10.0.0.0/8", "192.0.2.1"}, "ipv6_cidr_blocks": list{"::/0"}, "self": true, "security_groups": list{ref("aws_vpc.main.default_security_group_id")}, "prefix_list_ids": list{"pl-0123456789abcdef0"}})}})},
			"aws_security_group.g", "in tcp 443-443 10.0.0.0/8 192.0.2.1/32 ::/0 pl-0123456789abcdef0 (outside the input) default security group of aws_vpc.main self by aws_security_group.g.ingress[0]"},
		{"TF-SG-4: a block without peers matches nothing", []*tf.Resource{vpc(), group(attrs{"ingress": list{inline(attrs{})}})}, "aws_security_group.g", ""},
		{"TF-SG-2: a dynamic block over an unknown collection", []*tf.Resource{vpc(), group(attrs{"ingress": list{attrs{"protocol": unknown, "from_port": unknown, "to_port": unknown, "cidr_blocks": unknown, "ipv6_cidr_blocks": unknown, "security_groups": unknown, "prefix_list_ids": unknown, "self": unknown}}})},
			"aws_security_group.g", "in unknown unknown-unknown self? any maybe by aws_security_group.g.ingress[0]"},
		{"U-11: an unknown CIDR is as wide as its family", []*tf.Resource{vpc(), group(attrs{"ingress": list{inline(attrs{"cidr_blocks": list{unknown}})}})},
			"aws_security_group.g", "in tcp 443-443 unknown:0.0.0.0/0 by aws_security_group.g.ingress[0]"},
		{"TF-SG-5: aws_security_group_rule", []*tf.Resource{vpc(), group(attrs{}),
			with(rule("aws_security_group_rule.a", attrs{"type": "ingress", "protocol": "6", "from_port": 22, "to_port": 22, "cidr_blocks": list{"0.0.0.0/0"}}), attrs{"source_security_group_id": unknown}),
			rule("aws_security_group_rule.b", attrs{"type": "egress", "protocol": "-1", "source_security_group_id": ref("aws_security_group.g.id")}),
			with(rule("aws_security_group_rule.c", attrs{"type": "ingress", "protocol": "udp", "from_port": 53, "to_port": 53, "self": true}), attrs{"source_security_group_id": unknown})},
			"aws_security_group.g", "in 6 22-22 0.0.0.0/0 by aws_security_group_rule.a; in udp 53-53 self by aws_security_group_rule.c; out -1 aws_security_group.g by aws_security_group_rule.b"},
		{"SG-6, TF-SG-6: single rules", []*tf.Resource{vpc(), group(attrs{}),
			rule("aws_vpc_security_group_ingress_rule.a", attrs{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv6": "::/0"}),
			rule("aws_vpc_security_group_ingress_rule.b", attrs{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "referenced_security_group_id": "123456789012/sg-0bbbbbbbbbbbbbbb0"}),
			rule("aws_vpc_security_group_egress_rule.c", attrs{"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"})},
			"aws_security_group.g", "in tcp 22-22 ::/0 by aws_vpc_security_group_ingress_rule.a; in tcp 22-22 sg-0bbbbbbbbbbbbbbb0 (outside the input) by aws_vpc_security_group_ingress_rule.b; " +
				"out -1 0.0.0.0/0 by aws_vpc_security_group_egress_rule.c"},
		{"U-1: a rule of one of two groups", []*tf.Resource{vpc(), group(attrs{}), made("aws_security_group.h", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_security_group_rule.a", attrs{"security_group_id": maybe("aws_security_group.g.id", "aws_security_group.h.id"), "type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": list{"0.0.0.0/0"}})},
			"aws_security_group.h", "in tcp 22-22 0.0.0.0/0 maybe by aws_security_group_rule.a"},
		{"TF-SG-3: inline and separate rules delete each other", []*tf.Resource{vpc(), group(attrs{"ingress": list{inline(attrs{"cidr_blocks": list{"10.0.0.0/8"}})}}),
			rule("aws_vpc_security_group_ingress_rule.a", attrs{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0"})},
			"aws_security_group.g", "in tcp 443-443 10.0.0.0/8 conflict by aws_security_group.g.ingress[0]; in tcp 22-22 0.0.0.0/0 maybe conflict by aws_vpc_security_group_ingress_rule.a conflicts"},
		{"TF-SG-3: but not those of the other direction", []*tf.Resource{vpc(), with(group(attrs{"egress": list{inline(attrs{"cidr_blocks": list{"10.0.0.0/8"}})}}), attrs{"ingress": unknown}),
			rule("aws_vpc_security_group_ingress_rule.a", attrs{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0"})},
			"aws_security_group.g", "in tcp 22-22 0.0.0.0/0 by aws_vpc_security_group_ingress_rule.a; out tcp 443-443 10.0.0.0/8 by aws_security_group.g.egress[0]"},
		{"TF-SG-3: an existing group lists separate rules too", []*tf.Resource{existingVPC(),
			with(existing("aws_security_group.g", attrs{"id": existingGroup, "vpc_id": "vpc-0123456789abcdef0"}), attrs{"ingress": list{
				inline(attrs{"from_port": 22, "to_port": 22, "cidr_blocks": list{"0.0.0.0/0", "10.0.0.0/8"}, "security_groups": list{"sg-0aaaaaaaaaaaaaaa0"}, "self": true})}, "egress": list{}}),
			existing("aws_security_group_rule.a", attrs{"security_group_id": existingGroup, "type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": list{"0.0.0.0/0"}, "self": false}),
			existing("aws_vpc_security_group_ingress_rule.b", attrs{"security_group_id": existingGroup, "ip_protocol": "tcp", "from_port": 22, "to_port": 22, "referenced_security_group_id": existingGroup})},
			"aws_security_group.g", "in tcp 22-22 10.0.0.0/8 default security group of aws_vpc.main by aws_security_group.g.ingress[0]; in tcp 22-22 0.0.0.0/0 by aws_security_group_rule.a; " +
				"in tcp 22-22 aws_security_group.g by aws_vpc_security_group_ingress_rule.b"},
		{"SG-10: a group by literal id", []*tf.Resource{vpc(), group(attrs{"ingress": list{inline(attrs{"security_groups": list{"sg-0bbbbbbbbbbbbbbb0"}})}})}, "sg-0bbbbbbbbbbbbbbb0 (outside the input)", " open"},
		{"U-6: data.aws_security_group", []*tf.Resource{vpc(), data("aws_security_group.d", attrs{"id": "sg-0bbbbbbbbbbbbbbb0", "vpc_id": ref("aws_vpc.main.id")})}, "data.aws_security_group.d", " open"},

		// Prefix lists.
		{"SG-16, TF-L-5: entries inline and beside", []*tf.Resource{made("aws_ec2_managed_prefix_list.l", attrs{"entry": list{attrs{"cidr": "10.0.0.0/8"}}}), made("aws_ec2_managed_prefix_list_entry.e", attrs{"prefix_list_id": ref("aws_ec2_managed_prefix_list.l.id"), "cidr": "192.0.2.7/24"})},
			"aws_ec2_managed_prefix_list.l", "10.0.0.0/8 192.0.2.0/24"},
		{"U-5: a list of AWS by name", []*tf.Resource{data("aws_ec2_managed_prefix_list.cf", attrs{"name": "com.amazonaws.global.cloudfront.origin-facing", "id": unknown, "entries": unknown})}, "data.aws_ec2_managed_prefix_list.cf", "open aws"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if got := text(build(c.resources...), c.label); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.label, got, c.want)
			}
		})
	}
}

// What the plan deletes is not there afterwards, although the object that it
// belonged to still lists it (TF-SG-3, TF-RT-1): before and after are two networks
// (U-16).
func TestDeletedSeparateRules(t *testing.T) {
	const id = "sg-0123456789abcdef0"
	g := with(existing("aws_security_group.g", attrs{"id": id, "vpc_id": "vpc-0123456789abcdef0"}), attrs{
		"ingress": list{inline(attrs{"cidr_blocks": list{"0.0.0.0/0"}})}, "egress": list{}})
	table := with(existing("aws_route_table.t", attrs{"id": "rtb-0123456789abcdef0", "vpc_id": "vpc-0123456789abcdef0"}), attrs{
		"route": list{route(attrs{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-0123456789abcdef0"})}})
	open := instance("aws_security_group_rule.open", tf.Delete, attrs{"security_group_id": id, "type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": list{"0.0.0.0/0"}})
	out := instance("aws_route.out", tf.Delete, attrs{"route_table_id": "rtb-0123456789abcdef0", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-0123456789abcdef0"})
	stack := &tf.Stack{
		Before: tf.NewSnapshot([]*tf.Resource{existingVPC(), g, table, open, out}),
		After:  tf.NewSnapshot([]*tf.Resource{existingVPC(), g, table}),
	}
	before, after := Build(Input{Stack: stack, Snapshot: stack.Before}), Build(Input{Stack: stack, Snapshot: stack.After})
	for label, want := range map[string][2]string{
		"aws_security_group.g": {"in tcp 443-443 0.0.0.0/0 by aws_security_group_rule.open", ""},
		"aws_route_table.t":    {"0.0.0.0/0 -> internet_gateway igw-0123456789abcdef0", ""},
	} {
		if got := text(before, label); got != want[0] {
			t.Errorf("before: %s is %q, want %q", label, got, want[0])
		}
		if got := text(after, label); got != want[1] {
			t.Errorf("after: %s is %q, want %q", label, got, want[1])
		}
	}
}

// Stacks meet through ids and ARNs, not through addresses (CONTRACT, Stacks).
func TestSeveralStacks(t *testing.T) {
	one := &tf.Stack{Name: "network", After: tf.NewSnapshot([]*tf.Resource{existingVPC()})}
	two := &tf.Stack{Name: "app", After: tf.NewSnapshot([]*tf.Resource{
		made("aws_vpc.main", attrs{"cidr_block": "10.9.0.0/16"}),
		made("aws_subnet.a", attrs{"vpc_id": "vpc-0123456789abcdef0", "cidr_block": "10.0.1.0/24"}),
		made("aws_subnet.b", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.9.1.0/24"}),
	})}
	n := Build(Input{Stack: one, Snapshot: one.After}, Input{Stack: two, Snapshot: two.After})
	for label, want := range map[string]string{"aws_subnet.a": "10.0.0.0/16", "aws_subnet.b": "10.9.0.0/16"} {
		s := find(t, n.Subnets, subnetObject, label)
		if v, ok := s.VPC.One(); !ok || blockText(v.CIDRs[0]) != want {
			t.Errorf("%s is in %s, want the VPC with %s", label, linkText(s.VPC), want)
		}
	}
}

// What is assumed of a default VPC is said where something stands in it, and
// of one that is managed for the rest only (VPC-2, U-7).
func TestDefaultVPCAssumption(t *testing.T) {
	managed := made("aws_default_vpc.d", attrs{})
	host := made("aws_instance.i", attrs{"subnet_id": ref("aws_default_subnet.s.id")})
	subnet := made("aws_default_subnet.s", attrs{"availability_zone": "eu-west-1a"})
	for _, tt := range []struct {
		name      string
		resources []*tf.Resource
		want      string
	}{
		{"nothing there", []*tf.Resource{managed, subnet}, ""},
		{"a host in a managed one", []*tf.Resource{managed, subnet, host}, "what the input does not manage of aws_default_vpc.d is as AWS made it"},
		{"a host in one that is not", []*tf.Resource{subnet, host}, "the default VPC of eu-west-1 is as AWS made it"},
	} {
		var texts []string
		for _, a := range build(tt.resources...).Assumptions {
			if strings.HasPrefix(a.ID, "default-vpc:") {
				text, _, _ := strings.Cut(a.Text, ":")
				texts = append(texts, text)
			}
		}
		if got := strings.Join(texts, "; "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The default VPC is one an account and Region.
func TestScopes(t *testing.T) {
	west := made("aws_security_group.w", attrs{})
	west.Provider, west.Region = "aws.west", tf.KnownVal("us-west-2")
	n := build(made("aws_security_group.g", attrs{}), made("aws_security_group.h", attrs{}), west)
	var names []string
	for _, v := range n.VPCs {
		names = append(names, v.Label)
	}
	if len(names) != 2 || names[0] != "default VPC of eu-west-1" || names[1] != "default VPC of us-west-2" {
		t.Errorf("got %q", names)
	}
}

// What names no Region stands where all else of its provider does, if that is
// one Region.
func TestScopeWithoutRegion(t *testing.T) {
	lost := data("aws_subnet_ids.d", attrs{"vpc_id": "vpc-0123456789abcdef0", "ids": list{"subnet-0123456789abcdef0"}})
	lost.Region = tf.UnknownVal[string]()
	here := made("aws_instance.i", attrs{"subnet_id": "subnet-0123456789abcdef0"})
	other := made("aws_instance.j", attrs{"region": "us-west-2"})
	for _, c := range []struct {
		resources []*tf.Resource
		want      string
	}{
		{[]*tf.Resource{lost, here}, "aws/eu-west-1"},
		{[]*tf.Resource{lost, here, other}, "aws/"},
	} {
		b := newBuilder([]Input{{Snapshot: tf.NewSnapshot(c.resources)}})
		if got := b.scope(lost); got != c.want {
			t.Errorf("the data source is in %s, want %s", got, c.want)
		}
	}
}

// Components that nobody follows are named with the VPCs they touch, and Block
// Public Access with what it exempts (IGW-8, TF-V-6).
func TestBoundaries(t *testing.T) {
	n := build(vpc(), made("aws_vpclattice_resource_gateway.g", attrs{"vpc_id": ref("aws_vpc.main.id")}),
		made("aws_vpc_block_public_access_options.o", attrs{"internet_gateway_block_mode": "block-ingress"}),
		made("aws_vpc_block_public_access_exclusion.e", attrs{"vpc_id": ref("aws_vpc.main.id"), "internet_gateway_exclusion_mode": "allow-egress"}))
	if len(n.Boundaries) != 1 || n.Boundaries[0].Kind != "VPC Lattice" || len(n.Boundaries[0].VPCs) != 1 {
		t.Errorf("boundaries are %+v", n.Boundaries)
	}
	bpa := n.BlockPublicAccess
	if bpa == nil || valText(bpa.Mode) != "block-ingress" || len(bpa.Exclusions) != 1 || linkText(bpa.Exclusions[0].VPC) != "aws_vpc.main" {
		t.Errorf("block public access is %+v", bpa)
	}
}

// U-24: what is beyond anything that AWS takes is not followed, and not taken
// to be empty either.
func TestBeyondQuotas(t *testing.T) {
	var entries, rules list
	for n := range mostEntries + 1 {
		entries = append(entries, attrs{"rule_no": n + 1, "action": "allow", "protocol": "tcp", "from_port": n, "to_port": n, "cidr_block": "0.0.0.0/0"})
	}
	for n := range mostAtoms + 1 {
		rules = append(rules, attrs{"protocol": "tcp", "from_port": n, "to_port": n, "cidr_blocks": list{"10.0.0.0/8"}})
	}
	net := build(
		made("aws_network_acl.a", attrs{"ingress": entries}),
		made("aws_security_group.g", attrs{"ingress": rules}))
	for _, a := range net.ACLs {
		if a.Label == "aws_network_acl.a" && (!a.Open || len(a.Ingress) != 0) {
			t.Errorf("ACL open %t with %d entries", a.Open, len(a.Ingress))
		}
	}
	for _, g := range net.SecurityGroups {
		if g.Label == "aws_security_group.g" && (!g.Open || len(g.Ingress) != 0) {
			t.Errorf("group open %t with %d rules", g.Open, len(g.Ingress))
		}
	}
}

// SG-4: a group that Terraform makes has the rules that are written and not the
// one that AWS gives to new groups; of one that is only mentioned nobody knows.
func TestRulesOfNewGroups(t *testing.T) {
	n := build(
		made("aws_vpc.main", attrs{"cidr_block": "10.0.0.0/16"}),
		with(made("aws_security_group.new", attrs{"vpc_id": ref("aws_vpc.main.id")}), attrs{"ingress": tf.UnknownValue(), "egress": tf.UnknownValue()}),
		made("aws_subnet.a", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.1.0/24"}),
		made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.a.id"), "vpc_security_group_ids": list{"sg-0123456789abcdef0"}}),
	)
	if g := find(t, n.SecurityGroups, groupObject, "aws_security_group.new"); g.Open || len(g.Ingress)+len(g.Egress) > 0 {
		t.Errorf("a new group: open %t, %d and %d rules", g.Open, len(g.Ingress), len(g.Egress))
	}
	if g := find(t, n.SecurityGroups, groupObject, "sg-0123456789abcdef0 (outside the input)"); !g.Open || len(g.Ingress)+len(g.Egress) > 0 {
		t.Errorf("a group that is only mentioned: open %t, %d and %d rules", g.Open, len(g.Ingress), len(g.Egress))
	}
}

// RT-6: a route whose target the change takes away stays as a blackhole; one that
// the input never had is outside.
func TestTargetsGone(t *testing.T) {
	table := existing("aws_route_table.t", attrs{"id": "rtb-0123456789abcdef0", "vpc_id": "vpc-0123456789abcdef0"})
	routes := []*tf.Resource{
		existing("aws_route.old", attrs{"route_table_id": "rtb-0123456789abcdef0", "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-0123456789abcdef0"}),
		existing("aws_route.igw", attrs{"route_table_id": "rtb-0123456789abcdef0", "destination_cidr_block": "10.7.0.0/16", "gateway_id": "igw-0123456789abcdef0"}),
		existing("aws_route.kept", attrs{"route_table_id": "rtb-0123456789abcdef0", "destination_cidr_block": "10.8.0.0/16", "nat_gateway_id": "nat-0123456789abcdef1"}),
		existing("aws_route.foreign", attrs{"route_table_id": "rtb-0123456789abcdef0", "destination_cidr_block": "10.9.0.0/16", "nat_gateway_id": "nat-0123456789abcdef2"}),
	}
	kept := existing("aws_nat_gateway.kept", attrs{"id": "nat-0123456789abcdef1"})
	old := []*tf.Resource{
		instance("aws_nat_gateway.old", tf.Delete, attrs{"id": "nat-0123456789abcdef0"}),
		instance("aws_internet_gateway.old", tf.Delete, attrs{"id": "igw-0123456789abcdef0"}),
	}
	now := append([]*tf.Resource{existingVPC(), table, kept}, routes...)
	stack := &tf.Stack{Before: tf.NewSnapshot(append(old, now...)), After: tf.NewSnapshot(now)}
	for _, snapshot := range []*tf.Snapshot{stack.Before, stack.After} {
		n := Build(Input{Stack: stack, Snapshot: snapshot})
		var got []string
		for _, r := range find(t, n.RouteTables, func(t *RouteTable) Object { return t.Object }, "aws_route_table.t").Routes {
			if r.Target.Gone {
				got = append(got, string(r.Target.Kind)+" "+r.Target.Label)
			}
		}
		slices.Sort(got)
		want := ""
		if snapshot == stack.After {
			want = "internet_gateway aws_internet_gateway.old, nat_gateway aws_nat_gateway.old"
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("gone are %q, want %q", got, want)
		}
	}
}

// A plan alone loses the attribute of a reference behind an index (U-3): what a
// VPC brings along may be meant, and so may that of any VPC where nothing is known.
func TestLostAttributes(t *testing.T) {
	for name, table := range map[string]tf.Value{
		"of the VPC":      tf.UnknownValue(tf.Symbol{Address: "aws_vpc.main", Attribute: "id"}),
		"of nobody knows": tf.UnknownValue(),
	} {
		n := build(
			made("aws_vpc.main", attrs{"cidr_block": "10.0.0.0/16"}), made("aws_vpc.other", attrs{"cidr_block": "10.1.0.0/16"}),
			made("aws_internet_gateway.g", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_route.r", attrs{"route_table_id": table, "destination_cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.g.id")}),
		)
		main := n.VPCs[0].MainRouteTable
		if len(main.Routes) != 1 || name != "of the VPC" && !main.Routes[0].Conflict {
			t.Errorf("%s: the main table of %s has the routes %+v, want one, perhaps", name, n.VPCs[0].Label, main.Routes)
		}
	}
}
