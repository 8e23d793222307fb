package driver

import (
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
	"github.com/tfcheck/tfcheck/analyzer/stack"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Two interfaces of one owner that are reached alike are one exposure.
func TestExposuresOnce(t *testing.T) {
	flow := func(port uint16) *reach.Flow {
		s := packet.Everything(packet.IPv4).On(packet.TCP).ToPorts(packet.PortRange(port, port))
		return &reach.Flow{
			From: reach.Endpoint{Label: "internet"}, To: reach.Endpoint{Label: "aws_instance.a"}, Family: packet.IPv4,
			Reachable: reach.Relation{Must: s, May: s},
		}
	}
	view := &analyzer.View{FromInternet: []*reach.Flow{flow(80), flow(80), flow(443), {}}}
	if got := exposures(stack.Together([]*tf.Stack{{Name: "a"}}, nil), view); len(got) != 2 {
		t.Errorf("%d exposures, want one for each port", len(got))
	}
}
