package driver_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// modes are the inputs that a case can be read from. From plan JSON alone an
// answer may be unknown, and never wrong: it does not show every link (U-2).
var modes = []struct {
	name, file     string
	noSource, poor bool
}{
	{name: "plan alone", file: "plan.json", noSource: true, poor: true},
	{name: "plan with source", file: "plan.json"},
	{name: "binary plan", file: "tfplan"},
	{name: "directory"},
}

// TestConformance asks questions whose answers come from public sources: AWS's
// documentation and the test suites of other reachability tools.
func TestConformance(t *testing.T) { askAll(t, material(t, "conformance")) }

// TestQuestions asks those of our own fixtures, answered from the rules that
// their reasons name.
func TestQuestions(t *testing.T) { askAll(t, filepath.Join("..", "..", "fixtures", "reach")) }

// askAll asks the questions of every case in a folder in every mode that the
// case has.
func askAll(t *testing.T, dir string) {
	t.Helper()
	cases, err := filepath.Glob(filepath.Join(dir, "*", "queries.tsv"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no questions: %v", err)
	}
	for _, queries := range cases {
		for _, mode := range modes {
			path := filepath.Join(filepath.Dir(queries), mode.file)
			if _, err := os.Stat(path); err != nil {
				continue
			}
			t.Run(filepath.Base(filepath.Dir(queries))+"/"+mode.name, func(t *testing.T) {
				stacks, err := input.Open(context.Background(), []string{path}, input.Options{Wanted: aws.Types, NoSource: mode.noSource})
				if err != nil {
					t.Fatal(err)
				}
				graph := driver.Graph(stacks, nil)
				for _, row := range readQueries(t, queries) {
					answer := ask(t, graph, row)
					compare(t, row, "forward", row["forward"], answer.Forward, mode.poor)
					compare(t, row, "reachable", row["reachable"], answer.Answer, mode.poor)
					if row["reachable"] == "no" && answer.Answer == reach.No {
						namesBlocker(t, row, answer)
					}
				}
			})
		}
	}
}

type query map[string]string

func readQueries(t *testing.T, file string) []query {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var queries []query
	for _, row := range rows[1:] {
		q := query{}
		for i, column := range rows[0] {
			q[column] = row[i]
		}
		queries = append(queries, q)
	}
	return queries
}

func ask(t *testing.T, graph *reach.Graph, row query) reach.Answer {
	t.Helper()
	var q reach.Question
	var err error
	if q.From, err = graph.Endpoint(row["source"]); err != nil {
		t.Fatal(row["id"], err)
	}
	if q.To, err = graph.Endpoint(row["destination"]); err != nil {
		t.Fatal(row["id"], err)
	}
	flow, protocol := row["protocol"], strings.TrimPrefix(row["protocol"], "proto:")
	if flow != protocol {
		flow = protocol
	}
	if row["dst_port"] != "*" {
		flow += "/" + row["dst_port"]
	}
	restrict, err := packet.ParseFlow(flow)
	if err != nil {
		t.Fatal(row["id"], err)
	}
	q.Packets = restrict(packet.Everything(packet.IPv4).Union(packet.Everything(packet.IPv6)))
	if row["src_port"] != "*" {
		port, err := strconv.ParseUint(row["src_port"], 10, 16)
		if err != nil {
			t.Fatal(row["id"], err)
		}
		q.SourcePort = uint16(port)
	}
	return graph.Ask(q)
}

func compare(t *testing.T, row query, what, want string, got reach.Verdict, mayBeUnknown bool) {
	t.Helper()
	if want == "?" || want == string(got) || mayBeUnknown && got == reach.Unknown {
		return
	}
	t.Errorf("%s %s -> %s %s/%s from port %s: %s is %s, want %s (%s)", row["id"], row["source"], row["destination"],
		row["protocol"], row["dst_port"], row["src_port"], what, got, want, row["reason"])
}

// namesBlocker checks that a "no" names at least one of the elements that the
// source holds responsible.
func namesBlocker(t *testing.T, row query, answer reach.Answer) {
	t.Helper()
	accepted := strings.Split(row["blocked_by"], "|")
	var named []string
	for _, b := range answer.Blockers {
		named = append(named, b.Cause.Address(), b.Object.Label)
		if b.Object.Resource != nil {
			named = append(named, b.Object.Resource.Address)
		}
	}
	for _, name := range named {
		if slices.Contains(accepted, name) {
			return
		}
	}
	t.Errorf("%s: blocked by %q, want one of %q", row["id"], named, accepted)
}
