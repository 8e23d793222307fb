package acl

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func entry(number int, allow bool, protocol, from, to int, cidr string) aws.ACLEntry {
	return aws.ACLEntry{
		Number: tf.KnownVal(number), Allow: tf.TriOf(allow), Protocol: tf.KnownVal(protocol),
		FromPort: tf.KnownVal(from), ToPort: tf.KnownVal(to), CIDR: tf.KnownVal(netip.MustParsePrefix(cidr)),
	}
}

func TestEvaluate(t *testing.T) {
	ssh := packet.Packet{
		Source: netip.MustParseAddr("198.51.100.1"), Destination: netip.MustParseAddr("10.0.0.1"),
		Protocol: packet.TCP, SourcePort: 40000, DestinationPort: 22,
	}
	decisions, ok := Evaluate([]aws.ACLEntry{
		entry(90, false, 6, 22, 22, "0.0.0.0/0"),
		entry(100, true, -1, 0, 0, "0.0.0.0/0"),
		entry(110, false, 6, 443, 443, "0.0.0.0/0"),
	}, true)
	if !ok {
		t.Fatal("the entries are known")
	}
	if Allowed(decisions).Contains(ssh) || !Denied(decisions).Contains(ssh) {
		t.Error("the lower number decides")
	}
	if !decisions[2].Decides.IsEmpty() || len(decisions[2].By) != 1 || decisions[2].By[0] != decisions[1].Entry {
		t.Errorf("entry 110 is decided by entry 100, not by %d entries", len(decisions[2].By))
	}
	ssh.DestinationPort = 80
	if !Allowed(decisions).Contains(ssh) {
		t.Error("entry 100 allows the rest")
	}
}

// Two halves shadow an entry together, though neither does alone.
func TestUnionsShadow(t *testing.T) {
	decisions, _ := Evaluate([]aws.ACLEntry{
		entry(100, true, -1, 0, 0, "0.0.0.0/1"),
		entry(110, true, -1, 0, 0, "128.0.0.0/1"),
		entry(120, false, 6, 22, 22, "0.0.0.0/0"),
	}, true)
	if d := decisions[2]; !d.Decides.IsEmpty() || len(d.By) != 2 {
		t.Errorf("decides %s, decided by %d entries", d.Decides, len(d.By))
	}
}

func TestEvaluateGivesUpOnUnknowns(t *testing.T) {
	unknown := entry(100, true, 6, 22, 22, "0.0.0.0/0")
	unknown.CIDR = tf.UnknownVal[netip.Prefix]()
	if _, ok := Evaluate([]aws.ACLEntry{unknown}, true); ok {
		t.Error("an unknown CIDR decides nothing that could be known")
	}
}
