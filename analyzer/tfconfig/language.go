package tfconfig

import (
	"errors"
	"io"
	"io/fs"
	"path"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/tfcheck/tfcheck/analyzer/tfconfig/functions"
)

// functionTable are the functions of the language, which see the files of the
// repository.
func functionTable(c *Config, spend func(int) bool) map[string]function.Function {
	table := functions.Table(functions.Options{Files: files{c}, Dir: c.modules[""].source.dir, Spend: spend})
	table["slice"] = slice
	table["core::slice"] = slice
	return table
}

// files are those of the repository.
type files struct{ config *Config }

// ReadFile implements [functions.Files].
func (f files) ReadFile(name string) ([]byte, error) {
	if f.config.partial {
		return nil, errPartial
	}
	return readFile(f.config.fsys, name, f.config.limits.FileSize)
}

var (
	errPartial = errors.New("only the configuration is at hand")
	errTooMany = errors.New("there are too many files")
)

// List implements [functions.Files].
func (f files) List(dir string) ([]string, error) {
	if f.config.partial {
		return nil, errPartial
	}
	var names []string
	err := fs.WalkDir(f.config.fsys, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case len(names) >= f.config.limits.Files:
			return errTooMany
		}
		rel := name
		if dir != "." {
			rel = name[len(path.Clean(dir))+1:]
		}
		names = append(names, rel)
		return nil
	})
	return names, err
}

// readFile reads a regular file of no more than a size.
func readFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	// Opening a pipe would wait for somebody to write to it.
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = errTooLarge
	}
	return data, err
}

// slice fails unless the list is long enough: a part of a list that is not known
// is a list of as many elements that are not known. Terraform knows no more of
// it than of the list; here the usual slice of the availability zones says how
// many subnets there are.
var slice = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "list", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true},
		{Name: "start_index", Type: cty.Number},
		{Name: "end_index", Type: cty.Number},
	},
	Type: func(args []cty.Value) (cty.Type, error) { return stdlib.SliceFunc.ReturnTypeForValues(args) },
	Impl: func(args []cty.Value, want cty.Type) (cty.Value, error) {
		if args[0].IsKnown() || !want.IsListType() {
			return stdlib.SliceFunc.Call(args)
		}
		start, _ := args[1].AsBigFloat().Int64()
		end, _ := args[2].AsBigFloat().Int64()
		if start < 0 || end < start || end-start > mostSliced {
			return cty.UnknownVal(want), nil
		}
		return cty.UnknownVal(want).Refine().NotNull().CollectionLength(int(end - start)).NewValue(), nil
	},
})

// mostSliced is far more than anybody takes of a list that is not known.
const mostSliced = 10_000
