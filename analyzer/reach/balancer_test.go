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

// balancer is a public load balancer with one listener on port 80 that
// forwards to the targets on their port.
func (w *world) balancer(kind string, group *aws.SecurityGroup, port int, targets ...*aws.Interface) *aws.LoadBalancer {
	i := w.host("nodes", w.public, tf.Yes, group)
	w.n.Interfaces = w.n.Interfaces[:len(w.n.Interfaces)-1]
	o := object("aws_lb." + kind)
	i.Object, i.Owner, i.Kind = o, o.Resource, aws.KindLoadBalancer
	w.n.Interfaces = append(w.n.Interfaces, i)
	lb := &aws.LoadBalancer{Object: o, Type: kind, Internal: tf.No, Interface: i, CrossZone: tf.Yes}
	group80 := &aws.TargetGroup{Object: object("aws_lb_target_group." + kind), Port: tf.KnownVal(port), PreserveClientIP: tf.No}
	for _, target := range targets {
		group80.Targets = append(group80.Targets, aws.TargetRef{Interface: to(target)})
	}
	l := &aws.Listener{Object: object("aws_lb_listener." + kind), Port: tf.KnownVal(80), Protocol: tf.KnownVal("HTTP")}
	group80.Protocol = tf.KnownVal("HTTP")
	if kind == "network" {
		l.Protocol, group80.Protocol = tf.KnownVal("TCP"), tf.KnownVal("TCP")
	}
	l.Cause = aws.Cause{Resource: l.Resource}
	l.Forwards.Each = []aws.Link[aws.TargetGroup]{to(group80)}
	lb.Listeners = []*aws.Listener{l}
	w.n.LoadBalancers = append(w.n.LoadBalancers, lb)
	return lb
}

func targets(lb *aws.LoadBalancer) *aws.TargetGroup { return lb.Listeners[0].Forwards.Each[0].To[0] }

// TestLoadBalancers: which listeners and targets the internet reaches.
func TestLoadBalancers(t *testing.T) {
	const (
		listener = "yes aws_lb.application: tcp/80 from 0.0.0.0/0"
		target   = "yes aws_instance.app through aws_lb.application: tcp/80 from 0.0.0.0/0"
	)
	type parts struct {
		*world
		lb   *aws.LoadBalancer
		app  *aws.Interface
		open *aws.SecurityGroup // of the balancer
		own  *aws.SecurityGroup // of the target
	}
	tests := map[string]struct {
		change func(p parts)
		want   []string
	}{
		"LB-2 to a private target":      {func(parts) {}, []string{target, listener}},
		"LB-2 its groups close":         {func(p parts) { p.open.Ingress = nil }, nil},
		"LB-2 its groups let none out":  {func(p parts) { p.open.Egress = nil }, []string{listener}},
		"LB-2 the target's groups":      {func(p parts) { p.own.Ingress = nil }, []string{listener}},
		"LB-2 on another port":          {func(p parts) { targets(p.lb).Port = tf.KnownVal(9090) }, []string{listener}},
		"LB-3 the client is not seen":   {func(p parts) { p.own.Ingress = []aws.Rule{allow("tcp", 8080, 8080, "8.8.8.0/24")} }, []string{listener}},
		"LB-3 the node's address is":    {func(p parts) { p.own.Ingress = []aws.Rule{allow("tcp", 8080, 8080, "10.0.1.0/24")} }, []string{target, listener}},
		"U-10 a part of its subnet":     {func(p parts) { p.own.Ingress = []aws.Rule{allow("tcp", 8080, 8080, "10.0.1.0/25")} }, []string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", listener}},
		"LB-3 a redirect":               {func(p parts) { p.lb.Listeners[0].Forwards = aws.Links[aws.TargetGroup]{} }, []string{listener}},
		"LB-1 internal":                 {func(p parts) { p.lb.Internal, p.lb.Interface.PublicIPv4 = tf.Yes, tf.No }, nil},
		"LB-1 one public subnet of two": {func(p parts) { p.lb.Interface.Subnets.Each = append(p.lb.Interface.Subnets.Each, to(p.private)) }, []string{target, listener}},
		"LB-1 no public subnet": {func(p parts) { p.lb.Interface.Subnets.Each = []aws.Link[aws.Subnet]{to(p.private)} },
			[]string{"no aws_instance.app through aws_lb.application forward only: tcp/80 from 0.0.0.0/0", "no aws_lb.application forward only: tcp/80 from 0.0.0.0/0"}},
		"LB-11 no listener":       {func(p parts) { p.lb.Listeners = nil }, nil},
		"LB-10 a port of its own": {func(p parts) { targets(p.lb).Port = tf.KnownVal(1); targets(p.lb).Targets[0].Port = tf.KnownVal(8080) }, []string{target, listener}},
		"LB-10 an unknown port":   {func(p parts) { targets(p.lb).Port = tf.UnknownVal[int]() }, []string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", listener}},
		"U-1 one of two targets": {func(p parts) {
			targets(p.lb).Targets[0].Interface.To = append(targets(p.lb).Targets[0].Interface.To, p.host("other", p.private, tf.No, p.own))
		}, []string{
			"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0",
			"unknown aws_instance.other through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0",
			listener,
		}},
		"NACL-9 the target's ACL sees the node": {func(p parts) {
			p.private.ACL = to(&aws.ACL{Object: object("aws_network_acl.p"), Ingress: []aws.ACLEntry{entry(1, true, 6, 8080, 8080, "10.0.1.0/24")}, Egress: []aws.ACLEntry{entry(1, true, 6, 1024, 65535, "10.0.1.0/24")}})
		}, []string{target, listener}},
		"NACL-9 and has to let its reply out": {func(p parts) {
			p.private.ACL = to(&aws.ACL{Object: object("aws_network_acl.p"), Ingress: []aws.ACLEntry{entry(1, true, 6, 8080, 8080, "10.0.1.0/24")}})
		}, []string{"no aws_instance.app through aws_lb.application forward only: tcp/80 from 0.0.0.0/0", listener}},
		"IGW-3 dualstack": {func(p parts) {
			p.lb.Interface.IPv6 = tf.Yes
			p.open.Ingress = append(p.open.Ingress, allow("tcp", 80, 80, "::/0"))
		}, []string{target, "yes aws_instance.app through aws_lb.application: tcp/80 from ::/0", listener, "yes aws_lb.application: tcp/80 from ::/0"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := parts{world: newWorld()}
			p.open = p.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
			p.own = p.group("app", allow("tcp", 8080, 8080, p.open))
			p.app = p.host("app", p.private, tf.No, p.own)
			p.lb = p.balancer("application", p.open, 8080, p.app)
			test.change(p)
			p.expect(t, test.want...)
		})
	}
}

// TestClientAddresses: a network load balancer may let the target see the
// client (LB-4).
func TestClientAddresses(t *testing.T) {
	tests := map[string]struct {
		preserve tf.Tri
		rule     func(lb *aws.SecurityGroup) aws.Rule
		want     string
	}{
		"preserved, rule for clients":       {tf.Yes, func(*aws.SecurityGroup) aws.Rule { return allow("tcp", 8080, 8080, "8.8.8.0/24") }, "yes aws_instance.app through aws_lb.network: tcp/80 from 8.8.8.0/24"},
		"preserved, rule for the nodes":     {tf.Yes, func(*aws.SecurityGroup) aws.Rule { return allow("tcp", 8080, 8080, "10.0.1.0/24") }, ""},
		"preserved, rule for its group":     {tf.Yes, func(lb *aws.SecurityGroup) aws.Rule { return allow("tcp", 8080, 8080, lb) }, "yes aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0"},
		"not preserved, rule for clients":   {tf.No, func(*aws.SecurityGroup) aws.Rule { return allow("tcp", 8080, 8080, "8.8.8.0/24") }, ""},
		"not preserved, rule for the nodes": {tf.No, func(*aws.SecurityGroup) aws.Rule { return allow("tcp", 8080, 8080, "10.0.1.0/24") }, "yes aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0"},
		"unknown, rule for clients":         {tf.Maybe, func(*aws.SecurityGroup) aws.Rule { return allow("tcp", 8080, 8080, "8.8.8.0/24") }, "unknown aws_instance.app through aws_lb.network: must nothing | may tcp/80 from 8.8.8.0/24"},
		"unknown, rule for both":            {tf.Maybe, func(*aws.SecurityGroup) aws.Rule { return allow("tcp", 8080, 8080, "0.0.0.0/0") }, "yes aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			open := w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
			lb := w.balancer("network", open, 8080, w.host("app", w.private, tf.No, w.group("app", test.rule(open))))
			targets(lb).PreserveClientIP = test.preserve
			want := []string{"yes aws_lb.network: tcp/80 from 0.0.0.0/0"}
			if test.want != "" {
				want = append([]string{test.want}, want...)
			}
			w.expect(t, want...)
		})
	}
}

// TestHealthChecks: a target that the checks of its group do not reach counts as
// one that gets packets, which is printed (LB-9).
func TestHealthChecks(t *testing.T) {
	const clients, nodes = "0.0.0.0/0", "10.0.1.0/24"
	for name, tt := range map[string]struct {
		change func(*aws.TargetGroup)
		rules  []aws.Rule
		want   bool
	}{
		"like the packets":             {func(*aws.TargetGroup) {}, []aws.Rule{allow("tcp", 8080, 8080, nodes)}, false},
		"on a port that is open":       {func(g *aws.TargetGroup) { g.HealthPort = tf.KnownVal(9000) }, []aws.Rule{allow("tcp", 8080, 9000, nodes)}, false},
		"on a port that is closed":     {func(g *aws.TargetGroup) { g.HealthPort = tf.KnownVal(9000) }, []aws.Rule{allow("tcp", 8080, 8080, nodes)}, true},
		"on a port that nobody knows":  {func(g *aws.TargetGroup) { g.HealthPort = tf.UnknownVal[int]() }, []aws.Rule{allow("tcp", 8080, 8080, nodes)}, false},
		"of nodes that may come":       {func(g *aws.TargetGroup) { g.PreserveClientIP = tf.Yes }, []aws.Rule{allow("tcp", 8080, 8080, clients)}, false},
		"of nodes that may not":        {func(g *aws.TargetGroup) { g.PreserveClientIP = tf.Yes }, []aws.Rule{allow("tcp", 8080, 8080, "8.8.8.0/24")}, true},
		"where no packet comes either": {func(g *aws.TargetGroup) { g.HealthPort = tf.KnownVal(9000) }, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			lb := w.balancer("network", w.group("lb", allow("tcp", 80, 80, clients)), 8080, w.host("app", w.private, tf.No, w.group("app", tt.rules...)))
			tt.change(targets(lb))
			got := false
			for _, f := range reach.Compile(w.n).FromInternet() {
				got = got || slices.ContainsFunc(f.Assumptions, func(a *tf.Assumption) bool { return a.ID == "healthy:aws_instance.app" })
			}
			if got != tt.want {
				t.Errorf("said: %t, want %t", got, tt.want)
			}
		})
	}
}

// TestZones: without cross-zone balancing a node serves its own zone, and
// where that is not known nobody can tell (LB-8, U-8).
func TestZones(t *testing.T) {
	for zone, want := range map[string]reach.Verdict{"a": reach.Yes, "b": reach.No, "": reach.Unknown} {
		w := newWorld()
		w.public.AvailabilityZone, w.private.AvailabilityZone = tf.KnownVal("a"), known(zone == "", zone)
		lb := w.balancer("network", w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0")), 8080, w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, "0.0.0.0/0"))))
		lb.CrossZone = tf.No
		got := reach.No
		for _, f := range reach.Compile(w.n).FromInternet() {
			if f.Through == lb {
				got = f.Verdict()
			}
		}
		if got != want {
			t.Errorf("target in zone %q: %s, want %s", zone, got, want)
		}
	}
}

// TestBalancerBehindBalancer: an application load balancer behind a network
// load balancer hands on to its own targets (LB-7).
func TestBalancerBehindBalancer(t *testing.T) {
	w := newWorld()
	inner := w.group("inner", allow("tcp", 80, 80, "0.0.0.0/0"))
	app := w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, inner)))
	alb := w.balancer("application", inner, 8080, app)
	alb.Internal, alb.Interface.PublicIPv4 = tf.Yes, tf.No
	nlb := w.balancer("network", w.group("outer", allow("tcp", 80, 80, "0.0.0.0/0")), 80)
	targets(nlb).Targets = []aws.TargetRef{{LoadBalancer: to(alb)}}
	w.expect(t,
		"yes aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0",
		"yes aws_lb.network: tcp/80 from 0.0.0.0/0",
	)
	targets(nlb).Port = tf.KnownVal(81) // on which nothing listens
	w.expect(t, "yes aws_lb.network: tcp/80 from 0.0.0.0/0")
}

// TestClassicLoadBalancer: its listeners carry their targets, and its ACL
// filters inside the subnet too (LB-5, NACL-6).
func TestClassicLoadBalancer(t *testing.T) {
	w := newWorld()
	open := w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
	app := w.host("app", w.public, tf.No, w.group("app", allow("tcp", 8080, 8080, open)))
	lb := w.balancer("classic", open, 0)
	l := lb.Listeners[0]
	l.Forwards, l.InstancePort, l.Targets = aws.Links[aws.TargetGroup]{}, tf.KnownVal(8080), []aws.TargetRef{{Interface: to(app)}}
	w.expect(t, "yes aws_instance.app through aws_lb.classic: tcp/80 from 0.0.0.0/0", "yes aws_lb.classic: tcp/80 from 0.0.0.0/0")
	w.manage(passAll, []aws.ACLEntry{entry(1, true, 6, 1024, 8079, "0.0.0.0/0"), entry(2, true, 6, 8081, 65535, "0.0.0.0/0")})
	w.expect(t, "yes aws_lb.classic: tcp/80 from 0.0.0.0/0 ports 1024-8079,8081-65535")
}

// TestDelivered: what a target gets is on its own port.
func TestDelivered(t *testing.T) {
	w := newWorld()
	open := w.group("lb", allow("tcp", 80, 80, "8.8.8.0/24"))
	w.balancer("application", open, 8080, w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, open))))
	for _, f := range reach.Compile(w.n).FromInternet() {
		want := "tcp/80 from 8.8.8.0/24"
		if f.Through != nil {
			want = "tcp/8080 from 8.8.8.0/24"
		}
		if got := f.Delivered.Must.String(); got != want {
			t.Errorf("%s gets %s, want %s", f.To.Label, got, want)
		}
	}
}

// A target group may serve its own zone only, whatever the load balancer does
// (LB-8).
func TestZonesOfTargetGroups(t *testing.T) {
	for name, test := range map[string]struct {
		balancer tf.Tri
		group    tf.Val[bool]
		zone     tf.Val[string]
		want     reach.Verdict
	}{
		"across zones":                   {tf.Yes, tf.Val[bool]{}, tf.KnownVal("b"), reach.Yes},
		"the group does not":             {tf.Yes, tf.KnownVal(false), tf.KnownVal("b"), reach.No},
		"the group does":                 {tf.No, tf.KnownVal(true), tf.KnownVal("b"), reach.Yes},
		"the balancer does not":          {tf.No, tf.Val[bool]{}, tf.KnownVal("b"), reach.No},
		"nobody knows":                   {tf.Yes, tf.UnknownVal[bool](), tf.KnownVal("b"), reach.Unknown},
		"in one zone":                    {tf.No, tf.KnownVal(false), tf.KnownVal("a"), reach.Yes},
		"in a zone that nobody knows":    {tf.No, tf.KnownVal(false), tf.UnknownVal[string](), reach.Unknown},
		"nobody knows, but in one zone":  {tf.Maybe, tf.Val[bool]{}, tf.KnownVal("a"), reach.Yes},
		"nobody knows of the balancer":   {tf.Maybe, tf.Val[bool]{}, tf.KnownVal("b"), reach.Unknown},
		"the group knows, not the other": {tf.Maybe, tf.KnownVal(true), tf.KnownVal("b"), reach.Yes},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.public.AvailabilityZone, w.private.AvailabilityZone = tf.KnownVal("a"), test.zone
			open := w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
			lb := w.balancer("application", open, 8080, w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, open))))
			lb.CrossZone, targets(lb).CrossZone = test.balancer, test.group
			a := w.ask(t, "internet", "aws_instance.app", "tcp/80")
			got := reach.No
			if len(a.Through) > 0 {
				got = a.Through[0].Verdict()
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// Targets of IPv6 see clients of IPv6, and the balancer's own address for
// others (LB-4).
func TestTargetsOfIPv6(t *testing.T) {
	for name, test := range map[string]struct {
		rule string
		want []string
	}{
		"rule for everyone": {"::/0", []string{
			"yes aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0", "yes aws_instance.app through aws_lb.network: tcp/80 from ::/0"}},
		"rule for some clients": {"2001:db8:9::/48", []string{"yes aws_instance.app through aws_lb.network: tcp/80 from 2001:db8:9::/48"}},
		"rule for the nodes":    {"2001:db8:0:1::/64", []string{"yes aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0"}},
		"rule for IPv4":         {"0.0.0.0/0", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			block := func(cidr string) *aws.Block {
				return &aws.Block{Prefix: netip.MustParsePrefix(cidr), Family: packet.IPv6, Private: tf.No}
			}
			w.vpc.CIDRs = append(w.vpc.CIDRs, *block("2001:db8::/56"))
			w.public.IPv6, w.private.IPv6 = block("2001:db8:0:1::/64"), block("2001:db8:0:2::/64")
			open := w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0", "::/0"))
			app := w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, test.rule)))
			app.IPv6 = tf.Yes
			app.PublicIPv4 = tf.No
			lb := w.balancer("network", open, 8080, app)
			lb.Interface.IPv6 = tf.Yes
			targets(lb).IPv6, targets(lb).PreserveClientIP = tf.Yes, tf.Yes
			var got []string
			for line := range strings.Lines(w.flows()) {
				if strings.Contains(line, "through") {
					got = append(got, strings.TrimSpace(line))
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "; "), strings.Join(test.want, "; "))
			}
		})
	}
}

// Each node of a network load balancer sends from its own subnet, also where
// the target sees the client (NACL-9, LB-4).
func TestNodesOfPreservedClients(t *testing.T) {
	w := newWorld()
	closed := w.subnet("closed", "10.0.3.0/24", w.toGateway("0.0.0.0/0"))
	closed.ACL = to(&aws.ACL{Object: object("aws_network_acl.closed"), Ingress: passAll, Egress: []aws.ACLEntry{
		entry(1, false, 6, 8080, 8080, "10.0.2.0/24"), entry(2, true, -1, 0, 0, "0.0.0.0/0")}})
	open := w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
	lb := w.balancer("network", open, 8080, w.host("app", w.private, tf.No, w.group("app", allow("tcp", 8080, 8080, "0.0.0.0/0"))))
	lb.Interface.Subnets.Each = []aws.Link[aws.Subnet]{to(closed), to(w.public)}
	targets(lb).PreserveClientIP = tf.Yes
	w.expect(t, "yes aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0", "yes aws_lb.network: tcp/80 from 0.0.0.0/0")
}

// A load balancer reaches its targets only, and nothing where it has none
// (LB-7, LB-11).
func TestNoTarget(t *testing.T) {
	w := newWorld()
	app := w.host("app", w.private, tf.No, w.group("app", allow("-1", 0, 0, "0.0.0.0/0")))
	w.host("other", w.private, tf.No, w.group("other", allow("-1", 0, 0, "0.0.0.0/0")))
	lb := w.balancer("application", w.group("lb"), 8080, app)
	if got := codes(w.ask(t, "aws_lb.application", "aws_instance.other", "tcp/8080")); got != "TARGET_ADDRESS_RESTRICTION at aws_lb.application" {
		t.Errorf("no target: %s", got)
	}
	targets(lb).Targets = nil
	if got := codes(w.ask(t, "aws_lb.application", "aws_instance.other", "tcp/8080")); got != "ELBV2_LISTENER_HAS_NO_TG at aws_lb.application" {
		t.Errorf("no targets at all: %s", got)
	}
}
