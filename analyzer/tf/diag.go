package tf

import (
	"fmt"
	"path"
	"path/filepath"
)

// Range is a place in a source file. Lines and columns count from one,
// columns in Unicode code points; the end is exclusive. File is relative to
// the repository root, with forward slashes, and Root says where that is.
type Range struct {
	Root                   Root
	File                   string
	StartLine, StartColumn int
	EndLine, EndColumn     int
}

// IsZero reports whether r names no place.
func (r Range) IsZero() bool { return r.File == "" }

// Root is the root of a repository as seen from the working directory, so that
// people are shown paths which open from where they stand. It is zero where the
// two are one.
type Root struct {
	// Below is the working directory in the repository; where it is outside,
	// Path leads from it to the root.
	Below, Path string
}

// RootAt is the root in a folder.
func RootAt(folder string) Root {
	full, err := filepath.Abs(folder)
	if err != nil {
		return Root{Path: filepath.ToSlash(folder)}
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return Root{Path: filepath.ToSlash(full)}
	}
	if below, err := filepath.Rel(full, here); err == nil && filepath.IsLocal(below) {
		if below == "." {
			return Root{}
		}
		return Root{Below: filepath.ToSlash(below)}
	}
	path, err := filepath.Rel(here, full)
	if err != nil || len(path) > len(full) {
		path = full
	}
	return Root{Path: filepath.ToSlash(path)}
}

// To is a file of the repository as it opens from the working directory.
func (r Root) To(file string) string {
	if r.Path != "" {
		return path.Join(r.Path, file)
	}
	if r.Below != "" {
		if seen, err := filepath.Rel(r.Below, file); err == nil {
			return filepath.ToSlash(seen)
		}
	}
	return file
}

// Path is the file as it opens from the working directory, for people.
func (r Range) Path() string {
	if r.File == "" {
		return ""
	}
	return r.Root.To(r.File)
}

// String is the place as people and editors open it.
func (r Range) String() string {
	if r.StartLine == 0 {
		return r.Path()
	}
	return fmt.Sprintf("%s:%d:%d", r.Path(), r.StartLine, r.StartColumn)
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
