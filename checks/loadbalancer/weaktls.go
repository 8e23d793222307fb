package loadbalancer

import (
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
)

// WeakTLS reports listeners that accept TLS 1.0 or 1.1.
var WeakTLS = &analyzer.Check{
	ID:       "listener-weak-tls",
	Title:    "a listener accepts TLS 1.0 or 1.1",
	Tier:     analyzer.Default,
	Guidance: []string{"G01"},
	Derived:  true,
	Rationale: `TLS 1.0 and 1.1 are broken and retired; AWS itself asks clients for 1.2 or later. A listener without a policy ` +
		`gets ELBSecurityPolicy-2016-08, which still accepts both.`,
	Remediation: `Set ssl_policy to ELBSecurityPolicy-TLS13-1-2-2021-06 or another policy that begins with TLS 1.2.`,
	Bad:         example.PublicSubnet + example.Balancer + strings.Replace(example.Listener, "TLS13-1-2-2021-06", "2016-08", 1),
	Good:        example.PublicSubnet + example.Balancer + example.Listener,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0047", Relation: "stricter"},
		{ID: "CKV_AWS_103", Relation: "stricter"},
		{ID: "CKV2_AWS_74", Relation: "narrower"},
		{ID: "elb_using_insecure_protocols", Relation: "narrower"},
		{ID: "aws-elb-use-secure-tls-policy", Relation: "stricter"},
		{ID: "ELB.17", Relation: "narrower"},
	},
	Run: runWeakTLS,
}

// weak are the names, or their beginnings, of the policies that accept
// versions before TLS 1.2.
var weak = []string{
	"ELBSecurityPolicy-2011-", "ELBSecurityPolicy-2014-", "ELBSecurityPolicy-2015-", "ELBSecurityPolicy-2016-",
	"ELBSecurityPolicy-TLS-1-0-", "ELBSecurityPolicy-TLS-1-1-",
	"ELBSecurityPolicy-FS-2018-", "ELBSecurityPolicy-FS-1-1-",
	"ELBSecurityPolicy-TLS13-1-0-", "ELBSecurityPolicy-TLS13-1-1-",
}

// byDefault is the policy of a listener that names none.
const byDefault = "ELBSecurityPolicy-2016-08"

func runWeakTLS(p *analyzer.Pass) {
	for _, b := range p.Network.LoadBalancers {
		for _, l := range b.Listeners {
			protocol, _ := l.Protocol.Known()
			if !slices.Contains([]string{"HTTPS", "TLS", "SSL"}, strings.ToUpper(protocol)) {
				continue
			}
			p.Judges(b.Resource)
			policy, chosen := policyOf(l)
			if !slices.ContainsFunc(weak, func(prefix string) bool { return strings.HasPrefix(policy, prefix) }) {
				continue
			}
			message := name(b, l) + " accepts TLS 1.0 and 1.1: its policy is " + policy
			if !chosen {
				message += " because it names none"
			}
			p.Report(analyzer.Finding{
				Cause:    listenerCause(l, "ssl_policy"),
				Subjects: []analyzer.Subject{{Address: name(b, l), Verdict: analyzer.Violation}},
				Effect:   transport(p, b),
				Message:  message,
				Fix:      `ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"`,
			})
		}
	}
}

// policyOf is the policy in force, and whether the configuration chose it;
// empty where nobody can tell.
func policyOf(l *aws.Listener) (policy string, chosen bool) {
	policy, state := l.Policy.Get()
	switch {
	case state == tf.IsKnown:
		return policy, true
	case l.Resource == nil:
		return "", false
	case state == tf.IsNull, l.Resource.IsNew() && l.Resource.Config.Sets("ssl_policy") == tf.No:
		return byDefault, false
	}
	return "", false
}
