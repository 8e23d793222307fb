// Package extract writes and reads what other stacks need to know of a stack:
// its network's ids, CIDRs, routes, ACLs, rules, attachments and outputs. It
// holds no sensitive value and nothing else, so that it can lie where the plan
// or the state must not.
//
// The form is JSON of our own, described in docs/context.md. It is the same for
// the same stack, byte for byte.
package extract

// Version of the form. It follows Terraform's convention: a new minor adds, a
// new major breaks.
const Version = "1.0"

// Marker is the first member of every extract and tells it from other JSON.
const Marker = "tfcheck_context"

// Members that stand for what JSON cannot say. A name of the input that begins
// with the same sign gets it twice.
const (
	sign       = "$"
	symbolOf   = "$symbol"   // an identity that is known after apply: address and attribute
	unknownOf  = "$unknown"  // what it may turn out to be, each like a symbol; empty for anything
	assuming   = "$assuming" // what the value beside it rests on
	optional   = "$optional" // true beside a value that may be absent, or there several times
	underlying = "$value"
)
