package settings

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// FileName is the name of the settings file.
const FileName = "tfcheck.hcl"

// Known is what a settings file may speak of.
type Known struct {
	Checks     []Check
	Severities []string
	// Scopes are the names of the standard scopes (package intent).
	Scopes []string
	// Facts are the kinds of questions that given blocks answer.
	Facts []Fact
}

// Fact is a kind of question with what may be answered to it.
type Fact struct {
	Kind    string
	Answers []Answer
}

// Answer is an attribute of a given block. Its value is one of Words; where
// there are none Check says what is wrong with an element of it, or "".
type Answer struct {
	Name  string
	Words []string
	Check func(element string) string
}

// Check is a check that may be configured.
type Check struct {
	ID      string
	Aliases []string
	Options []string
}

// Settings are the contents of tfcheck.hcl.
type Settings struct {
	// Thresholds by name, empty where the file does not set them.
	FailOn, FailOnExisting, FailOnUndetermined string
	// Edition is the release whose checks gate; see CONTRACT on previews.
	Edition string

	checks  map[string]*CheckSettings // by id
	Accepts []Accept
	Intents []Intent
	givens  []*given

	mu sync.Mutex // guards the use of givens
}

// CheckSettings is a check block.
type CheckSettings struct {
	Enabled bool
	Reason  string
	Options map[string][]string
	Range   tf.Range
}

// Accept is an accept block: an exception that somebody answers for.
type Accept struct {
	Check   string // id
	Stack   string // empty: any
	Address string // of a resource or a module, with or without instance keys
	Reason  string
	Owner   string
	Until   string // YYYY-MM-DD, or empty
	Range   tf.Range
}

// given is a given block: the answer to the question of the same id, such as
// "subnet:subnet-0abc", or to those about the account.
type given struct {
	id      string
	answers map[string]answer
	// optional is set for a block that is there for other stacks too, so that
	// nobody minds when it is not used.
	optional bool
}

// answer is what an attribute of a given block says; a list is its elements
// with spaces between them.
type answer struct {
	value string
	at    tf.Range
	used  bool
	// known is what the input itself said, or empty.
	known string
	// refused is set when the answer is not possible; known is what is.
	refused bool
}

// Enabled reports whether a check is to run. A nil Settings has no opinion.
func (s *Settings) Enabled(check string) bool {
	if s == nil || s.checks[check] == nil {
		return true
	}
	return s.checks[check].Enabled
}

// Options are the options that the file sets for a check.
func (s *Settings) Options(check string) map[string][]string {
	if s == nil || s.checks[check] == nil {
		return nil
	}
	return s.checks[check].Options
}

// Disabled are the ids of the checks that the file switches off, sorted.
func (s *Settings) Disabled() []string {
	if s == nil {
		return nil
	}
	var ids []string
	for id, c := range s.checks {
		if !c.Enabled {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// account is the label of the given block about the account as a whole.
const account = "account"

// Answer answers the question with the id of a fact, such as
// "subnet:subnet-0abc", in respect of an attribute such as "public".
func (s *Settings) Answer(id, attribute string) (string, bool) {
	if s == nil {
		return "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.givens {
		if a, ok := g.answers[attribute]; ok && g.isAbout(id) {
			a.used = true
			g.answers[attribute] = a
			return a.value, true
		}
	}
	return "", false
}

// Said is the answer without its being used.
func (s *Settings) Said(id, attribute string) (value string, ok bool) {
	s.eachAbout(id, attribute, func(a *answer) { value, ok = a.value, true })
	return value, ok
}

// Refuse notes that an answer is not possible, and what the input leaves open
// instead.
func (s *Settings) Refuse(id, attribute, possible string) {
	s.eachAbout(id, attribute, func(a *answer) { a.refused, a.known = true, possible })
}

// eachAbout goes over the answers to a question in respect of an attribute.
func (s *Settings) eachAbout(id, attribute string, do func(*answer)) {
	if s == nil || len(s.givens) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.givens {
		if a, ok := g.answers[attribute]; ok && g.isAbout(id) {
			do(&a)
			g.answers[attribute] = a
		}
	}
}

// same reports whether two answers are, whatever their order.
func same(a, b string) bool {
	one, other := strings.Fields(a), strings.Fields(b)
	slices.Sort(one)
	slices.Sort(other)
	return slices.Equal(one, other)
}

// isAbout reports whether the block answers the question. Its label may name
// several things of a kind, with spaces between them.
func (g *given) isAbout(id string) bool {
	if g.id == id || g.id == account && strings.HasPrefix(id, account+":") {
		return true
	}
	kind, names, _ := strings.Cut(g.id, ":")
	name, ok := strings.CutPrefix(id, kind+":")
	return ok && slices.Contains(strings.Fields(names), name)
}

// Knows notes what an input says itself about the fact with an id, so that an
// answer to what nobody asked is told apart from one that is wrong.
func (s *Settings) Knows(id, attribute, value string) {
	s.eachAbout(id, attribute, func(a *answer) {
		// Of two stacks, or of before and after, one agrees.
		if a.known != value && !a.refused && (a.known == "" || same(value, a.value)) {
			a.known = value
		}
	})
}

// Unused reports the answers that nothing in any stack of a run asked for, and
// those that the input contradicts: what the input says itself holds.
func (s *Settings) Unused() []tf.Diagnostic {
	return s.warnings(func(g *given, name string, a answer) (summary, detail string) {
		switch {
		case a.used && !a.refused:
			return "", ""
		case a.contradicted():
			return contradiction(g, name, a)
		case g.optional:
			return "", ""
		case a.known != "":
			return "needless answer " + name + " of " + g.id, "The input says it itself. Delete the answer."
		}
		return "unused answer " + name + " of " + g.id,
			"No question of this run asks for it. Check its spelling against the question, or delete it; where other stacks need it, add optional = true."
	})
}

// Contradicted reports the answers alone that the input contradicts, for a run
// that asks one question of many.
func (s *Settings) Contradicted() []tf.Diagnostic {
	return s.warnings(func(g *given, name string, a answer) (summary, detail string) {
		if (!a.used || a.refused) && a.contradicted() {
			return contradiction(g, name, a)
		}
		return "", ""
	})
}

func (a answer) contradicted() bool { return a.known != "" && !same(a.known, a.value) }

func contradiction(g *given, name string, a answer) (summary, detail string) {
	return "the input contradicts the answer " + name + " of " + g.id,
		"The answer says " + a.value + ", the input says " + a.known + ", which holds. Correct the answer, or delete it."
}

// warnings are what there is to say of the answers, in the order of the file.
func (s *Settings) warnings(of func(g *given, name string, a answer) (summary, detail string)) []tf.Diagnostic {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var diags []tf.Diagnostic
	for _, g := range s.givens {
		for name, a := range g.answers {
			if summary, detail := of(g, name, a); summary != "" {
				diags = append(diags, tf.Diagnostic{Summary: summary, Detail: detail, Range: a.at})
			}
		}
	}
	slices.SortFunc(diags, func(a, b tf.Diagnostic) int {
		return cmp.Or(a.Range.StartLine-b.Range.StartLine, a.Range.StartColumn-b.Range.StartColumn)
	})
	return diags
}
