package naive

import "net/netip"

// route is where the subnet's table sends an address: the longest match, by
// rank where several are equally long (RT-1, RT-3 to RT-5, RT-8); nil without
// any (RT-7).
func (s *subnet) route(a netip.Addr) any {
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
