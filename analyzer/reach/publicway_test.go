package reach_test

import (
	"cmp"
	"errors"
	"fmt"
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

// named is a rule for an address that AWS has yet to choose, of which only the
// owner is known.
func named(port int, o aws.Owner) aws.Rule {
	r := allow("tcp", port, port)
	r.CIDRs = []aws.Peer[netip.Prefix]{{To: netip.MustParsePrefix("0.0.0.0/0"), Unknown: true, Owner: &o}}
	return r
}

// IGW-7: a rule for the public address of something in the network admits what
// comes from there, and nobody else: not the rest of the internet, and nothing by
// a private address.
func TestPublicAddressByOwner(t *testing.T) {
	for name, test := range map[string]struct {
		change            func(w *world, a *aws.Interface, n *aws.NATGateway)
		owner             func(w *world, a *aws.Interface, n *aws.NATGateway) aws.Owner
		through, between  reach.Verdict
		straight, outside reach.Verdict
	}{
		"the sender's own": {
			owner: func(_ *world, a *aws.Interface, _ *aws.NATGateway) aws.Owner {
				return aws.Owner{Interface: a, Public: true, Held: true}
			},
			through: reach.Yes, between: reach.Yes,
		},
		"somebody else's": {
			owner: func(w *world, _ *aws.Interface, _ *aws.NATGateway) aws.Owner {
				return aws.Owner{Interface: w.host("c", w.public, tf.Yes, w.group("c")), Public: true, Held: true}
			},
		},
		"one of several of the sender's": {
			change: func(_ *world, a *aws.Interface, _ *aws.NATGateway) { a.OneAddress = false },
			owner: func(_ *world, a *aws.Interface, _ *aws.NATGateway) aws.Owner {
				return aws.Owner{Interface: a, Public: true, Held: true}
			},
			through: reach.Unknown, between: reach.Unknown,
		},
		"its NAT gateway's": {
			change: func(_ *world, a *aws.Interface, _ *aws.NATGateway) { a.PublicIPv4 = tf.No },
			owner: func(_ *world, _ *aws.Interface, n *aws.NATGateway) aws.Owner {
				return aws.Owner{NAT: n, Public: true, Held: true}
			},
			through: reach.Yes, between: reach.Yes,
		},
		"its own, though it leaves by a NAT gateway": {
			change: func(w *world, a *aws.Interface, _ *aws.NATGateway) { a.Subnets.Each[0] = to(w.private) },
			owner: func(_ *world, a *aws.Interface, _ *aws.NATGateway) aws.Owner {
				return aws.Owner{Interface: a, Public: true, Held: true}
			},
		},
		"one of two addresses of its NAT gateway": {
			change: func(_ *world, a *aws.Interface, n *aws.NATGateway) {
				a.PublicIPv4, n.OneAddress = tf.No, false
			},
			owner: func(_ *world, _ *aws.Interface, n *aws.NATGateway) aws.Owner {
				return aws.Owner{NAT: n, Public: true, Held: true}
			},
			through: reach.Unknown, between: reach.Unknown,
		},
		"an Elastic IP that nobody is known to have": {
			owner:   func(*world, *aws.Interface, *aws.NATGateway) aws.Owner { return aws.Owner{Public: true} },
			through: reach.Unknown, outside: reach.Unknown,
		},
		"the sender's private one": {
			owner:    func(_ *world, a *aws.Interface, _ *aws.NATGateway) aws.Owner { return aws.Owner{Interface: a} },
			straight: reach.Yes,
		},
		"somebody else's private one": {
			owner: func(w *world, _ *aws.Interface, _ *aws.NATGateway) aws.Owner {
				return aws.Owner{Interface: w.host("c", w.public, tf.Yes, w.group("c"))}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			n := w.translator("n", w.public)
			n.OneAddress = true
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", n)}
			a := w.host("a", w.public, tf.Yes, w.group("a"))
			a.OneAddress = true
			if test.change != nil {
				test.change(w, a, n)
			}
			if a.PublicIPv4 == tf.No {
				a.Subnets.Each[0] = to(w.private)
			}
			w.host("b", w.public, tf.Yes, w.group("b", named(22, test.owner(w, a, n))))
			for what, got := range map[string][2]reach.Verdict{
				"by private addresses": {w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22").Answer, test.straight},
				"from the internet":    {w.ask(t, "internet", "aws_instance.b", "tcp/22").Answer, test.outside},
				"over the internet":    {w.over(w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22").Through), test.through},
				"between them":         {w.over(w.between(t, "aws_instance.a", "aws_instance.b")), test.between},
			} {
				if want := cmp.Or(got[1], reach.No); got[0] != want {
					t.Errorf("%s: %s, want %s", what, got[0], want)
				}
			}
		})
	}
}

// over is the verdict of the flows that go over the internet.
func (w *world) over(flows []*reach.Flow) reach.Verdict {
	for _, flow := range flows {
		if flow.Internet != nil {
			return flow.Verdict()
		}
	}
	return reach.No
}

func (w *world) between(t *testing.T, from, to string) []*reach.Flow {
	t.Helper()
	g := reach.Compile(w.n)
	a, err := g.Endpoint(from)
	b, err2 := g.Endpoint(to)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return g.Between(a, b, packet.Everything(packet.IPv4))
}

// IGW-7: a host with a public address whose route leads to a NAT gateway is seen
// by the address of that.
func TestSeenByTheAddressOfTheWay(t *testing.T) {
	for cidr, want := range map[string]reach.Verdict{"203.0.113.7/32": reach.No, "203.0.113.9/32": reach.Yes} {
		w := newWorld()
		n := w.translator("n", w.public)
		n.PublicAddresses = []netip.Addr{netip.MustParseAddr("203.0.113.9")}
		table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", n)}
		a := w.host("a", w.private, tf.Yes, w.group("a"))
		a.PublicAddresses = []netip.Addr{netip.MustParseAddr("203.0.113.7")}
		b := w.host("b", w.public, tf.Yes, w.group("b", allow("tcp", 22, 22, cidr)))
		b.PublicAddresses = []netip.Addr{netip.MustParseAddr("203.0.113.8")}
		if got := w.over(w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22").Through); got != want {
			t.Errorf("a rule for %s: %s, want %s", cidr, got, want)
		}
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

// TestOneOfNATGateways: a route that leads to one of two NAT gateways, as a plan by
// itself shows it, gets out where both do (U-22).
func TestOneOfNATGateways(t *testing.T) {
	for name, test := range map[string]struct {
		second tf.Tri
		open   bool
		want   reach.Verdict
	}{
		"both are public":        {tf.Yes, false, reach.Yes},
		"one is private":         {tf.No, false, reach.Unknown},
		"or one outside of them": {tf.Yes, true, reach.Unknown},
	} {
		w := newWorld()
		w.host("a", w.private, tf.No, w.group("a"))
		link := aws.Link[aws.NATGateway]{Open: test.open}
		for n, public := range []tf.Tri{tf.Yes, test.second} {
			link.To = append(link.To, &aws.NATGateway{Object: object(fmt.Sprintf("aws_nat_gateway.n[%d]", n)), Subnet: to(w.public), Public: public})
		}
		w.n.NATGateways = link.To
		table(w.private).Routes = []aws.Route{route("0.0.0.0/0", aws.Target{Kind: aws.TargetNATGateway, NAT: link, Label: "one of two"})}
		if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != test.want {
			t.Errorf("%s: %s, waiting for %v", name, a.Answer, a.Waits)
		}
	}
}
