package aws

import "strings"

// boundaryTypes are components that place, attach or forward traffic and that
// the engine does not follow. What has interfaces of its own besides has a
// recipe as well, which takes this row over.
var boundaryTypes = []row{
	{name: "aws_networkmanager_connect_peer", coverage: NotModelled, refs: places("subnet_arn")},
	{name: "aws_networkmanager_core_network", coverage: NotModelled, boundary: "Cloud WAN"},
	{name: "aws_networkmanager_vpc_attachment", coverage: NotModelled, boundary: "Cloud WAN", refs: places("subnet_arns")},
	{name: "aws_dx_transit_virtual_interface", coverage: NotModelled, boundary: "Direct Connect"},
	{name: "aws_vpclattice_resource_gateway", coverage: NotModelled, boundary: "VPC Lattice", refs: places("security_group_ids subnet_ids vpc_id")},
	{name: "aws_vpclattice_service_network_vpc_association", coverage: NotModelled, boundary: "VPC Lattice", refs: places("security_group_ids")},
	{name: "aws_vpc_route_server_endpoint", coverage: NotModelled, boundary: "VPC route server", refs: places("subnet_id")},
	{name: "aws_vpc_route_server_vpc_association", coverage: NotModelled, refs: places("vpc_id")},
	{name: "aws_verifiedaccess_endpoint", coverage: NotModelled, boundary: "Verified Access", refs: places("load_balancer_options.subnet_ids network_interface_options.network_interface_id rds_options.subnet_ids security_group_ids")},
	{name: "aws_ec2_carrier_gateway", coverage: NotModelled, boundary: "carrier gateway", refs: places("vpc_id")},
	{name: "aws_ec2_local_gateway_route_table_vpc_association", coverage: NotModelled, refs: places("vpc_id")},
	{name: "aws_ec2_transit_gateway_connect_peer", coverage: NotModelled, refs: places("transit_gateway_address transit_gateway_attachment_id")},
	{name: "aws_ec2_transit_gateway_multicast_domain_association", coverage: NotModelled, refs: places("subnet_id")},
	{name: "aws_ec2_transit_gateway_multicast_group_member", coverage: NotModelled, refs: places("network_interface_id")},
	{name: "aws_ec2_transit_gateway_multicast_group_source", coverage: NotModelled, refs: places("network_interface_id")},
	{name: "aws_apprunner_vpc_ingress_connection", coverage: NotModelled, refs: places("ingress_vpc_configuration.vpc_id")},
	{name: "aws_appstream_fleet", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnet_ids")},
	{name: "aws_appstream_image_builder", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnet_ids")},
	{name: "aws_bedrock_custom_model", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnet_ids")},
	{name: "aws_cloudhsm_v2_cluster", coverage: NotModelled, refs: places("subnet_ids")},
	{name: "aws_cloudhsm_v2_hsm", coverage: NotModelled, refs: places("subnet_id")},
	{name: "aws_codebuild_fleet", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnets vpc_config.vpc_id")},
	{name: "aws_codeconnections_host", coverage: NotModelled, refs: places("vpc_configuration.security_group_ids vpc_configuration.subnet_ids vpc_configuration.vpc_id")},
	{name: "aws_codestarconnections_host", coverage: NotModelled, refs: places("vpc_configuration.security_group_ids vpc_configuration.subnet_ids vpc_configuration.vpc_id")},
	{name: "aws_comprehend_document_classifier", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnets")},
	{name: "aws_comprehend_entity_recognizer", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnets")},
	{name: "aws_datasync_agent", coverage: NotModelled, refs: places("security_group_arns subnet_arns")},
	{name: "aws_datasync_location_efs", coverage: NotModelled, refs: places("ec2_config.security_group_arns ec2_config.subnet_arn")},
	{name: "aws_datasync_location_fsx_lustre_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_datasync_location_fsx_ontap_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_datasync_location_fsx_openzfs_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_datasync_location_fsx_windows_file_system", coverage: NotModelled, refs: places("security_group_arns")},
	{name: "aws_devicefarm_test_grid_project", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnet_ids vpc_config.vpc_id")},
	{name: "aws_directory_service_directory", coverage: NotModelled, refs: places("connect_settings.subnet_ids connect_settings.vpc_id vpc_settings.subnet_ids vpc_settings.vpc_id")},
	{name: "aws_directory_service_region", coverage: NotModelled, refs: places("vpc_settings.subnet_ids vpc_settings.vpc_id")},
	{name: "aws_drs_replication_configuration_template", coverage: NotModelled, refs: places("associate_default_security_group replication_servers_security_groups_ids staging_area_subnet_id")},
	{name: "aws_elasticsearch_vpc_endpoint", coverage: NotModelled, refs: places("vpc_options.security_group_ids vpc_options.subnet_ids")},
	{name: "aws_emr_cluster", coverage: NotModelled, refs: places("ec2_attributes.additional_master_security_groups ec2_attributes.additional_slave_security_groups ec2_attributes.emr_managed_master_security_group ec2_attributes.emr_managed_slave_security_group ec2_attributes.service_access_security_group ec2_attributes.subnet_id ec2_attributes.subnet_ids")},
	{name: "aws_emr_studio", coverage: NotModelled, refs: places("engine_security_group_id subnet_ids vpc_id workspace_security_group_id")},
	{name: "aws_finspace_kx_cluster", coverage: NotModelled, refs: places("vpc_configuration.security_group_ids vpc_configuration.subnet_ids vpc_configuration.vpc_id")},
	{name: "aws_gamelift_game_server_group", coverage: NotModelled, refs: places("vpc_subnets")},
	{name: "aws_glue_dev_endpoint", coverage: NotModelled, refs: places("security_group_ids subnet_id")},
	{name: "aws_imagebuilder_infrastructure_configuration", coverage: NotModelled, refs: places("security_group_ids subnet_id")},
	{name: "aws_iot_topic_rule_destination", coverage: NotModelled, refs: places("vpc_configuration.security_groups vpc_configuration.subnet_ids vpc_configuration.vpc_id")},
	{name: "aws_kinesis_firehose_delivery_stream", coverage: NotModelled, refs: places("elasticsearch_configuration.vpc_config.security_group_ids elasticsearch_configuration.vpc_config.subnet_ids opensearch_configuration.vpc_config.security_group_ids opensearch_configuration.vpc_config.subnet_ids opensearchserverless_configuration.vpc_config.security_group_ids opensearchserverless_configuration.vpc_config.subnet_ids")},
	{name: "aws_kinesisanalyticsv2_application", coverage: NotModelled, refs: places("application_configuration.vpc_configuration.security_group_ids application_configuration.vpc_configuration.subnet_ids")},
	{name: "aws_medialive_channel", coverage: NotModelled, refs: places("vpc.security_group_ids vpc.subnet_ids")},
	{name: "aws_medialive_input", coverage: NotModelled, refs: places("input_security_groups vpc.security_group_ids vpc.subnet_ids")},
	{name: "aws_msk_replicator", coverage: NotModelled, refs: places("kafka_cluster.vpc_config.security_groups_ids kafka_cluster.vpc_config.subnet_ids")},
	{name: "aws_msk_vpc_connection", coverage: NotModelled, refs: places("client_subnets security_groups vpc_id")},
	{name: "aws_mskconnect_connector", coverage: NotModelled, refs: places("kafka_cluster.apache_kafka_cluster.vpc.security_groups kafka_cluster.apache_kafka_cluster.vpc.subnets")},
	{name: "aws_osis_pipeline", coverage: NotModelled, refs: places("vpc_options.security_group_ids vpc_options.subnet_ids")},
	{name: "aws_pipes_pipe", coverage: NotModelled, refs: places("source_parameters.self_managed_kafka_parameters.vpc.security_groups source_parameters.self_managed_kafka_parameters.vpc.subnets target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration.security_groups target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration.subnets")},
	{name: "aws_prometheus_scraper", coverage: NotModelled, refs: places("source.eks.security_group_ids source.eks.subnet_ids")},
	{name: "aws_rds_shard_group", coverage: NotModelled},
	{name: "aws_s3outposts_endpoint", coverage: NotModelled, refs: places("security_group_id subnet_id")},
	{name: "aws_sagemaker_data_quality_job_definition", coverage: NotModelled, refs: places("network_config.vpc_config.security_group_ids network_config.vpc_config.subnets")},
	{name: "aws_sagemaker_domain", coverage: NotModelled, refs: places("default_space_settings.security_groups default_user_settings.security_groups domain_settings.security_group_ids subnet_ids vpc_id")},
	{name: "aws_sagemaker_model", coverage: NotModelled, refs: places("vpc_config.security_group_ids vpc_config.subnets")},
	{name: "aws_sagemaker_user_profile", coverage: NotModelled, refs: places("user_settings.security_groups")},
	{name: "aws_sagemaker_workforce", coverage: NotModelled, refs: places("workforce_vpc_config.security_group_ids workforce_vpc_config.subnets workforce_vpc_config.vpc_id")},
	{name: "aws_worklink_fleet", coverage: NotModelled, refs: places("network.security_group_ids network.subnet_ids network.vpc_id")},
	{name: "aws_workspaces_directory", coverage: NotModelled, refs: places("subnet_ids workspace_creation_properties.custom_security_group_id")},
	{name: "aws_workspacesweb_network_settings", coverage: NotModelled, refs: places("security_group_ids subnet_ids vpc_id")},
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
