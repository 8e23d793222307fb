package naive

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
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
	// networks is how many are compared, by how many packets between two hosts
	// and to whatever else there is.
	networks      uint64
	hosts, others int
}

var scenarios = []scenario{
	{"single", (*maker).single, true, false, 110, 26, 0},
	{"block public access", (*maker).publicAccess, true, false, 60, 20, 0},
	{"peering", (*maker).peering, true, false, 40, 12, 0},
	{"transit", (*maker).transit, true, false, 90, 14, 0},
	{"on premises", (*maker).premises, true, false, 110, 8, 64},
	{"firewall", (*maker).inspection, true, true, 170, 24, 0},
	{"managed", (*maker).managed, true, false, 36, 24, 60},
	{"shared", (*maker).shared, true, false, 34, 8, 14},
	{"entered", (*maker).entered, true, false, 46, 4, 44},
	{"load balancer", (*maker).balancing, true, false, 90, 4, 48},
	{"chained", (*maker).chained, true, false, 50, 4, 40},
	{"keeping clients", (*maker).keeping, true, false, 105, 4, 40},
	{"prefix lists", (*maker).byList, true, false, 75, 24, 0},
	{"administered", (*maker).administered, true, false, 75, 4, 24},
	{"lattice", (*maker).served, true, false, 50, 4, 30},
	{"standard", (*maker).standard, true, false, 50, 20, 0},
	{"owned", (*maker).owned, false, false, 60, 16, 0},
	{"lent", (*maker).lent, true, false, 40, 4, 16},
	{"attached firewall", (*maker).attachedFirewall, true, false, 100, 20, 0},
	{"screened", (*maker).screened, true, false, 60, 4, 48},
	{"associated", (*maker).associated, true, false, 150, 24, 0},
	{"referring", (*maker).referring, true, false, 120, 20, 0},
	{"gateways", (*maker).gateways, true, false, 200, 20, 16},
	{"translated", (*maker).translated, true, false, 120, 20, 24},
	{"middlebox", (*maker).middlebox, true, true, 110, 24, 0},
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
	if got.reachable {
		for _, via := range through(there, back) {
			c.carried[via]++
		}
	}
	for _, j := range []*journey{there, back} {
		if j != nil && j.stop != "" {
			c.stopped[j.stop]++
		}
	}
}

// through are the parts that a packet and its reply met with, each once.
func through(journeys ...*journey) (all []string) {
	for _, j := range journeys {
		if j != nil {
			all = append(all, j.via...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// relayed counts what became of a packet by way of something that opens
// connections of its own.
func (c *tally) relayed(got relayed, by ...string) {
	c.Lock()
	defer c.Unlock()
	switch {
	case got.reachable:
		c.delivered++
		for _, via := range slices.Concat(by, got.parts) {
			c.carried[via]++
		}
		return
	case got.forward:
		c.forwardOnly++
	default:
		c.blocked++
	}
	c.stopped[got.stop]++
}

// count counts a packet for a part.
func (c *tally) count(in map[string]int, part string) {
	c.Lock()
	defer c.Unlock()
	in[part]++
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
	flows   []*reach.Flow // from the internet
	ways    map[string][]*reach.Flow
	// answer is the last one and tale what the walker met with, for whoever
	// looks into a disagreement.
	answer reach.Answer
	tale   func() string
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
	without, with := outcome{}, outcome{} // the lists of AWS
	nobody := false                       // in a shared subnet
	var ways []func(*chance) outcome
	for _, from := range from {
		ways = append(ways, func(turn *chance) outcome {
			c.world.hold(turn)
			got, there, back := c.world.trip(turn, from, p, arrived)
			if c.world.listsHold {
				with = with.or(got)
			} else {
				without = without.or(got)
			}
			nobody = nobody || there.stop == sharedSubnet
			if tale.there == nil || got.forward && !tale.got.forward || got.reachable && !tale.got.reachable {
				tale.got, tale.there, tale.back = got, there, back
			}
			return got
		})
	}
	c.tale = func() string { return told(tale.got, tale.there, tale.back).by(through(tale.there, tale.back)) }
	c.judge(what, forward, reachable, p, ways...)
	c.tally.add(tale.got, tale.there, tale.back)
	// Of what one turn carries another stops.
	if with.reachable && !without.reachable {
		c.tally.count(c.tally.carried, listOfAWS)
		c.tally.count(c.tally.stopped, listOfAWS)
	}
	if nobody && tale.got.reachable {
		c.tally.count(c.tally.stopped, sharedSubnet)
	}
}

// judge holds the answers about a packet against what every turn makes of it,
// by any of the ways that it has.
func (c *comparison) judge(what string, forward, reachable reach.Relation, p packet.Packet, ways ...func(*chance) outcome) {
	c.Helper()
	var got truth
	for _, way := range ways {
		got = got.or(everyTurn(way))
	}
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
		if c.asks() {
			c.answers[key] = c.g.Ask(reach.Question{From: c.endpoint(from), To: c.endpoint(to), Packets: both})
		} else {
			c.answers[key] = c.direct(from, to)
		}
	}
	c.answer = c.answers[key]
	return c.answer
}

// asks reports whether the network is one that is asked about, as people do.
func (c *comparison) asks() bool { return c.seed%8 == 0 }

// direct is what the flows between two end points say without an explanation,
// which costs much more: what nothing relays is the answer (CONTRACT).
func (c *comparison) direct(from, to string) (a reach.Answer) {
	c.Helper()
	for _, f := range c.between(from, to) {
		if f.Through == nil && f.Entry == nil && f.Service == nil && f.Proxy == nil && f.Lattice == nil && f.Internet == nil && f.NAT64 == nil {
			a.ForwardFlows, a.Flows = *joined(&a.ForwardFlows, f.Forward), *joined(&a.Flows, f.Reachable)
		}
	}
	return a
}

// between are the flows from one end point to another, those that something
// relays included.
func (c *comparison) between(from, to string) []*reach.Flow {
	c.Helper()
	key := from + " " + to
	if _, asked := c.ways[key]; !asked {
		if c.ways == nil {
			c.ways = map[string][]*reach.Flow{}
		}
		c.ways[key] = c.g.Between(c.endpoint(from), c.endpoint(to), both)
	}
	return c.ways[key]
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
		p.SourcePort = uint16(pick(d, clientPorts))
	case packet.ICMP, packet.ICMPv6:
		p.ICMPType, p.ICMPCode = uint8(pick(d, []int{8, 8, 0, 3, 13, 128, 128, 129})), uint8(d.IntN(2))
	}
	return p
}

var clientPorts = []int{1024, 1025, 1026, 32766, 32767, 32768, 32769, 40000, 50000, 65534, 65535}

// toPort is the packet with another protocol and port.
func (d dice) toPort(p packet.Packet, protocol packet.Protocol, port int) packet.Packet {
	p.Protocol, p.DestinationPort, p.SourcePort = protocol, uint16(port), uint16(pick(d, clientPorts))
	p.ICMPType, p.ICMPCode = 0, 0
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
	return i.Resource != nil && i.Kind != aws.KindLoadBalancer && (i.Kind != aws.KindEndpoint || i.HasGroups != tf.No)
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
	if i.PublicIPv4 == tf.No && i.Kind != aws.KindInstance {
		packets = 1 + packets/6
	}
	for range packets {
		other := pick(c.dice, corners)
		if !public(n.subnet.vpc, other) {
			continue // the engine is not asked about it
		}
		if doors := n.subnet.vpc.doors(); len(doors) > 0 {
			full := c.full
			c.full = full && !c.byClass
			c.compare("internet -> "+i.Label, *forward, *reachable, c.dice.packet(other, a), func(e end) bool { return e == n }, doors...)
			c.full = full
		}
		c.compare(i.Label+" -> "+name, out.ForwardFlows, out.Flows, c.dice.packet(a, other), isInternet, n)
	}
}

// doors are where the internet comes into a VPC.
func (v *vpc) doors() (all []end) {
	if v.internet != nil {
		all = append(all, internet{v.internet})
	}
	for _, g := range v.carriers {
		all = append(all, internet{g})
	}
	return all
}

// inside compares two interfaces.
func (c *comparison) inside(m *maker, from, to *aws.Interface, packets int) {
	a := c.ask(m.home(from), m.home(to))
	if from.Initiates == tf.No || to.Inbound == tf.No {
		packets = 1 + packets/6 // whatever they are
	}
	for _, x := range c.world.nics[from] {
		for _, y := range c.world.nics[to] {
			for _, source := range x.sources() {
				for _, destination := range y.addresses {
					if source == destination || family(source) != family(destination) {
						continue
					}
					for range packets {
						p := c.dice.packet(source, destination)
						if x.connect != nil && c.dice.chance(60) {
							p = c.dice.toPort(p, packet.TCP, pick(c.dice, []int{22, 3389}))
						}
						c.compare(from.Label+" -> "+to.Label, a.ForwardFlows, a.Flows, p, func(e end) bool { return e == y }, x)
					}
				}
			}
		}
	}
}

// senders are the IPv4 addresses that an interface sends from, each for every
// packet.
func (c *comparison) senders(i *aws.Interface, packets int) iter.Seq2[*nic, netip.Addr] {
	return func(yield func(*nic, netip.Addr) bool) {
		for _, n := range c.world.nics[i] {
			here, ok := n.address(packet.IPv4)
			for range packets {
				if ok && !yield(n, here) {
					return
				}
			}
		}
	}
}

// run compares one random network without doubt, or several completions of one
// with.
// It carries one packet in a few of those that the scenario asks for.
func (s scenario) run(t *testing.T, seed uint64, doubt bool, few int, count *tally) {
	d := newDice(seed, uint64(len(s.name)), doubt)
	m := s.network(d)
	c := &comparison{T: t, scenario: s, seed: seed, dice: d, n: m.n, g: reach.Compile(m.n), tally: count, full: !doubt, answers: map[string]reach.Answer{}}
	completions := 1
	if doubt {
		completions = 3
	}
	for range completions {
		c.world = decide(m.n, d)
		c.hosts(m, 1+(s.hosts-1)/few)
		others := (s.others + few - 1) / few
		c.onPremises(m, others)
		c.throughBalancers(m, others)
		c.toServices(m, others)
		c.through(m, others)
		c.enter(m, others)
		c.overInternet(m, others)
		c.administers(m, others)
		c.byLattice(m, others)
		c.strangers(m, others)
	}
}

// seeds is how many networks of each scenario are made: an eighth of them with
// -short.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return (n + 7) / 8
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
			s.run(t, seed, false, 1, count)
		}
	})
	count.check(t, 100_000, true)
}

// TestEveryCompletion: whatever the unknowns turn out to be, the walker finds
// at least must and at most may (M-10, U-22, U-25).
func TestEveryCompletion(t *testing.T) {
	count := newTally()
	ofEach(t, func(t *testing.T, s scenario) {
		for seed := range seeds(min(s.networks, 30)) {
			s.run(t, seed, true, 8, count)
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
	c.Fatalf("%s, seed %d: %s: %s: %s\nthe walker: %s\nmust %.300s\nmay %.300s\n%s%s", c.scenario.name, c.seed, what, show(p), why, c.tale(), r.Must, r.May, blockers(c.answer), c.world)
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
