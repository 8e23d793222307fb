package aws

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func listening(i *Interface) string {
	var parts []string
	for _, p := range i.Ports {
		part := fmt.Sprint(p.From)
		if p.To != p.From {
			part += fmt.Sprint("-", p.To)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

func TestServices(t *testing.T) {
	group := made("aws_db_subnet_group.g", attrs{"name": "data", "subnet_ids": list{ref("aws_subnet.public.id"), ref("aws_subnet.private.id")}})
	db := list{ref("aws_security_group.db.id")}
	const both, dbGroup = "aws_subnet.public aws_subnet.private", "aws_security_group.db"
	tests := []struct {
		name  string
		make  []*tf.Resource
		want  standing
		ports string
	}{
		{"SVC-1: unset is private, on the engine's port", []*tf.Resource{group,
			made("aws_db_instance.x", attrs{"engine": "postgres", "db_subnet_group_name": "data", "vpc_security_group_ids": db}),
		}, standing{both, dbGroup, tf.No, "aws_db_instance.x publicly_accessible", tf.No}, "5432"},
		{"SVC-1: the zone narrows the subnets", []*tf.Resource{group,
			made("aws_db_instance.x", attrs{"engine": "oracle-se2", "db_subnet_group_name": "data", "vpc_security_group_ids": db, "availability_zone": "eu-west-1b", "publicly_accessible": true}),
		}, standing{"aws_subnet.private", dbGroup, tf.Yes, "aws_db_instance.x publicly_accessible", tf.No}, "1521"},
		{"SVC-1: but not of one that fails over", []*tf.Resource{group,
			made("aws_db_instance.x", attrs{"engine": "mysql", "port": 13306, "multi_az": true, "db_subnet_group_name": "data", "vpc_security_group_ids": db, "availability_zone": "eu-west-1b"}),
		}, standing{both, dbGroup, tf.No, "aws_db_instance.x publicly_accessible", tf.No}, "13306"},
		{"TF-NI-9: an instance takes groups, placement and port from its cluster", []*tf.Resource{group,
			made("aws_rds_cluster.c", attrs{"engine": "aurora-postgresql", "db_subnet_group_name": ref("aws_db_subnet_group.g.name"), "vpc_security_group_ids": db}),
			with(made("aws_rds_cluster_instance.x", attrs{"cluster_identifier": ref("aws_rds_cluster.c.id"), "engine": "aurora-postgresql"}),
				attrs{"publicly_accessible": tf.UnknownValue(), "db_subnet_group_name": tf.UnknownValue(), "port": tf.UnknownValue()}),
		}, standing{both, dbGroup, tf.No, "aws_rds_cluster_instance.x publicly_accessible", tf.No}, "5432"},
		{"TF-NI-9, TF-SG-7: a restored one takes them from what nobody sees, but within its groups' VPC", []*tf.Resource{
			made("aws_db_instance.x", attrs{"engine": "mysql", "snapshot_identifier": "snap", "vpc_security_group_ids": db}),
		}, standing{"aws_subnet.dual? aws_subnet.private? aws_subnet.public?", dbGroup, tf.No, "aws_db_instance.x publicly_accessible", tf.No}, ""},
		{"TF-NI-9: no subnet group is the default VPC", []*tf.Resource{
			made("aws_db_instance.x", attrs{"engine": "mariadb", "publicly_accessible": true}),
		}, standing{"default subnet of default VPC of eu-west-1", "default security group of default VPC of eu-west-1", tf.Yes, "aws_db_instance.x publicly_accessible", tf.No}, "3306"},
		{"SVC-1: a port that nobody chose is the engine's, whatever the state says", []*tf.Resource{group,
			with(existing("aws_db_instance.x", attrs{"engine": "postgres", "db_subnet_group_name": "data", "vpc_security_group_ids": db}), attrs{"port": 443}),
		}, standing{both, dbGroup, tf.No, "aws_db_instance.x publicly_accessible", tf.No}, "443,5432"},
		{"SVC-9: public brokers", []*tf.Resource{
			made("aws_msk_cluster.x", attrs{"broker_node_group_info": list{attrs{"client_subnets": list{ref("aws_subnet.public.id")}, "security_groups": db,
				"connectivity_info": list{attrs{"public_access": list{attrs{"type": "SERVICE_PROVIDED_EIPS"}}}}}}}),
		}, standing{"aws_subnet.public", dbGroup, tf.Yes, "aws_msk_cluster.x broker_node_group_info.connectivity_info.public_access.type", tf.No}, "9092,9094,9096,9098,9194,9196,9198,2181,2182,14001-14100"},
		{"SVC-2: the plan shows the switch of Redshift", []*tf.Resource{
			made("aws_redshift_subnet_group.g", attrs{"name": "data", "subnet_ids": list{ref("aws_subnet.public.id")}}),
			with(made("aws_redshift_cluster.x", attrs{"cluster_subnet_group_name": "data", "vpc_security_group_ids": db}), attrs{"publicly_accessible": true}),
		}, standing{"aws_subnet.public", dbGroup, tf.Yes, "aws_redshift_cluster.x publicly_accessible", tf.No}, "5439"},
		{"SVC-3: Redshift Serverless", []*tf.Resource{
			made("aws_redshiftserverless_workgroup.x", attrs{"subnet_ids": list{ref("aws_subnet.private.id")}, "security_group_ids": db, "port": 5440}),
		}, standing{"aws_subnet.private", dbGroup, tf.No, "aws_redshiftserverless_workgroup.x publicly_accessible", tf.No}, "5440"},
		{"SVC-10: a cache is never public", []*tf.Resource{
			made("aws_elasticache_subnet_group.g", attrs{"name": "cache", "subnet_ids": list{ref("aws_subnet.public.id")}}),
			made("aws_elasticache_cluster.x", attrs{"engine": "memcached", "subnet_group_name": "cache", "security_group_ids": db}),
		}, standing{"aws_subnet.public", dbGroup, tf.No, " ", tf.No}, "11211"},
		{"SVC-11: a file system is never public", []*tf.Resource{
			made("aws_efs_mount_target.x", attrs{"subnet_id": ref("aws_subnet.public.id"), "security_groups": db}),
		}, standing{"aws_subnet.public", dbGroup, tf.No, " ", tf.No}, "2049"},
		{"SVC-12: unset is private", []*tf.Resource{
			made("aws_dms_replication_subnet_group.g", attrs{"replication_subnet_group_id": "dms", "subnet_ids": list{ref("aws_subnet.public.id")}}),
			with(made("aws_dms_replication_instance.x", attrs{"replication_subnet_group_id": "dms", "vpc_security_group_ids": db}), attrs{"publicly_accessible": tf.UnknownValue()}),
		}, standing{"aws_subnet.public", dbGroup, tf.No, "aws_dms_replication_instance.x publicly_accessible", tf.No}, ""},
		{"SVC-13: Neptune has a switch", []*tf.Resource{
			made("aws_neptune_subnet_group.g", attrs{"name": "data", "subnet_ids": list{ref("aws_subnet.public.id")}}),
			made("aws_neptune_cluster.c", attrs{"neptune_subnet_group_name": "data", "vpc_security_group_ids": db}),
			made("aws_neptune_cluster_instance.x", attrs{"cluster_identifier": ref("aws_neptune_cluster.c.id"), "publicly_accessible": true}),
		}, standing{"aws_subnet.public", dbGroup, tf.Yes, "aws_neptune_cluster_instance.x publicly_accessible", tf.No}, "8182"},
		{"SVC-13: DocumentDB has none", []*tf.Resource{
			made("aws_docdb_subnet_group.g", attrs{"name": "data", "subnet_ids": list{ref("aws_subnet.public.id")}}),
			made("aws_docdb_cluster.c", attrs{"db_subnet_group_name": "data", "vpc_security_group_ids": db}),
			with(made("aws_docdb_cluster_instance.x", attrs{"cluster_identifier": ref("aws_docdb_cluster.c.id")}), attrs{"publicly_accessible": tf.UnknownValue()}),
		}, standing{"aws_subnet.public", dbGroup, tf.No, " ", tf.No}, "27017"},
		{"SVC-17: a Multi-AZ cluster is public where its VPC may have an internet gateway", []*tf.Resource{group,
			made("aws_internet_gateway.i", attrs{"vpc_id": ref("aws_vpc.main.id")}),
			made("aws_rds_cluster.x", attrs{"engine": "mysql", "db_cluster_instance_class": "db.r6gd.large", "db_subnet_group_name": "data", "vpc_security_group_ids": db}),
		}, standing{both, dbGroup, tf.Maybe, "aws_rds_cluster.x publicly_accessible", tf.No}, "3306"},
		{"SVC-17: and not where it has none", []*tf.Resource{group,
			made("aws_rds_cluster.x", attrs{"engine": "mysql", "db_cluster_instance_class": "db.r6gd.large", "db_subnet_group_name": "data", "vpc_security_group_ids": db}),
		}, standing{both, dbGroup, tf.No, "aws_rds_cluster.x publicly_accessible", tf.No}, "3306"},
		{"EP-2: an interface endpoint without groups has the default one", []*tf.Resource{
			made("aws_vpc_endpoint.x", attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Interface", "subnet_ids": list{ref("aws_subnet.private.id")}}),
		}, standing{"aws_subnet.private", "default security group of aws_vpc.main", tf.No, " ", tf.No}, ""},
		{"TF-L-3: subnets and groups by association", []*tf.Resource{
			made("aws_vpc_endpoint.x", attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Interface", "security_group_ids": db}),
			made("aws_vpc_endpoint_subnet_association.a", attrs{"vpc_endpoint_id": ref("aws_vpc_endpoint.x.id"), "subnet_id": ref("aws_subnet.private.id")}),
			made("aws_vpc_endpoint_security_group_association.a", attrs{"vpc_endpoint_id": ref("aws_vpc_endpoint.x.id"), "security_group_id": ref("aws_security_group.web.id")}),
		}, standing{"aws_subnet.private", dbGroup + " aws_security_group.web?", tf.No, " ", tf.No}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := build(append(site(), tt.make...)...)
			var i *Interface
			for _, o := range n.Interfaces {
				if o.Resource.Addr.Name == "x" {
					i = o
				}
			}
			if i == nil {
				t.Fatal("no interface")
			}
			if got := standingOf(i); got != tt.want {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
			if got := listening(i); got != tt.ports {
				t.Errorf("ports %s, want %s", got, tt.ports)
			}
		})
	}
}

// What reads its arguments in other ways (TF-NI-10): one of several places, or
// from each of several blocks.
func TestRecipesWithAlternatives(t *testing.T) {
	in := func(subnet string) attrs {
		return attrs{"subnet_ids": list{ref("aws_subnet." + subnet + ".id")}, "security_group_ids": list{ref("aws_security_group.db.id")}}
	}
	kafka := func(subnet string) attrs {
		return attrs{"vpc_config": list{attrs{"subnet_ids": list{ref("aws_subnet." + subnet + ".id")}, "security_groups_ids": list{ref("aws_security_group.db.id")}}}}
	}
	task := attrs{"subnets": list{ref("aws_subnet.public.id")}, "security_groups": list{ref("aws_security_group.db.id")}, "assign_public_ip": "ENABLED"}
	for name, test := range map[string]struct {
		make *tf.Resource
		want standing
	}{
		"the second of three blocks": {made("aws_kinesis_firehose_delivery_stream.x", attrs{"opensearch_configuration": list{attrs{"vpc_config": list{in("private")}}}}),
			standing{"aws_subnet.private", "aws_security_group.db", tf.No, " ", tf.No}},
		"two blocks": {made("aws_msk_replicator.x", attrs{"kafka_cluster": list{kafka("public"), kafka("private")}}),
			standing{"aws_subnet.public aws_subnet.private", "aws_security_group.db aws_security_group.db", tf.No, " ", tf.No}},
		"TF-NI-7: the task of a pipe": {made("aws_pipes_pipe.x", attrs{"target_parameters": list{attrs{"ecs_task_parameters": list{attrs{"network_configuration": list{attrs{"aws_vpc_configuration": list{task}}}}}}}}),
			standing{"aws_subnet.public", "aws_security_group.db", tf.Yes, "aws_pipes_pipe.x target_parameters.ecs_task_parameters.network_configuration.aws_vpc_configuration.assign_public_ip", tf.No}},
		"by ARN": {made("aws_datasync_location_efs.x", attrs{"ec2_config": list{attrs{"subnet_arn": ref("aws_subnet.private.arn"), "security_group_arns": list{ref("aws_security_group.db.arn")}}}}),
			standing{"aws_subnet.private", "aws_security_group.db", tf.No, " ", tf.No}},
	} {
		t.Run(name, func(t *testing.T) {
			n := build(append(site(), test.make)...)
			if len(n.Interfaces) != 1 {
				t.Fatalf("%d interfaces", len(n.Interfaces))
			}
			if got := standingOf(n.Interfaces[0]); got != test.want {
				t.Errorf("\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// Resolver endpoints ask or answer, as their direction says (EP-10).
func TestResolverEndpoints(t *testing.T) {
	for _, test := range []struct {
		direction any
		want      [2]tf.Tri
	}{{"INBOUND", [2]tf.Tri{tf.No, tf.Yes}}, {"OUTBOUND", [2]tf.Tri{tf.Yes, tf.No}}, {unknown, [2]tf.Tri{}}} {
		i := build(append(site(), made("aws_route53_resolver_endpoint.x", attrs{"direction": test.direction, "ip_address": list{attrs{"subnet_id": ref("aws_subnet.private.id")}}}))...).Interfaces[0]
		if i.Initiates != test.want[0] || i.Inbound != test.want[1] {
			t.Errorf("%v: initiates %v, inbound %v", test.direction, i.Initiates, i.Inbound)
		}
	}
}

// A public service that speaks IPv6 may be reached over it (SVC-19).
func TestServicesOverIPv6(t *testing.T) {
	for name, test := range map[string]struct {
		public  bool
		network any
		want    tf.Tri
	}{
		"public and dual-stack": {true, "DUAL", tf.Maybe},
		"public, nobody knows":  {true, tf.UnknownValue(), tf.Maybe},
		"public, IPv4 only":     {true, "IPV4", tf.No},
		"private, dual-stack":   {false, "DUAL", tf.No},
	} {
		n := build(append(site(),
			made("aws_db_subnet_group.g", attrs{"name": "data", "subnet_ids": list{ref("aws_subnet.dual.id")}}),
			made("aws_db_instance.x", attrs{"engine": "mysql", "db_subnet_group_name": "data", "publicly_accessible": test.public, "network_type": test.network}),
			with(made("aws_db_instance.unset", attrs{"engine": "mysql", "db_subnet_group_name": "data", "publicly_accessible": true}), attrs{"network_type": tf.UnknownValue()}),
		)...)
		inner := test.network == "DUAL" || test.network == tf.UnknownValue()
		if i := find(t, n.Interfaces, interfaceObject, "aws_db_instance.x"); i.InnerIPv6 != inner {
			t.Errorf("%s: inner addresses %v, want %v", name, i.InnerIPv6, inner)
		}
		if i := find(t, n.Interfaces, interfaceObject, "aws_db_instance.x"); i.IPv6 != test.want {
			t.Errorf("%s: %s, want %s", name, i.IPv6, test.want)
		}
		if i := find(t, n.Interfaces, interfaceObject, "aws_db_instance.unset"); i.IPv6 != tf.No {
			t.Errorf("unset: %s, want no", i.IPv6)
		}
	}
}

// What speaks IPv6 and has no address that the internet reaches may have one
// inside: a cache, an internal load balancer, an interface endpoint, an instance
// with unique local addresses (SVC-19, LB-13, IGW-3). A function gets out over
// IPv6 if it is let (SVC-7).
func TestInnerIPv6(t *testing.T) {
	dual := list{ref("aws_subnet.dual.id")}
	for address, c := range map[string]struct {
		set   attrs
		inner bool
		ipv6  tf.Tri
	}{
		"aws_elasticache_serverless_cache.x":  {attrs{"subnet_ids": dual, "network_type": "dual_stack"}, true, tf.No},
		"aws_elasticache_serverless_cache.v4": {attrs{"subnet_ids": dual, "network_type": "ipv4"}, false, tf.No},
		"aws_lb.x":                            {attrs{"subnets": dual, "internal": true, "ip_address_type": "dualstack"}, true, tf.No},
		"aws_lb.v4":                           {attrs{"subnets": dual, "internal": true, "ip_address_type": "ipv4"}, false, tf.No},
		"aws_vpc_endpoint.x":                  {attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Interface", "subnet_ids": dual, "ip_address_type": "dualstack"}, true, tf.No},
		"aws_vpc_endpoint.v4":                 {attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Interface", "subnet_ids": dual}, false, tf.No},
		"aws_lambda_function.x":               {attrs{"vpc_config": list{attrs{"subnet_ids": dual, "ipv6_allowed_for_dual_stack": true}}}, false, tf.Yes},
		"aws_lambda_function.v4":              {attrs{"vpc_config": list{attrs{"subnet_ids": dual, "ipv6_allowed_for_dual_stack": false}}}, false, tf.No},
		"aws_lambda_function.unset":           {attrs{"vpc_config": list{attrs{"subnet_ids": dual}}}, false, tf.No},
	} {
		n := build(append(site(), made(address, c.set))...)
		if i := find(t, n.Interfaces, interfaceObject, address); i.InnerIPv6 != c.inner || i.IPv6 != c.ipv6 {
			t.Errorf("%s: inner %v, IPv6 %s; want %v, %s", address, i.InnerIPv6, i.IPv6, c.inner, c.ipv6)
		}
	}
	local := made("aws_vpc.local", attrs{"cidr_block": "10.9.0.0/16", "ipv6_cidr_block": "fd00:1::/56"})
	subnet := made("aws_subnet.local", attrs{"vpc_id": ref("aws_vpc.local.id"), "cidr_block": "10.9.1.0/24", "ipv6_cidr_block": "fd00:1::/64", "assign_ipv6_address_on_creation": true})
	n := build(local, subnet, made("aws_instance.x", attrs{"subnet_id": ref("aws_subnet.local.id")}))
	if i := n.Interfaces[0]; !i.InnerIPv6 || i.IPv6 != tf.No {
		t.Errorf("unique local addresses: inner %v, IPv6 %s", i.InnerIPv6, i.IPv6)
	}
}

// A public cluster of MSK is reached on ports of its own; those for use inside are
// not relied on then (SVC-9).
func TestPortsOfPublicBrokers(t *testing.T) {
	for access, want := range map[string]bool{"SERVICE_PROVIDED_EIPS": true, "DISABLED": false} {
		n := build(append(site(), made("aws_msk_cluster.x", attrs{"broker_node_group_info": list{attrs{
			"client_subnets":    list{ref("aws_subnet.public.id")},
			"connectivity_info": list{attrs{"public_access": list{attrs{"type": access}}}},
		}}}))...)
		for _, p := range find(t, n.Interfaces, interfaceObject, "aws_msk_cluster.x").Ports {
			if outward := p.From > 9100 && p.From < 9200; p.Maybe != (want && !outward) {
				t.Errorf("%s: %d is uncertain: %t", access, p.From, p.Maybe)
			}
		}
	}
}

// What takes one of its subnets says so, what stands in each does not (SVC-1,
// SVC-3, SVC-9).
func TestServicesInOneSubnetOfSeveral(t *testing.T) {
	subnets := list{ref("aws_subnet.public.id"), ref("aws_subnet.private.id")}
	n := build(append(site(),
		made("aws_redshiftserverless_workgroup.one", attrs{"subnet_ids": subnets}),
		made("aws_msk_serverless_cluster.each", attrs{"vpc_config": list{attrs{"subnet_ids": subnets}}}),
	)...)
	for label, want := range map[string]bool{"aws_redshiftserverless_workgroup.one": true, "aws_msk_serverless_cluster.each": false} {
		if i := find(t, n.Interfaces, interfaceObject, label); i.AnySubnet != want {
			t.Errorf("%s: one subnet is %v, want %v", label, i.AnySubnet, want)
		}
	}
}

// Notebooks and domains of SageMaker have a way out past their VPC unless it is
// switched off (SVC-15).
func TestDirectAccess(t *testing.T) {
	notebook, domain := "aws_sagemaker_notebook_instance.x", "aws_sagemaker_domain.x"
	for _, c := range []struct {
		address string
		set     attrs
		want    tf.Tri
	}{
		{notebook, attrs{}, tf.Yes},
		{notebook, attrs{"direct_internet_access": "Enabled"}, tf.Yes},
		{notebook, attrs{"direct_internet_access": "Disabled"}, tf.No},
		{notebook, attrs{"direct_internet_access": unknown}, tf.Maybe},
		{domain, attrs{}, tf.Yes},
		{domain, attrs{"app_network_access_type": "VpcOnly"}, tf.No},
	} {
		all := attrs{"subnet_id": ref("aws_subnet.a.id"), "subnet_ids": list{ref("aws_subnet.a.id")}}
		maps.Copy(all, c.set)
		n := build(append(site(), made(c.address, all))...)
		if i := find(t, n.Interfaces, interfaceObject, c.address); i.Direct == nil || i.Direct.On != c.want {
			t.Errorf("%s %v: %v, want %v", c.address, c.set, i.Direct, c.want)
		}
	}
}

// What stands outside of every VPC has no interface.
func TestServicesWithoutInterface(t *testing.T) {
	outside := []*tf.Resource{
		made("aws_rds_cluster.aurora", attrs{"engine": "aurora-mysql"}),                                          // TF-NI-9
		made("aws_lambda_function.f", attrs{"vpc_config": list{}}),                                               // SVC-7
		made("aws_vpc_endpoint.bare", attrs{"vpc_endpoint_type": "Interface", "vpc_id": ref("aws_vpc.main.id")}), // EP-2
		made("aws_vpc_endpoint.s3", attrs{"vpc_endpoint_type": "Gateway"}),                                       // EP-1
		made("aws_opensearch_domain.d", attrs{"vpc_options": list{}}),                                            // SVC-4
		made("aws_transfer_server.t", attrs{"endpoint_type": "PUBLIC"}),                                          // SVC-15
		made("aws_mq_broker.b", attrs{"engine_type": "RabbitMQ", "publicly_accessible": true}),                   // SVC-14
		made("aws_lightsail_instance.l", attrs{}),                                                                // SVC-20
		made("aws_lightsail_database.d", attrs{}),                                                                // SVC-20: not public unless told to
		made("aws_apigatewayv2_api.a", attrs{"protocol_type": "HTTP"}),                                           // SVC-20
		made("aws_lambda_function_url.u", attrs{"authorization_type": "NONE"}),                                   // SVC-20
		made("aws_api_gateway_rest_api.edge", attrs{"endpoint_configuration": unknown}),                          // SVC-20: not set
		made("aws_api_gateway_rest_api.inner", attrs{"endpoint_configuration": list{attrs{"types": list{"PRIVATE"}}}}),
		made("aws_api_gateway_rest_api.region", attrs{"endpoint_configuration": list{attrs{"types": list{"REGIONAL"}}}}),
	}
	n := build(append(site(), outside...)...)
	for _, i := range n.Interfaces {
		t.Errorf("interface of %s", i.Label)
	}
	var public []string
	for _, s := range n.PublicServices {
		public = append(public, s.Label)
	}
	if got, want := strings.Join(public, " "), "aws_api_gateway_rest_api.edge aws_api_gateway_rest_api.region aws_apigatewayv2_api.a aws_lambda_function_url.u "+
		"aws_lightsail_instance.l aws_mq_broker.b aws_opensearch_domain.d aws_transfer_server.t"; got != want {
		t.Errorf("public services %s, want %s", got, want)
	}
}

// What opens other ports of a virtual server leaves those of AWS in doubt
// (SVC-20).
func TestLightsailPorts(t *testing.T) {
	server := made("aws_lightsail_instance.l", attrs{})
	if got := build(server).PublicServices[0].Ports; len(got) != 2 {
		t.Errorf("as AWS makes it: %v", got)
	}
	if got := build(server, made("aws_lightsail_instance_public_ports.p", attrs{"instance_name": ref("aws_lightsail_instance.l.id")})).PublicServices[0].Ports; got != nil {
		t.Errorf("with ports of its own: %v", got)
	}
}

// Every recipe has its row in the table of types, with what it reads
// (TF-NI-10).
func TestRecipesAreInTheTable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range append(append([]recipe{}, recipes...), linked...) {
		if seen[c.name] {
			t.Errorf("%s has two recipes", c.name)
		}
		seen[c.name] = true
		if Types.Coverage(c.name) != Modelled {
			t.Errorf("%s is not modelled", c.name)
		}
		for _, path := range strings.Fields(strings.Join([]string{c.subnets, c.groups, c.group, c.parent}, " ")) {
			if len(Types.Targets(c.name, path)) == 0 {
				t.Errorf("%s.%s leads nowhere", c.name, path)
			}
		}
	}
	for _, c := range recipes {
		for _, to := range []string{c.groupType, c.parentType} {
			if _, ok := Types.Keep(to); to != "" && !ok {
				t.Errorf("%s leads to %s, which nobody keeps", c.name, to)
			}
		}
	}
}
