package naive

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// related is what an answer has to be after a change of the network.
type related func(before, after packet.Set) bool

func same(before, after packet.Set) bool      { return before.Equal(after) }
func neverLess(before, after packet.Set) bool { return before.SubsetOf(after) }
func neverMore(before, after packet.Set) bool { return after.SubsetOf(before) }

// changes are edits of a network with what they may do to what arrives.
var changes = map[string]struct {
	edit func(m *maker)
	then related
}{
	"the order of the input": {func(m *maker) {
		slices.Reverse(m.n.VPCs)
		slices.Reverse(m.n.Subnets)
		slices.Reverse(m.n.RouteTables)
		slices.Reverse(m.n.InternetGateways)
		slices.Reverse(m.n.LoadBalancers)
		slices.Reverse(m.n.TargetGroups)
		slices.Reverse(m.n.NATGateways)
		slices.Reverse(m.n.TransitGateways)
		for _, g := range m.n.SecurityGroups {
			slices.Reverse(g.Ingress)
			slices.Reverse(g.Egress)
		}
		for _, a := range m.n.ACLs {
			slices.Reverse(a.Ingress)
			slices.Reverse(a.Egress)
		}
		for _, t := range m.n.RouteTables {
			slices.Reverse(t.Routes)
		}
	}, same},
	"a block in two halves": {func(m *maker) {
		for _, g := range m.n.SecurityGroups {
			for _, rules := range [][]aws.Rule{g.Ingress, g.Egress} {
				for k := range rules {
					rules[k].CIDRs = halved(rules[k].CIDRs)
				}
			}
		}
	}, same},
	"other names": {func(m *maker) {
		for _, g := range m.n.SecurityGroups {
			g.Object = object(g.Label + "_renamed")
		}
		for _, s := range m.n.Subnets {
			s.Object = object("aws_subnet.z_" + s.Resource.Addr.Name)
		}
	}, same},
	"a VPC that has nothing to do with it": {func(m *maker) {
		p := m.place("10.77.0.0/16", "")
		m.furnish(p, 2, 2)
		m.rules(p)
	}, same},
	"a rule more": {func(m *maker) {
		for _, g := range m.n.SecurityGroups[:1] {
			g.Ingress = append(g.Ingress, aws.Rule{Protocol: tf.KnownVal("-1"), Self: tf.No, CIDRs: []aws.Peer[netip.Prefix]{{To: netip.MustParsePrefix("0.0.0.0/0")}}})
		}
	}, neverLess},
	"an entry that denies": {func(m *maker) {
		for _, a := range m.n.ACLs {
			a.Ingress = append(a.Ingress, aws.ACLEntry{Number: tf.KnownVal(1), Allow: tf.No, Protocol: tf.KnownVal(6),
				FromPort: tf.KnownVal(80), ToPort: tf.KnownVal(1024), CIDR: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/1"))})
		}
	}, neverMore},
}

func halved(peers []aws.Peer[netip.Prefix]) (out []aws.Peer[netip.Prefix]) {
	for _, p := range peers {
		if p.Unknown || p.To.Bits() == p.To.Addr().BitLen() {
			out = append(out, p)
			continue
		}
		low := netip.PrefixFrom(p.To.Addr(), p.To.Bits()+1)
		bytes := p.To.Addr().AsSlice()
		bytes[p.To.Bits()/8] |= 1 << (7 - p.To.Bits()%8)
		high, _ := netip.AddrFromSlice(bytes)
		for _, half := range []netip.Prefix{low, netip.PrefixFrom(high, low.Bits())} {
			q := p
			q.To = half
			out = append(out, q)
		}
	}
	return out
}

// TestMetamorphic: edits that mean nothing change no answer, neither what
// arrives nor what comes back; a rule more shrinks nothing, and an entry that
// denies widens nothing.
func TestMetamorphic(t *testing.T) {
	ofEach(t, func(t *testing.T, s scenario) {
		compared := 0
		for seed := range seeds(4) {
			network := func() *maker { return s.network(newDice(seed, uint64(len(s.name)), seed%2 == 1)) }
			hosts := network().n.Interfaces
			before := answersOf(t, network().n, hosts)
			for name, change := range changes {
				m := network()
				change.edit(m)
				after := answersOf(t, m.n, hosts)
				for _, way := range slices.Sorted(maps.Keys(joinedKeys(before, after))) {
					a, b := before[way], after[way]
					for k, what := range []string{"arrives", "comes back"} {
						if compared++; !change.then(a[k].Must, b[k].Must) || !change.then(a[k].May, b[k].May) {
							t.Fatalf("%s, seed %d: %s: what %s by %s: %.300s | %.300s became %.300s | %.300s", s.name, seed, name, what, way, a[k].Must, a[k].May, b[k].Must, b[k].May)
						}
					}
				}
			}
		}
		if compared == 0 {
			t.Error("nothing was compared")
		}
	})
}

// joinedKeys has the keys of both.
func joinedKeys(a, b map[string]reached) map[string]bool {
	all := map[string]bool{}
	for _, m := range []map[string]reached{a, b} {
		for way := range m {
			all[way] = true
		}
	}
	return all
}

// answersOf is what gets from each of some hosts, and the internet, to each
// other, by what relays it.
func answersOf(t *testing.T, n *aws.Network, hosts []*aws.Interface) map[string]reached {
	t.Helper()
	c := &comparison{T: t, g: reach.Compile(n)}
	names := []string{"internet", "internet6"}
	for _, i := range hosts {
		names = append(names, i.Resource.Address)
	}
	out := map[string]reached{}
	for _, from := range names {
		for _, to := range names {
			if from == to || strings.HasPrefix(from, "internet") && strings.HasPrefix(to, "internet") {
				continue
			}
			for _, f := range c.between(from, to) {
				by, _ := f.Front()
				way := from + " -> " + to + " " + f.Family.String() + " by " + by.Label
				got := out[way]
				out[way] = reached{*joined(&got[0], f.Forward), *joined(&got[1], f.Reachable)}
			}
		}
	}
	return out
}
