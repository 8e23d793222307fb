package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// loadBalancers are the load balancers with the interfaces of their nodes
// (LB-1, TF-L-1, TF-L-2).
func (b *builder) loadBalancers() {
	for r := range b.each("aws_lb", "aws_elb") {
		l := &LoadBalancer{Object: b.object(r), Type: "classic", CrossZone: tf.Yes}
		if r.Addr.Type != "aws_elb" {
			l.Type, _ = argument(r, "load_balancer_type").value.AsString().Default("application").Get()
			l.CrossZone = tf.TriVal(argument(r, "enable_cross_zone_load_balancing").value.AsBool(), tf.No)
		} else {
			l.CrossZone = tf.TriVal(argument(r, "cross_zone_load_balancing").value.AsBool(), tf.Yes)
		}
		if l.Type == "application" {
			l.CrossZone = tf.Yes // LB-8
		}
		internal := argument(r, "internal")
		l.Internal, l.InternalCause = tf.TriVal(internal.value.AsBool(), tf.No), internal.cause
		l.IPAddressType = argument(r, "ip_address_type").value.AsString().Default("ipv4")
		l.Interface = b.nodes(r, l)
		l.PrivateLinkRules = truth(argument(r, "enforce_security_group_inbound_rules_on_private_link_traffic").value, "on", tf.Yes)
		b.n.LoadBalancers = append(b.n.LoadBalancers, l)
		register(b, r, l)
	}
}

// nodes is the interface that stands for a load balancer's nodes.
func (b *builder) nodes(r *tf.Resource, l *LoadBalancer) *Interface {
	i := b.newInterface(r, KindLoadBalancer)
	mappings, mayMap := blocks(r, "subnet_mapping")
	mapped := []setting{{cause: Cause{Resource: r, Argument: "subnet_mapping"}}}
	for n, m := range mappings {
		path := fmt.Sprintf("subnet_mapping[%d]", n)
		mapped = append(mapped, inside(r, m, path, "subnet_id"))
		i.address(inside(r, m, path, "private_ipv4_address"), inside(r, m, path, "ipv6_address"))
	}
	subnets := firstSet(argument(r, "subnets"), join(mapped...))
	// Neither is visible: a dynamic subnet_mapping hides the subnets (TF-L-1).
	if !subnets.isSet() && (mayMap || l.Type != "classic") {
		subnets.value = tf.UnknownValue()
	}
	b.place(i, r, subnets)

	groups := argument(r, "security_groups")
	switch {
	case l.Type == "gateway":
		i.HasGroups = tf.No // SG-19
	case l.Type == "network" && !groups.isSet():
		// Only a network load balancer can be without (LB-4).
		i.HasGroups = tf.No
	default:
		b.secure(i, r, groups)
	}

	i.PublicCause = l.InternalCause
	i.PublicIPv4 = l.Internal.Not().And(customerOwned(r).Not())
	if customerOwned(r) == tf.Yes && l.Internal != tf.Yes {
		i.assume(onlyOnPremises(r, r.Address))
	}
	if l.Type == "gateway" {
		i.PublicIPv4 = tf.No
	}
	i.IPv6 = tf.No
	switch kind, state := l.IPAddressType.Get(); {
	case state == tf.IsUnknown:
		i.IPv6, i.InnerIPv6 = tf.Maybe.And(i.PublicIPv4), true
	case strings.HasPrefix(kind, "dualstack"):
		// The IPv6 addresses of an internal one are closed to internet
		// gateways (LB-13).
		i.IPv6, i.InnerIPv6 = i.PublicIPv4, i.PublicIPv4 != tf.Yes
		if kind == "dualstack-without-public-ipv4" {
			i.PublicIPv4 = tf.No
		}
	}
	b.add(i)
	return i
}

// targetGroups are the target groups, with what registers itself by one of
// their attachments (LB-7, LB-10).
func (b *builder) targetGroups() {
	for r := range b.each("aws_lb_target_group") {
		g := &TargetGroup{
			Object:     b.object(r),
			Protocol:   argument(r, "protocol").value.AsString(),
			Port:       argument(r, "port").value.AsInt(),
			TargetType: argument(r, "target_type").value.AsString().Default("instance"),
			Open:       !b.isNew(r),
		}
		g.IPv6 = truth(argument(r, "ip_address_type").value, "ipv6", tf.No)
		if zones := argument(r, "load_balancing_cross_zone_enabled").value.AsString(); zones.IsUnknown() {
			g.CrossZone = tf.UnknownVal[bool]()
		} else if text, known := zones.Known(); known && text != "use_load_balancer_configuration" {
			g.CrossZone = tf.KnownVal(text == "true")
		}
		g.HealthPort = healthPort(r)
		g.PreserveClientIP = preservesByDefault(g)
		if preserve := argument(r, "preserve_client_ip"); preserve.isSet() && canPreserve(g) != tf.No {
			g.PreserveClientIP = tf.TriVal(preserve.value.AsBool(), tf.Maybe)
		}
		b.n.TargetGroups = append(b.n.TargetGroups, g)
		register(b, r, g)
	}
}

// healthPort is the port of a target group's health checks, which are HTTP or
// TCP whatever the group forwards (LB-9).
func healthPort(r *tf.Resource) tf.Val[int] {
	checks, mayHave := blocks(r, "health_check")
	switch {
	case len(checks) == 0 && !mayHave:
		return tf.Val[int]{}
	case len(checks) != 1 || mayHave:
		return tf.UnknownVal[int]()
	}
	port := checks[0].Get("port")
	if text, known := port.AsString().Known(); isEmpty(port) || known && text == "traffic-port" {
		return tf.Val[int]{}
	}
	return port.AsInt()
}

// canPreserve says whether anybody can choose: an application load balancer
// never keeps the client's address (LB-3), and for UDP it cannot be switched
// off (LB-4).
func canPreserve(g *TargetGroup) tf.Tri {
	protocol, state := g.Protocol.Get()
	switch {
	case state == tf.IsUnknown:
		return tf.Maybe
	case protocol == "TCP" || protocol == "TLS":
		return tf.Yes
	}
	return tf.No
}

// preservesByDefault says whether the targets of a group see the client's
// address where nobody chose (LB-3, LB-4).
func preservesByDefault(g *TargetGroup) tf.Tri {
	protocol, state := g.Protocol.Get()
	if state == tf.IsUnknown {
		return tf.Maybe
	}
	kind, known := g.TargetType.Known()
	switch strings.ToUpper(protocol) {
	case "TCP", "TLS":
		if !known {
			return tf.Maybe
		}
		return tf.TriOf(kind != "ip")
	case "UDP", "TCP_UDP", "QUIC", "TCP_QUIC", "GENEVE":
		return tf.Yes
	}
	return tf.No
}

// listeners are the listeners and their rules. Rules narrow by HTTP fields
// only, so that every forward action counts (LB-3).
func (b *builder) listeners() {
	for r := range b.each("aws_lb_listener") {
		l := &Listener{
			Object:   b.object(r),
			Cause:    Cause{Resource: r},
			Protocol: argument(r, "protocol").value.AsString(),
			Port:     argument(r, "port").value.AsInt(),
			Policy:   argument(r, "ssl_policy").value.AsString(),
		}
		register(b, r, l)
		b.forward(l, r, "default_action", true)
		for _, balancer := range link[LoadBalancer](b, r, argument(r, "load_balancer_arn").value, nil).To {
			balancer.Listeners = append(balancer.Listeners, l)
		}
	}
	for r := range b.each("aws_lb_listener_rule") {
		listener := link[Listener](b, r, argument(r, "listener_arn").value, nil)
		certain := sure(r, listener)
		for _, l := range listener.To {
			b.forward(l, r, "action", certain)
		}
	}
	b.classicListeners()
}

// forward adds the target groups that the actions of r forward to; certain is
// false where they may belong to another listener.
func (b *builder) forward(l *Listener, r *tf.Resource, name string, certain bool) {
	add := func(arn tf.Value) {
		if to := link[TargetGroup](b, r, arn, nil); to.IsSet() {
			l.forwardTo(to, certain)
		}
	}
	actions, complete := r.Get(name).Blocks()
	l.Forwards.Open = l.Forwards.Open || !complete
	for _, a := range actions {
		add(a.Get("target_group_arn"))
		forwards, _ := a.Get("forward").Blocks()
		for _, f := range forwards {
			groups, complete := f.Get("target_group").Blocks()
			l.Forwards.Open = l.Forwards.Open || !complete
			for _, g := range groups {
				add(g.Get("arn"))
			}
		}
		if name != "default_action" {
			continue
		}
		redirects, _ := a.Get("redirect").Blocks()
		for _, d := range redirects {
			l.Redirects = d.Get("protocol").AsString().Default("#{protocol}")
		}
		fixed, _ := a.Get("fixed_response").Blocks()
		l.Fixed = l.Fixed || len(fixed) > 0
	}
}

// forwardTo adds a target group once.
func (l *Listener) forwardTo(to Link[TargetGroup], certain bool) {
	same := func(has Link[TargetGroup]) bool { return has.Open == to.Open && slices.Equal(has.To, to.To) }
	switch {
	case slices.ContainsFunc(l.Forwards.Each, same):
	case certain:
		l.Forwards.Each = append(l.Forwards.Each, to)
	case !slices.ContainsFunc(l.Forwards.Maybe, same):
		l.Forwards.Maybe = append(l.Forwards.Maybe, to)
	}
}

// classicListeners are the listener blocks of a classic load balancer, which
// lead straight to its instances (LB-5).
func (b *builder) classicListeners() {
	targets := map[*LoadBalancer][]TargetRef{}
	for r := range b.each("aws_elb") {
		l := objectOf[LoadBalancer](b, r)
		instances := argument(r, "instances")
		for _, i := range links[Interface](b, r, instances.value, nil).Each {
			targets[l] = append(targets[l], TargetRef{Cause: instances.cause, Interface: i})
		}
	}
	for r := range b.each("aws_elb_attachment") {
		instance := argument(r, "instance")
		ref := TargetRef{Cause: instance.cause, Interface: link[Interface](b, r, instance.value, nil)}
		for _, l := range link[LoadBalancer](b, r, argument(r, "elb").value, nil).To {
			targets[l] = append(targets[l], ref)
		}
	}
	b.registrations(func(from *tf.Resource, to setting, refs []TargetRef) {
		for _, l := range links[LoadBalancer](b, from, to.value, nil).all() {
			if l.Type == "classic" {
				targets[l] = append(targets[l], refs...)
			}
		}
	})
	for r := range b.each("aws_elb") {
		l := objectOf[LoadBalancer](b, r)
		blocks, _ := r.Get("listener").Blocks()
		for n, block := range blocks {
			l.Listeners = append(l.Listeners, &Listener{
				Object:       l.Object,
				Cause:        Cause{Resource: r, Argument: fmt.Sprintf("listener[%d]", n)},
				Protocol:     block.Get("lb_protocol").AsString(),
				Port:         block.Get("lb_port").AsInt(),
				InstancePort: block.Get("instance_port").AsInt(),
				Targets:      targets[l],
			})
		}
	}
}

// registrations calls what with everything that Auto Scaling and ECS register
// with load balancers and target groups (LB-10).
func (b *builder) registrations(what func(from *tf.Resource, to setting, refs []TargetRef)) {
	for r := range b.each("aws_autoscaling_group", "aws_spot_fleet_request") {
		refs := fleetRefs(b.interfacesOf(r))
		for _, name := range []string{"target_group_arns", "load_balancers"} {
			if to := argument(r, name); to.isSet() {
				what(r, to, caused(refs, to.cause))
			}
		}
		sources, _ := blocks(r, "traffic_source")
		for n, s := range sources {
			to := inside(r, s, fmt.Sprintf("traffic_source[%d]", n), "identifier")
			what(r, to, caused(refs, to.cause))
		}
	}
	for r := range b.each("aws_autoscaling_attachment", "aws_autoscaling_traffic_source_attachment") {
		refs := b.fleetsOf(r, argument(r, "autoscaling_group_name"))
		for _, name := range []string{"lb_target_group_arn", "alb_target_group_arn", "elb", "traffic_source.identifier"} {
			if to := argument(r, name); to.isSet() {
				what(r, to, refs)
			}
		}
	}
	for r := range b.each("aws_ecs_service", "aws_ecs_task_set") {
		blocks, _ := blocks(r, "load_balancer")
		for n, block := range blocks {
			path := fmt.Sprintf("load_balancer[%d]", n)
			to := firstSet(inside(r, block, path, "target_group_arn"), inside(r, block, path, "elb_name"))
			what(r, to, b.taskRefs(r, block, to.cause))
		}
	}
}

// fleetRefs are registrations of interfaces that may turn out not to exist.
func fleetRefs(interfaces []*Interface) []TargetRef {
	var refs []TargetRef
	for _, i := range interfaces {
		refs = append(refs, TargetRef{Interface: only(i)})
	}
	return refs
}

// caused is refs, registered by cause.
func caused(refs []TargetRef, cause Cause) []TargetRef {
	var out []TargetRef
	for _, r := range refs {
		r.Cause = cause
		out = append(out, r)
	}
	return out
}

// registerTargets registers targets with their target groups.
func (b *builder) registerTargets() {
	holders := b.holders()
	for r := range b.each("aws_lb_target_group_attachment") {
		id := argument(r, "target_id")
		ref := TargetRef{Cause: id.cause, Port: argument(r, "port").value.AsInt()}
		for _, g := range link[TargetGroup](b, r, argument(r, "target_group_arn").value, nil).To {
			if ref, ok := b.registered(r, id.value, g, ref, holders); ok {
				g.Targets = append(g.Targets, ref)
			}
		}
	}
	b.registrations(func(from *tf.Resource, to setting, refs []TargetRef) {
		for _, g := range links[TargetGroup](b, from, to.value, nil).all() {
			g.Targets = append(g.Targets, refs...)
		}
	})
}

// holder is an address in an account and Region.
type holder struct{ scope, address string }

// holders are the interfaces by the addresses that they are known to hold;
// two VPCs may use one address.
func (b *builder) holders() map[holder][]*Interface {
	found := map[holder][]*Interface{}
	for _, i := range b.n.Interfaces {
		for _, a := range i.Addresses {
			key := holder{i.Scope, a.String()}
			found[key] = append(found[key], i)
		}
	}
	return found
}

// registered completes a target by what its group takes (LB-7). A function
// has no network path.
func (b *builder) registered(r *tf.Resource, id tf.Value, g *TargetGroup, ref TargetRef, holders map[holder][]*Interface) (TargetRef, bool) {
	kind, known := g.TargetType.Known()
	switch {
	case known && kind == "lambda":
		return ref, false
	case known && kind == "alb":
		ref.LoadBalancer = link[LoadBalancer](b, r, id, nil)
		return ref, true
	}
	ref.Interface = link[Interface](b, r, id, nil)
	if text, ok := id.AsString().Known(); ok && len(ref.Interface.To) == 0 {
		if to := holders[holder{b.scope(r), text}]; len(to) > 0 {
			ref.Interface = Link[Interface]{To: to, ID: text}
		}
	}
	if !known {
		ref.LoadBalancer = link[LoadBalancer](b, r, id, nil)
	}
	return ref, true
}
