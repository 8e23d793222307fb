package reach_test

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// TestSharesAgree: a network large enough to be divided has the flows of its
// VPCs looked at one by one: who computes them changes nothing.
func TestSharesAgree(t *testing.T) { sharesAgree(t, built(planned(3000))) }

// TestSharesAgreeOnWays: the same where interfaces stand in several subnets, so
// that what it takes to open the ways to them is compared in each share.
func TestSharesAgreeOnWays(t *testing.T) {
	n := built(planned(2000))
	for k, i := range n.Interfaces {
		if k >= 20 && k%1000 >= 20 {
			i.Subnets.Each = append(i.Subnets.Each[:1:1], n.Interfaces[k-20].Subnets.Each[0])
		}
	}
	sharesAgree(t, n)
}

func sharesAgree(t *testing.T, whole *aws.Network) {
	t.Helper()
	got := map[string]*reach.Flow{}
	for _, f := range reach.Compile(whole).FromInternet() {
		got[f.To.Label+f.Family.String()] = f
	}
	compared := 0
	for _, v := range whole.VPCs {
		part := &aws.Network{VPCs: []*aws.VPC{v}}
		for _, i := range whole.Interfaces {
			if s, ok := i.Subnets.Each[0].One(); ok && s.VPC.To[0] == v && len(part.Interfaces) < 150 {
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
	if compared < 100 {
		t.Errorf("%d flows compared", compared)
	}
}
