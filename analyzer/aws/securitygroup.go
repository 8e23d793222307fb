package aws

import (
	"fmt"
	"iter"
	"net/netip"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func (b *builder) declareSecurityGroups() {
	for r := range b.each("aws_security_group") {
		b.declareGroup(r, &SecurityGroup{Object: b.object(r), VPC: b.groupVPC(r)})
	}
	for r := range b.each("aws_default_security_group") {
		b.adoptGroup(r)
	}
	for r := range b.data("aws_security_group", "aws_default_security_group") {
		if g := sameObject[SecurityGroup](b, r); g != nil {
			register(b, r, g)
			continue
		}
		b.declareGroup(r, b.mentionedGroup(r))
	}
	for r := range b.data("aws_security_groups") {
		found, all := listed[SecurityGroup](b, r, r.Get("ids"))
		for _, g := range found {
			registerAttribute(b, r, "ids", g)
		}
		if all {
			continue
		}
		ids, complete := r.Get("ids").Strings()
		for _, id := range ids {
			outside(b, b.scope(r), id, b.outsideGroup)
		}
		if !complete {
			g := b.mentionedGroup(r)
			g.Label = "a group of " + g.Label
			b.declareGroup(r, g)
			registerAttribute(b, r, "ids", g)
		}
	}
}

// associateGroups lets groups be used in further VPCs (SG-20, TF-SG-7).
func (b *builder) associateGroups() {
	for r := range b.each("aws_vpc_security_group_vpc_association") {
		vpc := link(b, r, r.Get("vpc_id"), b.outsideVPC)
		to := link(b, r, r.Get("security_group_id"), b.outsideGroup)
		certain := sure(r, to)
		for _, g := range to.To {
			if certain {
				g.Associated.Each = append(g.Associated.Each, vpc)
			} else {
				g.Associated.Maybe = append(g.Associated.Maybe, vpc)
			}
		}
	}
}

func (b *builder) declareGroup(r *tf.Resource, g *SecurityGroup) {
	g.ID, _ = r.Get("id").AsString().Known()
	g.Handed = b.handed(r)
	b.n.SecurityGroups = append(b.n.SecurityGroups, g)
	register(b, r, g)
}

// groupVPC is the VPC of a group; without vpc_id the default one (TF-SG-7).
func (b *builder) groupVPC(r *tf.Resource) Link[VPC] {
	if v := argument(r, "vpc_id"); v.isSet() {
		return link(b, r, v.value, b.outsideVPC)
	}
	return Link[VPC]{To: []*VPC{b.defaultVPC(b.scope(r))}}
}

// mentionedGroup is a group whose rules nobody knows (U-6).
func (b *builder) mentionedGroup(r *tf.Resource) *SecurityGroup {
	return &SecurityGroup{Object: b.object(r), VPC: link(b, r, b.vpcArgument(r), b.outsideVPC), Open: true}
}

// outsideGroup is a group of which only the id is known (SG-10, U-13).
func (b *builder) outsideGroup(id string) *SecurityGroup {
	g := &SecurityGroup{Object: outsideObject(id), ID: id, VPC: Link[VPC]{Open: true}, Open: true}
	b.n.SecurityGroups = append(b.n.SecurityGroups, g)
	return g
}

// adoptGroup lets a resource manage the default group of a VPC (TF-SG-8):
// adopting removes every rule.
func (b *builder) adoptGroup(r *tf.Resource) {
	vpc := b.groupVPC(r)
	g := &SecurityGroup{VPC: vpc, Default: true}
	if v, ok := vpc.One(); ok && v.DefaultGroup.Resource == nil {
		g = v.DefaultGroup
	} else {
		b.n.SecurityGroups = append(b.n.SecurityGroups, g)
		for _, v := range vpc.To {
			v.DefaultGroup.Open = true // it may be the adopted one
		}
	}
	g.Object, g.Ingress, g.Egress, g.Open = b.object(r), nil, nil, r.Maybe // U-12
	g.ID, _ = r.Get("id").AsString().Known()
	g.Handed = b.handed(r)
	register(b, r, g)
}

// rules is the list of a direction.
func (g *SecurityGroup) rules(egress bool) *[]Rule {
	if egress {
		return &g.Egress
	}
	return &g.Ingress
}

// linkRules reads the rules of every group, in all their forms.
func (b *builder) linkRules() {
	separate := b.separateRules()
	inline := map[ruleList]bool{}
	for r := range b.each("aws_security_group", "aws_default_security_group") {
		g := objectOf[SecurityGroup](b, r)
		for _, egress := range []bool{false, true} {
			inline[ruleList{g, egress}] = b.inlineRules(r, g, egress, separate)
		}
	}
	for r := range b.each("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule") {
		b.separateRule(r, inline)
	}
	for _, g := range b.n.SecurityGroups {
		if atomsOf(g.Ingress) > mostAtoms || atomsOf(g.Egress) > mostAtoms {
			g.Ingress, g.Egress, g.Open = nil, nil, true
		}
	}
}

// mostAtoms is far above the 1,000 rules a network interface that AWS takes,
// each peer counted. A group that goes beyond cannot be applied: it is one
// whose rules nobody knows (U-24).
const mostAtoms = 2500

// atomsOf counts rules as AWS does, a peer at a time.
func atomsOf(rules []Rule) int {
	n := 0
	for i := range rules {
		n += len(rules[i].CIDRs) + len(rules[i].PrefixLists) + len(rules[i].Groups)
	}
	return n
}

// ruleList is the rules of a group in one direction: Terraform manages each by
// itself.
type ruleList struct {
	group  *SecurityGroup
	egress bool
}

// inlineRules reads the ingress or egress blocks of a group and reports
// whether the configuration sets any. On create an attribute that is unknown
// as a whole was not set: no rules (TF-SG-1, TF-SG-2). Of an existing group
// without inline blocks it lists everything, separate rules included: these
// have a cause of their own.
func (b *builder) inlineRules(r *tf.Resource, g *SecurityGroup, egress bool, separate map[atom]bool) (sets bool) {
	id, _ := r.Get("id").AsString().Known()
	name := directionName(egress)
	v, inline := r.Get(name), b.setsInline(r, name)
	if v.IsUnknown() {
		g.Open = g.Open || inline || !b.isNew(r)
		return inline
	}
	list := g.rules(egress)
	for i, e := range v.Elements() {
		rule := b.inlineRule(r, e, fmt.Sprintf("%s[%d]", name, i))
		if !inline && id != "" {
			rule = rule.without(separate, id, egress)
		}
		if rule.hasPeers() {
			*list = append(*list, rule)
		}
	}
	return inline
}

// inlineRule reads an ingress or egress block (TF-SG-4).
func (b *builder) inlineRule(r *tf.Resource, e tf.Value, path string) Rule {
	rule := Rule{
		Cause:    Cause{r, path},
		Protocol: e.Get("protocol").AsString(),
		FromPort: e.Get("from_port").AsInt(),
		ToPort:   e.Get("to_port").AsInt(),
		Self:     tf.TriVal(e.Get("self").AsBool(), tf.No),
		Maybe:    e.IsOptional() || r.Maybe,
	}
	if isPlaceholder(e, "protocol", "from_port", "to_port", "cidr_blocks", "security_groups") {
		rule.Maybe, rule.AnyPeer, rule.Self = true, true, tf.Maybe
		return rule
	}
	get := func(name string) setting { return inside(r, e, path, name) }
	b.readPeers(&rule, r, get, "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
	return rule
}

// readPeers reads the peers of a rule: the arguments that hold its IPv4 and
// IPv6 blocks, prefix lists and groups.
func (b *builder) readPeers(rule *Rule, r *tf.Resource, get func(string) setting, four, six, lists, groups string) {
	b.addCIDRs(rule, r, get(four), anyIPv4)
	b.addCIDRs(rule, r, get(six), anyIPv6)
	for cause, l := range peers(b, r, get(lists), b.outsidePrefixList) {
		rule.PrefixLists = append(rule.PrefixLists, Peer[Link[PrefixList]]{Cause: cause, To: l})
	}
	for cause, l := range peers(b, r, get(groups), b.outsideGroup) {
		rule.Groups = append(rule.Groups, Peer[Link[SecurityGroup]]{Cause: cause, To: l})
	}
}

// addCIDRs adds address blocks. One that is unknown may be as wide as its
// family (U-11).
func (b *builder) addCIDRs(rule *Rule, r *tf.Resource, s setting, widest netip.Prefix) {
	add := func(v tf.Value) {
		p, state := prefix(v).Get()
		switch state {
		case tf.IsKnown:
			rule.CIDRs = append(rule.CIDRs, Peer[netip.Prefix]{Cause: s.cause, To: p})
		case tf.IsUnknown:
			peer := Peer[netip.Prefix]{Cause: s.cause, To: widest, Unknown: true, Owner: b.owner(r, v)}
			if symbol, ok := v.Symbol(); ok && symbol.IsOutput() {
				peer.Output = symbol.Address
			}
			rule.CIDRs = append(rule.CIDRs, peer)
		}
	}
	if s.value.Kind() != tf.List {
		add(s.value)
		return
	}
	for _, e := range s.value.Elements() {
		add(e)
	}
}

// peers yields the references that an argument holds. Those that may be held
// become one peer that leads to any of them.
func peers[T any](b *builder, r *tf.Resource, s setting, external func(string) *T) iter.Seq2[Cause, Link[T]] {
	return func(yield func(Cause, Link[T]) bool) {
		if !s.isSet() {
			return
		}
		l := links(b, r, s.value, external)
		for _, one := range l.Each {
			if !yield(s.cause, one) {
				return
			}
		}
		if len(l.Maybe) == 0 && !l.Open {
			return
		}
		maybe := Link[T]{Open: true}
		for _, one := range l.Maybe {
			maybe = union(maybe, one)
		}
		yield(s.cause, maybe)
	}
}

// hasPeers reports whether the rule can match anything: one without peers
// matches nothing (TF-SG-4).
func (rule Rule) hasPeers() bool {
	return rule.AnyPeer || rule.Self != tf.No || len(rule.CIDRs)+len(rule.PrefixLists)+len(rule.Groups) > 0
}

// manyCandidates is how many groups a rule of an unknown group is given to;
// beyond, they are just open, so that no input costs the square of its size.
const manyCandidates = 64

// separateRule reads a rule that is a resource of its own (TF-SG-5, TF-SG-6).
func (b *builder) separateRule(r *tf.Resource, inline map[ruleList]bool) {
	rule, egress, known := b.readSeparate(r)
	to := link(b, r, r.Get("security_group_id"), b.outsideGroup)
	rule.Maybe = !sure(r, to)
	if len(to.To) > manyCandidates {
		for _, g := range to.To {
			g.Open = true
		}
		return
	}
	for _, g := range to.To {
		for _, direction := range []bool{false, true} {
			if known && direction != egress {
				continue
			}
			mine, list := rule, g.rules(direction)
			mine.Maybe = mine.Maybe || !known
			if inline[ruleList{g, direction}] {
				// TF-SG-3: they delete each other, the last apply wins.
				g.Conflicts, mine.Conflict, mine.Maybe = true, true, true
				for i := range *list {
					(*list)[i].Conflict = true
				}
			}
			*list = append(*list, mine)
		}
	}
}

// readSeparate reads the rule of a resource and its direction.
func (b *builder) readSeparate(r *tf.Resource) (rule Rule, egress, known bool) {
	get := func(name string) setting { return argument(r, name) }
	rule = Rule{Cause: Cause{Resource: r}, Self: tf.No, FromPort: r.Get("from_port").AsInt(), ToPort: r.Get("to_port").AsInt()}
	if r.Addr.Type != "aws_security_group_rule" {
		rule.Protocol = r.Get("ip_protocol").AsString()
		b.readPeers(&rule, r, get, "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
		rule.AnyPeer = !rule.hasPeers()
		return rule, r.Addr.Type == "aws_vpc_security_group_egress_rule", true
	}
	rule.Protocol = r.Get("protocol").AsString()
	rule.Self = tf.TriVal(get("self").value.AsBool(), tf.No)
	source := "source_security_group_id"
	if r.Get(source).IsUnknown() && (!isEmpty(r.Get("cidr_blocks")) || !isEmpty(r.Get("ipv6_cidr_blocks")) || rule.Self == tf.Yes) {
		source = "" // the provider takes it with none of these, and computes it when null
	}
	b.readPeers(&rule, r, get, "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", source)
	direction, known := r.Get("type").AsString().Known()
	return rule, strings.EqualFold(direction, "egress"), known
}

// atom is a rule as AWS keeps it: one group, direction, protocol, port range
// and peer. AWS lists the rules of a group regrouped, so that the blocks of an
// existing group can be compared with separate rules atom by atom only.
type atom struct {
	group    string
	egress   bool
	protocol int
	from, to int
	peer     string
}

// selfPeer is the peer of a rule that names its own group.
const selfPeer = "self"

// separateRules are the atoms of the separate rules of groups that exist,
// those before the change included: the group's own list still shows a rule
// that the plan deletes.
func (b *builder) separateRules() map[atom]bool {
	atoms := map[atom]bool{}
	add := func(r *tf.Resource, egress bool, protocol string, peers ...string) {
		a := atom{egress: egress, protocol: -2}
		a.group, _ = r.Get("security_group_id").AsString().Known()
		if n, ok := protocolNumber(r.Get(protocol)).Known(); ok {
			a.protocol = n
		}
		a.from, a.to = portsOf(a.protocol, r.Get("from_port").AsInt(), r.Get("to_port").AsInt())
		for _, name := range peers {
			known, _ := r.Get(name).Strings()
			for _, peer := range known {
				a.peer = canonicalPeer(a.group, peer)
				atoms[a] = true
			}
		}
		if self, _ := r.Get("self").AsBool().Known(); self {
			a.peer = selfPeer
			atoms[a] = true
		}
	}
	for r := range b.everExisted("aws_security_group_rule") {
		direction, _ := r.Get("type").AsString().Known()
		add(r, direction == "egress", "protocol", "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "source_security_group_id")
	}
	for i, name := range []string{"aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"} {
		for r := range b.everExisted(name) {
			add(r, i == 1, "ip_protocol", "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
		}
	}
	return atoms
}

// portsOf are the ports of a rule as AWS keeps them: none for all protocols.
func portsOf(protocol int, from, to tf.Val[int]) (int, int) {
	if protocol == -1 {
		return 0, 0
	}
	f, _ := from.Known()
	t, _ := to.Known()
	return f, t
}

// canonicalPeer is a CIDR, group or list of a rule of the group in a
// comparable form.
func canonicalPeer(group, peer string) string {
	if _, id, ok := strings.Cut(peer, "/sg-"); ok { // of another account
		peer = "sg-" + id
	}
	if peer == group {
		return selfPeer
	}
	return canonical(tf.StringValue(peer))
}

// without is the rule without the peers that separate rules give it.
func (rule Rule) without(separate map[atom]bool, group string, egress bool) Rule {
	a := atom{group: group, egress: egress, protocol: -2}
	if s, ok := rule.Protocol.Known(); ok {
		a.protocol, _ = protocolNumber(tf.StringValue(s)).Known()
	}
	a.from, a.to = portsOf(a.protocol, rule.FromPort, rule.ToPort)
	has := func(peer string) bool {
		a.peer = canonicalPeer(group, peer)
		return separate[a]
	}
	rest := rule
	rest.CIDRs, rest.PrefixLists, rest.Groups = nil, nil, nil
	for _, p := range rule.CIDRs {
		if p.Unknown || !has(p.To.String()) {
			rest.CIDRs = append(rest.CIDRs, p)
		}
	}
	for _, p := range rule.PrefixLists {
		if p.To.ID == "" || !has(p.To.ID) {
			rest.PrefixLists = append(rest.PrefixLists, p)
		}
	}
	for _, p := range rule.Groups {
		if p.To.ID == "" || !has(p.To.ID) {
			rest.Groups = append(rest.Groups, p)
		}
	}
	a.peer = selfPeer
	if rule.Self == tf.Yes && separate[a] {
		rest.Self = tf.No
	}
	return rest
}
