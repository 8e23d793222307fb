package naive

// leaveByCarrier is the way out through a carrier gateway. It is one to the
// internet, but what the network of the carrier lets through nobody knows
// (VPN-7).
func (j *journey) leaveByCarrier(g *gateway, s *subnet) bool {
	j.through("carrier gateway", g)
	out, _ := j.direction()
	switch {
	case !g.vpc.isPublic(j.p.Source):
		return j.blocked("public address")
	case !public(g.vpc, j.p.Destination), g.vpc.isNAT(j.p.Source), j.chance.of(2) == 0:
		return j.blocked("carrier gateway")
	case !j.w.blocks.lets(s, true, out):
		return j.blocked("block public access")
	case j.request == nil && j.carry != nil:
		return j.blocked("group")
	}
	j.at = internet{g}
	return true
}

// enterByCarrier is an arrival at a carrier gateway, in a subnet that routes
// to it.
func (j *journey) enterByCarrier(g *gateway) bool {
	j.through("carrier gateway", g)
	v := g.vpc
	s := v.subnet(j.p.Destination)
	out, _ := j.direction()
	switch {
	case !v.isPublic(j.p.Destination):
		return j.blocked("public address")
	case !public(v, j.p.Source), s == nil || !s.leadsTo(g), j.chance.of(2) == 0:
		return j.blocked("carrier gateway")
	case !j.w.blocks.lets(s, true, out):
		return j.blocked("block public access")
	}
	return j.deliver(v, nil)
}
