package reach

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// routeTargets are the arguments of a route that name its next hop.
var routeTargets = []string{
	"gateway_id", "egress_only_gateway_id", "nat_gateway_id", "vpc_peering_connection_id", "transit_gateway_id", "vpc_endpoint_id", "network_interface_id",
}

// nameOf is what routes lead to, for people.
func nameOf(to any) string {
	switch to := to.(type) {
	case gatewayOf:
		return "an internet gateway"
	case egressOnlyOf:
		return "an egress-only internet gateway"
	case *aws.NATGateway:
		return to.Label
	case *aws.Peering:
		return to.Label
	case *aws.TransitGateway:
		return to.Label
	case *aws.VPNGateway:
		return to.Label
	case *aws.Endpoint:
		return to.Label
	case *aws.Interface:
		return interfaceObject(to).Label
	case firewallIn:
		return to.Label
	}
	return "something else"
}

// nextHop is the argument of a route that leads somewhere.
func (g *Graph) nextHop(to any) (Argument, bool) {
	of := func(name string, o aws.Object) (Argument, bool) {
		v := idOf(o)
		return argument(name, v), v != ""
	}
	switch to := to.(type) {
	case gatewayOf:
		gw, _ := g.gatewayFor(to.VPC)
		return of("gateway_id", gw)
	case egressOnlyOf:
		for _, gw := range to.Gateways {
			if gw.EgressOnly {
				return of("egress_only_gateway_id", gw.Object)
			}
		}
	case *aws.NATGateway:
		return of("nat_gateway_id", to.Object)
	case *aws.Peering:
		return of("vpc_peering_connection_id", g.peeringObject(to))
	case *aws.TransitGateway:
		return of("transit_gateway_id", to.Object)
	case *aws.VPNGateway:
		return of("gateway_id", to.Object)
	case *aws.Endpoint:
		return of("vpc_endpoint_id", to.Object)
	case *aws.Interface:
		if r := to.Resource; r != nil && r.Addr.Type == "aws_instance" {
			return argument("network_interface_id", r.Address+".primary_network_interface_id"), true
		}
		return of("network_interface_id", to.Object)
	case firewallIn:
		if to.Resource == nil || to.in == nil || idOf(to.in.Object) == "" {
			return Argument{}, false
		}
		return argument("vpc_endpoint_id", "one([for s in "+to.Resource.Address+".firewall_status[0].sync_states : s.attachment[0].endpoint_id if s.attachment[0].subnet_id == "+idOf(to.in.Object)+"])"), true
	}
	return Argument{}, false
}

// gatewayFor is the internet gateway of a VPC; or one that its routes lead to and
// that is attached to nothing; or the one that it would get, which is new.
func (g *Graph) gatewayFor(v *aws.VPC) (gw aws.Object, isNew bool) {
	for _, gw := range v.Gateways {
		if !gw.EgressOnly && attached(gw, v) != tf.No {
			return gw.Object, false
		}
	}
	for _, t := range g.network.RouteTables {
		for n := range t.Routes {
			gw, ok := t.Routes[n].Target.Gateway.One()
			if of, one := t.VPC.One(); ok && one && of == v && !gw.EgressOnly && (!gw.VPC.IsSet() || attached(gw, v) != tf.No) && edited(gw.Resource) {
				return gw.Object, false
			}
		}
	}
	return newObject(added("aws_internet_gateway", v.Object)), true
}

// newObject is something that an edit adds.
func newObject(address string) aws.Object {
	return aws.Object{Resource: &tf.Resource{Address: address}, Label: address}
}

func (g *Graph) addGateway(v *aws.VPC) []Edit {
	id := idOf(v.Object)
	if id == "" {
		return nil
	}
	gw, isNew := g.gatewayFor(v)
	if isNew {
		return []Edit{with(Add, gw.Label, "", argument("vpc_id", id))}
	}
	return []Edit{with(Set, gw.Resource.Address, "", argument("vpc_id", id))}
}

// destinations are what a route for packets may be for, the widest first.
func (m mending) destinations(packets packet.Set, f packet.Family) []netip.Prefix {
	asked := packets.Destinations().Family(f)
	var out []netip.Prefix
	add := func(list ...netip.Prefix) {
		for _, p := range list {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	switch {
	case m.at == nil && (len(m.far.Family(f).Prefixes()) > mostPrefixes || InternetAddresses(f).SubsetOf(m.far)):
		add(everywhere(f))
	case m.at != nil:
		if m.at.vpc != nil {
			for _, b := range m.at.vpc.CIDRs {
				if b.Known() && b.Family == f && packet.Prefixes(b.Prefix).Overlaps(m.far) {
					add(b.Prefix.Masked())
				}
			}
		}
		if block := cover(m.far.Family(f)); block.IsValid() {
			add(block)
		}
	}
	if !m.far.IsEmpty() {
		asked = m.within(asked)
	}
	if list := asked.Prefixes(); len(list) <= mostPrefixes {
		add(list...)
	}
	if len(out) == 0 {
		add(everywhere(f))
	}
	return out
}

// addRoute leads packets to a next hop by a route of a subnet's table that no
// other beats, in the form that its other routes have (TF-RT-1).
func (g *Graph) addRoute(s *aws.Subnet, m mending, packets packet.Set) []Edit {
	hop, ok := g.nextHop(m.to)
	v, _ := s.VPC.One()
	t, one := s.RouteTable.One()
	if !ok || !one || v == nil {
		return nil
	}
	f := familyIn(packets)
	to := m.within(packets.Destinations())
	all := m.destinations(packets, f)
	for n, d := range all {
		var same *aws.Route
		beaten := false
		for _, e := range g.routeEntries(t, f) {
			switch {
			case !e.to.Overlaps(to) || e.length == anyLength:
			case e.length > d.Bits():
				beaten = true
			case e.length == d.Bits() && e.kind == static && e.to.Equal(packet.Prefixes(d)):
				same = e.route
			}
		}
		if beaten && n < len(all)-1 {
			continue
		}
		if same != nil {
			return changedRoute(same, hop)
		}
		return g.newRoute(s, t, v, d, hop)
	}
	return nil
}

// changedRoute is a route with another next hop.
func changedRoute(r *aws.Route, hop Argument) []Edit {
	if !edited(r.Cause.Resource) {
		return nil
	}
	list := []Argument{hop}
	for _, name := range routeTargets {
		if name != hop.Name && name == argumentOf(r.Target) {
			list = append(list, argument(name, "null"))
		}
	}
	return []Edit{with(Set, r.Cause.Address(), r.Cause.Argument, list...)}
}

// argumentOf is the argument that names a target.
func argumentOf(t aws.Target) string {
	switch t.Kind {
	case aws.TargetInternetGateway, aws.TargetVPNGateway, aws.TargetLocal:
		return "gateway_id"
	}
	return string(t.Kind) + "_id"
}

func (g *Graph) newRoute(s *aws.Subnet, t *aws.RouteTable, v *aws.VPC, d netip.Prefix, hop Argument) []Edit {
	cidr := argument("destination_cidr_block", strconv.Quote(d.String()))
	if d.Addr().Is6() {
		cidr.Name = "destination_ipv6_cidr_block"
	}
	switch {
	case inlineRoutes(t):
		cidr.Name = cidr.Name[len("destination_"):]
		return []Edit{with(Add, t.Resource.Address, "route", cidr, hop)}
	case t.Resource != nil:
		return []Edit{with(Add, added("aws_route", t.Object), "", argument("route_table_id", idOf(t.Object)), cidr, hop)}
	case s.Resource == nil || v.Resource == nil:
		return nil
	}
	// Nobody manages the main table: a table of its own leaves other subnets alone.
	own := newObject(added("aws_route_table", s.Object))
	return []Edit{
		with(Add, own.Label, "", argument("vpc_id", idOf(v.Object))),
		with(Add, added("aws_route_table_association", s.Object), "", argument("subnet_id", idOf(s.Object)), argument("route_table_id", own.Label+".id")),
		with(Add, added("aws_route", s.Object), "", argument("route_table_id", own.Label+".id"), cidr, hop),
	}
}

// inlineRoutes reports whether the routes of a table stand in it.
func inlineRoutes(t *aws.RouteTable) bool {
	return edited(t.Resource) && (t.Resource.Addr.Type == "aws_default_route_table" || sets(t.Resource, "route") || slices.ContainsFunc(t.Routes, func(r aws.Route) bool {
		return r.Cause.Resource == t.Resource
	}))
}

// switches are the arguments by which resources get a public address.
var switches = map[string]string{
	"aws_instance": "associate_public_ip_address", "aws_spot_instance_request": "associate_public_ip_address",
	"aws_db_instance": "publicly_accessible", "aws_rds_cluster_instance": "publicly_accessible",
	"aws_redshift_cluster": "publicly_accessible", "aws_mq_broker": "publicly_accessible", "aws_dms_replication_instance": "publicly_accessible",
	"aws_neptune_cluster_instance": "publicly_accessible",
}

// forwardOthers lets an interface pass on what is not its own (APP-1).
func forwardOthers(i *aws.Interface) []Edit {
	for _, r := range []*tf.Resource{i.Resource, i.Owner} {
		if edited(r) && slices.Contains([]string{"aws_instance", "aws_network_interface"}, r.Addr.Type) {
			return []Edit{with(Set, r.Address, "", argument("source_dest_check", "false"))}
		}
	}
	return nil
}

// publish gives an interface a public address (IGW-1).
func publish(i *aws.Interface, f packet.Family) []Edit {
	owner := i.Owner
	if owner == nil {
		owner = i.Resource
	}
	if f == packet.IPv6 {
		for _, r := range []*tf.Resource{i.Resource, owner} {
			if edited(r) && slices.Contains([]string{"aws_instance", "aws_network_interface"}, r.Addr.Type) {
				return []Edit{with(Set, r.Address, "", argument("ipv6_address_count", "1"))}
			}
		}
		return nil
	}
	if r := i.Resource; edited(r) && r.Addr.Type == "aws_network_interface" {
		return []Edit{with(Add, added("aws_eip", i.Object), "", argument("domain", `"vpc"`), argument("network_interface", r.Address+".id"))}
	}
	if !edited(owner) {
		return nil
	}
	if name := switches[owner.Addr.Type]; name != "" {
		return []Edit{with(Set, owner.Address, "", argument(name, "true"))}
	}
	if owner.Addr.Type == "aws_ecs_service" {
		return []Edit{with(Set, owner.Address, "network_configuration", argument("assign_public_ip", "true"))}
	}
	if name := i.PublicCause.Argument; strings.HasSuffix(name, "associate_public_ip_address") || name == "map_public_ip_on_launch" {
		return switchOn(i.PublicCause) // a template's, or that of the subnet of what has no own
	}
	return nil
}
