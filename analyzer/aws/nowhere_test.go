package aws

import (
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// What has no network interface says why, so that nobody looks for a
// misspelling (SVC-1, SVC-8).
func TestNowhere(t *testing.T) {
	var list []*tf.Resource
	for _, address := range []string{
		"aws_lambda_function.plain", "aws_apprunner_vpc_connector.none", "aws_lambda_function.many[0]", "aws_ecs_service.bridge", "aws_route_table.main", "aws_instance.web",
	} {
		a, err := tf.ParseAddress(address)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, &tf.Resource{Address: address, Addr: a, Values: tf.ObjectValue()})
	}
	n := Build(Input{Snapshot: tf.NewSnapshot(list)})
	for address, want := range map[string]string{
		"aws_lambda_function.plain":        "it has no vpc_config",
		"aws_lambda_function.many":         "it has no vpc_config",
		"aws_apprunner_vpc_connector.none": "its subnets names no subnet",
		"aws_ecs_service.bridge":           "without network_configuration its tasks use the network interfaces of the machines",
		"aws_route_table.main":             "it is a part of the network",
		"aws_s3_bucket.logs":               "no aws_s3_bucket has a network interface",
	} {
		if got := n.Nowhere(address); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
	for _, address := range []string{"aws_lambda_function.misspelt", "aws_instance.wep", "internet"} {
		if got := n.Nowhere(address); got != "" {
			t.Errorf("%s: %q", address, got)
		}
	}
}
