package checks_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
	"github.com/tfcheck/tfcheck/checks"
)

// entry is a configuration with the plan that terraform made of it.
type entry struct {
	name   string
	plan   string // plan.json
	binary string // plan.tfplan, if there is one
	source string // the folder of the root module
}

// corpus are the entries of the folder that TFCHECK_CORPUS_SOURCES names, each
// with plan.json, src and src/ROOT, which names the root module in src.
func corpus(t testing.TB) []entry {
	t.Helper()
	folder := os.Getenv("TFCHECK_CORPUS_SOURCES")
	if folder == "" {
		t.Skip("TFCHECK_CORPUS_SOURCES names no folder of configurations with their plans")
	}
	plans, err := filepath.Glob(filepath.Join(folder, "*", "plan.json"))
	if err != nil || len(plans) == 0 {
		t.Fatalf("no plans in %s: %v", folder, err)
	}
	var all []entry
	for _, plan := range plans {
		dir := filepath.Dir(plan)
		root, err := os.ReadFile(filepath.Join(dir, "src", "ROOT"))
		if err != nil {
			t.Fatal(err)
		}
		binary := filepath.Join(dir, "plan.tfplan")
		if _, err := os.Stat(binary); err != nil {
			binary = ""
		}
		all = append(all, entry{filepath.Base(dir), plan, binary, filepath.Join(dir, "src", filepath.FromSlash(strings.TrimSpace(string(root))))})
	}
	return all
}

func (e entry) open(t *testing.T, path string, o input.Options) *tf.Stack {
	t.Helper()
	o.Wanted = aws.Types
	stacks, err := input.Open(context.Background(), []string{e.name + "=" + path}, o)
	if err != nil {
		t.Fatal(err)
	}
	return stacks[0]
}

// What is known both in a plan and in the evaluation of its configuration is
// the same; what the evaluation cannot know is counted by its reason.
func TestEvaluationAgreesWithPlans(t *testing.T) {
	unknown := map[string]int{}
	equal, missing := 0, 0
	for _, e := range corpus(t) {
		plan, configuration := e.open(t, e.plan, input.Options{NoSource: true}), e.open(t, e.source, input.Options{})
		for _, d := range configuration.Diagnostics {
			if strings.HasPrefix(d.Summary, "an expression cannot be") {
				t.Errorf("%s: %s: %s", e.name, d.Range, d.Summary)
			}
		}
		c := &comparison{unknown: unknown}
		for _, r := range plan.After.Resources {
			if r.Addr.Mode != tf.Managed {
				continue
			}
			other := configuration.After.Resource(r.Address)
			if other == nil {
				missing++
				unknown["the instance: "+reasonOf(configuration, r)]++
				continue
			}
			c.at = r.Address
			c.compare("", r.Values, other.Values)
		}
		for _, r := range configuration.After.Resources {
			if r.Addr.Mode == tf.Managed && !r.Maybe && plan.After.Resource(r.Address) == nil {
				c.differ = append(c.differ, r.Address+" is not in the plan")
			}
		}
		equal += c.equal
		for _, d := range c.differ {
			t.Errorf("%s: %s", e.name, d)
		}
	}
	total := equal
	for _, n := range unknown {
		total += n
	}
	t.Logf("%d values are known in both and equal; %d (%.1f %%) are known in the plan only, %d instances are missing:", equal, total-equal, 100*float64(total-equal)/float64(total), missing)
	for _, reason := range slices.SortedFunc(maps.Keys(unknown), func(a, b string) int { return unknown[b] - unknown[a] }) {
		t.Logf("%6d  %s", unknown[reason], reason)
	}
}

// reasonOf is why an instance of the plan is not in the evaluation.
func reasonOf(configuration *tf.Stack, r *tf.Resource) string {
	for _, other := range configuration.After.Resources {
		if other.Maybe && other.Addr.Config() == r.Addr.Config() {
			return "count or for_each is not known"
		}
	}
	return "not there: " + r.Address
}

// comparison compares the values of an instance of the plan with the
// evaluated ones.
type comparison struct {
	at      string
	equal   int
	differ  []string
	unknown map[string]int // known in the plan only, by reason
}

func (c *comparison) compare(path string, planned, evaluated tf.Value) {
	_, symbol := planned.Symbol()
	switch {
	case planned.IsUnknown() || planned.IsNull() || symbol:
		return
	case evaluated.IsNull():
		c.unknown["a default of the provider"] += leaves(planned)
		return
	case evaluated.IsUnknown():
		c.unknown["the expression"] += leaves(planned)
		return
	}
	if _, symbol := evaluated.Symbol(); symbol {
		c.unknown["an identity"]++
		return
	}
	if planned.Kind() == tf.Object {
		for _, f := range planned.Fields() {
			c.compare(strings.TrimPrefix(path+"."+f.Name, "."), f.Value, evaluated.Get(f.Name))
		}
		return
	}
	if planned.Kind() != tf.List {
		a, _ := planned.AsString().Known()
		b, known := evaluated.AsString().Known()
		if !known || !sameText(a, b) {
			c.differ = append(c.differ, fmt.Sprintf("%s %s: %q in the plan, %q evaluated", c.at, path, a, b))
			return
		}
		c.equal++
		return
	}
	blocks, _ := evaluated.Blocks()
	if len(blocks) != len(planned.Elements()) {
		if len(planned.Elements()) > 0 && len(blocks) == 0 {
			c.unknown["a default of the provider"] += leaves(planned)
			return
		}
		if slices.ContainsFunc(blocks, func(v tf.Value) bool { return v.IsOptional() || v.IsUnknown() }) {
			c.unknown["the number of blocks"] += leaves(planned)
			return
		}
		if slices.ContainsFunc(planned.Elements(), isSymbol) {
			return // inferred from the references of the plan
		}
		if distinct(blocks) == len(planned.Elements()) {
			return // a set was given the same element twice
		}
		c.differ = append(c.differ, fmt.Sprintf("%s %s: %d elements in the plan, %d evaluated", c.at, path, len(planned.Elements()), len(blocks)))
		return
	}
	// A set has no order: each element goes with the one that differs least.
	rest := slices.Clone(blocks)
	for i, p := range planned.Elements() {
		best := -1
		var least *comparison
		for n, b := range rest {
			trial := &comparison{at: c.at, unknown: map[string]int{}}
			trial.compare(fmt.Sprintf("%s[%d]", path, i), p, b)
			if least == nil || len(trial.differ) < len(least.differ) || len(trial.differ) == len(least.differ) && trial.equal > least.equal {
				best, least = n, trial
			}
		}
		rest = slices.Delete(rest, best, best+1)
		c.equal += least.equal
		c.differ = append(c.differ, least.differ...)
		for reason, n := range least.unknown {
			c.unknown[reason] += n
		}
	}
}

func isSymbol(v tf.Value) bool {
	_, ok := v.Symbol()
	return ok
}

func distinct(values []tf.Value) int {
	seen := map[string]bool{}
	for _, v := range values {
		seen[fmt.Sprint(v)] = true
	}
	return len(seen)
}

// leaves is the number of known values in a value.
func leaves(v tf.Value) int {
	switch v.Kind() {
	case tf.List:
		n := 0
		for _, e := range v.Elements() {
			n += leaves(e)
		}
		return n
	case tf.Object:
		n := 0
		for _, f := range v.Fields() {
			n += leaves(f.Value)
		}
		return n
	case tf.Null, tf.Unknown:
		return 0
	}
	return 1
}

// sameText compares as a provider does, which normalises some texts.
func sameText(a, b string) bool {
	if a == b || strings.EqualFold(a, b) {
		return true
	}
	clean := func(s string) string { return strings.Join(strings.Fields(s), "") }
	return clean(a) == clean(b)
}

// The findings of a configuration, of the plan with it and of the binary plan
// are those of the plan alone: a violation in one and silence in the other
// never, a violation in one and a question in the other rarely, each listed.
func TestModesAgreeOnCorpus(t *testing.T) {
	entries := corpus(t)
	for _, form := range []struct {
		name string
		open func(e entry) *tf.Stack
	}{
		{"configuration", func(e entry) *tf.Stack { return e.open(t, e.source, input.Options{}) }},
		{"plan with source", func(e entry) *tf.Stack { return e.open(t, e.plan, input.Options{Source: e.source}) }},
		{"binary plan", func(e entry) *tf.Stack { return e.open(t, e.binary, input.Options{}) }},
	} {
		t.Run(form.name, func(t *testing.T) {
			a := agreement{t: t, form: form.name}
			for _, e := range entries {
				if form.name == "configuration" && strings.HasPrefix(e.name, "update-") {
					continue // a configuration has no before
				}
				if e.binary == "" && form.name == "binary plan" {
					continue
				}
				a.compare(e.name, findingsOf(t, e.open(t, e.plan, input.Options{NoSource: true})), findingsOf(t, form.open(e)))
			}
			t.Logf("%d findings, of which %d (%.1f %%) are decided in one of the forms only", a.all, a.undecided, 100*float64(a.undecided)/float64(max(a.all, 1)))
			if a.undecided*100 > 3*a.all {
				t.Errorf("more than 3 %% of the findings are decided in one of the forms only")
			}
		})
	}
}

// agreement compares the findings of two forms of many inputs.
type agreement struct {
	t              *testing.T
	form           string
	all, undecided int
}

func (a *agreement) compare(name string, plan, other map[string]said) {
	for _, key := range slices.Sorted(maps.Keys(plan)) {
		p, o := plan[key], other[key]
		a.all++
		switch {
		case p.verdict == o.verdict:
		case o.verdict != "" && (p.verdict == analyzer.Violation || o.verdict == analyzer.Violation):
			a.undecided++
			a.t.Logf("%s: %s: %s in the plan, %s of the %s", name, key, p, o, a.form)
		case p.verdict == analyzer.Violation:
			a.t.Errorf("%s: %s is a violation in the plan only", name, key)
		default:
			a.t.Logf("%s: %s is %s in the plan only", name, key, p)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(other)) {
		switch {
		case plan[key].verdict != "":
		case other[key].verdict == analyzer.Violation:
			a.t.Errorf("%s: %s is a violation of the %s only", name, key, a.form)
		default:
			a.t.Logf("%s: %s is %s of the %s only", name, key, other[key], a.form)
		}
	}
}

// said is a verdict, and what an undetermined one waits for.
type said struct {
	verdict analyzer.Verdict
	waits   []tf.Fact
}

func (s said) String() string {
	var facts []string
	for _, f := range s.waits {
		facts = append(facts, f.Text)
	}
	if len(facts) == 0 {
		return string(s.verdict)
	}
	return string(s.verdict) + " (" + strings.Join(facts, "; ") + ")"
}

// findingsOf are the verdicts by check, configuration address and argument.
func findingsOf(t *testing.T, stack *tf.Stack) map[string]said {
	t.Helper()
	report, err := driver.Analyze(context.Background(), driver.Options{Stacks: []*tf.Stack{stack}, Known: checks.All(), Triage: triage.Defaults()})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]said{}
	for _, f := range report.Findings {
		address := ""
		if r := f.Cause.Resource; r != nil {
			address = r.Addr.Config()
		}
		key := fmt.Sprintf("%s at %s %s", f.Check.ID, address, tf.StripKeys(f.Cause.Argument))
		if found[key].verdict != analyzer.Violation {
			found[key] = said{f.Verdict, f.WaitsFor}
		}
	}
	return found
}
