package reach

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// site is a network on premises where it is connected: behind a virtual private
// gateway, or behind an attachment of a transit gateway.
type site struct {
	*aws.OnPremises
	gateway    *aws.VPNGateway
	attachment *aws.Attachment
	says       []*tf.Assumption // what its prefixes rest on
	// named are addresses that a question puts behind it (U-17).
	named packet.Addresses
}

// sites are the networks on premises that a network is connected to.
func sites(n *aws.Network) []*site {
	var out []*site
	for _, gw := range n.VPNGateways {
		for _, o := range gw.OnPremises {
			out = append(out, &site{OnPremises: o, gateway: gw})
		}
		if gw.Open {
			out = append(out, &site{OnPremises: &aws.OnPremises{Object: gw.Object, Kind: aws.DynamicVPN, Open: true}, gateway: gw})
		}
	}
	for _, gw := range n.TransitGateways {
		for _, a := range gw.Attachments {
			if a.OnPremises != nil {
				out = append(out, &site{OnPremises: a.OnPremises, attachment: a})
			}
		}
	}
	return out
}

// covers are the addresses that certainly lie behind a connection: those of its
// static routes, and those that a transit gateway's static routes send there
// (VPN-4).
func (o *site) covers(f packet.Family) packet.Addresses {
	out := o.named.Family(f)
	add := func(v tf.Val[netip.Prefix]) {
		if p, ok := v.Known(); ok {
			out = out.Union(packet.Prefixes(p.Masked()).Family(f))
		}
	}
	for _, p := range o.Prefixes {
		add(p)
	}
	if o.attachment != nil {
		for _, gw := range o.attachment.Gateway.To {
			for _, t := range gw.Tables {
				for _, r := range t.Routes {
					if to, ok := r.Attachment.One(); ok && to == o.attachment && r.Kind == aws.StaticRoute && r.Blackhole == tf.No {
						add(r.Destination)
					}
				}
			}
		}
	}
	return out
}

// vague reports whether a network may announce anything besides.
func (o *site) vague() bool {
	return o.Open || slices.ContainsFunc(o.Prefixes, func(p tf.Val[netip.Prefix]) bool { return p.IsUnknown() })
}

// named is a graph in which the addresses on premises that a question names lie
// behind the connections that may announce them: that they lie behind a gateway
// is what the end point means (U-17). Where a connection's static routes cover
// them, nothing has to be assumed, and without one they are not there (VPN-2),
// so that one that may be missing stays a question; a virtual private gateway to which the input
// connects nothing stands for what is connected to it elsewhere.
func (g *Graph) named(ends ...Endpoint) *Graph {
	for _, e := range ends {
		if e.Kind != OnPremises || e.Addresses.IsEmpty() || slices.ContainsFunc(g.sites, func(o *site) bool {
			return e.Addresses.SubsetOf(o.covers(e.Family))
		}) {
			continue
		}
		sites := slices.Clone(g.sites)
		for _, gw := range g.network.VPNGateways {
			if !slices.ContainsFunc(sites, func(o *site) bool { return o.gateway == gw }) {
				sites = append(sites, &site{OnPremises: &aws.OnPremises{Object: gw.Object, Kind: aws.DynamicVPN, Open: true}, gateway: gw})
			}
		}
		for n, o := range sites {
			if o.vague() && o.Kind != aws.StaticVPN {
				known := *o
				known.named = e.Addresses
				known.says = append(slices.Clone(o.says), &tf.Assumption{
					ID: "behind:" + o.Label, Address: addressOf(o.Object),
					Text: e.Label + " lies behind " + o.Label + ", which has a route to it (VPN-4)",
				})
				sites[n] = &known
			}
		}
		g = g.fork()
		g.sites = sites
	}
	return g
}

// premises is a set of addresses on premises as a remote.
func premises(label string, a packet.Addresses, f packet.Family) remote {
	if a.IsEmpty() {
		a = packet.AllAddresses(f)
	}
	return remote{key: label, addresses: a}
}

func premisesGoal(at remote) goal { return goal{key: at.key, at: at, kind: toPremises} }

// vpnGateway is a virtual private gateway as a next hop.
func (s *search) vpnGateway(p *place, gw *aws.VPNGateway) hop {
	return hop{
		key: fmt.Sprintf("vpn %p", gw), label: gw.Label, to: gw,
		wanted: leadsTo(aws.TargetVPNGateway, func(t *aws.Target) aws.Link[aws.VPNGateway] { return t.VPNGateway }, gw),
		follow: func(t traveller) *way { return s.outByVPN(t, p, gw) },
	}
}

// outByVPN is the way out through a virtual private gateway: to what is
// connected to it, for what comes from its own VPC (VPN-1, VPN-3).
func (s *search) outByVPN(t traveller, p *place, gw *aws.VPNGateway) *way {
	why := stage{object: gw.Object, cause: objectCause(gw.Object), cost: 3, quiet: true}
	there := why
	there.code, there.blocked = "BAD_STATE_ROUTE", notAttached(gw, p)
	there.cost, there.mend = moveGateway, mending{of: gw, to: p.vpc}
	stages := []stage{s.gate(s.attachedVPN(gw, p.vpc), attachedVPNFact(gw), there)}
	if t.home != p.vpc {
		own := why
		own.code, own.blocked = "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS", "it carries only what comes from "+vpcName(p)+" itself"
		own.fixed = true
		return s.blocked(t, own).behind(stages...)
	}
	var ways []*way
	for _, o := range s.g.sites {
		if o.gateway == gw {
			ways = append(ways, s.outBySite(t, o))
		}
	}
	if len(ways) == 0 {
		nothing := why
		nothing.code, nothing.blocked = "NO_PATH", "nothing is connected to it"
		ways = append(ways, s.blocked(t, nothing))
	}
	return s.branch(ways).behind(stages...)
}

// serves reports whether something on premises is connected to a gateway.
func (g *Graph) serves(gw *aws.VPNGateway) bool {
	return slices.ContainsFunc(g.sites, func(o *site) bool { return o.gateway == gw })
}

func (s *search) attachedVPN(gw *aws.VPNGateway, v *aws.VPC) tf.Tri {
	return linked(gw.VPC, func(w *aws.VPC) tf.Tri { return tf.TriOf(w == v) })
}

// notAttached says what a gateway is attached to instead of a VPC (TF-RT-5).
func notAttached(gw *aws.VPNGateway, p *place) string {
	text := "it is not attached to " + vpcName(p)
	if v, ok := gw.VPC.One(); ok {
		text += " but to " + v.ShortName()
	}
	return text
}

func attachedVPNFact(gw *aws.VPNGateway) tf.Fact {
	return tf.Fact{ID: "vpn-attached:" + gw.Label, Text: "which VPC " + gw.Label + " is attached to", Settle: settleContext}
}

// outBySite is the way over a connection, where it is certain or possible that
// the goal lies behind it.
func (s *search) outBySite(t traveller, o *site) *way {
	if s.goal.kind != toPremises {
		return s.pastSite(t, o)
	}
	out := s.arrived(t, append(s.carries(o), s.behindSite(o))...)
	out.end.back = func(back *search, t traveller) *way { return back.fromSite(t, o) }
	return out
}

// pastSite is a goal that is not on premises. Whether a network there hands
// packets on to the internet, or to another VPC that it is connected to, nobody
// knows; replies would come from the wrong address.
func (s *search) pastSite(t traveller, o *site) *way {
	relayed := !s.reply && (s.goal.kind == toTheInternet || s.goal.kind == toHosts && s.g.hasSite(s.goal.place.vpc))
	if relayed {
		return s.unknownWay(t, o.Object, tf.Fact{
			ID: "premises:" + o.Label, Text: "what the network behind " + o.Label + " hands on", Settle: "check it by hand",
		}).behind(s.behindSite(o))
	}
	return s.blocked(t, stage{
		object: o.Object, cause: objectCause(o.Object), code: "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS",
		blocked: "it leads out of AWS", cost: impossible, reply: s.reply,
	})
}

// hasSite reports whether something on premises is connected to a VPC.
func (g *Graph) hasSite(v *aws.VPC) bool {
	return slices.ContainsFunc(g.sites, func(o *site) bool {
		if o.gateway != nil {
			return linked(o.gateway.VPC, func(w *aws.VPC) tf.Tri { return tf.TriOf(w == v) }) != tf.No
		}
		return slices.ContainsFunc(o.attachment.Gateway.To, func(gw *aws.TransitGateway) bool { return slices.Contains(g.transits[v], gw) })
	})
}

// carries are the stages of a connection as such: a VPN of a virtual private
// gateway has no IPv6, and one of a transit gateway carries one of the two
// families (VPN-1).
func (s *search) carries(o *site) []stage {
	if o.attachment != nil {
		out := s.attachment(o.attachment)
		inside, state := o.Inside.Get()
		if state == tf.IsNull {
			return out
		}
		name := familyName(s.f)
		carries := tf.Maybe
		if state == tf.IsKnown {
			carries = tf.TriOf(strings.EqualFold(inside, name))
		}
		return append(out, s.gate(carries, tf.Fact{
			ID: "boundary:" + o.Label, Text: "whether the tunnels of " + o.Label + " carry " + name, Settle: settleApply,
		}, stage{
			object: o.Object, cause: aws.Cause{Resource: o.Resource, Argument: "tunnel_inside_ip_version"}, code: "PROTOCOL_RESTRICTION",
			blocked: "its tunnels carry no " + name, cost: impossible, quiet: true,
		}))
	}
	if s.f == packet.IPv4 || o.Kind == aws.DirectConnect {
		return nil
	}
	return []stage{s.gate(tf.No, tf.Fact{}, stage{
		object: o.Object, cause: objectCause(o.Object), code: "PROTOCOL_RESTRICTION", blocked: "it carries no IPv6", cost: impossible,
	})}
}

// behindSite is what a connection is certain to lead to. A transit gateway's
// routes say so themselves; a virtual private gateway follows the static routes
// of its connections, and what they announce by BGP (VPN-4).
func (s *search) behindSite(o *site) stage {
	out := stage{object: o.Object, cause: objectCause(o.Object), code: "CANNOT_ROUTE", blocked: "it does not lead to this address", cost: 2, reply: s.reply, mend: mending{of: o.OnPremises, d: outbound, far: s.goal.at.addresses}}
	all := packet.Everything(s.f)
	if o.attachment != nil {
		out.admits = everything(s.f)
		out.elements = []*element{{object: o.Object, cause: out.cause, detail: "connected", admits: out.admits}}
		return out
	}
	must := o.covers(s.f)
	admits := exactly(all.To(must))
	if o.vague() {
		admits.May = all.To(must.Union(s.g.learned(s.f)))
		out.doubts = []doubt{{announcedFact(o), admits.May}}
	}
	out.admits, out.assumptions = admits, o.says
	out.elements = []*element{{object: o.Object, cause: out.cause, detail: "connected", admits: admits}}
	out.filter = asSeen(outbound, out.filter, s.goal.at, s.f)
	if s.reply {
		out.filter = out.backward(s.f)
	}
	return out
}

func announcedFact(o *site) tf.Fact {
	return tf.Fact{ID: "announced:" + o.Label, Text: "which prefixes the network behind " + o.Label + " announces", Settle: "check it by hand"}
}

// fromPremises is the way from a network on premises: over the connection that
// leads to the sender, or whichever it is (VPN-2). Where one certainly leads to
// it, another may do so as well if nobody knows what it announces (VPN-4).
func (s *search) fromPremises(t traveller) *way {
	var certain, possible, all []*way
	var names, certainly []string
	for _, o := range s.g.sites {
		w := s.fromSite(t, o)
		all, names = append(all, w), append(names, o.ShortName())
		switch {
		case !t.as.addresses.SubsetOf(o.covers(s.f)):
			if o.vague() {
				possible = append(possible, w.behind(s.gate(tf.Maybe, announcedFact(o), stage{object: o.Object, cause: objectCause(o.Object), quiet: true})))
			}
		case o.named.IsEmpty() || !s.elsewhereBound(o):
			certain, certainly = append(certain, w), append(certainly, o.ShortName())
		}
	}
	which := tf.Fact{
		ID: "connection:" + t.as.key, Text: "over which connection " + t.as.key + " arrives", Settle: "check it by hand",
	}
	switch {
	case len(certain) == 0 && s.suppose: // by the one that is made to lead there
		possible = all
	case len(certain) == 0:
		certain, certainly, possible = all, names, nil
	}
	if hidden, ok := s.g.hiddenCarrier(s.goal.place); ok {
		possible = append(possible, s.deliver(t).behind(s.gate(tf.Maybe, tf.Fact{
			ID: "boundary:" + hidden.Label, Text: "what " + hidden.Label + " lets in from networks that the input does not show", Settle: settleContext,
		}, stage{object: hidden})))
	}
	if len(certain) > 0 {
		possible = append(possible, s.oneOfNamed(which, certainly, certain))
	}
	if len(possible) == 0 {
		p := s.goal.place
		return s.blocked(t, stage{
			object: aws.Object{Label: vpcName(p)}, cause: objectCause(p.subnet.Object), code: "NO_PATH", cost: 3,
			blocked: "nothing connects " + vpcName(p) + " to a network on premises",
		})
	}
	return s.branch(possible)
}

// elsewhereBound reports whether a connection certainly ends at a gateway of
// another VPC than the goal's.
func (s *search) elsewhereBound(o *site) bool {
	return o.gateway != nil && s.goal.kind == toHosts && s.attachedVPN(o.gateway, s.goal.place.vpc) == tf.No
}

// hiddenCarrier is what may bring packets into the VPC of a subnet from networks
// that the input does not show (TGW-11, U-13).
func (g *Graph) hiddenCarrier(p *place) (aws.Object, bool) {
	if p.vpc == nil || p.vpc.Outside || p.subnet.Outside {
		return p.subnet.Object, true
	}
	for _, gw := range g.transits[p.vpc] {
		if gw.Open {
			return gw.Object, true
		}
	}
	if b := g.carrierAt(p.vpc); b != nil {
		return b.Object, true
	}
	return aws.Object{}, false
}

// fromSite is the way in from one connection: by a virtual private gateway to
// every interface of its VPC, whatever the routes of their subnets (VPN-2,
// VPN-3); or by the table of a transit gateway that the attachment is
// associated with.
func (s *search) fromSite(t traveller, o *site) *way {
	t.zone, t.over = tf.UnknownVal[string](), o
	stages := append(s.carries(o), s.announced(o)...)
	if o.attachment != nil {
		return s.associated(t, o.attachment).behind(stages...).resting(o.says)
	}
	gw := o.gateway
	why := stage{object: gw.Object, cause: objectCause(gw.Object), code: "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", cost: 3}
	if s.goal.kind != toHosts {
		why.blocked = "it leads to interfaces of its VPC only"
		return s.blocked(t, why).behind(stages...)
	}
	why.blocked = notAttached(gw, s.goal.place)
	why.cost, why.mend = moveGateway, mending{of: gw, to: s.goal.place.vpc}
	attached := s.gate(s.attachedVPN(gw, s.goal.place.vpc), attachedVPNFact(gw), why)
	attached.elements = []*element{{object: gw.Object, cause: why.cause, detail: "from " + o.Label, admits: attached.admits}}
	return s.intoGoal(t, s.g.vpnEdges[s.goal.place.vpc], true).behind(append(stages, attached)...).resting(o.says)
}

// announced is what a Direct Connect gateway tells the other side of: nothing
// else gets in over it (VPN-5).
func (s *search) announced(o *site) []stage {
	if o.Announced == nil {
		return nil
	}
	var must packet.Addresses
	admits, all := Relation{}, packet.Everything(s.f)
	for _, v := range o.Announced {
		if p, ok := v.Known(); ok {
			must = must.Union(packet.Prefixes(p.Masked()).Family(s.f))
		} else {
			admits.May = all
		}
	}
	admits = admits.or(exactly(all.To(must)))
	out := stage{
		object: o.Object, cause: aws.Cause{Resource: o.Resource, Argument: "allowed_prefixes"}, code: "CANNOT_ROUTE",
		blocked: "its allowed prefixes do not hold the destination", cost: 1, reply: s.reply, quiet: true,
		mend: mending{of: o, d: outbound, far: s.goal.at.addresses},
	}
	out.filter = asSeen(outbound, filter{admits: admits, doubts: []doubt{{announcedFact(o), admits.May.Subtract(admits.Must)}}}, s.goal.at, s.f)
	if s.reply {
		out.filter = out.backward(s.f)
	}
	return []stage{out}
}

// toPremises is what gets from an interface to addresses on premises.
func (g *Graph) toPremises(i *aws.Interface, to Endpoint, f packet.Family, question packet.Set, suppose bool) outcome {
	far := premises(to.Label, to.Addresses, f)
	return g.overPlaces(i, f, func(p *place) outcome {
		sender := g.hostIn(i, p)
		asked := question.To(far.addresses)
		if !sender.one {
			asked = asked.From(sender.addresses)
		}
		before := append(g.sends(i, p, far), g.speaksStage(i, p), g.groupStage(i, outbound, f, far))
		o := g.roundTrip(g.from(sender, p), p, premisesGoal(far), suppose).outcome(func(w *passage) outcome {
			return w.walk(before, nil, asked)
		})
		o.from, o.to = sender.addresses, far.addresses
		o.story = o.story.setOut(interfaceObject(i)).arrive(aws.Object{Label: to.Label})
		return o
	})
}

// fromPremises is what gets from addresses on premises to an interface. more
// are stages of the receiver, such as its listeners.
func (g *Graph) fromPremises(from Endpoint, j *aws.Interface, f packet.Family, question packet.Set, suppose bool, more ...stage) outcome {
	return g.overPlaces(j, f, func(p *place) outcome { return g.fromPremisesTo(from, j, p, question, suppose, more...) })
}

// fromPremisesTo is what gets from there to an interface in one of the subnets
// where that stands.
func (g *Graph) fromPremisesTo(from Endpoint, j *aws.Interface, p *place, question packet.Set, suppose bool, more ...stage) outcome {
	f := p.f
	far := premises(from.Label, from.Addresses, f)
	receiver := g.hostIn(j, p)
	asked := question.From(far.addresses)
	if !receiver.one {
		asked = asked.To(receiver.addresses)
	}
	to := g.to(receiver, p)
	s := &search{g: g, f: f, goal: to, suppose: suppose}
	t := traveller{as: far, outside: toPremises}
	ways := s.fromPremises(t).continued(func(end *arrival) *way { return g.replies(to, end, f, suppose) }).settled(nil, everything(f))
	o := ways.outcome(func(w *passage) outcome {
		after := append([]stage{g.groupStage(j, inbound, f, w.end.as), g.speaksStage(j, p), g.listening(j, f)}, more...)
		return w.walk(nil, after, asked)
	})
	o.from, o.to = far.addresses, receiver.addresses
	o.story = o.story.setOut(aws.Object{Label: from.Label}).arrive(interfaceObject(j))
	return o
}
