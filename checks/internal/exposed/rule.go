package exposed

import (
	"net/netip"
	"strconv"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// protocols are the names that rules use besides numbers (SG-12).
var protocols = map[string]packet.Protocol{
	"icmp": packet.ICMP, "tcp": packet.TCP, "udp": packet.UDP, "icmpv6": packet.ICMPv6,
}

// everything is every packet of both families.
func everything() packet.Set {
	return packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6))
}

// Admits is what an ingress rule lets in from addresses: its CIDRs and prefix
// lists. Group references never match what comes from outside.
func Admits(r aws.Rule) reach.Relation {
	var certainly, possibly []netip.Prefix
	add := func(prefix netip.Prefix, certain bool) {
		if certain {
			certainly = append(certainly, prefix)
		} else {
			possibly = append(possibly, prefix)
		}
	}
	anyone := r.AnyPeer
	for _, peer := range r.CIDRs {
		switch {
		case peer.Unknown:
			anyone = true
		case peer.To.IsValid():
			add(peer.To, true)
		}
	}
	for _, peer := range r.PrefixLists {
		list, certain := peer.To.One()
		for _, l := range peer.To.To {
			for _, entry := range l.Entries {
				switch prefix, state := entry.Get(); state {
				case tf.IsKnown:
					add(prefix, certain)
				case tf.IsUnknown:
					anyone = true
				}
			}
		}
		if !certain || list.Open {
			anyone = true
		}
	}
	must := packet.Prefixes(certainly...)
	may := must.Union(packet.Prefixes(possibly...))
	if anyone {
		may = packet.AllAddresses(packet.IPv4).Union(packet.AllAddresses(packet.IPv6))
	}
	exact, widest := RulePorts(r)
	admits := reach.Relation{Must: exact.From(must), May: widest.From(may)}
	if r.Maybe || r.Conflict {
		admits.Must = packet.Set{}
	}
	return admits
}

// RulePorts restricts everything to the protocol and ports of a rule: at least,
// and at most where some of it is unknown (SG-12 to SG-14, U-11).
func RulePorts(r aws.Rule) (exact, widest packet.Set) {
	name, state := r.Protocol.Get()
	if state != tf.IsKnown {
		return packet.Set{}, everything()
	}
	if name == "-1" || name == "all" {
		return everything(), everything()
	}
	protocol, ok := protocols[name]
	if !ok {
		number, err := strconv.ParseUint(name, 10, 8)
		if err != nil {
			return packet.Set{}, everything()
		}
		protocol = packet.Protocol(number)
	}
	set := everything().On(protocol)
	from, fromKnown := r.FromPort.Known()
	to, toKnown := r.ToPort.Known()
	switch protocol {
	case packet.TCP, packet.UDP:
		if !fromKnown || !toKnown {
			return packet.Set{}, set
		}
		if from < 0 || to > 65535 || from > to {
			return packet.Set{}, packet.Set{}
		}
		set = set.ToPorts(packet.PortRange(uint16(from), uint16(to)))
	case packet.ICMP, packet.ICMPv6:
		if !fromKnown || !toKnown {
			return packet.Set{}, set
		}
		set = set.ICMPTypes(from, to)
	}
	return set, set
}

// RuleCause is the argument of a rule that admits the most addresses, which is
// the one to edit.
func RuleCause(r *aws.Rule) aws.Cause {
	cause, widest := r.Cause, 1<<10
	for _, peer := range r.CIDRs {
		if bits := peer.To.Bits(); bits < widest {
			cause, widest = peer.Cause, bits
		}
	}
	if len(r.CIDRs) == 0 && len(r.PrefixLists) > 0 {
		cause = r.PrefixLists[0].Cause
	}
	if cause.Resource == nil {
		return r.Cause
	}
	return cause
}
