package analyzer

// Effect is what somebody can do with a finding today, as facts. Severity is
// computed from them here and nowhere else.
type Effect struct {
	// Reach says who gets there.
	Reach Reach
	// Target is the worst thing that is reached.
	Target Target
	// Bypass is set when the flow passes around a load balancer or firewall
	// that stands in front of the target.
	Bypass bool
	// Escalates is set when the host's role or metadata hand over more.
	Escalates bool
	// WeakTransport is set when what is exposed speaks no or weak TLS.
	WeakTransport bool
	// ControlRemoved is set when the change removes a protective control.
	ControlRemoved bool
	// OneChangeAway is set when one change separates the target from the
	// internet.
	OneChangeAway bool
	// Breaks is set for a configuration that does not do what it says (rules
	// that overwrite each other).
	Breaks bool
	// Credential is set when a secret stands in the input.
	Credential bool
	// Unencrypted is set when data is stored in the clear because the
	// configuration says so.
	Unencrypted bool
	// Guarded is set when the service asks everyone for credentials of its
	// own before it answers, as the Kubernetes API does.
	Guarded bool
	// Unused is set when nothing in the input uses the object, but something
	// outside may (DESIGN, "unused").
	Unused bool
	// Advice never gates.
	Advice bool
	// Stated is the severity that the team gives to a statement of its own;
	// nothing else is then looked at.
	Stated Severity
}

// Reach says from where something is reached.
type Reach uint8

// Who reaches it, in rising order.
const (
	Nobody     Reach = iota // nothing can use it today
	Trusted                 // a trusted network, or the VPC itself
	WidePublic              // a named but very wide public range
	Anyone                  // everyone on the internet
)

// Target is what is reached.
type Target uint8

// The targets, in rising order.
const (
	NoTarget   Target = iota
	FrontDoor         // a declared front door: a load balancer's listener, a public API
	Unexpected        // anything else
	AdminPort
	DataStore
	WholeHost
)

// Severity is the one place where severity is decided (DESIGN, "Findings and
// severity").
func (e Effect) Severity() Severity {
	if e.Stated != NoSeverity {
		return e.Stated
	}
	s := e.base()
	if e.Guarded {
		s = min(s, Medium)
	}
	if e.Unused && s > Low {
		s--
	}
	return s
}

func (e Effect) base() Severity {
	switch {
	case e.Advice:
		return Info
	case e.Credential:
		return Critical
	case e.Reach == Anyone && e.Target >= AdminPort:
		return Critical
	case e.Reach == Anyone && e.Target == Unexpected,
		e.Reach == Anyone && (e.Bypass || e.Escalates || e.ControlRemoved),
		e.Reach == WidePublic && e.Target >= AdminPort:
		return High
	case e.Reach == WidePublic && e.Target >= Unexpected,
		e.Reach == Anyone && e.WeakTransport,
		e.OneChangeAway, e.ControlRemoved, e.Breaks, e.Unencrypted,
		e.Reach == Trusted && e.Target >= AdminPort:
		return Medium
	}
	return Low
}
