package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// groupSet is the security groups of an interface, which form one rule set
// (SG-3). Interfaces with the same groups share it.
type groupSet struct {
	each []aws.Link[aws.SecurityGroup]
	// maybe are groups that the interface may have in addition.
	maybe []aws.Link[aws.SecurityGroup]
	// open is set when it may have others still.
	open bool
	// filtered is No for an interface without groups (SG-19).
	filtered tf.Tri
	// says is what it rests on that people say.
	says []*tf.Assumption
}

// groupStep leads from a set to the one with another group, or with another
// object that the last link may lead to.
type groupStep struct {
	from *groupSet // nil at the beginning
	to   *aws.SecurityGroup
	rest string // what else tells it apart from one that certainly has this group
}

// groupsOf is the group set of an interface, shared by all interfaces with
// the same groups.
func (g *Graph) groupsOf(i *aws.Interface) *groupSet {
	worn, says := g.wearing(i)
	open := worn.Open
	if i.HasGroups != tf.No && len(worn.Each)+len(worn.Maybe)+len(says) == 0 {
		open = true // it has the default group of a VPC that nobody knows (SG-5)
	}
	step := func(s groupStep) *groupSet {
		next := g.groupSets[s]
		if next == nil {
			next = &groupSet{}
			g.groupSets[s] = next
		}
		return next
	}
	var first groupStep
	if open || i.HasGroups != tf.Yes || len(says) > 0 {
		first.rest = fmt.Sprint(open, i.HasGroups)
		for _, a := range says {
			first.rest += "\n" + a.Text
		}
	}
	out := step(first)
	follow := func(l aws.Link[aws.SecurityGroup], maybe bool) {
		if to, ok := l.One(); ok && !maybe && l.ID == "" {
			out = step(groupStep{from: out, to: to})
			return
		}
		rest := fmt.Sprint(maybe, l.Open, len(l.To), " ", l.ID)
		if len(l.To) == 0 {
			out = step(groupStep{from: out, rest: rest})
		}
		for _, to := range l.To {
			out = step(groupStep{from: out, to: to, rest: rest})
		}
	}
	for _, l := range worn.Each {
		follow(l, false)
	}
	for _, l := range worn.Maybe {
		follow(l, true)
	}
	out.each, out.maybe, out.open, out.filtered, out.says = worn.Each, worn.Maybe, open, i.HasGroups, says
	return out
}

type groupsKey struct {
	set    *groupSet
	d      direction
	f      packet.Family
	remote string
}

// groupFilter is what the groups of an interface admit from or to a remote.
func (g *Graph) groupFilter(s *groupSet, d direction, f packet.Family, by remote) filter {
	if by.member != nil {
		return g.compileGroups(s, d, f, by) // hosts are too many to be remembered
	}
	key := groupsKey{s, d, f, by.key}
	out, ok := g.groupFilters[key]
	if !ok {
		out = g.compileGroups(s, d, f, by)
		g.groupFilters[key] = out
	}
	return out
}

func (g *Graph) compileGroups(s *groupSet, d direction, f packet.Family, by remote) filter {
	if s.filtered == tf.No {
		return filter{admits: everything(f), elements: []*element{{detail: "no security group filters it", admits: everything(f)}}}
	}
	if len(s.says) == 0 && len(s.each) == 1 && len(s.maybe) == 0 && !s.open && s.filtered == tf.Yes {
		return asSeen(d, g.linkedGroup(s.each[0], d, f, by), by, f)
	}
	raw := filter{assumptions: s.says}
	add := func(l aws.Link[aws.SecurityGroup], certain bool) {
		c := g.linkedGroup(l, d, f, by)
		if !certain {
			c.admits = c.admits.doubt()
		}
		raw.admits = raw.admits.or(c.admits)
		raw.elements = append(raw.elements, c.elements...)
		raw.doubts = append(raw.doubts, c.doubts...)
		raw.assumptions = append(raw.assumptions, c.assumptions...)
	}
	raw.elements = make([]*element, 0, len(s.each)+len(s.maybe))
	for _, l := range s.each {
		add(l, true)
	}
	for _, l := range s.maybe {
		add(l, false)
		raw.doubts = append(raw.doubts, doubt{attachedFact(l), packet.Everything(f)})
	}
	if s.open || s.filtered == tf.Maybe {
		raw.admits = raw.admits.or(possibly(packet.Everything(f)))
		raw.doubts = append(raw.doubts, doubt{tf.Fact{
			ID: openGroups, Text: "which security groups are attached", Settle: settleApply,
		}, packet.Everything(f)})
	}
	return asSeen(d, raw, by, f)
}

const (
	// openGroups asks for the groups of an interface.
	openGroups    = "groups"
	settleApply   = "known after apply"
	settleContext = "--context with the stack that owns it"
)

func attachedFact(l aws.Link[aws.SecurityGroup]) tf.Fact {
	name := tf.StripKeys(linkName(l))
	return tf.Fact{ID: "attached:" + name, Text: "whether " + name + " is attached", Settle: settleApply}
}

// linkName names what a link leads to, for people and for the ids of facts.
func linkName(l aws.Link[aws.SecurityGroup]) string {
	var names []string
	for _, to := range l.To {
		names = append(names, groupName(to))
	}
	switch {
	case len(names) > 0:
		return strings.Join(names, " or ")
	case l.ID != "":
		return l.ID
	}
	return "a security group outside the input"
}

func groupName(s *aws.SecurityGroup) string {
	if s.Resource == nil && s.ID != "" {
		return s.ID
	}
	return s.ShortName()
}

// linkedGroup is what an attached group admits, whichever it turns out to be.
func (g *Graph) linkedGroup(l aws.Link[aws.SecurityGroup], d direction, f packet.Family, by remote) filter {
	if to, ok := l.One(); ok && l.Assumption == nil {
		return g.group(to, d, f, by)
	}
	var candidates []filter
	var names []string
	for _, to := range l.To {
		candidates, names = append(candidates, g.group(to, d, f, by)), append(names, groupName(to))
	}
	if l.Open || len(candidates) == 0 {
		name := linkName(aws.Link[aws.SecurityGroup]{ID: l.ID})
		candidates = append(candidates, g.rulesOutside(name, aws.Object{Label: name}, d, f, by)) // U-13
	}
	out := g.namedFilter(func() tf.Fact {
		return tf.Fact{ID: "group-of:" + linkName(l), Text: "which of " + linkName(l) + " is attached", Settle: settleApply}
	}, names, candidates...)
	if l.Assumption != nil {
		out.assumptions = append(out.assumptions[:len(out.assumptions):len(out.assumptions)], l.Assumption)
	}
	return out
}

func rulesFact(name string) tf.Fact {
	id := "group:" + name
	return tf.Fact{ID: id, Text: "the rules of " + name, Settle: settleContext}
}

// group is what one group admits: whatever any of its rules does (SG-2). The
// remote decides references only; its addresses are applied by the caller.
func (g *Graph) group(s *aws.SecurityGroup, d direction, f packet.Family, by remote) filter {
	if by.member != nil {
		return g.compileGroup(s, d, f, by)
	}
	key := groupKey{s, d, f, by.key}
	out, ok := g.groups[key]
	if !ok {
		out = g.compileGroup(s, d, f, by)
		g.groups[key] = out
	}
	return out
}

type groupKey struct {
	group  *aws.SecurityGroup
	d      direction
	f      packet.Family
	remote string
}

func (g *Graph) compileGroup(s *aws.SecurityGroup, d direction, f packet.Family, by remote) filter {
	var out filter
	rules := s.Ingress
	if d == outbound {
		rules = s.Egress
	}
	for n := range rules {
		for _, t := range g.terms(s, &rules[n], d, f) {
			e, doubts, assumptions := g.elementOf(&t, s, by)
			out.assumptions = append(out.assumptions, assumptions...)
			if e == nil || e.admits.IsEmpty() {
				continue
			}
			out.admits = out.admits.or(e.admits)
			out.elements = append(out.elements, e)
			out.doubts = append(out.doubts, doubts...)
		}
	}
	if asMade := s.Default && assumed(s.VPC); s.Open && !asMade {
		unknown := g.rulesOutside(groupName(s), s.Object, d, f, by)
		out.admits = out.admits.or(unknown.admits)
		out.elements = append(out.elements, unknown.elements...)
		out.doubts = append(out.doubts, unknown.doubts...)
		out.assumptions = append(out.assumptions, unknown.assumptions...)
	}
	return out
}

// term is one peer of one rule.
type term struct {
	cause aws.Cause
	// matches is what its protocol, ports and addresses match; who is in a
	// group is still open.
	matches Relation
	text    string
	// group is the reference, where the peer is a group, and list where it is a
	// prefix list; transport is what the rule matches of protocols and ports.
	group     *aws.Link[aws.SecurityGroup]
	list      *aws.Link[aws.PrefixList]
	transport Relation
	// owner is whose the peer is, where that is all that is known of it (U-9).
	owner  *aws.Owner
	doubts []doubt
	// assumptions are what it rests on; some may be nil.
	assumptions []*tf.Assumption
}

type termsKey struct {
	rule *aws.Rule
	d    direction
	f    packet.Family
}

// terms are the peers of a rule in a family.
func (g *Graph) terms(s *aws.SecurityGroup, r *aws.Rule, d direction, f packet.Family) []term {
	key := termsKey{r, d, f}
	if known, ok := g.ruleTerms[key]; ok {
		return known
	}
	transport := ruleTransport(r.Protocol, r.FromPort, r.ToPort, f)
	if r.Maybe || r.Conflict {
		transport = transport.doubt() // TF-SG-2, TF-SG-3
	}
	transport, ruleSays, _ := g.saidFlows(transport, ruleFact(r), "admits", f)
	var out []term
	// A peer without a place of its own stands where the rule does.
	at := func(c aws.Cause) aws.Cause {
		if c.Resource == nil {
			return r.Cause
		}
		return c
	}
	add := func(cause aws.Cause, peer string, matches Relation) *term {
		cause = at(cause)
		out = append(out, term{
			cause:   cause,
			matches: matches,
			text:    transportText(r.Protocol, r.FromPort, r.ToPort) + d.preposition() + peer,
		})
		t := &out[len(out)-1]
		t.assumptions = ruleSays
		if !transport.certain() {
			t.doubts = append(t.doubts, doubt{ruleFact(r), matches.May})
		}
		return t
	}
	for _, p := range r.CIDRs {
		if p.Unknown && p.To.IsValid() && familyOf(p.To.Addr()) != f {
			continue // the other family's argument
		}
		if p.Unknown || !p.To.IsValid() {
			fact := valueFact(at(p.Cause), p.Output)
			if a, says, ok := g.sayCIDRs(fact, f); ok {
				t := add(p.Cause, "an address range as given", transport.each(func(s packet.Set) packet.Set { return d.at(s, a) }))
				t.assumptions = slices.Concat(t.assumptions, says)
				continue
			}
			t := add(p.Cause, "an address range that is not known yet", transport.doubt())
			t.doubts = append(t.doubts, doubt{fact, t.matches.May}) // U-9, U-11
			if p.Owner != nil {
				t.owner, t.transport = p.Owner, transport
				t.text = strings.Replace(t.text, "an address range that is not known yet", p.Owner.Label, 1)
			}
			continue
		}
		a := packet.Prefixes(p.To).Family(f)
		if !a.IsEmpty() {
			add(p.Cause, printed(at(p.Cause), p.To.Masked().String()), transport.each(func(s packet.Set) packet.Set { return d.at(s, a) }))
		}
	}
	for _, p := range r.PrefixLists {
		must, may, says := g.listed(p.To, f)
		t := add(p.Cause, listName(p.To), Relation{Must: d.at(transport.Must, must), May: d.at(transport.May, may)})
		if !must.Equal(may) {
			t.doubts = append(t.doubts, doubt{listFact(p.To), t.matches.May}) // U-5
		}
		t.assumptions = slices.Concat(t.assumptions, says, []*tf.Assumption{p.To.Assumption})
		t.list, t.transport = &p.To, transport
	}
	for _, p := range r.Groups {
		t := add(p.Cause, linkName(p.To), transport)
		t.group, t.assumptions = &p.To, append(t.assumptions[:len(t.assumptions):len(t.assumptions)], p.To.Assumption)
	}
	if r.Self != tf.No {
		t := add(r.Cause, "members of the group itself", transport)
		if r.Self == tf.Maybe {
			t.matches = transport.doubt()
		}
		t.group = &aws.Link[aws.SecurityGroup]{To: []*aws.SecurityGroup{s}} // SG-8
	}
	if r.AnyPeer {
		t := add(r.Cause, "peers that are not known yet", transport.doubt())
		t.doubts = append(t.doubts, doubt{ruleFact(r), t.matches.May})
	}
	g.ruleTerms[key] = out
	return out
}

func ruleFact(r *aws.Rule) tf.Fact {
	name := configName(r.Cause)
	return tf.Fact{ID: "rule:" + name, Text: "what " + name + " admits", Settle: settleApply}
}

// valueFact asks for a value that is known after apply, or that another stack
// hands over.
func valueFact(c aws.Cause, output string) tf.Fact {
	if output != "" {
		return tf.Fact{ID: "value:" + output, Text: "the value of " + output, Settle: settleContext}
	}
	name := configName(c)
	return tf.Fact{ID: "value:" + name, Text: "the value of " + name, Settle: settleApply}
}

// configName is a cause in the configuration: what all instances of a block
// wait for is one question.
func configName(c aws.Cause) string { return tf.StripKeys(causeName(c)) }

// causeName is the address and argument of a cause.
func causeName(c aws.Cause) string {
	switch {
	case c.Resource == nil:
		return "what AWS makes itself"
	case c.Argument == "":
		return c.Address()
	}
	return c.Address() + "." + c.Argument
}

// listed are the addresses that a prefix list certainly and possibly holds
// (SG-16, U-5). An unknown list is disjoint from private addresses.
func (g *Graph) listed(l aws.Link[aws.PrefixList], f packet.Family) (must, may packet.Addresses, says []*tf.Assumption) {
	candidates := 0
	add := func(certain, possible packet.Addresses) {
		if candidates++; candidates == 1 {
			must, may = certain, possible
			return
		}
		must, may = must.Intersect(certain), may.Union(possible)
	}
	for _, p := range l.To {
		var certain, possible packet.Addresses
		for _, e := range p.Entries {
			if prefix, ok := e.Known(); ok {
				certain = certain.Union(packet.Prefixes(prefix).Family(f))
			} else if e.IsUnknown() {
				possible = packet.AllAddresses(f)
			}
		}
		possible = possible.Union(certain)
		if p.Open {
			possible = possible.Union(openList(p, f))
		}
		add(certain, possible)
	}
	if l.Open || candidates == 0 {
		add(packet.Addresses{}, packet.AllAddresses(f))
	}
	if must.Equal(may) {
		return must, may, nil
	}
	if a, says, ok := g.sayCIDRs(listFact(l), f); ok {
		return a, a, says
	}
	return must, may, nil
}

func listFact(l aws.Link[aws.PrefixList]) tf.Fact {
	return tf.Fact{ID: "prefix-list:" + listName(l), Text: "which addresses " + listName(l) + " holds", Settle: settleContext}
}

// holds says whether a prefix list is that of an AWS service: it has the
// service's name, and those of different services have nothing in common.
func holds(l aws.Link[aws.PrefixList], service string) tf.Tri {
	if list, ok := l.One(); ok && list.AWS && list.Name != "" {
		return tf.TriOf(list.Name == service)
	}
	return tf.Maybe
}

// openList is what a prefix list of unknown content may hold: one of AWS public
// addresses, and that of VPC Lattice those that nobody but it uses (U-5).
func openList(p *aws.PrefixList, f packet.Family) packet.Addresses {
	switch {
	case !p.AWS:
		return packet.AllAddresses(f)
	case strings.HasSuffix(p.Name, ".vpc-lattice"):
		return linkLocal.Family(f)
	}
	return InternetAddresses(f)
}

func listName(l aws.Link[aws.PrefixList]) string {
	var names []string
	for _, p := range l.To {
		if p.Name != "" {
			names = append(names, "prefix list "+p.Name)
		} else {
			names = append(names, p.Label)
		}
	}
	if l.ID != "" && len(names) == 0 {
		return l.ID
	}
	if len(names) == 0 {
		return "a prefix list outside the input"
	}
	return strings.Join(names, " or ")
}

// ofSeveralVPCs reports whether a group is associated with further VPCs (SG-20).
func ofSeveralVPCs(l aws.Link[aws.SecurityGroup]) bool {
	return slices.ContainsFunc(l.To, func(s *aws.SecurityGroup) bool {
		return len(s.Associated.Each)+len(s.Associated.Maybe) > 0 || s.Associated.Open
	})
}

// elementOf is a term as it holds for the remote, or nil where it does not.
func (g *Graph) elementOf(t *term, s *aws.SecurityGroup, by remote) (*element, []doubt, []*tf.Assumption) {
	e := &element{
		object: s.Object,
		cause:  t.cause,
		detail: t.text,
		admits: t.matches,
	}
	doubts, assumptions := t.doubts, t.assumptions
	if t.list != nil && by.service != "" {
		switch holds(*t.list, by.service) {
		case tf.No:
			return nil, nil, nil
		case tf.Yes:
			e.admits, assumptions = t.transport, []*tf.Assumption{t.list.Assumption}
			doubts = slices.DeleteFunc(slices.Clone(doubts), func(d doubt) bool { return d.fact.ID == listFact(*t.list).ID })
		}
	}
	if t.owner != nil {
		switch g.within(by, t.owner, s.VPC) {
		case tf.No:
			return nil, nil, nil
		case tf.Yes:
			e.admits = t.transport
			doubts = slices.DeleteFunc(slices.Clone(doubts), func(d doubt) bool { return d.fact.ID == valueFact(t.cause, "").ID })
		}
	}
	if t.group != nil {
		in, says := g.isMember(by.member, *t.group)
		fact := membersFact
		if in == tf.Yes && (by.unsure || by.across && ofSeveralVPCs(*t.group)) { // SG-9, SG-20
			fact = keptFact
			in, says = g.passes(tf.Maybe, fact(*t.group))
		}
		assumptions = append(assumptions[:len(assumptions):len(assumptions)], says...)
		switch in {
		case tf.No:
			return nil, nil, says
		case tf.Maybe:
			e.admits = e.admits.doubt()
			doubts = append(doubts[:len(doubts):len(doubts)], doubt{fact(*t.group), e.admits.May})
		}
	}
	return e, doubts, assumptions
}

func membersFact(ref aws.Link[aws.SecurityGroup]) tf.Fact {
	return tf.Fact{ID: "members:" + linkName(ref), Text: "who is in " + linkName(ref), Settle: settleContext}
}

func keptFact(ref aws.Link[aws.SecurityGroup]) tf.Fact {
	return tf.Fact{ID: "references:" + linkName(ref), Text: "whether references to " + linkName(ref) + " are kept on the way", Settle: settleApply}
}

// isMember is memberOf, asking people where the input does not know.
func (g *Graph) isMember(i *aws.Interface, ref aws.Link[aws.SecurityGroup]) (tf.Tri, []*tf.Assumption) {
	in := memberOf(i, ref)
	if i == nil {
		return in, nil
	}
	if worn, says := g.wearing(i); len(says) > 0 {
		believed := *i
		believed.Groups = worn
		if in = memberOf(&believed, ref); in != tf.Maybe {
			return in, says
		}
	}
	fact, label := membersFact(ref), interfaceObject(i).Label
	if in != tf.Maybe {
		g.knowsMember(fact, label, in)
		return in, nil
	}
	names, says, ok := g.say(fact, "are")
	if !ok {
		return in, nil
	}
	list := strings.Fields(names)
	return tf.TriOf(slices.Contains(list, label) || slices.Contains(list, tf.StripKeys(label))), says
}

// memberOf says whether the interface carries the group that a rule refers to
// (SG-7). Of a group outside the input it is so only when the interface lists
// the same id (SG-10).
func memberOf(i *aws.Interface, ref aws.Link[aws.SecurityGroup]) tf.Tri {
	if i == nil || i.HasGroups == tf.No {
		return tf.No
	}
	var out tf.Tri
	for n, to := range ref.To {
		t := carries(i, to, ref.ID)
		if n > 0 && t != out {
			t = tf.Maybe
		}
		out = t
	}
	switch {
	case len(ref.To) == 0:
		out = carries(i, nil, ref.ID)
	case ref.Open && out == tf.No:
		out = carries(i, nil, ref.ID)
		if out == tf.Yes {
			out = tf.Maybe
		}
	case ref.Open:
		out = tf.Maybe
	}
	if i.HasGroups == tf.Maybe {
		out = out.And(tf.Maybe)
	}
	return out
}

// carries says whether an interface has a group, known as an object or by its
// id.
func carries(i *aws.Interface, s *aws.SecurityGroup, id string) tf.Tri {
	out := tf.TriOf(false)
	if i.Groups.Open {
		out = tf.Maybe
	}
	one := func(l aws.Link[aws.SecurityGroup]) tf.Tri {
		if len(l.To) == 0 {
			switch {
			case l.ID != "" && id != "":
				return tf.TriOf(l.ID == id)
			case l.ID != "" && s != nil && s.ID != "":
				return tf.TriOf(l.ID == s.ID)
			case s != nil && s.Resource != nil && s.Resource.IsNew() && l.ID != "":
				return tf.No // a literal id cannot be that of a group yet to be made
			}
			return tf.Maybe
		}
		t := tf.No
		for _, to := range l.To {
			if to == s || (s == nil && id != "" && to.ID == id) {
				t = tf.Yes
			}
		}
		switch {
		case t == tf.Yes && (len(l.To) > 1 || l.Open), t == tf.No && l.Open:
			return tf.Maybe
		}
		return t
	}
	for _, l := range i.Groups.Each {
		out = out.Or(one(l))
	}
	for _, l := range i.Groups.Maybe {
		out = out.Or(one(l).And(tf.Maybe))
	}
	return out
}
