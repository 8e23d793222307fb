package exposure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// OneLock reports what the change brings one step from the internet.
var OneLock = &analyzer.Check{
	ID:       "one-lock-left",
	Title:    "after this change one setting alone keeps the internet from a data store or an administration port",
	Tier:     analyzer.Default,
	Guidance: []string{"G05", "G19", "G33"},
	Derived:  true,
	Rationale: `A public address, a route to an internet gateway, an open security group and an open network ACL are four ` +
		`locks; each of them alone is the work of one careless change. A data store or an administration port that had at ` +
		`least two locks and now has one left is one such change away from everyone. Only changes are reported: a single ` +
		`lock that was there before is not.`,
	Remediation: `Keep the lock that the change opens, or say in the review why one is enough.`,
	// The examples are read as one change, from the good to the bad one.
	Bad:  databaseRoutedBy("public"),
	Good: databaseRoutedBy("private"),
	Run: func(p *analyzer.Pass) {
		for _, finding := range locks(p) {
			p.Report(finding)
		}
	},
}

// databaseRoutedBy is a database with a public address whose group admits
// nobody outside, in subnets with the given route table.
func databaseRoutedBy(table string) string {
	return example.PublicSubnet + example.PrivateSubnet + `
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id

  route = []
}

resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.` + table + `.id
}
` + example.Database + `  publicly_accessible         = true
}
`
}

// locks are the findings of this check, which others leave to it.
func locks(p *analyzer.Pass) []analyzer.Finding {
	type key struct{}
	return analyzer.Shared(p.View, key{}, func(*analyzer.View) []analyzer.Finding { return findLocks(p) })
}

func findLocks(p *analyzer.Pass) []analyzer.Finding {
	if p.Before == nil || p.Before == p.View {
		return nil
	}
	before := map[string]*aws.Interface{}
	for _, i := range p.Before.Network.Interfaces {
		before[i.Label] = i
	}
	groups := map[string]*analyzer.Finding{}
	var order []string
	for _, i := range p.Network.Interfaces {
		was := before[i.Label]
		if was == nil || i.Resource == nil || slices.Equal(way(was), way(i)) {
			continue // new, or nothing on its way has changed
		}
		for _, target := range sensitive(i) {
			now, then := blockers(p.View, i, target.packets), blockers(p.Before, was, target.packets)
			if len(now) != 1 || len(then) < 2 {
				continue
			}
			cause := opened(p, was, i, then, now)
			key := exposed.PlaceOf(cause)
			if groups[key] == nil {
				groups[key] = &analyzer.Finding{Cause: cause, Path: now, Effect: analyzer.Effect{OneChangeAway: true, Target: target.class}}
				order = append(order, key)
			}
			f := groups[key]
			f.Effect.Target = max(f.Effect.Target, target.class)
			f.Subjects = append(f.Subjects, analyzer.Subject{Address: exposed.Address(i), Verdict: analyzer.Violation})
			f.Message = fmt.Sprintf("only one lock is left between the internet and %s: %s", exposed.Names(f.Subjects), now[0].Detail)
		}
	}
	var findings []analyzer.Finding
	for _, key := range order {
		findings = append(findings, *groups[key])
	}
	return findings
}

// way is everything in the configuration that decides about an interface.
// What a change does not touch is the same instance before and after.
func way(i *aws.Interface) []*tf.Resource {
	all := []*tf.Resource{i.Resource, i.Owner, i.PublicCause.Resource}
	for _, rule := range exposed.Rules(i) {
		all = append(all, rule.Cause.Resource)
	}
	for _, link := range i.Subnets.Each {
		for _, s := range link.To {
			all = append(all, s.Resource, s.Association.Resource)
			for _, table := range s.RouteTable.To {
				for _, route := range table.Routes {
					all = append(all, route.Cause.Resource)
				}
			}
			for _, a := range s.ACL.To {
				for _, entry := range slices.Concat(a.Ingress, a.Egress) {
					all = append(all, entry.Cause.Resource)
				}
			}
			for _, vpc := range s.VPC.To {
				for _, gateway := range vpc.Gateways {
					all = append(all, gateway.Resource)
				}
			}
		}
	}
	return all
}

// question is what would be exposed if the last lock fell.
type question struct {
	class   analyzer.Target
	packets packet.Set
}

// hosts are the kinds of interface behind which somebody logs in.
var hosts = []aws.InterfaceKind{aws.KindInstance, aws.KindENI, aws.KindFleet}

// sensitive asks for every packet of a data store, and of a host for the
// administration ports that its groups admit from somewhere.
func sensitive(i *aws.Interface) []question {
	if i.Kind == aws.KindDataStore {
		return []question{{analyzer.DataStore, packet.Everything(packet.IPv4)}}
	}
	if !slices.Contains(hosts, i.Kind) {
		return nil
	}
	admin := exposed.Ports(exposed.AdminPorts).Family(packet.IPv4)
	admitted := packet.Set{}
	for _, rule := range exposed.Rules(i) {
		admitted = admitted.Union(admin.Intersect(reach.Transport(rule).May))
	}
	if admitted.IsEmpty() {
		return nil
	}
	return []question{{analyzer.AdminPort, admitted}}
}

// blockers are the elements that stop the internet, each once: what stops
// both requests and replies is one lock.
func blockers(v *analyzer.View, i *aws.Interface, packets packet.Set) []reach.Hop {
	answer := v.Graph.Ask(reach.Question{
		From:    reach.Endpoint{Kind: reach.Internet, Label: "internet", Family: packet.IPv4},
		To:      reach.Endpoint{Kind: reach.Interfaces, Label: i.Label, Interfaces: []*aws.Interface{i}},
		Packets: packets,
	})
	if answer.Answer != reach.No {
		return nil
	}
	var distinct []reach.Hop
	for _, hop := range answer.Blockers {
		if !slices.ContainsFunc(distinct, func(other reach.Hop) bool { return sameLock(hop, other) }) {
			distinct = append(distinct, hop)
		}
	}
	return distinct
}

func sameLock(a, b reach.Hop) bool { return a.Object.Label == b.Object.Label }

// opened finds what this change did to the locks that fell: the changed
// element on the way, else the interface itself.
func opened(p *analyzer.Pass, was, i *aws.Interface, then, now []reach.Hop) aws.Cause {
	if subnetsOf(was) != subnetsOf(i) && i.Placement.Resource != nil {
		return i.Placement // it stands elsewhere: route, ACL and address went with it
	}
	for _, lock := range then {
		if slices.ContainsFunc(now, func(hop reach.Hop) bool { return sameLock(hop, lock) }) {
			continue
		}
		if r := lock.Cause.Resource; r != nil {
			if after := p.Snapshot.Resource(r.Address); after != nil && after != r {
				return aws.Cause{Resource: after, Argument: lock.Cause.Argument}
			}
		}
	}
	for _, hop := range p.Graph.Blocking(i, packet.IPv4) {
		if r := hop.Cause.Resource; r != nil && hop.Code == "" && r.Action != tf.NoOp {
			return hop.Cause
		}
	}
	return aws.Cause{Resource: i.Resource}
}

// subnetsOf names where an interface stands.
func subnetsOf(i *aws.Interface) string {
	var names []string
	for _, link := range i.Subnets.Each {
		for _, s := range link.To {
			names = append(names, s.Label)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
