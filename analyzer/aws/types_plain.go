package aws

// plainTypes are types that only checks read, attribute by attribute, or that
// expressions mention; the network does without them.
var plainTypes = []row{
	{name: "aws_ebs_volume", keep: "encrypted kms_key_id snapshot_id"},
	{name: "aws_ebs_snapshot", keep: "encrypted"},
	{name: "aws_ebs_encryption_by_default", keep: "enabled"},
	{name: "aws_flow_log", keep: "traffic_type log_destination_type", refs: refs{"vpc_id": vpcs, "subnet_id": subnets, "eni_id": interfaces}},
	{name: "aws_ec2_instance_metadata_defaults", keep: "http_tokens http_endpoint http_put_response_hop_limit"},
	{name: "aws_iam_instance_profile", identity: "name", keep: "role", refs: refs{"role": {"aws_iam_role"}}},
	{name: "aws_iam_role", identity: "name", keep: "assume_role_policy inline_policy managed_policy_arns"},
	{name: "aws_iam_role_policy", keep: "policy", refs: refs{"role": {"aws_iam_role"}}},
	{name: "aws_iam_role_policy_attachment", keep: "policy_arn", refs: refs{"role": {"aws_iam_role"}, "policy_arn": {"aws_iam_policy"}}},
	{name: "aws_iam_policy", keep: "name policy"},
	{name: "aws_availability_zones", keep: "names zone_ids"},
	{name: "aws_region", keep: "name"},
	{name: "aws_caller_identity", keep: "account_id"},
	{name: "aws_ip_ranges", keep: "cidr_blocks ipv6_cidr_blocks services regions"},
}
