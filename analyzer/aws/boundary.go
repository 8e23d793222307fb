package aws

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// readBlockPublicAccess reads the account's setting and its exclusions
// (IGW-8, TF-V-6).
func (b *builder) readBlockPublicAccess() {
	for r := range b.each("aws_vpc_block_public_access_options") {
		if b.n.BlockPublicAccess == nil {
			b.n.BlockPublicAccess = &BlockPublicAccess{Object: b.object(r), Mode: r.Get("internet_gateway_block_mode").AsString()}
		}
	}
	if b.n.BlockPublicAccess == nil {
		if len(b.n.VPCs) > 0 {
			b.n.Assumptions = append(b.n.Assumptions, &tf.Assumption{
				ID:   "block-public-access",
				Text: "VPC Block Public Access is off, since nothing here manages it (IGW-8)",
			})
		}
		return
	}
	for r := range b.each("aws_vpc_block_public_access_exclusion") {
		b.n.BlockPublicAccess.Exclusions = append(b.n.BlockPublicAccess.Exclusions, BPAExclusion{
			Object: b.object(r),
			VPC:    link(b, r, r.Get("vpc_id"), b.outsideVPC),
			Subnet: link(b, r, r.Get("subnet_id"), b.outsideSubnet),
			Mode:   r.Get("internet_gateway_exclusion_mode").AsString(),
		})
	}
}

// shares notes what is shared with other accounts by RAM (VPC-3, TGW-11,
// SG-10).
func (b *builder) shares() {
	for r := range b.each("aws_ram_resource_association") {
		shared, _ := b.resources(r, r.Get("resource_arn"))
		for _, id := range shared {
			if g := objectAt[TransitGateway](b, id); g != nil {
				g.share(b.transit[g])
			}
			if s := objectAt[Subnet](b, id); s != nil {
				s.Shared = true
			}
			if g := objectAt[SecurityGroup](b, id); g != nil && id.resource.Addr.Type == "aws_security_group" {
				g.Handed = true
			}
		}
	}
}

// noteBoundaries lists the components that nobody follows yet.
func (b *builder) noteBoundaries() {
	for _, name := range slices.Sorted(maps.Keys(Types.rows)) {
		kind := Types.rows[name].boundary
		if kind == "" {
			continue
		}
		for r := range b.each(name) {
			if e := objectOf[Endpoint](b, r); e != nil && e.isFollowed() {
				continue
			}
			b.n.Boundaries = append(b.n.Boundaries, Boundary{Object: b.object(r), Kind: kind, VPCs: b.touchedVPCs(r)})
		}
	}
}

// isFollowed reports whether an endpoint is followed: as a route, as a next
// hop, or as an interface that leads to an endpoint service or one of AWS.
func (e *Endpoint) isFollowed() bool {
	kind, _ := e.Kind.Known()
	return slices.Contains([]EndpointKind{GatewayEndpoint, InterfaceEndpoint, GatewayBalancerEndpoint}, kind)
}

// touchedVPCs are the VPCs that the references of a resource lead to.
func (b *builder) touchedVPCs(r *tf.Resource) []*VPC {
	var found []*VPC
	add := func(l Link[VPC]) {
		if v, ok := l.One(); ok && !slices.Contains(found, v) {
			found = append(found, v)
		}
	}
	references := Types.rows[r.Addr.Type].refs
	for _, path := range slices.Sorted(maps.Keys(references)) {
		for _, v := range valuesAt(r.Values, strings.Split(path, ".")) {
			add(link[VPC](b, r, v, nil))
			for _, l := range links[Subnet](b, r, v, nil).Each {
				if s, ok := l.One(); ok {
					add(s.VPC)
				}
			}
		}
	}
	return found
}

// valuesAt are the values at a path of names, through every element of the
// lists on the way.
func valuesAt(v tf.Value, path []string) []tf.Value {
	if len(path) == 0 {
		return []tf.Value{v}
	}
	known, _ := v.Blocks()
	var all []tf.Value
	for _, e := range known {
		all = append(all, valuesAt(e.Get(path[0]), path[1:])...)
	}
	return all
}
