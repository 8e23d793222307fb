package analyzer

import "testing"

// The severities of DESIGN, sentence by sentence.
func TestSeverity(t *testing.T) {
	tests := []struct {
		name   string
		effect Effect
		want   Severity
	}{
		{"anyone reaches an administration port", Effect{Reach: Anyone, Target: AdminPort}, Critical},
		{"anyone reaches a data store", Effect{Reach: Anyone, Target: DataStore}, Critical},
		{"anyone reaches a whole host", Effect{Reach: Anyone, Target: WholeHost}, Critical},
		{"a credential stands in the plan", Effect{Credential: true}, Critical},

		{"anyone reaches what is no declared front door", Effect{Reach: Anyone, Target: Unexpected}, High},
		{"anyone passes around a load balancer", Effect{Reach: Anyone, Target: FrontDoor, Bypass: true}, High},
		{"anyone reaches a host that hands over more", Effect{Reach: Anyone, Target: FrontDoor, Escalates: true}, High},
		{"the change removes the control on an exposed path", Effect{Reach: Anyone, ControlRemoved: true}, High},
		{"a very wide public range reaches an administration port", Effect{Reach: WidePublic, Target: AdminPort}, High},

		{"one change away", Effect{OneChangeAway: true, Target: DataStore}, Medium},
		{"one trusted network away", Effect{Reach: Trusted, Target: DataStore}, Medium},
		{"an exposed service with weak transport", Effect{Reach: Anyone, Target: FrontDoor, WeakTransport: true}, Medium},
		{"a very wide public range reaches another port", Effect{Reach: WidePublic, Target: Unexpected}, Medium},
		{"a removed control that nothing exposed relied on", Effect{ControlRemoved: true}, Medium},
		{"rules that overwrite each other", Effect{Breaks: true}, Medium},
		{"data in the clear", Effect{Unencrypted: true}, Medium},
		{"anyone reaches an API with authentication of its own", Effect{Reach: Anyone, Target: AdminPort, Guarded: true}, Medium},

		{"weak transport inside", Effect{WeakTransport: true}, Low},
		{"metadata of a host that nobody reaches", Effect{Escalates: true}, Low},
		{"an open rule that nothing can use", Effect{Target: AdminPort}, Low},
		{"a front door", Effect{Reach: Anyone, Target: FrontDoor}, Low},
		{"advice", Effect{Advice: true, Reach: Anyone, Target: DataStore}, Info},

		{"unused: one step lower", Effect{Reach: Anyone, Target: AdminPort, Unused: true}, High},
		{"unused: never below low", Effect{Target: AdminPort, Unused: true}, Low},
	}
	for _, tt := range tests {
		if got := tt.effect.Severity(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Whatever an effect adds, it never makes a finding milder, but for the three
// facts that are meant to.
func TestMoreEffectIsNeverMilder(t *testing.T) {
	for reach := Nobody; reach < Anyone; reach++ {
		for target := NoTarget; target <= WholeHost; target++ {
			near, far := Effect{Reach: reach + 1, Target: target}, Effect{Reach: reach, Target: target}
			if near.Severity() < far.Severity() {
				t.Errorf("%+v is milder than %+v", near, far)
			}
			if target < WholeHost {
				worse := Effect{Reach: reach, Target: target + 1}
				if worse.Severity() < far.Severity() {
					t.Errorf("%+v is milder than %+v", worse, far)
				}
			}
		}
	}
}
