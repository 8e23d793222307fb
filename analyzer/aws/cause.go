package aws

import "github.com/tfcheck/tfcheck/analyzer/tf"

// Cause is the place that somebody edits to change a fact: an argument of a
// resource instance. A nil Resource stands for something that AWS makes
// itself, such as the main route table of a VPC.
type Cause struct {
	Resource *tf.Resource
	Argument string // a path such as "ingress[1].cidr_blocks"; empty for the resource as such
}

// Address is the address of the resource, or empty.
func (c Cause) Address() string {
	if c.Resource == nil {
		return ""
	}
	return c.Resource.Address
}
