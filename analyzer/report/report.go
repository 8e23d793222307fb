// Package report writes the result of an analysis down: a file a format. Wire
// structs are its own, so that a refactoring elsewhere cannot change what
// users read or script against.
//
// Everything that comes from an input and is printed for people is escaped.
package report

import (
	"slices"
	"time"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Options is what the command knows and a report must not find out by itself.
type Options struct {
	Color bool
	Width int  // of the terminal; 0 means the output goes elsewhere
	All   bool // print everything, without limits
	Quiet bool // findings only: no clean line, no footer
	// Version is tfcheck's own, Command the name to print in hints.
	Version string
	Command string
	// Elapsed and Today are left out of the output when zero, so that the same
	// input gives the same bytes.
	Elapsed time.Duration
	Today   time.Time
	// ReadSource returns a source file by its path as seen from the working
	// directory, if there is one. Only SARIF asks, for GitHub's line hashes.
	ReadSource func(path string) ([]byte, bool)
	// Context are the stacks beside the one of a finding that is explained.
	Context []*tf.Stack
}

func (o Options) command() string {
	if o.Command == "" {
		return "tfcheck"
	}
	return o.Command
}

// width is where lines end: a terminal's own width within reason, else one
// that fits a code review.
func (o Options) width() int {
	if o.Width == 0 {
		return 96
	}
	return min(max(o.Width, 60), 120)
}

// shown reports whether people see a finding without asking for all: what
// this change does, and whatever gates. An undetermined finding is shown as
// the question that it waits for.
func (o Options) shown(f *analyzer.Finding) bool {
	if f.Verdict == analyzer.Undetermined {
		return false
	}
	if o.All {
		return true
	}
	return f.Gates || f.Accepted == nil && (f.Status == analyzer.New || f.Status == "")
}

// element is what somebody can edit: an argument of a resource instance, or
// nothing, with a nil resource.
type element struct {
	resource *tf.Resource
	argument string
}

func (e element) address() string {
	if e.resource == nil {
		return ""
	}
	return e.resource.Address
}

// place finds where an element stands in the source of its stack, which may be
// another than the one that speaks of it.
func place(stack *tf.Stack, e element) tf.Range {
	if e.resource != nil && e.resource.Stack != nil {
		stack = e.resource.Stack
	}
	if stack == nil || stack.Source == nil || e.resource == nil {
		return tf.Range{}
	}
	location, ok := stack.Source.Locate(e.resource, e.argument)
	if !ok {
		return tf.Range{}
	}
	return location.Range
}

// admitting is the element that admits or stops at a hop, else the object
// itself. What AWS makes itself and nothing else admits has none: its Cause is
// where one would go to change that.
func admitting(h reach.Hop) element {
	switch {
	case h.Object.Resource == nil && h.Object.Label != "" && len(h.Causes) == 0 && h.Code == "":
		return element{}
	case h.Cause.Resource != nil:
		return element{h.Cause.Resource, h.Cause.Argument}
	}
	return element{resource: h.Object.Resource}
}

// oneWay is the hops of a path up to its end, without those of the way back.
// What matters to the reply alone may stand on the way too, such as the route
// to the internet gateway.
func oneWay(hops []reach.Hop) []reach.Hop {
	for len(hops) > 1 && hops[len(hops)-1].Reply {
		hops = hops[:len(hops)-1]
	}
	return hops
}

// hasBefore reports whether a stack describes a change of something that
// exists. The first apply of a stack, before which there is nothing but data
// sources, changes everything and nothing.
func hasBefore(stack *tf.Stack) bool {
	return stack != nil && stack.Before != nil
}

// changes says what a change does to an instance of a stack, in one word.
func changes(stack *tf.Stack, r *tf.Resource) string {
	if r == nil {
		return ""
	}
	if r.Stack != nil {
		stack = r.Stack
	}
	if hasBefore(stack) {
		was, is := stack.Before.Resource(r.Address), stack.After.Resource(r.Address)
		switch {
		case was == r && is == r:
			return ""
		case was != nil && is != nil:
			return "changed"
		case was == r:
			return "removed"
		}
	}
	switch r.Action {
	case tf.Create:
		return "added"
	case tf.Update, tf.Replace:
		return "changed"
	case tf.Delete, tf.Forget:
		return "removed"
	}
	return ""
}

func stackName(s *tf.Stack) string {
	if s == nil {
		return ""
	}
	return s.Name
}

// severities from the worst down.
var severities = []analyzer.Severity{analyzer.Critical, analyzer.High, analyzer.Medium, analyzer.Low, analyzer.Info}

// countChecks is the number of checks that ran, whatever the number of stacks.
func countChecks(r *analyzer.Report) int {
	ids := make([]string, 0, len(r.Checks))
	for _, c := range r.Checks {
		ids = append(ids, c.Check.ID)
	}
	slices.Sort(ids)
	return len(slices.Compact(ids))
}
