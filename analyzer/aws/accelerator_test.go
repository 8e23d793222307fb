package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// The managed ways from the internet: to whom, on which ports, with whose
// address (LB-12, EP-8).
func TestEntries(t *testing.T) {
	private := list{ref("aws_subnet.private.id")}
	common := append(site(),
		made("aws_lb.a", attrs{"internal": true, "subnets": private, "security_groups": list{ref("aws_security_group.web.id")}}),
		made("aws_lb.n", attrs{"load_balancer_type": "network", "internal": true, "subnets": private}),
		made("aws_lb.g", attrs{"load_balancer_type": "network", "internal": true, "subnets": private, "security_groups": list{ref("aws_security_group.web.id")}}),
		made("aws_lb_listener.n", attrs{"load_balancer_arn": ref("aws_lb.n.arn"), "port": 8080, "protocol": "TCP"}),
		made("aws_instance.i", attrs{"subnet_id": ref("aws_subnet.private.id")}),
		made("aws_eip.e", attrs{"instance": ref("aws_instance.i.id")}),
		made("aws_globalaccelerator_accelerator.x", attrs{}), made("aws_globalaccelerator_accelerator.off", attrs{"enabled": false}),
		made("aws_globalaccelerator_listener.l", attrs{"accelerator_arn": ref("aws_globalaccelerator_accelerator.x.id"), "protocol": "TCP", "port_range": list{attrs{"from_port": 80, "to_port": 82}}}),
		made("aws_globalaccelerator_listener.off", attrs{"accelerator_arn": ref("aws_globalaccelerator_accelerator.off.id"), "protocol": "UDP", "port_range": list{attrs{"from_port": 53, "to_port": 53}}}),
		made("aws_apigatewayv2_vpc_link.link", attrs{"subnet_ids": private, "security_group_ids": list{ref("aws_security_group.web.id")}}),
		made("aws_api_gateway_vpc_link.link", attrs{"target_arns": list{ref("aws_lb.n.arn")}}),
		made("aws_api_gateway_rest_api.open", attrs{}),
		made("aws_api_gateway_rest_api.closed", attrs{"endpoint_configuration": list{attrs{"types": list{"PRIVATE"}}}}),
	)
	group := func(endpoint attrs, more attrs) *tf.Resource {
		a := attrs{"listener_arn": ref("aws_globalaccelerator_listener.l.id"), "endpoint_configuration": list{endpoint}}
		for k, v := range more {
			a[k] = v
		}
		return made("aws_globalaccelerator_endpoint_group.x", a)
	}
	origin := func(policy string) *tf.Resource {
		return made("aws_cloudfront_vpc_origin.x", attrs{"vpc_origin_endpoint_config": list{attrs{"arn": ref("aws_lb.a.arn"), "http_port": 8080, "https_port": 8443, "origin_protocol_policy": policy}}})
	}
	distribution := func(on bool) *tf.Resource {
		return made("aws_cloudfront_distribution.d", attrs{"enabled": on, "origin": list{attrs{"vpc_origin_config": list{attrs{"vpc_origin_id": ref("aws_cloudfront_vpc_origin.x.id")}}}}})
	}
	const range80 = "TCP 80-82:null"
	for _, test := range []struct {
		name string
		make []*tf.Resource
		want string
	}{
		{"an application load balancer keeps the client's address", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_lb.a.arn")}, nil)}, "aws_lb.a on " + range80 + ", keeps yes, enabled yes"},
		{"unless told otherwise", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_lb.a.arn"), "client_ip_preservation_enabled": false}, nil)}, "aws_lb.a on " + range80 + ", keeps no, enabled yes"},
		{"a network load balancer without groups does not", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_lb.n.arn"), "client_ip_preservation_enabled": unknown}, nil)}, "aws_lb.n on " + range80 + ", keeps no, enabled yes"},
		{"of one with groups nobody knows", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_lb.g.arn"), "client_ip_preservation_enabled": unknown}, nil)}, "aws_lb.g on " + range80 + ", keeps maybe, enabled yes"},
		{"an instance does", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_instance.i.id")}, nil)}, "aws_instance.i on " + range80 + ", keeps yes, enabled yes"},
		{"an instance by its address", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_eip.e.id")}, nil)}, "aws_instance.i on " + range80 + ", keeps yes, enabled yes"},
		{"ports that lead elsewhere", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_lb.a.arn")}, attrs{"port_override": list{attrs{"listener_port": 81, "endpoint_port": 8081}}})},
			"aws_lb.a on TCP 80-80:null TCP 81-81:8081 TCP 82-82:null, keeps yes, enabled yes"},
		{"ports that nobody knows", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_lb.a.arn")}, attrs{"port_override": unknown})}, "aws_lb.a on TCP 80-82:unknown, keeps yes, enabled yes"},
		{"one that is off", []*tf.Resource{group(attrs{"endpoint_id": ref("aws_lb.a.arn")}, attrs{"listener_arn": ref("aws_globalaccelerator_listener.off.id")})}, "aws_lb.a on UDP 53-53:null, keeps yes, enabled no"},
		{"a listener elsewhere", []*tf.Resource{group(attrs{"endpoint_id": "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/0123456789abcdef"}, attrs{"listener_arn": "arn:aws:globalaccelerator::1:x"})},
			"? on unknown unknown-unknown:unknown, keeps maybe, enabled maybe"},
		{"custom routing leads to what a subnet holds, if somebody allows it", []*tf.Resource{
			made("aws_globalaccelerator_custom_routing_accelerator.c", attrs{}),
			made("aws_globalaccelerator_custom_routing_listener.c", attrs{"accelerator_arn": ref("aws_globalaccelerator_custom_routing_accelerator.c.id")}),
			made("aws_globalaccelerator_custom_routing_endpoint_group.x", attrs{"listener_arn": ref("aws_globalaccelerator_custom_routing_listener.c.id"),
				"endpoint_configuration": list{attrs{"endpoint_id": ref("aws_subnet.private.id")}}, "destination_configuration": list{attrs{"from_port": 7000, "to_port": 7100, "protocols": list{"UDP"}}}})},
			"aws_instance.i? on UDP 7000-7100:null, keeps yes, enabled maybe"},
		{"an origin that nobody is seen to use", []*tf.Resource{origin("match-viewer")}, "aws_lb.a on TCP 80-80:8080 TCP 443-443:8443, keeps no, enabled maybe"},
		{"an origin in use", []*tf.Resource{origin("http-only"), distribution(true)}, "aws_lb.a on TCP 80-80:8080 TCP 443-443:8080, keeps no, enabled yes"},
		{"an origin of what is off", []*tf.Resource{origin("https-only"), distribution(false)}, "aws_lb.a on TCP 80-80:8443 TCP 443-443:8443, keeps no, enabled maybe"},
		{"an HTTP API", []*tf.Resource{made("aws_apigatewayv2_integration.x", attrs{"connection_type": "VPC_LINK", "connection_id": ref("aws_apigatewayv2_vpc_link.link.id"), "integration_uri": ref("aws_lb_listener.n.arn")})},
			"aws_lb.n on TCP 443-443:8080 from aws_apigatewayv2_vpc_link.link, keeps no, enabled yes"},
		{"a REST API", []*tf.Resource{made("aws_api_gateway_integration.x", attrs{"rest_api_id": ref("aws_api_gateway_rest_api.open.id"), "connection_type": "VPC_LINK", "connection_id": ref("aws_api_gateway_vpc_link.link.id"), "uri": "http://inner.example.com:8080/{proxy}"})},
			"aws_lb.n on TCP 443-443:8080, keeps no, enabled yes"},
		{"a private REST API", []*tf.Resource{made("aws_api_gateway_integration.x", attrs{"rest_api_id": ref("aws_api_gateway_rest_api.closed.id"), "connection_type": "VPC_LINK", "connection_id": ref("aws_api_gateway_vpc_link.link.id"), "uri": unknown})},
			"aws_lb.n on TCP 443-443:unknown, keeps no, enabled no"},
		{"an integration without link", []*tf.Resource{made("aws_api_gateway_integration.x", attrs{"rest_api_id": ref("aws_api_gateway_rest_api.open.id"), "uri": "https://example.com"})}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var all []string
			for _, e := range build(append(test.make, common...)...).Entries {
				to := strings.TrimSpace(labels(e.Balancers, func(l *LoadBalancer) Object { return l.Object }) + " " + labels(e.Interfaces, interfaceObject))
				var ports []string
				for _, p := range e.Listens {
					ports = append(ports, fmt.Sprintf("%s %s-%s:%s", valText(p.Protocol), valText(p.From), valText(p.To), valText(p.Target)))
				}
				s := strings.TrimSuffix(to, " ?") + " on " + strings.Join(ports, " ")
				if e.Source != nil {
					s += " from " + e.Source.Label
				}
				all = append(all, s+fmt.Sprintf(", keeps %v, enabled %v", e.PreservesClient, e.Enabled))
			}
			if got := strings.Join(all, "; "); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}
