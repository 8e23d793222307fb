package tfconfig

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// candidate is a repeated block, or an element of a list, that a planned value
// may have been made from.
type candidate struct {
	// literals are what is written in it by name, by an empty name for an
	// element that is no object.
	literals []named
	// many is set for a dynamic block, which makes any number of values.
	many bool
}

type named struct {
	name  string
	value cty.Value
}

// candidate is b as one of several blocks of its type.
func (b *block) candidate() candidate {
	c := candidate{many: b.dynamic}
	for name, a := range b.args {
		c.add(name, a.expr)
	}
	return c
}

// element is an element of a list expression.
func element(e hcl.Expression) candidate {
	var c candidate
	all := properties(e)
	for _, p := range all {
		c.add(p.name, p.value)
	}
	if all == nil {
		c.add("", e)
	}
	return c
}

func (c *candidate) add(name string, e hcl.Expression) {
	if v, ok := literal(e); ok {
		c.literals = append(c.literals, named{name, v})
	}
}

// score counts the literals that are those of the planned value; ok is false
// when one of them is not.
func (c candidate) score(planned tf.Value) (n int, ok bool) {
	for _, l := range c.literals {
		v := planned
		if l.name != "" {
			v = planned.Get(l.name)
		}
		switch compare(l.value, v) {
		case disagrees:
			return 0, false
		case agrees:
			n++
		}
	}
	return n, true
}

// maxPairs bounds the pairs of candidates and values that are compared to rule
// candidates out.
const maxPairs = 1 << 18

// choose finds the candidate that the i-th of the planned values was made
// from, -1 where that cannot be told. Sets of a plan are not in the order of
// the source, so that only what was written decides.
func choose(candidates []candidate, planned []tf.Value, i int) int {
	if len(candidates) == 1 {
		return 0
	}
	if i >= len(planned) {
		return -1
	}
	if len(candidates)*len(planned) > maxPairs {
		planned, i = planned[i:i+1], 0
	}
	possible := possibilities(candidates, planned)
	best, at, ties := -1, -1, 0
	for _, c := range possible[i] {
		n, _ := candidates[c].score(planned[i])
		switch {
		case n > best:
			best, at, ties = n, c, 1
		case n == best:
			ties++
		}
	}
	if ties == 1 {
		return at
	}
	// What is left are blocks that look alike. In a list they have the order
	// of the plan.
	if len(candidates) != len(planned) {
		return -1
	}
	for c := range candidates {
		if candidates[c].many || !slices.Contains(possible[c], c) {
			return -1
		}
	}
	return i
}

// possibilities are the candidates of each value. One that is the only
// candidate of a value is none of the others'.
func possibilities(candidates []candidate, planned []tf.Value) [][]int {
	possible := make([][]int, len(planned))
	for v, value := range planned {
		for c, candidate := range candidates {
			if _, ok := candidate.score(value); ok {
				possible[v] = append(possible[v], c)
			}
		}
	}
	taken := make([]bool, len(candidates))
	for again := true; again; {
		again = false
		for v := range possible {
			if len(possible[v]) != 1 || candidates[possible[v][0]].many || taken[possible[v][0]] {
				continue
			}
			only := possible[v][0]
			taken[only], again = true, true
			for w := range possible {
				if w != v {
					possible[w] = slices.DeleteFunc(possible[w], func(c int) bool { return c == only })
				}
			}
		}
	}
	return possible
}
