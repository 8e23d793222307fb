package reach_test

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
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
