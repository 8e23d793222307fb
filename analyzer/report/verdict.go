package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// targetsNamed is how many exposed resources the clean line names.
const targetsNamed = 4

// verdict is the one line of a run without findings: the positive fact that
// one would otherwise find out by hand, and never "ok" for what could not be
// looked at.
func (p *printer) verdict(r *analyzer.Report) string {
	if text, nothing := nothingToCheck(r); nothing {
		return "nothing to check: " + text
	}
	scope := p.scope(r)
	if text := doubt(r); text != "" {
		return "ok so far: no finding, but " + text + " " + scope
	}
	return "ok: " + p.fact(r) + " " + scope
}

// nothingToCheck tells a run that found nothing from one that had nothing to
// look at, for which silence would be a lie.
func nothingToCheck(r *analyzer.Report) (string, bool) {
	modelled := 0
	unmodelled := map[string]int{}
	for _, c := range r.Coverage {
		modelled += c.Modelled
		for t, n := range c.NotModelled {
			unmodelled[t] += n
		}
	}
	for _, c := range r.Checks {
		modelled += c.Evaluated
	}
	switch {
	case modelled > 0 || len(r.Exposures) > 0 || r.Interfaces > 0:
		return "", false
	case r.Resources == 0:
		return "the input has no resources", true
	case len(unmodelled) > 0:
		types := slices.Sorted(maps.Keys(unmodelled))
		return fmt.Sprintf("%s is not modelled, and nothing else is of the network among %s",
			names(types, targetsNamed), plural(r.Resources, "resource")), true
	}
	return "no network, instance, load balancer or data store among " + plural(r.Resources, "resource"), true
}

// outside counts the interfaces whose subnets the input does not show.
func outside(r *analyzer.Report) string {
	return fmt.Sprintf("%d of %s %s outside %s (--context NETWORK)", r.Outside, plural(r.Interfaces, "interface"), stand(r.Outside), judged(r))
}

// doubt says what kept the analysis from seeing everything, or nothing.
func doubt(r *analyzer.Report) string {
	var doubts []string
	// What the input does not show was there before, too.
	touched := r.NetworkChanged || !slices.ContainsFunc(r.Stacks, hasBefore)
	if r.Outside > 0 && touched {
		doubts = append(doubts, outside(r))
	}
	if urgent, _ := sift(ofThisChange(r)); len(urgent) > 0 {
		doubts = append(doubts, facts(r, urgent, "result"))
	} else if open := uncertain(r); open != "" && r.Outside == 0 && touched {
		doubts = append(doubts, "it is undecided whether the internet reaches "+open)
	}
	for _, d := range r.Diagnostics {
		if d.Incomplete {
			doubts = append(doubts, d.Summary)
			break
		}
	}
	if len(doubts) == 0 && slices.ContainsFunc(r.Stacks, func(s *tf.Stack) bool { return !s.Complete }) {
		doubts = append(doubts, "the plan is incomplete")
	}
	return strings.Join(doubts, ", and ")
}

func stand(n int) string {
	if n == 1 {
		return "stands in a subnet"
	}
	return "stand in subnets"
}

// uncertain names what the internet may reach, for all that is known.
func uncertain(r *analyzer.Report) string {
	certain := map[string]bool{}
	for _, e := range r.Exposures {
		if e.Status != analyzer.Resolved && e.Flow.Verdict() == reach.Yes {
			certain[target(e)] = true
		}
	}
	var open []string
	for _, e := range r.Exposures {
		if e.Status != analyzer.Resolved && e.Flow.Verdict() == reach.Unknown && !certain[target(e)] {
			open = append(open, target(e))
		}
	}
	slices.SortFunc(open, tf.CompareAddresses)
	return names(slices.Compact(open), targetsNamed)
}

// fact is what a clean run establishes.
func (p *printer) fact(r *analyzer.Report) string {
	before := slices.ContainsFunc(r.Stacks, hasBefore)
	all, fresh := p.exposed(r, isThere), p.exposed(r, isNew)
	switch {
	case before && (!r.NetworkChanged || len(fresh) == 0 && (len(all) > 0 || len(count(r).existing) > 0)):
		return "this change opens nothing"
	case before && len(fresh) > 0 && len(fresh) < len(all):
		return "this change opens " + names(fresh, targetsNamed) + " to the internet and nothing else"
	case len(all) > 0:
		return "the internet reaches " + names(all, targetsNamed) + " and nothing else"
	case r.Interfaces == 0:
		return "nothing here has a network interface that the internet could reach"
	}
	return "nothing is reachable from the internet"
}

// reached says what the internet reaches after the change, beside what was
// found about it: a load balancer that is no finding is still a way in.
func (p *printer) reached(r *analyzer.Report) []string {
	var lines []string
	if list := p.exposed(r, isThere); len(list) > 0 {
		lines = wrap("the internet reaches "+clean(names(list, targetsNamed)), p.width(), 3)
	}
	if open := uncertain(r); open != "" {
		whom := "the internet"
		if len(lines) > 0 {
			whom = "it"
		}
		text := "it is undecided whether " + whom + " reaches " + clean(open)
		if r.Outside > 0 {
			text += ": " + outside(r)
		}
		lines = append(lines, wrap(text, p.width(), 3)...)
	}
	return lines
}

// isThere, isNew and isResolved choose among exposures.
func isThere(s analyzer.Status) bool    { return s != analyzer.Resolved }
func isNew(s analyzer.Status) bool      { return s == analyzer.New }
func isResolved(s analyzer.Status) bool { return s == analyzer.Resolved }

// exposed lists what the internet certainly reaches with its ports, a target
// an entry: "aws_lb.web on tcp/443".
func (p *printer) exposed(r *analyzer.Report, of func(analyzer.Status) bool) []string {
	type entry struct {
		packets packet.Set
		sources packet.Addresses
		hops    []reach.Hop
	}
	targets := map[string]entry{}
	for _, e := range r.Exposures {
		if !of(e.Status) || e.Flow.Verdict() != reach.Yes {
			continue
		}
		t := targets[target(e)]
		t.packets = t.packets.Union(e.Flow.Reachable.Must)
		t.sources = t.sources.Union(e.Flow.Reachable.Must.Sources())
		if !p.secrets.isEmpty() {
			t.hops = append(t.hops, e.Flow.Path()...)
		}
		targets[target(e)] = t
	}
	var list []string
	for _, name := range slices.SortedFunc(maps.Keys(targets), tf.CompareAddresses) {
		t := targets[name]
		text := name + " on " + p.secrets.along(t.hops).text(services(t.packets))
		if !everyone(t.sources) {
			text += " from " + p.sources(t.sources)
		}
		list = append(list, text)
	}
	return list
}

func target(e *analyzer.Exposure) string {
	if e.Flow.Through != nil && e.Flow.Through.Label != "" {
		return e.Flow.Through.Label
	}
	return e.Flow.To.Label
}

// everyone reports whether addresses are those of the whole internet in some
// family, whatever reserved ranges are missing from them.
func everyone(a packet.Addresses) bool {
	share := func(f packet.Family, bits int) float64 {
		sum := 0.0
		for _, p := range a.Family(f).Prefixes() {
			sum += 1 / float64(uint64(1)<<min(p.Bits(), bits))
		}
		return sum
	}
	// Only 2000::/3 of IPv6 is routed.
	return share(packet.IPv4, 32) > 0.5 || share(packet.IPv6, 62) > 0.1
}

// origin says where packets come from.
func (p *printer) origin(s packet.Set) string {
	if everyone(s.Sources()) {
		return "everyone"
	}
	return p.sources(s.Sources())
}

// sources names a few address blocks.
func (p *printer) sources(a packet.Addresses) string {
	return names(p.secrets.blocks(a.Prefixes()), 2)
}

// everything is how services calls all packets.
const everything = "every port"

// services is the protocols and destination ports of packets, for people:
// "tcp/22,8000-8080, icmp", or "every port".
func services(s packet.Set) string {
	protocols := s.Protocols()
	if len(protocols) > 200 {
		return everything
	}
	var list []string
	for _, p := range protocols {
		switch ports := s.ToPortsOf(p); {
		case (p == packet.TCP || p == packet.UDP) && !ports.Equal(packet.AllPorts()):
			list = append(list, protocolName(p)+"/"+ports.String())
		default:
			list = append(list, protocolName(p))
		}
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return names(list, targetsNamed)
}

// rank puts TCP first.
func rank(service string) int {
	if strings.HasPrefix(service, "tcp") {
		return 0
	}
	return 1
}

func protocolName(p packet.Protocol) string {
	switch p {
	case packet.TCP:
		return "tcp"
	case packet.UDP:
		return "udp"
	case packet.ICMP:
		return "icmp"
	case packet.ICMPv6:
		return "icmpv6"
	}
	return fmt.Sprintf("protocol %d", p)
}

// names joins a few names for people: "a, b and c", "a, b, c, d and 5 more".
func names(list []string, limit int) string {
	if len(list) > limit {
		return strings.Join(list[:limit], ", ") + fmt.Sprintf(" and %d more", len(list)-limit)
	}
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// scope is what the line speaks of, and what it leaves out.
func (p *printer) scope(r *analyzer.Report) string {
	parts := []string{plural(r.Resources, "resource")}
	before := slices.ContainsFunc(r.Stacks, hasBefore)
	if before && !r.NetworkChanged {
		parts = append(parts, "no change to the network")
	} else {
		parts = append(parts, plural(countChecks(r), "check"))
	}
	var rest []string
	t := count(r)
	if len(t.existing) == 1 {
		for severity, n := range t.existing {
			rest = append(rest, plural(n, fmt.Sprintf("existing %s finding", severity))+", --all")
		}
	} else if len(t.existing) > 1 {
		rest = append(rest, "existing: "+t.list(t.existing)+", --all")
	}
	if t.resolved > 0 {
		rest = append(rest, fmt.Sprintf("%d resolved", t.resolved))
	}
	if t.accepted > 0 {
		rest = append(rest, fmt.Sprintf("%d accepted", t.accepted))
	}
	if _, minor := sift(ofThisChange(r)); len(minor) > 0 {
		rest = append(rest, facts(r, minor, "lesser result")+", --all")
	}
	missing := map[string]int{}
	for _, c := range r.Coverage {
		for t, n := range c.NotModelled {
			missing[t] += n
		}
	}
	if len(missing) > 0 {
		rest = append(rest, "not modelled: "+names(slices.Sorted(maps.Keys(missing)), 2))
	}
	text := "(" + strings.Join(parts, ", ")
	if len(rest) > 0 {
		text += "; " + strings.Join(rest, "; ")
	}
	return text + ")"
}
