package driver

import (
	"fmt"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// drift says what of the network was changed outside Terraform since the last
// apply, and whether the plan deals with it. The snapshot before the change
// has it already, so that what it opened counts as existing (U-15).
func drift(stack *tf.Stack) []tf.Diagnostic {
	var diags []tf.Diagnostic
	for _, r := range stack.Drift {
		if aws.Types.Coverage(r.Addr.Type) != aws.Modelled {
			continue
		}
		does := "This plan keeps it as it was found."
		switch now := stack.After.Resource(r.Address); {
		case now == nil:
			does = "This plan removes it."
		case now.Action != tf.NoOp:
			does = "This plan changes it again: what it opens and closes is measured against what was found."
		}
		diags = append(diags, tf.Diagnostic{
			Severity: tf.Warning,
			Summary:  fmt.Sprintf("%s was changed outside Terraform", r.Address),
			Detail:   does,
			Stack:    stack.Name,
		})
	}
	return diags
}
