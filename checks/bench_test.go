package checks_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks"
)

// BenchmarkConfiguration compares the reading and the analysis of the corpus's
// configurations with hclsyntax's parsing of the same files: reading/parse
// and analysis/parse are the ratios.
func BenchmarkConfiguration(b *testing.B) {
	for _, e := range corpus(b) {
		sources := sourcesOf(b, filepath.Join(filepath.Dir(e.plan), "src"))
		if len(sources) < 20 {
			continue // too small to be measured
		}
		b.Run(e.name, func(b *testing.B) {
			read := func() []*tf.Stack {
				stacks, err := input.Open(context.Background(), []string{e.source}, input.Options{Wanted: aws.Types})
				if err != nil {
					b.Fatal(err)
				}
				return stacks
			}
			var parse, reading time.Duration
			for b.Loop() {
				b.StopTimer()
				began := time.Now()
				for name, src := range sources {
					_, _ = hclsyntax.ParseConfig(src, name, hcl.InitialPos)
				}
				parse += time.Since(began)
				b.StartTimer()
				began = time.Now()
				stacks := read()
				reading += time.Since(began)
				if _, err := driver.Analyze(context.Background(), driver.Options{Stacks: stacks, Known: checks.All()}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(reading)/float64(parse), "reading/parse")
			b.ReportMetric(float64(b.Elapsed())/float64(parse), "analysis/parse")
		})
	}
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
