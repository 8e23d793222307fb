package naive

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// overInternet compares what hosts do with each other by their public addresses
// (IGW-7), and with the IPv4 internet from IPv6 addresses (NAT-7).
func (c *comparison) overInternet(m *maker, packets int) {
	contained := *c
	contained.exact = false // which public addresses they have nobody knows
	for _, i := range m.n.Interfaces {
		if i.Kind != aws.KindInstance {
			continue
		}
		contained.byNAT64(m, i, packets)
		for _, o := range m.n.Interfaces {
			if o == i || o.Kind != aws.KindInstance || !c.asks() {
				continue
			}
			got := together(c.ask(m.home(i), m.home(o)).Through, func(f *reach.Flow) bool { return f.Internet != nil && f.Family == packet.IPv4 })
			for range packets {
				p := c.dice.packet(internetAddresses[0], internetAddresses[0])
				ways := none(publicWay)
				for _, x := range c.world.nics[i] {
					for _, y := range c.world.nics[o] {
						ways = append(ways, func(turn *chance) relayed { return c.world.byPublicAddresses(turn, x, y, p) })
					}
				}
				contained.relays(i.Label+" -> "+o.Label+" over the internet", got, p, []string{publicWay}, ways)
			}
		}
	}
}

// publicWay counts what hosts do by their public addresses.
const publicWay = "way over the internet"

// byPublicAddresses is a packet to the public address of another host: it leaves
// by one internet gateway and comes back by another, or the same, from the
// public address of its sender or of the NAT gateway that this is behind.
func (w *world) byPublicAddresses(c *chance, from, to *nic, p packet.Packet) relayed {
	here, there := w.publicAddress(c), w.publicAddress(c)
	source, ok := from.address(packet.IPv4)
	destination, held := to.address(packet.IPv4)
	if !ok || !held || !here.IsValid() || !there.IsValid() || to.subnet.vpc.internet == nil {
		return stoppedBy(publicWay)
	}
	out := p
	out.Source, out.Destination = source, there
	got, left, back := w.trip(c, from, out, isInternet)
	return publicly(told(got, left, back)).then(func() relayed {
		in := p
		in.Source, in.SourcePort, in.Destination = here, left.p.SourcePort, destination
		return publicly(told(w.trip(c, internet{to.subnet.vpc.internet}, in, func(e end) bool { return e == to })))
	})
}

// publicly counts the lack of a public address as the reason.
func publicly(r relayed) relayed {
	if r.stop == "public address" {
		r.stop = publicWay
	}
	return r
}

// publicAddress is one that AWS may give: none that a VPC has.
func (w *world) publicAddress(c *chance) netip.Addr {
	a := edgeAddresses[c.of(len(edgeAddresses))]
	for _, v := range w.vpcs {
		if !public(v, a) {
			return netip.Addr{}
		}
	}
	return a
}

// byNAT64 compares what a host sends to the prefix that holds IPv4 addresses.
func (c *comparison) byNAT64(m *maker, i *aws.Interface, packets int) {
	for _, g := range m.n.NATGateways {
		n := c.world.nats[g]
		if n.subnet == nil {
			continue
		}
		var got reached
		for _, f := range c.between(m.home(i), "internet") {
			if f.NAT64 == g {
				got = reached{*joined(&got[0], f.Forward), *joined(&got[1], f.Reachable)}
			}
		}
		for _, x := range c.world.nics[i] {
			source, ok := x.address(packet.IPv6)
			for range 3 * packets {
				four := pick(c.dice, internetAddresses)
				if !ok || n.subnet.vpc != x.subnet.vpc || !public(x.subnet.vpc, four) {
					continue
				}
				p := c.dice.toPort(packet.Packet{Source: n.address, Destination: four}, pick(c.dice, []packet.Protocol{packet.TCP, packet.UDP}), pick(c.dice, portCorners))
				six := p
				six.Source, six.Destination = source, inNAT64(four)
				c.world.port = p.SourcePort
				c.relays(i.Label+" -> internet by NAT64", got, p, []string{"NAT64"}, []func(*chance) relayed{func(turn *chance) relayed {
					r, there, back := c.world.trip(turn, x, six, isInternet)
					out := told(r, there, back)
					if out.stop == "public address" || out.stop == n.is() {
						out.stop = "NAT64"
					}
					if r.forward && there.p.Source != n.address {
						return stoppedBy("NAT64") // by another gateway
					}
					return out
				}})
				c.world.port = 0
			}
		}
	}
}

// inNAT64 is the address of IPv6 that stands for one of IPv4.
func inNAT64(four netip.Addr) netip.Addr {
	a, b := nat64.Addr().As16(), four.As4()
	copy(a[12:], b[:])
	return netip.AddrFrom16(a)
}
