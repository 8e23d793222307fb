package reach_test

import (
	"net/netip"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// An example of a flow has addresses that its ends may have, two different ones,
// and the web's port where that is admitted.
func TestExample(t *testing.T) {
	w := newWorld()
	w.host("a", w.private, tf.No, w.group("a"))
	w.host("b", w.private, tf.No, w.group("b", allow("tcp", 22, 22, "10.0.0.0/16")))
	w.host("c", w.public, tf.No, w.group("c", allow("-1", 0, 0, "10.0.0.0/8"))).Addresses = []netip.Addr{netip.MustParseAddr("10.0.1.77")}
	g := reach.Compile(w.n)
	for to, want := range map[string]string{
		"aws_instance.b": "tcp from 10.0.2.4:1024 to 10.0.2.5:22",
		"aws_instance.c": "tcp from 10.0.2.4:1024 to 10.0.1.77:443",
	} {
		from, _ := g.Endpoint("aws_instance.a")
		end, _ := g.Endpoint(to)
		flows := g.Between(from, end, packet.Everything(packet.IPv4))
		if len(flows) != 1 {
			t.Fatalf("%s: %d flows", to, len(flows))
		}
		k, ok := g.Example(flows[0], flows[0].Reachable.Must)
		if !ok || k.String() != want || !flows[0].Reachable.Must.Contains(k) {
			t.Errorf("%s: %s, want %s", to, k, want)
		}
	}
}
