package functions

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// Options say what the functions may see of the world.
type Options struct {
	// Files are the files of the input; without any, what reads files is unknown.
	Files Files
	// Dir is the folder of the root module within Files, with slashes: what
	// relative paths are relative to, as they are in Terraform.
	Dir string
	// Spend is told what templates cost, in steps; false means that nothing is
	// left, and what they make is unknown. Nil is no limit.
	Spend func(steps int) bool
}

// Files is read-only access to the files of an input. Names have slashes, are
// relative to its root, and never leave it.
type Files interface {
	// ReadFile returns the content of a file. The error is fs.ErrNotExist where
	// the input is complete and has no such file; any other error makes the
	// content unknown.
	ReadFile(name string) ([]byte, error)
	// List returns the names of all files below a folder, relative to it.
	List(dir string) ([]string, error)
}

// Limits of what a single call reads or makes; what is larger is unknown.
const (
	maxFile     = 4 << 20 // bytes of a file
	maxText     = 4 << 20 // bytes of a string
	maxElements = 1 << 17 // elements of a collection
)

// sight is what a function does with the strings that it is given.
type sight int

const (
	// moves: the function hands values on, or compares them by Equal. It is given
	// symbols as they are.
	moves sight = iota
	// inspects: the function looks into strings. It is given Opaque values.
	inspects
	// sees: the function looks at its arguments itself, marks included.
	sees
)

// entry is a function of Terraform and what it does with symbols.
type entry struct {
	sight    sight
	function function.Function
}

// Table is every function of Terraform 1.11, by name and with the prefix core::,
// those that OpenTofu added, and the functions of the AWS provider.
func Table(options Options) map[string]function.Function {
	table := map[string]function.Function{}
	files := reader{files: options.Files, dir: options.Dir, table: table, spend: options.Spend}
	for name, e := range entries(files) {
		f := e.function
		switch e.sight {
		case inspects:
			f = blind(f)
		case moves:
			f = carry(f, name == "keys" || name == "values")
		}
		table[name] = f
		table["core::"+name] = f
	}
	maps.Copy(table, providerFunctions())
	return table
}

// entries joins the topics.
func entries(files reader) map[string]entry {
	all := map[string]entry{}
	for _, topic := range []map[string]entry{
		collectionFunctions, numberFunctions, stringFunctions, encodingFunctions, typeFunctions,
		networkFunctions, timeFunctions, fileFunctions(files),
	} {
		maps.Copy(all, topic)
	}
	return all
}

// blind wraps a function that looks into strings, so that it gets Opaque values.
// Arguments are converted here, as a symbol is no number but an unknown is one.
func blind(f function.Function) function.Function {
	return function.New(wrapper(f, func(args []cty.Value) (cty.Value, error) {
		for i, arg := range args {
			converted, err := convert.Convert(Opaque(settleOrder(arg)), parameter(f, i).Type)
			if err != nil {
				return cty.NilVal, function.NewArgError(i, err)
			}
			args[i] = converted
		}
		v, err := f.Call(args)
		if err != nil {
			return cty.NilVal, err
		}
		return bounded(v), nil
	}))
}

// wrapper is a function with the parameters of f that takes everything.
func wrapper(f function.Function, call func([]cty.Value) (cty.Value, error)) *function.Spec {
	spec := &function.Spec{
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return call(slices.Clone(args)) },
	}
	for _, p := range f.Params() {
		spec.Params = append(spec.Params, open(p.Name))
	}
	if p := f.VarParam(); p != nil {
		rest := open(p.Name)
		spec.VarParam = &rest
	}
	return spec
}

// parameter is the parameter for the argument i of a function.
func parameter(f function.Function, i int) function.Parameter {
	if i < len(f.Params()) {
		return f.Params()[i]
	}
	return *f.VarParam()
}

// open is a parameter that takes everything.
func open(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}
}

// bounded is v, or unknown where it is too large a string or collection.
func bounded(v cty.Value) cty.Value {
	plain, marks := v.Unmark()
	if !plain.IsKnown() || plain.IsNull() {
		return v
	}
	ty := plain.Type()
	switch {
	case ty == cty.String && len(plain.AsString()) > maxText,
		plain.CanIterateElements() && plain.LengthInt() > maxElements:
		return cty.UnknownVal(ty).WithMarks(marks)
	}
	return v
}

// text is a function from strings to a string.
func text(apply func(args []string) (string, error), params ...string) function.Function {
	spec := &function.Spec{
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			in := make([]string, len(args))
			for i, arg := range args {
				in[i] = arg.AsString()
			}
			out, err := apply(in)
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(out), nil
		},
	}
	for _, name := range params {
		spec.Params = append(spec.Params, function.Parameter{Name: name, Type: cty.String})
	}
	return function.New(spec)
}

// test is a function from two strings to a bool.
func test(holds func(a, b string) bool, first, second string) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: first, Type: cty.String}, {Name: second, Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(holds(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// hidden is a function whose result depends on more than its arguments: the
// time, chance, or what a provider computes.
func hidden(ty cty.Type, variadic bool, params ...string) function.Function {
	spec := &function.Spec{
		Type: function.StaticReturnType(ty),
		Impl: func(_ []cty.Value, retType cty.Type) (cty.Value, error) { return cty.UnknownVal(retType), nil },
	}
	for _, name := range params {
		spec.Params = append(spec.Params, open(name))
	}
	if variadic {
		rest := open("arguments")
		spec.VarParam = &rest
	}
	return function.New(spec)
}

// removed is a function that Terraform no longer has, with what to write instead.
func removed(name, instead string) function.Function {
	rest := open("arguments")
	return function.New(&function.Spec{
		VarParam: &rest,
		Type: func([]cty.Value) (cty.Type, error) {
			return cty.NilType, fmt.Errorf("the %q function was deprecated in Terraform v0.12 and is no longer available; use %s", name, instead)
		},
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) { return cty.NilVal, errors.New("not available") },
	})
}

func notNull(b *cty.RefinementBuilder) *cty.RefinementBuilder { return b.NotNull() }
