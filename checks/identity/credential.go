package identity

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
)

// CredentialInPlan reports credentials that everybody with the plan can read.
var CredentialInPlan = &analyzer.Check{
	ID:       "credential-in-plan",
	Title:    "a long-lived credential stands in the configuration",
	Tier:     analyzer.Default,
	Guidance: []string{"G02"},
	Derived:  true,
	Rationale: `An access key or private key in a provider block, in user data, or in the environment of a task or function ` +
		`is readable for everyone who sees the repository, the plan, the state, the console or the instance's metadata, and it ` +
		`does not expire. The finding names the place and never the value.`,
	Remediation: `Revoke the credential: it is known by now. Give the host, task or function a role, the provider a profile ` +
		`or a federated identity, and fetch other secrets from Secrets Manager when they are needed.`,
	Bad: example.PublicSubnet + `
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.public[0].id
  user_data     = "AWS_ACCESS_KEY_ID=AKIA` + `QXJ3TPLN7MWERVAA /opt/app/start"
}
`,
	Good: example.PublicSubnet + `
resource "aws_iam_role" "web" {
  name = "web"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_instance_profile" "web" {
  name = "web"
  role = aws_iam_role.web.name
}

resource "aws_instance" "web" {
  ami                  = "ami-0123456789abcdef0"
  instance_type        = "t3.micro"
  subnet_id            = aws_subnet.public[0].id
  iam_instance_profile = aws_iam_instance_profile.web.name
  user_data            = "/opt/app/start"
}
`,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0029", Relation: "equal"},
		{ID: "AWS-0129", Relation: "equal"},
		{ID: "AWS-0122", Relation: "equal"},
		{ID: "AWS-0036", Relation: "narrower"},
		{ID: "CKV_AWS_41", Relation: "narrower"},
		{ID: "CKV_AWS_46", Relation: "equal"},
		{ID: "user_data_contains_encoded_private_key", Relation: "equal"},
		{ID: "ec2_instance_using_api_keys", Relation: "equal"},
		{ID: "hardcoded_aws_access_key", Relation: "narrower"},
		{ID: "ECS.8", Relation: "narrower"},
	},
	Run: runCredential,
}

// shapes are what credentials look like. A key id is no secret alone, but in
// these places its secret stands beside it.
var shapes = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"an AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`)},
	{"a private key", regexp.MustCompile(`-----BEGIN ([A-Z]+ )*PRIVATE KEY-----`)},
}

// places are the arguments that carry text to hosts, tasks and functions.
var places = map[string][]string{
	"provider":                  {"access_key", "secret_key", "token"},
	"aws_instance":              {"user_data", "user_data_base64"},
	"aws_spot_instance_request": {"user_data", "user_data_base64"},
	"aws_launch_template":       {"user_data"},
	"aws_launch_configuration":  {"user_data", "user_data_base64"},
	"aws_ecs_task_definition":   {"container_definitions"},
	"aws_lambda_function":       {"environment"},
}

func runCredential(p *analyzer.Pass) {
	for _, r := range slices.Concat(p.Stack.Providers, p.Snapshot.Resources) {
		arguments := places[r.Addr.Type]
		if arguments == nil || r.Addr.Mode != tf.Managed || r.Deposed {
			continue
		}
		p.Judges(r)
		for _, argument := range arguments {
			kind := credential(texts(r, argument))
			if kind == "" {
				continue
			}
			p.Report(analyzer.Finding{
				Cause:    aws.Cause{Resource: r, Argument: argument},
				Subjects: []analyzer.Subject{{Address: r.Address, Verdict: analyzer.Violation}},
				Effect:   analyzer.Effect{Credential: true},
				Secret:   func(text string) bool { return credential(withDecoded([]string{text})) != "" },
				Message:  fmt.Sprintf("%s of %s holds %s", argument, r.Address, kind),
			})
		}
	}
}

// credential names the kind of credential in one of the texts, or nothing.
// The keys of AWS's own documentation open nothing.
func credential(texts []string) string {
	for _, text := range texts {
		for _, shape := range shapes {
			for _, match := range shape.pattern.FindAllString(text, -1) {
				if !strings.HasSuffix(match, "EXAMPLE") {
					return shape.name
				}
			}
		}
	}
	return ""
}

// texts are the strings in an argument, with what they are in base64. The
// provider may plan a digest of user data: then the literal of the
// configuration speaks.
func texts(r *tf.Resource, argument string) []string {
	found := collect(r.Get(argument), nil)
	if r.Config != nil && r.Config.Constants[argument] != "" {
		found = append(found, r.Config.Constants[argument])
	}
	return withDecoded(found)
}

// withDecoded are texts, and what they are in base64.
func withDecoded(found []string) []string {
	for _, text := range found {
		if decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text)); err == nil {
			found = append(found, string(decoded))
		}
	}
	return found
}

func collect(v tf.Value, found []string) []string {
	if s, ok := v.AsString().Known(); ok && v.Kind() == tf.String {
		return append(found, s)
	}
	for _, e := range v.Elements() {
		found = collect(e, found)
	}
	for _, f := range v.Fields() {
		found = collect(f.Value, found)
	}
	return found
}
