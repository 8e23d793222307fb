package network

import (
	"github.com/tfcheck/tfcheck/analyzer"
)

// RefusedAtApply reports what plans well and what AWS refuses.
var RefusedAtApply = &analyzer.Check{
	ID:       "refused-at-apply",
	Title:    "AWS will refuse a security group, a route or a network ACL entry that Terraform plans without complaint",
	Tier:     analyzer.Default,
	Guidance: []string{"G09", "G19", "G42"},
	Derived:  true,
	Rationale: `The plan is fine and the apply stops half way, with some of the rules in place and some not: a group stands ` +
		`before interfaces of its own VPC only; a route into the blocks of a VPC is for a whole subnet, and leads to an ` +
		`interface, a NAT gateway or an endpoint; a number stands once in a network ACL.`,
	Remediation: `Name a group of the VPC that the subnet is in, or associate the group with it; give the route a destination ` +
		`outside the VPC or the block of a whole subnet; give the entry a number of its own.`,
	Bad:  twoVPCs("office"),
	Good: twoVPCs("main"),
	Run:  runRefusedAtApply,
}

// twoVPCs has an instance behind a group of one of two VPCs.
func twoVPCs(of string) string {
	return `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "office" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_subnet" "app" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_security_group" "app" {
  vpc_id = aws_vpc.` + of + `.id
}

resource "aws_instance" "app" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.app.id
  vpc_security_group_ids = [aws_security_group.app.id]

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    encrypted = true
  }
}
`
}

func runRefusedAtApply(p *analyzer.Pass) {
	p.JudgesInterfaces()
	for _, t := range p.Network.RouteTables {
		if t.Resource != nil {
			p.Judges(t.Resource)
		}
	}
	for _, a := range p.Network.ACLs {
		if a.Resource != nil {
			p.Judges(a.Resource)
		}
	}
	for _, r := range p.Network.Refused {
		p.Report(analyzer.Finding{
			Cause:    r.Cause,
			Effect:   analyzer.Effect{Breaks: true},
			Message:  "AWS refuses this: " + r.Text,
			Subjects: []analyzer.Subject{{Address: r.Subject, Verdict: analyzer.Violation}},
		})
	}
}
