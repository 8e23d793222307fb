package packet

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

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

// String is the packet in words: "tcp from 10.0.1.4:1024 to 10.0.2.4:22".
func (p Packet) String() string {
	name := strconv.Itoa(int(p.Protocol))
	source, destination, rest := p.Source.String(), p.Destination.String(), ""
	switch p.Protocol {
	case TCP, UDP:
		name = map[Protocol]string{TCP: "tcp", UDP: "udp"}[p.Protocol]
		source = net.JoinHostPort(source, strconv.Itoa(int(p.SourcePort)))
		destination = net.JoinHostPort(destination, strconv.Itoa(int(p.DestinationPort)))
	case ICMP, ICMPv6:
		name = map[Protocol]string{ICMP: "icmp", ICMPv6: "icmpv6"}[p.Protocol]
		rest = fmt.Sprintf(", type %d code %d", p.ICMPType, p.ICMPCode)
	}
	return name + " from " + source + " to " + destination + rest
}
