package reach

import (
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
// leaves it out, and senders whose public address nobody knows: a rule for an
// office names none that AWS is yet to give.
func (g *Graph) overInternet(from, to Endpoint, apart bool) []*Flow {
	if from.isOutside() || to.isOutside() {
		return nil
	}
	var out []*Flow
	for _, f := range families {
		for _, other := range g.ends(to, f) {
			back := g.backIn(other, f)
			if apart {
				everyone := everySource(back.forward.May, g.internet[f], f)
				rest := func(s packet.Set) packet.Set { return s.Subtract(everyone) }
				back.forward, back.reachable = back.forward.each(rest), back.reachable.each(rest)
			}
			if back.forward.IsEmpty() {
				continue
			}
			for _, one := range g.ends(from, f) {
				if len(one.Interfaces) == 0 || slices.Equal(one.Interfaces, other.Interfaces) && len(one.Interfaces) == 1 {
					continue
				}
				if f == packet.IPv6 && one.vpc() == other.vpc() {
					continue // both have one address, to which the way is local
				}
				if _, _, known := g.publicAddresses(one, f); apart && !known {
					continue
				}
				if flow := g.roundTheInternet(one, other, f, back); flow != nil {
					out = append(out, flow)
				}
			}
		}
	}
	return out
}

// backIn is what gets from some address of the internet to an end, whichever
// address it is: must from all of them, may from one.
func (g *Graph) backIn(to Endpoint, f packet.Family) outcome {
	var paths []outcome
	all := packet.Everything(f)
	for _, i := range to.Interfaces[:min(1, len(to.Interfaces))] {
		if publicAddress(i, f) != tf.No {
			paths = append(paths, g.fromInternetTo(i, f, all, false))
		}
	}
	for _, lb := range to.Balancers {
		paths = append(paths, g.overPlaces(lb.Interface, f, func(p *place) outcome { return g.toListeners(lb, lb.Listeners, p, all) }))
	}
	return together(paths...)
}

// publicAddresses are those by which an end is seen on the internet, its own or
// those of the NAT gateways of its VPC: as far as they are known, or people say
// so, else any.
func (g *Graph) publicAddresses(e Endpoint, f packet.Family) (a packet.Addresses, says []*tf.Assumption, known bool) {
	i := e.interfaces()[0]
	if a, says, ok := g.sayCIDRs(publicAddressFact(i), f); ok {
		return a, says, true
	}
	s := onlySubnet(i)
	switch {
	case f == packet.IPv4:
		for _, shown := range g.shownAs(e) {
			if len(shown) == 0 {
				return g.internet[f], nil, false
			}
			for _, one := range shown {
				a = a.Union(packet.Prefixes(netip.PrefixFrom(one, one.BitLen())).Family(f))
			}
		}
	case s != nil:
		a = g.hostIn(i, g.place(s, f)).addresses
	}
	if a.IsEmpty() || !a.SubsetOf(g.internet[f]) {
		return g.internet[f], nil, false
	}
	return a, nil, true
}

// shownAs are the public IPv4 addresses of each of the interfaces of an end, or
// of each NAT gateway of their VPC where they have none.
func (g *Graph) shownAs(e Endpoint) [][]netip.Addr {
	var out [][]netip.Addr
	for _, i := range e.interfaces() {
		if i.PublicIPv4 != tf.No {
			out = append(out, i.PublicAddresses)
			continue
		}
		for _, n := range g.network.NATGateways {
			if s, ok := n.Subnet.One(); !ok || s.VPC.To == nil || e.vpc() == nil || slices.Contains(s.VPC.To, e.vpc()) {
				out = append(out, n.PublicAddresses)
			}
		}
	}
	return out
}

func publicAddressFact(i *aws.Interface) tf.Fact {
	name := interfaceObject(i).Label
	return tf.Fact{ID: "public-address:" + name, Text: "by which public address " + name + " is seen", Settle: settleApply}
}

// roundTheInternet is the flow from one end over the internet to what gets back
// in to another, or nil where nothing does. Of an address that nobody knows must
// holds for all that it may be, and may for one; the port may be one that a
// device on the way has chosen (NAT-6).
func (g *Graph) roundTheInternet(one, other Endpoint, f packet.Family, back outcome) *Flow {
	i, j := one.Interfaces[0], other.interfaces()[0]
	source, says, _ := g.publicAddresses(one, f)
	destination, more, _ := g.publicAddresses(other, f)
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
			joined.waits = append(joined.waits, publicAddressFact(j))
		}
		if !enters(back.reachable).certain() && back.reachable.certain() {
			joined.waits = append(joined.waits, publicAddressFact(i))
		}
	}
	flow := newFlow(one, other, f, joined)
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
