package analyzer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// AddSubject adds packets that concern an instance, certainly or perhaps, to
// the subjects of a finding.
func AddSubject(subjects []Subject, address string, certain bool, packets packet.Set) []Subject {
	verdict := Undetermined
	if certain {
		verdict = Violation
	}
	for n := range subjects {
		s := &subjects[n]
		if s.Address != address {
			continue
		}
		s.Flows = s.Flows.Union(packets)
		if certain {
			s.Verdict = verdict
		}
		return subjects
	}
	return append(subjects, Subject{Address: address, Verdict: verdict, Flows: packets})
}

// AddNew appends what is not there yet.
func AddNew[T comparable](list, more []T) []T {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// Names are addresses for people: all of two, the first of more.
func Names(addresses []string) string {
	addresses = slices.SortedFunc(slices.Values(addresses), tf.CompareAddresses)
	if len(addresses) > 2 {
		return fmt.Sprintf("%s and %d more", addresses[0], len(addresses)-1)
	}
	return strings.Join(addresses, " and ")
}
