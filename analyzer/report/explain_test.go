package report

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestExplainGolden(t *testing.T) {
	var b bytes.Buffer
	if err := Explain(&b, dataStore, Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain-check.golden", b.Bytes())

	b.Reset()
	if err := Explain(&b, &analyzer.Check{ID: "x", Title: "a check that says little"}, Options{}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "Why") {
		t.Errorf("there are headings over nothing:\n%s", b.String())
	}
}

func TestExplainFindingGolden(t *testing.T) {
	r := shop()
	var b bytes.Buffer
	for _, f := range []*analyzer.Finding{r.Findings[0], r.Findings[1], r.Findings[6]} {
		if err := ExplainFinding(&b, f, Options{}); err != nil {
			t.Fatal(err)
		}
		b.WriteString("----\n")
	}
	golden(t, "explain-finding.golden", b.Bytes())

	for _, f := range hostile().Findings {
		b.Reset()
		if err := ExplainFinding(&b, f, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && harmful(r) {
				t.Fatalf("the output contains %q", r)
			}
		}
	}
}

func TestCatalogueGolden(t *testing.T) {
	checks := []*analyzer.Check{dataStore, bypass, noTLS, imds}
	guidelines := []Guideline{
		{ID: "G04", Statement: "Subnets keep the tiers of an application apart", Sources: []GuidelineSource{{"A guide", "https://example.com/guide"}}, Checks: []string{"a", "b"}, Derived: []string{"b"}},
		{ID: "G23", Statement: "Memory is scrubbed", Undecidable: "it is the provider's own doing"},
		{ID: "G24", Statement: "Something new"},
	}
	var b bytes.Buffer
	for _, write := range []func() error{
		func() error { return Checks(&b, checks) },
		func() error { return ChecksJSON(&b, checks) },
		func() error { return Guidance(&b, guidelines) },
		func() error { return GuidanceJSON(&b, guidelines) },
	} {
		start := b.Len()
		if err := write(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String()[start:], "null") {
			t.Errorf("null is written:\n%s", b.String()[start:])
		}
		b.WriteString("----\n")
	}
	golden(t, "catalogue.golden", b.Bytes())
}

func TestReachGolden(t *testing.T) {
	r := shop()
	stacks := r.Stacks
	hops := r.Findings[0].Path
	db := stacks[0].After.Resource("aws_db_instance.orders")
	q := reach.Question{
		From: reach.Endpoint{Kind: reach.Internet, Label: "internet"},
		To:   reach.Endpoint{Kind: reach.Interfaces, Label: "aws_db_instance.orders"}, Packets: fromInternet(5432),
	}
	reply := []reach.Hop{{Object: object(db), Detail: "stateful", Reply: true}}
	stop := hops[3]
	stop.Code, stop.Detail = "ENI_SG_RULES_MISMATCH", "no rule admits tcp/22"
	stop.Edits = []reach.Edit{{Action: reach.Add, Address: "aws_security_group.db", Block: "ingress", Arguments: []reach.Argument{{Name: "protocol", Value: `"tcp"`}, {Name: "from_port", Value: "22"}}}}
	far := hops[1]
	far.Code, far.Detail = "PROTOCOL_RESTRICTION", "it carries TCP, UDP and ICMP only"
	lb := &aws.LoadBalancer{Object: object(stacks[0].After.Resource("aws_lb.web"))}
	through := flowTo("aws_db_instance.orders", fromInternet(443))
	first := func([]reach.Hop) []reach.Hop { return hops[:1] }
	through = through.Telling(first)
	through.Through = lb
	through.Delivered = reach.Relation{Must: fromInternet(5432), May: fromInternet(5432)}
	// On other ports than were asked for, at the listener and at the target.
	beside := flowTo("aws_db_instance.orders", fromInternet(80))
	beside = beside.Telling(first)
	beside.Through = lb
	hops[0].Rewrite = "destination: a public address becomes 10.0.100.4"

	s := fromInternet(5432)
	for _, test := range []struct {
		name   string
		answer reach.Answer
	}{
		{"yes", reach.Answer{
			Answer: reach.Yes, Forward: reach.Yes, Flows: reach.Relation{Must: s, May: s}, ForwardFlows: reach.Relation{Must: s, May: s},
			Witness: &packet.Packet{
				Source: netip.MustParseAddr("2001:db8::1"), Destination: netip.MustParseAddr("2001:db8::2"),
				Protocol: packet.TCP, SourcePort: 1024, DestinationPort: 5432,
			},
			Path: hops, ReplyPath: reply, Assumptions: r.Findings[0].Assumptions, Through: []*reach.Flow{through, beside},
		}},
		{"no", reach.Answer{Answer: reach.No, Forward: reach.No, Path: append(append([]reach.Hop{}, hops[:3]...), stop), Blockers: []reach.Hop{stop},
			Alternatives: []reach.Alternative{{Blockers: []reach.Hop{stop, stop}}, {Blockers: []reach.Hop{far}}}}},
		{"no-reply", reach.Answer{Answer: reach.No, Forward: reach.Yes, ForwardFlows: reach.Relation{Must: s, May: s}, Path: hops, Blockers: []reach.Hop{stop},
			Witness: &packet.Packet{Source: netip.MustParseAddr("192.0.2.1"), Destination: netip.MustParseAddr("10.0.0.4"), Protocol: packet.ICMP, ICMPType: 8}}},
		{"no-reply-to-what-may-arrive", reach.Answer{Answer: reach.No, Forward: reach.Unknown, ForwardFlows: reach.Relation{May: s}, Path: hops, Blockers: []reach.Hop{stop}}},
		{"unknown", reach.Answer{Answer: reach.Unknown, Forward: reach.Unknown, Flows: reach.Relation{May: s}, Waits: r.Findings[6].WaitsFor}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Reach(&b, q, test.answer, stacks, Options{}); err != nil {
				t.Fatal(err)
			}
			b.WriteString("----\n")
			if err := ReachMermaid(&b, q, test.answer, stacks, Options{}); err != nil {
				t.Fatal(err)
			}
			b.WriteString("----\n")
			start := b.Len()
			if err := ReachJSON(&b, q, test.answer, stacks, Options{}); err != nil {
				t.Fatal(err)
			}
			golden(t, "reach-"+test.name+".golden", b.Bytes())
			validate(t, schemaOf(t, "#/$defs/answer"), b.Bytes()[start:])
			var document any
			if err := json.Unmarshal(b.Bytes()[start:], &document); err != nil {
				t.Fatal(err)
			}
			walk("", document, func(path string, v any) {
				if v == nil {
					t.Errorf("%s is null", path)
				}
			})
		})
	}
}

func TestReachAcrossStacksFindsThePlace(t *testing.T) {
	r := shop()
	other := &tf.Stack{Name: "network", After: tf.NewSnapshot(nil)}
	if got := holder(r.Findings[0].Path, []*tf.Stack{other, r.Stacks[0]}); got != r.Stacks[0] {
		t.Errorf("the path is taken to stand in %v", got)
	}
}

func TestDiagnosticIsOneLine(t *testing.T) {
	got := Diagnostic(tf.Diagnostic{Severity: tf.Error, Summary: "plan.json is cut off", Detail: "Write it again:\n  terraform show -json", Stack: "shop", Range: tf.Range{File: "plan.json", StartLine: 3, StartColumn: 9}})
	if want := "error: plan.json:3:9: plan.json is cut off. Write it again: terraform show -json"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
