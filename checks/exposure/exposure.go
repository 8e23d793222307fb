// Package exposure holds the checks about what the internet reaches. They
// read the flows that analyzer/reach computes, taken apart by root cause.
package exposure

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{
		DataStore,
		AdminPort,
		Everything,
		UnexpectedPort,
		Bypass,
		WideSource,
		OpenRule,
		PrivateTier,
		OneLock,
		ControlRemoved,
		ClusterAPI,
	}
}

// report makes a finding for every root cause of the parts to keep: who can
// reach what, and how to close it.
func report(p *analyzer.Pass, who, fix string, keep func(*exposed.Part) bool) {
	p.JudgesInterfaces()
	for _, b := range p.Network.LoadBalancers {
		p.Judges(b.Resource)
	}
	for _, group := range exposed.ByCause(exposed.Parts(p.View), keep) {
		finding := group.Finding(who, "")
		finding.Fix = fix
		p.Report(finding)
	}
}
