package tfplan

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tfcheck/tfcheck/analyzer/aws"
)

// BenchmarkRead compares reading all plans of the corpus with the yardstick, a
// token walk of the same bytes.
func BenchmarkRead(b *testing.B) {
	var plans [][]byte
	size := int64(0)
	for _, path := range corpusPlans(b) {
		text, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			b.Fatal(err)
		}
		plans = append(plans, text)
		size += int64(len(text))
	}
	b.Run("walk", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			for _, text := range plans {
				dec := jsontext.NewDecoder(bytes.NewReader(text))
				for {
					if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			for _, text := range plans {
				if _, err := Read(context.Background(), bytes.NewReader(text), Options{Wanted: aws.Types}); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
