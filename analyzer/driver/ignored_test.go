package driver_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/driver"
)

// TestIgnoredChanges: an argument that Terraform leaves alone has the value of the
// plan, whatever the source says of it now, and what becomes of it later is an
// assumption; what decides nothing is none (U-20).
func TestIgnoredChanges(t *testing.T) {
	const source = `
resource "aws_security_group" "web" {
  description = "web"
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
  lifecycle {
    ignore_changes = [ingress, "description", tags["Owner"]]
  }
}

resource "aws_route_table" "main" {
  vpc_id = "vpc-0123456789abcdef0"
  lifecycle {
    ignore_changes = all
  }
}

resource "aws_sqs_queue" "q" {
  lifecycle {
    ignore_changes = [policy]
  }
}
`
	instance := func(kind, name, values string) string {
		return `{"address": "` + kind + `.` + name + `", "mode": "managed", "type": "` + kind + `", "name": "` + name +
			`", "change": {"actions": ["no-op"], "before": ` + values + `, "after": ` + values + `, "after_unknown": {}}}`
	}
	plan := `{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [` +
		instance("aws_security_group", "web", `{"id": "sg-0aaa1111bbb2222cc", "description": "web", "egress": [],
			"ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/8"]}]}`) + `,` +
		instance("aws_route_table", "main", `{"id": "rtb-0aaa1111bbb2222cc", "vpc_id": "vpc-0123456789abcdef0", "route": []}`) + `,` +
		instance("aws_sqs_queue", "q", `{"id": "q"}`) + `]}`
	repository(t, map[string]string{"main.tf": source, "plan.json": plan})

	open := func(path string) (rules []string, ignored []string) {
		stacks := within(t, nil, path)
		for _, rule := range stacks[0].After.Resource("aws_security_group.web").Get("ingress").Elements() {
			list, _ := rule.Get("cidr_blocks").Strings()
			rules = append(rules, list...)
		}
		for _, a := range analyze(t, driver.Options{Stacks: stacks}).Assumptions {
			if what, ok := strings.CutPrefix(a.ID, "ignored:"); ok {
				ignored = append(ignored, what)
			}
		}
		return rules, ignored
	}
	for path, rule := range map[string]string{"plan.json": "10.0.0.0/8", ".": "0.0.0.0/0"} {
		rules, ignored := open(path)
		if !slices.Equal(rules, []string{rule}) {
			t.Errorf("%s: the group admits %v, want %s", path, rules, rule)
		}
		if want := []string{"aws_route_table.main", "aws_security_group.web.ingress"}; !slices.Equal(ignored, want) {
			t.Errorf("%s: assumes of %v, want of %v", path, ignored, want)
		}
	}
}
