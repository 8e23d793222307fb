package settings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// BaselineFile is where the baseline lies unless told otherwise.
const BaselineFile = ".tfcheck/baseline.json"

// baselineVersion is raised by a minor for additions, by a major for anything
// else, like Terraform's.
const baselineVersion = "1.0"

// maxBaseline bounds a baseline file.
const maxBaseline = 64 << 20

// Baseline is a list of accepted findings.
type Baseline struct{ Entries []Entry }

// Entry accepts a finding as an extent: as long as it concerns no other
// packets and no other subjects.
type Entry struct {
	Fingerprint string
	Check       string
	Stack       string
	Address     string // of the cause, without instance keys
	Severity    string
	Flows       packet.Set
	Subjects    []string // without instance keys
	Reason      string
	Owner       string
	Until       string // YYYY-MM-DD, or empty
}

// The file as it is written.
type (
	baselineJSON struct {
		FormatVersion string      `json:"format_version"`
		Accepted      []entryJSON `json:"accepted"`
	}
	entryJSON struct {
		Fingerprint string     `json:"fingerprint"`
		Check       string     `json:"check"`
		Stack       string     `json:"stack"`
		Address     string     `json:"address"`
		Severity    string     `json:"severity"`
		Flows       []flowJSON `json:"flows"`
		Subjects    []string   `json:"subjects"`
		Reason      string     `json:"reason,omitempty"`
		Owner       string     `json:"owner,omitempty"`
		Until       string     `json:"until,omitempty"`
	}
	flowJSON struct {
		Protocol     string         `json:"protocol"`
		Ports        []string       `json:"ports,omitempty"`
		ICMP         []string       `json:"icmp,omitempty"`
		Sources      []netip.Prefix `json:"sources"`
		Destinations []netip.Prefix `json:"destinations,omitempty"`
		SourcePorts  []string       `json:"source_ports,omitempty"`
	}
)

// Marshal is the baseline as a file: sorted, so that a change shows as the
// lines that changed.
func (b *Baseline) Marshal() ([]byte, error) {
	out := baselineJSON{FormatVersion: baselineVersion, Accepted: []entryJSON{}}
	for _, e := range b.Entries {
		j := entryJSON{
			Fingerprint: e.Fingerprint, Check: e.Check, Stack: e.Stack, Address: e.Address, Severity: e.Severity,
			Flows: []flowJSON{}, Subjects: append([]string{}, e.Subjects...),
			Reason: e.Reason, Owner: e.Owner, Until: e.Until,
		}
		for _, f := range e.Flows.Flows() {
			j.Flows = append(j.Flows, flowJSON(f))
		}
		slices.SortFunc(j.Subjects, tf.CompareAddresses)
		j.Subjects = slices.Compact(j.Subjects)
		out.Accepted = append(out.Accepted, j)
	}
	slices.SortFunc(out.Accepted, func(a, b entryJSON) int {
		return cmp.Or(cmp.Compare(a.Stack, b.Stack), tf.CompareAddresses(a.Address, b.Address), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	var buffer bytes.Buffer
	enc := json.NewEncoder(&buffer)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("writing the baseline: %w", err)
	}
	return buffer.Bytes(), nil
}

// LoadBaseline reads a baseline file; path is its name for messages.
func LoadBaseline(path string, data []byte) (*Baseline, error) {
	if len(data) > maxBaseline {
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxBaseline>>20)
	}
	var in baselineJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("%s is no baseline: %w; write it again with tfcheck baseline --write", path, err)
	}
	major, _, _ := strings.Cut(in.FormatVersion, ".")
	switch major {
	case "1":
	case "":
		return nil, fmt.Errorf("%s is no baseline: it has no format_version", path)
	default:
		return nil, fmt.Errorf("%s has format %s, newer than this tfcheck reads (%s)", path, in.FormatVersion, baselineVersion)
	}
	b := &Baseline{}
	for i, j := range in.Accepted {
		if j.Fingerprint == "" {
			return nil, fmt.Errorf("%s: entry %d has no fingerprint", path, i+1)
		}
		if j.Until != "" && !IsDate(j.Until) {
			return nil, fmt.Errorf("%s: entry %s: until %q is no date, write it as 2027-01-31", path, j.Fingerprint, j.Until)
		}
		flows := make([]packet.Flow, len(j.Flows))
		for k, f := range j.Flows {
			flows[k] = packet.Flow(f)
		}
		set, err := packet.FromFlows(flows)
		if err != nil {
			return nil, fmt.Errorf("%s: entry %s: %w", path, j.Fingerprint, err)
		}
		b.Entries = append(b.Entries, Entry{
			Fingerprint: j.Fingerprint, Check: j.Check, Stack: j.Stack, Address: j.Address, Severity: j.Severity,
			Flows: set, Subjects: j.Subjects, Reason: j.Reason, Owner: j.Owner, Until: j.Until,
		})
	}
	return b, nil
}
