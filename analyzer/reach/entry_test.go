package reach_test

import (
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// entry is an accelerator from the internet to a load balancer.
func (w *world) entry(lb *aws.LoadBalancer, from, to int, target tf.Val[int]) *aws.Entry {
	e := &aws.Entry{
		Object: object("aws_entry.e"), Kind: aws.GlobalAccelerator, Enabled: tf.Yes, PreservesClient: tf.No, IPv6: tf.No,
		Listens: []aws.EntryPort{{Protocol: tf.KnownVal("TCP"), From: tf.KnownVal(from), To: tf.KnownVal(to), Target: target}},
	}
	e.Cause = aws.Cause{Resource: e.Resource}
	if lb != nil {
		e.Balancers.Each = []aws.Link[aws.LoadBalancer]{{To: []*aws.LoadBalancer{lb}}}
	}
	w.n.Entries = append(w.n.Entries, e)
	return e
}

// Managed services lead into private subnets, without address and route (LB-12,
// EP-8).
func TestEntries(t *testing.T) {
	type parts struct {
		*world
		e    *aws.Entry
		lb   *aws.LoadBalancer
		app  *aws.Interface
		own  *aws.SecurityGroup // of the target
		open *aws.SecurityGroup // of the balancer
	}
	same := tf.Val[int]{}
	const (
		listener = "yes aws_lb.application: tcp/80 from 0.0.0.0/0"
		target   = "yes aws_instance.app through aws_lb.application: tcp/80 from 0.0.0.0/0"
	)
	acl := func(entries ...aws.ACLEntry) *aws.ACL {
		return &aws.ACL{Object: object("aws_network_acl.a"), Ingress: entries, Egress: []aws.ACLEntry{entry(1, true, -1, 0, 0, "0.0.0.0/0")}}
	}
	for name, test := range map[string]struct {
		change func(p *parts)
		want   []string
	}{
		"LB-12 to an internal load balancer and its targets": {func(p *parts) {}, []string{target, listener}},
		"on another port than the listener's":                {func(p *parts) { p.e.Listens[0].From, p.e.Listens[0].To = tf.KnownVal(443), tf.KnownVal(443) }, nil},
		"by a port that leads to the listener's": {func(p *parts) {
			p.e.Listens[0].From, p.e.Listens[0].To, p.e.Listens[0].Target = tf.KnownVal(443), tf.KnownVal(443), tf.KnownVal(80)
		}, []string{"yes aws_instance.app through aws_lb.application: tcp/443 from 0.0.0.0/0", "yes aws_lb.application: tcp/443 from 0.0.0.0/0"}},
		"by a port that nobody knows": {func(p *parts) { p.e.Listens[0].Target = tf.UnknownVal[int]() },
			[]string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", "unknown aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0"}},
		"switched off": {func(p *parts) { p.e.Enabled = tf.No }, nil},
		"perhaps off": {func(p *parts) { p.e.Enabled = tf.Maybe },
			[]string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", "unknown aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0"}},
		"without an internet gateway": {func(p *parts) { p.vpc.Gateways = nil }, nil},
		"IGW-8 Block Public Access":   {func(p *parts) { p.n.BlockPublicAccess = &aws.BlockPublicAccess{Mode: tf.KnownVal("block-ingress")} }, nil},
		"IGW-8 with an exclusion": {func(p *parts) {
			p.n.BlockPublicAccess = &aws.BlockPublicAccess{Mode: tf.KnownVal("block-ingress"), Exclusions: []aws.BPAExclusion{{VPC: to(p.vpc), Mode: tf.KnownVal("allow-bidirectional")}}}
		}, []string{target, listener}},
		"groups that admit some clients": {func(p *parts) { p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, "8.8.8.0/24")} }, []string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", "unknown aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0"}},
		"groups that see the client": {func(p *parts) {
			p.e.PreservesClient = tf.Yes
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, "8.8.8.0/24")}
		}, []string{"yes aws_instance.app through aws_lb.application: tcp/80 from 8.8.8.0/24", "yes aws_lb.application: tcp/80 from 8.8.8.0/24"}},
		"groups that may see the client": {func(p *parts) {
			p.e.PreservesClient = tf.Maybe
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, "8.8.8.0/24")}
		}, []string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", "unknown aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0"}},
		"groups for the VPC only":           {func(p *parts) { p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, "10.0.0.0/16")} }, nil},
		"the ACL of the nodes":              {func(p *parts) { p.private.ACL = to(acl(entry(1, true, 6, 81, 81, "0.0.0.0/0"))) }, nil},
		"the routes of the subnet are free": {func(p *parts) { table(p.private).Routes = []aws.Route{toOther("0.0.0.0/0", aws.TargetNATGateway)} }, []string{target, listener}},
		"EP-8 CloudFront, whose address nobody knows": {func(p *parts) {
			p.e.Kind = aws.CloudFrontOrigin
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, "10.0.0.0/16")}
		}, []string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", "unknown aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0"}},
		"EP-8 CloudFront, by its group": {func(p *parts) {
			p.e.Kind = aws.CloudFrontOrigin
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, p.foreign("sg-cloudfront"))}
		}, []string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", "unknown aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0"}},
		"EP-8 CloudFront, not by a group that the plan makes": {func(p *parts) {
			p.e.Kind = aws.CloudFrontOrigin
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, p.own)}
		}, nil},
		"EP-8 API Gateway, by its link's group": {func(p *parts) {
			link := p.group("link")
			p.e.Kind, p.e.Source = aws.APIGatewayLink, p.host("link", p.private, tf.No, link)
			p.vpc.Gateways = nil // it needs none
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, link)}
		}, []string{target, listener}},
		"EP-8 API Gateway, whose group lets nothing out": {func(p *parts) {
			link := p.group("link")
			link.Egress = nil
			p.e.Kind, p.e.Source = aws.APIGatewayLink, p.host("link", p.private, tf.No, link)
		}, nil},
		"EP-3 a REST API reaches a load balancer whose groups look at it": {func(p *parts) {
			p.e.Kind, p.lb.PrivateLinkRules = aws.APIGatewayLink, tf.Yes
			p.open.Ingress = nil
		}, nil},
		"EP-3 and one whose groups do not": {func(p *parts) {
			p.e.Kind, p.lb.PrivateLinkRules = aws.APIGatewayLink, tf.No
			p.open.Ingress = nil
		}, []string{target, listener}},
		"clients of IPv6": {func(p *parts) { p.e.IPv6 = tf.Yes },
			[]string{target, "yes aws_instance.app through aws_lb.application: tcp/80 from ::/0", listener, "yes aws_lb.application: tcp/80 from ::/0"}},
		"one of two load balancers": {func(p *parts) {
			other := *p.lb
			other.Object = object("aws_lb.other")
			p.e.Balancers.Each[0].To = append(p.e.Balancers.Each[0].To, &other)
			other.Listeners = nil
		}, []string{"unknown aws_instance.app through aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0", "unknown aws_lb.application: must nothing | may tcp/80 from 0.0.0.0/0"}},
		"LB-12 to an instance, which sees the client": {func(p *parts) {
			p.e.Balancers.Each, p.e.PreservesClient = nil, tf.Yes
			p.e.Interfaces.Each = []aws.Link[aws.Interface]{to(p.app)}
			p.own.Ingress = []aws.Rule{allow("tcp", 0, 65535, "8.8.8.0/24")}
		}, []string{"yes aws_instance.app: tcp/80 from 8.8.8.0/24"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &parts{world: newWorld()}
			p.open = p.group("lb", allow("tcp", 80, 80, "0.0.0.0/0"))
			p.own = p.group("app", allow("tcp", 8080, 8080, p.open))
			p.app = p.host("app", p.private, tf.No, p.own)
			p.lb = p.balancer("application", p.open, 8080, p.app)
			p.lb.Internal, p.lb.Interface.PublicIPv4, p.lb.PrivateLinkRules = tf.Yes, tf.No, tf.Yes
			p.lb.Interface.Subnets.Each = []aws.Link[aws.Subnet]{to(p.private)}
			p.e = p.entry(p.lb, 80, 80, same)
			test.change(p)
			p.expect(t, test.want...)
		})
	}
}

// At the target a flow has the target's port.
func TestEntriesDeliver(t *testing.T) {
	w := newWorld()
	app := w.host("app", w.private, tf.No, w.group("app", allow("tcp", 22, 22, "0.0.0.0/0")))
	e := w.entry(nil, 2222, 2222, tf.KnownVal(22))
	e.PreservesClient, e.Interfaces.Each = tf.Yes, []aws.Link[aws.Interface]{to(app)}
	flows := reach.Compile(w.n).FromInternet()
	if len(flows) != 1 || flows[0].Reachable.Must.String() != "tcp/2222 from 0.0.0.0/0" || flows[0].Delivered.Must.String() != "tcp/22 from 0.0.0.0/0" {
		t.Errorf("%v", flows)
	}
}

// foreign is a group of which only the id is known.
func (w *world) foreign(id string) *aws.SecurityGroup {
	g := &aws.SecurityGroup{Object: aws.Object{Label: id}, ID: id, Open: true}
	w.n.SecurityGroups = append(w.n.SecurityGroups, g)
	return g
}

// A question about what an entry leads to is told of it.
func TestEntriesAreTold(t *testing.T) {
	w := newWorld()
	lb := w.balancer("application", w.group("lb", allow("tcp", 80, 80, "0.0.0.0/0")), 8080)
	lb.Internal, lb.Interface.PublicIPv4 = tf.Yes, tf.No
	w.entry(lb, 80, 80, tf.Val[int]{})
	a := w.ask(t, "internet", "aws_lb.application", "tcp/80")
	if a.Answer != reach.No || len(a.Through) != 1 || a.Through[0].Entry == nil || a.Through[0].Verdict() != reach.Yes {
		t.Fatalf("%s, through %v", a.Answer, a.Through)
	}
	var path []string
	for _, h := range a.Through[0].Path() {
		path = append(path, h.Object.Label)
	}
	if got := strings.Join(path, " > "); !strings.HasPrefix(got, "internet > aws_entry.e > ") {
		t.Errorf("the path is %s", got)
	}
}
