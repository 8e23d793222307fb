package packet

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go4.org/netipx"
	"pgregory.net/rapid"
)

func prefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

func TestPrefixesAreCanonical(t *testing.T) {
	for _, test := range []struct {
		name     string
		in, want []string
	}{
		{"halves", []string{"128.0.0.0/1", "0.0.0.0/1"}, []string{"0.0.0.0/0"}},
		{"covered", []string{"10.1.0.0/16", "10.0.0.0/8"}, []string{"10.0.0.0/8"}},
		{"host bits", []string{"10.1.2.3/8"}, []string{"10.0.0.0/8"}},
		{"order", []string{"::/1", "192.168.0.0/16", "10.0.0.0/8"}, []string{"10.0.0.0/8", "192.168.0.0/16", "::/1"}},
		{"halves of IPv6", []string{"::/1", "8000::/1"}, []string{"::/0"}},
		{"neighbours that make no prefix", []string{"10.0.1.0/24", "10.0.2.0/24"}, []string{"10.0.1.0/24", "10.0.2.0/24"}},
		{"last host", []string{"255.255.255.255/32", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"},
			[]string{"255.255.255.255/32", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Prefixes(prefixes(test.in...)...).Prefixes()
			if diff := cmp.Diff(prefixes(test.want...), got, cmpopts.EquateComparable(netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOddAddresses(t *testing.T) {
	v4, v6 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("2001:db8::1")
	for _, a := range []Addresses{
		Prefixes(netip.Prefix{}), AddressRange(v4, v6), AddressRange(v6, v4), AddressRange(v4.Next(), v4), AddressRange(netip.Addr{}, netip.Addr{}),
	} {
		if !a.IsEmpty() || a.Contains(netip.Addr{}) {
			t.Errorf("%v is not empty", a)
		}
	}
	if _, ok := (Addresses{}).First(); ok {
		t.Error("the empty set has no first address")
	}
	if first, _ := AllAddresses(IPv6).Union(AddressRange(v4, v4)).First(); first != v4 {
		t.Errorf("first is %v", first)
	}
}

// TestAddressesAgreeWithIPSet compares with an independent implementation.
func TestAddressesAgreeWithIPSet(t *testing.T) {
	prefix := rapid.Custom(func(t *rapid.T) netip.Prefix {
		if rapid.Bool().Draw(t, "IPv6") {
			b := [16]byte(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 128, 255}), 16, 16).Draw(t, "address"))
			return netip.PrefixFrom(netip.AddrFrom16(b), rapid.IntRange(0, 128).Draw(t, "bits")).Masked()
		}
		b := [4]byte(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 128, 255}), 4, 4).Draw(t, "address"))
		return netip.PrefixFrom(netip.AddrFrom4(b), rapid.IntRange(0, 32).Draw(t, "bits")).Masked()
	})
	build := func(f func(*netipx.IPSetBuilder)) []netip.Prefix {
		var b netipx.IPSetBuilder
		f(&b)
		set, err := b.IPSet()
		if err != nil {
			panic(err)
		}
		return set.Prefixes()
	}
	rapid.Check(t, func(t *rapid.T) {
		p, q := rapid.SliceOfN(prefix, 0, 6).Draw(t, "p"), rapid.SliceOfN(prefix, 0, 6).Draw(t, "q")
		add := func(b *netipx.IPSetBuilder, prefixes []netip.Prefix) {
			for _, p := range prefixes {
				b.AddPrefix(p)
			}
		}
		a, b := Prefixes(p...), Prefixes(q...)
		same := func(name string, got Addresses, want []netip.Prefix) {
			if diff := cmp.Diff(want, got.Prefixes(), cmpopts.EquateComparable(netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s of %v and %v: %s", name, p, q, diff)
			}
		}
		same("union", a.Union(b), build(func(s *netipx.IPSetBuilder) { add(s, p); add(s, q) }))
		same("difference", a.Subtract(b), build(func(s *netipx.IPSetBuilder) {
			add(s, p)
			for _, r := range q {
				s.RemovePrefix(r)
			}
		}))
		same("intersection", a.Intersect(b), a.Subtract(a.Subtract(b)).Prefixes())
		if a.Overlaps(b) == a.Intersect(b).IsEmpty() || a.SubsetOf(b) != a.Subtract(b).IsEmpty() {
			t.Fatalf("%v and %v: overlap %v, subset %v", a, b, a.Overlaps(b), a.SubsetOf(b))
		}
		for _, f := range families {
			if got := a.Family(f); !got.Equal(a.Intersect(AllAddresses(f))) {
				t.Fatalf("%v of %v: %v", f, a, got)
			}
		}
	})
}
