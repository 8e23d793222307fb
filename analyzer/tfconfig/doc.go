// Package tfconfig reads a Terraform configuration: its modules, positions,
// comments and values.
//
// A [Config] is the source of a plan: it finds the lines that an author edits,
// and evaluates what the plan leaves unknown with the values that it knows
// ([Config.Evaluator]). Without a plan it is an input of its own: every
// instance is evaluated as it will be when it is applied to an empty account
// ([Config.Stack]).
//
// Evaluation is on demand, each thing once for each module instance. The
// expressions are hclsyntax's, whose nodes are replaced where Terraform differs
// from a plain evaluation: see expression.go. An identity that is not known
// before apply is a symbol of package functions. A resource is an object whose
// attributes are computed when they are asked for, since nobody knows here
// which it has: see lazy.go.
//
// A [Unit] of Terragrunt is evaluated the same way: its terragrunt.hcl gives
// values to the root module, and tells which values of a plan are mocks.
//
// It reads inside the repository only, opens no connection and runs nothing.
package tfconfig
