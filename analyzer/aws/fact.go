package aws

import (
	"cmp"
	"fmt"
	"net/netip"
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
	}
	return ""
}

// None is the answer of flows or names that there are none.
const None = "none"

// FactKind is a kind of question: the part of a fact's id before the colon.
// Answers are the attributes of its given block; a kind without any is decided
// by the apply or by looking, and by nothing that somebody could state now.
type FactKind struct {
	Kind    string
	About   string // whom it is about: what the id names after the colon
	Answers []Answer
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
	{"account", "account and Region", []Answer{
		{Name: "ebs_encryption_by_default", Type: AnswerBool, Means: "the account encrypts EBS volumes by default", Example: "true"},
		{Name: "imds_default", Type: AnswerWord, Words: []string{"required", "optional"}, Means: "whether instances that do not say need IMDSv2", Example: `"required"`},
		{Name: "vpc_block_public_access", Type: AnswerWord, Words: []string{"off", "block-ingress", "block-bidirectional"},
			Means: "the mode of VPC Block Public Access in account and Region (IGW-8)", Example: `"off"`},
	}},
	{"subnet", "a subnet outside the input", []Answer{
		{Name: "public", Type: AnswerBool, Means: "its route table leads to an internet gateway, and interfaces get public addresses", Example: "false"},
	}},
	{"subnet-vpc", "a subnet outside the input", []Answer{
		{Name: "vpc", Type: AnswerText, Means: "the VPC that it is in: an address or an id", Example: `"aws_vpc.main"`},
	}},
	{"addresses", "a subnet or VPC of unknown addresses", []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the addresses that it has (U-9)", Example: `["10.0.0.0/16"]`},
	}},
	{"hosts", "a subnet", []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the addresses that its interfaces have (U-10)", Example: `["10.0.1.16/28"]`},
	}},
	{"group", "a security group outside the input", []Answer{
		{Name: "from_internet", Type: AnswerFlows, Means: "what it admits from the internet", Example: `"none"`},
		{Name: "from_network", Type: AnswerFlows, Means: "what it admits from anywhere else", Example: `"tcp/443"`},
		{Name: "to_internet", Type: AnswerFlows, Means: "what it lets out to the internet", Example: `"tcp/443"`},
		{Name: "to_network", Type: AnswerFlows, Means: "what it lets out to anywhere else", Example: `"tcp/443"`},
	}},
	{"members", "a security group that rules refer to", []Answer{
		{Name: "are", Type: AnswerNames, Means: "which interfaces of the input are in it (SG-10), by the address of what owns them", Example: `["aws_instance.app"]`},
	}},
	{"references", "a security group that rules refer to", yesOrNo("kept", "the way keeps references to it (SG-9)", "true")},
	{"prefix-list", "a prefix list", []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "its entries (U-5)", Example: `["203.0.113.0/24"]`},
	}},
	{"value", "an argument that is not known yet", []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "its value (U-11)", Example: `["10.0.0.0/8"]`},
	}},
	{"gateway", "a VPC", yesOrNo("attached", "an internet gateway is attached to it", "false")},
	{"address", "an interface", []Answer{
		{Name: "public", Type: AnswerBool, Means: "it gets a public IPv4 address", Example: "false"},
		{Name: "ipv6", Type: AnswerBool, Means: "it gets an IPv6 address", Example: "false"},
	}},
	{"public-address", "an interface", []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the public addresses by which it is seen on the internet, its own or those of its NAT gateway (IGW-7)", Example: `["203.0.113.7/32"]`},
	}},
	{"nat", "a NAT gateway", yesOrNo("public", "it has an Elastic IP", "true")},
	{"zone", "a subnet", []Answer{
		{Name: "is", Type: AnswerText, Means: "its availability zone (U-8)", Example: `"eu-west-1a"`},
	}},
	{"route-table", "a route table that may have other routes", []Answer{
		{Name: "public", Type: AnswerBool, Means: "it leads to the internet gateway of its VPC; if not, it has no routes but those of the input", Example: "false"},
	}},
	{"acl", "a network ACL that may have other entries", []Answer{
		{Name: "passes", Type: AnswerBool, Means: "it lets everything through; if not, it has no entries but those of the input", Example: "true"},
	}},
	{"peering", "a VPC peering connection", passing("it leads to where the packets go")},
	{"peering-accepted", "a VPC peering connection", yesOrNo("accepted", "somebody accepts it (PCX-1)", "true")},
	{"nat-peering", "a VPC peering connection", passing("it carries what a NAT gateway sends (NAT-10)")},
	{"nat-nat", "a NAT gateway", passing("it takes what another NAT gateway sends (NAT-10)")},
	{"attachment", "an attachment of a transit gateway", yesOrNo("accepted", "somebody accepts it", "true")},
	{"attachment-ipv6", "an attachment of a transit gateway", yesOrNo("carries", "it carries IPv6", "false")},
	{"transit-attached", "a transit gateway", passing("it carries packets between the VPCs concerned")},
	{"association", "an attachment of a transit gateway", passing("its route table leads where the packets go")},
	{"transit-table", "a route table of a transit gateway", passing("it leads where the packets go")},
	{"transit-peering", "a peering of transit gateways", passing("the other transit gateway leads where the packets go")},
	{"vpn-attached", "a virtual private gateway", yesOrNo("attached", "it is attached to the VPC", "true")},
	{"announced", "a connection to a network on premises", []Answer{
		{Name: "cidrs", Type: AnswerCIDRs, Means: "the prefixes that the network behind it has (VPN-4, U-17)", Example: `["10.100.0.0/16"]`},
	}},
	{"premises", "a connection to a network on premises", passing("the network behind it hands packets on")},
	{"boundary", "what is not followed", passing("it passes packets on unchanged, both ways")},
	{"firewall", "a Network Firewall", passing("it lets pass what its rules leave open (APP-2)")},
	{"one-sided", "devices that remember flows", passing("they pass packets of flows of which they see one direction only (RT-11)")},
	{"many", "a subnet", passing("packets find a way from it")},
	{"long", "a place on a long way", passing("packets that pass it arrive")},
	{"beyond", "what lies outside", passing("packets get there")},
	{"rules", "a listener of a load balancer", nil},
	{"initiates", "an interface", yesOrNo("connects", "it opens connections itself", "false")},
	{"public", "a service", yesOrNo("public", "it has a public endpoint", "false")},
	{"listens", "an interface or a service", nil},
	{"sources", "a service", nil},
	{"endpoint-routes", "a gateway endpoint", yesOrNo("serves", "it serves the route tables concerned", "true")},
	{"rule", "a rule", nil},
	{"entry", "an entry of a network ACL", nil},
	{"serves", "an endpoint", yesOrNo("leads", "it leads to the service that is asked about", "true")},
	{"entrance", "an accelerator, a distribution or a link", yesOrNo("leads", "it leads there", "false")},
	{"ipv6", "an accelerator or a distribution", nil},
	{"proxy", "a proxy of RDS", nil},
	{"client-vpn", "a Client VPN endpoint", nil},
	{"consumers", "an endpoint service", yesOrNo("admitted", "accounts outside the input may use it (EP-3)", "false")},
	{"privatelink-rules", "a load balancer behind an endpoint service", nil},
	{"acl-of-consumers", "a network ACL before an endpoint service", nil},
	{"firewall-endpoint", "a Network Firewall", nil},
	{"edge-of", "a VPC", nil},
	{"route", "a route", nil},
	{"transit-route", "a route of a transit gateway", nil},
	{"attachment-zone", "an attachment of a transit gateway", nil},
	{"connection", "addresses on premises", nil},
	{"groups", "an interface", nil},
	{"attached", "a security group", nil},
	{"group-of", "security groups", nil},
	{"table-of", "a subnet", nil},
	{"acl-of", "a subnet", nil},
	{"placement", "an interface", nil},
	{"listener", "a listener of a load balancer", nil},
	{"target", "a target group", nil},
	{"preserve", "a target group", nil},
	{"clients", "a load balancer", nil},
	{"client-port", "what lets replies pass", nil},
	{"count", "a resource whose count or for_each is not known", nil},
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
		f.Settle += fmt.Sprintf(", or in tfcheck.hcl: given %q %q { %s = %s }", kind, name, a.Name, a.Example)
		break
	}
	return f
}
