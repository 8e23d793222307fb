package aws

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// A proxy of RDS stands before the databases of its targets, instances and
// clusters, with an interface for each of its endpoints (SVC-18).
func TestDatabaseProxies(t *testing.T) {
	private := list{ref("aws_subnet.private.id")}
	db := list{ref("aws_security_group.db.id")}
	common := append(site(),
		made("aws_db_subnet_group.g", attrs{"name": "data", "subnet_ids": private}),
		made("aws_db_instance.i", attrs{"engine": "postgres", "identifier": "one", "db_subnet_group_name": "data", "vpc_security_group_ids": db}),
		made("aws_rds_cluster.c", attrs{"engine": "aurora-postgresql", "cluster_identifier": "two", "db_subnet_group_name": "data", "vpc_security_group_ids": db}),
		made("aws_rds_cluster_instance.a", attrs{"cluster_identifier": ref("aws_rds_cluster.c.id"), "engine": "aurora-postgresql"}),
		made("aws_rds_cluster_instance.b", attrs{"cluster_identifier": ref("aws_rds_cluster.c.id"), "engine": "aurora-postgresql"}),
		made("aws_db_proxy.p", attrs{"name": "p", "engine_family": "POSTGRESQL", "vpc_subnet_ids": private}),
		made("aws_db_proxy.q", attrs{"name": "q", "engine_family": "POSTGRESQL", "vpc_subnet_ids": private}),
		made("aws_db_proxy_endpoint.e", attrs{"db_proxy_name": ref("aws_db_proxy.p.name"), "vpc_subnet_ids": private}),
	)
	target := func(proxy any, a attrs) *tf.Resource {
		a["db_proxy_name"] = proxy
		return made("aws_db_proxy_target.t", a)
	}
	for name, test := range map[string]struct {
		make *tf.Resource
		want string
	}{
		"an instance":       {target("p", attrs{"db_instance_identifier": "one"}), "aws_db_instance.i"},
		"a cluster":         {target(ref("aws_db_proxy.p.name"), attrs{"db_cluster_identifier": ref("aws_rds_cluster.c.cluster_identifier")}), "aws_rds_cluster_instance.a aws_rds_cluster_instance.b"},
		"a cluster outside": {target("p", attrs{"db_cluster_identifier": "other"}), "?"},
		"of one of two":     {target(maybe("aws_db_proxy.p.name", "aws_db_proxy.q.name"), attrs{"db_instance_identifier": "one"}), "aws_db_instance.i?"},
	} {
		n := build(append([]*tf.Resource{test.make}, common...)...)
		p := find(t, n.Proxies, func(p *DatabaseProxy) Object { return p.Object }, "aws_db_proxy.p")
		if got := labels(p.Targets, interfaceObject); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if got := labels(p.Fronts, interfaceObject); got != "aws_db_proxy.p aws_db_proxy_endpoint.e" {
			t.Errorf("%s: fronts %s", name, got)
		}
	}
}
