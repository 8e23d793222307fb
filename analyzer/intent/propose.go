package intent

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/settings"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Proposal is a statement that a network like this one suggests.
type Proposal struct {
	settings.Intent
	// Broken says why it does not hold as things stand; empty where it is
	// proven.
	Broken string
}

// Propose finds statements for a network, each with the proof that it holds
// today or what breaks it. before is the view before the change, or nil.
func Propose(view, before *analyzer.View, today string) []Proposal {
	p := &proposer{view: view}
	p.dataStores()
	p.frontDoors()
	p.groups()
	p.egress()
	p.apart()
	p.propose(settings.NoNewExposure, "no-new-exposure", "what the internet reaches is decided on, not grown", settings.Intent{})
	var out []Proposal
	for _, it := range p.found {
		r := Judge([]settings.Intent{it}, view, before, today)[0]
		if len(r.Diagnostics) > 0 {
			continue // it is about nothing
		}
		out = append(out, Proposal{it, broken(r)})
	}
	return out
}

// broken is what is wrong with a statement, or "".
func broken(r Result) string {
	if len(r.Findings) == 0 {
		return ""
	}
	f := r.Findings[0]
	if !slices.ContainsFunc(f.Subjects, func(s analyzer.Subject) bool { return s.Verdict == analyzer.Violation }) {
		return "not proven: perhaps " + f.Message
	}
	return f.Message
}

// proposer collects statements.
type proposer struct {
	view  *analyzer.View
	found []settings.Intent
}

func (p *proposer) propose(kind settings.IntentKind, name, reason string, it settings.Intent) {
	it.Kind, it.Name, it.Reason, it.Severity = kind, name, reason, "high"
	p.found = append(p.found, it)
}

var theInternet = []string{"internet", "internet6"}

// selector names an interface as people do: all instances of its block.
func selector(i *aws.Interface) string {
	t := thingOf(i)
	for _, r := range t.resources {
		if r != nil {
			return tf.StripKeys(r.Address)
		}
	}
	return ""
}

// selectors are those of the interfaces that are wanted, sorted, each once.
func (p *proposer) selectors(wanted func(*aws.Interface) bool) []string {
	names := map[string]bool{}
	for _, i := range p.view.Network.Interfaces {
		if name := selector(i); name != "" && wanted(i) {
			names[name] = true
		}
	}
	return slices.SortedFunc(maps.Keys(names), tf.CompareAddresses)
}

// dataStores: the internet does not reach what holds data.
func (p *proposer) dataStores() {
	if len(p.selectors(func(i *aws.Interface) bool { return i.Kind == aws.KindDataStore })) > 0 {
		p.propose(settings.Deny, "data-stores-are-inside", "data is reached from inside only",
			settings.Intent{From: theInternet, To: []string{"kind:data-store"}})
	}
}

// frontDoors: the internet reaches nothing but what it reaches today.
func (p *proposer) frontDoors() {
	to := []string{"*"}
	for _, f := range p.view.FromInternet {
		if f.Verdict() == reach.No {
			continue
		}
		for _, name := range doors(f) {
			if name = "!" + tf.StripKeys(name); !slices.Contains(to, name) {
				to = append(to, name)
			}
		}
	}
	slices.SortFunc(to[1:], tf.CompareAddresses)
	p.propose(settings.Deny, "only-the-front-doors", "nothing else is reached from the internet", settings.Intent{From: theInternet, To: to})
}

// doors are the addresses of what a flow leads to.
func doors(f *reach.Flow) []string {
	var out []string
	for _, i := range f.To.Interfaces {
		out = append(out, selector(i))
	}
	for _, lb := range f.To.Balancers {
		out = append(out, selector(lb.Interface))
	}
	for _, s := range f.To.Services {
		out = append(out, s.Label)
	}
	return slices.DeleteFunc(out, func(name string) bool { return name == "" })
}

// admin are the ports by which people administer hosts.
var admin = []struct {
	name string
	port int
}{{"ssh", 22}, {"rdp", 3389}}

// groups: where rules let groups in, nobody else is. Data stores are for the
// groups that their own rules name, administration is for the group that rules
// for its port name.
func (p *proposer) groups() {
	for _, s := range p.view.Network.SecurityGroups {
		if s.Resource == nil || s.Open {
			continue
		}
		stores := p.selectors(func(i *aws.Interface) bool { return i.Kind == aws.KindDataStore && carriesOnly(i, s) })
		if from := namedBy(s, 0); len(from) > 0 && len(stores) > 0 {
			p.propose(settings.AllowOnly, "only-"+short(s)+"-clients", "data is for those who use it", settings.Intent{From: from, To: stores})
		}
	}
	for _, a := range admin {
		var from, to []string
		for _, s := range p.view.Network.SecurityGroups {
			if names := namedBy(s, a.port); len(names) > 0 && s.Resource != nil {
				from, to = append(from, names...), append(to, "group:"+tf.StripKeys(s.Resource.Address))
			}
		}
		if len(from) > 0 {
			p.propose(settings.AllowOnly, a.name+"-from-the-bastion", "administration has one way in",
				settings.Intent{From: unique(from), To: unique(to), Flows: []string{fmt.Sprintf("tcp/%d", a.port)}})
		}
	}
}

// carriesOnly reports whether an interface has a group and no other.
func carriesOnly(i *aws.Interface, s *aws.SecurityGroup) bool {
	if i.Groups.Open || len(i.Groups.Maybe) > 0 || len(i.Groups.Each) != 1 {
		return false
	}
	to, ok := i.Groups.Each[0].One()
	return ok && to == s
}

// namedBy are the other groups of the input that the rules of a group let in,
// on a TCP port, or, for 0, on any.
func namedBy(s *aws.SecurityGroup, port int) []string {
	var out []string
	for n := range s.Ingress {
		r := &s.Ingress[n]
		if port != 0 && !isFor(r, port) {
			continue
		}
		for _, g := range r.Groups {
			if to, ok := g.To.One(); ok && to != s && to.Resource != nil {
				out = append(out, "group:"+tf.StripKeys(to.Resource.Address))
			}
		}
	}
	return unique(out)
}

// isFor reports whether a rule is about one TCP port.
func isFor(r *aws.Rule, port int) bool {
	protocol, _ := r.Protocol.Known()
	from, ok := r.FromPort.Known()
	to, too := r.ToPort.Known()
	return (protocol == "tcp" || protocol == "6") && ok && too && from == port && to == port
}

// egress: what has no public address leaves by the firewall, or else by the NAT
// gateways.
func (p *proposer) egress() {
	var via, name string
	switch {
	case len(p.view.Network.Firewalls) > 0:
		via, name = "type:aws_networkfirewall_firewall", "egress-by-the-firewall"
	case len(p.view.Network.NATGateways) > 0:
		via, name = "type:aws_nat_gateway", "egress-by-nat"
	default:
		return
	}
	from := p.selectors(func(i *aws.Interface) bool { return i.PublicIPv4 == tf.No && i.Initiates == tf.Yes })
	if len(from) > 0 {
		p.propose(settings.Through, name, "what leaves is seen in one place", settings.Intent{From: from, To: theInternet, Via: []string{via}})
	}
}

// mostPairs bounds the pairs of VPCs that are proposed to be apart.
const mostPairs = 6

// apart: VPCs in which something stands, two by two.
func (p *proposer) apart() {
	var vpcs []string
	for _, v := range p.view.Network.VPCs {
		if v.Resource == nil || v.Outside {
			continue
		}
		if len(p.selectors(func(i *aws.Interface) bool { return standsIn(i, v) })) > 0 {
			vpcs = append(vpcs, tf.StripKeys(v.Resource.Address))
		}
	}
	vpcs = unique(vpcs)
	pairs := 0
	for n, a := range vpcs {
		for _, b := range vpcs[n+1:] {
			if pairs++; pairs <= mostPairs {
				p.propose(settings.Isolated, plain(a)+"-and-"+plain(b), "one does not endanger the other",
					settings.Intent{Between: [][]string{{"vpc:" + a}, {"vpc:" + b}}})
			}
		}
	}
}

func standsIn(i *aws.Interface, v *aws.VPC) bool {
	return slices.ContainsFunc(i.Subnets.Each, func(l aws.Link[aws.Subnet]) bool {
		s, ok := l.One()
		if !ok {
			return false
		}
		in, ok := s.VPC.One()
		return ok && in == v
	})
}

// short is a group's name for the name of a statement.
func short(s *aws.SecurityGroup) string { return plain(tf.StripKeys(s.Resource.Address)) }

// plain is an address without its type, as a word.
func plain(address string) string {
	parts := strings.Split(address, ".")
	word := parts[len(parts)-1]
	if len(parts) > 2 && parts[0] == "module" {
		word = parts[1] + "-" + word
	}
	return strings.ReplaceAll(word, "_", "-")
}

func unique(list []string) []string {
	slices.SortFunc(list, tf.CompareAddresses)
	return slices.Compact(list)
}
