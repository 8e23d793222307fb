package naive

import "slices"

// refer reports whether a rule of one interface for some groups matches
// another, which has to carry one of them (SG-7). Whether one does for a group
// of several VPCs, from one of these to another, nobody says (SG-20).
func (j *journey) refer(groups []*group, member, of *nic) bool {
	if member == nil || of == nil {
		return false // SG-9
	}
	across := member.subnet.vpc != of.subnet.vpc
	for _, g := range groups {
		if slices.Contains(member.groups, g) && (!across || !g.several || j.chance.of(2) == 1) {
			j.through(j.reference(groups, j.at.(*nic)), nil)
			return true
		}
	}
	return false
}

// reference names a rule for some groups by what a packet crosses to the
// interface at which it decides.
func (j *journey) reference(groups []*group, at *nic) string {
	from, ok := j.from.(*nic)
	switch {
	case len(groups) == 0:
		return "group"
	case !ok || from.subnet.vpc == at.subnet.vpc:
		return "group reference"
	case slices.ContainsFunc(groups, func(g *group) bool { return g.several }):
		return "group of several VPCs"
	case j.transit:
		return "group reference across a transit gateway"
	}
	return "group reference across a peering"
}
