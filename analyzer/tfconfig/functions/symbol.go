// Package functions is the table of Terraform's functions, over values in
// which identities that are not known before apply are symbols.
package functions

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// A symbol is a known string to cty, so that it goes through everything that
// only moves and compares values: collections, sets too, conditionals, lookup.
// What looks into a string must take it for unknown. Its text begins with a
// byte that is no UTF-8, which no source and no function can make.
const (
	symbolStart = "\xff"
	symbolPart  = "\xfe"
)

// Symbol is the string that stands for an identity.
func Symbol(s tf.Symbol) cty.Value {
	return cty.StringVal(symbolStart + s.Address + symbolPart + s.Attribute)
}

// SymbolOf is the identity that a value stands for, if it is a symbol.
func SymbolOf(v cty.Value) (s tf.Symbol, ok bool) {
	if v == cty.NilVal || v.Type() != cty.String {
		return s, false
	}
	if v, _ = v.Unmark(); v.IsNull() || !v.IsKnown() {
		return s, false
	}
	text, ok := strings.CutPrefix(v.AsString(), symbolStart)
	if !ok {
		return s, false
	}
	s.Address, s.Attribute, ok = strings.Cut(text, symbolPart)
	return s, ok
}

// HoldsSymbol reports whether a value is a symbol or holds one at any depth,
// as the key of a map too.
func HoldsSymbol(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(path cty.Path, v cty.Value) (bool, error) {
		if len(path) > 0 {
			if step, ok := path[len(path)-1].(cty.IndexStep); ok && !found {
				_, found = SymbolOf(step.Key)
			}
		}
		if !found {
			_, found = SymbolOf(v)
		}
		return !found, nil
	})
	return found
}
