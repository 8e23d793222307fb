package naive

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// editor makes the edits that an answer lists in a typed network: it knows what
// they say, and nothing of why.
type editor struct {
	*maker
	groups map[string]reach.Edit // rule groups that no policy refers to yet
}

// edit makes edits, those that add what others refer to before these.
func (m *maker) edit(list []reach.Edit) error {
	list = slices.Clone(list)
	first := func(e reach.Edit) bool {
		return e.Block == "" && slices.Contains([]string{"aws_internet_gateway", "aws_vpc_peering_connection"}, kindOf(e.Address))
	}
	slices.SortStableFunc(list, func(a, b reach.Edit) int {
		switch {
		case first(a) && !first(b):
			return -1
		case first(b) && !first(a):
			return 1
		}
		return 0
	})
	editor := editor{m, map[string]reach.Edit{}}
	for _, e := range list {
		if err := editor.apply(e); err != nil {
			return fmt.Errorf("%s: %w", e, err)
		}
	}
	return nil
}

func kindOf(address string) string {
	kind, _, _ := strings.Cut(address, ".")
	return kind
}

// says is the value of an argument, without quotes.
func says(e reach.Edit, names ...string) string {
	for _, a := range e.Arguments {
		if slices.Contains(names, a.Name) {
			return strings.Trim(a.Value, `"`)
		}
	}
	return ""
}

func number(e reach.Edit, names ...string) int {
	n, _ := strconv.Atoi(says(e, names...))
	return n
}

// cidrs are the prefixes that an edit names.
func cidrs(e reach.Edit) (out []netip.Prefix) {
	for _, a := range e.Arguments {
		if !strings.Contains(a.Name, "cidr") {
			continue
		}
		out = append(out, prefixesOf(a.Value)...)
	}
	return out
}

func prefixesOf(list string) (out []netip.Prefix) {
	for _, text := range strings.Split(strings.Trim(list, "[]"), ", ") {
		out = append(out, netip.MustParsePrefix(strings.Trim(text, `"`)))
	}
	return out
}

// named is the object of a list with an address, or with what refers to it.
func named[T any](list []*T, of func(*T) aws.Object, reference string) *T {
	address := strings.TrimSuffix(strings.Trim(reference, `"`), ".id")
	for _, x := range list {
		if r := of(x).Resource; r != nil && r.Address == address {
			return x
		}
	}
	return nil
}

func (m *maker) vpcNamed(reference string) *aws.VPC {
	return named(m.n.VPCs, func(v *aws.VPC) aws.Object { return v.Object }, reference)
}

func (m *maker) tableNamed(reference string) *aws.RouteTable {
	return named(m.n.RouteTables, func(t *aws.RouteTable) aws.Object { return t.Object }, reference)
}

// attachments are all attachments with an address: a peering has one at each end.
func (m *maker) attachments(reference string) (out []*aws.Attachment) {
	for _, g := range m.n.TransitGateways {
		for _, a := range g.Attachments {
			if a.Resource.Address == strings.TrimSuffix(strings.TrimSuffix(reference, ".id"), ".transit_gateway_attachment_id") {
				out = append(out, a)
			}
		}
	}
	return out
}

// attachmentTo is the attachment of a table's gateway with an address.
func (m *maker) attachmentTo(reference string, t *aws.TransitTable) *aws.Attachment {
	for _, a := range m.attachments(reference) {
		if a.Gateway.To[0] == t.Gateway.To[0] {
			return a
		}
	}
	return nil
}

func (m *maker) transitTable(reference string) *aws.TransitTable {
	for _, g := range m.n.TransitGateways {
		if t := named(g.Tables, func(t *aws.TransitTable) aws.Object { return t.Object }, reference); t != nil {
			return t
		}
	}
	return nil
}

var errUnknown = errors.New("the editor knows nothing of it")

func (e editor) apply(x reach.Edit) error {
	switch {
	case x.Action == reach.Remove:
		return e.remove(x)
	case x.Action == reach.Add && x.Block == "":
		return e.add(x)
	case x.Action == reach.Add:
		return e.addBlock(x)
	case x.Block == "":
		return e.set(x)
	}
	return e.setBlock(x)
}

// remove takes a route away.
func (e editor) remove(x reach.Edit) error {
	t := e.tableNamed(x.Address)
	if t == nil {
		return errUnknown
	}
	before := len(t.Routes)
	t.Routes = slices.DeleteFunc(t.Routes, func(r aws.Route) bool { return r.Cause.Argument == x.Block })
	if len(t.Routes) == before {
		return errUnknown
	}
	return nil
}

func (e editor) add(x reach.Edit) error {
	o := object(x.Address)
	switch kindOf(x.Address) {
	case "aws_internet_gateway":
		v := e.vpcNamed(says(x, "vpc_id"))
		for _, p := range e.places { // that which was there before has no VPC
			if p.VPC == v {
				p.igw = &aws.Gateway{Object: o, VPC: to(v)}
				p.Gateways = append(p.Gateways, p.igw)
				e.n.InternetGateways = append(e.n.InternetGateways, p.igw)
				return nil
			}
		}
	case "aws_vpc_peering_connection":
		v, w := e.vpcNamed(says(x, "vpc_id")), e.vpcNamed(says(x, "peer_vpc_id"))
		if v != nil && w != nil && says(x, "auto_accept") == "true" {
			e.n.Peerings = append(e.n.Peerings, &aws.Peering{Object: o, Requester: to(v), Accepter: to(w), Active: tf.Yes, SameRegion: tf.Yes})
			return nil
		}
	case "aws_ec2_transit_gateway_peering_attachment_accepter":
		list := e.attachments(says(x, "transit_gateway_attachment_id"))
		for _, a := range list {
			a.Active = tf.Yes
		}
		if len(list) > 0 {
			return nil
		}
	case "aws_ec2_transit_gateway_route_table_association":
		t := e.transitTable(says(x, "transit_gateway_route_table_id"))
		if a := e.attachmentTo(says(x, "transit_gateway_attachment_id"), t); a != nil {
			a.Association = to(t)
			return nil
		}
	case "aws_ec2_transit_gateway_route":
		t := e.transitTable(says(x, "transit_gateway_route_table_id"))
		if a := e.attachmentTo(says(x, "transit_gateway_attachment_id"), t); a != nil {
			t.Routes = append(t.Routes, aws.TransitRoute{Cause: aws.Cause{Resource: o.Resource}, Destination: tf.KnownVal(cidrs(x)[0]), Attachment: to(a), Blackhole: tf.No})
			return nil
		}
	case "aws_route":
		if t := e.tableNamed(says(x, "route_table_id")); t != nil {
			return e.route(t, x, aws.Cause{Resource: o.Resource})
		}
	case "aws_vpc_block_public_access_exclusion":
		if v := e.vpcNamed(says(x, "vpc_id")); v != nil {
			e.n.BlockPublicAccess.Exclusions = append(e.n.BlockPublicAccess.Exclusions, aws.BPAExclusion{VPC: to(v), Mode: tf.KnownVal(says(x, "internet_gateway_exclusion_mode"))})
			return nil
		}
	case "aws_ec2_transit_gateway_vpc_attachment_accepter":
		for _, a := range e.attachments(says(x, "transit_gateway_attachment_id")) {
			a.Active = tf.Yes
			return nil
		}
	case "aws_networkfirewall_rule_group":
		e.groups[x.Address] = x // which a policy refers to
		return nil
	case "aws_eip": // which something refers to
		return nil
	case "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule":
		if g := named(e.n.SecurityGroups, func(g *aws.SecurityGroup) aws.Object { return g.Object }, says(x, "security_group_id")); g != nil {
			e.rule(g, x, strings.Contains(x.Address, "_egress_"), aws.Cause{Resource: o.Resource})
			return nil
		}
	case "aws_network_acl_rule":
		if a := named(e.n.ACLs, func(a *aws.ACL) aws.Object { return a.Object }, says(x, "network_acl_id")); a != nil {
			return e.entry(a, x, says(x, "egress") == "true", aws.Cause{Resource: o.Resource})
		}
	}
	return errUnknown
}

func (e editor) addBlock(x reach.Edit) error {
	if g := named(e.n.SecurityGroups, func(g *aws.SecurityGroup) aws.Object { return g.Object }, x.Address); g != nil {
		e.rule(g, x, x.Block == "egress", aws.Cause{Resource: g.Resource, Argument: fmt.Sprintf("%s[%d]", x.Block, 200+len(g.Ingress)+len(g.Egress))})
		return nil
	}
	if a := named(e.n.ACLs, func(a *aws.ACL) aws.Object { return a.Object }, x.Address); a != nil {
		return e.entry(a, x, x.Block == "egress", aws.Cause{Resource: a.Resource, Argument: fmt.Sprintf("%s[%d]", x.Block, 200+len(a.Ingress)+len(a.Egress))})
	}
	for _, f := range e.n.Firewalls {
		for _, p := range f.Policy.To {
			if done, err := e.inspected(p, x); done {
				return err
			}
		}
	}
	if t := e.tableNamed(x.Address); t != nil && x.Block == "route" {
		return e.route(t, x, aws.Cause{Resource: t.Resource, Argument: fmt.Sprintf("route[%d]", 200+len(t.Routes))})
	}
	return errUnknown
}

func (e editor) rule(g *aws.SecurityGroup, x reach.Edit, egress bool, cause aws.Cause) {
	r := aws.Rule{
		Cause: cause, Protocol: tf.KnownVal(says(x, "protocol", "ip_protocol")), Self: tf.No,
		FromPort: tf.KnownVal(number(x, "from_port")), ToPort: tf.KnownVal(number(x, "to_port")),
	}
	for _, p := range cidrs(x) {
		r.CIDRs = append(r.CIDRs, aws.Peer[netip.Prefix]{To: p})
	}
	if egress {
		g.Egress = append(g.Egress, r)
	} else {
		g.Ingress = append(g.Ingress, r)
	}
}

var protocolNumbers = map[string]int{"-1": -1, "tcp": 6, "udp": 17, "icmp": 1}

func (e editor) entry(a *aws.ACL, x reach.Edit, egress bool, cause aws.Cause) error {
	protocol, ok := protocolNumbers[says(x, "protocol")]
	list := &a.Ingress
	if egress {
		list = &a.Egress
	}
	n := number(x, "rule_no", "rule_number")
	taken := slices.ContainsFunc(*list, func(o aws.ACLEntry) bool { have, _ := o.Number.Known(); return have == n })
	if !ok || n < 1 || n > 32766 || taken || says(x, "action", "rule_action") != "allow" {
		return fmt.Errorf("entry %d is refused", n)
	}
	*list = append(*list, aws.ACLEntry{
		Cause: cause, Number: tf.KnownVal(n), Allow: tf.Yes, Protocol: tf.KnownVal(protocol), CIDR: tf.KnownVal(cidrs(x)[0]),
		FromPort: tf.KnownVal(number(x, "from_port")), ToPort: tf.KnownVal(number(x, "to_port")),
		ICMPType: tf.KnownVal(number(x, "icmp_type")), ICMPCode: tf.KnownVal(number(x, "icmp_code")),
	})
	return nil
}

// route adds a route, unless there is one for its destination.
func (e editor) route(t *aws.RouteTable, x reach.Edit, cause aws.Cause) error {
	target, ok := e.targetOf(x)
	destination := cidrs(x)[0]
	if !ok || slices.ContainsFunc(t.Routes, func(r aws.Route) bool { d, _ := r.Destination.Known(); return d == destination }) {
		return errors.New("the route is refused")
	}
	t.Routes = append(t.Routes, aws.Route{Cause: cause, Destination: tf.KnownVal(destination), Target: target})
	return nil
}

// targetOf is the next hop that an edit names.
func (e editor) targetOf(x reach.Edit) (aws.Target, bool) {
	for _, a := range x.Arguments {
		if a.Value == "null" || !strings.HasSuffix(a.Name, "_id") {
			continue
		}
		for _, p := range e.places {
			if a.Name == "gateway_id" && p.igw.Resource.Address+".id" == a.Value {
				return toGateway(p.igw), true
			}
			if a.Name == "egress_only_gateway_id" && p.eigw.Resource.Address+".id" == a.Value {
				return toGateway(p.eigw), true
			}
		}
		switch a.Name {
		case "vpc_endpoint_id":
			for _, f := range e.n.Firewalls {
				for _, s := range e.n.Subnets {
					if strings.Contains(a.Value, f.Resource.Address+".") && strings.Contains(a.Value, s.Resource.Address+".id") {
						return aws.Target{Kind: aws.TargetEndpoint, Firewall: to(f), FirewallSubnet: to(s), Label: f.Label}, true
					}
				}
			}
		case "network_interface_id":
			if i := named(e.n.Interfaces, func(i *aws.Interface) aws.Object { return i.Object }, strings.TrimSuffix(a.Value, ".primary_network_interface_id")); i != nil {
				return aws.Target{Kind: aws.TargetInterface, Interface: to(i), Label: i.Label}, true
			}
		case "gateway_id":
			if gw := named(e.n.VPNGateways, func(g *aws.VPNGateway) aws.Object { return g.Object }, a.Value); gw != nil {
				return aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: to(gw), Label: gw.Label}, true
			}
		case "nat_gateway_id":
			if n := named(e.n.NATGateways, func(n *aws.NATGateway) aws.Object { return n.Object }, a.Value); n != nil {
				return toNAT(n), true
			}
		case "vpc_peering_connection_id":
			if p := named(e.n.Peerings, func(p *aws.Peering) aws.Object { return p.Object }, a.Value); p != nil {
				return aws.Target{Kind: aws.TargetPeering, Peering: to(p), Label: p.Label}, true
			}
		case "transit_gateway_id":
			if g := named(e.n.TransitGateways, func(g *aws.TransitGateway) aws.Object { return g.Object }, a.Value); g != nil {
				return toTransit(g), true
			}
		}
	}
	return aws.Target{}, false
}

// inspected adds a rule to a group of a firewall policy, or a group to the
// policy.
func (e editor) inspected(p *aws.FirewallPolicy, x reach.Edit) (bool, error) {
	for n := range p.Stateful {
		if g := &p.Stateful[n]; g.Resource.Address == x.Address && x.Block == "rule_group.rules_source.stateful_rule" {
			g.Rules = append(g.Rules, writtenStateful(x.Arguments))
			return true, nil
		}
	}
	if p.Resource.Address != x.Address {
		return false, nil
	}
	group, ok := e.groups[strings.TrimSuffix(says(x, "resource_arn"), ".arn")]
	priority := tf.KnownVal(number(x, "priority"))
	taken := func(v tf.Val[int]) bool { return v == priority }
	source := blockOf(group.Arguments, "rule_group", "rules_source")
	switch {
	case !ok:
		return true, errUnknown
	case x.Block == "firewall_policy.stateless_rule_group_reference":
		if slices.ContainsFunc(p.Stateless, func(g aws.StatelessGroup) bool { return taken(g.Priority) }) {
			return true, errors.New("the priority is refused")
		}
		added := aws.StatelessGroup{Object: object(group.Address), Priority: priority}
		for _, r := range blockOf(source, "stateless_rules_and_custom_actions") {
			added.Rules = append(added.Rules, writtenStateless(r.Block))
		}
		p.Stateless = append([]aws.StatelessGroup{added}, p.Stateless...)
	default:
		if p.StrictOrder == tf.Yes && slices.ContainsFunc(p.Stateful, func(g aws.StatefulGroup) bool { return taken(g.Priority) }) {
			return true, errors.New("the priority is refused")
		}
		added := aws.StatefulGroup{Object: object(group.Address), Priority: priority}
		for _, r := range source {
			added.Rules = append(added.Rules, writtenStateful(r.Block))
		}
		p.Stateful = append([]aws.StatefulGroup{added}, p.Stateful...)
	}
	return true, nil
}

// blockOf is what a nested block says.
func blockOf(list []reach.Argument, path ...string) []reach.Argument {
	for _, name := range path {
		n := slices.IndexFunc(list, func(a reach.Argument) bool { return a.Name == name })
		if n < 0 {
			return nil
		}
		list = list[n].Block
	}
	return list
}

func textOf(list []reach.Argument, name string) string {
	return says(reach.Edit{Arguments: list}, name)
}

func writtenStateful(list []reach.Argument) aws.StatefulRule {
	header := blockOf(list, "header")
	side := func(name string) tf.Val[[]netip.Prefix] {
		if textOf(header, name) == "ANY" {
			return tf.KnownVal(prefixes("0.0.0.0/0"))
		}
		return tf.KnownVal(prefixes(textOf(header, name)))
	}
	port, _ := strconv.Atoi(textOf(header, "destination_port"))
	return aws.StatefulRule{
		Action: tf.KnownVal(aws.FirewallPass), Protocol: tf.KnownVal(textOf(header, "protocol")), Both: tf.No,
		Source: side("source"), Destination: side("destination"), SourcePort: tf.KnownVal([]aws.PortSpan{}),
		DestinationPort: tf.KnownVal([]aws.PortSpan{{From: tf.KnownVal(port), To: tf.KnownVal(port)}}),
	}
}

func writtenStateless(list []reach.Argument) aws.StatelessRule {
	match := blockOf(list, "rule_definition", "match_attributes")
	value := func(name string, list []reach.Argument) tf.Val[int] {
		n, _ := strconv.Atoi(strings.Trim(textOf(list, name), "[]"))
		return tf.KnownVal(n)
	}
	side := func(name string) []tf.Val[netip.Prefix] {
		return []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix(textOf(blockOf(match, name), "address_definition")))}
	}
	ports := blockOf(match, "destination_port")
	return aws.StatelessRule{
		Priority: value("priority", list), Action: tf.KnownVal(aws.FirewallPass), Protocols: []tf.Val[int]{value("protocols", match)},
		Sources: side("source"), Destinations: side("destination"),
		DestinationPorts: []aws.PortSpan{{From: value("from_port", ports), To: value("to_port", ports)}},
	}
}

func (e editor) set(x reach.Edit) error {
	for _, p := range e.places {
		if v := e.vpcNamed(says(x, "vpc_id")); p.igw.Resource.Address == x.Address && v == p.VPC {
			p.igw.VPC = to(v)
			p.Gateways = append(p.Gateways, p.igw)
			return nil
		}
	}
	if p := named(e.n.Peerings, func(p *aws.Peering) aws.Object { return p.Object }, x.Address); p != nil && says(x, "auto_accept") == "true" {
		p.Active = tf.Yes
		return nil
	}
	if gw := named(e.n.VPNGateways, func(g *aws.VPNGateway) aws.Object { return g.Object }, x.Address); gw != nil {
		if v := e.vpcNamed(says(x, "vpc_id")); v != nil {
			gw.VPC = to(v)
			return nil
		}
	}
	if n := named(e.n.NATGateways, func(n *aws.NATGateway) aws.Object { return n.Object }, x.Address); n != nil && says(x, "connectivity_type") == "public" {
		n.Public = tf.Yes
		return nil
	}
	if b := e.n.BlockPublicAccess; b != nil && b.Resource.Address == x.Address {
		b.Mode = tf.KnownVal(says(x, "internet_gateway_block_mode"))
		return nil
	}
	for _, g := range e.n.VPNGateways {
		if o := named(g.OnPremises, func(o *aws.OnPremises) aws.Object { return o.Object }, x.Address); o != nil && says(x, "allowed_prefixes") != "" {
			o.Announced = nil
			for _, p := range prefixesOf(says(x, "allowed_prefixes")) {
				o.Announced = append(o.Announced, tf.KnownVal(p))
			}
			return nil
		}
	}
	for _, a := range e.attachments(x.Address) {
		if ids := says(x, "subnet_ids"); ids != "" {
			a.Subnets.Each = nil
			for _, id := range strings.Split(strings.Trim(ids, "[]"), ", ") {
				a.Subnets.Each = append(a.Subnets.Each, to(named(e.n.Subnets, func(s *aws.Subnet) aws.Object { return s.Object }, id)))
			}
			return nil
		}
		if says(x, "ipv6_support") == "enable" {
			a.IPv6 = tf.Yes
			return nil
		}
	}
	if i := named(e.n.Interfaces, func(i *aws.Interface) aws.Object { return i.Object }, x.Address); i != nil {
		switch {
		case says(x, "associate_public_ip_address") == "true":
			i.PublicIPv4 = tf.Yes
			return nil
		case says(x, "ipv6_address_count") == "1":
			i.IPv6 = tf.Yes
			return nil
		case says(x, "source_dest_check") == "false":
			i.SourceDestCheck = tf.No
			return nil
		}
	}
	return errUnknown
}

// setBlock changes a block: the number of an entry, or where a route leads.
func (e editor) setBlock(x reach.Edit) error {
	if a := named(e.n.ACLs, func(a *aws.ACL) aws.Object { return a.Object }, x.Address); a != nil {
		for _, list := range [][]aws.ACLEntry{a.Ingress, a.Egress} {
			for n := range list {
				if list[n].Cause.Argument == x.Block {
					list[n].Number = tf.KnownVal(number(x, "rule_no"))
					return nil
				}
			}
		}
	}
	if t := e.tableNamed(x.Address); t != nil {
		target, ok := e.targetOf(x)
		for n := range t.Routes {
			if ok && t.Routes[n].Cause.Argument == x.Block {
				t.Routes[n].Target = target
				return nil
			}
		}
	}
	changed := false
	for _, g := range e.n.TransitGateways {
		for _, t := range g.Tables {
			for n := range t.Routes {
				r := &t.Routes[n]
				a := e.attachmentTo(says(x, "transit_gateway_attachment_id"), t)
				if r.Cause.Address() == x.Address && r.Cause.Argument == x.Block && r.Kind == aws.StaticRoute && a != nil {
					r.Attachment, r.Blackhole, changed = to(a), tf.No, true
				}
			}
		}
	}
	if !changed {
		return errUnknown
	}
	return nil
}
