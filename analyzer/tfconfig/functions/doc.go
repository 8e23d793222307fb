// Package functions holds the functions of Terraform's language, the symbols
// that stand for identities which are known only after apply, and what else
// an evaluator of expressions needs beside hcl.
//
// # Symbols
//
// The id of an object that does not exist yet is unknown to Terraform. Here it
// is a [Symbol]: a known string that no input can contain, one per attribute of
// a resource instance. What only moves values carries it exactly: references,
// splats, for expressions, conditionals, try, lookup, maps and sets. A
// comparison knows that it equals itself. What looks into strings must not see
// its spelling: such functions are given an unknown string in its place, a
// string that contains a symbol (as a template makes it) included. [Table]
// wraps every function accordingly; [Prepare] does it for the operators of an
// expression. A string that contains a symbol is what [Opaque] makes of it:
// unknown, with the text before the symbol as known prefix.
//
// A symbol is never null and never empty, so that only attributes which are
// always set may be one.
//
// # Where this differs from Terraform on purpose
//
//   - There is no clock, randomness, environment or home directory: timestamp,
//     plantimestamp, uuid, bcrypt and pathexpand of "~" are unknown.
//   - Files are read through [Files] only. One that lies outside of it, is not
//     part of the input or is too large is unknown; one that a complete input
//     does not have is an error, as in Terraform.
//   - path.cwd is a symbol; abspath makes a path under it, and the functions
//     that read files know how to follow that.
//   - try and can keep a value that is unknown in part where nothing that
//     becomes known later can make the expression fail; Terraform makes all of
//     it unknown.
//   - Results beyond a size are unknown.
//   - Functions of providers other than the few that compute from their
//     arguments alone are unknown.
//   - The functions that OpenTofu added are there too.
package functions
