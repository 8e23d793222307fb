package triage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var (
	adminPort = &analyzer.Check{ID: "internet-reaches-admin-port", Aliases: []string{"open-ssh"}, Tier: analyzer.Default}
	imds      = &analyzer.Check{ID: "imds-v1", Tier: analyzer.Default}
	known     = []*analyzer.Check{adminPort, imds}
)

func tcp(ports ...uint16) packet.Set {
	var s packet.Set
	for _, p := range ports {
		s = s.Union(packet.Everything(packet.IPv4).On(packet.TCP).ToPorts(packet.PortRange(p, p)))
	}
	return s
}

// instance is a resource that was at moved before, when that is not empty.
func instance(address, moved string) *tf.Resource {
	a, err := tf.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return &tf.Resource{Addr: a, Address: address, Moved: moved}
}

func stack(before bool, after ...*tf.Resource) *tf.Stack {
	s := &tf.Stack{Name: "prod", Complete: true, After: tf.NewSnapshot(after)}
	if before {
		s.Before = tf.NewSnapshot(nil)
	}
	return s
}

func finding(s *tf.Stack, check *analyzer.Check, r *tf.Resource, argument string, subjects ...analyzer.Subject) *analyzer.Finding {
	cause := aws.Cause{Resource: r, Argument: argument}
	return &analyzer.Finding{
		Check: check, Stack: s, Cause: cause, Subjects: subjects,
		Verdict: analyzer.Violation, Severity: analyzer.High,
		Fingerprint: analyzer.Fingerprint(check.ID, s.Name, cause),
	}
}

func subject(address string, ports ...uint16) analyzer.Subject {
	return analyzer.Subject{Address: address, Verdict: analyzer.Violation, Flows: tcp(ports...)}
}

func maybe(s analyzer.Subject) analyzer.Subject { s.Verdict = analyzer.Undetermined; return s }

// summary writes findings with their statuses, a line each.
func summary(findings []*analyzer.Finding) []string {
	var all []string
	for _, f := range findings {
		words := []string{string(f.Status), f.Cause.Address(), f.Cause.Argument + ":"}
		for _, s := range f.Subjects {
			words = append(words, string(s.Status), s.Address)
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

func TestCompare(t *testing.T) {
	group := instance("aws_security_group.g", "")
	tests := map[string]struct {
		before, after []analyzer.Subject
		want          []string
	}{
		"the same":              {[]analyzer.Subject{subject("a.x", 22)}, []analyzer.Subject{subject("a.x", 22)}, []string{"existing aws_security_group.g ingress[0]: existing a.x"}},
		"a subject more":        {[]analyzer.Subject{subject("a.x", 22)}, []analyzer.Subject{subject("a.x", 22), subject("a.y", 22)}, []string{"new aws_security_group.g ingress[0]: existing a.x new a.y"}},
		"a port more":           {[]analyzer.Subject{subject("a.x", 22)}, []analyzer.Subject{subject("a.x", 22, 23)}, []string{"new aws_security_group.g ingress[0]: new a.x"}},
		"a port less":           {[]analyzer.Subject{subject("a.x", 22, 23)}, []analyzer.Subject{subject("a.x", 22)}, []string{"existing aws_security_group.g ingress[0]: existing a.x"}},
		"a subject less":        {[]analyzer.Subject{subject("a.x", 22), subject("a.y", 22)}, []analyzer.Subject{subject("a.x", 22)}, []string{"existing aws_security_group.g ingress[0]: existing a.x resolved a.y"}},
		"possible before":       {[]analyzer.Subject{maybe(subject("a.x", 22))}, []analyzer.Subject{subject("a.x", 22)}, []string{"new aws_security_group.g ingress[0]: new a.x"}},
		"possible now":          {[]analyzer.Subject{subject("a.x", 22)}, []analyzer.Subject{maybe(subject("a.x", 22))}, []string{"existing aws_security_group.g ingress[0]: existing a.x"}},
		"without packets":       {[]analyzer.Subject{subject("a.x")}, []analyzer.Subject{subject("a.x")}, []string{"existing aws_security_group.g ingress[0]: existing a.x"}},
		"gone":                  {[]analyzer.Subject{subject("a.x", 22)}, nil, []string{"resolved aws_security_group.g ingress[0]: resolved a.x"}},
		"appeared":              {nil, []analyzer.Subject{subject("a.x", 22)}, []string{"new aws_security_group.g ingress[0]: new a.x"}},
		"another port entirely": {[]analyzer.Subject{subject("a.x", 22)}, []analyzer.Subject{subject("a.x", 23)}, []string{"new aws_security_group.g ingress[0]: new a.x", "resolved aws_security_group.g ingress[0]: resolved a.x"}},
	}
	for name, test := range tests {
		s := stack(true, group)
		list := func(subjects []analyzer.Subject) []*analyzer.Finding {
			if subjects == nil {
				return nil
			}
			return []*analyzer.Finding{finding(s, adminPort, group, "ingress[0]", subjects...)}
		}
		if diff := cmp.Diff(test.want, summary(Compare(list(test.after), list(test.before)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCompareTellsCausesWithOneFingerprintApart(t *testing.T) {
	group := instance("aws_security_group.g", "")
	s := stack(true, group)
	rule := func(argument string, port uint16) *analyzer.Finding {
		return finding(s, adminPort, group, argument, subject("a.x", port))
	}
	// The first of two rules goes, and the second takes its index.
	got := Compare([]*analyzer.Finding{rule("ingress[0]", 3389)}, []*analyzer.Finding{rule("ingress[0]", 22), rule("ingress[1]", 3389)})
	want := []string{"existing aws_security_group.g ingress[0]: existing a.x", "resolved aws_security_group.g ingress[0]: resolved a.x"}
	if diff := cmp.Diff(want, summary(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCompareFollowsMoves(t *testing.T) {
	was, is := instance("aws_instance.old[0]", ""), instance(`module.m.aws_instance.new["a"]`, "aws_instance.old[0]")
	s := stack(true, is)
	got := Compare(
		[]*analyzer.Finding{finding(s, imds, is, "metadata_options", subject(is.Address))},
		[]*analyzer.Finding{finding(s, imds, was, "metadata_options", subject(was.Address))},
	)
	want := []string{`existing module.m.aws_instance.new["a"] metadata_options: existing module.m.aws_instance.new["a"]`}
	if diff := cmp.Diff(want, summary(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCompareWithoutBefore(t *testing.T) {
	r := instance("aws_instance.i", "")
	f := finding(stack(false, r), imds, r, "", subject(r.Address))
	Compare([]*analyzer.Finding{f}, nil)
	if f.Status != "" || f.Subjects[0].Status != "" {
		t.Errorf("got status %q and %q, want none", f.Status, f.Subjects[0].Status)
	}
}

func TestCompareExposures(t *testing.T) {
	s := stack(true)
	exposure := func(to string, must, may packet.Set) *analyzer.Exposure {
		return &analyzer.Exposure{Stack: s, Flow: &reach.Flow{
			From: &reach.Endpoint{Label: "internet"}, To: &reach.Endpoint{Label: to}, Family: packet.IPv4,
			Reachable: reach.Relation{Must: must, May: may},
		}}
	}
	before := []*analyzer.Exposure{
		exposure("same", tcp(443), tcp(443)),
		exposure("wider", tcp(443), tcp(443)),
		exposure("narrower", tcp(22, 443), tcp(22, 443)),
		exposure("surer", packet.Set{}, tcp(443)),
		exposure("gone", tcp(443), tcp(443)),
		exposure("two paths", tcp(80), tcp(80)),
		exposure("two paths", tcp(443), tcp(443)),
	}
	after := []*analyzer.Exposure{
		exposure("same", tcp(443), tcp(443)),
		exposure("wider", tcp(80, 443), tcp(80, 443)),
		exposure("narrower", tcp(443), tcp(443)),
		exposure("surer", tcp(443), tcp(443)),
		exposure("fresh", tcp(443), tcp(443)),
		exposure("two paths", tcp(80, 443), tcp(80, 443)),
	}
	var got []string
	for _, e := range CompareExposures(after, before) {
		got = append(got, fmt.Sprintf("%s %s %s", e.Status, e.Flow.To.Label, e.Flow.Reachable.May.ToPortsOf(packet.TCP)))
	}
	want := []string{"existing same 443", "new wider 80", "existing wider 443", "existing narrower 443", "new surer 443", "new fresh 443", "existing two paths 80,443", "resolved narrower 22", "resolved gone 443"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGates(t *testing.T) {
	pedantic := &analyzer.Check{ID: "p", Tier: analyzer.Pedantic}
	r := instance("aws_instance.i", "")
	tests := map[string]struct {
		change  func(*analyzer.Finding)
		options func(*Options)
		want    bool
	}{
		"high":                       {nil, nil, true},
		"medium":                     {func(f *analyzer.Finding) { f.Severity = analyzer.Medium }, nil, true},
		"low":                        {func(f *analyzer.Finding) { f.Severity = analyzer.Low }, nil, false},
		"low, asked for":             {func(f *analyzer.Finding) { f.Severity = analyzer.Low }, func(o *Options) { o.FailOn = analyzer.Low }, true},
		"info, asked for":            {func(f *analyzer.Finding) { f.Severity = analyzer.Info }, func(o *Options) { o.FailOn = analyzer.Info }, false},
		"fail-on none":               {nil, func(o *Options) { o.FailOn = analyzer.NoSeverity }, false},
		"new":                        {func(f *analyzer.Finding) { f.Status = analyzer.New }, nil, true},
		"existing":                   {func(f *analyzer.Finding) { f.Status = analyzer.Existing }, nil, false},
		"existing, asked for":        {func(f *analyzer.Finding) { f.Status = analyzer.Existing }, func(o *Options) { o.FailOnExisting = analyzer.High }, true},
		"existing, below":            {func(f *analyzer.Finding) { f.Status = analyzer.Existing }, func(o *Options) { o.FailOnExisting = analyzer.Critical }, false},
		"resolved":                   {func(f *analyzer.Finding) { f.Status = analyzer.Resolved }, nil, false},
		"accepted":                   {func(f *analyzer.Finding) { f.Accepted = &analyzer.Acceptance{} }, nil, false},
		"preview":                    {func(f *analyzer.Finding) { f.Preview = true }, nil, false},
		"pedantic":                   {func(f *analyzer.Finding) { f.Check = pedantic }, nil, false},
		"undetermined":               {func(f *analyzer.Finding) { f.Verdict = analyzer.Undetermined }, nil, false},
		"undetermined, asked for":    {func(f *analyzer.Finding) { f.Verdict = analyzer.Undetermined }, func(o *Options) { o.FailOnUndetermined = analyzer.High }, true},
		"undetermined, below":        {func(f *analyzer.Finding) { f.Verdict = analyzer.Undetermined }, func(o *Options) { o.FailOnUndetermined = analyzer.Critical }, false},
		"undetermined, strict":       {func(f *analyzer.Finding) { f.Verdict = analyzer.Undetermined }, func(o *Options) { o.Strict = true }, true},
		"undetermined and existing":  {func(f *analyzer.Finding) { f.Verdict, f.Status = analyzer.Undetermined, analyzer.Existing }, func(o *Options) { o.Strict = true }, false},
		"without a check, by a slip": {func(f *analyzer.Finding) { f.Check = nil }, nil, false},
	}
	for name, test := range tests {
		f, o := finding(stack(false, r), imds, r, ""), Defaults()
		if test.change != nil {
			test.change(f)
		}
		if test.options != nil {
			test.options(&o)
		}
		if got := Gates(f, o); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestExitCode(t *testing.T) {
	gating := []*analyzer.Finding{{Gates: true}}
	tests := map[string]struct {
		report analyzer.Report
		strict bool
		want   int
	}{
		"clean":              {analyzer.Report{Findings: []*analyzer.Finding{{}}}, false, 0},
		"gating":             {analyzer.Report{Findings: gating}, false, 1},
		"an error":           {analyzer.Report{Findings: gating, Diagnostics: []tf.Diagnostic{{Severity: tf.Error}}}, false, 2},
		"a warning":          {analyzer.Report{Diagnostics: []tf.Diagnostic{{}}}, true, 0},
		"incomplete":         {analyzer.Report{Diagnostics: []tf.Diagnostic{{Incomplete: true}}}, false, 0},
		"incomplete, strict": {analyzer.Report{Diagnostics: []tf.Diagnostic{{Incomplete: true}}}, true, 2},
		"partial":            {analyzer.Report{Stacks: []*tf.Stack{{}}}, false, 0},
		"partial, strict":    {analyzer.Report{Stacks: []*tf.Stack{{}}}, true, 2},
	}
	for name, test := range tests {
		if got := ExitCode(&test.report, Options{Strict: test.strict}); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}

func TestQuestions(t *testing.T) {
	s := stack(false)
	ask := func(severity analyzer.Severity, argument string, facts ...string) *analyzer.Finding {
		f := finding(s, imds, instance("aws_instance.i", ""), argument)
		f.Verdict, f.Severity = analyzer.Undetermined, severity
		for _, id := range facts {
			f.WaitsFor = append(f.WaitsFor, tf.Fact{ID: id, Text: "what is " + id})
		}
		return f
	}
	accepted, certain, closed := ask(analyzer.Critical, "d", "x"), ask(analyzer.Critical, "e", "y"), ask(analyzer.Critical, "f", "z")
	accepted.Accepted, certain.Verdict, closed.Status = &analyzer.Acceptance{}, analyzer.Violation, analyzer.Resolved
	got := Questions([]*analyzer.Finding{
		ask(analyzer.Low, "a", "account", "group"), ask(analyzer.High, "b", "group"), ask(analyzer.Low, "c", "account"), ask(analyzer.Low, "c", "account", "subnet"),
		accepted, certain, closed,
	})
	var lines []string
	for _, q := range got {
		lines = append(lines, fmt.Sprintf("%s %s decides %d: %s", q.Severity, q.ID, len(q.Decides), q.Text))
	}
	want := []string{"high group decides 2: what is group", "low account decides 2: what is account", "low subnet decides 1: what is subnet"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSort(t *testing.T) {
	a, b := stack(false), stack(false)
	b.Name = "test"
	build := func(s *tf.Stack, severity analyzer.Severity, check *analyzer.Check, address, argument string) *analyzer.Finding {
		f := finding(s, check, instance(address, ""), argument)
		f.Severity = severity
		return f
	}
	want := []*analyzer.Finding{
		build(b, analyzer.Critical, imds, "aws_instance.z", ""),
		build(a, analyzer.High, imds, "aws_instance.a[2]", ""),
		build(a, analyzer.High, imds, "aws_instance.a[10]", ""),
		build(a, analyzer.High, adminPort, "aws_instance.a[10]", "ingress[2]"),
		build(a, analyzer.High, adminPort, "aws_instance.a[10]", "ingress[10]"),
		build(b, analyzer.High, imds, "aws_instance.a", ""),
		{Severity: analyzer.Low},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(summary(got), "\n"))
	}
}
