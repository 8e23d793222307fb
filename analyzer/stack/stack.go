// Package stack joins stacks into networks. Stacks meet through equal ids,
// ARNs and outputs; those that meet are analysed as one, whose addresses are
// written STACK//ADDRESS.
package stack

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Joint is one or more stacks that are analysed together.
type Joint struct {
	// Stack is what is analysed: the one stack itself, or all of them joined.
	*tf.Stack
	// Judged are the stacks that findings are due for, Context those that are
	// only known.
	Judged, Context []*tf.Stack

	// originals leads from the instances of a joined stack to those that they
	// are copies of; nil where one stack is alone.
	originals map[*tf.Resource]*tf.Resource
}

// Join finds the stacks that meet. Every judged stack is in exactly one joint,
// in their order; a context that nothing meets is in none and is returned as
// apart.
func Join(judged, context []*tf.Stack) (joints []*Joint, apart []*tf.Stack) {
	all := slices.Concat(judged, context)
	home := meet(all)
	byHome := map[int]*Joint{}
	for i, s := range all {
		j := byHome[home[i]]
		switch {
		case i < len(judged):
			if j == nil {
				j = &Joint{}
				byHome[home[i]] = j
				joints = append(joints, j)
			}
			j.Judged = append(j.Judged, s)
		case j == nil:
			apart = append(apart, s)
		default:
			j.Context = append(j.Context, s)
		}
	}
	for _, j := range joints {
		if len(j.Judged) == 1 && len(j.Context) == 0 {
			j.Stack = j.Judged[0]
			continue
		}
		j.join()
	}
	return joints, apart
}

// Together makes one joint of all stacks, whether they meet or not.
func Together(judged, context []*tf.Stack) *Joint {
	j := &Joint{Judged: judged, Context: context}
	if len(judged) == 1 && len(context) == 0 {
		j.Stack = judged[0]
		return j
	}
	j.join()
	return j
}

// Owner is the stack that an instance of the joint belongs to, and whether
// that is judged.
func (j *Joint) Owner(r *tf.Resource) (owner *tf.Stack, judged bool) {
	owner = j.Judged[0]
	if r != nil && r.Stack != nil {
		owner = r.Stack
	}
	return owner, slices.Contains(j.Judged, owner)
}

// Original is the instance that one of the joint is a copy of.
func (j *Joint) Original(r *tf.Resource) *tf.Resource {
	if o := j.originals[r]; o != nil {
		return o
	}
	return r
}

// Named is the judged or known stack of a name.
func (j *Joint) Named(name string) *tf.Stack {
	for _, s := range slices.Concat(j.Judged, j.Context) {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// join copies every instance of the stacks into one stack.
func (j *Joint) join() {
	j.originals = map[*tf.Resource]*tf.Resource{}
	j.Stack = &tf.Stack{Complete: true, Handed: map[string]bool{}}
	var after, before []*tf.Resource
	hasBefore := false
	for _, s := range slices.Concat(j.Judged, j.Context) {
		c := j.newCopier(s)
		j.Complete = j.Complete && s.Complete
		for address := range s.Handed {
			j.Handed[c.qualify(address)] = true
		}
		for _, r := range s.Providers {
			j.Providers = append(j.Providers, c.copy(r))
		}
		after = append(after, c.all(s.After)...)
		switch {
		case s.Before != nil && slices.Contains(j.Judged, s):
			hasBefore = true
			before = append(before, c.all(s.Before)...)
		case s.Kind == tf.PlanInput || s.Kind == tf.BinaryPlanInput:
			if slices.Contains(j.Context, s) {
				before = append(before, c.all(s.After)...)
			} // else nothing was there before its first apply
		default:
			before = append(before, c.all(s.After)...)
		}
	}
	j.After = tf.NewSnapshot(after)
	if hasBefore {
		j.Before = tf.NewSnapshot(before)
	}
}

// copier copies the instances of one stack into a joint.
type copier struct {
	joint *Joint
	stack *tf.Stack
	// prefix is put before its addresses; empty for the only judged stack,
	// from whose point of view everything is told.
	prefix      string
	copies      map[*tf.Resource]*tf.Resource
	accounts    map[string]string // by provider configuration
	regions     map[string]string
	assumptions map[*tf.Assumption]*tf.Assumption
}

func (j *Joint) newCopier(s *tf.Stack) *copier {
	c := &copier{
		joint: j, stack: s, copies: map[*tf.Resource]*tf.Resource{},
		accounts: accounts(s.After), regions: aws.Regions(s.After), assumptions: map[*tf.Assumption]*tf.Assumption{},
	}
	if len(j.Judged) > 1 || s != j.Judged[0] {
		c.prefix = tf.Qualify(s.Name, "")
	}
	return c
}

func (c *copier) qualify(address string) string { return c.prefix + address }

// all are the copies of a snapshot's instances.
func (c *copier) all(s *tf.Snapshot) []*tf.Resource {
	if s == nil {
		return nil
	}
	list := make([]*tf.Resource, len(s.Resources))
	for i, r := range s.Resources {
		list[i] = c.copy(r)
	}
	return list
}

// copy is the copy of an instance; one that is in both snapshots has one copy.
// Its provider is the account where that and the Region are known, else the
// configuration in its own stack: two stacks are never taken to share one.
func (c *copier) copy(r *tf.Resource) *tf.Resource {
	if known := c.copies[r]; known != nil {
		return known
	}
	n := *r
	n.Stack = c.stack
	n.Address = c.qualify(r.Address)
	if r.Moved != "" {
		n.Moved = c.qualify(r.Moved)
	}
	n.Provider = tf.Qualify(c.stack.Name, r.Provider)
	region, ok := aws.OwnRegion(r)
	if !ok {
		region, ok = c.regions[r.Provider]
	}
	if ok {
		n.Region = tf.KnownVal(region)
		if account := c.accounts[r.Provider]; account != "" {
			n.Provider = account
		}
	}
	n.Values = r.Values.Rewrite(c.leaf, c.assumption)
	c.copies[r] = &n
	c.joint.originals[&n] = r
	return &n
}

// leaf brings the symbols of a value into the joint.
func (c *copier) leaf(v tf.Value) tf.Value {
	if s, ok := v.Symbol(); ok {
		return c.symbol(v, s)
	}
	candidates := v.Candidates()
	if len(candidates) == 0 || c.prefix == "" {
		return v
	}
	symbols := make([]tf.Symbol, len(candidates))
	for i, s := range candidates {
		symbols[i] = c.outside(s)
	}
	return tf.UnknownValue(symbols...)
}

func (c *copier) symbol(v tf.Value, s tf.Symbol) tf.Value {
	if c.prefix == "" {
		return v
	}
	return tf.SymbolicValue(c.outside(s))
}

// outside is a symbol of the stack as the joint knows it; one of another stack
// says so already.
func (c *copier) outside(s tf.Symbol) tf.Symbol {
	if stack, _ := tf.SplitQualified(s.Address); stack == "" {
		s.Address = c.qualify(s.Address)
	}
	return s
}

// assumption is an assumption of the stack as the joint knows it.
func (c *copier) assumption(a *tf.Assumption) *tf.Assumption {
	if c.prefix == "" {
		return a
	}
	known := c.assumptions[a]
	if known == nil {
		known = &tf.Assumption{ID: a.ID, Text: a.Text, Address: c.qualify(a.Address)}
		if kind, what, ok := strings.Cut(a.ID, ":"); ok {
			known.ID = kind + ":" + c.qualify(what)
		}
		c.assumptions[a] = known
	}
	return known
}

// accounts are the accounts of the provider configurations, as far as the ARNs
// of what they manage and the caller's identity agree on one.
func accounts(s *tf.Snapshot) map[string]string {
	found := map[string]string{}
	if s == nil {
		return found
	}
	several := map[string]bool{}
	for _, r := range s.Resources {
		account := ""
		switch {
		case r.Addr.Mode == tf.Managed:
			account = accountOf(r)
		case r.Addr.Type == "aws_caller_identity":
			account, _ = r.Get("account_id").AsString().Known()
		}
		if account == "" {
			continue
		}
		if other := found[r.Provider]; other != "" && other != account {
			several[r.Provider] = true
		}
		found[r.Provider] = account
	}
	for provider := range several {
		delete(found, provider)
	}
	return found
}

// accountOf is the account that the ARN of an instance names, or empty.
func accountOf(r *tf.Resource) string {
	arn, _ := r.Get("arn").AsString().Known()
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || len(parts[4]) != len("123456789012") || strings.Trim(parts[4], "0123456789") != "" {
		return ""
	}
	return parts[4]
}
