package packet

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// FromFlows reads back what [Set.Flows] wrote: the union of the flows.
func FromFlows(flows []Flow) (Set, error) {
	var out Set
	for _, f := range flows {
		s, err := f.set()
		if err != nil {
			return Set{}, err
		}
		out = out.Union(s)
	}
	return out, nil
}

func (f Flow) set() (Set, error) {
	text := f.Protocol
	if text == "" {
		return Set{}, errors.New("flow without a protocol")
	}
	if list := append(append([]string{}, f.Ports...), f.ICMP...); len(list) > 0 {
		text += "/" + strings.Join(list, ",")
	}
	restrict, err := ParseFlow(text)
	if err != nil {
		return Set{}, err
	}
	if !valid(f.Sources) || !valid(f.Destinations) || len(f.Sources) == 0 {
		return Set{}, fmt.Errorf("flow %q: invalid or missing addresses", text)
	}
	from, to := Prefixes(f.Sources...), Prefixes(f.Destinations...)
	var out Set
	for _, family := range families {
		s := Everything(family).From(from)
		if len(f.Destinations) > 0 {
			s = s.To(to)
		}
		out = out.Union(s)
	}
	if len(f.SourcePorts) > 0 {
		ports, err := ParseFlow("tcp/" + strings.Join(f.SourcePorts, ","))
		if err != nil {
			return Set{}, fmt.Errorf("source %w", err)
		}
		client := Everything(IPv4).On(TCP)
		out = out.FromPorts(ports(client).ToPortsOf(TCP))
	}
	return restrict(out), nil
}

func valid(prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if !p.IsValid() {
			return false
		}
	}
	return true
}
