package loadbalancer

import (
	"fmt"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
)

// WithoutTLS reports listeners that serve plain HTTP.
var WithoutTLS = &analyzer.Check{
	ID:       "listener-without-tls",
	Title:    "a load balancer serves plain HTTP",
	Tier:     analyzer.Default,
	Guidance: []string{"G01"},
	Derived:  true,
	Rationale: `What a listener serves without TLS, passwords and session cookies included, can be read and changed by ` +
		`everyone on the way. A listener that only redirects to HTTPS is fine.`,
	Remediation: `Serve the target group on an HTTPS listener, and make the default action of the HTTP listener a redirect to HTTPS.`,
	Bad: example.PublicSubnet + example.Balancer + `
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
`,
	Good: example.PublicSubnet + example.Balancer + example.Listener + `
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
`,
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0054", Relation: "equal"},
		{ID: "CKV_AWS_2", Relation: "narrower"},
		{ID: "CKV2_AWS_20", Relation: "equal"},
		{ID: "alb_listening_on_http", Relation: "equal"},
		{ID: "aws-elb-http-not-used", Relation: "equal"},
		{ID: "ELB.1", Relation: "equal"},
		{ID: "ELB.3", Relation: "narrower"},
	},
	Run: runWithoutTLS,
}

func runWithoutTLS(p *analyzer.Pass) {
	for _, b := range p.Network.LoadBalancers {
		for _, l := range b.Listeners {
			p.Judges(b.Resource)
			forwards := tf.Fact{
				ID:     "rules:" + name(b, l),
				Text:   "whether a rule of " + name(b, l) + " forwards to a target",
				Settle: "known after apply",
			}
			served := plain(l)
			if served == tf.Maybe && p.Given != nil {
				if value, ok := p.Given.Answer(forwards.ID, "forward"); ok {
					served = tf.TriOf(value == "true")
				}
			}
			if served == tf.No {
				continue
			}
			port := ""
			if n, ok := l.Port.Known(); ok {
				port = fmt.Sprintf(" on tcp/%d", n)
			}
			finding := analyzer.Finding{
				Cause:    listenerCause(l, "protocol"),
				Subjects: []analyzer.Subject{{Address: name(b, l), Verdict: analyzer.Violation}},
				Effect:   transport(p, b),
				Message:  b.Label + " serves plain HTTP" + port,
				Fix:      "make the default action a redirect to HTTPS",
			}
			if served == tf.Maybe {
				finding.Subjects[0].Verdict = analyzer.Undetermined
				finding.Message = b.Label + " may serve plain HTTP" + port
				finding.WaitsFor = []tf.Fact{forwards}
			}
			p.Report(finding)
		}
	}
}

// plain reports whether a listener serves content without TLS: HTTP that
// neither redirects to HTTPS nor merely answers with a fixed text. What its
// rules forward is content whatever the default action is.
// A rule that may belong to another listener proves nothing.
func plain(l *aws.Listener) tf.Tri {
	protocol, ok := l.Protocol.Known()
	if !ok || !strings.EqualFold(protocol, "HTTP") {
		return tf.No
	}
	if l.Redirects.IsUnknown() {
		return tf.No
	}
	redirect, redirects := l.Redirects.Known()
	switch {
	case redirects:
		return tf.TriOf(!strings.EqualFold(redirect, "HTTPS"))
	case !l.Fixed || len(l.Forwards.Each) > 0:
		return tf.Yes
	case len(l.Forwards.Maybe) > 0:
		return tf.Maybe
	}
	return tf.No
}
