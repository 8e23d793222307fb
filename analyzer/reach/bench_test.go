package reach_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// estate is a network of many interfaces in the subnets and groups of random
// specs: hosts of a subnet and group set behave alike, as in real plans.
func estate(interfaces int) *aws.Network {
	d := dice{Rand: rand.New(rand.NewPCG(1, 1))}
	n := &aws.Network{}
	for len(n.Interfaces) < interfaces {
		part := d.spec().build()
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
