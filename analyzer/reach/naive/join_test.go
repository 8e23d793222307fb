package naive

import "slices"

// peered crosses a peering connection: from the blocks of one VPC to those of
// the other and no further (PCX-1, PCX-3, PCX-6).
func (j *journey) peered(x *peering, s *subnet) bool {
	j.through("peering", x)
	other := x.vpcs[0]
	if other == s.vpc {
		other = x.vpcs[1]
	}
	switch {
	case !slices.Contains(x.vpcs[:], s.vpc), !x.active:
		return j.blocked("peering") // RT-6
	case !s.vpc.has(j.p.Source), !other.has(j.p.Destination):
		return j.blocked("peering")
	}
	if s.vpc.isNAT(j.p.Source) && j.request == nil && j.chance.of(2) == 0 {
		return j.blocked("peering") // NAT-10: nobody says that it works
	}
	if !x.sameRegion {
		j.sender = nil // PCX-5
	}
	return j.deliver(other, nil)
}

// enterTransit is the way into a transit gateway: by an attachment with a
// subnet in the sender's zone (TGW-2), past the ACLs of NACL-10.
func (j *journey) enterTransit(t *transit, s *subnet) bool {
	j.through("transit gateway", t)
	k := slices.IndexFunc(t.attachments, func(a *attachment) bool { return a.vpc == s.vpc && a.active })
	if k < 0 {
		return j.blocked("transit gateway") // RT-6
	}
	a := t.attachments[k]
	entry := slices.IndexFunc(a.subnets, func(b *subnet) bool { return b.zone == s.zone })
	switch {
	case entry < 0, j.p.Source.Is6() && !a.ipv6:
		return j.blocked("transit gateway")
	case !j.in(a.subnets[entry]): // in the sender's own subnet too
		return false
	}
	j.zone = s.zone
	return j.transited(a)
}

// transited routes what entered a transit gateway by an attachment (TGW-3,
// TGW-5) and lets it leave again.
func (j *journey) transited(a *attachment) bool {
	if j.steps++; j.steps > 20 {
		return j.blocked("loop")
	}
	stops := "transit gateway"
	if a.kind == "peering" {
		stops = "transit gateway peering"
	}
	if a.table == nil {
		return j.blocked(stops)
	}
	var best transitRoute
	found := false
	for _, r := range a.table.routes {
		if r.to.Contains(j.p.Destination) && (!found || r.to.Bits() > best.to.Bits() || r.to.Bits() == best.to.Bits() && r.rank < best.rank) {
			best, found = r, true
		}
	}
	if found && best.attachment != nil && best.attachment.kind == "peering" {
		stops = "transit gateway peering"
	}
	if !found || best.blackhole || best.attachment == nil || !best.attachment.active {
		return j.blocked(stops)
	}
	out := best.attachment
	if j.p.Source.Is6() && !out.ipv6 && out.kind == "vpc" {
		return j.blocked("transit gateway")
	}
	switch out.kind {
	case "vpc":
		return j.leaveTransit(a, out)
	case "peering":
		if out.peer == nil {
			return j.blocked("transit gateway")
		}
		j.through("transit gateway peering", out)
		j.sender, j.transit, j.zone = nil, true, "" // TGW-12; another Region has other zones
		return j.transited(out.peer)
	case "firewall":
		return j.inspectedOnTransit(out)
	case "site":
		return j.reach(out.site, out, false)
	}
	return j.blocked("transit gateway")
}

// leaveTransit leaves a transit gateway by the interface in one of the
// attachment's subnets, whose table decides what is next (TGW-6, NACL-10).
func (j *journey) leaveTransit(from, a *attachment) bool {
	j.transit = true
	if !a.transit.references || !a.references || !from.references || from.transit != a.transit {
		j.sender = nil // TGW-12
	}
	s := j.exit(a)
	if s == nil {
		return j.blocked("transit gateway")
	}
	return j.onFrom(s)
}

// exit is the subnet by which a packet leaves: that of its own zone where the
// attachment has one there, else any (TGW-2); in appliance mode any, but the
// same for both directions of a flow (TGW-10).
func (j *journey) exit(a *attachment) *subnet {
	if len(a.subnets) == 0 {
		return nil
	}
	if !a.appliance {
		for _, s := range a.subnets {
			if s.zone == j.zone {
				return s
			}
		}
		return a.subnets[j.chance.of(len(a.subnets))]
	}
	s := j.exits[a]
	if j.request != nil && s == nil {
		s = j.request.exits[a]
	}
	if s == nil {
		s = a.subnets[j.chance.of(len(a.subnets))]
	}
	j.exits[a] = s
	return s
}

// leaveByVPN leaves by a virtual private gateway (VPN-1, VPN-3), to the site
// that the address lies behind.
func (j *journey) leaveByVPN(g *vpnGateway, s *subnet) bool {
	j.through("VPN gateway", g)
	switch {
	case g.vpc != s.vpc:
		return j.blocked("VPN gateway") // RT-6
	case s.vpc.holder(j.p.Source) == nil && !s.vpc.isNAT(j.p.Source):
		return j.blocked("VPN gateway")
	}
	for _, site := range g.sites {
		if site.has(j.p.Destination, true) {
			return j.reach(site, g, true)
		}
	}
	if len(g.sites) > 0 {
		return j.blocked(g.sites[0].kind)
	}
	return j.blocked("VPN gateway")
}

// reach arrives on premises, where nobody carries groups.
func (j *journey) reach(s *site, via any, byVPNGateway bool) bool {
	if s == nil {
		return j.blocked("on premises")
	}
	if !s.has(j.p.Destination, byVPNGateway) {
		return j.blocked(s.kind)
	}
	if j.request == nil && j.carry != nil {
		return j.blocked("group")
	}
	j.through(s.kind, nil)
	j.at = premises{s, via}
	return true
}

// enterFromPremises arrives by a virtual private gateway, which delivers in
// its VPC whatever the subnets' tables say (VPN-2), or by the attachment of a
// transit gateway.
func (j *journey) enterFromPremises(from premises) bool {
	j.through(from.site.kind, nil)
	gw, byVPNGateway := from.via.(*vpnGateway)
	if !from.site.has(j.p.Source, byVPNGateway) || !from.site.knows(j.p.Destination) {
		return j.blocked(from.site.kind)
	}
	if byVPNGateway {
		j.through("VPN gateway", gw)
		if gw.vpc == nil || !gw.vpc.has(j.p.Destination) {
			return j.blocked("VPN gateway")
		}
		switch gw.edge.redirects(j.p.Destination).(type) {
		case *balancerEndpoint, *firewallEndpoint:
			return j.blocked("edge table of a VPN gateway") // RT-9
		}
		return j.arrive(gw.vpc, gw.edge, "edge table of a VPN gateway")
	}
	a := from.via.(*attachment)
	if !a.active {
		return j.blocked("transit gateway")
	}
	j.through("transit gateway", a.transit)
	return j.transited(a)
}

// relayed is an interface that routes lead to. One that checks source and
// destination drops what is not its own; of another nobody knows what it does:
// it forwards a packet as it is, as its own, or not at all (APP-1).
func (j *journey) relayed(n *nic, s *subnet) bool {
	if j.passed[n] || j.rewrote(n) {
		return j.blocked("loop") // what it does now it could have done at first
	}
	j.through("appliance", n)
	if n.subnet != s && !j.in(n.subnet) {
		return false
	}
	if !n.forwards {
		return j.blocked("appliance")
	}
	if j.carry != nil || n.filtered && j.request == nil && !n.byAddress(false, j.p) {
		return j.blocked("group") // SG-9
	}
	j.sender = nil
	switch j.chance.of(3) {
	case 0:
		return j.blocked("appliance")
	case 1:
		a, ok := n.address(family(j.p.Source))
		if !ok || j.request != nil {
			return j.blocked("appliance")
		}
		p := j.p
		p.Source = a
		j.rewrite(n, p)
	}
	if n.filtered && j.request == nil && !n.byAddress(true, j.p) {
		return j.blocked("group")
	}
	return j.onFrom(n.subnet)
}

// unmasked is a reply at the interface that sent the request, or at an
// appliance that sent it on as its own (APP-1).
func (j *journey) unmasked(n *nic) bool {
	ok, lost := j.restore(n)
	return !ok || !lost && j.onFrom(n.subnet)
}

// onFrom is a packet that a device in a subnet sends on.
func (j *journey) onFrom(s *subnet) bool {
	if holds(s.blocks, j.p.Destination) {
		return j.deliver(s.vpc, s) // NACL-6
	}
	return j.routed(s)
}

// balanced is an endpoint of a gateway load balancer, behind which an
// appliance decides (EP-4).
func (j *journey) balanced(e *balancerEndpoint, s *subnet) bool {
	if j.passed[e] {
		return j.blocked("loop")
	}
	j.through("gateway load balancer endpoint", e)
	home := e.nic.subnet
	if home != s && !j.in(home) {
		return false
	}
	if j.carry != nil {
		return j.blocked("group") // SG-9
	}
	j.sender = nil
	if j.chance.of(2) == 0 {
		return j.blocked("gateway load balancer endpoint")
	}
	return j.onFrom(home)
}
