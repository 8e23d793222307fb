package functions

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Cost is how many steps it is worth to hand a value to a function, a step
// being about what it takes to look up a name. Most functions look at everything
// once; some do more with each part, or go on from each of them.
func Cost(function string, v cty.Value) int {
	v, _ = v.Unmark()
	switch strings.TrimPrefix(function, "core::") {
	case "element", "length", "lookup":
		return 0
	case "distinct", "matchkeys":
		n := parts(v, maxElements)
		return n * n / 64
	case "regexall":
		n := textLength(v)
		return n * n / 128
	case "csvdecode", "jsondecode", "yamldecode":
		return textLength(v) / 16
	case "jsonencode", "yamlencode":
		return parts(v, mostParts)
	}
	return parts(v, mostParts) / 4
}

// Weight is how many steps it is worth to keep a value.
func Weight(v cty.Value) int { return parts(v, mostParts) / 16 }

// mostParts is what is counted of a value.
const mostParts = 1 << 20

func textLength(v cty.Value) int {
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return 0
	}
	return len(v.AsString())
}

// Length is how many steps it takes to go through a collection.
func Length(v cty.Value) int {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}

// parts is how many values there are in a value, or more than most; a long text
// counts as several.
func parts(v cty.Value, most int) int {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown() || v.IsNull():
		return 1
	case v.Type() == cty.String:
		return 1 + textLength(v)/64
	case !v.CanIterateElements():
		return 1
	}
	n := 1
	for it := v.ElementIterator(); n <= most && it.Next(); {
		_, e := it.Element()
		n += parts(e, most-n)
	}
	return n
}

// Evaluated reports whether a function gets values; the others get expressions.
func Evaluated(function string) bool {
	name := strings.TrimPrefix(function, "core::")
	return name != "try" && name != "can"
}

// metered is an expression of a template whose value has to be paid for.
type metered struct {
	hclsyntax.Expression
	cost  func(cty.Value) int
	spend func(int) bool
}

// Value is unknown where nothing is left to spend.
func (m metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := m.Expression.Value(ctx)
	if !diags.HasErrors() && !m.spend(m.cost(v)) {
		return cty.DynamicVal, diags
	}
	return v, diags
}

// meter makes the loops and calls of a template be paid for.
func (r reader) meter(nodes []hclsyntax.Node) {
	if r.spend == nil {
		return
	}
	for _, n := range nodes {
		switch e := n.(type) {
		case *hclsyntax.ForExpr:
			e.CollExpr = metered{e.CollExpr, Length, r.spend}
		case *hclsyntax.TemplateExpr:
			for i, part := range e.Parts {
				e.Parts[i] = metered{part, Weight, r.spend}
			}
		case *hclsyntax.SplatExpr:
			e.Source = metered{e.Source, Length, r.spend}
		case *hclsyntax.FunctionCallExpr:
			for i, arg := range e.Args {
				if Evaluated(e.Name) {
					e.Args[i] = metered{arg, func(v cty.Value) int { return 1 + Cost(e.Name, v) }, r.spend}
				}
			}
		}
	}
}
