package packet

import (
	"testing"

	"pgregory.net/rapid"
)

// Equal sets hash alike however they were made, and sets that differ almost
// never do.
func TestHash(t *testing.T) {
	port := rapid.Uint16Range(0, 40)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Set {
			from := port.Draw(t, "from")
			f := rapid.SampledFrom(families[:]).Draw(t, "family")
			return Everything(f).On(TCP).ToPorts(PortRange(from, from+port.Draw(t, "length")))
		}), 1, 6).Draw(t, "parts")
		var forth, back Set
		for i := range parts {
			forth = forth.Union(parts[i])
			back = back.Union(parts[len(parts)-1-i])
		}
		if forth.Hash() != back.Hash() {
			t.Fatalf("%v has two hashes", forth)
		}
		if less := forth.Subtract(parts[0]); less.Hash() == forth.Hash() {
			t.Fatalf("%v and %v have one hash", less, forth)
		}
	})
}
