package driver_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/checks"
)

const maybeNetwork = `
provider "aws" {
  region = "eu-west-1"
}
variable "n" {}
variable "ports" {
  type = list(number)
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_security_group" "a" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = var.ports
    content {
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
resource "aws_instance" "a" {
  count                  = var.n
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.a.id]
}
`

// closed is an ACL that lets nothing through, if it is there.
const closed = `
resource "aws_network_acl" "closed" {
  count      = var.closed
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.a.id]
}
variable "closed" {}
`

// A count that is not known makes one instance that may not be there, and a
// dynamic block over what is not known one block that may not be (U-12): what
// rests on either is a question, never silence and never a violation.
func TestWhatMayNotBeThere(t *testing.T) {
	n, ports := input.Variable{Name: "n", Value: "1"}, input.Variable{Name: "ports", Value: "[22]"}
	for name, c := range map[string]struct {
		given []input.Variable
		want  analyzer.Verdict
		more  string
		said  map[string]string // by the id of a question
	}{
		"all is known":                 {[]input.Variable{n, ports}, analyzer.Violation, "", nil},
		"how many instances":           {[]input.Variable{ports}, analyzer.Undetermined, "", nil},
		"how many blocks":              {[]input.Variable{n}, analyzer.Undetermined, "", nil},
		"neither of them":              {nil, analyzer.Undetermined, "", nil},
		"no instance":                  {[]input.Variable{{Name: "n", Value: "0"}, ports}, "", "", nil},
		"no block":                     {[]input.Variable{n, {Name: "ports", Value: "[]"}}, "", "", nil},
		"an ACL in the way":            {[]input.Variable{n, ports, {Name: "closed", Value: "1"}}, "", closed, nil},
		"no ACL in the way":            {[]input.Variable{n, ports, {Name: "closed", Value: "0"}}, analyzer.Violation, closed, nil},
		"an ACL that may not be there": {[]input.Variable{n, ports}, analyzer.Undetermined, closed, nil},
		"instances, as people say":     {[]input.Variable{ports}, analyzer.Violation, "", map[string]string{"count:var.n any": "true"}},
		"no instance, as people say":   {[]input.Variable{ports}, "", "", map[string]string{"count:var.n any": "false"}},
		"an ACL, as people say":        {[]input.Variable{n, ports}, "", closed, map[string]string{"count:var.closed any": "true"}},
		"no ACL, as people say":        {[]input.Variable{n, ports}, analyzer.Violation, closed, map[string]string{"count:var.closed any": "false"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(maybeNetwork+c.more), 0o600); err != nil {
				t.Fatal(err)
			}
			stacks, err := input.Open(context.Background(), []string{dir}, input.Options{Wanted: aws.Types, Variables: c.given})
			if err != nil {
				t.Fatal(err)
			}
			stack.Count(stacks, func(id, attribute string) (string, bool) {
				value, ok := c.said[id+" "+attribute]
				return value, ok
			})
			report, err := driver.Analyze(context.Background(), driver.Options{Stacks: stacks, Known: checks.All()})
			if err != nil {
				t.Fatal(err)
			}
			for id := range c.said {
				id, _, _ = strings.Cut("given:"+id, " ")
				if !slices.ContainsFunc(report.Assumptions, func(a analyzer.StackAssumption) bool { return a.ID == id }) {
					t.Errorf("no assumption is %s", id)
				}
			}
			var got analyzer.Verdict
			for _, f := range report.Findings {
				if strings.HasPrefix(f.Check.ID, "internet-reaches-") {
					got = f.Verdict
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			for _, e := range report.Exposures {
				if c.want == analyzer.Undetermined && !e.Flow.Reachable.Must.IsEmpty() {
					t.Errorf("%s is exposed for certain", e.Flow.To.Label)
				}
			}
		})
	}
}
