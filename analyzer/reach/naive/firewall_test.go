package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// firewall is a Network Firewall with its policy (APP-2).
type firewall struct {
	stateless      []statelessRule // of all groups, in their order
	defaultAction  string          // pass, drop, forward
	strict         bool
	stateful       []statefulRule // of all groups, in their order
	dropsByDefault bool           // drop_strict
}

type statelessRule struct {
	action                        string
	protocols                     []int
	sources, destinations         []netip.Prefix
	sourcePorts, destinationPorts []span
}

type statefulRule struct {
	action                      string // pass, drop, reject, alert
	protocol                    int    // -1: IP
	source, destination         []netip.Prefix
	sourcePort, destinationPort []span
	both                        bool
}

type span struct{ from, to int }

func spans(list []span, port uint16) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(s span) bool { return within(s.from, s.to, int(port)) })
}

func covers(list []netip.Prefix, a netip.Addr) bool { return len(list) == 0 || holds(list, a) }

func hasPorts(p packet.Packet) bool { return p.Protocol == packet.TCP || p.Protocol == packet.UDP }

func (r statelessRule) matches(p packet.Packet) bool {
	return (len(r.protocols) == 0 || slices.Contains(r.protocols, int(p.Protocol))) &&
		covers(r.sources, p.Source) && covers(r.destinations, p.Destination) &&
		(!hasPorts(p) || spans(r.sourcePorts, p.SourcePort) && spans(r.destinationPorts, p.DestinationPort))
}

func (r statefulRule) matches(p packet.Packet) bool {
	if r.protocol != -1 && r.protocol != int(p.Protocol) {
		return false
	}
	one := func(p packet.Packet) bool {
		return covers(r.source, p.Source) && covers(r.destination, p.Destination) &&
			(!hasPorts(p) || spans(r.sourcePort, p.SourcePort) && spans(r.destinationPort, p.DestinationPort))
	}
	back := p
	back.Source, back.Destination, back.SourcePort, back.DestinationPort = p.Destination, p.Source, p.DestinationPort, p.SourcePort
	return one(p) || r.both && one(back)
}

// judge is what the stateless rules say: the first match, else the default.
func (f *firewall) judge(p packet.Packet) string {
	for _, r := range f.stateless {
		if r.matches(p) {
			return r.action
		}
	}
	return f.defaultAction
}

// admits is what the stateful rules say of a new flow: in a strict order the
// first match, else pass before drop before the rest, and what nothing matches
// passes unless the policy drops by default.
func (f *firewall) admits(p packet.Packet) bool {
	if !f.strict {
		for _, action := range []string{"pass", "drop", "reject"} {
			if slices.ContainsFunc(f.stateful, func(r statefulRule) bool { return r.action == action && r.matches(p) }) {
				return action == "pass"
			}
		}
		return true
	}
	for _, r := range f.stateful {
		if r.action != "alert" && r.matches(p) {
			return r.action == "pass"
		}
	}
	return !f.dropsByDefault
}

// inspected is a firewall's endpoint as the next hop. References do not
// survive it (SG-9).
func (j *journey) inspected(e *firewallEndpoint, s *subnet) bool {
	j.through("firewall", e)
	home := e.subnet
	if home.vpc == nil || s != nil && s.vpc != home.vpc {
		return j.blocked("blackhole")
	}
	if home != s && !j.in(home) {
		return false
	}
	if j.carry != nil {
		return j.blocked("group")
	}
	j.sender = nil
	if !j.inspect(e) {
		return j.blocked("firewall")
	}
	return j.onFrom(home)
}

// inspectedOnTransit is a firewall that is attached to a transit gateway: it
// hands what it lets pass back to the table of its own attachment (TGW-14).
func (j *journey) inspectedOnTransit(a *attachment) bool {
	j.through("transit gateway firewall", a.firewall)
	j.sender = nil // SG-9
	if a.firewall == nil || j.carry != nil || !j.inspect(a.firewall) {
		return j.blocked("transit gateway firewall")
	}
	return j.transited(a)
}

// flowOf marks an endpoint whose stateful rules know the flow, passedBy one
// where a rule let it pass.
type (
	flowOf   struct{ *firewallEndpoint }
	passedBy struct{ *firewallEndpoint }
)

// inspect is what an endpoint makes of a packet. Of a reply whose request it,
// or its stateful rules, did not see nobody can tell whether it passes, nor of
// one that a dropping rule describes (RT-11, TGW-10), unless a rule passed the
// flow: then nothing looks at it again.
func (j *journey) inspect(e *firewallEndpoint) bool {
	action := e.firewall.judge(j.p)
	switch {
	case action == "drop":
		return false
	case j.request == nil:
		j.passed[flowOf{e}] = action == "forward"
		j.passed[passedBy{e}] = action == "forward" && e.firewall.rulePasses(j.p)
		return action == "pass" || e.firewall.admits(j.p)
	case !j.seen[e], action == "forward" && (!j.seen[flowOf{e}] || e.firewall.mentions(j.p) && !j.seen[passedBy{e}]):
		return j.chance.of(2) == 1
	}
	return true
}

// rulePasses reports whether a rule passes a new flow, rather than nothing
// dropping it.
func (f *firewall) rulePasses(p packet.Packet) bool {
	passes := func(r statefulRule) bool { return r.action == "pass" && r.matches(p) }
	if !f.strict {
		return slices.ContainsFunc(f.stateful, passes)
	}
	first := slices.IndexFunc(f.stateful, func(r statefulRule) bool { return r.action != "alert" && r.matches(p) })
	return first >= 0 && passes(f.stateful[first])
}

// mentions reports whether a rule that drops describes the packet.
func (f *firewall) mentions(p packet.Packet) bool {
	return slices.ContainsFunc(f.stateful, func(r statefulRule) bool {
		return (r.action == "drop" || r.action == "reject") && r.matches(p)
	})
}
