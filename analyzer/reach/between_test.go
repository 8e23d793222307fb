package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// TestBetweenAgreesWithAsk: the flows of a whole VPC are those of all pairs of
// its interfaces, asked one by one.
func TestBetweenAgreesWithAsk(t *testing.T) {
	n := built(planned(60))
	g := reach.Compile(n)
	type pair struct{ from, to *aws.Interface }
	got := map[pair]reach.Relation{}
	all := endpoint(t, g, "aws_vpc.x[0]")
	together := 0
	for _, f := range g.Between(all, all, packet.Everything(packet.IPv4)) {
		for _, from := range f.From.Interfaces {
			for _, to := range f.To.Interfaces {
				if from != to {
					got[pair{from, to}] = f.Reachable
				}
			}
		}
		together = max(together, len(f.From.Interfaces)*len(f.To.Interfaces))
	}
	reached := 0
	for _, from := range n.Interfaces {
		for _, to := range n.Interfaces {
			if from == to {
				continue
			}
			a := g.Ask(reach.Question{From: endpoint(t, g, from.Label), To: endpoint(t, g, to.Label), Packets: packet.Everything(packet.IPv4)})
			r := got[pair{from, to}]
			if !a.Flows.May.Equal(r.May) || !a.Flows.Must.Equal(r.Must) {
				t.Fatalf("%s -> %s: %s alone, %s together", from.Label, to.Label, a.Flows.May, r.May)
			}
			if !r.May.IsEmpty() {
				reached++
			}
		}
	}
	if reached < 500 || together < 9 {
		t.Errorf("%d pairs reach each other, at most %d at once", reached, together)
	}
}

// TestBetweenAddresses: where rules tell the addresses of a class apart, its
// members are looked at one by one.
func TestBetweenAddresses(t *testing.T) {
	w := newWorld()
	g := w.group("g")
	for n, name := range []string{"a1", "a2"} {
		w.host(name, w.public, tf.No, g).Addresses = []netip.Addr{netip.MustParseAddr([]string{"10.0.1.9", "10.0.1.200"}[n])}
	}
	w.host("b", w.private, tf.No, w.group("b", allow("tcp", 80, 80, "10.0.1.0/25")))
	graph := reach.Compile(w.n)
	flows := graph.Between(endpoint(t, graph, "aws_security_group.g"), endpoint(t, graph, "aws_instance.b"), packet.Everything(packet.IPv4))
	if len(flows) != 1 || flows[0].From.Label != "aws_instance.a1" || len(flows[0].From.Interfaces) != 1 {
		t.Errorf("%d flows: %+v", len(flows), flows)
	}
}
