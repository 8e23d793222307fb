// Package loadbalancer holds the checks about load balancers and their
// listeners.
package loadbalancer

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// Checks are the checks of this topic.
func Checks() []*analyzer.Check {
	return []*analyzer.Check{WithoutTLS, WeakTLS}
}

// transport is the effect of a listener that speaks no or weak TLS.
func transport(p *analyzer.Pass, b *aws.LoadBalancer) analyzer.Effect {
	effect := analyzer.Effect{Reach: analyzer.Trusted, Target: analyzer.FrontDoor, WeakTransport: true}
	if exposed.Balanced(p.View, b) {
		effect.Reach = analyzer.Anyone
	}
	return effect
}

// listenerCause is the argument of a listener, wherever the listener stands.
func listenerCause(l *aws.Listener, argument string) aws.Cause {
	cause := l.Cause
	if cause.Resource == nil {
		cause.Resource = l.Resource
	}
	if cause.Argument == "" {
		cause.Argument = argument
	}
	return cause
}

// name is what people call a listener: its own address, or the balancer's.
func name(b *aws.LoadBalancer, l *aws.Listener) string {
	if l.Label != "" {
		return l.Label
	}
	return b.Label
}
