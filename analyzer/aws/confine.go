package aws

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// confine uses that an interface, its subnets and its groups belong to one
// VPC (TF-SG-7): where one side is certain, what is open on the other side is
// something of that VPC; and something of the input, if the plan creates the
// VPC (U-14).
func (b *builder) confine(i *Interface) {
	if !i.Subnets.open() && !i.Groups.open() {
		return
	}
	v := i.home()
	if v == nil {
		return
	}
	m, closed := b.membersOf(v), b.closed(v)
	i.Subnets = within(i.Subnets, m.subnets, closed)
	i.Groups = within(i.Groups, m.groups, closed)
}

// closed reports whether the plan creates a VPC, so that everything in it is
// in the input (U-14).
func (b *builder) closed(v *VPC) bool {
	return v.Resource != nil && v.Resource.Addr.Mode == tf.Managed && b.isNew(v.Resource)
}

// home is the VPC that a certain subnet or all groups agree on, or nil.
func (i *Interface) home() *VPC {
	for _, l := range i.Subnets.Each {
		if s, ok := l.One(); ok {
			if v, ok := s.VPC.One(); ok {
				return v
			}
		}
	}
	var home *VPC
	for _, g := range i.Groups.all() {
		v, ok := g.VPC.One()
		if !ok || g.associated() || home != nil && v != home {
			return nil
		}
		home = v
	}
	if i.Groups.open() {
		return nil
	}
	return home
}

// members are the subnets and groups that are, or may be, in a VPC.
type members struct {
	subnets []*Subnet
	groups  []*SecurityGroup
}

func (b *builder) membersOf(v *VPC) *members {
	key := everythingKey{of: v}
	if m, ok := b.everything[key]; ok {
		return m.(*members)
	}
	m := &members{}
	for _, s := range b.n.Subnets {
		if mayBeIn(s.Object, s.VPC, v) {
			m.subnets = append(m.subnets, s)
		}
	}
	for _, g := range b.n.SecurityGroups {
		if mayBeIn(g.Object, g.VPC, v) || g.mayBeAssociated(v) {
			m.groups = append(m.groups, g)
		}
	}
	b.everything[key] = m
	return m
}

// associated reports whether a group may be used in more VPCs than its own
// (SG-20).
func (g *SecurityGroup) associated() bool {
	return g.Associated.Open || len(g.Associated.Each)+len(g.Associated.Maybe) > 0
}

func (g *SecurityGroup) mayBeAssociated(v *VPC) bool {
	return g.associated() && (g.Associated.open() || slices.Contains(g.Associated.all(), v))
}

// mayBeIn reports whether an object of the input may be in a VPC, or whether
// any object certainly is.
func mayBeIn(o Object, l Link[VPC], v *VPC) bool {
	if home, ok := l.One(); ok {
		return home == v
	}
	return o.Resource != nil && o.Resource.Addr.Mode == tf.Managed && (l.Open || slices.Contains(l.To, v))
}

// join puts a group that AWS makes into the VPCs of the interface it is for.
func (b *builder) join(g *SecurityGroup, i *Interface) {
	g.VPC.To, g.VPC.Open = i.vpcs()
	for _, v := range g.VPC.To {
		delete(b.everything, everythingKey{of: v})
	}
}

// within replaces what is open in l by all; closed is set when there is
// nothing else.
func within[T any](l Links[T], all []*T, closed bool) Links[T] {
	if len(all) == 0 {
		return l
	}
	narrow := func(links []Link[T]) []Link[T] {
		links = slices.Clone(links)
		for n, k := range links {
			if !k.Open {
				continue
			}
			to := slices.DeleteFunc(slices.Clone(k.To), func(o *T) bool { return !slices.Contains(all, o) })
			if len(to) > 0 {
				links[n].To, links[n].Open = to, !closed
			}
		}
		return links
	}
	l.Each, l.Maybe = narrow(l.Each), narrow(l.Maybe)
	switch {
	case !l.Open:
	case len(l.Each) == 0:
		l = Links[T]{Each: []Link[T]{{To: all, Open: !closed}}}
	default:
		for _, o := range all {
			l.Maybe = append(l.Maybe, only(o))
		}
		l.Open = !closed
	}
	return l
}
