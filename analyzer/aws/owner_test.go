package aws

import (
	"fmt"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestOwners: whose a range is that nobody knows yet: a part of the IPv6 block of
// a VPC (U-9), the address of a host (U-10), that of an Elastic IP (IGW-7).
func TestOwners(t *testing.T) {
	for attribute, want := range map[string]string{
		"aws_vpc.six.ipv6_cidr_block":            "aws_vpc.six 0/0",
		"aws_vpc.six.ipv6_cidr_block/8/3":        "aws_vpc.six 8/3",
		"aws_vpc.six.ipv6_cidr_block/4/1/4/2":    "aws_vpc.six 8/18",
		"aws_vpc.six.ipv6_cidr_block/4/16":       "",
		"aws_vpc.six.ipv6_cidr_block/65/1":       "",
		"aws_vpc.other.ipv6_cidr_block":          "", // it has two
		"aws_vpc.six.id":                         "",
		"aws_eip.host.public_ip/32":              "aws_instance.i, public, one",
		"aws_eip.host.public_ip":                 "",
		"aws_eip.nat.public_ip/32":               "aws_nat_gateway.n, public, one",
		"aws_eip.more.public_ip/32":              "aws_nat_gateway.two, public",
		"aws_eip.loose.public_ip/32":             "nobody, public",
		"aws_nat_gateway.n.public_ip/32":         "aws_nat_gateway.n, public, one",
		"aws_instance.i.private_ip/32":           "aws_instance.i, one",
		"aws_instance.several.private_ip/32":     "aws_instance.several",
		"aws_network_interface.n.private_ip/32":  "aws_network_interface.n, one",
		"aws_network_interface.n2.private_ip/32": "aws_network_interface.n2",
	} {
		n := build(append(site(),
			made("aws_vpc.six", attrs{"cidr_block": "10.0.0.0/16", "assign_generated_ipv6_cidr_block": true}),
			made("aws_vpc.other", attrs{"cidr_block": "10.1.0.0/16", "assign_generated_ipv6_cidr_block": true}),
			made("aws_vpc_ipv6_cidr_block_association.a", attrs{"vpc_id": ref("aws_vpc.other.id"), "ipv6_cidr_block": tf.UnknownValue()}),
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.public.id")}),
			made("aws_instance.several", attrs{"subnet_id": ref("aws_subnet.public.id"), "secondary_private_ips": list{"10.0.1.9"}}),
			made("aws_instance.inside", attrs{"subnet_id": ref("aws_subnet.private.id")}),
			made("aws_network_interface.n", attrs{"subnet_id": ref("aws_subnet.public.id")}),
			made("aws_network_interface.n2", attrs{"subnet_id": ref("aws_subnet.public.id"), "private_ips_count": 1}),
			made("aws_eip.host", attrs{"instance": ref("aws_instance.i.id")}),
			made("aws_eip.nat", nil), made("aws_eip.more", nil), made("aws_eip.loose", nil),
			made("aws_nat_gateway.n", attrs{"subnet_id": ref("aws_subnet.public.id"), "allocation_id": ref("aws_eip.nat.id")}),
			made("aws_nat_gateway.two", attrs{"subnet_id": ref("aws_subnet.public.id"), "allocation_id": ref("aws_eip.more.id"), "secondary_allocation_ids": list{ref("aws_eip.loose.id")}}),
			made("aws_security_group.x", attrs{"vpc_id": ref("aws_vpc.six.id"), "ingress": list{attrs{
				"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": list{ref(attribute)}}}}),
		)...)
		got := ""
		group := find(t, n.SecurityGroups, groupObject, "aws_security_group.x")
		switch o := group.Ingress[0].CIDRs[0].Owner; {
		case o == nil:
		case o.VPC != nil:
			got = fmt.Sprintf("%s %d/%d", o.VPC.Label, o.Bits, o.Number)
		case o.NAT == nil && o.Interface == nil:
			got = "nobody" + marks(o.Public, o.Held)
		case o.Public && !o.Held:
			got = "perhaps"
		case o.NAT != nil:
			got = o.NAT.Label + marks(o.Public, o.NAT.OneAddress)
		default:
			got = o.Interface.Label + marks(o.Public, o.Interface.OneAddress)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", attribute, got, want)
		}
	}
}

func marks(public, one bool) (out string) {
	if public {
		out = ", public"
	}
	if one {
		out += ", one"
	}
	return out
}

// A part of a block holds the parts of it, and may hold a range that it is a part
// of (U-9).
func TestParts(t *testing.T) {
	v := &VPC{}
	for _, tt := range []struct {
		whole, part Owner
		want        tf.Tri
	}{
		{Owner{VPC: v}, Owner{VPC: v, Bits: 8, Number: 7}, tf.Yes},
		{Owner{VPC: v, Bits: 7, Number: 3}, Owner{VPC: v, Bits: 8, Number: 7}, tf.Yes},
		{Owner{VPC: v, Bits: 7, Number: 2}, Owner{VPC: v, Bits: 8, Number: 7}, tf.No},
		{Owner{VPC: v, Bits: 8, Number: 7}, Owner{VPC: v, Bits: 7, Number: 3}, tf.Maybe},
		{Owner{VPC: v, Bits: 8, Number: 7}, Owner{VPC: v, Bits: 7, Number: 4}, tf.No},
		{Owner{VPC: v, Bits: 8, Number: 7}, Owner{VPC: v, Bits: 8, Number: 7}, tf.Yes},
		{Owner{VPC: v}, Owner{VPC: &VPC{}}, tf.No},
	} {
		if got := tt.whole.Holds(&tt.part); got != tt.want {
			t.Errorf("%d/%d holds %d/%d: %s, want %s", tt.whole.Bits, tt.whole.Number, tt.part.Bits, tt.part.Number, got, tt.want)
		}
	}
}
