package aws

import (
	"fmt"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Nowhere says why a resource has no network interface of its own, with its
// address or that of its block: "" for what the input does not hold, and for
// what may have one.
func (n *Network) Nowhere(address string) string {
	a, err := tf.ParseAddress(address)
	if err != nil || a.Mode != tf.Managed {
		return ""
	}
	for _, r := range n.inputs {
		if r.Address == address || tf.StripKeys(r.Address) == address {
			return nowhere(r)
		}
	}
	if strings.HasPrefix(a.Type, "aws_") && Types.Coverage(a.Type) == Irrelevant {
		return "no " + a.Type + " has a network interface"
	}
	return ""
}

func nowhere(r *tf.Resource) string {
	lacks := func(block string) bool { return isEmpty(r.Get(strings.Split(block, ".")...)) }
	for _, p := range taskPlacements {
		if r.Addr.Type == p.resourceType && lacks(p.network) {
			return fmt.Sprintf("without %s its tasks use the network interfaces of the machines that they run on (SVC-8): ask about those", p.network)
		}
	}
	for _, c := range recipes {
		block, _, _ := strings.Cut(c.blocks, " ")
		switch {
		case c.name != r.Addr.Type:
		case block != "" && lacks(block):
			return fmt.Sprintf("it has no %s, so that it stands in no VPC and has no network interface here (SVC-1)", block)
		case c.applies(r) == tf.No:
			return fmt.Sprintf("as its %s is set it has no network interface", c.when)
		case c.subnets != "":
			return fmt.Sprintf("its %s names no subnet, so that it stands in no VPC and has no network interface here (SVC-1)", c.subnets)
		}
	}
	if Types.Coverage(r.Addr.Type) == Modelled {
		return "it is a part of the network and has no network interface itself: name what sends and receives packets"
	}
	return "no " + r.Addr.Type + " has a network interface"
}
