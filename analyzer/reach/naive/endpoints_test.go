package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// managed is a VPC with endpoints of services and of people, and another that
// is peered with it (EP-1, EP-2, EP-6, VPN-6).
func (m *maker) managed() {
	a, b := m.place("10.0.0.0/16", ""), m.place("10.1.0.0/16", "")
	m.furnish(a, 2, 2)
	m.furnish(b, 2, 1)
	x := m.peer(a, b)
	for range 1 + m.IntN(2) {
		i := m.service(a, "aws_vpc_endpoint", aws.KindEndpoint)
		i.Initiates = tf.No
		m.n.Endpoints = append(m.n.Endpoints, &aws.Endpoint{Object: i.Object, Kind: tf.KnownVal(aws.InterfaceEndpoint), VPC: to(a.VPC), Interface: i, IPv6: tf.No})
	}
	gateway := &aws.Endpoint{Object: object(m.name("aws_vpc_endpoint")), Kind: tf.KnownVal(aws.GatewayEndpoint), Service: tf.KnownVal(objectStore), VPC: to(a.VPC), IPv6: tf.No}
	for _, s := range a.subnets {
		switch {
		case m.unsure():
			gateway.Tables.Maybe = append(gateway.Tables.Maybe, s.RouteTable)
		case m.chance(85):
			gateway.Tables.Each = append(gateway.Tables.Each, s.RouteTable)
		}
	}
	m.n.Endpoints = append(m.n.Endpoints, gateway)
	m.people(a)
	cache := m.service(a, "aws_elasticache_cluster", aws.KindDataStore)
	cache.Initiates, cache.Ports = tf.No, []aws.ServicePort{{Protocol: packet.TCP, From: 22, To: 1025}}
	for _, s := range a.subnets { // of a part of the service, which would divert that
		t := s.RouteTable.To[0]
		t.Routes = slices.DeleteFunc(t.Routes, func(r aws.Route) bool { d, _ := r.Destination.Known(); return d.Bits() == 32 })
	}
	m.rules(a, b)
	m.rules(b, a)
	if m.chance(40) {
		m.listed(a, objectStore, edgeNetwork)
	}
	for _, s := range a.subnets {
		m.route(s, b.block, x)
	}
}

// peer joins two VPCs, the second of which routes to the first.
func (m *maker) peer(a, b *place) aws.Target {
	x := &aws.Peering{
		Object: object(m.name("aws_vpc_peering_connection")), Requester: to(a.VPC), Accepter: to(b.VPC), Active: tf.Yes, SameRegion: m.maybe(m.chance(75)),
	}
	m.n.Peerings = append(m.n.Peerings, x)
	target := aws.Target{Kind: aws.TargetPeering, Peering: to(x), Label: x.Label}
	m.join(b, a, target)
	return target
}

// people are those who come by an Instance Connect endpoint, or by a Client
// VPN.
func (m *maker) people(p *place) {
	i := m.service(p, "aws_ec2_instance_connect_endpoint", aws.KindEndpoint)
	i.Inbound = tf.No
	if m.doubt && m.chance(50) {
		i.AnySubnet, i.Addresses = true, nil
		i.Subnets.Each = []aws.Link[aws.Subnet]{to(p.subnets[0]), to(p.subnets[1])}
	}
	m.n.InstanceConnects = []*aws.InstanceConnectEndpoint{{Object: i.Object, Interface: i, PreserveClientIP: m.maybe(m.chance(50))}}
	i = m.service(p, "aws_ec2_client_vpn_endpoint", aws.KindOther)
	i.Inbound = tf.No
	v := &aws.ClientVPN{Object: i.Object, Interface: i, Clients: tf.KnownVal(netip.MustParsePrefix("172.20.0.0/22")), Open: m.unsure()}
	for range m.IntN(4) {
		v.Authorizations = append(v.Authorizations, m.clientRule("0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/16", "10.0.1.0/24", "10.0.0.0/8", "0.0.0.0/1"))
	}
	for range m.IntN(3) {
		r := m.clientRule("0.0.0.0/0", "10.1.0.0/16", "8.8.8.0/24", "10.0.1.0/24", "0.0.0.0/1")
		r.Subnet = i.Subnets.Each[0]
		v.Routes = append(v.Routes, r)
	}
	m.n.ClientVPNs = []*aws.ClientVPN{v}
}

func (m *maker) clientRule(destinations ...string) aws.ClientVPNRule {
	r := aws.ClientVPNRule{Destination: known(m.dice, netip.MustParsePrefix(pick(m.dice, destinations))), Maybe: m.unsure()}
	r.Cause = aws.Cause{Resource: resource(m.name("aws_ec2_client_vpn_route"))}
	return r
}

// service is the interface of a service in one of the subnets.
func (m *maker) service(p *place, kind string, is aws.InterfaceKind) *aws.Interface {
	i := m.host(p, pick(m.dice, p.subnets))
	i.Object = object(m.name(kind))
	i.Owner, i.Kind, i.PublicIPv4, i.IPv6, i.HasGroups = i.Resource, is, tf.No, tf.No, tf.Yes
	return i
}

// serviceAddresses are where the service of a gateway endpoint may be: nobody
// knows, but not in private networks (U-5).
var serviceAddresses = prefixes("52.216.0.0/15", "150.0.0.0/16", "8.8.8.64/26", "203.0.113.0/25", "20.0.128.0/17", "8.8.8.8/32")

// toServices compares what hosts do with gateway endpoints. Where the service
// is, is left open by every network.
func (c *comparison) toServices(m *maker, packets int) {
	for _, e := range m.n.Endpoints {
		service, ok := c.world.endpoints[e].(*serviceEndpoint)
		if !ok {
			continue
		}
		for _, i := range m.n.Interfaces {
			if !isHost(i) {
				continue
			}
			out, in := c.ask(m.home(i), e.Resource.Address), c.ask(e.Resource.Address, m.home(i))
			if !in.ForwardFlows.May.IsEmpty() {
				c.Fatalf("%s, seed %d: %s opens connections", c.scenario.name, c.seed, e.Label)
			}
			for n, here := range c.senders(i, packets) {
				c.toService(i.Label+" -> "+e.Label, service, n, c.dice.packet(here, here), out.ForwardFlows, out.Flows)
			}
		}
		service.prefixes = nil
	}
}

// put says where the service of an endpoint is: in no list but its own (U-5).
func (c *completion) put(e *serviceEndpoint, at netip.Prefix) {
	e.prefixes = []netip.Prefix{at}
	for name, l := range c.managed {
		l.prefixes, l.everything = nil, false
		if name == e.service {
			l.prefixes = e.prefixes
		}
	}
}

func (c *comparison) toService(what string, e *serviceEndpoint, from *nic, p packet.Packet, forward, reachable reach.Relation) {
	first := true
	got := everyTurn(func(turn *chance) outcome {
		places := serviceAddresses
		if !c.full { // a route whose destination is unknown may be more specific than the last
			places = places[:len(places)-1]
		}
		at := places[turn.of(len(places))]
		c.world.put(e, at)
		q := p
		q.Destination = at.Addr()
		got, there, back := c.world.trip(turn, from, q, func(e end) bool { _, ok := e.(service); return ok })
		if first {
			c.tally.add(got, there, back)
			c.tale = func() string { return told(got, there, back).by(through(there, back)) }
			first = false
		}
		return got
	})
	c.holds(what, p, anywhere(forward), got.some.forward, got.all.forward)
	if _, expected := reply(p); expected {
		c.holds(what+" and back", p, anywhere(reachable), got.some.reachable, got.all.reachable)
	}
}
