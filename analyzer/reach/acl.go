package reach

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

type aclKey struct {
	acl *aws.ACL
	d   direction
	f   packet.Family
	by  string // the remote, where entries are about ranges that only have an owner
}

// acl is what a network ACL admits in one direction: the first entry that
// matches decides (NACL-4). It is compiled twice at once, as U-22 demands:
// what is unknown of an entry lets it allow everything and deny nothing in
// may, and the other way round in must.
func (g *Graph) acl(a *aws.ACL, d direction, f packet.Family, by remote) filter {
	key := aclKey{acl: a, d: d, f: f}
	if slices.ContainsFunc(entriesIn(a, d), func(e aws.ACLEntry) bool { return e.Owner != nil }) {
		key.by = by.key
	}
	if known, ok := g.acls[key]; ok {
		return known
	}
	var out filter
	all := packet.Everything(f)
	switch {
	case a.Implicit:
		// NACL-2: nobody manages it, and it allows everything when it is made.
		// Whether it was edited since is not in the input.
		out.admits = everything(f)
		out.elements = []*element{{object: a.Object, cause: aws.Cause{}, detail: "default, allows all", admits: out.admits}}
		if a.Open && !assumed(a.VPC) {
			out.assumptions = []*tf.Assumption{{
				ID: "default-acl:" + a.Label, Text: "the " + a.Label + " applies and allows everything, as AWS makes it (NACL-2)",
			}}
		}
	case a.Open:
		// U-13, U-14: the entries that are known may not be all.
		out = g.compileACL(a, d, f, by)
		fact := tf.Fact{ID: "acl:" + a.ShortName(), Text: "the entries of " + a.ShortName(), Settle: settleContext}
		switch passes, says := g.sayBool(tf.Maybe, fact, "passes"); passes {
		case tf.Yes:
			out = givenFilter(everything(f), a.Object, "as given", says)
		case tf.No:
			out.assumptions = append(out.assumptions, says...)
		default:
			out.admits = possibly(all)
			out.doubts = append(out.doubts, doubt{fact, all})
		}
	default:
		out = g.compileACL(a, d, f, by)
	}
	g.acls[key] = out
	return out
}

// aclMatch is an entry with what it certainly and possibly matches.
type aclMatch struct {
	*aws.ACLEntry
	matches Relation
	number  int
	ordered bool // its number is known
}

// unsure reports whether anything of an entry is not known.
func (m aclMatch) unsure() bool {
	return !m.ordered || m.Allow == tf.Maybe || m.Conflict || m.Maybe || !m.matches.certain()
}

func (g *Graph) compileACL(a *aws.ACL, d direction, f packet.Family, by remote) filter {
	entries := entriesIn(a, d)
	list := make([]aclMatch, 0, len(entries))
	var says []*tf.Assumption
	for n := range entries {
		e := &entries[n]
		m := aclMatch{ACLEntry: e, matches: g.matched(e, a, d, f, by)}
		m.number, m.ordered = e.Number.Known()
		if m.unsure() {
			var believed []*tf.Assumption
			m, believed = g.entryAsSaid(m, d, f)
			says = append(says, believed...)
		}
		if !m.matches.IsEmpty() {
			list = append(list, m)
		}
	}
	admits := exactly(firstMatch(list, true))
	if slices.ContainsFunc(list, aclMatch.unsure) {
		admits.Must = firstMatch(list, false)
	}
	out := filter{admits: admits, assumptions: says}
	out.more = sync.OnceValue(func() []*element { return shares(a, list, admits, d, f) })
	for _, m := range list {
		if !m.unsure() {
			continue
		}
		out.doubts = append(out.doubts, doubt{entryFact(m.ACLEntry), m.matches.May})
	}
	return out
}

func entryFact(e *aws.ACLEntry) tf.Fact {
	name := configName(e.Cause)
	return tf.Fact{ID: "entry:" + name, Text: "what " + name + " turns out to be", Settle: settleApply}
}

// entryAsSaid is an entry of which something is not known as people say that it
// is; one that is not there matches nothing.
func (g *Graph) entryAsSaid(m aclMatch, d direction, f packet.Family) (aclMatch, []*tf.Assumption) {
	value, says, ok := g.say(entryFact(m.ACLEntry), "is")
	if !ok {
		return m, nil
	}
	said, there := aws.ParseEntry(value)
	if !there { // "none": settings has checked it
		return aclMatch{ACLEntry: m.ACLEntry}, says
	}
	e := aws.ACLEntry{Cause: m.Cause, Number: tf.KnownVal(said.Number), Allow: tf.TriOf(said.Allow), CIDR: tf.KnownVal(said.CIDR)}
	return aclMatch{
		ACLEntry: &e, number: said.Number, ordered: true,
		matches: exactly(d.at(flowsOf(said.Flow, f), packet.Prefixes(said.CIDR).Family(f))),
	}, says
}

// sorted puts the entries into the order that they are looked at: by number,
// and where a number is unknown, allows first and denies last in may, and the
// other way round in must (U-22).
func sorted(list []aclMatch, may bool) []aclMatch {
	list = slices.Clone(list)
	place := func(m aclMatch) int {
		switch {
		case m.ordered:
			return m.number
		case m.allows(may) == may:
			return -1
		}
		return 1 << 16
	}
	slices.SortStableFunc(list, func(a, b aclMatch) int { return place(a) - place(b) })
	return list
}

// firstMatch is what the entries allow in may or in must: from the last on, each
// overrides those behind it.
func firstMatch(list []aclMatch, may bool) packet.Set {
	var out packet.Set
	for _, m := range slices.Backward(sorted(list, may)) {
		if m.allows(may) {
			out = out.Union(m.decides(may))
		} else {
			out = out.Subtract(m.decides(may))
		}
	}
	return out
}

// shares are the entries that admit anything, each with its share of what all of
// them do.
func shares(a *aws.ACL, list []aclMatch, admits Relation, d direction, f packet.Family) []*element {
	var out []*element
	left := packet.Everything(f)
	for _, m := range sorted(list, true) {
		share := left.Intersect(m.decides(true))
		if m.allows(true) && !share.IsEmpty() {
			out = append(out, &element{object: a.Object, cause: m.Cause, detail: entryText(m.ACLEntry, d), admits: admits.part(share)})
		}
		left = left.Subtract(share)
	}
	return out
}

// allows is what an entry counts as: one of which nobody knows allows in may
// and denies in must.
func (m aclMatch) allows(may bool) bool {
	return m.Allow == tf.Yes || m.Allow == tf.Maybe && may
}

// decides is what an entry leaves to none behind it: in may all that it possibly
// allows and certainly denies, and the other way round in must. One that may not
// survive (TF-NACL-1), or not be there (U-12), certainly decides nothing.
func (m aclMatch) decides(may bool) packet.Set {
	switch {
	case m.allows(may) == may:
		return m.matches.May
	case m.Conflict || m.Maybe:
		return packet.Set{}
	}
	return m.matches.Must
}

// entriesIn is the list of an ACL in a direction.
func entriesIn(a *aws.ACL, d direction) []aws.ACLEntry {
	if d == outbound {
		return a.Egress
	}
	return a.Ingress
}

// matched is what an entry matches: the remote side's address, protocol,
// ports or type and code (NACL-7).
func (g *Graph) matched(e *aws.ACLEntry, a *aws.ACL, d direction, f packet.Family, by remote) Relation {
	m := entryTransport(e.Protocol, e.FromPort, e.ToPort, e.ICMPType, e.ICMPCode, f)
	cidr, state := e.CIDR.Get()
	switch state {
	case tf.IsUnknown:
		if e.Family != 0 && e.Family != f {
			return Relation{}
		}
		if e.Owner != nil {
			return gate(g.within(by, e.Owner, a.VPC), f).and(m)
		}
		return m.doubt()
	case tf.IsKnown:
		a := packet.Prefixes(cidr.Masked()).Family(f)
		return m.each(func(s packet.Set) packet.Set { return d.at(s, a) })
	}
	return Relation{}
}

func entryText(e *aws.ACLEntry, d direction) string {
	number := "an entry"
	if n, ok := e.Number.Known(); ok {
		number = fmt.Sprintf("entry %d", n)
	}
	verb := map[tf.Tri]string{tf.Yes: "allows", tf.No: "denies", tf.Maybe: "may allow"}[e.Allow]
	cidr := "an address range that is not known yet"
	if e.Owner != nil {
		cidr = e.Owner.Label
	}
	if p, ok := e.CIDR.Known(); ok {
		cidr = printed(e.Cause, p.Masked().String())
	}
	return number + " " + verb + " " + entryTransportText(e) + d.preposition() + cidr
}

func entryTransportText(e *aws.ACLEntry) string {
	n, ok := e.Protocol.Known()
	if !ok {
		return "an unknown protocol"
	}
	from, to := e.FromPort.Default(0), e.ToPort.Default(0)
	if n == int(packet.ICMP) || n == int(packet.ICMPv6) {
		from, to = e.ICMPType.Default(0), e.ICMPCode.Default(0)
	}
	return transportText(tf.KnownVal(strconv.Itoa(n)), from, to)
}

// subnetACL is what the network ACL of a subnet admits, whichever it is.
func (g *Graph) subnetACL(s *aws.Subnet, d direction, f packet.Family, by remote) filter {
	if s.Outside && !assumed(s.VPC) {
		return g.outsideFilter(s, aws.Object{Label: "network ACL of " + s.ShortName()}, f)
	}
	var candidates []filter
	var names []string
	for _, a := range s.ACL.To {
		candidates, names = append(candidates, g.acl(a, d, f, by)), append(names, a.ShortName())
	}
	// That nobody associated another ACL is assumed together with what the
	// default one allows (NACL-1, NACL-2).
	byDefault := len(s.ACL.To) == 1 && s.ACL.To[0].Implicit
	if (s.ACL.Open && !byDefault && !assumed(s.VPC)) || len(candidates) == 0 {
		candidates = append(candidates, g.outsideFilter(s, aws.Object{Label: "network ACL of " + s.ShortName()}, f))
	}
	out := g.namedFilter(func() tf.Fact {
		return tf.Fact{ID: "acl-of:" + s.Label, Text: "which network ACL " + s.Label + " has", Settle: settleApply}
	}, names, candidates...)
	if s.ACL.Assumption != nil {
		out.assumptions = append(out.assumptions[:len(out.assumptions):len(out.assumptions)], s.ACL.Assumption)
	}
	return out
}

// subnetFact is the question that a subnet outside the input raises (U-13).
func subnetFact(s *aws.Subnet) tf.Fact {
	name := s.ShortName()
	id := "subnet:" + name
	settle := settleContext
	if strings.HasPrefix(name, unknownSubnetOf) {
		settle = settleApply // no stack and no given block can name it
	}
	return tf.Fact{ID: id, Name: s.Listed, Text: "whether " + name + " is public", Settle: settle}
}
