package aws

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Firewall is an AWS Network Firewall (APP-2): an endpoint in each of its
// subnets, which routes lead to; or a native attachment of a transit gateway.
type Firewall struct {
	Object
	VPC     Link[VPC]
	Subnets Links[Subnet]
	Policy  Link[FirewallPolicy]
}

// FirewallPolicy is what a firewall does to packets: stateless rules first,
// then stateful ones.
type FirewallPolicy struct {
	Object
	// Stateless are the groups by priority, the first match decides.
	Stateless []StatelessGroup
	// StatelessDefault and FragmentDefault are the actions where none matches.
	StatelessDefault, FragmentDefault tf.Val[FirewallAction]
	// StrictOrder is set where stateful rules count in their order, and not
	// pass before drop before alert.
	StrictOrder tf.Tri
	// Stateful are the groups, by priority where the order is strict.
	Stateful []StatefulGroup
	// StatefulDefaults are the default actions of a strict order, such as
	// "aws:drop_strict"; none lets pass.
	StatefulDefaults []tf.Val[string]
	// Open is set when the policy has groups or rules that the input does not
	// show.
	Open bool
}

// FirewallAction is what a rule does to a packet.
type FirewallAction string

// The actions of firewall rules.
const (
	FirewallPass    FirewallAction = "pass"
	FirewallDrop    FirewallAction = "drop"
	FirewallForward FirewallAction = "forward" // to the stateful rules
	FirewallAlert   FirewallAction = "alert"   // lets pass
	FirewallReject  FirewallAction = "reject"
)

// StatelessGroup is a stateless rule group with the priority that the policy
// gives it.
type StatelessGroup struct {
	Object
	Cause    Cause
	Priority tf.Val[int]
	Rules    []StatelessRule
	Open     bool // it may have rules that the input does not show
}

// StatelessRule is a stateless rule: any source with any destination, on the
// protocols and ports. Empty lists match everything.
type StatelessRule struct {
	Cause                         Cause
	Priority                      tf.Val[int]
	Action                        tf.Val[FirewallAction]
	Protocols                     []tf.Val[int]
	Sources, Destinations         []tf.Val[netip.Prefix]
	SourcePorts, DestinationPorts []PortSpan
	// Flags is set for a rule that looks at TCP flags, which nobody models.
	Flags bool
}

// PortSpan is a range of ports.
type PortSpan struct{ From, To tf.Val[int] }

// StatefulGroup is a stateful rule group.
type StatefulGroup struct {
	Object
	Cause    Cause
	Priority tf.Val[int]
	Rules    []StatefulRule // in their order
	// Opaque is set for a group of Suricata strings or domain names, which
	// nobody reads: it may pass or drop anything (APP-2).
	Opaque bool
}

// StatefulRule is a 5-tuple rule.
type StatefulRule struct {
	Cause    Cause
	Action   tf.Val[FirewallAction]
	Protocol tf.Val[string] // "IP", "TCP", "HTTP" ...
	// Both is set for direction ANY: the rule matches either way round.
	Both tf.Tri
	// Source and the others hold what the header says: addresses, lists,
	// variables; unknown where nobody can read it, such as a negation.
	Source, Destination         tf.Val[[]netip.Prefix]
	SourcePort, DestinationPort tf.Val[[]PortSpan]
	// Opaque is set for options that narrow the match beyond the 5-tuple.
	Opaque bool
}

// declareFirewalls reads the firewalls with their policies (APP-2, TF-L-4).
func (b *builder) declareFirewalls() {
	groups := map[*tf.Resource]*ruleGroup{}
	for r := range b.each("aws_networkfirewall_rule_group") {
		groups[r] = readRuleGroup(r)
	}
	for r := range b.each("aws_networkfirewall_firewall_policy") {
		register(b, r, b.firewallPolicy(r, groups))
	}
	for r := range b.data("aws_networkfirewall_firewall_policy") {
		p := sameObject[FirewallPolicy](b, r)
		if p == nil {
			p = b.firewallPolicy(r, groups)
			p.Open = true
		}
		register(b, r, p)
	}
	for r := range b.each("aws_networkfirewall_firewall") {
		f := &Firewall{Object: b.object(r)}
		if v := argument(r, "vpc_id"); v.isSet() {
			f.VPC = link(b, r, v.value, b.outsideVPC)
		}
		f.Subnets = links(b, r, eachBlock(r, "subnet_mapping", "subnet_id").value, b.outsideSubnet)
		if v, ok := f.VPC.One(); ok {
			f.Subnets = within(f.Subnets, b.membersOf(v).subnets, b.closed(v))
		}
		f.Policy = link(b, r, r.Get("firewall_policy_arn"), outsidePolicy)
		b.n.Firewalls = append(b.n.Firewalls, f)
		register(b, r, f)
		b.indexEndpoints(r, f)
	}
	for r := range b.data("aws_networkfirewall_firewall") {
		f := sameObject[Firewall](b, r)
		if f == nil {
			f = &Firewall{Object: b.object(r), VPC: link(b, r, b.vpcArgument(r), b.outsideVPC), Policy: link(b, r, r.Get("firewall_policy_arn"), outsidePolicy)}
			f.Subnets = links(b, r, eachBlock(r, "subnet_mapping", "subnet_id").value, b.outsideSubnet)
			f.Subnets.Open = f.Subnets.Open || len(f.Subnets.Each) == 0
			b.n.Firewalls = append(b.n.Firewalls, f)
			b.indexEndpoints(r, f)
		}
		register(b, r, f)
	}
}

// outsidePolicy is a policy of which only the ARN is known (U-13).
func outsidePolicy(arn string) *FirewallPolicy {
	return &FirewallPolicy{Object: outsideObject(arn), Open: true}
}

// firewallEndpoint is an endpoint of a firewall whose id is known, with its
// subnet.
type firewallEndpoint struct {
	firewall *Firewall
	subnet   Link[Subnet]
}

// indexEndpoints notes the endpoints of a firewall that exists (TF-L-4).
func (b *builder) indexEndpoints(r *tf.Resource, f *Firewall) {
	states, _ := r.Get("firewall_status", "sync_states").Blocks()
	for _, s := range states {
		attachments, _ := s.Get("attachment").Blocks()
		for _, a := range attachments {
			if id, known := a.Get("endpoint_id").AsString().Known(); known && id != "" {
				b.firewallEndpoints[id] = firewallEndpoint{f, link(b, r, a.Get("subnet_id"), b.outsideSubnet)}
			}
		}
	}
}

// firewallTarget completes the target of a route to a VPC endpoint: one of a
// firewall where that is what the value leads to (TF-L-4). A value of which
// nothing is known may be any gateway load balancer's or firewall's endpoint.
func (b *builder) firewallTarget(r *tf.Resource, v tf.Value, t *Target) {
	if id, known := v.AsString().Known(); known {
		if e, ok := b.firewallEndpoints[id]; ok {
			t.Firewall, t.FirewallSubnet = Link[Firewall]{To: []*Firewall{e.firewall}, ID: id}, e.subnet
			return
		}
		t.Endpoint = link(b, r, v, b.outsideEndpoint)
		return
	}
	t.Firewall = link[Firewall](b, r, v, nil)
	t.Endpoint = link[Endpoint](b, r, v, nil)
	// Interfaces and gateway endpoints are no targets.
	t.Endpoint.To = slices.DeleteFunc(slices.Clone(t.Endpoint.To), func(e *Endpoint) bool {
		kind, known := e.Kind.Known()
		return known && kind != GatewayBalancerEndpoint
	})
	if f, ok := t.Firewall.One(); ok {
		t.FirewallSubnet = b.firewallSubnet(r, f)
	} else if len(t.Firewall.To) > 0 {
		t.FirewallSubnet.Open = true
	}
}

// firewallSubnet is the subnet of the endpoint that a route of r leads to: the
// one that its expression mentions beside the firewall, else any (TF-L-4).
func (b *builder) firewallSubnet(r *tf.Resource, f *Firewall) Link[Subnet] {
	all := f.Subnets.all()
	l := Link[Subnet]{To: all, Open: f.Subnets.open()}
	if len(all) < 2 {
		return l
	}
	var mentioned gathered[Subnet]
	for _, name := range []string{"vpc_endpoint_id", "route", "gateway_id"} {
		if r.Config == nil {
			break
		}
		for _, ref := range r.Config.References[name] {
			for _, s := range b.mentioned(r, ref) {
				if slices.Contains(all, s) {
					mentioned.add(only(s))
				}
			}
		}
	}
	if len(mentioned.To) != 1 {
		return l
	}
	return Link[Subnet]{To: mentioned.To, Assumption: &tf.Assumption{
		ID: "firewall-endpoint:" + r.Addr.Config(), Address: r.Address,
		Text: r.Address + " leads to the endpoint in " + mentioned.To[0].Label + ", which its expression mentions (TF-L-4)",
	}}
}

// mentioned are the subnets that a reference in the module of r names; an
// index of count or for_each means the one of the same key (U-3).
func (b *builder) mentioned(r *tf.Resource, ref string) []*Subnet {
	rest, ok := strings.CutPrefix(ref, "aws_subnet.")
	if !ok {
		return nil
	}
	name, _, _ := strings.Cut(rest, ".")
	prefix := r.Addr.Module
	if prefix != "" {
		prefix += "."
	}
	snapshot := b.inputs[b.notes[r].input].Snapshot
	for _, key := range []string{"", r.Addr.Key} {
		if found := snapshot.Resource(prefix + "aws_subnet." + name + key); found != nil {
			if s := objectOf[Subnet](b, found); s != nil {
				return []*Subnet{s}
			}
		}
	}
	return nil
}

// ruleGroup is a rule group, read once for all policies that refer to it.
type ruleGroup struct {
	stateless []StatelessRule
	stateful  []StatefulRule
	open      bool // of a stateless group
	opaque    bool // of a stateful group
}

// statelessActions are the actions of stateless rules; custom ones only count
// beside one of these.
var statelessActions = map[string]FirewallAction{
	"aws:pass": FirewallPass, "aws:drop": FirewallDrop, "aws:forward_to_sfe": FirewallForward,
}

// statelessAction is the standard action among several.
func statelessAction(v tf.Value) tf.Val[FirewallAction] {
	names, complete := v.Strings()
	for _, name := range names {
		if a, ok := statelessActions[name]; ok {
			return tf.KnownVal(a)
		}
	}
	if !complete || v.IsUnknown() {
		return tf.UnknownVal[FirewallAction]()
	}
	return tf.Val[FirewallAction]{}
}

// firewallPolicy reads a policy with its groups, by priority (APP-2).
func (b *builder) firewallPolicy(r *tf.Resource, groups map[*tf.Resource]*ruleGroup) *FirewallPolicy {
	at := func(path ...string) tf.Value { return r.Get(append([]string{"firewall_policy"}, path...)...) }
	p := &FirewallPolicy{
		Object:           b.object(r),
		StatelessDefault: statelessAction(at("stateless_default_actions")),
		FragmentDefault:  statelessAction(at("stateless_fragment_default_actions")),
		StrictOrder:      truth(at("stateful_engine_options", "rule_order"), "STRICT_ORDER", tf.No),
		Open:             r.Get("firewall_policy").IsUnknown(),
	}
	actions := at("stateful_default_actions")
	for _, a := range actions.Elements() {
		p.StatefulDefaults = append(p.StatefulDefaults, a.AsString())
	}
	if actions.IsUnknown() {
		p.StatefulDefaults = []tf.Val[string]{tf.UnknownVal[string]()}
	}
	refs := func(name string, add func(cause Cause, object Object, priority tf.Val[int], ref tf.Value, g *ruleGroup)) {
		known, complete := at(name).Blocks()
		p.Open = p.Open || !complete
		for n, ref := range known {
			cause := Cause{r, fmt.Sprintf("firewall_policy.%s[%d]", name, n)}
			object, g := b.groupOf(r, ref.Get("resource_arn"), groups)
			add(cause, object, ref.Get("priority").AsInt(), ref, g)
		}
	}
	refs("stateless_rule_group_reference", func(cause Cause, object Object, priority tf.Val[int], _ tf.Value, g *ruleGroup) {
		group := StatelessGroup{Object: object, Cause: cause, Priority: priority, Open: true}
		if g != nil {
			group.Rules, group.Open = g.stateless, g.open
		}
		p.Stateless = append(p.Stateless, group)
	})
	refs("stateful_rule_group_reference", func(cause Cause, object Object, priority tf.Val[int], ref tf.Value, g *ruleGroup) {
		group := StatefulGroup{Object: object, Cause: cause, Priority: priority, Opaque: true}
		if g != nil {
			group.Rules, group.Opaque = g.stateful, g.opaque
		}
		if over, known := ref.Get("override").Blocks(); len(over) > 0 || !known {
			group.Rules = withoutDrops(group.Rules)
		}
		p.Stateful = append(p.Stateful, group)
	})
	slices.SortStableFunc(p.Stateless, func(a, c StatelessGroup) int { return comparePriorities(a.Priority, c.Priority) })
	if p.StrictOrder != tf.No {
		slices.SortStableFunc(p.Stateful, func(a, c StatefulGroup) int { return comparePriorities(a.Priority, c.Priority) })
	}
	return p
}

// comparePriorities puts the lowest first and unknown ones last.
func comparePriorities(a, c tf.Val[int]) int {
	x, xKnown := a.Known()
	y, yKnown := c.Known()
	switch {
	case xKnown && yKnown:
		return cmp.Compare(x, y)
	case xKnown:
		return -1
	case yKnown:
		return 1
	}
	return 0
}

// withoutDrops is what DROP_TO_ALERT makes of rules; whether it does is not
// looked at further, so that the action of a drop is unknown.
func withoutDrops(rules []StatefulRule) []StatefulRule {
	rules = slices.Clone(rules)
	for n := range rules {
		if a, known := rules[n].Action.Known(); known && a == FirewallDrop {
			rules[n].Action = tf.UnknownVal[FirewallAction]()
		}
	}
	return rules
}

// groupOf is the rule group that a policy refers to, nil where the input does
// not show it: one that AWS manages, one outside.
func (b *builder) groupOf(r *tf.Resource, arn tf.Value, groups map[*tf.Resource]*ruleGroup) (Object, *ruleGroup) {
	found, exact := b.resources(r, arn)
	if exact {
		if g := groups[found[0].resource]; g != nil {
			return b.object(found[0].resource), g
		}
	}
	return Object{Label: b.label(r, arn)}, nil
}

// readRuleGroup reads the rules of a group (APP-2).
func readRuleGroup(r *tf.Resource) *ruleGroup {
	g := &ruleGroup{}
	if kind, known := r.Get("type").AsString().Known(); !known {
		g.open, g.opaque = true, true
	} else if kind == "STATELESS" {
		g.readStateless(r)
		return g
	}
	g.readStateful(r)
	return g
}

func (g *ruleGroup) readStateless(r *tf.Resource) {
	const path = "rule_group.rules_source.stateless_rules_and_custom_actions.stateless_rule"
	known, complete := r.Get(strings.Split(path, ".")...).Blocks()
	g.open = !complete
	for n, e := range known {
		rule := StatelessRule{Cause: Cause{r, fmt.Sprintf("%s[%d]", path, n)}, Priority: e.Get("priority").AsInt()}
		definition := oneBlock(e.Get("rule_definition"))
		rule.Action = statelessAction(definition.Get("actions"))
		match := oneBlock(definition.Get("match_attributes"))
		for _, p := range match.Get("protocols").Elements() {
			rule.Protocols = append(rule.Protocols, p.AsInt())
		}
		if match.Get("protocols").IsUnknown() {
			rule.Protocols = []tf.Val[int]{tf.UnknownVal[int]()}
		}
		rule.Sources = definitions(match.Get("source"))
		rule.Destinations = definitions(match.Get("destination"))
		rule.SourcePorts = portSpans(match.Get("source_port"))
		rule.DestinationPorts = portSpans(match.Get("destination_port"))
		flags, noFlags := match.Get("tcp_flag").Blocks()
		rule.Flags = len(flags) > 0 || !noFlags
		g.stateless = append(g.stateless, rule)
	}
	slices.SortStableFunc(g.stateless, func(a, c StatelessRule) int { return comparePriorities(a.Priority, c.Priority) })
}

// oneBlock is the block that a value holds, unknown where nobody knows it.
func oneBlock(v tf.Value) tf.Value {
	known, complete := v.Blocks()
	switch {
	case len(known) > 0:
		return known[0]
	case !complete:
		return tf.UnknownValue()
	}
	return tf.NullValue()
}

// definitions are the address_definition of blocks; none is every address.
func definitions(v tf.Value) []tf.Val[netip.Prefix] {
	known, complete := v.Blocks()
	var list []tf.Val[netip.Prefix]
	for _, e := range known {
		p := prefix(e.Get("address_definition"))
		if p.IsNull() {
			p = tf.UnknownVal[netip.Prefix]()
		}
		list = append(list, p)
	}
	if !complete {
		list = append(list, tf.UnknownVal[netip.Prefix]())
	}
	return list
}

// portSpans are the ranges of blocks; none is every port.
func portSpans(v tf.Value) []PortSpan {
	known, complete := v.Blocks()
	var list []PortSpan
	for _, e := range known {
		span := PortSpan{From: e.Get("from_port").AsInt(), To: e.Get("to_port").AsInt()}
		if span.To.IsNull() {
			span.To = span.From
		}
		list = append(list, span)
	}
	if !complete {
		list = append(list, PortSpan{tf.UnknownVal[int](), tf.UnknownVal[int]()})
	}
	return list
}

// readStateful reads 5-tuple rules. Suricata strings and domain lists nobody
// reads: such a group may pass or drop anything.
func (g *ruleGroup) readStateful(r *tf.Resource) {
	source := oneBlock(r.Get("rule_group", "rules_source"))
	domains, noDomains := source.Get("rules_source_list").Blocks()
	if argument(r, "rules").isSet() || !isEmpty(source.Get("rules_string")) || len(domains) > 0 || !noDomains {
		g.opaque = true
		return
	}
	known, complete := source.Get("stateful_rule").Blocks()
	g.opaque = g.opaque || !complete
	vars := variables{ips: map[string]tf.Value{}, ports: map[string]tf.Value{}}
	vars.read(r.Get("rule_group", "rule_variables"))
	for n, e := range known {
		rule := StatefulRule{
			Cause:  Cause{r, fmt.Sprintf("rule_group.rules_source.stateful_rule[%d]", n)},
			Action: statefulAction(e.Get("action")),
		}
		header := oneBlock(e.Get("header"))
		rule.Protocol = header.Get("protocol").AsString()
		rule.Both = truth(header.Get("direction"), "ANY", tf.Maybe)
		rule.Source, rule.Destination = vars.addresses(header.Get("source")), vars.addresses(header.Get("destination"))
		rule.SourcePort, rule.DestinationPort = vars.portsOf(header.Get("source_port")), vars.portsOf(header.Get("destination_port"))
		options, complete := e.Get("rule_option").Blocks()
		rule.Opaque = !complete
		for _, o := range options {
			keyword, _ := o.Get("keyword").AsString().Known()
			rule.Opaque = rule.Opaque || !slices.Contains(plainOptions, keyword)
		}
		g.stateful = append(g.stateful, rule)
	}
}

// plainOptions are the keywords that do not narrow what a rule matches.
var plainOptions = []string{"sid", "msg", "rev", "gid", "classtype", "reference", "priority", "metadata", "target"}

func statefulAction(v tf.Value) tf.Val[FirewallAction] {
	name, state := v.AsString().Get()
	if state != tf.IsKnown {
		return tf.UnknownVal[FirewallAction]()
	}
	return tf.KnownVal(FirewallAction(strings.ToLower(name)))
}

// variables are the sets that the rules of a group refer to by name.
type variables struct{ ips, ports map[string]tf.Value }

func (s variables) read(v tf.Value) {
	set := func(v tf.Value, blocks, inner string, into map[string]tf.Value) {
		known, _ := v.Get(blocks).Blocks()
		for _, e := range known {
			if key, ok := e.Get("key").AsString().Known(); ok {
				into[key] = oneBlock(e.Get(inner)).Get("definition")
			}
		}
	}
	v = oneBlock(v)
	set(v, "ip_sets", "ip_set", s.ips)
	set(v, "port_sets", "port_set", s.ports)
}

// maxNesting bounds variables that lead to variables.
const maxNesting = 8

// addresses reads the address of a header: ANY, a CIDR, a list in brackets or
// a variable. A negation, or a name that the group does not define, is unknown.
func (s variables) addresses(v tf.Value) tf.Val[[]netip.Prefix] {
	var list []netip.Prefix
	ok := s.words(v, s.ips, 0, func(word string) bool {
		if strings.EqualFold(word, "any") {
			list = append(list, anyIPv4, anyIPv6)
			return true
		}
		p, known := prefix(tf.StringValue(word)).Known()
		list = append(list, p)
		return known
	})
	if !ok {
		return tf.UnknownVal[[]netip.Prefix]()
	}
	return tf.KnownVal(list)
}

// portsOf reads the port of a header: ANY, a port, a range FROM:TO, a list or a
// variable.
func (s variables) portsOf(v tf.Value) tf.Val[[]PortSpan] {
	var list []PortSpan
	ok := s.words(v, s.ports, 0, func(word string) bool {
		from, to := 0, 65535
		if !strings.EqualFold(word, "any") {
			low, high, isRange := strings.Cut(word, ":")
			var err error
			if low != "" || !isRange {
				if from, err = strconv.Atoi(low); err != nil {
					return false
				}
			}
			if !isRange {
				to = from
			} else if high != "" {
				if to, err = strconv.Atoi(high); err != nil {
					return false
				}
			}
		}
		list = append(list, PortSpan{tf.KnownVal(from), tf.KnownVal(to)})
		return from >= 0 && from <= to && to <= 65535
	})
	if !ok {
		return tf.UnknownVal[[]PortSpan]()
	}
	return tf.KnownVal(list)
}

// words hands every word of a header's field to add, variables replaced by
// what they hold, and reports whether all could be read.
func (s variables) words(v tf.Value, names map[string]tf.Value, depth int, add func(string) bool) bool {
	if v.Kind() == tf.List {
		for _, e := range v.Elements() {
			if !s.words(e, names, depth, add) {
				return false
			}
		}
		return len(v.Elements()) > 0
	}
	text, known := v.AsString().Known()
	if !known || depth > maxNesting {
		return false
	}
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		if name, ok := strings.CutPrefix(word, "$"); ok {
			if !s.words(names[name], names, depth+1, add) {
				return false
			}
			continue
		}
		if !add(word) {
			return false
		}
	}
	return true
}
