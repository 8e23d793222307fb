package aws

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Firewall is an AWS Network Firewall (APP-2): an endpoint in each of its
// subnets, which routes lead to; or a native attachment of a transit gateway.
type Firewall struct {
	Object
	VPC     Link[VPC]
	Subnets Links[Subnet]
	Policy  Link[FirewallPolicy]
}

// FirewallPolicy is what a firewall does to packets: stateless rules first,
// then stateful ones.
type FirewallPolicy struct {
	Object
	// Stateless are the groups by priority, the first match decides.
	Stateless []StatelessGroup
	// StatelessDefault and FragmentDefault are the actions where none matches.
	StatelessDefault, FragmentDefault tf.Val[FirewallAction]
	// StrictOrder is set where stateful rules count in their order, and not
	// pass before drop before alert.
	StrictOrder tf.Tri
	// Stateful are the groups, by priority where the order is strict.
	Stateful []StatefulGroup
	// StatefulDefaults are the default actions of a strict order, such as
	// "aws:drop_strict"; none lets pass.
	StatefulDefaults []tf.Val[string]
	// Open is set when the policy has groups or rules that the input does not
	// show.
	Open bool
}

// FirewallAction is what a rule does to a packet.
type FirewallAction string

// The actions of firewall rules.
const (
	FirewallPass    FirewallAction = "pass"
	FirewallDrop    FirewallAction = "drop"
	FirewallForward FirewallAction = "forward" // to the stateful rules
	FirewallAlert   FirewallAction = "alert"   // lets pass
	FirewallReject  FirewallAction = "reject"
)

// StatelessGroup is a stateless rule group with the priority that the policy
// gives it.
type StatelessGroup struct {
	Object
	Cause    Cause
	Priority tf.Val[int]
	Rules    []StatelessRule
	Open     bool // it may have rules that the input does not show
}

// StatelessRule is a stateless rule: any source with any destination, on the
// protocols and ports. Empty lists match everything.
type StatelessRule struct {
	Cause                         Cause
	Priority                      tf.Val[int]
	Action                        tf.Val[FirewallAction]
	Protocols                     []tf.Val[int]
	Sources, Destinations         []tf.Val[netip.Prefix]
	SourcePorts, DestinationPorts []PortSpan
	// Flags is set for a rule that looks at TCP flags, which nobody models.
	Flags bool
}

// PortSpan is a range of ports.
type PortSpan struct{ From, To tf.Val[int] }

// StatefulGroup is a stateful rule group.
type StatefulGroup struct {
	Object
	Cause    Cause
	Priority tf.Val[int]
	Rules    []StatefulRule // in their order
	// Opaque is set for a group of Suricata strings or domain names, which
	// nobody reads: it may pass or drop anything (APP-2).
	Opaque bool
}

// StatefulRule is a 5-tuple rule.
type StatefulRule struct {
	Cause    Cause
	Action   tf.Val[FirewallAction]
	Protocol tf.Val[string] // "IP", "TCP", "HTTP" ...
	// Both is set for direction ANY: the rule matches either way round.
	Both tf.Tri
	// Source and the others hold what the header says: an address, a list, a
	// variable; zero where nobody can read it.
	Source, Destination         tf.Val[[]netip.Prefix]
	SourcePort, DestinationPort tf.Val[[]PortSpan]
	// Opaque is set for options that narrow the match beyond the 5-tuple.
	Opaque bool
}
