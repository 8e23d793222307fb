package input

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Asked remembers the inputs that asked for what other stacks know:
// configurations for data sources, units of terragrunt for their dependencies.
type Asked struct {
	mu      sync.Mutex
	by      map[*tf.Stack]*asking
	answers map[*tf.Stack]data
}

// data answers data sources, and dependencies, with what other stacks know.
type data = func(*tf.Resource) (tf.Value, bool)

// asking is an input with what it asked for, and which answers it got.
type asking struct {
	options   Options
	input     located
	answers   data // nil while nobody answers
	questions []question
}

type question struct {
	asks   *tf.Resource
	answer tf.Value
	ok     bool
}

// ask answers a question, and remembers it.
func (a *asking) ask(r *tf.Resource) (tf.Value, bool) {
	q := question{asks: r}
	if a.answers != nil {
		q.answer, q.ok = a.answers(r)
	}
	a.questions = append(a.questions, q)
	return q.answer, q.ok
}

// differ reports whether any question gets another answer.
func (a *asking) differ(answers data) bool {
	return slices.ContainsFunc(a.questions, func(q question) bool {
		answer, ok := answers(q.asks)
		return ok != q.ok || !answer.Equal(q.answer)
	})
}

// answered opens an input with answers, and notes what it asks for: it is read
// again when others know more.
func (o Options) answered(ctx context.Context, l located, answers data) (*tf.Stack, error) {
	if o.Asked == nil {
		return o.open(ctx, l)
	}
	a := &asking{options: o, input: l, answers: answers}
	o.data = a.ask
	s, err := o.open(ctx, l)
	if err == nil && len(a.questions) > 0 && l.path != stdin {
		o.Asked.mu.Lock()
		defer o.Asked.mu.Unlock()
		if o.Asked.by == nil {
			o.Asked.by = map[*tf.Stack]*asking{}
		}
		o.Asked.by[s] = a
	}
	return s, err
}

// answersOf is the function that answers a stack, or nil.
func (a *Asked) answersOf(s *tf.Stack) data {
	if a == nil {
		return nil
	}
	return a.answers[s]
}

// Answers makes a function that answers the data sources and dependencies of a
// stack from all others that are known; assume gets what the answers rest on.
type Answers func(known []*tf.Stack) func(asks *tf.Stack, assume func(*tf.Assumption)) func(*tf.Resource) (tf.Value, bool)

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

// round reads those that get other answers now once more; told is set where
// there is one.
func (a *Asked) round(ctx context.Context, stacks, known []*tf.Stack, answers Answers) (told bool, err error) {
	all := slices.Concat(stacks, known)
	if len(a.by) == 0 || len(all) < 2 {
		return false, nil
	}
	answer := answers(all)
	type rereading struct {
		at  int // among all
		by  *asking
		now *tf.Stack
	}
	var again []*rereading
	for i, s := range all {
		if by := a.by[s]; by != nil {
			a.answers[s] = answer(s, func(*tf.Assumption) {})
			if by.differ(a.answers[s]) {
				again = append(again, &rereading{at: i, by: by})
			}
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, r := range again {
		s := all[r.at]
		g.Go(func() error {
			var assumptions []*tf.Assumption
			now, err := r.by.options.answered(ctx, r.by.input, answer(s, func(assumed *tf.Assumption) { assumptions = append(assumptions, assumed) }))
			if err != nil {
				return err
			}
			now.Name = s.Name
			for n := range now.Diagnostics {
				now.Diagnostics[n].Stack = s.Name
			}
			now.Assumptions = append(now.Assumptions, assumptions...)
			r.now = now
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return false, err
	}
	for _, r := range again {
		s := all[r.at]
		delete(a.by, s)
		a.answers[r.now] = a.answers[s]
		if r.at < len(stacks) {
			stacks[r.at] = r.now
		} else {
			known[r.at-len(stacks)] = r.now
		}
	}
	return len(again) > 0, nil
}
