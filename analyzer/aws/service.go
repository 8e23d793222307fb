package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// services are the interfaces of the managed services that have a recipe.
func (b *builder) services() {
	for _, c := range recipes {
		for r := range b.each(c.name) {
			if c.applies(r) == tf.No {
				continue
			}
			b.service(c, r)
		}
	}
}

// applies reports whether the recipe's condition holds.
func (c recipe) applies(r *tf.Resource) tf.Tri {
	if c.when == "" {
		return tf.Yes
	}
	v := argument(r, c.when).value
	switch {
	case v.IsNull():
		return tf.No
	case c.be == "":
		return tf.Yes
	}
	return truth(v, c.be, tf.No)
}

// service makes the interface of a managed service.
func (b *builder) service(c recipe, r *tf.Resource) {
	parent, parents := b.parentOf(c, r)
	if c.name == "aws_elasticache_cluster" && parents {
		return // a member of a replication group, which has the interface
	}
	get := func(path string) setting { return c.read(r, parent, parents, path) }
	if c.isPublicBroker(r) {
		return
	}

	i := b.newInterface(r, c.kind)
	if !b.placeService(c, r, i, get) {
		return
	}
	if c.groups != "" || c.managed {
		b.secureService(c, r, i, get)
	} else {
		b.secure(i, r, setting{})
	}
	switch {
	case c.byFlag:
		i.publish(setting{cause: Cause{Resource: r}})
	case c.public != "":
		public := get(c.public)
		i.PublicIPv4, i.PublicCause = truth(public.value, c.publicText, c.unset), public.cause
		if c.unset == tf.Maybe && i.PublicIPv4 == tf.Maybe {
			i.PublicIPv4 = i.publicWithGateway()
		}
	}
	i.publishIPv6(get)
	if c.ipv6 != "" && get(c.ipv6).isSet() {
		i.number(get(c.ipv6))
	}
	i.Ports = c.listens(get)
	if c.outward != nil && i.PublicIPv4 != tf.No {
		i.Ports = slices.Clone(i.Ports)
		for n, p := range i.Ports {
			i.Ports[n].Maybe = !slices.Contains(c.outward, p)
		}
	}
	if c.port != "" {
		i.PortCause = get(c.port).cause
	}
	if c.direct != "" {
		off := argument(r, c.direct)
		i.Direct = &DirectAccess{Cause: off.cause, On: truth(off.value, c.directOff, tf.No).Not()}
	}
	if c.source {
		i.Inbound = tf.No
	}
	if c.target {
		i.Initiates = tf.No
	}
	if c.name == "aws_route53_resolver_endpoint" {
		i.resolve(argument(r, "direction").value)
	}
	b.add(i)
}

// resolve says which way an endpoint of the Route 53 Resolver speaks: an
// outbound one asks, the others answer (EP-10).
func (i *Interface) resolve(direction tf.Value) {
	asks := truth(direction, "OUTBOUND", tf.Maybe)
	i.Initiates, i.Inbound = asks, asks.Not()
}

// publishIPv6 says whether a service may be reached over IPv6: by the internet
// if it is public, else from inside, where it has IPv6 addresses and stands in a
// subnet with some (SVC-19). Which of them do so is not certain.
func (i *Interface) publishIPv6(get func(string) setting) {
	speaks := tf.No
	for _, name := range []string{"network_type", "ip_address_type"} {
		text, state := get(name).value.AsString().Get()
		switch {
		case state == tf.IsUnknown:
			speaks = speaks.Or(tf.Maybe)
		case state == tf.IsKnown && !strings.EqualFold(text, "ipv4"):
			speaks = tf.Maybe
		}
	}
	i.number(setting{value: tf.UnknownValue()})
	i.InnerIPv6 = (i.InnerIPv6 || i.IPv6 != tf.No) && speaks != tf.No
	i.IPv6 = i.IPv6.And(speaks).And(i.PublicIPv4)
}

// publicWithGateway is No where no subnet's VPC has an internet gateway, and
// Maybe otherwise: what a service without a visible switch does (SVC-17).
func (i *Interface) publicWithGateway() tf.Tri {
	vpcs, open := i.vpcs()
	for _, v := range vpcs {
		open = open || len(v.Gateways) > 0 || v.MayHaveGateway
	}
	if open {
		return tf.Maybe
	}
	return tf.No
}

// isPublicBroker reports a RabbitMQ broker that is public, and therefore
// outside of the VPC (SVC-14).
func (c recipe) isPublicBroker(r *tf.Resource) bool {
	return c.name == "aws_mq_broker" && rabbit(r) == tf.Yes && truth(argument(r, c.public).value, "", tf.No) == tf.Yes
}

func rabbit(r *tf.Resource) tf.Tri { return truth(argument(r, "engine_type").value, "RabbitMQ", tf.No) }

// parentOf is the resource that holds the inherited arguments; set is false
// where there is none to ask.
func (b *builder) parentOf(c recipe, r *tf.Resource) (parent *tf.Resource, set bool) {
	if c.parent == "" {
		return nil, false
	}
	s := argument(r, c.parent)
	if !s.isSet() {
		return nil, false
	}
	return b.named(r, s, c.parentType), true
}

// read is an argument of a service, of its parent where the parent holds it,
// or unknown where something outside the input does.
func (c recipe) read(r, parent *tf.Resource, parents bool, path string) setting {
	alternatives := []setting{{cause: Cause{Resource: r, Argument: path}}}
	if words := strings.Fields(path); len(words) > 0 {
		alternatives = nil
		for _, word := range words {
			alternatives = append(alternatives, everywhere(r, word))
		}
	}
	s := firstSet(alternatives...)
	if s.isSet() {
		return s
	}
	for _, name := range c.inherited {
		if name != path || !parents {
			continue
		}
		if parent == nil {
			s.value = tf.UnknownValue()
			return s
		}
		return argument(parent, path)
	}
	if path == c.port || path == c.group {
		for _, name := range c.restored {
			if argument(r, name).isSet() {
				s.value = tf.UnknownValue()
			}
		}
	}
	return s
}

// placeService puts a service into its subnets, and reports false for one
// that stands outside of every VPC.
func (b *builder) placeService(c recipe, r *tf.Resource, i *Interface, get func(string) setting) bool {
	i.AnySubnet = c.oneOf
	subnets, from := setting{}, r
	switch {
	case c.group != "":
		group := get(c.group)
		if !group.isSet() {
			subnets.cause = group.cause
			break
		}
		subnets, from = b.groupSubnets(group, c.groupType)
	case c.name == "aws_route53_resolver_endpoint":
		subnets = eachBlock(r, "ip_address", "subnet_id")
	default:
		subnets = get(c.subnets)
	}
	switch {
	case subnets.isSet() || c.defaultVPC:
		b.place(i, from, subnets)
	default:
		return false
	}
	if c.oneOf {
		i.narrow(get)
	}
	return true
}

// eachBlock is what all blocks of a name hold in one argument.
func eachBlock(r *tf.Resource, name, argument string) setting {
	all := []setting{{cause: Cause{Resource: r, Argument: name}}}
	known, mayHave := blocks(r, name)
	for n, block := range known {
		all = append(all, inside(r, block, fmt.Sprintf("%s[%d]", name, n), argument))
	}
	if mayHave {
		all = append(all, setting{value: tf.UnknownValue()})
	}
	return join(all...)
}

// groupSubnets are the subnets of the subnet group that an argument names.
func (b *builder) groupSubnets(group setting, groupType string) (setting, *tf.Resource) {
	from := group.cause.Resource
	g := b.named(from, group, groupType)
	if g == nil {
		return setting{value: tf.UnknownValue(), cause: group.cause}, from
	}
	return argument(g, "subnet_ids"), g
}

// narrow leaves the subnets of the service's zone, where it has one for good
// (SVC-1).
func (i *Interface) narrow(get func(string) setting) {
	zone, known := get("availability_zone").value.AsString().Known()
	if !known || tf.TriVal(get("multi_az").value.AsBool(), tf.No) != tf.No {
		return
	}
	var kept []Link[Subnet]
	for _, l := range i.Subnets.Each {
		s, ok := l.One()
		if ok {
			if z, known := s.AvailabilityZone.Known(); known && z != zone {
				continue
			}
		}
		kept = append(kept, l)
	}
	if len(kept) > 0 {
		i.Subnets.Each = kept
	}
}

// secureService gives a service its groups, with those of its own making.
func (b *builder) secureService(c recipe, r *tf.Resource, i *Interface, get func(string) setting) {
	if c.managed {
		i.Groups.Open = true
	}
	if c.groups == "" {
		return
	}
	groups := get(c.groups)
	if c.managed && !groups.isSet() {
		return
	}
	from := r
	if groups.cause.Resource != nil {
		from = groups.cause.Resource
	}
	b.secure(i, from, groups)
	i.Groups.Open = i.Groups.Open || c.managed
}

// listens are the ports of a service; nil where nobody can tell.
func (c recipe) listens(get func(string) setting) []ServicePort {
	if c.port != "" {
		port := get(c.port)
		n, known := port.value.AsInt().Known()
		switch {
		case known && n > 0 && n < 65536:
			own := ports(uint16(n))
			if of := port.cause.Resource; of.Config.Sets(c.port) != tf.No {
				return own
			}
			// A number that nobody chose: the default counts as well.
			for _, p := range c.defaultPorts(get) {
				if !slices.Contains(own, p) {
					own = append(own, p)
				}
			}
			return own
		case port.isSet():
			return nil
		}
	}
	return c.defaultPorts(get)
}

// defaultPorts are the ports of a service where nobody chose one.
func (c recipe) defaultPorts(get func(string) setting) []ServicePort {
	if c.engine == "" {
		return c.ports
	}
	engine, known := get(c.engine).value.AsString().Known()
	if !known {
		return nil
	}
	for name := engine; ; {
		if list, ok := c.engines[name]; ok {
			return ports(list...)
		}
		if list, ok := c.engines[strings.ToLower(name)]; ok {
			return ports(list...)
		}
		// Editions follow the engine's name: oracle-se2, sqlserver-ex.
		cut := strings.LastIndexByte(name, '-')
		if cut < 0 {
			return nil
		}
		name = name[:cut]
	}
}
