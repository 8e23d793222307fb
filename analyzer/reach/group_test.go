package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestRules: what one rule of a public host's group lets the internet do.
func TestRules(t *testing.T) {
	unknown := func(r aws.Rule, change func(*aws.Rule)) aws.Rule { change(&r); return r }
	tests := map[string]struct {
		rule aws.Rule
		want string
	}{
		"SG-13 one port":             {allow("tcp", 22, 22, "0.0.0.0/0"), "yes aws_instance.a: tcp/22 from 0.0.0.0/0"},
		"SG-12 name in capitals":     {allow("TCP", 22, 22, "0.0.0.0/0"), "yes aws_instance.a: tcp/22 from 0.0.0.0/0"},
		"SG-12 number":               {allow("6", 22, 22, "0.0.0.0/0"), "yes aws_instance.a: tcp/22 from 0.0.0.0/0"},
		"SG-12 all ignores ports":    {allow("-1", 22, 22, "0.0.0.0/0"), "yes aws_instance.a: all from 0.0.0.0/0"},
		"SG-12, M-1 other protocol":  {allow("47", 22, 22, "0.0.0.0/0"), "yes aws_instance.a: 47 from 0.0.0.0/0"},
		"SG-13 port 0 is not all":    {allow("tcp", 0, 0, "0.0.0.0/0"), "yes aws_instance.a: tcp/0 from 0.0.0.0/0"},
		"SG-13 -1 for tcp":           {allow("tcp", -1, -1, "0.0.0.0/0"), "unknown aws_instance.a: must nothing | may tcp from 0.0.0.0/0"},
		"SG-13 upside down":          {allow("tcp", 443, 80, "0.0.0.0/0"), ""},
		"SG-14 echo":                 {allow("icmp", 8, 0, "0.0.0.0/0"), "yes aws_instance.a: icmp/8/0 from 0.0.0.0/0"},
		"SG-14 any code":             {allow("icmp", 8, -1, "0.0.0.0/0"), "yes aws_instance.a: icmp/8 from 0.0.0.0/0"},
		"SG-14 all":                  {allow("icmp", -1, -1, "0.0.0.0/0"), "yes aws_instance.a: icmp from 0.0.0.0/0"},
		"SG-14 a code without type":  {allow("icmp", -1, 4, "0.0.0.0/0"), "unknown aws_instance.a: must nothing | may icmp from 0.0.0.0/0"},
		"SG-14 icmp for IPv6":        {allow("icmp", -1, -1, "::/0"), ""},
		"SG-14 icmpv6 over IPv4":     {allow("icmpv6", -1, -1, "0.0.0.0/0"), ""},
		"SG-15 ::/0 is not IPv4":     {allow("tcp", 22, 22, "::/0"), ""},
		"SG-2 two halves are all":    {allow("tcp", 22, 22, "0.0.0.0/1", "128.0.0.0/1"), "yes aws_instance.a: tcp/22 from 0.0.0.0/0"},
		"IGW-4 private is not":       {allow("tcp", 22, 22, "10.0.0.0/8", "100.64.0.0/10", "192.168.0.0/16"), ""},
		"IGW-4 documentation is":     {allow("tcp", 22, 22, "203.0.113.7/32"), "yes aws_instance.a: tcp/22 from 203.0.113.7/32"},
		"SG-10 groups are not":       {allow("tcp", 22, 22, &aws.SecurityGroup{Object: aws.Object{Label: "sg-1"}, ID: "sg-1"}), ""},
		"U-24 unknown protocol name": {allow("carrots", 22, 22, "0.0.0.0/0"), "unknown aws_instance.a: must nothing | may all from 0.0.0.0/0"},
		"U-11 unknown ports": {unknown(allow("tcp", 8000, 0, "0.0.0.0/0"), func(r *aws.Rule) { r.ToPort = tf.UnknownVal[int]() }),
			"unknown aws_instance.a: must nothing | may tcp/8000-65535 from 0.0.0.0/0"},
		"U-11 unknown CIDR": {unknown(allow("tcp", 22, 22), func(r *aws.Rule) { r.CIDRs = []aws.Peer[netip.Prefix]{{Unknown: true}} }),
			"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"TF-SG-2 a rule that may not exist": {unknown(allow("tcp", 22, 22, "0.0.0.0/0"), func(r *aws.Rule) { r.Maybe = true }),
			"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"TF-SG-3 overwritten rules": {unknown(allow("tcp", 22, 22, "0.0.0.0/0"), func(r *aws.Rule) { r.Conflict = true }),
			"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"SG-16 prefix list": {unknown(allow("tcp", 22, 22), func(r *aws.Rule) {
			list := &aws.PrefixList{Entries: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("198.51.100.0/24")), tf.KnownVal(netip.MustParsePrefix("203.0.113.0/24"))}}
			r.PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(list)}}
		}), "yes aws_instance.a: tcp/22 from 198.51.100.0/24,203.0.113.0/24"},
		"U-5 list of AWS": {unknown(allow("tcp", 22, 22), func(r *aws.Rule) {
			list := &aws.PrefixList{Name: "com.amazonaws.global.cloudfront.origin-facing", AWS: true, Open: true}
			r.PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(list)}}
		}), "unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"U-5 list of VPC Lattice": {unknown(allow("tcp", 22, 22), func(r *aws.Rule) {
			list := &aws.PrefixList{Name: "com.amazonaws.eu-west-1.vpc-lattice", AWS: true, Open: true}
			r.PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(list)}}
		}), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host("a", w.public, tf.Yes, w.group("g", test.rule))
			if test.want == "" {
				w.expect(t)
				return
			}
			w.expect(t, test.want)
		})
	}
}

// TestMustAndMay: of what one of two groups admits, nobody knows which is attached,
// must is what both do, and may what either does (M-10).
func TestMustAndMay(t *testing.T) {
	w := newWorld()
	one := w.group("one", allow("tcp", 22, 22, "0.0.0.0/0"), allow("tcp", 80, 80, "0.0.0.0/0"))
	two := w.group("two", allow("tcp", 22, 22, "0.0.0.0/0"))
	w.host("a", w.public, tf.Yes).Groups.Each = []aws.Link[aws.SecurityGroup]{{To: []*aws.SecurityGroup{one, two}}}
	w.expect(t, "yes aws_instance.a: must tcp/22 from 0.0.0.0/0 | may tcp/22,80 from 0.0.0.0/0")
}

// TestGroupReferences: members of a group and nobody else, neither what has no
// group nor the internet (SG-7, SG-8, SG-10).
func TestGroupReferences(t *testing.T) {
	w := newWorld()
	clients := w.group("clients")
	server := w.group("server", allow("tcp", 80, 80, clients))
	peers := w.group("peers")
	peers.Ingress = []aws.Rule{allow("tcp", 90, 90)}
	peers.Ingress[0].Self = tf.Yes
	w.host("client", w.public, tf.No, clients)
	w.host("stranger", w.public, tf.No, w.group("none"))
	w.host("server", w.private, tf.No, server)
	w.host("peer1", w.private, tf.No, peers)
	w.host("peer2", w.private, tf.No, peers)
	w.host("bare", w.public, tf.No).HasGroups = tf.No
	w.host("front", w.public, tf.Yes, server)
	unsure := w.host("unsure", w.public, tf.No, w.group("other"))
	unsure.Groups.Maybe = []aws.Link[aws.SecurityGroup]{to(clients)}

	for _, test := range []struct {
		from, to, flow string
		want           reach.Verdict
	}{
		{"client", "server", "tcp/80", reach.Yes},
		{"client", "server", "tcp/81", reach.No},
		{"stranger", "server", "tcp/80", reach.No},
		{"bare", "server", "tcp/80", reach.No},
		{"unsure", "server", "tcp/80", reach.Unknown},
		{"peer1", "peer2", "tcp/90", reach.Yes},
		{"server", "peer2", "tcp/90", reach.No},
	} {
		if a := w.ask(t, "aws_instance."+test.from, "aws_instance."+test.to, test.flow); a.Answer != test.want {
			t.Errorf("%s -> %s %s: %s, want %s (%s)", test.from, test.to, test.flow, a.Answer, test.want, codes(a))
		}
	}
	w.expect(t)
}

// TestGroupsOutside: of a group that the input only mentions nobody knows the
// rules when it is attached, nor the members when it is referred to (U-13,
// SG-10), except those that list the same id.
func TestGroupsOutside(t *testing.T) {
	w := newWorld()
	outside := aws.Link[aws.SecurityGroup]{ID: "sg-0abc"}
	shared := w.host("shared", w.public, tf.Yes)
	shared.Groups.Each = []aws.Link[aws.SecurityGroup]{outside}
	w.expect(t, "unknown aws_instance.shared: must nothing | may all from 0.0.0.0/0")
	if f := reach.Compile(w.n).FromInternet()[0]; facts(f.Waits) != "group:sg-0abc" {
		t.Errorf("waits for %s", facts(f.Waits))
	}

	server := w.group("server", allow("tcp", 80, 80))
	server.Ingress[0].Groups = []aws.Peer[aws.Link[aws.SecurityGroup]]{{To: outside}}
	w.host("server", w.public, tf.No, server)
	w.host("stranger", w.public, tf.No, w.group("none"))
	// What lists the id lets nobody know whether it lets anything out.
	if a := w.ask(t, "aws_instance.shared", "aws_instance.server", "tcp/80"); a.Answer != reach.Unknown {
		t.Errorf("shared -> server: %s", a.Answer)
	}
	if a := w.ask(t, "aws_instance.stranger", "aws_instance.server", "tcp/80"); a.Answer != reach.No {
		t.Errorf("stranger -> server: %s", a.Answer)
	}
}

// TestUngrouped: what has no groups is not filtered (SG-19).
func TestUngrouped(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes).HasGroups = tf.No
	w.expect(t, "yes aws_instance.a: all from 0.0.0.0/0")
}

// TestUnknownAddress: a rule that covers a part of the subnet may match a host
// whose address is not known (U-10).
func TestUnknownAddress(t *testing.T) {
	for cidr, want := range map[string]reach.Verdict{
		"10.0.1.0/24": reach.Yes, "10.0.1.0/25": reach.Unknown, "10.0.9.0/24": reach.No,
		"10.0.1.4/30": reach.Unknown, "10.0.1.0/30": reach.No, // VPC-4
	} {
		w := newWorld()
		w.host("a", w.public, tf.No, w.group("a"))
		w.host("b", w.private, tf.No, w.group("b", allow("tcp", 80, 80, cidr)))
		if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != want {
			t.Errorf("rule for %s: %s, want %s", cidr, a.Answer, want)
		}
	}
}

// TestStatefulGroups: replies pass whatever the rules say (SG-1).
func TestStatefulGroups(t *testing.T) {
	w := newWorld()
	g := w.group("g", allow("tcp", 22, 22, "0.0.0.0/0"))
	g.Egress = nil
	w.host("a", w.public, tf.Yes, g)
	w.expect(t, "yes aws_instance.a: tcp/22 from 0.0.0.0/0")
}

// TestMaybeGroups: of groups that an interface may have, nobody says that they
// hold no rule.
func TestMaybeGroups(t *testing.T) {
	w := newWorld()
	i := w.host("a", w.public, tf.Yes)
	i.Groups = aws.Links[aws.SecurityGroup]{Maybe: []aws.Link[aws.SecurityGroup]{
		{To: []*aws.SecurityGroup{w.group("inner", allow("tcp", 22, 22, "10.0.0.0/8"))}},
	}}
	if a := w.ask(t, "internet", "aws_instance.a", "tcp/22"); codes(a) != "ENI_SG_RULES_MISMATCH at aws_instance.a" {
		t.Errorf("%s by %s", a.Answer, codes(a))
	}
}

// TestOneQuestionABlock: what all instances of a block wait for is one fact.
func TestOneQuestionABlock(t *testing.T) {
	w := newWorld()
	for _, key := range []string{"[0]", "[1]"} {
		g := w.group("g"+key, allow("tcp", 22, 22))
		g.Ingress[0].CIDRs = []aws.Peer[netip.Prefix]{{Unknown: true, Cause: aws.Cause{Resource: g.Resource, Argument: "ingress[0].cidr_blocks"}}}
		w.host("a"+key, w.public, tf.Yes, g)
	}
	for _, f := range reach.Compile(w.n).FromInternet() {
		if len(f.Waits) != 1 || f.Waits[0].ID != "value:aws_security_group.g.ingress.cidr_blocks" {
			t.Errorf("%s waits for %v", f.To.Label, f.Waits)
		}
	}
}
