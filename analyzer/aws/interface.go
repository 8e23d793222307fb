package aws

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// declareInterfaces makes every interface of the input. It needs the subnets
// and groups, and comes before anything that may refer to an interface.
func (b *builder) declareInterfaces() {
	b.declareClusterGroups()
	b.clusters()
	b.networkInterfaces()
	b.machines()
	b.scalingGroups()
	b.requests()
	b.nodeGroups()
	b.tasks()
	b.services()
	b.endpoints()
	b.instanceConnects()
	b.clientVPNs()
	b.loadBalancers()
	b.endpointServices()
	b.targetGroups()
	b.servePublic()
	b.sizeMembers()
}

// linkInterfaces adds what other resources say about interfaces: owners,
// groups, Elastic IPs, listeners and targets.
func (b *builder) linkInterfaces() {
	b.attachments()
	b.groupAttachments()
	b.endpointAssociations()
	b.elasticIPs()
	b.listeners()
	b.registerTargets()
	b.entries()
	b.proxies()
	b.lattice()
	// An endpoint without any subnet has no interface (EP-2).
	for _, e := range b.n.Endpoints {
		if e.Interface != nil && e.Interface.nowhere() {
			e.Interface = nil
		}
	}
	b.n.Interfaces = slices.DeleteFunc(b.n.Interfaces, (*Interface).nowhere)
}

// nowhere reports whether an interface certainly stands in no subnet.
func (i *Interface) nowhere() bool {
	return len(i.Subnets.Each)+len(i.Subnets.Maybe) == 0 && !i.Subnets.Open
}

// newInterface is an interface that filters, sends and accepts like any
// other; what places it is still to be set.
func (b *builder) newInterface(r *tf.Resource, kind InterfaceKind) *Interface {
	return &Interface{
		Object:          b.object(r),
		Kind:            kind,
		Owner:           r,
		HasGroups:       tf.Yes,
		PublicIPv4:      tf.No,
		IPv6:            tf.No,
		SourceDestCheck: tf.Yes,
		Initiates:       tf.Yes,
		Inbound:         tf.Yes,
		New:             b.isNew(r),
	}
}

// add enters an interface into the network, so that references to its
// resource find it.
func (b *builder) add(i *Interface) {
	for _, l := range i.Subnets.Each {
		i.assume(l.Assumption)
	}
	for _, l := range i.Groups.Each {
		i.assume(l.Assumption)
	}
	b.n.Interfaces = append(b.n.Interfaces, i)
	register(b, i.Resource, i)
}

func (i *Interface) assume(a *tf.Assumption) {
	if a == nil {
		return
	}
	for _, has := range i.Assumptions {
		if has.ID == a.ID {
			return
		}
	}
	i.Assumptions = append(i.Assumptions, a)
}

// place puts an interface into subnets. Nobody chose any: it goes to a
// default subnet of the default VPC (TF-NI-2, VPC-2), nobody can tell which.
func (b *builder) place(i *Interface, from *tf.Resource, subnets setting) {
	i.Placement = subnets.cause
	if subnets.isSet() {
		i.Subnets = links(b, from, subnets.collection(), b.outsideSubnet)
		return
	}
	i.AnySubnet = true
	for _, s := range b.defaultSubnets(i.Scope) {
		i.Subnets.Each = append(i.Subnets.Each, only(s))
	}
}

// secure gives an interface its groups: those that are set, else the default
// group of its VPC (SG-5).
func (b *builder) secure(i *Interface, from *tf.Resource, groups setting) {
	if groups.isSet() {
		i.GroupsCause = groups.cause
		i.Groups = links(b, from, groups.value, b.outsideGroup)
	} else {
		i.Groups = Links[SecurityGroup]{Each: []Link[SecurityGroup]{i.defaultGroup()}}
	}
	b.confine(i)
}

// defaultGroup is the default group of the interface's VPC, every one that it
// may be, or one outside the input.
func (i *Interface) defaultGroup() Link[SecurityGroup] {
	var l Link[SecurityGroup]
	vpcs, open := i.vpcs()
	l.Open = open
	for _, v := range vpcs {
		if v.DefaultGroup == nil {
			l.Open = true
			continue
		}
		l.To = append(l.To, v.DefaultGroup)
	}
	return l
}

// vpcs are the VPCs that the interface may stand in; open is set when it may
// be another.
func (i *Interface) vpcs() (vpcs []*VPC, open bool) {
	seen := map[*VPC]bool{}
	// One subnet whose VPC is certain decides for all of them.
	for _, l := range i.Subnets.Each {
		if s, ok := l.One(); ok {
			if v, ok := s.VPC.One(); ok {
				return []*VPC{v}, false
			}
		}
	}
	for _, s := range i.Subnets.all() {
		open = open || s.VPC.Open || !s.VPC.IsSet()
		for _, v := range s.VPC.To {
			if !seen[v] {
				seen[v] = true
				vpcs = append(vpcs, v)
			}
		}
	}
	return vpcs, open || i.Subnets.open() || len(vpcs) == 0
}

// all are the objects that are meant or may be meant.
func (l Links[T]) all() []*T {
	var all []*T
	for _, e := range l.Each {
		all = append(all, e.To...)
	}
	for _, m := range l.Maybe {
		all = append(all, m.To...)
	}
	return all
}

// open reports whether an object outside the input may be meant as well.
func (l Links[T]) open() bool {
	if l.Open {
		return true
	}
	for _, e := range l.Each {
		if e.Open || len(e.To) == 0 {
			return true
		}
	}
	for _, m := range l.Maybe {
		if m.Open || len(m.To) == 0 {
			return true
		}
	}
	return false
}

// agree is what all of the linked objects say, and the object that decides
// it: the first one that says yes, else the first.
func agree[T any](l Links[T], say func(*T) tf.Tri) (tf.Tri, *T) {
	var answer tf.Tri
	var decides *T
	for n, o := range l.all() {
		s := say(o)
		if decides == nil || (s == tf.Yes && say(decides) != tf.Yes) {
			decides = o
		}
		switch {
		case n == 0:
			answer = s
		case s != answer:
			answer = tf.Maybe
		}
	}
	if l.open() {
		answer = tf.Maybe
	}
	return answer, decides
}

// publish decides the public IPv4 address of an interface that is launched
// into a subnet: the switch, else the subnet's map_public_ip_on_launch
// (TF-NI-2).
func (i *Interface) publish(public setting) {
	i.PublicCause = public.cause
	if public.isSet() {
		i.PublicIPv4 = tf.TriVal(public.value.AsBool(), tf.Maybe)
		return
	}
	var decides *Subnet
	i.PublicIPv4, decides = agree(i.Subnets, func(s *Subnet) tf.Tri { return s.PublicIPOnLaunch })
	if decides != nil && decides.Resource != nil && decides.Resource.Addr.Mode == tf.Managed {
		i.PublicCause = Cause{Resource: decides.Resource, Argument: "map_public_ip_on_launch"}
	}
}

// number gives an interface its IPv6 addresses: those asked for, else the
// subnet's assign_ipv6_address_on_creation (TF-NI-2). A block that an internet
// gateway never carries counts as none (IGW-3).
func (i *Interface) number(asked ...setting) {
	carried, _ := agree(i.Subnets, func(s *Subnet) tf.Tri {
		switch {
		case s.IPv6 != nil:
			return s.IPv6.Private.Not().Or(tf.TriOf(s.IPv6.Private != tf.Yes && s.IPv6.Known()))
		case s.Outside:
			return tf.Maybe
		}
		return tf.No
	})
	wanted := tf.No
	set := false
	for _, a := range asked {
		if !a.isSet() {
			continue
		}
		set = true
		if n, known := a.value.AsInt().Known(); known && a.value.Kind() == tf.Number {
			wanted = wanted.Or(tf.TriOf(n > 0))
			continue
		}
		wanted = wanted.Or(truth(a.value, "", tf.No))
	}
	if !set {
		wanted, _ = agree(i.Subnets, func(s *Subnet) tf.Tri { return s.IPv6OnCreation })
	}
	i.IPv6 = wanted.And(carried)
	has, _ := agree(i.Subnets, func(s *Subnet) tf.Tri { return tf.TriOf(s.IPv6 != nil) })
	i.InnerIPv6 = wanted.And(has) != tf.No && i.IPv6 == tf.No
}

// address records the private addresses that are known (U-10).
func (i *Interface) address(settings ...setting) {
	for _, s := range settings {
		i.Addresses = append(i.Addresses, addressesOf(s.value)...)
	}
}

// PublicAt says whether one of its private addresses has a public one: the
// internet gateway translates each by itself (IGW-2).
func (i *Interface) PublicAt(a netip.Addr) tf.Tri {
	primary, four := tf.Maybe, 0
	for _, other := range i.Addresses {
		if other.Unmap().Is4() {
			four++
		}
	}
	switch {
	case i.Primary.IsValid():
		primary = tf.TriOf(a == i.Primary)
	case i.OneAddress:
		primary = tf.Yes
	case slices.Contains(i.Secondary, a):
		primary = tf.No
	case four == 1 && len(i.Secondary) == 0:
		primary = tf.Yes
	}
	assigned := i.Assigned
	if len(i.ElasticIPs) == 0 {
		assigned = i.PublicIPv4
	}
	public := primary.And(assigned)
	for _, e := range i.ElasticIPs {
		at := primary
		switch p, state := e.Private.Get(); state {
		case tf.IsKnown:
			at = tf.TriOf(p == a)
		case tf.IsUnknown:
			at = tf.Maybe
		}
		public = public.Or(at.And(e.There))
	}
	return public
}

// addressOf is the one address that a value is.
func addressOf(v tf.Value) tf.Val[netip.Addr] {
	switch list := addressesOf(v); {
	case len(list) == 1:
		return tf.KnownVal(list[0])
	case isEmpty(v):
		return tf.Val[netip.Addr]{}
	}
	return tf.UnknownVal[netip.Addr]()
}

// addressesOf are the addresses in a value, as far as they are known.
func addressesOf(v tf.Value) []netip.Addr {
	var out []netip.Addr
	texts, _ := v.Strings()
	for _, t := range texts {
		if a, err := netip.ParseAddr(t); err == nil {
			out = append(out, a)
		}
	}
	return out
}

// networkInterfaces are the interfaces that Terraform manages by themselves
// (TF-NI-3). One that an instance uses gets that instance as its owner later.
func (b *builder) networkInterfaces() {
	for r := range b.each("aws_network_interface") {
		i := b.newInterface(r, KindENI)
		b.place(i, r, argument(r, "subnet_id"))
		b.secure(i, r, argument(r, "security_groups"))
		i.number(argument(r, "ipv6_addresses"), argument(r, "ipv6_address_count"), argument(r, "ipv6_prefixes"))
		// With prefixes of its own it has more addresses than it shows (M-6).
		if !delegated(r, "ipv4") {
			i.address(argument(r, "private_ips"), argument(r, "private_ip"))
			i.Primary, _ = addressOf(r.Get("private_ip")).Known()
			several := argument(r, "private_ips_count").isSet() || argument(r, "private_ip_list").isSet()
			i.OneAddress = r.IsNew() && !several && len(argument(r, "private_ips").value.Elements()) <= 1 && !argument(r, "private_ips").value.IsUnknown()
		}
		if !delegated(r, "ipv6") {
			i.address(argument(r, "ipv6_addresses"))
		}
		i.SourceDestCheck = tf.TriVal(argument(r, "source_dest_check").value.AsBool(), tf.Yes)
		b.add(i)
	}
}

// delegated reports whether an interface has prefixes of a family, or may have
// some (M-6).
func delegated(r *tf.Resource, family string) bool {
	n, known := argument(r, family+"_prefix_count").value.AsInt().Default(0).Known()
	return !isEmpty(argument(r, family+"_prefixes").value) || !known || n > 0
}

// attachments gives interfaces to the instances that they are attached to, by a
// resource or by a block of their own (TF-NI-3, SG-3).
func (b *builder) attachments() {
	for r := range b.each("aws_network_interface") {
		known, _ := blocks(r, "attachment")
		for _, block := range known {
			if instance := b.named(r, inside(r, block, "attachment", "instance"), "aws_instance"); instance != nil {
				i := objectOf[Interface](b, r)
				i.Owner, i.Kind = instance, KindInstance
			}
		}
	}
	for r := range b.each("aws_network_interface_attachment") {
		instance := b.named(r, argument(r, "instance_id"), "aws_instance")
		i, certain := link[Interface](b, r, argument(r, "network_interface_id").value, nil).One()
		if certain && instance != nil {
			i.Owner, i.Kind = instance, KindInstance
		}
	}
}

// named is the one instance of a type that an argument certainly names, or
// nil.
func (b *builder) named(from *tf.Resource, s setting, resourceType string) *tf.Resource {
	targets, exact := b.mayName(from, s, resourceType)
	if exact {
		return targets[0]
	}
	return nil
}

// mayName are the instances of a type that an argument may name; exact is set
// when it certainly names the only one.
func (b *builder) mayName(from *tf.Resource, s setting, resourceType string) (targets []*tf.Resource, exact bool) {
	identities, exact := b.resources(from, s.value)
	for _, i := range identities {
		if canonicalType(i.resource.Addr.Type) == resourceType && i.resource.Addr.Mode == tf.Managed && !slices.Contains(targets, i.resource) {
			targets = append(targets, i.resource)
		}
	}
	return targets, exact && len(targets) == 1
}

// groupAttachments are the groups that other resources add to an interface.
// Together with groups that the interface sets itself they overwrite each
// other, so that they count as possible only (TF-SG-9).
func (b *builder) groupAttachments() {
	for r := range b.each("aws_network_interface_sg_attachment") {
		group := link(b, r, argument(r, "security_group_id").value, b.outsideGroup)
		b.attachGroup(r, argument(r, "network_interface_id"), group)
	}
}

func (b *builder) attachGroup(r *tf.Resource, to setting, group Link[SecurityGroup]) {
	target := link[Interface](b, r, to.value, nil)
	for _, i := range target.To {
		if sure(r, target) && i.GroupsCause == (Cause{}) {
			i.Groups.Each = append(i.Groups.Each, group)
		} else {
			i.Groups.Maybe = append(i.Groups.Maybe, group)
		}
	}
}

// customerOwned says whether an address is of a pool of the customer's, which
// leads to the network on premises and not to the internet. From which other
// pool it comes decides its value only (TF-NI-11).
func customerOwned(r *tf.Resource) tf.Tri {
	switch pool := argument(r, "customer_owned_ipv4_pool"); {
	case !pool.isSet():
		return tf.No
	case pool.value.IsUnknown():
		return tf.Maybe
	}
	return tf.Yes
}

// onlyOnPremises is what it rests on that an address of the customer's is not
// public (TF-NI-11).
func onlyOnPremises(r *tf.Resource, holder string) *tf.Assumption {
	return &tf.Assumption{
		ID: "customer-pool:" + holder, Address: r.Address,
		Text: "the network on premises lets nobody in from the internet to the customer-owned address of " + holder + " (TF-NI-11)",
	}
}

// elasticIPs gives interfaces their Elastic IPs. Where it is not certain
// which interface gets one, each candidate may (TF-NI-3).
func (b *builder) elasticIPs() {
	for r := range b.each("aws_eip", "aws_eip_association") {
		eip := r
		if r.Addr.Type == "aws_eip_association" {
			eip = b.named(r, argument(r, "allocation_id"), "aws_eip")
		}
		public := tf.Yes
		if eip != nil {
			public = customerOwned(eip).Not()
		}
		for _, name := range []string{"instance", "network_interface", "instance_id", "network_interface_id"} {
			to := argument(r, name)
			if !to.isSet() {
				continue
			}
			l := link[Interface](b, r, to.value, nil)
			_, certain := l.One()
			certain = certain && public == tf.Yes
			private := addressOf(firstSet(argument(r, "associate_with_private_ip"), argument(r, "private_ip_address")).value)
			for _, i := range l.To {
				if public == tf.No {
					i.assume(onlyOnPremises(eip, i.Label))
					continue
				}
				if len(i.ElasticIPs) == 0 {
					i.Assigned = i.PublicIPv4
				}
				i.ElasticIPs = append(i.ElasticIPs, ElasticIP{private, tf.TriOf(certain && !r.Maybe).Or(tf.Maybe)})
				switch {
				case certain:
					if !r.Maybe || i.PublicIPv4 == tf.No {
						i.PublicIPv4, i.PublicCause = tf.TriOf(!r.Maybe).Or(tf.Maybe), to.cause // U-12
					}
					i.PublicAddresses = append(i.PublicAddresses, addressesOf(r.Get("public_ip"))...)
					if eip != nil {
						register(b, eip, i)
					}
				case i.PublicIPv4 == tf.No:
					i.PublicIPv4, i.PublicCause = tf.Maybe, to.cause
				}
			}
		}
	}
}
