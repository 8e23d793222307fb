package logging

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// perhaps is an instance of which nobody knows whether it is there (U-12).
func perhaps(r *tf.Resource) *tf.Resource {
	r.Maybe = true
	return r
}

func TestFlowLogs(t *testing.T) {
	vpc := New("aws_vpc.a", Object{"cidr_block": "10.0.0.0/16"})
	subnet := New("aws_subnet.a", Object{"vpc_id": ID("aws_vpc.a"), "cidr_block": "10.0.0.0/24"})
	missing := []string{"low violation aws_vpc.a : aws_vpc.a has no flow logs"}

	tests := []struct {
		name      string
		resources []*tf.Resource
		want      []string
	}{
		{"none", []*tf.Resource{vpc}, missing},
		{"of the VPC", []*tf.Resource{vpc, New("aws_flow_log.a", Object{"vpc_id": ID("aws_vpc.a")})}, nil},
		{"of another VPC", []*tf.Resource{vpc, New("aws_flow_log.a", Object{"vpc_id": "vpc-0123"})}, missing},
		{"of a subnet of it", []*tf.Resource{vpc, subnet, New("aws_flow_log.a", Object{"subnet_id": ID("aws_subnet.a")})}, nil},
		{"of a subnet elsewhere", []*tf.Resource{vpc, subnet, New("aws_flow_log.a", Object{"subnet_id": "subnet-0123"})}, missing},
		{"of an interface", []*tf.Resource{vpc, New("aws_flow_log.a", Object{"eni_id": "eni-0123"})}, nil},
		{"known after apply", []*tf.Resource{vpc, New("aws_flow_log.a", Object{"vpc_id": Unknown()})}, nil},
		{"may be this VPC", []*tf.Resource{vpc, New("aws_flow_log.a", Object{"vpc_id": tf.UnknownValue(tf.Symbol{Address: "aws_vpc.a", Attribute: "id"})})}, nil},
		{"may not be there", []*tf.Resource{vpc, perhaps(New("aws_flow_log.a", Object{"vpc_id": ID("aws_vpc.a")}))}, []string{"low undetermined aws_vpc.a : aws_vpc.a has no flow logs"}},
		{"may be there twice", []*tf.Resource{vpc, perhaps(New("aws_flow_log.a", Object{"vpc_id": ID("aws_vpc.a")})), New("aws_flow_log.b", Object{"vpc_id": ID("aws_vpc.a")})}, nil},
		{"of a VPC that this plan does not make", []*tf.Resource{Existing("aws_vpc.a", Object{"id": "vpc-1", "cidr_block": "10.0.0.0/16"})}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(append([]string{}, tt.want...), Summary(Run(t, FlowLogs, nil, tt.resources...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
