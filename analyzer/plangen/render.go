package plangen

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The placeholders of a rendered stack.
const (
	stackName  = "@name@"
	stackHex   = "@hex@"
	stackOctet = "@octet@"
)

// texts is the parts of a plan that belong to one stack.
type texts struct {
	instances                                        int
	planned, prior, changes, configuration, relevant string
}

// The parts of a plan, in the order in which Terraform writes their members.
type (
	plannedModule struct {
		Resources    []plannedResource `json:"resources,omitempty"`
		Address      string            `json:"address"`
		ChildModules []plannedModule   `json:"child_modules,omitempty"`
	}
	plannedResource struct {
		Address       string         `json:"address"`
		Mode          string         `json:"mode"`
		Type          string         `json:"type"`
		Name          string         `json:"name"`
		Index         any            `json:"index,omitempty"`
		ProviderName  string         `json:"provider_name"`
		SchemaVersion int            `json:"schema_version"`
		Values        map[string]any `json:"values"`
		Sensitive     map[string]any `json:"sensitive_values"`
	}
	resourceChange struct {
		Address       string `json:"address"`
		ModuleAddress string `json:"module_address"`
		Mode          string `json:"mode"`
		Type          string `json:"type"`
		Name          string `json:"name"`
		Index         any    `json:"index,omitempty"`
		ProviderName  string `json:"provider_name"`
		Change        change `json:"change"`
	}
	change struct {
		Actions         []string       `json:"actions"`
		Before          map[string]any `json:"before"`
		After           map[string]any `json:"after"`
		AfterUnknown    map[string]any `json:"after_unknown"`
		BeforeSensitive any            `json:"before_sensitive"`
		AfterSensitive  map[string]any `json:"after_sensitive"`
	}
	moduleCall struct {
		Source      string         `json:"source"`
		Expressions map[string]any `json:"expressions,omitempty"`
		Module      moduleBody     `json:"module"`
	}
	moduleBody struct {
		Outputs     map[string]any         `json:"outputs,omitempty"`
		Resources   []configurationBlock   `json:"resources,omitempty"`
		ModuleCalls map[string]*moduleCall `json:"module_calls,omitempty"`
		Variables   map[string]any         `json:"variables,omitempty"`
	}
	configurationBlock struct {
		Address           string         `json:"address"`
		Mode              string         `json:"mode"`
		Type              string         `json:"type"`
		Name              string         `json:"name"`
		ProviderConfigKey string         `json:"provider_config_key"`
		Expressions       map[string]any `json:"expressions"`
		SchemaVersion     int            `json:"schema_version"`
		Count             any            `json:"count_expression,omitempty"`
		ForEach           any            `json:"for_each_expression,omitempty"`
	}
)

const provider = "registry.terraform.io/hashicorp/aws"

// render renders one stack: of a plan that creates it or updates it, and with
// its bastion host open to the world or not.
func render(update, open bool) (*texts, error) {
	t := &texts{}
	var changes []resourceChange
	stack.walk("module."+stackName, func(module string, b *resource, i int) {
		c := change{Actions: []string{"create"}, BeforeSensitive: false, AfterSensitive: b.sensitive()}
		c.After, c.AfterUnknown = b.values(i, !update, open)
		if update {
			c.Before, c.BeforeSensitive, c.Actions = b.prior(i), c.AfterSensitive, []string{"no-op"}
			if open && b.open != nil || b.changed != nil {
				c.Actions = []string{"update"}
			}
		}
		changes = append(changes, resourceChange{b.address(module, i), module, "managed", b.kind, b.name, b.key(i), provider, c})
	})
	slices.SortFunc(changes, func(a, b resourceChange) int { return strings.Compare(a.Address, b.Address) })
	t.instances = len(changes)

	after := func(b *resource, i int) map[string]any {
		known, _ := b.values(i, !update, open)
		return known
	}
	for _, part := range []struct {
		to    *string
		value any
	}{
		{&t.planned, planned(stack, "module."+stackName, after)},
		{&t.prior, planned(stack, "module."+stackName, (*resource).prior)},
		{&t.changes, changes},
		{&t.configuration, map[string]*moduleCall{stackName: call(stack)}},
		{&t.relevant, []map[string]any{
			{"resource": "module." + stackName + ".module.network.aws_vpc.main", "attribute": []string{"id"}},
			{"resource": "module." + stackName + ".module.network.module.subnets.aws_subnet.public", "attribute": []string{}},
		}},
	} {
		text, err := json.Marshal(part.value)
		if err != nil {
			return nil, fmt.Errorf("rendering the stack: %w", err)
		}
		*part.to = string(text)
	}
	// These are members of a list or an object.
	for _, list := range []*string{&t.changes, &t.configuration, &t.relevant} {
		*list = (*list)[1 : len(*list)-1]
	}
	return t, nil
}

// walk visits every instance in the module and below.
func (m *module) walk(address string, visit func(address string, b *resource, i int)) {
	for _, b := range m.resources {
		for i := range b.instances() {
			visit(address, b, i)
		}
	}
	for _, child := range m.children {
		child.walk(address+".module."+child.name, visit)
	}
}

// planned renders a module with the values of its instances.
func planned(m *module, address string, values func(*resource, int) map[string]any) plannedModule {
	out := plannedModule{Address: address}
	for _, b := range m.resources {
		for i := range b.instances() {
			out.Resources = append(out.Resources,
				plannedResource{b.address(address, i), "managed", b.kind, b.name, b.key(i), provider, 0, values(b, i), b.sensitive()})
		}
	}
	for _, child := range m.children {
		out.ChildModules = append(out.ChildModules, planned(child, address+".module."+child.name, values))
	}
	return out
}

// instances is how many instances the block has.
func (b *resource) instances() int {
	if b.keys == nil {
		return 1
	}
	return len(b.keys)
}

// key is the key of the i-th instance, nil for a block without repetition.
func (b *resource) key(i int) any {
	if b.keys == nil {
		return nil
	}
	return b.keys[i]
}

// address is the address of the i-th instance.
func (b *resource) address(module string, i int) string {
	return module + "." + b.kind + "." + b.name + index(b.key(i))
}

func index(key any) string {
	switch key := key.(type) {
	case int:
		return fmt.Sprintf("[%d]", key)
	case string:
		return fmt.Sprintf("[%q]", key)
	}
	return ""
}

// call renders the configuration of a module and of the call that has it.
func call(m *module) *moduleCall {
	out := &moduleCall{Source: m.source, Expressions: expressions(m.inputs)}
	out.Module.Outputs = map[string]any{}
	for name, references := range m.outputs {
		out.Module.Outputs[name] = map[string]any{
			"expression":  map[string]any{"references": references},
			"description": "The " + strings.ReplaceAll(name, "_", " ") + " of this stack, for whoever builds on it.",
		}
	}
	for _, b := range m.resources {
		block := configurationBlock{Address: b.kind + "." + b.name, Mode: "managed", Type: b.kind, Name: b.name,
			ProviderConfigKey: "aws", Expressions: expressions(b.arguments())}
		if b.keys != nil {
			repetition := map[string]any{"references": []string{"var.zones", "local." + b.name + "_enabled"}}
			if b.dormant() || b.keys[0] == 0 {
				block.Count = repetition
			} else {
				block.ForEach = repetition
			}
		}
		out.Module.Resources = append(out.Module.Resources, block)
	}
	for _, child := range m.children {
		if out.Module.ModuleCalls == nil {
			out.Module.ModuleCalls = map[string]*moduleCall{}
		}
		out.Module.ModuleCalls[child.name] = call(child)
	}
	out.Module.Variables = map[string]any{}
	for name, description := range knobs {
		out.Module.Variables[name] = map[string]any{"default": nil, "description": description}
	}
	for name := range m.inputs {
		out.Module.Variables[name] = map[string]any{"description": "The " + strings.ReplaceAll(name, "_", " ") + " of the stack."}
	}
	return out
}

func expressions(arguments map[string]argument) map[string]any {
	out := map[string]any{}
	for name, a := range arguments {
		switch {
		case a.block != nil:
			out[name] = []any{expressions(a.block)}
		case a.references != nil:
			out[name] = map[string]any{"references": a.references}
		default:
			out[name] = map[string]any{"constant_value": a.value}
		}
	}
	return out
}

// values is what an instance has after the apply: all of it, or, when it does
// not exist yet, what is known of it and which arguments are not.
func (b *resource) values(i int, create, open bool) (known, unknown map[string]any) {
	known, unknown = split(b.arguments(), i, create)
	for name, value := range b.defaults {
		known[name] = value
	}
	for name, value := range b.computed {
		if create {
			unknown[name] = true
		} else {
			known[name] = at(value, i)
		}
	}
	if open {
		for name, value := range b.open {
			known[name] = value
		}
	}
	return known, unknown
}

// prior is what an instance has before an update.
func (b *resource) prior(i int) map[string]any {
	values, _ := b.values(i, false, false)
	if b.changed != nil {
		values[b.changed.argument] = b.changed.before
	}
	return values
}

func split(arguments map[string]argument, i int, create bool) (known, unknown map[string]any) {
	known, unknown = map[string]any{}, map[string]any{}
	for name, a := range arguments {
		switch {
		case a.block != nil:
			k, u := split(a.block, i, create)
			known[name] = []any{k}
			if create {
				unknown[name] = []any{u}
			}
		case a.later && create:
			unknown[name] = true
		default:
			known[name] = at(a.value, i)
		}
	}
	return known, unknown
}

// at is the value of the i-th instance.
func at(value any, i int) any {
	if f, ok := value.(func(int) any); ok {
		return f(i)
	}
	return value
}

// sensitive is the shape of the values, as Terraform gives it where nothing is
// sensitive.
func (b *resource) sensitive() map[string]any {
	out := map[string]any{}
	for name, a := range b.arguments() {
		switch a.value.(type) {
		case map[string]any:
			out[name] = map[string]any{}
		case []any:
			out[name] = []any{}
		}
		if a.block != nil {
			out[name] = []any{map[string]any{}}
		}
	}
	return out
}
