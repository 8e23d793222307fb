package report

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestNoFormatPrintsASensitiveValue plants sensitive values wherever a
// careless check could have put them.
func TestNoFormatPrintsASensitiveValue(t *testing.T) {
	const canary, network = "hunter2-\"canary\"", "198.51.100.0/24"
	r := shop()
	group := r.Stacks[0].After.Resource("aws_security_group.db")
	group.Values = tf.ObjectValue(
		tf.Field{Name: "description", Value: tf.StringValue(canary).MarkSensitive()},
		tf.Field{Name: "ingress", Value: tf.ListValue(tf.ObjectValue(
			tf.Field{Name: "cidr_blocks", Value: tf.ListValue(tf.StringValue(network))},
		)).MarkSensitive()},
	)
	leak := " " + canary + " " + network + " "
	for _, f := range r.Findings {
		f.Message += leak
		f.Fix = leak
		f.Location.Line = leak
		for i := range f.Because {
			f.Because[i].Text += leak
		}
		for i := range f.Related {
			f.Related[i].Text += leak
		}
		for i := range f.Path {
			f.Path[i].Detail += leak
		}
		for i := range f.Subjects {
			f.Subjects[i].Flows = fromInternet(22).From(prefix(network)).Union(fromInternet(22).From(prefix("203.0.113.0/24")))
		}
	}
	for i := range r.Questions {
		r.Questions[i].Text += leak
		r.Questions[i].Settle += leak
	}
	r.Assumptions[0].Text += leak
	r.Diagnostics[0].Detail += leak
	flow := r.Exposures[1].Flow
	flow.Reachable.Must = fromInternet(22).From(prefix(network))

	clean := *r
	clean.Findings, clean.Questions = nil, nil
	answer := reach.Answer{
		Answer: reach.Yes, Flows: flow.Reachable, Path: flow.Path(),
		Witness: &packet.Packet{Source: netip.MustParseAddr("198.51.100.0"), Destination: netip.MustParseAddr("10.0.0.1"), Protocol: packet.TCP},
		Through: []*reach.Flow{flow},
	}
	for name, write := range map[string]func(io.Writer) error{
		"text":       func(w io.Writer) error { return Text(w, r, Options{All: true}) },
		"clean":      func(w io.Writer) error { return Text(w, &clean, Options{}) },
		"json":       func(w io.Writer) error { return JSON(w, r, Options{}) },
		"compact":    func(w io.Writer) error { return Compact(w, r, Options{All: true}) },
		"sarif":      func(w io.Writer) error { return SARIF(w, r, Options{}) },
		"explain":    func(w io.Writer) error { return ExplainFinding(w, r.Findings[0], Options{}) },
		"reach":      func(w io.Writer) error { return Reach(w, reach.Question{}, answer, r.Stacks, Options{}) },
		"reach-json": func(w io.Writer) error { return ReachJSON(w, reach.Question{}, answer, r.Stacks, Options{}) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"hunter2", "198.51.100"} {
			if strings.Contains(b.String(), secret) {
				t.Errorf("%s prints %s:\n%s", name, secret, b.String())
			}
		}
		if !strings.Contains(b.String(), hidden) {
			t.Errorf("%s does not say that something is sensitive", name)
		}
	}
	var b bytes.Buffer
	if err := JSON(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "203.0.113.0/24") {
		t.Error("what is not sensitive is hidden too")
	}
}

func TestNothingSensitiveCostsNothing(t *testing.T) {
	r := shop()
	if got := secretsOf(r.Stacks).report(r); got != r {
		t.Error("a report without secrets is copied")
	}
	everyone := tf.ObjectValue(
		tf.Field{Name: "cidr", Value: tf.StringValue("0.0.0.0/0").MarkSensitive()},
		tf.Field{Name: "from_port", Value: tf.NumberValue("22").MarkSensitive()},
	)
	r.Stacks[0].After.Resources[0].Values = everyone
	s := secretsOf(r.Stacks)
	own := s.along(nil, r.Stacks[0].After.Resources[0])
	if got := own.prefix(netip.MustParsePrefix("203.0.113.0/24")); got == hidden {
		t.Error("a sensitive 0.0.0.0/0 hides every address")
	}
	if got := own.prefix(netip.MustParsePrefix("0.0.0.0/0")); got != hidden {
		t.Error("a sensitive 0.0.0.0/0 is printed")
	}
	if got := own.text("tcp/22 from 0.0.0.0/0, ::/0"); got != "tcp/(sensitive) from (sensitive), ::/0" {
		t.Error("what is sensitive is printed in " + got)
	}
	// What has nothing to do with it is full of all addresses and of port 22.
	elsewhere := s.along(nil, r.Stacks[0].After.Resources[1])
	if got := elsewhere.prefix(netip.MustParsePrefix("0.0.0.0/0")) + elsewhere.text(" tcp/22 from 0.0.0.0/0"); got != "0.0.0.0/0 tcp/22 from 0.0.0.0/0" {
		t.Error("what is sensitive hides all others: " + got)
	}
}
