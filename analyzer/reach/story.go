package reach

import (
	"cmp"
	"slices"
	"sync"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// story tells a path, hop by hop. Of most of what is found nobody wants to
// hear it, so that it is composed when somebody asks.
type story func() told

// told is a path with what stops packets on it, cheapest repair first, and
// what all repairs cost.
type told struct {
	path, replyPath []Hop
	blockers        []blocker
	cost            int
	// lost is set where the path ends before its goal, so that something else
	// may stop packets behind.
	lost bool
	// others are further paths that are blocked.
	others []told
}

// last is the last hop so far, there or back, or nil.
func (t *told) last(reply bool) *Hop {
	path := t.path
	if reply {
		path = t.replyPath
	}
	if len(path) == 0 {
		return nil
	}
	return &path[len(path)-1]
}

// tell composes the path; what has no story is told without hops.
func (s story) tell() told {
	if s == nil {
		return told{}
	}
	return s()
}

// once is a story that is composed once: of paths that stop packets, which are
// compared by what it costs to repair them before any is told. Nobody changes
// what it gets.
func (s story) once() story { return sync.OnceValue(s) }

// setOut puts who sends before the path.
func (s story) setOut(from aws.Object) story {
	return func() told {
		t := s.tell()
		t.path = slices.Concat([]Hop{{Object: from}}, t.path)
		return t
	}
}

// arrive puts who receives behind the path.
func (s story) arrive(to aws.Object) story {
	return func() told {
		t := s.tell()
		t.path = slices.Concat(t.path, []Hop{{Object: to}})
		return t
	}
}

// without leaves out who sends.
func (s story) without(from aws.Object) story {
	return func() told {
		t := s.tell()
		if len(t.path) > 0 && t.path[0].Object == from {
			t.path = t.path[1:]
		}
		return t
	}
}

// then goes on with a second connection, whose replies come back first.
func (s story) then(next story) story {
	return func() told {
		a, b := s.tell(), next.tell()
		return told{
			path:      slices.Concat(a.path, b.path),
			replyPath: slices.Concat(b.replyPath, a.replyPath),
			blockers:  slices.Concat(a.blockers, b.blockers),
			cost:      a.cost + b.cost,
			lost:      a.lost || b.lost,
		}
	}
}

// whichever tells what stops packets on each of several paths of which one turns
// out to be the real one.
func (s story) whichever(paths []outcome) story {
	return func() told {
		t := s.tell()
		t.blockers = slices.Clone(t.blockers)
		for _, p := range paths {
			for _, b := range p.story.tell().blockers {
				if !slices.ContainsFunc(t.blockers, func(o blocker) bool { return o.Hop.is(b.Hop) && o.mend.is(b.mend) || o.same(b) }) {
					t.blockers, t.cost = append(t.blockers, b), t.cost+b.cost
				}
			}
		}
		t.order()
		return t
	}
}

// order puts what is cheap to repair first.
func (t *told) order() {
	slices.SortStableFunc(t.blockers, func(a, b blocker) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), boolInt(a.Reply)-boolInt(b.Reply))
	})
}

// is reports whether two hops tell the same.
func (h Hop) is(o Hop) bool {
	return h.Object.Label == o.Object.Label && h.Code == o.Code && h.Detail == o.Detail && h.Reply == o.Reply
}

// is reports whether two changes are the same.
func (m mending) is(o mending) bool {
	return m.of == o.of && m.to == o.to && m.d == o.d && m.far.Equal(o.far) && m.at == o.at
}

// besides tells the other paths of several that all exist, too.
func (s story) besides(paths []outcome) story {
	return func() told {
		t := s.tell()
		for _, p := range paths {
			other := p.story.tell()
			t.others = slices.Concat(t.others, other.others)
			other.others = nil
			t.others = append(t.others, other)
		}
		return t
	}
}

// Path is the way of the packets, hop by hop, with what of the way back is part
// of their story.
func (f *Flow) Path() []Hop { return f.story.tell().path }

// RoundTrip is the path and then that of the replies.
func (f *Flow) RoundTrip() []Hop {
	t := f.story.tell()
	return slices.Concat(t.path, t.replyPath)
}

// Telling is the flow with its hops told otherwise.
func (f *Flow) Telling(hops func([]Hop) []Hop) *Flow {
	out, as := *f, f.story
	out.story = func() told {
		t := as.tell()
		t.path, t.replyPath = hops(t.path), hops(t.replyPath)
		return t
	}
	return &out
}

// Part is the flow of some of its packets, told by what admits those. Behind a
// load balancer packets have other ports, and the way is told as it is.
func (f *Flow) Part(must, may packet.Set) *Flow {
	part := *f
	part.Reachable = Relation{Must: must, May: may}
	if f.Through == nil {
		part.story = func() told {
			t := f.story.tell()
			t.path = slices.Clone(t.path)
			for n := range t.path {
				t.path[n] = t.path[n].Of(may, aws.Cause{})
			}
			return t
		}
	}
	return &part
}
