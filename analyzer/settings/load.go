package settings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// maxSize and maxNesting bound the file; the parser is recursive.
const (
	maxSize    = 1 << 20
	maxNesting = 200
)

// Load reads a tfcheck.hcl. path is its name for diagnostics, relative to the
// repository root. Everything that is not known is an error; what is right is
// returned nevertheless.
func Load(path string, data []byte, known Known) (*Settings, []tf.Diagnostic) {
	l := &loader{path: path, src: data, known: known, s: &Settings{checks: map[string]*CheckSettings{}}}
	if len(data) > maxSize {
		l.diags = append(l.diags, tf.Diagnostic{
			Severity: tf.Error,
			Summary:  fmt.Sprintf("%s is too large", path),
			Detail:   fmt.Sprintf("A settings file has at most %d KiB.", maxSize>>10),
			Range:    tf.Range{File: path},
		})
		return l.s, l.diags
	}
	if tooDeep(data) {
		l.diags = append(l.diags, tf.Diagnostic{
			Severity: tf.Error,
			Summary:  path + " is nested too deeply",
			Detail:   "A settings file holds plain values.",
			Range:    tf.Range{File: path},
		})
		return l.s, l.diags
	}
	file, diags := hclsyntax.ParseConfig(data, path, hcl.InitialPos)
	for _, d := range diags {
		l.hclDiagnostic(d)
	}
	if file != nil {
		if body, ok := file.Body.(*hclsyntax.Body); ok {
			l.root(body)
		}
	}
	slices.SortStableFunc(l.diags, func(a, b tf.Diagnostic) int {
		return cmp.Or(a.Range.StartLine-b.Range.StartLine, a.Range.StartColumn-b.Range.StartColumn)
	})
	return l.s, l.diags
}

// tooDeep reports whether the parser's recursion is in danger. Settings hold
// plain values, so that the operators of the whole file count.
func tooDeep(data []byte) bool {
	tokens, _ := hclsyntax.LexConfig(data, "", hcl.InitialPos)
	depth, operators := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth = max(depth-1, 0)
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion, hclsyntax.TokenPlus, hclsyntax.TokenStar:
			operators++
		}
		if depth+operators > maxNesting {
			return true
		}
	}
	return false
}

type loader struct {
	path  string
	src   []byte
	known Known
	s     *Settings
	diags []tf.Diagnostic
}

func (l *loader) root(body *hclsyntax.Body) {
	severities := map[string]*string{
		"fail_on":              &l.s.FailOn,
		"fail_on_existing":     &l.s.FailOnExisting,
		"fail_on_undetermined": &l.s.FailOnUndetermined,
	}
	for _, a := range sorted(body.Attributes) {
		if to, ok := severities[a.Name]; ok {
			if s, ok := l.text(a); ok && l.oneOf(a.Expr.Range(), "severity", s, l.known.Severities) {
				*to = s
			}
			continue
		}
		if a.Name == "edition" {
			l.s.Edition, _ = l.text(a)
			continue
		}
		l.unknown(a.NameRange, "setting", a.Name, "edition", "fail_on", "fail_on_existing", "fail_on_undetermined", "accept", "check", "given")
	}
	for _, b := range body.Blocks {
		_, intent := intentForms[IntentKind(b.Type)]
		switch {
		case intent:
			l.intent(b)
		case b.Type == "check":
			l.check(b)
		case b.Type == "accept":
			l.accept(b)
		case b.Type == "given":
			l.given(b)
		default:
			l.unknown(b.TypeRange, "block", b.Type, append(intentKinds(), "accept", "check", "given")...)
		}
	}
}

func (l *loader) check(b *hclsyntax.Block) {
	check, ok := l.labelledCheck(b)
	if !ok {
		return
	}
	if l.s.checks[check.ID] != nil {
		l.errorf(b.DefRange(), "Keep one of the blocks.", "check %q is configured twice", check.ID)
		return
	}
	c := &CheckSettings{Enabled: true, Options: map[string][]string{}, Range: l.rangeOf(b.DefRange())}
	l.s.checks[check.ID] = c
	l.noBlocks(b)
	for _, a := range sorted(b.Body.Attributes) {
		switch {
		case a.Name == "enabled":
			if v, ok := l.value(a, cty.Bool); ok {
				c.Enabled = v.True()
			}
		case a.Name == "reason":
			c.Reason, _ = l.text(a)
		case slices.Contains(check.Options, a.Name):
			if v, ok := l.value(a, cty.List(cty.String)); ok {
				c.Options[a.Name] = stringsOf(v)
			}
		default:
			l.unknown(a.NameRange, "option of "+check.ID, a.Name, append([]string{"enabled", "reason"}, check.Options...)...)
		}
	}
}

func (l *loader) accept(b *hclsyntax.Block) {
	check, ok := l.labelledCheck(b)
	if !ok {
		return
	}
	a := Accept{Check: check.ID, Range: l.rangeOf(b.DefRange())}
	fields := map[string]*string{"address": &a.Address, "stack": &a.Stack, "reason": &a.Reason, "owner": &a.Owner, "until": &a.Until}
	before := len(l.diags)
	l.noBlocks(b)
	for _, attr := range sorted(b.Body.Attributes) {
		to, ok := fields[attr.Name]
		if !ok {
			l.unknown(attr.NameRange, "argument of accept", attr.Name, "address", "stack", "reason", "owner", "until")
			continue
		}
		*to, _ = l.text(attr)
		if attr.Name == "until" && !IsDate(*to) {
			l.errorf(attr.Expr.Range(), "Write it as \"2027-01-31\".", "until is no date")
		}
	}
	for _, name := range []string{"address", "reason"} {
		if *fields[name] == "" && len(l.diags) == before {
			l.errorf(b.DefRange(), "An exception says what it is about and why.", "accept %q needs %s", check.ID, name)
		}
	}
	if len(l.diags) == before {
		l.s.Accepts = append(l.s.Accepts, a)
	}
}

// given reads `given "account" { … }` and `given "subnet" "subnet-0abc" { … }`.
func (l *loader) given(b *hclsyntax.Block) {
	if len(b.Labels) == 0 || len(b.Labels) > 2 || (len(b.Labels) == 1) != (b.Labels[0] == account) {
		l.errorf(b.DefRange(), "Write given \"account\" { … }, or given \"subnet\" \"subnet-0abc\" { … } for the question subnet:subnet-0abc.", "wrong labels of given")
		return
	}
	g := &given{id: strings.Join(b.Labels, ":"), answers: map[string]answer{}}
	fact, ok := l.fact(b)
	if !ok {
		return
	}
	l.noBlocks(b)
	for _, a := range sorted(b.Body.Attributes) {
		if a.Name == "optional" {
			if v, ok := l.value(a, cty.Bool); ok {
				g.optional = v.True()
			}
			continue
		}
		n := slices.IndexFunc(fact.Answers, func(k Answer) bool { return k.Name == a.Name })
		if n < 0 {
			names := []string{"optional"}
			for _, k := range fact.Answers {
				names = append(names, k.Name)
			}
			l.unknown(a.NameRange, "answer about "+fact.Kind, a.Name, names...)
			continue
		}
		v, ok := l.value(a, cty.DynamicPseudoType)
		if !ok {
			continue
		}
		var parts []string
		if list, err := convert.Convert(v, cty.List(cty.String)); err == nil {
			parts = stringsOf(list)
		} else if s, err := convert.Convert(v, cty.String); err == nil {
			parts = []string{s.AsString()}
		} else {
			l.errorf(a.Expr.Range(), "Answer with true, false, a number, a string or a list of strings.", "%s is no answer", a.Name)
			continue
		}
		if !l.fits(a, fact.Answers[n], parts) {
			continue
		}
		g.answers[a.Name] = answer{value: strings.Join(parts, " "), at: l.rangeOf(a.SrcRange)}
	}
	l.s.givens = append(l.s.givens, g)
}

// fact is the kind of question that a given block answers.
func (l *loader) fact(b *hclsyntax.Block) (Fact, bool) {
	var kinds []string
	for _, f := range l.known.Facts {
		switch {
		case f.Kind != b.Labels[0]:
			if len(f.Answers) > 0 {
				kinds = append(kinds, f.Kind)
			}
		case len(f.Answers) == 0:
			l.errorf(b.LabelRanges[0], "The apply decides it, or a look at what it is about.", "nobody can answer the question %s", b.Labels[0])
			return f, false
		default:
			return f, true
		}
	}
	l.unknown(b.LabelRanges[0], "kind of question", b.Labels[0], kinds...)
	return Fact{}, false
}

// fits reports whether an answer is one of those that its question takes.
func (l *loader) fits(a *hclsyntax.Attribute, k Answer, parts []string) bool {
	for _, p := range parts {
		if len(k.Words) > 0 && !l.oneOf(a.Expr.Range(), a.Name, p, k.Words) {
			return false
		}
		if k.Check == nil {
			continue
		}
		if wrong := k.Check(p); wrong != "" {
			l.errorf(a.Expr.Range(), wrong, "%q is no answer to %s", p, a.Name)
			return false
		}
	}
	return true
}

// labelledCheck is the check that the one label of a block names.
func (l *loader) labelledCheck(b *hclsyntax.Block) (Check, bool) {
	if len(b.Labels) != 1 {
		l.errorf(b.DefRange(), fmt.Sprintf("Write %s \"CHECK\" { … }.", b.Type), "%s needs the id of one check", b.Type)
		return Check{}, false
	}
	var ids []string
	for _, c := range l.known.Checks {
		if c.ID == b.Labels[0] || slices.Contains(c.Aliases, b.Labels[0]) {
			return c, true
		}
		ids = append(ids, c.ID)
	}
	l.unknown(b.LabelRanges[0], "check", b.Labels[0], ids...)
	return Check{}, false
}

func (l *loader) noBlocks(b *hclsyntax.Block) {
	for _, inner := range b.Body.Blocks {
		l.errorf(inner.DefRange(), fmt.Sprintf("A %s block holds arguments only.", b.Type), "unexpected block %q", inner.Type)
	}
}

func (l *loader) text(a *hclsyntax.Attribute) (string, bool) {
	v, ok := l.value(a, cty.String)
	if !ok {
		return "", false
	}
	return v.AsString(), true
}

// value is the attribute's constant value, converted to the type.
func (l *loader) value(a *hclsyntax.Attribute, want cty.Type) (cty.Value, bool) {
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		for _, d := range diags {
			l.hclDiagnostic(d)
		}
		return cty.NilVal, false
	}
	v, err := convert.Convert(v, want)
	if err != nil || v.IsNull() || !v.IsWhollyKnown() {
		l.errorf(a.Expr.Range(), "", "%s must be %s", a.Name, want.FriendlyName())
		return cty.NilVal, false
	}
	if want == cty.List(cty.String) && slices.ContainsFunc(v.AsValueSlice(), cty.Value.IsNull) {
		l.errorf(a.Expr.Range(), "", "%s must not hold null", a.Name)
		return cty.NilVal, false
	}
	return v, true
}

func stringsOf(list cty.Value) []string {
	out := []string{}
	for _, v := range list.AsValueSlice() {
		if !v.IsNull() {
			out = append(out, v.AsString())
		}
	}
	return out
}

func (l *loader) oneOf(at hcl.Range, what, word string, words []string) bool {
	if slices.Contains(words, word) {
		return true
	}
	l.unknown(at, what, word, words...)
	return false
}

func (l *loader) unknown(at hcl.Range, what, word string, words ...string) {
	detail := DidYouMean(word, words)
	if detail == "" && len(words) > 0 && len(words) <= 12 {
		detail = "Known are " + strings.Join(words, ", ") + "."
	}
	l.errorf(at, strings.TrimSpace(detail), "unknown %s %q", what, word)
}

func (l *loader) errorf(at hcl.Range, detail, format string, args ...any) {
	l.diags = append(l.diags, tf.Diagnostic{Severity: tf.Error, Summary: fmt.Sprintf(format, args...), Detail: detail, Range: l.rangeOf(at)})
}

func (l *loader) hclDiagnostic(d *hcl.Diagnostic) {
	at := tf.Range{File: l.path}
	if d.Subject != nil {
		at = l.rangeOf(*d.Subject)
	}
	l.diags = append(l.diags, tf.Diagnostic{Severity: tf.Error, Summary: d.Summary, Detail: d.Detail, Range: at})
}

func (l *loader) rangeOf(r hcl.Range) tf.Range {
	return tf.Range{
		File:      l.path,
		StartLine: r.Start.Line, StartColumn: tf.Column(l.src, r.Start.Byte),
		EndLine: r.End.Line, EndColumn: tf.Column(l.src, r.End.Byte),
	}
}

func sorted(attrs hclsyntax.Attributes) []*hclsyntax.Attribute {
	var all []*hclsyntax.Attribute
	for _, a := range attrs {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return all
}
