package reach

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/tfcheck/tfcheck/analyzer/aws"
)

// searchers is how many search at the same time: one for each core of a small
// machine.
const searchers = 2

// shareSize is the number of VPCs in a share: enough for what is remembered
// of one to serve the next, few enough for it to need little memory.
const shareSize = 48

// worthSharing is the number of interfaces from which a second graph costs
// less than it saves.
const worthSharing = 200

// inShares has search done for all interfaces, those of one VPC together. A
// large network is divided among graphs of their own, which remember nothing
// of each other: what one VPC makes reachable depends on little of another.
func (g *Graph) inShares(search func(g *Graph, mine func(*aws.Interface) bool) []*Flow) [][]*Flow {
	if len(g.network.Interfaces) < worthSharing || len(g.network.VPCs) < searchers {
		return [][]*Flow{search(g, func(*aws.Interface) bool { return true })}
	}
	shares := max(searchers, len(g.network.VPCs)/shareSize)
	share := make(map[*aws.VPC]int, len(g.network.VPCs))
	for n, v := range g.network.VPCs {
		share[v] = n * shares / len(g.network.VPCs)
	}
	out, balancers := make([][]*Flow, shares), make([]map[balancerKey][]*Flow, shares)
	var wait sync.WaitGroup
	var next atomic.Int32
	for range searchers {
		wait.Go(func() {
			for n := int(next.Add(1)) - 1; n < shares; n = int(next.Add(1)) - 1 {
				part := Compile(g.network).Given(g.answers)
				out[n] = search(part, func(i *aws.Interface) bool { return share[vpcOf(i)] == n })
				balancers[n] = part.balancers
			}
		})
	}
	wait.Wait()
	for _, flows := range balancers {
		maps.Copy(g.balancers, flows) // later questions ask for them again
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
