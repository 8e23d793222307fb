package triage

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// CompareExposures gives the exposures of after their status and returns them
// together with what the change closes. Of an exposure that grows or shrinks,
// what is new or closed is an exposure of its own.
func CompareExposures(after, before []*analyzer.Exposure) []*analyzer.Exposure {
	moves := moves{}
	for _, e := range after {
		moves.add(e.Stack)
	}
	was, is := relations(before, moves), relations(after, nil)
	var all []*analyzer.Exposure
	for _, e := range after {
		all = append(all, e)
		if e.Stack == nil || e.Stack.Before == nil {
			continue
		}
		e.Status = analyzer.New
		old := was[exposureKey(e, nil)]
		r := e.Flow.Reachable
		gained := r.May.Subtract(old.may).Union(r.Must.Subtract(old.must))
		if gained.IsEmpty() {
			e.Status = analyzer.Existing
			continue
		}
		// A port that more people reach is new as a whole: "tcp/22 from
		// 0.0.0.0/0" says more than everyone but the office.
		gained = gained.AnySource()
		if rest := r.May.Subtract(gained); !rest.IsEmpty() {
			existing := e.Flow.Part(r.Must.Intersect(rest), rest)
			all = append(all, &analyzer.Exposure{Stack: e.Stack, Flow: existing, Status: analyzer.Existing})
			e.Flow = e.Flow.Part(r.Must.Intersect(gained), r.May.Intersect(gained))
		}
	}
	for _, e := range before {
		now := is[exposureKey(e, moves)]
		if seen(e).may.SubsetOf(now.may) {
			continue
		}
		r := e.Flow.Reachable
		closed := e.Flow.Part(r.Must.Subtract(now.may), r.May.Subtract(now.may))
		all = append(all, &analyzer.Exposure{Stack: e.Stack, Flow: closed, Status: analyzer.Resolved})
	}
	return all
}

// extents are what is certainly and what is possibly reachable.
type extents struct{ must, may packet.Set }

// seen is the flow without its destination: an instance that is replaced has
// a new address and is the same end point.
func seen(e *analyzer.Exposure) extents {
	r := e.Flow.Reachable
	return extents{must: r.Must.AnyDestination(), may: r.May.AnyDestination()}
}

type endpoints struct {
	stack, from, to, entry, through string
	family                          packet.Family
}

func exposureKey(e *analyzer.Exposure, moves moves) endpoints {
	f := e.Flow
	k := endpoints{from: f.From.Label, to: moves.address(e.Stack, f.To.Label), family: f.Family}
	if e.Stack != nil {
		k.stack = e.Stack.Name
	}
	if f.Entry != nil {
		k.entry = moves.address(e.Stack, f.Entry.Label)
	}
	if f.Through != nil {
		k.through = moves.address(e.Stack, f.Through.Label)
	}
	return k
}

func relations(exposures []*analyzer.Exposure, moves moves) map[endpoints]extents {
	all := map[endpoints]extents{}
	for _, e := range exposures {
		k, s := exposureKey(e, moves), seen(e)
		r := all[k]
		all[k] = extents{must: r.must.Union(s.must), may: r.may.Union(s.may)}
	}
	return all
}
