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

// BenchmarkBinary reads binary plans, and the same plans in JSON without their
// configuration: those of the fixtures, and of the corpus if it is given.
func BenchmarkBinary(b *testing.B) {
	var binary, text [][]byte
	for _, p := range pairs(b) {
		for file, to := range map[string]*[][]byte{p.binary: &binary, p.json: &text} {
			data, err := os.ReadFile(filepath.Clean(file))
			if err != nil {
				b.Fatal(err)
			}
			if file == p.json {
				data = withoutConfiguration(b, data)
			}
			*to = append(*to, data)
		}
	}
	b.Run("binary", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, data := range binary {
				plan, err := OpenBinary(bytes.NewReader(data), int64(len(data)))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := plan.Read(context.Background(), Options{Wanted: aws.Types}); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, data := range text {
				if _, err := Read(context.Background(), bytes.NewReader(data), Options{Wanted: aws.Types}); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
