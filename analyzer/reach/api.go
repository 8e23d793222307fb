// Package reach computes who can send which packets to whom in an
// [aws.Network], through what, and what stops them: exactly, over packet
// sets, both ways, three-valued.
package reach

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Verdict is an answer.
type Verdict string

// The answers.
const (
	Yes     Verdict = "yes"
	No      Verdict = "no"
	Unknown Verdict = "unknown"
)

// Relation is a packet set known from both sides (M-10): Must holds under
// every completion of what is unknown, May under some.
type Relation struct {
	Must, May packet.Set
}

// Got is what certainly gets through, or else what may.
func (r Relation) Got() packet.Set {
	if r.Must.IsEmpty() {
		return r.May
	}
	return r.Must
}

// Hop is one element on a path, with what it admits.
type Hop struct {
	// Object is what the packet passes: a gateway, a subnet, a group, an
	// interface. Cause is the element that admits it (a rule, an ACL entry, a
	// route), or, when the hop blocks, the one that would have to change.
	Object aws.Object
	Cause  aws.Cause
	// Detail says what admits or blocks, for people: "tcp/22 from 0.0.0.0/0",
	// "entry 100 allows all".
	Detail string
	// Rewrite says what becomes of the header here, for people: "source:
	// 10.0.1.4 becomes an address of aws_nat_gateway.main" (M-5). Empty where
	// nothing is rewritten.
	Rewrite string
	// Code is the blocker code where the hop stops packets, in the words of
	// AWS Reachability Analyzer where one fits (D1); empty otherwise.
	Code string
	// Reply is set on the way back.
	Reply bool
	// Edits are what takes a blocker of an answer away; none where no edit of
	// this configuration does.
	Edits []Edit
	// Causes are all elements that admit, when there are several; Cause is
	// the first of them.
	Causes []aws.Cause

	elements []*element // those of Causes
	where    string     // which boundary of a subnet it is
}

// Of is the hop as it is told of some of the packets that pass it: by the
// element of the cause, where that is one of those that admit, else by the
// first that admits some of the packets.
func (h Hop) Of(packets packet.Set, cause aws.Cause) Hop {
	var best *element
	for _, e := range h.elements {
		if !e.admits.May.Overlaps(packets) {
			continue
		}
		if best == nil || e.cause == cause {
			best = e
		}
		if e.cause == cause {
			break
		}
	}
	if best != nil {
		h.Detail, h.Cause = h.told(best.detail), best.cause
		if best.object.Label != "" {
			h.Object = best.object
		}
	}
	return h
}

// told is a detail with the boundary that it is about: the ACL of several
// subnets is met more than once on a way.
func (h Hop) told(detail string) string {
	if h.where == "" {
		return detail
	}
	return detail + ", " + h.where
}

// Map is the hop with its instances and texts replaced, elements included.
func (h Hop) Map(resource func(*tf.Resource) *tf.Resource, text func(string) string) Hop {
	object := func(o aws.Object) aws.Object {
		o.Resource, o.Label = resource(o.Resource), text(o.Label)
		return o
	}
	cause := func(c aws.Cause) aws.Cause {
		c.Resource = resource(c.Resource)
		return c
	}
	h.Object, h.Cause, h.Detail = object(h.Object), cause(h.Cause), text(h.Detail)
	h.Causes = slices.Clone(h.Causes)
	for i := range h.Causes {
		h.Causes[i] = cause(h.Causes[i])
	}
	h.elements = slices.Clone(h.elements)
	for i, e := range h.elements {
		h.elements[i] = &element{object: object(e.object), cause: cause(e.cause), detail: text(e.detail), admits: e.admits}
	}
	return h
}

// Flow is what gets from one end point to another along one path.
type Flow struct {
	From, To *Endpoint // shared among flows: nobody changes them
	Family   packet.Family
	// Forward is what arrives; Reachable is what arrives and is answered
	// (M-2).
	Forward, Reachable Relation
	// Delivered is what Reachable is at its destination: the same for a direct
	// flow; behind a load balancer, the clients on the target's own port.
	Delivered Relation
	// Entry is the managed service by which the flow comes in, or nil (LB-12,
	// EP-8).
	Entry *aws.Entry
	// Service is the endpoint service by which the flow comes in, or nil (EP-3).
	Service *aws.EndpointService
	// Proxy is the proxy of RDS that the flow passes, or nil (SVC-18).
	Proxy *aws.DatabaseProxy
	// Lattice is the target group of VPC Lattice that the flow goes by, or nil
	// (EP-9).
	Lattice *aws.LatticeGroup
	// Internet is the gateway by which a flow between two interfaces comes back
	// in that goes over the internet, or nil (IGW-7).
	Internet *aws.Object
	// NAT64 is the gateway that makes IPv4 of the packets, or nil (NAT-7).
	NAT64 *aws.NATGateway
	// Through is the load balancer that the flow passes, or nil.
	Through *aws.LoadBalancer
	// Listener and TargetGroup are those it passes there.
	Listener    *aws.Listener
	TargetGroup *aws.TargetGroup
	// Assumptions are what the flow rests on, Waits the facts that separate
	// may from must.
	Assumptions []*tf.Assumption
	Waits       []tf.Fact

	story story
}

// Front is what stands between the ends of a flow: the load balancer that it
// passes, else the service by which it comes in.
func (f *Flow) Front() (aws.Object, bool) {
	switch {
	case f.Through != nil:
		return f.Through.Object, true
	case f.Entry != nil:
		return f.Entry.Object, true
	case f.Service != nil:
		return f.Service.Object, true
	case f.Proxy != nil:
		return f.Proxy.Object, true
	case f.Lattice != nil:
		return f.Lattice.Object, true
	case f.Internet != nil:
		return *f.Internet, true
	case f.NAT64 != nil:
		return f.NAT64.Object, true
	}
	return aws.Object{}, false
}

// Verdict is Yes when some packet is reachable under every completion, No
// when none is under any. ICMP that expects no reply counts only for a flow of
// nothing else: that it needs no way back does not make one.
func (f *Flow) Verdict() Verdict { return judged(f.Forward, f.Reachable) }

func judged(forward, reachable Relation) Verdict {
	if !forward.May.SubsetOf(unanswered) {
		reachable = reachable.each(func(s packet.Set) packet.Set { return s.Subtract(unanswered) })
	}
	return verdict(reachable)
}

func verdict(r Relation) Verdict {
	switch {
	case !r.Must.IsEmpty():
		return Yes
	case !r.May.IsEmpty():
		return Unknown
	}
	return No
}

// EndpointKind is the kind of an end point (CONTRACT, "Endpoints and flows").
type EndpointKind uint8

// The kinds of end point.
const (
	Internet EndpointKind = iota
	OnPremises
	Interfaces
	LoadBalancers
	IP
	Service
	GatewayEndpoints // EP-1
	Consumers        // of the input's endpoint services, in other accounts (EP-3)
)

// Endpoint is one end of a flow.
type Endpoint struct {
	Kind       EndpointKind
	Label      string           // as people write it: "internet", "aws_instance.web[0]"
	Family     packet.Family    // 0: both
	Addresses  packet.Addresses // of Internet, OnPremises and IP; empty means all of them
	Interfaces []*aws.Interface
	Balancers  []*aws.LoadBalancer
	Gateway    *aws.Endpoint // of GatewayEndpoints
	Service    string        // of Service: the name of a service of AWS, or empty
	// Object is what people named, where it is something of the input, and
	// Subnet the subnet that it is.
	Object aws.Object
	Subnet *aws.Subnet
	// Services are what the internet reaches without a path through a VPC.
	Services []*aws.PublicService
}

// Question is what `tfcheck reach` asks.
type Question struct {
	From, To Endpoint
	// Packets restricts protocol and destination ports, in both families;
	// addresses come from the end points. Everything of both families asks
	// without a restriction.
	Packets packet.Set
	// SourcePorts restricts the client's port; 0,0 asks for all of 1024-65535
	// (M-3).
	SourcePort uint16
}

// Alternative is another way that packets could take, with what stops them there.
type Alternative struct {
	Blockers   []Hop
	incomplete bool // what lies behind is not known
}

// Answer is the answer with its reason (D2).
type Answer struct {
	Answer, Forward Verdict
	// Complete is set when every packet of the question gets through.
	Complete bool
	// Flows is what gets through, both ways; ForwardFlows what arrives.
	Flows, ForwardFlows Relation
	// Witness is a packet that gets through, when Answer or Forward is Yes.
	Witness *packet.Packet
	// Path and ReplyPath are those of the witness, or of the cheapest blocked
	// path when the answer is no.
	Path, ReplyPath []Hop
	// Blockers are all elements of that path that stop the packets, cheapest
	// repair first.
	Blockers []Hop
	// Alternatives are other blocked paths, those that edits open first.
	Alternatives []Alternative
	// Through are the flows that reach the destination by connections of
	// something between, such as a load balancer; the answer itself is about
	// the direct way.
	Through     []*Flow
	Assumptions []*tf.Assumption
	Waits       []tf.Fact
}
