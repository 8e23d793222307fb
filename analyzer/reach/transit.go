package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// transit is a transit gateway as a next hop.
func (s *search) transit(p *place, gw *aws.TransitGateway) hop {
	return hop{
		key: fmt.Sprintf("transit %p", gw), label: gw.Label, to: gw,
		wanted: leadsTo(aws.TargetTransitGateway, func(t *aws.Target) aws.Link[aws.TransitGateway] { return t.Transit }, gw),
		follow: func(t traveller) *way { return s.intoTransit(t, p, gw) },
	}
}

// intoTransit is the way into a transit gateway by an attachment of the VPC
// that the packets are in (TGW-2).
func (s *search) intoTransit(t traveller, p *place, gw *aws.TransitGateway) *way {
	fact := tf.Fact{ID: "transit-attached:" + gw.Label, Text: "which VPCs are attached to " + gw.Label, Settle: settleContext}
	var ways []*way
	certain := true
	for _, a := range gw.Attachments {
		if a.Kind != aws.AttachedVPC {
			continue
		}
		here := linked(a.VPC, func(v *aws.VPC) tf.Tri { return tf.TriOf(v == p.vpc) })
		if here == tf.No {
			continue
		}
		certain = certain && here == tf.Yes
		ways = append(ways, s.enter(t, p, a).behind(s.attachment(a)...))
	}
	if len(ways) == 0 && s.suppose {
		if a := s.g.attachable(gw, p); a != nil {
			return s.enter(t, p, a).behind(s.attachment(a)...)
		}
	}
	if len(ways) == 0 && !gw.Open {
		return s.blocked(t, stage{
			object: gw.Object, cause: objectCause(gw.Object), code: "UNASSOCIATED_COMPONENT",
			blocked: vpcName(p) + " is not attached to it", cost: 3, reply: s.reply,
		})
	}
	if len(ways) == 0 || !certain && gw.Open {
		ways = append(ways, s.unknownWay(t, gw.Object, fact)) // TGW-11
	}
	return s.oneOfWays(fact, ways)
}

// attachment are the stages of an attachment as such: that somebody accepted
// it, and that it carries the family.
func (s *search) attachment(a *aws.Attachment) []stage {
	why := stage{object: a.Object, cause: objectCause(a.Object), cost: 3, quiet: true, mend: mending{of: a}}
	active := why
	active.code, active.blocked = "BAD_STATE_ATTACHMENT", "nobody accepts it"
	if at, ok := s.g.isSupposed(a); ok {
		v, _ := a.VPC.One()
		active.object, active.cause, active.cost = v.Object, objectCause(v.Object), newAttachment
		active.code, active.blocked = "UNASSOCIATED_COMPONENT", "it is not attached to "+at.gateway.Label
	}
	out := []stage{s.gate(a.Active, tf.Fact{
		ID: "attachment:" + a.Label, Text: "whether " + a.Label + " is accepted", Settle: settleContext,
	}, active)}
	if s.f == packet.IPv6 && a.Kind == aws.AttachedVPC {
		carries := why
		carries.code, carries.blocked = "PROTOCOL_RESTRICTION", "it carries no IPv6"
		out = append(out, s.gate(a.IPv6, tf.Fact{
			ID: "attachment-ipv6:" + a.Label, Text: "whether " + a.Label + " carries IPv6", Settle: settleApply,
		}, carries))
	}
	return out
}

// attachable is a subnet whose VPC could be attached to a transit gateway.
type attachable struct {
	gateway *aws.TransitGateway
	subnet  *aws.Subnet
}

// attachable is the attachment that the VPC of a subnet could have and does not,
// with an interface in that subnet, or nil (TGW-1).
func (g *Graph) attachable(gw *aws.TransitGateway, p *place) *aws.Attachment {
	if p.vpc == nil || p.vpc.Outside || slices.Contains(g.transits[p.vpc], gw) {
		return nil
	}
	key := attachable{gw, p.subnet}
	a, ok := g.supposed[key]
	if !ok {
		a = &aws.Attachment{
			Object:  aws.Object{Label: "the attachment of " + p.vpc.ShortName()},
			Kind:    aws.AttachedVPC,
			Gateway: aws.Link[aws.TransitGateway]{To: []*aws.TransitGateway{gw}}, VPC: aws.Link[aws.VPC]{To: []*aws.VPC{p.vpc}},
			Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{{To: []*aws.Subnet{p.subnet}}}},
			Active:  tf.No, ApplianceMode: tf.No, IPv6: tf.Yes, GroupReferences: tf.No, AssociationCause: objectCause(p.vpc.Object),
		}
		g.supposed[key] = a
	}
	return a
}

// isSupposed reports whether an attachment is one that is not there, and what it
// would attach.
func (g *Graph) isSupposed(a *aws.Attachment) (attachable, bool) {
	gw, ok := a.Gateway.One()
	if !ok || a.Resource != nil || a.Kind != aws.AttachedVPC || len(a.Subnets.Each) != 1 {
		return attachable{}, false
	}
	s, _ := a.Subnets.Each[0].One()
	at := attachable{gw, s}
	return at, g.supposed[at] == a
}

// enter is the way through the interface of an attachment in the zone of the
// packets, past the ACL of its subnet (TGW-2, NACL-10), and on by the table
// that the attachment is associated with (TGW-3).
func (s *search) enter(t traveller, p *place, a *aws.Attachment) *way {
	gw, _ := a.Gateway.One()
	t.outward = tf.No // TGW-12
	t.inward = t.inward.And(a.GroupReferences)
	if gw != nil {
		t.inward = t.inward.And(gw.GroupReferences)
	}
	next := s.associated(t, a)
	fact := zoneFact(p.subnet)
	var ways []*way
	acls := map[*aws.ACL]bool{}
	for _, d := range s.doors(a) {
		same := s.g.sameZone(p.subnet, d.place.subnet)
		if same == tf.No && outlying(s.g.zone(p.subnet)) {
			same = tf.Maybe // it uses the zone that it hangs on, which its name does not tell
		}
		if same == tf.No {
			continue
		}
		w := next.behind(s.acl(d.place, inbound, t.as)).resting(s.g.zoneSays(p.subnet, d.place.subnet)) // NACL-10, also in the packets' own subnet
		if same == tf.Yes && d.certain {
			return w
		}
		if acl, one := d.place.subnet.ACL.One(); !one || !acls[acl] {
			acls[acl] = true
			ways = append(ways, w)
		}
	}
	none := s.barred(t, stage{
		object: a.Object, cause: objectCause(a.Object), code: "TGW_ROUTE_AZ_RESTRICTION",
		blocked: "it has no subnet in the zone of " + p.subnet.Label, cost: 3, reply: s.reply, mend: mending{of: a, to: p.subnet},
	}, func() *way { return next.behind(s.acl(p, inbound, t.as)) })
	if a.Subnets.Open {
		ways = append(ways, next)
	}
	return s.oneOfWays(fact, append(ways, none))
}

// door is a subnet that an attachment has an interface in.
type door struct {
	place   *place
	certain bool
}

// like reports whether packets fare alike at two doors: their subnets have the
// same table and ACL, and the goal is in neither.
func (d door) like(e door, to goal) bool {
	x, y := d.place.subnet, e.place.subnet
	tables, one := x.RouteTable.One()
	other, too := y.RouteTable.One()
	acl, aOne := x.ACL.One()
	acl2, bOne := y.ACL.One()
	return one && too && aOne && bOne && tables == other && acl == acl2 && d.certain == e.certain &&
		(to.place == nil || to.place.subnet != x && to.place.subnet != y)
}

// doors are the subnets of an attachment.
func (s *search) doors(a *aws.Attachment) []door {
	var out []door
	add := func(l aws.Link[aws.Subnet], certain bool) {
		_, one := l.One()
		for _, sub := range l.To {
			out = append(out, door{s.g.place(sub, s.f), certain && one})
		}
	}
	for _, l := range a.Subnets.Each {
		add(l, true)
	}
	for _, l := range a.Subnets.Maybe {
		add(l, false)
	}
	return out
}

// associated is the way on by the table that an attachment is associated with.
func (s *search) associated(t traveller, a *aws.Attachment) *way {
	cause := a.AssociationCause
	if cause.Resource == nil {
		cause = objectCause(a.Object)
	}
	if !a.Association.IsSet() {
		why := stage{
			object: a.Object, cause: cause, code: "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
			blocked: "it is associated with no route table", cost: 3, reply: s.reply,
		}
		var ways []*way
		if gw, ok := a.Gateway.One(); ok && s.suppose {
			for _, table := range gw.Tables {
				why.mend = mending{of: a, to: table}
				ways = append(ways, s.barred(t, why, func() *way { return s.byTable(t, table) }))
			}
		}
		if len(ways) == 0 {
			return s.blocked(t, why)
		}
		return s.branch(ways)
	}
	fact := tf.Fact{ID: "association:" + a.Label, Text: "which route table " + a.Label + " is associated with", Settle: settleContext}
	var ways []*way
	for _, table := range a.Association.To {
		ways = append(ways, s.byTable(t, table))
	}
	if a.Association.Open || len(ways) == 0 {
		ways = append(ways, s.unknownWay(t, a.Object, fact))
	}
	return s.oneOfWays(fact, ways)
}

// byTable is where a route table of a transit gateway sends packets (TGW-5).
func (s *search) byTable(t traveller, table *aws.TransitTable) *way {
	again, cut := s.visit(&t, fmt.Sprintf("%p", table))
	if again || cut {
		return s.circle(t, table.Object, again)
	}
	fact := tf.Fact{ID: "transit-table:" + table.Label, Text: "the routes of " + table.Label, Settle: settleContext}
	if table.Open {
		return s.unknownWay(t, table.Object, fact) // TGW-11
	}
	var ways []*way
	seen := map[*aws.Attachment]bool{}
	follow := func(to *aws.Attachment, supposed int) {
		route := s.transitRoute(table, to)
		if !seen[to] && route.admits.IsEmpty() == (supposed > 0) {
			seen[to] = true
			if supposed > 0 {
				route.cost = supposed
			}
			if supposed > 0 && s.over != nil && s.over.attachment != to && to.OnPremises != nil {
				route.cost = leadsElsewhere
			}
			route.mend.to = to
			ways = append(ways, s.leaveTransit(t, to).behind(route))
		}
	}
	for _, r := range s.g.transitTable(table) {
		for _, to := range r.Attachment.To {
			follow(to, 0)
		}
		if r.Attachment.Outside() || r.Attachment.Open {
			route := s.transitRoutes(table, func(o *aws.TransitRoute) tf.Tri { return tf.TriOf(o == r.TransitRoute).And(tf.Maybe) })
			if !route.admits.IsEmpty() {
				fact := transitRouteFact(table, r.TransitRoute)
				fact.Settle = settleContext
				ways = append(ways, s.unknownWay(t, table.Object, fact).behind(route))
			}
		}
	}
	if s.suppose || len(ways) == 0 {
		cost := addRoute
		if len(ways) > 0 {
			cost = replaceRoute
		}
		if gw, ok := table.Gateway.One(); ok {
			for _, to := range gw.Attachments {
				if s.attachedTo(to) {
					follow(to, cost)
				}
			}
			if s.suppose && s.goal.kind == toHosts && !slices.Contains(s.g.transits[s.goal.place.vpc], gw) {
				if to := s.g.attachable(gw, s.goal.place); to != nil {
					follow(to, cost)
				}
			}
		}
	}
	if len(ways) == 0 {
		route := s.transitRoute(table, nil)
		return s.blocked(t, route)
	}
	return s.branch(ways)
}

// circle is where packets come to a place again, or have come too far.
func (s *search) circle(t traveller, o aws.Object, again bool) *way {
	if again {
		return s.blocked(t, stage{
			object: o, cause: objectCause(o), code: "NO_PATH", blocked: "routes lead in a circle", cost: replaceRoute + 1, reply: s.reply,
		})
	}
	return s.unknownWay(t, o, tf.Fact{
		ID: "long:" + o.Label, Text: "whether packets that pass " + o.Label + " on their long way arrive", Settle: "check it by hand",
	})
}

// attachedTo reports whether the goal lies behind an attachment.
func (s *search) attachedTo(a *aws.Attachment) bool {
	if s.goal.kind == toPremises {
		return a.OnPremises != nil
	}
	if a.Kind == aws.AttachedPeering && s.suppose && s.goal.kind == toHosts {
		return slices.ContainsFunc(a.Peer.To, func(other *aws.Attachment) bool {
			gw, ok := other.Gateway.One()
			return ok && slices.Contains(s.g.transits[s.goal.place.vpc], gw)
		})
	}
	v, ok := a.VPC.One()
	return ok && s.goal.inside(v)
}

// joins reports whether a VPC is attached to a transit gateway, or to one that
// is peered with it.
func (g *Graph) joins(gw *aws.TransitGateway, v *aws.VPC) bool {
	return slices.Contains(g.transits[v], gw) || slices.ContainsFunc(gw.Attachments, func(a *aws.Attachment) bool {
		return a.Kind == aws.AttachedPeering && slices.ContainsFunc(a.Peer.To, func(other *aws.Attachment) bool {
			far, ok := other.Gateway.One()
			return ok && slices.Contains(g.transits[v], far)
		})
	})
}

// transitRoute is the routes of a table to one attachment.
func (s *search) transitRoute(table *aws.TransitTable, to *aws.Attachment) stage {
	return s.transitRoutes(table, func(r *aws.TransitRoute) tf.Tri {
		return linked(r.Attachment, func(a *aws.Attachment) tf.Tri { return tf.TriOf(a == to) }).And(r.Blackhole.Not())
	})
}

// transitRoutes are the routes of a table that are wanted, as a stage: the
// longest prefix, then the kind of route (TGW-5). A blackhole drops what it
// matches.
func (s *search) transitRoutes(table *aws.TransitTable, wanted func(*aws.TransitRoute) tf.Tri) stage {
	var list []choice
	hole, spares := false, false
	for _, r := range s.g.transitTable(table) {
		detail, fact := transitRouteText(r.TransitRoute), func() tf.Fact { return transitRouteFact(table, r.TransitRoute) }
		for _, e := range s.g.transitEntries(r.TransitRoute, s.f) {
			e, covers := s.g.inRange(e, s.goal)
			if !covers {
				continue
			}
			hole = hole || r.Blackhole != tf.No && e.to.Overlaps(s.goal.at.addresses)
			e.says = slices.Concat(e.says, r.says)
			c := choice{routeEntry: e, want: wanted(r.TransitRoute), fact: fact, element: element{object: table.Object, cause: r.Cause, detail: detail}}
			if e.length == anyLength && r.Kind >= aws.PropagatedDirectConnect {
				list = append(list, s.toNamed(c, r.TransitRoute)...)
				c.to, c.spares = s.g.learned(s.f), s.g.internet[s.f]
				spares = spares || c.want != tf.Yes
			}
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b choice) int { return a.compare(b.routeEntry) })
	out := stage{
		filter: asSeen(outbound, choose(list, s.f), s.goal.at, s.f),
		object: table.Object, cause: objectCause(table.Object), cost: 2, reply: s.reply,
		code: "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", blocked: "no route to the destination",
		mend: mending{of: table, d: outbound, far: s.goal.at.addresses, at: s.goal.place},
	}
	if spares && s.goal.kind == toTheInternet {
		out.assumptions = append(out.assumptions, propagated(table.Object))
	}
	if out.cause.Resource == nil {
		if gw, ok := table.Gateway.One(); ok {
			out.cause = objectCause(gw.Object)
		}
	}
	if hole {
		out.code, out.blocked = "TGW_RTB_BAD_STATE_ROUTE", "a blackhole drops it"
	}
	if s.reply {
		out.filter = out.backward(s.f)
	}
	return out
}

func transitRouteFact(table *aws.TransitTable, r *aws.TransitRoute) tf.Fact {
	var names []string
	for _, a := range r.Attachment.To {
		names = append(names, a.ShortName())
	}
	return tf.Fact{
		ID: "transit-route:" + table.Label, Text: "where the routes of " + table.Label + " lead", Settle: settleApply,
		Example: leadsExample(r.Destination, names),
	}
}

// saidRoute is a route of a transit gateway, with what it rests on that it is as
// it is.
type saidRoute struct {
	*aws.TransitRoute
	says []*tf.Assumption
}

// transitTable are the routes of a table, where nobody knows one as people say
// that its destination leads.
func (g *Graph) transitTable(table *aws.TransitTable) []saidRoute {
	out, ok := g.transitTables[table]
	if !ok {
		for n := range table.Routes {
			out = append(out, g.transitRouteAsSaid(table, &table.Routes[n]))
		}
		g.transitTables[table] = out
	}
	return out
}

func (g *Graph) transitRouteAsSaid(table *aws.TransitTable, r *aws.TransitRoute) saidRoute {
	_, known := r.Destination.Known()
	_, one := r.Attachment.One()
	if g.answers == nil || !known || !r.Maybe && (r.Blackhole == tf.Yes || one && r.Blackhole == tf.No) {
		return saidRoute{TransitRoute: r}
	}
	fact := transitRouteFact(table, r)
	_, name, ok := g.saidToLead(fact, r.Destination)
	if !ok {
		return saidRoute{TransitRoute: r}
	}
	said := *r
	said.Maybe, said.Blackhole, said.Attachment = false, tf.TriOf(name == blackhole), aws.Link[aws.Attachment]{}
	for _, gw := range table.Gateway.To {
		for _, a := range gw.Attachments {
			if a.Label == name || a.ShortName() == name {
				said.Attachment = aws.Link[aws.Attachment]{To: []*aws.Attachment{a}}
			}
		}
	}
	if name != blackhole && len(said.Attachment.To) == 0 {
		g.answers.Refuse(fact.ID, givenLeads, "that an attachment is one of its own, by address, or "+blackhole)
		return saidRoute{TransitRoute: r}
	}
	_, says, _ := g.say(fact, givenLeads)
	return saidRoute{TransitRoute: &said, says: says}
}

// blackhole is where a route leads that drops what it matches (TGW-5).
const blackhole = "blackhole"

// toNamed is a propagated route of unknown destination as the route to addresses
// that a question puts behind its attachment.
func (s *search) toNamed(c choice, r *aws.TransitRoute) []choice {
	a, ok := r.Attachment.One()
	for _, o := range s.g.sites {
		if at := o.named.Family(s.f); ok && o.attachment == a && !at.IsEmpty() {
			c.to, c.length, c.certain, c.says, c.fact = at, namedLength, !r.Maybe, o.says, nil
			return []choice{c}
		}
	}
	return nil
}

// transitEntries are the destinations of a transit gateway's route.
func (g *Graph) transitEntries(r *aws.TransitRoute, f packet.Family) []routeEntry {
	kind := routeRank(r.Kind)
	prefixes, certain, open, says := g.destinations(r.Destination, r.PrefixList)
	var out []routeEntry
	for _, p := range prefixes {
		if familyOf(p.Addr()) == f {
			out = append(out, routeEntry{to: packet.Prefixes(p), length: p.Bits(), kind: kind, certain: certain && !r.Maybe, says: says})
		}
	}
	if open && (r.Family == 0 || r.Family == f) {
		out = append(out, routeEntry{to: packet.AllAddresses(f), length: anyLength, kind: kind, owner: r.Owner, exists: !r.Maybe})
	}
	return out
}

func transitRouteText(r *aws.TransitRoute) string {
	to := "an unknown destination"
	if p, ok := r.Destination.Known(); ok {
		to = printed(r.Cause, p.Masked().String())
	} else if r.PrefixList.IsSet() {
		to = listName(r.PrefixList)
	} else if r.Owner != nil {
		to = r.Owner.Label
	}
	var names []string
	for _, a := range r.Attachment.To {
		names = append(names, a.Label)
	}
	switch {
	case r.Blackhole == tf.Yes:
		to += ", a blackhole"
	case len(names) > 0:
		to += " to " + strings.Join(names, " or ")
	}
	return to
}

// learned are the addresses that on-premises networks may announce by BGP:
// any but those of the VPCs that the input shows (VPN-4).
func (g *Graph) learned(f packet.Family) packet.Addresses {
	return packet.AllAddresses(f).Subtract(g.planned[f])
}

// leaveTransit is the way out of a transit gateway by an attachment.
func (s *search) leaveTransit(t traveller, a *aws.Attachment) *way {
	var next *way
	switch a.Kind {
	case aws.AttachedVPC:
		next = s.intoVPC(t, a)
	case aws.AttachedPeering:
		next = s.acrossTransitPeering(t, a)
	case aws.AttachedVPN, aws.AttachedDirectConnect, aws.AttachedConnect:
		for _, o := range s.g.sites {
			if o.attachment == a {
				return s.outBySite(t, o)
			}
		}
		fallthrough
	default:
		if fw, ok := a.Firewall.One(); ok { // TGW-14
			t.inward, t.outward = tf.No, tf.No
			t.pass(device{of: fw, label: fw.Label})
			next = s.associated(t, a).behind(s.inspection(t, fw))
			break
		}
		next = s.unknownWay(t, a.Object, tf.Fact{
			ID: "boundary:" + a.Label, Text: "what lies behind " + a.Label + ", which is not followed", Settle: "check it by hand",
		})
	}
	return next.behind(s.attachment(a)...)
}

// acrossTransitPeering is the way to another transit gateway: what arrives there
// is routed by the table of the attachment on that side (TGW-9). References to
// groups are lost (TGW-12), and so is the zone.
func (s *search) acrossTransitPeering(t traveller, a *aws.Attachment) *way {
	t.inward, t.outward = tf.No, tf.No
	t.zone = tf.UnknownVal[string]()
	fact := tf.Fact{ID: "transit-peering:" + a.Label, Text: "which transit gateway lies behind " + a.Label, Settle: settleContext}
	var ways []*way
	for _, other := range a.Peer.To {
		ways = append(ways, s.associated(t, other).behind(s.attachment(other)...))
	}
	if a.Peer.Open || len(ways) == 0 {
		ways = append(ways, s.unknownWay(t, a.Object, fact))
	}
	return s.oneOfWays(fact, ways)
}

// intoVPC is the way out of a transit gateway into an attached VPC: through the
// interface of the attachment in the zone of the packets, where it has one
// there, else any (TGW-6, TGW-10), and on by the table of that subnet.
func (s *search) intoVPC(t traveller, a *aws.Attachment) *way {
	t.inward = t.inward.And(a.GroupReferences)
	all := s.doors(a)
	fact := tf.Fact{ID: "attachment-zone:" + a.Label, Text: "in which zone packets leave " + a.Label, Settle: settleApply}
	doors := all
	if a.ApplianceMode == tf.No {
		doors = s.g.inZone(all, t.zone)
	}
	if pinned, ok := s.pins[a]; ok {
		doors = slices.DeleteFunc(slices.Clone(all), func(d door) bool { return d.place.subnet != pinned })
	}
	var ways []*way
	var names []string
	for n, d := range doors {
		if slices.ContainsFunc(doors[:n], func(e door) bool { return d.like(e, s.goal) }) {
			continue
		}
		t := t
		t.zone = s.g.zone(d.place.subnet)
		if a.ApplianceMode == tf.Yes && len(all) > 1 {
			t.pins = append(t.pins[:len(t.pins):len(t.pins)], pin{a, d.place.subnet})
		}
		w := s.leave(t, d.place).resting(s.g.zoneSays(d.place.subnet))
		if !d.certain {
			w = w.behind(s.gate(tf.Maybe, fact, stage{quiet: true}))
		}
		ways, names = append(ways, w), append(names, d.place.subnet.ShortName())
	}
	if a.Subnets.Open || len(ways) == 0 {
		ways = append(ways, s.unknownWay(t, a.Object, fact))
	}
	return s.oneOfNamed(fact, names, ways)
}

// pin is the interface that an attachment in appliance mode has chosen for a
// flow, in both directions (TGW-10).
type pin struct {
	attachment *aws.Attachment
	subnet     *aws.Subnet
}

// inZone are the doors that packets of a zone may leave by: that in their own
// zone, where there certainly is one, else any.
func (g *Graph) inZone(doors []door, zone tf.Val[string]) []door {
	for _, d := range doors {
		if d.certain && sameZones(zone, g.zone(d.place.subnet)) == tf.Yes {
			return []door{d}
		}
	}
	return doors
}

// sameZone says whether two subnets are in one availability zone (U-8).
func (g *Graph) sameZone(a, b *aws.Subnet) tf.Tri {
	if a == b {
		return tf.Yes
	}
	return sameZones(g.zone(a), g.zone(b))
}

// sameZones compares two zones, each written by its name or by its id, which
// do not tell what the other is.
func sameZones(a, b tf.Val[string]) tf.Tri {
	x, xKnown := a.Known()
	y, yKnown := b.Known()
	if !xKnown || !yKnown || strings.Contains(x, "-az") != strings.Contains(y, "-az") {
		return tf.Maybe
	}
	return tf.TriOf(x == y)
}

// outlying reports whether a zone is a Local Zone or a Wavelength Zone, which no
// attachment stands in (TGW-2): us-east-1-bos-1a, or use1-bos1-az1.
func outlying(zone tf.Val[string]) bool {
	name, _ := zone.Known()
	n := strings.Count(name, "-")
	return n > 3 || n > 1 && strings.Contains(name, "-az")
}

func zoneFact(s *aws.Subnet) tf.Fact {
	return tf.Fact{ID: "zone:" + s.Label, Text: "which zone " + s.Label + " is in", Settle: settleApply}
}
