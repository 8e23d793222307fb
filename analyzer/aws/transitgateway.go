package aws

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TransitGateway is a transit gateway (TGW-1 to TGW-14).
type TransitGateway struct {
	Object
	// Tables are its route tables, the default one included, and Attachments
	// what is attached to it.
	Tables      []*TransitTable
	Attachments []*Attachment
	// GroupReferences is Yes where rules may refer to groups of other attached
	// VPCs (TGW-12).
	GroupReferences tf.Tri
	// Open is set when it may have attachments and tables that the input does
	// not show: it is shared with us, or exists already (TGW-11, U-14).
	Open bool
}

// TransitTable is a route table of a transit gateway.
type TransitTable struct {
	Object
	Gateway Link[TransitGateway]
	// Routes are the static and prefix-list routes, and one for each known
	// prefix that an attachment propagates, in no order: TGW-5 ranks them.
	Routes []TransitRoute
	// Open is set when the table may have routes that the input does not show
	// (TGW-11), besides those of Routes whose destination is unknown.
	Open bool
	// Default is set for the table that the gateway makes itself (TGW-7).
	Default bool
}

// TransitRouteKind ranks routes of one length, the best first (TGW-5).
type TransitRouteKind uint8

// The kinds of transit gateway route.
const (
	StaticRoute TransitRouteKind = iota
	PrefixListRoute
	PropagatedVPC
	PropagatedDirectConnect
	PropagatedConnect
	PropagatedVPN
)

// TransitRoute is one route of a transit gateway's table.
type TransitRoute struct {
	Cause Cause
	Kind  TransitRouteKind
	// Destination is a CIDR, unknown for what BGP announces; or PrefixList is
	// set.
	Destination tf.Val[netip.Prefix]
	PrefixList  Link[PrefixList]
	Attachment  Link[Attachment]
	Blackhole   tf.Tri
	// Maybe is set when the route may turn out not to exist: a propagation
	// that nobody is certain of, overlapping VPCs (TGW-8).
	Maybe bool
}

// AttachmentKind is what is attached to a transit gateway (TGW-1, TGW-14).
type AttachmentKind string

// The kinds of attachment.
const (
	AttachedVPC           AttachmentKind = "vpc"
	AttachedVPN           AttachmentKind = "vpn"
	AttachedPeering       AttachmentKind = "peering"
	AttachedDirectConnect AttachmentKind = "direct-connect-gateway"
	AttachedConnect       AttachmentKind = "connect"
	AttachedFirewall      AttachmentKind = "network-function"
)

// Attachment is an attachment of a transit gateway. A peering between two
// gateways is two of them, each other's Peer.
type Attachment struct {
	Object
	Kind    AttachmentKind
	Gateway Link[TransitGateway]
	// VPC and Subnets are those of an attached VPC: one subnet a zone, whose
	// interfaces carry the traffic (TGW-2, TGW-6).
	VPC     Link[VPC]
	Subnets Links[Subnet]
	// OnPremises is what lies behind a VPN, a Direct Connect gateway or a
	// Connect attachment.
	OnPremises *OnPremises
	// Peer is the other end of a peering; zero where the input does not show
	// it.
	Peer Link[Attachment]
	// Firewall is the firewall of a native attachment.
	Firewall Link[Firewall]
	// Active is No for an attachment that nobody accepts.
	Active tf.Tri
	// ApplianceMode, IPv6 and GroupReferences are its options (TGW-10, TGW-12).
	ApplianceMode, IPv6, GroupReferences tf.Tri
	// Association is the table that routes what enters by it; not set when
	// there is none (TGW-3). AssociationCause is where it is chosen.
	Association      Link[TransitTable]
	AssociationCause Cause
}
