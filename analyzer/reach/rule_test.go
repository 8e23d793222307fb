package reach_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestAllGroupsAreOneList: what any of an interface's groups admits (SG-3).
func TestAllGroupsAreOneList(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes, w.group("ssh", allow("tcp", 22, 22, "0.0.0.0/0")), w.group("web", allow("tcp", 80, 80, "0.0.0.0/0")), w.group("none"))
	w.expect(t, "yes aws_instance.a: tcp/22,80 from 0.0.0.0/0")
}

// TestOwnAddress: an interface sends from the address that it has (M-6).
func TestOwnAddress(t *testing.T) {
	for cidr, want := range map[string]reach.Verdict{"10.0.1.9/32": reach.Yes, "10.0.1.10/32": reach.No} {
		w := newWorld()
		w.host("a", w.public, tf.No, w.group("a")).Addresses = []netip.Addr{netip.MustParseAddr("10.0.1.9")}
		w.host("b", w.private, tf.No, w.group("b", allow("tcp", 80, 80, cidr)))
		if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != want {
			t.Errorf("rule for %s: %s, want %s", cidr, a.Answer, want)
		}
	}
}

// TestStaticRouteBeatsList: of a route and a prefix list with the same prefix
// the route wins, whatever their order (RT-5).
func TestStaticRouteBeatsList(t *testing.T) {
	for _, listFirst := range []bool{true, false} {
		w := newWorld()
		w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
		list := toOther("0.0.0.0/0", aws.TargetTransitGateway)
		list.Destination = tf.Val[netip.Prefix]{}
		list.PrefixList = to(&aws.PrefixList{Entries: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("203.0.113.0/24"))}})
		routes := []aws.Route{w.toGateway("203.0.113.0/24"), list}
		if listFirst {
			routes[0], routes[1] = routes[1], routes[0]
		}
		table(w.public).Routes = routes
		w.expect(t, "yes aws_instance.a: tcp/22 from 203.0.113.0/24")
	}
}

// TestRoutesInsideASubnet: hosts of one subnet do not ask its route table
// (RT-10).
func TestRoutesInsideASubnet(t *testing.T) {
	w := newWorld()
	open := w.group("g", allow("-1", 0, 0, "0.0.0.0/0"))
	w.host("a", w.private, tf.No, open)
	w.host("b", w.private, tf.No, open)
	table(w.private).Routes = []aws.Route{toOther("10.0.2.0/24", aws.TargetEndpoint)}
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Yes || !a.Complete {
		t.Errorf("%s, complete %t", a.Answer, a.Complete)
	}
}

// TestNothingComesInByNAT: the way out through a NAT gateway is none in
// (NAT-1).
func TestNothingComesInByNAT(t *testing.T) {
	w := newWorld()
	w.host("a", w.private, tf.No, w.group("g", allow("-1", 0, 0, "0.0.0.0/0")))
	n := &aws.NATGateway{Object: object("aws_nat_gateway.n"), Subnet: to(w.public), Public: tf.Yes}
	w.n.NATGateways = []*aws.NATGateway{n}
	table(w.private).Routes = []aws.Route{{
		Destination: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0")),
		Target:      aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label},
	}}
	if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != reach.Yes {
		t.Errorf("out: %s by %s", a.Answer, codes(a))
	}
	w.expect(t)
	if a := w.ask(t, "internet", "aws_instance.a", "tcp/443"); a.Answer != reach.No {
		t.Errorf("in: %s", a.Answer)
	}
	// Nor does it take the replies of a host with a public address.
	w.n.Interfaces[0].PublicIPv4 = tf.Yes
	if a := w.ask(t, "internet", "aws_instance.a", "tcp/443"); a.Answer != reach.No || a.Forward != reach.Yes {
		t.Errorf("to a public address: %s, forward %s", a.Answer, a.Forward)
	}
}

// IGW-5: an egress-only gateway carries flows that begin inside, and no replies to
// what came in by the internet gateway.
func TestEgressOnly(t *testing.T) {
	w := newWorld()
	eo := &aws.Gateway{Object: object("aws_egress_only_internet_gateway.e"), EgressOnly: true, VPC: to(w.vpc)}
	w.vpc.Gateways = append(w.vpc.Gateways, eo)
	table(w.private).Routes = []aws.Route{route("::/0", aws.Target{Kind: aws.TargetEgressOnly, Gateway: to(eo), Label: eo.Label})}
	w.host("a", w.private, tf.No, w.group("g", allow("-1", 0, 0, "::/0"))).IPv6 = tf.Yes
	if a := w.ask(t, "aws_instance.a", "internet6", "tcp/443"); a.Answer != reach.Yes {
		t.Errorf("out: %s by %s", a.Answer, codes(a))
	}
	if a := w.ask(t, "internet6", "aws_instance.a", "tcp/443"); a.Answer != reach.No || a.Forward != reach.Yes {
		t.Errorf("in: %s, forward %s", a.Answer, a.Forward)
	}
}

// IGW-8: block-ingress leaves the way out by NAT and egress-only gateways, and an
// exclusion for egress leaves it in either mode; a public address is of no use.
func TestWaysOutPastBlockPublicAccess(t *testing.T) {
	for _, test := range []struct {
		mode, excluded        string
		byNAT, direct, public reach.Verdict // out by NAT, out by its own address, in
	}{
		{"off", "", reach.Yes, reach.Yes, reach.Yes},
		{"block-ingress", "", reach.Yes, reach.No, reach.No},
		{"block-bidirectional", "", reach.No, reach.No, reach.No},
		{"block-bidirectional", "allow-egress", reach.Yes, reach.No, reach.No},
		{"block-bidirectional", "allow-bidirectional", reach.Yes, reach.Yes, reach.Yes},
	} {
		w := newWorld()
		table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("n", w.public))}
		w.host("a", w.private, tf.No, w.group("a"))
		w.host("b", w.public, tf.Yes, w.group("b", allow("tcp", 443, 443, "0.0.0.0/0")))
		var exclusions []aws.BPAExclusion
		if test.excluded != "" {
			exclusions = []aws.BPAExclusion{{VPC: to(w.vpc), Mode: tf.KnownVal(test.excluded)}}
		}
		w.block(test.mode, exclusions...)
		for _, q := range []struct {
			from, to string
			want     reach.Verdict
		}{{"aws_instance.a", "internet", test.byNAT}, {"aws_instance.b", "internet", test.direct}, {"internet", "aws_instance.b", test.public}} {
			if a := w.ask(t, q.from, q.to, "tcp/443"); a.Answer != q.want {
				t.Errorf("%s, %s: %s -> %s: %s by %s, want %s", test.mode, test.excluded, q.from, q.to, a.Answer, codes(a), q.want)
			}
		}
	}
}

// TestAppliances: an interface that checks source and destination passes
// nothing on; through one that does not, such as a NAT instance, nobody knows
// what gets out (APP-1, NAT-9).
func TestAppliances(t *testing.T) {
	for check, want := range map[tf.Tri]reach.Verdict{tf.Yes: reach.No, tf.No: reach.Unknown, tf.Maybe: reach.Unknown} {
		w := newWorld()
		w.host("a", w.private, tf.No, w.group("g"))
		box := w.host("box", w.public, tf.Yes, w.group("box", allow("-1", 0, 0, "0.0.0.0/0")))
		box.SourceDestCheck = check
		r := toOther("0.0.0.0/0", aws.TargetInterface)
		r.Target.Interface = to(box)
		table(w.private).Routes = []aws.Route{r}
		if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != want {
			t.Errorf("check %s: %s by %s, want %s", check, a.Answer, codes(a), want)
		}
	}
}

// TestPublicServiceNeedsARoute: the public address of a managed service is
// worth what any other is (SVC-16).
func TestPublicServiceNeedsARoute(t *testing.T) {
	w := newWorld()
	i := w.host("db", w.private, tf.Yes, w.group("g", allow("tcp", 5432, 5432, "0.0.0.0/0")))
	i.Kind, i.Ports = aws.KindDataStore, []aws.ServicePort{{Protocol: packet.TCP, From: 5432, To: 5432}}
	w.expect(t, "no aws_instance.db forward only: tcp/5432 from 0.0.0.0/0")
	table(w.private).Routes = []aws.Route{w.toGateway("0.0.0.0/0")}
	w.expect(t, "yes aws_instance.db: tcp/5432 from 0.0.0.0/0")
}

// TestCarrierGateway: a carrier gateway may let the internet in and out, and
// nobody knows what the carrier lets through (VPN-7).
func TestCarrierGateway(t *testing.T) {
	w := newWorld()
	w.vpc.Gateways = nil
	w.host("a", w.private, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
	w.expect(t)
	table(w.private).Routes = []aws.Route{toOther("0.0.0.0/0", aws.TargetCarrierGateway)}
	w.expect(t, "unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0")
	if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != reach.Unknown || facts(a.Waits) != "boundary:carrier_gateway" {
		t.Errorf("out: %s waiting for %s", a.Answer, facts(a.Waits))
	}
	w.n.Interfaces[0].PublicIPv4 = tf.No
	if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != reach.No {
		t.Errorf("without an address: %s", a.Answer)
	}
}

// TestNATOfNAT: that a NAT gateway takes what another one sends is not
// documented, nor that a peering does (NAT-10).
func TestNATOfNAT(t *testing.T) {
	w, p, _, _ := peered()
	n := &aws.NATGateway{Object: object("aws_nat_gateway.n"), Subnet: to(w.public), Public: tf.No}
	w.n.NATGateways = []*aws.NATGateway{n}
	table(w.private).Routes = []aws.Route{route("10.1.0.0/16", aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label})}
	table(w.public).Routes = []aws.Route{toPeering("10.1.0.0/16", p)}
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Unknown || facts(a.Waits) != "nat-peering:aws_vpc_peering_connection.p" {
		t.Errorf("%s by %s waiting for %s", a.Answer, codes(a), facts(a.Waits))
	}
	w = newWorld()
	between := w.subnet("between", "10.0.3.0/24", toTranslator("0.0.0.0/0", w.translator("outer", w.public)))
	table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("inner", between))}
	w.host("a", w.private, tf.No, w.group("a"))
	if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != reach.Unknown || facts(a.Waits) != "nat-nat:aws_nat_gateway.outer" {
		t.Errorf("behind another: %s by %s waiting for %s", a.Answer, codes(a), facts(a.Waits))
	}
}

// TestRewrites: a path says what becomes of the addresses (M-5, NAT-6).
func TestRewrites(t *testing.T) {
	w := newWorld()
	w.host("a", w.private, tf.No, w.group("g"))
	n := &aws.NATGateway{Object: object("aws_nat_gateway.n"), Subnet: to(w.public), Public: tf.Yes}
	w.n.NATGateways = []*aws.NATGateway{n}
	table(w.private).Routes = []aws.Route{route("0.0.0.0/0", aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label})}
	var got []string
	for _, h := range w.ask(t, "aws_instance.a", "internet", "tcp/443").Path {
		if h.Rewrite != "" {
			got = append(got, h.Object.Label+": "+h.Rewrite)
		}
	}
	want := []string{
		"aws_nat_gateway.n: source: it becomes an address of aws_nat_gateway.n, any port of 1024-65535",
		"aws_internet_gateway.main: source: an Elastic IP of aws_nat_gateway.n takes the place of the private one",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestRegionalNAT: a regional NAT gateway serves its VPC, in the zones that it is
// registered in, and no ACL but that of the sender's subnet is passed (NAT-8).
func TestRegionalNAT(t *testing.T) {
	zone := tf.KnownVal[string]
	tests := map[string]struct {
		change func(w *world, n *aws.NATGateway)
		flow   string
		want   reach.Verdict
		codes  string
	}{
		"everywhere":      {func(*world, *aws.NATGateway) {}, "tcp/443", reach.Yes, ""},
		"in its zone":     {func(_ *world, n *aws.NATGateway) { n.Zones = []tf.Val[string]{zone("eu-west-1a")} }, "tcp/443", reach.Yes, ""},
		"in another zone": {func(_ *world, n *aws.NATGateway) { n.Zones = []tf.Val[string]{zone("eu-west-1b")} }, "tcp/443", reach.No, "REGIONAL_NGW_ROUTE_AZ_RESTRICTION at aws_nat_gateway.n"},
		"of another VPC":  {func(w *world, n *aws.NATGateway) { n.VPC = to(w.another("other", "10.9.0.0/16")) }, "tcp/443", reach.No, "BAD_STATE_ROUTE at aws_nat_gateway.n"},
		"no GRE":          {func(*world, *aws.NATGateway) {}, "47", reach.No, "PROTOCOL_RESTRICTION at aws_nat_gateway.n"},
		"no gateway":      {func(w *world, _ *aws.NATGateway) { w.vpc.Gateways = nil }, "tcp/443", reach.No, "NO_PATH at aws_vpc.main"},
		"the sender's ACL drops replies": {func(w *world, _ *aws.NATGateway) {
			w.private.ACL = to(&aws.ACL{Object: object("aws_network_acl.x"), Egress: passAll})
		}, "tcp/443", reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.x"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.private.AvailabilityZone = zone("eu-west-1a")
			w.host("a", w.private, tf.No, w.group("g"))
			n := &aws.NATGateway{Object: object("aws_nat_gateway.n"), Regional: tf.Yes, VPC: to(w.vpc), Public: tf.Yes}
			w.n.NATGateways = []*aws.NATGateway{n}
			table(w.private).Routes = []aws.Route{route("0.0.0.0/0", aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label})}
			test.change(w, n)
			if a := w.ask(t, "aws_instance.a", "internet", test.flow); a.Answer != test.want || codes(a) != test.codes {
				t.Errorf("%s by %q waiting for %s", a.Answer, codes(a), facts(a.Waits))
			}
		})
	}
}

// SG-17: replies of protocols without ports pass groups as those of others do.
func TestRepliesWithoutPorts(t *testing.T) {
	for _, flow := range []string{"47", "icmp/8/0", "tcp/443"} {
		w := newWorld()
		w.host("a", w.public, tf.No, w.group("a"))
		b := w.group("b", allow("-1", 0, 0, "10.0.1.0/24"))
		b.Egress = nil
		w.host("b", w.private, tf.No, b)
		if a := w.ask(t, "aws_instance.a", "aws_instance.b", flow); a.Answer != reach.Yes {
			t.Errorf("%s: %s by %s", flow, a.Answer, codes(a))
		}
		if a := w.ask(t, "aws_instance.b", "aws_instance.a", flow); a.Answer != reach.No {
			t.Errorf("%s, the other way: %s", flow, a.Answer)
		}
	}
}

// NACL-11: an ACL that stops ICMP type 3 code 4 stops nothing else.
func TestPacketSizes(t *testing.T) {
	w := newWorld()
	tcp := []aws.ACLEntry{entry(100, true, 6, 0, 65535, "0.0.0.0/0")}
	w.manage(tcp, tcp)
	w.host("a", w.public, tf.No, w.group("a", allow("-1", 0, 0, "0.0.0.0/0")))
	w.host("b", w.private, tf.No, w.group("b", allow("-1", 0, 0, "0.0.0.0/0")))
	for flow, want := range map[string]reach.Verdict{"tcp/443": reach.Yes, "icmp/3/4": reach.No} {
		if a := w.ask(t, "aws_instance.a", "aws_instance.b", flow); a.Answer != want || len(a.Waits) > 0 {
			t.Errorf("%s: %s waiting for %s, want %s", flow, a.Answer, facts(a.Waits), want)
		}
	}
}

// TestBlackholes: a route to what the change takes away, or to what stands in
// another VPC, drops what it matches and does not fall through to a shorter
// prefix (RT-6).
func TestBlackholes(t *testing.T) {
	const gatewayElsewhere = "an internet gateway of another VPC"
	for name, change := range map[string]func(w *world, n *aws.NATGateway) *aws.Subnet{
		"a NAT gateway that goes away": func(w *world, n *aws.NATGateway) *aws.Subnet {
			r := route("203.0.113.0/24", aws.Target{Kind: aws.TargetNATGateway, Label: n.Label, Gone: true})
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", n), r}
			return w.private
		},
		"an appliance that goes away": func(w *world, n *aws.NATGateway) *aws.Subnet {
			r := route("203.0.113.0/24", aws.Target{Kind: aws.TargetInterface, Label: "aws_network_interface.old", Gone: true})
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", n), r}
			return w.private
		},
		gatewayElsewhere: func(w *world, _ *aws.NATGateway) *aws.Subnet {
			away := w.another("away", "10.9.0.0/16")
			gateway := &aws.Gateway{Object: object("aws_internet_gateway.away"), VPC: to(away)}
			table(w.public).Routes = append(table(w.public).Routes, route("203.0.113.0/24", aws.Target{Kind: aws.TargetInternetGateway, Gateway: to(gateway), Label: gateway.Label}))
			return w.public
		},
		"a NAT gateway of another VPC": func(w *world, n *aws.NATGateway) *aws.Subnet {
			away := w.another("away", "10.9.0.0/16")
			gateway := &aws.Gateway{Object: object("aws_internet_gateway.away"), VPC: to(away)}
			away.Gateways = []*aws.Gateway{gateway}
			far := w.translator("far", w.in(away, "far", "10.9.1.0/24", route("0.0.0.0/0", aws.Target{Kind: aws.TargetInternetGateway, Gateway: to(gateway), Label: gateway.Label})))
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", n), toTranslator("203.0.113.0/24", far)}
			return w.private
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host("a", change(w, w.translator("n", w.public)), tf.No, w.group("g"))
			if name == gatewayElsewhere {
				w.n.Interfaces[0].PublicIPv4 = tf.Yes
			}
			for to, want := range map[string]reach.Verdict{"internet:198.51.100.7": reach.Yes, "internet:203.0.113.7": reach.No} {
				a := w.ask(t, "aws_instance.a", to, "tcp/443")
				if a.Answer != want || a.Forward != want {
					t.Errorf("%s: %s, forward %s, by %s", to, a.Answer, a.Forward, codes(a))
				}
			}
		})
	}
}
