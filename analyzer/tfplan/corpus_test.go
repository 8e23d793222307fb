package tfplan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// everything keeps every attribute of every type.
type everything struct{}

func (everything) Keep(string) (map[string]bool, bool) { return nil, true }
func (everything) Identity(string, string) bool        { return false }
func (everything) Targets(string, string) []string     { return nil }

// corpusPlans finds real plans beside the checkout, or skips the test.
func corpusPlans(t testing.TB) []string {
	dir, _ := os.Getwd()
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		shared := filepath.Join(filepath.Dir(dir), "shared")
		plans, _ := filepath.Glob(filepath.Join(shared, "corpus", "*", "plan.json"))
		more, _ := filepath.Glob(filepath.Join(shared, "conformance", "*", "plan.json"))
		if plans = append(plans, more...); len(plans) > 0 {
			return plans
		}
	}
	t.Skip("no corpus of real plans beside the checkout")
	return nil
}

// The same addresses, actions and values as terraform-json reads, on every
// real plan.
func TestReadAgreesWithTerraformJSON(t *testing.T) {
	for _, path := range corpusPlans(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var want tfjson.Plan
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		got, err := Read(context.Background(), bytes.NewReader(text), Options{Wanted: everything{}})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got.TerraformVersion != want.TerraformVersion || len(got.Diagnostics) != 0 {
			t.Errorf("%s: version %q, diagnostics %v", path, got.TerraformVersion, got.Diagnostics)
		}
		managed := 0
		for _, rc := range want.ResourceChanges {
			if rc.Mode == tfjson.ManagedResourceMode && !rc.Change.Actions.Delete() {
				managed++
			}
			if rc.Change.Before != nil {
				checkInstance(t, path, got.Before, rc, rc.Change.Before, nil)
			}
			if rc.Change.After != nil {
				checkInstance(t, path, got.After, rc, rc.Change.After, rc.Change.AfterUnknown)
			}
		}
		if got.Instances != managed {
			t.Errorf("%s: %d instances, want %d", path, got.Instances, managed)
		}
	}
}

func checkInstance(t *testing.T, path string, in *tf.Snapshot, rc *tfjson.ResourceChange, want, unknown any) {
	t.Helper()
	r := in.Resource(rc.Address)
	if r == nil {
		t.Errorf("%s: %s is missing", path, rc.Address)
		return
	}
	if r.Addr.String() != rc.Address || r.Addr.Type != rc.Type || r.Addr.Name != rc.Name || r.Addr.Module != rc.ModuleAddress {
		t.Errorf("%s: %s was taken apart as %+v", path, rc.Address, r.Addr)
	}
	actions := rc.Change.Actions
	wantAction := map[tf.Action]bool{
		tf.NoOp: actions.NoOp(), tf.Create: actions.Create(), tf.Read: actions.Read(), tf.Update: actions.Update(),
		tf.Replace: actions.Replace(), tf.Delete: actions.Delete(), tf.Forget: actions.Forget(),
	}
	if !wantAction[r.Action] {
		t.Errorf("%s: %s has action %v, want %v", path, rc.Address, r.Action, actions)
	}
	if diff := compare(r.Values, want, unknown); diff != "" {
		t.Errorf("%s: %s%s", path, rc.Address, diff)
	}
}

// compare holds a value against what encoding/json made of it and of its
// unknown mask; it gives the path of the first difference. An unknown may have
// become null, as an argument does that was given null (see givesNull).
func compare(v tf.Value, want, unknown any) string {
	if unknown == true {
		if !v.IsUnknown() && !v.IsNull() {
			return fmt.Sprintf(": kind %v, want unknown", v.Kind())
		}
		return ""
	}
	switch want := want.(type) {
	case nil:
		if fields, ok := unknown.(map[string]any); ok && len(fields) > 0 {
			return ""
		}
		if v.Kind() != tf.Null && v.Kind() != tf.List {
			return fmt.Sprintf(": kind %v, want null", v.Kind())
		}
	case map[string]any:
		mask, _ := unknown.(map[string]any)
		if v.Kind() != tf.Object {
			return fmt.Sprintf(": kind %v, want object", v.Kind())
		}
		for name, w := range want {
			if diff := compare(v.Get(name), w, mask[name]); diff != "" {
				return "." + name + diff
			}
		}
		for name, m := range mask {
			if m == true && !v.Get(name).IsUnknown() && !v.Get(name).IsNull() {
				return "." + name + " should be unknown"
			}
		}
	case []any:
		mask, _ := unknown.([]any)
		if len(v.Elements()) != len(want) {
			return fmt.Sprintf(": %d elements, want %d", len(v.Elements()), len(want))
		}
		for i, w := range want {
			var m any
			if i < len(mask) {
				m = mask[i]
			}
			if diff := compare(v.Elements()[i], w, m); diff != "" {
				return "[" + strconv.Itoa(i) + "]" + diff
			}
		}
	default:
		text, ok := v.AsString().Known()
		if f, isNumber := want.(float64); isNumber {
			g, err := strconv.ParseFloat(text, 64)
			if err != nil || f != g {
				return fmt.Sprintf(" = %q, want %v", text, want)
			}
		} else if !ok || text != fmt.Sprint(want) {
			return fmt.Sprintf(" = %q, want %v", text, want)
		}
	}
	return ""
}
