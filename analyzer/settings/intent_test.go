package settings

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

func TestIntents(t *testing.T) {
	s, diags := Load("tfcheck.hcl", []byte(`
deny "db" {
  from     = "internet"
  to       = ["tag:tier=db", "!module.legacy"]
  flow     = ["tcp/5432"]
  severity = "critical"
  except {
    from   = ["internet:203.0.113.0/28"]
    reason = "migration"
    owner  = "data"
    until  = "2027-01-31"
  }
}
isolated "apart" {
  between   = [["tag:env=prod"], ["tag:env=dev"]]
  direction = "forward"
}
no_new_exposure "still" {}
`), known)
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	want := []Intent{
		{
			Kind: Deny, Name: "db", From: []string{"internet"}, To: []string{"tag:tier=db", "!module.legacy"},
			Flows: []string{"tcp/5432"}, Severity: "critical",
			Exceptions: []Exception{{From: []string{"internet:203.0.113.0/28"}, Reason: "migration", Owner: "data", Until: "2027-01-31"}},
		},
		{Kind: Isolated, Name: "apart", Between: [][]string{{"tag:env=prod"}, {"tag:env=dev"}}, Forward: true, Severity: "high"},
		{Kind: NoNewExposure, Name: "still", Severity: "high"},
	}
	if diff := cmp.Diff(want, s.Intents, cmpopts.IgnoreTypes(tf.Range{})); diff != "" {
		t.Errorf("intents (-want +got):\n%s", diff)
	}
	if !s.SelectsByTag() {
		t.Error("tags are selected by")
	}
}

func TestWrongIntents(t *testing.T) {
	tests := map[string]string{
		`deny "a" { to = ["*"] }`:                                                                   `deny "a" needs from`,
		`deny { from = ["*"] }`:                                                                     `deny needs a name`,
		`deny "a" { from = ["*"], to = ["*"] }`:                                                     ``, // not one line of HCL
		`isolated "a" { between = [["*"]] }`:                                                        `isolated "a" needs between`,
		"must_reach \"a\" {\nfrom = [\"*\"]\nto = [\"*\"]\nvia = [\"x\"]\n}":                        `unknown argument of must_reach "via"`,
		"deny \"a\" {\nfrom = [\"*\"]\nto = [\"*\"]\nflow = [\"tpc/22\"]\n}":                        `flow "tpc/22": unknown protocol "tpc" (want tcp, udp, icmp, icmpv6, all or a number up to 255)`,
		"deny \"a\" {\nfrom = [\"*\"]\nto = [\"*\"]\nexcept {\nto = [\"x\"]\n}\n}":                  `except needs reason and owner`,
		"deny \"a\" {\nfrom = [\"*\"]\nto = [\"*\"]\nexcept {\nreason = \"x\"\nowner = \"y\"\n}\n}": `except is about everything`,
		"deny \"a\" {\nfrom = [\"*\"]\nto = [\"*\"]\n}\nscope \"a\" {}":                             `there are two intents called "a"`,
		`scope "internet-ingres" {}`:                                                                `unknown scope "internet-ingres"`,
		"deny \"a\" {\nfrom = [\"*\"]\nto = [\"*\"]\nseverity = \"bad\"\n}":                         `unknown severity "bad"`,
	}
	withScopes := known
	withScopes.Scopes = []string{"internet-ingress"}
	for src, want := range tests {
		s, diags := Load("tfcheck.hcl", []byte(src), withScopes)
		switch {
		case len(diags) == 0:
			t.Errorf("%s: no diagnostic, %d intents", src, len(s.Intents))
		case want != "" && diags[0].Summary != want:
			t.Errorf("%s:\ngot  %s\nwant %s", src, diags[0].Summary, want)
		}
	}
}
