package reach_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// firewall adds a Network Firewall with an endpoint in each subnet.
func (w *world) firewall(subnets ...*aws.Subnet) (*aws.Firewall, *aws.FirewallPolicy) {
	p := &aws.FirewallPolicy{
		Object: object("aws_networkfirewall_firewall_policy.p"), StrictOrder: tf.No,
		StatelessDefault: tf.KnownVal(aws.FirewallForward), FragmentDefault: tf.KnownVal(aws.FirewallForward),
	}
	fw := &aws.Firewall{Object: object("aws_networkfirewall_firewall.f"), VPC: to(w.vpc), Policy: to(p)}
	for _, s := range subnets {
		fw.Subnets.Each = append(fw.Subnets.Each, to(s))
	}
	w.n.Firewalls = append(w.n.Firewalls, fw)
	return fw, p
}

func toFirewall(cidr string, fw *aws.Firewall, at *aws.Subnet) aws.Route {
	return route(cidr, aws.Target{Kind: aws.TargetEndpoint, Firewall: to(fw), FirewallSubnet: to(at), Label: fw.Label})
}

// inspected is a world in which a firewall stands between its two subnets, a
// host in each: a in the public one, b in the private one.
func inspected() (w *world, p *aws.FirewallPolicy, box *aws.Subnet) {
	w = newWorld()
	box = w.subnet("box", "10.0.9.0/24")
	fw, p := w.firewall(box)
	w.host("a", w.public, tf.No, w.group("a", allow("-1", 0, 0, "0.0.0.0/0")))
	w.host("b", w.private, tf.No, w.group("b", allow("-1", 0, 0, "0.0.0.0/0")))
	table(w.public).Routes = append(table(w.public).Routes, toFirewall("10.0.2.0/24", fw, box))
	table(w.private).Routes = []aws.Route{toFirewall("10.0.1.0/24", fw, box)}
	return w, p, box
}

// TestMoreSpecificThanLocal: routes for a whole subnet lead through a middlebox,
// both ways (RT-3), past its subnet's ACL (NACL-9), and without references to
// groups (SG-9).
func TestMoreSpecificThanLocal(t *testing.T) {
	tests := map[string]struct {
		change          func(w *world, box *aws.Subnet)
		forward, answer reach.Verdict
		codes, waits    string
	}{
		"RT-3 through the firewall, both ways": {func(*world, *aws.Subnet) {}, reach.Yes, reach.Yes, "", ""},
		"RT-11 the reply passes by it": {func(w *world, _ *aws.Subnet) { table(w.private).Routes = nil },
			reach.Yes, reach.Unknown, "", "one-sided:aws_networkfirewall_firewall.f"},
		"NACL-9 the ACL of its subnet": {func(_ *world, box *aws.Subnet) {
			box.ACL = to(&aws.ACL{Object: object("aws_network_acl.box"), Ingress: passAll})
		}, reach.No, reach.No, "SUBNET_ACL_RESTRICTION at aws_network_acl.box, SUBNET_ACL_RESTRICTION at aws_network_acl.box", ""},
		"SG-9 a reference": {func(w *world, _ *aws.Subnet) {
			w.n.SecurityGroups[1].Ingress = []aws.Rule{allow("-1", 0, 0, w.n.SecurityGroups[0])}
		}, reach.No, reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.b", ""},
		"RT-3 a route for a part of a subnet is refused": {func(w *world, _ *aws.Subnet) {
			r := &table(w.public).Routes[len(table(w.public).Routes)-1]
			r.Destination = tf.KnownVal(netip.MustParsePrefix("10.0.2.0/25"))
			table(w.private).Routes = nil
		}, reach.Unknown, reach.Unknown, "", "route:aws_route.r, one-sided:aws_networkfirewall_firewall.f"},
		"RT-3 in place of the local route": {func(w *world, box *aws.Subnet) {
			for _, s := range []*aws.Subnet{w.public, w.private} {
				r := &table(s).Routes[len(table(s).Routes)-1]
				r.Destination = tf.KnownVal(netip.MustParsePrefix("10.0.0.0/16"))
			}
		}, reach.Yes, reach.Yes, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w, _, box := inspected()
			test.change(w, box)
			a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80")
			if a.Forward != test.forward || a.Answer != test.answer || codes(a) != test.codes || facts(a.Waits) != test.waits {
				t.Errorf("forward %s, %s by %q waiting for %q", a.Forward, a.Answer, codes(a), facts(a.Waits))
			}
		})
	}
}

func prefixList(texts ...string) (out []tf.Val[netip.Prefix]) {
	for _, p := range prefixes(texts...) {
		out = append(out, tf.KnownVal(p))
	}
	return out
}

func span(from, to int) aws.PortSpan {
	return aws.PortSpan{From: tf.KnownVal(from), To: tf.KnownVal(to)}
}

// tuple is a stateful rule for TCP from anywhere to a port.
func tuple(action aws.FirewallAction, port int) aws.StatefulRule {
	anywhere := tf.KnownVal(prefixes("0.0.0.0/0", "::/0"))
	return aws.StatefulRule{
		Action: tf.KnownVal(action), Protocol: tf.KnownVal("TCP"), Both: tf.No, Source: anywhere, Destination: anywhere,
		SourcePort: tf.KnownVal([]aws.PortSpan{span(0, 65535)}), DestinationPort: tf.KnownVal([]aws.PortSpan{span(port, port)}),
	}
}

// TestFirewallRules: what the policy of a Network Firewall does to tcp/80
// (APP-2).
func TestFirewallRules(t *testing.T) {
	stateless := func(action aws.FirewallAction, r aws.StatelessRule) aws.StatelessRule {
		r.Action, r.Priority, r.Protocols = tf.KnownVal(action), tf.KnownVal(1), []tf.Val[int]{tf.KnownVal(6)}
		return r
	}
	first := func(p *aws.FirewallPolicy, rules ...aws.StatelessRule) {
		p.Stateless = append(p.Stateless, aws.StatelessGroup{Priority: tf.KnownVal(len(p.Stateless)), Rules: rules})
	}
	then := func(p *aws.FirewallPolicy, rules ...aws.StatefulRule) {
		p.Stateful = append(p.Stateful, aws.StatefulGroup{Priority: tf.KnownVal(len(p.Stateful)), Rules: rules})
	}
	strict := func(p *aws.FirewallPolicy, defaults ...string) {
		p.StrictOrder = tf.Yes
		for _, d := range defaults {
			p.StatefulDefaults = append(p.StatefulDefaults, tf.KnownVal(d))
		}
	}
	web := aws.StatelessRule{DestinationPorts: []aws.PortSpan{span(80, 80)}}
	tests := map[string]struct {
		policy          func(p *aws.FirewallPolicy)
		forward, answer reach.Verdict
	}{
		"no stateful rule matches": {func(p *aws.FirewallPolicy) { then(p, tuple(aws.FirewallDrop, 443)) }, reach.Yes, reach.Yes},
		"dropped":                  {func(p *aws.FirewallPolicy) { then(p, tuple(aws.FirewallDrop, 80)) }, reach.No, reach.No},
		"rejected":                 {func(p *aws.FirewallPolicy) { then(p, tuple(aws.FirewallReject, 80)) }, reach.No, reach.No},
		"pass goes before drop":    {func(p *aws.FirewallPolicy) { then(p, tuple(aws.FirewallDrop, 80), tuple(aws.FirewallPass, 80)) }, reach.Yes, reach.Yes},
		"strict: drop first": {func(p *aws.FirewallPolicy) {
			strict(p)
			then(p, tuple(aws.FirewallDrop, 80), tuple(aws.FirewallPass, 80))
		}, reach.No, reach.No},
		"strict: pass first, else drop":         {func(p *aws.FirewallPolicy) { strict(p, "aws:drop_strict"); then(p, tuple(aws.FirewallPass, 80)) }, reach.Yes, reach.Yes},
		"strict: nothing passes by itself":      {func(p *aws.FirewallPolicy) { strict(p, "aws:drop_strict"); then(p, tuple(aws.FirewallAlert, 80)) }, reach.No, reach.No},
		"strict: established flows are dropped": {func(p *aws.FirewallPolicy) { strict(p, "aws:drop_established", "aws:alert_established") }, reach.Unknown, reach.Unknown},
		"the order is not known": {func(p *aws.FirewallPolicy) {
			then(p, tuple(aws.FirewallDrop, 80), tuple(aws.FirewallPass, 80))
			p.StrictOrder = tf.Maybe
		}, reach.Unknown, reach.Unknown},
		"a group that nobody reads": {func(p *aws.FirewallPolicy) {
			p.Stateful = []aws.StatefulGroup{{Priority: tf.KnownVal(1), Opaque: true}}
		}, reach.Unknown, reach.Unknown},
		"a group that nobody reads, behind a pass": {func(p *aws.FirewallPolicy) {
			strict(p)
			then(p, tuple(aws.FirewallPass, 80))
			p.Stateful = append(p.Stateful, aws.StatefulGroup{Priority: tf.KnownVal(2), Opaque: true})
		}, reach.Yes, reach.Yes}, // APP-2: nothing looks at the flow again
		"a protocol above TCP": {func(p *aws.FirewallPolicy) {
			r := tuple(aws.FirewallDrop, 80)
			r.Protocol = tf.KnownVal("HTTP")
			then(p, r)
		}, reach.Unknown, reach.Unknown},
		"the other direction": {func(p *aws.FirewallPolicy) {
			r := tuple(aws.FirewallDrop, 80)
			r.Source = tf.KnownVal(prefixes("10.0.2.0/24"))
			then(p, r)
		}, reach.Yes, reach.Yes},
		"either direction": {func(p *aws.FirewallPolicy) {
			r := tuple(aws.FirewallDrop, 80)
			r.Source, r.Destination = tf.KnownVal(prefixes("10.0.2.0/24")), tf.KnownVal(prefixes("10.0.1.0/24"))
			r.SourcePort, r.DestinationPort, r.Both = r.DestinationPort, r.SourcePort, tf.Yes
			then(p, r)
		}, reach.No, reach.No},
		"stateless drop before stateful pass": {func(p *aws.FirewallPolicy) {
			first(p, stateless(aws.FirewallDrop, web))
			then(p, tuple(aws.FirewallPass, 80))
		}, reach.No, reach.No},
		"stateless: the first rule decides": {func(p *aws.FirewallPolicy) {
			first(p, stateless(aws.FirewallForward, web))
			first(p, stateless(aws.FirewallDrop, web))
		}, reach.Yes, reach.Yes},
		"stateless: nothing passes by default": {func(p *aws.FirewallPolicy) { p.StatelessDefault = tf.KnownVal(aws.FirewallDrop) }, reach.No, reach.No},
		"stateless: the reply is a packet of its own": {func(p *aws.FirewallPolicy) {
			p.StatelessDefault = tf.KnownVal(aws.FirewallDrop)
			first(p, stateless(aws.FirewallPass, web))
		}, reach.Yes, reach.No},
		"stateless: both directions": {func(p *aws.FirewallPolicy) {
			p.StatelessDefault = tf.KnownVal(aws.FirewallDrop)
			first(p, stateless(aws.FirewallPass, web), stateless(aws.FirewallPass, aws.StatelessRule{
				Sources: prefixList("10.0.2.0/24"), SourcePorts: []aws.PortSpan{span(80, 80)},
			}))
		}, reach.Yes, reach.Yes},
		"stateless: TCP flags": {func(p *aws.FirewallPolicy) { r := stateless(aws.FirewallDrop, web); r.Flags = true; first(p, r) }, reach.Unknown, reach.Unknown},
		"U-22 a priority that is unknown": {func(p *aws.FirewallPolicy) {
			r := stateless(aws.FirewallDrop, aws.StatelessRule{DestinationPorts: []aws.PortSpan{span(443, 443)}})
			r.Priority = tf.UnknownVal[int]()
			first(p, r)
		}, reach.Unknown, reach.Unknown},
		"U-24 a policy that is not shown": {func(p *aws.FirewallPolicy) { p.Open = true }, reach.Unknown, reach.Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w, p, _ := inspected()
			test.policy(p)
			a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80")
			if a.Forward != test.forward || a.Answer != test.answer {
				t.Errorf("forward %s, %s by %s", a.Forward, a.Answer, codes(a))
			}
			if a.Forward == reach.No && !strings.HasPrefix(codes(a), "FIREWALL_RULES_RESTRICTION at aws_networkfirewall_firewall_policy.p") {
				t.Errorf("blocked by %s", codes(a))
			}
		})
	}
}

// TestGatewayRouteTable: what arrives for a subnet passes the firewall that the
// gateway's table sends it to, and replies have to as well (RT-9).
func TestGatewayRouteTable(t *testing.T) {
	guarded := func() (*world, *aws.FirewallPolicy) {
		w := newWorld()
		box := w.subnet("box", "10.0.9.0/24", w.toGateway("0.0.0.0/0"))
		fw, p := w.firewall(box)
		edge := &aws.RouteTable{Object: object("aws_route_table.edge"), VPC: to(w.vpc), Edge: true, EdgeGateway: to(w.gateway),
			Routes: []aws.Route{toFirewall("10.0.1.0/24", fw, box)}}
		w.n.RouteTables = append(w.n.RouteTables, edge)
		table(w.public).Routes = []aws.Route{toFirewall("0.0.0.0/0", fw, box)}
		w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 0, 65535, "0.0.0.0/0")))
		return w, p
	}
	w, p := guarded()
	p.Stateful = []aws.StatefulGroup{{Priority: tf.KnownVal(1), Rules: []aws.StatefulRule{tuple(aws.FirewallDrop, 22)}}}
	for flow, want := range map[string]reach.Verdict{"tcp/80": reach.Yes, "tcp/22": reach.No} {
		if a := w.ask(t, "internet", "aws_instance.a", flow); a.Answer != want || a.Complete != (want == reach.Yes) {
			t.Errorf("in, %s: %s by %s", flow, a.Answer, codes(a))
		}
	}
	if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != reach.Yes {
		t.Errorf("out: %s by %s", a.Answer, codes(a))
	}
	w, _ = guarded()
	table(w.public).Routes = []aws.Route{w.toGateway("0.0.0.0/0")}
	for _, pair := range [][2]string{{"internet", "aws_instance.a"}, {"aws_instance.a", "internet"}} {
		a := w.ask(t, pair[0], pair[1], "tcp/80")
		if a.Answer != reach.No || len(a.Blockers) == 0 || a.Blockers[len(a.Blockers)-1].Code != "INGRESS_RTB_TRAFFIC_REDIRECTION" && codes(a) != "NO_ROUTE_TO_DESTINATION at aws_route_table.public" {
			t.Errorf("%v: %s by %s", pair, a.Answer, codes(a))
		}
	}
	// It concerns what arrives from the internet, and nothing from inside.
	w, _ = guarded()
	w.host("b", w.private, tf.No, w.group("b"))
	if a := w.ask(t, "aws_instance.b", "aws_instance.a", "tcp/22"); a.Answer != reach.Yes || !a.Complete {
		t.Errorf("inside: %s by %s", a.Answer, codes(a))
	}
}

// RT-9: what comes from the internet goes through an appliance only if that has a
// public address, and a virtual private gateway leads to no endpoint.
func TestMiddleboxesOfGateways(t *testing.T) {
	for public, want := range map[tf.Tri]reach.Verdict{tf.Yes: reach.Unknown, tf.No: reach.No} {
		w := newWorld()
		box := w.host("box", w.subnet("box", "10.0.9.0/24", w.toGateway("0.0.0.0/0")), public, w.group("box", allow("-1", 0, 0, "0.0.0.0/0")))
		box.SourceDestCheck = tf.No
		toBox := func(cidr string) aws.Route {
			return route(cidr, aws.Target{Kind: aws.TargetInterface, Interface: to(box), Label: box.Label})
		}
		w.n.RouteTables = append(w.n.RouteTables, &aws.RouteTable{Object: object("aws_route_table.edge"), VPC: to(w.vpc), Edge: true, EdgeGateway: to(w.gateway),
			Routes: []aws.Route{toBox("10.0.1.0/24")}})
		table(w.public).Routes = []aws.Route{toBox("0.0.0.0/0")}
		w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 80, 80, "0.0.0.0/0")))
		a := w.ask(t, "internet", "aws_instance.a", "tcp/80")
		if a.Answer != want || a.Answer == reach.No && !strings.Contains(codes(a), "INGRESS_RTB_NO_PUBLIC_IP at aws_instance.box") {
			t.Errorf("public %s: %s by %s", public, a.Answer, codes(a))
		}
	}
	for _, endpoint := range []bool{false, true} {
		o := newOffice()
		box := o.subnet("box", "10.0.9.0/24")
		o.propagate(box)
		fw, _ := o.firewall(box)
		edge := &aws.RouteTable{Object: object("aws_route_table.edge"), VPC: to(o.vpc), Edge: true, EdgeVPN: to(o.gw)}
		if endpoint {
			edge.Routes = []aws.Route{toFirewall("10.0.2.0/24", fw, box)}
		}
		o.n.RouteTables = append(o.n.RouteTables, edge)
		want := reach.Yes
		if endpoint {
			want = reach.No
		}
		if a := o.ask(t, "onprem:192.168.1.1", "aws_instance.a", "tcp/22"); a.Forward != want {
			t.Errorf("endpoint %t: %s by %s", endpoint, a.Forward, codes(a))
		}
	}
}

// TestGatewayBalancerEndpoint: what passes the appliances behind an endpoint of
// a gateway load balancer nobody knows (EP-4).
func TestGatewayBalancerEndpoint(t *testing.T) {
	w, _, box := inspected()
	e := &aws.Endpoint{Object: object("aws_vpc_endpoint.e"), Kind: tf.KnownVal(aws.GatewayBalancerEndpoint), VPC: to(w.vpc),
		Interface: &aws.Interface{Object: object("aws_vpc_endpoint.e"), HasGroups: tf.No, Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{to(box)}}}}
	w.n.Endpoints = []*aws.Endpoint{e}
	for _, s := range []*aws.Subnet{w.public, w.private} {
		table(s).Routes[len(table(s).Routes)-1].Target = aws.Target{Kind: aws.TargetEndpoint, Endpoint: to(e), Label: e.Label}
	}
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Unknown || facts(a.Waits) != "boundary:aws_vpc_endpoint.e" {
		t.Errorf("%s waiting for %s", a.Answer, facts(a.Waits))
	}
	box.ACL = to(&aws.ACL{Object: object("aws_network_acl.box")})
	if a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.No {
		t.Errorf("behind a closed ACL: %s", a.Answer)
	}
}

// TestNATInstance: an appliance may give its own address to what it passes on,
// and then it takes a public one to get out (APP-1, NAT-9).
func TestNATInstance(t *testing.T) {
	for public, want := range map[tf.Tri]reach.Verdict{tf.Yes: reach.Unknown, tf.No: reach.No} {
		w := newWorld()
		w.host("a", w.private, tf.No, w.group("a"))
		box := w.host("box", w.public, public, w.group("box", allow("tcp", 443, 443, "10.0.0.0/16")))
		box.SourceDestCheck = tf.No
		table(w.private).Routes = []aws.Route{route("0.0.0.0/0", aws.Target{Kind: aws.TargetInterface, Interface: to(box), Label: box.Label})}
		if a := w.ask(t, "aws_instance.a", "internet", "tcp/443"); a.Answer != want {
			t.Errorf("public %s: %s by %s", public, a.Answer, codes(a))
		}
		if a := w.ask(t, "aws_instance.a", "internet", "tcp/80"); a.Answer != reach.No {
			t.Errorf("past its group: %s", a.Answer)
		}
	}
}

// TestCentralInspection: two VPCs that meet in the firewall of a third one, over
// a transit gateway in appliance mode (TGW-6, TGW-10, RT-11).
func TestCentralInspection(t *testing.T) {
	central := func(mode tf.Tri) *hub {
		h := newHub()
		spokes := &aws.TransitTable{Object: object("aws_ec2_transit_gateway_route_table.spokes"), Gateway: to(h.gw)}
		h.at["a"].Association, h.at["b"].Association = to(spokes), to(spokes)
		var doors, boxes []*aws.Subnet
		for n, zone := range []string{"eu-west-1a", "eu-west-1b"} {
			door := h.subnet("door"+zone, []string{"10.0.20.0/28", "10.0.21.0/28"}[n])
			box := h.subnet("box"+zone, []string{"10.0.30.0/28", "10.0.31.0/28"}[n], h.toTransit("0.0.0.0/0"))
			door.AvailabilityZone, box.AvailabilityZone = tf.KnownVal(zone), tf.KnownVal(zone)
			doors, boxes = append(doors, door), append(boxes, box)
		}
		fw, p := h.firewall(boxes...)
		p.Stateful = []aws.StatefulGroup{{Priority: tf.KnownVal(1), Rules: []aws.StatefulRule{tuple(aws.FirewallDrop, 22)}}}
		for n, door := range doors {
			table(door).Routes = []aws.Route{toFirewall("0.0.0.0/0", fw, boxes[n])}
		}
		h.attach("inspection", h.vpc, doors...)
		h.at["inspection"].ApplianceMode = mode
		h.static(spokes, "0.0.0.0/0", h.at["inspection"])
		return h
	}
	for _, mode := range []tf.Tri{tf.Yes, tf.No} {
		h := central(mode)
		if a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Answer != reach.Yes {
			t.Errorf("mode %s: %s by %s waiting for %s", mode, a.Answer, codes(a), facts(a.Waits))
		}
		if a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22"); a.Answer != reach.No {
			t.Errorf("mode %s, tcp/22: %s", mode, a.Answer)
		}
		// Without appliance mode the flow of two zones meets two endpoints.
		h.sub["b"].AvailabilityZone = tf.KnownVal("eu-west-1b")
		want := map[tf.Tri]reach.Verdict{tf.Yes: reach.Yes, tf.No: reach.Unknown}[mode]
		if a := h.ask(t, "aws_instance.a", "aws_instance.b", "tcp/80"); a.Forward != reach.Yes || a.Answer != want {
			t.Errorf("mode %s, two zones: %s by %s waiting for %s", mode, a.Answer, codes(a), facts(a.Waits))
		}
	}
}
