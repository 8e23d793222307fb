package reach_test

import (
	"slices"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// A gateway endpoint is a route in the tables that it lists, for TCP and echo
// (EP-1, TF-RT-4).
func TestGatewayEndpoint(t *testing.T) {
	const instance, endpoint = "aws_instance.app", "aws_vpc_endpoint.s3"
	for name, test := range map[string]struct {
		tables   func(s *aws.Subnet) aws.Links[aws.RouteTable]
		from, to string
		flow     string
		want     reach.Verdict
		codes    string
	}{
		"listed": {func(s *aws.Subnet) aws.Links[aws.RouteTable] {
			return aws.Links[aws.RouteTable]{Each: []aws.Link[aws.RouteTable]{to(table(s))}}
		}, instance, endpoint, "tcp/443", reach.Yes, ""},
		"not listed": {func(*aws.Subnet) aws.Links[aws.RouteTable] { return aws.Links[aws.RouteTable]{} },
			instance, endpoint, "tcp/443", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
		"perhaps listed": {func(s *aws.Subnet) aws.Links[aws.RouteTable] {
			return aws.Links[aws.RouteTable]{Maybe: []aws.Link[aws.RouteTable]{to(table(s))}}
		}, instance, endpoint, "tcp/443", reach.Unknown, ""},
		"the list is not known": {func(*aws.Subnet) aws.Links[aws.RouteTable] { return aws.Links[aws.RouteTable]{Open: true} },
			instance, endpoint, "tcp/443", reach.Unknown, ""},
		"UDP": {func(s *aws.Subnet) aws.Links[aws.RouteTable] {
			return aws.Links[aws.RouteTable]{Each: []aws.Link[aws.RouteTable]{to(table(s))}}
		}, instance, endpoint, "udp/53", reach.No, "VPCE_GATEWAY_PROTOCOL_RESTRICTION at aws_vpc_endpoint.s3"},
		"it opens nothing": {func(s *aws.Subnet) aws.Links[aws.RouteTable] {
			return aws.Links[aws.RouteTable]{Each: []aws.Link[aws.RouteTable]{to(table(s))}}
		}, endpoint, instance, "tcp/443", reach.No, "VPCE_INTRA_VPC_TRAFFIC at aws_vpc_endpoint.s3"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host("app", w.private, tf.No, w.group("app"))
			w.n.Endpoints = []*aws.Endpoint{{
				Object: object(endpoint), Kind: tf.KnownVal(aws.GatewayEndpoint), VPC: to(w.vpc), Tables: test.tables(w.private), IPv6: tf.No,
			}}
			a := w.ask(t, test.from, test.to, test.flow)
			if a.Answer != test.want || test.codes != "" && codes(a) != test.codes {
				t.Errorf("%s (%s), want %s (%s)", a.Answer, codes(a), test.want, test.codes)
			}
		})
	}
}

// serves adds a gateway endpoint that the tables of some subnets lead to.
func (w *world) serves(subnets ...*aws.Subnet) {
	e := &aws.Endpoint{
		Object: object("aws_vpc_endpoint.s3"), Kind: tf.KnownVal(aws.GatewayEndpoint), VPC: to(w.vpc), IPv6: tf.No,
		Service: tf.KnownVal("com.amazonaws.eu-west-1.s3"),
	}
	for _, s := range subnets {
		e.Tables.Each = append(e.Tables.Each, to(table(s)))
	}
	w.n.Endpoints = append(w.n.Endpoints, e)
}

// TestGatewayEndpointBehindADevice: a table that does not lead to a gateway
// endpoint may lead to a device in a subnet whose table does. That the endpoint
// takes what the device sends is not documented, and possible (NAT-10). What
// comes from another VPC it never takes (EP-1).
func TestGatewayEndpointBehindADevice(t *testing.T) {
	for name, test := range map[string]struct {
		build func() *world
		flow  string
		want  reach.Verdict
		codes string // or the facts that it waits for
	}{
		"a NAT gateway": {func() *world {
			w := newWorld()
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("n", w.public))}
			w.serves(w.public)
			return w
		}, "tcp/443", reach.Unknown, "endpoint-behind:aws_vpc_endpoint.s3"},
		"a NAT gateway that carries nothing else": {func() *world {
			w := newWorld()
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("n", w.public))}
			w.serves(w.public)
			return w
		}, "47", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private, VPCE_GATEWAY_PROTOCOL_RESTRICTION at aws_vpc_endpoint.s3"},
		"a NAT gateway behind an ACL": {func() *world {
			w := newWorld()
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("n", w.public))}
			w.serves(w.public)
			w.public.ACL = to(&aws.ACL{Object: object("aws_network_acl.public"), Egress: passAll})
			return w
		}, "tcp/443", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
		"a NAT gateway whose subnet has another table": {func() *world {
			w := newWorld()
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("n", w.public))}
			w.serves(w.subnet("other", "10.0.3.0/24"))
			return w
		}, "tcp/443", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
		"an instance that forwards": {func() *world {
			w := newWorld()
			box := w.host("box", w.public, tf.Yes, w.group("box", allow("-1", 0, 0, "10.0.0.0/16")))
			box.SourceDestCheck = tf.No
			table(w.private).Routes = []aws.Route{route("0.0.0.0/0", aws.Target{Kind: aws.TargetInterface, Interface: to(box), Label: box.Label})}
			w.serves(w.public)
			return w
		}, "tcp/443", reach.Unknown, "boundary:aws_instance.box, endpoint-behind:aws_vpc_endpoint.s3, one-sided:aws_instance.box"},
		"the internet gateway": {func() *world {
			w := newWorld()
			table(w.private).Routes = []aws.Route{w.toGateway("0.0.0.0/0")}
			w.serves(w.public)
			return w
		}, "tcp/443", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
		"another VPC": {func() *world {
			w, p, _, b := peered()
			other := b.Subnets.Each[0].To[0]
			table(other).Routes = []aws.Route{toPeering("0.0.0.0/0", p)}
			w.host("app", other, tf.No, w.group("app"))
			w.serves(w.public, w.private)
			return w
		}, "tcp/443", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.other, VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION at aws_vpc_endpoint.s3"},
	} {
		t.Run(name, func(t *testing.T) {
			w := test.build()
			if !slices.ContainsFunc(w.n.Interfaces, func(i *aws.Interface) bool { return i.Label == "aws_instance.app" }) {
				w.host("app", w.private, tf.No, w.group("app"))
			}
			a := w.ask(t, "aws_instance.app", "aws_vpc_endpoint.s3", test.flow)
			why := codes(a)
			if a.Answer == reach.Unknown {
				why = facts(a.Waits)
			}
			if a.Answer != test.want || why != test.codes {
				t.Errorf("%s (%s), want %s (%s)", a.Answer, why, test.want, test.codes)
			}
		})
	}
}

// A rule for the prefix list of a service matches its gateway endpoint, and not
// that of another service (U-5, EP-1).
func TestGatewayEndpointByPrefixList(t *testing.T) {
	for list, want := range map[string]reach.Verdict{
		"com.amazonaws.eu-west-1.s3": reach.Yes, "com.amazonaws.eu-west-1.dynamodb": reach.No, "": reach.Unknown,
	} {
		w := newWorld()
		g := w.group("app")
		rule := allow("tcp", 443, 443)
		rule.PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(&aws.PrefixList{Name: list, AWS: true, Open: true})}}
		g.Egress = []aws.Rule{rule}
		w.host("app", w.private, tf.No, g)
		w.n.Endpoints = []*aws.Endpoint{{
			Object: object("aws_vpc_endpoint.s3"), Kind: tf.KnownVal(aws.GatewayEndpoint), VPC: to(w.vpc), IPv6: tf.No,
			Tables: aws.Links[aws.RouteTable]{Each: []aws.Link[aws.RouteTable]{to(table(w.private))}}, Service: tf.KnownVal("com.amazonaws.eu-west-1.s3"),
		}}
		if a := w.ask(t, "aws_instance.app", "aws_vpc_endpoint.s3", "tcp/443"); a.Answer != want {
			t.Errorf("%q: %s by %s, want %s", list, a.Answer, codes(a), want)
		}
		if a := w.ask(t, "aws_instance.app", "aws_vpc_endpoint.s3", "tcp/80"); a.Answer != reach.No {
			t.Errorf("%q, another port: %s", list, a.Answer)
		}
	}
}
