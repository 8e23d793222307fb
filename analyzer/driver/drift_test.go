package driver_test

import (
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestDriftIsSaid reads a plan whose group somebody opened by hand: it is said,
// with what the plan does about it; drift of what is no network is not.
func TestDriftIsSaid(t *testing.T) {
	change := func(address, kind, actions, before, after string) string {
		return `{"address": "` + kind + `.` + address + `", "mode": "managed", "type": "` + kind + `", "name": "` + address +
			`", "change": {"actions": ["` + actions + `"], "before": ` + before + `, "after": ` + after + `, "after_unknown": {}}}`
	}
	closed, opened := `{"id": "sg-0aaa1111bbb2222cc", "ingress": [], "egress": []}`,
		`{"id": "sg-0aaa1111bbb2222cc", "egress": [], "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]}`
	for actions, want := range map[string]string{"no-op": "keeps", "update": "changes it again"} {
		after := opened
		if actions == "update" {
			after = closed
		}
		plan := `{"format_version": "1.2", "terraform_version": "1.11.4",
			"resource_drift": [` + change("web", "aws_security_group", "update", closed, opened) + `,` + change("x", "aws_sqs_queue", "update", `{}`, `{}`) + `],
			"resource_changes": [` + change("web", "aws_security_group", actions, opened, after) + `,` + change("x", "aws_sqs_queue", "no-op", `{}`, `{}`) + `]}`
		report := analyze(t, driver.Options{Stacks: []*tf.Stack{parse(t, "stack", plan)}})
		if len(report.Diagnostics) != 1 || !strings.Contains(report.Diagnostics[0].Summary, "aws_security_group.web") || !strings.Contains(report.Diagnostics[0].Detail, want) {
			t.Errorf("%s: diagnostics %v, want one about aws_security_group.web that says %q", actions, report.Diagnostics, want)
		}
	}
}
