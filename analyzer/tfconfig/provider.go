package tfconfig

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// provider is a provider configuration.
type provider struct {
	key  string // as a plan has it: "aws.west", "module.net:aws"
	body *body  // nil without a provider block
}

// argument is an argument of the provider block.
func (p *provider) argument(name string) cty.Value {
	if p.body == nil || p.body.block.args[name] == nil {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return p.body.argument(name)
}

// region is the Region of the configuration. It may come from the environment
// or a file of the user, so that one that is not set is unknown.
func (p *provider) region() tf.Val[string] {
	text, ok := textOf(unmarked(p.argument("region")))
	if _, symbolic := symbolOf(p.argument("region")); !ok || symbolic || text == "" {
		return tf.Val[string]{}
	}
	return tf.KnownVal(text)
}

// defaultTags are those that the configuration gives to all resources, or
// cty.NilVal.
func (p *provider) defaultTags() cty.Value {
	if p.body == nil {
		return cty.NilVal
	}
	v := p.body.member("default_tags")
	if v == cty.NilVal || unmarked(v).IsNull() {
		return cty.NilVal
	}
	plain, marks := v.Unmark()
	if ty := plain.Type(); plain.IsKnown() && (ty.IsTupleType() || ty.IsListType()) && plain.LengthInt() == 1 {
		plain, marks = plain.Index(cty.Zero).Unmark()
	}
	if !plain.IsKnown() || !plain.Type().IsObjectType() {
		return cty.DynamicVal
	}
	if !plain.Type().HasAttribute("tags") {
		return cty.NilVal
	}
	return plain.GetAttr("tags").WithMarks(marks)
}

// providerOf is the provider configuration of a resource block.
func (m *moduleInstance) providerOf(b *block) *provider {
	name, _, _ := strings.Cut(b.labels[0], "_")
	if a := b.args["provider"]; a != nil {
		if given, ok := providerName(a.expr); ok {
			name = given
		}
	}
	return m.provider(name)
}

// providerName is a reference to a provider configuration, such as aws.west.
func providerName(e hcl.Expression) (string, bool) {
	t, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() {
		return "", false
	}
	name := t.RootName()
	if len(t) > 1 {
		alias, _, ok := nextName(t[1:])
		if !ok {
			return "", false
		}
		name += "." + alias
	}
	return name, true
}

// provider is the configuration that a name stands for in the module: one of
// its own, one that the call passes, or the default one of the caller.
func (m *moduleInstance) provider(name string) *provider {
	if p := m.providers[name]; p != nil {
		return p
	}
	p := m.findProvider(name)
	m.providers[name] = p
	return p
}

func (m *moduleInstance) findProvider(name string) *provider {
	if b := m.of.source.resources["provider."+name]; b != nil && !isProxy(b) {
		key := name
		if m.parent != nil {
			key = m.of.path + ":" + name
		}
		return &provider{key: key, body: &body{block: b, scope: m.scope, ctx: m.scope.ctx}}
	}
	if m.parent == nil {
		return &provider{key: name}
	}
	if a := m.of.block.args["providers"]; a != nil {
		for _, p := range providerPairs(a.expr) {
			if p.inside == name {
				return m.parent.provider(p.outside)
			}
		}
	}
	if !strings.Contains(name, ".") {
		return m.parent.provider(name)
	}
	return &provider{key: m.of.path + ":" + name}
}

// isProxy reports whether a provider block only declares that one is passed.
func isProxy(b *block) bool {
	for name := range b.args {
		if name != "alias" && name != "version" {
			return false
		}
	}
	return len(b.blocks) == 0 && b.args["alias"] != nil
}

type providerPair struct{ inside, outside string }

// providerPairs are those of the providers argument of a module call.
func providerPairs(e hcl.Expression) []providerPair {
	pairs, diags := hcl.ExprMap(e)
	if diags.HasErrors() {
		return nil
	}
	var all []providerPair
	for _, p := range pairs {
		key := p.Key
		inside, ok := providerName(key)
		outside, ok2 := providerName(p.Value)
		if ok && ok2 {
			all = append(all, providerPair{inside, outside})
		}
	}
	return all
}
