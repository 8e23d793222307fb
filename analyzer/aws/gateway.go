package aws

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func (b *builder) declareGateways() {
	for r := range b.each("aws_internet_gateway") {
		b.declareGateway(r, &Gateway{Object: b.object(r)})
	}
	for r := range b.each("aws_egress_only_internet_gateway") {
		b.declareGateway(r, &Gateway{Object: b.object(r), EgressOnly: true})
	}
	for r := range b.data("aws_internet_gateway") {
		if g := sameObject[Gateway](b, r); g != nil {
			register(b, r, g)
			continue
		}
		b.declareGateway(r, &Gateway{Object: b.object(r)})
	}
	for r := range b.each("aws_nat_gateway") {
		b.declareNAT(r)
	}
	for r := range b.data("aws_nat_gateway") {
		if g := sameObject[NATGateway](b, r); g != nil {
			register(b, r, g)
			continue
		}
		b.declareNAT(r)
	}
}

func (b *builder) declareGateway(r *tf.Resource, g *Gateway) {
	b.n.InternetGateways = append(b.n.InternetGateways, g)
	register(b, r, g)
}

func (b *builder) declareNAT(r *tf.Resource) {
	g := &NATGateway{Object: b.object(r), Public: tf.Yes, Regional: truth(argument(r, "availability_mode").value, "regional", tf.No)}
	// NAT-3: public unless told otherwise.
	switch kind, state := argument(r, "connectivity_type").value.AsString().Get(); {
	case state == tf.IsUnknown:
		g.Public = tf.Maybe
	case state == tf.IsKnown && kind == "private":
		g.Public = tf.No
	}
	if isEmpty(r.Get("secondary_allocation_ids")) { // whose addresses it does not show
		g.PublicAddresses, g.OneAddress = addressesOf(r.Get("public_ip")), g.Regional == tf.No
	}
	b.n.NATGateways = append(b.n.NATGateways, g)
	register(b, r, g)
}

// linkGateways attaches gateways to VPCs (TF-RT-5) and puts NAT gateways into
// their subnets.
func (b *builder) linkGateways() {
	for r := range b.each("aws_internet_gateway", "aws_egress_only_internet_gateway") {
		if v := argument(r, "vpc_id"); v.isSet() {
			b.attach(objectOf[Gateway](b, r), link(b, r, v.value, b.outsideVPC))
		}
	}
	for r := range b.data("aws_internet_gateway") {
		g := objectOf[Gateway](b, r)
		if g.Resource != r {
			continue
		}
		attachments, _ := r.Get("attachments").Blocks()
		vpc := b.vpcArgument(r)
		if len(attachments) > 0 && !isEmpty(attachments[0].Get("vpc_id")) && !attachments[0].Get("vpc_id").IsUnknown() {
			vpc = attachments[0].Get("vpc_id")
		}
		b.attach(g, link(b, r, vpc, b.outsideVPC))
	}
	for r := range b.each("aws_internet_gateway_attachment") {
		vpc := link(b, r, r.Get("vpc_id"), b.outsideVPC)
		gateway := link(b, r, r.Get("internet_gateway_id"), b.outsideGateway)
		for _, g := range gateway.To {
			b.attach(g, perhaps(r, vpc))
		}
	}
	for _, g := range slices.Clone(b.n.NATGateways) {
		if r := g.Resource; r != nil {
			if g.Regional != tf.Yes {
				g.Subnet = link(b, r, r.Get("subnet_id"), b.outsideSubnet)
			}
			if g.Regional != tf.No {
				b.linkRegional(g)
			}
		}
	}
}

// linkRegional gives a regional NAT gateway its VPC and its zones, where they
// are listed (NAT-8, TF-V-3).
func (b *builder) linkRegional(g *NATGateway) {
	g.VPC = link(b, g.Resource, b.vpcArgument(g.Resource), b.outsideVPC)
	known, complete := g.Resource.Get("availability_zone_address").Blocks()
	for _, e := range known {
		zone := e.Get("availability_zone").AsString()
		if s, _ := zone.Get(); zone.IsNull() || !zone.IsUnknown() && s == "" {
			zone = e.Get("availability_zone_id").AsString()
		}
		g.Zones = append(g.Zones, zone)
	}
	if !complete && g.Resource.Config.Sets("availability_zone_address") == tf.Yes {
		g.Zones = append(g.Zones, tf.UnknownVal[string]())
	}
}

// attach attaches a gateway to a VPC. Where it is not certain to which, each
// may have a gateway.
func (b *builder) attach(g *Gateway, to Link[VPC]) {
	g.VPC = union(g.VPC, to)
	v, certain := to.One()
	if !certain {
		for _, v := range to.To {
			v.MayHaveGateway = true
		}
		return
	}
	if !slices.Contains(v.Gateways, g) {
		v.Gateways = append(v.Gateways, g)
	}
	// A VPC has at most one internet gateway.
	v.MayHaveGateway = v.MayHaveGateway && g.EgressOnly
}

// outsideGateway is a gateway of which only the id is known (U-13).
func (b *builder) outsideGateway(id string) *Gateway {
	g := &Gateway{Object: outsideObject(id), VPC: Link[VPC]{Open: true}}
	b.n.InternetGateways = append(b.n.InternetGateways, g)
	return g
}

// outsideNAT is a NAT gateway of which only the id is known.
func (b *builder) outsideNAT(id string) *NATGateway {
	g := &NATGateway{Object: outsideObject(id), Subnet: Link[Subnet]{Open: true}}
	b.n.NATGateways = append(b.n.NATGateways, g)
	return g
}
