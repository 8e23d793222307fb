package exposure

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// AdminPort reports hosts that anyone may try to log in to.
var AdminPort = &analyzer.Check{
	ID:       "internet-reaches-admin-port",
	Title:    "the internet reaches an administration port",
	Tier:     analyzer.Default,
	Guidance: []string{"G09", "G10", "G14", "G15", "G26", "G27", "G33"},
	Rationale: `SSH, RDP, WinRM, VNC, the Docker and Kubernetes APIs and their like hand over the host to whoever gets in. ` +
		`Open to everyone they are found and tried within minutes. Session Manager and EC2 Instance Connect need no inbound ` +
		`port at all; a corporate address range that is named in the rule is no finding.`,
	Remediation: `Remove the rule and use Session Manager or an EC2 Instance Connect endpoint. Where the port must stay, ` +
		`name the addresses it is for.`,
	Bad: example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
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
    cidr_blocks = ["203.0.113.0/24"]
  }
}
` + example.Host,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0107", Relation: "narrower"},
		{ID: "aws-ec2-no-public-ingress-sgr", Relation: "narrower"},
		{ID: "CKV_AWS_24", Relation: "narrower"},
		{ID: "CKV_AWS_25", Relation: "narrower"},
		{ID: "CKV_AWS_100", Relation: "narrower"},
		{ID: "security_group_with_unrestricted_access_to_ssh", Relation: "narrower"},
		{ID: "remote_desktop_port_open_to_internet", Relation: "narrower"},
		{ID: "sensitive_port_is_exposed_to_entire_network", Relation: "narrower"},
		{ID: "EC2.13", Relation: "narrower"},
		{ID: "EC2.14", Relation: "narrower"},
	},
	Run: func(p *analyzer.Pass) {
		report(p, "the internet",
			"remove the rule and use Session Manager, or name the addresses that the port is for",
			func(part *exposed.Part) bool {
				return part.Reach == analyzer.Anyone && part.Target == analyzer.AdminPort
			})
	},
}
