package reach

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// way is a tree of the ways that packets take from one place toward a goal:
// stages that all of them pass, then branches, then the end. What filters do
// at the two ends depends on who stands there and is not part of it, so that
// all hosts of a subnet share their ways.
type way struct {
	stages [][]stage
	// next are the branches. All of them exist, each for the packets that
	// routes send there; or, where choice names a missing fact, one of them
	// turns out to be the real one (U-8, U-22).
	next   []*way
	choice tf.Fact
	// end is where a way without branches ends, and passage the whole way to it
	// once everything is found.
	end     *arrival
	passage *passage
}

// arrival is the end of a way: the traveller as the goal sees it.
type arrival struct {
	traveller
	// lost is set where the packets get no further, so that there is no reply.
	lost bool
	// own is set where the packets left by an internet gateway with the
	// address of the sender itself, which has to be public (IGW-1).
	own bool
	// back is the way of replies, as far as the last device that gave the
	// packets an address, or the sender (M-2); nil where the goal is a host.
	back func(*search, traveller) *way
}

// traveller is what the elements on a way know of the packets that pass.
type traveller struct {
	// as is whom filters take the sender for, whose groups aside.
	as remote
	// home is the VPC that has the sender's address, nil for none (PCX-3,
	// M-6), and at the subnet that it stands in.
	home *aws.VPC
	at   *place
	// outside is what a sender without a subnet is.
	outside goalKind
	// inward and outward say whether the receiver's rules still know the
	// sender's groups, and the sender's rules the receiver's (SG-9, SG-10,
	// TGW-12).
	inward, outward tf.Tri
	// anyPort is set when a device has chosen the source port anew (NAT-6).
	anyPort bool
	// nat is the gateway whose address the packets have, or nil.
	nat *aws.NATGateway
	// box is the appliance whose address they have, or nil.
	box *aws.Interface
	// passed are the devices that remember flows, in order, since the sender's
	// address was last rewritten (RT-11).
	passed []device
	// rewritten are the devices that gave the packets another source, with what
	// they had before.
	rewritten []rewrite
	// pins are the interfaces that attachments in appliance mode have chosen.
	pins []pin
	// cameBy is the carrier gateway that the packets came in by, if any: that
	// replies over IPv4 get the address of another one makes them none (VPN-7).
	cameBy string
	// zone is the zone that the packets are in, where one is known (TGW-2).
	zone tf.Val[string]
	// trail are the places that were passed.
	trail []string
	// over is the connection by which the packets came from on premises.
	over *site
}

// rewrite is a device that replaces the source of packets, so that replies go
// back to it before they go on.
type rewrite struct {
	before traveller // as they came
	at     *place    // where the device stands
	// back is the way of replies from the device, where it stands in no subnet.
	back func(*search, traveller) *way
}

// device is something that remembers the flows that it has seen.
type device struct {
	of    any // a pointer to what it is
	in    *aws.Subnet
	label string
}

// behind puts stages in front of a way.
func (w *way) behind(stages ...stage) *way {
	out := *w
	out.stages = append([][]stage{stages}, w.stages...)
	return &out
}

// resting is a way that rests on assumptions.
func (w *way) resting(on []*tf.Assumption) *way {
	if len(on) == 0 {
		return w
	}
	return w.behind(stage{filter: filter{admits: everything(packet.IPv4).or(everything(packet.IPv6)), assumptions: on}, quiet: true})
}

// continued are the ways with what follows at the end of each.
func (w *way) continued(on func(*arrival) *way) *way {
	if len(w.next) == 0 {
		out := *on(w.end)
		out.stages = slices.Concat(w.stages, out.stages)
		return &out
	}
	out := &way{stages: w.stages, choice: w.choice}
	for _, next := range w.next {
		out.next = append(out.next, next.continued(on))
	}
	return out
}

// passage is one way from its beginning to its end, with what its stages admit
// together of requests, and of those what its stages for replies admit. Stages
// that admit nothing at all are not counted: dead says which they are, and the
// others whether there are any.
type passage struct {
	stages                   []*stage
	forward, reply           Relation
	dead                     []bool
	deadForward, deadReplies bool
	end                      *arrival
	// asked is a question with what of it arrives, remembered since the hosts
	// that share the passage are asked the same.
	asked   packet.Set
	arrives Relation
}

// sum is the passage of some stages, for all of the packets that matter.
func sum(stages []*stage, all Relation) *passage {
	p := &passage{stages: stages, forward: all, reply: all, dead: make([]bool, len(stages))}
	for n, s := range stages {
		switch {
		case s.admits.IsEmpty():
			p.dead[n] = true
			p.deadForward, p.deadReplies = p.deadForward || !s.reply, p.deadReplies || s.reply
		case s.reply:
			p.reply = p.reply.and(s.lets())
		default:
			p.forward = p.forward.and(s.lets())
		}
	}
	return p
}

// settled are ways that are found to the end, each with its passage for some
// packets.
func (w *way) settled(before [][]stage, all Relation) *way {
	stages := slices.Concat(before, w.stages)
	if len(w.next) == 0 {
		p := sum(inTurn(stages...), all)
		p.end = w.end
		return &way{passage: p}
	}
	out := &way{choice: w.choice}
	for _, next := range w.next {
		out.next = append(out.next, next.settled(stages, all))
	}
	return out
}

// inTurn are the stages of several parts of a way.
func inTurn(parts ...[]stage) []*stage {
	n := 0
	for _, part := range parts {
		n += len(part)
	}
	out := make([]*stage, 0, n)
	for _, part := range parts {
		for n := range part {
			out = append(out, &part[n])
		}
	}
	return out
}

// outcome evaluates settled ways one by one, and joins the results as the tree
// says.
func (w *way) outcome(leaf func(*passage) outcome) outcome {
	switch len(w.next) {
	case 0:
		return leaf(w.passage)
	case 1:
		return w.next[0].outcome(leaf)
	}
	paths := make([]outcome, len(w.next))
	for n, next := range w.next {
		paths[n] = next.outcome(leaf)
	}
	if w.choice.ID != "" {
		return oneOf(w.choice, paths...)
	}
	out := together(paths...)
	if out.stuck {
		out.story = out.story.besides(paths).once()
	}
	return out
}

// leaves counts the ways of the tree.
func (w *way) leaves() int {
	n := 0
	for _, next := range w.next {
		n += next.leaves()
	}
	return max(n, 1)
}

// goal is what ways lead to: the hosts of a subnet, the internet, networks on
// premises, or a service behind a gateway endpoint.
type goal struct {
	key string
	// at is the receiver as filters see it, whose groups aside.
	at remote
	// place is the subnet of hosts, nil for what is outside of the network.
	place *place
	kind  goalKind
	// service is the gateway endpoint of a service, nil for any other goal.
	service *aws.Endpoint
	// anyPort is set when replies go to whatever port a device has chosen.
	anyPort bool
}

type goalKind uint8

const (
	toHosts goalKind = iota
	toTheInternet
	toPremises
	toService
)

// inside reports whether the goal is a subnet of the VPC.
func (to goal) inside(v *aws.VPC) bool {
	return to.kind == toHosts && to.place.vpc != nil && to.place.vpc == v
}

// search looks for the ways to a goal.
type search struct {
	g    *Graph
	f    packet.Family
	goal goal
	// reply is set when the ways are those of replies: filters are turned
	// around, and nothing may rewrite an address.
	reply bool
	// pins are the interfaces that the request has passed of attachments in
	// appliance mode, which the reply passes too (TGW-10).
	pins map[*aws.Attachment]*aws.Subnet
	// cameBy is the carrier gateway that the request came in by, if any.
	cameBy string
	// suppose is set to look at what could be joined besides at what is, for
	// the sake of an explanation (D2).
	suppose bool
	// over is the connection that the request came by: another one that is made
	// to lead there as well explains less.
	over *site
}

type wayKey struct {
	from, as, to   string
	f              packet.Family
	reply, suppose bool
	over           *site
}

// remembered is a way, found once for all hosts of its beginning.
func (s *search) remembered(from string, t traveller, find func() *way) *way {
	key := wayKey{from, t.as.key, s.goal.key, s.f, s.reply, s.suppose, s.over}
	w, ok := s.g.ways[key]
	if len(s.pins) > 0 || s.cameBy != "" {
		return find()
	}
	if !ok {
		w = find()
		s.g.ways[key] = w
	}
	return w
}

// maxTrail and maxLeaves bound a search. What is cut is unknown (U-24).
const (
	maxTrail  = 16
	maxLeaves = 64
)

// arrived is the end of a way at the goal.
func (s *search) arrived(t traveller, stages ...stage) *way {
	return &way{stages: [][]stage{stages}, end: &arrival{traveller: t}}
}

// blocked is a dead end: the stage says why. What else would stop the packets
// at the goal is told too (D2).
func (s *search) blocked(t traveller, why stage) *way {
	why.filter = filter{}
	out := s.arrived(t, why)
	out.end.lost = true
	return out
}

// barred is a way that a stage stops. What stands behind it is looked at for
// an explanation only.
func (s *search) barred(t traveller, why stage, next func() *way) *way {
	if !s.suppose {
		return s.blocked(t, why)
	}
	why.filter = filter{}
	return next().behind(why)
}

// unknownWay is where nobody knows what happens to the packets: they may arrive,
// whoever the sender looks like then (U-24).
func (s *search) unknownWay(t traveller, o aws.Object, fact tf.Fact) *way {
	if passes, says := s.g.passes(tf.Maybe, fact); passes != tf.Maybe {
		return s.asGiven(t, o, fact, passes).resting(says)
	}
	t.as = remote{key: "anybody", addresses: packet.AllAddresses(s.f), one: true}
	t.inward, t.outward, t.anyPort = tf.Maybe, tf.Maybe, true
	out := s.arrived(t, s.gate(tf.Maybe, fact, stage{object: o, cause: objectCause(o)}))
	out.end.back = func(back *search, r traveller) *way {
		r.passed = reversed(t.passed)
		return back.arrived(r, back.gate(tf.Maybe, fact, stage{object: o, cause: objectCause(o)}))
	}
	return out
}

// asGiven is a way that people say leads to the goal, or nowhere.
func (s *search) asGiven(t traveller, o aws.Object, fact tf.Fact, passes tf.Tri) *way {
	if passes == tf.No {
		return s.blocked(t, stage{object: o, cause: objectCause(o), code: "NO_PATH", blocked: "as a given block says", cost: 3, reply: s.reply})
	}
	t.inward, t.outward = tf.No, tf.No // SG-9
	out := s.arrived(t)
	if s.goal.kind == toHosts {
		out = s.deliver(t)
	}
	out.end.back = func(back *search, r traveller) *way {
		r.passed = reversed(t.passed)
		return back.asGiven(r, o, fact, passes)
	}
	return out
}

// branch joins ways that all exist.
func (s *search) branch(ways []*way) *way { return s.fork(tf.Fact{}, ways) }

// oneOfWays joins ways of which one is the real one.
func (s *search) oneOfWays(fact tf.Fact, ways []*way) *way { return s.fork(fact, ways) }

func (s *search) fork(choice tf.Fact, ways []*way) *way {
	if len(ways) == 1 {
		return ways[0]
	}
	return &way{next: ways, choice: choice}
}

// gate is a stage of the search that lets everything through, nothing, or
// nobody knows.
func (s *search) gate(t tf.Tri, fact tf.Fact, out stage) stage {
	out.reply = s.reply
	return s.g.gated(t, s.f, fact, out)
}

// acl is the boundary of a subnet for the packets of the search: inbound from
// a sender, outbound to the goal.
func (s *search) acl(p *place, d direction, by remote) stage {
	out := s.g.boundary(p.subnet, d, s.f, by, s.reply)
	if d == outbound {
		out.mend.at, out.mend.anyPort = s.goal.place, s.goal.anyPort
	}
	if s.reply && s.goal.anyPort {
		out = out.fromAnyClientPort(s.f)
	}
	return out
}

// visit notes that the packets pass a place. Packets that come to it a second
// time go round for ever.
func (s *search) visit(t *traveller, place string) (again, cut bool) {
	mark := place + " as " + t.as.key
	again = slices.Contains(t.trail, mark)
	t.trail = append(t.trail[:len(t.trail):len(t.trail)], mark)
	return again, len(t.trail) > maxTrail
}

func reversed(list []device) []device {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// knows is a remote whose groups the rules on the other side know, may know or
// do not know.
func (r remote) knows(t tf.Tri) remote {
	r.unsure = t == tf.Maybe
	if t == tf.No {
		r.member = nil
	}
	return r
}
