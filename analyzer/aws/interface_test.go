package aws

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// site is a VPC with a public and a private subnet and two groups.
func site() []*tf.Resource {
	return []*tf.Resource{
		made("aws_vpc.main", attrs{"cidr_block": "10.0.0.0/16"}),
		made("aws_subnet.public", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.1.0/24", "map_public_ip_on_launch": true, "availability_zone": "eu-west-1a"}),
		made("aws_subnet.private", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.2.0/24", "availability_zone": "eu-west-1b"}),
		made("aws_subnet.dual", attrs{"vpc_id": ref("aws_vpc.main.id"), "cidr_block": "10.0.3.0/24",
			"ipv6_cidr_block": "2001:db8:1:3::/64", "assign_ipv6_address_on_creation": true, "availability_zone": "eu-west-1c"}),
		made("aws_security_group.web", attrs{"vpc_id": ref("aws_vpc.main.id")}),
		made("aws_security_group.db", attrs{"vpc_id": ref("aws_vpc.main.id")}),
	}
}

// standing is how an interface stands in its network, in words.
type standing struct {
	subnets, groups string
	public          tf.Tri
	because         string // address and argument that decide the public address
	ipv6            tf.Tri
}

func standingOf(i *Interface) standing {
	return standing{
		subnets: labels(i.Subnets, subnetObject),
		groups:  labels(i.Groups, groupObject),
		public:  i.PublicIPv4,
		because: i.PublicCause.Address() + " " + i.PublicCause.Argument,
		ipv6:    i.IPv6,
	}
}

func TestInstances(t *testing.T) {
	const launched = "aws_subnet.public map_public_ip_on_launch"
	tests := []struct {
		name string
		make []*tf.Resource
		want standing
	}{
		{"TF-NI-1: its own arguments", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}, "associate_public_ip_address": true}),
		}, standing{"aws_subnet.private", "aws_security_group.web", tf.Yes, "aws_instance.i associate_public_ip_address", tf.No}},
		{"TF-NI-2, SG-5: an unset address follows the subnet, an unset group is the default one", []*tf.Resource{
			with(made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.public.id")}),
				attrs{"associate_public_ip_address": tf.UnknownValue(), "vpc_security_group_ids": tf.UnknownValue()}),
		}, standing{"aws_subnet.public", "default security group of aws_vpc.main", tf.Yes, launched, tf.No}},
		{"TF-NI-2: the switch overrides the subnet", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.public.id"), "associate_public_ip_address": false}),
		}, standing{"aws_subnet.public", "default security group of aws_vpc.main", tf.No, "aws_instance.i associate_public_ip_address", tf.No}},
		{"U-4: a switch that is set to something unknown is unknown", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.public.id"), "associate_public_ip_address": tf.UnknownValue()}),
		}, standing{"aws_subnet.public", "default security group of aws_vpc.main", tf.Maybe, "aws_instance.i associate_public_ip_address", tf.No}},
		{"TF-NI-2: no subnet is the default VPC", []*tf.Resource{
			with(made("aws_instance.i", attrs{}), attrs{"subnet_id": tf.UnknownValue(), "vpc_security_group_ids": tf.UnknownValue()}),
		}, standing{"default subnet of default VPC of eu-west-1", "default security group of default VPC of eu-west-1", tf.Yes, "aws_instance.i associate_public_ip_address", tf.No}},
		{"TF-NI-2: candidates that disagree leave the address open", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": maybe("aws_subnet.public.id", "aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
		}, standing{"aws_subnet.public? aws_subnet.private?", "aws_security_group.web", tf.Maybe, launched, tf.No}},
		{"TF-NI-2: IPv6 by the subnet", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.dual.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
		}, standing{"aws_subnet.dual", "aws_security_group.web", tf.No, "aws_subnet.dual map_public_ip_on_launch", tf.Yes}},
		{"TF-NI-2: IPv6 by the instance", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.dual.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}, "ipv6_address_count": 0}),
		}, standing{"aws_subnet.dual", "aws_security_group.web", tf.No, "aws_subnet.dual map_public_ip_on_launch", tf.No}},
		{"TF-NI-1, TF-NI-4: the template's values where the instance has none", []*tf.Resource{
			made("aws_launch_template.t", attrs{"network_interfaces": list{attrs{
				"subnet_id": ref("aws_subnet.private.id"), "security_groups": list{ref("aws_security_group.db.id")}, "associate_public_ip_address": "true"}}}),
			made("aws_instance.i", attrs{"launch_template": list{attrs{"id": ref("aws_launch_template.t.id")}}}),
		}, standing{"aws_subnet.private", "aws_security_group.db", tf.Yes, "aws_launch_template.t network_interfaces.associate_public_ip_address", tf.No}},
		{"TF-NI-1, TF-SG-7: a template outside the plan decides what nobody can see, but within the VPC", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "launch_template": list{attrs{"id": "lt-0123456789abcdef0"}}}),
		}, standing{"aws_subnet.private", "default security group of aws_vpc.main? aws_security_group.db? aws_security_group.web?", tf.Maybe, "aws_instance.i launch_template", tf.No}},
		{"U-13: and nothing is closed in a VPC that exists", []*tf.Resource{
			existing("aws_vpc.old", attrs{"id": "vpc-0123456789abcdef0"}),
			made("aws_subnet.old", attrs{"vpc_id": "vpc-0123456789abcdef0", "cidr_block": "10.9.0.0/24"}),
			made("aws_security_group.old", attrs{"vpc_id": "vpc-0123456789abcdef0"}),
			made("aws_instance.i", attrs{"subnet_id": tf.UnknownValue(), "vpc_security_group_ids": list{ref("aws_security_group.old.id")}}),
		}, standing{"aws_subnet.old? ?", "aws_security_group.old", tf.Maybe, "aws_subnet.old map_public_ip_on_launch", tf.Maybe}},
		{"TF-NI-3: an Elastic IP", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
			made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id")}),
		}, standing{"aws_subnet.private", "aws_security_group.web", tf.Yes, "aws_eip.e instance", tf.No}},
		{"TF-NI-3: an Elastic IP by association", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
			made("aws_eip.e", attrs{}),
			made("aws_eip_association.a", attrs{"allocation_id": ref("aws_eip.e.id"), "instance_id": ref("aws_instance.i.id")}),
		}, standing{"aws_subnet.private", "aws_security_group.web", tf.Yes, "aws_eip_association.a instance_id", tf.No}},
		{"TF-NI-11: an Elastic IP of a public pool", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
			made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id"), "public_ipv4_pool": "ipv4pool-ec2-0123456789abcdef0"}),
		}, standing{"aws_subnet.private", "aws_security_group.web", tf.Yes, "aws_eip.e instance", tf.No}},
		{"TF-NI-11: one of the customer's pool leads to the network on premises", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
			made("aws_eip.e", attrs{"customer_owned_ipv4_pool": "ipv4pool-coip-0123456789abcdef0"}),
			made("aws_eip_association.a", attrs{"allocation_id": ref("aws_eip.e.id"), "instance_id": ref("aws_instance.i.id")}),
		}, standing{"aws_subnet.private", "aws_security_group.web", tf.No, "aws_subnet.private map_public_ip_on_launch", tf.No}},
		{"TF-NI-11: one of a pool that is not known", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
			made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id"), "customer_owned_ipv4_pool": tf.UnknownValue()}),
		}, standing{"aws_subnet.private", "aws_security_group.web", tf.Maybe, "aws_eip.e instance", tf.No}},
		{"TF-NI-3: an Elastic IP of one of two instances", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
			made("aws_instance.j", attrs{"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.web.id")}}),
			made("aws_eip.e", attrs{"instance": maybe("aws_instance.i.id", "aws_instance.j.id")}),
		}, standing{"aws_subnet.private", "aws_security_group.web", tf.Maybe, "aws_eip.e instance", tf.No}},
		{"VPC-2: a subnet that a data source lists of the default VPC is public", []*tf.Resource{
			data("aws_vpc.d", attrs{"default": true, "id": "vpc-0123456789abcdef0"}),
			data("aws_subnets.d", attrs{"filter": list{attrs{"name": "vpc-id", "values": list{"vpc-0123456789abcdef0"}}}, "ids": list{"subnet-0123456789abcdef0"}}),
			made("aws_instance.i", attrs{"subnet_id": "subnet-0123456789abcdef0", "vpc_security_group_ids": list{ref("aws_security_group.d.id")}}),
			made("aws_security_group.d", attrs{}),
		}, standing{"subnet-0123456789abcdef0 (outside the input)", "aws_security_group.d", tf.Yes, "aws_instance.i associate_public_ip_address", tf.No}},
		{"U-13: a subnet outside the plan", []*tf.Resource{
			made("aws_instance.i", attrs{"subnet_id": "subnet-0123456789abcdef0", "vpc_security_group_ids": list{"sg-0123456789abcdef0"}}),
		}, standing{"subnet-0123456789abcdef0 (outside the input)", "sg-0123456789abcdef0 (outside the input)", tf.Maybe, "aws_instance.i associate_public_ip_address", tf.Maybe}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := build(append(site(), tt.make...)...)
			i := find(t, n.Interfaces, interfaceObject, "aws_instance.i")
			if got := standingOf(i); got != tt.want {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
			if i.Kind != KindInstance || i.Owner.Address != "aws_instance.i" || !i.New {
				t.Errorf("kind %s, owner %s, new %v", i.Kind, i.Owner.Address, i.New)
			}
		})
	}
}

// An instance that takes an interface made before owns it, and is found
// through it (TF-NI-1). A group added beside those of the interface is possible
// only (TF-SG-9).
func TestInstanceTakesInterface(t *testing.T) {
	n := build(append(site(),
		made("aws_network_interface.n", attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ips": list{"10.0.2.7"},
			"security_groups": list{ref("aws_security_group.web.id")}, "source_dest_check": false}),
		made("aws_instance.i", attrs{"network_interface": list{attrs{"device_index": 0, "network_interface_id": ref("aws_network_interface.n.id")}}}),
		made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id")}),
		made("aws_network_interface_sg_attachment.a", attrs{"security_group_id": ref("aws_security_group.db.id"), "network_interface_id": ref("aws_network_interface.n.id")}),
	)...)
	if len(n.Interfaces) != 1 {
		t.Fatalf("%d interfaces, want 1", len(n.Interfaces))
	}
	i := n.Interfaces[0]
	want := standing{"aws_subnet.private", "aws_security_group.web aws_security_group.db?", tf.Yes, "aws_eip.e instance", tf.No}
	if got := standingOf(i); got != want {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if i.Owner.Address != "aws_instance.i" || i.Kind != KindInstance || i.SourceDestCheck != tf.No || len(i.Addresses) != 1 {
		t.Errorf("owner %s, kind %s, check %s, addresses %v", i.Owner.Address, i.Kind, i.SourceDestCheck, i.Addresses)
	}
}

// An interface that was made before may get the public address of its subnet as
// the first and only one of a machine; nobody says for certain (TF-NI-2).
func TestTakenInterfaceMayBePublic(t *testing.T) {
	for name, c := range map[string]struct {
		subnet string
		blocks list
		want   tf.Tri
	}{
		"in a public subnet":     {"aws_subnet.public", list{attrs{"device_index": 0, "network_interface_id": ref("aws_network_interface.n.id")}}, tf.Maybe},
		"in a private subnet":    {"aws_subnet.private", list{attrs{"device_index": 0, "network_interface_id": ref("aws_network_interface.n.id")}}, tf.No},
		"as the second":          {"aws_subnet.public", list{attrs{"device_index": 1, "network_interface_id": ref("aws_network_interface.n.id")}}, tf.No},
		"as one of two at once":  {"aws_subnet.public", list{attrs{"device_index": 0, "network_interface_id": ref("aws_network_interface.n.id")}, attrs{"device_index": 1, "network_interface_id": "eni-0abc"}}, tf.No},
		"by nobody, so far made": {"aws_subnet.public", nil, tf.No},
	} {
		all := []*tf.Resource{made("aws_network_interface.n", attrs{"subnet_id": ref(c.subnet + ".id"), "security_groups": list{ref("aws_security_group.web.id")}})}
		if c.blocks != nil {
			all = append(all, made("aws_instance.i", attrs{"network_interface": c.blocks}))
		}
		n := build(append(site(), all...)...)
		if i := n.Interfaces[0]; i.PublicIPv4 != c.want {
			t.Errorf("%s: %s, want %s", name, i.PublicIPv4, c.want)
		}
	}
}

// Only Fargate gives tasks public addresses (SVC-8).
func TestPublicTasks(t *testing.T) {
	strategy := func(providers ...string) list {
		var out list
		for _, p := range providers {
			out = append(out, attrs{"capacity_provider": p})
		}
		return out
	}
	for name, c := range map[string]struct {
		set  attrs
		want tf.Tri
	}{
		"on Fargate":             {attrs{"launch_type": "FARGATE"}, tf.Yes},
		"on machines":            {attrs{"launch_type": "EC2"}, tf.No},
		"nobody says":            {attrs{}, tf.Maybe},
		"nobody knows":           {attrs{"launch_type": unknown}, tf.Maybe},
		"by Fargate's providers": {attrs{"capacity_provider_strategy": strategy("FARGATE", "FARGATE_SPOT")}, tf.Yes},
		"by another provider":    {attrs{"capacity_provider_strategy": strategy("mine")}, tf.No},
	} {
		set := attrs{"network_configuration": list{attrs{"subnets": list{ref("aws_subnet.public.id")}, "assign_public_ip": true}}}
		maps.Copy(set, c.set)
		n := build(append(site(), made("aws_ecs_service.s", set))...)
		if i := n.Interfaces[0]; i.PublicIPv4 != c.want {
			t.Errorf("%s: %s, want %s", name, i.PublicIPv4, c.want)
		}
	}
}

func TestFleets(t *testing.T) {
	config := made("aws_launch_configuration.c", attrs{"security_groups": list{ref("aws_security_group.web.id")}, "associate_public_ip_address": true})
	template := made("aws_launch_template.t", attrs{"vpc_security_group_ids": list{ref("aws_security_group.db.id")}})
	tests := []struct {
		name    string
		address string
		make    []*tf.Resource
		want    standing
	}{
		{"TF-NI-4, TF-NI-5: launch configuration", "aws_autoscaling_group.g", []*tf.Resource{config,
			made("aws_autoscaling_group.g", attrs{"vpc_zone_identifier": list{ref("aws_subnet.private.id"), ref("aws_subnet.dual.id")}, "launch_configuration": ref("aws_launch_configuration.c.name")}),
		}, standing{"aws_subnet.private aws_subnet.dual", "aws_security_group.web", tf.Yes, "aws_launch_configuration.c associate_public_ip_address", tf.Maybe}},
		{"TF-NI-5: mixed instances", "aws_autoscaling_group.g", []*tf.Resource{template,
			made("aws_autoscaling_group.g", attrs{"vpc_zone_identifier": list{ref("aws_subnet.public.id")}, "mixed_instances_policy": list{attrs{
				"launch_template": list{attrs{"launch_template_specification": list{attrs{"launch_template_id": ref("aws_launch_template.t.id")}}}}}}}),
		}, standing{"aws_subnet.public", "aws_security_group.db", tf.Yes, "aws_subnet.public map_public_ip_on_launch", tf.No}},
		{"VPN-7: a carrier's address", "aws_instance.i", []*tf.Resource{
			made("aws_launch_template.carrier", attrs{"network_interfaces": list{attrs{"associate_carrier_ip_address": "true", "subnet_id": ref("aws_subnet.private.id"), "security_groups": list{ref("aws_security_group.db.id")}}}}),
			made("aws_instance.i", attrs{"launch_template": list{attrs{"id": ref("aws_launch_template.carrier.id")}}}),
		}, standing{"aws_subnet.private", "aws_security_group.db", tf.Yes, "aws_launch_template.carrier network_interfaces.associate_carrier_ip_address", tf.No}},
		{"TF-NI-6: a Spot fleet's specification", "aws_spot_fleet_request.f", []*tf.Resource{
			made("aws_spot_fleet_request.f", attrs{"launch_specification": list{attrs{
				"subnet_id": ref("aws_subnet.private.id"), "vpc_security_group_ids": list{ref("aws_security_group.db.id")}, "associate_public_ip_address": false}}}),
		}, standing{"aws_subnet.private", "aws_security_group.db", tf.No, "aws_spot_fleet_request.f launch_specification[0].associate_public_ip_address", tf.No}},
		{"TF-NI-6: an EC2 fleet's override", "aws_ec2_fleet.f", []*tf.Resource{template,
			made("aws_ec2_fleet.f", attrs{"launch_template_config": list{attrs{
				"launch_template_specification": list{attrs{"launch_template_id": ref("aws_launch_template.t.id")}},
				"override":                      list{attrs{"subnet_id": ref("aws_subnet.public.id")}}}}}),
		}, standing{"aws_subnet.public", "aws_security_group.db", tf.Yes, "aws_subnet.public map_public_ip_on_launch", tf.No}},
		{"SVC-6: nodes stand behind the cluster group", "aws_eks_node_group.n", []*tf.Resource{
			made("aws_eks_cluster.k", attrs{"name": "k", "vpc_config": list{attrs{"subnet_ids": list{ref("aws_subnet.private.id")}}}}),
			made("aws_eks_node_group.n", attrs{"cluster_name": "k", "subnet_ids": list{ref("aws_subnet.private.id")}}),
		}, standing{"aws_subnet.private", "cluster security group of aws_eks_cluster.k", tf.No, "aws_subnet.private map_public_ip_on_launch", tf.No}},
		{"SVC-6, TF-NI-8: or behind those of their template, and remote access adds one", "aws_eks_node_group.n", []*tf.Resource{template,
			made("aws_eks_cluster.k", attrs{"name": "k", "vpc_config": list{attrs{"subnet_ids": list{ref("aws_subnet.private.id")}}}}),
			made("aws_eks_node_group.n", attrs{"cluster_name": "k", "subnet_ids": list{ref("aws_subnet.private.id")},
				"launch_template": list{attrs{"id": ref("aws_launch_template.t.id")}}, "remote_access": list{attrs{"ec2_ssh_key": "key"}}}),
		}, standing{"aws_subnet.private", "aws_security_group.db remote access group of aws_eks_node_group.n", tf.No, "aws_subnet.private map_public_ip_on_launch", tf.No}},
		{"SVC-8: a task of which nobody knows the subnets, beside a dual-stack one", "aws_ecs_service.s", []*tf.Resource{
			made("aws_ecs_service.s", attrs{"network_configuration": list{attrs{
				"subnets": tf.UnknownValue(), "security_groups": list{ref("aws_security_group.web.id")}}}}),
		}, standing{"aws_subnet.dual? aws_subnet.private? aws_subnet.public?", "aws_security_group.web", tf.No, "aws_ecs_service.s network_configuration.assign_public_ip", tf.Maybe}},
		{"SVC-8: a task with a public address", "aws_ecs_service.s", []*tf.Resource{
			made("aws_ecs_service.s", attrs{"launch_type": "FARGATE", "network_configuration": list{attrs{
				"subnets": list{ref("aws_subnet.public.id")}, "security_groups": list{ref("aws_security_group.web.id")}, "assign_public_ip": true}}}),
		}, standing{"aws_subnet.public", "aws_security_group.web", tf.Yes, "aws_ecs_service.s network_configuration.assign_public_ip", tf.No}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := build(append(site(), tt.make...)...)
			if got := standingOf(find(t, n.Interfaces, interfaceObject, tt.address)); got != tt.want {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// What begins without a member, or with nobody knows how many, may have none
// (U-18).
func TestSizing(t *testing.T) {
	in := func(subnets string, a attrs) attrs {
		a[subnets] = list{ref("aws_subnet.public.id")}
		return a
	}
	group := func(a attrs) *tf.Resource {
		a["max_size"] = 2
		return made("aws_autoscaling_group.g", in("vpc_zone_identifier", a))
	}
	service := func(a attrs) *tf.Resource {
		a["network_configuration"] = list{in("subnets", attrs{})}
		return made("aws_ecs_service.s", a)
	}
	nodes := func(a attrs) *tf.Resource {
		return made("aws_eks_node_group.n", in("subnet_ids", attrs{"scaling_config": list{a}}))
	}
	for name, tt := range map[string]struct {
		scales *tf.Resource
		by     string
	}{
		"some":                    {group(attrs{"min_size": 1}), ""},
		"some, desired unknown":   {group(attrs{"min_size": 1, "desired_capacity": tf.UnknownValue()}), ""},
		"none":                    {group(attrs{"min_size": 0}), "min_size"},
		"nobody knows":            {group(attrs{"min_size": tf.UnknownValue()}), "min_size"},
		"desired beyond none":     {group(attrs{"min_size": 0, "desired_capacity": 1}), ""},
		"a service of none":       {service(attrs{"desired_count": 0}), "desired_count"},
		"a service without a say": {service(attrs{}), ""},
		"nodes":                   {nodes(attrs{"desired_size": 1, "min_size": 0}), ""},
		"no nodes":                {nodes(attrs{"desired_size": 0, "min_size": 0}), "scaling_config.desired_size"},
	} {
		n := build(append(site(), tt.scales)...)
		if len(n.Interfaces) != 1 || n.Interfaces[0].Sizing.Argument != tt.by {
			t.Errorf("%s: %d interfaces, left open by %q, want one and %q", name, len(n.Interfaces), n.Interfaces[0].Sizing.Argument, tt.by)
		}
	}
}

// A group that can have no instance has no interface (TF-NI-5, U-18).
func TestEmptyScalingGroup(t *testing.T) {
	n := build(append(site(), made("aws_autoscaling_group.g", attrs{"max_size": 0, "vpc_zone_identifier": list{ref("aws_subnet.private.id")}}))...)
	if len(n.Interfaces) != 0 {
		t.Errorf("%d interfaces, want none", len(n.Interfaces))
	}
}

// The API of a cluster is public unless somebody closes it, and only its
// CIDRs guard it (SVC-5).
func TestClusterAPI(t *testing.T) {
	tests := []struct {
		name    string
		config  attrs
		public  tf.Tri
		sources string
	}{
		{"default", attrs{"public_access_cidrs": tf.UnknownValue()}, tf.Yes, "0.0.0.0/0"},
		{"closed", attrs{"endpoint_public_access": false}, tf.No, "0.0.0.0/0"},
		{"restricted", attrs{"endpoint_public_access": true, "public_access_cidrs": list{"198.51.100.0/24"}}, tf.Yes, "198.51.100.0/24"},
		{"one unknown", attrs{"public_access_cidrs": list{tf.UnknownValue()}}, tf.Yes, "?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config["subnet_ids"] = list{ref("aws_subnet.private.id")}
			n := build(append(site(), made("aws_eks_cluster.k", attrs{"vpc_config": list{tt.config}}))...)
			s := n.PublicServices[0]
			sources := ""
			for _, v := range s.Sources {
				p, known := v.Known()
				if sources += p.String(); !known {
					sources = "?"
				}
			}
			if s.Public != tt.public || sources != tt.sources {
				t.Errorf("public %s from %s, want %s from %s", s.Public, sources, tt.public, tt.sources)
			}
			i := find(t, n.Interfaces, interfaceObject, "aws_eks_cluster.k")
			if got := labels(i.Groups, groupObject); got != "cluster security group of aws_eks_cluster.k" {
				t.Errorf("groups %s", got)
			}
		})
	}
}

// Without any dual-stack subnet in sight a task is taken to have no IPv6
// address, which is an assumption where its subnets are not known (SVC-8).
func TestTaskWithoutDualStack(t *testing.T) {
	n := build(vpc(), subnet(), made("aws_ecs_service.s", attrs{"network_configuration": list{attrs{"subnets": tf.UnknownValue()}}}))
	i := find(t, n.Interfaces, interfaceObject, "aws_ecs_service.s")
	says := slices.ContainsFunc(n.Assumptions, func(a *tf.Assumption) bool { return a.ID == "no-dual-stack:aws_ecs_service.s" })
	if i.IPv6 != tf.No || !says {
		t.Errorf("IPv6 %s by %v", i.IPv6, n.Assumptions)
	}
}

// Public addresses that the input shows are known; those of a NAT gateway only
// where it has no others (IGW-7).
func TestPublicAddresses(t *testing.T) {
	n := build(append(site(),
		existing("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.public.id")}),
		existing("aws_eip.e", attrs{"instance": ref("aws_instance.i.id"), "public_ip": "198.51.100.7"}),
		existing("aws_nat_gateway.one", attrs{"subnet_id": ref("aws_subnet.public.id"), "public_ip": "198.51.100.8"}),
		existing("aws_nat_gateway.two", attrs{"subnet_id": ref("aws_subnet.public.id"), "public_ip": "198.51.100.9", "secondary_allocation_ids": list{"eipalloc-1"}}),
	)...)
	got := fmt.Sprint(n.Interfaces[0].PublicAddresses, n.NATGateways[0].PublicAddresses, n.NATGateways[1].PublicAddresses)
	if want := "[198.51.100.7] [198.51.100.8] []"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// SG-3, TF-NI-3: an interface that is attached to an instance, by a block of its
// own or by a resource, is one of the instance's; one that is attached to nothing is
// not.
func TestAttachedInterfaces(t *testing.T) {
	n := build(append(site(),
		made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.public.id")}),
		made("aws_network_interface.block", attrs{"subnet_id": ref("aws_subnet.private.id"), "attachment": list{attrs{"instance": ref("aws_instance.i.id"), "device_index": 1}}}),
		made("aws_network_interface.other", attrs{"subnet_id": ref("aws_subnet.private.id")}),
		made("aws_network_interface.loose", attrs{"subnet_id": ref("aws_subnet.private.id")}),
		made("aws_network_interface_attachment.a", attrs{"instance_id": ref("aws_instance.i.id"), "network_interface_id": ref("aws_network_interface.other.id"), "device_index": 2}),
	)...)
	for label, want := range map[string]string{
		"aws_instance.i": "aws_instance.i", "aws_network_interface.block": "aws_instance.i", "aws_network_interface.other": "aws_instance.i",
		"aws_network_interface.loose": "aws_network_interface.loose",
	} {
		if got := find(t, n.Interfaces, interfaceObject, label).Owner; got == nil || got.Address != want {
			t.Errorf("%s belongs to %v, want %s", label, got, want)
		}
	}
}

// IGW-2: of several private addresses each is translated by itself. The address
// that the subnet assigns, and an Elastic IP that names none, belong to the primary
// one.
func TestPublicAt(t *testing.T) {
	second := attrs{"secondary_private_ips": list{"10.0.1.20"}}
	for name, tt := range map[string]struct {
		instance attrs
		eips     []*tf.Resource
		want     string // of 10.0.1.10 and 10.0.1.20
	}{
		"none":     {attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ip": "10.0.1.10"}, nil, "no no"},
		"assigned": {attrs{"private_ip": "10.0.1.10"}, nil, "yes no"},
		"an Elastic IP of the primary one": {attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ip": "10.0.1.10"},
			[]*tf.Resource{made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id")})}, "yes no"},
		"one of the secondary one, by argument": {attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ip": "10.0.1.10"},
			[]*tf.Resource{made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id"), "associate_with_private_ip": "10.0.1.20"})}, "no yes"},
		"one of the secondary one, by association": {attrs{"private_ip": "10.0.1.10"}, []*tf.Resource{made("aws_eip.e", nil),
			made("aws_eip_association.a", attrs{"allocation_id": ref("aws_eip.e.id"), "instance_id": ref("aws_instance.i.id"), "private_ip_address": "10.0.1.20"})}, "yes yes"},
		"one of nobody knows which": {attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ip": "10.0.1.10"},
			[]*tf.Resource{made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id"), "associate_with_private_ip": tf.UnknownValue()})}, "maybe maybe"},
		"a primary address that nobody knows": {attrs{}, nil, "maybe no"},
	} {
		a := attrs{"subnet_id": ref("aws_subnet.public.id")}
		maps.Copy(a, second)
		maps.Copy(a, tt.instance)
		n := build(append(append(site(), made("aws_instance.i", a)), tt.eips...)...)
		i := n.Interfaces[0]
		if got := fmt.Sprint(i.PublicAt(netip.MustParseAddr("10.0.1.10")), " ", i.PublicAt(netip.MustParseAddr("10.0.1.20"))); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	lone := build(append(site(), made("aws_network_interface.n", attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ips": list{"10.0.2.7"}}),
		made("aws_eip.e", attrs{"network_interface": ref("aws_network_interface.n.id")}))...).Interfaces[0]
	if got := lone.PublicAt(netip.MustParseAddr("10.0.2.7")); got != tf.Yes {
		t.Errorf("the only address: %s", got)
	}
}

// An interface with prefixes of its own has more addresses than those that it
// shows, so that none of that family is known (M-6).
func TestDelegatedPrefixes(t *testing.T) {
	for name, tt := range map[string]struct {
		more attrs
		want string
	}{
		"none":          {nil, "[10.0.2.7 2001:db8::7]"},
		"no prefixes":   {attrs{"ipv4_prefixes": list{}, "ipv4_prefix_count": 0}, "[10.0.2.7 2001:db8::7]"},
		"IPv4 prefixes": {attrs{"ipv4_prefixes": list{"10.0.2.16/28"}}, "[2001:db8::7]"},
		"IPv6 prefixes": {attrs{"ipv6_prefix_count": 1}, "[10.0.2.7]"},
		"unknown count": {attrs{"ipv4_prefix_count": tf.UnknownValue()}, "[2001:db8::7]"},
	} {
		a := attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ips": list{"10.0.2.7"}, "ipv6_addresses": list{"2001:db8::7"}}
		maps.Copy(a, tt.more)
		n := build(append(site(), made("aws_network_interface.n", a))...)
		if got := fmt.Sprint(n.Interfaces[0].Addresses); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// Endpoints for a resource or a service network of Lattice have interfaces as
// others have; a resource gateway and a Verified Access endpoint only open
// connections, from behind their groups (EP-5).
func TestLatticeAndVerifiedAccess(t *testing.T) {
	subnets, groups := list{ref("aws_subnet.private.id")}, list{ref("aws_security_group.web.id")}
	for address, tt := range map[string]struct {
		make           attrs
		inbound, sends tf.Tri
	}{
		"aws_vpc_endpoint.r": {attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Resource", "resource_configuration_arn": "arn:x",
			"subnet_ids": subnets, "security_group_ids": groups}, tf.Yes, tf.No},
		"aws_vpc_endpoint.s": {attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "ServiceNetwork", "service_network_arn": "arn:x",
			"subnet_ids": subnets, "security_group_ids": groups}, tf.Yes, tf.No},
		"aws_vpclattice_resource_gateway.g": {attrs{"vpc_id": ref("aws_vpc.main.id"), "subnet_ids": subnets, "security_group_ids": groups}, tf.No, tf.Yes},
		"aws_verifiedaccess_endpoint.v": {attrs{"endpoint_type": "load-balancer", "security_group_ids": groups,
			"load_balancer_options": list{attrs{"subnet_ids": subnets}}}, tf.No, tf.Yes},
	} {
		n := build(append(site(), made(address, tt.make))...)
		i := find(t, n.Interfaces, interfaceObject, address)
		if at, in := labels(i.Subnets, subnetObject), labels(i.Groups, groupObject); at != "aws_subnet.private" || in != "aws_security_group.web" {
			t.Errorf("%s stands in %s, behind %s", address, at, in)
		}
		if i.Inbound != tt.inbound || i.Initiates != tt.sends {
			t.Errorf("%s: inbound %v, initiates %v", address, i.Inbound, i.Initiates)
		}
	}
}
