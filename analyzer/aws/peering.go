package aws

import "github.com/tfcheck/tfcheck/analyzer/tf"

// Peering is a VPC peering connection (PCX-1 to PCX-6).
type Peering struct {
	Object
	Requester, Accepter Link[VPC]
	// Active says whether the connection is accepted (PCX-1, TF-V-5), and
	// ActiveCause where that is decided.
	Active      tf.Tri
	ActiveCause Cause
	// SameRegion is No for a connection between Regions, which carries no
	// references to groups (PCX-5).
	SameRegion tf.Tri
}
