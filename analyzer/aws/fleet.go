package aws

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// scalingGroups are the Auto Scaling groups: interfaces alike in each of
// their subnets (TF-NI-5). A group that can have no instance has none.
func (b *builder) scalingGroups() {
	for r := range b.each("aws_autoscaling_group") {
		if most, known := argument(r, "max_size").value.AsInt().Known(); known && most == 0 {
			continue
		}
		subnets := argument(r, "vpc_zone_identifier")
		for _, l := range b.scaled(r) {
			// The group's own choice of subnets counts, where it makes one.
			l.subnet = firstSet(subnets, l.subnet)
			b.machine(r, KindFleet, l)
		}
	}
}

// sizes are the arguments that say with how many members something begins that
// scales.
var sizes = map[string][]string{
	"aws_autoscaling_group": {"desired_capacity", "min_size"},
	"aws_ecs_service":       {"desired_count"},
	"aws_eks_node_group":    {"scaling_config.desired_size", "scaling_config.min_size"},
}

// sizeMembers finds what may have no member: what begins with none, or with
// nobody knows how many (U-18).
func (b *builder) sizeMembers() {
	for _, i := range b.n.Interfaces {
		if i.Owner == nil {
			continue
		}
		for _, name := range sizes[i.Owner.Addr.Type] {
			size := argument(i.Owner, name)
			if n, known := size.value.AsInt().Known(); known && n > 0 {
				i.Sizing = Cause{}
				break
			}
			if size.isSet() && i.Sizing.Resource == nil {
				i.Sizing = size.cause
			}
		}
	}
}

// scaled is what an Auto Scaling group launches.
func (b *builder) scaled(r *tf.Resource) []launch {
	if c := argument(r, "launch_configuration"); c.isSet() {
		return []launch{b.configuration(r, c)}
	}
	const mixed = "mixed_instances_policy.launch_template"
	var launches []launch
	add := func(block tf.Value, path string) {
		if known, _ := block.Blocks(); len(known) > 0 {
			launches = append(launches, b.templateOf(r, block, path)...)
		}
	}
	add(r.Get("launch_template"), "launch_template")
	add(r.Get("mixed_instances_policy", "launch_template", "launch_template_specification"), mixed+".launch_template_specification")
	overrides, _ := r.Get("mixed_instances_policy", "launch_template", "override").Blocks()
	for n, o := range overrides {
		add(o.Get("launch_template_specification"), fmt.Sprintf("%s.override[%d].launch_template_specification", mixed, n))
	}
	if len(launches) == 0 {
		// A dynamic block hides what it launches (U-4).
		unknown := setting{value: tf.UnknownValue(), cause: Cause{Resource: r, Argument: "launch_template"}}
		launches = []launch{{groups: unknown, public: unknown}}
	}
	return launches
}

// configuration reads the launch configuration that an argument names
// (TF-NI-4).
func (b *builder) configuration(r *tf.Resource, s setting) launch {
	c := b.named(r, s, "aws_launch_configuration")
	if c == nil {
		unknown := setting{value: tf.UnknownValue(), cause: s.cause}
		return launch{groups: unknown, public: unknown}
	}
	return launch{groups: argument(c, "security_groups"), public: argument(c, "associate_public_ip_address")}
}

// requests are Spot fleets and EC2 fleets: interfaces alike for each
// specification and template (TF-NI-6).
func (b *builder) requests() {
	for r := range b.each("aws_spot_fleet_request", "aws_ec2_fleet") {
		specifications, _ := blocks(r, "launch_specification")
		for n, s := range specifications {
			path := fmt.Sprintf("launch_specification[%d]", n)
			b.machine(r, KindFleet, launch{
				subnet: inside(r, s, path, "subnet_id"),
				groups: inside(r, s, path, "vpc_security_group_ids"),
				public: inside(r, s, path, "associate_public_ip_address"),
			})
		}
		configs, _ := blocks(r, "launch_template_config")
		for n, c := range configs {
			path := fmt.Sprintf("launch_template_config[%d]", n)
			for _, l := range b.templateOf(r, c.Get("launch_template_specification"), path+".launch_template_specification") {
				l.subnet = firstSet(overridden(r, c, path), l.subnet)
				b.machine(r, KindFleet, l)
			}
		}
	}
}

// overridden are the subnets that the overrides of a fleet's template name.
func overridden(r *tf.Resource, config tf.Value, path string) setting {
	all := []setting{{}}
	for _, name := range []string{"overrides", "override"} {
		overrides, _ := config.Get(name).Blocks()
		for n, o := range overrides {
			all = append(all, inside(r, o, fmt.Sprintf("%s.%s[%d]", path, name, n), "subnet_id"))
		}
	}
	return join(all...)
}

// fleetsOf are the interfaces of what an Auto Scaling registration names, as
// targets.
func (b *builder) fleetsOf(from *tf.Resource, group setting) []TargetRef {
	targets, exact := b.resources(from, group.value)
	var seen []*tf.Resource
	var refs []TargetRef
	var all Link[Interface]
	for _, t := range targets {
		if slices.Contains(seen, t.resource) {
			continue
		}
		seen = append(seen, t.resource)
		own := b.interfacesOf(t.resource)
		if !exact {
			all.To = append(all.To, own...)
			continue
		}
		for _, i := range own {
			refs = append(refs, TargetRef{Cause: group.cause, Interface: only(i)})
		}
	}
	if len(refs) == 0 {
		all.Open = true
		refs = []TargetRef{{Cause: group.cause, Interface: all}}
	}
	return refs
}

// interfacesOf are all interfaces of a resource.
func (b *builder) interfacesOf(r *tf.Resource) []*Interface {
	var own []*Interface
	if n := b.notes[r]; n != nil {
		for _, o := range n.objects {
			if i, ok := o.(*Interface); ok {
				own = append(own, i)
			}
		}
	}
	return own
}
