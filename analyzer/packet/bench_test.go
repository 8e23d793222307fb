package packet

import (
	"net/netip"
	"testing"
)

var benchmarkSet = func(sources ...string) Set {
	var out Set
	for i, p := range prefixes(sources...) {
		port := uint16(22 + 100*i)
		out = out.Union(Everything(IPv4).From(Prefixes(p)).On(TCP).ToPorts(PortRange(port, port)))
	}
	return out
}

func BenchmarkIntersect(b *testing.B) {
	host := Everything(IPv4).To(Prefixes(netip.MustParsePrefix("10.0.0.9/32")))
	for name, pair := range map[string][2]Set{
		"one box":       {host, benchmarkSet("0.0.0.0/0")},
		"three rules":   {host, benchmarkSet("0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16")},
		"rules × rules": {benchmarkSet("0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16"), benchmarkSet("10.0.0.0/9", "10.1.0.0/16", "0.0.0.0/0")},
		"disjoint":      {Everything(IPv4).On(UDP), benchmarkSet("0.0.0.0/0")},
		"everything":    {Everything(IPv4), benchmarkSet("0.0.0.0/0", "10.0.0.0/8")},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pair[0].Intersect(pair[1])
			}
		})
	}
}

func BenchmarkUnion(b *testing.B) {
	x, y := benchmarkSet("0.0.0.0/0", "10.0.0.0/8"), benchmarkSet("192.168.0.0/16")
	b.ReportAllocs()
	for b.Loop() {
		x.Union(y)
	}
}

func BenchmarkRestrict(b *testing.B) {
	from := Prefixes(netip.MustParsePrefix("10.0.0.0/8"))
	b.ReportAllocs()
	for b.Loop() {
		Everything(IPv4).From(from).On(TCP).ToPorts(PortRange(22, 22))
	}
}

func BenchmarkReplies(b *testing.B) {
	s := benchmarkSet("0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16")
	b.ReportAllocs()
	for b.Loop() {
		s.Replies()
	}
}

func BenchmarkRequestsAnsweredBy(b *testing.B) {
	s := benchmarkSet("0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16")
	b.ReportAllocs()
	for b.Loop() {
		RequestsAnsweredBy(s)
	}
}

func BenchmarkFlows(b *testing.B) {
	s := benchmarkSet("0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16")
	b.ReportAllocs()
	for b.Loop() {
		s.Flows()
	}
}
