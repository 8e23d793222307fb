package packet

import (
	"strconv"
	"strings"
)

// Services names the protocols and destination ports of s for people:
// "tcp/22 and udp/53", "every tcp port", "every protocol and port".
func (s Set) Services() string {
	protocols := s.Protocols()
	if len(protocols) > 200 {
		return "every protocol and port"
	}
	var parts []string
	for _, p := range protocols {
		switch p {
		case TCP:
			parts = append(parts, portsOf("tcp", s.ToPortsOf(p)))
		case UDP:
			parts = append(parts, portsOf("udp", s.ToPortsOf(p)))
		case ICMP:
			parts = append(parts, "icmp")
		case ICMPv6:
			parts = append(parts, "icmpv6")
		default:
			parts = append(parts, "protocol "+strconv.Itoa(int(p)))
		}
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

func portsOf(protocol string, p Ports) string {
	if p.Equal(AllPorts()) {
		return "every " + protocol + " port"
	}
	return protocol + "/" + p.String()
}
