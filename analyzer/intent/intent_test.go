package intent_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/intent"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var fixtures = filepath.Join("..", "..", "fixtures")

// views are those of a fixture after and before its change.
func views(t *testing.T, fixture string) (after, before *analyzer.View) {
	t.Helper()
	stacks, err := input.Open(context.Background(), []string{filepath.Join(fixtures, fixture, "plan.json")}, input.Options{Wanted: aws.Types.Tagged()})
	if err != nil {
		t.Fatal(err)
	}
	view := func(s *tf.Snapshot) *analyzer.View {
		n := aws.Build(aws.Input{Stack: stacks[0], Snapshot: s})
		g := reach.Compile(n)
		return &analyzer.View{Snapshot: s, Network: n, Graph: g, FromInternet: g.FromInternet()}
	}
	if stacks[0].Before != nil {
		before = view(stacks[0].Before)
	}
	return view(stacks[0].After), before
}

func load(t *testing.T, src string) []settings.Intent {
	t.Helper()
	s, diags := settings.Load("tfcheck.hcl", []byte(src), settings.Known{
		Severities: []string{"low", "medium", "high", "critical"}, Scopes: intent.Scopes(),
	})
	for _, d := range diags {
		t.Fatalf("%s: %s %s", d.Range, d.Summary, d.Detail)
	}
	return s.Intents
}

// said is what was found, and what could not be judged, in lines.
func said(results []intent.Result) []string {
	var lines []string
	for _, r := range results {
		for _, f := range r.Findings {
			verdict := "proven"
			if !slices.ContainsFunc(f.Subjects, func(s analyzer.Subject) bool { return s.Verdict == analyzer.Violation }) {
				verdict = "undetermined"
			}
			lines = append(lines, fmt.Sprintf("%s %s: %s", verdict, r.Check.ID, f.Message))
		}
		for _, d := range r.Diagnostics {
			lines = append(lines, d.Summary+": "+d.Detail)
		}
	}
	return lines
}

func TestFixture(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(fixtures, "intents", "tfcheck.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	after, before := views(t, "intents")
	got := said(intent.Judge(load(t, string(src)), after, before, "2026-11-24"))
	want := []string{
		`proven intent:production-and-development: aws_instance.app["dev"] can reach aws_db_instance.orders on tcp/5432, though they are to be apart`,
		`proven intent:database-for-its-application: aws_instance.app["dev"] can reach aws_db_instance.orders on tcp/5432, which is for aws_instance.app["prod"] only`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStatements(t *testing.T) {
	tests := []struct {
		name, fixture, src string
		want               []string
	}{
		{
			"an exception that has expired is none", "intents", `
deny "ssh" {
  from = ["internet"]
  to   = ["*"]
  except {
    to     = ["aws_instance.bastion"]
    reason = "the office"
    owner  = "platform"
    until  = "2026-11-23"
  }
}`, []string{"proven intent:ssh: the internet can reach aws_instance.bastion on tcp/22, which is denied"},
		},
		{
			"an exception that runs until today holds", "intents", `
deny "ssh" {
  from = ["internet"]
  to   = ["*"]
  except {
    to     = ["aws_instance.bastion"]
    reason = "the office"
    owner  = "platform"
    until  = "2026-11-24"
  }
}`, nil,
		},
		{
			"an exception for other addresses changes nothing", "intents", `
deny "ssh" {
  from = ["internet"]
  to   = ["*"]
  except {
    from   = ["internet:198.51.100.0/24"]
    reason = "another office"
    owner  = "platform"
  }
}`, []string{"proven intent:ssh: the internet can reach aws_instance.bastion on tcp/22, which is denied"},
		},
		{
			"what must be reached and is not says what stops it", "intents", `
must_reach "bastion" {
  from = ["aws_instance.bastion"]
  to   = ["aws_db_instance.orders"]
  flow = ["tcp/5432"]
}`, []string{"proven intent:bastion: aws_instance.bastion does not reach aws_db_instance.orders on tcp/5432, which it must"},
		},
		{
			"egress goes around", "intents", `
through "firewall" {
  from = ["type:aws_instance"]
  to   = ["internet"]
  via  = ["type:aws_networkfirewall_firewall"]
  flow = ["tcp/443"]
}`, []string{`proven intent:firewall: aws_instance.app["dev"] and aws_instance.app["prod"] can reach the internet on tcp/443, around type:aws_networkfirewall_firewall`},
		},
		{
			"a set without members says so", "intents", `
deny "ghosts" {
  from = ["internet"]
  to   = ["module.old.*"]
}`, []string{`intent "ghosts" is about nothing: nothing here is module.old.*: Check the spelling of the selectors, or delete the block.`},
		},
		{
			"a selector that nobody can read", "intents", `
deny "typo" {
  from = ["internet"]
  to   = ["tags:tier=db"]
}`, []string{`intent "typo" cannot be judged: "tags:tier=db": "tags" is no kind of selector: write type:, tag:, module:, subnet:, vpc:, group:, cidr:, kind:, or an address`},
		},
		{
			"a load balancer stands between", "reach/balancer-client-addresses", `
isolated "apart" {
  between = [["aws_instance.vpc"], ["aws_instance.balancer"]]
  flow    = ["tcp/443"]
}`, []string{"proven intent:apart: aws_instance.vpc can reach aws_instance.balancer on tcp/443, though they are to be apart"},
		},
		{
			"what the change opens", "change", `no_new_exposure "still" {}`,
			[]string{"proven intent:still: the internet can reach aws_instance.web on tcp/22, and could not before this change"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			after, before := views(t, test.fixture)
			got := said(intent.Judge(load(t, test.src), after, before, "2026-11-24"))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is denied between every two things is found exactly where a question
// about the two is answered with yes.
func TestDenyAgreesWithQuestions(t *testing.T) {
	flows := []string{"tcp/22", "tcp/443", "tcp/5432", "udp/53", "icmp/8/0"}
	for _, fixture := range []string{"shop", "intents", "quiet", "questions", "reach/balancer-client-addresses"} {
		after, _ := views(t, fixture)
		var names []string
		for _, i := range after.Network.Interfaces {
			if i.Resource != nil && i.Kind != aws.KindLoadBalancer && !slices.Contains(names, i.Resource.Address) {
				names = append(names, i.Resource.Address)
			}
		}
		asked := 0
		for _, from := range append([]string{"internet"}, names...) {
			for _, to := range names {
				if from == to {
					continue
				}
				for _, flow := range flows {
					asked++
					src := fmt.Sprintf("deny \"x\" {\nfrom = [%q]\nto = [%q]\nflow = [%q]\n}", from, to, flow)
					got := strings.Join(said(intent.Judge(load(t, src), after, nil, "2026-11-24")), "; ")
					want := answer(t, after.Graph, from, to, flow)
					switch {
					case want == reach.Yes && !strings.HasPrefix(got, "proven"),
						want == reach.Unknown && !strings.HasPrefix(got, "undetermined"),
						want == reach.No && got != "" && !strings.Contains(got, "about nothing"):
						t.Errorf("%s: %s to %s on %s: the answer is %s, the intent says %q", fixture, from, to, flow, want, got)
					}
				}
			}
		}
		if asked == 0 {
			t.Errorf("%s: nothing was asked", fixture)
		}
	}
}

// answer is yes where the packets get there in any way, load balancers
// included.
func answer(t *testing.T, g *reach.Graph, from, to, flow string) reach.Verdict {
	t.Helper()
	a, err := g.Endpoint(from)
	if err != nil {
		t.Fatal(err)
	}
	b, err := g.Endpoint(to)
	if err != nil {
		t.Fatal(err)
	}
	restrict, err := packet.ParseFlow(flow)
	if err != nil {
		t.Fatal(err)
	}
	packets := restrict(packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6)))
	out := g.Ask(reach.Question{From: a, To: b, Packets: packets})
	verdict := out.Answer
	for _, f := range out.Through {
		switch {
		case f.Internet != nil: // a matter of statements about the internet
		case f.Reachable.Must.Overlaps(packets):
			verdict = reach.Yes
		case f.Reachable.May.Overlaps(packets) && verdict == reach.No:
			verdict = reach.Unknown
		}
	}
	return verdict
}

// A finding has a packet that breaks its statement, with addresses that its ends
// may have.
func TestCounterexample(t *testing.T) {
	after, _ := views(t, "intents")
	results := intent.Judge(load(t, `deny "db" {
  from = ["aws_instance.app[\"dev\"]"]
  to   = ["aws_db_instance.orders"]
  flow = ["tcp/5432"]
}`), after, nil, "2026-11-24")
	if len(results) != 1 || len(results[0].Findings) != 1 {
		t.Fatalf("%+v", results)
	}
	f := results[0].Findings[0]
	const want = "for example tcp from 10.30.10.4:1024 to 10.30.10.5:5432"
	if n := len(f.Because); n != 2 || f.Because[1].Text != want {
		t.Errorf("because %v, want %s", f.Because, want)
	}
	if len(f.Path) == 0 {
		t.Error("no path")
	}
}
