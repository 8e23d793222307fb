package intent

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// set is what an endpoint set holds: end points outside the network, and
// things inside it, certainly or perhaps.
type set struct {
	outside []reach.Endpoint
	sure    members
	maybe   members
}

// members are interfaces, load balancers and public services of the network.
type members struct {
	interfaces []*aws.Interface
	balancers  []*aws.LoadBalancer
	services   []*aws.PublicService
}

func (m members) isEmpty() bool {
	return len(m.interfaces)+len(m.balancers)+len(m.services) == 0
}

// endpoint is all members as one end point.
func (m members) endpoint(label string) reach.Endpoint {
	return reach.Endpoint{Kind: reach.Interfaces, Label: label, Interfaces: m.interfaces, Balancers: m.balancers, Services: m.services}
}

func (s set) isEmpty() bool {
	return len(s.outside) == 0 && s.sure.isEmpty() && s.maybe.isEmpty()
}

// end is one end point of a set with whether it certainly belongs to it.
type end struct {
	reach.Endpoint
	certain bool
}

// ends are the end points of a set.
func (s set) ends(label string) []end {
	var out []end
	for _, e := range s.outside {
		out = append(out, end{e, true})
	}
	if !s.sure.isEmpty() {
		out = append(out, end{s.sure.endpoint(label), true})
	}
	if !s.maybe.isEmpty() {
		out = append(out, end{s.maybe.endpoint(label), false})
	}
	return out
}

// outsideWords are the end points that are nothing of the network.
var outsideWords = []string{"internet", "internet6", "onprem", "ip", "service"}

func isOutside(selector string) bool {
	kind, _, _ := strings.Cut(selector, ":")
	return slices.Contains(outsideWords, kind)
}

// selectSet is the set of the selectors: all that one of them takes in, and
// none after a "!" takes out. An error is about a selector that nobody can
// read.
func (j *judge) selectSet(selectors []string) (set, error) {
	var s set
	var in, out []matcher
	for _, text := range selectors {
		selector, negated := strings.CutPrefix(text, "!")
		if isOutside(selector) {
			if negated {
				return s, fmt.Errorf("%q: only parts of the network can be taken out; use an except block", text)
			}
			e, err := j.view.Graph.Endpoint(selector)
			if err != nil {
				return s, err
			}
			s.outside = append(s.outside, e)
			continue
		}
		m, err := parseSelector(selector)
		if err != nil {
			return s, err
		}
		if negated {
			out = append(out, m)
		} else {
			in = append(in, m)
		}
	}
	belongs := func(t *thing) tf.Tri {
		return anyOf(in, t).And(anyOf(out, t).Not())
	}
	s.sure, s.maybe = j.members(belongs)
	return s, nil
}

func anyOf(list []matcher, t *thing) tf.Tri {
	found := tf.No
	for _, m := range list {
		found = found.Or(m(t))
	}
	return found
}

// members are those of the network that belong, certainly or perhaps.
func (j *judge) members(belongs func(*thing) tf.Tri) (sure, maybe members) {
	at := func(t *thing, add func(*members)) {
		switch belongs(t) {
		case tf.Yes:
			add(&sure)
		case tf.Maybe:
			add(&maybe)
		}
	}
	for _, i := range j.view.Network.Interfaces {
		if i.Kind != aws.KindLoadBalancer { // its balancer stands for it
			at(thingOf(i), func(m *members) { m.interfaces = append(m.interfaces, i) })
		}
	}
	for _, lb := range j.view.Network.LoadBalancers {
		t := thingOf(lb.Interface)
		t.resources = append(t.resources, lb.Resource)
		at(t, func(m *members) { m.balancers = append(m.balancers, lb) })
	}
	for _, s := range j.view.Network.PublicServices {
		at(&thing{resources: []*tf.Resource{s.Resource}}, func(m *members) { m.services = append(m.services, s) })
	}
	return sure, maybe
}

// thing is something of the network as selectors see it.
type thing struct {
	resources []*tf.Resource // it itself and its owner
	at        *aws.Interface // nil for a public service
}

func thingOf(i *aws.Interface) *thing {
	t := &thing{at: i, resources: []*tf.Resource{i.Resource}}
	if i.Owner != i.Resource {
		t.resources = append(t.resources, i.Owner)
	}
	return t
}

// matcher says whether something belongs to what a selector names.
type matcher func(*thing) tf.Tri

// selectorKinds are the words before a colon, with what they match.
var selectorKinds = map[string]func(pattern string) (matcher, error){
	"type":   typeMatcher,
	"tag":    tagMatcher,
	"module": moduleMatcher,
	"subnet": func(p string) (matcher, error) { return inSubnets(p), nil },
	"vpc":    func(p string) (matcher, error) { return inVPCs(p), nil },
	"group":  func(p string) (matcher, error) { return inGroups(p), nil },
	"cidr":   cidrMatcher,
	"kind":   kindMatcher,
}

// parseSelector reads a selector of something in the network: KIND:PATTERN, or
// the address of an instance, or of the subnet, VPC or group that it is in,
// with "*" for any run of characters.
func parseSelector(text string) (matcher, error) {
	kind, pattern, ok := strings.Cut(text, ":")
	if ok && !strings.ContainsAny(kind, ".[\"*") {
		parse := selectorKinds[kind]
		if parse == nil {
			return nil, fmt.Errorf("%q: %q is no kind of selector: write type:, tag:, module:, subnet:, vpc:, group:, cidr:, kind:, or an address", text, kind)
		}
		return parse(pattern)
	}
	subnets, vpcs, groups := inSubnets(text), inVPCs(text), inGroups(text)
	return func(t *thing) tf.Tri {
		return t.named(text).Or(subnets(t)).Or(vpcs(t)).Or(groups(t))
	}, nil
}

func (t *thing) named(pattern string) tf.Tri {
	return tf.TriOf(slices.ContainsFunc(t.resources, func(r *tf.Resource) bool { return r != nil && addressed(pattern, r) }))
}

// addressed reports whether an address, or that of all instances of its block,
// matches a pattern.
func addressed(pattern string, r *tf.Resource) bool {
	whole := strings.TrimSuffix(r.Address, r.Addr.Key)
	return glob(pattern, r.Address) || glob(pattern, whole)
}

// glob matches "*" with any run of characters. Everything else stands for
// itself: addresses are full of brackets and dots.
func glob(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[last])
}

func typeMatcher(pattern string) (matcher, error) {
	return func(t *thing) tf.Tri {
		return tf.TriOf(slices.ContainsFunc(t.resources, func(r *tf.Resource) bool { return r != nil && glob(pattern, r.Addr.Type) }))
	}, nil
}

// kinds are the words of a kind selector.
var kinds = map[string]aws.InterfaceKind{
	"instance": aws.KindInstance, "network-interface": aws.KindENI, "fleet": aws.KindFleet, "load-balancer": aws.KindLoadBalancer,
	"data-store": aws.KindDataStore, "function": aws.KindFunction, "task": aws.KindTask, "cluster": aws.KindCluster, "endpoint": aws.KindEndpoint,
}

func kindMatcher(word string) (matcher, error) {
	kind, ok := kinds[word]
	if !ok {
		return nil, fmt.Errorf("%q is no kind: write instance, network-interface, fleet, load-balancer, data-store, function, task, cluster or endpoint", word)
	}
	return func(t *thing) tf.Tri { return tf.TriOf(t.at != nil && t.at.Kind == kind) }, nil
}

// moduleMatcher takes everything in a module and in those that it calls, with
// or without instance keys.
func moduleMatcher(pattern string) (matcher, error) {
	if !strings.HasPrefix(pattern, "module.") {
		pattern = "module." + pattern
	}
	within := func(path string) bool { return glob(pattern, path) || glob(pattern+".*", path) }
	return func(t *thing) tf.Tri {
		return tf.TriOf(slices.ContainsFunc(t.resources, func(r *tf.Resource) bool {
			return r != nil && (within(r.Addr.Module) || within(tf.StripKeys(r.Addr.Module)))
		}))
	}, nil
}

// tagMatcher takes what bears a tag: KEY=VALUE, or KEY with any value.
func tagMatcher(text string) (matcher, error) {
	key, value, valued := strings.Cut(text, "=")
	if key == "" {
		return nil, fmt.Errorf("tag:%s names no tag: write tag:KEY=VALUE", text)
	}
	if !valued {
		value = "*"
	}
	return func(t *thing) tf.Tri {
		found := tf.No
		for _, r := range t.resources {
			if r != nil {
				found = found.Or(tagged(r, key, value))
			}
		}
		return found
	}, nil
}

// tagged reports whether a resource bears a tag, be it by the provider's
// default tags. Tags of an Auto Scaling group are blocks.
func tagged(r *tf.Resource, key, pattern string) tf.Tri {
	found := tf.No
	bears := func(v tf.Value) {
		switch s, state := v.AsString().Get(); state {
		case tf.IsUnknown:
			found = found.Or(tf.Maybe)
		case tf.IsKnown:
			found = found.Or(tf.TriOf(glob(pattern, s)))
		}
	}
	own, all := r.Get("tags"), r.Get("tags_all")
	switch {
	case own.IsUnknown():
		found = tf.Maybe
	case own.IsNull() && all.IsUnknown():
		// The provider knows its default tags; without any it says nothing.
	case all.IsUnknown() && own.Get(key).IsNull():
		found = tf.Maybe
	default:
		bears(own.Get(key))
		bears(all.Get(key))
	}
	for _, block := range r.Get("tag").Elements() {
		if k, ok := block.Get("key").AsString().Known(); ok && k == key {
			bears(block.Get("value"))
		}
	}
	return found
}

// linked says whether links lead to something that fits.
func linked[T any](l aws.Links[T], fits func(*T) tf.Tri) tf.Tri {
	found := tf.TriOf(false)
	if l.Open {
		found = tf.Maybe
	}
	one := func(l aws.Link[T]) tf.Tri {
		if o, ok := l.One(); ok {
			return fits(o)
		}
		// One of several, or something outside the input, which no address
		// names.
		for _, o := range l.To {
			if fits(o) != tf.No {
				return tf.Maybe
			}
		}
		return tf.No
	}
	for _, e := range l.Each {
		found = found.Or(one(e))
	}
	for _, e := range l.Maybe {
		found = found.Or(one(e).And(tf.Maybe))
	}
	return found
}

func inSubnets(pattern string) matcher {
	return inSubnet(func(s *aws.Subnet) tf.Tri { return called(pattern, s.Object) })
}

func inVPCs(pattern string) matcher {
	return inSubnet(func(s *aws.Subnet) tf.Tri {
		return linked(aws.Links[aws.VPC]{Each: []aws.Link[aws.VPC]{s.VPC}}, func(v *aws.VPC) tf.Tri { return called(pattern, v.Object) })
	})
}

// inSubnet takes what stands in a subnet that fits. What stands in one of
// several may stand elsewhere.
func inSubnet(fits func(*aws.Subnet) tf.Tri) matcher {
	return func(t *thing) tf.Tri {
		if t.at == nil {
			return tf.No
		}
		found := linked(t.at.Subnets, fits)
		if t.at.AnySubnet && len(t.at.Subnets.Each) > 1 {
			all := tf.Yes
			for _, l := range t.at.Subnets.Each {
				all = all.And(linked(aws.Links[aws.Subnet]{Each: []aws.Link[aws.Subnet]{l}}, fits))
			}
			if all != tf.Yes {
				found = found.And(tf.Maybe)
			}
		}
		return found
	}
}

func inGroups(pattern string) matcher {
	return func(t *thing) tf.Tri {
		if t.at == nil {
			return tf.No
		}
		return linked(t.at.Groups, func(g *aws.SecurityGroup) tf.Tri {
			return called(pattern, g.Object).Or(tf.TriOf(g.ID != "" && glob(pattern, g.ID)))
		})
	}
}

// called reports whether an object has the address, or the id that the input
// knows it by.
func called(pattern string, o aws.Object) tf.Tri {
	if o.Resource == nil {
		id, _, _ := strings.Cut(o.Label, " ")
		return tf.TriOf(glob(pattern, id))
	}
	id, known := o.Resource.Get("id").AsString().Known()
	return tf.TriOf(addressed(pattern, o.Resource) || known && glob(pattern, id))
}

// cidrMatcher takes what has its addresses in a block: certainly when all of
// its subnets lie in it, perhaps when one overlaps (U-10).
func cidrMatcher(text string) (matcher, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, fmt.Errorf("cidr:%s is no CIDR", text)
	}
	block := packet.Prefixes(p.Masked())
	return func(t *thing) tf.Tri {
		if t.at == nil {
			return tf.No
		}
		if len(t.at.Addresses) > 0 {
			return tf.TriOf(slices.ContainsFunc(t.at.Addresses, p.Contains))
		}
		return inSubnet(func(s *aws.Subnet) tf.Tri {
			switch {
			case !s.CIDR.Known():
				return tf.Maybe
			case packet.Prefixes(s.CIDR.Prefix).SubsetOf(block):
				return tf.Yes
			case packet.Prefixes(s.CIDR.Prefix).Overlaps(block):
				return tf.Maybe
			}
			return tf.No
		})(t)
	}, nil
}
