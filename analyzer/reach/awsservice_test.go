package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// interfaceEndpoint is an endpoint for a service with an interface in a subnet.
func (w *world) interfaceEndpoint(service string, s *aws.Subnet, groups ...*aws.SecurityGroup) *aws.Endpoint {
	i := w.host("x", s, tf.No, groups...)
	i.Object, i.Kind, i.Initiates = object("aws_vpc_endpoint."+service), aws.KindEndpoint, tf.No
	i.Owner = i.Resource
	e := &aws.Endpoint{Object: i.Object, Kind: tf.KnownVal(aws.InterfaceEndpoint), VPC: to(w.vpc), Interface: i,
		Service: tf.KnownVal("com.amazonaws.eu-west-1." + service)}
	w.n.Endpoints = append(w.n.Endpoints, e)
	return e
}

// EP-7: Systems Manager manages an instance that gets out to all of its three
// services on 443, by endpoints, a gateway or both; EP-2: an endpoint's own
// groups judge.
func TestSystemsManager(t *testing.T) {
	endpoints := func(names ...string) func(*world) {
		return func(w *world) {
			for _, name := range names {
				w.interfaceEndpoint(name, w.private, w.group("endpoint", allow("tcp", 443, 443, "10.0.0.0/16")))
			}
		}
	}
	tests := map[string]struct {
		change func(*world)
		want   reach.Verdict
	}{
		"nothing":       {func(*world) {}, reach.No},
		"all endpoints": {endpoints("ssm", "ssmmessages", "ec2messages"), reach.Yes},
		"two endpoints": {endpoints("ssm", "ssmmessages"), reach.No},
		"endpoints that admit nobody": {func(w *world) {
			for _, name := range []string{"ssm", "ssmmessages", "ec2messages"} {
				w.interfaceEndpoint(name, w.private, w.group("endpoint", allow("tcp", 443, 443, "10.9.0.0/16")))
			}
		}, reach.No},
		"endpoints of which one may be for another service": {func(w *world) {
			endpoints("ssm", "ssmmessages", "ec2messages")(w)
			w.n.Endpoints[2].Service = tf.UnknownVal[string]()
		}, reach.Unknown},
		"a NAT gateway": {func(w *world) {
			n := &aws.NATGateway{Object: object("aws_nat_gateway.main"), Subnet: to(w.public), Public: tf.Yes}
			w.n.NATGateways = []*aws.NATGateway{n}
			table(w.private).Routes = []aws.Route{{
				Cause: aws.Cause{Resource: resource("aws_route.nat")}, Destination: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0")),
				Target: aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label},
			}}
		}, reach.Yes},
		"a route to a part of the internet": {func(w *world) {
			table(w.private).Routes = []aws.Route{w.toGateway("52.0.0.0/8")}
			w.n.Interfaces[0].PublicIPv4 = tf.Yes
		}, reach.Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host("a", w.private, tf.No, w.group("a"))
			test.change(w)
			if got := w.ask(t, "aws_instance.a", "service:systems-manager", ""); got.Answer != test.want {
				t.Errorf("%s by %s, waiting for %s; want %s", got.Answer, codes(got), facts(got.Waits), test.want)
			}
			if got := w.ask(t, "service:systems-manager", "aws_instance.a", "tcp/22"); got.Answer == reach.Yes {
				t.Error("Systems Manager opens a way in")
			}
		})
	}
}

// EP-1: a service is reached by its gateway endpoint, and by no endpoint of
// another.
func TestServiceByGatewayEndpoint(t *testing.T) {
	for service, want := range map[string]reach.Verdict{"s3": reach.Yes, "dynamodb": reach.No} {
		w := newWorld()
		w.host("a", w.private, tf.No, w.group("a"))
		w.n.Endpoints = []*aws.Endpoint{{
			Object: object("aws_vpc_endpoint.s3"), Kind: tf.KnownVal(aws.GatewayEndpoint), VPC: to(w.vpc),
			Service: tf.KnownVal("com.amazonaws.eu-west-1.s3"), Tables: aws.Links[aws.RouteTable]{Each: []aws.Link[aws.RouteTable]{to(table(w.private))}},
		}}
		if got := w.ask(t, "aws_instance.a", "service:"+service, "tcp/443"); got.Answer != want {
			t.Errorf("%s: %s by %s, want %s", service, got.Answer, codes(got), want)
		}
	}
}

// M-9, SG-18, NACL-8: neither a group without rules nor an ACL that denies all
// keeps anybody from the resolver, the metadata and the time; each answers on its
// own port only.
func TestUnfiltered(t *testing.T) {
	w := newWorld()
	g := w.group("a")
	g.Egress = nil
	w.host("a", w.private, tf.No, g)
	w.manage(nil, nil)
	tests := []struct {
		to, flow string
		want     reach.Verdict
	}{
		{"ip:169.254.169.254", "tcp/80", reach.Yes},
		{"ip:169.254.169.254", "tcp/22", reach.No},
		{"ip:169.254.169.253", "udp/53", reach.Yes},
		{"ip:169.254.169.123", "udp/123", reach.Yes},
		{"ip:10.0.0.2", "udp/53", reach.Yes},
		{"ip:10.0.0.2", "tcp/443", reach.No},
		{"ip:10.0.0.3", "udp/53", reach.No},
		{"ip:169.254.170.2", "tcp/80", reach.Yes},
		{"ip:fd00:ec2::254", "tcp/80", reach.Yes},
		{"ip:169.254.169.0/24", "tcp/80", reach.No}, // not the one that nothing filters
	}
	for _, test := range tests {
		if got := w.ask(t, "aws_instance.a", test.to, test.flow); got.Answer != test.want {
			t.Errorf("%s on %s: %s by %s, want %s", test.to, test.flow, got.Answer, codes(got), test.want)
		}
	}
}

// NAT-7: a host of IPv6 gets to the IPv4 internet by a NAT gateway to which its
// table gives 64:ff9b::/96, past its groups and both ACLs.
func TestNAT64(t *testing.T) {
	tests := map[string]struct {
		change func(*world)
		want   reach.Verdict
	}{
		"as it should be":   {func(*world) {}, reach.Yes},
		"no route":          {func(w *world) { table(w.private).Routes = nil }, reach.No},
		"no IPv6 address":   {func(w *world) { w.n.Interfaces[0].IPv6 = tf.No }, reach.No},
		"perhaps one":       {func(w *world) { w.n.Interfaces[0].IPv6 = tf.Maybe }, reach.Unknown},
		"a private gateway": {func(w *world) { w.n.NATGateways[0].Public = tf.No }, reach.No},
		"groups for IPv4 only": {func(w *world) {
			w.n.SecurityGroups[0].Egress = []aws.Rule{allow("-1", 0, 0, "0.0.0.0/0")}
		}, reach.No},
		"groups for the prefix": {func(w *world) {
			w.n.SecurityGroups[0].Egress = []aws.Rule{allow("tcp", 443, 443, "64:ff9b::/96")}
		}, reach.Yes},
		"groups for one address": {func(w *world) {
			w.n.SecurityGroups[0].Egress = []aws.Rule{allow("tcp", 443, 443, "64:ff9b::c633:6401/128")}
		}, reach.Unknown},
		"an ACL for IPv4 only": {func(w *world) { w.manage(passAll[:1], passAll[:1]) }, reach.No},
		"an ACL of the gateway's subnet that lets nothing in": {func(w *world) {
			w.public.ACL = to(&aws.ACL{Object: object("aws_network_acl.nat"), Ingress: passAll[:1], Egress: passAll})
		}, reach.No},
		"an ACL for both": {func(w *world) { w.manage(passAll, passAll) }, reach.Yes},
		"no way out":      {func(w *world) { table(w.public).Routes = nil }, reach.No},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			n := &aws.NATGateway{Object: object("aws_nat_gateway.main"), Subnet: to(w.public), Public: tf.Yes}
			w.n.NATGateways = []*aws.NATGateway{n}
			table(w.private).Routes = []aws.Route{{
				Cause: aws.Cause{Resource: resource("aws_route.nat64")}, Destination: tf.KnownVal(netip.MustParsePrefix("64:ff9b::/96")),
				Target: aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label},
			}}
			w.host("a", w.private, tf.No, w.group("a")).IPv6 = tf.Yes
			test.change(w)
			got := reach.No
			for _, flow := range w.ask(t, "aws_instance.a", "internet", "tcp/443").Through {
				if got = flow.Verdict(); flow.NAT64 != n {
					t.Errorf("a flow through %v", flow)
				}
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
