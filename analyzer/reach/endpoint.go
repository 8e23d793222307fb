package reach

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Endpoint reads an end point as people write it (CONTRACT, "Endpoints and
// flows").
func (g *Graph) Endpoint(expr string) (Endpoint, error) {
	kind, rest, named := strings.Cut(expr, ":")
	switch {
	case expr == "internet":
		return *internet4, nil
	case expr == "internet6":
		return *internet6, nil
	case expr == ConsumersName:
		return Endpoint{Kind: Consumers, Label: expr}, nil
	case named && kind == "service" && rest == "":
		return Endpoint{}, fmt.Errorf("%q: which service? write it as service:s3", expr)
	case named && kind == "service":
		return Endpoint{Kind: Service, Label: expr, Service: rest}, nil
	case named && (kind == "internet" || kind == "onprem" || kind == "ip"):
		a, f, err := addressesOf(rest)
		if err != nil {
			return Endpoint{}, fmt.Errorf("%q: %w", expr, err)
		}
		return Endpoint{Kind: map[string]EndpointKind{"internet": Internet, "onprem": OnPremises, "ip": IP}[kind], Label: expr, Family: f, Addresses: a}, nil
	}
	if g.names == nil {
		g.names = g.index()
	}
	if e, ok := g.names[expr]; ok {
		return e, nil
	}
	if a, err := tf.ParseAddress(expr); err == nil {
		if e, ok := g.instances(a); ok {
			e.Label = expr
			return e, nil
		}
	}
	return Endpoint{}, g.unknownName(expr)
}

// Senseless is why a question asks nothing about the network, or nil.
func (q Question) Senseless() error {
	from, to := q.From, q.To
	outside := func(e Endpoint) bool { return e.Kind == Internet && len(e.Services) == 0 || e.Kind == OnPremises }
	only := func(e Endpoint) *aws.Interface {
		if list := e.interfaces(); e.Kind == Interfaces && len(list) == 1 && e.Subnet == nil {
			return list[0]
		}
		return nil
	}
	switch {
	case outside(from) && from.Kind == to.Kind && outside(to):
		return fmt.Errorf("from %s to %s nothing passes the network: name something of it as one of the ends", from.Label, to.Label)
	case from.Family != 0 && to.Family != 0 && from.Family != to.Family:
		return fmt.Errorf("%s and %s have addresses of different families, IPv4 and IPv6", from.Label, to.Label)
	case only(from) != nil && only(from) == only(to):
		return fmt.Errorf("from %s to %s there is one network interface only, %s", from.Label, to.Label, only(from).Label)
	}
	return nil
}

func addressesOf(text string) (packet.Addresses, packet.Family, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, aerr := netip.ParseAddr(text)
		if aerr != nil || a.Zone() != "" {
			return packet.Addresses{}, 0, fmt.Errorf("%q is neither an address nor a CIDR", text)
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if whole := p.Masked(); whole != p {
		return packet.Addresses{}, 0, fmt.Errorf("%q is an address inside of a block: write %s for the block or %s for the address", text, whole, p.Addr())
	}
	return packet.Prefixes(p), familyOf(p.Addr()), nil
}

// index is the end point of every address: interfaces by themselves and by
// what owns them, and everything that holds interfaces (SG-3: an instance with
// several is several end points).
func (g *Graph) index() map[string]Endpoint {
	names := map[string]Endpoint{}
	add := func(o aws.Object, i *aws.Interface, lb *aws.LoadBalancer) {
		if o.Resource == nil {
			return
		}
		e := names[o.Resource.Address]
		e.Kind, e.Label = Interfaces, o.Resource.Address
		e.Object = aws.Object{Resource: o.Resource, Label: e.Label}
		if i != nil && !slices.Contains(e.Interfaces, i) {
			e.Interfaces = append(e.Interfaces, i)
		}
		if lb != nil && !slices.Contains(e.Balancers, lb) {
			e.Balancers = append(e.Balancers, lb)
		}
		names[o.Resource.Address] = e
	}
	holders := func(at *aws.Interface, lb *aws.LoadBalancer) {
		i := at
		if lb != nil {
			i = nil // its balancer stands for it
		}
		for _, l := range append(slices.Clone(at.Subnets.Each), at.Subnets.Maybe...) {
			for _, s := range l.To {
				add(s.Object, i, lb)
				if v, ok := s.VPC.One(); ok {
					add(v.Object, i, lb)
				}
			}
		}
		for _, l := range append(slices.Clone(at.Groups.Each), at.Groups.Maybe...) {
			for _, s := range l.To {
				add(s.Object, i, lb)
			}
		}
	}
	for _, s := range g.network.Subnets {
		add(s.Object, nil, nil)
		if e, ok := names[addressOf(s.Object)]; ok {
			e.Subnet = s
			names[e.Label] = e
		}
	}
	for _, v := range g.network.VPCs {
		add(v.Object, nil, nil)
	}
	for _, s := range g.network.SecurityGroups {
		add(s.Object, nil, nil)
	}
	for _, i := range g.network.Interfaces {
		if i.Kind == aws.KindLoadBalancer {
			continue // its balancer stands for it
		}
		add(i.Object, i, nil)
		if i.Owner != nil && i.Owner != i.Resource {
			add(aws.Object{Resource: i.Owner}, i, nil)
		}
		holders(i, nil)
	}
	for _, lb := range g.network.LoadBalancers {
		add(lb.Object, nil, lb)
		holders(lb.Interface, lb)
		if e, ok := names[addressOf(lb.Object)]; ok {
			e.Kind = LoadBalancers
			names[e.Label] = e
		}
	}
	for _, s := range g.network.PublicServices {
		add(s.Object, nil, nil)
		e := names[addressOf(s.Object)]
		e.Services = append(e.Services, s)
		if len(e.Interfaces) == 0 {
			e.Kind = Service
		}
		names[e.Label] = e
	}
	for _, n := range g.network.NATGateways {
		if n.Subnet.IsSet() {
			add(n.Object, natInterface(n), nil)
		}
	}
	for _, e := range g.network.Endpoints {
		if isGatewayEndpoint(e) {
			names[e.Resource.Address] = Endpoint{Kind: GatewayEndpoints, Label: e.Resource.Address, Gateway: e}
		}
	}
	return names
}

// natInterface is the interface of a NAT gateway: it has no groups (NAT-6) and
// accepts nothing that it has not seen leave (NAT-1).
func natInterface(n *aws.NATGateway) *aws.Interface {
	return &aws.Interface{
		Object: n.Object, Subnets: aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{n.Subnet}},
		HasGroups: tf.No, Inbound: tf.No, Initiates: tf.Yes, PublicIPv4: n.Public, SourceDestCheck: tf.Yes,
	}
}

// instances are all instances of a resource written without a key.
func (g *Graph) instances(a tf.Address) (Endpoint, bool) {
	var out Endpoint
	found := false
	for _, name := range slices.SortedFunc(maps.Keys(g.names), tf.CompareAddresses) {
		b, err := tf.ParseAddress(name)
		if err != nil || b.Key == "" || a.Key != "" {
			continue
		}
		if b.Key = ""; b != a {
			continue
		}
		e := g.names[name]
		if !found {
			out.Kind = e.Kind
		}
		found = true
		out.Interfaces = append(out.Interfaces, e.Interfaces...)
		out.Balancers = append(out.Balancers, e.Balancers...)
		out.Services = append(out.Services, e.Services...)
	}
	return out, found && out.Kind != GatewayEndpoints
}

// unknownName says what is wrong with an address and what may be meant.
func (g *Graph) unknownName(expr string) error {
	if why := g.network.Nowhere(expr); why != "" {
		return fmt.Errorf("%s is no end point: %s", expr, why)
	}
	best, distance := "", len(expr)/3+1
	names := append([]string{"internet", "internet6"}, slices.SortedFunc(maps.Keys(g.names), tf.CompareAddresses)...)
	for _, name := range names {
		if d := levenshtein.Distance(expr, name, nil); d < distance {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Errorf("%q is no end point of this network; did you mean %q?", expr, best)
	}
	return fmt.Errorf("%q is no end point of this network: name an instance, a load balancer, a subnet, a security group or a VPC by its address, or write internet, internet6, internet:ADDR, ip:ADDR or onprem:ADDR", expr)
}
