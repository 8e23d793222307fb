package reach_test

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// A givenCase is a question that nobody answers, and what each answer makes of
// it.
type givenCase struct {
	build          func() *world
	from, to, flow string
	fact           string // that the answer waits for
	attribute      string
	yes, no        string // the answers that make it yes and no
	also           answers
}

// alternatives are two things of which one is meant.
func alternatives[T any](a, b *T) aws.Link[T] { return aws.Link[T]{To: []*T{a, b}} }

// exposedHost is a world with a host a that the internet reaches on tcp/22.
func exposedHost(change func(w *world, a *aws.Interface, g *aws.SecurityGroup)) func() *world {
	return func() *world {
		w := newWorld()
		g := w.group("g", allow("tcp", 22, 22, "0.0.0.0/0"))
		change(w, w.host("a", w.public, tf.Yes, g), g)
		return w
	}
}

// joinedHub is a world in which a transit gateway carries from a to b.
func joinedHub(change func(h *hub)) func() *world {
	return func() *world {
		h := newHub()
		change(h)
		return h.world
	}
}

// balancedHost is a world in which the internet reaches a host by a network load
// balancer.
func balancedHost(change func(w *world, lb *aws.LoadBalancer, own *aws.SecurityGroup)) func() *world {
	return func() *world {
		w := newWorld()
		open := w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
		own := w.group("app", allow("tcp", 8080, 8080, "0.0.0.0/0"))
		lb := w.balancer("network", open, 8080, w.host("app", w.private, tf.No, own))
		change(w, lb, own)
		return w
	}
}

// entered is a world in which the internet reaches a host by an accelerator.
func entered(change func(w *world, e *aws.Entry)) func() *world {
	return func() *world {
		w := newWorld()
		app := w.host("app", w.private, tf.No, w.group("app", allow("tcp", 22, 22, "0.0.0.0/0")))
		e := w.entry(nil, 22, 22, tf.Val[int]{})
		e.PreservesClient, e.Interfaces.Each = tf.Yes, []aws.Link[aws.Interface]{to(app)}
		change(w, e)
		return w
	}
}

// offeredTo is a world with an endpoint service.
func offeredTo(change func(p *offered)) func() *world {
	return func() *world {
		p := newOffered()
		change(p)
		return p.world
	}
}

func atOffice(change func(o *office)) func() *world {
	return func() *world {
		o := newOffice()
		change(o)
		return o.world
	}
}

// translator is a NAT gateway in a subnet.
func (w *world) translator(name string, s *aws.Subnet) *aws.NATGateway {
	n := &aws.NATGateway{Object: object("aws_nat_gateway." + name), Subnet: to(s), Public: tf.Yes}
	w.n.NATGateways = append(w.n.NATGateways, n)
	return n
}

func toTranslator(cidr string, n *aws.NATGateway) aws.Route {
	return route(cidr, aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label})
}

// closedACL lets nothing through.
func closedACL() *aws.ACL { return &aws.ACL{Object: object("aws_network_acl.closed")} }

func givenCases() map[string]givenCase {
	const a, b = "aws_instance.a", "aws_instance.b"
	transit := func(fact, attribute string, change func(h *hub)) givenCase {
		return givenCase{joinedHub(change), a, b, "tcp/22", fact, attribute, "true", "false", nil}
	}
	return map[string]givenCase{
		"route": {exposedHost(func(w *world, _ *aws.Interface, _ *aws.SecurityGroup) {
			w.translator("nat", w.private)
			table(w.public).Routes[0].Target = aws.Target{Kind: aws.TargetUnknown}
		}), "internet", a, "tcp/22", "route:aws_route.internet", "leads", "0.0.0.0/0=aws_internet_gateway.main", "0.0.0.0/0=aws_nat_gateway.nat", nil},
		"entry": {exposedHost(func(w *world, _ *aws.Interface, _ *aws.SecurityGroup) {
			w.public.ACL = to(&aws.ACL{Object: object("aws_network_acl.a"), VPC: to(w.vpc), Egress: []aws.ACLEntry{{
				Number: tf.KnownVal(100), Allow: tf.Yes, Protocol: tf.KnownVal(-1), CIDR: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0")),
			}}, Ingress: []aws.ACLEntry{{
				Cause: aws.Cause{Resource: resource("aws_network_acl_rule.r")}, Number: tf.KnownVal(100), Allow: tf.Yes, Protocol: tf.KnownVal(6), CIDR: tf.UnknownVal[netip.Prefix](),
				FromPort: tf.KnownVal(22), ToPort: tf.KnownVal(22),
			}}})
		}), "internet", a, "tcp/22", "entry:aws_network_acl_rule.r", "is", "100 allow tcp/22 0.0.0.0/0", "none", nil},
		"transit-route": {joinedHub(func(h *hub) { h.table.Routes[1].Maybe = true }), a, b, "tcp/22", "transit-route:aws_ec2_transit_gateway_route_table.t", "leads",
			"10.2.0.0/16=aws_ec2_transit_gateway_vpc_attachment.b", "10.2.0.0/16=blackhole", nil},
		"clients": {balancedHost(func(w *world, lb *aws.LoadBalancer, own *aws.SecurityGroup) {
			own.Ingress = []aws.Rule{allow("tcp", 8080, 8080, "192.168.0.0/16")}
			lb.Listeners[0].Forwards.Each[0].To[0].PreserveClientIP = tf.Yes
			w.vpc.Resource.Action = tf.NoOp
		}), "aws_lb.network", "aws_instance.app", "tcp/8080", "clients:aws_lb.network", "cidrs", "192.168.7.0/24", "", nil},
		"size": {exposedHost(func(w *world, a *aws.Interface, _ *aws.SecurityGroup) {
			a.Sizing = aws.Cause{Resource: a.Owner, Argument: "desired_count"}
		}), "internet", a, "tcp/22", "size:" + a, "any", "true", "false", nil},
		"zone": {joinedHub(func(h *hub) {
			s := h.second("a", "10.1.2.0/24", "")
			s.AvailabilityZone = tf.UnknownVal[string]()
			h.move("a", s)
		}), a, b, "tcp/22", "zone:aws_subnet.a2", "is", "eu-west-1a", "eu-west-1b", nil},
		"references": {func() *world {
			w, p, one, _ := peered()
			p.SameRegion = tf.Maybe
			w.n.SecurityGroups[1].Ingress = []aws.Rule{allow("tcp", 22, 22, one.Groups.Each[0].To[0])}
			return w
		}, a, b, "tcp/22", "references:aws_security_group.a", "kept", "true", "false", nil},
		"attachment": transit("attachment:aws_ec2_transit_gateway_vpc_attachment.b", "accepted", func(h *hub) { h.at["b"].Active = tf.Maybe }),
		"association": transit("association:aws_ec2_transit_gateway_vpc_attachment.a", "passes", func(h *hub) {
			h.at["a"].Association = aws.Link[aws.TransitTable]{Open: true}
		}),
		"transit-table": transit("transit-table:aws_ec2_transit_gateway_route_table.t", "passes", func(h *hub) { h.table.Open = true }),
		"transit-attached": transit("transit-attached:aws_ec2_transit_gateway.t", "passes", func(h *hub) {
			h.gw.Attachments, h.gw.Open = h.gw.Attachments[1:], true
		}),
		"attachment-zone": {joinedHub(func(h *hub) {
			h.at["b"].ApplianceMode = tf.Yes // which chooses
			h.at["b"].Subnets.Each = append(h.at["b"].Subnets.Each, to(h.second("b", "10.2.2.0/24", "eu-west-1a")))
			h.at["b"].Subnets.Each[1].To[0].ACL = to(closedACL())
		}), a, b, "tcp/22", "attachment-zone:aws_ec2_transit_gateway_vpc_attachment.b", "is", "aws_subnet.b", "aws_subnet.b2", nil},
		"vpn-attached": {atOffice(func(o *office) { o.gw.VPC = aws.Link[aws.VPC]{Open: true} }),
			"onprem:192.168.1.1", a, "tcp/22", "vpn-attached:aws_vpn_gateway.g", "attached", "true", "false", nil},
		// U-17: what somebody says that a network on premises announces.
		"announced": {atOffice(func(o *office) {
			o.vpn.Kind, o.vpn.Open, o.vpn.Prefixes = aws.DynamicVPN, true, nil
			table(o.private).Routes = []aws.Route{o.toGateway("0.0.0.0/0")}
		}), a, "internet", "tcp/443", "announced:aws_vpn_connection.v", "cidrs", "0.0.0.0/0", "192.168.0.0/16",
			answers{"premises:aws_vpn_connection.v passes": "true"}},
		"connection": {atOffice(func(o *office) {
			other := &aws.OnPremises{Object: object("aws_vpn_connection.w"), Kind: aws.StaticVPN, Prefixes: o.vpn.Prefixes}
			far := o.another("far", "10.9.0.0/16")
			o.n.VPNGateways = append(o.n.VPNGateways, &aws.VPNGateway{Object: object("aws_vpn_gateway.w"), VPC: to(far), OnPremises: []*aws.OnPremises{other}})
		}), "onprem:192.168.1.1", a, "tcp/22", "connection:onprem:192.168.1.1", "is", "aws_vpn_connection.v", "aws_vpn_connection.w", nil},
		"firewall": {func() *world {
			w, p, _ := inspected()
			p.StrictOrder, p.StatefulDefaults = tf.Yes, []tf.Val[string]{tf.KnownVal("aws:drop_established")}
			return w
		}, a, b, "tcp/80", "firewall:aws_networkfirewall_firewall.f", "passes", "true", "false", nil},
		"firewall-endpoint": {func() *world {
			w, _, box := inspected()
			fw := w.n.Firewalls[0]
			other := w.subnet("other", "10.0.10.0/24")
			other.ACL = to(closedACL())
			fw.Subnets.Each = append(fw.Subnets.Each, to(other))
			for _, s := range []*aws.Subnet{w.public, w.private} {
				last := len(table(s).Routes) - 1
				table(s).Routes[last].Target.FirewallSubnet = alternatives(box, other)
			}
			return w
		}, a, b, "tcp/80", "firewall-endpoint:aws_networkfirewall_firewall.f", "is", "aws_subnet.box", "aws_subnet.other", nil},
		"one-sided": {func() *world {
			w, _, _ := inspected()
			table(w.private).Routes = nil
			return w
		}, a, b, "tcp/80", "one-sided:aws_networkfirewall_firewall.f", "passes", "true", "false", nil},
		"edge-of": {func() *world {
			w := newWorld()
			w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
			box := w.subnet("box", "10.0.9.0/24")
			box.ACL = to(closedACL())
			fw, _ := w.firewall(box)
			w.n.RouteTables = append(w.n.RouteTables, &aws.RouteTable{
				Object: object("aws_route_table.edge"), VPC: to(w.vpc), Edge: true, EdgeGateway: aws.Link[aws.Gateway]{Open: true},
				Routes: []aws.Route{toFirewall("10.0.1.0/24", fw, box)},
			})
			return w
		}, "internet", a, "tcp/22", "edge-of:aws_vpc.main", "is", "none", "aws_route_table.edge", nil},
		"initiates": {func() *world {
			w := newWorld()
			w.host("a", w.private, tf.No, w.group("a")).Initiates = tf.Maybe
			w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, "0.0.0.0/0")))
			return w
		}, a, b, "tcp/22", "initiates:aws_instance.a", "connects", "true", "false", nil},
		"listens": {exposedHost(func(_ *world, i *aws.Interface, _ *aws.SecurityGroup) {
			i.Ports = []aws.ServicePort{{Protocol: packet.TCP, From: 22, To: 22, Maybe: true}}
		}), "internet", a, "tcp/22", "listens:aws_instance.a", "on", "tcp/22", "tcp/5432", nil},
		"placement": {exposedHost(func(w *world, i *aws.Interface, _ *aws.SecurityGroup) {
			i.Subnets.Each[0] = alternatives(w.public, w.private)
		}), "internet", a, "tcp/22", "placement:aws_instance.a", "is", "aws_subnet.public", "aws_subnet.private", nil},
		"placement, of a CloudFront origin": {entered(func(w *world, e *aws.Entry) {
			e.Kind, e.PreservesClient = aws.CloudFrontOrigin, tf.No
			w.private.ACL = to(closedACL())
		}), "internet", "aws_instance.app", "tcp/22", "placement:aws_entry.e", "is", "aws_subnet.private", "aws_subnet.public", nil},
		"placement, of a CloudFront origin that its own subnet holds up": {entered(func(w *world, e *aws.Entry) {
			e.Kind, e.PreservesClient = aws.CloudFrontOrigin, tf.No
			w.public.ACL = to(closedACL())
		}), "internet", "aws_instance.app", "tcp/22", "placement:aws_entry.e", "is", "aws_subnet.private", "aws_subnet.public", nil},
		"groups": {exposedHost(func(_ *world, i *aws.Interface, _ *aws.SecurityGroup) {
			i.Groups = aws.Links[aws.SecurityGroup]{Open: true}
		}), "internet", a, "tcp/22", "groups:aws_instance.a", "are", "aws_security_group.g", "none", answers{"group:a security group outside the input from_internet": "none"}},
		"attached": {exposedHost(func(w *world, i *aws.Interface, g *aws.SecurityGroup) {
			i.Groups = aws.Links[aws.SecurityGroup]{Each: []aws.Link[aws.SecurityGroup]{to(w.group("closed"))}, Maybe: i.Groups.Each}
		}), "internet", a, "tcp/22", "attached:aws_security_group.g", "attached", "true", "false", nil},
		"group-of": {exposedHost(func(w *world, i *aws.Interface, g *aws.SecurityGroup) {
			i.Groups.Each[0] = alternatives(g, w.group("closed"))
		}), "internet", a, "tcp/22", "group-of:aws_security_group.g or aws_security_group.closed", "is", "aws_security_group.g", "aws_security_group.closed", nil},
		"table-of": {exposedHost(func(w *world, _ *aws.Interface, _ *aws.SecurityGroup) {
			w.public.RouteTable = alternatives(table(w.public), table(w.private))
		}), "internet", a, "tcp/22", "table-of:aws_subnet.public", "is", "aws_route_table.public", "aws_route_table.private", nil},
		"acl-of": {exposedHost(func(w *world, _ *aws.Interface, _ *aws.SecurityGroup) {
			open := &aws.ACL{Object: object("aws_network_acl.open"), Ingress: passAll, Egress: passAll}
			w.public.ACL = alternatives(open, closedACL())
		}), "internet", a, "tcp/22", "acl-of:aws_subnet.public", "is", "aws_network_acl.open", "aws_network_acl.closed", nil},
		"rule": {exposedHost(func(_ *world, _ *aws.Interface, g *aws.SecurityGroup) { g.Ingress[0].Maybe = true }),
			"internet", a, "tcp/22", "rule:aws_security_group_rule.r.cidr_blocks", "admits", "tcp/22", "none", nil},
		"sources": {func() *world {
			w := newWorld()
			o := w.host("a", w.private, tf.No, w.group("none")).Object
			w.n.PublicServices = []*aws.PublicService{{Object: o, Service: "API of a", Public: tf.Yes, Sources: []tf.Val[netip.Prefix]{tf.UnknownVal[netip.Prefix]()},
				Ports: []aws.ServicePort{{Protocol: packet.TCP, From: 443, To: 443}}}}
			return w
		}, "internet", a, "tcp/443", "sources:aws_instance.a", "cidrs", "203.0.113.0/24", "10.0.0.0/8", nil},
		"direct": {func() *world {
			w := newWorld()
			w.host("a", w.private, tf.No, w.group("none")).Direct = &aws.DirectAccess{On: tf.Maybe}
			return w
		}, a, "internet", "tcp/443", "direct:aws_instance.a", "has", "true", "false", nil},
		"public": {func() *world {
			w := newWorld()
			o := w.host("a", w.private, tf.No, w.group("none")).Object
			w.n.PublicServices = []*aws.PublicService{{Object: o, Service: "API of a", Public: tf.Maybe,
				Sources: []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0"))}, Ports: []aws.ServicePort{{Protocol: packet.TCP, From: 443, To: 443}}}}
			return w
		}, "internet", a, "tcp/443", "public:aws_instance.a", "public", "true", "false", nil},
		"endpoint-routes": {func() *world {
			w := newWorld()
			w.host("a", w.private, tf.No, w.group("a"))
			w.n.Endpoints = []*aws.Endpoint{{Object: object("aws_vpc_endpoint.s3"), Kind: tf.KnownVal(aws.GatewayEndpoint), VPC: to(w.vpc), Tables: aws.Links[aws.RouteTable]{Open: true}}}
			return w
		}, a, "aws_vpc_endpoint.s3", "tcp/443", "endpoint-routes:aws_vpc_endpoint.s3", "serves", "true", "false", nil},
		"serves": {func() *world {
			w := newWorld()
			w.host("a", w.private, tf.No, w.group("a"))
			w.interfaceEndpoint("ssm", w.private, w.group("endpoint", allow("tcp", 443, 443, "10.0.0.0/16"))).Service = tf.UnknownVal[string]()
			return w
		}, a, "service:ssm", "tcp/443", "serves:aws_vpc_endpoint.ssm", "leads", "true", "false", nil},
		"public-address": {func() *world {
			w := newWorld()
			w.host("a", w.public, tf.Yes, w.group("a"))
			w.host("b", w.public, tf.Yes, w.group("b", allow("tcp", 22, 22, "203.0.113.7/32")))
			return w
		}, a, b, "tcp/22", "public-address:aws_instance.a", "cidrs", "203.0.113.7/32", "203.0.113.8/32", nil},
		"client-vpn": {func() *world {
			w := newWorld()
			i := w.host("vpn", w.public, tf.Yes, w.group("clients"))
			w.n.ClientVPNs = []*aws.ClientVPN{{Object: i.Object, Interface: i, Open: true}}
			w.host("app", w.private, tf.No, w.group("app", allow("tcp", 22, 22, "10.0.0.0/16")))
			return w
		}, "aws_instance.vpn", "aws_instance.app", "tcp/22", "client-vpn:aws_instance.vpn", "cidrs", "10.0.0.0/16", "10.9.0.0/16", nil},
		"entrance": {entered(func(_ *world, e *aws.Entry) { e.Enabled = tf.Maybe }),
			"internet", "aws_instance.app", "tcp/22", "entrance:aws_entry.e", "leads", "true", "false", nil},
		"ipv6": {entered(func(_ *world, e *aws.Entry) { e.PreservesClient, e.IPv6 = tf.No, tf.Maybe }),
			"internet6", "aws_instance.app", "tcp/22", "ipv6:aws_entry.e", "takes", "true", "false", nil},
		"preserve, of an accelerator": {entered(func(w *world, e *aws.Entry) {
			e.PreservesClient = tf.Maybe
			e.Kind = aws.CloudFrontOrigin // whose own addresses are private ones
			w.n.SecurityGroups[0].Ingress = []aws.Rule{allow("tcp", 22, 22, "0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/9", "192.169.0.0/16")}
		}), "internet", "aws_instance.app", "tcp/22", "preserve:aws_entry.e", "keeps", "true", "", nil},
		"preserve": {balancedHost(func(_ *world, lb *aws.LoadBalancer, own *aws.SecurityGroup) {
			targets(lb).PreserveClientIP = tf.Maybe
			own.Ingress = []aws.Rule{allow("tcp", 8080, 8080, "203.0.113.0/24")}
		}), "internet", "aws_instance.app", "tcp/80", "preserve:aws_lb_target_group.network", "keeps", "true", "false", nil},
		"listener": {balancedHost(func(_ *world, lb *aws.LoadBalancer, _ *aws.SecurityGroup) {
			lb.Listeners[0].Port = tf.UnknownVal[int]()
		}),
			"internet", "aws_lb.network", "tcp/80", "listener:aws_lb_listener.network", "on", "tcp/80", "tcp/443", nil},
		"target": {balancedHost(func(_ *world, lb *aws.LoadBalancer, _ *aws.SecurityGroup) { targets(lb).Port = tf.UnknownVal[int]() }),
			"internet", "aws_instance.app", "tcp/80", "target:aws_lb_target_group.network", "on", "tcp/8080", "tcp/9090", nil},
		"consumers": {offeredTo(func(p *offered) { p.service.Principals = tf.Maybe }),
			"aws:privatelink-consumers", "aws_lb.network", "tcp/80", "consumers:aws_vpc_endpoint_service.s", "admitted", "true", "false", nil},
		"privatelink-rules": {offeredTo(func(p *offered) {
			p.lb.PrivateLinkRules = tf.Maybe
			p.open.Ingress = nil
		}), "aws:privatelink-consumers", "aws_lb.network", "tcp/80", "privatelink-rules:aws_lb.network", "look", "false", "true", nil},
		"acl-of-consumers": {offeredTo(func(p *offered) { p.public.ACL = to(closedACL()) }),
			"aws:privatelink-consumers", "aws_lb.network", "tcp/80", "acl-of-consumers:aws_network_acl.closed", "looks", "false", "true", nil},
		"beyond": {newWorld, "internet", "service:s3", "tcp/443", "beyond:service:s3", "passes", "true", "false", nil},
		"many": {func() *world {
			w := newWorld()
			var list aws.Link[aws.NATGateway]
			for n := range 70 {
				list.To = append(list.To, &aws.NATGateway{Object: object(fmt.Sprintf("aws_nat_gateway.n[%d]", n)), Subnet: to(w.public), Public: tf.Yes})
			}
			w.n.NATGateways = list.To
			table(w.private).Routes = []aws.Route{route("0.0.0.0/0", aws.Target{Kind: aws.TargetNATGateway, NAT: list, Label: "one of many"})}
			w.host("a", w.private, tf.No, w.group("a"))
			return w
		}, a, "internet", "tcp/443", "many:aws_subnet.private", "passes", "true", "false", nil},
		"long": {func() *world {
			w := newWorld()
			w.host("a", w.public, tf.No, w.group("a"))
			w.host("b", w.private, tf.No, w.group("b", allow("-1", 0, 0, "0.0.0.0/0")))
			before := table(w.public)
			for n := range 18 {
				box := w.subnet(fmt.Sprintf("box%d", n), fmt.Sprintf("10.0.%d.0/24", 100+n))
				fw, _ := w.firewall(box)
				fw.Object = object(fmt.Sprintf("aws_networkfirewall_firewall.f%d", n))
				before.Routes = append(before.Routes, toFirewall("10.0.2.0/24", fw, box))
				before = table(box)
			}
			return w
		}, a, b, "tcp/80", "long:aws_subnet.box15", "passes", "true", "false", answers{"one-sided": "true"}},
		"attachment-ipv6": {joinedHub(func(h *hub) {
			for n, name := range []string{"a", "b"} {
				block := aws.Block{Prefix: netip.MustParsePrefix([]string{"2001:db8:1::/56", "2001:db8:2::/56"}[n]), Family: packet.IPv6}
				h.sub[name].VPC.To[0].CIDRs = append(h.sub[name].VPC.To[0].CIDRs, block)
				h.sub[name].IPv6 = &block
				table(h.sub[name]).Routes = append(table(h.sub[name]).Routes, h.toTransit("::/0"))
				h.groups[name].Ingress = []aws.Rule{allow("-1", 0, 0, "::/0")}
				h.propagate(h.table, block.Prefix.String(), h.at[name])
				h.n.Interfaces[n].IPv6, h.at[name].IPv6 = tf.Yes, tf.Yes
			}
			h.at["b"].IPv6 = tf.Maybe
		}), a, b, "tcp/80", "attachment-ipv6:aws_ec2_transit_gateway_vpc_attachment.b", "carries", "true", "false", nil},
		"transit-peering": {joinedHub(func(h *hub) {
			peering := &aws.Attachment{Object: object("aws_ec2_transit_gateway_peering_attachment.p"), Kind: aws.AttachedPeering, Gateway: to(h.gw),
				Active: tf.Yes, Association: to(h.table), Peer: aws.Link[aws.Attachment]{Open: true}}
			h.gw.Attachments = append(h.gw.Attachments[:1:1], peering)
			h.table.Routes = h.table.Routes[:1]
			h.static(h.table, "10.2.0.0/16", peering)
			table(h.sub["b"]).Routes = nil
		}), a, b, "tcp/80", "transit-peering:aws_ec2_transit_gateway_peering_attachment.p", "passes", "true", "false", nil},
		"peering": {func() *world {
			w := newWorld()
			w.joined(tf.Yes)
			w.n.Peerings[0].Accepter = aws.Link[aws.VPC]{Open: true}
			return w
		}, a, b, "tcp/22", "peering:aws_vpc_peering_connection.ab", "passes", "true", "false", nil},
		"nat-peering": {func() *world {
			w := newWorld()
			w.joined(tf.Yes)
			n := w.translator("n", w.public)
			table(w.public).Routes = table(w.private).Routes
			table(w.private).Routes = []aws.Route{toTranslator("10.1.0.0/16", n)}
			return w
		}, a, b, "tcp/22", "nat-peering:aws_vpc_peering_connection.ab", "passes", "true", "false", nil},
		"nat-nat": {func() *world {
			w := newWorld()
			between := w.subnet("between", "10.0.3.0/24", toTranslator("0.0.0.0/0", w.translator("outer", w.public)))
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("inner", between))}
			w.host("a", w.private, tf.No, w.group("a"))
			return w
		}, a, "internet", "tcp/443", "nat-nat:aws_nat_gateway.outer", "passes", "true", "false", nil},
		"endpoint-behind": {func() *world {
			w := newWorld()
			table(w.private).Routes = []aws.Route{toTranslator("0.0.0.0/0", w.translator("n", w.public))}
			w.host("a", w.private, tf.No, w.group("a"))
			w.serves(w.public)
			return w
		}, a, "aws_vpc_endpoint.s3", "tcp/443", "endpoint-behind:aws_vpc_endpoint.s3", "passes", "true", "false", nil},
		"premises": {atOffice(func(o *office) {
			o.vpn.Prefixes = []tf.Val[netip.Prefix]{tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0"))}
			table(o.private).Routes = []aws.Route{o.toGateway("0.0.0.0/0")}
		}), a, "internet", "tcp/443", "premises:aws_vpn_connection.v", "passes", "true", "false", nil},
		"proxy": {func() *world {
			w := newWorld()
			w.host("client", w.private, tf.No, w.group("client"))
			front := w.group("front", allow("tcp", 5432, 5432, "10.0.0.0/16"))
			i, db := w.host("proxy", w.public, tf.No, front), w.host("db", w.private, tf.No, w.group("db", allow("tcp", 5432, 5432, front)))
			db.Ports = []aws.ServicePort{{Protocol: packet.TCP, From: 5432, To: 5432}}
			w.n.Proxies = []*aws.DatabaseProxy{{Object: i.Object, Interface: i,
				Fronts: aws.Links[aws.Interface]{Each: []aws.Link[aws.Interface]{to(i)}}, Targets: aws.Links[aws.Interface]{Maybe: []aws.Link[aws.Interface]{to(db)}}}}
			return w
		}, "aws_instance.client", "aws_instance.db", "tcp/5432", "proxy:aws_instance.proxy", "leads", "true", "false", nil},
	}
}

// TestGivenKinds: every kind of question that people can answer is settled by an
// answer to yes, and by another to no.
func TestGivenKinds(t *testing.T) {
	cases := givenCases()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			open := test.build().askGiven(t, nil, test.from, test.to, test.flow)
			verdict, waits, through := open.Answer, open.Waits, packet.Family(0)
			for _, f := range open.Through {
				if open.Answer != reach.Unknown && verdict != reach.Unknown {
					verdict, waits, through = f.Verdict(), f.Waits, f.Family
				}
			}
			n := slices.IndexFunc(waits, func(f tf.Fact) bool { return f.ID == test.fact })
			if verdict != reach.Unknown || n < 0 {
				t.Fatalf("%s, waiting for %q; want unknown, waiting for %s", verdict, facts(waits), test.fact)
			}
			if kind, name, _ := strings.Cut(test.fact, ":"); !strings.Contains(waits[n].Settle, `given "`+kind+`" "`+name+`" { `+test.attribute+" = ") {
				t.Errorf("settled by %q", waits[n].Settle)
			}
			for value, want := range map[string]reach.Verdict{test.yes: reach.Yes, test.no: reach.No} {
				if value == "" {
					continue
				}
				given := answers{test.fact + " " + test.attribute: value}
				maps.Copy(given, test.also)
				got := test.build().askGiven(t, given, test.from, test.to, test.flow)
				verdict, assumptions := got.Answer, got.Assumptions
				if through != 0 {
					verdict = reach.No
					for _, f := range got.Through {
						if f.Family == through {
							verdict, assumptions = f.Verdict(), f.Assumptions
						}
					}
				}
				if verdict != want {
					t.Errorf("given %s: %s, waiting for %q, by %s; want %s", value, verdict, facts(got.Waits), codes(got), want)
				}
				if !slices.ContainsFunc(assumptions, func(a *tf.Assumption) bool {
					return a.ID == "given:"+test.fact && strings.Contains(a.Text, value)
				}) {
					t.Errorf("given %s: no assumption names it: %v", value, assumptions)
				}
			}
		})
	}
	tested := map[string]bool{
		"account": true, "subnet": true, "subnet-vpc": true, "addresses": true, "hosts": true, "group": true, "members": true, "prefix-list": true,
		"value": true, "gateway": true, "address": true, "nat": true, "route-table": true, "acl": true, "boundary": true, "peering-accepted": true, // TestGiven
		"variable": true, // what configurations are evaluated with
		"count":    true, // what inputs are read with: TestWhatMayNotBeThere
		"rules":    true, // what a check asks: TestRuleOfSomeListener
	}
	for _, test := range cases {
		kind, _, _ := strings.Cut(test.fact, ":")
		tested[kind] = true
	}
	for _, k := range aws.FactKinds {
		if len(k.Answers) > 0 && !tested[k.Kind] {
			t.Errorf("no case is about %s", k.Kind)
		}
		if len(k.Answers) == 0 && k.Why == "" {
			t.Errorf("nobody can answer %s, and nothing says why", k.Kind)
		}
	}
}
