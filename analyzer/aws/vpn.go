package aws

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// VPNGateway is a virtual private gateway (VPN-1 to VPN-3, RT-9).
type VPNGateway struct {
	Object
	VPC Link[VPC]
	// OnPremises are the networks behind it: its VPN connections, and the
	// Direct Connect gateways that it is associated with. None: nothing is
	// connected, as far as the input shows.
	OnPremises []*OnPremises
	// Open is set when something may be connected that the input does not
	// show.
	Open bool
}

// OnPremisesKind is how a network outside AWS is connected; it ranks
// propagated routes of one length, the best first (RT-5).
type OnPremisesKind uint8

// The kinds of connection.
const (
	DirectConnect OnPremisesKind = iota
	StaticVPN
	DynamicVPN
	ConnectPeer
)

// OnPremises is a network outside AWS behind a VPN connection, a Direct
// Connect gateway or a Connect attachment.
type OnPremises struct {
	Object
	Kind OnPremisesKind
	// Prefixes are those that are certain: static VPN routes, allowed prefixes
	// of the other direction not included.
	Prefixes []tf.Val[netip.Prefix]
	// Open is set when it may announce anything besides by BGP (VPN-4).
	Open bool
	// Announced are the prefixes of AWS that a Direct Connect gateway
	// announces to it (VPN-5); nil when nothing is filtered.
	Announced []tf.Val[netip.Prefix]
}

// ClientVPN is a Client VPN endpoint (VPN-6). Its interface, in the associated
// subnets and with its groups, is the source that targets see.
type ClientVPN struct {
	Object
	Interface *Interface
	// Clients is the block that clients get their addresses from.
	Clients        tf.Val[netip.Prefix]
	Authorizations []ClientVPNRule
	Routes         []ClientVPNRule
}

// ClientVPNRule is an authorization rule or a route of a Client VPN endpoint.
type ClientVPNRule struct {
	Cause       Cause
	Destination tf.Val[netip.Prefix]
	// Subnet is the association that a route uses.
	Subnet Link[Subnet]
}
