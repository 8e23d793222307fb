package naive

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// balancing is a VPC with two load balancers before some of its hosts (LB-1 to
// LB-11); the second may be a target of the first.
func (m *maker) balancing() {
	p := m.place("10.0.0.0/16", "2600:1f00:a::/56")
	m.furnish(p, 3, 3)
	m.rules(p)
	second := m.balancer(p, pick(m.dice, []string{"application", "network", "classic", "classic", "classic"}), nil)
	m.balancer(p, pick(m.dice, []string{"network", "network", "application"}), second)
	for _, lb := range m.n.LoadBalancers {
		m.narrow(lb)
	}
}

// chained is a VPC with an application load balancer behind a network one (LB-7).
func (m *maker) chained() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 2, 3)
	m.furnished(p)
	second := m.balancer(p, "application", nil)
	first := m.balancer(p, "network", nil)
	first.Listeners = first.Listeners[:1]
	l := first.Listeners[0]
	l.Protocol = tf.KnownVal("TCP")
	g := l.Forwards.Each[0].To[0]
	g.Protocol, g.TargetType, g.PreserveClientIP = l.Protocol, tf.KnownVal("alb"), tf.Yes
	g.Port, g.IPv6, g.Targets = pick(m.dice, second.Listeners).Port, tf.No, []aws.TargetRef{{LoadBalancer: to(second)}}
	if m.chance(20) {
		g.Port = known(m.dice, 8443) // on which nobody listens
	}
	m.rules(p)
}

// keeping is a VPC with a network load balancer, with groups or without, before
// hosts some of which admit nobody but its members, or nobody but the VPC (LB-4).
func (m *maker) keeping() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 3, 4)
	own := m.open(p)
	lb := m.balancer(p, "network", nil)
	lb.Internal, lb.Interface.PublicIPv4 = tf.No, tf.Yes
	if m.chance(50) {
		lb.Interface.HasGroups, lb.Interface.Groups.Each = tf.No, nil
	} else {
		lb.Interface.HasGroups, lb.Interface.Groups.Each = tf.Yes, []aws.Link[aws.SecurityGroup]{to(own)}
	}
	m.rules(p)
	for _, g := range p.groups[:3] {
		switch {
		case m.chance(40):
			m.onlyMembersOf(g, own)
		case m.chance(75):
			m.onlyMembersOf(g)
			g.Ingress[0].CIDRs = []aws.Peer[netip.Prefix]{{To: p.block}}
		}
	}
}

// open is a group that admits everything.
func (m *maker) open(p *place) *aws.SecurityGroup {
	m.secure(p, 1)
	g := p.groups[len(p.groups)-1]
	admitAll(g)
	return g
}

// narrow makes it matter on which ports the targets of a load balancer are
// registered (LB-10), and what the ACL of its own subnet says where it is a
// classic one (NACL-6).
func (m *maker) narrow(lb *aws.LoadBalancer) {
	for _, l := range lb.Listeners {
		registered := l.Targets
		for _, g := range l.Forwards.Each {
			registered = append(registered, g.To[0].Targets...)
		}
		for _, t := range registered {
			if own, known := t.Port.Known(); known && len(t.Interface.To) == 1 && m.chance(35) {
				admitOnly(t.Interface.To[0], own)
			}
		}
	}
	if lb.Type == "classic" && m.chance(35) {
		closeWithin(lb.Interface)
	}
}

// admitOnly has the groups of a host admit one port and nothing else.
func admitOnly(h *aws.Interface, port int) {
	for _, l := range h.Groups.Each {
		for _, g := range l.To {
			g.Ingress = nil
			for n, protocol := range []string{"tcp", "udp"} {
				r := aws.Rule{
					Cause:    aws.Cause{Resource: g.Resource, Argument: fmt.Sprintf("ingress[%d]", n)},
					Protocol: tf.KnownVal(protocol), FromPort: tf.KnownVal(port), ToPort: tf.KnownVal(port), Self: tf.No,
				}
				for _, e := range everything() {
					r.CIDRs = append(r.CIDRs, aws.Peer[netip.Prefix]{To: e.cidr})
				}
				g.Ingress = append(g.Ingress, r)
			}
		}
	}
}

// closeWithin has the ACLs of an interface's subnets stop what leaves for the
// subnet itself.
func closeWithin(i *aws.Interface) {
	for _, l := range i.Subnets.Each {
		for _, s := range l.To {
			for _, a := range s.ACL.To {
				if a.Implicit {
					continue
				}
				a.Egress = append(a.Egress, aws.ACLEntry{
					Cause:  aws.Cause{Resource: a.Resource, Argument: fmt.Sprintf("egress[%d]", 20+len(a.Egress))},
					Number: tf.KnownVal(5 + len(a.Egress)), Allow: tf.No, Protocol: tf.KnownVal(6), CIDR: tf.KnownVal(s.CIDR.Prefix),
					FromPort: tf.KnownVal(0), ToPort: tf.KnownVal(65535),
				})
			}
		}
	}
}

func (m *maker) balancer(p *place, kind string, behind *aws.LoadBalancer) *aws.LoadBalancer {
	o := object(m.name("aws_lb"))
	lb := &aws.LoadBalancer{Object: o, Type: kind, CrossZone: m.maybe(kind == "application" || m.chance(50)), IPAddressType: tf.KnownVal("ipv4")}
	if kind == "application" {
		lb.CrossZone = tf.Yes // LB-8
	}
	i := &aws.Interface{
		Object: o, Owner: o.Resource, Kind: aws.KindLoadBalancer, HasGroups: tf.Yes, IPv6: tf.No,
		SourceDestCheck: tf.Yes, Initiates: tf.Yes, Inbound: tf.Yes,
	}
	lb.Interface = i
	lb.Internal = m.maybe(m.chance(20))
	i.PublicIPv4 = lb.Internal.Not()
	lb.PrivateLinkRules = m.maybe(m.chance(60))
	if lb.Internal == tf.No && kind != "classic" && p.six.IsValid() && m.chance(40) {
		lb.IPAddressType, i.IPv6 = tf.KnownVal("dualstack"), tf.Yes
	}
	zones := map[string]bool{}
	for _, s := range p.subnets {
		zone, _ := s.AvailabilityZone.Known()
		if !zones[zone] && (len(zones) == 0 || m.chance(60)) {
			zones[zone] = true
			i.Subnets.Each = append(i.Subnets.Each, to(s))
			if !m.doubt || m.chance(50) {
				i.Addresses = append(i.Addresses, offset(s.CIDR.Prefix.Addr(), 20+len(m.n.LoadBalancers)))
			}
		}
	}
	if kind == "network" && m.chance(40) {
		i.HasGroups = tf.No // LB-4
	} else {
		i.Groups.Each = []aws.Link[aws.SecurityGroup]{to(pick(m.dice, p.groups))}
	}
	for range 1 + m.IntN(2) {
		lb.Listeners = append(lb.Listeners, m.listener(p, lb, behind))
	}
	m.n.Interfaces, m.n.LoadBalancers = append(m.n.Interfaces, i), append(m.n.LoadBalancers, lb)
	return lb
}

func (m *maker) listener(p *place, lb, behind *aws.LoadBalancer) *aws.Listener {
	protocol := map[string][]string{"application": {"HTTP", "HTTPS"}, "network": {"TCP", "TCP", "TLS", "UDP", "TCP_UDP"}, "classic": {"TCP", "HTTP"}}
	l := &aws.Listener{Object: object(m.name("aws_lb_listener")), Port: known(m.dice, pick(m.dice, portCorners[1:])), Protocol: tf.KnownVal(pick(m.dice, protocol[lb.Type]))}
	l.Cause = aws.Cause{Resource: l.Resource}
	port := known(m.dice, pick(m.dice, portCorners[1:]))
	var targets []aws.TargetRef
	for _, h := range p.hosts {
		if h.Kind == aws.KindInstance && len(h.Subnets.Each) == 1 && len(h.Subnets.Each[0].To) == 1 && m.chance(70) {
			t := aws.TargetRef{Interface: to(h)}
			if m.chance(30) {
				t.Port = known(m.dice, pick(m.dice, portCorners[1:]))
			}
			targets = append(targets, t)
		}
	}
	if lb.Type == "classic" {
		l.InstancePort, l.Targets = port, targets
		return l
	}
	spoken, _ := l.Protocol.Known()
	g := &aws.TargetGroup{
		Object: object(m.name("aws_lb_target_group")), Protocol: l.Protocol, Port: port, TargetType: tf.KnownVal("instance"),
		PreserveClientIP: tf.No, IPv6: tf.No, Targets: targets,
	}
	if six, _ := lb.IPAddressType.Known(); six == "dualstack" && lb.Type != "classic" && m.chance(30) {
		g.TargetType, g.IPv6 = tf.KnownVal("ip"), tf.Yes
		g.Targets = slices.DeleteFunc(g.Targets, func(t aws.TargetRef) bool { return t.Interface.To[0].IPv6 != tf.Yes })
	}
	if lb.Type != "classic" && m.chance(15) {
		g.CrossZone = known(m.dice, m.chance(50))
	}
	if lb.Type == "network" {
		g.PreserveClientIP = m.maybe(m.chance(50) || spoken == "UDP" || spoken == "TCP_UDP")
	}
	if behind != nil && lb.Type == "network" && behind.Type == "application" && spoken == "TCP" && m.chance(60) {
		g.TargetType, g.PreserveClientIP, g.IPv6 = tf.KnownVal("alb"), tf.Yes, tf.No
		g.Port = behind.Listeners[0].Port
		g.Targets = []aws.TargetRef{{LoadBalancer: to(behind)}}
	}
	m.n.TargetGroups = append(m.n.TargetGroups, g)
	l.Forwards.Each = []aws.Link[aws.TargetGroup]{to(g)}
	return l
}

// throughBalancers compares what the internet and hosts do with load
// balancers, and with what is behind them.
func (c *comparison) throughBalancers(m *maker, packets int) {
	for _, lb := range m.n.LoadBalancers {
		b := c.world.balancers[lb]
		if len(b.nodes) == 0 {
			continue
		}
		node := c.fromInternet(func(f *reach.Flow) bool {
			return f.Through == nil && f.Entry == nil && slices.Contains(f.To.Balancers, lb)
		})
		for range packets {
			if p, ok := c.client(b); ok {
				c.fromClient(lb.Label, b, p, node)
			}
		}
		for _, i := range m.n.Interfaces {
			if !isHost(i) {
				continue
			}
			behind := c.fromInternet(func(f *reach.Flow) bool {
				return f.Through == lb && f.Entry == nil && slices.Contains(f.To.Interfaces, i)
			})
			for range packets {
				if p, ok := c.client(b); ok {
					c.toTarget(fmt.Sprintf("%s through %s", i.Label, lb.Label), b, p, c.world.nics[i], behind)
				}
			}
			if i.Initiates == tf.Yes {
				c.insideClient(m, i, lb, b, packets)
				c.insideThrough(m, i, lb, b, packets)
			}
		}
	}
}

// reached is what gets to somewhere, and what comes back.
type reached [2]reach.Relation

// fromInternet are the flows from the internet of a kind together.
func (c *comparison) fromInternet(which func(*reach.Flow) bool) reached {
	if c.flows == nil {
		c.flows = c.g.FromInternet()
	}
	return together(c.flows, which)
}

// together are flows of a kind, whatever address they go to.
func together(flows []*reach.Flow, which func(*reach.Flow) bool) (got reached) {
	for _, f := range flows {
		if which(f) {
			got[0], got[1] = *joined(&got[0], anywhere(f.Forward)), *joined(&got[1], anywhere(f.Reachable))
		}
	}
	return got
}

// anywhere is a relation whatever node a packet goes to.
func anywhere(r reach.Relation) reach.Relation {
	return reach.Relation{Must: r.Must.AnyDestination(), May: r.May.AnyDestination()}
}

// client is a packet from the internet to a load balancer, mostly to a port on
// which it listens.
func (c *comparison) client(b *balancer) (packet.Packet, bool) {
	corners := internetAddresses
	if c.dice.chance(20) {
		corners = internet6Addresses
	}
	there := pick(c.dice, corners)
	p := c.dice.packet(there, there)
	if !public(b.nodes[0].subnet.vpc, there) {
		return p, false
	}
	return c.onListener(b, p), true
}

func (c *comparison) onListener(b *balancer, p packet.Packet) packet.Packet {
	if c.dice.chance(80) && len(b.listeners) > 0 {
		if l := pick(c.dice, b.listeners); len(l.protocols) > 0 {
			p = c.dice.toPort(p, pick(c.dice, l.protocols), l.port)
		}
	}
	return p
}

func (c *comparison) fromClient(what string, b *balancer, p packet.Packet, got reached) {
	var ways []func(*chance) relayed
	for _, node := range b.nodes {
		at, ok := nodeAddress(p, node)
		if g := node.subnet.vpc.internet; ok && g != nil {
			ways = append(ways, func(turn *chance) relayed { return told(c.world.toBalancer(turn, internet{g}, at, node)) })
		}
	}
	c.relays("internet -> "+what, got, p, []string{"internet gateway"}, ways)
}

func (c *comparison) toTarget(what string, b *balancer, p packet.Packet, to []*nic, got reached) {
	var ways []func(*chance) relayed
	for _, node := range b.nodes {
		at, ok := nodeAddress(p, node)
		if g := node.subnet.vpc.internet; ok && g != nil {
			for _, n := range to {
				ways = append(ways, func(turn *chance) relayed { return c.world.throughBalancer(turn, internet{g}, at, node, n) })
			}
		}
	}
	c.relays("internet -> "+what, got, p, []string{b.kind}, ways)
}

// relays judges a packet that something relays by any of the ways given, and
// counts it for the components given.
func (c *comparison) relays(what string, got reached, p packet.Packet, by []string, ways []func(*chance) relayed) {
	var best relayed
	var runs []func(*chance) outcome
	for _, way := range ways {
		first := true
		runs = append(runs, func(turn *chance) outcome {
			got := way(turn)
			if first {
				best, first = best.or(got), false
			}
			return got.outcome
		})
	}
	c.tale = func() string { return best.by(by) }
	c.judge(what, got[0], got[1], p, runs...)
	if best.stop == "" && !best.reachable {
		best.stop = "internet gateway" // there is none
	}
	c.tally.relayed(best, by...)
}

// insideClient compares a host with the nodes of a load balancer.
func (c *comparison) insideClient(m *maker, i *aws.Interface, lb *aws.LoadBalancer, b *balancer, packets int) {
	a := c.ask(m.home(i), lb.Resource.Address)
	for n, here := range c.senders(i, packets) {
		p := c.onListener(b, c.dice.packet(here, here))
		// Where a node's address is not known, which one a packet goes to
		// is not told.
		to, got := [][]*nic{b.nodes}, reached{anywhere(a.ForwardFlows), anywhere(a.Flows)}
		if len(lb.Interface.Addresses) == len(b.nodes) {
			to, got = nil, reached{a.ForwardFlows, a.Flows}
			for _, node := range b.nodes {
				to = append(to, []*nic{node})
			}
		}
		for _, nodes := range to {
			at, ok := nodeAddress(p, nodes[0])
			if !ok {
				continue
			}
			c.answer = a
			var ways []func(*chance) relayed
			for _, node := range nodes {
				at, _ := nodeAddress(p, node)
				ways = append(ways, func(turn *chance) relayed { return told(c.world.toBalancer(turn, n, at, node)) })
			}
			c.relays(i.Label+" -> "+lb.Label, got, at, nil, ways)
		}
	}
}

// insideThrough compares what a host gets to the targets of a load balancer
// through it (LB-2, LB-4).
func (c *comparison) insideThrough(m *maker, i *aws.Interface, lb *aws.LoadBalancer, b *balancer, packets int) {
	target := pick(c.dice, targetsOf(m, lb))
	if target == i {
		return
	}
	flows := c.g.Between(c.endpoint(m.home(i)), c.endpoint(m.home(target)), packet.Everything(packet.IPv4))
	got := together(flows, func(f *reach.Flow) bool {
		return f.Through == lb && f.Service == nil && slices.Contains(f.From.Interfaces, i) && slices.Contains(f.To.Interfaces, target)
	})
	contained := *c
	contained.exact = false // to the engine a node may have any address of its subnet
	for n, here := range c.senders(i, packets) {
		p := c.onListener(b, c.dice.packet(here, here))
		var ways []func(*chance) relayed
		for _, node := range b.nodes {
			at, ok := nodeAddress(p, node)
			for _, to := range c.world.nics[target] {
				if ok {
					ways = append(ways, func(turn *chance) relayed { return c.world.throughBalancer(turn, n, at, node, to) })
				}
			}
		}
		contained.relays(i.Label+" -> "+target.Label+" through "+lb.Label, got, p, []string{b.kind}, ways)
	}
}

// targetsOf are the hosts that a load balancer has as targets, or any where it
// has none.
func targetsOf(m *maker, lb *aws.LoadBalancer) []*aws.Interface {
	var refs []aws.TargetRef
	for _, l := range lb.Listeners {
		refs = append(refs, l.Targets...)
		for _, g := range l.Forwards.Each {
			for _, group := range g.To {
				refs = append(refs, group.Targets...)
			}
		}
	}
	var out []*aws.Interface
	for _, ref := range refs {
		out = append(out, ref.Interface.To...)
	}
	if len(out) == 0 {
		out = slices.DeleteFunc(slices.Clone(m.n.Interfaces), func(i *aws.Interface) bool { return !isHost(i) })
	}
	return out
}
