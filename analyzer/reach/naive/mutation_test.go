package naive

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutation is a fault put into the engine, with the scenario that should show
// it and the part that the disagreement has to name. The engine's file holds
// the old text exactly once.
type mutation struct {
	name, scenario, part string
	file, old, new       string
}

// mutations are faults that the tests of agreement have to find, each a rule
// broken.
var mutations = []mutation{
	{"NACL-4 the highest number decides", "single", `"acl"`, "acl.go", `place(a) - place(b)`, `place(b) - place(a)`},
	{"NACL-4 a deny takes nothing away", "single", `"acl"`, "acl.go", "			out = out.Subtract(m.decides(may))\n", ""},
	{"NACL-7 the two lists are swapped", "single", `"acl"`, "acl.go", `	if d == outbound {
		return a.Egress`, `	if d == inbound {
		return a.Egress`},
	{"NACL-7 an entry for IPv4 matches IPv6", "single", `"acl"`, "acl.go", `		a := packet.Prefixes(cidr.Masked()).Family(f)
		return m`, `		_, a := cidr, packet.AllAddresses(f)
		return m`},
	{"SG-1 the two lists are swapped", "single", `"group"`, "group.go", `	if d == outbound {
		rules = s.Egress`, `	if d == inbound {
		rules = s.Egress`},
	{"SG-2 only the first rule counts", "single", `"group"`, "group.go", `	for n := range rules {
		for _, t`, `	for n := range min(1, len(rules)) {
		for _, t`},
	{"SG-8 self refers to nobody", "single", `"group reference"`, "group.go", `if r.Self != tf.No {`, `if r.Self == tf.Maybe {`},
	{"SG-16 a prefix list is its first entry", "single", `"group"`, "group.go", `for _, e := range p.Entries {`, `for _, e := range p.Entries[:min(1, len(p.Entries))] {`},
	{"SG-7 nobody is a member", "single", `"group reference"`, "group.go", `	if i == nil || i.HasGroups == tf.No {
		return tf.No`, `	if i == nil || i.HasGroups != tf.No {
		return tf.No`},
	{"SG-12 all is TCP", "single", `"group"`, "transport.go", `case number == allProtocols:
		return packet.Everything(f)`, `case number == allProtocols:
		return packet.Everything(f).On(packet.TCP)`},
	{"SG-13 the upper bound is left out", "single", `"group"`, "transport.go", `return exactly(s.ToPorts(portRange(lo, hi)))`, `return exactly(s.ToPorts(portRange(lo, max(lo, hi-1))))`},
	{"RT-4 the shortest prefix wins", "single", `"route"`, "route.go", `cmp.Or(cmp.Compare(than.length, e.length), `, `cmp.Or(cmp.Compare(e.length, than.length), `},
	{"RT-4 better routes take nothing", "single", `"route"`, "route.go", `possible, sure := e.to.Subtract(taken), packet.Addresses{}`, `possible, sure := e.to, packet.Addresses{}`},
	{"U-22 a route that leads elsewhere diverts nothing", "single", `"route"`, "route.go", `			if e.want != tf.Yes {
				diverted =`, `			if false {
				diverted =`},
	{"RT-3 routes divert only for the whole VPC", "firewall", `"route more specific than local"`, "route.go", `		return same(s.CIDR) || s.IPv6 != nil`, `		return s.IPv6 != nil`},
	{"IGW-5 an egress-only gateway lets replies out", "single", `"egress-only gateway"`, "gateway.go", `s.goal.kind != toTheInternet || s.reply || t.home != p.vpc {`, `s.goal.kind != toTheInternet || t.home != p.vpc {`},
	{"NAT-2 a NAT gateway carries everything", "single", `"NAT gateway"`, "gateway.go", `packet.Everything(s.f).On(packet.TCP, packet.UDP, packet.ICMP)`, `packet.Everything(s.f)`},
	{"NAT-3 every NAT gateway is public", "single", `NAT gateway"`, "gateway.go", `	n := t.nat
		stages = append(stages, s.g.gated(n.Public, s.f`, `	n := t.nat
		stages = append(stages, s.g.gated(tf.Yes, s.f`},
	{"NAT-4 the ACL of a NAT gateway's subnet is left out", "single", `"NAT gateway"`, "gateway.go", `	if at.subnet != p.subnet {
		stages = append(stages, s.acl(at, inbound, t.as))
	}
	t.rewrite`, `	t.rewrite`},
	{"IGW-8 Block Public Access stops nothing that comes in", "block public access", `"block public access"`, "gateway.go", `return way.behind(gateway, s.g.publicAccess(p, false))`, `return way.behind(gateway)`},
	{"IGW-8 Block Public Access stops nothing that goes out", "block public access", `"block public access"`, "gateway.go", `stages = append(stages, s.g.publicAccess(p, t.nat != nil))`, `_ = p`},
	{"M-2 the reply is never looked at", "single", `and back`, "journey.go", `		if n == len(legs) {
			return`, `		if n >= 0 {
			return`},
	{"PCX-3 a peering carries what a NAT gateway sends", "peering", `"peering"`, "peering.go", `		may := tf.No
		if t.home == p.vpc {`, `		may := tf.Yes
		if t.home != p.vpc {`},
	{"PCX-1 a peering that nobody accepted works", "peering", `"peering"`, "peering.go", `stages := []stage{s.gate(touches, fact, there), s.accepted(pcx)}`, `stages := []stage{s.gate(touches, fact, there)}`},
	{"PCX-5 references cross Regions", "peering", `"group reference across a peering"`, "peering.go", `t.inward, t.outward = t.inward.And(same), t.outward.And(same) // PCX-5`, `_ = same`},
	{"TGW-2 attachments take every zone", "transit", `"transit gateway"`, "transit.go", `		if same == tf.No {
			continue
		}
		w := next`, `		if same == tf.No {
			same = tf.Yes
		}
		w := next`},
	{"TGW-3 an attachment needs no association", "transit", `"transit gateway"`, "transit.go", `		if len(ways) == 0 {
			return s.blocked(t, why)`, `		for _, gw := range a.Gateway.To {
			return s.byTable(t, gw.Tables[0])
		}
		if len(ways) == 0 {
			return s.blocked(t, why)`},
	{"TGW-5 blackholes are ignored", "transit", `"transit gateway"`, "transit.go", `.And(r.Blackhole.Not())`, ``},
	{"TGW-5 propagated before static", "transit", `"transit gateway"`, "transit.go", `	kind := routeRank(r.Kind)
	prefixes`, `	kind := routeRank(aws.PropagatedVPN - r.Kind)
	prefixes`},
	{"TGW-10 appliance mode chooses a zone for each direction", "transit", `"transit gateway"`, "transit.go", `	if a.ApplianceMode == tf.No {
		doors = `, `	if a.ApplianceMode != tf.Maybe {
		doors = `},
	{"TGW-12 egress rules refer across a transit gateway", "transit", `"group reference across a transit gateway"`, "transit.go", `	t.outward = tf.No // TGW-12`, `	t.outward = t.outward.And(a.GroupReferences)`},
	{"TGW-12 references need no support of the gateway", "transit", `"group reference across a transit gateway"`, "transit.go", `		t.inward = t.inward.And(gw.GroupReferences)`, `		_ = gw`},
	{"NACL-10 the ACL at the attachment is left out", "transit", `"acl"`, "transit.go", `w := next.behind(s.acl(d.place, inbound, t.as))`, `w := next`},
	{"TGW-4 attachments carry IPv6 whatever they say", "transit", `"transit gateway"`, "transit.go", `s.gate(a.IPv6, tf.Fact{`, `s.gate(tf.Yes, tf.Fact{`},
	{"VPN-4 everything lies behind a VPN", "on premises", `"VPN gateway"`, "premises.go", `	must := o.covers(s.f)
	admits`, `	must := packet.AllAddresses(s.f)
	admits`},
	{"VPN-5 Direct Connect announces everything", "on premises", `"Direct Connect"`, "premises.go", `	if o.Announced == nil {
		return nil`, `	if o.Announced != nil {
		return nil`},
	{"APP-2 drop before pass", "firewall", `"firewall"`, "firewall.go", `Must: pass.Must.Union(all.Subtract(dropped)), May: pass.May.Union(all.Subtract(drop.Must))}`, `Must: all.Subtract(dropped), May: all.Subtract(drop.Must)}`},
	{"APP-2 stateless rules in no order", "firewall", `"firewall"`, "firewall.go", `sure, left = sure.Subtract(match.May), left.Subtract(match.Must)
		}
	}
	act(`, `_ = match
		}
	}
	act(`},
	{"APP-2 a strict order without its default", "firewall", `"firewall"`, "firewall.go", `case known && name == "aws:drop_strict":
			passes = passes.And(tf.No)`, `case known && name == "aws:drop_strict":`},
	{"SG-9 references survive a firewall", "firewall", `"firewall"`, "middlebox.go", `	t.inward, t.outward = tf.No, tf.No
	t.pass(d)`, `	t.pass(d)`},
	{"RT-9 gateway route tables are ignored", "firewall", `"edge table"`, "middlebox.go", `	for _, e := range edges {
		w := s.byEdge`, `	for _, e := range edges[:0] {
		w := s.byEdge`},
	{"RT-11 a firewall may see one direction only", "firewall", `"firewall"`, "journey.go", `	if slices.Equal(request, reversed(reply)) {
		return nil`, `	if len(request) < 100 {
		return nil`},
	{"APP-1 appliances check nothing", "middlebox", `"appliance"`, "middlebox.go", `s.gate(i.SourceDestCheck.Not().And(tf.Maybe), fact, stage{`, `s.gate(tf.Yes, fact, stage{`},
	{"LB-2 the load balancer's groups are left out", "load balancer", `load balancer"`, "balancer.go", `if d.balancer.Type != "network" || node.HasGroups != tf.No {`, `if false {`},
	{"LB-8 nodes serve every zone", "load balancer", `"cross-zone balancing"`, "balancer.go", `		if d.crossZone() != tf.Yes {`, `		if d.crossZone() == tf.Maybe {`},
	{"LB-4 who has no groups is a member of all", "keeping clients", `"network load balancer without security groups"`, "group.go", `	if i == nil || i.HasGroups == tf.No {
		return tf.No`, `	if i == nil {
		return tf.No
	}
	if i.HasGroups == tf.No {
		return tf.Yes`},
	{"LB-4 nobody sees the client", "keeping clients", `"client address preserved"`, "balancer.go", `	return d.group.PreserveClientIP
`, `	return tf.No
`},
	{"EP-1 a gateway endpoint carries UDP", "managed", `"gateway endpoint"`, "gatewayendpoint.go", `.On(packet.TCP).Union(`, `.On(packet.TCP, packet.UDP).Union(`},
	{"EP-6 an Instance Connect endpoint opens every port", "managed", `"Instance Connect endpoint"`, "instanceconnect.go", `.ToPorts(packet.PortRange(22, 22).Union(packet.PortRange(3389, 3389)))`, ``},
	{"VPN-6 nobody needs an authorization", "managed", `"Client VPN"`, "clientvpn.go", `g.authorized(c, p, toward), g.routed(c, p, toward)`, `g.routed(c, p, toward)`},
	{"EP-3 groups never look at PrivateLink", "shared", `"endpoint service"`, "privatelink.go", `	if lb.PrivateLinkRules != tf.No {
		stages`, `	if lb.PrivateLinkRules == tf.Maybe {
		stages`},
	{"EP-8 a VPC link reaches every node alike", "entered", `"API Gateway VPC link"`, "entry.go", `g.eastWestTo(in.entry.Source, i, p, in`, `g.eastWest(in.entry.Source, i, f, in`},
	{"LB-12 an accelerator needs no internet gateway", "entered", `"Global Accelerator"`, "entry.go", `stages = append(stages, gateway, g.publicAccess(p, false))`, `_ = gateway`},
	{"LB-10 the port of the target group counts", "load balancer", `load balancer"`, "balancer.go", `if !ref.Port.IsNull() {`, `if ref.Port.IsUnknown() {`},
	{"NACL-6 a classic load balancer passes no ACL in its subnet", "load balancer", `"acl"`, "balancer.go", `if d.balancer.Type == "classic" && from.subnet == to.subnet { // NACL-6`, `if false { // NACL-6`},
	{"RT-5 a prefix list goes before a static route", "gateways", `"route"`, "route.go", `			kind = fromList`, `			kind = static`},
	{"U-11 an unknown range certainly matches", "single", `"group"`, "group.go", `"an address range that is not known yet", transport.doubt())`, `"an address range that is not known yet", transport)`},
	{"TF-SG-2 a rule that may not exist certainly does", "single", `"group"`, "group.go", `transport = transport.doubt() // TF-SG-2`, `_ = transport // TF-SG-2`},
	{"VPN-1 a VPN gateway carries IPv6", "on premises", `VPN"`, "premises.go", `if s.f == packet.IPv4 || o.Kind == aws.DirectConnect {`, `if s.f > 0 {`},
	{"NAT-8 a regional NAT gateway serves every zone", "gateways", `"regional NAT gateway"`, "gateway.go", `serves := tf.TriOf(len(n.Zones) == 0)`, `serves := tf.Yes`},
	{"VPN-7 a carrier certainly lets everything through", "gateways", `"carrier gateway"`, "gateway.go", `through := s.gate(tf.Maybe, `, `through := s.gate(tf.Yes, `},
	{"SG-20 rules know the members in other VPCs", "associated", `"group of several VPCs"`, "group.go", `(by.unsure || by.across && ofSeveralVPCs(*t.group))`, `by.unsure`},
	{"TGW-14 a firewall on a transit gateway judges nothing", "attached firewall", `"transit gateway firewall"`, "transit.go", `if fw, ok := a.Firewall.One(); ok { // TGW-14`, `if fw, ok := a.Firewall.One(); ok && fw == nil { // TGW-14`},
	{"RT-9 a VPN gateway leads to endpoints", "screened", `"edge table of a VPN gateway"`, "middlebox.go", `if byVPN && h.box == nil {`, `if byVPN && h.box != nil {`},
	{"U-22 a gateway's route of unknown target is not local", "screened", `"edge table of a VPN gateway"`, "middlebox.go", `.Or(tf.TriOf(r.Target.Kind == aws.TargetUnknown).And(tf.Maybe))`, ``},
	{"LB-7 a load balancer listens on the port of any other", "chained", `"load balancer behind another"`, "balancer.go", `ok && known && p != port {`, `ok && known && p == port {`},
	{"SVC-18 a database listens on whatever its groups admit", "shared", `"database proxy"`, "proxy.go", `if !known && !packet`, `if known && !packet`},
	{"EP-7 one service of Systems Manager is enough", "administered", `"Systems Manager"`, "awsservice.go", `forward, reachable := out.forward.and(o.forward), out.reachable.and(o.reachable)`, `forward, reachable := out.forward.or(o.forward), out.reachable.or(o.reachable)`},
	{"EP-9 VPC Lattice has no link-local addresses", "lattice", `"VPC Lattice"`, "lattice.go", `r.addresses = r.addresses.Union(linkLocal.Family(p.f))`, `_ = linkLocal`},
	{"U-5 a prefix list of AWS is empty", "prefix lists", `"group"`, "group.go", `possible = possible.Union(openList(p, f))`, `_ = openList`},
	{"VPC-3 nobody else stands in a shared subnet", "lent", `"shared subnet"`, "nobody.go", `if s.Shared && g`, `if !s.Shared && g`},
	{"VPC-2 the tables of a default VPC may have more routes", "standard", `"default VPC"`, "route.go", `if t.Open && !assumed(t.VPC) {`, `if t.Open {`},
	{"EP-6 what one subnet lets out another does", "managed", `"Instance Connect endpoint"`, "instanceconnect.go", `fmt.Sprintf("%s by %p in %p", by.key, e, from.subnet)`, `fmt.Sprintf("%s by %p", by.key, e)`},
}

// TestMutations breaks the engine rule by rule and asks the tests of agreement
// whether they notice. It builds the engine anew for each fault, so that it
// runs only when asked to: MUTATIONS=1.
func TestMutations(t *testing.T) {
	if os.Getenv("MUTATIONS") == "" {
		t.Skip("MUTATIONS is not set")
	}
	t.Run("of", func(t *testing.T) {
		for _, m := range mutations {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				m.run(t)
			})
		}
	})
}

func (m mutation) run(t *testing.T) {
	file, text := m.source(t)
	dir := t.TempDir()
	mutant, overlay := filepath.Join(dir, m.file), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {file: mutant}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{mutant: []byte(strings.Replace(text, m.old, m.new, 1)), overlay: list} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	scenario := "^Test(EngineAgreesWithWalker|EveryCompletion)$/^of$/^" + strings.ReplaceAll(m.scenario, " ", "_") + "$"
	out, err := exec.Command("go", "test", "-overlay", overlay, "-vet=off", "-run", scenario, ".").CombinedOutput()
	switch {
	case strings.Contains(string(out), "[build failed]"):
		t.Fatalf("it does not build:\n%s", out)
	case !disagrees(string(out), m.part):
		t.Errorf("nobody noticed it at %s: %v\n%.2000s", m.part, err, out)
	}
}

// disagrees reports whether a disagreement names the part: in what is said of
// the packet, or in what the walker says of its way.
func disagrees(out, part string) bool {
	lines := strings.Split(out, "\n")
	for n, line := range lines[:len(lines)-1] {
		if strings.Contains(line, ", seed ") && strings.Contains(line+lines[n+1], part) {
			return true
		}
	}
	return false
}

// source is the engine's file that a fault is put into.
func (m mutation) source(t *testing.T) (file, text string) {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, string(content)
}

// TestMutationsFindTheirPlace: the text that a fault replaces stands in the
// engine once, so that the fault is the one meant.
func TestMutationsFindTheirPlace(t *testing.T) {
	if len(mutations) < 40 {
		t.Errorf("%d mutations, want 40", len(mutations))
	}
	for _, m := range mutations {
		if _, text := m.source(t); strings.Count(text, m.old) != 1 {
			t.Errorf("%s: %s has the text to change %d times: %s", m.name, m.file, strings.Count(text, m.old), m.old)
		}
	}
}
