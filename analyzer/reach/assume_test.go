package reach_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func assumes(a reach.Answer, id string) bool {
	return slices.ContainsFunc(a.Assumptions, func(x *tf.Assumption) bool { return x.ID == id })
}

// SG-3: an instance with several interfaces is several end points; where these
// differ, that it answers by the one it was asked at is an assumption.
func TestSeveralInterfaces(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(w *world, second *aws.Interface)
		want   bool
	}{
		"alike":          {func(*world, *aws.Interface) {}, false},
		"another subnet": {func(w *world, second *aws.Interface) { second.Subnets.Each[0] = to(w.private) }, true},
		"another group": {func(w *world, second *aws.Interface) {
			second.Groups.Each = []aws.Link[aws.SecurityGroup]{to(w.group("h"))}
		}, true},
		"somebody else's": {func(_ *world, second *aws.Interface) { second.Owner = second.Resource }, false},
	} {
		w := newWorld()
		g := w.group("g", allow("tcp", 22, 22, "0.0.0.0/0"))
		first, second := w.host("a", w.public, tf.Yes, g), w.host("b", w.public, tf.No, g)
		second.Owner = first.Resource
		tt.change(w, second)
		a := w.ask(t, "internet", "aws_instance.a", "tcp/22")
		flows := reach.Compile(w.n).FromInternet()
		const id = "same-interface:aws_instance.a"
		listed := slices.ContainsFunc(flows[0].Assumptions, func(x *tf.Assumption) bool { return x.ID == id })
		if a.Answer != reach.Yes || assumes(a, id) != tt.want || listed != tt.want {
			t.Errorf("%s: %s, assumed %t, in the flows %t, want %t", name, a.Answer, assumes(a, id), listed, tt.want)
		}
	}
}

// LB-14: that the internet does not reach the nodes of a cluster rests on no
// controller making a load balancer for them; of an instance it does not.
func TestMadeAtRunTime(t *testing.T) {
	w := newWorld()
	g := w.group("g")
	w.host("a", w.private, tf.No, g)
	nodes := w.host("n", w.private, tf.No, g)
	nodes.Object, nodes.Kind = object("aws_eks_node_group.n"), aws.KindFleet
	nodes.Owner = nodes.Resource
	for address, want := range map[string]bool{"aws_eks_node_group.n": true, "aws_instance.a": false} {
		if a := w.ask(t, "internet", address, "tcp/80"); a.Answer != reach.No || assumes(a, "run-time:"+address) != want {
			t.Errorf("%s: %s, %v", address, a.Answer, a.Assumptions)
		}
	}
	if a := w.ask(t, "aws_instance.a", "aws_eks_node_group.n", "tcp/80"); assumes(a, "run-time:aws_eks_node_group.n") {
		t.Error("a load balancer is assumed away where no internet is asked about")
	}
}

// RT-13: of the way to an address that nobody has everything is told that stops
// packets before that: groups, ACLs, and routes where it is in another VPC.
func TestAddressThatNobodyHas(t *testing.T) {
	w := newWorld()
	g := w.group("g")
	g.Egress = nil
	w.host("a", w.private, tf.No, g).Addresses = []netip.Addr{netip.MustParseAddr("10.0.2.8")}
	other := &aws.VPC{Object: object("aws_vpc.other"), CIDRs: []aws.Block{ipv4("10.1.0.0/16")}}
	other.Resource.Action = tf.Create
	w.n.VPCs = append(w.n.VPCs, other)
	s := w.subnet("other", "10.1.1.0/24")
	s.VPC, table(s).VPC = to(other), to(other)
	for address, want := range map[string]string{
		"ip:10.0.2.9":   "SG_HAS_NO_RULES NO_POSSIBLE_DESTINATION",
		"ip:10.0.200.9": "SG_HAS_NO_RULES NO_POSSIBLE_DESTINATION", // in no subnet
		"ip:10.1.1.9":   "SG_HAS_NO_RULES NO_ROUTE_TO_DESTINATION NO_ROUTE_TO_DESTINATION DISCONNECTED_VPCS NO_POSSIBLE_DESTINATION",
	} {
		a := w.ask(t, "aws_instance.a", address, "tcp/80")
		var codes []string
		for _, b := range a.Blockers {
			codes = append(codes, b.Code)
		}
		if got := strings.Join(codes, " "); a.Answer != reach.No || got != want {
			t.Errorf("%s: %s by %s, want %s", address, a.Answer, got, want)
		}
	}
}

// VPN-7, TGW-13: what a local gateway or a core network carries nobody knows, in
// either direction; what they do not touch they change nothing for.
func TestUnknownCarriers(t *testing.T) {
	for kind, target := range map[string]aws.TargetKind{"local gateway": aws.TargetLocalGateway, "Cloud WAN": aws.TargetCoreNetwork} {
		for touched, want := range map[bool]reach.Verdict{true: reach.Unknown, false: reach.No} {
			w := newWorld()
			w.host("a", w.private, tf.No, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
			if touched {
				w.n.Boundaries = []aws.Boundary{{Object: object("aws_vpc.joined"), Kind: kind, VPCs: []*aws.VPC{w.vpc}}}
				table(w.private).Routes = []aws.Route{toOther("192.168.0.0/16", target)}
			}
			for _, ends := range [][2]string{{"onprem:192.168.1.1", "aws_instance.a"}, {"aws_instance.a", "onprem:192.168.1.1"}} {
				if a := w.ask(t, ends[0], ends[1], "tcp/22"); a.Answer != want {
					t.Errorf("%s, touched %t: %s to %s: %s by %s, want %s", kind, touched, ends[0], ends[1], a.Answer, codes(a), want)
				}
			}
			if a := w.ask(t, "internet", "aws_instance.a", "tcp/22"); a.Answer != reach.No {
				t.Errorf("%s: the internet gets in: %s", kind, a.Answer)
			}
		}
	}
}
