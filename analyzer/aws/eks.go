package aws

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// declareClusterGroups makes the group that EKS makes for each cluster:
// everything from its members, everything out (SVC-5). Rules and references
// find it through the cluster's attribute.
func (b *builder) declareClusterGroups() {
	for r := range b.each("aws_eks_cluster") {
		g := &SecurityGroup{
			Object:  Object{Label: "cluster security group of " + r.Address, Scope: b.scope(r)},
			Ingress: []Rule{allTraffic()},
			Egress:  []Rule{allTraffic()},
			Open:    !b.isNew(r),
			Maker:   Cause{Resource: r, Argument: "vpc_config[0].cluster_security_group_id"},
		}
		g.Ingress[0].Self = tf.Yes
		g.Egress[0].CIDRs = []Peer[netip.Prefix]{{To: anyIPv4}, {To: anyIPv6}}
		b.n.SecurityGroups = append(b.n.SecurityGroups, g)
		register(b, r, g)
		registerAttribute(b, r, "vpc_config.cluster_security_group_id", g)
	}
}

// allTraffic is a rule that AWS makes, for every protocol and no peer yet.
func allTraffic() Rule {
	return Rule{Protocol: tf.KnownVal("-1"), FromPort: tf.KnownVal(0), ToPort: tf.KnownVal(0), Self: tf.No}
}

// clusters are the control planes of EKS: interfaces in the cluster's subnets
// behind its own groups and the cluster group, and an API that is public
// unless somebody closes it (SVC-5).
func (b *builder) clusters() {
	for r := range b.each("aws_eks_cluster") {
		i := b.newInterface(r, KindCluster)
		i.Ports = ports(443)
		b.place(i, r, argument(r, "vpc_config.subnet_ids"))
		if own := argument(r, "vpc_config.security_group_ids"); own.isSet() {
			b.secure(i, r, own)
		}
		i.Groups.Each = append(i.Groups.Each, b.clusterGroup(r))
		b.join(objectOf[SecurityGroup](b, r), i)
		b.add(i)

		public := argument(r, "vpc_config.endpoint_public_access")
		s := &PublicService{
			Object:  b.object(r),
			Service: "Kubernetes API of " + r.Address,
			Ports:   ports(443),
			Cause:   public.cause,
			Public:  tf.TriVal(public.value.AsBool(), tf.Yes),
			Switch:  Cause{Resource: r, Argument: "vpc_config.endpoint_public_access"},
		}
		s.Sources, s.Cause = admitted(argument(r, "vpc_config.public_access_cidrs"), public.cause)
		b.n.PublicServices = append(b.n.PublicServices, s)
	}
}

// admitted are the CIDRs that may reach a public service: everyone where the
// argument is not set. In a nested block unset shows as unknown (U-4), which
// without candidates stays a default rather than a doubt.
func admitted(cidrs setting, otherwise Cause) ([]tf.Val[netip.Prefix], Cause) {
	unset := cidrs.value.IsUnknown() && len(cidrs.value.Candidates()) == 0 && cidrs.cause.Resource.IsNew()
	if !cidrs.isSet() || unset {
		return []tf.Val[netip.Prefix]{tf.KnownVal(anyIPv4)}, otherwise
	}
	list, ok := cidrs.value.Blocks()
	if !ok {
		return []tf.Val[netip.Prefix]{tf.UnknownVal[netip.Prefix]()}, cidrs.cause
	}
	var sources []tf.Val[netip.Prefix]
	for _, c := range list {
		text, state := c.AsString().Get()
		prefix, err := netip.ParsePrefix(text)
		if state != tf.IsKnown || err != nil {
			sources = append(sources, tf.UnknownVal[netip.Prefix]())
			continue
		}
		sources = append(sources, tf.KnownVal(prefix.Masked()))
	}
	return sources, cidrs.cause
}

// clusterGroup is the group that EKS made for a cluster, outside the input
// where the cluster is.
func (b *builder) clusterGroup(cluster *tf.Resource) Link[SecurityGroup] {
	if cluster != nil {
		if g := objectOf[SecurityGroup](b, cluster); g != nil {
			return only(g)
		}
	}
	return Link[SecurityGroup]{Open: true}
}

// nodes of EKS are machines behind the groups of their launch template, else
// behind the cluster group; remote access adds a group that EKS makes (SVC-6,
// TF-NI-8). Fargate pods stand behind the cluster group.
func (b *builder) nodeGroups() {
	for r := range b.each("aws_eks_node_group") {
		cluster := b.named(r, argument(r, "cluster_name"), "aws_eks_cluster")
		for _, l := range b.templateOf(r, r.Get("launch_template"), "launch_template") {
			l.subnet = argument(r, "subnet_ids")
			i := b.newInterface(r, KindFleet)
			b.place(i, r, l.subnet)
			if l.groups.isSet() {
				b.secure(i, r, l.groups)
			} else {
				i.Groups.Each = append(i.Groups.Each, b.clusterGroup(cluster))
				b.confine(i)
			}
			if access, _ := blocks(r, "remote_access"); len(access) > 0 {
				i.Groups.Each = append(i.Groups.Each, b.remoteAccess(r, access[0], i))
			}
			i.publish(l.public)
			i.number(l.ipv6...)
			b.add(i)
		}
	}
	for r := range b.each("aws_eks_fargate_profile") {
		cluster := b.named(r, argument(r, "cluster_name"), "aws_eks_cluster")
		i := b.newInterface(r, KindTask)
		b.place(i, r, argument(r, "subnet_ids"))
		i.Groups.Each = append(i.Groups.Each, b.clusterGroup(cluster))
		b.add(i)
	}
}

// remoteAccess is the group that EKS makes for SSH to its nodes: from the
// groups that are named, else from everywhere (TF-NI-8).
func (b *builder) remoteAccess(r *tf.Resource, block tf.Value, i *Interface) Link[SecurityGroup] {
	sources := inside(r, block, "remote_access", "source_security_group_ids")
	ssh := Rule{Cause: sources.cause, Protocol: tf.KnownVal("tcp"), FromPort: tf.KnownVal(22), ToPort: tf.KnownVal(22), Self: tf.No}
	if sources.isSet() {
		from := links(b, r, sources.value, b.outsideGroup)
		for _, g := range append(from.Each, from.Maybe...) {
			ssh.Groups = append(ssh.Groups, Peer[Link[SecurityGroup]]{Cause: sources.cause, To: g})
		}
		ssh.AnyPeer = from.Open
	} else {
		key := inside(r, block, "remote_access", "ec2_ssh_key")
		ssh.Maybe = key.value.IsUnknown()
		if key.isSet() {
			ssh.CIDRs = []Peer[netip.Prefix]{{Cause: key.cause, To: anyIPv4}}
		}
	}
	out := allTraffic()
	out.CIDRs = []Peer[netip.Prefix]{{To: anyIPv4}}
	g := &SecurityGroup{
		Object:  Object{Label: "remote access group of " + r.Address, Scope: b.scope(r)},
		Ingress: []Rule{ssh},
		Egress:  []Rule{out},
	}
	b.join(g, i)
	b.n.SecurityGroups = append(b.n.SecurityGroups, g)
	return only(g)
}

// ports are TCP ports that a service listens on.
func ports(numbers ...uint16) []ServicePort {
	var list []ServicePort
	for _, n := range numbers {
		list = append(list, ServicePort{Protocol: packet.TCP, From: n, To: n})
	}
	return list
}
