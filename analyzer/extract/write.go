package extract

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Handed says which attributes of instances of a type other stacks need; ok is
// false for types that are no business of theirs.
type Handed func(resourceType string) (attributes map[string]bool, ok bool)

// Write writes the extract of a stack as it will be.
func Write(out io.Writer, s *tf.Stack, handed Handed) error {
	w := &writer{e: jsontext.NewEncoder(out, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))}
	w.object(func() {
		w.text(Marker, Version)
		w.text("stack", s.Name)
		w.text("made_from", string(s.Kind))
		if s.TerraformVersion != "" {
			w.text("terraform_version", s.TerraformVersion)
		}
		w.flag("complete", s.Complete)
		w.name("resources")
		w.array(func() {
			for _, r := range s.After.Resources {
				if attributes, ok := handed(r.Addr.Type); ok && !r.Deposed {
					w.resource(s, r, attributes)
				}
			}
		})
		w.name("outputs")
		w.object(func() {
			for _, name := range slices.Sorted(maps.Keys(s.Outputs)) {
				if v := s.Outputs[name]; !v.IsSensitive() {
					w.name(name)
					w.value(v)
				}
			}
		})
	})
	return w.err
}

// writer remembers the first error.
type writer struct {
	e   *jsontext.Encoder
	err error
}

func (w *writer) token(t jsontext.Token) {
	if w.err == nil {
		w.err = w.e.WriteToken(t)
	}
}

func (w *writer) object(members func()) {
	w.token(jsontext.BeginObject)
	members()
	w.token(jsontext.EndObject)
}

func (w *writer) array(elements func()) {
	w.token(jsontext.BeginArray)
	elements()
	w.token(jsontext.EndArray)
}

func (w *writer) name(name string) { w.token(jsontext.String(name)) }

func (w *writer) text(name, text string) {
	w.name(name)
	w.token(jsontext.String(text))
}

func (w *writer) flag(name string, set bool) {
	w.name(name)
	w.token(jsontext.Bool(set))
}

func (w *writer) texts(name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	w.name(name)
	w.array(func() {
		for _, text := range texts {
			w.token(jsontext.String(text))
		}
	})
}

func (w *writer) resource(s *tf.Stack, r *tf.Resource, attributes map[string]bool) {
	w.object(func() {
		w.text("address", r.Address)
		if r.Provider != "" {
			w.text("provider", r.Provider)
		}
		if region, ok := r.Region.Known(); ok {
			w.text("region", region)
		}
		if r.IsNew() {
			w.flag("new", true)
		}
		if r.Maybe {
			w.flag("maybe", true)
		}
		if s.Handed[r.Address] {
			w.flag("handed", true)
		}
		if c := r.Config; c != nil {
			w.flag("configured", true)
			of := func(names []string) []string {
				return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !attributes[name] })
			}
			w.texts("sets", of(c.Arguments))
			w.texts("may_set", of(c.Uncertain))
			if !c.Complete {
				w.flag("may_set_others", true)
			}
		}
		w.name("values")
		w.object(func() {
			for _, f := range r.Values.Fields() {
				if attributes[f.Name] && !f.Value.IsNull() {
					w.name(f.Name)
					w.value(f.Value)
				}
			}
		})
	})
}

// value writes a value; a sensitive one is anything.
func (w *writer) value(v tf.Value) {
	a := v.Assumption()
	if v.IsSensitive() {
		a = nil
	}
	if a != nil || v.IsOptional() {
		w.object(func() {
			if a != nil {
				w.name(assuming)
				w.object(func() {
					w.text("id", a.ID)
					w.text("text", a.Text)
					w.text("address", a.Address)
				})
			}
			if v.IsOptional() {
				w.flag(optional, true)
			}
			w.name(underlying)
			w.plain(v)
		})
		return
	}
	w.plain(v)
}

func (w *writer) plain(v tf.Value) {
	symbol, isSymbol := v.Symbol()
	switch {
	case v.IsSensitive():
		w.unknown(nil)
	case isSymbol:
		w.object(func() {
			w.name(symbolOf)
			w.symbol(symbol)
		})
	case v.IsUnknown():
		w.unknown(v.Candidates())
	case v.Kind() == tf.List:
		w.array(func() {
			for _, e := range v.Elements() {
				w.value(e)
			}
		})
	case v.Kind() == tf.Object:
		w.object(func() {
			for _, f := range v.Fields() {
				name := f.Name
				if strings.HasPrefix(name, sign) {
					name = sign + name
				}
				w.name(name)
				w.value(f.Value)
			}
		})
	default:
		w.scalar(v)
	}
}

func (w *writer) scalar(v tf.Value) {
	text, known := v.AsString().Known()
	switch {
	case !known:
		w.token(jsontext.Null)
	case v.Kind() == tf.Bool:
		w.token(jsontext.Bool(text == "true"))
	case v.Kind() == tf.Number:
		if w.err == nil {
			w.err = w.e.WriteValue(jsontext.Value(text))
		}
	default:
		w.token(jsontext.String(text))
	}
}

func (w *writer) unknown(candidates []tf.Symbol) {
	w.object(func() {
		w.name(unknownOf)
		w.array(func() {
			for _, s := range candidates {
				w.symbol(s)
			}
		})
	})
}

func (w *writer) symbol(s tf.Symbol) {
	w.array(func() {
		w.token(jsontext.String(s.Address))
		w.token(jsontext.String(s.Attribute))
	})
}
