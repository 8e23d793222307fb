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
	flow := func(ports packet.Ports) *reach.Flow {
		s := packet.Everything(packet.IPv4).On(packet.TCP).ToPorts(ports)
		return &reach.Flow{
			From: &reach.Endpoint{Label: "internet"}, To: &reach.Endpoint{Label: "aws_instance.a"}, Family: packet.IPv4,
			Reachable: reach.Relation{Must: s, May: s},
		}
	}
	web := packet.PortRange(80, 80)
	view := &analyzer.View{FromInternet: []*reach.Flow{flow(web), flow(web), flow(packet.PortRange(443, 443)), flow(packet.Ports{})}}
	if got := exposures(stack.Together([]*tf.Stack{{Name: "a"}}, nil), view); len(got) != 2 {
		t.Errorf("%d exposures, want one for each port", len(got))
	}
}
