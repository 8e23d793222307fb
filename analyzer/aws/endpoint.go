package aws

import (
	"fmt"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// EndpointKind is the type of a VPC endpoint.
type EndpointKind string

// The kinds of VPC endpoint, as vpc_endpoint_type writes them.
const (
	GatewayEndpoint         EndpointKind = "Gateway"
	InterfaceEndpoint       EndpointKind = "Interface"
	GatewayBalancerEndpoint EndpointKind = "GatewayLoadBalancer"
	ResourceEndpoint        EndpointKind = "Resource"
	ServiceNetworkEndpoint  EndpointKind = "ServiceNetwork"
)

// Endpoint is a VPC endpoint (EP-1 to EP-5).
type Endpoint struct {
	Object
	Kind tf.Val[EndpointKind]
	VPC  Link[VPC]
	// Service is the name of what it leads to, such as
	// "com.amazonaws.eu-west-1.s3", and EndpointService the endpoint service
	// of the input that has this name (EP-3).
	Service         tf.Val[string]
	EndpointService Link[EndpointService]
	// Interface is its network interfaces: nil for a gateway endpoint. Those of
	// a gateway load balancer endpoint have no groups (SG-19).
	Interface *Interface
	// Tables are the route tables that a gateway endpoint puts its route into.
	Tables Links[RouteTable]
	// IPv6 says whether it takes IPv6 (EP-1).
	IPv6 tf.Tri
}

// EndpointService is an endpoint service, what others call PrivateLink (EP-3).
type EndpointService struct {
	Object
	Name string // where the input shows it
	// Balancers are the network or gateway load balancers behind it.
	Balancers Links[LoadBalancer]
	// AnyPrincipal says whether every account may connect, and Principals
	// whether some account outside may; AcceptanceRequired whether somebody
	// has to accept.
	AnyPrincipal, Principals, AcceptanceRequired tf.Tri
}

// endpoints are the VPC endpoints, with the interfaces of those that have some
// (EP-1 to EP-5, TF-L-3).
func (b *builder) endpoints() {
	for r := range b.each("aws_vpc_endpoint") {
		e := b.newEndpoint(r)
		e.VPC = link(b, r, r.Get("vpc_id"), b.outsideVPC)
		tables := argument(r, "route_table_ids")
		e.Tables = links(b, r, tables.value, b.outsideTable)
		if kind, known := e.Kind.Known(); !known || kind != GatewayEndpoint {
			e.Interface = b.endpointInterface(r, e)
		}
	}
	for r := range b.data("aws_vpc_endpoint") {
		if e := sameObject[Endpoint](b, r); e != nil {
			register(b, r, e)
			continue
		}
		e := b.newEndpoint(r)
		if isEmpty(r.Get("vpc_endpoint_type")) {
			e.Kind = tf.UnknownVal[EndpointKind]()
		}
		e.VPC = link(b, r, b.vpcArgument(r), b.outsideVPC)
		e.Tables = links(b, r, r.Get("route_table_ids"), b.outsideTable)
		e.Tables.Open = e.Tables.Open || isEmpty(r.Get("route_table_ids"))
	}
	for r := range b.each("aws_vpc_endpoint_route_table_association") {
		table := link(b, r, r.Get("route_table_id"), b.outsideTable)
		to := link[Endpoint](b, r, r.Get("vpc_endpoint_id"), nil)
		certain := sure(r, to)
		for _, e := range to.To {
			if certain {
				e.Tables.Each = append(e.Tables.Each, table)
			} else {
				e.Tables.Maybe = append(e.Tables.Maybe, table)
			}
		}
	}
}

// newEndpoint is an endpoint of the kind and for the service that r says. It
// takes IPv4 only unless told otherwise (EP-1).
func (b *builder) newEndpoint(r *tf.Resource) *Endpoint {
	e := &Endpoint{Object: b.object(r), Service: b.serviceName(r)}
	switch kind, state := argument(r, "vpc_endpoint_type").value.AsString().Default(string(GatewayEndpoint)).Get(); state {
	case tf.IsKnown:
		e.Kind = tf.KnownVal(EndpointKind(kind))
	default:
		e.Kind = tf.UnknownVal[EndpointKind]()
	}
	speaks := argument(r, "ip_address_type").value
	e.IPv6 = truth(speaks, "dualstack", tf.No).Or(truth(speaks, "ipv6", tf.No))
	b.n.Endpoints = append(b.n.Endpoints, e)
	register(b, r, e)
	return e
}

// serviceName is the name of the service that an endpoint leads to. A data
// source that apply reads names it by the service that it looks up.
func (b *builder) serviceName(r *tf.Resource) tf.Val[string] {
	v := r.Get("service_name")
	if s, ok := v.Symbol(); ok {
		of := b.inputs[b.notes[r].input].Snapshot.Resource(s.Address)
		region := regionOf(b.scope(r))
		if of != nil && of.Addr.Mode == tf.Data && region != "" {
			if service, known := of.Get("service").AsString().Known(); known && service != "" {
				return tf.KnownVal("com.amazonaws." + region + "." + service)
			}
		}
	}
	return v.AsString()
}

// endpointInterface is the interface of an endpoint in its subnets. It opens
// nothing itself (EP-2); that of a gateway load balancer has no groups and
// answers nobody but the routes that lead to it (SG-19, EP-4).
func (b *builder) endpointInterface(r *tf.Resource, e *Endpoint) *Interface {
	i := b.newInterface(r, KindEndpoint)
	i.Initiates, i.InnerIPv6 = tf.No, e.IPv6 != tf.No
	configured, mayHave := blocks(r, "subnet_configuration")
	all := []setting{argument(r, "subnet_ids")}
	for n, c := range configured {
		all = append(all, inside(r, c, fmt.Sprintf("subnet_configuration[%d]", n), "subnet_id"))
	}
	subnets := join(all...)
	i.Placement = subnets.cause
	if subnets.isSet() {
		i.Subnets = links(b, r, subnets.value, b.outsideSubnet)
	} else if mayHave && !b.isNew(r) {
		i.Subnets.Open = true
	}
	if kind, _ := e.Kind.Known(); kind == GatewayBalancerEndpoint {
		i.HasGroups, i.Inbound = tf.No, tf.No
		b.add(i)
		return i
	}
	groups := argument(r, "security_group_ids")
	if groups.isSet() {
		b.secure(i, r, groups)
	} else {
		i.Groups.Each = []Link[SecurityGroup]{defaultGroupOf(e.VPC)}
		b.confine(i)
	}
	b.add(i)
	return i
}

// defaultGroupOf is the default group of a VPC, whichever it is.
func defaultGroupOf(l Link[VPC]) Link[SecurityGroup] {
	group := Link[SecurityGroup]{Open: l.Open || !l.IsSet(), Assumption: l.Assumption}
	for _, v := range l.To {
		group.To = append(group.To, v.DefaultGroup)
	}
	return group
}

// endpointAssociations are the subnets and groups that other resources add to
// endpoints (TF-L-3, TF-SG-9).
func (b *builder) endpointAssociations() {
	for r := range b.each("aws_vpc_endpoint_subnet_association") {
		subnet := link(b, r, argument(r, "subnet_id").value, b.outsideSubnet)
		to := link[Endpoint](b, r, r.Get("vpc_endpoint_id"), nil)
		certain := sure(r, to)
		for _, e := range to.To {
			switch {
			case e.Interface == nil:
			case certain:
				e.Interface.Subnets.Each = append(e.Interface.Subnets.Each, subnet)
			default:
				e.Interface.Subnets.Maybe = append(e.Interface.Subnets.Maybe, subnet)
			}
		}
	}
	for r := range b.each("aws_vpc_endpoint_security_group_association") {
		group := link(b, r, argument(r, "security_group_id").value, b.outsideGroup)
		if e, ok := link[Endpoint](b, r, r.Get("vpc_endpoint_id"), nil).One(); ok && e.Interface != nil && e.Interface.GroupsCause == (Cause{}) {
			replaces := truth(argument(r, "replace_default_association").value, "", tf.No)
			if r.Maybe {
				replaces = replaces.And(tf.Maybe)
			}
			switch replaces {
			case tf.Yes: // in the place of the default group
				e.Interface.Groups.Each, e.Interface.GroupsCause = []Link[SecurityGroup]{group}, Cause{r, "security_group_id"}
				continue
			case tf.Maybe:
				e.Interface.Groups.Maybe = append(e.Interface.Groups.Maybe, e.Interface.Groups.Each...)
				e.Interface.Groups.Each = nil
			}
		}
		b.attachGroup(r, argument(r, "vpc_endpoint_id"), group)
	}
	for r := range b.each("aws_vpc_endpoint") {
		e := objectOf[Endpoint](b, r)
		service := r.Get("service_name")
		switch name, known := e.Service.Known(); {
		case known:
			e.EndpointService = link[EndpointService](b, r, tf.StringValue(name), nil)
		case service.IsUnknown() && len(service.Candidates()) == 0:
			e.EndpointService.Open = true
		default:
			e.EndpointService = link[EndpointService](b, r, service, nil)
		}
	}
}

// endpointServices are the endpoint services of the input (EP-3).
func (b *builder) endpointServices() {
	for r := range b.each("aws_vpc_endpoint_service") {
		s := &EndpointService{Object: b.object(r), AnyPrincipal: tf.No, Principals: tf.No}
		s.Name, _ = r.Get("service_name").AsString().Known()
		s.AcceptanceRequired = truth(argument(r, "acceptance_required").value, "", tf.Maybe)
		balancers := join(argument(r, "network_load_balancer_arns"), argument(r, "gateway_load_balancer_arns"))
		s.Balancers = links[LoadBalancer](b, r, balancers.value, nil)
		s.admit(argument(r, "allowed_principals").value)
		if !b.isNew(r) {
			s.AnyPrincipal, s.Principals = s.AnyPrincipal.Or(tf.Maybe), s.Principals.Or(tf.Maybe) // U-14
		}
		b.n.EndpointServices = append(b.n.EndpointServices, s)
		register(b, r, s)
	}
	for r := range b.each("aws_vpc_endpoint_service_allowed_principal") {
		to := link[EndpointService](b, r, r.Get("vpc_endpoint_service_id"), nil)
		certain := sure(r, to)
		for _, s := range to.To {
			if certain {
				s.admit(tf.ListValue(r.Get("principal_arn")))
			} else {
				s.AnyPrincipal, s.Principals = s.AnyPrincipal.Or(tf.Maybe), s.Principals.Or(tf.Maybe)
			}
		}
	}
}

// admit lets principals connect; "*" is everyone.
func (s *EndpointService) admit(principals tf.Value) {
	names, complete := principals.Strings()
	if len(names) > 0 {
		s.Principals = tf.Yes
	}
	if slices.Contains(names, "*") {
		s.AnyPrincipal = tf.Yes
	}
	if !complete {
		s.Principals, s.AnyPrincipal = tf.Yes, s.AnyPrincipal.Or(tf.Maybe)
	}
}

// outsideEndpoint is an endpoint of which only the id is known (U-13).
func (b *builder) outsideEndpoint(id string) *Endpoint {
	e := &Endpoint{Object: outsideObject(id), Kind: tf.UnknownVal[EndpointKind](), VPC: Link[VPC]{Open: true},
		Service: tf.UnknownVal[string](), EndpointService: Link[EndpointService]{Open: true}, Tables: Links[RouteTable]{Open: true}}
	b.n.Endpoints = append(b.n.Endpoints, e)
	return e
}

// InstanceConnectEndpoint is an EC2 Instance Connect endpoint (EP-6): an entry
// for people whom IAM lets in, to TCP 22 and 3389.
type InstanceConnectEndpoint struct {
	Object
	Interface *Interface
	// PreserveClientIP is Yes where targets see the client's own address.
	PreserveClientIP tf.Tri
}

// instanceConnects are the Instance Connect endpoints: they only open
// connections (EP-6).
func (b *builder) instanceConnects() {
	for r := range b.each("aws_ec2_instance_connect_endpoint") {
		e := &InstanceConnectEndpoint{Object: b.object(r), PreserveClientIP: truth(argument(r, "preserve_client_ip").value, "", tf.Yes)}
		i := b.newInterface(r, KindEndpoint)
		i.Inbound = tf.No
		b.place(i, r, argument(r, "subnet_id"))
		b.secure(i, r, argument(r, "security_group_ids"))
		b.add(i)
		e.Interface = i
		b.n.InstanceConnects = append(b.n.InstanceConnects, e)
		register(b, r, e)
	}
}
