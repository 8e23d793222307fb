package tfconfig

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// UnitFiles are the files that make a folder a unit of Terragrunt: the first of
// them that is there.
var UnitFiles = []string{"terragrunt.hcl", "terragrunt.hcl.json"}

// valuesFile holds what a stack of Terragrunt hands to a unit that it makes.
const valuesFile = "terragrunt.values.hcl"

// Unit is a unit of Terragrunt: what its terragrunt.hcl, with the files that it
// includes, hands to the root module. It is evaluated as everything else here
// is: nothing is run, and what that would take is unknown.
type Unit struct {
	config *Config // its root module holds the locals of terragrunt.hcl
	folder string
	own    *unitFile
	values *unitFile            // nil where no stack made the unit
	files  map[string]*unitFile // by name; nil for one that cannot be read
	diags  []tf.Diagnostic
	above  int
}

// Above is by how many folders what the unit refers to lies above the
// repository, so that it was not read.
func (u *Unit) Above() int { return u.above }

// Dependency is another unit whose outputs a unit uses.
type Dependency struct {
	Name   string
	Folder string // in the repository; empty where it is not known
	Range  tf.Range
}

// Input is the value that a unit gives to a root variable.
type Input struct {
	Value tf.Value
	Range tf.Range
	// Foreign is set where it comes from a dependency that is not known.
	Foreign bool
}

// unitFile is a parsed file of Terragrunt.
type unitFile struct {
	*file
	source     *source // with the locals
	attributes map[string]*arg
	inputs     map[string]*arg
}

// LoadUnit reads the unit in a folder at or below the folder root of the
// repository; nil where there is none. Nothing outside root is read, by
// symbolic links neither.
func LoadUnit(dir, root string, limits Limits) (*Unit, []tf.Diagnostic) {
	rel, err := relative(dir, root)
	if err != nil {
		return nil, nil
	}
	open, err := os.OpenRoot(root)
	if err != nil {
		return nil, nil
	}
	return LoadUnitFS(Tree{open.FS(), tf.RootAt(root)}, rel, limits)
}

// mostUnitWork bounds the evaluation of a unit, which is evaluated several
// times and has no resources.
const mostUnitWork = 100_000

// LoadUnitFS reads the unit in the folder dir of the repository.
func LoadUnitFS(files Tree, dir string, limits Limits) (*Unit, []tf.Diagnostic) {
	limits.Work = min(limits.Work, mostUnitWork)
	u := &Unit{config: newConfig(), folder: dir, files: map[string]*unitFile{}}
	u.config.fsys, u.config.root, u.config.limits = files.FS, files.Root, limits
	is := func(name string) bool {
		_, err := fs.Stat(files, path.Join(dir, name))
		return err == nil
	}
	i := slices.IndexFunc(UnitFiles, is)
	if i < 0 {
		return nil, nil
	}
	if u.own = u.file(path.Join(dir, UnitFiles[i])); u.own == nil {
		return nil, u.diags
	}
	if is(valuesFile) {
		u.values = u.file(path.Join(dir, valuesFile))
	}
	u.config.modules[""] = &module{source: u.own.source}
	u.Dependencies() // reads every file
	return u, u.diags
}

// Range is the unit's file.
func (u *Unit) Range() tf.Range { return tf.Range{Root: u.config.root, File: u.own.path} }

// file parses a file, once; it is nil for one that cannot be read.
func (u *Unit) file(name string) *unitFile {
	if f, ok := u.files[name]; ok {
		return f
	}
	u.files[name] = nil
	if len(u.files) > u.config.limits.Modules {
		return nil
	}
	src, err := readFile(u.config.fsys, name, u.config.limits.FileSize)
	f := &unitFile{
		file: &file{root: u.config.root, path: name, src: src}, attributes: map[string]*arg{}, inputs: map[string]*arg{},
		source: &source{dir: u.folder, locals: map[string]*arg{}},
	}
	if err != nil {
		u.warn(f.whole(), "the file cannot be read", sentence(tf.Reason(err)))
		return nil
	}
	diags, deep := f.parse()
	if deep {
		u.warn(f.whole(), "the file is nested too deeply to be read", "What it hands to its root module is not known.")
		return nil
	}
	for _, d := range f.diagnostics("unit", diags) {
		u.warn(d.Range, d.Summary, d.Detail)
	}
	for _, b := range f.blocks {
		if b.typ == "locals" {
			maps.Copy(f.source.locals, b.args)
		}
	}
	u.files[name] = f
	return f
}

// unitLabels are the blocks that are read from JSON, with their number of
// labels.
var unitLabels = map[string]int{"dependency": 1, "include": 1, "locals": 0, "terraform": 0}

// parse reads the blocks and attributes of a file of either syntax; deep is set
// for one that is nested too deeply.
func (f *unitFile) parse() (diags hcl.Diagnostics, deep bool) {
	if strings.HasSuffix(f.path, ".json") {
		if jsonTooDeep(f.src) {
			return nil, true
		}
		parsed, diags := json.Parse(f.src, f.path)
		if parsed == nil || diags.HasErrors() {
			return diags, false
		}
		attributes, diags := parsed.Body.JustAttributes()
		for name, a := range attributes {
			if depth, ok := unitLabels[name]; ok {
				f.unpack(name, nil, a.NameRange, a.Expr, depth)
			} else {
				f.attributes[name] = &arg{file: f.file, name: name, at: a.Range, expr: a.Expr}
			}
		}
		return diags, false
	}
	if tokens, _ := hclsyntax.LexConfig(f.src, f.path, hcl.InitialPos); tooDeep(tokens) {
		return nil, true
	}
	parsed, diags := hclsyntax.ParseConfig(f.src, f.path, hcl.InitialPos)
	if parsed == nil {
		return diags, false
	}
	body := parsed.Body.(*hclsyntax.Body)
	for name, a := range body.Attributes {
		f.attributes[name] = &arg{file: f.file, name: name, at: a.SrcRange, expr: a.Expr}
	}
	for _, b := range body.Blocks {
		f.blocks = append(f.blocks, nativeBlock(f.file, b))
	}
	return diags, false
}

func (u *Unit) warn(at tf.Range, summary, detail string) {
	u.diags = append(u.diags, tf.Diagnostic{Summary: summary, Detail: detail, Range: at, Incomplete: true})
}

// Inputs are the values that the unit gives to root variables, where outputs
// are those of its dependencies that are known, by the name of the dependency.
// What is not known of them has a foreign identity; open are the dependencies
// that it comes from.
func (u *Unit) Inputs(outputs map[string]tf.Value) (inputs map[string]Input, open []Dependency) {
	r := u.read(outputs, false)
	inputs = map[string]Input{}
	for name, in := range r.inputs() {
		_, marks := in.value.UnmarkDeep()
		inputs[name] = Input{r.value(in.value), in.at, holdsOutput(marks)}
	}
	return inputs, r.dependencies(r.open)
}

// Dependencies are those that the inputs use.
func (u *Unit) Dependencies() []Dependency {
	_, used := u.Inputs(nil)
	return used
}

// Source is where the root module lies, as it is written, and its folder in the
// repository: empty where it does not lie there. Without a source it is the
// folder of the unit.
func (u *Unit) Source() (written, folder string) {
	r := u.read(nil, false)
	for _, m := range r.merged() {
		for _, b := range m.file.blocks {
			if b.typ != "terraform" || b.args["source"] == nil {
				continue
			}
			text, ok := textOf(unmarked(r.ev.settled(b.args["source"], m.scope.ctx)))
			if !ok {
				return "unknown", ""
			}
			if name, inside := inRepository(text); inside {
				return text, u.local(name, ".")
			}
			if !isLocal(text) && text != "." && text != ".." {
				return text, ""
			}
			return text, u.local(text, u.folder)
		}
	}
	return "", u.folder
}

// local is a folder whose path is written with two slashes before what lies in
// the copy of it; empty where it leads out of the repository.
func (u *Unit) local(text, from string) string {
	text, _, _ = strings.Cut(text, "?")
	folder, ok := u.within(path.Join(from, text))
	if !ok {
		return ""
	}
	if info, err := fs.Stat(u.config.fsys, folder); err != nil || !info.IsDir() {
		return ""
	}
	return folder
}

// reading is one evaluation of a unit.
type reading struct {
	unit    *Unit
	ev      *evaluator
	outputs map[string]tf.Value // of dependencies, by name
	// mocks is set where mock_outputs stand for the outputs, as they may in a
	// plan.
	mocks   bool
	own     *unitModule
	parsed  map[*unitFile]*unitModule // those that were read by a function
	blocks  map[string]*unitDependency
	open    map[string]bool // dependencies of which something is not known
	include []*unitInclude
}

// unitModule is a file in an evaluation: a module of locals, with functions of
// its own.
type unitModule struct {
	*moduleInstance
	reading *reading
	file    *unitFile
	dir     string // that get_terragrunt_dir gives
	values  map[string]*cell
	parent  string // the file that it is as an included one, or empty
}

// unitInclude is a file that the unit includes.
type unitInclude struct {
	label    string
	module   *unitModule
	strategy string
}

// unitDependency is a dependency block.
type unitDependency struct {
	block  *block
	module *unitModule
	// over is the block of an included file that it is merged deeply with.
	over *unitDependency
}

// argument is an argument of the block, with where it stands.
func (d *unitDependency) argument(name string) (*arg, *unitModule) {
	for ; d != nil; d = d.over {
		if a := d.block.args[name]; a != nil {
			return a, d.module
		}
	}
	return nil, nil
}

func (u *Unit) read(outputs map[string]tf.Value, mocks bool) *reading {
	r := &reading{unit: u, outputs: outputs, mocks: mocks, parsed: map[*unitFile]*unitModule{}, blocks: map[string]*unitDependency{}, open: map[string]bool{}}
	r.ev = newEvaluator(u.config, Options{Wanted: nothing{}})
	r.own = r.module(u.own, u.folder, "")
	for _, b := range u.own.blocks {
		if b.typ == "include" && b.args["path"] != nil {
			r.includes(b)
		}
	}
	for _, m := range slices.Backward(r.merged()) {
		for _, b := range m.file.blocks {
			if b.typ != "dependency" || len(b.labels) != 1 {
				continue
			}
			d := &unitDependency{block: b, module: m} // the unit's own wins
			if over := r.blocks[b.labels[0]]; over != nil && r.isDeep(over.module) {
				d.over = over
			}
			r.blocks[b.labels[0]] = d
		}
	}
	return r
}

func (r *reading) includes(b *block) {
	text, _ := textOf(unmarked(r.ev.settled(b.args["path"], r.own.scope.ctx)))
	name, ok := r.own.name(text)
	if !ok {
		return
	}
	f := r.unit.file(name)
	if f == nil {
		return
	}
	i := &unitInclude{module: r.module(f, r.unit.folder, name), strategy: "shallow"}
	if len(b.labels) == 1 {
		i.label = b.labels[0]
	}
	if a := b.args["merge_strategy"]; a != nil {
		i.strategy, _ = textOf(unmarked(r.ev.settled(a, r.own.scope.ctx)))
	}
	r.include = append(r.include, i)
}

// module is a file in the evaluation.
func (r *reading) module(f *unitFile, dir, parent string) *unitModule {
	m := &unitModule{moduleInstance: r.ev.newModule(&module{source: f.source}, nil, nil, ""), reading: r, file: f, dir: dir, values: map[string]*cell{}, parent: parent}
	m.scope.ctx.Functions = m.functionTable()
	m.scope.ctx.Variables["dependency"] = lazyObject(unitDependencies{m})
	m.scope.ctx.Variables["include"] = lazyObject(unitIncludes{r})
	m.scope.ctx.Variables["values"] = lazyObject(unitValues{m})
	return m
}

// merged are the files whose inputs count, the unit's own first: the first that
// says something wins.
func (r *reading) merged() []*unitModule {
	all := []*unitModule{r.own}
	for _, i := range r.include {
		if i.strategy != "no_merge" {
			all = append(all, i.module)
		}
	}
	return all
}

// isDeep reports whether a file is merged deeply.
func (r *reading) isDeep(m *unitModule) bool {
	return slices.ContainsFunc(r.include, func(i *unitInclude) bool { return i.module == m && i.strategy == "deep" })
}

// unitInput is an input as it is evaluated.
type unitInput struct {
	value cty.Value
	at    tf.Range
}

// inputs are those of the unit, with those of the files that it includes.
func (r *reading) inputs() map[string]unitInput {
	all := map[string]unitInput{}
	for _, m := range r.merged() {
		for name, in := range m.inputs() {
			own, ok := all[name]
			switch {
			case !ok:
				all[name] = in
			case r.isDeep(m):
				all[name] = unitInput{deepMerged(in.value, own.value), own.at}
			}
		}
	}
	return all
}

// inputs are those of a file. Each is evaluated on its own where it is written
// on its own, so that one that fails leaves the others.
func (m *unitModule) inputs() map[string]unitInput {
	all := map[string]unitInput{}
	a := m.file.attributes["inputs"]
	if a == nil {
		return all
	}
	at := m.file.rangeOf(a.at)
	pairs, diags := hcl.ExprMap(a.expr)
	if written := properties(a.expr); !diags.HasErrors() && len(written) == len(pairs) {
		for _, p := range written {
			one := m.file.input(p)
			at := m.file.rangeOf(one.at)
			v := m.ev.once(m.variables, p.name, "the input "+p.name, at, func() cty.Value { return m.ev.settled(one, m.scope.ctx) })
			all[p.name] = unitInput{v, at}
		}
		return all
	}
	v, marks := m.ev.once(m.outputs, "inputs", "inputs", at, func() cty.Value { return expanded(m.ev.settled(a, m.scope.ctx)) }).Unmark()
	if ty := v.Type(); v.IsKnown() && !v.IsNull() && (ty.IsObjectType() || ty.IsMapType()) {
		for name, e := range v.AsValueMap() {
			all[name] = unitInput{e.WithMarks(marks), at}
		}
	}
	return all
}

// input is an input that is written on its own, made once.
func (f *unitFile) input(p property) *arg {
	one := f.inputs[p.name]
	if one == nil {
		one = &arg{file: f.file, name: p.name, at: hcl.RangeBetween(p.key, p.value.Range()), expr: p.value}
		f.inputs[p.name] = one
	}
	return one
}

// deepMerged is what Terragrunt makes of a value of an included file and one of
// the unit: maps are merged and lists joined.
func deepMerged(parent, child cty.Value) cty.Value {
	p, parentMarks := parent.Unmark()
	c, childMarks := child.Unmark()
	isMap := func(v cty.Value) bool { return v.Type().IsObjectType() || v.Type().IsMapType() }
	isList := func(v cty.Value) bool { return v.Type().IsTupleType() || v.Type().IsListType() }
	switch {
	case !p.IsKnown() || p.IsNull() || !c.IsKnown() || c.IsNull() || lazyOf(p) != nil || lazyOf(c) != nil:
	case isMap(p) && isMap(c):
		all := p.AsValueMap()
		if all == nil {
			all = map[string]cty.Value{}
		}
		for name, v := range c.AsValueMap() {
			if old, ok := all[name]; ok {
				v = deepMerged(old, v)
			}
			all[name] = v
		}
		return cty.ObjectVal(all).WithMarks(parentMarks, childMarks)
	case isList(p) && isList(c):
		return cty.TupleVal(slices.Concat(p.AsValueSlice(), c.AsValueSlice())).WithMarks(parentMarks, childMarks)
	}
	return child
}

// value is an evaluated value as the analysis takes it. A path of this machine
// means nothing elsewhere.
func (r *reading) value(v cty.Value) tf.Value {
	out := slot{in: &body{scope: r.own.scope}}.value(expanded(v))
	return out.Rewrite(func(leaf tf.Value) tf.Value {
		if text, known := leaf.AsString().Known(); known && strings.Contains(text, repositoryRoot) {
			return tf.UnknownValue()
		}
		return leaf
	}, func(a *tf.Assumption) *tf.Assumption { return a })
}

// dependencies are those of some names, sorted.
func (r *reading) dependencies(names map[string]bool) []Dependency {
	var all []Dependency
	for _, name := range slices.Sorted(maps.Keys(names)) {
		d := r.blocks[name]
		all = append(all, Dependency{Name: name, Folder: d.folder(), Range: d.module.file.rangeOf(d.block.header)})
	}
	return all
}

// folder is that of the unit that a dependency leads to; empty where it is not
// known.
func (d *unitDependency) folder() string {
	a, in := d.argument("config_path")
	if a == nil {
		return ""
	}
	text, ok := textOf(unmarked(in.ev.settled(a, in.scope.ctx)))
	if !ok {
		return ""
	}
	name, ok := in.name(text)
	if !ok {
		return ""
	}
	if strings.HasSuffix(name, ".hcl") {
		name = path.Dir(name)
	}
	return name
}

// mayBeMocked reports whether the mocks may stand in a plan: they may where the
// dependency has no outputs yet, unless they are for other commands.
func (d *unitDependency) mayBeMocked() bool {
	if a, _ := d.argument("mock_outputs"); a == nil {
		return false
	}
	if a, in := d.argument("skip_outputs"); a != nil && isTrue(in.ev.argument(a, in.scope.ctx)) {
		return true
	}
	a, in := d.argument("mock_outputs_allowed_terraform_commands")
	if a == nil {
		return true
	}
	commands := unmarked(in.ev.settled(a, in.scope.ctx))
	if !commands.IsWhollyKnown() || commands.IsNull() || !commands.CanIterateElements() {
		return true
	}
	for it := commands.ElementIterator(); it.Next(); {
		_, command := it.Element()
		if text, _ := textOf(unmarked(command)); text == "plan" {
			return true
		}
	}
	return false
}

// mocked is the value of the mocks.
func (d *unitDependency) mocked() cty.Value {
	own := cty.EmptyObjectVal
	if a := d.block.args["mock_outputs"]; a != nil {
		own = expanded(d.module.ev.settled(a, d.module.scope.ctx))
	}
	if d.over == nil {
		return own
	}
	return deepMerged(d.over.mocked(), own)
}

// nothing is a table of types for what has no resources.
type nothing struct{}

func (nothing) Keep(string) (map[string]bool, bool) { return nil, false }
func (nothing) Identity(string, string) bool        { return false }
func (nothing) Targets(string, string) []string     { return nil }

// outputMark says from which dependency a value came.
type outputMark struct{ dependency string }

// unitDependencies are what dependency means in a file.
type unitDependencies struct{ module *unitModule }

func (d unitDependencies) attribute(name string) cty.Value {
	r := d.module.reading
	of := r.blocks[name]
	if of == nil {
		return cty.DynamicVal
	}
	return lazyObject(unitDependencyView{r, of, name})
}

func (d unitDependencies) object() cty.Value { return cty.DynamicVal }

type unitDependencyView struct {
	reading *reading
	of      *unitDependency
	name    string
}

func (d unitDependencyView) attribute(name string) cty.Value {
	if name != "outputs" {
		return cty.DynamicVal
	}
	return lazyObject(unitOutputs(d))
}

func (d unitDependencyView) object() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"outputs": d.attribute("outputs")})
}

// unitOutputs are the outputs of a dependency: those that are known, else
// foreign identities in the form of its mocks.
type unitOutputs unitDependencyView

func (o unitOutputs) attribute(name string) cty.Value {
	r := o.reading
	mock := cty.NilVal
	if all := unmarked(o.of.mocked()); all.IsKnown() && !all.IsNull() && all.CanIterateElements() {
		mock = all.AsValueMap()[name]
	}
	if r.mocks {
		switch {
		case !o.of.mayBeMocked():
			return cty.DynamicVal
		case mock == cty.NilVal:
			return cty.DynamicVal.Mark(outputMark{o.name})
		}
		return mock.Mark(outputMark{o.name})
	}
	if v := r.outputs[o.name].Get(name); !v.IsNull() {
		return fromPlan(v)
	}
	r.open[o.name] = true
	r.ev.symbols++
	v := foreign(o.name, name)
	if mock != cty.NilVal {
		v = shaped(mock, o.name, name)
	}
	return v.Mark(outputMark{o.name})
}

func (o unitOutputs) object() cty.Value {
	names := map[string]bool{}
	if all := unmarked(o.of.mocked()); all.IsKnown() && !all.IsNull() && all.CanIterateElements() {
		for name := range all.AsValueMap() {
			names[name] = true
		}
	}
	for _, f := range o.reading.outputs[o.name].Fields() {
		names[f.Name] = true
	}
	all := map[string]cty.Value{}
	for name := range names {
		all[name] = o.attribute(name)
	}
	return cty.ObjectVal(all)
}

// foreign is the identity of an output that is not known.
func foreign(dependency, path string) cty.Value {
	return symbol(tf.OutputSymbol(dependency, path))
}

// shaped is what is not known in the form of its mock: each text is an identity
// of its own.
func shaped(mock cty.Value, dependency, at string) cty.Value {
	v := unmarked(mock)
	ty := v.Type()
	switch {
	case !v.IsKnown() || v.IsNull() || lazyOf(v) != nil:
		return cty.DynamicVal
	case ty == cty.String:
		return foreign(dependency, at)
	case ty.IsPrimitiveType():
		return cty.UnknownVal(ty)
	case ty.IsObjectType(), ty.IsMapType():
		all := map[string]cty.Value{}
		for name, e := range v.AsValueMap() {
			all[name] = shaped(e, dependency, at+tf.QuoteKey(name))
		}
		return cty.ObjectVal(all)
	case v.CanIterateElements():
		var all []cty.Value
		for i, e := range v.AsValueSlice() {
			all = append(all, shaped(e, dependency, at+"["+strconv.Itoa(i)+"]"))
		}
		return cty.TupleVal(all)
	}
	return cty.DynamicVal
}

// unitIncludes are what include means: the files by their labels, or the one
// without a label.
type unitIncludes struct{ reading *reading }

func (i unitIncludes) attribute(name string) cty.Value {
	for _, include := range i.reading.include {
		switch include.label {
		case name:
			return lazyObject(unitView{include.module})
		case "":
			return unitView{include.module}.attribute(name)
		}
	}
	return cty.DynamicVal
}

func (i unitIncludes) object() cty.Value { return cty.DynamicVal }

// unitValues are what values means: what a stack hands to the unit.
type unitValues struct{ module *unitModule }

func (v unitValues) attribute(name string) cty.Value {
	m := v.module.reading.own
	from := m.reading.unit.values
	if from == nil || from.attributes[name] == nil {
		return cty.DynamicVal
	}
	a := from.attributes[name]
	return m.ev.once(m.values, name, "values."+name, from.rangeOf(a.at), func() cty.Value { return m.ev.settled(a, m.scope.ctx) })
}

func (v unitValues) object() cty.Value {
	from := v.module.reading.unit.values
	if from == nil {
		return cty.DynamicVal
	}
	all := map[string]cty.Value{}
	for name := range from.attributes {
		all[name] = v.attribute(name)
	}
	return cty.ObjectVal(all)
}

// unitView is a file as others see it.
type unitView struct{ module *unitModule }

func (v unitView) attribute(name string) cty.Value {
	switch name {
	case "locals":
		return lazyObject(unitLocals(v))
	case "inputs":
		all := map[string]cty.Value{}
		for name, in := range v.module.inputs() {
			all[name] = in.value
		}
		return cty.ObjectVal(all)
	case "dependency":
		return v.module.scope.ctx.Variables["dependency"]
	}
	return cty.DynamicVal
}

func (v unitView) object() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"locals": v.attribute("locals"), "inputs": v.attribute("inputs")})
}

type unitLocals struct{ module *unitModule }

func (l unitLocals) attribute(name string) cty.Value { return l.module.local(name) }

func (l unitLocals) object() cty.Value {
	all := map[string]cty.Value{}
	for name := range l.module.file.source.locals {
		all[name] = l.module.local(name)
	}
	return cty.ObjectVal(all)
}
