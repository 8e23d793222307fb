package tfconfig

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// policyDocument is what the data source aws_iam_policy_document makes of its
// blocks: unknown where any part of it is.
func (i *instance) policyDocument(minified bool) cty.Value {
	p := &policyMaker{known: true}
	document := p.document(i.body)
	for _, name := range []string{"source_policy_documents", "override_policy_documents", "source_json", "override_json"} {
		if i.body.block.args[name] != nil && !isEmptyList(i.body.argument(name)) {
			return cty.UnknownVal(cty.String).RefineNotNull() // merged statement by statement
		}
	}
	if !p.known {
		return cty.UnknownVal(cty.String).RefineNotNull()
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	if !minified {
		encoder.SetIndent("", "  ")
	}
	if encoder.Encode(document) != nil {
		return cty.UnknownVal(cty.String).RefineNotNull()
	}
	return cty.StringVal(string(bytes.TrimRight(out.Bytes(), "\n")))
}

func isEmptyList(v cty.Value) bool {
	v = unmarked(v)
	return v.IsNull() || v.IsKnown() && v.CanIterateElements() && v.LengthInt() == 0
}

type policy struct {
	Version   string            `json:"Version"`
	ID        string            `json:"Id,omitempty"`
	Statement []policyStatement `json:"Statement,omitempty"`
}

type policyStatement struct {
	Sid          string                    `json:"Sid,omitempty"`
	Effect       string                    `json:"Effect,omitempty"`
	Action       any                       `json:"Action,omitempty"`
	NotAction    any                       `json:"NotAction,omitempty"`
	Resource     any                       `json:"Resource,omitempty"`
	NotResource  any                       `json:"NotResource,omitempty"`
	Principal    any                       `json:"Principal,omitempty"`
	NotPrincipal any                       `json:"NotPrincipal,omitempty"`
	Condition    map[string]map[string]any `json:"Condition,omitempty"`
}

// policyMaker reads the blocks of a policy document.
type policyMaker struct{ known bool }

func (p *policyMaker) document(b *body) policy {
	document := policy{Version: p.text(b, "version", "2012-10-17"), ID: p.text(b, "policy_id", "")}
	for _, s := range p.blocks(b, "statement") {
		statement := policyStatement{
			Sid:          p.text(s, "sid", ""),
			Effect:       p.text(s, "effect", "Allow"),
			Action:       p.list(s, "actions"),
			NotAction:    p.list(s, "not_actions"),
			Resource:     p.list(s, "resources"),
			NotResource:  p.list(s, "not_resources"),
			Principal:    p.principals(s, "principals"),
			NotPrincipal: p.principals(s, "not_principals"),
		}
		for _, c := range p.blocks(s, "condition") {
			if statement.Condition == nil {
				statement.Condition = map[string]map[string]any{}
			}
			test := p.text(c, "test", "")
			if statement.Condition[test] == nil {
				statement.Condition[test] = map[string]any{}
			}
			statement.Condition[test][p.text(c, "variable", "")] = p.list(c, "values")
		}
		document.Statement = append(document.Statement, statement)
	}
	return document
}

func (p *policyMaker) blocks(b *body, typ string) []*body {
	found := b.blocks(typ)
	p.known = p.known && !slices.ContainsFunc(found, func(inner *body) bool { return inner.optional })
	return found
}

func (p *policyMaker) text(b *body, name, unset string) string {
	if b.block.args[name] == nil {
		return unset
	}
	v := b.argument(name)
	if unmarked(v).IsNull() {
		return unset
	}
	return p.certain(v)
}

// certain is the text of a value that must be known.
func (p *policyMaker) certain(v cty.Value) string {
	text, ok := textOf(unmarked(v))
	if _, symbolic := symbolOf(v); !ok || symbolic {
		p.known = false
	}
	return text
}

// list is a list of texts, a single one by itself, nil for none. The provider
// keeps them as sets, and writes them in falling order.
func (p *policyMaker) list(b *body, name string) any {
	if b.block.args[name] == nil {
		return nil
	}
	v := unmarked(b.argument(name))
	if v.IsNull() {
		return nil
	}
	if !v.IsKnown() || !v.CanIterateElements() {
		p.known = false
		return nil
	}
	var all []string
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		all = append(all, p.certain(e))
	}
	slices.Sort(all)
	all = slices.Compact(all)
	slices.Reverse(all)
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

func (p *policyMaker) principals(b *body, typ string) any {
	all := map[string][]string{}
	for _, inner := range p.blocks(b, typ) {
		kind := p.text(inner, "type", "")
		switch ids := p.list(inner, "identifiers").(type) {
		case string:
			all[kind] = append(all[kind], ids)
		case []string:
			all[kind] = append(all[kind], ids...)
		}
	}
	switch {
	case len(all) == 0:
		return nil
	case len(all) == 1 && slices.Equal(all["*"], []string{"*"}):
		return "*"
	}
	out := map[string]any{}
	for kind, ids := range all {
		if out[kind] = ids; len(ids) == 1 {
			out[kind] = ids[0]
		}
	}
	return out
}
