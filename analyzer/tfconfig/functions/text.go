package functions

import (
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// stringFunctions look into strings.
var stringFunctions = map[string]entry{
	"chomp":       {inspects, stdlib.ChompFunc},
	"endswith":    {inspects, test(strings.HasSuffix, "str", "suffix")},
	"format":      {inspects, formatFunction(stdlib.FormatFunc)},
	"formatlist":  {inspects, formatFunction(stdlib.FormatListFunc)},
	"indent":      {inspects, indentFunction},
	"join":        {moves, joinFunction},
	"lower":       {inspects, stdlib.LowerFunc},
	"regex":       {inspects, stdlib.RegexFunc},
	"regexall":    {inspects, stdlib.RegexAllFunc},
	"replace":     {inspects, replaceFunction},
	"split":       {inspects, stdlib.SplitFunc},
	"startswith":  {inspects, test(strings.HasPrefix, "str", "prefix")},
	"strcontains": {inspects, test(strings.Contains, "str", "substr")},
	"strrev":      {inspects, stdlib.ReverseFunc},
	"substr":      {inspects, stdlib.SubstrFunc},
	"title":       {inspects, stdlib.TitleFunc},
	"trim":        {inspects, stdlib.TrimFunc},
	"trimprefix":  {inspects, stdlib.TrimPrefixFunc},
	"trimspace":   {inspects, stdlib.TrimSpaceFunc},
	"trimsuffix":  {inspects, stdlib.TrimSuffixFunc},
	"upper":       {inspects, stdlib.UpperFunc},
}

// replaceFunction takes what is written between slashes for a regular expression.
var replaceFunction = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "str", Type: cty.String},
		{Name: "substr", Type: cty.String},
		{Name: "replace", Type: cty.String},
	},
	Type:         function.StaticReturnType(cty.String),
	RefineResult: notNull,
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		str, old, replacement := args[0].AsString(), args[1].AsString(), args[2].AsString()
		if (len(str)+1)*(len(replacement)+1) > maxText {
			return cty.UnknownVal(retType), nil
		}
		if len(old) > 1 && old[0] == '/' && old[len(old)-1] == '/' {
			pattern, err := regexp.Compile(old[1 : len(old)-1])
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			return cty.StringVal(pattern.ReplaceAllString(str, replacement)), nil
		}
		return cty.StringVal(strings.ReplaceAll(str, old, replacement)), nil
	},
})

// joinFunction is join, unknown where the text becomes too long.
var joinFunction = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "separator", Type: cty.String}},
	VarParam: &function.Parameter{Name: "lists", Type: cty.List(cty.String)},
	Type:     function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		size := 0
		for _, list := range args[1:] {
			size += list.LengthInt() * len(args[0].AsString())
			walkStrings(list, func(s string) bool { size += len(s); return size <= maxText })
		}
		if size > maxText {
			return cty.UnknownVal(retType), nil
		}
		return stdlib.JoinFunc.Call(args)
	},
})

// indentFunction is indent, unknown where the text becomes too long.
var indentFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "spaces", Type: cty.Number}, {Name: "str", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		lines := strings.Count(args[1].AsString(), "\n") + 1
		if args[0].GreaterThan(cty.NumberIntVal(int64(maxText / lines))).True() {
			return cty.UnknownVal(retType), nil
		}
		return stdlib.IndentFunc.Call(args)
	},
})

// wide is a verb of a format with a width or precision of many digits.
var wide = regexp.MustCompile(`%[^a-zA-Z%]*[0-9]{6}`)

// formatFunction is format or formatlist, unknown where a verb asks for so many
// characters that the text becomes too long.
func formatFunction(f function.Function) function.Function {
	rest := *f.VarParam()
	return function.New(&function.Spec{
		Params:   f.Params(),
		VarParam: &rest,
		Type:     f.ReturnTypeForValues,
		Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
			if args[0].IsKnown() && wide.MatchString(args[0].AsString()) {
				return cty.UnknownVal(retType), nil
			}
			return f.Call(args)
		},
	})
}
