// Package tfconfig reads a Terraform configuration: its modules, positions and
// comments. It evaluates nothing but literals.
//
// A [Config] is the source of a plan: it finds the lines that an author edits.
// It reads inside the repository only, opens no connection and runs nothing.
package tfconfig
