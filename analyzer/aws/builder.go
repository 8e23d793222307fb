package aws

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Input is one snapshot of one stack.
type Input struct {
	Stack    *tf.Stack
	Snapshot *tf.Snapshot
	// Context is set for a stack that is known but not judged.
	Context bool
}

// Build types and links the instances of one or more snapshots, one per
// stack, into one network.
func Build(inputs ...Input) *Network {
	b := newBuilder(inputs)
	// Every object is declared before anything is linked, so that links find
	// their objects whatever the order of the resources.
	for _, phase := range phases() {
		phase(b)
	}
	b.nameData()
	b.sort()
	return b.n
}

// phases are the steps of Build. Later ones rely on what earlier ones made.
func phases() []func(*builder) {
	return []func(*builder){
		(*builder).declareVPCs,
		(*builder).declareSubnets,
		(*builder).declareGateways,
		(*builder).declarePeerings,
		(*builder).declareVPNGateways,
		(*builder).declareTransitGateways,
		(*builder).declareRouteTables,
		(*builder).declareACLs,
		(*builder).declareSecurityGroups,
		(*builder).associateGroups,
		(*builder).declarePrefixLists,
		(*builder).shares,
		(*builder).declareFirewalls,
		(*builder).declareVPNs,
		(*builder).declareAttachments,
		(*builder).linkGateways,
		(*builder).declareInterfaces,
		(*builder).linkInterfaces,
		(*builder).linkRoutes,
		(*builder).linkACLEntries,
		(*builder).linkRules,
		(*builder).linkTransit,
		(*builder).placeSubnets,
		(*builder).refuse,
		(*builder).readBlockPublicAccess,
		(*builder).assumeDefaults,
		(*builder).noteBoundaries,
	}
}

// builder holds what is known while a network is built.
type builder struct {
	n      *Network
	inputs []Input
	byType map[typeKey][]*tf.Resource
	// former are the managed instances before the change, where another
	// snapshot is built.
	former map[string][]*tf.Resource
	// formerIDs are those of former, once somebody asks.
	formerIDs map[string]*tf.Resource
	// regions is the one Region of all that a provider configuration of an
	// input has, where it is known of some.
	regions []map[string]string
	notes   map[*tf.Resource]*note
	scopes  map[scopeKey]string
	// ids leads from a known identity to what it identifies.
	ids map[string][]identity
	// outside holds the objects that the input only mentions, one an id (U-13).
	outside map[outsideKey]any
	// everything caches all objects of a type or a VPC.
	everything map[everythingKey]any
	defaults   map[string]*VPC // default VPC by scope
	// defaultSubnet stands for the subnets of a default VPC.
	defaultSubnet map[*VPC]*Subnet
	transit       map[*TransitGateway]*transitDefaults
	// firewallEndpoints are those whose ids are known.
	firewallEndpoints map[string]firewallEndpoint
}

// note is what the builder knows of a resource.
type note struct {
	input   int
	scope   string
	objects []any
	// attributes are objects that an attribute other than the resource's own
	// id identifies, such as aws_vpc.default_route_table_id.
	attributes map[string][]any
}

type typeKey struct {
	mode tf.Mode
	name string
}

// identity is a resource by one of its identity attributes.
type identity struct {
	resource  *tf.Resource
	attribute string
}

type outsideKey struct {
	pointer    any // a typed nil pointer, which stands for the type of object
	region, id string
}

// everythingKey is a typed nil pointer and a stack, or a VPC.
type everythingKey struct {
	of    any
	stack *tf.Stack
}

func newBuilder(inputs []Input) *builder {
	instances := 0
	for _, in := range inputs {
		if in.Snapshot != nil {
			instances += len(in.Snapshot.Resources)
		}
	}
	notes := make([]note, 0, instances)
	b := &builder{
		n:             &Network{},
		inputs:        inputs,
		byType:        map[typeKey][]*tf.Resource{},
		former:        map[string][]*tf.Resource{},
		notes:         make(map[*tf.Resource]*note, instances),
		scopes:        map[scopeKey]string{},
		ids:           map[string][]identity{},
		outside:       map[outsideKey]any{},
		everything:    map[everythingKey]any{},
		defaults:      map[string]*VPC{},
		defaultSubnet: map[*VPC]*Subnet{},
		transit:       map[*TransitGateway]*transitDefaults{},

		firewallEndpoints: map[string]firewallEndpoint{},
	}
	for i, in := range inputs {
		b.regions = append(b.regions, Regions(in.Snapshot))
		if in.Snapshot == nil {
			continue
		}
		b.n.inputs = append(b.n.inputs, in.Snapshot.Resources...)
		for _, r := range in.Snapshot.Resources {
			key := typeKey{r.Addr.Mode, canonicalType(r.Addr.Type)}
			b.byType[key] = append(b.byType[key], r)
			notes = append(notes, note{input: i, scope: b.scopeOf(i, r)})
			b.notes[r] = &notes[len(notes)-1]
			b.index(r)
		}
		if in.Stack == nil || in.Stack.Before == nil || in.Stack.Before == in.Snapshot {
			continue
		}
		for _, r := range in.Stack.Before.Resources {
			if r.Addr.Mode == tf.Managed {
				b.former[r.Addr.Type] = append(b.former[r.Addr.Type], r)
			}
		}
	}
	return b
}

// everExisted yields the managed instances of a type, those before the change
// included. Only known ids of the latter mean something: they are no part of
// the snapshot.
func (b *builder) everExisted(resourceType string) iter.Seq[*tf.Resource] {
	return func(yield func(*tf.Resource) bool) {
		for _, r := range b.former[resourceType] {
			if !yield(r) {
				return
			}
		}
		b.each(resourceType)(yield)
	}
}

// scopeOf keys account and Region: the provider configuration stands for the
// account, the Region of the resource or its provider for the Region. Stacks
// are kept apart only where the Region is unknown.
func (b *builder) scopeOf(input int, r *tf.Resource) string {
	region, ok := OwnRegion(r)
	if !ok {
		region, ok = b.regions[input][r.Provider]
	}
	key := scopeKey{provider: r.Provider, region: region}
	if len(b.inputs) > 1 && !ok && b.inputs[input].Stack != nil {
		key.stack = b.inputs[input].Stack.Name + "//"
	}
	scope, ok := b.scopes[key]
	if !ok {
		scope = key.stack + key.provider + "/" + key.region
		b.scopes[key] = scope
	}
	return scope
}

// scopeKey is a scope in its parts, of which an input has few.
type scopeKey struct{ stack, provider, region string }

// OwnRegion is the Region that a resource names.
func OwnRegion(r *tf.Resource) (string, bool) {
	if v, ok := r.Values.Get("region").AsString().Known(); ok && v != "" {
		return v, true
	}
	return r.Region.Known()
}

// Regions are the Regions of the provider configurations whose
// resources name one Region and no other: those that name none are there too.
func Regions(snapshot *tf.Snapshot) map[string]string {
	regions := map[string]string{}
	if snapshot == nil {
		return regions
	}
	several := map[string]bool{}
	for _, r := range snapshot.Resources {
		region, ok := OwnRegion(r)
		if !ok {
			continue
		}
		if other, seen := regions[r.Provider]; seen && other != region {
			several[r.Provider] = true
		}
		regions[r.Provider] = region
	}
	maps.DeleteFunc(regions, func(provider, _ string) bool { return several[provider] })
	return regions
}

// index enters the known identities of a resource.
func (b *builder) index(r *tf.Resource) {
	for _, attribute := range Types.identities(r.Addr.Type) {
		id, ok := r.Get(strings.Split(attribute, ".")...).AsString().Known()
		if !ok || id == "" {
			continue
		}
		b.ids[id] = append(b.ids[id], identity{r, attribute})
	}
}

// identified are the resources that a known identity leads to from a scope:
// those of the same account and Region, else of any, for ids and ARNs are
// unique in all of AWS and names are not.
func (b *builder) identified(scope, id string) []identity {
	var here, elsewhere []identity
	for _, i := range b.ids[id] {
		if b.scope(i.resource) == scope {
			here = append(here, i)
		} else {
			elsewhere = append(elsewhere, i)
		}
	}
	if len(here) == 0 && (strings.HasPrefix(id, "arn:") || IsID(id)) {
		return elsewhere
	}
	return here
}

// IsID reports whether s looks like an id that AWS gives, such as
// sg-0123456789abcdef0.
func IsID(s string) bool {
	i := strings.LastIndexByte(s, '-')
	if i <= 0 || len(s)-i-1 < 8 {
		return false
	}
	for _, c := range s[i+1:] {
		if !strings.ContainsRune("0123456789abcdef", c) {
			return false
		}
	}
	return true
}

// each yields the managed instances of the types, type by type, in the order
// of their addresses.
func (b *builder) each(types ...string) iter.Seq[*tf.Resource] { return b.instances(tf.Managed, types) }

// has reports whether there is a managed instance of the type.
func (b *builder) has(name string) bool { return len(b.byType[typeKey{tf.Managed, name}]) > 0 }

// data yields the data sources of the types.
func (b *builder) data(types ...string) iter.Seq[*tf.Resource] { return b.instances(tf.Data, types) }

func (b *builder) instances(mode tf.Mode, types []string) iter.Seq[*tf.Resource] {
	return func(yield func(*tf.Resource) bool) {
		for _, name := range types {
			for _, r := range b.byType[typeKey{mode, name}] {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// scope is the account and Region of a resource.
func (b *builder) scope(r *tf.Resource) string { return b.notes[r].scope }

// regionOf is the Region of a scope, empty where it is not known.
func regionOf(scope string) string { return scope[strings.LastIndexByte(scope, '/')+1:] }

// stack is the stack of a resource.
func (b *builder) stack(r *tf.Resource) *tf.Stack { return b.inputs[b.notes[r].input].Stack }

// object is the common part of the object that a resource makes.
func (b *builder) object(r *tf.Resource) Object {
	return Object{Resource: r, Label: r.Address, Scope: b.scope(r)}
}

// handed reports whether an output, a parameter or a share hands the resource
// to others.
func (b *builder) handed(r *tf.Resource) bool {
	s := b.stack(r)
	return s != nil && s.Handed[r.Address]
}

// register makes object the typed object of r. A resource may have several
// objects of different types.
func register(b *builder, r *tf.Resource, object any) {
	n := b.notes[r]
	n.objects = append(n.objects, object)
}

// registerAttribute makes object what the attribute of r identifies, such as
// the main route table for aws_vpc.default_route_table_id.
func registerAttribute(b *builder, r *tf.Resource, attribute string, object any) {
	n := b.notes[r]
	if n.attributes == nil {
		n.attributes = map[string][]any{}
	}
	n.attributes[attribute] = append(n.attributes[attribute], object)
}

// objectOf is the typed object of a resource, or nil.
func objectOf[T any](b *builder, r *tf.Resource) *T {
	if n := b.notes[r]; n != nil {
		return first[T](n.objects)
	}
	return nil
}

// objectAt is the object of type T that an attribute of a resource
// identifies. An attribute with objects of its own identifies only those.
func objectAt[T any](b *builder, id identity) *T {
	n := b.notes[id.resource]
	if n == nil {
		return nil
	}
	if own, ok := n.attributes[id.attribute]; ok {
		return first[T](own)
	}
	return first[T](n.objects)
}

func first[T any](objects []any) *T {
	for _, o := range objects {
		if t, ok := o.(*T); ok {
			return t
		}
	}
	return nil
}

// sort brings the network into the order of addresses.
func (b *builder) sort() {
	n := b.n
	sortObjects(n.VPCs, func(o *VPC) Object { return o.Object })
	sortObjects(n.Subnets, func(o *Subnet) Object { return o.Object })
	sortObjects(n.RouteTables, func(o *RouteTable) Object { return o.Object })
	sortObjects(n.ACLs, func(o *ACL) Object { return o.Object })
	sortObjects(n.SecurityGroups, func(o *SecurityGroup) Object { return o.Object })
	sortObjects(n.PrefixLists, func(o *PrefixList) Object { return o.Object })
	sortObjects(n.InternetGateways, func(o *Gateway) Object { return o.Object })
	sortObjects(n.NATGateways, func(o *NATGateway) Object { return o.Object })
	sortObjects(n.Interfaces, func(o *Interface) Object { return o.Object })
	sortObjects(n.LoadBalancers, func(o *LoadBalancer) Object { return o.Object })
	sortObjects(n.TargetGroups, func(o *TargetGroup) Object { return o.Object })
	sortObjects(n.PublicServices, func(o *PublicService) Object { return o.Object })
	sortObjects(n.Peerings, func(o *Peering) Object { return o.Object })
	sortObjects(n.TransitGateways, func(o *TransitGateway) Object { return o.Object })
	for _, g := range n.TransitGateways {
		sortObjects(g.Tables, func(o *TransitTable) Object { return o.Object })
		sortObjects(g.Attachments, func(o *Attachment) Object { return o.Object })
	}
	sortObjects(n.VPNGateways, func(o *VPNGateway) Object { return o.Object })
	sortObjects(n.ClientVPNs, func(o *ClientVPN) Object { return o.Object })
	sortObjects(n.Endpoints, func(o *Endpoint) Object { return o.Object })
	sortObjects(n.EndpointServices, func(o *EndpointService) Object { return o.Object })
	sortObjects(n.InstanceConnects, func(o *InstanceConnectEndpoint) Object { return o.Object })
	sortObjects(n.Firewalls, func(o *Firewall) Object { return o.Object })
	sortObjects(n.Entries, func(o *Entry) Object { return o.Object })
	sortObjects(n.LatticeGroups, func(o *LatticeGroup) Object { return o.Object })
	sortObjects(n.Proxies, func(o *DatabaseProxy) Object { return o.Object })
	slices.SortStableFunc(n.Boundaries, func(a, c Boundary) int { return compareObjects(a.Object, c.Object) })
}

func sortObjects[T any](s []*T, object func(*T) Object) {
	slices.SortStableFunc(s, func(a, c *T) int { return compareObjects(object(a), object(c)) })
}

func compareObjects(a, c Object) int {
	return cmp.Or(tf.CompareAddresses(a.Label, c.Label), cmp.Compare(a.Scope, c.Scope))
}

// isNew reports whether the plan creates the object of r, so that everything
// it has is in the input (U-14). What a plan replaces is not new before it;
// what it creates is in the snapshot before only as a part of another stack.
func (b *builder) isNew(r *tf.Resource) bool {
	in := b.inputs[b.notes[r].input]
	return r.Action == tf.Create || r.IsNew() && (in.Stack == nil || in.Snapshot != in.Stack.Before)
}
