package exposure

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// UnexpectedPort reports hosts on ports that are no declared front door.
var UnexpectedPort = &analyzer.Check{
	ID:       "internet-reaches-unexpected-port",
	Title:    "the internet reaches a host on a port that is no declared front door",
	Tier:     analyzer.Default,
	Guidance: []string{"G05", "G09", "G33"},
	Rationale: `A listener of an internet-facing load balancer declares a front door, and so does a web server on tcp/80 or ` +
		`tcp/443. Anything else that the whole internet reaches directly is seldom meant: application ports, dashboards, ` +
		`agents and the like usually speak without TLS and without a login.`,
	Remediation: `Put a load balancer before the host and admit its security group only, or name the addresses that need ` +
		`the port. A service that is public on purpose is listed in the option expected.`,
	Bad: example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
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
	Options: []analyzer.Option{{
		Name: "expected",
		Doc:  "flows such as \"udp/51820\" that hosts may serve to everyone, besides tcp/80, tcp/443 and udp/443",
	}},
	Replaces: []analyzer.Replacement{
		{ID: "CKV_AWS_260", Relation: "narrower"},
		{ID: "http_port_open", Relation: "narrower"},
		{ID: "unknown_port_exposed_to_internet", Relation: "narrower"},
		{ID: "EC2.18", Relation: "narrower"},
	},
	Run: func(p *analyzer.Pass) {
		expected := exposed.Ports(p.Options["expected"]).Union(exposed.Ports(exposed.FrontPorts))
		report(p, "the internet",
			"admit the load balancer's security group or the addresses that need the port instead of everyone",
			func(part *exposed.Part) bool {
				return part.Reach == analyzer.Anyone && part.Target == analyzer.Unexpected && part.Around == nil &&
					!part.Packets.SubsetOf(expected)
			})
	},
}
