package packet

// icmpReplies is the ICMP types that ask for a reply, with the type of it; the
// code stays. Every other type expects none.
var icmpReplies = []struct {
	protocol       Protocol
	request, reply int
}{
	{ICMP, 8, 0},   // echo
	{ICMP, 13, 14}, // timestamp
	{ICMP, 15, 16}, // information
	{ICMP, 17, 18}, // address mask
	{ICMPv6, 128, 129},
}

// Replies is the replies to the packets of s: source and destination change
// places, and an ICMP request becomes its reply. ICMP types that expect no
// reply give none.
func (s Set) Replies() Set {
	out := s.answered()
	for _, r := range icmpReplies {
		out = out.Union(s.icmpSwapped(r.protocol, r.request, r.reply))
	}
	return out
}

// RequestsAnsweredBy is all packets whose reply lies in the set, and all ICMP
// packets that expect no reply, of both families.
func RequestsAnsweredBy(replies Set) Set {
	out := replies.answered().Union(unanswered)
	for _, r := range icmpReplies {
		out = out.Union(replies.icmpSwapped(r.protocol, r.reply, r.request))
	}
	return out
}

// unanswered is the ICMP packets that expect no reply.
var unanswered = func() Set {
	out := everything.on(withTypes)
	for _, r := range icmpReplies {
		out = out.Subtract(everything.On(r.protocol).ICMPTypes(r.request, -1))
	}
	return out
}()

// answered swaps both ends of all packets but ICMP. It is its own inverse.
func (s Set) answered() Set {
	s = s.Subtract(Set{withTypes, withTypes})
	swap := func(t tree) tree { return t.swapped(addressesSwapped) }
	return Set{s.v4.rewrite(1, swap), s.v6.rewrite(1, swap)}
}

// icmpSwapped is the packets of one ICMP type, sent back with another.
func (s Set) icmpSwapped(p Protocol, from, to int) Set {
	only := s.On(p).ICMPTypes(from, -1)
	back := func(t tree) tree {
		var out tree
		for _, e := range t {
			out = out.grow(small(int(e.from.lo)+(to-from)<<8), small(int(e.to.lo)+(to-from)<<8),
				e.next.rewrite(1, addressesSwapped))
		}
		return out
	}
	return Set{only.v4.rewrite(1, back), only.v6.rewrite(1, back)}
}

func addressesSwapped(t tree) tree {
	return t.swapped(func(t tree) tree { return t })
}
