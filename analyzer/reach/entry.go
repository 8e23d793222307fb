package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// throughEntries are the flows from the internet through what leads into a VPC
// without a public address or a route: Global Accelerator, CloudFront VPC
// origins, API Gateway (LB-12, EP-8).
func (g *Graph) throughEntries() []*Flow {
	if g.entered == nil {
		g.entered = []*Flow{}
		for _, e := range g.network.Entries {
			if e.Enabled != tf.No {
				g.entered = append(g.entered, g.throughEntry(e)...)
			}
		}
	}
	return g.entered
}

func (g *Graph) throughEntry(e *aws.Entry) []*Flow {
	var out []*Flow
	leads(e.Balancers, func(lb *aws.LoadBalancer, certain bool) {
		for _, l := range lb.Listeners {
			out = append(out, (&entrance{g: g, entry: e, certain: certain}).toBalancer(lb, l)...)
		}
	})
	leads(e.Interfaces, func(i *aws.Interface, certain bool) {
		in := &entrance{g: g, entry: e, certain: certain}
		o := g.overPlaces(i, packet.IPv4, func(p *place) outcome { return in.arrive(i, p) })
		out = append(out, in.flows(o, func(f packet.Family, o outcome) *Flow { return newFlow(internetEnd(f), interfaceEnd(i), f, o) })...)
	})
	return out
}

// leads calls to with everything that links lead to, and whether they
// certainly do.
func leads[T any](l aws.Links[T], to func(*T, bool)) {
	for _, e := range l.Each {
		_, one := e.One()
		for _, o := range e.To {
			to(o, one)
		}
	}
	for _, m := range l.Maybe {
		for _, o := range m.To {
			to(o, false)
		}
	}
}

// entrance is the way through an entry to one target.
type entrance struct {
	g       *Graph
	entry   *aws.Entry
	certain bool // that it leads to this target
}

// toBalancer are the flows to a listener and through it to its targets.
func (in *entrance) toBalancer(lb *aws.LoadBalancer, l *aws.Listener) []*Flow {
	g := in.g
	arrive := oncePerPlace(func(p *place) outcome {
		return in.arrive(lb.Interface, p, g.listenerStage(lb, []*aws.Listener{l}, p.f))
	})
	first := g.overPlaces(lb.Interface, packet.IPv4, arrive)
	out := in.flows(first, func(f packet.Family, o outcome) *Flow {
		flow := newFlow(internetEnd(f), balancerEnd(lb), f, o)
		flow.Listener = l
		return flow
	})
	if len(out) == 0 {
		return nil
	}
	for _, d := range g.deliveries(lb, l) {
		second := g.overPlaces(lb.Interface, packet.IPv4, func(p *place) outcome {
			return g.deliver(d, arrive(p), p, packet.IPv4, in.client)
		})
		out = append(out, in.flows(second, func(f packet.Family, o outcome) *Flow {
			return g.relayed(internetEnd(f), lb, l, d, f, o)
		})...)
	}
	return out
}

// flows are what makes a flow of an outcome, in the families that the entry
// takes; none where nothing arrives.
func (in *entrance) flows(o outcome, flow func(packet.Family, outcome) *Flow) []*Flow {
	if o.forward.IsEmpty() {
		return nil
	}
	o.story = o.story.setOut(internetObject)
	out := []*Flow{flow(packet.IPv4, o)}
	if six, ok := in.overIPv6(o); ok {
		out = append(out, flow(packet.IPv6, six))
	}
	for _, f := range out {
		f.Entry = in.entry
		if f.Through == nil {
			f.Delivered = f.Reachable.each(in.atTarget)
		}
	}
	return out
}

// overIPv6 is the outcome for clients of IPv6, whose addresses no target sees
// over IPv4.
func (in *entrance) overIPv6(o outcome) (outcome, bool) {
	if in.entry.IPv6 == tf.No {
		return o, false
	}
	widen := func(s packet.Set) packet.Set {
		var out packet.Set
		for _, p := range []packet.Protocol{packet.TCP, packet.UDP} {
			if here := s.On(p); !here.IsEmpty() {
				out = out.Union(packet.Everything(packet.IPv6).On(p).ToPorts(here.ToPortsOf(p)))
			}
		}
		return out
	}
	o.forward, o.reachable = o.forward.each(widen), o.reachable.each(widen)
	takes := in.entry.IPv6
	if in.entry.PreservesClient != tf.No {
		takes = takes.And(tf.Maybe)
	}
	fact := tf.Fact{ID: "ipv6:" + in.entry.Label, Text: "whether " + in.entry.Label + " takes clients of IPv6", Settle: settleApply}
	takes, says := in.g.passes(takes, fact)
	o.assumptions = slices.Concat(o.assumptions, says)
	if takes == tf.Maybe {
		o = o.doubted(fact)
	}
	return o, takes != tf.No
}

// arrive is what gets through the entry to an interface in one subnet, in the
// addresses and ports of the client.
func (in *entrance) arrive(i *aws.Interface, p *place, more ...stage) outcome {
	kept := func(preserved bool) outcome {
		o := in.leg(i, p, in.sender(p, preserved), more)
		return in.seenByClient(o, p, preserved)
	}
	fact := tf.Fact{ID: "preserve:" + in.entry.Label, Text: "whether " + in.entry.Label + " preserves the client's address", Settle: settleApply}
	preserves, says := in.g.passes(in.entry.PreservesClient, fact)
	if preserves == tf.Maybe {
		return oneOf(fact, kept(true), kept(false))
	}
	out := kept(preserves == tf.Yes)
	out.assumptions = slices.Concat(out.assumptions, says)
	return out
}

// client is whom the targets of a load balancer behind the entry see, where
// these see the balancer's clients (LB-4).
func (in *entrance) client(p *place) remote {
	return in.sender(p, in.entry.PreservesClient == tf.Yes)
}

// sender is whom the entry's target sees: the client, or the service (LB-12,
// EP-8).
func (in *entrance) sender(p *place, preserved bool) remote {
	if preserved {
		return p.internet
	}
	r := remote{key: "edge of " + in.entry.Label, addresses: p.internet.addresses, one: true}
	switch {
	case in.entry.Source != nil:
		r.member, r.addresses = in.entry.Source, packet.Addresses{}
		leads(in.entry.Source.Subnets, func(s *aws.Subnet, _ bool) { r.addresses = r.addresses.Union(in.g.hostAddresses(s, p.f)) })
		if r.addresses.IsEmpty() {
			r.addresses = packet.AllAddresses(p.f)
		}
	case in.entry.Kind == aws.CloudFrontOrigin:
		// An interface of its own in the VPC, behind a group of its own.
		r.addresses, r.member = packet.AllAddresses(p.f), in.g.serviceMember()
		if s, _ := in.standsIn(p); s != nil {
			r.key, r.addresses = r.key+" in "+s.Label, in.g.hostAddresses(s, p.f)
		}
	case in.entry.Kind == aws.APIGatewayLink:
		r.addresses = packet.AllAddresses(p.f) // by PrivateLink, from addresses of AWS
	}
	return r
}

// serviceMember stands for an interface that a service makes, with a group of
// its own that only a data source or an id can name.
func (g *Graph) serviceMember() *aws.Interface {
	member := &aws.Interface{HasGroups: tf.Yes}
	for _, s := range g.network.SecurityGroups {
		if s.Resource == nil && !s.Default || s.Resource != nil && s.Resource.Addr.Mode == tf.Data {
			member.Groups.Maybe = append(member.Groups.Maybe, aws.Link[aws.SecurityGroup]{To: []*aws.SecurityGroup{s}})
		}
	}
	return member
}

// leg is the last part of the way, in the ports of the target: what the entry
// asks it, past ACL and groups, and the answers. These go back by the service,
// whatever the subnet's routes say.
func (in *entrance) leg(i *aws.Interface, p *place, by remote, more []stage) outcome {
	g, f := in.g, p.f
	stages := []stage{in.enabled(f)}
	if in.entry.Kind != aws.APIGatewayLink {
		gateway := p.gateway
		gateway.entrance, gateway.quiet = false, true
		stages = append(stages, gateway, g.publicAccess(p, false)) // IGW-8
	}
	if in.entry.Source != nil {
		o := g.eastWestTo(in.entry.Source, i, p, in.asked(p, false), false, more...)
		return in.enabledOutcome(o, stages)
	}
	back := g.boundary(p.subnet, outbound, f, by, true)
	if by.one {
		back = back.fromAnyClientPort(f)
	}
	there := g.boundary(p.subnet, inbound, f, by, false)
	rules := tf.Yes
	switch in.entry.Kind {
	case aws.APIGatewayLink:
		there, back, rules = in.g.aside(there, f, aclOfConsumers(there)), in.g.aside(back, f, aclOfConsumers(back)), in.rulesApply(i)
	case aws.CloudFrontOrigin:
		there, back, stages = in.besides(i, p, there, back, stages)
	}
	stages = append(stages, there)
	if rules != tf.No {
		stages = append(stages, g.linkGroups(i, rules, f, by))
	}
	stages = append(stages, g.listening(i, f))
	stages = append(stages, more...)
	return walk(append(stages, back), in.asked(p, by.key == p.internet.key))
}

// standsIn is the subnet in which people say that the interface of a CloudFront
// origin stands, nil where they say nothing: the service chooses one of the VPC.
func (in *entrance) standsIn(p *place) (*aws.Subnet, []*tf.Assumption) {
	return in.g.standsIn(placementFact(in.entry.Label), func(s *aws.Subnet) bool {
		v, _ := in.g.vpcOf(s)
		return v == p.vpc
	})
}

// besides are the ACLs of a target before and behind a CloudFront origin, which
// do not look at what comes from an interface in the same subnet (NACL-6), and
// after the stages before it those of the subnet that it stands in, which may be
// any of the VPC.
func (in *entrance) besides(i *aws.Interface, p *place, there, back stage, before []stage) (stage, stage, []stage) {
	g, f, fact := in.g, p.f, placementFact(in.entry.Label)
	target := g.hostIn(i, p)
	around := func(s *aws.Subnet) []stage {
		return []stage{g.boundary(s, outbound, f, target, false), g.boundary(s, inbound, f, target, true).fromAnyClientPort(f)}
	}
	s, says := in.standsIn(p)
	switch {
	case s == p.subnet:
		there.filter, back.filter = filter{admits: everything(f), assumptions: says}, filter{admits: everything(f)}
		return there, back, before
	case s != nil:
		there.assumptions = append(there.assumptions[:len(there.assumptions):len(there.assumptions)], says...)
		return there, back, append(before, around(s)...)
	}
	met := []*aws.ACL{}
	for _, s := range g.subnets[p.vpc] {
		if a, one := s.ACL.One(); s == p.subnet || one && slices.Contains(met, a) {
			continue
		} else if one {
			met = append(met, a)
		}
		for _, stage := range around(s) {
			stage.quiet = true
			before = append(before, g.aside(stage, f, fact))
		}
	}
	return g.aside(there, f, fact), g.aside(back, f, fact), before
}

// rulesApply says whether a load balancer's groups look at PrivateLink (EP-3).
func (in *entrance) rulesApply(i *aws.Interface) tf.Tri {
	rules := tf.Yes
	leads(in.entry.Balancers, func(lb *aws.LoadBalancer, _ bool) {
		if lb.Interface == i {
			rules = lb.PrivateLinkRules
		}
	})
	return rules
}

// enabledOutcome puts the switch of the entry before an outcome.
func (in *entrance) enabledOutcome(o outcome, stages []stage) outcome {
	before := walk(stages, o.asked)
	o.forward, o.reachable = o.forward.and(before.forward), o.reachable.and(before.reachable)
	o.story, o.stuck = before.story.then(o.story), before.stuck || o.stuck
	o.waits, o.assumptions = append(before.waits, o.waits...), slices.Concat(before.assumptions, o.assumptions)
	return o
}

// enabled is the entry itself: whether it is switched on, and leads here.
func (in *entrance) enabled(f packet.Family) stage {
	e := in.entry
	on := e.Enabled
	if !in.certain {
		on = on.And(tf.Maybe)
	}
	out := in.g.gated(on, f, tf.Fact{ID: "entrance:" + e.Label, Text: "whether " + e.Label + " leads there", Settle: settleApply}, stage{
		object: e.Object, cause: e.Cause, code: "NO_PATH", blocked: "it is switched off", cost: 3,
	})
	out.elements = []*element{{object: e.Object, cause: e.Cause, detail: string(e.Kind) + in.portsText(), admits: out.admits}}
	return out
}

func (in *entrance) portsText() string {
	var words []string
	for _, p := range in.entry.Listens {
		from, known := p.From.Known()
		to, _ := p.To.Known()
		switch {
		case !known:
			return ""
		case from == to:
			words = append(words, fmt.Sprint(from))
		default:
			words = append(words, fmt.Sprintf("%d-%d", from, to))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " on " + strings.Join(words, ", ")
}

// entryPort is a range of ports of an entry, ready for packet sets.
type entryPort struct {
	protocols []packet.Protocol
	from, to  int
	target    int // 0: the same
	sure      bool
}

func entryPorts(e *aws.Entry) []entryPort {
	var out []entryPort
	for _, p := range e.Listens {
		port := entryPort{from: 0, to: 65535}
		port.protocols, port.sure = transports(p.Protocol)
		from, known := p.From.Known()
		to, alsoKnown := p.To.Known()
		if known && alsoKnown {
			port.from, port.to = from, to
		} else {
			port.sure = false
		}
		switch target, state := p.Target.Get(); state {
		case tf.IsKnown:
			port.target = target
		case tf.IsUnknown:
			port.target, port.sure = -1, false
		}
		out = append(out, port)
	}
	return out
}

// asked is what the entry asks its targets, in their ports.
func (in *entrance) asked(p *place, preserved bool) packet.Set {
	var out packet.Set
	for _, port := range entryPorts(in.entry) {
		s := packet.Everything(p.f).On(port.protocols...)
		switch {
		case port.target > 0:
			s = s.ToPorts(portRange(port.target, port.target))
		case port.target == 0:
			s = s.ToPorts(portRange(port.from, port.to))
		}
		out = out.Union(s)
	}
	if preserved {
		out = out.From(p.internet.addresses)
	}
	return out
}

// seenByClient is an outcome at the target in the addresses and ports of the
// client.
func (in *entrance) seenByClient(o outcome, p *place, preserved bool) outcome {
	o.forward = Relation{Must: in.back(o.forward.Must, p, preserved, true), May: in.back(o.forward.May, p, preserved, false)}
	o.reachable = Relation{Must: in.back(o.reachable.Must, p, preserved, true), May: in.back(o.reachable.May, p, preserved, false)}
	o.asked = in.back(o.asked, p, preserved, false)
	return o.seenFrom(p)
}

// atTarget is what packets of clients are at the target: those of the same
// clients, on the target's port.
func (in *entrance) atTarget(s packet.Set) packet.Set {
	var out packet.Set
	for _, port := range entryPorts(in.entry) {
		for _, protocol := range port.protocols {
			here := s.On(protocol).ToPorts(portRange(port.from, port.to))
			switch {
			case here.IsEmpty():
			case port.target == 0:
				out = out.Union(here)
			default:
				at := there(here, packet.Everything(packet.IPv4).On(protocol).Union(packet.Everything(packet.IPv6).On(protocol)))
				if port.target > 0 {
					at = at.ToPorts(portRange(port.target, port.target))
				}
				out = out.Union(at)
			}
		}
	}
	return out
}

// back is what of the client's packets becomes a set at the target.
func (in *entrance) back(at packet.Set, p *place, preserved, must bool) packet.Set {
	var out packet.Set
	for _, port := range entryPorts(in.entry) {
		if must && !port.sure {
			continue
		}
		for _, protocol := range port.protocols {
			here := at.On(protocol)
			client := packet.Everything(p.f).On(protocol).ToPorts(portRange(port.from, port.to)).From(p.internet.addresses)
			switch {
			case port.target > 0:
				here = here.ToPorts(portRange(port.target, port.target))
			case port.target == 0:
				here = here.ToPorts(portRange(port.from, port.to))
				client = client.ToPorts(here.ToPortsOf(protocol))
			}
			switch {
			case here.IsEmpty():
				continue
			case preserved && port.target == 0:
				client = here.AnyDestination()
			case preserved:
				clients, ports := here.Sources(), here.FromPortsOf(protocol)
				if must {
					all := packet.Everything(p.f).On(protocol).ToPorts(here.ToPortsOf(protocol)).FromPorts(ports).To(here.Destinations())
					clients = clients.Subtract(all.From(clients).Subtract(here).Sources())
				}
				client = client.From(clients).FromPorts(ports)
			}
			out = out.Union(client)
		}
	}
	return out
}
