package aws

import "slices"

// What arguments of computing resources hold.
var (
	instances    = []string{"aws_instance", "aws_spot_instance_request"}
	fleets       = []string{"aws_autoscaling_group", "aws_eks_node_group"}
	templates    = []string{"aws_launch_template"}
	listeners    = []string{"aws_lb_listener", "aws_alb_listener"}
	targetGroups = []string{"aws_lb_target_group", "aws_alb_target_group"}
	addressed    = []string{"aws_instance", "aws_spot_instance_request", "aws_network_interface", "aws_lb", "aws_alb", "aws_db_instance", "aws_vpc_endpoint"}
	tasks        = []string{"aws_ecs_task_definition"}

	latticeNetworks = []string{"aws_vpclattice_service_network"}
	latticeServices = []string{"aws_vpclattice_service"}
	latticeGroups   = []string{"aws_vpclattice_target_group"}
)

var instanceRefs = refs{
	"subnet_id": subnets, "vpc_security_group_ids": groups, "security_groups": groups,
	"network_interface.network_interface_id":           {"aws_network_interface"},
	"primary_network_interface.network_interface_id":   {"aws_network_interface"},
	"secondary_network_interface.network_interface_id": {"aws_network_interface"},
	"launch_template.id":                               templates, "launch_template.name": templates,
}

// taskRefs are the placement arguments of an ECS task under a prefix.
func taskRefs(network, task string, more refs) refs {
	r := refs{network + ".subnets": subnets, network + ".security_groups": groups, task: tasks}
	for k, v := range more {
		r[k] = v
	}
	return r
}

// computeTypes are the types that have interfaces, or lead to some.
var computeTypes = slices.Concat([]row{
	// Interfaces and Elastic IPs (TF-NI-3).
	{name: "aws_network_interface", coverage: Modelled, identity: "private_ip",
		keep: "private_ips private_ips_count private_ip_list ipv6_addresses ipv6_address_count ipv6_prefixes ipv6_prefix_count ipv4_prefixes ipv4_prefix_count source_dest_check attachment tags",
		refs: refs{"subnet_id": subnets, "security_groups": groups, "attachment.instance": instances}, blocks: "attachment"},
	{name: "aws_network_interface_attachment", coverage: Modelled, keep: "device_index",
		refs: refs{"instance_id": instances, "network_interface_id": interfaces}},
	{name: "aws_network_interface_sg_attachment", coverage: Modelled,
		refs: refs{"security_group_id": groups, "network_interface_id": interfaces}},
	{name: "aws_eip", coverage: Modelled, identity: "allocation_id public_ip", keep: "public_ip domain associate_with_private_ip customer_owned_ipv4_pool tags",
		refs: refs{"instance": instances, "network_interface": interfaces}},
	{name: "aws_eip_association", coverage: Modelled, keep: "private_ip_address public_ip",
		refs: refs{"allocation_id": {"aws_eip"}, "instance_id": instances, "network_interface_id": interfaces}},

	// Virtual machines (TF-NI-1, TF-NI-4 to TF-NI-6).
	{name: "aws_instance", coverage: Modelled, keep: "*", identity: "primary_network_interface_id private_ip public_ip", refs: instanceRefs,
		blocks: "network_interface primary_network_interface secondary_network_interface launch_template metadata_options root_block_device ebs_block_device"},
	{name: "aws_spot_instance_request", coverage: Modelled, keep: "*", identity: "spot_instance_id primary_network_interface_id private_ip", refs: instanceRefs,
		blocks: "network_interface launch_template metadata_options root_block_device ebs_block_device"},
	{name: "aws_launch_template", coverage: Modelled, keep: "*", identity: "name",
		refs: refs{"vpc_security_group_ids": groups, "security_group_names": groups, "network_interfaces.subnet_id": subnets,
			"network_interfaces.security_groups": groups, "network_interfaces.network_interface_id": {"aws_network_interface"}},
		blocks: "network_interfaces metadata_options block_device_mappings"},
	{name: "aws_launch_configuration", coverage: Modelled, keep: "*", identity: "name", refs: refs{"security_groups": groups},
		blocks: "metadata_options root_block_device ebs_block_device"},
	{name: "aws_autoscaling_group", coverage: Modelled, identity: "name",
		keep: "min_size max_size desired_capacity availability_zones launch_template mixed_instances_policy traffic_source",
		refs: refs{"vpc_zone_identifier": subnets, "launch_configuration": {"aws_launch_configuration"},
			"launch_template.id": templates, "launch_template.name": templates,
			"mixed_instances_policy.launch_template.launch_template_specification.launch_template_id":            templates,
			"mixed_instances_policy.launch_template.launch_template_specification.launch_template_name":          templates,
			"mixed_instances_policy.launch_template.override.launch_template_specification.launch_template_id":   templates,
			"mixed_instances_policy.launch_template.override.launch_template_specification.launch_template_name": templates,
			"target_group_arns": targetGroups, "load_balancers": {"aws_elb"}, "traffic_source.identifier": slices.Concat(targetGroups, latticeGroups, []string{"aws_elb"})},
		blocks: "launch_template mixed_instances_policy traffic_source tag"},
	{name: "aws_autoscaling_attachment", coverage: Modelled,
		refs: refs{"autoscaling_group_name": fleets, "lb_target_group_arn": targetGroups, "alb_target_group_arn": targetGroups, "elb": {"aws_elb"}}},
	{name: "aws_autoscaling_traffic_source_attachment", coverage: Modelled, keep: "traffic_source",
		refs:   refs{"autoscaling_group_name": fleets, "traffic_source.identifier": slices.Concat(targetGroups, latticeGroups, []string{"aws_elb"})},
		blocks: "traffic_source"},
	{name: "aws_spot_fleet_request", coverage: Modelled, keep: "launch_specification launch_template_config target_capacity",
		refs: refs{"launch_specification.subnet_id": subnets, "launch_specification.vpc_security_group_ids": groups,
			"launch_template_config.launch_template_specification.id":   templates,
			"launch_template_config.launch_template_specification.name": templates,
			"launch_template_config.overrides.subnet_id":                subnets, "target_group_arns": targetGroups, "load_balancers": {"aws_elb"}},
		blocks: "launch_specification launch_template_config"},
	{name: "aws_ec2_fleet", coverage: Modelled, keep: "launch_template_config",
		refs: refs{"launch_template_config.launch_template_specification.launch_template_id": templates,
			"launch_template_config.launch_template_specification.launch_template_name": templates,
			"launch_template_config.override.subnet_id":                                 subnets},
		blocks: "launch_template_config"},

	// Containers (SVC-5, SVC-6, SVC-8, TF-NI-7, TF-NI-8).
	{name: "aws_eks_cluster", coverage: Modelled, keep: "*", identity: "name vpc_config.cluster_security_group_id",
		refs: refs{"vpc_config.subnet_ids": subnets, "vpc_config.security_group_ids": groups}, blocks: "vpc_config"},
	{name: "aws_eks_node_group", coverage: Modelled, identity: "resources.autoscaling_groups.name",
		keep: "remote_access launch_template scaling_config resources",
		refs: refs{"cluster_name": {"aws_eks_cluster"}, "subnet_ids": subnets, "launch_template.id": templates, "launch_template.name": templates,
			"remote_access.source_security_group_ids": groups},
		blocks: "remote_access launch_template scaling_config"},
	{name: "aws_eks_fargate_profile", coverage: Modelled, refs: refs{"cluster_name": {"aws_eks_cluster"}, "subnet_ids": subnets}},
	{name: "aws_ecs_cluster", coverage: Modelled, identity: "name", keep: "setting"},
	{name: "aws_ecs_capacity_provider", coverage: Modelled, identity: "name", keep: "auto_scaling_group_provider",
		refs: refs{"auto_scaling_group_provider.auto_scaling_group_arn": {"aws_autoscaling_group"}}, blocks: "auto_scaling_group_provider"},
	{name: "aws_ecs_task_definition", coverage: Modelled, identity: "family", keep: "container_definitions network_mode requires_compatibilities"},
	{name: "aws_ecs_service", coverage: Modelled, keep: "launch_type network_configuration load_balancer vpc_lattice_configurations desired_count capacity_provider_strategy",
		refs: taskRefs("network_configuration", "task_definition", refs{
			"load_balancer.target_group_arn": targetGroups, "load_balancer.elb_name": {"aws_elb"}, "cluster": {"aws_ecs_cluster"},
			"vpc_lattice_configurations.target_group_arn": latticeGroups}),
		blocks: "network_configuration load_balancer vpc_lattice_configurations capacity_provider_strategy"},
	{name: "aws_ecs_task_set", coverage: Modelled, keep: "launch_type network_configuration load_balancer capacity_provider_strategy",
		refs: taskRefs("network_configuration", "task_definition", refs{
			"load_balancer.target_group_arn": targetGroups, "cluster": {"aws_ecs_cluster"}}),
		blocks: "network_configuration load_balancer"},
	{name: "aws_cloudwatch_event_target", coverage: Modelled, keep: "ecs_target",
		refs: taskRefs("ecs_target.network_configuration", "ecs_target.task_definition_arn", nil), blocks: "ecs_target"},
	{name: "aws_scheduler_schedule", coverage: Modelled, keep: "target",
		refs: taskRefs("target.ecs_parameters.network_configuration", "target.ecs_parameters.task_definition_arn", nil), blocks: "target"},

	// VPC Lattice (EP-9).
	{name: "aws_vpclattice_service_network", coverage: Modelled},
	{name: "aws_vpclattice_service", coverage: Modelled},
	{name: "aws_vpclattice_service_network_vpc_association", coverage: Modelled, boundary: "VPC Lattice",
		refs: refs{"service_network_identifier": latticeNetworks, "vpc_identifier": vpcs}},
	{name: "aws_vpclattice_service_network_service_association", coverage: Modelled,
		refs: refs{"service_network_identifier": latticeNetworks, "service_identifier": latticeServices}},
	{name: "aws_vpclattice_listener", coverage: Modelled, keep: "default_action", blocks: "default_action",
		refs: refs{"service_identifier": latticeServices, "service_arn": latticeServices,
			"default_action.forward.target_groups.target_group_identifier": latticeGroups}},
	{name: "aws_vpclattice_listener_rule", coverage: Modelled, keep: "action", blocks: "action",
		refs: refs{"service_identifier": latticeServices, "action.forward.target_groups.target_group_identifier": latticeGroups}},
	{name: "aws_vpclattice_target_group", coverage: Modelled, keep: "type config", blocks: "config"},
	{name: "aws_vpclattice_target_group_attachment", coverage: Modelled, keep: "target", blocks: "target",
		refs: refs{"target_group_identifier": latticeGroups, "target.id": slices.Concat(addressed, []string{"aws_lambda_function"})}},

	// Proxies of RDS (SVC-18).
	{name: "aws_db_proxy_target", coverage: Modelled,
		refs: refs{"db_proxy_name": {"aws_db_proxy"}, "db_instance_identifier": {"aws_db_instance"}, "db_cluster_identifier": {"aws_rds_cluster"}}},

	// Load balancers (LB-1 to LB-11, TF-L-1, TF-L-2).
	{name: "aws_lb", coverage: Modelled, keep: "*",
		refs:   refs{"subnets": subnets, "security_groups": groups, "subnet_mapping.subnet_id": subnets, "subnet_mapping.allocation_id": {"aws_eip"}},
		blocks: "subnet_mapping access_logs connection_logs"},
	{name: "aws_lb_listener", coverage: Modelled, keep: "port protocol ssl_policy certificate_arn default_action mutual_authentication tags",
		refs:   refs{"load_balancer_arn": {"aws_lb", "aws_alb"}, "default_action.target_group_arn": targetGroups, "default_action.forward.target_group.arn": targetGroups},
		blocks: "default_action"},
	{name: "aws_lb_listener_rule", coverage: Modelled, keep: "action condition priority",
		refs:   refs{"listener_arn": listeners, "action.target_group_arn": targetGroups, "action.forward.target_group.arn": targetGroups},
		blocks: "action condition"},
	{name: "aws_lb_target_group", coverage: Modelled, identity: "name", keep: "port protocol target_type preserve_client_ip ip_address_type load_balancing_cross_zone_enabled health_check",
		refs: refs{"vpc_id": vpcs}, blocks: "health_check"},
	{name: "aws_lb_target_group_attachment", coverage: Modelled, keep: "port availability_zone",
		refs: refs{"target_group_arn": targetGroups, "target_id": slices.Concat(addressed, []string{"aws_lambda_function"})}},
	{name: "aws_elb", coverage: Modelled, identity: "name", keep: "*",
		refs: refs{"subnets": subnets, "security_groups": groups, "instances": instances}, blocks: "listener health_check access_logs"},
	{name: "aws_elb_attachment", coverage: Modelled, refs: refs{"elb": {"aws_elb"}, "instance": instances}},
}, serviceTypes())
