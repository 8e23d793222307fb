package packet

import (
	"cmp"
	"encoding/binary"
	"net/netip"
)

// number is a point of any dimension: a protocol, a port, an ICMP type and
// code, or an address.
type number struct{ hi, lo uint64 }

func small[T ~uint8 | ~uint16 | ~uint32 | ~int](n T) number { return number{lo: uint64(n)} }

func (n number) less(m number) bool {
	return n.hi < m.hi || n.hi == m.hi && n.lo < m.lo
}

func (n number) compare(m number) int {
	return cmp.Or(cmp.Compare(n.hi, m.hi), cmp.Compare(n.lo, m.lo))
}

// next is n+1. After the last of all numbers comes zero, which begins no
// interval that could be mistaken for a neighbour.
func (n number) next() number {
	n.lo++
	if n.lo == 0 {
		n.hi++
	}
	return n
}

// before is n-1, for n above zero.
func (n number) before() number {
	if n.lo == 0 {
		n.hi--
	}
	n.lo--
	return n
}

func smaller(a, b number) number {
	if b.less(a) {
		return b
	}
	return a
}

// numberOf is the address as a point of its family's dimension.
func numberOf(a netip.Addr) number {
	if a.Is4() {
		b := a.As4()
		return small(binary.BigEndian.Uint32(b[:]))
	}
	b := a.As16()
	return number{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// addr is the inverse of numberOf.
func (n number) addr(f Family) netip.Addr {
	if f == IPv4 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(n.lo))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], n.hi)
	binary.BigEndian.PutUint64(b[8:], n.lo)
	return netip.AddrFrom16(b)
}
