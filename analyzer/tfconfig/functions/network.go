package functions

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

// networkFunctions compute with addresses. They are written here because those
// of go-cty-funcs know no number beyond 64 bits, no leading zeros, and no subnet
// that is smaller by more than 32 bits.
var networkFunctions = map[string]entry{
	"cidrcontains": {inspects, cidrcontainsFunction},
	"cidrhost":     {inspects, cidrhostFunction},
	"cidrnetmask":  {inspects, text(cidrnetmask, "prefix")},
	"cidrsubnet":   {moves, cidrsubnetFunction},
	"cidrsubnets":  {inspects, cidrsubnetsFunction},
}

// leadingZeros are those of a number of an IPv4 address, which Terraform allows.
var leadingZeros = regexp.MustCompile(`(^|\.)0+([0-9])`)

// parsePrefix reads an address range; host bits are dropped.
func parsePrefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(leadingZeros.ReplaceAllString(s, "$1$2"))
	if err != nil || p.Addr().Zone() != "" {
		return netip.Prefix{}, fmt.Errorf("invalid CIDR address: %s", s)
	}
	return p.Masked(), nil
}

// at is the address of p that has the number n in the bits before the given one.
func at(p netip.Prefix, n *big.Int, end int) netip.Addr {
	bits := p.Addr().BitLen()
	sum := new(big.Int).SetBytes(p.Addr().AsSlice())
	sum.Or(sum, new(big.Int).Lsh(n, uint(bits-end)))
	a, _ := netip.AddrFromSlice(sum.FillBytes(make([]byte, bits/8)))
	return a
}

// integer is the whole number of a value.
func integer(v cty.Value) (*big.Int, error) {
	f := v.AsBigFloat()
	if !f.IsInt() {
		return nil, errors.New("a whole number is required")
	}
	if f.MantExp(nil) > 256 {
		return nil, errors.New("the number is too large")
	}
	i, _ := f.Int(nil)
	return i, nil
}

var cidrhostFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "hostnum", Type: cty.Number}},
	Type:         function.StaticReturnType(cty.String),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		n, err := integer(args[1])
		if err != nil {
			return cty.NilVal, function.NewArgError(1, err)
		}
		hosts := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
		if n.Sign() < 0 { // from the end
			n = new(big.Int).Add(hosts, n)
		}
		if n.Sign() < 0 || n.Cmp(hosts) >= 0 {
			return cty.NilVal, function.NewArgErrorf(1, "prefix of %d does not accommodate that host number", p.Bits())
		}
		return cty.StringVal(at(p, n, p.Addr().BitLen()).String()), nil
	},
})

func cidrnetmask(args []string) (string, error) {
	p, err := parsePrefix(args[0])
	if err != nil {
		return "", err
	}
	if !p.Addr().Is4() {
		return "", errors.New("IPv6 prefixes have no netmask")
	}
	ones, _ := netip.MustParseAddr("255.255.255.255").Prefix(p.Bits())
	return ones.Addr().String(), nil
}

var cidrsubnetFunction = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "prefix", Type: cty.String},
		{Name: "newbits", Type: cty.Number},
		{Name: "netnum", Type: cty.Number},
	},
	Type:         function.StaticReturnType(cty.String),
	RefineResult: notNull,
	Impl: func(args []cty.Value, retType cty.Type) (cty.Value, error) {
		if HasSymbol(args[0]) {
			return subnetOfSymbol(args[0], args[1], args[2]), nil
		}
		p, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		var newbits int
		if err := gocty.FromCtyValue(args[1], &newbits); err != nil {
			return cty.NilVal, function.NewArgError(1, err)
		}
		n, err := integer(args[2])
		if err != nil {
			return cty.NilVal, function.NewArgError(2, err)
		}
		if newbits < 0 || n.Sign() < 0 {
			return cty.UnknownVal(retType), nil // Terraform goes on, and leaves the prefix
		}
		subnet, err := subnetOf(p, newbits, n)
		if err != nil {
			return cty.NilVal, err
		}
		return cty.StringVal(subnet.String()), nil
	},
})

// subnetOfSymbol is the symbol of a part of a range that nobody knows yet: the
// attribute of the whole with the two numbers behind it. It is unknown for what
// does not stand for a range.
func subnetOfSymbol(prefix, newbits, netnum cty.Value) cty.Value {
	address, attribute, ok := ParseSymbol(prefix)
	whole, _, _ := strings.Cut(attribute, "/")
	bits, err := integer(newbits)
	n, errToo := integer(netnum)
	if !ok || !strings.HasSuffix(whole, "cidr_block") || err != nil || errToo != nil || bits.Sign() < 0 || n.Sign() < 0 {
		return cty.UnknownVal(cty.String)
	}
	return Symbol(address, fmt.Sprintf("%s/%d/%d", attribute, bits, n))
}

// subnetOf is the subnet of p that is newbits longer and has the number n, both
// not negative.
func subnetOf(p netip.Prefix, newbits int, n *big.Int) (netip.Prefix, error) {
	length := p.Bits() + newbits
	if length > p.Addr().BitLen() {
		return netip.Prefix{}, fmt.Errorf("a prefix of %d bits cannot be extended by %d", p.Bits(), newbits)
	}
	if n.BitLen() > newbits {
		return netip.Prefix{}, fmt.Errorf("prefix extension of %d does not accommodate a subnet numbered %d", newbits, n)
	}
	return netip.PrefixFrom(at(p, n, length), length), nil
}

// cidrsubnetsFunction allocates subnets one after the other, each at the next
// place where one of its size can begin.
var cidrsubnetsFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "prefix", Type: cty.String}},
	VarParam:     &function.Parameter{Name: "newbits", Type: cty.Number},
	Type:         function.StaticReturnType(cty.List(cty.String)),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		if len(args) == 1 {
			return cty.ListValEmpty(cty.String), nil
		}
		free := new(big.Int) // the first address after the last subnet, from the start of p
		var subnets []cty.Value
		for i, arg := range args[1:] {
			var newbits int
			if err := gocty.FromCtyValue(arg, &newbits); err != nil {
				return cty.NilVal, function.NewArgError(i+1, err)
			}
			hostBits := p.Addr().BitLen() - p.Bits() - newbits
			if newbits < 1 || newbits > 32 || hostBits < 0 {
				return cty.NilVal, function.NewArgErrorf(i+1, "a prefix of %d bits cannot be extended by %d", p.Bits(), newbits)
			}
			size := new(big.Int).Lsh(big.NewInt(1), uint(hostBits))
			n := new(big.Int).Div(new(big.Int).Add(free, new(big.Int).Sub(size, big.NewInt(1))), size)
			subnet, err := subnetOf(p, newbits, n)
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(i+1, "there is no address space left for a subnet of %d bits", subnet.Bits())
			}
			free.Add(new(big.Int).Mul(n, size), size)
			subnets = append(subnets, cty.StringVal(subnet.String()))
		}
		return cty.ListVal(subnets), nil
	},
})

// cidrcontainsFunction is OpenTofu's: whether a prefix or address is within a
// prefix.
var cidrcontainsFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "containing_prefix", Type: cty.String}, {Name: "contained_ip_or_prefix", Type: cty.String}},
	Type:         function.StaticReturnType(cty.Bool),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		outer, err := parsePrefix(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		inner, err := parsePrefix(args[1].AsString())
		if err != nil {
			a, err := netip.ParseAddr(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(1, "invalid IP address or prefix: %s", args[1].AsString())
			}
			inner = netip.PrefixFrom(a, a.BitLen())
		}
		if outer.Addr().Is4() != inner.Addr().Is4() {
			return cty.NilVal, function.NewArgErrorf(1, "address family mismatch: %s and %s", outer, inner)
		}
		return cty.BoolVal(outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())), nil
	},
})
