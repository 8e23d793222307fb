package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// writeSARIF writes a report and checks it against the official schema.
func writeSARIF(t *testing.T, r *analyzer.Report, o Options) (*sarif.Run, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := SARIF(&b, r, o); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b.Bytes()) {
		t.Fatal("not JSON")
	}
	document, err := sarif.FromBytes(b.Bytes(), sarif.WithStrictValidation())
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(); err != nil {
		t.Error(err)
	}
	return document.Runs[0], b.Bytes()
}

func TestSARIFGolden(t *testing.T) {
	source := strings.Repeat("resource \"aws_security_group\" \"db\" {\n  name = \"db\"\n}\n", 40)
	o := Options{Version: "1.2.3", ReadSource: func(path string) ([]byte, bool) { return []byte(source), strings.HasSuffix(path, "db.tf") }}
	run, data := writeSARIF(t, shop(), o)
	var indented bytes.Buffer
	if err := json.Indent(&indented, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "sarif.golden", indented.Bytes())

	if len(run.Results) != 3 {
		t.Fatalf("%d results, want the three that have a place", len(run.Results))
	}
	result := run.Results[0]
	if want := "[aws_route.db_default](1)"; !strings.Contains(*result.Message.Text, want) {
		t.Errorf("the message does not link the path with %s: %s", want, *result.Message.Text)
	}
	if got := result.PartialFingerprints["primaryLocationLineHash"]; got != lineHashes([]byte(source))[30] {
		t.Errorf("the hash of the line is %q", got)
	}
	for _, r := range run.Results {
		uri := *r.Locations[0].PhysicalLocation.ArtifactLocation.URI
		if strings.HasPrefix(uri, "/") || strings.Contains(uri, "plan.json") {
			t.Errorf("%s is no path of the repository", uri)
		}
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; *rule.ID != *r.RuleID || *rule.Name == *rule.ID {
			t.Errorf("the rule of %s is %s, %s", *r.RuleID, *rule.ID, *rule.Name)
		}
	}
	if _, ok := run.Results[1].PartialFingerprints["primaryLocationLineHash"]; ok {
		t.Error("a file that cannot be read has a hash")
	}
}

func TestSARIFNeedsPositions(t *testing.T) {
	r := shop()
	for _, f := range r.Findings {
		f.Location = tf.Location{}
	}
	if err := SARIF(&bytes.Buffer{}, r, Options{}); !errors.Is(err, ErrNoPositions) {
		t.Errorf("got %v", err)
	}
	// A clean run closes the alerts of the last one.
	if run, _ := writeSARIF(t, quiet(func(*analyzer.Report) {}), Options{}); len(run.Results) != 0 {
		t.Errorf("%d results", len(run.Results))
	}
}

func TestSARIFHoldsOneResultForACheckAndPlace(t *testing.T) {
	run, _ := writeSARIF(t, many(7, analyzer.New), Options{})
	if len(run.Results) != 1 {
		t.Fatalf("%d results for one line", len(run.Results))
	}
	if text := *run.Results[0].Message.Text; !strings.Contains(text, `orders\[1\]`) || !strings.Contains(text, "; and 2 more.") {
		t.Errorf("the message does not tell of the others: %s", text)
	}
}

func TestSARIFOfAModuleFromElsewherePointsAtTheCall(t *testing.T) {
	r := shop()
	r.Findings = r.Findings[1:2]
	l := &r.Findings[0].Location
	l.External = true
	l.Range.File = ".terraform/modules/web/main.tf"
	l.Calls = append(l.Calls, tf.Range{File: ".terraform/modules/web/inner.tf", StartLine: 3})
	run, data := writeSARIF(t, r, Options{})
	if got := *run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; got != "stacks/shop/prod/main.tf" {
		t.Errorf("the place is %s", got)
	}
	if bytes.Contains(data, []byte(".terraform/")) {
		t.Error("a path outside the repository is in the file")
	}
}

func TestSARIFKeepsGitHubsLimits(t *testing.T) {
	r := many(sarifResults+10, analyzer.New)
	for i, f := range r.Findings {
		f.Location.Range.StartLine, f.Location.Range.EndLine = i+1, i+1
	}
	var b bytes.Buffer
	if err := SARIF(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(b.Bytes(), []byte(`"ruleId":`)); got != sarifResults {
		t.Errorf("%d results", got)
	}
	if want := fmt.Sprintf("10 results left out: these are the %d worst", sarifResults); !bytes.Contains(b.Bytes(), []byte(want)) {
		t.Errorf("%q is missing", want)
	}
}

func TestSARIFOfHostileInputIsValid(t *testing.T) {
	_, data := writeSARIF(t, hostile(), Options{})
	if bytes.Contains(data, []byte(`\u001b`)) {
		t.Error("a control character reaches the viewer")
	}
}
