package aws_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// standing are the types of which every instance stands in a network.
var standing = []string{
	"aws_instance", "aws_spot_instance_request", "aws_network_interface", "aws_lb", "aws_alb", "aws_elb", "aws_autoscaling_group",
	"aws_eks_cluster", "aws_eks_node_group", "aws_db_instance", "aws_rds_cluster_instance", "aws_db_proxy", "aws_redshift_cluster",
	"aws_elasticache_replication_group", "aws_elasticache_serverless_cache", "aws_msk_serverless_cluster", "aws_efs_mount_target",
	"aws_fsx_ontap_file_system", "aws_dms_replication_config",
}

// Every instance of every real plan that stands in a network has an interface
// there, with a subnet that it is or may be in, groups unless it can do
// without, and a load balancer's listeners and targets find each other.
func TestCorpusInterfaces(t *testing.T) {
	var interfaces, exact, public, doubtful int
	for _, path := range corpusPlans(t) {
		name := filepath.Base(filepath.Dir(path))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		stack, err := tfplan.Read(context.Background(), bytes.NewReader(text), tfplan.Options{Wanted: aws.Types, Name: name})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := aws.Build(aws.Input{Stack: stack, Snapshot: stack.After})
		has := map[*tf.Resource]bool{}
		for _, i := range n.Interfaces {
			has[i.Resource], has[i.Owner] = true, true
			interfaces++
			if len(i.Subnets.Each)+len(i.Subnets.Maybe) == 0 && !i.Subnets.Open {
				t.Errorf("%s: %s stands nowhere", name, i.Label)
			}
			if i.HasGroups == tf.Yes && len(i.Groups.Each)+len(i.Groups.Maybe) == 0 && !i.Groups.Open {
				t.Errorf("%s: %s has no groups", name, i.Label)
			}
			if i.PublicIPv4 == tf.Yes && i.PublicCause.Resource == nil {
				t.Errorf("%s: nobody knows why %s is public", name, i.Label)
			}
			certain := !i.Subnets.Open && len(i.Subnets.Maybe) == 0
			for _, l := range i.Subnets.Each {
				_, one := l.One()
				certain = certain && one
			}
			if certain {
				exact++
			} else {
				t.Logf("%s: doubtful subnets of %s", name, i.Label)
			}
			switch i.PublicIPv4 {
			case tf.Yes:
				public++
			case tf.Maybe:
				doubtful++
				t.Logf("%s: doubtful public address of %s", name, i.Label)
			}
		}
		for _, r := range stack.After.Resources {
			if r.Addr.Mode == tf.Managed && slices.Contains(standing, r.Addr.Type) && !has[r] {
				t.Errorf("%s: %s has no interface", name, r.Address)
			}
		}
		for _, l := range n.LoadBalancers {
			if len(l.Listeners) == 0 {
				t.Logf("%s: %s has no listener", name, l.Label)
			}
		}
	}
	t.Logf("%d interfaces, %d in certain subnets, %d public, %d doubtful", interfaces, exact, public, doubtful)
	if exact*100 < interfaces*75 {
		t.Errorf("only %d of %d interfaces are in certain subnets", exact, interfaces)
	}
}
