package nacl

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"
)

func TestBlocksReplies(t *testing.T) {
	entry := func(number, from, to int, cidr, cidr6 string) Object {
		return Object{"rule_no": number, "action": "allow", "protocol": "tcp", "from_port": from, "to_port": to,
			"cidr_block": cidr, "ipv6_cidr_block": cidr6, "icmp_type": 0, "icmp_code": 0}
	}
	ephemeral := entry(100, 1024, 65535, "0.0.0.0/0", "")
	tests := []struct {
		name   string
		in     []any
		egress []any
		want   []string
	}{
		{"replies pass", []any{entry(100, 80, 80, "0.0.0.0/0", "")}, []any{ephemeral}, nil},
		{"no replies", []any{entry(100, 80, 80, "0.0.0.0/0", "")}, []any{entry(100, 443, 443, "0.0.0.0/0", "")},
			[]string{"low violation aws_network_acl.a ingress[0]: entry 100 of aws_network_acl.a admits tcp/80, and no egress entry lets the replies out"}},
		{"no replies over IPv6", []any{entry(100, 80, 80, "0.0.0.0/0", ""), entry(110, 80, 80, "", "::/0")}, []any{ephemeral},
			[]string{"low violation aws_network_acl.a ingress[1]: entry 110 of aws_network_acl.a admits tcp/80 over IPv6, and no egress entry lets the replies out"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vpc := New("aws_vpc.a", Object{"cidr_block": "10.0.0.0/16"})
			acl := New("aws_network_acl.a", Object{"vpc_id": ID("aws_vpc.a"), "ingress": tt.in, "egress": tt.egress})
			if diff := cmp.Diff(append([]string{}, tt.want...), Summary(Run(t, BlocksReplies, nil, vpc, acl))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
