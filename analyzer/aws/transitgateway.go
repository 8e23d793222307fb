package aws

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TransitGateway is a transit gateway (TGW-1 to TGW-14).
type TransitGateway struct {
	Object
	// Tables are its route tables, the default one included, and Attachments
	// what is attached to it.
	Tables      []*TransitTable
	Attachments []*Attachment
	// GroupReferences is Yes where rules may refer to groups of other attached
	// VPCs (TGW-12).
	GroupReferences tf.Tri
	// Open is set when it may have attachments and tables that the input does
	// not show: it is shared with us, or exists already (TGW-11, U-14).
	Open bool
}

// TransitTable is a route table of a transit gateway.
type TransitTable struct {
	Object
	Gateway Link[TransitGateway]
	// Routes are the static and prefix-list routes, and one for each known
	// prefix that an attachment propagates, in no order: TGW-5 ranks them.
	Routes []TransitRoute
	// Open is set when the table may have routes that the input does not show
	// (TGW-11), besides those of Routes whose destination is unknown.
	Open bool
	// Default is set for the table that the gateway makes itself (TGW-7).
	Default bool
}

// TransitRouteKind ranks routes of one length, the best first (TGW-5).
type TransitRouteKind uint8

// The kinds of transit gateway route.
const (
	StaticRoute TransitRouteKind = iota
	PrefixListRoute
	PropagatedVPC
	PropagatedDirectConnect
	PropagatedConnect
	PropagatedVPN
)

// TransitRoute is one route of a transit gateway's table.
type TransitRoute struct {
	Cause Cause
	Kind  TransitRouteKind
	// Destination is a CIDR, unknown for what BGP announces and for a symbolic
	// block, whose Family is known then; or PrefixList is set.
	Destination tf.Val[netip.Prefix]
	Family      packet.Family // zero: either
	Owner       *Owner        // whose it is, where that is certain (U-9)
	PrefixList  Link[PrefixList]
	Attachment  Link[Attachment]
	Blackhole   tf.Tri
	// Maybe is set when the route may turn out not to exist: a propagation
	// that nobody is certain of, overlapping VPCs (TGW-8).
	Maybe bool
}

// AttachmentKind is what is attached to a transit gateway (TGW-1, TGW-14).
type AttachmentKind string

// The kinds of attachment.
const (
	AttachedVPC           AttachmentKind = "vpc"
	AttachedVPN           AttachmentKind = "vpn"
	AttachedPeering       AttachmentKind = "peering"
	AttachedDirectConnect AttachmentKind = "direct-connect-gateway"
	AttachedConnect       AttachmentKind = "connect"
	AttachedFirewall      AttachmentKind = "network-function"
)

// Attachment is an attachment of a transit gateway. A peering between two
// gateways is two of them, each other's Peer.
type Attachment struct {
	Object
	Kind    AttachmentKind
	Gateway Link[TransitGateway]
	// VPC and Subnets are those of an attached VPC: one subnet a zone, whose
	// interfaces carry the traffic (TGW-2, TGW-6).
	VPC     Link[VPC]
	Subnets Links[Subnet]
	// OnPremises is what lies behind a VPN, a Direct Connect gateway or a
	// Connect attachment.
	OnPremises *OnPremises
	// Peer is the other end of a peering; zero where the input does not show
	// it.
	Peer Link[Attachment]
	// Firewall is the firewall of a native attachment.
	Firewall Link[Firewall]
	// Active is No for an attachment that nobody accepts.
	Active tf.Tri
	// ApplianceMode, IPv6 and GroupReferences are its options (TGW-10, TGW-12).
	ApplianceMode, IPv6, GroupReferences tf.Tri
	// Association is the table that routes what enters by it; not set when
	// there is certainly none (TGW-3), and none of its candidates may be where
	// it is open. AssociationCause is where it is chosen.
	Association      Link[TransitTable]
	AssociationCause Cause
	// accepter is what accepts it, and may choose its tables.
	accepter *tf.Resource
}

// transitDefault is what a transit gateway does with attachments that nobody
// associates or propagates (TGW-7).
type transitDefault struct {
	on    tf.Tri
	table Link[TransitTable]
	cause Cause
}

// transitDefaults are both defaults of a transit gateway.
type transitDefaults struct{ association, propagation transitDefault }

// declareTransitGateways reads the gateways with their tables, the default one
// included (TF-T-1).
func (b *builder) declareTransitGateways() {
	for r := range b.each("aws_ec2_transit_gateway") {
		b.addTransitGateway(r, &TransitGateway{Object: b.object(r), Open: !b.isNew(r)})
	}
	for r := range b.data("aws_ec2_transit_gateway") {
		if g := sameObject[TransitGateway](b, r); g != nil {
			register(b, r, g)
			continue
		}
		b.addTransitGateway(r, &TransitGateway{Object: b.object(r), Open: true})
	}
	for r := range b.each("aws_ec2_transit_gateway_route_table") {
		b.addTransitTable(r, &TransitTable{Object: b.object(r), Open: !b.isNew(r)})
	}
	for r := range b.data("aws_ec2_transit_gateway_route_table") {
		if t := sameObject[TransitTable](b, r); t != nil {
			register(b, r, t)
			continue
		}
		t := &TransitTable{Object: b.object(r), Open: true}
		isDefault := truth(r.Get("default_association_route_table"), "", tf.No)
		t.Default = isDefault == tf.Yes
		b.addTransitTable(r, t)
	}
	for _, g := range b.n.TransitGateways {
		b.defaultTables(g)
	}
	b.replaceDefaults()
	for r := range b.data("aws_ec2_transit_gateway") {
		if g := objectOf[TransitGateway](b, r); g.Resource != nil && g.Resource != r {
			b.notes[r].attributes = b.notes[g.Resource].attributes
		}
	}
}

func (b *builder) addTransitGateway(r *tf.Resource, g *TransitGateway) {
	g.GroupReferences = truth(argument(r, "security_group_referencing_support").value, "enable", tf.No)
	if g.Resource.Addr.Mode == tf.Data && isEmpty(r.Get("security_group_referencing_support")) {
		g.GroupReferences = tf.Maybe
	}
	b.n.TransitGateways = append(b.n.TransitGateways, g)
	register(b, r, g)
}

func (b *builder) addTransitTable(r *tf.Resource, t *TransitTable) {
	t.Gateway = link(b, r, r.Get("transit_gateway_id"), b.outsideTransitGateway)
	if r.Addr.Mode == tf.Data && !t.Gateway.IsSet() {
		t.Gateway.Open = true
	}
	for _, g := range t.Gateway.To {
		g.Tables = append(g.Tables, t)
	}
	register(b, r, t)
}

// outsideTransitGateway is a gateway of which only the id is known (TGW-11,
// U-13).
func (b *builder) outsideTransitGateway(id string) *TransitGateway {
	g := &TransitGateway{Object: outsideObject(id), Open: true}
	b.n.TransitGateways = append(b.n.TransitGateways, g)
	return g
}

// outsideTransitTable is a table of which only the id is known.
func (b *builder) outsideTransitTable(id string) *TransitTable {
	return &TransitTable{Object: outsideObject(id), Gateway: Link[TransitGateway]{Open: true}, Open: true}
}

// defaultTables gives a gateway the table that it makes itself, unless both
// defaults are off (TGW-7). Where the gateway exists, the input may show it as
// a resource of its own.
func (b *builder) defaultTables(g *TransitGateway) {
	r := g.Resource
	if r == nil {
		return
	}
	read := func(option, id string) transitDefault {
		v := argument(r, option)
		unset := tf.Yes
		if r.Addr.Mode == tf.Data {
			unset = tf.Maybe
		}
		d := transitDefault{on: truth(v.value, "enable", unset), cause: v.cause}
		known, ok := r.Get(id).AsString().Known()
		if !ok {
			return d
		}
		for _, other := range b.identified(g.Scope, known) {
			if t := objectAt[TransitTable](b, other); t != nil {
				d.table = only(t)
			}
		}
		return d
	}
	const associationID, propagationID = "association_default_route_table_id", "propagation_default_route_table_id"
	d := &transitDefaults{
		association: read("default_route_table_association", associationID),
		propagation: read("default_route_table_propagation", propagationID),
	}
	b.transit[g] = d
	made := &TransitTable{
		Object: Object{Label: "default route table of " + g.Label, Scope: g.Scope}, Default: true, Open: g.Open,
		Gateway: only(g),
	}
	used := false
	complete := func(way *transitDefault, id string) {
		if way.on != tf.No && !way.table.IsSet() {
			way.table, used = only(made), true
		}
		for _, t := range way.table.To {
			registerAttribute(b, r, id, t)
		}
	}
	complete(&d.association, associationID)
	complete(&d.propagation, propagationID)
	if used {
		g.Tables = append(g.Tables, made)
		register(b, r, made)
	}
}

// replaceDefaults puts other tables in the place of the default ones (TF-T-3).
// Attachments that are made before keep theirs; that there are none is assumed.
func (b *builder) replaceDefaults() {
	replace := func(name string, of func(*transitDefaults) *transitDefault) {
		for r := range b.each(name) {
			table := link(b, r, r.Get("transit_gateway_route_table_id"), b.outsideTransitTable)
			gateway := link(b, r, r.Get("transit_gateway_id"), b.outsideTransitGateway)
			_, certain := gateway.One()
			for _, g := range gateway.To {
				d := b.transit[g]
				switch {
				case d == nil:
				case !certain:
					of(d).table = union(of(d).table, table)
				default:
					if table.Assumption == nil {
						table.Assumption = &tf.Assumption{
							ID: "replaced-default:" + r.Address, Address: g.Label,
							Text: "what is attached to " + g.Label + " is attached after " + r.Address + " has replaced the default route table (TF-T-3)",
						}
					}
					*of(d) = transitDefault{on: tf.Yes, table: table, cause: Cause{r, "transit_gateway_route_table_id"}}
				}
			}
		}
	}
	replace("aws_ec2_transit_gateway_default_route_table_association", func(d *transitDefaults) *transitDefault { return &d.association })
	replace("aws_ec2_transit_gateway_default_route_table_propagation", func(d *transitDefaults) *transitDefault { return &d.propagation })
}

// share lets others attach to the gateway: what they propagate into its
// default table nobody here knows (TGW-11).
func (g *TransitGateway) share(d *transitDefaults) {
	g.Open = true
	if d == nil || d.propagation.on == tf.No {
		return
	}
	for _, t := range d.propagation.table.To {
		t.Open = true
	}
}

// declareAttachments reads what is attached to transit gateways (TF-T-2,
// TF-T-3); VPNs and Direct Connect are read with their gateways.
func (b *builder) declareAttachments() {
	for r := range b.each("aws_ec2_transit_gateway_vpc_attachment") {
		b.addAttachment(r, b.vpcAttachment(r))
	}
	for r := range b.each("aws_ec2_transit_gateway_vpc_attachment_accepter") {
		b.acceptAttachment(r)
	}
	for r := range b.each("aws_ec2_transit_gateway_connect") {
		a := b.newAttachment(r, AttachedConnect)
		a.OnPremises = &OnPremises{Object: a.Object, Kind: ConnectPeer, Open: true}
		b.addAttachment(r, a)
	}
	b.peeringAttachments()
	b.attachFirewalls()
	for r := range b.data("aws_ec2_transit_gateway_vpc_attachment", "aws_ec2_transit_gateway_vpn_attachment",
		"aws_ec2_transit_gateway_dx_gateway_attachment", "aws_ec2_transit_gateway_connect",
		"aws_ec2_transit_gateway_attachment", "aws_ec2_transit_gateway_peering_attachment") {
		b.mentionAttachment(r)
	}
	forget[Attachment](b)
}

func (b *builder) newAttachment(r *tf.Resource, kind AttachmentKind) *Attachment {
	return &Attachment{Object: b.object(r), Kind: kind, Active: tf.Yes,
		Gateway: link(b, r, r.Get("transit_gateway_id"), b.outsideTransitGateway)}
}

// addAttachment enters an attachment; the gateways that it may belong to get
// it. Links to gateways of which only the id is known make them on the way.
func (b *builder) addAttachment(r *tf.Resource, a *Attachment) {
	for _, g := range a.Gateway.To {
		g.Attachments = append(g.Attachments, a)
	}
	register(b, r, a)
}

// vpcAttachment reads the attachment of a VPC. One to a gateway that another
// account owns has to be accepted there (TF-T-2).
func (b *builder) vpcAttachment(r *tf.Resource) *Attachment {
	a := b.newAttachment(r, AttachedVPC)
	a.VPC = link(b, r, b.vpcArgument(r), b.outsideVPC)
	a.Subnets = links(b, r, r.Get("subnet_ids"), b.outsideSubnet)
	a.ApplianceMode = truth(argument(r, "appliance_mode_support").value, "enable", tf.No)
	a.IPv6 = truth(argument(r, "ipv6_support").value, "enable", tf.No)
	a.GroupReferences = truth(argument(r, "security_group_referencing_support").value, "enable", tf.Maybe) // TGW-12
	if g, ok := a.Gateway.One(); !ok || g.Resource == nil || g.Resource.Addr.Mode == tf.Data || g.Resource.Provider != r.Provider {
		a.Active = tf.Maybe
		if ok && g.Resource != nil && truth(g.Resource.Get("auto_accept_shared_attachments"), "enable", tf.Maybe) == tf.Yes {
			a.Active = tf.Yes
		}
	}
	if !b.isNew(r) && r.Addr.Mode == tf.Managed {
		a.Active = tf.Yes
	}
	return a
}

// acceptAttachment lets the gateway's owner accept the attachment of another
// account; one that the input does not show is taken from the accepter.
func (b *builder) acceptAttachment(r *tf.Resource) {
	l := link[Attachment](b, r, r.Get("transit_gateway_attachment_id"), nil)
	a, certain := l.One()
	if !certain {
		if len(l.To) == 0 {
			a = b.vpcAttachment(r)
			a.VPC.Open, a.Subnets.Open = a.VPC.Open || !a.VPC.IsSet(), a.Subnets.Open || len(a.Subnets.Each) == 0
			a.Active = tf.Yes
			b.addAttachment(r, a)
		}
		return
	}
	a.Active = tf.Yes
	a.accepter = r
	register(b, r, a)
}

// peeringAttachments are the peerings between gateways: an attachment at each
// end, under one id (TGW-9). They wait for an accepter.
func (b *builder) peeringAttachments() {
	for r := range b.each("aws_ec2_transit_gateway_peering_attachment") {
		near := b.newAttachment(r, AttachedPeering)
		far := &Attachment{Object: b.object(r), Kind: AttachedPeering,
			Gateway: link(b, r, r.Get("peer_transit_gateway_id"), b.outsideTransitGateway)}
		far.Label = "the other end of " + far.Label
		near.Peer, far.Peer = only(far), only(near)
		active := tf.Maybe
		switch state, known := r.Get("state").AsString().Known(); {
		case known && !b.isNew(r):
			active = tf.TriOf(state == "available")
		default:
			if g, ok := far.Gateway.One(); ok && g.Resource != nil && g.Resource.Addr.Mode == tf.Managed && b.isNew(r) {
				active = tf.No // nobody else can accept
			}
		}
		near.Active, far.Active = active, active
		b.addAttachment(r, near)
		b.addAttachment(r, far)
	}
	for r := range b.each("aws_ec2_transit_gateway_peering_attachment_accepter") {
		l := link[Attachment](b, r, r.Get("transit_gateway_attachment_id"), nil)
		near, certain := l.One()
		switch {
		case certain && near.Kind == AttachedPeering:
			near.Active = tf.Yes
			for _, far := range near.Peer.To {
				far.Active = tf.Yes
				register(b, r, far)
			}
		case len(l.To) == 0 || certain:
			// The other side stands in another stack.
			a := &Attachment{Object: b.object(r), Kind: AttachedPeering, Active: tf.Yes, Peer: Link[Attachment]{Open: true},
				Gateway: link(b, r, r.Get("transit_gateway_id"), b.outsideTransitGateway)}
			a.Gateway.Open = a.Gateway.Open || !a.Gateway.IsSet()
			b.addAttachment(r, a)
		default:
			for _, may := range l.To {
				if may.Active == tf.No {
					may.Active = tf.Maybe
				}
			}
		}
	}
}

// attachFirewalls are the firewalls that stand in no VPC but filter what
// passes a gateway (TGW-14).
func (b *builder) attachFirewalls() {
	for r := range b.each("aws_networkfirewall_firewall") {
		if !argument(r, "transit_gateway_id").isSet() {
			continue
		}
		a := b.newAttachment(r, AttachedFirewall)
		a.Firewall = Link[Firewall]{To: []*Firewall{objectOf[Firewall](b, r)}}
		b.addAttachment(r, a)
	}
}

// mentionAttachment is the attachment that a data source looks up: one of the
// input, by its id or by what it connects, or one outside.
func (b *builder) mentionAttachment(r *tf.Resource) {
	if a := sameObject[Attachment](b, r); a != nil {
		register(b, r, a)
		return
	}
	gateway := link(b, r, r.Get("transit_gateway_id"), b.outsideTransitGateway)
	var of Link[Attachment]
	switch r.Addr.Type {
	case "aws_ec2_transit_gateway_vpn_attachment":
		of = link[Attachment](b, r, r.Get("vpn_connection_id"), nil)
	case "aws_ec2_transit_gateway_dx_gateway_attachment":
		of.To = ofKind(gateway, AttachedDirectConnect)
	case "aws_ec2_transit_gateway_attachment", "aws_ec2_transit_gateway_peering_attachment":
		of = b.filteredAttachment(r)
	}
	if a, ok := of.One(); ok {
		register(b, r, a)
		return
	}
	a := &Attachment{Object: b.object(r), Gateway: gateway, VPC: Link[VPC]{Open: true}, Subnets: Links[Subnet]{Open: true}, Peer: Link[Attachment]{Open: true}}
	a.Gateway.Open = a.Gateway.Open || !a.Gateway.IsSet()
	a.Kind = map[string]AttachmentKind{
		"aws_ec2_transit_gateway_vpc_attachment": AttachedVPC, "aws_ec2_transit_gateway_vpn_attachment": AttachedVPN,
		"aws_ec2_transit_gateway_dx_gateway_attachment": AttachedDirectConnect, "aws_ec2_transit_gateway_connect": AttachedConnect,
		"aws_ec2_transit_gateway_peering_attachment": AttachedPeering,
	}[r.Addr.Type]
	switch a.Kind {
	case AttachedVPC:
		a.VPC = link(b, r, b.vpcArgument(r), b.outsideVPC)
		if ids := r.Get("subnet_ids"); !isEmpty(ids) {
			a.Subnets = links(b, r, ids, b.outsideSubnet)
		}
	case AttachedVPN, AttachedDirectConnect, AttachedConnect:
		a.OnPremises = &OnPremises{Object: a.Object, Kind: onPremisesKinds[a.Kind], Open: true}
	}
	a.Association = Link[TransitTable]{Open: true}
	b.addAttachment(r, a)
}

var onPremisesKinds = map[AttachmentKind]OnPremisesKind{
	AttachedVPN: DynamicVPN, AttachedDirectConnect: DirectConnect, AttachedConnect: ConnectPeer,
}

// ofKind are the attachments of a kind that a gateway has.
func ofKind(gateway Link[TransitGateway], kind AttachmentKind) []*Attachment {
	var found []*Attachment
	if g, ok := gateway.One(); ok {
		for _, a := range g.Attachments {
			if a.Kind == kind {
				found = append(found, a)
			}
		}
	}
	return found
}

// filteredAttachment is the attachment of the resource that the filters of a
// data source ask for.
func (b *builder) filteredAttachment(r *tf.Resource) Link[Attachment] {
	filters, _ := r.Get("filter").Blocks()
	for _, f := range filters {
		if name, _ := f.Get("name").AsString().Known(); name == "resource-id" || name == "transit-gateway-attachment-id" {
			return link[Attachment](b, r, f.Get("values"), nil)
		}
	}
	return Link[Attachment]{}
}

// attached are all attachments of the input, each once.
func (b *builder) attached() []*Attachment {
	var list []*Attachment
	seen := map[*Attachment]bool{}
	for _, g := range b.n.TransitGateways {
		for _, a := range g.Attachments {
			if !seen[a] {
				seen[a] = true
				list = append(list, a)
			}
		}
	}
	return list
}

// endAt is the end of a peering that stands at the gateway of a table: both
// have one id.
func endAt(l Link[Attachment], t *TransitTable) Link[Attachment] {
	g, ok := t.Gateway.One()
	if !ok {
		return l
	}
	l.To = slices.Clone(l.To)
	for n, a := range l.To {
		own, certain := a.Gateway.One()
		far, peers := a.Peer.One()
		if !certain || own == g || !peers {
			continue
		}
		if at, ok := far.Gateway.One(); ok && at == g {
			l.To[n] = far
		}
	}
	return l
}

// linkTransit associates attachments with tables and fills these (TGW-3 to
// TGW-9).
func (b *builder) linkTransit() {
	found := newAssociations[Attachment, TransitTable]()
	for r := range b.each("aws_ec2_transit_gateway_route_table_association") {
		table := link(b, r, r.Get("transit_gateway_route_table_id"), b.outsideTransitTable)
		from := link[Attachment](b, r, r.Get("transit_gateway_attachment_id"), nil)
		if t, ok := table.One(); ok {
			from = endAt(from, t)
		}
		found.add(from, table, Cause{r, "transit_gateway_route_table_id"})
	}
	chosen := found.settle()
	attached := b.attached()
	for _, a := range attached {
		implicit, cause := b.defaultAssociation(a)
		a.Association, a.AssociationCause = choose(chosen[a], implicit)
		if a.AssociationCause.Resource == nil {
			a.AssociationCause = cause
		}
	}
	// A policy table decides by what nobody shows (TGW-14).
	for r := range b.each("aws_ec2_transit_gateway_policy_table_association") {
		for _, a := range link[Attachment](b, r, r.Get("transit_gateway_attachment_id"), nil).To {
			a.Association.Open = true
		}
	}
	for _, a := range attached {
		b.propagateByDefault(a)
	}
	b.propagations()
	b.transitRoutes()
	for _, g := range b.n.TransitGateways {
		for _, t := range g.Tables {
			t.doubtOverlaps()
		}
	}
}

// propagations are those that somebody asks for. An attachment propagates into
// a table once, so that n instances of one block for one table and n
// attachments leave none out (U-22).
func (b *builder) propagations() {
	type blockAt struct {
		block string
		table *TransitTable
	}
	type loose struct {
		from  gathered[Attachment]
		count int
		cause Cause
	}
	var order []blockAt
	of := map[blockAt]*loose{}
	for r := range b.each("aws_ec2_transit_gateway_route_table_propagation") {
		table := link(b, r, r.Get("transit_gateway_route_table_id"), b.outsideTransitTable)
		from := link[Attachment](b, r, r.Get("transit_gateway_attachment_id"), nil)
		t, one := table.One()
		if _, exact := from.One(); !one || exact {
			for _, t := range table.To {
				for _, a := range from.To {
					t.propagate(a, Cause{Resource: r}, !sure(r, table))
				}
			}
			continue
		}
		key := blockAt{r.Addr.Config(), t}
		if of[key] == nil {
			of[key] = &loose{cause: Cause{Resource: r}}
			order = append(order, key)
		}
		of[key].from.add(from)
		of[key].count++
	}
	for _, key := range order {
		l := of[key]
		for _, a := range l.from.To {
			key.table.propagate(a, l.cause, l.from.Open || l.count < len(l.from.To) || l.cause.Resource.Maybe)
		}
	}
}

// usesDefault says whether an attachment takes a default of its gateway: it
// does unless told otherwise (TF-T-2). Of an existing one the flag says
// whether it has the default table.
func (b *builder) usesDefault(a *Attachment, name string) (tf.Tri, Cause) {
	flag := setting{cause: Cause{Resource: a.Resource, Argument: name}}
	if a.Resource != nil {
		flag = argument(a.Resource, name)
	}
	if a.accepter != nil {
		if own := argument(a.accepter, name); own.isSet() {
			flag = own
		}
	}
	return truth(flag.value, "", tf.Yes), flag.cause
}

// defaultAssociation is the table of an attachment that nobody associates.
func (b *builder) defaultAssociation(a *Attachment) (Link[TransitTable], Cause) {
	g, certain := a.Gateway.One()
	d := b.transit[g]
	if !certain || d == nil || a.Resource == nil || a.Resource.Addr.Mode == tf.Data {
		return Link[TransitTable]{Open: true}, Cause{}
	}
	uses, cause := b.usesDefault(a, "transit_gateway_default_route_table_association")
	uses = uses.And(d.association.on)
	switch {
	case g.Resource.Addr.Mode == tf.Data:
		l := d.association.table
		l.Open = true // its owner decides (TGW-11)
		return l, cause
	case uses == tf.Yes:
		return d.association.table, d.association.cause
	case uses == tf.Maybe || !b.isNew(a.Resource):
		l := Link[TransitTable]{Open: true}
		if uses == tf.Maybe {
			l.To = d.association.table.To
		}
		return l, cause
	}
	return Link[TransitTable]{}, cause
}

// propagateByDefault installs the routes of an attachment in its gateway's
// default table. Peerings propagate nothing (TGW-9).
func (b *builder) propagateByDefault(a *Attachment) {
	for _, g := range a.Gateway.To {
		d := b.transit[g]
		if d == nil || a.Resource == nil || a.Resource.Addr.Mode == tf.Data {
			continue
		}
		uses, cause := b.usesDefault(a, "transit_gateway_default_route_table_propagation")
		uses = uses.And(d.propagation.on)
		_, certain := a.Gateway.One()
		_, one := d.propagation.table.One()
		if uses == tf.No {
			continue
		}
		for _, t := range d.propagation.table.To {
			t.propagate(a, cause, uses != tf.Yes || !certain || !one || g.Resource.Addr.Mode == tf.Data)
		}
	}
}

// propagatedKinds rank what attachments propagate (TGW-5).
var propagatedKinds = map[AttachmentKind]TransitRouteKind{
	AttachedVPC: PropagatedVPC, AttachedVPN: PropagatedVPN, AttachedDirectConnect: PropagatedDirectConnect, AttachedConnect: PropagatedConnect,
}

// propagate installs the routes of an attachment in a table (TGW-4).
func (t *TransitTable) propagate(a *Attachment, cause Cause, maybe bool) {
	kind, ok := propagatedKinds[a.Kind]
	if !ok {
		if a.Kind == "" { // nobody knows what it is
			t.Routes = append(t.Routes, TransitRoute{Cause: cause, Kind: PropagatedVPC, Destination: tf.UnknownVal[netip.Prefix](),
				Attachment: only(a), Blackhole: tf.No, Maybe: true})
		}
		return
	}
	route := TransitRoute{Cause: cause, Kind: kind, Attachment: only(a), Blackhole: tf.No, Maybe: maybe || a.Active != tf.Yes || a.Resource != nil && a.Resource.Maybe}
	add := func(p tf.Val[netip.Prefix], f packet.Family, maybe bool) {
		route := route
		route.Destination, route.Family, route.Maybe = p, f, route.Maybe || maybe
		t.Routes = append(t.Routes, route)
	}
	switch {
	case a.Active == tf.No:
	case a.Kind != AttachedVPC:
		for _, p := range a.OnPremises.Prefixes {
			add(p, 0, false)
		}
		if a.OnPremises.Open { // whatever it announces, if anything
			add(tf.UnknownVal[netip.Prefix](), 0, false)
		}
	default:
		v, certain := a.VPC.One()
		for _, of := range a.VPC.To {
			for _, c := range of.CIDRs {
				if c.Family == packet.IPv6 && a.IPv6 == tf.No {
					continue
				}
				p := tf.UnknownVal[netip.Prefix]()
				if c.Known() {
					p = tf.KnownVal(c.Prefix)
				}
				if route.Owner = nil; c.Family == packet.IPv6 && !c.Known() {
					route.Owner = of.wholeBlock()
				}
				add(p, c.Family, !certain || c.Family == packet.IPv6 && a.IPv6 != tf.Yes)
			}
		}
		route.Owner = nil
		if !certain && a.VPC.Open || certain && len(v.CIDRs) == 0 {
			add(tf.UnknownVal[netip.Prefix](), 0, true)
		}
	}
}

// transitRoutes reads the static routes and the references to prefix lists.
// One that may belong to several tables may be in each.
func (b *builder) transitRoutes() {
	add := func(r *tf.Resource, route TransitRoute) {
		route.Cause = Cause{Resource: r}
		route.Blackhole = truth(argument(r, "blackhole").value, "", tf.No)
		to := Link[Attachment]{}
		if v := argument(r, "transit_gateway_attachment_id"); v.isSet() {
			to = link(b, r, v.value, b.outsideAttachment)
		}
		table := link(b, r, r.Get("transit_gateway_route_table_id"), b.outsideTransitTable)
		certain := sure(r, table)
		for _, t := range table.To {
			route.Attachment, route.Maybe = endAt(to, t), !certain
			t.Routes = append(t.Routes, route)
		}
	}
	for r := range b.each("aws_ec2_transit_gateway_route") {
		to := r.Get("destination_cidr_block")
		route := TransitRoute{Kind: StaticRoute, Destination: prefix(to), Owner: b.owner(r, to)}
		if route.Owner != nil {
			route.Family = packet.IPv6
		}
		add(r, route)
	}
	for r := range b.each("aws_ec2_transit_gateway_prefix_list_reference") {
		add(r, TransitRoute{Kind: PrefixListRoute, PrefixList: link(b, r, r.Get("prefix_list_id"), b.outsidePrefixList)})
	}
}

// outsideAttachment is an attachment of which only the id is known (U-13).
func (b *builder) outsideAttachment(id string) *Attachment {
	return &Attachment{Object: outsideObject(id), Gateway: Link[TransitGateway]{Open: true}, VPC: Link[VPC]{Open: true},
		Subnets: Links[Subnet]{Open: true}, Peer: Link[Attachment]{Open: true}, Association: Link[TransitTable]{Open: true}}
}

// doubtOverlaps marks the routes of VPCs whose blocks overlap: the later one's
// are not propagated, and nobody knows which is the later (TGW-8).
func (t *TransitTable) doubtOverlaps() {
	var of []int
	for n := range t.Routes {
		if t.Routes[n].Kind == PropagatedVPC && !t.Routes[n].Destination.IsUnknown() {
			of = append(of, n)
		}
	}
	at := func(n int) netip.Prefix {
		p, _ := t.Routes[n].Destination.Get()
		return p
	}
	slices.SortStableFunc(of, func(a, c int) int {
		return cmp.Or(at(a).Addr().Compare(at(c).Addr()), cmp.Compare(at(a).Bits(), at(c).Bits()))
	})
	vpc := func(n int) *VPC {
		a, _ := t.Routes[n].Attachment.One()
		v, _ := a.VPC.One()
		return v
	}
	// Prefixes nest or are disjoint, so that those around the next one are a
	// stack.
	var around []int
	for _, n := range of {
		for len(around) > 0 && !at(around[len(around)-1]).Overlaps(at(n)) {
			around = around[:len(around)-1]
		}
		for _, outer := range around {
			if v := vpc(n); v == nil || v != vpc(outer) {
				t.Routes[n].Maybe, t.Routes[outer].Maybe = true, true
			}
		}
		around = append(around, n)
	}
}

// hasForm reports whether a literal id is one of a kind, such as tgw.
func hasForm(id, form string) bool { return strings.HasPrefix(id, form+"-") }
