package reach

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// internetGateway is the internet gateway of a VPC as a next hop (IGW-1).
func (s *search) internetGateway(p *place) hop {
	return hop{
		key: "internet gateway", gateway: true, to: gatewayOf{p.vpc}, missing: "no route to an internet gateway",
		wanted: toInternetGateway(p.vpc),
		follow: func(t traveller) *way { return s.outByGateway(t, p) },
	}
}

// outByGateway is the way out through an internet gateway, which carries what
// has a public address in its VPC: that of the sender itself, or of a public
// NAT gateway.
func (s *search) outByGateway(t traveller, p *place) *way {
	if s.goal.kind != toTheInternet {
		return s.blocked(t, stage{
			object: p.gateway.object, cause: p.gateway.cause, code: "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
			blocked: "an internet gateway leads to the internet only", cost: impossible, reply: s.reply,
		})
	}
	var stages []stage
	switch {
	case s.otherThan(""):
		return s.blocked(t, s.anotherGateway(p.gateway.object))
	case t.home != p.vpc:
		stages = append(stages, s.gate(tf.No, tf.Fact{}, stage{
			object: p.gateway.object, cause: p.gateway.cause, code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
			blocked: "the sender has no address in " + vpcName(p), cost: 3, fixed: true,
		}))
	case t.nat != nil:
		n := t.nat
		stages = append(stages, s.g.gated(n.Public, s.f, elasticIPFact(n), stage{
			object: n.Object, cause: objectCause(n.Object), code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
			blocked: "it is private", cost: 3, quiet: true, mend: mending{of: n},
		}))
	case t.box != nil:
		public := s.g.addressStage(t.box, s.f)
		public.code, public.quiet = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", true
		stages = append(stages, public)
	}
	if len(t.passed) == 0 && t.at == p { // straight out of the subnet
		stages = append(stages, s.gate(s.redirected(p).Not(), edgeFact(p), stage{
			object: p.gateway.object, cause: p.gateway.cause, code: "INGRESS_RTB_TRAFFIC_REDIRECTION",
			blocked: "its route table sends what arrives through a middlebox, which has to see both directions", cost: 2, quiet: true, mend: mending{of: redirectedIn{p.subnet, false}},
		}))
	}
	if !s.reply || s.cameBy != "" { // a reply to what has come in by it finds it there
		gateway := p.gateway
		gateway.reply = s.reply
		if s.f == packet.IPv4 {
			gateway.rewrite = "source: " + t.publicly() + " takes the place of the private one"
		}
		stages = append(stages, gateway)
	}
	if !s.reply {
		stages = append(stages, s.g.publicAccess(p, t.nat != nil))
	}
	out := s.arrived(t, stages...)
	out.end.own = t.nat == nil && t.box == nil && t.home == p.vpc
	out.end.back = (*search).fromGateway
	return out
}

// publicly is the public address that the packets get.
func (t *traveller) publicly() string {
	switch {
	case t.nat != nil:
		return "an Elastic IP of " + t.nat.Label
	case t.box != nil:
		return "the public address of " + interfaceObject(t.box).Label
	}
	return "its public address"
}

// fromGateway is the way from the internet gateway of the goal's VPC to the
// goal (RT-12).
func (s *search) fromGateway(t traveller) *way {
	p := s.goal.place
	way := s.intoGoal(t, s.g.edges[p.vpc], false)
	if s.reply {
		return way
	}
	gateway := p.gateway
	if s.f == packet.IPv4 {
		gateway.rewrite = "destination: the private address takes the place of the public one"
	}
	return way.behind(gateway, s.g.publicAccess(p, false))
}

// carrier is the carrier gateway of a Wavelength zone as a next hop. It gives
// out like an internet gateway; what the carrier's network lets through nobody
// knows (VPN-7).
func (s *search) carrier(p *place, r *aws.Route) hop {
	out := s.elsewhere(r)
	out.follow = func(t traveller) *way {
		o := aws.Object{Label: r.Target.Label}
		if s.otherThan(r.Target.Label) {
			return s.blocked(t, s.anotherGateway(o))
		}
		if s.goal.kind != toTheInternet || t.home != p.vpc || len(t.rewritten) > 0 {
			return s.blocked(t, stage{
				object: o, code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", blocked: "it carries what its own subnets exchange with the carrier and the internet",
				cost: 3, fixed: true, reply: s.reply,
			})
		}
		out := s.arrived(t, s.byCarrier(p, r.Target.Label)...)
		out.end.own, out.end.back = true, (*search).deliver
		return out
	}
	return out
}

// otherThan reports whether a reply over IPv4 is one to what came in by another
// gateway than a carrier's of the name, or than the internet gateway: it would
// leave with another address.
func (s *search) otherThan(carrier string) bool {
	return s.reply && s.f == packet.IPv4 && s.cameBy != carrier
}

func (s *search) anotherGateway(o aws.Object) stage {
	return stage{
		object: o, code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", blocked: "the request came in by another gateway, with another public address",
		cost: 3, fixed: true, reply: true,
	}
}

// byCarrier are the stages of a carrier gateway.
func (s *search) byCarrier(p *place, label string) []stage {
	through := s.gate(tf.Maybe, tf.Fact{
		ID: "boundary:" + label, Text: "what gets through " + label + " from and to the internet", Settle: "check it by hand",
	}, stage{object: aws.Object{Label: label}})
	if s.reply {
		return []stage{through}
	}
	return []stage{through, s.g.publicAccess(p, false)}
}

// carriersOf are the carrier gateways that the tables of a subnet lead to.
func carriersOf(s *aws.Subnet) []string {
	var out []string
	for _, t := range s.RouteTable.To {
		for n := range t.Routes {
			if to := t.Routes[n].Target; to.Kind == aws.TargetCarrierGateway && !to.Gone && !slices.Contains(out, to.Label) {
				out = append(out, to.Label)
			}
		}
	}
	return out
}

// egressOnly is the egress-only gateway of a VPC as a next hop: it keeps state
// and admits replies only (IGW-5).
func (s *search) egressOnly(p *place) hop {
	return hop{
		key: "egress-only gateway", to: egressOnlyOf{p.vpc}, missing: "no route to an egress-only internet gateway",
		wanted: toEgressOnly(p.vpc),
		follow: func(t traveller) *way {
			if s.goal.kind != toTheInternet || s.reply || t.home != p.vpc {
				o := aws.Object{Label: "egress-only internet gateway of " + vpcName(p)}
				if p.vpc != nil {
					for _, gw := range p.vpc.Gateways {
						if gw.EgressOnly {
							o = gw.Object
						}
					}
				}
				return s.blocked(t, stage{
					object: o, cause: objectCause(o, p.subnet.Object),
					code: "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", blocked: "it carries flows to the internet that begin in " + vpcName(p),
					cost: 3, fixed: true, reply: s.reply,
				})
			}
			out := s.arrived(t, s.g.publicAccess(p, true))
			out.end.own, out.end.back = true, (*search).fromGateway
			return out
		},
	}
}

func elasticIPFact(n *aws.NATGateway) tf.Fact {
	return tf.Fact{ID: "nat:" + n.Label, Text: "whether " + n.Label + " has an Elastic IP", Settle: settleApply}
}

func natKey(n *aws.NATGateway) string { return fmt.Sprintf("nat %p", n) }

// nat is a NAT gateway as a next hop.
func (s *search) nat(p *place, n *aws.NATGateway) hop {
	if n.Regional == tf.Yes {
		return hop{
			key: natKey(n), label: n.Label, to: n, wanted: toNAT(n),
			follow: func(t traveller) *way { return s.regional(t, p, n) },
		}
	}
	home, ok := n.Subnet.One()
	if !ok {
		home = s.g.unknown("the subnet of " + n.Label)
	}
	return hop{
		key: natKey(n), label: n.Label, to: n, in: home, wanted: toNAT(n),
		follow: func(t traveller) *way { return s.translated(t, p, n, s.g.place(home, s.f)) },
	}
}

// translates is what a NAT gateway does to packets of a protocol that it carries
// (NAT-2, NAT-6); where it can do nothing, the stage admits nothing.
func (s *search) translates(t traveller, n *aws.NATGateway) []stage {
	why := stage{object: n.Object, cause: objectCause(n.Object), cost: 3, fixed: true, reply: s.reply}
	switch {
	case s.reply:
		why.code, why.blocked = "NGW_SOURCE_ADDRESS_REASSIGN", "it gives the reply another address than the request was sent to"
		return []stage{why}
	case s.f == packet.IPv6:
		why.code, why.blocked = "PROTOCOL_RESTRICTION", "it carries no IPv6"
		return []stage{why}
	}
	protocols := packet.Everything(s.f).On(packet.TCP, packet.UDP, packet.ICMP)
	why.code, why.blocked = "PROTOCOL_RESTRICTION", "it carries TCP, UDP and ICMP only"
	why.rewrite = "source: it becomes an address of " + n.Label + ", any port of 1024-65535"
	why.filter = filter{admits: exactly(protocols), elements: []*element{{
		object: n.Object, cause: objectCause(n.Object), detail: "network address translation", admits: exactly(protocols),
	}}}
	if t.nat == nil {
		return []stage{why}
	}
	return []stage{why, s.gate(tf.Maybe, behindFact(n, t.nat), stage{object: n.Object, cause: objectCause(n.Object), quiet: true})} // NAT-10
}

// behindFact asks about a NAT gateway that takes the packets of another (NAT-10).
func behindFact(n, other *aws.NATGateway) tf.Fact {
	return tf.Fact{ID: "nat-nat:" + n.Label, Text: "whether " + n.Label + " takes what " + other.Label + " sends", Settle: "check it by hand"}
}

// translated is the way through a NAT gateway: into its subnet, out of it with
// the gateway's address and a port that it chooses, and on by that subnet's
// table (NAT-1 to NAT-6).
func (s *search) translated(t traveller, p *place, n *aws.NATGateway, at *place) *way {
	stages := s.translates(t, n)
	if stages[0].admits.IsEmpty() {
		return s.blocked(t, stages[0])
	}
	if away := s.elsewhereThan(p, at, n.Object); away != nil {
		return s.blocked(t, *away)
	}
	if at.subnet != p.subnet {
		stages = append(stages, s.acl(at, inbound, t.as))
	}
	t.rewrite(s.g, t, at, remote{key: natKey(n), addresses: at.hosts, one: true, fact: at.whichHosts})
	t.nat = n
	return s.leave(t, at).behind(stages...)
}

// elsewhereThan is the stage of a next hop that stands in another VPC than the
// subnet whose table leads to it, which AWS refuses (RT-6); nil where it does not.
func (s *search) elsewhereThan(p, at *place, o aws.Object) *stage {
	if p == nil || p.vpc == nil || at.vpc == nil || p.vpc == at.vpc {
		return nil
	}
	return &stage{
		object: o, cause: objectCause(o), code: "BAD_STATE_ROUTE", blocked: "it stands in " + vpcName(at) + ", and not in " + vpcName(p),
		cost: replaceRoute + 1, reply: s.reply,
	}
}

// regional is the way out through a NAT gateway of the whole VPC: it stands in
// no subnet, so that there is no ACL and no table but its own, which leads to
// the internet gateway, and serves the zones that it is registered in (NAT-8).
func (s *search) regional(t traveller, p *place, n *aws.NATGateway) *way {
	stages := s.translates(t, n)
	if stages[0].admits.IsEmpty() {
		return s.blocked(t, stages[0])
	}
	why := stage{object: n.Object, cause: objectCause(n.Object), cost: 3, quiet: true}
	there := why
	there.code, there.blocked = "BAD_STATE_ROUTE", "it is not one of "+vpcName(p)
	here := linked(n.VPC, func(v *aws.VPC) tf.Tri { return tf.TriOf(v == p.vpc) })
	stages = append(stages, s.gate(here, tf.Fact{ID: "attached:" + n.Label, Text: "which VPC " + n.Label + " serves", Settle: settleContext}, there))
	serves := tf.TriOf(len(n.Zones) == 0)
	for _, zone := range n.Zones {
		serves = serves.Or(sameZones(zone, s.g.zone(p.subnet)))
	}
	zone := why
	zone.code, zone.blocked = "REGIONAL_NGW_ROUTE_AZ_RESTRICTION", "it does not serve the zone of "+p.subnet.Label
	stages = append(stages, s.gate(serves, zoneFact(p.subnet), zone))
	if s.goal.kind != toTheInternet {
		return s.unknownWay(t, n.Object, tf.Fact{
			ID: "boundary:" + n.Label, Text: "what gets through " + n.Label + " to anywhere but the internet", Settle: "check it by hand",
		}).behind(stages...)
	}
	before := t
	t.rewrite(s.g, before, p, remote{key: natKey(n), addresses: packet.AllAddresses(s.f), one: true})
	t.rewritten[len(t.rewritten)-1].back = func(back *search, r traveller) *way {
		if back.goal.place.vpc == p.vpc {
			return back.deliver(r)
		}
		return back.setOut(r, p) // by the tables of the VPC, as it came
	}
	t.nat = n
	public := why
	public.code, public.blocked, public.mend.of = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "it is private", n
	gateway := p.gateway
	gateway.rewrite = "source: " + t.publicly() + " takes the place of the private one"
	out := s.arrived(t, append(stages, s.g.gated(n.Public, s.f, elasticIPFact(n), public), gateway, s.g.publicAccess(p, true))...)
	out.end.back = func(back *search, r traveller) *way { return back.arrived(r) }
	return out
}
