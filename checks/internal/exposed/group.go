package exposed

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// Members are the interfaces that have, or may have, each group.
func Members(n *aws.Network) map[*aws.SecurityGroup][]*aws.Interface {
	members := map[*aws.SecurityGroup][]*aws.Interface{}
	for _, i := range n.Interfaces {
		for _, links := range [][]aws.Link[aws.SecurityGroup]{i.Groups.Each, i.Groups.Maybe} {
			for _, link := range links {
				for _, group := range link.To {
					members[group] = append(members[group], i)
				}
			}
		}
	}
	return members
}

// OpenTo says what a rule certainly lets everyone send to whoever has its
// group.
func OpenTo(v *analyzer.View, r *aws.Rule) (analyzer.Target, packet.Set) {
	peers := packet.Addresses{}
	for _, peer := range r.CIDRs {
		if !peer.Unknown && peer.To.IsValid() {
			peers = peers.Union(packet.Prefixes(peer.To.Masked()))
		}
	}
	if len(r.PrefixLists) == 0 && Width(peers) != analyzer.Anyone {
		return analyzer.NoTarget, packet.Set{} // most rules end here, at little cost
	}
	admits := Admits(*r).Must
	if Sources(admits) != analyzer.Anyone {
		return analyzer.NoTarget, packet.Set{}
	}
	return kindsOf(v).class(admits), admits
}

type kindsKey struct{}

func kindsOf(v *analyzer.View) *kinds {
	return analyzer.Shared(v, kindsKey{}, func(*analyzer.View) *kinds { return newKinds() })
}

// Anywhere reports whether the internet reaches the interface at all.
func Anywhere(v *analyzer.View, i *aws.Interface) bool {
	type key struct{}
	reached := analyzer.Shared(v, key{}, func(v *analyzer.View) map[*aws.Interface]bool {
		reached := map[*aws.Interface]bool{}
		for _, f := range v.FromInternet {
			if Sources(f.Reachable.Must) == analyzer.Anyone {
				for _, to := range f.To.Interfaces {
					reached[to] = true
				}
			}
		}
		return reached
	})
	return reached[i]
}

// Balanced reports whether everyone on the internet reaches a load balancer.
func Balanced(v *analyzer.View, b *aws.LoadBalancer) bool {
	type key struct{}
	reached := analyzer.Shared(v, key{}, func(v *analyzer.View) map[*aws.LoadBalancer]bool {
		reached := map[*aws.LoadBalancer]bool{}
		for _, f := range v.FromInternet {
			if to := Balancer(f); to != nil && Sources(f.Reachable.Must) == analyzer.Anyone {
				reached[to] = true
			}
		}
		return reached
	})
	return reached[b]
}
