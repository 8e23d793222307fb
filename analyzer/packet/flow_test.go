package packet

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// TestFlowsCoverTheSet puts the flows together again.
func TestFlowsCoverTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawModel(t).set
		got, err := FromFlows(s.Flows())
		if err != nil || !got.Equal(s) {
			t.Fatalf("%v: %v\nmissing %v\ntoo much %v", s, err, s.Subtract(got), got.Subtract(s))
		}
	})
}

func TestSetString(t *testing.T) {
	from := func(s Set, prefix string) Set { return s.From(Prefixes(netip.MustParsePrefix(prefix))) }
	to := func(s Set, prefix string) Set { return s.To(Prefixes(netip.MustParsePrefix(prefix))) }
	e, e6 := Everything(IPv4), Everything(IPv6)
	ssh, web := e.On(TCP).ToPorts(PortRange(22, 22)), e.On(TCP).ToPorts(PortRange(8000, 8080))
	for _, test := range []struct {
		name, want string
		set        Set
	}{
		{"empty", "nothing", Set{}},
		{"everything", "all from 0.0.0.0/0; all from ::/0", e6.Union(e)},
		{"ports together", "tcp/22,8000-8080 from 0.0.0.0/0; udp/53 from 0.0.0.0/0", ssh.Union(web).Union(e.On(UDP).ToPorts(PortRange(53, 53)))},
		{"what holds for all is said once", "all from 10.0.0.0/8; tcp/22 from 0.0.0.0/0", from(e, "10.0.0.0/8").Union(ssh)},
		{"what holds for all ports is said once", "tcp from 10.0.0.0/8; tcp/22 from 0.0.0.0/0", from(e.On(TCP), "10.0.0.0/8").Union(ssh)},
		{"all but one port", "tcp/0-24,26-65535 from 0.0.0.0/0; udp from 0.0.0.0/0; icmp from 0.0.0.0/0; icmpv6 from 0.0.0.0/0; 0,2-5,7-16,18-57,59-255 from 0.0.0.0/0",
			e.Subtract(e.On(TCP).ToPorts(PortRange(25, 25)))},
		{"one wide target among narrow ones", "all from 10.0.0.0/8; icmp/8 from 0.0.0.0/0 to 10.0.0.1/32",
			from(e, "10.0.0.0/8").Union(to(e.On(ICMP).ICMPTypes(8, -1), "10.0.0.1/32"))},
		{"egress", "all from 10.0.0.1/32; tcp/22 from 10.0.0.1/32,10.0.0.3/32 to 10.0.0.0/8",
			from(e, "10.0.0.1/32").Union(to(from(ssh, "10.0.0.1/32").Union(from(ssh, "10.0.0.3/32")), "10.0.0.0/8"))},
		{"client ports", "tcp/22 from 0.0.0.0/0 ports 0-1023,2048-65535", ssh.Subtract(ssh.FromPorts(PortRange(1024, 2047)))},
		{"other protocols", "47,50-51 from ::/0", e6.On(47, 50, 51)},
		{"ICMP codes", "icmp/0-7,8/1-255,9-255 from 0.0.0.0/0", e.On(ICMP).Subtract(e.ICMPTypes(8, 0))},
		{"all ICMP", "icmp from 0.0.0.0/0", e.On(ICMP)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.set.String(); got != test.want {
				t.Errorf("\ngot  %s\nwant %s", got, test.want)
			}
		})
	}
}
