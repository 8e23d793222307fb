package exposure

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// Everything reports hosts without any choice of ports.
var Everything = &analyzer.Check{
	ID:       "internet-reaches-everything",
	Title:    "the internet reaches a host on all of its ports",
	Tier:     analyzer.Default,
	Guidance: []string{"G09", "G33"},
	Rationale: `A rule for every protocol, or for half of all TCP ports and more, is no choice of ports: whatever the host ` +
		`ever listens on is public, the administration port of tomorrow included.`,
	Remediation: `Open the ports that the host serves to the public, one rule for each, and nothing else.`,
	Bad: example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
` + example.Host,
	Good: example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
` + example.Host,
	Replaces: []analyzer.Replacement{
		{ID: "CKV_AWS_277", Relation: "narrower"},
		{ID: "unrestricted_security_group_ingress", Relation: "narrower"},
		{ID: "EC2.18", Relation: "narrower"},
	},
	Run: func(p *analyzer.Pass) {
		report(p, "the internet",
			"open only the ports that the host serves to the public",
			func(part *exposed.Part) bool {
				return part.Reach == analyzer.Anyone && part.Target == analyzer.WholeHost
			})
	},
}
