package tf

// Tri is a truth value that may be unknown until apply. The zero value is
// Maybe, so that a fact nobody established is never taken for a denial.
type Tri uint8

// The three truth values.
const (
	Maybe Tri = iota
	No
	Yes
)

// TriOf is the known truth value of b.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// And is No when either is No, and Yes only when both are Yes.
func (t Tri) And(u Tri) Tri {
	switch {
	case t == No || u == No:
		return No
	case t == Yes && u == Yes:
		return Yes
	}
	return Maybe
}

// Or is Yes when either is Yes, and No only when both are No.
func (t Tri) Or(u Tri) Tri {
	switch {
	case t == Yes || u == Yes:
		return Yes
	case t == No && u == No:
		return No
	}
	return Maybe
}

// Not keeps Maybe as it is.
func (t Tri) Not() Tri {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Maybe
}

func (t Tri) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "maybe"
}
