package reach

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// toward is where a route table sends packets for the wanted targets: the
// destinations that certainly and possibly go there.
//
// The longest prefix wins (RT-4), a static route over a prefix list of the
// same length (RT-5), the local route over everything but routes to
// middleboxes (RT-3). Inside says that the packets go to the VPC itself.
func (g *Graph) toward(t *aws.RouteTable, v *aws.VPC, f packet.Family, to goal, wanted func(*aws.Route) tf.Tri) filter {
	inside := to.inside(v)
	all := packet.Everything(f)
	var list []choice
	for _, e := range g.routeEntries(t, f) {
		e, covers := g.inRange(e, to)
		if !covers || inside && !g.diverts(v, e, f) {
			continue
		}
		list = append(list, choice{
			routeEntry: e, want: wanted(e.route), fact: func() tf.Fact { return routeFact(e.route) },
			element: element{object: t.Object, cause: e.route.Cause, detail: routeText(e.route)},
		})
		if last := &list[len(list)-1]; inside && !g.redirects(v, e) {
			last.certain = false // AWS refuses it
		}
	}
	slices.SortStableFunc(list, func(a, b choice) int { return a.compare(b.routeEntry) })
	if inside {
		return choose(append(list, choice{
			routeEntry: routeEntry{to: packet.AllAddresses(f), length: -1, certain: true},
			want:       wanted(&aws.Route{Target: aws.Target{Kind: aws.TargetLocal}}),
			element:    element{object: aws.Object{Label: "local route of " + v.Label}, detail: "local"},
		}), f)
	}
	fact := tf.Fact{ID: "route-table:" + t.ShortName(), Text: "the routes of " + t.ShortName(), Settle: settleContext}
	more, says := tf.No, []*tf.Assumption(nil)
	if t.Open && !assumed(t.VPC) {
		if more, says = g.sayBool(tf.Maybe, fact, givenPublic); more == tf.Yes {
			list = append(list, choice{
				routeEntry: routeEntry{to: packet.AllAddresses(f), certain: true},
				want:       wanted(&aws.Route{Target: aws.Target{Kind: aws.TargetInternetGateway, Gateway: aws.Link[aws.Gateway]{To: []*aws.Gateway{{VPC: aws.Link[aws.VPC]{To: []*aws.VPC{v}}}}}}}),
				element:    element{object: t.Object, detail: "as given"},
			})
		}
	}
	out := choose(list, f)
	out.assumptions = append(out.assumptions, says...)
	if more == tf.Maybe {
		out.admits = possibly(all)
		out.doubts = append(out.doubts, doubt{fact, all})
		out.elements = append(out.elements, &element{object: t.Object, detail: "not known: " + fact.Text, admits: possibly(all)})
	}
	if g.learns(t) {
		out.assumptions = append(out.assumptions, propagated(t.Object))
	}
	local := all.To(g.blocks(v, f))
	out.admits = out.admits.each(func(s packet.Set) packet.Set { return s.Subtract(local) })
	return out
}

// propagated is what is assumed of prefixes that networks on premises announce
// and nobody knows: that they divert nothing from the internet (VPN-4).
func propagated(table aws.Object) *tf.Assumption {
	return &tf.Assumption{
		ID:   "propagated:" + table.Label,
		Text: "the routes propagated into " + table.Label + " do not cover internet addresses (VPN-4)",
	}
}

// diverts reports whether a route may lead out of the delivery inside a VPC: it
// lies inside the VPC's blocks, and leads where AWS allows it (RT-3).
func (g *Graph) diverts(v *aws.VPC, e routeEntry, f packet.Family) bool {
	if e.kind >= fromPremises {
		return false // RT-4
	}
	switch e.route.Target.Kind {
	case aws.TargetInterface, aws.TargetNATGateway, aws.TargetEndpoint, aws.TargetUnknown:
		return e.length == anyLength || e.owner != nil || e.to.SubsetOf(g.blocks(v, f)) || g.redirects(v, e)
	}
	return false
}

// redirects reports whether a route may stand before the local one: its
// destination is all of a subnet, or of a block of the VPC (RT-3).
func (g *Graph) redirects(v *aws.VPC, e routeEntry) bool {
	same := func(b aws.Block) bool {
		if b.Known() {
			return packet.Prefixes(b.Prefix).Equal(e.to)
		}
		return e.owner != nil && b.Owner != nil && b.Owner.VPC == e.owner.VPC && b.Owner.Bits == e.owner.Bits && b.Owner.Number == e.owner.Number
	}
	whole := e.owner != nil && e.owner.VPC == v && e.owner.Bits == 0
	return whole || slices.ContainsFunc(v.CIDRs, same) || slices.ContainsFunc(g.subnets[v], func(s *aws.Subnet) bool {
		return same(s.CIDR) || s.IPv6 != nil && same(*s.IPv6)
	})
}

// choice is a route of a table as a choice among others.
type choice struct {
	routeEntry
	want    tf.Tri // whether it leads where one wants to go
	element element
	fact    func() tf.Fact // what is missing where it is not certain; nil: nothing
}

// choose is what the best routes of a table send where one wants to go. What is
// unknown of a route is an alternative in may and diverts in must (U-22).
func choose(list []choice, f packet.Family) filter {
	// taken is what better routes certainly take, diverted what they or equal
	// ones may take elsewhere.
	var must, may, taken, diverted packet.Addresses
	var out filter
	all := packet.Everything(f)
	for rank := range ranks(list) {
		for _, e := range rank {
			if e.want != tf.Yes {
				diverted = diverted.Union(e.to.Subtract(e.spares))
			}
		}
		for _, e := range rank {
			out.assumptions = append(out.assumptions, e.says...)
			possible, sure := e.to.Subtract(taken), packet.Addresses{}
			if e.want == tf.Yes && e.certain {
				sure = e.to.Subtract(diverted)
			}
			a := Relation{Must: all.To(sure), May: all.To(possible)}
			if e.want != tf.No && !possible.IsEmpty() {
				may, must = may.Union(possible), must.Union(sure)
				there := e.element
				there.admits = a
				out.elements = append(out.elements, &there)
			}
			if e.fact != nil && (e.want != tf.No && !a.certain() || e.want == tf.No && !e.certain) {
				out.doubts = append(out.doubts, doubt{e.fact(), a.May})
			}
		}
		for _, e := range rank {
			if e.certain {
				taken = taken.Union(e.to)
			}
		}
	}
	out.admits = Relation{Must: all.To(must), May: all.To(may)}
	return out
}

// ranks yields the runs of routes that no other of the run beats.
func ranks(list []choice) iter.Seq[[]choice] {
	return func(yield func([]choice) bool) {
		for len(list) > 0 {
			n := 1
			for n < len(list) && list[n].length == list[0].length && list[n].kind == list[0].kind {
				n++
			}
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

// routeEntry is a route for destinations of one prefix length. One whose
// destination is unknown may be longer than any and covers everything,
// without certainty.
type routeEntry struct {
	route   *aws.Route
	to      packet.Addresses
	length  int
	kind    routeRank
	certain bool
	// spares are addresses that it is assumed not to divert.
	spares packet.Addresses
	// owner is whose the destination is, where that is all that is known of it,
	// for a route that exists certainly or not (U-9).
	owner  *aws.Owner
	exists bool
	says   []*tf.Assumption // what the destination rests on
}

// compare orders routes by how early they are looked at.
func (e routeEntry) compare(than routeEntry) int {
	return cmp.Or(cmp.Compare(than.length, e.length), cmp.Compare(e.kind, than.kind))
}

// blockLength is the length of the IPv6 block that Amazon gives to a VPC.
const blockLength = 56

// inRange is a route as it is for what goes to a goal, and whether it covers
// that at all: a part of the IPv6 block of a VPC holds hosts of that one and of
// no other, and nothing outside of all VPCs (U-9).
func (g *Graph) inRange(e routeEntry, to goal) (routeEntry, bool) {
	switch {
	case e.owner == nil || e.owner.VPC == nil:
		return e, true
	case to.kind != toHosts:
		return e, false
	}
	covers := g.within(remote{vpc: to.place.vpc, subnet: to.place.subnet}, e.owner, aws.Link[aws.VPC]{})
	if covers == tf.Yes {
		e.length, e.certain = blockLength+e.owner.Bits, e.exists
	}
	return e, covers != tf.No
}

// anyLength is the length of a destination that is not known: longer than any.
const anyLength = 1 << 8

// namedLength is the length of a route to addresses that a question puts behind
// a connection: it beats the default route, and nobody knows about others.
const namedLength = 1

// routeRank ranks routes of one length, the best first (RT-5, TGW-5).
type routeRank uint8

// The ranks of a subnet's routes.
const (
	static routeRank = iota
	fromList
	// Propagated routes rank by the kind of connection that they come from.
	fromPremises
)

// routeEntries are the routes of a family in the order that they are looked
// at.
func (g *Graph) routeEntries(t *aws.RouteTable, f packet.Family) []routeEntry {
	key := entriesKey{t, f}
	out, ok := g.entries[key]
	if !ok {
		out = g.tableEntries(t, f)
		g.entries[key] = out
	}
	return out
}

type entriesKey struct {
	table *aws.RouteTable
	f     packet.Family
}

func (g *Graph) tableEntries(t *aws.RouteTable, f packet.Family) []routeEntry {
	var out []routeEntry
	add := func(r *aws.Route, p netip.Prefix, kind routeRank, certain bool, says []*tf.Assumption) {
		if familyOf(p.Addr()) == f {
			out = append(out, routeEntry{route: r, to: packet.Prefixes(p), length: p.Bits(), kind: kind, certain: certain && !r.Conflict && !r.Maybe, says: says})
		}
	}
	for n := range t.Routes {
		r, leads := g.routeAsSaid(&t.Routes[n])
		kind := static
		if r.PrefixList.IsSet() {
			kind = fromList
		}
		prefixes, certain, open, says := g.destinations(r.Destination, r.PrefixList)
		says = slices.Concat(says, leads)
		for _, p := range prefixes {
			add(r, p, kind, certain, says)
		}
		if open && (r.Family == 0 || r.Family == f) {
			out = append(out, routeEntry{route: r, to: packet.AllAddresses(f), length: anyLength, owner: r.Owner, exists: !r.Conflict && !r.Maybe, says: leads})
		}
	}
	out = append(out, g.propagatedEntries(t, f)...)
	slices.SortStableFunc(out, routeEntry.compare)
	return out
}

// propagatedEntries are the routes that virtual private gateways propagate into
// a table (TF-RT-4), of unknown destination for what they learn by BGP (VPN-4),
// and what a route server may install (TF-RT-6).
func (g *Graph) propagatedEntries(t *aws.RouteTable, f packet.Family) []routeEntry {
	var out []routeEntry
	add := func(l aws.Link[aws.VPNGateway], certain bool) {
		_, one := l.One()
		for _, o := range g.sites {
			if o.gateway == nil || !slices.Contains(l.To, o.gateway) {
				continue
			}
			r := aws.Route{
				Cause:  aws.Cause{Resource: t.Resource, Argument: "propagating_vgws"},
				Target: aws.Target{Kind: aws.TargetVPNGateway, VPNGateway: aws.Link[aws.VPNGateway]{To: []*aws.VPNGateway{o.gateway}}, Label: o.gateway.Label},
			}
			kind := fromPremises + routeRank(o.Kind)
			_, unsure := o.Resource.HowMany()
			to := func(v tf.Val[netip.Prefix], certain bool) {
				if p, ok := v.Known(); ok && familyOf(p.Addr()) == f {
					r := r
					r.Destination = v
					out = append(out, routeEntry{route: &r, to: packet.Prefixes(p.Masked()), length: p.Bits(), kind: kind, certain: certain})
				}
			}
			for _, v := range o.Prefixes {
				to(v, certain && one && !unsure)
			}
			for _, v := range o.Perhaps {
				to(v, false)
			}
			if at := o.named.Family(f); !at.IsEmpty() {
				out = append(out, routeEntry{route: &r, to: at, length: namedLength, kind: kind, certain: certain && one && !unsure, says: o.says})
			}
			if o.vague() {
				r.Destination = tf.UnknownVal[netip.Prefix]()
				out = append(out, routeEntry{route: &r, to: g.learned(f), length: anyLength, kind: kind, spares: g.internet[f]})
			}
		}
	}
	for _, l := range t.Propagations.Each {
		add(l, true)
	}
	for _, l := range t.Propagations.Maybe {
		add(l, false)
	}
	if t.Learns {
		out = append(out, routeEntry{route: &aws.Route{
			Cause: aws.Cause{Resource: t.Resource}, Destination: tf.UnknownVal[netip.Prefix](),
			Target: aws.Target{Kind: aws.TargetInterface, Interface: aws.Link[aws.Interface]{Open: true}, Label: "what a route server installs in " + t.Label},
		}, to: g.learned(f), length: anyLength, kind: fromPremises, spares: g.internet[f]})
	}
	return out
}

// learns reports whether a table may have propagated routes that nobody knows.
func (g *Graph) learns(t *aws.RouteTable) bool {
	if !t.Propagated || len(t.Propagations.Each) == 0 || len(t.Propagations.Maybe) > 0 || t.Propagations.Open {
		return t.Propagated || t.Learns
	}
	return t.Learns || slices.ContainsFunc(t.Propagations.Each, func(l aws.Link[aws.VPNGateway]) bool {
		gw, ok := l.One()
		return !ok || slices.ContainsFunc(g.sites, func(o *site) bool { return o.gateway == gw && o.vague() })
	})
}

// destinations are the prefixes that a route is for, and whether it is for
// others too that are not known. They are certain unless one of several prefix
// lists is meant.
func (g *Graph) destinations(d tf.Val[netip.Prefix], list aws.Link[aws.PrefixList]) (prefixes []netip.Prefix, certain, open bool, says []*tf.Assumption) {
	if !list.IsSet() {
		p, state := d.Get()
		if state == tf.IsKnown {
			prefixes = append(prefixes, p.Masked())
		}
		return prefixes, true, state == tf.IsUnknown, nil
	}
	prefixes, certain, open = g.entriesOf(list)
	if !open {
		return prefixes, certain, open, nil
	}
	if given, says, ok := g.sayPrefixes(listFact(list)); ok {
		return given, true, false, says
	}
	return prefixes, certain, open, nil
}

// entriesOf are the known entries of a prefix list, whether it is certain which
// list is meant, and whether there are others.
func (g *Graph) entriesOf(list aws.Link[aws.PrefixList]) (prefixes []netip.Prefix, certain, open bool) {
	_, certain = list.One()
	open = list.Open || list.Outside()
	for _, l := range list.To {
		open = open || l.Open && !l.AWS // U-5: a list of AWS stands for its service and nothing else
		for _, e := range l.Entries {
			if p, ok := e.Known(); ok {
				prefixes = append(prefixes, p.Masked())
			} else if e.IsUnknown() {
				open = true
			}
		}
	}
	return prefixes, certain, open
}

func familyOf(a netip.Addr) packet.Family {
	if a.Unmap().Is4() {
		return packet.IPv4
	}
	return packet.IPv6
}

func routeFact(r *aws.Route) tf.Fact {
	name := configName(r.Cause)
	return tf.Fact{ID: "route:" + name, Text: "where " + name + " leads", Settle: settleApply, Example: leadsExample(r.Destination, r.Target.Candidates())}
}

// leadsExample is an answer that says where a route leads, in the names that it
// has; empty where its destination has none.
func leadsExample(destination tf.Val[netip.Prefix], names []string) string {
	to, known := destination.Known()
	if !known || len(names) == 0 {
		return ""
	}
	return `["` + to.Masked().String() + "=" + names[0] + `"]`
}

// routeAsSaid is a route of which nobody knows where it leads, or for which
// destination, as people say.
func (g *Graph) routeAsSaid(r *aws.Route) (*aws.Route, []*tf.Assumption) {
	_, known := r.Destination.Known()
	if g.answers == nil || known && r.Target.Certain() || r.PrefixList.IsSet() {
		return r, nil
	}
	fact := routeFact(r)
	to, name, ok := g.saidToLead(fact, r.Destination)
	if !ok {
		return r, nil
	}
	target, ok := g.network.TargetNamed(name)
	if !ok {
		g.answers.Refuse(fact.ID, givenLeads, "that a next hop is one of its own, by address or id")
		return r, nil
	}
	_, says, _ := g.say(fact, givenLeads)
	said := *r
	said.Destination, said.Owner, said.Target = tf.KnownVal(to), nil, target
	return &said, says
}

// saidToLead is where people say that a destination leads. The routes of a table
// may be one question (U-2), so that the answer names destinations; that of a route
// of an unknown one is the only one.
func (g *Graph) saidToLead(fact tf.Fact, destination tf.Val[netip.Prefix]) (to netip.Prefix, name string, ok bool) {
	value, ok := g.answers.Said(fact.ID, givenLeads)
	if !ok {
		return to, "", false
	}
	wanted, known := destination.Known()
	list := strings.Fields(value)
	for _, element := range list {
		to, name, _ := aws.ParseRoute(element) // settings has checked it
		if known && to == wanted.Masked() || !known && len(list) == 1 {
			return to, name, true
		}
	}
	return to, "", false
}

func routeText(r *aws.Route) string {
	to := "an unknown destination"
	if p, ok := r.Destination.Known(); ok {
		to = printed(r.Cause, p.Masked().String())
	} else if r.PrefixList.IsSet() {
		to = listName(r.PrefixList)
	} else if r.Owner != nil {
		to = r.Owner.Label
	}
	if r.Target.Label != "" {
		to += " to " + r.Target.Label
	}
	return to
}

// subnetRoutes is toward for the route table of a subnet, whichever it is. That
// one which nobody knows delivers inside its VPC.
func (g *Graph) subnetRoutes(s *aws.Subnet, v *aws.VPC, f packet.Family, to goal, wanted func(*aws.Route) tf.Tri) filter {
	inside := to.inside(v)
	if inside && len(s.RouteTable.To) == 0 {
		return g.toward(&aws.RouteTable{}, v, f, to, wanted)
	}
	if s.Outside && !assumed(s.VPC) && !inside {
		return g.outsideFilter(s, aws.Object{Label: "route table of " + s.ShortName()}, f)
	}
	var candidates []filter
	var names []string
	for _, t := range s.RouteTable.To {
		candidates, names = append(candidates, g.toward(t, v, f, to, wanted)), append(names, t.ShortName())
	}
	if (s.RouteTable.Open && !assumed(s.VPC) && !inside) || len(candidates) == 0 {
		candidates = append(candidates, g.outsideFilter(s, aws.Object{Label: "route table of " + s.ShortName()}, f))
	}
	out := g.namedFilter(func() tf.Fact {
		return tf.Fact{ID: "table-of:" + s.Label, Text: "which route table " + s.Label + " has", Settle: settleApply}
	}, names, candidates...)
	if s.RouteTable.Assumption != nil {
		out.assumptions = append(out.assumptions[:len(out.assumptions):len(out.assumptions)], s.RouteTable.Assumption)
	}
	return out
}

// toInternetGateway wants the routes to an internet gateway that is attached
// to the VPC; one that is not is a blackhole (RT-6).
func toInternetGateway(v *aws.VPC) func(*aws.Route) tf.Tri {
	return func(r *aws.Route) tf.Tri { return toGateway(r, v, aws.TargetInternetGateway, false) }
}

// toEgressOnly wants the routes to an egress-only internet gateway (IGW-5).
func toEgressOnly(v *aws.VPC) func(*aws.Route) tf.Tri {
	return func(r *aws.Route) tf.Tri { return toGateway(r, v, aws.TargetEgressOnly, true) }
}

func toGateway(r *aws.Route, v *aws.VPC, kind aws.TargetKind, egressOnly bool) tf.Tri {
	if r.Target.Kind == aws.TargetUnknown {
		return tf.Maybe
	}
	if r.Target.Kind != kind {
		return tf.No
	}
	return linked(r.Target.Gateway, func(gw *aws.Gateway) tf.Tri {
		if gw.EgressOnly != egressOnly {
			return tf.No
		}
		return attached(gw, v)
	})
}

// attached says whether a gateway is attached to a VPC.
func attached(gw *aws.Gateway, v *aws.VPC) tf.Tri {
	if v == nil {
		return tf.Maybe
	}
	return linked(gw.VPC, func(to *aws.VPC) tf.Tri { return tf.TriOf(to == v) })
}

// linked is what holds for the object that a link leads to. With several
// candidates nothing is certain but what they agree in denying: the plan is no
// proof of what it leaves open.
func linked[T any](l aws.Link[T], say func(*T) tf.Tri) tf.Tri {
	if to, ok := l.One(); ok {
		return say(to)
	}
	if len(l.To) == 0 && !l.Open && l.ID == "" {
		return tf.No
	}
	if l.Open || len(l.To) == 0 {
		return tf.Maybe
	}
	for _, to := range l.To {
		if say(to) != tf.No {
			return tf.Maybe
		}
	}
	return tf.No
}

// toNAT wants the routes to one NAT gateway.
func toNAT(n *aws.NATGateway) func(*aws.Route) tf.Tri {
	return func(r *aws.Route) tf.Tri {
		switch r.Target.Kind {
		case aws.TargetNATGateway:
			return linked(r.Target.NAT, func(to *aws.NATGateway) tf.Tri { return tf.TriOf(to == n) })
		case aws.TargetUnknown:
			return tf.Maybe
		}
		return tf.No
	}
}

// assumed reports whether an object belongs to a default VPC, which is taken
// to be as AWS made it; the network prints that (VPC-2, U-7).
func assumed(l aws.Link[aws.VPC]) bool {
	v, ok := l.One()
	return ok && v.Default
}
