package aws

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// AnswerType is what an attribute of a given block takes.
type AnswerType string

// The types of answers.
const (
	AnswerBool  AnswerType = "bool"   // true or false
	AnswerFlows AnswerType = "flows"  // flows such as "tcp/443", or "none"
	AnswerCIDRs AnswerType = "CIDRs"  // address ranges
	AnswerNames AnswerType = "names"  // addresses of resources, or "none"
	AnswerWord  AnswerType = "word"   // one of the words of the attribute
	AnswerText  AnswerType = "string" // a name or an id
	AnswerEntry AnswerType = "entry"  // an entry of a network ACL, or "none"
	AnswerRoute AnswerType = "routes" // destinations with where they lead, such as "0.0.0.0/0=aws_internet_gateway.main"
)

// Answer is an attribute of the given block of a kind of fact.
type Answer struct {
	Name  string
	Type  AnswerType
	Words []string // of AnswerWord
	// Means says what the answer states, after "that" for a bool.
	Means string
	// Example is an answer as it stands in HCL.
	Example string
	// Gate is set for the answer that says whether packets pass at all.
	Gate bool
}

// Wrong says what is wrong with an element of an answer, or "".
func (a Answer) Wrong(element string) string {
	switch a.Type {
	case AnswerBool:
		if element != "true" && element != "false" {
			return "It is true or false."
		}
	case AnswerFlows:
		if _, err := packet.ParseFlow(element); err != nil && element != None {
			return "Write flows such as \"tcp/443\", or \"none\"."
		}
	case AnswerCIDRs:
		if _, err := netip.ParsePrefix(element); err != nil {
			return "Write address ranges such as \"10.0.0.0/16\"."
		}
	case AnswerRoute:
		if _, _, ok := ParseRoute(element); !ok {
			return "Write destination and next hop, such as \"0.0.0.0/0=aws_internet_gateway.main\"."
		}
	case AnswerEntry:
		if _, ok := ParseEntry(element); !ok && element != None {
			return "Write number, action, flow and address range, such as \"100 allow tcp/443 0.0.0.0/0\", or \"none\"."
		}
	}
	return ""
}

// SaidEntry is an entry of a network ACL as people write it.
type SaidEntry struct {
	Number int
	Allow  bool
	Flow   string // as [packet.ParseFlow] takes it
	CIDR   netip.Prefix
}

// ParseEntry reads an entry such as "100 allow tcp/443 0.0.0.0/0".
func ParseEntry(text string) (e SaidEntry, ok bool) {
	words := strings.Fields(text)
	if len(words) != 4 {
		return e, false
	}
	number, err := strconv.Atoi(words[0])
	cidr, wrong := netip.ParsePrefix(words[3])
	if err != nil || wrong != nil || words[1] != "allow" && words[1] != "deny" {
		return e, false
	}
	if _, err := packet.ParseFlow(words[2]); err != nil {
		return e, false
	}
	return SaidEntry{Number: number, Allow: words[1] == "allow", Flow: words[2], CIDR: cidr.Masked()}, true
}

// ParseRoute reads where a destination leads: "0.0.0.0/0=aws_internet_gateway.main".
func ParseRoute(text string) (destination netip.Prefix, to string, ok bool) {
	left, to, found := strings.Cut(text, "=")
	destination, err := netip.ParsePrefix(left)
	return destination.Masked(), to, found && to != "" && err == nil
}

// None is the answer of flows, names or entries that there are none.
const None = "none"

// FactKind is a kind of question: the part of a fact's id before the colon.
// Answers are the attributes of its given block; a kind without any is decided
// by the apply or by looking, and by nothing that somebody could state now.
type FactKind struct {
	Kind    string
	About   string // whom it is about: what the id names after the colon
	Answers []Answer
	// Why says what decides it where there are no answers.
	Why string
}

// oneNamed is the answer that names one of the candidates that the input leaves.
func oneNamed(means, example string) []Answer {
	return []Answer{{Name: "is", Type: AnswerText, Means: means, Example: example}}
}

// onFlows is the answer of what takes packets.
func onFlows(means string) []Answer {
	return []Answer{{Name: "on", Type: AnswerFlows, Means: means, Example: `"tcp/443"`}}
}

// passing is the answer of what cannot be looked into.
func passing(means string) []Answer {
	return []Answer{{Name: "passes", Type: AnswerBool, Means: means, Example: "false", Gate: true}}
}

func yesOrNo(name, means, example string) []Answer {
	return []Answer{{Name: name, Type: AnswerBool, Means: means, Example: example, Gate: true}}
}

// FactKinds is every kind of question that there is, with the answers that
// people may give to it (given blocks of tfcheck.hcl). A fact whose kind is
// not here does not exist: a test compares the table with the code.
var FactKinds = []FactKind{
	{Kind: "account", About: "account and Region", Answers: []Answer{
		{Name: "ebs_encryption_by_default", Type: AnswerBool, Means: "the account encrypts EBS volumes by default", Example: "true"},
		{Name: "imds_default", Type: AnswerWord, Words: []string{"required", "optional"}, Means: "whether instances that do not say need IMDSv2", Example: `"required"`},
		{Name: "vpc_block_public_access", Type: AnswerWord, Words: []string{"off", "block-ingress", "block-bidirectional"},
			Means: "the mode of VPC Block Public Access in account and Region (IGW-8)", Example: `"off"`},
	}},
	{Kind: "subnet", About: "a subnet outside the input", Answers: []Answer{
		{Name: "public", Type: AnswerBool, Means: "its route table leads to an internet gateway, and interfaces get public addresses", Example: "false"},
	}},
	{Kind: "subnet-vpc", About: "a subnet outside the input", Answers: []Answer{
		{Name: "vpc", Type: AnswerText, Means: "the VPC that it is in: an address or an id", Example: `"aws_vpc.main"`},
	}},
	{Kind: "addresses", About: "a subnet or VPC of unknown addresses", Answers: []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the addresses that it has (U-9)", Example: `["10.0.0.0/16"]`},
	}},
	{Kind: "hosts", About: "a subnet", Answers: []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the addresses that its interfaces have (U-10)", Example: `["10.0.1.16/28"]`},
	}},
	{Kind: "group", About: "a security group outside the input", Answers: []Answer{
		{Name: "from_internet", Type: AnswerFlows, Means: "what it admits from the internet", Example: `"none"`},
		{Name: "from_network", Type: AnswerFlows, Means: "what it admits from anywhere else", Example: `"tcp/443"`},
		{Name: "to_internet", Type: AnswerFlows, Means: "what it lets out to the internet", Example: `"tcp/443"`},
		{Name: "to_network", Type: AnswerFlows, Means: "what it lets out to anywhere else", Example: `"tcp/443"`},
	}},
	{Kind: "members", About: "a security group that rules refer to", Answers: []Answer{
		{Name: "are", Type: AnswerNames, Means: "which interfaces of the input are in it (SG-10), by the address of what owns them", Example: `["aws_instance.app"]`},
	}},
	{Kind: "references", About: "a security group that rules refer to", Answers: yesOrNo("kept", "the way keeps references to it (SG-9)", "true")},
	{Kind: "prefix-list", About: "a prefix list", Answers: []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "its entries (U-5)", Example: `["203.0.113.0/24"]`},
	}},
	{Kind: "variable", About: "a root variable without a value", Answers: []Answer{
		{Name: "value", Type: AnswerText, Means: "its value, as --var takes it", Example: `"10.0.0.0/16"`},
	}},
	{Kind: "value", About: "an argument that is not known yet", Answers: []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "its value (U-11)", Example: `["10.0.0.0/8"]`},
	}},
	{Kind: "gateway", About: "a VPC", Answers: yesOrNo("attached", "an internet gateway is attached to it", "false")},
	{Kind: "address", About: "an interface", Answers: []Answer{
		{Name: "public", Type: AnswerBool, Means: "it gets a public IPv4 address", Example: "false"},
		{Name: "ipv6", Type: AnswerBool, Means: "it gets an IPv6 address", Example: "false"},
	}},
	{Kind: "public-address", About: "an interface", Answers: []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the public addresses by which it is seen on the internet, its own or those of its NAT gateway (IGW-7)", Example: `["203.0.113.7/32"]`},
	}},
	{Kind: "nat", About: "a NAT gateway", Answers: yesOrNo("public", "it has an Elastic IP", "true")},
	{Kind: "zone", About: "a subnet", Answers: []Answer{
		{Name: "is", Type: AnswerText, Means: "its availability zone (U-8)", Example: `"eu-west-1a"`},
	}},
	{Kind: "route-table", About: "a route table that may have other routes", Answers: []Answer{
		{Name: "public", Type: AnswerBool, Means: "it leads to the internet gateway of its VPC; if not, it has no routes but those of the input", Example: "false"},
	}},
	{Kind: "acl", About: "a network ACL that may have other entries", Answers: []Answer{
		{Name: "passes", Type: AnswerBool, Means: "it lets everything through; if not, it has no entries but those of the input", Example: "true"},
	}},
	{Kind: "peering", About: "a VPC peering connection", Answers: passing("it leads to where the packets go")},
	{Kind: "peering-accepted", About: "a VPC peering connection", Answers: yesOrNo("accepted", "somebody accepts it (PCX-1)", "true")},
	{Kind: "nat-peering", About: "a VPC peering connection", Answers: passing("it carries what a NAT gateway sends (NAT-10)")},
	{Kind: "nat-nat", About: "a NAT gateway", Answers: passing("it takes what another NAT gateway sends (NAT-10)")},
	{Kind: "endpoint-behind", About: "a gateway endpoint", Answers: passing("it takes what a NAT gateway or another device of its VPC sends (NAT-10)")},
	{Kind: "attachment", About: "an attachment of a transit gateway", Answers: yesOrNo("accepted", "somebody accepts it", "true")},
	{Kind: "attachment-ipv6", About: "an attachment of a transit gateway", Answers: yesOrNo("carries", "it carries IPv6", "false")},
	{Kind: "transit-attached", About: "a transit gateway", Answers: passing("it carries packets between the VPCs concerned")},
	{Kind: "association", About: "an attachment of a transit gateway", Answers: passing("its route table leads where the packets go")},
	{Kind: "transit-table", About: "a route table of a transit gateway", Answers: passing("it leads where the packets go")},
	{Kind: "transit-peering", About: "a peering of transit gateways", Answers: passing("the other transit gateway leads where the packets go")},
	{Kind: "vpn-attached", About: "a virtual private gateway", Answers: yesOrNo("attached", "it is attached to the VPC", "true")},
	{Kind: "announced", About: "a connection to a network on premises", Answers: []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the prefixes that the network behind it has (VPN-4, U-17)", Example: `["10.100.0.0/16"]`},
	}},
	{Kind: "premises", About: "a connection to a network on premises", Answers: passing("the network behind it hands packets on")},
	{Kind: "boundary", About: "what is not followed", Answers: passing("it passes packets on unchanged, both ways")},
	{Kind: "firewall", About: "a Network Firewall", Answers: passing("it lets pass what its rules leave open (APP-2)")},
	{Kind: "one-sided", About: "devices that remember flows", Answers: passing("they pass packets of flows of which they see one direction only (RT-11)")},
	{Kind: "many", About: "a subnet", Answers: passing("packets find a way from it")},
	{Kind: "long", About: "a place on a long way", Answers: passing("packets that pass it arrive")},
	{Kind: "beyond", About: "what lies outside", Answers: passing("packets get there")},
	{Kind: "rules", About: "a listener of a load balancer", Answers: []Answer{
		{Name: "forward", Type: AnswerBool, Means: "one of its rules forwards requests to a target", Example: "false"},
	}},
	{Kind: "initiates", About: "an interface", Answers: yesOrNo("connects", "it opens connections itself", "false")},
	{Kind: "direct", About: "a service in a VPC", Answers: yesOrNo("has", "it gets out to the internet past its VPC (SVC-15)", "false")},
	{Kind: "public", About: "a service", Answers: yesOrNo("public", "it has a public endpoint", "false")},
	{Kind: "listens", About: "an interface or a service", Answers: onFlows("what it listens on, or \"none\"")},
	{Kind: "sources", About: "a service", Answers: []Answer{{Name: "cidrs", Type: AnswerCIDRs, Means: "the addresses that it answers", Example: `["203.0.113.0/24"]`}}},
	{Kind: "endpoint-routes", About: "a gateway endpoint", Answers: yesOrNo("serves", "it serves the route tables concerned", "true")},
	{Kind: "rule", About: "a rule", Answers: []Answer{{Name: "admits", Type: AnswerFlows, Means: "the packets that it is about, or \"none\" where it will not be there", Example: `"tcp/443"`}}},
	{Kind: "entry", About: "an entry of a network ACL", Answers: []Answer{
		{Name: "is", Type: AnswerEntry, Means: "its number, whether it allows or denies, what and from or to where; \"none\" if it is not there", Example: `"100 allow tcp/443 0.0.0.0/0"`},
	}},
	{Kind: "serves", About: "an endpoint", Answers: yesOrNo("leads", "it leads to the service that is asked about", "true")},
	{Kind: "entrance", About: "an accelerator, a distribution or a link", Answers: yesOrNo("leads", "it leads there", "false")},
	{Kind: "ipv6", About: "an accelerator or a distribution", Answers: yesOrNo("takes", "it takes clients of IPv6", "false")},
	{Kind: "proxy", About: "a proxy of RDS", Answers: yesOrNo("leads", "it leads to the databases concerned", "true")},
	{Kind: "client-vpn", About: "a Client VPN endpoint", Answers: []Answer{{Name: "cidrs", Type: AnswerCIDRs, Means: "the destinations that its rules and routes cover", Example: `["10.0.0.0/16"]`}}},
	{Kind: "consumers", About: "an endpoint service", Answers: yesOrNo("admitted", "accounts outside the input may use it (EP-3)", "false")},
	{Kind: "privatelink-rules", About: "a load balancer behind an endpoint service", Answers: yesOrNo("look", "its groups look at what comes by PrivateLink (EP-3)", "true")},
	{Kind: "acl-of-consumers", About: "a network ACL before an endpoint service", Answers: yesOrNo("looks", "it looks at what comes by PrivateLink (EP-3)", "true")},
	{Kind: "firewall-endpoint", About: "a Network Firewall", Answers: oneNamed("the subnet of the endpoint that routes lead to", `"aws_subnet.firewall"`)},
	{Kind: "edge-of", About: "a VPC", Answers: oneNamed("the route table of its gateway, or \"none\"", `"aws_route_table.ingress"`)},
	{Kind: "route", About: "a route", Answers: []Answer{
		{Name: "leads", Type: AnswerRoute, Means: "where each destination leads, by address or id", Example: `["0.0.0.0/0=aws_internet_gateway.main"]`},
	}},
	{Kind: "transit-route", About: "a route table of a transit gateway", Answers: []Answer{
		{Name: "leads", Type: AnswerRoute, Means: "to which attachment each destination leads, or \"blackhole\"", Example: `["10.1.0.0/16=aws_ec2_transit_gateway_vpc_attachment.a"]`},
	}},
	{Kind: "attachment-zone", About: "an attachment of a transit gateway", Answers: oneNamed("the subnet by which packets leave it", `"aws_subnet.transit"`)},
	{Kind: "connection", About: "addresses on premises", Answers: oneNamed("the connection over which packets from there arrive", `"aws_vpn_connection.office"`)},
	{Kind: "groups", About: "an interface", Answers: []Answer{{Name: "are", Type: AnswerNames, Means: "its security groups, by address or id", Example: `["aws_security_group.app"]`}}},
	{Kind: "attached", About: "a security group", Answers: yesOrNo("attached", "it is attached where it may be", "false")},
	{Kind: "group-of", About: "security groups", Answers: oneNamed("the one that is attached", `"aws_security_group.app"`)},
	{Kind: "table-of", About: "a subnet", Answers: oneNamed("its route table", `"aws_route_table.private"`)},
	{Kind: "acl-of", About: "a subnet", Answers: oneNamed("its network ACL", `"aws_network_acl.private"`)},
	{Kind: "placement", About: "an interface", Answers: oneNamed("the subnet that it stands in", `"aws_subnet.private"`)},
	{Kind: "listener", About: "a listener of a load balancer", Answers: onFlows("the port that it listens on")},
	{Kind: "target", About: "a target group", Answers: onFlows("the port that it registers, or \"none\"")},
	{Kind: "preserve", About: "a target group", Answers: yesOrNo("keeps", "it keeps the address of clients (LB-4, LB-12)", "true")},
	{Kind: "clients", About: "a load balancer", Answers: []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the addresses that clients of it have", Example: `["10.0.0.0/8"]`},
	}},
	{Kind: "client-port", About: "what lets replies pass", Why: "the device chooses another port for each flow; an ACL that lets all of 1024-65535 pass settles it"},
	{Kind: "size", About: "what scales", Answers: yesOrNo("any", "it has a member (U-18)", "true")},
	{Kind: "count", About: "what the number of instances of a resource depends on", Answers: yesOrNo("any", "its count or for_each makes instances, for which one stands; if not, there are none (U-12)", "true")},
}

// FactKindOf is the kind of the fact with an id.
func FactKindOf(id string) (FactKind, bool) {
	kind, _, _ := strings.Cut(id, ":")
	for _, k := range FactKinds {
		if k.Kind == kind {
			return k, true
		}
	}
	return FactKind{}, false
}

// Gate is the name of the answer that says whether packets pass, or "".
func (k FactKind) Gate() string {
	for _, a := range k.Answers {
		if a.Gate {
			return a.Name
		}
	}
	return ""
}

// Settled is the fact with the block of tfcheck.hcl that answers it in the line
// that settles it, where people can answer: the attribute named, or the kind's
// first.
func Settled(f tf.Fact, attribute string) tf.Fact {
	k, _ := FactKindOf(f.ID)
	if strings.Contains(f.Settle, "given ") {
		return f
	}
	kind, name, named := strings.Cut(f.ID, ":")
	name = cmp.Or(f.Name, name)
	for _, list := range lists {
		name = strings.TrimPrefix(name, list)
	}
	if !named || strings.HasPrefix(name, "the subnet of ") {
		return f // no block can name it
	}
	for _, a := range k.Answers {
		if a.Name != attribute && attribute != "" {
			continue
		}
		f.Settle += fmt.Sprintf(", or in tfcheck.hcl: given %q %q { %s = %s }", kind, name, a.Name, cmp.Or(f.Example, a.Example))
		break
	}
	return f
}
