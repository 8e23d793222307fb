package functions

import (
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// No expression panics, takes long, or lets a symbol's spelling through to what
// looks into strings.
func FuzzExpression(f *testing.F) {
	for _, r := range allRows(f) {
		f.Add(r.expression)
	}
	for _, expression := range []string{
		`join(",", list[*].id)`, `replace(a.id, "vpc", "x")`, `[for v in toset(list[*].id) : v == a.id]`,
		`format("%999999999d", 1)`, `indent(999999999, "a\nb")`, `range(1e300)`, `pow(10, 1e300)`,
		`setproduct(range(1024), range(1024), range(1024))`, `yamldecode("a: &a [x]\nb: &b [*a, *a]")`,
		`cidrsubnet("::/0", 1e9, 1e300)`, `cidrhost("::/0", -1e300)`, `substr("abc", 1e18, -1e18)`, `parseint("z", 1e9)`,
	} {
		f.Add(expression)
	}
	ctx := scope(f).NewChild()
	ctx.Variables = world()
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 300 {
			return
		}
		expr, diags := hclsyntax.ParseExpression([]byte(source), "fuzz.tf", hcl.InitialPos)
		if diags.HasErrors() {
			return
		}
		start := time.Now()
		v, diags := Evaluate(Prepare(expr), ctx)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		if !diags.HasErrors() {
			_ = show(Settle(v))
			_ = Opaque(v)
		}
	})
}
