package naive

import (
	"fmt"

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
	second := m.balancer(p, pick(m.dice, []string{"application", "application", "network", "classic"}), nil)
	m.balancer(p, pick(m.dice, []string{"network", "network", "application"}), second)
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
		PreserveClientIP: tf.No, Targets: targets,
	}
	if lb.Type == "network" {
		g.PreserveClientIP = m.maybe(m.chance(50) || spoken == "UDP" || spoken == "TCP_UDP")
	}
	if behind != nil && lb.Type == "network" && behind.Type == "application" && spoken == "TCP" && m.chance(60) {
		g.TargetType, g.PreserveClientIP = tf.KnownVal("alb"), tf.Yes
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
		node, through := c.flowsThrough(lb)
		b := c.world.balancers[lb]
		for range 3 * packets {
			p, ok := c.client(b)
			if !ok {
				continue
			}
			c.fromClient(lb.Label, b, p, node)
			for _, i := range m.n.Interfaces {
				if i.Kind != aws.KindInstance || len(c.world.nics[i]) != 1 {
					continue
				}
				got := through[i]
				if got == nil {
					got = &reached{}
				}
				c.toTarget(fmt.Sprintf("%s through %s", i.Label, lb.Label), b, p, c.world.nics[i][0], *got)
			}
		}
		for _, i := range m.n.Interfaces {
			if i.Kind == aws.KindInstance {
				c.insideClient(m, i, lb, b, packets)
			}
		}
	}
}

// reached is what gets to somewhere, and what comes back.
type reached [2]reach.Relation

// flowsThrough are the flows from the internet to a load balancer and through
// it, computed once for all completions.
func (c *comparison) flowsThrough(lb *aws.LoadBalancer) (reached, map[*aws.Interface]*reached) {
	if c.nodes == nil {
		c.nodes, c.behind = map[*aws.LoadBalancer]reached{}, map[*aws.LoadBalancer]map[*aws.Interface]*reached{}
		for _, b := range c.n.LoadBalancers {
			c.behind[b] = map[*aws.Interface]*reached{}
		}
		for _, f := range c.g.FromInternet() {
			switch {
			case f.Through != nil:
				for _, i := range f.To.Interfaces {
					got := c.behind[f.Through][i]
					if got == nil {
						got = &reached{}
						c.behind[f.Through][i] = got
					}
					got[0], got[1] = *joined(&got[0], anywhere(f.Forward)), *joined(&got[1], anywhere(f.Reachable))
				}
			case len(f.To.Balancers) > 0:
				b := f.To.Balancers[0]
				got := c.nodes[b]
				got[0], got[1] = *joined(&got[0], anywhere(f.Forward)), *joined(&got[1], anywhere(f.Reachable))
				c.nodes[b] = got
			}
		}
	}
	return c.nodes[lb], c.behind[lb]
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
	if len(b.nodes) == 0 || !public(b.nodes[0].subnet.vpc, there) {
		return p, false
	}
	return c.onListener(b, p), true
}

func (c *comparison) onListener(b *balancer, p packet.Packet) packet.Packet {
	if c.dice.chance(80) && len(b.listeners) > 0 {
		l := pick(c.dice, b.listeners)
		p.Protocol, p.DestinationPort = pick(c.dice, l.protocols), uint16(l.port)
		p.SourcePort, p.ICMPType, p.ICMPCode = uint16(pick(c.dice, []int{1024, 1025, 32767, 32768, 50000, 65535})), 0, 0
	}
	return p
}

func (c *comparison) fromClient(what string, b *balancer, p packet.Packet, got reached) {
	first := true
	c.judge("internet -> "+what, got[0], got[1], p, func(turn *chance) (best outcome) {
		for _, node := range b.nodes {
			at, ok := nodeAddress(p, node)
			if g := node.subnet.vpc.internet; ok && g != nil {
				arrived, there, back := c.world.toBalancer(turn, internet{g}, at, node)
				if first {
					c.tally.add(arrived, there, back)
					first = false
				}
				best = best.or(arrived)
			}
		}
		return best
	})
}

func (c *comparison) toTarget(what string, b *balancer, p packet.Packet, to *nic, got reached) {
	first := true
	c.judge("internet -> "+what, got[0], got[1], p, func(turn *chance) (best outcome) {
		for _, node := range b.nodes {
			at, ok := nodeAddress(p, node)
			if g := node.subnet.vpc.internet; ok && g != nil {
				best = best.or(c.world.throughBalancer(turn, internet{g}, at, node, to))
			}
		}
		if first {
			c.tally.balanced(best)
			first = false
		}
		return best
	})
}

// insideClient compares a host with the nodes of a load balancer.
func (c *comparison) insideClient(m *maker, i *aws.Interface, lb *aws.LoadBalancer, b *balancer, packets int) {
	a := c.ask(m.home(i), lb.Resource.Address)
	for _, n := range c.world.nics[i] {
		for range packets {
			here, ok := n.address(packet.IPv4)
			if !ok {
				continue
			}
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
				at, _ := nodeAddress(p, nodes[0])
				c.judge(i.Label+" -> "+lb.Label, got[0], got[1], at, func(turn *chance) (best outcome) {
					for _, node := range nodes {
						at, _ := nodeAddress(p, node)
						arrived, _, _ := c.world.toBalancer(turn, n, at, node)
						best = best.or(arrived)
					}
					return best
				})
			}
		}
	}
}
