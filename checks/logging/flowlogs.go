package logging

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/index"
	"github.com/tfcheck/tfcheck/checks/internal/refer"
)

// FlowLogs reports VPCs that this plan makes without a flow log.
var FlowLogs = &analyzer.Check{
	ID:       "flow-logs-missing",
	Title:    "a VPC is made without flow logs",
	Tier:     analyzer.Default,
	Guidance: []string{"G22", "G44"},
	Rationale: `Without flow logs nobody can say afterwards who talked to whom. They are cheapest to add together with the ` +
		`VPC. Only a VPC that this plan makes is judged: the flow logs of another may belong to another stack.`,
	Remediation: `Add an aws_flow_log for the VPC, or for each of its subnets.`,
	Bad: `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
`,
	Good: `resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::example-flow-logs"
}
`,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0178", Relation: "narrower"},
		{ID: "CKV2_AWS_11", Relation: "narrower"},
		{ID: "vpc_flowlogs_disabled", Relation: "narrower"},
		{ID: "aws-ec2-require-vpc-flow-logs-for-all-vpcs", Relation: "narrower"},
		{ID: "EC2.6", Relation: "narrower"},
	},
	Run: runFlowLogs,
}

func runFlowLogs(p *analyzer.Pass) {
	logs := logsByVPC(p)
	for _, vpc := range p.Network.VPCs {
		if vpc.Resource == nil || vpc.Resource.Addr.Type != "aws_vpc" || !vpc.Resource.IsNew() {
			continue
		}
		p.Judges(vpc.Resource)
		subject := analyzer.Subject{Address: vpc.Label, Verdict: analyzer.Violation}
		var waits []tf.Fact
		if log := logs.of(p, vpc); log != nil {
			count, unsure := log.HowMany()
			if !unsure {
				continue
			}
			subject.Verdict, waits = analyzer.Undetermined, []tf.Fact{aws.Settled(count, "")}
		}
		p.Report(analyzer.Finding{
			Cause:    aws.Cause{Resource: vpc.Resource},
			Subjects: []analyzer.Subject{subject},
			Message:  vpc.Label + " has no flow logs",
			WaitsFor: waits,
		})
	}
}

// flowLogs are those that name one VPC by its address, and the rest.
type flowLogs struct {
	named map[string][]*tf.Resource
	rest  []*tf.Resource
}

func logsByVPC(p *analyzer.Pass) flowLogs {
	logs := flowLogs{named: map[string][]*tf.Resource{}}
	for _, r := range index.Of(p.View, "aws_flow_log") {
		if vpc, ok := r.Get("vpc_id").Symbol(); ok {
			logs.named[vpc.Address] = append(logs.named[vpc.Address], r)
		} else {
			logs.rest = append(logs.rest, r)
		}
	}
	return logs
}

// of is a flow log that may be about the VPC: about itself, or about a subnet or
// interface of it. One that is certainly there comes first.
func (l flowLogs) of(p *analyzer.Pass, vpc *aws.VPC) (found *tf.Resource) {
	for _, r := range slices.Concat(l.named[vpc.Resource.Address], l.rest) {
		if about(p, r, vpc) && (found == nil || found.Maybe) {
			found = r
		}
	}
	return found
}

// about reports whether a flow log may be about the VPC.
func about(p *analyzer.Pass, log *tf.Resource, vpc *aws.VPC) bool {
	if id := log.Get("vpc_id"); !id.IsNull() {
		return refer.To(id, vpc.Resource) != tf.No
	}
	subnet := log.Get("subnet_id")
	if subnet.IsNull() {
		return true // about an interface or a gateway, whose VPC may be this one
	}
	return slices.ContainsFunc(p.Network.Subnets, func(s *aws.Subnet) bool {
		return s.Resource != nil && slices.Contains(s.VPC.To, vpc) && refer.To(subnet, s.Resource) != tf.No
	})
}
