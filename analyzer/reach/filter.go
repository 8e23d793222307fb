package reach

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// direction is the side of an interface or subnet that a filter is on. The
// remote end of inbound packets is their source, of outbound packets their
// destination.
type direction bool

const (
	inbound  direction = false
	outbound direction = true
)

func (d direction) preposition() string {
	if d == inbound {
		return " from "
	}
	return " to "
}

// remote is the far end of a flow as a filter sees it.
type remote struct {
	// key tells remotes apart in memos.
	key       string
	addresses packet.Addresses // of one family
	// region is the addresses of the internet: what is in between may be taken
	// for them.
	region *packet.Region
	// one is set when the remote has one of the addresses and nobody knows
	// which (U-10). Otherwise each address is a remote of its own.
	one bool
	// class is set for the hosts of a subnet, each by its own address. What goes
	// between classes is for their addresses alone, so that a filter that does not
	// look at these stays as it is.
	class bool
	// member is the interface whose groups a rule may refer to, or nil for
	// what carries no groups (SG-7, SG-10).
	member *aws.Interface
	// unsure is set when the rules may have lost sight of these groups (SG-9).
	unsure bool
	// across is set when it stands in another VPC than the interface whose rules
	// look at it (SG-20).
	across bool
	// vpc and subnet are where a host stands, and internet is set for what is
	// outside of all VPCs (U-9); shown are those of the input whose public address
	// it has, if it has such a one (IGW-7).
	vpc      *aws.VPC
	subnet   *aws.Subnet
	internet bool
	shown    *exits
	// fact is what decides the address, where one is set.
	fact tf.Fact
	// service is the name of the AWS service that it is, behind a gateway
	// endpoint: the prefix list of this name is its addresses (U-5).
	service string
}

// sight is what filters see of a remote, but for its groups.
type sight struct {
	addresses  packet.Addresses
	region     *packet.Region
	one, class bool
}

func (r *remote) sight() sight { return sight{r.addresses, r.region, r.one, r.class} }

// filter is what a security group set, a network ACL or a route table admits
// from or to a remote.
type filter struct {
	admits   Relation
	elements []*element
	// more works out further elements when somebody is told of them, or is nil.
	more func() []*element
	// view is how the elements are seen, nil where as they are. They are looked
	// at only when somebody is told of them.
	view   func(Relation) Relation
	doubts []doubt
	// assumptions are what the filter rests on.
	assumptions []*tf.Assumption
}

// element is one rule, entry or route of a filter.
type element struct {
	object aws.Object
	cause  aws.Cause
	detail string
	admits Relation
}

// doubt is a missing fact with the packets that it decides.
type doubt struct {
	fact    tf.Fact
	decides packet.Set
}

// facing is the relation as it holds for the remote: restricted to its
// addresses, or, where its address is not known, what holds for some of them
// (may) and for all of them (must).
func facing(d direction, r Relation, by sight, f packet.Family) Relation {
	switch {
	case (by.one || by.class) && !by.addresses.IsEmpty() && regardless(d, r):
		return r
	case !by.one:
		return r.each(func(s packet.Set) packet.Set { return d.among(s, by) })
	case d == inbound:
		return Relation{
			Must: everySource(r.Must, by.addresses, f),
			May:  r.May.From(by.addresses).AnySourceAddress(),
		}
	}
	return Relation{
		Must: everyDestination(r.Must, by.addresses, f),
		May:  r.May.To(by.addresses).AnyDestination(),
	}
}

// regardless reports whether the remote's address decides nothing, as with
// most rules that refer to a group.
func regardless(d direction, r Relation) bool {
	return d.any(r.May).Equal(r.May) && (r.certain() || d.any(r.Must).Equal(r.Must))
}

// any forgets the remote side of a set.
func (d direction) any(s packet.Set) packet.Set {
	if d == inbound {
		return s.AnySourceAddress()
	}
	return s.AnyDestination()
}

// among restricts the remote side of a set to the addresses of a remote.
func (d direction) among(s packet.Set, by sight) packet.Set {
	switch {
	case by.region != nil && d == inbound:
		return s.FromRegion(by.region)
	case by.region != nil:
		return s.ToRegion(by.region)
	}
	return d.at(s, by.addresses)
}

// at restricts the remote side of a set to addresses.
func (d direction) at(s packet.Set, a packet.Addresses) packet.Set {
	if d == inbound {
		return s.From(a)
	}
	return s.To(a)
}

// asSeen is a filter's elements and doubts as they hold for the remote.
func asSeen(d direction, in filter, by remote, f packet.Family) filter {
	far := by.sight()
	out := filter{admits: facing(d, in.admits, far, f), elements: in.elements, more: in.more, assumptions: in.assumptions}
	out.view = in.seen(func(r Relation) Relation { return facing(d, r, far, f) })
	if by.one && by.fact.ID != "" && in.admits.certain() && !out.admits.certain() {
		out.doubts = append(out.doubts, doubt{by.fact, out.admits.May.Subtract(out.admits.Must)}) // U-10
	}
	for _, w := range in.doubts {
		w.decides = facing(d, possibly(w.decides), far, f).May
		if !w.decides.IsEmpty() {
			out.doubts = append(out.doubts, w)
		}
	}
	return out
}

// seen is the view of the filter followed by another one.
func (f *filter) seen(next func(Relation) Relation) func(Relation) Relation {
	before := f.view
	if before == nil {
		return next
	}
	return func(r Relation) Relation { return next(before(r)) }
}

// told are the elements of a filter that admit anything in its view.
func (f *filter) told() []*element {
	list := f.elements
	if f.more != nil {
		list = slices.Concat(list, f.more())
	}
	if f.view == nil {
		return list
	}
	var out []*element
	for _, e := range list {
		if admits := f.view(e.admits); !admits.IsEmpty() {
			seen := *e
			seen.admits = admits
			out = append(out, &seen)
		}
	}
	return out
}

// eitherFilter joins the filters of candidates of which one will be meant; what
// they disagree on is decided by the fact.
func eitherFilter(fact func() tf.Fact, candidates ...filter) filter {
	if len(candidates) == 1 {
		return candidates[0]
	}
	var out filter
	for n, c := range candidates {
		if n == 0 {
			out.admits = c.admits
		} else {
			out.admits = either(out.admits, c.admits)
		}
		out.elements = append(out.elements, c.told()...)
		out.doubts = append(out.doubts, c.doubts...)
		out.assumptions = append(out.assumptions, c.assumptions...)
	}
	out.doubts = append(out.doubts, doubt{fact(), out.admits.May})
	return out
}

// unknownFilter may admit everything and certainly admits nothing.
func unknownFilter(fact tf.Fact, object aws.Object, f packet.Family) filter {
	all := packet.Everything(f)
	return filter{
		admits:   possibly(all),
		elements: []*element{{object: object, detail: "not known: " + fact.Text, admits: possibly(all)}},
		doubts:   []doubt{{fact, all}},
	}
}
