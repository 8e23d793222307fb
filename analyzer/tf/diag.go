package tf

import "fmt"

// Range is a place in a source file. Lines and columns count from one,
// columns in Unicode code points; the end is exclusive. File is relative to
// the repository root, with forward slashes.
type Range struct {
	File                   string
	StartLine, StartColumn int
	EndLine, EndColumn     int
}

// IsZero reports whether r names no place.
func (r Range) IsZero() bool { return r.File == "" }

func (r Range) String() string {
	if r.StartLine == 0 {
		return r.File
	}
	return fmt.Sprintf("%s:%d:%d", r.File, r.StartLine, r.StartColumn)
}

// DiagSeverity tells what stops the analysis from what narrows it.
type DiagSeverity uint8

// The severities of a diagnostic.
const (
	Warning DiagSeverity = iota
	Error
)

func (s DiagSeverity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Diagnostic is something about the input that people should know, apart from
// what the analysis found. Summary is one line; Detail says what to do.
type Diagnostic struct {
	Severity DiagSeverity
	Summary  string
	Detail   string
	Stack    string
	Range    Range

	// Incomplete marks what the analysis could therefore not see; --strict
	// turns such a diagnostic into exit code 2.
	Incomplete bool
}
