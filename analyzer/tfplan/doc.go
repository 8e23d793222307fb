// Package tfplan reads what `terraform show -json` prints of a plan or a
// state, and raw state files, into a [tf.Stack].
//
// A plan is read as a stream: one resource change at a time, and of each only
// the attributes that the analysis wants. Its `configuration`, which comes
// last, is kept as compact references; through them the ids that apply will
// only make known become links to the instances of the plan (rules U-1 to
// U-4).
package tfplan
