package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// sharedSubnet counts what goes to addresses of a shared subnet that nobody of
// the network holds (VPC-3).
const sharedSubnet = "shared subnet"

// lent is a VPC with subnets in which others may stand.
func (m *maker) lent() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 3, 4)
	m.rules(p)
	for _, s := range p.subnets {
		s.Shared = m.chance(75)
	}
}

// enterStranger is a packet for an address that nobody of the network holds:
// somebody else may stand there, with groups that admit everything, or nobody.
func (j *journey) enterStranger(s *subnet) bool {
	j.through(sharedSubnet, nil)
	if j.chance.of(2) == 1 {
		return j.blocked(sharedSubnet)
	}
	return j.enter(&nic{name: "somebody", subnet: s, addresses: []netip.Addr{j.p.Destination}, initiates: true, inbound: true})
}

// strangers compares what hosts send to addresses that nobody holds.
func (c *comparison) strangers(m *maker, packets int) {
	if !slices.ContainsFunc(c.world.world.vpcs[0].subnets, func(s *subnet) bool { return s.shared }) {
		return
	}
	for _, s := range m.n.Subnets {
		nobody := offset(s.CIDR.Prefix.Addr(), 77)
		if v := c.world.subnets[s].vpc; v.holder(nobody) != nil || v.nat(nobody) != nil {
			continue
		}
		for _, i := range m.n.Interfaces {
			if !isHost(i) || i.Initiates != tf.Yes {
				continue
			}
			a := c.ask(m.home(i), "ip:"+nobody.String())
			for n, here := range c.senders(i, packets) {
				c.compare(i.Label+" -> "+nobody.String(), a.ForwardFlows, a.Flows, c.dice.packet(here, nobody), func(e end) bool {
					at, ok := e.(*nic)
					return ok && slices.Contains(at.addresses, nobody)
				}, n)
			}
		}
	}
}
