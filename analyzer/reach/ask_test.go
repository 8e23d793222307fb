package reach_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestBlockers: a "no" names everything on the path that would have to change,
// the cheapest first (D2).
func TestBlockers(t *testing.T) {
	w := newWorld()
	w.host("a", w.private, tf.No, w.group("g", allow("tcp", 80, 80, "0.0.0.0/0")))
	w.private.ACL = to(&aws.ACL{Object: object("aws_network_acl.closed")})
	a := w.ask(t, "internet", "aws_instance.a", "tcp/22")
	want := []string{
		"SUBNET_ACL_RESTRICTION at aws_network_acl.closed", "ENI_SG_RULES_MISMATCH at aws_security_group.g",
		"SUBNET_ACL_RESTRICTION at aws_network_acl.closed",
		"NO_ROUTE_TO_DESTINATION at aws_route_table.private", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS at aws_instance.a",
	}
	if a.Answer != reach.No || codes(a) != strings.Join(want, ", ") {
		t.Errorf("%s by %s\nwant by %s", a.Answer, codes(a), strings.Join(want, ", "))
	}
	replies := 0
	for _, b := range a.Blockers {
		if b.Reply {
			replies++
		}
	}
	if replies != 2 {
		t.Errorf("%d blockers of the reply, want the ACL and the route", replies)
	}
}

// TestPath: an exposure tells its way in the order that people read it.
func TestPath(t *testing.T) {
	w := newWorld()
	i := w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0"), allow("tcp", 443, 443, "8.8.8.0/24"), allow("udp", 1, 1, "10.0.0.0/8")))
	i.PublicCause = aws.Cause{Resource: w.public.Resource, Argument: "map_public_ip_on_launch"}
	w.manage(passAll, passAll)
	f := reach.Compile(w.n).FromInternet()[0]
	var got []string
	for _, h := range f.Path() {
		got = append(got, h.Object.Label+": "+h.Detail)
	}
	want := []string{
		"internet: ",
		"aws_internet_gateway.main: ",
		"aws_route_table.public: 0.0.0.0/0 to aws_internet_gateway.main",
		"aws_network_acl.main: entry 100 allows all traffic from 0.0.0.0/0, into aws_subnet.public",
		"aws_security_group.g: tcp/22 from 0.0.0.0/0",
		"aws_instance.a: public address by aws_subnet.public.map_public_ip_on_launch",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if rules := f.Path()[4].Causes; len(rules) != 2 {
		t.Errorf("%d rules admit something that arrives, want the two for the internet", len(rules))
	}
	web := packet.Everything(packet.IPv4).On(packet.TCP).ToPorts(packet.PortRange(443, 443))
	if told := f.Path()[4].Of(web, aws.Cause{}).Detail; told != "tcp/443 from 8.8.8.0/24" {
		t.Errorf("of tcp/443 the group tells %q", told)
	}
	if route := f.Path()[2]; !route.Reply || route.Cause.Address() != "aws_route.internet" {
		t.Errorf("the route is %+v", route)
	}
}

// TestClientPorts: a part of the client's ports is enough for a yes, which is
// then not complete (M-3).
func TestClientPorts(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
	w.manage(passAll, []aws.ACLEntry{entry(1, true, 6, 32768, 60999, "0.0.0.0/0")})
	for port, want := range map[uint16]reach.Verdict{900: reach.No, 40000: reach.Yes, 0: reach.Yes} {
		a := w.askFrom(t, "internet", "aws_instance.a", "tcp/22", port)
		if a.Answer != want || a.Forward != reach.Yes || a.Complete != (port == 40000) {
			t.Errorf("from port %d: %s, forward %s, complete %t", port, a.Answer, a.Forward, a.Complete)
		}
	}
	w.manage(passAll, []aws.ACLEntry{entry(1, true, 6, 1024, 65535, "0.0.0.0/0")})
	if a := w.ask(t, "internet", "aws_instance.a", "tcp/22"); a.Answer != reach.Yes || !a.Complete {
		t.Errorf("from all of 1024-65535: %s, complete %t", a.Answer, a.Complete)
	}
}

// TestWitness: the example is a packet that gets through, with addresses that
// exist.
func TestWitness(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Yes, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
	a := w.ask(t, "internet", "aws_instance.a", "")
	want := packet.Packet{Source: netip.MustParseAddr("1.0.0.0"), Destination: netip.MustParseAddr("10.0.1.4"), Protocol: packet.TCP, SourcePort: 1024, DestinationPort: 22}
	if a.Witness == nil || *a.Witness != want {
		t.Errorf("got %+v, want %+v", a.Witness, want)
	}
	if a := w.ask(t, "internet", "aws_instance.a", "tcp/23"); a.Witness != nil {
		t.Errorf("an example of a no: %+v", a.Witness)
	}
}

// TestHolders: a subnet, a group or a VPC is every interface in it.
func TestHolders(t *testing.T) {
	w := newWorld()
	open := w.group("open", allow("tcp", 22, 22, "0.0.0.0/0"))
	w.host("a", w.public, tf.Yes, open)
	w.host("b", w.private, tf.No, open)
	for to, complete := range map[string]bool{"aws_subnet.public": true, "aws_security_group.open": false, "aws_vpc.main": false} {
		if a := w.ask(t, "internet", to, "tcp/22"); a.Answer != reach.Yes || a.Complete != complete {
			t.Errorf("internet -> %s: %s, complete %t", to, a.Answer, a.Complete)
		}
	}
	if a := w.ask(t, "internet", "aws_subnet.private", "tcp/22"); a.Answer != reach.No {
		t.Errorf("internet -> aws_subnet.private: %s", a.Answer)
	}
}

// TestBalancerQuestions: a load balancer is its listeners as a destination and
// the second leg as a source.
func TestBalancerQuestions(t *testing.T) {
	w := newWorld()
	open := w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
	w.balancer("application", open, 8080, w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, open))))
	w.host("client", w.private, tf.No, w.group("client"))
	for _, test := range []struct {
		from, to, flow string
		want           reach.Verdict
		code           string
	}{
		{"internet", "aws_lb.application", "tcp/80", reach.Yes, ""},
		{"internet", "aws_lb.application", "tcp/81", reach.No, "ELBV2_LISTENERS_MISMATCH"},
		{"aws_instance.client", "aws_lb.application", "tcp/80", reach.Yes, ""},
		{"aws_lb.application", "aws_instance.app", "tcp/8080", reach.Yes, ""},
		{"aws_lb.application", "aws_instance.app", "tcp/80", reach.No, "TARGET_PORT_RESTRICTION"},
		{"aws_lb.application", "aws_instance.client", "tcp/80", reach.No, "TARGET_ADDRESS_RESTRICTION"},
		{"internet", "aws_instance.app", "tcp/8080", reach.No, "ENI_SG_RULES_MISMATCH"},
	} {
		a := w.ask(t, test.from, test.to, test.flow)
		if a.Answer != test.want || !strings.Contains(codes(a), test.code) {
			t.Errorf("%s -> %s %s: %s by %s, want %s by %s", test.from, test.to, test.flow, a.Answer, codes(a), test.want, test.code)
		}
	}
	if a := w.ask(t, "internet", "aws_instance.app", "tcp/8080"); len(a.Through) != 1 {
		t.Errorf("%d flows through a load balancer, want one", len(a.Through))
	}
}

// TestBoundaries: what is not followed yet makes an answer unknown where it may
// matter, and is an assumption where it does not.
func TestBoundaries(t *testing.T) {
	w := newWorld()
	open := w.group("open", allow("-1", 0, 0, "0.0.0.0/0"))
	w.host("a", w.private, tf.No, open)
	other := newWorld()
	other.vpc.Object = object("aws_vpc.other")
	far := other.host("far", other.private, tf.No, open)
	w.n.Interfaces = append(w.n.Interfaces, far)
	w.n.VPCs = append(w.n.VPCs, other.vpc)
	if a := w.ask(t, "aws_instance.a", "aws_instance.far", "tcp/80"); a.Answer != reach.No || codes(a) != "DISCONNECTED_VPCS at aws_vpc.main" {
		t.Errorf("unconnected VPCs: %s by %s", a.Answer, codes(a))
	}
	w.n.Boundaries = []aws.Boundary{{Object: object("aws_networkmanager_core_network.c"), Kind: "Cloud WAN", VPCs: []*aws.VPC{w.vpc, other.vpc}}}
	if a := w.ask(t, "aws_instance.a", "aws_instance.far", "tcp/80"); a.Answer != reach.Unknown || facts(a.Waits) != "boundary:aws_networkmanager_core_network.c" {
		t.Errorf("joined VPCs: %s waiting for %s", a.Answer, facts(a.Waits))
	}
	if a := w.ask(t, "internet", "aws_instance.a", "tcp/80"); a.Answer != reach.No || len(a.Assumptions) != 1 {
		t.Errorf("the internet: %s assuming %v", a.Answer, a.Assumptions)
	}
	if a := w.ask(t, "onprem:192.168.1.1", "aws_instance.a", "tcp/80"); a.Forward != reach.Unknown || a.Answer != reach.No {
		t.Errorf("on-premises, without a route back: forward %s, %s", a.Forward, a.Answer)
	}
	if got := reach.Compile(w.n).Assumptions(); len(got) != 1 {
		t.Errorf("assumptions of the network: %v", got)
	}
}

// TestAddresses: an address is whoever holds it (RT-13).
func TestAddresses(t *testing.T) {
	w := newWorld()
	open := w.group("open", allow("tcp", 80, 80, "0.0.0.0/0"))
	w.host("a", w.public, tf.Yes, open)
	w.host("b", w.private, tf.No, open).Addresses = []netip.Addr{netip.MustParseAddr("10.0.2.9")}
	for to, want := range map[string]reach.Verdict{
		"ip:10.0.2.9": reach.Yes, "ip:10.0.2.10": reach.No, "ip:10.0.1.10": reach.Unknown, "ip:192.168.1.1": reach.No, "ip:8.8.8.8": reach.Yes,
	} {
		if a := w.ask(t, "aws_instance.a", to, "tcp/80"); a.Answer != want {
			t.Errorf("aws_instance.a -> %s: %s, want %s (%s)", to, a.Answer, want, codes(a))
		}
	}
}

// TestEndpointErrors: what is wrong, and what may have been meant.
func TestEndpointErrors(t *testing.T) {
	w := newWorld()
	w.host("web[0]", w.public, tf.Yes)
	w.host("web[1]", w.public, tf.Yes)
	g := reach.Compile(w.n)
	for expr, want := range map[string]string{
		"aws_instance.wep[0]": `did you mean "aws_instance.web[0]"`,
		"interne":             `did you mean "internet"`,
		"onprem:there":        `"there" is neither an address nor a CIDR`,
		"nonsense":            "is no end point of this network",
	} {
		if _, err := g.Endpoint(expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
	}
	if e, err := g.Endpoint("aws_instance.web"); err != nil || len(e.Interfaces) != 2 {
		t.Errorf("all instances: %v, %v", e.Interfaces, err)
	}
}

// TestSensitiveValues: a rule made from a sensitive value does not show it
// (U-19).
func TestSensitiveValues(t *testing.T) {
	w := newWorld()
	rule := allow("tcp", 22, 22, "203.0.113.0/24")
	rule.Cause.Resource.Values = tf.ObjectValue(tf.Field{Name: "cidr_blocks", Value: tf.ListValue(tf.StringValue("203.0.113.0/24").MarkSensitive())})
	w.host("a", w.public, tf.Yes, w.group("g", rule))
	for _, h := range reach.Compile(w.n).FromInternet()[0].Path() {
		if strings.Contains(h.Detail, "203.0.113") {
			t.Errorf("%s: %s", h.Object.Label, h.Detail)
		}
	}
}

// TestWay: the path is that of the example, whatever else gets through.
func TestWay(t *testing.T) {
	w := newWorld()
	first, second := allow("tcp", 22, 22, "0.0.0.0/0"), allow("tcp", 8000, 8100, "0.0.0.0/0")
	w.host("a", w.public, tf.Yes, w.group("g", second, first))
	a := w.ask(t, "internet", "aws_instance.a", "")
	if a.Witness.DestinationPort != 22 || !slices.ContainsFunc(a.Path, func(h reach.Hop) bool { return h.Detail == "tcp/22 from 0.0.0.0/0" }) {
		t.Errorf("the way of a packet to port %d: %+v", a.Witness.DestinationPort, a.Path)
	}
}

// TestSubnetEnd: a subnet is what stands in it, there and nowhere else.
func TestSubnetEnd(t *testing.T) {
	w := newWorld()
	open := w.group("open", allow("tcp", 80, 80, "0.0.0.0/0"))
	i := w.host("a", w.public, tf.Yes, open)
	i.Subnets.Each = append(i.Subnets.Each, aws.Link[aws.Subnet]{To: []*aws.Subnet{w.private}})
	if a := w.ask(t, "internet", "aws_subnet.private", "tcp/80"); a.Answer != reach.No || codes(a) != "NO_ROUTE_TO_DESTINATION at aws_route_table.private" {
		t.Errorf("the private subnet: %s by %s", a.Answer, codes(a))
	}
	if a := w.ask(t, "internet", "aws_subnet.public", "tcp/80"); a.Answer != reach.Yes {
		t.Errorf("the public subnet: %s by %s", a.Answer, codes(a))
	}
	// It stands in one of the two, and nobody can tell in which.
	i.AnySubnet = true
	if a := w.ask(t, "internet", "aws_subnet.public", "tcp/80"); a.Answer != reach.Unknown || facts(a.Waits) != "placement:aws_instance.a" {
		t.Errorf("one of two subnets: %s waiting for %s", a.Answer, facts(a.Waits))
	}
	w.n.Interfaces = nil
	if a := w.ask(t, "internet", "aws_subnet.public", "tcp/80"); a.Answer != reach.No || codes(a) != "NO_POSSIBLE_DESTINATION at aws_subnet.public" {
		t.Errorf("an empty subnet: %s by %s", a.Answer, codes(a))
	}
}

// TestPerhapsPublic: a path does not claim an address that nobody knows of.
func TestPerhapsPublic(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.Maybe, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
	a := w.ask(t, "internet", "aws_instance.a", "tcp/22")
	if last := a.Path[len(a.Path)-1]; last.Detail != "not known: whether aws_instance.a gets a public IPv4 address" {
		t.Errorf("%s: %q", a.Answer, last.Detail)
	}
}

// TestNothingThere: that something empty stays so is an assumption where it
// exists already (U-14).
func TestNothingThere(t *testing.T) {
	for _, tt := range []struct {
		address string
		action  tf.Action
		want    int
	}{{"aws_subnet.s", tf.Create, 0}, {"aws_subnet.s", tf.NoOp, 1}, {"aws_default_subnet.s", tf.Create, 1}} {
		w := newWorld()
		w.public.Object = object(tt.address)
		w.public.Resource.Action = tt.action
		if a := w.ask(t, "internet", tt.address, ""); a.Answer != reach.No || len(a.Assumptions) != tt.want {
			t.Errorf("%v %s: %s assuming %v", tt.action, tt.address, a.Answer, a.Assumptions)
		}
	}
}

// TestStrays: nobody can say that nothing stands in a group or a subnet while
// something stands nobody knows where.
func TestStrays(t *testing.T) {
	w := newWorld()
	w.group("idle", allow("tcp", 80, 80, "0.0.0.0/0"))
	if a := w.ask(t, "internet", "aws_security_group.idle", "tcp/80"); a.Answer != reach.No {
		t.Errorf("a group without members: %s", a.Answer)
	}
	i := w.host("a", w.public, tf.Yes)
	i.Groups.Open = true
	if a := w.ask(t, "internet", "aws_security_group.idle", "tcp/80"); a.Answer != reach.Unknown || facts(a.Waits) != "groups:aws_instance.a" {
		t.Errorf("a group that may have members: %s until %s", a.Answer, facts(a.Waits))
	}
	i.Subnets.Open = true
	if a := w.ask(t, "internet", "aws_subnet.private", "tcp/80"); a.Answer != reach.Unknown || facts(a.Waits) != "placement:aws_instance.a" {
		t.Errorf("a subnet that something may stand in: %s until %s", a.Answer, facts(a.Waits))
	}
}

// TestHoldersOfBalancers: of a load balancer a subnet or a group holds what its
// listeners accept, and not every port that the group admits (LB-11).
func TestHoldersOfBalancers(t *testing.T) {
	w := newWorld()
	w.balancer("application", w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"), allow("tcp", 8080, 8080, "0.0.0.0/0")), 80)
	for _, to := range []string{"aws_subnet.public", "aws_security_group.lb"} {
		if a := w.ask(t, "internet", to, "tcp/80"); a.Answer != reach.Yes {
			t.Errorf("%s on the listener's port: %s by %s", to, a.Answer, codes(a))
		}
		if a := w.ask(t, "internet", to, "tcp/8080"); a.Answer != reach.No || len(a.Blockers) != 1 || a.Blockers[0].Code != "ELBV2_LISTENERS_MISMATCH" {
			t.Errorf("%s on another port: %s by %s", to, a.Answer, codes(a))
		}
	}
}

// Others may stand in a subnet that is shared with them (VPC-3).
func TestSharedSubnets(t *testing.T) {
	for _, shared := range []bool{false, true} {
		w := newWorld()
		w.private.Shared = shared
		w.host("app", w.public, tf.No, w.group("app"))
		want := reach.No
		if shared {
			want = reach.Unknown
		}
		if a := w.ask(t, "aws_instance.app", "ip:10.0.2.9", "tcp/443"); a.Answer != want {
			t.Errorf("an address of a subnet, shared %v: %s", shared, a.Answer)
		}
		if a := w.ask(t, "aws_instance.app", "aws_subnet.private", "tcp/443"); a.Answer != reach.No || len(a.Assumptions) != map[bool]int{true: 1}[shared] {
			t.Errorf("the subnet, shared %v: %s, %d assumptions", shared, a.Answer, len(a.Assumptions))
		}
	}
}

// TestNobody: what stops packets to addresses that nobody holds is told where
// they would have gone (RT-13), and so is what no gateway carries (IGW-4).
func TestNobody(t *testing.T) {
	w := newWorld()
	w.private.AvailabilityZone = tf.KnownVal("a")
	i := w.host("a", w.public, tf.Yes, w.group("a", allow("-1", 0, 0, "0.0.0.0/0")))
	i.Addresses = []netip.Addr{netip.MustParseAddr("10.0.1.9")}
	w.n.NATGateways = []*aws.NATGateway{{Object: object("aws_nat_gateway.n"), Subnet: to(w.public), Public: tf.Yes}}
	w.n.Endpoints = []*aws.Endpoint{{Object: object("aws_vpc_endpoint.s3"), Kind: tf.KnownVal(aws.GatewayEndpoint), VPC: to(w.vpc)}}
	other := w.another("other", "10.7.0.0/16")
	w.acl.Egress, w.acl.Implicit = nil, false
	w.acl.Ingress = []aws.ACLEntry{}
	for _, test := range []struct{ from, to, codes string }{
		{"aws_instance.a", "ip:10.0.2.77", "SUBNET_ACL_RESTRICTION at aws_subnet.public"},
		{"aws_instance.a", "ip:10.0.2.78", "NO_POSSIBLE_DESTINATION at aws_subnet.private"},
		{"aws_instance.a", "ip:10.0.9.9", "NO_POSSIBLE_DESTINATION at aws_vpc.main"},
		{"aws_instance.a", "ip:10.7.9.9", "NO_POSSIBLE_DESTINATION at " + other.Label},
		{"onprem:192.168.1.1", "ip:10.0.2.77", "NO_POSSIBLE_DESTINATION at aws_subnet.private"},
		{"internet:10.9.9.9", "aws_instance.a", "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS at aws_internet_gateway.main"},
		{"aws_instance.a", "internet:10.9.9.9", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS at aws_internet_gateway.main"},
		{"internet", "aws_nat_gateway.n", "NO_POSSIBLE_DESTINATION at aws_nat_gateway.n"},
		{"aws_instance.a", "aws_nat_gateway.n", "NO_POSSIBLE_DESTINATION at aws_nat_gateway.n"},
		{"internet", "aws_vpc_endpoint.s3", "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION at aws_vpc_endpoint.s3"},
		{"onprem:192.168.1.1", "aws_vpc_endpoint.s3", "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION at aws_vpc_endpoint.s3"},
	} {
		if a := w.ask(t, test.from, test.to, "tcp/80"); a.Answer != reach.No || !strings.Contains(codes(a), test.codes) {
			t.Errorf("%s -> %s: %s by %s, want %s", test.from, test.to, a.Answer, codes(a), test.codes)
		}
	}
}

// IGW-2: a question about one of several addresses of an interface is about that
// one, which has a public address of its own or none, and its own rules.
func TestSecondaryAddresses(t *testing.T) {
	w := newWorld()
	a := w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 443, 443, "0.0.0.0/0")))
	a.Addresses = []netip.Addr{netip.MustParseAddr("10.0.1.10"), netip.MustParseAddr("10.0.1.20"), netip.MustParseAddr("10.0.1.30")}
	a.Primary = a.Addresses[0]
	a.Assigned, a.ElasticIPs = tf.No, []aws.ElasticIP{{Private: tf.KnownVal(a.Addresses[1]), There: tf.Yes}}
	b := w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, "10.0.1.20/32")))
	b.Groups.Each[0].To[0].Egress = []aws.Rule{allow("tcp", 443, 443, "10.0.1.20/32")}
	for _, test := range []struct {
		from, to, flow string
		want           reach.Verdict
		codes          string
	}{
		{"internet", "aws_instance.a", "tcp/443", reach.Yes, ""},
		{"internet", "ip:10.0.1.20", "tcp/443", reach.Yes, ""},
		{"internet", "ip:10.0.1.10", "tcp/443", reach.No, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS at aws_instance.a"},
		{"internet", "ip:10.0.1.30", "tcp/443", reach.No, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS at aws_instance.a"},
		{"internet", "ip:10.0.1.16/28", "tcp/443", reach.Yes, ""},
		{"ip:10.0.1.20", "internet", "tcp/443", reach.Yes, ""},
		{"ip:10.0.1.30", "internet", "tcp/443", reach.No, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS at aws_instance.a"},
		{"ip:10.0.1.20", "aws_instance.b", "tcp/22", reach.Yes, ""},
		{"ip:10.0.1.10", "aws_instance.b", "tcp/22", reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.b"},
		{"aws_instance.b", "ip:10.0.1.20", "tcp/443", reach.Yes, ""},
		{"aws_instance.b", "ip:10.0.1.30", "tcp/443", reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.b"},
	} {
		if got := w.ask(t, test.from, test.to, test.flow); got.Answer != test.want || codes(got) != test.codes {
			t.Errorf("%s -> %s %s: %s (%s), want %s (%s)", test.from, test.to, test.flow, got.Answer, codes(got), test.want, test.codes)
		}
	}
}

// TestSecondLegFromClients: as a source, a load balancer that keeps the address
// of its clients is those that its scheme is for (LB-4), from the port that one
// asks about.
func TestSecondLegFromClients(t *testing.T) {
	for _, test := range []struct {
		admits             string
		internal, preserve tf.Tri
		change             func(w *world)
		want               reach.Verdict
	}{
		{"0.0.0.0/0", tf.No, tf.Yes, nil, reach.Yes},
		{"203.0.113.0/24", tf.No, tf.Yes, nil, reach.Yes},
		{"10.0.0.0/16", tf.No, tf.Yes, nil, reach.No}, // nobody in the VPC uses it
		{"10.0.0.0/16", tf.No, tf.Yes, func(w *world) { w.host("client", w.public, tf.No, w.group("client")) }, reach.Yes},
		{"10.0.2.0/24", tf.No, tf.Yes, func(w *world) { w.host("client", w.public, tf.No, w.group("client")) }, reach.No},
		{"10.0.0.0/16", tf.No, tf.Yes, func(w *world) { w.vpc.Resource.Action = tf.NoOp }, reach.Unknown}, // where others may be (U-14)
		{"10.0.0.0/16", tf.Yes, tf.Yes, nil, reach.Yes},
		{"10.0.0.0/16", tf.No, tf.No, nil, reach.Yes},
		{"203.0.113.0/24", tf.No, tf.No, nil, reach.No},
		{"203.0.113.0/24", tf.No, tf.Maybe, nil, reach.Unknown},
	} {
		w := newWorld()
		if test.change != nil {
			test.change(w)
		}
		app := w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, test.admits)))
		lb := w.balancer("network", w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0")), 8080, app)
		lb.Internal, targets(lb).PreserveClientIP = test.internal, test.preserve
		app.Addresses = []netip.Addr{netip.MustParseAddr("10.0.2.10")}
		if a := w.ask(t, "aws_lb.network", "aws_instance.app", "tcp/8080"); a.Answer != test.want || a.Complete != (a.Answer == reach.Yes && (test.admits == "0.0.0.0/0" || test.preserve == tf.No)) {
			t.Errorf("%s, internal %s, preserved %s: %s, complete %t, by %s", test.admits, test.internal, test.preserve, a.Answer, a.Complete, codes(a))
		}
	}
}

// M-4: between two subnets of a VPC a packet passes the sender's groups, its
// subnet's ACL and table, the other subnet's ACL, and the receiver's groups; the
// reply passes the ACLs and the receiver's table, and no group.
func TestOrderOfFilters(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.No, w.group("a"))
	w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, "10.0.0.0/16")))
	w.public.ACL = to(&aws.ACL{Object: object("aws_network_acl.a"), Ingress: passAll, Egress: passAll})
	w.private.ACL = to(&aws.ACL{Object: object("aws_network_acl.b"), Ingress: passAll, Egress: passAll})
	a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22")
	labels := func(path []reach.Hop) string {
		var out []string
		for _, h := range path {
			name := strings.TrimPrefix(strings.TrimPrefix(h.Object.Label, "aws_"), "local route of aws_")
			if strings.HasPrefix(h.Object.Label, "local route") || h.Object.Label == "aws_route_table.public" || h.Object.Label == "aws_route_table.private" {
				name = "route"
			}
			out = append(out, name)
		}
		return strings.Join(out, " ")
	}
	const there = "instance.a security_group.a network_acl.a route network_acl.b security_group.b instance.b"
	const back = "network_acl.b route network_acl.a"
	if got := labels(a.Path); a.Answer != reach.Yes || got != there {
		t.Errorf("%s by %s, want %s", a.Answer, got, there)
	}
	if got := labels(a.ReplyPath); got != back {
		t.Errorf("back by %s, want %s", got, back)
	}
}

// A subnet in which nothing stands says what it lets through (RT-2, IGW-1).
func TestEmptySubnet(t *testing.T) {
	for name, test := range map[string]struct {
		empty func(*world) *aws.Subnet
		want  string
	}{
		"public":  {func(w *world) *aws.Subnet { return w.public }, "one with a public address and open security groups would be reached"},
		"private": {func(w *world) *aws.Subnet { return w.private }, "would not be reached either: "},
	} {
		w := newWorld()
		g := reach.Compile(w.n)
		e, err := g.Endpoint(test.empty(w).Label)
		if err != nil {
			t.Fatal(err)
		}
		from, _ := g.Endpoint("internet")
		a := g.Ask(reach.Question{From: from, To: e, Packets: packet.Everything(packet.IPv4)})
		if a.Answer != reach.No || len(a.Blockers) != 1 || !strings.Contains(a.Blockers[0].Detail, test.want) {
			t.Errorf("%s: %s by %v", name, a.Answer, a.Blockers)
		}
	}
}

// Addresses of IPv6 that no internet gateway carries are reached from inside,
// where nobody says that there are none (SVC-19, LB-13, IGW-3).
func TestInnerIPv6(t *testing.T) {
	w := newWorld()
	w.host("a", w.public, tf.No, w.group("a")).IPv6 = tf.Yes
	w.host("b", w.public, tf.No, w.group("b", allow("tcp", 22, 22, "::/0"))).InnerIPv6 = true
	for from, want := range map[string]reach.Verdict{"aws_instance.a": reach.Unknown, "internet6": reach.No} {
		if got := w.ask(t, from, "aws_instance.b", "tcp/22"); got.Answer != want {
			t.Errorf("from %s: %s, by %s, waiting for %q; want %s", from, got.Answer, codes(got), facts(got.Waits), want)
		}
	}
}

// What Amazon gives a VPC is global unicast, so that no rule for anything else is
// about its hosts; a pool may be private (U-9, IGW-3).
func TestUnknownIPv6(t *testing.T) {
	for private, want := range map[tf.Tri]reach.Verdict{tf.No: reach.No, tf.Maybe: reach.Unknown} {
		w := newWorld()
		w.public.IPv6 = &aws.Block{Family: packet.IPv6, Private: private}
		w.host("a", w.public, tf.No, w.group("a")).IPv6 = tf.Yes
		w.host("b", w.public, tf.No, w.group("b", allow("tcp", 22, 22, "fd00::/8"))).IPv6 = tf.Yes
		if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22"); a.Answer != want {
			t.Errorf("private %v: %s, want %s", private, a.Answer, want)
		}
	}
}

// The example of two hosts whose addresses nobody knows is of two addresses.
func TestExampleOfOneSubnet(t *testing.T) {
	w := newWorld()
	w.host("a", w.private, tf.No, w.group("a"))
	w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, "10.0.0.0/8")))
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22"); a.Witness == nil || a.Witness.Source == a.Witness.Destination {
		t.Errorf("for example %v", a.Witness)
	}
}
