package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// translate is the way out through a NAT gateway (NAT-1 to NAT-6).
func (j *journey) translate(n *nat, s *subnet) bool {
	j.through(n.is(), n)
	home := n.subnet
	switch {
	case n.vpc == nil || n.vpc != s.vpc:
		return j.blocked("blackhole") // RT-6
	case j.request != nil:
		// It never saw the request, and gives the reply another address (M-2).
		return j.blocked(n.is())
	case !slices.Contains([]packet.Protocol{packet.TCP, packet.UDP, packet.ICMP}, j.p.Protocol):
		return j.blocked(n.is()) // NAT-2
	case j.p.Source.Is6() && (n.regional || !nat64.Contains(j.p.Destination)):
		return j.blocked(n.is())
	case !s.vpc.has(j.p.Source) && !j.transit:
		return j.blocked(n.is()) // NAT-5
	case s.vpc.isNAT(j.p.Source) && j.chance.of(2) == 0:
		return j.blocked(n.is()) // one behind another: nobody says that it works (NAT-3)
	case n.regional:
		return j.translateInRegion(n, s)
	case s == home && j.p.Source.Is4():
		return j.blocked(n.is()) // NAT-3: its own route leads to itself
	case j.rewrote(n):
		return j.blocked("loop") // what it does now it could have done at first
	case s != home && !j.in(home):
		return false
	}
	return j.rewritten(n) && j.onFrom(home)
}

// translateInRegion is the way out through a regional NAT gateway, whose own
// table leads to the internet gateway (NAT-8).
func (j *journey) translateInRegion(n *nat, s *subnet) bool {
	if len(n.zones) > 0 && !slices.Contains(n.zones, s.zone) || n.vpc.internet == nil {
		return j.blocked(n.is())
	}
	return j.rewritten(n) && j.leaveByInternet(n.vpc.internet, s)
}

// is names the kind of a NAT gateway.
func (n *nat) is() string {
	switch {
	case n.regional:
		return "regional NAT gateway"
	case n.public:
		return "NAT gateway"
	}
	return "private NAT gateway"
}

// nat64 is the prefix in which names are answered with IPv4 addresses (NAT-7).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// rewritten gives the packet the address of the NAT gateway, which has no
// groups (NAT-6, SG-7).
func (j *journey) rewritten(n *nat) bool {
	p := j.p
	if p.Source.Is6() { // NAT-7
		j.through("NAT64", nil)
		a := p.Destination.As16()
		p.Destination = netip.AddrFrom4([4]byte(a[12:]))
	}
	p.Source = n.address
	if p.Protocol != packet.ICMP {
		p.SourcePort = j.w.anyPort(j.chance)
	}
	j.rewrite(n, p)
	return true
}

// untranslate is the reply at the NAT gateway that made the request what it
// was; anything else is not accepted (NAT-1, NAT-4).
func (j *journey) untranslate(n *nat) bool {
	ok, lost := j.restore(n)
	switch {
	case j.request == nil || !ok:
		return j.blocked(n.is())
	case lost:
		return false
	}
	j.through(n.is(), n)
	if n.regional {
		return j.deliver(n.vpc, nil)
	}
	return j.onFrom(n.subnet)
}

// anyPort is a port that something on the way chooses (NAT-6, NACL-9): one of
// those at which some ACL entry begins or ends.
func (w *world) anyPort(c *chance) uint16 {
	if w.port != 0 {
		return w.port
	}
	corners := w.portCorners()
	return uint16(corners[c.of(len(corners))])
}

// portBetween is a port that something takes for a connection between two
// subnets.
func portBetween(c *chance, a, b *subnet) uint16 {
	corners := cornersOf([]*subnet{a, b})
	return uint16(corners[c.of(len(corners))])
}

func (w *world) portCorners() []int {
	if w.corners != nil {
		return w.corners
	}
	var all []*subnet
	for _, v := range w.vpcs {
		all = append(all, v.subnets...)
	}
	w.corners = cornersOf(all)
	return w.corners
}

func cornersOf(subnets []*subnet) []int {
	corners := []int{1024, 65535}
	for _, s := range subnets {
		for _, list := range [][]entry{s.acl.in, s.acl.out} {
			for _, e := range list {
				if e.protocol != int(packet.TCP) && e.protocol != int(packet.UDP) {
					continue
				}
				for _, n := range []int{e.from - 1, e.from, e.to, e.to + 1} {
					if within(1024, 65535, n) {
						corners = append(corners, n)
					}
				}
			}
		}
	}
	slices.Sort(corners)
	return slices.Compact(corners)
}
