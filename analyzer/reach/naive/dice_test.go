package naive

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Values near the corners of rules, so that random packets meet random rules.
var (
	portCorners = []int{0, 22, 23, 80, 443, 1023, 1024, 1025, 32767, 32768, 40000, 65534, 65535}
	cidrCorners = prefixes("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.8.8.0/24", "8.8.8.8/32",
		"10.0.0.0/8", "10.0.1.0/24", "10.0.1.128/25", "10.0.2.0/26", "10.1.0.0/16", "20.0.0.0/16", "203.0.113.0/24", "192.168.0.0/16")
	cidr6Corners = prefixes("::/0", "::/0", "2000::/4", "2600:1f00:a::/56", "2600:1f00:a:1::/64", "2a00:1450::/32", "2a00:1450::8/128")
	// premisesCorners are what may lie on premises.
	premisesCorners = prefixes("192.168.0.0/16", "192.168.1.0/24", "172.16.0.0/12", "10.0.0.0/8")

	internetAddresses  = addresses("8.8.8.8", "8.8.8.7", "8.8.8.255", "8.8.9.0", "1.0.0.0", "127.255.255.255", "128.0.0.1", "203.0.113.255", "20.0.0.5", "10.9.9.9", "172.15.255.255", "172.16.0.1", "223.255.255.255")
	internet6Addresses = addresses("2a00:1450::8", "2a00:1450::9", "2000::1", "2fff:ffff::", "3000::1", "fc00::1", "2600:1f00:a::ffff", "2600:1f00:a:100::")
	premisesAddresses  = addresses("192.168.0.1", "192.168.0.255", "192.168.1.1", "192.168.127.255", "192.168.128.1", "192.168.255.255", "172.16.0.1", "172.31.255.255")
)

func addresses(texts ...string) (out []netip.Addr) {
	for _, t := range texts {
		out = append(out, netip.MustParseAddr(t))
	}
	return out
}

// dice makes random networks. With doubt set, some of what they say is
// unknown.
type dice struct {
	*rand.Rand
	doubt bool
}

func newDice(seed, stream uint64, doubt bool) dice {
	return dice{rand.New(rand.NewPCG(seed, stream)), doubt}
}

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// unsure is true for one element in eight where there is doubt at all.
func (d dice) unsure() bool { return d.doubt && d.IntN(8) == 0 }

func known[T any](d dice, v T) tf.Val[T] {
	if d.unsure() {
		return tf.UnknownVal[T]()
	}
	return tf.KnownVal(v)
}

// maybe is a known truth value, or Maybe.
func (d dice) maybe(v bool) tf.Tri {
	if d.unsure() {
		return tf.Maybe
	}
	return tf.TriOf(v)
}

func (d dice) ports() (from, to int) {
	if d.chance(60) {
		return 0, 65535
	}
	from, to = pick(d, portCorners), pick(d, portCorners)
	return min(from, to), max(from, to)
}

func resource(address string) *tf.Resource {
	a, err := tf.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return &tf.Resource{Addr: a, Address: address, Action: tf.Create}
}

func object(address string) aws.Object {
	return aws.Object{Resource: resource(address), Label: address}
}

func to[T any](t *T) aws.Link[T] { return aws.Link[T]{To: []*T{t}} }

// site is a VPC being made, with what stands in it.
type place struct {
	*aws.VPC
	name      string
	igw, eigw *aws.Gateway
	nat       *aws.NATGateway
	subnets   []*aws.Subnet
	groups    []*aws.SecurityGroup
	hosts     []*aws.Interface
	block     netip.Prefix
	six       netip.Prefix
	used      int
}

// maker makes one network.
type maker struct {
	dice
	n      *aws.Network
	places []*place
	count  int
}

func (m *maker) name(kind string) string {
	m.count++
	return fmt.Sprintf("%s.%c%d", kind, 'a'+rune(m.count%26), m.count)
}

// place is a VPC with an internet gateway, a NAT gateway and, half the time,
// IPv6.
func (m *maker) place(block, six string) *place {
	p := &place{block: netip.MustParsePrefix(block), name: fmt.Sprintf("v%d", len(m.places))}
	p.VPC = &aws.VPC{Object: object("aws_vpc." + p.name)}
	p.CIDRs = []aws.Block{{Prefix: p.block, Family: packet.IPv4, Private: tf.No}}
	if six != "" {
		p.six = netip.MustParsePrefix(six)
		p.CIDRs = append(p.CIDRs, aws.Block{Prefix: p.six, Family: packet.IPv6, Private: tf.No})
	}
	m.n.VPCs = append(m.n.VPCs, p.VPC)
	p.DefaultACL = &aws.ACL{Object: aws.Object{Label: "default network ACL of aws_vpc." + p.name}, VPC: to(p.VPC), Implicit: true}
	for _, e := range everything() {
		entry := aws.ACLEntry{Number: tf.KnownVal(e.number), Allow: tf.Yes, Protocol: tf.KnownVal(-1), CIDR: tf.KnownVal(e.cidr)}
		p.DefaultACL.Ingress, p.DefaultACL.Egress = append(p.DefaultACL.Ingress, entry), append(p.DefaultACL.Egress, entry)
	}
	p.igw = &aws.Gateway{Object: object("aws_internet_gateway." + p.name), VPC: to(p.VPC)}
	p.eigw = &aws.Gateway{Object: object("aws_egress_only_internet_gateway." + p.name), VPC: to(p.VPC), EgressOnly: true}
	if m.chance(92) {
		p.Gateways = []*aws.Gateway{p.igw, p.eigw}
	} else {
		p.igw.VPC, p.Gateways = aws.Link[aws.VPC]{ID: "vpc-elsewhere"}, []*aws.Gateway{p.eigw}
	}
	m.n.InternetGateways = append(m.n.InternetGateways, p.igw, p.eigw)
	p.nat = &aws.NATGateway{Object: object("aws_nat_gateway." + p.name), VPC: to(p.VPC), Public: tf.TriOf(m.chance(85)), Regional: tf.No}
	m.n.NATGateways = append(m.n.NATGateways, p.nat)
	m.places = append(m.places, p)
	return p
}

// subnet adds a subnet with a table and, sometimes, an ACL of its own.
func (m *maker) subnet(p *place) *aws.Subnet {
	name := fmt.Sprintf("%s_%d", p.name, len(p.subnets))
	a := p.block.Addr().As4()
	a[2] = byte(len(p.subnets))
	t := &aws.RouteTable{Object: object("aws_route_table." + name), VPC: to(p.VPC)}
	s := &aws.Subnet{
		Object: object("aws_subnet." + name), VPC: to(p.VPC), RouteTable: to(t), ACL: to(p.DefaultACL),
		AvailabilityZone: tf.KnownVal(pick(m.dice, []string{"a", "b"})),
		CIDR:             aws.Block{Prefix: netip.PrefixFrom(netip.AddrFrom4(a), 24), Family: packet.IPv4, Private: tf.No},
	}
	if p.six.IsValid() {
		b := p.six.Addr().As16()
		b[7] = byte(len(p.subnets))
		s.IPv6 = &aws.Block{Prefix: netip.PrefixFrom(netip.AddrFrom16(b), 64), Family: packet.IPv6, Private: tf.No}
	}
	if m.chance(28) {
		acl := &aws.ACL{Object: object("aws_network_acl." + name), VPC: to(p.VPC)}
		acl.Ingress, acl.Egress = m.entries(acl, "ingress"), m.entries(acl, "egress")
		s.ACL = to(acl)
		m.n.ACLs = append(m.n.ACLs, acl)
	}
	p.subnets = append(p.subnets, s)
	m.n.Subnets, m.n.RouteTables = append(m.n.Subnets, s), append(m.n.RouteTables, t)
	return s
}

func (m *maker) cidr(p *place) netip.Prefix {
	if p.six.IsValid() && m.chance(30) {
		return pick(m.dice, cidr6Corners)
	}
	return pick(m.dice, cidrCorners)
}

func (m *maker) entries(a *aws.ACL, list string) (out []aws.ACLEntry) {
	p := m.places[len(m.places)-1]
	for n := range m.IntN(5) {
		e := aws.ACLEntry{
			Cause:  aws.Cause{Resource: a.Resource, Argument: fmt.Sprintf("%s[%d]", list, n)},
			Number: known(m.dice, 100+10*n), Allow: m.maybe(m.chance(65)), CIDR: known(m.dice, m.cidr(p)),
			Protocol: tf.KnownVal(pick(m.dice, []int{-1, -1, 6, 6, 17, 1, 58, 47})),
			ICMPType: tf.KnownVal(pick(m.dice, []int{-1, 0, 8, 128})), ICMPCode: tf.KnownVal(pick(m.dice, []int{-1, 0})),
			Conflict: m.unsure(),
		}
		low, high := m.ports()
		e.FromPort, e.ToPort = tf.KnownVal(low), tf.KnownVal(high)
		out = append(out, e)
	}
	for k, all := range everything() {
		if m.chance(75) {
			out = append(out, aws.ACLEntry{
				Cause:  aws.Cause{Resource: a.Resource, Argument: fmt.Sprintf("%s[%d]", list, 10+k)},
				Number: tf.KnownVal(900 + k), Allow: tf.Yes, Protocol: tf.KnownVal(-1), CIDR: tf.KnownVal(all.cidr),
			})
		}
	}
	m.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// secure adds security groups to a VPC. Their rules may refer to any of the
// groups given.
func (m *maker) secure(p *place, count int) {
	for range count {
		g := &aws.SecurityGroup{Object: object(m.name("aws_security_group")), VPC: to(p.VPC)}
		p.groups, m.n.SecurityGroups = append(p.groups, g), append(m.n.SecurityGroups, g)
	}
}

// rule fills the groups of a VPC with rules that refer to one another and to
// those of the peers.
func (m *maker) rules(p *place, peers ...*place) {
	near := p.groups
	for _, other := range peers {
		near = append(near[:len(near):len(near)], other.groups...)
	}
	for _, g := range p.groups {
		for range 1 + m.IntN(3) {
			g.Ingress = append(g.Ingress, m.rule(p, g, "ingress", len(g.Ingress), near))
			g.Egress = append(g.Egress, m.rule(p, g, "egress", len(g.Egress), near))
		}
		if m.chance(50) {
			g.Egress = append(g.Egress, toEverybody(g, "egress", 10)...)
		}
	}
}

// toEverybody are rules of a list that admit everything, numbered from n on.
func toEverybody(g *aws.SecurityGroup, list string, n int) (out []aws.Rule) {
	for k, e := range everything() {
		out = append(out, aws.Rule{
			Cause:    aws.Cause{Resource: g.Resource, Argument: fmt.Sprintf("%s[%d]", list, n+k)},
			Protocol: tf.KnownVal("-1"), Self: tf.No, CIDRs: []aws.Peer[netip.Prefix]{{To: e.cidr}},
		})
	}
	return out
}

// admitAll adds rules to a group that admit everything.
func admitAll(g *aws.SecurityGroup) {
	g.Ingress = append(g.Ingress, toEverybody(g, "ingress", 20)...)
	g.Egress = append(g.Egress, toEverybody(g, "egress", 20)...)
}

func (m *maker) rule(p *place, g *aws.SecurityGroup, list string, n int, near []*aws.SecurityGroup) aws.Rule {
	r := aws.Rule{
		Cause:    aws.Cause{Resource: g.Resource, Argument: fmt.Sprintf("%s[%d]", list, n)},
		Protocol: tf.KnownVal(pick(m.dice, []string{"tcp", "tcp", "TCP", "udp", "icmp", "icmpv6", "47", "-1"})), Self: tf.No, Maybe: m.unsure(),
	}
	low, high := m.ports()
	if protocol, _ := r.Protocol.Known(); protocol == "icmp" || protocol == "icmpv6" {
		low, high = pick(m.dice, []int{8, 0, 3, 128}), pick(m.dice, []int{-1, 0})
		if m.chance(30) {
			low, high = -1, -1
		}
	}
	cidrs := []netip.Prefix{m.cidr(p)}
	if m.chance(60) {
		r.Protocol, cidrs = tf.KnownVal("-1"), prefixes("0.0.0.0/0", "::/0")
	}
	r.FromPort, r.ToPort = tf.KnownVal(low), tf.KnownVal(high)
	if protocol, _ := r.Protocol.Known(); protocol != "-1" && m.unsure() {
		r.FromPort, r.ToPort = tf.UnknownVal[int](), tf.UnknownVal[int]()
	}
	if m.chance(28) {
		peer := pick(m.dice, near)
		if peer == g {
			r.Self = tf.Yes
		} else {
			r.Groups = []aws.Peer[aws.Link[aws.SecurityGroup]]{{To: to(peer)}}
		}
		return r
	}
	if m.chance(10) {
		l := m.list(cidrs...)
		r.PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(l)}}
		return r
	}
	for _, c := range cidrs {
		peer := aws.Peer[netip.Prefix]{To: c, Unknown: m.unsure()}
		if peer.Unknown {
			peer.To = netip.PrefixFrom(c.Addr(), 0).Masked()
		}
		r.CIDRs = append(r.CIDRs, peer)
	}
	return r
}

func (m *maker) list(entries ...netip.Prefix) *aws.PrefixList {
	l := &aws.PrefixList{Object: object(m.name("aws_ec2_managed_prefix_list"))}
	for _, e := range entries {
		l.Entries = append(l.Entries, tf.KnownVal(e))
	}
	m.n.PrefixLists = append(m.n.PrefixLists, l)
	return l
}

// host adds an instance to a subnet, at a corner of it.
func (m *maker) host(p *place, s *aws.Subnet) *aws.Interface {
	i := &aws.Interface{
		Object: object(m.name("aws_instance")), Kind: aws.KindInstance, HasGroups: tf.TriOf(m.chance(90)),
		PublicIPv4: m.maybe(m.chance(75)), IPv6: tf.No, SourceDestCheck: tf.Yes, Initiates: tf.Yes, Inbound: tf.Yes,
		Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{to(s)}},
	}
	i.Owner = i.Resource
	if s.IPv6 != nil {
		i.IPv6 = m.maybe(m.chance(80))
	}
	hidden := m.doubt && m.chance(40)
	switch {
	case m.unsure() && len(p.subnets) > 1:
		i.AnySubnet, hidden = true, true
		i.Subnets.Each = append(i.Subnets.Each, to(pick(m.dice, p.subnets)))
	case m.unsure():
		i.Subnets.Each[0].To, hidden = append(i.Subnets.Each[0].To, pick(m.dice, p.subnets)), true
	}
	i.Groups.Each = append(i.Groups.Each, to(pick(m.dice, p.groups)))
	if m.chance(50) {
		i.Groups.Each = append(i.Groups.Each, to(pick(m.dice, p.groups)))
	}
	if m.unsure() {
		i.Groups.Maybe = append(i.Groups.Maybe, to(pick(m.dice, p.groups)))
	}
	if !hidden {
		p.used++
		corner := []int{4, 5, 63, 64, 127, 128, 200, 254}[(p.used+m.IntN(2)*3)%8]
		i.Addresses = append(i.Addresses, offset(s.CIDR.Prefix.Addr(), corner))
		for slices.ContainsFunc(p.hosts, func(o *aws.Interface) bool { return slices.Contains(o.Addresses, i.Addresses[0]) }) {
			corner++
			i.Addresses[0] = offset(s.CIDR.Prefix.Addr(), 5+corner%200)
		}
		if i.IPv6 != tf.No {
			a := s.IPv6.Prefix.Addr().As16()
			a[15] = i.Addresses[0].As4()[3]
			i.Addresses = append(i.Addresses, netip.AddrFrom16(a))
		}
	}
	p.hosts, m.n.Interfaces = append(p.hosts, i), append(m.n.Interfaces, i)
	return i
}

func (m *maker) route(s *aws.Subnet, destination netip.Prefix, target aws.Target) {
	t := s.RouteTable.To[0]
	m.routeIn(t, destination, target)
}

func (m *maker) routeIn(t *aws.RouteTable, destination netip.Prefix, target aws.Target) {
	for _, r := range t.Routes {
		if d, ok := r.Destination.Known(); ok && d == destination {
			return
		}
	}
	r := aws.Route{
		Cause:       aws.Cause{Resource: t.Resource, Argument: fmt.Sprintf("route[%d]", len(t.Routes))},
		Destination: known(m.dice, destination), Conflict: m.unsure(), Target: target,
	}
	if m.chance(10) && !r.Destination.IsUnknown() {
		r.Destination, r.PrefixList = tf.Val[netip.Prefix]{}, to(m.list(destination))
	}
	if m.unsure() {
		r.Target = aws.Target{Kind: aws.TargetUnknown, Label: "one of several"}
	}
	t.Routes = append(t.Routes, r)
}

func toGateway(g *aws.Gateway) aws.Target {
	if g.EgressOnly {
		return aws.Target{Kind: aws.TargetEgressOnly, Gateway: to(g), Label: g.Label}
	}
	return aws.Target{Kind: aws.TargetInternetGateway, Gateway: to(g), Label: g.Label}
}

func toNAT(n *aws.NATGateway) aws.Target {
	return aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label}
}

// outward gives a subnet routes to the internet.
func (m *maker) outward(p *place, s *aws.Subnet) {
	nowhere := toGateway(&aws.Gateway{Object: object("aws_internet_gateway.gone"), VPC: to(&aws.VPC{Object: object("aws_vpc.other")})}) // RT-6
	four := []aws.Target{toGateway(p.igw), toGateway(p.igw), toGateway(p.igw), toNAT(p.nat), toNAT(p.nat), nowhere}
	six := []aws.Target{toGateway(p.igw), toGateway(p.igw), toGateway(p.eigw)}
	if m.chance(88) {
		m.route(s, netip.MustParsePrefix("0.0.0.0/0"), pick(m.dice, four))
	}
	for range m.IntN(3) {
		m.route(s, pick(m.dice, prefixes("0.0.0.0/1", "8.8.8.0/24", "8.8.8.8/32", "128.0.0.0/1", "203.0.113.0/24")), pick(m.dice, four))
	}
	if !p.six.IsValid() {
		return
	}
	if m.chance(88) {
		m.route(s, netip.MustParsePrefix("::/0"), pick(m.dice, six))
	}
	if m.chance(40) {
		m.route(s, pick(m.dice, prefixes("2000::/4", "2a00:1450::/32", "2a00:1450::8/128")), pick(m.dice, six))
	}
}

// furnish gives a VPC subnets, routes to the internet, groups and hosts.
func (m *maker) furnish(p *place, subnets, hosts int) {
	for range subnets {
		m.outward(p, m.subnet(p))
	}
	p.nat.Subnet = to(pick(m.dice, p.subnets))
	m.secure(p, 3)
	for range hosts {
		m.host(p, pick(m.dice, p.subnets))
	}
}
