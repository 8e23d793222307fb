package reach

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// leg is a part of the way that replies take: to whoever the packets came from
// at a device that gave them another source.
type leg struct {
	to     goal
	begin  func(*search, traveller) *way
	passed []device // by the request on this part of its way
	pins   []pin
}

// legs are the parts of the way of replies to packets that arrived at a goal,
// in the order that replies take them: each rewrite is undone at the device
// that made it (M-2).
func (g *Graph) legs(to goal, end *arrival) []leg {
	begin := end.back
	if begin == nil { // a host answers from its own subnet
		begin = func(back *search, t traveller) *way { return back.setOut(t, to.place) }
	}
	var out []leg
	now := &end.traveller
	for n := len(end.rewritten) - 1; n >= 0; n-- {
		r := &end.rewritten[n]
		out = append(out, leg{to: now.asGoal(), begin: begin, passed: now.passed, pins: now.pins})
		if begin = r.back; begin == nil {
			begin = func(back *search, t traveller) *way {
				t.zone = g.zone(r.at.subnet)
				return back.setOut(t, r.at)
			}
		}
		now = &r.before
	}
	return append(out, leg{to: now.asGoal(), begin: begin, passed: now.passed, pins: now.pins})
}

// asGoal is the traveller as somebody to send replies to.
func (t *traveller) asGoal() goal {
	key := t.as.key
	if t.anyPort {
		key += ", any port"
	}
	kind := toHosts
	if t.at == nil {
		kind = t.outside
	}
	return goal{key: key, at: t.as, place: t.at, kind: kind, anyPort: t.anyPort}
}

// replies are the ways of replies from a goal to the sender of what arrived
// there, one leg after the other.
func (g *Graph) replies(to goal, end *arrival, f packet.Family, suppose bool) *way {
	if end.lost {
		return &way{end: end}
	}
	sender := traveller{as: to.at, at: to.place, inward: tf.Yes, outward: tf.Yes, outside: to.kind}
	if to.place != nil {
		sender.home, sender.zone = to.place.vpc, g.zone(to.place.subnet)
	}
	legs := g.legs(to, end)
	var next func(n int) *way
	next = func(n int) *way {
		if n == len(legs) {
			return &way{end: end}
		}
		l := legs[n]
		back := &search{g: g, f: f, goal: l.to, reply: true, suppose: suppose, cameBy: end.cameBy, pins: map[*aws.Attachment]*aws.Subnet{}}
		if suppose {
			back.over = end.over
		}
		for _, p := range l.pins {
			back.pins[p.attachment] = p.subnet
		}
		return l.begin(back, sender).continued(func(back *arrival) *way {
			return next(n + 1).behind(g.sameDevices(l.passed, back.passed, f)...)
		})
	}
	return next(0)
}

// roundTrip are the ways of a traveller from a subnet to a goal and back, the
// same for all hosts of the subnet.
func (g *Graph) roundTrip(t traveller, p *place, to goal, suppose bool) *way {
	key := tripKey{t.as.key, to.key, p.f, suppose}
	w, ok := g.trips[key]
	if !ok {
		s := &search{g: g, f: p.f, goal: to, suppose: suppose}
		w = s.setOut(t, p).continued(func(end *arrival) *way { return g.replies(to, end, p.f, suppose) }).settled(nil, between(t, p, to))
		g.trips[key] = w
	}
	return w
}

// between are the packets that go from one subnet to another, as far as classes
// of hosts say.
func between(t traveller, p *place, to goal) Relation {
	out := packet.Everything(p.f)
	if to.kind != toHosts || to.place.subnet == p.subnet {
		return exactly(out)
	}
	if t.as.class {
		out = out.From(t.as.addresses)
	}
	if to.at.class {
		out = out.To(to.at.addresses)
	}
	return exactly(out)
}

type tripKey struct {
	from, to string
	f        packet.Family
	suppose  bool
}

// sameDevices are the stages for replies that do not pass the devices that the
// request passed: a firewall or an appliance may judge a reply to what it never
// saw as a flow of its own (RT-11). Gateways that translate drop it, which the
// search says itself.
func (g *Graph) sameDevices(request, reply []device, f packet.Family) []stage {
	if slices.Equal(request, reversed(reply)) {
		return nil
	}
	var names []string
	for _, d := range slices.Concat(request, reply) {
		if !slices.Contains(names, d.label) {
			names = append(names, d.label)
		}
	}
	name := strings.Join(names, " and ")
	return []stage{g.gated(tf.Maybe, f, tf.Fact{
		ID: "one-sided:" + name, Text: "whether " + name + " lets pass flows of which it sees one direction only", Settle: "check it by hand",
	}, stage{
		object: aws.Object{Label: name}, code: "TGW_ATTACH_VPC_AZ_RESTRICTION",
		blocked: "it never saw the request", cost: 3, reply: true, quiet: true,
	})}
}
