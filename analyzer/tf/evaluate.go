package tf

import (
	"strconv"
	"strings"
)

// Known is what a plan knows of its stack before apply, for whoever evaluates
// the source that it was made from. A module instance is a path such as
// `module.net["a"]`, empty for the root module.
type Known interface {
	// Variable is the value of a variable of the root module.
	Variable(name string) (Value, bool)
	// Workspace is the workspace of the plan; empty where it does not say.
	Workspace() string
	// Modules are the instance keys of a module call in a module instance, as
	// far as resources show them: there may be more, without any. ok is false
	// where the plan shows none.
	Modules(module, call string) (keys []string, ok bool)
	// Instances are the instance keys of a resource block, such as
	// "aws_subnet.a" or "data.aws_vpc.b", in a module instance. ok is false
	// where the plan does not show them.
	Instances(module, block string) (keys []string, ok bool)
	// Attribute is the planned value of an attribute of an instance. ok is
	// false where the plan shows nothing of it.
	Attribute(address, name string) (Value, bool)
}

// Evaluator evaluates the source of a plan with the values that the plan knows.
type Evaluator interface {
	// Agrees reports whether the block of an instance is the one that it was
	// made from, as far as the source is there.
	Agrees(r *Resource) bool
	// Arguments are what the source sets of an instance, blocks as lists in
	// the order of the source. ok is false where it has no such instance.
	Arguments(r *Resource) (arguments Value, ok bool)
	// Depends are the arguments and blocks of an instance whose values come from
	// one of some root variables. maybe is set where the variables leave open
	// whether there is such an instance.
	Depends(r *Resource, variables map[string]bool) (names []string, maybe bool)
	// Config is what the block of an instance sets; nil where the source has
	// no such block.
	Config(r *Resource) *ResourceConfig
	// Providers are the provider configurations.
	Providers() []*Resource
	// Outputs are the values of the root module's outputs, and the addresses
	// of the instances that they hand to others.
	Outputs() (values map[string]Value, handed map[string]bool)
}

// QuoteKey is the instance key of a string, as Terraform writes it in an
// address: `["a"]`.
func QuoteKey(key string) string {
	q := strconv.Quote(key)
	q = strings.ReplaceAll(q, "${", "$${")
	return "[" + strings.ReplaceAll(q, "%{", "%%{") + "]"
}

// ParseKey is the string or number that an instance key, such as `["a"]` or
// `[0]`, is made of.
func ParseKey(key string) (text string, number, ok bool) {
	inner, starts := strings.CutPrefix(key, "[")
	inner, ends := strings.CutSuffix(inner, "]")
	if !starts || !ends {
		return "", false, false
	}
	if _, err := strconv.Atoi(inner); err == nil {
		return inner, true, true
	}
	inner = strings.ReplaceAll(strings.ReplaceAll(inner, "$${", "${"), "%%{", "%{")
	text, err := strconv.Unquote(inner)
	return text, false, err == nil
}
