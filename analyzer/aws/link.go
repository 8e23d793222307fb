package aws

import "github.com/tfcheck/tfcheck/analyzer/tf"

// Link is a reference from one object to another, resolved as far as the
// input allows (rules U-1 to U-3).
type Link[T any] struct {
	// To holds the one object that is meant, or every object that may be
	// meant. None and not Open: the argument is not set.
	To []*T
	// Open is set when something outside the input may be meant instead.
	Open bool
	// ID is the literal id where the input has one; an ID without To names an
	// object outside the model (U-13).
	ID string
	// Assumption is what the link rests on, or nil.
	Assumption *tf.Assumption
}

// only is a link to one object.
func only[T any](o *T) Link[T] { return Link[T]{To: []*T{o}} }

// One is the object that is meant when there is no doubt about it.
func (l Link[T]) One() (*T, bool) {
	if len(l.To) == 1 && !l.Open {
		return l.To[0], true
	}
	return nil, false
}

// sure reports whether r says something of one object for certain: there is no
// doubt which one it means, nor that r itself is there (U-12).
func sure[T any](r *tf.Resource, l Link[T]) bool {
	_, one := l.One()
	return one && !r.Maybe
}

// perhaps is a link that r makes, and that may lead nowhere where r may not be
// there (U-12).
func perhaps[T any](r *tf.Resource, l Link[T]) Link[T] {
	l.Open = l.Open || r.Maybe
	return l
}

// IsSet reports whether the argument names anything at all.
func (l Link[T]) IsSet() bool { return len(l.To) > 0 || l.Open || l.ID != "" }

// Outside reports whether the link certainly leads out of the input.
func (l Link[T]) Outside() bool { return len(l.To) == 0 && (l.Open || l.ID != "") }

// Links is an argument that holds several references.
type Links[T any] struct {
	// Each has one entry for every reference that is certainly held, whatever
	// it leads to.
	Each []Link[T]
	// Maybe holds references that may or may not be held in addition.
	Maybe []Link[T]
	// Open is set when the argument may hold anything else besides.
	Open bool
}
