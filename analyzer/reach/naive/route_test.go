package naive

import (
	"net/netip"
	"slices"
)

// route is where the subnet's table sends an address: the longest match, by
// rank where several are equally long (RT-1, RT-3 to RT-5, RT-8); nil without
// any (RT-7). Which of two prefix lists goes first nobody knows (RT-5).
func (s *subnet) route(a netip.Addr, c *chance) any {
	best := route{rank: dynamicVPNRoute + 1}
	for _, b := range s.vpc.blocks {
		if b.Contains(a) && (best.target == nil || b.Bits() > best.to.Bits()) {
			best = route{b, localRoute, local{}}
		}
	}
	inside := best.target != nil
	for _, r := range s.table.routes {
		switch {
		case !r.to.Contains(a):
		case r.rank >= directConnectRoute && inside:
			// What a VGW propagates loses to a local route, however specific
			// it is (RT-4).
		case r.rank == listRoute && best.rank == listRoute && r.to == best.to && r.target != best.target:
			if c.of(2) == 1 {
				best = r
			}
		case best.target == nil, r.to.Bits() > best.to.Bits(), r.to.Bits() == best.to.Bits() && r.rank < best.rank:
			best = r
		}
	}
	for _, e := range s.table.services {
		for _, p := range e.prefixes {
			if p.Contains(a) && !inside && (best.target == nil || p.Bits() > best.to.Bits()) {
				best = route{p, staticRoute, e}
			}
		}
	}
	return best.target
}

// houses reports whether a next hop stands in the subnet.
func (s *subnet) houses(next any) bool {
	switch t := next.(type) {
	case *nat:
		return t.subnet == s
	case *nic:
		return t.subnet == s
	case *firewallEndpoint:
		return t.subnet == s
	case *balancerEndpoint:
		return t.nic.subnet == s
	}
	return false
}

// leadsTo reports whether some route of the subnet's table leads to a gateway.
func (s *subnet) leadsTo(g *gateway) bool {
	return slices.ContainsFunc(s.table.routes, func(r route) bool { return r.target == any(g) })
}

// redirects is where a gateway's own table sends what arrives (RT-9).
func (t *table) redirects(a netip.Addr) any {
	if t == nil {
		return local{}
	}
	var best route
	for _, r := range t.routes {
		if r.to.Contains(a) && (best.target == nil || r.to.Bits() > best.to.Bits()) {
			best = r
		}
	}
	if best.target == nil {
		return local{}
	}
	return best.target
}
