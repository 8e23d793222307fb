package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// peeringObject is a peering as edits name it: the one that is there, or the
// one that two VPCs would get.
func (g *Graph) peeringObject(pcx *aws.Peering) aws.Object {
	if !g.isImagined(pcx) {
		return pcx.Object
	}
	v, w := pcx.Requester.To[0], pcx.Accepter.To[0]
	return newObject(added("aws_vpc_peering_connection", v.Object) + "_" + identifier(resourceName(w.Object)))
}

// acceptPeering joins two VPCs: by a peering that they lack, or by accepting
// the one that they have (PCX-1, TF-V-5).
func (g *Graph) acceptPeering(pcx *aws.Peering) []Edit {
	if g.isImagined(pcx) {
		v, w := idOf(pcx.Requester.To[0].Object), idOf(pcx.Accepter.To[0].Object)
		if v == "" || w == "" {
			return nil
		}
		return []Edit{with(Add, g.peeringObject(pcx).Label, "", argument("vpc_id", v), argument("peer_vpc_id", w), argument("auto_accept", "true"))}
	}
	decides := pcx.ActiveCause.Resource
	if decides == nil {
		decides = pcx.Resource
	}
	if !edited(decides) {
		return nil
	}
	if decides == pcx.Resource && sets(decides, "peer_region", "peer_owner_id") {
		return []Edit{with(Add, added("aws_vpc_peering_connection_accepter", pcx.Object), "",
			argument("vpc_peering_connection_id", idOf(pcx.Object)), argument("auto_accept", "true"))}
	}
	return []Edit{with(Set, decides.Address, "", argument("auto_accept", "true"))}
}

// attachmentEdits are changes of an attachment of a transit gateway: that it is
// accepted (TF-T-2), carries IPv6, has a subnet in a zone (TGW-2), or is
// associated with a table (TGW-3).
func (g *Graph) attachmentEdits(a *aws.Attachment, to any, code string) []Edit {
	of := a.Object
	if _, supposed := g.isSupposed(a); supposed {
		of = a.VPC.To[0].Object
	} else if !edited(a.Resource) {
		return nil
	}
	switch code {
	case "UNASSOCIATED_COMPONENT":
		return g.attach(a)
	case "BAD_STATE_ATTACHMENT":
		if a.Kind == aws.AttachedPeering {
			return []Edit{with(Add, added("aws_ec2_transit_gateway_peering_attachment_accepter", a.Object), "", argument("transit_gateway_attachment_id", a.Resource.Address+".id"))}
		}
		if a.Kind == aws.AttachedVPC {
			return []Edit{with(Add, added("aws_ec2_transit_gateway_vpc_attachment_accepter", a.Object), "", argument("transit_gateway_attachment_id", a.Resource.Address+".id"))}
		}
	case "PROTOCOL_RESTRICTION":
		return []Edit{with(Set, a.Resource.Address, "", argument("ipv6_support", `"enable"`))}
	case "TGW_ROUTE_AZ_RESTRICTION":
		var ids []string
		for _, l := range a.Subnets.Each {
			s, ok := l.One()
			if !ok || idOf(s.Object) == "" {
				return nil
			}
			ids = append(ids, idOf(s.Object))
		}
		s, _ := to.(*aws.Subnet)
		if s == nil || idOf(s.Object) == "" {
			return nil
		}
		return []Edit{with(Set, a.Resource.Address, "", argument("subnet_ids", listOf(append(ids, idOf(s.Object))...)))}
	case "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION":
		table, _ := to.(*aws.TransitTable)
		if id := tableID(table); id != "" {
			return []Edit{with(Add, added("aws_ec2_transit_gateway_route_table_association", of), "",
				argument("transit_gateway_attachment_id", g.attachmentID(a)), argument("transit_gateway_route_table_id", id))}
		}
	}
	return nil
}

// attachmentObject is an attachment as edits name it: the one that is there, or
// the one that a VPC would get.
func (g *Graph) attachmentObject(a *aws.Attachment) aws.Object {
	at, supposed := g.isSupposed(a)
	if !supposed {
		return a.Object
	}
	v, _ := a.VPC.One()
	return newObject(added("aws_ec2_transit_gateway_vpc_attachment", v.Object) + "_" + identifier(resourceName(at.gateway.Object)))
}

// attach attaches a VPC to a transit gateway, whose default tables are left
// alone: what the attachment needs is said at each (TGW-2, TGW-7).
func (g *Graph) attach(a *aws.Attachment) []Edit {
	at, _ := g.isSupposed(a)
	v, _ := a.VPC.One()
	gw, vpc, subnet := idOf(at.gateway.Object), idOf(v.Object), idOf(at.subnet.Object)
	if gw == "" || vpc == "" || subnet == "" {
		return nil
	}
	return []Edit{with(Add, g.attachmentObject(a).Label, "", argument("transit_gateway_id", gw), argument("vpc_id", vpc), argument("subnet_ids", listOf(subnet)),
		argument("transit_gateway_default_route_table_association", "false"), argument("transit_gateway_default_route_table_propagation", "false"))}
}

// attachmentID is what identifies an attachment: a VPN is one by itself.
func (g *Graph) attachmentID(a *aws.Attachment) string {
	o := g.attachmentObject(a)
	if o.Resource == nil {
		return ""
	}
	if o.Resource.Addr.Type == "aws_vpn_connection" {
		return o.Resource.Address + ".transit_gateway_attachment_id"
	}
	return o.Resource.Address + ".id"
}

// tableID is what identifies a table of a transit gateway, the default one
// included (TGW-7).
func tableID(t *aws.TransitTable) string {
	if t == nil {
		return ""
	}
	if gw, ok := t.Gateway.One(); ok && t.Resource == nil && t.Default && gw.Resource != nil {
		return gw.Resource.Address + ".association_default_route_table_id"
	}
	return idOf(t.Object)
}

// addTransitRoute leads packets to an attachment by a static route of a
// transit gateway's table that no other beats (TGW-5).
func (g *Graph) addTransitRoute(t *aws.TransitTable, m mending, packets packet.Set) []Edit {
	a, _ := m.to.(*aws.Attachment)
	id := tableID(t)
	if a == nil || g.attachmentID(a) == "" || id == "" {
		return nil
	}
	f := familyIn(packets)
	to := m.within(packets.Destinations())
	all := m.destinations(packets, f)
	for n, d := range all {
		var same *aws.TransitRoute
		beaten := false
		for k := range t.Routes {
			r := &t.Routes[k]
			for _, e := range g.transitEntries(r, f) {
				switch {
				case !e.to.Overlaps(to) || e.length == anyLength:
				case e.length > d.Bits():
					beaten = true
				case e.length == d.Bits() && r.Kind == aws.StaticRoute && e.to.Equal(packet.Prefixes(d)):
					same = r
				}
			}
		}
		if beaten && n < len(all)-1 {
			continue
		}
		if same != nil {
			if !edited(same.Cause.Resource) {
				return nil
			}
			list := []Argument{argument("transit_gateway_attachment_id", g.attachmentID(a))}
			if same.Blackhole != tf.No {
				list = append(list, argument("blackhole", "false"))
			}
			return []Edit{with(Set, same.Cause.Address(), same.Cause.Argument, list...)}
		}
		of := t.Object
		if gw, ok := t.Gateway.One(); ok && of.Resource == nil {
			of = gw.Object
		}
		return []Edit{with(Add, added("aws_ec2_transit_gateway_route", of), "", argument("destination_cidr_block", strconv.Quote(d.String())),
			argument("transit_gateway_attachment_id", g.attachmentID(a)), argument("transit_gateway_route_table_id", id))}
	}
	return nil
}

// attachVPN attaches a virtual private gateway to a VPC, which takes it away from
// the one that it is attached to (TF-RT-5).
func attachVPN(gw *aws.VPNGateway, to any) []Edit {
	v, _ := to.(*aws.VPC)
	if v == nil || idOf(gw.Object) == "" || idOf(v.Object) == "" {
		return nil
	}
	if gw.VPC.IsSet() {
		if r := gw.Attached.Resource; edited(r) && gw.VPC.ID == "" {
			return []Edit{with(Set, r.Address, "", argument("vpc_id", idOf(v.Object)))}
		}
		return nil
	}
	return []Edit{with(Add, added("aws_vpn_gateway_attachment", gw.Object), "", argument("vpc_id", idOf(v.Object)), argument("vpn_gateway_id", idOf(gw.Object)))}
}

// addPrefix leads packets over a VPN connection to what lies behind it (VPN-4).
func addPrefix(o *aws.OnPremises, m mending, packets packet.Set) []Edit {
	if !edited(o.Resource) || o.Resource.Addr.Type != "aws_vpn_connection" {
		return nil
	}
	var out []Edit
	for _, p := range m.peers(packets, familyIn(packets)) {
		out = append(out, with(Add, added("aws_vpn_connection_route", o.Object), "", argument("vpn_connection_id", idOf(o.Object)), argument("destination_cidr_block", strconv.Quote(p.String()))))
	}
	return out
}

// allowPrefix adds what packets go to to the prefixes that a Direct Connect
// gateway announces (VPN-5).
func allowPrefix(o *site, m mending, packets packet.Set) []Edit {
	if !edited(o.Resource) {
		return nil
	}
	list, known := allKnown(o.Announced)
	if !known {
		return nil
	}
	return []Edit{with(Set, o.Resource.Address, "", argument("allowed_prefixes", quoted(append(list, m.peers(packets, familyIn(packets))...))))}
}

// clientVPNEdits let the clients of a Client VPN endpoint get further (VPN-6).
func clientVPNEdits(c *aws.ClientVPN, s *stage, packets packet.Set) []Edit {
	if !edited(c.Resource) {
		return nil
	}
	id := argument("client_vpn_endpoint_id", idOf(c.Object))
	var out []Edit
	for _, p := range s.mend.peers(packets, familyIn(packets)) {
		cidr := strconv.Quote(p.String())
		if strings.Contains(s.blocked, "authorization") {
			out = append(out, with(Add, added("aws_ec2_client_vpn_authorization_rule", c.Object), "", id, argument("target_network_cidr", cidr), argument("authorize_all_groups", "true")))
			continue
		}
		if sub, _ := s.mend.to.(*aws.Subnet); sub != nil && idOf(sub.Object) != "" {
			out = append(out, with(Add, added("aws_ec2_client_vpn_route", c.Object), "", id, argument("destination_cidr_block", cidr), argument("target_vpc_subnet_id", idOf(sub.Object))))
		}
	}
	return out
}

// exempt takes a VPC out of Block Public Access (IGW-8).
func exempt(b *aws.BlockPublicAccess, to any) []Edit {
	v, _ := to.(*aws.VPC)
	if v == nil || idOf(v.Object) == "" {
		return nil
	}
	const both = `"allow-bidirectional"`
	for _, e := range b.Exclusions {
		if w, ok := e.VPC.One(); ok && w == v {
			return []Edit{with(Set, b.Resource.Address, "", argument("internet_gateway_block_mode", `"off"`))}
		}
	}
	return []Edit{with(Add, added("aws_vpc_block_public_access_exclusion", v.Object), "", argument("vpc_id", idOf(v.Object)), argument("internet_gateway_exclusion_mode", both))}
}

// publishNAT makes a NAT gateway public (NAT-3).
func publishNAT(n *aws.NATGateway) []Edit {
	if !edited(n.Resource) {
		return nil
	}
	eip := added("aws_eip", n.Object)
	return []Edit{
		with(Add, eip, "", argument("domain", `"vpc"`)),
		with(Set, n.Resource.Address, "", argument("connectivity_type", `"public"`), argument("allocation_id", eip+".id")),
	}
}

// redirectedIn is a subnet behind a route table of the internet gateway, or of a
// virtual private gateway (RT-9).
type redirectedIn struct {
	*aws.Subnet
	byVPN bool
}

// straight takes the routes of a gateway route table away that lead to a subnet
// by a middlebox.
func (g *Graph) straight(s redirectedIn, f packet.Family) []Edit {
	v, _ := s.VPC.One()
	hosts := g.hostAddresses(s.Subnet, f)
	edges := g.edges
	if s.byVPN {
		edges = g.vpnEdges
	}
	var out []Edit
	for _, e := range edges[v] {
		for _, r := range g.routeEntries(e.table, f) {
			if r.route.Target.Kind == aws.TargetLocal || !r.to.Overlaps(hosts) || !g.diverts(v, r, f) || !edited(r.route.Cause.Resource) {
				continue
			}
			out = append(out, with(Remove, r.route.Cause.Address(), r.route.Cause.Argument))
		}
	}
	return out
}

// admitAccounts lets other accounts use an endpoint service (EP-3).
func admitAccounts(s *aws.EndpointService) []Edit {
	if !edited(s.Resource) {
		return nil
	}
	return []Edit{with(Add, added("aws_vpc_endpoint_service_allowed_principal", s.Object), "", argument("vpc_endpoint_service_id", s.Resource.Address+".id"), argument("principal_arn", `"*"`))}
}

// servedTable puts the route of a gateway endpoint into a subnet's table (EP-1).
func servedTable(e *aws.Endpoint, s *aws.Subnet) []Edit {
	t, ok := s.RouteTable.One()
	if !ok || idOf(e.Object) == "" {
		return nil
	}
	id := idOf(t.Object)
	if v, known := s.VPC.One(); t.Resource == nil && known && v.Resource != nil {
		id = v.Resource.Address + ".default_route_table_id"
	}
	if id == "" {
		return nil
	}
	return []Edit{with(Add, added("aws_vpc_endpoint_route_table_association", e.Object), "", argument("vpc_endpoint_id", idOf(e.Object)), argument("route_table_id", id))}
}

// firewallEdits let packets pass a firewall: by a stateful rule where its
// stateless ones forward them, else by a stateless one for either direction
// (APP-2).
func firewallEdits(fw *aws.Firewall, m mending, packets packet.Set) []Edit {
	p, ok := fw.Policy.One()
	if !ok || !edited(p.Resource) || p.Open {
		return nil
	}
	f := familyIn(packets)
	if _, forward := stateless(p, f); packets.SubsetOf(forward.Must) || packets.To(m.far).SubsetOf(forward.Must) {
		return statefulEdits(p, m, packets, f)
	}
	return statelessEdits(p, m, packets, f)
}

// statelessEdits pass packets before all other stateless rules.
func statelessEdits(p *aws.FirewallPolicy, m mending, packets packet.Set, f packet.Family) []Edit {
	first := 0
	for _, group := range p.Stateless {
		n, ok := group.Priority.Known()
		if !ok || n <= 1 {
			return nil // nothing comes before the first
		}
		if first == 0 || n < first {
			first = n
		}
	}
	var rules []Argument
	destination := m.within(packets.Destinations())
	place := func(name string, a packet.Addresses) Argument {
		return Argument{Name: name, Block: []Argument{argument("address_definition", strconv.Quote(cover(a.Family(f)).String()))}}
	}
	for n, s := range services(packets) {
		match := []Argument{place("source", packets.Sources()), place("destination", destination)}
		if s.number != allProtocols {
			match = append([]Argument{argument("protocols", listOf(number(s.number)))}, match...)
		}
		if s.number == int(packet.TCP) || s.number == int(packet.UDP) {
			match = append(match, Argument{Name: "destination_port", Block: []Argument{argument("from_port", number(s.from)), argument("to_port", number(s.to))}})
		}
		rules = append(rules, Argument{Name: "stateless_rule", Block: []Argument{
			argument("priority", number(n+1)),
			{Name: "rule_definition", Block: []Argument{argument("actions", `["aws:pass"]`), {Name: "match_attributes", Block: match}}},
		}})
	}
	name := added("aws_networkfirewall_rule_group", p.Object)
	return []Edit{
		with(Add, name, "", argument("name", ruleGroupName(name)), argument("type", `"STATELESS"`), argument("capacity", "100"),
			Argument{Name: "rule_group", Block: []Argument{{Name: "rules_source", Block: []Argument{{Name: "stateless_rules_and_custom_actions", Block: rules}}}}}),
		with(Add, p.Resource.Address, "firewall_policy.stateless_rule_group_reference", argument("priority", number(max(first-1, 1))), argument("resource_arn", name+".arn")),
	}
}

// ruleGroupName is the name of a rule group after its address.
func ruleGroupName(address string) string {
	return strconv.Quote(strings.ReplaceAll(address[strings.LastIndex(address, ".")+1:], "_", "-"))
}

func statefulEdits(p *aws.FirewallPolicy, m mending, packets packet.Set, f packet.Family) []Edit {
	var rules []Argument
	side := func(a packet.Addresses) string {
		list := a.Family(f).Prefixes()
		switch {
		case len(list) == 1 && list[0].Bits() > 0:
			return strconv.Quote(list[0].String())
		case len(list) > 1 && cover(a).Bits() > 0:
			return strconv.Quote(cover(a).String())
		}
		return `"ANY"`
	}
	destination := m.within(packets.Destinations())
	for n, s := range services(packets) {
		protocol, port := strings.ToUpper(s.protocol), `"ANY"`
		switch s.number {
		case int(packet.TCP), int(packet.UDP):
			if port = fmt.Sprintf("\"%d:%d\"", s.from, s.to); s.from == s.to {
				port = strconv.Quote(number(s.from))
			}
		case int(packet.ICMP), int(packet.ICMPv6):
			protocol = "ICMP"
		default:
			protocol = "IP"
		}
		rules = append(rules, Argument{Name: "stateful_rule", Block: []Argument{
			argument("action", `"PASS"`),
			{Name: "header", Block: []Argument{
				argument("protocol", strconv.Quote(protocol)), argument("source", side(packets.Sources())), argument("source_port", `"ANY"`),
				argument("direction", `"FORWARD"`), argument("destination", side(destination)), argument("destination_port", port),
			}},
			{Name: "rule_option", Block: []Argument{argument("keyword", `"sid"`), argument("settings", listOf(strconv.Quote(number(1000001+n))))}},
		}})
	}
	_, _, dropped := stateful(p, f)
	inOrder := p.StrictOrder == tf.No || p.StrictOrder == tf.Yes && !dropped.Overlaps(packets)
	for _, group := range p.Stateful {
		if edited(group.Resource) && !group.Opaque && len(group.Rules) > 0 && inOrder {
			var out []Edit
			for _, r := range rules {
				out = append(out, with(Add, group.Resource.Address, "rule_group.rules_source.stateful_rule", r.Block...))
			}
			return out
		}
	}
	name := added("aws_networkfirewall_rule_group", p.Object)
	inside := []Argument{{Name: "rules_source", Block: rules}}
	reference := []Argument{argument("resource_arn", name+".arn")}
	if p.StrictOrder == tf.Yes {
		first := 0
		for _, group := range p.Stateful {
			n, ok := group.Priority.Known()
			if !ok {
				return nil
			}
			if first == 0 || n < first {
				first = n
			}
		}
		if first == 1 {
			return nil // nothing comes before the first
		}
		inside = append(inside, Argument{Name: "stateful_rule_options", Block: []Argument{argument("rule_order", `"STRICT_ORDER"`)}})
		reference = append(reference, argument("priority", number(max(first-1, 1))))
	}
	return []Edit{
		with(Add, name, "", argument("name", ruleGroupName(name)), argument("type", `"STATEFUL"`), argument("capacity", "100"),
			Argument{Name: "rule_group", Block: inside}),
		with(Add, p.Resource.Address, "firewall_policy.stateful_rule_group_reference", reference...),
	}
}

// deliveryEdits register a target on a port, or let it be served from other
// zones (LB-8, LB-10).
func deliveryEdits(d *delivery, code string, packets packet.Set) []Edit {
	switch code {
	case "TARGET_PORT_RESTRICTION":
		list := services(packets)
		if len(list) != 1 || list[0].from != list[0].to || d.group == nil {
			return nil
		}
		if r := d.ref.Cause.Resource; edited(r) && r.Addr.Type == "aws_lb_target_group_attachment" {
			return []Edit{with(Set, r.Address, "", argument("port", number(list[0].from)))}
		}
		if edited(d.group.Resource) {
			return []Edit{with(Set, d.group.Resource.Address, "", argument("port", number(list[0].from)))}
		}
	case "TARGET_ADDRESS_RESTRICTION", "ELBV2_LISTENER_HAS_NO_TG":
		target, group := d.target.Resource, d.group.Resource
		if d.target.Owner != nil {
			target = d.target.Owner
		}
		port, _ := d.port.Known()
		if kind, _ := d.group.TargetType.Known(); edited(target) && group != nil && (kind == "instance") == (target.Addr.Type == "aws_instance") {
			id := target.Address + ".id"
			if target.Addr.Type == "aws_network_interface" {
				id = target.Address + ".private_ip"
			}
			return []Edit{with(Add, added("aws_lb_target_group_attachment", d.target.Object), "", argument("target_group_arn", group.Address+".arn"),
				argument("target_id", id), argument("port", number(port)))}
		}
	case "ELBV2_NO_TARGETS_IN_AZ", "ELB_NOT_CROSSZONE":
		if d.group != nil && edited(d.group.Resource) && !d.group.CrossZone.IsNull() {
			return []Edit{with(Set, d.group.Resource.Address, "", argument("load_balancing_cross_zone_enabled", `"true"`))}
		}
		if edited(d.balancer.Resource) {
			name := "enable_cross_zone_load_balancing"
			if d.balancer.Type == "classic" {
				name = "cross_zone_load_balancing"
			}
			return []Edit{with(Set, d.balancer.Resource.Address, "", argument(name, "true"))}
		}
	}
	return nil
}

// balancerEdits are changes of a load balancer: its scheme, or a listener.
func balancerEdits(lb *aws.LoadBalancer, code string, packets packet.Set) []Edit {
	if !edited(lb.Resource) {
		return nil
	}
	if code != "ELBV2_LISTENERS_MISMATCH" && code != "ELB_LISTENERS_MISMATCH" {
		if lb.Internal == tf.Yes && len(packets.Family(packet.IPv4).Protocols()) > 0 {
			return []Edit{with(Set, lb.Resource.Address, "", argument("internal", "false"))}
		}
		return nil
	}
	var out []Edit
	for _, s := range services(packets) {
		protocol := strings.ToUpper(s.protocol)
		switch {
		case s.number != int(packet.TCP) && s.number != int(packet.UDP) || s.from != s.to:
			return nil
		case lb.Type == "application" && s.number == int(packet.TCP):
			protocol = "HTTP"
		case lb.Type != "network" && s.number == int(packet.UDP):
			return nil
		}
		if lb.Type == "classic" {
			out = append(out, with(Add, lb.Resource.Address, "listener", argument("lb_port", number(s.from)), argument("lb_protocol", `"tcp"`), argument("instance_port", number(s.from)), argument("instance_protocol", `"tcp"`)))
			continue
		}
		action := []Argument{argument("type", `"forward"`), argument("target_group_arn", groupOf(lb))}
		if action[1].Value == "" { // to a group of its own
			v := vpcOf(lb.Interface)
			if v == nil || idOf(v.Object) == "" {
				return nil
			}
			group := added("aws_lb_target_group", lb.Object)
			out = append(out, with(Add, group, "", argument("port", number(s.from)), argument("protocol", strconv.Quote(protocol)), argument("vpc_id", idOf(v.Object))))
			action[1].Value = group + ".arn"
		}
		out = append(out, with(Add, added("aws_lb_listener", lb.Object), "", argument("load_balancer_arn", lb.Resource.Address+".arn"),
			argument("port", number(s.from)), argument("protocol", strconv.Quote(protocol)), Argument{Name: "default_action", Block: action}))
	}
	return out
}

// groupOf is a target group that a listener of a load balancer forwards to.
func groupOf(lb *aws.LoadBalancer) string {
	for _, l := range lb.Listeners {
		for _, forward := range l.Forwards.Each {
			if group, ok := forward.One(); ok && group.Resource != nil {
				return group.Resource.Address + ".arn"
			}
		}
	}
	return ""
}

// listenOn has a service listen on the port of packets (SVC-1).
func listenOn(i *aws.Interface, packets packet.Set) []Edit {
	list := services(packets)
	if len(list) != 1 || list[0].number != int(packet.TCP) || list[0].from != list[0].to {
		return nil // it has one port
	}
	return setArgument(i.PortCause, number(list[0].from))
}

// switchOn sets what is true or false to true.
func switchOn(c aws.Cause) []Edit { return setArgument(c, "true") }

// setArgument sets an argument, which may stand in a block.
func setArgument(c aws.Cause, value string) []Edit {
	if !edited(c.Resource) || c.Argument == "" {
		return nil
	}
	block, name := "", c.Argument
	if at := strings.LastIndex(name, "."); at >= 0 {
		block, name = name[:at], name[at+1:]
	}
	return []Edit{with(Set, c.Address(), block, argument(name, value))}
}

// openService adds the client to the list of addresses that a managed service
// answers (SVC-5).
func openService(s *aws.PublicService, m mending, packets packet.Set) []Edit {
	list, known := allKnown(s.Sources)
	if !known {
		return nil
	}
	for _, p := range m.peers(packets, familyIn(packets)) {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return setArgument(s.Cause, quoted(list))
}

// allKnown are prefixes of which each is known.
func allKnown(list []tf.Val[netip.Prefix]) (out []netip.Prefix, known bool) {
	for _, v := range list {
		p, ok := v.Known()
		if !ok {
			return nil, false
		}
		out = append(out, p)
	}
	return out, true
}
