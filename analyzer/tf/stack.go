package tf

import (
	"slices"
	"strings"
)

// InputKind is what a PATH turned out to be.
type InputKind string

// The kinds of input, as CONTRACT names them in the JSON.
const (
	PlanInput          InputKind = "plan"
	BinaryPlanInput    InputKind = "binary-plan"
	StateInput         InputKind = "state"
	ConfigurationInput InputKind = "configuration"
)

// Action is what the plan does to an instance.
type Action uint8

// The actions of a plan. An instance of a state or a configuration has NoOp
// or Create respectively.
const (
	NoOp Action = iota
	Create
	Read
	Update
	Replace
	Delete
	Forget
)

// Resource is one resource instance in one snapshot. An instance that the
// plan does not change is the same *Resource in both snapshots.
type Resource struct {
	Addr    Address
	Address string // Addr as Terraform writes it
	Action  Action
	Moved   string // the address it had before, if it moved
	Deposed bool
	// Maybe is set for the one instance that stands for those of a count or
	// for_each that nobody knows: there may be none, or several (U-12).
	// Unknown is what that depends on, such as "var.n", where it is found.
	Maybe   bool
	Unknown string

	// Provider identifies the provider configuration, such as "aws" or
	// "module.west:aws.usw2"; Region is its region where the input shows one.
	Provider string
	Region   Val[string]

	// Values holds the attributes that were kept (see Wanted), unknowns
	// resolved as far as the input allows.
	Values Value

	// Config is the configuration that the instance was made from, or nil.
	Config *ResourceConfig

	// Stack is the one that it belongs to, where several were joined and
	// Address may therefore be written STACK//ADDRESS; else nil.
	Stack *Stack
}

// ResourceConfig is what the input shows of a resource block.
type ResourceConfig struct {
	Address string // without instance keys
	// Arguments are the names of the top-level arguments and blocks that the
	// block sets; Complete is false where a dynamic block may hide (U-4).
	Arguments []string
	Complete  bool
	// Uncertain are the nested blocks whose absence from Arguments proves
	// nothing although Complete is true.
	Uncertain []string
	// Constants are the literal arguments by path, to match source to plan.
	Constants map[string]string
	// References are what the top-level arguments refer to, such as
	// "aws_vpc.main[0].id", to match source to plan.
	References map[string][]string
}

// Sets reports whether the configuration sets the argument. It is Maybe where
// the input cannot show it (no configuration, or a dynamic block: U-4).
func (c *ResourceConfig) Sets(argument string) Tri {
	switch {
	case c == nil:
		return Maybe
	case slices.Contains(c.Arguments, argument):
		return Yes
	case c.Complete && !slices.Contains(c.Uncertain, argument):
		return No
	}
	return Maybe
}

// IsNew reports whether this plan creates the object, so that everything it
// has is in the input (the closed world of U-14).
func (r *Resource) IsNew() bool { return r.Action == Create || r.Action == Replace }

// HowMany asks for what the number of instances of the block depends on, where
// that is not known; ok is false where it is (U-12). What depends on one thing
// is one question.
func (r *Resource) HowMany() (fact Fact, ok bool) {
	if r == nil || !r.Maybe {
		return Fact{}, false
	}
	of, text := StripKeys(r.Address), "how many "+StripKeys(r.Address)+" there are"
	if r.Unknown != "" {
		of, text = r.Unknown, "how many instances "+r.Unknown+" makes"
	}
	settle := "known after apply, or in a plan: terraform plan -out=tfplan"
	if name, ok := strings.CutPrefix(of, "var."); ok && !strings.Contains(name, " ") {
		settle = "--var " + name + "=VALUE, --var-file FILE or, in tfcheck.hcl, given \"variable\" \"" + name + "\" { value = \"VALUE\" }"
	}
	return Fact{ID: "count:" + of, Text: text, Settle: settle}, true
}

// Get is the attribute at a dotted path of names, such as
// "metadata_options.http_tokens". On the way, a list of exactly one element
// stands for that element.
func (r *Resource) Get(path ...string) Value {
	v := r.Values
	for _, name := range path {
		if e := v.Elements(); v.Kind() == List {
			if len(e) != 1 {
				return Value{}
			}
			v = e[0]
		}
		v = v.Get(name)
	}
	return v
}

// Snapshot is every instance of a stack at one moment.
type Snapshot struct {
	Resources []*Resource // in the order of CompareAddresses, deposed ones last
	byAddress map[string]*Resource
}

// NewSnapshot sorts and indexes the resources, which it keeps.
func NewSnapshot(resources []*Resource) *Snapshot {
	slices.SortStableFunc(resources, func(a, b *Resource) int {
		if c := CompareAddresses(a.Address, b.Address); c != 0 || a.Deposed == b.Deposed {
			return c
		}
		if b.Deposed {
			return -1
		}
		return 1
	})
	s := &Snapshot{Resources: resources, byAddress: make(map[string]*Resource, len(resources))}
	for _, r := range resources {
		if !r.Deposed {
			s.byAddress[r.Address] = r
		}
	}
	return s
}

// Resource is the instance at an address, or nil.
func (s *Snapshot) Resource(address string) *Resource {
	if s == nil {
		return nil
	}
	return s.byAddress[address]
}

// Stack is one input: a root module's plan, state or configuration.
type Stack struct {
	Name             string
	Path             string
	Kind             InputKind
	TerraformVersion string
	// Complete is false for a targeted, deferred or errored plan (U-21).
	Complete bool

	Before *Snapshot // nil where the input has none
	After  *Snapshot

	// Providers are the provider configurations as far as the input shows
	// them: resources of the type "provider" whose name is the
	// configuration's key, such as "aws" or "aws.west".
	Providers []*Resource
	// Assumptions are those that the reading of the input rests on.
	Assumptions []*Assumption
	// Drift is what changed outside Terraform since the last apply, in the
	// order of CompareAddresses.
	Drift []*Resource
	// Handed are the addresses of instances that an output hands to others.
	Handed map[string]bool
	// Outputs are the values of the root module's outputs, as far as the input
	// shows them.
	Outputs map[string]Value
	// Counts of resource instances, whether kept or not: of all managed ones
	// after the change, and of each type.
	Instances int
	Types     map[string]int

	Source      Source // nil when no source was found
	Diagnostics []Diagnostic
}

// Wanted is the knowledge of AWS that front ends need, passed down as data.
type Wanted interface {
	// Keep reports whether instances of the type are kept, and which of their
	// top-level attributes; nil keeps all of them.
	Keep(resourceType string) (attributes map[string]bool, ok bool)
	// Identity reports whether the attribute identifies an instance of the
	// type (id, arn, ...), so that an unknown one becomes a Symbol.
	Identity(resourceType, attribute string) bool
	// Targets are the types whose identity the argument, a path without
	// indexes such as "route.gateway_id", may hold; nil when it holds none.
	Targets(resourceType, argument string) []string
}

// Source finds places in the configuration that a stack was made from.
type Source interface {
	// Locate finds the argument of a resource, a path such as
	// "ingress[1].cidr_blocks" or "" for the block itself. Where the argument
	// does not stand in the source it finds the block that would hold it.
	// It is false where the source does not match the plan.
	Locate(r *Resource, path string) (Location, bool)
	// Comments returns the comments of the files that were read which hold a
	// word, in order.
	Comments(word string) []Comment
	// Variable finds the value given to, or the default of, a root variable.
	Variable(name string) (Range, bool)
}

// Tracer is a [Source] that knows where values come from.
type Tracer interface {
	// Origins are the root variables that the argument of a resource gets its
	// value from, in the order of their names.
	Origins(r *Resource, path string) []Origin
}

// Ignorer is a [Source] that knows what Terraform is told to leave as it is.
type Ignorer interface {
	// Ignores are the arguments that the block of a resource lists in
	// ignore_changes, in order, or "all" (U-20).
	Ignores(r *Resource) []string
}

// Origin is a root variable with its value. One that is too long to be shown,
// or not known, has a null value.
type Origin struct {
	Variable string
	Value    Value
	// Range is where the value stands; zero where it comes From elsewhere, such
	// as "--var".
	Range Range
	From  string
}

// Location is a place in the source with what it takes to print it.
type Location struct {
	Range Range // the argument where it stands, tight
	Block Range // the header of the block that holds it
	// Line is the source line of Range.StartLine with nothing but the argument
	// (or block header) on it, columns kept; a sensitive value is replaced.
	Line string
	// Calls are the module calls that lead to the block, outermost first, as
	// far as they stand in the repository.
	Calls []Range
	// External is set for a module from outside the repository, where the
	// author edits the innermost call inside it instead: the last of Calls is
	// then the argument of the call that the value comes from, if there is one.
	External bool
}

// Comment is one comment of the source.
type Comment struct {
	Range Range
	Text  string // without the comment sign
	// Covers are the lines that a suppression in this comment is about: the
	// comment's own line, and the next line of code or the block it heads.
	CoversFrom, CoversTo int
	// Module is the module path (without keys) whose call the comment heads,
	// or empty.
	Module string
}
