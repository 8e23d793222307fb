package reach_test

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Who reaches a proxy of RDS reaches the databases behind it, whose groups have
// to admit the proxy and not the client (SVC-18).
func TestDatabaseProxy(t *testing.T) {
	type parts struct {
		*world
		proxy *aws.DatabaseProxy
		front *aws.SecurityGroup
		own   *aws.SecurityGroup // of the database
		db    *aws.Interface
	}
	for name, test := range map[string]struct {
		change func(p *parts)
		want   reach.Verdict
	}{
		"by the proxy":                      {func(*parts) {}, reach.Yes},
		"whose groups close":                {func(p *parts) { p.front.Ingress = nil }, ""},
		"whose groups let nothing out":      {func(p *parts) { p.front.Egress = nil }, ""},
		"which the database does not admit": {func(p *parts) { p.own.Ingress = nil }, ""},
		"whose port nobody knows":           {func(p *parts) { p.db.Ports = nil }, reach.Unknown},
		"whose port nobody knows, and which admits all": {func(p *parts) {
			p.db.Ports, p.own.Ingress = nil, []aws.Rule{allow("tcp", 0, 65535, p.front)}
		}, reach.Yes},
		"perhaps before this database": {func(p *parts) {
			p.proxy.Targets.Maybe, p.proxy.Targets.Each = p.proxy.Targets.Each, nil
		}, reach.Unknown},
		"before another database": {func(p *parts) { p.proxy.Targets.Each = nil }, ""},
		"which admits a part of the proxy's subnet": {func(p *parts) {
			p.own.Ingress = []aws.Rule{allow("tcp", 5432, 5432, "10.0.1.0/25")}
		}, reach.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			p := &parts{world: newWorld()}
			client := p.group("client")
			p.host("client", p.private, tf.No, client)
			p.front = p.group("proxy", allow("tcp", 5432, 5432, client))
			p.own = p.group("db", allow("tcp", 5432, 5432, p.front))
			i, db := p.host("proxy", p.public, tf.No, p.front), p.host("db", p.private, tf.No, p.own)
			db.Ports = []aws.ServicePort{{Protocol: packet.TCP, From: 5432, To: 5432}}
			p.db = db
			p.proxy = &aws.DatabaseProxy{Object: i.Object, Interface: i,
				Fronts:  aws.Links[aws.Interface]{Each: []aws.Link[aws.Interface]{to(i)}},
				Targets: aws.Links[aws.Interface]{Each: []aws.Link[aws.Interface]{to(db)}}}
			p.n.Proxies = []*aws.DatabaseProxy{p.proxy}
			test.change(p)
			a := p.ask(t, "aws_instance.client", "aws_instance.db", "tcp/5432")
			if a.Answer != reach.No {
				t.Errorf("the database itself: %s", a.Answer)
			}
			switch {
			case test.want == "" && len(a.Through) > 0:
				t.Errorf("through the proxy: %s", told(a))
			case test.want != "" && (len(a.Through) != 1 || a.Through[0].Verdict() != test.want):
				t.Errorf("through the proxy: %s, want %s", told(a), test.want)
			}
		})
	}
}
