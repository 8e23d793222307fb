package reach_test

import (
	"fmt"
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// A spec is a small network in the words of the reference, with marks where
// something is unknown. The naive walker reads it as it is; build turns it
// into what the engine reads.
type spec struct {
	blocks  []netip.Prefix
	gateway bool
	subnets []*subnetSpec
	groups  []*groupSpec
	hosts   []*hostSpec
	nat     *natSpec
}

type subnetSpec struct {
	name  string
	cidr  netip.Prefix
	table []routeSpec
	acl   *aclSpec // nil: the default one
}

type routeSpec struct {
	to        netip.Prefix
	toUnknown bool
	target    string   // igw, nat, other
	targets   []string // set: nobody knows which of them
	conflict  bool
}

type aclSpec struct{ in, out []entrySpec }

type entrySpec struct {
	number, protocol, from, to, typ, code int
	allow                                 bool
	cidr                                  netip.Prefix
	numberUnknown, allowUnknown           bool
	cidrUnknown, conflict                 bool
}

type groupSpec struct {
	name    string
	in, out []ruleSpec
}

type ruleSpec struct {
	protocol                         string
	from, to                         int
	cidr                             netip.Prefix
	group                            *groupSpec // instead of a CIDR
	portsUnknown, cidrUnknown, maybe bool
}

type hostSpec struct {
	name          string
	subnets       []*subnetSpec // one; or several, of which nobody knows which
	address       netip.Addr
	hidden        bool // the address is not known
	public        bool
	publicUnknown bool
	groups, maybe []*groupSpec
	unfiltered    bool
}

type natSpec struct {
	subnet *subnetSpec
	public bool
}

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

func maybe(unknown, v bool) tf.Tri {
	if unknown {
		return tf.Maybe
	}
	return tf.TriOf(v)
}

// build is the network of a spec.
func (s *spec) build() *aws.Network {
	n := &aws.Network{}
	v := &aws.VPC{Object: object("aws_vpc.main")}
	for _, b := range s.blocks {
		v.CIDRs = append(v.CIDRs, aws.Block{Prefix: b, Family: packet.IPv4, Private: tf.No})
	}
	n.VPCs = []*aws.VPC{v}
	gw := &aws.Gateway{Object: object("aws_internet_gateway.main"), VPC: to(v)}
	if s.gateway {
		v.Gateways = []*aws.Gateway{gw}
		n.InternetGateways = v.Gateways
	} else {
		gw.VPC = aws.Link[aws.VPC]{ID: "vpc-elsewhere"}
	}
	nat := &aws.NATGateway{Object: object("aws_nat_gateway.main")}
	subnets := map[*subnetSpec]*aws.Subnet{}
	open := &aws.ACL{Object: aws.Object{Label: "default network ACL of aws_vpc.main"}, Implicit: true}
	for _, sub := range s.subnets {
		t := &aws.RouteTable{Object: object("aws_route_table." + sub.name), VPC: to(v)}
		for k, r := range sub.table {
			t.Routes = append(t.Routes, r.build(t, k, gw, nat))
		}
		acl := open
		if sub.acl != nil {
			acl = &aws.ACL{Object: object("aws_network_acl." + sub.name), VPC: to(v)}
			acl.Ingress = buildEntries(acl, "ingress", sub.acl.in)
			acl.Egress = buildEntries(acl, "egress", sub.acl.out)
		}
		a := &aws.Subnet{
			Object: object("aws_subnet." + sub.name), VPC: to(v), RouteTable: to(t), ACL: to(acl),
			CIDR: aws.Block{Prefix: sub.cidr, Family: packet.IPv4, Private: tf.No},
		}
		subnets[sub] = a
		n.Subnets, n.RouteTables, n.ACLs = append(n.Subnets, a), append(n.RouteTables, t), append(n.ACLs, acl)
	}
	if s.nat != nil {
		nat.Subnet, nat.Public = to(subnets[s.nat.subnet]), tf.TriOf(s.nat.public)
		n.NATGateways = []*aws.NATGateway{nat}
	}
	groups := map[*groupSpec]*aws.SecurityGroup{}
	for _, g := range s.groups {
		groups[g] = &aws.SecurityGroup{Object: object("aws_security_group." + g.name), VPC: to(v)}
		n.SecurityGroups = append(n.SecurityGroups, groups[g])
	}
	for _, g := range s.groups {
		a := groups[g]
		a.Ingress, a.Egress = buildRules(a, "ingress", g.in, groups), buildRules(a, "egress", g.out, groups)
	}
	for _, h := range s.hosts {
		i := &aws.Interface{
			Object: object("aws_instance." + h.name), Kind: aws.KindInstance, HasGroups: tf.TriOf(!h.unfiltered),
			PublicIPv4: maybe(h.publicUnknown, h.public), IPv6: tf.No, SourceDestCheck: tf.Yes, Initiates: tf.Yes, Inbound: tf.Yes,
			AnySubnet: len(h.subnets) > 1,
		}
		i.Owner = i.Resource
		for _, sub := range h.subnets {
			i.Subnets.Each = append(i.Subnets.Each, to(subnets[sub]))
		}
		for _, g := range h.groups {
			i.Groups.Each = append(i.Groups.Each, to(groups[g]))
		}
		for _, g := range h.maybe {
			i.Groups.Maybe = append(i.Groups.Maybe, to(groups[g]))
		}
		if !h.hidden {
			i.Addresses = []netip.Addr{h.address}
		}
		n.Interfaces = append(n.Interfaces, i)
	}
	return n
}

func (r routeSpec) build(t *aws.RouteTable, k int, gw *aws.Gateway, nat *aws.NATGateway) aws.Route {
	out := aws.Route{
		Cause:       aws.Cause{Resource: t.Resource, Argument: fmt.Sprintf("route[%d]", k)},
		Destination: known(r.toUnknown, r.to), Conflict: r.conflict,
	}
	switch {
	case len(r.targets) > 0:
		out.Target = aws.Target{Kind: aws.TargetUnknown, Label: "one of several"}
	case r.target == "igw":
		out.Target = aws.Target{Kind: aws.TargetInternetGateway, Gateway: to(gw), Label: gw.Label}
	case r.target == "nat":
		out.Target = aws.Target{Kind: aws.TargetNATGateway, NAT: to(nat), Label: nat.Label}
	default:
		out.Target = aws.Target{Kind: aws.TargetVPNGateway, Label: "aws_vpn_gateway.main"}
	}
	return out
}

func buildEntries(a *aws.ACL, list string, specs []entrySpec) []aws.ACLEntry {
	var out []aws.ACLEntry
	for k, e := range specs {
		out = append(out, aws.ACLEntry{
			Cause:  aws.Cause{Resource: a.Resource, Argument: fmt.Sprintf("%s[%d]", list, k)},
			Number: known(e.numberUnknown, e.number), Allow: maybe(e.allowUnknown, e.allow),
			Protocol: tf.KnownVal(e.protocol), FromPort: tf.KnownVal(e.from), ToPort: tf.KnownVal(e.to),
			ICMPType: tf.KnownVal(e.typ), ICMPCode: tf.KnownVal(e.code), CIDR: known(e.cidrUnknown, e.cidr), Conflict: e.conflict,
		})
	}
	return out
}

func buildRules(g *aws.SecurityGroup, list string, specs []ruleSpec, groups map[*groupSpec]*aws.SecurityGroup) []aws.Rule {
	var out []aws.Rule
	for k, r := range specs {
		rule := aws.Rule{
			Cause:    aws.Cause{Resource: g.Resource, Argument: fmt.Sprintf("%s[%d]", list, k)},
			Protocol: tf.KnownVal(r.protocol), FromPort: known(r.portsUnknown, r.from), ToPort: known(r.portsUnknown, r.to),
			Self: tf.No, Maybe: r.maybe,
		}
		switch {
		case r.group != nil && groups[r.group] == g:
			rule.Self = tf.Yes
		case r.group != nil:
			rule.Groups = []aws.Peer[aws.Link[aws.SecurityGroup]]{{To: to(groups[r.group])}}
		case r.cidrUnknown:
			rule.CIDRs = []aws.Peer[netip.Prefix]{{Unknown: true}}
		default:
			rule.CIDRs = []aws.Peer[netip.Prefix]{{To: r.cidr}}
		}
		out = append(out, rule)
	}
	return out
}
