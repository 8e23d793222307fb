package reach_test

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// EP-9: from a VPC of a service network hosts may reach targets of VPC Lattice in
// other VPCs, whatever the routes say, where the groups and ACLs of both admit
// its addresses. It is never certain.
func TestLattice(t *testing.T) {
	type parts struct {
		*world
		group        *aws.LatticeGroup
		clients, own *aws.SecurityGroup
		client       *aws.Interface
		vpc          *aws.VPC
		target, at   *aws.Subnet
	}
	admits := func(p *parts, peers ...any) { p.own.Ingress = []aws.Rule{allow("tcp", 80, 80, peers...)} }
	for name, test := range map[string]struct {
		change func(p *parts)
		want   reach.Verdict
	}{
		"by its link-local addresses": {func(*parts) {}, reach.Unknown},
		"by its prefix list": {func(p *parts) {
			admits(p)
			p.own.Ingress[0].PrefixLists = []aws.Peer[aws.Link[aws.PrefixList]]{{To: to(&aws.PrefixList{Name: "com.amazonaws.eu-west-1.vpc-lattice", AWS: true, Open: true})}}
		}, reach.Unknown},
		"from anywhere":                 {func(p *parts) { admits(p, "0.0.0.0/0") }, reach.Unknown},
		"which admits hosts only":       {func(p *parts) { admits(p, "10.0.0.0/8") }, ""},
		"which admits the client only":  {func(p *parts) { admits(p, p.clients) }, ""},
		"on another port":               {func(p *parts) { p.group.Targets[0].Ports = []aws.ServicePort{{Protocol: packet.TCP, From: 81, To: 81}} }, ""},
		"on a port that nobody knows":   {func(p *parts) { p.group.Targets[0].Ports = nil }, reach.Unknown},
		"from another VPC":              {func(p *parts) { p.group.Clients = []*aws.VPC{p.vpc} }, ""},
		"from a VPC that nobody knows":  {func(p *parts) { p.group.Clients, p.group.AnyClient = nil, true }, reach.Unknown},
		"whose client lets nothing out": {func(p *parts) { p.clients.Egress = nil }, ""},
		"whose client opens nothing":    {func(p *parts) { p.client.Initiates = tf.No }, ""},
		"whose client's ACL is closed":  {func(p *parts) { p.at.ACL = to(p.manage(nil, nil)); p.target.ACL = to(p.acl) }, ""},
		"whose ACL is closed":           {func(p *parts) { p.target.ACL = to(&aws.ACL{Object: object("aws_network_acl.target")}) }, ""},
		"to another interface":          {func(p *parts) { p.group.Targets = nil }, ""},
		"by an endpoint in the client's VPC": {func(p *parts) {
			front := p.host("endpoint", p.public, tf.No, p.world.group("endpoint", allow("tcp", 80, 80, "10.0.0.0/16")))
			p.group.Clients, p.group.Fronts = nil, []*aws.Interface{front}
		}, reach.Unknown},
		"by an endpoint that is closed": {func(p *parts) {
			p.group.Clients, p.group.Fronts = nil, []*aws.Interface{p.host("endpoint", p.public, tf.No, p.world.group("endpoint"))}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := &parts{world: newWorld()}
			p.vpc, p.at = p.another("other", "10.1.0.0/16"), p.private
			p.target = p.in(p.vpc, "other", "10.1.1.0/24")
			p.clients, p.own = p.world.group("client"), p.world.group("target", allow("tcp", 80, 80, "169.254.171.0/24"))
			p.client = p.host("client", p.private, tf.No, p.clients)
			target := p.host("target", p.target, tf.No, p.own)
			p.group = &aws.LatticeGroup{Object: object("aws_vpclattice_target_group.t"), Clients: []*aws.VPC{p.world.vpc},
				Targets: []aws.LatticeTarget{{Interface: target, Ports: []aws.ServicePort{{Protocol: packet.TCP, From: 80, To: 80}}}}}
			p.n.LatticeGroups = []*aws.LatticeGroup{p.group}
			test.change(p)
			a := p.ask(t, "aws_instance.client", "aws_instance.target", "tcp/80")
			switch {
			case a.Answer != reach.No:
				t.Errorf("the target itself: %s", a.Answer)
			case test.want == "" && len(a.Through) > 0:
				t.Errorf("by VPC Lattice: %s", told(a))
			case test.want != "" && (len(a.Through) != 1 || a.Through[0].Verdict() != test.want || len(a.Through[0].Waits) == 0):
				t.Errorf("by VPC Lattice: %s, want %s", told(a), test.want)
			}
		})
	}
}
