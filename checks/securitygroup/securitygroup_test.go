package securitygroup

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestOverwrite(t *testing.T) {
	block := []any{Object{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": []any{"10.0.0.0/8"}, "self": false}}
	group := func(name string) *tf.Resource {
		return New("aws_security_group."+name, Object{"ingress": block, "vpc_id": ID("aws_vpc.a")})
	}
	rule := func(id tf.Value) *tf.Resource {
		return New("aws_security_group_rule.r", Object{"security_group_id": id, "type": "ingress", "protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": []any{"10.0.0.0/8"}})
	}
	vpc := New("aws_vpc.a", Object{"cidr_block": "10.0.0.0/16"})
	either := tf.UnknownValue(tf.Symbol{Address: "aws_security_group.a", Attribute: "id"}, tf.Symbol{Address: "aws_security_group.b", Attribute: "id"})
	table := New("aws_route_table.a", Object{"vpc_id": ID("aws_vpc.a"), "route": []any{Object{"cidr_block": "192.168.0.0/16", "gateway_id": "vgw-1"}}})
	route := New("aws_route.r", Object{"route_table_id": ID("aws_route_table.a"), "destination_cidr_block": "172.16.0.0/12", "gateway_id": "vgw-1"})

	tests := []struct {
		name      string
		resources []*tf.Resource
		want      []string
	}{
		{"inline only", []*tf.Resource{vpc, group("a")}, nil},
		{"separate only", []*tf.Resource{vpc, New("aws_security_group.a", Object{"vpc_id": ID("aws_vpc.a")}), rule(ID("aws_security_group.a"))}, nil},
		{"both", []*tf.Resource{vpc, group("a"), rule(ID("aws_security_group.a"))},
			[]string{"medium violation aws_security_group.a : the inline blocks of aws_security_group.a and aws_security_group_rule.r overwrite each other"}},
		{"a rule of one of two groups proves nothing", []*tf.Resource{vpc, group("a"), group("b"), rule(either)}, nil},
		{"routes", []*tf.Resource{vpc, table, route},
			[]string{"medium violation aws_route_table.a : the inline blocks of aws_route_table.a and aws_route.r overwrite each other"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := Run(t, Overwrite, nil, tt.resources...)
			var got []string
			for n, line := range Summary(found) {
				if found[n].Cause.Resource != nil {
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDefaultUsed(t *testing.T) {
	vpc := New("aws_vpc.a", Object{"cidr_block": "10.0.0.0/16"})
	subnet := New("aws_subnet.a", Object{"vpc_id": ID("aws_vpc.a"), "cidr_block": "10.0.0.0/24"})
	own := New("aws_security_group.a", Object{"vpc_id": ID("aws_vpc.a")})
	instance := func(attributes Object) *tf.Resource {
		attributes["subnet_id"] = ID("aws_subnet.a")
		return New("aws_instance.a", attributes)
	}
	tests := []struct {
		name     string
		instance *tf.Resource
		want     []string
	}{
		{"a group of its own", instance(Object{"vpc_security_group_ids": []any{ID("aws_security_group.a")}}), nil},
		{"no group named", instance(Object{"vpc_security_group_ids": Unknown()}),
			[]string{"low violation aws_instance.a : aws_instance.a names no security group and gets the default security group of aws_vpc.a"}},
		{"the default one named", instance(Object{"vpc_security_group_ids": []any{tf.SymbolicValue(tf.Symbol{Address: "aws_vpc.a", Attribute: "default_security_group_id"})}}),
			[]string{"low violation aws_instance.a vpc_security_group_ids: aws_instance.a is in the default security group of aws_vpc.a"}},
		{"one of several named, the default one among them", instance(Object{"vpc_security_group_ids": []any{tf.UnknownValue(
			tf.Symbol{Address: "aws_vpc.a", Attribute: "default_security_group_id"}, tf.Symbol{Address: "aws_security_group.a", Attribute: "id"})}}),
			[]string{"low undetermined aws_instance.a vpc_security_group_ids: aws_instance.a may be in the default security group of aws_vpc.a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Summary(Run(t, DefaultUsed, nil, vpc, subnet, own, tt.instance))
			if diff := cmp.Diff(append([]string{}, tt.want...), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
