package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Clients of a Client VPN endpoint get where an authorization rule and a route
// lead, seen as the endpoint's interface (VPN-6).
func TestClientVPN(t *testing.T) {
	rule := func(cidr string, s *aws.Subnet) aws.ClientVPNRule {
		r := aws.ClientVPNRule{Cause: aws.Cause{Resource: resource("aws_ec2_client_vpn_route.r")}, Destination: tf.KnownVal(netip.MustParsePrefix(cidr))}
		if s != nil {
			r.Subnet = to(s)
		}
		return r
	}
	const app, internet = "aws_instance.app", "internet"
	for name, test := range map[string]struct {
		change func(w *world, c *aws.ClientVPN)
		to     string
		want   reach.Verdict
		code   string
	}{
		"authorized, inside the VPC": {func(*world, *aws.ClientVPN) {}, app, reach.Yes, ""},
		"not authorized":             {func(_ *world, c *aws.ClientVPN) { c.Authorizations = nil }, app, reach.No, "NO_ROUTE_TO_DESTINATION at aws_instance.vpn"},
		"authorized for others":      {func(_ *world, c *aws.ClientVPN) { c.Authorizations[0] = rule("10.0.1.0/24", nil) }, app, reach.No, "NO_ROUTE_TO_DESTINATION at aws_instance.vpn"},
		"authorized for a part":      {func(_ *world, c *aws.ClientVPN) { c.Authorizations[0] = rule("10.0.2.0/25", nil) }, app, reach.Unknown, ""},
		"perhaps authorized":         {func(_ *world, c *aws.ClientVPN) { c.Authorizations[0].Maybe = true }, app, reach.Unknown, ""},
		"authorized, nobody knows for what": {func(_ *world, c *aws.ClientVPN) {
			c.Authorizations[0].Destination = tf.UnknownVal[netip.Prefix]()
		}, app, reach.Unknown, ""},
		"rules that the input does not show": {func(_ *world, c *aws.ClientVPN) { c.Authorizations, c.Open = nil, true }, app, reach.Unknown, ""},
		"to the internet without a route": {func(_ *world, c *aws.ClientVPN) { c.Authorizations[0] = rule("0.0.0.0/0", nil) }, internet,
			reach.No, "NO_ROUTE_TO_DESTINATION at aws_instance.vpn"},
		"to the internet by a route": {func(w *world, c *aws.ClientVPN) {
			c.Authorizations[0], c.Routes = rule("0.0.0.0/0", nil), []aws.ClientVPNRule{rule("0.0.0.0/0", w.public)}
		}, internet, reach.Yes, ""},
		"by a route of another association": {func(w *world, c *aws.ClientVPN) {
			c.Authorizations[0], c.Routes = rule("0.0.0.0/0", nil), []aws.ClientVPNRule{rule("0.0.0.0/0", w.private)}
		}, internet, reach.No, "NO_ROUTE_TO_DESTINATION at aws_instance.vpn"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			group := w.group("clients")
			i := w.host("vpn", w.public, tf.Yes, group)
			i.Inbound = tf.No
			c := &aws.ClientVPN{Object: i.Object, Interface: i, Authorizations: []aws.ClientVPNRule{rule("10.0.0.0/16", nil)}}
			w.n.ClientVPNs = []*aws.ClientVPN{c}
			w.host("app", w.private, tf.No, w.group("app", allow("tcp", 443, 443, group)))
			test.change(w, c)
			a := w.ask(t, "aws_instance.vpn", test.to, "tcp/443")
			if a.Answer != test.want || codes(a) != test.code {
				t.Errorf("%s (%s), want %s (%s)", a.Answer, codes(a), test.want, test.code)
			}
		})
	}
}
