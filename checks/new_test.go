package checks_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNewCheck builds what the generator writes: a check of a topic that
// exists, and one of a new topic.
func TestNewCheck(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "checks", "storage"), 0o755); err != nil {
		t.Fatal(err)
	}
	generate := func(topic, id string) (string, error) {
		cmd := exec.Command("go", "run", filepath.Join(here, "new.go"), topic, id)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for topic, id := range map[string]string{"storage": "volume-is-haunted", "weather": "cloud-too-dark"} {
		if out, err := generate(topic, id); err != nil {
			t.Fatalf("%s %s: %v\n%s", topic, id, err, out)
		}
	}
	if out, err := generate("storage", "volume-is-haunted"); err == nil || !strings.Contains(out, "exists") {
		t.Errorf("a check is overwritten: %v\n%s", err, out)
	}
	if out, err := generate("storage", "Volume_Haunted"); err == nil || !strings.Contains(out, "kebab") {
		t.Errorf("an id that is not kebab case: %v\n%s", err, out)
	}

	// The new files are laid over the repository, which stays as it is.
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	written, err := filepath.Glob(filepath.Join(root, "checks", "*", "*.go"))
	if err != nil || len(written) != 3 {
		t.Fatalf("%d files are written, want 3: %v", len(written), written)
	}
	for _, path := range written {
		rel, err := filepath.Rel(filepath.Join(root, "checks"), path)
		if err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(here, rel)] = path
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "overlay.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-overlay", file, "./storage", "./weather")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("what is written does not compile: %v\n%s", err, out)
	}
	formatted := exec.Command("gofmt", append([]string{"-l"}, written...)...)
	if out, err := formatted.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("not formatted: %s %v", out, err)
	}
}
