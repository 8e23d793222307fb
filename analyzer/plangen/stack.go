package plangen

import (
	"fmt"
	"maps"
)

// module is a module of the stack and the call that has it.
type module struct {
	name, source string
	inputs       map[string]argument
	outputs      map[string][]string
	resources    []*resource
	children     []*module
}

// resource is a block and all its instances.
type resource struct {
	kind, name string
	// keys are those of count or for_each.
	keys []any
	args map[string]argument
	// defaults is what the provider plans for arguments that are not set,
	// computed what is known after the apply only.
	defaults, computed map[string]any
	// open is what differs where the world is let in.
	open map[string]any
	// changed is what an update changes everywhere.
	changed *changed
}

type changed struct {
	argument string
	before   any
}

// argument is a value, that of each instance if it is a function, and the
// references of its expression; or a block.
type argument struct {
	value      any
	references []string
	later      bool // known after the apply only
	block      map[string]argument
}

func is(value any) argument { return argument{value: value} }
func by(value any, references ...string) argument {
	return argument{value: value, references: references}
}
func later(value any, references ...string) argument { return argument{value, references, true, nil} }
func block(arguments map[string]argument) argument   { return argument{block: arguments} }
func each(format string, offset int) func(int) any {
	return func(i int) any { return fmt.Sprintf(format, i+offset) }
}
func id(prefix string, n int) string { return fmt.Sprintf("%s-0%s%08x", prefix, stackHex, n) }
func ids(prefix string, first int) func(int) any {
	return func(i int) any { return id(prefix, first+i) }
}
func arn(service, name string) string {
	return "arn:aws:" + service + ":eu-west-1:123456789012:" + name
}
func idList(prefix string, first, count int) []any {
	var out []any
	for i := range count {
		out = append(out, id(prefix, first+i))
	}
	return out
}

// untagged is the types that have no tags.
var untagged = map[string]bool{
	"aws_route": true, "aws_route_table_association": true, "aws_network_acl_rule": true, "aws_lb_target_group_attachment": true,
	"aws_iam_role_policy_attachment": true, "aws_s3_bucket_public_access_block": true,
}

// arguments is args with the tags and the Region that modules pass to
// everything that has them.
func (b *resource) arguments() map[string]argument {
	out := maps.Clone(b.args)
	if !untagged[b.kind] {
		out["tags"] = by(map[string]any{"Name": stackName + "-" + b.name, "Owner": "platform", "CostCenter": "4711"},
			"var.tags", "var.tags_all_resources", "var.name")
	}
	if region, ok := b.defaults["region"]; ok || b.dormant() {
		out["region"] = by(region, "var.region")
	}
	return out
}

// dormant is a block whose count is zero: a feature that public modules have
// and nobody asked for. All its arguments are variables.
func dormant(kind, name string, arguments ...string) *resource {
	args := map[string]argument{}
	for _, a := range arguments {
		args[a] = by(nil, "var."+name+"_"+a, "local.create_"+name)
	}
	return &resource{kind: kind, name: name, keys: []any{}, args: args}
}

func (b *resource) dormant() bool { return b.keys != nil && len(b.keys) == 0 }

var (
	zoneKeys = []any{"a", "b"}
	counted  = []any{0, 1}
	everyone = "0.0.0.0/0"
	vpcBlock = "10." + stackOctet + ".0.0/16"
)

// The stack: a load balancer that anyone reaches over TLS, two servers behind
// it, a database behind them, and a bastion host for the office, which one
// stack in ten opens to the world.
var stack = &module{
	name: stackName, source: "./modules/stack",
	inputs: map[string]argument{"name": is(stackName), "cidr": is(vpcBlock), "zones": by(nil, "data.aws_availability_zones.available.names", "data.aws_availability_zones.available"), "tags": is(map[string]any{"Owner": "platform"})},
	outputs: map[string][]string{
		"vpc_id":       {"module.network.vpc_id", "module.network"},
		"dns_name":     {"module.app.dns_name", "module.app"},
		"key_arn":      {"aws_kms_key.main.arn", "aws_kms_key.main"},
		"alarms_topic": {"aws_sns_topic.alarms.arn", "aws_sns_topic.alarms"},
	},
	children: []*module{network, app},
	resources: []*resource{
		{kind: "aws_kms_key", name: "main",
			args:     map[string]argument{"description": by("Everything of "+stackName, "var.name"), "enable_key_rotation": is(true), "deletion_window_in_days": is(30)},
			defaults: map[string]any{"bypass_policy_lockout_safety_check": false, "custom_key_store_id": nil, "customer_master_key_spec": "SYMMETRIC_DEFAULT", "is_enabled": true, "key_usage": "ENCRYPT_DECRYPT", "multi_region": false, "region": "eu-west-1", "timeouts": nil, "xks_key_id": nil},
			computed: map[string]any{"arn": arn("kms", "key/"+id("key", 1)), "id": id("key", 1), "key_id": id("key", 1), "policy": "{}", "rotation_period_in_days": 365}},
		{kind: "aws_cloudwatch_log_group", name: "logs", keys: []any{"app", "flow"},
			args:     map[string]argument{"name": by(each("/"+stackName+"/logs-%d", 0), "var.name", "each.key"), "retention_in_days": is(365), "kms_key_id": later(arn("kms", "key/"+id("key", 1)), "aws_kms_key.main.arn", "aws_kms_key.main")},
			defaults: map[string]any{"region": "eu-west-1", "skip_destroy": false},
			computed: map[string]any{"arn": each(arn("logs", "log-group:/"+stackName+"/logs-%d"), 0), "id": each("/"+stackName+"/logs-%d", 0), "log_group_class": "STANDARD", "name_prefix": "", "deletion_protection_enabled": false}},
		{kind: "aws_sns_topic", name: "alarms",
			args:     map[string]argument{"name": by(stackName+"-alarms", "var.name"), "kms_master_key_id": later(id("key", 1), "aws_kms_key.main.id", "aws_kms_key.main")},
			defaults: map[string]any{"application_failure_feedback_role_arn": nil, "archive_policy": nil, "content_based_deduplication": false, "delivery_policy": nil, "display_name": nil, "fifo_topic": false, "http_failure_feedback_role_arn": nil, "lambda_failure_feedback_role_arn": nil, "region": "eu-west-1", "sqs_failure_feedback_role_arn": nil},
			computed: map[string]any{"arn": arn("sns", stackName+"-alarms"), "id": arn("sns", stackName+"-alarms"), "name_prefix": "", "owner": "123456789012", "policy": "{}", "signature_version": 2}},
		{kind: "aws_s3_bucket", name: "assets",
			args:     map[string]argument{"bucket": by(stackName+"-assets", "var.name")},
			defaults: map[string]any{"force_destroy": false, "region": "eu-west-1", "timeouts": nil},
			computed: map[string]any{"acceleration_status": "", "arn": "arn:aws:s3:::" + stackName + "-assets", "bucket_domain_name": stackName + "-assets.s3.amazonaws.com", "bucket_regional_domain_name": stackName + "-assets.s3.eu-west-1.amazonaws.com", "hosted_zone_id": "Z1BKCTXD74EZPE", "id": stackName + "-assets", "object_lock_enabled": false, "request_payer": "BucketOwner"}},
		{kind: "aws_s3_bucket_public_access_block", name: "assets",
			args:     map[string]argument{"bucket": later(stackName+"-assets", "aws_s3_bucket.assets.id", "aws_s3_bucket.assets"), "block_public_acls": is(true), "block_public_policy": is(true), "ignore_public_acls": is(true), "restrict_public_buckets": is(true)},
			defaults: map[string]any{"region": "eu-west-1", "skip_destroy": nil},
			computed: map[string]any{"id": stackName + "-assets"}},
		{kind: "aws_ssm_parameter", name: "settings",
			args:     map[string]argument{"name": by("/"+stackName+"/settings", "var.name"), "type": is("String"), "value": by(`{"log_level":"info","pool":{"min":2,"max":20}}`, "local.settings")},
			defaults: map[string]any{"allowed_pattern": nil, "description": nil, "overwrite": nil, "region": "eu-west-1", "tier": nil, "value_wo": nil, "value_wo_version": nil},
			computed: map[string]any{"arn": arn("ssm", "parameter/"+stackName+"/settings"), "data_type": "text", "id": "/" + stackName + "/settings", "insecure_value": nil, "key_id": "", "version": 1}},
		dormant("aws_kms_alias", "main", "name", "target_key_id"),
		dormant("aws_s3_bucket_versioning", "assets", "bucket", "expected_bucket_owner", "versioning_configuration"),
		dormant("aws_s3_bucket_lifecycle_configuration", "assets", "bucket", "rule", "transition_default_minimum_object_size"),
		dormant("aws_s3_bucket_replication_configuration", "assets", "bucket", "role", "rule", "token"),
		dormant("aws_sns_topic_subscription", "oncall", "topic_arn", "protocol", "endpoint", "filter_policy", "raw_message_delivery"),
		dormant("aws_budgets_budget", "monthly", "budget_type", "limit_amount", "limit_unit", "time_unit", "notification"),
	},
}

var network = &module{
	name: "network", source: "./network",
	inputs: map[string]argument{"name": by(nil, "var.name"), "cidr": by(nil, "var.cidr"), "zones": by(nil, "var.zones"), "tags": by(nil, "var.tags"), "log_group_arn": by(nil, "aws_cloudwatch_log_group.logs")},
	outputs: map[string][]string{
		"vpc_id":             {"aws_vpc.main.id", "aws_vpc.main"},
		"cidr":               {"aws_vpc.main.cidr_block", "aws_vpc.main"},
		"public_subnet_ids":  {"module.subnets.public_ids", "module.subnets"},
		"private_subnet_ids": {"module.subnets.private_ids", "module.subnets"},
		"data_subnet_ids":    {"module.subnets.data_ids", "module.subnets"},
	},
	children: []*module{subnets},
	resources: []*resource{
		{kind: "aws_vpc", name: "main",
			args:     map[string]argument{"cidr_block": by(vpcBlock, "var.cidr"), "enable_dns_hostnames": is(true), "enable_dns_support": is(true)},
			defaults: map[string]any{"assign_generated_ipv6_cidr_block": nil, "instance_tenancy": "default", "ipv4_ipam_pool_id": nil, "ipv4_netmask_length": nil, "ipv6_ipam_pool_id": nil, "ipv6_netmask_length": nil, "region": "eu-west-1"},
			computed: map[string]any{"arn": arn("ec2", "vpc/"+id("vpc", 1)), "default_network_acl_id": id("acl", 1), "default_route_table_id": id("rtb", 1), "default_security_group_id": id("sg", 1), "dhcp_options_id": "dopt-0a1b2c3d", "enable_network_address_usage_metrics": false, "id": id("vpc", 1), "ipv6_association_id": "", "ipv6_cidr_block": "", "ipv6_cidr_block_network_border_group": "", "main_route_table_id": id("rtb", 1), "owner_id": "123456789012"}},
		{kind: "aws_internet_gateway", name: "main",
			args:     map[string]argument{"vpc_id": later(id("vpc", 1), "aws_vpc.main.id", "aws_vpc.main")},
			defaults: map[string]any{"region": "eu-west-1", "timeouts": nil},
			computed: map[string]any{"arn": arn("ec2", "internet-gateway/"+id("igw", 1)), "id": id("igw", 1), "owner_id": "123456789012"}},
		{kind: "aws_default_security_group", name: "main",
			args:     map[string]argument{"vpc_id": later(id("vpc", 1), "aws_vpc.main.id", "aws_vpc.main"), "ingress": is([]any{}), "egress": is([]any{})},
			defaults: map[string]any{"region": "eu-west-1", "revoke_rules_on_delete": false},
			computed: map[string]any{"arn": arn("ec2", "security-group/"+id("sg", 1)), "description": "default VPC security group", "id": id("sg", 1), "name": "default", "name_prefix": "", "owner_id": "123456789012"}},
		routeTable("public", nil, 2),
		routeTable("private", counted, 3),
		routeTo("internet", "public", nil, 2, "gateway_id", later(id("igw", 1), "aws_internet_gateway.main.id", "aws_internet_gateway.main")),
		routeTo("nat", "private", counted, 3, "nat_gateway_id", later(ids("nat", 1), "aws_nat_gateway.main", "count.index")),
		{kind: "aws_eip", name: "nat", keys: counted,
			args:     map[string]argument{"domain": is("vpc")},
			defaults: map[string]any{"address": nil, "associate_with_private_ip": nil, "customer_owned_ipv4_pool": nil, "region": "eu-west-1", "timeouts": nil},
			computed: map[string]any{"allocation_id": ids("eipalloc", 1), "arn": each(arn("ec2", "elastic-ip/"+id("eipalloc", 0)+"-%d"), 1), "association_id": ids("eipassoc", 1), "carrier_ip": "", "id": ids("eipalloc", 1), "instance": "", "network_interface": ids("eni", 1), "private_ip": each("10."+stackOctet+".%d.10", 0), "public_ip": each("203.0.113.%d", 10), "public_ipv4_pool": "amazon"}},
		{kind: "aws_nat_gateway", name: "main", keys: counted,
			args:     map[string]argument{"allocation_id": later(ids("eipalloc", 1), "aws_eip.nat", "count.index"), "subnet_id": later(ids("subnet", 1), "module.subnets.public_ids", "module.subnets", "count.index")},
			defaults: map[string]any{"connectivity_type": "public", "region": "eu-west-1", "timeouts": nil},
			computed: map[string]any{"association_id": ids("eipassoc", 1), "id": ids("nat", 1), "network_interface_id": ids("eni", 1), "private_ip": each("10."+stackOctet+".%d.10", 0), "public_ip": each("203.0.113.%d", 10), "secondary_private_ip_address_count": 0}},
		{kind: "aws_network_acl", name: "data",
			args:     map[string]argument{"vpc_id": later(id("vpc", 1), "aws_vpc.main.id", "aws_vpc.main"), "subnet_ids": later(idList("subnet", 5, 2), "module.subnets.data_ids", "module.subnets")},
			defaults: map[string]any{"region": "eu-west-1"},
			computed: map[string]any{"arn": arn("ec2", "network-acl/"+id("acl", 2)), "egress": []any{}, "id": id("acl", 2), "ingress": []any{}, "owner_id": "123456789012"}},
		aclRule("data_in", false, 5432, 5432),
		aclRule("data_out", true, 1024, 65535),
		{kind: "aws_flow_log", name: "main",
			args:     map[string]argument{"vpc_id": later(id("vpc", 1), "aws_vpc.main.id", "aws_vpc.main"), "log_destination": later(arn("logs", "log-group:/"+stackName+"/logs-1"), "var.log_group_arn"), "traffic_type": is("ALL")},
			defaults: map[string]any{"deliver_cross_account_role": nil, "destination_options": []any{}, "eni_id": nil, "log_destination_type": "cloud-watch-logs", "max_aggregation_interval": 600, "region": "eu-west-1", "subnet_id": nil, "transit_gateway_id": nil},
			computed: map[string]any{"arn": arn("ec2", "vpc-flow-log/"+id("fl", 1)), "iam_role_arn": "", "id": id("fl", 1), "log_format": ""}},
		dormant("aws_egress_only_internet_gateway", "ipv6", "vpc_id"),
		dormant("aws_vpn_gateway", "office", "amazon_side_asn", "availability_zone", "vpc_id"),
		dormant("aws_vpn_gateway_route_propagation", "office", "route_table_id", "vpn_gateway_id"),
		dormant("aws_customer_gateway", "office", "bgp_asn", "device_name", "ip_address", "type"),
		dormant("aws_vpn_connection", "office", "customer_gateway_id", "static_routes_only", "tunnel1_inside_cidr", "tunnel1_preshared_key", "tunnel2_inside_cidr", "type", "vpn_gateway_id"),
		dormant("aws_vpc_dhcp_options", "main", "domain_name", "domain_name_servers", "netbios_name_servers", "netbios_node_type", "ntp_servers"),
		dormant("aws_vpc_ipv4_cidr_block_association", "secondary", "cidr_block", "vpc_id"),
		dormant("aws_vpc_peering_connection", "hub", "auto_accept", "peer_owner_id", "peer_region", "peer_vpc_id", "vpc_id"),
		dormant("aws_ec2_transit_gateway_vpc_attachment", "hub", "appliance_mode_support", "dns_support", "subnet_ids", "transit_gateway_id", "vpc_id"),
		dormant("aws_vpc_endpoint", "gateway", "policy", "route_table_ids", "service_name", "vpc_endpoint_type", "vpc_id"),
	},
}

var subnets = &module{
	name: "subnets", source: "./subnets",
	inputs: map[string]argument{
		"name": by(nil, "var.name"), "cidr": by(nil, "var.cidr"), "zones": by(nil, "var.zones"), "tags": by(nil, "var.tags"),
		"vpc_id":                  by(nil, "aws_vpc.main.id", "aws_vpc.main"),
		"public_route_table_id":   by(nil, "aws_route_table.public.id", "aws_route_table.public"),
		"private_route_table_ids": by(nil, "aws_route_table.private"),
	},
	outputs: map[string][]string{"public_ids": {"aws_subnet.public"}, "private_ids": {"aws_subnet.private"}, "data_ids": {"aws_subnet.data"}},
	resources: []*resource{
		subnet("public", 0), subnet("private", 2), subnet("data", 4),
		association("public", 0, id("rtb", 2), "var.public_route_table_id"),
		association("private", 2, ids("rtb", 3), "var.private_route_table_ids", "each.key"),
		association("data", 4, ids("rtb", 3), "var.private_route_table_ids", "each.key"),
		dormant("aws_subnet", "intra", "availability_zone", "cidr_block", "ipv6_cidr_block", "map_public_ip_on_launch", "vpc_id"),
		dormant("aws_subnet", "outpost", "availability_zone", "cidr_block", "customer_owned_ipv4_pool", "outpost_arn", "vpc_id"),
		dormant("aws_subnet", "redshift", "availability_zone", "cidr_block", "ipv6_cidr_block", "vpc_id"),
		dormant("aws_subnet", "elasticache", "availability_zone", "cidr_block", "ipv6_cidr_block", "vpc_id"),
		dormant("aws_elasticache_subnet_group", "elasticache", "description", "name", "subnet_ids"),
		dormant("aws_redshift_subnet_group", "redshift", "description", "name", "subnet_ids"),
		dormant("aws_ec2_subnet_cidr_reservation", "pods", "cidr_block", "description", "reservation_type", "subnet_id"),
	},
}

func routeTable(name string, keys []any, n int) *resource {
	return &resource{kind: "aws_route_table", name: name, keys: keys,
		args:     map[string]argument{"vpc_id": later(id("vpc", 1), "aws_vpc.main.id", "aws_vpc.main")},
		defaults: map[string]any{"region": "eu-west-1", "timeouts": nil},
		computed: map[string]any{"arn": arn("ec2", "route-table/"+id("rtb", n)), "id": ids("rtb", n), "owner_id": "123456789012", "propagating_vgws": []any{}, "route": []any{}}}
}

func routeTo(name, table string, keys []any, n int, target string, gateway argument) *resource {
	references := []string{"aws_route_table." + table + ".id", "aws_route_table." + table}
	if keys != nil {
		references = []string{"aws_route_table." + table, "count.index"}
	}
	defaults := map[string]any{"carrier_gateway_id": nil, "core_network_arn": nil, "destination_ipv6_cidr_block": nil, "destination_prefix_list_id": nil, "egress_only_gateway_id": nil, "gateway_id": nil, "local_gateway_id": nil, "nat_gateway_id": nil, "region": "eu-west-1", "timeouts": nil, "transit_gateway_id": nil, "vpc_endpoint_id": nil, "vpc_peering_connection_id": nil}
	delete(defaults, target)
	return &resource{kind: "aws_route", name: name, keys: keys,
		args:     map[string]argument{"route_table_id": later(ids("rtb", n), references...), "destination_cidr_block": is(everyone), target: gateway},
		defaults: defaults,
		computed: map[string]any{"id": ids("r-rtb", n), "instance_id": "", "instance_owner_id": "", "network_interface_id": "", "origin": "CreateRoute", "state": "active"}}
}

func aclRule(name string, egress bool, from, to int) *resource {
	return &resource{kind: "aws_network_acl_rule", name: name,
		args: map[string]argument{"network_acl_id": later(id("acl", 2), "aws_network_acl.data.id", "aws_network_acl.data"), "egress": is(egress), "rule_number": is(100), "protocol": is("tcp"), "rule_action": is("allow"),
			"cidr_block": by(vpcBlock, "aws_vpc.main.cidr_block", "aws_vpc.main"), "from_port": is(from), "to_port": is(to)},
		defaults: map[string]any{"icmp_code": nil, "icmp_type": nil, "ipv6_cidr_block": nil, "region": "eu-west-1"},
		computed: map[string]any{"id": id("nacl-"+name, 1)}}
}

func subnet(name string, first int) *resource {
	return &resource{kind: "aws_subnet", name: name, keys: zoneKeys,
		args: map[string]argument{
			"vpc_id": later(id("vpc", 1), "var.vpc_id"), "cidr_block": by(each("10."+stackOctet+".%d.0/24", first), "var.cidr", "each.key"),
			"availability_zone": by(func(i int) any { return "eu-west-1" + zoneKeys[i].(string) }, "each.key"), "map_public_ip_on_launch": is(false)},
		defaults: map[string]any{"assign_ipv6_address_on_creation": false, "customer_owned_ipv4_pool": nil, "enable_dns64": false, "enable_lni_at_device_index": nil, "enable_resource_name_dns_a_record_on_launch": false, "enable_resource_name_dns_aaaa_record_on_launch": false, "ipv6_cidr_block": nil, "ipv6_native": false, "map_customer_owned_ip_on_launch": nil, "outpost_arn": nil, "region": "eu-west-1", "timeouts": nil},
		computed: map[string]any{"arn": each(arn("ec2", "subnet/"+stackName+"-%d"), first+1), "availability_zone_id": each("euw1-az%d", 1), "id": ids("subnet", first+1), "ipv6_cidr_block_association_id": "", "owner_id": "123456789012", "private_dns_hostname_type_on_launch": "ip-name"}}
}

func association(name string, first int, table any, references ...string) *resource {
	return &resource{kind: "aws_route_table_association", name: name, keys: zoneKeys,
		args:     map[string]argument{"subnet_id": later(ids("subnet", first+1), "aws_subnet."+name, "each.key"), "route_table_id": later(table, references...)},
		defaults: map[string]any{"gateway_id": nil, "region": "eu-west-1", "timeouts": nil},
		computed: map[string]any{"id": ids("rtbassoc", first+1)}}
}
