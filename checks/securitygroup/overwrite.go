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
	var objects []conflicting
	for _, g := range p.Network.SecurityGroups {
		o := conflicting{Object: g.Object}
		for _, rule := range slices.Concat(g.Ingress, g.Egress) {
			o.add(rule.Cause, rule.Conflict)
		}
		objects = append(objects, o)
	}
	for _, a := range p.Network.ACLs {
		o := conflicting{Object: a.Object}
		for _, entry := range slices.Concat(a.Ingress, a.Egress) {
			o.add(entry.Cause, entry.Conflict)
		}
		objects = append(objects, o)
	}
	for _, t := range p.Network.RouteTables {
		o := conflicting{Object: t.Object}
		for _, route := range t.Routes {
			o.add(route.Cause, route.Conflict)
		}
		objects = append(objects, o)
	}
	homes := map[*tf.Resource]int{}
	for _, o := range objects {
		for _, r := range o.separate {
			homes[r]++
		}
	}
	for _, o := range objects {
		if o.Resource != nil {
			p.Judges(o.Resource)
			o.report(p, homes)
		}
	}
}

// conflicting is an object with those of its elements that may not survive.
type conflicting struct {
	aws.Object
	inline   bool
	separate []*tf.Resource
}

func (o *conflicting) add(cause aws.Cause, conflict bool) {
	switch r := cause.Resource; {
	case !conflict || r == nil:
	case r == o.Resource:
		o.inline = true
	case !slices.Contains(o.separate, r):
		o.separate = append(o.separate, r)
	}
}

// report makes a finding of an object whose inline blocks delete what stands
// beside them. An element that may belong to several objects proves nothing.
func (o *conflicting) report(p *analyzer.Pass, homes map[*tf.Resource]int) {
	finding := analyzer.Finding{Cause: aws.Cause{Resource: o.Resource}, Effect: analyzer.Effect{Breaks: true}}
	for _, r := range o.separate {
		if homes[r] == 1 {
			finding.Subjects = append(finding.Subjects, analyzer.Subject{Address: r.Address, Verdict: analyzer.Violation})
			finding.Related = append(finding.Related, analyzer.Note{Text: "deleted by the inline blocks", Cause: aws.Cause{Resource: r}})
		}
	}
	if !o.inline || len(finding.Subjects) == 0 {
		return
	}
	others := finding.Subjects[0].Address
	if more := len(finding.Subjects) - 1; more > 0 {
		others = fmt.Sprintf("%s and %d more", others, more)
	}
	finding.Message = fmt.Sprintf("the inline blocks of %s and %s overwrite each other", o.Label, others)
	finding.Fix = "move the inline blocks of " + o.Label + " into resources of their own, or the resources into blocks"
	p.Report(finding)
}
