package reach_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// Values near the corners of rules, so that random packets meet random rules.
var (
	portCorners = []int{0, 22, 23, 80, 443, 1023, 1024, 1025, 32767, 32768, 40000, 65534, 65535}
	cidrCorners = prefixes("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.8.8.0/24", "8.8.8.8/32",
		"10.0.0.0/8", "10.0.1.0/24", "10.0.1.128/25", "10.0.2.0/26", "20.0.0.0/16", "203.0.113.0/24")
	addressCorners = addresses("8.8.8.8", "8.8.8.7", "1.0.0.0", "127.255.255.255", "128.0.0.1", "203.0.113.255",
		"20.0.0.5", "10.9.9.9", "172.16.0.1", "223.255.255.255")
	protocolNames = []string{"tcp", "tcp", "udp", "icmp", "47", "-1"}
)

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

func addresses(texts ...string) (out []netip.Addr) {
	for _, t := range texts {
		out = append(out, netip.MustParseAddr(t))
	}
	return out
}

// dice makes random specs. With doubt set, some of what they say is unknown.
type dice struct {
	*rand.Rand
	doubt bool
}

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// unsure is true for one element in six where there is doubt at all.
func (d dice) unsure() bool { return d.doubt && d.IntN(6) == 0 }

func (d dice) ports() (from, to int) {
	from, to = pick(d, portCorners), pick(d, portCorners)
	if d.chance(70) {
		return 0, 65535
	}
	return min(from, to), max(from, to)
}

func (d dice) spec() *spec {
	s := &spec{blocks: prefixes("10.0.0.0/16"), gateway: d.chance(90)}
	if d.chance(30) {
		s.blocks = append(s.blocks, netip.MustParsePrefix("20.0.0.0/16"))
	}
	for n := range 3 {
		s.subnets = append(s.subnets, d.subnet(n))
	}
	if d.chance(80) {
		s.nat = &natSpec{subnet: pick(d, s.subnets), public: d.chance(85)}
	}
	for n := range 3 {
		s.groups = append(s.groups, &groupSpec{name: fmt.Sprintf("g%d", n)})
	}
	for _, g := range s.groups {
		for range 1 + d.IntN(3) {
			g.in = append(g.in, d.rule(s.groups))
			g.out = append(g.out, d.rule(s.groups))
		}
	}
	for n := range 4 {
		sub := pick(d, s.subnets)
		h := &hostSpec{
			name: fmt.Sprintf("h%d", n), subnets: []*subnetSpec{sub}, address: d.hostIn(sub),
			public: d.chance(75), groups: []*groupSpec{pick(d, s.groups)}, unfiltered: d.chance(10),
		}
		if d.chance(50) {
			h.groups = append(h.groups, pick(d, s.groups))
		}
		h.publicUnknown, h.hidden = d.unsure(), d.doubt && d.chance(40)
		if d.unsure() {
			h.maybe = append(h.maybe, pick(d, s.groups))
		}
		if d.unsure() {
			h.subnets, h.hidden = append(h.subnets, pick(d, s.subnets)), true
		}
		s.hosts = append(s.hosts, h)
	}
	return s
}

// hostIn is an address that AWS gives to hosts of the subnet (VPC-4).
func (d dice) hostIn(sub *subnetSpec) netip.Addr {
	a := sub.cidr.Addr().As4()
	a[3] = byte(pick(d, []int{4, 5, 63, 64, 127, 128, 200, 254}))
	return netip.AddrFrom4(a)
}

func (d dice) subnet(n int) *subnetSpec {
	sub := &subnetSpec{name: fmt.Sprintf("s%d", n), cidr: netip.MustParsePrefix(fmt.Sprintf("10.0.%d.0/24", n))}
	if d.chance(85) {
		sub.table = append(sub.table, d.route(netip.MustParsePrefix("0.0.0.0/0")))
	}
	seen := map[netip.Prefix]bool{netip.MustParsePrefix("0.0.0.0/0"): true}
	for range d.IntN(3) {
		to := pick(d, prefixes("0.0.0.0/1", "8.8.8.0/24", "8.8.8.8/32", "128.0.0.0/1", "203.0.113.0/24"))
		if !seen[to] {
			seen[to] = true
			sub.table = append(sub.table, d.route(to))
		}
	}
	if d.chance(45) {
		sub.acl = &aclSpec{in: d.entries(), out: d.entries()}
	}
	return sub
}

func (d dice) route(to netip.Prefix) routeSpec {
	targets := []string{"igw", "igw", "igw", "nat", "other"}
	r := routeSpec{to: to, target: pick(d, targets), toUnknown: d.unsure(), conflict: d.unsure()}
	if d.unsure() {
		r.targets = []string{"igw", "nat", "other"}
	}
	return r
}

func (d dice) entries() (out []entrySpec) {
	for n := range d.IntN(5) {
		e := entrySpec{
			number: 100 + 10*n, allow: d.chance(65), cidr: pick(d, cidrCorners),
			typ: pick(d, []int{-1, 0, 8}), code: pick(d, []int{-1, 0}),
			numberUnknown: d.unsure(), allowUnknown: d.unsure(), cidrUnknown: d.unsure(), conflict: d.unsure(),
		}
		e.protocol = pick(d, []int{-1, -1, 6, 6, 17, 1, 47})
		e.from, e.to = d.ports()
		out = append(out, e)
	}
	if d.chance(70) {
		out = append(out, entrySpec{number: 900, allow: true, protocol: -1, cidr: netip.MustParsePrefix("0.0.0.0/0")})
	}
	d.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func (d dice) rule(groups []*groupSpec) ruleSpec {
	r := ruleSpec{protocol: pick(d, protocolNames), cidr: pick(d, cidrCorners)}
	if d.chance(35) {
		r.protocol, r.cidr = "-1", netip.MustParsePrefix("0.0.0.0/0")
	}
	r.from, r.to = d.ports()
	if r.protocol == "icmp" {
		r.from, r.to = pick(d, []int{8, 0, 3}), pick(d, []int{-1, 0})
		if d.chance(30) {
			r.from, r.to = -1, -1
		}
	}
	if d.chance(25) {
		r.group = pick(d, groups)
	}
	r.portsUnknown, r.cidrUnknown, r.maybe = d.unsure() && r.protocol != "-1", d.unsure() && r.group == nil, d.unsure()
	return r
}

// packet is a random packet between two addresses.
func (d dice) packet(from, to netip.Addr) packet.Packet {
	p := packet.Packet{Source: from, Destination: to, Protocol: pick(d, []packet.Protocol{6, 6, 6, 17, 1, 47})}
	switch p.Protocol {
	case packet.TCP, packet.UDP:
		p.DestinationPort = uint16(pick(d, portCorners))
		p.SourcePort = uint16(pick(d, []int{1024, 1025, 32767, 32768, 50000, 65535}))
	case packet.ICMP:
		p.ICMPType, p.ICMPCode = uint8(pick(d, []int{8, 8, 0, 3, 13})), uint8(d.IntN(2))
	}
	return p
}

// tally counts answers, so that a test that only ever meets one of them fails.
type tally map[string]int

func (c tally) add(what string, forward, reachable bool) {
	c[what]++
	switch {
	case reachable:
		c["reached"]++
	case forward:
		c["forward only"]++
	default:
		c["blocked"]++
	}
}

// everythingBetween asks about everything between two end points.
func everythingBetween(t *testing.T, g *reach.Graph, from, to string) reach.Answer {
	t.Helper()
	q := reach.Question{Packets: packet.Everything(packet.IPv4)}
	var err error
	if q.From, err = g.Endpoint(from); err != nil {
		t.Fatal(err)
	}
	if q.To, err = g.Endpoint(to); err != nil {
		t.Fatal(err)
	}
	return g.Ask(q)
}

// within fails unless must <= got <= may for a packet.
func within(t *testing.T, seed uint64, what string, p packet.Packet, r reach.Relation, got bool) {
	t.Helper()
	if r.Must.Contains(p) && !got {
		t.Fatalf("seed %d: %s %+v: the engine is certain, the walker says no", seed, what, p)
	}
	if got && !r.May.Contains(p) {
		t.Fatalf("seed %d: %s %+v: the walker says yes, the engine excludes it", seed, what, p)
	}
}

// compare asks engine and walker about random packets in one network, which
// the walker sees completed.
func compare(t *testing.T, seed uint64, d dice, s, completed *spec, count tally) {
	t.Helper()
	n := s.build()
	g := reach.Compile(n)
	direct := map[*aws.Interface]*reach.Flow{}
	for _, f := range g.FromInternet() {
		direct[f.To.Interfaces[0]] = f
	}
	for k, h := range completed.hosts {
		label := "aws_instance." + h.name
		in := direct[n.Interfaces[k]]
		if in == nil {
			in = &reach.Flow{}
		}
		for range 12 {
			p := d.packet(pick(d, addressCorners), h.address)
			forward, reachable := completed.fromInternet(h, p)
			count.add("in", forward, reachable)
			if !completed.public(p.Source) {
				continue // shown as part of "everywhere", and never asked
			}
			within(t, seed, "internet -> "+label, p, in.Forward, forward)
			within(t, seed, "internet -> "+label+" and back", p, in.Reachable, reachable)
		}
		out := everythingBetween(t, g, label, "internet")
		for range 12 {
			p := d.packet(h.address, pick(d, addressCorners))
			forward, reachable := completed.toInternet(h, p, uint16(1024+d.IntN(60000)))
			count.add("out", forward, reachable)
			if !completed.public(p.Destination) {
				continue
			}
			within(t, seed, label+" -> internet", p, out.ForwardFlows, forward)
			within(t, seed, label+" -> internet and back", p, out.Flows, reachable)
		}
		for _, other := range completed.hosts {
			if other == h || other.address == h.address {
				continue
			}
			a := everythingBetween(t, g, label, "aws_instance."+other.name)
			for range 8 {
				p := d.packet(h.address, other.address)
				forward, reachable := completed.between(h, other, p)
				count.add("between", forward, reachable)
				within(t, seed, label+" -> "+other.name, p, a.ForwardFlows, forward)
				within(t, seed, label+" -> "+other.name+" and back", p, a.Flows, reachable)
			}
		}
	}
}

func (c tally) check(t *testing.T, want int) {
	t.Helper()
	t.Log(c)
	total := c["reached"] + c["forward only"] + c["blocked"]
	if total < want {
		t.Errorf("%d packets compared, want %d", total, want)
	}
	for what, percent := range map[string]int{"reached": 10, "forward only": 2, "blocked": 20} {
		if c[what]*100 < total*percent {
			t.Errorf("only %d of %d packets were %s", c[what], total, what)
		}
	}
}

// TestEngineAgreesWithNaiveWalker: on networks without unknowns, may is must
// and both are what the walker says.
func TestEngineAgreesWithNaiveWalker(t *testing.T) {
	count := tally{}
	for seed := range uint64(120) {
		d := dice{Rand: rand.New(rand.NewPCG(seed, 1))}
		s := d.spec()
		for _, f := range reach.Compile(s.build()).FromInternet() {
			if !f.Reachable.Must.Equal(f.Reachable.May) || len(f.Waits) > 0 {
				t.Fatalf("seed %d: nothing is unknown, and %s waits for %v", seed, f.To.Label, f.Waits)
			}
		}
		compare(t, seed, d, s, s, count)
	}
	count.check(t, 15000)
}

// TestEveryCompletionLiesBetweenMustAndMay: whatever the unknowns turn out to
// be, the walker finds at least must and at most may (M-10, U-22). Each unknown
// is decided by itself, also where one value is used twice (U-25).
func TestEveryCompletionLiesBetweenMustAndMay(t *testing.T) {
	count := tally{}
	for seed := range uint64(60) {
		d := dice{Rand: rand.New(rand.NewPCG(seed, 2)), doubt: true}
		s := d.spec()
		for range 3 {
			compare(t, seed, d, s, d.complete(s), count)
		}
	}
	count.check(t, 25000)
}

// complete decides everything that a spec leaves open, at random.
func (d dice) complete(s *spec) *spec {
	out := &spec{blocks: s.blocks, gateway: s.gateway}
	subnets := map[*subnetSpec]*subnetSpec{}
	for _, sub := range s.subnets {
		c := &subnetSpec{name: sub.name, cidr: sub.cidr}
		for _, r := range sub.table {
			if r.toUnknown {
				r.to = pick(d, cidrCorners)
			}
			if len(r.targets) > 0 {
				r.target = pick(d, r.targets)
			}
			if r.conflict && d.chance(50) || d.taken(c.table, r.to) {
				continue
			}
			c.table = append(c.table, r)
		}
		if sub.acl != nil {
			c.acl = &aclSpec{in: d.decided(sub.acl.in), out: d.decided(sub.acl.out)}
		}
		subnets[sub] = c
		out.subnets = append(out.subnets, c)
	}
	if s.nat != nil {
		out.nat = &natSpec{subnet: subnets[s.nat.subnet], public: s.nat.public}
	}
	groups := map[*groupSpec]*groupSpec{}
	for _, g := range s.groups {
		groups[g] = &groupSpec{name: g.name}
		out.groups = append(out.groups, groups[g])
	}
	for _, g := range s.groups {
		groups[g].in, groups[g].out = d.settled(g.in, groups), d.settled(g.out, groups)
	}
	for _, h := range s.hosts {
		c := *h
		sub := pick(d, h.subnets)
		c.subnets, c.groups, c.maybe = []*subnetSpec{subnets[sub]}, nil, nil
		if h.hidden {
			c.address = d.hostIn(sub)
		}
		if h.publicUnknown {
			c.public = d.chance(50)
		}
		for _, g := range h.groups {
			c.groups = append(c.groups, groups[g])
		}
		for _, g := range h.maybe {
			if d.chance(50) {
				c.groups = append(c.groups, groups[g])
			}
		}
		out.hosts = append(out.hosts, &c)
	}
	return out
}

// taken reports whether a table has a route to the prefix already: AWS refuses
// a second one.
func (d dice) taken(table []routeSpec, to netip.Prefix) bool {
	for _, r := range table {
		if r.to == to {
			return true
		}
	}
	return false
}

func (d dice) decided(entries []entrySpec) (out []entrySpec) {
	for _, e := range entries {
		if e.conflict && d.chance(50) {
			continue
		}
		if e.numberUnknown {
			e.number = pick(d, []int{1, 105, 115, 125, 135, 145, 901}) + len(out)%3
		}
		if e.allowUnknown {
			e.allow = d.chance(50)
		}
		if e.cidrUnknown {
			e.cidr = pick(d, cidrCorners)
		}
		out = append(out, e)
	}
	return out
}

func (d dice) settled(rules []ruleSpec, groups map[*groupSpec]*groupSpec) (out []ruleSpec) {
	for _, r := range rules {
		if r.maybe && d.chance(50) {
			continue
		}
		if r.portsUnknown && r.protocol == "icmp" {
			r.from, r.to = pick(d, []int{-1, 8}), -1
		} else if r.portsUnknown {
			r.from, r.to = d.ports()
		}
		if r.cidrUnknown {
			r.cidr = pick(d, cidrCorners)
		}
		if r.group != nil {
			r.group = groups[r.group]
		}
		out = append(out, r)
	}
	return out
}
