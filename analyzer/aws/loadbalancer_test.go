package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func balancerObject(l *LoadBalancer) Object   { return l.Object }
func targetGroupObject(g *TargetGroup) Object { return g.Object }

func TestLoadBalancers(t *testing.T) {
	both := list{ref("aws_subnet.public.id"), ref("aws_subnet.dual.id")}
	const subnets = "aws_subnet.public aws_subnet.dual"
	tests := []struct {
		name    string
		address string
		args    attrs
		unset   attrs // unknown because nobody set them
		kind    string
		groups  tf.Tri
		want    standing
	}{
		{"LB-1, LB-3: unset is internet-facing behind the default group", "aws_lb.x", attrs{"subnets": both},
			attrs{"internal": tf.UnknownValue(), "security_groups": tf.UnknownValue(), "ip_address_type": tf.UnknownValue(), "subnet_mapping": tf.UnknownValue()},
			"application", tf.Yes, standing{subnets, "default security group of aws_vpc.main", tf.Yes, "aws_lb.x internal", tf.No}},
		{"LB-1: internal", "aws_lb.x", attrs{"subnets": both, "internal": true, "security_groups": list{ref("aws_security_group.web.id")}}, nil,
			"application", tf.Yes, standing{subnets, "aws_security_group.web", tf.No, "aws_lb.x internal", tf.No}},
		{"LB-1: dual-stack", "aws_lb.x", attrs{"subnets": both, "ip_address_type": "dualstack", "security_groups": list{ref("aws_security_group.web.id")}}, nil,
			"application", tf.Yes, standing{subnets, "aws_security_group.web", tf.Yes, "aws_lb.x internal", tf.Yes}},
		{"LB-1: without public IPv4", "aws_alb.x", attrs{"subnets": both, "ip_address_type": "dualstack-without-public-ipv4", "security_groups": list{ref("aws_security_group.web.id")}}, nil,
			"application", tf.Yes, standing{subnets, "aws_security_group.web", tf.No, "aws_alb.x internal", tf.Yes}},
		{"LB-13: internal dual-stack", "aws_lb.x", attrs{"subnets": both, "internal": true, "ip_address_type": "dualstack", "security_groups": list{ref("aws_security_group.web.id")}}, nil,
			"application", tf.Yes, standing{subnets, "aws_security_group.web", tf.No, "aws_lb.x internal", tf.No}},
		{"LB-4: a network load balancer without groups has none", "aws_lb.x", attrs{"subnets": both, "load_balancer_type": "network"}, attrs{"security_groups": tf.UnknownValue()},
			"network", tf.No, standing{subnets, "", tf.Yes, "aws_lb.x internal", tf.No}},
		{"LB-4: and with some it has them", "aws_lb.x", attrs{"load_balancer_type": "network", "security_groups": list{ref("aws_security_group.web.id")},
			"subnet_mapping": list{attrs{"subnet_id": ref("aws_subnet.public.id"), "allocation_id": "eipalloc-0123456789abcdef0"}}}, attrs{"subnets": tf.UnknownValue()},
			"network", tf.Yes, standing{"aws_subnet.public", "aws_security_group.web", tf.Yes, "aws_lb.x internal", tf.No}},
		{"TF-L-1: a hidden subnet_mapping", "aws_lb.x", attrs{"load_balancer_type": "network"}, attrs{"subnets": tf.UnknownValue(), "subnet_mapping": tf.UnknownValue()},
			"network", tf.No, standing{"?", "", tf.Yes, "aws_lb.x internal", tf.No}},
		{"LB-5, TF-L-2: classic", "aws_elb.x", attrs{"subnets": both}, attrs{"internal": tf.UnknownValue(), "security_groups": tf.UnknownValue()},
			"classic", tf.Yes, standing{subnets, "default security group of aws_vpc.main", tf.Yes, "aws_elb.x internal", tf.No}},
		{"LB-6: gateway", "aws_lb.x", attrs{"subnets": both, "load_balancer_type": "gateway"}, nil,
			"gateway", tf.No, standing{subnets, "", tf.No, "aws_lb.x internal", tf.No}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := build(append(site(), with(made(tt.address, tt.args), tt.unset))...)
			l := find(t, n.LoadBalancers, balancerObject, tt.address)
			if l.Type != tt.kind || l.Interface.HasGroups != tt.groups {
				t.Errorf("type %s, groups %s; want %s, %s", l.Type, l.Interface.HasGroups, tt.kind, tt.groups)
			}
			if got := standingOf(l.Interface); got != tt.want {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// Who sees the client's address where nobody chose (LB-4).
func TestClientAddressPreservation(t *testing.T) {
	tests := []struct {
		protocol, kind string
		set            any
		want           tf.Tri
	}{
		{"TCP", "instance", nil, tf.Yes}, {"TLS", "instance", nil, tf.Yes}, {"TCP", "alb", nil, tf.Yes},
		{"TCP", "ip", nil, tf.No}, {"TLS", "ip", nil, tf.No},
		{"UDP", "ip", nil, tf.Yes}, {"TCP_UDP", "ip", nil, tf.Yes},
		{"HTTP", "instance", nil, tf.No}, {"HTTPS", "ip", nil, tf.No},
		{"HTTP", "instance", tf.UnknownValue(), tf.No}, {"UDP", "instance", "false", tf.Yes},
		{"TCP", "instance", "false", tf.No}, {"TCP", "ip", "true", tf.Yes}, {"TCP", "ip", tf.UnknownValue(), tf.Maybe},
	}
	for _, tt := range tests {
		args := attrs{"protocol": tt.protocol, "target_type": tt.kind, "port": 80}
		if tt.set != nil {
			args["preserve_client_ip"] = tt.set
		}
		r := made("aws_lb_target_group.g", args)
		if tt.set == nil {
			with(r, attrs{"preserve_client_ip": tf.UnknownValue()})
		}
		g := find(t, build(r).TargetGroups, targetGroupObject, "aws_lb_target_group.g")
		if g.PreserveClientIP != tt.want {
			t.Errorf("%s %s %v: %s, want %s", tt.protocol, tt.kind, tt.set, g.PreserveClientIP, tt.want)
		}
		if g.Open {
			t.Error("a new group is open")
		}
	}
}

// reaches is what the listeners of a load balancer lead to.
func reaches(l *LoadBalancer) string {
	var parts []string
	target := func(listener *Listener, via string, refs []TargetRef) {
		for _, r := range refs {
			port, _ := listener.Port.Known()
			to, _ := r.Port.Known()
			var names []string
			for _, i := range r.Interface.To {
				names = append(names, i.Label)
			}
			for _, l := range r.LoadBalancer.To {
				names = append(names, l.Label)
			}
			parts = append(parts, fmt.Sprintf("%d>%s>%s:%d", port, via, strings.Join(names, "|"), to))
		}
	}
	for _, listener := range l.Listeners {
		target(listener, "", listener.Targets)
		for _, g := range listener.Forwards.all() {
			target(listener, g.Resource.Addr.Name, g.Targets)
		}
		if listener.Fixed {
			parts = append(parts, "fixed")
		}
		if p, ok := listener.Redirects.Known(); ok {
			parts = append(parts, "redirect "+p)
		}
	}
	return strings.Join(parts, " ")
}

func TestTargets(t *testing.T) {
	forward := func(group string) attrs {
		return attrs{"type": "forward", "target_group_arn": ref("aws_lb_target_group." + group + ".arn")}
	}
	base := func(kind string) []*tf.Resource {
		return append(site(),
			made("aws_lb.x", attrs{"subnets": list{ref("aws_subnet.public.id")}, "load_balancer_type": kind}),
			made("aws_lb_target_group.g", attrs{"port": 80, "protocol": "HTTP"}),
			made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id")}),
		)
	}
	listener := func(actions ...any) *tf.Resource {
		return made("aws_lb_listener.l", attrs{"load_balancer_arn": ref("aws_lb.x.arn"), "port": 443, "protocol": "HTTPS", "default_action": list(actions)})
	}
	attach := func(group string, target any) *tf.Resource {
		return made("aws_lb_target_group_attachment.a", attrs{"target_group_arn": ref("aws_lb_target_group." + group + ".arn"), "target_id": target, "port": 8080})
	}
	tests := []struct {
		name string
		make []*tf.Resource
		want string
	}{
		{"LB-10: an attachment's port", append(base("application"), listener(forward("g")), attach("g", ref("aws_instance.i.id"))), "443>g>aws_instance.i:8080"},
		{"LB-3: a weighted forward and one of a rule", append(base("application"),
			made("aws_lb_target_group.h", attrs{"port": 81, "protocol": "HTTP"}),
			listener(attrs{"type": "forward", "forward": list{attrs{"target_group": list{attrs{"arn": ref("aws_lb_target_group.g.arn"), "weight": 1}}}}}),
			made("aws_lb_listener_rule.r", attrs{"listener_arn": ref("aws_lb_listener.l.arn"), "action": list{forward("h")}}),
			attach("g", ref("aws_instance.i.id")),
			made("aws_lb_target_group_attachment.b", attrs{"target_group_arn": ref("aws_lb_target_group.h.arn"), "target_id": ref("aws_instance.i.id")}),
		), "443>g>aws_instance.i:8080 443>h>aws_instance.i:0"},
		{"LB-3: a redirect and a fixed response reach nothing", append(base("application"),
			listener(attrs{"type": "redirect", "redirect": list{attrs{"protocol": "HTTPS"}}}, attrs{"type": "fixed-response", "fixed_response": list{attrs{"status_code": "404"}}}),
			attach("g", ref("aws_instance.i.id")),
		), "fixed redirect HTTPS"},
		{"LB-7: a target by its address", append(base("network"),
			made("aws_lb_target_group.ip", attrs{"port": 80, "protocol": "TCP", "target_type": "ip"}),
			made("aws_network_interface.n", attrs{"subnet_id": ref("aws_subnet.private.id"), "private_ips": list{"10.0.2.9"}}),
			listener(forward("ip")), attach("ip", "10.0.2.9"),
		), "443>ip>aws_network_interface.n:8080"},
		{"LB-7: a load balancer as target", append(base("network"),
			made("aws_lb.inner", attrs{"subnets": list{ref("aws_subnet.private.id")}, "internal": true}),
			made("aws_lb_target_group.alb", attrs{"port": 80, "protocol": "TCP", "target_type": "alb"}),
			listener(forward("alb")), attach("alb", ref("aws_lb.inner.arn")),
		), "443>alb>aws_lb.inner:8080"},
		{"LB-7: a function has no network path", append(base("application"),
			made("aws_lb_target_group.f", attrs{"target_type": "lambda"}),
			listener(forward("f")), attach("f", "arn:aws:lambda:eu-west-1:1:function:f"),
		), ""},
		{"TF-NI-5: an Auto Scaling group registers itself", append(base("application"), listener(forward("g")),
			made("aws_autoscaling_group.asg", attrs{"vpc_zone_identifier": list{ref("aws_subnet.private.id")}, "target_group_arns": list{ref("aws_lb_target_group.g.arn")}}),
		), "443>g>aws_autoscaling_group.asg:0"},
		{"TF-NI-5: or by an attachment", append(base("application"), listener(forward("g")),
			made("aws_autoscaling_group.asg", attrs{"vpc_zone_identifier": list{ref("aws_subnet.private.id")}}),
			made("aws_autoscaling_attachment.at", attrs{"autoscaling_group_name": ref("aws_autoscaling_group.asg.id"), "lb_target_group_arn": ref("aws_lb_target_group.g.arn")}),
		), "443>g>aws_autoscaling_group.asg:0"},
		{"TF-NI-7: a service registers its container's port", append(base("application"), listener(forward("g")),
			made("aws_ecs_service.s", attrs{"network_configuration": list{attrs{"subnets": list{ref("aws_subnet.private.id")}}},
				"load_balancer": list{attrs{"target_group_arn": ref("aws_lb_target_group.g.arn"), "container_name": "c", "container_port": 3000}}}),
		), "443>g>aws_ecs_service.s:3000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := build(tt.make...)
			if got := reaches(find(t, n.LoadBalancers, balancerObject, "aws_lb.x")); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A classic load balancer leads from its listeners straight to instances
// (LB-5), those of an Auto Scaling group included.
func TestClassicTargets(t *testing.T) {
	n := build(append(site(),
		made("aws_elb.x", attrs{"name": "x", "subnets": list{ref("aws_subnet.public.id")}, "instances": list{ref("aws_instance.i.id")},
			"listener": list{attrs{"lb_port": 80, "lb_protocol": "http", "instance_port": 8080, "instance_protocol": "http"}}}),
		made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id")}),
		made("aws_instance.j", attrs{"subnet_id": ref("aws_subnet.private.id")}),
		made("aws_elb_attachment.a", attrs{"elb": ref("aws_elb.x.id"), "instance": ref("aws_instance.j.id")}),
		made("aws_autoscaling_group.asg", attrs{"vpc_zone_identifier": list{ref("aws_subnet.private.id")}, "load_balancers": list{"x"}}),
	)...)
	l := find(t, n.LoadBalancers, balancerObject, "aws_elb.x")
	if got, want := reaches(l), "80>>aws_instance.i:0 80>>aws_instance.j:0 80>>aws_autoscaling_group.asg:0"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if port, _ := l.Listeners[0].InstancePort.Known(); port != 8080 {
		t.Errorf("instance port %d", port)
	}
}
