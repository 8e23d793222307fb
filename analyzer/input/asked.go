package input

import (
	"context"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Asked remembers the inputs that asked for what other stacks know:
// configurations for data sources, units of terragrunt for their dependencies.
type Asked struct {
	mu      sync.Mutex
	again   map[*tf.Stack]reread
	answers map[*tf.Stack]data
}

// data answers data sources, and dependencies, with what other stacks know.
type data = func(*tf.Resource) (tf.Value, bool)

// reread reads an input once more, with answers.
type reread func(context.Context, data) (*tf.Stack, error)

// answersOf is the function that answered a configuration, or nil.
func (a *Asked) answersOf(s *tf.Stack) data {
	if a == nil {
		return nil
	}
	return a.answers[s]
}

// asking has a data function note that it was asked, and answer nothing.
func asking(asked *bool) data {
	return func(*tf.Resource) (tf.Value, bool) {
		*asked = true
		return tf.Value{}, false
	}
}

// note remembers that a stack asked, and how it is read again.
func (o Options) note(s *tf.Stack, read func(context.Context, Options) (*tf.Stack, error)) {
	a := o.Asked
	again := o
	again.Asked = nil
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.again == nil {
		a.again = map[*tf.Stack]reread{}
	}
	a.again[s] = func(ctx context.Context, answers data) (*tf.Stack, error) {
		again.data = answers
		return read(ctx, again)
	}
}

// Answers makes a function that answers data sources and dependencies from
// stacks; assume gets what the answers rest on.
type Answers func(known []*tf.Stack, assume func(*tf.Assumption)) func(*tf.Resource) (tf.Value, bool)

// mostRounds bounds how far answers lead to further answers, as they do along a
// chain of units.
const mostRounds = 8

// Evaluate reads the stacks that asked once more, with what all others, and
// their context, know, and puts them in their places.
func (a *Asked) Evaluate(ctx context.Context, stacks, known []*tf.Stack, answers Answers) error {
	a.answers = map[*tf.Stack]data{}
	for range mostRounds {
		told, err := a.round(ctx, stacks, known, answers)
		if err != nil || !told {
			return err
		}
	}
	return nil
}

// round reads all that asked once; told is set where one of them has other
// outputs then.
func (a *Asked) round(ctx context.Context, stacks, known []*tf.Stack, answers Answers) (told bool, err error) {
	first := slices.Concat(stacks, known)
	reads := make([]reread, len(first))
	for i, s := range first {
		reads[i] = a.again[s]
	}
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range first {
		read := reads[i]
		others := slices.DeleteFunc(slices.Clone(first), func(other *tf.Stack) bool { return other == s })
		if read == nil || len(others) == 0 {
			continue
		}
		g.Go(func() error {
			var assumptions []*tf.Assumption
			again, err := read(ctx, answers(others, func(assumed *tf.Assumption) { assumptions = append(assumptions, assumed) }))
			if err != nil {
				return err
			}
			again.Name = s.Name
			for n := range again.Diagnostics {
				again.Diagnostics[n].Stack = s.Name
			}
			again.Assumptions = append(again.Assumptions, assumptions...)
			if i < len(stacks) {
				stacks[i] = again
			} else {
				known[i-len(stacks)] = again
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			delete(a.again, s)
			a.again[again] = read
			a.answers[again] = answers(others, func(*tf.Assumption) {})
			told = told || !maps.EqualFunc(s.Outputs, again.Outputs, tf.Value.Equal)
			return nil
		})
	}
	err = g.Wait()
	return told, err
}
