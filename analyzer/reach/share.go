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

// shareSize is the number of interfaces in a share, as far as VPCs are as small:
// enough for what is remembered of one VPC to serve the next, few enough for it
// to need little memory.
const shareSize = 400

// worthSharing is the number of interfaces from which a second graph costs
// less than it saves.
const worthSharing = 200

// share is what one graph searches: what stands in some VPCs.
type share struct {
	interfaces []*aws.Interface
	balancers  []*aws.LoadBalancer
}

// inShares searches from the internet to all interfaces, those of one VPC
// together. A large network is divided among graphs of their own, which
// remember nothing of each other: what one VPC makes reachable depends on
// little of another.
func (g *Graph) inShares() [][]*Flow {
	n := g.network
	if len(n.Interfaces) < worthSharing || len(n.VPCs) < searchers {
		return [][]*Flow{g.fromInternet(n.Interfaces, n.LoadBalancers)}
	}
	shares := g.divide(max(searchers, min(len(n.Interfaces)/shareSize, len(n.VPCs))))
	out, balancers := make([][]*Flow, len(shares)), make([]map[balancerKey][]*Flow, len(shares))
	var wait sync.WaitGroup
	var next atomic.Int32
	for range searchers {
		wait.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(shares); n = int(next.Add(1)) - 1 {
				part := g.fork()
				out[n] = part.fromInternet(shares[n].interfaces, shares[n].balancers)
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

// divide puts neighbouring VPCs into one share. What stands in no known VPC
// goes with the first.
func (g *Graph) divide(count int) []share {
	shares, of := make([]share, count), make(map[*aws.VPC]int, len(g.network.VPCs))
	for n, v := range g.network.VPCs {
		of[v] = n * count / len(g.network.VPCs)
	}
	for _, i := range g.network.Interfaces {
		s := &shares[of[vpcOf(i)]]
		s.interfaces = append(s.interfaces, i)
	}
	for _, lb := range g.network.LoadBalancers {
		s := &shares[of[vpcOf(lb.Interface)]]
		s.balancers = append(s.balancers, lb)
	}
	return shares
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
