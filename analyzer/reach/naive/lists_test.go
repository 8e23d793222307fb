package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// listOfAWS counts rules that name a prefix list of AWS, whose content no plan
// shows: some of the public addresses, or none of those that matter (U-5).
const listOfAWS = "prefix list of AWS"

// Services with lists, the first of which has gateway endpoints.
const (
	objectStore = "com.amazonaws.eu-west-1.s3"
	edgeNetwork = "com.amazonaws.global.cloudfront.origin-facing"
)

// listed has some groups of a place admit what a prefix list of AWS holds, and
// nothing else, in one direction or both.
func (m *maker) listed(p *place, names ...string) {
	var lists []*aws.PrefixList
	for _, name := range names {
		l := &aws.PrefixList{Object: aws.Object{Label: name}, Name: name, AWS: true, Open: true}
		lists = append(lists, l)
		m.n.PrefixLists = append(m.n.PrefixLists, l)
	}
	only := func(g *aws.SecurityGroup, argument string) []aws.Rule {
		return []aws.Rule{{
			Cause: aws.Cause{Resource: g.Resource, Argument: argument}, Protocol: tf.KnownVal("-1"), Self: tf.No,
			PrefixLists: []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(pick(m.dice, lists))}},
		}}
	}
	for _, g := range p.groups {
		if m.chance(35) {
			g.Ingress = only(g, "ingress[0]")
		}
		if m.chance(35) {
			g.Egress = only(g, "egress[0]")
		}
	}
}

// byList is a VPC whose groups name prefix lists of AWS.
func (m *maker) byList() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 3, 4)
	m.rules(p)
	m.listed(p, objectStore, edgeNetwork)
}

// hold decides what the lists of AWS hold, where there are any: nothing that
// matters, or every public address. Rules only ever admit by them, so that nothing
// in between makes a difference that these two do not.
func (c *completion) hold(turn *chance) {
	c.listsHold = len(c.managed) > 0 && turn.of(2) == 1
	for _, l := range c.managed {
		l.prefixes, l.everything = nil, c.listsHold
	}
}

// covers reports whether the list holds an address.
func (l *managedList) covers(a netip.Addr) bool {
	return holds(l.prefixes, a) || l.everything && !holds(reserved, a)
}

func (r rule) listed(a netip.Addr) bool {
	return slices.ContainsFunc(r.lists, func(l *managedList) bool { return l.covers(a) })
}
