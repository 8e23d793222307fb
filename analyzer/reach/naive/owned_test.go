package naive

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// owned is two VPCs that are peered, whose IPv6 blocks Amazon has yet to choose:
// rules, entries and routes say whose ranges they are for, and nothing else
// (U-9). To the engine any address of the internet may be in such a block, so that
// it is not exact.
func (m *maker) owned() {
	a, b := m.place("10.0.0.0/16", "2600:1f00:a::/56"), m.place("10.1.0.0/16", "2600:1f00:a:100::/56")
	m.furnish(a, 3, 3)
	m.furnish(b, 2, 3)
	x := m.peer(a, b)
	m.join(a, b, x)
	m.rules(a, b)
	m.rules(b, a)
	owners := map[netip.Prefix]*aws.Owner{}
	for _, p := range m.places {
		owners[p.six] = &aws.Owner{VPC: p.VPC, Label: "the IPv6 block of " + p.Label}
		for n, s := range p.subnets {
			owners[s.IPv6.Prefix] = &aws.Owner{VPC: p.VPC, Bits: 8, Number: uint64(n), Label: fmt.Sprintf("part %d of %s", n, p.Label)}
		}
	}
	m.forget(owners)
}

// forget takes away which ranges the owners have. A range of somebody else
// becomes every address, for it might be a part of one of theirs.
func (m *maker) forget(owners map[netip.Prefix]*aws.Owner) {
	all := netip.MustParsePrefix("::/0")
	for _, v := range m.n.VPCs {
		v.CIDRs[1] = aws.Block{Family: packet.IPv6, Private: tf.No}
	}
	for _, s := range m.n.Subnets {
		s.IPv6 = &aws.Block{Family: packet.IPv6, Private: tf.No, Owner: owners[s.IPv6.Prefix]}
	}
	for _, i := range m.n.Interfaces {
		i.Addresses = slices.DeleteFunc(i.Addresses, netip.Addr.Is6)
	}
	for _, g := range m.n.SecurityGroups {
		for _, r := range slices.Concat(g.Ingress, g.Egress) {
			for n, p := range r.CIDRs {
				switch o := owners[p.To]; {
				case o != nil:
					r.CIDRs[n] = aws.Peer[netip.Prefix]{To: all, Unknown: true, Owner: o}
				case p.To.Addr().Is6():
					r.CIDRs[n].To = all
				}
			}
		}
	}
	for _, l := range m.n.PrefixLists {
		for n, e := range l.Entries {
			if to, _ := e.Known(); to.IsValid() && to.Addr().Is6() {
				l.Entries[n] = tf.KnownVal(all)
			}
		}
	}
	for _, a := range m.n.ACLs {
		for _, list := range [][]aws.ACLEntry{a.Ingress, a.Egress} {
			for n := range list {
				to, _ := list[n].CIDR.Known()
				switch o := owners[to]; {
				case o != nil:
					list[n].CIDR, list[n].Family, list[n].Owner = tf.UnknownVal[netip.Prefix](), packet.IPv6, o
				case to.IsValid() && to.Addr().Is6():
					list[n].CIDR = tf.KnownVal(all)
				}
			}
		}
	}
	for _, t := range m.n.RouteTables {
		t.Routes = slices.DeleteFunc(t.Routes, func(r aws.Route) bool {
			to, known := r.Destination.Known()
			return r.PrefixList.IsSet() || known && to.Addr().Is6() && to.Bits() > 0 && owners[to] == nil
		})
		for n := range t.Routes {
			r := &t.Routes[n]
			if to, _ := r.Destination.Known(); owners[to] != nil {
				r.Destination, r.Family, r.Owner = tf.UnknownVal[netip.Prefix](), packet.IPv6, owners[to]
			}
		}
	}
}

// part is the range that an owner turns out to have.
func (c *completion) part(o *aws.Owner) netip.Prefix {
	for _, b := range c.vpcs[o.VPC].blocks {
		if b.Addr().Is6() {
			a := b.Addr().As16()
			a[7] = byte(o.Number)
			return netip.PrefixFrom(netip.AddrFrom16(a), b.Bits()+o.Bits)
		}
	}
	return netip.Prefix{}
}

// owed is a range in a rule that is the address of something, which has none yet.
type owed struct {
	rules      []rule
	rule, cidr int
	owner      *aws.Owner
}

// nobodys is the range of a public address, by which nobody inside is seen.
var nobodys = netip.MustParsePrefix("198.18.255.255/32")

// addressOf is the one address that an owner turns out to have.
func (c *completion) addressOf(o *aws.Owner) netip.Prefix {
	if o.Public || o.Interface == nil || len(c.nics[o.Interface]) == 0 {
		return nobodys
	}
	a, ok := c.nics[o.Interface][0].address(packet.IPv4)
	if !ok {
		return nobodys
	}
	return netip.PrefixFrom(a, 32)
}
