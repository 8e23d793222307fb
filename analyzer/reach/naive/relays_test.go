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

// shared is a VPC with a load balancer behind an endpoint service, another
// with an endpoint of it, and a proxy before a database (EP-3, SVC-18).
func (m *maker) shared() {
	a, b := m.place("10.0.0.0/16", ""), m.place("10.1.0.0/16", "")
	m.furnish(a, 2, 2)
	m.furnish(b, 2, 2)
	m.furnished(a)
	m.furnished(b)
	lb := m.balancer(a, "network", nil)
	lb.Internal, lb.Interface.PublicIPv4 = tf.Yes, tf.No
	s := &aws.EndpointService{
		Object: object(m.name("aws_vpc_endpoint_service")), AnyPrincipal: tf.No, Principals: m.maybe(m.chance(90)), AcceptanceRequired: tf.No,
		Balancers: aws.Links[aws.LoadBalancer]{Each: []aws.Link[aws.LoadBalancer]{to(lb)}},
	}
	if m.unsure() {
		s.Balancers.Each, s.Balancers.Maybe = nil, s.Balancers.Each
	}
	m.n.EndpointServices = []*aws.EndpointService{s}
	i := m.service(b, "aws_vpc_endpoint", aws.KindEndpoint)
	i.Initiates = tf.No
	m.n.Endpoints = append(m.n.Endpoints, &aws.Endpoint{
		Object: i.Object, Kind: tf.KnownVal(aws.InterfaceEndpoint), VPC: to(b.VPC), Interface: i, IPv6: tf.No, EndpointService: to(s),
	})
	db := m.service(a, "aws_db_instance", aws.KindDataStore)
	db.Initiates = tf.No
	front := m.service(a, "aws_db_proxy", aws.KindDataStore)
	x := &aws.DatabaseProxy{Object: front.Object, Interface: front}
	x.Fronts.Each = []aws.Link[aws.Interface]{to(front)}
	switch {
	case m.unsure():
		x.Targets.Maybe = []aws.Link[aws.Interface]{to(db)}
	case m.chance(90):
		x.Targets.Each = []aws.Link[aws.Interface]{to(db)}
	}
	if m.chance(40) {
		further := m.service(a, "aws_db_proxy_endpoint", aws.KindDataStore)
		further.Initiates = tf.No
		x.Fronts.Each = append(x.Fronts.Each, to(further))
	}
	m.n.Proxies = []*aws.DatabaseProxy{x}
	m.rules(a)
	m.rules(b)
}

// furnished lets what the random groups and ACLs of a place keep apart meet
// more often: half of its groups admit everything.
func (m *maker) furnished(p *place) {
	for _, g := range p.groups {
		if m.chance(50) {
			admitAll(g)
		}
	}
}

// through compares what passes endpoint services and proxies.
func (c *comparison) through(m *maker, packets int) {
	for _, s := range m.n.EndpointServices {
		for _, lb := range m.n.LoadBalancers {
			if slices.Contains(c.world.offers[s].balancers, c.world.balancers[lb]) || slices.ContainsFunc(s.Balancers.Maybe, func(l aws.Link[aws.LoadBalancer]) bool { return slices.Contains(l.To, lb) }) {
				c.offered(m, s, lb, packets)
			}
		}
	}
	for _, x := range m.n.Proxies {
		for _, i := range m.n.Interfaces {
			if !isHost(i) || i == x.Interface || c.world.nics[i] == nil || c.world.nics[i][0].connect != nil {
				continue
			}
			for _, db := range m.n.Interfaces {
				if isHost(db) && db != i && slices.ContainsFunc(append(x.Targets.Each, x.Targets.Maybe...), func(l aws.Link[aws.Interface]) bool { return slices.Contains(l.To, db) }) {
					c.proxied(m, x, i, db, packets)
				}
			}
		}
	}
}

// offered compares what other accounts and hosts do with a load balancer behind
// an endpoint service.
func (c *comparison) offered(m *maker, s *aws.EndpointService, lb *aws.LoadBalancer, packets int) {
	const outside = "aws:privatelink-consumers"
	b, by := c.world.balancers[lb], []string{"endpoint service"}
	lent := slices.Contains(c.world.offers[s].balancers, b)
	consumer := func(what string, got reached, to []*nic) {
		for range packets {
			from := pick(c.dice, privateConsumers)
			p := c.onListener(b, c.dice.packet(from, from))
			if !lent || !c.world.offers[s].outside {
				c.relays(what, got, p, by, none("endpoint service"))
				continue
			}
			c.relays(what, got, p, by, overNodes(b, to, func(turn *chance, node, to *nic) relayed { return c.world.byLink(turn, from, p, node, to) }))
		}
	}
	a := c.ask(outside, lb.Resource.Address)
	consumer(outside+" -> "+lb.Label, reached{anywhere(a.ForwardFlows), anywhere(a.Flows)}, nil)
	var fronts []*nic
	for _, e := range m.n.Endpoints {
		if service, ok := e.EndpointService.One(); ok && service == s && e.Interface != nil {
			fronts = append(fronts, c.world.nics[e.Interface]...)
		}
	}
	for _, target := range m.n.Interfaces {
		if !isHost(target) {
			continue
		}
		kind := func(f *reach.Flow) bool { return f.Service == s && f.Through == lb }
		consumer(outside+" -> "+target.Label, together(c.between(outside, m.home(target)), kind), c.world.nics[target])
		for _, i := range m.n.Interfaces {
			if i == target || !isHost(i) || i.Initiates != tf.Yes || c.world.nics[i][0].connect != nil {
				continue
			}
			got := together(c.between(m.home(i), m.home(target)), kind)
			for n, here := range c.senders(i, packets) {
				p := c.onListener(b, c.dice.packet(here, here))
				ways := none("endpoint service")
				for _, front := range fronts {
					q, ok := nodeAddress(p, front)
					if !ok || !lent {
						continue
					}
					ways = append(ways, overNodes(b, c.world.nics[target], func(turn *chance, node, to *nic) relayed {
						got, there, back := c.world.trip(turn, n, q, func(e end) bool { return e == front })
						return told(got, there, back).then(func() relayed { return c.world.byLink(turn, there.p.Source, p, node, to) })
					})...)
				}
				c.relays(fmt.Sprintf("%s -> %s by %s", i.Label, target.Label, s.Label), got, p, by, ways)
			}
		}
	}
}

// none is no way at all, because of something.
func none(because string) []func(*chance) relayed {
	return []func(*chance) relayed{func(*chance) relayed { return stoppedBy(because) }}
}

// overNodes are the ways by each node of a load balancer to each of some
// interfaces, or just to the nodes.
func overNodes(b *balancer, to []*nic, way func(turn *chance, node, to *nic) relayed) (ways []func(*chance) relayed) {
	if len(to) == 0 {
		to = []*nic{nil}
	}
	for _, node := range b.nodes {
		for _, n := range to {
			ways = append(ways, func(turn *chance) relayed { return way(turn, node, n) })
		}
	}
	return ways
}

// byLink is a packet that comes to a node by PrivateLink and, where a target is
// given, goes on to it.
func (w *world) byLink(c *chance, from netip.Addr, p packet.Packet, node, to *nic) relayed {
	first := w.linked(c, from, p, node)
	if to == nil {
		return first
	}
	return first.then(func() relayed { return w.behind(c, node, client{p, true}, to) })
}

// proxied compares what a host does with a database behind a proxy.
func (c *comparison) proxied(m *maker, x *aws.DatabaseProxy, i, db *aws.Interface, packets int) {
	got := together(c.between(m.home(i), m.home(db)), func(f *reach.Flow) bool { return f.Proxy == x })
	out := c.world.proxies[x]
	for n, here := range c.senders(i, packets) {
		p := c.dice.packet(here, here)
		ways := none("database proxy")
		for _, front := range out.fronts {
			q, ok := nodeAddress(p, front)
			if !ok || front == n {
				continue
			}
			for _, to := range c.world.nics[db] {
				ways = append(ways, func(turn *chance) relayed { return c.world.throughProxy(turn, out, n, q, front, to) })
			}
		}
		c.relays(fmt.Sprintf("%s -> %s by %s", i.Label, db.Label, x.Label), got, p, []string{"database proxy"}, ways)
	}
}

// entered is a VPC with an internal load balancer to which managed services
// lead (LB-12, EP-8).
func (m *maker) entered() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 2, 3)
	m.furnished(p)
	lb := m.balancer(p, pick(m.dice, []string{"application", "network"}), nil)
	lb.Internal, lb.Interface.PublicIPv4, lb.Interface.IPv6, lb.IPAddressType = tf.Yes, tf.No, tf.No, tf.KnownVal("ipv4")
	kinds := []aws.EntryKind{aws.GlobalAccelerator, aws.CloudFrontOrigin, aws.APIGatewayLink}
	names := map[aws.EntryKind]string{
		aws.GlobalAccelerator: "aws_globalaccelerator_listener", aws.CloudFrontOrigin: "aws_cloudfront_vpc_origin", aws.APIGatewayLink: "aws_apigatewayv2_integration",
	}
	for _, kind := range kinds {
		e := &aws.Entry{
			Object: object(m.name(names[kind])), Kind: kind, Enabled: m.maybe(m.chance(92)), IPv6: tf.TriOf(m.chance(40)), PreservesClient: tf.No,
		}
		e.Cause = aws.Cause{Resource: e.Resource}
		port, _ := pick(m.dice, lb.Listeners).Port.Get()
		spoken, _ := lb.Listeners[0].Protocol.Known()
		protocol := "TCP"
		if lb.Type == "network" && spoken == "UDP" && kind == aws.GlobalAccelerator {
			protocol = "UDP"
		}
		l := aws.EntryPort{Protocol: tf.KnownVal(protocol), From: known(m.dice, port), To: known(m.dice, port)}
		if l.From.IsUnknown() || l.To.IsUnknown() || port == 0 {
			l.From, l.To = tf.KnownVal(443), tf.KnownVal(443)
		}
		if m.chance(40) {
			l.From, l.To, l.Target = tf.KnownVal(8443), tf.KnownVal(8443), known(m.dice, port)
		}
		e.Listens = []aws.EntryPort{l}
		switch {
		case kind == aws.GlobalAccelerator && m.chance(40):
			e.PreservesClient = tf.Yes
			e.Interfaces.Each = []aws.Link[aws.Interface]{to(pick(m.dice, p.hosts[:3]))}
		case kind == aws.GlobalAccelerator:
			e.PreservesClient = m.maybe(m.chance(50))
			e.Balancers.Each = []aws.Link[aws.LoadBalancer]{to(lb)}
		default:
			e.Balancers.Each = []aws.Link[aws.LoadBalancer]{to(lb)}
		}
		if kind == aws.APIGatewayLink && (lb.Type == "application" || m.chance(50)) {
			e.Source = m.service(p, "aws_apigatewayv2_vpc_link", aws.KindOther)
			e.Source.Inbound, e.Link = tf.No, e.Source.Resource
		}
		m.n.Entries = append(m.n.Entries, e)
	}
	if m.chance(25) {
		m.n.BlockPublicAccess = &aws.BlockPublicAccess{Object: object("aws_vpc_block_public_access_options.main"), Mode: tf.KnownVal("block-ingress")}
		if m.chance(50) {
			m.n.BlockPublicAccess.Exclusions = []aws.BPAExclusion{{VPC: to(p.VPC), Mode: tf.KnownVal("allow-bidirectional")}}
		}
	}
	m.rules(p)
}

// enter compares what the internet does by managed services.
func (c *comparison) enter(m *maker, packets int) {
	for _, e := range m.n.Entries {
		x := c.world.entrances[e]
		for _, lb := range each(c.world, e.Balancers) {
			b := c.world.balancers[lb]
			at := c.fromInternet(func(f *reach.Flow) bool {
				return f.Entry == e && f.Through == nil && slices.Contains(f.To.Balancers, lb)
			})
			c.entering(e, "internet -> "+lb.Label, at, packets, func(p packet.Packet) []func(*chance) relayed {
				return overNodes(b, nil, func(turn *chance, node, to *nic) relayed { return c.world.toNode(turn, x, p, node, to) })
			})
			for _, i := range m.n.Interfaces {
				if !isHost(i) {
					continue
				}
				behind := c.fromInternet(func(f *reach.Flow) bool {
					return f.Entry == e && f.Through == lb && slices.Contains(f.To.Interfaces, i)
				})
				c.entering(e, "internet -> "+i.Label, behind, packets, func(p packet.Packet) []func(*chance) relayed {
					return overNodes(b, c.world.nics[i], func(turn *chance, node, to *nic) relayed { return c.world.toNode(turn, x, p, node, to) })
				})
			}
		}
		for _, i := range each(c.world, e.Interfaces) {
			at := c.fromInternet(func(f *reach.Flow) bool {
				return f.Entry == e && f.Through == nil && slices.Contains(f.To.Interfaces, i)
			})
			c.entering(e, "internet -> "+i.Label, at, packets, func(p packet.Packet) (ways []func(*chance) relayed) {
				for _, n := range c.world.nics[i] {
					ways = append(ways, func(turn *chance) relayed {
						_, got := c.world.enter(turn, x, p, n)
						return got
					})
				}
				return ways
			})
		}
	}
}

// toNode is a connection of an entry to a node and, where one is given, the
// node's to a target.
func (w *world) toNode(c *chance, e *entrance, p packet.Packet, node, to *nic) relayed {
	q, got := w.enter(c, e, p, node)
	if got.forward && len(node.balancer.accepts(q)) == 0 {
		return stoppedBy(node.balancer.kind)
	}
	if to == nil {
		return got
	}
	linked := e.kind == aws.APIGatewayLink && e.source == nil
	return got.then(func() relayed { return w.behind(c, node, client{q, linked}, to) })
}

func (c *comparison) entering(e *aws.Entry, what string, got reached, packets int, ways func(packet.Packet) []func(*chance) relayed) {
	for range packets {
		corners := internetAddresses
		if c.dice.chance(20) {
			corners = internet6Addresses
		}
		from := pick(c.dice, corners)
		if !public(c.world.world.vpcs[0], from) {
			continue
		}
		p := c.dice.packet(from, from)
		if l := c.world.entrances[e].listens; c.dice.chance(85) && len(l) > 0 {
			p = c.dice.toPort(p, pick(c.dice, l[0].protocols), l[0].from)
		}
		c.relays(what+" by "+e.Label, got, p, []string{string(e.Kind)}, ways(p))
	}
}
