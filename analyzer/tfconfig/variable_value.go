package tfconfig

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfconfig/functions"
)

// given is the value that somebody gives to a root variable.
type given struct {
	expr hcl.Expression // nil for a text or an input
	text string
	in   *Input   // that a unit of Terragrunt gives
	at   tf.Range // zero on the command line and in the environment
	from string   // in words, where there is no place
}

// values are the values given to the root variables, in Terraform's order of
// precedence: the environment, into which Terragrunt puts its inputs unless
// they are there, terraform.tfvars, *.auto.tfvars, the command line.
func (ev *evaluator) values() map[string]given {
	all := map[string]given{}
	for name, in := range ev.opts.Inputs {
		all[name] = given{in: &in, at: in.Range}
	}
	for name, value := range ev.opts.Environment {
		all[name] = given{text: value, from: "TF_VAR_" + name}
	}
	for _, f := range ev.config.valueFiles {
		f.give(all)
	}
	for _, a := range ev.opts.Assignments {
		if a.File == "" {
			all[a.Name] = given{text: a.Value, from: "--var"}
			continue
		}
		f := &file{path: a.File, src: a.Content}
		for _, d := range f.assign() {
			d.Severity, d.Incomplete = tf.Error, true
			ev.diags = append(ev.diags, d)
		}
		f.give(all)
	}
	return all
}

func (f *file) give(all map[string]given) {
	for name, a := range f.given {
		all[name] = given{expr: a.Expr, at: f.rangeOf(a.Range)}
	}
}

// declaration is what a variable block says of the values.
type declaration struct {
	constraint cty.Type
	defaults   *typeexpr.Defaults
	nullable   bool
	sensitive  bool
}

func (ev *evaluator) declaration(b *block, ctx *hcl.EvalContext) declaration {
	d := declaration{constraint: cty.DynamicPseudoType, nullable: true}
	if a := b.args["type"]; a != nil {
		if ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.expr); !diags.HasErrors() {
			d.constraint, d.defaults = ty, defaults
		}
	}
	if a := b.args["nullable"]; a != nil {
		d.nullable = isTrue(ev.argument(a, ctx))
	}
	if a := b.args["sensitive"]; a != nil {
		d.sensitive = isTrue(ev.argument(a, ctx))
	}
	return d
}

// conform brings a value into the declared type; what does not fit is unknown.
func (d declaration) conform(v cty.Value) cty.Value {
	converted, err := d.convert(v)
	if err != nil {
		return cty.UnknownVal(d.constraint.WithoutOptionalAttributesDeep())
	}
	return converted
}

// convert brings a value into the declared type, if it fits.
func (d declaration) convert(v cty.Value) (cty.Value, error) {
	v = completed(v, d.constraint)
	if d.defaults != nil && !v.IsNull() {
		v = applied(d.defaults, v)
	}
	return convert.Convert(v, d.constraint)
}

// applied is a value with the defaults of its type; the library cannot apply
// them to what is marked.
func applied(defaults *typeexpr.Defaults, v cty.Value) cty.Value {
	plain, marks := v.UnmarkDeepWithPaths()
	return defaults.Apply(plain).MarkWithPaths(slices.DeleteFunc(marks, func(m cty.PathValueMarks) bool {
		_, err := m.Path.Apply(defaults.Apply(plain))
		return err != nil
	}))
}

// completed gives lazy objects the attributes that a type asks for.
func completed(v cty.Value, ty cty.Type) cty.Value {
	if o := lazyOf(v); o != nil {
		switch {
		case ty.IsObjectType():
			all := map[string]cty.Value{}
			for name, inner := range ty.AttributeTypes() {
				all[name] = completed(o.attribute(name), inner)
			}
			return cty.ObjectVal(all).WithSameMarks(v)
		case ty.IsMapType():
			return o.object().WithSameMarks(v)
		}
		return v
	}
	plain, marks := v.Unmark()
	if !plain.IsKnown() || plain.IsNull() || !plain.CanIterateElements() || !holdsLazy(plain) {
		return v
	}
	inner := func(name string) cty.Type {
		switch {
		case ty.IsCollectionType():
			return ty.ElementType()
		case ty.IsObjectType() && ty.HasAttribute(name):
			return ty.AttributeType(name)
		}
		return cty.DynamicPseudoType
	}
	if plain.Type().IsObjectType() || plain.Type().IsMapType() {
		all := map[string]cty.Value{}
		for it := plain.ElementIterator(); it.Next(); {
			k, e := it.Element()
			all[k.AsString()] = completed(e, inner(k.AsString()))
		}
		return cty.ObjectVal(all).WithMarks(marks)
	}
	var all []cty.Value
	for it := plain.ElementIterator(); it.Next(); {
		_, e := it.Element()
		all = append(all, completed(e, inner("")))
	}
	return cty.TupleVal(all).WithMarks(marks)
}

// holdsLazy reports whether the type of a value has a place for lazy objects.
func holdsLazy(v cty.Value) bool {
	return typeHoldsLazy(v.Type())
}

func typeHoldsLazy(ty cty.Type) bool {
	switch {
	case ty.IsObjectType():
		if ty.HasAttribute(lazyName) {
			return true
		}
		for _, inner := range ty.AttributeTypes() {
			if typeHoldsLazy(inner) {
				return true
			}
		}
	case ty.IsTupleType():
		return slices.ContainsFunc(ty.TupleElementTypes(), typeHoldsLazy)
	case ty.IsCollectionType():
		return typeHoldsLazy(ty.ElementType())
	}
	return false
}

// variable is the value of a variable.
func (m *moduleInstance) variable(name string) cty.Value {
	b := m.of.source.variables[name]
	if b == nil {
		return cty.DynamicVal
	}
	return m.ev.once(m.variables, name, "var."+name, b.file.rangeOf(b.header), func() cty.Value {
		d := m.ev.declaration(b, m.scope.ctx)
		var v cty.Value
		if m.parent == nil {
			v = m.ev.rootVariable(name, b, d)
		} else {
			v = m.passed(name, b, d)
		}
		if d.sensitive {
			v = v.Mark(functions.Sensitive)
		}
		return v
	})
}

// passed is the value that the call of a module gives to a variable.
func (m *moduleInstance) passed(name string, b *block, d declaration) cty.Value {
	a := m.of.block.args[name]
	if a == nil {
		if v, ok := m.ev.fallback(b, d, m.scope.ctx); ok {
			return v
		}
		return cty.UnknownVal(d.constraint.WithoutOptionalAttributesDeep())
	}
	v := m.ev.argument(a, m.call.ctx)
	if unmarked(v).IsNull() && !d.nullable {
		if v, ok := m.ev.fallback(b, d, m.scope.ctx); ok {
			return v
		}
	}
	return d.conform(v)
}

// fallback is the default of a variable.
func (ev *evaluator) fallback(b *block, d declaration, ctx *hcl.EvalContext) (cty.Value, bool) {
	a := b.args["default"]
	if a == nil {
		return cty.NilVal, false
	}
	return d.conform(ev.argument(a, ctx)), true
}

// rootVariable is the value of a variable of the root module.
func (ev *evaluator) rootVariable(name string, b *block, d declaration) cty.Value {
	unknown := cty.UnknownVal(d.constraint.WithoutOptionalAttributesDeep())
	if ev.opts.Known != nil {
		if planned, ok := ev.opts.Known.Variable(name); ok {
			v := d.conform(fromPlan(planned))
			ev.notice(v)
			ev.knows(name, d, v)
			return ev.trace(name, v)
		}
	}
	g, ok := ev.given[name]
	if !ok {
		g, ok = ev.said(name, d)
	}
	if !ok {
		v, ok := ev.fallback(b, d, ev.root.scope.ctx)
		if !ok {
			ev.unset = append(ev.unset, name)
			return unknown
		}
		return ev.trace(name, v)
	}
	// What was given may be a secret: the message does not repeat it (U-19).
	misfit := func() cty.Value {
		at := g.at
		if at == (tf.Range{}) {
			at = b.file.rangeOf(b.header)
		}
		ev.report(at, "the value of var."+name+" does not fit its type", "Give it one of type "+typeexpr.TypeString(d.constraint)+". What depends on it is not known.")
		return unknown
	}
	v, ok := g.value(d)
	if !ok {
		return misfit()
	}
	if g.in != nil && g.in.Value.IsUnknown() && !g.in.Foreign {
		ev.report(g.at, "the input "+name+" of terragrunt is not known", "What it takes is not run here. Give it with --var "+name+"=VALUE or --var-file FILE. What depends on it is not known.")
	}
	if v.IsNull() && !d.nullable {
		if v, ok := ev.fallback(b, d, ev.root.scope.ctx); ok {
			return ev.trace(name, v)
		}
	}
	converted, err := d.convert(v)
	if err != nil {
		return misfit()
	}
	ev.notice(converted)
	ev.knows(name, d, converted)
	return ev.trace(name, converted)
}

func variableFact(name string) tf.Fact {
	return tf.Fact{ID: "variable:" + name, Text: "the value of var." + name}
}

// said is the value that people say a root variable has to which nothing else
// gives one. Like that of --var it goes before the default.
func (ev *evaluator) said(name string, d declaration) (given, bool) {
	if ev.opts.Answers == nil {
		return given{}, false
	}
	fact := variableFact(name)
	text, ok := ev.opts.Answers.Answer(fact.ID, "value")
	if !ok {
		return given{}, false
	}
	shown := text
	if d.sensitive {
		shown = "(sensitive)" // U-19
	}
	ev.assumed = append(ev.assumed, &tf.Assumption{
		ID: "given:" + fact.ID, Text: "as a given block says, value of variable " + name + " is " + shown,
	})
	g := given{text: text, from: "a given block"}
	ev.given[name] = g
	return g, true
}

// knows tells what else gives a root variable its value. That of a secret is not
// repeated (U-19).
func (ev *evaluator) knows(name string, d declaration, v cty.Value) {
	if ev.opts.Answers == nil || d.sensitive || ev.given[name].from == "a given block" {
		return
	}
	plain, _ := v.UnmarkDeep()
	if text, ok := textOf(plain); ok {
		ev.opts.Answers.Knows(variableFact(name).ID, "value", text)
	}
}

// notice counts a value that is handed in as one with symbols, if it has any.
func (ev *evaluator) notice(v cty.Value) {
	if functions.HasSymbol(v) {
		ev.symbols++
	}
}

// value evaluates what was given. A text is taken literally for a variable of
// a primitive type or of none, and is an expression for any other.
func (g given) value(d declaration) (cty.Value, bool) {
	if g.in != nil {
		v := fromPlan(g.in.Value)
		if _, ok := symbolOf(v); ok && !d.constraint.IsPrimitiveType() && d.constraint != cty.DynamicPseudoType {
			v = cty.DynamicVal // a collection of which nothing is known
		}
		return v, true
	}
	e := g.expr
	if e == nil {
		if d.constraint.IsPrimitiveType() || d.constraint == cty.DynamicPseudoType {
			return cty.StringVal(g.text), true
		}
		tokens, _ := hclsyntax.LexExpression([]byte(g.text), g.from, hcl.InitialPos)
		if tooDeep(tokens) {
			return cty.NilVal, false
		}
		parsed, diags := hclsyntax.ParseExpression([]byte(g.text), g.from, hcl.InitialPos)
		if diags.HasErrors() {
			return cty.NilVal, false
		}
		e = parsed
	}
	v, diags := e.Value(nil)
	return v, !diags.HasErrors() && v != cty.NilVal
}

// isValues reports whether Terraform reads a file of values by itself, after
// terraform.tfvars.
func isValues(name string) bool {
	return strings.HasSuffix(name, ".auto.tfvars") || strings.HasSuffix(name, ".auto.tfvars.json")
}

// variableFiles reads the files of values beside the root module, in
// Terraform's order: a later one wins.
func (l *loader) variableFiles(dir string) {
	names, err := l.list(dir)
	if err != nil {
		return // reported with the root module
	}
	files := slices.DeleteFunc([]string{"terraform.tfvars", "terraform.tfvars.json"}, func(name string) bool { return !slices.Contains(names, name) })
	for _, name := range names {
		if isValues(name) {
			files = append(files, name)
		}
	}
	for _, name := range files {
		f := &file{root: l.root, path: path.Join(dir, name)}
		if f.src, err = l.read(f.path); err != nil {
			l.warn(f.whole(), "the file cannot be read", sentence(tf.Reason(err)))
			continue
		}
		l.diags = append(l.diags, f.assign()...)
		l.config.valueFiles = append(l.config.valueFiles, f)
		for name, a := range f.given {
			l.config.values[name] = f.rangeOf(a.Range)
		}
	}
}
