package reach

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Graph answers questions about a network. What objects filter is compiled
// once and kept, so that a Graph is for one goroutine at a time.
type Graph struct {
	network  *aws.Network
	whole    *Graph               // of which this is a share, or itself
	telling  sync.Mutex           // of the whole: held while stories of its shares are told
	answers  Answers              // nil when people say nothing
	heard    func(*tf.Assumption) // told of each answer that is believed, or nil
	internet map[packet.Family]packet.Addresses
	// edges and vpnEdges are the gateway route tables of each VPC (RT-9).
	edges, vpnEdges map[*aws.VPC][]edge
	// several are the owners of interfaces that differ (SG-3).
	several map[*tf.Resource]bool
	// boundaries are the components that nobody follows.
	boundaries []*aws.Boundary
	// subnets and peerings are those of each VPC.
	subnets  map[*aws.VPC][]*aws.Subnet
	peerings map[*aws.VPC][]*aws.Peering
	transits map[*aws.VPC][]*aws.TransitGateway
	// sites are the networks on premises.
	sites []*site
	// ownersNamed is set where a rule or entry names the public address that
	// something of the network has (IGW-7).
	ownersNamed bool
	// planned are the addresses of all VPCs.
	planned map[packet.Family]packet.Addresses

	groupSets     map[groupStep]*groupSet
	groups        map[groupKey]filter
	groupFilters  map[groupsKey]filter
	ruleTerms     map[termsKey][]term
	acls          map[aclKey]filter
	seen          map[seenKey]filter
	internets     map[internetKey]remote
	places        map[placeKey]*place
	classes       map[class]*exposure
	memo          memo
	entries       map[entriesKey][]routeEntry
	transitTables map[*aws.TransitTable][]saidRoute
	ways          map[wayKey]*way
	trips         map[tripKey]*way
	firewalls     map[firewallKey]filter
	// balancers are the flows to and through load balancers, fronts the places
	// in the network of those that have an interface as a target.
	balancers map[balancerKey][]*Flow
	fronts    map[*aws.Interface][]int
	// entered are the flows through managed entries, nil until somebody asks.
	entered []*Flow
	offers  map[*aws.LoadBalancer][]offer

	// imaginary are the peerings that would join two VPCs, and supposed the
	// attachments that subnets could have, for explanations.
	imaginary map[[2]*aws.VPC]*aws.Peering
	supposed  map[attachable]*aws.Attachment

	unknownSubnets map[string]*aws.Subnet
	otherVPCs      map[string]*aws.VPC // that only given blocks name
	names          map[string]Endpoint
}

// Compile prepares a network for questions.
func Compile(n *aws.Network) *Graph {
	g := (&Graph{
		network:  n,
		internet: map[packet.Family]packet.Addresses{},
		subnets:  map[*aws.VPC][]*aws.Subnet{},
		peerings: map[*aws.VPC][]*aws.Peering{},
		transits: map[*aws.VPC][]*aws.TransitGateway{},
		planned:  map[packet.Family]packet.Addresses{},
	}).fork()
	for k := range n.Boundaries {
		g.boundaries = append(g.boundaries, &n.Boundaries[k])
	}
	g.sites, g.several, g.ownersNamed = sites(n), severalEnds(n), namesOwners(n)
	for _, s := range n.Subnets {
		for _, v := range s.VPC.To {
			g.subnets[v] = append(g.subnets[v], s)
		}
	}
	for _, p := range n.Peerings {
		for _, v := range slices.Concat(p.Requester.To, p.Accepter.To) {
			g.peerings[v] = append(g.peerings[v], p)
		}
	}
	for _, f := range families {
		g.internet[f] = InternetAddresses(f)
	}
	for _, gw := range n.TransitGateways {
		for _, a := range gw.Attachments {
			for _, v := range a.VPC.To {
				g.transits[v] = append(g.transits[v], gw)
			}
		}
	}
	for _, f := range families {
		var all []netip.Prefix
		for _, v := range n.VPCs {
			for _, b := range v.CIDRs {
				if b.Known() && b.Family == f {
					all = append(all, b.Prefix)
				}
			}
		}
		g.planned[f] = packet.Prefixes(all...)
	}
	g.edges, g.vpnEdges = edgesOf(n)
	g.whole = g
	return g
}

// fork is a graph of the same network and answers that remembers nothing yet.
func (g *Graph) fork() *Graph {
	return &Graph{
		network:        g.network,
		whole:          g.whole,
		answers:        g.answers,
		heard:          g.heard,
		internet:       g.internet,
		edges:          g.edges,
		vpnEdges:       g.vpnEdges,
		several:        g.several,
		boundaries:     g.boundaries,
		subnets:        g.subnets,
		peerings:       g.peerings,
		transits:       g.transits,
		planned:        g.planned,
		sites:          g.sites,
		ownersNamed:    g.ownersNamed,
		groupSets:      map[groupStep]*groupSet{},
		groups:         map[groupKey]filter{},
		groupFilters:   map[groupsKey]filter{},
		ruleTerms:      map[termsKey][]term{},
		acls:           map[aclKey]filter{},
		seen:           map[seenKey]filter{},
		internets:      map[internetKey]remote{},
		places:         map[placeKey]*place{},
		classes:        map[class]*exposure{},
		memo:           memo{},
		entries:        map[entriesKey][]routeEntry{},
		transitTables:  map[*aws.TransitTable][]saidRoute{},
		ways:           map[wayKey]*way{},
		trips:          map[tripKey]*way{},
		firewalls:      map[firewallKey]filter{},
		balancers:      map[balancerKey][]*Flow{},
		imaginary:      map[[2]*aws.VPC]*aws.Peering{},
		supposed:       map[attachable]*aws.Attachment{},
		unknownSubnets: map[string]*aws.Subnet{},
		otherVPCs:      map[string]*aws.VPC{},
	}
}

// Assumptions are those of the network as a whole, with one for each component
// that was met and is not followed.
func (g *Graph) Assumptions() []*tf.Assumption {
	out := slices.Clone(g.network.Assumptions)
	for _, b := range g.boundaries {
		out = append(out, boundaryAssumption(b))
	}
	return uniqueAssumptions(out)
}

func boundaryAssumption(b *aws.Boundary) *tf.Assumption {
	return &tf.Assumption{
		ID: "boundary:" + b.Label, Address: addressOf(b.Object),
		Text: "nothing is reached through " + b.Label + " (" + b.Kind + "), which is not followed yet",
	}
}

func addressOf(o aws.Object) string {
	if o.Resource != nil {
		return o.Resource.Address
	}
	return ""
}

func newFlow(from, to *Endpoint, f packet.Family, o outcome) *Flow {
	return &Flow{
		From: from, To: to, Family: f,
		Forward: o.forward, Reachable: o.reachable,
		story:       o.story,
		Assumptions: uniqueAssumptions(o.assumptions),
		Waits:       questions(o.waits),
	}
}

// The internet of either family as an end point.
var (
	internet4 = &Endpoint{Kind: Internet, Label: "internet", Family: packet.IPv4}
	internet6 = &Endpoint{Kind: Internet, Label: "internet6", Family: packet.IPv6}
)

func internetEnd(f packet.Family) *Endpoint {
	if f == packet.IPv6 {
		return internet6
	}
	return internet4
}

func interfaceEnd(i *aws.Interface) *Endpoint {
	return &Endpoint{Kind: Interfaces, Label: interfaceObject(i).Label, Interfaces: []*aws.Interface{i}}
}

func balancerEnd(lb *aws.LoadBalancer) *Endpoint {
	return &Endpoint{Kind: LoadBalancers, Label: lb.Label, Balancers: []*aws.LoadBalancer{lb}}
}

// sortFlows orders flows by destination, family and way.
func sortFlows(flows []*Flow) {
	through := func(f *Flow) string {
		if f.Through == nil {
			return ""
		}
		return f.Through.Label
	}
	listener := func(f *Flow) string {
		if f.Listener == nil {
			return ""
		}
		return f.Listener.Label
	}
	slices.SortStableFunc(flows, func(a, b *Flow) int {
		return cmp.Or(
			tf.CompareAddresses(a.To.Label, b.To.Label),
			cmp.Compare(a.Family, b.Family),
			tf.CompareAddresses(through(a), through(b)),
			tf.CompareAddresses(listener(a), listener(b)),
		)
	})
}
