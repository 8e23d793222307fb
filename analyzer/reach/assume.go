package reach

import (
	"maps"
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// severalEnds are the owners of several interfaces that do not stand in one
// subnet behind the same groups: by which of them a reply leaves the machine
// decides, and not the network (SG-3).
func severalEnds(n *aws.Network) map[*tf.Resource]bool {
	of := map[*tf.Resource][]*aws.Interface{}
	for _, i := range n.Interfaces {
		if i.Owner != nil && i.Owner != i.Resource {
			of[i.Owner] = nil
		}
	}
	if len(of) == 0 {
		return nil
	}
	for _, i := range n.Interfaces {
		if _, ok := of[i.Owner]; ok {
			of[i.Owner] = append(of[i.Owner], i)
		}
	}
	out := map[*tf.Resource]bool{}
	for owner, list := range of {
		out[owner] = slices.ContainsFunc(list, func(i *aws.Interface) bool {
			return onlySubnet(i) != onlySubnet(list[0]) || groupsListed(i) != groupsListed(list[0])
		})
	}
	maps.DeleteFunc(out, func(_ *tf.Resource, differ bool) bool { return !differ })
	return out
}

// groupsListed tells apart the groups of interfaces by where they lead.
func groupsListed(i *aws.Interface) string {
	return linkNames(i.Groups.Each) + "|" + linkNames(i.Groups.Maybe)
}

func linkNames(list []aws.Link[aws.SecurityGroup]) string {
	var out string
	for _, l := range list {
		out += linkName(l) + ","
	}
	return out
}

// sameEnd is what an answer rests on that reaches one of several interfaces of a
// machine (SG-3).
func (g *Graph) sameEnd(i *aws.Interface) []*tf.Assumption {
	if !g.several[i.Owner] {
		return nil
	}
	return []*tf.Assumption{{
		ID: "same-interface:" + i.Owner.Address, Address: i.Owner.Address,
		Text: "replies of " + i.Owner.Address + " leave by the interface that the request came in by (SG-3)",
	}}
}

// controllers are the types of which a controller may make load balancers and
// groups at run time (LB-14).
var controllers = []string{"aws_eks_node_group", "aws_eks_fargate_profile", "aws_eks_cluster", "aws_elastic_beanstalk_environment"}

// madeAtRunTime is what it rests on that nothing of the internet reaches
// something: no controller makes a load balancer in front of it (LB-14).
func madeAtRunTime(to Endpoint) []*tf.Assumption {
	var out []*tf.Assumption
	for _, i := range to.Interfaces {
		r := interfaceObject(i).Resource
		if r != nil && slices.Contains(controllers, r.Addr.Type) {
			out = append(out, &tf.Assumption{
				ID: "run-time:" + r.Address, Address: r.Address,
				Text: "no controller makes a load balancer or a group for " + r.Address + " at run time (LB-14)",
			})
		}
	}
	return out
}
