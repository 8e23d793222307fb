package packet

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPortsAgreeWithPorts(t *testing.T) {
	interval := rapid.Custom(func(t *rapid.T) PortInterval {
		r := span(t, []uint16{0, 1, 2, 3, 22, 23, 65534, 65535})
		return PortInterval{r[0], r[1]}
	})
	build := func(intervals []PortInterval) (Ports, [1 << 16]bool) {
		var p Ports
		var in [1 << 16]bool
		for _, i := range intervals {
			p = p.Union(PortRange(i.From, i.To))
			for n := int(i.From); n <= int(i.To); n++ {
				in[n] = true
			}
		}
		return p, in
	}
	rapid.Check(t, func(t *rapid.T) {
		p, inP := build(rapid.SliceOfN(interval, 0, 3).Draw(t, "p"))
		q, inQ := build(rapid.SliceOfN(interval, 0, 3).Draw(t, "q"))
		union, both, less := p.Union(q), p.Intersect(q), p.Subtract(q)
		for _, n := range []uint16{0, 1, 2, 3, 4, 21, 22, 23, 24, 1000, 65533, 65534, 65535} {
			if p.Contains(n) != inP[n] || union.Contains(n) != (inP[n] || inQ[n]) ||
				both.Contains(n) != (inP[n] && inQ[n]) || less.Contains(n) != (inP[n] && !inQ[n]) {
				t.Fatalf("port %d of %v and %v", n, p, q)
			}
		}
		if p.Equal(q) != (inP == inQ) || p.Equal(q) != (p.String() == q.String()) ||
			p.Overlaps(q) == both.IsEmpty() || p.SubsetOf(q) != less.IsEmpty() {
			t.Fatalf("relations of %v and %v", p, q)
		}
	})
}

func TestPortsString(t *testing.T) {
	for want, p := range map[string]Ports{
		"":             PortRange(2, 1),
		"0-65535":      AllPorts(),
		"22,8000-8080": PortRange(8000, 8079).Union(PortRange(22, 22)).Union(PortRange(8080, 8080)),
	} {
		if got := p.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
