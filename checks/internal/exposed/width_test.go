package exposed

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

func addresses(cidrs ...string) packet.Addresses {
	var prefixes []netip.Prefix
	for _, cidr := range cidrs {
		prefixes = append(prefixes, netip.MustParsePrefix(cidr))
	}
	return packet.Prefixes(prefixes...)
}

func TestWidth(t *testing.T) {
	tests := []struct {
		cidrs []string
		want  analyzer.Reach
	}{
		{nil, analyzer.Nobody},
		{[]string{"203.0.113.7/32"}, analyzer.Trusted},
		{[]string{"198.18.0.0/16"}, analyzer.Trusted},
		{[]string{"198.18.0.0/15"}, analyzer.WidePublic},
		{[]string{"198.18.0.0/16", "198.51.0.0/16"}, analyzer.WidePublic},
		{[]string{"54.0.0.0/8"}, analyzer.WidePublic},
		{[]string{"0.0.0.0/0"}, analyzer.Anyone},
		{[]string{"0.0.0.0/1", "128.0.0.0/1"}, analyzer.Anyone},
		{[]string{"0.0.0.0/2"}, analyzer.Anyone},
		{[]string{"2001:db8::/48"}, analyzer.Trusted},
		{[]string{"2001:db8::/32"}, analyzer.Trusted},
		{[]string{"2001:d00::/24"}, analyzer.WidePublic},
		{[]string{"::/0"}, analyzer.Anyone},
		{[]string{"203.0.113.7/32", "::/0"}, analyzer.Anyone},
	}
	for _, tt := range tests {
		if got := Width(addresses(tt.cidrs...)); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.cidrs, got, tt.want)
		}
	}
}

func TestClass(t *testing.T) {
	tests := []struct {
		flows []string
		want  analyzer.Target
	}{
		{nil, analyzer.NoTarget},
		{[]string{"icmp/8/0"}, analyzer.NoTarget},
		{[]string{"tcp/443"}, analyzer.FrontDoor},
		{[]string{"tcp/80", "tcp/443", "icmp/8/0"}, analyzer.FrontDoor},
		{[]string{"tcp/8080"}, analyzer.Unexpected},
		{[]string{"udp/22"}, analyzer.Unexpected}, // SSH is TCP
		{[]string{"47"}, analyzer.Unexpected},
		{[]string{"tcp/22"}, analyzer.AdminPort},
		{[]string{"tcp/20-25"}, analyzer.AdminPort},
		{[]string{"tcp/443", "tcp/3389"}, analyzer.AdminPort},
		{[]string{"udp/3389"}, analyzer.AdminPort},
		{[]string{"tcp/5432"}, analyzer.DataStore},
		{[]string{"tcp/22", "tcp/5432"}, analyzer.DataStore},
		{[]string{"tcp/0-32766"}, analyzer.DataStore},
		{[]string{"tcp/0-32767"}, analyzer.WholeHost},
		{[]string{""}, analyzer.WholeHost},
	}
	kinds := newKinds()
	for _, tt := range tests {
		if got := kinds.class(Ports(tt.flows)); got != tt.want {
			t.Errorf("%q: %d, want %d", tt.flows, got, tt.want)
		}
	}
}
