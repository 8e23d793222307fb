package driver

import (
	"slices"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// ignored are the arguments that decide what gets through and that Terraform
// leaves as somebody else sets them later, a block of the configuration each:
// neither this plan nor a later one shows that (U-20). The lifecycle of a
// resource stands in the source only.
func ignored(s *tf.Stack) []*tf.Assumption {
	source, ok := s.Source.(tf.Ignorer)
	if !ok {
		return nil
	}
	var all []*tf.Assumption
	seen := map[string]bool{}
	for _, r := range s.After.Resources {
		address := r.Addr.Config()
		if r.Addr.Mode != tf.Managed || seen[address] || aws.Types.Coverage(r.Addr.Type) == aws.Irrelevant {
			continue
		}
		seen[address] = true
		names := source.Ignores(r)
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			what := address + "." + name
			switch {
			case name == "all":
				what = address
			case !aws.Types.Decides(r.Addr.Type, name):
				continue
			}
			all = append(all, &tf.Assumption{
				ID: "ignored:" + what, Address: address,
				Text: "nobody changes " + what + " outside Terraform: no plan would show it, since ignore_changes names it (U-20)",
			})
		}
	}
	return all
}
