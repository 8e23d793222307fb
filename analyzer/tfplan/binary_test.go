package tfplan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// pair is a plan as terraform wrote it and as it shows it.
type pair struct{ name, json, binary string }

// pairs are those of the fixtures, and of the corpus if its folder is given:
// one folder for each plan, with plan.json and plan.tfplan.
func pairs(t testing.TB) []pair {
	var all []pair
	root := filepath.Join("..", "..", "fixtures")
	err := filepath.WalkDir(root, func(file string, _ fs.DirEntry, err error) error {
		if filepath.Base(file) == "tfplan" {
			dir := filepath.Dir(file)
			name, _ := filepath.Rel(root, dir)
			all = append(all, pair{filepath.ToSlash(name), filepath.Join(dir, "plan.json"), file})
		}
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	if corpus := os.Getenv("TFCHECK_CORPUS_SOURCES"); corpus != "" {
		plans, _ := filepath.Glob(filepath.Join(corpus, "*", "plan.tfplan"))
		for _, file := range plans {
			dir := filepath.Dir(file)
			all = append(all, pair{filepath.Base(dir), filepath.Join(dir, "plan.json"), file})
		}
	}
	return all
}

func openFile(t testing.TB, file string) *Binary {
	t.Helper()
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenBinary(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readBinary(t testing.TB, file string, wanted tf.Wanted) *tf.Stack {
	t.Helper()
	s, err := openFile(t, file).Read(context.Background(), Options{Wanted: wanted})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A binary plan and what terraform shows of it are one stack. What the JSON
// adds, links guessed from its configuration, is left out of it here.
func TestBinaryPlanIsItsJSON(t *testing.T) {
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			text, err := os.ReadFile(p.json)
			if err != nil {
				t.Fatal(err)
			}
			for _, wanted := range []tf.Wanted{everything{}, aws.Types} {
				want, err := Read(context.Background(), bytes.NewReader(withoutConfiguration(t, text)), Options{Wanted: wanted})
				if err != nil {
					t.Fatal(err)
				}
				sameStack(t, readBinary(t, p.binary, wanted), want)
			}
		})
	}
}

// withoutConfiguration is a plan in JSON with nothing in it that a binary plan
// says in its source alone.
func withoutConfiguration(t *testing.T, text []byte) []byte {
	t.Helper()
	var plan map[string]json.RawMessage
	if err := json.Unmarshal(text, &plan); err != nil {
		t.Fatal(err)
	}
	delete(plan, "configuration")
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func sameStack(t *testing.T, got, want *tf.Stack) {
	t.Helper()
	if got.TerraformVersion != want.TerraformVersion || got.Complete != want.Complete || got.Instances != want.Instances || fmt.Sprint(got.Types) != fmt.Sprint(want.Types) {
		t.Errorf("version %s, complete %t, %d instances %v, want %s, %t, %d %v", got.TerraformVersion, got.Complete, got.Instances, got.Types,
			want.TerraformVersion, want.Complete, want.Instances, want.Types)
	}
	if (got.Before == nil) != (want.Before == nil) {
		t.Errorf("has a before: %t, want %t", got.Before != nil, want.Before != nil)
	}
	sameLines(t, "before", snapshotLines(instances(got.Before)), snapshotLines(instances(want.Before)))
	sameLines(t, "after", snapshotLines(got.After.Resources), snapshotLines(want.After.Resources))
	sameLines(t, "drift", snapshotLines(got.Drift), snapshotLines(want.Drift))
	var a, b []string
	for _, d := range got.Diagnostics {
		a = append(a, d.Summary)
	}
	for _, d := range want.Diagnostics {
		b = append(b, d.Summary)
	}
	sameLines(t, "diagnostics", a, b)
	for _, r := range instances(got.Before) {
		if unchanged := got.After.Resource(r.Address) == r; unchanged != (want.After.Resource(r.Address) == want.Before.Resource(r.Address)) && !r.Deposed {
			t.Errorf("%s is one object before and after: %t", r.Address, unchanged)
		}
	}
}

// sameLines reports the lines that only one side has.
func sameLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s: only in the binary plan: %s", what, line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s: only in JSON: %s", what, line)
		}
	}
	if !t.Failed() {
		t.Errorf("%s: another order", what)
	}
}

// snapshotLines writes instances down, an attribute a line.
func snapshotLines(resources []*tf.Resource) []string {
	var lines []string
	for _, r := range resources {
		head := fmt.Sprintf("%s %+v action %d moved %q deposed %t", r.Address, r.Addr, r.Action, r.Moved, r.Deposed)
		lines = append(lines, head)
		lines = valueLines(lines, r.Address, r.Values)
	}
	return lines
}

func valueLines(lines []string, path string, v tf.Value) []string {
	mark := ""
	if v.IsSensitive() {
		mark = " sensitive"
	}
	switch v.Kind() {
	case tf.Object:
		lines = append(lines, path+" {}"+mark)
		for _, f := range v.Fields() {
			lines = valueLines(lines, path+"."+f.Name, f.Value)
		}
	case tf.List:
		lines = append(lines, path+" []"+mark)
		for i, e := range v.Elements() {
			lines = valueLines(lines, path+"["+strconv.Itoa(i)+"]", e)
		}
	default:
		text, _ := v.AsString().Known()
		if s, ok := v.Symbol(); ok {
			text = s.Address + "." + s.Attribute
		}
		kind := v.Kind()
		if _, err := strconv.ParseFloat(text, 64); err == nil && kind == tf.Number {
			kind = tf.String // msgpack writes a number that no float holds as text
		}
		lines = append(lines, path+" "+strconv.Itoa(int(kind))+" "+strings.ReplaceAll(text, "\n", " ")+mark)
	}
	return lines
}
