package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// place is a subnet as its interfaces see it, compiled once per family.
type place struct {
	subnet *aws.Subnet
	vpc    *aws.VPC         // nil when nobody knows
	says   []*tf.Assumption // what people say of where it is, and which addresses it has
	f      packet.Family
	// hosts are the addresses that its hosts may have, and whichHosts the fact
	// that decides them.
	hosts      packet.Addresses
	whichHosts tf.Fact
	// internet is the internet as a remote of this VPC.
	internet remote
	// gateway is the internet gateway that all interfaces share.
	gateway stage
	// arrivals are the ways from the internet to the subnet's hosts and back.
	arrivals *way
}

type placeKey struct {
	subnet *aws.Subnet
	f      packet.Family
}

// place compiles a subnet. It is called for subnets that nobody knows too.
func (g *Graph) place(s *aws.Subnet, f packet.Family) *place {
	key := placeKey{s, f}
	if p, ok := g.places[key]; ok {
		return p
	}
	p := &place{subnet: s, f: f}
	p.vpc, p.says = g.vpcOf(s)
	p.internet = g.internetOf(p.vpc, f)
	p.gateway = g.gateway(p)
	p.hosts, p.whichHosts = g.hostAddresses(s, f), addressesFact(s)
	_, says, _ := g.sayCIDRs(p.whichHosts, f)
	p.says = slices.Concat(p.says, says, g.blocksSay(p.vpc, f))
	g.places[key] = p
	return p
}

// internetOf is the internet as a VPC sees it (IGW-4), the same for all VPCs
// without public addresses inside.
func (g *Graph) internetOf(v *aws.VPC, f packet.Family) remote {
	key := internetKey{f: f}
	if g.blocks(v, f).Overlaps(g.internet[f]) {
		key.vpc = v
	}
	out, ok := g.internets[key]
	if !ok {
		out = remote{key: "internet", addresses: g.outsideOf(v, f), internet: true}
		if key.vpc != nil {
			out.key = fmt.Sprintf("internet %p", v)
		}
		out.region = packet.NewRegion(out.addresses, f)
		g.internets[key] = out
	}
	return out
}

type internetKey struct {
	vpc *aws.VPC
	f   packet.Family
}

// boundary is a subnet's network ACL in one direction, for a remote. As the
// filter of a reply it is turned around (NACL-5).
func (g *Graph) boundary(s *aws.Subnet, d direction, f packet.Family, by remote, reply bool) stage {
	out := stage{
		filter:  g.seenACL(s, d, f, by, reply),
		object:  aws.Object{Label: "network ACL of " + s.ShortName()},
		code:    "SUBNET_ACL_RESTRICTION",
		blocked: "no entry of the " + d.name() + " list admits it",
		cost:    1,
		reply:   reply,
		where:   d.across() + s.ShortName(),
		mend:    mending{of: s, d: d, far: by.addresses},
	}
	if a, ok := s.ACL.One(); ok {
		out.object = a.Object
	}
	out.cause = objectCause(out.object, s.Object)
	return out
}

// seenACL is the filter of a boundary. As the internet sees it, subnets share
// it with all others that have the same ACL.
func (g *Graph) seenACL(s *aws.Subnet, d direction, f packet.Family, by remote, reply bool) filter {
	a, one := s.ACL.One()
	key := seenKey{a, d, f, by.key, reply}
	shared := one && by.member == nil && s.ACL.Assumption == nil && !s.Outside
	if known, ok := g.seen[key]; ok && shared {
		return known
	}
	out := asSeen(d, g.subnetACL(s, d, f, by), by, f)
	if reply {
		out = g.answered(out, f)
	}
	if shared {
		g.seen[key] = out
	}
	return out
}

type seenKey struct {
	acl    *aws.ACL
	d      direction
	f      packet.Family
	remote string
	reply  bool
}

func (d direction) across() string {
	if d == inbound {
		return "into "
	}
	return "out of "
}

func (d direction) name() string {
	if d == inbound {
		return "inbound"
	}
	return "outbound"
}

// objectCause is the first of the objects that somebody can edit.
func objectCause(objects ...aws.Object) aws.Cause {
	for _, o := range objects {
		if o.Resource != nil {
			return aws.Cause{Resource: o.Resource}
		}
	}
	return aws.Cause{}
}

// gateway is the internet gateway that has to be attached to the VPC (IGW-1).
func (g *Graph) gateway(p *place) stage {
	out := stage{
		object:  aws.Object{Label: "internet gateway of " + vpcName(p)},
		code:    "NO_PATH",
		blocked: "no internet gateway is attached to " + vpcName(p),
		cost:    3, entrance: true,
	}
	there := tf.Maybe
	fact := subnetFact(p.subnet)
	if p.vpc != nil {
		there = tf.TriOf(false)
		out.cause, out.mend.of = objectCause(p.vpc.Object), gatewayOf{p.vpc}
		for _, gw := range p.vpc.Gateways {
			if gw.EgressOnly {
				continue
			}
			if t := attached(gw, p.vpc); t != tf.No && there != tf.Yes {
				there = t
				out.object, out.cause = gw.Object, objectCause(gw.Object, p.vpc.Object)
			}
		}
		if there == tf.No && (p.vpc.MayHaveGateway || p.vpc.Outside) {
			there = tf.Maybe
		}
		if !p.subnet.Outside {
			name := p.vpc.ShortName()
			fact = tf.Fact{ID: "gateway:" + name, Text: "whether " + name + " has an internet gateway", Settle: settleContext}
		}
	}
	if strings.HasPrefix(fact.ID, "gateway:") {
		out = g.gated(there, p.f, fact, out)
	} else {
		out = g.gatedBy(there, p.f, fact, givenPublic, out)
	}
	if p.vpc != nil && p.vpc.Default {
		for _, a := range g.network.Assumptions {
			if a.ID == "default-vpc:"+p.vpc.Label {
				out.assumptions = append(out.assumptions, a)
			}
		}
	}
	return out
}

func vpcName(p *place) string {
	if p.vpc == nil {
		return "the VPC of " + p.subnet.ShortName()
	}
	return p.vpc.ShortName()
}

// publicAccess is VPC Block Public Access (IGW-8). An account that does not
// manage it here is taken to have it off. What can be said of it only
// possibly never counts as a block in may (U-22).
func (g *Graph) publicAccess(p *place, egressAllowed bool) stage {
	b := g.network.BlockPublicAccess
	out := stage{code: "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", cost: 3, blocked: "VPC Block Public Access blocks the internet"}
	out.quiet = true
	fact := tf.Fact{
		ID: "account:vpc_block_public_access", Text: "whether VPC Block Public Access blocks " + vpcName(p),
		Settle: settleApply + `, or in tfcheck.hcl: given "account" { vpc_block_public_access = "off" }`,
	}
	if b == nil {
		mode, says, ok := g.say(fact, "vpc_block_public_access")
		if !ok {
			out.admits = everything(p.f)
			return out
		}
		out.object = aws.Object{Label: "VPC Block Public Access"}
		return gatedAs(tf.TriOf(unblocked(mode, egressAllowed)), says, p.f, fact, out)
	}
	out.object, out.cause = b.Object, aws.Cause{Resource: b.Resource, Argument: "internet_gateway_block_mode"}
	out.mend = mending{of: b, to: p.vpc}
	passes := tf.Maybe
	if mode, ok := b.Mode.Known(); ok {
		passes = tf.TriOf(unblocked(mode, egressAllowed))
		if g.answers != nil {
			g.answers.Knows(fact.ID, "vpc_block_public_access", mode)
		}
	} else if mode, says, ok := g.say(fact, "vpc_block_public_access"); ok {
		passes, out.assumptions = tf.TriOf(unblocked(mode, egressAllowed)), says
	}
	if count, unsure := b.Resource.HowMany(); unsure {
		fact, passes = count, passes.Or(tf.Maybe)
	}
	for _, e := range b.Exclusions {
		excluded := tf.No
		if e.VPC.IsSet() {
			excluded = linked(e.VPC, func(v *aws.VPC) tf.Tri { return tf.TriOf(v == p.vpc) })
		}
		if e.Subnet.IsSet() {
			excluded = excluded.Or(linked(e.Subnet, func(s *aws.Subnet) tf.Tri { return tf.TriOf(s == p.subnet) }))
		}
		mode, known := e.Mode.Known()
		if known && mode != "allow-bidirectional" && !egressAllowed {
			continue
		}
		if !known {
			excluded = excluded.And(tf.Maybe)
		}
		if count, unsure := e.Resource.HowMany(); unsure && excluded != tf.No {
			fact, excluded = count, tf.Maybe
		}
		passes = passes.Or(excluded)
	}
	return g.gated(passes, p.f, fact, out)
}

// unblocked reports whether a mode of Block Public Access lets packets pass.
func unblocked(mode string, egressAllowed bool) bool {
	return mode == "off" || egressAllowed && mode == "block-ingress"
}

// routeStage is a stage of a subnet's route table.
func routeStage(s *aws.Subnet, v *aws.VPC, routes filter) stage {
	out := stage{
		filter: routes,
		object: aws.Object{Label: "route table of " + s.ShortName()},
		code:   "NO_ROUTE_TO_DESTINATION",
		cost:   2,
		mend:   mending{of: s, d: outbound},
	}
	if t, ok := s.RouteTable.One(); ok {
		out.object = t.Object
	}
	out.cause = objectCause(out.object)
	if out.cause.Resource == nil {
		out.cause = s.Association
	}
	if out.cause.Resource == nil && v != nil {
		out.cause = objectCause(v.Object, s.Object)
	}
	return out
}
