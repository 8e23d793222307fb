package packet

import (
	"slices"
	"sort"
)

// tree is one level of a diagram: disjoint, ascending intervals, each with
// what holds on it in the dimensions below. Neighbours with equal children are
// merged and no child is empty, which makes the diagram of a set unique. Trees
// are immutable and share their parts. The empty tree is the empty set.
type tree []edge

type edge struct {
	from, to number
	next     tree
}

// leaf stands below the last dimension: the point is in the set. An operand of
// an intersection, and what is taken away, may have fewer dimensions than the
// other: its leaf then means everything below.
var leaf = tree{{}}

// interval is the one-dimensional set of the points from..to.
func interval(from, to number) tree { return tree{{from, to, leaf}} }

// same reports whether a and b are one and the same tree.
func same(a, b tree) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func equal(a, b tree) bool {
	if same(a, b) {
		return true
	}
	if len(a) != len(b) || same(a, leaf) || same(b, leaf) {
		return false
	}
	for i := range a {
		if a[i].from != b[i].from || a[i].to != b[i].to {
			return false
		}
	}
	for i := range a {
		if !equal(a[i].next, b[i].next) {
			return false
		}
	}
	return true
}

// prime is that of FNV.
const prime = 1099511628211

// hash is the same for equal trees.
func (t tree) hash() uint64 {
	out := uint64(len(t))
	var below uint64
	for i, e := range t {
		if same(e.next, leaf) {
			below = 0
		} else if i == 0 || !same(e.next, t[i-1].next) {
			below = e.next.hash()
		}
		for _, n := range [...]uint64{e.from.hi, e.from.lo, e.to.hi, e.to.lo, below} {
			out = (out ^ n) * prime
			out ^= out >> 29
		}
	}
	return out
}

// grow appends an interval that lies after all of t and keeps t canonical.
func (t tree) grow(from, to number, next tree) tree {
	if len(next) == 0 {
		return t
	}
	if n := len(t); n > 0 && t[n-1].to.next() == from && equal(t[n-1].next, next) {
		t[n-1].to = to
		return t
	}
	return append(t, edge{from, to, next})
}

// operation is one of the set operations.
type operation uint8

const (
	union operation = iota
	intersection
	difference
)

// combine computes a set operation, level by level: it walks both lists of
// intervals in step and combines what lies below.
func combine(op operation, a, b tree) tree {
	switch {
	case len(a) == 0:
		if op == union {
			return b
		}
		return nil
	case len(b) == 0:
		if op == intersection {
			return nil
		}
		return a
	case same(a, b) || same(b, leaf):
		if op == difference {
			return nil
		}
		return a
	}
	switch {
	case op == intersection && same(a, leaf):
		return b
	case op != union && a.within(b):
		return a.mapped(func(below tree) tree { return combine(op, below, b[0].next) })
	case op == intersection && b.within(a):
		return b.mapped(func(below tree) tree { return combine(op, below, a[0].next) })
	}
	var out tree
	// i and j are the current intervals; f and g where what is left of them
	// begins.
	i, j, f, g := 0, 0, a[0].from, b[0].from
	for i < len(a) || j < len(b) {
		var from, to number
		var x, y tree
		switch {
		case j == len(b) || i < len(a) && f.less(g):
			from, to, x = f, a[i].to, a[i].next
			if j < len(b) && !to.less(g) {
				to = g.before()
			}
		case i == len(a) || g.less(f):
			from, to, y = g, b[j].to, b[j].next
			if i < len(a) && !to.less(f) {
				to = f.before()
			}
		default:
			from, to, x, y = f, smaller(a[i].to, b[j].to), a[i].next, b[j].next
		}
		if below := combine(op, x, y); below != nil {
			if out == nil {
				out = make(tree, 0, max(len(a), len(b)))
			}
			out = out.grow(from, to, below)
		}
		if x != nil {
			i, f = advance(a, i, to)
		}
		if y != nil {
			j, g = advance(b, j, to)
		}
		if op == intersection && (i == len(a) || j == len(b)) || op == difference && i == len(a) {
			break
		}
	}
	return out
}

// within reports whether b is a single interval that spans all of a.
func (t tree) within(b tree) bool {
	return len(b) == 1 && !t[0].from.less(b[0].from) && !b[0].to.less(t[len(t)-1].to)
}

// mapped replaces what lies below the first dimension. It is t itself when
// nothing changes.
func (t tree) mapped(f func(tree) tree) tree {
	for i, e := range t {
		next := f(e.next)
		if same(next, e.next) {
			continue
		}
		out := make(tree, i, len(t))
		copy(out, t)
		out = out.grow(e.from, e.to, next)
		for _, e := range t[i+1:] {
			out = out.grow(e.from, e.to, f(e.next))
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	return t
}

// advance steps past to, which lies in the i-th interval: to the rest of it,
// or to the next one.
func advance(t tree, i int, to number) (int, number) {
	switch {
	case to.less(t[i].to):
		return i, to.next()
	case i+1 < len(t):
		return i + 1, t[i+1].from
	}
	return i + 1, number{}
}

// overlap reports whether a and b have a point in common.
func overlap(a, b tree) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	if same(a, b) {
		return true
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].to.less(b[j].from):
			i++
		case b[j].to.less(a[i].from):
			j++
		case overlap(a[i].next, b[j].next):
			return true
		case a[i].to.less(b[j].to):
			i++
		default:
			j++
		}
	}
	return false
}

// subset reports whether all of a lies in b.
func subset(a, b tree) bool {
	return len(a) == 0 || same(a, b) || len(b) > 0 && len(combine(difference, a, b)) == 0
}

// search is the first interval that does not end before n.
func (t tree) search(n number) int {
	return sort.Search(len(t), func(i int) bool { return !t[i].to.less(n) })
}

// at is what holds at the point n.
func (t tree) at(n number) tree {
	i := t.search(n)
	if i == len(t) || n.less(t[i].from) {
		return nil
	}
	return t[i].next
}

// over is t, a set of one dimension, with next below it.
func (t tree) over(next tree) tree {
	if len(t) == 0 || len(next) == 0 {
		return nil
	}
	if same(next, leaf) {
		return t
	}
	out := make(tree, len(t))
	for i, e := range t {
		out[i] = edge{e.from, e.to, next}
	}
	return out
}

// product is the set whose i-th dimension is restricted to dims[i].
func product(dims ...tree) tree {
	out := leaf
	for i := len(dims) - 1; i >= 0; i-- {
		out = dims[i].over(out)
	}
	return out
}

// rewrite replaces the subtrees that lie depth levels down.
func (t tree) rewrite(depth int, f func(tree) tree) tree {
	if depth == 0 {
		return f(t)
	}
	return t.mapped(func(next tree) tree { return next.rewrite(depth-1, f) })
}

// below is the union of the subtrees that lie depth levels down: the
// projection that forgets the first dimensions.
func (t tree) below(depth int) tree {
	if depth == 0 {
		return t
	}
	var out tree
	for i, e := range t {
		if i == 0 || !same(e.next, t[i-1].next) {
			out = combine(union, out, e.next.below(depth-1))
		}
	}
	return out
}

// always is what holds at every point of the first depth dimensions, whose
// whole extents are dims.
func (t tree) always(dims ...tree) tree {
	if len(dims) == 0 {
		return t
	}
	if len(t) == 0 || !equal(t.top(), dims[0]) {
		return nil
	}
	out := t[0].next.always(dims[1:]...)
	for _, e := range t[1:] {
		out = combine(intersection, out, e.next.always(dims[1:]...))
	}
	return out
}

// top is the projection that keeps the first dimension only.
func (t tree) top() tree {
	var out tree
	for _, e := range t {
		out = out.grow(e.from, e.to, leaf)
	}
	return out
}

// swapped exchanges the first two dimensions; below is applied to what lies
// under them.
func (t tree) swapped(below func(tree) tree) tree {
	var out tree
	cuts := t.cuts()
	for i, from := range cuts {
		to := number{^uint64(0), ^uint64(0)}
		if i+1 < len(cuts) {
			to = cuts[i+1].before()
		}
		var column tree
		for _, e := range t {
			column = column.grow(e.from, e.to, below(e.next.at(from)))
		}
		out = out.grow(from, to, column)
	}
	return out
}

// cuts is where intervals of the second dimension begin or have ended,
// ascending.
func (t tree) cuts() []number {
	var out []number
	for _, e := range t {
		for _, f := range e.next {
			out = append(out, f.from, f.to.next())
		}
	}
	slices.SortFunc(out, number.compare)
	return slices.Compact(out)
}
