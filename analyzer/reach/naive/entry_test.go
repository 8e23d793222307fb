package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// entrance is a managed service by which the internet comes in (LB-12, EP-8).
type entrance struct {
	kind      aws.EntryKind
	enabled   bool
	listens   []entryPort
	source    *nic // of a VPC link
	preserves bool
	six       bool
}

type entryPort struct {
	protocols        []packet.Protocol
	from, to, target int // target -1: the same port
}

// enter is what an entry sends to a node or an instance of what its client
// sends.
func (w *world) enter(c *chance, e *entrance, p packet.Packet, to *nic) (packet.Packet, relayed) {
	var best relayed
	best.stop = string(e.kind)
	if !e.enabled || p.Source.Is6() && !e.six {
		return p, best
	}
	for _, l := range e.listens {
		for _, protocol := range l.protocols {
			if protocol != p.Protocol || !within(l.from, l.to, int(p.DestinationPort)) {
				continue
			}
			q := p
			if l.target >= 0 {
				q.DestinationPort = uint16(l.target)
			}
			a, ok := to.address(packet.IPv4)
			if !ok {
				return p, best
			}
			q.Destination = a
			return w.entered(c, e, q, to)
		}
	}
	return p, best
}

// entered is the connection of an entry to a node or an instance: that of a VPC
// link comes by its interface or by PrivateLink, the others through the
// internet gateway, whatever the routes (EP-8, LB-12).
func (w *world) entered(c *chance, e *entrance, p packet.Packet, to *nic) (packet.Packet, relayed) {
	if e.kind == aws.APIGatewayLink && e.source == nil {
		p.Source = privateConsumers[c.of(len(privateConsumers))]
		return p, w.linked(c, p.Source, p, to)
	}
	if e.kind == aws.APIGatewayLink {
		p.Source, _ = e.source.address(packet.IPv4)
		p.SourcePort = portBetween(c, e.source.subnet, to.subnet)
		return p, told(w.trip(c, e.source, p, func(e end) bool { return e == to }))
	}
	v := to.subnet.vpc
	if v.internet == nil || !w.blocks.lets(to.subnet, true, false) {
		return p, stoppedBy(string(e.kind))
	}
	inSubnet := false
	var besides *subnet // where it comes from, nil where nothing filters there
	switch {
	case e.kind == aws.CloudFrontOrigin:
		// By an interface in some subnet of the VPC or by the list of its
		// addresses: nobody knows which.
		seen := append([]netip.Addr{offset(to.subnet.blocks[0].Addr(), 77)}, w.originAddresses(v)...)
		k := c.of(len(seen))
		p.Source, inSubnet = seen[k], k == 0
		if others := append([]*subnet{nil}, othersOf(to.subnet)...); !inSubnet {
			besides = others[c.of(len(others))]
		}
	case e.preserves && p.Source.Is6() && c.of(2) == 0:
		return p, stoppedBy(string(e.kind)) // over IPv4 nobody can be kept
	case !e.preserves || p.Source.Is6():
		p.Source = edgeAddresses[c.of(len(edgeAddresses))]
	}
	if !e.preserves {
		p.SourcePort = portBetween(c, to.subnet, to.subnet)
	}
	switch {
	case besides != nil && !besides.acl.passes(true, p), !inSubnet && !to.subnet.acl.passes(false, p):
		return p, stoppedBy("acl")
	case to.filtered && !to.byAddress(false, p):
		return p, stoppedBy("group")
	case !to.inbound:
		return p, stoppedBy(to.is("inbound"))
	}
	back, _ := reply(p)
	returns := (inSubnet || to.subnet.acl.passes(true, back)) && (besides == nil || besides.acl.passes(false, back))
	return p, relayed{outcome: outcome{true, returns}, stop: "acl"}
}

// othersOf are the other subnets of a subnet's VPC.
func othersOf(s *subnet) []*subnet {
	return slices.DeleteFunc(slices.Clone(s.vpc.subnets), func(o *subnet) bool { return o == s })
}

// edgeAddresses are what targets of an accelerator see where it does not keep
// the client's address, at corners of rules.
var edgeAddresses = addresses("8.8.8.8", "8.8.8.77", "1.0.0.1", "99.77.0.1", "203.0.113.7", "150.0.0.1", "20.0.0.7")

// privateConsumers are what the groups of a load balancer see of an API, whose
// address nobody knows.
var privateConsumers = addresses("10.0.1.7", "10.0.1.200", "10.0.2.7", "10.0.77.1", "10.1.0.1", "10.77.0.1", "192.168.0.1", "172.16.0.9", "8.8.8.8", "8.8.8.77", "1.0.0.1", "203.0.113.7", "150.0.0.1", "20.0.0.7")

// originAddresses are what CloudFront may be seen by.
func (w *world) originAddresses(v *vpc) []netip.Addr {
	all := edgeAddresses
	for _, a := range privateConsumers {
		if v.has(a) {
			all = append(all[:len(all):len(all)], a)
		}
	}
	return all
}
