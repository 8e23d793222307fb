package input

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// links counts how the arguments that hold identities were resolved.
type links struct{ exact, assumed, candidates, any int }

func (l *links) count(r *tf.Resource, path string, v tf.Value) {
	for _, f := range v.Fields() {
		name := f.Name
		if path != "" {
			name = path + "." + name
		}
		if len(aws.Types.Targets(r.Addr.Type, name)) == 0 {
			l.count(r, name, f.Value)
			continue
		}
		elements := f.Value.Elements()
		if f.Value.Kind() != tf.List {
			elements = []tf.Value{f.Value}
		}
		for _, e := range elements {
			switch {
			case e.IsUnknown() && len(e.Candidates()) > 0:
				l.candidates++
			case e.IsUnknown() && r.Config.Sets(f.Name) == tf.No:
				// Unset: a documented default.
			case e.IsUnknown():
				l.any++
			case e.Assumption() != nil:
				l.assumed++
			default:
				l.exact++
			}
		}
	}
	for _, e := range v.Elements() {
		l.count(r, path, e)
	}
}

// With its source a plan has no links that are inferred, and hardly any that
// are open. Run with -v for the figures.
func TestLinksWithSource(t *testing.T) {
	corpus := os.Getenv("TFCHECK_CORPUS_SOURCES")
	if corpus == "" {
		corpus = filepath.Join("..", "..", "fixtures")
	}
	for _, form := range []string{"plan.json", "tfplan"} {
		var l links
		plans, err := filepath.Glob(filepath.Join(corpus, "*", form))
		if more, _ := filepath.Glob(filepath.Join(corpus, "*", "*."+form)); len(plans) == 0 {
			plans = more
		}
		if err != nil || len(plans) == 0 {
			t.Fatalf("no plans in %s: %v", corpus, err)
		}
		for _, plan := range plans {
			stacks, err := Open(context.Background(), []string{plan}, Options{Wanted: aws.Types})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range stacks[0].After.Resources {
				if r.IsNew() {
					l.count(r, "", r.Values)
				}
			}
		}
		t.Logf("%s: exact %d, assumed %d, candidates %d, any %d", form, l.exact, l.assumed, l.candidates, l.any)
		open := l.assumed + l.candidates + l.any
		if form == "tfplan" && (l.assumed > 0 || open*100 > 2*(l.exact+open)) {
			t.Errorf("of the links of binary plans %d are exact, %d inferred, %d open", l.exact, l.assumed, l.candidates+l.any)
		}
	}
}
