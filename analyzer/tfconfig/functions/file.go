package functions

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Cwd is the value of path.cwd, the folder that Terraform runs in: a symbol, as
// where the input lies on this machine says nothing about where it is applied.
// Paths under it are understood by the functions that read files.
func Cwd() cty.Value { return Symbol("path", "cwd") }

// reader reads the files of the input for a table of functions.
type reader struct {
	files Files
	dir   string
	// table is the table that the functions are in, for templates.
	table map[string]function.Function
	spend func(int) bool // of Options
}

// errUnavailable says that a file is not part of what can be read.
var errUnavailable = errors.New("not part of the input")

// fileFunctions read files, or are about paths. What they are given as path may
// begin with Cwd, so that they look at symbols themselves.
func fileFunctions(r reader) map[string]entry {
	return map[string]entry{
		"abspath":    {moves, pathFunction(abspath)},
		"basename":   {inspects, text(func(args []string) (string, error) { return path.Base(args[0]), nil }, "path")},
		"dirname":    {moves, pathFunction(path.Dir)},
		"file":       {moves, r.content(utf8Text)},
		"filebase64": {moves, r.content(func(b []byte) (string, error) { return base64.StdEncoding.EncodeToString(b), nil })},
		"filebase64sha256": {moves, r.content(func(b []byte) (string, error) {
			s := sha256.Sum256(b)
			return base64.StdEncoding.EncodeToString(s[:]), nil
		})},
		"filebase64sha512": {moves, r.content(func(b []byte) (string, error) {
			s := sha512.Sum512(b)
			return base64.StdEncoding.EncodeToString(s[:]), nil
		})},
		"fileexists":     {moves, r.exists()},
		"filemd5":        {moves, r.content(func(b []byte) (string, error) { s := md5.Sum(b); return hex.EncodeToString(s[:]), nil })},
		"fileset":        {moves, r.set()},
		"filesha1":       {moves, r.content(func(b []byte) (string, error) { s := sha1.Sum(b); return hex.EncodeToString(s[:]), nil })},
		"filesha256":     {moves, r.content(func(b []byte) (string, error) { s := sha256.Sum256(b); return hex.EncodeToString(s[:]), nil })},
		"filesha512":     {moves, r.content(func(b []byte) (string, error) { s := sha512.Sum512(b); return hex.EncodeToString(s[:]), nil })},
		"pathexpand":     {moves, pathexpandFunction},
		"templatefile":   {moves, r.templatefile()},
		"templatestring": {moves, r.templatestring()},
	}
}

// pathFunction is a function from a path to a path, which may be below Cwd.
func pathFunction(apply func(string) string) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
			below, rest, ok := belowCwd(args[0])
			if !ok {
				return cty.UnknownVal(retType), nil
			}
			out := apply(rest)
			if below {
				out = cwdText + strings.TrimSuffix(path.Clean("/"+out), "/")
			}
			return cty.StringVal(out), nil
		},
	})
}

// cwdText is the spelling of Cwd.
var cwdText = Cwd().AsString()

// belowCwd takes a path apart that may begin with Cwd; it is not ok where
// another symbol is in it.
func belowCwd(v cty.Value) (below bool, rest string, ok bool) {
	rest, below = strings.CutPrefix(v.AsString(), cwdText)
	if below && rest != "" && rest[0] != '/' {
		return false, "", false
	}
	return below, rest, !strings.Contains(rest, symbolBegin)
}

// abspath is a path below Cwd for a relative one.
func abspath(p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return cwdText + strings.TrimSuffix(path.Join("/", p), "/")
}

// pathexpandFunction does not know the home directory.
var pathexpandFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "path", Type: cty.String}},
	Type:         function.StaticReturnType(cty.String),
	RefineResult: notNull,
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		if strings.HasPrefix(args[0].AsString(), "~") {
			return cty.UnknownVal(retType), nil
		}
		return args[0], nil
	},
})

// name is the name of a file within the input, and errUnavailable for what lies
// outside of it.
func (r reader) name(v cty.Value) (string, error) {
	below, p, ok := belowCwd(v)
	if !ok || r.files == nil || !below && path.IsAbs(p) {
		return "", errUnavailable
	}
	p = path.Join(r.dir, p)
	if p == ".." || strings.HasPrefix(p, "../") || path.IsAbs(p) {
		return "", errUnavailable
	}
	return p, nil
}

// read returns the content of a file. The error is errUnavailable where it
// cannot be known.
func (r reader) read(v cty.Value) ([]byte, error) {
	name, err := r.name(v)
	if err != nil {
		return nil, err
	}
	b, err := r.files.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("no file exists at %q", v.AsString())
	case err != nil, len(b) > maxFile:
		return nil, errUnavailable
	}
	return b, nil
}

// content is a function from the content of a file to a string.
func (r reader) content(apply func([]byte) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
			b, err := r.read(args[0])
			if err != nil {
				return unavailable(retType, err)
			}
			s, err := apply(b)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(s), nil
		},
	})
}

// unavailable is unknown for what is not part of the input, else the error.
func unavailable(ty cty.Type, err error) (cty.Value, error) {
	if errors.Is(err, errUnavailable) {
		return cty.UnknownVal(ty), nil
	}
	return cty.NilVal, function.NewArgError(0, err)
}

func (r reader) exists() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Bool),
		RefineResult: notNull,
		Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
			name, err := r.name(args[0])
			if err != nil {
				return unavailable(retType, err)
			}
			_, err = r.files.ReadFile(name)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return cty.False, nil
			case err != nil:
				return cty.UnknownVal(retType), nil
			}
			return cty.True, nil
		},
	})
}

// set is fileset: the files below a folder that match a pattern.
func (r reader) set() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:         function.StaticReturnType(cty.Set(cty.String)),
		RefineResult: notNull,
		Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
			pattern := args[1].AsString()
			if !doublestar.ValidatePattern(pattern) {
				return cty.NilVal, function.NewArgErrorf(1, "not a valid pattern")
			}
			dir, err := r.name(args[0])
			if err != nil || path.Clean("/"+pattern) != "/"+pattern || strings.Contains(pattern, symbolBegin) {
				return unavailable(retType, errUnavailable)
			}
			names, err := r.files.List(dir)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return cty.SetValEmpty(cty.String), nil
			case err != nil:
				return cty.UnknownVal(retType), nil
			}
			var found []cty.Value
			for _, name := range names {
				if matches, _ := doublestar.Match(pattern, name); matches {
					found = append(found, cty.StringVal(name))
				}
			}
			if len(found) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(found), nil
		},
	})
}
