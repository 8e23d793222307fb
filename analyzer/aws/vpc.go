package aws

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var (
	anyIPv4   = netip.MustParsePrefix("0.0.0.0/0")
	anyIPv6   = netip.MustParsePrefix("::/0")
	localIPv6 = netip.MustParsePrefix("fc00::/7") // unique local addresses
	// defaultVPCBlock is what AWS gives to every default VPC (VPC-2).
	defaultVPCBlock = netip.MustParsePrefix("172.31.0.0/16")
)

func (b *builder) declareVPCs() {
	for r := range b.each("aws_vpc") {
		v := b.newVPC(b.object(r), b.isNew(r))
		v.CIDRs = b.vpcBlocks(r)
		b.registerVPC(r, v)
	}
	for r := range b.each("aws_default_vpc") {
		b.registerVPC(r, b.newDefaultVPC(b.object(r), b.vpcBlocks(r)))
	}
	for r := range b.data("aws_vpc", "aws_default_vpc") {
		b.registerVPC(r, b.mentionedVPC(r))
	}
	b.addSecondaryBlocks()
}

// newVPC makes a VPC with the main route table, the default ACL and the
// default group that AWS makes for it (VPC-1). Of a VPC that exists already
// they may have been edited (U-14), so that they are open.
func (b *builder) newVPC(o Object, isNew bool) *VPC {
	v := &VPC{Object: o, MayHaveGateway: !isNew}
	to := only(v)
	companion := func(name string) Object { return Object{Label: name + " of " + o.Label, Scope: o.Scope} }
	v.MainRouteTable = &RouteTable{Object: companion("main route table"), VPC: to, Main: true, Open: !isNew}
	v.DefaultACL = &ACL{Object: companion("default network ACL"), VPC: to, Implicit: true, Open: !isNew,
		Ingress: defaultEntries(), Egress: defaultEntries()}
	v.DefaultGroup = &SecurityGroup{Object: companion("default security group"), VPC: to, Default: true, Open: !isNew,
		// SG-5: everything from its own members, everything to everywhere.
		Ingress: []Rule{{Protocol: tf.KnownVal("-1"), Self: tf.Yes}},
		Egress:  []Rule{{Protocol: tf.KnownVal("-1"), Self: tf.No, CIDRs: []Peer[netip.Prefix]{{To: anyIPv4}, {To: anyIPv6}}}},
	}
	b.n.VPCs = append(b.n.VPCs, v)
	b.n.RouteTables = append(b.n.RouteTables, v.MainRouteTable)
	b.n.ACLs = append(b.n.ACLs, v.DefaultACL)
	b.n.SecurityGroups = append(b.n.SecurityGroups, v.DefaultGroup)
	return v
}

// registerVPC makes v and what it brings along the objects of r.
func (b *builder) registerVPC(r *tf.Resource, v *VPC) {
	register(b, r, v)
	registerAttribute(b, r, "default_route_table_id", v.MainRouteTable)
	registerAttribute(b, r, "main_route_table_id", v.MainRouteTable)
	registerAttribute(b, r, "default_network_acl_id", v.DefaultACL)
	registerAttribute(b, r, "default_security_group_id", v.DefaultGroup)
	v.DefaultGroup.Maker = Cause{Resource: r, Argument: "default_security_group_id"}
}

// defaultVPC is the default VPC of an account and Region. Where the input
// does not have it, it is taken to be as AWS made it, which serves to find
// exposures and proves nothing (VPC-2, U-7).
func (b *builder) defaultVPC(scope string) *VPC {
	if v, ok := b.defaults[scope]; ok {
		return v
	}
	label := "default VPC"
	if region := regionOf(scope); region != "" {
		label += " of " + region
	}
	for _, other := range b.defaults {
		if other.Label == label { // of another account
			label += " for " + strings.TrimSuffix(scope, "/"+regionOf(scope))
			break
		}
	}
	return b.newDefaultVPC(Object{Label: label, Scope: scope}, nil)
}

// newDefaultVPC makes a default VPC with what AWS puts into it: an internet
// gateway, a route to it and public subnets, one of which stands for all.
func (b *builder) newDefaultVPC(o Object, blocks []Block) *VPC {
	v := b.newVPC(o, false)
	v.Default = true
	v.CIDRs = blocks
	if len(blocks) == 0 || !blocks[0].Known() {
		v.CIDRs = []Block{{Prefix: defaultVPCBlock, Family: packet.IPv4, Private: tf.No}}
	}
	to := only(v)
	gateway := &Gateway{Object: Object{Label: "internet gateway of " + o.Label, Scope: o.Scope}, VPC: to}
	v.Gateways = []*Gateway{gateway}
	v.MainRouteTable.Routes = []Route{{
		Destination: tf.KnownVal(anyIPv4),
		Target:      Target{Kind: TargetInternetGateway, Gateway: Link[Gateway]{To: v.Gateways}, Label: gateway.Label},
	}}
	subnet := &Subnet{
		Object: Object{Label: "default subnet of " + o.Label, Scope: o.Scope}, VPC: to, Outside: true,
		CIDR: v.CIDRs[0], AvailabilityZone: tf.UnknownVal[string](), PublicIPOnLaunch: tf.Yes, IPv6OnCreation: tf.No,
	}
	b.n.InternetGateways = append(b.n.InternetGateways, gateway)
	b.n.Subnets = append(b.n.Subnets, subnet)
	b.defaults[o.Scope] = v
	b.defaultSubnet[v] = subnet
	return v
}

// assumeDefaults says what is assumed of the default VPCs that something
// stands in; nothing rests on the others (VPC-2, U-7).
func (b *builder) assumeDefaults() {
	used := map[*VPC]bool{}
	for _, i := range b.n.Interfaces {
		for _, l := range slices.Concat(i.Subnets.Each, i.Subnets.Maybe) {
			for _, s := range l.To {
				for _, v := range s.VPC.To {
					used[v] = true
				}
			}
		}
	}
	for _, v := range b.n.VPCs {
		if !v.Default || !used[v] {
			continue
		}
		what := "the " + v.Label
		if v.Resource != nil {
			what = "what the input does not manage of " + v.Label
		}
		b.n.Assumptions = append(b.n.Assumptions, &tf.Assumption{
			ID: "default-vpc:" + v.Label, Address: v.Label,
			Text: what + " is as AWS made it: public subnets, an internet gateway and a route to it",
		})
	}
}

// defaultSubnets are the subnets of the default VPC that something without a
// subnet may be put into (TF-NI-2).
func (b *builder) defaultSubnets(scope string) []*Subnet {
	all := []*Subnet{b.defaultSubnet[b.defaultVPC(scope)]}
	for r := range b.each("aws_default_subnet") {
		if b.scope(r) == scope {
			all = append(all, objectOf[Subnet](b, r))
		}
	}
	return all
}

// mentionedVPC is the VPC that a data source describes: one of the input when
// the id is the same, the default one when it asks for that, else one outside.
func (b *builder) mentionedVPC(r *tf.Resource) *VPC {
	if v := sameObject[VPC](b, r); v != nil {
		return v
	}
	if isDefault, ok := r.Get("default").AsBool().Known(); ok && isDefault {
		return b.defaultVPC(b.scope(r))
	}
	v := b.newVPC(b.object(r), false)
	v.Outside = true
	v.CIDRs = b.vpcBlocks(r)
	return v
}

// outsideVPC is a VPC of which only the id is known (U-13).
func (b *builder) outsideVPC(id string) *VPC {
	v := b.newVPC(outsideObject(id), false)
	v.Outside = true
	return v
}

// outsideObject describes something that the input only mentions by its id.
func outsideObject(id string) Object { return Object{Label: id + " (outside the input)"} }

// sameObject is the object that another resource with the same identity makes:
// a data source often describes a resource of the input.
func sameObject[T any](b *builder, r *tf.Resource) *T {
	v := r.Get("id")
	if s, ok := v.Symbol(); ok && s.Address != r.Address {
		o, _ := symbolic[T](b, r, s)
		return o
	}
	id, ok := v.AsString().Known()
	if !ok {
		return nil
	}
	global := IsID(id) || strings.HasPrefix(id, "arn:")
	for _, other := range b.ids[id] {
		if other.resource != r && (b.scope(other.resource) == b.scope(r) || global && other.resource.Stack != r.Stack) {
			if o := objectAt[T](b, other); o != nil {
				return o
			}
		}
	}
	return nil
}

// vpcBlocks are the address blocks that the VPC itself names (TF-V-1). An
// IPv6 block is there only if something asks for it: the attribute is unknown
// either way.
func (b *builder) vpcBlocks(r *tf.Resource) []Block {
	var blocks []Block
	if v := r.Get("cidr_block"); !isEmpty(v) {
		blocks = append(blocks, block(v, packet.IPv4, tf.No))
	}
	known, _ := r.Get("cidr_block_associations").Blocks()
	for _, a := range known {
		if other := block(a.Get("cidr_block"), packet.IPv4, tf.No); other.Known() && other != blocks[0] {
			blocks = append(blocks, other)
		}
	}
	generated := tf.TriVal(r.Get("assign_generated_ipv6_cidr_block").AsBool(), tf.No)
	pool := argument(r, "ipv6_ipam_pool_id")
	six := argument(r, "ipv6_cidr_block")
	private := tf.No
	if pool.isSet() {
		private = tf.Maybe // the scope of the pool decides (IGW-3)
	}
	_, sixKnown := six.value.AsString().Known()
	if sixKnown && six.isSet() || generated != tf.No || pool.isSet() {
		blocks = append(blocks, block(six.value, packet.IPv6, private))
	}
	return blocks
}

// block reads an address block. An unknown one is symbolic (U-9).
func block(v tf.Value, family packet.Family, private tf.Tri) Block {
	p, state := prefix(v).Get()
	if state != tf.IsKnown {
		return Block{Family: family, Private: private}
	}
	if localIPv6.Overlaps(p) && p.Addr().Is6() {
		private = tf.Yes
	}
	return Block{Prefix: p, Family: familyOf(p), Private: private}
}

func familyOf(p netip.Prefix) packet.Family {
	if p.Addr().Is4() {
		return packet.IPv4
	}
	return packet.IPv6
}

// prefix reads a CIDR in the canonical form that AWS makes of it (NACL-7). A
// text that is no CIDR is unknown rather than absent (U-24).
func prefix(v tf.Value) tf.Val[netip.Prefix] {
	s, state := v.AsString().Get()
	switch {
	case state == tf.IsUnknown:
		return tf.UnknownVal[netip.Prefix]()
	case state == tf.IsNull || s == "":
		return tf.Val[netip.Prefix]{}
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return tf.UnknownVal[netip.Prefix]()
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	return tf.KnownVal(p.Masked())
}

// addSecondaryBlocks adds the blocks that are associated separately (VPC-5).
// Where it is not certain with which VPC, each may have a block more.
func (b *builder) addSecondaryBlocks() {
	add := func(r *tf.Resource, block Block) {
		l := link(b, r, r.Get("vpc_id"), b.outsideVPC)
		if !sure(r, l) {
			block.Prefix = netip.Prefix{}
		}
		for _, v := range l.To {
			v.CIDRs = append(v.CIDRs, block)
			registerAttribute(b, r, "vpc_id", v)
		}
	}
	for r := range b.each("aws_vpc_ipv4_cidr_block_association") {
		add(r, block(r.Get("cidr_block"), packet.IPv4, tf.No))
	}
	for r := range b.each("aws_vpc_ipv6_cidr_block_association") {
		private := tf.No
		if argument(r, "ipv6_ipam_pool_id").isSet() {
			private = tf.Maybe
		}
		add(r, block(r.Get("ipv6_cidr_block"), packet.IPv6, private))
	}
}
