package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// EP-9: who stands in a VPC of a service network, or reaches an endpoint for it,
// may reach the targets to which a service in the network forwards.
func TestLattice(t *testing.T) {
	network, other := ref("aws_vpclattice_service_network.n.id"), ref("aws_vpclattice_service_network.o.arn")
	service, group := ref("aws_vpclattice_service.s.id"), ref("aws_vpclattice_target_group.t.id")
	forward := list{attrs{"forward": list{attrs{"target_groups": list{attrs{"target_group_identifier": group}}}}}}
	joins := func(vpc, network any) *tf.Resource {
		return made("aws_vpclattice_service_network_vpc_association.v", attrs{"vpc_identifier": vpc, "service_network_identifier": network})
	}
	listener := made("aws_vpclattice_listener.l", attrs{"service_identifier": service, "default_action": forward})
	offers := made("aws_vpclattice_service_network_service_association.a", attrs{"service_identifier": service, "service_network_identifier": network})
	target := func(id any, a attrs) *tf.Resource {
		a["id"] = id
		return made("aws_vpclattice_target_group_attachment.t", attrs{"target_group_identifier": group, "target": list{a}})
	}
	inside := joins(ref("aws_vpc.main.id"), network)
	instance := target(ref("aws_instance.i.id"), attrs{})
	const found = "aws_vpc.main > aws_instance.i:80"
	for name, test := range map[string]struct {
		make []*tf.Resource
		want string
	}{
		"a listener": {[]*tf.Resource{inside, listener, offers, instance}, found},
		"a rule": {[]*tf.Resource{inside, offers, instance,
			made("aws_vpclattice_listener_rule.r", attrs{"service_identifier": service, "action": forward})}, found},
		"nothing that forwards": {[]*tf.Resource{inside, offers, instance}, " > aws_instance.i:80"},
		"another network":       {[]*tf.Resource{joins(ref("aws_vpc.main.id"), other), listener, offers, instance}, " > aws_instance.i:80"},
		"a network outside, by id and ARN": {[]*tf.Resource{joins(ref("aws_vpc.main.id"), "arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-1"), listener, instance,
			made("aws_vpclattice_service_network_service_association.a", attrs{"service_identifier": service, "service_network_identifier": "sn-1"})}, found},
		"a network that nobody knows": {[]*tf.Resource{joins(ref("aws_vpc.main.id"), unknown), listener, offers, instance}, found},
		"a VPC that nobody knows":     {[]*tf.Resource{joins(unknown, network), listener, offers, instance}, "aws_vpc.main ? > aws_instance.i:80"},
		"a port of its own":           {[]*tf.Resource{inside, listener, offers, target(ref("aws_instance.i.id"), attrs{"port": 8080})}, "aws_vpc.main > aws_instance.i:8080"},
		"an address":                  {[]*tf.Resource{inside, listener, offers, target("10.0.1.9", attrs{})}, "aws_vpc.main > aws_instance.at:80"},
		"an endpoint for the network": {[]*tf.Resource{listener, offers, instance, made("aws_vpc_endpoint.e", attrs{"vpc_endpoint_type": "ServiceNetwork",
			"vpc_id": ref("aws_vpc.main.id"), "service_network_arn": ref("aws_vpclattice_service_network.n.arn"), "subnet_ids": list{ref("aws_subnet.private.id")}})},
			"aws_vpc_endpoint.e > aws_instance.i:80"},
		"Auto Scaling": {[]*tf.Resource{inside, listener, offers,
			made("aws_autoscaling_group.f", attrs{"vpc_zone_identifier": list{ref("aws_subnet.private.id")}, "max_size": 1}),
			made("aws_autoscaling_traffic_source_attachment.s", attrs{"autoscaling_group_name": ref("aws_autoscaling_group.f.id"),
				"traffic_source": list{attrs{"identifier": ref("aws_vpclattice_target_group.t.arn"), "type": "vpc-lattice"}}})},
			"aws_vpc.main > aws_autoscaling_group.f:80"},
		"a service of ECS": {[]*tf.Resource{inside, listener, offers, made("aws_ecs_service.c", attrs{
			"network_configuration":      list{attrs{"subnets": list{ref("aws_subnet.private.id")}}},
			"vpc_lattice_configurations": list{attrs{"target_group_arn": ref("aws_vpclattice_target_group.t.arn"), "port_name": "web"}}})},
			"aws_vpc.main > aws_ecs_service.c:any"},
	} {
		n := build(append(append(site(),
			made("aws_vpclattice_service_network.n", attrs{}), made("aws_vpclattice_service_network.o", attrs{}), made("aws_vpclattice_service.s", attrs{}),
			made("aws_vpclattice_target_group.t", attrs{"config": list{attrs{"port": 80}}}),
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id")}),
			made("aws_instance.at", attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ip": "10.0.1.9"})), test.make...)...)
		g := find(t, n.LatticeGroups, func(g *LatticeGroup) Object { return g.Object }, "aws_vpclattice_target_group.t")
		var clients, targets []string
		for _, v := range g.Clients {
			clients = append(clients, v.Label)
		}
		for _, i := range g.Fronts {
			clients = append(clients, i.Label)
		}
		if g.AnyClient {
			clients = append(clients, "?")
		}
		for _, x := range g.Targets {
			port := "any"
			if x.Ports != nil {
				port = fmt.Sprint(x.Ports[0].From)
			}
			targets = append(targets, x.Interface.Label+":"+port)
		}
		if got := strings.Join(clients, " ") + " > " + strings.Join(targets, " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
