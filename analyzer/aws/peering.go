package aws

import "github.com/tfcheck/tfcheck/analyzer/tf"

// Peering is a VPC peering connection (PCX-1 to PCX-6).
type Peering struct {
	Object
	Requester, Accepter Link[VPC]
	// Active says whether the connection is accepted (PCX-1, TF-V-5), and
	// ActiveCause where that is decided.
	Active      tf.Tri
	ActiveCause Cause
	// SameRegion is No for a connection between Regions, which carries no
	// references to groups (PCX-5).
	SameRegion tf.Tri
}

// declarePeerings reads the peering connections and what accepts them.
func (b *builder) declarePeerings() {
	for r := range b.each("aws_vpc_peering_connection") {
		b.declarePeering(r, "accept_status")
	}
	for r := range b.data("aws_vpc_peering_connection") {
		if p := sameObject[Peering](b, r); p != nil {
			register(b, r, p)
			continue
		}
		b.declarePeering(r, "status")
	}
	for r := range b.each("aws_vpc_peering_connection_accepter") {
		b.acceptPeering(r)
	}
	forget[Peering](b)
}

func (b *builder) declarePeering(r *tf.Resource, status string) {
	p := &Peering{
		Object:      b.object(r),
		Requester:   link(b, r, b.vpcArgument(r), b.outsideVPC),
		Accepter:    link(b, r, r.Get("peer_vpc_id"), b.outsideVPC),
		ActiveCause: Cause{r, "auto_accept"},
		SameRegion:  b.samePeeringRegion(r),
	}
	p.Active = b.peeringActive(r, p, status)
	b.addPeering(r, p)
}

func (b *builder) addPeering(r *tf.Resource, p *Peering) {
	b.n.Peerings = append(b.n.Peerings, p)
	register(b, r, p)
}

// peeringActive says whether a connection is accepted without the help of an
// accepter (PCX-1): by auto_accept, or because it is already. Where the other
// VPC is not in the input, somebody else may accept (U-13).
func (b *builder) peeringActive(r *tf.Resource, p *Peering, status string) tf.Tri {
	if s, known := r.Get(status).AsString().Known(); known && s != "" && !b.isNew(r) {
		return tf.TriOf(s == "active")
	}
	accepts := truth(argument(r, "auto_accept").value, "", tf.No)
	other, certain := p.Accepter.One()
	if accepts == tf.No && (!b.isNew(r) || !certain || other.Outside) {
		return tf.Maybe
	}
	return accepts
}

// samePeeringRegion says whether a connection stays in its Region, which it
// does unless told otherwise.
func (b *builder) samePeeringRegion(r *tf.Resource) tf.Tri {
	peer := argument(r, "peer_region")
	if !peer.isSet() {
		return tf.TriOf(r.Addr.Mode == tf.Managed).Or(tf.Maybe)
	}
	region, known := peer.value.AsString().Known()
	own := regionOf(b.scope(r))
	if !known || own == "" {
		return tf.Maybe
	}
	return tf.TriOf(region == own)
}

// acceptPeering lets an accepter accept its connection (TF-V-5). One of a
// connection outside the input stands for it.
func (b *builder) acceptPeering(r *tf.Resource) {
	auto := argument(r, "auto_accept")
	accepts := truth(auto.value, "", tf.No)
	l := link[Peering](b, r, r.Get("vpc_peering_connection_id"), nil)
	_, certain := l.One()
	for _, p := range l.To {
		switch {
		case certain && p.Active != tf.Yes && accepts != tf.No:
			p.Active, p.ActiveCause = accepts, auto.cause
		case !certain && p.Active == tf.No:
			p.Active = p.Active.Or(accepts.And(tf.Maybe))
		}
		if certain {
			register(b, r, p)
		}
	}
	if len(l.To) > 0 {
		return
	}
	p := &Peering{
		Object:   b.object(r),
		Accepter: link(b, r, r.Get("vpc_id"), b.outsideVPC), Requester: link(b, r, r.Get("peer_vpc_id"), b.outsideVPC),
		Active: accepts, ActiveCause: auto.cause, SameRegion: tf.Maybe,
	}
	if s, known := r.Get("accept_status").AsString().Known(); known && s == "active" {
		p.Active = tf.Yes
	}
	p.Active = p.Active.Or(tf.Maybe) // accepted by hand
	b.addPeering(r, p)
	if l.ID != "" {
		outside(b, b.scope(r), l.ID, func(string) *Peering { return p })
	}
}

// outsidePeering is a connection of which only the id is known (U-13).
func (b *builder) outsidePeering(id string) *Peering {
	p := &Peering{Object: outsideObject(id), Requester: Link[VPC]{Open: true}, Accepter: Link[VPC]{Open: true}}
	b.n.Peerings = append(b.n.Peerings, p)
	return p
}
