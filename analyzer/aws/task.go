package aws

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// taskPlacements are the arguments that run ECS tasks with interfaces of
// their own (TF-NI-7).
var taskPlacements = []struct{ resourceType, network, task string }{
	{"aws_ecs_service", "network_configuration", "task_definition"},
	{"aws_ecs_task_set", "network_configuration", "task_definition"},
	{"aws_cloudwatch_event_target", "ecs_target.network_configuration", "ecs_target.task_definition_arn"},
	{"aws_scheduler_schedule", "target.ecs_parameters.network_configuration", "target.ecs_parameters.task_definition_arn"},
}

// tasks are the interfaces of ECS tasks in awsvpc mode; in the other modes
// tasks share those of their machines (SVC-8).
func (b *builder) tasks() {
	for _, p := range taskPlacements {
		for r := range b.each(p.resourceType) {
			network := r.Get(strings.Split(p.network, ".")...)
			if isEmpty(network) || network.IsUnknown() && p.resourceType != "aws_ecs_service" {
				continue
			}
			i := b.newInterface(r, KindTask)
			b.place(i, r, argument(r, p.network+".subnets"))
			b.secure(i, r, argument(r, p.network+".security_groups"))
			public := argument(r, p.network+".assign_public_ip")
			i.PublicIPv4, i.PublicCause = tf.TriVal(public.value.AsBool(), tf.No).And(onFargate(r, strings.TrimSuffix(p.network, "network_configuration"))), public.cause
			b.numberTask(i)
			i.Ports = b.containerPorts(r, argument(r, p.task))
			b.add(i)
		}
	}
}

// onFargate says whether tasks run on Fargate, which alone gives them public
// addresses (SVC-8): by launch type or capacity providers at a path.
func onFargate(r *tf.Resource, at string) tf.Tri {
	fargate := tf.Maybe
	if kind := argument(r, at+"launch_type"); kind.isSet() {
		fargate = truth(kind.value, "FARGATE", tf.Maybe)
	}
	providers, _ := r.Get(strings.Split(at+"capacity_provider_strategy", ".")...).Blocks()
	for _, p := range providers {
		name, known := p.Get("capacity_provider").AsString().Known()
		if !known {
			return tf.Maybe
		}
		fargate = tf.TriOf(strings.HasPrefix(name, "FARGATE")) // no strategy mixes the two
	}
	return fargate
}

// numberTask gives tasks their IPv6 addresses: an account setting may in
// dual-stack subnets (SVC-8). Where nobody can tell the subnets and the input
// knows of none that is dual-stack, it is assumed that there is none.
func (b *builder) numberTask(i *Interface) {
	dual := func(s *Subnet) bool { return s.IPv6 != nil && !s.Outside }
	if len(i.Subnets.all()) > 0 || slices.ContainsFunc(b.n.Subnets, dual) {
		i.number(setting{value: tf.UnknownValue()})
		return
	}
	b.n.Assumptions = append(b.n.Assumptions, &tf.Assumption{
		ID: "no-dual-stack:" + i.Label, Address: i.Label,
		Text: "the subnets of " + i.Label + ", which are not known yet, have no IPv6 addresses, as no subnet of this input has (SVC-8)",
	})
}

// containerPorts are the ports of a task definition, nil where they cannot be
// read.
func (b *builder) containerPorts(r *tf.Resource, task setting) []ServicePort {
	t := b.named(r, task, "aws_ecs_task_definition")
	if t == nil {
		return nil
	}
	text, known := t.Get("container_definitions").AsString().Known()
	if !known {
		return nil
	}
	var containers []struct {
		PortMappings []struct {
			ContainerPort int    `json:"containerPort"`
			Range         string `json:"containerPortRange"`
			Protocol      string `json:"protocol"`
		} `json:"portMappings"`
	}
	if json.Unmarshal([]byte(text), &containers) != nil {
		return nil
	}
	list := []ServicePort{}
	for _, c := range containers {
		for _, m := range c.PortMappings {
			if m.Range != "" || m.ContainerPort < 1 || m.ContainerPort > 65535 {
				return nil
			}
			p := ServicePort{Protocol: packet.TCP, From: uint16(m.ContainerPort), To: uint16(m.ContainerPort)}
			if strings.EqualFold(m.Protocol, "udp") {
				p.Protocol = packet.UDP
			}
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		// Nothing stops a container from listening on a port it does not map.
		return nil
	}
	return list
}

// taskRefs are the registrations of a service with a load balancer: its own
// interfaces on the container's port, or the machines of its cluster on a
// port that nobody can tell (LB-10).
func (b *builder) taskRefs(r *tf.Resource, block tf.Value, cause Cause) []TargetRef {
	own := b.interfacesOf(r)
	if len(own) > 0 {
		refs := caused(fleetRefs(own), cause)
		for n := range refs {
			refs[n].Port = block.Get("container_port").AsInt()
		}
		return refs
	}
	machines := Link[Interface]{Open: true}
	for p := range b.each("aws_ecs_capacity_provider") {
		groups, _ := b.mayName(p, argument(p, "auto_scaling_group_provider.auto_scaling_group_arn"), "aws_autoscaling_group")
		for _, g := range groups {
			machines.To = append(machines.To, b.interfacesOf(g)...)
		}
	}
	return []TargetRef{{Cause: cause, Interface: machines, Port: tf.UnknownVal[int]()}}
}
