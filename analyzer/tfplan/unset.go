package tfplan

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// givesNull reports whether an expression whose result is unknown was null: a
// new object's argument that the provider computes because nobody set it, as
// `internal = var.internal` does with a variable that defaults to null (U-4).
// Had the expression been known and not null, the plan would show its value;
// so all it takes is that every operand was known when the plan was made.
func (l *linker) givesNull(at place, from source, x each) bool {
	return from.alone && at.instance.IsNew() && l.wasKnown(at.instance.Addr.Module, from.expr, x)
}

// wasKnown reports whether every operand of an expression in a module instance
// was certainly known when the plan was made.
func (l *linker) wasKnown(module string, e *expr, x each) bool {
	key := memoKey{module: module, expr: e}
	known, ok := l.operands[key]
	if !ok {
		l.operands[key] = false // while it is being looked at: a cycle
		known = !slices.ContainsFunc(e.references, func(ref string) bool { return !l.operandKnown(module, ref, x) })
		l.operands[key] = known
	}
	return known
}

func (l *linker) operandKnown(module, ref string, x each) bool {
	root, rest, _ := strings.Cut(ref, ".")
	switch root {
	case "count":
		return true
	case "each":
		return !strings.HasPrefix(rest, "value") || x.expr != nil && l.wasKnown(x.module, x.expr, each{})
	case "var":
		return l.variableKnown(module, rest)
	case "local":
		return false // a plan does not show it
	case "module":
		return l.outputKnown(module, rest)
	case "data":
		typ, rest, _ := strings.Cut(rest, ".")
		return l.attributeKnown(module, "data.", typ, rest)
	}
	return l.attributeKnown(module, "", root, rest)
}

// variableKnown follows a variable to the module call; one of the root module
// and a default are always known.
func (l *linker) variableKnown(module, rest string) bool {
	name, _ := splitName(rest)
	m := l.rd.moduleOf(module)
	if m == nil {
		return false
	}
	if _, mocked := l.rd.mocks[name]; mocked && m.call == nil {
		return false
	}
	if m.call == nil || m.call.arguments[name] == nil {
		return true
	}
	parent, x := l.eachOfModule(module, m.call)
	return l.wasKnown(parent, m.call.arguments[name], x)
}

func (l *linker) outputKnown(module, rest string) bool {
	name, rest := splitName(rest)
	_, rest = splitKey(rest)
	output, _ := splitName(strings.TrimPrefix(rest, "."))
	m := l.rd.moduleOf(module)
	if m == nil || m.calls[name] == nil {
		return false
	}
	e := m.calls[name].module.outputs[output]
	if e == nil {
		return false
	}
	if g := l.modules[module][name]; g != nil {
		return !slices.ContainsFunc(g.instances, func(instance string) bool { return !l.wasKnown(instance, e, each{}) })
	}
	return true // no instances
}

// attributeKnown reports whether the attribute that a reference names is known
// in every instance.
func (l *linker) attributeKnown(module, prefix, typ, rest string) bool {
	name, rest := splitName(rest)
	_, rest = splitKey(rest)
	attribute, _ := splitName(strings.TrimPrefix(rest, "."))
	g := l.groups[groupKey{module, prefix + typ + "." + name}]
	if g == nil || attribute == "" {
		return false
	}
	return !slices.ContainsFunc(g.instances, func(r *tf.Resource) bool { return !isSettled(r.Get(attribute)) })
}

// isSettled reports whether nothing of a value waits for apply. An attribute
// that nobody kept counts as waiting.
func isSettled(v tf.Value) bool {
	if _, symbolic := v.Symbol(); symbolic || v.IsNull() || v.IsUnknown() {
		return false
	}
	return !slices.ContainsFunc(v.Elements(), func(e tf.Value) bool { return !isSettled(e) && !e.IsNull() }) &&
		!slices.ContainsFunc(v.Fields(), func(f tf.Field) bool { return !isSettled(f.Value) && !f.Value.IsNull() })
}
