package aws

import (
	"maps"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func (b *builder) declareSubnets() {
	for r := range b.each("aws_subnet") {
		b.declareSubnet(r, &Subnet{Object: b.object(r)})
	}
	for r := range b.each("aws_default_subnet") {
		s := &Subnet{Object: b.object(r)}
		b.declareSubnet(r, s)
		s.VPC = Link[VPC]{To: []*VPC{b.defaultVPC(s.Scope)}}
		// A default subnet assigns public addresses unless told not to.
		s.PublicIPOnLaunch = tf.TriVal(argument(r, "map_public_ip_on_launch").value.AsBool(), tf.Yes)
	}
	for r := range b.data("aws_subnet", "aws_default_subnet") {
		if s := sameObject[Subnet](b, r); s != nil {
			register(b, r, s)
			continue
		}
		b.declareSubnet(r, &Subnet{Object: b.object(r), Outside: true})
	}
	for r := range b.data("aws_subnets", "aws_subnet_ids") {
		b.mentionSubnets(r)
	}
}

func (b *builder) declareSubnet(r *tf.Resource, s *Subnet) {
	s.VPC = link(b, r, b.vpcArgument(r), b.outsideVPC)
	if v := r.Get("cidr_block"); !isEmpty(v) && tf.TriVal(r.Get("ipv6_native").AsBool(), tf.No) != tf.Yes {
		s.CIDR = block(v, packet.IPv4, tf.No)
	}
	if six := argument(r, "ipv6_cidr_block"); six.isSet() {
		s.IPv6 = new(Block)
		*s.IPv6 = block(six.value, packet.IPv6, privateIPv6(s.VPC))
		s.IPv6.Owner = b.owner(r, six.value)
	}
	s.AvailabilityZone = r.Get("availability_zone").AsString()
	if s.AvailabilityZone.IsNull() || s.AvailabilityZone.IsUnknown() {
		if id := r.Get("availability_zone_id").AsString(); !id.IsNull() {
			s.AvailabilityZone = id
		}
	}
	unset := tf.No
	if s.Outside {
		unset = tf.Maybe
	}
	s.PublicIPOnLaunch = tf.TriVal(argument(r, "map_public_ip_on_launch").value.AsBool(), unset)
	s.IPv6OnCreation = tf.TriVal(argument(r, "assign_ipv6_address_on_creation").value.AsBool(), unset)
	b.n.Subnets = append(b.n.Subnets, s)
	register(b, r, s)
}

// vpcArgument is the vpc_id of a resource, or of a data source the VPC that
// its filter asks for.
func (b *builder) vpcArgument(r *tf.Resource) tf.Value {
	v := r.Get("vpc_id")
	computed := isEmpty(v) || v.IsUnknown() && len(v.Candidates()) == 0
	if r.Addr.Mode != tf.Data || !computed {
		return v
	}
	filters, _ := r.Get("filter").Blocks()
	for _, f := range filters {
		name, _ := f.Get("name").AsString().Known()
		if name == "vpc-id" || name == "attachment.vpc-id" {
			return f.Get("values")
		}
	}
	if isEmpty(v) {
		return tf.UnknownValue()
	}
	return v
}

// mentionSubnets makes the subnets that a data source lists. While their ids
// are not known, one stands for all of them.
func (b *builder) mentionSubnets(r *tf.Resource) {
	vpc := link(b, r, b.vpcArgument(r), b.outsideVPC)
	mention := func(o Object) *Subnet {
		s := newOutsideSubnet(o)
		s.VPC = vpc
		if v, ok := vpc.One(); ok && v.Default {
			// VPC-2: as AWS makes the subnets of a default VPC.
			s.CIDR, s.PublicIPOnLaunch, s.IPv6OnCreation = v.CIDRs[0], tf.Yes, tf.No
		}
		b.n.Subnets = append(b.n.Subnets, s)
		return s
	}
	found, all := listed[Subnet](b, r, r.Get("ids"))
	for _, s := range found {
		registerAttribute(b, r, "ids", s)
	}
	if all {
		return
	}
	ids, complete := r.Get("ids").Strings()
	for _, id := range ids {
		outside(b, b.scope(r), id, func(id string) *Subnet {
			return mention(Object{Label: id + " (outside the input)", Scope: b.scope(r), Listed: r.Address})
		})
	}
	if !complete {
		o := b.object(r)
		o.Label = "a subnet of " + o.Label
		s := mention(o)
		register(b, r, s)
		registerAttribute(b, r, "ids", s)
	}
}

// outsideSubnet is a subnet of which only the id is known (U-13).
func (b *builder) outsideSubnet(id string) *Subnet {
	s := newOutsideSubnet(outsideObject(id))
	b.n.Subnets = append(b.n.Subnets, s)
	return s
}

func newOutsideSubnet(o Object) *Subnet {
	return &Subnet{
		Object: o, Outside: true, VPC: Link[VPC]{Open: true},
		CIDR:             Block{Family: packet.IPv4, Private: tf.No},
		AvailabilityZone: tf.UnknownVal[string](),
	}
}

// privateIPv6 says whether the IPv6 addresses of a VPC are private; a subnet's
// block is part of its VPC's (U-9).
func privateIPv6(l Link[VPC]) tf.Tri {
	answer, found := tf.No, false
	for _, v := range l.To {
		for _, c := range v.CIDRs {
			if c.Family != packet.IPv6 {
				continue
			}
			if found && c.Private != answer {
				return tf.Maybe
			}
			answer, found = c.Private, true
		}
	}
	return answer
}

// association is one choice of a T for a subnet or an attachment.
type association[T any] struct {
	to      Link[T]
	cause   Cause
	certain bool // it is about this one and no other
	listed  bool // a state lists it, and no argument makes it
}

// placeSubnets finds route table and ACL of every subnet: those associated
// with it, else the main and the default one of its VPC (RT-1, NACL-1).
func (b *builder) placeSubnets() {
	tables, acls := b.tableAssociations(), b.aclAssociations()
	mains := b.mainTables()
	for _, s := range b.n.Subnets {
		var main Link[RouteTable]
		var acl Link[ACL]
		for _, v := range s.VPC.To {
			main = union(main, mains[v])
			acl = union(acl, only(v.DefaultACL))
		}
		main, acl = b.unlessElsewhere(s, main, acl)
		s.RouteTable, s.Association = choose(tables[s], main)
		s.ACL, _ = choose(acls[s], acl)
	}
}

// unlessElsewhere says how certain the implicit associations of a subnet are.
// One that exists may be associated elsewhere (TF-RT-2, U-14): that it is not
// is assumed of a managed subnet, and not of one that is only mentioned.
func (b *builder) unlessElsewhere(s *Subnet, main Link[RouteTable], acl Link[ACL]) (Link[RouteTable], Link[ACL]) {
	vpc, certain := s.VPC.One()
	switch {
	case certain && b.defaultSubnet[vpc] == s: // as AWS made it (U-7)
	case s.Outside || !certain:
		main.Open, acl.Open = true, true
	case !b.isNew(s.Resource) || s.Resource.Addr.Type == "aws_default_subnet": // which is only adopted
		a := &tf.Assumption{
			ID: "associations:" + vpc.Label, Address: vpc.Label,
			Text: "no subnet of " + vpc.Label + " is associated with a route table or network ACL outside this input (TF-RT-2)",
		}
		main.Assumption, acl.Assumption = a, a
	}
	return main, acl
}

// choose is the association in force: a certain one, else any of those that
// may hold or the implicit one (U-22).
func choose[T any](associations []association[T], implicit Link[T]) (Link[T], Cause) {
	if certain := certainOf(associations); len(certain) > 0 {
		l := certain[0].to
		for _, a := range certain[1:] {
			if one, ok := a.to.One(); !ok || len(l.To) != 1 || l.To[0] != one || l.Open {
				l = union(l, a.to) // they replace or refuse each other (TF-NACL-1)
			}
		}
		return l, certain[0].cause
	}
	l, cause := implicit, Cause{}
	l.Open = l.Open || len(associations) > 0 && !l.IsSet() // there may be none
	for i, a := range associations {
		if i == 0 {
			cause = a.cause
		}
		l = union(l, a.to)
	}
	return l, cause
}

// certainOf are the certain ones of several associations, those that the
// configuration makes before those that a state lists.
func certainOf[T any](associations []association[T]) []association[T] {
	var made, listed []association[T]
	for _, a := range associations {
		switch {
		case a.certain && a.listed:
			listed = append(listed, a)
		case a.certain:
			made = append(made, a)
		}
	}
	if len(made) > 0 {
		return made
	}
	return listed
}

// associations are the choices for every S, a subnet or an attachment.
type associations[S, T any] struct {
	of    map[*S][]association[T]
	loose map[string]*looseAssociation[S, T] // by block
}

// looseAssociation is the associations of one block of which nobody can tell
// which is about which S.
type looseAssociation[S, T any] struct {
	count int
	from  gathered[S]
	to    gathered[T]
	cause Cause
}

func newAssociations[S, T any]() *associations[S, T] {
	return &associations[S, T]{map[*S][]association[T]{}, map[string]*looseAssociation[S, T]{}}
}

func (a *associations[S, T]) add(from Link[S], to Link[T], cause Cause) {
	if to.Assumption == nil {
		to.Assumption = from.Assumption
	}
	if s, one := from.One(); one {
		a.of[s] = append(a.of[s], association[T]{to: to, cause: cause, certain: sure(cause.Resource, from)})
		return
	}
	block := tf.StripKeys(cause.Resource.Address)
	l := a.loose[block]
	if l == nil {
		l = &looseAssociation[S, T]{cause: cause}
		a.loose[block] = l
	}
	l.count++
	l.from.add(from)
	l.to.add(to)
}

// settle places the loose associations. As each S has one association only,
// n instances of one block over the same n of them leave none out (U-22).
func (a *associations[S, T]) settle() map[*S][]association[T] {
	for _, block := range slices.Sorted(maps.Keys(a.loose)) {
		l := a.loose[block]
		all := !l.from.Open && l.count >= len(l.from.To) && !l.cause.Resource.Maybe
		for _, s := range l.from.To {
			a.of[s] = append(a.of[s], association[T]{to: l.to.Link, cause: l.cause, certain: all})
		}
	}
	return a.of
}

// tableAssociations are the route tables that subnets are associated with.
func (b *builder) tableAssociations() map[*Subnet][]association[RouteTable] {
	found := newAssociations[Subnet, RouteTable]()
	for r := range b.each("aws_route_table_association") {
		table := link(b, r, r.Get("route_table_id"), b.outsideTable)
		if gateway := argument(r, "gateway_id"); gateway.isSet() && !argument(r, "subnet_id").isSet() {
			b.edge(r, table, gateway.value)
			continue
		}
		found.add(link(b, r, r.Get("subnet_id"), b.outsideSubnet), table, Cause{r, "route_table_id"})
	}
	return found.settle()
}

// edge associates tables with the gateway whose arrivals they route (RT-9).
func (b *builder) edge(r *tf.Resource, table Link[RouteTable], gateway tf.Value) {
	kind := b.gatewayKind(r, gateway)
	for _, t := range table.To {
		t.Edge = true
		if kind != TargetVPNGateway {
			t.EdgeGateway = union(t.EdgeGateway, perhaps(r, link(b, r, gateway, b.outsideGateway)))
		}
		if kind != TargetInternetGateway {
			t.EdgeVPN = union(t.EdgeVPN, perhaps(r, link(b, r, gateway, b.outsideVPNGateway)))
		}
	}
}

// mainTables are the main route tables of the VPCs: the original one, unless
// another replaces it (RT-2).
func (b *builder) mainTables() map[*VPC]Link[RouteTable] {
	mains := map[*VPC]Link[RouteTable]{}
	for _, v := range b.n.VPCs {
		mains[v] = only(v.MainRouteTable)
	}
	replaced := map[*VPC]bool{}
	for r := range b.each("aws_main_route_table_association") {
		table := link(b, r, r.Get("route_table_id"), b.outsideTable)
		vpc := link(b, r, r.Get("vpc_id"), b.outsideVPC)
		certain := sure(r, vpc)
		for _, v := range vpc.To {
			if certain && !replaced[v] {
				mains[v], replaced[v] = table, true
			} else { // of several, nobody knows which is the last
				mains[v] = union(mains[v], table)
			}
		}
	}
	for v, l := range mains {
		if t, ok := l.One(); ok && t != v.MainRouteTable {
			v.MainRouteTable.Main = false
			v.MainRouteTable = t
			t.Main = true
		}
	}
	return mains
}

// aclAssociations are the ACLs that subnets are associated with (TF-NACL-1).
func (b *builder) aclAssociations() map[*Subnet][]association[ACL] {
	found := newAssociations[Subnet, ACL]()
	for r := range b.each("aws_network_acl", "aws_default_network_acl") {
		ids := argument(r, "subnet_ids")
		to := Link[ACL]{To: []*ACL{objectOf[ACL](b, r)}}
		l := links(b, r, ids.value, b.outsideSubnet)
		listed := r.Config.Sets("subnet_ids") == tf.No
		for _, s := range l.Each {
			if only, one := s.One(); listed && one {
				found.of[only] = append(found.of[only], association[ACL]{to, ids.cause, sure(r, s), listed})
				continue
			}
			found.add(s, to, ids.cause)
		}
		for _, s := range l.Maybe {
			for _, may := range s.To {
				found.of[may] = append(found.of[may], association[ACL]{to: to, cause: ids.cause})
			}
		}
	}
	for r := range b.each("aws_network_acl_association") {
		acl := link(b, r, r.Get("network_acl_id"), b.outsideACL)
		found.add(link(b, r, r.Get("subnet_id"), b.outsideSubnet), acl, Cause{r, "network_acl_id"})
	}
	return found.settle()
}
