package reach

import (
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// healthy is what it rests on that a load balancer sends anything to a target
// whose health checks are blocked (LB-9): that it has no others that pass. The
// checks come from the node, whatever the target sees of clients, and are TCP,
// whatever the group forwards. Where they are like its packets nothing is asked.
func (g *Graph) healthy(d *delivery, from, to *place) []*tf.Assumption {
	if d.group == nil || d.missing {
		return nil
	}
	port := d.group.HealthPort
	protocols, _ := transports(d.group.Protocol)
	alike := port.IsNull() && len(protocols) == 1 && protocols[0] == packet.TCP
	if alike && d.preserves() == tf.No {
		return nil
	}
	check, group := *d, *d.group
	group.Protocol = tf.KnownVal("TCP")
	check.group = &group
	if !port.IsNull() {
		check.port = port
	}
	leg := g.legFrom(&check, from, to, g.nodeOf(d.balancer, from), true, packet.Everything(to.f).On(packet.TCP))
	if !leg.reachable.May.IsEmpty() {
		return nil
	}
	target := interfaceObject(d.target).Label
	return []*tf.Assumption{{
		ID: "healthy:" + target, Address: target,
		Text: d.balancer.Label + " sends to " + target + ", though nothing lets the health checks of " + d.group.Label +
			" reach it on tcp/" + portText(check.port) + " (LB-9)",
	}}
}
