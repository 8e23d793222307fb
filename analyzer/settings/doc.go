// Package settings reads what a team writes down about its checks: tfcheck.hcl
// and the baseline file, strictly, into plain values. It does not know which
// checks exist; it is told.
package settings
