package naive

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// An answer is taken at its word (D2): changing everything that a no lists
// makes it a yes, and removing what a yes says admits the packets makes it a
// no, or moves it to another path that says so in its turn.

// question is one question about a random network, with an address for each
// end, so that routes can be made for it.
type question struct {
	from, to string
	// source and destination are the addresses of the ends.
	source, destination netip.Addr
}

func (q question) String() string { return q.from + " -> " + q.to }

// askedOf are questions about the hosts of a network and one address of the
// internet.
func (m *maker) askedOf() []question {
	far := netip.MustParseAddr("8.8.8.8")
	ends := map[string]netip.Addr{"internet:8.8.8.8": far}
	for _, i := range m.n.Interfaces {
		if i.Kind == aws.KindInstance && len(i.Addresses) > 0 {
			ends[m.home(i)] = i.Addresses[0]
		}
	}
	var out []question
	names := slices.Sorted(maps.Keys(ends))
	for _, from := range names {
		for _, to := range names {
			if from != to {
				out = append(out, question{from, to, ends[from], ends[to]})
			}
		}
	}
	return out
}

// flow is what is asked about: one port, so that every packet of it is admitted
// by the same elements.
var flow = packet.Everything(packet.IPv4).On(packet.TCP).ToPorts(packet.PortRange(443, 443))

func (m *maker) answer(t *testing.T, q question) reach.Answer {
	t.Helper()
	return m.answerGiven(t, q, nil)
}

// answerGiven is the answer under what people say.
func (m *maker) answerGiven(t *testing.T, q question, given reach.Answers) reach.Answer {
	t.Helper()
	g := reach.Compile(m.n).Given(given)
	from, err := g.Endpoint(q.from)
	if err != nil {
		t.Fatal(err)
	}
	to, err := g.Endpoint(q.to)
	if err != nil {
		t.Fatal(err)
	}
	return g.Ask(reach.Question{From: from, To: to, Packets: flow})
}

// repair changes what a blocker names so that it blocks no more. It is false
// for what no configuration changes, and for what only building something new
// would.
func (m *maker) repair(q question, b reach.Hop) bool {
	end, outbound := q.destination, strings.Contains(b.Detail, "outbound")
	if b.Reply {
		end = q.source
	}
	switch b.Code {
	case "ENI_SG_RULES_MISMATCH", "SG_HAS_NO_RULES":
		for _, g := range m.n.SecurityGroups {
			if g.Resource == b.Cause.Resource {
				rules := &g.Ingress
				if outbound {
					rules = &g.Egress
				}
				*rules = append(*rules, aws.Rule{
					Cause: b.Cause, Protocol: tf.KnownVal("-1"), Self: tf.No,
					CIDRs: []aws.Peer[netip.Prefix]{{To: netip.MustParsePrefix("0.0.0.0/0")}},
				})
				return true
			}
		}
	case "SUBNET_ACL_RESTRICTION":
		for _, a := range m.n.ACLs {
			if a.Resource == b.Cause.Resource {
				entries := &a.Ingress
				if outbound {
					entries = &a.Egress
				}
				*entries = append(*entries, aws.ACLEntry{
					Cause: b.Cause, Number: tf.KnownVal(1), Allow: tf.Yes, Protocol: tf.KnownVal(-1), CIDR: tf.KnownVal(netip.MustParsePrefix("0.0.0.0/0")),
				})
				return true
			}
		}
	case "NO_ROUTE_TO_DESTINATION":
		ends := []netip.Prefix{netip.PrefixFrom(end, 32)}
		if b.Reply { // to a NAT gateway that has sent the request, too
			for _, n := range m.n.NATGateways {
				ends = append(ends, n.Subnet.To[0].CIDR.Prefix)
			}
		}
		return m.addRoutes(b, ends)
	case "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS":
		for _, i := range m.n.Interfaces {
			if i.Resource == b.Cause.Resource {
				i.PublicIPv4 = tf.Yes
				return true
			}
		}
		for _, n := range m.n.NATGateways {
			if n.Resource == b.Cause.Resource {
				n.Public = tf.Yes
				return true
			}
		}
	case "NO_PATH":
		for _, p := range m.places {
			if p.Resource == b.Cause.Resource && strings.HasPrefix(b.Detail, "no internet gateway") {
				p.igw.VPC = to(p.VPC)
				p.Gateways = append(p.Gateways, p.igw)
				return true
			}
		}
	case "BAD_STATE":
		for _, x := range m.n.Peerings {
			if x.Resource == b.Object.Resource && strings.HasPrefix(b.Detail, "nobody accepts") {
				x.Active = tf.Yes
				return true
			}
		}
	case "BAD_STATE_ATTACHMENT":
		found := false
		for _, g := range m.n.TransitGateways {
			for _, a := range g.Attachments {
				if a.Resource == b.Object.Resource { // a peering has one at each end
					a.Active, found = tf.Yes, true
				}
			}
		}
		return found
	case "VPC_BLOCK_PUBLIC_ACCESS_ENABLED":
		m.n.BlockPublicAccess = nil
		return true
	}
	return false
}

// addRoutes gives the table that a blocker names the routes that it lacks.
func (m *maker) addRoutes(b reach.Hop, destinations []netip.Prefix) bool {
	_, name, ok := strings.Cut(strings.TrimPrefix(b.Detail, "the reply: "), "no route to ")
	if !ok {
		return false
	}
	for _, t := range m.n.RouteTables {
		if t.Resource == nil || t.Resource != b.Cause.Resource {
			continue
		}
		target, ok := m.target(t, name)
		if !ok {
			return false
		}
		own := t.VPC.To[0].CIDRs[0].Prefix
		for _, destination := range destinations {
			if own.Contains(destination.Addr()) {
				continue // the local route is for it
			}
			t.Routes = slices.DeleteFunc(t.Routes, func(r aws.Route) bool { d, _ := r.Destination.Known(); return d == destination })
			t.Routes = append(t.Routes, aws.Route{
				Cause: aws.Cause{Resource: t.Resource, Argument: fmt.Sprintf("route[%d]", 100+len(t.Routes))}, Destination: tf.KnownVal(destination), Target: target,
			})
		}
		return true
	}
	return false
}

// target is the next hop with a name, for a table.
func (m *maker) target(t *aws.RouteTable, name string) (aws.Target, bool) {
	if name == "an internet gateway" {
		for _, p := range m.places {
			if v, _ := t.VPC.One(); v == p.VPC {
				return toGateway(p.igw), true
			}
		}
	}
	for _, n := range m.n.NATGateways {
		if n.Label == name {
			return toNAT(n), true
		}
	}
	for _, x := range m.n.Peerings {
		if x.Label == name {
			return aws.Target{Kind: aws.TargetPeering, Peering: to(x), Label: name}, true
		}
	}
	for _, g := range m.n.TransitGateways {
		if g.Label == name {
			return toTransit(g), true
		}
	}
	return aws.Target{}, false
}

// remove takes the elements with the causes out of the network, and says how
// many there were.
func (m *maker) remove(causes []aws.Cause) int {
	n := 0
	gone := func(c aws.Cause) bool {
		if !slices.Contains(causes, c) {
			return false
		}
		n++
		return true
	}
	for _, g := range m.n.SecurityGroups {
		for _, rules := range []*[]aws.Rule{&g.Ingress, &g.Egress} {
			*rules = slices.DeleteFunc(*rules, func(r aws.Rule) bool { return gone(r.Cause) })
		}
	}
	for _, a := range m.n.ACLs {
		for _, entries := range []*[]aws.ACLEntry{&a.Ingress, &a.Egress} {
			*entries = slices.DeleteFunc(*entries, func(e aws.ACLEntry) bool { return gone(e.Cause) })
		}
	}
	for _, t := range m.n.RouteTables {
		t.Routes = slices.DeleteFunc(t.Routes, func(r aws.Route) bool { return gone(r.Cause) })
	}
	for _, g := range m.n.TransitGateways {
		for _, t := range g.Tables {
			t.Routes = slices.DeleteFunc(t.Routes, func(r aws.TransitRoute) bool { return gone(r.Cause) })
		}
	}
	return n
}

func blockersOf(a reach.Answer) string {
	var lines []string
	for _, b := range a.Blockers {
		lines = append(lines, fmt.Sprintf("  %s %s (%s): %s, reply %t", b.Code, b.Object.Label, b.Cause.Address(), b.Detail, b.Reply))
	}
	return strings.Join(lines, "\n")
}

func pathOf(a reach.Answer) string {
	var lines []string
	for _, h := range slices.Concat(a.Path, a.ReplyPath) {
		lines = append(lines, fmt.Sprintf("  %s: %s by %v, reply %t", h.Object.Label, h.Detail, names(h.Causes), h.Reply))
	}
	return strings.Join(lines, "\n")
}

func names(causes []aws.Cause) (out []string) {
	for _, c := range causes {
		out = append(out, c.Address()+"."+c.Argument)
	}
	return out
}

// byHand reports whether a fact is one that AWS does not document or that a
// device decides (NAT-10, RT-11, APP-1), so that no edit makes a yes.
func byHand(f tf.Fact) bool {
	kind, _, _ := strings.Cut(f.ID, ":")
	return slices.Contains([]string{"nat-peering", "nat-nat", "one-sided", "boundary", "firewall", "premises"}, kind)
}

// sameTable reports whether a repaired answer is still stopped by a route table
// that was given a route.
func sameTable(before, after reach.Answer) bool {
	return slices.ContainsFunc(after.Blockers, func(b reach.Hop) bool {
		return b.Code == "NO_ROUTE_TO_DESTINATION" && slices.ContainsFunc(before.Blockers, func(c reach.Hop) bool {
			return c.Code == b.Code && c.Cause == b.Cause && c.Detail != b.Detail
		})
	})
}

// TestNoIsRepaired: changing every blocker of a no makes it a yes.
func TestNoIsRepaired(t *testing.T) {
	codes, whole, torn, partly := map[string]int{}, 0, 0, map[string]int{}
	for _, s := range scenarios {
		for seed := range uint64(8) {
			d := newDice(seed, uint64(len(s.name)), false)
			for n := range s.network(d).askedOf() {
				m := s.network(newDice(seed, uint64(len(s.name)), false))
				q := m.askedOf()[n]
				a := m.answer(t, q)
				if a.Answer != reach.No {
					continue
				}
				if len(a.Blockers) == 0 {
					t.Errorf("%s %d, %s: a no without a blocker", s.name, seed, q)
				}
				all := true
				for _, b := range a.Blockers {
					if !m.repair(q, b) {
						all = false
						partly[b.Code]++
					}
				}
				if !all {
					continue
				}
				whole++
				for _, b := range a.Blockers {
					codes[b.Code]++
				}
				after := m.answer(t, q)
				if after.Answer == reach.Unknown && slices.ContainsFunc(after.Waits, byHand) {
					continue
				}
				if after.Answer == reach.No && sameTable(a, after) {
					torn++
					continue
				}
				if after.Answer != reach.Yes {
					t.Errorf("%s %d, %s: repaired, and still %s %v\nlisted were\n%s\nnow\n%s", s.name, seed, q, after.Answer, after.Waits, blockersOf(a), blockersOf(after))
				}
			}
		}
	}
	// A NAT gateway in a subnet with the table of those that it serves would need
	// two routes for one destination: the first of them is what people are told.
	if torn*10 > whole {
		t.Errorf("%d of %d answers ask one table for two routes", torn, whole)
	}
	t.Logf("%d answers repaired, %d torn, by %v; not configured away: %v", whole, torn, codes, partly)
	if whole < 100 || len(codes) < 5 {
		t.Errorf("%d answers repaired, by %v: too few", whole, codes)
	}
}

// TestYesIsCut: at every element of a path that somebody configured, removing
// what admits the packets makes a yes a no, after the other paths have been cut
// at the same kind of element too.
func TestYesIsCut(t *testing.T) {
	cut, moved := 0, 0
	for _, s := range scenarios {
		for seed := range uint64(8) {
			first := s.network(newDice(seed, uint64(len(s.name)), false))
			for n, q := range first.askedOf() {
				a := first.answer(t, q)
				if a.Answer != reach.Yes {
					continue
				}
				hops := slices.Concat(a.Path, a.ReplyPath)
				for at := range hops {
					if !removable(hops[at]) {
						continue
					}
					m := s.network(newDice(seed, uint64(len(s.name)), false))
					q := m.askedOf()[n]
					rounds := m.cutAt(t, q, at)
					if rounds < 0 {
						t.Errorf("%s %d, %s: cut at %s %v, and still reachable\nat first\n%s\nnow\n%s", s.name, seed, q, hops[at].Object.Label, names(hops[at].Causes),
							pathOf(a), pathOf(m.answer(t, q)))
						continue
					}
					if cut++; rounds > 1 {
						moved++
					}
				}
			}
		}
	}
	t.Logf("%d elements cut, %d answers moved to another path first", cut, moved)
	if cut < 300 || moved == 0 {
		t.Errorf("%d elements cut, %d moved: too few", cut, moved)
	}
}

// removable reports whether a hop is admitted by elements that can be taken
// away.
func removable(h reach.Hop) bool {
	for _, c := range h.Causes {
		if c.Argument == "" || !strings.Contains(c.Argument, "[") {
			return false
		}
	}
	return len(h.Causes) > 0
}

// cutAt removes what admits the packets at a hop until the answer is no, and
// says in how many rounds; -1 when removing leads nowhere.
func (m *maker) cutAt(t *testing.T, q question, at int) int {
	for round := range 12 {
		a := m.answer(t, q)
		if a.Answer == reach.No {
			return round
		}
		hops := slices.Concat(a.Path, a.ReplyPath)
		if round > 0 { // another path: at its first element that can be cut
			at = slices.IndexFunc(hops, removable)
		}
		if at < 0 || at >= len(hops) || m.remove(hops[at].Causes) == 0 {
			return -1
		}
	}
	return -1
}
