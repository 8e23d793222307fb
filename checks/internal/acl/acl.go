// Package acl evaluates network ACLs for the checks: what each entry decides
// once the entries before it have decided theirs (NACL-4).
package acl

import (
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Decision is what one entry decides.
type Decision struct {
	Entry   *aws.ACLEntry
	Matches packet.Set // what it is about
	Decides packet.Set // what is left of that for it to decide
	// By are the earlier entries that take the rest.
	By []*aws.ACLEntry
}

// Evaluate decides entry by entry; remote says which address of a packet the
// entry's CIDR is about: its source on the way in, its destination on the way
// out. It is false where something about the entries is unknown.
func Evaluate(entries []aws.ACLEntry, ingress bool) ([]Decision, bool) {
	var decisions []Decision
	var decided packet.Set
	for n := range entries {
		entry := &entries[n]
		matches, ok := match(entry, ingress)
		if !ok {
			return nil, false
		}
		d := Decision{Entry: entry, Matches: matches, Decides: matches.Subtract(decided)}
		for _, earlier := range decisions {
			if earlier.Decides.Overlaps(matches) {
				d.By = append(d.By, earlier.Entry)
			}
		}
		decided = decided.Union(matches)
		decisions = append(decisions, d)
	}
	return decisions, true
}

// Allowed and Denied are what the entries explicitly allow and deny.
func Allowed(decisions []Decision) packet.Set { return decidedBy(decisions, tf.Yes) }

// Denied is what the entries explicitly deny; the rest is denied as well, but
// by nobody's choice.
func Denied(decisions []Decision) packet.Set { return decidedBy(decisions, tf.No) }

func decidedBy(decisions []Decision, allow tf.Tri) packet.Set {
	var set packet.Set
	for _, d := range decisions {
		if d.Entry.Allow == allow {
			set = set.Union(d.Decides)
		}
	}
	return set
}

// match is what an entry is about (NACL-7): protocols without ports ignore
// ports, ICMP reads its own fields.
func match(e *aws.ACLEntry, ingress bool) (packet.Set, bool) {
	prefix, ok := e.CIDR.Known()
	protocol, known := e.Protocol.Known()
	if _, numbered := e.Number.Known(); !ok || !known || !numbered || e.Conflict || e.Maybe || e.Allow == tf.Maybe {
		return packet.Set{}, false
	}
	family := packet.IPv4
	if prefix.Addr().Is6() {
		family = packet.IPv6
	}
	set := packet.Everything(family)
	if ingress {
		set = set.From(packet.Prefixes(prefix))
	} else {
		set = set.To(packet.Prefixes(prefix))
	}
	if protocol < 0 || protocol > 255 {
		return set, true
	}
	set = set.On(packet.Protocol(protocol))
	switch packet.Protocol(protocol) {
	case packet.TCP, packet.UDP:
		from, fromKnown := e.FromPort.Known()
		to, toKnown := e.ToPort.Known()
		if !fromKnown || !toKnown || from < 0 || to > 65535 || from > to {
			return packet.Set{}, false
		}
		set = set.ToPorts(packet.PortRange(uint16(from), uint16(to)))
	case packet.ICMP, packet.ICMPv6:
		typ, typeKnown := e.ICMPType.Known()
		code, codeKnown := e.ICMPCode.Known()
		if !typeKnown || !codeKnown {
			return packet.Set{}, false
		}
		set = set.ICMPTypes(typ, code)
	}
	return set, true
}
