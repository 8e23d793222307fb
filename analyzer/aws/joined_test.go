package aws_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// planned is the network of a fixture, as real terraform planned it.
func planned(t *testing.T, fixture string) *aws.Network {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fixtures", fixture, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	stack, err := tfplan.Read(context.Background(), bytes.NewReader(text), tfplan.Options{Wanted: aws.Types, Name: fixture})
	if err != nil {
		t.Fatal(err)
	}
	return aws.Build(aws.Input{Stack: stack, Snapshot: stack.After})
}

// writer writes down what joins networks, a line each, so that a test can say
// what it expects.
type writer struct{ strings.Builder }

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// joins writes down everything of a network that joins it with others.
func joins(n *aws.Network) string {
	w := &writer{}
	for _, p := range n.Peerings {
		w.line("%s: %s with %s, active %s, one region %s", p.Label, to(p.Requester), to(p.Accepter), p.Active, p.SameRegion)
	}
	for _, g := range n.TransitGateways {
		w.line("%s: groups %s%s", g.Label, g.GroupReferences, flag("open", g.Open))
		for _, a := range g.Attachments {
			w.line("  %s: %s%s, active %s, table %s", a.Label, a.Kind, attachmentText(a), a.Active, to(a.Association))
		}
		for _, t := range g.Tables {
			w.line("  %s%s", t.Label, flag("open", t.Open))
			for _, r := range t.Routes {
				w.line("    %s %s%s%s", destinationText(r), to(r.Attachment), flag("blackhole", r.Blackhole == tf.Yes), flag("maybe", r.Maybe))
			}
		}
	}
	for _, g := range n.VPNGateways {
		w.line("%s: in %s%s", g.Label, to(g.VPC), flag("open", g.Open))
		for _, o := range g.OnPremises {
			w.line("  %s: %s%s announced %s", o.Label, prefixes(o.Prefixes), flag("open", o.Open), prefixes(o.Announced))
		}
	}
	for _, c := range n.ClientVPNs {
		w.line("%s: clients %s in %s behind %s", c.Label, val(c.Clients), all(c.Interface.Subnets), all(c.Interface.Groups))
		for _, r := range c.Authorizations {
			w.line("  authorizes %s%s", val(r.Destination), flag("maybe", r.Maybe))
		}
		for _, r := range c.Routes {
			w.line("  routes %s by %s%s", val(r.Destination), to(r.Subnet), flag("maybe", r.Maybe))
		}
	}
	for _, e := range n.Endpoints {
		w.line("%s: %s in %s to %s %s", e.Label, val(e.Kind), to(e.VPC), val(e.Service), to(e.EndpointService))
		if e.Interface != nil {
			w.line("  in %s behind %s", all(e.Interface.Subnets), all(e.Interface.Groups))
		} else {
			w.line("  tables %s, IPv6 %s", all(e.Tables), e.IPv6)
		}
	}
	for _, s := range n.EndpointServices {
		w.line("%s: %s, principals %s, any %s, acceptance %s", s.Label, all(s.Balancers), s.Principals, s.AnyPrincipal, s.AcceptanceRequired)
	}
	for _, e := range n.InstanceConnects {
		w.line("%s: preserves %s in %s behind %s", e.Label, e.PreserveClientIP, all(e.Interface.Subnets), all(e.Interface.Groups))
	}
	for _, f := range n.Firewalls {
		firewallText(w, f)
	}
	for _, e := range n.Entries {
		var ports []string
		for _, p := range e.Listens {
			ports = append(ports, fmt.Sprintf("%s/%s-%s:%s", val(p.Protocol), val(p.From), val(p.To), val(p.Target)))
		}
		source := ""
		if e.Source != nil {
			source = " from " + e.Source.Label
		}
		w.line("%s: %s on %s to %s %s%s, preserves %s, enabled %s", e.Label, e.Kind, strings.Join(ports, " "), all(e.Balancers), all(e.Interfaces), source, e.PreservesClient, e.Enabled)
	}
	return w.String()
}

func attachmentText(a *aws.Attachment) string {
	switch a.Kind {
	case aws.AttachedVPC:
		return fmt.Sprintf(" %s in %s, appliance %s, groups %s", to(a.VPC), all(a.Subnets), a.ApplianceMode, a.GroupReferences)
	case aws.AttachedPeering:
		return " with " + to(a.Peer)
	}
	if a.OnPremises != nil {
		return " " + prefixes(a.OnPremises.Prefixes) + flag("open", a.OnPremises.Open)
	}
	return ""
}

func firewallText(w *writer, f *aws.Firewall) {
	w.line("%s: %s in %s by %s", f.Label, to(f.VPC), all(f.Subnets), to(f.Policy))
	p, ok := f.Policy.One()
	if !ok {
		return
	}
	w.line("  stateless %s, fragments %s, strict %s, stateful %s%s", val(p.StatelessDefault), val(p.FragmentDefault), p.StrictOrder, vals(p.StatefulDefaults), flag("open", p.Open))
	for _, g := range p.Stateless {
		w.line("  stateless %s %s%s", val(g.Priority), g.Label, flag("open", g.Open))
		for _, r := range g.Rules {
			w.line("    %s %s %v %s %s -> %s %s%s", val(r.Priority), val(r.Action), vals(r.Protocols), prefixes(r.Sources), spans(r.SourcePorts),
				prefixes(r.Destinations), spans(r.DestinationPorts), flag("flags", r.Flags))
		}
	}
	for _, g := range p.Stateful {
		w.line("  stateful %s %s%s", val(g.Priority), g.Label, flag("opaque", g.Opaque))
		for _, r := range g.Rules {
			source, _ := r.SourcePort.Get()
			destination, _ := r.DestinationPort.Get()
			w.line("    %s %s %s %s -> %s %s, both %s%s", val(r.Action), val(r.Protocol), val(r.Source), spans(source), val(r.Destination), spans(destination), r.Both, flag("opaque", r.Opaque))
		}
	}
}

// label is the label of any object of a network.
func label(o any) string {
	switch o := o.(type) {
	case *aws.VPC:
		return o.Label
	case *aws.Subnet:
		return o.Label
	case *aws.RouteTable:
		return o.Label
	case *aws.SecurityGroup:
		return o.Label
	case *aws.Interface:
		return o.Label
	case *aws.LoadBalancer:
		return o.Label
	case *aws.Attachment:
		return o.Label
	case *aws.TransitTable:
		return o.Label
	case *aws.EndpointService:
		return o.Label
	case *aws.FirewallPolicy:
		return o.Label
	case *aws.PrefixList:
		return o.Label
	case *aws.Peering:
		return o.Label
	case *aws.TransitGateway:
		return o.Label
	case *aws.VPNGateway:
		return o.Label
	case *aws.Gateway:
		return o.Label
	case *aws.Endpoint:
		return o.Label
	case *aws.Firewall:
		return o.Label
	}
	return fmt.Sprintf("%T", o)
}

func to[T any](l aws.Link[T]) string {
	return strings.TrimPrefix(show(l, func(o *T) string { return label(o) }), "none") + flag("assumed", l.Assumption != nil)
}

func all[T any](l aws.Links[T]) string {
	var names []string
	for _, e := range l.Each {
		names = append(names, to(e))
	}
	for _, m := range l.Maybe {
		names = append(names, "maybe "+to(m))
	}
	if l.Open {
		names = append(names, "?")
	}
	return "[" + strings.Join(names, ", ") + "]"
}

func flag(name string, set bool) string {
	if set {
		return " " + name
	}
	return ""
}

func val[T any](v tf.Val[T]) string {
	x, state := v.Get()
	switch state {
	case tf.IsKnown:
		return fmt.Sprint(x)
	case tf.IsUnknown:
		return "unknown"
	}
	return "-"
}

func vals[T any](list []tf.Val[T]) []string {
	var out []string
	for _, v := range list {
		out = append(out, val(v))
	}
	return out
}

func prefixes(list []tf.Val[netip.Prefix]) string { return strings.Join(vals(list), " ") }

func spans(list []aws.PortSpan) string {
	var out []string
	for _, s := range list {
		out = append(out, val(s.From)+"-"+val(s.To))
	}
	return strings.Join(out, ",")
}

func destinationText(r aws.TransitRoute) string {
	if r.PrefixList.IsSet() {
		return "list " + to(r.PrefixList)
	}
	return []string{"static", "list", "vpc", "dx", "connect", "vpn"}[r.Kind] + " " + val(r.Destination)
}

// targets writes down where the routes of a network lead.
func targets(n *aws.Network) string {
	w := &writer{}
	for _, t := range n.RouteTables {
		if t.Edge {
			w.line("%s: edge of %s%s", t.Label, to(t.EdgeGateway), to(t.EdgeVPN))
		}
		if t.Propagated {
			w.line("%s: propagated %s", t.Label, all(t.Propagations))
		}
		for _, r := range t.Routes {
			if r.Target.Kind == aws.TargetInternetGateway {
				continue
			}
			at := r.Target
			w.line("%s: %s -> %s", t.Label, val(r.Destination), strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s %s %s", at.Kind,
				to(at.Peering), to(at.Transit), to(at.VPNGateway), to(at.Endpoint), to(at.Firewall), to(at.FirewallSubnet))), " "))
		}
	}
	return w.String()
}

// joined is what terraform made of the fixtures, as the
// network has it.
var joined = []struct{ fixture, want string }{
	{"peering", `
aws_vpc_peering_connection.lab: aws_vpc.app with aws_vpc.lab, active no, one region yes
aws_vpc_peering_connection.partner: aws_vpc.app with vpc-0a1b2c3d4e5f60718 (outside the input), active maybe, one region no
aws_vpc_peering_connection.shared: aws_vpc.app with aws_vpc.shared, active yes, one region yes
aws_vpc_peering_connection_accepter.customer: aws_vpc.app | aws_vpc.lab | aws_vpc.shared | ? with aws_vpc.app | aws_vpc.lab | aws_vpc.shared | ?, active yes, one region maybe
aws_route_table.app: 10.20.0.0/16 -> vpc_peering_connection aws_vpc_peering_connection.shared
aws_route_table.app: 10.21.0.0/16 -> vpc_peering_connection aws_vpc_peering_connection.shared
aws_route_table.data: 10.10.0.0/16 -> vpc_peering_connection aws_vpc_peering_connection.shared
aws_route_table.data: 172.20.0.0/16 -> vpc_peering_connection aws_vpc_peering_connection_accepter.customer
`}, // PCX-1, PCX-5, TF-V-5
	{"transit", `
aws_ec2_transit_gateway.hub: groups yes
  aws_ec2_transit_gateway_peering_attachment.west: peering with the other end of aws_ec2_transit_gateway_peering_attachment.west, active yes, table aws_ec2_transit_gateway_route_table.spokes
  aws_ec2_transit_gateway_vpc_attachment.blue: vpc aws_vpc.spoke["blue"] in [aws_subnet.blue[0], aws_subnet.blue[1]], appliance no, groups maybe, active yes, table aws_ec2_transit_gateway_route_table.spokes
  aws_ec2_transit_gateway_vpc_attachment.green: vpc aws_vpc.spoke["green"] in [aws_subnet.green[0], aws_subnet.green[1]], appliance no, groups maybe, active yes, table aws_ec2_transit_gateway_route_table.spokes
  aws_ec2_transit_gateway_vpc_attachment.inspection: vpc aws_vpc.inspection in [aws_subnet.inspection[0], aws_subnet.inspection[1]], appliance yes, groups maybe, active yes, table aws_ec2_transit_gateway_route_table.inspected
  aws_vpn_connection.office: vpn , active yes, table aws_ec2_transit_gateway_route_table.spokes
  aws_ec2_transit_gateway_route_table.inspected
    vpc 10.1.0.0/16 aws_ec2_transit_gateway_vpc_attachment.blue
    vpc 10.2.0.0/16 aws_ec2_transit_gateway_vpc_attachment.green
    static 10.200.0.0/16 aws_ec2_transit_gateway_peering_attachment.west
    list aws_ec2_managed_prefix_list.branches aws_vpn_connection.office
  aws_ec2_transit_gateway_route_table.spokes
    static 0.0.0.0/0 aws_ec2_transit_gateway_vpc_attachment.inspection
    static 192.168.0.0/16  blackhole
aws_ec2_transit_gateway.west: groups no
  the other end of aws_ec2_transit_gateway_peering_attachment.west: peering with aws_ec2_transit_gateway_peering_attachment.west, active yes, table default route table of aws_ec2_transit_gateway.west
  default route table of aws_ec2_transit_gateway.west
    static 10.0.0.0/9 the other end of aws_ec2_transit_gateway_peering_attachment.west
main route table of aws_vpc.spoke["blue"]: 0.0.0.0/0 -> transit_gateway aws_ec2_transit_gateway.hub
main route table of aws_vpc.spoke["green"]: 0.0.0.0/0 -> transit_gateway aws_ec2_transit_gateway.hub
`}, // TF-T-1 to TF-T-4, TGW-9
	{"vpn", `
aws_vpn_gateway.main: in aws_vpc.main
  aws_vpn_connection.london: 192.168.10.0/24 192.168.11.0/24 announced
  aws_vpn_connection.paris:  open announced
  aws_dx_gateway_association.main:  open announced 10.0.0.0/16
aws_ec2_client_vpn_endpoint.home: clients 10.99.0.0/16 in [aws_subnet.private[0] assumed, aws_subnet.private[1] assumed] behind [aws_security_group.clients]
  authorizes 10.0.0.0/16
  routes 192.168.10.0/24 by aws_subnet.private[0] assumed
aws_route_table.edge: edge of aws_vpn_gateway.main
aws_route_table.private: propagated [aws_vpn_gateway.main]
aws_route_table.static: propagated [aws_vpn_gateway.main]
aws_route_table.static: 192.168.0.0/16 -> vpn_gateway aws_vpn_gateway.main
`}, // VPN-4 to VPN-6, TF-RT-4, RT-9
	{"privatelink", `
aws_vpc_endpoint.api: Interface in aws_vpc.consumer to unknown aws_vpc_endpoint_service.api
  in [aws_subnet.consumer[0] assumed, aws_subnet.consumer[1] assumed] behind [aws_security_group.endpoints]
aws_vpc_endpoint.s3: Gateway in aws_vpc.consumer to com.amazonaws.us-east-1.s3
  tables [aws_route_table.consumer[0], aws_route_table.consumer[1]], IPv6 no
aws_vpc_endpoint.ssm["ec2messages"]: Interface in aws_vpc.consumer to com.amazonaws.us-east-1.ec2messages
  in [aws_subnet.consumer[0], aws_subnet.consumer[1]] behind [aws_security_group.endpoints]
aws_vpc_endpoint.ssm["ssm"]: Interface in aws_vpc.consumer to com.amazonaws.us-east-1.ssm
  in [aws_subnet.consumer[0], aws_subnet.consumer[1]] behind [aws_security_group.endpoints]
aws_vpc_endpoint.ssm["ssmmessages"]: Interface in aws_vpc.consumer to com.amazonaws.us-east-1.ssmmessages
  in [aws_subnet.consumer[0], aws_subnet.consumer[1]] behind [aws_security_group.endpoints]
aws_vpc_endpoint_service.api: [aws_lb.api], principals yes, any yes, acceptance no
aws_ec2_instance_connect_endpoint.people: preserves no in [aws_subnet.consumer[0]] behind [aws_security_group.people]
`}, // EP-1 to EP-3, EP-6, TF-L-3
	{"firewall", `
aws_networkfirewall_firewall.main: aws_vpc.main in [aws_subnet.firewall[0] | aws_subnet.firewall[1] | aws_subnet.protected[0] | aws_subnet.protected[1]] by aws_networkfirewall_firewall_policy.main
  stateless forward, fragments drop, strict yes, stateful [aws:drop_strict]
  stateless 10 aws_networkfirewall_rule_group.stateless
    1 drop [6] 198.51.100.0/24  ->  22-22
  stateful 100 aws_networkfirewall_rule_group.stateful
    pass TCP [0.0.0.0/0 ::/0] 0-65535 -> [10.0.10.0/24 10.0.11.0/24] 80-80,443-443, both no
  stateful 200 aws_networkfirewall_rule_group.domains opaque
aws_route_table.edge: edge of aws_internet_gateway.main
aws_route_table.edge: 10.0.10.0/24 -> vpc_endpoint aws_networkfirewall_firewall.main aws_subnet.firewall[0] assumed
aws_route_table.protected[0]: 0.0.0.0/0 -> vpc_endpoint assumed aws_networkfirewall_firewall.main assumed aws_subnet.firewall[0] | aws_subnet.firewall[1] | aws_subnet.protected[0] | aws_subnet.protected[1]
aws_route_table.protected[1]: 0.0.0.0/0 -> vpc_endpoint assumed aws_networkfirewall_firewall.main assumed aws_subnet.firewall[0] | aws_subnet.firewall[1] | aws_subnet.protected[0] | aws_subnet.protected[1]
`}, // APP-2, TF-L-4, RT-9
	{"accelerator", `
aws_apigatewayv2_integration.inner: API Gateway VPC link on TCP/443-443:80 to [aws_lb.inner] [] from aws_apigatewayv2_vpc_link.inner, preserves no, enabled yes
aws_cloudfront_vpc_origin.inner: CloudFront VPC origin on TCP/80-80:80 TCP/443-443:80 to [aws_lb.inner] [], preserves no, enabled maybe
aws_globalaccelerator_endpoint_group.jump: Global Accelerator on TCP/2222-2222:22 to [] [aws_instance.jump], preserves yes, enabled yes
aws_globalaccelerator_endpoint_group.web: Global Accelerator on TCP/440-441:- TCP/442-442:8442 TCP/443-443:- to [aws_lb.web] [], preserves maybe, enabled yes
`}, // LB-12, EP-8
}

// What joins networks is found in real plans: the comments beside the
// expectations name the rules.
func TestJoined(t *testing.T) {
	for _, test := range joined {
		t.Run(test.fixture, func(t *testing.T) {
			n := planned(t, test.fixture)
			var got []string
			for line := range strings.Lines(joins(n) + targets(n)) {
				got = append(got, strings.TrimRight(line, " \n"))
			}
			want := strings.Split(strings.Trim(test.want, "\n"), "\n")
			for i := range max(len(got), len(want)) {
				if i >= len(got) || i >= len(want) || got[i] != want[i] {
					t.Fatalf("line %d differs:\n%s", i+1, strings.Join(got, "\n"))
				}
			}
		})
	}
}
