package exposed

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func rule(protocol string, from, to int, cidrs ...string) aws.Rule {
	r := aws.Rule{Protocol: tf.KnownVal(protocol), FromPort: tf.KnownVal(from), ToPort: tf.KnownVal(to), Self: tf.No}
	for _, cidr := range cidrs {
		r.CIDRs = append(r.CIDRs, aws.Peer[netip.Prefix]{To: netip.MustParsePrefix(cidr)})
	}
	return r
}

func to(port uint16) packet.Packet {
	return packet.Packet{
		Source: netip.MustParseAddr("198.51.100.1"), Destination: netip.MustParseAddr("10.0.0.1"),
		Protocol: packet.TCP, SourcePort: 40000, DestinationPort: port,
	}
}

func TestAdmits(t *testing.T) {
	unknownPorts := rule("tcp", 0, 65535, "0.0.0.0/0")
	unknownPorts.FromPort = tf.UnknownVal[int]()
	maybe := rule("tcp", 22, 22, "0.0.0.0/0")
	maybe.Maybe = true
	unknownPeer := rule("tcp", 22, 22)
	unknownPeer.CIDRs = []aws.Peer[netip.Prefix]{{Unknown: true}}
	listed := rule("tcp", 22, 22)
	listed.PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: aws.Link[aws.PrefixList]{To: []*aws.PrefixList{{
		Entries: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0"))},
	}}}}}
	grouped := rule("tcp", 22, 22)
	grouped.Groups = []aws.Peer[aws.Link[aws.SecurityGroup]]{{To: aws.Link[aws.SecurityGroup]{To: []*aws.SecurityGroup{{}}}}}

	tests := []struct {
		name      string
		rule      aws.Rule
		packet    packet.Packet
		must, may bool
	}{
		{"a port from everyone", rule("tcp", 22, 22, "0.0.0.0/0"), to(22), true, true},
		{"another port", rule("tcp", 22, 22, "0.0.0.0/0"), to(23), false, false},
		{"another source", rule("tcp", 22, 22, "203.0.113.0/24"), to(22), false, false},
		{"the protocol by its number", rule("6", 22, 22, "0.0.0.0/0"), to(22), true, true},
		{"every protocol ignores ports", rule("-1", 0, 0, "0.0.0.0/0"), to(22), true, true},
		{"every protocol by its name", rule("all", 0, 0, "0.0.0.0/0"), to(22), true, true},
		{"an upside-down range", rule("tcp", 30, 20, "0.0.0.0/0"), to(22), false, false},
		{"an absurd port", rule("tcp", 0, 70000, "0.0.0.0/0"), to(22), false, true},
		{"no such protocol", rule("telepathy", 0, 0, "0.0.0.0/0"), to(22), false, true},
		{"unknown ports", unknownPorts, to(22), false, true},
		{"a rule that may not exist", maybe, to(22), false, true},
		{"an unknown address", unknownPeer, to(22), false, true},
		{"a prefix list of everyone", listed, to(22), true, true},
		{"a group is not the internet", grouped, to(22), false, false},
	}
	for _, tt := range tests {
		admits := Admits(tt.rule)
		if got := admits.Must.Contains(tt.packet); got != tt.must {
			t.Errorf("%s: must is %t", tt.name, got)
		}
		if got := admits.May.Contains(tt.packet); got != tt.may {
			t.Errorf("%s: may is %t", tt.name, got)
		}
	}
}
