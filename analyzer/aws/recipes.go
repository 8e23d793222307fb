package aws

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// recipe says how a managed service stands in a network: which arguments
// place it, filter it and make it public (SVC-1 to SVC-20, TF-NI-10). Paths
// are dotted; an empty one means that the service has no such argument.
type recipe struct {
	name string // the Terraform type
	kind InterfaceKind

	// subnets names them, or group a subnet group of groupType that does. Where
	// arguments exclude each other, all are named, in words.
	subnets, group, groupType string
	// defaultVPC is set where no choice means the default VPC; without it,
	// no choice means that the service is outside of every VPC.
	defaultVPC bool
	// oneOf is set where the service takes one of the subnets and nobody can
	// tell which (SVC-1).
	oneOf  bool
	groups string
	// managed is set where the service adds groups of its own making.
	managed bool

	// public is the switch of its public address, and publicText the text
	// that means yes where it is no bool; an unset switch means unset.
	// byFlag is set for machines that follow the subnet's flag.
	public, publicText string
	unset              tf.Tri
	byFlag             bool

	// parent names the resource of parentType (a cluster, a replica's source)
	// that holds the inherited arguments where the instance does not.
	parent, parentType string
	inherited          []string
	// restored are the arguments that take port and placement from something
	// that the input does not show (TF-NI-9).
	restored []string

	// when must be set, and be is when given: else there is no interface.
	when, be string

	// port is the argument that sets it; engine the one that decides the
	// default, by engines; ports are those of a service with one default.
	port, engine string
	engines      map[string][]uint16
	ports        []ServicePort
	// outward are those of ports that a public address has; the others are for
	// use inside, and of a public service nobody relies on them (SVC-9).
	outward []ServicePort

	// ipv6 is the argument that lets it have IPv6 addresses.
	ipv6 string

	// direct is the argument that switches off, by the text directOff, a way out
	// past the VPC; unset it is on (SVC-15).
	direct, directOff string

	// source is set for what never accepts a connection (SVC-7), target for
	// what never opens one (EP-2).
	source, target bool

	// identity and blocks are those of the row in the table of types.
	identity, blocks string
}

var (
	// sqlEngines are the default ports of the engines of RDS (SVC-1).
	sqlEngines = map[string][]uint16{
		"mysql": {3306}, "mariadb": {3306}, "aurora": {3306}, "aurora-mysql": {3306}, "MYSQL": {3306},
		"postgres": {5432}, "aurora-postgresql": {5432}, "POSTGRESQL": {5432},
		"sqlserver": {1433}, "custom-sqlserver": {1433}, "SQLSERVER": {1433},
		"oracle": {1521}, "custom-oracle": {1521}, "db2": {50000},
	}
	cacheEngines  = map[string][]uint16{"redis": {6379}, "valkey": {6379}, "memcached": {11211}}
	brokerEngines = map[string][]uint16{
		"activemq": {5671, 8883, 61614, 61617, 61619, 8162}, "rabbitmq": {5671, 443, 15671},
	}
)

// recipes are the managed services whose structure a plan shows. What has no
// row here is named in the coverage instead.
var recipes = []recipe{
	// Databases.
	{name: "aws_db_instance", kind: KindDataStore, group: "db_subnet_group_name", groupType: "aws_db_subnet_group", defaultVPC: true, oneOf: true,
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.No, port: "port", engine: "engine", engines: sqlEngines,
		parent: "replicate_source_db", parentType: "aws_db_instance", inherited: []string{"port", "engine", "db_subnet_group_name"},
		restored: []string{"snapshot_identifier", "restore_to_point_in_time", "s3_import"}, identity: "identifier"},
	{name: "aws_rds_cluster_instance", kind: KindDataStore, group: "db_subnet_group_name", groupType: "aws_db_subnet_group", defaultVPC: true, oneOf: true,
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.No, port: "port", engine: "engine", engines: sqlEngines,
		parent: "cluster_identifier", parentType: "aws_rds_cluster", inherited: []string{"port", "engine", "db_subnet_group_name", "vpc_security_group_ids"}},
	// A Multi-AZ cluster is public or not as its VPC is (SVC-17).
	{name: "aws_rds_cluster", kind: KindDataStore, group: "db_subnet_group_name", groupType: "aws_db_subnet_group", defaultVPC: true,
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.Maybe, port: "port", engine: "engine", engines: sqlEngines,
		when: "db_cluster_instance_class", restored: []string{"snapshot_identifier", "restore_to_point_in_time", "s3_import"}, identity: "cluster_identifier"},
	{name: "aws_docdb_cluster_instance", kind: KindDataStore, group: "db_subnet_group_name", groupType: "aws_docdb_subnet_group", defaultVPC: true, oneOf: true,
		groups: "vpc_security_group_ids", port: "port", ports: ports(27017),
		parent: "cluster_identifier", parentType: "aws_docdb_cluster", inherited: []string{"port", "db_subnet_group_name", "vpc_security_group_ids"}},
	{name: "aws_docdbelastic_cluster", kind: KindDataStore, subnets: "subnet_ids", defaultVPC: true, groups: "vpc_security_group_ids", ports: ports(27017)},
	{name: "aws_neptune_cluster_instance", kind: KindDataStore, group: "neptune_subnet_group_name", groupType: "aws_neptune_subnet_group", defaultVPC: true, oneOf: true,
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.No, port: "port", ports: ports(8182),
		parent: "cluster_identifier", parentType: "aws_neptune_cluster", inherited: []string{"port", "neptune_subnet_group_name", "vpc_security_group_ids"}},
	// The default of the switch is the provider's and changed between its
	// releases; a plan shows it (SVC-2).
	{name: "aws_redshift_cluster", kind: KindDataStore, group: "cluster_subnet_group_name", groupType: "aws_redshift_subnet_group", defaultVPC: true, oneOf: true,
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.Maybe, port: "port", ports: ports(5439), identity: "cluster_identifier"},
	{name: "aws_redshift_endpoint_access", kind: KindDataStore, group: "subnet_group_name", groupType: "aws_redshift_subnet_group", oneOf: true,
		groups: "vpc_security_group_ids", ports: ports(5439), target: true},
	{name: "aws_redshiftserverless_workgroup", kind: KindDataStore, subnets: "subnet_ids", defaultVPC: true, oneOf: true, // SVC-3
		groups: "security_group_ids", public: "publicly_accessible", unset: tf.No, port: "port", ports: ports(5439)},
	{name: "aws_redshiftserverless_endpoint_access", kind: KindDataStore, subnets: "subnet_ids", groups: "vpc_security_group_ids", ports: ports(5439), target: true},
	{name: "aws_timestreaminfluxdb_db_instance", kind: KindDataStore, subnets: "vpc_subnet_ids", oneOf: true,
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.No, port: "port", ports: ports(8086)},
	{name: "aws_db_proxy", kind: KindOther, subnets: "vpc_subnet_ids", groups: "vpc_security_group_ids", engine: "engine_family", engines: sqlEngines, identity: "name"},
	{name: "aws_db_proxy_endpoint", kind: KindOther, subnets: "vpc_subnet_ids", groups: "vpc_security_group_ids", engine: "engine_family", engines: sqlEngines,
		parent: "db_proxy_name", parentType: "aws_db_proxy", inherited: []string{"engine_family"}},

	// Caches never have a public address (SVC-10). A member of a replication
	// group is part of the group's row.
	{name: "aws_elasticache_cluster", kind: KindDataStore, group: "subnet_group_name", groupType: "aws_elasticache_subnet_group", defaultVPC: true,
		groups: "security_group_ids", port: "port", engine: "engine", engines: cacheEngines,
		parent: "replication_group_id", parentType: "aws_elasticache_replication_group", inherited: []string{"port", "engine", "subnet_group_name", "security_group_ids"}},
	{name: "aws_elasticache_replication_group", kind: KindDataStore, group: "subnet_group_name", groupType: "aws_elasticache_subnet_group", defaultVPC: true,
		groups: "security_group_ids", port: "port", ports: ports(6379), restored: []string{"global_replication_group_id"}},
	{name: "aws_elasticache_serverless_cache", kind: KindDataStore, subnets: "subnet_ids", defaultVPC: true,
		groups: "security_group_ids", engine: "engine", engines: map[string][]uint16{"redis": {6379, 6380}, "valkey": {6379, 6380}, "memcached": {11211, 11212}}},
	{name: "aws_memorydb_cluster", kind: KindDataStore, group: "subnet_group_name", groupType: "aws_memorydb_subnet_group", defaultVPC: true,
		groups: "security_group_ids", port: "port", ports: ports(6379)},
	{name: "aws_dax_cluster", kind: KindDataStore, group: "subnet_group_name", groupType: "aws_dax_subnet_group", defaultVPC: true,
		groups: "security_group_ids", ports: ports(8111, 9111)},

	// Streams, brokers and search.
	{name: "aws_msk_cluster", kind: KindDataStore, subnets: "broker_node_group_info.client_subnets", groups: "broker_node_group_info.security_groups",
		public: "broker_node_group_info.connectivity_info.public_access.type", publicText: "SERVICE_PROVIDED_EIPS", unset: tf.No,
		ports:   slices.Concat(ports(9092, 9094, 9096, 9098, 9194, 9196, 9198, 2181, 2182), span(14001, 14100)),
		outward: ports(9194, 9196, 9198),
		blocks:  "broker_node_group_info"},
	{name: "aws_msk_serverless_cluster", kind: KindDataStore, subnets: "vpc_config.subnet_ids", groups: "vpc_config.security_group_ids", ports: ports(9098), blocks: "vpc_config"},
	// A public RabbitMQ broker is outside the VPC; see publicServices.
	{name: "aws_mq_broker", kind: KindDataStore, subnets: "subnet_ids", defaultVPC: true, groups: "security_groups",
		public: "publicly_accessible", unset: tf.No, engine: "engine_type", engines: brokerEngines},
	{name: "aws_opensearch_domain", kind: KindDataStore, subnets: "vpc_options.subnet_ids", groups: "vpc_options.security_group_ids", ports: ports(443, 80), blocks: "vpc_options"},
	{name: "aws_elasticsearch_domain", kind: KindDataStore, subnets: "vpc_options.subnet_ids", groups: "vpc_options.security_group_ids", ports: ports(443, 80), blocks: "vpc_options"},
	{name: "aws_opensearch_vpc_endpoint", kind: KindEndpoint, subnets: "vpc_options.subnet_ids", groups: "vpc_options.security_group_ids", ports: ports(443), target: true, blocks: "vpc_options"},
	{name: "aws_opensearchserverless_vpc_endpoint", kind: KindEndpoint, subnets: "subnet_ids", groups: "security_group_ids", ports: ports(443), target: true},

	// File systems are never public (SVC-11).
	{name: "aws_efs_mount_target", kind: KindDataStore, subnets: "subnet_id", groups: "security_groups", ports: ports(2049), target: true},
	{name: "aws_fsx_lustre_file_system", kind: KindDataStore, subnets: "subnet_ids", groups: "security_group_ids", ports: slices.Concat(ports(988), span(1018, 1023))},
	{name: "aws_fsx_windows_file_system", kind: KindDataStore, subnets: "subnet_ids", groups: "security_group_ids"},
	{name: "aws_fsx_ontap_file_system", kind: KindDataStore, subnets: "subnet_ids", groups: "security_group_ids"},
	{name: "aws_fsx_openzfs_file_system", kind: KindDataStore, subnets: "subnet_ids", groups: "security_group_ids"},
	{name: "aws_fsx_file_cache", kind: KindDataStore, subnets: "subnet_ids", groups: "security_group_ids", ports: slices.Concat(ports(988), span(1018, 1023))},

	// Replication instances only open connections (SVC-12).
	{name: "aws_dms_replication_instance", kind: KindOther, group: "replication_subnet_group_id", groupType: "aws_dms_replication_subnet_group", defaultVPC: true, oneOf: true,
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.No, source: true},
	{name: "aws_dms_replication_config", kind: KindOther, group: "compute_config.replication_subnet_group_id", groupType: "aws_dms_replication_subnet_group", defaultVPC: true,
		groups: "compute_config.vpc_security_group_ids", source: true, blocks: "compute_config"},

	// What only opens connections (SVC-7, SVC-15, EP-8).
	{name: "aws_lambda_function", kind: KindFunction, subnets: "vpc_config.subnet_ids", groups: "vpc_config.security_group_ids", source: true,
		ipv6: "vpc_config.ipv6_allowed_for_dual_stack", blocks: "vpc_config"},
	{name: "aws_codebuild_project", kind: KindOther, subnets: "vpc_config.subnets", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_glue_connection", kind: KindOther, subnets: "physical_connection_requirements.subnet_id", groups: "physical_connection_requirements.security_group_id_list",
		source: true, blocks: "physical_connection_requirements"},
	{name: "aws_apprunner_vpc_connector", kind: KindOther, subnets: "subnets", groups: "security_groups", source: true},
	{name: "aws_apigatewayv2_vpc_link", kind: KindOther, subnets: "subnet_ids", groups: "security_group_ids", source: true},
	{name: "aws_sagemaker_notebook_instance", kind: KindOther, subnets: "subnet_id", groups: "security_groups", source: true,
		direct: "direct_internet_access", directOff: "Disabled"},
	{name: "aws_emrserverless_application", kind: KindOther, subnets: "network_configuration.subnet_ids", groups: "network_configuration.security_group_ids", source: true, blocks: "network_configuration"},
	{name: "aws_grafana_workspace", kind: KindOther, subnets: "vpc_configuration.subnet_ids", groups: "vpc_configuration.security_group_ids", source: true, blocks: "vpc_configuration"},
	{name: "aws_synthetics_canary", kind: KindOther, subnets: "vpc_config.subnet_ids", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_quicksight_vpc_connection", kind: KindOther, subnets: "subnet_ids", groups: "security_group_ids", source: true},

	// Services that run machines of their own (SVC-15).
	{name: "aws_emr_cluster", kind: KindOther, subnets: "ec2_attributes.subnet_ids ec2_attributes.subnet_id", groups: "ec2_attributes.emr_managed_master_security_group", managed: true, byFlag: true, blocks: "ec2_attributes"},
	{name: "aws_batch_compute_environment", kind: KindOther, subnets: "compute_resources.subnets", groups: "compute_resources.security_group_ids", byFlag: true, blocks: "compute_resources"},
	{name: "aws_cloud9_environment_ec2", kind: KindInstance, subnets: "subnet_id", defaultVPC: true, managed: true, byFlag: true},
	{name: "aws_workspaces_directory", kind: KindOther, subnets: "subnet_ids", managed: true, public: "workspace_creation_properties.enable_internet_access", unset: tf.No, blocks: "workspace_creation_properties"},
	{name: "aws_directory_service_directory", kind: KindOther, subnets: "vpc_settings.subnet_ids connect_settings.subnet_ids", managed: true, identity: "security_group_id", blocks: "vpc_settings connect_settings"},
	{name: "aws_mwaa_environment", kind: KindOther, subnets: "network_configuration.subnet_ids", groups: "network_configuration.security_group_ids", blocks: "network_configuration"},
	{name: "aws_transfer_server", kind: KindOther, subnets: "endpoint_details.subnet_ids", groups: "endpoint_details.security_group_ids", when: "endpoint_type", be: "VPC",
		public: "endpoint_details.address_allocation_ids", unset: tf.No, ports: slices.Concat(ports(21, 22), span(8192, 8200)), target: true, blocks: "endpoint_details"},
	{name: "aws_m2_environment", kind: KindOther, subnets: "subnet_ids", defaultVPC: true, groups: "security_group_ids", public: "publicly_accessible", unset: tf.No},
	{name: "aws_route53_resolver_endpoint", kind: KindEndpoint, subnets: "ip_address.subnet_id", groups: "security_group_ids",
		ports: []ServicePort{{Protocol: packet.TCP, From: 53, To: 53}, {Protocol: packet.UDP, From: 53, To: 53}, {Protocol: packet.TCP, From: 443, To: 443}}, blocks: "ip_address"},

	// Hosts, models, connectors and the like, which only open connections
	// (SVC-15).
	{name: "aws_appstream_fleet", kind: KindOther, subnets: "vpc_config.subnet_ids", groups: "vpc_config.security_group_ids", public: "enable_default_internet_access", unset: tf.No, source: true, blocks: "vpc_config"},
	{name: "aws_appstream_image_builder", kind: KindOther, subnets: "vpc_config.subnet_ids", groups: "vpc_config.security_group_ids", public: "enable_default_internet_access", unset: tf.No, source: true, blocks: "vpc_config"},
	{name: "aws_bedrock_custom_model", kind: KindOther, subnets: "vpc_config.subnet_ids", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_codebuild_fleet", kind: KindOther, subnets: "vpc_config.subnets", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_codeconnections_host", kind: KindOther, subnets: "vpc_configuration.subnet_ids", groups: "vpc_configuration.security_group_ids", source: true, blocks: "vpc_configuration"},
	{name: "aws_codestarconnections_host", kind: KindOther, subnets: "vpc_configuration.subnet_ids", groups: "vpc_configuration.security_group_ids", source: true, blocks: "vpc_configuration"},
	{name: "aws_comprehend_document_classifier", kind: KindOther, subnets: "vpc_config.subnets", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_comprehend_entity_recognizer", kind: KindOther, subnets: "vpc_config.subnets", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_datasync_location_efs", kind: KindOther, subnets: "ec2_config.subnet_arn", groups: "ec2_config.security_group_arns", source: true, blocks: "ec2_config"},
	{name: "aws_devicefarm_test_grid_project", kind: KindOther, subnets: "vpc_config.subnet_ids", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_emr_studio", kind: KindOther, subnets: "subnet_ids", groups: "workspace_security_group_id", source: true},
	{name: "aws_iot_topic_rule_destination", kind: KindOther, subnets: "vpc_configuration.subnet_ids", groups: "vpc_configuration.security_groups", source: true, blocks: "vpc_configuration"},
	{name: "aws_kinesis_firehose_delivery_stream", kind: KindOther, source: true, blocks: "elasticsearch_configuration opensearch_configuration opensearchserverless_configuration",
		subnets: "elasticsearch_configuration.vpc_config.subnet_ids opensearch_configuration.vpc_config.subnet_ids opensearchserverless_configuration.vpc_config.subnet_ids",
		groups:  "elasticsearch_configuration.vpc_config.security_group_ids opensearch_configuration.vpc_config.security_group_ids opensearchserverless_configuration.vpc_config.security_group_ids"},
	{name: "aws_kinesisanalyticsv2_application", kind: KindOther, subnets: "application_configuration.vpc_configuration.subnet_ids", groups: "application_configuration.vpc_configuration.security_group_ids", source: true, blocks: "application_configuration"},
	{name: "aws_medialive_channel", kind: KindOther, subnets: "vpc.subnet_ids", groups: "vpc.security_group_ids", public: "vpc.public_address_allocation_ids", unset: tf.No, source: true, blocks: "vpc"},
	{name: "aws_msk_replicator", kind: KindOther, subnets: "kafka_cluster.vpc_config.subnet_ids", groups: "kafka_cluster.vpc_config.security_groups_ids", source: true, blocks: "kafka_cluster"},
	{name: "aws_mskconnect_connector", kind: KindOther, subnets: "kafka_cluster.apache_kafka_cluster.vpc.subnets", groups: "kafka_cluster.apache_kafka_cluster.vpc.security_groups", source: true, blocks: "kafka_cluster"},
	{name: "aws_prometheus_scraper", kind: KindOther, subnets: "source.eks.subnet_ids", groups: "source.eks.security_group_ids", source: true, blocks: "source"},
	{name: "aws_sagemaker_data_quality_job_definition", kind: KindOther, subnets: "network_config.vpc_config.subnets", groups: "network_config.vpc_config.security_group_ids", source: true, blocks: "network_config"},
	{name: "aws_sagemaker_domain", kind: KindOther, subnets: "subnet_ids", groups: "default_user_settings.security_groups", managed: true, source: true, blocks: "default_user_settings",
		direct: "app_network_access_type", directOff: "VpcOnly"},
	{name: "aws_sagemaker_model", kind: KindOther, subnets: "vpc_config.subnets", groups: "vpc_config.security_group_ids", source: true, blocks: "vpc_config"},
	{name: "aws_sagemaker_workforce", kind: KindOther, subnets: "workforce_vpc_config.subnets", groups: "workforce_vpc_config.security_group_ids", source: true, blocks: "workforce_vpc_config"},
	{name: "aws_worklink_fleet", kind: KindOther, subnets: "network.subnet_ids", groups: "network.security_group_ids", source: true, blocks: "network"},
	{name: "aws_workspacesweb_network_settings", kind: KindOther, subnets: "subnet_ids", groups: "security_group_ids", source: true},
	{name: "aws_vpclattice_resource_gateway", kind: KindOther, subnets: "subnet_ids", groups: "security_group_ids", source: true},
	{name: "aws_verifiedaccess_endpoint", kind: KindEndpoint, groups: "security_group_ids", source: true, blocks: "load_balancer_options network_interface_options rds_options cidr_options",
		subnets: "load_balancer_options.subnet_ids rds_options.subnet_ids cidr_options.subnet_ids"},
	// A pipe runs tasks, or reads from a Kafka of one's own.
	{name: "aws_pipes_pipe", kind: KindTask, blocks: "source_parameters target_parameters",
		subnets: "target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration.subnets source_parameters.self_managed_kafka_parameters.vpc.subnets",
		groups:  "target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration.security_groups source_parameters.self_managed_kafka_parameters.vpc.security_groups",
		public:  "target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration.assign_public_ip", publicText: "ENABLED", unset: tf.No},

	// What answers others besides.
	{name: "aws_cloudhsm_v2_cluster", kind: KindDataStore, subnets: "subnet_ids", managed: true, ports: span(2223, 2225), identity: "security_group_id cluster_id"},
	{name: "aws_datasync_agent", kind: KindEndpoint, subnets: "subnet_arns", groups: "security_group_arns"},
	{name: "aws_directory_service_region", kind: KindOther, subnets: "vpc_settings.subnet_ids", managed: true, blocks: "vpc_settings"},
	{name: "aws_drs_replication_configuration_template", kind: KindInstance, subnets: "staging_area_subnet_id", groups: "replication_servers_security_groups_ids", managed: true,
		public: "create_public_ip", unset: tf.Maybe, ports: ports(1500)},
	{name: "aws_elasticsearch_vpc_endpoint", kind: KindEndpoint, subnets: "vpc_options.subnet_ids", groups: "vpc_options.security_group_ids", ports: ports(443), target: true, blocks: "vpc_options"},
	{name: "aws_finspace_kx_cluster", kind: KindDataStore, subnets: "vpc_configuration.subnet_ids", groups: "vpc_configuration.security_group_ids", blocks: "vpc_configuration"},
	{name: "aws_gamelift_game_server_group", kind: KindFleet, subnets: "vpc_subnets", defaultVPC: true, managed: true, byFlag: true},
	{name: "aws_glue_dev_endpoint", kind: KindOther, subnets: "subnet_id", groups: "security_group_ids", ports: ports(22)},
	{name: "aws_imagebuilder_infrastructure_configuration", kind: KindInstance, subnets: "subnet_id", groups: "security_group_ids", byFlag: true},
	{name: "aws_medialive_input", kind: KindOther, subnets: "vpc.subnet_ids", groups: "vpc.security_group_ids", blocks: "vpc"},
	{name: "aws_msk_vpc_connection", kind: KindEndpoint, subnets: "client_subnets", groups: "security_groups", target: true},
	{name: "aws_osis_pipeline", kind: KindEndpoint, subnets: "vpc_options.subnet_ids", groups: "vpc_options.security_group_ids", ports: ports(443), blocks: "vpc_options"},
	{name: "aws_rds_shard_group", kind: KindDataStore, group: "db_subnet_group_name", groupType: "aws_db_subnet_group", defaultVPC: true, // SVC-17
		groups: "vpc_security_group_ids", public: "publicly_accessible", unset: tf.Maybe, port: "port", engine: "engine", engines: sqlEngines,
		parent: "db_cluster_identifier", parentType: "aws_rds_cluster", inherited: []string{"port", "engine", "db_subnet_group_name", "vpc_security_group_ids"}},
	{name: "aws_s3outposts_endpoint", kind: KindEndpoint, subnets: "subnet_id", groups: "security_group_id", ports: ports(443), target: true},
	{name: "aws_vpc_route_server_endpoint", kind: KindOther, subnets: "subnet_id", ports: ports(179)},
}

// linked are the types that recipes lead to: subnet groups, and the clusters
// that hold what their instances do not say.
var linked = []recipe{
	{name: "aws_db_subnet_group", subnets: "subnet_ids", identity: "name"},
	{name: "aws_docdb_subnet_group", subnets: "subnet_ids", identity: "name"},
	{name: "aws_neptune_subnet_group", subnets: "subnet_ids", identity: "name"},
	{name: "aws_redshift_subnet_group", subnets: "subnet_ids", identity: "name"},
	{name: "aws_elasticache_subnet_group", subnets: "subnet_ids", identity: "name"},
	{name: "aws_memorydb_subnet_group", subnets: "subnet_ids", identity: "name"},
	{name: "aws_dax_subnet_group", subnets: "subnet_ids", identity: "name"},
	{name: "aws_dms_replication_subnet_group", subnets: "subnet_ids", identity: "replication_subnet_group_id"},
	{name: "aws_docdb_cluster", group: "db_subnet_group_name", groupType: "aws_docdb_subnet_group", groups: "vpc_security_group_ids", identity: "cluster_identifier"},
	{name: "aws_neptune_cluster", group: "neptune_subnet_group_name", groupType: "aws_neptune_subnet_group", groups: "vpc_security_group_ids", identity: "cluster_identifier"},
	{name: "aws_apprunner_service"},
	{name: "aws_apigatewayv2_api"},
	{name: "aws_api_gateway_rest_api", blocks: "endpoint_configuration"},
	{name: "aws_lambda_function_url"},
	{name: "aws_lightsail_instance"},
	{name: "aws_lightsail_instance_public_ports", parent: "instance_name", parentType: "aws_lightsail_instance"},
	{name: "aws_lightsail_database"},
}

// serviceTypes are the rows of the recipes in the table of types.
func serviceTypes() []row {
	var rows []row
	for _, c := range slices.Concat(recipes, linked) {
		r := row{name: c.name, coverage: Modelled, keep: "*", identity: c.identity, refs: refs{}, blocks: c.blocks}
		for paths, targets := range map[string][]string{
			c.subnets: subnets, c.groups: groups, c.group: {c.groupType}, c.parent: {c.parentType},
		} {
			for _, path := range strings.Fields(paths) {
				r.refs[path] = targets
			}
		}
		// A component that the engine does not follow may have interfaces all
		// the same.
		for _, known := range boundaryTypes {
			if known.name == c.name {
				r.boundary = known.boundary
				maps.Copy(r.refs, known.refs)
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// span is a range of TCP ports.
func span(from, to uint16) []ServicePort {
	return []ServicePort{{Protocol: packet.TCP, From: from, To: to}}
}
