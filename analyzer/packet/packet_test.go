package packet

import (
	"net/netip"
	"testing"
)

func TestPacketInWords(t *testing.T) {
	four, six := netip.MustParseAddr("10.0.1.4"), netip.MustParseAddr("2001:db8::1")
	for want, p := range map[string]Packet{
		"tcp from 10.0.1.4:1024 to 10.0.1.4:22":                   {Source: four, Destination: four, Protocol: TCP, SourcePort: 1024, DestinationPort: 22},
		"udp from [2001:db8::1]:1024 to [2001:db8::1]:53":         {Source: six, Destination: six, Protocol: UDP, SourcePort: 1024, DestinationPort: 53},
		"icmp from 10.0.1.4 to 10.0.1.4, type 8 code 0":           {Source: four, Destination: four, Protocol: ICMP, ICMPType: 8},
		"47 from 10.0.1.4 to 10.0.1.4":                            {Source: four, Destination: four, Protocol: 47},
		"icmpv6 from 2001:db8::1 to 2001:db8::1, type 128 code 0": {Source: six, Destination: six, Protocol: ICMPv6, ICMPType: 128},
	} {
		if got := p.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
