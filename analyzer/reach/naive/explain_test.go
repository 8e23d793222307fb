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
	if len(m.n.VPNGateways) > 0 {
		ends["onprem:192.168.0.9"] = netip.MustParseAddr("192.168.0.9")
	}
	for _, i := range m.n.Interfaces {
		if i.Kind == aws.KindInstance && len(i.Addresses) > 0 {
			ends[m.home(i)] = i.Addresses[0]
		}
	}
	var out []question
	names := slices.Sorted(maps.Keys(ends))
	for _, from := range names {
		for _, to := range names {
			outside := strings.Contains(from, ":") && strings.Contains(to, ":")
			if from != to && !outside {
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
// device or a list of AWS decides (NAT-10, RT-11, APP-1, SG-20, U-5), so that no
// edit makes a yes.
func byHand(f tf.Fact) bool {
	if strings.HasPrefix(f.ID, "prefix-list:prefix list com.amazonaws.") {
		return true
	}
	kind, _, _ := strings.Cut(f.ID, ":")
	return slices.Contains([]string{"nat-peering", "nat-nat", "one-sided", "attachment-zone", "boundary", "firewall", "premises", "references"}, kind)
}

// unchangeable are the blockers that no edit takes away, by code and with the
// reason.
var unchangeable = map[string]string{
	"NO_PATH":                          "routes that lead in a circle have to lead elsewhere, which is another way",
	"TGW_RTB_BAD_STATE_ROUTE":          "nothing that is attached to the gateway leads there",
	"NGW_SOURCE_ADDRESS_REASSIGN":      "a NAT gateway lets nothing in",
	"NO_ROUTE_TO_DESTINATION":          "one table would need two routes for one destination, or the next hop is gone",
	"PCX_REQUIRES_ADDRESS_IN_VPC_CIDR": "a peering leads from one VPC to the other and no further",
	"DISCONNECTED_VPCS":                "VPCs whose blocks overlap cannot be peered",
	"BAD_STATE":                        "VPCs whose blocks overlap cannot be peered",
}

// hopeless are the codes of what stops packets on every way.
var hopeless = []string{"DISCONNECTED_VPCS"}

// explained are the scenarios whose answers can be taken at their word: what a
// carrier lets through no edit changes (VPN-7).
func explained() []scenario {
	return slices.DeleteFunc(slices.Clone(scenarios), func(s scenario) bool { return s.name == "gateways" })
}

// few are how many networks of each scenario are looked at: a few of them
// where tests are to be short.
func few(n uint64) uint64 {
	if testing.Short() {
		return 1
	}
	return n
}

// TestNoIsRepaired: making the edits that a no lists makes it a yes. Where
// something has none, those of another way do, or nobody can change it.
func TestNoIsRepaired(t *testing.T) {
	codes, left := map[string]int{}, map[string]int{}
	repaired, otherwise, fixed, byOthers := 0, 0, 0, 0
	for _, s := range explained() {
		for seed := range few(8) {
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
				way := reach.Alternative{Blockers: a.Blockers}
				for _, b := range a.Blockers {
					if len(b.Edits) > 0 {
						codes[b.Code]++
						continue
					}
					left[b.Code]++
					if unchangeable[b.Code] == "" {
						t.Errorf("%s %d, %s: no edit for %s %s: %s", s.name, seed, q, b.Code, b.Object.Label, b.Detail)
					}
				}
				if !way.Opens() && len(a.Alternatives) > 0 && a.Alternatives[0].Opens() {
					way = a.Alternatives[0]
					otherwise++
				}
				list := way.Edits()
				if !way.Opens() {
					if !slices.ContainsFunc(a.Blockers, func(b reach.Hop) bool { return slices.Contains(hopeless, b.Code) }) {
						t.Errorf("%s %d, %s: nothing opens it\n%s", s.name, seed, q, blockersOf(a))
					}
					fixed++
					continue
				}
				if err := m.edit(list); err != nil {
					t.Errorf("%s %d, %s: %v", s.name, seed, q, err)
					continue
				}
				after := m.answer(t, q)
				if after.Answer == reach.Unknown && slices.ContainsFunc(after.Waits, byHand) {
					byOthers++
					continue
				}
				if repaired++; after.Answer != reach.Yes {
					t.Errorf("%s %d, %s: repaired, and still %s %v\nlisted were\n%s\nby\n%s\nnow\n%s", s.name, seed, q, after.Answer, after.Waits, blockersOf(a), editText(list), blockersOf(after))
				}
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(left)) {
		t.Logf("%d not changed by any edit: %s, %s", left[code], code, unchangeable[code])
	}
	t.Logf("%d answers repaired, %d of them by another way than the first; %d by none, %d are decided by a device; edits for %v", repaired, otherwise, fixed, byOthers, codes)
	if !testing.Short() && (repaired < 800 || len(codes) < 15) {
		t.Errorf("%d answers repaired, by %v: too few", repaired, codes)
	}
}

func editText(list []reach.Edit) string {
	var lines []string
	for _, e := range list {
		lines = append(lines, "  "+e.String())
	}
	return strings.Join(lines, "\n")
}

// TestYesIsCut: at every element of a path that somebody configured, removing
// what admits the packets makes a yes a no, after the other paths have been cut
// at the same kind of element too.
func TestYesIsCut(t *testing.T) {
	cut, moved := 0, 0
	for _, s := range explained() {
		for seed := range few(8) {
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
	if !testing.Short() && (cut < 300 || moved == 0) {
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
