package naive

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// lattice counts what goes by VPC Lattice.
const lattice = "VPC Lattice"

// latticeAddresses are what clients and targets may see of VPC Lattice (EP-9).
var latticeAddresses = addresses("169.254.171.1", "169.254.171.254", "129.224.0.9")

// served is two VPCs, hosts of the second of which are targets of VPC Lattice for
// clients in the first.
func (m *maker) served() {
	a, b := m.place("10.0.0.0/16", ""), m.place("10.1.0.0/16", "")
	m.furnish(a, 2, 3)
	m.furnish(b, 2, 3)
	g := &aws.LatticeGroup{Object: object(m.name("aws_vpclattice_target_group"))}
	if m.chance(85) {
		g.Clients = []*aws.VPC{a.VPC}
	}
	for _, h := range b.hosts {
		t := aws.LatticeTarget{Interface: h}
		if m.chance(70) {
			port := uint16(pick(m.dice, portCorners[1:]))
			t.Ports = []aws.ServicePort{{Protocol: packet.TCP, From: port, To: port}}
		}
		g.Targets = append(g.Targets, t)
	}
	m.n.LatticeGroups = []*aws.LatticeGroup{g}
	m.rules(a)
	m.rules(b)
	for _, own := range slices.Concat(a.groups, b.groups) {
		if m.chance(40) {
			m.onlyMembersOf(own)
			own.Ingress[0].CIDRs = []aws.Peer[netip.Prefix]{{To: netip.MustParsePrefix("169.254.171.0/24")}}
			own.Egress = slices.Clone(own.Ingress)
			own.Egress[0].Cause.Argument = "egress[0]"
		}
	}
}

// byLattice compares what clients send to VPC Lattice with what may come of it.
// By which name and policy a service is found no packet shows, so that nothing is
// certain, and which of its addresses is taken the engine leaves wider (U-5).
func (c *comparison) byLattice(m *maker, packets int) {
	contained := *c
	contained.exact = false
	for _, g := range m.n.LatticeGroups {
		for _, i := range m.n.Interfaces {
			for _, t := range g.Targets {
				if !isHost(i) || i == t.Interface || i.Initiates != tf.Yes {
					continue
				}
				got := together(c.between(m.home(i), m.home(t.Interface)), func(f *reach.Flow) bool { return f.Lattice == g })
				for n, here := range c.senders(i, packets) {
					p := c.dice.packet(here, here)
					ways := none(lattice)
					for _, to := range c.world.nics[t.Interface] {
						ways = append(ways, func(turn *chance) relayed { return c.world.throughLattice(turn, t.Ports, n, p, to, c.vpcs(g)) })
					}
					contained.relays(fmt.Sprintf("%s -> %s by %s", i.Label, t.Interface.Label, g.Label), got, p, []string{lattice}, ways)
				}
			}
		}
	}
}

func (c *comparison) vpcs(g *aws.LatticeGroup) (all []*vpc) {
	for _, v := range g.Clients {
		all = append(all, c.world.vpcs[v])
	}
	return all
}

// throughLattice is a client's connection to VPC Lattice, past its own groups and
// ACL whatever the routes say, and that of VPC Lattice to the target (EP-9).
func (w *world) throughLattice(c *chance, ports []aws.ServicePort, n *nic, p packet.Packet, to *nic, clients []*vpc) relayed {
	if c.of(2) == 1 || !slices.Contains(clients, n.subnet.vpc) || p.Protocol != packet.TCP {
		return stoppedBy(lattice)
	}
	p.Destination = latticeAddresses[c.of(len(latticeAddresses))]
	back, _ := reply(p)
	switch {
	case n.filtered && !n.byAddress(true, p):
		return stoppedBy("group")
	case !n.subnet.acl.passes(true, p), !n.subnet.acl.passes(false, back):
		return stoppedBy("acl")
	}
	q := p
	q.Source = latticeAddresses[c.of(len(latticeAddresses))]
	q.Destination, _ = to.address(packet.IPv4)
	q.SourcePort, q.DestinationPort = uint16(clientPorts[c.of(len(clientPorts))]), anyListener[c.of(len(anyListener))]
	if ports != nil {
		q.DestinationPort = ports[0].From
	}
	back, _ = reply(q)
	switch {
	case !to.subnet.acl.passes(false, q):
		return stoppedBy("acl")
	case to.filtered && !to.byAddress(false, q):
		return stoppedBy("group")
	}
	return relayed{outcome: outcome{true, to.subnet.acl.passes(true, back)}, stop: "acl"}
}
