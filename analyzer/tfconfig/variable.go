package tfconfig

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Variable finds the value given to a root variable in a file that Terraform
// reads by itself, else its default, else its declaration.
func (c *Config) Variable(name string) (tf.Range, bool) {
	if at, ok := c.values[name]; ok {
		return at, true
	}
	root := c.modules[""]
	if root == nil || root.source == nil || root.source.variables[name] == nil {
		return tf.Range{}, false
	}
	v := root.source.variables[name]
	if a := v.args["default"]; a != nil {
		return a.file.rangeOf(a.at), true
	}
	return v.file.rangeOf(v.header), true
}

// variables reads the files of values beside the root module, in Terraform's
// order: a later one wins.
func (l *loader) variables(dir string) {
	names, err := l.list(dir)
	if err != nil {
		return // reported with the root module
	}
	files := slices.DeleteFunc([]string{"terraform.tfvars", "terraform.tfvars.json"}, func(name string) bool { return !slices.Contains(names, name) })
	for _, name := range names {
		if strings.HasSuffix(name, ".auto.tfvars") || strings.HasSuffix(name, ".auto.tfvars.json") {
			files = append(files, name)
		}
	}
	for _, name := range files {
		f := &file{path: path.Join(dir, name)}
		if f.src, err = l.read(f.path); err != nil {
			l.warn(tf.Range{File: f.path}, f.path+" cannot be read", err.Error())
			continue
		}
		for name, a := range f.assignments() {
			l.config.values[name] = f.rangeOf(a.Range)
		}
	}
}

// assignments are those of a file of values; errors in it are Terraform's to
// report.
func (f *file) assignments() hcl.Attributes {
	var parsed *hcl.File
	if strings.HasSuffix(f.path, ".json") {
		if jsonTooDeep(f.src) {
			return nil
		}
		parsed, _ = json.Parse(f.src, f.path)
	} else {
		if tokens, _ := hclsyntax.LexConfig(f.src, f.path, hcl.InitialPos); tooDeep(tokens) {
			return nil
		}
		parsed, _ = hclsyntax.ParseConfig(f.src, f.path, hcl.InitialPos)
	}
	if parsed == nil || parsed.Body == nil {
		return nil
	}
	attributes, _ := parsed.Body.JustAttributes()
	return attributes
}
