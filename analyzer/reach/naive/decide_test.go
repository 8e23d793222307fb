package naive

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// completion is a world that a network may turn out to be: everything that the
// network leaves open has been decided, each thing by itself (U-25).
type completion struct {
	*world
	d dice

	vpcs      map[*aws.VPC]*vpc
	subnets   map[*aws.Subnet]*subnet
	groups    map[*aws.SecurityGroup]*group
	gateways  map[*aws.Gateway]*gateway
	carriers  map[string]*gateway
	nats      map[*aws.NATGateway]*nat
	nics      map[*aws.Interface][]*nic // one in each of its subnets
	balancers map[*aws.LoadBalancer]*balancer
	targets   map[*aws.TargetGroup]*targetGroup
	peerings  map[*aws.Peering]*peering
	vpns      map[*aws.VPNGateway]*vpnGateway
	sites     map[*aws.OnPremises]*site
	transits  map[*aws.TransitGateway]*transit
	attached  map[*aws.Attachment]*attachment
	tables    map[*aws.TransitTable]*transitTable
	firewalls map[*aws.Firewall]map[*subnet]*firewallEndpoint
	endpoints map[*aws.Endpoint]any
	offers    map[*aws.EndpointService]*offer
	proxies   map[*aws.DatabaseProxy]*proxy
	entrances map[*aws.Entry]*entrance
	routing   map[*aws.RouteTable]*table
	filters   map[*aws.ACL]*acl
	lists     map[*aws.PrefixList][]netip.Prefix
	managed   map[string]*managedList // by the service's name
	listsHold bool                    // what they list: see hold
	taken     map[netip.Addr]bool     // the addresses that are known
	owed      []owed
	blocks    int // given to what has a symbolic block
}

func decide(n *aws.Network, d dice) *completion {
	c := &completion{
		world: &world{}, d: d,
		vpcs: map[*aws.VPC]*vpc{}, subnets: map[*aws.Subnet]*subnet{}, groups: map[*aws.SecurityGroup]*group{},
		gateways: map[*aws.Gateway]*gateway{}, carriers: map[string]*gateway{}, nats: map[*aws.NATGateway]*nat{}, nics: map[*aws.Interface][]*nic{},
		balancers: map[*aws.LoadBalancer]*balancer{}, targets: map[*aws.TargetGroup]*targetGroup{},
		peerings: map[*aws.Peering]*peering{}, vpns: map[*aws.VPNGateway]*vpnGateway{}, sites: map[*aws.OnPremises]*site{},
		transits: map[*aws.TransitGateway]*transit{}, attached: map[*aws.Attachment]*attachment{}, tables: map[*aws.TransitTable]*transitTable{},
		offers: map[*aws.EndpointService]*offer{}, proxies: map[*aws.DatabaseProxy]*proxy{}, entrances: map[*aws.Entry]*entrance{},
		firewalls: map[*aws.Firewall]map[*subnet]*firewallEndpoint{}, endpoints: map[*aws.Endpoint]any{},
		routing: map[*aws.RouteTable]*table{}, filters: map[*aws.ACL]*acl{}, lists: map[*aws.PrefixList][]netip.Prefix{},
		managed: map[string]*managedList{}, taken: map[netip.Addr]bool{},
	}
	for _, i := range n.Interfaces {
		for _, a := range i.Addresses {
			c.taken[a] = true
		}
	}
	for _, v := range n.VPCs {
		c.decideVPC(v)
	}
	for _, s := range n.Subnets {
		c.decideSubnet(s)
	}
	for _, g := range n.SecurityGroups {
		c.groups[g] = &group{name: g.Label, several: len(g.Associated.Each)+len(g.Associated.Maybe) > 0}
	}
	for _, g := range n.SecurityGroups {
		c.groups[g].in, c.groups[g].out = c.rules(g, g.Ingress), c.rules(g, g.Egress)
	}
	for _, i := range n.Interfaces {
		c.decideInterface(i)
	}
	for _, o := range c.owed {
		o.rules[o.rule].cidrs[o.cidr] = c.addressOf(o.owner)
	}
	for _, g := range n.InternetGateways {
		c.decideGateway(g)
	}
	for _, g := range n.NATGateways {
		c.decideNAT(g)
	}
	for _, p := range n.Peerings {
		c.peerings[p] = &peering{
			vpcs:   [2]*vpc{c.vpcs[one(c, p.Requester)], c.vpcs[one(c, p.Accepter)]},
			active: c.is(p.Active), sameRegion: c.is(p.SameRegion),
		}
	}
	c.decideVPNs(n)
	c.decideFirewalls(n)
	c.decideTransits(n)
	for _, e := range n.Endpoints {
		c.decideEndpoint(e)
	}
	for _, t := range n.RouteTables {
		c.decideTable(t)
	}
	for _, e := range n.Endpoints {
		if service, ok := c.endpoints[e].(*serviceEndpoint); ok {
			for _, t := range each(c, e.Tables) {
				c.routing[t].services = append(c.routing[t].services, service)
			}
		}
	}
	for _, v := range n.ClientVPNs {
		c.decideClients(v)
	}
	for _, e := range n.InstanceConnects {
		connect := &instanceConnect{preserves: c.is(e.PreserveClientIP)}
		for _, i := range c.nics[e.Interface] {
			i.component, i.connect = "Instance Connect endpoint", connect
		}
	}
	for _, s := range n.Subnets {
		if table := one(c, s.RouteTable); table != nil {
			c.subnets[s].table = c.routesFor(table, c.subnets[s].vpc)
		}
	}
	c.decideBalancers(n)
	c.decideEntrances(n)
	if b := n.BlockPublicAccess; b != nil {
		c.decideBlockPublicAccess(b)
	}
	return c
}

// one is what a link leads to: nil where that lies outside of the network.
func one[T any](c *completion, l aws.Link[T]) *T {
	n := len(l.To)
	if l.Open {
		n++
	}
	if n == 0 {
		return nil
	}
	if k := c.d.IntN(n); k < len(l.To) {
		return l.To[k]
	}
	return nil
}

// each is what a list of links leads to.
func each[T any](c *completion, l aws.Links[T]) (all []*T) {
	for _, link := range l.Each {
		if t := one(c, link); t != nil {
			all = append(all, t)
		}
	}
	for _, link := range l.Maybe {
		if t := one(c, link); t != nil && c.d.chance(50) {
			all = append(all, t)
		}
	}
	return all
}

func (c *completion) is(t tf.Tri) bool { return t == tf.Yes || t == tf.Maybe && c.d.chance(50) }

// value is a value, one of those given where it is unknown.
func value[T any](c *completion, v tf.Val[T], otherwise ...T) T {
	got, state := v.Get()
	if state != tf.IsKnown && len(otherwise) > 0 {
		return pick(c.d, otherwise)
	}
	return got
}

func (c *completion) decideVPC(v *aws.VPC) {
	out := &vpc{name: v.Label, standard: v.Default}
	for _, b := range v.CIDRs {
		p := b.Prefix
		if !b.Known() {
			c.blocks++
			p = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(100 + c.blocks), 0, 0}), 16)
			if b.Family == packet.IPv6 {
				p = netip.PrefixFrom(netip.AddrFrom16([16]byte{0x26, 0, 0x1f, 0, byte(c.blocks)}), 56)
			}
		}
		out.blocks = append(out.blocks, p)
	}
	c.vpcs[v], c.world.vpcs = out, append(c.world.vpcs, out)
}

func (c *completion) decideSubnet(s *aws.Subnet) {
	out := &subnet{name: s.Label, vpc: c.vpcs[one(c, s.VPC)], table: &table{}, zone: value(c, s.AvailabilityZone, "a", "b"), shared: s.Shared}
	if out.vpc == nil {
		out.vpc = &vpc{name: "the VPC of " + s.Label} // outside of the network
	}
	add := func(b aws.Block) {
		p := b.Prefix
		switch {
		case b.Known():
		case b.Owner != nil && b.Owner.VPC != nil:
			p = c.part(b.Owner)
		default:
			p = c.free(out.vpc, b.Family)
		}
		if p.IsValid() {
			out.blocks = append(out.blocks, p)
		}
	}
	if s.CIDR.Family != 0 {
		add(s.CIDR)
	}
	if s.IPv6 != nil {
		add(*s.IPv6)
	}
	out.acl = c.filter(one(c, s.ACL))
	out.vpc.subnets = append(out.vpc.subnets, out)
	c.subnets[s] = out
}

// free is a block of the VPC that none of its subnets has.
func (c *completion) free(v *vpc, f packet.Family) netip.Prefix {
	for _, b := range v.blocks {
		if family(b.Addr()) != f {
			continue
		}
		for n := range 200 {
			a, bits := b.Addr().AsSlice(), 24
			if f == packet.IPv6 {
				a[7], bits = byte(n), 64
			} else {
				a[2] = byte(n)
			}
			addr, _ := netip.AddrFromSlice(a)
			p := netip.PrefixFrom(addr, max(bits, b.Bits()))
			if b.Contains(addr) && !slices.ContainsFunc(v.subnets, func(s *subnet) bool { return slices.ContainsFunc(s.blocks, p.Overlaps) }) {
				return p
			}
		}
	}
	return netip.Prefix{}
}

// addressIn is an address that AWS gives to somebody in the block (VPC-4), at
// the corners of what a rule may cover of it.
func (c *completion) addressIn(v *vpc, b netip.Prefix) netip.Addr {
	room := 1 << min(b.Addr().BitLen()-b.Bits(), 16)
	corners := []int{4, 5, room/4 - 1, room / 4, room/2 - 1, room / 2, room - 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	c.d.Shuffle(7, func(i, j int) { corners[i], corners[j] = corners[j], corners[i] })
	for _, n := range corners {
		a := offset(b.Addr(), n)
		if within(4, room-2, n) && !c.taken[a] && v.holder(a) == nil && !v.isNAT(a) {
			return a
		}
	}
	return offset(b.Addr(), 4)
}

// offset is the address n after another one.
func offset(a netip.Addr, n int) netip.Addr {
	s := a.AsSlice()
	low := s[len(s)-2:]
	binary.BigEndian.PutUint16(low, binary.BigEndian.Uint16(low)+uint16(n))
	out, _ := netip.AddrFromSlice(s)
	return out
}

func (c *completion) decideGateway(g *aws.Gateway) {
	out := &gateway{egressOnly: g.EgressOnly}
	if out.vpc = c.vpcs[one(c, g.VPC)]; out.vpc != nil && !g.EgressOnly {
		out.vpc.internet = out
	}
	c.gateways[g] = out
}

func (c *completion) decideNAT(g *aws.NATGateway) {
	out := &nat{public: c.is(g.Public), regional: c.is(g.Regional)}
	switch s := one(c, g.Subnet); {
	case out.regional:
		out.vpc, out.address = c.vpcs[one(c, g.VPC)], offset(netip.MustParseAddr("198.18.0.1"), len(c.nats))
		for _, z := range g.Zones {
			out.zones = append(out.zones, value(c, z, "a", "b"))
		}
	case s != nil:
		out.subnet = c.subnets[s]
		out.vpc, out.address = out.subnet.vpc, c.addressIn(out.subnet.vpc, out.subnet.blocks[0])
	}
	if out.vpc != nil {
		out.vpc.nats = append(out.vpc.nats, out)
	}
	c.nats[g] = out
}

// filter is an ACL with its entries decided; of an ACL outside of the network
// nobody knows any.
func (c *completion) filter(a *aws.ACL) *acl {
	if a == nil {
		return pick(c.d, []*acl{{}, {in: everything(), out: everything()}})
	}
	if c.filters[a] == nil {
		c.filters[a] = &acl{in: c.entries(a.Ingress), out: c.entries(a.Egress)}
		if a.Implicit && len(a.Ingress)+len(a.Egress) == 0 {
			c.filters[a] = &acl{in: everything(), out: everything()} // NACL-2
		}
	}
	return c.filters[a]
}

func everything() []entry {
	return []entry{
		{number: 100, protocol: -1, allow: true, cidr: netip.MustParsePrefix("0.0.0.0/0")},
		{number: 101, protocol: -1, allow: true, cidr: netip.MustParsePrefix("::/0")},
	}
}

func (c *completion) entries(list []aws.ACLEntry) (out []entry) {
	for k, e := range list {
		if e.Conflict && c.d.chance(50) || e.CIDR.IsNull() {
			continue
		}
		from, to := value(c, e.FromPort, portCorners...), value(c, e.ToPort, portCorners...)
		// AWS refuses two entries with one number.
		number := value(c, e.Number, 1+k, 105+k, 901+k)
		cidr := value(c, e.CIDR, slices.Concat(cidrCorners, cidr6Corners)...)
		if e.Owner != nil && e.Owner.VPC != nil {
			cidr = c.part(e.Owner)
		}
		out = append(out, entry{
			number: number, allow: c.is(e.Allow), protocol: value(c, e.Protocol, -1, 6, 17, 1, 47),
			from: from, to: to, typ: value(c, e.ICMPType, -1, 0, 8), code: value(c, e.ICMPCode, -1, 0),
			cidr: cidr,
		})
	}
	return out
}

var protocols = map[string]int{
	"-1": -1, "all": -1, "tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "6": 6, "17": 17, "1": 1, "58": 58, "47": 47, "50": 50,
}

func (c *completion) rules(g *aws.SecurityGroup, list []aws.Rule) (out []rule) {
	before := len(c.owed)
	defer func() {
		for k := range c.owed[before:] {
			c.owed[before+k].rules = out
		}
	}()
	for _, r := range list {
		if (r.Maybe || r.Conflict) && c.d.chance(50) {
			continue
		}
		decided := rule{protocol: protocols[strings.ToLower(value(c, r.Protocol, "-1", "tcp", "udp", "icmp"))]}
		decided.from, decided.to = value(c, r.FromPort, portCorners...), value(c, r.ToPort, portCorners...)
		if decided.protocol == 1 && r.FromPort.IsUnknown() {
			decided.from, decided.to = pick(c.d, []int{-1, 8}), -1
		}
		if hasUnknown := r.FromPort.IsUnknown() || r.ToPort.IsUnknown(); hasUnknown && decided.from > decided.to {
			decided.from, decided.to = decided.to, decided.from
		}
		for _, p := range r.CIDRs {
			to := p.To
			switch {
			case p.Owner != nil && p.Owner.VPC != nil:
				to = c.part(p.Owner)
			case p.Owner != nil:
				to = nobodys // until its interface is placed
				c.owed = append(c.owed, owed{rule: len(out), cidr: len(decided.cidrs), owner: p.Owner})
			case p.Unknown:
				to = pick(c.d, corners(family(p.To.Addr())))
			}
			decided.cidrs = append(decided.cidrs, to)
		}
		for _, p := range r.PrefixLists {
			switch l := one(c, p.To); {
			case l == nil:
			case l.AWS && l.Name != "" && l.Open:
				if c.managed[l.Name] == nil {
					c.managed[l.Name] = &managedList{}
				}
				decided.lists = append(decided.lists, c.managed[l.Name])
			default:
				decided.cidrs = append(decided.cidrs, c.list(l)...)
			}
		}
		for _, p := range r.Groups {
			if peer := one(c, p.To); peer != nil {
				decided.groups = append(decided.groups, c.groups[peer])
			}
		}
		if c.is(r.Self) {
			decided.groups = append(decided.groups, c.groups[g])
		}
		if r.AnyPeer && c.d.chance(50) {
			decided.cidrs = append(decided.cidrs, pick(c.d, cidrCorners))
		}
		out = append(out, decided)
	}
	return out
}

func corners(f packet.Family) []netip.Prefix {
	if f == packet.IPv6 {
		return cidr6Corners
	}
	return cidrCorners
}

// list is a prefix list's entries (SG-16). What AWS keeps in its own is
// somewhere on the internet (U-5).
func (c *completion) list(l *aws.PrefixList) []netip.Prefix {
	got, ok := c.lists[l]
	if !ok {
		for _, e := range l.Entries {
			got = append(got, value(c, e, cidrCorners...))
		}
		if l.Open {
			got = append(got, pick(c.d, prefixes("8.8.8.0/24", "203.0.113.0/24", "52.0.0.0/8")))
		}
		c.lists[l] = got
	}
	return got
}

// managed are the kinds of interface that a service of AWS runs (SVC).
var managed = map[aws.InterfaceKind]bool{
	aws.KindDataStore: true, aws.KindFunction: true, aws.KindTask: true, aws.KindCluster: true, aws.KindOther: true,
}

// decideInterface puts an interface into each of its subnets, or into the one
// that it turns out to be in (SVC-1).
func (c *completion) decideInterface(i *aws.Interface) {
	var groups []*group
	for _, g := range each(c, i.Groups) {
		groups = append(groups, c.groups[g])
	}
	if outside := len(i.Groups.Each) - len(groups); (outside > 0 || i.Groups.Open) && c.d.chance(50) {
		groups = append(groups, &group{name: "outside", in: open(), out: open()})
	}
	subnets := each(c, i.Subnets)
	if i.AnySubnet && len(subnets) > 0 {
		subnets = []*aws.Subnet{pick(c.d, subnets)}
	}
	if i.HasGroups == tf.No {
		groups = nil // SG-19
	}
	filtered, public, six := c.is(i.HasGroups), c.is(i.PublicIPv4), c.is(i.IPv6)
	for _, s := range subnets {
		n := &nic{
			name: i.Label, subnet: c.subnets[s], groups: groups, filtered: filtered,
			public:   map[packet.Family]bool{packet.IPv4: public, packet.IPv6: six},
			forwards: i.SourceDestCheck != tf.Yes, initiates: c.is(i.Initiates), inbound: c.is(i.Inbound),
		}
		if i.Owner != nil {
			n.instance = i.Owner.Address
		}
		if i.Ports != nil {
			n.serves = slices.DeleteFunc(slices.Clone(i.Ports), func(p aws.ServicePort) bool { return p.Maybe && c.d.chance(50) })
		}
		if managed[i.Kind] {
			n.component = "managed service"
		}
		c.address(n, i, six)
		c.nics[i] = append(c.nics[i], n)
		c.world.nics = append(c.world.nics, n)
		n.subnet.vpc.nics = append(n.subnet.vpc.nics, n)
	}
}

// address gives an interface the addresses that are known of it, else one of
// each family that it speaks (U-10).
func (c *completion) address(n *nic, i *aws.Interface, six bool) {
	for _, a := range i.Addresses {
		if holds(n.subnet.blocks, a) {
			n.addresses = append(n.addresses, a)
		}
	}
	for _, b := range n.subnet.blocks {
		f := family(b.Addr())
		if _, has := n.address(f); !has && (f == packet.IPv4 || six) {
			n.addresses = append(n.addresses, c.addressIn(n.subnet.vpc, b))
		}
	}
}

func open() []rule { return []rule{{protocol: -1, cidrs: prefixes("0.0.0.0/0", "::/0")}} }

func (c *completion) decideVPNs(n *aws.Network) {
	for _, g := range n.VPNGateways {
		out := &vpnGateway{}
		if out.vpc = c.vpcs[one(c, g.VPC)]; out.vpc != nil {
			out.vpc.vpn = out
		}
		for _, o := range g.OnPremises {
			out.sites = append(out.sites, c.site(o))
		}
		c.vpns[g] = out
	}
}

// siteKinds name what leads to a network on premises.
var siteKinds = map[aws.OnPremisesKind]string{
	aws.DirectConnect: "Direct Connect", aws.StaticVPN: "static VPN", aws.DynamicVPN: "BGP VPN", aws.ConnectPeer: "Connect peer",
}

func (c *completion) site(o *aws.OnPremises) *site {
	if c.sites[o] == nil {
		s := &site{kind: siteKinds[o.Kind], direct: o.Kind == aws.DirectConnect}
		if o.Announced != nil {
			s.announced = append([]netip.Prefix{}, c.values(o.Announced)...)
		}
		for _, p := range o.Prefixes {
			s.prefixes = append(s.prefixes, value(c, p, premisesCorners...)) // no internet address (TF-RT-4)
		}
		if o.Open && c.d.chance(50) {
			s.prefixes = append(s.prefixes, pick(c.d, premisesCorners)) // by BGP (VPN-4)
		}
		c.sites[o] = s
	}
	return c.sites[o]
}

func (c *completion) decideTransits(n *aws.Network) {
	for _, t := range n.TransitGateways {
		out := &transit{references: c.is(t.GroupReferences)}
		c.transits[t] = out
		for _, table := range t.Tables {
			c.tables[table] = &transitTable{}
		}
		for _, a := range t.Attachments {
			at := &attachment{
				transit: out, active: c.is(a.Active), appliance: c.is(a.ApplianceMode), ipv6: c.is(a.IPv6), references: c.is(a.GroupReferences),
			}
			switch a.Kind {
			case aws.AttachedVPC:
				at.kind, at.vpc = "vpc", c.vpcs[one(c, a.VPC)]
				for _, s := range each(c, a.Subnets) {
					at.subnets = append(at.subnets, c.subnets[s])
				}
				if at.vpc != nil {
					at.vpc.attached = append(at.vpc.attached, at)
				}
			case aws.AttachedPeering:
				at.kind = "peering"
			case aws.AttachedFirewall:
				at.kind, at.firewall = "firewall", c.firewalls[one(c, a.Firewall)][nil]
			case aws.AttachedVPN, aws.AttachedDirectConnect, aws.AttachedConnect:
				at.kind = "site"
				if a.OnPremises != nil {
					at.site = c.site(a.OnPremises)
				}
			}
			out.attachments, c.attached[a] = append(out.attachments, at), at
		}
	}
	for _, t := range n.TransitGateways {
		for _, a := range t.Attachments {
			c.attached[a].peer = c.attached[one(c, a.Peer)]
			c.attached[a].table = c.tables[one(c, a.Association)]
		}
		for _, table := range t.Tables {
			c.decideTransitTable(table)
		}
	}
}

func (c *completion) decideTransitTable(t *aws.TransitTable) {
	for _, r := range t.Routes {
		if r.Maybe && c.d.chance(50) {
			continue
		}
		out := transitRoute{rank: int(r.Kind), attachment: c.attached[one(c, r.Attachment)], blackhole: c.is(r.Blackhole)}
		to := []netip.Prefix{}
		switch {
		case r.Owner != nil && r.Owner.VPC != nil:
			to = append(to, c.part(r.Owner))
		case r.PrefixList.IsSet():
			if l := one(c, r.PrefixList); l != nil {
				to = c.list(l)
			}
		case r.Destination.IsUnknown() && out.attachment != nil && out.attachment.site != nil:
			to = out.attachment.site.prefixes
		default:
			to = append(to, value(c, r.Destination, cidrCorners...))
		}
		for _, out.to = range to {
			c.tables[t].routes = append(c.tables[t].routes, out)
		}
	}
}

func (c *completion) decideEndpoint(e *aws.Endpoint) {
	kind, _ := e.Kind.Known()
	switch {
	case kind == aws.GatewayEndpoint:
		name, _ := e.Service.Known()
		c.endpoints[e] = &serviceEndpoint{service: name, vpc: c.vpcs[one(c, e.VPC)], ipv6: c.is(e.IPv6)}
	case kind == aws.GatewayBalancerEndpoint && e.Interface != nil && len(c.nics[e.Interface]) > 0:
		c.endpoints[e] = &balancerEndpoint{c.nics[e.Interface][0]}
	case kind == aws.InterfaceEndpoint && e.Interface != nil:
		for _, i := range c.nics[e.Interface] {
			i.component = "interface endpoint"
		}
	}
}

func (c *completion) decideClients(v *aws.ClientVPN) {
	clients := &clientVPN{}
	for _, r := range v.Authorizations {
		if !r.Maybe || c.d.chance(50) {
			clients.authorized = append(clients.authorized, value(c, r.Destination, cidrCorners...))
		}
	}
	for _, r := range v.Routes {
		if !r.Maybe || c.d.chance(50) {
			clients.routes = append(clients.routes, clientRoute{value(c, r.Destination, cidrCorners...), c.subnets[one(c, r.Subnet)]})
		}
	}
	if v.Open && c.d.chance(50) {
		clients.authorized = append(clients.authorized, pick(c.d, cidrCorners))
	}
	if v.Interface == nil {
		return
	}
	for _, i := range c.nics[v.Interface] {
		i.component, i.clients = "Client VPN", clients
		if v.Open && c.d.chance(50) {
			clients.routes = append(clients.routes, clientRoute{pick(c.d, cidrCorners), i.subnet})
		}
	}
}

// decideTable decides the routes of a table, once.
func (c *completion) decideTable(t *aws.RouteTable) {
	out := &table{}
	c.routing[t] = out
	var v *vpc
	if owner := one(c, t.VPC); owner != nil {
		v = c.vpcs[owner]
	}
	for _, r := range t.Routes {
		if r.Conflict && c.d.chance(50) {
			continue
		}
		var to []netip.Prefix
		how := staticRoute
		switch {
		case r.Owner != nil && r.Owner.VPC != nil:
			to = []netip.Prefix{c.part(r.Owner)}
		case r.PrefixList.IsSet():
			how = listRoute
			if l := one(c, r.PrefixList); l != nil {
				to = c.list(l)
			}
		default:
			to = []netip.Prefix{value(c, r.Destination, cidrCorners...)}
		}
		target := c.target(r.Target, v)
		if t.Edge && !middlebox(target) {
			continue // AWS takes no other at a gateway (RT-9)
		}
		for _, p := range to {
			if !p.IsValid() || how == staticRoute && slices.ContainsFunc(out.routes, func(o route) bool { return o.to == p && o.rank != listRoute }) {
				continue // AWS refuses a second route to a destination
			}
			if rank, ok := v.takes(p, how, target); ok {
				out.routes = append(out.routes, route{p, rank, target})
			}
		}
	}
	for _, g := range each(c, t.Propagations) {
		c.propagate(out, g)
	}
	if t.Edge {
		if g := one(c, t.EdgeGateway); g != nil {
			c.gateways[g].edge = out
		}
		if g := one(c, t.EdgeVPN); g != nil {
			c.vpns[g].edge = out
		}
	}
}

func (c *completion) routesFor(t *aws.RouteTable, _ *vpc) *table {
	if out := c.routing[t]; out != nil {
		return out
	}
	return &table{}
}

// takes reports whether AWS takes a route, and how it ranks: inside the VPC's
// blocks only one to all of a subnet, or in the place of the local route
// itself, and only to an interface, NAT gateway or endpoint (RT-3).
func (v *vpc) takes(p netip.Prefix, how rank, target any) (rank, bool) {
	if v == nil || !slices.ContainsFunc(v.blocks, func(b netip.Prefix) bool { return b.Overlaps(p) && b.Bits() <= p.Bits() }) {
		return how, true
	}
	if _, ok := target.(local); ok {
		return localRoute, true
	}
	if _, ok := target.(*nat); !ok && !middlebox(target) {
		return how, false
	}
	if slices.Contains(v.blocks, p) {
		return replacesLocal, true
	}
	return how, slices.ContainsFunc(v.subnets, func(s *subnet) bool { return slices.Contains(s.blocks, p) })
}

func middlebox(target any) bool {
	switch target.(type) {
	case *nic, *firewallEndpoint, *balancerEndpoint:
		return true
	}
	return false
}

// propagate adds what a VPN gateway propagates (TF-RT-4, RT-5).
func (c *completion) propagate(t *table, g *aws.VPNGateway) {
	ranks := map[aws.OnPremisesKind]rank{aws.DirectConnect: directConnectRoute, aws.StaticVPN: staticVPNRoute, aws.DynamicVPN: dynamicVPNRoute}
	for _, o := range g.OnPremises {
		for _, p := range c.site(o).prefixes {
			t.routes = append(t.routes, route{p, ranks[o.Kind], c.vpns[g]})
		}
	}
}

// target is what a route leads to.
func (c *completion) target(t aws.Target, v *vpc) any {
	switch t.Kind {
	case aws.TargetLocal:
		return local{}
	case aws.TargetInternetGateway, aws.TargetEgressOnly:
		if g := c.gateways[one(c, t.Gateway)]; g != nil {
			return g
		}
	case aws.TargetNATGateway:
		if g := one(c, t.NAT); g != nil {
			return c.nats[g]
		}
	case aws.TargetInterface:
		if i := one(c, t.Interface); i != nil && len(c.nics[i]) > 0 {
			return c.nics[i][0]
		}
	case aws.TargetPeering:
		if p := one(c, t.Peering); p != nil {
			return c.peerings[p]
		}
	case aws.TargetTransitGateway:
		if g := one(c, t.Transit); g != nil {
			return c.transits[g]
		}
	case aws.TargetVPNGateway:
		if g := one(c, t.VPNGateway); g != nil {
			return c.vpns[g]
		}
	case aws.TargetEndpoint:
		return c.endpoint(t)
	case aws.TargetCarrierGateway:
		if v != nil {
			return c.carrier(v, t.Label)
		}
	case aws.TargetUnknown:
		return c.anyTarget(v)
	}
	return elsewhere{}
}

// carrier is the carrier gateway of a VPC that has the name.
func (c *completion) carrier(v *vpc, name string) *gateway {
	if c.carriers[name] == nil {
		c.carriers[name] = &gateway{vpc: v, carrier: true}
		v.carriers = append(v.carriers, c.carriers[name])
	}
	return c.carriers[name]
}

func (c *completion) endpoint(t aws.Target) any {
	if f := one(c, t.Firewall); f != nil {
		s := one(c, t.FirewallSubnet)
		if s == nil {
			s = pick(c.d, each(c, f.Subnets))
		}
		if e := c.firewalls[f][c.subnets[s]]; e != nil {
			return e
		}
		return elsewhere{}
	}
	if e := one(c, t.Endpoint); e != nil && c.endpoints[e] != nil {
		return c.endpoints[e]
	}
	return elsewhere{}
}

// anyTarget is what a route of unknown target may lead to.
func (c *completion) anyTarget(v *vpc) any {
	all := []any{elsewhere{}}
	if v != nil && v.internet != nil {
		all = append(all, v.internet)
	}
	if v != nil {
		for _, n := range v.nats {
			all = append(all, n)
		}
	}
	return pick(c.d, all)
}

func (c *completion) decideBlockPublicAccess(b *aws.BlockPublicAccess) {
	mode := value(c, b.Mode, "off", "block-ingress", "block-bidirectional")
	if mode == "off" || mode == "" {
		return
	}
	out := &blockPublicAccess{ingressOnly: mode == "block-ingress", exempt: map[any]string{}}
	for _, e := range b.Exclusions {
		exempts := value(c, e.Mode, "allow-bidirectional", "allow-egress")
		if v := one(c, e.VPC); v != nil {
			out.exempt[c.vpcs[v]] = exempts
		}
		if s := one(c, e.Subnet); s != nil {
			out.exempt[c.subnets[s]] = exempts
		}
	}
	c.world.blocks = out
}

// transport is what the protocols of listeners mean.
var transport = map[string][]packet.Protocol{
	"HTTP": {packet.TCP}, "HTTPS": {packet.TCP}, "TCP": {packet.TCP}, "TLS": {packet.TCP}, "SSL": {packet.TCP}, "": {packet.TCP},
	"UDP": {packet.UDP}, "QUIC": {packet.UDP}, "TCP_UDP": {packet.TCP, packet.UDP}, "TCP_QUIC": {packet.TCP, packet.UDP},
}

func (c *completion) decideBalancers(n *aws.Network) {
	for _, b := range n.LoadBalancers {
		out := &balancer{name: b.Label, kind: b.Type + " load balancer", nodes: c.nics[b.Interface], crossZone: c.is(b.CrossZone), linkRules: c.is(b.PrivateLinkRules)}
		for _, node := range out.nodes {
			node.balancer, node.classic = out, b.Type == "classic"
		}
		c.balancers[b], c.world.balancers = out, append(c.world.balancers, out)
	}
	for _, g := range n.TargetGroups {
		c.targets[g] = &targetGroup{
			preserves: c.is(g.PreserveClientIP), family: packet.IPv4, targets: c.registered(g.Targets, value(c, g.Port, portCorners...)),
		}
		if c.is(g.IPv6) {
			c.targets[g].family = packet.IPv6
		}
	}
	for _, b := range n.LoadBalancers {
		for _, l := range b.Listeners {
			out := &listener{protocols: transport[strings.ToUpper(value(c, l.Protocol, "TCP"))], port: value(c, l.Port, portCorners...)}
			for _, g := range each(c, l.Forwards) {
				behind := *c.targets[g]
				if behind.crossZone = c.balancers[b].crossZone; !g.CrossZone.IsNull() {
					behind.crossZone = value(c, g.CrossZone, true, false)
				}
				out.forwards = append(out.forwards, &behind)
			}
			if len(l.Targets) > 0 {
				out.forwards = append(out.forwards, &targetGroup{
					family: packet.IPv4, crossZone: c.balancers[b].crossZone, targets: c.registered(l.Targets, value(c, l.InstancePort, portCorners...)),
				})
			}
			c.balancers[b].listeners = append(c.balancers[b].listeners, out)
		}
	}
}

// decideEntrances decides what opens connections of its own to load balancers
// and interfaces.
func (c *completion) decideEntrances(n *aws.Network) {
	for _, s := range n.EndpointServices {
		out := &offer{outside: c.is(s.AnyPrincipal) || c.is(s.Principals)}
		for _, b := range each(c, s.Balancers) {
			out.balancers = append(out.balancers, c.balancers[b])
		}
		c.offers[s] = out
	}
	for _, x := range n.Proxies {
		out := &proxy{backs: c.nics[x.Interface]}
		for _, i := range each(c, x.Fronts) {
			out.fronts = append(out.fronts, c.nics[i]...)
		}
		for _, i := range each(c, x.Targets) {
			out.targets = append(out.targets, c.nics[i]...)
		}
		for _, i := range out.fronts {
			i.component = "database proxy"
		}
		c.proxies[x] = out
	}
	for _, e := range n.Entries {
		out := &entrance{kind: e.Kind, enabled: c.is(e.Enabled), preserves: c.is(e.PreservesClient), six: c.is(e.IPv6)}
		if e.Source != nil && len(c.nics[e.Source]) > 0 {
			out.source = c.nics[e.Source][0]
		}
		for _, l := range e.Listens {
			port := entryPort{protocols: transport[value(c, l.Protocol, "TCP", "UDP")], target: -1}
			port.from, port.to = value(c, l.From, portCorners...), value(c, l.To, portCorners...)
			if !l.Target.IsNull() {
				port.target = value(c, l.Target, portCorners...)
			}
			out.listens = append(out.listens, port)
		}
		c.entrances[e] = out
	}
}

func (c *completion) registered(list []aws.TargetRef, port int) (out []target) {
	for _, t := range list {
		on := port
		if !t.Port.IsNull() {
			on = value(c, t.Port, portCorners...)
		}
		if b := one(c, t.LoadBalancer); b != nil {
			out = append(out, target{balancer: c.balancers[b], port: on})
		}
		if i := one(c, t.Interface); i != nil {
			for _, n := range c.nics[i] {
				out = append(out, target{nic: n, port: on})
			}
		}
	}
	return out
}

func (c *completion) decideFirewalls(n *aws.Network) {
	for _, f := range n.Firewalls {
		policy := &firewall{defaultAction: "pass"}
		if p := one(c, f.Policy); p != nil {
			policy = c.policy(p)
		}
		c.firewalls[f] = map[*subnet]*firewallEndpoint{nil: {policy, nil}}
		for _, s := range each(c, f.Subnets) {
			c.firewalls[f][c.subnets[s]] = &firewallEndpoint{policy, c.subnets[s]}
		}
	}
}

func (c *completion) policy(p *aws.FirewallPolicy) *firewall {
	actions := []aws.FirewallAction{aws.FirewallPass, aws.FirewallDrop, aws.FirewallForward}
	out := &firewall{defaultAction: string(value(c, p.StatelessDefault, actions...)), strict: c.is(p.StrictOrder)}
	type ranked[T any] struct {
		group, own int
		rule       T
	}
	var stateless []ranked[statelessRule]
	for _, g := range p.Stateless {
		first := value(c, g.Priority, 1, 50, 1000)
		for _, r := range g.Rules {
			rule := statelessRule{
				action: string(value(c, r.Action, actions...)), sources: c.values(r.Sources), destinations: c.values(r.Destinations),
				sourcePorts: c.spans(r.SourcePorts), destinationPorts: c.spans(r.DestinationPorts),
			}
			for _, p := range r.Protocols {
				rule.protocols = append(rule.protocols, value(c, p, 6, 17))
			}
			if r.Flags && c.d.chance(50) {
				continue
			}
			stateless = append(stateless, ranked[statelessRule]{first, value(c, r.Priority, 1, 50, 1000), rule})
		}
	}
	slices.SortStableFunc(stateless, func(a, b ranked[statelessRule]) int { return (a.group-b.group)*1_000_000 + a.own - b.own })
	for _, r := range stateless {
		out.stateless = append(out.stateless, r.rule)
	}
	groups := slices.Clone(p.Stateful)
	priority := map[int]int{}
	order := make([]int, len(groups))
	for k, g := range groups {
		order[k], priority[k] = k, value(c, g.Priority, 1, 50, 1000)
	}
	slices.SortStableFunc(order, func(a, b int) int { return priority[a] - priority[b] })
	for _, k := range order {
		out.stateful = append(out.stateful, c.stateful(groups[k])...)
	}
	for _, d := range p.StatefulDefaults {
		out.dropsByDefault = out.dropsByDefault || strings.HasPrefix(value(c, d, "aws:drop_strict", "aws:alert_strict"), "aws:drop")
	}
	return out
}

func (c *completion) stateful(g aws.StatefulGroup) (out []statefulRule) {
	if g.Opaque {
		return []statefulRule{{action: pick(c.d, []string{"pass", "drop", "alert"}), protocol: -1}}
	}
	names := map[string]int{"IP": -1, "TCP": 6, "UDP": 17, "ICMP": 1, "HTTP": 6, "TLS": 6, "SSH": 6}
	for _, r := range g.Rules {
		rule := statefulRule{
			action: string(value(c, r.Action, aws.FirewallPass, aws.FirewallDrop)), protocol: names[strings.ToUpper(value(c, r.Protocol, "IP", "TCP"))],
			both: c.is(r.Both), source: value(c, r.Source, nil), destination: value(c, r.Destination, nil),
		}
		rule.sourcePort, rule.destinationPort = c.spans(value(c, r.SourcePort, nil)), c.spans(value(c, r.DestinationPort, nil))
		if r.Opaque && c.d.chance(50) {
			continue
		}
		out = append(out, rule)
	}
	return out
}

func (c *completion) values(list []tf.Val[netip.Prefix]) (out []netip.Prefix) {
	for _, v := range list {
		out = append(out, value(c, v, cidrCorners...))
	}
	return out
}

func (c *completion) spans(list []aws.PortSpan) (out []span) {
	for _, s := range list {
		out = append(out, span{value(c, s.From, portCorners...), value(c, s.To, portCorners...)})
	}
	return out
}
