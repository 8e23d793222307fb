package aws

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// LatticeGroup is a target group of VPC Lattice: who stands in a VPC of a
// service network may reach its targets by a service that forwards to it (EP-9).
type LatticeGroup struct {
	Object
	// Clients are the VPCs of those service networks, AnyClient is set where
	// others may be, and Fronts are the endpoints that lead to the networks.
	Clients   []*VPC
	AnyClient bool
	Fronts    []*Interface
	Targets   []LatticeTarget
}

// LatticeTarget is an interface that a target group leads to; Ports is nil where
// nobody can tell.
type LatticeTarget struct {
	Interface *Interface
	Ports     []ServicePort
}

// lattice are the target groups of VPC Lattice, with whom their services may
// have as clients. Names and policies choose among them, which no packet shows.
func (b *builder) lattice() {
	for r := range b.each("aws_vpclattice_target_group") {
		g := &LatticeGroup{Object: b.object(r)}
		b.n.LatticeGroups = append(b.n.LatticeGroups, g)
		register(b, r, g)
		for of := range b.each("aws_vpclattice_listener", "aws_vpclattice_listener_rule") {
			if b.meant(of, "default_action.forward.target_groups.target_group_identifier action.forward.target_groups.target_group_identifier").has(r) {
				b.clientsOf(g, b.meant(of, "service_identifier service_arn"))
			}
		}
	}
	if len(b.n.LatticeGroups) > 0 {
		b.latticeTargets()
	}
}

// clientsOf adds the clients of a service: those of the service networks that it
// is in.
func (b *builder) clientsOf(g *LatticeGroup, service meaning) {
	for in := range b.each("aws_vpclattice_service_network_service_association") {
		if !service.meets(b.meant(in, "service_identifier")) {
			continue
		}
		network := b.meant(in, "service_network_identifier")
		for of := range b.each("aws_vpclattice_service_network_vpc_association") {
			if !network.meets(b.meant(of, "service_network_identifier")) {
				continue
			}
			v := link[VPC](b, of, of.Get("vpc_identifier"), b.outsideVPC)
			g.AnyClient = g.AnyClient || v.Open
			for _, v := range v.To {
				if !slices.Contains(g.Clients, v) {
					g.Clients = append(g.Clients, v)
				}
			}
		}
		for of := range b.each("aws_vpc_endpoint") {
			e := objectOf[Endpoint](b, of)
			if kind, known := e.Kind.Known(); e.Interface == nil || known && kind != ServiceNetworkEndpoint {
				continue
			}
			if network.meets(b.meant(of, "service_network_arn")) && !slices.Contains(g.Fronts, e.Interface) {
				g.Fronts = append(g.Fronts, e.Interface)
			}
		}
	}
}

// latticeTargets registers targets: those of attachments, what Auto Scaling
// registers, and tasks.
func (b *builder) latticeTargets() {
	holders := b.holders()
	for r := range b.each("aws_vpclattice_target_group_attachment") {
		group := b.meant(r, "target_group_identifier")
		targets, _ := blocks(r, "target")
		for _, g := range b.n.LatticeGroups {
			for _, t := range targets {
				if !group.has(g.Resource) {
					continue
				}
				to := link[Interface](b, r, t.Get("id"), nil).To
				if text, ok := t.Get("id").AsString().Known(); ok && len(to) == 0 {
					to = holders[holder{b.scope(r), text}]
				}
				listens := latticePorts(t.Get("port").AsInt(), g.Resource)
				for _, i := range to {
					g.Targets = append(g.Targets, LatticeTarget{i, listens})
				}
			}
		}
	}
	b.registrations(func(from *tf.Resource, to setting, refs []TargetRef) {
		for _, g := range links[LatticeGroup](b, from, to.value, nil).all() {
			for _, ref := range refs {
				for _, i := range ref.Interface.To {
					g.Targets = append(g.Targets, LatticeTarget{i, latticePorts(tf.Val[int]{}, g.Resource)})
				}
			}
		}
	})
	for r := range b.each("aws_ecs_service") {
		for _, v := range valuesAt(r.Values, []string{"vpc_lattice_configurations", "target_group_arn"}) {
			for _, g := range links[LatticeGroup](b, r, v, nil).all() {
				for _, i := range b.interfacesOf(r) {
					g.Targets = append(g.Targets, LatticeTarget{Interface: i}) // on whatever port has the name
				}
			}
		}
	}
}

// latticePorts is the port of a target, else that of its group.
func latticePorts(own tf.Val[int], group *tf.Resource) []ServicePort {
	port, state := own.Get()
	if state == tf.IsNull || state == tf.IsKnown && port == 0 {
		for _, v := range valuesAt(group.Values, []string{"config", "port"}) {
			port, state = v.AsInt().Get()
		}
	}
	if state != tf.IsKnown || port < 1 || port > 65535 {
		return nil
	}
	return ports(uint16(port))
}

// meaning is what the values of an argument may name: resources, or ids of
// what is outside of the input; any is set where the input does not show it.
type meaning struct {
	keys []any
	any  bool
}

func (m meaning) has(r *tf.Resource) bool { return m.any || slices.Contains(m.keys, any(r)) }

func (m meaning) meets(o meaning) bool {
	return m.any || o.any || slices.ContainsFunc(m.keys, func(k any) bool { return slices.Contains(o.keys, k) })
}

// meant is what the arguments at the paths, in words, may name. One of them is
// enough.
func (b *builder) meant(r *tf.Resource, paths string) meaning {
	var m meaning
	for _, path := range strings.Fields(paths) {
		for _, v := range valuesAt(r.Values, strings.Split(path, ".")) {
			to, _ := b.resources(r, v)
			for _, id := range to {
				m.keys = append(m.keys, id.resource)
			}
			text, known := v.AsString().Known()
			switch {
			case len(to) > 0, v.IsNull():
			case known && text != "":
				m.keys = append(m.keys, text[strings.LastIndexByte(text, '/')+1:]) // of an ARN the id
			default:
				m.any = true
			}
		}
	}
	m.any = m.any && len(m.keys) == 0
	return m
}
