package reach

import (
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

const allProtocols = -1

var protocolNumbers = map[string]int{
	"-1": allProtocols, "all": allProtocols,
	"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58,
}

var protocolNames = map[int]string{1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"}

// protocolNumber reads the protocol of a security group rule (SG-12).
func protocolNumber(name string) (int, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if n, ok := protocolNumbers[name]; ok {
		return n, true
	}
	n, err := strconv.Atoi(name)
	return n, err == nil && 0 <= n && n <= 255
}

// Transport is what the protocol and ports of a security group rule match,
// whoever its peers are (SG-12 to SG-15).
func Transport(r *aws.Rule) Relation {
	return ruleTransport(r.Protocol, r.FromPort, r.ToPort, packet.IPv4).or(ruleTransport(r.Protocol, r.FromPort, r.ToPort, packet.IPv6))
}

// ruleTransport is what the protocol and ports of a security group rule match
// in a family (SG-12 to SG-15).
func ruleTransport(protocol tf.Val[string], from, to tf.Val[int], f packet.Family) Relation {
	name, known := protocol.Known()
	number, ok := protocolNumber(name)
	if !known || !ok {
		return possibly(packet.Everything(f)) // U-11, U-24
	}
	switch packet.Protocol(number) {
	case packet.TCP, packet.UDP:
		return rulePorts(onProtocol(number, f), from, to)
	case packet.ICMP, packet.ICMPv6:
		return ruleICMP(packet.Protocol(number), from, to, f)
	}
	return exactly(onProtocol(number, f))
}

// onProtocol is every packet of a protocol; ICMP and ICMPv6 exist in their own
// family only (SG-14).
func onProtocol(number int, f packet.Family) packet.Set {
	switch {
	case number == allProtocols:
		return packet.Everything(f)
	case number == int(packet.ICMP) && f != packet.IPv4, number == int(packet.ICMPv6) && f != packet.IPv6:
		return packet.Set{}
	}
	return packet.Everything(f).On(packet.Protocol(number))
}

// rulePorts: bounds that are missing or -1 are refused at apply; until then
// they may mean anything and certainly mean nothing (SG-13). Unknown ones are
// as wide as the known one lets them be (U-11).
func rulePorts(s packet.Set, from, to tf.Val[int]) Relation {
	lo, loKnown := from.Known()
	hi, hiKnown := to.Known()
	// What is no port at all is not understood, so that anything may be meant.
	loKnown, hiKnown = loKnown && lo >= 0 && lo <= 65535, hiKnown && hi >= 0 && hi <= 65535
	if loKnown && hiKnown {
		return exactly(s.ToPorts(portRange(lo, hi)))
	}
	if !loKnown {
		lo = 0
	}
	if !hiKnown {
		hi = 65535
	}
	return possibly(s.ToPorts(portRange(lo, hi)))
}

// portRange is empty where it makes no sense.
func portRange(from, to int) packet.Ports {
	if from < 0 || to > 65535 || from > to {
		return packet.Ports{}
	}
	return packet.PortRange(uint16(from), uint16(to))
}

// ruleICMP: from_port is the type and to_port the code (SG-14).
func ruleICMP(p packet.Protocol, from, to tf.Val[int], f packet.Family) Relation {
	all := onProtocol(int(p), f)
	typ, typeKnown := from.Known()
	code, codeKnown := to.Known()
	if !typeKnown || !codeKnown || (typ == -1 && code != -1) {
		return possibly(all)
	}
	return exactly(all.ICMPTypes(typ, code))
}

// entryTransport is what the protocol, ports, type and code of a network ACL
// entry match in a family (NACL-7, TF-NACL-2: unset is 0).
func entryTransport(protocol, from, to, typ, code tf.Val[int], f packet.Family) Relation {
	number, ok := protocol.Known()
	if !ok || number < allProtocols || number > 255 {
		return possibly(packet.Everything(f))
	}
	all := onProtocol(number, f)
	if number == allProtocols {
		return exactly(all)
	}
	switch packet.Protocol(number) {
	case packet.TCP, packet.UDP:
		from, to = from.Default(0), to.Default(0)
		if from.IsUnknown() || to.IsUnknown() {
			return rulePorts(all, from, to)
		}
		lo, _ := from.Known()
		hi, _ := to.Known()
		return exactly(all.ToPorts(portRange(lo, hi)))
	case packet.ICMP, packet.ICMPv6:
		t, typeState := typ.Default(0).Get()
		c, codeState := code.Default(0).Get()
		if typeState != tf.IsKnown || codeState != tf.IsKnown {
			return possibly(all)
		}
		return exactly(all.ICMPTypes(t, c))
	}
	return exactly(all)
}

// transportText is the protocol and ports as people write them: "tcp/22",
// "icmp/8/0", "all traffic".
func transportText(protocol tf.Val[string], from, to tf.Val[int]) string {
	name, known := protocol.Known()
	number, ok := protocolNumber(name)
	switch {
	case !known || !ok:
		return "an unknown protocol"
	case number == allProtocols:
		return "all traffic"
	}
	text, named := protocolNames[number]
	if !named {
		return "protocol " + strconv.Itoa(number)
	}
	lo, loKnown := from.Known()
	hi, hiKnown := to.Known()
	icmp := text == "icmp" || text == "icmpv6"
	switch {
	case !loKnown || !hiKnown:
		return text + ", unknown ports"
	case icmp && lo == -1, !icmp && lo == 0 && hi == 65535:
		return text
	case icmp && hi == -1, !icmp && lo == hi:
		return text + "/" + strconv.Itoa(lo)
	case icmp:
		return text + "/" + strconv.Itoa(lo) + "/" + strconv.Itoa(hi)
	}
	return text + "/" + strconv.Itoa(lo) + "-" + strconv.Itoa(hi)
}
