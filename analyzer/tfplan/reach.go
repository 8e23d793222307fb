package tfplan

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// reach is what a local of a module instance may stand for, as the plan shows
// no locals: the instances in the module itself, what the arguments of its
// call lead to, and what its child modules hand out. Only what is unknown yet
// counts, for a local that is known would be.
func (l *linker) reach(module string, w *want) []item {
	key := memoKey{module, nil, w}
	if items, ok := l.reaches[key]; ok {
		return items
	}
	l.reaches[key] = nil
	found := l.own(module, w)
	for _, name := range sortedKeys(l.modules[module]) {
		for _, child := range l.modules[module][name].instances {
			found = append(found, l.exposed(child, "", w)...)
		}
	}
	if m := l.rd.moduleOf(module); m != nil && m.call != nil {
		parent, x := l.eachOfModule(module, m.call)
		for _, name := range sortedKeys(m.call.arguments) {
			if !mayHold(m.call.arguments[name], w) {
				continue
			}
			o := l.argument(module, parent, m.call.arguments[name], w, x)
			for _, s := range o.sets {
				found = append(found, s.items...)
			}
		}
	}
	var items []item
	seen := map[*tf.Resource]bool{}
	for _, it := range found {
		if !seen[it.instance] && unsettled(it) {
			seen[it.instance] = true
			items = append(items, it)
		}
	}
	l.reaches[key] = items
	return items
}

// local is what an opaque operand in a module instance may stand for: the only
// wanted instances of its own module, or those that bear its name, else all
// that is in its reach.
func (l *linker) local(module, name string, w *want, self *tf.Resource) (set, reason) {
	why := func(of, because string) reason {
		return reason{"local", name + " is taken to be " + of + ", " + because}
	}
	own := l.ownSets(module, w, self)
	if len(own) > 1 {
		if namesakes := slices.DeleteFunc(slices.Clone(own), func(s set) bool { return !namesake(name, s.items[0]) }); len(namesakes) == 1 {
			return namesakes[0], why(namesakes[0].name, "which bears its name")
		}
	}
	all := set{name: qualified(module, name), items: l.others(self, []set{{items: l.reach(module, w)}})}
	switch {
	case len(own) == 1 && !w.list: // a list may hold more
		return own[0], why(own[0].name, "the only "+own[0].items[0].instance.Addr.Type+" of its module")
	case len(all.items) == 1:
		return all, why(configOf(all.items[0]), "the only "+all.items[0].instance.Addr.Type+" in its reach")
	case len(own) == 1 && len(own[0].items) == len(all.items):
		return own[0], why(own[0].name, "the only "+own[0].items[0].instance.Addr.Type+" in its reach")
	}
	return all, reason{}
}

// ownSets are the unsettled instances in a module instance whose identity is
// wanted, by block.
func (l *linker) ownSets(module string, w *want, self *tf.Resource) []set {
	var sets []set
	index := map[string]int{}
	for _, it := range l.others(self, []set{{items: l.own(module, w)}}) {
		if !unsettled(it) {
			continue
		}
		block := blockKey(it.instance.Addr)
		n, ok := index[block]
		if !ok {
			n = len(sets)
			index[block] = n
			sets = append(sets, set{name: qualified(module, block), keys: l.groups[groupKey{module, block}].keys})
		}
		sets[n].items = append(sets[n].items, it)
	}
	return sets
}

// namesake reports whether a local is named after a resource: what remains of
// local.cluster_security_group_id without the words for the thing is cluster.
func namesake(name string, it item) bool {
	general := strings.Split(noun(it.instance.Addr.Type), "_")
	words := slices.DeleteFunc(strings.Split(strings.TrimPrefix(name, "local."), "_"), func(word string) bool {
		word = strings.TrimSuffix(word, "s")
		return slices.Contains(general, word) || slices.Contains(identityWords, word)
	})
	return strings.Join(words, "_") == it.instance.Addr.Name
}

// mayHold reports whether an expression refers to anything but locals that
// are flags, tags and the like.
func mayHold(e *expr, w *want) bool {
	return slices.ContainsFunc(e.references, func(ref string) bool {
		name, isLocal := strings.CutPrefix(ref, "local.")
		name, _ = splitName(name)
		return !isLocal || mayName(name, w)
	})
}

// unsettled reports whether apply is yet to make the identity known.
func unsettled(it item) bool {
	v := it.value()
	_, symbolic := v.Symbol()
	return v.IsUnknown() || symbolic
}

// own are the instances in a module instance whose identity is wanted.
func (l *linker) own(module string, w *want) []item {
	var items []item
	for _, r := range l.byModule[module] {
		if w.isDirect(r.Addr.Type) {
			attribute := w.identity(func(a string) bool { return l.rd.opts.Wanted.Identity(r.Addr.Type, a) })
			items = append(items, item{r, attribute, r.Addr.Key})
		}
	}
	return items
}

// exposed is what the outputs of a module instance hand out of the module, or
// one of them; variables that it passes through come from outside.
func (l *linker) exposed(module, output string, w *want) []item {
	m := l.rd.moduleOf(module)
	if m == nil {
		return nil
	}
	var items []item
	for _, name := range sortedKeys(m.outputs) {
		if output != "" && name != output {
			continue
		}
		for _, ref := range m.outputs[name].references {
			root, rest, _ := strings.Cut(ref, ".")
			switch root {
			case "local":
				if local, _ := splitName(rest); mayName(local, w) {
					items = append(items, l.own(module, w)...)
				}
			case "module":
				child, rest := splitName(rest)
				key, rest := splitKey(rest)
				inner, _ := splitName(strings.TrimPrefix(rest, "."))
				if g := l.modules[module][child]; g != nil {
					for _, instance := range g.instances {
						if _, _, k := tf.SplitModule(instance); key == "" || k == key {
							items = append(items, l.exposed(instance, inner, w)...)
						}
					}
				}
			case "var", "count", "each", "data":
			default:
				o := &outcome{}
				l.resource(o, module, "", root, rest, w)
				for _, s := range o.sets {
					items = append(items, s.items...)
				}
			}
		}
	}
	return items
}

// settled replaces the opaque operands of an outcome by what may stand for
// them in their module. self, unless nil, is the instance whose argument it
// is: a block does not refer to itself.
func (l *linker) settled(o *outcome, module string, w *want, self *tf.Resource) *outcome {
	if len(o.opaque) == 0 {
		return o
	}
	result := o.clone()
	result.opaque = nil
	for _, name := range o.opaque {
		flag := w == nil || !mayName(name, w)
		switch {
		case flag && (len(o.opaque) > 1 || len(o.sets) > 0):
			result.choice = true // or a count, or a name
			if w != nil && len(o.sets) > 0 {
				result.assume(reason{"beside", name + " is taken to be no alternative"})
			}
		case w == nil:
		case len(o.sets) > 0 && !w.list:
			result.assume(reason{"beside", name + " is taken to be no alternative"})
		default:
			s, why := l.local(module, name, w, self)
			switch {
			case len(s.items) == 0 && len(o.sets) == 0:
				result.open = true
			case len(s.items) == 0:
				result.assume(reason{"beside", name + " is taken to add nothing"})
			default:
				result.add(s)
				if why == (reason{}) {
					result.uncertain = true
					why = reason{"within", name + " is taken to hold nothing from outside the input"}
				}
				result.assume(why)
			}
		}
	}
	return result
}

// mayName reports whether a local of that name may hold what is wanted, and
// is not a flag, a count or something else's name.
func mayName(name string, w *want) bool {
	words := strings.Split(strings.TrimPrefix(name, "local."), "_")
	last := words[len(words)-1]
	if slices.Contains(otherWords, words[0]) || slices.Contains(otherWords, last) && !strings.HasSuffix(w.leaf, last) {
		return false
	}
	general, other := false, false
	for _, word := range words {
		word = strings.TrimSuffix(word, "s")
		if slices.ContainsFunc(w.direct, func(t string) bool { return slices.Contains(strings.Split(noun(t), "_"), word) }) {
			return true
		}
		general = general || slices.Contains(identityWords, word) || strings.Contains(w.leaf, word) && len(word) > 2
		other = other || slices.Contains(thingWords, word)
	}
	return general && !other
}

var (
	identityWords = []string{"id", "arn", "sg", "eni", "nat", "igw", "tgw", "rt", "acl", "lb", "tg"}
	thingWords    = []string{"vpc", "subnet", "route", "table", "security", "group", "gateway", "acl", "instance", "interface", "cluster",
		"listener", "target", "balancer", "endpoint", "eip", "ip", "role", "policy", "key", "kms", "log", "bucket", "certificate", "image", "ami", "account"}
	otherWords = []string{"create", "enable", "enabled", "is", "use", "has", "len", "count", "num", "number", "tags", "tag", "name", "names",
		"cidr", "cidrs", "block", "blocks", "az", "azs", "region", "prefix", "suffix", "zone", "zones", "port", "ports", "version", "rule", "rules", "map"}
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
