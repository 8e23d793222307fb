package packet

import (
	"strconv"
	"strings"
)

// Ports is an immutable, canonical set of ports. The zero value is empty.
type Ports struct{ t tree }

// PortInterval is the ports From..To, both included.
type PortInterval struct{ From, To uint16 }

func (i PortInterval) String() string { return formatRange(int(i.From), int(i.To)) }

// PortRange is the ports from..to, both included, empty when they are in the
// wrong order.
func PortRange(from, to uint16) Ports {
	if to < from {
		return Ports{}
	}
	return Ports{interval(small(from), small(to))}
}

// AllPorts is every port.
func AllPorts() Ports { return Ports{allPorts} }

// Union is the ports of either.
func (p Ports) Union(q Ports) Ports { return Ports{combine(union, p.t, q.t)} }

// Intersect is the ports of both.
func (p Ports) Intersect(q Ports) Ports { return Ports{combine(intersection, p.t, q.t)} }

// Subtract is the ports of p that are not in q.
func (p Ports) Subtract(q Ports) Ports { return Ports{combine(difference, p.t, q.t)} }

// IsEmpty reports whether there is no port in p.
func (p Ports) IsEmpty() bool { return len(p.t) == 0 }

// Equal reports whether p and q hold the same ports.
func (p Ports) Equal(q Ports) bool { return equal(p.t, q.t) }

// SubsetOf reports whether every port of p is in q.
func (p Ports) SubsetOf(q Ports) bool { return subset(p.t, q.t) }

// Overlaps reports whether p and q have a port in common.
func (p Ports) Overlaps(q Ports) bool { return overlap(p.t, q.t) }

// Contains reports whether the port is in p.
func (p Ports) Contains(port uint16) bool { return p.t.at(small(port)) != nil }

// Ranges is the longest intervals of p, in order.
func (p Ports) Ranges() []PortInterval {
	var out []PortInterval
	for _, e := range p.t {
		out = append(out, PortInterval{uint16(e.from.lo), uint16(e.to.lo)})
	}
	return out
}

// String is the ports as people write them, as in "22,8000-8080".
func (p Ports) String() string { return strings.Join(p.words(), ",") }

func (p Ports) words() []string {
	var out []string
	for _, r := range p.Ranges() {
		out = append(out, r.String())
	}
	return out
}

// formatRange is "22" or "8000-8080".
func formatRange(from, to int) string {
	if from == to {
		return strconv.Itoa(from)
	}
	return strconv.Itoa(from) + "-" + strconv.Itoa(to)
}
