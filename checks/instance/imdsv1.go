package instance

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/account"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
	"github.com/tfcheck/tfcheck/checks/internal/index"
	"github.com/tfcheck/tfcheck/checks/internal/refer"
)

// IMDSv1 reports instances whose metadata service answers without a token.
var IMDSv1 = &analyzer.Check{
	ID:       "imds-v1",
	Title:    "an instance answers metadata requests without a token (IMDSv1)",
	Tier:     analyzer.Default,
	Guidance: []string{"G13"},
	Derived:  true,
	Rationale: `Version 1 of the metadata service hands the role's credentials to whatever can make the host fetch a URL: one ` +
		`forged request in a web application is enough. Version 2 asks for a token first. Where nothing is set, the ` +
		`account's default and the image decide, which no plan shows.`,
	Remediation: `Set http_tokens to "required" in metadata_options, or disable the endpoint.`,
	Bad: example.PublicSubnet + `
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.public[0].id

  metadata_options {
    http_tokens = "optional"
  }
}
`,
	Good: example.PublicSubnet + `
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.public[0].id

  metadata_options {
    http_tokens = "required"
  }
}
`,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0028", Relation: "equal"},
		{ID: "AWS-0130", Relation: "equal"},
		{ID: "CKV_AWS_79", Relation: "equal"},
		{ID: "instance_uses_metadata_service_IMDSv1", Relation: "equal"},
		{ID: "aws-ec2-enforce-http-token-imds", Relation: "equal"},
		{ID: "EC2.8", Relation: "equal"},
		{ID: "EC2.170", Relation: "equal"},
		{ID: "AutoScaling.3", Relation: "equal"},
	},
	Run: runIMDSv1,
}

// hosts are what sets metadata options.
var hosts = []string{"aws_instance", "aws_spot_instance_request", "aws_launch_template", "aws_launch_configuration"}

func runIMDSv1(p *analyzer.Pass) {
	exposedHost := exposedHosts(p)
	for _, r := range index.Of(p.View, hosts...) {
		p.Judges(r)
		tokens, state := r.Get("metadata_options", "http_tokens").AsString().Get()
		if endpoint, ok := r.Get("metadata_options", "http_endpoint").AsString().Known(); ok && endpoint == "disabled" {
			continue
		}
		verdict, message := analyzer.Violation, r.Address+" answers metadata requests without a token"
		switch {
		case state == tf.IsKnown && tokens == "required":
			continue
		case state == tf.IsKnown && tokens == "optional":
		case fromTemplate(r):
			continue
		default:
			switch account.IMDSDefault.Holds(p) {
			case tf.Yes:
				continue
			case tf.Maybe:
				verdict, message = analyzer.Undetermined, r.Address+" may answer metadata requests without a token"
			}
		}
		finding := analyzer.Finding{
			Cause:    aws.Cause{Resource: r, Argument: "metadata_options.http_tokens"},
			Subjects: []analyzer.Subject{{Address: r.Address, Verdict: verdict}},
			Effect:   analyzer.Effect{Escalates: true},
			Message:  message,
		}
		if verdict == analyzer.Undetermined {
			finding.WaitsFor = []tf.Fact{account.IMDSDefault.Fact()}
		}
		if exposedHost(r) {
			finding.Effect.Reach = analyzer.Anyone
		}
		p.Report(finding)
	}
}

// fromTemplate reports whether an instance takes what it does not say from a
// launch template, which is judged itself.
func fromTemplate(r *tf.Resource) bool {
	template := r.Get("launch_template")
	return r.Addr.Type == "aws_instance" && (len(template.Elements()) > 0 || template.Kind() == tf.Object)
}

// exposedHosts tells what runs where the internet reaches it: an instance, or
// a template that a fleet is launched from.
func exposedHosts(p *analyzer.Pass) func(*tf.Resource) bool {
	owners := map[*tf.Resource]bool{}
	var fleets []*tf.Resource
	for _, i := range p.Network.Interfaces {
		if i.Owner != nil && !owners[i.Owner] && exposed.Anywhere(p.View, i) {
			owners[i.Owner] = true
			if i.Kind == aws.KindFleet {
				fleets = append(fleets, i.Owner)
			}
		}
	}
	return func(r *tf.Resource) bool {
		return owners[r] || slices.ContainsFunc(fleets, func(fleet *tf.Resource) bool { return launchedFrom(fleet, r) })
	}
}

func launchedFrom(fleet, template *tf.Resource) bool {
	for _, path := range [][]string{{"launch_template", "id"}, {"launch_template", "name"}, {"launch_configuration"}} {
		if refer.To(fleet.Get(path...), template, "id", "name") == tf.Yes {
			return true
		}
	}
	return false
}
