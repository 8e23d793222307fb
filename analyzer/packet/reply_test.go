package packet

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// replyTo is the reply to one packet, straight from the definition.
func replyTo(p Packet) (Packet, bool) {
	p.Source, p.Destination = p.Destination, p.Source
	p.SourcePort, p.DestinationPort = p.DestinationPort, p.SourcePort
	switch [2]uint8{uint8(p.Protocol), p.ICMPType} {
	case [2]uint8{1, 8}:
		p.ICMPType = 0
	case [2]uint8{1, 13}, [2]uint8{1, 15}, [2]uint8{1, 17}, [2]uint8{58, 128}:
		p.ICMPType++
	default:
		return p, p.Protocol != ICMP && p.Protocol != ICMPv6
	}
	return p, true
}

func TestRepliesAgreeWithPackets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawModel(t)
		replied := map[Packet]bool{}
		for i, p := range tinyPackets {
			if reply, ok := replyTo(p); a.in[i] && ok {
				replied[reply] = true
			}
		}
		replies := a.set.Replies()
		naive(replies, func(_ int, p Packet) bool { return replied[p] }).check(t, "replies")
		naive(RequestsAnsweredBy(a.set), func(_ int, p Packet) bool {
			reply, ok := replyTo(p)
			return !ok || a.set.Contains(reply)
		}).check(t, "requests")
		if answered := RequestsAnsweredBy(replies); !a.set.SubsetOf(answered) {
			t.Fatalf("%v is answered by its replies, but for %v", a.set, a.set.Subtract(answered))
		}
	})
}

func TestReplies(t *testing.T) {
	host := Prefixes(netip.MustParsePrefix("10.0.0.9/32"))
	to := Everything(IPv4).To(host)
	for _, test := range []struct {
		name, want string
		set        Set
	}{
		{"a server answers from its port", "tcp from 10.0.0.9/32 ports 22", to.On(TCP).ToPorts(PortRange(22, 22))},
		{"to the client's port", "udp/1024-65535 from 10.0.0.9/32 ports 53", to.On(UDP).ToPorts(PortRange(53, 53)).FromPorts(PortRange(1024, 65535))},
		{"an echo is answered", "icmp/0/0 from 10.0.0.9/32", to.On(ICMP).ICMPTypes(8, 0)},
		{"an ICMPv6 echo is answered", "icmpv6/129 from 10.0.0.9/32", to.On(ICMPv6).ICMPTypes(128, -1)},
		{"an error is not", "nothing", to.On(ICMP).ICMPTypes(3, -1)},
		{"another protocol comes back", "47 from 10.0.0.9/32", to.On(47)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.set.Replies().String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
