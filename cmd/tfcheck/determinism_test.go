package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestDeterminism runs every form of output of every fixture several times, on
// one core and on several, and with the changes of the plan in another order:
// the bytes stay the same.
func TestDeterminism(t *testing.T) {
	for i, plan := range fixturePlans(t) {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		file := filepath.Join(t.TempDir(), "plan.json")
		var first [][]byte
		for round := range 4 {
			before := runtime.GOMAXPROCS(1 + round%2*3)
			if round > 1 {
				shuffle(r, plan, "resource_changes")
			}
			outputs := everyOutput(t, file, plan)
			runtime.GOMAXPROCS(before)
			if first == nil {
				first = outputs
			}
			for n := range outputs {
				if !bytes.Equal(first[n], outputs[n]) {
					t.Fatalf("fixture %d, round %d: output %d differs\n%s\n%s", i, round, n, first[n], outputs[n])
				}
			}
		}
	}
}

// shuffle reorders a list of the plan.
func shuffle(r *rand.Rand, plan any, member string) {
	if list, ok := plan.(map[string]any)[member].([]any); ok {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
}

func everyOutput(t *testing.T, file string, plan any) [][]byte {
	t.Helper()
	data, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	compact := filepath.Join(filepath.Dir(file), "compact")
	var outputs [][]byte
	for _, args := range [][]string{
		{"check", "--all", "-o", "compact=" + compact, "plan=" + file},
		{"check", "-f", "json", "--tier", "default,pedantic,audit", "plan=" + file},
		{"reach", "--from", "internet", "--to", "aws_instance.web", "-f", "json", "plan=" + file},
		{"baseline", "--write", filepath.Join(filepath.Dir(file), "baseline.json"), "plan=" + file},
	} {
		var out bytes.Buffer
		run(context.Background(), environment{
			args: args, stdin: bytes.NewReader(nil), stdout: &out, stderr: &out,
			getenv: func(string) string { return "" },
			now:    func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
		})
		outputs = append(outputs, out.Bytes())
	}
	for _, name := range []string{"compact", "baseline.json"} {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
		if err != nil {
			t.Fatal(err)
		}
		outputs = append(outputs, data)
	}
	return outputs
}
