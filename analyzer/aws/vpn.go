package aws

import (
	"net/netip"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// VPNGateway is a virtual private gateway (VPN-1 to VPN-3, RT-9).
type VPNGateway struct {
	Object
	VPC Link[VPC]
	// Attached is what says which VPC that is.
	Attached Cause
	// OnPremises are the networks behind it: its VPN connections, and the
	// Direct Connect gateways that it is associated with. None: nothing is
	// connected, as far as the input shows.
	OnPremises []*OnPremises
	// Open is set when something may be connected that the input does not
	// show.
	Open bool
}

// OnPremisesKind is how a network outside AWS is connected; it ranks
// propagated routes of one length, the best first (RT-5).
type OnPremisesKind uint8

// The kinds of connection.
const (
	DirectConnect OnPremisesKind = iota
	StaticVPN
	DynamicVPN
	ConnectPeer
)

// OnPremises is a network outside AWS behind a VPN connection, a Direct
// Connect gateway or a Connect attachment.
type OnPremises struct {
	Object
	Kind OnPremisesKind
	// Prefixes are those that are certain: static VPN routes, allowed prefixes
	// of the other direction not included.
	Prefixes []tf.Val[netip.Prefix]
	// Open is set when it may announce anything besides by BGP (VPN-4), or has
	// routes that may not be there: Perhaps, where they are known (U-12).
	Open    bool
	Perhaps []tf.Val[netip.Prefix]
	// Announced are the prefixes of AWS that a Direct Connect gateway
	// announces to it (VPN-5); nil when nothing is filtered.
	Announced []tf.Val[netip.Prefix]
	// Inside is "ipv4" or "ipv6" for a VPN, which carries one of them; null for
	// what carries both (VPN-1).
	Inside tf.Val[string]
}

// declareVPNGateways reads the virtual private gateways, and attaches them to
// their VPCs (TF-RT-5).
func (b *builder) declareVPNGateways() {
	for r := range b.each("aws_vpn_gateway") {
		g := &VPNGateway{Object: b.object(r), Open: !b.isNew(r)}
		if v := argument(r, "vpc_id"); v.isSet() {
			g.VPC, g.Attached = link(b, r, v.value, b.outsideVPC), v.cause
		}
		b.addVPNGateway(r, g)
	}
	for r := range b.data("aws_vpn_gateway") {
		if g := sameObject[VPNGateway](b, r); g != nil {
			register(b, r, g)
			continue
		}
		g := &VPNGateway{Object: b.object(r), Open: true}
		g.VPC = link(b, r, firstSet(argument(r, "attached_vpc_id"), setting{value: b.vpcArgument(r)}).value, b.outsideVPC)
		b.addVPNGateway(r, g)
	}
	for r := range b.each("aws_vpn_gateway_attachment") {
		vpc := link(b, r, r.Get("vpc_id"), b.outsideVPC)
		for _, g := range link(b, r, r.Get("vpn_gateway_id"), b.outsideVPNGateway).To {
			g.VPC, g.Attached = union(g.VPC, perhaps(r, vpc)), Cause{r, "vpc_id"}
		}
	}
}

func (b *builder) addVPNGateway(r *tf.Resource, g *VPNGateway) {
	b.n.VPNGateways = append(b.n.VPNGateways, g)
	register(b, r, g)
}

// outsideVPNGateway is a gateway of which only the id is known (U-13).
func (b *builder) outsideVPNGateway(id string) *VPNGateway {
	g := &VPNGateway{Object: outsideObject(id), VPC: Link[VPC]{Open: true}, Open: true}
	b.n.VPNGateways = append(b.n.VPNGateways, g)
	return g
}

// declareVPNs connects the networks outside of AWS: VPN connections, and
// Direct Connect (TF-T-4). What ends at a transit gateway becomes its
// attachment.
func (b *builder) declareVPNs() {
	for r := range b.each("aws_vpn_connection") {
		o := &OnPremises{Object: b.object(r), Kind: StaticVPN}
		if truth(argument(r, "static_routes_only").value, "", tf.No) != tf.Yes {
			o.Kind, o.Open = DynamicVPN, true
		}
		o.Inside = argument(r, "tunnel_inside_ip_version").value.AsString().Default("ipv4")
		known, _ := r.Get("routes").Blocks()
		for _, e := range known {
			if from, _ := e.Get("source").AsString().Known(); from == "Static" {
				o.addPrefix(prefix(e.Get("destination_cidr_block")))
			}
		}
		register(b, r, o)
		if to := argument(r, "vpn_gateway_id"); to.isSet() {
			connect(link(b, r, to.value, b.outsideVPNGateway), o)
		}
		if to := argument(r, "transit_gateway_id"); to.isSet() {
			a := &Attachment{Object: b.object(r), Kind: AttachedVPN, OnPremises: o, Active: tf.Yes,
				Gateway: link(b, r, to.value, b.outsideTransitGateway)}
			b.addAttachment(r, a)
			registerAttribute(b, r, "transit_gateway_attachment_id", a)
		}
	}
	for r := range b.each("aws_vpn_connection_route") {
		b.routeVPN(r)
	}
	b.declareDirectConnect()
}

// connect puts a network behind a gateway; where it is not certain behind
// which, each may have it.
func connect(to Link[VPNGateway], o *OnPremises) {
	_, certain := to.One()
	for _, g := range to.To {
		if certain {
			g.OnPremises = append(g.OnPremises, o)
		} else {
			g.Open = true
		}
	}
}

// routeVPN adds a static route to its connection (VPN-4).
func (b *builder) routeVPN(r *tf.Resource) {
	to := link[OnPremises](b, r, r.Get("vpn_connection_id"), nil)
	destination := prefix(r.Get("destination_cidr_block"))
	for _, o := range to.To {
		if sure(r, to) {
			o.addPrefix(destination)
		} else {
			o.Open, o.Perhaps = true, append(o.Perhaps, destination)
		}
	}
}

// addPrefix adds a prefix once.
func (o *OnPremises) addPrefix(p tf.Val[netip.Prefix]) {
	if !p.IsNull() && (p.IsUnknown() || !slices.Contains(o.Prefixes, p)) {
		o.Prefixes = append(o.Prefixes, p)
	}
}

// declareDirectConnect reads the associations of Direct Connect gateways and
// the private interfaces that end at a gateway themselves (VPN-5). What they
// announce to us comes by BGP.
func (b *builder) declareDirectConnect() {
	for r := range b.each("aws_dx_gateway_association") {
		o := &OnPremises{Object: b.object(r), Kind: DirectConnect, Open: true}
		if allowed := argument(r, "allowed_prefixes"); allowed.isSet() && !allowed.value.IsUnknown() {
			for _, e := range allowed.value.Elements() {
				o.Announced = append(o.Announced, prefix(e))
			}
		}
		register(b, r, o)
		for _, name := range []string{"associated_gateway_id", "vpn_gateway_id"} {
			if to := argument(r, name); to.isSet() {
				b.associateDirectConnect(r, to.value, o)
				break
			}
		}
	}
	for r := range b.each("aws_dx_private_virtual_interface", "aws_dx_hosted_private_virtual_interface_accepter") {
		if to := argument(r, "vpn_gateway_id"); to.isSet() {
			connect(link(b, r, to.value, b.outsideVPNGateway), &OnPremises{Object: b.object(r), Kind: DirectConnect, Open: true})
		}
	}
}

// associateDirectConnect puts a Direct Connect gateway behind the gateway that
// a value names, of either kind.
func (b *builder) associateDirectConnect(r *tf.Resource, to tf.Value, o *OnPremises) {
	var vpn, transit bool
	targets, _ := b.resources(r, to)
	for _, id := range targets {
		vpn = vpn || canonicalType(id.resource.Addr.Type) == "aws_vpn_gateway"
		transit = transit || id.resource.Addr.Type == "aws_ec2_transit_gateway"
	}
	if id, known := to.AsString().Known(); known && len(targets) == 0 {
		vpn, transit = hasForm(id, "vgw"), hasForm(id, "tgw")
	}
	either := vpn == transit
	if vpn || either {
		l := link(b, r, to, b.outsideVPNGateway)
		l.Open = l.Open || either
		connect(l, o)
	}
	if transit || either {
		a := &Attachment{Object: b.object(r), Kind: AttachedDirectConnect, OnPremises: o, Active: tf.TriOf(!either).Or(tf.Maybe),
			Gateway: link(b, r, to, b.outsideTransitGateway)}
		b.addAttachment(r, a)
		registerAttribute(b, r, "transit_gateway_attachment_id", a)
	}
}

// ClientVPN is a Client VPN endpoint (VPN-6). Its interface, in the associated
// subnets and with its groups, is the source that targets see.
type ClientVPN struct {
	Object
	// Interface is nil where no subnet is associated, so that nothing gets
	// anywhere.
	Interface *Interface
	// Clients is the block that clients get their addresses from.
	Clients        tf.Val[netip.Prefix]
	Authorizations []ClientVPNRule
	Routes         []ClientVPNRule
	// Open is set when it may have rules and routes that the input does not
	// show.
	Open bool
}

// ClientVPNRule is an authorization rule or a route of a Client VPN endpoint.
type ClientVPNRule struct {
	Cause       Cause
	Destination tf.Val[netip.Prefix]
	// Subnet is the association that a route uses.
	Subnet Link[Subnet]
	// Maybe is set when the rule may belong to another endpoint.
	Maybe bool
}

// clientVPNs are the Client VPN endpoints with their interfaces: they stand
// where associations put them, behind groups of their own or the VPC's
// default one (VPN-6).
func (b *builder) clientVPNs() {
	for r := range b.each("aws_ec2_client_vpn_endpoint") {
		c := &ClientVPN{Object: b.object(r), Clients: prefix(r.Get("client_cidr_block")), Open: !b.isNew(r)}
		i := b.newInterface(r, KindOther)
		i.Inbound = tf.No
		c.Interface = i
		b.n.ClientVPNs = append(b.n.ClientVPNs, c)
		register(b, r, c)
	}
	for r := range b.each("aws_ec2_client_vpn_network_association") {
		subnet := link(b, r, r.Get("subnet_id"), b.outsideSubnet)
		to := link[ClientVPN](b, r, r.Get("client_vpn_endpoint_id"), nil)
		_, certain := to.One()
		for _, c := range to.To {
			if certain {
				c.Interface.Subnets.Each = append(c.Interface.Subnets.Each, subnet)
			} else {
				c.Interface.Subnets.Maybe = append(c.Interface.Subnets.Maybe, subnet)
			}
		}
	}
	for _, c := range b.n.ClientVPNs {
		i, r := c.Interface, c.Resource
		if len(i.Subnets.Each)+len(i.Subnets.Maybe) == 0 {
			c.Interface = nil
			continue
		}
		i.Placement = Cause{Resource: r}
		b.secure(i, r, argument(r, "security_group_ids"))
		b.add(i)
	}
	b.clientVPNRules("aws_ec2_client_vpn_authorization_rule", "target_network_cidr", func(c *ClientVPN) *[]ClientVPNRule { return &c.Authorizations })
	b.clientVPNRules("aws_ec2_client_vpn_route", "destination_cidr_block", func(c *ClientVPN) *[]ClientVPNRule { return &c.Routes })
}

// clientVPNRules reads the rules or routes of Client VPN endpoints.
func (b *builder) clientVPNRules(name, destination string, of func(*ClientVPN) *[]ClientVPNRule) {
	for r := range b.each(name) {
		to := link[ClientVPN](b, r, r.Get("client_vpn_endpoint_id"), nil)
		_, certain := to.One()
		rule := ClientVPNRule{Cause: Cause{Resource: r}, Destination: prefix(r.Get(destination)), Maybe: !certain}
		if subnet := argument(r, "target_vpc_subnet_id"); subnet.isSet() {
			rule.Subnet = link(b, r, subnet.value, b.outsideSubnet)
		}
		for _, c := range to.To {
			list := of(c)
			*list = append(*list, rule)
		}
	}
}
