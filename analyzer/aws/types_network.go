package aws

// What arguments hold: the types with an identity of the kind. A VPC brings
// its default group, ACL and main route table along.
var (
	vpcs        = []string{"aws_vpc", "aws_default_vpc"}
	subnets     = []string{"aws_subnet", "aws_default_subnet", "aws_subnets", "aws_subnet_ids"}
	groups      = []string{"aws_security_group", "aws_default_security_group", "aws_security_groups", "aws_vpc", "aws_default_vpc", "aws_eks_cluster", "aws_directory_service_directory", "aws_elb"}
	routeTables = []string{"aws_route_table", "aws_default_route_table", "aws_route_tables", "aws_vpc", "aws_default_vpc"}
	acls        = []string{"aws_network_acl", "aws_default_network_acl", "aws_vpc", "aws_default_vpc"}
	prefixLists = []string{"aws_ec2_managed_prefix_list", "aws_prefix_list", "aws_vpc_endpoint"}
	gateways    = []string{"aws_internet_gateway", "aws_vpn_gateway", "aws_vpc_endpoint"}
	interfaces  = []string{"aws_network_interface", "aws_instance", "aws_spot_instance_request"}
)

const vpcIdentities = "default_route_table_id main_route_table_id default_network_acl_id default_security_group_id " + ipv6Block

var ruleRefs = refs{
	"ingress.security_groups": groups, "ingress.prefix_list_ids": prefixLists,
	"egress.security_groups": groups, "egress.prefix_list_ids": prefixLists,
	"id": groups, "vpc_id": vpcs,
}

// networkTypes are the types that the core of the network is made of.
var networkTypes = []row{
	// VPCs and their address blocks (TF-V-1).
	{name: "aws_vpc", coverage: Modelled, identity: vpcIdentities,
		keep: "cidr_block cidr_block_associations default ipv4_ipam_pool_id ipv6_ipam_pool_id assign_generated_ipv6_cidr_block ipv6_cidr_block tags filter",
		refs: refs{"id": vpcs}}, // of a data source
	{name: "aws_default_vpc", coverage: Modelled, identity: vpcIdentities,
		keep: "cidr_block assign_generated_ipv6_cidr_block ipv6_cidr_block tags"},
	{name: "aws_vpc_ipv4_cidr_block_association", coverage: Modelled, keep: "cidr_block",
		refs: refs{"vpc_id": vpcs}},
	{name: "aws_vpc_ipv6_cidr_block_association", coverage: Modelled, keep: "ipv6_cidr_block ipv6_ipam_pool_id ipv6_pool assign_generated_ipv6_cidr_block",
		refs: refs{"vpc_id": vpcs}},

	// Subnets (TF-V-2).
	{name: "aws_subnet", coverage: Modelled,
		keep: "cidr_block ipv6_cidr_block ipv6_native assign_ipv6_address_on_creation map_public_ip_on_launch availability_zone availability_zone_id tags filter default_for_az",
		refs: refs{"id": subnets, "vpc_id": vpcs}},
	{name: "aws_default_subnet", coverage: Modelled,
		keep: "cidr_block ipv6_cidr_block assign_ipv6_address_on_creation map_public_ip_on_launch availability_zone availability_zone_id tags",
		refs: refs{"vpc_id": vpcs}},
	{name: "aws_subnets", coverage: Modelled, identity: "ids", keep: "filter tags", refs: refs{"filter.values": vpcs}, blocks: "filter"},
	{name: "aws_subnet_ids", coverage: Modelled, identity: "ids", keep: "filter tags", refs: refs{"vpc_id": vpcs}, blocks: "filter"},

	// Route tables (TF-RT-1 to TF-RT-6).
	{name: "aws_route_table", coverage: Modelled, keep: "route associations", blocks: "route", refs: refs{
		"vpc_id": vpcs, "propagating_vgws": {"aws_vpn_gateway"},
		"route.gateway_id": gateways, "route.nat_gateway_id": {"aws_nat_gateway"},
		"route.egress_only_gateway_id": {"aws_egress_only_internet_gateway"}, "route.network_interface_id": interfaces,
		"route.instance_id":        interfaces,
		"route.transit_gateway_id": {"aws_ec2_transit_gateway"}, "route.vpc_endpoint_id": {"aws_vpc_endpoint", "aws_networkfirewall_firewall"},
		"route.vpc_peering_connection_id": {"aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter"},
		"route.carrier_gateway_id":        {"aws_ec2_carrier_gateway"}, "route.core_network_arn": {"aws_networkmanager_core_network"},
		"route.destination_prefix_list_id": prefixLists,
	}},
	{name: "aws_default_route_table", coverage: Modelled, keep: "route", blocks: "route", refs: refs{
		"default_route_table_id": routeTables, "propagating_vgws": {"aws_vpn_gateway"}, "vpc_id": vpcs,
		"route.gateway_id": gateways, "route.nat_gateway_id": {"aws_nat_gateway"},
		"route.egress_only_gateway_id": {"aws_egress_only_internet_gateway"}, "route.network_interface_id": interfaces,
		"route.instance_id":        interfaces,
		"route.transit_gateway_id": {"aws_ec2_transit_gateway"}, "route.vpc_endpoint_id": {"aws_vpc_endpoint", "aws_networkfirewall_firewall"},
		"route.vpc_peering_connection_id":  {"aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter"},
		"route.core_network_arn":           {"aws_networkmanager_core_network"},
		"route.destination_prefix_list_id": prefixLists,
	}},
	{name: "aws_route_tables", coverage: Modelled, identity: "ids", keep: "filter", refs: refs{"vpc_id": vpcs}, blocks: "filter"},
	{name: "aws_route", coverage: Modelled, keep: "destination_cidr_block destination_ipv6_cidr_block local_gateway_id", refs: refs{
		"route_table_id": routeTables, "destination_prefix_list_id": prefixLists,
		"gateway_id": gateways, "nat_gateway_id": {"aws_nat_gateway"},
		"egress_only_gateway_id": {"aws_egress_only_internet_gateway"}, "network_interface_id": interfaces,
		"instance_id":        interfaces,
		"transit_gateway_id": {"aws_ec2_transit_gateway"}, "vpc_endpoint_id": {"aws_vpc_endpoint", "aws_networkfirewall_firewall"},
		"vpc_peering_connection_id": {"aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter"},
		"carrier_gateway_id":        {"aws_ec2_carrier_gateway"}, "core_network_arn": {"aws_networkmanager_core_network"},
	}},
	{name: "aws_route_table_association", coverage: Modelled,
		refs: refs{"route_table_id": routeTables, "subnet_id": subnets, "gateway_id": gateways}},
	{name: "aws_main_route_table_association", coverage: Modelled,
		refs: refs{"route_table_id": routeTables, "vpc_id": vpcs}},
	{name: "aws_vpn_gateway_route_propagation", coverage: Modelled,
		refs: refs{"route_table_id": routeTables, "vpn_gateway_id": {"aws_vpn_gateway"}}},
	{name: "aws_vpc_route_server_propagation", coverage: Modelled,
		refs: refs{"route_table_id": routeTables}},

	// Gateways (TF-RT-5, TF-V-3, TF-V-4).
	{name: "aws_internet_gateway", coverage: Modelled, keep: "attachments filter tags", blocks: "filter",
		refs: refs{"vpc_id": vpcs, "filter.values": vpcs}},
	{name: "aws_internet_gateway_attachment", coverage: Modelled,
		refs: refs{"vpc_id": vpcs, "internet_gateway_id": {"aws_internet_gateway"}}},
	{name: "aws_egress_only_internet_gateway", coverage: Modelled, keep: "tags", refs: refs{"vpc_id": vpcs}},
	{name: "aws_nat_gateway", coverage: Modelled, identity: publicIP,
		keep: "connectivity_type public_ip private_ip secondary_allocation_ids availability_mode availability_zone_address tags",
		refs: refs{"subnet_id": subnets, "allocation_id": {"aws_eip"}, "secondary_allocation_ids": {"aws_eip"}, "vpc_id": vpcs}},

	// Network ACLs (TF-NACL-1 to TF-NACL-3).
	{name: "aws_network_acl", coverage: Modelled, keep: "ingress egress tags", blocks: "ingress egress",
		refs: refs{"vpc_id": vpcs, "subnet_ids": subnets}},
	{name: "aws_default_network_acl", coverage: Modelled, keep: "ingress egress tags", blocks: "ingress egress",
		refs: refs{"default_network_acl_id": acls, "subnet_ids": subnets, "vpc_id": vpcs}},
	{name: "aws_network_acl_rule", coverage: Modelled,
		keep: "egress rule_number rule_action protocol from_port to_port cidr_block ipv6_cidr_block icmp_type icmp_code",
		refs: refs{"network_acl_id": acls}},
	{name: "aws_network_acl_association", coverage: Modelled,
		refs: refs{"network_acl_id": acls, "subnet_id": subnets}},

	// Security groups (TF-SG-1 to TF-SG-9).
	{name: "aws_security_group", coverage: Modelled, identity: "name", keep: "ingress egress description filter tags revoke_rules_on_delete name_prefix", blocks: "ingress egress", refs: ruleRefs},
	{name: "aws_default_security_group", coverage: Modelled, keep: "ingress egress tags", blocks: "ingress egress", refs: ruleRefs},
	{name: "aws_security_groups", coverage: Modelled, identity: "ids", keep: "filter tags", blocks: "filter", refs: refs{"filter.values": vpcs}},
	{name: "aws_security_group_rule", coverage: Modelled,
		keep: "type protocol from_port to_port cidr_blocks ipv6_cidr_blocks self description",
		refs: refs{"security_group_id": groups, "source_security_group_id": groups, "prefix_list_ids": prefixLists}},
	{name: "aws_vpc_security_group_ingress_rule", coverage: Modelled,
		keep: "ip_protocol from_port to_port cidr_ipv4 cidr_ipv6 description",
		refs: refs{"security_group_id": groups, "referenced_security_group_id": groups, "prefix_list_id": prefixLists}},
	{name: "aws_vpc_security_group_egress_rule", coverage: Modelled,
		keep: "ip_protocol from_port to_port cidr_ipv4 cidr_ipv6 description",
		refs: refs{"security_group_id": groups, "referenced_security_group_id": groups, "prefix_list_id": prefixLists}},
	{name: "aws_vpc_security_group_vpc_association", coverage: Modelled, // SG-20
		refs: refs{"security_group_id": groups, "vpc_id": vpcs}},

	// Prefix lists (TF-L-5).
	{name: "aws_ec2_managed_prefix_list", coverage: Modelled, keep: "name entry entries address_family owner_id filter", blocks: "entry"},
	{name: "aws_ec2_managed_prefix_list_entry", coverage: Modelled, keep: "cidr",
		refs: refs{"prefix_list_id": prefixLists}},
	{name: "aws_prefix_list", coverage: Modelled, identity: "prefix_list_id", keep: "name cidr_blocks prefix_list_id filter"},

	// Block Public Access (TF-V-6).
	{name: "aws_vpc_block_public_access_options", coverage: Modelled, keep: "internet_gateway_block_mode"},
	{name: "aws_vpc_block_public_access_exclusion", coverage: Modelled, keep: "internet_gateway_exclusion_mode",
		refs: refs{"vpc_id": vpcs, "subnet_id": subnets}},
}
