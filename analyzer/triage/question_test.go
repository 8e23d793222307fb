package triage

import (
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// What is asked of one group in several respects is answered in one block.
func TestRespectsAreJoined(t *testing.T) {
	group := func(id, attribute string) tf.Fact {
		return tf.Fact{ID: "group:" + id, Text: "the rules of " + id,
			Settle: `--context with the stack that owns it, or in tfcheck.hcl: given "group" "` + id + `" { ` + attribute + ` = "none" }`}
	}
	s := &tf.Stack{Name: "one"}
	finding := func(facts ...tf.Fact) *analyzer.Finding {
		return &analyzer.Finding{Stack: s, Verdict: analyzer.Undetermined, WaitsFor: facts}
	}
	const joined = `{ from_internet = "none" } and { from_network = "none" }`
	for name, findings := range map[string][]*analyzer.Finding{
		`"sg-1"`:      {finding(group("sg-1", "from_internet")), finding(group("sg-1", "from_network")), finding(group("sg-1", "from_internet"))},
		`"sg-1 sg-2"`: {finding(group("sg-1", "from_internet")), finding(group("sg-2", "from_network")), finding(group("sg-1", "from_network"))},
	} {
		got := Questions(findings)
		if len(got) != 1 || !strings.HasSuffix(got[0].Settle, name+" "+joined) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// What the owner of another stack knows is one question a kind and stack; what
// apply decides is asked for one by one.
func TestFactsElsewhereAreOneQuestion(t *testing.T) {
	subnet := func(id string) tf.Fact {
		return tf.Fact{ID: "subnet:" + id, Text: "whether " + id + " is public",
			Settle: `--context with the stack that owns it, or in tfcheck.hcl: given "subnet" "` + id + `" { public = false }`}
	}
	apply := func(id string) tf.Fact { return tf.Fact{ID: "rule:" + id, Text: "what " + id + " admits"} }
	one, two := &tf.Stack{Name: "one"}, &tf.Stack{Name: "two"}
	finding := func(s *tf.Stack, id string, facts ...tf.Fact) *analyzer.Finding {
		return &analyzer.Finding{Stack: s, Fingerprint: id, Verdict: analyzer.Undetermined, WaitsFor: facts}
	}
	findings := []*analyzer.Finding{
		finding(one, "f1", subnet("subnet-b"), apply("x")),
		finding(one, "f2", subnet("subnet-a"), subnet("subnet-b"), apply("y")),
		finding(two, "f3", subnet("subnet-c")),
	}
	questions := map[string]analyzer.Question{}
	for _, q := range Questions(findings) {
		questions[q.ID] = q
	}
	if len(questions) != 4 {
		t.Fatalf("questions %v, want 4", questions)
	}
	q := questions["subnet:subnet-a subnet-b"]
	if q.Text != "whether subnet-a and subnet-b are public" || len(q.Decides) != 2 ||
		q.Settle != `--context with the stack that owns them, or in tfcheck.hcl: given "subnet" "subnet-a subnet-b" { public = false }` {
		t.Errorf("the question is %+v", q)
	}
	if q := questions["subnet:subnet-c"]; q.Text != "whether subnet-c is public" {
		t.Errorf("the question of the other stack is %+v", q)
	}
	for _, f := range findings {
		for _, fact := range f.WaitsFor {
			if _, ok := questions[fact.ID]; !ok {
				t.Errorf("%s waits for %s, which is no question", f.Fingerprint, fact.ID)
			}
		}
	}
}
