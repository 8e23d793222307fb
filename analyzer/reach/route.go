package reach

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// toward is where a route table sends packets for the wanted targets: the
// destinations that certainly and possibly go there.
//
// The longest prefix wins (RT-4), a static route over a prefix list of the
// same length (RT-5), the local route over everything (RT-3). What is unknown
// of a route is an alternative in may and diverts in must (U-22).
func (g *Graph) toward(t *aws.RouteTable, v *aws.VPC, f packet.Family, wanted func(*aws.Route) tf.Tri) filter {
	// taken is what better routes certainly take, diverted what they or equal
	// ones may take elsewhere.
	var must, may, taken, diverted packet.Addresses
	var out filter
	all := packet.Everything(f)
	for rank := range ranks(routeEntries(t, f)) {
		for _, e := range rank {
			if want := wanted(e.route); want != tf.Yes {
				diverted = diverted.Union(e.to)
			}
		}
		for _, e := range rank {
			want := wanted(e.route)
			possible, sure := e.to.Subtract(taken), packet.Addresses{}
			if want == tf.Yes && e.certain {
				sure = e.to.Subtract(diverted)
			}
			a := Relation{Must: all.To(sure), May: all.To(possible)}
			if want != tf.No && !possible.IsEmpty() {
				may, must = may.Union(possible), must.Union(sure)
				out.elements = append(out.elements, element{
					object: t.Object, cause: e.route.Cause, detail: routeText(e.route), admits: a,
				})
			}
			if (want != tf.No && !a.certain()) || (want == tf.No && !e.certain) {
				out.doubts = append(out.doubts, doubt{routeFact(e.route), a.May})
			}
		}
		for _, e := range rank {
			if e.certain {
				taken = taken.Union(e.to)
			}
		}
	}
	if t.Open && !assumed(t.VPC) {
		may, must = packet.AllAddresses(f), packet.Addresses{}
		fact := tf.Fact{ID: "route-table:" + t.Label, Text: "the routes of " + t.Label, Settle: settleContext}
		out.doubts = append(out.doubts, doubt{fact, all})
		out.elements = append(out.elements, element{object: t.Object, detail: "not known: " + fact.Text, admits: possibly(all)})
	}
	if t.Propagated {
		// VPN-4: nobody knows what is propagated.
		out.assumptions = append(out.assumptions, &tf.Assumption{
			ID:   "propagated:" + t.Label,
			Text: "the routes propagated into " + t.Label + " do not cover internet addresses (VPN-4)",
		})
	}
	local := blocks(v, f)
	out.admits = Relation{Must: all.To(must.Subtract(local)), May: all.To(may.Subtract(local))}
	return out
}

// ranks yields the runs of entries that no other entry of the run beats.
func ranks(entries []routeEntry) iter.Seq[[]routeEntry] {
	return func(yield func([]routeEntry) bool) {
		for len(entries) > 0 {
			n := 1
			for n < len(entries) && entries[n].length == entries[0].length && entries[n].list == entries[0].list {
				n++
			}
			if !yield(entries[:n]) {
				return
			}
			entries = entries[n:]
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
	list    bool
	certain bool
}

// routeEntries are the routes of a family in the order that they are looked
// at.
func routeEntries(t *aws.RouteTable, f packet.Family) []routeEntry {
	var out []routeEntry
	add := func(r *aws.Route, p netip.Prefix, list, certain bool) {
		if p = p.Masked(); familyOf(p.Addr()) == f {
			out = append(out, routeEntry{r, packet.Prefixes(p), p.Bits(), list, certain && !r.Conflict})
		}
	}
	unknown := func(r *aws.Route) {
		out = append(out, routeEntry{route: r, to: packet.AllAddresses(f), length: 1 << 8})
	}
	for n := range t.Routes {
		r := &t.Routes[n]
		if r.PrefixList.IsSet() {
			_, one := r.PrefixList.One()
			// U-5: a list of AWS stands for its service and nothing else.
			open := r.PrefixList.Open || r.PrefixList.Outside()
			for _, l := range r.PrefixList.To {
				open = open || (l.Open && !l.AWS)
				for _, e := range l.Entries {
					if p, ok := e.Known(); ok {
						add(r, p, true, one)
					} else if e.IsUnknown() {
						open = true
					}
				}
			}
			if open {
				unknown(r)
			}
			continue
		}
		p, state := r.Destination.Get()
		switch state {
		case tf.IsKnown:
			add(r, p, false, true)
		case tf.IsUnknown:
			unknown(r)
		}
	}
	slices.SortStableFunc(out, func(a, b routeEntry) int {
		if c := cmp.Compare(b.length, a.length); c != 0 {
			return c
		}
		return boolInt(a.list) - boolInt(b.list)
	})
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func familyOf(a netip.Addr) packet.Family {
	if a.Unmap().Is4() {
		return packet.IPv4
	}
	return packet.IPv6
}

func routeFact(r *aws.Route) tf.Fact {
	name := configName(r.Cause)
	return tf.Fact{ID: "route:" + name, Text: "where " + name + " leads", Settle: settleApply}
}

func routeText(r *aws.Route) string {
	to := "an unknown destination"
	if p, ok := r.Destination.Known(); ok {
		to = printed(r.Cause, p.Masked().String())
	} else if r.PrefixList.IsSet() {
		to = listName(r.PrefixList)
	}
	if r.Target.Label != "" {
		to += " to " + r.Target.Label
	}
	return to
}

// subnetRoutes is toward for the route table of a subnet, whichever it is.
func (g *Graph) subnetRoutes(s *aws.Subnet, v *aws.VPC, f packet.Family, wanted func(*aws.Route) tf.Tri) filter {
	if s.Outside && !assumed(s.VPC) {
		return g.outsideFilter(s, aws.Object{Label: "route table of " + shortName(s.Object)}, f)
	}
	var candidates []filter
	for _, t := range s.RouteTable.To {
		candidates = append(candidates, g.toward(t, v, f, wanted))
	}
	if (s.RouteTable.Open && !assumed(s.VPC)) || len(candidates) == 0 {
		candidates = append(candidates, g.outsideFilter(s, aws.Object{Label: "route table of " + shortName(s.Object)}, f))
	}
	out := eitherFilter(tf.Fact{
		ID: "table-of:" + s.Label, Text: "which route table " + s.Label + " has", Settle: settleApply,
	}, candidates...)
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

// localRoute is what certainly and possibly stays inside the VPC: everything,
// but where a route inside the VPC's own blocks leads to a middlebox, nobody
// knows (RT-3, SG-9).
func (g *Graph) localRoute(s *aws.Subnet, v *aws.VPC, f packet.Family) filter {
	all := packet.Everything(f)
	out := filter{
		admits:   everything(f),
		elements: []element{{object: aws.Object{Label: "local route of " + v.Label}, detail: "local", admits: everything(f)}},
	}
	local := blocks(v, f)
	for _, t := range s.RouteTable.To {
		for _, e := range routeEntries(t, f) {
			switch e.route.Target.Kind {
			case aws.TargetInterface, aws.TargetNATGateway, aws.TargetEndpoint, aws.TargetUnknown:
			default:
				continue // nothing else may stand inside a VPC's blocks
			}
			if within := e.to; e.to.SubsetOf(local) || !e.certain {
				out.admits.Must = out.admits.Must.Subtract(all.To(within))
				out.doubts = append(out.doubts, doubt{routeFact(e.route), all.To(within)})
			}
		}
	}
	return out
}
