package aws

import "github.com/tfcheck/tfcheck/analyzer/tf"

// Entry is a managed way from the internet into a VPC that needs no public
// address and no route: Global Accelerator, a CloudFront VPC origin, an API
// Gateway VPC link (LB-12, EP-8).
type Entry struct {
	Object
	Kind EntryKind
	// Listens are the ports that the internet reaches, with the port of the
	// target where it differs.
	Listens []EntryPort
	// Balancers and Interfaces are what it leads to.
	Balancers  Links[LoadBalancer]
	Interfaces Links[Interface]
	// Source is the interface that targets see as the sender, with its groups:
	// that of a VPC link. It is nil where the service's own addresses are seen.
	Source *Interface
	// PreservesClient is Yes where targets see the client's address.
	PreservesClient tf.Tri
	// Enabled is No for one that is switched off.
	Enabled tf.Tri
	Cause   Cause
}

// EntryKind is the kind of an Entry.
type EntryKind string

// The kinds of entry.
const (
	GlobalAccelerator EntryKind = "Global Accelerator"
	CloudFrontOrigin  EntryKind = "CloudFront VPC origin"
	APIGatewayLink    EntryKind = "API Gateway VPC link"
)

// EntryPort is a range of ports of an entry.
type EntryPort struct {
	Protocol tf.Val[string] // TCP or UDP
	From, To tf.Val[int]
	// Target is the port at the target, null when it is the same.
	Target tf.Val[int]
}
