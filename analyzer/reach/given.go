package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Answers are what people say of facts that the input does not hold: the
// given blocks of the settings. What may be said of which kind of fact is in
// [aws.FactKinds].
type Answers interface {
	// Answer is the answer to the question with the id of a [tf.Fact], in
	// respect of an attribute; the elements of a list have spaces between them.
	Answer(id, attribute string) (value string, ok bool)
	// Knows tells what the input itself says, so that an answer that it
	// contradicts is found.
	Knows(id, attribute, value string)
	// Said is the answer without its being used.
	Said(id, attribute string) (value string, ok bool)
	// Refuse tells that the answer is not possible, and what is.
	Refuse(id, attribute, possible string)
}

// Given makes the graph believe the answers. It is to be called before the
// first question.
func (g *Graph) Given(a Answers) *Graph {
	g.answers = a
	g.sites = slices.Clone(g.sites)
	for n, o := range g.sites {
		g.sites[n] = g.announcing(o)
	}
	if a != nil {
		g.knows()
	}
	return g
}

// knows tells of the addresses that the input has itself.
func (g *Graph) knows() {
	tell := func(id string, prefixes []netip.Prefix) {
		var texts []string
		for _, p := range prefixes {
			texts = append(texts, p.String())
		}
		g.answers.Knows(id, givenCIDRs, strings.Join(texts, " "))
	}
	for _, s := range g.network.Subnets {
		if s.CIDR.Known() {
			tell("addresses:"+s.ShortName(), []netip.Prefix{s.CIDR.Prefix})
		}
	}
	for _, v := range g.network.VPCs {
		if prefixes, all := prefixesOf(v); all && len(prefixes) > 0 {
			tell("addresses:"+v.ShortName(), prefixes)
		}
	}
	for _, l := range g.network.PrefixLists {
		link := aws.Link[aws.PrefixList]{To: []*aws.PrefixList{l}}
		if prefixes, _, open := g.entriesOf(link); !open && len(prefixes) > 0 {
			tell(listFact(link).ID, prefixes)
		}
	}
	for _, o := range g.sites {
		var prefixes []netip.Prefix
		for _, v := range o.Prefixes {
			if p, ok := v.Known(); ok {
				prefixes = append(prefixes, p)
			}
		}
		if len(o.says) == 0 && !o.vague() {
			tell(announcedFact(o).ID, prefixes)
		}
	}
}

// prefixesOf are the known blocks of a VPC, and whether these are all.
func prefixesOf(v *aws.VPC) (out []netip.Prefix, all bool) {
	all = !v.Outside
	for _, b := range v.CIDRs {
		if b.Known() {
			out = append(out, b.Prefix)
		} else {
			all = false
		}
	}
	return out, all
}

// knowsMember holds what the input says of one member against the answer, which
// names all of them.
func (g *Graph) knowsMember(fact tf.Fact, label string, in tf.Tri) {
	if g.answers == nil {
		return
	}
	names, ok := g.answers.Said(fact.ID, "are")
	if !ok {
		return
	}
	list := strings.Fields(names)
	listed := slices.Contains(list, label) || slices.Contains(list, tf.StripKeys(label))
	switch {
	case in == tf.Yes && !listed:
		g.answers.Refuse(fact.ID, "are", "with "+label)
	case in == tf.No && listed:
		g.answers.Refuse(fact.ID, "are", "without "+label)
	}
}

// believed are the given blocks without which a "no" would be another answer:
// of a way that they close nothing is left that could name them. Where several
// of them close it, each by itself, all are named.
func (g *Graph) believed(q Question, a Answer) []*tf.Assumption {
	var said []*tf.Assumption
	anew := Compile(g.network).Given(g.answers)
	anew.heard = func(a *tf.Assumption) { said = append(said, a) }
	anew.ask(q)
	said = uniqueAssumptions(said)
	var decide []*tf.Assumption
	for _, s := range said {
		deaf := without{g.answers, g.idsOf(tf.Fact{ID: strings.TrimPrefix(s.ID, "given:")})}
		if Compile(g.network).Given(deaf).ask(q).verdicts() != a.verdicts() {
			decide = append(decide, s)
		}
	}
	if len(decide) == 0 && len(said) > 0 && Compile(g.network).ask(q).verdicts() != a.verdicts() {
		return said
	}
	return decide
}

// verdicts tells answers apart, and what leads through something else.
func (a Answer) verdicts() string {
	out := string(a.Answer) + " " + string(a.Forward)
	for _, f := range a.Through {
		out += fmt.Sprint(" ", f.To.Label, f.Family, f.Verdict())
	}
	return out
}

// without is answers but for those to one question, by each of its ids.
type without struct {
	Answers
	ids []string
}

func (w without) Answer(id, attribute string) (string, bool) { return w.Said(id, attribute) }

func (w without) Said(id, attribute string) (string, bool) {
	if slices.Contains(w.ids, id) {
		return "", false
	}
	return w.Answers.Said(id, attribute)
}

func (w without) Knows(string, string, string) {}

func (w without) Refuse(string, string, string) {}

// The attributes that are asked for by name.
const (
	givenPublic = "public"
	givenCIDRs  = "cidrs"
	givenLeads  = "leads"
)

// say is what people say of a fact in respect of an attribute, with the
// assumption that it is so.
func (g *Graph) say(fact tf.Fact, attribute string) (string, []*tf.Assumption, bool) {
	if g.answers == nil || attribute == "" {
		return "", nil, false
	}
	var value string
	ok := false
	for _, id := range g.idsOf(fact) {
		if value, ok = g.answers.Answer(id, attribute); ok {
			break
		}
	}
	if !ok {
		return "", nil, false
	}
	kind, name, _ := strings.Cut(fact.ID, ":")
	if about := kind + " " + name; !strings.HasPrefix(name, "a ") { // such as "a subnet of data.aws_subnets.public"
		name = about
	}
	assumption := &tf.Assumption{
		ID:   "given:" + fact.ID,
		Text: "as a given block says, " + attribute + " of " + name + " is " + value,
	}
	if g.heard != nil {
		g.heard(assumption)
	}
	return value, []*tf.Assumption{assumption}, true
}

// idsOf are the ids of a fact by every name of what it is about: an answer holds
// for inputs that know a data source by its address alone, and for those that
// know the id of what it finds.
func (g *Graph) idsOf(fact tf.Fact) []string {
	kind, name, _ := strings.Cut(fact.ID, ":")
	ids := []string{fact.ID}
	for _, other := range g.network.Names[name] {
		ids = append(ids, kind+":"+other)
	}
	return ids
}

// sayBool is what people say of a yes-or-no fact that the input leaves open.
func (g *Graph) sayBool(t tf.Tri, fact tf.Fact, attribute string) (tf.Tri, []*tf.Assumption) {
	if t != tf.Maybe {
		if g.answers != nil && attribute != "" {
			for _, id := range g.idsOf(fact) {
				g.answers.Knows(id, attribute, strconv.FormatBool(t == tf.Yes))
			}
		}
		return t, nil
	}
	value, says, ok := g.say(fact, attribute)
	if !ok {
		return tf.Maybe, nil
	}
	return tf.TriOf(value == "true"), says
}

// sayCIDRs are the addresses of a family that people say; without an answer ok
// is false.
func (g *Graph) sayCIDRs(fact tf.Fact, f packet.Family) (a packet.Addresses, says []*tf.Assumption, ok bool) {
	prefixes, says, ok := g.sayPrefixes(fact)
	return packet.Prefixes(prefixes...).Family(f), says, ok
}

func (g *Graph) sayPrefixes(fact tf.Fact) (out []netip.Prefix, says []*tf.Assumption, ok bool) {
	value, says, ok := g.say(fact, givenCIDRs)
	for text := range strings.FieldsSeq(value) {
		if p, err := netip.ParsePrefix(text); err == nil { // settings has checked it
			out = append(out, p.Masked())
		}
	}
	return out, says, ok
}

// passes is a fact about whether packets pass at all, as people say it where
// the input does not know.
func (g *Graph) passes(t tf.Tri, fact tf.Fact) (tf.Tri, []*tf.Assumption) {
	if t != tf.Maybe && g.answers == nil {
		return t, nil
	}
	kind, _ := aws.FactKindOf(fact.ID)
	return g.sayBool(t, fact, kind.Gate())
}

// asks reports whether somebody may be asked for a fact, since the input leaves
// it open, or contradict what the input says.
func (g *Graph) asks(t tf.Tri) bool { return t == tf.Maybe || g.answers != nil }

// gated is a stage that lets everything through, nothing, or nobody knows.
func (g *Graph) gated(t tf.Tri, f packet.Family, fact tf.Fact, s stage) stage {
	t, says := g.passes(t, fact)
	return gatedAs(t, says, f, fact, s)
}

// gatedBy is gated by an answer of its own.
func (g *Graph) gatedBy(t tf.Tri, f packet.Family, fact tf.Fact, attribute string, s stage) stage {
	t, says := g.sayBool(t, fact, attribute)
	if t == tf.Maybe {
		fact = aws.Settled(fact, attribute)
	}
	return gatedAs(t, says, f, fact, s)
}

func gatedAs(t tf.Tri, says []*tf.Assumption, f packet.Family, fact tf.Fact, s stage) stage {
	s.assumptions = append(s.assumptions[:len(s.assumptions):len(s.assumptions)], says...)
	s.admits = gate(t, f)
	if t == tf.Maybe {
		s.doubts = []doubt{{fact, s.admits.May}}
	}
	return s
}

// outsideFilter is what an element of a subnet outside the input lets
// through: everything where people say that the subnet is public or not,
// since its gateway tells the two apart, else nobody knows.
func (g *Graph) outsideFilter(s *aws.Subnet, object aws.Object, f packet.Family) filter {
	fact := subnetFact(s)
	if t, says := g.sayBool(tf.Maybe, fact, givenPublic); t != tf.Maybe {
		return givenFilter(everything(f), object, "as given", says)
	}
	return unknownFilter(fact, object, f)
}

func givenFilter(admits Relation, object aws.Object, detail string, says []*tf.Assumption) filter {
	return filter{admits: admits, elements: []*element{{object: object, detail: detail, admits: admits}}, assumptions: says}
}

// rulesOutside is what a group outside the input admits. People can say what it
// admits from and to the internet, and anywhere else.
func (g *Graph) rulesOutside(name string, object aws.Object, d direction, f packet.Family, by remote) filter {
	attribute := map[direction]string{inbound: "from_", outbound: "to_"}[d]
	if by.member == nil && strings.HasPrefix(by.key, "internet") {
		attribute += "internet"
	} else {
		attribute += "network"
	}
	fact := rulesFact(name)
	value, says, ok := g.say(fact, attribute)
	if !ok {
		return unknownFilter(aws.Settled(fact, attribute), object, f)
	}
	return givenFilter(exactly(flowsOf(value, f)), object, "as given: "+value, says)
}

// flowsOf are the packets of flows with spaces between them; "none" is none.
func flowsOf(value string, f packet.Family) packet.Set {
	var out packet.Set
	for flow := range strings.FieldsSeq(value) {
		if restrict, err := packet.ParseFlow(flow); err == nil { // settings has checked it
			out = out.Union(restrict(packet.Everything(f)))
		}
	}
	return out
}

// zone is the availability zone of a subnet (U-8).
func (g *Graph) zone(s *aws.Subnet) tf.Val[string] {
	zone, known := s.AvailabilityZone.Known()
	fact := zoneFact(s)
	if known {
		if g.answers != nil {
			g.answers.Knows(fact.ID, "is", zone)
		}
		return s.AvailabilityZone
	}
	if value, _, ok := g.say(fact, "is"); ok {
		return tf.KnownVal(value)
	}
	return s.AvailabilityZone
}

// zoneSays is what the zones of subnets rest on.
func (g *Graph) zoneSays(subnets ...*aws.Subnet) []*tf.Assumption {
	var out []*tf.Assumption
	for _, s := range subnets {
		if _, known := s.AvailabilityZone.Known(); !known {
			_, says, _ := g.say(zoneFact(s), "is")
			out = append(out, says...)
		}
	}
	return out
}

// announcing is a connection to a network on premises with the prefixes that
// people say it has (U-17).
func (g *Graph) announcing(o *site) *site {
	if !o.vague() {
		return o
	}
	prefixes, says, ok := g.sayPrefixes(announcedFact(o))
	if !ok {
		return o
	}
	network, believed := *o.OnPremises, *o
	network.Open, network.Prefixes = false, nil
	for _, p := range prefixes {
		network.Prefixes = append(network.Prefixes, tf.KnownVal(p))
	}
	believed.OnPremises, believed.says = &network, says
	return &believed
}

// vpcOf is the VPC of a subnet, nil when nobody knows.
func (g *Graph) vpcOf(s *aws.Subnet) (*aws.VPC, []*tf.Assumption) {
	if v, ok := s.VPC.One(); ok {
		if g.answers != nil {
			g.answers.Knows(vpcFact(s).ID, "vpc", v.ShortName())
		}
		return v, nil
	}
	name, says, ok := g.say(vpcFact(s), "vpc")
	if !ok {
		return nil, nil
	}
	for _, v := range g.network.VPCs {
		if v.ShortName() == name || v.Resource != nil && v.Resource.Get("id").AsString() == tf.KnownVal(name) {
			return v, says
		}
	}
	v := g.otherVPCs[name]
	if v == nil {
		v = &aws.VPC{Object: aws.Object{Label: name}, Outside: true}
		g.otherVPCs[name] = v
	}
	return v, says
}

func vpcFact(s *aws.Subnet) tf.Fact {
	name := s.ShortName()
	return tf.Fact{ID: "subnet-vpc:" + name, Text: "which VPC " + name + " is in", Settle: settleContext}
}

// addressesFact asks which addresses the hosts of a subnet have: the subnet's
// own, or, where these are known, which of them (U-9, U-10).
func addressesFact(s *aws.Subnet) tf.Fact {
	name := s.ShortName()
	if s.CIDR.Known() {
		return tf.Fact{ID: "hosts:" + name, Text: "which addresses of " + name + " its interfaces get", Settle: settleApply}
	}
	return tf.Fact{ID: "addresses:" + name, Text: "which addresses " + name + " has", Settle: settleContext}
}

// which is the one of several candidates that people name as the one that it
// will be. A name that is none of theirs is refused, for the input excludes it.
func (g *Graph) which(fact tf.Fact, names []string) (n int, says []*tf.Assumption, ok bool) {
	if g.answers == nil {
		return 0, nil, false
	}
	value, ok := g.answers.Said(fact.ID, "is")
	if !ok {
		return 0, nil, false
	}
	if n = slices.Index(names, value); n < 0 {
		g.answers.Refuse(fact.ID, "is", strings.Join(names, " or "))
		return 0, nil, false
	}
	_, says, ok = g.say(fact, "is")
	return n, says, ok
}

// namedFilter is eitherFilter of candidates that have names.
func (g *Graph) namedFilter(fact func() tf.Fact, names []string, candidates ...filter) filter {
	if len(candidates) > 1 && g.answers != nil {
		if n, says, ok := g.which(fact(), names); ok {
			out := candidates[n]
			out.assumptions = slices.Concat(out.assumptions, says)
			return out
		}
	}
	return eitherFilter(fact, candidates...)
}

// oneOfNamed is oneOfWays of ways that have names.
func (s *search) oneOfNamed(fact tf.Fact, names []string, ways []*way) *way {
	if len(ways) > 1 {
		if n, says, ok := s.g.which(fact, names); ok {
			return ways[n].resting(says)
		}
	}
	return s.oneOfWays(fact, ways)
}

// placed are the subnets of an interface, or the one that people say it stands
// in where that is open.
func (g *Graph) placed(i *aws.Interface) (at aws.Links[aws.Subnet], anySubnet bool, says []*tf.Assumption) {
	fact := placementFact(interfaceObject(i).Label)
	if s := onlySubnet(i); s != nil && !i.Subnets.Open {
		if g.answers != nil {
			g.answers.Knows(fact.ID, "is", s.ShortName())
		}
		return i.Subnets, i.AnySubnet, nil
	}
	if !i.AnySubnet && len(i.Subnets.Maybe) == 0 && !i.Subnets.Open && !slices.ContainsFunc(i.Subnets.Each, func(l aws.Link[aws.Subnet]) bool { _, one := l.One(); return !one }) {
		return i.Subnets, i.AnySubnet, nil // it stands in all of them
	}
	may := func(s *aws.Subnet) bool { return true }
	if !i.Subnets.Open {
		var all []*aws.Subnet
		leads(i.Subnets, func(s *aws.Subnet, _ bool) { all = append(all, s) })
		if !slices.ContainsFunc(slices.Concat(i.Subnets.Each, i.Subnets.Maybe), func(l aws.Link[aws.Subnet]) bool { return l.Open }) {
			may = func(s *aws.Subnet) bool { return slices.Contains(all, s) }
		}
	}
	if s, says := g.standsIn(fact, may); s != nil {
		return aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{{To: []*aws.Subnet{s}}}}, false, says
	}
	return i.Subnets, i.AnySubnet, nil
}

// standsIn is the subnet that people say something stands in, nil where they say
// nothing. One in which it cannot stand is refused.
func (g *Graph) standsIn(fact tf.Fact, may func(*aws.Subnet) bool) (*aws.Subnet, []*tf.Assumption) {
	if g.answers == nil {
		return nil, nil
	}
	name, ok := g.answers.Said(fact.ID, "is")
	if !ok {
		return nil, nil
	}
	var possible []string
	for _, s := range g.network.Subnets {
		if !may(s) {
			continue
		}
		if s.ShortName() == name {
			_, says, _ := g.say(fact, "is")
			return s, says
		}
		possible = append(possible, s.ShortName())
	}
	g.answers.Refuse(fact.ID, "is", strings.Join(possible, " or "))
	return nil, nil
}

// wearing are the groups of an interface, with what people say of those that are
// open: which they are, or whether one that may be attached is.
func (g *Graph) wearing(i *aws.Interface) (aws.Links[aws.SecurityGroup], []*tf.Assumption) {
	worn := i.Groups
	if g.answers == nil || !worn.Open && len(worn.Maybe) == 0 {
		return worn, nil
	}
	var says []*tf.Assumption
	if names, because, ok := g.say(groupsFact(interfaceObject(i).Label), "are"); ok && worn.Open {
		worn.Open, says = false, because
		for name := range strings.FieldsSeq(names) {
			if name != aws.None {
				worn.Each = append(worn.Each[:len(worn.Each):len(worn.Each)], g.groupNamed(name))
			}
		}
	}
	var maybe []aws.Link[aws.SecurityGroup]
	for _, l := range worn.Maybe {
		attached, because := g.passes(tf.Maybe, attachedFact(l))
		says = append(says, because...)
		switch attached {
		case tf.Yes:
			worn.Each = append(worn.Each[:len(worn.Each):len(worn.Each)], l)
		case tf.Maybe:
			maybe = append(maybe, l)
		}
	}
	worn.Maybe = maybe
	return worn, says
}

// groupNamed is the group with an address or an id, or one outside the input.
func (g *Graph) groupNamed(name string) aws.Link[aws.SecurityGroup] {
	for _, s := range g.network.SecurityGroups {
		if groupName(s) == name || s.ID == name {
			return aws.Link[aws.SecurityGroup]{To: []*aws.SecurityGroup{s}}
		}
	}
	return aws.Link[aws.SecurityGroup]{ID: name}
}

// saidFlows are the packets that people say, where a relation is not certain.
func (g *Graph) saidFlows(r Relation, fact tf.Fact, attribute string, f packet.Family) (Relation, []*tf.Assumption, bool) {
	if r.certain() {
		return r, nil, false
	}
	value, says, ok := g.say(fact, attribute)
	if !ok {
		return r, nil, false
	}
	return exactly(flowsOf(value, f)), says, true
}
