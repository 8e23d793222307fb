package naive

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// systemsManager counts what manages hosts: they reach all three of its services
// or none of it works (EP-7).
const systemsManager = "Systems Manager"

var managers = []string{"ssm", "ssmmessages", "ec2messages"}

// administered is a VPC with endpoints of some of the services of Systems
// Manager, and with or without ways to the internet.
func (m *maker) administered() {
	p := m.place("10.0.0.0/16", "")
	m.furnish(p, 2, 4)
	m.furnished(p)
	for _, name := range managers {
		if m.chance(88) {
			i := m.service(p, "aws_vpc_endpoint", aws.KindEndpoint)
			i.Initiates = tf.No
			m.n.Endpoints = append(m.n.Endpoints, &aws.Endpoint{
				Object: i.Object, Kind: tf.KnownVal(aws.InterfaceEndpoint), Service: tf.KnownVal("com.amazonaws.eu-west-1." + name),
				VPC: to(p.VPC), Interface: i, IPv6: tf.No,
			})
		}
	}
	for _, s := range p.subnets {
		if m.chance(50) {
			s.RouteTable.To[0].Routes = nil
		}
	}
	m.rules(p)
}

// administers compares what hosts send to Systems Manager: to the endpoint of
// each service, or over the internet to wherever that is.
func (c *comparison) administers(m *maker, packets int) {
	if !slices.ContainsFunc(m.n.Endpoints, func(e *aws.Endpoint) bool { return !e.Service.IsNull() && e.Interface != nil }) {
		return
	}
	for _, i := range m.n.Interfaces {
		if !isHost(i) || i.Initiates != tf.Yes {
			continue
		}
		a := c.ask(m.home(i), "service:systems-manager")
		for n, here := range c.senders(i, packets) {
			p := c.dice.toPort(c.dice.packet(here, here), packet.TCP, 443)
			c.relays(i.Label+" -> "+systemsManager, reached{anywhere(a.ForwardFlows), anywhere(a.Flows)}, p, []string{systemsManager},
				[]func(*chance) relayed{func(turn *chance) relayed { return c.managed(turn, n, p) }})
		}
	}
}

// managed is a host's way to all three services, each by any endpoint that has
// its name or over the internet.
func (c *comparison) managed(turn *chance, n *nic, p packet.Packet) relayed {
	far := slices.DeleteFunc(slices.Clone(internetAddresses), func(a netip.Addr) bool { return !public(n.subnet.vpc, a) })
	p.Destination = far[turn.of(len(far))]
	outside := told(c.world.trip(turn, n, p, isInternet))
	all := relayed{outcome: outcome{true, true}}
	for _, name := range managers {
		best := outside
		for _, e := range c.n.Endpoints {
			if service, _ := e.Service.Known(); !strings.HasSuffix(service, "."+name) || e.Interface == nil {
				continue
			}
			for _, at := range c.world.nics[e.Interface] {
				q, ok := nodeAddress(p, at)
				if ok && at != n {
					best = best.or(told(c.world.trip(turn, n, q, func(e end) bool { return e == at })))
				}
			}
		}
		if some := all.reachable && name != managers[0]; !best.reachable && some {
			best.stop = systemsManager // which needs this one as well
		}
		all = relayed{outcome: outcome{all.forward && best.forward, all.reachable && best.reachable}, stop: cmp.Or(all.stop, best.stop)}
	}
	return all
}
