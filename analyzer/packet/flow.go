package packet

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Flow is one line of the rendering of a [Set]: the product of its fields, all
// of one family.
type Flow struct {
	// Protocol is "all", "tcp", "udp", "icmp", "icmpv6", or the numbers of
	// other protocols, as in "47" or "0,2-5".
	Protocol string
	// Ports is the destination ports, as in "22" and "8000-8080", of TCP and
	// UDP; ICMP the types and codes, as in "8/0" and "128". Both are nil where
	// everything is meant.
	Ports, ICMP []string
	// Sources is never empty; Destinations is nil where every address of the
	// family of the sources is meant.
	Sources, Destinations []netip.Prefix
	// SourcePorts is nil where all are meant.
	SourcePorts []string
}

// String is the flow in one line: the protocol with its ports in the syntax of
// [ParseFlow], and where it comes from and goes to.
func (f Flow) String() string {
	var b strings.Builder
	b.WriteString(f.Protocol)
	if list := slices.Concat(f.Ports, f.ICMP); len(list) > 0 {
		b.WriteString("/" + strings.Join(list, ","))
	}
	b.WriteString(" from " + joinPrefixes(f.Sources))
	if len(f.SourcePorts) > 0 {
		b.WriteString(" ports " + strings.Join(f.SourcePorts, ","))
	}
	if len(f.Destinations) > 0 {
		b.WriteString(" to " + joinPrefixes(f.Destinations))
	}
	return b.String()
}

// String is the flows of s in one line, "nothing" when it is empty.
func (s Set) String() string {
	if s.IsEmpty() {
		return "nothing"
	}
	var lines []string
	for _, f := range s.Flows() {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "; ")
}

// Flows renders s: equal sets give equal flows, whose union is s. What holds
// for all protocols is said once, then what holds for all ports of a protocol,
// and then each port with everything that holds for it, so that flows may
// overlap: "all from 10.0.0.0/8; tcp/22 from 0.0.0.0/0" is two lines where
// disjoint flows would take many.
func (s Set) Flows() []Flow {
	var out []Flow
	for _, f := range families {
		if t := s.of(f); len(t) > 0 {
			out = append(out, flows(f, t)...)
		}
	}
	return out
}

// named is the protocols that have a name, in the order of printing, with how
// their ports are written.
var named = []struct {
	protocol Protocol
	name     string
	icmp     bool
}{{TCP, "tcp", false}, {UDP, "udp", false}, {ICMP, "icmp", true}, {ICMPv6, "icmpv6", true}}

func flows(f Family, t tree) []Flow {
	r := rendering{family: f, all: AllAddresses(f).of(f)}
	everywhere := t.always(allProtocols, allPorts, allPorts)
	r.add(line{protocol: "all", to: allPorts, from: allPorts}, everywhere, nil)
	for _, n := range named {
		ports := t.at(small(n.protocol))
		l := line{protocol: n.name, icmp: n.icmp, to: allPorts, from: allPorts}
		always := ports.always(allPorts, allPorts)
		r.add(l, always, everywhere)
		for _, to := range ports {
			for _, from := range to.next {
				l.to, l.from = interval(to.from, to.to), interval(from.from, from.to)
				r.add(l, from.next, always)
			}
		}
		t = combine(difference, t, protocolSet(n.protocol))
	}
	for _, g := range t.groups() {
		numbers := strings.Join(Ports{g.keys}.words(), ",")
		r.add(line{protocol: numbers, to: allPorts, from: allPorts}, g.next.always(allPorts, allPorts), everywhere)
	}
	return r.flows()
}

// rendering collects the lines of one family.
type rendering struct {
	family Family
	all    tree
	lines  []line
}

// line is a product of sets: a flow before it is written out.
type line struct {
	protocol         string
	icmp             bool
	to, from         tree
	source, destined tree
}

// add appends the relation of sources to destinations as lines like l, but for
// the part that earlier lines cover.
func (r *rendering) add(l line, relation, covered tree) {
	for _, g := range r.rectangles(relation, covered) {
		l.source, l.destined = g.keys, g.next
		r.lines = append(r.lines, l)
	}
}

// flows merges lines that differ in their source ports only, then those that
// differ in their destination ports only, and writes them out.
func (r *rendering) flows() []Flow {
	lines := merged(r.lines, func(l *line) *tree { return &l.from })
	lines = merged(lines, func(l *line) *tree { return &l.to })
	out := make([]Flow, len(lines))
	for i, l := range lines {
		f := Flow{Protocol: l.protocol, Sources: r.prefixes(l.source)}
		switch {
		case equal(l.to, allPorts):
		case l.icmp:
			f.ICMP = icmpWords(l.to)
		default:
			f.Ports = Ports{l.to}.words()
		}
		if !equal(l.from, allPorts) {
			f.SourcePorts = Ports{l.from}.words()
		}
		if !equal(l.destined, r.all) {
			f.Destinations = r.prefixes(l.destined)
		}
		out[i] = f
	}
	return out
}

// merged joins the lines that are the same but for one dimension.
func merged(lines []line, dimension func(*line) *tree) []line {
	var out []line
	index := map[string]int{}
	for _, l := range lines {
		rest := l
		*dimension(&rest) = nil
		key := fmt.Sprint(rest.protocol, rest.to.points(), rest.from.points(), rest.source.points(), rest.destined.points())
		i, ok := index[key]
		if !ok {
			index[key] = len(out)
			out = append(out, l)
			continue
		}
		d := dimension(&out[i])
		*d = combine(union, *d, *dimension(&l))
	}
	return out
}

// points is the bounds of the intervals of the first dimension.
func (t tree) points() []number {
	var out []number
	for _, e := range t {
		out = append(out, e.from, e.to)
	}
	return out
}

// group is the product of keys, of the first dimension, and next.
type group struct{ keys, next tree }

// groups cuts t into products, one for each different child.
func (t tree) groups() []group {
	var out []group
	for _, e := range t {
		i := slices.IndexFunc(out, func(g group) bool { return equal(g.next, e.next) })
		if i < 0 {
			i, out = len(out), append(out, group{next: e.next})
		}
		out[i].keys = out[i].keys.grow(e.from, e.to, leaf)
	}
	return out
}

// rectangles writes a relation of sources to destinations, but for the part
// that is covered, as the fewest products it can: each different set of
// destinations with all its sources, or the other way round. A product is
// extended as far as the relation goes, since "0.0.0.0/0" reads better than
// what is left of it.
func (r *rendering) rectangles(relation, covered tree) []group {
	rest := combine(difference, relation, covered)
	if len(rest) == 0 {
		return nil
	}
	back := addressesSwapped(relation)
	var bySource, byDestination []group
	for _, g := range rest.groups() {
		destinations := r.common(relation, g.keys)
		bySource = include(bySource, group{r.common(back, destinations), destinations})
	}
	for _, g := range addressesSwapped(rest).groups() {
		sources := r.common(back, g.keys)
		byDestination = include(byDestination, group{sources, r.common(relation, sources)})
	}
	if r.length(bySource) < r.length(byDestination) {
		return bySource
	}
	return byDestination
}

// common is what the relation holds for every one of the keys.
func (r *rendering) common(relation, keys tree) tree {
	return combine(intersection, relation, keys).always(keys)
}

func include(groups []group, g group) []group {
	if slices.ContainsFunc(groups, func(h group) bool { return equal(g.keys, h.keys) && equal(g.next, h.next) }) {
		return groups
	}
	return append(groups, g)
}

func (r *rendering) length(groups []group) int {
	n := 0
	for _, g := range groups {
		n += len(r.prefixes(g.keys)) + len(r.prefixes(g.next))
	}
	return n
}

func (r *rendering) prefixes(t tree) []netip.Prefix {
	if r.family == IPv4 {
		return Addresses{v4: t}.Prefixes()
	}
	return Addresses{v6: t}.Prefixes()
}

// icmpWords is a set of ICMP types and codes as people write it: "8" for all
// codes of a type, "0-7" for all of several, "3/4" and "3/0-3" for some codes
// of one.
func icmpWords(t tree) []string {
	var out []string
	for _, e := range t {
		from, to := int(e.from.lo), int(e.to.lo)
		for from <= to {
			typ, code := from>>8, from&255
			last := min(to, typ<<8|255)
			switch {
			case code == 0 && to >= typ<<8|255: // whole types
				lastType := (to+1)>>8 - 1
				out = append(out, formatRange(typ, lastType))
				last = lastType<<8 | 255
			default:
				out = append(out, formatRange(typ, typ)+"/"+formatRange(code, last&255))
			}
			from = last + 1
		}
	}
	return out
}
