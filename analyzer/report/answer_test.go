package report_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/report"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// toldAnswers are questions whose answers are read as people read them, one of each
// kind.
var toldAnswers = []struct{ fixture, from, to, flow string }{
	{"reach/nat-kinds", "aws_instance.private", "internet", "tcp/443"},                                     // yes, with rewrites
	{"reach/nat-kinds", "aws_instance.private", "aws_instance.public", ""},                                 // everything that gets through
	{"reach/nat-kinds", "aws_instance.private", "internet", "47"},                                          // no, and nobody changes that
	{"reach/nat-kinds", "aws_instance.lost", "internet", "tcp/443"},                                        // no: a table would need two routes
	{"reach/nat-kinds", "aws_instance.hidden", "internet", "tcp/443"},                                      // no, with an edit in two parts
	{"reach/instance-connect", "internet", "aws_instance.host", "tcp/22"},                                  // no, with everything missing
	{"reach/peering-no-edge", `aws_instance.host["a"]`, `aws_instance.host["c"]`, "tcp/443"},               // no, and another way
	{"reach/peering-no-edge", `aws_instance.host["a"]`, `aws_instance.host["d"]`, "tcp/443"},               // not accepted
	{"reach/transit-shared-services", `aws_instance.host["a"]`, `aws_instance.host["b"]`, "tcp/443"},       // both directions blocked
	{"reach/transit-zones", `aws_instance.host["a"]`, "aws_instance.far", "tcp/443"},                       // the reply alone
	{"reach/vpn-static-and-missing-return", "onprem:192.168.0.9", "aws_instance.alone", "tcp/22"},          // the reply has no route
	{"reach/firewall-in-front", "internet", "aws_instance.web", "tcp/22"},                                  // a firewall policy
	{"reach/balancer-client-addresses", "internet", "aws_lb.plain", "tcp/444"},                             // a listener
	{"reach/balancer-client-addresses", "internet", "aws_instance.anyone", "tcp/8443"},                     // through a load balancer
	{"reach/ipv6", "internet6", "aws_instance.private", "tcp/443"},                                         // IPv6
	{"reach/group-references-across", `aws_instance.host["a"]`, `aws_instance.referring["c"]`, "tcp/5432"}, // a reference that is lost
	{"reach/privatelink", "aws_vpc_endpoint.service", "aws_instance.client", "tcp/443"},                    // what opens no connection
	{"reach/block-public-access", "internet", `aws_instance.host["blocked"]`, "tcp/443"},                   // an account's switch
	{"questions", "internet", "aws_instance.shared", "tcp/22"},                                             // unknown
	{"questions", "aws_instance.silent", "aws_instance.shared", "tcp/443"},                                 // no, beside something unknown
	{"shop", "internet", "aws_db_instance.orders", "tcp/5432"},                                             // new in this change
}

// TestAnswers: what `tfcheck reach` says, in full.
func TestAnswers(t *testing.T) {
	var b bytes.Buffer
	for _, x := range toldAnswers {
		stacks := open(t, filepath.Join("..", "..", "fixtures", x.fixture))
		q, a := answerTo(t, driver.Graph(stacks, nil), x.from, x.to, x.flow)
		fmt.Fprintf(&b, "==== %s: --from %s --to %s --flow %s\n", x.fixture, x.from, x.to, x.flow)
		if err := report.Reach(&b, q, a, stacks, report.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join("testdata", "answers.golden")
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func answerTo(t *testing.T, g *reach.Graph, from, to, flow string) (q reach.Question, a reach.Answer) {
	t.Helper()
	var err error
	if q.From, err = g.Endpoint(from); err != nil {
		t.Fatal(err)
	}
	if q.To, err = g.Endpoint(to); err != nil {
		t.Fatal(err)
	}
	restrict, err := packet.ParseFlow(flow)
	if err != nil {
		t.Fatal(err)
	}
	q.Packets = restrict(packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6)))
	return q, g.Ask(q)
}

// The lines of a flowchart as Mermaid's grammar has them, read strictly: texts
// stand in quotes, and in them what means something is escaped.
var (
	mermaidText = `"(?:[^"<>&` + "`" + `#\x00-\x1f]|<br>|#[a-z0-9]+;)*"`
	mermaidLine = regexp.MustCompile(`^(?:flowchart LR|    n\d+(?:\[` + mermaidText + `\]|\(\[` + mermaidText + `\]\))(?::::[a-z]+)?` +
		`|    n\d+ (?:-->|-\.->)(?:\|` + mermaidText + `\|)? n\d+|    classDef [a-z]+ [a-z-]+:[^,;]+(?:,[a-z-]+:[^,;]+)*)$`)
)

// TestMermaidIsWellFormed: the picture of each of these answers is one that
// Mermaid reads.
func TestMermaidIsWellFormed(t *testing.T) {
	for _, x := range toldAnswers {
		stacks := open(t, filepath.Join("..", "..", "fixtures", x.fixture))
		q, a := answerTo(t, driver.Graph(stacks, nil), x.from, x.to, x.flow)
		var b strings.Builder
		if err := report.ReachMermaid(&b, q, a, stacks, report.Options{}); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
			if !mermaidLine.MatchString(line) {
				t.Errorf("%s: %s", x.fixture, line)
			}
		}
	}
}

func open(t *testing.T, path string) []*tf.Stack {
	t.Helper()
	stacks, err := input.Open(context.Background(), []string{path}, input.Options{Wanted: aws.Types})
	if err != nil {
		t.Fatal(err)
	}
	return stacks
}
