package securitygroup

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// DefaultUsed reports members of a VPC's default security group.
var DefaultUsed = &analyzer.Check{
	ID:       "default-security-group-used",
	Title:    "something stands in the VPC's default security group",
	Tier:     analyzer.Default,
	Guidance: []string{"G40"},
	Rationale: `Whatever names no security group gets the VPC's default one: everything in it may talk to everything else in ` +
		`it, and a rule that somebody adds for one member opens all of them. Nobody chose who they are.`,
	Remediation: `Make a security group for the application and tier, and name it.`,
	Bad: example.PublicSubnet + `
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.public[0].id
}
`,
	Good: example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
}
` + example.Host,
	Replaces: []analyzer.Replacement{
		{ID: "CKV_AWS_248", Relation: "stricter"},
		{ID: "ec2_instance_using_default_security_group", Relation: "equal"},
		{ID: "instance_with_no_vpc", Relation: "stricter"},
	},
	Run: runDefaultUsed,
}

func runDefaultUsed(p *analyzer.Pass) {
	seen := map[string]bool{}
	for _, i := range p.Network.Interfaces {
		if i.Resource == nil {
			continue
		}
		p.Judges(i.Resource)
		group, verdict := defaultGroup(i)
		cause := i.GroupsCause
		if cause.Resource == nil {
			cause = aws.Cause{Resource: i.Owner}
		}
		if cause.Resource == nil {
			cause = aws.Cause{Resource: i.Resource}
		}
		address := exposed.Address(i)
		if group == nil || seen[address] {
			continue
		}
		seen[address] = true
		how := "names no security group and gets"
		switch {
		case verdict == analyzer.Undetermined:
			how = "may be in"
		case i.GroupsCause.Resource != nil:
			how = "is in"
		}
		label := group.Label
		if group.Resource == nil {
			label = "the " + label
		}
		finding := analyzer.Finding{
			Cause:    cause,
			Subjects: []analyzer.Subject{{Address: address, Verdict: verdict}},
			Message:  fmt.Sprintf("%s %s %s", address, how, label),
		}
		if verdict == analyzer.Undetermined {
			finding.WaitsFor = []tf.Fact{{ID: "groups:" + address, Text: "which security groups " + address + " has", Settle: "known after apply"}}
		}
		if exposed.Anywhere(p.View, i) {
			finding.Effect.OneChangeAway = true
		}
		p.Report(finding)
	}
}

// defaultGroup is the default group that the interface certainly is in, or is
// one of several that it may be in; else nil. What names no group in a default
// VPC that the input does not manage is in a default group as well.
func defaultGroup(i *aws.Interface) (*aws.SecurityGroup, analyzer.Verdict) {
	if i.HasGroups == tf.No {
		return nil, ""
	}
	for _, link := range i.Groups.Each {
		if g, ok := link.One(); ok && g.Default {
			return g, analyzer.Violation
		}
	}
	for _, link := range slices.Concat(i.Groups.Each, i.Groups.Maybe) {
		if at := slices.IndexFunc(link.To, func(g *aws.SecurityGroup) bool { return g.Default }); at >= 0 {
			return link.To[at], analyzer.Undetermined
		}
	}
	return nil, ""
}
