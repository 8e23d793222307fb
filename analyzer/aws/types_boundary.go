package aws

import "strings"

// boundaryTypes are components that place, attach or forward traffic and that
// the engine does not follow. What has interfaces of its own besides has a
// recipe as well, which takes this row over.
var boundaryTypes = []row{
	{name: "aws_ec2_transit_gateway_policy_table_association", coverage: NotModelled, boundary: "transit gateway policy table", refs: places("transit_gateway_attachment_id")},
	{name: "aws_networkfirewall_vpc_endpoint_association", coverage: NotModelled, boundary: "Network Firewall", refs: places("vpc_id subnet_mapping.subnet_id")},
	{name: "aws_networkmanager_connect_peer", coverage: NotModelled, refs: places("subnet_arn")},
	{name: "aws_networkmanager_core_network", coverage: NotModelled, boundary: "Cloud WAN"},
	{name: "aws_networkmanager_vpc_attachment", coverage: NotModelled, boundary: "Cloud WAN", refs: places("subnet_arns")},
	{name: "aws_dx_transit_virtual_interface", coverage: NotModelled, boundary: "Direct Connect"},
	{name: "aws_vpclattice_resource_gateway", coverage: NotModelled, boundary: "VPC Lattice", refs: places("security_group_ids subnet_ids vpc_id")},
	{name: "aws_vpc_route_server_endpoint", coverage: NotModelled, boundary: "VPC route server", refs: places("subnet_id")},
	{name: "aws_vpc_route_server_vpc_association", coverage: NotModelled, refs: places("vpc_id")},
	{name: "aws_verifiedaccess_endpoint", coverage: NotModelled, boundary: "Verified Access", refs: places("load_balancer_options.subnet_ids network_interface_options.network_interface_id rds_options.subnet_ids security_group_ids")},
	{name: "aws_ec2_carrier_gateway", coverage: NotModelled, refs: places("vpc_id")},
	{name: "aws_ec2_local_gateway_route_table_vpc_association", coverage: NotModelled, boundary: "local gateway", refs: places("vpc_id")},
	{name: "aws_ec2_transit_gateway_connect_peer", coverage: NotModelled, refs: places("transit_gateway_address transit_gateway_attachment_id")},
	{name: "aws_ec2_transit_gateway_multicast_domain_association", coverage: NotModelled, boundary: "multicast domain", refs: places("subnet_id")},
	{name: "aws_ec2_transit_gateway_multicast_group_member", coverage: NotModelled, refs: places("network_interface_id")},
	{name: "aws_ec2_transit_gateway_multicast_group_source", coverage: NotModelled, refs: places("network_interface_id")},
	{name: "aws_apprunner_vpc_ingress_connection", coverage: NotModelled, refs: places("ingress_vpc_configuration.vpc_id")},
	{name: "aws_cloudhsm_v2_hsm", coverage: NotModelled, refs: places("subnet_id")},
	{name: "aws_datasync_location_fsx_lustre_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_datasync_location_fsx_ontap_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_datasync_location_fsx_openzfs_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_datasync_location_fsx_windows_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_sagemaker_user_profile", coverage: NotModelled, refs: places("user_settings.security_groups")},
	{name: "aws_ec2_traffic_mirror_session", coverage: NotModelled, refs: places("network_interface_id")},
	{name: "aws_ec2_traffic_mirror_target", coverage: NotModelled, refs: places("network_interface_id")},
	{name: "aws_networkmanager_device", coverage: NotModelled, refs: places("aws_location.subnet_arn")},
	{name: "aws_opsworks_custom_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_ecs_cluster_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_ganglia_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_haproxy_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_instance", coverage: NotModelled, refs: places("security_group_ids subnet_id")},
	{name: "aws_opsworks_java_app_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_memcached_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_mysql_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_nodejs_app_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_php_app_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_rails_app_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_opsworks_stack", coverage: NotModelled, refs: places("default_subnet_id vpc_id")},
	{name: "aws_opsworks_static_web_layer", coverage: NotModelled, refs: places("custom_security_group_ids")},
	{name: "aws_storagegateway_cached_iscsi_volume", coverage: NotModelled},
	{name: "aws_storagegateway_stored_iscsi_volume", coverage: NotModelled},
}

// places says what arguments hold by their names, which AWS and the provider
// spell alike everywhere.
func places(arguments string) refs {
	r := refs{}
	for _, path := range strings.Fields(arguments) {
		name := path[strings.LastIndexByte(path, '.')+1:]
		for _, p := range placeNames {
			if strings.Contains(name, p.part) {
				r[path] = p.types
				break
			}
		}
	}
	return r
}

// placeNames are parts of argument names, the first that occurs decides.
var placeNames = []struct {
	part  string
	types []string
}{
	{"security_group", groups},
	{"subnet", subnets},
	{"transit_gateway_route_table", []string{"aws_ec2_transit_gateway_route_table", "aws_ec2_transit_gateway"}},
	{"attachment_id", attachments},
	{"transit_gateway", []string{"aws_ec2_transit_gateway"}},
	{"route_table", routeTables},
	{"vpc_peering_connection_id", []string{"aws_vpc_peering_connection"}},
	{"vpn_gateway", []string{"aws_vpn_gateway"}},
	{"gateway_id", []string{"aws_vpn_gateway", "aws_ec2_transit_gateway", "aws_dx_gateway"}},
	{"vpc_id", vpcs},
	{"network_interface_id", interfaces},
}
