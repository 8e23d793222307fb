package aws

import (
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// One row a type, and every type that an argument may refer to is kept, as
// else nothing could be found there.
func TestTypes(t *testing.T) {
	seen, recipe := map[string]bool{}, map[string]bool{}
	for _, r := range serviceTypes() {
		recipe[r.name] = true
	}
	for _, table := range [][]row{networkTypes, transitTypes, boundaryTypes, plainTypes, computeTypes} {
		for _, r := range table {
			if seen[r.name] && !recipe[r.name] {
				t.Errorf("%s has two rows", r.name)
			}
			seen[r.name] = true
			if r.name != canonicalType(r.name) {
				t.Errorf("%s is an alias of %s", r.name, canonicalType(r.name))
			}
		}
	}
	for name, info := range Types.rows {
		for argument, targets := range info.refs {
			if len(targets) == 0 {
				t.Errorf("%s.%s refers to nothing", name, argument)
			}
			for _, target := range targets {
				if !seen[canonicalType(target)] {
					t.Errorf("%s.%s refers to %s, which has no row", name, argument, target)
				}
			}
		}
	}
}

func TestTypesAsWanted(t *testing.T) {
	var w tf.Wanted = Types
	if kept, ok := w.Keep("aws_subnet"); !ok || !kept["vpc_id"] || !kept["id"] || !kept["cidr_block"] || kept["tags_all"] {
		t.Errorf("aws_subnet keeps %v, %v", kept, ok)
	}
	if _, ok := w.Keep("random_pet"); ok {
		t.Error("random_pet is kept")
	}
	if !w.Identity("aws_vpc", "default_security_group_id") || !w.Identity("aws_alb", "arn") || w.Identity("aws_vpc", "tags") {
		t.Error("identities are wrong")
	}
	if got := w.Targets("aws_route_table", "route.nat_gateway_id"); !slices.Equal(got, []string{"aws_nat_gateway"}) {
		t.Errorf("route.nat_gateway_id may hold %v", got)
	}
	for name, want := range map[string]Coverage{
		"aws_subnet": Modelled, "aws_vpc_peering_connection": Modelled, "aws_networkmanager_core_network": NotModelled, "aws_sagemaker_domain": Modelled, "aws_opsworks_stack": NotModelled,
		"aws_s3_bucket": Irrelevant, "aws_ebs_volume": Irrelevant,
		"aws_route53_resolver_firewall_rule": Irrelevant, "aws_route53_resolver_firewall_rule_group_association": Irrelevant, // APP-3
		"aws_wafv2_web_acl_association": Irrelevant, "aws_vpc_endpoint_policy": Irrelevant, // M-8
	} {
		if got := Types.Coverage(name); got != want {
			t.Errorf("coverage of %s is %v, want %v", name, got, want)
		}
	}
	if strings.Join(Types.Blocks("aws_network_acl"), " ") != "ingress egress" {
		t.Errorf("blocks are %v", Types.Blocks("aws_network_acl"))
	}
}
