package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestNetworkACLs: what an ACL lets the internet do to an open host.
func TestNetworkACLs(t *testing.T) {
	const everyone = "0.0.0.0/0"
	all := entry(100, true, -1, 0, 0, everyone)
	changed := func(e aws.ACLEntry, change func(*aws.ACLEntry)) aws.ACLEntry { change(&e); return e }
	ssh := entry(100, true, 6, 22, 22, everyone)
	tests := map[string]struct {
		in, out []aws.ACLEntry
		want    string
	}{
		"NACL-3 no entries": {nil, nil, ""},
		"NACL-4 the first match decides": {[]aws.ACLEntry{entry(90, false, 6, 22, 22, everyone), entry(100, true, 6, 0, 1023, everyone)}, passAll,
			"yes aws_instance.a: tcp/0-21,23-1023 from 0.0.0.0/0"},
		"NACL-4 a later deny is dead": {[]aws.ACLEntry{entry(200, false, 6, 22, 22, everyone), ssh}, passAll,
			"yes aws_instance.a: tcp/22 from 0.0.0.0/0"},
		"NACL-5 the reply goes to the client's port": {[]aws.ACLEntry{ssh}, []aws.ACLEntry{entry(100, true, 6, 32768, 60999, everyone)},
			"yes aws_instance.a: tcp/22 from 0.0.0.0/0 ports 32768-60999"},
		"NACL-5 a reply from the service's port is not one to it": {[]aws.ACLEntry{ssh}, []aws.ACLEntry{entry(100, true, 6, 22, 22, everyone)},
			"yes aws_instance.a: tcp/22 from 0.0.0.0/0 ports 22"},
		"NACL-5 no way back": {[]aws.ACLEntry{ssh}, nil, "no aws_instance.a forward only: tcp/22 from 0.0.0.0/0"},
		"NACL-7 icmp counts type and code": {[]aws.ACLEntry{changed(entry(100, true, 1, 0, 65535, everyone), func(e *aws.ACLEntry) {
			e.ICMPType, e.ICMPCode = tf.KnownVal(8), tf.KnownVal(-1)
		})}, passAll, "yes aws_instance.a: icmp/8 from 0.0.0.0/0"},
		"TF-NACL-2 unset ports are port 0": {[]aws.ACLEntry{changed(ssh, func(e *aws.ACLEntry) {
			e.FromPort, e.ToPort = tf.Val[int]{}, tf.Val[int]{}
		})}, passAll, "yes aws_instance.a: tcp/0 from 0.0.0.0/0"},
		"NACL-7 the address is masked": {[]aws.ACLEntry{changed(ssh, func(e *aws.ACLEntry) {
			e.CIDR = tf.KnownVal(netip.MustParsePrefix("8.8.8.8/24"))
		})}, passAll, "yes aws_instance.a: tcp/22 from 8.8.8.0/24"},
		"U-22 a deny of unknown number": {[]aws.ACLEntry{ssh, changed(entry(0, false, 6, 22, 22, "8.0.0.0/8"), func(e *aws.ACLEntry) {
			e.Number = tf.UnknownVal[int]()
		})}, passAll, "yes aws_instance.a: must tcp/22 from 0.0.0.0/5,9.0.0.0/8,10.0.0.0/7,12.0.0.0/6,16.0.0.0/4,32.0.0.0/3,64.0.0.0/2,128.0.0.0/1 | may tcp/22 from 0.0.0.0/0"},
		"U-22 a deny of unknown addresses": {[]aws.ACLEntry{entry(200, true, -1, 0, 0, everyone), changed(entry(100, false, 6, 22, 22, everyone), func(e *aws.ACLEntry) {
			e.CIDR = tf.UnknownVal[netip.Prefix]()
		})}, []aws.ACLEntry{all}, "yes aws_instance.a: must all | may all from 0.0.0.0/0"},
		"TF-NACL-1 an entry that may be overwritten": {[]aws.ACLEntry{changed(ssh, func(e *aws.ACLEntry) { e.Conflict = true })}, passAll,
			"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host("a", w.public, tf.Yes, w.group("g", allow("-1", 0, 0, "0.0.0.0/0")))
			w.manage(test.in, test.out)
			switch {
			case test.want == "":
				w.expect(t)
			case name == "U-22 a deny of unknown addresses":
				r := reach.Compile(w.n).FromInternet()[0].Reachable
				ssh, http := pkt("8.8.8.8", "10.0.1.9", 22), pkt("8.8.8.8", "10.0.1.9", 80)
				if r.Must.Contains(ssh) || !r.May.Contains(ssh) || !r.Must.Contains(http) {
					t.Errorf("must %s, may %s", r.Must, r.May)
				}
			default:
				w.expect(t, test.want)
			}
		})
	}
}

// TestACLsInsideASubnet: hosts of one subnet are not filtered (NACL-6).
func TestACLsInsideASubnet(t *testing.T) {
	w := newWorld()
	open := w.group("g", allow("-1", 0, 0, "0.0.0.0/0"))
	w.host("a", w.private, tf.No, open)
	w.host("b", w.private, tf.No, open)
	w.host("c", w.public, tf.No, open)
	w.manage(nil, nil)
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Yes || !a.Complete {
		t.Errorf("inside: %s, complete %t (%s)", a.Answer, a.Complete, codes(a))
	}
	a := w.ask(t, "aws_instance.a", "aws_instance.c", "tcp/80")
	if a.Answer != reach.No || len(a.Blockers) != 4 {
		t.Errorf("across: %s by %s, want all four passages of the ACL", a.Answer, codes(a))
	}
}

// TestOpenACLs: a default ACL that nobody manages is taken to be as AWS made
// it, and said so; of a managed one that is not all known nothing is certain
// (NACL-2, U-14).
func TestOpenACLs(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
	w.acl.Open = true
	f := reach.Compile(w.n).FromInternet()[0]
	if f.Verdict() != reach.Yes || len(f.Assumptions) != 1 {
		t.Errorf("default ACL: %s, assuming %v", f.Verdict(), f.Assumptions)
	}
	w.manage(passAll, passAll).Open = true
	w.expect(t, "unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0")
}
