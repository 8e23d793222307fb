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

// answers are what people say, by the id of a fact and an attribute.
type answers map[string]string

func (a answers) Answer(id, attribute string) (string, bool) {
	value, ok := a[id+" "+attribute]
	return value, ok
}

func (a answers) Said(id, attribute string) (string, bool) { return a.Answer(id, attribute) }

func (a answers) Knows(string, string, string) {}

func (a answers) Refuse(id, attribute, possible string) { a["refused "+id+" "+attribute] = possible }

// outsideGroup is a group of which only the id is known.
func outsideGroup() aws.Link[aws.SecurityGroup] {
	return aws.Link[aws.SecurityGroup]{ID: "sg-0abc"}
}

// TestGiven: what the input leaves open is a question; the block that its line
// names settles it both ways, and the answer rests on it.
func TestGiven(t *testing.T) {
	tests := map[string]struct {
		build          func(w *world)
		from, to, flow string
		fact           string // the question that appears
		attribute      string
		yes, no        string // the answers that make it yes and no
		also           string // what a further question is answered with
	}{
		"subnet": {func(w *world) {
			w.host("a", outsideSubnet(w, "subnet-0abc"), tf.Maybe, w.group("g", allow("tcp", 22, 22, "0.0.0.0/0")))
		}, "internet", "aws_instance.a", "tcp/22", "subnet:subnet-0abc", "public", "true", "false", ""},
		"group": {func(w *world) {
			i := w.host("a", w.public, tf.Yes)
			i.Groups.Each = []aws.Link[aws.SecurityGroup]{outsideGroup()}
		}, "internet", "aws_instance.a", "tcp/22", "group:sg-0abc", "from_internet", "tcp/22-23", "none", ""},
		"group, from the network": {func(w *world) {
			w.host("b", w.public, tf.No, w.group("b"))
			i := w.host("a", w.private, tf.No)
			i.Groups.Each = []aws.Link[aws.SecurityGroup]{outsideGroup()}
		}, "aws_instance.b", "aws_instance.a", "tcp/22", "group:sg-0abc", "from_network", "tcp/22", "tcp/23", ""},
		"group, to the internet": {func(w *world) {
			i := w.host("a", w.public, tf.Yes)
			i.Groups.Each = []aws.Link[aws.SecurityGroup]{outsideGroup()}
		}, "aws_instance.a", "internet", "tcp/443", "group:sg-0abc", "to_internet", "tcp/443", "udp", ""},
		"members": {func(w *world) {
			b := w.host("b", w.public, tf.No, w.group("b"))
			b.Groups.Open = true
			rule := allow("tcp", 22, 22)
			rule.Groups = []aws.Peer[aws.Link[aws.SecurityGroup]]{{To: outsideGroup()}}
			w.host("a", w.private, tf.No, w.group("a", rule))
		}, "aws_instance.b", "aws_instance.a", "tcp/22", "members:sg-0abc", "are", "aws_instance.b", "none", ""},
		"prefix list": {func(w *world) {
			rule := allow("tcp", 22, 22)
			rule.PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(&aws.PrefixList{Object: aws.Object{Label: "pl-0abc"}, Open: true})}}
			w.host("a", w.public, tf.Yes, w.group("a", rule))
		}, "internet", "aws_instance.a", "tcp/22", "prefix-list:pl-0abc", "cidrs", "203.0.113.0/24", "10.0.0.0/8", ""},
		"value": {func(w *world) {
			rule := allow("tcp", 22, 22, "0.0.0.0/0")
			rule.CIDRs[0].Unknown = true
			w.host("a", w.public, tf.Yes, w.group("a", rule))
		}, "internet", "aws_instance.a", "tcp/22", "value:aws_security_group_rule.r.cidr_blocks", "cidrs", "203.0.113.0/24", "10.0.0.0/8", ""},
		"gateway": {func(w *world) {
			w.vpc.Gateways, w.vpc.MayHaveGateway = nil, true
			w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
		}, "internet", "aws_instance.a", "tcp/22", "gateway:aws_vpc.main", "attached", "true", "false", ""},
		"address": {func(w *world) {
			w.host("a", w.public, tf.Maybe, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
		}, "internet", "aws_instance.a", "tcp/22", "address:aws_instance.a", "public", "true", "false", ""},
		"IPv6 address": {func(w *world) {
			w.host("a", w.public, tf.No, w.group("a", allow("tcp", 22, 22, "::/0"))).IPv6 = tf.Maybe
		}, "internet6", "aws_instance.a", "tcp/22", "address:aws_instance.a", "ipv6", "true", "false", ""},
		"Block Public Access": {func(w *world) {
			w.n.BlockPublicAccess = &aws.BlockPublicAccess{Object: object("aws_vpc_block_public_access_options.a"), Mode: tf.UnknownVal[string]()}
			w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
		}, "internet", "aws_instance.a", "tcp/22", "account:vpc_block_public_access", "vpc_block_public_access", "off", "block-bidirectional", ""},
		"route table": {func(w *world) {
			table(w.private).Open = true
			w.host("a", w.private, tf.Yes, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
		}, "internet", "aws_instance.a", "tcp/22", "route-table:aws_route_table.private", "public", "true", "false", ""},
		"ACL": {func(w *world) {
			w.manage(nil, nil).Open = true
			w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
		}, "internet", "aws_instance.a", "tcp/22", "acl:aws_network_acl.main", "passes", "true", "false", ""},
		"NAT gateway": {func(w *world) {
			n := &aws.NATGateway{Object: object("aws_nat_gateway.main"), Subnet: to(w.public), Public: tf.Maybe}
			w.n.NATGateways = []*aws.NATGateway{n}
			table(w.private).Routes = []aws.Route{{
				Cause: aws.Cause{Resource: resource("aws_route.nat")}, Destination: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0")),
				Target: aws.Target{Kind: aws.TargetNATGateway, NAT: to(n), Label: n.Label},
			}}
			w.host("a", w.private, tf.No, w.group("a"))
		}, "aws_instance.a", "internet", "tcp/443", "nat:aws_nat_gateway.main", "public", "true", "false", ""},
		"what is not followed": {func(w *world) {
			table(w.private).Routes = []aws.Route{toOther("0.0.0.0/0", aws.TargetEndpoint)}
			w.host("a", w.private, tf.No, w.group("a"))
		}, "aws_instance.a", "internet", "tcp/443", "boundary:vpc_endpoint", "passes", "true", "false", ""},
		"peering accepted": {func(w *world) {
			w.joined(tf.Maybe)
		}, "aws_instance.a", "aws_instance.b", "tcp/22", "peering-accepted:aws_vpc_peering_connection.ab", "accepted", "true", "false", ""},
		"addresses of a subnet": {func(w *world) {
			w.private.CIDR = aws.Block{Family: packet.IPv4}
			w.host("b", w.private, tf.No, w.group("b"))
			w.host("a", w.public, tf.No, w.group("a", allow("tcp", 22, 22, "10.0.7.0/24")))
		}, "aws_instance.b", "aws_instance.a", "tcp/22", "addresses:aws_subnet.private", "cidrs", "10.0.7.128/25", "10.0.8.0/24", ""},
		"addresses of hosts": {func(w *world) {
			w.host("b", w.private, tf.No, w.group("b"))
			w.host("a", w.public, tf.No, w.group("a", allow("tcp", 22, 22, "10.0.2.128/25")))
		}, "aws_instance.b", "aws_instance.a", "tcp/22", "hosts:aws_subnet.private", "cidrs", "10.0.2.128/28", "10.0.2.16/28", ""},
		"the VPC of a subnet": {func(w *world) {
			w.host("b", outsideSubnet(w, "subnet-0abc"), tf.No, w.group("b", allow("tcp", 22, 22, "0.0.0.0/0")))
			w.n.Subnets[len(w.n.Subnets)-1].ACL, w.n.Subnets[len(w.n.Subnets)-1].RouteTable = w.public.ACL, w.private.RouteTable
			w.host("a", w.private, tf.No, w.group("a"))
		}, "aws_instance.a", "aws_instance.b", "tcp/22", "subnet-vpc:subnet-0abc", "vpc", "aws_vpc.main", "vpc-0other", "subnet:subnet-0abc public"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			test.build(w)
			open := w.askGiven(t, nil, test.from, test.to, test.flow)
			n := slices.IndexFunc(open.Waits, func(f tf.Fact) bool { return f.ID == test.fact })
			if open.Answer != reach.Unknown || n < 0 {
				t.Fatalf("%s, waiting for %q; want unknown, waiting for %s", open.Answer, facts(open.Waits), test.fact)
			}
			kind, object, _ := strings.Cut(test.fact, ":")
			block := `given "` + kind + `" "` + object + `" { ` + test.attribute + " = "
			if kind == "account" {
				block = `given "account" { ` + test.attribute + " = "
			}
			if !strings.Contains(open.Waits[n].Settle, block) {
				t.Errorf("settled by %q, which does not name %s", open.Waits[n].Settle, block)
			}
			for value, want := range map[string]reach.Verdict{test.yes: reach.Yes, test.no: reach.No} {
				given := answers{test.fact + " " + test.attribute: value, test.also: "true"}
				got := w.askGiven(t, given, test.from, test.to, test.flow)
				if got.Answer != want {
					t.Errorf("given %s: %s, waiting for %q, by %s; want %s", value, got.Answer, facts(got.Waits), codes(got), want)
				}
				if !slices.ContainsFunc(got.Assumptions, func(a *tf.Assumption) bool {
					return a.ID == "given:"+test.fact && strings.Contains(a.Text, value)
				}) {
					t.Errorf("given %s: no assumption names it: %v", value, got.Assumptions)
				}
			}
		})
	}
}

// Subnets of unknown addresses have some of their VPC's: as the input says these,
// or as people do (U-9).
func TestAddressesOfVPC(t *testing.T) {
	symbolic := aws.Block{Family: packet.IPv4}
	for name, test := range map[string]struct {
		block aws.Block
		given answers
		want  reach.Verdict
	}{
		"nobody knows":               {symbolic, nil, reach.Unknown},
		"known, inside of the rule":  {ipv4("10.0.0.0/16"), nil, reach.Yes},
		"known, outside of the rule": {ipv4("172.16.0.0/16"), nil, reach.No},
		"given, inside of the rule":  {symbolic, answers{"addresses:aws_vpc.main cidrs": "10.0.0.0/16"}, reach.Yes},
		"given, outside of the rule": {symbolic, answers{"addresses:aws_vpc.main cidrs": "172.16.0.0/16"}, reach.No},
	} {
		w := newWorld()
		w.vpc.CIDRs, w.private.CIDR, w.public.CIDR = []aws.Block{test.block}, symbolic, symbolic
		w.host("b", w.private, tf.No, w.group("b"))
		w.host("a", w.public, tf.No, w.group("a", allow("tcp", 22, 22, "10.0.0.0/8")))
		got := w.askGiven(t, test.given, "aws_instance.b", "aws_instance.a", "tcp/22")
		if got.Answer != test.want {
			t.Errorf("%s: %s, waiting for %q, by %s; want %s", name, got.Answer, facts(got.Waits), codes(got), test.want)
		}
		rests := slices.ContainsFunc(got.Assumptions, func(a *tf.Assumption) bool { return a.ID == "given:addresses:aws_vpc.main" })
		if rests != (test.given != nil) {
			t.Errorf("%s: it rests on %v", name, got.Assumptions)
		}
	}
}

// outsideSubnet is a subnet of which only the id is known (U-13).
func outsideSubnet(w *world, id string) *aws.Subnet {
	s := &aws.Subnet{
		Object: aws.Object{Label: id + " (outside the input)"}, Outside: true, CIDR: aws.Block{Family: packet.IPv4},
		VPC: aws.Link[aws.VPC]{Open: true}, RouteTable: aws.Link[aws.RouteTable]{Open: true}, ACL: aws.Link[aws.ACL]{Open: true},
	}
	w.n.Subnets = append(w.n.Subnets, s)
	return s
}

// joined joins a second VPC with a host b to a host a of the first.
func (w *world) joined(active tf.Tri) {
	other := &aws.VPC{Object: object("aws_vpc.other"), CIDRs: []aws.Block{ipv4("10.1.0.0/16")}}
	pcx := &aws.Peering{Object: object("aws_vpc_peering_connection.ab"), Requester: to(w.vpc), Accepter: to(other), Active: active, SameRegion: tf.Yes}
	w.n.VPCs, w.n.Peerings = append(w.n.VPCs, other), []*aws.Peering{pcx}
	route := func(cidr string) aws.Route {
		return aws.Route{
			Cause: aws.Cause{Resource: resource("aws_route.peering")}, Destination: tf.KnownVal(netip.MustParsePrefix(cidr)),
			Target: aws.Target{Kind: aws.TargetPeering, Peering: to(pcx), Label: pcx.Label},
		}
	}
	s := w.subnet("other", "10.1.1.0/24", route("10.0.0.0/16"))
	s.VPC, table(s).VPC = to(other), to(other)
	table(w.private).Routes = []aws.Route{route("10.1.0.0/16")}
	w.host("a", w.private, tf.No, w.group("a"))
	w.host("b", s, tf.No, w.group("b", allow("tcp", 22, 22, "10.0.0.0/16")))
}

// askGiven asks about a flow between two end points under what people say.
func (w *world) askGiven(t *testing.T, given answers, from, to, flow string) reach.Answer {
	t.Helper()
	g := reach.Compile(w.n).Given(given)
	restrict, err := packet.ParseFlow(flow)
	if err != nil {
		t.Fatal(err)
	}
	q := reach.Question{Packets: restrict(packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6)))}
	if q.From, err = g.Endpoint(from); err != nil {
		t.Fatal(err)
	}
	if q.To, err = g.Endpoint(to); err != nil {
		t.Fatal(err)
	}
	return g.Ask(q)
}

// One block answers what is asked of a group in several respects.
func TestRespectsOfAGroup(t *testing.T) {
	w := newWorld()
	for _, name := range []string{"a", "b"} {
		w.host(name, w.private, tf.No).Groups.Each = []aws.Link[aws.SecurityGroup]{outsideGroup()}
	}
	a := w.ask(t, "aws_instance.a", "aws_instance.b", "tcp/22")
	const want = `given "group" "sg-0abc" { to_network = "tcp/443" } and { from_network = "tcp/443" }`
	if len(a.Waits) != 1 || !strings.HasSuffix(a.Waits[0].Settle, want) {
		t.Errorf("%v, want one that ends in %s", a.Waits, want)
	}
}

// What the input excludes is refused: members that it has or does not have,
// addresses outside of a subnet, a candidate that is none.
func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		build func() *world
		id    string // with the attribute
		value string
		want  string
	}{
		"a member that is none": {func() *world {
			w := newWorld()
			g := w.group("g")
			w.host("a", w.private, tf.No, g)
			w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, w.group("other"))))
			return w
		}, "members:aws_security_group.other are", "aws_instance.a", "without aws_instance.a"},
		"a member that is missing": {func() *world {
			w := newWorld()
			g := w.group("g")
			w.host("a", w.private, tf.No, g)
			w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, g)))
			return w
		}, "members:aws_security_group.g are", "none", "with aws_instance.a"},
		"addresses outside of the subnet": {func() *world {
			w := newWorld()
			w.host("a", w.private, tf.No, w.group("a"))
			w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, "10.0.2.128/25")))
			return w
		}, "hosts:aws_subnet.private cidrs", "10.0.9.0/24", "some of 10.0.2.0/24"},
		"another table": {func() *world {
			w := newWorld()
			w.public.RouteTable = alternatives(table(w.public), table(w.private))
			w.host("a", w.public, tf.Yes, w.group("a", allow("tcp", 22, 22, "0.0.0.0/0")))
			w.host("b", w.private, tf.No, w.group("b"))
			return w
		}, "table-of:aws_subnet.public is", "aws_route_table.other", "aws_route_table.public or aws_route_table.private"},
		"a subnet where it does not stand": {func() *world {
			w := newWorld()
			w.host("a", w.public, tf.Yes, w.group("a")).Subnets.Each[0] = alternatives(w.public, w.private)
			w.host("b", w.subnet("other", "10.0.9.0/24"), tf.No, w.group("b"))
			return w
		}, "placement:aws_instance.a is", "aws_subnet.other", "aws_subnet.public or aws_subnet.private"},
	} {
		given := answers{tt.id: tt.value}
		w := tt.build()
		w.askGiven(t, given, "aws_instance.a", "aws_instance.b", "tcp/22")
		w.askGiven(t, given, "internet", "aws_instance.a", "tcp/22")
		if got := given["refused "+tt.id]; got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
