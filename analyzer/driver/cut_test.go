package driver_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// separate are the types of resources that are one element of something else,
// so that they can be taken away by themselves.
var separate = []string{
	"aws_route", "aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_network_acl_rule",
	"aws_ec2_transit_gateway_route", "aws_ec2_transit_gateway_route_table_propagation", "aws_lb_listener", "aws_lb_target_group_attachment",
	"aws_vpn_connection_route", "aws_vpn_gateway_route_propagation", "aws_vpc_endpoint_route_table_association",
}

// kept are what a path passes that is no element that somebody could take away
// and leave the rest, by the kind of its cause.
var kept = map[string]string{
	"component": "the gateway, endpoint or interface itself: what is behind it goes with it",
	"argument":  "an argument of a component, such as map_public_ip_on_launch: it is set, not listed",
}

// elementOf is the edit that takes a cause away.
func elementOf(c aws.Cause) (reach.Edit, string) {
	block, _, _ := strings.Cut(c.Argument, ".")
	switch {
	case strings.HasSuffix(block, "]") && !strings.Contains(block, "cidr"):
		return reach.Edit{Action: reach.Remove, Address: c.Address(), Block: block}, ""
	case slices.Contains(separate, c.Resource.Addr.Type):
		return reach.Edit{Action: reach.Remove, Address: c.Address()}, ""
	case c.Argument == "":
		return reach.Edit{}, "component"
	}
	return reach.Edit{}, "argument"
}

// TestYesIsCutInSource: at every hop of a yes, removing what admits the packets
// from the source makes it a no, or leads to another path, whose elements are
// removed in their turn.
func TestYesIsCutInSource(t *testing.T) {
	if testing.Short() {
		t.Skip("some 200 elements")
	}
	dirs := []string{filepath.Join("..", "..", "fixtures", "reach")}
	if shared := filepath.Join("..", "..", "..", "shared", "conformance"); exists(shared) {
		dirs = append(dirs, shared)
	}
	cut, moved, open, left := 0, 0, 0, map[string]int{}
	for _, dir := range dirs {
		for _, q := range answered(t, dir, "yes") {
			t.Run(q.name, func(t *testing.T) {
				first := q.answer(t)
				if first.Answer != reach.Yes {
					t.Fatalf("it is %s", first.Answer)
				}
				for at, h := range slices.Concat(first.Path, first.ReplyPath) {
					if len(h.Causes) == 0 {
						continue
					}
					if _, why := removal(h); why != "" {
						left[why]++
						continue
					}
					rounds, answer := q.cut(t, at)
					if cut++; rounds > 1 {
						moved++
					}
					if answer == reach.Unknown {
						open++
					}
				}
			})
		}
	}
	for _, why := range slices.Sorted(maps.Keys(left)) {
		t.Logf("%d hops are admitted by what nobody removes: %s", left[why], kept[why])
	}
	t.Logf("%d elements cut, %d answers moved to another path first, %d are unknown then", cut, moved, open)
	if cut < 100 || open*20 > cut {
		t.Errorf("%d elements cut, %d unknown then", cut, open)
	}
}

func exists(dir string) bool {
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	return err == nil && len(list) > 0
}

// removal is what takes all causes of a hop away, or why nothing does.
func removal(h reach.Hop) (out []reach.Edit, why string) {
	for _, c := range h.Causes {
		e, why := elementOf(c)
		if why != "" {
			return nil, why
		}
		if !slices.ContainsFunc(out, func(o reach.Edit) bool { return o.String() == e.String() }) {
			out = append(out, e)
		}
	}
	// From the last to the first, since the numbers of blocks change.
	slices.SortFunc(out, func(a, b reach.Edit) int { return tf.CompareAddresses(b.Address+b.Block, a.Address+a.Block) })
	return out, ""
}

// cut removes what admits the packets at a hop until they do not arrive any
// more, and says in how many rounds, and what the answer is then.
func (q asked) cut(t *testing.T, at int) (rounds int, answer reach.Verdict) {
	t.Helper()
	s := readSource(t, q.dir)
	for round := range 10 {
		a := ask(t, s.graph(t), q.row)
		if a.Answer != reach.Yes {
			return round, a.Answer
		}
		hops := slices.Concat(a.Path, a.ReplyPath)
		if round > 0 { // another path: where it can be cut
			at = slices.IndexFunc(hops, func(h reach.Hop) bool {
				list, why := removal(h)
				return why == "" && len(list) > 0
			})
		}
		if at < 0 || at >= len(hops) {
			t.Fatalf("after %d rounds nothing of the path can be removed", round)
		}
		list, _ := removal(hops[at])
		for _, e := range list {
			if err := s.edit(e); err != nil {
				t.Fatalf("%s: %v", e, err)
			}
		}
	}
	t.Fatalf("still yes")
	return 0, reach.Yes
}
