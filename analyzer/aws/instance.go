package aws

import (
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// launch is what decides the interfaces of a virtual machine: the arguments
// of an instance, a launch template or a launch configuration.
type launch struct {
	subnet, groups, public setting
	ipv6                   []setting
	addresses              []setting
	check                  setting
	// existing is the interface that it takes instead of making one.
	existing setting
}

// over is l with what it does not set taken from another launch, as an
// instance takes from its template (TF-NI-1).
func (l launch) over(m launch) launch {
	l.subnet = firstSet(l.subnet, m.subnet)
	l.groups = firstSet(l.groups, m.groups)
	l.public = firstSet(l.public, m.public)
	l.check = firstSet(l.check, m.check)
	l.existing = firstSet(l.existing, m.existing)
	l.ipv6 = append(l.ipv6, m.ipv6...)
	l.addresses = append(l.addresses, m.addresses...)
	return l
}

// machine makes the interface of a launch.
func (b *builder) machine(r *tf.Resource, kind InterfaceKind, l launch) *Interface {
	i := b.newInterface(r, kind)
	b.place(i, r, l.subnet)
	b.secure(i, r, l.groups)
	i.publish(l.public)
	i.number(l.ipv6...)
	i.address(l.addresses...)
	i.SourceDestCheck = tf.TriVal(l.check.value.AsBool(), tf.Yes)
	b.add(i)
	return i
}

// machines are the virtual machines with their interfaces: one of their own,
// or those that they take over (TF-NI-1, TF-NI-6).
func (b *builder) machines() {
	for r := range b.each("aws_instance", "aws_spot_instance_request") {
		template := b.templateOf(r, r.Get("launch_template"), "launch_template")
		own := launch{
			subnet:    argument(r, "subnet_id"),
			groups:    firstSet(argument(r, "vpc_security_group_ids"), argument(r, "security_groups")),
			public:    argument(r, "associate_public_ip_address"),
			ipv6:      []setting{argument(r, "ipv6_addresses"), argument(r, "ipv6_address_count")},
			addresses: []setting{argument(r, "private_ip"), argument(r, "secondary_private_ips"), argument(r, "ipv6_addresses")},
			check:     argument(r, "source_dest_check"),
		}
		taken, mayTake := b.takenInterfaces(r)
		if taken > 0 {
			continue
		}
		for n, t := range template {
			l := own
			if n > 0 {
				// Further interfaces come from the template alone.
				l = launch{subnet: own.subnet}
			}
			i := b.machine(r, KindInstance, l.over(t))
			i.Primary, _ = addressOf(r.Get("private_ip")).Known()
			i.Secondary = addressesOf(r.Get("secondary_private_ips"))
			i.OneAddress = r.IsNew() && !argument(r, "launch_template").isSet() && !argument(r, "secondary_private_ips").isSet()
			// An interface in the dark: one made before may be used instead.
			if mayTake && !own.subnet.isSet() && !own.groups.isSet() {
				i.Subnets.Open, i.Groups.Open = true, true
			}
		}
	}
}

// takenInterfaces gives an instance the interfaces that its blocks name.
// mayTake is set when there may be other blocks, which a plan cannot show.
func (b *builder) takenInterfaces(r *tf.Resource) (taken int, mayTake bool) {
	for _, name := range []string{"network_interface", "primary_network_interface", "secondary_network_interface"} {
		known, may := blocks(r, name)
		mayTake = mayTake || may && len(b.byType[typeKey{tf.Managed, "aws_network_interface"}]) > 0
		for _, block := range known {
			candidates, exact := b.mayName(r, inside(r, block, name, "network_interface_id"), "aws_network_interface")
			for _, c := range candidates {
				i := objectOf[Interface](b, c)
				if i == nil {
					continue
				}
				taken++
				register(b, r, i)
				index, _ := block.Get("device_index").AsInt().Known()
				if name != "secondary_network_interface" && len(known) == 1 && index == 0 {
					i.mayBeNumbered()
				}
				if exact {
					i.Owner, i.Kind = r, KindInstance
				}
			}
		}
	}
	return taken, mayTake
}

// mayBeNumbered gives an interface that a machine takes as its only one the
// public address that its subnets may hand out, though it was made before
// (TF-NI-2).
func (i *Interface) mayBeNumbered() {
	own := i.PublicIPv4
	if own != tf.No {
		return
	}
	cause := i.PublicCause
	if i.publish(setting{}); i.PublicIPv4 == tf.No {
		i.PublicIPv4, i.PublicCause = own, cause
		return
	}
	i.PublicIPv4 = tf.Maybe
}

// templateOf reads the launch template that a block names: a launch for each
// interface that it describes, at least one. No block is an empty launch; a
// template that the input does not show makes everything unknown (TF-NI-1).
func (b *builder) templateOf(r *tf.Resource, block tf.Value, path string) []launch {
	known, _ := block.Blocks()
	if len(known) == 0 {
		return []launch{unset(r)}
	}
	id := firstSet(
		inside(r, known[0], path, "id"), inside(r, known[0], path, "launch_template_id"),
		inside(r, known[0], path, "name"), inside(r, known[0], path, "launch_template_name"),
	)
	if !id.isSet() {
		return []launch{unset(r)}
	}
	t := b.named(r, id, "aws_launch_template")
	if t == nil {
		unknown := setting{value: tf.UnknownValue(), cause: Cause{Resource: r, Argument: path}}
		return []launch{{subnet: unknown, groups: unknown, public: unknown}}
	}
	return template(t)
}

// unset is a launch in which nobody set anything, and r is where somebody
// would.
func unset(r *tf.Resource) launch {
	return launch{public: setting{cause: Cause{Resource: r}}}
}

// template reads a launch template (TF-NI-4).
func template(t *tf.Resource) []launch {
	base := unset(t)
	base.groups = firstSet(argument(t, "vpc_security_group_ids"), argument(t, "security_group_names"))
	known, _ := blocks(t, "network_interfaces")
	if len(known) == 0 {
		return []launch{base}
	}
	var launches []launch
	for _, block := range known {
		at := func(name string) setting { return inside(t, block, "network_interfaces", name) }
		l := launch{
			subnet:    at("subnet_id"),
			groups:    firstSet(at("security_groups"), base.groups),
			public:    at("associate_public_ip_address"),
			ipv6:      []setting{at("ipv6_addresses"), at("ipv6_address_count")},
			addresses: []setting{at("private_ip_address"), at("ipv4_addresses"), at("ipv6_addresses")},
			existing:  at("network_interface_id"),
		}
		// An address of a carrier is public in a Wavelength zone (VPN-7).
		if carrier := at("associate_carrier_ip_address"); tf.TriVal(carrier.value.AsBool(), tf.No) != tf.No && tf.TriVal(l.public.value.AsBool(), tf.No) != tf.Yes {
			l.public = carrier
		}
		// Only one new interface at launch can get a public address (TF-NI-2).
		if len(known) > 1 {
			l.public = setting{value: tf.BoolValue(false), cause: Cause{Resource: t, Argument: "network_interfaces"}}
		}
		launches = append(launches, l)
	}
	return launches
}
