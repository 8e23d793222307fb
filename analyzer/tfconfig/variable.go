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

// assignments are those of a file of values; errors in it are Terraform's to
// report.
func (f *file) assignments() hcl.Attributes {
	if f.given == nil {
		f.given = f.readAssignments()
	}
	return f.given
}

func (f *file) readAssignments() hcl.Attributes {
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
