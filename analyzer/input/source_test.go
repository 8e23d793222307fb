package input

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
)

// A source in a binary plan that is too large to be read, or grows to that, is
// said: what it makes is shown without its place, and links through it are open.
func TestLargeSourceInAPlanIsSaid(t *testing.T) {
	plan, err := zip.OpenReader(filepath.Join("..", "..", "fixtures", "shop", "tfplan"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plan.Close() }()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range plan.File {
		if err := w.Copy(e); err != nil {
			t.Fatal(err)
		}
	}
	bomb, err := w.Create("tfconfig/m-/bomb.tf")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(bomb, strings.Repeat("#", 64<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tfplan")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	stacks, err := Open(context.Background(), []string{file}, Options{Wanted: aws.Types})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range stacks[0].Diagnostics {
		if strings.HasSuffix(d.Range.File, "/bomb.tf") && strings.Contains(d.Detail, "too large") {
			return
		}
	}
	t.Errorf("nothing is said of it: %v", stacks[0].Diagnostics)
}
