package tfconfig

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// Whatever a configuration says, evaluating it ends, and gives the same twice.
func FuzzEvaluate(f *testing.F) {
	fixtures, err := filepath.Glob(filepath.Join("..", "..", "fixtures", "*", "main.tf"))
	if err != nil || len(fixtures) == 0 {
		f.Fatalf("no fixtures: %v", err)
	}
	for _, fixture := range fixtures {
		src, err := os.ReadFile(fixture)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, []byte(nil))
	}
	f.Add([]byte(`module "m" { source = "./m" }`), []byte(`resource "aws_x" "y" { for_each = toset(["a"]) }`))
	f.Add([]byte(`resource "aws_x" "y" {
  count = length(aws_x.y)
  dynamic "b" {
    for_each = [for k, v in { a = aws_x.z.id } : v...]
    content { c = b.value[0] }
  }
}
locals { a = [local.b, try(one(aws_x.y[*].id), null)] , b = "${local.a}" }`), []byte(`output "o" { value = self }`))
	f.Fuzz(func(t *testing.T, root, inner []byte) {
		var last string
		for range 2 {
			c, _ := LoadFS(Tree{FS: fstest.MapFS{"main.tf": {Data: root}, "m/main.tf": {Data: inner}}}, ".", DefaultLimits())
			c.limits.Work, c.limits.Instances = 10_000, 1_000
			s, err := c.Stack(context.Background(), "fuzz", ".", Options{Wanted: everything{}})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range s.Diagnostics {
				if d.Summary == "an expression cannot be evaluated" {
					t.Errorf("%s: %s", d.Range, d.Summary)
				}
			}
			text := ""
			for _, r := range s.After.Resources {
				text += r.Address + show(r.Values) + "\n"
				c.Locate(r, "a[0].b")
				c.Origins(r, "a")
			}
			if last != "" && text != last {
				t.Errorf("evaluated differently:\n%s\n%s", last, text)
			}
			last = text
		}
	})
}
