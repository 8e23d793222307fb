package aws

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// text writes down the object of a network that has the label, so that tests
// can say in a line what they expect.
func text(n *Network, label string) string {
	for _, v := range n.VPCs {
		if v.Label == label {
			return vpcText(v)
		}
	}
	for _, s := range n.Subnets {
		if s.Label == label {
			return subnetText(s)
		}
	}
	for _, t := range n.RouteTables {
		if t.Label == label {
			return tableText(t)
		}
	}
	for _, a := range n.ACLs {
		if a.Label == label {
			return aclText(a)
		}
	}
	for _, g := range n.SecurityGroups {
		if g.Label == label {
			return groupText(g)
		}
	}
	for _, l := range n.PrefixLists {
		if l.Label == label {
			return listText(l)
		}
	}
	for _, g := range n.InternetGateways {
		if g.Label == label {
			return "in " + linkText(g.VPC)
		}
	}
	for _, g := range n.NATGateways {
		if g.Label == label {
			return fmt.Sprintf("in %s, public %v", linkText(g.Subnet), g.Public)
		}
	}
	return "no such object"
}

func linkText[T any](l Link[T]) string {
	var names []string
	for _, o := range l.To {
		names = append(names, labelOf(o))
	}
	if l.Open {
		names = append(names, "?")
	}
	if l.Assumption != nil {
		names = append(names, "assumed")
	}
	return strings.Join(names, " | ")
}

func labelOf(o any) string {
	switch o := o.(type) {
	case *VPC:
		return o.Label
	case *Subnet:
		return o.Label
	case *RouteTable:
		return o.Label
	case *ACL:
		return o.Label
	case *SecurityGroup:
		return o.Label
	case *PrefixList:
		return o.Label
	case *Gateway:
		return o.Label
	case *NATGateway:
		return o.Label
	case *Interface:
		return o.Label
	case *LoadBalancer:
		return o.Label
	case *TransitTable:
		return o.Label
	case *Attachment:
		return o.Label
	case *VPNGateway:
		return o.Label
	case *Firewall:
		return o.Label
	case *Endpoint:
		return o.Label
	case *EndpointService:
		return o.Label
	}
	return "?"
}

func flags(pairs ...any) string {
	var set strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1].(bool) {
			set.WriteString(" " + pairs[i].(string))
		}
	}
	return set.String()
}

func blockText(b Block) string {
	if !b.Known() {
		return b.Family.String()
	}
	return b.Prefix.String()
}

func vpcText(v *VPC) string {
	var parts []string
	for _, c := range v.CIDRs {
		s := blockText(c)
		if c.Family == packet.IPv6 && c.Private != tf.No {
			s += " private " + c.Private.String()
		}
		parts = append(parts, s)
	}
	for _, g := range v.Gateways {
		parts = append(parts, g.Label)
	}
	return strings.Join(parts, ", ") + flags("default", v.Default, "outside", v.Outside, "may have gateway", v.MayHaveGateway)
}

func subnetText(s *Subnet) string {
	block := blockText(s.CIDR)
	if s.IPv6 != nil {
		block += " " + blockText(*s.IPv6)
	}
	return fmt.Sprintf("%s in %s, public %v, table %s, acl %s", block, linkText(s.VPC), s.PublicIPOnLaunch, linkText(s.RouteTable), linkText(s.ACL))
}

func tableText(t *RouteTable) string {
	var parts []string
	for _, r := range t.Routes {
		to := r.PrefixList.ID
		if len(r.PrefixList.To) > 0 {
			to = linkText(r.PrefixList)
		}
		if p, state := r.Destination.Get(); state == tf.IsKnown {
			to = p.String()
		} else if state == tf.IsUnknown {
			to = "unknown"
		}
		parts = append(parts, fmt.Sprintf("%s -> %s %s%s", to, r.Target.Kind, r.Target.Label, flags("conflict", r.Conflict)))
	}
	return strings.Join(parts, "; ") + flags("open", t.Open, "propagated", t.Propagated, "edge", t.Edge, "main", t.Main)
}

func valText[T any](v tf.Val[T]) string {
	x, state := v.Get()
	switch state {
	case tf.IsKnown:
		return fmt.Sprint(x)
	case tf.IsUnknown:
		return "unknown"
	}
	return "null"
}

func aclText(a *ACL) string {
	write := func(name string, entries []ACLEntry) (parts []string) {
		for _, e := range entries {
			s := fmt.Sprintf("%s %s allow=%v %s", name, valText(e.Number), e.Allow, valText(e.Protocol))
			if p, _ := e.Protocol.Known(); p == 1 || p == 58 {
				s += fmt.Sprintf(" type %s/%s", valText(e.ICMPType), valText(e.ICMPCode))
			} else {
				s += fmt.Sprintf(" %s-%s", valText(e.FromPort), valText(e.ToPort))
			}
			parts = append(parts, s+" "+valText(e.CIDR)+flags("conflict", e.Conflict))
		}
		return parts
	}
	return strings.Join(append(write("in", a.Ingress), write("out", a.Egress)...), "; ") + flags("open", a.Open, "implicit", a.Implicit)
}

func groupText(g *SecurityGroup) string {
	write := func(name string, rules []Rule) (parts []string) {
		for _, r := range rules {
			words := []string{name, valText(r.Protocol)}
			if p, _ := r.Protocol.Known(); p != "-1" {
				words = append(words, valText(r.FromPort)+"-"+valText(r.ToPort))
			}
			for _, p := range r.CIDRs {
				words = append(words, peerText(p))
			}
			for _, p := range r.PrefixLists {
				words = append(words, linkText(p.To))
			}
			for _, p := range r.Groups {
				words = append(words, linkText(p.To))
			}
			s := strings.Join(words, " ") + flags("self", r.Self == tf.Yes, "self?", r.Self == tf.Maybe, "any", r.AnyPeer, "maybe", r.Maybe, "conflict", r.Conflict)
			if r.Cause.Resource != nil {
				s += " by " + strings.TrimSuffix(r.Cause.Address()+"."+r.Cause.Argument, ".")
			}
			parts = append(parts, s)
		}
		return parts
	}
	return strings.Join(append(write("in", g.Ingress), write("out", g.Egress)...), "; ") +
		flags("open", g.Open, "default", g.Default, "conflicts", g.Conflicts)
}

func peerText(p Peer[netip.Prefix]) string {
	if p.Unknown {
		return "unknown:" + p.To.String()
	}
	return p.To.String()
}

func listText(l *PrefixList) string {
	var parts []string
	for _, e := range l.Entries {
		parts = append(parts, valText(e))
	}
	return strings.TrimSpace(strings.Join(parts, " ") + flags("open", l.Open, "aws", l.AWS))
}
