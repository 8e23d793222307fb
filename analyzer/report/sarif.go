package report

import (
	"errors"
	"io"

	"github.com/tfcheck/tfcheck/analyzer"
)

// ErrNoPositions is why a report cannot be written as SARIF.
var ErrNoPositions = errors.New("sarif needs source positions, which this input has none of: run tfcheck beside the configuration, or name it with --source DIR")

// SARIF is written next.
func SARIF(io.Writer, *analyzer.Report, Options) error { return ErrNoPositions }
