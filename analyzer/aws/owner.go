package aws

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Owner is whose an address range is that nobody knows yet: a part of the IPv6
// block of a VPC (U-9), or the one address of an interface or a NAT gateway, its
// public or its private one (IGW-7, U-10).
type Owner struct {
	// VPC has the block of which the range is the part with a number, longer by
	// Bits: the whole with none.
	VPC    *VPC
	Bits   int
	Number uint64

	Interface *Interface
	NAT       *NATGateway
	Public    bool
	// Held is set for a public address that certainly is that of the one or the
	// other; where neither is known, somebody outside may have it.
	Held bool
	// Label names the range for people.
	Label string
}

// The attributes that stand for addresses before AWS has chosen them.
const (
	ipv6Block = "ipv6_cidr_block"
	publicIP  = "public_ip"
	privateIP = "private_ip"
)

// wholeBlock is the only IPv6 block of a VPC, where that is not known, else nil.
func (v *VPC) wholeBlock() *Owner {
	var six []Block
	for _, c := range v.CIDRs {
		if c.Family == packet.IPv6 {
			six = append(six, c)
		}
	}
	if len(six) != 1 || six[0].Known() {
		return nil
	}
	return &Owner{VPC: v, Label: "the IPv6 block of " + v.Label}
}

// owner is whose range an unknown CIDR is, nil where that is not certain.
func (b *builder) owner(r *tf.Resource, v tf.Value) *Owner {
	s, ok := v.Symbol()
	if !ok {
		return nil
	}
	attribute, rest, more := strings.Cut(s.Attribute, "/")
	switch {
	case attribute == ipv6Block:
		s.Attribute = attribute
		vpc, _ := symbolic[VPC](b, r, s)
		if vpc == nil || vpc.Outside {
			return nil
		}
		return vpc.wholeBlock().part(rest)
	case !more || rest != "32":
	case attribute == publicIP:
		return b.publicOwner(r, s.Address)
	case attribute == privateIP:
		if i, _ := symbolic[Interface](b, r, tf.Symbol{Address: s.Address}); i != nil {
			return &Owner{Interface: i, Label: "the private address of " + s.Address}
		}
	}
	return nil
}

// part is a part of a block: its bits and number, then those of a part of that.
func (o *Owner) part(numbers string) *Owner {
	if o == nil || numbers == "" {
		return o
	}
	out := *o
	list := strings.Split(numbers, "/")
	for n := 0; n+1 < len(list); n += 2 {
		bits, err := strconv.Atoi(list[n])
		number, errToo := strconv.ParseUint(list[n+1], 10, 64)
		if err != nil || errToo != nil || out.Bits+bits > 64 || bits < 64 && number>>bits != 0 {
			return nil
		}
		out.Bits, out.Number = out.Bits+bits, out.Number<<bits|number
	}
	out.Label = "part " + strconv.FormatUint(out.Number, 10) + " of " + o.Label
	return &out
}

// Holds says whether a range holds another one, or may hold it.
func (o *Owner) Holds(other *Owner) tf.Tri {
	switch shift := other.Bits - o.Bits; {
	case o.VPC != other.VPC:
		return tf.No
	case shift >= 0:
		return tf.TriOf(other.Number>>shift == o.Number)
	case o.Number>>-shift == other.Number:
		return tf.Maybe
	}
	return tf.No
}

// publicOwner is what has the public address of an Elastic IP, a NAT gateway or
// an instance.
func (b *builder) publicOwner(r *tf.Resource, address string) *Owner {
	out := &Owner{Public: true, Label: "the public address of " + address}
	s := tf.Symbol{Address: address}
	from := b.inputs[b.notes[r].input].Snapshot.Resource(address)
	if from == nil {
		return nil
	}
	if objects, _ := named[Interface](b, r, s); len(objects) == 1 {
		if from.Addr.Type != "aws_eip" && len(objects[0].ElasticIPs) > 0 {
			return out // an Elastic IP takes the place of the one that it is launched with
		}
		out.Interface = objects[0]
		out.Held = out.Interface.PublicIPv4 == tf.Yes && !from.Maybe
		return out
	}
	if out.NAT, _ = symbolic[NATGateway](b, r, s); out.NAT == nil {
		at := slices.IndexFunc(b.n.NATGateways, func(n *NATGateway) bool {
			return n.Resource != nil && b.named(n.Resource, argument(n.Resource, "allocation_id"), "aws_eip") == from
		})
		if at < 0 {
			return out
		}
		out.NAT = b.n.NATGateways[at]
	}
	out.Held = !out.NAT.Resource.Maybe && !from.Maybe
	return out
}
