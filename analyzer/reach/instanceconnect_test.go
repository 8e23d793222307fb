package reach_test

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// An Instance Connect endpoint opens connections for people, to TCP 22 and
// 3389, which the target's rules admit by its group, or by whom they see (EP-6).
func TestInstanceConnect(t *testing.T) {
	byGroup := func(_ *world, endpoint *aws.SecurityGroup) aws.Rule { return allow("tcp", 0, 65535, endpoint) }
	byAddress := func(cidr string) func(*world, *aws.SecurityGroup) aws.Rule {
		return func(*world, *aws.SecurityGroup) aws.Rule { return allow("tcp", 0, 65535, cidr) }
	}
	for name, test := range map[string]struct {
		preserve tf.Tri
		rule     func(*world, *aws.SecurityGroup) aws.Rule
		egress   []aws.Rule
		flow     string
		want     reach.Verdict
		code     string
	}{
		"by its group":                     {tf.No, byGroup, nil, "tcp/22", reach.Yes, ""},
		"by its group, whoever is seen":    {tf.Yes, byGroup, nil, "tcp/3389", reach.Yes, ""},
		"on another port":                  {tf.No, byGroup, nil, "tcp/443", reach.No, "PROTOCOL_RESTRICTION at aws_instance.endpoint"},
		"by its address":                   {tf.No, byAddress("10.0.1.0/24"), nil, "tcp/22", reach.Yes, ""},
		"its address is not seen":          {tf.Yes, byAddress("10.0.1.0/24"), nil, "tcp/22", reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.app"},
		"the client's is":                  {tf.Yes, byAddress("8.8.8.0/24"), nil, "tcp/22", reach.Yes, ""},
		"the client's is not":              {tf.No, byAddress("8.8.8.0/24"), nil, "tcp/22", reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.app"},
		"the client's may be":              {tf.Maybe, byAddress("8.8.8.0/24"), nil, "tcp/22", reach.Unknown, ""},
		"its group lets nothing out there": {tf.No, byGroup, []aws.Rule{allow("tcp", 22, 22, "10.9.0.0/16")}, "tcp/22", reach.No, "ENI_SG_RULES_MISMATCH at aws_security_group.endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			group := w.group("endpoint")
			if test.egress != nil {
				group.Egress = test.egress
			}
			i := w.host("endpoint", w.public, tf.No, group)
			i.Kind, i.Inbound = aws.KindEndpoint, tf.No
			w.n.InstanceConnects = []*aws.InstanceConnectEndpoint{{Object: i.Object, Interface: i, PreserveClientIP: test.preserve}}
			w.host("app", w.private, tf.No, w.group("app", test.rule(w, group)))
			if a := w.ask(t, "aws_instance.endpoint", "internet", test.flow); a.Forward != reach.No {
				t.Errorf("beyond interfaces: %s", a.Forward)
			}
			a := w.ask(t, "aws_instance.endpoint", "aws_instance.app", test.flow)
			if a.Answer != test.want || codes(a) != test.code {
				t.Errorf("%s (%s), want %s (%s)", a.Answer, codes(a), test.want, test.code)
			}
		})
	}
}

// An endpoint that keeps the client's address, in one of two subnets that
// nobody can tell (SVC-1), is what both are: what one lets out is not taken for
// what the other does (EP-6, NACL-5).
func TestInstanceConnectInOneOfTwoSubnets(t *testing.T) {
	for name, test := range map[string]struct {
		in   []string
		want reach.Verdict
	}{
		"in the open one":                  {[]string{"public"}, reach.Yes},
		"in the closed one":                {[]string{"private"}, reach.No},
		"in one of them, the open one 1st": {[]string{"public", "private"}, reach.Unknown},
		"in one of them, the closed 1st":   {[]string{"private", "public"}, reach.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			closed := w.manage(passAll, passAll[1:])
			w.public.ACL, w.private.ACL = to(w.acl), to(closed)
			target := w.subnet("target", "10.0.3.0/24")
			i := w.host("endpoint", w.public, tf.No, w.group("endpoint"))
			i.Kind, i.Inbound, i.AnySubnet, i.Subnets.Each = aws.KindEndpoint, tf.No, len(test.in) > 1, nil
			for _, name := range test.in {
				i.Subnets.Each = append(i.Subnets.Each, to(map[string]*aws.Subnet{"public": w.public, "private": w.private}[name]))
			}
			w.n.InstanceConnects = []*aws.InstanceConnectEndpoint{{Object: i.Object, Interface: i, PreserveClientIP: tf.Yes}}
			w.host("app", target, tf.No, w.group("app", allow("tcp", 22, 22, "0.0.0.0/0")))
			if a := w.ask(t, "aws_instance.endpoint", "aws_instance.app", "tcp/22"); a.Answer != test.want {
				t.Errorf("%s (%s), want %s", a.Answer, codes(a), test.want)
			}
		})
	}
}

// What keeps the client's address is found by rules for that too, whether one
// asks for an answer or for all flows (EP-6).
func TestInstanceConnectIsSeenByItsClients(t *testing.T) {
	w := newWorld()
	i := w.host("endpoint", w.public, tf.No, w.group("endpoint"))
	i.Kind, i.Inbound = aws.KindEndpoint, tf.No
	w.n.InstanceConnects = []*aws.InstanceConnectEndpoint{{Object: i.Object, Interface: i, PreserveClientIP: tf.Yes}}
	w.host("app", w.private, tf.No, w.group("app", allow("tcp", 22, 22, "8.8.8.8/32")))
	g := reach.Compile(w.n)
	var ends [2]reach.Endpoint
	for n, name := range []string{"aws_instance.endpoint", "aws_instance.app"} {
		e, err := g.Endpoint(name)
		if err != nil {
			t.Fatal(err)
		}
		ends[n] = e
	}
	if flows := g.Between(ends[0], ends[1], packet.Everything(packet.IPv4)); len(flows) != 1 || !flows[0].Reachable.Must.Contains(pkt("8.8.8.8", "10.0.2.9", 22)) {
		t.Errorf("the flows are %v", flows)
	}
}
