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
func (s Set) Replies() Set { return Set{s.v4.replies(), s.v6.replies()} }

func (t tree) replies() tree {
	out := t.answered()
	for _, r := range icmpReplies {
		out = combine(union, out, t.icmpSwapped(r.protocol, r.request, r.reply))
	}
	return out
}

// RequestsAnsweredBy is all packets whose reply lies in the set, and all ICMP
// packets that expect no reply, of both families.
func RequestsAnsweredBy(replies Set) Set {
	return Set{
		replies.v4.requests(everything.v4, unanswered.v4),
		replies.v6.requests(everything.v6, unanswered.v6),
	}
}

func (t tree) requests(everything, unanswered tree) tree {
	if equal(t, everything) {
		return everything
	}
	out := combine(union, t.answered(), unanswered)
	for _, r := range icmpReplies {
		out = combine(union, out, t.icmpSwapped(r.protocol, r.reply, r.request))
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
func (t tree) answered() tree {
	return combine(difference, t, withTypes).mapped(func(t tree) tree { return t.swapped(addressesSwapped) })
}

// icmpSwapped is the packets of one ICMP type, sent back with another.
func (t tree) icmpSwapped(p Protocol, from, to int) tree {
	var out tree
	for _, e := range combine(intersection, t.at(small(p)), icmpTypes(from, -1)) {
		out = out.grow(small(int(e.from.lo)+(to-from)<<8), small(int(e.to.lo)+(to-from)<<8),
			e.next.rewrite(1, addressesSwapped))
	}
	return protocolSet(p).over(out)
}

func addressesSwapped(t tree) tree {
	return t.swapped(func(t tree) tree { return t })
}
