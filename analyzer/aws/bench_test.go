package aws

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// networks are n instances in VPCs of ordinary size, connected from VPC to
// instance, as a large plan has them.
func networks(n int) *tf.Snapshot {
	var all []*tf.Resource
	for i := 0; len(all) < n; i++ {
		vpc := fmt.Sprintf("aws_vpc.v[%d]", i)
		at := func(kind string, k int) string { return fmt.Sprintf("%s.x%d[%d]", kind, i, k) }
		all = append(all, made(vpc, attrs{"cidr_block": "10.0.0.0/16"}),
			made(at("aws_internet_gateway", 0), attrs{"vpc_id": ref(vpc + ".id")}),
			made(at("aws_route_table", 0), attrs{"vpc_id": ref(vpc + ".id"), "route": list{route(attrs{"cidr_block": "0.0.0.0/0", "gateway_id": ref(at("aws_internet_gateway", 0) + ".id")})}}))
		for k := range 6 {
			all = append(all,
				made(at("aws_subnet", k), attrs{"vpc_id": ref(vpc + ".id"), "cidr_block": fmt.Sprintf("10.0.%d.0/24", k)}),
				made(at("aws_route_table_association", k), attrs{"subnet_id": ref(at("aws_subnet", k) + ".id"), "route_table_id": ref(at("aws_route_table", 0) + ".id")}))
		}
		for k := range 10 {
			all = append(all,
				made(at("aws_security_group", k), attrs{"vpc_id": ref(vpc + ".id"), "ingress": list{inline(attrs{"cidr_blocks": list{"0.0.0.0/0"}})}}),
				made(at("aws_vpc_security_group_egress_rule", k), attrs{"security_group_id": ref(at("aws_security_group", k) + ".id"), "ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}))
			for j := range 3 {
				all = append(all, made(at("aws_instance", 3*k+j), attrs{"subnet_id": ref(at("aws_subnet", k%6) + ".id"), "vpc_security_group_ids": list{ref(at("aws_security_group", k) + ".id")}}))
			}
		}
	}
	return tf.NewSnapshot(all)
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		s := networks(n)
		stack := &tf.Stack{Name: "bench", After: s}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Build(Input{Stack: stack, Snapshot: s})
			}
		})
	}
}
