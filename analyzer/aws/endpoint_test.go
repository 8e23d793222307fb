package aws

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func endpointObject(e *Endpoint) Object { return e.Object }
func tableObject(t *RouteTable) Object  { return t.Object }

// The endpoints by their kinds (EP-1, EP-2, EP-4, EP-5, TF-L-3).
func TestEndpoints(t *testing.T) {
	in := func(a attrs) attrs {
		a["vpc_id"] = ref("aws_vpc.main.id")
		return a
	}
	private := list{ref("aws_subnet.private.id")}
	n := build(append(site(),
		made("aws_route_table.t", in(attrs{})), made("aws_route_table.u", in(attrs{})), made("aws_route_table.w", in(attrs{})),
		made("aws_vpc_endpoint.s3", in(attrs{"service_name": "com.amazonaws.eu-west-1.s3", "route_table_ids": list{ref("aws_route_table.t.id")}})),
		made("aws_vpc_endpoint.six", in(attrs{"service_name": "com.amazonaws.eu-west-1.s3", "ip_address_type": "dualstack"})),
		made("aws_vpc_endpoint_route_table_association.u", attrs{"vpc_endpoint_id": ref("aws_vpc_endpoint.s3.id"), "route_table_id": ref("aws_route_table.u.id")}),
		made("aws_vpc_endpoint_route_table_association.w", attrs{"vpc_endpoint_id": maybe("aws_vpc_endpoint.s3.id", "aws_vpc_endpoint.six.id"), "route_table_id": ref("aws_route_table.w.id")}),
		made("aws_vpc_endpoint.interface", in(attrs{"service_name": "com.amazonaws.eu-west-1.ssm", "vpc_endpoint_type": "Interface", "subnet_ids": private})),
		made("aws_vpc_endpoint.configured", in(attrs{"service_name": "x", "vpc_endpoint_type": "Interface", "subnet_configuration": list{attrs{"subnet_id": ref("aws_subnet.private.id")}}})),
		made("aws_vpc_endpoint.resource", in(attrs{"vpc_endpoint_type": "Resource", "subnet_ids": private})),
		made("aws_vpc_endpoint.appliance", in(attrs{"service_name": "x", "vpc_endpoint_type": "GatewayLoadBalancer", "subnet_ids": private})),
		made("aws_vpc_endpoint.dark", in(attrs{"service_name": unknown, "vpc_endpoint_type": unknown, "subnet_ids": private})),
	)...)
	for name, want := range map[string]struct{ kind, stands, groups, tables string }{
		"s3":         {"Gateway", "", "", "aws_route_table.t aws_route_table.u aws_route_table.w?"},
		"six":        {"Gateway", "", "", "aws_route_table.w?"},
		"interface":  {"Interface", "aws_subnet.private", "default security group of aws_vpc.main", ""},
		"configured": {"Interface", "aws_subnet.private", "default security group of aws_vpc.main", ""},
		"resource":   {"Resource", "aws_subnet.private", "default security group of aws_vpc.main", ""},
		"appliance":  {"GatewayLoadBalancer", "aws_subnet.private", "", ""}, // SG-19
		"dark":       {"unknown", "aws_subnet.private", "default security group of aws_vpc.main", ""},
	} {
		e := find(t, n.Endpoints, endpointObject, "aws_vpc_endpoint."+name)
		got := want
		got.kind, got.stands, got.groups, got.tables = valText(e.Kind), "", "", labels(e.Tables, tableObject)
		if i := e.Interface; i != nil {
			got.stands, got.groups = labels(i.Subnets, subnetObject), labels(i.Groups, groupObject)
			if i.Initiates != tf.No || (i.HasGroups == tf.No) != (name == "appliance") || (i.Inbound == tf.No) != (name == "appliance") {
				t.Errorf("%s: initiates %v, inbound %v, has groups %v", name, i.Initiates, i.Inbound, i.HasGroups)
			}
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if six := tf.TriOf(name == "six"); e.IPv6 != six {
			t.Errorf("%s: IPv6 %v", name, e.IPv6)
		}
	}
}

// The group of an association takes the place of the default one, if told to
// (TF-SG-9).
func TestEndpointGroups(t *testing.T) {
	for replace, want := range map[any]string{
		true:  "aws_security_group.web",
		false: "default security group of aws_vpc.main aws_security_group.web",
	} {
		n := build(append(site(),
			made("aws_vpc_endpoint.e", attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Interface", "subnet_ids": list{ref("aws_subnet.private.id")}}),
			made("aws_vpc_endpoint_security_group_association.a", attrs{"vpc_endpoint_id": ref("aws_vpc_endpoint.e.id"), "security_group_id": ref("aws_security_group.web.id"), "replace_default_association": replace}))...)
		if got := labels(n.Endpoints[0].Interface.Groups, groupObject); got != want {
			t.Errorf("replaced %v: %s, want %s", replace, got, want)
		}
	}
}

// An endpoint finds its service, by name or by a data source that apply reads,
// and who may use a service of the input is known (EP-3).
func TestEndpointServices(t *testing.T) {
	balancer := made("aws_lb.n", attrs{"load_balancer_type": "network", "internal": true, "subnets": list{ref("aws_subnet.private.id")}})
	service := func(name string, a attrs) *tf.Resource {
		a["network_load_balancer_arns"], a["acceptance_required"] = list{ref("aws_lb.n.arn")}, false
		return made("aws_vpc_endpoint_service."+name, a)
	}
	endpoint := func(name string, of any) *tf.Resource {
		return made("aws_vpc_endpoint."+name, attrs{"vpc_id": ref("aws_vpc.main.id"), "vpc_endpoint_type": "Interface", "service_name": of})
	}
	n := build(append(site(), balancer,
		service("closed", attrs{}), service("one", attrs{"allowed_principals": list{"arn:aws:iam::123456789012:root"}}), service("all", attrs{"allowed_principals": list{"*"}}), service("dark", attrs{"allowed_principals": unknown}),
		service("added", attrs{}), made("aws_vpc_endpoint_service_allowed_principal.p", attrs{"vpc_endpoint_service_id": ref("aws_vpc_endpoint_service.added.id"), "principal_arn": "*"}),
		existing("aws_vpc_endpoint_service.old", attrs{"service_name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0", "network_load_balancer_arns": list{ref("aws_lb.n.arn")}}),
		instance("data.aws_vpc_endpoint_service.sqs", tf.Read, attrs{"service": "sqs", "service_name": unknown}),
		endpoint("symbol", ref("aws_vpc_endpoint_service.one.service_name")), endpoint("name", "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"),
		endpoint("foreign", "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef9"), endpoint("read", ref("data.aws_vpc_endpoint_service.sqs.service_name")), endpoint("dark", unknown),
	)...)
	for name, want := range map[string]string{
		"symbol": "unknown aws_vpc_endpoint_service.one", "name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0 aws_vpc_endpoint_service.old",
		"foreign": "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef9 ", "read": "com.amazonaws.eu-west-1.sqs ", "dark": "unknown ?",
	} {
		e := find(t, n.Endpoints, endpointObject, "aws_vpc_endpoint."+name)
		if got := valText(e.Service) + " " + linkText(e.EndpointService); got != want {
			t.Errorf("%s leads to %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string][2]tf.Tri{
		"closed": {tf.No, tf.No}, "one": {tf.Yes, tf.No}, "all": {tf.Yes, tf.Yes}, "added": {tf.Yes, tf.Yes}, "dark": {tf.Yes, tf.Maybe}, "old": {tf.Maybe, tf.Maybe}, // U-14
	} {
		s := find(t, n.EndpointServices, func(s *EndpointService) Object { return s.Object }, "aws_vpc_endpoint_service."+name)
		if s.Principals != want[0] || s.AnyPrincipal != want[1] || len(s.Balancers.Each) != 1 {
			t.Errorf("%s: %v, any %v, behind it %d", name, s.Principals, s.AnyPrincipal, len(s.Balancers.Each))
		}
	}
}

// An Instance Connect endpoint only opens connections, and keeps the client's
// address unless told otherwise (EP-6).
func TestInstanceConnect(t *testing.T) {
	n := build(append(site(),
		made("aws_ec2_instance_connect_endpoint.a", attrs{"subnet_id": ref("aws_subnet.private.id")}),
		made("aws_ec2_instance_connect_endpoint.b", attrs{"subnet_id": ref("aws_subnet.private.id"), "preserve_client_ip": false}))...)
	for i, want := range []tf.Tri{tf.Yes, tf.No} {
		e := n.InstanceConnects[i]
		if e.PreserveClientIP != want || e.Interface.Inbound != tf.No || labels(e.Interface.Groups, groupObject) != "default security group of aws_vpc.main" {
			t.Errorf("%s: %+v", e.Label, e.Interface)
		}
	}
}

// A group may be used in VPCs that it is associated with (SG-20, TF-SG-7): its
// own VPC does not tell where an interface stands then. What RAM shares may
// have members elsewhere (VPC-3).
func TestSharedGroupsAndSubnets(t *testing.T) {
	n := build(append(site(),
		made("aws_vpc.other", attrs{"cidr_block": "10.9.0.0/16"}),
		made("aws_subnet.other", attrs{"vpc_id": ref("aws_vpc.other.id"), "cidr_block": "10.9.1.0/24"}),
		made("aws_vpc_security_group_vpc_association.a", attrs{"security_group_id": ref("aws_security_group.web.id"), "vpc_id": ref("aws_vpc.other.id")}),
		made("aws_network_interface.i", attrs{"subnet_id": unknown, "security_groups": list{ref("aws_security_group.web.id")}}),
		made("aws_network_interface.j", attrs{"subnet_id": unknown, "security_groups": list{ref("aws_security_group.db.id")}}),
		made("aws_ram_resource_association.s", attrs{"resource_arn": ref("aws_subnet.other.arn")}),
		made("aws_ram_resource_association.g", attrs{"resource_arn": ref("aws_security_group.web.arn")}),
	)...)
	g := find(t, n.SecurityGroups, groupObject, "aws_security_group.web")
	if got := labels(g.Associated, func(v *VPC) Object { return v.Object }); got != "aws_vpc.other" || !g.Handed {
		t.Errorf("associated with %s, handed %v", got, g.Handed)
	}
	for name, want := range map[string]bool{"i": true, "j": false} {
		i := find(t, n.Interfaces, interfaceObject, "aws_network_interface."+name)
		other := false
		for _, s := range i.Subnets.all() {
			other = other || s.Label == "aws_subnet.other"
		}
		if other != want {
			t.Errorf("%s may stand in the other VPC: %v", name, other)
		}
	}
	for _, s := range n.Subnets {
		if s.Shared != (s.Label == "aws_subnet.other") {
			t.Errorf("%s shared %v", s.Label, s.Shared)
		}
	}
}
