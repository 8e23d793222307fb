package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema is the JSON Schema of the JSON report, generated from the structs
// that write it. Keys that it does not name are allowed: a later minor version
// may add them.
func Schema() ([]byte, error) {
	parts := map[string]reflect.Type{
		"range":      reflect.TypeFor[wireRange](),
		"flow":       reflect.TypeFor[wireFlow](),
		"hop":        reflect.TypeFor[wireHop](),
		"assumption": reflect.TypeFor[wireAssumption](),
	}
	// What several structs hold is defined once.
	options := &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{}}
	for name, t := range parts {
		options.TypeSchemas[t] = &jsonschema.Schema{Ref: "#/$defs/" + name}
	}
	root, err := open(reflect.TypeFor[wireReport](), options)
	if err != nil {
		return nil, err
	}
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "tfcheck report"
	root.Description = "What `tfcheck check --format json` prints. Absent means not applicable; null is not used."
	root.Defs = map[string]*jsonschema.Schema{}
	for name, t := range parts {
		others := &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{}}
		for other, s := range options.TypeSchemas {
			if other != t {
				others.TypeSchemas[other] = s
			}
		}
		if root.Defs[name], err = open(t, others); err != nil {
			return nil, err
		}
	}
	// The answer of `tfcheck reach` is a document of its own.
	if root.Defs["answer"], err = open(reflect.TypeFor[wireAnswer](), options); err != nil {
		return nil, err
	}
	root.Defs["answer"].Description = "What `tfcheck reach --format json` prints."

	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(root)
	return out.Bytes(), err
}

// open infers the schema of a struct, open to further keys and without null,
// which is never written.
func open(t reflect.Type, o *jsonschema.ForOptions) (*jsonschema.Schema, error) {
	s, err := jsonschema.ForType(t, o)
	if err != nil {
		return nil, err
	}
	relax(s)
	return s, nil
}

func relax(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	s.Types = slices.DeleteFunc(s.Types, func(t string) bool { return t == "null" })
	if len(s.Types) == 1 {
		s.Type, s.Types = s.Types[0], nil
	}
	relax(s.Items)
	for _, p := range s.Properties {
		relax(p)
	}
	// A struct's schema forbids what it does not name; a map's says what its
	// values are, and that stays.
	if len(s.Properties) > 0 {
		s.AdditionalProperties = nil
	}
}
