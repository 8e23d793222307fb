package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzInput feeds bytes to every subcommand that reads an input. The corpus
// in testdata/fuzz holds what people and their tools really send by mistake.
func FuzzInput(f *testing.F) {
	for _, name := range []string{"change", "actions"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", name, "tfplan"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { everyUse(t, data) })
}

// FuzzMutation changes a few places of a fixture's plan into what no provider
// plans: other types, absurd values, missing and repeated members. The number
// decides which, so that the seeds make the same test every day.
func FuzzMutation(f *testing.F) {
	plans := fixturePlans(f)
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		plan := clone(plans[r.IntN(len(plans))])
		for range 1 + r.IntN(6) {
			mutate(r, plan)
		}
		data, err := json.Marshal(plan)
		if err != nil {
			t.Fatal(err)
		}
		everyUse(t, data)
	})
}

// fixturePlans are the decoded plans of all fixtures.
func fixturePlans(tb testing.TB) []any {
	tb.Helper()
	var plans []any
	for _, pattern := range []string{"*", "checks/*/*"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "fixtures", pattern, "plan.json"))
		if err != nil {
			tb.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			var plan any
			if err := json.Unmarshal(data, &plan); err != nil {
				tb.Fatal(err)
			}
			plans = append(plans, plan)
		}
	}
	if len(plans) == 0 {
		tb.Fatal("no fixtures")
	}
	return plans
}

// everyUse runs what can be done with an input and holds each run to what
// CONTRACT says of all of them.
func everyUse(t *testing.T, data []byte) {
	t.Helper()
	config := t.TempDir() // keeps the settings and the baseline of the working directory out
	for _, args := range [][]string{
		{"check", "-f", "json", "-o", "compact=" + filepath.Join(config, "compact"), "--tier", "default,pedantic,audit"},
		{"check", "--all", "--color", "always"},
		{"explain", "internet-reaches-admin-port"},
		{"reach", "--from", "internet", "--to", "aws_instance.web"},
		{"baseline", "--write", filepath.Join(config, "baseline.json")},
	} {
		var out, diagnostics bytes.Buffer
		code := run(context.Background(), environment{
			args: append(args, "-"), stdin: bytes.NewReader(data), stdout: &out, stderr: &diagnostics,
			getenv: func(string) string { return "" },
			now:    func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
		})
		if !slices.Contains([]int{exitOK, exitFindings, exitError, exitUnknown}, code) {
			t.Errorf("%q exits with %d", args, code)
		}
		if code == exitError {
			explained(t, args, out.String(), diagnostics.String())
		}
		if slices.Contains(args, "json") && code != exitError && !json.Valid(out.Bytes()) {
			t.Errorf("%q prints what is not JSON", args)
		}
		if text := strings.ReplaceAll(out.String()+diagnostics.String(), "\x1b[", ""); strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
			t.Errorf("%q prints control characters", args)
		}
	}
}

// explained checks what CONTRACT says of errors: standard error has a line
// that says why, beside warnings, and standard output is empty unless a part
// of the input could be analysed.
func explained(t *testing.T, args []string, out, message string) {
	t.Helper()
	why, partly := 0, false
	for _, line := range strings.Split(strings.TrimSuffix(message, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "tfcheck: "):
			why++
		case strings.HasPrefix(line, "error: "):
			partly = true
		case !strings.HasPrefix(line, "warning: ") && !strings.HasPrefix(line, "… "):
			t.Errorf("%q says %q", args, line)
		}
		if len(line) > 2000 {
			t.Errorf("%q says a line of %d bytes", args, len(line))
		}
	}
	if why > 1 || why == 0 && !partly || out != "" && !partly {
		t.Errorf("%q fails with %q and prints %q", args, message, out)
	}
}

// hostile are values that stand where a plan has another one.
var hostile = []any{
	nil, true, false, "", "x", "0.0.0.0", "10.0.0.0/33", "::/129", "0.0.0.0/0", "::/0", "-1", "all", "\x1b[31m\n# x\u202e",
	-5, 0, 443, 70000, 1e99, 1e308, json.Number("123456789012345678901234567890"), json.Number("0.5"),
	[]any{}, []any{nil}, []any{[]any{}}, []any{"0.0.0.0/0", 5, nil}, map[string]any{}, map[string]any{"id": nil, "references": []any{"aws_vpc.main", "aws_vpc"}},
	map[string]any{"references": []any{"each.value.x", "module.m.out", "count.index", "", "."}},
}

// mutate changes one place somewhere in a decoded document.
func mutate(r *rand.Rand, document any) {
	var containers []any
	eachContainer(document, func(v any) { containers = append(containers, v) })
	value := clone(hostile[r.IntN(len(hostile))])
	if r.IntN(3) == 0 {
		value = clone(containers[r.IntN(len(containers))]) // what stands elsewhere
	}
	switch c := containers[r.IntN(len(containers))].(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(c))
		if len(keys) == 0 {
			return
		}
		key := keys[r.IntN(len(keys))]
		if list, ok := c[key].([]any); ok && r.IntN(2) == 0 {
			c[key] = again(r, list)
		} else if r.IntN(4) == 0 {
			delete(c, key)
		} else {
			c[key] = value
		}
	case []any:
		if len(c) > 0 {
			c[r.IntN(len(c))] = value
		}
	}
}

// again repeats and reorders the elements of a list.
func again(r *rand.Rand, list []any) []any {
	var out []any
	for range r.IntN(4) {
		out = append(out, clone(list).([]any)...)
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// eachContainer visits every object and list, parents first and members in order.
func eachContainer(v any, visit func(any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachContainer(v[key], visit)
		}
	case []any:
		visit(v)
		for _, e := range v {
			eachContainer(e, visit)
		}
	}
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, e := range v {
			out[key] = clone(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

// TestTruncated cuts a plan at many places: what is there is analysed, or one
// line says that nothing is.
func TestTruncated(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "shop", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(data); at += len(data)/40 + 1 {
		t.Run(fmt.Sprint(at), func(t *testing.T) { everyUse(t, data[:at]) })
	}
}
