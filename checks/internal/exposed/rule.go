package exposed

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

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
	matches := reach.Transport(&r)
	admits := reach.Relation{Must: matches.Must.From(must), May: matches.May.From(may)}
	if r.Maybe || r.Conflict {
		admits.Must = packet.Set{}
	}
	return admits
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
