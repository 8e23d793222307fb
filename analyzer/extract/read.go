package extract

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// wireStack is an extract as it is read; members that are not known are of a
// later minor and ignored.
type wireStack struct {
	Version          string                    `json:"tfcheck_context"`
	Stack            string                    `json:"stack"`
	MadeFrom         string                    `json:"made_from"`
	TerraformVersion string                    `json:"terraform_version"`
	Complete         bool                      `json:"complete"`
	Resources        []wireResource            `json:"resources"`
	Outputs          map[string]jsontext.Value `json:"outputs"`
}

type wireResource struct {
	Address      string                    `json:"address"`
	Provider     string                    `json:"provider"`
	Region       *string                   `json:"region"`
	New          bool                      `json:"new"`
	Maybe        bool                      `json:"maybe"`
	Handed       bool                      `json:"handed"`
	Configured   bool                      `json:"configured"`
	Sets         []string                  `json:"sets"`
	MaySet       []string                  `json:"may_set"`
	MaySetOthers bool                      `json:"may_set_others"`
	Values       map[string]jsontext.Value `json:"values"`
}

// maxSize bounds an extract, which is read as a whole.
const maxSize = 256 << 20

// Read reads an extract. Its path is what the stack carries.
func Read(r io.Reader, path string) (*tf.Stack, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSize {
		return nil, errors.New("the extract is larger than 256 MiB")
	}
	var wire wireStack
	if err := json.Unmarshal(data, &wire, jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, errors.New("the extract is not complete JSON of its form")
	}
	if major, _, _ := strings.Cut(wire.Version, "."); major != "1" {
		return nil, fmt.Errorf("version %q of the extract is not known here", wire.Version)
	}
	s := &tf.Stack{
		Name: wire.Stack, Path: path, Kind: tf.InputKind(wire.MadeFrom), TerraformVersion: wire.TerraformVersion, Complete: wire.Complete,
		Instances: len(wire.Resources), Types: map[string]int{}, Handed: map[string]bool{}, Outputs: map[string]tf.Value{},
	}
	var resources []*tf.Resource
	seen := map[string]bool{}
	for _, w := range wire.Resources {
		r, err := w.resource()
		if err != nil {
			return nil, err
		}
		if seen[r.Address] {
			return nil, fmt.Errorf("the extract has %s twice", r.Address)
		}
		seen[r.Address] = true
		s.Handed[r.Address] = w.Handed
		s.Types[r.Addr.Type]++
		resources = append(resources, r)
	}
	for name, text := range wire.Outputs {
		if s.Outputs[name], err = parse(text); err != nil {
			return nil, err
		}
	}
	s.After = tf.NewSnapshot(resources)
	return s, nil
}

func (w wireResource) resource() (*tf.Resource, error) {
	addr, err := tf.ParseAddress(w.Address)
	if err != nil {
		return nil, err
	}
	r := &tf.Resource{Addr: addr, Address: w.Address, Provider: w.Provider, Action: tf.NoOp, Maybe: w.Maybe}
	if w.New {
		r.Action = tf.Create
	}
	if w.Region != nil {
		r.Region = tf.KnownVal(*w.Region)
	}
	if w.Configured {
		r.Config = &tf.ResourceConfig{Address: addr.Config(), Arguments: w.Sets, Uncertain: w.MaySet, Complete: !w.MaySetOthers}
	}
	fields := make([]tf.Field, 0, len(w.Values))
	for name, text := range w.Values {
		v, err := parse(text)
		if err != nil {
			return nil, err
		}
		fields = append(fields, tf.Field{Name: name, Value: v})
	}
	r.Values = tf.ObjectValue(fields...)
	return r, nil
}

// maxDepth bounds the nesting of a value, which is read recursively.
const maxDepth = 200

func parse(text jsontext.Value) (tf.Value, error) {
	d := jsontext.NewDecoder(strings.NewReader(string(text)), jsontext.AllowInvalidUTF8(true))
	v, err := value(d)
	if err != nil {
		return v, fmt.Errorf("a value of the extract cannot be read: %w", err)
	}
	return v, nil
}

var errForm = errors.New("it does not have the documented form")

func value(d *jsontext.Decoder) (tf.Value, error) {
	if d.StackDepth() > maxDepth {
		return tf.Value{}, errors.New("it is nested too deeply")
	}
	switch d.PeekKind() {
	case jsontext.KindBeginArray:
		elements, err := list(d)
		return tf.ListValue(elements...), err
	case jsontext.KindBeginObject:
		return object(d)
	}
	t, err := d.ReadToken()
	if err != nil {
		return tf.Value{}, err
	}
	switch t.Kind() {
	case jsontext.KindString:
		return tf.StringValue(t.String()), nil
	case jsontext.KindNumber:
		return tf.NumberValue(t.String()), nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return tf.BoolValue(t.Bool()), nil
	}
	return tf.NullValue(), nil
}

func list(d *jsontext.Decoder) ([]tf.Value, error) {
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var elements []tf.Value
	for d.PeekKind() != jsontext.KindEndArray {
		v, err := value(d)
		if err != nil {
			return nil, err
		}
		elements = append(elements, v)
	}
	_, err := d.ReadToken()
	return elements, err
}

// object reads an object, or what one with members of ours stands for.
func object(d *jsontext.Decoder) (tf.Value, error) {
	if _, err := d.ReadToken(); err != nil {
		return tf.Value{}, err
	}
	var fields []tf.Field
	special := map[string]tf.Value{}
	for d.PeekKind() != jsontext.KindEndObject {
		t, err := d.ReadToken()
		if err != nil {
			return tf.Value{}, err
		}
		name := t.String()
		v, err := value(d)
		if err != nil {
			return tf.Value{}, err
		}
		if rest, ok := strings.CutPrefix(name, sign); !ok {
			fields = append(fields, tf.Field{Name: name, Value: v})
		} else if strings.HasPrefix(rest, sign) {
			fields = append(fields, tf.Field{Name: rest, Value: v})
		} else {
			special[name] = v
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return tf.Value{}, err
	}
	if len(special) == 0 {
		return tf.ObjectValue(fields...), nil
	}
	return meaning(special)
}

func meaning(special map[string]tf.Value) (tf.Value, error) {
	if v, ok := special[symbolOf]; ok {
		s, err := symbol(v)
		return tf.SymbolicValue(s), err
	}
	if v, ok := special[unknownOf]; ok {
		var candidates []tf.Symbol
		for _, e := range v.Elements() {
			s, err := symbol(e)
			if err != nil {
				return tf.Value{}, err
			}
			candidates = append(candidates, s)
		}
		return tf.UnknownValue(candidates...), nil
	}
	v, ok := special[underlying]
	if !ok {
		return tf.Value{}, errForm
	}
	if _, ok := special[optional]; ok {
		v = v.MarkOptional()
	}
	if a, ok := special[assuming]; ok {
		text := func(name string) string {
			s, _ := a.Get(name).AsString().Known()
			return s
		}
		v = v.Assuming(&tf.Assumption{ID: text("id"), Text: text("text"), Address: text("address")})
	}
	return v, nil
}

func symbol(v tf.Value) (tf.Symbol, error) {
	parts, complete := v.Strings()
	if len(parts) != 2 || !complete {
		return tf.Symbol{}, errForm
	}
	return tf.Symbol{Address: parts[0], Attribute: parts[1]}, nil
}
