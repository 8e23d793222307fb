package plangen

// The application: what runs in the network.
var app = &module{
	name: "app", source: "./app",
	inputs: map[string]argument{
		"name": by(nil, "var.name"), "tags": by(nil, "var.tags"), "zones": by(nil, "var.zones"),
		"vpc_id":             by(nil, "module.network.vpc_id", "module.network"),
		"cidr":               by(nil, "module.network.cidr", "module.network"),
		"public_subnet_ids":  by(nil, "module.network.public_subnet_ids", "module.network"),
		"private_subnet_ids": by(nil, "module.network.private_subnet_ids", "module.network"),
		"data_subnet_ids":    by(nil, "module.network.data_subnet_ids", "module.network"),
		"key_arn":            by(nil, "aws_kms_key.main.arn", "aws_kms_key.main"),
		"topic_arn":          by(nil, "aws_sns_topic.alarms.arn", "aws_sns_topic.alarms"),
	},
	outputs:  map[string][]string{"dns_name": {"aws_lb.front.dns_name", "aws_lb.front"}},
	children: []*module{rules, servers},
	resources: []*resource{
		{kind: "aws_lb", name: "front",
			args: map[string]argument{"name": by(stackName, "var.name"), "internal": is(false), "load_balancer_type": is("application"), "drop_invalid_header_fields": is(true), "enable_deletion_protection": is(true),
				"security_groups": later([]any{id("sg", 2)}, "aws_security_group.front.id", "aws_security_group.front"), "subnets": later(idList("subnet", 1, 2), "var.public_subnet_ids")},
			defaults: map[string]any{"access_logs": []any{}, "client_keep_alive": 3600, "connection_logs": []any{}, "customer_owned_ipv4_pool": nil, "desync_mitigation_mode": "defensive", "enable_cross_zone_load_balancing": false, "enable_http2": true, "enable_waf_fail_open": false, "idle_timeout": 60, "preserve_host_header": false, "region": "eu-west-1", "timeouts": nil, "xff_header_processing_mode": "append"},
			computed: map[string]any{"arn": arn("elasticloadbalancing", "loadbalancer/app/"+stackName), "arn_suffix": "app/" + stackName, "dns_name": stackName + ".elb.amazonaws.com", "id": arn("elasticloadbalancing", "loadbalancer/app/"+stackName), "ip_address_type": "ipv4", "name_prefix": "", "vpc_id": id("vpc", 1), "zone_id": "Z32O12XQLNTSW2"}},
		{kind: "aws_lb_listener", name: "https",
			args: map[string]argument{"load_balancer_arn": later(arn("elasticloadbalancing", "loadbalancer/app/"+stackName), "aws_lb.front.arn", "aws_lb.front"), "port": is(443), "protocol": is("HTTPS"), "ssl_policy": is("ELBSecurityPolicy-TLS13-1-2-2021-06"), "certificate_arn": is(arn("acm", "certificate/5e3c0b5e")),
				"default_action": block(map[string]argument{"type": is("forward"), "target_group_arn": later(arn("elasticloadbalancing", "targetgroup/"+stackName), "aws_lb_target_group.app.arn", "aws_lb_target_group.app")})},
			defaults: map[string]any{"alpn_policy": nil, "region": "eu-west-1", "timeouts": nil},
			computed: map[string]any{"arn": arn("elasticloadbalancing", "listener/app/"+stackName+"/443"), "id": arn("elasticloadbalancing", "listener/app/"+stackName+"/443"), "mutual_authentication": []any{}, "tcp_idle_timeout_seconds": 0}},
		{kind: "aws_lb_listener", name: "redirect",
			args: map[string]argument{"load_balancer_arn": later(arn("elasticloadbalancing", "loadbalancer/app/"+stackName), "aws_lb.front.arn", "aws_lb.front"), "port": is(80), "protocol": is("HTTP"),
				"default_action": block(map[string]argument{"type": is("redirect"), "redirect": block(map[string]argument{"port": is("443"), "protocol": is("HTTPS"), "status_code": is("HTTP_301")})})},
			defaults: map[string]any{"alpn_policy": nil, "certificate_arn": nil, "region": "eu-west-1", "timeouts": nil},
			computed: map[string]any{"arn": arn("elasticloadbalancing", "listener/app/"+stackName+"/80"), "id": arn("elasticloadbalancing", "listener/app/"+stackName+"/80"), "mutual_authentication": []any{}, "ssl_policy": "", "tcp_idle_timeout_seconds": 0}},
		{kind: "aws_lb_target_group", name: "app",
			args: map[string]argument{"name": by(stackName, "var.name"), "port": is(8080), "protocol": is("HTTP"), "target_type": is("instance"), "vpc_id": later(id("vpc", 1), "var.vpc_id"),
				"health_check": block(map[string]argument{"path": is("/healthy"), "matcher": is("200")})},
			defaults: map[string]any{"deregistration_delay": "300", "lambda_multi_value_headers_enabled": false, "proxy_protocol_v2": false, "region": "eu-west-1", "slow_start": 0},
			computed: map[string]any{"arn": arn("elasticloadbalancing", "targetgroup/"+stackName), "arn_suffix": "targetgroup/" + stackName, "id": arn("elasticloadbalancing", "targetgroup/"+stackName), "ip_address_type": "ipv4", "load_balancing_algorithm_type": "round_robin", "name_prefix": "", "protocol_version": "HTTP1"}},
		{kind: "aws_lb_target_group_attachment", name: "app", keys: counted,
			args:     map[string]argument{"target_group_arn": later(arn("elasticloadbalancing", "targetgroup/"+stackName), "aws_lb_target_group.app.arn", "aws_lb_target_group.app"), "target_id": later(ids("i", 1), "module.servers.ids", "module.servers", "count.index"), "port": is(8080)},
			defaults: map[string]any{"availability_zone": nil, "region": "eu-west-1"},
			computed: map[string]any{"id": each(arn("elasticloadbalancing", "targetgroup/"+stackName+"-%d"), 1)}},
		group("front", 2), group("app", 3), group("data", 4), group("bastion", 5),
		dormant("aws_lb_listener_rule", "weighted", "action", "condition", "listener_arn", "priority"),
		dormant("aws_lb_listener_certificate", "extra", "certificate_arn", "listener_arn"),
		dormant("aws_wafv2_web_acl_association", "front", "resource_arn", "web_acl_arn"),
		dormant("aws_route53_record", "front", "alias", "name", "type", "zone_id"),
		dormant("aws_lambda_permission", "front", "action", "function_name", "principal", "source_arn"),
	},
}

func group(name string, n int) *resource {
	return &resource{kind: "aws_security_group", name: name,
		args:     map[string]argument{"name": by(stackName+"-"+name, "var.name"), "description": is("The " + name + " tier"), "vpc_id": later(id("vpc", 1), "var.vpc_id")},
		defaults: map[string]any{"region": "eu-west-1", "revoke_rules_on_delete": false, "timeouts": nil},
		computed: map[string]any{"arn": arn("ec2", "security-group/"+id("sg", n)), "egress": []any{}, "id": id("sg", n), "ingress": []any{}, "name_prefix": "", "owner_id": "123456789012"}}
}

var rules = &module{
	name: "rules", source: "./rules",
	inputs: map[string]argument{
		"tags": by(nil, "var.tags"), "name": by(nil, "var.name"), "office_cidr": is("198.51.100.0/24"),
		"front_id":   by(nil, "aws_security_group.front.id", "aws_security_group.front"),
		"app_id":     by(nil, "aws_security_group.app.id", "aws_security_group.app"),
		"data_id":    by(nil, "aws_security_group.data.id", "aws_security_group.data"),
		"bastion_id": by(nil, "aws_security_group.bastion.id", "aws_security_group.bastion"),
	},
	resources: []*resource{
		rule("ingress", "front_https", "front", 2, 443, "cidr_ipv4", is(everyone)),
		rule("ingress", "front_http", "front", 2, 80, "cidr_ipv4", is(everyone)),
		rule("egress", "front_to_app", "front", 2, 8080, "referenced_security_group_id", later(id("sg", 3), "var.app_id")),
		rule("ingress", "app_from_front", "app", 3, 8080, "referenced_security_group_id", later(id("sg", 2), "var.front_id")),
		rule("egress", "app_https", "app", 3, 443, "cidr_ipv4", is(everyone)),
		rule("ingress", "data_from_app", "data", 4, 5432, "referenced_security_group_id", later(id("sg", 3), "var.app_id")),
		bastionRule(),
		dormant("aws_vpc_security_group_ingress_rule", "monitoring", "cidr_ipv4", "from_port", "ip_protocol", "referenced_security_group_id", "security_group_id", "to_port"),
		dormant("aws_vpc_security_group_ingress_rule", "peers", "cidr_ipv6", "from_port", "ip_protocol", "prefix_list_id", "security_group_id", "to_port"),
		dormant("aws_vpc_security_group_egress_rule", "mail", "cidr_ipv4", "from_port", "ip_protocol", "security_group_id", "to_port"),
		dormant("aws_ec2_managed_prefix_list", "office", "address_family", "entry", "max_entries", "name"),
	},
}

func rule(direction, name, group string, n, port int, peer string, value argument) *resource {
	defaults := map[string]any{"cidr_ipv4": nil, "cidr_ipv6": nil, "prefix_list_id": nil, "referenced_security_group_id": nil, "region": "eu-west-1"}
	delete(defaults, peer)
	return &resource{kind: "aws_vpc_security_group_" + direction + "_rule", name: name,
		args:     map[string]argument{"security_group_id": later(id("sg", n), "var."+group+"_id"), "description": is("For the " + group + " tier"), "ip_protocol": is("tcp"), "from_port": is(port), "to_port": is(port), peer: value},
		defaults: defaults,
		computed: map[string]any{"arn": arn("ec2", "security-group-rule/"+id("sgr-"+name, 1)), "id": id("sgr-"+name, 1), "security_group_rule_id": id("sgr-"+name, 1)}}
}

func bastionRule() *resource {
	r := rule("ingress", "bastion_ssh", "bastion", 5, 22, "cidr_ipv4", by("198.51.100.0/24", "var.office_cidr"))
	r.open = map[string]any{"cidr_ipv4": everyone}
	return r
}

var servers = &module{
	name: "servers", source: "./servers",
	inputs: map[string]argument{
		"name": by(nil, "var.name"), "tags": by(nil, "var.tags"), "zones": by(nil, "var.zones"), "key_arn": by(nil, "var.key_arn"), "topic_arn": by(nil, "var.topic_arn"),
		"private_subnet_ids": by(nil, "var.private_subnet_ids"), "public_subnet_ids": by(nil, "var.public_subnet_ids"), "data_subnet_ids": by(nil, "var.data_subnet_ids"),
		"app_id":     by(nil, "aws_security_group.app.id", "aws_security_group.app"),
		"data_id":    by(nil, "aws_security_group.data.id", "aws_security_group.data"),
		"bastion_id": by(nil, "aws_security_group.bastion.id", "aws_security_group.bastion"),
	},
	outputs: map[string][]string{"ids": {"aws_instance.app"}},
	resources: []*resource{
		instance("app", counted, 1, "private", 3, 3, false),
		instance("bastion", nil, 3, "public", 1, 5, true),
		{kind: "aws_iam_role", name: "app",
			args:     map[string]argument{"name": by(stackName+"-app", "var.name"), "assume_role_policy": by(`{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}],"Version":"2012-10-17"}`, "data.aws_iam_policy_document.assume.json", "data.aws_iam_policy_document.assume")},
			defaults: map[string]any{"description": nil, "force_detach_policies": false, "max_session_duration": 3600, "path": "/", "permissions_boundary": nil},
			computed: map[string]any{"arn": "arn:aws:iam::123456789012:role/" + stackName + "-app", "create_date": "2026-01-01T00:00:00Z", "id": stackName + "-app", "inline_policy": []any{}, "managed_policy_arns": []any{}, "name_prefix": "", "unique_id": "AROA" + stackHex}},
		{kind: "aws_iam_instance_profile", name: "app",
			args:     map[string]argument{"name": by(stackName+"-app", "var.name"), "role": by(stackName+"-app", "aws_iam_role.app.name", "aws_iam_role.app")},
			defaults: map[string]any{"path": "/"},
			computed: map[string]any{"arn": "arn:aws:iam::123456789012:instance-profile/" + stackName + "-app", "create_date": "2026-01-01T00:00:00Z", "id": stackName + "-app", "name_prefix": "", "unique_id": "AIPA" + stackHex}},
		{kind: "aws_iam_role_policy_attachment", name: "app", keys: []any{"agent", "logs", "ssm"},
			args:     map[string]argument{"role": by(stackName+"-app", "aws_iam_role.app.name", "aws_iam_role.app"), "policy_arn": by(func(i int) any { return "arn:aws:iam::aws:policy/" + policies[i] }, "each.value")},
			computed: map[string]any{"id": each(stackName+"-app-%d", 1)}},
		alarm("cpu", "CPUUtilization", 80), alarm("status", "StatusCheckFailed", 0),
		{kind: "aws_db_subnet_group", name: "data",
			args:     map[string]argument{"name": by(stackName, "var.name"), "subnet_ids": later(idList("subnet", 5, 2), "var.data_subnet_ids")},
			defaults: map[string]any{"description": "Managed by Terraform", "region": "eu-west-1"},
			computed: map[string]any{"arn": arn("rds", "subgrp:"+stackName), "id": stackName, "name_prefix": "", "supported_network_types": []any{"IPV4"}, "vpc_id": id("vpc", 1)}},
		{kind: "aws_db_instance", name: "data",
			args: map[string]argument{"identifier": by(stackName, "var.name"), "engine": is("postgres"), "instance_class": is("db.m7g.large"), "allocated_storage": is(100), "storage_encrypted": is(true), "kms_key_id": later(arn("kms", "key/"+id("key", 1)), "var.key_arn"),
				"multi_az": is(true), "publicly_accessible": is(false), "deletion_protection": is(true), "backup_retention_period": is(14), "manage_master_user_password": is(true), "username": is("app"), "port": is(5432), "copy_tags_to_snapshot": is(true), "auto_minor_version_upgrade": is(true),
				"vpc_security_group_ids": later([]any{id("sg", 4)}, "var.data_id"), "db_subnet_group_name": by(stackName, "aws_db_subnet_group.data.name", "aws_db_subnet_group.data")},
			defaults: map[string]any{"allow_major_version_upgrade": nil, "apply_immediately": false, "blue_green_update": []any{}, "custom_iam_instance_profile": nil, "customer_owned_ip_enabled": nil, "db_name": nil, "dedicated_log_volume": false, "delete_automated_backups": true, "domain": nil, "enabled_cloudwatch_logs_exports": nil, "final_snapshot_identifier": nil, "iam_database_authentication_enabled": nil, "max_allocated_storage": nil, "monitoring_interval": 0, "password": nil, "performance_insights_enabled": false, "region": "eu-west-1", "replicate_source_db": nil, "restore_to_point_in_time": []any{}, "s3_import": []any{}, "skip_final_snapshot": false, "timeouts": nil},
			computed: map[string]any{"address": stackName + ".rds.amazonaws.com", "arn": arn("rds", "db:"+stackName), "availability_zone": "eu-west-1a", "ca_cert_identifier": "rds-ca-rsa2048-g1", "endpoint": stackName + ".rds.amazonaws.com:5432", "engine_version": "17.4", "hosted_zone_id": "Z29XKXDKYMONMX", "id": "db-" + stackHex, "maintenance_window": "sun:03:00-sun:04:00", "parameter_group_name": "default.postgres17", "resource_id": "db-" + stackHex, "status": "available", "storage_type": "gp3"}},
		dormant("aws_launch_template", "app", "block_device_mappings", "credit_specification", "image_id", "instance_type", "metadata_options", "name_prefix", "user_data"),
		dormant("aws_autoscaling_group", "app", "desired_capacity", "health_check_type", "launch_template", "max_size", "min_size", "target_group_arns", "vpc_zone_identifier"),
		dormant("aws_autoscaling_policy", "app", "autoscaling_group_name", "policy_type", "target_tracking_configuration"),
		dormant("aws_db_instance", "replica", "identifier", "instance_class", "kms_key_id", "replicate_source_db", "storage_encrypted", "vpc_security_group_ids"),
		dormant("aws_db_parameter_group", "data", "family", "name_prefix", "parameter"),
		dormant("aws_ebs_volume", "scratch", "availability_zone", "encrypted", "kms_key_id", "size", "type"),
		dormant("aws_volume_attachment", "scratch", "device_name", "instance_id", "volume_id"),
	},
}

var policies = []string{"CloudWatchAgentServerPolicy", "CloudWatchLogsFullAccess", "AmazonSSMManagedInstanceCore"}

func instance(name string, keys []any, n int, tier string, subnet, group int, public bool) *resource {
	references := []string{"var." + tier + "_subnet_ids"}
	if keys != nil {
		references = append(references, "count.index")
	}
	address := any("")
	if public {
		address = "203.0.113.99"
	}
	return &resource{kind: "aws_instance", name: name, keys: keys,
		args: map[string]argument{"ami": is("ami-0abcdef1234567890"), "instance_type": is("m7g.large"), "subnet_id": later(ids("subnet", subnet), references...), "vpc_security_group_ids": later([]any{id("sg", group)}, "var."+name+"_id"),
			"associate_public_ip_address": is(public), "iam_instance_profile": by(stackName+"-app", "aws_iam_instance_profile.app.name", "aws_iam_instance_profile.app"), "ebs_optimized": is(true), "monitoring": is(true),
			"metadata_options":  block(map[string]argument{"http_endpoint": is("enabled"), "http_tokens": is("required"), "http_put_response_hop_limit": is(1)}),
			"root_block_device": block(map[string]argument{"encrypted": is(true), "volume_size": is(30), "kms_key_id": later(arn("kms", "key/"+id("key", 1)), "var.key_arn")})},
		defaults: map[string]any{"credit_specification": []any{}, "force_destroy": false, "get_password_data": false, "hibernation": nil, "launch_template": []any{}, "region": "eu-west-1", "source_dest_check": true, "timeouts": nil, "user_data": nil, "user_data_replace_on_change": false, "volume_tags": nil},
		computed: map[string]any{"arn": each(arn("ec2", "instance/"+stackName+"-%d"), n), "availability_zone": "eu-west-1a", "disable_api_termination": false, "id": ids("i", n), "instance_state": "running", "ipv6_addresses": []any{}, "key_name": "", "primary_network_interface_id": ids("eni", 10+n), "private_dns": "", "private_ip": each("10."+stackOctet+".%d.20", subnet-1), "public_dns": "", "public_ip": address, "security_groups": []any{}, "tenancy": "default"}}
}

// alarm is what every update changes.
func alarm(name, metric string, threshold int) *resource {
	return &resource{kind: "aws_cloudwatch_metric_alarm", name: name, keys: counted,
		args: map[string]argument{"alarm_name": by(each(stackName+"-"+name+"-%d", 1), "var.name", "count.index"), "alarm_actions": later([]any{arn("sns", stackName+"-alarms")}, "var.topic_arn"), "comparison_operator": is("GreaterThanThreshold"), "evaluation_periods": is(3), "metric_name": is(metric), "namespace": is("AWS/EC2"), "period": is(60), "statistic": is("Average"), "threshold": is(threshold),
			"dimensions": later(map[string]any{"InstanceId": id("i", 1)}, "aws_instance.app", "count.index")},
		defaults: map[string]any{"actions_enabled": true, "alarm_description": nil, "datapoints_to_alarm": nil, "extended_statistic": nil, "insufficient_data_actions": nil, "metric_query": []any{}, "ok_actions": nil, "region": "eu-west-1", "threshold_metric_id": nil, "treat_missing_data": "missing", "unit": nil},
		computed: map[string]any{"arn": each(arn("cloudwatch", "alarm:"+stackName+"-"+name+"-%d"), 1), "evaluate_low_sample_count_percentiles": "", "id": each(stackName+"-"+name+"-%d", 1)},
		changed:  &changed{"threshold", threshold + 10}}
}
