package nacl

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/acl"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// BlocksReplies reports requests that an ACL admits and does not let answer.
var BlocksReplies = &analyzer.Check{
	ID:       "acl-blocks-replies",
	Title:    "a network ACL admits requests and stops every reply to them",
	Tier:     analyzer.Default,
	Guidance: []string{"G11"},
	Derived:  true,
	Rationale: `Network ACLs keep no state: the reply to a request that came in needs an entry of its own on the way out, to ` +
		`the client's ephemeral port. Without one the service is down from the moment of the apply, and somebody will open ` +
		`the ACL wider than needed to repair it.`,
	Remediation: `Allow the ports 1024-65535 back to where the requests come from.`,
	Bad:         stateless("443", "443"),
	Good:        stateless("1024", "65535"),
	Run:         runBlocksReplies,
}

// stateless is an ACL that admits HTTPS and lets the given ports out.
func stateless(from, to string) string {
	return `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_network_acl" "main" {
  vpc_id = aws_vpc.main.id

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "0.0.0.0/0"
  }

  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = ` + from + `
    to_port    = ` + to + `
    cidr_block = "0.0.0.0/0"
  }
}
`
}

// ephemeral are the ports that clients choose theirs from.
var ephemeral = packet.PortRange(1024, 65535)

func runBlocksReplies(p *analyzer.Pass) {
	for _, a := range p.Network.ACLs {
		if a.Resource == nil || a.Open {
			continue
		}
		p.Judges(a.Resource)
		in, known := acl.Evaluate(a.Ingress, true)
		out, known2 := acl.Evaluate(a.Egress, false)
		if !known || !known2 {
			continue
		}
		answered := packet.RequestsAnsweredBy(acl.Allowed(out))
		for _, d := range in {
			requests := services(d)
			if requests.IsEmpty() || requests.Overlaps(answered) {
				continue
			}
			number, _ := d.Entry.Number.Known()
			p.Report(analyzer.Finding{
				Cause:    d.Entry.Cause,
				Subjects: []analyzer.Subject{{Address: a.Label, Verdict: analyzer.Violation}},
				Message: fmt.Sprintf("entry %d of %s admits %s%s, and no egress entry lets the replies out",
					number, a.Label, requests.Services(), exposed.OverIPv6(requests)),
				Related: []analyzer.Note{{Text: "this ACL decides about the replies", Cause: aws.Cause{Resource: a.Resource, Argument: "egress"}}},
			})
		}
	}
}

// services are the TCP requests to well-known ports that an entry admits:
// entries about ephemeral ports admit replies themselves.
func services(d acl.Decision) packet.Set {
	if d.Entry.Allow != tf.Yes {
		return packet.Set{}
	}
	return d.Decides.On(packet.TCP).ToPorts(packet.PortRange(1, 1023)).FromPorts(ephemeral)
}
