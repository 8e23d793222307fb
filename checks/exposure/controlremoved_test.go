package exposure

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func aclWith(entries ...any) *tf.Resource {
	return Existing("aws_network_acl.a", Object{"id": "acl-1", "vpc_id": "vpc-1", "ingress": entries, "egress": []any{}})
}

func aclEntry(number int, action, protocol string, port int) Object {
	return Object{"rule_no": number, "action": action, "protocol": protocol, "from_port": port, "to_port": port, "cidr_block": "0.0.0.0/0", "icmp_type": 0, "icmp_code": 0}
}

func TestControlRemoved(t *testing.T) {
	vpc := Existing("aws_vpc.a", Object{"id": "vpc-1", "cidr_block": "10.0.0.0/16"})
	log := Existing("aws_flow_log.a", Object{"id": "fl-1", "vpc_id": "vpc-1"})
	deny := aclEntry(90, "deny", "tcp", 3389)
	allow := aclEntry(100, "allow", "-1", 0)
	detector := Existing("aws_guardduty_detector.a", Object{"id": "d-1"})

	tests := []struct {
		name          string
		before, after []*tf.Resource
		want          []string
	}{
		{"nothing", []*tf.Resource{vpc, aclWith(deny, allow)}, []*tf.Resource{vpc, aclWith(deny, allow)}, nil},
		{"a deny goes", []*tf.Resource{vpc, aclWith(deny, allow)}, []*tf.Resource{vpc, aclWith(allow)},
			[]string{"medium violation aws_network_acl.a ingress: this change removes the entry of aws_network_acl.a that denied tcp/3389"}},
		{"a deny of some addresses goes", []*tf.Resource{vpc, aclWith(Object{"rule_no": 90, "action": "deny", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "10.20.0.0/23", "icmp_type": 0, "icmp_code": 0}, allow)}, []*tf.Resource{vpc, aclWith(allow)},
			[]string{"medium violation aws_network_acl.a ingress: this change removes the entry of aws_network_acl.a that denied every protocol and port from 10.20.0.0/23"}},
		{"a deny comes too late", []*tf.Resource{vpc, aclWith(deny, allow)}, []*tf.Resource{vpc, aclWith(aclEntry(110, "deny", "tcp", 3389), allow)},
			[]string{"medium violation aws_network_acl.a ingress: this change removes the entry of aws_network_acl.a that denied tcp/3389"}},
		{"a deny gets another number", []*tf.Resource{vpc, aclWith(deny, allow)}, []*tf.Resource{vpc, aclWith(aclEntry(95, "deny", "tcp", 3389), allow)}, nil},
		{"a deny goes and nothing allows it", []*tf.Resource{vpc, aclWith(deny)}, []*tf.Resource{vpc, aclWith()}, nil},
		{"the ACL goes", []*tf.Resource{vpc, aclWith(deny, allow)}, []*tf.Resource{vpc}, nil},
		{"a flow log goes", []*tf.Resource{vpc, log}, []*tf.Resource{vpc},
			[]string{"medium violation aws_flow_log.a : this change removes the flow log aws_flow_log.a"}},
		{"a flow log goes with its VPC", []*tf.Resource{vpc, log}, []*tf.Resource{detector}, nil},
		{"another flow log takes over", []*tf.Resource{vpc, log}, []*tf.Resource{vpc, New("aws_flow_log.b", Object{"vpc_id": "vpc-1"})}, nil},
		{"a detector goes", []*tf.Resource{vpc, detector}, []*tf.Resource{vpc},
			[]string{"medium violation aws_guardduty_detector.a : this change removes the threat detector aws_guardduty_detector.a"}},
		{"everything goes", []*tf.Resource{vpc, detector, log}, []*tf.Resource{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(append([]string{}, tt.want...), Summary(Change(t, ControlRemoved, nil, tt.before, tt.after))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
