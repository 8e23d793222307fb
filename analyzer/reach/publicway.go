package reach

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// overInternet are the flows between interfaces that speak over the internet:
// they leave by an internet gateway, for the public address of the receiver, and
// come back by one, from the public address of the sender or of the NAT gateway
// that it is behind (IGW-7). Neither side sees a private address or a group.
// Which public address that is nobody knows, so that a rule for some of the
// internet may admit it.
//
// What everybody on the internet gets to is no way from one to the other; apart
// leaves it out. Of senders whose public address nobody knows it leaves in what
// names them: a rule for an office names none that AWS is yet to give.
func (g *Graph) overInternet(from, to Endpoint, apart bool) []*Flow {
	if from.isOutside() || to.isOutside() {
		return nil
	}
	var out []*Flow
	for _, f := range families {
		for _, other := range g.ends(to, f) {
			anyone := g.backIn(other, f, nil)
			if anyone.forward.IsEmpty() && !g.ownersNamed {
				continue
			}
			everyone := everySource(anyone.forward.May, g.internet[f], f)
			for _, one := range g.ends(from, f) {
				if len(one.Interfaces) == 0 || slices.Equal(one.Interfaces, other.Interfaces) && len(one.Interfaces) == 1 {
					continue
				}
				if f == packet.IPv6 && one.vpc() == other.vpc() {
					continue // both have one address, to which the way is local
				}
				by, back := g.leavesBy(one.Interfaces[0], f), anyone
				if g.ownersNamed {
					back = g.backIn(other, f, by)
				}
				if apart {
					opened := everyone
					if _, _, known := g.senderAddresses(one, by, f); !known {
						opened = anyone.forward.May // but for what only names the sender
					}
					rest := func(s packet.Set) packet.Set { return s.Subtract(opened) }
					back.forward, back.reachable = back.forward.each(rest), back.reachable.each(rest)
				}
				if flow := g.roundTheInternet(one, other, f, by, back); flow != nil {
					out = append(out, flow)
				}
			}
		}
	}
	return out
}

// exits are those by whose public addresses an interface is seen on the
// internet: it leaves with its own, or by NAT gateways or appliances, in its VPC
// or behind a transit gateway.
type exits struct {
	hosts []*aws.Interface
	nats  []*aws.NATGateway
	open  bool // or by something that nobody knows
}

func (g *Graph) leavesBy(i *aws.Interface, f packet.Family) *exits {
	out := &exits{open: i.Direct != nil && i.Direct.On != tf.No}
	g.overPlaces(i, f, func(p *place) outcome {
		return g.roundTrip(g.from(g.hostIn(i, p), p), p, internetGoal(p), false).outcome(func(w *passage) outcome {
			switch end := w.end; {
			case w.deadForward:
			case end.nat != nil:
				out.nats = append(out.nats, end.nat)
			case end.box != nil:
				out.hosts = append(out.hosts, end.box)
			case end.own && publicAddress(i, f) != tf.No:
				out.hosts = append(out.hosts, i)
			case !end.own:
				out.open = true
			}
			return outcome{}
		})
	})
	return out
}

// one reports whether it is certain by whose address packets are seen.
func (e *exits) one() bool { return !e.open && len(e.hosts)+len(e.nats) == 1 }

// backIn is what gets from some address of the internet to an end, whichever
// address it is: must from all of them, may from one; or from those that
// something of the input has, where by says so.
func (g *Graph) backIn(to Endpoint, f packet.Family, by *exits) outcome {
	var paths []outcome
	all := packet.Everything(f)
	seen := func(p *place) *place {
		if by == nil {
			return p
		}
		as := *p
		as.arrivals, as.internet.shown = nil, by
		as.internet.key = fmt.Sprintf("%s as %v %v %t", p.internet.key, by.hosts, by.nats, by.open)
		return &as
	}
	for _, i := range to.Interfaces[:min(1, len(to.Interfaces))] {
		if publicAddress(i, f) != tf.No {
			paths = append(paths, g.overPlaces(i, f, func(p *place) outcome { return g.arriving(i, seen(p), all, false, g.addressStage(i, f)) }))
		}
	}
	for _, lb := range to.Balancers {
		paths = append(paths, g.overPlaces(lb.Interface, f, func(p *place) outcome { return g.toListeners(lb, lb.Listeners, seen(p), all) }))
	}
	for _, s := range to.Services { // SVC-5
		paths = append(paths, g.toService(s, f, all))
	}
	return together(paths...)
}

// senderAddresses are those by which an end is seen on the internet: as far as
// they are known, or people say so, else any.
func (g *Graph) senderAddresses(e Endpoint, by *exits, f packet.Family) (a packet.Addresses, says []*tf.Assumption, known bool) {
	i := e.Interfaces[0]
	if a, says, ok := g.sayCIDRs(publicAddressFact(i), f); ok {
		return a, says, true
	}
	if f == packet.IPv6 {
		return g.ownAddresses(e, f)
	}
	lists := [][]netip.Addr{}
	for _, host := range by.hosts {
		if host != i {
			lists = append(lists, host.PublicAddresses)
			continue
		}
		for _, member := range e.Interfaces { // which are of one class
			lists = append(lists, member.PublicAddresses)
		}
	}
	for _, n := range by.nats {
		lists = append(lists, n.PublicAddresses)
	}
	if a, ok := addressesIn(lists, f); ok && !by.open {
		return a, nil, true
	}
	return g.internet[f], nil, false
}

// addressesOf are the public addresses of an end that is reached over the
// internet, with the question for them.
func (g *Graph) addressesOf(e Endpoint, f packet.Family) (a packet.Addresses, says []*tf.Assumption, fact tf.Fact) {
	if list := e.interfaces(); len(list) > 0 {
		a, says, _ = g.ownAddresses(e, f)
		return a, says, publicAddressFact(list[0])
	}
	fact = tf.Fact{ID: "public-address:" + e.Label, Text: "which public addresses " + e.Label + " has", Settle: settleApply}
	a, says, ok := g.sayCIDRs(fact, f)
	if !ok {
		a = g.internet[f]
	}
	return a, says, fact
}

// ownAddresses are the public addresses of an end itself.
func (g *Graph) ownAddresses(e Endpoint, f packet.Family) (a packet.Addresses, says []*tf.Assumption, known bool) {
	i := e.interfaces()[0]
	if a, says, ok := g.sayCIDRs(publicAddressFact(i), f); ok {
		return a, says, true
	}
	if f == packet.IPv4 {
		lists := [][]netip.Addr{}
		for _, member := range e.interfaces() {
			lists = append(lists, member.PublicAddresses)
		}
		if a, ok := addressesIn(lists, f); ok {
			return a, nil, true
		}
	} else if s := onlySubnet(i); s != nil {
		if a := g.hostIn(i, g.place(s, f)).addresses; a.SubsetOf(g.internet[f]) {
			return a, nil, true
		}
	}
	return g.internet[f], nil, false
}

// addressesIn are all addresses of several lists, none of which is empty.
func addressesIn(lists [][]netip.Addr, f packet.Family) (a packet.Addresses, ok bool) {
	for _, list := range lists {
		if len(list) == 0 {
			return a, false
		}
		for _, one := range list {
			a = a.Union(packet.Prefixes(netip.PrefixFrom(one, one.BitLen())).Family(f))
		}
	}
	return a, !a.IsEmpty()
}

func publicAddressFact(i *aws.Interface) tf.Fact {
	name := interfaceObject(i).Label
	return tf.Fact{ID: "public-address:" + name, Text: "by which public address " + name + " is seen", Settle: settleApply}
}

// roundTheInternet is the flow from one end over the internet to what gets back
// in to another, or nil where nothing does. Of an address that nobody knows must
// holds for all that it may be, and may for one; the port may be one that a
// device on the way has chosen (NAT-6).
func (g *Graph) roundTheInternet(one, other Endpoint, f packet.Family, by *exits, back outcome) *Flow {
	i := one.Interfaces[0]
	source, says, _ := g.senderAddresses(one, by, f)
	destination, more, seen := g.addressesOf(other, f)
	out := g.leaving(i, f, withClientPorts(packet.Everything(f), ephemeral()), false, nil)
	leaves := func(r Relation) Relation {
		return Relation{
			Must: everyDestination(r.Must, destination, f).AnySourceAddress(),
			May:  r.May.To(destination).AnyDestination().AnySourceAddress(),
		}
	}
	enters := func(r Relation) Relation {
		return Relation{
			Must: everyClientPort(everySource(r.Must, source, f), ephemeral(), f).AnyDestination(),
			May:  r.May.From(source).AnySource().AnyDestination(),
		}
	}
	joined := outcome{
		forward:     leaves(out.forward).and(enters(back.forward)),
		reachable:   leaves(out.reachable).and(enters(back.reachable)),
		story:       out.story.then(back.story.without(internetObject)),
		assumptions: slices.Concat(out.assumptions, back.assumptions, says, more),
	}
	if joined.forward.IsEmpty() {
		return nil
	}
	if !joined.reachable.certain() {
		joined.waits = slices.Concat(out.waits, back.waits)
		if !leaves(out.reachable).certain() && out.reachable.certain() {
			joined.waits = append(joined.waits, seen)
		}
		if !enters(back.reachable).certain() && back.reachable.certain() {
			joined.waits = append(joined.waits, publicAddressFact(i))
		}
	}
	flow := newFlow(&one, &other, f, joined)
	flow.Delivered, flow.Internet = flow.Reachable, g.entranceOf(other)
	return flow
}

// entranceOf is the gateway by which the internet comes to an end.
func (g *Graph) entranceOf(to Endpoint) *aws.Object {
	gateway := &aws.Object{Label: "the internet"}
	for _, i := range to.interfaces() {
		if s := onlySubnet(i); s != nil {
			*gateway = g.place(s, packet.IPv4).gateway.object
		}
	}
	return gateway
}
