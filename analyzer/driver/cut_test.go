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

// off are the settings by which what a path passes lets nothing pass any more, by
// type and argument of the cause; an argument that is not there is left out.
var off = map[string]map[string]string{
	"aws_instance associate_public_ip_address":                                               {"associate_public_ip_address": "false"},
	"aws_subnet map_public_ip_on_launch":                                                     {"map_public_ip_on_launch": "false"},
	"aws_ec2_transit_gateway_vpc_attachment transit_gateway_default_route_table_propagation": {"transit_gateway_default_route_table_propagation": "false"},
	"aws_route_table propagating_vgws":                                                       {"propagating_vgws": "[]"},
	"aws_eks_cluster vpc_config.public_access_cidrs":                                         {"public_access_cidrs": `["192.0.2.0/24"]`},
	"aws_eks_cluster ":    {"endpoint_public_access": "false"},
	"aws_nat_gateway ":    {"connectivity_type": `"private"`},
	"aws_vpn_gateway ":    {"vpc_id": "null"},
	"aws_vpn_connection ": {"vpn_gateway_id": "null", "transit_gateway_id": "null"},
}

// kept are the causes that nothing in the source takes away, with the reason.
var kept = map[string]string{
	"aws_networkfirewall_firewall_policy ": "what no rule is about its default action passes or drops: there is no one element that admits it",
	"aws_ec2_instance_connect_endpoint ":   "IAM admits people to it, which is no part of the network",
}

// cutsOf are the edits that take a cause away; none for those of kept.
func cutsOf(c aws.Cause) []reach.Edit {
	block, _, _ := strings.Cut(c.Argument, ".")
	switch {
	case strings.HasSuffix(block, "]") && !strings.Contains(block, "cidr"):
		return []reach.Edit{{Action: reach.Remove, Address: c.Address(), Block: block}}
	case slices.Contains(separate, c.Resource.Addr.Type):
		return []reach.Edit{{Action: reach.Remove, Address: c.Address()}}
	}
	settings := off[c.Resource.Addr.Type+" "+c.Argument]
	e := reach.Edit{Action: reach.Set, Address: c.Address()}
	if c.Resource.Addr.Type == "aws_eks_cluster" {
		e.Block = "vpc_config"
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		e.Arguments = append(e.Arguments, reach.Argument{Name: name, Value: settings[name]})
	}
	if len(settings) == 0 {
		return nil
	}
	return []reach.Edit{e}
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
					if why := stays(h); why != "" {
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
		if kept[why] == "" {
			t.Errorf("%d hops are admitted by %s, which is not cut", left[why], why)
		}
		t.Logf("%d hops are admitted by %s: %s", left[why], why, kept[why])
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

// stays is the cause of a hop that nothing takes away, or "".
func stays(h reach.Hop) string {
	for _, c := range h.Causes {
		if len(cutsOf(c)) == 0 {
			return c.Resource.Addr.Type + " " + c.Argument
		}
	}
	return ""
}

// removal is what takes all causes of a hop away.
func removal(h reach.Hop) (out []reach.Edit) {
	for _, c := range h.Causes {
		for _, e := range cutsOf(c) {
			if !slices.ContainsFunc(out, func(o reach.Edit) bool { return o.String() == e.String() }) {
				out = append(out, e)
			}
		}
	}
	// From the last to the first, since the numbers of blocks change.
	slices.SortFunc(out, func(a, b reach.Edit) int { return tf.CompareAddresses(b.Address+b.Block, a.Address+a.Block) })
	return out
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
				return stays(h) == "" && len(removal(h)) > 0
			})
		}
		if at < 0 || at >= len(hops) {
			t.Fatalf("after %d rounds nothing of the path can be removed", round)
		}
		for _, e := range removal(hops[at]) {
			if err := s.edit(e); err != nil {
				t.Fatalf("%s: %v", e, err)
			}
		}
	}
	t.Fatalf("still yes")
	return 0, reach.Yes
}
