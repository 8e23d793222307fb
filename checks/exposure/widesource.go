package exposure

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// WideSource reports public ranges that are nobody's own network.
var WideSource = &analyzer.Check{
	ID:       "wide-public-source",
	Title:    "a very wide public address range reaches an administration port, a data store or a whole host",
	Tier:     analyzer.Default,
	Guidance: []string{"G09", "G33"},
	Derived:  true,
	Rationale: `A range of more than 65,536 public addresses is no organisation's office: most of it belongs to strangers, ` +
		`who can rent an address in it. The ranges of all CIDRs, prefix lists and rules that admit the same port are added up.`,
	Remediation: `Name the addresses that need the port, or use a VPN, Session Manager or an EC2 Instance Connect endpoint.`,
	Bad: example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["54.0.0.0/8"]
  }
}
` + example.Host,
	Good: example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["54.240.196.0/24"]
  }
}
` + example.Host,
	Replaces: []analyzer.Replacement{
		{ID: "sensitive_port_is_exposed_to_small_public_network", Relation: "narrower"},
	},
	Run: func(p *analyzer.Pass) {
		report(p, "a very wide public range",
			"name the addresses that need the port",
			func(part *exposed.Part) bool {
				return part.Reach == analyzer.WidePublic && part.Target >= analyzer.AdminPort
			})
	},
}
