package naive

import "net/netip"

// route is where the subnet's table sends an address: the longest match, by
// rank where several are equally long (RT-1, RT-3 to RT-5, RT-8); nil without
// any (RT-7).
func (s *subnet) route(a netip.Addr) any {
	routes := s.table.routes
	for _, b := range s.vpc.blocks {
		routes = append(routes[:len(routes):len(routes)], route{b, localRoute, local{}})
	}
	best := route{rank: dynamicVPNRoute + 1}
	for _, r := range routes {
		switch {
		case !r.to.Contains(a):
		case r.rank >= directConnectRoute && s.vpc.has(a):
			// What a VGW propagates loses to a local route, however specific
			// it is (RT-4).
		case best.target == nil, r.to.Bits() > best.to.Bits(), r.to.Bits() == best.to.Bits() && r.rank < best.rank:
			best = r
		}
	}
	return best.target
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
