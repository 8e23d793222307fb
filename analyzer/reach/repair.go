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

// mending is what it takes to change a stage so that it stops nothing: the
// object to change, what it has to lead to, and the packets that come to it.
type mending struct {
	// of is the object that a stage belongs to, as a pointer of the typed network.
	of any
	// to is what routes have to lead to, or what an attachment lacks.
	to any
	// d is the direction of a filter, and far the addresses on its other side.
	d   direction
	far packet.Addresses
	// at is the subnet of those addresses, nil for what is outside.
	at *place
	// anyPort is set where replies go to a port that a device has chosen.
	anyPort bool
}

// table is the route table of a stage that is one.
func (m mending) table() (*aws.RouteTable, bool) {
	s, ok := m.of.(*aws.Subnet)
	if !ok || m.to == nil {
		return nil, false
	}
	return s.RouteTable.One()
}

// The objects of a mending that the typed network has no type for.
type (
	// gatewayOf and egressOnlyOf are the internet gateways of a VPC, or those
	// that it lacks.
	gatewayOf    struct{ *aws.VPC }
	egressOnlyOf struct{ *aws.VPC }
	// firewallIn is the endpoint of a firewall in a subnet.
	firewallIn struct {
		*aws.Firewall
		in *aws.Subnet
	}
)

// joined are the codes of networks that nothing joins yet.
var joined = []string{"DISCONNECTED_VPCS", "UNASSOCIATED_COMPONENT"}

// mostAlternatives is how many other paths an explanation tells.
const mostAlternatives = 2

// alternatives are the other paths of a question, each with what stops packets on
// it: those that edits open, or else all. One that only adds to what stops them
// on another is none.
func (g *Graph) alternatives(best told, asked packet.Set) []Alternative {
	var out []Alternative
	first := Alternative{Blockers: g.repaired(best.blockers, asked), incomplete: best.lost}
	open := first.Opens()
	list := slices.Clone(best.others)
	slices.SortStableFunc(list, func(a, b told) int { return a.cost - b.cost })
	for _, p := range list {
		a := Alternative{Blockers: g.repaired(p.blockers, asked), incomplete: p.lost}
		built := slices.ContainsFunc(a.Blockers, func(h Hop) bool { return slices.Contains(joined, h.Code) })
		if first.Opens() && (built || first.adds(a)) { // nobody builds what is there, or asks for a part twice
			continue
		}
		if len(a.Blockers) == 0 || a.adds(first) || slices.ContainsFunc(out, a.adds) {
			continue
		}
		out, open = append(out, a), open || a.Opens()
	}
	if open {
		out = slices.DeleteFunc(out, func(a Alternative) bool { return !a.Opens() })
	}
	return out[:min(len(out), mostAlternatives)]
}

// adds reports whether everything that stops packets on another path stops them
// on this one, too; which is no reason against it where edits open this one
// only.
func (p Alternative) adds(to Alternative) bool {
	if p.Opens() && !to.Opens() {
		return false
	}
	return !slices.ContainsFunc(to.Blockers, func(h Hop) bool { return !slices.ContainsFunc(p.Blockers, h.is) })
}

// Opens reports whether the edits of all blockers of a path let packets
// through.
func (p Alternative) Opens() bool {
	return !p.incomplete && !slices.ContainsFunc(p.Blockers, func(h Hop) bool { return len(h.Edits) == 0 })
}

// Edits are those that take the blockers away, each once.
func (p Alternative) Edits() []Edit {
	var out []Edit
	for _, b := range p.Blockers {
		for _, e := range b.Edits {
			if !slices.ContainsFunc(out, e.is) {
				out = append(out, e)
			}
		}
	}
	return out
}

// repaired are blockers with the edits that take them away, new resources
// under names of their own.
func (g *Graph) repaired(list []blocker, asked packet.Set) []Hop {
	out := make([]Hop, 0, len(list))
	names, taken := map[string]string{}, map[string]int{}
	slots := slots{}
	for _, b := range list {
		h := b.Hop
		same := slices.IndexFunc(out, h.is)
		if b.torn {
			out = append(out, h)
			continue
		}
		for _, e := range g.repair(b.stage, asked, slots) {
			e = e.asWritten()
			if text := e.String(); e.Action == Add && e.Block == "" {
				if names[text] == "" {
					names[text] = e.Address
					block := tf.StripKeys(e.Address) // all instances of a module have one file
					if taken[block]++; taken[block] > 1 {
						names[text] += "_" + number(taken[block])
					}
				}
				e.Address = names[text]
			}
			h.Edits = append(h.Edits, e)
		}
		if same < 0 {
			out = append(out, h)
			continue
		}
		for _, e := range h.Edits { // the same of another place
			if !slices.ContainsFunc(out[same].Edits, e.is) {
				out[same].Edits = append(out[same].Edits, e)
			}
		}
	}
	return out
}

// repair is what to edit so that a stage lets the packets of a question pass:
// nothing where no configuration of this input does.
func (g *Graph) repair(s *stage, asked packet.Set, slots slots) []Edit {
	if s.fixed || s.cost >= impossible {
		return nil
	}
	packets := asked
	if s.reply {
		packets = asked.Replies()
		if s.mend.anyPort {
			packets = anyClientPort(packets)
		}
	}
	switch of := s.mend.of.(type) {
	case *aws.Interface:
		if s.code == "ENI_SG_RULES_MISMATCH" || s.code == "SG_HAS_NO_RULES" {
			return g.addRule(of, s.mend, packets)
		}
		if s.code == "ENI_SOURCE_DEST_CHECK_RESTRICTION" {
			return forwardOthers(of)
		}
		if s.code == "PROTOCOL_RESTRICTION" {
			return listenOn(of, packets)
		}
		return publish(of, familyIn(packets))
	case *aws.Subnet:
		if s.code == "SUBNET_ACL_RESTRICTION" || s.code == "ELB_ACL_RESTRICTION" {
			return g.addEntry(of, s.mend, packets, slots)
		}
		if e, ok := s.mend.to.(*aws.Endpoint); ok && isGatewayEndpoint(e) {
			return servedTable(e, of)
		}
		return g.addRoute(of, s.mend, packets)
	case gatewayOf:
		return g.addGateway(of.VPC)
	case redirectedIn:
		return g.straight(of, familyIn(packets))
	case *aws.LoadBalancer:
		return balancerEdits(of, s.code, packets)
	case *delivery:
		return deliveryEdits(of, s.code, packets)
	case *aws.Peering:
		return g.acceptPeering(of)
	case *aws.Attachment:
		return g.attachmentEdits(of, s.mend.to, s.code)
	case *aws.TransitTable:
		return g.addTransitRoute(of, s.mend, packets)
	case *aws.NATGateway:
		return publishNAT(of)
	case *aws.VPNGateway:
		return attachVPN(of, s.mend.to)
	case *aws.OnPremises:
		return addPrefix(of, s.mend, packets)
	case *site:
		return allowPrefix(of, s.mend, packets)
	case *aws.ClientVPN:
		return clientVPNEdits(of, s, packets)
	case *aws.BlockPublicAccess:
		return exempt(of, s.mend.to)
	case *aws.Firewall:
		return firewallEdits(of, s.mend, packets)
	case *aws.EndpointService:
		return admitAccounts(of)
	case *aws.InstanceConnectEndpoint:
		if edited(of.Resource) {
			return []Edit{with(Set, of.Resource.Address, "", argument("preserve_client_ip", "false"))}
		}
	case *aws.PublicService:
		if s.code == "NO_PATH" {
			return switchOn(of.Switch)
		}
		return openService(of, s.mend, packets)
	}
	return nil
}

// anyClientPort is packets whose destination port may be any that a device
// chooses.
func anyClientPort(s packet.Set) packet.Set {
	all := s.On(packet.TCP, packet.UDP)
	f := packet.IPv4
	if all.Family(packet.IPv4).IsEmpty() {
		f = packet.IPv6
	}
	wide := packet.Everything(f).On(all.Protocols()...).From(all.Sources()).To(all.Destinations()).ToPorts(ephemeral())
	return s.Subtract(all).Union(wide)
}

// service is a protocol with a range of ports, or of ICMP a type and a code, as
// rules and entries write it.
type service struct {
	protocol string
	number   int
	from, to int
}

// services are the protocols and destination ports of packets.
func services(s packet.Set) []service {
	protocols := s.Protocols()
	if len(protocols) > 200 {
		return []service{{"-1", allProtocols, 0, 0}}
	}
	var out []service
	for _, p := range protocols {
		name, n := strconv.Itoa(int(p)), int(p)
		if known, ok := protocolNames[n]; ok {
			name = known
		}
		switch p {
		case packet.TCP, packet.UDP:
			for _, r := range s.ToPortsOf(p).Ranges() {
				out = append(out, service{name, n, int(r.From), int(r.To)})
			}
		case packet.ICMP, packet.ICMPv6:
			out = append(out, icmpServices(name, n, s.On(p))...)
		default:
			out = append(out, service{name, n, 0, 0})
		}
	}
	return out
}

func icmpServices(name string, n int, s packet.Set) []service {
	var out []service
	for _, f := range s.Flows() {
		if len(f.ICMP) == 0 {
			return []service{{name, n, -1, -1}}
		}
		for _, word := range f.ICMP {
			typ, code, one := strings.Cut(word, "/")
			from, err := strconv.Atoi(typ)
			to := -1
			if one && err == nil {
				to, err = strconv.Atoi(code)
			}
			if err != nil { // a range of types
				return []service{{name, n, -1, -1}}
			}
			if x := (service{name, n, from, to}); !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// mostPrefixes is how many prefixes a rule lists before it takes the whole block.
const mostPrefixes = 3

// peers are the addresses on the other side of a filter, as few prefixes.
func (m mending) peers(packets packet.Set, f packet.Family) []netip.Prefix {
	side := packets.Sources()
	if m.d == outbound {
		side = packets.Destinations()
	}
	if !m.far.IsEmpty() {
		side = m.within(side)
	}
	list := side.Family(f).Prefixes()
	switch {
	case InternetAddresses(f).SubsetOf(side):
		return []netip.Prefix{everywhere(f)}
	case len(list) <= mostPrefixes:
		return list
	}
	return []netip.Prefix{cover(side.Family(f))}
}

// within are those of some addresses that are on the other side of a stage, or
// all that are there.
func (m mending) within(a packet.Addresses) packet.Addresses {
	if both := a.Intersect(m.far); !both.IsEmpty() {
		return both
	}
	return m.far
}

// cover is the longest prefix that holds all addresses of a set of one family:
// the block of a subnet for what of it hosts may have (VPC-4).
func cover(a packet.Addresses) netip.Prefix {
	list := a.Prefixes()
	if len(list) == 0 {
		return netip.Prefix{}
	}
	p, end := list[0], last(list[len(list)-1])
	for !p.Contains(end) {
		p = netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked()
	}
	return p
}

func everywhere(f packet.Family) netip.Prefix {
	if f == packet.IPv6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

// familyIn is the family of packets.
func familyIn(s packet.Set) packet.Family {
	if s.Family(packet.IPv4).IsEmpty() {
		return packet.IPv6
	}
	return packet.IPv4
}

// addRule admits packets by a rule of one of an interface's groups, in the form
// that its other rules have (TF-SG-3).
func (g *Graph) addRule(i *aws.Interface, m mending, packets packet.Set) []Edit {
	f := familyIn(packets)
	group := ownGroup(i)
	if group == nil {
		return nil
	}
	kind := "ingress"
	if m.d == outbound {
		kind = "egress"
	}
	peers := m.peers(packets, f)
	var out []Edit
	if inlineRules(group) {
		for _, s := range services(packets) {
			list := argument("cidr_blocks", quoted(peers))
			if f == packet.IPv6 {
				list.Name = "ipv6_cidr_blocks"
			}
			out = append(out, with(Add, group.Resource.Address, kind,
				argument("protocol", strconv.Quote(s.protocol)), argument("from_port", number(s.from)), argument("to_port", number(s.to)), list))
		}
		return out
	}
	of, id := group.Object, idOf(group.Object)
	if maker := group.Maker; group.Resource == nil && maker.Resource != nil {
		of, id = aws.Object{Resource: maker.Resource}, maker.Address()+"."+maker.Argument
	}
	if id == "" {
		return giveGroup(i, m, services(packets), quoted(peers), f)
	}
	for _, s := range services(packets) {
		for _, p := range peers {
			cidr := argument("cidr_ipv4", strconv.Quote(p.String()))
			if f == packet.IPv6 {
				cidr.Name = "cidr_ipv6"
			}
			list := []Argument{argument("security_group_id", id), argument("ip_protocol", strconv.Quote(s.protocol)), cidr}
			if s.number != allProtocols {
				list = append(list, argument("from_port", number(s.from)), argument("to_port", number(s.to)))
			}
			out = append(out, with(Add, added("aws_vpc_security_group_"+kind+"_rule", of), "", list...))
		}
	}
	return out
}

// giveGroup gives what stands in a default VPC a group of its own in the place of
// the default one, which the input does not show (SG-5): it lets the same out.
func giveGroup(i *aws.Interface, m mending, list []service, peers string, f packet.Family) []Edit {
	v := vpcOf(i)
	if v == nil || !v.Default || m.d == outbound || f != packet.IPv4 || !edited(i.Owner) || !slices.Contains([]string{"aws_instance", "aws_db_instance"}, i.Owner.Addr.Type) {
		return nil
	}
	rule := func(s service, peers string) []Argument {
		return []Argument{argument("protocol", strconv.Quote(s.protocol)), argument("from_port", number(s.from)), argument("to_port", number(s.to)), argument("cidr_blocks", peers)}
	}
	var rules []Argument
	for _, s := range list {
		rules = append(rules, Argument{Name: "ingress", Block: rule(s, peers)})
	}
	rules = append(rules, Argument{Name: "egress", Block: rule(service{"-1", allProtocols, 0, 0}, quoted([]netip.Prefix{everywhere(f)}))})
	own := newObject(added("aws_security_group", aws.Object{Resource: i.Owner}))
	return []Edit{
		with(Add, own.Label, "", rules...),
		with(Set, i.Owner.Address, "", argument("vpc_security_group_ids", listOf(own.Label+".id"))),
	}
}

// ownGroup is the group of an interface to which rules are added: one that the
// input holds, and that the interface certainly has, where there is such a one.
func ownGroup(i *aws.Interface) *aws.SecurityGroup {
	var group *aws.SecurityGroup
	for _, l := range slices.Concat(i.Groups.Each, i.Groups.Maybe) {
		if s, ok := l.One(); ok && (group == nil || !edited(group.Resource) && edited(s.Resource)) {
			group = s
		}
	}
	return group
}

// inlineRules reports whether the rules of a group stand in the group.
func inlineRules(s *aws.SecurityGroup) bool {
	if !edited(s.Resource) {
		return false
	}
	return s.Resource.Addr.Type == "aws_default_security_group" || sets(s.Resource, "ingress", "egress") ||
		slices.ContainsFunc(slices.Concat(s.Ingress, s.Egress), func(r aws.Rule) bool { return r.Cause.Resource == s.Resource })
}

// sets reports whether a resource sets any of some arguments or blocks, if only
// to nothing.
func sets(r *tf.Resource, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return r.Config.Sets(name) == tf.Yes })
}

// addEntry admits packets by an entry of a subnet's network ACL before those
// that deny them.
func (g *Graph) addEntry(s *aws.Subnet, m mending, packets packet.Set, slots slots) []Edit {
	a, ok := s.ACL.One()
	if !ok || a.Resource == nil {
		return nil
	}
	f := familyIn(packets)
	list, kind := a.Ingress, "ingress"
	if m.d == outbound {
		list, kind = a.Egress, "egress"
	}
	entries := services(packets)
	peers := m.peers(packets, f)
	key := slot{a, m.d, fmt.Sprint(entries, peers)}
	if known, ok := slots[key]; ok {
		return known
	}
	numbers, out := room(list, slots.taken(a, m.d), func(e *aws.ACLEntry) bool {
		return e.Allow != tf.Yes && g.matched(e, a, m.d, f, remote{}).May.Overlaps(packets)
	}, len(entries)*len(peers))
	if len(numbers) < len(entries)*len(peers) {
		return nil
	}
	n := 0
	for _, e := range entries {
		for _, p := range peers {
			cidr := argument("cidr_block", strconv.Quote(p.String()))
			if f == packet.IPv6 {
				cidr.Name = "ipv6_cidr_block"
			}
			from, to, typ, code := argument("from_port", number(e.from)), argument("to_port", number(e.to)), Argument{}, Argument{}
			if e.number == int(packet.ICMP) || e.number == int(packet.ICMPv6) {
				from.Value, to.Value = "0", "0"
				typ, code = argument("icmp_type", number(e.from)), argument("icmp_code", number(e.to))
			}
			protocol := argument("protocol", strconv.Quote(e.protocol))
			if inlineEntries(a) {
				out = append(out, with(Add, a.Resource.Address, kind, argument("rule_no", number(numbers[n])), argument("action", `"allow"`), protocol, cidr, from, to, typ, code))
			} else {
				egress := Argument{}
				if m.d == outbound {
					egress = argument("egress", "true")
				}
				out = append(out, with(Add, added("aws_network_acl_rule", a.Object), "", argument("network_acl_id", idOf(a.Object)), egress,
					argument("rule_number", number(numbers[n])), argument("rule_action", `"allow"`), protocol, cidr, from, to, typ, code))
			}
			n++
		}
	}
	slots[key] = out
	return out
}

// slots are the entries that an answer adds to lists of network ACLs, by what
// they say, so that no two have one number.
type slots map[slot][]Edit

type slot struct {
	acl  *aws.ACL
	d    direction
	says string
}

// taken are the numbers that entries of an answer have in a list.
func (s slots) taken(a *aws.ACL, d direction) map[int]bool {
	out := map[int]bool{}
	for key, list := range s {
		if key.acl != a || key.d != d {
			continue
		}
		for _, e := range list {
			for _, x := range e.Arguments {
				if n, err := strconv.Atoi(x.Value); err == nil && (x.Name == "rule_no" || x.Name == "rule_number") {
					out[n] = true
				}
			}
		}
	}
	return out
}

// inlineEntries reports whether the entries of an ACL stand in it.
func inlineEntries(a *aws.ACL) bool {
	return edited(a.Resource) && (a.Resource.Addr.Type == "aws_default_network_acl" || sets(a.Resource, "ingress", "egress") || slices.ContainsFunc(slices.Concat(a.Ingress, a.Egress), func(e aws.ACLEntry) bool {
		return e.Cause.Resource == a.Resource
	}))
}

// room are numbers for entries that come before those that deny any of the
// packets. Where there is none, what denies them goes back to a later number.
func room(list []aws.ACLEntry, taken map[int]bool, denies func(*aws.ACLEntry) bool, count int) ([]int, []Edit) {
	at := map[int]*aws.ACLEntry{}
	last, first := 0, lastNumber+1
	for k := range list {
		n, ok := list[k].Number.Known()
		if !ok {
			continue
		}
		taken[n] = true
		last = max(last, n)
		if denies(&list[k]) {
			at[n], first = &list[k], min(first, n)
		}
	}
	if len(at) == 0 {
		first = last + 100 + count
	}
	var free []int
	var moved []Edit
	for {
		free = nil
		for n := first - 1; n > 0 && len(free) < count; n-- {
			if !taken[n] {
				free = append(free, n)
			}
		}
		if len(free) == count || at[first] == nil {
			break
		}
		to := last + 100
		last = to
		block, argumentName := at[first].Cause.Argument, "rule_no"
		if block == "" {
			argumentName = "rule_number"
		}
		moved = append(moved, with(Set, at[first].Cause.Address(), block, argument(argumentName, number(to))))
		delete(taken, first)
		delete(at, first)
		first = to
		for n := range at {
			first = min(first, n)
		}
	}
	slices.Sort(free)
	return free, moved
}

// lastNumber is the highest that entries may have.
const lastNumber = 32766
