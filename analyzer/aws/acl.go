package aws

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// defaultEntries are those of a default ACL as AWS makes it (NACL-2).
func defaultEntries() []ACLEntry {
	return []ACLEntry{
		{Number: tf.KnownVal(100), Allow: tf.Yes, Protocol: tf.KnownVal(-1), CIDR: tf.KnownVal(anyIPv4)},
		{Number: tf.KnownVal(101), Allow: tf.Yes, Protocol: tf.KnownVal(-1), CIDR: tf.KnownVal(anyIPv6)},
	}
}

func (b *builder) declareACLs() {
	for r := range b.each("aws_network_acl") {
		b.declareACL(r, &ACL{Object: b.object(r), VPC: link(b, r, r.Get("vpc_id"), b.outsideVPC)})
	}
	for r := range b.each("aws_default_network_acl") {
		b.adoptACL(r)
	}
	for r := range b.data("aws_network_acl", "aws_network_acls") {
		a := &ACL{Object: b.object(r), VPC: link(b, r, b.vpcArgument(r), b.outsideVPC), Open: true}
		b.declareACL(r, a)
	}
}

func (b *builder) declareACL(r *tf.Resource, a *ACL) {
	b.n.ACLs = append(b.n.ACLs, a)
	register(b, r, a)
}

// adoptACL lets a resource manage the default ACL of its VPC (TF-NACL-3):
// adopting removes every entry, and no entry denies everything.
func (b *builder) adoptACL(r *tf.Resource) {
	l := link[ACL](b, r, r.Get("default_network_acl_id"), nil)
	a, ok := l.One()
	if !ok || a.Resource != nil {
		a = &ACL{Object: b.object(r), VPC: link(b, r, b.vpcArgument(r), b.outsideVPC)}
		if v, ok := a.VPC.One(); ok && v.DefaultACL.Resource == nil {
			*v.DefaultACL = *a
			a = v.DefaultACL
		} else {
			b.n.ACLs = append(b.n.ACLs, a)
		}
		for _, other := range l.To {
			other.Open = true // it may be the adopted one
		}
	}
	a.Object, a.Ingress, a.Egress = b.object(r), nil, nil
	a.Implicit, a.Open = false, r.Maybe // U-12
	register(b, r, a)
}

// outsideACL is an ACL of which only the id is known (U-13).
func (b *builder) outsideACL(id string) *ACL {
	a := &ACL{Object: outsideObject(id), VPC: Link[VPC]{Open: true}, Open: true}
	b.n.ACLs = append(b.n.ACLs, a)
	return a
}

// entries is the list of a direction.
func (a *ACL) entries(egress bool) *[]ACLEntry {
	if egress {
		return &a.Egress
	}
	return &a.Ingress
}

func directionName(egress bool) string {
	if egress {
		return "egress"
	}
	return "ingress"
}

// linkACLEntries reads the entries of every ACL, inline and separate ones.
func (b *builder) linkACLEntries() {
	separate := b.separateEntries()
	inline := map[*ACL]bool{}
	for r := range b.each("aws_network_acl", "aws_default_network_acl") {
		a := objectOf[ACL](b, r)
		if b.inlineEntries(r, a, separate) {
			inline[a] = true
		}
	}
	for r := range b.each("aws_network_acl_rule") {
		b.separateEntry(r, inline)
	}
	for _, a := range b.n.ACLs {
		sortEntries(a.Ingress)
		sortEntries(a.Egress)
		if max(len(a.Ingress), len(a.Egress)) > mostEntries {
			a.Ingress, a.Egress, a.Open = nil, nil, true
		}
	}
}

// mostEntries is far above the 40 entries a direction that AWS takes. What goes
// beyond cannot be applied and costs more than its share to follow: such an
// ACL is one whose entries nobody knows (U-24).
const mostEntries = 400

// inlineEntries reads the ingress and egress blocks of an ACL and reports
// whether the configuration sets any. As with route tables, an existing ACL
// that does not set them lists those of others.
func (b *builder) inlineEntries(r *tf.Resource, a *ACL, separate map[entryKey]bool) (sets bool) {
	id, _ := r.Get("id").AsString().Known()
	for _, egress := range []bool{false, true} {
		name := directionName(egress)
		v, inline := r.Get(name), b.setsInline(r, name)
		sets = sets || inline
		if v.IsUnknown() {
			a.Open = a.Open || inline || !b.isNew(r)
			continue
		}
		list := a.entries(egress)
		for i, e := range v.Elements() {
			if isPlaceholder(e, "rule_no", "action", "cidr_block") {
				a.Open = true // any number of entries
				continue
			}
			entry := b.readEntry(Cause{r, fmt.Sprintf("%s[%d]", name, i)}, e, "rule_no", "action")
			if n, ok := entry.Number.Known(); ok && !inline && separate[entryKey{id, egress, n}] {
				continue
			}
			*list = append(*list, entry)
		}
	}
	return sets
}

// entryKey is an entry by the known id of its ACL.
type entryKey struct {
	acl    string
	egress bool
	number int
}

// separateEntries are the aws_network_acl_rule resources of ACLs that exist
// or existed before the change.
func (b *builder) separateEntries() map[entryKey]bool {
	keys := map[entryKey]bool{}
	for r := range b.everExisted("aws_network_acl_rule") {
		id, ok := r.Get("network_acl_id").AsString().Known()
		n, numbered := r.Get("rule_number").AsInt().Known()
		if egress, _ := r.Get("egress").AsBool().Known(); ok && numbered {
			keys[entryKey{id, egress, n}] = true
		}
	}
	return keys
}

func (b *builder) separateEntry(r *tf.Resource, inline map[*ACL]bool) {
	to := link(b, r, r.Get("network_acl_id"), b.outsideACL)
	egress, state := r.Get("egress").AsBool().Default(false).Get()
	a, certain := to.One()
	if !certain || state == tf.IsUnknown {
		for _, a := range to.To {
			a.Open, a.Implicit = true, false // it may have this entry (U-22)
		}
		return
	}
	entry := b.readEntry(Cause{Resource: r}, r.Values, "rule_number", "rule_action")
	a.Implicit = false // somebody edits it
	list := a.entries(egress)
	if inline[a] {
		entry.Conflict = true // TF-NACL-1
		for i := range *list {
			(*list)[i].Conflict = true
		}
	}
	*list = append(*list, entry)
}

// readEntry reads an entry whose number and action have the names given.
// Ports and ICMP types that are not set are sent as 0 (TF-NACL-2).
func (b *builder) readEntry(cause Cause, v tf.Value, number, action string) ACLEntry {
	e := ACLEntry{
		Cause:    cause,
		Number:   v.Get(number).AsInt(),
		Protocol: protocolNumber(v.Get("protocol")),
		FromPort: v.Get("from_port").AsInt().Default(0),
		ToPort:   v.Get("to_port").AsInt().Default(0),
		ICMPType: v.Get("icmp_type").AsInt().Default(0),
		ICMPCode: v.Get("icmp_code").AsInt().Default(0),
		CIDR:     prefix(v.Get("cidr_block")),
		Maybe:    v.IsOptional() || cause.Resource.Maybe,
	}
	if six := prefix(v.Get("ipv6_cidr_block")); e.CIDR.IsNull() || e.CIDR.IsUnknown() && !six.IsNull() {
		e.CIDR = six
	}
	if e.CIDR.IsUnknown() {
		four, six := inside(cause.Resource, v, "", "cidr_block"), inside(cause.Resource, v, "", "ipv6_cidr_block")
		e.Family = onlyFamily(four, six, setting{})
		switch e.Family {
		case packet.IPv4:
			e.Owner = b.owner(cause.Resource, four.value)
		case packet.IPv6:
			e.Owner = b.owner(cause.Resource, six.value)
		}
	}
	if s, ok := v.Get(action).AsString().Known(); ok {
		e.Allow = tf.TriOf(strings.EqualFold(s, "allow"))
	}
	return e
}

// protocols are the protocol names that AWS rules use (SG-12); any other
// protocol is written as its number.
var protocols = map[string]int{
	"-1": -1, "all": -1, "icmp": 1, "igmp": 2, "ipv4": 4, "tcp": 6, "egp": 8, "udp": 17, "ipv6": 41, "rsvp": 46,
	"gre": 47, "esp": 50, "ah": 51, "icmpv6": 58, "ipv6-icmp": 58, "ospf": 89, "pim": 103, "vrrp": 112, "l2tp": 115, "sctp": 132,
}

// protocolNumber reads a protocol, a name or a number; a name that nobody
// knows is unknown (U-24).
func protocolNumber(v tf.Value) tf.Val[int] {
	s, state := v.AsString().Get()
	if state != tf.IsKnown {
		return tf.UnknownVal[int]()
	}
	s = strings.ToLower(s)
	if n, ok := protocols[s]; ok {
		return tf.KnownVal(n)
	}
	if n, err := strconv.Atoi(s); err == nil && 0 <= n && n <= 255 {
		return tf.KnownVal(n)
	}
	return tf.UnknownVal[int]()
}

// sortEntries brings entries into the order in which AWS evaluates them,
// those of unknown number last.
func sortEntries(entries []ACLEntry) {
	slices.SortStableFunc(entries, func(a, c ACLEntry) int {
		n, ok := a.Number.Known()
		m, okToo := c.Number.Known()
		switch {
		case ok && okToo:
			return cmp.Compare(n, m)
		case ok:
			return -1
		case okToo:
			return 1
		}
		return 0
	})
}

// isPlaceholder reports whether a block stands for a dynamic block over an
// unknown collection: zero or more blocks of which nothing is known (TF-SG-2).
func isPlaceholder(v tf.Value, names ...string) bool {
	for _, name := range names {
		if e := v.Get(name); !e.IsUnknown() || len(e.Candidates()) > 0 {
			return false
		}
	}
	return true
}
