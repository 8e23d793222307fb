package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestRoutes: how the routes of its subnet decide whom a public host answers.
func TestRoutes(t *testing.T) {
	everyone := func(w *world) aws.Route { return w.toGateway("0.0.0.0/0") }
	tests := map[string]struct {
		change func(w *world, t *aws.RouteTable)
		want   string
	}{
		"IGW-1, M-2, RT-12 no route, no reply": {func(_ *world, t *aws.RouteTable) { t.Routes = nil },
			"no aws_instance.a forward only: tcp/22 from 0.0.0.0/0"},
		"IGW-6 a narrow route": {func(w *world, t *aws.RouteTable) { t.Routes = []aws.Route{w.toGateway("203.0.113.0/24")} },
			"yes aws_instance.a: tcp/22 from 203.0.113.0/24"},
		"RT-4 the longest prefix": {func(w *world, t *aws.RouteTable) {
			t.Routes = []aws.Route{toOther("0.0.0.0/0", aws.TargetTransitGateway), w.toGateway("203.0.113.0/24"), toOther("203.0.113.128/25", aws.TargetTransitGateway)}
		}, "yes aws_instance.a: tcp/22 from 203.0.113.0/25"},
		"RT-6 a gateway that is not attached": {func(w *world, _ *aws.RouteTable) { w.gateway.VPC = aws.Link[aws.VPC]{ID: "vpc-0"} },
			"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"TF-RT-1 a route that may be overwritten": {func(w *world, t *aws.RouteTable) {
			r := everyone(w)
			r.Conflict = true
			t.Routes = []aws.Route{r}
		}, "unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"U-22 a route of unknown destination elsewhere": {func(w *world, t *aws.RouteTable) {
			r := toOther("0.0.0.0/0", aws.TargetTransitGateway)
			r.Destination = tf.UnknownVal[netip.Prefix]()
			t.Routes = []aws.Route{everyone(w), r}
		}, "unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"U-22 a route of unknown destination to the same": {func(w *world, t *aws.RouteTable) {
			r := everyone(w)
			r.Destination = tf.UnknownVal[netip.Prefix]()
			t.Routes = []aws.Route{everyone(w), r}
		}, "yes aws_instance.a: tcp/22 from 0.0.0.0/0"},
		"U-22 a target of several candidates": {func(w *world, t *aws.RouteTable) {
			r := everyone(w)
			r.Target.Gateway.To = append(r.Target.Gateway.To, &aws.Gateway{VPC: to(&aws.VPC{})})
			t.Routes = []aws.Route{r}
		}, "unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"U-5 the list of a service diverts nothing else": {func(w *world, t *aws.RouteTable) {
			r := toOther("0.0.0.0/0", aws.TargetEndpoint)
			r.Destination = tf.Val[netip.Prefix]{}
			r.PrefixList = to(&aws.PrefixList{Name: "com.amazonaws.eu-west-1.s3", AWS: true, Open: true})
			t.Routes = []aws.Route{everyone(w), r}
		}, "yes aws_instance.a: tcp/22 from 0.0.0.0/0"},
		"RT-8 a list of one's own": {func(w *world, t *aws.RouteTable) {
			r := everyone(w)
			r.Destination = tf.Val[netip.Prefix]{}
			r.PrefixList = to(&aws.PrefixList{Entries: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("203.0.113.0/24"))}})
			t.Routes = []aws.Route{r}
		}, "yes aws_instance.a: tcp/22 from 203.0.113.0/24"},
		"U-14 a table that is not all known": {func(_ *world, t *aws.RouteTable) { t.Open = true },
			"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
		"RT-9 a middlebox in front": {func(w *world, _ *aws.RouteTable) {
			w.n.RouteTables = append(w.n.RouteTables, &aws.RouteTable{Object: object("aws_route_table.edge"), VPC: to(w.vpc), Edge: true,
				Routes: []aws.Route{toOther("10.0.1.0/24", aws.TargetEndpoint)}})
		}, "unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
			test.change(w, table(w.public))
			w.expect(t, test.want)
		})
	}
}

// TestPropagatedRoutes: that they do not cover the internet is assumed, and
// said (VPN-4).
func TestPropagatedRoutes(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
	table(w.public).Propagated = true
	f := reach.Compile(w.n).FromInternet()[0]
	if f.Verdict() != reach.Yes || len(f.Assumptions) != 1 || f.Assumptions[0].ID != "propagated:aws_route_table.public" {
		t.Errorf("%s, assuming %v", f.Verdict(), f.Assumptions)
	}
}

// TestGateways: what has to be there besides routes and rules.
func TestGateways(t *testing.T) {
	tests := map[string]struct {
		change func(w *world, i *aws.Interface)
		want   []string
	}{
		"IGW-1 no public address":  {func(_ *world, i *aws.Interface) { i.PublicIPv4 = tf.No }, nil},
		"IGW-1 perhaps an address": {func(_ *world, i *aws.Interface) { i.PublicIPv4 = tf.Maybe }, []string{"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"}},
		"IGW-1 no gateway":         {func(w *world, _ *aws.Interface) { w.vpc.Gateways = nil }, nil},
		"U-14 perhaps a gateway":   {func(w *world, _ *aws.Interface) { w.vpc.Gateways, w.vpc.MayHaveGateway = nil, true }, []string{"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"}},
		"IGW-5 an egress-only one": {func(w *world, _ *aws.Interface) { w.gateway.EgressOnly = true }, nil},
		"IGW-4 a public-looking VPC": {func(w *world, i *aws.Interface) {
			w.vpc.CIDRs = append(w.vpc.CIDRs, ipv4("203.0.113.0/24"))
			i.Groups.Each[0].To[0].Ingress[0] = allow("tcp", 22, 22, "203.0.113.0/24")
		}, nil},
		"SVC-7 never accepts": {func(_ *world, i *aws.Interface) { i.Inbound = tf.No }, nil},
		"SVC-1 listens on its port": {func(_ *world, i *aws.Interface) {
			i.Ports = []aws.ServicePort{{Protocol: packet.TCP, From: 5432, To: 5432}}
		}, nil},
		"SVC-1 public and private": {func(w *world, i *aws.Interface) {
			i.AnySubnet = true
			i.Subnets.Each = append(i.Subnets.Each, to(w.private))
		}, []string{"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"}},
		"SVC-1 public both": {func(w *world, i *aws.Interface) {
			i.AnySubnet = true
			i.Subnets.Each = append(i.Subnets.Each, to(w.public))
		}, []string{"yes aws_instance.a: tcp/22 from 0.0.0.0/0"}},
		"TF-NI-5 stands in each": {func(w *world, i *aws.Interface) { i.Subnets.Each = append(i.Subnets.Each, to(w.private)) }, []string{"yes aws_instance.a: tcp/22 from 0.0.0.0/0"}},
		"U-13 a subnet outside":  {func(_ *world, i *aws.Interface) { i.Subnets.Each = []aws.Link[aws.Subnet]{{ID: "subnet-0abc"}} }, []string{"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"}},
		"U-1 one of two subnets": {func(w *world, i *aws.Interface) {
			i.Subnets.Each = []aws.Link[aws.Subnet]{{To: []*aws.Subnet{w.public, w.private}}}
		}, []string{"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"}},
		"IGW-3, M-7 IPv6 needs rules": {func(_ *world, i *aws.Interface) { i.PublicIPv4, i.IPv6 = tf.No, tf.Yes }, nil},
		"IGW-3 IPv6, its own rules": {func(_ *world, i *aws.Interface) {
			i.PublicIPv4, i.IPv6 = tf.No, tf.Yes
			i.Groups.Each[0].To[0].Ingress[0] = allow("tcp", 22, 22, "::/0")
		}, []string{"yes aws_instance.a: tcp/22 from ::/0"}},
		"IGW-8 block-bidirectional": {func(w *world, _ *aws.Interface) { w.block("block-bidirectional") }, nil},
		"IGW-8 block-ingress":       {func(w *world, _ *aws.Interface) { w.block("block-ingress") }, nil},
		"IGW-8 off":                 {func(w *world, _ *aws.Interface) { w.block("off") }, []string{"yes aws_instance.a: tcp/22 from 0.0.0.0/0"}},
		"IGW-8 unknown":             {func(w *world, _ *aws.Interface) { w.block("off"); w.n.BlockPublicAccess.Mode = tf.UnknownVal[string]() }, []string{"unknown aws_instance.a: must nothing | may tcp/22 from 0.0.0.0/0"}},
		"IGW-8 excluded VPC": {func(w *world, _ *aws.Interface) {
			w.block("block-ingress", aws.BPAExclusion{VPC: to(w.vpc), Mode: tf.KnownVal("allow-bidirectional")})
		}, []string{"yes aws_instance.a: tcp/22 from 0.0.0.0/0"}},
		"IGW-8 excluded other subnet": {func(w *world, _ *aws.Interface) {
			w.block("block-ingress", aws.BPAExclusion{Subnet: to(w.private), Mode: tf.KnownVal("allow-bidirectional")})
		}, nil},
		"IGW-8 excluded for egress": {func(w *world, _ *aws.Interface) {
			w.block("block-bidirectional", aws.BPAExclusion{VPC: to(w.vpc), Mode: tf.KnownVal("allow-egress")})
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			i := w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
			test.change(w, i)
			w.expect(t, test.want...)
		})
	}
}

func (w *world) block(mode string, exclusions ...aws.BPAExclusion) {
	w.n.BlockPublicAccess = &aws.BlockPublicAccess{Object: object("aws_vpc_block_public_access_options.this"), Mode: tf.KnownVal(mode), Exclusions: exclusions}
}

// TestDefaultVPC: it is taken to be as AWS made it (VPC-2, U-7).
func TestDefaultVPC(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
	w.vpc.Default, w.acl.VPC = true, to(w.vpc)
	table(w.public).Open, w.acl.Open, w.public.RouteTable.Open, w.public.ACL.Open = true, true, true, true
	w.n.Assumptions = []*tf.Assumption{{ID: "default-vpc:aws_vpc.main", Text: "the default VPC is as AWS made it"}}
	w.expect(t, "yes aws_instance.a: tcp/22 from 0.0.0.0/0")
	if f := reach.Compile(w.n).FromInternet()[0]; len(f.Assumptions) != 1 || f.Assumptions[0] != w.n.Assumptions[0] {
		t.Errorf("assuming %v", f.Assumptions)
	}
}

// TestOutsideSubnetIsOneQuestion: gateway, routes and ACL of a subnet outside
// are one fact.
func TestOutsideSubnetIsOneQuestion(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0"))).Subnets.Each = []aws.Link[aws.Subnet]{{ID: "subnet-0abc"}}
	if f := reach.Compile(w.n).FromInternet()[0]; facts(f.Waits) != "subnet:subnet-0abc" {
		t.Errorf("waits for %s", facts(f.Waits))
	}
}

// TestWaysOut: how a host gets to the internet.
func TestWaysOut(t *testing.T) {
	nat := func(w *world, public tf.Tri, at *aws.Subnet) {
		n := &aws.NATGateway{Object: object("aws_nat_gateway.n"), Subnet: to(at), Public: public}
		w.n.NATGateways = []*aws.NATGateway{n}
		table(w.private).Routes = []aws.Route{{
			Destination: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0")),
			Target:      aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label},
		}}
	}
	tests := map[string]struct {
		change   func(w *world, i *aws.Interface)
		to, flow string
		want     reach.Verdict
		codes    string
	}{
		"RT-7 no route": {func(*world, *aws.Interface) {}, "internet", "tcp/443", reach.No,
			"NO_ROUTE_TO_DESTINATION at aws_route_table.private, IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS at aws_instance.a"},
		"SVC-15 past the VPC":       {func(_ *world, i *aws.Interface) { i.Direct = &aws.DirectAccess{On: tf.Yes} }, "internet", "tcp/443", reach.Yes, ""},
		"NAT-4":                     {func(w *world, _ *aws.Interface) { nat(w, tf.Yes, w.public) }, "internet", "tcp/443", reach.Yes, ""},
		"NAT-4 an address":          {func(w *world, _ *aws.Interface) { nat(w, tf.Yes, w.public) }, "internet:8.8.8.8", "udp/53", reach.Yes, ""},
		"NAT-2 no other protocols":  {func(w *world, _ *aws.Interface) { nat(w, tf.Yes, w.public) }, "internet", "47", reach.No, "PROTOCOL_RESTRICTION at aws_nat_gateway.n"},
		"NAT-3 a private one":       {func(w *world, _ *aws.Interface) { nat(w, tf.No, w.public) }, "internet", "tcp/443", reach.No, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS at aws_nat_gateway.n"},
		"NAT-3 in a private subnet": {func(w *world, _ *aws.Interface) { nat(w, tf.Yes, w.private) }, "internet", "tcp/443", reach.No, "NO_ROUTE_TO_DESTINATION at aws_route_table.private"},
		"NAT-4, NACL-9 the ACL of its subnet lets nothing in": {func(w *world, _ *aws.Interface) {
			nat(w, tf.Yes, w.public)
			w.public.ACL = to(&aws.ACL{Object: object("aws_network_acl.nat"), Egress: passAll, Ingress: []aws.ACLEntry{
				entry(90, false, -1, 0, 0, "10.0.2.0/24"), entry(100, true, -1, 0, 0, "0.0.0.0/0")}})
		}, "internet", "tcp/443", reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.nat"},
		"NAT-4 its ACL closes 443": {func(w *world, _ *aws.Interface) {
			nat(w, tf.Yes, w.public)
			a := w.manage([]aws.ACLEntry{entry(100, true, 6, 1024, 65535, "0.0.0.0/0")}, passAll)
			w.private.ACL = to(w.acl)
			_ = a
		}, "internet", "tcp/443", reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.main"},
		"NAT-6 it chooses the port": {func(w *world, _ *aws.Interface) {
			nat(w, tf.Yes, w.public)
			w.manage([]aws.ACLEntry{entry(90, true, 6, 443, 443, "10.0.0.0/16"), entry(100, true, 6, 32768, 65535, "0.0.0.0/0")}, passAll)
			w.private.ACL = to(w.acl)
		}, "internet", "tcp/443", reach.Unknown, ""},
		"SG-2 no egress rule": {func(w *world, i *aws.Interface) { nat(w, tf.Yes, w.public); i.Groups.Each[0].To[0].Egress = nil }, "internet", "tcp/443", reach.No, "SG_HAS_NO_RULES at aws_security_group.g"},
		"U-24 through what is beyond": {func(w *world, _ *aws.Interface) {
			table(w.private).Routes = []aws.Route{toOther("0.0.0.0/0", aws.TargetTransitGateway)}
		}, "internet", "tcp/443", reach.Unknown, ""},
		"IGW-5 egress-only": {func(w *world, i *aws.Interface) {
			eo := &aws.Gateway{Object: object("aws_egress_only_internet_gateway.e"), EgressOnly: true, VPC: to(w.vpc)}
			w.vpc.Gateways = append(w.vpc.Gateways, eo)
			table(w.private).Routes = []aws.Route{{
				Destination: tf.KnownVal(netip.MustParsePrefix("::/0")),
				Target:      aws.Target{Kind: aws.TargetEgressOnly, Gateway: to(eo), Label: eo.Label},
			}}
			i.IPv6 = tf.Yes
		}, "internet6", "tcp/443", reach.Yes, ""},
		"SVC-7 never initiates": {func(w *world, i *aws.Interface) { nat(w, tf.Yes, w.public); i.Initiates = tf.No }, "internet", "tcp/443", reach.No, "VPCE_INTRA_VPC_TRAFFIC at aws_instance.a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			i := w.host("a", w.private, tf.No, w.group("g"))
			test.change(w, i)
			a := w.ask(t, "aws_instance.a", test.to, test.flow)
			if a.Answer != test.want || codes(a) != test.codes {
				t.Errorf("%s by %q, want %s by %q", a.Answer, codes(a), test.want, test.codes)
			}
		})
	}
}

// TestMiddleboxRoute: a route inside the VPC's own block to a middlebox leaves
// open what gets through (RT-3), references included (SG-9).
func TestMiddleboxRoute(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.No, w.group("a"))
	w.host("b", w.private, tf.No, w.group("b", allow("tcp", 80, 80, "10.0.0.0/16")))
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Yes || !a.Complete {
		t.Errorf("local: %s, complete %t", a.Answer, a.Complete)
	}
	table(w.public).Routes = append(table(w.public).Routes, toOther("10.0.2.0/24", aws.TargetEndpoint))
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Unknown {
		t.Errorf("through a middlebox: %s", a.Answer)
	}
	table(w.public).Routes[len(table(w.public).Routes)-1] = toOther("10.0.2.0/24", aws.TargetTransitGateway)
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Yes {
		t.Errorf("a route that AWS refuses: %s", a.Answer)
	}
}
