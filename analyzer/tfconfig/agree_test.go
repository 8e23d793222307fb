package tfconfig

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// A block that refers to something else than the plan does is not the source
// of the plan.
func TestReferencesMustAgree(t *testing.T) {
	for expression, refs := range map[string]struct {
		same  []string
		other []string
	}{
		`aws_subnet.a[0].id`:                      {[]string{"aws_subnet.a[0].id"}, []string{"aws_subnet.b[0].id"}},
		`aws_subnet.a[count.index].id`:            {[]string{"aws_subnet.a", "count.index"}, []string{"aws_subnet.b", "count.index"}},
		`data.aws_vpc.main.id`:                    {[]string{"data.aws_vpc.main.id"}, []string{"aws_vpc.main.id"}},
		`var.x != "" ? var.x : module.net.subnet`: {[]string{"var.x", "module.net.subnet"}, []string{"var.x", "module.other.subnet"}},
		`[for s in local.all : s.id]`:             {[]string{"local.all"}, []string{"local.some"}},
		`each.value.id`:                           {[]string{"each.value.id"}, []string{"local.id"}},
	} {
		t.Run(expression, func(t *testing.T) {
			expr, diags := hclsyntax.ParseExpression([]byte(expression), "main.tf", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			b := &block{args: map[string]*arg{"subnet_id": {name: "subnet_id", expr: expr}}}
			if !b.hasReferences(&tf.ResourceConfig{References: map[string][]string{"subnet_id": refs.same}}) {
				t.Errorf("%v do not agree", refs.same)
			}
			if b.hasReferences(&tf.ResourceConfig{References: map[string][]string{"subnet_id": refs.other}}) {
				t.Errorf("%v agree", refs.other)
			}
		})
	}
}
