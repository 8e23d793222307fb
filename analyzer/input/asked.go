package input

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Asked remembers the configurations that asked for what other stacks know.
type Asked struct {
	mu      sync.Mutex
	where   map[*tf.Stack]located
	answers map[*tf.Stack]func(*tf.Resource) (tf.Value, bool)
}

// answersOf is the function that answered a configuration, or nil.
func (a *Asked) answersOf(s *tf.Stack) func(*tf.Resource) (tf.Value, bool) {
	if a == nil {
		return nil
	}
	return a.answers[s]
}

// asking has a data function note that it was asked, and answer nothing.
func asking(asked *bool) func(*tf.Resource) (tf.Value, bool) {
	return func(*tf.Resource) (tf.Value, bool) {
		*asked = true
		return tf.Value{}, false
	}
}

func (a *Asked) note(s *tf.Stack, l located) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.where == nil {
		a.where = map[*tf.Stack]located{}
	}
	a.where[s] = l
}

// Answers makes a function that answers data sources from stacks; assume gets
// what the answers rest on.
type Answers func(known []*tf.Stack, assume func(*tf.Assumption)) func(*tf.Resource) (tf.Value, bool)

// Evaluate evaluates the configurations that asked once more, with what all
// others of the stacks and of their context know, and puts them in their
// places.
func (a *Asked) Evaluate(ctx context.Context, o Options, stacks, known []*tf.Stack, answers Answers) error {
	first := slices.Clone(stacks)
	a.answers = map[*tf.Stack]func(*tf.Resource) (tf.Value, bool){}
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range first {
		l, ok := a.where[s]
		others := slices.DeleteFunc(slices.Concat(first, known), func(other *tf.Stack) bool { return other == s })
		if !ok || len(others) == 0 {
			continue
		}
		g.Go(func() error {
			var assumptions []*tf.Assumption
			o := o
			o.data = answers(others, func(assumed *tf.Assumption) { assumptions = append(assumptions, assumed) })
			again, err := o.evaluate(ctx, l)
			if err != nil {
				return err
			}
			again.Name = s.Name
			again.Assumptions = append(again.Assumptions, assumptions...)
			stacks[i] = again
			a.mu.Lock()
			defer a.mu.Unlock()
			a.answers[again] = answers(others, func(*tf.Assumption) {})
			return nil
		})
	}
	return g.Wait()
}
