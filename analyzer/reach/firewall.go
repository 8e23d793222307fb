package reach

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// throughFirewall is the way through the endpoint of a Network Firewall in the
// subnet that a route names, or in one of the firewall's (APP-2).
func (s *search) throughFirewall(t traveller, p *place, fw *aws.Firewall, in aws.Link[aws.Subnet]) *way {
	subnets := in.To
	if in.Open || len(subnets) == 0 {
		for _, links := range [][]aws.Link[aws.Subnet]{fw.Subnets.Each, fw.Subnets.Maybe} {
			for _, l := range links {
				subnets = append(subnets[:len(subnets):len(subnets)], l.To...)
			}
		}
	}
	fact := tf.Fact{ID: "firewall-endpoint:" + fw.Label, Text: "which endpoint of " + fw.Label + " a route leads to", Settle: settleApply}
	var ways []*way
	var names []string
	for _, sub := range subnets {
		names = append(names, sub.ShortName())
		at := s.g.place(sub, s.f)
		ways = append(ways, s.past(t, p, at, device{of: fw, in: sub, label: fw.Label}, s.inspection(t, fw)))
	}
	if len(ways) == 0 {
		return s.unknownWay(t, fw.Object, fact)
	}
	return s.oneOfNamed(fact, names, ways)
}

// inspection is what a firewall lets pass of the packets of a search.
func (s *search) inspection(t traveller, fw *aws.Firewall) stage {
	out := stage{
		object: fw.Object, cause: objectCause(fw.Object), code: "FIREWALL_RULES_RESTRICTION",
		blocked: "no rule of its policy lets it pass", cost: 1, reply: s.reply,
		mend: mending{of: fw, d: outbound, far: s.goal.at.addresses},
	}
	if p, ok := fw.Policy.One(); ok && p.Resource != nil {
		out.cause = objectCause(p.Object)
	}
	in := s.g.firewallFilter(fw, s.f, s.reply)
	in = asSeen(outbound, asSeen(inbound, in, t.as, s.f), s.goal.at, s.f)
	if s.reply {
		in = s.g.answered(in, s.f)
	}
	out.filter = in
	if t.anyPort || s.goal.anyPort {
		out = out.fromAnyClientPort(s.f)
	}
	return out
}

type firewallKey struct {
	firewall *aws.Firewall
	f        packet.Family
	reply    bool
}

// firewallFilter is what the policy of a firewall lets pass, as requests or as
// replies to what it let pass.
func (g *Graph) firewallFilter(fw *aws.Firewall, f packet.Family, reply bool) filter {
	key := firewallKey{fw, f, reply}
	if known, ok := g.firewalls[key]; ok {
		return known
	}
	fact := tf.Fact{ID: "firewall:" + fw.Label, Text: "the rules of " + fw.Label, Settle: settleContext}
	var candidates []filter
	for _, p := range fw.Policy.To {
		candidates = append(candidates, policyFilter(fw, p, f, reply))
	}
	if fw.Policy.Open || len(candidates) == 0 {
		candidates = append(candidates, unknownFilter(fact, fw.Object, f))
	}
	out := eitherFilter(func() tf.Fact { return fact }, candidates...)
	if !out.admits.certain() {
		switch passes, says := g.passes(tf.Maybe, fact); passes {
		case tf.Yes:
			out = givenFilter(exactly(out.admits.May), fw.Object, "as given", says)
		case tf.No:
			out = givenFilter(exactly(out.admits.Must), fw.Object, "as given", says)
		}
	}
	g.firewalls[key] = out
	return out
}

// policyFilter is what one policy lets pass. Stateless rules look at every
// packet; what they forward the stateful rules judge as a flow. Of a flow that a
// rule passes nothing more is looked at; replies to another may still be dropped
// by themselves (APP-2).
func policyFilter(fw *aws.Firewall, p *aws.FirewallPolicy, f packet.Family, reply bool) filter {
	fact := tf.Fact{ID: "firewall:" + fw.Label, Text: "which packets the rules of " + p.ShortName() + " let pass", Settle: "check it by hand"}
	if p.Open {
		return unknownFilter(fact, p.Object, f)
	}
	pass, forward := stateless(p, f)
	flows, passed, dropped := stateful(p, f)
	var admits Relation
	if reply {
		replies := func(to packet.Set) packet.Set { return forward.Must.Intersect(to).Replies().Family(f) }
		tracked := replies(flows.Must).Subtract(dropped).Union(replies(passed))
		admits.Must = pass.Must.Union(forward.Must.Intersect(tracked))
		admits.May = pass.May.Union(forward.May)
	} else {
		admits.Must = pass.Must.Union(forward.Must.Intersect(flows.Must))
		admits.May = pass.May.Union(forward.May.Intersect(flows.May))
	}
	out := filter{admits: admits, elements: []*element{{object: fw.Object, cause: objectCause(p.Object), detail: "its policy lets it pass", admits: admits}}}
	if !admits.certain() {
		out.doubts = []doubt{{fact, admits.May.Subtract(admits.Must)}}
	}
	return out
}

// stateless are the packets that the stateless rules of a policy pass, and
// those that they forward to the stateful ones: the first rule that matches
// decides, group by group. What is unknown of a rule lets it match in may and
// takes nothing away in must (U-22).
func stateless(p *aws.FirewallPolicy, f packet.Family) (pass, forward Relation) {
	all := packet.Everything(f)
	sure, left := all, all // what certainly and possibly comes so far
	act := func(action tf.Val[aws.FirewallAction], match Relation) {
		name, known := action.Known()
		for _, to := range []struct {
			action aws.FirewallAction
			set    *Relation
		}{{aws.FirewallPass, &pass}, {aws.FirewallForward, &forward}} {
			if known && name != to.action {
				continue
			}
			to.set.May = to.set.May.Union(left.Intersect(match.May))
			if known {
				to.set.Must = to.set.Must.Union(sure.Intersect(match.Must))
			}
		}
	}
	for _, group := range p.Stateless {
		unordered := group.Open || group.Priority.IsUnknown() ||
			slices.ContainsFunc(group.Rules, func(r aws.StatelessRule) bool { return r.Priority.IsUnknown() })
		if unordered {
			act(tf.UnknownVal[aws.FirewallAction](), possibly(all))
			sure = packet.Set{}
		}
		for _, r := range group.Rules {
			match := r5Tuple(r, f)
			act(r.Action, match)
			sure, left = sure.Subtract(match.May), left.Subtract(match.Must)
		}
	}
	act(p.StatelessDefault, exactly(all))
	return pass, forward
}

// r5Tuple is what a stateless rule matches.
func r5Tuple(r aws.StatelessRule, f packet.Family) Relation {
	all := packet.Everything(f)
	out := exactly(all)
	if len(r.Protocols) > 0 {
		out = anyOf(r.Protocols, func(n int) packet.Set {
			if n < 0 || n > 255 {
				return packet.Set{}
			}
			return all.On(packet.Protocol(n))
		}, all)
	}
	addresses := func(list []tf.Val[netip.Prefix], side func(packet.Set, packet.Addresses) packet.Set) {
		if len(list) > 0 {
			out = out.and(anyOf(list, func(p netip.Prefix) packet.Set { return side(all, packet.Prefixes(p.Masked()).Family(f)) }, all))
		}
	}
	addresses(r.Sources, packet.Set.From)
	addresses(r.Destinations, packet.Set.To)
	out = out.and(onSpans(r.SourcePorts, all, packet.Set.FromPorts)).and(onSpans(r.DestinationPorts, all, packet.Set.ToPorts))
	if r.Flags {
		out = out.doubt()
	}
	return out
}

// anyOf is what any value of a list matches; an unknown one may match all.
func anyOf[T any](list []tf.Val[T], match func(T) packet.Set, all packet.Set) Relation {
	var out Relation
	for _, v := range list {
		if x, ok := v.Known(); ok {
			out = out.or(exactly(match(x)))
		} else {
			out = out.or(possibly(all))
		}
	}
	return out
}

// onSpans is what ranges of ports match; none is everything.
func onSpans(spans []aws.PortSpan, all packet.Set, side func(packet.Set, packet.Ports) packet.Set) Relation {
	if len(spans) == 0 {
		return exactly(all)
	}
	var out Relation
	for _, s := range spans {
		from, fromKnown := s.From.Known()
		to, toKnown := s.To.Known()
		switch {
		case !fromKnown || !toKnown:
			out = out.or(possibly(all))
		case from == 0 && to == 65535:
			out = out.or(exactly(all)) // any: protocols without ports as well
		default:
			out = out.or(exactly(side(all, portRange(from, to))))
		}
	}
	return out
}

// stateful are the packets that the stateful rules of a policy let pass, those
// among them that a rule certainly passes, and those that some rule may drop.
// Groups that nobody reads may do anything: they let pass in may and drop in
// must.
func stateful(p *aws.FirewallPolicy, f packet.Family) (flows Relation, passed, dropped packet.Set) {
	all := packet.Everything(f)
	var pass, drop Relation
	opaque := false
	for _, group := range p.Stateful {
		opaque = opaque || group.Opaque
		for n := range group.Rules {
			r := &group.Rules[n]
			match := statefulMatch(r, f)
			action, known := r.Action.Known()
			if !known {
				pass, drop = pass.or(match.doubt()), drop.or(match.doubt())
				continue
			}
			switch action {
			case aws.FirewallPass:
				pass = pass.or(match)
			case aws.FirewallDrop, aws.FirewallReject:
				drop = drop.or(match)
			}
		}
	}
	dropped = drop.May
	if opaque {
		dropped = all
	}
	byAction := Relation{Must: pass.Must.Union(all.Subtract(dropped)), May: pass.May.Union(all.Subtract(drop.Must))}
	if opaque {
		byAction.May = all
	}
	ordered, first := inOrder(p, f)
	switch p.StrictOrder {
	case tf.No:
		return byAction, pass.Must, dropped
	case tf.Yes:
		return ordered, first, dropped
	}
	return either(byAction, ordered), pass.Must.Intersect(first), dropped
}

// inOrder is a strict order: the first rule that passes or drops decides, then
// the default actions. passed is what a rule certainly passes.
func inOrder(p *aws.FirewallPolicy, f packet.Family) (out Relation, passed packet.Set) {
	all := packet.Everything(f)
	sure, left := all, all
	if slices.ContainsFunc(p.Stateful, func(group aws.StatefulGroup) bool { return group.Priority.IsUnknown() }) {
		out.May, sure = all, packet.Set{}
	}
	for _, group := range p.Stateful {
		if group.Opaque {
			out.May, sure = out.May.Union(left), packet.Set{}
		}
		for n := range group.Rules {
			match := statefulMatch(&group.Rules[n], f)
			action, known := group.Rules[n].Action.Known()
			switch {
			case !known:
				out.May = out.May.Union(left.Intersect(match.May))
				sure = sure.Subtract(match.May)
				continue
			case action == aws.FirewallAlert:
				continue
			case action == aws.FirewallPass:
				out.May = out.May.Union(left.Intersect(match.May))
				out.Must = out.Must.Union(sure.Intersect(match.Must))
			}
			sure, left = sure.Subtract(match.May), left.Subtract(match.Must)
		}
	}
	passed = out.Must
	passes := tf.Yes
	for _, v := range p.StatefulDefaults {
		name, known := v.Known()
		switch {
		case known && strings.HasPrefix(name, "aws:alert_"):
		case known && name == "aws:drop_strict":
			passes = passes.And(tf.No)
		default: // one that drops established flows lets them begin
			passes = passes.And(tf.Maybe)
		}
	}
	if passes != tf.No {
		out.May = out.May.Union(left)
	}
	if passes == tf.Yes {
		out.Must = out.Must.Union(sure)
	}
	return out, passed
}

// statefulMatch is what a 5-tuple rule matches. Of protocols above the transport
// nobody knows which packets are theirs.
func statefulMatch(r *aws.StatefulRule, f packet.Family) Relation {
	all := packet.Everything(f)
	one := func(source, destination tf.Val[[]netip.Prefix], from, to tf.Val[[]aws.PortSpan]) Relation {
		out := exactly(all)
		side := func(v tf.Val[[]netip.Prefix], restrict func(packet.Set, packet.Addresses) packet.Set) {
			list, ok := v.Known()
			if !ok {
				out = out.doubt()
				return
			}
			out = out.and(exactly(restrict(all, packet.Prefixes(list...).Family(f))))
		}
		side(source, packet.Set.From)
		side(destination, packet.Set.To)
		ports := func(v tf.Val[[]aws.PortSpan], restrict func(packet.Set, packet.Ports) packet.Set) {
			if spans, ok := v.Known(); ok {
				out = out.and(onSpans(spans, all, restrict))
			} else {
				out = out.doubt()
			}
		}
		ports(from, packet.Set.FromPorts)
		ports(to, packet.Set.ToPorts)
		return out
	}
	out := one(r.Source, r.Destination, r.SourcePort, r.DestinationPort)
	if r.Both != tf.No {
		back := one(r.Destination, r.Source, r.DestinationPort, r.SourcePort)
		if r.Both == tf.Maybe {
			back = back.doubt()
		}
		out = out.or(back)
	}
	name, known := r.Protocol.Known()
	switch name = strings.ToUpper(name); {
	case !known:
		out = out.doubt()
	case name == "IP":
	case name == "TCP", name == "UDP", name == "ICMP":
		protocol := map[string]packet.Protocol{"TCP": packet.TCP, "UDP": packet.UDP, "ICMP": packet.ICMP}[name]
		set := all.On(protocol)
		if name == "ICMP" && f == packet.IPv6 {
			set = all.On(packet.ICMPv6)
		}
		out = out.and(exactly(set))
	default:
		out = out.and(possibly(all.On(packet.TCP, packet.UDP)))
	}
	if r.Opaque {
		out = out.doubt()
	}
	return out
}
