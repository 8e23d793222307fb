package tfconfig

import (
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

// assign reads a file of values. What can be read of a broken one is kept.
func (f *file) assign() []tf.Diagnostic {
	var parsed *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(f.path, ".json") {
		if jsonTooDeep(f.src) {
			return f.nested()
		}
		parsed, diags = json.Parse(f.src, f.path)
	} else {
		if tokens, _ := hclsyntax.LexConfig(f.src, f.path, hcl.InitialPos); tooDeep(tokens) {
			return f.nested()
		}
		parsed, diags = hclsyntax.ParseConfig(f.src, f.path, hcl.InitialPos)
	}
	if parsed != nil && parsed.Body != nil {
		attributes, more := parsed.Body.JustAttributes()
		f.given, diags = attributes, append(diags, more...)
	}
	return f.diagnostics("file of values", diags)
}
