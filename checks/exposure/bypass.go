package exposure

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// Bypass reports targets that anyone reaches without their load balancer.
var Bypass = &analyzer.Check{
	ID:       "load-balancer-bypass",
	Title:    "the internet reaches targets around their load balancer",
	Tier:     analyzer.Default,
	Guidance: []string{"G05", "G09", "G33"},
	Rationale: `TLS, the web application firewall, authentication and access logs of a load balancer protect only what ` +
		`comes through it. Targets with public addresses whose security group admits everyone are reached without any of it.`,
	Remediation: `Let the targets' rule name the load balancer's security group, and place the targets in subnets without a ` +
		`route to an internet gateway. Behind a network load balancer that keeps client addresses the placement is what counts.`,
	Bad: example.PublicSubnet + example.Balancer + example.Listener + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web.id
}
` + example.Host,
	Good: example.PublicSubnet + example.Balancer + example.Listener + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.lb.id]
  }
}

resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web.id
}
` + example.Host,
	Run: func(p *analyzer.Pass) {
		p.JudgesInterfaces()
		around := func(part *exposed.Part) bool { return part.Reach == analyzer.Anyone && part.Around != nil }
		for _, group := range exposed.ByCause(exposed.Parts(p.View), around) {
			balancer := group.Parts[0].Around
			finding := group.Finding("the internet", " around "+balancer.Label)
			finding.Fix = "admit only the security group of " + balancer.Label
			if nodes := balancer.Interface; nodes != nil {
				if groups := nodes.Groups.Each; len(groups) == 1 {
					if g, ok := groups[0].One(); ok {
						finding.Fix = fmt.Sprintf("admit %s instead of the internet", g.Label)
					}
				}
			}
			p.Report(finding)
		}
	},
}
