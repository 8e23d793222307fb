package tfplan

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// linkCounts says how the links of one argument were resolved.
type linkCounts struct{ exact, assumed, candidates, any int }

func (c linkCounts) total() int { return c.exact + c.assumed + c.candidates + c.any }

// Nearly every link between network resources of real create plans leads to
// one object. Run with -v for the figures of each argument.
func TestLinksOfTheCorpus(t *testing.T) {
	byArgument := map[string]*linkCounts{}
	var all linkCounts
	var unresolved []string
	for _, path := range corpusPlans(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Read(context.Background(), bytes.NewReader(text), Options{Wanted: aws.Types})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for _, r := range s.After.Resources {
			if r.Action != tf.Create && r.Action != tf.Replace {
				continue
			}
			eachLink(r, "", r.Values, func(argument string, v tf.Value) {
				if v.IsUnknown() && len(v.Candidates()) == 0 && r.Config.Sets(strings.Split(argument, ".")[0]) == tf.No {
					return // unset: a documented default
				}
				if text, known := v.AsString().Known(); known && text == "" {
					return // unset, as blocks of attributes write it
				}
				name := r.Addr.Type + "." + argument
				c := byArgument[name]
				if c == nil {
					c = &linkCounts{}
					byArgument[name] = c
				}
				count(c, v)
				count(&all, v)
				if v.IsUnknown() || v.Assumption() != nil {
					unresolved = append(unresolved, fmt.Sprintf("%s: %s.%s: %s", filepath.Base(filepath.Dir(path)), r.Address, argument, describe(v)))
				}
			})
		}
	}
	names := make([]string, 0, len(byArgument))
	for name := range byArgument {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		c := byArgument[name]
		t.Logf("%-70s exact %4d  assumed %4d  candidates %4d  any %4d", name, c.exact, c.assumed, c.candidates, c.any)
	}
	t.Logf("%-70s exact %4d  assumed %4d  candidates %4d  any %4d", "all", all.exact, all.assumed, all.candidates, all.any)
	if out := os.Getenv("TFCHECK_UNRESOLVED"); out != "" {
		_ = os.WriteFile(out, []byte(strings.Join(unresolved, "\n")), 0o644)
	}
	if one := all.exact + all.assumed; one*100 < all.total()*95 {
		t.Errorf("%d of %d links lead to one object, want 95%%", one, all.total())
	}
}

func eachLink(r *tf.Resource, path string, v tf.Value, f func(argument string, v tf.Value)) {
	switch v.Kind() {
	case tf.Object:
		for _, field := range v.Fields() {
			name := field.Name
			if path != "" {
				name = path + "." + name
			}
			if len(aws.Types.Targets(r.Addr.Type, name)) > 0 {
				switch field.Value.Kind() {
				case tf.Null:
				case tf.List:
					for _, e := range field.Value.Elements() {
						f(name, e)
					}
				default:
					f(name, field.Value)
				}
				continue
			}
			eachLink(r, name, field.Value, f)
		}
	case tf.List:
		for _, e := range v.Elements() {
			eachLink(r, path, e, f)
		}
	}
}

func count(c *linkCounts, v tf.Value) {
	switch {
	case !v.IsUnknown() && v.Assumption() == nil:
		c.exact++
	case !v.IsUnknown():
		c.assumed++
	case len(v.Candidates()) > 0:
		c.candidates++
	default:
		c.any++
	}
}

func describe(v tf.Value) string {
	text := ""
	if s, ok := v.Symbol(); ok {
		text = "-> " + s.Address + "." + s.Attribute
	} else if v.IsUnknown() {
		text = fmt.Sprintf("one of %d %v", len(v.Candidates()), v.Candidates())
	}
	if a := v.Assumption(); a != nil {
		text += " (" + a.Text + ")"
	}
	return text
}
