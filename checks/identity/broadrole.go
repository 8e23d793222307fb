package identity

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
	"github.com/tfcheck/tfcheck/checks/internal/index"
	"github.com/tfcheck/tfcheck/checks/internal/policy"
)

// BroadRole reports hosts that face the internet and may do anything.
var BroadRole = &analyzer.Check{
	ID:       "exposed-instance-with-broad-role",
	Title:    "an instance that the internet reaches has a role that may do anything in the account",
	Tier:     analyzer.Default,
	Guidance: []string{"G32", "G33"},
	Rationale: `Whoever gets a foothold on the host, through a flaw of the service that it is there to offer, gets the ` +
		`credentials of its role. With an administrator's role one flaw is the whole account.`,
	Remediation: `Grant the role the actions and resources that the application needs.`,
	Bad:         hostWith("AdministratorAccess"),
	Good:        hostWith("AmazonSSMManagedInstanceCore"),
	Replaces: []analyzer.Replacement{
		{ID: "CKV_AWS_274", Relation: "narrower"},
		{ID: "CKV_AWS_62", Relation: "narrower"},
		{ID: "AWS-0057", Relation: "narrower"},
		{ID: "IAM.1", Relation: "narrower"},
	},
	Run: runBroadRole,
}

// hostWith is a public web server whose role has a managed policy.
func hostWith(managed string) string {
	return example.PublicSubnet + `
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_iam_role" "web" {
  name = "web"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "web" {
  role       = aws_iam_role.web.name
  policy_arn = "arn:aws:iam::aws:policy/` + managed + `"
}

resource "aws_iam_instance_profile" "web" {
  name = "web"
  role = aws_iam_role.web.name
}

resource "aws_instance" "web" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.public[0].id
  vpc_security_group_ids = [aws_security_group.web.id]
  iam_instance_profile   = aws_iam_instance_profile.web.name
}
`
}

func runBroadRole(p *analyzer.Pass) {
	reported := map[*tf.Resource]bool{}
	for _, i := range p.Network.Interfaces {
		host := i.Owner
		if i.Kind != aws.KindInstance || host == nil || reported[host] {
			continue
		}
		p.Judges(host)
		if !exposed.Anywhere(p.View, i) {
			continue
		}
		grant, what := broad(p.View, host)
		if what == "" {
			continue
		}
		reported[host] = true
		p.Report(analyzer.Finding{
			Cause:    grant,
			Subjects: []analyzer.Subject{{Address: host.Address, Verdict: analyzer.Violation}},
			Effect:   analyzer.Effect{Reach: analyzer.Anyone, Target: analyzer.FrontDoor, Escalates: true},
			Message:  fmt.Sprintf("the internet can reach %s, whose role %s", host.Address, what),
		})
	}
}

// broad finds what grants a host's role everything. Links that are not
// certain grant nothing.
func broad(v *analyzer.View, host *tf.Resource) (cause aws.Cause, what string) {
	profile := index.Named(v, "aws_iam_instance_profile", host.Get("iam_instance_profile"))
	if profile == nil {
		return aws.Cause{}, ""
	}
	role := index.Named(v, "aws_iam_role", profile.Get("role"))
	if role == nil {
		return aws.Cause{}, ""
	}
	for _, r := range grants(v)[role] {
		if document, ok := r.Get("policy").AsString().Known(); ok && policy.Admin(document) {
			return aws.Cause{Resource: r, Argument: "policy"}, "may do anything by " + r.Address
		}
		if arn, ok := r.Get("policy_arn").AsString().Known(); ok && policy.AdminARN(arn) {
			return aws.Cause{Resource: r, Argument: "policy_arn"}, "has " + arn
		}
		if own := index.Named(v, "aws_iam_policy", r.Get("policy_arn")); own != nil {
			if document, ok := own.Get("policy").AsString().Known(); ok && policy.Admin(document) {
				return aws.Cause{Resource: own, Argument: "policy"}, "may do anything by " + own.Address
			}
		}
	}
	return aws.Cause{}, ""
}

type grantsKey struct{}

// grants are the inline policies and attachments of each role.
func grants(v *analyzer.View) map[*tf.Resource][]*tf.Resource {
	return analyzer.Shared(v, grantsKey{}, func(v *analyzer.View) map[*tf.Resource][]*tf.Resource {
		byRole := map[*tf.Resource][]*tf.Resource{}
		for _, r := range index.Of(v, "aws_iam_role_policy", "aws_iam_role_policy_attachment") {
			if role := index.Named(v, "aws_iam_role", r.Get("role")); role != nil {
				byRole[role] = append(byRole[role], r)
			}
		}
		return byRole
	})
}
