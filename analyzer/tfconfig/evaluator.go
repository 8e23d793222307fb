package tfconfig

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig/functions"
)

// Options say with what a configuration is evaluated.
type Options struct {
	Wanted tf.Wanted // is never nil
	// Workspace is the selected workspace; empty means the one that terraform
	// selected in the folder, else "default".
	Workspace string
	// Environment are the values of root variables that the environment gives
	// (TF_VAR_), by name.
	Environment map[string]string
	// Inputs are the values that a unit of Terragrunt gives to root variables.
	Inputs map[string]Input
	// Assignments are values and files of values in the order of the command
	// line.
	Assignments []Assignment
	// Known is what the plan of the configuration knows; nil without a plan.
	Known tf.Known
	// Answers are what people say of root variables that have no value, nil for
	// nothing.
	Answers Answers
	// Data answers data sources from elsewhere: it is asked once for each
	// instance, with its arguments as values, and gives the attributes that
	// would be unknown. Nil answers none.
	Data func(r *tf.Resource) (attributes tf.Value, ok bool)
}

// Answers are the given blocks of the settings.
type Answers interface {
	// Answer is the answer to the question with an id in respect of an attribute.
	Answer(id, attribute string) (value string, ok bool)
	// Knows tells what the input itself says.
	Knows(id, attribute, value string)
}

// Assignment is the value of a root variable, or a file of values.
type Assignment struct {
	Name, Value string
	File        string // the name of the file
	Content     []byte
}

// evaluator evaluates a configuration on demand, each thing once.
type evaluator struct {
	config    *Config
	opts      Options
	limits    Limits
	functions map[string]function.Function
	root      *moduleInstance
	given     map[string]given // values of root variables
	assumed   []*tf.Assumption // that people say

	fuel      int  // what is left to spend on evaluation
	expr      *arg // that is being evaluated; nil outside of any
	left      int  // what is left to spend on it
	depth     int  // of what is being evaluated
	instances int  // made so far
	diags     []tf.Diagnostic
	reported  map[string]bool
	unset     []string // root variables without a value
	symbols   int      // made so far
	// opaque hides the symbols of what is referred to.
	opaque bool
	// traced marks the values of root variables, so that their use shows.
	traced bool
}

func newEvaluator(c *Config, o Options) *evaluator {
	ev := &evaluator{config: c, opts: o, limits: c.limits, fuel: c.limits.Work, reported: map[string]bool{}}
	ev.functions = functionTable(c, func(n int) bool {
		ev.spend(n)
		return !ev.exhausted()
	})
	ev.given = ev.values()
	ev.root = ev.newModule(c.modules[""], nil, nil, "")
	return ev
}

// report adds a diagnostic, once.
func (ev *evaluator) report(at tf.Range, summary, detail string) {
	key := at.String() + summary
	if !ev.reported[key] {
		ev.reported[key] = true
		ev.diags = append(ev.diags, tf.Diagnostic{Summary: summary, Detail: detail, Range: at, Incomplete: true})
	}
}

// spend takes from what is left, so that no expression takes forever, and all
// of them together do not either.
func (ev *evaluator) spend(n int) {
	if ev.exhausted() {
		return
	}
	var at tf.Range
	if ev.expr != nil {
		n = min(n, ev.left) // what costs more is not done
		ev.left -= n
		at = ev.expr.file.rangeOf(ev.expr.at)
	}
	ev.fuel -= n
	switch {
	case ev.fuel <= 0:
		ev.report(at, "the configuration takes too long to evaluate", "What is left of it, from here on, is taken for unknown. A plan of it can be analysed: terraform plan -out=tfplan")
	case ev.exhausted():
		ev.report(at, "an expression takes too long to evaluate", "Its value is taken for unknown. A plan of the configuration can be analysed: terraform plan -out=tfplan")
	}
}

func (ev *evaluator) exhausted() bool { return ev.fuel <= 0 || ev.expr != nil && ev.left <= 0 }

// value evaluates an expression. One that fails is unknown: it is Terraform's
// to say what is wrong with it.
func (ev *evaluator) value(e hclsyntax.Expression, ctx *hcl.EvalContext) (v cty.Value) {
	if ev.exhausted() {
		return cty.DynamicVal
	}
	if ev.depth++; ev.depth > ev.limits.Evaluation {
		ev.depth--
		ev.report(tf.Range{}, "the configuration refers from one thing to the next too many times to be followed", "What lies beyond is taken for unknown.")
		return cty.DynamicVal
	}
	defer func() {
		ev.depth--
		if recover() != nil {
			// No expression may end the analysis, whatever a library makes of it.
			v = cty.DynamicVal
			at := e.Range()
			ev.report(tf.Range{Root: ev.config.root, File: at.Filename, StartLine: at.Start.Line, StartColumn: at.Start.Column, EndLine: at.End.Line, EndColumn: at.End.Column},
				"an expression cannot be evaluated", "This is an error of tfcheck; its value is taken for unknown.")
		}
	}()
	v, diags := e.Value(ctx)
	if diags.HasErrors() && ev.symbols > 0 && !ev.opaque {
		// It may fail because it takes a symbol for a number, or as a key.
		ev.opaque = true
		v, diags = e.Value(ctx)
		ev.opaque = false
	}
	if diags.HasErrors() || v == cty.NilVal {
		return cty.DynamicVal
	}
	return v
}

// argument evaluates an argument.
func (ev *evaluator) argument(a *arg, ctx *hcl.EvalContext) cty.Value {
	expr, left := ev.expr, ev.left
	ev.expr, ev.left = a, ev.limits.Expression
	v := ev.value(a.expression(), ctx)
	if ev.exhausted() {
		v = cty.DynamicVal
	}
	ev.expr, ev.left = expr, left
	return v
}

// settled evaluates an argument for what it is, not for where it goes.
func (ev *evaluator) settled(a *arg, ctx *hcl.EvalContext) cty.Value {
	return functions.Settle(ev.argument(a, ctx))
}

// cell is a value that is computed once.
type cell struct {
	value cty.Value
	done  bool
}

// once computes a value that a name stands for. One that needs itself is
// unknown.
func (ev *evaluator) once(cells map[string]*cell, name, what string, at tf.Range, compute func() cty.Value) cty.Value {
	c := cells[name]
	if c == nil {
		c = &cell{value: cty.DynamicVal}
		cells[name] = c
		opaque := ev.opaque
		ev.opaque = false
		c.value = ev.bounded(compute(), at)
		c.done, ev.opaque = true, opaque
	} else if !c.done {
		ev.report(at, what+" refers to itself", "Its value is taken for unknown.")
	}
	return c.value
}

// bounded is a value that is not too large to be worked with.
func (ev *evaluator) bounded(v cty.Value, at tf.Range) cty.Value {
	if v.Type().IsPrimitiveType() || v.Type() == cty.DynamicPseudoType {
		return v
	}
	n := sizeOf(v, ev.limits.Value)
	ev.spend(n / 16)
	if n > ev.limits.Value {
		ev.report(at, "a value is too large", "It is taken for unknown.")
		return cty.DynamicVal
	}
	return v
}

// sizeOf is the number of values in a value, or more than most.
func sizeOf(v cty.Value, most int) int {
	v = unmarked(v)
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return 1
	}
	n := 1
	for it := v.ElementIterator(); n <= most && it.Next(); {
		_, e := it.Element()
		n += sizeOf(e, most-n)
	}
	return n
}

// moduleInstance is one instance of a module call, or the root module.
type moduleInstance struct {
	ev     *evaluator
	of     *module
	parent *moduleInstance
	key    string // of the instance
	path   string // with keys
	call   *scope // in which the arguments of the call are evaluated
	scope  *scope // of what stands in the module

	variables, locals, outputs map[string]*cell
	groups                     map[string]*group
	calls                      map[string]*calls
	providers                  map[string]*provider
}

// newModule makes the instance of a module with a key; call is the scope of
// the module block, nil for the root module.
func (ev *evaluator) newModule(of *module, parent *moduleInstance, call *scope, key string) *moduleInstance {
	m := &moduleInstance{
		ev: ev, of: of, parent: parent, key: key, call: call,
		variables: map[string]*cell{}, locals: map[string]*cell{}, outputs: map[string]*cell{},
		groups: map[string]*group{}, calls: map[string]*calls{}, providers: map[string]*provider{},
	}
	if parent != nil {
		m.path = strings.TrimPrefix(parent.path+".module."+of.block.labels[0]+key, ".")
	}
	m.scope = newScope(m, nil)
	return m
}

func (m *moduleInstance) spend(n int)     { m.ev.spend(n) }
func (m *moduleInstance) exhausted() bool { return m.ev.exhausted() }

// local is the value of a local.
func (m *moduleInstance) local(name string) cty.Value {
	a := m.of.source.locals[name]
	if a == nil {
		return cty.DynamicVal
	}
	return m.ev.once(m.locals, name, "local."+name, a.file.rangeOf(a.at), func() cty.Value {
		return m.ev.argument(a, m.scope.ctx)
	})
}

// attribute is the value of an output; a lazy object has it.
func (m *moduleInstance) attribute(name string) cty.Value {
	if m.of.source == nil {
		return cty.DynamicVal
	}
	b := m.of.source.outputs[name]
	if b == nil || b.args["value"] == nil {
		return cty.DynamicVal
	}
	a := b.args["value"]
	return m.ev.once(m.outputs, name, "output "+name, a.file.rangeOf(a.at), func() cty.Value {
		v := m.ev.argument(a, m.scope.ctx)
		if sensitive := b.args["sensitive"]; sensitive != nil && isTrue(m.ev.argument(sensitive, m.scope.ctx)) {
			v = v.Mark(functions.Sensitive)
		}
		return v
	})
}

// object is all of the outputs.
func (m *moduleInstance) object() cty.Value {
	if m.of.source == nil {
		return cty.DynamicVal
	}
	all := map[string]cty.Value{}
	for name := range m.of.source.outputs {
		all[name] = m.attribute(name)
	}
	return cty.ObjectVal(all)
}

func isTrue(v cty.Value) bool {
	s, ok := textOf(unmarked(v))
	return ok && s == "true"
}

// scope is where an expression stands: the module instance, and the instance
// of the block in it.
type scope struct {
	module *moduleInstance
	ctx    *hcl.EvalContext
	repeat *repeat // nil outside of what has count or for_each
}

// repeat is what count and each mean.
type repeat struct {
	arg               *arg   // count or for_each
	in                *scope // where it stands
	count, key, value cty.Value
}

func newScope(m *moduleInstance, r *repeat) *scope {
	s := &scope{module: m, repeat: r}
	s.ctx = &hcl.EvalContext{Functions: m.ev.functions, Variables: map[string]cty.Value{scopeName: cty.CapsuleVal(scopeType, s)}}
	return s
}

// lookUp is the value of a reference.
func (s *scope) lookUp(t hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	v, diags := s.find(t)
	if s.module.ev.opaque {
		v = functions.Opaque(v)
	}
	return v, diags
}

func (s *scope) find(t hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	m := s.module
	if m.spend(1); m.exhausted() {
		return cty.DynamicVal, nil
	}
	root := t.RootName()
	name, rest, ok := nextName(t[1:])
	if !ok {
		return cty.DynamicVal, nil
	}
	var v cty.Value
	switch root {
	case "var":
		v = m.variable(name)
	case "local":
		v = m.local(name)
	case "module":
		c := m.moduleCalls(name)
		if c == nil {
			return cty.DynamicVal, nil
		}
		return c.lookUp(rest)
	case "each", "count":
		v = s.repeated(root, name)
	case "path":
		v = m.folder(name)
	case "terraform":
		v = cty.UnknownVal(cty.String)
		if w := m.ev.workspace(); w != "" && (name == "workspace" || name == "env") {
			v = cty.StringVal(w)
		}
	case "data":
		typ := name
		if name, rest, ok = nextName(rest); ok {
			return m.group("data." + typ + "." + name).lookUp(rest)
		}
		return cty.DynamicVal, nil
	case "self", "ephemeral":
		return cty.DynamicVal, nil
	default:
		return m.group(root + "." + name).lookUp(rest)
	}
	return follow(v, rest)
}

// nextName takes the next name off a traversal.
func nextName(steps []hcl.Traverser) (name string, rest []hcl.Traverser, ok bool) {
	if len(steps) == 0 {
		return "", nil, false
	}
	a, ok := steps[0].(hcl.TraverseAttr)
	return a.Name, steps[1:], ok
}

// repeated is the value of each.key and the like.
func (s *scope) repeated(root, name string) cty.Value {
	r := s.repeat
	switch {
	case r == nil:
		return cty.DynamicVal
	case root == "count" && r.count != cty.NilVal:
		return r.count
	case root == "each" && name == "key" && r.key != cty.NilVal:
		return r.key
	case root == "each" && name == "value" && r.value != cty.NilVal:
		return r.value
	}
	return cty.DynamicVal
}

// folder is the value of path.module and the like.
func (m *moduleInstance) folder(name string) cty.Value {
	switch name {
	case "root":
		return cty.StringVal(".")
	case "module":
		return cty.StringVal(relativeTo(m.ev.root.of.source.dir, m.of.source.dir))
	}
	return cty.UnknownVal(cty.String)
}

// relativeTo is a folder as seen from another.
func relativeTo(from, to string) string {
	a, b := steps(from), steps(to)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	up := slices.Repeat([]string{".."}, len(a))
	return path.Join(append(append([]string{"."}, up...), b...)...)
}

func steps(folder string) []string {
	if folder == "." || folder == "" {
		return nil
	}
	return strings.Split(folder, "/")
}

// workspace is the selected workspace; that of a plan is empty unless it says
// so, since another may be selected by now.
func (ev *evaluator) workspace() string {
	switch {
	case ev.opts.Workspace != "":
		return ev.opts.Workspace
	case ev.opts.Known != nil:
		return ev.opts.Known.Workspace()
	case ev.config.workspace != "":
		return ev.config.workspace
	}
	return "default"
}

// calls are the instances of a module call.
type calls struct {
	of        *module
	expansion *expansion
	instances []*moduleInstance
	whole     cty.Value
}

// moduleCalls are the instances of a call in a module; nil where there is no
// such call.
func (m *moduleInstance) moduleCalls(name string) *calls {
	if c, ok := m.calls[name]; ok {
		return c
	}
	of := m.ev.config.modules[strings.TrimPrefix(m.of.path+".module."+name, ".")]
	if of == nil || of.block == nil {
		m.calls[name] = nil
		return nil
	}
	c := &calls{of: of, whole: cty.DynamicVal, expansion: &expansion{}}
	m.calls[name] = c // with no instances while it is being expanded: a cycle
	c.expansion = m.expand(of.block, "module."+name, func() ([]string, bool) { return nil, false })
	if c.expansion.unknown && m.ev.opts.Known != nil {
		c.expansion = m.expand(of.block, "module."+name, func() ([]string, bool) { return m.ev.opts.Known.Modules(m.path, name) })
	}
	for i, key := range c.expansion.keys {
		c.instances = append(c.instances, m.ev.newModule(of, m, newScope(m, c.expansion.repeats[i]), key))
	}
	objects := make([]cty.Value, len(c.instances))
	for i, instance := range c.instances {
		objects[i] = lazyObject(instance)
	}
	c.whole = c.expansion.collect(objects)
	return c
}

// lookUp follows a reference to the call.
func (c *calls) lookUp(rest []hcl.Traverser) (cty.Value, hcl.Diagnostics) {
	if c.expansion.unknown && len(c.instances) == 1 {
		// Whatever the key, the one instance stands for it.
		if len(rest) > 1 {
			if _, isIndex := rest[0].(hcl.TraverseIndex); isIndex {
				return follow(lazyObject(c.instances[0]), rest[1:])
			}
		}
	}
	return follow(c.whole, rest)
}

// expansion is what count or for_each makes of a block.
type expansion struct {
	kind    expansionKind
	keys    []string
	repeats []*repeat
	// unknown is set when nobody knows the keys: one instance stands for all.
	unknown bool
	because *string // what that depends on, once asked for
}

// cause is what an unknown count or for_each in a scope depends on.
func (x *expansion) cause(in *scope) string {
	if x.because == nil {
		cause := causeOf(x.repeats[0].arg, in)
		x.because = &cause
	}
	return *x.because
}

type expansionKind uint8

const (
	single expansionKind = iota
	counted
	mapped
)

// unknownKey is the key of the instance that stands for those of an unknown
// count or for_each. No instance of Terraform's has it.
const unknownKey = "[*]"

// expand finds the instances of a block. known are the keys that a plan shows.
func (m *moduleInstance) expand(b *block, what string, known func() ([]string, bool)) *expansion {
	if a := b.args["count"]; a != nil {
		return m.expandCount(a, what, known)
	}
	if a := b.args["for_each"]; a != nil {
		return m.expandEach(a, what, known)
	}
	return &expansion{keys: []string{""}, repeats: []*repeat{nil}}
}

func (m *moduleInstance) expandCount(a *arg, what string, known func() ([]string, bool)) *expansion {
	x := &expansion{kind: counted}
	add := func(key string, index cty.Value) {
		x.keys = append(x.keys, key)
		x.repeats = append(x.repeats, &repeat{arg: a, in: m.scope, count: index})
	}
	if keys, ok := known(); ok {
		for _, key := range keys {
			index := cty.UnknownVal(cty.Number)
			if text, number, ok := tf.ParseKey(key); ok && number {
				index = cty.MustParseNumberVal(text)
			}
			add(key, index)
		}
		return x
	}
	n, ok := wholeNumber(m.ev.settled(a, m.scope.ctx))
	if !ok || !m.ev.room(n, what, a) {
		add(unknownKey, cty.UnknownVal(cty.Number).RefineNotNull())
		x.unknown = true
		return x
	}
	for i := range n {
		add(fmt.Sprintf("[%d]", i), cty.NumberIntVal(int64(i)))
	}
	return x
}

func (m *moduleInstance) expandEach(a *arg, what string, known func() ([]string, bool)) *expansion {
	x := &expansion{kind: mapped}
	add := func(key string, k, v cty.Value) {
		x.keys = append(x.keys, key)
		x.repeats = append(x.repeats, &repeat{arg: a, in: m.scope, key: k, value: v})
	}
	each := m.ev.settled(a, m.scope.ctx)
	elements, ok := eachOf(each)
	for key, v := range elements {
		elements[key] = v.WithSameMarks(each)
	}
	if keys, shown := known(); shown {
		for _, key := range keys {
			text, _, _ := tf.ParseKey(key)
			v, found := elements[text]
			if !found {
				v = cty.DynamicVal.WithSameMarks(each)
			}
			add(key, cty.StringVal(text), v)
		}
		return x
	}
	if !ok || !m.ev.room(len(elements), what, a) {
		add(unknownKey, cty.UnknownVal(cty.String).RefineNotNull(), cty.DynamicVal)
		x.unknown = true
		return x
	}
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		add(tf.QuoteKey(key), cty.StringVal(key), elements[key])
	}
	return x
}

// room reports whether there may be n instances more.
func (ev *evaluator) room(n int, what string, a *arg) bool {
	if ev.instances += n; ev.instances > ev.limits.Instances || n > ev.limits.Instances {
		ev.instances -= n
		ev.report(a.file.rangeOf(a.at), fmt.Sprintf("there are more than %d instances", ev.limits.Instances), "Those of "+what+" are looked at as one. A plan of the configuration can be analysed: terraform plan -out=tfplan")
		return false
	}
	return true
}

// wholeNumber is a known number that is not negative.
func wholeNumber(v cty.Value) (int, bool) {
	text, ok := textOf(unmarked(v))
	if !ok {
		return 0, false
	}
	n := tf.NumberValue(text).AsInt()
	i, ok := n.Known()
	return i, ok && i >= 0
}

// eachOf are the elements of a for_each by their keys; ok is false unless all
// of them are known.
func eachOf(v cty.Value) (elements map[string]cty.Value, ok bool) {
	v = unmarked(v)
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() || v.Type().IsListType() || v.Type().IsTupleType() && v.LengthInt() > 0 {
		return nil, false
	}
	if lazyOf(v) != nil {
		return nil, false
	}
	elements = map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if v.Type().IsSetType() {
			key = value
		}
		if _, ok := symbolOf(key); ok {
			return nil, false
		}
		text, ok := textOf(unmarked(key))
		if !ok || key.Type() != cty.String {
			return nil, false
		}
		elements[text] = value
	}
	return elements, true
}

// collect makes one value of what the instances are.
func (x *expansion) collect(objects []cty.Value) cty.Value {
	switch {
	case x.unknown:
		return cty.DynamicVal
	case x.kind == single && len(objects) == 1:
		return objects[0]
	case x.kind == counted:
		return cty.TupleVal(objects)
	}
	all := map[string]cty.Value{}
	for i, o := range objects {
		all[x.repeats[i].key.AsString()] = o
	}
	return cty.ObjectVal(all)
}
