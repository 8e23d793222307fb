package reach

import (
	"maps"
	"sync"

	"github.com/tfcheck/tfcheck/analyzer/aws"
)

// shares is into how many parts a large network is divided: one for each core
// of a small machine.
const shares = 2

// worthSharing is the number of interfaces from which a second graph costs
// less than it saves.
const worthSharing = 200

// inShares has search done for all interfaces, those of one VPC together. A
// large network is divided among graphs of their own, which remember nothing
// of each other: what one VPC makes reachable depends on little of another.
func (g *Graph) inShares(search func(g *Graph, mine func(*aws.Interface) bool) []*Flow) [][]*Flow {
	if len(g.network.Interfaces) < worthSharing || len(g.network.VPCs) < shares {
		return [][]*Flow{search(g, func(*aws.Interface) bool { return true })}
	}
	share := make(map[*aws.VPC]int, len(g.network.VPCs))
	for n, v := range g.network.VPCs {
		share[v] = n * shares / len(g.network.VPCs)
	}
	out, graphs := make([][]*Flow, shares), make([]*Graph, shares)
	var wait sync.WaitGroup
	for n := range shares {
		graphs[n] = Compile(g.network).Given(g.answers)
		wait.Go(func() {
			out[n] = search(graphs[n], func(i *aws.Interface) bool { return share[vpcOf(i)] == n })
		})
	}
	wait.Wait()
	for _, other := range graphs {
		maps.Copy(g.balancers, other.balancers) // later questions ask for them again
	}
	return out
}

// vpcOf is the VPC that an interface stands in, as far as one is known.
func vpcOf(i *aws.Interface) *aws.VPC {
	for _, links := range [][]aws.Link[aws.Subnet]{i.Subnets.Each, i.Subnets.Maybe} {
		for _, l := range links {
			for _, s := range l.To {
				if v, ok := s.VPC.One(); ok {
					return v
				}
			}
		}
	}
	return nil
}
