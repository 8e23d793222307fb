package exposure

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/acl"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
	"github.com/tfcheck/tfcheck/checks/internal/index"
)

// ControlRemoved reports protection that the change takes away.
var ControlRemoved = &analyzer.Check{
	ID:       "control-removed",
	Title:    "the change removes a protective control",
	Tier:     analyzer.Default,
	Guidance: []string{"G11", "G12", "G22", "G30"},
	Derived:  true,
	Rationale: `A network ACL entry that denies, a flow log, a firewall or a detector protects what others rely on without ` +
		`knowing of it. Its deletion is a small line in a long plan. The finding is grave when the internet can use what the ` +
		`control stopped.`,
	Remediation: `Keep the control, or replace it in the same change by one that covers the same.`,
	Bad: `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_network_acl" "main" {
  vpc_id = aws_vpc.main.id

  # The change deleted: deny tcp/3389 from everywhere, entry 90.

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
`,
	Good: `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_network_acl" "main" {
  vpc_id = aws_vpc.main.id

  ingress {
    rule_no    = 90
    action     = "deny"
    protocol   = "tcp"
    from_port  = 3389
    to_port    = 3389
    cidr_block = "0.0.0.0/0"
  }

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
`,
	Run: runControlRemoved,
}

// controls are the resource types that protect by being there, with the
// argument that names what they protect; none means the account.
var controls = []struct{ Type, Protects, Name string }{
	{"aws_flow_log", "vpc_id", "the flow log"},
	{"aws_flow_log", "subnet_id", "the flow log"},
	{"aws_flow_log", "eni_id", "the flow log"},
	{"aws_networkfirewall_firewall", "vpc_id", "the network firewall"},
	{"aws_wafv2_web_acl_association", "resource_arn", "the web application firewall"},
	{"aws_guardduty_detector", "", "the threat detector"},
	{"aws_cloudtrail", "", "the audit trail"},
	{"aws_vpc_block_public_access_options", "", "VPC Block Public Access"},
}

func runControlRemoved(p *analyzer.Pass) {
	if p.Before == nil {
		return
	}
	for _, before := range p.Before.Network.ACLs {
		if after := sameACL(p.Network, before); after != nil && before.Resource != nil {
			p.Judges(before.Resource)
			deniesRemoved(p, before, after)
		}
	}
	for _, control := range controls {
		for _, r := range index.Of(p.Before, control.Type) {
			protects, set := protected(r, control.Protects)
			if !set {
				continue
			}
			p.Judges(r)
			if covered(p.View, control.Type, control.Protects, protects) || gone(p, protects) {
				continue
			}
			p.Report(analyzer.Finding{
				Cause:    aws.Cause{Resource: r},
				Subjects: []analyzer.Subject{{Address: r.Address, Verdict: analyzer.Violation}},
				Effect:   analyzer.Effect{ControlRemoved: true},
				Message:  fmt.Sprintf("this change removes %s %s", control.Name, r.Address),
			})
		}
	}
}

// sameACL is the ACL that before has become, or nil.
func sameACL(n *aws.Network, before *aws.ACL) *aws.ACL {
	for _, after := range n.ACLs {
		if after.Resource != nil && before.Resource != nil &&
			(after.Resource.Address == before.Resource.Address || after.Resource.Moved == before.Resource.Address) {
			return after
		}
	}
	return nil
}

// deniesRemoved compares what an ACL denied by an entry with what it allows
// now.
func deniesRemoved(p *analyzer.Pass, before, after *aws.ACL) {
	was, ok := acl.Evaluate(before.Ingress, true)
	is, ok2 := acl.Evaluate(after.Ingress, true)
	if !ok || !ok2 {
		return
	}
	allowed := acl.Allowed(is)
	for _, d := range was {
		opened := d.Decides.Intersect(allowed)
		if d.Entry.Allow != tf.No || opened.IsEmpty() {
			continue
		}
		finding := analyzer.Finding{
			Cause:    aws.Cause{Resource: after.Resource, Argument: "ingress"},
			Subjects: []analyzer.Subject{{Address: after.Label, Verdict: analyzer.Violation, Flows: opened}},
			Effect:   analyzer.Effect{ControlRemoved: true},
			Message:  fmt.Sprintf("this change removes the entry of %s that denied %s%s", after.Label, opened.Services(), deniedFrom(d.Entry)),
		}
		if r := d.Entry.Cause.Resource; r != nil && r.Address != after.Resource.Address {
			finding.Cause = aws.Cause{Resource: r}
		}
		if exposedThrough(p, after, opened) {
			finding.Effect.Reach = analyzer.Anyone
		}
		p.Report(finding)
	}
}

// deniedFrom names the addresses of an entry, unless they are everyone's.
func deniedFrom(e *aws.ACLEntry) string {
	if cidr, ok := e.CIDR.Known(); ok && cidr.Bits() > 0 {
		return " from " + cidr.String()
	}
	return ""
}

// exposedThrough reports whether anyone on the internet now uses what the ACL
// used to deny.
func exposedThrough(p *analyzer.Pass, a *aws.ACL, opened packet.Set) bool {
	return slices.ContainsFunc(p.FromInternet, func(f *reach.Flow) bool {
		return exposed.Sources(f.Reachable.Must.AnyDestination().Intersect(opened)) == analyzer.Anyone &&
			slices.ContainsFunc(f.Path(), func(h reach.Hop) bool { return h.Object.Resource == a.Resource })
	})
}

// protected is what a control protects: an identity, in text that compares
// within one stack.
func protected(r *tf.Resource, argument string) (string, bool) {
	if argument == "" {
		return "", true
	}
	v := r.Get(argument)
	if s, ok := v.Symbol(); ok {
		return s.Address + "." + s.Attribute, true
	}
	return v.AsString().Known()
}

// covered reports whether a control of the type still protects the same.
func covered(after *analyzer.View, resourceType, argument, protects string) bool {
	for _, r := range index.Of(after, resourceType) {
		v := r.Get(argument)
		if same, ok := protected(r, argument); argument == "" || v.IsUnknown() || ok && same == protects {
			return true
		}
	}
	return false
}

// gone reports whether the change deletes what the control protected.
func gone(p *analyzer.Pass, protects string) bool {
	if protects == "" {
		return len(p.Network.VPCs) == 0
	}
	for _, r := range p.Before.Snapshot.Resources {
		id, _ := r.Get("id").AsString().Known()
		arn, _ := r.Get("arn").AsString().Known()
		if protects == id || protects == arn {
			after := p.Snapshot.Resource(r.Address)
			return after == nil || after.Action == tf.Replace
		}
	}
	return false
}
