package exposed

import (
	"math"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// width is how many addresses count as whom, as powers of two. Ranges that
// add up count together, so that two halves of the internet are everyone.
type width struct{ anyone, wide float64 }

var widths = map[packet.Family]width{
	// A quarter of all IPv4 addresses is everyone in effect; more than a /16
	// is nobody's own network.
	packet.IPv4: {anyone: math.Exp2(30), wide: math.Exp2(16)},
	// The same for the global unicast block 2000::/3, and for more than the
	// /32 that a provider gets.
	packet.IPv6: {anyone: math.Exp2(123), wide: math.Exp2(96)},
}

// Sources says who the sources of a packet set are.
func Sources(s packet.Set) analyzer.Reach { return Width(s.Sources()) }

// Width says who holds the addresses, counted together.
func Width(sources packet.Addresses) analyzer.Reach {
	worst := analyzer.Nobody
	for _, family := range []packet.Family{packet.IPv4, packet.IPv6} {
		n := 0.0
		for _, prefix := range sources.Family(family).Prefixes() {
			n += math.Exp2(float64(prefix.Addr().BitLen() - prefix.Bits()))
		}
		switch {
		case n >= widths[family].anyone:
			return analyzer.Anyone
		case n > widths[family].wide:
			worst = analyzer.WidePublic
		case n > 0:
			worst = max(worst, analyzer.Trusted)
		}
	}
	return worst
}
