// Package triage decides what becomes of a finding once a check has reported
// it: new, existing or resolved; accepted by a comment, the configuration or
// the baseline; gating or not. It also turns undetermined findings into
// questions. Everything here is a pure function; today's date is an argument.
package triage
