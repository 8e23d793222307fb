package reach_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// offered is a network load balancer behind an endpoint service.
type offered struct {
	*world
	lb      *aws.LoadBalancer
	app     *aws.Interface
	service *aws.EndpointService
	open    *aws.SecurityGroup // of the balancer
	own     *aws.SecurityGroup // of the target
}

func newOffered() *offered {
	p := &offered{world: newWorld()}
	p.open = p.group("lb", allow("tcp", 80, 80, "10.0.0.0/8"))
	p.own = p.group("app", allow("tcp", 8080, 8080, p.open))
	p.app = p.host("app", p.private, tf.No, p.own)
	p.lb = p.balancer("network", p.open, 8080, p.app)
	p.lb.Internal, p.lb.Interface.PublicIPv4, p.lb.PrivateLinkRules = tf.Yes, tf.No, tf.Yes
	targets(p.lb).PreserveClientIP = tf.Yes
	p.service = &aws.EndpointService{Object: object("aws_vpc_endpoint_service.s"), Principals: tf.Yes, AnyPrincipal: tf.No, AcceptanceRequired: tf.No,
		Balancers: aws.Links[aws.LoadBalancer]{Each: []aws.Link[aws.LoadBalancer]{{To: []*aws.LoadBalancer{p.lb}}}}}
	p.n.EndpointServices = []*aws.EndpointService{p.service}
	return p
}

// told are the flows of an answer that pass something.
func told(a reach.Answer) string {
	var out []string
	for _, f := range a.Through {
		s := string(f.Verdict()) + " " + f.From.Label + " to " + f.To.Label
		if f.Through != nil {
			s += " through " + f.Through.Label
		}
		out = append(out, s+": "+f.Reachable.May.String())
	}
	return strings.Join(out, "; ")
}

// Consumers in other accounts reach the listeners of an endpoint service's load
// balancer and, through it, its targets, which never see them (EP-3).
func TestPrivateLinkConsumers(t *testing.T) {
	const through = "yes aws:privatelink-consumers to aws_instance.app through aws_lb.network: tcp/80 from 10.0.0.0/8"
	for name, test := range map[string]struct {
		change func(p *offered)
		want   reach.Verdict
		told   string
	}{
		"who is admitted":                 {func(*offered) {}, reach.Yes, through},
		"nobody is":                       {func(p *offered) { p.service.Principals = tf.No }, reach.No, ""},
		"nobody knows who":                {func(p *offered) { p.service.Principals = tf.Maybe }, reach.Unknown, strings.Replace(through, "yes", "unknown", 1)},
		"groups that admit none of them":  {func(p *offered) { p.open.Ingress = nil }, reach.No, ""},
		"groups by reference":             {func(p *offered) { p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, p.own)} }, reach.No, ""},
		"groups that do not look at them": {func(p *offered) { p.open.Ingress, p.lb.PrivateLinkRules = nil, tf.No }, reach.Yes, strings.Replace(through, "10.0.0.0/8", "0.0.0.0/0", 1)},
		"groups that may look at them":    {func(p *offered) { p.open.Ingress, p.lb.PrivateLinkRules = nil, tf.Maybe }, reach.Unknown, "unknown aws:privatelink-consumers to aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0"},
		"a load balancer without groups": {func(p *offered) {
			p.lb.Interface.HasGroups = tf.No
			p.own.Ingress = []aws.Rule{allow("tcp", 8080, 8080, "10.0.1.0/24")}
		}, reach.Yes, strings.Replace(through, "10.0.0.0/8", "0.0.0.0/0", 1)},
		"another port":                   {func(p *offered) { p.lb.Listeners[0].Port = tf.KnownVal(81) }, reach.No, ""},
		"LB-4 the target sees no client": {func(p *offered) { p.own.Ingress = []aws.Rule{allow("tcp", 8080, 8080, "10.9.0.0/16")} }, reach.Yes, ""},
		"no service":                     {func(p *offered) { p.n.EndpointServices = nil }, reach.No, ""},
		"one of two load balancers": {func(p *offered) {
			p.service.Balancers.Each[0].To = append(p.service.Balancers.Each[0].To, &aws.LoadBalancer{Object: object("aws_lb.other"), Interface: p.lb.Interface})
		}, reach.Unknown, strings.Replace(through, "yes", "unknown", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOffered()
			test.change(p)
			if a := p.ask(t, "aws:privatelink-consumers", "aws_lb.network", "tcp/80"); a.Answer != test.want {
				t.Errorf("the load balancer: %s (%s), want %s", a.Answer, codes(a), test.want)
			}
			a := p.ask(t, "aws:privatelink-consumers", "aws_instance.app", "tcp/80")
			if a.Answer != reach.No {
				t.Errorf("the target itself: %s", a.Answer)
			}
			if got := told(a); got != test.told {
				t.Errorf("\n got %s\nwant %s", got, test.told)
			}
		})
	}
}

// What reaches an endpoint of the input reaches the service behind it, seen by
// its private address (EP-2, EP-3).
func TestPrivateLinkInside(t *testing.T) {
	for name, test := range map[string]struct {
		change func(p *offered, endpoint *aws.SecurityGroup)
		want   string
	}{
		"by an endpoint":     {func(*offered, *aws.SecurityGroup) {}, "yes aws_instance.client to aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0"},
		"whose groups close": {func(_ *offered, g *aws.SecurityGroup) { g.Ingress = nil }, ""},
		"past groups for part of the client's subnet": {func(p *offered, _ *aws.SecurityGroup) {
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, "10.0.2.0/25")}
		}, "unknown aws_instance.client to aws_instance.app through aws_lb.network: tcp/80 from 0.0.0.0/0"},
		"past groups for others": {func(p *offered, _ *aws.SecurityGroup) {
			p.open.Ingress = []aws.Rule{allow("tcp", 80, 80, "10.9.0.0/16")}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOffered()
			endpoint := p.group("endpoint", allow("tcp", 80, 80, "0.0.0.0/0"))
			p.host("client", p.private, tf.No, p.group("client"))
			i := p.host("endpoint", p.public, tf.No, endpoint)
			i.Initiates, i.Kind = tf.No, aws.KindEndpoint
			p.n.Endpoints = []*aws.Endpoint{{Object: i.Object, Kind: tf.KnownVal(aws.InterfaceEndpoint), VPC: to(p.vpc), Interface: i,
				EndpointService: aws.Link[aws.EndpointService]{To: []*aws.EndpointService{p.service}}}}
			test.change(p, endpoint)
			a := p.ask(t, "aws_instance.client", "aws_instance.app", "tcp/80")
			a.Through = slices.DeleteFunc(a.Through, func(f *reach.Flow) bool { return f.Service == nil }) // the client finds the load balancer as well
			if got := told(a); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}
