package driver_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// material is the folder with plans and questions that developers keep beside
// the checkout. Tests that need it are skipped where there is none.
func material(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no %s beside the checkout", name)
	}
	return dir
}

func open(t testing.TB, path string) []*tf.Stack {
	t.Helper()
	stacks, err := input.Open(context.Background(), []string{path}, input.Options{Wanted: aws.Types})
	if err != nil {
		t.Fatal(err)
	}
	return stacks
}
