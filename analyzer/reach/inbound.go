package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var families = [...]packet.Family{packet.IPv4, packet.IPv6}

// FromInternet returns what the internet reaches or may reach: every interface
// that has or may have a public address, every listener of a load balancer,
// the targets behind them, and every service that is public by itself. A flow
// that arrives and is never answered is among them (M-2).
func (g *Graph) FromInternet() []*Flow {
	var out []*Flow
	for _, flows := range g.inShares() {
		out = append(out, flows...)
	}
	for _, f := range families {
		for _, s := range g.network.PublicServices {
			if flow := g.published(s, f); flow != nil {
				out = append(out, flow)
			}
		}
	}
	out = append(out, g.throughEntries()...)
	sortFlows(out)
	return out
}

// fromInternet is FromInternet for some interfaces and load balancers.
func (g *Graph) fromInternet(interfaces []*aws.Interface, balancers []*aws.LoadBalancer) []*Flow {
	var out []*Flow
	for _, f := range families {
		for _, i := range interfaces {
			if flow := g.direct(i, f); flow != nil {
				out = append(out, flow)
			}
		}
		for _, lb := range balancers {
			out = append(out, g.balanced(lb, f)...)
		}
	}
	return out
}

// class is what interfaces have in common that the internet reaches alike:
// subnets, groups and ports. Their public addresses are judged one by one.
type class struct {
	groups  *groupSet
	subnet  *aws.Subnet // the only one
	inbound tf.Tri
	f       packet.Family
	maybe   *tf.Resource // one that may not be there (U-12, U-18)
	rest    string       // what else tells apart those that are less simple
}

// direct is the flow from the internet to the interface itself, or nil.
func (g *Graph) direct(i *aws.Interface, f packet.Family) *Flow {
	if i.Kind == aws.KindLoadBalancer {
		return nil // its listeners are the end points
	}
	public := publicAddress(i, f)
	if public == tf.No || i.Inbound == tf.No {
		return nil
	}
	key := g.classOf(i, f)
	shared, ok := g.classes[key]
	if !ok {
		o := g.overPlaces(i, f, func(p *place) outcome { return g.exposed(i, p) })
		if !o.forward.IsEmpty() {
			shared = &exposure{o.forward, o.reachable, o.story, o.assumptions, o.waits}
		}
		g.classes[key] = shared
	}
	if shared == nil {
		return nil
	}
	o := outcome{forward: shared.forward, reachable: shared.reachable, assumptions: shared.assumptions, waits: shared.waits}
	var address stage
	if g.asks(public) {
		fact, attribute := addressFact(i, f)
		address = g.gatedBy(public, f, fact, attribute, stage{})
		if address.admits.IsEmpty() {
			return nil // people say that it has no public address
		}
		if len(address.doubts) > 0 {
			o = o.doubted(address.doubts[0].fact)
		}
	}
	o.assumptions = slices.Concat(o.assumptions, i.Assumptions, address.assumptions, g.sameEnd(i))
	whole := g.whole // a share is forgotten
	o.story = func() told {
		t, last := shared.story.tell(), whole.addressStage(i, f)
		t.path = slices.Concat([]Hop{{Object: internetObject}}, t.path, []Hop{last.hop(shared.forward.May, false)})
		return t
	}
	flow := newFlow(internetEnd(f), interfaceEnd(i), f, o)
	flow.Delivered = flow.Reachable
	return flow
}

// exposure is what the interfaces of a class have in common of what reaches them.
type exposure struct {
	forward, reachable Relation
	story              story
	assumptions        []*tf.Assumption
	waits              []tf.Fact
}

var internetObject = aws.Object{Label: "internet"}

// classOf tells apart what the internet may reach differently.
func (g *Graph) classOf(i *aws.Interface, f packet.Family) class {
	out := class{groups: g.groupsOf(i), inbound: i.Inbound, f: f}
	if r := interfaceObject(i).Resource; r != nil && (r.Maybe || i.Sizing.Resource != nil) {
		out.maybe = r
	}
	if out.subnet = onlySubnet(i); out.subnet != nil && len(i.Ports) == 0 && !i.Subnets.Open && i.Subnets.Each[0].Assumption == nil {
		return out
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%t %t", i.AnySubnet, i.Subnets.Open)
	for _, links := range [][]aws.Link[aws.Subnet]{i.Subnets.Each, i.Subnets.Maybe} {
		b.WriteByte('|')
		for _, l := range links {
			fmt.Fprintf(&b, "%t%s", l.Open, l.ID)
			for _, s := range l.To {
				fmt.Fprintf(&b, " %p", s)
			}
		}
	}
	fmt.Fprintf(&b, "%v", i.Ports)
	if g.answers != nil { // which are about one interface
		b.WriteString(interfaceObject(i).Label)
	}
	out.rest = b.String()
	return out
}

// arriving is what gets from the internet to an interface in a subnet, but for
// its address: gateway, the reply's route, network ACL, security groups, and
// what listens (IGW-1, M-4). more are further stages of the receiver.
func (g *Graph) arriving(i *aws.Interface, p *place, question packet.Set, suppose bool, more ...stage) outcome {
	f := p.f
	if p.arrivals == nil {
		p.arrivals = g.arrivals(p, false)
	}
	way := p.arrivals
	if suppose {
		way = g.arrivals(p, true)
	}
	asked := question.From(p.internet.addresses)
	return way.outcome(func(w *passage) outcome {
		after := g.receiving(i, f, w.end.as)
		return w.walk(nil, append(after[:], more...), asked).seenFrom(p)
	})
}

// exposed is arriving for all packets, without a story where nothing arrives.
func (g *Graph) exposed(i *aws.Interface, p *place) outcome {
	f := p.f
	if p.arrivals == nil {
		p.arrivals = g.arrivals(p, false)
	}
	everyone := packet.Everything(f)
	return p.arrivals.outcome(func(w *passage) outcome {
		if w.deadForward {
			return outcome{asked: everyone}
		}
		after := g.receiving(i, f, w.end.as)
		o := w.pass(nil, after[:], everyone)
		if o.forward.IsEmpty() {
			return outcome{asked: everyone}
		}
		whole := g.whole // a share is forgotten
		o.story = func() told {
			whole.telling.Lock() // ways are compared by their stories, in all shares
			defer whole.telling.Unlock()
			after := whole.receiving(i, f, w.end.as)
			return w.tell(nil, after[:], everyone)
		}
		return o.seenFrom(p)
	})
}

// receiving are the stages of an interface that receives packets.
func (g *Graph) receiving(i *aws.Interface, f packet.Family, by remote) [2]stage {
	return [...]stage{g.groupStage(i, inbound, f, by), g.listening(i, f)}
}

// arrivals are the ways from the internet to the hosts of a subnet and back
// again, which all of them share.
func (g *Graph) arrivals(p *place, suppose bool) *way {
	to := g.to(remote{addresses: p.hosts, one: true}, p)
	s := &search{g: g, f: p.f, goal: to, suppose: suppose}
	t := traveller{as: p.internet, outside: toTheInternet}
	ways := []*way{s.fromGateway(t)}
	for _, label := range carriersOf(p.subnet) {
		t.cameBy = label
		ways = append(ways, s.deliver(t).behind(s.byCarrier(p, label)...))
	}
	return s.branch(ways).continued(func(end *arrival) *way { return g.replies(to, end, p.f, suppose) }).settled(nil, everything(p.f))
}

// publicAddress says whether the internet can address an interface (IGW-1,
// IGW-3).
func publicAddress(i *aws.Interface, f packet.Family) tf.Tri {
	if f == packet.IPv6 {
		return i.IPv6
	}
	return i.PublicIPv4
}

// addressStage is the public address of an interface, which is where a path
// from the internet ends.
func (g *Graph) addressStage(i *aws.Interface, f packet.Family) stage {
	text, name := "public address", "IPv4"
	cause := i.PublicCause
	if f == packet.IPv6 {
		text, name, cause = "IPv6 address", "IPv6", aws.Cause{}
	}
	out := stage{
		object:  interfaceObject(i),
		cause:   cause,
		code:    "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
		blocked: "no public " + name + " address",
		cost:    3,
		mend:    mending{of: i},
	}
	if out.cause.Resource == nil {
		out.cause = objectCause(interfaceObject(i), i.Object)
	}
	detail := text
	if cause.Resource != nil && cause.Resource != out.object.Resource {
		detail += " by " + causeName(cause)
	}
	fact, attribute := addressFact(i, f)
	out = g.gatedBy(publicAddress(i, f), f, fact, attribute, out)
	if len(out.doubts) > 0 {
		detail = "not known: " + fact.Text
	}
	out.elements = []*element{{object: out.object, cause: cause, detail: detail, admits: out.admits}}
	if r := out.cause.Resource; r != nil && r != out.object.Resource {
		out.blocked = "gives " + out.object.Label + " " + out.blocked
		out.object = aws.Object{Resource: r, Label: r.Address}
	}
	return out
}

// addressFact asks for the public address of an interface, with the attribute
// by which people answer.
func addressFact(i *aws.Interface, f packet.Family) (tf.Fact, string) {
	if s := outsideSubnet(i); s != nil {
		return subnetFact(s), givenPublic // one question, whatever depends on the subnet (U-13)
	}
	label, name, attribute := interfaceObject(i).Label, "IPv4", givenPublic
	if f == packet.IPv6 {
		name, attribute = "IPv6", "ipv6"
	}
	return tf.Fact{ID: "address:" + label, Text: "whether " + label + " gets a public " + name + " address", Settle: settleApply}, attribute
}

// outsideSubnet is the first subnet of an interface that the input only
// mentions, or nil.
func outsideSubnet(i *aws.Interface) *aws.Subnet {
	for _, l := range i.Subnets.Each {
		if s, ok := l.One(); ok && s.Outside {
			return s
		}
	}
	return nil
}

// interfaceObject is the interface as people think of it: its owner.
func interfaceObject(i *aws.Interface) aws.Object {
	if i.Owner == nil || i.Owner == i.Resource {
		return i.Object
	}
	return aws.Object{Resource: i.Owner, Label: i.Owner.Address, Scope: i.Scope}
}

// namedGroups says of which interface it is that nobody knows the groups:
// the filter is shared by all that have the same.
func namedGroups(doubts []doubt, label string) []doubt {
	n := slices.IndexFunc(doubts, func(d doubt) bool { return d.fact.ID == openGroups })
	if n < 0 {
		return doubts
	}
	doubts = slices.Clone(doubts)
	doubts[n].fact = groupsFact(label)
	return doubts
}

func groupsFact(label string) tf.Fact {
	return tf.Fact{ID: openGroups + ":" + label, Text: "which security groups " + label + " has", Settle: settleApply}
}

func placementFact(label string) tf.Fact {
	return tf.Fact{ID: "placement:" + label, Text: "which subnet " + label + " stands in", Settle: settleApply}
}

// groupStage is the security groups of an interface for a remote. Replies
// pass without being looked at (SG-1).
func (g *Graph) groupStage(i *aws.Interface, d direction, f packet.Family, by remote) stage {
	out := stage{
		filter:  g.groupFilter(g.groupsOf(i), d, f, by),
		code:    "ENI_SG_RULES_MISMATCH",
		blocked: "no " + d.name() + " rule admits it",
		cost:    1,
		mend:    mending{of: i, d: d, far: by.addresses},
	}
	out.doubts = namedGroups(out.doubts, interfaceObject(i).Label)
	rules := len(i.Groups.Maybe) // nobody can say that these have none
	if i.Groups.Open {
		rules++
	}
	for _, l := range i.Groups.Each {
		s, ok := l.One()
		if !ok {
			rules++
			continue
		}
		if out.object.Resource == nil && s.Resource != nil {
			out.object = s.Object
		}
		rules += len(s.Ingress)
		if d == outbound {
			rules += len(s.Egress) - len(s.Ingress)
		}
	}
	if len(i.Groups.Each) == 0 && len(i.Groups.Maybe) > 0 {
		out.blocked = "no " + d.name() + " rule of the groups that it may have admits it"
	}
	if rules == 0 {
		out.code, out.blocked = "SG_HAS_NO_RULES", "no "+d.name()+" rule at all"
	}
	if out.object.Resource == nil {
		out.object.Label = "security groups of " + interfaceObject(i).Label
	}
	out.cause = objectCause(out.object)
	if out.cause.Resource == nil {
		out.cause = i.GroupsCause
	}
	if out.cause.Resource == nil {
		out.cause = objectCause(interfaceObject(i), i.Object)
	}
	return out
}

// listening is what an interface accepts by what it is: what never accepts a
// connection (SVC-7), and the ports of a managed service.
func (g *Graph) listening(i *aws.Interface, f packet.Family) stage {
	o := interfaceObject(i)
	out := stage{object: o, cause: objectCause(o), code: "NO_POSSIBLE_DESTINATION", blocked: "it accepts no connections", cost: 3, fixed: true, quiet: true}
	var fact tf.Fact
	if i.Ports != nil || g.asks(i.Inbound) {
		fact = listensFact(i)
	}
	out = g.gated(i.Inbound, f, fact, out)
	if i.Ports != nil && i.Inbound != tf.No {
		out = out.onPorts(i.Ports, f, fact)
		if i.PortCause.Resource != nil {
			out.fixed, out.cause, out.mend = false, i.PortCause, mending{of: i}
		}
	}
	return g.listensAsSaid(out, f, fact)
}

func listensFact(i *aws.Interface) tf.Fact {
	o := interfaceObject(i)
	return tf.Fact{ID: "listens:" + o.Label, Text: "what " + o.Label + " listens on", Settle: settleApply}
}

// listensAsSaid is a stage of what listens that lets through what people say.
func (g *Graph) listensAsSaid(s stage, f packet.Family, fact tf.Fact) stage {
	admits, says, ok := g.saidFlows(s.admits, fact, "on", f)
	if ok {
		s.admits, s.doubts = admits, nil
		s.assumptions = append(s.assumptions[:len(s.assumptions):len(s.assumptions)], says...)
	}
	return s
}

// onPorts restricts what a stage lets through to the ports of a service.
func (s stage) onPorts(list []aws.ServicePort, f packet.Family, fact tf.Fact) stage {
	var ports Relation
	for _, p := range list {
		admits := packet.Everything(f).On(p.Protocol).ToPorts(portRange(int(p.From), int(p.To)))
		if p.Maybe {
			ports = ports.or(possibly(admits))
			s.doubts = append(s.doubts, doubt{fact, admits})
		} else {
			ports = ports.or(exactly(admits))
		}
	}
	s.admits = s.admits.and(ports)
	s.code, s.blocked, s.fixed = "PROTOCOL_RESTRICTION", "it listens on "+portsText(list)+" only", true
	return s
}

func portsText(ports []aws.ServicePort) string {
	var words []string
	for _, p := range ports {
		word := fmt.Sprintf("%s/%d", protocolNames[int(p.Protocol)], p.From)
		if p.To != p.From {
			word += fmt.Sprintf("-%d", p.To)
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return "no port"
	}
	return strings.Join(words, ", ")
}

// overPlaces is what gets through to an interface wherever it stands: in each
// of its subnets, or in one of them that nobody can tell (SVC-1). What scales may
// stand in none.
func (g *Graph) overPlaces(i *aws.Interface, f packet.Family, to func(*place) outcome) outcome {
	if i.Sizing.Resource == nil {
		return g.overItsPlaces(i, f, to)
	}
	fact := sizeFact(i)
	has, says := g.passes(tf.Maybe, fact)
	if has == tf.No {
		o := interfaceObject(i)
		return walk([]stage{{
			object: o, cause: i.Sizing, code: "NO_SOURCE_OR_DESTINATION", blocked: "it has no member", cost: 3,
			filter: filter{assumptions: says},
		}}, packet.Everything(f))
	}
	o := g.overItsPlaces(i, f, to)
	o.assumptions = append(o.assumptions[:len(o.assumptions):len(o.assumptions)], says...)
	if has == tf.Maybe {
		o = o.doubted(fact)
	}
	return o
}

// sizeFact asks whether what scales has a member (U-18).
func sizeFact(i *aws.Interface) tf.Fact {
	return tf.Fact{
		ID: "size:" + i.Owner.Address, Text: "whether " + i.Owner.Address + " has a member, which " + i.Sizing.Argument + " leaves open",
		Settle: "a plan in which it begins with one",
	}
}

func (g *Graph) overItsPlaces(i *aws.Interface, f packet.Family, to func(*place) outcome) outcome {
	if s := onlySubnet(i); s != nil && !i.Subnets.Open && i.Subnets.Each[0].Assumption == nil {
		p := g.place(s, f)
		o := to(p)
		o.assumptions = append(o.assumptions[:len(o.assumptions):len(o.assumptions)], p.says...)
		return o
	}
	fact := placementFact(interfaceObject(i).Label)
	subnets, anySubnet, says := g.placed(i)
	at := func(l aws.Link[aws.Subnet]) outcome {
		var paths []outcome
		for _, s := range l.To {
			paths = append(paths, to(g.place(s, f)))
		}
		if l.Open || len(paths) == 0 {
			paths = append(paths, to(g.place(g.unknownSubnet(l.ID, i), f)))
		}
		o := oneOf(fact, paths...)
		o.assumptions = append(o.assumptions[:len(o.assumptions):len(o.assumptions)], says...)
		for _, s := range l.To {
			o.assumptions = append(o.assumptions[:len(o.assumptions):len(o.assumptions)], g.place(s, f).says...)
		}
		if l.Assumption != nil {
			o.assumptions = append(o.assumptions[:len(o.assumptions):len(o.assumptions)], l.Assumption)
		}
		return o
	}
	var paths []outcome
	for _, l := range subnets.Each {
		paths = append(paths, at(l))
	}
	var out outcome
	if anySubnet {
		out = oneOf(fact, paths...)
	} else {
		out = together(paths...)
	}
	var more []outcome
	for _, l := range subnets.Maybe {
		more = append(more, at(l).doubted(fact))
	}
	if subnets.Open || len(paths)+len(more) == 0 {
		more = append(more, to(g.place(g.unknownSubnet("", i), f)))
	}
	if len(more) == 0 {
		return out
	}
	if len(paths) > 0 {
		more = append([]outcome{out}, more...)
	}
	return together(more...)
}

// unknownSubnetOf begins the name of a subnet of which not even the id is
// known.
const unknownSubnetOf = "the subnet of "

// unknownSubnet stands for a subnet of which nothing but its id, or what
// stands in it, is known.
func (g *Graph) unknownSubnet(id string, of *aws.Interface) *aws.Subnet {
	label := id
	if label == "" {
		label = unknownSubnetOf + interfaceObject(of).Label
	}
	return g.unknown(label)
}

func (g *Graph) unknown(label string) *aws.Subnet {
	if s, ok := g.unknownSubnets[label]; ok {
		return s
	}
	s := &aws.Subnet{Object: aws.Object{Label: label}, Outside: true, CIDR: aws.Block{Family: packet.IPv4}}
	s.VPC.Open, s.RouteTable.Open, s.ACL.Open = true, true, true
	g.unknownSubnets[label] = s
	return s
}

// Blocking explains why the internet does not reach an interface: the
// complete path with every element on it that stops the packets (D2). Where
// it stands in several subnets it is the path with the cheapest repair.
func (g *Graph) Blocking(i *aws.Interface, f packet.Family) []Hop {
	return g.fromInternetTo(i, f, packet.Everything(f), true).story.tell().path
}

// fromInternetTo is the whole way from the internet, address included, for
// one question.
func (g *Graph) fromInternetTo(i *aws.Interface, f packet.Family, question packet.Set, suppose bool) outcome {
	return g.overPlaces(i, f, func(p *place) outcome {
		o := g.arriving(i, p, question, suppose, g.addressStage(i, f))
		o.from, o.to = p.internet.addresses, g.hostIn(i, p).addresses
		o.story = o.story.setOut(internetObject)
		return o
	})
}
