package reach_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func resource(address string) *tf.Resource {
	a, err := tf.ParseAddress(address)
	if err != nil {
		panic(err)
	}
	return &tf.Resource{Addr: a, Address: address, Action: tf.Create}
}

func object(address string) aws.Object {
	return aws.Object{Resource: resource(address), Label: address}
}

func to[T any](t *T) aws.Link[T] { return aws.Link[T]{To: []*T{t}} }

func known[T any](unknown bool, v T) tf.Val[T] {
	if unknown {
		return tf.UnknownVal[T]()
	}
	return tf.KnownVal(v)
}

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// world is a VPC with a public and a private subnet, for tests that change one
// thing at a time.
type world struct {
	n               *aws.Network
	vpc             *aws.VPC
	gateway         *aws.Gateway
	public, private *aws.Subnet
	acl             *aws.ACL // of both subnets
}

func newWorld() *world {
	w := &world{n: &aws.Network{}}
	w.vpc = &aws.VPC{Object: object("aws_vpc.main"), CIDRs: []aws.Block{ipv4("10.0.0.0/16")}}
	w.gateway = &aws.Gateway{Object: object("aws_internet_gateway.main"), VPC: to(w.vpc)}
	w.vpc.Gateways = []*aws.Gateway{w.gateway}
	w.acl = &aws.ACL{Object: aws.Object{Label: "default network ACL of aws_vpc.main"}, Implicit: true}
	w.n.VPCs, w.n.InternetGateways = []*aws.VPC{w.vpc}, w.vpc.Gateways
	w.public = w.subnet("public", "10.0.1.0/24", w.toGateway("0.0.0.0/0"), w.toGateway("::/0"))
	w.private = w.subnet("private", "10.0.2.0/24")
	return w
}

func ipv4(cidr string) aws.Block {
	return aws.Block{Prefix: netip.MustParsePrefix(cidr), Family: packet.IPv4, Private: tf.No}
}

func (w *world) subnet(name, cidr string, routes ...aws.Route) *aws.Subnet {
	t := &aws.RouteTable{Object: object("aws_route_table." + name), VPC: to(w.vpc), Routes: routes}
	s := &aws.Subnet{Object: object("aws_subnet." + name), VPC: to(w.vpc), CIDR: ipv4(cidr), RouteTable: to(t), ACL: to(w.acl)}
	w.n.Subnets, w.n.RouteTables = append(w.n.Subnets, s), append(w.n.RouteTables, t)
	return s
}

func table(s *aws.Subnet) *aws.RouteTable { return s.RouteTable.To[0] }

func (w *world) toGateway(cidr string) aws.Route {
	return aws.Route{
		Cause:       aws.Cause{Resource: resource("aws_route.internet")},
		Destination: tf.KnownVal(netip.MustParsePrefix(cidr)),
		Target:      aws.Target{Kind: aws.TargetInternetGateway, Gateway: to(w.gateway), Label: w.gateway.Label},
	}
}

func toOther(cidr string, kind aws.TargetKind) aws.Route {
	return aws.Route{
		Cause:       aws.Cause{Resource: resource("aws_route.other")},
		Destination: tf.KnownVal(netip.MustParsePrefix(cidr)),
		Target:      aws.Target{Kind: kind, Label: string(kind)},
	}
}

// allow is a rule for peers, which are CIDRs or, as pointers, groups.
func allow(protocol string, from, to int, peers ...any) aws.Rule {
	r := aws.Rule{
		Cause:    aws.Cause{Resource: resource("aws_security_group_rule.r"), Argument: "cidr_blocks"},
		Protocol: tf.KnownVal(protocol), FromPort: tf.KnownVal(from), ToPort: tf.KnownVal(to), Self: tf.No,
	}
	for _, p := range peers {
		switch p := p.(type) {
		case string:
			r.CIDRs = append(r.CIDRs, aws.Peer[netip.Prefix]{To: netip.MustParsePrefix(p)})
		case *aws.SecurityGroup:
			r.Groups = append(r.Groups, aws.Peer[aws.Link[aws.SecurityGroup]]{To: aws.Link[aws.SecurityGroup]{To: []*aws.SecurityGroup{p}}})
		}
	}
	return r
}

// group is a security group that admits the rules and lets everything out.
func (w *world) group(name string, in ...aws.Rule) *aws.SecurityGroup {
	g := &aws.SecurityGroup{Object: object("aws_security_group." + name), VPC: to(w.vpc), Ingress: in,
		Egress: []aws.Rule{allow("-1", 0, 0, "0.0.0.0/0", "::/0")}}
	w.n.SecurityGroups = append(w.n.SecurityGroups, g)
	return g
}

func (w *world) host(name string, s *aws.Subnet, public tf.Tri, groups ...*aws.SecurityGroup) *aws.Interface {
	i := &aws.Interface{
		Object: object("aws_instance." + name), Kind: aws.KindInstance, HasGroups: tf.Yes, PublicIPv4: public, IPv6: tf.No,
		SourceDestCheck: tf.Yes, Initiates: tf.Yes, Inbound: tf.Yes,
		Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{to(s)}},
	}
	i.Owner = i.Resource
	for _, g := range groups {
		i.Groups.Each = append(i.Groups.Each, to(g))
	}
	w.n.Interfaces = append(w.n.Interfaces, i)
	return i
}

// manage gives both subnets an ACL of their own.
func (w *world) manage(in, out []aws.ACLEntry) *aws.ACL {
	a := &aws.ACL{Object: object("aws_network_acl.main"), VPC: to(w.vpc), Ingress: in, Egress: out}
	w.public.ACL, w.private.ACL = to(a), to(a)
	return a
}

func entry(number int, allow bool, protocol, from, to int, cidr string) aws.ACLEntry {
	return aws.ACLEntry{
		Cause:  aws.Cause{Resource: resource("aws_network_acl.main"), Argument: "ingress"},
		Number: tf.KnownVal(number), Allow: tf.TriOf(allow), Protocol: tf.KnownVal(protocol),
		FromPort: tf.KnownVal(from), ToPort: tf.KnownVal(to), CIDR: tf.KnownVal(netip.MustParsePrefix(cidr)),
	}
}

var passAll = []aws.ACLEntry{entry(100, true, -1, 0, 0, "0.0.0.0/0"), entry(101, true, -1, 0, 0, "::/0")}

// flows renders what the internet reaches, one line a flow.
func (w *world) flows() string {
	var b strings.Builder
	for _, f := range reach.Compile(w.n).FromInternet() {
		b.WriteString(string(f.Verdict()) + " " + f.To.Label)
		if f.Through != nil {
			b.WriteString(" through " + f.Through.Label)
		}
		r := f.Reachable
		switch {
		case f.Verdict() == reach.No:
			b.WriteString(" forward only: " + f.Forward.May.String())
		case r.Must.Equal(r.May):
			b.WriteString(": " + r.May.String())
		default:
			b.WriteString(": must " + r.Must.String() + " | may " + r.May.String())
		}
		b.WriteString("\n")
	}
	return b.String()
}

// expect compares the flows from the internet with lines.
func (w *world) expect(t *testing.T, lines ...string) {
	t.Helper()
	got, want := strings.TrimSpace(w.flows()), strings.Join(lines, "\n")
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// ask asks about a flow between two end points.
func (w *world) ask(t *testing.T, from, to, flow string) reach.Answer {
	t.Helper()
	return w.askFrom(t, from, to, flow, 0)
}

func (w *world) askFrom(t *testing.T, from, to, flow string, port uint16) reach.Answer {
	t.Helper()
	g := reach.Compile(w.n)
	restrict, err := packet.ParseFlow(flow)
	if err != nil {
		t.Fatal(err)
	}
	q := reach.Question{Packets: restrict(packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6))), SourcePort: port}
	if q.From, err = g.Endpoint(from); err != nil {
		t.Fatal(err)
	}
	if q.To, err = g.Endpoint(to); err != nil {
		t.Fatal(err)
	}
	return g.Ask(q)
}

// codes are the blockers of an answer as "code at address".
func codes(a reach.Answer) string {
	var out []string
	for _, b := range a.Blockers {
		out = append(out, b.Code+" at "+b.Cause.Address())
	}
	return strings.Join(out, ", ")
}

func facts(f []tf.Fact) string {
	var out []string
	for _, w := range f {
		out = append(out, w.ID)
	}
	return strings.Join(out, ", ")
}

// pkt is a TCP packet from an ordinary client port.
func pkt(from, to string, port uint16) packet.Packet {
	return packet.Packet{
		Source: netip.MustParseAddr(from), Destination: netip.MustParseAddr(to),
		Protocol: packet.TCP, SourcePort: 40000, DestinationPort: port,
	}
}
