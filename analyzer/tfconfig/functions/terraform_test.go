package functions

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// terraformPlan is the part of a plan's JSON that says what outputs will be.
type terraformPlan struct {
	Changes map[string]struct {
		After   any `json:"after"`
		Unknown any `json:"after_unknown"`
	} `json:"output_changes"`
	Planned struct {
		Outputs map[string]struct {
			Type  json.RawMessage `json:"type"`
			Value json.RawMessage `json:"value"`
		} `json:"outputs"`
	} `json:"planned_values"`
}

var failedOutput = regexp.MustCompile(`in output "row(\d+)"`)

// planOutputs plans a configuration with an output for each row but those to
// skip, or returns the rows that make the plan fail.
func planOutputs(t *testing.T, terraform, dir, locals string, all []row, skip map[int]bool) (plan terraformPlan, failed map[int]bool) {
	t.Helper()
	var config strings.Builder
	fmt.Fprintf(&config, "resource \"terraform_data\" \"u\" {}\nlocals {\n%s\n}\n", locals)
	for i, r := range all {
		value := r.expression
		if r.want == "error" {
			value = "can(" + value + ")"
		}
		if !r.differs && !skip[i] {
			fmt.Fprintf(&config, "output \"%s\" {\n  sensitive = true\n  value = %s\n}\n", outputName(i), value)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(arguments ...string) (stdout []byte, failure string) {
		cmd := exec.Command(terraform, arguments...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Sprintf("terraform %s: %v\n%s", arguments[0], err, stderr.String())
		}
		return out, ""
	}
	if _, failure := run("init", "-input=false", "-no-color"); failure != "" {
		t.Fatal(failure)
	}
	if _, failure := run("plan", "-input=false", "-no-color", "-out=plan"); failure != "" {
		failed = map[int]bool{}
		for _, match := range failedOutput.FindAllStringSubmatch(failure, -1) {
			i, _ := strconv.Atoi(match[1])
			failed[i] = true
		}
		if len(failed) == 0 || skip != nil {
			t.Fatal(failure)
		}
		return plan, failed
	}
	out, failure := run("show", "-json", "plan")
	if failure != "" {
		t.Fatal(failure)
	}
	if err := json.Unmarshal(out, &plan); err != nil {
		t.Fatal(err)
	}
	return plan, nil
}

// Terraform says the same of every expression of the tables: what it knows has
// the same value here, what it does not know is unknown here too, and what fails
// there fails here. One plan, of a configuration without providers, tells it.
func TestTerraformAgrees(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("there is no terraform")
	}
	all := allRows(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/files")); err != nil {
		t.Fatal(err)
	}
	locals, err := os.ReadFile("testdata/locals.hcl")
	if err != nil {
		t.Fatal(err)
	}
	plan, failed := planOutputs(t, terraform, dir, string(locals), all, nil)
	if len(failed) > 0 {
		for i := range failed {
			t.Errorf("%s: %s fails for Terraform, and is %s here", all[i].at, all[i].expression, all[i].want)
		}
		plan, _ = planOutputs(t, terraform, dir, string(locals), all, failed)
	}
	ctx := scope(t)
	for i, r := range all {
		if r.differs || failed[i] {
			continue
		}
		name := outputName(i)
		change, planned := plan.Changes[name], plan.Planned.Outputs[name]
		if r.want == "error" {
			if change.After != false {
				t.Errorf("%s: %s is %v for Terraform, and fails here", r.at, r.expression, change.After)
			}
			continue
		}
		v, diags := Evaluate(Prepare(parse(t, r)), ctx)
		if diags.HasErrors() {
			continue // which TestExpressions reports
		}
		v, _ = v.UnmarkDeep()
		if !v.IsWhollyKnown() || v.IsNull() || planned.Type == nil {
			got, want := outline(v), outlineJSON(change.After, change.Unknown)
			if got != want {
				t.Errorf("%s: %s\n     here %s\nTerraform %s", r.at, r.expression, got, want)
			}
			continue
		}
		ty, err := ctyjson.UnmarshalType(planned.Type)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ctyjson.Unmarshal(planned.Value, ty)
		if err != nil {
			t.Fatal(err)
		}
		if show(v) != show(want) {
			t.Errorf("%s: %s\n     here %s\nTerraform %s", r.at, r.expression, show(v), show(want))
		}
	}
}

func outputName(i int) string { return fmt.Sprintf("row%04d", i) }

// outline writes a value without the types that JSON does not have.
func outline(v cty.Value) string {
	switch ty := v.Type(); {
	case !v.IsKnown():
		return "?"
	case v.IsNull():
		return "null"
	case ty.IsPrimitiveType():
		return show(v)
	}
	var parts []string
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		part := outline(element)
		if ty := v.Type(); ty.IsMapType() || ty.IsObjectType() {
			part = key.AsString() + ":" + part
		}
		parts = append(parts, part)
	}
	slices.Sort(parts)
	return "(" + strings.Join(parts, " ") + ")"
}

// outlineJSON is the same of a planned output.
func outlineJSON(after, unknown any) string {
	if unknown == true {
		return "?"
	}
	var parts []string
	switch u := unknown.(type) {
	case map[string]any:
		known, _ := after.(map[string]any)
		names := slices.Collect(maps.Keys(known))
		for name := range u {
			if _, ok := known[name]; !ok {
				names = append(names, name)
			}
		}
		for _, name := range names {
			parts = append(parts, name+":"+outlineJSON(known[name], u[name]))
		}
	case []any:
		known, _ := after.([]any)
		for i := range max(len(u), len(known)) {
			var k, n any
			if i < len(known) {
				k = known[i]
			}
			if i < len(u) {
				n = u[i]
			}
			parts = append(parts, outlineJSON(k, n))
		}
	default:
		return outlineKnown(after)
	}
	slices.Sort(parts)
	return "(" + strings.Join(parts, " ") + ")"
}

func outlineKnown(v any) string {
	var parts []string
	switch v := v.(type) {
	case nil:
		return "null"
	case string, bool, float64:
		b, _ := json.Marshal(v)
		return string(b)
	case []any:
		for _, element := range v {
			parts = append(parts, outlineKnown(element))
		}
	case map[string]any:
		for name, element := range v {
			parts = append(parts, name+":"+outlineKnown(element))
		}
	}
	slices.Sort(parts)
	return "(" + strings.Join(parts, " ") + ")"
}

// The table has every function that Terraform has.
func TestTableIsComplete(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("there is no terraform")
	}
	out, err := exec.Command(terraform, "metadata", "functions", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var metadata struct {
		Functions map[string]json.RawMessage `json:"function_signatures"`
	}
	if err := json.Unmarshal(out, &metadata); err != nil || len(metadata.Functions) < 200 {
		t.Fatalf("%d functions: %v", len(metadata.Functions), err)
	}
	table := Table(Options{})
	for name := range metadata.Functions {
		if _, ok := table[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
}
