package tfplan

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

// pairs are those of the fixtures, those made of fixtures/actions with -target,
// -destroy and -refresh-only, and those of the corpus if its folder is given:
// one folder for each plan, with plan.json and plan.tfplan.
func pairs(t testing.TB) []pair {
	var all []pair
	for _, root := range []string{filepath.Join("..", "..", "fixtures"), "testdata"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && d.Name() == "tfplan" {
				dir := filepath.Dir(file)
				name, _ := filepath.Rel(root, dir)
				all = append(all, pair{filepath.ToSlash(name), filepath.Join(dir, "plan.json"), file})
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 10 {
		t.Fatalf("only %d fixtures", len(all))
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

// repacked is a binary plan with one of its entries changed.
func repacked(t *testing.T, file, entry string, change func([]byte) []byte) []byte {
	t.Helper()
	r, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		text, err := fs.ReadFile(r, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == entry {
			text = change(text)
		}
		e, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What can be read of a damaged plan is read, and what cannot is said.
func TestDamagedBinaryPlan(t *testing.T) {
	half := func(b []byte) []byte { return b[:len(b)/2] }
	for _, c := range []struct {
		name, entry string
		change      func([]byte) []byte
		want        string // the summary of the diagnostic
		some        bool   // of the instances are read
	}{
		{"the plan ends in the middle", "tfplan", half, "the plan in the zip is damaged: unexpected EOF", true},
		{"a value is damaged", "tfplan", func(b []byte) []byte {
			// The first name in an attribute of a VPC becomes a code that none is.
			return bytes.Replace(b, []byte("\xaacidr_block"), []byte("\xc1cidr_block"), 1)
		}, "1 of the resource changes cannot be read", true},
		{"the state ends in the middle", "tfstate", half, "the state inside the binary plan cannot be read", true},
		{"the plan is damaged from its start", "tfplan", func([]byte) []byte { return []byte("\xff\xff") }, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := repacked(t, filepath.Join("..", "..", "fixtures", "shop", "tfplan"), c.entry, c.change)
			b, err := OpenBinary(bytes.NewReader(text), int64(len(text)))
			if err != nil {
				t.Fatal(err)
			}
			s, err := b.Read(context.Background(), Options{Wanted: aws.Types})
			if !c.some {
				var known *Error
				if !errors.As(err, &known) || !strings.Contains(known.Detail, "terraform show -json FILE > plan.json") {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Complete || len(s.After.Resources) == 0 || len(s.Diagnostics) != 1 || s.Diagnostics[0].Summary != c.want || !s.Diagnostics[0].Incomplete {
				t.Errorf("complete %t, %d instances, diagnostics %+v", s.Complete, len(s.After.Resources), s.Diagnostics)
			}
		})
	}
}

// withoutConfiguration is a plan in JSON with nothing in it that a binary plan
// says in its source alone.
func withoutConfiguration(t testing.TB, text []byte) []byte {
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
	sameLines(t, "outputs", outputLines(got), outputLines(want))
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

func outputLines(s *tf.Stack) []string {
	var lines []string
	for _, name := range sortedKeys(s.Outputs) {
		lines = valueLines(lines, "output."+name, s.Outputs[name])
	}
	return lines
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
