package packet

// Region is the addresses of one family that alone matter to somebody. Others
// may be in a set or not, and are put there where that makes the set simpler:
// what comes from the whole region comes from everywhere, and people read
// 0.0.0.0/0 and not the twenty prefixes that the internet is.
type Region struct {
	family      Family
	within, all tree
	gaps        []gap
}

// gap is a run of addresses that are not of the region, with the one or two of
// the region beside it.
type gap struct {
	from, to number
	beside   []number
}

// NewRegion is the region of the addresses of a family.
func NewRegion(a Addresses, f Family) *Region {
	r := &Region{family: f, within: a.of(f), all: AllAddresses(f).of(f)}
	for _, e := range combine(difference, r.all, r.within) {
		g := gap{from: e.from, to: e.to}
		if r.all[0].from.less(e.from) {
			g.beside = append(g.beside, e.from.before())
		}
		if e.to.less(r.all[0].to) {
			g.beside = append(g.beside, e.to.next())
		}
		if len(g.beside) > 0 {
			r.gaps = append(r.gaps, g)
		}
	}
	return r
}

// FromRegion is the packets of s that come from the region, and those of the
// same kinds from each gap that has both its neighbours among their sources.
func (s Set) FromRegion(r *Region) Set { return s.fill(3, r) }

// ToRegion is the same for destinations.
func (s Set) ToRegion(r *Region) Set { return s.fill(4, r) }

func (s Set) fill(depth int, r *Region) Set {
	if r.family == IPv4 {
		return Set{v4: s.v4.rewrite(depth, r.fill)}
	}
	return Set{v6: s.v6.rewrite(depth, r.fill)}
}

// fill is a tree of addresses as the region looks at it. It is t itself when
// nothing changes.
func (r *Region) fill(t tree) tree {
	switch {
	case len(r.within) == 0:
		return nil
	case r.fills(t):
		return t
	}
	within := combine(intersection, t, r.within)
	var between tree
	for _, g := range r.gaps {
		between = between.grow(g.from, g.to, g.below(within))
	}
	out := combine(union, within, between)
	if equal(out, r.all) {
		return r.all
	}
	return out
}

// fills reports whether t holds of each gap what it should.
func (r *Region) fills(t tree) bool {
	if len(t) == 1 && t[0].from == r.all[0].from && t[0].to == r.all[0].to {
		return true
	}
	for _, g := range r.gaps {
		i := t.search(g.from)
		switch below := g.below(t); {
		case len(below) == 0:
			if i < len(t) && !g.to.less(t[i].from) {
				return false
			}
		case i == len(t), g.from.less(t[i].from), t[i].to.less(g.to), !equal(t[i].next, below):
			return false
		}
	}
	return true
}

// below is what holds at the neighbours of a gap alike.
func (g *gap) below(t tree) tree {
	out := t.at(g.beside[0])
	for _, n := range g.beside[1:] {
		out = combine(intersection, out, t.at(n))
	}
	return out
}
