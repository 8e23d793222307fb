// Package naive checks the reachability engine by a second implementation: a
// walker that carries one concrete packet at a time through a network without
// unknowns, straight from the rules of docs/semantics.md. It shares no code
// with the engine, and is slow and plain so that it can be read against them.
//
// A world is a network without unknowns. decide makes one of an aws.Network by
// choosing a value for whatever that leaves open; dice makes random networks.
package naive

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// world is a network of which everything is known.
type world struct {
	vpcs      []*vpc
	nics      []*nic
	balancers []*balancer
	blocks    *blockPublicAccess // nil: off
	corners   []int              // of the ports that something on the way may choose
	port      uint16             // the one that it chooses, where that is asked about
}

type vpc struct {
	name     string
	blocks   []netip.Prefix
	subnets  []*subnet
	nics     []*nic
	nats     []*nat
	internet *gateway // the internet gateway that is attached to it
	carriers []*gateway
	vpn      *vpnGateway
	attached []*attachment
	standard bool // the default VPC of a Region (VPC-2)
}

func (v *vpc) has(a netip.Addr) bool { return holds(v.blocks, a) }

func holds(blocks []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return b.Contains(a) })
}

// subnet is the one that has the address (RT-12).
func (v *vpc) subnet(a netip.Addr) *subnet {
	for _, s := range v.subnets {
		if holds(s.blocks, a) {
			return s
		}
	}
	return nil
}

// holder is the interface that has the address (M-6, RT-13).
func (v *vpc) holder(a netip.Addr) *nic {
	for _, n := range v.nics {
		if slices.Contains(n.addresses, a) {
			return n
		}
	}
	return nil
}

type subnet struct {
	name   string
	vpc    *vpc
	blocks []netip.Prefix // IPv4, IPv6
	zone   string
	table  *table
	acl    *acl
	shared bool // others may stand there too (VPC-3)
}

// nic is one network interface.
type nic struct {
	name      string
	subnet    *subnet
	addresses []netip.Addr
	public    map[packet.Family]bool
	groups    []*group
	filtered  bool // it has security groups at all (SG-19)
	forwards  bool // no source/destination check (APP-1)
	instance  string
	initiates bool
	inbound   bool
	serves    []aws.ServicePort // all that a managed service listens on; nil: anything
	balancer  *balancer         // whose node it is
	classic   bool
	component string           // what it is part of, where packets are counted by that
	clients   *clientVPN       // who sends by it
	connect   *instanceConnect // who sends by it

}

func (n *nic) address(f packet.Family) (netip.Addr, bool) {
	for _, a := range n.addresses {
		if family(a) == f {
			return a, true
		}
	}
	return netip.Addr{}, false
}

func family(a netip.Addr) packet.Family {
	if a.Is4() {
		return packet.IPv4
	}
	return packet.IPv6
}

type acl struct{ in, out []entry }

type entry struct {
	number, protocol int
	allow            bool
	cidr             netip.Prefix
	from, to         int
	typ, code        int
}

type group struct {
	name    string
	in, out []rule
	several bool // it may be used in further VPCs (SG-20)
}

type rule struct {
	protocol, from, to int // protocol -1: everything
	cidrs              []netip.Prefix
	lists              []*managedList
	groups             []*group
}

// managedList is where AWS has a service: what its own prefix list of the name
// holds (U-5).
type managedList struct {
	prefixes   []netip.Prefix
	everything bool // that is public
}

type table struct {
	routes   []route
	services []*serviceEndpoint // each a route to wherever its service is
}

type route struct {
	to     netip.Prefix
	rank   rank
	target any // one of the types below
}

// rank orders routes of one length (RT-5).
type rank int

const (
	replacesLocal rank = iota // RT-3
	localRoute
	staticRoute
	listRoute
	directConnectRoute
	staticVPNRoute
	dynamicVPNRoute
)

// What a route leads to.
type (
	local     struct{}
	elsewhere struct{} // gone, or outside the model
	gateway   struct {
		vpc        *vpc
		egressOnly bool
		carrier    bool   // VPN-7
		edge       *table // RT-9
	}
	nat struct {
		vpc      *vpc
		subnet   *subnet // nil of a regional one, which serves some zones or all (NAT-8)
		zones    []string
		public   bool
		regional bool
		address  netip.Addr
	}
	peering struct {
		vpcs       [2]*vpc
		active     bool
		sameRegion bool
	}
	vpnGateway struct {
		vpc   *vpc
		edge  *table
		sites []*site
	}
	transit struct {
		attachments []*attachment
		references  bool
	}
	firewallEndpoint struct {
		firewall *firewall
		subnet   *subnet
	}
	balancerEndpoint struct{ nic *nic } // GWLB
)

// site is a network on premises with the prefixes that lie behind it, and
// those of AWS that it is told of; nil: all of them (VPN-5).
type site struct {
	kind                string
	prefixes, announced []netip.Prefix
	direct              bool // by Direct Connect
}

// has reports whether an address lies behind a connection, which carries IPv6
// only by Direct Connect or a transit gateway (VPN-1).
func (s *site) has(a netip.Addr, byVPNGateway bool) bool {
	return holds(s.prefixes, a) && (a.Is4() || s.direct || !byVPNGateway)
}

// knows reports whether the network has learned the way to an address in AWS.
func (s *site) knows(a netip.Addr) bool { return s.announced == nil || holds(s.announced, a) }

type attachment struct {
	kind       string
	transit    *transit
	vpc        *vpc
	subnets    []*subnet
	site       *site
	peer       *attachment
	firewall   *firewallEndpoint
	active     bool
	appliance  bool
	ipv6       bool
	references bool
	table      *transitTable // its association; nil: none
}

type transitTable struct{ routes []transitRoute }

type transitRoute struct {
	to         netip.Prefix
	rank       int
	attachment *attachment
	blackhole  bool
}

type blockPublicAccess struct {
	ingressOnly bool
	exempt      map[any]string // *vpc or *subnet to the mode of its exclusion
}
