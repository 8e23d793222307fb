package reach

import (
	"cmp"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// stage is one element on a candidate path: a filter in the coordinates of
// the request, also where it filters the reply.
type stage struct {
	filter
	// reply is set for what acts on the way back. It does not stop the request
	// from arriving (M-2).
	reply bool
	// shown is set for a reply stage that is part of the story of the request:
	// the route that makes a subnet public.
	shown bool
	// quiet stages are told only when they stop something.
	quiet bool
	// entrance is set for the gateway that packets come in by: what is shown of
	// the way back is told behind it.
	entrance bool

	// where is the passage of a subnet's boundary, as in "into aws_subnet.a", and
	// rewrite what becomes of the header here (M-5).
	where, rewrite string

	// What stands there, and what would have to change where it stops packets.
	mend    mending
	fixed   bool // nobody can change it
	object  aws.Object
	cause   aws.Cause
	code    string
	blocked string
	// cost is what the change costs, to find the cheapest blocked path: a rule
	// 1, a route 2, an address, a gateway or an attachment 3.
	cost int
}

// lets is what a stage lets through: nothing for certain where what stands there
// may not exist (U-12).
func (s *stage) lets() Relation {
	if r := s.object.Resource; r != nil && r.Maybe {
		return s.admits.doubt()
	}
	return s.admits
}

// impossible is the cost of what nobody can change (D2).
const impossible = 100

// answered turns a filter of replies into one of requests: those whose reply
// passes, and those that expect none.
func (g *Graph) answered(in filter, f packet.Family) filter {
	requests := func(s packet.Set) packet.Set { return packet.RequestsAnsweredBy(s).Family(f) }
	admits := in.admits.each(func(s packet.Set) packet.Set { return g.memo.each("answered", f, s, requests) })
	return in.becoming(admits, func(s packet.Set) packet.Set { return requests(s).Subtract(unanswered) })
}

// backward turns a filter of destinations alone, a route table, into the same
// filter of sources.
func (f filter) backward(family packet.Family) filter {
	return f.turned(func(s packet.Set) packet.Set {
		all := packet.Everything(family)
		if s.Equal(all) {
			return all
		}
		return all.From(s.Destinations())
	})
}

// turned applies an operation to all sets of a filter.
func (f filter) turned(op func(packet.Set) packet.Set) filter {
	return f.becoming(f.admits.each(op), op)
}

// becoming is a filter with what it admits then, and an operation applied to the
// sets of its elements and doubts.
func (f filter) becoming(admits Relation, op func(packet.Set) packet.Set) filter {
	out := filter{admits: admits, assumptions: f.assumptions}
	out.elements, out.more, out.view = f.elements, f.more, f.seen(func(r Relation) Relation { return r.each(op) })
	for _, d := range f.doubts {
		d.decides = op(d.decides)
		out.doubts = append(out.doubts, d)
	}
	return out
}

// outcome is what a path lets through.
type outcome struct {
	forward, reachable Relation
	story              story
	// stuck is set where something on the path stops packets, so that its
	// repair costs something.
	stuck       bool
	assumptions []*tf.Assumption
	waits       []tf.Fact
	// asked is the question; from and to are addresses that its ends may have,
	// for examples.
	asked    packet.Set
	from, to packet.Addresses
	// unaddressed is set when nobody can say what address the destination has,
	// so that there is no example.
	unaddressed bool
}

// walk sends the packets of a question along a path and their replies back.
func walk(stages []stage, question packet.Set) outcome {
	return sum(inTurn(stages), exactly(question)).walk(nil, nil, question)
}

// walk sends the packets of a question along a passage and their replies back,
// with what stands before and after it at its ends.
func (p *passage) walk(before, after []stage, question packet.Set) outcome {
	o := p.pass(before, after, question)
	o.story = func() told { return p.tell(before, after, question) }
	if o.stuck {
		o.story = o.story.once()
	}
	return o
}

// pass is walk without its story.
func (p *passage) pass(before, after []stage, question packet.Set) outcome {
	o := outcome{asked: question, stuck: p.deadForward || p.deadReplies}
	if !p.deadForward {
		if !p.asked.Equal(question) || question.IsEmpty() {
			p.asked, p.arrives = question, p.forward.and(exactly(question))
		}
		o.forward = through(p.arrives, false, before, after)
	}
	if !o.stuck {
		o.reachable = through(o.forward.and(p.reply), true, before, after)
		o.stuck = stops(o.forward, o.reachable)
	}
	open := o.reachable.May.Subtract(o.reachable.Must)
	for n := range before {
		o.restOn(&before[n], open)
	}
	for _, s := range p.stages {
		o.restOn(s, open)
	}
	for n := range after {
		o.restOn(&after[n], open)
	}
	o.waits = uniqueFacts(o.waits)
	return o
}

// restOn notes what the outcome rests on at a stage, and which facts of it decide
// the open packets.
func (o *outcome) restOn(s *stage, open packet.Set) {
	o.assumptions = append(o.assumptions, s.assumptions...)
	o.waits = append(o.waits, s.waiting(open)...)
}

// through is what of the packets passes the stages for requests, or those for
// replies, of some parts.
func through(left Relation, reply bool, parts ...[]stage) Relation {
	for _, part := range parts {
		for n := range part {
			if s := &part[n]; s.reply == reply {
				left = left.and(s.lets())
			}
		}
	}
	return left
}

// stops reports whether nothing is left of what asks for a reply.
func stops(forward, reachable Relation) bool {
	return reachable.IsEmpty() || stopsReplies(forward, reachable)
}

// tell is the story of a walk. What arrived decides which elements are worth
// telling; where the packets are stuck it is what would have arrived without
// what stops them. It changes nothing, as somebody else may tell another one of
// the same passage.
func (p *passage) tell(before, after []stage, question packet.Set) told {
	forward := through(p.forward.and(exactly(question)), false, before, after)
	reachable := through(forward.and(p.reply), true, before, after)
	stages := slices.Concat(inTurn(before), p.stages, inTurn(after))
	stopped := make([]bool, len(stages))
	copy(stopped[len(before):], p.dead)
	arrived := reachable.May
	if stops(forward, reachable) {
		arrived, stopped = blocking(stages, question)
	}
	t := tell(stages, arrived, stopped)
	t.lost = p.end != nil && p.end.lost
	return t
}

// blocking says which stages stop all packets that come to them. Behind such a
// stage it goes on with what there was, so that every blocker of the path is
// found and not only the first (D2). End is what is left then.
func blocking(stages []*stage, question packet.Set) (end packet.Set, stopped []bool) {
	left := exactly(question)
	stopped = make([]bool, len(stages))
	for _, reply := range []bool{false, true} {
		for n, s := range stages {
			if s.reply != reply {
				continue
			}
			rest := left.and(s.admits)
			if stopped[n] = rest.IsEmpty() || reply && stopsReplies(left, rest); !stopped[n] {
				left = rest
			}
		}
	}
	return left.May, stopped
}

// tell writes down a path and what stops packets on it. What is left at the
// end decides which elements are worth telling.
func tell(stages []*stage, end packet.Set, stopped []bool) told {
	var t told
	entrance := -1 // where in the path it is
	var shown []Hop
	for n, s := range stages {
		stops := stopped[n]
		if s.quiet && !stops {
			continue
		}
		h := s.hop(end, stops)
		other, split := torn(stages, n)
		if split = split && stops; split {
			h.Detail += ", and earlier on this path the table leads to " + nameOf(other.mend.to)
		}
		if repair := (blocker{h, s, split}); stops && !slices.ContainsFunc(t.blockers, repair.same) {
			t.blockers = append(t.blockers, repair)
			t.cost += s.cost
		}
		if last := t.last(s.reply); h.Detail == "" && last != nil && last.Object.Label == h.Object.Label {
			continue // it has been told what stops packets there
		}
		switch {
		case !s.reply:
			if t.path = append(t.path, h); s.entrance {
				entrance = len(t.path)
			}
		case s.shown:
			shown = append(shown, h)
		}
		if s.reply {
			t.replyPath = append(t.replyPath, h)
		}
	}
	if entrance >= 0 {
		t.path = slices.Insert(t.path, entrance, shown...)
	}
	t.order()
	return t
}

// unanswered is every packet that expects no reply.
var unanswered = packet.RequestsAnsweredBy(packet.Set{})

// stopsReplies reports whether of all packets that expect a reply none is left:
// what expects none passes every filter of replies, and is no reason to call
// the way back open.
func stopsReplies(before, after Relation) bool {
	return after.May.SubsetOf(unanswered) && !before.May.SubsetOf(unanswered)
}

// blocker is a hop that stops everything, with the stage that it tells of.
type blocker struct {
	Hop
	*stage
	// torn is set for a route table that sends the packets elsewhere at another
	// place of the path, so that it would need two routes for them.
	torn bool
}

// torn is where the route table of a stage leads the same packets to something
// else at another place of the path.
func torn(stages []*stage, n int) (*stage, bool) {
	s := stages[n]
	table, ok := s.mend.table()
	if !ok {
		return nil, false
	}
	at := slices.IndexFunc(stages, func(o *stage) bool {
		other, too := o.mend.table()
		return too && other == table && o.reply == s.reply && o.mend.to != s.mend.to && o.mend.at == s.mend.at && o.mend.far.Equal(s.mend.far)
	})
	if at < 0 {
		return nil, false
	}
	return stages[at], true
}

// same reports whether two blockers are one repair: a peering that is met on
// the way out and on the way back.
func (b blocker) same(c blocker) bool {
	return b.cost >= 3 && b.Cause == c.Cause && b.Object.Label == c.Object.Label &&
		(b.Code == c.Code && b.blocked == c.blocked || b.mend.to != nil && b.mend.is(c.mend))
}

// waiting are the facts of a stage that decide some of the open packets.
func (s *stage) waiting(open packet.Set) []tf.Fact {
	if open.IsEmpty() {
		return nil
	}
	var out []tf.Fact
	for _, d := range s.doubts {
		if d.decides.Overlaps(open) {
			out = append(out, d.fact)
		}
	}
	if fact, unsure := s.object.Resource.HowMany(); unsure && s.admits.May.Overlaps(open) {
		out = append(out, fact)
	}
	return out
}

// hop describes what a stage does; it names the elements that admit some of those that get through in the end.
func (s *stage) hop(end packet.Set, stops bool) Hop {
	h := Hop{Object: s.object, Reply: s.reply, where: s.where}
	if stops {
		h.Cause, h.Code, h.Detail = s.cause, s.code, h.told(s.blocked)
		if s.reply {
			h.Detail = "the reply: " + h.Detail
		}
		return h
	}
	h.Rewrite = s.rewrite
	for _, e := range s.told() {
		if !e.admits.May.Overlaps(end) {
			continue
		}
		if h.Detail == "" {
			h.Detail = h.told(e.detail)
			if e.object.Label != "" {
				h.Object = e.object
			}
		}
		if e.cause.Resource != nil {
			h.Causes = append(h.Causes, e.cause)
			h.elements = append(h.elements, e)
		}
	}
	if len(h.Causes) > 0 {
		h.Cause = h.Causes[0]
	} else {
		h.Cause = s.cause
	}
	return h
}

// better reports whether o explains more than p: what certainly gets through,
// then what possibly does, then what at least arrives, then what it would take.
func (o *outcome) better(p *outcome) bool {
	rank := func(o *outcome) int {
		switch {
		case !o.reachable.Must.IsEmpty():
			return 0
		case !o.reachable.May.IsEmpty():
			return 1
		case !o.forward.Must.IsEmpty():
			return 2
		case !o.forward.May.IsEmpty():
			return 3
		}
		return 4
	}
	if d := rank(o) - rank(p); d != 0 {
		return d < 0
	}
	return cmp.Or(o.repairs()-p.repairs(), len(o.waits)-len(p.waits)) < 0
}

// repairs is what it costs to repair all that stops packets on the path.
func (o *outcome) repairs() int {
	if !o.stuck {
		return 0
	}
	return o.story.tell().cost
}

// together is what gets through along any of several paths that all exist.
func together(paths ...outcome) outcome {
	return join(Relation.or, paths)
}

// oneOf is what gets through along the one of several paths that turns out to
// be the real one.
func oneOf(fact tf.Fact, paths ...outcome) outcome {
	out := join(func(a, b Relation) Relation { return either(a, b) }, paths)
	if out.stuck && len(paths) > 1 {
		out.story = out.story.whichever(paths).once()
	}
	if len(paths) > 1 && (!out.forward.certain() || !out.reachable.certain()) {
		out.waits = append(out.waits, fact)
	}
	return out
}

func join(op func(a, b Relation) Relation, paths []outcome) outcome {
	if len(paths) == 0 {
		return outcome{}
	}
	best := 0
	out := paths[0]
	for n := 1; n < len(paths); n++ {
		p := &paths[n]
		out.forward, out.reachable = op(out.forward, p.forward), op(out.reachable, p.reachable)
		out.asked = out.asked.Union(p.asked)
		if p.better(&paths[best]) {
			best = n
		}
	}
	forward, reachable, asked := out.forward, out.reachable, out.asked
	out = paths[best]
	out.forward, out.reachable, out.asked = forward, reachable, asked
	for n, p := range paths {
		if n != best && !p.forward.IsEmpty() {
			out.assumptions = slices.Concat(out.assumptions, p.assumptions)
			out.waits = slices.Concat(out.waits, p.waits)
		}
	}
	if reachable.certain() {
		out.waits = nil
	}
	return out
}

// seenFrom lets "everywhere" stand for the internet in all that an outcome
// shows of the client's side.
func (o outcome) seenFrom(p *place) outcome {
	return o.shown(func(s packet.Set) packet.Set { return s.FromRegion(p.internet.region) })
}

// seenTo is the same for the server's side of what goes out.
func (o outcome) seenTo(p *place) outcome {
	return o.shown(func(s packet.Set) packet.Set { return s.ToRegion(p.internet.region) })
}

func (o outcome) shown(all func(packet.Set) packet.Set) outcome {
	o.forward, o.reachable = o.forward.each(all), o.reachable.each(all)
	return o
}

// followed tells an outcome and then that of a second connection, with what
// both rest on. What gets through both is for the caller to say.
func (o outcome) followed(next outcome) outcome {
	o.story, o.stuck = o.story.then(next.story), o.stuck || next.stuck
	o.waits, o.assumptions = slices.Concat(o.waits, next.waits), slices.Concat(o.assumptions, next.assumptions)
	return o
}

// doubted is the outcome of a path that may not exist.
func (o outcome) doubted(fact tf.Fact) outcome {
	o.forward, o.reachable = o.forward.doubt(), o.reachable.doubt()
	if !o.forward.IsEmpty() {
		o.waits = append(o.waits[:len(o.waits):len(o.waits)], fact)
	}
	return o
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func uniqueFacts(list []tf.Fact) []tf.Fact {
	if len(list) < 2 {
		return list
	}
	seen := map[string]int{}
	out := list[:0:0]
	for _, f := range list {
		n, ok := seen[f.ID]
		if !ok {
			seen[f.ID] = len(out)
			out = append(out, f)
			continue
		}
		out[n] = out[n].With(f)
	}
	return out
}

// questions are facts as people are asked for them: each once, with the block
// of tfcheck.hcl that answers it.
func questions(list []tf.Fact) []tf.Fact {
	out := slices.Clone(uniqueFacts(list))
	for n, f := range out {
		out[n] = aws.Settled(f, "")
	}
	return out
}

func uniqueAssumptions(list []*tf.Assumption) []*tf.Assumption {
	if len(list) == 0 {
		return nil
	}
	seen := map[string]bool{}
	out := list[:0:0]
	for _, a := range list {
		if a != nil && !seen[a.ID] {
			seen[a.ID] = true
			out = append(out, a)
		}
	}
	return out
}
