package exposure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// PrivateTier reports private subnets and data stores on the way to the
// internet.
var PrivateTier = &analyzer.Check{
	ID:       "private-tier-became-public",
	Title:    "a private or data tier has a route to the internet or a public address",
	Tier:     analyzer.Default,
	Guidance: []string{"G04", "G05", "G19"},
	Rationale: `A subnet that is called private, or that holds data stores, is trusted not to face the internet: people give ` +
		`its members wide rules for that reason. With a route to an internet gateway only addresses and rules are left ` +
		`between them and everyone, with a public address only routes and rules. A data store with a public address has a ` +
		`name that resolves everywhere. A load balancer that was internal until this change is written for callers inside.`,
	Remediation: `Send the subnet's default route to a NAT gateway, or remove it, and set publicly_accessible to false. A ` +
		`subnet that is meant to be public deserves another name.`,
	Bad: example.PublicSubnet + example.PrivateSubnet + `
resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.public.id
}
`,
	Good: example.PublicSubnet + example.PrivateSubnet + `
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private.id
}
`,
	Options: []analyzer.Option{{
		Name:    "private_names",
		Default: []string{"private", "data", "db", "database", "databases", "rds", "redshift", "elasticache", "cache", "intra", "internal", "isolated", "persistence"},
		Doc:     "words in the name or the Name, Tier and Type tags of a subnet that make it private",
	}},
	Replaces: []analyzer.Replacement{
		{ID: "rds_associated_with_public_subnet", Relation: "stricter"},
		{ID: "CKV_AWS_17", Relation: "narrower"},
		{ID: "RDS.46", Relation: "stricter"},
	},
	Run: runPrivateTier,
}

func runPrivateTier(p *analyzer.Pass) {
	inside := map[*aws.Subnet][]*aws.Interface{}
	for _, i := range p.Network.Interfaces {
		for _, link := range i.Subnets.Each {
			if s, ok := link.One(); ok {
				inside[s] = append(inside[s], i)
			}
		}
	}
	why := map[*aws.Subnet]string{}
	reached := map[*aws.Subnet]bool{}
	for _, s := range p.Network.Subnets {
		if s.Resource == nil {
			continue
		}
		p.Judges(s.Resource)
		reached[s] = slices.ContainsFunc(inside[s], func(i *aws.Interface) bool { return exposed.Anywhere(p.View, i) })
		why[s] = called(s, p.Options["private_names"])
		if why[s] == "" && !reached[s] { // a data store that is reached has a finding of its own
			why[s] = holds(inside[s])
		}
	}
	public := map[*aws.RouteTable]bool{}
	for _, s := range p.Network.Subnets {
		if table, ok := s.RouteTable.One(); ok && why[s] == "" {
			public[table] = true
		}
	}
	found := map[string]*analyzer.Finding{}
	var order []string
	for _, s := range p.Network.Subnets {
		if why[s] == "" {
			continue
		}
		cause, ok := internetRoute(s, public)
		if !ok {
			continue
		}
		key := exposed.PlaceOf(cause)
		if found[key] == nil {
			found[key] = &analyzer.Finding{Cause: cause, Effect: analyzer.Effect{OneChangeAway: true}}
			order = append(order, key)
		}
		f := found[key]
		f.Subjects = append(f.Subjects, analyzer.Subject{Address: s.Label, Verdict: analyzer.Violation})
		by := cause.Address()
		if len(f.Subjects) > 1 {
			by = tf.StripKeys(by)
		}
		f.Message = fmt.Sprintf("%s gives %s, %s, a route to the internet", by, exposed.Names(f.Subjects), why[s])
		f.Fix = "send " + exposed.Names(f.Subjects) + " through a NAT gateway, or nowhere"
		if reached[s] {
			f.Effect = analyzer.Effect{Reach: analyzer.Anyone, Target: analyzer.Unexpected}
		}
	}
	for _, key := range order {
		p.Report(*found[key])
	}
	publicDataStores(p)
	publicHosts(p, why)
	turnedOutward(p)
}

// publicHosts reports hosts of private subnets that are given a public address
// of their own.
func publicHosts(p *analyzer.Pass, why map[*aws.Subnet]string) {
	for _, i := range p.Network.Interfaces {
		if !slices.Contains(hosts, i.Kind) || i.PublicIPv4 != tf.Yes || i.PublicCause.Resource == nil || len(i.Subnets.Each) == 0 {
			continue
		}
		s := privateSubnet(i.Subnets.Each[0], why)
		if s == nil || exposed.Anywhere(p.View, i) {
			continue
		}
		p.Report(analyzer.Finding{
			Cause:    i.PublicCause,
			Subjects: []analyzer.Subject{{Address: exposed.Address(i), Verdict: analyzer.Violation}},
			Effect:   analyzer.Effect{OneChangeAway: true, Target: analyzer.Unexpected},
			Message:  fmt.Sprintf("%s in %s, %s, has a public address", exposed.Address(i), s.Label, why[s]),
			Fix:      "take the public address away, or place the host in a public subnet",
		})
	}
}

// privateSubnet is the subnet that a link leads to where it is certainly a
// private one: of several that may be meant the first, if all are private.
func privateSubnet(l aws.Link[aws.Subnet], why map[*aws.Subnet]string) *aws.Subnet {
	if len(l.To) == 0 || l.Open || slices.ContainsFunc(l.To, func(s *aws.Subnet) bool { return why[s] == "" }) {
		return nil
	}
	return l.To[0]
}

// turnedOutward reports load balancers that the change makes face the
// internet.
func turnedOutward(p *analyzer.Pass) {
	if p.Before == nil || p.Before == p.View {
		return
	}
	internal := map[string]bool{}
	for _, b := range p.Before.Network.LoadBalancers {
		internal[b.Label] = b.Internal == tf.Yes
	}
	for _, b := range p.Network.LoadBalancers {
		if b.Resource == nil || b.Internal != tf.No || !internal[b.Label] {
			continue
		}
		p.Judges(b.Resource)
		message := b.Label + ", internal until this change, faces the internet"
		if !exposed.Balanced(p.View, b) {
			message += ", though nobody there can use its listeners today"
		}
		p.Report(analyzer.Finding{
			Cause:    b.InternalCause,
			Subjects: []analyzer.Subject{{Address: b.Label, Verdict: analyzer.Violation}},
			Effect:   analyzer.Effect{OneChangeAway: true, Target: analyzer.FrontDoor},
			Message:  message,
			Fix:      "keep it internal, or make another load balancer for callers from outside",
		})
	}
}

// publicDataStores reports public addresses that no other finding speaks of.
func publicDataStores(p *analyzer.Pass) {
	for _, i := range p.Network.Interfaces {
		if i.Kind != aws.KindDataStore {
			continue
		}
		p.Judges(i.Resource)
		if i.PublicIPv4 != tf.Yes || i.PublicCause.Resource == nil || exposed.Anywhere(p.View, i) {
			continue
		}
		p.Report(analyzer.Finding{
			Cause:    i.PublicCause,
			Subjects: []analyzer.Subject{{Address: exposed.Address(i), Verdict: analyzer.Violation}},
			Effect:   analyzer.Effect{OneChangeAway: true, Target: analyzer.DataStore},
			Message:  exposed.Address(i) + " has a public address",
			Fix:      "set publicly_accessible = false",
		})
	}
}

// holds names a data store in a subnet, or nothing. One that can never have a
// public address, as caches and file systems (SVC-10, SVC-11), is none that a
// route brings any nearer.
func holds(inside []*aws.Interface) string {
	for _, i := range inside {
		if i.Kind == aws.KindDataStore && i.PublicCause.Resource != nil {
			return "where " + exposed.Address(i) + " stands"
		}
	}
	return ""
}

// called says by which of its names a subnet is not for the internet, or
// nothing.
func called(s *aws.Subnet, names []string) string {
	labels := []string{s.Resource.Addr.Name}
	for _, tag := range []string{"Name", "Tier", "tier", "Type", "type"} {
		if value, ok := s.Resource.Get("tags", tag).AsString().Known(); ok {
			labels = append(labels, value)
		}
	}
	for _, label := range labels {
		words := strings.FieldsFunc(strings.ToLower(label), func(r rune) bool { return r < 'a' || r > 'z' })
		for _, word := range words {
			if slices.Contains(names, word) && !slices.Contains(words, "public") {
				return "called " + word
			}
		}
	}
	return ""
}

// internetRoute finds what sends a subnet's traffic to an internet gateway: the
// route, or, where public subnets use the same table, the choice of the table.
func internetRoute(s *aws.Subnet, public map[*aws.RouteTable]bool) (aws.Cause, bool) {
	table, ok := s.RouteTable.One()
	if !ok {
		return aws.Cause{}, false
	}
	for _, r := range table.Routes {
		if r.Target.Kind != aws.TargetInternetGateway || r.Conflict || r.Maybe || r.Cause.Resource == nil {
			continue
		}
		if s.Association.Resource != nil && public[table] {
			return s.Association, true
		}
		return r.Cause, true
	}
	return aws.Cause{}, false
}
