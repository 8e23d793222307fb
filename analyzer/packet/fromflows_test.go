package packet

import (
	"net/netip"
	"testing"
)

func TestFromFlowsReadsWhatFlowsWrites(t *testing.T) {
	web := Everything(IPv4).ToPorts(PortRange(443, 443)).On(TCP)
	sets := map[string]Set{
		"empty":         {},
		"everything":    Everything(IPv4).Union(Everything(IPv6)),
		"one port":      web,
		"source ports":  web.FromPorts(PortRange(1024, 65535)),
		"destinations":  web.To(Prefixes(netip.MustParsePrefix("10.0.0.0/8"))),
		"other numbers": Everything(IPv6).On(2, 3, 47),
		"icmp":          Everything(IPv4).ICMPTypes(8, 0).Union(Everything(IPv4).ICMPTypes(3, -1).On(ICMP)),
		"mixed":         Everything(IPv6).On(UDP).Union(web).Union(Everything(IPv4).From(Prefixes(netip.MustParsePrefix("192.0.2.0/24")))),
	}
	for name, s := range sets {
		got, err := FromFlows(s.Flows())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !got.Equal(s) {
			t.Errorf("%s: got %s, want %s", name, got, s)
		}
	}
}

func TestFromFlowsRejects(t *testing.T) {
	all := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	for name, f := range map[string]Flow{
		"no protocol":      {Sources: all},
		"no sources":       {Protocol: "tcp"},
		"zero prefix":      {Protocol: "tcp", Sources: []netip.Prefix{{}}},
		"port too large":   {Protocol: "tcp", Ports: []string{"65536"}, Sources: all},
		"bad source port":  {Protocol: "tcp", SourcePorts: []string{"x"}, Sources: all},
		"ports of nothing": {Protocol: "47", Ports: []string{"1"}, Sources: all},
	} {
		if s, err := FromFlows([]Flow{f}); err == nil {
			t.Errorf("%s: got %s, want an error", name, s)
		}
	}
}
