package tfconfig

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// literal is the value of an expression that refers to nothing.
func literal(e hcl.Expression) (cty.Value, bool) {
	if _, native := e.(hclsyntax.Expression); native && len(e.Variables()) > 0 {
		return cty.NilVal, false
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() || !v.IsWhollyKnown() || v.ContainsMarked() {
		return cty.NilVal, false
	}
	if _, native := e.(hclsyntax.Expression); !native && holdsTemplate(v) {
		return cty.NilVal, false
	}
	return v, true
}

// holdsTemplate reports whether a value of the JSON syntax holds a string that
// Terraform takes for a template.
func holdsTemplate(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if s, ok := textOf(v); ok && v.Type() == cty.String && (strings.Contains(s, "${") || strings.Contains(s, "%{")) {
			found = true
		}
		return !found, nil
	})
	return found
}

// textOf is the text of a known string, number or bool.
func textOf(v cty.Value) (string, bool) {
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() {
		return "", false
	}
	switch v.Type() {
	case cty.String:
		return v.AsString(), true
	case cty.Number:
		f := v.AsBigFloat()
		if e := f.MantExp(nil); f.IsInf() || e > 1024 || e < -1024 {
			return "", false // nothing that a plan holds, and too long to write out
		}
		if i, exact := f.Int64(); exact == big.Exact {
			return strconv.FormatInt(i, 10), true
		}
		return f.Text('f', -1), true
	case cty.Bool:
		if v.True() {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// agreement is how a literal of the source compares with a value of the plan.
type agreement int

const (
	open      agreement = iota // nothing can be said
	agrees                     // they are the same
	disagrees                  // they are not
)

// compare holds a literal against a planned value. Providers normalise and
// complete what was written, so that only what cannot be the same disagrees.
func compare(v cty.Value, planned tf.Value) agreement {
	if v == cty.NilVal || v.IsNull() || planned.IsNull() || planned.IsUnknown() {
		return open
	}
	if text, ok := textOf(v); ok {
		s, known := planned.AsString().Known()
		switch {
		case !known:
			return open
		case s == text || sameNumber(s, text):
			return agrees
		}
		return disagrees
	}
	if !v.CanIterateElements() || v.Type().IsObjectType() || v.Type().IsMapType() {
		return open
	}
	return compareLists(v.AsValueSlice(), planned)
}

// compareLists compares without order, since a set of the plan has its own.
func compareLists(written []cty.Value, planned tf.Value) agreement {
	if planned.Kind() != tf.List {
		return open
	}
	rest := planned.Elements()
	if len(rest) != len(written) {
		return disagrees
	}
	sure := true
	for _, w := range written {
		best := disagrees
		for _, p := range rest {
			switch compare(w, p) {
			case agrees:
				best = agrees
			case open:
				if best == disagrees {
					best = open
				}
			}
		}
		if best == disagrees {
			return disagrees
		}
		sure = sure && best == agrees
	}
	if sure {
		return agrees
	}
	return open
}

func sameNumber(a, b string) bool {
	x, ok := new(big.Float).SetString(a)
	if !ok {
		return false
	}
	y, ok := new(big.Float).SetString(b)
	return ok && x.Cmp(y) == 0
}
