package aws

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Entry is a managed way from the internet into a VPC that needs no public
// address and no route: Global Accelerator, a CloudFront VPC origin, an API
// Gateway VPC link (LB-12, EP-8).
type Entry struct {
	Object
	Kind EntryKind
	// Listens are the ports that the internet reaches, with the port of the
	// target where it differs.
	Listens []EntryPort
	// Balancers and Interfaces are what it leads to.
	Balancers  Links[LoadBalancer]
	Interfaces Links[Interface]
	// Source is the interface that targets see as the sender, with its groups:
	// that of a VPC link. It is nil where the service's own addresses are seen.
	Source *Interface
	// Link is the VPC link that it goes by, or nil.
	Link *tf.Resource
	// PreservesClient is Yes where targets see the client's address.
	PreservesClient tf.Tri
	// IPv6 says whether it takes clients of IPv6; its targets are reached over
	// IPv4.
	IPv6 tf.Tri
	// Enabled is No for one that is switched off.
	Enabled tf.Tri
	Cause   Cause
}

// EntryKind is the kind of an Entry.
type EntryKind string

// The kinds of entry.
const (
	GlobalAccelerator EntryKind = "Global Accelerator"
	CloudFrontOrigin  EntryKind = "CloudFront VPC origin"
	APIGatewayLink    EntryKind = "API Gateway VPC link"
)

// EntryPort is a range of ports of an entry.
type EntryPort struct {
	Protocol tf.Val[string] // TCP or UDP
	From, To tf.Val[int]
	// Target is the port at the target, null when it is the same.
	Target tf.Val[int]
}

// entries are the managed ways from the internet (LB-12, EP-8).
func (b *builder) entries() {
	b.accelerators()
	b.customAccelerators()
	b.cloudFrontOrigins()
	b.apiLinks()
}

func (b *builder) addEntry(e *Entry) { b.n.Entries = append(b.n.Entries, e) }

// accelerators are the endpoint groups of Global Accelerator, an entry for
// each endpoint (LB-12).
func (b *builder) accelerators() {
	for r := range b.each("aws_globalaccelerator_endpoint_group") {
		listener := b.named(r, argument(r, "listener_arn"), "aws_globalaccelerator_listener")
		ports := acceleratorPorts(r, listener)
		enabled, six := b.acceleratorOf(listener, "aws_globalaccelerator_accelerator")
		endpoints, mayHave := blocks(r, "endpoint_configuration")
		for n, block := range endpoints {
			path := fmt.Sprintf("endpoint_configuration[%d]", n)
			id := inside(r, block, path, "endpoint_id")
			e := &Entry{Object: b.object(r), Kind: GlobalAccelerator, Listens: ports, Enabled: enabled, IPv6: six, Cause: id.cause}
			b.leadTo(e, r, id.value)
			e.PreservesClient = e.keepsClient(inside(r, block, path, "client_ip_preservation_enabled").value)
			b.addEntry(e)
		}
		if len(endpoints) == 0 && mayHave {
			b.addEntry(&Entry{Object: b.object(r), Kind: GlobalAccelerator, Listens: ports, Enabled: enabled, IPv6: six, Cause: Cause{Resource: r},
				Balancers: Links[LoadBalancer]{Open: true}, Interfaces: Links[Interface]{Open: true}})
		}
	}
}

// leadTo sets the load balancer or the interface that an entry leads to.
func (b *builder) leadTo(e *Entry, r *tf.Resource, v tf.Value) {
	balancer, machine := link[LoadBalancer](b, r, v, nil), link[Interface](b, r, v, nil)
	// The nodes of a load balancer are interfaces too.
	machine.To = slices.DeleteFunc(slices.Clone(machine.To), func(i *Interface) bool { return i.Kind == KindLoadBalancer })
	switch {
	case len(balancer.To) > 0 && len(machine.To) > 0: // nobody knows which
		e.Balancers.Maybe, e.Interfaces.Maybe = []Link[LoadBalancer]{balancer}, []Link[Interface]{machine}
	case len(balancer.To) > 0:
		e.Balancers.Each = []Link[LoadBalancer]{balancer}
	case len(machine.To) > 0:
		e.Interfaces.Each = []Link[Interface]{machine}
	default:
		e.Balancers.Open, e.Interfaces.Open = true, true
	}
}

// keepsClient says whether the targets of an accelerator see the client's
// address: instances always do, those of an application load balancer unless
// told otherwise, those of a network load balancer with groups if told (LB-12).
func (e *Entry) keepsClient(option tf.Value) tf.Tri {
	if len(e.Balancers.Each) != 1 {
		return tf.TriOf(len(e.Interfaces.Each) > 0).Or(tf.Maybe)
	}
	l, ok := e.Balancers.Each[0].One()
	switch {
	case !ok:
		return tf.Maybe
	case l.Type == "application":
		return truth(option, "", tf.Yes)
	case l.Interface.HasGroups == tf.No:
		return tf.No
	}
	return truth(option, "", tf.Maybe)
}

// acceleratorPorts are the ports of a listener, with the overrides of an
// endpoint group; unknown where the input does not show the listener.
func acceleratorPorts(r, listener *tf.Resource) []EntryPort {
	unknown := tf.UnknownVal[int]()
	if listener == nil {
		return []EntryPort{{Protocol: tf.UnknownVal[string](), From: unknown, To: unknown, Target: unknown}}
	}
	protocol := listener.Get("protocol").AsString().Default("TCP")
	overrides, complete := r.Get("port_override").Blocks()
	targets := map[int]tf.Val[int]{}
	for _, o := range overrides {
		if from, known := o.Get("listener_port").AsInt().Known(); known {
			targets[from] = o.Get("endpoint_port").AsInt()
		} else {
			complete = false
		}
	}
	ranges, _ := listener.Get("port_range").Blocks()
	var list []EntryPort
	for _, e := range ranges {
		from, to := e.Get("from_port").AsInt(), e.Get("to_port").AsInt()
		list = append(list, override(EntryPort{Protocol: protocol, From: from, To: to}, targets, complete)...)
	}
	return list
}

// override divides a range of ports where single ones lead elsewhere.
func override(p EntryPort, targets map[int]tf.Val[int], complete bool) []EntryPort {
	from, fromKnown := p.From.Known()
	to, toKnown := p.To.Known()
	if !complete || len(targets) > 0 && (!fromKnown || !toKnown) {
		p.Target = tf.UnknownVal[int]()
		return []EntryPort{p}
	}
	var list []EntryPort
	add := func(a, z int, target tf.Val[int]) {
		if a <= z {
			list = append(list, EntryPort{Protocol: p.Protocol, From: tf.KnownVal(a), To: tf.KnownVal(z), Target: target})
		}
	}
	if len(targets) == 0 {
		return []EntryPort{p}
	}
	for _, at := range slices.Sorted(maps.Keys(targets)) {
		if at < from || at > to {
			continue
		}
		add(from, at-1, tf.Val[int]{})
		add(at, at, targets[at])
		from = at + 1
	}
	add(from, to, tf.Val[int]{})
	return list
}

// acceleratorOf says whether the accelerator of a listener is switched on, which
// it is unless told otherwise, and whether it takes clients of IPv6.
func (b *builder) acceleratorOf(listener *tf.Resource, of string) (enabled, six tf.Tri) {
	if listener == nil {
		return tf.Maybe, tf.Maybe
	}
	a := b.named(listener, argument(listener, "accelerator_arn"), of)
	if a == nil {
		return tf.Maybe, tf.Maybe
	}
	return truth(argument(a, "enabled").value, "", tf.Yes), truth(argument(a, "ip_address_type").value, "DUAL_STACK", tf.No)
}

// customAccelerators lead to the instances of whole subnets, as far as
// somebody allows it by a call that no plan shows (LB-12).
func (b *builder) customAccelerators() {
	if !b.has("aws_globalaccelerator_custom_routing_endpoint_group") {
		return
	}
	standing := map[*Subnet][]*Interface{}
	for _, i := range b.n.Interfaces {
		if i.Kind == KindInstance || i.Kind == KindFleet || i.Kind == KindENI {
			for _, s := range i.Subnets.all() {
				standing[s] = append(standing[s], i)
			}
		}
	}
	for r := range b.each("aws_globalaccelerator_custom_routing_endpoint_group") {
		listener := b.named(r, argument(r, "listener_arn"), "aws_globalaccelerator_custom_routing_listener")
		enabled, six := b.acceleratorOf(listener, "aws_globalaccelerator_custom_routing_accelerator")
		e := &Entry{Object: b.object(r), Kind: GlobalAccelerator, Cause: Cause{r, "endpoint_configuration"}, PreservesClient: tf.Yes,
			Enabled: enabled.And(tf.Maybe), IPv6: six}
		destinations, _ := blocks(r, "destination_configuration")
		for _, d := range destinations {
			for _, protocol := range d.Get("protocols").Elements() {
				e.Listens = append(e.Listens, EntryPort{Protocol: protocol.AsString(), From: d.Get("from_port").AsInt(), To: d.Get("to_port").AsInt()})
			}
		}
		subnets := links(b, r, eachBlock(r, "endpoint_configuration", "endpoint_id").value, b.outsideSubnet)
		for _, s := range subnets.all() {
			for _, i := range standing[s] {
				e.Interfaces.Maybe = append(e.Interfaces.Maybe, only(i))
			}
		}
		e.Interfaces.Open = subnets.open()
		b.addEntry(e)
	}
}

// cloudFrontOrigins are the VPC origins of CloudFront (EP-8): whatever asks a
// distribution that uses one, CloudFront asks its target.
func (b *builder) cloudFrontOrigins() {
	used := b.usedOrigins()
	for r := range b.each("aws_cloudfront_vpc_origin") {
		const path = "vpc_origin_endpoint_config"
		arn := argument(r, path+".arn")
		e := &Entry{Object: b.object(r), Kind: CloudFrontOrigin, Cause: arn.cause, PreservesClient: tf.No, Enabled: used[r].enabled, IPv6: used[r].six}
		port := func(listens int, name string, unset int) EntryPort {
			return EntryPort{Protocol: tf.KnownVal("TCP"), From: tf.KnownVal(listens), To: tf.KnownVal(listens),
				Target: argument(r, path+"."+name).value.AsInt().Default(unset)}
		}
		http, https := port(80, "http_port", 80), port(443, "https_port", 443)
		switch policy, _ := argument(r, path+".origin_protocol_policy").value.AsString().Known(); policy {
		case "http-only":
			https.Target = http.Target
		case "https-only":
			http.Target = https.Target
		}
		e.Listens = []EntryPort{http, https}
		b.leadTo(e, r, arn.value)
		b.addEntry(e)
	}
}

// use is what the distributions of an origin make of it.
type use struct{ enabled, six tf.Tri }

// usedOrigins says which VPC origins a distribution uses that is switched on.
// One that none of the input uses may be used by another.
func (b *builder) usedOrigins() map[*tf.Resource]use {
	used := map[*tf.Resource]use{}
	for r := range b.each("aws_cloudfront_distribution") {
		on, six := truth(argument(r, "enabled").value, "", tf.Maybe), truth(argument(r, "is_ipv6_enabled").value, "", tf.No)
		origins, _ := r.Get("origin").Blocks()
		for _, o := range origins {
			to, exact := b.resources(r, oneBlock(o.Get("vpc_origin_config")).Get("vpc_origin_id"))
			for _, id := range to {
				if exact {
					has := used[id.resource]
					used[id.resource] = use{has.enabled.Or(on), has.six.Or(six.And(on))}
				}
			}
		}
	}
	return used
}

// apiLinks are the private integrations of API Gateway: whoever calls the API
// reaches what stands behind the VPC link (EP-8).
func (b *builder) apiLinks() {
	balancers := b.balancersOf()
	for r := range b.each("aws_apigatewayv2_integration") {
		if truth(argument(r, "connection_type").value, "VPC_LINK", tf.No) == tf.No {
			continue
		}
		to := argument(r, "integration_uri")
		e := &Entry{Object: b.object(r), Kind: APIGatewayLink, Cause: to.cause, PreservesClient: tf.No, Enabled: tf.Yes, IPv6: tf.No}
		if through := b.named(r, argument(r, "connection_id"), "aws_apigatewayv2_vpc_link"); through != nil {
			e.Source, e.Link = objectOf[Interface](b, through), through
		}
		listener := link[Listener](b, r, to.value, nil)
		target := tf.UnknownVal[int]()
		if l, ok := listener.One(); ok {
			target = l.Port
			e.Balancers.Each = []Link[LoadBalancer]{{To: balancers[l]}}
		} else {
			b.leadTo(e, r, to.value)
		}
		e.Listens = []EntryPort{publicAPI(target)}
		b.addEntry(e)
	}
	for r := range b.each("aws_api_gateway_integration") {
		if truth(argument(r, "connection_type").value, "VPC_LINK", tf.No) == tf.No {
			continue
		}
		e := &Entry{Object: b.object(r), Kind: APIGatewayLink, Cause: Cause{r, "connection_id"}, PreservesClient: tf.No, Enabled: tf.Yes, IPv6: tf.No}
		if api := b.named(r, argument(r, "rest_api_id"), "aws_api_gateway_rest_api"); api != nil {
			e.Enabled = unlessPrivate(api)
		}
		e.Listens = []EntryPort{publicAPI(urlPort(r.Get("uri")))}
		through := b.named(r, argument(r, "connection_id"), "aws_api_gateway_vpc_link")
		if through == nil {
			e.Balancers.Open = true
		} else {
			e.Link = through
			e.Balancers = links[LoadBalancer](b, through, through.Get("target_arns"), nil)
		}
		b.addEntry(e)
	}
}

// publicAPI is the port of every API, with the port behind it.
func publicAPI(target tf.Val[int]) EntryPort {
	return EntryPort{Protocol: tf.KnownVal("TCP"), From: tf.KnownVal(443), To: tf.KnownVal(443), Target: target}
}

// balancersOf are the load balancers that have each listener.
func (b *builder) balancersOf() map[*Listener][]*LoadBalancer {
	of := map[*Listener][]*LoadBalancer{}
	for _, lb := range b.n.LoadBalancers {
		for _, l := range lb.Listeners {
			of[l] = append(of[l], lb)
		}
	}
	return of
}

// urlPort is the port that a URL leads to.
func urlPort(v tf.Value) tf.Val[int] {
	text, known := v.AsString().Known()
	if !known {
		return tf.UnknownVal[int]()
	}
	// Variables of a stage stand in braces.
	u, err := url.Parse(text)
	if err != nil || strings.Contains(u.Host, "{") {
		return tf.UnknownVal[int]()
	}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		return tf.KnownVal(port)
	}
	if u.Scheme == "https" {
		return tf.KnownVal(443)
	}
	return tf.KnownVal(80)
}
