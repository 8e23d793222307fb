package aws

import (
	"net/netip"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Network is everything in one snapshot that places, routes or filters
// traffic, typed and linked. It is immutable once built.
//
// Objects that AWS makes by itself (main route tables, default groups and
// ACLs, a default VPC) are in it with a nil Cause.Resource and a Label that
// names them. All slices are in the order of their addresses.
type Network struct {
	VPCs             []*VPC
	Subnets          []*Subnet
	RouteTables      []*RouteTable
	ACLs             []*ACL
	SecurityGroups   []*SecurityGroup
	PrefixLists      []*PrefixList
	InternetGateways []*Gateway // internet and egress-only internet gateways
	NATGateways      []*NATGateway
	Interfaces       []*Interface
	LoadBalancers    []*LoadBalancer
	TargetGroups     []*TargetGroup
	PublicServices   []*PublicService

	Peerings         []*Peering
	TransitGateways  []*TransitGateway
	VPNGateways      []*VPNGateway
	ClientVPNs       []*ClientVPN
	Endpoints        []*Endpoint
	EndpointServices []*EndpointService
	InstanceConnects []*InstanceConnectEndpoint
	Firewalls        []*Firewall
	Entries          []*Entry
	Proxies          []*DatabaseProxy
	LatticeGroups    []*LatticeGroup

	// BlockPublicAccess is what the plan sets for account and Region (IGW-8);
	// nil when the input does not manage it.
	BlockPublicAccess *BlockPublicAccess

	// Refused is what plans well and what AWS refuses at apply.
	Refused []Refusal
	// Names are the other names, as people may give them, of what data sources
	// find: by its id the address of the data source, and the other way round.
	Names map[string][]string

	// Boundaries are components that were met and are not modelled: each is
	// printed as an assumption.
	Boundaries []Boundary
	// Assumptions are those of the network as a whole.
	Assumptions []*tf.Assumption

	inputs []*tf.Resource // what it was made of
}

// Object is what the objects of a network have in common.
type Object struct {
	Resource *tf.Resource // nil for what AWS makes itself and for what is outside the input
	// Label is the address, or a description such as "main route table of
	// aws_vpc.main" or "sg-0abc (outside the input)".
	Label string
	// Listed is the data source that lists what is outside of the input; empty
	// for all else.
	Listed string
	// Scope keys account and Region, so that equal ids or CIDRs of two
	// networks are kept apart.
	Scope string
}

// ShortName is the label without the remark that the object is outside of the
// input.
func (o Object) ShortName() string {
	name, _, _ := strings.Cut(o.Label, " (outside")
	return name
}

// VPC is a virtual private cloud.
type VPC struct {
	Object
	// CIDRs are its IPv4 and IPv6 blocks, secondary ones included (VPC-5).
	CIDRs []Block
	// MainRouteTable, DefaultACL and DefaultGroup are those in force (RT-2,
	// NACL-1, SG-5), implicit where nobody manages them.
	MainRouteTable *RouteTable
	DefaultACL     *ACL
	DefaultGroup   *SecurityGroup
	// Gateways are the attached internet and egress-only gateways.
	Gateways []*Gateway
	// Default is set for the default VPC of a Region (VPC-2).
	Default bool
	// Outside is set for a VPC that the input only mentions.
	Outside bool
	// MayHaveGateway is set when an internet gateway may be attached that the
	// input does not show.
	MayHaveGateway bool
}

// Block is an address block. An IPv6 block that Amazon provides, or one from
// a pool, is symbolic: only its family and its owner are known (U-9).
type Block struct {
	Prefix netip.Prefix // zero when symbolic
	Family packet.Family
	// Private is Yes for a block that an internet gateway never carries
	// (IGW-3).
	Private tf.Tri
	// Owner says which part of its VPC's block a symbolic one is, where that is
	// certain (U-9).
	Owner *Owner
}

// Known reports whether the block's prefix is known.
func (b Block) Known() bool { return b.Prefix.IsValid() }

// Subnet is a subnet.
type Subnet struct {
	Object
	VPC  Link[VPC]
	CIDR Block  // its IPv4 block; zero when it has none
	IPv6 *Block // nil when it has none
	// AvailabilityZone is its zone's name or id (U-8).
	AvailabilityZone tf.Val[string]
	// PublicIPOnLaunch and IPv6OnCreation are what it gives new interfaces.
	PublicIPOnLaunch tf.Tri
	IPv6OnCreation   tf.Tri
	// RouteTable and ACL are those in force (RT-1, NACL-1), the VPC's main and
	// default ones included.
	RouteTable Link[RouteTable]
	ACL        Link[ACL]
	// Association is where the route table is chosen; its Resource is nil when
	// the VPC's main table applies.
	Association Cause
	// Outside is set for a subnet that the input only mentions.
	Outside bool
	// Shared is set for a subnet that other accounts may put interfaces into
	// (VPC-3).
	Shared bool
}

// RouteTable is a route table.
type RouteTable struct {
	Object
	VPC    Link[VPC]
	Routes []Route // without the local ones, which every table has (RT-3)
	// Open is set when the table may have routes that the input does not show.
	Open bool
	// Propagations are the gateways that propagate routes into the table
	// (TF-RT-4); Propagated is set when any does or may.
	Propagations Links[VPNGateway]
	Propagated   bool
	// Learns is set when a route server may install routes in the table, of
	// which nobody knows any (TF-RT-6).
	Learns bool
	// Edge is set for a table associated with a gateway (RT-9): EdgeGateway
	// and EdgeVPN are those that it may be associated with.
	Edge        bool
	EdgeGateway Link[Gateway]
	EdgeVPN     Link[VPNGateway]
	// Main is set for the main table of its VPC.
	Main bool
}

// Route is one route of a table.
type Route struct {
	Cause Cause
	// Destination is a CIDR, or PrefixList is set. Of an unknown one Family is
	// that of the argument, zero where it may be either, and Owner whose it is
	// (U-9).
	Destination tf.Val[netip.Prefix]
	Family      packet.Family
	Owner       *Owner
	PrefixList  Link[PrefixList]
	Target      Target
	// Conflict is set when inline and separate routes overwrite each other
	// (TF-RT-1), so that the route may or may not survive.
	Conflict bool
	// Maybe is set when the route may turn out not to exist at all (U-12).
	Maybe bool
}

// TargetKind is the kind of a route's next hop.
type TargetKind string

// The kinds of next hop, named after the route's argument.
const (
	TargetUnknown         TargetKind = "unknown"
	TargetLocal           TargetKind = "local"
	TargetInternetGateway TargetKind = "internet_gateway"
	TargetVPNGateway      TargetKind = "vpn_gateway"
	TargetEgressOnly      TargetKind = "egress_only_gateway"
	TargetNATGateway      TargetKind = "nat_gateway"
	TargetInterface       TargetKind = "network_interface"
	TargetTransitGateway  TargetKind = "transit_gateway"
	TargetPeering         TargetKind = "vpc_peering_connection"
	TargetEndpoint        TargetKind = "vpc_endpoint"
	TargetCarrierGateway  TargetKind = "carrier_gateway"
	TargetLocalGateway    TargetKind = "local_gateway"
	TargetCoreNetwork     TargetKind = "core_network"
)

// Target is a route's next hop. Kind says which link is meant; the kinds
// without a link of their own are boundaries.
type Target struct {
	Kind       TargetKind
	Gateway    Link[Gateway]
	VPNGateway Link[VPNGateway]
	NAT        Link[NATGateway]
	Interface  Link[Interface]
	Peering    Link[Peering]
	Transit    Link[TransitGateway]
	// Endpoint is a gateway load balancer endpoint; Firewall is set instead
	// where the endpoint is one of a Network Firewall, the one in
	// FirewallSubnet where that is known (TF-L-4).
	Endpoint       Link[Endpoint]
	Firewall       Link[Firewall]
	FirewallSubnet Link[Subnet]
	// Label names the target, whatever its kind.
	Label string
	// Gone is set where the change takes the target away and leaves the route
	// (RT-6).
	Gone bool
}

// Gateway is an internet gateway or an egress-only internet gateway.
type Gateway struct {
	Object
	EgressOnly bool
	VPC        Link[VPC]
}

// NATGateway is a NAT gateway (NAT-1 to NAT-8).
type NATGateway struct {
	Object
	Subnet Link[Subnet]
	Public tf.Tri // has an Elastic IP (NAT-3)
	// Regional is set for one that stands in no subnet but serves its VPC, in
	// Zones where they are listed, else in all (NAT-8).
	Regional tf.Tri
	VPC      Link[VPC]
	Zones    []tf.Val[string]
	// PublicAddresses are those that the input shows (IGW-7).
	PublicAddresses []netip.Addr
	// OneAddress is set where it has one public address and no more.
	OneAddress bool
}

// ElasticIP is an Elastic IP of an interface, for one of its private addresses:
// null for the primary one.
type ElasticIP struct {
	Private tf.Val[netip.Addr]
	There   tf.Tri
}

// ACL is a network ACL.
type ACL struct {
	Object
	VPC     Link[VPC]
	Ingress []ACLEntry // in the order of their numbers, unknown numbers last
	Egress  []ACLEntry
	// Open is set when the ACL may have entries that the input does not show.
	Open bool
	// Implicit is set for a default ACL that nobody manages (NACL-2).
	Implicit bool
}

// ACLEntry is one entry of a network ACL (NACL-4, NACL-7). Its fields are the
// API's: icmp fields count for ICMP only, ports for TCP and UDP only.
type ACLEntry struct {
	Cause    Cause
	Number   tf.Val[int]
	Allow    tf.Tri
	Protocol tf.Val[int] // -1 for all
	FromPort tf.Val[int]
	ToPort   tf.Val[int]
	ICMPType tf.Val[int]
	ICMPCode tf.Val[int]
	CIDR     tf.Val[netip.Prefix] // canonical; null when the entry has none
	Family   packet.Family        // of an unknown CIDR; zero: either
	Owner    *Owner               // of an unknown CIDR, nil where that is not certain (U-9)
	Conflict bool
	Maybe    bool // it may turn out not to exist at all (U-12)
}

// SecurityGroup is a security group.
type SecurityGroup struct {
	Object
	VPC Link[VPC]
	// Associated are further VPCs in which it may be used (SG-20).
	Associated Links[VPC]

	ID      string // where the input shows it
	Ingress []Rule
	Egress  []Rule
	// Open is set when the group may have rules that the input does not show:
	// it lies outside the input, or exists and is not managed inline.
	Open bool
	// Default is set for the default group of a VPC (SG-5).
	Default bool
	// Maker is the attribute that names a group that AWS makes with something
	// else: a VPC, or a cluster of EKS (SVC-5).
	Maker Cause
	// Conflicts are the separate rules of a group that also has inline rules
	// (TF-SG-3); both kinds carry Rule.Conflict.
	Conflicts bool
	// Handed is set when an output, a parameter or a share hands the group to
	// others, so that it may have members outside the input.
	Handed bool
}

// Rule is one rule of a security group: any of its peers, on its protocol and
// ports (SG-2, SG-12 to SG-14). A rule of Terraform may carry several peers.
type Rule struct {
	Cause    Cause
	Protocol tf.Val[string] // as written; "-1" and "all" mean every protocol
	FromPort tf.Val[int]
	ToPort   tf.Val[int]

	CIDRs       []Peer[netip.Prefix]
	PrefixLists []Peer[Link[PrefixList]]
	Groups      []Peer[Link[SecurityGroup]]
	Self        tf.Tri // the group itself (SG-8); No when unset
	// AnyPeer is set when the rule may have peers that the input does not
	// show.
	AnyPeer bool

	// Maybe is set when the rule may turn out not to exist at all (a dynamic
	// block over an unknown collection, TF-SG-2; a conflict, TF-SG-3).
	Maybe bool
	// Conflict is set when inline and separate rules overwrite each other.
	Conflict bool
}

// Peer is one peer of a rule with the argument that names it.
type Peer[T any] struct {
	Cause Cause
	To    T
	// Unknown is set for a CIDR whose value is unknown until apply; To is then
	// the widest that it may be, everything of the family that the argument
	// takes (U-11).
	Unknown bool
	// Output is what a dependency of terragrunt's hands over, such as
	// "dependency.net.outputs.cidr", where the CIDR is that; else empty.
	Output string
	// Owner is whose an unknown CIDR is, nil where that is not certain (U-9).
	Owner *Owner
}

// PrefixList is a managed prefix list (SG-16, U-5).
type PrefixList struct {
	Object
	ID      string
	Name    string // of an AWS-managed list, such as "com.amazonaws.eu-west-1.s3"
	Entries []tf.Val[netip.Prefix]
	// Open is set when the entries are not all known.
	Open bool
	// AWS is set for a list that AWS manages.
	AWS bool
}

// InterfaceKind says what stands behind a network interface.
type InterfaceKind string

// The kinds of interface owner.
const (
	KindInstance     InterfaceKind = "instance"
	KindENI          InterfaceKind = "network interface"
	KindFleet        InterfaceKind = "auto scaling group" // also spot fleets, node groups
	KindLoadBalancer InterfaceKind = "load balancer"
	KindDataStore    InterfaceKind = "data store" // RDS, Redshift, ElastiCache, EFS, MSK, OpenSearch ...
	KindFunction     InterfaceKind = "function"
	KindTask         InterfaceKind = "task"
	KindCluster      InterfaceKind = "cluster" // EKS control plane
	KindEndpoint     InterfaceKind = "endpoint"
	KindOther        InterfaceKind = "service"
)

// Interface is one network interface, or a class of interfaces that a service
// makes alike (the interfaces of an Auto Scaling group in its subnets, those
// of a database in its subnet group). It is the end point of flows.
type Interface struct {
	Object
	Kind InterfaceKind
	// Owner is the resource that people think of: the instance rather than
	// its aws_network_interface. It equals Resource in most cases.
	Owner *tf.Resource

	// Subnets are where it stands. With AnySubnet it stands in one of them
	// that nobody can tell (SVC-1): exposed if any is public, certainly so
	// only if all are; otherwise it stands in each.
	Subnets   Links[Subnet]
	AnySubnet bool
	// Placement is where the subnets are chosen.
	Placement Cause

	// Groups are its security groups; HasGroups is No for what has none at
	// all and is not filtered (SG-19).
	Groups    Links[SecurityGroup]
	HasGroups tf.Tri
	// GroupsCause is where the groups are chosen; empty when they are the
	// VPC's default group because nobody chose.
	GroupsCause Cause

	// PublicIPv4 says whether it has a public IPv4 address, and PublicCause
	// where that is decided. IPv6 says whether it has an IPv6 address that an
	// internet gateway carries (IGW-3).
	PublicIPv4  tf.Tri
	PublicCause Cause
	IPv6        tf.Tri
	// InnerIPv6 is set where it may have IPv6 addresses that no internet gateway
	// carries (SVC-19, LB-13, IGW-3).
	InnerIPv6 bool

	// Addresses are its private addresses where known (U-10), PublicAddresses
	// those that the internet sees (IGW-7).
	Addresses, PublicAddresses []netip.Addr
	// OneAddress is set where it has one private IPv4 address and no more. Of
	// several, the one that is assigned and Elastic IPs without another belong to
	// Primary, where that is known, and to none of Secondary (IGW-2).
	OneAddress bool
	Primary    netip.Addr
	Secondary  []netip.Addr
	ElasticIPs []ElasticIP
	Assigned   tf.Tri // a public address besides these
	// SourceDestCheck is No when it forwards traffic of others (APP-1).
	SourceDestCheck tf.Tri
	// Ports is what it listens on, where the service is known for it; nil
	// means that it may listen on anything.
	Ports []ServicePort
	// PortCause is the argument that sets the one port; zero where nobody
	// chooses it.
	PortCause Cause
	// Sizing is the argument by which what scales may have no member; zero where
	// there is one (U-18).
	Sizing Cause
	// Initiates is No for what never opens a connection itself.
	Initiates tf.Tri
	// Inbound is No for what never accepts one (Lambda, SVC-7).
	Inbound tf.Tri
	// Direct is set for what has another way to the internet than this interface,
	// one of AWS's own past the VPC (SVC-15).
	Direct *DirectAccess
	// New is set when the interface is made by this plan.
	New bool
	// Assumptions are what its placement rests on.
	Assumptions []*tf.Assumption
}

// DirectAccess is a way out that no route, group or ACL of a VPC filters.
type DirectAccess struct {
	Cause Cause // what switches it
	On    tf.Tri
}

// ServicePort is a port that a service listens on.
type ServicePort struct {
	Protocol packet.Protocol
	From, To uint16
	// Maybe is set when the port is a default or a guess.
	Maybe bool
}

// LoadBalancer is an application, network, gateway or classic load balancer.
type LoadBalancer struct {
	Object
	Type string // application, network, gateway, classic
	// Internal is the scheme (LB-1).
	Internal tf.Tri
	// InternalCause is where the scheme is chosen.
	InternalCause Cause
	IPAddressType tf.Val[string]
	// Interface is its nodes: subnets, groups, public addresses.
	Interface *Interface
	Listeners []*Listener
	CrossZone tf.Tri
	// PrivateLinkRules is No where its groups do not look at what consumers of
	// its endpoint service send (EP-3).
	PrivateLinkRules tf.Tri
}

// Listener is a listener of a load balancer.
type Listener struct {
	Object
	Cause    Cause
	Protocol tf.Val[string] // HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP ...
	Port     tf.Val[int]
	Policy   tf.Val[string] // TLS security policy
	// Forwards are the target groups of its default action and of its rules,
	// every forward action counted (LB-3).
	Forwards Links[TargetGroup]
	// Redirects and Fixed report that the default action reaches no target.
	Redirects tf.Val[string] // protocol of the redirect, null when none
	Fixed     bool
	// Targets are those of a classic load balancer.
	InstancePort tf.Val[int]
	Targets      []TargetRef
}

// TargetGroup is a target group.
type TargetGroup struct {
	Object
	Protocol         tf.Val[string]
	Port             tf.Val[int]
	TargetType       tf.Val[string] // instance, ip, lambda, alb
	PreserveClientIP tf.Tri         // defaults of LB-4 applied
	// IPv6 is Yes where its targets are reached over IPv6 (LB-4).
	IPv6 tf.Tri
	// CrossZone says whether any node serves its targets (LB-8); null: as the
	// load balancer is set.
	CrossZone tf.Val[bool]
	// HealthPort is the port that health checks go to, over TCP; null: the
	// target's own (LB-9).
	HealthPort tf.Val[int]
	Targets    []TargetRef
	// Open is set when targets may be registered that the input does not show.
	Open bool
}

// TargetRef is one registration of a target.
type TargetRef struct {
	Cause     Cause
	Interface Link[Interface]
	// LoadBalancer is set for an ALB behind an NLB.
	LoadBalancer Link[LoadBalancer]
	Port         tf.Val[int] // null: the target group's port
}

// PublicService is something that the internet reaches without a path through
// a VPC: a public EKS API endpoint, a public MQ broker (SVC-5, SVC-14).
type PublicService struct {
	Object
	Service string // for people: "Kubernetes API of aws_eks_cluster.main"
	Ports   []ServicePort
	// Sources are the CIDRs admitted; null entries are unknown.
	Sources []tf.Val[netip.Prefix]
	Cause   Cause
	Public  tf.Tri
	// Switch is the argument, true or false, that makes it public; zero where
	// there is none.
	Switch Cause
}

// BlockPublicAccess is VPC Block Public Access (IGW-8).
type BlockPublicAccess struct {
	Object
	Mode       tf.Val[string] // off, block-bidirectional, block-ingress
	Exclusions []BPAExclusion
}

// BPAExclusion exempts a VPC or a subnet from Block Public Access.
type BPAExclusion struct {
	Object
	VPC    Link[VPC]
	Subnet Link[Subnet]
	Mode   tf.Val[string] // allow-bidirectional, allow-egress
}

// Boundary is a component that the engine does not follow.
type Boundary struct {
	Object
	Kind string // "VPC peering", "transit gateway attachment" ...
	VPCs []*VPC // those it touches, where known
}
