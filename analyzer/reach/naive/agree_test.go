package naive

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// scenario is a kind of network that dice makes.
type scenario struct {
	name string
	make func(*maker)
	// exact is set where the engine follows everything in it, so that nothing
	// is unknown unless the network leaves it open.
	exact bool
	// byClass is set where what the internet reaches passes subnets in which
	// an ACL may tell the hosts of another subnet apart: the engine answers for
	// all hosts of a subnet at once, and leaves that unknown.
	byClass bool
	// networks is how many are compared.
	networks uint64
}

var scenarios = []scenario{
	{"single", (*maker).single, true, false, 110},
	{"block public access", (*maker).publicAccess, true, false, 60},
	{"peering", (*maker).peering, true, false, 40},
	{"transit", (*maker).transit, true, false, 90},
	{"on premises", (*maker).premises, true, false, 50},
	{"firewall", (*maker).inspection, true, true, 170},
	{"load balancer", (*maker).balancing, true, false, 45},
	{"middlebox", (*maker).middlebox, false, false, 12},
}

// network is a random network of the scenario.
func (s scenario) network(d dice) *maker {
	m := &maker{dice: d, n: &aws.Network{}}
	s.make(m)
	return m
}

// tally counts what became of the packets, by the components that carried them
// and the one that stopped them.
type tally struct {
	sync.Mutex
	delivered, forwardOnly, blocked int
	carried, stopped                map[string]int
}

func newTally() *tally { return &tally{carried: map[string]int{}, stopped: map[string]int{}} }

func (c *tally) add(got outcome, there, back *journey) {
	c.Lock()
	defer c.Unlock()
	switch {
	case got.reachable:
		c.delivered++
	case got.forward:
		c.forwardOnly++
	default:
		c.blocked++
	}
	seen := map[string]bool{}
	for _, j := range []*journey{there, back} {
		if j == nil {
			continue
		}
		for _, via := range j.via {
			if got.reachable && !seen[via] {
				seen[via] = true
				c.carried[via]++
			}
		}
		if j.stop != "" {
			c.stopped[j.stop]++
		}
	}
}

// balanced counts what became of a packet by way of a load balancer.
func (c *tally) balanced(got outcome) {
	c.Lock()
	defer c.Unlock()
	switch {
	case got.reachable:
		c.delivered++
		c.carried["load balancer"]++
	case got.forward:
		c.forwardOnly++
	default:
		c.blocked++
		c.stopped["load balancer"]++
	}
}

func (c *tally) total() int { return c.delivered + c.forwardOnly + c.blocked }

// comparison holds the engine's answers about one network against what the
// walker finds in worlds that the network may turn out to be.
type comparison struct {
	*testing.T
	scenario
	seed  uint64
	dice  dice
	n     *aws.Network
	g     *reach.Graph
	world *completion
	tally *tally
	// completions is how many there are of each packet; one world is all that
	// there is where nothing is unknown.
	full    bool
	answers map[string]reach.Answer
	nodes   map[*aws.LoadBalancer]reached
	behind  map[*aws.LoadBalancer]map[*aws.Interface]*reached
	answer  reach.Answer // the last one, for whoever looks into a disagreement
}

// holds fails unless must <= truth <= may for a packet, and, where the engine
// is exact, must is what all turns have in common and may what some have.
func (c *comparison) holds(what string, p packet.Packet, r reach.Relation, some, all bool) {
	c.Helper()
	must, may := r.Must.Contains(p), r.May.Contains(p)
	switch {
	case must && !all:
		c.disagree("the engine is certain, the walker says no", what, p, r)
	case some && !may:
		c.disagree("the walker says yes, the engine excludes it", what, p, r)
	case c.full && c.exact && (must != all || may != some):
		c.disagree(fmt.Sprintf("nothing is unknown: must %t, may %t, the walker says %t, %t", must, may, all, some), what, p, r)
	}
}

func show(p packet.Packet) string {
	text := fmt.Sprintf("%d from %s to %s", p.Protocol, p.Source, p.Destination)
	switch p.Protocol {
	case packet.TCP, packet.UDP:
		text += fmt.Sprintf(" ports %d to %d", p.SourcePort, p.DestinationPort)
	case packet.ICMP, packet.ICMPv6:
		text += fmt.Sprintf(" type %d code %d", p.ICMPType, p.ICMPCode)
	}
	return text
}

// compare carries a packet and holds the answers about it against what the
// engine says. A packet that leaves to the internet or on premises is not
// bound to one place there.
func (c *comparison) compare(what string, forward, reachable reach.Relation, p packet.Packet, arrived func(end) bool, from ...end) {
	c.Helper()
	var tale struct {
		got         outcome
		there, back *journey
	}
	c.judge(what, forward, reachable, p, func(chance *chance) (best outcome) {
		for _, from := range from {
			got, there, back := c.world.trip(chance, from, p, arrived)
			if tale.there == nil || got.forward && !tale.got.forward || got.reachable && !tale.got.reachable {
				tale.got, tale.there, tale.back = got, there, back
			}
			best = best.or(got)
		}
		return best
	})
	c.tally.add(tale.got, tale.there, tale.back)
}

// judge holds the answers about a packet against what every turn makes of it.
func (c *comparison) judge(what string, forward, reachable reach.Relation, p packet.Packet, run func(*chance) outcome) {
	c.Helper()
	got := everyTurn(run)
	c.holds(what, p, forward, got.some.forward, got.all.forward)
	if _, expected := reply(p); !expected {
		return // whether it "comes back" is a matter of words
	}
	c.holds(what+" and back", p, reachable, got.some.reachable, got.all.reachable)
}

// endpoint is an end point by its name.
func (c *comparison) endpoint(name string) reach.Endpoint {
	c.Helper()
	e, err := c.g.Endpoint(name)
	if err != nil {
		c.Fatal(err)
	}
	return e
}

var both = packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6))

func (c *comparison) ask(from, to string) reach.Answer {
	c.Helper()
	key := from + " " + to
	if _, asked := c.answers[key]; !asked {
		c.answers[key] = c.g.Ask(reach.Question{From: c.endpoint(from), To: c.endpoint(to), Packets: both})
	}
	c.answer = c.answers[key]
	return c.answer
}

// packet is a packet between two addresses, at or next to a corner of rules.
func (d dice) packet(from, to netip.Addr) packet.Packet {
	icmp := packet.ICMP
	if from.Is6() {
		icmp = packet.ICMPv6
	}
	p := packet.Packet{Source: from, Destination: to, Protocol: pick(d, []packet.Protocol{6, 6, 6, 17, icmp, 47, 46})}
	switch p.Protocol {
	case packet.TCP, packet.UDP:
		p.DestinationPort = uint16(pick(d, portCorners))
		p.SourcePort = uint16(pick(d, []int{1024, 1025, 1026, 32766, 32767, 32768, 32769, 40000, 50000, 65534, 65535}))
	case packet.ICMP, packet.ICMPv6:
		p.ICMPType, p.ICMPCode = uint8(pick(d, []int{8, 8, 0, 3, 13, 128, 128, 129})), uint8(d.IntN(2))
	}
	return p
}

func isInternet(e end) bool { _, ok := e.(internet); return ok }

func (m *maker) home(i *aws.Interface) string { return i.Resource.Address }

// families are the addresses of an interface with corners of the internet of
// the same family.
func internetCorners(f packet.Family) (string, []netip.Addr) {
	if f == packet.IPv6 {
		return "internet6", internet6Addresses
	}
	return "internet", internetAddresses
}

// hosts compares what the internet and hosts do with each other.
func (c *comparison) hosts(m *maker, packets int) {
	direct := map[*aws.Interface]*reach.Relation{}
	forward := map[*aws.Interface]*reach.Relation{}
	for _, f := range c.g.FromInternet() {
		if f.Through == nil && len(f.To.Interfaces) == 1 {
			i := f.To.Interfaces[0]
			direct[i], forward[i] = joined(direct[i], f.Reachable), joined(forward[i], f.Forward)
		}
	}
	for _, i := range m.n.Interfaces {
		if !isHost(i) {
			continue
		}
		for _, n := range c.world.nics[i] {
			for _, a := range n.addresses {
				c.outside(m, i, n, a, joined(forward[i], reach.Relation{}), joined(direct[i], reach.Relation{}), packets)
			}
		}
		for _, o := range m.n.Interfaces {
			if o != i && isHost(o) {
				c.inside(m, i, o, packets)
			}
		}
	}
}

// isHost reports whether an interface can be asked about by its name.
func isHost(i *aws.Interface) bool {
	return i.Resource != nil && i.Kind != aws.KindLoadBalancer && i.Kind != aws.KindEndpoint
}

func joined(a *reach.Relation, b reach.Relation) *reach.Relation {
	if a != nil {
		b = reach.Relation{Must: a.Must.Union(b.Must), May: a.May.Union(b.May)}
	}
	return &b
}

// outside compares an interface with the internet, both ways.
func (c *comparison) outside(m *maker, i *aws.Interface, n *nic, a netip.Addr, forward, reachable *reach.Relation, packets int) {
	name, corners := internetCorners(family(a))
	out := c.ask(m.home(i), name)
	for range packets {
		other := pick(c.dice, corners)
		if !public(n.subnet.vpc, other) {
			continue // the engine is not asked about it
		}
		if g := n.subnet.vpc.internet; g != nil {
			full := c.full
			c.full = full && !c.byClass
			c.compare("internet -> "+i.Label, *forward, *reachable, c.dice.packet(other, a), func(e end) bool { return e == n }, internet{g})
			c.full = full
		}
		c.compare(i.Label+" -> "+name, out.ForwardFlows, out.Flows, c.dice.packet(a, other), isInternet, n)
	}
}

// inside compares two interfaces.
func (c *comparison) inside(m *maker, from, to *aws.Interface, packets int) {
	a := c.ask(m.home(from), m.home(to))
	for _, x := range c.world.nics[from] {
		for _, y := range c.world.nics[to] {
			for _, source := range x.addresses {
				for _, destination := range y.addresses {
					if source == destination || family(source) != family(destination) {
						continue
					}
					for range packets {
						c.compare(from.Label+" -> "+to.Label, a.ForwardFlows, a.Flows, c.dice.packet(source, destination), func(e end) bool { return e == y }, x)
					}
				}
			}
		}
	}
}

// run compares one random network without doubt, or several completions of one
// with.
func (s scenario) run(t *testing.T, seed uint64, doubt bool, packets int, count *tally) {
	d := newDice(seed, uint64(len(s.name)), doubt)
	m := s.network(d)
	c := &comparison{T: t, scenario: s, seed: seed, dice: d, n: m.n, g: reach.Compile(m.n), tally: count, full: !doubt, answers: map[string]reach.Answer{}}
	completions := 1
	if doubt {
		completions = 3
	}
	for range completions {
		c.world = decide(m.n, d)
		c.hosts(m, packets)
		c.onPremises(m, packets)
		c.throughBalancers(m, packets)
	}
}

// components are what packets go through, by the names that the walker gives
// them: each has to carry a thousand that are delivered, and to be the reason
// why a thousand are not.
var components = []string{
	"acl", "group", "route", "internet gateway", "egress-only gateway", "NAT gateway", "block public access", "edge table",
	"peering", "transit gateway", "VPN gateway", "firewall", "load balancer",
}

func (c *tally) every(t *testing.T) {
	t.Helper()
	for _, name := range components {
		if c.carried[name] < 1000 || c.stopped[name] < 1000 {
			t.Errorf("%s carried %d packets and stopped %d, want 1000 of each", name, c.carried[name], c.stopped[name])
		}
	}
}

// seeds is how many networks of each scenario are made: a quarter of them with
// -short.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return n / 4
	}
	return n
}

// ofEach runs a test of every scenario, side by side.
func ofEach(t *testing.T, run func(*testing.T, scenario)) {
	t.Run("of", func(t *testing.T) {
		for _, s := range scenarios {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				run(t, s)
			})
		}
	})
}

// TestEngineAgreesWithWalker: on random networks without unknowns must and may
// are what the walker finds.
func TestEngineAgreesWithWalker(t *testing.T) {
	count := newTally()
	ofEach(t, func(t *testing.T, s scenario) {
		for seed := range seeds(s.networks) {
			s.run(t, seed, false, 24, count)
		}
	})
	count.check(t, 100_000, true)
}

// TestEveryCompletion: whatever the unknowns turn out to be, the walker finds
// at least must and at most may (M-10, U-22, U-25).
func TestEveryCompletion(t *testing.T) {
	count := newTally()
	ofEach(t, func(t *testing.T, s scenario) {
		for seed := range seeds(min(s.networks, 60)) {
			s.run(t, seed, true, 3, count)
		}
	})
	count.check(t, 30_000, false)
}

// check fails where too little was compared to mean anything: too few packets,
// too few or too many of them delivered, or a component that hardly ever
// carried or stopped one.
func (c *tally) check(t *testing.T, want int, components bool) {
	t.Helper()
	t.Logf("%d packets: %d delivered, %d forward only, %d blocked", c.total(), c.delivered, c.forwardOnly, c.blocked)
	t.Logf("carried: %v", c.carried)
	t.Logf("stopped: %v", c.stopped)
	if testing.Short() {
		return
	}
	if components {
		c.every(t)
	}
	if c.total() < want {
		t.Errorf("%d packets were compared, want %d", c.total(), want)
	}
	if share := c.delivered * 100 / max(c.total(), 1); components && (share < 30 || share > 70) {
		t.Errorf("%d %% of the packets were delivered, want 30 to 70", share)
	}
}

// disagree ends a test with all that there is to know about a packet.
func (c *comparison) disagree(why, what string, p packet.Packet, r reach.Relation) {
	c.Helper()
	c.Fatalf("%s, seed %d: %s: %s: %s\nmust %.300s\nmay %.300s\n%s%s", c.scenario.name, c.seed, what, show(p), why, r.Must, r.May, blockers(c.answer), c.world)
}

func blockers(a reach.Answer) string {
	var out string
	for _, b := range a.Blockers {
		out += fmt.Sprintf("the last answer is stopped by %s: %s %s\n", b.Object.Label, b.Code, b.Detail)
	}
	for _, w := range a.Waits {
		out += fmt.Sprintf("the last answer waits for %s\n", w.ID)
	}
	return out
}
