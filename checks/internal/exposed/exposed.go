// Package exposed takes the flows from the internet apart for the checks: by
// the rule that admits them, by what they reach, and by who sends them. Every
// part belongs to exactly one check, the worst that fits, so that people do
// not read about the same port twice.
package exposed

import (
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// Part is what one rule lets in to one subject.
type Part struct {
	Flow    *reach.Flow
	Subject string // address of the instance, database, load balancer
	// Interface is where the packets end; nil for a load balancer itself.
	Interface *aws.Interface
	// Cause is what somebody edits: the rule; without a security group the
	// element that takes its place; for a load balancer the listener.
	Cause   aws.Cause
	Packets packet.Set
	// Certain is set when the packets arrive under every completion.
	Certain bool
	Reach   analyzer.Reach
	Target  analyzer.Target
	// Around is the load balancer that the packets pass by, or nil.
	Around *aws.LoadBalancer
	// Guarded is set for a service that authenticates whoever asks.
	Guarded bool
}

// Effect is the part in the terms of severity.
func (p *Part) Effect() analyzer.Effect {
	return analyzer.Effect{Reach: p.Reach, Target: p.Target, Bypass: p.Around != nil, Guarded: p.Guarded}
}

type partsKey struct{}

// Parts are the parts of all flows from the internet, in their order.
func Parts(v *analyzer.View) []*Part {
	return analyzer.Shared(v, partsKey{}, func(v *analyzer.View) []*Part {
		c := &classifier{kinds: newKinds(), behind: behind(v.Network), admits: map[*aws.Rule]reach.Relation{}}
		for _, flow := range v.FromInternet {
			c.add(flow)
		}
		joinWidths(c.parts)
		return c.parts
	})
}

type classifier struct {
	kinds  *kinds
	behind map[*aws.Interface][]front
	admits map[*aws.Rule]reach.Relation
	parts  []*Part
}

func (c *classifier) add(f *reach.Flow) {
	balancer := Balancer(f)
	for _, s := range f.To.Services {
		c.service(f, s)
	}
	switch {
	case f.Through != nil && !overHTTP(f.Listener):
		for _, i := range f.To.Interfaces {
			c.through(f, i)
		}
	case balancer != nil && !overHTTP(f.Listener):
		c.listeners(f, balancer)
	case balancer == nil && f.Through == nil:
		for _, i := range f.To.Interfaces {
			c.direct(f, i)
		}
	}
}

// overHTTP reports whether a listener speaks HTTP, which is a front door on
// whatever port.
func overHTTP(l *aws.Listener) bool {
	if l == nil {
		return false
	}
	protocol, _ := l.Protocol.Known()
	return strings.HasPrefix(strings.ToUpper(protocol), "HTTP")
}

// Balancer is the load balancer that a flow ends at, or nil.
func Balancer(f *reach.Flow) *aws.LoadBalancer {
	if len(f.To.Balancers) > 0 {
		return f.To.Balancers[0]
	}
	return nil
}

// direct takes apart what arrives at an interface without a load balancer,
// rule by rule, on the ports of the interface. What no known rule admits is the
// placement's doing.
func (c *classifier) direct(f *reach.Flow, i *aws.Interface) {
	rest := f.Delivered
	for _, rule := range Rules(i) {
		admits, ok := c.admits[rule]
		if !ok {
			admits = Admits(*rule)
			c.admits[rule] = admits
		}
		part := reach.Relation{Must: admits.Must.Intersect(f.Delivered.Must), May: admits.May.Intersect(f.Delivered.May)}
		rest = reach.Relation{Must: rest.Must.Subtract(admits.Must), May: rest.May.Subtract(admits.May)}
		c.host(f, i, RuleCause(rule), part)
	}
	c.host(f, i, placement(i), rest)
}

func (c *classifier) host(f *reach.Flow, i *aws.Interface, cause aws.Cause, packets reach.Relation) {
	classify := func(s packet.Set) (analyzer.Target, *aws.LoadBalancer) {
		target := c.kinds.class(s)
		if i.Kind == aws.KindDataStore && target != analyzer.NoTarget {
			target = analyzer.DataStore
		}
		if target > analyzer.Unexpected {
			return target, nil
		}
		for _, b := range c.behind[i] {
			if s.Overlaps(b.ports.Union(c.kinds.front)) {
				return target, b.balancer
			}
		}
		return target, nil
	}
	c.emit(Part{Flow: f, Subject: Address(i), Interface: i, Cause: cause}, packets, classify)
}

// through judges what a load balancer passes on. Its listener declares a front
// door, unless what it opens is no front door at all: on the listener's port,
// or on the target's.
func (c *classifier) through(f *reach.Flow, i *aws.Interface) {
	classify := func(s packet.Set) (analyzer.Target, *aws.LoadBalancer) {
		if i.Kind == aws.KindDataStore {
			return analyzer.DataStore, nil
		}
		return max(c.declared(s), c.declared(f.Delivered.May)), nil
	}
	c.emit(Part{Flow: f, Subject: Address(i), Interface: i, Cause: listenerCause(f)}, f.Reachable, classify)
}

// listeners takes apart what arrives at a load balancer.
func (c *classifier) listeners(f *reach.Flow, b *aws.LoadBalancer) {
	c.emit(Part{Flow: f, Subject: b.Label, Cause: listenerCause(f)}, f.Reachable,
		func(s packet.Set) (analyzer.Target, *aws.LoadBalancer) {
			return max(c.declared(s), c.declared(f.Delivered.May)), nil
		})
}

// services are the public services that are no front door by what they are,
// with whether they authenticate whoever asks.
var services = map[string]struct {
	target  analyzer.Target
	guarded bool
}{
	"aws_mq_broker":            {analyzer.DataStore, false},
	"aws_lightsail_database":   {analyzer.DataStore, false},
	"aws_lightsail_instance":   {analyzer.AdminPort, false},
	"aws_opensearch_domain":    {analyzer.DataStore, true},
	"aws_elasticsearch_domain": {analyzer.DataStore, true},
}

// service judges what answers the internet without a path through a VPC.
func (c *classifier) service(f *reach.Flow, s *aws.PublicService) {
	if s.Resource == nil {
		return
	}
	kind, ok := services[s.Resource.Addr.Type]
	if !ok {
		return
	}
	part := Part{Flow: f, Subject: s.Label, Cause: s.Cause, Guarded: kind.guarded}
	c.emit(part, f.Reachable, func(packet.Set) (analyzer.Target, *aws.LoadBalancer) { return kind.target, nil })
}

// declared is the class of packets that a listener was made for.
func (c *classifier) declared(s packet.Set) analyzer.Target {
	switch target := c.kinds.class(s); target {
	case analyzer.DataStore, analyzer.AdminPort, analyzer.NoTarget:
		return target
	}
	return analyzer.FrontDoor
}

// emit adds the part that is certain, or, when that is harmless, the part
// that is possible.
func (c *classifier) emit(p Part, packets reach.Relation, classify func(packet.Set) (analyzer.Target, *aws.LoadBalancer)) {
	for _, certain := range []bool{true, false} {
		p.Packets, p.Certain = packets.May, certain
		if certain {
			p.Packets = packets.Must
		}
		if p.Packets.IsEmpty() {
			continue
		}
		p.Target, p.Around = classify(p.Packets)
		p.Reach = Sources(p.Packets)
		if p.Target > analyzer.FrontDoor || p.Around != nil || !certain {
			c.parts = append(c.parts, &p)
			return
		}
	}
}

// listenerCause is the listener, or the load balancer where the flow does not
// say which.
func listenerCause(f *reach.Flow) aws.Cause {
	if f.Listener != nil {
		if f.Listener.Cause.Resource != nil {
			return f.Listener.Cause
		}
		return aws.Cause{Resource: f.Listener.Resource}
	}
	if f.Through != nil {
		return aws.Cause{Resource: f.Through.Resource}
	}
	if b := Balancer(f); b != nil {
		return aws.Cause{Resource: b.Resource}
	}
	return aws.Cause{}
}

// placement is what to edit where no rule of a known group admits a packet:
// the choice of groups, the public address, or the instance itself.
func placement(i *aws.Interface) aws.Cause {
	for _, cause := range []aws.Cause{i.GroupsCause, i.PublicCause, i.Placement} {
		if cause.Resource != nil {
			return cause
		}
	}
	return aws.Cause{Resource: i.Resource}
}

// Address names an interface as people think of it: by its owner.
func Address(i *aws.Interface) string {
	if i.Owner != nil {
		return i.Owner.Address
	}
	return i.Label
}

// Rules are the ingress rules of every group that an interface has or may
// have.
func Rules(i *aws.Interface) []*aws.Rule {
	var rules []*aws.Rule
	for _, links := range [][]aws.Link[aws.SecurityGroup]{i.Groups.Each, i.Groups.Maybe} {
		for _, link := range links {
			for _, group := range link.To {
				for n := range group.Ingress {
					rules = append(rules, &group.Ingress[n])
				}
			}
		}
	}
	return rules
}

// front is a load balancer before an interface, with the ports it sends to.
type front struct {
	balancer *aws.LoadBalancer
	ports    packet.Set
}

// behind finds the load balancers that interfaces stand behind.
func behind(n *aws.Network) map[*aws.Interface][]front {
	fronts := map[*aws.Interface][]front{}
	add := func(b *aws.LoadBalancer, target aws.TargetRef, otherwise int) {
		port := otherwise
		if p, ok := target.Port.Known(); ok {
			port = p
		}
		ports := packet.Set{}
		if 0 < port && port < 65536 {
			ports = everything().ToPorts(packet.PortRange(uint16(port), uint16(port)))
		}
		for _, i := range target.Interface.To {
			fronts[i] = append(fronts[i], front{b, ports})
		}
	}
	for _, b := range n.LoadBalancers {
		for _, l := range b.Listeners {
			port, _ := l.InstancePort.Known()
			for _, target := range l.Targets {
				add(b, target, port)
			}
			for _, link := range l.Forwards.Each {
				for _, group := range link.To {
					port, _ := group.Port.Known()
					for _, target := range group.Targets {
						add(b, target, port)
					}
				}
			}
		}
	}
	return fronts
}

// joinWidths lifts ranges that are merely wide each, but everyone together:
// rules that admit the same ports to the same subject count as one.
func joinWidths(parts []*Part) {
	wide := map[*aws.Interface][]*Part{}
	for _, p := range parts {
		if p.Reach == analyzer.WidePublic && p.Interface != nil {
			wide[p.Interface] = append(wide[p.Interface], p)
		}
	}
	for _, p := range parts {
		if p.Reach != analyzer.WidePublic || p.Interface == nil || len(wide[p.Interface]) < 2 {
			continue
		}
		same := packet.Set{}
		for _, other := range wide[p.Interface] {
			if other.Certain == p.Certain && other.Packets.AnySource().Overlaps(p.Packets.AnySource()) {
				same = same.Union(other.Packets)
			}
		}
		if Sources(same) == analyzer.Anyone {
			p.Reach = analyzer.Anyone
		}
	}
}
