package aws

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func (b *builder) declareRouteTables() {
	for r := range b.each("aws_route_table") {
		b.declareTable(r, &RouteTable{Object: b.object(r), VPC: link(b, r, r.Get("vpc_id"), b.outsideVPC)})
	}
	for r := range b.each("aws_default_route_table") {
		b.adoptTable(r)
	}
	for r := range b.data("aws_route_table") {
		if t := sameObject[RouteTable](b, r); t != nil {
			register(b, r, t)
			continue
		}
		b.declareTable(r, &RouteTable{Object: b.object(r), VPC: link(b, r, b.vpcArgument(r), b.outsideVPC), Open: true})
	}
	for r := range b.data("aws_route_tables") {
		t := &RouteTable{Object: b.object(r), VPC: link(b, r, b.vpcArgument(r), b.outsideVPC), Open: true}
		t.Label = "a route table of " + t.Label
		b.declareTable(r, t)
		registerAttribute(b, r, "ids", t)
	}
}

func (b *builder) declareTable(r *tf.Resource, t *RouteTable) {
	b.n.RouteTables = append(b.n.RouteTables, t)
	register(b, r, t)
}

// adoptTable lets a resource manage the original main table of its VPC
// (TF-RT-3): adopting removes every route but the local ones.
func (b *builder) adoptTable(r *tf.Resource) {
	l := link[RouteTable](b, r, r.Get("default_route_table_id"), nil)
	t, ok := l.One()
	if !ok || t.Resource != nil {
		t = &RouteTable{Object: b.object(r), VPC: link(b, r, b.vpcArgument(r), b.outsideVPC), Main: true}
		if v, ok := t.VPC.One(); ok && v.MainRouteTable.Resource == nil {
			*v.MainRouteTable = *t
			t = v.MainRouteTable
		} else {
			b.n.RouteTables = append(b.n.RouteTables, t)
		}
		for _, other := range l.To {
			other.Open = true // it may be the adopted one
		}
	}
	t.Object, t.Routes, t.Open = b.object(r), nil, r.Maybe // U-12
	register(b, r, t)
}

// outsideTable is a route table of which only the id is known (U-13).
func (b *builder) outsideTable(id string) *RouteTable {
	t := &RouteTable{Object: outsideObject(id), VPC: Link[VPC]{Open: true}, Open: true}
	b.n.RouteTables = append(b.n.RouteTables, t)
	return t
}

// linkRoutes reads the routes of every table, inline and separate ones.
func (b *builder) linkRoutes() {
	separate := b.separateRoutes()
	inline := map[*RouteTable]bool{}
	for r := range b.each("aws_route_table", "aws_default_route_table") {
		t := objectOf[RouteTable](b, r)
		inline[t] = b.inlineRoutes(r, t, separate)
	}
	for r := range b.data("aws_route_table") {
		known, _ := r.Get("routes").Blocks()
		if t := objectOf[RouteTable](b, r); t.Resource == r {
			for i, e := range known {
				t.Routes = append(t.Routes, b.inlineRoute(r, e, fmt.Sprintf("routes[%d]", i)))
			}
		}
	}
	b.placeSeparateRoutes(inline)
	for r := range b.each("aws_vpn_gateway_route_propagation", "aws_vpc_route_server_propagation") {
		table := link(b, r, r.Get("route_table_id"), b.outsideTable)
		certain := sure(r, table)
		for _, t := range table.To {
			t.Propagated = true // TF-RT-4, TF-RT-6
			if r.Addr.Type == "aws_vpc_route_server_propagation" {
				t.Learns = true
				continue
			}
			from := link(b, r, r.Get("vpn_gateway_id"), b.outsideVPNGateway)
			if certain {
				t.Propagations.Each = append(t.Propagations.Each, from)
			} else {
				t.Propagations.Maybe = append(t.Propagations.Maybe, from)
			}
		}
	}
}

// inlineRoutes reads the route blocks of a table and reports whether the
// configuration sets them. Where it does not, an existing table lists all of
// its routes there, those of aws_route resources included: these have a cause
// of their own.
func (b *builder) inlineRoutes(r *tf.Resource, t *RouteTable, separate map[routeKey]bool) (inline bool) {
	if v := argument(r, "propagating_vgws"); v.isSet() {
		t.Propagated, t.Propagations = true, links(b, r, v.value, b.outsideVPNGateway)
	}
	v := r.Get("route")
	inline = b.setsInline(r, "route")
	if v.IsUnknown() {
		t.Open = t.Open || inline || !b.isNew(r)
		return inline
	}
	id, _ := r.Get("id").AsString().Known()
	for i, e := range v.Elements() {
		route := b.inlineRoute(r, e, fmt.Sprintf("route[%d]", i))
		if !inline && id != "" && separate[routeKey{id, destinationOf(route)}] {
			continue
		}
		t.Routes = append(t.Routes, route)
	}
	return inline
}

// setsInline reports whether the resource manages the blocks of a name inline
// (TF-SG-2, TF-RT-1). On create, known blocks can come from nowhere else;
// afterwards the attribute also lists what others made, so that only the
// configuration tells.
func (b *builder) setsInline(r *tf.Resource, name string) bool {
	if b.isNew(r) && r.Get(name).Kind() == tf.List {
		return true
	}
	return r.Config.Sets(name) == tf.Yes
}

// routeKey is a route by the known id of its table and its destination.
type routeKey struct{ table, destination string }

// separateRoutes are the aws_route resources of tables that exist, those of
// the snapshot before included: the table's own list still shows a route that
// the plan deletes.
func (b *builder) separateRoutes() map[routeKey]bool {
	keys := map[routeKey]bool{}
	for r := range b.everExisted("aws_route") {
		if id, ok := r.Get("route_table_id").AsString().Known(); ok {
			for _, name := range []string{"destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"} {
				if d := canonical(r.Get(name)); d != "" {
					keys[routeKey{id, d}] = true
				}
			}
		}
	}
	return keys
}

// destinationOf is the destination of a route in a comparable form.
func destinationOf(r Route) string {
	if p, ok := r.Destination.Known(); ok {
		return p.String()
	}
	return r.PrefixList.ID
}

// canonical is a CIDR or an id in a comparable form, empty when not known.
func canonical(v tf.Value) string {
	if p, ok := prefix(v).Known(); ok {
		return p.String()
	}
	s, _ := v.AsString().Known()
	return s
}

// inlineRoute reads a route block, or an element of a data source's list.
func (b *builder) inlineRoute(r *tf.Resource, e tf.Value, path string) Route {
	get := func(name string) setting { return inside(r, e, path, name) }
	route := b.route(r, Cause{r, path}, get, []string{"cidr_block", "ipv6_cidr_block", "destination_prefix_list_id"})
	route.Maybe = route.Maybe || e.IsOptional()
	return route
}

// looseRoute is an aws_route of which nobody can tell the table.
type looseRoute struct {
	Route
	table Link[RouteTable]
}

// placeSeparateRoutes reads the aws_route resources.
func (b *builder) placeSeparateRoutes(inline map[*RouteTable]bool) {
	loose := map[string][]looseRoute{}
	for r := range b.each("aws_route") {
		get := func(name string) setting { return argument(r, name) }
		route := b.route(r, Cause{Resource: r}, get,
			[]string{"destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"})
		table := link(b, r, r.Get("route_table_id"), b.outsideTable)
		if t, certain := table.One(); certain {
			t.add(route, inline[t])
			continue
		}
		key := tf.StripKeys(r.Address) + " " + destinationOf(route)
		loose[key] = append(loose[key], looseRoute{route, table})
	}
	for _, key := range slices.Sorted(maps.Keys(loose)) {
		placeLoose(loose[key], inline)
	}
}

// add gives a table a separate route; inline routes delete it (TF-RT-1).
func (t *RouteTable) add(r Route, inline bool) {
	if inline {
		r.Conflict = true
		for i := range t.Routes {
			t.Routes[i].Conflict = true
		}
	}
	t.Routes = append(t.Routes, r)
}

// placeLoose gives routes of one block and destination that nobody can tell
// apart to the tables that they may be in (U-22): each table may have one, to
// any of their targets. A table has one route a destination only, so that as
// many routes as tables leave none out.
func placeLoose(routes []looseRoute, inline map[*RouteTable]bool) {
	one := routes[0].Route
	var tables gathered[RouteTable]
	tables.add(routes[0].table)
	for _, r := range routes[1:] {
		one.Target = either(one.Target, r.Target)
		tables.add(r.table)
	}
	one.Conflict = tables.Open || one.Destination.IsUnknown() || len(routes) < len(tables.To)
	for _, t := range tables.To {
		t.add(one, inline[t])
	}
}

// either is a target that is one of two.
func either(a, c Target) Target {
	if a.Kind != c.Kind {
		a.Kind = TargetUnknown
	}
	a.Gateway, a.NAT, a.Interface = union(a.Gateway, c.Gateway), union(a.NAT, c.NAT), union(a.Interface, c.Interface)
	a.VPNGateway, a.Peering, a.Transit = union(a.VPNGateway, c.VPNGateway), union(a.Peering, c.Peering), union(a.Transit, c.Transit)
	a.Endpoint, a.Firewall, a.FirewallSubnet = union(a.Endpoint, c.Endpoint), union(a.Firewall, c.Firewall), union(a.FirewallSubnet, c.FirewallSubnet)
	if !strings.Contains(a.Label, c.Label) && strings.Count(a.Label, " or ") < manyNames {
		a.Label += " or " + c.Label
	}
	return a
}

// route reads a route through get; destinations are the argument names of its
// IPv4, IPv6 and prefix-list destination.
func (b *builder) route(r *tf.Resource, cause Cause, get func(string) setting, destinations []string) Route {
	route := Route{Cause: cause, Destination: tf.UnknownVal[netip.Prefix](), Maybe: r.Maybe}
	for i, name := range destinations {
		d := get(name)
		if !d.isSet() || d.value.IsUnknown() && route.Destination.IsNull() {
			continue
		}
		if i == 2 {
			if l := link(b, r, d.value, b.outsidePrefixList); !d.value.IsUnknown() {
				route.PrefixList, route.Destination = l, tf.Val[netip.Prefix]{}
			}
			continue
		}
		if p := prefix(d.value); !p.IsUnknown() {
			route.Destination = p
		} else if route.Destination.IsUnknown() && i == 1 {
			route.Owner = b.owner(r, d.value)
		}
	}
	route.Family = onlyFamily(get(destinations[0]), get(destinations[1]), get(destinations[2]))
	route.Target = b.target(r, get)
	return route
}

// onlyFamily is the family of a destination that is not known: that of the one
// argument that may be set.
func onlyFamily(four, six, list setting) packet.Family {
	switch {
	case list.isSet() || four.isSet() == six.isSet():
		return 0
	case six.isSet():
		return packet.IPv6
	}
	return packet.IPv4
}

// hops are the arguments that name a next hop, with the kind of each. Of an
// existing route to an instance both instance and interface are known.
var hops = []struct {
	argument string
	kind     TargetKind
}{
	{"gateway_id", TargetInternetGateway},
	{"nat_gateway_id", TargetNATGateway},
	{"egress_only_gateway_id", TargetEgressOnly},
	{"transit_gateway_id", TargetTransitGateway},
	{"vpc_peering_connection_id", TargetPeering},
	{"vpc_endpoint_id", TargetEndpoint},
	{"carrier_gateway_id", TargetCarrierGateway},
	{"local_gateway_id", TargetLocalGateway},
	{"core_network_arn", TargetCoreNetwork},
	{"network_interface_id", TargetInterface},
	{"instance_id", TargetInterface},
}

// target is the next hop that the one argument that is set names. A block of
// which everything is unknown may lead anywhere.
func (b *builder) target(r *tf.Resource, get func(string) setting) Target {
	var unknown []int
	for i, hop := range hops {
		s := get(hop.argument)
		switch {
		case !s.isSet():
		case s.value.IsUnknown():
			unknown = append(unknown, i)
		default:
			return b.hop(r, hop.kind, s.value)
		}
	}
	if len(unknown) == 1 {
		hop := hops[unknown[0]]
		return b.hop(r, hop.kind, get(hop.argument).value)
	}
	return Target{Kind: TargetUnknown, Label: "a target known after apply"}
}

// hop is the next hop that v names as the argument of a kind.
func (b *builder) hop(r *tf.Resource, kind TargetKind, v tf.Value) Target {
	t := Target{Kind: kind, Label: b.label(r, v)}
	if old := b.gone(r, v); old != nil {
		if kind == TargetInternetGateway {
			t.Kind = b.gatewayKind(r, v)
		}
		t.Label, t.Gone = old.Address, true
		return t
	}
	switch kind {
	case TargetInternetGateway:
		switch t.Kind = b.gatewayKind(r, v); t.Kind {
		case TargetInternetGateway:
			t.Gateway = link(b, r, v, b.outsideGateway)
		case TargetVPNGateway:
			t.VPNGateway = link(b, r, v, b.outsideVPNGateway)
		case TargetEndpoint:
			b.firewallTarget(r, v, &t)
		case TargetUnknown:
			t.Gateway = link(b, r, v, b.outsideGateway)
			t.VPNGateway = link[VPNGateway](b, r, v, nil)
			if v.IsUnknown() {
				b.firewallTarget(r, v, &t)
			}
		}
	case TargetEgressOnly:
		t.Gateway = link(b, r, v, b.outsideEgressOnly)
	case TargetNATGateway:
		t.NAT = link(b, r, v, b.outsideNAT)
	case TargetInterface:
		t.Interface = link[Interface](b, r, v, nil)
	case TargetPeering:
		t.Peering = link(b, r, v, b.outsidePeering)
	case TargetTransitGateway:
		t.Transit = link(b, r, v, b.outsideTransitGateway)
	case TargetEndpoint:
		b.firewallTarget(r, v, &t)
	}
	return t
}

// gone is what had a known id before the change and has it no more, or nil.
func (b *builder) gone(r *tf.Resource, v tf.Value) *tf.Resource {
	id, ok := v.AsString().Known()
	if !ok || id == "" || len(b.former) == 0 || len(b.identified(b.scope(r), id)) > 0 {
		return nil
	}
	if b.formerIDs == nil {
		b.formerIDs = map[string]*tf.Resource{}
		for _, list := range b.former {
			for _, old := range list {
				if id, ok := old.Get("id").AsString().Known(); ok && IsID(id) {
					b.formerIDs[id] = old
				}
			}
		}
	}
	return b.formerIDs[id]
}

// gatewayPrefixes tell what a literal gateway_id is (TF-RT-1).
var gatewayPrefixes = map[string]TargetKind{
	"local": TargetLocal, "igw": TargetInternetGateway, "vgw": TargetVPNGateway, "vpce": TargetEndpoint,
	"eigw": TargetEgressOnly, "cagw": TargetCarrierGateway,
}

var gatewayTypes = map[string]TargetKind{
	"aws_internet_gateway": TargetInternetGateway, "aws_vpn_gateway": TargetVPNGateway, "aws_vpc_endpoint": TargetEndpoint,
	"aws_egress_only_internet_gateway": TargetEgressOnly,
}

// gatewayKind tells what gateway_id holds, by the object it leads to or by
// the form of its id. Candidates of several kinds may be any of them.
func (b *builder) gatewayKind(r *tf.Resource, v tf.Value) TargetKind {
	to, _ := b.resources(r, v)
	var kind TargetKind
	for _, id := range to {
		k, ok := gatewayTypes[id.resource.Addr.Type]
		switch {
		case !ok || kind == k:
		case kind == "":
			kind = k
		default:
			return TargetUnknown
		}
	}
	if kind != "" {
		return kind
	}
	if id, ok := v.AsString().Known(); ok {
		form, _, _ := strings.Cut(id, "-")
		if k, ok := gatewayPrefixes[form]; ok {
			return k
		}
		return TargetUnknown
	}
	return TargetInternetGateway
}

// manyNames is how many names a label holds.
const manyNames = 4

// label names what a reference leads to, for people.
func (b *builder) label(r *tf.Resource, v tf.Value) string {
	to, exact := b.resources(r, v)
	var names []string
	for _, id := range to {
		if names = append(names, id.resource.Address); exact || len(names) == manyNames {
			break
		}
	}
	if len(names) > 0 {
		return strings.Join(names, " or ")
	}
	if id, ok := v.AsString().Known(); ok {
		return id
	}
	return "a target known after apply"
}

// outsideEgressOnly is an egress-only gateway of which only the id is known.
func (b *builder) outsideEgressOnly(id string) *Gateway {
	g := b.outsideGateway(id)
	g.EgressOnly = true
	return g
}

// Certain reports whether the input says where a route leads.
func (t *Target) Certain() bool {
	names, open := t.candidates()
	return t.Kind != TargetUnknown && len(names) < 2 && !open
}

// Candidates are the names of what a route may lead to, as far as the input has
// them.
func (t *Target) Candidates() []string {
	names, _ := t.candidates()
	return names
}

func (t *Target) candidates() (names []string, open bool) {
	for _, l := range []struct {
		names []string
		open  bool
	}{
		{namesOf(t.Gateway), t.Gateway.Open}, {namesOf(t.VPNGateway), t.VPNGateway.Open}, {namesOf(t.NAT), t.NAT.Open},
		{namesOf(t.Interface), t.Interface.Open}, {namesOf(t.Peering), t.Peering.Open}, {namesOf(t.Transit), t.Transit.Open},
		{namesOf(t.Endpoint), t.Endpoint.Open}, {namesOf(t.Firewall), t.Firewall.Open},
	} {
		names, open = append(names, l.names...), open || l.open
	}
	return names, open
}

// namesOf are the names of what a link may lead to.
func namesOf[T any, P interface {
	*T
	ShortName() string
}](l Link[T]) (names []string) {
	for _, to := range l.To {
		names = append(names, P(to).ShortName())
	}
	return names
}

// TargetNamed is what a route leads to that leads to something of the network,
// by its address, its id or what people call it.
func (n *Network) TargetNamed(name string) (Target, bool) {
	if name == "local" {
		return Target{Kind: TargetLocal, Label: name}, true
	}
	if g := called(n.InternetGateways, name); g != nil {
		kind := TargetInternetGateway
		if g.EgressOnly {
			kind = TargetEgressOnly
		}
		return Target{Kind: kind, Gateway: only(g), Label: g.Label}, true
	}
	if g := called(n.NATGateways, name); g != nil {
		return Target{Kind: TargetNATGateway, NAT: only(g), Label: g.Label}, true
	}
	if g := called(n.VPNGateways, name); g != nil {
		return Target{Kind: TargetVPNGateway, VPNGateway: only(g), Label: g.Label}, true
	}
	if p := called(n.Peerings, name); p != nil {
		return Target{Kind: TargetPeering, Peering: only(p), Label: p.Label}, true
	}
	if g := called(n.TransitGateways, name); g != nil {
		return Target{Kind: TargetTransitGateway, Transit: only(g), Label: g.Label}, true
	}
	if e := called(n.Endpoints, name); e != nil {
		return Target{Kind: TargetEndpoint, Endpoint: only(e), Label: e.Label}, true
	}
	if f := called(n.Firewalls, name); f != nil {
		return Target{Kind: TargetEndpoint, Firewall: only(f), Label: f.Label}, true
	}
	for _, i := range n.Interfaces {
		if i.named(name) || i.Owner != nil && i.Owner.Address == name {
			return Target{Kind: TargetInterface, Interface: only(i), Label: i.Label}, true
		}
	}
	return Target{}, false
}

// called is the first of some objects that has the name, or nil.
func called[T any, P interface {
	*T
	named(string) bool
}](list []P, name string) *T {
	for _, o := range list {
		if o.named(name) {
			return o
		}
	}
	return nil
}

// named reports whether a name is that of an object: its address, its id, or
// what it is called without the remark that it is outside of the input.
func (o Object) named(name string) bool {
	return o.ShortName() == name || o.Resource != nil && (o.Resource.Address == name || o.Resource.Get("id").AsString() == tf.KnownVal(name))
}
