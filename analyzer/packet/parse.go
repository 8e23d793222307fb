package packet

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseFlow reads a flow as people write it, and returns the restriction of a
// set to it: "tcp/443", "tcp/22,8000-8080", "udp", "icmp/8/0", "icmp/8",
// "icmpv6/128", a protocol number such as "47", or "all". The empty flow is no
// restriction.
func ParseFlow(flow string) (func(Set) Set, error) {
	text := strings.ToLower(strings.TrimSpace(flow))
	if text == "" || text == "all" || text == "-1" {
		return func(s Set) Set { return s }, nil
	}
	name, list, restricted := strings.Cut(text, "/")
	protocols, err := parseProtocols(name)
	if err != nil {
		return nil, fmt.Errorf("flow %q: %w", flow, err)
	}
	to := allPorts
	if restricted {
		if to, err = parseList(protocols, list); err != nil {
			return nil, fmt.Errorf("flow %q: %w", flow, err)
		}
	}
	return func(s Set) Set { return s.on(protocols).restrict(1, to, to) }, nil
}

// parseProtocols reads a name, a number, or a list of numbers and ranges as
// flows print it.
func parseProtocols(text string) (tree, error) {
	for _, n := range named {
		if text == n.name {
			return protocolSet(n.protocol), nil
		}
	}
	var out tree
	for word := range strings.SplitSeq(text, ",") {
		from, to, err := parseRange(word, 255)
		if err != nil {
			return nil, fmt.Errorf("unknown protocol %q (want tcp, udp, icmp, icmpv6, all or a number up to 255)", text)
		}
		out = combine(union, out, interval(small(from), small(to)))
	}
	return out, nil
}

// parseList reads what follows the protocol.
func parseList(protocols tree, list string) (tree, error) {
	read := parsePorts
	switch {
	case subset(protocols, withPorts):
	case subset(protocols, withTypes):
		read = parseICMP
	default:
		return nil, errors.New("only tcp and udp have ports, only icmp and icmpv6 types")
	}
	var out tree
	for word := range strings.SplitSeq(list, ",") {
		t, err := read(word)
		if err != nil {
			return nil, err
		}
		out = combine(union, out, t)
	}
	return out, nil
}

// parsePorts reads "22" or "8000-8080".
func parsePorts(word string) (tree, error) {
	from, to, err := parseRange(word, 65535)
	if err != nil {
		return nil, fmt.Errorf("port %w", err)
	}
	return interval(small(from), small(to)), nil
}

// parseICMP reads a type or a range of types, or a type with a code or a range
// of codes: "8", "0-7", "8/0", "3/0-3".
func parseICMP(word string) (tree, error) {
	types, codes, coded := strings.Cut(word, "/")
	from, to, err := parseRange(types, 255)
	if err != nil {
		return nil, fmt.Errorf("ICMP type %w", err)
	}
	if !coded {
		return interval(small(from<<8), small(to<<8|255)), nil
	}
	if from != to {
		return nil, fmt.Errorf("ICMP code %q belongs to one type, not to %s", codes, types)
	}
	first, last, err := parseRange(codes, 255)
	if err != nil {
		return nil, fmt.Errorf("ICMP code %w", err)
	}
	return interval(small(from<<8|first), small(from<<8|last)), nil
}

// parseRange reads "a" or "a-b" with 0 <= a <= b <= limit.
func parseRange(word string, limit int) (from, to int, err error) {
	first, second, isRange := strings.Cut(strings.TrimSpace(word), "-")
	if !isRange {
		second = first
	}
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(second)
	switch {
	case err1 != nil || err2 != nil || strings.ContainsAny(word, "+"):
		return 0, 0, fmt.Errorf("%q is not a number or a range", word)
	case from < 0 || to > limit:
		return 0, 0, fmt.Errorf("%q is not within 0-%d", word, limit)
	case to < from:
		return 0, 0, fmt.Errorf("range %q ends before it begins", word)
	}
	return from, to, nil
}
