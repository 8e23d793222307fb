package exposure

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// OpenRule reports open rules that admit nobody today.
var OpenRule = &analyzer.Check{
	ID:       "rule-open-to-everyone",
	Title:    "a security group rule admits everyone to a sensitive port, though nothing can use it here",
	Tier:     analyzer.Default,
	Guidance: []string{"G09", "G33"},
	Rationale: `Nothing behind such a rule can be reached from the internet today: its members have no public address or no ` +
		`route, or the group has no members. One change elsewhere, often by somebody else, turns it into an exposure, and AWS ` +
		`Security Hub reports the rule after apply. A group that is handed to other stacks, or that stands in a stack without ` +
		`any network interface, is judged as if one interface used it, one step lower.`,
	Remediation: `Name the addresses or the security group that need the port, or remove the rule.`,
	Bad: example.PublicSubnet + example.PrivateSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "web" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.private[0].id
  vpc_security_group_ids = [aws_security_group.web.id]
}
`,
	Good: example.PublicSubnet + example.PrivateSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}

resource "aws_instance" "web" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.private[0].id
  vpc_security_group_ids = [aws_security_group.web.id]
}
`,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0107", Relation: "narrower"},
		{ID: "CKV_AWS_24", Relation: "narrower"},
		{ID: "CKV_AWS_25", Relation: "narrower"},
		{ID: "EC2.19", Relation: "narrower"},
	},
	Run: runOpenRule,
}

func runOpenRule(p *analyzer.Pass) {
	used := map[string]bool{}
	for _, finding := range locks(p) {
		used[exposed.PlaceOf(finding.Cause)] = true // said there, and graver
	}
	for _, part := range exposed.Parts(p.View) {
		used[exposed.PlaceOf(part.Cause)] = true
	}
	members := exposed.Members(p.Network)
	reported := map[string]bool{}
	for _, group := range p.Network.SecurityGroups {
		if group.Resource == nil {
			continue
		}
		p.Judges(group.Resource)
		for n := range group.Ingress {
			rule := &group.Ingress[n]
			place := exposed.PlaceOf(exposed.RuleCause(rule))
			target, packets := exposed.OpenTo(p.View, rule)
			if target < analyzer.AdminPort || used[place] || reported[place] {
				continue
			}
			if slices.ContainsFunc(members[group], balances) {
				continue // what a load balancer opens is its listeners
			}
			reported[place] = true
			p.Report(openRule(p, group, rule, target, len(members[group]), packets.Services()))
		}
	}
}

func balances(i *aws.Interface) bool { return i.Kind == aws.KindLoadBalancer }

// openRule tells the rule that nothing uses from the one whose users are not
// in the input.
func openRule(p *analyzer.Pass, group *aws.SecurityGroup, rule *aws.Rule, target analyzer.Target, members int, ports string) analyzer.Finding {
	finding := analyzer.Finding{
		Cause:    exposed.RuleCause(rule),
		Subjects: []analyzer.Subject{{Address: group.Label, Verdict: analyzer.Violation}},
		Effect:   analyzer.Effect{Target: target},
		Message:  fmt.Sprintf("%s admits everyone on %s, though nothing can use it today", group.Label, ports),
	}
	if members == 0 && (group.Handed || len(p.Network.Interfaces) == 0) {
		finding.Effect = analyzer.Effect{Reach: analyzer.Anyone, Target: target, Unused: true}
		finding.Message = fmt.Sprintf("%s admits everyone on %s, and what uses it is not in this stack", group.Label, ports)
	}
	return finding
}
