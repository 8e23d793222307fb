package naive

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// String writes a world down, for whoever looks into a disagreement.
func (w *world) String() string {
	var b strings.Builder
	for _, f := range w.firewalls() {
		fmt.Fprintf(&b, "firewall: stateless %+v then %s, strict %t, stateful %+v, drops by default %t\n", f.stateless, f.defaultAction, f.strict, f.stateful, f.dropsByDefault)
	}
	for _, v := range w.vpcs {
		fmt.Fprintf(&b, "%s %v internet gateway %t\n", v.name, v.blocks, v.internet != nil)
		for _, s := range v.subnets {
			fmt.Fprintf(&b, "  %s %v zone %s\n", s.name, s.blocks, s.zone)
			for _, r := range s.table.routes {
				fmt.Fprintf(&b, "    %s -> %T %+v (%d)\n", r.to, r.target, brief(r.target), r.rank)
			}
			fmt.Fprintf(&b, "    in %s\n    out %s\n", entries(s.acl.in), entries(s.acl.out))
		}
		if v.internet != nil && v.internet.edge != nil {
			for _, r := range v.internet.edge.routes {
				fmt.Fprintf(&b, "  edge %s -> %T\n", r.to, r.target)
			}
		}
		for _, n := range v.nats {
			fmt.Fprintf(&b, "  %s %s of %s\n", n.is(), n.address, where(n))
		}
		for _, n := range v.nics {
			fmt.Fprintf(&b, "  %s in %s %v public %v filtered %t\n", n.name, n.subnet.name, n.addresses, n.public, n.filtered)
			for _, g := range n.groups {
				fmt.Fprintf(&b, "    %s in %s out %s\n", g.name, rules(g.in), rules(g.out))
			}
		}
	}
	return b.String()
}

func rules(list []rule) string {
	var out []string
	for _, r := range list {
		text := fmt.Sprintf("%d/%d-%d%v", r.protocol, r.from, r.to, r.cidrs)
		for _, g := range r.groups {
			text += " " + g.name
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func brief(target any) string {
	switch t := target.(type) {
	case *gateway:
		if t.vpc == nil {
			return "gone"
		}
		if t.carrier {
			return "carrier"
		}
		return t.vpc.name
	case *nat:
		return t.is()
	case *peering:
		return strconv.FormatBool(t.active)
	}
	return ""
}

func where(n *nat) string {
	if n.subnet == nil {
		return fmt.Sprintf("%s, zones %v", n.vpc.name, n.zones)
	}
	return n.subnet.name
}

func entries(list []entry) string {
	list = slices.SortedFunc(slices.Values(list), func(a, b entry) int { return a.number - b.number })
	var out []string
	for _, e := range list {
		out = append(out, fmt.Sprintf("%d %t %d/%d-%d type %d/%d %s", e.number, e.allow, e.protocol, e.from, e.to, e.typ, e.code, e.cidr))
	}
	return strings.Join(out, "; ")
}

// firewalls are those that routes lead to.
func (w *world) firewalls() (all []*firewall) {
	for _, v := range w.vpcs {
		for _, s := range v.subnets {
			for _, r := range s.table.routes {
				if e, ok := r.target.(*firewallEndpoint); ok && !slices.Contains(all, e.firewall) {
					all = append(all, e.firewall)
				}
			}
		}
	}
	return all
}
