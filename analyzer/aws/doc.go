// Package aws is AWS as Go types: the network first, and the table of the
// Terraform types that tfcheck knows. [Build] makes one linked [Network] of
// the resource instances of a snapshot.
//
// What the input does not say stays visible: a [Link] names every object that
// may be meant, and Open marks what may have more to it than is shown.
package aws
