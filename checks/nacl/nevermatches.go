package nacl

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/acl"
)

// NeverMatches reports entries that other entries decide for.
var NeverMatches = &analyzer.Check{
	ID:       "acl-entry-never-matches",
	Title:    "a network ACL entry never matches, because entries with lower numbers decide first",
	Tier:     analyzer.Default,
	Guidance: []string{"G11", "G42"},
	Derived:  true,
	Rationale: `A network ACL takes the first entry that matches, in the order of the numbers. An entry behind wider ones is ` +
		`dead. A dead deny is a guard rail that its author believes in and that does not exist.`,
	Remediation: `Give the entry a lower number than those that decide before it, or remove it.`,
	Bad:         entries("100", "200"),
	Good:        entries("200", "100"),
	Run:         runNeverMatches,
}

// entries is an ACL that allows everything and denies RDP, with their numbers.
func entries(allow, deny string) string {
	return `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_network_acl" "main" {
  vpc_id = aws_vpc.main.id

  ingress {
    rule_no    = ` + deny + `
    action     = "deny"
    protocol   = "tcp"
    from_port  = 3389
    to_port    = 3389
    cidr_block = "0.0.0.0/0"
  }

  ingress {
    rule_no    = ` + allow + `
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }

  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
`
}

func runNeverMatches(p *analyzer.Pass) {
	for _, a := range p.Network.ACLs {
		if a.Resource == nil {
			continue
		}
		neverMatch(p, a, a.Ingress, true)
		neverMatch(p, a, a.Egress, false)
	}
}

func neverMatch(p *analyzer.Pass, a *aws.ACL, list []aws.ACLEntry, ingress bool) {
	decisions, known := acl.Evaluate(list, ingress)
	if !known {
		return
	}
	for _, d := range decisions {
		p.Judges(a.Resource)
		if !d.Decides.IsEmpty() || d.Matches.IsEmpty() || !changesAnything(d) {
			continue
		}
		number, _ := d.Entry.Number.Known()
		first, _ := d.By[0].Number.Known()
		action := "allow"
		if d.Entry.Allow == tf.No {
			action = "deny"
		}
		p.Report(analyzer.Finding{
			Cause:    d.Entry.Cause,
			Subjects: []analyzer.Subject{{Address: a.Label, Verdict: analyzer.Violation}},
			Effect:   analyzer.Effect{Breaks: d.Entry.Allow == tf.No},
			Message:  fmt.Sprintf("entry %d of %s (%s) never matches, entry %d decides first", number, a.Label, action, first),
			Related:  []analyzer.Note{{Text: "this entry decides first", Cause: d.By[0].Cause}},
			Fix:      fmt.Sprintf("give it a number below %d, or remove it", first),
		})
	}
}

// changesAnything reports whether an earlier entry decides otherwise than the
// dead one would. A dead entry that agrees with those before it is merely
// superfluous.
func changesAnything(d acl.Decision) bool {
	for _, earlier := range d.By {
		if earlier.Allow != d.Entry.Allow {
			return true
		}
	}
	return false
}
