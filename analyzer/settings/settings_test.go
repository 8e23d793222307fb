package settings

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

var known = Known{
	Facts: []Fact{
		{Kind: "account", Answers: []Answer{{Name: "ebs_encryption_by_default"}, {Name: "x"}, {Name: "mode", Words: []string{"on", "off"}}}},
		{Kind: "subnet", Answers: []Answer{{Name: "public", Check: func(s string) string {
			if s != "true" && s != "false" {
				return "It is true or false."
			}
			return ""
		}}}},
		{Kind: "group", Answers: []Answer{{Name: "members"}}},
		{Kind: "rule"},
	},

	Checks: []Check{
		{ID: "internet-reaches-admin-port", Aliases: []string{"open-ssh"}, Options: []string{"ports"}},
		{ID: "imds-v1"},
	},
	Severities: []string{"none", "info", "low", "medium", "high", "critical"},
}

func TestLoad(t *testing.T) {
	s, diags := Load("tfcheck.hcl", []byte(`
edition          = "1.2"
fail_on          = "high"
fail_on_existing = "critical"

check "imds-v1" {
  enabled = false
  reason  = "the platform team does this"
}
check "open-ssh" {
  ports = ["22", 3389]
}
accept "imds-v1" {
  address = "module.legacy"
  reason  = "retired in March"
  owner   = "ops"
  until   = "2027-03-31"
}
given "account" {
  ebs_encryption_by_default = true
}
given "subnet" "subnet-0abc" {
  public = false
}
given "group" "sg-1" {
  members = ["10.0.0.1", "10.0.0.2"]
}
`), known)
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	if s.Edition != "1.2" || s.FailOn != "high" || s.FailOnExisting != "critical" || s.FailOnUndetermined != "" {
		t.Errorf("got edition %q and thresholds %q, %q, %q", s.Edition, s.FailOn, s.FailOnExisting, s.FailOnUndetermined)
	}
	if s.Enabled("imds-v1") || !s.Enabled("internet-reaches-admin-port") || !s.Enabled("other") {
		t.Error("only imds-v1 is switched off")
	}
	if diff := cmp.Diff([]string{"imds-v1"}, s.Disabled()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{"ports": {"22", "3389"}}, s.Options("internet-reaches-admin-port")); diff != "" {
		t.Error(diff)
	}
	want := []Accept{{Check: "imds-v1", Address: "module.legacy", Reason: "retired in March", Owner: "ops", Until: "2027-03-31", Range: tf.Range{File: "tfcheck.hcl", StartLine: 13, StartColumn: 1, EndLine: 13, EndColumn: 17}}}
	if diff := cmp.Diff(want, s.Accepts); diff != "" {
		t.Error(diff)
	}
	if v, ok := s.Answer("account", "ebs_encryption_by_default"); !ok || v != "true" {
		t.Errorf("the account setting is %q, %v", v, ok)
	}
	if v, ok := s.Answer("group:sg-1", "members"); !ok || v != "10.0.0.1 10.0.0.2" {
		t.Errorf("the members are %q, %v", v, ok)
	}
	if v, ok := s.Answer("subnet:subnet-0abc", "private"); ok {
		t.Errorf("an answer that was not given: %q", v)
	}
	unused := s.Unused()
	if len(unused) != 1 || unused[0].Summary != "unused answer public of subnet:subnet-0abc" || unused[0].Range.String() != "tfcheck.hcl:23:3" {
		t.Errorf("got %v, want the answer about the subnet", unused)
	}
}

// TestAnswers: an answer that no input asks for is said, unless it is for other
// stacks; one that an input contradicts always is.
func TestAnswers(t *testing.T) {
	const text = `given "subnet" "a b" { public = true }
given "subnet" "c" {
  public   = true
  optional = true
}
given "account" { mode = "on" }
`
	for name, test := range map[string]struct {
		asks func(*Settings)
		want string
	}{
		"nobody asks": {func(*Settings) {}, "unused answer public of subnet:a b, unused answer mode of account"},
		"all are used": {func(s *Settings) {
			s.Answer("subnet:b", "public")
			s.Answer("account:mode", "mode")
		}, ""},
		"the input agrees": {func(s *Settings) {
			s.Knows("subnet:a", "public", "true")
			s.Knows("subnet:c", "public", "true")
			s.Answer("account:mode", "mode")
		}, "needless answer public of subnet:a b"},
		"the input contradicts": {func(s *Settings) {
			s.Knows("subnet:a", "public", "false")
			s.Knows("subnet:c", "public", "false")
			s.Knows("account:mode", "mode", "off")
		}, "the input contradicts the answer public of subnet:a b, the input contradicts the answer public of subnet:c, the input contradicts the answer mode of account"},
		"an answer is used, though it is not possible": {func(s *Settings) {
			s.Answer("account:mode", "mode")
			if said, ok := s.Said("subnet:a", "public"); ok && said == "true" { // looked at only
				s.Refuse("subnet:a", "public", "false")
			}
			s.Answer("subnet:b", "public")
		}, "the input contradicts the answer public of subnet:a b"},
		"one stack contradicts, another needs it": {func(s *Settings) {
			s.Knows("subnet:a", "public", "false")
			s.Answer("subnet:b", "public")
			s.Answer("account:mode", "mode")
		}, ""},
	} {
		s, diags := Load("tfcheck.hcl", []byte(text), known)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		test.asks(s)
		var got []string
		for _, d := range s.Unused() {
			got = append(got, d.Summary)
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, ", "), test.want)
		}
	}
}

func TestNoSettings(t *testing.T) {
	var s *Settings
	_, answered := s.Answer("account", "x")
	if !s.Enabled("imds-v1") || s.Options("imds-v1") != nil || s.Disabled() != nil || s.Unused() != nil || answered {
		t.Error("settings that do not exist have an opinion")
	}
}

func TestLoadIsStrict(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string // place, summary and detail
	}{
		"attribute":        {`fail_onn = "high"`, []string{`1:1 unknown setting "fail_onn" Did you mean "fail_on"?`}},
		"block":            {`chek "imds-v1" {}`, []string{`1:1 unknown block "chek" Did you mean "check"?`}},
		"far block":        {`something {}`, []string{`1:1 unknown block "something" Known are allow_only, deny, isolated, must_reach, no_new_exposure, scope, through, accept, check, given.`}},
		"check":            {`check "imds-v2" {}`, []string{`1:7 unknown check "imds-v2" Did you mean "imds-v1"?`}},
		"severity":         {`fail_on = "hihg"`, []string{`1:11 unknown severity "hihg" Did you mean "high"?`}},
		"option":           {"check \"open-ssh\" {\n  port = [\"22\"]\n}", []string{`2:3 unknown option of internet-reaches-admin-port "port" Did you mean "ports"?`}},
		"option type":      {"check \"open-ssh\" {\n  ports = \"22\"\n}", []string{`2:11 ports must be list of string `}},
		"null in option":   {"check \"open-ssh\" {\n  ports = [null]\n}", []string{`2:11 ports must not hold null `}},
		"enabled type":     {"check \"imds-v1\" {\n  enabled = \"no\"\n}", []string{`2:13 enabled must be bool `}},
		"twice":            {"check \"imds-v1\" {}\ncheck \"imds-v1\" {}", []string{`2:1 check "imds-v1" is configured twice Keep one of the blocks.`}},
		"nested block":     {"check \"imds-v1\" {\n  inner {}\n}", []string{`2:3 unexpected block "inner" A check block holds arguments only.`}},
		"no label":         {`check {}`, []string{`1:1 check needs the id of one check Write check "CHECK" { … }.`}},
		"accept":           {"accept \"imds-v1\" {\n  address = \"a.b\"\n}", []string{`1:1 accept "imds-v1" needs reason An exception says what it is about and why.`}},
		"accept until":     {"accept \"imds-v1\" {\n  address = \"a.b\"\n  reason = \"r\"\n  until = \"soon\"\n}", []string{`4:11 until is no date Write it as "2027-01-31".`}},
		"given labels":     {`given "subnet" {}`, []string{`1:1 wrong labels of given Write given "account" { … }, or given "subnet" "subnet-0abc" { … } for the question subnet:subnet-0abc.`}},
		"given a kind":     {`given "subnets" "a" {}`, []string{`1:7 unknown kind of question "subnets" Did you mean "subnet"?`}},
		"given nothing":    {`given "rule" "a" {}`, []string{`1:7 nobody can answer the question rule The apply decides it, or a look at what it is about.`}},
		"given an answer":  {"given \"subnet\" \"a\" {\n  publc = true\n}", []string{`2:3 unknown answer about subnet "publc" Did you mean "public"?`}},
		"given a value":    {"given \"subnet\" \"a\" {\n  public = \"yes\"\n}", []string{`2:12 "yes" is no answer to public It is true or false.`}},
		"given a word":     {"given \"account\" {\n  mode = \"of\"\n}", []string{`2:10 unknown mode "of" Did you mean "on"?`}},
		"given an object":  {"given \"account\" {\n  x = { y = 1 }\n}", []string{`2:7 x is no answer Answer with true, false, a number, a string or a list of strings.`}},
		"variable":         {`fail_on = var.x`, []string{`1:11 Variables not allowed Variables may not be used here.`}},
		"code points":      {`/* 👩‍👩‍👧 */ fail_onn = "high"`, []string{`1:13 unknown setting "fail_onn" Did you mean "fail_on"?`}},
		"several in order": {"b {}\na = 1", []string{`1:1 unknown block "b" Known are allow_only, deny, isolated, must_reach, no_new_exposure, scope, through, accept, check, given.`, `2:1 unknown setting "a" Known are edition, fail_on, fail_on_existing, fail_on_undetermined, accept, check, given.`}},
	}
	for name, test := range tests {
		_, diags := Load("tfcheck.hcl", []byte(test.text), known)
		var got []string
		for _, d := range diags {
			if d.Severity != tf.Error || d.Range.File != "tfcheck.hcl" {
				t.Errorf("%s: %+v is no error with a place", name, d)
			}
			got = append(got, fmt.Sprintf("%d:%d %s %s", d.Range.StartLine, d.Range.StartColumn, d.Summary, d.Detail))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLoadSurvivesBrokenFiles(t *testing.T) {
	for name, text := range map[string]string{
		"syntax":   "check \"imds-v1\" {\n  enabled = false\n",
		"deep":     "x = " + strings.Repeat("(", 100_000),
		"too long": strings.Repeat("#\n", maxSize),
		"binary":   "\x00\xff",
	} {
		if s, diags := Load("tfcheck.hcl", []byte(text), known); s == nil || len(diags) == 0 {
			t.Errorf("%s: want settings and an error, got %v, %v", name, s, diags)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("fail_on = \"high\"\ncheck \"open-ssh\" {\n ports = [1]\n}\ngiven \"account\" { a = [] }\n"))
	f.Add([]byte("accept \"imds-v1\" {\n address = \"${1}\"\n}\nedition = null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, diags := Load("tfcheck.hcl", data, known)
		_, again := Load("tfcheck.hcl", slices.Clone(data), known)
		if diff := cmp.Diff(diags, again); diff != "" {
			t.Errorf("two runs differ: %s", diff)
		}
		s.Unused()
	})
}

// A given block may answer for several things of a kind.
func TestGivenOfSeveral(t *testing.T) {
	s, diags := Load("tfcheck.hcl", []byte(`given "subnet" "subnet-a subnet-b" { public = true }`), known)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	for id, want := range map[string]bool{"subnet:subnet-a": true, "subnet:subnet-b": true, "subnet:subnet-a subnet-b": true, "subnet:subnet-c": false, "group:subnet-a": false} {
		if _, ok := s.Answer(id, "public"); ok != want {
			t.Errorf("%s is answered: %t, want %t", id, ok, want)
		}
	}
}

// A list that the input has in another order is no contradiction.
func TestAnswersInAnyOrder(t *testing.T) {
	for value, want := range map[string]string{"b a": "needless answer members of group:g", "a": "the input contradicts the answer members of group:g"} {
		s, diags := Load("tfcheck.hcl", []byte(`given "group" "g" { members = ["a", "b"] }`), known)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		s.Knows("group:g", "members", value)
		if got := s.Unused(); len(got) != 1 || got[0].Summary != want {
			t.Errorf("%s: %v, want %s", value, got, want)
		}
	}
}
