package aws

import "slices"

// What the arguments of components that join networks hold.
var (
	transitGateways = []string{"aws_ec2_transit_gateway"}
	// attachments are those of a transit gateway, and what accepts or looks one
	// up.
	attachments = []string{"aws_ec2_transit_gateway_vpc_attachment", "aws_ec2_transit_gateway_vpc_attachment_accepter",
		"aws_ec2_transit_gateway_peering_attachment", "aws_ec2_transit_gateway_peering_attachment_accepter",
		"aws_ec2_transit_gateway_connect", "aws_vpn_connection", "aws_dx_gateway_association", "aws_networkfirewall_firewall",
		"aws_ec2_transit_gateway_vpn_attachment", "aws_ec2_transit_gateway_dx_gateway_attachment"}
	vpnGateways = []string{"aws_vpn_gateway"}
	dxGateways  = []string{"aws_dx_gateway"}
	clientVPNs  = []string{"aws_ec2_client_vpn_endpoint"}
	endpoints   = []string{"aws_vpc_endpoint"}
	balancers   = []string{"aws_lb", "aws_alb"}
)

const transitDefaultOptions = "default_route_table_association default_route_table_propagation auto_accept_shared_attachments security_group_referencing_support"

// joined are refs with those of a transit gateway's table besides.
func joined(more refs) refs {
	r := refs{"transit_gateway_attachment_id": attachments, "transit_gateway_route_table_id": {"aws_ec2_transit_gateway_route_table", "aws_ec2_transit_gateway"}}
	for k, v := range more {
		r[k] = v
	}
	return r
}

// transitTypes are what joins networks with each other and with others.
var transitTypes = []row{
	// VPC peering (TF-V-5).
	{name: "aws_vpc_peering_connection", coverage: Modelled, keep: "auto_accept accept_status status peer_owner_id peer_region filter",
		refs: refs{"vpc_id": vpcs, "peer_vpc_id": vpcs}, blocks: "filter"},
	{name: "aws_vpc_peering_connection_accepter", coverage: Modelled, keep: "auto_accept accept_status vpc_id peer_vpc_id",
		refs: refs{"vpc_peering_connection_id": {"aws_vpc_peering_connection"}}},

	// Virtual private gateways, VPN and Direct Connect (TF-T-4, TF-RT-5).
	{name: "aws_vpn_gateway", coverage: Modelled, keep: "attached_vpc_id filter", refs: refs{"vpc_id": vpcs}, blocks: "filter"},
	{name: "aws_vpn_gateway_attachment", coverage: Modelled, refs: refs{"vpc_id": vpcs, "vpn_gateway_id": vpnGateways}},
	{name: "aws_customer_gateway", coverage: Modelled, keep: "ip_address bgp_asn"},
	{name: "aws_vpn_connection", coverage: Modelled, identity: "transit_gateway_attachment_id", keep: "static_routes_only routes tunnel_inside_ip_version",
		refs: refs{"vpn_gateway_id": vpnGateways, "transit_gateway_id": transitGateways, "customer_gateway_id": {"aws_customer_gateway"}}},
	{name: "aws_vpn_connection_route", coverage: Modelled, keep: "destination_cidr_block", refs: refs{"vpn_connection_id": {"aws_vpn_connection"}}},
	{name: "aws_dx_gateway", coverage: Modelled},
	{name: "aws_dx_gateway_association", coverage: Modelled, identity: "transit_gateway_attachment_id", keep: "allowed_prefixes",
		refs: refs{"associated_gateway_id": {"aws_vpn_gateway", "aws_ec2_transit_gateway"}, "vpn_gateway_id": vpnGateways, "dx_gateway_id": dxGateways}},
	{name: "aws_dx_private_virtual_interface", coverage: Modelled,
		refs: refs{"vpn_gateway_id": vpnGateways, "dx_gateway_id": dxGateways}},
	{name: "aws_dx_hosted_private_virtual_interface_accepter", coverage: Modelled,
		refs: refs{"vpn_gateway_id": vpnGateways, "dx_gateway_id": dxGateways}},

	// Client VPN (VPN-6).
	{name: "aws_ec2_client_vpn_endpoint", coverage: Modelled, keep: "client_cidr_block", refs: refs{"security_group_ids": groups, "vpc_id": vpcs}},
	{name: "aws_ec2_client_vpn_network_association", coverage: Modelled, refs: refs{"client_vpn_endpoint_id": clientVPNs, "subnet_id": subnets}},
	{name: "aws_ec2_client_vpn_authorization_rule", coverage: Modelled, keep: "target_network_cidr", refs: refs{"client_vpn_endpoint_id": clientVPNs}},
	{name: "aws_ec2_client_vpn_route", coverage: Modelled, keep: "destination_cidr_block", refs: refs{"client_vpn_endpoint_id": clientVPNs, "target_vpc_subnet_id": subnets}},

	// Transit gateways (TF-T-1 to TF-T-3).
	{name: "aws_ec2_transit_gateway", coverage: Modelled, identity: "association_default_route_table_id propagation_default_route_table_id",
		keep: transitDefaultOptions + " filter", blocks: "filter"},
	{name: "aws_ec2_transit_gateway_route_table", coverage: Modelled, keep: "default_association_route_table default_propagation_route_table filter",
		refs: refs{"transit_gateway_id": transitGateways}, blocks: "filter"},
	{name: "aws_ec2_transit_gateway_vpc_attachment", coverage: Modelled,
		keep: "appliance_mode_support ipv6_support security_group_referencing_support transit_gateway_default_route_table_association transit_gateway_default_route_table_propagation filter",
		refs: refs{"subnet_ids": subnets, "transit_gateway_id": transitGateways, "vpc_id": vpcs}, blocks: "filter"},
	{name: "aws_ec2_transit_gateway_vpc_attachment_accepter", coverage: Modelled,
		keep: "appliance_mode_support ipv6_support security_group_referencing_support subnet_ids vpc_id transit_gateway_id transit_gateway_default_route_table_association transit_gateway_default_route_table_propagation",
		refs: refs{"transit_gateway_attachment_id": {"aws_ec2_transit_gateway_vpc_attachment"}}},
	{name: "aws_ec2_transit_gateway_peering_attachment", coverage: Modelled, keep: "peer_region state filter",
		refs: refs{"transit_gateway_id": transitGateways, "peer_transit_gateway_id": transitGateways}, blocks: "filter"},
	{name: "aws_ec2_transit_gateway_peering_attachment_accepter", coverage: Modelled, keep: "transit_gateway_id peer_transit_gateway_id",
		refs: refs{"transit_gateway_attachment_id": {"aws_ec2_transit_gateway_peering_attachment"}}},
	{name: "aws_ec2_transit_gateway_connect", coverage: Modelled,
		keep: "transit_gateway_default_route_table_association transit_gateway_default_route_table_propagation",
		refs: refs{"transit_gateway_id": transitGateways, "transport_attachment_id": attachments}},
	// Data sources only.
	{name: "aws_ec2_transit_gateway_vpn_attachment", coverage: Modelled, keep: "filter", blocks: "filter",
		refs: refs{"transit_gateway_id": transitGateways, "vpn_connection_id": {"aws_vpn_connection"}}},
	{name: "aws_ec2_transit_gateway_dx_gateway_attachment", coverage: Modelled, keep: "filter", blocks: "filter",
		refs: refs{"transit_gateway_id": transitGateways, "dx_gateway_id": dxGateways}},
	{name: "aws_ec2_transit_gateway_attachment", coverage: Modelled, keep: "filter resource_id", blocks: "filter",
		refs: refs{"filter.values": slices.Concat([]string{"aws_vpn_connection", "aws_dx_gateway_association"}, attachments[:6])}},
	{name: "aws_ec2_transit_gateway_default_route_table_association", coverage: Modelled, refs: refs{"transit_gateway_id": transitGateways,
		"transit_gateway_route_table_id": {"aws_ec2_transit_gateway_route_table", "aws_ec2_transit_gateway"}}},
	{name: "aws_ec2_transit_gateway_default_route_table_propagation", coverage: Modelled, refs: refs{"transit_gateway_id": transitGateways,
		"transit_gateway_route_table_id": {"aws_ec2_transit_gateway_route_table", "aws_ec2_transit_gateway"}}},
	{name: "aws_ec2_transit_gateway_route_table_association", coverage: Modelled, keep: "replace_existing_association", refs: joined(nil)},
	{name: "aws_ec2_transit_gateway_route_table_propagation", coverage: Modelled, refs: joined(nil)},
	{name: "aws_ec2_transit_gateway_route", coverage: Modelled, keep: "destination_cidr_block blackhole", refs: joined(nil)},
	{name: "aws_ec2_transit_gateway_prefix_list_reference", coverage: Modelled, keep: "blackhole", refs: joined(refs{"prefix_list_id": prefixLists})},
	{name: "aws_ram_resource_association", coverage: Modelled,
		refs: refs{"resource_arn": {"aws_ec2_transit_gateway", "aws_subnet", "aws_security_group"}}},

	// VPC endpoints and endpoint services (TF-L-3).
	{name: "aws_vpc_endpoint", coverage: Modelled, boundary: "VPC endpoint", keep: "*", identity: "prefix_list_id",
		refs: refs{"vpc_id": vpcs, "route_table_ids": routeTables, "security_group_ids": groups, "subnet_ids": subnets,
			"subnet_configuration.subnet_id": subnets, "service_name": {"aws_vpc_endpoint_service"}, "service_network_arn": latticeNetworks},
		blocks: "subnet_configuration dns_options"},
	{name: "aws_vpc_endpoint_subnet_association", coverage: Modelled, refs: refs{"vpc_endpoint_id": endpoints, "subnet_id": subnets}},
	{name: "aws_vpc_endpoint_security_group_association", coverage: Modelled, keep: "replace_default_association",
		refs: refs{"vpc_endpoint_id": endpoints, "security_group_id": groups}},
	{name: "aws_vpc_endpoint_route_table_association", coverage: Modelled, refs: refs{"vpc_endpoint_id": endpoints, "route_table_id": routeTables}},
	{name: "aws_vpc_endpoint_service", coverage: Modelled, identity: "service_name",
		keep: "acceptance_required allowed_principals supported_regions service",
		refs: refs{"network_load_balancer_arns": balancers, "gateway_load_balancer_arns": balancers}},
	{name: "aws_vpc_endpoint_service_allowed_principal", coverage: Modelled, keep: "principal_arn",
		refs: refs{"vpc_endpoint_service_id": {"aws_vpc_endpoint_service"}}},
	{name: "aws_ec2_instance_connect_endpoint", coverage: Modelled, keep: "*",
		refs: refs{"security_group_ids": groups, "subnet_id": subnets}},

	// Network Firewall (TF-L-4).
	{name: "aws_networkfirewall_firewall", coverage: Modelled, keep: "*",
		identity: "firewall_status.sync_states firewall_status.sync_states.attachment.endpoint_id",
		refs: refs{"subnet_mapping.subnet_id": subnets, "vpc_id": vpcs, "transit_gateway_id": transitGateways,
			"firewall_policy_arn": {"aws_networkfirewall_firewall_policy"}},
		blocks: "subnet_mapping"},
	{name: "aws_networkfirewall_firewall_policy", coverage: Modelled, keep: "firewall_policy",
		refs: refs{"firewall_policy.stateless_rule_group_reference.resource_arn": {"aws_networkfirewall_rule_group"},
			"firewall_policy.stateful_rule_group_reference.resource_arn": {"aws_networkfirewall_rule_group"}}, blocks: "firewall_policy"},
	{name: "aws_networkfirewall_rule_group", coverage: Modelled, keep: "type rules rule_group", blocks: "rule_group"},

	// Managed ways from the internet (LB-12, EP-8).
	{name: "aws_globalaccelerator_accelerator", coverage: Modelled, keep: "enabled ip_address_type"},
	{name: "aws_globalaccelerator_listener", coverage: Modelled, keep: "protocol port_range",
		refs: refs{"accelerator_arn": {"aws_globalaccelerator_accelerator"}}, blocks: "port_range"},
	{name: "aws_globalaccelerator_endpoint_group", coverage: Modelled, keep: "endpoint_configuration port_override",
		refs: refs{"listener_arn": {"aws_globalaccelerator_listener"},
			"endpoint_configuration.endpoint_id": {"aws_lb", "aws_alb", "aws_instance", "aws_spot_instance_request", "aws_eip"}},
		blocks: "endpoint_configuration port_override"},
	{name: "aws_globalaccelerator_custom_routing_accelerator", coverage: Modelled, keep: "enabled ip_address_type"},
	{name: "aws_globalaccelerator_custom_routing_listener", coverage: Modelled,
		refs: refs{"accelerator_arn": {"aws_globalaccelerator_custom_routing_accelerator"}}},
	{name: "aws_globalaccelerator_custom_routing_endpoint_group", coverage: Modelled, keep: "endpoint_configuration destination_configuration",
		refs:   refs{"listener_arn": {"aws_globalaccelerator_custom_routing_listener"}, "endpoint_configuration.endpoint_id": subnets},
		blocks: "endpoint_configuration destination_configuration"},
	{name: "aws_cloudfront_vpc_origin", coverage: Modelled, keep: "vpc_origin_endpoint_config",
		refs: refs{"vpc_origin_endpoint_config.arn": {"aws_lb", "aws_alb", "aws_instance"}}, blocks: "vpc_origin_endpoint_config"},
	{name: "aws_cloudfront_distribution", coverage: Modelled, keep: "enabled is_ipv6_enabled origin",
		refs: refs{"origin.vpc_origin_config.vpc_origin_id": {"aws_cloudfront_vpc_origin"}}, blocks: "origin"},
	{name: "aws_api_gateway_vpc_link", coverage: Modelled, refs: refs{"target_arns": balancers}},
	{name: "aws_api_gateway_integration", coverage: Modelled, keep: "connection_type uri",
		refs: refs{"rest_api_id": {"aws_api_gateway_rest_api"}, "connection_id": {"aws_api_gateway_vpc_link"}}},
	{name: "aws_apigatewayv2_integration", coverage: Modelled, keep: "connection_type",
		refs: refs{"api_id": {"aws_apigatewayv2_api"}, "connection_id": {"aws_apigatewayv2_vpc_link"},
			"integration_uri": slices.Concat(listeners, balancers)}},
}
