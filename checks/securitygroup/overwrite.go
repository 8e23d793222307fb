package securitygroup

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Overwrite reports rules, entries and routes that delete each other.
var Overwrite = &analyzer.Check{
	ID:       "rules-overwrite-each-other",
	Title:    "inline and separate rules of one security group, network ACL or route table overwrite each other",
	Tier:     analyzer.Default,
	Guidance: []string{"G09", "G19", "G42"},
	Derived:  true,
	Rationale: `Inline blocks are the whole truth to Terraform: it deletes every rule that stands beside them, the separate ` +
		`rule resources of the same configuration included, and creates those again the next time. Which rules are in force ` +
		`depends on which apply ran last. Nobody can review such a group.`,
	Remediation: `Choose one form for each security group, network ACL and route table: blocks inside it, or resources of ` +
		`their own.`,
	Bad: `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/16"]
  }
}

resource "aws_security_group_rule" "metrics" {
  security_group_id = aws_security_group.web.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 9090
  to_port           = 9090
  cidr_blocks       = ["10.0.0.0/16"]
}
`,
	Good: `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.0.0.0/16"
}

resource "aws_vpc_security_group_ingress_rule" "metrics" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 9090
  to_port           = 9090
  cidr_ipv4         = "10.0.0.0/16"
}
`,
	Replaces: []analyzer.Replacement{{ID: "aws_security_group_inline_rules", Relation: "narrower"}},
	Run:      runOverwrite,
}

func runOverwrite(p *analyzer.Pass) {
	for _, g := range p.Network.SecurityGroups {
		var separate []aws.Cause
		for _, rule := range slices.Concat(g.Ingress, g.Egress) {
			if rule.Conflict {
				separate = append(separate, rule.Cause)
			}
		}
		overwritten(p, g.Object, separate)
	}
	for _, a := range p.Network.ACLs {
		var separate []aws.Cause
		for _, entry := range slices.Concat(a.Ingress, a.Egress) {
			if entry.Conflict {
				separate = append(separate, entry.Cause)
			}
		}
		overwritten(p, a.Object, separate)
	}
	for _, t := range p.Network.RouteTables {
		var separate []aws.Cause
		for _, route := range t.Routes {
			if route.Conflict {
				separate = append(separate, route.Cause)
			}
		}
		overwritten(p, t.Object, separate)
	}
}

// overwritten reports an object whose elements conflict. The finding stands at
// the object, whose inline blocks do the overwriting; the separate resources
// are its subjects.
func overwritten(p *analyzer.Pass, o aws.Object, conflicts []aws.Cause) {
	if o.Resource == nil {
		return
	}
	p.Evaluated++
	finding := analyzer.Finding{
		Cause:  aws.Cause{Resource: o.Resource},
		Effect: analyzer.Effect{Breaks: true},
	}
	var separate []*tf.Resource
	for _, c := range conflicts {
		if c.Resource != nil && c.Resource != o.Resource && !slices.Contains(separate, c.Resource) {
			separate = append(separate, c.Resource)
		}
	}
	if len(separate) == 0 {
		return
	}
	for _, r := range separate {
		finding.Subjects = append(finding.Subjects, analyzer.Subject{Address: r.Address, Verdict: analyzer.Violation})
		finding.Related = append(finding.Related, analyzer.Note{Text: "deleted by the inline blocks", Cause: aws.Cause{Resource: r}})
	}
	others := separate[0].Address
	if more := len(separate) - 1; more > 0 {
		others = fmt.Sprintf("%s and %d more", others, more)
	}
	finding.Message = fmt.Sprintf("the inline blocks of %s and %s overwrite each other", o.Label, others)
	finding.Fix = "move the inline blocks of " + o.Label + " into resources of their own, or the resources into blocks"
	p.Report(finding)
}
