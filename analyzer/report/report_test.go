package report

import (
	"bytes"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares output with a committed file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// places is a source that knows where things stand by "address argument".
type places map[string]tf.Location

func (p places) Locate(r *tf.Resource, argument string) (tf.Location, bool) {
	l, ok := p[strings.TrimSpace(r.Address+" "+argument)]
	return l, ok
}
func (places) Comments(string) []tf.Comment     { return nil }
func (places) Variable(string) (tf.Range, bool) { return tf.Range{}, false }

func resource(address string, action tf.Action) *tf.Resource {
	addr, err := tf.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return &tf.Resource{Addr: addr, Address: address, Action: action}
}

func at(file string, line, from, to int, text string) tf.Location {
	return tf.Location{Range: tf.Range{File: file, StartLine: line, StartColumn: from, EndLine: line, EndColumn: to}, Line: text}
}

func object(r *tf.Resource) aws.Object { return aws.Object{Resource: r, Label: r.Address} }

func fromInternet(port uint16) packet.Set {
	return packet.Everything(packet.IPv4).ToPorts(packet.PortRange(port, port)).On(packet.TCP)
}

func flowTo(label string, s packet.Set) *reach.Flow {
	return &reach.Flow{
		From:      &reach.Endpoint{Kind: reach.Internet, Label: "internet"},
		To:        &reach.Endpoint{Kind: reach.Interfaces, Label: label},
		Family:    packet.IPv4,
		Forward:   reach.Relation{Must: s, May: s},
		Reachable: reach.Relation{Must: s, May: s},
	}
}

var (
	dataStore = &analyzer.Check{
		ID: "internet-reaches-data-store", Title: "the internet can reach a data store", Tier: analyzer.Default,
		Guidance:    []string{"G04", "G09"},
		Rationale:   "A data store that anyone can connect to is one leaked password, or one unpatched flaw, away from being copied. Clients of a data store are known: name them.",
		Remediation: "Admit the clients' security groups or ranges instead of everyone, and keep data stores in subnets without a route to an internet gateway.",
		Bad:         "resource \"aws_vpc_security_group_ingress_rule\" \"db\" {\n  cidr_ipv4 = \"0.0.0.0/0\"\n}\n",
		Good:        "resource \"aws_vpc_security_group_ingress_rule\" \"db\" {\n  referenced_security_group_id = aws_security_group.app.id\n}\n",
		Options:     []analyzer.Option{{Name: "ports", Default: []string{"3306", "5432"}, Doc: "ports that count as a data store's on hosts of unknown purpose"}},
		Replaces:    []analyzer.Replacement{{ID: "CKV_AWS_17", Relation: "stricter"}},
		Aliases:     []string{"public-database"},
	}
	bypass = &analyzer.Check{ID: "load-balancer-bypass", Title: "targets are reachable around their load balancer", Tier: analyzer.Default, Guidance: []string{"G12"}, Remediation: "Admit the load balancer's security group only."}
	noTLS  = &analyzer.Check{ID: "listener-without-tls", Title: "a listener serves plain HTTP", Tier: analyzer.Default, Guidance: []string{"G30"}, Remediation: "Make the default action a redirect to HTTPS."}
	imds   = &analyzer.Check{ID: "imds-v1", Title: "an instance answers IMDSv1", Tier: analyzer.Default, Remediation: "Set metadata_options.http_tokens to required."}
)

// shop is an update of a stack with three real problems, two older ones, an
// accepted one and two questions: the example of the documentation.
func shop() *analyzer.Report {
	vpc := resource("aws_vpc.main", tf.NoOp)
	igw := resource("aws_internet_gateway.main", tf.NoOp)
	route := resource("aws_route.db_default", tf.Create)
	subnet := resource("aws_subnet.db[0]", tf.NoOp)
	group := resource("aws_security_group.db", tf.Update)
	db := resource("aws_db_instance.orders", tf.NoOp)
	lb := resource("aws_lb.web", tf.NoOp)
	listener := resource("aws_lb_listener.http", tf.Create)
	web := resource("module.web.aws_security_group.this", tf.Update)
	host := resource("aws_instance.batch", tf.NoOp)

	const dir = "stacks/shop/prod/"
	source := places{
		"aws_security_group.db ingress[0].cidr_blocks": at(dir+"db.tf", 31, 19, 35, `    cidr_blocks = [var.partner_cidr]`),
		"aws_route.db_default":                         at(dir+"network.tf", 88, 1, 32, `resource "aws_route" "db_default" {`),
		"aws_db_instance.orders publicly_accessible":   at(dir+"db.tf", 9, 3, 30, `  publicly_accessible = true`),
	}
	stack := &tf.Stack{
		Name: "stacks/shop/prod", Path: dir + "plan.json", Kind: tf.PlanInput, TerraformVersion: "1.14.2", Complete: true,
		Before: tf.NewSnapshot([]*tf.Resource{vpc, igw, subnet, db, lb, host}), After: tf.NewSnapshot([]*tf.Resource{vpc, igw, route, subnet, group, db, lb, listener, web, host}),
		Instances: 61, Source: source,
	}
	open := aws.Cause{Resource: group, Argument: "ingress[0].cidr_blocks"}
	hops := []reach.Hop{
		{Object: object(igw)},
		{Object: aws.Object{Label: "main route table of aws_vpc.main"}, Cause: aws.Cause{Resource: route}, Causes: []aws.Cause{{Resource: route}}, Detail: "0.0.0.0/0"},
		{Object: aws.Object{Label: "network ACL of aws_subnet.db[0]"}, Cause: aws.Cause{Resource: subnet}, Detail: "default, allows all"},
		{Object: object(group), Cause: open, Detail: "tcp/5432"},
		{Object: object(db), Cause: aws.Cause{Resource: db, Argument: "publicly_accessible"}, Detail: "public address"},
		{Object: object(subnet), Detail: "the way back", Reply: true},
	}
	partner := &tf.Assumption{ID: "equal-keys:aws_route.db_default.route_table_id", Text: "instances with equal keys belong together", Address: "aws_route.db_default"}
	who := tf.Fact{ID: "group:sg-0f3c91", Text: "who is in sg-0f3c91 (data.aws_security_group.shared)", Settle: "add the stack that owns it: --context network.json"}
	ebs := tf.Fact{ID: "account:ebs_encryption_by_default", Text: "whether account 111122223333 encrypts EBS by default", Settle: `say it once, in tfcheck.hcl: given "account" { ebs_encryption_by_default = true }`}

	finding := func(f analyzer.Finding) *analyzer.Finding {
		f.Stack = stack
		f.Fingerprint = analyzer.Fingerprint(f.Check.ID, stack.Name, f.Cause)
		if f.Verdict == "" {
			f.Verdict = analyzer.Violation
		}
		for i := range f.Subjects {
			f.Subjects[i].Verdict, f.Subjects[i].Status = f.Verdict, f.Status
		}
		return &f
	}
	web3 := []analyzer.Subject{
		{Address: "module.web.aws_instance.this[0]", Flows: fromInternet(8080)},
		{Address: "module.web.aws_instance.this[1]", Flows: fromInternet(8080)},
		{Address: "module.web.aws_instance.this[2]", Flows: fromInternet(8080)},
	}
	webRange := at("modules/web/main.tf", 52, 20, 31, `    cidr_blocks = ["0.0.0.0/0"]`)
	webRange.Calls = []tf.Range{{File: dir + "main.tf", StartLine: 14, StartColumn: 1, EndLine: 14, EndColumn: 13}}

	r := &analyzer.Report{
		Stacks: []*tf.Stack{stack},
		Findings: []*analyzer.Finding{
			finding(analyzer.Finding{
				Check: dataStore, Severity: analyzer.Critical, Status: analyzer.New, Gates: true,
				Cause: open, Location: source["aws_security_group.db ingress[0].cidr_blocks"],
				Message:  "the internet can reach aws_db_instance.orders on tcp/5432",
				Subjects: []analyzer.Subject{{Address: "aws_db_instance.orders", Flows: fromInternet(5432)}},
				Path:     hops,
				Because: []analyzer.Note{
					{Text: "admits every IPv4 address", Cause: open},
					{Text: `var.partner_cidr is "0.0.0.0/0"`, Range: tf.Range{File: dir + "prod.tfvars", StartLine: 12, StartColumn: 16, EndLine: 12, EndColumn: 27}},
				},
				Assumptions: []*tf.Assumption{partner},
				Fix:         "remove aws_route.db_default, or give partner_cidr the partner's range",
			}),
			finding(analyzer.Finding{
				Check: bypass, Severity: analyzer.High, Status: analyzer.New, Gates: true,
				Cause: aws.Cause{Resource: web, Argument: "ingress[0].cidr_blocks"}, Location: webRange,
				Message:  "the internet can reach 3 instances on tcp/8080 around aws_lb.web",
				Subjects: web3, Path: hops[:1],
				Because: []analyzer.Note{{Text: "only aws_lb.web needs this port", Cause: aws.Cause{Resource: web, Argument: "ingress[0].cidr_blocks"}}},
				Related: []analyzer.Note{{Text: "the load balancer's group", Range: tf.Range{File: dir + "lb.tf", StartLine: 3, StartColumn: 1, EndLine: 3, EndColumn: 36}}},
				Fix:     "security_groups = [aws_security_group.lb.id] instead of cidr_blocks",
			}),
			finding(analyzer.Finding{
				Check: noTLS, Severity: analyzer.Medium, Status: analyzer.New, Gates: true,
				Cause: aws.Cause{Resource: listener, Argument: "protocol"}, Location: at(dir+"lb.tf", 20, 3, 20, `  protocol = "HTTP"`),
				Message:  "aws_lb.web serves the internet plain HTTP on tcp/80",
				Subjects: []analyzer.Subject{{Address: "aws_lb_listener.http"}},
				Because:  []analyzer.Note{{Text: "forwards to aws_lb_target_group.web, no redirect", Cause: aws.Cause{Resource: listener, Argument: "protocol"}}},
			}),
			finding(analyzer.Finding{
				Check: imds, Severity: analyzer.Low, Status: analyzer.Existing,
				Cause:    aws.Cause{Resource: host, Argument: "metadata_options.http_tokens"},
				Message:  "aws_instance.batch answers IMDSv1",
				Subjects: []analyzer.Subject{{Address: "aws_instance.batch"}},
			}),
			finding(analyzer.Finding{
				Check: imds, Severity: analyzer.Low, Status: analyzer.Existing,
				Cause:    aws.Cause{Resource: lb, Argument: "x"},
				Message:  "aws_instance.other answers IMDSv1",
				Subjects: []analyzer.Subject{{Address: "aws_instance.other"}},
			}),
			finding(analyzer.Finding{
				Check: noTLS, Severity: analyzer.Medium, Status: analyzer.New,
				Cause:    aws.Cause{Resource: lb, Argument: "protocol"},
				Message:  "aws_lb.web serves the internet plain HTTP on tcp/8081",
				Subjects: []analyzer.Subject{{Address: "aws_lb.web"}},
				Accepted: &analyzer.Acceptance{By: "comment", Reason: "health checks only", Until: "2026-12-01", AddedByThisChange: true},
			}),
			finding(analyzer.Finding{
				Check: bypass, Severity: analyzer.High, Status: analyzer.New, Verdict: analyzer.Undetermined,
				Cause:    aws.Cause{Resource: host, Argument: "vpc_security_group_ids"},
				Message:  "the internet may reach aws_instance.batch around aws_lb.web",
				Subjects: []analyzer.Subject{{Address: "aws_instance.batch", Flows: fromInternet(8080)}},
				WaitsFor: []tf.Fact{who},
			}),
		},
		Questions: []analyzer.Question{
			{Fact: ebs, Severity: analyzer.Low, Decides: []string{"e1"}},
			{Fact: who, Severity: analyzer.High, Decides: []string{"w1", "w2", "w3", "w4"}},
		},
		Exposures: []*analyzer.Exposure{
			{Stack: stack, Flow: flowTo("aws_lb.web", fromInternet(443)), Status: analyzer.Existing},
			{Stack: stack, Flow: flowTo("aws_db_instance.orders", fromInternet(5432)), Status: analyzer.New},
		},
		Assumptions: []analyzer.StackAssumption{{Assumption: partner, Stack: stack}},
		Checks: []analyzer.CheckResult{
			{Check: dataStore, Stack: stack, Evaluated: 1, Violated: 1},
			{Check: bypass, Stack: stack, Evaluated: 4, Passed: 0, Violated: 3, Undetermined: 1},
			{Check: noTLS, Stack: stack, Evaluated: 2, Violated: 1, Accepted: 1},
			{Check: imds, Stack: stack, Evaluated: 5, Passed: 3, Violated: 2},
		},
		Coverage:       []analyzer.Coverage{{Stack: stack, Modelled: 50, Irrelevant: 11}},
		Diagnostics:    []tf.Diagnostic{{Severity: tf.Warning, Summary: "the source differs from the plan", Detail: "positions may be missing", Stack: stack.Name}},
		Resources:      61,
		Interfaces:     9,
		NetworkChanged: true,
	}
	r.Exposures[1].Flow = r.Exposures[1].Flow.Telling(func([]reach.Hop) []reach.Hop { return hops })
	return r
}

// quiet is a report without findings.
func quiet(change func(*analyzer.Report)) *analyzer.Report {
	r := shop()
	r.Findings, r.Questions, r.Exposures, r.Diagnostics = nil, nil, nil, nil
	change(r)
	return r
}

func text(t *testing.T, r *analyzer.Report, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var today = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func prefix(s string) packet.Addresses { return packet.Prefixes(netip.MustParsePrefix(s)) }
