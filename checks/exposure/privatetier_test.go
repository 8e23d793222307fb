package exposure

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// What was inside until the change is told with the line that turns it out.
func TestPrivateTierOfChange(t *testing.T) {
	site := []*tf.Resource{
		Existing("aws_vpc.a", Object{"id": "vpc-1", "cidr_block": "10.0.0.0/16"}),
		Existing("aws_internet_gateway.a", Object{"id": "igw-1", "vpc_id": "vpc-1"}),
		Existing("aws_subnet.private", Object{"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"}),
		Existing("aws_subnet.open", Object{"id": "subnet-2", "vpc_id": "vpc-1", "cidr_block": "10.0.2.0/24", "map_public_ip_on_launch": true}),
		Existing("aws_route_table.open", Object{"id": "rtb-1", "vpc_id": "vpc-1", "route": []any{Object{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}}}),
		Existing("aws_route_table_association.open", Object{"id": "rtbassoc-1", "subnet_id": "subnet-2", "route_table_id": "rtb-1"}),
		Existing("aws_security_group.a", Object{"id": "sg-1", "vpc_id": "vpc-1", "ingress": []any{
			Object{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": []any{"10.0.0.0/16"}}}}),
	}
	host := func(subnet string) *tf.Resource {
		return Existing("aws_instance.app", Object{"id": "i-1", "subnet_id": subnet, "vpc_security_group_ids": []any{"sg-1"}})
	}
	balancer := func(internal bool) *tf.Resource {
		return Existing("aws_lb.api", Object{"id": "lb-1", "arn": "lb-1", "internal": internal, "subnets": []any{"subnet-1", "subnet-2"}, "security_groups": []any{"sg-1"}})
	}
	with := func(more ...*tf.Resource) []*tf.Resource { return append(append([]*tf.Resource{}, site...), more...) }
	address := Existing("aws_eip.app", Object{"id": "eipalloc-1", "instance": "i-1"})

	tests := []struct {
		name          string
		before, after []*tf.Resource
		want          []string
	}{
		{"nothing", with(host("subnet-1"), balancer(true)), with(host("subnet-1"), balancer(true)), nil},
		{"a private host gets an Elastic IP", with(host("subnet-1")), with(host("subnet-1"), address),
			[]string{"medium violation aws_eip.app instance: aws_instance.app in aws_subnet.private, called private, has a public address"}},
		{"a public host gets one", with(host("subnet-2")), with(host("subnet-2"), address), nil},
		{"an internal load balancer turns outward", with(balancer(true)), with(balancer(false)),
			[]string{"medium violation aws_lb.api internal: aws_lb.api, internal until this change, faces the internet, though nobody there can use its listeners today"}},
		{"one that faced it before", with(balancer(false)), with(balancer(false)), nil},
		{"a new one", with(), with(balancer(false)), nil},
		{"a file system in a public subnet", with(), with(Existing("aws_efs_mount_target.m", Object{"id": "fsmt-1", "subnet_id": "subnet-2", "security_groups": []any{"sg-1"}})), nil},
		{"a database in one", with(), with(Existing("aws_db_subnet_group.g", Object{"id": "g", "name": "g", "subnet_ids": []any{"subnet-2"}}),
			Existing("aws_db_instance.d", Object{"id": "d", "db_subnet_group_name": "g", "engine": "mysql", "publicly_accessible": false, "vpc_security_group_ids": []any{"sg-1"}})),
			[]string{"medium violation aws_route_table.open route[0]: aws_route_table.open gives aws_subnet.open, where aws_db_instance.d stands, a route to the internet"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(append([]string{}, tt.want...), Summary(Change(t, PrivateTier, nil, tt.before, tt.after))); diff != "" {
				t.Error(diff)
			}
		})
	}

	t.Run("a host that moves is told by its subnet", func(t *testing.T) {
		want := []string{"medium violation aws_instance.app subnet_id: only one lock is left between the internet and aws_instance.app: no inbound rule admits it"}
		if diff := cmp.Diff(want, Summary(Change(t, OneLock, nil, with(host("subnet-1")), with(host("subnet-2"))))); diff != "" {
			t.Error(diff)
		}
	})
}
