package loadbalancer

import (
	"testing"

	. "github.com/tfcheck/tfcheck/checks/internal/checktest"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// balanced is a load balancer with one listener.
func balanced(listener Object) []*tf.Resource {
	listener["load_balancer_arn"] = tf.SymbolicValue(tf.Symbol{Address: "aws_lb.a", Attribute: "arn"})
	return []*tf.Resource{
		New("aws_lb.a", Object{"load_balancer_type": "application", "internal": true, "arn": tf.SymbolicValue(tf.Symbol{Address: "aws_lb.a", Attribute: "arn"})}),
		New("aws_lb_listener.a", listener),
	}
}

func count(t *testing.T, check *analyzer.Check, listener Object) int {
	t.Helper()
	found := Run(t, check, nil, balanced(listener)...)
	for _, f := range found {
		if s := f.Effect.Severity().String(); s != "low" {
			t.Errorf("severity %s of an internal load balancer", s)
		}
		if f.Cause.Address() != "aws_lb_listener.a" {
			t.Errorf("the cause is %s", f.Cause.Address())
		}
	}
	return len(found)
}

func TestWithoutTLS(t *testing.T) {
	forward := []any{Object{"type": "forward", "target_group_arn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/a/1"}}
	redirect := func(protocol string) []any {
		return []any{Object{"type": "redirect", "redirect": []any{Object{"protocol": protocol, "status_code": "HTTP_301"}}}}
	}
	fixed := []any{Object{"type": "fixed-response", "fixed_response": []any{Object{"content_type": "text/plain", "status_code": "404"}}}}
	tests := []struct {
		name     string
		protocol string
		action   []any
		want     int
	}{
		{"plain", "HTTP", forward, 1},
		{"encrypted", "HTTPS", forward, 0},
		{"redirects to HTTPS", "HTTP", redirect("HTTPS"), 0},
		{"redirects to itself", "HTTP", redirect("HTTP"), 1},
		{"answers with a fixed text", "HTTP", fixed, 0},
		{"TCP may carry anything", "TCP", forward, 0},
	}
	for _, tt := range tests {
		if got := count(t, WithoutTLS, Object{"port": 80, "protocol": tt.protocol, "default_action": tt.action}); got != tt.want {
			t.Errorf("%s: %d findings, want %d", tt.name, got, tt.want)
		}
	}
}

func TestRulesServeWithoutTLS(t *testing.T) {
	forward := []any{Object{"type": "forward", "target_group_arn": ID("aws_lb_target_group.t")}}
	fixed := []any{Object{"type": "fixed-response", "fixed_response": []any{Object{"content_type": "text/plain", "status_code": "404"}}}}
	found := Run(t, WithoutTLS, nil,
		New("aws_lb.front", Object{"internal": false}),
		New("aws_lb_target_group.t", Object{"port": 80, "protocol": "HTTP", "arn": ID("aws_lb_target_group.t")}),
		New("aws_lb_listener.l", Object{"load_balancer_arn": ID("aws_lb.front"), "port": 80, "protocol": "HTTP", "default_action": fixed}),
		New("aws_lb_listener_rule.r", Object{"listener_arn": ID("aws_lb_listener.l"), "action": forward}))
	if len(found) != 1 {
		t.Errorf("%d findings about a listener whose rule forwards, want 1", len(found))
	}
}

func TestWeakTLS(t *testing.T) {
	tests := []struct {
		policy any
		want   int
	}{
		{"ELBSecurityPolicy-2016-08", 1},
		{"ELBSecurityPolicy-TLS-1-1-2017-01", 1},
		{"ELBSecurityPolicy-FS-2018-06", 1},
		{"ELBSecurityPolicy-TLS13-1-0-2021-06", 1},
		{"ELBSecurityPolicy-TLS-1-2-2017-01", 0},
		{"ELBSecurityPolicy-FS-1-2-Res-2020-10", 0},
		{"ELBSecurityPolicy-TLS13-1-2-2021-06", 0},
		{"ELBSecurityPolicy-TLS13-1-3-2021-06", 0},
		{Unknown(), 1}, // not set: AWS chooses ELBSecurityPolicy-2016-08
	}
	for _, tt := range tests {
		listener := Object{"port": 443, "protocol": "HTTPS", "ssl_policy": tt.policy}
		if got := count(t, WeakTLS, listener); got != tt.want {
			t.Errorf("%v: %d findings, want %d", tt.policy, got, tt.want)
		}
	}
	if got := count(t, WeakTLS, Object{"port": 80, "protocol": "HTTP"}); got != 0 {
		t.Error("HTTP has no policy")
	}
}

// A rule of which nobody can say whose it is proves nothing of a listener that
// answers with a fixed text, unless people say what it does.
func TestRuleOfSomeListener(t *testing.T) {
	fixed := []any{Object{"type": "fixed-response", "fixed_response": []any{Object{"content_type": "text/plain", "status_code": "404"}}}}
	listener := func(name string, port int, protocol string) *tf.Resource {
		return New(name, Object{"load_balancer_arn": ID("aws_lb.front"), "port": port, "protocol": protocol, "default_action": fixed})
	}
	run := func(given Given) []analyzer.Finding {
		return Run(t, WithoutTLS, given,
			New("aws_lb.front", Object{"internal": false}),
			New("aws_lb_target_group.t", Object{"port": 80, "protocol": "HTTP", "arn": ID("aws_lb_target_group.t")}),
			listener("aws_lb_listener.plain", 80, "HTTP"), listener("aws_lb_listener.secure", 443, "HTTPS"),
			New("aws_lb_listener_rule.r", Object{
				"listener_arn": tf.UnknownValue(
					tf.Symbol{Address: "aws_lb_listener.plain", Attribute: "id"}, tf.Symbol{Address: "aws_lb_listener.secure", Attribute: "id"}),
				"action": []any{Object{"type": "forward", "target_group_arn": ID("aws_lb_target_group.t")}},
			}))
	}
	found := run(nil)
	if len(found) != 1 || found[0].Subjects[0].Verdict != analyzer.Undetermined || len(found[0].WaitsFor) != 1 {
		t.Fatalf("found %+v, want one undetermined", found)
	}
	answer := found[0].WaitsFor[0].ID + " forward"
	if found := run(Given{answer: "true"}); len(found) != 1 || found[0].Subjects[0].Verdict != analyzer.Violation {
		t.Errorf("given that it forwards: %+v, want a violation", found)
	}
	if found := run(Given{answer: "false"}); len(found) != 0 {
		t.Errorf("given that it does not: %+v", found)
	}
}
