package triage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestParseSuppression(t *testing.T) {
	tests := []struct {
		text string
		want string // empty: no suppression at all
	}{
		{"an ordinary comment", ""},
		{"tfcheck is great", ""},
		{"tfcheck:ignored", "error: write it as"},
		{"tfcheck:ignore:imds-v1", "error: write it as"},
		{"see tfcheck:ignore", ""},
		{"tfcheck:ignore imds-v1 -- legacy agent", "[imds-v1]  legacy agent"},
		{" tfcheck:ignore imds-v1,open-ssh until=2027-01-31 --  two  checks ", "[imds-v1 open-ssh] 2027-01-31 two checks"},
		{"tfcheck:ignore imds-v1, open-ssh -- a -- b", "[imds-v1 open-ssh]  a -- b"},
		{"tfcheck:ignore", "error: the reason is missing"},
		{"tfcheck:ignore imds-v1", "error: the reason is missing"},
		{"tfcheck:ignore imds-v1 -- ", "error: the reason is missing"},
		{"tfcheck:ignore -- why", "error: name the check"},
		{"tfcheck:ignore imds-v1 until=2027-02-30 -- why", "error: until=2027-02-30 is no date"},
		{"tfcheck:ignore imds-v1 till=2027-02-01 -- why", `error: unknown option "till"`},
	}
	for _, test := range tests {
		s, ok, err := ParseSuppression(test.text)
		got := ""
		switch {
		case err != nil:
			got = "error: " + err.Error()
		case ok:
			got = fmt.Sprint(s.Checks, " ", s.Until, " ", s.Reason)
		}
		if got != test.want && (err == nil || !strings.HasPrefix(got, test.want) || test.want == "") {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

func FuzzParseSuppression(f *testing.F) {
	f.Add("tfcheck:ignore a,b until=2027-01-31 -- reason")
	f.Add("tfcheck:ignore\ta=--")
	f.Fuzz(func(t *testing.T, text string) {
		s, ok, err := ParseSuppression(text)
		switch {
		case !ok && (err != nil || s.Checks != nil):
			t.Errorf("%q is no suppression, yet %v, %v", text, s, err)
		case ok && err == nil && (len(s.Checks) == 0 || s.Reason == "" || s.Until != "" && !settings.IsDate(s.Until)):
			t.Errorf("%q is accepted as %+v", text, s)
		}
	})
}

// source is a source that has comments only.
type source []tf.Comment

func (source) Locate(*tf.Resource, string) (tf.Location, bool) { return tf.Location{}, false }
func (s source) Comments(string) []tf.Comment                  { return s }
func (source) Variable(string) (tf.Range, bool)                { return tf.Range{}, false }

func at(line int) tf.Range { return tf.Range{File: "main.tf", StartLine: line, EndLine: line} }

func TestSuppress(t *testing.T) {
	const today = "2026-11-22"
	ignore := func(line, from, to int, module, text string) tf.Comment {
		return tf.Comment{Range: at(line), CoversFrom: from, CoversTo: to, Module: module, Text: text}
	}
	tests := map[string]struct {
		comments []tf.Comment
		address  string
		location tf.Range
		accepted string
		because  []string
		diags    []string
	}{
		"line":           {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imds-v1 -- why")}, "aws_instance.i", at(5), "why", nil, nil},
		"alias":          {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imdsv1 -- why")}, "aws_instance.i", at(5), "why", nil, nil},
		"other line":     {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imds-v1 -- why")}, "aws_instance.i", at(6), "", nil, []string{"4 unused suppression of imds-v1"}},
		"other file":     {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imds-v1 -- why")}, "aws_instance.i", tf.Range{File: "x.tf", StartLine: 5}, "", nil, []string{"4 unused suppression of imds-v1"}},
		"no source":      {nil, "aws_instance.i", tf.Range{}, "", nil, nil},
		"other check":    {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore internet-reaches-admin-port -- why")}, "aws_instance.i", at(5), "", nil, []string{"4 unused suppression of internet-reaches-admin-port"}},
		"last day":       {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imds-v1 until=2026-11-22 -- why")}, "aws_instance.i", at(5), "why", nil, nil},
		"expired":        {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imds-v1 until=2026-11-21 -- why")}, "aws_instance.i", at(5), "", []string{"the suppression of this finding expired on 2026-11-21"}, nil},
		"no reason":      {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imds-v1")}, "aws_instance.i", at(5), "", nil, []string{"4 malformed suppression: the reason is missing: write it after two dashes, as in tfcheck:ignore CHECK -- reason"}},
		"unknown check":  {[]tf.Comment{ignore(4, 4, 5, "", "tfcheck:ignore imds-v2 -- why")}, "aws_instance.i", at(5), "", nil, []string{`4 suppression of an unknown check "imds-v2"`}},
		"module":         {[]tf.Comment{ignore(1, 1, 3, "module.net", "tfcheck:ignore imds-v1 -- why")}, `module.net["a"].module.deep.aws_instance.i`, tf.Range{File: "net/main.tf", StartLine: 9}, "why", nil, nil},
		"no such module": {[]tf.Comment{ignore(1, 1, 3, "module.network", "tfcheck:ignore imds-v1 -- why")}, `module.net.aws_instance.i`, tf.Range{File: "net/main.tf", StartLine: 9}, "", nil, []string{"1 unused suppression of imds-v1"}},
		// A folder that two calls share has its comments once for each.
		"shared folder": {[]tf.Comment{ignore(1, 1, 3, "module.a.module.x", "tfcheck:ignore imds-v1 -- why"), ignore(1, 1, 3, "module.b.module.x", "tfcheck:ignore imds-v1 -- why")}, `module.b.module.x.aws_instance.i`, tf.Range{}, "why", nil, nil},
	}
	checks := []*analyzer.Check{adminPort, {ID: "imds-v1", Aliases: []string{"imdsv1"}, Tier: analyzer.Default}}
	for name, test := range tests {
		r := instance(test.address, "")
		s := stack(false, r)
		s.Source = source(test.comments)
		f := finding(s, imds, r, "metadata_options")
		f.Location.Range = test.location
		var diags, because []string
		for _, d := range Suppress([]*analyzer.Finding{f}, []*tf.Stack{s}, checks, func(string) bool { return true }, today) {
			diags = append(diags, fmt.Sprint(d.Range.StartLine, " ", d.Summary))
		}
		for _, n := range f.Because {
			because = append(because, n.Text)
		}
		got := ""
		if f.Accepted != nil {
			got = f.Accepted.Reason
		}
		if got != test.accepted || !cmp.Equal(diags, test.diags) || !cmp.Equal(because, test.because) {
			t.Errorf("%s: accepted %q, because %q, diagnostics %q; want %q, %q, %q", name, got, because, diags, test.accepted, test.because, test.diags)
		}
	}
}

func TestSuppressionIsNotUnusedWhereItsCheckDidNotRun(t *testing.T) {
	s := stack(false)
	s.Source = source{{Range: at(1), Text: "tfcheck:ignore imds-v1 -- why"}}
	if diags := Suppress(nil, []*tf.Stack{s}, known, func(string) bool { return false }, ""); len(diags) != 0 {
		t.Errorf("got %v, want nothing", diags)
	}
}

func TestAcceptConfigured(t *testing.T) {
	r := instance(`module.legacy["a"].aws_instance.i[0]`, "")
	tests := map[string]struct {
		accept settings.Accept
		want   string // by whom; "expired", "unused"
	}{
		"instance":      {settings.Accept{Check: "imds-v1", Address: r.Address}, "config"},
		"resource":      {settings.Accept{Check: "imds-v1", Address: "module.legacy.aws_instance.i"}, "config"},
		"module":        {settings.Accept{Check: "imds-v1", Address: "module.legacy"}, "config"},
		"stack":         {settings.Accept{Check: "imds-v1", Address: "module.legacy", Stack: "prod"}, "config"},
		"other stack":   {settings.Accept{Check: "imds-v1", Address: "module.legacy", Stack: "test"}, "unused"},
		"other check":   {settings.Accept{Check: "x", Address: "module.legacy"}, "unused"},
		"other module":  {settings.Accept{Check: "imds-v1", Address: "module.leg"}, "unused"},
		"other element": {settings.Accept{Check: "imds-v1", Address: `module.legacy["b"]`}, "unused"},
		"expired":       {settings.Accept{Check: "imds-v1", Address: "module.legacy", Until: "2026-11-21"}, "expired"},
	}
	for name, test := range tests {
		f := finding(stack(false, r), imds, r, "")
		diags := AcceptConfigured([]*analyzer.Finding{f}, []settings.Accept{test.accept}, "2026-11-22")
		got := ""
		switch {
		case f.Accepted != nil:
			got = f.Accepted.By
		case len(f.Because) == 1:
			got = "expired"
		case len(diags) == 1:
			got = "unused"
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestBaseline(t *testing.T) {
	const today = "2026-11-22"
	group := instance("aws_security_group.g", "")
	s := stack(false, group)
	accepted := []*analyzer.Finding{
		finding(s, adminPort, group, "ingress[0]", subject("aws_instance.a[0]", 22)),
		finding(s, adminPort, group, "ingress[1]", subject("aws_instance.a[1]", 3389), subject("aws_instance.b", 22)),
	}
	data, err := Baseline(accepted, nil).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	b, err := settings.LoadBaseline("baseline.json", data)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Entries) != 1 {
		t.Fatalf("got %d entries, want one for the fingerprint", len(b.Entries))
	}

	renamed := &analyzer.Check{ID: "ssh-is-open", Aliases: []string{adminPort.ID}, Tier: analyzer.Default}
	moved := instance("module.m.aws_security_group.h", "aws_security_group.g")
	with := func(change func(*analyzer.Finding)) *analyzer.Finding {
		f := finding(s, adminPort, group, "ingress[7]", subject("aws_instance.a[5]", 22))
		change(f)
		return f
	}
	tests := map[string]struct {
		f    *analyzer.Finding
		want string // empty when accepted
	}{
		"less": {with(func(*analyzer.Finding) {}), ""},
		"a resolved extra": {with(func(f *analyzer.Finding) {
			f.Subjects = append(f.Subjects, analyzer.Subject{Address: "aws_instance.z", Status: analyzer.Resolved})
		}), ""},
		"another subject":  {with(func(f *analyzer.Finding) { f.Subjects[0].Address = "aws_instance.c" }), "the baseline accepts less: aws_instance.c was not concerned"},
		"another port":     {with(func(f *analyzer.Finding) { f.Subjects[0].Flows = tcp(22, 23) }), "the baseline accepts less: tcp/23 from 0.0.0.0/0 was not open"},
		"worse":            {with(func(f *analyzer.Finding) { f.Severity = analyzer.Critical }), "the baseline accepts less: it was high"},
		"another argument": {finding(s, adminPort, group, "egress[0]", subject("aws_instance.a[0]", 22)), "not in the baseline"},
		"renamed check":    {finding(s, renamed, group, "ingress[0]", subject("aws_instance.a[0]", 22)), ""},
		"moved resource":   {finding(s, adminPort, moved, "ingress[0]", subject("aws_instance.a[0]", 22)), ""},
	}
	for name, test := range tests {
		AcceptBaseline([]*analyzer.Finding{test.f}, b, today)
		got := ""
		switch {
		case test.f.Accepted == nil && len(test.f.Because) == 1:
			got = test.f.Because[0].Text
		case test.f.Accepted == nil:
			got = "not in the baseline"
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}

	// What people wrote into the file stays when it is written again.
	b.Entries[0].Reason, b.Entries[0].Owner, b.Entries[0].Until = "old", "ops", "2026-11-21"
	again := Baseline(accepted, b)
	if e := again.Entries[0]; e.Reason != "old" || e.Owner != "ops" || e.Until != "2026-11-21" {
		t.Errorf("written again: %+v", e)
	}
	f := with(func(*analyzer.Finding) {})
	AcceptBaseline([]*analyzer.Finding{f}, again, today)
	if f.Accepted != nil || len(f.Because) != 1 {
		t.Errorf("an entry that expired accepts: %+v", f.Accepted)
	}
}
