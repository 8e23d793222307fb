package tfplan

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// mock is a root variable that a plan was made with another value of than it
// will be applied with, as terragrunt's mock_outputs are: what comes from it is
// not as the plan shows it (U-13).
type mock struct{ planned, meant tf.Value }

// noteMock notes the value of a root variable and returns what it will be.
func (rd *reader) noteMock(name string, planned tf.Value) tf.Value {
	if rd.opts.Variable == nil {
		return planned
	}
	meant := rd.opts.Variable(name, planned)
	if !meant.Equal(planned) {
		rd.mocks[name] = mock{planned, meant}
	}
	return meant
}

// mockable are the instances whose arguments the plan may show as mocks made
// them: what the change leaves as it is is real.
func (rd *reader) mockable() []*tf.Resource {
	var all []*tf.Resource
	for _, r := range rd.stack.After.Resources {
		if r.Addr.Mode == tf.Managed && (r.IsNew() || r.Action == tf.Update) {
			all = append(all, r)
		}
	}
	return all
}

// changes reports whether an attribute of an instance is another one than
// before.
func (rd *reader) changes(r *tf.Resource, name string) bool {
	was := rd.formerly[r.Address]
	if r.Moved != "" {
		was = rd.formerly[r.Moved]
	}
	return was == nil || !was.Values.Get(name).Equal(r.Values.Get(name))
}

// noteFormer indexes the instances before the change.
func (rd *reader) noteFormer() {
	rd.formerly = map[string]*tf.Resource{}
	for _, r := range rd.before {
		rd.formerly[r.Address] = r
	}
}

// depending finds, by the source, what comes from mocks, and hides it from the
// evaluation.
func (rd *reader) depending(source tf.Evaluator) map[*tf.Resource][]string {
	if len(rd.mocks) == 0 {
		return nil
	}
	rd.noteFormer()
	variables := map[string]bool{}
	for name := range rd.mocks {
		variables[name] = true
	}
	all := map[*tf.Resource][]string{}
	for _, r := range rd.mockable() {
		names, maybe := source.Depends(r, variables)
		r.Maybe = r.Maybe || maybe && r.IsNew() // what there is already stays
		names = slices.DeleteFunc(names, func(name string) bool { return !rd.changes(r, name) })
		if len(names) == 0 {
			continue
		}
		all[r] = names
		hidden := map[string]bool{}
		for _, name := range names {
			hidden[name] = true
		}
		rd.known.hidden[r.Address] = hidden
	}
	return all
}

// correct gives instances what the source says in place of what mocks made.
func (rd *reader) correct(source tf.Evaluator, depending map[*tf.Resource][]string) {
	if len(depending) == 0 {
		return
	}
	waiting := rd.waiting()
	for _, r := range rd.stack.After.Resources {
		names := depending[r]
		said, ok := source.Arguments(r)
		if len(names) == 0 || !ok {
			continue
		}
		fields := slices.DeleteFunc(slices.Clone(r.Values.Fields()), func(f tf.Field) bool { return slices.Contains(names, f.Name) })
		for _, name := range names {
			v := marked(said.Get(name), r.Values.Get(name).IsSensitive())
			if info := rd.typeInfo(r.Addr.Type); !v.IsNull() && (info.attributes == nil || info.attributes[name]) {
				fields = append(fields, tf.Field{Name: name, Value: v})
			}
		}
		rd.replace(r, fields, waiting)
	}
}

// waiting are the instances that have unknown attributes.
func (rd *reader) waiting() map[*tf.Resource]*pending {
	all := map[*tf.Resource]*pending{}
	for _, p := range rd.pending {
		all[p.resource] = p
	}
	return all
}

// replace gives an instance other attributes, of which some may be unknown.
func (rd *reader) replace(r *tf.Resource, fields []tf.Field, waiting map[*tf.Resource]*pending) {
	r.Values = marked(tf.ObjectValue(fields...), r.Values.IsSensitive())
	p := waiting[r]
	if p == nil {
		p = &pending{resource: r}
		rd.pending = append(rd.pending, p)
	}
	p.fields = r.Values.Fields()
}

// substitute replaces, without a source, what comes from mocks by what the
// references of the configuration say.
func (rd *reader) substitute() {
	if len(rd.mocks) == 0 {
		return
	}
	rd.noteFormer()
	s := &substitution{rd: rd, meanings: map[string]tf.Value{}, seen: map[*expr]tf.Tri{}}
	for _, name := range sortedKeys(rd.mocks) {
		s.learn(rd.mocks[name].planned, rd.mocks[name].meant)
	}
	waiting := rd.waiting()
	for _, r := range rd.mockable() {
		s.in, s.each = rd.moduleOf(r.Addr.Module), nil
		b := rd.block(r)
		if b != nil {
			s.each = b.each
			r.Maybe = r.Maybe || r.IsNew() && s.repeated()
		}
		fields := slices.Clone(r.Values.Fields())
		changed := false
		for i, f := range fields {
			if !rd.changes(r, f.Name) {
				continue
			}
			var arg *argument
			if b != nil {
				arg = b.body.argument(f.Name)
			}
			fields[i].Value = s.argument(arg, f.Value)
			changed = changed || !fields[i].Value.Equal(f.Value)
		}
		if changed {
			rd.replace(r, fields, waiting)
		}
	}
}

// repeated reports whether a mock decides how many there are of a block.
func (s *substitution) repeated() bool {
	decides := func(m *module, each *expr) bool { return each != nil && s.comes(m, nil, each) == tf.Yes }
	if decides(s.in, s.each) {
		return true
	}
	for m := s.in; m != nil && m.call != nil; m = m.parent {
		if decides(m.parent, m.call.each) {
			return true
		}
	}
	return false
}

// substitution knows what the texts of mocks mean.
type substitution struct {
	rd       *reader
	meanings map[string]tf.Value // unknown where a text has several
	seen     map[*expr]tf.Tri
	in       *module // that the block stands in
	each     *expr   // of the block
}

// learn notes what the texts in a value mean.
func (s *substitution) learn(planned, meant tf.Value) {
	switch planned.Kind() {
	case tf.List:
		for i, e := range planned.Elements() {
			m := tf.UnknownValue()
			if elements := meant.Elements(); i < len(elements) {
				m = elements[i]
			}
			s.learn(e, m)
		}
		return
	case tf.Object:
		for _, f := range planned.Fields() {
			m := meant.Get(f.Name)
			if meant.Kind() != tf.Object {
				m = tf.UnknownValue()
			}
			s.learn(f.Value, m)
		}
		return
	}
	text, known := planned.AsString().Known()
	if !known || planned.Equal(meant) {
		return
	}
	if other, ok := s.meanings[text]; ok && !other.Equal(meant) {
		meant = tf.UnknownValue()
	}
	s.meanings[text] = meant
}

// argument replaces the mocks in the value of an argument; a nil arg stands for
// one of which the configuration shows nothing.
func (s *substitution) argument(arg *argument, v tf.Value) tf.Value {
	switch {
	case arg == nil:
		return s.value(v, tf.Maybe)
	case arg.expr != nil:
		return s.value(v, s.comes(s.in, s.each, arg.expr))
	}
	if v.Kind() == tf.Object {
		return s.block(arg.blocks, nil, v)
	}
	elements := slices.Clone(v.Elements())
	for i, e := range elements {
		elements[i] = s.block(arg.blocks, matching(arg.blocks, elements, i), e)
	}
	if v.Kind() != tf.List {
		return v
	}
	return marked(tf.ListValue(elements...), v.IsSensitive())
}

// block replaces the mocks in a nested block that was made from one of several,
// or from the one that is meant.
func (s *substitution) block(all []body, meant *body, v tf.Value) tf.Value {
	if meant == nil && len(all) == 1 {
		meant = &all[0]
	}
	fields := slices.Clone(v.Fields())
	for i, f := range fields {
		if meant != nil {
			if arg := meant.argument(f.Name); arg != nil {
				fields[i].Value = s.argument(arg, f.Value)
			}
			continue
		}
		fields[i].Value = s.value(f.Value, tf.Maybe)
	}
	if v.Kind() != tf.Object {
		return v
	}
	return marked(tf.ObjectValue(fields...), v.IsSensitive())
}

// value replaces the mocks in a value that comes from one, or may.
func (s *substitution) value(v tf.Value, comes tf.Tri) tf.Value {
	if comes == tf.No {
		return v
	}
	switch v.Kind() {
	case tf.List:
		elements := slices.Clone(v.Elements())
		for i, e := range elements {
			elements[i] = s.value(e, comes)
		}
		return marked(tf.ListValue(elements...), v.IsSensitive())
	case tf.Object:
		fields := slices.Clone(v.Fields())
		for i, f := range fields {
			fields[i].Value = s.value(f.Value, comes)
		}
		return marked(tf.ObjectValue(fields...), v.IsSensitive())
	}
	text, known := v.AsString().Known()
	if !known {
		return v
	}
	meant, isMock := s.meanings[text]
	switch {
	case isMock && (comes == tf.Yes || s.rd.mayBeID(text)):
		return marked(meant, v.IsSensitive())
	case isMock || comes == tf.Yes || s.contains(text):
		return marked(tf.UnknownValue(), v.IsSensitive())
	}
	return v
}

// contains reports whether the text of a mock that looks like an identity is in
// a text.
func (s *substitution) contains(text string) bool {
	for mock := range s.meanings {
		if s.rd.mayBeID(mock) && strings.Contains(text, mock) {
			return true
		}
	}
	return false
}

// comes reports whether the value of an expression comes from a mock: Maybe
// where the plan does not show it.
func (s *substitution) comes(m *module, each, e *expr) tf.Tri {
	if m == nil || e == nil {
		return tf.Maybe
	}
	if known, ok := s.seen[e]; ok {
		return known
	}
	s.seen[e] = tf.No // while it is being looked at: a cycle
	all := tf.No
	for _, ref := range e.references {
		all = all.Or(s.reference(m, each, ref))
	}
	s.seen[e] = all
	return all
}

func (s *substitution) reference(m *module, each *expr, ref string) tf.Tri {
	root, rest, _ := strings.Cut(ref, ".")
	prefix := ""
	switch root {
	case "count":
		return tf.No
	case "each":
		if each == nil {
			return tf.Maybe
		}
		return s.comes(m, nil, each)
	case "local":
		return tf.Maybe
	case "var":
		name, _ := splitName(rest)
		if m.call == nil {
			_, mocked := s.rd.mocks[name]
			return tf.TriOf(mocked)
		}
		if e := m.call.arguments[name]; e != nil {
			return s.comes(m.parent, m.call.each, e)
		}
		return tf.No
	case "module":
		name, rest := splitName(rest)
		_, rest = splitKey(rest)
		output, _ := splitName(strings.TrimPrefix(rest, "."))
		if m.calls[name] == nil || m.calls[name].module.outputs[output] == nil {
			return tf.Maybe
		}
		child := m.calls[name].module
		return s.comes(child, nil, child.outputs[output])
	case "data":
		prefix = "data."
		root, rest, _ = strings.Cut(rest, ".")
	}
	name, rest := splitName(rest)
	_, rest = splitKey(rest)
	attribute, _ := splitName(strings.TrimPrefix(rest, "."))
	b := m.blocks[prefix+root+"."+name]
	if b == nil || attribute == "" {
		return tf.Maybe
	}
	if arg := b.body.argument(attribute); arg != nil && arg.expr != nil {
		return s.comes(m, b.each, arg.expr)
	} else if arg != nil {
		return tf.Maybe
	}
	return tf.No // the provider gives it
}
