// Package tf is what tfcheck knows of Terraform itself: addresses, resource
// instances, three-valued values, references, source ranges, diagnostics, and
// the [Stack] that every front end produces and every later stage reads.
//
// It knows nothing of AWS and imports only the standard library.
package tf
