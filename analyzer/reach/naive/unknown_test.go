package naive

import (
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// everythingIsSo answers every question that people can answer.
type everythingIsSo struct{}

func (everythingIsSo) Answer(id, attribute string) (string, bool) {
	kind, _ := aws.FactKindOf(id)
	for _, a := range kind.Answers {
		if a.Name != attribute {
			continue
		}
		switch a.Type {
		case aws.AnswerBool:
			return "true", true
		case aws.AnswerCIDRs:
			return "10.0.1.77/32", true // one, so that it leaves nothing open
		case aws.AnswerFlows, aws.AnswerNames:
			return aws.None, true
		case aws.AnswerWord:
			return a.Words[0], true
		}
	}
	return "", false
}

func (everythingIsSo) Knows(string, string, string) {}

func (e everythingIsSo) Said(id, attribute string) (string, bool) { return e.Answer(id, attribute) }

func (everythingIsSo) Refuse(string, string, string) {}

// ofTheNetwork are the answers of which the right one depends on the network.
var ofTheNetwork = []aws.AnswerType{aws.AnswerText, aws.AnswerEntry, aws.AnswerRoute}

// TestUnknownIsSettled: an unknown lists the facts that decide it. Under an
// answer to each that people can answer it waits for none of these any more,
// and is unknown only while it waits for something.
func TestUnknownIsSettled(t *testing.T) {
	unknown, settled := 0, 0
	for _, s := range explained() {
		for seed := range few(16) {
			m := s.network(newDice(seed, uint64(len(s.name)), true))
			for _, q := range m.askedOf() {
				a := m.answer(t, q)
				if a.Answer != reach.Unknown {
					continue
				}
				unknown++
				if len(a.Waits) == 0 {
					t.Errorf("%s %d, %s: unknown, and nothing decides it\n%s", s.name, seed, q, pathOf(a))
				}
				after := m.answerGiven(t, q, everythingIsSo{})
				if after.Answer != reach.Unknown {
					settled++
				} else if len(after.Waits) == 0 {
					t.Errorf("%s %d, %s: with all answers unknown, and nothing decides it\n%s", s.name, seed, q, pathOf(after))
				}
				for _, f := range after.Waits {
					if kind, _ := aws.FactKindOf(f.ID); len(kind.Answers) > 0 && slices.Contains(ofTheNetwork, kind.Answers[0].Type) {
						continue
					}
					if strings.Contains(f.Settle, "in tfcheck.hcl: given") {
						t.Errorf("%s %d, %s: %s was answered, and is asked again", s.name, seed, q, f.ID)
					}
				}
			}
		}
	}
	t.Logf("%d answers are unknown, %d settled by what people can say", unknown, settled)
	if !testing.Short() && (unknown < 100 || settled < 20) {
		t.Errorf("%d answers are unknown, %d settled: too few", unknown, settled)
	}
}
