package naive

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// estate is a network of many interfaces in the subnets and groups of random
// networks: hosts of a subnet and group set behave alike, as in real plans.
func estate(interfaces int) *aws.Network {
	d := newDice(1, 1, false)
	n := &aws.Network{}
	for len(n.Interfaces) < interfaces {
		part := scenarios[0].network(d).n
		n.VPCs = append(n.VPCs, part.VPCs...)
		n.Subnets = append(n.Subnets, part.Subnets...)
		n.RouteTables = append(n.RouteTables, part.RouteTables...)
		n.ACLs = append(n.ACLs, part.ACLs...)
		n.SecurityGroups = append(n.SecurityGroups, part.SecurityGroups...)
		n.NATGateways = append(n.NATGateways, part.NATGateways...)
		for _, i := range part.Interfaces {
			for k := range 10 {
				c := *i
				c.Object = object(fmt.Sprintf("aws_instance.h%d", len(n.Interfaces)))
				c.Owner, c.Addresses = c.Resource, []netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, byte(4 + k)})}
				c.PublicIPv4 = tf.Yes
				n.Interfaces = append(n.Interfaces, &c)
			}
		}
	}
	return n
}

func BenchmarkFromInternet(b *testing.B) {
	for _, size := range []int{1000, 10000} {
		n := estate(size)
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(reach.Compile(n).FromInternet()) == 0 {
					b.Fatal("nothing is reached")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(n.Interfaces)), "ns/interface")
		})
	}
}

// TestDeterminism: the same network gives the same flows in the same order.
func TestDeterminism(t *testing.T) {
	n := estate(200)
	render := func() string {
		var b strings.Builder
		for _, f := range reach.Compile(n).FromInternet() {
			b.WriteString(f.To.Label + f.Reachable.Must.String() + f.Reachable.May.String() + fmt.Sprint(f.Waits))
			for _, h := range f.Path() {
				b.WriteString(h.Object.Label + h.Detail + h.Cause.Address())
			}
		}
		return b.String()
	}
	first := render()
	for range 3 {
		if render() != first {
			t.Fatal("two runs differ")
		}
	}
}

// A network large enough to be divided has the flows of its VPCs looked at one
// by one: who computes them changes nothing.
func TestSharesAgree(t *testing.T) {
	whole := estate(1000)
	got := map[string]*reach.Flow{}
	for _, f := range reach.Compile(whole).FromInternet() {
		got[f.To.Label+f.Family.String()] = f
	}
	compared := 0
	for _, v := range whole.VPCs {
		part := &aws.Network{VPCs: []*aws.VPC{v}}
		for _, i := range whole.Interfaces {
			if s, ok := i.Subnets.Each[0].One(); ok && s.VPC.To[0] == v {
				part.Interfaces = append(part.Interfaces, i)
			}
		}
		for _, f := range reach.Compile(part).FromInternet() {
			w := got[f.To.Label+f.Family.String()]
			if w == nil || !w.Reachable.Must.Equal(f.Reachable.Must) || !w.Reachable.May.Equal(f.Reachable.May) || !w.Forward.May.Equal(f.Forward.May) {
				t.Fatalf("%s over %s: %v in the whole, %v alone", f.To.Label, f.Family, w, f)
			}
			compared++
		}
	}
	if compared == 0 || compared != len(got) {
		t.Errorf("%d flows in the whole, %d compared", len(got), compared)
	}
}
