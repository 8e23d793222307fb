package aws

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func peeringObject(p *Peering) Object { return p.Object }

// When a connection is accepted (PCX-1, TF-V-5), and whether it crosses
// Regions (PCX-5).
func TestPeering(t *testing.T) {
	other := made("aws_vpc.other", attrs{"cidr_block": "10.1.0.0/16"})
	accepter := made("aws_vpc_peering_connection_accepter.a", attrs{"vpc_peering_connection_id": ref("aws_vpc_peering_connection.p.id"), "auto_accept": true})
	both := func(a attrs) *tf.Resource {
		for name, v := range (attrs{"vpc_id": ref("aws_vpc.main.id"), "peer_vpc_id": ref("aws_vpc.other.id")}) {
			if _, set := a[name]; !set {
				a[name] = v
			}
		}
		return made("aws_vpc_peering_connection.p", a)
	}
	for name, test := range map[string]struct {
		make       []*tf.Resource
		active     tf.Tri
		sameRegion tf.Tri
	}{
		"accepts itself":               {[]*tf.Resource{both(attrs{"auto_accept": true})}, tf.Yes, tf.Yes},
		"nobody accepts":               {[]*tf.Resource{both(attrs{})}, tf.No, tf.Yes},
		"accepted":                     {[]*tf.Resource{both(attrs{}), accepter}, tf.Yes, tf.Yes},
		"accepted, nobody knows":       {[]*tf.Resource{both(attrs{"auto_accept": unknown})}, tf.Maybe, tf.Yes},
		"the other VPC is elsewhere":   {[]*tf.Resource{both(attrs{"peer_vpc_id": "vpc-0123456789abcdef9"})}, tf.Maybe, tf.Yes},
		"another Region":               {[]*tf.Resource{both(attrs{"peer_region": "us-east-1"}), accepter}, tf.Yes, tf.No},
		"this Region, spelt out":       {[]*tf.Resource{both(attrs{"peer_region": "eu-west-1", "auto_accept": true})}, tf.Yes, tf.Yes},
		"another one, not known":       {[]*tf.Resource{both(attrs{"peer_region": unknown, "auto_accept": true})}, tf.Yes, tf.Maybe},
		"an accepter of one of two":    {[]*tf.Resource{both(attrs{}), made("aws_vpc_peering_connection.q", attrs{"vpc_id": ref("aws_vpc.main.id"), "peer_vpc_id": ref("aws_vpc.other.id")}), made("aws_vpc_peering_connection_accepter.a", attrs{"vpc_peering_connection_id": maybe("aws_vpc_peering_connection.p.id", "aws_vpc_peering_connection.q.id"), "auto_accept": true})}, tf.Maybe, tf.Yes},
		"an accepter that only adopts": {[]*tf.Resource{both(attrs{}), made("aws_vpc_peering_connection_accepter.a", attrs{"vpc_peering_connection_id": ref("aws_vpc_peering_connection.p.id")})}, tf.No, tf.Yes},
		"exists and is active": {[]*tf.Resource{with(existing("aws_vpc_peering_connection.p", attrs{"vpc_id": ref("aws_vpc.main.id"), "peer_vpc_id": ref("aws_vpc.other.id")}),
			attrs{"accept_status": "active"})}, tf.Yes, tf.Yes},
		"exists and waits": {[]*tf.Resource{with(existing("aws_vpc_peering_connection.p", attrs{"vpc_id": ref("aws_vpc.main.id"), "peer_vpc_id": ref("aws_vpc.other.id")}),
			attrs{"accept_status": "pending-acceptance"})}, tf.No, tf.Yes},
	} {
		t.Run(name, func(t *testing.T) {
			p := find(t, build(append(test.make, vpc(), other)...).Peerings, peeringObject, "aws_vpc_peering_connection.p")
			if p.Active != test.active || p.SameRegion != test.sameRegion {
				t.Errorf("active %v, one Region %v, want %v, %v", p.Active, p.SameRegion, test.active, test.sameRegion)
			}
			if p.Active == tf.Yes && p.ActiveCause.Resource == nil {
				t.Error("nobody knows why")
			}
		})
	}
}

// A connection of which the input has the accepter only, or the id only, leads
// to a VPC that nobody knows (U-13).
func TestPeeringFromOutside(t *testing.T) {
	n := build(vpc(),
		made("aws_vpc_peering_connection_accepter.a", attrs{"vpc_peering_connection_id": "pcx-0123456789abcdef0", "auto_accept": true}),
		made("aws_route_table.t", attrs{"vpc_id": ref("aws_vpc.main.id"), "route": list{
			route(attrs{"cidr_block": "10.1.0.0/16", "vpc_peering_connection_id": "pcx-0123456789abcdef0"}),
			route(attrs{"cidr_block": "10.2.0.0/16", "vpc_peering_connection_id": "pcx-0123456789abcdef9"}),
		}}))
	routes := find(t, n.RouteTables, func(t *RouteTable) Object { return t.Object }, "aws_route_table.t").Routes
	known, _ := routes[0].Target.Peering.One()
	if known == nil || known.Label != "aws_vpc_peering_connection_accepter.a" || known.Active != tf.Yes {
		t.Errorf("the accepter's connection is %+v", known)
	}
	foreign, _ := routes[1].Target.Peering.One()
	if foreign == nil || foreign.Active != tf.Maybe || !foreign.Requester.Open || foreign.SameRegion != tf.Maybe {
		t.Errorf("a connection by its id is %+v", foreign)
	}
}
