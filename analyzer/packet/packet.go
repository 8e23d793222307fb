package packet

import "net/netip"

// Family is an IP address family. IPv4 and IPv6 are independent (M-7).
type Family uint8

// The address families.
const (
	IPv4 Family = 4
	IPv6 Family = 6
)

func (f Family) String() string {
	if f == IPv6 {
		return "ipv6"
	}
	return "ipv4"
}

// Protocol is an IP protocol number.
type Protocol uint8

// The protocols that have names in AWS rules.
const (
	ICMP   Protocol = 1
	TCP    Protocol = 6
	UDP    Protocol = 17
	ICMPv6 Protocol = 58
)

// Packet is one concrete packet (M-1). Ports mean something for TCP and UDP
// only, ICMPType and ICMPCode for ICMP and ICMPv6 only.
type Packet struct {
	Source, Destination         netip.Addr
	Protocol                    Protocol
	SourcePort, DestinationPort uint16
	ICMPType, ICMPCode          uint8
}
