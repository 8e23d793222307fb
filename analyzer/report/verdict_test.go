package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestCleanRunIsOneTruthfulLine(t *testing.T) {
	expose := func(r *analyzer.Report, status analyzer.Status, label string, s packet.Set) {
		r.Exposures = append(r.Exposures, &analyzer.Exposure{Stack: r.Stacks[0], Flow: flowTo(label, s), Status: status})
	}
	firstApply := func(r *analyzer.Report) { r.Stacks[0].Before = tf.NewSnapshot(nil) }
	existing := func(r *analyzer.Report, s analyzer.Severity) {
		f := *shop().Findings[3]
		f.Severity, f.Stack = s, r.Stacks[0]
		r.Findings = append(r.Findings, &f)
	}
	udp := packet.Everything(packet.IPv4).On(packet.UDP).ToPorts(packet.PortRange(53, 53))

	for _, test := range []struct {
		name   string
		change func(*analyzer.Report)
		want   string
	}{
		{"one front door", func(r *analyzer.Report) {
			firstApply(r)
			expose(r, analyzer.New, "aws_lb.web", fromInternet(443))
		}, "ok: the internet reaches aws_lb.web on tcp/443 and nothing else (61 resources, 4 checks)"},
		{"two ports of one target, in two flows", func(r *analyzer.Report) {
			firstApply(r)
			expose(r, analyzer.New, "aws_lb.web", fromInternet(443))
			expose(r, analyzer.New, "aws_lb.web", fromInternet(80).Union(udp))
		}, "ok: the internet reaches aws_lb.web on tcp/80,443 and udp/53 and nothing else (61 resources, 4 checks)"},
		{"not everyone", func(r *analyzer.Report) {
			firstApply(r)
			expose(r, analyzer.New, "aws_instance.bastion", fromInternet(22).From(prefix("203.0.113.0/24")))
		}, "ok: the internet reaches aws_instance.bastion on tcp/22 from 203.0.113.0/24 and nothing else (61 resources, 4 checks)"},
		{"everything of a host", func(r *analyzer.Report) {
			firstApply(r)
			expose(r, analyzer.New, "aws_instance.web", packet.Everything(packet.IPv4))
		}, "ok: the internet reaches aws_instance.web on every port and nothing else (61 resources, 4 checks)"},
		{"many targets", func(r *analyzer.Report) {
			firstApply(r)
			for i := range 12 {
				expose(r, analyzer.New, fmt.Sprintf("aws_lb.web[%d]", i), fromInternet(443))
			}
		}, "ok: the internet reaches aws_lb.web[0] on tcp/443, aws_lb.web[1] on tcp/443, aws_lb.web[2] on tcp/443, aws_lb.web[3] on tcp/443 and 8 more and nothing else (61 resources, 4 checks)"},
		{"nothing reachable", func(r *analyzer.Report) { firstApply(r) },
			"ok: nothing is reachable from the internet (61 resources, 4 checks)"},
		{"nothing that could be reached", func(r *analyzer.Report) { firstApply(r); r.Interfaces = 0 },
			"ok: nothing here has a network interface that the internet could reach (61 resources, 4 checks)"},
		{"no change to the network", func(r *analyzer.Report) {
			r.NetworkChanged = false
			existing(r, analyzer.Low)
			existing(r, analyzer.Low)
			expose(r, analyzer.Existing, "aws_lb.web", fromInternet(443))
		}, "ok: this change opens nothing (61 resources, no change to the network; 2 existing low findings, --all)"},
		{"one finding from before", func(r *analyzer.Report) {
			r.NetworkChanged = false
			existing(r, analyzer.Low)
		}, "ok: this change opens nothing (61 resources, no change to the network; 1 existing low finding, --all)"},
		{"a change that opens nothing", func(r *analyzer.Report) {
			existing(r, analyzer.Critical)
			existing(r, analyzer.Low)
			expose(r, analyzer.Existing, "aws_lb.web", fromInternet(443))
		}, "ok: this change opens nothing (61 resources, 4 checks; existing: 1 critical, 1 low, --all)"},
		{"a change that opens a front door", func(r *analyzer.Report) {
			expose(r, analyzer.Existing, "aws_lb.web", fromInternet(443))
			expose(r, analyzer.New, "aws_lb.api", fromInternet(443))
		}, "ok: this change opens aws_lb.api on tcp/443 to the internet and nothing else (61 resources, 4 checks)"},
		{"what is closed is not reached", func(r *analyzer.Report) {
			expose(r, analyzer.Resolved, "aws_instance.old", fromInternet(22))
		}, "ok: nothing is reachable from the internet (61 resources, 4 checks)"},
		{"subnets elsewhere", func(r *analyzer.Report) { r.Outside = 6 },
			"ok so far: no finding, but 6 of 9 interfaces stand in subnets outside this plan (--context NETWORK) (61 resources, 4 checks)"},
		{"what was undecided before stays out of a change of something else", func(r *analyzer.Report) {
			r.NetworkChanged, r.Outside = false, 6
			r.Findings, r.Questions = shop().Findings[6:], shop().Questions[1:]
			r.Findings[0].Status = analyzer.Existing
			r.Questions[0].Decides = []string{r.Findings[0].Fingerprint}
		}, "ok: this change opens nothing (61 resources, no change to the network)"},
		{"an exposure that is undecided", func(r *analyzer.Report) {
			expose(r, analyzer.New, "aws_lb.web", fromInternet(443))
			r.Exposures[0].Flow.Reachable.Must = packet.Set{}
		}, "ok so far: no finding, but it is undecided whether the internet reaches aws_lb.web (61 resources, 4 checks)"},
		{"an incomplete plan", func(r *analyzer.Report) { r.Stacks[0].Complete = false },
			"ok so far: no finding, but the plan is incomplete (61 resources, 4 checks)"},
		{"an incomplete input", func(r *analyzer.Report) {
			r.Diagnostics = []tf.Diagnostic{{Summary: "module.net is not installed", Incomplete: true}}
		}, "ok so far: no finding, but module.net is not installed (61 resources, 4 checks)"},
		{"a lesser question", func(r *analyzer.Report) {
			firstApply(r)
			r.Questions = shop().Questions[:1]
		}, "ok: nothing is reachable from the internet (61 resources, 4 checks; 1 fact not in this plan decides 1 lesser result, --all)"},
		{"types without a model", func(r *analyzer.Report) {
			firstApply(r)
			r.Coverage[0].NotModelled = map[string]int{"aws_vpn_connection": 1}
		}, "ok: nothing is reachable from the internet (61 resources, 4 checks; not modelled: aws_vpn_connection)"},
		{"nothing to look at", func(r *analyzer.Report) {
			r.Interfaces, r.Resources = 0, 12
			r.Coverage[0].Modelled, r.Checks = 0, nil
		}, "nothing to check: no network, instance, load balancer or data store among 12 resources"},
		{"nothing at all", func(r *analyzer.Report) {
			r.Interfaces, r.Resources = 0, 0
			r.Coverage[0].Modelled, r.Checks = 0, nil
		}, "nothing to check: the input has no resources"},
		{"nothing but what is not modelled", func(r *analyzer.Report) {
			r.Interfaces = 0
			r.Coverage[0].Modelled, r.Checks = 0, nil
			r.Coverage[0].NotModelled = map[string]int{"aws_vpn_connection": 1}
		}, "nothing to check: aws_vpn_connection is not modelled, and nothing else is of the network among 61 resources"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := text(t, quiet(test.change), Options{}); got != test.want+"\n" {
				t.Errorf("got  %swant %s", got, test.want)
			}
		})
	}
}

func TestPressingQuestionsAreNeverOK(t *testing.T) {
	r := quiet(func(r *analyzer.Report) { r.Questions = shop().Questions })
	got := text(t, r, Options{})
	want := "ok so far: no finding, but 1 fact not in this plan decides 4 results (61 resources, 4 checks; 1 fact not in this plan decides 1 lesser result, --all)\n"
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "high?") {
		t.Errorf("got\n%s", got)
	}
	if got := text(t, r, Options{Quiet: true}); got != "" {
		t.Errorf("--quiet prints findings only, got\n%s", got)
	}
}

func TestQuestionsAreCountedBeyondThree(t *testing.T) {
	r := shop()
	for i := range 5 {
		r.Questions = append(r.Questions, analyzer.Question{Fact: tf.Fact{ID: fmt.Sprint(i), Text: fmt.Sprint("question ", i)}, Severity: analyzer.Critical, Decides: []string{"w1", fmt.Sprint(i)}})
	}
	got := text(t, r, Options{})
	for _, want := range []string{"6 facts not in this plan decide 9 more results:", "critical?  question 0", "  … 3 more: --all"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	if strings.Contains(got, "question 3") {
		t.Errorf("more than three questions are listed:\n%s", got)
	}
}

func TestReservedRangesDoNotMakeAnyoneSomeone(t *testing.T) {
	internet := packet.AllAddresses(packet.IPv4).Subtract(prefix("10.0.0.0/8")).Subtract(prefix("192.168.0.0/16")).Subtract(prefix("224.0.0.0/3"))
	for _, test := range []struct {
		name string
		a    packet.Addresses
		want bool
	}{
		{"the public addresses", internet, true},
		{"two halves", prefix("0.0.0.0/1").Union(prefix("128.0.0.0/1")), true},
		{"one half", prefix("0.0.0.0/1"), false},
		{"a partner", prefix("203.0.113.0/24"), false},
		{"global IPv6", prefix("2000::/3"), true},
		{"one IPv6 network", prefix("2001:db8::/32"), false},
	} {
		if got := everyone(test.a); got != test.want {
			t.Errorf("%s: everyone is %v", test.name, got)
		}
	}
}

// What was read is called what it is.
func TestJudged(t *testing.T) {
	of := func(kinds ...tf.InputKind) *analyzer.Report {
		r := &analyzer.Report{}
		for _, k := range kinds {
			r.Stacks = append(r.Stacks, &tf.Stack{Kind: k})
		}
		return r
	}
	for want, r := range map[string]*analyzer.Report{
		"this plan":            of(tf.BinaryPlanInput),
		"these plans":          of(tf.PlanInput, tf.BinaryPlanInput),
		"this configuration":   of(tf.ConfigurationInput),
		"these configurations": of(tf.ConfigurationInput, tf.ConfigurationInput),
		"this state":           of(tf.StateInput),
		"the input":            of(tf.StateInput, tf.PlanInput),
	} {
		if got := judged(r); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
