package aws

import (
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestRefused(t *testing.T) {
	peering := func(cidr string) attrs {
		return attrs{"route_table_id": ref("aws_route_table.t.id"), "destination_cidr_block": cidr, "vpc_peering_connection_id": "pcx-0123456789abcdef0"}
	}
	appliance := func(cidr string) attrs {
		return attrs{"route_table_id": ref("aws_route_table.t.id"), "destination_cidr_block": cidr, "network_interface_id": "eni-0123456789abcdef0"}
	}
	entry := func(number int, egress bool) attrs {
		return attrs{"network_acl_id": ref("aws_network_acl.a.id"), "rule_number": number, "egress": egress, "rule_action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"}
	}
	instanceIn := func(group string) []*tf.Resource {
		return []*tf.Resource{
			made("aws_vpc.other", attrs{"cidr_block": "10.1.0.0/16"}),
			made("aws_security_group.other", attrs{"vpc_id": ref("aws_vpc.other.id")}),
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref(group)}}),
		}
	}
	table, acl := made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id")}), made("aws_network_acl.a", attrs{"vpc_id": ref("aws_vpc.main.id")})
	tests := []struct {
		name string
		make []*tf.Resource
		want string
	}{
		{"TF-SG-7: a group of its own VPC", instanceIn("aws_security_group.web.id"), ""},
		{"TF-SG-7: a group of another VPC", instanceIn("aws_security_group.other.id"), "aws_security_group.other is a group of aws_vpc.other, and aws_instance.i stands in aws_vpc.main"},
		{"SG-20: which is associated with its VPC", append(instanceIn("aws_security_group.other.id"),
			made("aws_vpc_security_group_vpc_association.a", attrs{"security_group_id": ref("aws_security_group.other.id"), "vpc_id": ref("aws_vpc.main.id")})), ""},
		{"RT-3: a route out of the VPC", []*tf.Resource{table, made("aws_route.r", peering("10.1.0.0/16"))}, ""},
		{"RT-3: a route into the VPC to a peering", []*tf.Resource{table, made("aws_route.r", peering("10.0.2.0/24"))}, "10.0.2.0/24 lies inside aws_vpc.main"},
		{"RT-3: a route for a whole subnet to an appliance", []*tf.Resource{table, made("aws_route.r", appliance("10.0.2.0/24"))}, ""},
		{"RT-3: a route for a part of a subnet", []*tf.Resource{table, made("aws_route.r", appliance("10.0.2.0/25"))}, "10.0.2.0/25 is a part of aws_vpc.main"},
		{"RT-3: which exists", []*tf.Resource{table, existing("aws_route.r", appliance("10.0.2.0/25"))}, ""},
		{"TF-NACL-1: two entries", []*tf.Resource{acl, made("aws_network_acl_rule.a", entry(100, false)), made("aws_network_acl_rule.b", entry(200, false))}, ""},
		{"TF-NACL-1: two lists", []*tf.Resource{acl, made("aws_network_acl_rule.a", entry(100, false)), made("aws_network_acl_rule.b", entry(100, true))}, ""},
		{"TF-NACL-1: two entries with one number", []*tf.Resource{acl, made("aws_network_acl_rule.a", entry(100, false)), made("aws_network_acl_rule.b", entry(100, false))},
			"the inbound list of aws_network_acl.a has two entries with the number 100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := build(append(site(), tt.make...)...)
			var got []string
			for _, r := range n.Refused {
				got = append(got, r.Text)
			}
			if text := strings.Join(got, "; "); tt.want == "" && text != "" || !strings.HasPrefix(text, tt.want) {
				t.Errorf("%q, want %q", text, tt.want)
			}
		})
	}
	// What is refused is not attached.
	n := build(append(site(), instanceIn("aws_security_group.other.id")...)...)
	if got := labels(n.Interfaces[0].Groups, groupObject); got != "" {
		t.Errorf("groups %s", got)
	}
}
