package aws

// plainTypes are types that only checks read, attribute by attribute, or that
// expressions mention; the network does without them.
var plainTypes = []row{
	{name: "aws_ebs_volume", keep: "encrypted kms_key_id snapshot_id"},
	{name: "aws_ebs_snapshot", keep: "encrypted"},
	{name: "aws_ebs_encryption_by_default", keep: "enabled"},
	{name: "aws_flow_log", keep: "traffic_type log_destination_type", refs: refs{"vpc_id": vpcs, "subnet_id": subnets, "eni_id": interfaces}},
	{name: "aws_ec2_instance_metadata_defaults", keep: "http_tokens http_endpoint http_put_response_hop_limit"},
	{name: "aws_efs_file_system", keep: "encrypted"},
	{name: "aws_cloudtrail", keep: "name"},
	{name: "aws_guardduty_detector", keep: "enable"},
	{name: "aws_wafv2_web_acl_association", refs: refs{"resource_arn": {"aws_lb", "aws_alb"}}},
	{name: "aws_iam_instance_profile", identity: "name", keep: "role", refs: refs{"role": {"aws_iam_role"}}},
	{name: "aws_iam_role", identity: "name", keep: "assume_role_policy inline_policy managed_policy_arns"},
	{name: "aws_iam_role_policy", keep: "policy", refs: refs{"role": {"aws_iam_role"}}},
	{name: "aws_iam_role_policy_attachment", keep: "policy_arn", refs: refs{"role": {"aws_iam_role"}, "policy_arn": {"aws_iam_policy"}}},
	{name: "aws_iam_policy", keep: "name policy"},
	{name: "aws_availability_zones", keep: "names zone_ids"},
	{name: "aws_region", keep: "name"},
	{name: "aws_caller_identity", keep: "account_id"},
	{name: "aws_ip_ranges", keep: "cidr_blocks ipv6_cidr_blocks services regions"},

	// These have to do with the network and decide nothing about who reaches
	// whom (M-8, APP-3).
	{name: "aws_db_option_group"},
	{name: "aws_ec2_network_insights_path"},
	{name: "aws_ec2_subnet_cidr_reservation"},
	{name: "aws_emr_block_public_access_configuration", keep: "block_public_security_group_rules"},
	{name: "aws_network_interface_permission"},
	{name: "aws_ram_principal_association"},
	{name: "aws_ram_resource_share"},
	{name: "aws_route53_resolver_firewall_rule"},
	{name: "aws_route53_resolver_firewall_rule_group_association"},
	{name: "aws_route53_resolver_rule_association"},
	{name: "aws_route53_vpc_association_authorization"},
	{name: "aws_route53_zone"},
	{name: "aws_route53_zone_association"},
	{name: "aws_s3_access_point"},
	{name: "aws_vpc_dhcp_options_association"},
	{name: "aws_vpc_endpoint_policy"},
	{name: "aws_vpc_network_performance_metric_subscription"},
	{name: "aws_vpc_peering_connection_options"},
}
