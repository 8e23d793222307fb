package aws

import "github.com/tfcheck/tfcheck/analyzer/tf"

// EndpointKind is the type of a VPC endpoint.
type EndpointKind string

// The kinds of VPC endpoint, as vpc_endpoint_type writes them.
const (
	GatewayEndpoint         EndpointKind = "Gateway"
	InterfaceEndpoint       EndpointKind = "Interface"
	GatewayBalancerEndpoint EndpointKind = "GatewayLoadBalancer"
	ResourceEndpoint        EndpointKind = "Resource"
	ServiceNetworkEndpoint  EndpointKind = "ServiceNetwork"
)

// Endpoint is a VPC endpoint (EP-1 to EP-5).
type Endpoint struct {
	Object
	Kind tf.Val[EndpointKind]
	VPC  Link[VPC]
	// Service is the name of what it leads to, such as
	// "com.amazonaws.eu-west-1.s3", and EndpointService the endpoint service
	// of the input that has this name (EP-3).
	Service         tf.Val[string]
	EndpointService Link[EndpointService]
	// Interface is its network interfaces: nil for a gateway endpoint. Those of
	// a gateway load balancer endpoint have no groups (SG-19).
	Interface *Interface
	// Tables are the route tables that a gateway endpoint puts its route into.
	Tables Links[RouteTable]
	// IPv6 says whether it takes IPv6 (EP-1).
	IPv6 tf.Tri
}

// EndpointService is an endpoint service, what others call PrivateLink (EP-3).
type EndpointService struct {
	Object
	Name string // where the input shows it
	// Balancers are the network or gateway load balancers behind it.
	Balancers Links[LoadBalancer]
	// AnyPrincipal says whether every account may connect, and Principals
	// whether some account outside may; AcceptanceRequired whether somebody
	// has to accept.
	AnyPrincipal, Principals, AcceptanceRequired tf.Tri
}

// InstanceConnectEndpoint is an EC2 Instance Connect endpoint (EP-6): an entry
// for people whom IAM lets in, to TCP 22 and 3389.
type InstanceConnectEndpoint struct {
	Object
	Interface *Interface
	// PreserveClientIP is Yes where targets see the client's own address.
	PreserveClientIP tf.Tri
}
