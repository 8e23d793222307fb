package report

import (
	"cmp"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// JSON writes the whole report for programs, in the shape of wireReport. It
// goes out member by member and finding by finding, so that a large report is
// never in memory twice.
func JSON(w io.Writer, r *analyzer.Report, o Options) error {
	x := newWire(allStacks(r))
	r = x.secrets.report(r)
	d := newDocument(w)
	d.begin()
	d.member("format_version", FormatVersion)
	d.member("tool", wireTool{Name: "tfcheck", Version: o.Version})
	list(d, "inputs", inputs(r), func(i wireInput) wireInput { return i })
	d.member("summary", summary(r))
	list(d, "findings", byRank(r.Findings), x.finding)
	list(d, "questions", worstFirst(r.Questions), question)
	list(d, "exposures", byTarget(r.Exposures), x.exposure)
	list(d, "assumptions", r.Assumptions, assumption)
	list(d, "checks", r.Checks, checkResult)
	list(d, "coverage", r.Coverage, coverage)
	list(d, "diagnostics", r.Diagnostics, diagnostic)
	return d.end()
}

// jsonOptions is how every JSON of tfcheck looks: indented, never null, broken
// UTF-8 from an input replaced.
func jsonOptions() json.Options {
	return json.JoinOptions(
		json.Deterministic(true),
		json.FormatNilSliceAsNull(false),
		json.FormatNilMapAsNull(false),
		jsontext.AllowInvalidUTF8(true),
		jsontext.WithIndent("  "))
}

// writeJSON writes one value as a document.
func writeJSON(w io.Writer, v any) error {
	if err := json.MarshalWrite(w, v, jsonOptions()); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// document writes an object as it goes and remembers the first error.
type document struct {
	encoder *jsontext.Encoder
	err     error
}

func newDocument(w io.Writer) *document {
	return &document{encoder: jsontext.NewEncoder(w, jsonOptions())}
}

func (d *document) token(t jsontext.Token) {
	if d.err == nil {
		d.err = d.encoder.WriteToken(t)
	}
}

func (d *document) value(v any) {
	if d.err == nil {
		d.err = json.MarshalEncode(d.encoder, v)
	}
}

func (d *document) begin() { d.token(jsontext.BeginObject) }

func (d *document) end() error {
	d.token(jsontext.EndObject)
	return d.err
}

func (d *document) member(name string, v any) {
	d.token(jsontext.String(name))
	d.value(v)
}

// list writes what f makes of each element, which another core makes ahead: a
// path is composed when it is asked for, and takes longer than to write it.
func list[T, U any](d *document, name string, in []T, f func(T) U) {
	ahead := make(chan U, 32)
	go func() {
		defer close(ahead)
		for _, v := range in {
			ahead <- f(v)
		}
	}()
	d.token(jsontext.String(name))
	d.token(jsontext.BeginArray)
	for v := range ahead {
		d.value(v)
	}
	d.token(jsontext.EndArray)
}

// wire turns a report into wire structs. It remembers places, since many
// findings pass the same routes and groups.
type wire struct {
	places  map[placeKey]tf.Range
	secrets secrets
}

type placeKey struct {
	stack   *tf.Stack
	element element
}

func newWire(stacks []*tf.Stack) *wire {
	return &wire{places: map[placeKey]tf.Range{}, secrets: secretsOf(stacks)}
}

func (w *wire) place(stack *tf.Stack, e element) wireRange {
	key := placeKey{stack, e}
	r, ok := w.places[key]
	if !ok {
		r = place(stack, e)
		w.places[key] = r
	}
	return toRange(r)
}

// byRank is findings by severity, then stack, address, check.
func byRank(findings []*analyzer.Finding) []*analyzer.Finding {
	out := slices.Clone(findings)
	slices.SortStableFunc(out, func(a, b *analyzer.Finding) int {
		return cmp.Or(
			cmp.Compare(b.Severity, a.Severity),
			cmp.Compare(stackName(a.Stack), stackName(b.Stack)),
			tf.CompareAddresses(a.Cause.Address(), b.Cause.Address()),
			cmp.Compare(a.Check.ID, b.Check.ID),
			tf.CompareAddresses(a.Cause.Argument, b.Cause.Argument),
			cmp.Compare(a.Verdict, b.Verdict),
		)
	})
	return out
}

// byTarget is exposures by stack, then who is reached from where.
func byTarget(exposures []*analyzer.Exposure) []*analyzer.Exposure {
	out := slices.Clone(exposures)
	slices.SortStableFunc(out, func(a, b *analyzer.Exposure) int {
		return cmp.Or(
			cmp.Compare(stackName(a.Stack), stackName(b.Stack)),
			tf.CompareAddresses(a.Flow.To.Label, b.Flow.To.Label),
			cmp.Compare(a.Flow.From.Label, b.Flow.From.Label),
			cmp.Compare(a.Flow.Family, b.Flow.Family),
			cmp.Compare(a.Flow.Verdict(), b.Flow.Verdict()),
		)
	})
	return out
}

// inputs are the stacks that were judged, then their context.
func inputs(r *analyzer.Report) []wireInput {
	return append(
		each(r.Stacks, func(s *tf.Stack) wireInput { return input(s, "subject") }),
		each(r.Context, func(s *tf.Stack) wireInput { return input(s, "context") })...)
}

func input(s *tf.Stack, role string) wireInput {
	return wireInput{
		Stack: s.Name, Path: s.Path, Kind: string(s.Kind), Role: role,
		TerraformVersion: s.TerraformVersion, Resources: s.Instances,
		Complete: s.Complete, HasBefore: s.Before != nil,
	}
}

func question(q analyzer.Question) wireQuestion {
	return wireQuestion{ID: q.ID, Text: q.Text, Settle: q.Settle, Severity: q.Severity.String(), Decides: sorted(q.Decides)}
}

func assumption(a analyzer.StackAssumption) wireAssumption {
	return wireAssumption{ID: a.ID, Text: a.Text, Stack: stackName(a.Stack), Address: a.Address}
}

func checkResult(c analyzer.CheckResult) wireCheck {
	return wireCheck{
		ID: c.Check.ID, Stack: stackName(c.Stack), Evaluated: c.Evaluated, Passed: c.Passed,
		Violated: c.Violated, Undetermined: c.Undetermined, Accepted: c.Accepted,
	}
}

func coverage(c analyzer.Coverage) wireCoverage {
	return wireCoverage{Stack: stackName(c.Stack), Modelled: c.Modelled, Irrelevant: c.Irrelevant, NotModelled: c.NotModelled}
}

func diagnostic(d tf.Diagnostic) wireDiagnostic {
	return wireDiagnostic{Severity: d.Severity.String(), Summary: d.Summary, Detail: d.Detail, Stack: d.Stack, Range: toRange(d.Range)}
}

func summary(r *analyzer.Report) wireSummary {
	t := count(r)
	n := func(s analyzer.Severity) int { return t.found[s] + t.fresh[s] + t.existing[s] }
	out := wireSummary{
		Critical: n(analyzer.Critical), High: n(analyzer.High), Medium: n(analyzer.Medium), Low: n(analyzer.Low), Info: n(analyzer.Info),
		Resolved: t.resolved, Questions: len(r.Questions), Accepted: t.accepted, Gating: t.gating,
	}
	for _, f := range r.Findings {
		if f.Verdict == analyzer.Undetermined || f.Accepted != nil {
			continue
		}
		switch f.Status {
		case analyzer.New:
			out.New++
		case analyzer.Existing:
			out.Existing++
		}
	}
	return out
}

func (w *wire) finding(f *analyzer.Finding) wireFinding {
	hide := w.secrets.along(f.Path, f.Cause.Resource)
	out := wireFinding{
		Check: f.Check.ID, Title: f.Check.Title, Severity: f.Severity.String(), Tier: string(f.Check.Tier),
		Verdict: string(f.Verdict), Status: string(f.Status), Stack: stackName(f.Stack),
		Address: f.Cause.Address(), Argument: f.Cause.Argument, Message: f.Message, Range: toRange(editable(f.Location)),
		Guidance: f.Check.Guidance, Remediation: remedy(f), Fingerprint: f.Fingerprint, Owner: f.Owner, Preview: f.Preview,
		Subjects: each(f.Subjects, func(s analyzer.Subject) wireSubject {
			return wireSubject{Address: s.Address, Verdict: string(s.Verdict), Status: string(s.Status), Flows: w.flows(s.Flows, hide)}
		}),
		Path: each(oneWay(f.Path), func(h reach.Hop) wireHop { return w.hop(f.Stack, h) }),
		Because: each(f.Because, func(n analyzer.Note) wireBecause {
			return wireBecause{Text: n.Text, Address: n.Cause.Address(), Range: toRange(n.Range)}
		}),
		Related: each(f.Related, func(n analyzer.Note) wireRelated {
			return wireRelated{Text: n.Text, Range: toRange(n.Range)}
		}),
		WaitsFor:    sorted(each(f.WaitsFor, func(q tf.Fact) string { return q.ID })),
		Assumptions: sorted(each(f.Assumptions, func(a *tf.Assumption) string { return a.ID })),
	}
	if a := f.Accepted; a != nil {
		out.Accepted = &wireAcceptance{
			By: a.By, Reason: a.Reason, Owner: a.Owner, Until: a.Until,
			Range: toRange(a.Range), AddedByThisChange: a.AddedByThisChange,
		}
	}
	return out
}

func (w *wire) exposure(e *analyzer.Exposure) wireExposure {
	packets := e.Flow.Reachable.Must
	if packets.IsEmpty() {
		packets = e.Flow.Reachable.May
	}
	path := e.Flow.Path()
	return wireExposure{
		Stack: stackName(e.Stack), From: e.Flow.From.Label, To: e.Flow.To.Label, Family: e.Flow.Family.String(),
		Verdict: string(e.Flow.Verdict()), Status: string(e.Status), Flows: w.flows(packets, w.secrets.along(path)),
		Path: each(oneWay(path), func(h reach.Hop) wireHop { return w.hop(e.Stack, h) }),
	}
}

func (w *wire) hop(stack *tf.Stack, h reach.Hop) wireHop {
	e := admitting(h)
	return wireHop{
		Address: e.address(), Detail: hopDetail(h), Rewrite: h.Rewrite, Range: w.place(stack, e),
		Changed: changes(stack, e.resource) != "",
	}
}

// hopDetail says what admits or blocks, naming the object where that is not
// the element with the address.
func hopDetail(h reach.Hop) string {
	label := h.Object.Label
	switch {
	case label == "" || label == admitting(h).address():
		return h.Detail
	case h.Detail == "":
		return label
	}
	return label + ": " + h.Detail
}

func toRange(r tf.Range) wireRange {
	return wireRange{File: r.File, StartLine: r.StartLine, StartColumn: r.StartColumn, EndLine: r.EndLine, EndColumn: r.EndColumn}
}

func (w *wire) flows(s packet.Set, hide secrets) []wireFlow {
	return each(s.Flows(), func(f packet.Flow) wireFlow {
		return wireFlow{
			Protocol: f.Protocol, Ports: hide.texts(f.Ports), ICMP: f.ICMP,
			Sources: hide.blocks(f.Sources), Destinations: hide.blocks(f.Destinations),
			SourcePorts: f.SourcePorts,
		}
	})
}

// each maps a slice; the result is never nil.
func each[T, U any](in []T, f func(T) U) []U {
	out := make([]U, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// sorted is a sorted copy without duplicates, never nil.
func sorted(in []string) []string {
	out := append([]string{}, in...)
	slices.Sort(out)
	return slices.Compact(out)
}
