//go:build unix

package checks_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/plangen"
	"github.com/tfcheck/tfcheck/checks"
)

// mostParses is the budget of a configuration's analysis, in times the parsing
// of its files.
const mostParses = 4.0

// BenchmarkConfiguration compares what it takes to read and analyse a
// configuration with hclsyntax's parsing of the same files, in processor time
// and in turns. The budget holds for one that is made up, and for the largest
// of the corpus where there is one.
func BenchmarkConfiguration(b *testing.B) {
	b.Run("generated", func(b *testing.B) {
		root := b.TempDir()
		if err := plangen.Estate(root, 40); err != nil {
			b.Fatal(err)
		}
		benchConfiguration(b, filepath.Join(root, "live"), sourcesOf(b, root), true)
	})
	if os.Getenv("TFCHECK_CORPUS_SOURCES") == "" {
		return
	}
	entries := corpus(b)
	sources := make([]map[string][]byte, len(entries))
	largest := 0
	for i, e := range entries {
		sources[i] = sourcesOf(b, filepath.Join(filepath.Dir(e.plan), "src"))
		if size(sources[i]) > size(sources[largest]) {
			largest = i
		}
	}
	for i, e := range entries {
		b.Run(e.name, func(b *testing.B) { benchConfiguration(b, e.source, sources[i], i == largest) })
	}
}

func benchConfiguration(b *testing.B, dir string, sources map[string][]byte, holds bool) {
	// A small one is measured several times at once, so that collecting what is
	// left behind counts as much as it does.
	times := 1 + 1<<20/size(sources)
	var parse, whole time.Duration
	for b.Loop() {
		parse += processorTime(times, func() {
			for name, src := range sources {
				_, _ = hclsyntax.ParseConfig(src, name, hcl.InitialPos)
			}
		})
		whole += processorTime(times, func() {
			stacks, err := input.Open(context.Background(), []string{dir}, input.Options{Wanted: aws.Types})
			if err != nil {
				b.Fatal(err)
			}
			report, err := driver.Analyze(context.Background(), driver.Options{Stacks: stacks, Known: checks.All()})
			if err != nil || report.Resources == 0 && holds {
				b.Fatalf("%d resources: %v", report.Resources, err)
			}
		})
	}
	ratio := float64(whole) / float64(parse)
	b.ReportMetric(ratio, "analysis/parse")
	b.ReportMetric(float64(size(sources))/1024, "KiB")
	if holds && ratio > mostParses {
		b.Errorf("the analysis takes %.1f times the parsing of the files, the budget is %.0f", ratio, mostParses)
	}
}

// processorTime is what doing something several times costs, what is left
// behind for the garbage collector included.
func processorTime(times int, do func()) time.Duration {
	began := processor()
	for range times {
		do()
	}
	runtime.GC()
	return processor() - began
}

// processor is the processor time that the process has taken.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func size(sources map[string][]byte) int {
	n := 0
	for _, src := range sources {
		n += len(src)
	}
	return n
}

// sourcesOf are the files of configuration below a folder.
func sourcesOf(tb testing.TB, dir string) map[string][]byte {
	tb.Helper()
	sources := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".tf") {
			return err
		}
		src, err := os.ReadFile(name)
		sources[name] = src
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return sources
}
