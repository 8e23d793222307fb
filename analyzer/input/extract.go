package input

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"github.com/tfcheck/tfcheck/analyzer/extract"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/tfplan"
)

// document reads JSON: a plan, a state, or an extract of one.
func (o Options) document(ctx context.Context, r io.Reader, options tfplan.Options) (*tf.Stack, error) {
	if !isExtract(r) {
		return tfplan.Read(ctx, r, options)
	}
	if !o.Known {
		return nil, &tfplan.Error{Summary: "an extract of a stack cannot be checked", Detail: "it is what others need to know of that stack: give it with --context"}
	}
	s, err := extract.Read(r, options.Path)
	if err != nil {
		return nil, &tfplan.Error{Summary: err.Error(), Detail: "make it anew with `tfcheck context PATH`"}
	}
	return s, nil
}

// isExtract reports whether JSON begins as an extract does. Nothing is consumed.
func isExtract(r io.Reader) bool {
	lead := make([]byte, 256)
	switch r := r.(type) {
	case *bufio.Reader:
		lead, _ = r.Peek(len(lead))
	case io.ReadSeeker:
		n, _ := io.ReadFull(r, lead)
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return false
		}
		lead = lead[:n]
	}
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(lead, " \t\r\n"), []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(`"`+extract.Marker+`"`))
}
