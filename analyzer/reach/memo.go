package reach

import "github.com/tfcheck/tfcheck/analyzer/packet"

// memo remembers what operations made of packet sets. Networks hold the same
// few filters again and again, in every stack and every environment, and what
// is asked of them is the same. Results are shared too, which saves memory.
type memo map[memoKey][]remembered

type memoKey struct {
	operation string // with all that it depends on besides the set
	f         packet.Family
	hash      uint64
}

type remembered struct{ of, is packet.Set }

// each is op(s), computed once for equal sets.
func (m memo) each(operation string, f packet.Family, s packet.Set, op func(packet.Set) packet.Set) packet.Set {
	key := memoKey{operation, f, s.Hash()}
	for _, r := range m[key] {
		if r.of.Equal(s) {
			return r.is
		}
	}
	is := op(s)
	m[key] = append(m[key], remembered{s, is})
	return is
}
