// Package analyzer is the contract between checks, the driver and reports:
// types and the few rules that belong to them (severity, fingerprints,
// gating). It analyses nothing itself.
package analyzer

import (
	"sync"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Tier says who should hear of a check's findings.
type Tier string

// The tiers. Only findings of the default tier gate.
const (
	Default  Tier = "default"  // a competent reviewer would ask for a change in this pull request
	Pedantic Tier = "pedantic" // design and taste
	Audit    Tier = "audit"    // absence and account level, for whoever owns the account
)

// Severity is what somebody can do with a finding today.
type Severity uint8

// The severities, in rising order.
const (
	NoSeverity Severity = iota
	Info
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"none", "info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads a severity's name.
func ParseSeverity(name string) (Severity, bool) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), true
		}
	}
	return NoSeverity, false
}

// Verdict is what a check says of a subject.
type Verdict string

// The verdicts that are reported; a pass is not.
const (
	Violation    Verdict = "violation"
	Undetermined Verdict = "undetermined"
)

// Status compares a finding with the snapshot before the change.
type Status string

// The statuses. Empty means that the input has no before.
const (
	New      Status = "new"
	Existing Status = "existing"
	Resolved Status = "resolved"
)

// Check is one rule. It is a value that documents itself: docs, `explain`, the
// SARIF rule table and the README's list are generated from it.
type Check struct {
	ID    string // states the bad thing in kebab case, reads well after "allow"
	Title string // one line, lower case, no period
	Tier  Tier
	// Guidance lists the statements that it enforces; Derived is set when it
	// goes beyond their sentence.
	Guidance    []string
	Derived     bool
	Rationale   string
	Remediation string
	// Bad and Good are the smallest complete configurations that do and do
	// not violate it. Both are tested.
	Bad, Good string
	Options   []Option
	// Replaces are the rules of other scanners about the same thing, Aliases
	// its own former ids.
	Replaces []Replacement
	Aliases  []string
	// Preview findings are printed and never gate until the configuration's
	// edition covers the check.
	Preview bool
	Run     func(*Pass)
}

// Option is a setting of a check in tfcheck.hcl.
type Option struct {
	Name    string
	Default []string // a list of strings is the one shape of every option
	Doc     string
}

// Replacement relates a check to a rule of another scanner.
type Replacement struct {
	ID       string `json:"id"`
	Relation string `json:"relation"` // equal, stricter, narrower
}

// View is one snapshot in every form that a check may read.
type View struct {
	Snapshot *tf.Snapshot
	Network  *aws.Network
	Graph    *reach.Graph
	// FromInternet are all flows from the internet, computed once.
	FromInternet []*reach.Flow

	shared shared
}

// shared holds what several checks derive from a view.
type shared struct {
	mu     sync.Mutex
	values map[any]any
}

// Shared is what compute makes of the view, computed once however many checks
// ask for it. The key is a value of a type of the caller's own. What compute
// needs may be shared as well, so it runs without the lock; of two that run at
// the same time the first wins.
func Shared[T any](v *View, key any, compute func(*View) T) T {
	v.shared.mu.Lock()
	value, ok := v.shared.values[key]
	v.shared.mu.Unlock()
	if ok {
		return value.(T)
	}
	computed := compute(v)
	v.shared.mu.Lock()
	defer v.shared.mu.Unlock()
	if value, ok := v.shared.values[key]; ok {
		return value.(T)
	}
	if v.shared.values == nil {
		v.shared.values = map[any]any{}
	}
	v.shared.values[key] = computed
	return computed
}

// Pass is what a check gets to see, and where it reports.
type Pass struct {
	Check *Check
	Stack *tf.Stack
	*View
	// Before is the snapshot before the change, or nil. While the before is
	// judged itself it is nil too.
	Before *View
	// Options holds the settings of the check, defaults filled in.
	Options map[string][]string
	// Given answers questions by their id (tfcheck.hcl).
	Given Given

	judged map[*tf.Stack]int
	report func(Finding)
}

// Judges counts a subject that the check looks at, whether it is good or not,
// for the stack that it belongs to.
func (p *Pass) Judges(r *tf.Resource) {
	var owner *tf.Stack
	if r != nil {
		owner = r.Stack
	}
	if p.judged == nil {
		p.judged = map[*tf.Stack]int{}
	}
	p.judged[owner]++
}

// JudgesInterfaces counts all network interfaces as subjects.
func (p *Pass) JudgesInterfaces() {
	for _, i := range p.Network.Interfaces {
		p.Judges(i.Resource)
	}
}

// Judged is how many subjects of each stack the check has looked at; nil is the
// key of what belongs to none, as where one stack is alone.
func (p *Pass) Judged() map[*tf.Stack]int { return p.judged }

// Given looks answers up that people gave to questions.
type Given interface {
	// Answer is what people say of the fact with an id in respect of an attribute,
	// such as "account" and "ebs_encryption_by_default".
	Answer(id, attribute string) (value string, ok bool)
}

// NewPass is for the driver.
func NewPass(check *Check, stack *tf.Stack, view, before *View, options map[string][]string, given Given, report func(Finding)) *Pass {
	return &Pass{Check: check, Stack: stack, View: view, Before: before, Options: options, Given: given, report: report}
}

// Report hands a finding to the driver.
func (p *Pass) Report(f Finding) { p.report(f) }

// Finding is one check's verdict about one root cause. A check fills the
// first part; the driver and triage the rest.
type Finding struct {
	// Cause is what somebody edits to resolve it. It names the finding: the
	// fingerprint is made of check, stack, configuration address and argument.
	Cause aws.Cause
	// Message is one sentence, lower case, no period: what is the case.
	Message  string
	Subjects []Subject
	// Effect is what somebody can do with it; severity is computed from it.
	Effect Effect
	// Path is the way of the worst flow, for exposures.
	Path     []reach.Hop
	Because  []Note
	Related  []Note
	WaitsFor []tf.Fact
	// Assumptions are what the verdict rests on.
	Assumptions []*tf.Assumption
	// Secret says of a text whether it holds the credential of the finding, so
	// that no variable is named that only stands beside it; nil for others.
	Secret func(string) bool
	// Fix is the remediation for this very case; empty means the check's.
	Fix string

	// Filled in by the driver.
	Check       *Check
	Stack       *tf.Stack
	Verdict     Verdict // the worst of the subjects'
	Severity    Severity
	Status      Status
	Fingerprint string
	Location    tf.Location // of the line the author must edit; zero without source
	Owner       string
	Preview     bool
	Accepted    *Acceptance
	Gates       bool
}

// Subject is an instance that a finding concerns.
type Subject struct {
	Address string
	Verdict Verdict
	Status  Status
	// Flows are the packets concerned; empty for findings without packets.
	Flows packet.Set
}

// Note is a line under a finding, about a place.
type Note struct {
	Text  string
	Cause aws.Cause
	Range tf.Range // filled in by the driver
}

// Acceptance says who accepted a finding.
type Acceptance struct {
	By                string // comment, baseline, config
	Reason            string
	Owner             string
	Until             string // YYYY-MM-DD
	Range             tf.Range
	AddedByThisChange bool
}

// Question is a missing fact as people see it.
type Question struct {
	tf.Fact
	Severity Severity // the worst that the answer could bring
	Decides  []string // fingerprints
}

// Exposure is what the internet reaches, for the report.
type Exposure struct {
	Stack  *tf.Stack
	Flow   *reach.Flow
	Status Status
}

// CheckResult counts what a check did.
type CheckResult struct {
	Check                                               *Check
	Stack                                               *tf.Stack
	Evaluated, Passed, Violated, Undetermined, Accepted int
}

// Coverage says which resources the analysis understood.
type Coverage struct {
	Stack       *tf.Stack
	Modelled    int
	Irrelevant  int
	NotModelled map[string]int // network types without a model, by type
}

// Report is the result of an analysis.
type Report struct {
	Stacks      []*tf.Stack
	Context     []*tf.Stack // known, not judged
	Findings    []*Finding  // by severity, then stack, address, check
	Questions   []Question
	Exposures   []*Exposure
	Assumptions []StackAssumption
	Checks      []CheckResult
	Coverage    []Coverage
	Diagnostics []tf.Diagnostic
	// Resources counts the resource instances of all stacks.
	Resources int
	// Interfaces counts network interfaces, Outside those in subnets that the
	// input only mentions.
	Interfaces, Outside int
	// Changes says that some input changed something of the network.
	NetworkChanged bool
}

// StackAssumption is an assumption of a stack.
type StackAssumption struct {
	*tf.Assumption
	Stack *tf.Stack
}
