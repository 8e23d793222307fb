package exposed

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Group is the parts that one root cause is to blame for.
type Group struct {
	Cause aws.Cause
	Parts []*Part
}

// ByCause groups parts by the place in the configuration that somebody edits:
// instances of one block are one place.
func ByCause(parts []*Part, keep func(*Part) bool) []*Group {
	var groups []*Group
	index := map[string]*Group{}
	for _, p := range parts {
		if !keep(p) {
			continue
		}
		key := PlaceOf(p.Cause)
		g := index[key]
		if g == nil {
			g = &Group{Cause: p.Cause}
			index[key] = g
			groups = append(groups, g)
		}
		g.Parts = append(g.Parts, p)
	}
	return groups
}

// PlaceOf names the place in the configuration that a cause stands at.
func PlaceOf(c aws.Cause) string {
	if c.Resource == nil {
		return c.Argument
	}
	return tf.StripKeys(c.Resource.Address) + " " + c.Argument
}

// Finding makes one finding of a group: that who can reach, or may reach, the
// subjects on their ports, with more about the way.
func (g *Group) Finding(who, more string) analyzer.Finding {
	f := analyzer.Finding{Cause: g.Cause}
	var all packet.Set
	var worst *Part
	for _, p := range g.Parts {
		f.Subjects = analyzer.AddSubject(f.Subjects, p.Subject, p.Certain, p.Packets)
		all = all.Union(p.Packets)
		if worst == nil || worse(p, worst) {
			worst = p
		}
		f.Assumptions = analyzer.AddNew(f.Assumptions, p.Flow.Assumptions)
		if !p.Certain {
			f.WaitsFor = analyzer.AddNew(f.WaitsFor, p.Flow.Waits)
		}
	}
	f.Effect = worst.Effect()
	f.Path = worst.path()
	can := "may"
	if worst.Certain {
		can = "can"
	}
	f.Message = fmt.Sprintf("%s %s reach %s on %s%s%s", who, can, Names(f.Subjects), all.Services(), OverIPv6(all), more)
	return f
}

// path is the way of the flow as the part goes it: by the rule that is its
// cause. Behind a load balancer the packets have other ports, and the flow is
// told as it is.
func (p *Part) path() []reach.Hop {
	path := p.Flow.RoundTrip()
	if p.Flow.Through == nil {
		for n := range path {
			path[n] = path[n].Of(p.Packets, p.Cause)
		}
	}
	return path
}

// worse prefers what is proven, then the graver effect.
func worse(p, q *Part) bool {
	if p.Certain != q.Certain {
		return p.Certain
	}
	return p.Effect().Severity() > q.Effect().Severity()
}

// Names are the subjects for people: all of two, the first of more.
func Names(subjects []analyzer.Subject) string {
	addresses := make([]string, len(subjects))
	for n, s := range subjects {
		addresses[n] = s.Address
	}
	return analyzer.Names(addresses)
}

// OverIPv6 tells what is about IPv6 alone from what is not.
func OverIPv6(s packet.Set) string {
	if s.Family(packet.IPv4).IsEmpty() {
		return " over IPv6"
	}
	return ""
}
