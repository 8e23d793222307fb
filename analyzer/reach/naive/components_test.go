package naive

import (
	"slices"
	"strings"
	"testing"
)

// part is a part of the model that the walker has to follow: names are those
// by which it counts the packets that it carried and those that it stopped, a
// thousand of each; without any, instead says what looks after it.
type part struct {
	of      string
	names   []string
	instead string
}

// parts is everything that packets may go through.
var parts = []part{
	{of: "security groups, their references", names: []string{"group", "group reference", "group reference across a peering", "group reference across a transit gateway", "group of several VPCs"}},
	{of: "network ACLs", names: []string{"acl"}},
	{of: "route tables", names: []string{"route", moreSpecific}},
	{of: "internet and egress-only gateways", names: []string{"internet gateway", "egress-only gateway", publicWay}},
	{of: "carrier gateways", names: []string{"carrier gateway"}},
	{of: "VPC Block Public Access", names: []string{"block public access"}},
	{of: "peering", names: []string{"peering"}},
	{of: "gateway and interface endpoints", names: []string{"gateway endpoint", "interface endpoint"}},
	{of: "transit gateways", names: []string{"transit gateway", "transit gateway peering", "transit gateway firewall"}},
	{of: "virtual private gateways", names: []string{"VPN gateway"}},
	{of: "site-to-site VPN, Direct Connect, on-premises prefixes", names: []string{"static VPN", "BGP VPN", "Direct Connect"}},
	{of: "Client VPN", names: []string{"Client VPN"}},
	{of: "endpoint services", names: []string{"endpoint service"}},
	{of: "Network Firewall", names: []string{"firewall"}},
	{of: "Gateway Load Balancer and its endpoints", names: []string{"gateway load balancer endpoint"}},
	{of: "middleboxes, NAT instances", names: []string{"appliance"}},
	{of: "gateway route tables", names: []string{"edge table", "edge table of a VPN gateway"}},
	{of: "NAT gateways of all kinds", names: []string{"NAT gateway", "private NAT gateway", "regional NAT gateway", "NAT64"}},
	{of: "load balancers", names: []string{"application load balancer", "network load balancer", "classic load balancer", preservesClient, crossesZones, behindAnother, withoutGroups}},
	{of: "Global Accelerator, CloudFront, API Gateway", names: []string{"Global Accelerator", "CloudFront VPC origin", "API Gateway VPC link"}},
	{of: "managed services", names: []string{"database proxy", "managed service"}},
	{of: "VPC Lattice", names: []string{lattice}},
	{of: "Systems Manager", names: []string{systemsManager}},
	{of: "prefix lists of AWS", names: []string{listOfAWS}},
	{of: "default VPC", names: []string{defaultVPC}},
	{of: "adopted defaults", instead: "they are like others once they are read: TestNetwork"},
	{of: "shared subnets", names: []string{sharedSubnet}},
	{of: "endpoints of the Route 53 Resolver", instead: "to the engine they are services on two ports: TestResolverEndpoints"},
	{of: "Cloud WAN, local gateways", instead: "what they carry is unknown as a whole: TestUnknownCarriers"},
	{of: "Instance Connect endpoints", names: []string{"Instance Connect endpoint"}},
}

// every fails for a part that has carried or stopped too few packets, and for a
// name that none of them has.
func (c *tally) every(t *testing.T) {
	t.Helper()
	var names []string
	for _, p := range parts {
		if len(p.names) == 0 && p.instead == "" {
			t.Errorf("%s: nothing is counted", p.of)
		}
		names = append(names, p.names...)
	}
	for _, name := range names {
		if c.carried[name] < 1000 || c.stopped[name] < 1000 {
			t.Errorf("%s carried %d packets and stopped %d, want 1000 of each", name, c.carried[name], c.stopped[name])
		}
	}
	for name := range c.carried {
		if !slices.Contains(names, name) {
			t.Errorf("%s carried packets, and is no part of %s", name, strings.Join(names, ", "))
		}
	}
}
