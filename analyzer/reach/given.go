package reach

import (
	"fmt"
	"strings"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Answers are what people say of facts that the input does not hold: the
// given blocks of the settings.
type Answers interface {
	// Answer is the answer to the question with the id of a [tf.Fact], in
	// respect of an attribute.
	Answer(id, attribute string) (value string, ok bool)
}

// Given makes the graph believe the answers. It is to be called before the
// first question.
func (g *Graph) Given(a Answers) *Graph {
	g.answers = a
	return g
}

// givenPublic is the attribute that answers whether a subnet is public or an
// interface has a public address.
const givenPublic = "public"

// givenInternet is the attribute of a security group that says what it admits
// from the internet: flows, or "none".
const givenInternet = "from_internet"

// given is what people say about a yes-or-no fact, and Maybe when they say
// nothing. What rests on it says so.
func (g *Graph) given(fact tf.Fact, attribute string) (tf.Tri, []*tf.Assumption) {
	if g.answers == nil {
		return tf.Maybe, nil
	}
	value, ok := g.answers.Answer(fact.ID, attribute)
	if !ok || value != "true" && value != "false" {
		return tf.Maybe, nil
	}
	return tf.TriOf(value == "true"), believing(fact, attribute, value)
}

// settleGiven says how to settle a fact about something outside the input.
func settleGiven(id, answer string) string {
	kind, name, _ := strings.Cut(id, ":")
	return fmt.Sprintf("%s, or in tfcheck.hcl: given %q %q { %s }", settleContext, kind, name, answer)
}

func believing(fact tf.Fact, attribute, value string) []*tf.Assumption {
	return []*tf.Assumption{{
		ID:   "given:" + fact.ID,
		Text: "as a given block says, " + attribute + " of " + strings.Replace(fact.ID, ":", " ", 1) + " is " + value,
	}}
}

// gatedBy is gated, asking people where the input does not know.
func (g *Graph) gatedBy(t tf.Tri, f packet.Family, fact tf.Fact, attribute string, s stage) stage {
	if t == tf.Maybe {
		var says []*tf.Assumption
		t, says = g.given(fact, attribute)
		s.assumptions = append(s.assumptions[:len(s.assumptions):len(s.assumptions)], says...)
	}
	return gated(t, f, fact, s)
}

// outsideFilter is what an element of a subnet outside the input lets
// through: everything where people say that the subnet is public or not,
// since its gateway tells the two apart, else nobody knows.
func (g *Graph) outsideFilter(s *aws.Subnet, object aws.Object, f packet.Family) filter {
	fact := subnetFact(s)
	if t, says := g.given(fact, givenPublic); t != tf.Maybe {
		all := exactly(packet.Everything(f))
		return filter{admits: all, elements: []element{{object: object, detail: "as given", admits: all}}, assumptions: says}
	}
	return unknownFilter(fact, object, f)
}

// rulesOutside is what a group outside the input admits. People can say what
// it admits from the internet.
func (g *Graph) rulesOutside(name string, object aws.Object, d direction, f packet.Family, by remote) filter {
	fact := rulesFact(name)
	if g.answers == nil || d != inbound || by.member != nil {
		return unknownFilter(fact, object, f)
	}
	value, ok := g.answers.Answer(fact.ID, givenInternet)
	if !ok {
		return unknownFilter(fact, object, f)
	}
	var admitted packet.Set
	if value != "none" {
		for flow := range strings.SplitSeq(value, " ") {
			restrict, err := packet.ParseFlow(flow)
			if err != nil {
				return unknownFilter(fact, object, f)
			}
			admitted = admitted.Union(restrict(packet.Everything(f)))
		}
	}
	all := exactly(admitted)
	return filter{admits: all, elements: []element{{object: object, detail: "as given: " + value, admits: all}}, assumptions: believing(fact, givenInternet, value)}
}
