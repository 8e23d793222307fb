package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// ErrNoPositions is why a report cannot be written as SARIF.
var ErrNoPositions = errors.New("sarif needs the place of a finding in the source, and no finding has one: run tfcheck where the configuration is, or name it with --source DIR")

// What GitHub takes and shows.
const (
	sarifResults   = 5000
	sarifLocations = 90
	sarifText      = 1024
	projectURL     = "https://github.com/tfcheck/tfcheck"
)

// SARIF writes what GitHub's code scanning makes the best of: one result for
// a check and a place, whose message links the path. Accepted findings,
// resolved ones and those that are undetermined are no alerts: nobody could
// close them. It fails with ErrNoPositions when no finding has a place.
func SARIF(w io.Writer, r *analyzer.Report, o Options) error {
	r = secretsOf(allStacks(r)).report(r)
	s := &sarifWriter{Options: o, report: r, rules: map[string]int{}, hashes: map[string][]string{}}
	groups, unplaced := s.groups()
	if len(groups) == 0 && unplaced > 0 {
		return ErrNoPositions
	}
	run := s.run(groups)
	if n := len(groups) - sarifResults; n > 0 {
		groups = groups[:sarifResults]
		s.note(run, "warning", fmt.Sprintf("%s left out: these are the %d worst", plural(n, "result"), sarifResults))
	}
	if unplaced > 0 {
		s.note(run, "warning", fmt.Sprintf("%s left out: the source does not show where to fix them", plural(unplaced, "finding")))
	}
	for _, g := range groups {
		run.AddResult(s.result(g))
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(sarif.NewReport().AddRun(run))
}

type sarifWriter struct {
	Options
	report *analyzer.Report
	rules  map[string]int
	hashes map[string][]string // of the lines of a file
}

// groups are the findings of one check at one place, worst first. GitHub tells
// alerts apart by check and line only, so that the instances of a resource
// would hide each other.
func (s *sarifWriter) groups() (groups [][]*analyzer.Finding, unplaced int) {
	type key struct {
		check string
		at    tf.Range
	}
	index := map[key]int{}
	for _, f := range byRank(s.report.Findings) {
		if f.Verdict == analyzer.Undetermined || f.Accepted != nil || f.Status == analyzer.Resolved {
			continue
		}
		at := editable(f.Location)
		if at.StartLine == 0 || !inRepository(at.File) {
			unplaced++
			continue
		}
		k := key{f.Check.ID, at}
		if i, ok := index[k]; ok {
			groups[i] = append(groups[i], f)
			continue
		}
		index[k] = len(groups)
		groups = append(groups, []*analyzer.Finding{f})
	}
	return groups, unplaced
}

func (s *sarifWriter) run(groups [][]*analyzer.Finding) *sarif.Run {
	run := sarif.NewRunWithInformationURI("tfcheck", projectURL)
	version := s.Version
	if version == "" {
		version = "dev"
	}
	run.Tool.Driver.WithVersion(version)
	if version[0] >= '0' && version[0] <= '9' {
		run.Tool.Driver.WithSemanticVersion(version)
	}
	run.WithColumnKind("unicodeCodePoints")
	run.AddInvocation(sarif.NewInvocation().WithExecutionSuccessful(true))
	if len(s.report.Stacks) == 1 && s.report.Stacks[0].Name != "" {
		// Uploads of several stacks stand side by side only as categories.
		run.WithAutomationDetails(sarif.NewRunAutomationDetails().WithID("tfcheck/" + clean(s.report.Stacks[0].Name) + "/"))
	}

	// The severity of an alert is that of its rule.
	worst := map[string]analyzer.Severity{}
	var checks []*analyzer.Check
	for _, c := range s.report.Checks {
		checks = append(checks, c.Check)
	}
	for _, g := range groups {
		checks = append(checks, g[0].Check)
		worst[g[0].Check.ID] = max(worst[g[0].Check.ID], g[0].Severity)
	}
	slices.SortFunc(checks, func(a, b *analyzer.Check) int { return strings.Compare(a.ID, b.ID) })
	checks = slices.CompactFunc(checks, func(a, b *analyzer.Check) bool { return a.ID == b.ID })
	for i, c := range checks {
		s.rules[c.ID] = i
		run.Tool.Driver.AddRule(rule(c, worst[c.ID]))
	}
	return run
}

func (s *sarifWriter) note(run *sarif.Run, level, text string) {
	run.Invocations[0].AddToolExecutionNotification(sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(text)))
}

// securitySeverity is GitHub's scale: above 9 is critical, from 7 high, from
// 4 medium. Info has none.
var securitySeverity = map[analyzer.Severity]string{
	analyzer.Critical: "9.5", analyzer.High: "8.0", analyzer.Medium: "5.5", analyzer.Low: "2.5",
}

func sarifLevel(s analyzer.Severity) string {
	switch {
	case s >= analyzer.High:
		return sarif.LevelError
	case s == analyzer.Medium:
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

func rule(c *analyzer.Check, worst analyzer.Severity) *sarif.ReportingDescriptor {
	describe := func(text string) *sarif.MultiformatMessageString {
		return sarif.NewMultiformatMessageString().WithText(cut(text, sarifText))
	}
	long := c.Rationale
	if long == "" {
		long = c.Title
	}
	properties := sarif.NewPropertyBag().Add("precision", "high").WithTags(append([]string{"security", "terraform", "aws"}, c.Guidance...)[:min(20, 3+len(c.Guidance))])
	if score := securitySeverity[worst]; score != "" {
		properties.Add("security-severity", score)
	}
	return sarif.NewRule(c.ID).
		WithName(camel(c.ID)).
		WithShortDescription(describe(c.Title)).
		WithFullDescription(describe(long)).
		WithHelp(sarif.NewMultiformatMessageString().WithText(help(c, false)).WithMarkdown(help(c, true))).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(worst))).
		WithProperties(properties)
}

// help is the page of a rule. GitHub shows the Markdown.
func help(c *analyzer.Check, markdown bool) string {
	var parts []string
	add := func(title, text string, code bool) {
		text = strings.TrimSpace(text)
		switch {
		case text == "":
			return
		case markdown && code:
			text = "```hcl\n" + text + "\n```"
		}
		if markdown {
			title = "### " + title
		}
		parts = append(parts, title+"\n\n"+text)
	}
	add("Why", c.Rationale, false)
	add("What to do", c.Remediation, false)
	add("Instead of", c.Bad, true)
	add("Write", c.Good, true)
	if len(parts) == 0 {
		return c.Title
	}
	return strings.Join(parts, "\n\n")
}

// camel is a check's id as a name: SARIF wants the two to differ.
func camel(id string) string {
	var b strings.Builder
	for _, word := range strings.Split(id, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// result is one alert: a sentence, and the places that it links.
func (s *sarifWriter) result(group []*analyzer.Finding) *sarif.Result {
	f := group[0]
	at := editable(f.Location)
	links := &links{}
	message := linkText(f.Message)
	if at != f.Location.Range {
		message += " in " + links.to("the module's block", f.Location.Range)
	}
	for i, other := range group[1:] {
		if i == 4 {
			message += fmt.Sprintf("; and %d more", len(group)-1-i)
			break
		}
		message += "; " + linkText(other.Message)
	}
	message += "."
	if names := addressesOf(group); len(names) > 1 {
		message += " Concerns " + linkText(instances(names, 10)) + "."
	}
	if len(f.Path) > 0 {
		var hops []string
		for _, h := range oneWay(f.Path) {
			hops = append(hops, links.to(hopName(h), place(f.Stack, admitting(h))))
		}
		message += " Path: " + strings.Join(hops, " → ") + "."
	}
	for _, n := range slices.Concat(f.Because, f.Related) {
		if n.Range.IsZero() || n.Range == at {
			message += " " + linkText(n.Text) + "."
		} else {
			message += " " + links.to(n.Text, n.Range) + "."
		}
	}
	for _, call := range f.Location.Calls {
		if call != at {
			message += " " + links.to("called here", call) + "."
		}
	}
	if text := remedy(f); text != "" {
		message += " Fix: " + linkText(strings.TrimSuffix(text, ".")) + "."
	}

	fingerprints := map[string]string{"tfcheck/v1": f.Fingerprint}
	if hash := s.lineHash(at); hash != "" {
		fingerprints["primaryLocationLineHash"] = hash
	}
	result := sarif.NewRuleResult(f.Check.ID).
		WithRuleIndex(s.rules[f.Check.ID]).
		WithLevel(sarifLevel(f.Severity)).
		WithMessage(sarif.NewTextMessage(message)).
		WithLocations([]*sarif.Location{location(at)}).
		WithRelatedLocations(append([]*sarif.Location{}, links.locations...)).
		WithPartialFingerprints(fingerprints)
	if flow := codeFlow(f); flow != nil {
		result.AddCodeFlow(flow)
	}
	return result
}

// lineHash is GitHub's fingerprint of the line, when the file can be read.
func (s *sarifWriter) lineHash(at tf.Range) string {
	if s.ReadSource == nil {
		return ""
	}
	hashes, ok := s.hashes[at.File]
	if !ok {
		if source, found := s.ReadSource(at.Path()); found {
			hashes = lineHashes(source)
		}
		s.hashes[at.File] = hashes
	}
	if at.StartLine > len(hashes) {
		return ""
	}
	return hashes[at.StartLine-1]
}

// addressesOf are the instances that findings concern, each once.
func addressesOf(group []*analyzer.Finding) []string {
	var names []string
	for _, f := range group {
		for _, s := range f.Subjects {
			if s.Verdict != analyzer.Undetermined {
				names = append(names, s.Address)
			}
		}
	}
	slices.SortFunc(names, tf.CompareAddresses)
	return slices.Compact(names)
}

// links collects the related locations of a result. GitHub shows those alone
// that the message links.
type links struct{ locations []*sarif.Location }

func (l *links) to(label string, r tf.Range) string {
	label = linkText(label)
	if r.StartLine == 0 || !inRepository(r.File) || len(l.locations) == sarifLocations {
		return label
	}
	id := len(l.locations) + 1
	l.locations = append(l.locations, location(r).WithID(id).WithMessage(sarif.NewTextMessage(label)))
	return fmt.Sprintf("[%s](%d)", label, id)
}

var brackets = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`)

// linkText is text in a message, where brackets would begin a link.
func linkText(s string) string {
	return brackets.Replace(clean(s))
}

func location(r tf.Range) *sarif.Location {
	region := sarif.NewRegion().WithStartLine(r.StartLine)
	if r.StartColumn > 0 {
		region.WithStartColumn(r.StartColumn)
	}
	if r.EndLine > 0 {
		region.WithEndLine(r.EndLine)
	}
	if r.EndColumn > 0 {
		region.WithEndColumn(r.EndColumn)
	}
	uri := (&url.URL{Path: r.File}).String()
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri).WithURIBaseID("%SRCROOT%")).
		WithRegion(region))
}

// codeFlow is the path of an exposure, as far as it stands in the source.
func codeFlow(f *analyzer.Finding) *sarif.CodeFlow {
	thread := sarif.NewThreadFlow()
	for _, h := range oneWay(f.Path) {
		if r := place(f.Stack, admitting(h)); r.StartLine > 0 && inRepository(r.File) {
			l := location(r).WithMessage(sarif.NewTextMessage(linkText(hopText(h))))
			thread.AddLocation(sarif.NewThreadFlowLocation().WithLocation(l))
		}
	}
	if len(thread.Locations) < 2 {
		return nil
	}
	return sarif.NewCodeFlow().WithThreadFlows([]*sarif.ThreadFlow{thread})
}

// hopText is a hop in one line.
func hopText(h reach.Hop) string {
	if h.Detail == "" {
		return hopName(h)
	}
	return hopName(h) + ": " + h.Detail
}
