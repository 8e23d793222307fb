package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// schemaOf compiles the committed schema, or one of its definitions.
func schemaOf(t *testing.T, fragment string) *jsonschema.Schema {
	t.Helper()
	data, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.json" + fragment)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, data []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Error(err)
	}
}

// walk visits every value of a JSON document.
func walk(path string, v any, visit func(path string, v any)) {
	visit(path, v)
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			walk(path+"."+k, e, visit)
		}
	case []any:
		for i, e := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), e, visit)
		}
	}
}

func TestJSONGolden(t *testing.T) {
	withoutBefore := shop()
	withoutBefore.Stacks[0].Before = nil
	for _, f := range withoutBefore.Findings {
		f.Status = ""
	}
	for _, test := range []struct {
		name   string
		report *analyzer.Report
	}{
		{"update", shop()},
		{"no-before", withoutBefore},
		{"hostile", hostile()},
		{"clean", quiet(func(*analyzer.Report) {})},
		{"empty", &analyzer.Report{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := JSON(&b, test.report, Options{Version: "1.2.3"}); err != nil {
				t.Fatal(err)
			}
			golden(t, "json-"+test.name+".golden", b.Bytes())
			validate(t, schemaOf(t, ""), b.Bytes())
			var document any
			if err := json.Unmarshal(b.Bytes(), &document); err != nil {
				t.Fatal(err)
			}
			walk("", document, func(path string, v any) {
				if v == nil {
					t.Errorf("%s is null", path)
				}
			})
		})
	}
}

func TestSchemaGolden(t *testing.T) {
	data, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "schema.golden", data)
}

func TestSchemaAllowsNewKeysAndMissesNone(t *testing.T) {
	schema := schemaOf(t, "")
	var b bytes.Buffer
	if err := JSON(&b, shop(), Options{}); err != nil {
		t.Fatal(err)
	}
	validate(t, schema, bytes.ReplaceAll(b.Bytes(), []byte(`"check":`), []byte(`"later": 1, "check":`)))
	for _, key := range []string{"check", "severity", "file", "protocol", "subjects", "gating"} {
		broken := bytes.ReplaceAll(b.Bytes(), []byte(`"`+key+`":`), []byte(`"gone":`))
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(broken))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("a report without %q passes the schema", key)
		}
	}
}

func TestJSONOrderDoesNotDependOnTheReports(t *testing.T) {
	var a, b bytes.Buffer
	r := shop()
	if err := JSON(&a, r, Options{}); err != nil {
		t.Fatal(err)
	}
	for i, j := 0, len(r.Findings)-1; i < j; i, j = i+1, j-1 {
		r.Findings[i], r.Findings[j] = r.Findings[j], r.Findings[i]
	}
	r.Exposures[0], r.Exposures[1] = r.Exposures[1], r.Exposures[0]
	r.Questions[0], r.Questions[1] = r.Questions[1], r.Questions[0]
	if err := JSON(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if a.String() != b.String() {
		t.Error("the order of the findings in the report shows in the JSON")
	}
}

func TestJSONOfManyFindingsIsFast(t *testing.T) {
	r := many(2000, analyzer.New)
	began := time.Now()
	var b bytes.Buffer
	if err := JSON(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("2,000 findings took %v", took)
	}
}

func TestCompactGolden(t *testing.T) {
	r := shop()
	r.Findings[2].Location = tf.Location{}
	var b bytes.Buffer
	if err := Compact(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "compact.golden", b.Bytes())
	b.Reset()
	if err := Compact(&b, hostile(), Options{All: true}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(b.String(), "\n"), 6; got != want {
		t.Errorf("%d findings take %d lines", want, got)
	}
}

func BenchmarkJSON(b *testing.B) {
	r := many(10000, analyzer.New)
	for b.Loop() {
		var out bytes.Buffer
		if err := JSON(&out, r, Options{}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}
