package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// lookup says which instances a data source looks for.
type lookup struct {
	types []string // of the instances
	// list is the attribute that holds all their ids; empty for a data source
	// that finds one.
	list string
}

// lookups are the data sources that other stacks can answer.
var lookups = map[string]lookup{
	"aws_vpc":                     {types: []string{"aws_vpc", "aws_default_vpc"}},
	"aws_vpcs":                    {types: []string{"aws_vpc", "aws_default_vpc"}, list: "ids"},
	"aws_subnet":                  {types: []string{"aws_subnet", "aws_default_subnet"}},
	"aws_subnets":                 {types: []string{"aws_subnet", "aws_default_subnet"}, list: "ids"},
	"aws_subnet_ids":              {types: []string{"aws_subnet", "aws_default_subnet"}, list: "ids"},
	"aws_security_group":          {types: []string{"aws_security_group", "aws_default_security_group"}},
	"aws_security_groups":         {types: []string{"aws_security_group", "aws_default_security_group"}, list: "ids"},
	"aws_route_table":             {types: []string{"aws_route_table", "aws_default_route_table"}},
	"aws_route_tables":            {types: []string{"aws_route_table", "aws_default_route_table"}, list: "ids"},
	"aws_internet_gateway":        {types: []string{"aws_internet_gateway"}},
	"aws_nat_gateway":             {types: []string{"aws_nat_gateway"}},
	"aws_network_acls":            {types: []string{"aws_network_acl", "aws_default_network_acl"}, list: "ids"},
	"aws_ec2_managed_prefix_list": {types: []string{"aws_ec2_managed_prefix_list"}},
	"aws_ec2_transit_gateway":     {types: []string{"aws_ec2_transit_gateway"}},
	"aws_lb":                      {types: []string{"aws_lb", "aws_alb"}},
	"aws_alb":                     {types: []string{"aws_lb", "aws_alb"}},
	"aws_lb_target_group":         {types: []string{"aws_lb_target_group", "aws_alb_target_group"}},
	"aws_lb_listener":             {types: []string{"aws_lb_listener", "aws_alb_listener"}},
	"aws_instance":                {types: []string{"aws_instance"}},
}

// filters are the names of filters, with the attribute that each is about.
var filters = map[string]string{
	"vpc-id": "vpc_id", "attachment.vpc-id": "vpc_id", "subnet-id": "id", "group-id": "id", "group-name": "name",
	"route-table-id": "id", "internet-gateway-id": "id", "nat-gateway-id": "id", "network-acl-id": "id", "prefix-list-id": "id",
	"cidr": "cidr_block", "cidr-block": "cidr_block", "availability-zone": "availability_zone", "availabilityZone": "availability_zone",
	"prefix-list-name": "name", "isDefault": "default", "is-default": "default", "map-public-ip-on-launch": "map_public_ip_on_launch",
}

// indifferent are arguments and filters that say nothing about which instance
// is meant.
var indifferent = []string{"state", "region", "timeouts", "owner-id"}

// Answers answers the data sources of one stack from others that are known: for
// the arguments of one, the attributes of the only instance that fits them, or
// the ids of all that do; for terraform_remote_state the outputs of the stack
// that is meant. Where an argument cannot be held against an instance there is
// no answer. What an answer rests on is handed to assume.
func Answers(known []*tf.Stack) func(asks *tf.Stack, assume func(*tf.Assumption)) func(*tf.Resource) (tf.Value, bool) {
	byType := instances(known)
	return func(asks *tf.Stack, assume func(*tf.Assumption)) func(*tf.Resource) (tf.Value, bool) {
		others := slices.DeleteFunc(slices.Clone(known), func(s *tf.Stack) bool { return s == asks })
		return func(r *tf.Resource) (tf.Value, bool) {
			switch r.Addr.Type {
			case "terraform_remote_state":
				return remoteState(r, others, assume)
			case tf.DependencyType:
				return dependency(r, others, assume)
			}
			look, ok := lookups[r.Addr.Type]
			if !ok {
				return tf.Value{}, false
			}
			var found []*tf.Resource
			for _, typ := range look.types {
				for _, candidate := range byType[typ] {
					if candidate.Stack == asks {
						continue
					}
					switch fits(candidate, r.Values) {
					case tf.Maybe:
						return tf.Value{}, false
					case tf.Yes:
						found = append(found, candidate)
					}
				}
			}
			return look.answer(r, found, assume)
		}
	}
}

// instances are those that data sources look for, by their types and as other
// stacks know them.
func instances(known []*tf.Stack) map[string][]*tf.Resource {
	byType := map[string][]*tf.Resource{}
	for _, look := range lookups {
		for _, typ := range look.types {
			byType[typ] = nil
		}
	}
	for _, s := range known {
		c := outward(s)
		for _, r := range s.After.Resources {
			if _, sought := byType[r.Addr.Type]; sought && r.Addr.Mode == tf.Managed && !r.Deposed {
				byType[r.Addr.Type] = append(byType[r.Addr.Type], c.copy(r))
			}
		}
	}
	return byType
}

// answer is what a data source says of what it finds.
func (l lookup) answer(r *tf.Resource, found []*tf.Resource, assume func(*tf.Assumption)) (tf.Value, bool) {
	if len(found) == 0 || l.list == "" && len(found) > 1 {
		return tf.Value{}, false
	}
	names := make([]string, len(found))
	ids := make([]tf.Value, len(found))
	for i, f := range found {
		names[i], ids[i] = f.Address, f.Values.Get("id")
	}
	assume(&tf.Assumption{
		ID: "data:" + r.Address, Address: r.Address,
		Text: r.Address + " is taken to find " + strings.Join(names, ", ") + ": nothing else of the stacks that are known fits",
	})
	if l.list != "" {
		return tf.ObjectValue(tf.Field{Name: l.list, Value: tf.ListValue(ids...)}), true
	}
	return found[0].Values, true
}

// outward is a copier that writes every address as other stacks know it.
func outward(s *tf.Stack) *copier {
	return &copier{
		joint: &Joint{originals: map[*tf.Resource]*tf.Resource{}}, stack: s, prefix: tf.Qualify(s.Name, ""),
		copies: map[*tf.Resource]*tf.Resource{}, assumptions: map[*tf.Assumption]*tf.Assumption{},
	}
}

// fits reports whether an instance has what the arguments of a data source ask
// for.
func fits(candidate *tf.Resource, arguments tf.Value) tf.Tri {
	answer := tf.Yes
	for _, a := range arguments.Fields() {
		if a.Value.IsNull() || slices.Contains(indifferent, a.Name) {
			continue
		}
		switch a.Name {
		case "tags":
			answer = answer.And(tagged(candidate, a.Value))
		case "filter":
			blocks, ok := a.Value.Blocks()
			if !ok {
				answer = answer.And(tf.Maybe)
			}
			for _, b := range blocks {
				answer = answer.And(passes(candidate, b))
			}
		default:
			answer = answer.And(equal(attribute(candidate, a.Name), a.Value))
		}
	}
	return answer
}

// attribute is what an instance has of the name that a data source gives it; a
// name that instances do not have is unknown.
func attribute(candidate *tf.Resource, name string) tf.Value {
	if name == "default" {
		return tf.BoolValue(strings.HasPrefix(candidate.Addr.Type, "aws_default_"))
	}
	v := candidate.Values.Get(name)
	if v.IsNull() && name != "name" && name != "id" && name != "vpc_id" && name != "cidr_block" && name != "arn" {
		return tf.UnknownValue()
	}
	return v
}

// tagged reports whether an instance has tags.
func tagged(candidate *tf.Resource, tags tf.Value) tf.Tri {
	if tags.IsUnknown() {
		return tf.Maybe
	}
	answer := tf.Yes
	for _, t := range tags.Fields() {
		answer = answer.And(equal(tag(candidate, t.Name), t.Value))
	}
	return answer
}

// tag is a tag that an instance bears, be it by the default tags of its
// provider. A provider that says nothing of them has none; a configuration does
// not show which types have tags.
func tag(r *tf.Resource, key string) tf.Value {
	own, all := r.Values.Get("tags"), r.Values.Get("tags_all")
	switch {
	case own.IsNull() && all.IsNull() && r.Stack != nil && r.Stack.Kind == tf.ConfigurationInput:
		return tf.UnknownValue()
	case all.IsNull(), all.IsUnknown() && !own.Get(key).IsNull():
		return own.Get(key)
	}
	return all.Get(key)
}

// passes reports whether an instance passes a filter: any of its values is
// enough.
func passes(candidate *tf.Resource, filter tf.Value) tf.Tri {
	name, ok := filter.Get("name").AsString().Known()
	if !ok {
		return tf.Maybe
	}
	if slices.Contains(indifferent, name) {
		return tf.Yes
	}
	have := tf.UnknownValue()
	if key, ok := strings.CutPrefix(name, "tag:"); ok {
		have = tag(candidate, key)
	} else if attributeName, ok := filters[name]; ok {
		have = attribute(candidate, attributeName)
	}
	values := filter.Get("values")
	if values.Kind() != tf.List {
		return tf.Maybe
	}
	answer := tf.No
	for _, v := range values.Elements() {
		answer = answer.Or(equal(have, v))
	}
	return answer
}

// equal compares what an instance has with what is asked for, which may hold
// the wildcards of filters. An identity that is known after apply is none that
// is known already.
func equal(have, want tf.Value) tf.Tri {
	a, isSymbol := have.Symbol()
	b, alsoSymbol := want.Symbol()
	switch {
	case have.IsUnknown() || want.IsUnknown():
		return tf.Maybe
	case isSymbol && alsoSymbol:
		return tf.TriOf(a == b)
	case isSymbol || alsoSymbol:
		return tf.No
	}
	x, known := have.AsString().Known()
	y, alsoKnown := want.AsString().Known()
	if !alsoKnown {
		return tf.Maybe
	}
	if !known {
		return tf.No
	}
	if !strings.ContainsAny(y, "*?") {
		return tf.TriOf(x == y)
	}
	matched, err := path.Match(wildcards.Replace(y), strings.ReplaceAll(x, "/", "\x00"))
	return tf.TriOf(err == nil && matched)
}

// wildcards makes a pattern that path.Match takes of one of a filter's.
var wildcards = strings.NewReplacer(`\`, `\\`, `[`, `\[`, "/", "\x00")

// remoteState is the outputs of the stack whose state a data source reads: of
// the one whose name stands in the path or key of the state, else of the only
// one that has outputs.
func remoteState(r *tf.Resource, known []*tf.Stack, assume func(*tf.Assumption)) (tf.Value, bool) {
	var with, named []*tf.Stack
	best := 0
	for _, s := range known {
		if len(s.Outputs) == 0 {
			continue
		}
		with = append(with, s)
		switch n := places(r.Values.Get("config"), s); {
		case n == 0 || n < best:
		case n > best:
			best, named = n, []*tf.Stack{s}
		default:
			named = append(named, s)
		}
	}
	why := "the only one with outputs that is known"
	if len(named) > 0 {
		with, why = named, "whose name is in the place of the state"
	}
	if len(with) != 1 {
		return tf.Value{}, false
	}
	s := with[0]
	assume(&tf.Assumption{ID: "data:" + r.Address, Address: r.Address, Text: r.Address + " is taken to read the state of " + s.Name + ", " + why})
	return outputs(s), true
}

// outputs are those of a stack as others see them.
func outputs(s *tf.Stack) tf.Value {
	c := outward(s)
	var all []tf.Field
	for name, v := range s.Outputs {
		all = append(all, tf.Field{Name: name, Value: v.Rewrite(c.leaf, c.assumption)})
	}
	return tf.ObjectValue(tf.Field{Name: "outputs", Value: tf.ObjectValue(all...)})
}

// dependency is the outputs of the unit that a dependency of terragrunt's leads
// to: of the stack whose name, or whose file's folder, is that of the unit as
// far as both go.
func dependency(r *tf.Resource, known []*tf.Stack, assume func(*tf.Assumption)) (tf.Value, bool) {
	folder, ok := r.Values.Get("config_path").AsString().Known()
	if !ok {
		return tf.Value{}, false
	}
	var found []*tf.Stack
	best := 0
	for _, s := range known {
		if len(s.Outputs) == 0 {
			continue
		}
		switch n := max(sameEnd(s.Name, folder), sameEnd(path.Dir(s.Path), folder)); {
		case n == 0 || n < best:
		case n > best:
			best, found = n, []*tf.Stack{s}
		default:
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return tf.Value{}, false
	}
	assume(&tf.Assumption{ID: "data:" + r.Address, Address: r.Address, Text: r.Address + " is taken to be " + found[0].Name + ", which its config_path leads to"})
	return outputs(found[0]), true
}

// sameEnd is how many folders two paths have in common at their ends, where the
// one ends with all of the other; else it is 0.
func sameEnd(a, b string) int {
	folders := func(text string) []string {
		return strings.FieldsFunc(path.Clean(text), func(c rune) bool { return c == '/' || c == '\\' })
	}
	x, y := folders(a), folders(b)
	n := min(len(x), len(y))
	if n == 0 || x[0] == "." || !slices.Equal(x[len(x)-n:], y[len(y)-n:]) {
		return 0
	}
	return n
}

// places counts how many of the last folders of a stack's name stand, in their
// order, in the path, key, prefix or workspace of a state.
func places(config tf.Value, s *tf.Stack) int {
	name := strings.Split(strings.Trim(path.Clean(s.Name), "/"), "/")
	best := 0
	for _, argument := range []string{"path", "key", "prefix", "workspace", "name"} {
		text, ok := config.Get(argument).AsString().Known()
		if !ok {
			continue
		}
		parts := strings.FieldsFunc(text, func(c rune) bool { return c == '/' || c == '\\' || c == ':' })
		for i, part := range parts {
			parts[i] = strings.TrimSuffix(strings.TrimSuffix(part, ".tfstate"), ".json")
		}
		for end := range parts {
			n := 0
			for n < len(name) && n <= end && name[len(name)-1-n] == parts[end-n] {
				n++
			}
			best = max(best, n)
		}
	}
	return best
}
