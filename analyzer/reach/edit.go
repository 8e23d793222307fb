package reach

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Edit is a change of the configuration that takes a blocker away, or a part of
// it, as somebody would write it (D2).
type Edit struct {
	Action EditAction
	// Address is the resource: the one that is edited, or, where no Block is
	// named and the action is [Add], a new one.
	Address string
	// Block is the nested block that is added to the resource, edited or removed,
	// such as "ingress" or "route[1]".
	Block string
	// Arguments are what the resource or block says then.
	Arguments []Argument
}

// EditAction is what is done to a resource, a block or arguments.
type EditAction string

// The actions.
const (
	Add    EditAction = "add"
	Set    EditAction = "set"
	Remove EditAction = "remove"
)

// Argument is an argument of a resource or block with its value as an expression
// of Terraform, or a block within it.
type Argument struct {
	Name, Value string
	Block       []Argument
}

// Map is the edit with its values replaced.
func (e Edit) Map(text func(string) string) Edit {
	e.Arguments = mapped(e.Arguments, text)
	return e
}

// asWritten is the edit with the names that its module's file gives to what
// stands in the same module.
func (e Edit) asWritten() Edit {
	a, err := tf.ParseAddress(e.Address)
	if err != nil || a.Module == "" {
		return e
	}
	return e.Map(func(value string) string { return strings.ReplaceAll(value, a.Module+".", "") })
}

func mapped(list []Argument, text func(string) string) []Argument {
	out := slices.Clone(list)
	for n := range out {
		out[n].Value, out[n].Block = text(out[n].Value), mapped(out[n].Block, text)
	}
	return out
}

// is reports whether two edits are the same.
func (e Edit) is(o Edit) bool { return e.String() == o.String() }

// String is the edit in one line.
func (e Edit) String() string {
	where := "in " + e.Address + " "
	switch {
	case e.Action == Set && e.Block == "":
		return where + "set " + arguments(e.Arguments)
	case e.Action == Set:
		return "in " + e.Address + "." + e.Block + " set " + arguments(e.Arguments)
	case e.Action == Remove && e.Block == "":
		return "remove " + e.Address
	case e.Action == Remove:
		return where + "remove " + e.Block
	case e.Block == "":
		return "add " + e.Address + " { " + arguments(e.Arguments) + " }"
	}
	return where + "add " + e.Block + " { " + arguments(e.Arguments) + " }"
}

func arguments(list []Argument) string {
	var out []string
	for _, a := range list {
		if a.Block != nil {
			out = append(out, a.Name+" "+a.Expression())
		} else {
			out = append(out, a.Name+" = "+a.Value)
		}
	}
	return strings.Join(out, ", ")
}

// Expression is the value, or what the block says, in braces.
func (a Argument) Expression() string {
	if a.Block == nil {
		return a.Value
	}
	return "{ " + arguments(a.Block) + " }"
}

// with is the edit without the arguments that have no value.
func with(action EditAction, address, block string, list ...Argument) Edit {
	return Edit{Action: action, Address: address, Block: block, Arguments: slices.DeleteFunc(list, func(a Argument) bool {
		return a.Value == "" && a.Block == nil
	})}
}

func argument(name, value string) Argument { return Argument{Name: name, Value: value} }

func number(n int) string { return strconv.Itoa(n) }

func listOf(values ...string) string { return "[" + strings.Join(values, ", ") + "]" }

func quoted(list []netip.Prefix) string {
	var out []string
	for _, p := range list {
		out = append(out, strconv.Quote(p.String()))
	}
	return listOf(out...)
}

// idOf is an expression for what identifies an object: empty where nobody
// can write one.
func idOf(o aws.Object) string {
	if o.Resource != nil {
		return o.Resource.Address + ".id"
	}
	if id := o.ShortName(); id != "" && !strings.Contains(id, " ") {
		return strconv.Quote(id)
	}
	return ""
}

// edited reports whether the input holds the source of a resource, so that
// somebody can edit it.
func edited(r *tf.Resource) bool { return r != nil && r.Addr.Mode == tf.Managed }

// added is the address of a resource that is added for the sake of another, in
// the same module.
func added(kind string, of aws.Object) string {
	module := ""
	if r := of.Resource; r != nil && r.Addr.Module != "" {
		module = r.Addr.Module + "."
	}
	return module + kind + "." + identifier("for_"+resourceName(of))
}

func resourceName(o aws.Object) string {
	if o.Resource == nil {
		return o.ShortName()
	}
	if key := o.Resource.Addr.Key; key != "" {
		return o.Resource.Addr.Name + "_" + key
	}
	return o.Resource.Addr.Name
}

// identifier is a text as a name in Terraform.
func identifier(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "_")
}
