package aws_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// corpusPlans are the real plans beside the checkout, if there are any.
func corpusPlans(t *testing.T) []string {
	t.Helper()
	for dir := ".."; len(dir) < 30; dir = filepath.Join("..", dir) {
		if plans, _ := filepath.Glob(filepath.Join(dir, "shared", "corpus", "*", "plan.json")); len(plans) > 0 {
			return plans
		}
	}
	t.Skip("no corpus here")
	return nil
}

// Every real plan becomes a network, of both snapshots, and nearly every link
// of its subnets, routes and rules leads to one object. Run with -v for the
// doubtful ones, and with TFCHECK_DUMP=1 for the networks.
func TestCorpus(t *testing.T) {
	var sure, doubtful int
	for _, path := range corpusPlans(t) {
		name := filepath.Base(filepath.Dir(path))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		stack, err := tfplan.Read(context.Background(), bytes.NewReader(text), tfplan.Options{Wanted: aws.Types, Name: name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if stack.Before != nil {
			aws.Build(aws.Input{Stack: stack, Snapshot: stack.Before})
		}
		n := aws.Build(aws.Input{Stack: stack, Snapshot: stack.After})
		if os.Getenv("TFCHECK_DUMP") != "" {
			t.Logf("%s\n%s", name, dump(n))
		}
		count := func(from, what string, one, set bool) {
			switch {
			case one:
				sure++
			case set:
				doubtful++
				t.Logf("%s: %s: %s", name, from, what)
			}
		}
		for _, s := range n.Subnets {
			if s.Outside {
				continue
			}
			_, one := s.VPC.One()
			count(s.Label, "VPC "+show(s.VPC, vpcLabel), one, true)
			_, one = s.RouteTable.One()
			count(s.Label, "route table "+show(s.RouteTable, tableLabel), one, true)
			_, one = s.ACL.One()
			count(s.Label, "ACL "+show(s.ACL, aclLabel), one, true)
		}
		for _, rt := range n.RouteTables {
			for _, r := range rt.Routes {
				unknown := r.Target.Kind == aws.TargetUnknown || len(r.Target.Gateway.To) > 1 || len(r.Target.NAT.To) > 1 || r.Target.Gateway.Open || r.Target.NAT.Open
				count(rt.Label, fmt.Sprint("route to ", r.Target.Label), !unknown, true)
			}
		}
		for _, g := range n.SecurityGroups {
			for _, rule := range append(append([]aws.Rule{}, g.Ingress...), g.Egress...) {
				for _, p := range rule.Groups {
					_, one := p.To.One()
					count(g.Label, "group "+show(p.To, groupLabel)+" in "+rule.Cause.Address(), one, p.To.IsSet())
				}
				count(g.Label, "rule "+rule.Cause.Address()+" maybe", !rule.Maybe, rule.Maybe)
			}
		}
		for _, i := range n.Interfaces {
			for _, l := range i.Subnets.Each {
				_, one := l.One()
				count(i.Label, "subnet "+show(l, subnetLabel), one, true)
			}
			for _, l := range i.Groups.Each {
				_, one := l.One()
				count(i.Label, "group "+show(l, groupLabel), one, true)
			}
			if len(i.Subnets.Maybe) > 0 || i.Subnets.Open || len(i.Groups.Maybe) > 0 || i.Groups.Open {
				count(i.Label, fmt.Sprint("open: ", len(i.Subnets.Maybe), i.Subnets.Open, len(i.Groups.Maybe), i.Groups.Open), false, true)
			}
		}
	}
	t.Logf("%d links lead to one object, %d do not", sure, doubtful)
	if doubtful*20 > sure {
		t.Errorf("%d of %d links are doubtful, want 5%% at most", doubtful, sure+doubtful)
	}
}

func vpcLabel(o *aws.VPC) string             { return o.Label }
func tableLabel(o *aws.RouteTable) string    { return o.Label }
func aclLabel(o *aws.ACL) string             { return o.Label }
func groupLabel(o *aws.SecurityGroup) string { return o.Label }
func subnetLabel(o *aws.Subnet) string       { return o.Label }

// show names what a link leads to.
func show[T any](l aws.Link[T], label func(*T) string) string {
	var names []string
	for _, o := range l.To {
		names = append(names, label(o))
	}
	if l.Open {
		names = append(names, "?")
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, " | ")
}

// dump writes a network down for people to read.
func dump(n *aws.Network) string {
	var b strings.Builder
	for _, v := range n.VPCs {
		fmt.Fprintf(&b, "VPC %s %v gateways=%d may=%v main=%s\n", v.Label, v.CIDRs, len(v.Gateways), v.MayHaveGateway, v.MainRouteTable.Label)
	}
	for _, s := range n.Subnets {
		fmt.Fprintf(&b, "subnet %s in %s %v public=%v table=%s acl=%s\n", s.Label, show(s.VPC, vpcLabel), s.CIDR.Prefix, s.PublicIPOnLaunch, show(s.RouteTable, tableLabel), show(s.ACL, aclLabel))
	}
	for _, t := range n.RouteTables {
		fmt.Fprintf(&b, "table %s in %s open=%v edge=%v main=%v\n", t.Label, show(t.VPC, vpcLabel), t.Open, t.Edge, t.Main)
		for _, r := range t.Routes {
			p, _ := r.Destination.Get()
			fmt.Fprintf(&b, "  %v %s -> %s %s conflict=%v\n", p, r.PrefixList.ID, r.Target.Kind, r.Target.Label, r.Conflict)
		}
	}
	for _, a := range n.ACLs {
		fmt.Fprintf(&b, "ACL %s in %s open=%v implicit=%v in=%d out=%d\n", a.Label, show(a.VPC, vpcLabel), a.Open, a.Implicit, len(a.Ingress), len(a.Egress))
	}
	for _, g := range n.SecurityGroups {
		fmt.Fprintf(&b, "group %s in %s open=%v conflicts=%v\n", g.Label, show(g.VPC, vpcLabel), g.Open, g.Conflicts)
		for i, r := range append(append([]aws.Rule{}, g.Ingress...), g.Egress...) {
			direction := "in"
			if i >= len(g.Ingress) {
				direction = "out"
			}
			protocol, _ := r.Protocol.Get()
			from, _ := r.FromPort.Get()
			to, _ := r.ToPort.Get()
			fmt.Fprintf(&b, "  %s %s %d-%d %s[%s]", direction, protocol, from, to, r.Cause.Address(), r.Cause.Argument)
			for _, p := range r.CIDRs {
				fmt.Fprintf(&b, " %v", p.To)
				if p.Unknown {
					b.WriteString("(unknown)")
				}
			}
			for _, p := range r.Groups {
				b.WriteString(" " + show(p.To, groupLabel))
			}
			fmt.Fprintf(&b, " lists=%d self=%v any=%v maybe=%v conflict=%v\n", len(r.PrefixLists), r.Self, r.AnyPeer, r.Maybe, r.Conflict)
		}
	}
	for _, i := range n.Interfaces {
		fmt.Fprintf(&b, "interface %s %s public=%v v6=%v any=%v", i.Label, i.Kind, i.PublicIPv4, i.IPv6, i.AnySubnet)
		for _, l := range i.Subnets.Each {
			b.WriteString(" " + show(l, subnetLabel))
		}
		b.WriteString(" groups")
		for _, l := range i.Groups.Each {
			b.WriteString(" " + show(l, groupLabel))
		}
		b.WriteString("\n")
	}
	for _, x := range n.Boundaries {
		fmt.Fprintf(&b, "boundary %s %s vpcs=%d\n", x.Label, x.Kind, len(x.VPCs))
	}
	for _, a := range n.Assumptions {
		fmt.Fprintf(&b, "assumption %s\n", a.Text)
	}
	return b.String()
}
