package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// IGW-7: two hosts of one VPC that speak by their public addresses leave by its
// internet gateway and come back by it. The receiver sees a public address, which
// matches rules for the internet and none for a group or the VPC's own block.
func TestOverTheInternet(t *testing.T) {
	sender := func(w *world) *aws.SecurityGroup { return w.group("a") }
	tests := map[string]struct {
		admits func(w *world, of *aws.SecurityGroup) aws.Rule
		change func(w *world)
		want   reach.Verdict
		given  answers
	}{
		"everyone":           {func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "0.0.0.0/0") }, nil, reach.Yes, nil},
		"its own VPC":        {func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "10.0.0.0/16") }, nil, reach.No, nil},
		"the sender's group": {func(_ *world, of *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, of) }, nil, reach.No, nil},
		"some public address": {
			func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "203.0.113.7/32") }, nil, reach.Unknown, nil,
		},
		"that public address": {
			func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "203.0.113.7/32") }, nil, reach.Yes,
			answers{"public-address:aws_instance.a cidrs": "203.0.113.7/32"},
		},
		"another public address": {
			func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "203.0.113.7/32") }, nil, reach.No,
			answers{"public-address:aws_instance.a cidrs": "203.0.113.8/32"},
		},
		"a receiver without a public address": {
			func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "0.0.0.0/0") },
			func(w *world) { w.n.Interfaces[1].PublicIPv4 = tf.No }, reach.No, nil,
		},
		"a sender without a public address": {
			func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "0.0.0.0/0") },
			func(w *world) { w.n.Interfaces[0].PublicIPv4 = tf.No }, reach.No, nil,
		},
		"a sender behind a NAT gateway": {
			func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "0.0.0.0/0") },
			func(w *world) {
				n := &aws.NATGateway{Object: object("aws_nat_gateway.main"), Subnet: to(w.public), Public: tf.Yes}
				w.n.NATGateways = []*aws.NATGateway{n}
				table(w.private).Routes = []aws.Route{{
					Cause: aws.Cause{Resource: resource("aws_route.nat")}, Destination: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0")),
					Target: aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label},
				}}
				w.n.Interfaces[0].PublicIPv4 = tf.No
				w.n.Interfaces[0].Subnets.Each[0] = to(w.private)
			}, reach.Yes, nil,
		},
		"Block Public Access": {
			func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 22, 22, "0.0.0.0/0") },
			func(w *world) {
				w.n.BlockPublicAccess = &aws.BlockPublicAccess{Object: object("aws_vpc_block_public_access_options.a"), Mode: tf.KnownVal("block-bidirectional")}
			}, reach.No, nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			of := sender(w)
			w.host("a", w.public, tf.Yes, of)
			w.host("b", w.public, tf.Yes, w.group("b", test.admits(w, of)))
			if test.change != nil {
				test.change(w)
			}
			got := reach.No
			for _, flow := range w.askGiven(t, test.given, "aws_instance.a", "aws_instance.b", "tcp/22").Through {
				if flow.Internet == nil {
					t.Errorf("a flow through %v", flow)
				}
				got = flow.Verdict()
				if got == reach.Unknown && facts(flow.Waits) != "public-address:aws_instance.a" {
					t.Errorf("waits for %q", facts(flow.Waits))
				}
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// IGW-7: what everybody on the internet gets to is no way between two parts of
// a network; what only some public addresses get to is one, where they are known
// to be the sender's.
func TestOverTheInternetApart(t *testing.T) {
	for cidr, want := range map[string]int{"0.0.0.0/0": 0, "203.0.113.7/32": 1, "203.0.113.8/32": 0} {
		w := newWorld()
		a := w.host("a", w.public, tf.Yes, w.group("a"))
		a.PublicAddresses = []netip.Addr{netip.MustParseAddr("203.0.113.7")}
		b := w.group("b", allow("tcp", 22, 22, cidr))
		w.host("b", w.private, tf.Yes, b)
		table(w.private).Routes = []aws.Route{w.toGateway("0.0.0.0/0")}
		w.manage(passAll, passAll)
		g := reach.Compile(w.n)
		from, _ := g.Endpoint("aws_instance.a")
		to, _ := g.Endpoint("aws_instance.b")
		over := 0
		for _, flow := range g.Between(from, to, packet.Everything(packet.IPv4)) {
			if flow.Internet != nil {
				over++
			}
		}
		if over != want {
			t.Errorf("%s: %d flows over the internet, want %d", cidr, over, want)
		}
	}
}
